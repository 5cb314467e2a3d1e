/* SPDX-License-Identifier: BSD-3-Clause */
/* When a trial is to be relied on, at both sides of each limit. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "sim/trial/trust.h"

struct story {
	uint64_t unsent, ancient, own_p95_ns, own_p99_ns, latency_ns;
	gboolean overrun, shared;
	gboolean guests_share;
	double waited, ppm;
	uint64_t preempted;
	struct host_events events;
	const char *state;
	const char *reason;   /* NULL: trustworthy */
	const char *not_said; /* NULL: anything may be */
	const char *cause;    /* NULL: not looked at */
	uint32_t silent;      /* 1: state is of a guest that only does not answer */
};

static void tell(const struct story *s)
{
	const uint32_t one = 1;
	struct engine_health health = { .unsent = s->unsent,
		.ancient = s->ancient,
		.overrun = s->overrun,
		.preempted = s->preempted,
		.own_delay_p95_ns = s->own_p95_ns };
	g_autoptr(trial) t = trial_new();
	gboolean said = s->reason == NULL;

	trial_set_guests(t, 1, &one);
	t->params.rate_pps = 1000000;
	t->params.duration_s = 10;
	t->totals.offered = 1000;
	t->latency.hist = hist_new();
	hist_record_many(t->latency.hist, s->latency_ns, 1000);
	t->departure.self_delay_p99_ns = s->own_p99_ns;
	g_free(t->guests[0].state);
	t->guests[0].state = g_strdup(s->state == NULL ? "ok" : s->state);
	trust_reach(t, &(struct trust_input){ .health = &health,
			       .workers_share = s->shared,
			       .guests_share = s->guests_share,
			       .guests_waited = s->waited,
			       .tsc_error_ppm = s->ppm,
			       .guests_silent = s->silent,
			       .events = s->events });
	for (guint i = 0; i < t->reasons->len; i++) {
		const char *text = g_ptr_array_index(t->reasons, i);

		said = said || strstr(text, s->reason) != NULL;
		if (s->not_said != NULL && strstr(text, s->not_said) != NULL)
			fail_msg("'%s' says '%s'", text, s->not_said);
	}
	if (!said)
		fail_msg("no reason says '%s'", s->reason);
	if (s->cause != NULL)
		assert_string_equal(t->cause, s->cause);
	/* A note is no reason against it. */
	assert_int_equal(t->trustworthy, s->reason == NULL || g_str_has_prefix(s->reason, "note"));
}

static void limits(void **state)
{
	static const struct story stories[] = {
		{ .latency_ns = 10000 },
		{ .unsent = 11, .latency_ns = 10000 }, /* 10 us worth of 1 Mpps, and one */
		{ .unsent = 12, .latency_ns = 10000, .reason = "could not keep up" },
		{ .own_p95_ns = 10000, .own_p99_ns = 10000, .latency_ns = 10 },
		{ .own_p95_ns = 10001,
			.own_p99_ns = 10001,
			.latency_ns = 10,
			.reason = "own delay (p95" },
		{ .own_p95_ns = 10000,
			.own_p99_ns = 10001,
			.latency_ns = 10,
			.reason = "note: up to 5 %" },
		{ .own_p95_ns = 20000, .own_p99_ns = 20000, .latency_ns = 210000 },
		{ .own_p95_ns = 20000,
			.latency_ns = 190000,
			.reason = "(p95 20 µs) exceeds 10 % of the latency of forwarded "
				  "frames (p95" },
		{ .overrun = TRUE,
			.latency_ns = 10000,
			.reason = "aborted, more than 4 s behind schedule" },
		{ .ancient = 1, .latency_ns = 10000, .reason = "too late" },
		{ .ppm = 199, .latency_ns = 10000 },
		{ .ppm = -201, .latency_ns = 10000, .reason = "differ by" },
		{ .state = "never connected",
			.latency_ns = 10000,
			.reason = "guest 0: never connected" },
		{ .waited = 0.04, .latency_ns = 10000 },
		{ .waited = 0.06, .latency_ns = 10000, .reason = "waited 6 %" },
		{ .waited = 0.6,
			.guests_share = TRUE,
			.latency_ns = 10000,
			.reason = "note: guest processes share CPUs" },
		{ .shared = TRUE, .latency_ns = 10000, .reason = "note: load workers share" },
	};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(stories); i++)
		tell(&stories[i]);
}

/* Of several the gravest: what the tester spoilt says nothing of the SUT, whatever else went wrong. */
static void whose_fault(void **state)
{
	static const struct story stories[] = {
		{ .waited = 0.06, .latency_ns = 10000, .reason = "waited", .cause = "sut" },
		{ .state = "no answer after 2.0 s",
			.silent = 1,
			.latency_ns = 10000,
			.reason = "no answer",
			.cause = "sut" },
		{ .state = "killed by signal 9 at 1.0 s",
			.waited = 0.06,
			.latency_ns = 10000,
			.reason = "killed",
			.cause = "guests" },
		{ .state = "killed by signal 9 at 1.0 s",
			.unsent = 500,
			.latency_ns = 10000,
			.reason = "killed",
			.cause = "tester" },
		{ .ppm = 201, .latency_ns = 10000, .reason = "differ", .cause = "tester" },
		{ .events.tsc = HOST_TSC_NOT_CONSTANT,
			.latency_ns = 10000,
			.reason = "not invariant",
			.cause = "clock" },
		{ .events.tsc = HOST_TSC_NOT_CONSTANT,
			.waited = 0.06,
			.latency_ns = 10000,
			.reason = "waited",
			.cause = "sut" },
	};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(stories); i++)
		tell(&stories[i]);
}

