/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * plots/draw/dots.h: numbers of categories, with a marker for each group beside those of the others and
 * a bar over its repetitions: what figures of sizes and of departures share. Pure functions.
 */
#ifndef PLOTS_DRAW_DOTS_H
#define PLOTS_DRAW_DOTS_H

#include "analyze/results/result_reps.h"
#include "plots/draw/canvas.h"

/* How far beside its category the marker of a group stands. */
double dots_beside(guint group, guint groups);
/* " median min max bound" of the data. */
void dots_append(GString *data, const struct result_reps *r);
/* Markers and bars of a group at x, an expression; column: of the median. */
void dots_plot(struct canvas *c, const figure *f, guint index, const char *x, int column);
/* Notes about repetitions and trust. */
void dots_notes(struct canvas *c, const figure *f);
/* "set xrange" of so many categories. */
void dots_xrange(GString *script, guint categories);

#endif
