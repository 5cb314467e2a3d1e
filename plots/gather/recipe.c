/* SPDX-License-Identifier: BSD-3-Clause */
#include "plots/gather/recipe.h"

#include <string.h>

#include "analyze/results/result.h"
#include "analyze/results/result_params.h"
#include "plots/draw/error.h"
#include "analyze/base/text.h"

enum { REPETITIONS_MAX = 1000 };

static const char figure_group[] = "figure";

void recipe_free(recipe *r)
{
	if (r == NULL)
		return;
	g_free(r->title);
	g_free(r->caption);
	g_free(r->folder);
	g_free(r->facets);
	g_strfreev(r->row_values);
	g_strfreev(r->column_values);
	g_clear_pointer(&r->names, g_ptr_array_unref);
	g_clear_pointer(&r->selectors, g_ptr_array_unref);
	g_free(r->rates);
	g_free(r);
}

static gboolean bad(
	GError **error, const char *path, const char *group, const char *key, const char *text)
{
	g_set_error(
		error, PLOTS_ERROR, PLOTS_ERROR_RECIPE, "%s: [%s] %s: %s", path, group, key, text);
	return FALSE;
}

/* Every key is known: a misspelled one must not be passed over. */
static gboolean check_keys(GKeyFile *file, const char *path, GError **error)
{
	static const char *const of_figure[] = { "title", "caption", "folder", "select", "rows",
		"columns", "rates", "repetitions", "x", "quantile", "loss", NULL };
	static const char *const of_group[] = { "select", NULL };
	g_auto(GStrv) groups = g_key_file_get_groups(file, NULL);

	for (guint i = 0; groups[i] != NULL; i++) {
		g_auto(GStrv) keys = g_key_file_get_keys(file, groups[i], NULL, NULL);
		const char *const *known = strcmp(groups[i], figure_group) == 0 ? of_figure
										: of_group;

		for (guint k = 0; keys != NULL && keys[k] != NULL; k++) {
			if (g_strv_contains(known, keys[k]))
				continue;
			g_autofree char *hint = text_did_you_mean(keys[k], known);
			g_autofree char *text = g_strconcat("unknown key", hint, NULL);

			return bad(error, path, groups[i], keys[k], text);
		}
	}
	return TRUE;
}

static char *text_of(GKeyFile *file, const char *group, const char *key)
{
	return g_key_file_get_string(file, group, key, NULL);
}

static gboolean is_parameter(const char *name)
{
	return g_strv_contains(result_parameter_names(), name) && strcmp(name, "rate") != 0;
}

/* "interface;bridge;macvtap": *parameter and its values. Without the key both stay. */
static gboolean read_side(GKeyFile *file, const char *path, const char *key, char **parameter,
	char ***values, GError **error)
{
	g_auto(GStrv) list = g_key_file_get_string_list(file, figure_group, key, NULL, NULL);

	if (list == NULL)
		return TRUE;
	if (g_strv_length(list) < 2 || !is_parameter(list[0]))
		return bad(error, path, figure_group, key,
			"a parameter and its values, such as interface;bridge;macvtap");
	*parameter = g_strdup(list[0]);
	*values = g_strdupv(list + 1);
	return TRUE;
}

static gboolean read_facets(recipe *r, GKeyFile *file, const char *path, GError **error)
{
	g_autofree char *rows = NULL, *columns = NULL;

	if (!read_side(file, path, "rows", &rows, &r->row_values, error) ||
		!read_side(file, path, "columns", &columns, &r->column_values, error))
		return FALSE;
	if (rows != NULL && g_strcmp0(rows, columns) == 0)
		return bad(error, path, figure_group, "columns", "another parameter than rows");
	r->facets = g_strdup_printf(
		"%s,%s", rows != NULL ? rows : "", columns != NULL ? columns : "");
	return TRUE;
}

