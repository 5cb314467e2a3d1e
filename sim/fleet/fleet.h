/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * sim/fleet/fleet.h: guests that are processes of this machine: treflect, one a CPU, each with some
 * neighbours of the row of guests; with DPDK's driver at most 31 on vhost-user. Started by tsim, ended
 * with it (even by SIGKILL), their deaths noted guest by guest. Guests of interfaces that have none
 * to start (null) are passed over.
 */
#ifndef SIM_FLEET_FLEET_H
#define SIM_FLEET_FLEET_H

#include <stdint.h>

#include <glib.h>
#include <json-glib/json-glib.h>

#include "sim/base/cores.h"
#include "sim/datapath/datapath.h"

enum { FLEET_PORTS_MAX = 31 }; /* DPDK devices of a process: RTE_MAX_ETHPORTS of Debian, but one */

/* Driver of guests on vhost-user. The built-in one listens on their sockets, DPDK's connects. */
enum fleet_driver { FLEET_DRIVER_BUILTIN, FLEET_DRIVER_DPDK };
extern const char *const fleet_drivers[]; /* by enum fleet_driver; NULL-terminated */

struct fleet_cfg {
	const struct datapath_guest *guest; /* by number: where it connects to */
	uint32_t nb_guests;
	uint32_t step; /* from one guest that is ours to the next; others' datapath is NULL */
	uint32_t per_process; /* 0: as many as fit, but a process for each CPU that is there */
	enum fleet_driver driver;
	uint16_t descriptors; /* of each queue on vhost-user */
	const struct cores *cores;
	const char *run_dir;      /* for reports and logs */
	const char *fault, *swap; /* as treflect takes them; NULL for none */
	gboolean relay;           /* frames go to the guest that their IP address says */
	uint64_t seed;
	uint32_t frame_len_max; /* with FCS */
	const char *base_mac;
	gboolean hugepages;
};

struct fleet;

/* cfg and what its strings and guests point to are copied, but for cores. */
struct fleet *fleet_new(const struct fleet_cfg *cfg, GError **error);
void fleet_free(struct fleet *f); /* NULL is fine. Ends the guests. */

/* Are guests of the interface on vhost-user, a socket each? Else on queue pairs, or there are none to start. */
gboolean fleet_takes_sockets(const struct datapath_ops *ops);
unsigned fleet_processes(const struct fleet *f);
/* The driver of its guests there: a word of fleet_drivers; NULL: it has none to choose. */
const char *fleet_driver(const struct fleet *f, const struct datapath *d);
/*
 * Do processes share CPUs, with each other, with load workers or with threads of the host (mediators,
 * bridges)? Then they give way: who only polls would keep the others from their CPU for milliseconds.
 */
gboolean fleet_shares(const struct fleet *f);
/* ns that all processes together have run, and have waited for a CPU, since they started. */
void fleet_cpu_time(const struct fleet *f, uint64_t *ran_ns, uint64_t *waited_ns);
/* Note who has died. Main thread. */
void fleet_poll(struct fleet *f);
/* Watch whether processes stand still: begin, then about once a second, after fleet_poll. */
void fleet_watch_start(struct fleet *f);
void fleet_watch_second(struct fleet *f);
/* Seconds since fleet_watch_start that the guest's process was stopped or frozen; 0: none. */
double fleet_stood_still_s(const struct fleet *f, uint32_t guest);
/* Processes of all guests: at most nb into pids; how many. Those that have died are left out. */
unsigned fleet_pids(const struct fleet *f, pid_t *pids, unsigned nb);
/* NULL while the guest's process runs, else what became of it: "killed by signal 9". Owned by f. */
const char *fleet_death(const struct fleet *f, uint32_t guest);
/* Start those again that have died. */
gboolean fleet_revive(struct fleet *f, GError **error);
/*
 * Ask all processes that run for their account. An array of treflect's guest objects; guests
 * whose process did not answer within timeout_ms are not in it.
 */
JsonArray *fleet_report(struct fleet *f, unsigned timeout_ms);
/* CPU that the guests took since they started, as of the last fleet_report; threads: one a process. */
void fleet_cost(const struct fleet *f, struct datapath_cost *out);

#endif
