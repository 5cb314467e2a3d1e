/* SPDX-License-Identifier: BSD-3-Clause */
/* tanalyze: trials become numbers. */
#include <stdio.h>
#include <string.h>

#include "analyze/cli.h"
#include "analyze/merge.h"
#include "analyze/ranks.h"
#include "analyze/report.h"
#include "analyze/result.h"

#define PROGRAM "tanalyze"
enum { NOTES_MAX = 20 };

static int merge_run(int argc, char **argv);
static int loss_run(int argc, char **argv);
static int percentiles_run(int argc, char **argv);

static const struct cli_command commands[] = {
	{ "merge", "[NAME...]", "Accumulate repetitions; write and show the numbers", merge_run },
	{ "loss", "[NAME...]", "What became of the frames", loss_run },
	{ "percentiles", "[NAME...]", "Percentiles of the latency", percentiles_run },
	{ NULL, NULL, NULL, NULL },
};

enum { MERGE, LOSS, PERCENTILES };

/* What all commands are asked for. */
struct common {
	char *dir, *format_text;
	gboolean interrupted;
	enum cli_format format;
};

#define COMMON_ENTRIES(c)                                                                          \
	CLI_HEADING("Which trials"),                                                               \
		{ "dir", 'd', 0, G_OPTION_ARG_FILENAME, &(c).dir,                                  \
			"Folder where labels and selectors are looked for (default: out)",         \
			"DIR" },                                                                   \
		{ "interrupted", 'i', 0, G_OPTION_ARG_NONE, &(c).interrupted,                      \
			"Keep trials that were interrupted (default: leave them out with a note)", \
			NULL },                                                                    \
		CLI_HEADING("Output"),                                                             \
	{                                                                                          \
		"format", 'f', 0, G_OPTION_ARG_STRING, &(c).format_text,                           \
			"text, csv or json (default: text)", "FORMAT"                              \
	}

static void common_clear(struct common *c)
{
	g_free(c->dir);
	g_free(c->format_text);
}

static void say(const char *kind, const GPtrArray *texts, guint max)
{
	for (guint i = 0; i < texts->len && i < max; i++)
		fprintf(stderr, "%s: %s: %s\n", PROGRAM, kind,
			(const char *)g_ptr_array_index(texts, i));
	if (texts->len > max)
		fprintf(stderr, "%s: %s: and %u more of that kind\n", PROGRAM, kind,
			texts->len - max);
}

/* Broken files outrank doubtful numbers: something was there that nobody has looked at. */
static int status(const result_set *r)
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

static struct result_options options_of(const struct common *c)
{
	return (struct result_options){ .dir = c->dir != NULL ? c->dir : "out",
		.interrupted = c->interrupted };
}

static gboolean parse_format(struct common *c, GError **error)
{
	return c->format_text == NULL || cli_format_parse(c->format_text, &c->format, error);
}

static result_set *open_results(struct common *c, char **names, int *failure)
{
	const struct result_options options = options_of(c);
	g_autoptr(GError) error = NULL;
	result_set *r;

	if (!parse_format(c, &error)) {
		*failure = cli_fail(PROGRAM, CLI_USAGE, error);
		return NULL;
	}
	r = result_open(&options, (const char *const *)names, &error);
	if (r == NULL)
		*failure = cli_fail(PROGRAM, CLI_FAILED, error);
	return r;
}

static void show(const struct common *c, const result_set *r, const table *t)
{
	g_autofree char *text = table_format(t, c->format);

	fputs(text, stdout);
	for (guint i = 0; c->format == CLI_TEXT && i < r->combinations->len; i++) {
		g_autofree char *reasons = report_reasons(g_ptr_array_index(r->combinations, i));

		fputs(reasons, stdout);
	}
}

/* Without --output the numbers go where the trials are. */
static char *output_folder(const char *output, const struct common *c, char **names)
{
	const char *dir = c->dir != NULL ? c->dir : "out";

	if (output != NULL)
		return g_strdup(output);
	if (names[0] != NULL && names[1] == NULL) {
		g_autofree char *label = g_build_filename(dir, names[0], NULL);

		if (g_file_test(names[0], G_FILE_TEST_IS_DIR))
			return g_strdup(names[0]);
		if (g_file_test(label, G_FILE_TEST_IS_DIR))
			return g_steal_pointer(&label);
	}
	return g_strdup(dir);
}

/* What a merge came to; error is NULL if all is written. */
static int tell(const struct common *c, const merge *m, const char *folder, const GError *error)
{
	int result = m->warnings->len > 0 ? CLI_FAILED
		     : m->trustworthy     ? CLI_DONE
					  : CLI_NOT_TRUSTWORTHY;
	g_autofree char *text = NULL;

	say("note", m->notes, NOTES_MAX);
	if (error != NULL) {
		result = cli_fail(PROGRAM, CLI_FAILED, error);
	} else {
		text = c->format == CLI_TEXT  ? table_text(m->overview)
		       : c->format == CLI_CSV ? summary_csv(m->summary)
					      : summary_json(m->summary);
		fputs(text, stdout);
		for (guint i = 0; c->format == CLI_TEXT && i < m->reasons->len; i++)
			fputs(g_ptr_array_index(m->reasons, i), stdout);
		fprintf(stderr, "%s: %u combination%s; summary.csv and summary.json are in %s\n",
			PROGRAM, m->nb, m->nb == 1 ? "" : "s", folder);
	}
	say("warning", m->warnings, m->warnings->len);
	return result;
}

static int merge_alone(struct common *c, char **names, const char *folder)
{
	g_autoptr(merge) m = merge_new();
	g_autoptr(GError) error = NULL;
	g_autoptr(result_set) r = NULL;
	int failure = CLI_FAILED;

	r = open_results(c, names, &failure);
	if (r == NULL)
		return failure;
	(void)merge_write(r, folder, m, &error);
	return tell(c, m, folder, error);
}

