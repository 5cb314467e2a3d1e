/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * analyze/statistics/statistics.h: nonparametric statistics of a few repetitions and of many latencies.
 * Pure functions over arrays; no files, no state.
 *
 *   statistics_quantile_ranks   interval of a quantile by order statistics (binomial)
 *   statistics_median           median with that interval; _bounded: with lower bounds among the values
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
 * Tests of two sides by ranks: rank_test.h. Sources: Hahn and Meeker, Statistical Intervals (1991),
 * chapter 5; Holm (1979); Barlow et al. (1972), chapter 1 (isotonic regression).
 */
#ifndef ANALYZE_STATISTICS_STATISTICS_H
#define ANALYZE_STATISTICS_STATISTICS_H

#include <stddef.h>
#include <stdint.h>

#include <glib.h>

#include "analyze/contract/trial.h"

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
