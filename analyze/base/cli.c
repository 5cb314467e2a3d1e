/* SPDX-License-Identifier: BSD-3-Clause */
#include "analyze/base/cli.h"

#include <errno.h>
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "analyze/base/text.h"
#include "analyze/base/error.h"

const char *const cli_formats[] = { "text", "csv", "json", NULL };

enum { HELP_COLUMN = 30, HELP_WIDTH = 100 };

static const struct option_row no_options[] = { { 0 } };
static const struct option_row help_row = {
	.name = "help", .letter = 'h', .type = OPTION_SWITCH, .help = "Show this help"
};

static const struct cli_command *find_command(const struct cli_program *program, const char *name)
{
	for (const struct cli_command *const *c = program->commands; *c != NULL; c++)
		if (strcmp((*c)->name, name) == 0)
			return *c;
	return NULL;
}

/* The one that needs no name; NULL if there is none. */
static const struct cli_command *default_command(const struct cli_program *program)
{
	const struct cli_command *run = find_command(program, "run");

	return run != NULL ? run : find_command(program, "");
}

static const struct option_row *rows_of(const struct cli_command *c)
{
	return c->options != NULL ? c->options : no_options;
}

/* "tsim run", "treflect". */
static char *full_name(const struct cli_program *program, const struct cli_command *c)
{
	return g_strconcat(program->name, c->name[0] == '\0' ? "" : " ", c->name, NULL);
}

static void print_program_help(const struct cli_program *program)
{
	const struct cli_command *run = default_command(program);

	printf("%s - %s\n\nUsage:\n", program->name, program->summary);
	if (run != NULL)
		printf("  %s [OPTION...]%s%s\n", program->name, *run->arguments != '\0' ? " " : "",
			run->arguments);
	printf("  %s COMMAND [OPTION...] [ARGUMENT...]\n\nCommands:\n", program->name);
	for (const struct cli_command *const *c = program->commands; *c != NULL; c++) {
		g_autofree char *usage = g_strconcat((*c)->name, " ", (*c)->arguments, NULL);

		printf("  %-26s  %s%s\n", usage, (*c)->summary, *c == run ? " (the default)" : "");
	}
	printf("\nOptions:\n  -h, --help                  Show this help\n"
	       "  --version                   Show the version\n\n");
	if (run != NULL)
		printf("'%s run --help' shows the options of a run, '%s COMMAND --help' those of a "
		       "command.\n",
			program->name, program->name);
	else
		printf("'%s COMMAND --help' shows the options of a command.\n", program->name);
}

/* Text in words from a column on; the cursor stands at column `at`. */
static void append_wrapped(GString *to, const char *text, int at)
{
	g_auto(GStrv) words = g_strsplit(text, " ", -1);

	if (at + 2 > HELP_COLUMN) {
		g_string_append_c(to, '\n');
		at = 0;
	}
	g_string_append_printf(to, "%*s", HELP_COLUMN - at, "");
	at = HELP_COLUMN;
	for (guint i = 0; words[i] != NULL; i++) {
		int len = (int)g_utf8_strlen(words[i], -1);

		if (at > HELP_COLUMN && at + 1 + len > HELP_WIDTH) {
			g_string_append_printf(to, "\n%*s", HELP_COLUMN, "");
			at = HELP_COLUMN;
		} else if (i > 0) {
			g_string_append_c(to, ' ');
			at++;
		}
		g_string_append(to, words[i]);
		at += len;
	}
	g_string_append_c(to, '\n');
}

static void append_row(GString *text, const struct option_row *row)
{
	g_autofree char *help = option_help(row);
	gsize start = text->len;

	g_string_append(text, "  ");
	if (row->letter != 0)
		g_string_append_printf(text, "-%c, ", row->letter);
	g_string_append_printf(text, "--%s", row->name);
	if (row->type != OPTION_SWITCH)
		g_string_append_printf(text, "=%s", row->metavar);
	append_wrapped(text, help, (int)(text->len - start));
}

static void print_command_help(const struct cli_program *program, const struct cli_command *c)
{
	const struct option_row *rows = rows_of(c);
	g_autofree char *name = full_name(program, c);
	g_autoptr(GString) text = g_string_new(NULL);

	g_string_append_printf(text, "Usage:\n  %s [OPTION...]%s%s", name,
		c->arguments[0] == '\0' ? "" : " ", c->arguments);
	for (const struct option_row *row = rows; row->name != NULL; row++)
		if (row->type == OPTION_REST)
			g_string_append_printf(text, " [-- %s...]", row->metavar);
	g_string_append_printf(text, "\n\n%s\n", c->summary);
	if (rows->type != OPTION_HEADING)
		g_string_append(text, "\nOptions:\n");
	for (const struct option_row *row = rows; row->name != NULL; row++) {
		if (row->type == OPTION_HEADING)
			g_string_append_printf(text, "\n%s:\n", row->name);
		else if (row->type != OPTION_REST)
			append_row(text, row);
	}
	if (rows->type == OPTION_HEADING)
		g_string_append(text, "\nHelp:\n");
	append_row(text, &help_row);
	fputs(text->str, stdout);
}

