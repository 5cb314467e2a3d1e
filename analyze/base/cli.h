/* SPDX-License-Identifier: BSD-3-Clause */
/* analyze/base/cli.h: what the command lines of tsim, tanalyze and tplot have in common. */
#ifndef ANALYZE_BASE_CLI_H
#define ANALYZE_BASE_CLI_H

#include <glib.h>

#include "analyze/base/option.h"

/* Exit statuses of all programs. */
enum {
	CLI_DONE = 0,
	CLI_FAILED = 1,
	CLI_USAGE = 2,
	CLI_NOT_TRUSTWORTHY = 3, /* done, and stored, but the numbers are not to be relied on */
	CLI_GATE = 4,            /* done: the verdict is one that the caller asked to fail on */
};

enum cli_format { CLI_TEXT, CLI_CSV, CLI_JSON, CLI_JSONL /* tsim run alone */ };

/* The row of --format; tsim run has more words. */
#define CLI_FORMAT_ROW(type_, member)                                             \
	OPTION_ROW(WORD, type_, member, "format", 'f', "FORMAT", "Output format", \
		.preset = "text", .words = cli_formats)

extern const char *const cli_formats[]; /* by enum cli_format; NULL-terminated */

/* A command of a program: "merge", "compare". */
struct cli_command {
	const char *name;      /* "" where the program has only this one */
	const char *arguments; /* "DIR..." for the usage line */
	const char *summary;   /* one line */
	/* Instead of run, called when the command line has parsed. argv[0] is the name. */
	int (*enter)(int argc, char **argv);
	const struct option_row *options; /* ends with a row without name; NULL: none */
	size_t size;                      /* of the struct that they fill */
	unsigned min_words, max_words;    /* beside the options; CLI_ANY: no limit */
	/* asked: that struct, freed by the caller. words: NULL-terminated. Returns an exit status. */
	int (*run)(void *asked, char **words);
};

#define CLI_ANY G_MAXUINT

struct cli_program {
	const char *name, *summary;
	const struct cli_command *const *commands; /* NULL-terminated */
};

/*
 * Dispatch argv[1] over the program's commands, parse what follows, run. Does --help, --version,
 * unknown commands and words (exit 2, names the nearest). Sets the locale, and cli_outlive_writes.
 * Output that cannot be written: exit 1; but where only its reader has gone, and the command is not
 * "run", the program ends by SIGPIPE once its work is done.
 *
 * A command named "run", or "", is the default of its program: it is taken when there is no argv[1]
 * or when that is an option other than --help, -h and --version.
 *
 * --list-options, which no help shows, prints the tables of all commands for completion and man
 * pages: command, type, letter, name, metavar, preset, words and help, separated by tabs.
 */
int cli_main(const struct cli_program *program, int argc, char **argv);

/*
 * Writes to a pipe without a reader, or beyond the limit of file sizes, fail from now on; without it
 * they end the program. Programs that this one starts are as they were.
 */
void cli_outlive_writes(void);

/*
 * The same up to running: which command it is, its options and words. NULL and an error whose text
 * begins with the program's name; *call is then to be left alone. Errors are G_OPTION_ERROR.
 */
struct cli_call {
	const struct cli_command *command;
	void *asked;
	struct option_line line;
};
gboolean cli_parse(
	const struct cli_program *program, char **argv, struct cli_call *call, GError **error);
void cli_call_clear(struct cli_call *call);

/* "PROGRAM: text" on stderr; returns status. The one place where a program reports a failure. */
int cli_fail(const char *program, int status, const GError *error);

#endif
