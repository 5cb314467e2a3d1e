/* SPDX-License-Identifier: BSD-3-Clause */
/* tanalyze merge: by one process, or by all that mpirun started. */
#include <stdio.h>

#include "analyze/commands.h"
#include "analyze/merge.h"
#include "analyze/ranks.h"

/* Without --output the numbers go where the trials are. */
static char *output_folder(const char *output, const struct commands_common *c, char **names)
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
static int tell(
	const struct commands_common *c, const merge *m, const char *folder, const GError *error)
{
	int result = m->warnings->len > 0 ? CLI_FAILED
		     : m->trustworthy     ? CLI_DONE
					  : CLI_NOT_TRUSTWORTHY;
	g_autofree char *text = NULL;

	commands_say_notes(m->notes);
	if (error != NULL) {
		result = cli_fail(COMMANDS_PROGRAM, CLI_FAILED, error);
	} else {
		text = c->format == CLI_TEXT  ? table_text(m->overview)
		       : c->format == CLI_CSV ? summary_csv(m->summary)
					      : summary_json(m->summary);
		fputs(text, stdout);
		for (guint i = 0; c->format == CLI_TEXT && i < m->reasons->len; i++)
			fputs(g_ptr_array_index(m->reasons, i), stdout);
		fprintf(stderr, "%s: %u combination%s; summary.csv and summary.json are in %s\n",
			COMMANDS_PROGRAM, m->nb, m->nb == 1 ? "" : "s", folder);
	}
	commands_say_warnings(m->warnings);
	return result;
}

static int merge_alone(struct commands_common *c, char **names, const char *folder)
{
	g_autoptr(merge) m = merge_new();
	g_autoptr(GError) error = NULL;
	g_autoptr(result_set) r = NULL;
	int failure = CLI_FAILED;

	r = commands_open(c, names, &failure);
	if (r == NULL)
		return failure;
	(void)merge_write(r, folder, m, &error);
	return tell(c, m, folder, error);
}

/* By all ranks together; what is said and returned is rank 0's. */
static int merge_together(struct commands_common *c, char **names, const char *folder)
{
	const struct result_options options = commands_options(c);
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
	struct commands_common c = { 0 };
	g_autofree char *output = NULL, *folder = NULL;
	const GOptionEntry entries[] = {
		COMMANDS_COMMON_ENTRIES(c),
		{ "output", 'o', 0, G_OPTION_ARG_FILENAME, &output,
			"Directory for the merged set (default: the directory given, if it is the "
			"only name, else that of --dir)",
			"DIR" },
		G_OPTION_ENTRY_NULL,
	};
	g_autoptr(GError) error = NULL;
	int result = CLI_USAGE;

	if (cli_options(COMMANDS_PROGRAM, &command_merge, entries, &argc, &argv)) {
		folder = output_folder(output, &c, argv + 1);
		if (!commands_parse_format(&c, &error))
			result = cli_fail(COMMANDS_PROGRAM, CLI_USAGE, error);
		else if (!ranks_begin(&error))
			result = cli_fail(COMMANDS_PROGRAM, CLI_FAILED, error);
		else if (ranks_count() > 1)
			result = merge_together(&c, argv + 1, folder);
		else
			result = merge_alone(&c, argv + 1, folder);
		ranks_end();
	}
	commands_common_clear(&c);
	return result;
}

const struct cli_command command_merge = { "merge", "[NAME...]",
	"Accumulate repetitions; write and show the numbers", merge_run };
