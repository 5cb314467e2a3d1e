/* SPDX-License-Identifier: BSD-3-Clause */
/* tanalyze summary, guests, sizes, departures: a table each. */
#include "analyze/commands/commands.h"

static int summary_run(void *asked, char **words)
{
	return commands_report(asked, words, TRUE, &report_summary, NULL, NULL, NULL);
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

	return commands_report(&asked->common, words, TRUE,
		asked->each ? &report_each_guest : &report_guests, NULL, NULL, NULL);
}

#define ROW(type, member, ...) OPTION_ROW(type, struct guests_asked, member, __VA_ARGS__)

static const struct option_row guests_rows[] = {
	COMMANDS_COMMON_ROWS(struct guests_asked, common),
	ROW(SWITCH, each, "each", 'e', NULL, "One row per guest instead"),
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
	return commands_report(asked, words, TRUE, &report_sizes, NULL, NULL, NULL);
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
	return commands_report(asked, words, FALSE, &report_departures, NULL, NULL, NULL);
}

const struct cli_command command_departures = { .name = "departures",
	.arguments = "[NAME...]",
	.summary = "How near to their schedule frames left",
	.options = commands_common_rows,
	.size = sizeof(struct commands_common),
	.max_words = CLI_ANY,
	.run = departures_run };
