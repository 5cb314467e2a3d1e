/* SPDX-License-Identifier: BSD-3-Clause */
/* tplot report: a page that compares results. */
#include <stdio.h>
#include <string.h>

#include "analyze/file.h"
#include "plots/commands.h"
#include "plots/error.h"
#include "plots/gather.h"
#include "plots/report.h"
#include "plots/report_figures.h"
#include "traffic/datadir.h"

struct asked {
	char *dir, *output, *title;
	gboolean response, linear, different_mix, script;
};

static void asked_clear(struct asked *a)
{
	g_free(a->dir);
	g_free(a->output);
	g_free(a->title);
}

/* Things that were left out are said on the page, too, and those that are broken here. */
static gboolean is_doubtful(const sides *s)
{
	gboolean doubtful = FALSE;

	for (guint i = 0; i < s->all->len; i++) {
		const result_set *set = ((const struct side *)g_ptr_array_index(s->all, i))->set;

		for (guint k = 0; k < set->warnings->len; k++)
			fprintf(stderr, "tplot: warning: %s\n",
				(const char *)g_ptr_array_index(set->warnings, k));
		doubtful |= set->warnings->len > 0;
		for (guint k = 0; k < set->combinations->len; k++)
			doubtful |= !(
				(const result_combination *)g_ptr_array_index(set->combinations, k))
					     ->trustworthy;
	}
	return doubtful;
}

static gboolean write_page(const struct asked *a, const char *path, const char *const *names,
	gboolean *doubtful, GError **error)
{
	const struct result_options found = { .dir = a->dir };
	const struct report_figures_options drawn = {
		.dir = a->dir, .response = a->response, .linear = a->linear
	};
	struct compare_options compared = { .alpha = COMPARE_ALPHA,
		.threshold = COMPARE_THRESHOLD,
		.response = a->response,
		.different_mix = a->different_mix };
	struct report_options options = {
		.dir = a->dir, .title = a->title, .linear = a->linear, .compare = &compared
	};
	g_autoptr(GArray) metrics = compare_metrics_parse(COMPARE_METRICS, error);
	g_autofree char *css_path = datadir_find("plots/report.css", error);
	g_autofree char *css = NULL, *html = NULL;

	if (css_path == NULL || !g_file_get_contents(css_path, &css, NULL, error))
		return FALSE;
	if (metrics == NULL)
		return FALSE;
	compared.metrics = metrics;
	options.css = css;
	g_autoptr(sides) s = sides_open(&found, names, error);
	if (s == NULL)
		return FALSE;
	g_autoptr(GPtrArray) messages = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GPtrArray) drawings = report_figures_draw(&drawn, names, messages, error);
	if (drawings == NULL)
		return FALSE;
	html = report_html(&options, s, drawings, messages, error);
	*doubtful = html != NULL && is_doubtful(s);
	return html != NULL && file_write_durably(path, html, strlen(html), error);
}

/* Of the figures; there is no page. */
static gboolean write_scripts(
	const struct asked *a, const char *path, const char *const *names, GError **error)
{
	g_autofree char *stem = g_strndup(path, (gsize)(strrchr(path, '.') - path));
	const struct report_figures_options wanted = {
		.dir = a->dir, .response = a->response, .linear = a->linear, .scripts = stem
	};
	g_autoptr(GPtrArray) messages = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GPtrArray) drawings = report_figures_draw(&wanted, names, messages, error);

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

static int report(const struct asked *a, const char *const *names)
{
	g_autofree char *stem = gather_file_name(command_report.name, names);
	g_autofree char *path = a->output != NULL ? g_strdup(a->output)
						  : g_strconcat(stem, ".html", NULL);
	g_autoptr(GError) error = NULL;
	gboolean doubtful;

	if (!g_str_has_suffix(path, ".html") && !g_str_has_suffix(path, ".htm")) {
		g_set_error(&error, PLOTS_ERROR, PLOTS_ERROR_ARGUMENT,
			"--output: '%s' is no name for a page; write NAME.html", path);
		return cli_fail("tplot", CLI_USAGE, error);
	}
	if (a->script)
		return write_scripts(a, path, names, &error) ? CLI_DONE
							     : cli_fail("tplot", CLI_FAILED, error);
	if (!write_page(a, path, names, &doubtful, &error))
		return cli_fail("tplot", CLI_FAILED, error);
	printf("%s\n", path);
	if (!doubtful)
		return CLI_DONE;
	fprintf(stderr, "tplot: not all of it is to be relied on; '%s' says what and why\n", path);
	return CLI_NOT_TRUSTWORTHY;
}

static int run_report(int argc, char **argv)
{
	struct asked a = { .dir = NULL };
	const GOptionEntry entries[] = {
		{ "dir", 'd', 0, G_OPTION_ARG_FILENAME, &a.dir,
			"Where labels and selectors look (default out)", "DIR" },
		{ "output", 'o', 0, G_OPTION_ARG_FILENAME, &a.output,
			"The page (default report-NAMES.html here)", "FILE" },
		{ "title", 0, 0, G_OPTION_ARG_STRING, &a.title, "Title (default: the names)",
			"TEXT" },
		{ "linear", 0, 0, G_OPTION_ARG_NONE, &a.linear,
			"Linear latency axes from 0 instead of logarithmic ones", NULL },
		{ "response", 0, 0, G_OPTION_ARG_NONE, &a.response,
			"Latency from the scheduled departure, not from the real one", NULL },
		{ "different-mix", 0, 0, G_OPTION_ARG_NONE, &a.different_mix,
			"Compare although they were offered different mixes", NULL },
		{ "script", 0, 0, G_OPTION_ARG_NONE, &a.script,
			"Write scripts and data of the figures only; do not run gnuplot", NULL },
		G_OPTION_ENTRY_NULL,
	};
	int status = CLI_USAGE;

	if (cli_options("tplot", &command_report, entries, &argc, &argv)) {
		if (argc < 2)
			fprintf(stderr,
				"tplot report: name results to compare: a path, a label in out/ or "
				"a selector such as vhost-on\n");
		else
			status = report(&a, (const char *const *)argv + 1);
	}
	asked_clear(&a);
	return status;
}

const struct cli_command command_report = { "report", "NAME...",
	"A page with verdicts, figures, tables and how it was measured", run_report };
