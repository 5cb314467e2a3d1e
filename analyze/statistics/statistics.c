/* SPDX-License-Identifier: BSD-3-Clause */
#include "analyze/statistics/statistics.h"

#include <math.h>
#include <string.h>

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_errno.h>
#include <gsl/gsl_fit.h>
#include <gsl/gsl_randist.h>
#include <gsl/gsl_sf_gamma.h>
#include <gsl/gsl_statistics_double.h>

#include "analyze/numbers/numbers.h"

/* Above it the sums over strata are approximated, too: exact ones take its square. */
enum { STRATA_SUMS_MAX = 16000 };

/* Of what stands apart, and of what drifts: see the header. */
enum { OUTLIERS_MIN = 4, DRIFT_MIN = 5 };
static const double Z_MAX = 3.5, Z_OF_MAD = 0.6745, APART = 0.1, ERRORS_MIN = 3;

/*
 * P(X <= k) of binomial(n, q): gsl_cdf_binomial_P, but for any n (that takes 32 bits). From a
 * standard deviation of some 900 on its continued fraction does not converge around the mean (NAN);
 * from 100 on Edgeworth's first term is right to 2e-6 (Feller II, XVI.4).
 */
static double binomial_P(uint64_t k, double q, uint64_t n)
{
	double mean = (double)n * q, sd = sqrt(mean * (1 - q)), z;

	if (k >= n)
		return 1;
	if (sd < 100)
		return gsl_cdf_beta_Q(q, (double)k + 1, (double)(n - k));
	z = ((double)k + 0.5 - mean) / sd;
	return CLAMP(gsl_cdf_ugaussian_P(z) +
			     (1 - 2 * q) / (6 * sd) * (1 - z * z) * gsl_ran_ugaussian_pdf(z),
		0, 1);
}

/* The smallest k, 0 .. n, with P(X <= k) >= p (or > p). */
static uint64_t binomial_at_least(double p, gboolean strictly, double q, uint64_t n)
{
	uint64_t lo = 0, hi = n;

	while (lo < hi) {
		uint64_t mid = lo + (hi - lo) / 2;
		double is = binomial_P(mid, q, n);

		if (strictly ? is > p : is >= p)
			hi = mid;
		else
			lo = mid + 1;
	}
	return lo;
}

gboolean statistics_quantile_ranks(
	uint64_t n, double q, double confidence, uint64_t *lo, uint64_t *hi, double *coverage)
{
	double tail = (1 - confidence) / 2;
	uint64_t l, u;

	/* The largest l with P(X <= l - 1) <= tail, the smallest u with P(X <= u - 1) >= 1 - tail. */
	l = binomial_at_least(tail, TRUE, q, n);
	u = binomial_at_least(1 - tail, FALSE, q, n) + 1;
	if (n == 0 || l < 1 || u > n) {
		*lo = MIN(n, 1);
		*hi = n;
		*coverage = n == 0 ? 0 : MAX(0, 1 - pow(q, (double)n) - pow(1 - q, (double)n));
		return FALSE;
	}
	*lo = l;
	*hi = u;
	*coverage = binomial_P(u - 1, q, n) - binomial_P(l - 1, q, n);
	return TRUE;
}

static double *sorted_copy(const double *x, size_t n)
{
	double *copy = g_new(double, n + 1);

	if (n > 0)
		memcpy(copy, x, n * sizeof(*x));
	qsort(copy, n, sizeof(*copy), numbers_compare_doubles);
	return copy;
}

double statistics_middle(const double *x, size_t n)
{
	g_autofree double *sorted = sorted_copy(x, n);

	return n > 0 ? gsl_stats_median_from_sorted_data(sorted, 1, n) : NAN;
}

struct statistics_interval statistics_median(const double *x, size_t n, double confidence)
{
	struct statistics_interval out = { NAN, NAN, NAN, 0, FALSE };
	g_autofree double *sorted = NULL;
	uint64_t lo, hi;

	if (n == 0)
		return out;
	sorted = sorted_copy(x, n);
	out.value = gsl_stats_median_from_sorted_data(sorted, 1, n);
	out.sufficient = statistics_quantile_ranks(n, 0.5, confidence, &lo, &hi, &out.coverage);
	out.lo = sorted[lo - 1];
	out.hi = sorted[hi - 1];
	return out;
}

