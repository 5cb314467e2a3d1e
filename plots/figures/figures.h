/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * plots/figures/figures.h: the painters: from the numbers of a figure to the text of its script and of
 * its data. Pure functions: no file is read or written, nothing is run, nothing is computed but
 * positions. FALSE and PLOTS_ERROR_ARGUMENT where options leave no room, PLOTS_ERROR_EMPTY where
 * there is nothing to draw; text is then as it was. Heat strips: strip.h.
 */
#ifndef PLOTS_FIGURES_FIGURES_H
#define PLOTS_FIGURES_FIGURES_H

#include "analyze/contract/search.h"
#include "analyze/results/result_reps.h"
#include "plots/draw/figure.h"

/* Groups that a figure has room for. */
enum {
	FIGURES_DOTS_MAX = 8, /* of sizes, of departures */
	FIGURES_TIMELINES_MAX = 24,
	FIGURES_GUESTS_MAX = 24,
	FIGURES_SHIFTS_MAX = 12,
	FIGURES_LIMITS_MAX = 60,
};

/*
 * Load against latency (25th, 50th, 75th, 99th percentile) above load against loss; such a pair of
 * panels for each facet, with the same axes. A load of which nothing offered is known stands at the
 * intended one.
 */
gboolean figure_load(const figure *f, const struct figure_options *options,
	struct figure_text *text, GError **error);
/*
 * Share of frames that are later than a latency, logarithmic, or that came back within it, linear;
 * thin curves of the repetitions where groups have them; below, the spread over their guests.
 */
gboolean figure_cdf(const figure *f, const struct figure_options *options, struct figure_text *text,
	GError **error);
/* Median, 99th percentile and loss of each guest, a panel for each group, sorted. */
gboolean figure_guests(const figure *f, const struct figure_options *options,
	struct figure_text *text, GError **error);
/* Median and 99th percentile of each size class, above its loss. Points: struct result_size_reps. */
gboolean figure_sizes(const figure *f, const struct figure_options *options,
	struct figure_text *text, GError **error);
/*
 * Share of frames within 64, 128, 256, 512 ns of the schedule and of its gaps, and of bursts. One
 * point in each group: struct result_departure_reps.
 */
gboolean figure_departures(const figure *f, const struct figure_options *options,
	struct figure_text *text, GError **error);
/*
 * A column of panels for each group: rates, loss and, where any is known, latency. Points, and those
 * of repetitions: struct result_second (analyze/results/result_seconds.h). Repetitions are thin, the
 * points, which are their medians, bold.
 */
gboolean figure_timeline(const figure *f, const struct figure_options *options,
	struct figure_text *text, GError **error);

enum { FIGURES_BOX_LEAST = 4 }; /* repetitions; fewer have no box */

/* A group at a load. */
struct figure_cell {
	double load_pps; /* intended; 0: max, which stands last */
	gboolean trustworthy;
	GArray *values; /* double, ns, a repetition each; INFINITY: among lost frames */
	struct result_box box;
};
/* A group of cells; owned by f. */
struct figure_group *figure_add_cells(figure *f, const char *name);
/* Takes values. */
void figure_add_cell(
	struct figure_group *group, double load_pps, gboolean trustworthy, GArray *values);
/* A percentile (0 < q <= 1) of each repetition, as points and boxes. Groups of cells. */
gboolean figure_box(const figure *f, double q, const struct figure_options *options,
	struct figure_text *text, GError **error);

struct figure_sides {
	const char *a, *b;
	guint nb_a, nb_b; /* repetitions; where panels differ, the fewest */
	double confidence;
};
/*
 * How much later one side is than the other, quantile by quantile: a panel for each group, by name, ""
 * if there is one only. Points: struct rank_test_quantile (analyze/statistics/rank_test.h).
 */
gboolean figure_shift(const figure *f, const struct figure_sides *sides,
	const struct figure_options *options, struct figure_text *text, GError **error);

/* What a goal of a search allows, as far as a line can show it. */
struct figure_bounds {
	double loss;         /* of all frames; NAN: not bounded */
	double latency_ns;   /* its first bound of latency; NAN: none */
	const char *latency; /* name of that, "p99 of every guest"; NULL: none */
};
/*
 * One search, a row of panels for each goal: load against loss, and where the goal bounds it against
 * latency, of all loads and of those near the limit; then latency at shares of the limits. f: title and
 * subtitle; bounds: one a goal.
 */
gboolean figure_search(const figure *f, const struct search *s, const struct figure_bounds *bounds,
	const struct figure_options *options, struct figure_text *text, GError **error);

/* The limit of a goal over the repetitions of a combination. */
struct figure_limit {
	guint goal;             /* of the figure's facets, which are the goals */
	struct result_reps pps; /* of lower bounds; a bound where the limit may be higher */
	GArray *values;         /* double, one a repetition; 0: missed at the lowest load */
	guint states[SEARCH_UNFINISHED + 1]; /* repetitions that ended so, by enum search_state */
	double below_pps;                    /* a lowest load that missed it; 0: none did */
	/* Of figure_limits_by. */
	double x;                     /* frame size or guests */
	double theoretical_pps;       /* of that frame size; NAN: not known */
	gboolean theoretical_is_link; /* else the generator's own, on interface null */
};
/* A combination; owned by f. */
struct figure_group *figure_add_limits(figure *f, const char *name);
/* repetitions: const struct search_goal *, at least one. Valid until the next. */
struct figure_limit *figure_add_limit(
	struct figure_group *group, guint goal, const GPtrArray *repetitions);
/* Groups of limits as bars: median, minimum and maximum over the repetitions. Facets: the goals. */
gboolean figure_limits(const figure *f, const struct figure_options *options,
	struct figure_text *text, GError **error);
/*
 * Limits over frame sizes (RFC 2544, section 26.1: with the theoretical rate) or numbers of guests: a
 * line for each group, a panel for each goal. what: of the x axis, "frame size with FCS (bytes)".
 */
gboolean figure_limits_by(const figure *f, const char *what, const struct figure_options *options,
	struct figure_text *text, GError **error);

#endif
