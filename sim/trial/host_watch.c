/* SPDX-License-Identifier: BSD-3-Clause */
#include "sim/trial/host_watch.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "sim/base/cgroup.h"
#include "sim/base/clock_read.h"

enum { TEXT = 4096 };
#define GAP_NS 250000000ULL      /* between two looks that are 10 ms apart, if nothing is wrong */
#define SUSPENDED_NS 10000000ULL /* the clocks are read one after the other */

struct group {
	pid_t pid; /* 0: tsim */
	uint64_t nr_throttled, throttled_ns;
};

struct host_watch {
	char *root;
	unsigned nb_cpus, cpu[3 * CORES_MAX];
	uint64_t stolen[3 * CORES_MAX]; /* ticks, at the start */
	unsigned nb_groups;
	struct group *groups;  /* of processes in different control groups */
	uint64_t oom_kills;    /* before the trial */
	int schedstat, online; /* files that are read again; -1: not there */
	struct host_look last;
	struct host_events events;
};

void host_watch_judge(
	const struct host_look *before, const struct host_look *now, struct host_events *e)
{
	uint64_t gap = now->monotonic_ns - before->monotonic_ns;
	uint64_t boot_gap = now->boot_ns - before->boot_ns;

	if (boot_gap > gap + SUSPENDED_NS)
		e->suspended_s += (double)(boot_gap - gap) / 1e9;
	/*
	 * Workers poll: a process that runs takes CPU time, and one that lost its CPUs to others waits
	 * for them. One that does neither was stopped. The main thread alone may sleep: in a write to
	 * a terminal that is held.
	 */
	if (gap >= GAP_NS && now->ran_ns - before->ran_ns < gap / 4 &&
		now->waited_ns - before->waited_ns < gap / 2)
		e->stopped_s += (double)gap / 1e9;
}

static char *full_path(const struct host_watch *w, const char *path)
{
	return g_strconcat(w->root, path, NULL);
}

static int open_file(const struct host_watch *w, const char *path)
{
	g_autofree char *full = full_path(w, path);

	return open(full, O_RDONLY | O_CLOEXEC);
}

/* All of a small file into text[TEXT]; "" if there is none. */
static void read_again(int fd, char *text)
{
	ssize_t n = fd < 0 ? 0 : pread(fd, text, TEXT - 1, 0);

	text[MAX(n, 0)] = '\0';
}

static struct host_look look_now(const struct host_watch *w)
{
	char text[TEXT], *end;
	struct host_look l = { .monotonic_ns = clock_read_ns(CLOCK_MONOTONIC),
		.boot_ns = clock_read_ns(CLOCK_BOOTTIME),
		.ran_ns = clock_read_ns(CLOCK_PROCESS_CPUTIME_ID) };

	/* Documentation/scheduler/sched-stats.rst: ns on a CPU, ns waiting for one, slices. */
	read_again(w->schedstat, text);
	(void)strtoull(text, &end, 10);
	l.waited_ns = strtoull(end, NULL, 10);
	return l;
}

/* "0-3,5": is a CPU in it? Where nothing is known: yes. */
static gboolean in_list(const char *list, unsigned cpu)
{
	gboolean any = FALSE;

	while (g_ascii_isdigit(*list)) {
		char *end;
		unsigned long first = strtoul(list, &end, 10), last = first;

		if (*end == '-')
			last = strtoul(end + 1, &end, 10);
		if (cpu >= first && cpu <= last)
			return TRUE;
		any = TRUE;
		list = *end == ',' ? end + 1 : end;
	}
	return !any;
}

void host_watch_second(struct host_watch *w)
{
	char text[TEXT];
	unsigned nb = 0;

	read_again(w->online, text);
	for (unsigned i = 0; i < w->nb_cpus; i++) {
		if (in_list(text, w->cpu[i]))
			continue;
		w->events.offline_cpu = w->cpu[i];
		nb++;
	}
	w->events.nb_offline = MAX(w->events.nb_offline, nb);
}

static void add_cpus(struct host_watch *w, const unsigned *cpu, unsigned nb)
{
	for (unsigned i = 0; i < nb; i++) {
		unsigned k = 0;

		while (k < w->nb_cpus && w->cpu[k] != cpu[i])
			k++;
		if (k == w->nb_cpus)
			w->cpu[w->nb_cpus++] = cpu[i];
	}
}

/* Clock ticks of steal time since the machine started: proc(5), the 8th number of a CPU's line. */
static uint64_t stolen_ticks(const char *stat, unsigned cpu)
{
	g_autofree char *key = g_strdup_printf("\ncpu%u ", cpu);
	const char *at = strstr(stat, key);
	uint64_t value = 0;
	char *end;

	if (at == NULL)
		return 0;
	end = (char *)(uintptr_t)(at + strlen(key));
	for (unsigned i = 0; i < 8; i++)
		value = g_ascii_strtoull(end, &end, 10);
	return value;
}

static void read_groups(struct host_watch *w, const pid_t *pids, unsigned nb_pids)
{
	g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

	w->groups = g_new0(struct group, nb_pids + 1);
	for (unsigned i = 0; i <= nb_pids; i++) {
		pid_t pid = i == 0 ? 0 : pids[i - 1];
		g_autofree char *path = pid == 0 ? full_path(w, "/proc/self/cgroup")
						 : g_strdup_printf(
							   "%s/proc/%d/cgroup", w->root, (int)pid);
		char *text;
		struct cgroup_cpu c;

		if (!g_file_get_contents(path, &text, NULL, NULL) || !g_hash_table_add(seen, text))
			continue;
		cgroup_read_cpu(w->root, pid, &c);
		w->groups[w->nb_groups++] = (struct group){
			.pid = pid, .nr_throttled = c.nr_throttled, .throttled_ns = c.throttled_ns
		};
		cgroup_cpu_clear(&c);
	}
}

