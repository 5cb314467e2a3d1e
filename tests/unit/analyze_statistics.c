/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Statistics of repetitions. Expected values are published, or were counted outcome by outcome over
 * all permutations by a program of another language.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <math.h>
#include <string.h>

#include "analyze/statistics/rank_test.h"

static void near(double is, double wanted, double tolerance, const char *what)
{
	if (!(fabs(is - wanted) <= tolerance))
		fail_msg("%s: %.15g, not %.15g", what, is, wanted);
}

static void ranks_of_intervals(void **state)
{
	static const struct {
		uint64_t n;
		double q;
		uint64_t lo, hi;
		double coverage;
	} cases[] = {
		{ 6, 0.5, 1, 6, 0.96875 },
		{ 20, 0.5, 6, 15, 0.9586105346679688 }, /* Hahn and Meeker: 6 and 15 */
		{ 100, 0.5, 40, 61, 0.9647997997822952 },
		{ 100, 0.9, 84, 96, 0.955690107191223 },
		{ 368, 0.99, 360, 368, 0.9624158204108586 },
		{ 1000, 0.9, 881, 919, 0.9549071811148258 },
	};

	(void)state;
	for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
		uint64_t lo, hi;
		double coverage;

		assert_true(statistics_quantile_ranks(
			cases[i].n, cases[i].q, 0.95, &lo, &hi, &coverage));
		assert_int_equal(lo, cases[i].lo);
		assert_int_equal(hi, cases[i].hi);
		near(coverage, cases[i].coverage, 1e-12, "coverage");
	}
}

/* n >= ln(0.025) / ln(q) */
static void tails_need_samples(void **state)
{
	static const struct {
		double q;
		uint64_t least;
	} cases[] = { { 0.5, 6 }, { 0.99, 368 }, { 0.999, 3688 }, { 0.9999, 36887 } };
	uint64_t lo, hi;
	double coverage;

	(void)state;
	for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
		assert_false(statistics_quantile_ranks(
			cases[i].least - 1, cases[i].q, 0.95, &lo, &hi, &coverage));
		assert_int_equal(lo, 1);
		assert_int_equal(hi, cases[i].least - 1);
		assert_true(statistics_quantile_ranks(
			cases[i].least, cases[i].q, 0.95, &lo, &hi, &coverage));
		assert_int_equal(hi, cases[i].least);
		assert_true(coverage >= 0.95);
	}
	assert_false(statistics_quantile_ranks(0, 0.5, 0.95, &lo, &hi, &coverage));
	near(coverage, 0, 0, "coverage of nothing");
	/* More than 32 bits. */
	assert_true(
		statistics_quantile_ranks(UINT64_C(10000000000), 0.5, 0.95, &lo, &hi, &coverage));
	near((double)(hi - lo), 2 * 1.959964 * 50000, 2, "width, by the normal distribution");
	/* On either side of what changes there: 2 * 1.959964 * sd. */
	for (uint64_t n = 39000; n <= 4000000; n += 1000) {
		assert_true(statistics_quantile_ranks(n, 0.5, 0.95, &lo, &hi, &coverage));
		near((double)(hi - lo), 2 * 1.959964 * sqrt((double)n / 4), 2, "width");
		near(coverage, 0.95, 0.01, "coverage");
		assert_true(coverage >= 0.95 - 1e-5);
	}
}

static void median_says_what_it_covers(void **state)
{
	static const double x[] = { 5, 1, 4, 2, 6, 3 }, lost[] = { 1, INFINITY, 2, INFINITY };
	struct statistics_interval m = statistics_median(x, 6, 0.95);

	(void)state;
	assert_true(m.sufficient);
	near(m.value, 3.5, 0, "median");
	near(m.lo, 1, 0, "lo");
	near(m.hi, 6, 0, "hi");
	near(m.coverage, 0.96875, 1e-12, "coverage");
	m = statistics_median(x, 5, 0.95);
	assert_false(m.sufficient);
	near(m.value, 4, 0, "median");
	near(m.coverage, 0.9375, 1e-12, "coverage of 5");
	m = statistics_median(x, 1, 0.95);
	near(m.coverage, 0, 0, "coverage of 1");
	assert_true(isnan(statistics_median(x, 0, 0.95).value));
	assert_true(isinf(statistics_median(lost, 4, 0.95).value));
	near(statistics_median(lost, 3, 0.95).value, 2, 0, "a minority is lost");
}

