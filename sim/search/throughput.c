/* SPDX-License-Identifier: BSD-3-Clause */
#include "sim/search/throughput.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "analyze/base/format.h"
#include "analyze/base/scratch.h"
#include "analyze/base/text.h"
#include "analyze/numbers/numbers.h"
#include "analyze/show/report_suite.h"
#include "analyze/results/search_results.h"
#include "analyze/show/report_search.h"
#include "sim/base/error.h"
#include "sim/base/stop.h"
#include "sim/search/mlr.h"
#include "sim/search/rfc2544.h"
#include "sim/search/search_plan.h"

#define MIN_SHARE 0.01           /* of the highest load: the lowest */
#define MIN_SHARE_MOST 0.1       /* of it, for trials of enough frames */
#define MIN_FRAMES 10000         /* of the shortest trial at it */
#define LONGER_MAX 10            /* times its final duration a trial may last for a percentile */
#define MAX_TRIAL_NS 1000000000U /* as fast as possible: what the generator can offer */
#define TO_NS 1e9

/* One search. */
struct hunt {
	struct offer *offer;
	const struct search_options *o;
	struct progress *progress;
	search *result;
	struct mlr *mlr;
	gint64 started_us;
};

static const struct goal *goal_at(const struct hunt *h, guint i)
{
	return h->o->goals->pdata[i];
}

static double shortest_s(const struct hunt *h)
{
	double s = INFINITY;

	for (guint i = 0; i < h->o->goals->len; i++)
		s = fmin(s, goal_at(h, i)->initial_s);
	return s;
}

static struct offer_ask ask_for(
	const struct hunt *h, enum search_use use, uint64_t rate_pps, double duration_s)
{
	double needed_s = rate_pps == 0 ? 0 : search_options_needed_s(h->o, (double)rate_pps);
	/* Whole milliseconds: they are in file names. */
	double s = fmax(duration_s, ceil(needed_s * 1e3) / 1e3);

	return (struct offer_ask){ .use = use,
		.rate_pps = rate_pps,
		.duration_ns = (uint64_t)llround(s * TO_NS),
		.warm_up_ns = h->o->run.warm_up_ns,
		.drain_ns = h->o->run.drain_ns,
		.longer_s = s - duration_s };
}

enum { NAME_WIDTH = 10 }; /* longer names of goals are numbers in progress lines */

/* "992.9k..1.033M"; "?" where a bound is not known yet. */
static char *bounds_text(uint64_t lower, uint64_t upper)
{
	g_autofree char *lo = format_pps((double)lower), *hi = format_pps((double)upper);

	return g_strdup_printf("%s..%s", lower == 0 ? "?" : lo, upper == 0 ? "?" : hi);
}

static char *short_name(const struct hunt *h, guint i)
{
	const char *name = goal_at(h, i)->name;

	return strlen(name) <= NAME_WIDTH ? g_strdup(name) : g_strdup_printf("goal %u", i + 1);
}

/* text, and blanks up to width characters. */
static void append_padded(GString *line, const char *text, glong width)
{
	glong missing = width - g_utf8_strlen(text, -1);

	g_string_append_printf(line, "%s%*s", text, (int)MAX(missing, 0), "");
}

/* "NDR 1.2M..1.3M  PDR 1.4M..1.5M" */
static void append_bounds(const struct hunt *h, GString *line)
{
	enum { BOUNDS_WIDTH = 16 };

	for (guint i = 0; i < h->o->goals->len; i++) {
		uint64_t lower, upper;
		g_autofree char *name = short_name(h, i), *bounds = NULL;

		mlr_so_far(h->mlr, i, &lower, &upper);
		bounds = bounds_text(lower, upper);
		g_string_append_printf(line, "%s ", name);
		append_padded(line, bounds, BOUNDS_WIDTH);
	}
}

static char *time_text(double s)
{
	return s < 90 ? g_strdup_printf("%.0f s", ceil(s)) : g_strdup_printf("%.0f min", s / 60);
}

static void append_result(GString *line, const struct search_trial *t)
{
	enum { LOSS_WIDTH = 10, TIME_WIDTH = 11 };
	g_autofree char *loss = format_percent(t->loss);
	g_autofree char *p99 = format_ns_bound(t->p99_ns, t->p99_bound);

	if (t->spoilt) {
		append_padded(line, "spoiled by the generator", 5 + LOSS_WIDTH + 4 + TIME_WIDTH);
		return;
	}
	g_string_append(line, "loss ");
	append_padded(line, loss, LOSS_WIDTH);
	g_string_append(line, "p99 ");
	append_padded(line, p99, TIME_WIDTH);
}

