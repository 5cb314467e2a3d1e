/* SPDX-License-Identifier: BSD-3-Clause */
/* analyze/cli.h: what the command lines of tsim, tanalyze and tplot have in common. */
#ifndef ANALYZE_CLI_H
#define ANALYZE_CLI_H

#include <glib.h>

/* Exit statuses of all programs. */
enum {
	CLI_DONE = 0,
	CLI_FAILED = 1,
	CLI_USAGE = 2,
	CLI_NOT_TRUSTWORTHY = 3, /* done, and stored, but the numbers are not to be relied on */
};

enum cli_format { CLI_TEXT, CLI_CSV, CLI_JSON };

gboolean cli_format_parse(const char *text, enum cli_format *out, GError **error);

/* A command of a program: "merge", "compare". */
struct cli_command {
	const char *name;
	const char *arguments; /* "DIR..." for the usage line */
	const char *summary;   /* one line */
	int (*run)(
		int argc, char **argv); /* argv[0] is the command's name; returns an exit status */
};

/*
 * Dispatch argv[1] over a table that ends with a NULL name. Does --help, --version and unknown
 * commands (exit 2, names the nearest commands). Sets the locale, turns GSL's abort handler off, and
 * cli_outlive_writes. Output that cannot be written: exit 1; but where only its reader has gone, and the
 * command is not "run", the program ends by SIGPIPE once its work is done.
 *
 * A command named "run" is the default of its program: it is taken, with argv[0] = "run", when
 * there is no argv[1] or when that is an option other than --help, -h and --version.
 */
int cli_main(const char *program, const char *summary, const struct cli_command *commands, int argc,
	char **argv);

/*
 * Writes to a pipe without a reader, or beyond the limit of file sizes, fail from now on; without it
 * they end the program. Programs that this one starts are as they were.
 */
void cli_outlive_writes(void);

/* A row among the entries that is no option but the heading of those after it, in --help. */
#define CLI_HEADING(text)                                       \
	{                                                       \
		"", 0, 0, G_OPTION_ARG_NONE, NULL, (text), NULL \
	}

/*
 * Parse the options of one command (GOptionContext); the remaining words stay in argv. Returns
 * FALSE after printing "PROGRAM: text" to stderr and how to get help: return CLI_USAGE then.
 * --help prints and exits 0. A switch is also taken as --NAME=true and --NAME=false (or yes, no, on,
 * off, 1, 0) and as --no-NAME; the last one counts. The descriptions of the entries carry units and defaults.
 */
gboolean cli_options(const char *program, const struct cli_command *command,
	const GOptionEntry *entries, int *argc, char ***argv);

/*
 * Those of candidates (NULL-terminated) that word was probably meant to be, as "'merge'" or
 * "'merge' or 'mean'"; NULL if none is near. For error texts; newly allocated.
 */
char *cli_nearest(const char *word, const char *const *candidates);

/* A switch's word: true, yes, on, 1, or false, no, off, 0. FALSE and error; where begins its text. */
gboolean cli_switch_parse(const char *where, const char *word, gboolean *out, GError **error);

/* "PROGRAM: text" on stderr; returns status. The one place where a program reports a failure. */
int cli_fail(const char *program, int status, const GError *error);

#endif
