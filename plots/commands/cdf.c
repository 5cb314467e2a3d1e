/* SPDX-License-Identifier: BSD-3-Clause */
/* tplot cdf, ccdf: distributions of latencies. */
#include "plots/commands/commands.h"
#include "plots/gather/gather.h"

struct asked {
	struct commands_request request;
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

static const struct option_row rows[] = {
	COMMANDS_ROWS(struct asked, request),
	{ .name = "rate",
		.letter = 'r',
		.type = OPTION_TEXT,
		.at = offsetof(struct asked, rate),
		.metavar = "RATE",
		.help = "Only this load: kpps, or with a unit as in selectors (default: a curve "
			"per load)" },
	{ 0 },
};

static int run_cdf(void *user, char **names)
{
	struct asked *asked = user;

	asked->within = TRUE;
	return commands_run(&command_cdf, &asked->request, make, asked, names);
}

const struct cli_command command_cdf = { .name = "cdf",
	.arguments = "NAME...",
	.summary = "CDF: share of frames that came back within a latency",
	.options = rows,
	.size = sizeof(struct asked),
	.min_words = 1,
	.max_words = CLI_ANY,
	.run = run_cdf };

static int run_ccdf(void *user, char **names)
{
	struct asked *asked = user;

	return commands_run(&command_ccdf, &asked->request, make, asked, names);
}

const struct cli_command command_ccdf = { .name = "ccdf",
	.arguments = "NAME...",
	.summary = "CCDF: share of frames later than x, log scale",
	.options = rows,
	.size = sizeof(struct asked),
	.min_words = 1,
	.max_words = CLI_ANY,
	.run = run_ccdf };
