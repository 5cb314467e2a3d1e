/* SPDX-License-Identifier: BSD-3-Clause */
/* Frame loss curve (RFC 2544 section 26.3) and back-to-back frames (RFC 9004). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <math.h>

#include "sim/search/back_to_back.h"
#include "sim/search/loss_curve.h"
#include "sim/search/search_plan.h"

enum { LONGEST = 44642850 }; /* 30 s at 1 Gbit/s of 64 bytes */

static void near(double is, double wanted, const char *what)
{
	if (!(fabs(is - wanted) <= 1e-9 * fabs(wanted)))
		fail_msg("%s: %.15g, not %.15g", what, is, wanted);
}

/* The loads of a curve on a SUT that loses at above this percentage. */
static void the_curve_goes_down_until_two_trials_lose_nothing(void **state)
{
	static const struct {
		double loss[LOSS_CURVE_MAX + 1];
		size_t nb; /* trials that it takes */
	} cases[] = {
		{ { 0, 0 }, 2 },
		{ { 0.3, 0.2, 0, 0 }, 4 },
		{ { 0, 0.1, 0, 0.2, 0, 0 }, 6 }, /* two in succession */
		{ { NAN, NAN, 0, NAN, 0, 0 }, 6 },
		{ { .9, .9, .9, .9, .9, .9, .9, .9, .9, .9 }, LOSS_CURVE_MAX },
		{ { .9, .9, .9, .9, .9, .9, .9, .9, .9, 0 }, LOSS_CURVE_MAX },
	};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		for (size_t nb = 0; nb < cases[i].nb; nb++)
			assert_int_equal(loss_curve_next(cases[i].loss, nb), 100 - 10 * nb);
		assert_int_equal(loss_curve_next(cases[i].loss, cases[i].nb), 0);
	}
}

/*
 * A buffer that is filled at rate and emptied at throughput holds a burst of buffer / (1 - throughput /
 * rate) frames. Every lies_every-th burst loses a frame though it fits; 0: none.
 */
struct sut {
	double buffer, share;
	unsigned lies_every, bursts;
	double frames; /* of all bursts */
};

static gboolean sut_carries(struct sut *s, uint64_t frames)
{
	double fits = floor(s->buffer / (1 - s->share) + 1e-9);

	s->bursts++;
	s->frames += (double)frames;
	return (double)frames <= fits && (s->lies_every == 0 || s->bursts % s->lies_every != 0);
}

static struct search_suite suite_of(struct sut *s, const struct back_to_back_cfg *cfg)
{
	g_autoptr(back_to_back) b = back_to_back_new(cfg);
	struct search_suite out = { .theoretical_pps = 1488095, .theoretical_is_link = TRUE };
	uint64_t frames;

	while ((frames = back_to_back_next(b)) != 0) {
		assert_int_equal(frames, back_to_back_next(b));
		assert_true(frames <= cfg->longest);
		back_to_back_add(b, sut_carries(s, frames));
		assert_true(s->bursts < 10000);
	}
	assert_int_equal(back_to_back_done(b), cfg->tests);
	back_to_back_report(b, s->share * out.theoretical_pps, &out);
	return out;
}

static const struct back_to_back_cfg by_the_frame = { BACK_TO_BACK_FIRST, LONGEST, 0, 3, 1 };

static void the_longest_burst_is_found_to_the_frame(void **state)
{
	static const uint64_t known[] = { 0, 1, 2, 3, 255, 256, 1023, 1024, 1025, 2047, 2048, 2049,
		26000, 1000003, LONGEST - 1, LONGEST };

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(known); i++) {
		struct sut s = { .buffer = (double)known[i] };
		struct search_suite r = suite_of(&s, &by_the_frame);

		assert_int_equal(r.bursts, 3);
		for (unsigned n = 0; n < 3; n++)
			assert_int_equal(r.burst_values[n], known[i]);
		near(r.burst_frames, (double)known[i], "average");
		near(r.burst_frames_sd, 0, "deviation");
		g_free(r.burst_values);
	}
}

static void no_burst_is_longer_than_the_limit(void **state)
{
	struct sut s = { .buffer = 1e12 };
	struct search_suite r = suite_of(&s, &by_the_frame);

	(void)state;
	assert_int_equal(r.burst_frames_min, LONGEST);
	assert_int_equal(r.burst_longest, LONGEST);
	/* 1024 doubles 16 times before the limit; then the limit itself, once a test. */
	assert_int_equal(s.bursts, 17 + 2);
	g_free(r.burst_values);
}

/* The step is relative and of the upper end. */
static void a_test_ends_at_its_step(void **state)
{
	static const double steps[] = { 0.1, 0.01, 0.001 };

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(steps); i++) {
		struct sut s = { .buffer = 26000 };
		struct back_to_back_cfg cfg = { BACK_TO_BACK_FIRST, LONGEST, steps[i], 50, 1 };
		struct search_suite r = suite_of(&s, &cfg);

		for (unsigned n = 0; n < r.bursts; n++) {
			double upper = 26000 / (1 - steps[i]);

			assert_true(r.burst_values[n] <= 26000);
			assert_true((double)r.burst_values[n] >= 26000 - steps[i] * upper - 1);
		}
		g_free(r.burst_values);
	}
}

/* Tests behind the first start where their predecessor ended: two bursts, one of them sent again. */
static void later_tests_are_short(void **state)
{
	struct sut one = { .buffer = 26000 }, fifty = { .buffer = 26000 };
	struct back_to_back_cfg cfg = { BACK_TO_BACK_FIRST, LONGEST, 0.001, 1, 1 };

	(void)state;
	g_free(suite_of(&one, &cfg).burst_values);
	cfg.tests = 50;
	g_free(suite_of(&fifty, &cfg).burst_values);
	assert_true(one.frames < 30 * 26000.);
	assert_int_equal(fifty.bursts, one.bursts + 49 * 3);
}

