/* SPDX-License-Identifier: BSD-3-Clause */
/* plots/gather/gather.h: what a figure shows, taken from the results that analyze finds. */
#ifndef PLOTS_GATHER_GATHER_H
#define PLOTS_GATHER_GATHER_H

#include <glib.h>

#include "plots/draw/figure.h"
#include "plots/gather/facets.h"
#include "plots/gather/members.h"

struct gather_options {
	/* Without loads_together each load is a group of its own, whatever else was measured. */
	struct members_options members;
	gboolean response; /* latencies from the scheduled departure, not from the real one */
	/* Loads are points of a curve, even where each group has one only. */
	gboolean sweep;
	/* Parameters that differ within a name make a grid of panels; NULL: groups. */
	const struct facets_wanted *facets;
	gboolean linear_rule;     /* percentiles by the linear rule, not nearest rank */
	gboolean autotest_metric; /* autotest's loss metric and its spread, not packet totals */
	/* Without loads_together: curves of the repetitions too, and no guests. */
	gboolean curves;
	/* Without loads_together: too many series have a panel for each load that all names have. */
	gboolean load_panels;
	/* Each group has panels of its own: any number of them. */
	gboolean group_panels;
};

/*
 * The groups that names stand for. Parameters that still differ within a name make groups of their
 * own, whose names say the difference, or panels; so do loads, unless one group has several of
 * them. Series are counted in the order of names, and a name left out leaves its number out; too many
 * for one panel are split (plots/draw/split.h).
 * Remarks (char *) about files that were left out go to messages. NULL and error.
 */
figure *gather(const struct gather_options *options, const char *const *names, GPtrArray *messages,
	GError **error);

#endif