/* A line per trial: load, result, bounds so far, time left. */
static void tell_trial(const struct hunt *h, const struct search_trial *t)
{
	g_autofree char *begin = offer_trial_text(h->offer, t);
	g_autoptr(GString) line = g_string_new(begin);
	double left_s = h->mlr == NULL ? 0 : mlr_left_s(h->mlr);
	g_autofree char *left = time_text(left_s);

	append_result(line, t);
	if (t->use == SEARCH_FOR_LIMIT)
		append_bounds(h, line);
	if (left_s > 0 && t->use == SEARCH_FOR_LIMIT)
		g_string_append_printf(line, "about %s left", left);
	if (t->rate_pps == 0)
		g_string_append(line, "highest load: sent at rate max");
	else if (t->use == SEARCH_WARM_UP)
		g_string_append(line, "warm-up");
	else if (t->use == SEARCH_LATENCY_AT) {
		g_autofree char *name = short_name(h, t->goal);

		g_string_append_printf(line, "latency at %g %% of %s", 100 * t->share, name);
	}
	if (t->longer_s > 0)
		g_string_append_printf(
			line, "  (%.3g s longer, for enough frames per percentile)", t->longer_s);
	progress_say(h->progress, "%s", g_strchomp(line->str));
	offer_tell_spoilt(h->offer, t);
}

/* The numbers that stand for goals in the lines below. */
static void tell_goals(const struct hunt *h)
{
	for (guint i = 0; i < h->o->goals->len; i++)
		if (strlen(goal_at(h, i)->name) > NAME_WIDTH)
			progress_say(h->progress, "goal %u: %s", i + 1, goal_at(h, i)->name);
}

/* The highest load: given, or what the generator offers without a schedule. */
static gboolean find_max(struct hunt *h, GError **error)
{
	struct offer_ask ask = ask_for(h, SEARCH_WARM_UP, 0, MAX_TRIAL_NS / TO_NS);
	struct search_trial *t;

	h->result->max_pps = (uint64_t)h->o->max_pps;
	if (h->result->max_pps != 0)
		return TRUE;
	if (!offer_trial(h->offer, &ask, &t, NULL, error))
		return FALSE;
	h->result->max_measured = TRUE;
	h->result->max_pps = (uint64_t)t->offered_pps;
	tell_trial(h, t);
	return h->result->max_pps > 2 ||
	       sim_fail(error, SIM_ERROR_GUEST, "no frames were sent at rate max; use --max-load");
}

/* Percentiles of few frames a second take long trials: not for lower loads than are worth it. */
static gboolean find_min(struct hunt *h, GError **error)
{
	double max = (double)h->result->max_pps, pps = h->o->min_pps;
	/* Frames that all percentiles need, whatever the load. */
	double frames = search_options_needed_s(h->o, 1);
	double limit_s = LONGER_MAX * h->result->params.duration_s;

	if (pps == 0)
		pps = fmax(fmax(max * MIN_SHARE,
				   fmin(MIN_FRAMES / shortest_s(h), max * MIN_SHARE_MOST)),
			frames / limit_s);
	pps = ceil(pps);
	if (pps >= max && h->o->min_pps == 0 && frames / limit_s < max)
		pps = floor(max / 2);
	h->result->min_pps = (uint64_t)fmax(pps, 1);
	return pps < max ||
	       sim_fail(error, SIM_ERROR_USAGE,
		       h->o->min_pps != 0
			       ? "--min-load: %.0f pps is not below the highest load, %.0f pps"
			       : "the goals' percentiles need trials of %.0f frames or more than "
				 "the highest load, %.0f pps, gives in ten final trial durations; "
				 "use a longer final= or a lower percentile",
		       h->o->min_pps != 0 ? pps : frames, max);
}

static void add_to_mlr(struct hunt *h, const struct search_trial *t)
{
	g_autofree gboolean *bad = g_new0(gboolean, h->o->goals->len);

	for (guint i = 0; i < h->o->goals->len; i++)
		bad[i] = !t->marks[i].met;
	mlr_add(h->mlr, &(struct mlr_trial){ .rate_pps = t->rate_pps,
				.duration_s = t->duration_s,
				.loss = t->loss,
				.forwarded_pps = t->forwarded_pps,
				.bad = bad,
				.spoilt = t->spoilt });
}

