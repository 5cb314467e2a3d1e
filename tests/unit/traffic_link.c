/* SPDX-License-Identifier: BSD-3-Clause */
/* One wire for all guests, and a rate that changes: cases worked out by hand. */
#include "tests/unit/traffic_check.h"
#include "traffic/frame.h"
#include "traffic/schedule_private.h"

/* A frame of 64 bytes takes 672 ns of it, one of 1518 bytes 12304 ns. */
static const double gigabit = 1e9;
#define NOT_SENT SCHEDULE_NOT_SENT

enum { MAX = 6 };

struct hand_guest {
	uint64_t due_ns[MAX];
	uint16_t frame_len[MAX]; /* ends with 0 */
};

static const struct {
	const char *what;
	uint64_t cycle_ns;
	gboolean repeats;
	uint32_t queue;
	struct hand_guest in[2], out[2];
	uint64_t nb_not_sent;
} cases[] = {
	{ "an idle wire delays nothing", 100000, FALSE, 1, { { { 0, 672, 5000 }, { 64, 64, 64 } } },
		{ { { 0, 672, 5000 }, { 64, 64, 64 } } }, 0 },
	{ "a burst leaves one by one", 100000, FALSE, 10,
		{ { { 0, 0, 0, 1000, 5000 }, { 64, 1518, 64, 64, 64 } } },
		{ { { 0, 672, 12976, 13648, 14320 }, { 64, 1518, 64, 64, 64 } } }, 0 },
	{ "equal times leave in order of guest", 100000, FALSE, 10,
		{ { { 100, 200 }, { 64, 64 } }, { { 100, 100 }, { 64, 1518 } } },
		{ { { 100, 13748 }, { 64, 64 } }, { { 772, 1444 }, { 64, 1518 } } }, 0 },
	{ "a full queue takes no more", 100000, FALSE, 1,
		{ { { 0, 1, 2, 672, 673 }, { 64, 64, 64, 64, 64 } } },
		{ { { 0, 672, 672 | NOT_SENT, 1344, 1344 | NOT_SENT }, { 64, 64, 64, 64, 64 } } },
		2 },
	{ "what is not sent keeps its own time", 100000, FALSE, 1,
		{ { { 0, 1 }, { 64, 64 } }, { { 5, 700 }, { 1518, 64 } } },
		{ { { 0, 672 }, { 64, 64 } }, { { 5 | NOT_SENT, 1344 }, { 1518, 64 } } }, 1 },
	{ "what leaves after the end is not in it", 1400, FALSE, 10,
		{ { { 0, 1, 2, 3 }, { 64, 64, 64, 64 } } },
		{ { { 0, 672, 1344 }, { 64, 64, 64 } } }, 0 },
	{ "what leaves after the end of a cycle is at its start", 2000, TRUE, 10,
		{ { { 1500, 1600 }, { 64, 65 } } }, { { { 172, 1500 }, { 65, 64 } } }, 0 },
	/*
	 * From an idle wire: 1500, 2172, 2852 to 3524, so the next round begins at 1524: 1524, 2196,
	 * and the third would go on to 3548.
	 */
	{ "a cycle takes no more than fits into it", 2000, TRUE, 10,
		{ { { 1500, 1600, 1700 }, { 64, 65, 64 } } },
		{ { { 196, 196 | NOT_SENT, 1524 }, { 65, 64, 64 } } }, 1 },
	{ "a cycle can be full", 2016, TRUE, 10, { { { 1500, 1600, 1700 }, { 64, 64, 64 } } },
		{ { { 156, 828, 1500 }, { 64, 64, 64 } } }, 0 },
	{ "a cycle can be too short for any", 500, TRUE, 10, { { { 10, 20 }, { 64, 64 } } },
		{ { { 10 | NOT_SENT, 20 | NOT_SENT }, { 64, 64 } } }, 2 },
};

static size_t count(const struct hand_guest *g)
{
	size_t nb = 0;

	while (nb < MAX && g->frame_len[nb] != 0)
		nb++;
	return nb;
}

static void departures_are_as_worked_out_by_hand(void **state)
{
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		struct hand_guest in[2] = { cases[i].in[0], cases[i].in[1] };
		struct profile_draw draws[2][MAX];
		struct schedule_guest guests[2];
		schedule s = { .nb_guests = 2,
			.guests = guests,
			.cycle_ns = cases[i].cycle_ns,
			.repeats = cases[i].repeats };

		for (int g = 0; g < 2; g++) {
			for (size_t k = 0; k < MAX; k++)
				draws[g][k] = (struct profile_draw){ in[g].frame_len[k], 0 };
			guests[g] = (struct schedule_guest){ draws[g], count(&in[g]), in[g].due_ns,
				count(&in[g]) };
		}
		schedule_limit(&s, gigabit, cases[i].queue);
		check_double(cases[i].what, (double)s.nb_not_sent, (double)cases[i].nb_not_sent, 0);
		for (int g = 0; g < 2; g++) {
			const struct hand_guest *out = &cases[i].out[g];

			check_double(
				cases[i].what, (double)guests[g].nb_due, (double)count(out), 0);
			for (size_t k = 0; k < guests[g].nb_due; k++) {
				if (guests[g].due_ns[k] != out->due_ns[k])
					fail_msg("%s: departure %zu is at %" G_GUINT64_FORMAT
						 ", not at %" G_GUINT64_FORMAT,
						cases[i].what, k, guests[g].due_ns[k],
						out->due_ns[k]);
				check_double(
					cases[i].what, draws[g][k].frame_len, out->frame_len[k], 0);
			}
		}
	}
}

