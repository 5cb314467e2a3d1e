/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * plots/page/sides.h: results that are compared, a side for each NAME, and what was asked for and found
 * on each of them, next to each other. No statistics.
 */
#ifndef PLOTS_PAGE_SIDES_H
#define PLOTS_PAGE_SIDES_H

#include "analyze/base/table.h"
#include "analyze/results/result.h"

struct side {
	char *name;      /* as it was given */
	char *title;     /* as in a legend (analyze/results/side_names.h) */
	result_set *set; /* owned */
};

struct sides {
	GPtrArray *all; /* struct side *, in order of the names */
};
typedef struct sides sides;

/* NULL and error where a name stands for nothing; those that have searches (NULL: none) are left out. */
sides *sides_open(const struct result_options *options, const char *const *names,
	const sides *searches, GError **error);
/* Sides of searches (analyze/results/search_results.h): only of those names that have any. */
sides *sides_open_searches(const struct result_options *options, const char *const *names);
/* Their names, borrowed, NULL-terminated; newly allocated. */
const char **sides_names(const sides *s);
void sides_free(sides *s); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(sides, sides_free)

/* The i-th. */
struct side *sides_at(const sides *s, guint i);

/*
 * "2026-11-23", "2026-11-20 to 2026-11-23" in UTC: when the trials started; of_files: when the logs
 * of those were last changed that do not say it. NULL if there are none.
 */
char *sides_date(const sides *s, gboolean of_files);

/* A line a parameter, or an entry of the environment, with the values of each side. */
table *sides_parameters(const sides *s);
table *sides_environment(const sides *s);

/* The different command lines of tsim of a side (char *), first come first; empty if none is known. */
GPtrArray *sides_commands(const struct side *side);

#endif
