/* SPDX-License-Identifier: BSD-3-Clause */
#include "analyze/statistics/statistics.h"

#include <math.h>
#include <string.h>

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_fit.h>
#include <gsl/gsl_randist.h>
#include <gsl/gsl_statistics_double.h>

#include "analyze/numbers/numbers.h"

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
