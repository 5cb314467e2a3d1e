/* SPDX-License-Identifier: BSD-3-Clause */
#include "plots/commands.h"

#include <stdio.h>
#include <string.h>

#include "plots/error.h"
#include "plots/gather.h"
#include "plots/render.h"
#include "traffic/datadir.h"

enum { SIZE_MAX_PIXELS = 10000 };

static const char *const terminals[] = { "svg", "png", "pdf" }; /* by enum figure_terminal */

static void request_clear(struct commands_request *r)
{
	g_free(r->dir);
	g_free(r->output);
	g_free(r->terminal);
	g_free(r->title);
}

static gboolean argument_error(GError **error, const char *text, const char *value)
{
	g_set_error(error, PLOTS_ERROR, PLOTS_ERROR_ARGUMENT, text, value);
	return FALSE;
}

static int terminal_of(const char *word)
{
	for (int i = 0; word != NULL && i < (int)G_N_ELEMENTS(terminals); i++) {
		if (g_ascii_strcasecmp(word, terminals[i]) == 0)
			return i;
	}
	return -1;
}

/* By --terminal, else by the name of the output, else SVG. Both have to agree. */
static gboolean find_terminal(
	const struct commands_request *r, enum figure_terminal *out, GError **error)
{
	g_autofree char *name = r->output != NULL ? g_path_get_basename(r->output) : NULL;
	const char *dot = name != NULL ? strrchr(name, '.') : NULL;
	int of_name = terminal_of(dot != NULL ? dot + 1 : NULL), asked = terminal_of(r->terminal);

	if (r->terminal != NULL && asked < 0)
		return argument_error(
			error, "--terminal: '%s' is none; write svg, png or pdf", r->terminal);
	/* What has no ending at all may be of any kind, if that is said. */
	if (name != NULL && of_name < 0 && (dot != NULL || asked < 0))
		return argument_error(error,
			"--output: unknown format '%s': expected a name ending in .svg, .png or "
			".pdf",
			r->output);
	if (asked >= 0 && of_name >= 0 && asked != of_name)
		return argument_error(error,
			"--output: '%s' is the name of another kind than --terminal says",
			r->output);
	*out = (enum figure_terminal)MAX(0, MAX(asked, of_name));
	return TRUE;
}

static gboolean check_sizes(const struct commands_request *r, GError **error)
{
	if (r->width < 0 || r->width > SIZE_MAX_PIXELS || r->height < 0 ||
		r->height > SIZE_MAX_PIXELS) {
		g_set_error(error, PLOTS_ERROR, PLOTS_ERROR_ARGUMENT,
			"--width and --height: from 1 to %d pixels, not %d by %d", SIZE_MAX_PIXELS,
			r->width, r->height);
		return FALSE;
	}
	return TRUE;
}

gboolean commands_allow(
	const struct commands_request *r, gboolean linear, gboolean response, GError **error)
{
	if (r->linear && !linear)
		return argument_error(error, "--linear: %s draws no latencies", r->command);
	if (r->response && !response)
		return argument_error(error,
			"--response: what %s draws is not known from the scheduled departure",
			r->command);
	return TRUE;
}

/* From names to files. The results are let go of before gnuplot starts. */
static gboolean make_files(const struct commands_request *r, commands_make_fn make, void *user,
	const char *const *names, struct render_files *files, GError **error)
{
	g_autofree char *stem = gather_file_name(r->command, names);
	g_autoptr(GPtrArray) messages = g_ptr_array_new_with_free_func(g_free);
	struct figure_options options = { .width = (guint)r->width,
		.height = (guint)r->height,
		.linear = r->linear,
		.response = r->response };
	g_auto(figure_text) text = { NULL, NULL };
	g_autofree char *style_path = NULL, *style = NULL, *path = NULL;
	gboolean made;

	if (!check_sizes(r, error))
		return FALSE;
	if (r->output != NULL && !render_files_init(files, r->output, error))
		return FALSE;
	if (!find_terminal(r, &options.terminal, error))
		return FALSE;
	path = g_strconcat(stem, ".", terminals[options.terminal], NULL);
	if (r->output == NULL && !render_files_init(files, path, error))
		return FALSE;
	style_path = datadir_find("plots/style.gp", error);
	if (style_path == NULL || !g_file_get_contents(style_path, &style, NULL, error))
		return FALSE;
	options.style = style;
	options.script_name = files->script;
	options.data_name = files->data;
	options.image_name = files->image;
	made = make(r, names, &options, messages, &text, user, error);
	for (guint i = 0; i < messages->len; i++)
		fprintf(stderr, "tplot: %s\n", (const char *)g_ptr_array_index(messages, i));
	return made && render_write(files, &text, error);
}

