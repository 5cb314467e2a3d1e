/* SPDX-License-Identifier: BSD-3-Clause */
/* tplot box: repetitions as the unit. */
#include "plots/commands/commands.h"
#include "plots/figures/figures.h"
#include "plots/gather/gather_reps.h"

struct asked {
	struct commands_request request;
	double percent;
};

static gboolean make_box(struct commands_job *job, GError **error)
{
	const struct asked *asked = job->asked;
	const struct members_options wanted = { .dir = asked->request.dir,
		.title = asked->request.title,
		.loads_together = TRUE,
		.by = asked->request.by };
	double q = asked->percent / 100;
	g_autoptr(member_list) m = members_find(&wanted, job->names, error);
	g_autoptr(figure) f = m != NULL ? gather_box(m, asked->request.response, q, error) : NULL;

	if (m != NULL)
		members_messages(m, job->messages);
	return f != NULL && figure_box(f, q, &job->options, &job->text, error);
}

static const struct option_row rows[] = {
	COMMANDS_ROWS(struct asked, request),
	OPTION_ROW(NUMBER, struct asked, percent, "percentile", 0, "P",
		"Percentile of each repetition", .preset = "50", .max = 100, .flags = OPTION_ABOVE),
	COMMANDS_BY(struct asked, request, COMMANDS_BY_DEFAULT),
	{ 0 },
};

COMMANDS_FIGURE(
	box, COMMANDS_NAMES, .summary = "Plot one percentile of each repetition, as box plots");
