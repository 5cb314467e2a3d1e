/* SPDX-License-Identifier: BSD-3-Clause */
#include "sim/base/cgroup.h"

#include <string.h>

enum { MOUNT_ROOT = 3, MOUNT_POINT = 4 }; /* fields of mountinfo: proc(5) */

/* dir: an existing directory of a group. */
typedef void (*visit)(const char *dir, gboolean v2, void *user);

static char *read_text(const char *root, const char *path)
{
	g_autofree char *full = g_strconcat(root, path, NULL);
	char *text = NULL;

	return g_file_get_contents(full, &text, NULL, NULL) ? text : g_strdup("");
}

static gboolean has_item(const char *list, const char *item)
{
	g_auto(GStrv) items = g_strsplit(list, ",", -1);

	return g_strv_contains((const char *const *)items, item);
}

/* The process's group of a controller ("": version 2), newly allocated; NULL: none. */
static char *own_group(const char *text, const char *controller)
{
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

	for (char **l = lines; *l != NULL; l++) {
		g_auto(GStrv) field = g_strsplit(*l, ":", 3); /* cgroups(7): ID:CONTROLLERS:PATH */

		if (g_strv_length(field) == 3 &&
			(controller[0] == '\0' ? g_str_equal(field[0], "0") && field[1][0] == '\0'
					       : has_item(field[1], controller)))
			return g_strdup(field[2]);
	}
	return NULL;
}

/* Where a hierarchy is mounted, and which of its groups is seen there. */
static gboolean find_mount(
	const char *mounts, const char *controller, char **point, char **of_group)
{
	g_auto(GStrv) lines = g_strsplit(mounts, "\n", -1);

	for (char **l = lines; *l != NULL; l++) {
		char *dash = strstr(*l, " - ");
		g_auto(GStrv) head = NULL, tail = NULL;

		if (dash == NULL)
			continue;
		*dash = '\0';
		head = g_strsplit(*l, " ", -1);
		tail = g_strsplit(dash + 3, " ", -1);
		if (g_strv_length(head) <= MOUNT_POINT || g_strv_length(tail) < 3)
			continue;
		if (controller[0] == '\0'
				? !g_str_equal(tail[0], "cgroup2")
				: !g_str_equal(tail[0], "cgroup") || !has_item(tail[2], controller))
			continue;
		*point = g_strcompress(head[MOUNT_POINT]); /* blanks are octal there */
		*of_group = g_strcompress(head[MOUNT_ROOT]);
		return TRUE;
	}
	return FALSE;
}

/* The group below the mount point: "" for the one that is mounted, or if it is outside of it. */
static const char *path_below(const char *group, const char *of_group)
{
	if (g_str_equal(of_group, "/"))
		return g_str_equal(group, "/") ? "" : group;
	return g_str_has_prefix(group, of_group) && group[strlen(of_group)] == '/'
		       ? group + strlen(of_group)
		       : "";
}

static void walk_hierarchy(const char *root, const char *groups, const char *mounts,
	const char *controller, gboolean v2, visit fn, void *user)
{
	const char *key = v2 ? "" : controller;
	g_autofree char *group = own_group(groups, key), *point = NULL, *of_group = NULL;
	g_autofree char *top = NULL, *dir = NULL;

	if (group == NULL || strstr(group, "/..") != NULL ||
		!find_mount(mounts, key, &point, &of_group))
		return;
	top = g_strconcat(root, point, NULL);
	dir = g_strconcat(top, path_below(group, of_group), NULL);
	for (;;) {
		if (g_file_test(dir, G_FILE_TEST_IS_DIR))
			fn(dir, v2, user);
		if (strlen(dir) <= strlen(top))
			return;
		*strrchr(dir, '/') = '\0';
	}
}

/* From the process's group upwards, in both versions: controllers may be with either. */
static void walk_groups(const char *root, pid_t pid, const char *controller, visit fn, void *user)
{
	g_autofree char *path = pid == 0 ? g_strdup("/proc/self/cgroup")
					 : g_strdup_printf("/proc/%d/cgroup", (int)pid);
	g_autofree char *groups = read_text(root, path);
	g_autofree char *mounts = read_text(root, "/proc/self/mountinfo");

	walk_hierarchy(root, groups, mounts, controller, TRUE, fn, user);
	walk_hierarchy(root, groups, mounts, controller, FALSE, fn, user);
}

/* The number behind a key of a file of lines "KEY NUMBER"; 0 where there is none. */
static uint64_t number_of(const char *text, const char *key)
{
	size_t len = strlen(key);

	for (const char *line = text; line != NULL; line = strchr(line, '\n')) {
		line += *line == '\n' ? 1 : 0;
		if (strncmp(line, key, len) == 0 && line[len] == ' ')
			return g_ascii_strtoull(line + len, NULL, 10);
	}
	return 0;
}

