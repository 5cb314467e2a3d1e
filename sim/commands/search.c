/* SPDX-License-Identifier: BSD-3-Clause */
/* tsim search: the highest load at which goals are met. */
#include <stdio.h>

#include "analyze/base/ranks.h"
#include "sim/commands/commands_private.h"
#include "sim/search/throughput.h"
#include "sim/trial/generators.h"

static void print_goals(const struct search_options *o)
{
	for (guint i = 0; i < o->goals->len; i++) {
		const struct goal *g = o->goals->pdata[i];
		g_autofree char *text = goal_full_text(g);

		printf("%s: %s\n", g->name, text);
	}
}

/* argv: "search", options. */
static int enter_search(int argc, char **argv)
{
	struct search_options o = { 0 };
	gboolean done = FALSE;
	int status;

	(void)argc;
	if (ranks_count() > 1) {
		fprintf(stderr,
			"tsim: search requires a single generator; run it without mpirun\n");
		return CLI_USAGE;
	}
	status = options_parse(
		&tsim_program, argv, generators_place(NULL), &search_options_kind, &o.run, &done);
	if (status == CLI_DONE && o.print_goals)
		print_goals(&o);
	else if (status == CLI_DONE && !done)
		status = throughput_run(&o);
	search_options_kind.clear(&o.run);
	return status;
}

const struct cli_command command_search = { .name = "search",
	.arguments = "",
	.summary = "Find the highest load within goals for loss and latency",
	.enter = enter_search,
	.options = search_options_rows,
	.size = sizeof(struct search_options) };
