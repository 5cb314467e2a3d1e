/* SPDX-License-Identifier: BSD-3-Clause */
/* IPDV and PDV: RFC 5481's own example, losses, bins, files that are not what they should be. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "analyze/statistics/delay_variation.h"
#include "tests/unit/delay_sequence.h"
#include "analyze/contract/trial_bins.h"
#include "analyze/contract/trial_ipdv.h"
#include "tests/unit/fake_trial.h"

#define MS UINT64_C(1000000)
#define LOST DELAY_LOST

static const struct {
	const char *name;
	uint64_t delay[8];
	size_t n;
	int64_t ipdv[8];
	size_t nb_ipdv;
	uint64_t pdv[8];
	size_t nb_pdv;
} cases[] = {
	{ "RFC 5481 section 4", { 20 * MS, 10 * MS, 20 * MS, 25 * MS, 20 * MS }, 5,
		{ -10000000, 10000000, 5000000, -5000000 }, 4,
		{ 10 * MS, 0, 10 * MS, 15 * MS, 10 * MS }, 5 },
	{ "the same, one lost between", { 20, 10, LOST, 20, 25, 20 }, 6, { -10, 5, -5 }, 3,
		{ 10, 0, 10, 15, 10 }, 5 },
	{ "the fastest is lost", { 20, LOST, 20, 25 }, 4, { 5 }, 1, { 0, 0, 5 }, 3 },
	{ "every second one is lost", { 1, LOST, 2, LOST, 3 }, 5, { 0 }, 0, { 0, 1, 2 }, 3 },
	{ "lost at both ends", { LOST, 7, 4, LOST }, 4, { -3 }, 1, { 3, 0 }, 2 },
	{ "all are lost", { LOST, LOST }, 2, { 0 }, 0, { 0 }, 0 },
	{ "one", { 5 }, 1, { 0 }, 0, { 0 }, 1 },
	{ "none", { 0 }, 0, { 0 }, 0, { 0 }, 0 },
};

static void sequences_are_as_the_rfc_says(void **state)
{
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		int64_t ipdv[8];
		uint64_t pdv[8];
		size_t n = delay_variation_ipdv(cases[i].delay, cases[i].n, ipdv);

		if (n != cases[i].nb_ipdv || memcmp(ipdv, cases[i].ipdv, n * sizeof(ipdv[0])) != 0)
			fail_msg("%s: IPDV differs, %zu of them", cases[i].name, n);
		n = delay_variation_pdv(cases[i].delay, cases[i].n, pdv);
		if (n != cases[i].nb_pdv || memcmp(pdv, cases[i].pdv, n * sizeof(pdv[0])) != 0)
			fail_msg("%s: PDV differs, %zu of them", cases[i].name, n);
	}
}

static void pdv_of_a_distribution_begins_at_its_fastest(void **state)
{
	hist *h = hist_new();
	struct trial_dist d = { 0 };
	uint64_t ns;
	gboolean bound;

	(void)state;
	for (uint64_t i = 0; i < 200; i++)
		hist_record(h, 300 + i); /* each has a bin of its own */
	trial_dist_set(&d, h, 0, 0);
	assert_int_equal(delay_variation_quantile(&d, 0.5, &ns, &bound), 0);
	assert_int_equal(ns, 99);
	assert_false(bound);
	assert_int_equal(delay_variation_quantile(&d, 1, &ns, &bound), 0);
	assert_int_equal(ns, 199);
	/* With as many lost, the median is the slowest of those that came back. */
	d.censored = 200;
	d.censored_ns = 1000;
	assert_int_equal(delay_variation_quantile(&d, 0.5, &ns, &bound), 0);
	assert_int_equal(ns, 199);
	assert_int_equal(delay_variation_quantile(&d, 0.51, &ns, &bound), 0);
	assert_true(bound && ns == 700);
	trial_dist_clear(&d);
	d.censored = 5;
	assert_int_equal(delay_variation_quantile(&d, 0.5, &ns, &bound), -ENODATA);
}