static void median_of_values_and_bounds_is_no_larger_bound_than_known(void **state)
{
	static const struct {
		double x[4], at_least[4];
		size_t n;
		double value; /* INFINITY: among bounds */
		double at_least_value;
	} cases[] = {
		{ { 15.8, INFINITY }, { 15.8, 2e6 }, 2, INFINITY, 1000007.9 },
		{ { INFINITY, 15.8, INFINITY }, { 2e6, 15.8, 1e6 }, 3, INFINITY, 1e6 },
		{ { 3, 4, INFINITY, INFINITY }, { 3, 4, 1, 1 }, 4, INFINITY, 2 },
		{ { 3, 4, INFINITY }, { 3, 4, 9 }, 3, 4, 4 },
	};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		struct statistics_bounded m = statistics_median_bounded(
			cases[i].x, cases[i].at_least, cases[i].n, 0.95);

		assert_true(isinf(m.m.value) == isinf(cases[i].value));
		if (!isinf(m.m.value))
			near(m.m.value, cases[i].value, 0, "median");
		near(m.at_least.value, cases[i].at_least_value, 1e-9, "bound");
		assert_true(m.at_least.lo <= m.at_least.value && m.at_least.value <= m.at_least.hi);
	}
}

static void u_is_exact(void **state)
{
	static const struct {
		size_t nb_a, nb_b;
		double a[10], b[10], u, p;
	} cases[] = {
		/* Hollander and Wolfe, example 4.1: 0.2544. */
		{ 10, 5, { 0.80, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46 },
			{ 1.15, 0.88, 0.90, 0.74, 1.21 }, 15, 0.2544122544122544 },
		{ 3, 3, { 1, 2, 3 }, { 4, 5, 6 }, 9, 0.1 },
		{ 4, 4, { 1, 2, 3, 4 }, { 5, 6, 7, 8 }, 16, 2 / 70.0 },
		{ 5, 5, { 6, 7, 8, 9, 10 }, { 1, 2, 3, 4, 5 }, 0, 2 / 252.0 },
		{ 4, 5, { 1, 2, 2, 3 }, { 2, 3, 3, 4, 5 }, 17, 0.1111111111111111 },
		{ 4, 5, { 1, 1, 1, 2 }, { 1, 2, 2, 2, 9 }, 16, 0.1746031746031746 },
		{ 5, 5, { 1.1, 2.2, 2.2, 3.3, 5.0 }, { 2.2, 4.4, 5.0, 6.1, 7.0 }, 20.5,
			0.1111111111111111 },
		{ 4, 6, { 1, 2, 3, 4 }, { 2, 2, 2, 9, 9, 9 }, 16.5, 0.38571428571428573 },
		{ 4, 4, { 5, 5, 5, 5 }, { 5, 5, 5, 5 }, 8, 1 },
		{ 4, 4, { 1, 2, 3, 4 }, { 5, 6, INFINITY, INFINITY }, 16, 2 / 70.0 },
	};

	(void)state;
	for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
		struct rank_test u = rank_test_u(
			cases[i].a, cases[i].nb_a, cases[i].b, cases[i].nb_b);
		double pairs = (double)(cases[i].nb_a * cases[i].nb_b);

		assert_true(u.exact);
		near(u.u, cases[i].u, 1e-12, "U");
		near(u.p, cases[i].p, 1e-12, "p");
		near(rank_test_cliff(cases[i].a, cases[i].nb_a, cases[i].b, cases[i].nb_b),
			2 * u.u / pairs - 1, 1e-12, "Cliff's delta is that of U");
		u = rank_test_u(cases[i].b, cases[i].nb_b, cases[i].a, cases[i].nb_a);
		near(u.u, pairs - cases[i].u, 1e-12, "U the other way");
		near(u.p, cases[i].p, 1e-12, "p the other way");
	}
	assert_true(isnan(rank_test_u(NULL, 0, cases[0].b, 5).p));
}

