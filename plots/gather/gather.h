/* SPDX-License-Identifier: BSD-3-Clause */
/* plots/gather/gather.h: what a figure shows, taken from the results that analyze finds. */
#ifndef PLOTS_GATHER_GATHER_H
#define PLOTS_GATHER_GATHER_H

#include <glib.h>

#include "plots/gather/facets.h"
#include "plots/draw/figure.h"

struct gather_options {
	const char *dir;     /* where labels and selectors look; NULL: "out" */
	gboolean response;   /* latencies from the scheduled departure, not from the real one */
	gboolean every_load; /* each load is a group of its own, whatever else was measured */
	/* Loads are points of a curve, even where each group has one only. */
	gboolean sweep;
	/* Parameters that differ within a name make a grid of panels; NULL: groups. */
	const struct facets_wanted *facets;
	gboolean linear_rule;     /* percentiles by the linear rule, not nearest rank */
	gboolean autotest_metric; /* autotest's loss metric and its spread, not packet totals */
	gboolean unnamed; /* groups are called by their difference alone, where there is one */
	const char *const *titles; /* what the names are called; NULL: as they are */
	/* A name that stands for nothing is left out, while another one stands for something. */
	gboolean missing_ok;
	/* With every_load: curves of the repetitions too, and no guests. */
	gboolean curves;
	const char *rate; /* only this load, as in the selector rate-100; NULL: all */
};

/*
 * The groups that names stand for. Parameters that still differ within a name make groups of their
 * own, whose names say the difference, or panels; so do loads, unless one group has several of
 * them. Series are counted in the order of names, and a name left out leaves its number out.
 * Remarks (char *) about files that were left out go to messages. NULL and error.
 */
figure *gather(const struct gather_options *options, const char *const *names, GPtrArray *messages,
	GError **error);

/* "compare-vhost-on-vhost-off": what the figure's files are called, without an extension. */
char *gather_file_name(const char *command, const char *const *names);

#endif
