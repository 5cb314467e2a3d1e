/* SPDX-License-Identifier: BSD-3-Clause */
#include "analyze/commands.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

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

/* A line on a terminal that goes again; nothing for what takes no time. */
struct progress {
	gint64 shown_us; /* when it was shown last; 0: not yet */
	gint64 began_us;
};

static void on_progress(guint done, guint of, void *user)
{
	enum { FIRST_US = 300000, EVERY_US = 100000 };
	struct progress *p = user;
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

static struct progress progress;

static void listen(struct result_options *options)
{
	if (!isatty(STDERR_FILENO))
		return;
	progress.began_us = g_get_monotonic_time();
	options->progress = on_progress;
	options->progress_user = &progress;
}

struct result_options commands_options(const struct commands_common *c)
{
	struct result_options options = { .dir = c->dir != NULL ? c->dir : "out",
		.interrupted = c->interrupted };

	listen(&options);
	return options;
}

gboolean commands_parse_format(struct commands_common *c, GError **error)
{
	return c->format_text == NULL || cli_format_parse(c->format_text, &c->format, error);
}

gboolean commands_parse_share(
	const char *option, const char *text, double least, double *out, GError **error)
{
	char *end = NULL;
	double v;

	if (text == NULL)
		return TRUE;
	v = g_ascii_isdigit(*text) || *text == '.' ? g_ascii_strtod(text, &end) : 0;
	if (end != NULL && end > text) {
		end += strspn(end, " ");
		if (*end == '%') {
			v /= 100;
			end++;
		}
	}
	if (end != NULL && end > text && *end == '\0' && v >= least && v < 1) {
		*out = v;
		return TRUE;
	}
	g_set_error(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
		"%s: '%s' is no share from %g to below 1; write one such as 0.05 or 5%%", option,
		text, least);
	return FALSE;
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
	const struct result_options options = commands_options(c);

	if (r == NULL)
		return failure;
	for (guint i = 0; i < r->combinations->len; i++) {
		result_combination *combination = g_ptr_array_index(r->combinations, i);
		g_autoptr(GError) error = NULL;

		if (bins && options.progress != NULL)
			options.progress(i + 1, r->combinations->len, options.progress_user);
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
