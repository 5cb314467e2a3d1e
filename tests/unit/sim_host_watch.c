/* SPDX-License-Identifier: BSD-3-Clause */
/* What a made-up machine did to a trial: stop, suspend, quota, offline CPU, time-stamp counter. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "analyze/base/file.h"
#include "made_up_host.h"
#include "sim/trial/host_watch.h"

#define S 1000000000ULL

static const struct cores cores = {
	.nb_load = 1, .load_cpu = { 3 }, .combined = TRUE, .nb_guest = 2, .guest_cpu = { 1, 2 }
};

static struct host_events judged(double gap_s, double boot_s, double ran_s, double waited_s)
{
	const struct host_look before = {
		.monotonic_ns = 9 * S, .boot_ns = 90 * S, .ran_ns = S, .waited_ns = S
	};
	struct host_look now = before;
	struct host_events e = { 0 };

	now.monotonic_ns += (uint64_t)(gap_s * 1e9);
	now.boot_ns += (uint64_t)(boot_s * 1e9);
	now.ran_ns += (uint64_t)(ran_s * 1e9);
	now.waited_ns += (uint64_t)(waited_s * 1e9);
	host_watch_judge(&before, &now, &e);
	return e;
}

static void stopped_is_told_from_starved_and_from_a_held_terminal(void **state)
{
	(void)state;
	assert_true(judged(0.01, 0.01, 0.01, 0).stopped_s == 0);
	assert_true(judged(3, 3, 0.01, 0.02).stopped_s == 3);
	assert_true(judged(3, 3, 0.01, 2.9).stopped_s == 0); /* others had the CPUs */
	assert_true(judged(3, 3, 2.9, 0).stopped_s == 0);    /* workers ran on */
	assert_true(judged(0.2, 0.2, 0, 0).stopped_s == 0);
}

static void suspend_shows_in_the_boot_clock(void **state)
{
	struct host_events e = judged(0.01, 60.01, 0.01, 0);

	(void)state;
	assert_true(e.suspended_s > 59.9 && e.suspended_s < 60.1);
	assert_true(e.stopped_s == 0);
	assert_true(judged(0.01, 0.0101, 0.01, 0).suspended_s == 0);
}

static char *host(const char *mounts, const char *groups)
{
	char *root = made_up_host();

	made_up_file(root, "proc/self/mountinfo", mounts);
	made_up_file(root, "proc/self/cgroup", groups);
	made_up_file(root, "proc/thread-self/schedstat", "10 20 3\n");
	made_up_file(
		root, "proc/cpuinfo", "processor\t: 0\nflags\t\t: fpu constant_tsc nonstop_tsc\n");
	made_up_file(root, "proc/stat", "cpu  9 9 9 9 9 9 9 900 0 0\ncpu1 1 1 1 1 1 1 1 100 0 0\n");
	made_up_file(root, "sys/devices/system/cpu/online", "0-3\n");
	made_up_file(
		root, "sys/devices/system/clocksource/clocksource0/current_clocksource", "tsc\n");
	return root;
}

static struct host_events end(struct host_watch *w, char *root)
{
	struct host_events e;

	host_watch_end(w, &e);
	host_watch_free(w);
	file_remove_tree(root);
	g_free(root);
	return e;
}

static void nothing_happened(void **state)
{
	char *root = host("30 24 0:26 / /cg rw - cgroup2 cgroup2 rw\n", "0::/\n");
	struct host_watch *w = host_watch_new(root, &cores, NULL, 0);
	struct host_events e;

	(void)state;
	host_watch_start(w);
	host_watch_tick(w);
	host_watch_second(w);
	e = end(w, root);
	assert_true(e.throttled_s == 0 && e.quota_cpus == 0 && e.nb_offline == 0 && e.tsc == 0);
	assert_true(e.suspended_s == 0 && e.stolen_s == 0);
}

static void quota_of_v1_in_the_guests_group(void **state)
{
	const pid_t guests[] = { 70, 71 };
	char *root = host("30 24 0:26 / /cg rw - cgroup cgroup rw,cpu\n", "1:cpu:/tsim\n");
	struct host_watch *w;
	struct host_events e;

	(void)state;
	made_up_file(root, "proc/70/cgroup", "1:cpu:/tsim\n");
	made_up_file(root, "proc/71/cgroup", "1:cpu:/guests\n");
	made_up_file(root, "cg/tsim/cpu.cfs_quota_us", "-1\n");
	made_up_file(root, "cg/tsim/cpu.cfs_period_us", "100000\n");
	made_up_file(root, "cg/guests/cpu.cfs_quota_us", "20000\n");
	made_up_file(root, "cg/guests/cpu.cfs_period_us", "100000\n");
	made_up_file(root, "cg/guests/cpu.stat", "nr_throttled 100\nthrottled_time 5000000000\n");
	w = host_watch_new(root, &cores, guests, 2);
	made_up_file(root, "cg/guests/cpu.stat", "nr_throttled 139\nthrottled_time 8000000000\n");
	e = end(w, root);
	assert_int_equal(e.nr_throttled, 39);
	assert_true(e.throttled_s > 2.999 && e.throttled_s < 3.001);
	assert_true(e.quota_cpus > 0.199 && e.quota_cpus < 0.201);
	assert_true(e.quota_v1);
}

