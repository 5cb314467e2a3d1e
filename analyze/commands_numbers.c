/* SPDX-License-Identifier: BSD-3-Clause */
/* tanalyze loss, percentiles: the numbers of each combination. */
#include "analyze/commands.h"
#include "analyze/report.h"

static void add_loss(table *t, const result_combination *c, const void *guests)
{
	report_loss_add(t, c, *(const gboolean *)guests);
}

static int loss_run(int argc, char **argv)
{
	struct commands_common c = { 0 };
	gboolean guests = FALSE;
	const GOptionEntry entries[] = {
		COMMANDS_COMMON_ENTRIES(c),
		{ "guests", 'g', 0, G_OPTION_ARG_NONE, &guests, "Also a row for each guest", NULL },
		G_OPTION_ENTRY_NULL,
	};
	int result = CLI_USAGE;

	if (cli_options(COMMANDS_PROGRAM, &command_loss, entries, &argc, &argv)) {
		g_autoptr(table) t = report_loss_new(guests);

		result = commands_table(&c, argv + 1, FALSE, t, add_loss, &guests);
	}
	commands_common_clear(&c);
	return result;
}

const struct cli_command command_loss = { "loss", "[NAME...]", "What became of the frames",
	loss_run };

static void add_percentiles(table *t, const result_combination *c, const void *p)
{
	report_percentiles_add(t, c, p);
}

static int percentiles_run(int argc, char **argv)
{
	struct commands_common c = { 0 };
	struct report_percentiles p = { 0 };
	g_autofree char *text = NULL;
	const GOptionEntry entries[] = {
		COMMANDS_COMMON_ENTRIES(c),
		{ "percentiles", 'p', 0, G_OPTION_ARG_STRING, &text,
			"Which, in percent (default: 50,90,99,99.9,99.99)", "LIST" },
		{ "response", 'r', 0, G_OPTION_ARG_NONE, &p.response,
			"Response time, from the scheduled departure (default: latency, from the "
			"real "
			"departure)",
			NULL },
		{ "guests", 'g', 0, G_OPTION_ARG_NONE, &p.guests, "Also a row for each guest",
			NULL },
		G_OPTION_ENTRY_NULL,
	};
	g_autoptr(GError) error = NULL;
	int result = CLI_USAGE;

	if (cli_options(COMMANDS_PROGRAM, &command_percentiles, entries, &argc, &argv)) {
		if (!report_percentiles_parse(
			    text != NULL ? text : "50,90,99,99.9,99.99", &p, &error)) {
			result = cli_fail(COMMANDS_PROGRAM, CLI_USAGE, error);
		} else {
			g_autoptr(table) t = report_percentiles_new(&p);

			result = commands_table(&c, argv + 1, TRUE, t, add_percentiles, &p);
		}
	}
	g_free(p.q);
	commands_common_clear(&c);
	return result;
}

const struct cli_command command_percentiles = { "percentiles", "[NAME...]",
	"Percentiles of the latency", percentiles_run };
