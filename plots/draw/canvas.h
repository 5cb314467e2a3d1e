/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * plots/draw/canvas.h: places panels, text and legends on a figure, in pixels from its top left corner.
 * Legends are drawn here, below the panels, because gnuplot's own may hide data.
 */
#ifndef PLOTS_DRAW_CANVAS_H
#define PLOTS_DRAW_CANVAS_H

#include <glib.h>

#include "plots/draw/figure.h"

enum {
	CANVAS_TOP = 62,  /* room for title and subtitle */
	CANVAS_LEFT = 96, /* labels and tics of the y axis */
	CANVAS_AXIS = 54, /* labels and tics of the x axis */
	CANVAS_ROW = 20,  /* a row of a legend */
	CANVAS_PANEL_MIN = 80,
};

/* How a bar from the smallest to the largest is plotted, of a line type (%u). */
#define CANVAS_BAR "with vectors heads size graph 0.005,90 lt %u lw 1"
/* And the arrow of a bound, of a line type and width. */
#define CANVAS_ARROW "with vectors head filled size screen 0.008,22 lt %u lw %s"

struct canvas {
	GString *script;
	double width, height;
	double points_per_pixel; /* of fonts; canvas_begin sets it */
	guint nb_plotted;        /* in the panel at hand */
};

/* Terminal, style, output and title. */
void canvas_begin(struct canvas *c, const figure *f, const struct figure_options *options);
void canvas_end(struct canvas *c);

/*
 * Sets the size of the figure from options, or else from width, and from what the panels need
 * together, *panels, and all others; a height that is given goes to the panels. FALSE and error
 * if they become unreadable.
 */
gboolean canvas_size(struct canvas *c, const struct figure_options *options, double width,
	double others, double *panels, GError **error);

/* The panel's frame; labels and arrows of the one before are gone. */
void canvas_panel(struct canvas *c, double left, double top, double right, double bottom);

/* One more thing to plot from the data in the panel; ends without a line break. */
void canvas_plot(struct canvas *c, const char *format, ...) G_GNUC_PRINTF(2, 3);

/* The label "what (unit)" of the y axis; NULL for none. */
void canvas_ylabel(struct canvas *c, const char *what, const char *unit);

/* One more thing to plot from the data in the panel; ends without a line break. */
void canvas_plot(struct canvas *c, const char *format, ...) G_GNUC_PRINTF(2, 3);

/* The label "what (unit)" of the y axis; NULL for none. */
void canvas_ylabel(struct canvas *c, const char *what, const char *unit);

enum canvas_align { CANVAS_LEFT_OF, CANVAS_CENTRE, CANVAS_RIGHT_OF };
void canvas_text(
	struct canvas *c, double x, double y, enum canvas_align align, int size, const char *text);
/* Roughly how wide a text of the usual size is. */
double canvas_text_width(const char *text);
/* The text, or where it is wider than that its ends with "…" between; size as in canvas_text. */
char *canvas_fit(const char *text, double width, int size);

/* At x a piece of line with these properties (NULL: none), and on it the marker of a line type. */
void canvas_sample(
	struct canvas *c, double x, double y, guint linetype, const char *line, gboolean marker);

/* How gnuplot draws the line of a percentile: "dt 1". */
const char *canvas_dash(int quantile);
/* Markers of a group: filled, and its hollow twin. Later ones are smaller, so that none hides. */
int canvas_marker(guint group, gboolean filled);
double canvas_marker_size(guint group);
/* Plots what "using" picks with the marker of a group; the hollow one hides the line below it. */
void canvas_plot_marker(
	struct canvas *c, guint index, const char *using, guint group, gboolean filled);
/* Line width of a group, for the same reason. */
double canvas_line_width(guint group);

/*
 * The names of all series with their sample, from left to right in as many rows as needed. With
 * draw FALSE only counts the rows.
 */
guint canvas_legend(struct canvas *c, const figure *f, double y, gboolean draw);
/* Remarks (char *), in the same way. */
guint canvas_notes(struct canvas *c, const GPtrArray *notes, double y, gboolean draw);

#endif
