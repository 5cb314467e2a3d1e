/* SPDX-License-Identifier: BSD-3-Clause */
#include "sim/commands/on_lab.h"

#include <string.h>

#include "analyze/base/file.h"
#include "sim/base/argv.h"
#include "sim/base/error.h"
#include "sim/commands/commands_private.h"
#include "sim/search/search_files.h"
#include "sim/trial/label_lock.h"
#include "sim/trial/params.h"

/* Where all is measured, nothing is started to show it. */
static gboolean show_if_done(const struct on_lab *job, GPtrArray *searches, int *status)
{
	g_autoptr(GStrvBuilder) words = g_strv_builder_new();
	g_auto(GStrv) argv = NULL;

	g_strv_builder_add(words, job->verb);
	setup_add_words(&job->o->lab_setup, words);
	g_strv_builder_addv(words, (const char **)(uintptr_t)job->words);
	argv_addf(words, NULL, "--out=%s", job->o->out);
	argv_addf(words, NULL, "--label=%s", job->o->label);
	argv = g_strv_builder_end(words);
	g_ptr_array_set_size(searches, 0);
	return job->show_if_done(argv, searches, status);
}

/* The verb, on what stands. A guest that has died may have been dead in the last trials. */
static gboolean measure_there(const struct on_lab *job, struct lab *l, const char *dir,
	const GPtrArray *searches, int *status, GError **error)
{
	struct lab_job there = { .verb = job->verb,
		.args = (const char *const *)job->words,
		.dir = dir,
		.shown = TRUE };
	g_autoptr(GPtrArray) files = g_ptr_array_new_with_free_func(g_free);
	gint64 since_us = g_get_real_time();
	g_autoptr(GError) why = NULL;

	for (guint i = 0; i < searches->len && !job->o->overwrite; i++)
		g_ptr_array_extend_and_steal(files, search_files_of(dir, searches->pdata[i]));
	g_ptr_array_add(files, NULL);
	there.files = (const char *const *)files->pdata;
	if (lab_measure(l, &there, status, &why))
		return TRUE;
	for (guint i = 0; g_error_matches(why, SIM_ERROR, SIM_ERROR_GUEST) && i < searches->len;
		i++) {
		g_autofree char *left = search_files_set_aside(dir, searches->pdata[i], since_us);

		if (left != NULL)
			bench_say(NULL, left);
	}
	g_propagate_error(error, g_steal_pointer(&why));
	return FALSE;
}

/* The lab, and on it the verb. *lock: to be kept as long as the lab stands. */
static gboolean measure_on(const struct on_lab *job, struct lab *l, GPtrArray *searches,
	file_lock **lock, int *status, GError **error)
{
	const struct options *o = job->o;
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
	return show_if_done(job, searches, status) ||
	       (lab_open(l, error) && lab_apply(l, &setup, LAB_REFLECTOR, error) &&
		       measure_there(job, l, dir, searches, status, error));
}

int on_lab_measure(const struct on_lab *job)
{
	const struct options *o = job->o;
	struct bench b = { .config = o->config, .connect_timeout_ns = o->lab_timeout_ns };
	g_autofree char *dir = g_build_filename(o->out, o->label, NULL);
	g_autofree char *above = file_existing_above(dir);
	g_autoptr(GError) error = NULL;
	g_autoptr(file_lock) lock = NULL;
	g_autoptr(GPtrArray) searches = g_ptr_array_new_with_free_func(params_free);
	struct lab *l;
	int status = CLI_FAILED;

	if (show_if_done(job, searches, &status) || !bench_read(&b))
		return status;
	if (o->mac != NULL)
		memcpy(b.testbed->guest_mac, o->base_mac, sizeof(o->base_mac));
	l = bench_lab(&b);
	if (!measure_on(job, l, searches, &lock, &status, &error))
		status = bench_fail(error);
	lab_free(l);
	bench_clear(&b);
	g_clear_pointer(&lock, file_lock_free);
	file_remove_empty(dir, above);
	return status;
}
