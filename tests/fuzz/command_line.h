/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Command lines of a program, parsed and judged, not run: words separated by line ends. Whatever they
 * are, an option that is in no table is refused wherever it stands.
 */
#ifndef FUZZ_COMMAND_LINE_H
#define FUZZ_COMMAND_LINE_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "analyze/cli.h"

static void parse(const struct cli_program *program, char **argv, gboolean must_fail)
{
	g_autoptr(GError) error = NULL;
	struct cli_call call;

	if (!cli_parse(program, argv, &call, &error)) {
		g_assert_true(error != NULL && g_str_has_prefix(error->message, program->name));
		return;
	}
	g_assert_false(must_fail);
	if (call.command->options != NULL)
		option_finish(call.command->options, call.asked);
	cli_call_clear(&call);
}

/* An option that nobody has, before each word but those behind "--". */
static void insert_unknown(const struct cli_program *program, char **argv)
{
	guint nb = g_strv_length(argv);
	g_autofree char **more = g_new0(char *, nb + 2);
	char word[] = "--no-such-option-at-all";

	for (guint at = 0; at <= nb; at++) {
		/* It would be the word of the option before it. */
		gboolean after_option = at > 0 && argv[at - 1][0] == '-';

		if (at > 0 && strcmp(argv[at - 1], "--") == 0)
			break;
		memcpy(more, argv, at * sizeof(*argv));
		more[at] = word;
		memcpy(more + at + 1, argv + at, (nb - at) * sizeof(*argv));
		parse(program, more, !after_option);
	}
}

static int command_line(const struct cli_program *program, const uint8_t *data, size_t size)
{
	g_autofree char *text = NULL;
	g_auto(GStrv) argv = NULL;

	if (size > 2048)
		return 0;
	text = g_strndup((const char *)data, size);
	argv = g_strsplit(text, "\n", 64);
	parse(program, argv, FALSE);
	insert_unknown(program, argv);
	return 0;
}

#endif
