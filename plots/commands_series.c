/* SPDX-License-Identifier: BSD-3-Clause */
/* tplot timeline, sizes, departures: what the repetitions of a combination say, side by side. */
#include "plots/commands.h"
#include "plots/gather_reps.h"

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

static int run_timeline(int argc, char **argv)
{
	return commands_run(&command_timeline, NULL, make_timeline, NULL, argc, argv);
}

const struct cli_command command_timeline = { "timeline", "NAME...",
	"Rates, loss and latency second by second", run_timeline };

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

static int run_sizes(int argc, char **argv)
{
	return commands_run(&command_sizes, NULL, make_sizes, NULL, argc, argv);
}

const struct cli_command command_sizes = { "sizes", "NAME...", "Latency and loss by frame size",
	run_sizes };

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

static int run_departures(int argc, char **argv)
{
	return commands_run(&command_departures, NULL, make_departures, NULL, argc, argv);
}

const struct cli_command command_departures = { "departures", "NAME...",
	"How near to their schedule frames left", run_departures };
