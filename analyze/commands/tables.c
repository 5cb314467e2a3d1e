/* SPDX-License-Identifier: BSD-3-Clause */
/* tanalyze summary, guests, sizes, departures: a table each. */
#include "analyze/commands/commands.h"

/* Defines a command that shows the report of its name, with bins or without. */
#define REPORT_COMMAND(name_, bins, ...)                                                       \
	static int run_##name_(void *asked, char **words)                                      \
	{                                                                                      \
		return commands_report(asked, words, bins, &report_##name_, NULL, NULL, NULL); \
	}                                                                                      \
	COMMANDS_COMMAND(                                                                      \
		name_, struct commands_common, commands_common_rows, COMMANDS_NAMES, __VA_ARGS__)

REPORT_COMMAND(summary, TRUE, .summary = "Load, loss and latency: one row per combination");

struct guests_asked {
	struct commands_common common;
	gboolean each;
};

static int run_guests(void *user, char **words)
{
	struct guests_asked *asked = user;

	return commands_report(&asked->common, words, TRUE,
		asked->each ? &report_each_guest : &report_guests, NULL, NULL, NULL);
}

#define ROW(type, member, ...) OPTION_ROW(type, struct guests_asked, member, __VA_ARGS__)

static const struct option_row guests_rows[] = {
	COMMANDS_COMMON_ROWS(struct guests_asked, common),
	ROW(SWITCH, each, "each", 'e', NULL, "One row per guest"),
	{ 0 },
};

COMMANDS_COMMAND(guests, struct guests_asked, guests_rows, COMMANDS_NAMES,
	.summary = "Fairness between guests");

REPORT_COMMAND(sizes, TRUE, .summary = "Loss and latency per frame size");

REPORT_COMMAND(departures, FALSE, .summary = "Accuracy of departures");
