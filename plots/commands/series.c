/* SPDX-License-Identifier: BSD-3-Clause */
/* tplot timeline, sizes, departures: what the repetitions of a combination say, side by side. */
#include "plots/commands/commands.h"
#include "plots/draw/error.h"
#include "plots/figures/figures.h"
#include "plots/gather/gather_reps.h"

typedef figure *(*gather_fn)(
	const member_list *m, gboolean response, GPtrArray *messages, GError **error);
typedef gboolean (*draw_fn)(const figure *f, const struct figure_options *options,
	struct figure_text *text, GError **error);

static gboolean make_series(
	struct commands_job *job, gather_fn gather_it, draw_fn draw_it, GError **error)
{
	const struct commands_request *r = job->request;
	const struct members_options wanted = {
		.dir = r->dir, .title = r->title, .by = r->by < 0 ? MEMBERS_BY_MENTION : r->by
	};
	g_autoptr(member_list) m = members_find(&wanted, job->names, error);
	g_autoptr(figure) f = NULL;

	if (m == NULL)
		return FALSE;
	f = gather_it(m, r->response, job->messages, error);
	members_messages(m, job->messages);
	return f != NULL && draw_it(f, &job->options, &job->text, error);
}

/* The struct itself: a name for its start. */
struct asked {
	struct commands_request request;
};

static const struct option_row rows[] = { COMMANDS_ROWS(struct asked, request), { 0 } };

static const struct option_row timeline_rows[] = {
	COMMANDS_ROWS(struct asked, request),
	COMMANDS_BY(struct asked, request, "none"),
	{ 0 },
};

static gboolean make_timeline(struct commands_job *job, GError **error)
{
	if (job->request->by == RESULT_BY_SIZE)
		return plots_fail(error, PLOTS_ERROR_ARGUMENT,
			"--by size: seconds are known per guest, not per frame size; use "
			"interface, group or guest");
	return commands_allow(job->request, TRUE, FALSE, error) &&
	       make_series(job, gather_timeline, figure_timeline, error);
}

static int run_timeline(void *asked, char **names)
{
	return commands_run(&command_timeline, make_timeline, asked, names);
}

const struct cli_command command_timeline = { .name = "timeline",
	COMMANDS_NAMES,
	.summary = "Plot rates, loss and latency per second",
	.options = timeline_rows,
	.size = sizeof(struct asked),
	.run = run_timeline };

static gboolean make_sizes(struct commands_job *job, GError **error)
{
	return make_series(job, gather_sizes, figure_sizes, error);
}

COMMANDS_FIGURE(sizes, COMMANDS_NAMES, .summary = "Plot latency and loss per frame size");

static gboolean make_departures(struct commands_job *job, GError **error)
{
	return commands_allow(job->request, FALSE, FALSE, error) &&
	       make_series(job, gather_departures, figure_departures, error);
}

COMMANDS_FIGURE(
	departures, COMMANDS_NAMES, .summary = "Plot deviations of departures from the schedule");
