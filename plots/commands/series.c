/* SPDX-License-Identifier: BSD-3-Clause */
/* tplot timeline, sizes, departures: what the repetitions of a combination say, side by side. */
#include "plots/commands/commands.h"
#include "plots/gather/gather_reps.h"

static member_list *find(const struct commands_request *r, const char *const *names, GError **error)
{
	const struct members_options wanted = { r->dir, r->title, FALSE };

	return members_find(&wanted, names, error);
}

static gboolean make_timeline(const struct commands_request *r, const char *const *names,
	const struct figure_options *options, GPtrArray *messages, struct figure_text *text,
	void *user, GError **error)
{
	g_autoptr(member_list) m = NULL;
	g_autoptr(timeline) t = NULL;

	(void)user;
	if (!commands_allow(r, TRUE, FALSE, error))
		return FALSE;
	m = find(r, names, error);
	if (m == NULL)
		return FALSE;
	t = gather_timeline(m, messages, error);
	members_messages(m, messages);
	return t != NULL && figure_timeline(t, options, text, error);
}

static int run_timeline(void *request, char **names)
{
	return commands_run(&command_timeline, request, make_timeline, NULL, names);
}

const struct cli_command command_timeline = { .name = "timeline",
	.arguments = "NAME...",
	.summary = "Rates, loss and latency second by second",
	.options = commands_rows,
	.size = sizeof(struct commands_request),
	.min_words = 1,
	.max_words = CLI_ANY,
	.run = run_timeline };

static gboolean make_sizes(const struct commands_request *r, const char *const *names,
	const struct figure_options *options, GPtrArray *messages, struct figure_text *text,
	void *user, GError **error)
{
	g_autoptr(member_list) m = find(r, names, error);
	g_autoptr(dots) d = NULL;

	(void)user;
	if (m == NULL)
		return FALSE;
	d = gather_sizes(m, r->response, error);
	members_messages(m, messages);
	return d != NULL && figure_sizes(d, options, text, error);
}

static int run_sizes(void *request, char **names)
{
	return commands_run(&command_sizes, request, make_sizes, NULL, names);
}

const struct cli_command command_sizes = { .name = "sizes",
	.arguments = "NAME...",
	.summary = "Latency and loss by frame size",
	.options = commands_rows,
	.size = sizeof(struct commands_request),
	.min_words = 1,
	.max_words = CLI_ANY,
	.run = run_sizes };

static gboolean make_departures(const struct commands_request *r, const char *const *names,
	const struct figure_options *options, GPtrArray *messages, struct figure_text *text,
	void *user, GError **error)
{
	g_autoptr(member_list) m = NULL;
	g_autoptr(dots) d = NULL;

	(void)user;
	if (!commands_allow(r, FALSE, FALSE, error))
		return FALSE;
	m = find(r, names, error);
	if (m == NULL)
		return FALSE;
	d = gather_departures(m, messages, error);
	members_messages(m, messages);
	return d != NULL && figure_departures(d, options, text, error);
}

static int run_departures(void *request, char **names)
{
	return commands_run(&command_departures, request, make_departures, NULL, names);
}

const struct cli_command command_departures = { .name = "departures",
	.arguments = "NAME...",
	.summary = "How near to their schedule frames left",
	.options = commands_rows,
	.size = sizeof(struct commands_request),
	.min_words = 1,
	.max_words = CLI_ANY,
	.run = run_departures };
