/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * plots/commands/commands.h: the commands of tplot, each an object in a file of its name; commands.c has
 * their order. What they share is here: options, and the way from names to files.
 */
#ifndef PLOTS_COMMANDS_COMMANDS_H
#define PLOTS_COMMANDS_COMMANDS_H

#include "analyze/base/cli.h"
#include "plots/draw/figure.h"
#include "plots/gather/members.h"

extern const struct cli_command command_compare, command_guests, command_overview, command_figure,
	command_timeline, command_sizes, command_departures;
extern const struct cli_command command_cdf, command_box, command_shift, command_search,
	command_report;

extern const struct cli_program commands_program; /* tplot */

/* What all figures are asked for. */
struct commands_request {
	const char *command; /* its name, for file names; set by commands_run if it is NULL */
	char *dir, *output, *title;
	int terminal; /* enum figure_terminal; -1: as the output is named */
	int by; /* enum result_by; MEMBERS_BY_CHOOSE: not given; of commands without it none */
	int width, height;
	gboolean linear, response, script;
};

/* The arguments of most commands. */
#define COMMANDS_NAMES .arguments = "NAME...", .min_words = 1, .max_words = CLI_ANY

/* Defines command_NAME, a figure whose text make_NAME makes; then its other members. */
#define COMMANDS_FIGURE(name_, ...)                                                \
	static int run_##name_(void *asked, char **names)                          \
	{                                                                          \
		return commands_run(&command_##name_, make_##name_, asked, names); \
	}                                                                          \
	const struct cli_command command_##name_ = { .name = #name_,               \
		.run = run_##name_,                                                \
		.options = rows,                                                   \
		.size = sizeof(struct asked),                                      \
		__VA_ARGS__ }

/* Rows of several commands; they set a member of a struct of type. */
#define COMMANDS_DIR(type_, member, help_, ...) \
	OPTION_ROW(DIR, type_, member, "dir", 0, "DIR", help_, .was = 'd', __VA_ARGS__)
#define COMMANDS_OUTPUT(type_, member, help_) \
	OPTION_ROW(FILE, type_, member, "output", 'o', "FILE", help_, 0)
#define COMMANDS_TITLE(type_, member) \
	OPTION_ROW(TEXT, type_, member, "title", 0, "TEXT", "Title (default: the names)", 0)
#define COMMANDS_SWITCH(type_, member, name_, help_) \
	OPTION_ROW(SWITCH, type_, member, name_, 0, NULL, help_, 0)
#define COMMANDS_RESPONSE(type_, member)           \
	COMMANDS_SWITCH(type_, member, "response", \
		"Latency from the scheduled departure (default: from the actual one)")

#define COMMANDS_BY(type_, r, default_)                                                            \
	OPTION_ROW(WORD, type_, r.by, "by", 0, "WHAT",                                             \
		"One series per interface, group, size or guest, or none (default: " default_ ")", \
		.words = result_by_words)
#define COMMANDS_BY_DEFAULT "interface or group of a single fleet or mix"

/* The rows of all figures: they fill the member r, such a struct, of type; preset of dir. */
#define COMMANDS_ROWS_OR(type_, r, dir_help, dir_preset)                                           \
	OPTION_GROUP("Figure"), COMMANDS_DIR(type_, r.dir, dir_help, .preset = (dir_preset)),      \
		OPTION_ROW(WORD, type_, r.terminal, "terminal", 0, "KIND",                         \
			"Format: svg, png or pdf (default: as --output, else svg)", .was = 't',    \
			.words = commands_terminals),                                              \
		COMMANDS_OUTPUT(type_, r.output,                                                   \
			"Figure; NAME.gp and NAME.dat go next to it (default COMMAND-NAMES.svg)"), \
		COMMANDS_TITLE(type_, r.title),                                                    \
		OPTION_ROW(INT, type_, r.width, "width", 'W', "N",                                 \
			"Width in pixels (96 per inch in PDF) (default 820)", .min = 1,            \
			.max = COMMANDS_PIXELS_MAX),                                               \
		OPTION_ROW(INT, type_, r.height, "height", 'H', "N",                               \
			"Height in pixels (default: fits panels and legend)", .min = 1,            \
			.max = COMMANDS_PIXELS_MAX),                                               \
		COMMANDS_SWITCH(type_, r.linear, "linear",                                         \
			"Linear latency axis from 0 (default: logarithmic)"),                      \
		COMMANDS_RESPONSE(type_, r.response),                                              \
		COMMANDS_SWITCH(type_, r.script, "script",                                         \
			"Write script and data only; do not run gnuplot")
#define COMMANDS_DIR_HELP "Results directory of labels and selectors"
#define COMMANDS_ROWS(type_, r) COMMANDS_ROWS_OR(type_, r, COMMANDS_DIR_HELP, "out")

enum { COMMANDS_PIXELS_MAX = 10000 };

extern const char *const commands_terminals[]; /* by enum figure_terminal; NULL-terminated */
/* What a command has to draw. */
struct commands_job {
	const struct commands_request *request;
	const void *asked;        /* the struct of the command's options, which begins with it */
	const char *const *names; /* NULL-terminated */
	struct figure_options options;
	GPtrArray *messages; /* char *: remarks, for the user */
	struct figure_text text;
};

/*
 * Makes the text of the figure; its title is that of the request where that is not NULL.
 * PLOTS_ERROR_ARGUMENT in error is a wrong command line.
 */
typedef gboolean (*commands_make_fn)(struct commands_job *job, GError **error);

/*
 * Runs a command, asked begins with its struct commands_request: has make make the figure, writes
 * script and data and runs gnuplot. Returns the exit status.
 */
int commands_run(
	const struct cli_command *command, commands_make_fn make, void *asked, char **names);

/*
 * FALSE and PLOTS_ERROR_ARGUMENT if an option was given that means nothing in a figure: linear and
 * response say whether it has those.
 */
gboolean commands_allow(
	const struct commands_request *r, gboolean linear, gboolean response, GError **error);

#endif
