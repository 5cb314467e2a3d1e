/* SPDX-License-Identifier: BSD-3-Clause */
/* plots/gather/gather_strip.h: heat strips of guests, taken from the results that analyze finds. */
#ifndef PLOTS_GATHER_GATHER_STRIP_H
#define PLOTS_GATHER_GATHER_STRIP_H

#include "plots/gather/members.h"
#include "plots/figures/strip.h"

enum gather_value { GATHER_LOSS, GATHER_P50, GATHER_P99, GATHER_MEAN };

/*
 * Guest x load: a panel for each group. Loss and percentiles are those of all repetitions of a
 * load together. m is members_find's with loads_together.
 */
strip *gather_strip_loads(
	const member_list *m, enum gather_value value, gboolean response, GError **error);

/*
 * Guest x time: a panel for each combination, of the repetition that is asked for, -1: the first
 * there is. value is GATHER_LOSS or GATHER_MEAN. m is members_find's without loads_together.
 */
strip *gather_strip_times(
	const member_list *m, enum gather_value value, int repetition, GError **error);

#endif
