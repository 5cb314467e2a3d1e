/* SPDX-License-Identifier: BSD-3-Clause */
#include "analyze/show/report_search.h"

#include <math.h>

#include "analyze/base/format.h"
#include "analyze/results/reasons.h"
#include "analyze/results/result_columns.h"
#include "analyze/results/search_results.h"
#include "analyze/show/report_suite.h"
#include "analyze/statistics/statistics.h"
#include "traffic/rate.h"

static const double confidence = 0.95; /* of intervals that nobody looks at */

/* Values of repetitions or trials, some of which are lower bounds. */
struct values {
	double *x, *at_least;
	guint nb;
};

static struct values values_new(guint nb)
{
	return (struct values){ g_new(double, nb + 1), g_new(double, nb + 1), 0 };
}

static void values_add(struct values *v, double x, gboolean bound)
{
	v->x[v->nb] = bound ? INFINITY : x;
	v->at_least[v->nb++] = x;
}

/* A median, perhaps a lower bound; NAN without values. */
struct median {
	double value;
	gboolean bound;
};

/* Frees v. */
static struct median values_take(struct values *v)
{
	struct statistics_bounded m = statistics_median_bounded(
		v->x, v->at_least, v->nb, confidence);
	struct median out = { m.at_least.value, isinf(m.m.value) };

	g_free(v->x);
	g_free(v->at_least);
	return out;
}

/* Reasons that differ in numbers alone are one with ranges. NULL: none. Newly allocated. */
static char *joined_reasons(const GPtrArray *groups)
{
	GString *text = g_string_new(NULL);

	for (guint i = 0; i < groups->len; i++)
		g_string_append_printf(text, "%s%s", i > 0 ? "; " : "",
			((const struct reason_group *)g_ptr_array_index(groups, i))->text);
	return g_string_free(text, groups->len == 0);
}

/* A goal over the repetitions. */
struct limit_row {
	const struct trial_params *params; /* first: result_series_columns */
	const char *goal;
	guint repetitions;
	struct median limit;
	double least, most; /* NAN: one repetition, or none has a limit */
	double upper, throughput, l2_bps, l1_bps;
	char *state, *why; /* owned; why NULL: nothing was missed */
	const char *verdict;
	double trials, trials_s, took_s; /* per search, medians */
};

static void median_pps_cell(table *t, const void *row, const struct table_column *column)
{
	const struct median *m = (const void *)((const char *)row + column->at);
	g_autofree char *size = format_pps(m->value);
	g_autofree char *text = g_strconcat(m->bound ? ">= " : "", size, NULL);

	if (isnan(m->value))
		table_none(t);
	else
		table_double_as(t, m->value, m->bound, text);
}

static void median_ns_cell(table *t, const void *row, const struct table_column *column)
{
	const struct median *m = (const void *)((const char *)row + column->at);

	table_ns_real(t, m->value, m->bound);
}

static void bps_cell(table *t, const void *row, const struct table_column *column)
{
	double v = G_STRUCT_MEMBER(double, row, column->at);
	g_autofree char *text = rate_format_bps(v);

	if (isnan(v))
		table_none(t);
	else
		table_double_as(t, v, FALSE, text);
}

static void seconds_cell(table *t, const void *row, const struct table_column *column)
{
	table_double(t, G_STRUCT_MEMBER(double, row, column->at), "%.1f");
}

/* In text as much as a line has room for. */
static void why_cell(table *t, const void *row, const struct table_column *column)
{
	enum { SHOWN = 80 };
	const char *why = *(const char *const *)(const void *)((const char *)row + column->at);
	g_autofree char *begin = NULL, *text = NULL;

	if (why == NULL) {
		table_none(t);
	} else if (g_utf8_strlen(why, -1) <= SHOWN) {
		table_string(t, why);
	} else {
		begin = g_utf8_substring(why, 0, SHOWN);
		text = g_strconcat(begin, "...", NULL);
		table_string_as(t, why, text);
	}
}

