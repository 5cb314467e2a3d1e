/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * sim/base/limits.h: what this process and its guests need of what a machine limits, checked before it
 * is used up: open files, tasks, memory, locked memory. Errors name the need, the limit, who sets
 * it, and the remedy. Main thread.
 *
 * root: as in sim/base/cgroup.h.
 */
#ifndef SIM_BASE_LIMITS_H
#define SIM_BASE_LIMITS_H

#include <stdint.h>
#include <sys/resource.h>

#include <glib.h>

/*
 * Raises limit's soft value to need, if it is below, and not further: programs that are started
 * later may close as many. FALSE and error where the hard value is below need. who: what needs
 * them, "64 guests".
 */
gboolean limits_fit_files(const char *who, uint64_t need, struct rlimit *limit, GError **error);
/* The same of this process: need is what it will open beside what is open now. */
gboolean limits_raise_files(const char *who, uint64_t need, GError **error);

/* Room in the control groups of this process. who: "tsim", "64 guests". */
gboolean limits_check_memory(const char *root, const char *who, uint64_t bytes, GError **error);
gboolean limits_check_tasks(const char *root, const char *who, uint64_t tasks, GError **error);

/* RLIMIT_MEMLOCK, for NICs: bytes that a device maps. privileged: it does not apply. */
gboolean limits_fit_locked(const char *who, uint64_t bytes, const struct rlimit *limit,
	gboolean privileged, GError **error);

/*
 * The directory of temporary files, as TMPDIR names it: does it exist, is it writable, and is it
 * short enough for a socket in a directory below it? name_len: of what comes behind dir; 0: no
 * socket is made there.
 */
gboolean limits_check_tmpdir(const char *dir, size_t name_len, GError **error);

/* Is a hugepage of any size free? */
gboolean limits_check_hugepages(const char *root, GError **error);

/* What DPDK cannot do without: sysfs. */
gboolean limits_check_sysfs(const char *root, GError **error);

#endif
