/* SPDX-License-Identifier: BSD-3-Clause */
/* sim/search/search_options.h: what tsim search can be told: most of tsim run's options, and its own. */
#ifndef SIM_SEARCH_SEARCH_OPTIONS_H
#define SIM_SEARCH_SEARCH_OPTIONS_H

#include "analyze/verdict/goal.h"
#include "sim/trial/options.h"

struct search_options {
	struct options run; /* first: rows of both tables have their places in it */
	/* As given. Owned. */
	char **goal_texts;
	char *max_load, *min_load, *latency_at, *suite;
	int preset, retries, bursts;
	gboolean print_goals;

	/* What they mean, by search_options_check. */
	GPtrArray *goals;    /* struct goal *, at least 1 */
	double max_pps;      /* 0: what the generator offers at rate max */
	double min_pps;      /* 0: 1 % of the highest load */
	GArray *lengths;     /* uint32_t: frame lengths of --suite, ascending; NULL without it */
	GArray *latency_at_; /* double: shares of each limit, above 0 to 1 */
};

/* For options_parse: its struct options is a struct search_options, zeroed. */
extern const struct options_kind search_options_kind;
extern const struct option_row search_options_rows[];

/* max_pps and min_pps, for the frames of run.traffic. */
gboolean search_options_set_loads(struct search_options *o, GError **error);
/* Options of the search alone that change its result, where not the default. Newly allocated. */
char *search_options_text(const struct search_options *o);
/*
 * Seconds that a trial at that load has to last for the percentiles of all goals; 0 where there are
 * none.
 */
double search_options_needed_s(const struct search_options *o, double rate_pps);

#endif
