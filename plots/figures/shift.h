/* SPDX-License-Identifier: BSD-3-Clause */
/* plots/figures/shift.h: how much later one side is than the other, quantile by quantile. Pure functions. */
#ifndef PLOTS_FIGURES_SHIFT_H
#define PLOTS_FIGURES_SHIFT_H

#include "analyze/statistics/statistics.h"
#include "plots/draw/figure.h"

enum { SHIFT_PANELS_MAX = 12 };

struct shift_panel {
	char *name;       /* the load; "" if there is one only */
	guint nb_a, nb_b; /* repetitions */
	gboolean trustworthy;
	GArray *points; /* struct statistics_shift, by quantile */
};

struct shift {
	figure *head; /* title and subtitle */
	char *a, *b;  /* names of the sides */
	double confidence;
	GPtrArray *panels; /* struct shift_panel */
};
typedef struct shift shift;

shift *shift_new(const char *a, const char *b);
void shift_free(shift *s); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(shift, shift_free)
struct shift_panel *shift_add_panel(shift *s, const char *name); /* owned by s */

gboolean figure_shift(const shift *s, const struct figure_options *options,
	struct figure_text *text, GError **error);

#endif
