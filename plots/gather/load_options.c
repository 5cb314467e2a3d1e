/* SPDX-License-Identifier: BSD-3-Clause */
#include "plots/gather/load_options.h"

const char *const load_options_x[] = { "offered", "nominal", NULL };
const char *const load_options_quantile[] = { "nearest", "linear", NULL };
const char *const load_options_loss[] = { "exact", "autotest", NULL };

void load_options_apply(
	const struct load_options *o, struct gather_options *wanted, struct figure_options *drawn)
{
	drawn->nominal = o->x == 1;
	wanted->linear_rule = o->quantile == 1;
	wanted->autotest_metric = o->loss == 1;
}
