/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * analyze/compare.h: is B better than A? Two result_sets become pairs of combinations; each pair is
 * compared by its repetitions. No files but the bins that result_load reads; nothing is printed.
 */
#ifndef ANALYZE_COMPARE_H
#define ANALYZE_COMPARE_H

#include <glib.h>

#include "analyze/result.h"
#include "analyze/statistics.h"

/*
 * The shift function of two loaded combinations: out[i] for each of nb quantiles (0 < q <= 1), in
 * ns, from the repetitions' own percentiles (nearest rank). One that falls among lost frames is
 * INFINITY there. Repetitions that do not know it are left out.
 */
void compare_shift(const result_combination *a, const result_combination *b, gboolean response,
	const double *q, size_t nb, double confidence, struct statistics_shift *out);

#endif
