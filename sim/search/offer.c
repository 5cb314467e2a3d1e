/* SPDX-License-Identifier: BSD-3-Clause */
#include "sim/search/offer.h"

#include <stdatomic.h>
#include <string.h>

#include <glib/gstdio.h>

#include "analyze/base/file.h"
#include "analyze/base/file_lock.h"
#include "analyze/base/format.h"
#include "sim/base/error.h"
#include "sim/base/stop.h"
#include "sim/search/search_plan.h"
#include "sim/trial/environment.h"
#include "sim/trial/generators.h"
#include "sim/trial/label_lock.h"
#include "sim/trial/params.h"
#include "sim/trial/printout.h"
#include "sim/trial/session.h"

/* Of its frames; where more are not sent, it is no matter of chance, and no retry helps. */
#define UNSENT_HOPELESS 0.02
#define INTERRUPTED "interrupted; run the same command again to continue"
enum {
	QUIET_POLL_US = 20000,
	QUIET_MOST_S = 4,
	DISTURBED_RETRIES = 3, /* times as many, where a higher load was not spoilt */
};

struct bed {
	struct search_options *o;
	struct progress *progress;
	char *dir, *above; /* OUT/LABEL; what is there of it */
	file_lock *lock;
	gboolean locked;
	struct session *session; /* NULL: nothing was to be measured yet */
};

struct offer {
	struct offer_cfg cfg;
	const struct options *run;
	char *dir; /* of trials */
	char *mix_digest;
	struct trial_params *params;
	gboolean told;       /* how the generator spoils trials */
	uint64_t sound_pps;  /* highest load of a trial that it did not spoil */
	GHashTable *offered; /* uint64_t rate -> GUINT: how often */
};

struct bed *bed_new(struct search_options *o, struct progress *progress)
{
	struct bed *b = g_new0(struct bed, 1);

	b->o = o;
	b->progress = progress;
	b->dir = g_build_filename(o->run.out, o->run.label, NULL);
	b->above = file_existing_above(b->dir);
	return b;
}

void bed_free(struct bed *b)
{
	if (b == NULL)
		return;
	session_free(b->session);
	file_lock_free(b->lock);
	file_remove_empty(b->dir, b->above);
	g_free(b->above);
	g_free(b->dir);
	g_free(b);
}

const char *bed_dir(const struct bed *b)
{
	return b->dir;
}

static gboolean is_interrupted(void *arg)
{
	(void)arg;
	return atomic_load(stop_flag()) != 0;
}

static void say_of_lock(void *arg, const char *text)
{
	struct bed *b = arg;

	progress_say(b->progress, "%s", text);
}

/* Ours alone from now on: whoever comes after reads what we write. */
static gboolean lock_bed(struct bed *b, GError **error)
{
	const struct label_lock_cfg cfg = { .dir = b->dir,
		.remedy = "use --wait, or another --label",
		.wait = b->o->run.wait,
		.interrupted = is_interrupted,
		.say = say_of_lock,
		.arg = b };

	if (!b->locked)
		b->locked = label_lock_take(&cfg, &b->lock, error);
	return b->locked;
}

static gboolean build_bed(struct bed *b, GError **error)
{
	if (b->session == NULL)
		b->session = session_new(
			&(struct session_cfg){ .o = &b->o->run,
				.dir = b->dir,
				.null_too = b->o->suite != NULL && b->o->run.link_bps <= 0 },
			error);
	return b->session != NULL;
}

static struct trial_params *params_of(const struct offer *f, const struct offer_ask *ask,
	const struct options *run, uint32_t repetition)
{
	struct trial_params *p = params_new(run, f->mix_digest, 1, ask->rate_pps, repetition);

	if (ask->on_null)
		search_plan_on_null(p);
	return p;
}

/* A search has one seed; its trials differ by their repetitions. */
static struct options options_of(const struct offer *f, const struct offer_ask *ask)
{
	struct options run = *f->run;

	run.seed = f->params->seed;
	run.duration_ns = ask->duration_ns;
	run.warm_up_ns = ask->warm_up_ns;
	run.drain_ns = ask->drain_ns;
	if (ask->on_null)
		run.pattern = ENGINE_TO_GUESTS;
	return run;
}

struct offer *offer_new(const struct offer_cfg *cfg)
{
	struct offer *f = g_new0(struct offer, 1);
	const struct search_options *o = cfg->bed->o;
	g_autofree char *folder = search_trials_folder(cfg->repetition);

	f->cfg = *cfg;
	f->run = cfg->run == NULL ? &o->run : cfg->run;
	f->dir = g_build_filename(cfg->bed->dir, folder, NULL);
	f->mix_digest = environment_mix_digest(f->run->traffic);
	f->offered = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
	f->params = search_plan_params(o, f->run, f->mix_digest, cfg->repetition);
	return f;
}

