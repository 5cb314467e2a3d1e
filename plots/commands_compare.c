/* SPDX-License-Identifier: BSD-3-Clause */
/* tplot compare, guests: several results in one figure. */
#include "plots/commands.h"
#include "plots/gather.h"

static figure *gather_titled(const struct commands_request *r, const char *const *names,
	gboolean every_load, GPtrArray *messages, GError **error)
{
	const struct gather_options wanted = { r->dir, r->response, every_load };
	figure *f = gather(&wanted, names, messages, error);

	if (f != NULL && r->title != NULL) {
		g_free(f->title);
		f->title = g_strdup(r->title);
	}
	return f;
}

static gboolean make_compare(const struct commands_request *r, const char *const *names,
	const struct figure_options *options, GPtrArray *messages, struct figure_text *text,
	void *user, GError **error)
{
	g_autoptr(figure) f = gather_titled(r, names, FALSE, messages, error);

	(void)user;
	if (f == NULL)
		return FALSE;
	return figure_has_loads(f) ? figure_load(f, options, text, error)
				   : figure_cdf(f, options, text, error);
}

static int run_compare(int argc, char **argv)
{
	return commands_run(&command_compare, NULL, make_compare, NULL, argc, argv);
}

const struct cli_command command_compare = { "compare", "NAME...",
	"Load against latency and loss, or, of one load, the distribution", run_compare };

static gboolean make_guests(const struct commands_request *r, const char *const *names,
	const struct figure_options *options, GPtrArray *messages, struct figure_text *text,
	void *user, GError **error)
{
	g_autoptr(figure) f = gather_titled(r, names, TRUE, messages, error);

	(void)user;
	return f != NULL && figure_guests(f, options, text, error);
}

static int run_guests(int argc, char **argv)
{
	return commands_run(&command_guests, NULL, make_guests, NULL, argc, argv);
}

const struct cli_command command_guests = { "guests", "NAME...",
	"Median, 99th percentile and loss of each guest", run_guests };
