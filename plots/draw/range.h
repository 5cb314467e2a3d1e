/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * plots/draw/range.h: what a latency axis has to show. Percentiles that fall among lost frames are
 * known as lower bounds only, often seconds above all that was measured. A logarithmic axis shows
 * them where they are; a linear one that they would stretch too far has their arrows at its end.
 */
#ifndef PLOTS_DRAW_RANGE_H
#define PLOTS_DRAW_RANGE_H

#include <glib.h>

#include "plots/draw/canvas.h"

struct range {
	double lo, hi;             /* of what was measured, then of the axis; ns */
	double bound_lo, bound_hi; /* of the bounds */
	gboolean linear;
};

struct range range_new(gboolean linear);
void range_include(struct range *r, double ns, gboolean bound);
void range_include_latency(struct range *r, const struct figure_latency *latency);
void range_include_spread(struct range *r, const struct figure_spread *spread);
/* Makes an axis of it, with room for arrows. Without any value one that shows nothing is made. */
void range_close(struct range *r);

gboolean range_has_bounds(const struct range *r);
/*
 * Plots arrows in a column of latencies where a gnuplot expression holds (is_bound). other: the
 * expression of the other coordinate; upwards: latencies are on the y axis. width: of the line.
 */
struct range_arrow {
	guint index, linetype;
	const char *other, *is_bound;
	int column;
	gboolean upwards;
	double width;
};
void range_plot_arrow(const struct range *r, struct canvas *c, const struct range_arrow *a);
/* The note "arrow: at least 2 s, among lost frames", if there are bounds. */
void range_note(const struct range *r, GPtrArray *notes);

/* "set AXISrange", "set AXIStics" ("10 µs") and a logarithmic axis where wanted, for the panel. */
void range_axis(const struct range *r, struct canvas *c, const char *axis, gboolean with_labels);

#endif
