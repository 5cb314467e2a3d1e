/* SPDX-License-Identifier: BSD-3-Clause */
#include "analyze/cli.h"

#include <errno.h>
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <gsl/gsl_errno.h>

#include "analyze/error.h"

enum { HELP_COLUMN = 30, HELP_WIDTH = 100, NEAREST_MAX = 3 };

gboolean cli_format_parse(const char *text, enum cli_format *out, GError **error)
{
	static const char *const names[] = { "text", "csv", "json" };

	for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
		if (g_strcmp0(text, names[i]) == 0) {
			*out = (enum cli_format)i;
			return TRUE;
		}
	}
	g_set_error(error, ANALYZE_ERROR, ANALYZE_ERROR_SYNTAX,
		"--format: '%s' is no format; write text, csv or json", text);
	return FALSE;
}

/* Edits (insert, delete, replace one letter) from a to b. */
static guint distance(const char *a, const char *b)
{
	size_t nb_b = strlen(b);
	g_autofree guint *row = g_new(guint, nb_b + 1);

	for (guint j = 0; j <= nb_b; j++)
		row[j] = j;
	for (guint i = 0; a[i] != '\0'; i++) {
		guint diagonal = row[0];

		row[0] = i + 1;
		for (guint j = 0; j < nb_b; j++) {
			guint replaced = diagonal + (a[i] != b[j]);

			diagonal = row[j + 1];
			row[j + 1] = MIN(replaced, MIN(row[j], diagonal) + 1);
		}
	}
	return row[nb_b];
}

char *cli_nearest(const char *word, const char *const *candidates)
{
	guint best = (guint)MAX(2, strlen(word) / 3) + 1, found = 0;
	GString *text;

	for (guint i = 0; candidates[i] != NULL; i++)
		best = MIN(best, distance(word, candidates[i]));
	text = g_string_new(NULL);
	for (guint i = 0; candidates[i] != NULL && found < NEAREST_MAX; i++) {
		gboolean begins = word[0] != '\0' && g_str_has_prefix(candidates[i], word);
		gboolean near = best <= MAX(2, strlen(word) / 3) &&
				distance(word, candidates[i]) == best;

		if (begins || near)
			g_string_append_printf(
				text, "%s'%s'", found++ > 0 ? " or " : "", candidates[i]);
	}
	return g_string_free(text, found == 0);
}

static const struct cli_command *find(const struct cli_command *commands, const char *name)
{
	for (const struct cli_command *c = commands; c->name != NULL; c++) {
		if (strcmp(c->name, name) == 0)
			return c;
	}
	return NULL;
}

static void print_help(const char *program, const char *summary, const struct cli_command *commands)
{
	const struct cli_command *run = find(commands, "run");

	printf("%s - %s\n\nUsage:\n", program, summary);
	if (run != NULL)
		printf("  %s [OPTION...]%s%s\n", program, *run->arguments != '\0' ? " " : "",
			run->arguments);
	printf("  %s COMMAND [OPTION...] [ARGUMENT...]\n\nCommands:\n", program);
	for (const struct cli_command *c = commands; c->name != NULL; c++) {
		g_autofree char *usage = g_strconcat(c->name, " ", c->arguments, NULL);

		printf("  %-26s  %s%s\n", usage, c->summary, c == run ? " (the default)" : "");
	}
	printf("\nOptions:\n  -h, --help                  Show this help\n"
	       "  --version                   Show the version\n\n");
	if (run != NULL)
		printf("'%s run --help' shows the options of a run, '%s COMMAND --help' those of "
		       "a command.\n",
			program, program);
	else
		printf("'%s COMMAND --help' shows the options of a command.\n", program);
}

static int unknown_command(
	const char *program, const struct cli_command *commands, const char *word)
{
	g_autoptr(GPtrArray) names = g_ptr_array_new();
	g_autofree char *nearest = NULL;

	for (const struct cli_command *c = commands; c->name != NULL; c++)
		g_ptr_array_add(names, (gpointer)c->name);
	g_ptr_array_add(names, NULL);
	nearest = cli_nearest(word, (const char *const *)names->pdata);
	if (nearest != NULL) {
		fprintf(stderr, "%s: '%s' is no command; did you mean %s?\n", program, word,
			nearest);
	} else {
		g_autofree char *all = g_strjoinv(", ", (char **)names->pdata);

		fprintf(stderr, "%s: '%s' is no command; the commands are %s\n", program, word,
			all);
	}
	return CLI_USAGE;
}