static void quota_of_v2(void **state)
{
	char *root = host("30 24 0:26 / /cg rw - cgroup2 cgroup2 rw\n", "0::/a/b\n");
	struct host_watch *w;
	struct host_events e;

	(void)state;
	made_up_file(root, "cg/a/cpu.max", "120000 100000\n");
	made_up_file(root, "cg/a/cpu.stat", "nr_throttled 1\nthrottled_usec 1000\n");
	w = host_watch_new(root, &cores, NULL, 0);
	made_up_file(root, "cg/a/cpu.stat", "nr_throttled 3\nthrottled_usec 2001000\n");
	e = end(w, root);
	assert_int_equal(e.nr_throttled, 2);
	assert_true(e.throttled_s > 1.999 && e.throttled_s < 2.001);
	assert_false(e.quota_v1);
}

/* Each counts once, though the group above has it, too. */
static void kills_for_lack_of_memory_are_those_of_the_trial(void **state)
{
	char *root = host("30 24 0:26 / /cg rw - cgroup2 cgroup2 rw\n", "0::/a/b\n");
	struct host_watch *w;

	(void)state;
	made_up_file(root, "cg/a/memory.events", "low 0\noom 1\noom_kill 14\n");
	made_up_file(root, "cg/a/b/memory.events", "low 0\noom 1\noom_kill 4\n");
	w = host_watch_new(root, &cores, NULL, 0);
	made_up_file(root, "cg/a/memory.events", "low 0\noom 2\noom_kill 16\n");
	made_up_file(root, "cg/a/b/memory.events", "low 0\noom 2\noom_kill 6\n");
	assert_int_equal(end(w, root).oom_kills, 2);
}

static void cpu_that_went_offline_and_came_back_is_named(void **state)
{
	char *root = host("", "");
	struct host_watch *w = host_watch_new(root, &cores, NULL, 0);
	struct host_events e;
	g_autofree char *online = g_build_filename(root, "sys/devices/system/cpu/online", NULL);
	FILE *f;

	(void)state;
	host_watch_second(w);
	f = g_fopen(online, "w"); /* the same file, as the kernel's is */
	fputs("0-1,3\n", f);
	fclose(f);
	host_watch_second(w);
	f = g_fopen(online, "w");
	fputs("0-3\n", f);
	fclose(f);
	made_up_file(root, "proc/stat", "cpu  9 9 9 9 9 9 9 900 0 0\ncpu1 1 1 1 1 1 1 1 100 0 0\n");
	e = end(w, root);
	assert_int_equal(e.nb_offline, 1);
	assert_int_equal(e.offline_cpu, 2);
}

static void time_that_the_hypervisor_took(void **state)
{
	char *root = host("", "");
	struct host_watch *w = host_watch_new(root, &cores, NULL, 0);
	struct host_events e;

	(void)state;
	made_up_file(root, "proc/stat", "cpu  9 9 9 9 9 9 9 900 0 0\ncpu1 1 1 1 1 1 1 1 180 0 0\n");
	e = end(w, root);
	assert_true(e.stolen_s > 0);
}

static void tsc_flags_and_clock_source(void **state)
{
	static const struct {
		const char *flags, *source;
		unsigned tsc;
	} cases[] = {
		{ "constant_tsc nonstop_tsc", "tsc", 0 },
		{ "constant_tsc nonstop_tsc", "kvm-clock", 0 },
		{ "constant_tsc nonstop_tsc", "hpet", HOST_TSC_DISTRUSTED },
		{ "nonstop_tsc", "tsc", HOST_TSC_NOT_CONSTANT },
		{ "constant_tsc", "tsc", HOST_TSC_MAY_STOP },
		{ "fpu", "acpi_pm",
			HOST_TSC_NOT_CONSTANT | HOST_TSC_MAY_STOP | HOST_TSC_DISTRUSTED },
	};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		char *root = made_up_host();
		g_autofree char *info = g_strdup_printf(
			"processor\t: 0\nflags\t\t: %s\n", cases[i].flags);

		made_up_file(root, "proc/cpuinfo", info);
		made_up_file(root,
			"sys/devices/system/clocksource/clocksource0/current_clocksource",
			cases[i].source);
		assert_int_equal(host_tsc_read(root), cases[i].tsc);
		file_remove_tree(root);
		assert_int_equal(host_tsc_read(root), 0); /* nobody knows */
		g_free(root);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(stopped_is_told_from_starved_and_from_a_held_terminal),
		cmocka_unit_test(suspend_shows_in_the_boot_clock),
		cmocka_unit_test(nothing_happened),
		cmocka_unit_test(quota_of_v1_in_the_guests_group),
		cmocka_unit_test(quota_of_v2),
		cmocka_unit_test(kills_for_lack_of_memory_are_those_of_the_trial),
		cmocka_unit_test(cpu_that_went_offline_and_came_back_is_named),
		cmocka_unit_test(time_that_the_hypervisor_took),
		cmocka_unit_test(tsc_flags_and_clock_source),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
