/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * analyze/commands/commands.h: the commands of tanalyze and what they have in common. Each command is an
 * object in a file that has its name; main.c has their order. Only these and cli.c talk.
 */
#ifndef ANALYZE_COMMANDS_COMMANDS_H
#define ANALYZE_COMMANDS_COMMANDS_H

#include "analyze/base/cli.h"
#include "analyze/results/result.h"
#include "analyze/base/table.h"
#include "analyze/show/report.h"

#define COMMANDS_PROGRAM "tanalyze"

extern const struct cli_command command_check, command_summary, command_guests, command_sizes,
	command_departures;
extern const struct cli_command command_merge, command_loss, command_percentiles;
extern const struct cli_command command_delay;
extern const struct cli_command command_compare, command_limit, command_search;
extern const struct cli_command command_profile;

extern const struct cli_program commands_program; /* tanalyze */

/* A line on a terminal while trials are read. */
struct commands_progress {
	gint64 began_us; /* 0: not yet */
	gint64 shown_us; /* when it was shown last; 0: not yet */
};

/* What most commands are asked for. */
struct commands_common {
	char *dir;
	gboolean interrupted;
	enum cli_format format;
	struct commands_progress progress;
};

/* The rows of a command's table that fill the member c, such a struct, of type. */
#define COMMANDS_COMMON_ROWS(type_, c)                                                            \
	OPTION_GROUP("Trials"),                                                                   \
		OPTION_ROW(DIR, type_, c.dir, "dir", 0, "DIR",                                    \
			"Directory of labels and selectors", .was = 'd', .preset = "out"),        \
		OPTION_ROW(SWITCH, type_, c.interrupted, "interrupted", 0, NULL,                  \
			"Include interrupted trials (default: skipped with a note)", .was = 'i'), \
		OPTION_GROUP("Output"), CLI_FORMAT_ROW(type_, c.format)

/* The row of --response, a gboolean at member of type. */
#define COMMANDS_RESPONSE_ROW(type_, member_)                   \
	OPTION_ROW(SWITCH, type_, member_, "response", 0, NULL, \
		"Latency from the scheduled departure (default: from the actual one)", .was = 'r')

/* Defines command_NAME, which run_NAME runs: its rows fill a struct of type; then its other members. */
#define COMMANDS_COMMAND(name_, type_, rows_, ...)                   \
	const struct cli_command command_##name_ = { .name = #name_, \
		.options = rows_,                                    \
		.size = sizeof(type_),                               \
		.run = run_##name_,                                  \
		__VA_ARGS__ }
/* The arguments of most. */
#define COMMANDS_NAMES .arguments = "[NAME...]", .max_words = CLI_ANY

/* The table of a command that has no more than these. */
extern const struct option_row commands_common_rows[];

struct result_options commands_options(struct commands_common *c);
/*
 * What the names stand for; by_tree: equal labels of several directories are distinguished. NULL:
 * the error is printed, and *failure is the status.
 */
result_set *commands_open(struct commands_common *c, char **names, gboolean by_tree, int *failure);

/* "tanalyze: KIND: TEXT" on stderr for each text (char *); of notes no more than are read. */
void commands_say_notes(const GPtrArray *texts);
void commands_say_warnings(const GPtrArray *texts);
/* A table on stdout and, as text, what has to be said of what is not to be relied on. */
void commands_show(const struct commands_common *c, const result_set *r, const table *t);
/* That alone, of all combinations. */
void commands_print_reasons(const result_set *r);
/* The exit status: warnings outrank doubtful numbers. */
int commands_status(const result_set *r);

/*
 * A command that is one report: opens the names, shows its rows of all combinations (with bins: each
 * loaded for the while) and says the rest. also is called for each, too, with user; NULL: nothing.
 * Returns the exit status.
 */
typedef void (*commands_also_fn)(const result_combination *c, void *user);
int commands_report(struct commands_common *c, char **names, gboolean bins, const report *r,
	const struct report_options *options, commands_also_fn also, void *user);

#endif
