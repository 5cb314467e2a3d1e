/* SPDX-License-Identifier: BSD-3-Clause */
/* plots/gather/gather_box.h: a percentile of each repetition, taken from the results that analyze finds. */
#ifndef PLOTS_GATHER_GATHER_BOX_H
#define PLOTS_GATHER_GATHER_BOX_H

#include "plots/gather/members.h"

/* q: 0 < q <= 1. A group of cells (figure_box) for each title of m. NULL and error. */
figure *gather_box(const member_list *m, gboolean response, double q, GError **error);

#endif
