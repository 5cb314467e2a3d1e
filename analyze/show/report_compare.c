/* SPDX-License-Identifier: BSD-3-Clause */
#include "analyze/show/report_compare.h"

#include <math.h>
#include <string.h>

#include "analyze/base/format.h"
#include "analyze/show/report.h"
#include "analyze/results/side_names.h"

static gboolean is_latency(const struct compare_metric *m)
{
	return m->kind == COMPARE_QUANTILE || m->kind == COMPARE_MEAN;
}

/* In the metric's unit; v may be negative or infinite. */
static char *value_text(const struct compare_metric *m, double v)
{
	g_autofree char *size = NULL;
	double abs = fabs(v);

	if (isnan(v))
		return g_strdup("-");
	if (isinf(v))
		return g_strdup(v < 0 ? "-inf" : "inf");
	if (m->kind == COMPARE_LOSS)
		return format_percent(v);
	if (m->kind == COMPARE_FORWARDED)
		size = abs >= 1e6   ? g_strdup_printf("%.4gM", abs / 1e6)
		       : abs >= 1e3 ? g_strdup_printf("%.4gk", abs / 1e3)
				    : g_strdup_printf("%.4g", abs);
	else
		size = format_ns((uint64_t)llround(MIN(abs, 9e18)));
	return g_strconcat(v < 0 ? "-" : "", size, NULL);
}

/* "[LO, HI]"; "(LO, HI) 94 %" where it has less than was asked for. */
static char *interval_text(const struct compare_metric *m, const struct statistics_interval *i)
{
	g_autofree char *lo = value_text(m, i->lo), *hi = value_text(m, i->hi);

	if (isnan(i->lo) || isnan(i->hi) || !(i->coverage > 0))
		return g_strdup("-");
	if (i->sufficient)
		return g_strdup_printf("[%s, %s]", lo, hi);
	return g_strdup_printf("(%s, %s) %.0f %%", lo, hi, i->coverage * 100);
}

static void side_columns(table *t, const char *side, const char *heading)
{
	static const char *const parts[] = { "lo", "hi", "coverage" };

	for (guint i = 0; i < G_N_ELEMENTS(parts); i++) {
		g_autofree char *key = g_strdup_printf("%s_%s", side, parts[i]);

		table_column(t, key, heading, i == 0 ? 0 : TABLE_HIDDEN);
	}
}

table *report_compare_new(gboolean brief)
{
	unsigned rest = brief ? TABLE_HIDDEN : 0;
	table *t = table_new();

	table_column(t, "row", "row", TABLE_HIDDEN);
	report_params_columns(t);
	table_column(t, "partner", "with", TABLE_KEY | rest);
	table_column(t, "metric", "metric", TABLE_KEY);
	table_column(t, "a", "A", 0);
	table_column(t, "b", "B", 0);
	table_column(t, "ratio", "B/A", 0);
	table_column(t, "shift", "shift", 0);
	table_column(t, "p_holm", "p Holm", 0);
	table_column(t, "verdict", "verdict", 0);
	table_column(t, "repetitions_a", "nA", 0);
	table_column(t, "repetitions_b", "nB", 0);
	side_columns(t, "a", "A is in");
	side_columns(t, "b", "B is in");
	side_columns(t, "shift", "shift is in");
	table_column(t, "p", "p", rest);
	table_column(t, "p_exact", "test", rest);
	table_column(t, "cliff_delta", "delta", 0);
	table_column(t, "ks_d", "KS D", 0);
	table_column(t, "ks_at_ns", "at", 0);
	table_column(t, "ks_exact", "exact", TABLE_HIDDEN);
	for (guint i = 0; i < COMPARE_VERDICTS; i++) {
		g_autofree char *key = g_strdelimit(
			g_strdup(compare_verdict_word((enum compare_verdict)i)), " ", '_');

		table_column(t, key, key, TABLE_HIDDEN);
	}
	table_column(t, "ratio_least", "ratio_least", TABLE_HIDDEN);
	table_column(t, "ratio_most", "ratio_most", TABLE_HIDDEN);
	table_column(t, "trustworthy", "trustworthy", TABLE_HIDDEN);
	return t;
}

static void value_cell(table *t, const struct compare_metric *m, double v)
{
	g_autofree char *text = value_text(m, v);

	table_double_as(t, v, FALSE, text);
}

static void side_cell(table *t, const struct compare_metric *m, const struct compare_side *s)
{
	gboolean bound = isinf(s->m.value);
	g_autofree char *size = value_text(m, bound ? s->at_least : s->m.value);
	g_autofree char *text = g_strconcat(bound ? ">= " : "", size, NULL);

	table_double_as(t, bound ? s->at_least : s->m.value, bound, text);
}

static void interval_cells(
	table *t, const struct compare_metric *m, const struct statistics_interval *i)
{
	g_autofree char *text = interval_text(m, i);

	table_double_as(t, i->lo, FALSE, text);
	value_cell(t, m, i->hi);
	table_double(t, isnan(i->lo) ? NAN : i->coverage, "%.4g");
}

