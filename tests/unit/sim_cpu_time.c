/* SPDX-License-Identifier: BSD-3-Clause */
/* CPU time of other processes: this one, whatever its name is, and one that is not there. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <time.h>

#include <sys/prctl.h>
#include <unistd.h>

#include <cmocka.h>

#include "sim/base/clock_read.h"
#include "sim/trial/cpu_time.h"

static void it_is_what_the_clock_says(void **state)
{
	const uint64_t tick_ns = 1000000000 / (uint64_t)sysconf(_SC_CLK_TCK);
	g_autofree char *pid = g_strdup_printf("%d", (int)getpid());
	g_autofree char *twice = g_strdup_printf("%s,%s", pid, pid);
	uint64_t until_ns = clock_read_ns(CLOCK_PROCESS_CPUTIME_ID) + 10 * tick_ns;
	struct cpu_time one, two;

	(void)state;
	assert_int_equal(prctl(PR_SET_NAME, ") R 1 2 3"), 0);
	while (clock_read_ns(CLOCK_PROCESS_CPUTIME_ID) < until_ns)
		continue;
	one = cpu_time_read(pid);
	two = cpu_time_read(twice);
	/* User and system time are rounded down. */
	assert_in_range(one.ns + 2 * tick_ns, until_ns, until_ns + 1000 * tick_ns);
	assert_int_equal(one.threads, 1);
	assert_true(two.ns >= 2 * one.ns);
	assert_int_equal(two.threads, 2);
}

static void who_is_not_there_counts_nothing(void **state)
{
	(void)state;
	assert_int_equal(cpu_time_read(NULL).ns, 0);
	assert_int_equal(cpu_time_read(NULL).threads, 0);
	assert_int_equal(cpu_time_read("2147483647").threads, 0);
}

static void mistakes_are_named(void **state)
{
	static const struct {
		const char *pids, *says;
	} cases[] = { { "qemu", "--x: expected PIDs such as 123,125, got 'qemu'" },
		{ "1,", "expected PIDs" }, { "0", "expected PIDs" }, { "1,../1", "expected PIDs" },
		{ "1,2147483647", "--x: no process 2147483647 on this machine" } };

	(void)state;
	assert_true(cpu_time_check("--x", NULL, NULL));
	assert_true(cpu_time_check("--x", "1", NULL));
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(GError) error = NULL;

		if (cpu_time_check("--x", cases[i].pids, &error))
			fail_msg("'%s' was taken", cases[i].pids);
		if (strstr(error->message, cases[i].says) == NULL)
			fail_msg("'%s': '%s'", cases[i].pids, error->message);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_is_what_the_clock_says),
		cmocka_unit_test(who_is_not_there_counts_nothing),
		cmocka_unit_test(mistakes_are_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
