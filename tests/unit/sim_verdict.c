/* SPDX-License-Identifier: BSD-3-Clause */
/* When a trial is to be relied on, at both sides of each limit. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "sim/verdict.h"

struct story {
	uint64_t unsent, ancient, own_p95_ns, own_p99_ns, latency_ns;
	gboolean overrun, shared;
	gboolean guests_share;
	double waited, ppm;
	const char *state;
	const char *reason; /* NULL: trustworthy */
};

static void tell(const struct story *s)
{
	const uint32_t one = 1;
	struct engine_health health = { .unsent = s->unsent,
		.ancient = s->ancient,
		.overrun = s->overrun,
		.own_delay_p95_ns = s->own_p95_ns };
	g_autoptr(trial) t = trial_new();
	gboolean said = s->reason == NULL;

	trial_set_guests(t, 1, &one);
	t->params.rate_pps = 1000000;
	t->totals.offered = 1000;
	t->latency.hist = hist_new();
	hist_record_many(t->latency.hist, s->latency_ns, 1000);
	t->departure.self_delay_p99_ns = s->own_p99_ns;
	g_free(t->guests[0].state);
	t->guests[0].state = g_strdup(s->state == NULL ? "ok" : s->state);
	verdict_reach(t, &(struct verdict_input){ .health = &health,
				 .workers_share = s->shared,
				 .guests_share = s->guests_share,
				 .guests_waited = s->waited,
				 .tsc_error_ppm = s->ppm });
	for (guint i = 0; i < t->reasons->len && !said; i++)
		said = strstr(g_ptr_array_index(t->reasons, i), s->reason) != NULL;
	if (!said)
		fail_msg("no reason says '%s'", s->reason);
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
		{ .own_p95_ns = 20000, .latency_ns = 190000, .reason = "own delay (p95" },
		{ .overrun = TRUE, .latency_ns = 10000, .reason = "gave up" },
		{ .ancient = 1, .latency_ns = 10000, .reason = "too late" },
		{ .ppm = 199, .latency_ns = 10000 },
		{ .ppm = -201, .latency_ns = 10000, .reason = "ppm apart" },
		{ .state = "never connected",
			.latency_ns = 10000,
			.reason = "guest 0: never connected" },
		{ .waited = 0.04, .latency_ns = 10000 },
		{ .waited = 0.06, .latency_ns = 10000, .reason = "waited 6 %" },
		{ .waited = 0.6,
			.guests_share = TRUE,
			.latency_ns = 10000,
			.reason = "note: there are more guest processes" },
		{ .shared = TRUE, .latency_ns = 10000, .reason = "note: load workers share" },
	};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(stories); i++)
		tell(&stories[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(limits) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