#define AT(member_) .at = offsetof(struct limit_row, member_)
static const struct table_column limit_columns[] = {
	{ "goal", NULL, TABLE_TEXT, AT(goal), .flags = TABLE_KEY },
	{ "repetitions", "reps", TABLE_NUMBER, AT(repetitions) },
	{ "limit_pps", "limit", AT(limit), .cell = median_pps_cell },
	{ "limit_min_pps", "min", TABLE_PPS, AT(least), .flags = TABLE_IF_ANY },
	{ "limit_max_pps", "max", TABLE_PPS, AT(most), .flags = TABLE_IF_ANY },
	{ "limit_l2_bps", "layer 2", AT(l2_bps), .cell = bps_cell },
	{ "limit_l1_bps", "layer 1", AT(l1_bps), .flags = TABLE_HIDDEN, .cell = bps_cell },
	{ "upper_pps", "upper", TABLE_PPS, AT(upper) },
	{ "throughput_pps", "throughput", TABLE_PPS, AT(throughput), .flags = TABLE_IF_ANY },
	{ "state", NULL, TABLE_TEXT, AT(state) },
	{ "trials", NULL, TABLE_REAL, AT(trials) },
	{ "trials_s", "trials s", AT(trials_s), .cell = seconds_cell },
	{ "took_s", "took s", AT(took_s), .flags = TABLE_HIDDEN, .cell = seconds_cell },
	{ "verdict", NULL, TABLE_TEXT, AT(verdict) },
	{ "why", AT(why), .flags = TABLE_IF_ANY, .cell = why_cell },
};
#undef AT

/* "found", or how many repetitions ended how: "3 found, 1 tester-limited". */
static char *states_text(const result_combination *c, uint32_t goal)
{
	guint nb[SEARCH_UNFINISHED + 1] = { 0 };
	GString *text = g_string_new(NULL);

	for (guint i = 0; i < c->searches->len; i++)
		nb[search_results_at(c, i)->goals[goal].state]++;
	for (guint i = 0; i < G_N_ELEMENTS(nb); i++) {
		if (nb[i] == c->searches->len)
			g_string_append(text, search_state_word((enum search_state)i));
		else if (nb[i] > 0)
			g_string_append_printf(text, "%s%u %s", text->len > 0 ? ", " : "", nb[i],
				search_state_word((enum search_state)i));
	}
	return g_string_free(text, FALSE);
}

/* The SUT's limit may be higher than the highest load at which the goal was seen to be met. */
static gboolean is_at_least(const struct search_goal *g)
{
	return g->state == SEARCH_MET_AT_MAX || g->state == SEARCH_TESTER_LIMITED ||
	       g->state == SEARCH_UNFINISHED;
}

static void add_limit(table *t, const result_combination *c, uint32_t goal)
{
	guint nb = c->searches->len;
	struct values limit = values_new(nb), upper = values_new(nb), throughput = values_new(nb);
	struct values trials = values_new(nb), trials_s = values_new(nb), took_s = values_new(nb);
	struct limit_row row = { .params = &c->params,
		.goal = search_results_at(c, 0)->goals[goal].name,
		.repetitions = nb,
		.least = NAN,
		.most = NAN,
		.state = states_text(c, goal),
		.verdict = result_verdict(c) };
	double frame_len = search_results_at(c, 0)->mean_frame_len;
	g_autoptr(GPtrArray) reasons = reasons_new();

	for (guint i = 0; i < nb; i++) {
		const search *s = search_results_at(c, i);
		const struct search_goal *g = &s->goals[goal];

		if (g->lower_pps > 0) {
			values_add(&limit, (double)g->lower_pps, is_at_least(g));
			row.least = fmin(row.least, (double)g->lower_pps);
			row.most = fmax(row.most, (double)g->lower_pps);
		}
		if (g->upper_pps > 0)
			values_add(&upper, (double)g->upper_pps, FALSE);
		if (!isnan(g->throughput_pps))
			values_add(&throughput, g->throughput_pps, FALSE);
		values_add(&trials, s->nb_trials, FALSE);
		values_add(&trials_s, s->trials_s, FALSE);
		values_add(&took_s, s->took_s, FALSE);
		if (*g->why != '\0')
			(void)reasons_add(reasons, g->why, NULL);
	}
	row.why = joined_reasons(reasons);
	if (nb < 2)
		row.least = row.most = NAN;
	row.limit = values_take(&limit);
	row.l2_bps = rate_l2_bps(row.limit.value, frame_len);
	row.l1_bps = rate_l1_bps(row.limit.value, frame_len);
	row.upper = values_take(&upper).value;
	row.throughput = values_take(&throughput).value;
	row.trials = values_take(&trials).value;
	row.trials_s = values_take(&trials_s).value;
	row.took_s = values_take(&took_s).value;
	table_add(t, &row);
	g_free(row.state);
	g_free(row.why);
}

