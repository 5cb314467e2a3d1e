/* SPDX-License-Identifier: BSD-3-Clause */
/* The verdict of a trial that several generators measured holds what each of them knows. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "sim/trial/generators.h"
#include "tests/unit/fake_trial.h"

enum { RANKS = 3 };

static struct generators_facts facts_of(guint rank)
{
	return (struct generators_facts){
		.in = { .tsc_error_ppm = rank == 1 ? -300 : 1, .guests_waited = 0.01 * rank },
		.health = { .unsent = 10 + rank, .stopped_ns = 100 * rank },
	};
}

static gboolean is_said(const trial *t, const char *text)
{
	for (guint i = 0; i < t->reasons->len; i++)
		if (strstr(g_ptr_array_index(t->reasons, i), text) != NULL)
			return TRUE;
	return FALSE;
}

static void all_facts_count(void **state)
{
	g_autoptr(trial) t = fake_trial(&(struct fake_cfg){ .guests = 7, .rate_pps = 2000 });
	struct generators_facts sum = { 0 };

	(void)state;
	for (guint i = 0; i < RANKS; i++) {
		const struct generators_facts one = facts_of(i);

		generators_add_facts(&sum, &one);
	}
	assert_true(sum.in.tsc_error_ppm == -300 && sum.in.guests_waited == 0.02);
	assert_int_equal(sum.health.stopped_ns, 200);
	sum.in.health = &sum.health;
	g_ptr_array_set_size(t->reasons, 0);
	trust_reach(t, &sum.in);
	assert_false(t->trustworthy);
	assert_true(is_said(t, "33 of ")); /* by all together */
	assert_true(is_said(t, "differ by -300 ppm"));
}

/* What happened to one rank's machine is a reason of the whole trial. */
static void what_a_machine_did_to_one_rank_is_said(void **state)
{
	static const char *const says[] = { "tsim was stopped for 3.0 s", "suspended for 9.0 s",
		"CPU 6 went offline", "throttled 12 times, for 4.0 s", "(cpu.cfs_quota_us)",
		"killed 2 processes of this control group: raise its memory",
		"CPU flag nonstop_tsc missing" };
	g_autoptr(trial) t = fake_trial(&(struct fake_cfg){ .guests = 7, .rate_pps = 2000 });
	struct generators_facts sum = { 0 };

	(void)state;
	for (guint i = 0; i < RANKS; i++) {
		struct generators_facts one = facts_of(i);

		if (i == 1)
			one.in.events = (struct host_events){ .stopped_s = 3,
				.suspended_s = 9,
				.quota_cpus = 0.5,
				.quota_v1 = TRUE,
				.nr_throttled = 12,
				.throttled_s = 4,
				.oom_kills = 2,
				.nb_offline = 1,
				.offline_cpu = 6,
				.tsc = HOST_TSC_MAY_STOP };
		generators_add_facts(&sum, &one);
	}
	sum.in.health = &sum.health;
	g_ptr_array_set_size(t->reasons, 0);
	trust_reach(t, &sum.in);
	assert_false(t->trustworthy);
	for (size_t i = 0; i < G_N_ELEMENTS(says); i++)
		if (!is_said(t, says[i]))
			fail_msg("no reason says '%s'", says[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_facts_count),
		cmocka_unit_test(what_a_machine_did_to_one_rank_is_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
