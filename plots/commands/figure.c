/* SPDX-License-Identifier: BSD-3-Clause */
/* tplot figure: a figure of the paper, by its recipe, from a copy of the paper's data. */
#include <string.h>

#include "plots/commands/commands.h"
#include "plots/draw/error.h"
#include "plots/gather/gather.h"
#include "plots/gather/load_options.h"
#include "plots/gather/recipe.h"
#include "analyze/base/datadir.h"

enum { NUMBER_END = 100 };

static char *path_in(const char *folder, guint number)
{
	return g_strdup_printf("%s/%u.conf", folder, number);
}

/* "2, 3, 4": the recipes of the paper's figures. */
static char *list_recipes(const char *folder)
{
	GString *text = g_string_new(NULL);

	for (guint number = 1; number < NUMBER_END; number++) {
		g_autofree char *file = path_in(folder, number);

		if (g_file_test(file, G_FILE_TEST_EXISTS))
			g_string_append_printf(text, "%s%u", text->len > 0 ? ", " : "", number);
	}
	return g_string_free(text, FALSE);
}

/* The recipe of a number, or of a file: a word with a slash or .conf. NULL and error. */
static char *find_recipe(const char *word, GError **error)
{
	g_autofree char *folder = NULL, *path = NULL, *known = NULL;
	guint64 number;

	if (strchr(word, '/') != NULL || g_str_has_suffix(word, ".conf"))
		return g_strdup(word);
	folder = datadir_find("conf/figures", error);
	if (folder == NULL)
		return NULL;
	if (g_ascii_string_to_unsigned(word, 10, 1, NUMBER_END - 1, &number, NULL)) {
		path = path_in(folder, (guint)number);
		if (g_file_test(path, G_FILE_TEST_EXISTS))
			return g_steal_pointer(&path);
	}
	known = list_recipes(folder);
	g_set_error(error, PLOTS_ERROR, PLOTS_ERROR_ARGUMENT,
		"'%s' is no figure that there is a recipe for; there are %s, or name a file with "
		"one, ./NAME.conf",
		word, known);
	return NULL;
}

/* The folder of the data in dir, which may be it. NULL and error. */
static char *find_data(const char *dir, const char *folder, GError **error)
{
	g_autofree char *name = g_path_get_basename(folder);
	g_autofree char *below = g_build_filename(dir, folder, NULL);
	g_autofree char *beside = g_build_filename(dir, name, NULL);

	if (g_file_test(below, G_FILE_TEST_IS_DIR))
		return g_steal_pointer(&below);
	if (g_file_test(beside, G_FILE_TEST_IS_DIR))
		return g_steal_pointer(&beside);
	if (g_file_test(dir, G_FILE_TEST_IS_DIR))
		return g_strdup(dir);
	g_set_error(error, PLOTS_ERROR, PLOTS_ERROR_EMPTY,
		"--dir: there is no folder '%s'; it is a copy of the paper's data, with %s in it",
		dir, folder);
	return NULL;
}

static void override(int *is, int asked)
{
	if (asked >= 0)
		*is = asked;
}

static figure *gather_recipe(const struct gather_options *wanted, const recipe *made,
	const char *word, GPtrArray *messages, GError **error)
{
	g_autofree char *prefix = g_strdup_printf("figure %s: ", word);
	g_autoptr(GError) cause = NULL;
	figure *f = gather(wanted, (const char *const *)made->selectors->pdata, messages, &cause);

	if (f != NULL) {
		recipe_missing(made, f, prefix, messages);
		return f;
	}
	if (g_error_matches(cause, PLOTS_ERROR, PLOTS_ERROR_EMPTY)) {
		g_autofree char *names = g_strjoinv(", ", (char **)made->names->pdata);

		g_set_error(error, PLOTS_ERROR, PLOTS_ERROR_EMPTY,
			"figure %s: nothing of it is in '%s': neither of %s has a trial, the first "
			"would be %s; --dir names a copy of the paper's data",
			word, wanted->dir, names,
			(const char *)g_ptr_array_index(made->selectors, 0));
		return NULL;
	}
	g_propagate_error(error, g_steal_pointer(&cause));
	return NULL;
}

static gboolean draw_recipe(const struct commands_request *r, recipe *made, const char *word,
	const struct figure_options *options, GPtrArray *messages, struct figure_text *text,
	GError **error)
{
	g_autofree char *dir = find_data(r->dir, made->folder, error);
	const struct facets_wanted grid = { .given = made->facets,
		.row_values = (const char *const *)made->row_values,
		.column_values = (const char *const *)made->column_values };
	struct figure_options drawn = *options;
	struct gather_options wanted = { .dir = dir,
		.response = r->response,
		.sweep = TRUE,
		.facets = &grid,
		.titles = (const char *const *)made->names->pdata,
		.missing_ok = TRUE };
	g_autoptr(figure) f = NULL;

	if (dir == NULL)
		return FALSE;
	load_options_apply(&made->load, &wanted, &drawn);
	f = gather_recipe(&wanted, made, word, messages, error);
	if (f == NULL)
		return FALSE;
	g_free(f->title);
	f->title = g_strdup(r->title != NULL ? r->title : made->title);
	f->caption = g_strdup(made->caption);
	return figure_load(f, &drawn, text, error);
}

static gboolean make_figure(const struct commands_request *r, const char *const *names,
	const struct figure_options *options, GPtrArray *messages, struct figure_text *text,
	void *user, GError **error)
{
	const struct load_options *asked = user;
	g_autofree char *path = NULL;
	g_autoptr(recipe) made = NULL;

	if (r->dir == NULL) {
		g_set_error_literal(error, PLOTS_ERROR, PLOTS_ERROR_ARGUMENT,
			"--dir has to say where a copy of the paper's data is");
		return FALSE;
	}
	path = find_recipe(names[0], error);
	made = path != NULL ? recipe_read(path, error) : NULL;
	if (made == NULL)
		return FALSE;
	override(&made->load.x, asked->x);
	override(&made->load.quantile, asked->quantile);
	override(&made->load.loss, asked->loss);
	return draw_recipe(r, made, names[0], options, messages, text, error);
}

struct asked {
	struct commands_request request;
	struct load_options load;
};

static int run_figure(void *user, char **names)
{
	struct asked *asked = user;

	return commands_run(&command_figure, &asked->request, make_figure, &asked->load, names);
}

static const struct option_row rows[] = {
	COMMANDS_ROWS_OR(struct asked, request, NULL, "Copy of the paper's data"),
	LOAD_OPTIONS_ROWS_OR(struct asked, load, NULL, NULL, NULL),
	{ 0 },
};

const struct cli_command command_figure = { .name = "figure",
	.arguments = "N",
	.summary = "Figure N of the paper, from a copy of its data (--dir)",
	.options = rows,
	.size = sizeof(struct asked),
	.min_words = 1,
	.max_words = 1,
	.run = run_figure };