static void u_of_many_is_normal(void **state)
{
	double a[40], b[40];
	struct rank_test u;

	(void)state;
	for (int i = 0; i < 40; i++) {
		a[i] = i % 7;
		b[i] = i % 7 + i % 3;
	}
	u = rank_test_u(a, 40, b, 40);
	assert_false(u.exact);
	near(u.u, 1002.5, 1e-12, "U");
	near(u.p, 0.049869187049721674, 1e-10, "p with ties and continuity");
	for (int i = 0; i < 40; i++)
		a[i] = b[i] = 1;
	near(rank_test_u(a, 40, b, 40).p, 1, 0, "all equal");
	/* On either side of the border both agree well enough. */
	for (int i = 0; i < 31; i++) {
		a[i] = i;
		b[i] = i + 7.5;
	}
	near(rank_test_u(a, 30, b, 30).p, rank_test_u(a, 30, b, 31).p, 0.01, "exact and normal");
}

/* Counted over all choices in both strata: 4 and 3 against 2 and 3, with ties. */
static void u_over_strata(void **state)
{
	static const double a1[] = { 1, 2, 2, 5 }, b1[] = { 2, 7 }, a2[] = { 1, 4, 4 },
			    b2[] = { 4, 5, 6 };
	const struct rank_test_stratum strata[] = { { a1, b1, 4, 2 }, { NULL, b1, 0, 2 },
		{ a2, b2, 3, 3 } };
	static const double low[] = { 1, 2, 3, 4 }, high[] = { 5, 6, 7, 8 };
	struct rank_test_stratum many[400];
	struct rank_test u = rank_test_strata(strata, 3);

	(void)state;
	assert_true(u.exact);
	near(u.u, 14.0, 1e-12, "U of both");
	near(u.p, 0.08333333333333333, 1e-12, "p of both");
	for (int i = 0; i < 400; i++)
		many[i] = (struct rank_test_stratum){ low, high, 4, 4 };
	u = rank_test_strata(many, 3);
	near(u.p, 2 / (70.0 * 70.0 * 70.0), 1e-15, "three as clear as can be");
	u = rank_test_strata(many, 400);
	assert_false(u.exact);
	near(u.u, 400 * 16, 0, "U of 400");
	assert_true(u.p < 1e-100);
	/* As many the other way: nothing. */
	for (int i = 0; i < 200; i++)
		many[i] = (struct rank_test_stratum){ high, low, 4, 4 };
	near(rank_test_strata(many, 400).p, 1, 0, "both ways");
	near(rank_test_strata(many + 198, 4).p, 1, 1e-12, "both ways, exactly");
	assert_true(isnan(rank_test_strata(strata + 1, 1).p));
}

/* p is counted over all signs of the ranks that are there. */
static void signed_ranks_are_exact(void **state)
{
	static const struct {
		size_t nb;
		double a[9], b[9], w, p, delta;
	} cases[] = {
		/* Hollander and Wolfe, example 3.1: 5 or 40, 0.0391. */
		{ 9, { 1.83, 0.50, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.30 },
			{ 0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29 }, 5, 20 / 512.0,
			-35 / 45.0 },
		{ 6, { 1, 2, 3, 4, 5, 6 }, { 2, 4, 6, 8, 10, 12 }, 21, 2 / 64.0, 1 },
		/* Equal pairs count for nothing, ties share their ranks. */
		{ 5, { 1, 1, 1, 1, 1 }, { 1, 2, 2, 2, 0 }, 7.5, 0.625, 0.5 },
		{ 4, { 3, 3, 3, 3 }, { 3, 3, 3, 3 }, 0, 1, 0 },
		{ 6, { 1, 2, 3, 4, 5, INFINITY }, { 2, 4, 6, INFINITY, INFINITY, INFINITY }, 15,
			2 / 32.0, 1 },
	};
	struct rank_test_stratum many[40];
	struct rank_test u;

	(void)state;
	for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
		struct rank_test_stratum x = { cases[i].a, cases[i].b, cases[i].nb, cases[i].nb };
		struct rank_test_stratum back = { cases[i].b, cases[i].a, cases[i].nb,
			cases[i].nb };

		u = rank_test_signed(&x, 1);
		assert_true(u.exact);
		near(u.u, cases[i].w, 1e-12, "W");
		near(u.p, cases[i].p, 1e-12, "p");
		near(u.delta, cases[i].delta, 1e-12, "delta");
		u = rank_test_signed(&back, 1);
		near(u.p, cases[i].p, 1e-12, "p the other way");
		near(u.delta, -cases[i].delta, 1e-12, "delta the other way");
	}
	assert_true(isnan(rank_test_signed(NULL, 0).p));
	/* Strata add up: as clear as can be in each, exactly and beyond. */
	for (int i = 0; i < 40; i++)
		many[i] = (struct rank_test_stratum){ cases[1].a, cases[1].b, 6, 6 };
	u = rank_test_signed(many, 3);
	assert_true(u.exact);
	near(u.p, rank_test_signed_least_p(18), 1e-18, "p of three");
	assert_true(rank_test_signed(many, 40).p < 1e-30);
	near(rank_test_signed_least_p(6), 2 / 64.0, 0, "least p of 6");
	near(rank_test_signed_least_p(0), 1, 0, "least p of none");
}

