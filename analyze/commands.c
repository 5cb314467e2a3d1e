/* SPDX-License-Identifier: BSD-3-Clause */
#include "analyze/commands.h"

#include <stdio.h>

#include "analyze/report.h"

enum { NOTES_MAX = 20 };

void commands_common_clear(struct commands_common *c)
{
	g_free(c->dir);
	g_free(c->format_text);
}

static void say(const char *kind, const GPtrArray *texts, guint max)
{
	for (guint i = 0; i < texts->len && i < max; i++)
		fprintf(stderr, "%s: %s: %s\n", COMMANDS_PROGRAM, kind,
			(const char *)g_ptr_array_index(texts, i));
	if (texts->len > max)
		fprintf(stderr, "%s: %s: and %u more of that kind\n", COMMANDS_PROGRAM, kind,
			texts->len - max);
}

void commands_say_notes(const GPtrArray *texts)
{
	say("note", texts, NOTES_MAX);
}

void commands_say_warnings(const GPtrArray *texts)
{
	say("warning", texts, texts->len);
}

/* Broken files outrank doubtful numbers: something was there that nobody has looked at. */
int commands_status(const result_set *r)
{
	if (r->warnings->len > 0)
		return CLI_FAILED;
	for (guint i = 0; i < r->combinations->len; i++) {
		if (!((const result_combination *)g_ptr_array_index(r->combinations, i))
				->trustworthy)
			return CLI_NOT_TRUSTWORTHY;
	}
	return CLI_DONE;
}

struct result_options commands_options(const struct commands_common *c)
{
	return (struct result_options){ .dir = c->dir != NULL ? c->dir : "out",
		.interrupted = c->interrupted };
}

gboolean commands_parse_format(struct commands_common *c, GError **error)
{
	return c->format_text == NULL || cli_format_parse(c->format_text, &c->format, error);
}

result_set *commands_open(struct commands_common *c, char **names, int *failure)
{
	const struct result_options options = commands_options(c);
	g_autoptr(GError) error = NULL;
	result_set *r;

	if (!commands_parse_format(c, &error)) {
		*failure = cli_fail(COMMANDS_PROGRAM, CLI_USAGE, error);
		return NULL;
	}
	r = result_open(&options, (const char *const *)names, &error);
	if (r == NULL)
		*failure = cli_fail(COMMANDS_PROGRAM, CLI_FAILED, error);
	return r;
}

void commands_show(const struct commands_common *c, const result_set *r, const table *t)
{
	g_autofree char *text = table_format(t, c->format);

	fputs(text, stdout);
	for (guint i = 0; c->format == CLI_TEXT && i < r->combinations->len; i++) {
		g_autofree char *reasons = report_reasons(g_ptr_array_index(r->combinations, i));

		fputs(reasons, stdout);
	}
}

int commands_table(struct commands_common *c, char **names, gboolean bins, table *t,
	commands_add_fn add, const void *user)
{
	int failure = CLI_FAILED;
	g_autoptr(result_set) r = commands_open(c, names, &failure);

	if (r == NULL)
		return failure;
	for (guint i = 0; i < r->combinations->len; i++) {
		result_combination *combination = g_ptr_array_index(r->combinations, i);
		g_autoptr(GError) error = NULL;

		if (!bins || result_load(r, combination, NULL, NULL, &error))
			add(t, combination, user);
		else
			g_ptr_array_add(r->warnings, g_strdup(error->message));
		if (bins)
			result_unload(combination);
	}
	commands_say_notes(r->notes);
	if (table_rows(t) > 0)
		commands_show(c, r, t);
	commands_say_warnings(r->warnings);
	return commands_status(r);
}
