/* SPDX-License-Identifier: BSD-3-Clause */
/* plots/load_options.h: what all commands are asked for that draw load against latency and loss. */
#ifndef PLOTS_LOAD_OPTIONS_H
#define PLOTS_LOAD_OPTIONS_H

#include <glib.h>

#include "plots/figure.h"
#include "plots/gather.h"

/* As given: NULL is the default. */
struct load_options {
	char *x;        /* "offered" (the default), "nominal" */
	char *quantile; /* "nearest" (the default), "linear" */
	char *loss;     /* "exact" (the default), "autotest" */
};

/* Rows of GOptionEntry for a struct load_options. */
#define LOAD_OPTIONS_ENTRIES(o)                                                               \
	{ "x", 0, 0, G_OPTION_ARG_STRING, &(o)->x,                                            \
		"Loads: offered (measured) or nominal (as autotest draws) (default offered)", \
		"WHICH" },                                                                    \
		{ "quantile", 0, 0, G_OPTION_ARG_STRING, &(o)->quantile,                      \
			"Percentiles: nearest (rank) or linear (as autotest draws) (default " \
			"nearest)",                                                           \
			"RULE" },                                                             \
	{                                                                                     \
		"loss", 0, 0, G_OPTION_ARG_STRING, &(o)->loss,                                \
			"Loss: exact (packet totals) or autotest (its rounded averages, and " \
			"their spread) (default exact)",                                      \
			"METRIC"                                                              \
	}

/*
 * Sets what o says in both. FALSE and PLOTS_ERROR_ARGUMENT for an unknown word; where begins its
 * text: "--" or the name of a file and a blank.
 */
gboolean load_options_apply(const struct load_options *o, const char *where,
	struct gather_options *wanted, struct figure_options *drawn, GError **error);
void load_options_clear(struct load_options *o);

#endif
