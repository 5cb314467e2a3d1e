/* SPDX-License-Identifier: BSD-3-Clause */
#include "analyze/show/report_tables.h"

#include <math.h>

#include "analyze/show/report.h"
#include "analyze/results/result_reps.h"

static void quantile_cell(table *t, gboolean there, uint64_t ns, gboolean bound)
{
	if (there)
		table_ns(t, ns, bound);
	else
		table_none(t);
}

/* A percentile, and its ends over the repetitions. */
static void spread_cells(table *t, const result_combination *c, double q)
{
	struct result_quantile v = { 0 };
	gboolean there = result_quantile(c, FALSE, q, &v);

	quantile_cell(t, there, v.ns, v.bound);
	quantile_cell(t, there, v.min_ns, v.min_bound);
	quantile_cell(t, there, v.max_ns, v.max_bound);
}

table *report_summary_new(void)
{
	table *t = table_new();

	report_params_columns(t);
	table_column(t, "frame_bytes", "frame", 0);
	table_column(t, "repetitions", "reps", 0);
	table_column(t, "offered_pps", "offered", 0);
	table_column(t, "forwarded_pps", "forward", 0);
	table_column(t, "loss_ratio", "loss", 0);
	table_column(t, "loss_ratio_min", "least", 0);
	table_column(t, "loss_ratio_max", "most", 0);
	table_column(t, "p25_ns", "p25", 0);
	table_column(t, "p50_ns", "p50", 0);
	table_column(t, "p50_min_ns", "p50 least", TABLE_HIDDEN);
	table_column(t, "p50_max_ns", "p50 most", TABLE_HIDDEN);
	table_column(t, "p75_ns", "p75", 0);
	table_column(t, "p99_ns", "p99", 0);
	table_column(t, "p99_min_ns", "p99 least", 0);
	table_column(t, "p99_max_ns", "p99 most", 0);
	table_column(t, "verdict", "verdict", 0);
	return t;
}

/* Loads of which nobody knows what was sent have none. */
static void pps_cell(table *t, double pps)
{
	if (pps > 0)
		table_pps(t, pps);
	else
		table_none(t);
}

void report_summary_add(table *t, const result_combination *c)
{
	static const double alone[] = { 0.25, 0.75 };

	table_row(t);
	report_params_cells(t, &c->params);
	if (c->params.frame_len > 0)
		table_u64(t, c->params.frame_len);
	else
		table_string(t, "mix");
	table_u64(t, c->trials->len);
	pps_cell(t, c->n.offered_pps);
	pps_cell(t, c->n.c.offered > 0 ? c->n.forwarded_pps : 0);
	table_ratio(t, c->n.loss.value);
	table_ratio(t, c->n.loss.min);
	table_ratio(t, c->n.loss.max);
	for (guint i = 0; i < G_N_ELEMENTS(alone); i++) {
		struct result_quantile v = { 0 };
		gboolean there = result_quantile(c, FALSE, alone[i], &v);

		quantile_cell(t, there, v.ns, v.bound);
		if (i == 0)
			spread_cells(t, c, 0.5);
	}
	spread_cells(t, c, 0.99);
	table_string(t, report_verdict(c));
}

table *report_guests_new(gboolean each)
{
	table *t = table_new();

	report_params_columns(t);
	if (each) {
		table_column(t, "guest", "guest", TABLE_KEY);
		table_column(t, "interface_of_guest", "behind", TABLE_IF_DIFFERS | TABLE_KEY);
		table_column(t, "share", "share", 0);
		table_column(t, "offered", "offered", 0);
		table_column(t, "forwarded", "forwarded", 0);
		table_column(t, "loss_ratio", "loss", 0);
		table_column(t, "p50_ns", "p50", 0);
		table_column(t, "p99_ns", "p99", 0);
		table_column(t, "state", "state", 0);
		return t;
	}
	table_column(t, "jain", "Jain", 0);
	table_column(t, "gini", "Gini", 0);
	table_column(t, "min_max_ratio", "min/max", 0);
	table_column(t, "guests_below_90_percent", "below 90 %", 0);
	table_column(t, "p50_min_ns", "p50 least", 0);
	table_column(t, "p50_max_ns", "p50 most", 0);
	table_column(t, "p99_min_ns", "p99 least", 0);
	table_column(t, "p99_max_ns", "p99 most", 0);
	table_column(t, "loss_ratio_max", "most loss", 0);
	table_column(t, "worst_guest", "worst guest", 0);
	table_column(t, "guests_without_frames", "no frames", TABLE_IF_ANY);
	table_column(t, "verdict", "verdict", 0);
	return t;
}