static gboolean read_numbers(recipe *r, GKeyFile *file, const char *path, GError **error)
{
	g_autoptr(GError) cause = NULL;

	if (g_key_file_has_key(file, figure_group, "rates", NULL)) {
		r->rates = g_key_file_get_integer_list(
			file, figure_group, "rates", &r->nb_rates, &cause);
		if (r->rates == NULL)
			return bad(error, path, figure_group, "rates",
				cause != NULL ? cause->message : "a list of kpps, 50;100;150");
	}
	if (!g_key_file_has_key(file, figure_group, "repetitions", NULL))
		return TRUE;
	r->repetitions = g_key_file_get_integer(file, figure_group, "repetitions", &cause);
	if (cause != NULL)
		return bad(error, path, figure_group, "repetitions", cause->message);
	if (r->repetitions < 1 || r->repetitions > REPETITIONS_MAX)
		return bad(error, path, figure_group, "repetitions", "a number from 1 to 1000");
	return TRUE;
}

/* A group's selector and that of all, as one. */
static gboolean add_group(
	recipe *r, GKeyFile *file, const char *path, const char *name, GError **error)
{
	g_autofree char *all = text_of(file, figure_group, "select");
	g_autofree char *own = text_of(file, name, "select");
	g_autofree char *both = g_strdup_printf("%s%s%s", all != NULL ? all : "",
		all != NULL && own != NULL ? "," : "", own != NULL ? own : "");

	if ((all != NULL && !result_selector_is_one(all)) ||
		(own != NULL && !result_selector_is_one(own)) || *both == '\0')
		return bad(error, path, name, "select",
			"a selector such as machine-pcvm,vhost-on has to say which trials");
	g_ptr_array_add(r->names, g_strdup(name));
	g_ptr_array_add(r->selectors, g_steal_pointer(&both));
	return TRUE;
}

/* A key that is the index of one of words; 0 where it is not there. */
static gboolean read_word(GKeyFile *file, const char *path, const char *key,
	const char *const *words, int *out, GError **error)
{
	g_autofree char *word = text_of(file, figure_group, key);
	g_autofree char *all = NULL, *hint = NULL, *text = NULL;

	for (*out = 0; words[*out] != NULL; ++*out)
		if (word == NULL || strcmp(word, words[*out]) == 0)
			return TRUE;
	all = g_strjoinv(", ", (char **)(uintptr_t)words);
	hint = text_did_you_mean(word, words);
	text = g_strdup_printf("invalid value '%s'%s; expected %s", word, hint, all);
	return bad(error, path, figure_group, key, text);
}

static gboolean read_words(recipe *r, GKeyFile *file, const char *path, GError **error)
{
	return read_word(file, path, "x", load_options_x, &r->load.x, error) &&
	       read_word(file, path, "quantile", load_options_quantile, &r->load.quantile, error) &&
	       read_word(file, path, "loss", load_options_loss, &r->load.loss, error);
}

static void read_texts(recipe *r, GKeyFile *file)
{
	r->title = text_of(file, figure_group, "title");
	r->caption = text_of(file, figure_group, "caption");
	r->folder = text_of(file, figure_group, "folder");
	if (r->folder == NULL)
		r->folder = g_strdup("");
}

