/* SPDX-License-Identifier: BSD-3-Clause */
#include "analyze/statistics/rank_test.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_sf_gamma.h>
#include <gsl/gsl_statistics_double.h>

#include "analyze/numbers/numbers.h"

/* Above it the sums over strata are approximated, too: exact ones take its square. */
enum { STRATA_SUMS_MAX = 16000 };

/*
 * How many ways to choose nb_b of all ranks have each sum: a row of sums + 1 numbers, to be freed.
 * Counts up to C(60, 30) are rounded to 53 bits.
 */
static double *rank_sums(const uint32_t *ranks, size_t nb, size_t nb_b, size_t sums)
{
	size_t width = sums + 1;
	g_autofree double *ways = g_new0(double, (nb_b + 1) * width);
	double *row = g_new(double, width);

	ways[0] = 1;
	for (size_t i = 0; i < nb; i++) {
		for (size_t k = MIN(i + 1, nb_b); k > 0; k--) {
			double *to = ways + k * width;
			const double *from = to - width;

			for (size_t s = sums; s >= ranks[i] && s <= sums; s--)
				to[s] += from[s - ranks[i]];
		}
	}
	memcpy(row, ways + nb_b * width, width * sizeof(*row));
	return row;
}

struct ranked {
	double value; /* first, for numbers_compare_doubles */
	gboolean is_b;
};

static struct ranked *rank_all(const double *a, size_t nb_a, const double *b, size_t nb_b)
{
	struct ranked *all = g_new(struct ranked, nb_a + nb_b);

	for (size_t i = 0; i < nb_a + nb_b; i++) {
		all[i].is_b = i >= nb_a;
		all[i].value = i < nb_a ? a[i] : b[i - nb_a];
	}
	qsort(all, nb_a + nb_b, sizeof(*all), numbers_compare_doubles);
	return all;
}

/*
 * Midranks, doubled so that they are whole; *w is the sum of b's, *ties of t^3 - t over the groups
 * of t equal values.
 */
static uint32_t *doubled_midranks(const struct ranked *all, size_t nb, uint64_t *w, double *ties)
{
	uint32_t *ranks = g_new(uint32_t, nb);

	*w = 0;
	*ties = 0;
	for (size_t i = 0, end; i < nb; i = end) {
		double t;

		for (end = i + 1; end < nb && !(all[end].value > all[i].value);)
			end++;
		for (size_t k = i; k < end; k++) {
			ranks[k] = (uint32_t)(i + 1 + end); /* 2 * mean of i + 1 .. end */
			*w += all[k].is_b ? ranks[k] : 0;
		}
		t = (double)(end - i);
		*ties += t * t * t - t;
	}
	return ranks;
}

/* Sums over strata, and what the p of them is made from. */
struct u_sums {
	double u, pairs, variance;
	double w, expected; /* of b's doubled ranks */
	double *chance;     /* of each sum of them, from 0; owned, NULL: not exact */
	size_t nb;
};

/* The chances of the sum of two that do not depend on each other. */
static void add_chances(struct u_sums *s, const double *ways, size_t nb)
{
	double *sum = g_new0(double, s->nb + nb - 1), all = 0;

	for (size_t i = 0; i < nb; i++)
		all += ways[i];
	for (size_t i = 0; i < nb; i++) {
		if (!(ways[i] > 0))
			continue;
		for (size_t k = 0; k < s->nb; k++)
			sum[i + k] += s->chance[k] * (ways[i] / all);
	}
	g_free(s->chance);
	s->chance = sum;
	s->nb += nb - 1;
}

static void add_stratum(struct u_sums *s, const struct rank_test_stratum *x)
{
	size_t nb = x->nb_a + x->nb_b, sums = nb * (nb + 1); /* of all doubled ranks */
	double n = (double)nb, nb_b = (double)x->nb_b, pairs = (double)x->nb_a * nb_b;
	g_autofree struct ranked *all = rank_all(x->a, x->nb_a, x->b, x->nb_b);
	g_autofree uint32_t *ranks = NULL;
	uint64_t w;
	double ties;

	ranks = doubled_midranks(all, nb, &w, &ties);
	s->u += (double)w / 2 - nb_b * (nb_b + 1) / 2;
	s->pairs += pairs;
	s->variance += pairs / 12 * (n + 1 - ties / (n * (n - 1)));
	s->w += (double)w;
	s->expected += nb_b * (n + 1);
	if (nb > RANK_TEST_EXACT_MAX || s->nb + sums > STRATA_SUMS_MAX)
		g_clear_pointer(&s->chance, g_free);
	if (s->chance != NULL) {
		g_autofree double *ways = rank_sums(ranks, nb, x->nb_b, sums);

		add_chances(s, ways, sums + 1);
	}
}

