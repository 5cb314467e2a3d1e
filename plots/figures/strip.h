/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * plots/figures/strip.h: heat strips: a row for each guest, a column for each load or time, and a colour
 * for what came of it. Pure functions, as figures.h.
 */
#ifndef PLOTS_FIGURES_STRIP_H
#define PLOTS_FIGURES_STRIP_H

#include <stdint.h>

#include "plots/draw/figure.h"

enum { STRIP_PANELS_MAX = 8 };

struct strip_panel {
	char *name;
	gboolean trustworthy;
	guint nb_guests, nb_columns;
	uint32_t *guests; /* their numbers, from the bottom */
	double *at; /* of each column: offered load, pps, ascending; or where its time ends, s */
	/* Cells are [guest * nb_columns + column]. NAN: there is none. */
	double *value;   /* ratio or ns */
	gboolean *bound; /* value is a lower bound */
};

struct strip {
	figure *head;      /* title and subtitle */
	GPtrArray *panels; /* struct strip_panel */
	gboolean time;     /* columns are times, not loads */
	gboolean latency;  /* values are ns, not ratios */
	char *what;        /* "99th percentile of latency" */
	char *note;        /* NULL for none */
};
typedef struct strip strip;

strip *strip_new(void);
void strip_free(strip *s); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(strip, strip_free)
/* With room for that many cells, all of them NAN; owned by s. */
struct strip_panel *strip_add_panel(strip *s, const char *name, guint nb_guests, guint nb_columns);

/* A panel for each, the colours of all on one scale. */
gboolean figure_strip(const strip *s, const struct figure_options *options,
	struct figure_text *text, GError **error);

#endif