static const result_combination *combination_at(const result_set *r, guint i)
{
	return g_ptr_array_index(r->combinations, i);
}

table *report_search_limits(const result_set *r, gboolean why)
{
	table *t = table_new();

	result_series_columns(t);
	table_columns(t, limit_columns, G_N_ELEMENTS(limit_columns) - (why ? 0 : 1));
	for (guint i = 0; i < r->combinations->len; i++) {
		const result_combination *c = combination_at(r, i);

		for (uint32_t k = 0; k < search_results_at(c, 0)->nb_goals; k++)
			add_limit(t, c, k);
	}
	return t;
}

/* "9.7k to 10.1k": upper bounds of a goal over the repetitions, and why they are none. "": no reason. */
static char *reason_line(const result_combination *c, uint32_t goal)
{
	uint64_t least = UINT64_MAX, most = 0;
	g_autoptr(GPtrArray) reasons = reasons_new();
	g_autofree char *why = NULL, *lo = NULL, *hi = NULL;

	for (guint i = 0; i < c->searches->len; i++) {
		const struct search_goal *g = &search_results_at(c, i)->goals[goal];

		if (*g->why == '\0')
			continue;
		least = MIN(least, g->upper_pps);
		most = MAX(most, g->upper_pps);
		(void)reasons_add(reasons, g->why, NULL);
	}
	why = joined_reasons(reasons);
	if (why == NULL)
		return g_strdup("");
	lo = format_pps((double)least);
	hi = format_pps((double)most);
	return g_str_equal(lo, hi) ? g_strdup_printf("at %spps: %s", lo, why)
				   : g_strdup_printf("at %s to %spps: %s", lo, hi, why);
}

char *report_search_reasons(const result_set *r)
{
	GString *text = g_string_new(NULL);

	for (guint i = 0; i < r->combinations->len; i++) {
		const result_combination *c = combination_at(r, i);
		uint32_t nb = search_results_at(c, 0)->nb_goals, next;

		for (uint32_t k = 0; k < nb; k = next) {
			g_autofree char *line = reason_line(c, k);
			g_autoptr(GString) who = g_string_new(NULL);

			if (r->combinations->len > 1)
				g_string_append_printf(who, "%s: ", c->params.label);
			g_string_append(who, search_results_at(c, 0)->goals[k].name);
			for (next = k + 1; next < nb; next++) {
				g_autofree char *same = reason_line(c, next);

				if (!g_str_equal(same, line))
					break;
				g_string_append_printf(
					who, ", %s", search_results_at(c, 0)->goals[next].name);
			}
			if (*line != '\0')
				g_string_append_printf(text, "%s %s\n", who->str, line);
		}
	}
	return g_string_free(text, FALSE);
}

/* A load of one search, for one goal. */
struct load_row {
	const struct trial_params *params; /* first: result_series_columns */
	guint repetition, trials, met;
	uint64_t rate_pps;
	const char *goal, *class, *why;
	double l2_bps, offered, loss;
	struct median value;
};

static void load_cell(table *t, const void *of, const struct table_column *column)
{
	const struct load_row *row = of;
	g_autofree char *text = format_pps((double)row->rate_pps);

	(void)column;
	table_u64_as(t, row->rate_pps, text);
}

