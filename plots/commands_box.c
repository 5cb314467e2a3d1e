/* SPDX-License-Identifier: BSD-3-Clause */
/* tplot box: repetitions as the unit. */
#include "plots/commands.h"
#include "plots/error.h"
#include "plots/gather_box.h"

static gboolean make(const struct commands_request *r, const char *const *names,
	const struct figure_options *options, GPtrArray *messages, struct figure_text *text,
	void *user, GError **error)
{
	const double *percent = user;
	const struct members_options wanted = { r->dir, r->title, TRUE };
	g_autoptr(member_list) m = NULL;
	g_autoptr(box) b = NULL;

	if (!(*percent > 0 && *percent <= 100)) {
		g_set_error(error, PLOTS_ERROR, PLOTS_ERROR_ARGUMENT,
			"--percentile: %g is none; write a number above 0 up to 100", *percent);
		return FALSE;
	}
	m = members_find(&wanted, names, error);
	if (m == NULL)
		return FALSE;
	b = gather_box(m, r->response, *percent / 100, error);
	members_messages(m, messages);
	return b != NULL && figure_box(b, options, text, error);
}

static int run(int argc, char **argv)
{
	double percent = 50;
	const GOptionEntry more[] = {
		{ "percentile", 0, 0, G_OPTION_ARG_DOUBLE, &percent,
			"Which one of each repetition, in percent (default 50)", "P" },
		{ NULL, 0, 0, G_OPTION_ARG_NONE, NULL, NULL, NULL },
	};

	return commands_run(&command_box, more, make, &percent, argc, argv);
}

const struct cli_command command_box = { "box", "NAME...",
	"Repetitions as the unit: a percentile of each, in boxes", run };
