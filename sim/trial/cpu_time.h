/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * sim/trial/cpu_time.h: CPU time of processes that are not tsim's, by /proc/PID/stat: that of all their
 * threads, in steps of 10 ms. Kernel threads that work for them (vhost before Linux 6.4) are not theirs.
 */
#ifndef SIM_TRIAL_CPU_TIME_H
#define SIM_TRIAL_CPU_TIME_H

#include <stdint.h>

#include <glib.h>

struct cpu_time {
	uint64_t ns;
	unsigned threads;
};

/* pids: "123,125"; processes of this machine that run. option: for errors. */
gboolean cpu_time_check(const char *option, const char *pids, GError **error);
/* Of all of them together; one that has ended counts as 0. NULL: none. */
struct cpu_time cpu_time_read(const char *pids);

#endif
