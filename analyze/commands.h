/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * analyze/commands.h: the commands of tanalyze and what they have in common. Each command is an
 * object in a file commands_*.c of its own; main.c has their order. Only these and cli.c talk.
 */
#ifndef ANALYZE_COMMANDS_H
#define ANALYZE_COMMANDS_H

#include "analyze/cli.h"
#include "analyze/result.h"
#include "analyze/table.h"

#define COMMANDS_PROGRAM "tanalyze"

extern const struct cli_command command_check, command_summary, command_guests, command_sizes,
	command_departures;
extern const struct cli_command command_merge, command_loss, command_percentiles;
extern const struct cli_command command_delay;
extern const struct cli_command command_compare, command_limit;
extern const struct cli_command command_profile;

/* What most commands are asked for. */
struct commands_common {
	char *dir, *format_text;
	gboolean interrupted;
	enum cli_format format; /* commands_parse_format sets it */
};

/* The rows of a command's table of options that fill it. */
#define COMMANDS_COMMON_ENTRIES(c)                                                                 \
	CLI_HEADING("Which trials"),                                                               \
		{ "dir", 'd', 0, G_OPTION_ARG_FILENAME, &(c).dir,                                  \
			"Folder where labels and selectors are looked for (default: out)",         \
			"DIR" },                                                                   \
		{ "interrupted", 'i', 0, G_OPTION_ARG_NONE, &(c).interrupted,                      \
			"Keep trials that were interrupted (default: leave them out with a note)", \
			NULL },                                                                    \
		CLI_HEADING("Output"),                                                             \
	{                                                                                          \
		"format", 'f', 0, G_OPTION_ARG_STRING, &(c).format_text,                           \
			"text, csv or json (default: text)", "FORMAT"                              \
	}

void commands_common_clear(struct commands_common *c);
/* "5%" or "0.05", least <= share < 1; *out stays where text is NULL. FALSE and error. */
gboolean commands_parse_share(
	const char *option, const char *text, double least, double *out, GError **error);
gboolean commands_parse_format(struct commands_common *c, GError **error);
struct result_options commands_options(const struct commands_common *c);
/* The format, then what the names stand for. NULL: that was said, and *failure is the status. */
result_set *commands_open(struct commands_common *c, char **names, int *failure);

/* "tanalyze: KIND: TEXT" on stderr for each text (char *); of notes no more than are read. */
void commands_say_notes(const GPtrArray *texts);
void commands_say_warnings(const GPtrArray *texts);
/* A table on stdout and, as text, what has to be said of what is not to be relied on. */
void commands_show(const struct commands_common *c, const result_set *r, const table *t);
/* The exit status: warnings outrank doubtful numbers. */
int commands_status(const result_set *r);

/*
 * A command that is one table: opens the names, has add put the rows of each combination into t
 * (with its bins, if asked for), shows it and says the rest. Returns the exit status.
 */
typedef void (*commands_add_fn)(table *t, const result_combination *c, const void *user);
int commands_table(struct commands_common *c, char **names, gboolean bins, table *t,
	commands_add_fn add, const void *user);

#endif