#define AT(member_) .at = offsetof(struct load_row, member_)
static const struct table_column load_columns[] = {
	{ "repetition", "rep", TABLE_NUMBER, AT(repetition),
		.flags = TABLE_KEY | TABLE_IF_DIFFERS },
	{ "goal", NULL, TABLE_TEXT, AT(goal), .flags = TABLE_KEY },
	{ "rate_pps", "load", .flags = TABLE_KEY, .cell = load_cell },
	{ "l2_bps", "layer 2", AT(l2_bps), .cell = bps_cell },
	{ "class", NULL, TABLE_TEXT, AT(class) },
	{ "trials", NULL, TABLE_NUMBER, AT(trials) },
	{ "trials_met", "met", TABLE_NUMBER, AT(met) },
	{ "offered_pps", "offered", TABLE_PPS, AT(offered) },
	{ "loss_ratio", "loss", TABLE_RATIO, AT(loss) },
	{ "value_ns", "latency", AT(value), .flags = TABLE_IF_ANY, .cell = median_ns_cell },
	{ "why", AT(why), .flags = TABLE_IF_ANY, .cell = why_cell },
};
#undef AT

static void add_load(
	table *t, const result_combination *c, const search *s, uint32_t load, uint32_t goal)
{
	const struct search_load *l = &s->loads[load];
	struct values offered = values_new(s->nb_trials), loss = values_new(s->nb_trials);
	struct values value = values_new(s->nb_trials);
	struct load_row row = { .params = &c->params,
		.repetition = s->params.repetition,
		.rate_pps = l->rate_pps,
		.goal = s->goals[goal].name,
		.class = l->spoilt ? "tester-limited" : search_class_word(l->classes[goal]),
		.l2_bps = rate_l2_bps((double)l->rate_pps, s->mean_frame_len) };

	for (uint32_t i = 0; i < s->nb_trials; i++) {
		const struct search_trial *of = &s->trials[i];
		const struct search_mark *m = &of->marks[goal];

		if (of->use != SEARCH_FOR_LIMIT || of->rate_pps != l->rate_pps)
			continue;
		row.trials++;
		row.met += m->met && !of->spoilt;
		values_add(&offered, of->offered_pps, FALSE);
		values_add(&loss, of->loss, FALSE);
		if (!isnan(m->value_ns))
			values_add(&value, m->value_ns, FALSE);
		if (row.why == NULL)
			row.why = of->spoilt ? of->spoilt_why : *m->why != '\0' ? m->why : NULL;
	}
	row.offered = values_take(&offered).value;
	row.loss = values_take(&loss).value;
	row.value = values_take(&value);
	table_add(t, &row);
}

table *report_search_loads(const result_set *r, gboolean why)
{
	table *t = table_new();

	result_series_columns(t);
	table_columns(t, load_columns, G_N_ELEMENTS(load_columns) - (why ? 0 : 1));
	for (guint i = 0; i < r->combinations->len; i++) {
		const result_combination *c = combination_at(r, i);

		for (guint k = 0; k < c->searches->len; k++) {
			const search *s = search_results_at(c, k);

			for (uint32_t goal = 0; goal < s->nb_goals; goal++)
				for (uint32_t load = 0; load < s->nb_loads; load++)
					add_load(t, c, s, load, goal);
		}
	}
	return t;
}

/* A share of the limit, over the repetitions. */
struct latency_row {
	const struct trial_params *params; /* first: result_series_columns */
	const char *goal;
	double share, rate_pps, offered, loss;
	guint trials;
	struct median p50, p99, p999, max;
};

#define AT(member_) .at = offsetof(struct latency_row, member_)
static const struct table_column latency_columns[] = {
	{ "goal", NULL, TABLE_TEXT, AT(goal), .flags = TABLE_KEY },
	{ "limit_share", "of limit", TABLE_RATIO, AT(share), .flags = TABLE_KEY },
	{ "rate_pps", "load", TABLE_PPS, AT(rate_pps) },
	{ "trials", NULL, TABLE_NUMBER, AT(trials) },
	{ "offered_pps", "offered", TABLE_PPS, AT(offered) },
	{ "loss_ratio", "loss", TABLE_RATIO, AT(loss) },
	{ "p50_ns", "p50", AT(p50), .cell = median_ns_cell },
	{ "p99_ns", "p99", AT(p99), .cell = median_ns_cell },
	{ "p999_ns", "p99.9", AT(p999), .cell = median_ns_cell },
	{ "max_ns", "max", AT(max), .cell = median_ns_cell },
};
#undef AT

