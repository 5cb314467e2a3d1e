/* SPDX-License-Identifier: BSD-3-Clause */
/* plots/draw/head.h: the name above a panel, broken into lines where the panel is narrower. */
#ifndef PLOTS_DRAW_HEAD_H
#define PLOTS_DRAW_HEAD_H

#include "plots/draw/canvas.h"

/* Height of so many lines with the room around them, in pixels. */
double head_height(guint lines);
/* How many lines a name needs at that width; it is broken at ", ", else at
 * spaces, else behind ",", "+" and "/". At least 1. */
guint head_lines(const char *name, gboolean trustworthy, double width);
/* The name, with a mark if it is not trustworthy, centred at x, the last line above bottom. */
void head_put(struct canvas *c, double x, double bottom, const char *name, gboolean trustworthy,
	double width);

#endif