recipe *recipe_parse(const char *name, const char *data, gsize len, GError **error)
{
	g_autoptr(GKeyFile) file = g_key_file_new();
	g_autoptr(recipe) r = g_new0(recipe, 1);
	g_autoptr(GError) cause = NULL;
	g_auto(GStrv) groups = NULL;

	r->names = g_ptr_array_new_with_free_func(g_free);
	r->selectors = g_ptr_array_new_with_free_func(g_free);
	if (!g_utf8_validate(data, (gssize)len, NULL) ||
		!g_key_file_load_from_data(file, data, len, G_KEY_FILE_NONE, &cause)) {
		g_set_error(error, PLOTS_ERROR, PLOTS_ERROR_RECIPE, "%s: %s", name,
			cause != NULL ? cause->message : "it is not UTF-8");
		return NULL;
	}
	read_texts(r, file);
	if (!read_words(r, file, name, error))
		return NULL;
	if (!check_keys(file, name, error) || !read_facets(r, file, name, error) ||
		!read_numbers(r, file, name, error))
		return NULL;
	groups = g_key_file_get_groups(file, NULL);
	for (guint i = 0; groups[i] != NULL; i++) {
		if (strcmp(groups[i], figure_group) != 0 &&
			!add_group(r, file, name, groups[i], error))
			return NULL;
	}
	if (r->title == NULL || r->names->len == 0) {
		bad(error, name, figure_group, "title",
			"a figure has a title, and at least one more group [NAME] with the key "
			"select");
		return NULL;
	}
	g_ptr_array_add(r->names, NULL);
	g_ptr_array_add(r->selectors, NULL);
	return g_steal_pointer(&r);
}

recipe *recipe_read(const char *path, GError **error)
{
	g_autoptr(GError) cause = NULL;
	g_autofree char *data = NULL;
	gsize len;

	if (!g_file_get_contents(path, &data, &len, &cause)) {
		g_set_error(error, PLOTS_ERROR, PLOTS_ERROR_RECIPE, "%s", cause->message);
		return NULL;
	}
	return recipe_parse(path, data, len, error);
}

static const struct figure_group *find_group(const figure *f, guint facet, guint origin)
{
	for (guint i = 0; i < f->groups->len; i++) {
		const struct figure_group *group = g_ptr_array_index(f->groups, i);

		if (group->facet == facet && group->origin == origin)
			return group;
	}
	return NULL;
}

/* Repetitions at a load, 0 if it is not there. */
static unsigned repetitions_at(const struct figure_group *group, int kpps)
{
	for (guint i = 0; i < group->points->len; i++) {
		const struct figure_point *p = &g_array_index(
			group->points, struct figure_point, i);
		double off = p->load_pps - 1e3 * kpps;

		if (off > -0.5 && off < 0.5)
			return p->repetitions;
	}
	return 0;
}

static void add_load(GString *list, int kpps)
{
	g_string_append_printf(list, "%s%d", list->len > 0 ? ", " : "", kpps);
}

static void missing_loads(
	const recipe *r, const struct figure_group *group, const char *where, GPtrArray *messages)
{
	g_autoptr(GString) none = g_string_new(NULL), few = g_string_new(NULL);

	for (gsize i = 0; i < r->nb_rates; i++) {
		unsigned n = repetitions_at(group, r->rates[i]);

		if (n == 0)
			add_load(none, r->rates[i]);
		else if (n < (unsigned)r->repetitions)
			add_load(few, r->rates[i]);
	}
	if (none->len > 0)
		g_ptr_array_add(
			messages, g_strdup_printf("%s: no trial at %s kpps", where, none->str));
	if (few->len > 0)
		g_ptr_array_add(
			messages, g_strdup_printf("%s: fewer than %d repetitions at %s kpps", where,
					  r->repetitions, few->str));
}

void recipe_missing(const recipe *r, const figure *f, const char *prefix, GPtrArray *messages)
{
	for (guint facet = 0; facet < MAX(f->facets->len, 1); facet++) {
		const char *panel = f->facets->len > 0 ? g_ptr_array_index(f->facets, facet) : "";

		for (guint i = 0; g_ptr_array_index(r->names, i) != NULL; i++) {
			const struct figure_group *group = find_group(f, facet, i);
			g_autofree char *where = g_strdup_printf("%s%s%s%s", prefix, panel,
				*panel != '\0' ? ": " : "",
				(const char *)g_ptr_array_index(r->names, i));

			if (group != NULL)
				missing_loads(r, group, where, messages);
			else
				g_ptr_array_add(messages,
					g_strdup_printf("%s: no trial (%s)", where,
						(const char *)g_ptr_array_index(r->selectors, i)));
		}
	}
}
