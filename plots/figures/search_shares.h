/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * plots/figures/search_shares.h: the panel of latencies at shares of the limits that a search found (tsim
 * search --latency-at): median and 99th percentile by load, a series for each goal. Pure functions.
 */
#ifndef PLOTS_FIGURES_SEARCH_SHARES_H
#define PLOTS_FIGURES_SEARCH_SHARES_H

#include "analyze/contract/search.h"
#include "plots/draw/canvas.h"

#define SEARCH_SHARES_MEDIAN "dt solid"
#define SEARCH_SHARES_P99 "dt 4"

/* Has the search, or that goal of it, such trials that are not spoiled? */
gboolean search_shares_any(const search *s);
gboolean search_shares_has(const search *s, uint32_t goal);
/* "pt 9 lt 3": the marker of a goal; newly allocated. */
char *search_shares_marker(uint32_t goal);
void search_shares_notes(struct canvas *c, const search *s);
/* The panel, its name above it. first: number of its first block of data, one for each goal that has any. */
void search_shares_put(struct canvas *c, const search *s, struct gp_unit unit, double top,
	double height, guint first);

#endif