struct statistics_bounded statistics_median_bounded(
	const double *x, const double *at_least, size_t n, double confidence)
{
	return (struct statistics_bounded){ statistics_median(x, n, confidence),
		statistics_median(at_least, n, confidence) };
}

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

static void add_stratum(struct u_sums *s, const struct statistics_stratum *x)
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
	if (nb > STATISTICS_EXACT_MAX || s->nb + sums > STRATA_SUMS_MAX)
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

struct statistics_u statistics_u_strata(const struct statistics_stratum *strata, size_t nb)
{
	struct statistics_u out = { NAN, NAN, FALSE, NAN };
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

struct statistics_u statistics_u_test(const double *a, size_t nb_a, const double *b, size_t nb_b)
{
	const struct statistics_stratum only = { a, b, nb_a, nb_b };

	return statistics_u_strata(&only, 1);
}

double statistics_u_least_p(size_t nb_a, size_t nb_b)
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
	const struct statistics_stratum *x, uint32_t *ranks, size_t *nb, double *squares)
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

struct statistics_u statistics_signed_rank(const struct statistics_stratum *strata, size_t nb)
{
	struct statistics_u out = { NAN, NAN, FALSE, NAN };
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

double statistics_signed_least_p(size_t nb)
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

	if (nb > STATISTICS_EXACT_MAX)
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

struct statistics_interval statistics_shift_of(
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
	return interval_of(least, most, nb_a * nb_b, k, p, statistics_u_least_p(nb_a, nb_b));
}

struct statistics_interval statistics_paired_shift(
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
	return interval_of(least, most, nb * (nb + 1) / 2, k, p, statistics_signed_least_p(nb));
}

double statistics_cliff(const double *a, size_t nb_a, const double *b, size_t nb_b)
{
	double more = 0;

	for (size_t i = 0; i < nb_a; i++) {
		for (size_t j = 0; j < nb_b; j++)
			more += (b[j] > a[i]) - (b[j] < a[i]);
	}
	return nb_a == 0 || nb_b == 0 ? NAN : more / ((double)nb_a * (double)nb_b);
}

struct indexed {
	double p; /* first, for numbers_compare_doubles */
	size_t index;
};

void statistics_holm(const double *p, size_t n, double *adjusted)
{
	g_autofree struct indexed *family = g_new(struct indexed, n + 1);
	size_t nb = 0;
	double last = 0;

	for (size_t i = 0; i < n; i++) {
		adjusted[i] = NAN;
		if (!isnan(p[i]))
			family[nb++] = (struct indexed){ p[i], i };
	}
	qsort(family, nb, sizeof(*family), numbers_compare_doubles);
	for (size_t i = 0; i < nb; i++) {
		last = MAX(last, MIN(1, family[i].p * (double)(nb - i)));
		adjusted[family[i].index] = last;
	}
}

struct pool {
	double mean, weight;
	size_t nb;
};

void statistics_isotonic(const double *y, const double *weight, size_t n, double *out)
{
	g_autofree struct pool *pools = g_new(struct pool, n + 1);
	size_t nb = 0, at = 0;

	for (size_t i = 0; i < n; i++) {
		pools[nb++] = (struct pool){ y[i], weight != NULL ? weight[i] : 1, 1 };
		for (; nb > 1 && pools[nb - 2].mean > pools[nb - 1].mean; nb--) {
			struct pool *to = &pools[nb - 2];
			const struct pool *from = &pools[nb - 1];
			double sum = to->weight + from->weight;

			to->mean = (to->mean * to->weight + from->mean * from->weight) / sum;
			to->weight = sum;
			to->nb += from->nb;
		}
	}
	for (size_t i = 0; i < nb; i++) {
		for (size_t k = 0; k < pools[i].nb; k++)
			out[at++] = pools[i].mean;
	}
}

struct bin {
	uint64_t lo, hi, count;
};

static void collect_bin(uint64_t lo, uint64_t hi, uint64_t count, void *user)
{
	struct bin b = { lo, hi, count };

	g_array_append_val((GArray *)user, b);
}

/* A distribution that is walked along x. */
struct walk {
	GArray *bins;      /* struct bin, ascending, none of them overlapping */
	guint begun, done; /* bins with lo <= x, with hi <= x */
	uint64_t nb_begun, nb_done;
	double all;
};

static void walk_to(struct walk *w, uint64_t x)
{
	const struct bin *bins = (const struct bin *)(const void *)w->bins->data;

	for (; w->begun < w->bins->len && bins[w->begun].lo <= x; w->begun++)
		w->nb_begun += bins[w->begun].count;
	for (; w->done < w->bins->len && bins[w->done].hi <= x; w->done++)
		w->nb_done += bins[w->done].count;
}

/* How far F is above G at least: F from full bins, G from those that have begun. */
static double least_above(const struct walk *f, const struct walk *g)
{
	return (double)f->nb_done / f->all - (double)g->nb_begun / g->all;
}

/* The next x, not below it, at which a bin of either ends. */
static gboolean next_end(const struct walk *f, const struct walk *g, uint64_t *x)
{
	const struct walk *const both[] = { f, g };
	gboolean found = FALSE;

	for (int i = 0; i < 2; i++) {
		if (both[i]->done < both[i]->bins->len) {
			uint64_t hi = g_array_index(both[i]->bins, struct bin, both[i]->done).hi;

			*x = found ? MIN(*x, hi) : hi;
			found = TRUE;
		}
	}
	return found;
}

/* Bins in memory; lost frames, whose time nobody knows, lie beyond all of them. */
static struct walk walk_of(const struct trial_dist *d, GArray *bins)
{
	struct walk w = { bins, 0, 0, 0, 0, (double)d->censored };