static gboolean find_limits(struct hunt *h, GError **error)
{
	struct mlr_ask next;

	while (mlr_next(h->mlr, &next)) {
		struct offer_ask ask = ask_for(h, next.warm_up ? SEARCH_WARM_UP : SEARCH_FOR_LIMIT,
			next.rate_pps, next.duration_s);
		struct search_trial *t;

		if (!(next.warm_up ? offer_trial : offer_until_good)(
			    h->offer, &ask, &t, NULL, error))
			return FALSE;
		add_to_mlr(h, t);
		tell_trial(h, t);
	}
	return TRUE;
}

/* What the trials at a goal's upper bound missed: of the last one. */
static const char *why_missed(const struct hunt *h, guint goal, uint64_t upper_pps)
{
	const char *why = "";

	for (uint32_t i = 0; i < h->result->nb_trials; i++) {
		const struct search_trial *t = &h->result->trials[i];

		if (t->use != SEARCH_FOR_LIMIT || t->rate_pps != upper_pps)
			continue;
		if (t->spoilt)
			why = t->spoilt_why;
		else if (!t->marks[goal].met)
			why = t->marks[goal].why;
	}
	return why;
}

static void take_answers(struct hunt *h)
{
	for (guint i = 0; i < h->o->goals->len; i++) {
		struct search_goal *g = &h->result->goals[i];
		struct mlr_answer a;

		mlr_answer(h->mlr, i, &a);
		g->state = a.state;
		g->lower_pps = a.lower_pps;
		g->upper_pps = a.upper_pps;
		g->throughput_pps = g->loss_only ? a.throughput_pps : NAN;
		g_free(g->why);
		g->why = g_strdup(a.upper_pps == 0 ? "" : why_missed(h, i, a.upper_pps));
		if (a.state == SEARCH_MISSED_AT_MIN)
			progress_say(h->progress,
				"%s: missed at the lowest load; use a lower --min-load",
				goal_at(h, i)->name);
	}
}

/* A row for each load that was offered for the limit. */
static void take_loads(struct hunt *h)
{
	g_autoptr(GArray) loads = g_array_new(FALSE, TRUE, sizeof(struct search_load));
	search *s = h->result;

	for (uint32_t i = 0; i < s->nb_trials; i++) {
		const struct search_trial *t = &s->trials[i];
		struct search_load *load = NULL;

		if (t->use != SEARCH_FOR_LIMIT)
			continue;
		for (guint k = 0; load == NULL && k < loads->len; k++)
			if (g_array_index(loads, struct search_load, k).rate_pps == t->rate_pps)
				load = &g_array_index(loads, struct search_load, k);
		if (load == NULL) {
			g_array_set_size(loads, loads->len + 1);
			load = &g_array_index(loads, struct search_load, loads->len - 1);
		}
		load->rate_pps = t->rate_pps;
		load->trials++;
		load->spoilt = t->spoilt;
	}
	g_array_sort(loads, numbers_compare_u64); /* by their rates */
	search_set_loads(s, loads->len);
	for (uint32_t k = 0; k < s->nb_loads; k++) {
		const struct search_load *load = &g_array_index(loads, struct search_load, k);

		s->loads[k].rate_pps = load->rate_pps;
		s->loads[k].trials = load->trials;
		s->loads[k].spoilt = load->spoilt;
		for (uint32_t i = 0; i < s->nb_goals; i++)
			s->loads[k].classes[i] = mlr_class(h->mlr, i, load->rate_pps);
	}
}

/* Latency at shares of each limit, for as long as the goal's final trials. */
static gboolean find_latencies(struct hunt *h, GError **error)
{
	for (guint i = 0; i < h->o->goals->len; i++)
		for (guint k = 0; k < h->o->latency_at_->len; k++) {
			double share = g_array_index(h->o->latency_at_, double, k);
			double pps = share * (double)h->result->goals[i].lower_pps;
			struct offer_ask ask = ask_for(h, SEARCH_LATENCY_AT, (uint64_t)fmax(pps, 1),
				goal_at(h, i)->final_s);
			struct search_trial *t;

			ask.goal = i;
			ask.share = share;
			if (h->result->goals[i].lower_pps == 0)
				continue;
			if (!offer_until_good(h->offer, &ask, &t, NULL, error))
				return FALSE;
			tell_trial(h, t);
		}
	return TRUE;
}

gboolean throughput_search(struct offer *f, const struct search_options *o,
	struct progress *progress, search *result, GError **error)
{
	struct hunt h = { .offer = f, .o = o, .progress = progress, .result = result };
	gboolean done;

