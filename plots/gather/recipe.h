/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * plots/gather/recipe.h: a figure as an INI file (conf/figures/N.conf; grammar: analyze/base/ini.h): which
 * trials, by selectors, which rows and columns, and which loads and repetitions are expected.
 *
 *   [figure]
 *   title = TEXT
 *   caption = TEXT                 what is to be seen; may be left out, as all below
 *   directory = gr/virtio2         of the trials, below --dir, which may also name it directly
 *   select = SELECTOR              holds for all groups
 *   rows = PARAMETER;VALUE;...     of the grid; the values in the order of the rows
 *   columns = PARAMETER;VALUE;...
 *   rates = KPPS;...               loads that belong to it
 *   repetitions = N                of each trial
 *   by, x, quantile, loss          as the options of tplot compare; by: none if left out
 *   [NAME]                         a group, by the name that the legend has
 *   select = SELECTOR
 */
#ifndef PLOTS_GATHER_RECIPE_H
#define PLOTS_GATHER_RECIPE_H

#include <glib.h>

#include "plots/gather/facets.h"
#include "plots/draw/figure.h"
#include "plots/gather/load_options.h"

struct recipe {
	char *title, *caption, *directory; /* caption: NULL for none; directory: "" for none */
	char *select; /* for all groups, and already in selectors; NULL: none */
	char *facets; /* as of facets_wanted; "," for one panel */
	char **row_values, **column_values; /* NULL: none */
	GPtrArray *names, *selectors;       /* char *, of the groups; both end with NULL */
	GArray *rates;                      /* int, kpps; empty: not said */
	int repetitions;                    /* 0: not said */
	int by;                             /* enum result_by */
	struct load_options load;
};
typedef struct recipe recipe;

/* NULL and PLOTS_ERROR_RECIPE, which names file, line, section and key. */
recipe *recipe_read(const char *path, GError **error);
/* The same from text, which name stands for. */
recipe *recipe_parse(const char *name, const char *text, GError **error);
void recipe_free(recipe *r); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(recipe, recipe_free)

/*
 * Adds a remark (char *) to messages for each group of a panel that has no trial in f, and for the
 * loads and repetitions that are missing of one that has; prefix begins each.
 */
void recipe_missing(const recipe *r, const figure *f, const char *prefix, GPtrArray *messages);

#endif