static void signed_ranks_of_many_are_normal(void **state)
{
	double a[400], b[400];
	const struct rank_test_stratum few = { a, b, 125, 125 }, more = { a, b, 126, 126 };
	const struct rank_test_stratum all = { a, b, 400, 400 };
	struct rank_test counted, near_it;

	(void)state;
	for (int i = 0; i < 400; i++) {
		a[i] = 0;
		b[i] = (i % 5 < 2 ? -1 : 1) * (400.5 - i);
	}
	counted = rank_test_signed(&few, 1);
	near_it = rank_test_signed(&more, 1);
	assert_true(counted.exact && !near_it.exact);
	near(counted.p, near_it.p, 0.01, "both sides of the limit");
	assert_true(rank_test_signed(&all, 1).p < 1e-2);
}

static void paired_shift(void **state)
{
	/* Hollander and Wolfe, examples 3.3 and 3.4. */
	static const double x[] = { 1.83, 0.50, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.30 };
	static const double y[] = { 0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29 };
	static const double lost[] = { 1, 2, INFINITY }, late[] = { 2, 3, INFINITY };
	struct statistics_interval s = rank_test_paired_shift(x, y, 9, 0.95);

	(void)state;
	assert_true(s.sufficient);
	near(s.value, -0.46, 1e-9, "shift");
	near(s.lo, -0.786, 1e-9, "lo");
	near(s.hi, -0.010, 1e-9, "hi");
	near(s.coverage, 1 - 20 / 512.0, 1e-12, "coverage");
	s = rank_test_paired_shift(x, y, 5, 0.95);
	assert_false(s.sufficient);
	near(s.coverage, 1 - 2 / 32.0, 1e-12, "coverage of five");
	/* Nothing is made up of two unknown values. */
	s = rank_test_paired_shift(lost, late, 3, 0.95);
	assert_true(isnan(s.value) && isinf(s.lo) && isinf(s.hi));
	assert_true(isnan(rank_test_paired_shift(x, y, 0, 0.95).value));
}

static void least_p(void **state)
{
	(void)state;
	near(rank_test_least_p(3, 3), 0.1, 1e-12, "3");
	near(rank_test_least_p(4, 4), 2 / 70.0, 1e-12, "4");
	near(rank_test_least_p(5, 5), 2 / 252.0, 1e-12, "5");
	near(rank_test_least_p(3, 10), 2 / 286.0, 1e-12, "3 and 10");
	near(rank_test_least_p(1, 0), 1, 0, "none");
	near(rank_test_least_p(1, 1), 1, 0, "1");
	assert_true(rank_test_least_p(2000, 2000) < 1e-300);
}

static void hodges_lehmann(void **state)
{
	/* Hollander and Wolfe, examples 4.1 to 4.4, with the sign of y - x. */
	static const double x[] = { 0.80, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46 };
	static const double y[] = { 1.15, 0.88, 0.90, 0.74, 1.21 };
	static const double a[] = { 1, 2, 3, 4 }, b[] = { 11, 12, 13, 15 };
	struct statistics_interval s = rank_test_shift(x, 10, y, 5, 0.95);

	(void)state;
	assert_true(s.sufficient);
	near(s.value, -0.305, 1e-12, "shift");
	near(s.lo, -0.76, 1e-12, "lo");
	near(s.hi, 0.15, 1e-12, "hi");
	near(s.coverage, 1 - 2 * 0.01998001998001998, 1e-12, "coverage");
	s = rank_test_shift(a, 4, b, 4, 0.95);
	assert_true(s.sufficient);
	near(s.value, 10, 1e-12, "shift of 4");
	near(s.lo, 7, 0, "the smallest difference");
	near(s.hi, 14, 0, "the largest difference");
	near(s.coverage, 1 - 2 / 70.0, 1e-12, "coverage of 4");
	s = rank_test_shift(a, 3, b, 3, 0.95);
	assert_false(s.sufficient);
	near(s.coverage, 0.9, 1e-12, "coverage of 3");
	assert_true(isnan(rank_test_shift(a, 0, b, 3, 0.95).value));
	/* Above RANK_TEST_EXACT_MAX. */
	{
		double many_a[40], many_b[40];

		for (int i = 0; i < 40; i++) {
			many_a[i] = i;
			many_b[i] = i + 3;
		}
		s = rank_test_shift(many_a, 40, many_b, 40, 0.95);
		assert_true(s.sufficient);
		near(s.value, 3, 1e-12, "shift of 40");
		assert_true(s.lo < 3 && s.hi > 3 && s.hi - s.lo < 12);
	}
}

