/* SPDX-License-Identifier: BSD-3-Clause */
/* plots/figures/box.h: a percentile of each repetition, as points and boxes. Pure functions, as figure.h. */
#ifndef PLOTS_FIGURES_BOX_H
#define PLOTS_FIGURES_BOX_H

#include "analyze/results/result_reps.h"
#include "plots/draw/figure.h"

enum {
	BOX_LOADS_MAX = 12,
	BOX_GROUPS_MAX = 8,
	BOX_LEAST = 4, /* repetitions; fewer have no box */
};

/* A group at a load. */
struct box_cell {
	guint load; /* of loads */
	gboolean trustworthy;
	GArray *values; /* double, ns, a repetition each; INFINITY: among lost frames */
	struct result_box box;
};

struct box_group {
	char *name;
	GPtrArray *cells; /* struct box_cell */
};

struct box {
	figure *head;      /* title and subtitle; groups of the same names, for the legend */
	GArray *loads;     /* double, pps, ascending; 0 is max, and last */
	GPtrArray *groups; /* struct box_group */
	double q;
};
typedef struct box box;

box *box_new(void);
void box_free(box *b); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(box, box_free)
struct box_group *box_add_group(box *b, const char *name); /* owned by b */
/* Takes values. */
void box_add_cell(struct box_group *g, guint load, gboolean trustworthy, GArray *values);

gboolean figure_box(const box *b, const struct figure_options *options, struct figure_text *text,
	GError **error);

#endif