static double exact_p(const struct u_sums *s)
{
	double far = fabs(s->w - s->expected), as_far = 0;

	for (size_t i = 0; i < s->nb; i++) {
		if (fabs((double)i - s->expected) >= far)
			as_far += s->chance[i];
	}
	return MIN(as_far, 1);
}

static double normal_p(const struct u_sums *s)
{
	double off = fabs(s->u - s->pairs / 2) - 0.5;

	return s->variance <= 0 || off <= 0 ? 1 : 2 * gsl_cdf_ugaussian_Q(off / sqrt(s->variance));
}

struct rank_test rank_test_strata(const struct rank_test_stratum *strata, size_t nb)
{
	struct rank_test out = { NAN, NAN, FALSE, NAN };
	struct u_sums s = { .chance = g_new(double, 1), .nb = 1 };

	s.chance[0] = 1;
	for (size_t i = 0; i < nb; i++) {
		if (strata[i].nb_a > 0 && strata[i].nb_b > 0)
			add_stratum(&s, &strata[i]);
	}
	if (s.pairs > 0) {
		out.u = s.u;
		out.delta = 2 * s.u / s.pairs - 1;
		out.exact = s.chance != NULL;
		out.p = out.exact ? exact_p(&s) : normal_p(&s);
	}
	g_free(s.chance);
	return out;
}

struct rank_test rank_test_u(const double *a, size_t nb_a, const double *b, size_t nb_b)
{
	const struct rank_test_stratum only = { a, b, nb_a, nb_b };

	return rank_test_strata(&only, 1);
}

double rank_test_least_p(size_t nb_a, size_t nb_b)
{
	double ways;

	if (nb_a == 0 || nb_b == 0 || nb_a + nb_b == 2)
		return 1;
	/* Its logarithm: C(2000, 1000) is no double. */
	ways = gsl_sf_lngamma((double)(nb_a + nb_b) + 1) - gsl_sf_lngamma((double)nb_a + 1) -
	       gsl_sf_lngamma((double)nb_b + 1);
	return MIN(1, 2 * exp(-ways));
}

/* How many subsets of the ranks have each sum, as a share of all: sums + 1 numbers, to be freed. */
static double *subset_sums(const uint32_t *ranks, size_t nb, size_t sums)
{
	double *share = g_new0(double, sums + 1);
	size_t most = 0;

	share[0] = 1;
	for (size_t i = 0; i < nb; i++) {
		most += ranks[i];
		for (size_t s = most; s + 1 > 0; s--)
			share[s] = (share[s] + (s >= ranks[i] ? share[s - ranks[i]] : 0)) / 2;
	}
	return share;
}

/* Doubled midranks of |b - a| behind *nb of ranks; returns those of b > a. */
static uint64_t rank_differences(
	const struct rank_test_stratum *x, uint32_t *ranks, size_t *nb, double *squares)
{
	g_autofree struct ranked *all = g_new(struct ranked, x->nb_a + 1);
	g_autofree uint32_t *own = NULL;
	size_t n = 0;
	uint64_t w;
	double ties;

	for (size_t i = 0; i < x->nb_a; i++) {
		if (x->b[i] > x->a[i] || x->b[i] < x->a[i])
			all[n++] = (struct ranked){ fabs(x->b[i] - x->a[i]), x->b[i] > x->a[i] };
	}
	qsort(all, n, sizeof(*all), numbers_compare_doubles);
	own = doubled_midranks(all, n, &w, &ties);
	for (size_t i = 0; i < n; i++) {
		*squares += (double)own[i] * own[i];
		ranks[(*nb)++] = own[i];
	}
	return w;
}