/* Two repetitions that are both lost may differ by anything. */
static void what_is_lost_has_no_number(void **state)
{
	static const double a[] = { 1, 2, 3, 4, 5 };
	static const double some[] = { 11, 12, 13, 14, INFINITY };
	static const double all[] = { INFINITY, INFINITY, INFINITY, INFINITY, INFINITY };
	struct statistics_interval s = rank_test_shift(a, 5, some, 5, 0.95);

	(void)state;
	near(s.value, 10, 0, "one of five");
	near(s.lo, 7, 0, "lo");
	assert_true(isinf(s.hi));
	s = rank_test_shift(a, 5, all, 5, 0.95);
	assert_true(isnan(s.value));
	assert_true(isinf(s.lo) && s.lo > 0 && isinf(s.hi));
	s = rank_test_shift(all, 5, all, 5, 0.95);
	assert_true(isnan(s.value));
	assert_true(isinf(s.lo) && s.lo < 0 && isinf(s.hi) && s.hi > 0);
}

static void holm(void **state)
{
	static const double p[] = { 0.01, NAN, 0.04, 0.03, 0.005 };
	static const double wanted[] = { 0.03, NAN, 0.06, 0.06, 0.02 };
	double adjusted[5];

	(void)state;
	statistics_holm(p, 5, adjusted);
	assert_true(isnan(adjusted[1]));
	for (int i = 0; i < 5; i++) {
		if (i != 1)
			near(adjusted[i], wanted[i], 1e-15, "adjusted p");
	}
	statistics_holm((const double[]){ 0.6, 0.7 }, 2, adjusted);
	near(adjusted[0], 1, 0, "not above 1");
}

static void isotonic(void **state)
{
	static const double y[] = { 1, 3, 2, 4, 3.5, 3.5, 6 }, w[] = { 1, 1, 3, 1, 1, 1, 1 };
	static const double plain[] = { 1, 2.5, 2.5, 11 / 3.0, 11 / 3.0, 11 / 3.0, 6 };
	double out[7];

	(void)state;
	statistics_isotonic(y, NULL, 7, out);
	for (int i = 0; i < 7; i++)
		near(out[i], plain[i], 1e-12, "isotonic");
	statistics_isotonic(y, w, 3, out);
	near(out[1], 2.25, 1e-12, "weighted");
	near(out[2], 2.25, 1e-12, "weighted");
	memcpy(out, (const double[]){ 3, 2, 1 }, 3 * sizeof(*out));
	statistics_isotonic(out, NULL, 3, out);
	near(out[0], 2, 1e-12, "in place, all one pool");
	near(out[2], 2, 1e-12, "in place, all one pool");
	statistics_isotonic(NULL, NULL, 0, out);
}

static struct trial_dist exact_dist(const char *text)
{
	struct trial_dist d = { 0 };

	d.exact = exact_parse("x", text, strlen(text), NULL);
	assert_non_null(d.exact);
	d.count = d.exact->count;
	return d;
}

static void ks_of_exact_values(void **state)
{
	/* F: 1 2 3 4; G: 3 4 5 6: at 2, 1/2 against 0. */
	struct trial_dist f = exact_dist("1,1\n2,1\n3,1\n4,1\n"),
			  g = exact_dist("3,1\n4,1\n5,1\n6,1\n");
	struct trial_dist none = { 0 };
	struct statistics_ks ks = statistics_ks(&f, &g);

	(void)state;
	assert_true(ks.exact);
	near(ks.d, 0.5, 1e-12, "D");
	assert_int_equal(ks.at_ns, 2);
	near(statistics_ks(&g, &f).d, 0.5, 1e-12, "D the other way");
	near(statistics_ks(&f, &f).d, 0, 0, "with itself");
	assert_true(isnan(statistics_ks(&f, &none).d));
	/* Half of G is lost: at 4, all of F against a quarter. */
	g.censored = 4;
	ks = statistics_ks(&f, &g);
	near(ks.d, 0.75, 1e-12, "D with lost ones");
	assert_int_equal(ks.at_ns, 4);
	trial_dist_clear(&f);
	trial_dist_clear(&g);
}