void offer_free(struct offer *f)
{
	if (f == NULL)
		return;
	params_free(f->params);
	g_hash_table_unref(f->offered);
	g_free(f->mix_digest);
	g_free(f->dir);
	g_free(f);
}

const struct trial_params *offer_params(const struct offer *f)
{
	return f->params;
}

static uint32_t next_repetition(struct offer *f, uint64_t rate_pps)
{
	guint nth = GPOINTER_TO_UINT(g_hash_table_lookup(f->offered, &rate_pps));

	g_hash_table_replace(
		f->offered, g_memdup2(&rate_pps, sizeof(rate_pps)), GUINT_TO_POINTER(nth + 1));
	return nth;
}

/* NULL without error: it has to be measured. */
static trial *read_trial(struct offer *f, const struct trial_params *p, GError **error)
{
	g_autofree char *why = NULL, *name = trial_file_name(p);
	g_autofree char *path = g_build_filename(f->dir, name, NULL);
	enum trial_state state = trial_state(f->dir, p, &why);

	if (state == TRIAL_DONE)
		return trial_read(path, TRIAL_BINS, error);
	if (state == TRIAL_OTHER)
		(void)sim_fail(error, SIM_ERROR_USAGE,
			"%s; use another --label, or --overwrite to replace it", why);
	else if (state == TRIAL_AGAIN)
		progress_say(f->cfg.bed->progress, "measuring again: %s", why);
	return NULL;
}

/* The search that was there goes with the first of its trials that is replaced. */
static void remove_result(const struct offer *f)
{
	g_autofree char *name = search_file_name(f->params);
	g_autofree char *path = g_build_filename(f->cfg.bed->dir, name, NULL);

	(void)g_unlink(path);
}

static trial *measure_trial(
	struct offer *f, const struct offer_ask *ask, const struct trial_params *p, GError **error)
{
	struct options run = options_of(f, ask);
	struct bed *b = f->cfg.bed;
	struct progress quiet;
	g_autofree char *text = NULL;
	trial *t = NULL;

	progress_init(&quiet, TRUE);
	if (!build_bed(b, error))
		return NULL;
	run.cores = b->o->run.cores; /* as the testbed has them */
	if (!session_measure(b->session,
		    &(struct session_trial){
			    .o = &run, .params = p, .progress = &quiet, .on_null = ask->on_null },
		    &t, error))
		return NULL;
	text = printout_text(t, TRUE);
	g_string_assign(t->log, text);
	if (f->run->overwrite)
		remove_result(f);
	if (!session_keep(t, f->dir, error))
		g_clear_pointer(&t, trial_free);
	return t;
}

static void take_latency(const struct trial_dist *d, double q, uint64_t *ns, gboolean *bound)
{
	if (trial_dist_quantile(d, q, ns, bound) != 0)
		*ns = 0;
}

static double per_second(uint64_t frames, const trial *t)
{
	return t->measured_s > 0 ? (double)frames / t->measured_s : 0;
}

/* Why it is not trustworthy: the first reason that is no note. */
static const char *reason_of(const trial *t)
{
	for (guint i = 0; i < t->reasons->len; i++)
		if (!g_str_has_prefix(t->reasons->pdata[i], "note: "))
			return t->reasons->pdata[i];
	return "";
}

/* What it says of the goals. */
static struct search_trial *judge_trial(
	struct offer *f, const struct offer_ask *ask, const trial *t)
{
	struct search_trial *s = search_add_trial(f->cfg.result);
	const GPtrArray *goals = f->cfg.bed->o->goals;
	uint64_t offered = t->totals.offered, forwarded = t->totals.forwarded;

	s->use = ask->use;
	s->file = trial_file_name(&t->params);
	s->rate_pps = t->params.rate_pps;
	s->repetition = t->params.repetition;
	s->duration_s = t->params.duration_s;
	s->longer_s = ask->longer_s;
	s->offered_pps = per_second(offered, t);
	s->forwarded_pps = per_second(forwarded, t);
	s->loss = offered == 0 ? 0 : (double)t->totals.lost / (double)offered;
	s->spoilt = g_strcmp0(t->cause, TRIAL_CAUSE_TESTER) == 0;
	s->spoilt_why = g_strdup(s->spoilt ? reason_of(t) : "");
	s->goal = ask->goal;
	s->share = ask->share;
	take_latency(&t->response, 0.5, &s->p50_ns, &s->p50_bound);
	take_latency(&t->response, 0.99, &s->p99_ns, &s->p99_bound);
	take_latency(&t->response, 0.999, &s->p999_ns, &s->p999_bound);
	s->max_ns = t->response.max_ns;
	for (guint i = 0; i < goals->len; i++)
		goal_judge(goals->pdata[i], t, &s->marks[i]);
	if (f->cfg.result->environment == NULL && t->environment != NULL)
		f->cfg.result->environment = json_object_ref(t->environment);
	/* Guests that are short of CPU are the SUT; what is left is the clock. */
	if (g_strcmp0(t->cause, TRIAL_CAUSE_CLOCK) == 0) {
		g_free(f->cfg.result->doubt);
		f->cfg.result->doubt = g_strdup(reason_of(t));
	}
	return s;
}

