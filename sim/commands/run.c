/* SPDX-License-Identifier: BSD-3-Clause */
/* tsim run: by this process, or where guests are virtual machines or the host on a lab that it builds. */
#include <stdio.h>
#include <string.h>

#include "analyze/base/ranks.h"
#include "sim/commands/commands.h"
#include "sim/commands/on_lab.h"
#include "sim/trial/campaign.h"
#include "sim/trial/generators.h"

static gboolean show_if_done(char **argv, GPtrArray *searches, int *status)
{
	struct options inner;
	gboolean nothing_left, done = FALSE;

	(void)searches;
	if (options_parse(&tsim_program, argv, generators_place(NULL), &options_of_run, &inner,
		    &done) != CLI_DONE)
		return FALSE;
	nothing_left = campaign_is_done(&inner);
	if (nothing_left)
		*status = campaign_run(&inner, NULL);
	options_clear(&inner);
	return nothing_left;
}

static int run_on_lab(const struct options *o)
{
	g_auto(GStrv) words = options_words(o);

	return on_lab_measure(&(struct on_lab){
		.verb = "run", .o = o, .words = words, .show_if_done = show_if_done });
}

static int run_options(struct options *o, struct generators *generators)
{
	if (!o->on_lab)
		return campaign_run(o, generators);
	if (generators == NULL)
		return run_on_lab(o);
	if (generators_own(generators) == 0)
		fprintf(stderr, "tsim: --machine: virtual machines and the host require a single "
				"generator; run tsim without mpirun\n");
	return CLI_USAGE;
}

/*
 * What is wrong with the command line, or is said of it, rank 0 says; the others speak of what is so for
 * them alone. *done: that was all.
 */
static int parse_together(
	char **argv, const struct generators *generators, struct options *o, gboolean *done)
{
	struct {
		int status;
		gboolean done;
	} own = { CLI_DONE, FALSE }, first;
	g_autoptr(GBytes) mine = NULL, of_first = NULL;
	gboolean leads = generators_own(generators) == 0;

	if (leads)
		own.status = options_parse(&tsim_program, argv, generators_place(generators),
			&options_of_run, o, &own.done);
	mine = g_bytes_new(&own, sizeof(own));
	of_first = ranks_broadcast(mine, 0);
	memcpy(&first, g_bytes_get_data(of_first, NULL), sizeof(first));
	*done = first.done;
	if (first.status == CLI_DONE && !first.done && !leads)
		own.status = options_parse(&tsim_program, argv, generators_place(generators),
			&options_of_run, o, done);
	return MAX(first.status, (int)ranks_max_u64((uint64_t)own.status));
}

/* argv: "run", options. */
static int enter_run(int argc, char **argv)
{
	g_autoptr(GError) error = NULL;
	struct generators *generators;
	struct options o = { 0 };
	gboolean done;
	int result;

	(void)argc;
	generators = generators_new(&error);
	if (error != NULL)
		return cli_fail("tsim", CLI_FAILED, error);
	result = parse_together(argv, generators, &o, &done);
	if (result == CLI_DONE && !done)
		result = run_options(&o, generators);
	options_clear(&o);
	return generators_end(generators, result);
}

const struct cli_command command_run = { .name = "run",
	.arguments = "",
	.summary = "Run trials: tsim --profile imix --guests 64",
	.enter = enter_run,
	.options = options_rows,
	.size = sizeof(struct options) };