	tell_goals(&h);
	done = find_max(&h, error) && find_min(&h, error);
	if (done) {
		h.mlr = search_plan_mlr(o, result->min_pps, result->max_pps,
			result->max_measured ? 0 : shortest_s(&h));
		done = find_limits(&h, error);
		take_answers(&h);
		take_loads(&h);
	}
	g_clear_pointer(&h.mlr, mlr_free);
	done = done && find_latencies(&h, error);
	return done;
}

/* A search that is to be made. */
static search *begin_search(const struct search_options *o)
{
	search *s = search_new(o->goals->len);

	s->preset = g_strdup(goal_presets[o->preset]);
	s->options = search_options_text(o);
	s->doubt = g_strdup("");
	s->mean_frame_len = mix_mean_frame_len(o->run.traffic);
	for (guint i = 0; i < o->goals->len; i++) {
		const struct goal *g = o->goals->pdata[i];
		struct search_goal *to = &s->goals[i];

		g_free(to->name);
		g_free(to->text);
		to->name = g_strdup(g->name);
		to->text = goal_full_text(g);
		to->initial_s = g->initial_s;
		to->final_s = g->final_s;
		to->sum_s = g->sum_s;
		to->exceed = g->exceed;
		to->width = g->width;
		to->loss_only = goal_is_of_loss(g);
		to->state = SEARCH_UNFINISHED;
		to->throughput_pps = NAN;
	}
	return s;
}

/* NULL without error: it is not there. */
static search *read_search(const struct bed *b, const struct search_options *o,
	const struct trial_params *p, const search *wanted, struct progress *progress,
	GError **error)
{
	g_autofree char *why = NULL, *name = search_file_name(p);
	g_autofree char *path = g_build_filename(bed_dir(b), name, NULL);
	g_autofree const char **goals = g_new0(const char *, wanted->nb_goals + 1);
	enum trial_state state;

	for (uint32_t i = 0; i < wanted->nb_goals; i++)
		goals[i] = wanted->goals[i].text;
	state = search_look(bed_dir(b), p, wanted->options, goals, &why);
	if (o->run.overwrite || state == TRIAL_MISSING)
		return NULL;
	if (state == TRIAL_DONE)
		return search_read(path, error);
	if (state == TRIAL_OTHER)
		(void)sim_fail(error, SIM_ERROR_USAGE,
			"%s; use another --label, or --overwrite to replace it", why);
	else
		progress_say(progress, "searching again: %s", why);
	return NULL;
}

static void sum_up(search *s, gint64 started_us)
{
	for (uint32_t i = 0; i < s->nb_trials; i++)
		s->trials_s += s->trials[i].duration_s;
	s->took_s = (double)(g_get_monotonic_time() - started_us) / 1e6;
}

/* One repetition: searched for, or read. *measured: it was searched for. */
static search *get_search(struct bed *b, struct search_options *o, uint32_t repetition,
	struct progress *progress, gboolean *measured, GError **error)
{
	gint64 started_us = g_get_monotonic_time();
	g_autoptr(search) s = begin_search(o);
	struct offer *f = offer_new(&(struct offer_cfg){
		.bed = b, .run = &o->run, .repetition = repetition, .result = s });
	g_autoptr(GError) why = NULL;
	search *found;

	*measured = FALSE;
	trial_params_copy(&s->params, offer_params(f));
	found = read_search(b, o, &s->params, s, progress, &why);
	if (found == NULL && why == NULL) {
		*measured = (o->suite == NULL ? throughput_search : rfc2544_search)(
			f, o, progress, s, &why);
		sum_up(s, started_us);
		if (*measured && search_write(s, bed_dir(b), &why)) {
			g_autofree char *name = search_file_name(&s->params);

			s->path = g_build_filename(bed_dir(b), name, NULL);
			found = g_steal_pointer(&s);
		}
	}
	offer_free(f);
	if (why != NULL)
		g_propagate_error(error, g_steal_pointer(&why));
	return found;
}

static void print_table(table *t, enum cli_format format, const char *above)
{
	g_autofree char *text = t == NULL ? NULL : table_format(t, format);

	if (text != NULL)
		printf("%s%s", above, text);
	table_free(t);
}

static void print_reasons(const result_set *r)
{
	g_autofree char *text = report_search_reasons(r);

	fputs(text, stdout);
}

