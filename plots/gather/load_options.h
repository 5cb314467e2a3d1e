/* SPDX-License-Identifier: BSD-3-Clause */
/* plots/gather/load_options.h: what all commands are asked for that draw load against latency and loss. */
#ifndef PLOTS_GATHER_LOAD_OPTIONS_H
#define PLOTS_GATHER_LOAD_OPTIONS_H

#include <glib.h>

#include "analyze/base/option.h"
#include "plots/draw/figure.h"
#include "plots/gather/gather.h"

/* Index in each option's words; -1: not given. */
struct load_options {
	int x;        /* offered, nominal */
	int quantile; /* nearest, linear */
	int loss;     /* exact, autotest */
};

/* Rows for the member o, such a struct, of type. Of one that may stay as a recipe says: no preset. */
#define LOAD_OPTIONS_ROWS_OR(type_, o, x_preset, quantile_preset, loss_preset)              \
	OPTION_GROUP("Numbers"),                                                            \
		OPTION_ROW(WORD, type_, o.x, "x", 0, "WHICH",                               \
			"Load: offered (measured) or nominal (as in autotest's figures)",   \
			.preset = (x_preset), .words = load_options_x),                     \
		OPTION_ROW(WORD, type_, o.quantile, "quantile", 0, "RULE",                  \
			"Percentiles: nearest (rank) or linear (as in autotest's figures)", \
			.preset = (quantile_preset), .words = load_options_quantile),       \
		OPTION_ROW(WORD, type_, o.loss, "loss", 0, "METRIC",                        \
			"Loss: exact (packet totals) or autotest (its rounded averages)",   \
			.preset = (loss_preset), .words = load_options_loss)
#define LOAD_OPTIONS_ROWS(type_, o) LOAD_OPTIONS_ROWS_OR(type_, o, "offered", "nearest", "exact")

/* NULL-terminated. */
extern const char *const load_options_x[], *const load_options_quantile[],
						   *const load_options_loss[];

/* Sets what o says in both. */
void load_options_apply(
	const struct load_options *o, struct gather_options *wanted, struct figure_options *drawn);

#endif
