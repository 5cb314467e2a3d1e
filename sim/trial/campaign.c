/* SPDX-License-Identifier: BSD-3-Clause */
#include "sim/trial/campaign.h"

#include <errno.h>
#include <math.h>
#include <stdatomic.h>
#include <stdio.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "analyze/base/ranks.h"
#include "analyze/base/scratch.h"
#include "analyze/base/text.h"
#include "analyze/contract/part.h"
#include "sim/base/error.h"
#include "sim/trial/label_lock.h"
#include "sim/trial/session.h"
#include "sim/trial/params.h"
#include "sim/trial/progress.h"
#include "sim/trial/environment.h"
#include "sim/trial/printout.h"
#include "sim/trial/jsonl.h"
#include "sim/base/stop.h"
#include "traffic/mix.h"

struct campaign {
	const struct options *o;
	const mix *mix;                /* o's */
	struct generators *generators; /* NULL: alone */
	char *mix_digest;
	char *dir;        /* OUT/LABEL */
	file_lock *lock;  /* of dir */
	GPtrArray *todo;  /* struct trial_params, in order */
	GPtrArray *done;  /* struct trial_params of what is there already */
	GPtrArray *again; /* char *: why some of todo are measured again */
	gboolean printed; /* a trial is on stdout */
	char *above;      /* what was there of dir at the beginning; NULL: dir is not made */
	gboolean untrustworthy;
	guint nb_measured; /* of todo, whole and kept */
	struct session *session;
	struct progress progress;
	struct jsonl *jsonl; /* NULL: --format is another, or we are not rank 0 */
};

static struct trial_params *params_of(const struct campaign *c, uint64_t rate_pps, uint32_t rep)
{
	return params_new(c->o, c->mix_digest, generators_count(c->generators), rate_pps, rep);
}

/* Sort a trial in: done, to do, or in the way. */
static gboolean plan_trial(struct campaign *c, uint64_t rate_pps, uint32_t rep, GError **error)
{
	struct trial_params *p = params_of(c, rate_pps, rep);
	g_autofree char *why = NULL;
	enum trial_state state;

	if (generators_own(c->generators) != 0) { /* rank 0 knows better: it has the results */
		g_ptr_array_add(c->todo, p);
		return TRUE;
	}
	state = trial_state(c->dir, p, &why);
	g_ptr_array_add(state == TRIAL_DONE && !c->o->overwrite ? c->done : c->todo, p);
	if (state == TRIAL_OTHER && !c->o->overwrite)
		return sim_fail(error, SIM_ERROR_USAGE,
			"%s; use another --label, or --overwrite to replace it", why);
	if (state == TRIAL_AGAIN)
		g_ptr_array_add(c->again, g_steal_pointer(&why));
	return TRUE;
}

static gboolean plan_repetitions(struct campaign *c, double pps, GError **error)
{
	for (int rep = c->o->first_rep; rep < c->o->first_rep + c->o->reps; rep++)
		if (!plan_trial(c, (uint64_t)llround(pps), (uint32_t)rep, error))
			return FALSE;
	return TRUE;
}

/* What is in the directory already, and stays there, has to be of one kind with what comes. */
static gboolean check_derivation(const struct campaign *c, GError **error)
{
	g_autoptr(GHashTable) todo = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	g_autofree char *other = NULL;

	for (guint i = 0; i < c->todo->len && generators_own(c->generators) == 0; i++)
		g_hash_table_add(todo, trial_file_name(g_ptr_array_index(c->todo, i)));
	if (generators_own(c->generators) == 0)
		other = trial_other_derivation(c->dir, todo);
	return other == NULL || sim_fail(error, SIM_ERROR_USAGE,
					"%s: schedules not comparable; use another --label", other);
}

static void clear_plan(struct campaign *c)
{
	g_clear_pointer(&c->todo, g_ptr_array_unref);
	g_clear_pointer(&c->done, g_ptr_array_unref);
	g_clear_pointer(&c->again, g_ptr_array_unref);
}