static void ignore(int number)
{
	(void)number;
}

/* Not SIG_IGN, which programs that are started would inherit. */
void cli_outlive_writes(void)
{
	const struct sigaction action = { .sa_handler = ignore, .sa_flags = SA_RESTART };

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
static int flushed(const char *program, const struct cli_command *command, int status)
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

int cli_main(const char *program, const char *summary, const struct cli_command *commands, int argc,
	char **argv)
{
	const struct cli_command *command = find(commands, "run");
	const char *word = argc > 1 ? argv[1] : NULL;

	cli_outlive_writes();
	setlocale(LC_ALL, "");
	setlocale(LC_NUMERIC, "C"); /* files and output are read by programs, too */
	gsl_set_error_handler_off();
	g_set_prgname(program);

	if (word != NULL && (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0)) {
		print_help(program, summary, commands);
		return flushed(program, NULL, CLI_DONE);
	}
	if (word != NULL && strcmp(word, "--version") == 0) {
		printf("%s %s\n", program, TSIM_VERSION);
		return flushed(program, NULL, CLI_DONE);
	}
	if (word != NULL && word[0] != '-') {
		command = find(commands, word);
		if (command == NULL)
			return unknown_command(program, commands, word);
		return flushed(program, command, command->run(argc - 1, argv + 1));
	}
	if (command == NULL) {
		if (word == NULL)
			fprintf(stderr, "%s: no command given; '%s --help' shows them\n", program,
				program);
		else
			fprintf(stderr, "%s: a command comes before '%s'; '%s --help' shows them\n",
				program, word, program);
		return CLI_USAGE;
	}
	{
		g_autofree char **words = g_new0(char *, (gsize)MAX(argc, 1) + 1);

		words[0] = (char *)command->name;
		for (int i = 1; i < argc; i++)
			words[i] = argv[i];
		return flushed(program, command, command->run(MAX(argc, 1), words));
	}
}

static gboolean is_heading(const GOptionEntry *e)
{
	return e->long_name[0] == '\0' && e->arg_data == NULL;
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

/* GOptionContext shows its main group in one block: headings need a text of our own. */
static char *options_text(const struct cli_command *command, const GOptionEntry *entries)
{
	GString *text = g_string_new(command->summary);

	g_string_append_c(text, '\n');
	if (entries[0].long_name != NULL && !is_heading(&entries[0]))
		g_string_append(text, "\nOptions:\n");
	for (const GOptionEntry *e = entries; e->long_name != NULL; e++) {
		gsize start = text->len;

		if (is_heading(e)) {
			g_string_append_printf(text, "\n%s:\n", e->description);
			continue;
		}
		if (e->flags & G_OPTION_FLAG_HIDDEN || e->long_name[0] == '\0')
			continue;
		if (e->short_name != 0)
			g_string_append_printf(text, "  -%c, ", e->short_name);
		else
			g_string_append(text, "  ");
		g_string_append_printf(text, "--%s", e->long_name);
		if (e->arg_description != NULL)
			g_string_append_printf(text, "=%s", e->arg_description);
		append_wrapped(text, e->description != NULL ? e->description : "",
			(int)(text->len - start));
	}
	g_string_truncate(text, text->len - 1); /* the context ends it */
	return g_string_free(text, FALSE);
}

/* The long options that an unknown one was probably meant to be; NULL if none is near. */
static char *nearest_option(const char *message, const GOptionEntry *entries)
{
	const char *dashes = strstr(message, "--");
	g_autoptr(GPtrArray) names = NULL;
	g_autofree char *word = NULL;

	if (dashes == NULL)
		return NULL;
	word = g_strndup(dashes, strcspn(dashes, "= "));
	names = g_ptr_array_new_with_free_func(g_free);
	for (const GOptionEntry *e = entries; e->long_name != NULL; e++) {
		if (e->long_name[0] != '\0')
			g_ptr_array_add(names, g_strconcat("--", e->long_name, NULL));
	}
	g_ptr_array_add(names, NULL);
	return cli_nearest(word, (const char *const *)names->pdata);
}

gboolean cli_switch_parse(const char *where, const char *word, gboolean *out, GError **error)
{
	static const char *const words[] = { "false", "true", "no", "yes", "off", "on", "0", "1" };

	for (guint i = 0; i < G_N_ELEMENTS(words); i++) {
		if (strcmp(word, words[i]) == 0) {
			*out = i % 2 == 1;
			return TRUE;
		}
	}
	g_set_error(error, ANALYZE_ERROR, ANALYZE_ERROR_SYNTAX,
		"%s: invalid value '%s': expected true or false", where, word);
	return FALSE;
}

/* GLib drops the word of --switch=word: make it --switch or --no-switch. New words go to owned. */
static gboolean resolve_switches(
	const GOptionEntry *entries, int argc, char **argv, GPtrArray *owned, GError **error)
{
	for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
		const char *equals = strchr(argv[i], '=');
		const GOptionEntry *e = entries;
		g_autofree char *where = NULL;
		gboolean on;

		if (equals == NULL || !g_str_has_prefix(argv[i], "--"))
			continue;
		where = g_strndup(argv[i], (gsize)(equals - argv[i]));
		while (e->long_name != NULL && strcmp(e->long_name, where + 2) != 0)
			e++;
		if (e->long_name == NULL || is_heading(e) || e->arg != G_OPTION_ARG_NONE)
			continue;
		if (!cli_switch_parse(where, equals + 1, &on, error))
			return FALSE;
		argv[i] = g_strdup_printf("--%s%s", on ? "" : "no-", e->long_name);
		g_ptr_array_add(owned, argv[i]);
	}
	return TRUE;
}

/* The switch the other way round: --no-NAME. */
static void add_negated(GArray *to, const GOptionEntry *e, GPtrArray *owned)
{
	GOptionEntry negated = *e;

	negated.long_name = g_strconcat("no-", e->long_name, NULL);
	negated.short_name = 0;
	negated.flags |= G_OPTION_FLAG_REVERSE | G_OPTION_FLAG_HIDDEN;
	g_ptr_array_add(owned, (gpointer)(uintptr_t)negated.long_name);
	g_array_append_val(to, negated);
}

gboolean cli_options(const char *program, const struct cli_command *command,
	const GOptionEntry *entries, int *argc, char ***argv)
{
	g_autoptr(GOptionContext) context = g_option_context_new(command->arguments);
	g_autoptr(GArray) real = g_array_new(TRUE, TRUE, sizeof(GOptionEntry));
	g_autofree char *text = options_text(command, entries);
	/* A program with one command only has no name for it. */
	g_autofree char *name = g_strconcat(
		program, command->name[0] == '\0' ? "" : " ", command->name, NULL);
	g_autoptr(GPtrArray) owned = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GError) error = NULL;

	for (const GOptionEntry *e = entries; e->long_name != NULL; e++) {
		GOptionEntry entry = *e;

		if (is_heading(e))
			continue;
		entry.flags |= G_OPTION_FLAG_HIDDEN; /* the summary shows it */
		g_array_append_val(real, entry);
		if (e->arg == G_OPTION_ARG_NONE)
			add_negated(real, e, owned);
	}
	g_option_context_set_summary(context, text);
	g_option_context_add_main_entries(context, (const GOptionEntry *)real->data, NULL);
	g_set_prgname(name); /* for the usage line */
	if (!resolve_switches(entries, *argc, *argv, owned, &error) ||
		!g_option_context_parse(context, argc, argv, &error)) {
		g_autofree char *nearest = g_error_matches(error, G_OPTION_ERROR,
						   G_OPTION_ERROR_UNKNOWN_OPTION)
						   ? nearest_option(error->message, entries)
						   : NULL;

		fprintf(stderr, "%s: %s; ", name, error->message);
		if (nearest != NULL)
			fprintf(stderr, "did you mean %s? ", nearest);
		fprintf(stderr, "'%s --help' shows all options\n", name);
		return FALSE;
	}
	return TRUE;
}

int cli_fail(const char *program, int status, const GError *error)
{
	fprintf(stderr, "%s: %s\n", program, error != NULL ? error->message : "failed");
	return status;
}