/* The one that was asked for, measured or read. */
static trial *get_trial(struct offer *f, const struct offer_ask *ask, GError **error)
{
	struct options run = options_of(f, ask);
	struct trial_params *p = params_of(f, ask, &run, next_repetition(f, ask->rate_pps));
	g_autoptr(GError) why = NULL;
	trial *t = NULL;

	if (is_interrupted(NULL))
		(void)sim_fail(&why, SIM_ERROR_GUEST, INTERRUPTED);
	else if (lock_bed(f->cfg.bed, &why) && !f->run->overwrite)
		t = read_trial(f, p, &why);
	if (t == NULL && why == NULL)
		t = measure_trial(f, ask, p, &why);
	params_free(p);
	if (t == NULL ? is_interrupted(NULL) : t->interrupted) {
		g_clear_pointer(&t, trial_free);
		g_clear_error(&why);
		(void)sim_fail(&why, SIM_ERROR_GUEST, INTERRUPTED);
	}
	if (why != NULL)
		g_propagate_error(error, g_steal_pointer(&why));
	return t;
}

/* TRUE: spoilt, or not a frame came back, as if guests had stood still; again it could be good. */
static gboolean is_worth_retry(const trial *t)
{
	if (g_strcmp0(t->cause, TRIAL_CAUSE_GUESTS) == 0 ||
		(t->totals.forwarded == 0 && t->totals.offered != 0))
		return TRUE;
	return g_strcmp0(t->cause, TRIAL_CAUSE_TESTER) == 0 &&
	       (double)t->totals.unsent <= UNSENT_HOPELESS * (double)t->totals.intended;
}

char *offer_trial_text(const struct offer *f, const struct search_trial *t)
{
	g_autofree char *rate = format_pps(t->rate_pps == 0 ? t->offered_pps : (double)t->rate_pps);

	return g_strdup_printf(
		"%3u  %8spps %5.4g s  ", f->cfg.result->nb_trials, rate, t->duration_s);
}

void offer_tell_spoilt(struct offer *f, const struct search_trial *t)
{
	if (t->spoilt && !f->told)
		progress_say(f->cfg.bed->progress, "     %s", t->spoilt_why);
	f->told |= t->spoilt;
}

static void tell_retry(struct offer *f, const struct search_trial *of, const trial *t)
{
	g_autofree char *text = offer_trial_text(f, of);

	progress_say(f->cfg.bed->progress, "%s%s; retrying", text,
		of->spoilt ? "spoiled by the generator" : reason_of(t));
	offer_tell_spoilt(f, of);
}

/* What disturbs the generator, such as another program, may be over in a moment. Not where all is there. */
static void wait_for_quiet(const struct offer *f, int retry)
{
	gint64 until_us = g_get_monotonic_time() +
			  (gint64)MIN(retry, QUIET_MOST_S) * G_USEC_PER_SEC;

	while (f->cfg.bed->session != NULL && g_get_monotonic_time() < until_us &&
		!is_interrupted(NULL))
		g_usleep(QUIET_POLL_US);
}

static gboolean offer_times(struct offer *f, const struct offer_ask *ask, int retries,
	struct search_trial **out, trial **t, GError **error)
{
	g_autoptr(trial) got = NULL;

	/* It can do more than that: what spoils the trial is a disturbance, no limit. */
	if (ask->rate_pps != 0 && ask->rate_pps <= f->sound_pps)
		retries *= DISTURBED_RETRIES;
	for (int nth = 0; nth == 0 || (nth <= retries && is_worth_retry(got)); nth++) {
		g_clear_pointer(&got, trial_free);
		wait_for_quiet(f, nth);
		got = get_trial(f, ask, error);
		if (got == NULL)
			return FALSE;
		*out = judge_trial(f, ask, got);
		if (nth < retries && is_worth_retry(got))
			tell_retry(f, *out, got);
	}
	if (!(*out)->spoilt)
		f->sound_pps = MAX(f->sound_pps, ask->rate_pps);
	if (retries > 0 && g_strcmp0(got->cause, TRIAL_CAUSE_GUESTS) == 0)
		return sim_fail(error, SIM_ERROR_GUEST, "%s (after %d trials)", reason_of(got),
			retries + 1);
	if (t != NULL)
		*t = g_steal_pointer(&got);
	return TRUE;
}

gboolean offer_trial(struct offer *f, const struct offer_ask *ask, struct search_trial **out,
	trial **t, GError **error)
{
	return offer_times(f, ask, 0, out, t, error);
}

gboolean offer_until_good(struct offer *f, const struct offer_ask *ask, struct search_trial **out,
	trial **t, GError **error)
{
	return offer_times(f, ask, f->cfg.bed->o->retries, out, t, error);
}