int commands_run(const struct cli_command *command, const GOptionEntry *more, commands_make_fn make,
	void *user, int argc, char **argv)
{
	struct commands_request r = { .command = command->name };
	struct render_files files = { .folder = NULL };
	g_autoptr(GError) error = NULL;
	int status = CLI_DONE;
	const GOptionEntry common[] = {
		{ "dir", 'd', 0, G_OPTION_ARG_FILENAME, &r.dir,
			"Where labels and selectors look (default out)", "DIR" },
		{ "terminal", 't', 0, G_OPTION_ARG_STRING, &r.terminal,
			"svg, png or pdf (default: as the output is named, else svg)", "KIND" },
		{ "output", 'o', 0, G_OPTION_ARG_FILENAME, &r.output,
			"The figure; script and data are written beside it as NAME.gp and NAME.dat "
			"(default COMMAND-NAMES.svg here)",
			"FILE" },
		{ "title", 0, 0, G_OPTION_ARG_STRING, &r.title, "Title (default: the names)",
			"TEXT" },
		{ "width", 'W', 0, G_OPTION_ARG_INT, &r.width,
			"Width in pixels; a PDF has 96 to the inch (default 820)", "N" },
		{ "height", 'H', 0, G_OPTION_ARG_INT, &r.height,
			"Height in pixels (default: what the legend needs)", "N" },
		{ "linear", 0, 0, G_OPTION_ARG_NONE, &r.linear,
			"Linear latency axis from 0 instead of a logarithmic one", NULL },
		{ "response", 0, 0, G_OPTION_ARG_NONE, &r.response,
			"Latency from the scheduled departure, not from the real one", NULL },
		{ "script", 0, 0, G_OPTION_ARG_NONE, &r.script,
			"Write script and data only; do not run gnuplot", NULL },
	};
	g_autoptr(GArray) entries = g_array_new(TRUE, TRUE, sizeof(GOptionEntry));

	for (; more != NULL && more->long_name != NULL; more++)
		g_array_append_val(entries, *more);
	g_array_append_vals(entries, common, G_N_ELEMENTS(common));
	if (!cli_options("tplot", command, (const GOptionEntry *)(const void *)entries->data, &argc,
		    &argv)) {
		status = CLI_USAGE;
	} else if (argc < 2 && !g_str_has_prefix(command->arguments, "NAME")) {
		fprintf(stderr, "tplot %s: %s is missing; 'tplot %s --help' says more\n",
			command->name, command->arguments, command->name);
		status = CLI_USAGE;
	} else if (argc < 2) {
		fprintf(stderr,
			"tplot %s: name results to draw: a path, a label in out/ or a selector "
			"such as vhost-on\n",
			command->name);
		status = CLI_USAGE;
	} else if (!make_files(&r, make, user, (const char *const *)argv + 1, &files, &error) ||
		   (!r.script && !render_draw(&files, &error))) {
		status = cli_fail("tplot",
			g_error_matches(error, PLOTS_ERROR, PLOTS_ERROR_ARGUMENT) ||
					g_error_matches(error, PLOTS_ERROR, PLOTS_ERROR_RECIPE)
				? CLI_USAGE
				: CLI_FAILED,
			error);
	} else if (r.script) {
		g_autofree char *script = g_build_filename(files.folder, files.script, NULL);

		printf("%s\n", script);
	} else {
		printf("%s\n", files.image_path);
	}
	request_clear(&r);
	render_files_clear(&files);
	return status;
}
