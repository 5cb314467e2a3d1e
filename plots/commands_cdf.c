/* SPDX-License-Identifier: BSD-3-Clause */
/* tplot cdf, ccdf: distributions of latencies. */
#include "plots/commands.h"
#include "plots/gather.h"

struct asked {
	char *rate;
	gboolean within;
};

static gboolean make(const struct commands_request *r, const char *const *names,
	const struct figure_options *options, GPtrArray *messages, struct figure_text *text,
	void *user, GError **error)
{
	const struct asked *asked = user;
	struct figure_options drawn = *options;
	const struct gather_options wanted = { .dir = r->dir,
		.response = r->response,
		.every_load = TRUE,
		.curves = TRUE,
		.rate = asked->rate };
	g_autoptr(figure) f = gather(&wanted, names, messages, error);

	if (f == NULL)
		return FALSE;
	if (r->title != NULL) {
		g_free(f->title);
		f->title = g_strdup(r->title);
	}
	drawn.within = asked->within;
	return figure_cdf(f, &drawn, text, error);
}

static int run(const struct cli_command *command, gboolean within, int argc, char **argv)
{
	struct asked asked = { .within = within };
	const GOptionEntry more[] = {
		{ "rate", 0, 0, G_OPTION_ARG_STRING, &asked.rate,
			"Only this load: kpps, or with a unit as in selectors (default: a curve "
			"for each load)",
			"RATE" },
		{ NULL, 0, 0, G_OPTION_ARG_NONE, NULL, NULL, NULL },
	};
	int status = commands_run(command, more, make, &asked, argc, argv);

	g_free(asked.rate);
	return status;
}

static int run_cdf(int argc, char **argv)
{
	return run(&command_cdf, TRUE, argc, argv);
}

const struct cli_command command_cdf = { "cdf", "NAME...",
	"Share of frames that came back within a latency", run_cdf };

static int run_ccdf(int argc, char **argv)
{
	return run(&command_ccdf, FALSE, argc, argv);
}

const struct cli_command command_ccdf = { "ccdf", "NAME...",
	"Share of frames that are later, each nine of a percentile with equal room", run_ccdf };
