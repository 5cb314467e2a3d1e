/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * plots/gather/facets.h: which parameters of what is drawn make the rows and columns of a grid of panels,
 * and which make colours. Pure functions of parameters.
 *
 * As in the appendix of the paper: columns are vhost off and on, else the interfaces; rows are the
 * interfaces, else the machines; then qemu, ioregionfd, reflector, size, profile, guests, and what
 * else differs. A parameter that says no more than those before it (the profile, beside the
 * size) counts for nothing; one of which no two names share a value would only keep them apart,
 * and tells colours.
 */
#ifndef PLOTS_GATHER_FACETS_H
#define PLOTS_GATHER_FACETS_H

#include <glib.h>

#include "analyze/contract/trial.h"

enum {
	FACETS_MAX = 12,
	FACETS_GIVEN_MAX = 60,
	FACETS_LOADS_MAX = 6
}; /* panels: chosen here, asked for, by load */

/* What is drawn: a combination, and which of the names it was found by. */
struct facets_item {
	const struct trial_params *params;
	guint name;
};

struct facets_wanted {
	/* "ROWS,COLUMNS": names of parameters, several with + between them; each may be empty. */
	const char *given; /* NULL: chosen as above */
	/*
	 * Values of the only parameter of rows, of columns; NULL-terminated. With them the grid has
	 * all of those and no other. NULL: those that occur.
	 */
	const char *const *row_values, *const *column_values;
	/*
	 * One name is all there is: what differs becomes colours, as far as those can be told
	 * apart, and only the rest facets.
	 */
	gboolean colours_first;
};

struct facets {
	GPtrArray *rows, *columns; /* const char *, static: parameters */
	GPtrArray *rest;           /* the same: those that tell colours apart beside the names */
	GPtrArray *titles;         /* char *: of the panels, row by row; empty: no grid */
	guint nb_columns;
	guint *facet; /* of each item its panel, or FACETS_NONE: its value is not wanted */
};
typedef struct facets facets;
enum { FACETS_NONE = G_MAXUINT32 };

/*
 * Lay n items out. *remark is set, newly allocated, where there would be too many panels and
 * therefore are fewer. NULL and PLOTS_ERROR_ARGUMENT: given names no parameter, or too many panels.
 */
facets *facets_lay_out(const struct facets_item *items, guint n, const struct facets_wanted *wanted,
	char **remark, GError **error);
/*
 * A panel for each load that all names have; items of other loads have none (FACETS_NONE). NULL: none is
 * common, more than FACETS_LOADS_MAX are, or there is one load only.
 */
facets *facets_of_loads(const struct facets_item *items, guint n);
void facets_free(facets *f); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(facets, facets_free)

/* Whether a parameter is among some (const char *). */
gboolean facets_have(const GPtrArray *parameters, const char *name);
/*
 * A parameter as it reads in a legend or a title: "vhost on", "64 guests", "100 kpps"; "" where
 * its value is empty, is "mix" (the profile says which), or is 0 guests (any number).
 */
char *facets_text(const struct trial_params *p, const char *parameter);

#endif
