/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * plots/draw/canvas.h: places panels, text and legends on a figure, in pixels from its top left corner.
 * Legends are drawn here, below the panels, because gnuplot's own may hide data.
 */
#ifndef PLOTS_DRAW_CANVAS_H
#define PLOTS_DRAW_CANVAS_H

#include <glib.h>

#include "plots/draw/figure.h"
#include "plots/draw/gp.h"

enum {
	CANVAS_WIDTH = 820, /* the usual one */
	CANVAS_TOP = 62,    /* room for title and subtitle */
	CANVAS_LEFT = 96,   /* labels and tics of the y axis */
	CANVAS_RIGHT = 24,
	CANVAS_AXIS = 54,   /* labels and tics of the x axis */
	CANVAS_ROW = 20,    /* a row of a legend */
	CANVAS_SAMPLE = 38, /* a piece of line in it, up to its name */
	CANVAS_PANEL_MIN = 80,
	CANVAS_NARROW = 600, /* a figure that is not so wide has its text from edge to edge */
};

/* How a bar from the smallest to the largest is plotted, of a line type (%u). */
#define CANVAS_BAR "with vectors heads size graph 0.005,90 lt %u lw 1"

struct canvas {
	GString *script, *data;
	GPtrArray *notes; /* char *: remarks below the panels */
	const struct figure_options *options;
	double width, height;
	double points_per_pixel; /* of fonts */
	/* The panel at hand. */
	double panel_width, panel_height;
	guint nb_plotted;
	gboolean has_areas; /* in its legend: objects that panels have to unset */
};
typedef struct canvas canvas;

/* As wide as options say, else as given. They outlive it. */
struct canvas canvas_new(const struct figure_options *options, double width);
void canvas_clear(canvas *c);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(canvas, canvas_clear)

/* Where title, legend and notes begin. */
double canvas_edge(const struct canvas *c);

/* A line of a legend without a colour of its own: how it is drawn, "lw 2 dt solid". */
struct canvas_line {
	const char *name, *look;
};
/* Likewise a marker ("pt 7 lt 1") or, with a fill ("fc rgb '#eeeeee' fs solid noborder"), an area. */
struct canvas_key {
	const char *name, *marker, *fill; /* of the two one is NULL */
};

/* What stands below the panels, from the top; behind it stand the notes. */
struct canvas_foot {
	const figure *legend;            /* its series, by name; NULL: none */
	const struct canvas_line *lines; /* what kinds of lines stand for; NULL: none */
	guint nb_lines;
	const struct canvas_key *keys; /* in front of the lines; NULL: none */
	guint nb_keys;
	/* Rows that the figure fills itself, the first of them at y; NULL: none. */
	void (*fill)(struct canvas *c, const figure *f, double y);
	guint rows;
};

/* With the notes. */
double canvas_foot_height(struct canvas *c, const struct canvas_foot *foot);
/*
 * Terminal, style, title and foot. The figure is as high as its panels, *panels, all others and the
 * foot need; a height that is given goes to the panels. FALSE and error if they become unreadable.
 */
gboolean canvas_begin(struct canvas *c, const figure *head, const struct canvas_foot *foot,
	double others, double *panels, GError **error);
/* Moves script and data to text. TRUE. */
gboolean canvas_end(struct canvas *c, struct figure_text *text);

/* The panel's frame; labels and arrows of the one before are gone. */
void canvas_panel(struct canvas *c, double left, double top, double right, double bottom);

/* One more thing to plot from the data in the panel; ends without a line break. */
void canvas_plot(struct canvas *c, const char *format, ...) G_GNUC_PRINTF(2, 3);
/* Where nothing was plotted: without data gnuplot draws no axes. */
void canvas_plot_nothing(struct canvas *c);

/* Labels of tics that have room on an axis ("x", "y") of the panel; at least 1. */
guint canvas_room(const struct canvas *c, const char *axis);
/* "set AXIStics" of a linear axis of the panel (gp_tics), with the labels that have room. */
void canvas_tics(struct canvas *c, const char *axis, double lo, double hi, struct gp_unit unit,
	gboolean with_labels);
/* "set AXISrange [0:top]" and its tics. */
void canvas_linear_axis(
	struct canvas *c, const char *axis, double top, double per, gboolean with_labels);

/* The label "what (unit)" of the y axis, or "what"; NULL for none. */
void canvas_ylabel(struct canvas *c, const char *what, const char *unit);
/* What latencies are called: by options, "latency" or "response time". */
const char *canvas_latency(const struct canvas *c);

enum canvas_align { CANVAS_LEFT_OF, CANVAS_CENTRE, CANVAS_RIGHT_OF };
void canvas_text(
	struct canvas *c, double x, double y, enum canvas_align align, int size, const char *text);
/* Roughly how wide a text of the usual size is. */
double canvas_text_width(const char *text);
/* The text, or where it is wider than that its ends with "…" between; size as in canvas_text. */
char *canvas_fit(const char *text, double width, int size);

enum canvas_mark { CANVAS_NO_MARKER, CANVAS_FILLED, CANVAS_HOLLOW };
/* At x a piece of line with these properties (NULL: none), and on it the marker of a line type. */
void canvas_sample(struct canvas *c, double x, double y, guint linetype, const char *line,
	enum canvas_mark mark);

/* Markers of a group: filled, and its hollow twin. Later ones are smaller, so that none hides. */
int canvas_marker(guint group, gboolean filled);
double canvas_marker_size(guint group);
/* Plots what "using" picks with the marker of a group; the hollow one hides the line below it. */
void canvas_plot_marker(struct canvas *c, guint index, const char *using, guint group, double size,
	gboolean filled);
/* Line width of a group, for the same reason. */
double canvas_line_width(guint group);

#endif