static void print_fields(const char *const *fields, size_t nb)
{
	for (size_t i = 0; i < nb; i++) {
		g_autofree char *field = g_strdup(fields[i] != NULL ? fields[i] : "");

		/* Tabs and line ends would be columns and rows. */
		printf("%s%c", g_strdelimit(field, "\t\n", ' '), i + 1 < nb ? '\t' : '\n');
	}
}

static void list_options(const struct cli_program *program)
{
	static const char *const types[] = { "heading", "switch", "text", "choice", "choice",
		"file", "dir", "texts", "files", "number", "number", "number", "number", "time",
		"rest" }; /* by enum option_type */

	for (const struct cli_command *const *c = program->commands; *c != NULL; c++) {
		const char *const head[] = { (*c)->name, "command", (*c)->arguments,
			(*c)->summary };

		print_fields(head, G_N_ELEMENTS(head));
		for (const struct option_row *row = rows_of(*c); row->name != NULL; row++) {
			const char letter[] = { row->letter, '\0' };
			g_autofree char *help = row->help != NULL ? option_help(row) : NULL;
			g_autofree char *words = row->words != NULL
							 ? g_strjoinv(" ",
								   (char **)(uintptr_t)row->words)
							 : NULL;
			const char *const fields[] = { (*c)->name, types[row->type], letter,
				row->name, row->metavar, row->preset, words, help };

			print_fields(fields, G_N_ELEMENTS(fields));
		}
	}
}

static void ignore_signal(int number)
{
	(void)number;
}

/* Not SIG_IGN, which programs that are started would inherit. */
void cli_outlive_writes(void)
{
	const struct sigaction action = { .sa_handler = ignore_signal, .sa_flags = SA_RESTART };

	sigaction(SIGPIPE, &action, NULL);
	sigaction(SIGXFSZ, &action, NULL);
}

static gboolean reader_is_gone(void)
{
	struct pollfd out = { .fd = STDOUT_FILENO };

	return poll(&out, 1, 0) == 1 && (out.revents & POLLERR) != 0;
}

/*
 * What was printed may still fail to reach a file: a full disk must not look like success. A reader
 * that has seen enough is no fault: whatever else was to be done is done, and the program ends as all
 * filters do. Of a measurement it is said all the same.
 */
static int flush_output(const char *program, const struct cli_command *command, int status)
{
	gboolean measures = command != NULL && strcmp(command->name, "run") == 0;
	int err = fflush(stdout) == 0 ? 0 : errno; /* of a write before this one it is unknown */

	if (err == 0 && !ferror(stdout))
		return status;
	if (reader_is_gone()) {
		if (!measures) {
			signal(SIGPIPE, SIG_DFL);
			raise(SIGPIPE);
		}
		err = EPIPE;
	}
	fprintf(stderr, "%s: write error on standard output%s%s\n", program, err == 0 ? "" : ": ",
		err == 0 ? "" : g_strerror(err));
	return CLI_FAILED;
}

#define usage_error(error, ...) error_set(error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED, __VA_ARGS__)

static gboolean unknown_command(const struct cli_program *program, const char *word, GError **error)
{
	g_autoptr(GPtrArray) names = g_ptr_array_new();
	g_autofree char *all = NULL, *hint = NULL;

	for (const struct cli_command *const *c = program->commands; *c != NULL; c++)
		g_ptr_array_add(names, (gpointer)(uintptr_t)(*c)->name);
	g_ptr_array_add(names, NULL);
	hint = text_did_you_mean(word, (const char *const *)names->pdata);
	if (*hint != '\0')
		return usage_error(error, "%s: unknown command '%s'%s", program->name,
			text_quote(word).text, hint);
	all = g_strjoinv(", ", (char **)names->pdata);
	return usage_error(
		error, "%s: unknown command '%s' (%s)", program->name, text_quote(word).text, all);
}

/* The option that takes such a word, as it stands in the table; NULL if there is none. */
static const struct option_row *option_of_word(const struct option_row *rows, const char *word)
{
	for (; rows->name != NULL; rows++)
		if (rows->words != NULL && g_strv_contains(rows->words, word))
			return rows;
	return NULL;
}

/* A word that a command does not take: what was probably meant. */
static gboolean unexpected_word(const struct cli_program *program, const struct cli_command *c,
	const char *word, GError **error)
{
	const struct option_row *row = option_of_word(rows_of(c), word);
	g_autofree char *name = full_name(program, c);

	if (*word != '\0' && find_command(program, word) != NULL)
		return usage_error(error,
			"%s: unexpected argument '%s'; a command precedes all options: %s %s", name,
			text_quote(word).text, program->name, word);
	if (row != NULL) {
		g_autofree char *option = g_strdup_printf("--%s ", row->name);
		g_autofree char *hint = text_suggestion(option, word);

		return usage_error(
			error, "%s: unexpected argument '%s'%s", name, text_quote(word).text, hint);
	}
	return usage_error(error, "%s: unexpected argument '%s'; expected %s", name,
		text_quote(word).text, c->arguments[0] != '\0' ? c->arguments : "options only");
}

