/* SPDX-License-Identifier: BSD-3-Clause */
/* tsim search: the highest load at which goals are met. */
#include <stdio.h>

#include "analyze/base/ranks.h"
#include "sim/commands/commands.h"
#include "sim/commands/on_lab.h"
#include "sim/search/search_plan.h"
#include "sim/search/throughput.h"
#include "sim/trial/environment.h"
#include "sim/trial/generators.h"

static void print_goals(const struct search_options *o)
{
	for (guint i = 0; i < o->goals->len; i++) {
		const struct goal *g = o->goals->pdata[i];
		g_autofree char *text = goal_full_text(g);

		printf("%s: %s\n", g->name, text);
	}
}

static void add_plan(const struct search_options *o, GPtrArray *plans, gboolean on_null)
{
	g_autofree char *digest = environment_mix_digest(o->run.traffic);

	for (int i = 0; i < o->run.reps; i++) {
		struct trial_params *p = search_plan_params(
			o, &o->run, digest, (uint32_t)(o->run.first_rep + i));

		if (on_null)
			search_plan_on_null(p);
		g_ptr_array_add(plans, p);
	}
}

/* Of all searches of the command, and of the trials that are not of their guests. */
static void add_plans(struct search_options *o, GPtrArray *plans)
{
	g_autoptr(GPtrArray) subjects = throughput_subjects(o, NULL);

	for (guint i = 0; subjects != NULL && i < subjects->len; i++) {
		add_plan(subjects->pdata[i], plans, FALSE);
		if (o->suite != NULL && o->run.link_bps <= 0)
			add_plan(subjects->pdata[i], plans, TRUE);
	}
}

static gboolean show_if_done(char **argv, GPtrArray *searches, int *status)
{
	struct search_options inner = { 0 };
	gboolean done = FALSE, nothing_left;

	if (options_parse(&tsim_program, argv, generators_place(NULL), &search_options_kind,
		    &inner.run, &done) != CLI_DONE)
		return FALSE;
	nothing_left = throughput_is_done(&inner);
	if (nothing_left)
		*status = throughput_run(&inner);
	add_plans(&inner, searches);
	search_options_kind.clear(&inner.run);
	return nothing_left;
}

static int search_on_lab(const struct search_options *o)
{
	g_auto(GStrv) words = options_words(&o->run);

	return on_lab_measure(&(struct on_lab){
		.verb = "search", .o = &o->run, .words = words, .show_if_done = show_if_done });
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
		status = o.run.on_lab ? search_on_lab(&o) : throughput_run(&o);
	search_options_kind.clear(&o.run);
	return status;
}

const struct cli_command command_search = { .name = "search",
	.arguments = "",
	.summary = "Find the highest load within goals for loss and latency",
	.enter = enter_search,
	.options = search_options_rows,
	.size = sizeof(struct search_options) };
