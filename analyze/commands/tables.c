/* SPDX-License-Identifier: BSD-3-Clause */
/* tanalyze summary, guests, sizes, departures: a table each. */
#include "analyze/commands/commands.h"
#include "analyze/show/report_tables.h"

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

static int summary_run(void *asked, char **words)
{
	g_autoptr(table) t = report_summary_new();

	return commands_table(asked, words, TRUE, t, add_summary, NULL);
}

const struct cli_command command_summary = { .name = "summary",
	.arguments = "[NAME...]",
	.summary = "Load, loss and latency: one row per combination",
	.options = commands_common_rows,
	.size = sizeof(struct commands_common),
	.max_words = CLI_ANY,
	.run = summary_run };

struct guests_asked {
	struct commands_common common;
	gboolean each;
};

static int guests_run(void *user, char **words)
{
	struct guests_asked *asked = user;
	g_autoptr(table) t = report_guests_new(asked->each);

	return commands_table(&asked->common, words, TRUE, t, add_guests, &asked->each);
}

static const struct option_row guests_rows[] = {
	COMMANDS_COMMON_ROWS(struct guests_asked, common),
	{ .name = "each",
		.letter = 'e',
		.type = OPTION_SWITCH,
		.at = offsetof(struct guests_asked, each),
		.help = "One row per guest instead" },
	{ 0 },
};

const struct cli_command command_guests = { .name = "guests",
	.arguments = "[NAME...]",
	.summary = "How evenly guests are served",
	.options = guests_rows,
	.size = sizeof(struct guests_asked),
	.max_words = CLI_ANY,
	.run = guests_run };

static int sizes_run(void *asked, char **words)
{
	g_autoptr(table) t = report_sizes_new();

	return commands_table(asked, words, TRUE, t, add_sizes, NULL);
}

const struct cli_command command_sizes = { .name = "sizes",
	.arguments = "[NAME...]",
	.summary = "Loss and latency per frame size",
	.options = commands_common_rows,
	.size = sizeof(struct commands_common),
	.max_words = CLI_ANY,
	.run = sizes_run };

static int departures_run(void *asked, char **words)
{
	g_autoptr(table) t = report_departures_new();

	return commands_table(asked, words, FALSE, t, add_departures, NULL);
}

const struct cli_command command_departures = { .name = "departures",
	.arguments = "[NAME...]",
	.summary = "How near to their schedule frames left",
	.options = commands_common_rows,
	.size = sizeof(struct commands_common),
	.max_words = CLI_ANY,
	.run = departures_run };
