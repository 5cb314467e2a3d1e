/* SPDX-License-Identifier: BSD-3-Clause */
#include "analyze/show/report.h"

#include <math.h>
#include <string.h>

#include "analyze/base/error.h"
#include "analyze/statistics/statistics.h"

enum { PERCENTILES_MAX = 100 };

static const double overview_q[] = { 0.5, 0.9, 0.99, 0.999 }, probes_q[] = { 0.5, 0.99 };

static gboolean is_main_parameter(const char *name)
{
	return strcmp(name, "label") == 0 || strcmp(name, "guests") == 0 ||
	       strcmp(name, "rate") == 0;
}

void report_params_columns(table *t)
{
	const char *const *names = result_parameter_names();

	table_column(t, "label", "label", TABLE_KEY);
	for (guint i = 0; names[i] != NULL; i++) {
		if (!is_main_parameter(names[i]))
			table_column(t, names[i], names[i], TABLE_KEY | TABLE_IF_DIFFERS);
	}
	table_column(t, "guests", "guests", TABLE_KEY);
	table_column(t, "rate_pps", "rate", TABLE_KEY);
}

void report_params_cells(table *t, const struct trial_params *p)
{
	const char *const *names = result_parameter_names();
	g_autofree char *rate = result_parameter(p, "rate");

	table_string(t, p->label);
	for (guint i = 0; names[i] != NULL; i++) {
		g_autofree char *value = NULL;

		if (is_main_parameter(names[i]))
			continue;
		value = result_parameter(p, names[i]);
		table_string(t, value);
	}
	table_u64(t, p->guests);
	if (g_str_has_suffix(rate, "pps"))
		rate[strlen(rate) - strlen("pps")] = '\0';
	table_u64_as(t, p->rate_pps, rate);
}

const char *report_verdict(const result_combination *c)
{
	if (!c->trustworthy)
		return "DOUBT";
	return c->nb_interrupted > 0 ? "stopped" : "ok";
}

static void quantile_cell(table *t, gboolean there, const struct result_quantile *q)
{
	if (there)
		table_ns(t, q->ns, q->bound);
	else
		table_none(t);
}

table *report_overview_new(void)
{
	table *t = table_new();

	report_params_columns(t);
	table_column(t, "offered_pps", "offered", 0);
	table_column(t, "forwarded_pps", "forward", 0);
	table_column(t, "loss_ratio", "loss", 0);
	table_column(t, "duplicated", "dup", 0);
	table_column(t, "reordered", "reord", 0);
	table_column(t, "p50_ns", "p50", 0);
	table_column(t, "p90_ns", "p90", 0);
	table_column(t, "p99_ns", "p99", 0);
	table_column(t, "p999_ns", "p99.9", 0);
	table_column(t, "max_ns", "max", 0);
	table_column(t, "probes_p50_ns", "probe50", TABLE_IF_ANY);
	table_column(t, "probes_p99_ns", "probe99", TABLE_IF_ANY);
	table_column(t, "generator_cycles_per_frame", "cyc/frame", TABLE_IF_ANY);
	table_column(t, "jain", "Jain", 0);
	table_column(t, "min_max_ratio", "min/max", 0);
	table_column(t, "worst_guest", "worst", 0);
	table_column(t, "guests_without_frames", "no frames", TABLE_IF_ANY);
	table_column(t, "verdict", "verdict", 0);
	return t;
}

void report_worst_cell(table *t, const result_combination *c)
{
	if (c->fairness.worst_guest >= 0)
		table_u64(t, (uint64_t)c->fairness.worst_guest);
	else
		table_none(t);
}

void report_overview_add(table *t, const result_combination *c)
{
	table_row(t);
	report_params_cells(t, &c->params);
	table_pps(t, c->n.offered_pps);
	table_pps(t, c->n.forwarded_pps);
	table_ratio(t, c->n.loss.value);
	table_u64(t, c->n.c.duplicated);
	table_u64(t, c->n.c.reordered);
	for (guint i = 0; i < G_N_ELEMENTS(overview_q); i++) {
		struct result_quantile q;

		quantile_cell(t, result_quantile(c, FALSE, overview_q[i], &q), &q);
	}
	if (c->n.latency.count > 0 && !c->n.latency.range_unknown)
		table_ns(t, c->n.latency.max_ns, FALSE);
	else
		table_none(t);
	for (guint i = 0; i < G_N_ELEMENTS(probes_q); i++) {
		struct result_quantile q = { 0 };
		gboolean there = trial_dist_quantile(
					 &c->probes.latency, probes_q[i], &q.ns, &q.bound) == 0;

		quantile_cell(t, there, &q);
	}
	table_double(t, trial_cpu_cycles(&c->cpu, &c->cpu.generator), "%.4g");
	table_double(t, c->fairness.jain, "%.4g");
	table_double(t, c->fairness.min_max, "%.4g");
	report_worst_cell(t, c);
	table_u64(t, c->fairness.nb_silent);
	table_string(t, report_verdict(c));
}

