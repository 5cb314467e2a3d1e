/* SPDX-License-Identifier: BSD-3-Clause */
/* tplot report: a page that compares results. */
#include <stdio.h>
#include <string.h>

#include "analyze/base/datadir.h"
#include "analyze/base/file.h"
#include "plots/commands/commands.h"
#include "plots/draw/error.h"
#include "plots/gather/members.h"
#include "plots/page/html_report.h"

struct asked {
	char *dir, *output, *title;
	gboolean response, linear, different_mix, script;
};

/* Things that were left out are said on the page, too, and those that are broken here. */
static gboolean warn_of_doubts(const sides *s)
{
	gboolean doubtful = FALSE;

	for (guint i = 0; i < s->all->len; i++) {
		const result_set *set = ((const struct side *)g_ptr_array_index(s->all, i))->set;

		for (guint k = 0; k < set->warnings->len; k++)
			fprintf(stderr, "tplot: warning: %s\n",
				(const char *)g_ptr_array_index(set->warnings, k));
		doubtful |= set->warnings->len > 0;
		for (guint k = 0; k < set->combinations->len; k++)
			doubtful |= !((const result_combination *)set->combinations->pdata[k])
					     ->trustworthy;
	}
	return doubtful;
}

static gboolean write_page(struct html_report_options *options, const char *path,
	const char *const *names, gboolean *doubtful, GError **error)
{
	const struct result_options found = { .dir = options->dir };
	g_autofree char *css_path = datadir_find("plots/report.css", error);
	g_autofree char *css = NULL, *html = NULL;

	if (css_path == NULL || !g_file_get_contents(css_path, &css, NULL, error))
		return FALSE;
	options->css = css;
	g_autoptr(sides) searches = sides_open_searches(&found, names);
	g_autoptr(sides) s = sides_open(&found, names, searches, error);
	if (s == NULL)
		return FALSE;
	g_autofree const char **with_trials = sides_names(s),
			      **with_searches = sides_names(searches);
	g_autoptr(GPtrArray) messages = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GPtrArray)
		drawings = html_figures_draw(options, with_trials, with_searches, messages, error);
	if (drawings == NULL)
		return FALSE;
	html = html_report(options, s, searches, drawings, messages, error);
	if (html == NULL)
		return FALSE;
	*doubtful = warn_of_doubts(s);
	*doubtful |= warn_of_doubts(searches);
	return file_write_durably(path, html, strlen(html), error);
}

/* Of the figures; there is no page. */
static gboolean write_scripts(
	const struct html_report_options *options, const char *const *names, GError **error)
{
	const struct result_options found = { .dir = options->dir };
	g_autoptr(GPtrArray) messages = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(sides) searches = sides_open_searches(&found, names);
	g_autoptr(sides) s = sides_open(&found, names, searches, error);
	if (s == NULL)
		return FALSE;
	g_autofree const char **with_trials = sides_names(s),
			      **with_searches = sides_names(searches);
	g_autoptr(GPtrArray)
		drawings = html_figures_draw(options, with_trials, with_searches, messages, error);

	for (guint i = 0; i < messages->len; i++)
		fprintf(stderr, "tplot: %s\n", (const char *)g_ptr_array_index(messages, i));
	for (guint i = 0; drawings != NULL && i < drawings->len; i++) {
		const struct report_drawing *d = g_ptr_array_index(drawings, i);

		if (d->script != NULL)
			printf("%s\n", d->script);
		else
			fprintf(stderr, "tplot: %s: %s\n", d->caption, d->why_not);
	}
	return drawings != NULL;
}

static int make_report(const struct asked *a, const char *const *names)
{
	g_autofree char *stem = members_file_name(command_report.name, names), *scripts = NULL;
	g_autofree char *path = a->output != NULL ? g_strdup(a->output)
						  : g_strconcat(stem, ".html", NULL);
	g_autoptr(GError) error = NULL;
	g_autoptr(GArray) metrics = compare_metrics_parse(COMPARE_METRICS, &error);
	const struct compare_options compared = { .alpha = COMPARE_ALPHA,
		.threshold = COMPARE_THRESHOLD,
		.response = a->response,
		.different_mix = a->different_mix,
		.metrics = metrics };
	struct html_report_options options = {
		.dir = a->dir, .title = a->title, .linear = a->linear, .compare = &compared
	};
	gboolean doubtful = FALSE;

	if (metrics == NULL)
		return cli_fail("tplot", CLI_FAILED, error);
	if (!g_str_has_suffix(path, ".html") && !g_str_has_suffix(path, ".htm")) {
		(void)plots_fail(&error, PLOTS_ERROR_ARGUMENT,
			"--output: expected a name ending in .html, got '%s'", path);
		return cli_fail("tplot", CLI_USAGE, error);
	}
	if (a->script) {
		scripts = g_strndup(path, (gsize)(strrchr(path, '.') - path));
		options.scripts = scripts;
	}
	if (a->script ? !write_scripts(&options, names, &error)
		      : !write_page(&options, path, names, &doubtful, &error))
		return cli_fail("tplot", CLI_FAILED, error);
	if (!a->script)
		printf("%s\n", path);
	if (!doubtful)
		return CLI_DONE;
	fprintf(stderr, "tplot: unreliable trials; '%s' lists them and the reasons\n", path);
	return CLI_NOT_TRUSTWORTHY;
}

static const struct option_row rows[] = {
	COMMANDS_DIR(struct asked, dir, COMMANDS_DIR_HELP, .preset = "out"),
	COMMANDS_OUTPUT(struct asked, output, "Report file (default report-NAMES.html)"),
	COMMANDS_TITLE(struct asked, title),
	COMMANDS_SWITCH(struct asked, linear, "linear",
		"Linear latency axis from 0 (default: logarithmic)"),
	COMMANDS_RESPONSE(struct asked, response),
	COMMANDS_SWITCH(
		struct asked, different_mix, "different-mix", "Compare results of different mixes"),
	COMMANDS_SWITCH(struct asked, script, "script",
		"Write only scripts and data of the figures (NAME-1.gp, NAME-1.dat, ...)"),
	{ 0 },
};

static int run_report(void *user, char **names)
{
	struct asked *asked = user;

	/* The page's commands name it only where it is not the usual one. */
	if (option_is_preset(rows, asked, "dir"))
		g_clear_pointer(&asked->dir, g_free);
	return make_report(asked, (const char *const *)names);
}

const struct cli_command command_report = { .name = "report",
	COMMANDS_NAMES,
	.summary = "Write an HTML report: verdicts, figures, tables, environment, commands",
	.options = rows,
	.size = sizeof(struct asked),
	.run = run_report };
