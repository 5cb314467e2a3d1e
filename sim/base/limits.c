/* SPDX-License-Identifier: BSD-3-Clause */
#include "sim/base/limits.h"

#include <string.h>
#include <sys/un.h>
#include <unistd.h>

#include "sim/base/cgroup.h"
#include "sim/base/error.h"

#define MIB 1048576.0

static const char *needs_word(const char *who)
{
	return g_str_has_suffix(who, "guests") ? "need" : "needs";
}

gboolean limits_fit_files(const char *who, uint64_t need, struct rlimit *limit, GError **error)
{
	if (limit->rlim_max != RLIM_INFINITY && limit->rlim_max < need)
		return sim_fail(error, SIM_ERROR_RESOURCES,
			"open files: %s %s %" G_GUINT64_FORMAT
			" file descriptors, but the hard limit is %" G_GUINT64_FORMAT
			": raise it to %" G_GUINT64_FORMAT
			" (ulimit -Hn as root, nofile in /etc/security/limits.conf, "
			"LimitNOFILE= of systemd), or use fewer --guests",
			who, needs_word(who), need, (uint64_t)limit->rlim_max, need);
	if (limit->rlim_cur != RLIM_INFINITY && limit->rlim_cur < need)
		limit->rlim_cur = need;
	return TRUE;
}

static uint64_t count_open_files(void)
{
	g_autoptr(GDir) dir = g_dir_open("/proc/self/fd", 0, NULL);
	uint64_t nb = 0;

	while (dir != NULL && g_dir_read_name(dir) != NULL)
		nb++;
	return nb;
}

gboolean limits_raise_files(const char *who, uint64_t need, GError **error)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
		return TRUE; /* nobody knows: what fails later says so */
	if (!limits_fit_files(who, count_open_files() + need, &limit, error))
		return FALSE;
	(void)setrlimit(RLIMIT_NOFILE, &limit);
	return TRUE;
}

/* What a control group has room for, and how an error says it. */
struct room_kind {
	gboolean (*read)(const char *root, struct cgroup_room *out);
	const char *name, *about, *noun, *unit, *setters;
	double divisor;
};

static gboolean check_room(const struct room_kind *kind, const char *root, const char *who,
	uint64_t need, GError **error)
{
	struct cgroup_room room;
	gboolean fits;

	if (!kind->read(root, &room))
		return TRUE;
	fits = need <= room.left ||
	       sim_fail(error, SIM_ERROR_RESOURCES,
		       "%s: %s %s %s%.0f%s, but the control group's limit of %.0f%s leaves "
		       "%.0f%s (%s): raise the limit (%s), or use fewer --guests",
		       kind->name, who, needs_word(who), kind->about, (double)need / kind->divisor,
		       kind->noun, (double)room.limit / kind->divisor, kind->unit,
		       (double)room.left / kind->divisor, kind->unit, room.path, kind->setters);
	cgroup_room_clear(&room);
	return fits;
}

gboolean limits_check_memory(const char *root, const char *who, uint64_t bytes, GError **error)
{
	static const struct room_kind memory = { cgroup_read_memory, "memory", "about ", " MiB",
		" MiB", "MemoryMax= of systemd, docker run --memory", MIB };

	return check_room(&memory, root, who, bytes, error);
}

gboolean limits_check_tasks(const char *root, const char *who, uint64_t tasks, GError **error)
{
	static const struct room_kind kind = { cgroup_read_tasks, "tasks", "",
		" processes and threads", "", "TasksMax= of systemd, docker run --pids-limit", 1 };

	return check_room(&kind, root, who, tasks, error);
}

gboolean limits_fit_locked(const char *who, uint64_t bytes, const struct rlimit *limit,
	gboolean privileged, GError **error)
{
	return privileged || limit->rlim_cur == RLIM_INFINITY || bytes <= limit->rlim_cur ||
	       sim_fail(error, SIM_ERROR_RESOURCES,
		       "%s: locked memory: the device maps %.0f MiB, the limit is %.0f MiB: raise "
		       "it (ulimit -l, memlock in /etc/security/limits.conf), or run as root",
		       who, (double)bytes / MIB, (double)limit->rlim_cur / MIB);
}

gboolean limits_check_tmpdir(const char *dir, size_t name_len, GError **error)
{
	const size_t room = sizeof(((struct sockaddr_un *)NULL)->sun_path) - 1;
	const char *why = NULL;

	if (!g_file_test(dir, G_FILE_TEST_IS_DIR))
		why = g_file_test(dir, G_FILE_TEST_EXISTS) ? "not a directory"
							   : "directory not found";
	else if (access(dir, W_OK | X_OK) != 0)
		why = "directory not writable";
	if (why != NULL)
		return sim_fail(error, SIM_ERROR_RESOURCES,
			"TMPDIR: %s: %s: set TMPDIR to a writable directory", dir, why);
	return name_len == 0 || strlen(dir) + name_len <= room ||
	       sim_fail(error, SIM_ERROR_RESOURCES,
		       "TMPDIR: %s: path too long for sockets (%zu characters, at most %zu): set "
		       "TMPDIR to a shorter one, or name a short --socket-dir",
		       dir, strlen(dir), room - name_len);
}

gboolean limits_check_hugepages(const char *root, GError **error)
{
	g_autofree char *path = g_strconcat(root, "/sys/kernel/mm/hugepages", NULL);
	g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
	const char *name;

	while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
		g_autofree char *file = g_build_filename(path, name, "free_hugepages", NULL);
		g_autofree char *text = NULL;

		if (g_file_get_contents(file, &text, NULL, NULL) &&
			g_ascii_strtoull(text, NULL, 10) != 0)
			return TRUE;
	}
	return sim_fail(error, SIM_ERROR_RESOURCES,
		"--hugepages: no free hugepages: reserve some (echo 1024 "
		">/proc/sys/vm/nr_hugepages)");
}

gboolean limits_check_sysfs(const char *root, GError **error)
{
	g_autofree char *cpus = g_strconcat(root, "/sys/devices/system/cpu", NULL);

	return g_file_test(cpus, G_FILE_TEST_IS_DIR) ||
	       sim_fail(error, SIM_ERROR_RESOURCES,
		       "/sys/devices/system/cpu not found: DPDK requires sysfs: mount -t sysfs "
		       "sysfs /sys");
}
