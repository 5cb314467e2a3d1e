/* SPDX-License-Identifier: BSD-3-Clause */
/* analyze/verdict/check.h: is the data good? What is wrong or odd with results, as a list of findings. */
#ifndef ANALYZE_VERDICT_CHECK_H
#define ANALYZE_VERDICT_CHECK_H

#include <stddef.h>

#include <glib.h>

#include "analyze/results/result.h"

struct check_finding {
	gboolean error;   /* the numbers are not to be relied on; else it is good to know */
	const char *kind; /* "repetitions", "generator", "offered", "samples", "drift", "outlier",
			   * "duplicate", "accumulated", "files", "reason"; static */
	char *where;      /* label, infix and repetition, as far as it is about them; "" */
	char *text;       /* with numbers, and what to do */
};

struct check_options {
	double tolerance; /* of the offered load against the nominal one, as a ratio */
};

/*
 * All findings (struct check_finding *), in the order of the combinations; those of broken files
 * first. Loads the bins of each combination and lets go of them. Nothing is changed or dropped.
 */
GPtrArray *check_results(result_set *r, const struct check_options *options);
/* Are there findings that say so? */
gboolean check_has_errors(const GPtrArray *findings);

/*
 * Which of n values stand apart: more than 3.5 by the modified z-score 0.6745 (x - median) / MAD
 * (Iglewicz and Hoaglin, How to Detect and Handle Outliers, 1993); where more than half of them are
 * equal and MAD is 0, those that differ from the median by more than a tenth. None below 4. Pure.
 */
void check_outliers(const double *x, size_t n, gboolean *apart);

/*
 * Slope of y over x by least squares, times the length of x, over the mean of y: how much of itself
 * y gains from the first to the last. 0 below 5 values, where the slope is not above 3 of its standard
 * errors, and where the mean is 0. Pure.
 */
double check_drift(const double *x, const double *y, size_t n);

#endif
