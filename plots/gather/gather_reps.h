/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * plots/gather/gather_reps.h: figures whose numbers each repetition has, taken from the results that
 * analyze finds: a group for each combination. m is members_find's without loads_together.
 */
#ifndef PLOTS_GATHER_GATHER_REPS_H
#define PLOTS_GATHER_GATHER_REPS_H

#include "plots/draw/dots.h"
#include "plots/gather/members.h"
#include "plots/figures/timeline.h"

/* All NULL and error if there is nothing to draw; what only some have not is in messages. */
timeline *gather_timeline(const member_list *m, GPtrArray *messages, GError **error);
dots *gather_sizes(const member_list *m, gboolean response, GError **error);
dots *gather_departures(const member_list *m, GPtrArray *messages, GError **error);

#endif
