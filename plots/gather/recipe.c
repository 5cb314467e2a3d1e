/* SPDX-License-Identifier: BSD-3-Clause */
#include "plots/gather/recipe.h"

#include <string.h>

#include "analyze/base/ini.h"
#include "analyze/base/text.h"
#include "analyze/results/result.h"
#include "analyze/results/result_params.h"
#include "plots/draw/error.h"

enum { REPETITIONS_MAX = 1000 };

static const char figure_section[] = "figure";
static const char select_hint[] = "expected a selector such as machine-pcvm,vhost-on";

void recipe_free(recipe *r)
{
	if (r == NULL)
		return;
	g_free(r->title);
	g_free(r->caption);
	g_free(r->directory);
	g_free(r->select);
	g_free(r->facets);
	g_strfreev(r->row_values);
	g_strfreev(r->column_values);
	g_clear_pointer(&r->names, g_ptr_array_unref);
	g_clear_pointer(&r->selectors, g_ptr_array_unref);
	g_clear_pointer(&r->rates, g_array_unref);
	g_free(r);
}

/* "FILE:LINE: [SECTION] KEY: text"; without the line where the key is not there. */
static gboolean recipe_error(const struct ini *file, const char *section, const char *key,
	const char *text, GError **error)
{
	g_autofree char *where = NULL;

	g_free(ini_get(file, section, key, &where, NULL));
	if (where == NULL)
		where = g_strdup_printf("%s: [%s] %s", ini_name(file), section, key);
	return plots_fail(error, PLOTS_ERROR_RECIPE, "%s: %s", where, text);
}

static char *read_text(void *at, const char *text)
{
	*(char **)at = g_strdup(text);
	return NULL;
}

static char *read_selector(void *at, const char *text)
{
	return result_selector_is_one(text) ? read_text(at, text) : g_strdup(select_hint);
}

/* "50; 100;": what is between and before the semicolons. */
static char **split_list(const char *text)
{
	char **list = g_strsplit(text, ";", -1);
	guint n = g_strv_length(list);

	for (guint i = 0; i < n; i++)
		g_strstrip(list[i]);
	if (n > 0 && *list[n - 1] == '\0')
		g_clear_pointer(&list[n - 1], g_free);
	return list;
}

/* "interface;bridge;macvtap": a parameter, and its values. */
static char *read_side(void *at, const char *text)
{
	g_auto(GStrv) list = split_list(text);

	if (g_strv_length(list) < 2 || strcmp(list[0], "rate") == 0 ||
		!g_strv_contains(result_parameter_names(), list[0]))
		return g_strdup(
			"expected a parameter and its values, such as interface;bridge;macvtap");
	*(char ***)at = g_steal_pointer(&list);
	return NULL;
}

static char *read_rates(void *at, const char *text)
{
	g_auto(GStrv) list = split_list(text);
	GArray *rates = *(GArray **)at;
	uint64_t kpps;

	for (guint i = 0; list[i] != NULL; i++) {
		if (!text_uint(list[i], G_MAXINT, &kpps))
			return g_strdup_printf(
				"expected a list of kpps such as 50;100;150, got '%s'", list[i]);
		g_array_append_vals(rates, &(int){ (int)kpps }, 1);
	}
	return rates->len > 0 ? NULL
			      : g_strdup("expected a list of kpps such as 50;100;150, got none");
}

static char *read_repetitions(void *at, const char *text)
{
	uint64_t repetitions;

	if (!text_uint(text, REPETITIONS_MAX, &repetitions) || repetitions == 0)
		return g_strdup_printf(
			"expected a number from 1 to %d, got '%s'", REPETITIONS_MAX, text);
	*(int *)at = (int)repetitions;
	return NULL;
}

/* The place of one of the words. */
static char *read_word(void *at, const char *text, const char *const *words)
{
	for (int i = 0; words[i] != NULL; i++) {
		if (strcmp(text, words[i]) == 0) {
			*(int *)at = i;
			return NULL;
		}
	}
	g_autofree char *all = g_strjoinv(", ", (char **)(uintptr_t)words);
	g_autofree char *hint = text_did_you_mean(text, words);

	return g_strdup_printf("invalid value '%s'%s; expected %s", text, hint, all);
}