/* By what is in the directory now. */
static gboolean make_plan(struct campaign *c, GError **error)
{
	double sum = 0;

	clear_plan(c);
	c->todo = g_ptr_array_new_with_free_func(params_free);
	c->done = g_ptr_array_new_with_free_func(params_free);
	c->again = g_ptr_array_new_with_free_func(g_free);
	for (unsigned i = 0; i < c->o->nb_pps; i++) {
		sum += c->o->pps[i];
		if (c->o->ramp == NULL && !plan_repetitions(c, c->o->pps[i], error))
			return FALSE;
	}
	/* A ramp is one trial of all rates; its own is their mean. */
	if (c->o->ramp != NULL && !plan_repetitions(c, sum / c->o->nb_pps, error))
		return FALSE;
	return check_derivation(c, error);
}

static gboolean wait_is_over(void *arg)
{
	const struct campaign *c = arg;

	generators_tick(c->generators);
	return atomic_load(stop_flag()) != 0;
}

static void say_of_lock(void *arg, const char *text)
{
	struct campaign *c = arg;

	progress_say(&c->progress, "%s", text);
}

/*
 * Plan for measuring. Whoever only shows what is there needs no lock; once the directory is ours, what
 * another one has measured meanwhile is done.
 */
static gboolean plan_and_lock(struct campaign *c, GError **error)
{
	const struct label_lock_cfg cfg = { .dir = c->dir,
		.remedy = "use --wait, or another --label",
		.wait = c->o->wait,
		.interrupted = wait_is_over,
		.say = say_of_lock,
		.arg = c };

	if (!make_plan(c, error))
		return FALSE;
	if (generators_own(c->generators) != 0)
		return TRUE;
	if (c->todo->len != 0) {
		if (!label_lock_take(&cfg, &c->lock, error))
			return FALSE;
		part_join_left(c->dir, say_of_lock, c);
		if (!make_plan(c, error))
			return FALSE;
	} else {
		label_lock_clear(c->dir);
	}
	for (guint i = 0; i < c->again->len; i++)
		progress_say(&c->progress, "measuring again: %s", (const char *)c->again->pdata[i]);
	return TRUE;
}

/*
 * Lines: what has to be the same on all ranks, beside the schedule, which is compared later; then the
 * names of what is to be measured.
 */
static GBytes *pack_plan(const struct campaign *c)
{
	struct trial_params *p = params_of(c, 0, 0);
	g_autofree char *infix = trial_infix(p);
	GString *text = g_string_new(NULL);

	g_string_printf(text, "%s %s %s %.17g %.17g %" G_GUINT64_FORMAT, p->mix_digest, infix,
		p->pattern, p->warm_up_s, p->drain_s, p->seed);
	for (guint i = 0; i < c->todo->len; i++) {
		g_autofree char *name = trial_file_name(g_ptr_array_index(c->todo, i));

		g_string_append_printf(text, "\n%s", name);
	}
	params_free(p);
	return g_string_free_to_bytes(text);
}

static char **split_lines(GBytes *bytes)
{
	g_autofree char *text = g_strndup(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes));

	return g_strsplit(text, "\n", -1);
}

/* Rank 0's plan is everybody's; ours has all trials. */
static gboolean take_plan(struct campaign *c, GBytes *mine, GBytes *of_first, GError **error)
{
	g_auto(GStrv) own = split_lines(mine), first = split_lines(of_first);

	if (g_strcmp0(own[0], first[0]) != 0)
		return sim_fail(error, SIM_ERROR_USAGE,
			"options differ from those of rank 0: guests, mix, times and seed "
			"must be the same on all ranks");
	for (guint i = c->todo->len; i > 0; i--)
		if (!g_strv_contains((const char *const *)first + 1, own[i]))
			g_ptr_array_remove_index(c->todo, i - 1);
	return TRUE;
}

