/* SPDX-License-Identifier: BSD-3-Clause */
/* tplot compare: several results in one figure. */
#include "plots/commands/commands.h"
#include "plots/draw/error.h"
#include "plots/figures/figures.h"
#include "plots/gather/gather.h"
#include "plots/gather/load_options.h"

struct asked {
	struct commands_request request;
	struct load_options load;
	char *facets;
	gboolean no_facets;
};

static gboolean make_compare(struct commands_job *job, GError **error)
{
	const struct asked *asked = job->asked;
	const struct facets_wanted grid = { .given = asked->facets,
		.colours_first = job->names[1] == NULL };
	struct gather_options wanted = { .members = { .dir = asked->request.dir,
						 .title = asked->request.title,
						 .loads_together = TRUE,
						 .by = asked->request.by },
		.response = asked->request.response,
		.facets = asked->no_facets ? NULL : &grid };
	g_autoptr(figure) f = NULL;

	if (asked->no_facets && asked->facets != NULL)
		return plots_fail(error, PLOTS_ERROR_ARGUMENT,
			"--facets and --no-facets are mutually exclusive");
	load_options_apply(&asked->load, &wanted, &job->options);
	if (wanted.autotest_metric && wanted.members.by == MEMBERS_BY_CHOOSE)
		wanted.members.by = RESULT_BY_NONE;
	f = gather(&wanted, job->names, job->messages, error);
	return f != NULL && (figure_has_loads(f) ? figure_load : figure_cdf)(
				    f, &job->options, &job->text, error);
}

static const struct option_row rows[] = {
	COMMANDS_ROWS(struct asked, request),
	COMMANDS_BY(struct asked, request, COMMANDS_BY_DEFAULT),
	OPTION_GROUP("Panels"),
	OPTION_ROW(TEXT, struct asked, facets, "facets", 0, "ROWS,COLUMNS",
		"Parameters of rows and columns of panels, such as interface,vhost "
		"(default: those that differ within a NAME)",
		0),
	COMMANDS_SWITCH(struct asked, no_facets, "no-facets",
		"One pair of panels; differing parameters go to the legend"),
	LOAD_OPTIONS_ROWS(struct asked, load),
	{ 0 },
};

COMMANDS_FIGURE(compare, COMMANDS_NAMES,
	.summary = "Plot latency and loss over load; of one load, the distribution");