static void visit_cpu(const char *dir, gboolean v2, void *user)
{
	struct cgroup_cpu *c = user;
	const char *file = v2 ? "cpu.max" : "cpu.cfs_quota_us";
	g_autofree char *path = g_build_filename(dir, file, NULL);
	g_autofree char *quota = read_text("", path), *stat = read_text(dir, "/cpu.stat");
	g_autofree char *period = NULL;
	double quota_us = g_ascii_strtod(quota, NULL), period_us, cpus;

	if (v2) { /* "max 100000" or "20000 100000" */
		const char *space = strchr(quota, ' ');

		period_us = space == NULL ? 0 : g_ascii_strtod(space, NULL);
	} else { /* -1: none */
		period = read_text(dir, "/cpu.cfs_period_us");
		period_us = g_ascii_strtod(period, NULL);
	}
	c->nr_throttled += number_of(stat, "nr_throttled");
	c->throttled_ns += v2 ? number_of(stat, "throttled_usec") * 1000
			      : number_of(stat, "throttled_time");
	if (!(quota_us > 0 && period_us > 0))
		return;
	cpus = quota_us / period_us;
	if (c->path != NULL && c->quota_cpus <= cpus)
		return;
	g_free(c->path);
	c->path = g_steal_pointer(&path);
	c->file = file;
	c->quota_cpus = cpus;
}

void cgroup_read_cpu(const char *root, pid_t pid, struct cgroup_cpu *out)
{
	*out = (struct cgroup_cpu){ 0 };
	walk_groups(root, pid, "cpu", visit_cpu, out);
}

void cgroup_cpu_clear(struct cgroup_cpu *c)
{
	g_clear_pointer(&c->path, g_free);
}

static void note_room(struct cgroup_room *r, const char *dir, const char *limit_file,
	const char *usage_file, uint64_t reclaimable)
{
	g_autofree char *path = g_strconcat(dir, limit_file, NULL);
	g_autofree char *text = read_text("", path), *usage_text = read_text(dir, usage_file);
	uint64_t limit = g_ascii_strtoull(text, NULL, 10), used, left;

	/* "max"; version 1 has the largest number of pages instead. */
	if (!g_ascii_isdigit(text[0]) || limit >= (uint64_t)G_MAXINT64 / 2)
		return;
	used = g_ascii_strtoull(usage_text, NULL, 10);
	used -= MIN(used, reclaimable);
	left = limit - MIN(limit, used);
	if (r->path != NULL && r->left <= left)
		return;
	g_free(r->path);
	*r = (struct cgroup_room){ .limit = limit, .left = left, .path = g_steal_pointer(&path) };
}

static void visit_memory(const char *dir, gboolean v2, void *user)
{
	g_autofree char *stat = read_text(dir, "/memory.stat");

	if (v2)
		note_room(user, dir, "/memory.max", "/memory.current",
			number_of(stat, "inactive_file") + number_of(stat, "active_file"));
	else
		note_room(user, dir, "/memory.limit_in_bytes", "/memory.usage_in_bytes",
			number_of(stat, "total_inactive_file") +
				number_of(stat, "total_active_file"));
}

static void visit_tasks(const char *dir, gboolean v2, void *user)
{
	(void)v2;
	note_room(user, dir, "/pids.max", "/pids.current", 0);
}

struct kills {
	gboolean known;
	uint64_t nb;
};

/* A kill counts in the victim's own group, whichever limit it met; in v2 above it as well. */
static void visit_oom(const char *dir, gboolean v2, void *user)
{
	struct kills *kills = user;
	g_autofree char *text = read_text(dir, v2 ? "/memory.events" : "/memory.oom_control");

	if (!kills->known)
		kills->nb = number_of(text, "oom_kill");
	kills->known |= text != NULL && *text != '\0'; /* a hybrid machine's v2 has no such file */
}

static gboolean read_room(
	const char *root, const char *controller, visit fn, struct cgroup_room *out)
{
	struct cgroup_room r = { 0 };

	walk_groups(root, 0, controller, fn, &r);
	if (r.path != NULL)
		*out = r;
	return r.path != NULL;
}

gboolean cgroup_read_memory(const char *root, struct cgroup_room *out)
{
	return read_room(root, "memory", visit_memory, out);
}

gboolean cgroup_read_tasks(const char *root, struct cgroup_room *out)
{
	return read_room(root, "pids", visit_tasks, out);
}

void cgroup_room_clear(struct cgroup_room *r)
{
	g_clear_pointer(&r->path, g_free);
}

uint64_t cgroup_read_oom_kills(const char *root)
{
	struct kills kills = { 0 };

	walk_groups(root, 0, "memory", visit_oom, &kills);
	return kills.nb;
}
