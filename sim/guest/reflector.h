/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * sim/guest/reflector.h: send every frame back where it came from, with its addresses swapped.
 * What treflect does for each of its ports.
 */
#ifndef SIM_GUEST_REFLECTOR_H
#define SIM_GUEST_REFLECTOR_H

#include <stdint.h>

#include <glib.h>
#include <rte_mempool.h>

#include "sim/guest/fault.h"

struct reflector_cfg {
	uint32_t frame_len_max; /* with FCS: longest frame that comes */
	uint16_t descriptors;   /* of each queue */
	gboolean swap_ip, swap_ports;
	struct fault_plan faults;
	uint64_t seed;
	uint32_t first_guest; /* port i stands for guest first_guest + i */
	gboolean give_way;    /* yield the CPU when there is nothing to do: it is shared */
};

struct reflector;

/* --swap: NULL or "mac", "ip" (and MACs), "ports" (and both). */
gboolean reflector_swap_parse(const char *text, gboolean *ip, gboolean *ports, GError **error);

/* Over all ethdevs that EAL has found, nb_ports of them. Starts the ports. */
struct reflector *reflector_new(const struct reflector_cfg *cfg, uint16_t nb_ports, GError **error);
void reflector_free(struct reflector *r); /* NULL is fine */
/* Reflect until *stop is set. Whenever *report changes, the report is written to path. */
gboolean reflector_run(struct reflector *r, const _Atomic int *stop, const _Atomic int *report,
	const char *report_path, GError **error);
/*
 * Account as JSON: {"serial":n,"guests":[{"guest":0,"received":..,"sent":..,"unsent":..,"measured":{..}}]}.
 * serial counts the reports asked for.
 */
char *reflector_report(const struct reflector *r, int serial);

#endif