/* A cause is named only where it is one, and the remedy is that of the cause. */
static void causes(void **state)
{
	static const struct story stories[] = {
		{ .unsent = 500,
			.latency_ns = 10000,
			.not_said = "was preempted",
			.reason = "use more --cores" },
		{ .unsent = 500,
			.preempted = 7,
			.latency_ns = 10000,
			.reason = "not sent: the generator could not keep up: a load worker was "
				  "preempted 7 times" },
		{ .events.stopped_s = 3,
			.latency_ns = 10000,
			.reason = "tsim was stopped for 3.0 s" },
		{ .events.stopped_s = 3,
			.preempted = 174,
			.unsent = 500,
			.own_p95_ns = 20000,
			.latency_ns = 10000,
			.reason = "not sent: the generator could not keep up: tsim was stopped",
			.not_said = "was preempted" },
		{ .events.suspended_s = 60,
			.latency_ns = 10000,
			.reason = "machine was suspended for 60.0 s" },
		{ .events = { .nb_offline = 1, .offline_cpu = 5 },
			.waited = 0.5,
			.latency_ns = 10000,
			.reason = "CPU 5 went offline",
			.not_said = "other programs" },
		{ .events = { .throttled_s = 3.14,
			  .nr_throttled = 39,
			  .quota_cpus = 0.2,
			  .quota_v1 = TRUE },
			.waited = 0.5,
			.preempted = 3,
			.own_p95_ns = 20000,
			.latency_ns = 10000,
			.reason = "throttled 39 times, for 3.1 s of CPU time, by a CPU quota of "
				  "0.2 "
				  "CPUs (cpu.cfs_quota_us): remove the quota",
			.not_said = "other programs" },
		{ .events = { .throttled_s = 3.14, .nr_throttled = 39, .quota_cpus = 1.2 },
			.own_p95_ns = 20000,
			.preempted = 3,
			.latency_ns = 10000,
			.reason = "of 1.2 CPUs (cpu.max)",
			.not_said = "was preempted" },
		{ .events = { .throttled_s = 0.09, .nr_throttled = 1, .quota_cpus = 1.2 },
			.latency_ns = 10000,
			.reason = "note: throttled 1 time," },
		{ .events.oom_kills = 1,
			.state = "killed by signal 9",
			.latency_ns = 10000,
			.reason = "out of memory: the kernel killed 1 process of this control "
				  "group: raise its memory limit" },
		/* Another program's. */
		{ .events.oom_kills = 1,
			.latency_ns = 10000,
			.reason = "note: out of memory: the kernel killed 1 process" },
		{ .events.quota_cpus = 8, .latency_ns = 10000 }, /* and it was never met */
		{ .events.tsc = HOST_TSC_MAY_STOP,
			.latency_ns = 10000,
			.reason = "not invariant (CPU flag nonstop_tsc missing)" },
		{ .events.tsc = HOST_TSC_DISTRUSTED,
			.latency_ns = 10000,
			.reason = "another clock source" },
		{ .waited = 0.06, .latency_ns = 10000, .reason = "other programs use it" },
	};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(stories); i++)
		tell(&stories[i]);
}

static void no_frame_says_why(void **state)
{
	static const struct {
		double duration_s;
		const char *says;
	} cases[] = { { 1, "the arrival process scheduled none" }, { 1e-7, "rate is too low" } };

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(trial) t = trial_new();
		struct engine_health health = { 0 };

		t->params.rate_pps = 1000000;
		t->params.duration_s = cases[i].duration_s;
		trust_reach(t, &(struct trust_input){ .health = &health });
		assert_int_equal(t->reasons->len, 1);
		assert_non_null(strstr(g_ptr_array_index(t->reasons, 0), cases[i].says));
	}
}

/* Intended frames of 1 s at rate_pps, and what is said of them; NULL: nothing. */
static void a_schedule_far_from_its_rate_is_noted(void **state)
{
	static const struct {
		uint64_t rate_pps, intended;
		gboolean interrupted;
		const char *note;
	} cases[] = {
		{ 100000, 205000, FALSE, "note: intended load is 105 % above the nominal rate" },
		{ 100000, 82000, FALSE, "note: intended load is 18 % below the nominal rate" },
		{ 100000, 95000, FALSE, NULL },
		{ 100000, 94999, FALSE, "note: intended load is 5 % below" },
		{ 100, 150, FALSE, NULL }, /* 5 sigma of a Poisson count */
		{ 100, 152, FALSE, "note: intended load is 52 % above" },
		{ 100000, 205000, TRUE, NULL }, { 0, 205000, FALSE, NULL }, /* max */
	};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		struct engine_health health = { 0 };
		g_autoptr(trial) t = trial_new();
		gboolean said = FALSE;

		t->params.rate_pps = cases[i].rate_pps;
		t->params.duration_s = t->measured_s = 1;
		t->totals.intended = t->totals.offered = cases[i].intended;
		t->interrupted = cases[i].interrupted;
		trust_reach(t, &(struct trust_input){ .health = &health });
		assert_true(t->trustworthy);
		for (guint k = 0; k < t->reasons->len; k++) {
			const char *text = g_ptr_array_index(t->reasons, k);

			if (strstr(text, "nominal rate") == NULL)
				continue;
			said = TRUE;
			if (cases[i].note == NULL || !g_str_has_prefix(text, cases[i].note))
				fail_msg("case %zu: '%s'", i, text);
		}
		assert_int_equal(said, cases[i].note != NULL);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(limits),
		cmocka_unit_test(a_schedule_far_from_its_rate_is_noted),
		cmocka_unit_test(causes),
		cmocka_unit_test(whose_fault),
		cmocka_unit_test(no_frame_says_why),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
