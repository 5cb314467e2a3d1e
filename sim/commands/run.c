/* SPDX-License-Identifier: BSD-3-Clause */
/* tsim run: by this process, or where guests are virtual machines or the host on a lab that it builds. */
#include <stdio.h>
#include <string.h>

#include "analyze/base/file.h"
#include "analyze/base/ranks.h"
#include "sim/base/stop.h"
#include "sim/commands/commands_private.h"
#include "sim/trial/campaign.h"
#include "sim/trial/generators.h"
#include "sim/trial/label_lock.h"

/* Where all is measured, nothing is started to show it. words: of the tsim run that measures. */
static gboolean show_if_done(const struct options *o, char **words, int *status)
{
	g_autoptr(GPtrArray) argv = g_ptr_array_new();
	g_autofree char *as = lab_as(&o->lab_setup);
	g_autofree char *out = g_strdup_printf("--out=%s", o->out);
	g_autofree char *label = g_strdup_printf("--label=%s", o->label);
	char machine[] = "--machine=external", port[] = "--port=net_wire0";
	char *own[] = { machine, as, out, label, port };
	/* Which port it is the lab knows; that there is one decides what --cores may say. */
	gboolean wire = (o->lab_setup.interface->needs & SETUP_WIRE) != 0;
	struct options inner;
	gboolean nothing_left, done = FALSE;

	for (unsigned i = 0; i < G_N_ELEMENTS(own) - (wire ? 0 : 1); i++)
		g_ptr_array_add(argv, own[i]);
	for (char **word = words; *word != NULL; word++)
		g_ptr_array_add(argv, *word);
	g_ptr_array_add(argv, NULL);
	if (options_parse(&tsim_program, (char **)argv->pdata, generators_place(NULL),
		    &options_of_run, &inner, &done) != CLI_DONE)
		return FALSE;
	nothing_left = campaign_is_done(&inner);
	if (nothing_left)
		*status = campaign_run(&inner, NULL);
	options_clear(&inner);
	return nothing_left;
}

/* The lab, and on it the same tsim run. *lock: to be kept as long as the lab stands. */
static gboolean run_on_open_lab(const struct options *o, struct lab *l, char **words,
	file_lock **lock, int *status, GError **error)
{
	g_autofree char *dir = g_build_filename(o->out, o->label, NULL);
	const struct label_lock_cfg cfg = { .dir = dir,
		.remedy = "use --wait, or another --label",
		.wait = o->wait,
		.interrupted = bench_is_interrupted,
		.say = bench_say };
	struct setup setup = o->lab_setup;

	setup.guests = o->traffic->nb_guests;
	if (!lab_check(l, &setup, mix_longest_frame_len(o->traffic), error) ||
		!label_lock_take(&cfg, lock, error))
		return FALSE;
	/* What another one has measured meanwhile is done. */
	return show_if_done(o, words, status) ||
	       (lab_open(l, error) && lab_apply(l, &setup, LAB_REFLECTOR, error) &&
		       lab_trial(l, (const char *const *)words, dir, TRUE, status, error));
}

static int run_on_lab(const struct options *o)
{
	struct bench b = { .config = o->config, .connect_timeout_ns = o->lab_timeout_ns };
	g_autofree char *dir = g_build_filename(o->out, o->label, NULL);
	g_autofree char *above = file_existing_above(dir);
	g_auto(GStrv) words = options_words(o);
	g_autoptr(GError) error = NULL;
	g_autoptr(file_lock) lock = NULL;
	struct lab *l;
	int status = CLI_FAILED;

	if (show_if_done(o, words, &status) || !bench_read(&b))
		return status;
	if (o->mac != NULL)
		memcpy(b.testbed->guest_mac, o->base_mac, sizeof(o->base_mac));
	l = bench_lab(&b);
	if (!run_on_open_lab(o, l, words, &lock, &status, &error))
		status = bench_fail(error);
	lab_free(l);
	bench_clear(&b);
	g_clear_pointer(&lock, file_lock_free);
	file_remove_empty(dir, above);
	return status;
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
