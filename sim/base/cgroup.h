/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * sim/base/cgroup.h: what control groups allow a process, version 1 and 2: its own group and those above
 * it. Reads files only. Not from workers.
 *
 * root: "" for this machine; in tests a directory that holds proc/ and the mount points.
 */
#ifndef SIM_BASE_CGROUP_H
#define SIM_BASE_CGROUP_H

#include <stdint.h>
#include <sys/types.h>

#include <glib.h>

struct cgroup_cpu {
	double quota_cpus; /* the smallest, in CPUs; 0: no quota */
	const char *file;  /* that sets it: "cpu.max" or "cpu.cfs_quota_us"; static */
	char *path;        /* of that file; NULL: no quota */
	/* Of all these groups since they were made. */
	uint64_t nr_throttled, throttled_ns;
};

/* pid 0: this process. Of a process that has ended: no quota. out is cleared by cgroup_cpu_clear. */
void cgroup_read_cpu(const char *root, pid_t pid, struct cgroup_cpu *out);
void cgroup_cpu_clear(struct cgroup_cpu *c);

struct cgroup_room {
	uint64_t limit, left; /* bytes, or tasks */
	char *path;           /* of the file that sets the limit */
};

/*
 * Of this process: the group with the least room. FALSE: there is no limit, and out is not set. Page
 * cache counts as room. out is cleared by cgroup_room_clear.
 */
gboolean cgroup_read_memory(const char *root, struct cgroup_room *out);
gboolean cgroup_read_tasks(const char *root, struct cgroup_room *out);
void cgroup_room_clear(struct cgroup_room *r);
/* Processes of this process's group that were killed for lack of memory since it was made. */
uint64_t cgroup_read_oom_kills(const char *root);

#endif