static gboolean check_words(
	const struct cli_program *program, const struct cli_call *call, GError **error)
{
	const struct cli_command *c = call->command;
	const GPtrArray *words = call->line.words;
	g_autofree char *name = full_name(program, c);

	if (call->line.help)
		return TRUE;
	if (words->len > c->max_words)
		return unexpected_word(program, c, words->pdata[c->max_words], error);
	if (words->len < c->min_words)
		return usage_error(error, "%s: missing argument: expected %s; see '%s --help'",
			name, c->arguments, name);
	return TRUE;
}

static gboolean parse_command(
	const struct cli_program *program, char **argv, struct cli_call *call, GError **error)
{
	g_autofree char *name = full_name(program, call->command);
	const struct option_row *rows = rows_of(call->command);

	call->asked = g_malloc0(MAX(call->command->size, 1));
	option_init(rows, call->asked);
	if (!option_parse(rows, call->asked, argv, &call->line, error)) {
		g_prefix_error(error, "%s: ", name);
		if (error != NULL &&
			g_error_matches(*error, G_OPTION_ERROR, G_OPTION_ERROR_UNKNOWN_OPTION) &&
			!g_str_has_suffix((*error)->message, "?)")) {
			g_autoptr(GError) cause = *error;

			*error = NULL;
			usage_error(error, "%s; see '%s --help'", cause->message, name);
		}
	} else if (check_words(program, call, error)) {
		return TRUE;
	}
	cli_call_clear(call);
	return FALSE;
}

gboolean cli_parse(
	const struct cli_program *program, char **argv, struct cli_call *call, GError **error)
{
	const char *word = argv[0];

	*call = (struct cli_call){ .command = default_command(program) };
	if (word != NULL && word[0] != '-' && find_command(program, "") == NULL) {
		call->command = find_command(program, word);
		if (call->command == NULL)
			return unknown_command(program, word, error);
		argv++;
	}
	if (call->command != NULL)
		return parse_command(program, argv, call, error);
	if (word == NULL)
		return usage_error(error, "%s: missing command; see '%s --help'", program->name,
			program->name);
	return usage_error(error, "%s: missing command before '%s'; see '%s --help'", program->name,
		word, program->name);
}

void cli_call_clear(struct cli_call *call)
{
	if (call->asked != NULL)
		option_clear(rows_of(call->command), call->asked);
	g_clear_pointer(&call->asked, g_free);
	option_line_clear(&call->line);
}

static int run_call(const struct cli_program *program, struct cli_call *call, int argc, char **argv)
{
	const struct cli_command *c = call->command;
	gboolean named;

	g_assert(c != NULL); /* cli_parse found it */
	named = argc > 1 && strcmp(argv[1], c->name) == 0;
	if (call->line.help) {
		print_command_help(program, c);
		return CLI_DONE;
	}
	if (c->enter == NULL) {
		option_finish(rows_of(c), call->asked);
		return c->run(call->asked, (char **)call->line.words->pdata);
	}
	if (named)
		return c->enter(argc - 1, argv + 1);
	g_autofree char **words = g_new0(char *, (gsize)MAX(argc, 1) + 1);

	words[0] = (char *)(uintptr_t)c->name;
	for (int i = 1; i < argc; i++)
		words[i] = argv[i];
	return c->enter(MAX(argc, 1), words);
}

int cli_main(const struct cli_program *program, int argc, char **argv)
{
	const char *word = argc > 1 ? argv[1] : "";
	g_autoptr(GError) error = NULL;
	struct cli_call call;
	int status;

	cli_outlive_writes();
	setlocale(LC_ALL, "");
	setlocale(LC_NUMERIC, "C"); /* files and output are read by programs, too */
	g_set_prgname(program->name);
	if (find_command(program, "") == NULL &&
		(strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0)) {
		print_program_help(program);
		return flush_output(program->name, NULL, CLI_DONE);
	}
	if (strcmp(word, "--version") == 0) {
		printf("%s %s\n", program->name, TSIM_VERSION);
		return flush_output(program->name, NULL, CLI_DONE);
	}
	if (strcmp(word, "--list-options") == 0) {
		list_options(program);
		return flush_output(program->name, NULL, CLI_DONE);
	}
	if (!cli_parse(program, argc > 0 ? argv + 1 : argv, &call, &error)) {
		fprintf(stderr, "%s\n", error->message);
		return CLI_USAGE;
	}
	status = flush_output(program->name, call.command, run_call(program, &call, argc, argv));
	cli_call_clear(&call);
	return status;
}

int cli_fail(const char *program, int status, const GError *error)
{
	fprintf(stderr, "%s: %s\n", program, error != NULL ? error->message : "failed");
	return status;
}
