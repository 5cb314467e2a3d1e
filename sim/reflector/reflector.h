/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * sim/reflector/reflector.h: send every frame back where it came from, with its addresses swapped, or on
 * to the guest that it is for. What treflect does for each of its ports: DPDK devices, vhost-user
 * front ends and queue pairs in shared memory.
 */
#ifndef SIM_REFLECTOR_REFLECTOR_H
#define SIM_REFLECTOR_REFLECTOR_H

#include <stdint.h>

#include <glib.h>
#include <rte_mempool.h>

#include "sim/reflector/fault.h"

/* A queue pair: the socket of a tsim, and which of its slots. */
struct reflector_queue {
	char *path;
	uint32_t slot;
};

struct reflector_cfg {
	uint32_t frame_len_max; /* with FCS: longest frame that comes */
	uint16_t descriptors;   /* of each queue of a device or socket */
	gboolean swap_ip, swap_ports, relay;
	struct fault_plan faults;
	uint64_t seed;
	/* Device or socket i stands for guest first_guest + i * guest_step; queue pairs know theirs. */
	uint32_t first_guest, guest_step;
	uint8_t base_mac[6]; /* of guest 0 */
	gboolean give_way;   /* yield the CPU when there is nothing to do: it is shared */
	gboolean sleeps; /* and sleep, if all guests are on sockets: nobody watches that it runs */
	/*
	 * Devices to be made (NULL-terminated), beside those that EAL has. When they connect, all
	 * memory for frames is there: what maps it then does so at once. Each is a front end
	 * (net_virtio_user) that is retired when its back end has gone.
	 */
	char **devices;
	char **sockets;  /* vhost-user, of front ends without EAL (NULL-terminated) */
	gboolean server; /* listen on these */
	unsigned nb_queues;
	const struct reflector_queue *queues;
};

struct reflector;

/* --swap: NULL or "mac", "ip" (and MACs), "ports" (and both). */
gboolean reflector_swap_parse(const char *text, gboolean *ip, gboolean *ports, GError **error);
/* --queues: SOCKET@SLOT or SOCKET@FIRST-LAST. Appends struct reflector_queue, whose path is newly allocated. */
gboolean reflector_queues_parse(const char *text, GArray *out, GError **error);

/*
 * Over all ethdevs that EAL has found, the cfg's devices, sockets and queue pairs. Starts them. Devices
 * and faults need EAL.
 */
struct reflector *reflector_new(const struct reflector_cfg *cfg, GError **error);
void reflector_free(struct reflector *r); /* NULL is fine */
/*
 * Reflect until *stop is set, or all hosts of queue pairs and all back ends have gone, none can come
 * (server), and EAL has found no devices.
 * Whenever *report changes, the report is written to path.
 */
gboolean reflector_run(struct reflector *r, const _Atomic int *stop, const _Atomic int *report,
	const char *report_path, GError **error);
/*
 * Account as JSON: {"serial":n,"busy_cycles":..,"cpu_ns":..,
 * "guests":[{"guest":0,"received":..,"sent":..,"measured":{..}}]}. serial counts the reports asked
 * for; busy_cycles are TSC cycles of turns in which frames were moved, cpu_ns is all CPU time.
 */
char *reflector_report(const struct reflector *r, int serial);

#endif
