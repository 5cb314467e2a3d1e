/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * plots/gather/gather_search.h: searches that names stand for (analyze/results/search_find.h), and the
 * figures of them: the trials of a single one, else limits as bars, or over frame sizes or numbers of guests.
 */
#ifndef PLOTS_GATHER_GATHER_SEARCH_H
#define PLOTS_GATHER_GATHER_SEARCH_H

#include "analyze/contract/search.h"
#include "plots/gather/members.h"

/* What limits are drawn over. */
enum gather_search_by { GATHER_SEARCH_NONE, GATHER_SEARCH_SIZE, GATHER_SEARCH_GUESTS };
extern const char *const gather_search_words[]; /* by that; NULL-terminated */

struct search_list {
	const char *const *names; /* borrowed */
	GPtrArray *all; /* of each name a GPtrArray of search *, in order; NULL: has none */
};
typedef struct search_list search_list;

/*
 * missing_ok: names without searches have none, else they are an error. warnings: char *, of broken files
 * and of searches whose trials are in doubt.
 */
search_list *gather_search_open(const char *dir, const char *const *names, gboolean missing_ok,
	GPtrArray *warnings, GError **error);
void search_list_free(search_list *l); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(search_list, search_list_free)

/* How many there are, of all names. */
guint gather_search_count(const search_list *l);

/* by: enum gather_search_by, or -1: size, else guests, if they differ within what is equal otherwise and
 * that is not too much for one figure. */
gboolean gather_search_draw(const search_list *l, const char *title, int by,
	const struct figure_options *options, struct figure_text *text, GError **error);

#endif
