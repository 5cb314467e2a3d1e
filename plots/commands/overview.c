/* SPDX-License-Identifier: BSD-3-Clause */
/* tplot overview: all series of one folder at one look. */
#include "plots/commands/commands.h"
#include "plots/gather/gather.h"
#include "plots/gather/load_options.h"

enum { COLOURS = 8 }; /* of style.gp; then they begin again */

struct overview {
	struct commands_request request;
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

	load_options_apply(&asked->load, &wanted, &drawn);
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

static int run_overview(void *user, char **names)
{
	struct overview *asked = user;

	return commands_run(&command_overview, &asked->request, make_overview, asked, names);
}

static const struct option_row rows[] = {
	COMMANDS_ROWS(struct overview, request),
	OPTION_GROUP("Panels"),
	{ .name = "facets",
		.type = OPTION_TEXT,
		.at = offsetof(struct overview, facets),
		.metavar = "ROWS,COLUMNS",
		.help = "Parameters that make rows and columns of panels (default: machine, "
			"interface and vhost where they differ)" },
	LOAD_OPTIONS_ROWS(struct overview, load),
	{ 0 },
};

const struct cli_command command_overview = { .name = "overview",
	.arguments = "NAME",
	.summary = "All series of one directory: load against latency and loss",
	.options = rows,
	.size = sizeof(struct overview),
	.min_words = 1,
	.max_words = 1,
	.run = run_overview };
