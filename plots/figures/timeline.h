/* SPDX-License-Identifier: BSD-3-Clause */
/* plots/figures/timeline.h: rates, loss and latencies second by second. Pure functions, as figure.h. */
#ifndef PLOTS_FIGURES_TIMELINE_H
#define PLOTS_FIGURES_TIMELINE_H

#include "analyze/results/result_seconds.h"
#include "plots/draw/figure.h"

enum { TIMELINE_GROUPS_MAX = 6 };

struct timeline_group {
	char *name;
	gboolean trustworthy;
	GArray *median;         /* struct result_second */
	GPtrArray *repetitions; /* GArray of struct result_second */
};

struct timeline {
	figure *head;      /* title and subtitle */
	GPtrArray *groups; /* struct timeline_group */
};
typedef struct timeline timeline;

timeline *timeline_new(void);
void timeline_free(timeline *t); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(timeline, timeline_free)
/* Without seconds; owned by t. */
struct timeline_group *timeline_add_group(timeline *t, const char *name);

/*
 * A column of panels for each group: rates, loss and, where any is known, latency. Repetitions are
 * thin, their median is bold.
 */
gboolean figure_timeline(const timeline *t, const struct figure_options *options,
	struct figure_text *text, GError **error);

#endif