/* MoonGen's values are exact, and a repetition without histogram says nothing of the fastest. */
static void pdv_of_exact_values_has_their_own_minimum(void **state)
{
	static const char text[] = "5000,1\n4000,2\n9000,7\n";
	struct trial_dist d = { .count = 10, .min_ns = 0 };
	uint64_t ns;
	gboolean bound;

	(void)state;
	assert_int_equal(delay_variation_least(&d, &ns), -ENODATA);
	assert_int_equal(delay_variation_quantile(&d, 0.5, &ns, &bound), -ENODATA);
	d.exact = exact_parse("f", text, strlen(text), NULL);
	assert_int_equal(delay_variation_least(&d, &ns), 0);
	assert_int_equal(ns, 4000);
	assert_int_equal(delay_variation_quantile(&d, 0.3, &ns, &bound), 0);
	assert_int_equal(ns, 1000);
	assert_int_equal(delay_variation_quantile(&d, 0.999, &ns, &bound), 0);
	assert_true(ns == 5000 && !bound);
	trial_dist_clear(&d);
}

/* A trial whose D99.9 - Dmin is spread_ns; with lost, it is a bound of 2 s less 100 ns. */
static void set_spread(struct trial_dist *d, uint64_t spread_ns, gboolean lost)
{
	hist *h = hist_new();

	hist_record(h, 100);
	hist_record_many(h, 100 + spread_ns, 9999);
	trial_dist_set(d, h, lost ? 100 : 0, 2000000000);
}

static void rfc8219_is_the_median_of_trials(void **state)
{
	static const struct {
		uint64_t spread[5];
		size_t nb, lossy; /* the last so many lost frames */
		uint64_t ns;
		gboolean bound;
	} medians[] = {
		{ { 7 }, 1, 0, 7, FALSE },
		{ { 7, 3 }, 2, 0, 5, FALSE },
		{ { 9, 1, 5 }, 3, 0, 5, FALSE },
		{ { 9, 1, 5, 7, 3 }, 5, 0, 5, FALSE },
		{ { 9, 8, 700, 600, 1 }, 5, 2, 700, FALSE },
		{ { 9, 8, 700, 600, 1 }, 5, 3, 1999999900, TRUE },
		/* The mean of 8 and of what lost frames were waited for. */
		{ { 8, 700 }, 2, 1, 999999954, TRUE },
		/* What is lost was waited for less long than the others took: it may be faster. */
		{ { 3000000000, 4000000000, 1, 1 }, 4, 2, 2499999950, TRUE },
	};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(medians); i++) {
		struct trial_dist d[5] = { 0 };
		const struct trial_dist *of[5];
		size_t nb = medians[i].nb;
		uint64_t ns = 0;
		gboolean bound = FALSE;

		for (size_t j = 0; j < nb; j++) {
			set_spread(&d[j], medians[i].spread[j], j + medians[i].lossy >= nb);
			of[j] = &d[j];
		}
		assert_int_equal(delay_variation_rfc8219(of, nb, &ns, &bound), 0);
		if (ns != medians[i].ns || bound != medians[i].bound)
			fail_msg("set %zu: %lu, bound %d", i, (unsigned long)ns, bound);
		for (size_t j = 0; j < nb; j++)
			trial_dist_clear(&d[j]);
	}
	assert_int_equal(
		delay_variation_rfc8219(NULL, 0, &(uint64_t){ 0 }, &(gboolean){ 0 }), -ENODATA);
}

static void set_ipdv(struct trial_ipdv *d, const int64_t *v, size_t n)
{
	hist *later = hist_new(), *earlier = hist_new();

	for (size_t i = 0; i < n; i++)
		hist_record(v[i] < 0 ? earlier : later, (uint64_t)llabs(v[i]));
	trial_ipdv_set(d, later, earlier);
}

