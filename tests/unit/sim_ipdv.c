/* SPDX-License-Identifier: BSD-3-Clause */
/* What a receiver records of a stream in the order of arrival is what the stream has in its own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <stdio.h>

#include <cmocka.h>
#include <gsl/gsl_rng.h>

#include "analyze/statistics/delay_variation.h"
#include "tests/unit/delay_sequence.h"
#include "sim/engine/ipdv.h"

enum { FRAMES = 20000, GAP_NS = 100 };

struct arrival {
	uint64_t at_ns, delay_ns;
	uint32_t seq;
};

static int by_arrival(const void *a, const void *b)
{
	const struct arrival *x = a, *y = b;

	return x->at_ns < y->at_ns ? -1 : x->at_ns > y->at_ns ? 1 : x->seq < y->seq ? -1 : 1;
}

struct receiver {
	struct ipdv_window *window;
	struct ipdv_hists h;
};

static struct receiver receiver_new(void)
{
	return (struct receiver){ .window = ipdv_window_new(),
		.h = { .later = hist_new(), .earlier = hist_new() } };
}

static void receiver_clear(struct receiver *r)
{
	g_free(r->window);
	hist_free(r->h.later);
	hist_free(r->h.earlier);
}

/* Recorded differences, from 0 up less those below. */
static int64_t total(struct receiver *r, uint64_t *pairs)
{
	hist_settle(r->h.later);
	hist_settle(r->h.earlier);
	*pairs = ctr_get(&r->h.later->count) + ctr_get(&r->h.earlier->count);
	return (int64_t)(ctr_get(&r->h.later->sum_ns) - ctr_get(&r->h.earlier->sum_ns));
}

/* Over the gapless runs: how many, and the sum of their last delays less their first ones. */
static int64_t telescoped(const uint64_t *delay, size_t n, uint64_t *runs, uint64_t *came)
{
	int64_t sum = 0;

	*runs = *came = 0;
	for (size_t i = 0; i < n; i++) {
		if (delay[i] == DELAY_LOST)
			continue;
		(*came)++;
		if (i == 0 || delay[i - 1] == DELAY_LOST) {
			(*runs)++;
			sum -= (int64_t)delay[i];
		}
		if (i + 1 == n || delay[i + 1] == DELAY_LOST)
			sum += (int64_t)delay[i];
	}
	return sum;
}

static void same_as(const struct receiver *r, const int64_t *ipdv, size_t n)
{
	g_autoptr(hist) later = hist_new(), earlier = hist_new();

	for (size_t i = 0; i < n; i++)
		hist_record(ipdv[i] < 0 ? earlier : later, (uint64_t)llabs(ipdv[i]));
	assert_int_equal(ctr_get(&later->min_ns), ctr_get(&r->h.later->min_ns));
	assert_int_equal(ctr_get(&later->max_ns), ctr_get(&r->h.later->max_ns));
	assert_int_equal(ctr_get(&earlier->min_ns), ctr_get(&r->h.earlier->min_ns));
	assert_int_equal(ctr_get(&earlier->max_ns), ctr_get(&r->h.earlier->max_ns));
	for (uint32_t i = 0; i < HIST_BUCKETS; i++) {
		assert_int_equal(hist_get(later, i), hist_get(r->h.later, i));
		assert_int_equal(hist_get(earlier, i), hist_get(r->h.earlier, i));
	}
}

/* Losses and delays that let frames overtake each other, up to 1000 of them. */
static void streams_are_recorded_in_any_order(void **state)
{
	static const struct {
		double loss;
		uint64_t spread_ns; /* of delays */
		uint32_t first;     /* number */
	} streams[] = { { 0, 50, 0 }, { 0.01, 50, 7 }, { 0, 100 * GAP_NS, 0 },
		{ 0.05, 1000 * GAP_NS, 0 }, { 0.5, 300 * GAP_NS, 123456 },
		{ 0.02, 900 * GAP_NS, UINT32_MAX - FRAMES / 2 }, { 1, 10, 0 } };

	(void)state;
	for (size_t k = 0; k < G_N_ELEMENTS(streams); k++) {
		g_autofree struct arrival *arrivals = g_new(struct arrival, FRAMES);
		g_autofree uint64_t *delay = g_new(uint64_t, FRAMES);
		g_autofree int64_t *ipdv = g_new(int64_t, FRAMES);
		gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
		struct receiver r = receiver_new();
		uint64_t pairs, runs, came;
		size_t nb = 0;
		int64_t sum;

		gsl_rng_set(rng, 100 + k);
		for (uint32_t i = 0; i < FRAMES; i++) {
			delay[i] = 500 + gsl_rng_uniform_int(rng, streams[k].spread_ns);
			if (gsl_rng_uniform(rng) < streams[k].loss)
				delay[i] = DELAY_LOST;
			else
				arrivals[nb++] = (struct arrival){ .at_ns = (uint64_t)i * GAP_NS +
									    delay[i],
					.delay_ns = delay[i],
					.seq = streams[k].first + i };
		}
		gsl_rng_free(rng);
		qsort(arrivals, nb, sizeof(arrivals[0]), by_arrival);
		for (size_t i = 0; i < nb; i++)
			ipdv_see(r.window, arrivals[i].seq, arrivals[i].delay_ns, &r.h);
		sum = telescoped(delay, FRAMES, &runs, &came);
		assert_int_equal(total(&r, &pairs), sum);
		assert_int_equal(pairs, came - runs);
		same_as(&r, ipdv, delay_variation_ipdv(delay, FRAMES, ipdv));
		receiver_clear(&r);
	}
}

/* One that comes back from beyond the window is in no pair, and does not cost others theirs. */
static void what_is_too_late_does_no_harm(void **state)
{
	struct receiver r = receiver_new();
	uint64_t pairs;

	(void)state;
	for (uint32_t seq = 0; seq < 3000; seq++)
		if (seq != 976)
			ipdv_see(r.window, seq, 100, &r.h);
	/* 976 has the place of 2000, whose successor is still to come again in the next round. */
	total(&r, &pairs);
	assert_int_equal(pairs, 2997);
	ipdv_see(r.window, 976, 500, &r.h);
	for (uint32_t seq = 3000; seq < 3100; seq++)
		ipdv_see(r.window, seq, 100, &r.h);
	total(&r, &pairs);
	assert_int_equal(pairs, 3097);
	assert_int_equal(ctr_get(&r.h.later->max_ns), 0);
	receiver_clear(&r);
}

static void a_late_one_leaves_the_place_to_a_newer_one(void **state)
{
	struct receiver r = receiver_new();
	uint64_t pairs;

	(void)state;
	/* The number that has the newest one's place comes between it and its successor. */
	ipdv_see(r.window, 5000, 100, &r.h);
	ipdv_see(r.window, 5000 - IPDV_WINDOW, 700, &r.h);
	ipdv_see(r.window, 5001, 130, &r.h);
	assert_int_equal(total(&r, &pairs), 30);
	assert_int_equal(pairs, 1);
	receiver_clear(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(streams_are_recorded_in_any_order),
		cmocka_unit_test(what_is_too_late_does_no_harm),
		cmocka_unit_test(a_late_one_leaves_the_place_to_a_newer_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
