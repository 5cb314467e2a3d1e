/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * sim/base/cores.h: which CPU does what.
 *
 * --cores 2-3               a worker on each: it sends to its guests and receives from them
 * --cores load:2-3/rx:4     load workers and receivers apart
 * --cores 2-3/timer:4       and a worker that sends probes only, to ports
 * Without: one worker on the last CPU that this process may use. Guests get the CPUs that are left;
 * where none is left they share, and the trial says so.
 *
 * Several generators on one machine that may use the same CPUs share out what was named, each an
 * equal part. Without a name generator i has the i-th last CPU; where there are fewer, they meet.
 */
#ifndef SIM_BASE_CORES_H
#define SIM_BASE_CORES_H

#include <glib.h>

enum { CORES_MAX = 64 };

struct cores {
	unsigned nb_load, load_cpu[CORES_MAX];
	unsigned nb_rx, rx_cpu[CORES_MAX]; /* equal to load_cpu if combined */
	gboolean combined;
	unsigned nb_timer, timer_cpu[CORES_MAX]; /* 0 or 1 */
	unsigned nb_guest, guest_cpu[CORES_MAX]; /* at least 1; those of the workers if shared */
	unsigned nb_host, host_cpu[CORES_MAX];   /* of the host's threads of virtio and vmux */
	gboolean shared;                         /* guests or the host run on the workers' CPUs */
	gboolean host_shares;                    /* the host's CPUs are not its own */
	gboolean crowded; /* guests of other generators run on the guests' CPUs */
};

/* Which of several generators on the same CPUs this one is. */
struct cores_place {
	unsigned index, count; /* 0, 1: alone */
	unsigned all;          /* generators, those on other CPUs too; 0: count */
};

/*
 * What words say, whatever CPUs this machine has: a list that is not named (NULL or "") is empty.
 * nb_generators: of this machine; each may have a timer. Errors name the option.
 */
gboolean cores_parse(const char *spec, const char *guest_spec, const char *host_spec,
	unsigned nb_generators, struct cores *out, GError **error);
/*
 * The CPUs of this process, out of what cores_parse made of words. Without names: the last CPU for
 * the worker, guests on what is left, the host on the guests'; CPUs of the host that are named are
 * not the guests' unless these are named too. out may be words. An error for a CPU that this process
 * may not use, named by its option.
 */
gboolean cores_assign(
	const struct cores *words, struct cores_place place, struct cores *out, GError **error);

/* EAL's --lcores: lcore 0 floats over the guests' CPUs, worker i is lcore i + 1. Newly allocated. */
char *cores_eal_lcores(const struct cores *c);
/* CPUs of its workers: "1,3". Newly allocated. */
char *cores_text(const struct cores *c);
unsigned cores_nb_workers(
	const struct cores *c); /* load, rx, timer: in that order; at most CORES_MAX */

#endif