	trial_dist_each(d, collect_bin, bins);
	for (guint i = 0; i < bins->len; i++)
		w.all += (double)g_array_index(bins, struct bin, i).count;
	return w;
}

struct statistics_ks statistics_ks(const struct trial_dist *f, const struct trial_dist *g)
{
	g_autoptr(GArray) bins_f = g_array_new(FALSE, FALSE, sizeof(struct bin));
	g_autoptr(GArray) bins_g = g_array_new(FALSE, FALSE, sizeof(struct bin));
	struct walk wf = walk_of(f, bins_f), wg = walk_of(g, bins_g);
	struct statistics_ks out = { NAN, 0, f->hist == NULL && g->hist == NULL };
	uint64_t x = 0;

	if (bins_f->len == 0 || bins_g->len == 0)
		return out;
	out.d = 0;
	while (next_end(&wf, &wg, &x)) {
		double d;

		walk_to(&wf, x);
		walk_to(&wg, x);
		d = MAX(least_above(&wf, &wg), least_above(&wg, &wf));
		if (d > out.d) {
			out.d = d;
			out.at_ns = x;
		}
	}
	return out;
}

struct statistics_shift statistics_shift(
	double q, const double *a, size_t nb_a, const double *b, size_t nb_b, double confidence)
{
	struct statistics_shift out = { .q = q };

	out.a = statistics_median(a, nb_a, confidence).value;
	out.b = statistics_median(b, nb_b, confidence).value;
	out.diff = statistics_shift_of(a, nb_a, b, nb_b, confidence);
	out.median_diff = isfinite(out.a) && isfinite(out.b) ? out.b - out.a : NAN;
	return out;
}

void statistics_outliers(const double *x, size_t n, gboolean *apart)
{
	g_autofree double *distance = g_new(double, n + 1);
	double median, mad;

	memset(apart, 0, n * sizeof(*apart));
	if (n < OUTLIERS_MIN)
		return;
	median = statistics_middle(x, n);
	for (size_t i = 0; i < n; i++)
		distance[i] = fabs(x[i] - median);
	mad = statistics_middle(distance, n);
	for (size_t i = 0; i < n; i++)
		apart[i] = mad > 0 ? Z_OF_MAD * distance[i] / mad > Z_MAX
				   : distance[i] > APART * fabs(median);
}

double statistics_drift(const double *x, const double *y, size_t n)
{
	double start, slope, cov00, cov01, cov11, squares, mean;

	if (n < DRIFT_MIN)
		return 0;
	mean = gsl_stats_mean(y, 1, n);
	gsl_fit_linear(x, 1, y, 1, n, &start, &slope, &cov00, &cov01, &cov11, &squares);
	if (mean <= 0 || fabs(slope) <= ERRORS_MIN * sqrt(MAX(cov11, 0)))
		return 0;
	return slope * (x[n - 1] - x[0]) / mean;
}