static void ks_cells(table *t, const struct compare_metric *m, const struct statistics_ks *ks)
{
	if (!is_latency(m) || isnan(ks->d)) {
		table_none(t);
		table_none(t);
		table_none(t);
		return;
	}
	table_double(t, ks->d, "%.3f");
	if (ks->d > 0)
		table_ns(t, ks->at_ns, FALSE);
	else
		table_none(t);
	table_bool(t, ks->exact, "yes", "no");
}

static gboolean is_whole(const struct compare_pair *p)
{
	return p->a->trustworthy && p->b->trustworthy && p->a->nb_interrupted == 0 &&
	       p->b->nb_interrupted == 0;
}

static gboolean are_whole(const comparison *c)
{
	for (guint i = 0; i < c->pairs->len; i++) {
		if (!is_whole(g_ptr_array_index(c->pairs, i)))
			return FALSE;
	}
	return TRUE;
}

/* The verdict on numbers that are not to be relied on has the mark that they have. */
static char *verdict_text(enum compare_verdict v, gboolean whole)
{
	return g_strconcat(compare_verdict_word(v), whole ? "" : " (DOUBT)", NULL);
}

char *report_compare_overall_text(const comparison *c, guint metric)
{
	return verdict_text(c->over[metric].verdict, are_whole(c));
}

static void verdict_cell(table *t, enum compare_verdict v, gboolean whole)
{
	g_autofree char *text = verdict_text(v, whole);

	table_string_as(t, compare_verdict_word(v), text);
}

/* Of one side, told apart from an equal one of the other side. */
static char *label_of(const struct trial_params *p, const struct trial_params *other,
	const struct compare_options *o, guint side)
{
	return o->names != NULL && strcmp(p->label, other->label) == 0
		       ? side_label(o->names[side], p->label)
		       : g_strdup(p->label);
}

void report_compare_add(
	table *t, const struct compare_pair *p, guint i, const struct compare_options *o)
{
	const struct compare_metric *m = &g_array_index(o->metrics, struct compare_metric, i);
	const struct compare_cell *c = &p->cells[i];
	g_autofree char *label_a = label_of(&p->a->params, &p->b->params, o, 0);
	g_autofree char *label_b = label_of(&p->b->params, &p->a->params, o, 1);
	struct trial_params params = p->a->params;

	params.label = label_a;
	table_row(t);
	table_string(t, "pair");
	report_params_cells(t, &params);
	table_string(t, label_b);
	table_string(t, m->name);
	side_cell(t, m, &c->a);
	side_cell(t, m, &c->b);
	table_double(t, c->ratio, "%.4g");
	value_cell(t, m, c->diff.value);
	table_double(t, c->p_holm, "%.3g");
	verdict_cell(t, c->verdict, is_whole(p));
	table_u64(t, c->a.nb);
	table_u64(t, c->b.nb);
	interval_cells(t, m, &c->a.m);
	interval_cells(t, m, &c->b.m);
	interval_cells(t, m, &c->diff);
	table_double(t, c->u.p, "%.3g");
	if (isnan(c->u.p))
		table_none(t);
	else
		table_bool(t, c->u.exact, "exact", "normal");
	table_double(t, c->cliff, "%.3g");
	ks_cells(t, m, &p->ks);
	for (guint k = 0; k < COMPARE_VERDICTS + 2; k++)
		table_none(t);
	table_bool(t, is_whole(p), "yes", "no");
}

static void no_cells(table *t, guint nb)
{
	for (guint i = 0; i < nb; i++)
		table_none(t);
}

/* Without what only a pair has. */
void report_compare_add_overall(
	table *t, const comparison *c, guint metric, const struct compare_metric *m)
{
	const struct compare_overall *v = &c->over[metric];
	guint nb_params = g_strv_length((char **)result_parameter_names());

	table_row(t);
	table_string(t, "overall");
	no_cells(t, nb_params + 1); /* and the partner */
	table_string(t, m->name);
	no_cells(t, 2); /* a, b */
	table_double(t, v->ratio, "%.4g");
	table_none(t); /* shift */
	table_double(t, v->p_holm, "%.3g");
	verdict_cell(t, v->verdict, are_whole(c));
	no_cells(t, 2 + 3 * 3); /* repetitions, intervals */
	table_double(t, v->u.p, "%.3g");
	if (isnan(v->u.p))
		table_none(t);
	else
		table_bool(t, v->u.exact, "exact", "normal");
	table_double(t, v->cliff, "%.3g");
	no_cells(t, 3); /* ks */
	for (guint i = 0; i < COMPARE_VERDICTS; i++)
		table_u64(t, v->verdicts[i]);
	table_double(t, v->ratio_least, "%.4g");
	table_double(t, v->ratio_most, "%.4g");
	table_bool(t, are_whole(c), "yes", "no");
}
