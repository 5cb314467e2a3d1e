/* SPDX-License-Identifier: BSD-3-Clause */
#include "plots/commands/commands.h"

#include <stdio.h>
#include <string.h>

#include "analyze/base/datadir.h"
#include "plots/draw/error.h"
#include "plots/draw/render.h"
#include "plots/gather/members.h"

const char *const commands_terminals[] = { "svg", "png", "pdf", NULL };

const struct cli_program commands_program = {
	.name = "tplot",
	.summary = "plot measurement results with gnuplot",
	.commands =
		(const struct cli_command *const[]){
			&command_compare,
			&command_guests,
			&command_overview,
			&command_figure,
			&command_timeline,
			&command_sizes,
			&command_departures,
			&command_cdf,
			&command_box,
			&command_shift,
			&command_search,
			&command_report,
			NULL,
		},
};

static int terminal_of(const char *word)
{
	for (int i = 0; word != NULL && commands_terminals[i] != NULL; i++) {
		if (g_ascii_strcasecmp(word, commands_terminals[i]) == 0)
			return i;
	}
	return -1;
}

/*
 * Format by --terminal, else by the extension of the output, else SVG; both have to agree. Path of the
 * figure: the output, with the extension of --terminal where it has none, else the stem with one. NULL
 * and error.
 */
static char *find_path(const struct commands_request *r, const char *stem,
	enum figure_terminal *terminal, GError **error)
{
	g_autofree char *name = g_path_get_basename(r->output != NULL ? r->output : stem);
	const char *dot = r->output != NULL ? strrchr(name, '.') : NULL;
	int of_name = terminal_of(dot != NULL ? dot + 1 : NULL);

	if (r->output != NULL && of_name < 0 &&
		(dot != NULL || r->terminal < 0 || g_str_has_suffix(r->output, "/"))) {
		(void)plots_fail(error, PLOTS_ERROR_ARGUMENT,
			"--output: expected a name ending in .svg, .png or .pdf, got '%s'",
			r->output);
		return NULL;
	}
	if (r->terminal >= 0 && of_name >= 0 && r->terminal != of_name) {
		(void)plots_fail(error, PLOTS_ERROR_ARGUMENT,
			"--output: extension of '%s' contradicts --terminal %s", r->output,
			commands_terminals[r->terminal]);
		return NULL;
	}
	*terminal = (enum figure_terminal)MAX(0, MAX(r->terminal, of_name));
	return of_name >= 0 ? g_strdup(r->output)
			    : g_strconcat(r->output != NULL ? r->output : stem, ".",
				      commands_terminals[*terminal], NULL);
}

gboolean commands_allow(
	const struct commands_request *r, gboolean linear, gboolean response, GError **error)
{
	if (r->linear && !linear)
		return plots_fail(error, PLOTS_ERROR_ARGUMENT,
			"--linear: no effect: the figure has no latency axis");
	if (r->response && !response)
		return plots_fail(error, PLOTS_ERROR_ARGUMENT,
			"--response: no effect: the figure has no latency from the scheduled "
			"departure");
	return TRUE;
}

/* From names to files. The results are let go of before gnuplot starts. */
static gboolean make_files(
	struct commands_job *job, commands_make_fn make, struct render_files *files, GError **error)
{
	const struct commands_request *r = job->request;
	/* Two figures of the same names are two files. */
	g_autofree char *by = r->by <= RESULT_BY_NONE ? g_strdup(r->command)
						      : g_strconcat(r->command, "-by-",
								result_by_words[r->by], NULL);
	g_autofree char *stem = members_file_name(by, job->names);
	g_autofree char *style_path = NULL, *style = NULL, *path = NULL;
	gboolean made;

	path = find_path(r, stem, &job->options.terminal, error);
	if (path == NULL)
		return FALSE;
	render_files_init(files, path);
	style_path = datadir_find("plots/style.gp", error);
	if (style_path == NULL || !g_file_get_contents(style_path, &style, NULL, error))
		return FALSE;
	job->options.style = style;
	render_name_files(files, &job->options);
	made = make(job, error);
	for (guint i = 0; i < job->messages->len; i++)
		fprintf(stderr, "tplot: %s\n", (const char *)g_ptr_array_index(job->messages, i));
	return made && render_write(files, &job->text, error);
}

int commands_run(
	const struct cli_command *command, commands_make_fn make, void *asked, char **names)
{
	struct commands_request *r = asked;
	struct render_files files = { .folder = NULL };
	g_autoptr(GPtrArray) messages = g_ptr_array_new_with_free_func(g_free);
	struct commands_job job = { .request = r,
		.asked = asked,
		.names = (const char *const *)names,
		.options = { .width = (guint)r->width,
			.height = (guint)r->height,
			.linear = r->linear,
			.response = r->response },
		.messages = messages };
	g_autoptr(GError) error = NULL;
	int status = CLI_DONE;

	if (r->command == NULL)
		r->command = command->name;
	if (!make_files(&job, make, &files, &error) ||
		(!r->script && !render_draw(&files, &error))) {
		status = cli_fail("tplot",
			g_error_matches(error, PLOTS_ERROR, PLOTS_ERROR_ARGUMENT) ||
					g_error_matches(error, PLOTS_ERROR, PLOTS_ERROR_RECIPE)
				? CLI_USAGE
				: CLI_FAILED,
			error);
	} else if (r->script) {
		g_autofree char *script = g_build_filename(files.folder, files.script, NULL);

		printf("%s\n", script);
	} else {
		printf("%s\n", files.image_path);
	}
	render_files_clear(&files);
	figure_text_clear(&job.text);
	return status;
}
