/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * plots/draw/figure.h: what all figures have: groups, how they are drawn, and the text of a gnuplot
 * script and of its data file. The painters are in plots/figures/figures.h.
 */
#ifndef PLOTS_DRAW_FIGURE_H
#define PLOTS_DRAW_FIGURE_H

#include <stdint.h>

#include <glib.h>

enum { FIGURE_P25, FIGURE_P50, FIGURE_P75, FIGURE_P99, FIGURE_QUANTILES };

/* A latency. Where it falls among lost frames only a lower bound is known. */
struct figure_latency {
	double ns; /* NAN if there is none */
	gboolean bound;
};

/* Of repetitions: the smallest and the largest. Both NAN if there is one repetition only. */
struct figure_spread {
	double lo, hi;
	gboolean lo_bound, hi_bound; /* as in figure_latency */
};

/* A group at one load. */
struct figure_point {
	double load_pps;    /* intended */
	double offered_pps; /* really sent */
	struct figure_latency q[FIGURE_QUANTILES];
	struct figure_spread p50, p99;
	double loss; /* share of offered frames, 0..1 */
	struct figure_spread loss_spread;
	unsigned repetitions;
	gboolean trustworthy;
};

/* share of all frames is later than ns, or lost. */
struct figure_step {
	double ns, share;
};

struct figure_guest {
	char *name; /* "17" */
	struct figure_latency p50, p99;
	double loss; /* NAN: nothing is known to have been offered */
};

/* What has one colour; in a grid, what has one colour in one of its panels. */
struct figure_group {
	char *name;
	guint series; /* colour and row of the legend; as added, unless set */
	guint facet;  /* panel of a grid; 0 without one */
	guint part;   /* legend that it is in (split.h) */
	guint origin; /* which of the names it was found by */
	/* As a whole, where the points do not say it. */
	gboolean trustworthy;
	guint nb_repetitions;
	/* struct figure_point, by load; or what the painter in figures.h draws, in its order. */
	GArray *points;
	/* GArray * of the single repetitions, of steps or points; empty if nobody asked for them. */
	GPtrArray *repetitions;
	/* Of the only point; unset otherwise. */
	double frames;  /* offered */
	GArray *steps;  /* struct figure_step: ns ascending, share descending from 1 */
	GArray *guests; /* struct figure_guest */
	char *worst;    /* name of the worst guest (analyze/contract/guest_rank.h); NULL: none */
};

struct figure {
	char *title;     /* what is compared */
	char *subtitle;  /* what all groups have in common, "" for nothing */
	char *caption;   /* what is to be seen, below the legend; NULL for nothing */
	char *differing; /* parameters in which groups differ, "interface, vhost"; NULL: unknown */
	GPtrArray *groups; /* struct figure_group */
	/* A grid of panels: their titles (char *), row by row; empty: there is one, without title. */
	GPtrArray *facets;
	guint columns;    /* of the grid */
	GPtrArray *parts; /* headings (char *) of several legends; empty: there is one (split.h) */
	gboolean sliced;  /* groups are parts of trials; loads are those of the whole trials */
	gboolean linear_rule;     /* percentiles are by the linear rule: said in a note */
	gboolean autotest_metric; /* loss is autotest's metric: said on the axis */
};
typedef struct figure figure;

figure *figure_new(void);
void figure_free(figure *f); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(figure, figure_free)
/* Trustworthy, without points; owned by f. */
struct figure_group *figure_add_group(figure *f, const char *name);
/* The same with points of another struct, of so many bytes. */
struct figure_group *figure_add_rows(figure *f, const char *name, guint size);
/* The i-th. */
struct figure_group *figure_group_at(const figure *f, guint i);
/* The k-th of its points, where they are such. */
struct figure_point *figure_point_at(const struct figure_group *group, guint k);
/* Adds a copy of a text to remarks (char *): the notes of a figure, messages to the user. */
void figure_remark(GPtrArray *remarks, const char *format, ...) G_GNUC_PRINTF(2, 3);

enum figure_terminal { FIGURE_SVG, FIGURE_PNG, FIGURE_PDF };

struct figure_options {
	enum figure_terminal terminal;
	guint width, height; /* pixels; a PDF has 96 to the inch; 0 chooses */
	gboolean linear;     /* latency axis */
	gboolean response;   /* latencies are from the scheduled departure: said on the axis */
	const char *style;   /* text of style.gp */
	const char *script_name, *data_name, *image_name; /* file names without folder */
	gboolean within;  /* figure_cdf: share of frames that came back within a latency */
	gboolean nominal; /* the loads that were intended, not those that were offered */
};

struct figure_text {
	char *script, *data;
};
typedef struct figure_text figure_text;
void figure_text_clear(figure_text *text);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(figure_text, figure_text_clear)

/* A guest that was offered no frame has neither loss nor latency. */
gboolean figure_guest_is_silent(const struct figure_guest *guest);
/* Those of all groups. */
guint figure_silent(const figure *f);
/* Remarks how many, if any. */
void figure_remark_silent(GPtrArray *remarks, const figure *f);

enum {
	FIGURE_SERIES_MAX = 8, /* of a panel: pairs of colour and marker (style.gp) */
	FIGURE_PARTS_MAX = 6,  /* sets of so many series, each with panels of its own */
	FIGURE_PANELS_MAX = 24,
};

/* TRUE if some group has several loads: then figure_load is the figure, else figure_cdf. */
gboolean figure_has_loads(const figure *f);

#endif