/* The keys of [figure]. */
static const struct key {
	const char *name;
	size_t at; /* of its value in the recipe */
	/* Sets the value. NULL, or what is wrong with the text; newly allocated. */
	char *(*read)(void *at, const char *text);
	const char *const *words; /* instead: the value is the place of one of these */
} keys[] = {
	{ "title", offsetof(recipe, title), .read = read_text },
	{ "caption", offsetof(recipe, caption), .read = read_text },
	{ "directory", offsetof(recipe, directory), .read = read_text },
	{ "select", offsetof(recipe, select), .read = read_selector },
	{ "rows", offsetof(recipe, row_values), .read = read_side },
	{ "columns", offsetof(recipe, column_values), .read = read_side },
	{ "rates", offsetof(recipe, rates), .read = read_rates },
	{ "repetitions", offsetof(recipe, repetitions), .read = read_repetitions },
	{ "by", offsetof(recipe, by), .words = result_by_words },
	{ "x", offsetof(recipe, load.x), .words = load_options_x },
	{ "quantile", offsetof(recipe, load.quantile), .words = load_options_quantile },
	{ "loss", offsetof(recipe, load.loss), .words = load_options_loss },
};

/* Every key is known: a misspelled one must not be passed over. Those of [DEFAULT] are variables. */
static gboolean check_keys(const struct ini *file, const char *section, GError **error)
{
	const char *known[G_N_ELEMENTS(keys) + 1] = { "select" };

	for (guint i = 0; i < G_N_ELEMENTS(keys) && strcmp(section, figure_section) == 0; i++)
		known[i] = keys[i].name;
	for (const char *const *key = ini_keys(file, section); *key != NULL; key++) {
		if (g_strv_contains(known, *key))
			continue;
		g_autofree char *hint = text_did_you_mean(*key, known);
		g_autofree char *text = g_strconcat("unknown key", hint, NULL);

		return recipe_error(file, section, *key, text, error);
	}
	return TRUE;
}

static gboolean read_figure(recipe *r, const struct ini *file, GError **error)
{
	for (guint i = 0; i < G_N_ELEMENTS(keys); i++) {
		g_autoptr(GError) cause = NULL;
		g_autofree char *text = ini_get(file, figure_section, keys[i].name, NULL, &cause);
		g_autofree char *fault = NULL;

		if (cause != NULL)
			return plots_fail(error, PLOTS_ERROR_RECIPE, "%s", cause->message);
		if (text != NULL)
			fault = keys[i].words != NULL
					? read_word((char *)r + keys[i].at, text, keys[i].words)
					: keys[i].read((char *)r + keys[i].at, text);
		if (fault != NULL)
			return recipe_error(file, figure_section, keys[i].name, fault, error);
	}
	return TRUE;
}

/* Takes the parameter off the list of its values. "" where there is none. */
static char *take_parameter(char **list)
{
	char *parameter = list != NULL ? list[0] : g_strdup("");

	for (guint i = 0; list != NULL && list[i] != NULL; i++)
		list[i] = list[i + 1];
	return parameter;
}

static gboolean set_facets(recipe *r, const struct ini *file, GError **error)
{
	g_autofree char *rows = take_parameter(r->row_values);
	g_autofree char *columns = take_parameter(r->column_values);

	if (*rows != '\0' && strcmp(rows, columns) == 0)
		return recipe_error(
			file, figure_section, "columns", "same parameter as rows", error);
	r->facets = g_strdup_printf("%s,%s", rows, columns);
	return TRUE;
}