static void the_timeline_marks_what_is_not_sent(void **state)
{
	uint64_t due_ns[2][2] = { { 10, 20 | NOT_SENT }, { 10 | NOT_SENT, 30 } };
	static const struct profile_draw draw = { 64, 0 };
	struct schedule_guest guests[] = { { &draw, 1, due_ns[0], 2 }, { &draw, 1, due_ns[1], 2 } };
	const schedule s = { .nb_guests = 2, .guests = guests, .cycle_ns = 100 };
	static const uint16_t want[] = { 0, 1 | TIMELINE_NOT_SENT, 0 | TIMELINE_NOT_SENT, 1 };
	static const uint32_t gaps[] = { 10, 0, 10, 10 };
	g_autoptr(timeline) t = timeline_new(&s, NULL, 0, 1);

	(void)state;
	assert_int_equal(t->nb, 4);
	assert_memory_equal(t->guest, want, sizeof(want));
	assert_memory_equal(t->gap_ns, gaps, sizeof(gaps));
	assert_true(t->wrap_ns == 70);
}

static void times_pass_as_the_load_does(void **state)
{
	/* 1000 a second in 2 s, a pause, 3000 a second: 4000 in 4 s. */
	static const struct schedule_step steps[] = { { 0, 1000 }, { 2000000000, 0 },
		{ 3333333333, 3000 }, { UINT64_C(9000000000), 5 } };
	static const double at[][2] = { { 0, 0 }, { 0.5, 0.5 }, { 1.999, 1.999 },
		{ 2.0, 3.333333333 }, { 2.3, 3.433333333 }, { 3.5, 3.833333333 } };
	g_autoptr(ramp) r = ramp_new(steps, 4, 4000000000, NULL);
	size_t step = 0;
	double mean_pps = (2000 + 3000 * 0.666666667) / 4;

	(void)state;
	check_double("mean", ramp_mean_pps(r), mean_pps, 1e-6);
	for (size_t i = 0; i < G_N_ELEMENTS(at); i++)
		check_double("time", ramp_time_ns(r, &step, at[i][0] * 1e12 / mean_pps),
			at[i][1] * 1e9, 1);
}

static void impossible_steps_are_errors(void **state)
{
	static const struct {
		struct schedule_step steps[2];
		size_t nb;
		const char *error;
	} bad[] = {
		{ { { 0, 1 } }, 0, "does not start at 0 s" },
		{ { { 1, 1 } }, 1, "does not start at 0 s" },
		{ { { 0, -1 } }, 1, "step 1: -1 frames per second" },
		{ { { 0, 1 }, { 5, NAN } }, 2, "step 2: " },
		{ { { 0, 1 }, { 5, 1e13 } }, 2, "step 2: 1e+13 frames per second" },
		{ { { 0, 1 }, { 0, 2 } }, 2, "step 2 starts at 0 s, not after the previous one" },
		{ { { 0, 0 }, { 5000, 2 } }, 2, "the rate is zero in all steps" },
		{ { { 0, 1e9 }, { 5, 2e9 } }, 2, "more than the maximum of 1000" },
	};
	g_autoptr(mix) m = mix_new("imix", "1", NULL, "cbr", 0, NULL);

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
		const struct schedule_cfg cfg = { .mix = m,
			.span_ns = 5000,
			.max_departures = 1000,
			.steps = bad[i].steps,
			.nb_steps = bad[i].nb };
		GError *error = NULL;

		assert_null(schedule_new(&cfg, &error));
		check_error(bad[i].error, error, bad[i].error);
	}
}

static void impossible_links_are_errors(void **state)
{
	static const double bad[] = { -1, 1, 1e16, NAN, INFINITY };
	g_autoptr(mix) m = mix_new("imix", "1", NULL, "cbr", 0, NULL);

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
		const struct schedule_cfg cfg = {
			.mix = m, .pps = 1000, .span_ns = 5000, .link_bps = bad[i]
		};
		GError *error = NULL;

		assert_null(schedule_new(&cfg, &error));
		check_error("link", error, "bit/s is outside 1e+06..1e+15");
	}
}

/* 2 guests, 5e5 changes a second, an hour: 3.6e9. */
static void states_that_would_take_for_ever_are_an_error(void **state)
{
	static const char *const specs[] = { "onoff:on=1us,off=1us", "mmpp:high=1us,low=1us" };

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(specs); i++) {
		g_autoptr(mix) m = mix_new("imix", "2", NULL, specs[i], 0, NULL);
		const struct schedule_cfg cfg = {
			.mix = m, .pps = 10, .span_ns = UINT64_C(3600000000000)
		};
		GError *error = NULL;

		assert_null(schedule_new(&cfg, &error));
		check_error(specs[i], error, "changes its state more than 268435456 times");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(departures_are_as_worked_out_by_hand),
		cmocka_unit_test(the_timeline_marks_what_is_not_sent),
		cmocka_unit_test(times_pass_as_the_load_does),
		cmocka_unit_test(impossible_steps_are_errors),
		cmocka_unit_test(impossible_links_are_errors),
		cmocka_unit_test(states_that_would_take_for_ever_are_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