table *report_loss_new(gboolean guests)
{
	table *t = table_new();

	report_params_columns(t);
	if (guests)
		table_column(t, "guest", "guest", TABLE_KEY);
	table_column(t, "repetitions", "reps", 0);
	table_column(t, "not_sent", "not sent", TABLE_IF_ANY);
	table_column(t, "unsent", "unsent", TABLE_IF_ANY);
	table_column(t, "offered", "offered", 0);
	table_column(t, "forwarded", "forwarded", 0);
	table_column(t, "lost", "lost", 0);
	table_column(t, "loss_ratio", "loss", 0);
	table_column(t, "loss_ratio_min", "least", 0);
	table_column(t, "loss_ratio_max", "most", 0);
	table_column(t, "refused", "refused", 0);
	table_column(t, "duplicated", "dup", 0);
	table_column(t, "reordered", "reord", 0);
	table_column(t, "corrupt", "corrupt", 0);
	table_column(t, "foreign", "stray", TABLE_IF_ANY);
	table_column(t, "late", "late", 0);
	table_column(t, "verdict", "verdict", 0);
	return t;
}

/* guest -1: all of them. */
static void loss_row(table *t, const result_combination *c, const struct result_numbers *n,
	gboolean guests, int guest)
{
	table_row(t);
	report_params_cells(t, &c->params);
	if (guests && guest < 0)
		table_string(t, "all");
	else if (guests)
		table_u64(t, (uint64_t)guest);
	table_u64(t, c->trials->len);
	table_u64(t, n->c.not_sent);
	table_u64(t, n->c.unsent);
	table_u64(t, n->c.offered);
	table_u64(t, n->c.forwarded);
	table_u64(t, n->c.lost);
	table_ratio(t, n->loss.value);
	table_ratio(t, n->loss.min);
	table_ratio(t, n->loss.max);
	table_u64(t, n->c.refused);
	table_u64(t, n->c.duplicated);
	table_u64(t, n->c.reordered);
	table_u64(t, n->c.corrupt);
	table_u64(t, n->c.foreign);
	table_u64(t, n->c.late);
	table_string(t, report_verdict(c));
}

void report_loss_add(table *t, const result_combination *c, gboolean guests)
{
	loss_row(t, c, &c->n, guests, -1);
	for (guint i = 0; guests && i < c->nb_guests; i++)
		loss_row(t, c, &c->guests[i].n, guests, (int)c->guests[i].guest);
}

table *report_autotest_loss_new(void)
{
	table *t = table_new();

	report_params_columns(t);
	table_column(t, "repetitions", "reps", 0);
	table_column(t, "logs", "logs", 0);
	table_column(t, "autotest_loss_ratio", "autotest's loss", 0);
	table_column(t, "autotest_spread_ratio", "+-", 0);
	table_column(t, "verdict", "verdict", 0);
	return t;
}

void report_autotest_loss_add(table *t, const result_combination *c)
{
	struct result_autotest_loss loss = result_autotest_loss(c);

	table_row(t);
	report_params_cells(t, &c->params);
	table_u64(t, c->trials->len);
	table_u64(t, loss.nb);
	table_ratio(t, loss.loss);
	table_ratio(t, loss.spread);
	table_string(t, report_verdict(c));
}

