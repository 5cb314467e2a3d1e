/* SPDX-License-Identifier: BSD-3-Clause */
/* Buckets, their error, quantiles against sorted values, and merging. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>

#include "analyze/numbers/histogram.h"

enum { N = 20000, SEED = 20240607 };

static void buckets_cover_all_values_without_gap(void **state)
{
	(void)state;
	assert_int_equal(hist_bucket_low(0), 0);
	for (uint32_t i = 0; i < HIST_BUCKETS; i++) {
		uint64_t low = hist_bucket_low(i), high = hist_bucket_high(i),
			 mid = hist_bucket_mid(i);

		assert_true(low <= mid && mid <= high);
		assert_int_equal(mid, low + (high - low) / 2);
		assert_int_equal(hist_index(low), i);
		assert_int_equal(hist_index(mid), i);
		assert_int_equal(hist_index(high), i);
		if (i > 0)
			assert_int_equal(hist_bucket_high(i - 1) + 1, low);
	}
	assert_true(hist_bucket_high(HIST_BUCKETS - 1) == HIST_MAX_NS);
	assert_int_equal(hist_index(UINT64_MAX), HIST_BUCKETS - 1);
}

/* The bound that histogram.h states, at both ends of every bucket. */
static void midpoints_are_within_a_thousandth(void **state)
{
	const double limit = ldexp(1, -(HIST_SUB_BITS + 1));

	(void)state;
	assert_true(limit < 0.001);
	for (uint32_t i = 0; i < HIST_BUCKETS; i++) {
		double low = (double)hist_bucket_low(i), high = (double)hist_bucket_high(i);
		double mid = (double)hist_bucket_mid(i);

		assert_true(mid - low <= limit * low);
		assert_true(high - mid <= limit * high);
		if (i < 1U << (HIST_SUB_BITS + 1))
			assert_true(high - low < 1);
	}
}

