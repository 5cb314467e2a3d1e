/* SPDX-License-Identifier: BSD-3-Clause */
#include "analyze/results/label_trees.h"

#include "analyze/contract/trial.h"
#include "analyze/results/result_params.h"
#include "analyze/results/side_names.h"

struct label {
	GPtrArray *dirs;     /* char *, absolute, each once */
	GHashTable *holders; /* parameters and repetition -> the first directory that has them */
	gboolean ambiguous;
	GStrv names; /* of dirs; NULL: not yet made */
};

static void label_free(gpointer data)
{
	struct label *l = data;

	g_ptr_array_unref(l->dirs);
	g_hash_table_unref(l->holders);
	g_strfreev(l->names);
	g_free(l);
}

static struct label *label_of(GHashTable *labels, const char *name)
{
	struct label *l = g_hash_table_lookup(labels, name);

	if (l == NULL) {
		l = g_new0(struct label, 1);
		l->dirs = g_ptr_array_new_with_free_func(g_free);
		l->holders = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
		g_hash_table_insert(labels, g_strdup(name), l);
	}
	return l;
}

/* NULL: t keeps its label. Newly allocated. */
static char *dir_of(const trial *t)
{
	g_autofree char *dir = t->path != NULL && t->moongen == NULL ? g_path_get_dirname(t->path)
								     : NULL;

	return dir != NULL ? g_canonicalize_filename(dir, NULL) : NULL;
}

/* Its place in dirs, added if it is new. Takes dir. */
static guint find_dir(struct label *l, char *dir)
{
	guint at;

	if (g_ptr_array_find_with_equal_func(l->dirs, dir, g_str_equal, &at)) {
		g_free(dir);
		return at;
	}
	g_ptr_array_add(l->dirs, dir);
	return l->dirs->len - 1;
}

static void note_trial(GHashTable *labels, const trial *t)
{
	char *dir = dir_of(t), *key;
	g_autofree char *params = NULL;
	struct label *l;
	guint at;
	gpointer holder;

	if (dir == NULL)
		return;
	l = label_of(labels, t->params.label);
	at = find_dir(l, dir);
	params = result_params_key(&t->params);
	key = g_strdup_printf("%s%u", params, t->params.repetition);
	if (g_hash_table_lookup_extended(l->holders, key, NULL, &holder)) {
		l->ambiguous |= GPOINTER_TO_UINT(holder) != at;
		g_free(key);
	} else {
		g_hash_table_insert(l->holders, key, GUINT_TO_POINTER(at));
	}
}

static void make_names(struct label *l)
{
	g_ptr_array_add(l->dirs, NULL);
	l->names = side_names((const char *const *)l->dirs->pdata);
	g_ptr_array_set_size(l->dirs, (gint)l->dirs->len - 1);
}

void label_trees_rename(const GPtrArray *trials)
{
	g_autoptr(GHashTable)
		labels = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, label_free);

	for (guint i = 0; i < trials->len; i++)
		note_trial(labels, g_ptr_array_index(trials, i));
	for (guint i = 0; i < trials->len; i++) {
		trial *t = g_ptr_array_index(trials, i);
		struct label *l = g_hash_table_lookup(labels, t->params.label);
		char *dir = l != NULL && l->ambiguous ? dir_of(t) : NULL, *label;

		if (dir == NULL)
			continue;
		if (l->names == NULL)
			make_names(l);
		label = side_label(l->names[find_dir(l, dir)], t->params.label);
		g_free(t->params.label);
		t->params.label = label;
	}
}
