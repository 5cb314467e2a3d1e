/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * plots/figures/search_limits.h: limits that searches found, over their repetitions: what figure_limits and
 * figure_limits_by share. Pure functions.
 */
#ifndef PLOTS_FIGURES_SEARCH_LIMITS_H
#define PLOTS_FIGURES_SEARCH_LIMITS_H

#include "plots/draw/canvas.h"
#include "plots/figures/figures.h"

const struct figure_limit *search_limits_at(const struct figure_group *group, guint k);
/* FALSE and error: nothing to draw, or more goals than colours. */
gboolean search_limits_fit(const figure *f, GError **error);
/* Highest limit of a repetition, and the unit for it. */
double search_limits_top(const figure *f);
struct gp_unit search_limits_unit(const figure *f);
/* Most repetitions of a limit. */
guint search_limits_most(const figure *f);
/* Has some combination a limit of that goal whose median is known, or "at least"? None at 0. */
gboolean search_limits_any(const figure *f, guint goal, gboolean bound);
/* "412.3 kpps (408.1 to 415.0)", "≥ 812.3 kpps, tester-limited": newly allocated. */
char *search_limits_text(const struct figure_limit *limit, struct gp_unit unit);
/* Four digits, "412.3": newly allocated. */
char *search_limits_number(double pps, struct gp_unit unit);
/* bars: circles stand for the repetitions. */
void search_limits_notes(struct canvas *c, const figure *f, gboolean bars);

#endif
