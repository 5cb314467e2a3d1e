/* SPDX-License-Identifier: BSD-3-Clause */
#include "analyze/commands/commands.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "analyze/results/reasons.h"

enum { NOTES_MAX = 20 };

const struct cli_program commands_program = {
	.name = COMMANDS_PROGRAM,
	.summary = "tables and statistics of tsim's results",
	.commands =
		(const struct cli_command *const[]){
			&command_merge,
			&command_summary,
			&command_loss,
			&command_percentiles,
			&command_guests,
			&command_sizes,
			&command_departures,
			&command_delay,
			&command_check,
			&command_compare,
			&command_limit,
			&command_search,
			&command_profile,
			NULL,
		},
};

static void say_texts(const char *kind, const GPtrArray *texts, guint max)
{
	for (guint i = 0; i < texts->len && i < max; i++)
		fprintf(stderr, "%s: %s: %s\n", COMMANDS_PROGRAM, kind,
			(const char *)g_ptr_array_index(texts, i));
	if (texts->len > max)
		fprintf(stderr, "%s: %s: %u more suppressed\n", COMMANDS_PROGRAM, kind,
			texts->len - max);
}

void commands_say_notes(const GPtrArray *texts)
{
	say_texts("note", texts, NOTES_MAX);
}

void commands_say_warnings(const GPtrArray *texts)
{
	say_texts("warning", texts, texts->len);
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

/* Nothing is shown of what takes no time. */
static void on_progress(guint done, guint of, void *user)
{
	enum { FIRST_US = 300000, EVERY_US = 100000 };
	struct commands_progress *p = user;
	gint64 now = g_get_monotonic_time();

	if (now - p->began_us < FIRST_US || (done < of && now - p->shown_us < EVERY_US))
		return;
	p->shown_us = now;
	fprintf(stderr, "\r\033[K");
	if (done < of)
		fprintf(stderr, "%s: reading: %u of %u (%u %%)", COMMANDS_PROGRAM, done, of,
			(guint)(100.0 * done / of));
	fflush(stderr);
}

/* The struct itself: a name for its start. */
struct alone {
	struct commands_common c;
};

const struct option_row commands_common_rows[] = { COMMANDS_COMMON_ROWS(struct alone, c), { 0 } };

struct result_options commands_options(struct commands_common *c)
{
	struct result_options options = { .dir = c->dir, .interrupted = c->interrupted };

	if (!isatty(STDERR_FILENO))
		return options;
	if (c->progress.began_us == 0)
		c->progress.began_us = g_get_monotonic_time();
	options.progress = on_progress;
	options.progress_user = &c->progress;
	return options;
}

result_set *commands_open(struct commands_common *c, char **names, gboolean by_tree, int *failure)
{
	struct result_options options = commands_options(c);
	g_autoptr(GError) error = NULL;
	result_set *r;

	options.by_tree = by_tree;
	r = result_open(&options, (const char *const *)names, &error);
	if (r == NULL)
		*failure = cli_fail(COMMANDS_PROGRAM, CLI_FAILED, error);
	return r;
}

void commands_print_reasons(const result_set *r)
{
	g_autoptr(GPtrArray) texts = g_ptr_array_new_with_free_func(g_free);
	g_autofree char *joined = NULL;

	for (guint i = 0; i < r->combinations->len; i++)
		g_ptr_array_add(texts, result_reasons_text(g_ptr_array_index(r->combinations, i)));
	joined = reasons_join(texts);
	fputs(joined, stdout);
}

void commands_show(const struct commands_common *c, const result_set *r, const table *t)
{
	g_autofree char *text = table_format(t, c->format);

	fputs(text, stdout);
	if (c->format == CLI_TEXT)
		commands_print_reasons(r);
}

int commands_report(struct commands_common *c, char **names, gboolean bins, const report *shown,
	const struct report_options *asked, commands_also_fn also, void *user)
{
	int failure = CLI_FAILED;
	g_autoptr(result_set) r = commands_open(c, names, TRUE, &failure);
	const struct result_options options = commands_options(c);
	g_autoptr(table) t = report_new(shown, asked);

	if (r == NULL)
		return failure;
	for (guint i = 0; i < r->combinations->len; i++) {
		result_combination *combination = g_ptr_array_index(r->combinations, i);
		g_autoptr(GError) error = NULL;

		if (bins && options.progress != NULL)
			options.progress(i + 1, r->combinations->len, options.progress_user);
		if (bins && !result_load(r, combination, NULL, NULL, &error)) {
			g_ptr_array_add(r->warnings, g_strdup(error->message));
			continue;
		}
		report_add(t, shown, combination, asked);
		if (also != NULL)
			also(combination, user);
		if (bins)
			result_unload(combination);
	}
	commands_say_notes(r->notes);
	if (table_rows(t) > 0)
		commands_show(c, r, t);
	commands_say_warnings(r->warnings);
	return commands_status(r);
}
