/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * analyze/statistics/rank_test.h: differences of two sides by ranks. Pure functions over arrays; no
 * files, no state. Values as in statistics.h: of single repetitions, INFINITY for a bound, no NAN.
 *
 *   rank_test_u                 Mann-Whitney U test, exact or normal approximation; _strata: over loads
 *   rank_test_signed            Wilcoxon signed-rank test of pairs
 *   rank_test_least_p           smallest p of so many values; _signed_least_p: of pairs
 *   rank_test_shift             Hodges-Lehmann estimator with its interval; _paired_shift: of pairs
 *   rank_test_quantile          shift function: that per quantile
 *   rank_test_cliff             Cliff's delta
 *
 * Sources: Mann and Whitney (1947); Lehmann, Nonparametrics (1975), section 1.4 (ties) and 2.2
 * (normal approximation); Hollander and Wolfe, Nonparametric Statistical Methods (1999), section 3.1
 * to 3.3 (pairs), 4.2 and 4.3 (Hodges-Lehmann); Cliff (1993); Doksum (1974), Wilcox (1995) (shift
 * function).
 */
#ifndef ANALYZE_STATISTICS_RANK_TEST_H
#define ANALYZE_STATISTICS_RANK_TEST_H

#include <stddef.h>

#include <glib.h>

#include "analyze/statistics/statistics.h"

/* Both sides together: above it the distribution of U is the normal approximation. */
enum { RANK_TEST_EXACT_MAX = 60 };

/* Mann-Whitney's U, two-sided. */
struct rank_test {
	double u; /* pairs in which b is larger, equal ones half: 0 .. nb_a * nb_b */
	double p; /* NAN if a side is empty */
	gboolean exact;
	double delta; /* -1 .. 1: Cliff's of U; of signed ranks the share of the sum that b > a has,
		       * less the rest (Kerby, 2014). NAN if a side is empty */
};

/*
 * Exact: P(|W - E W| >= |w - E W|) over all choices of nb_b out of the ranks that are there, ties as
 * they are (midranks). With more than RANK_TEST_EXACT_MAX values together the normal
 * approximation, corrected for ties and continuity.
 */
struct rank_test rank_test_u(const double *a, size_t nb_a, const double *b, size_t nb_b);
/* One load, or whatever else values are compared within. */
struct rank_test_stratum {
	const double *a, *b;
	size_t nb_a, nb_b;
};
/*
 * The same over strata: u is the sum of their Us, p that of the sum (Wilcoxon's test with blocks:
 * Lehmann, section 3.3, unweighted), so that small differences of one direction add up. Those with
 * an empty side are left out. Exact unless one is too large, or all together have some 140 of five
 * and five.
 */
struct rank_test rank_test_strata(const struct rank_test_stratum *strata, size_t nb);
/* The smallest p that so many without ties can give: 2 / C(nb_a + nb_b, nb_a), at most 1. */
double rank_test_least_p(size_t nb_a, size_t nb_b);

/*
 * Wilcoxon's signed ranks, two-sided: a[i] and b[i] of each stratum are a pair, nb_a and nb_b equal.
 * u is the sum of the ranks of |b - a| where b is larger, ranked within the stratum; pairs of equal
 * values are left out (Wilcoxon, 1945; Hollander and Wolfe, section 3.1). Exact, with ties as they
 * are, up to some 120 pairs; above it the normal approximation with the continuity correction.
 */
struct rank_test rank_test_signed(const struct rank_test_stratum *strata, size_t nb);
/* The smallest p that so many pairs can give: 2 / 2^nb, at most 1. */
double rank_test_signed_least_p(size_t nb);

/*
 * Hodges-Lehmann: median of all differences b - a, with the interval that belongs to U. Where no
 * finite-sample interval of that confidence exists, lo and hi are the extreme differences and
 * sufficient is FALSE. A difference of two INFINITYs is unknown: value is NAN where it depends on
 * it or would be infinite, and lo and hi are as far apart as it may have them.
 */
struct statistics_interval rank_test_shift(
	const double *a, size_t nb_a, const double *b, size_t nb_b, double confidence);

/*
 * The same of nb pairs: median of the means of any two differences b[i] - a[i], with the interval
 * that belongs to the signed ranks (Hollander and Wolfe, section 3.2 and 3.3).
 */
struct statistics_interval rank_test_paired_shift(
	const double *a, const double *b, size_t nb, double confidence);

/* Cliff's delta: P(b > a) - P(b < a) over all pairs, -1 .. 1; NAN if a side is empty. */
double rank_test_cliff(const double *a, size_t nb_a, const double *b, size_t nb_b);

/* One quantile of two sides, each over its repetitions. */
struct rank_test_quantile {
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
struct rank_test_quantile rank_test_quantile(
	double q, const double *a, size_t nb_a, const double *b, size_t nb_b, double confidence);

#endif