static int compare(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

/* Log-uniform over the whole range: every size of bucket is met. */
static uint64_t *draw(unsigned long seed)
{
	gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
	uint64_t *v = g_new(uint64_t, N);

	gsl_rng_set(rng, seed);
	for (int i = 0; i < N; i++)
		v[i] = (uint64_t)exp(gsl_ran_flat(rng, 0, log((double)HIST_MAX_NS)));
	gsl_rng_free(rng);
	return v;
}

static void quantiles_are_those_of_sorted_values(void **state)
{
	static const double q[] = { 1e-9, 0.01, 0.25, 0.5, 0.75, 0.9, 0.99, 0.999, 0.9999, 1 };
	g_autofree uint64_t *v = draw(SEED);
	g_autoptr(hist) h = hist_new();

	(void)state;
	for (int i = 0; i < N; i++)
		hist_record(h, v[i]);
	qsort(v, N, sizeof(*v), compare);
	for (size_t i = 0; i < G_N_ELEMENTS(q); i++) {
		/* Nearest rank, in integers: q has at most 4 decimals, but for the first. */
		uint64_t rank = i == 0 ? 1 : ((uint64_t)round(q[i] * 10000) * N + 9999) / 10000;
		double exact = (double)v[rank - 1];
		uint64_t got;
		gboolean bound = TRUE;

		assert_int_equal(hist_quantile(h, 0, 0, q[i], &got, &bound), 0);
		assert_false(bound);
		if (fabs((double)got - exact) > 0.001 * exact)
			fail_msg("seed %d: quantile %g is %" PRIu64 ", not %g", SEED, q[i], got,
				exact);
	}
}

/* 0.07 * 100 is a little more than 7 in binary. */
static void ranks_do_not_suffer_from_binary_fractions(void **state)
{
	g_autoptr(hist) h = hist_new();

	(void)state;
	for (uint64_t i = 1; i <= 100; i++)
		hist_record(h, i);
	for (uint64_t i = 1; i <= 100; i++) {
		uint64_t got;
		gboolean bound;

		assert_int_equal(hist_quantile(h, 0, 0, (double)i / 100, &got, &bound), 0);
		assert_int_equal(got, i);
		assert_int_equal(hist_quantile(h, 0, 0, (double)i * 0.01, &got, &bound), 0);
		assert_int_equal(got, i);
	}
	{
		uint64_t got;
		gboolean bound;

		assert_int_equal(hist_quantile(h, 0, 0, 0.071, &got, &bound), 0);
		assert_int_equal(got, 8);
	}
}

static void lost_frames_turn_percentiles_into_bounds(void **state)
{
	g_autoptr(hist) h = hist_new();
	uint64_t got;
	gboolean bound;

	(void)state;
	for (uint64_t i = 1; i <= 90; i++)
		hist_record(h, i);
	assert_int_equal(hist_quantile(h, 10, 2000, 0.9, &got, &bound), 0);
	assert_false(bound);
	assert_int_equal(got, 90);
	assert_int_equal(hist_quantile(h, 10, 2000, 0.91, &got, &bound), 0);
	assert_true(bound);
	assert_int_equal(got, 2000);
	hist_clear(h);
	assert_int_equal(hist_quantile(h, 0, 0, 0.5, &got, &bound), -ENODATA);
	assert_int_equal(hist_quantile(h, 1, 7, 0.5, &got, &bound), 0);
	assert_true(bound);
	assert_int_equal(got, 7);
}

static void quantiles_stay_within_minimum_and_maximum(void **state)
{
	g_autoptr(hist) h = hist_new();
	uint64_t got;
	gboolean bound;

	(void)state;
	hist_record(h, 1000001);
	assert_int_equal(hist_quantile(h, 0, 0, 0.5, &got, &bound), 0);
	assert_int_equal(got, 1000001);
	hist_clear(h);
	hist_record(h, UINT64_C(1) << 50); /* above the last bucket */
	assert_int_equal(hist_quantile(h, 0, 0, 1, &got, &bound), 0);
	assert_true(got == UINT64_C(1) << 50);
}

static void mean_is_exact_and_deviation_near(void **state)
{
	g_autoptr(hist) h = hist_new();
	double mean, stddev;

	(void)state;
	assert_int_equal(hist_mean(h, &mean), -ENODATA);
	assert_int_equal(hist_stddev(h, &stddev), -ENODATA);
	hist_record(h, 5);
	assert_int_equal(hist_stddev(h, &stddev), 0);
	assert_true(stddev == 0);
	hist_clear(h);
	/* 2 4 4 4 5 5 7 9: sum of squared differences 32, divided by 7. */
	hist_record_many(h, 2, 1);
	hist_record_many(h, 4, 3);
	hist_record_many(h, 5, 2);
	hist_record_many(h, 7, 1);
	hist_record_many(h, 9, 1);
	hist_record_many(h, 1000, 0);
	assert_int_equal(hist_mean(h, &mean), 0);
	assert_true(mean == 5);
	assert_int_equal(hist_stddev(h, &stddev), 0);
	assert_true(fabs(stddev - sqrt(32.0 / 7)) < 1e-12);
	assert_int_equal(ctr_get(&h->max_ns), 9);
}

static void assert_equal(const hist *a, const hist *b)
{
	assert_int_equal(ctr_get(&a->count), ctr_get(&b->count));
	assert_int_equal(ctr_get(&a->sum_ns), ctr_get(&b->sum_ns));
	assert_true(ctr_get(&a->min_ns) == ctr_get(&b->min_ns));
	assert_int_equal(ctr_get(&a->max_ns), ctr_get(&b->max_ns));
	for (uint32_t i = 0; i < HIST_BUCKETS; i++)
		assert_int_equal(hist_get(a, i), hist_get(b, i));
}

static void merge_is_the_histogram_of_all_values_in_any_order(void **state)
{
	g_autofree uint64_t *v = draw(SEED + 1);
	g_autoptr(hist) all = hist_new();
	g_autoptr(hist) left = hist_new();
	g_autoptr(hist) right = hist_new();
	hist *part[3];

	(void)state;
	for (int i = 0; i < 3; i++)
		part[i] = hist_new();
	for (int i = 0; i < N; i++) {
		hist_record(all, v[i]);
		hist_record(part[i % 7 % 3], v[i]);
	}
	for (int i = 0; i < 3; i++) {
		hist_add(left, part[i]);      /* (0 + 1) + 2 */
		hist_add(right, part[2 - i]); /* (2 + 1) + 0 */
	}
	assert_equal(left, all);
	assert_equal(right, all);
	hist_add(part[1], part[2]); /* 0 + (1 + 2) */
	hist_add(part[0], part[1]);
	assert_equal(part[0], all);
	hist_clear(left);
	hist_add(all, left); /* nothing added */
	assert_equal(part[0], all);
	for (int i = 0; i < 3; i++)
		hist_free(part[i]);
	hist_free(NULL);
}

/* Given back once, with the last of the histograms. */
static int nb_unmapped;

static int unmap(void *mem, size_t len)
{
	(void)len;
	nb_unmapped++;
	g_aligned_free(mem);
	return 0;
}

static hist_pool *make_pool(size_t nb)
{
	nb_unmapped = 0;
	return hist_pool_new(
		g_aligned_alloc0(1, hist_pool_len(nb), 4096), hist_pool_len(nb), unmap);
}

/* Values of all octaves, some of them so often that 16 bits do not hold it. */
static void a_pool_counts_as_whole_histograms_do(void **state)
{
	g_autofree uint64_t *v = draw(SEED + 2);
	hist_pool *p = make_pool(2);
	hist *whole = hist_new(), *pooled = hist_new_in(p), *sum = hist_new_in(p);

	(void)state;
	assert_equal(pooled, whole);
	for (int i = 0; i < N; i++) {
		for (int n = 0; n < (i % 1000 == 0 ? 70000 : 1); n++) {
			hist_tick(whole, hist_index(v[i]), v[i]);
			hist_tick(pooled, hist_index(v[i]), v[i]);
		}
		if (i == 1)
			assert_true(hist_pool_used(p) < 8 * 1024); /* not yet 29 octaves */
	}
	hist_settle(whole);
	hist_settle(pooled);
	assert_int_equal(ctr_get(&whole->count), N + N / 1000 * 69999);
	assert_equal(pooled, whole);
	hist_add(sum, pooled);
	hist_add(sum, whole);
	hist_add(whole, pooled);
	assert_equal(sum, whole);
	hist_clear(sum);
	hist_clear(whole);
	assert_equal(sum, whole);
	hist_pool_unref(p);
	hist_free(sum);
	assert_int_equal(nb_unmapped, 0);
	hist_free(pooled);
	assert_int_equal(nb_unmapped, 1);
	hist_free(whole);
}

static void no_count_wraps(void **state)
{
	static const uint64_t limits[] = { UINT16_MAX - 1, UINT16_MAX, UINT32_MAX,
		(UINT64_C(1) << 40) - 1 };
	hist_pool *p = make_pool(1);
	hist *h[] = { hist_new(), hist_new_in(p) };

	(void)state;
	hist_pool_unref(p);
	for (size_t k = 0; k < 2; k++) {
		for (uint32_t i = 0; i < G_N_ELEMENTS(limits); i++) {
			uint32_t index = i * HIST_OCTAVE;

			hist_set(h[k], index, limits[i]);
			hist_set(h[k], index + 1, 7);
			for (uint64_t n = 1; n <= 3; n++) {
				hist_bump(h[k], index);
				assert_true(hist_get(h[k], index) == limits[i] + n);
				assert_int_equal(hist_get(h[k], index + 1), 7);
			}
		}
		hist_free(h[k]);
	}
}

/* Each octave of each histogram, narrow first and then wide. */
static void a_pool_has_room_for_the_worst(void **state)
{
	enum { NB = 3 };
	hist_pool *p = make_pool(NB);
	hist *h[NB];

	(void)state;
	for (int k = 0; k < NB; k++)
		h[k] = hist_new_in(p);
	for (uint32_t i = 0; i < HIST_BUCKETS; i += HIST_OCTAVE)
		for (int k = 0; k < NB; k++) {
			hist_bump(h[k], i + (uint32_t)k);
			hist_set(h[k], i + (uint32_t)k, UINT16_MAX);
			hist_bump(h[k], i + (uint32_t)k);
		}
	assert_int_equal(hist_pool_used(p), hist_pool_len(NB));
	hist_pool_unref(p);
	for (int k = 0; k < NB; k++) {
		assert_int_equal(hist_total(h[k]), HIST_OCTAVES * 65536);
		hist_free(h[k]);
	}
}

enum { BUMPS = 300000 };

static void *bump(void *arg)
{
	for (int i = 0; i < BUMPS; i++)
		hist_tick(arg, hist_index(1000 + (uint64_t)i % 3), 1000);
	return NULL;
}

/* While an octave is handed out, and while it becomes wide. */
static void a_reader_never_sees_less_than_before(void **state)
{
	hist_pool *p = make_pool(1);
	hist *h = hist_new_in(p);
	uint64_t before = 0, now = 0;
	pthread_t writer;

	(void)state;
	hist_pool_unref(p);
	assert_int_equal(pthread_create(&writer, NULL, bump, h), 0);
	while (now < BUMPS) {
		now = hist_get(h, hist_index(1000)) + hist_get(h, hist_index(1001)) +
		      hist_get(h, hist_index(1002));
		assert_true(now >= before);
		before = now;
	}
	assert_int_equal(pthread_join(writer, NULL), 0);
	assert_int_equal(hist_total(h), BUMPS);
	hist_free(h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(buckets_cover_all_values_without_gap),
		cmocka_unit_test(midpoints_are_within_a_thousandth),
		cmocka_unit_test(quantiles_are_those_of_sorted_values),
		cmocka_unit_test(ranks_do_not_suffer_from_binary_fractions),
		cmocka_unit_test(lost_frames_turn_percentiles_into_bounds),
		cmocka_unit_test(quantiles_stay_within_minimum_and_maximum),
		cmocka_unit_test(mean_is_exact_and_deviation_near),
		cmocka_unit_test(merge_is_the_histogram_of_all_values_in_any_order),
		cmocka_unit_test(a_pool_counts_as_whole_histograms_do),
		cmocka_unit_test(no_count_wraps),
		cmocka_unit_test(a_pool_has_room_for_the_worst),
		cmocka_unit_test(a_reader_never_sees_less_than_before),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
