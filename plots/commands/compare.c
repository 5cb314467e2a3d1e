/* SPDX-License-Identifier: BSD-3-Clause */
/* tplot compare: several results in one figure. */
#include "plots/commands/commands.h"
#include "plots/draw/error.h"
#include "plots/gather/gather.h"
#include "plots/gather/load_options.h"

struct compare {
	struct commands_request request;
	struct load_options load;
	char *facets;
	gboolean no_facets;
};

static void set_title(figure *f, const struct commands_request *r)
{
	if (r->title == NULL)
		return;
	g_free(f->title);
	f->title = g_strdup(r->title);
}

static gboolean make_compare(const struct commands_request *r, const char *const *names,
	const struct figure_options *options, GPtrArray *messages, struct figure_text *text,
	void *user, GError **error)
{
	const struct compare *asked = user;
	struct figure_options drawn = *options;
	struct facets_wanted grid = { .given = asked->facets, .colours_first = names[1] == NULL };
	struct gather_options wanted = {
		.dir = r->dir, .response = r->response, .facets = asked->no_facets ? NULL : &grid
	};
	g_autoptr(figure) f = NULL;

	if (asked->no_facets && asked->facets != NULL) {
		g_set_error(error, PLOTS_ERROR, PLOTS_ERROR_ARGUMENT,
			"--facets and --no-facets: one of them");
		return FALSE;
	}
	load_options_apply(&asked->load, &wanted, &drawn);
	f = gather(&wanted, names, messages, error);
	if (f == NULL)
		return FALSE;
	set_title(f, r);
	return figure_has_loads(f) ? figure_load(f, &drawn, text, error)
				   : figure_cdf(f, &drawn, text, error);
}

static int run_compare(void *user, char **names)
{
	struct compare *asked = user;

	return commands_run(&command_compare, &asked->request, make_compare, asked, names);
}

static const struct option_row rows[] = {
	COMMANDS_ROWS(struct compare, request),
	OPTION_GROUP("Panels"),
	{ .name = "facets",
		.type = OPTION_TEXT,
		.at = offsetof(struct compare, facets),
		.metavar = "ROWS,COLUMNS",
		.help = "Parameters that make rows and columns of panels, such as interface,vhost "
			"(default: what differs within the names)" },
	{ .name = "no-facets",
		.type = OPTION_SWITCH,
		.at = offsetof(struct compare, no_facets),
		.help = "One pair of panels: what differs within the names is in the legend" },
	LOAD_OPTIONS_ROWS(struct compare, load),
	{ 0 },
};

const struct cli_command command_compare = { .name = "compare",
	.arguments = "NAME...",
	.summary = "Load against latency and loss, or, of one load, the distribution",
	.options = rows,
	.size = sizeof(struct compare),
	.min_words = 1,
	.max_words = CLI_ANY,
	.run = run_compare };
