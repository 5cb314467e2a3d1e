/* SPDX-License-Identifier: BSD-3-Clause */
/* tplot cdf: distributions of latencies. */
#include "plots/commands/commands.h"
#include "plots/figures/figures.h"
#include "plots/gather/gather.h"

struct asked {
	struct commands_request request;
	char *rate;
	gboolean tail;
};

static gboolean make_cdf(struct commands_job *job, GError **error)
{
	const struct asked *asked = job->asked;
	const struct gather_options wanted = { .members = { .dir = asked->request.dir,
						       .title = asked->request.title,
						       .rate = asked->rate,
						       .by = asked->request.by },
		.response = asked->request.response,
		.curves = TRUE,
		.load_panels = TRUE };
	g_autoptr(figure) f = gather(&wanted, job->names, job->messages, error);

	job->options.within = !asked->tail;
	return f != NULL && figure_cdf(f, &job->options, &job->text, error);
}

static const struct option_row rows[] = {
	COMMANDS_ROWS(struct asked, request),
	OPTION_ROW(TEXT, struct asked, rate, "rate", 'r', "RATE",
		"Load to plot, in kpps or with a unit (default: one curve per load)", 0),
	COMMANDS_SWITCH(struct asked, tail, "tail",
		"CCDF: share of frames later than x, log scale (default output ccdf-NAMES.svg)"),
	COMMANDS_BY(struct asked, request, COMMANDS_BY_DEFAULT),
	{ 0 },
};

static int run_cdf(void *user, char **names)
{
	struct asked *asked = user;

	/* Two figures of the same names are two files. */
	asked->request.command = asked->tail ? "ccdf" : "cdf";
	return commands_run(&command_cdf, make_cdf, asked, names);
}

const struct cli_command command_cdf = { .name = "cdf",
	COMMANDS_NAMES,
	.summary = "Plot the latency CDF, or its tail (CCDF)",
	.options = rows,
	.size = sizeof(struct asked),
	.run = run_cdf };
