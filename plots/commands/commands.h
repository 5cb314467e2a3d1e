/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * plots/commands/commands.h: the commands of tplot. Each is an object in a file commands_*.c of its own;
 * main.c has their order. What they share is here: options, and the way from names to files.
 */
#ifndef PLOTS_COMMANDS_COMMANDS_H
#define PLOTS_COMMANDS_COMMANDS_H

#include "analyze/base/cli.h"
#include "plots/draw/figure.h"

extern const struct cli_command command_compare, command_guests, command_overview, command_figure,
	command_timeline, command_sizes, command_departures;
extern const struct cli_command command_cdf, command_ccdf, command_box, command_shift;
extern const struct cli_command command_report;

extern const struct cli_program commands_program; /* tplot */

/* What all figures are asked for. */
struct commands_request {
	const char *command; /* its name, for file names */
	char *dir, *output, *title;
	int terminal; /* enum figure_terminal; -1: as the output is named */
	int width, height;
	gboolean linear, response, script;
};

/* The rows that fill the member r, such a struct, of type; the name of dir's preset may be NULL. */
#define COMMANDS_ROWS_OR(type_, r, dir_preset, dir_help)                                           \
	OPTION_GROUP("Figure"),                                                                    \
		{ .name = "dir",                                                                   \
			.was = 'd',                                                                \
			.type = OPTION_DIR,                                                        \
			.at = offsetof(type_, r.dir),                                              \
			.preset = (dir_preset),                                                    \
			.metavar = "DIR",                                                          \
			.help = (dir_help) },                                                      \
		{ .name = "terminal",                                                              \
			.was = 't',                                                                \
			.type = OPTION_WORD,                                                       \
			.at = offsetof(type_, r.terminal),                                         \
			.words = commands_terminals,                                               \
			.metavar = "KIND",                                                         \
			.help = "Format: svg, png or pdf (default: as the output is named, else "  \
				"svg)" },                                                          \
		{ .name = "output",                                                                \
			.letter = 'o',                                                             \
			.type = OPTION_FILE,                                                       \
			.at = offsetof(type_, r.output),                                           \
			.metavar = "FILE",                                                         \
			.help = "The figure; script and data are written beside it as NAME.gp "    \
				"and NAME.dat (default COMMAND-NAMES.svg here)" },                 \
		{ .name = "title",                                                                 \
			.type = OPTION_TEXT,                                                       \
			.at = offsetof(type_, r.title),                                            \
			.metavar = "TEXT",                                                         \
			.help = "Title (default: the names)" },                                    \
		{ .name = "width",                                                                 \
			.letter = 'W',                                                             \
			.type = OPTION_INT,                                                        \
			.at = offsetof(type_, r.width),                                            \
			.min = 1,                                                                  \
			.max = COMMANDS_PIXELS_MAX,                                                \
			.metavar = "N",                                                            \
			.help = "Width in pixels; a PDF has 96 to the inch (default 820)" },       \
		{ .name = "height",                                                                \
			.letter = 'H',                                                             \
			.type = OPTION_INT,                                                        \
			.at = offsetof(type_, r.height),                                           \
			.min = 1,                                                                  \
			.max = COMMANDS_PIXELS_MAX,                                                \
			.metavar = "N",                                                            \
			.help = "Height in pixels (default: what the legend needs)" },             \
		{ .name = "linear",                                                                \
			.type = OPTION_SWITCH,                                                     \
			.at = offsetof(type_, r.linear),                                           \
			.help = "Linear latency axis from 0 instead of a logarithmic one" },       \
		{ .name = "response",                                                              \
			.type = OPTION_SWITCH,                                                     \
			.at = offsetof(type_, r.response),                                         \
			.help = "Latency from the scheduled departure, not from the actual one" }, \
	{                                                                                          \
		.name = "script", .type = OPTION_SWITCH, .at = offsetof(type_, r.script),          \
		.help = "Write script and data only; do not run gnuplot"                           \
	}
#define COMMANDS_DIR_HELP "Directory of labels and selectors"
#define COMMANDS_ROWS(type_, r) COMMANDS_ROWS_OR(type_, r, "out", COMMANDS_DIR_HELP)

enum { COMMANDS_PIXELS_MAX = 10000 };

extern const char *const commands_terminals[]; /* by enum figure_terminal; NULL-terminated */
/* The table of a command that has no more than these. */
extern const struct option_row commands_rows[];

/*
 * Makes the text of a figure of what names stand for. Remarks (char *) go to messages. A title is
 * r->title where that is not NULL. PLOTS_ERROR_ARGUMENT in error is a wrong command line.
 */
typedef gboolean (*commands_make_fn)(const struct commands_request *r, const char *const *names,
	const struct figure_options *options, GPtrArray *messages, struct figure_text *text,
	void *user, GError **error);

/*
 * Runs a command: has make make the figure, writes script and data and runs gnuplot. Returns the
 * exit status.
 */
int commands_run(const struct cli_command *command, struct commands_request *r,
	commands_make_fn make, void *user, char **names);

/*
 * FALSE and PLOTS_ERROR_ARGUMENT if an option was given that means nothing in a figure: linear and
 * response say whether it has those.
 */
gboolean commands_allow(
	const struct commands_request *r, gboolean linear, gboolean response, GError **error);

#endif
