/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * tplot overview: all series of one NAME, called by what differs. Unlike compare it draws load curves
 * of single loads, too, and its legend does not repeat the NAME.
 */
#include "plots/commands/commands.h"
#include "plots/figures/figures.h"
#include "plots/gather/gather.h"
#include "plots/gather/load_options.h"

struct asked {
	struct commands_request request;
	struct load_options load;
	char *facets;
};

static gboolean make_overview(struct commands_job *job, GError **error)
{
	const struct asked *asked = job->asked;
	const struct facets_wanted grid = { .given = asked->facets, .colours_first = TRUE };
	struct gather_options wanted = { .members = { .dir = asked->request.dir,
						 .title = asked->request.title,
						 .loads_together = TRUE },
		.response = asked->request.response,
		.sweep = TRUE,
		.facets = &grid };
	g_autoptr(figure) f = NULL;

	load_options_apply(&asked->load, &wanted, &job->options);
	f = gather(&wanted, job->names, job->messages, error);
	if (f == NULL)
		return FALSE;
	if (f->groups->len == 1 && figure_has_loads(f))
		figure_remark(job->messages, "one series: 'tplot compare' draws the same");
	return figure_load(f, &job->options, &job->text, error);
}

static const struct option_row rows[] = {
	COMMANDS_ROWS(struct asked, request),
	OPTION_GROUP("Panels"),
	OPTION_ROW(TEXT, struct asked, facets, "facets", 0, "ROWS,COLUMNS",
		"Parameters of rows and columns of panels (default: machine, interface and "
		"vhost if they differ)",
		0),
	LOAD_OPTIONS_ROWS(struct asked, load),
	{ 0 },
};

COMMANDS_FIGURE(overview, .arguments = "NAME",
	.summary = "Plot all series of one NAME over load, even of a single load", .min_words = 1,
	.max_words = 1);
