/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * analyze/results/result_reps.h: numbers that each repetition has, with their median and their ends: the
 * repetition is the unit, as frames of one repetition depend on each other. Of size classes and of
 * departures.
 */
#ifndef ANALYZE_RESULTS_RESULT_REPS_H
#define ANALYZE_RESULTS_RESULT_REPS_H

#include <stddef.h>

#include <glib.h>

#include "analyze/results/result.h"

struct result_reps {
	double median, min, max; /* NAN if nb is 0 */
	/* Lower bounds: what they come from falls among lost frames. */
	gboolean median_bound, min_bound, max_bound;
	guint nb; /* repetitions that have the number */
};

/*
 * Of n values, some of which may be lower bounds (bound NULL: none is); NAN ones are left out.
 * The median of an even number is the mean of the middle two. It is a bound where a bound is not
 * above it: what that stands for may be anywhere above. Pure.
 */
struct result_reps result_reps_of(const double *values, const gboolean *bound, size_t n);

/* Five numbers of values: quartiles by the linear rule. All NAN without values. */
struct result_box {
	double min, q1, median, q3, max;
};
/* INFINITY may be among them: a percentile that falls among lost frames. Pure. */
struct result_box result_box_of(const double *values, size_t n);
/*
 * A percentile (0 < q <= 1) of each repetition (double, ns, in their order) of a loaded combination;
 * INFINITY where it falls among lost frames. Repetitions that do not know it are left out.
 */
GArray *result_reps_quantile(const result_combination *c, gboolean response, double q);

/* A size class over all guests. */
struct result_size_reps {
	uint32_t frame_len_lo, frame_len_hi; /* with FCS; equal for a point */
	struct result_reps loss;             /* ratio */
	struct result_reps p50, p99;         /* ns, nearest rank in each repetition */
};
/*
 * struct result_size_reps of each of c->sizes. Loads the bins and lets go of them again. NULL and
 * error as result_load.
 */
GArray *result_size_reps(result_set *r, result_combination *c, gboolean response, GError **error);

enum { RESULT_WITHIN = 4 };
/* 64, 128, 256 and 512: the distances of MoonGen's table. */
extern const guint result_within_ns[RESULT_WITHIN];

/*
 * How near to the schedule frames left: shares, 0..1. nb of the members is 0 where no repetition
 * says it: of autotest's none does, and older trials have no gaps.
 */
struct result_departure_reps {
	struct result_reps schedule[RESULT_WITHIN]; /* departure within so much of its schedule */
	struct result_reps gap[RESULT_WITHIN];      /* gap to the frame before, of the scheduled */
	struct result_reps bursts;                  /* left in one burst with the frame before */
};
struct result_departure_reps result_departure_reps(const result_combination *c);

#endif