static int compare_i64(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

/* Below 1024 ns each value has a bin: percentiles are those of the sorted values. */
static void percentiles_are_of_the_sorted_values(void **state)
{
	enum { N = 997 };
	gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
	int64_t v[N], magnitude[N], sum = 0, abs_sum = 0;
	struct trial_ipdv d;

	(void)state;
	gsl_rng_set(rng, 5);
	for (size_t i = 0; i < N; i++) {
		v[i] = (int64_t)gsl_rng_uniform_int(rng, 1601) - 1000;
		magnitude[i] = llabs(v[i]);
		sum += v[i];
		abs_sum += magnitude[i];
	}
	gsl_rng_free(rng);
	set_ipdv(&d, v, N);
	qsort(v, N, sizeof(v[0]), compare_i64);
	qsort(magnitude, N, sizeof(v[0]), compare_i64);
	assert_int_equal(d.pairs, N);
	assert_int_equal(d.sum_ns, sum);
	assert_int_equal(d.abs_sum_ns, abs_sum);
	assert_int_equal(d.min_ns, v[0]);
	assert_int_equal(d.max_ns, v[N - 1]);
	for (int percent = 1; percent <= 100; percent++) {
		size_t rank = hist_rank(percent / 100.0, N);
		uint64_t most;
		int64_t ns;

		assert_int_equal(trial_ipdv_quantile(&d, percent / 100.0, &ns), 0);
		assert_int_equal(ns, v[rank - 1]);
		assert_int_equal(trial_ipdv_magnitude(&d, percent / 100.0, &most), 0);
		assert_int_equal(most, magnitude[rank - 1]);
	}
	trial_ipdv_clear(&d);
}

static void ends_are_exact_whatever_the_sign(void **state)
{
	static const int64_t only_down[] = { -5000001, -70001, -9999 };
	static const int64_t only_up[] = { 5000001, 70001, 9999 };
	struct trial_ipdv d, up;
	int64_t ns;

	(void)state;
	set_ipdv(&d, only_down, 3);
	assert_int_equal(d.min_ns, -5000001);
	assert_int_equal(d.max_ns, -9999);
	assert_int_equal(trial_ipdv_quantile(&d, 0.01, &ns), 0);
	assert_true(ns >= d.min_ns && ns < -4990000);
	set_ipdv(&up, only_up, 3);
	assert_int_equal(up.min_ns, 9999);
	assert_int_equal(up.max_ns, 5000001);
	assert_true(trial_ipdv_add(&d, &up));
	assert_int_equal(d.min_ns, -5000001);
	assert_int_equal(d.max_ns, 5000001);
	assert_int_equal(d.pairs, 6);
	assert_int_equal(d.sum_ns, 0);
	assert_int_equal(ctr_get(&d.later->count) + ctr_get(&d.earlier->count), 6);
	trial_ipdv_clear(&d);
	trial_ipdv_clear(&up);
	set_ipdv(&d, only_up, 0);
	assert_true(d.recorded && d.pairs == 0 && d.min_ns == 0 && d.max_ns == 0);
	assert_int_equal(trial_ipdv_quantile(&d, 0.5, &ns), -ENODATA);
	trial_ipdv_clear(&d);
}

static void bins_read_back_equal(void **state)
{
	static const int64_t v[] = { -2000000, -1, -1, 0, 0, 3, 70001, -70001, 123456789 };
	g_autoptr(GString) text = g_string_new(TRIAL_IPDV_HEADER);
	g_autoptr(GString) wide = g_string_new("trial," TRIAL_IPDV_HEADER);
	g_autoptr(GError) error = NULL;
	struct trial_ipdv d, back, third;

	(void)state;
	set_ipdv(&d, v, G_N_ELEMENTS(v));
	trial_ipdv_append(text, &d, "");
	back = d;
	back.later = back.earlier = NULL;
	if (!trial_ipdv_bins_read(&back, "f", text->str, text->len, TRIAL_BINS_ONE, &error))
		fail_msg("%s", error->message);
	for (uint32_t i = 0; i < HIST_BUCKETS; i++) {
		assert_int_equal(hist_get(d.later, i), hist_get(back.later, i));
		assert_int_equal(hist_get(d.earlier, i), hist_get(back.earlier, i));
	}
	/* Of several trials in one text, only that of the number. */
	trial_ipdv_append(wide, &back, "2,");
	trial_ipdv_append(wide, &d, "3,");
	third = d;
	third.later = third.earlier = NULL;
	assert_true(trial_ipdv_bins_read(&third, "f", wide->str, wide->len, 3, NULL));
	assert_int_equal(ctr_get(&third.later->count), 5);
	assert_int_equal(ctr_get(&third.earlier->count), 4);
	trial_ipdv_clear(&d);
	trial_ipdv_clear(&back);
	trial_ipdv_clear(&third);
}

static const struct {
	const char *text, *says;
} bad[] = {
	{ "", "f: empty file" },
	{ "-5,1\n0,1\n7,1\n", "f:1: expected header" },
	{ TRIAL_IPDV_HEADER "-5,1\n0\n7,1\n", "f:3: expected ipdv_ns,count" },
	{ TRIAL_IPDV_HEADER "-5,1\n0,1\n", "f: sum of counts differs from the trial's pairs" },
	{ TRIAL_IPDV_HEADER "-5,1\n0,1\n7,2\n", "f: sum of counts differs" },
	{ TRIAL_IPDV_HEADER "-6,1\n0,1\n7,1\n", "f: lowest or highest bin differs" },
	{ TRIAL_IPDV_HEADER "-5,1\n0,1\n8,1\n", "f: lowest or highest bin differs" },
	{ TRIAL_IPDV_HEADER "5,1\n0,1\n7,1\n", "f: lowest or highest bin differs" },
	{ TRIAL_IPDV_HEADER "-0,3\n", "f:2: invalid bin" },
	{ TRIAL_IPDV_HEADER "7,0\n", "f:2: invalid bin" },
	{ TRIAL_IPDV_HEADER "--5,3\n", "f:2: invalid ipdv_ns '-5'" },
	{ TRIAL_IPDV_HEADER "7,9223372036854775807\n7,1\n", "f:3: invalid bin" },
	{ TRIAL_IPDV_HEADER "7,x\n", "f:2: invalid count 'x'" },
};

static void bad_bins_are_refused(void **state)
{
	static const int64_t v[] = { -5, 0, 7 };

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
		g_autoptr(GError) error = NULL;
		struct trial_ipdv d;
		gboolean good;

		set_ipdv(&d, v, 3);
		good = trial_ipdv_bins_read(
			&d, "f", bad[i].text, strlen(bad[i].text), TRIAL_BINS_ONE, &error);
		trial_ipdv_clear(&d);
		if (good)
			fail_msg("'%s' is no error", bad[i].text);
		if (strstr(error->message, bad[i].says) == NULL)
			fail_msg("'%s': '%s' lacks '%s'", bad[i].text, error->message, bad[i].says);
	}
}