/* As tanalyze search has them; JSON: of each search all. Takes them. */
static void show_searches(GPtrArray *all, enum cli_format format)
{
	g_autofree char *suite = format == CLI_JSON ? NULL : report_suite_format(all, format);
	g_autoptr(result_set) r = NULL;

	for (guint i = 0; format == CLI_JSON && i < all->len; i++) {
		g_autofree char *json = search_to_json(all->pdata[i]);

		printf("%s\n", json);
	}
	r = search_results_of(all);
	if (suite != NULL)
		fputs(suite, stdout);
	else if (format != CLI_JSON)
		print_table(report_search_limits(r, format != CLI_TEXT), format, "");
	if (suite == NULL && format == CLI_TEXT)
		print_reasons(r);
	if (suite == NULL && format == CLI_TEXT)
		print_table(report_search_latency(r), format, "\n");
	for (guint i = 0; format == CLI_TEXT && i < r->combinations->len; i++) {
		g_autofree char *reasons = result_reasons_text(r->combinations->pdata[i]);

		fputs(reasons, stdout);
	}
	(void)fflush(stdout); /* before what is said on stderr */
}

GPtrArray *throughput_subjects(struct search_options *o, GError **error)
{
	GPtrArray *subjects;

	if (o->suite != NULL)
		return rfc2544_sizes(o, error);
	subjects = g_ptr_array_new();
	g_ptr_array_add(subjects, o);
	return subjects;
}

static int search_subject(struct bed *b, struct search_options *o, struct progress *progress,
	GPtrArray *all, gboolean *any, GError **error)
{
	int status = CLI_DONE;

	for (int rep = o->run.first_rep; rep < o->run.first_rep + o->run.reps; rep++) {
		gboolean measured;
		search *s = get_search(b, o, (uint32_t)rep, progress, &measured, error);

		if (s == NULL)
			return CLI_FAILED;
		g_ptr_array_add(all, s);
		*any |= measured;
		if (!search_is_sound(s))
			status = CLI_NOT_TRUSTWORTHY;
	}
	return status;
}

static int run_all(struct bed *b, struct search_options *o, struct progress *progress,
	GPtrArray *all, gboolean *any, GError **error)
{
	g_autoptr(GPtrArray) subjects = throughput_subjects(o, error);
	int status = subjects == NULL ? CLI_FAILED : CLI_DONE;

	for (guint i = 0; status != CLI_FAILED && i < subjects->len; i++) {
		int one = search_subject(b, subjects->pdata[i], progress, all, any, error);

		status = one == CLI_DONE ? status : one;
	}
	return status;
}

int throughput_run(struct search_options *o)
{
	g_autoptr(GPtrArray) all = g_ptr_array_new_with_free_func((GDestroyNotify)search_free);
	g_autoptr(GError) error = NULL;
	struct progress progress;
	gboolean any = FALSE;
	struct bed *b;
	int status;

	progress_init(&progress, o->run.quiet);
	stop_catch(STOP_AT_THIRD);
	scratch_sweep("tsim");
	b = bed_new(o, &progress);
	status = run_all(b, o, &progress, all, &any, &error);
	if (all->len != 0)
		show_searches(g_steal_pointer(&all), o->run.format);
	if (error != NULL)
		status = cli_fail("tsim", sim_error_status(error), error);
	else if (any && o->run.format == CLI_TEXT)
		progress_say(&progress, "results: %s", bed_dir(b));
	bed_free(b);
	return status;
}

static gboolean is_subject_done(struct bed *b, struct search_options *o, struct progress *progress)
{
	gboolean done = !o->run.overwrite;

	for (int rep = o->run.first_rep; done && rep < o->run.first_rep + o->run.reps; rep++) {
		g_autoptr(search) s = begin_search(o), found = NULL;
		struct offer *f = offer_new(&(struct offer_cfg){
			.bed = b, .run = &o->run, .repetition = (uint32_t)rep, .result = s });

		found = read_search(b, o, offer_params(f), s, progress, NULL);
		done = found != NULL;
		offer_free(f);
	}
	return done;
}

gboolean throughput_is_done(struct search_options *o)
{
	g_autoptr(GPtrArray) subjects = throughput_subjects(o, NULL);
	struct progress progress;
	struct bed *b;
	gboolean done = subjects != NULL;

	progress_init(&progress, TRUE);
	b = bed_new(o, &progress);
	for (guint i = 0; done && i < subjects->len; i++)
		done = is_subject_done(b, subjects->pdata[i], &progress);
	bed_free(b);
	return done;
}