/* By all ranks together; what is said and returned is rank 0's. */
static int merge_together(struct common *c, char **names, const char *folder)
{
	const struct result_options options = options_of(c);
	g_autoptr(merge) m = merge_new();
	g_autoptr(GError) error = NULL;
	enum merge_shared shared;

	shared = merge_write_shared(&options, (const char *const *)names, folder, m, &error);
	if (ranks_own() > 0)
		return CLI_DONE;
	return shared == MERGE_ALONE ? merge_alone(c, names, folder) : tell(c, m, folder, error);
}

static int merge_run(int argc, char **argv)
{
	struct common c = { 0 };
	g_autofree char *output = NULL, *folder = NULL;
	const GOptionEntry entries[] = {
		COMMON_ENTRIES(c),
		{ "output", 'o', 0, G_OPTION_ARG_FILENAME, &output,
			"Folder for the merged set (default: the folder given, if it is one alone; "
			"else that of --dir)",
			"DIR" },
		G_OPTION_ENTRY_NULL,
	};
	g_autoptr(GError) error = NULL;
	int result = CLI_USAGE;

	if (cli_options(PROGRAM, &commands[MERGE], entries, &argc, &argv)) {
		folder = output_folder(output, &c, argv + 1);
		if (!parse_format(&c, &error))
			result = cli_fail(PROGRAM, CLI_USAGE, error);
		else if (!ranks_begin(&error))
			result = cli_fail(PROGRAM, CLI_FAILED, error);
		else if (ranks_count() > 1)
			result = merge_together(&c, argv + 1, folder);
		else
			result = merge_alone(&c, argv + 1, folder);
		ranks_end();
	}
	common_clear(&c);
	return result;
}

static int loss_run(int argc, char **argv)
{
	struct common c = { 0 };
	gboolean guests = FALSE;
	const GOptionEntry entries[] = {
		COMMON_ENTRIES(c),
		{ "guests", 'g', 0, G_OPTION_ARG_NONE, &guests, "Also a row for each guest", NULL },
		G_OPTION_ENTRY_NULL,
	};
	g_autoptr(result_set) r = NULL;
	g_autoptr(table) t = NULL;
	int result = CLI_USAGE;

	if (cli_options(PROGRAM, &commands[LOSS], entries, &argc, &argv)) {
		r = open_results(&c, argv + 1, &result);
		if (r != NULL) {
			t = report_loss_new(guests);
			for (guint i = 0; i < r->combinations->len; i++)
				report_loss_add(t, g_ptr_array_index(r->combinations, i), guests);
			say("note", r->notes, NOTES_MAX);
			show(&c, r, t);
			say("warning", r->warnings, r->warnings->len);
			result = status(r);
		}
	}
	common_clear(&c);
	return result;
}

static int show_percentiles(
	const struct common *c, result_set *r, const struct report_percentiles *p)
{
	g_autoptr(table) t = report_percentiles_new(p);

	for (guint i = 0; i < r->combinations->len; i++) {
		result_combination *combination = g_ptr_array_index(r->combinations, i);
		g_autoptr(GError) error = NULL;

		if (result_load(r, combination, NULL, NULL, &error))
			report_percentiles_add(t, combination, p);
		else
			g_ptr_array_add(r->warnings, g_strdup(error->message));
		result_unload(combination);
	}
	say("note", r->notes, NOTES_MAX);
	if (table_rows(t) > 0)
		show(c, r, t);
	say("warning", r->warnings, r->warnings->len);
	return status(r);
}

static int percentiles_run(int argc, char **argv)
{
	struct common c = { 0 };
	struct report_percentiles p = { 0 };
	g_autofree char *text = NULL;
	const GOptionEntry entries[] = {
		COMMON_ENTRIES(c),
		{ "percentiles", 'p', 0, G_OPTION_ARG_STRING, &text,
			"Which, in percent (default: 50,90,99,99.9,99.99)", "LIST" },
		{ "response", 'r', 0, G_OPTION_ARG_NONE, &p.response,
			"Response time, from the scheduled departure (default: latency, from the "
			"real "
			"departure)",
			NULL },
		{ "guests", 'g', 0, G_OPTION_ARG_NONE, &p.guests, "Also a row for each guest",
			NULL },
		G_OPTION_ENTRY_NULL,
	};
	g_autoptr(result_set) r = NULL;
	g_autoptr(GError) error = NULL;
	int result = CLI_USAGE;

	if (cli_options(PROGRAM, &commands[PERCENTILES], entries, &argc, &argv)) {
		if (!report_percentiles_parse(
			    text != NULL ? text : "50,90,99,99.9,99.99", &p, &error))
			result = cli_fail(PROGRAM, CLI_USAGE, error);
		else
			r = open_results(&c, argv + 1, &result);
		if (r != NULL)
			result = show_percentiles(&c, r, &p);
	}
	g_free(p.q);
	common_clear(&c);
	return result;
}

int main(int argc, char **argv)
{
	gboolean helps = ranks_own() > 0;
	int result;

	/* Of processes that mpirun started, only one talks; the others help it to merge. */
	if (helps && (argc < 2 || strcmp(argv[1], commands[MERGE].name) != 0 ||
			     freopen("/dev/null", "w", stdout) == NULL ||
			     freopen("/dev/null", "w", stderr) == NULL))
		return CLI_DONE;
	result = cli_main(PROGRAM, "what trials measured, in numbers", commands, argc, argv);
	/* A helper's status would have mpirun end rank 0 before that has said what is wrong. */
	return helps ? CLI_DONE : result;
}