struct rank_test rank_test_signed(const struct rank_test_stratum *strata, size_t nb)
{
	struct rank_test out = { NAN, NAN, FALSE, NAN };
	g_autofree uint32_t *ranks = NULL;
	size_t pairs = 0, n = 0, sums = 0;
	double squares = 0, off;
	uint64_t w = 0;

	for (size_t i = 0; i < nb; i++)
		pairs += strata[i].nb_a;
	if (pairs == 0)
		return out;
	ranks = g_new(uint32_t, pairs);
	for (size_t i = 0; i < nb; i++)
		w += rank_differences(&strata[i], ranks, &n, &squares);
	for (size_t i = 0; i < n; i++)
		sums += ranks[i];
	off = fabs((double)w - (double)sums / 2);
	out.u = (double)w / 2;
	out.delta = sums > 0 ? 2 * (double)w / (double)sums - 1 : 0;
	out.exact = sums <= STRATA_SUMS_MAX;
	if (out.exact) {
		g_autofree double *share = subset_sums(ranks, n, sums);

		out.p = 0;
		for (size_t s = 0; s <= sums; s++)
			out.p += fabs((double)s - (double)sums / 2) >= off ? share[s] : 0;
		out.p = MIN(out.p, 1);
	} else {
		out.p = off <= 1 ? 1 : 2 * gsl_cdf_ugaussian_Q((off - 1) / sqrt(squares / 4));
	}
	return out;
}

double rank_test_signed_least_p(size_t nb)
{
	return MIN(1, 2 * pow(0.5, (double)nb));
}

/*
 * The largest k with P(W <= k - 1) <= tail, where W has those chances from its smallest value on; 0:
 * there is none. *p is that P.
 */
static size_t rank_within(const double *chance, size_t nb, double tail, double *p)
{
	double sum = 0;
	size_t k = 0;

	*p = 0;
	for (; k < nb; k++) {
		sum += chance[k];
		/* 1/40 is 0.025 whichever way it was rounded. */
		if (sum > tail * (1 + 1e-12))
			break;
		*p = sum;
	}
	return k;
}

/* The same of a normal W of that mean and variance. */
static size_t rank_within_normal(double mean, double variance, double tail, double *p)
{
	double at = mean - gsl_cdf_ugaussian_Qinv(tail) * sqrt(variance);

	*p = tail;
	return at < 1 ? 0 : (size_t)at;
}

/* The same of U, without ties. */
static size_t u_rank(size_t nb_a, size_t nb_b, double tail, double *p)
{
	size_t nb = nb_a + nb_b, least = nb_b * (nb_b + 1) / 2, pairs = nb_a * nb_b;
	g_autofree uint32_t *ranks = NULL;
	g_autofree double *ways = NULL;

	if (nb > RANK_TEST_EXACT_MAX)
		return rank_within_normal(
			(double)pairs / 2, (double)pairs * (double)(nb + 1) / 12, tail, p);
	ranks = g_new(uint32_t, nb);
	for (size_t i = 0; i < nb; i++)
		ranks[i] = (uint32_t)i + 1;
	ways = rank_sums(ranks, nb, nb_b, nb * (nb + 1) / 2);
	for (size_t i = 0; i <= pairs; i++)
		ways[least + i] /= gsl_sf_choose((unsigned)nb, (unsigned)nb_b);
	return rank_within(ways + least, pairs + 1, tail, p);
}

/* The same of the signed rank sum of n differences, without ties. */
static size_t signed_rank(size_t n, double tail, double *p)
{
	size_t sums = n * (n + 1) / 2;
	g_autofree uint32_t *ranks = NULL;
	g_autofree double *share = NULL;

	if (sums > STRATA_SUMS_MAX)
		return rank_within_normal(
			(double)sums / 2, (double)sums * (double)(2 * n + 1) / 12, tail, p);
	ranks = g_new(uint32_t, n + 1);
	for (size_t i = 0; i < n; i++)
		ranks[i] = (uint32_t)i + 1;
	share = subset_sums(ranks, n, sums);
	return rank_within(share, sums + 1, tail, p);
}

static double difference_of(double a, double b, double unknown)
{
	return isinf(a) && isinf(b) ? unknown : b - a;
}