/* A group's selector and that of all, as one. */
static gboolean add_group(recipe *r, const struct ini *file, const char *name, GError **error)
{
	g_autoptr(GError) cause = NULL;
	g_autofree char *own = ini_get(file, name, "select", NULL, &cause);
	const char *comma = r->select != NULL && own != NULL ? "," : "";

	if (cause != NULL)
		return plots_fail(error, PLOTS_ERROR_RECIPE, "%s", cause->message);
	if (own != NULL ? !result_selector_is_one(own) : r->select == NULL)
		return recipe_error(file, name, "select", select_hint, error);
	g_ptr_array_add(r->names, g_strdup(name));
	g_ptr_array_add(r->selectors, g_strconcat(r->select != NULL ? r->select : "", comma,
					      own != NULL ? own : "", NULL));
	return TRUE;
}

static gboolean read_sections(recipe *r, const struct ini *file, GError **error)
{
	const char *const *sections = ini_sections(file);

	if (!read_figure(r, file, error) || !set_facets(r, file, error))
		return FALSE;
	for (guint i = 0; sections[i] != NULL; i++) {
		if (!check_keys(file, sections[i], error) ||
			(strcmp(sections[i], figure_section) != 0 &&
				!add_group(r, file, sections[i], error)))
			return FALSE;
	}
	if (r->title != NULL && r->names->len > 0)
		return TRUE;
	return recipe_error(file, figure_section, "title",
		"expected a title, and at least one section [NAME] with the key select", error);
}

/* Takes file; cause: why that is NULL. */
static recipe *recipe_of(struct ini *file, const GError *cause, GError **error)
{
	g_autoptr(recipe) r = g_new0(recipe, 1);
	gboolean done;

	r->rates = g_array_new(FALSE, FALSE, sizeof(int));
	r->names = g_ptr_array_new_with_free_func(g_free);
	r->selectors = g_ptr_array_new_with_free_func(g_free);
	done = file != NULL ? read_sections(r, file, error)
			    : plots_fail(error, PLOTS_ERROR_RECIPE, "%s", cause->message);
	ini_free(file);
	if (!done)
		return NULL;
	if (r->directory == NULL)
		r->directory = g_strdup("");
	g_ptr_array_add(r->names, NULL);
	g_ptr_array_add(r->selectors, NULL);
	return g_steal_pointer(&r);
}

recipe *recipe_parse(const char *name, const char *text, GError **error)
{
	g_autoptr(GError) cause = NULL;
	struct ini *file = ini_parse(name, text, &cause);

	return recipe_of(file, cause, error);
}

recipe *recipe_read(const char *path, GError **error)
{
	g_autoptr(GError) cause = NULL;
	struct ini *file = ini_read(path, &cause);

	return recipe_of(file, cause, error);
}

static const struct figure_group *find_group(const figure *f, guint facet, guint origin)
{
	for (guint i = 0; i < f->groups->len; i++) {
		const struct figure_group *group = figure_group_at(f, i);

		if (group->facet == facet && group->origin == origin)
			return group;
	}
	return NULL;
}

/* Repetitions at a load, 0 if it is not there. */
static unsigned repetitions_at(const struct figure_group *group, int kpps)
{
	for (guint i = 0; i < group->points->len; i++) {
		const struct figure_point *p = figure_point_at(group, i);
		double off = p->load_pps - 1e3 * kpps;

		if (off > -0.5 && off < 0.5)
			return p->repetitions;
	}
	return 0;
}

static void missing_loads(
	const recipe *r, const struct figure_group *group, const char *where, GPtrArray *messages)
{
	g_autoptr(GString) none = g_string_new(NULL), few = g_string_new(NULL);

	for (guint i = 0; i < r->rates->len; i++) {
		int kpps = g_array_index(r->rates, int, i);
		unsigned n = repetitions_at(group, kpps);
		GString *list = n == 0 ? none : few;

		if (n < (unsigned)MAX(r->repetitions, 1))
			g_string_append_printf(list, "%s%d", list->len > 0 ? ", " : "", kpps);
	}
	if (none->len > 0)
		figure_remark(messages, "%s: no trial at %s kpps", where, none->str);
	if (few->len > 0)
		figure_remark(messages, "%s: fewer than %d repetitions at %s kpps", where,
			r->repetitions, few->str);
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
				figure_remark(messages, "%s: no trial (%s)", where,
					(const char *)g_ptr_array_index(r->selectors, i));
		}
	}
}
