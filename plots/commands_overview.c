/* SPDX-License-Identifier: BSD-3-Clause */
/* tplot overview: all series of one folder at one look. */
#include "plots/commands.h"
#include "plots/error.h"
#include "plots/gather.h"
#include "plots/load_options.h"

enum { COLOURS = 8 }; /* of style.gp; then they begin again */

struct overview {
	struct load_options load;
	char *facets;
};

static void note_colours(const figure *f, GPtrArray *messages)
{
	guint end = 0;

	for (guint i = 0; i < f->groups->len; i++) {
		const struct figure_group *group = g_ptr_array_index(f->groups, i);

		end = MAX(end, group->series + 1);
	}
	if (end > COLOURS)
		g_ptr_array_add(messages,
			g_strdup_printf("%u series share %d colours: name fewer of them, or make "
					"panels with --facets ROWS,COLUMNS",
				end, COLOURS));
}

static gboolean make_overview(const struct commands_request *r, const char *const *names,
	const struct figure_options *options, GPtrArray *messages, struct figure_text *text,
	void *user, GError **error)
{
	const struct overview *asked = user;
	struct figure_options drawn = *options;
	const struct facets_wanted grid = { .given = asked->facets, .colours_first = TRUE };
	struct gather_options wanted = { .dir = r->dir,
		.response = r->response,
		.sweep = TRUE,
		.unnamed = TRUE,
		.facets = &grid };
	g_autoptr(figure) f = NULL;

	if (names[1] != NULL) {
		g_set_error(error, PLOTS_ERROR, PLOTS_ERROR_ARGUMENT,
			"'%s': an overview is of one folder; tplot compare draws several names",
			names[1]);
		return FALSE;
	}
	if (!load_options_apply(&asked->load, "--", &wanted, &drawn, error))
		return FALSE;
	f = gather(&wanted, names, messages, error);
	if (f == NULL)
		return FALSE;
	note_colours(f, messages);
	if (r->title != NULL) {
		g_free(f->title);
		f->title = g_strdup(r->title);
	}
	return figure_load(f, &drawn, text, error);
}

static int run_overview(int argc, char **argv)
{
	struct overview asked = { .facets = NULL };
	const GOptionEntry more[] = {
		{ "facets", 0, 0, G_OPTION_ARG_STRING, &asked.facets,
			"Parameters that make rows and columns of panels (default: machine, "
			"interface and vhost where they differ)",
			"ROWS,COLUMNS" },
		LOAD_OPTIONS_ENTRIES(&asked.load),
		{ NULL, 0, 0, G_OPTION_ARG_NONE, NULL, NULL, NULL },
	};
	int status = commands_run(&command_overview, more, make_overview, &asked, argc, argv);

	load_options_clear(&asked.load);
	g_free(asked.facets);
	return status;
}

const struct cli_command command_overview = { "overview", "NAME",
	"All series of one folder: load against latency and loss", run_overview };