/* All differences b - a, ascending; what is unknown is taken for unknown. */
static double *all_differences(
	const double *a, size_t nb_a, const double *b, size_t nb_b, double unknown)
{
	double *d = g_new(double, nb_a *nb_b);

	for (size_t i = 0; i < nb_a; i++) {
		for (size_t j = 0; j < nb_b; j++)
			d[i * nb_b + j] = difference_of(a[i], b[j], unknown);
	}
	qsort(d, nb_a * nb_b, sizeof(*d), numbers_compare_doubles);
	return d;
}

/* All means of two differences of pairs, each with itself too (Walsh averages), likewise. */
static double *all_averages(const double *a, const double *b, size_t n, double unknown)
{
	double *d = g_new(double, n *(n + 1) / 2);
	size_t nb = 0;

	for (size_t i = 0; i < n; i++) {
		for (size_t j = i; j < n; j++) {
			double mean = (difference_of(a[i], b[i], unknown) +
					      difference_of(a[j], b[j], unknown)) /
				      2;

			d[nb++] = isnan(mean) ? unknown : mean;
		}
	}
	qsort(d, nb, sizeof(*d), numbers_compare_doubles);
	return d;
}

/*
 * Median of n values with the k-th from either end, whose tails have p each. The values are between
 * those of least and those of most. k is 0: the extremes, whose tails have the least p there is.
 */
static struct statistics_interval interval_of(
	const double *least, const double *most, size_t n, size_t k, double p, double least_p)
{
	struct statistics_interval out = { NAN, NAN, NAN, 0, k > 0 };
	double lo = gsl_stats_median_from_sorted_data(least, 1, n);
	double hi = gsl_stats_median_from_sorted_data(most, 1, n);

	if (isfinite(lo) && isfinite(hi) && !(lo < hi))
		out.value = lo;
	if (k == 0) {
		k = 1;
		p = least_p / 2;
	}
	out.coverage = MAX(0, 1 - 2 * p);
	out.lo = least[k - 1];
	out.hi = most[n - k];
	return out;
}

struct statistics_interval rank_test_shift(
	const double *a, size_t nb_a, const double *b, size_t nb_b, double confidence)
{
	g_autofree double *least = NULL, *most = NULL;
	size_t k;
	double p;

	if (nb_a == 0 || nb_b == 0)
		return (struct statistics_interval){ NAN, NAN, NAN, 0, FALSE };
	least = all_differences(a, nb_a, b, nb_b, -INFINITY);
	most = all_differences(a, nb_a, b, nb_b, INFINITY);
	k = u_rank(nb_a, nb_b, (1 - confidence) / 2, &p);
	return interval_of(least, most, nb_a * nb_b, k, p, rank_test_least_p(nb_a, nb_b));
}

struct statistics_interval rank_test_paired_shift(
	const double *a, const double *b, size_t nb, double confidence)
{
	g_autofree double *least = NULL, *most = NULL;
	size_t k;
	double p;

	if (nb == 0)
		return (struct statistics_interval){ NAN, NAN, NAN, 0, FALSE };
	least = all_averages(a, b, nb, -INFINITY);
	most = all_averages(a, b, nb, INFINITY);
	k = signed_rank(nb, (1 - confidence) / 2, &p);
	return interval_of(least, most, nb * (nb + 1) / 2, k, p, rank_test_signed_least_p(nb));
}

double rank_test_cliff(const double *a, size_t nb_a, const double *b, size_t nb_b)
{
	double more = 0;

	for (size_t i = 0; i < nb_a; i++) {
		for (size_t j = 0; j < nb_b; j++)
			more += (b[j] > a[i]) - (b[j] < a[i]);
	}
	return nb_a == 0 || nb_b == 0 ? NAN : more / ((double)nb_a * (double)nb_b);
}

struct rank_test_quantile rank_test_quantile(
	double q, const double *a, size_t nb_a, const double *b, size_t nb_b, double confidence)
{
	struct rank_test_quantile out = { .q = q };

	out.a = statistics_median(a, nb_a, confidence).value;
	out.b = statistics_median(b, nb_b, confidence).value;
	out.diff = rank_test_shift(a, nb_a, b, nb_b, confidence);
	out.median_diff = isfinite(out.a) && isfinite(out.b) ? out.b - out.a : NAN;
	return out;
}
