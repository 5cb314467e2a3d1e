/* SPDX-License-Identifier: BSD-3-Clause */
#include "analyze/results/search_results.h"

#include <string.h>

#include "analyze/base/error.h"
#include "analyze/results/label_trees.h"
#include "analyze/results/result_numbers.h"
#include "analyze/results/result_params.h"
#include "analyze/results/search_find.h"

/* A search, and the trial without frames that stands for it. */
struct found {
	trial *t;
	search *s;
};

/* What makes results of it: parameters, verdict, environment, place. */
static trial *stand_in(const search *s)
{
	trial *t = trial_new();

	trial_params_copy(&t->params, &s->params);
	t->trustworthy = *s->doubt == '\0';
	if (!t->trustworthy)
		g_ptr_array_add(t->reasons, g_strdup(s->doubt));
	t->interrupted = s->interrupted;
	t->environment = s->environment != NULL ? json_object_ref(s->environment) : NULL;
	t->path = g_strdup(s->path);
	return t;
}

/* Takes all of searches; seen: paths. */
static void take_searches(const struct result_options *o, result_set *r, GPtrArray *searches,
	GHashTable *seen, GArray *all)
{
	while (searches->len > 0) {
		search *s = g_ptr_array_steal_index(searches, searches->len - 1);
		struct found f = { NULL, s };

		if (!g_hash_table_add(seen, g_canonicalize_filename(s->path, NULL))) {
			search_free(s);
		} else if (s->interrupted && !o->interrupted) {
			g_ptr_array_add(r->notes,
				g_strdup_printf(
					"%s: interrupted: skipped (--interrupted includes it)",
					s->path));
			search_free(s);
		} else {
			f.t = stand_in(s);
			g_array_append_val(all, f);
		}
	}
}

static int compare_found(gconstpointer a, gconstpointer b)
{
	const struct found *x = a, *y = b;
	int order = result_params_compare(&x->t->params, &y->t->params);

	if (order == 0)
		order = search_find_compare(x->s, y->s);
	if (order == 0)
		order = (x->s->params.repetition > y->s->params.repetition) -
			(x->s->params.repetition < y->s->params.repetition);
	return order != 0 ? order : strcmp(x->s->path, y->s->path);
}

static void rename_labels(const GArray *all)
{
	g_autoptr(GPtrArray) trials = g_ptr_array_new();

	for (guint i = 0; i < all->len; i++)
		g_ptr_array_add(trials, g_array_index(all, struct found, i).t);
	label_trees_rename(trials);
}

/* Hands trials and searches on to the combinations. */
static void group_found(result_set *r, const GArray *all)
{
	result_combination *c = NULL;

	for (guint i = 0; i < all->len; i++) {
		const struct found *f = &g_array_index(all, struct found, i);

		if (c == NULL || result_params_compare(&c->params, &f->t->params) != 0 ||
			search_find_compare(f[-1].s, f->s) != 0) {
			c = result_combination_new(&f->t->params);
			g_free(c->infix);
			c->infix = trial_infix_with(&c->params, "search");
			c->searches = g_ptr_array_new_with_free_func((GDestroyNotify)search_free);
			g_ptr_array_add(r->combinations, c);
		}
		g_ptr_array_add(c->trials, f->t);
		g_ptr_array_add(c->searches, f->s);
	}
	for (guint i = 0; i < r->combinations->len; i++)
		result_numbers_make(g_ptr_array_index(r->combinations, i), r->warnings);
}

result_set *search_results_open(
	const struct result_options *options, const char *const *names, GError **error)
{
	const struct result_options none = { 0 }, *o = options != NULL ? options : &none;
	const char *dir = o->dir != NULL ? o->dir : "out", *const only_dir[] = { dir, NULL };
	g_autoptr(result_set) r = result_set_new();
	g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	g_autoptr(GArray) all = g_array_new(FALSE, FALSE, sizeof(struct found));

	if (names == NULL || names[0] == NULL)
		names = only_dir;
	for (guint i = 0; names[i] != NULL; i++) {
		g_autoptr(GPtrArray) searches = search_find(dir, names[i], r->warnings, error);

		if (searches == NULL) {
			for (guint k = 0; k < all->len; k++) {
				trial_free(g_array_index(all, struct found, k).t);
				search_free(g_array_index(all, struct found, k).s);
			}
			return NULL;
		}
		take_searches(o, r, searches, seen, all);
	}
	if (o->by_tree)
		rename_labels(all);
	g_array_sort(all, compare_found);
	group_found(r, all);
	if (r->combinations->len == 0) {
		(void)analyze_fail(error, ANALYZE_ERROR_NOT_FOUND,
			"%s: all searches were interrupted; run the same command again to "
			"continue, or use --interrupted",
			names[0]);
		return NULL;
	}
	return g_steal_pointer(&r);
}

result_set *search_results_of(GPtrArray *searches)
{
	const struct result_options o = { .interrupted = TRUE };
	g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	g_autoptr(GArray) all = g_array_new(FALSE, FALSE, sizeof(struct found));
	result_set *r = result_set_new();

	take_searches(&o, r, searches, seen, all);
	g_ptr_array_unref(searches);
	g_array_sort(all, compare_found);
	group_found(r, all);
	return r;
}

const search *search_results_at(const result_combination *c, guint i)
{
	return g_ptr_array_index(c->searches, i);
}
