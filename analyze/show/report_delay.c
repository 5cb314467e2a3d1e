/* SPDX-License-Identifier: BSD-3-Clause */
#include "analyze/statistics/delay_variation.h"
#include "analyze/show/report.h"
#include "analyze/contract/trial_ipdv.h"

static const struct {
	const char *key, *heading;
	double q;
} pdv[] = { { "pdv_p50_ns", "PDV p50", 0.5 }, { "pdv_p95_ns", "PDV p95", 0.95 },
	{ "pdv_p99_ns", "PDV p99", 0.99 }, { "pdv_p999_ns", "PDV p99.9", 0.999 } };

static const struct {
	const char *key, *heading;
	double q;
} ipdv[] = { { "ipdv_p1_ns", "IPDV p1", 0.01 }, { "ipdv_p50_ns", "IPDV p50", 0.5 },
	{ "ipdv_p99_ns", "IPDV p99", 0.99 } };

table *report_delay_new(void)
{
	table *t = table_new();

	report_params_columns(t);
	table_column(t, "repetitions", "reps", 0);
	table_column(t, "count", "received", 0);
	table_column(t, "censored", "lost", 0);
	table_column(t, "min_ns", "Dmin", 0);
	for (guint i = 0; i < G_N_ELEMENTS(pdv); i++)
		table_column(t, pdv[i].key, pdv[i].heading, 0);
	table_column(t, "rfc8219_pdv_ns", "RFC 8219", 0);
	table_column(t, "ipdv_repetitions", "IPDV reps", TABLE_HIDDEN);
	table_column(t, "ipdv_pairs", "IPDV pairs", 0);
	table_column(t, "ipdv_min_ns", "IPDV min", 0);
	for (guint i = 0; i < G_N_ELEMENTS(ipdv); i++)
		table_column(t, ipdv[i].key, ipdv[i].heading, 0);
	table_column(t, "ipdv_max_ns", "IPDV max", 0);
	table_column(t, "ipdv_abs_p99_ns", "|IPDV| p99", 0);
	table_column(t, "verdict", "verdict", 0);
	return t;
}

static void ns_cell(table *t, gboolean there, uint64_t ns, gboolean bound)
{
	if (there)
		table_ns(t, ns, bound);
	else
		table_none(t);
}

static void signed_cell(table *t, gboolean there, int64_t ns)
{
	if (there)
		table_signed_ns(t, ns);
	else
		table_none(t);
}

static void pdv_cells(table *t, const result_combination *c)
{
	g_autofree const struct trial_dist **of = g_new(const struct trial_dist *, c->trials->len);
	const struct trial_dist *d = &c->n.latency;
	uint64_t ns = 0;
	gboolean bound = FALSE, there;

	there = delay_variation_least(d, &ns) == 0;
	ns_cell(t, there, ns, FALSE);
	for (guint i = 0; i < G_N_ELEMENTS(pdv); i++) {
		there = delay_variation_quantile(d, pdv[i].q, &ns, &bound) == 0;
		ns_cell(t, there, ns, bound);
	}
	for (guint i = 0; i < c->trials->len; i++)
		of[i] = &((const trial *)g_ptr_array_index(c->trials, i))->latency;
	there = delay_variation_rfc8219(of, c->trials->len, &ns, &bound) == 0;
	ns_cell(t, there, ns, bound);
}

static void ipdv_cells(table *t, const result_combination *c)
{
	const struct trial_ipdv *d = &c->ipdv;
	gboolean there = d->pairs > 0;
	uint64_t magnitude = 0;
	int64_t ns = 0;

	table_u64(t, c->nb_ipdv);
	if (d->recorded)
		table_u64(t, d->pairs);
	else
		table_none(t);
	signed_cell(t, there, d->min_ns);
	for (guint i = 0; i < G_N_ELEMENTS(ipdv); i++) {
		gboolean known = trial_ipdv_quantile(d, ipdv[i].q, &ns) == 0;

		signed_cell(t, known, ns);
	}
	signed_cell(t, there, d->max_ns);
	there = trial_ipdv_magnitude(d, 0.99, &magnitude) == 0;
	ns_cell(t, there, magnitude, FALSE);
}

void report_delay_add(table *t, const result_combination *c)
{
	table_row(t);
	report_params_cells(t, &c->params);
	table_u64(t, c->trials->len);
	table_u64(t, c->n.latency.count);
	table_u64(t, c->n.latency.censored);
	pdv_cells(t, c);
	ipdv_cells(t, c);
	table_string(t, report_verdict(c));
}