/* Buckets give no more than is certain: never above what the values have. */
static void ks_of_buckets_is_a_lower_bound(void **state)
{
	struct trial_dist exact_f = { 0 }, exact_g = { 0 }, f = { 0 }, g = { 0 };
	hist *hf = hist_new(), *hg = hist_new();
	g_autoptr(GString) tf = g_string_new(NULL);
	g_autoptr(GString) tg = g_string_new(NULL);
	struct statistics_ks of_values, of_buckets;

	(void)state;
	for (uint64_t i = 0; i < 1000; i++) {
		uint64_t x = 100000 + i * i % 7919 * 10, y = x + 9000 + i % 13 * 100;

		hist_record(hf, x);
		hist_record(hg, y);
		g_string_append_printf(tf, "%u,1\n", (unsigned)x);
		g_string_append_printf(tg, "%u,1\n", (unsigned)y);
	}
	trial_dist_set(&f, hf, 0, 0);
	trial_dist_set(&g, hg, 0, 0);
	exact_f = exact_dist(tf->str);
	exact_g = exact_dist(tg->str);
	of_values = statistics_ks(&exact_f, &exact_g);
	of_buckets = statistics_ks(&f, &g);
	assert_true(of_values.exact);
	assert_false(of_buckets.exact);
	assert_true(of_buckets.d <= of_values.d);
	assert_true(of_buckets.d > of_values.d - 0.03);
	assert_true(statistics_ks(&f, &exact_g).d <= of_values.d);
	assert_true(of_buckets.at_ns > 100000 && of_buckets.at_ns < 200000);
	/* Of the same values nothing is certain to differ. */
	near(statistics_ks(&f, &exact_f).d, 0, 0, "the same values in buckets and one by one");
	trial_dist_clear(&f);
	trial_dist_clear(&g);
	trial_dist_clear(&exact_f);
	trial_dist_clear(&exact_g);
}

static void shift_function(void **state)
{
	static const double a[] = { 10, 11, 12, 13, 14 }, b[] = { 20, 21, 22, 23, INFINITY };
	struct rank_test_quantile s = rank_test_quantile(0.9, a, 5, b, 5, 0.95);

	(void)state;
	near(s.q, 0.9, 0, "q");
	near(s.a, 12, 0, "a");
	near(s.b, 22, 0, "b");
	near(s.median_diff, 10, 0, "difference of medians");
	assert_true(s.diff.sufficient);
	near(s.diff.value, 10, 0, "Hodges-Lehmann");
	s = rank_test_quantile(0.9, a, 3, b, 3, 0.95);
	assert_false(s.diff.sufficient);
	s = rank_test_quantile(0.9, a, 5, b + 4, 1, 0.95);
	assert_true(isinf(s.b) && isnan(s.median_diff) && isnan(s.diff.value));
	s = rank_test_quantile(0.9, a, 5, b, 0, 0.95);
	assert_true(isnan(s.b) && isnan(s.diff.value) && isnan(s.median_diff));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ranks_of_intervals),
		cmocka_unit_test(tails_need_samples),
		cmocka_unit_test(median_says_what_it_covers),
		cmocka_unit_test(median_of_values_and_bounds_is_no_larger_bound_than_known),
		cmocka_unit_test(u_is_exact),
		cmocka_unit_test(u_of_many_is_normal),
		cmocka_unit_test(u_over_strata),
		cmocka_unit_test(signed_ranks_are_exact),
		cmocka_unit_test(signed_ranks_of_many_are_normal),
		cmocka_unit_test(paired_shift),
		cmocka_unit_test(least_p),
		cmocka_unit_test(hodges_lehmann),
		cmocka_unit_test(what_is_lost_has_no_number),
		cmocka_unit_test(holm),
		cmocka_unit_test(isotonic),
		cmocka_unit_test(ks_of_exact_values),
		cmocka_unit_test(ks_of_buckets_is_a_lower_bound),
		cmocka_unit_test(shift_function),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
