/* SPDX-License-Identifier: BSD-3-Clause */
/* tanalyze merge: by one process, or by all that mpirun started. */
#include <stdio.h>

#include "analyze/commands/commands.h"
#include "analyze/base/text.h"
#include "analyze/results/reasons.h"
#include "analyze/results/merge.h"
#include "analyze/show/report.h"
#include "analyze/base/ranks.h"

static table *empty_overview(void)
{
	return report_new(&report_overview, NULL);
}

static void add_overview(table *t, const result_combination *c)
{
	report_add(t, &report_overview, c, NULL);
}

static const struct merge_view overview = { empty_overview, add_overview };

/* Without --output the numbers go where the trials are. */
static char *output_folder(const char *output, const struct commands_common *c, char **names)
{
	const char *dir = c->dir;

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
static int say_outcome(
	const struct commands_common *c, const merge *m, const char *folder, const GError *error)
{
	int result = m->warnings->len > 0 ? CLI_FAILED
		     : m->trustworthy     ? CLI_DONE
					  : CLI_NOT_TRUSTWORTHY;
	g_autofree char *text = NULL, *reasons = NULL;

	commands_say_notes(m->notes);
	if (error != NULL) {
		result = cli_fail(COMMANDS_PROGRAM, CLI_FAILED, error);
	} else {
		text = c->format == CLI_TEXT  ? table_text(m->shown)
		       : c->format == CLI_CSV ? summary_csv(m->summary)
					      : summary_json(m->summary);
		fputs(text, stdout);
		reasons = reasons_join(m->reasons);
		if (c->format == CLI_TEXT)
			fputs(reasons, stdout);
		fflush(stdout); /* else a log of both has this in the middle of a line */
		fprintf(stderr, "%s: %u combination%s; wrote summary.csv and summary.json to %s\n",
			COMMANDS_PROGRAM, m->nb, text_plural(m->nb), folder);
	}
	commands_say_warnings(m->warnings);
	return result;
}

static int merge_alone(struct commands_common *c, char **names, const char *folder)
{
	g_autoptr(merge) m = merge_new(&overview);
	g_autoptr(GError) error = NULL;
	g_autoptr(result_set) r = NULL;
	int failure = CLI_FAILED;

	r = commands_open(c, names, FALSE, &failure);
	if (r == NULL)
		return failure;
	(void)merge_write(r, folder, m, &error);
	return say_outcome(c, m, folder, error);
}

/* By all ranks together; what is said and returned is rank 0's. */
static int merge_together(struct commands_common *c, char **names, const char *folder)
{
	const struct result_options options = commands_options(c);
	g_autoptr(merge) m = merge_new(&overview);
	g_autoptr(GError) error = NULL;
	enum merge_shared shared;

	shared = merge_write_shared(&options, (const char *const *)names, folder, m, &error);
	if (ranks_own() > 0)
		return CLI_DONE;
	return shared == MERGE_ALONE ? merge_alone(c, names, folder)
				     : say_outcome(c, m, folder, error);
}

static void say_joined(void *user, const char *text)
{
	(void)user;
	fprintf(stderr, "%s: %s\n", COMMANDS_PROGRAM, text);
}

struct asked {
	struct commands_common common;
	char *output;
};

static int run_merge(void *user, char **words)
{
	struct asked *asked = user;
	g_autofree char *folder = output_folder(asked->output, &asked->common, words);
	g_autoptr(GError) error = NULL;
	int result;

	if (!ranks_begin(&error))
		return cli_fail(COMMANDS_PROGRAM, CLI_FAILED, error);
	if (ranks_own() == 0)
		merge_join_parts(asked->common.dir, words, say_joined, NULL);
	(void)ranks_all_true(TRUE); /* none reads before that is done */
	result = ranks_count() > 1 ? merge_together(&asked->common, words, folder)
				   : merge_alone(&asked->common, words, folder);
	ranks_end();
	return result;
}

#define ROW(type, member, ...) OPTION_ROW(type, struct asked, member, __VA_ARGS__)

static const struct option_row rows[] = {
	COMMANDS_COMMON_ROWS(struct asked, common),
	ROW(DIR, output, "output", 'o', "DIR",
		"Output directory (default: NAME if a single directory, else that of --dir)"),
	{ 0 },
};

COMMANDS_COMMAND(merge, struct asked, rows, COMMANDS_NAMES,
	.summary = "Merge repetitions and write summary files");
