/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * analyze/statistics/statistics.h: nonparametric statistics of a few repetitions and of many latencies.
 * Pure functions over arrays; no files, no state.
 *
 *   statistics_quantile_ranks   interval of a quantile by order statistics (binomial)
 *   statistics_median           median with that interval; _bounded: with lower bounds among the values
 *   statistics_u_test           Mann-Whitney U test, exact or normal approximation; _strata: over loads
 *   statistics_shift_of         Hodges-Lehmann estimator with its interval
 *   statistics_shift            shift function: that per quantile
 *   statistics_cliff            Cliff's delta
 *   statistics_holm             Holm's correction for several tests
 *   statistics_isotonic         isotonic regression (pool adjacent violators)
 *   statistics_ks               Kolmogorov-Smirnov distance
 *   statistics_outliers         modified z-score
 *   statistics_drift            slope by least squares
 *
 * Values are of single repetitions: latencies within one depend on each other, repetitions do not.
 * A value may be INFINITY, larger than any number and equal to its like: a percentile that falls
 * among lost frames is known only to be that. None is NAN; whoever has none leaves it out.
 *
 * Sources: Hahn and Meeker, Statistical Intervals (1991), chapter 5; Mann and Whitney (1947);
 * Lehmann, Nonparametrics (1975), section 1.4 (ties) and 2.2 (normal approximation); Hollander and
 * Wolfe, Nonparametric Statistical Methods (1999), section 4.2 and 4.3 (Hodges-Lehmann); Cliff
 * (1993); Holm (1979); Barlow et al. (1972), chapter 1 (isotonic regression); Doksum (1974), Wilcox
 * (1995) (shift function).
 */
#ifndef ANALYZE_STATISTICS_STATISTICS_H
#define ANALYZE_STATISTICS_STATISTICS_H

#include <stddef.h>
#include <stdint.h>

#include <glib.h>

#include "analyze/contract/trial.h"

/* Both sides together: above it the distribution of U is the normal approximation. */
enum { STATISTICS_EXACT_MAX = 60 };

/*
 * Confidence interval of quantile q (0 < q < 1) of n independent values: from the lo-th to the
 * hi-th smallest, counting from 1. Each tail has at most (1 - confidence) / 2:
 * coverage = P(lo <= X < hi), X binomial(n, q). FALSE if n is too small for both ends; *coverage is
 * then that from the smallest to the largest value, and lo, hi are 1, n.
 */
gboolean statistics_quantile_ranks(
	uint64_t n, double q, double confidence, uint64_t *lo, uint64_t *hi, double *coverage);

/* A number and where it probably lies. */
struct statistics_interval {
	double value;        /* NAN: there is none */
	double lo, hi;       /* NAN with value; may be -INFINITY or INFINITY */
	double coverage;     /* what lo to hi really has; 0 without values */
	gboolean sufficient; /* coverage is what was asked for. If not, see the function */
};

/*
 * Median (mean of the middle two of an even n) with its interval by order statistics. Too few (below
 * 6 for 95 %): lo and hi are the smallest and the largest value, coverage is less than asked for.
 */
struct statistics_interval statistics_median(const double *x, size_t n, double confidence);

/* The median alone; NAN without values. */
double statistics_middle(const double *x, size_t n);

/* A median that may fall among values of which only a lower bound is known. */
struct statistics_bounded {
	struct statistics_interval m;        /* INFINITY: among them, see at_least */
	struct statistics_interval at_least; /* with each bound in place of what it bounds */
};

/*
 * The same where x[i] is INFINITY for what is only known to be at_least[i] or more; elsewhere the
 * two are equal. Where value, lo or hi of m is INFINITY, that of at_least is a lower bound for it,
 * and no larger one could be named: the median of 15 us and ">= 2 s" is at least their mean.
 */
struct statistics_bounded statistics_median_bounded(
	const double *x, const double *at_least, size_t n, double confidence);

/* Mann-Whitney's U, two-sided. */
struct statistics_u {
	double u; /* pairs in which b is larger, equal ones half: 0 .. nb_a * nb_b */
	double p; /* NAN if a side is empty */
	gboolean exact;
	double delta; /* -1 .. 1: Cliff's of U; of signed ranks the share of the sum that b > a has,
		       * less the rest (Kerby, 2014). NAN if a side is empty */
};

/*
 * Exact: P(|W - E W| >= |w - E W|) over all choices of nb_b out of the ranks that are there, ties as
 * they are (midranks). With more than STATISTICS_EXACT_MAX values together the normal
 * approximation, corrected for ties and continuity.
 */
