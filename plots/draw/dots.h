/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * plots/draw/dots.h: numbers of categories, with a marker for each group beside those of the others and
 * a bar over its repetitions. Pure functions, as figure.h.
 */
#ifndef PLOTS_DRAW_DOTS_H
#define PLOTS_DRAW_DOTS_H

#include "analyze/results/result_reps.h"
#include "plots/draw/canvas.h"
#include "plots/draw/figure.h"

enum { DOTS_GROUPS_MAX = 8 };

struct dots_group {
	char *name;
	gboolean trustworthy;
	guint repetitions;
	GArray *sizes;                           /* struct result_size_reps; of figure_sizes */
	struct result_departure_reps departures; /* of figure_departures */
};

struct dots {
	figure *head;      /* title and subtitle; groups of the same names, for the legend */
	GPtrArray *groups; /* struct dots_group */
};
typedef struct dots dots;

dots *dots_new(void);
void dots_free(dots *d); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(dots, dots_free)
struct dots_group *dots_add_group(dots *d, const char *name); /* owned by d */

/* What both figures share. How far beside its category the marker of a group stands. */
double dots_beside(guint group, guint groups);
/* " median min max bound" of the data. */
void dots_append(GString *data, const struct result_reps *r);
/* The marker of a group where "using" says; all have one size, as none hides another. */
void dots_put_marker(
	struct canvas *c, guint index, const char *using, const struct dots_group *group);
/* Remarks (char *) about repetitions and trust. */
GPtrArray *dots_notes(const dots *d);

/* Median and 99th percentile of each size class, above its loss. */
gboolean figure_sizes(const dots *d, const struct figure_options *options, struct figure_text *text,
	GError **error);
/* Share of frames within 64, 128, 256, 512 ns of the schedule and of its gaps, and of bursts. */
gboolean figure_departures(const dots *d, const struct figure_options *options,
	struct figure_text *text, GError **error);

#endif