/* Smallest and largest of a percentile over the guests. */
struct ends {
	struct result_quantile least, most;
	gboolean there; /* FALSE: nobody has any */
};

/* A bound is more than any number. */
static int compare_quantiles(const struct result_quantile *a, const struct result_quantile *b)
{
	if (a->bound != b->bound)
		return a->bound ? 1 : -1;
	return a->ns < b->ns ? -1 : a->ns > b->ns;
}

static struct ends ends_of(const result_combination *c, double q)
{
	struct ends e = { .there = FALSE };

	for (guint i = 0; i < c->nb_guests; i++) {
		struct result_quantile v;

		if (!result_numbers_quantile(&c->guests[i].n, FALSE, q, &v))
			continue;
		if (!e.there || compare_quantiles(&v, &e.least) < 0)
			e.least = v;
		if (!e.there || compare_quantiles(&v, &e.most) > 0)
			e.most = v;
		e.there = TRUE;
	}
	return e;
}

static void fairness_row(table *t, const result_combination *c)
{
	struct ends p50 = ends_of(c, 0.5), p99 = ends_of(c, 0.99);
	double loss = NAN;

	table_row(t);
	report_params_cells(t, &c->params);
	table_double(t, c->fairness.jain, "%.4g");
	table_double(t, c->fairness.gini, "%.4g");
	table_double(t, c->fairness.min_max, "%.4g");
	table_u64(t, c->fairness.nb_below);
	quantile_cell(t, p50.there, p50.least.ns, p50.least.bound);
	quantile_cell(t, p50.there, p50.most.ns, p50.most.bound);
	quantile_cell(t, p99.there, p99.least.ns, p99.least.bound);
	quantile_cell(t, p99.there, p99.most.ns, p99.most.bound);
	for (guint i = 0; i < c->nb_guests; i++) {
		double one = c->guests[i].n.loss.value;

		loss = isnan(loss) || one > loss ? one : loss;
	}
	table_ratio(t, loss);
	report_worst_cell(t, c);
	table_u64(t, c->fairness.nb_silent);
	table_string(t, report_verdict(c));
}

static void guest_row(table *t, const result_combination *c, const struct result_guest *g)
{
	static const double q[] = { 0.5, 0.99 };

	table_row(t);
	report_params_cells(t, &c->params);
	table_u64(t, g->guest);
	table_string(t, g->interface);
	table_double(t, g->share, "%.4g");
	table_u64(t, g->n.c.offered);
	table_u64(t, g->n.c.forwarded);
	table_ratio(t, g->n.loss.value);
	for (guint i = 0; i < G_N_ELEMENTS(q); i++) {
		struct result_quantile v = { 0 };
		gboolean there = result_numbers_quantile(&g->n, FALSE, q[i], &v);

		quantile_cell(t, there, v.ns, v.bound);
	}
	table_string(t, g->state);
}

void report_guests_add(table *t, const result_combination *c, gboolean each)
{
	if (!each)
		fairness_row(t, c);
	for (guint i = 0; each && i < c->nb_guests; i++)
		guest_row(t, c, &c->guests[i]);
}