struct statistics_u statistics_u_test(const double *a, size_t nb_a, const double *b, size_t nb_b);
/* One load, or whatever else values are compared within. */
struct statistics_stratum {
	const double *a, *b;
	size_t nb_a, nb_b;
};
/*
 * The same over strata: u is the sum of their Us, p that of the sum (Wilcoxon's test with blocks:
 * Lehmann, section 3.3, unweighted), so that small differences of one direction add up. Those with
 * an empty side are left out. Exact unless one is too large, or all together have some 140 of five
 * and five.
 */
struct statistics_u statistics_u_strata(const struct statistics_stratum *strata, size_t nb);
/* The smallest p that so many without ties can give: 2 / C(nb_a + nb_b, nb_a), at most 1. */
double statistics_u_least_p(size_t nb_a, size_t nb_b);

/*
 * Wilcoxon's signed ranks, two-sided: a[i] and b[i] of each stratum are a pair, nb_a and nb_b equal.
 * u is the sum of the ranks of |b - a| where b is larger, ranked within the stratum; pairs of equal
 * values are left out (Wilcoxon, 1945; Hollander and Wolfe, section 3.1). Exact, with ties as they
 * are, up to some 120 pairs; above it the normal approximation with the continuity correction.
 */
struct statistics_u statistics_signed_rank(const struct statistics_stratum *strata, size_t nb);
/* The smallest p that so many pairs can give: 2 / 2^nb, at most 1. */
double statistics_signed_least_p(size_t nb);

/*
 * Hodges-Lehmann: median of all differences b - a, with the interval that belongs to U. Where no
 * finite-sample interval of that confidence exists, lo and hi are the extreme differences and
 * sufficient is FALSE. A difference of two INFINITYs is unknown: value is NAN where it depends on
 * it or would be infinite, and lo and hi are as far apart as it may have them.
 */
struct statistics_interval statistics_shift_of(
	const double *a, size_t nb_a, const double *b, size_t nb_b, double confidence);

/*
 * The same of nb pairs: median of the means of any two differences b[i] - a[i], with the interval
 * that belongs to the signed ranks (Hollander and Wolfe, section 3.2 and 3.3).
 */
struct statistics_interval statistics_paired_shift(
	const double *a, const double *b, size_t nb, double confidence);

/* Cliff's delta: P(b > a) - P(b < a) over all pairs, -1 .. 1; NAN if a side is empty. */
double statistics_cliff(const double *a, size_t nb_a, const double *b, size_t nb_b);

/* Holm's step-down adjustment of n p-values, at most 1; NANs stay and are not of the family. */
void statistics_holm(const double *p, size_t n, double *adjusted);

/*
 * The non-decreasing sequence nearest to y by weighted least squares (pool adjacent violators).
 * weight > 0; NULL: all 1. out may be y.
 */
void statistics_isotonic(const double *y, const double *weight, size_t n, double *out);

/* Kolmogorov-Smirnov's distance of two distributions, as description: no p-value. */
struct statistics_ks {
	double d;       /* sup |F - G|; NAN if the bins of either are not there */
	uint64_t at_ns; /* where it is taken on first, G below or above F */
	gboolean
		exact; /* FALSE: buckets; d is what is certain, a lower bound exact to their width */
};

/* Lost frames count as later than all others, as in percentiles. */
struct statistics_ks statistics_ks(const struct trial_dist *f, const struct trial_dist *g);

/* One quantile of two sides, each over its repetitions. */
struct statistics_shift {
	double q;
	double a, b;                     /* medians over the repetitions; NAN: none */
	struct statistics_interval diff; /* b - a: Hodges-Lehmann and its interval, the band */
	double median_diff;              /* b - a of the two medians; NAN if either is not finite */
};

/*
 * The shift function at one quantile: a and b are that quantile's values of single repetitions.
 * diff.sufficient FALSE: too few repetitions for a band. For two combinations: compare_shift
 * (analyze/verdict/compare.h).
 */
struct statistics_shift statistics_shift(
	double q, const double *a, size_t nb_a, const double *b, size_t nb_b, double confidence);

/*
 * Which of n values stand apart: more than 3.5 by the modified z-score 0.6745 (x - median) / MAD
 * (Iglewicz and Hoaglin, How to Detect and Handle Outliers, 1993); where more than half of them are
 * equal and MAD is 0, those that differ from the median by more than a tenth. None below 4.
 */
void statistics_outliers(const double *x, size_t n, gboolean *apart);

/*
 * Slope of y over x by least squares, times the length of x, over the mean of y: how much of itself
 * y gains from the first to the last. 0 below 5 values, where the slope is not above 3 of its standard
 * errors, and where the mean is 0.
 */
double statistics_drift(const double *x, const double *y, size_t n);

#endif
