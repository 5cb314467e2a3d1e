/* SPDX-License-Identifier: BSD-3-Clause */
/* tplot figure: a figure of the paper, by its recipe, from a copy of the paper's data. */
#include <string.h>

#include "analyze/base/datadir.h"
#include "plots/commands/commands.h"
#include "plots/draw/error.h"
#include "plots/figures/figures.h"
#include "plots/gather/gather.h"
#include "plots/gather/load_options.h"
#include "plots/gather/recipe.h"

enum { NUMBER_END = 100 };

struct asked {
	struct commands_request request;
	struct load_options load;
};

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
	(void)plots_fail(error, PLOTS_ERROR_ARGUMENT,
		"no recipe for figure '%s' (%s); give one of these or a file, ./NAME.conf", word,
		known);
	return NULL;
}

/* The directory of the data: below dir, beside it or dir itself. NULL and error. */
static char *find_data(const char *dir, const char *wanted, GError **error)
{
	g_autofree char *name = g_path_get_basename(wanted);
	g_autofree char *below = g_build_filename(dir, wanted, NULL);
	g_autofree char *beside = g_build_filename(dir, name, NULL);

	if (g_file_test(below, G_FILE_TEST_IS_DIR))
		return g_steal_pointer(&below);
	if (g_file_test(beside, G_FILE_TEST_IS_DIR))
		return g_steal_pointer(&beside);
	if (g_file_test(dir, G_FILE_TEST_IS_DIR))
		return g_strdup(dir);
	(void)plots_fail(error, PLOTS_ERROR_EMPTY,
		"--dir: directory '%s' not found; expected a copy of the paper's data, which has "
		"%s",
		dir, wanted);
	return NULL;
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

		(void)plots_fail(error, PLOTS_ERROR_EMPTY,
			"figure %s: no trial in '%s' for any of %s (first selector: %s); --dir "
			"expects a copy of the paper's data",
			word, wanted->members.dir, names,
			(const char *)g_ptr_array_index(made->selectors, 0));
		return NULL;
	}
	g_propagate_error(error, g_steal_pointer(&cause));
	return NULL;
}

static void override(int *is, int asked)
{
	if (asked >= 0)
		*is = asked;
}

static gboolean make_figure(struct commands_job *job, GError **error)
{
	const struct asked *asked = job->asked;
	const struct commands_request *r = job->request;
	const char *word = job->names[0];
	g_autofree char *path = NULL, *dir = NULL;
	g_autoptr(recipe) made = NULL;
	g_autoptr(figure) f = NULL;

	if (r->dir == NULL)
		return plots_fail(error, PLOTS_ERROR_ARGUMENT,
			"missing option: expected --dir with a copy of the paper's data");
	path = find_recipe(word, error);
	made = path != NULL ? recipe_read(path, error) : NULL;
	dir = made != NULL ? find_data(r->dir, made->directory, error) : NULL;
	if (dir == NULL)
		return FALSE;
	override(&made->load.x, asked->load.x);
	override(&made->load.quantile, asked->load.quantile);
	override(&made->load.loss, asked->load.loss);

	const struct facets_wanted grid = { .given = made->facets,
		.row_values = (const char *const *)made->row_values,
		.column_values = (const char *const *)made->column_values };
	struct gather_options wanted = { .members = { .dir = dir,
						 .title = r->title != NULL ? r->title : made->title,
						 .titles = (const char *const *)made->names->pdata,
						 .loads_together = TRUE,
						 .missing_ok = TRUE,
						 .by = made->by },
		.response = r->response,
		.sweep = TRUE,
		.facets = &grid };

	load_options_apply(&made->load, &wanted, &job->options);
	f = gather_recipe(&wanted, made, word, job->messages, error);
	if (f == NULL)
		return FALSE;
	f->caption = g_strdup(made->caption);
	return figure_load(f, &job->options, &job->text, error);
}

static const struct option_row rows[] = {
	COMMANDS_ROWS_OR(struct asked, request, "Directory with a copy of the paper's data", NULL),
	LOAD_OPTIONS_ROWS_OR(struct asked, load, NULL, NULL, NULL),
	{ 0 },
};

COMMANDS_FIGURE(figure, .arguments = "N",
	.summary = "Plot figure N of the paper from a copy of its data (--dir)", .min_words = 1,
	.max_words = 1);
