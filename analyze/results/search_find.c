/* SPDX-License-Identifier: BSD-3-Clause */
#include "analyze/results/search_find.h"

#include <string.h>

#include "analyze/base/error.h"
#include "analyze/results/result_params.h"

enum { DEPTH_MAX = 32, WARNINGS_IN_ERROR = 20 };

static int compare_goals(const search *a, const search *b)
{
	int order = 0;

	for (uint32_t i = 0; order == 0 && i < MIN(a->nb_goals, b->nb_goals); i++)
		order = strcmp(a->goals[i].text, b->goals[i].text);
	return order != 0 ? order : (a->nb_goals > b->nb_goals) - (a->nb_goals < b->nb_goals);
}

int search_find_compare(const search *a, const search *b)
{
	int order = result_params_compare(&a->params, &b->params);

	if (order == 0)
		order = strcmp(a->preset, b->preset);
	if (order == 0)
		order = strcmp(a->options, b->options);
	return order != 0 ? order : compare_goals(a, b);
}

static gint by_repetition(gconstpointer a, gconstpointer b)
{
	const search *x = *(search *const *)a, *y = *(search *const *)b;
	int order = search_find_compare(x, y);

	if (order == 0)
		order = (x->params.repetition > y->params.repetition) -
			(x->params.repetition < y->params.repetition);
	return order != 0 ? order : strcmp(x->path, y->path);
}

struct finder {
	const char *selector; /* NULL: all */
	GPtrArray *found, *warnings;
};

static gboolean is_search(const char *name)
{
	return g_str_has_prefix(name, "search_") && g_str_has_suffix(name, ".json");
}

static void take_file(struct finder *f, const char *path)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(search) s = search_read(path, &error);

	if (s == NULL) {
		g_ptr_array_add(f->warnings, g_strdup(error->message));
		return;
	}
	s->params.seed -= MIN(s->params.seed, s->params.repetition);
	if (f->selector == NULL || result_selector_matches(f->selector, &s->params))
		g_ptr_array_add(f->found, g_steal_pointer(&s));
}

/* Trials of a search are not looked at: it has what they said. */
static void walk_folder(struct finder *f, const char *dir, guint depth)
{
	g_autoptr(GDir) d = depth <= DEPTH_MAX ? g_dir_open(dir, 0, NULL) : NULL;
	const char *name;

	while (d != NULL && (name = g_dir_read_name(d)) != NULL) {
		g_autofree char *path = g_build_filename(dir, name, NULL);

		if (is_search(name))
			take_file(f, path);
		else if (*name != '.' && !search_is_trials_folder(name) &&
			 g_file_test(path, G_FILE_TEST_IS_DIR) &&
			 !g_file_test(path, G_FILE_TEST_IS_SYMLINK))
			walk_folder(f, path, depth + 1);
	}
}

static void take_path(struct finder *f, const char *path)
{
	g_autofree char *name = g_path_get_basename(path);

	if (g_file_test(path, G_FILE_TEST_IS_DIR))
		walk_folder(f, path, 0);
	else if (is_search(name))
		take_file(f, path);
}

static void fail_without_any(const char *name, const GPtrArray *warnings, GError **error)
{
	g_autoptr(GString) text = g_string_new(NULL);

	g_string_printf(text,
		"%s: no search found; run 'tsim search' first, or name a label, directory or "
		"search_*.json that has one",
		name);
	for (guint i = 0; i < warnings->len && i < WARNINGS_IN_ERROR; i++)
		g_string_append_printf(text, "\n%s", (const char *)g_ptr_array_index(warnings, i));
	(void)analyze_fail(error, ANALYZE_ERROR_NOT_FOUND, "%s", text->str);
}

GPtrArray *search_find(const char *dir, const char *name, GPtrArray *warnings, GError **error)
{
	g_autofree char *label = g_build_filename(dir != NULL ? dir : "out", name, NULL);
	g_autoptr(GPtrArray) found = g_ptr_array_new_with_free_func((GDestroyNotify)search_free);
	struct finder f = { NULL, found, warnings };

	if (g_file_test(name, G_FILE_TEST_EXISTS)) {
		take_path(&f, name);
	} else if (g_file_test(label, G_FILE_TEST_EXISTS)) {
		take_path(&f, label);
	} else if (result_selector_is_one(name)) {
		f.selector = name;
		take_path(&f, dir != NULL ? dir : "out");
	}
	if (found->len == 0) {
		fail_without_any(name, warnings, error);
		return NULL;
	}
	g_ptr_array_sort(found, by_repetition);
	return g_steal_pointer(&found);
}
