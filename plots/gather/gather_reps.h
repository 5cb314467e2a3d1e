/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * plots/gather/gather_reps.h: figures whose numbers each repetition has, taken from the results that
 * analyze finds: a group for each combination. m is members_find's without loads_together.
 */
#ifndef PLOTS_GATHER_GATHER_REPS_H
#define PLOTS_GATHER_GATHER_REPS_H

#include "plots/gather/members.h"

/*
 * For figure_timeline, figure_sizes, figure_departures. All NULL and error if there is nothing to draw;
 * what only some have not is in messages. response is for the sizes.
 */
figure *gather_timeline(
	const member_list *m, gboolean response, GPtrArray *messages, GError **error);
figure *gather_sizes(const member_list *m, gboolean response, GPtrArray *messages, GError **error);
figure *gather_departures(
	const member_list *m, gboolean response, GPtrArray *messages, GError **error);

/* For figure_box, q as there; m with loads_together: cells for each title of m. NULL and error. */
figure *gather_box(const member_list *m, gboolean response, double q, GError **error);

#endif