static void more_pairs_than_frames_do_not_balance(void **state)
{
	g_autoptr(trial) t = fake_trial(&(struct fake_cfg){ .guests = 1, .sizes = 1, .worst = -1 });
	static const int64_t v[] = { 1, -1 };
	g_autoptr(GError) error = NULL, contradiction = NULL;

	(void)state;
	set_ipdv(&t->ipdv, v, 2);
	assert_true(trial_balance(t, NULL));
	t->ipdv.sum_ns = 3;
	assert_false(trial_balance(t, &contradiction));
	assert_non_null(strstr(contradiction->message, "inconsistent"));
	trial_ipdv_clear(&t->ipdv);
	t->ipdv.recorded = TRUE;
	t->ipdv.pairs = 400;
	assert_false(trial_balance(t, &error));
	assert_non_null(strstr(error->message, "400 pairs"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sequences_are_as_the_rfc_says),
		cmocka_unit_test(pdv_of_a_distribution_begins_at_its_fastest),
		cmocka_unit_test(pdv_of_exact_values_has_their_own_minimum),
		cmocka_unit_test(rfc8219_is_the_median_of_trials),
		cmocka_unit_test(percentiles_are_of_the_sorted_values),
		cmocka_unit_test(ends_are_exact_whatever_the_sign),
		cmocka_unit_test(bins_read_back_equal),
		cmocka_unit_test(bad_bins_are_refused),
		cmocka_unit_test(more_pairs_than_frames_do_not_balance),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
