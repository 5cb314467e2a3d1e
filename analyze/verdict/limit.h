/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * analyze/verdict/limit.h: how much load something carries. Pure, over the points of a curve; result_set
 * becomes such curves in limit_series. Loads are the offered ones, measured (throughput of RFC 1242
 * with a loss that is allowed: PDR).
 *
 * The knee is where latency leaves its level: the last load before the first whose median is above
 * `knee` times the baseline, which is the median of the medians of the lower half of the loads that
 * pass. A rule with one number that can be said, not a curvature (Satopaa et al. 2011, Kneedle),
 * which depends on where a sweep ends.
 */
#ifndef ANALYZE_VERDICT_LIMIT_H
#define ANALYZE_VERDICT_LIMIT_H

#include <stddef.h>

#include <glib.h>

#include "analyze/results/result.h"

struct limit_point {
	double offered_pps, forwarded_pps;
	double loss;   /* ratio */
	double weight; /* frames offered, > 0 */
	double p50_ns; /* INFINITY: among lost frames; NAN: not known */
};

enum limit_state {
	LIMIT_FOUND,
	LIMIT_NONE,    /* no load passes */
	LIMIT_ALL,     /* all pass: the limit is above them */
	LIMIT_HIGHEST, /* a lower load does not pass, but the highest does: the same */
	LIMIT_UNKNOWN, /* there is no point, or, for the knee, none that knows its median */
};
const char *limit_state_word(enum limit_state s);

/* Numbers are NAN unless state is LIMIT_FOUND. */
struct limit {
	enum limit_state state;
	/* The highest load that passes. A lower one may not: see the repaired curve. */
	double offered_pps, forwarded_pps, loss;
	/* On the straight line between it and the next load, which does not pass. */
	double interpolated_offered_pps, interpolated_forwarded_pps;
};

struct limit_knee {
	enum limit_state state;
	double offered_pps, forwarded_pps, loss, p50_ns; /* NAN unless LIMIT_FOUND */
	double baseline_ns;                              /* NAN if no load passes */
};

/* points ascend by offered_pps; a load passes if its loss is <= allowed, 0 .. 1. */
struct limit limit_of(const struct limit_point *points, size_t nb, double allowed);
/*
 * The same after the monotone repair (statistics_isotonic, weighted by frames): more load cannot
 * lose less, so loads that seem to are pooled with those before them until it is so.
 */
struct limit limit_of_repaired(const struct limit_point *points, size_t nb, double allowed);
struct limit_knee limit_knee_of(
	const struct limit_point *points, size_t nb, double allowed, double knee);

/* Combinations that are equal but for the rate. */
struct limit_series {
	const result_combination *first; /* borrowed, for its parameters */
	GArray *points;                  /* struct limit_point, ascending */
};

/*
 * All series of a set, in its order: struct limit_series *. Combinations of which it is not known
 * what was offered are left out with a note of the set. Bins are loaded and let go; broken ones
 * become warnings.
 */
GPtrArray *limit_series_of(result_set *r, gboolean response);

#endif
