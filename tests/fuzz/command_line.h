/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Command lines of a program, parsed and judged, not run: words separated by line ends. Whatever they
 * are, an option that is in no table is refused wherever it stands, and so is a word more than a command
 * takes.
 */
#ifndef FUZZ_COMMAND_LINE_H
#define FUZZ_COMMAND_LINE_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "analyze/base/cli.h"

/* Has the command line all the words that its command takes? Only to be asked of one that is good. */
static gboolean is_full(const struct cli_call *call)
{
	return !call->line.help && call->line.words->len == call->command->max_words;
}

/* Is it good? *full: then is_full. */
static gboolean parse(const struct cli_program *program, char **argv, gboolean *full)
{
	g_autoptr(GError) error = NULL;
	struct cli_call call;

	if (!cli_parse(program, argv, &call, &error)) {
		g_assert_true(error != NULL && g_str_has_prefix(error->message, program->name));
		return FALSE;
	}
	*full = is_full(&call);
	if (call.command->options != NULL)
		option_finish(call.command->options, call.asked);
	cli_call_clear(&call);
	return TRUE;
}

/* A word that is refused, before each of the others but those behind "--". */
static void insert(const struct cli_program *program, char **argv, char *word)
{
	guint nb = g_strv_length(argv);
	g_autofree char **more = g_new0(char *, nb + 2);
	gboolean full;

	for (guint at = 0; at <= nb; at++) {
		/* It may be the value of the option before it. */
		gboolean after_option = at > 0 && argv[at - 1][0] == '-' &&
					strchr(argv[at - 1], '=') == NULL;

		if (at > 0 && strcmp(argv[at - 1], "--") == 0)
			break;
		memcpy(more, argv, at * sizeof(*argv));
		more[at] = word;
		memcpy(more + at + 1, argv + at, (nb - at) * sizeof(*argv));
		g_assert_true(!parse(program, more, &full) || after_option);
	}
}

static int command_line(const struct cli_program *program, const uint8_t *data, size_t size)
{
	char option[] = "--no-such-option-at-all", stray[] = "stray-word";
	g_autofree char *text = NULL;
	g_auto(GStrv) argv = NULL;
	gboolean full = FALSE;

	if (size > 2048)
		return 0;
	if (size > 0 && data[size - 1] == '\n')
		size--; /* as editors end a file: no empty word */
	text = g_strndup((const char *)data, size);
	argv = g_strsplit(text, "\n", 64);
	parse(program, argv, &full);
	insert(program, argv, option);
	if (full)
		insert(program, argv, stray);
	return 0;
}

#endif