static gboolean check_generators(const struct campaign *c, GError **error)
{
	const struct options *o = c->o;

	if (generators_count(c->generators) > c->mix->nb_guests)
		return sim_fail(error, SIM_ERROR_USAGE,
			"%u ranks, but only %u guests: each rank requires at least one "
			"guest; start fewer ranks (mpirun -np %u) or use more --guests",
			generators_count(c->generators), c->mix->nb_guests, c->mix->nb_guests);
	if (o->capture != NULL || o->pattern != ENGINE_TO_GUESTS)
		return sim_fail(error, SIM_ERROR_USAGE,
			"%s requires a single generator; start tsim without mpirun (all "
			"ranks together send the same load)",
			o->capture != NULL ? "--capture" : "--pattern");
	return TRUE;
}

/* plan, together. */
static gboolean plan_together(struct campaign *c, GError **error)
{
	g_autoptr(GBytes) mine = NULL, first = NULL;

	if (c->generators == NULL)
		return plan_and_lock(c, error);
	(void)(check_generators(c, error) && plan_and_lock(c, error));
	if (!ranks_agree(error))
		return FALSE;
	mine = pack_plan(c);
	first = ranks_broadcast(mine, 0);
	(void)take_plan(c, mine, first, error);
	return ranks_agree(error);
}

/* The same of the capture, which is written when the trial is over. */
static gboolean check_capture(const struct campaign *c, GError **error)
{
	g_autofree char *dir = NULL;
	int err = 0;

	if (c->o->capture == NULL)
		return TRUE;
	dir = g_path_get_dirname(c->o->capture);
	if (g_file_test(c->o->capture, G_FILE_TEST_IS_DIR))
		err = EISDIR;
	else if (!g_file_test(dir, G_FILE_TEST_EXISTS))
		err = ENOENT;
	else if (!g_file_test(dir, G_FILE_TEST_IS_DIR))
		err = ENOTDIR;
	else if (g_access(c->o->capture, F_OK) == 0 ? g_access(c->o->capture, W_OK) != 0
						    : g_access(dir, W_OK) != 0)
		err = errno;
	if (err == 0)
		return TRUE;
	(void)file_write_failed(error, c->o->capture, err);
	g_prefix_error(error, "--capture: ");
	return FALSE;
}

static void clear_campaign(struct campaign *c)
{
	session_free(c->session);
	jsonl_free(c->jsonl);
	clear_plan(c);
	g_free(c->mix_digest);
	file_lock_free(c->lock);
	/* Nothing was measured: it is as if tsim had not been there. */
	if (c->above != NULL && generators_own(c->generators) == 0)
		file_remove_empty(c->dir, c->above);
	g_free(c->above);
	g_free(c->dir);
}

static void show_trial(struct campaign *c, const trial *t, gboolean measured)
{
	if (c->jsonl != NULL)
		jsonl_trial(c->jsonl, t, measured);
	else
		printout_trial(t, c->o->format, c->o->all_guests, !c->printed);
	c->printed = TRUE;
}

static gboolean run_trial(struct campaign *c, const struct trial_params *p, GError **error)
{
	g_autoptr(trial) t = NULL;
	g_autofree char *text = NULL;
	gboolean kept;

	if (!session_measure(c->session,
		    &(struct session_trial){
			    .params = p, .progress = &c->progress, .jsonl = c->jsonl },
		    &t, error))
		return FALSE;
	if (t != NULL) {
		text = printout_text(t, TRUE);
		g_string_assign(t->log, text);
		kept = session_keep(t, c->dir, error);
		show_trial(c, t, TRUE);
		c->untrustworthy |= !t->trustworthy;
		c->nb_measured += kept && !t->interrupted;
	}
	return generators_keep(c->generators, error);
}

