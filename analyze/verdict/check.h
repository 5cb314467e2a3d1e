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

#endif