/* Each test measures anew: a SUT that changes shows in the values. */
static void a_test_follows_a_sut_that_changes(void **state)
{
	static const uint64_t known[] = { 26000, 900, 900, 1, 0, 500000 };
	struct back_to_back_cfg cfg = by_the_frame;
	g_autoptr(back_to_back) b = NULL;
	struct search_suite r = { .theoretical_pps = 1e6 };
	uint64_t frames;

	(void)state;
	cfg.tests = G_N_ELEMENTS(known);
	b = back_to_back_new(&cfg);
	while ((frames = back_to_back_next(b)) != 0)
		back_to_back_add(b, frames <= known[back_to_back_done(b)]);
	back_to_back_report(b, 0, &r);
	for (size_t i = 0; i < G_N_ELEMENTS(known); i++)
		assert_int_equal(r.burst_values[i], known[i]);
	g_free(r.burst_values);
}

/* A burst that is lost by chance is sent again; without loss verification it spoils the test. */
static void loss_verification_forgives_a_single_loss(void **state)
{
	struct sut s = { .buffer = 26000, .lies_every = 3 }, same = s;
	struct back_to_back_cfg cfg = by_the_frame;
	struct search_suite r = suite_of(&s, &cfg);

	(void)state;
	assert_int_equal(r.burst_frames_min, 26000);
	assert_int_equal(r.burst_frames_max, 26000);
	g_free(r.burst_values);
	cfg.retries = 0;
	r = suite_of(&same, &cfg);
	assert_true(r.burst_frames_min < 26000);
	g_free(r.burst_values);
}

/*
 * Section 5.4 by hand. Values 26000, 26010, 26020: average 26010, deviation sqrt((100 + 0 + 100) / 2) = 10.
 * At 1 Mpps 26.01 ms are implied; with 750 kpps forwarded meanwhile a quarter of it is buffered: 6.5025 ms.
 */
static void the_formulae_of_rfc_9004(void **state)
{
	static const uint64_t known[] = { 26000, 26010, 26020 };
	g_autoptr(back_to_back) b = back_to_back_new(&by_the_frame);
	struct search_suite r = { .theoretical_pps = 1e6 };

	(void)state;
	back_to_back_report(b, 750e3, &r);
	assert_int_equal(r.bursts, 0);
	assert_null(r.burst_values);
	for (uint64_t frames; (frames = back_to_back_next(b)) != 0;)
		back_to_back_add(b, frames <= known[back_to_back_done(b)]);
	back_to_back_report(b, 750e3, &r);
	assert_int_equal(r.bursts, 3);
	near(r.burst_frames, 26010, "average");
	near(r.burst_frames_sd, 10, "deviation");
	assert_int_equal(r.burst_frames_min, 26000);
	assert_int_equal(r.burst_frames_max, 26020);
	near(r.buffer_s, 26.01e-3, "implied buffer time");
	near(r.corrected_buffer_s, 6.5025e-3, "corrected buffer time");
	back_to_back_report(b, 0, &r);
	near(r.corrected_buffer_s, 26.01e-3, "nothing forwarded meanwhile");
	g_free(r.burst_values);
}

/* A buffer of 6500 frames that empties at half the rate: bursts of 13000 fit, and 6500 is what is told. */
static void the_corrected_time_is_that_of_the_buffer(void **state)
{
	struct sut s = { .buffer = 6500, .share = 0.5 };
	struct search_suite r = suite_of(&s, &by_the_frame);

	(void)state;
	assert_int_equal(r.burst_frames_max, 13000);
	near(r.corrected_buffer_s * r.theoretical_pps, 6500, "frames of the buffer");
	g_free(r.burst_values);
}

/* What the generator does alone is stored, and found again, whatever the guests are. */
static void a_trial_on_null_has_nothing_of_the_guests(void **state)
{
	struct trial_params p = { .label = g_strdup("a"),
		.machine = g_strdup("pcvm"),
		.interface = g_strdup("bridge"),
		.qemu = g_strdup("stable"),
		.reflector = g_strdup("xdp"),
		.vhost = TRUE,
		.guests = 1,
		.profile = g_strdup("fixed-64"),
		.frame_len = 64,
		.pattern = g_strdup("both"),
		.faults = g_strdup("drop=0.1"),
		.duration_s = 1 };
	g_autofree char *infix = NULL;

	(void)state;
	search_plan_on_null(&p);
	infix = trial_infix(&p);
	assert_string_equal(infix, "process_null_none_vhostoff_ioregionfdoff_dpdk_maxkpps_60B_1s");
	assert_string_equal(p.pattern, TRIAL_PATTERN_DEFAULT);
	assert_string_equal(p.faults, "");
	trial_params_clear(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_curve_goes_down_until_two_trials_lose_nothing),
		cmocka_unit_test(the_longest_burst_is_found_to_the_frame),
		cmocka_unit_test(no_burst_is_longer_than_the_limit),
		cmocka_unit_test(a_test_ends_at_its_step),
		cmocka_unit_test(later_tests_are_short),
		cmocka_unit_test(a_test_follows_a_sut_that_changes),
		cmocka_unit_test(loss_verification_forgives_a_single_loss),
		cmocka_unit_test(the_formulae_of_rfc_9004),
		cmocka_unit_test(the_corrected_time_is_that_of_the_buffer),
		cmocka_unit_test(a_trial_on_null_has_nothing_of_the_guests),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