/* Nothing to measure: show what is there. */
static int show_done(struct campaign *c, GError **error)
{
	gboolean lacks_ipdv = FALSE;

	for (guint i = 0; i < c->done->len; i++) {
		const struct trial_params *p = g_ptr_array_index(c->done, i);
		g_autofree char *infix = trial_infix(p);
		g_autofree char *path = g_strdup_printf(
			"%s/trial_%s_rep%u.json", c->dir, infix, p->repetition);
		g_autoptr(trial) t = trial_read(path, TRIAL_BINS, error);

		if (t == NULL)
			return CLI_FAILED;
		show_trial(c, t, FALSE);
		c->untrustworthy |= !t->trustworthy;
		lacks_ipdv |= c->o->ipdv && !t->ipdv.recorded;
	}
	if (lacks_ipdv)
		progress_say(&c->progress,
			"--ipdv: the existing results have no IPDV; use --overwrite to "
			"measure them again");
	if (c->o->capture != NULL)
		fprintf(stderr,
			"tsim: --capture: %s not written: the trial is already measured; use "
			"--overwrite to measure it again\n",
			c->o->capture);
	return c->untrustworthy ? CLI_NOT_TRUSTWORTHY : CLI_DONE;
}

static int run_all(struct campaign *c, GError **error)
{
	for (guint i = 0; i < c->todo->len; i++) {
		gboolean done, go_on;

		c->progress.nth = i + 1;
		c->progress.of = c->todo->len;
		done = run_trial(c, g_ptr_array_index(c->todo, i), error);
		go_on = ranks_all_true(atomic_load(stop_flag()) == 0);
		if (!go_on)
			progress_say(&c->progress,
				"interrupted: %u of %u trial%s not measured yet; run the same "
				"command again to continue",
				c->todo->len - c->nb_measured, c->todo->len,
				text_plural(c->todo->len));
		if (!done || !go_on)
			return CLI_FAILED;
	}
	return c->untrustworthy ? CLI_NOT_TRUSTWORTHY : CLI_DONE;
}

int campaign_run(struct options *o, struct generators *generators)
{
	struct campaign c = {
		.o = o,
		.mix = o->traffic,
		.generators = generators,
	};
	g_autoptr(GError) error = NULL;
	int status = CLI_FAILED;

	progress_init(&c.progress, o->quiet || generators_own(generators) != 0);
	if (o->format == CLI_JSONL && generators_own(generators) == 0)
		c.jsonl = jsonl_new(stdout);
	/* mpirun tells a process as often as it likes, and kills it soon enough. */
	stop_catch(generators == NULL ? STOP_AT_THIRD : STOP_NEVER);
	scratch_sweep("tsim");
	c.dir = g_build_filename(o->out, o->label, NULL);
	c.above = file_existing_above(c.dir);
	for (guint i = 0; i < c.mix->profiles->len; i++) {
		const profile *p = g_ptr_array_index(c.mix->profiles, i);

		if (p->notice != NULL)
			progress_say(&c.progress, "%s", p->notice);
	}
	c.mix_digest = environment_mix_digest(c.mix);
	if (plan_together(&c, &error)) {
		if (c.done->len != 0)
			progress_say(&c.progress,
				"already measured: %u (in %s); use --overwrite to measure "
				"again",
				c.done->len, c.dir);
		if (c.todo->len == 0) {
			status = show_done(&c, &error);
		} else {
			(void)check_capture(&c, &error);
			if (ranks_agree(&error) &&
				(c.session = session_new(
					 &(struct session_cfg){
						 .o = o, .generators = generators, .dir = c.dir },
					 &error)) != NULL)
				status = run_all(&c, &error);
		}
	}
	/* Of all ranks one talks. */
	if (error != NULL && generators_own(generators) == 0)
		status = cli_fail("tsim", sim_error_status(error), error);
	else if (error != NULL)
		status = sim_error_status(error);
	else if (c.todo->len != 0 && c.printed && o->format == CLI_TEXT)
		progress_say(&c.progress, "results: %s", c.dir);
	clear_campaign(&c);
	return status;
}

gboolean campaign_is_done(const struct options *o)
{
	struct campaign c = { .o = o, .mix = o->traffic };
	g_autoptr(GError) error = NULL;
	gboolean done = FALSE;

	progress_init(&c.progress, TRUE);
	c.dir = g_build_filename(o->out, o->label, NULL);
	c.mix_digest = environment_mix_digest(c.mix);
	done = make_plan(&c, &error) && c.todo->len == 0;
	clear_campaign(&c);
	return done;
}
