/* SPDX-License-Identifier: BSD-3-Clause */
#include "analyze/show/report.h"

#include <math.h>
#include <string.h>

#include "analyze/base/error.h"
#include "analyze/results/result_columns.h"
#include "analyze/results/result_numbers.h"
#include "analyze/show/report_private.h"
#include "analyze/statistics/statistics.h"

enum { PERCENTILES_MAX = 100 };

#define AT(member_) .at = REPORT_AT(member_)

gboolean report_percentiles_parse(const char *text, struct report_options *out, GError **error)
{
	g_auto(GStrv) words = g_strsplit(text, ",", -1);
	guint nb = g_strv_length(words);
	g_autofree double *q = g_new(double, nb + 1);

	for (guint i = 0; i < nb; i++) {
		char *end;
		double percent = g_ascii_strtod(words[i], &end);

		if (end == words[i] || *end != '\0' || !(percent > 0) || percent > 100 ||
			nb > PERCENTILES_MAX)
			return analyze_fail(error, ANALYZE_ERROR_SYNTAX,
				"--percentiles: invalid percentile '%s'; expected up to %d numbers "
				"above 0 and up to 100, such as 50,90,99,99.9",
				words[i], PERCENTILES_MAX);
		/* Ranks forgive that 99.9 / 100 is not the double nearest to 0.999; the linear rule
		 * does not. A detour by its text is. */
		{
			g_autofree char *hundredth = g_strconcat(words[i], "e-2", NULL);

			q[i] = strpbrk(words[i], "eExX") == NULL ? g_ascii_strtod(hundredth, NULL)
								 : percent / 100;
		}
	}
	if (nb == 0)
		return analyze_fail(error, ANALYZE_ERROR_SYNTAX,
			"--percentiles: empty list; expected numbers such as 50,90,99,99.9");
	out->q = g_steal_pointer(&q);
	out->nb = nb;
	return TRUE;
}

/* "99.9" */
static char *percent_text(double q)
{
	char buf[G_ASCII_DTOSTR_BUF_SIZE];

	return g_strdup(g_ascii_formatd(buf, sizeof(buf), "%.10g", q * 100));
}

char *report_percentile_name(double q)
{
	g_autofree char *percent = percent_text(q);
	g_auto(GStrv) parts = g_strsplit(percent, ".", 2);

	if (parts[1] == NULL)
		return g_strconcat("p", percent, NULL);
	return g_strconcat("p", parts[0], strcmp(parts[0], "99") == 0 ? "" : "_", parts[1], NULL);
}

/* By the linear rule; least and most over the repetitions, of which guests have none. */
struct linear {
	struct linear_end {
		double ns; /* NAN: none */
		gboolean bound;
	} value, least, most;
};

static struct linear linear_of(const struct report_row *row, double q)
{
	const struct linear none = { { NAN, FALSE }, { NAN, FALSE }, { NAN, FALSE } };
	struct linear s = none;
	gboolean known = row->whole ? result_quantile_linear(row->c, row->o->response, q,
					      &s.value.ns, &s.value.bound)
				    : trial_dist_linear(
					      &row->times, q, &s.value.ns, &s.value.bound) == 0;

	if (!known)
		return none;
	for (guint i = 0; row->whole && i < row->c->trials->len; i++) {
		const trial *of = g_ptr_array_index(row->c->trials, i);
		struct linear_end v;

		if (trial_dist_linear(row->o->response ? &of->response : &of->latency, q, &v.ns,
			    &v.bound) != 0)
			continue;
		/* A bound is more than any number. */
		if (isnan(s.least.ns) || v.bound < s.least.bound ||
			(v.bound == s.least.bound && v.ns < s.least.ns))
			s.least = v;
		if (isnan(s.most.ns) || v.bound > s.most.bound ||
			(v.bound == s.most.bound && v.ns > s.most.ns))
			s.most = v;
	}
	return s;
}

/* The one at that place. */
static void linear_cell(table *t, const void *row, const struct table_column *column)
{
	struct linear v = linear_of(row, column->q);
	const struct linear_end *end = &G_STRUCT_MEMBER(struct linear_end, &v, column->at);

	table_ns_real(t, end->ns, end->bound);
}

#define LINEAR_AT(member_) .at = offsetof(struct linear, member_)

static void departure_cell(table *t, const void *of, const struct table_column *column)
{
	const struct report_row *row = of;

	(void)column;
	table_string(t, row->o->response ? "scheduled departure" : "actual departure");
}

static void percentiles_more(table *t, const struct report_options *o)
{
	static const struct table_column last[] = {
		{ "max_ns", "max", AT(times), .cell = result_dist_max_cell },
		{ "verdict", NULL, TABLE_TEXT, AT(verdict) },
	};

	for (guint i = 0; i < o->nb; i++) {
		g_autofree char *name = report_percentile_name(o->q[i]);
		g_autofree char *percent = percent_text(o->q[i]);
		g_autofree char *heading = g_strconcat("p", percent, NULL);
		g_autofree char *key = g_strconcat(name, "_ns", NULL);
		g_autofree char *least = g_strconcat(name, "_min_ns", NULL);
		g_autofree char *most = g_strconcat(name, "_max_ns", NULL);
		const struct table_column columns[] = {
			{ key, heading, LINEAR_AT(value), .q = o->q[i],
				.cell = o->linear ? linear_cell : report_quantile_cell },
			{ least, "least", LINEAR_AT(least), .q = o->q[i], .flags = TABLE_HIDDEN,
				.cell = o->linear ? linear_cell : report_least_cell },
			{ most, "most", LINEAR_AT(most), .q = o->q[i], .flags = TABLE_HIDDEN,
				.cell = o->linear ? linear_cell : report_most_cell },
		};

		table_columns(t, columns, G_N_ELEMENTS(columns));
	}
	table_columns(t, last, G_N_ELEMENTS(last));
}