static gboolean is_of_share(const struct search_trial *t, uint32_t goal, double share)
{
	return t->use == SEARCH_LATENCY_AT && t->goal == goal && fabs(t->share - share) < 1e-9 &&
	       !t->spoilt;
}

static void add_latency(table *t, const result_combination *c, uint32_t goal, double share)
{
	struct latency_row row = { .params = &c->params,
		.goal = search_results_at(c, 0)->goals[goal].name,
		.share = share };
	struct values v[7];
	guint most = 0;

	for (guint i = 0; i < c->searches->len; i++)
		most += search_results_at(c, i)->nb_trials;
	for (guint i = 0; i < G_N_ELEMENTS(v); i++)
		v[i] = values_new(most);
	for (guint i = 0; i < c->searches->len; i++) {
		const search *s = search_results_at(c, i);

		for (uint32_t k = 0; k < s->nb_trials; k++) {
			const struct search_trial *of = &s->trials[k];

			if (!is_of_share(of, goal, share))
				continue;
			row.trials++;
			values_add(&v[0], (double)of->rate_pps, FALSE);
			values_add(&v[1], of->offered_pps, FALSE);
			values_add(&v[2], of->loss, FALSE);
			if (of->max_ns == 0 && !of->p50_bound)
				continue;
			values_add(&v[3], (double)of->p50_ns, of->p50_bound);
			values_add(&v[4], (double)of->p99_ns, of->p99_bound);
			values_add(&v[5], (double)of->p999_ns, of->p999_bound);
			values_add(&v[6], (double)of->max_ns, FALSE);
		}
	}
	row.rate_pps = values_take(&v[0]).value;
	row.offered = values_take(&v[1]).value;
	row.loss = values_take(&v[2]).value;
	row.p50 = values_take(&v[3]);
	row.p99 = values_take(&v[4]);
	row.p999 = values_take(&v[5]);
	row.max = values_take(&v[6]);
	table_add(t, &row);
}

/* The shares of a goal that any repetition has, each once, in order of measuring. */
static GArray *shares_of(const result_combination *c, uint32_t goal)
{
	GArray *shares = g_array_new(FALSE, FALSE, sizeof(double));

	for (guint i = 0; i < c->searches->len; i++) {
		const search *s = search_results_at(c, i);

		for (uint32_t k = 0; k < s->nb_trials; k++) {
			double share = s->trials[k].share;
			gboolean known = !is_of_share(&s->trials[k], goal, share);

			for (guint j = 0; !known && j < shares->len; j++)
				known = fabs(g_array_index(shares, double, j) - share) < 1e-9;
			if (!known)
				g_array_append_val(shares, share);
		}
	}
	return shares;
}

table *report_search_latency(const result_set *r)
{
	g_autoptr(table) t = table_new();

	result_series_columns(t);
	table_columns(t, latency_columns, G_N_ELEMENTS(latency_columns));
	for (guint i = 0; i < r->combinations->len; i++) {
		const result_combination *c = combination_at(r, i);

		for (uint32_t goal = 0; goal < search_results_at(c, 0)->nb_goals; goal++) {
			g_autoptr(GArray) shares = shares_of(c, goal);

			for (guint k = 0; k < shares->len; k++)
				add_latency(t, c, goal, g_array_index(shares, double, k));
		}
	}
	return table_rows(t) > 0 ? g_steal_pointer(&t) : NULL;
}

char *report_search_suite(const result_set *r, enum cli_format format)
{
	g_autoptr(GPtrArray) all = g_ptr_array_new();

	for (guint i = 0; i < r->combinations->len; i++)
		for (guint k = 0; k < combination_at(r, i)->searches->len; k++)
			g_ptr_array_add(all, g_ptr_array_index(combination_at(r, i)->searches, k));
	return report_suite_format(all, format);
}
