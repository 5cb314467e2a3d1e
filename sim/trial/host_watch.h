/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * sim/trial/host_watch.h: what the machine does to tsim while it measures: stops, suspends, quotas, CPUs
 * that go offline, a time-stamp counter that cannot be relied on. Main thread. Nothing is allocated
 * between host_watch_new and host_watch_end.
 */
#ifndef SIM_TRIAL_HOST_WATCH_H
#define SIM_TRIAL_HOST_WATCH_H

#include <stdint.h>
#include <sys/types.h>

#include <glib.h>

#include "sim/base/cores.h"

enum host_tsc {
	HOST_TSC_NOT_CONSTANT = 1, /* flag constant_tsc is missing: its rate changes */
	HOST_TSC_MAY_STOP = 2,     /* nonstop_tsc */
	HOST_TSC_DISTRUSTED = 4,   /* the kernel uses another clock source */
};

/* All 0: nothing happened. */
struct host_events {
	double stopped_s;      /* tsim stood still, though it did not wait for a CPU */
	double suspended_s;    /* the machine slept */
	double quota_cpus;     /* of a control group; 0: none */
	gboolean quota_v1;     /* it is set by cpu.cfs_quota_us, not cpu.max */
	uint64_t nr_throttled; /* how often that stopped tsim or its guests */
	double throttled_s;    /* of all CPUs together */
	uint64_t oom_kills;    /* processes of tsim's control groups killed for lack of memory */
	unsigned nb_offline;   /* CPUs of workers and guests that went offline */
	unsigned offline_cpu;  /* one of them */
	double stolen_s; /* a CPU of theirs was with the hypervisor's other guests; the longest */
	unsigned tsc;    /* enum host_tsc */
};

/* One look: CLOCK_MONOTONIC, CLOCK_BOOTTIME; CPU time of the process; this thread's waiting for a CPU. */
struct host_look {
	uint64_t monotonic_ns, boot_ns, ran_ns, waited_ns;
};

/* What the time between two looks adds to stopped_s and suspended_s. Pure. */
void host_watch_judge(
	const struct host_look *before, const struct host_look *now, struct host_events *e);

struct host_watch;

/* root: as in sim/base/cgroup.h. pids: processes of guests, whose control groups count as well. */
struct host_watch *host_watch_new(
	const char *root, const struct cores *cores, const pid_t *pids, unsigned nb_pids);
/* When the trial begins: what was before does not count. */
void host_watch_start(struct host_watch *w);
/* Every few milliseconds. */
void host_watch_tick(struct host_watch *w);
/* About once a second: CPUs that are offline. */
void host_watch_second(struct host_watch *w);
void host_watch_end(struct host_watch *w, struct host_events *out);
void host_watch_free(struct host_watch *w); /* NULL is fine */

/* "its rate changes (constant_tsc missing)", newly allocated; NULL: nothing is wrong. */
char *host_tsc_text(unsigned tsc);
/* A kernel whose clock source is a slower one has found the TSC wanting. */
gboolean host_clock_source_trusts_tsc(const char *source);
/* Of /proc/cpuinfo and the clock source. */
unsigned host_tsc_read(const char *root);

#endif