gboolean report_percentiles_parse(const char *text, struct report_percentiles *out, GError **error)
{
	g_auto(GStrv) words = g_strsplit(text, ",", -1);
	guint nb = g_strv_length(words);
	g_autofree double *q = g_new(double, nb + 1);

	for (guint i = 0; i < nb; i++) {
		char *end;
		double percent = g_ascii_strtod(words[i], &end);

		if (end == words[i] || *end != '\0' || !(percent > 0) || percent > 100 ||
			nb > PERCENTILES_MAX) {
			g_set_error(error, ANALYZE_ERROR, ANALYZE_ERROR_SYNTAX,
				"--percentiles: '%s' is no percentile; write numbers above 0 up to "
				"100 "
				"with commas between, at most %d, such as 50,90,99,99.9",
				words[i], PERCENTILES_MAX);
			return FALSE;
		}
		/* 99.9 / 100 is not the double nearest to 0.999; a detour by its text is. */
		{
			g_autofree char *hundredth = g_strconcat(words[i], "e-2", NULL);

			q[i] = strpbrk(words[i], "eExX") == NULL ? g_ascii_strtod(hundredth, NULL)
								 : percent / 100;
		}
	}
	if (nb == 0) {
		g_set_error_literal(error, ANALYZE_ERROR, ANALYZE_ERROR_SYNTAX,
			"--percentiles: none given; write some, such as 50,90,99,99.9");
		return FALSE;
	}
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

table *report_percentiles_new(const struct report_percentiles *p)
{
	table *t = table_new();

	report_params_columns(t);
	if (p->guests)
		table_column(t, "guest", "guest", TABLE_KEY);
	table_column(t, "from", "from", TABLE_HIDDEN);
	table_column(t, "repetitions", "reps", 0);
	table_column(t, "count", "received", 0);
	table_column(t, "censored", "lost", 0);
	table_column(t, "min_ns", "min", 0);
	for (guint i = 0; i < p->nb; i++) {
		g_autofree char *name = report_percentile_name(p->q[i]);
		g_autofree char *percent = percent_text(p->q[i]);
		g_autofree char *heading = g_strconcat("p", percent, NULL);
		g_autofree char *key = g_strconcat(name, "_ns", NULL);
		g_autofree char *least = g_strconcat(name, "_min_ns", NULL);
		g_autofree char *most = g_strconcat(name, "_max_ns", NULL);

		table_column(t, key, heading, 0);
		table_column(t, least, "least", TABLE_HIDDEN);
		table_column(t, most, "most", TABLE_HIDDEN);
	}
	table_column(t, "max_ns", "max", 0);
	table_column(t, "verdict", "verdict", 0);
	return t;
}

/* A percentile by the linear rule, and its range over repetitions, of which guests have none. */
static void linear_cells(table *t, const result_combination *c, const struct result_numbers *n,
	const struct report_percentiles *p, guint i, int guest)
{
	double ns, one, least = INFINITY, most = -INFINITY;
	gboolean bound, one_bound, least_bound = FALSE, most_bound = FALSE;
	gboolean there = guest < 0 ? result_quantile_linear(c, p->response, p->q[i], &ns, &bound)
				   : trial_dist_linear(p->response ? &n->response : &n->latency,
					     p->q[i], &ns, &bound) == 0;

	for (guint k = 0; guest < 0 && k < c->trials->len; k++) {
		const trial *of = g_ptr_array_index(c->trials, k);

		if (trial_dist_linear(p->response ? &of->response : &of->latency, p->q[i], &one,
			    &one_bound) != 0)
			continue;
		/* A bound is more than any number. */
		if (isinf(least) || one_bound < least_bound ||
			(one_bound == least_bound && one < least)) {
			least = one;
			least_bound = one_bound;
		}
		if (isinf(most) || one_bound > most_bound ||
			(one_bound == most_bound && one > most)) {
			most = one;
			most_bound = one_bound;
		}
	}
	table_ns_real(t, there ? ns : NAN, there && bound);
	table_ns_real(t, there && isfinite(least) ? least : NAN, least_bound);
	table_ns_real(t, there && isfinite(most) ? most : NAN, most_bound);
}

static void percentiles_row(table *t, const result_combination *c, const struct result_numbers *n,
	const struct report_percentiles *p, int guest)
{
	const struct trial_dist *d = p->response ? &n->response : &n->latency;

	table_row(t);
	report_params_cells(t, &c->params);
	if (p->guests && guest < 0)
		table_string(t, "all");
	else if (p->guests)
		table_u64(t, (uint64_t)guest);
	table_string(t, p->response ? "scheduled departure" : "real departure");
	table_u64(t, c->trials->len);
	table_u64(t, d->count);
	table_u64(t, d->censored);
	if (d->count > 0 && !d->range_unknown)
		table_ns(t, d->min_ns, FALSE);
	else
		table_none(t);
	for (guint i = 0; p->linear && i < p->nb; i++)
		linear_cells(t, c, n, p, i, guest);
	for (guint i = 0; !p->linear && i < p->nb; i++) {
		struct result_quantile q;
		gboolean there = guest < 0 ? result_quantile(c, p->response, p->q[i], &q)
					   : result_numbers_quantile(n, p->response, p->q[i], &q);

		quantile_cell(t, there, &q);
		/* Of a guest, repetitions are not kept apart. */
		if (there && guest < 0) {
			table_ns(t, q.min_ns, q.min_bound);
			table_ns(t, q.max_ns, q.max_bound);
		} else {
			table_none(t);
			table_none(t);
		}
	}
	if (d->count > 0 && !d->range_unknown)
		table_ns(t, d->max_ns, FALSE);
	else
		table_none(t);
	table_string(t, report_verdict(c));
}

void report_percentiles_add(
	table *t, const result_combination *c, const struct report_percentiles *p)
{
	percentiles_row(t, c, &c->n, p, -1);
	for (guint i = 0; p->guests && i < c->nb_guests; i++)
		percentiles_row(t, c, &c->guests[i].n, p, (int)c->guests[i].guest);
}

table *report_intervals_new(void)
{
	table *t = table_new();

	report_params_columns(t);
	table_column(t, "percentile", "percentile", TABLE_KEY);
	table_column(t, "samples", "samples", 0);
	table_column(t, "pooled_ns", "pooled", 0);
	table_column(t, "pooled_lo_ns", "from", 0);
	table_column(t, "pooled_hi_ns", "to", 0);
	table_column(t, "pooled_interval", "samples are", 0);
	table_column(t, "repetitions", "reps", 0);
	table_column(t, "median_ns", "median rep", 0);
	table_column(t, "median_lo_ns", "from", 0);
	table_column(t, "median_hi_ns", "to", 0);
	table_column(t, "median_coverage", "coverage", 0);
	table_column(t, "median_interval", "reps are", 0);
	return t;
}

static const char *enough(gboolean sufficient)
{
	return sufficient ? "sufficient" : "insufficient";
}

/* The value of a rank, counting from 1. */
static void rank_cell(table *t, const struct trial_dist *d, uint64_t rank, uint64_t n)
{
	uint64_t ns;
	gboolean bound;

	if (trial_dist_quantile(d, (double)rank / (double)n, &ns, &bound) == 0)
		table_ns(t, ns, bound);
	else
		table_none(t);
}

static void pooled_cells(table *t, const struct trial_dist *d, double q, double confidence)
{
	uint64_t n = d->count + d->censored, lo, hi, ns;
	double coverage;
	gboolean bound, sufficient;

	table_u64(t, n);
	if (!trial_dist_has_bins(d) || n == 0 || trial_dist_quantile(d, q, &ns, &bound) != 0) {
		for (int i = 0; i < 4; i++)
			table_none(t);
		return;
	}
	table_ns(t, ns, bound);
	sufficient = q < 1 && statistics_quantile_ranks(n, q, confidence, &lo, &hi, &coverage);
	if (sufficient) {
		rank_cell(t, d, lo, n);
		rank_cell(t, d, hi, n);
	} else {
		table_none(t);
		table_none(t);
	}
	table_string(t, enough(sufficient));
}

/* A percentile among lost frames is later than any number: at_least is what is known of it. */
static void bounded_cell(table *t, double ns, double at_least)
{
	table_ns_real(t, isinf(ns) ? at_least : ns, isinf(ns) != 0);
}

static void median_cells(table *t, const result_combination *c, const struct report_percentiles *p,
	double q, double confidence)
{
	g_autofree double *values = g_new(double, c->trials->len);
	g_autofree double *at_least = g_new(double, c->trials->len);
	struct statistics_bounded median;
	size_t nb = 0;

	for (guint i = 0; i < c->trials->len; i++) {
		const trial *of = g_ptr_array_index(c->trials, i);
		uint64_t ns;
		gboolean bound;

		if (trial_dist_quantile(
			    p->response ? &of->response : &of->latency, q, &ns, &bound) != 0)
			continue;
		values[nb] = bound ? INFINITY : (double)ns;
		at_least[nb++] = (double)ns;
	}
	median = statistics_median_bounded(values, at_least, nb, confidence);
	table_u64(t, nb);
	bounded_cell(t, median.m.value, median.at_least.value);
	bounded_cell(t, median.m.lo, median.at_least.lo);
	bounded_cell(t, median.m.hi, median.at_least.hi);
	table_ratio(t, nb > 0 ? median.m.coverage : NAN);
	table_string(t, nb > 0 ? enough(median.m.sufficient) : "none");
}

void report_intervals_add(table *t, const result_combination *c, const struct report_percentiles *p,
	double confidence)
{
	const struct trial_dist *d = p->response ? &c->n.response : &c->n.latency;

	for (guint i = 0; i < p->nb; i++) {
		g_autofree char *percent = percent_text(p->q[i]);

		table_row(t);
		report_params_cells(t, &c->params);
		table_string(t, percent);
		pooled_cells(t, d, p->q[i], confidence);
		median_cells(t, c, p, p->q[i], confidence);
	}
}

char *report_reasons(const result_combination *c)
{
	GString *text = g_string_new(NULL);

	if (!c->trustworthy || c->nb_interrupted > 0) {
		g_string_append_printf(
			text, "%s: %s %s:", report_verdict(c), c->params.label, c->infix);
		if (c->nb_untrustworthy > 0)
			g_string_append_printf(text, " %u of %u repetitions not trustworthy",
				c->nb_untrustworthy, c->trials->len);
		if (c->nb_interrupted > 0)
			g_string_append_printf(text, "%s %u of %u interrupted",
				c->nb_untrustworthy > 0 ? "," : "", c->nb_interrupted,
				c->trials->len);
		g_string_append_c(text, '\n');
		for (guint i = 0; i < c->reasons->len; i++)
			g_string_append_printf(
				text, "  %s\n", (const char *)g_ptr_array_index(c->reasons, i));
	}
	return g_string_free(text, FALSE);
}