/* The group that lost most has the word. */
static void judge_groups(struct host_watch *w)
{
	struct host_events *e = &w->events;

	for (unsigned i = 0; i < w->nb_groups; i++) {
		const struct group *g = &w->groups[i];
		struct cgroup_cpu c;
		double lost_s;

		cgroup_read_cpu(w->root, g->pid, &c);
		lost_s = c.throttled_ns < g->throttled_ns
				 ? 0
				 : (double)(c.throttled_ns - g->throttled_ns) / 1e9;
		if (c.path != NULL && (e->quota_cpus == 0 || lost_s > e->throttled_s)) {
			e->quota_cpus = c.quota_cpus;
			e->quota_v1 = g_str_equal(c.file, "cpu.cfs_quota_us");
			e->throttled_s = lost_s;
			e->nr_throttled = c.nr_throttled - MIN(c.nr_throttled, g->nr_throttled);
		}
		cgroup_cpu_clear(&c);
	}
}

static char *read_stat(const struct host_watch *w)
{
	g_autofree char *path = full_path(w, "/proc/stat");
	char *text = NULL;

	return g_file_get_contents(path, &text, NULL, NULL) ? text : g_strdup("");
}

gboolean host_clock_source_trusts_tsc(const char *source)
{
	static const char *const slower[] = { "hpet", "acpi_pm", "jiffies", "refined-jiffies",
		NULL };

	return !g_strv_contains(slower, source);
}

unsigned host_tsc_read(const char *root)
{
	g_autofree char *info_path = g_strconcat(root, "/proc/cpuinfo", NULL);
	g_autofree char *source_path = g_strconcat(
		root, "/sys/devices/system/clocksource/clocksource0/current_clocksource", NULL);
	g_autofree char *info = NULL, *source = NULL, *line = NULL;
	g_auto(GStrv) flags = NULL;
	const char *at;
	unsigned tsc = 0;

	if (g_file_get_contents(source_path, &source, NULL, NULL) &&
		!host_clock_source_trusts_tsc(g_strchomp(source)))
		tsc |= HOST_TSC_DISTRUSTED;
	if (!g_file_get_contents(info_path, &info, NULL, NULL) ||
		(at = strstr(info, "\nflags")) == NULL)
		return tsc; /* nobody knows */
	line = g_strndup(at + 1, strcspn(at + 1, "\n"));
	flags = g_strsplit_set(line, " \t", -1);
	if (!g_strv_contains((const char *const *)flags, "constant_tsc"))
		tsc |= HOST_TSC_NOT_CONSTANT;
	if (!g_strv_contains((const char *const *)flags, "nonstop_tsc"))
		tsc |= HOST_TSC_MAY_STOP;
	return tsc;
}

char *host_tsc_text(unsigned tsc)
{
	g_autoptr(GPtrArray) parts = g_ptr_array_new();

	if ((tsc & HOST_TSC_NOT_CONSTANT) != 0)
		g_ptr_array_add(parts, "CPU flag constant_tsc missing");
	if ((tsc & HOST_TSC_MAY_STOP) != 0)
		g_ptr_array_add(parts, "CPU flag nonstop_tsc missing");
	if ((tsc & HOST_TSC_DISTRUSTED) != 0)
		g_ptr_array_add(parts, "kernel uses another clock source");
	g_ptr_array_add(parts, NULL);
	return parts->len == 1 ? NULL : g_strjoinv(", ", (char **)parts->pdata);
}

struct host_watch *host_watch_new(
	const char *root, const struct cores *cores, const pid_t *pids, unsigned nb_pids)
{
	struct host_watch *w = g_new0(struct host_watch, 1);
	g_autofree char *stat = NULL;

	w->root = g_strdup(root);
	w->events.tsc = host_tsc_read(root);
	add_cpus(w, cores->load_cpu, cores->nb_load);
	if (!cores->combined)
		add_cpus(w, cores->rx_cpu, cores->nb_rx);
	add_cpus(w, cores->guest_cpu, cores->nb_guest);
	stat = read_stat(w);
	for (unsigned i = 0; i < w->nb_cpus; i++)
		w->stolen[i] = stolen_ticks(stat, w->cpu[i]);
	read_groups(w, pids, nb_pids);
	w->oom_kills = cgroup_read_oom_kills(root);
	w->schedstat = open_file(w, "/proc/thread-self/schedstat");
	w->online = open_file(w, "/sys/devices/system/cpu/online");
	return w;
}

void host_watch_start(struct host_watch *w)
{
	w->last = look_now(w);
}

void host_watch_tick(struct host_watch *w)
{
	struct host_look now = look_now(w);

	host_watch_judge(&w->last, &now, &w->events);
	w->last = now;
}

void host_watch_end(struct host_watch *w, struct host_events *out)
{
	g_autofree char *stat = read_stat(w);
	uint64_t oom_kills = cgroup_read_oom_kills(w->root);

	host_watch_second(w);
	judge_groups(w);
	w->events.oom_kills = oom_kills - MIN(oom_kills, w->oom_kills);
	for (unsigned i = 0; i < w->nb_cpus; i++) {
		uint64_t now = stolen_ticks(stat, w->cpu[i]);
		double s = (double)(now - MIN(now, w->stolen[i])) / (double)sysconf(_SC_CLK_TCK);

		w->events.stolen_s = MAX(w->events.stolen_s, s);
	}
	*out = w->events;
}

void host_watch_free(struct host_watch *w)
{
	if (w == NULL)
		return;
	if (w->schedstat >= 0)
		close(w->schedstat);
	if (w->online >= 0)
		close(w->online);
	g_free(w->groups);
	g_free(w->root);
	g_free(w);
}
