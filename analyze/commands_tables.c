/* SPDX-License-Identifier: BSD-3-Clause */
/* tanalyze summary, guests, sizes, departures: a table each. */
#include "analyze/commands.h"
#include "analyze/report_tables.h"

static void add_summary(table *t, const result_combination *c, const void *user)
{
	(void)user;
	report_summary_add(t, c);
}

static void add_guests(table *t, const result_combination *c, const void *each)
{
	report_guests_add(t, c, *(const gboolean *)each);
}

static void add_sizes(table *t, const result_combination *c, const void *user)
{
	(void)user;
	report_sizes_add(t, c);
}

static void add_departures(table *t, const result_combination *c, const void *user)
{
	(void)user;
	report_departures_add(t, c);
}

/* Those without options of their own. Takes t. */
static int run(const struct cli_command *command, gboolean bins, table *t, commands_add_fn add,
	int argc, char **argv)
{
	struct commands_common c = { 0 };
	const GOptionEntry entries[] = { COMMANDS_COMMON_ENTRIES(c), G_OPTION_ENTRY_NULL };
	int result = CLI_USAGE;

	if (cli_options(COMMANDS_PROGRAM, command, entries, &argc, &argv))
		result = commands_table(&c, argv + 1, bins, t, add, NULL);
	table_free(t);
	commands_common_clear(&c);
	return result;
}

static int summary_run(int argc, char **argv)
{
	return run(&command_summary, TRUE, report_summary_new(), add_summary, argc, argv);
}

const struct cli_command command_summary = { "summary", "[NAME...]",
	"Load, loss and latency, a line a combination", summary_run };

static int guests_run(int argc, char **argv)
{
	struct commands_common c = { 0 };
	gboolean each = FALSE;
	const GOptionEntry entries[] = {
		COMMANDS_COMMON_ENTRIES(c),
		{ "each", 'e', 0, G_OPTION_ARG_NONE, &each, "A row for each guest instead", NULL },
		G_OPTION_ENTRY_NULL,
	};
	int result = CLI_USAGE;

	if (cli_options(COMMANDS_PROGRAM, &command_guests, entries, &argc, &argv)) {
		g_autoptr(table) t = report_guests_new(each);

		result = commands_table(&c, argv + 1, TRUE, t, add_guests, &each);
	}
	commands_common_clear(&c);
	return result;
}

const struct cli_command command_guests = { "guests", "[NAME...]", "How evenly guests are served",
	guests_run };

static int sizes_run(int argc, char **argv)
{
	return run(&command_sizes, TRUE, report_sizes_new(), add_sizes, argc, argv);
}

const struct cli_command command_sizes = { "sizes", "[NAME...]",
	"Loss and latency of each size of frames", sizes_run };

static int departures_run(int argc, char **argv)
{
	return run(&command_departures, FALSE, report_departures_new(), add_departures, argc, argv);
}

const struct cli_command command_departures = { "departures", "[NAME...]",
	"How near to their schedule frames left", departures_run };