table *report_sizes_new(void)
{
	table *t = table_new();

	report_params_columns(t);
	table_column(t, "frame_bytes_min", "frame", TABLE_KEY);
	table_column(t, "frame_bytes_max", "to", TABLE_KEY);
	table_column(t, "offered", "offered", 0);
	table_column(t, "forwarded", "forwarded", 0);
	table_column(t, "lost", "lost", 0);
	table_column(t, "loss_ratio", "loss", 0);
	table_column(t, "loss_ratio_min", "least", 0);
	table_column(t, "loss_ratio_max", "most", 0);
	table_column(t, "p50_ns", "p50", 0);
	table_column(t, "p99_ns", "p99", 0);
	return t;
}

void report_sizes_add(table *t, const result_combination *c)
{
	static const double q[] = { 0.5, 0.99 };

	for (guint i = 0; i < c->nb_sizes; i++) {
		const struct result_size *s = &c->sizes[i];

		table_row(t);
		report_params_cells(t, &c->params);
		table_u64(t, s->frame_len_lo);
		table_u64(t, s->frame_len_hi);
		table_u64(t, s->n.c.offered);
		table_u64(t, s->n.c.forwarded);
		table_u64(t, s->n.c.lost);
		table_ratio(t, s->n.loss.value);
		table_ratio(t, s->n.loss.min);
		table_ratio(t, s->n.loss.max);
		for (guint k = 0; k < G_N_ELEMENTS(q); k++) {
			struct result_quantile v = { 0 };
			gboolean there = result_numbers_quantile(&s->n, FALSE, q[k], &v);

			quantile_cell(t, there, v.ns, v.bound);
		}
	}
}

table *report_departures_new(void)
{
	table *t = table_new();

	report_params_columns(t);
	table_column(t, "repetitions", "reps", 0);
	for (guint i = 0; i < RESULT_WITHIN; i++) {
		g_autofree char *key = g_strdup_printf("within_%uns_ratio", result_within_ns[i]);
		g_autofree char *head = g_strdup_printf("%uns", result_within_ns[i]);

		table_column(t, key, head, 0);
	}
	for (guint i = 0; i < RESULT_WITHIN; i++) {
		g_autofree char *key = g_strdup_printf(
			"gap_within_%uns_ratio", result_within_ns[i]);
		g_autofree char *head = g_strdup_printf("gap %uns", result_within_ns[i]);

		table_column(t, key, head, 0);
	}
	table_column(t, "bursts_ratio", "bursts", 0);
	table_column(t, "self_delay_p50_ns", "delay p50", 0);
	table_column(t, "self_delay_p99_ns", "p99", 0);
	table_column(t, "self_delay_max_ns", "max", 0);
	return t;
}

/* The worst repetition: medians of percentiles of other runs would hide it. */
static void delay_cells(table *t, const result_combination *c)
{
	uint64_t p50 = 0, p99 = 0, max = 0;
	gboolean known = FALSE;

	for (guint i = 0; i < c->trials->len; i++) {
		const trial *of = g_ptr_array_index(c->trials, i);

		known |= of->departure.frames > 0;
		p50 = MAX(p50, of->departure.self_delay_p50_ns);
		p99 = MAX(p99, of->departure.self_delay_p99_ns);
		max = MAX(max, of->departure.self_delay_max_ns);
	}
	quantile_cell(t, known, p50, FALSE);
	quantile_cell(t, known, p99, FALSE);
	quantile_cell(t, known, max, FALSE);
}

void report_departures_add(table *t, const result_combination *c)
{
	struct result_departure_reps d = result_departure_reps(c);

	table_row(t);
	report_params_cells(t, &c->params);
	table_u64(t, c->trials->len);
	for (guint i = 0; i < RESULT_WITHIN; i++)
		table_ratio(t, d.schedule[i].median);
	for (guint i = 0; i < RESULT_WITHIN; i++)
		table_ratio(t, d.gap[i].median);
	table_ratio(t, d.bursts.median);
	delay_cells(t, c);
}