static const struct table_column percentiles_columns[] = {
	{ "from", NULL, .flags = TABLE_HIDDEN, .cell = departure_cell },
	{ "repetitions", "reps", TABLE_NUMBER, AT(repetitions) },
	{ "count", "received", TABLE_COUNT, AT(times.count) },
	{ "censored", "lost", TABLE_COUNT, AT(times.censored) },
	{ "min_ns", "min", AT(times), .cell = result_dist_min_cell },
};
const report report_percentiles = { percentiles_columns, G_N_ELEMENTS(percentiles_columns),
	percentiles_more, NULL };

static const char *enough_word(gboolean sufficient)
{
	return sufficient ? "sufficient" : "insufficient";
}

/* Of all latencies; known is FALSE without bins. */
static void fill_pooled(
	struct report_interval *i, const struct trial_dist *d, double q, double confidence)
{
	uint64_t lo, hi;
	double coverage;
	struct table_time *const ends[] = { &i->pooled_lo, &i->pooled_hi };

	i->samples = d->count + d->censored;
	i->pooled_word = NULL;
	if (!trial_dist_has_bins(d) || i->samples == 0 ||
		trial_dist_quantile(d, q, &i->pooled.ns, &i->pooled.bound) != 0)
		return;
	i->pooled.known = TRUE;
	i->pooled_word = enough_word(FALSE);
	if (q >= 1 || !statistics_quantile_ranks(i->samples, q, confidence, &lo, &hi, &coverage))
		return;
	i->pooled_word = enough_word(TRUE);
	/* The values of these ranks, which count from 1. */
	for (guint k = 0; k < G_N_ELEMENTS(ends); k++)
		ends[k]->known = trial_dist_quantile(d,
					 (double)(k == 0 ? lo : hi) / (double)i->samples,
					 &ends[k]->ns, &ends[k]->bound) == 0;
}

/* Of the repetitions' own percentiles. */
static void fill_median(struct report_interval *i, const struct report_row *row, double q)
{
	guint nb = row->c->trials->len;
	g_autofree double *values = g_new(double, nb), *at_least = g_new(double, nb);

	i->reps = 0;
	for (guint k = 0; k < nb; k++) {
		const trial *of = g_ptr_array_index(row->c->trials, k);
		uint64_t ns;
		gboolean bound;

		if (trial_dist_quantile(
			    row->o->response ? &of->response : &of->latency, q, &ns, &bound) != 0)
			continue;
		values[i->reps] = bound ? INFINITY : (double)ns;
		at_least[i->reps++] = (double)ns;
	}
	i->median = statistics_median_bounded(values, at_least, i->reps, row->o->confidence);
	i->coverage = i->reps > 0 ? i->median.m.coverage : NAN;
	i->median_word = i->reps > 0 ? enough_word(i->median.m.sufficient) : "none";
}

static void interval_rows(table *t, struct report_row *whole)
{
	for (guint i = 0; i < whole->o->nb; i++) {
		double q = whole->o->q[i];
		g_autofree char *percent = percent_text(q);
		struct report_row row = *whole;

		row.interval = (struct report_interval){ .percentile = percent };
		fill_pooled(&row.interval, &row.times, q, row.o->confidence);
		fill_median(&row.interval, &row, q);
		table_add(t, &row);
	}
}

/* A percentile among lost frames is later than any number: at_least is what is known of it. */
static void bounded_cell(table *t, const void *row, const struct table_column *column)
{
	const struct statistics_bounded *median = &((const struct report_row *)row)
							   ->interval.median;
	double ns = G_STRUCT_MEMBER(double, &median->m, column->at);
	double at_least = G_STRUCT_MEMBER(double, &median->at_least, column->at);

	table_ns_real(t, isinf(ns) ? at_least : ns, isinf(ns) != 0);
}

#define MEDIAN_AT(member_) .at = offsetof(struct statistics_interval, member_)

static const struct table_column intervals_columns[] = {
	{ "percentile", NULL, TABLE_TEXT, AT(interval.percentile), .flags = TABLE_KEY },
	{ "samples", NULL, TABLE_COUNT, AT(interval.samples) },
	{ "pooled_ns", "pooled", TABLE_TIME, AT(interval.pooled) },
	{ "pooled_lo_ns", "from", TABLE_TIME, AT(interval.pooled_lo) },
	{ "pooled_hi_ns", "to", TABLE_TIME, AT(interval.pooled_hi) },
	{ "pooled_interval", "pooled CI", TABLE_TEXT, AT(interval.pooled_word) },
	{ "repetitions", "reps", TABLE_NUMBER, AT(interval.reps) },
	{ "median_ns", "median rep", MEDIAN_AT(value), .cell = bounded_cell },
	{ "median_lo_ns", "from", MEDIAN_AT(lo), .cell = bounded_cell },
	{ "median_hi_ns", "to", MEDIAN_AT(hi), .cell = bounded_cell },
	{ "median_coverage", "coverage", TABLE_RATIO, AT(interval.coverage) },
	{ "median_interval", "median CI", TABLE_TEXT, AT(interval.median_word) },
};
const report report_intervals = { intervals_columns, G_N_ELEMENTS(intervals_columns), NULL,
	interval_rows };
