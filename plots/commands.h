/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * plots/commands.h: the commands of tplot. Each is an object in a file commands_*.c of its own;
 * main.c has their order. What they share is here: options, and the way from names to files.
 */
#ifndef PLOTS_COMMANDS_H
#define PLOTS_COMMANDS_H

#include "analyze/cli.h"
#include "plots/figure.h"

extern const struct cli_command command_compare, command_guests, command_overview, command_figure,
	command_timeline, command_sizes, command_departures;
extern const struct cli_command command_cdf, command_ccdf, command_box, command_shift;
extern const struct cli_command command_report;

/* What all figures are asked for. */
struct commands_request {
	const char *command; /* its name, for file names */
	char *dir, *output, *terminal, *title;
	int width, height;
	gboolean linear, response, script;
};

/*
 * Makes the text of a figure of what names stand for. Remarks (char *) go to messages. A title is
 * r->title where that is not NULL. PLOTS_ERROR_ARGUMENT in error is a wrong command line.
 */
typedef gboolean (*commands_make_fn)(const struct commands_request *r, const char *const *names,
	const struct figure_options *options, GPtrArray *messages, struct figure_text *text,
	void *user, GError **error);

/*
 * Runs a command: parses the common options and more (rows that end with a NULL name, or NULL),
 * has make make the figure, writes script and data and runs gnuplot. Returns the exit status.
 */
int commands_run(const struct cli_command *command, const GOptionEntry *more, commands_make_fn make,
	void *user, int argc, char **argv);

/*
 * FALSE and PLOTS_ERROR_ARGUMENT if an option was given that means nothing in a figure: linear and
 * response say whether it has those.
 */
gboolean commands_allow(
	const struct commands_request *r, gboolean linear, gboolean response, GError **error);

#endif
