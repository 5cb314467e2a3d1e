/* SPDX-License-Identifier: BSD-3-Clause */
#include "analyze/show/report_compare.h"

#include <math.h>
#include <string.h>

#include "analyze/base/format.h"
#include "analyze/results/result_columns.h"
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
	size = is_latency(m) ? format_ns((uint64_t)llround(MIN(abs, 9e18))) : format_pps(abs);
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

/* A metric of a pair, or over all pairs, which has no sides. */
struct compare_row {
	const struct trial_params *params; /* first: result_params_columns; NULL: over all */
	const char *kind, *partner, *metric;
	const struct compare_metric *m;
	const struct compare_cell *c;       /* NULL: over all */
	const struct compare_overall *over; /* NULL: of a pair */
	struct statistics_ks ks;            /* d NAN: none */
	double ratio, p_holm, cliff, ratio_least, ratio_most;
	struct rank_test u;
	enum compare_verdict verdict;
	gboolean whole; /* to be relied on */
};

/* What a row has at that place of its cell; NULL if it has none: "-" is there then. */
static const void *in_cell(table *t, const struct compare_row *row, size_t at)
{
	if (row->c != NULL)
		return (const char *)row->c + at;
	table_none(t);
	return NULL;
}

/* Both ends of an interval, in text in one column. */
static void lo_cell(table *t, const void *row, const struct table_column *column)
{
	const struct statistics_interval *i = in_cell(t, row, column->at);
	g_autofree char *text = NULL;

	if (i == NULL)
		return;
	text = interval_text(((const struct compare_row *)row)->m, i);
	table_double_as(t, i->lo, FALSE, text);
}

static void coverage_cell(table *t, const void *row, const struct table_column *column)
{
	const struct statistics_interval *i = in_cell(t, row, column->at);

	if (i != NULL)
		table_double(t, isnan(i->lo) ? NAN : i->coverage, "%.4g");
}

/* A double in the metric's unit. */
static void value_cell(table *t, const void *row, const struct table_column *column)
{
	const double *v = in_cell(t, row, column->at);
	g_autofree char *text = NULL;

	if (v == NULL)
		return;
	text = value_text(((const struct compare_row *)row)->m, *v);
	table_double_as(t, *v, FALSE, text);
}

static void side_cell(table *t, const void *row, const struct table_column *column)
{
	const struct compare_side *s = in_cell(t, row, column->at);
	gboolean bound = s != NULL && isinf(s->m.value);
	g_autofree char *size = NULL, *text = NULL;

	if (s == NULL)
		return;
	size = value_text(((const struct compare_row *)row)->m, bound ? s->at_least : s->m.value);
	text = g_strconcat(bound ? ">= " : "", size, NULL);
	table_double_as(t, bound ? s->at_least : s->m.value, bound, text);
}

static void repetitions_cell(table *t, const void *row, const struct table_column *column)
{
	const guint *nb = in_cell(t, row, column->at);

	if (nb != NULL)
		table_u64(t, *nb);
}

static void test_cell(table *t, const void *of, const struct table_column *column)
{
	const struct compare_row *row = of;

	(void)column;
	if (isnan(row->u.p))
		table_none(t);
	else
		table_bool(t, row->u.exact, "exact", "normal");
}

static void ks_at_cell(table *t, const void *of, const struct table_column *column)
{
	const struct compare_row *row = of;

	(void)column;
	result_ns_cell(t, row->ks.d > 0, row->ks.at_ns, FALSE);
}

static void ks_exact_cell(table *t, const void *of, const struct table_column *column)
{
	const struct compare_row *row = of;

	(void)column;
	if (isnan(row->ks.d))
		table_none(t);
	else
		table_bool(t, row->ks.exact, "yes", "no");
}

/* How often that verdict, which is the place, was reached. */
static void verdicts_cell(table *t, const void *of, const struct table_column *column)
{
	const struct compare_row *row = of;

	if (row->over != NULL)
		table_u64(t, row->over->verdicts[column->at]);
	else
		table_none(t);
}

static gboolean is_whole(const struct compare_pair *p)
{
	return result_is_whole(p->a) && result_is_whole(p->b);
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
	return g_strconcat(compare_verdict_word(v), whole ? "" : " (unreliable)", NULL);
}

char *report_compare_overall_text(const comparison *c, guint metric)
{
	return verdict_text(c->over[metric].verdict, are_whole(c));
}

static void verdict_cell(table *t, const void *of, const struct table_column *column)
{
	const struct compare_row *row = of;
	g_autofree char *text = verdict_text(row->verdict, row->whole);

	(void)column;
	table_string_as(t, compare_verdict_word(row->verdict), text);
}

#define AT(member_) .at = offsetof(struct compare_row, member_)
#define OF_CELL(member_) .at = offsetof(struct compare_cell, member_)
#define INTERVAL(side_, at_, heading_)                                            \
	{ side_ "_lo", heading_, OF_CELL(at_), .cell = lo_cell },                 \
		{ side_ "_hi", heading_, OF_CELL(at_.hi), .flags = TABLE_HIDDEN,  \
			.cell = value_cell },                                     \
	{                                                                         \
		side_ "_coverage", heading_, OF_CELL(at_), .flags = TABLE_HIDDEN, \
							   .cell = coverage_cell  \
	}

/* In text and HTML not of a brief table. */
enum { IF_LONG = 1U << 16 };

static const struct table_column first = { "row", NULL, TABLE_TEXT, AT(kind),
	.flags = TABLE_HIDDEN };
static const struct table_column columns[] = {
	{ "partner", NULL, TABLE_TEXT, AT(partner), .flags = TABLE_KEY | IF_LONG },
	{ "metric", NULL, TABLE_TEXT, AT(metric), .flags = TABLE_KEY },
	{ "a", "A", OF_CELL(a), .cell = side_cell },
	{ "b", "B", OF_CELL(b), .cell = side_cell },
	{ "ratio", "B/A", TABLE_REAL, AT(ratio) },
	{ "shift", NULL, OF_CELL(diff.value), .cell = value_cell },
	{ "p_holm", "p Holm", TABLE_REAL, AT(p_holm), .format = "%.3g" },
	{ "verdict", NULL, .cell = verdict_cell },
	{ "repetitions_a", "nA", OF_CELL(a.nb), .cell = repetitions_cell },
	{ "repetitions_b", "nB", OF_CELL(b.nb), .cell = repetitions_cell },
	INTERVAL("a", a.m, "A CI"),
	INTERVAL("b", b.m, "B CI"),
	INTERVAL("shift", diff, "shift CI"),
	{ "p", NULL, TABLE_REAL, AT(u.p), .flags = IF_LONG, .format = "%.3g" },
	{ "p_exact", "test", .flags = IF_LONG, .cell = test_cell },
	{ "cliff_delta", "delta", TABLE_REAL, AT(cliff), .format = "%.3g" },
	{ "ks_d", "KS D", TABLE_REAL, AT(ks.d), .flags = TABLE_IF_ANY, .format = "%.3f" },
	{ "ks_at_ns", "at", .flags = TABLE_IF_ANY, .cell = ks_at_cell },
	{ "ks_exact", "exact", .flags = TABLE_HIDDEN, .cell = ks_exact_cell },
};
static const struct table_column last[] = {
	{ "ratio_least", NULL, TABLE_REAL, AT(ratio_least), .flags = TABLE_HIDDEN },
	{ "ratio_most", NULL, TABLE_REAL, AT(ratio_most), .flags = TABLE_HIDDEN },
	{ "trustworthy", NULL, TABLE_YES, AT(whole), .flags = TABLE_HIDDEN },
};

static table *table_behind(void (*params_columns)(table *t), gboolean brief)
{
	table *t = table_new();

	table_columns(t, &first, 1);
	params_columns(t);
	for (guint i = 0; i < G_N_ELEMENTS(columns); i++) {
		struct table_column c = columns[i];

		if (brief && c.flags & IF_LONG)
			c.flags |= TABLE_HIDDEN;
		table_columns(t, &c, 1);
	}
	for (guint i = 0; i < COMPARE_VERDICTS; i++) {
		g_autofree char *key = g_strdelimit(
			g_strdup(compare_verdict_word((enum compare_verdict)i)), " ", '_');
		const struct table_column c = { key, .at = i, .flags = TABLE_HIDDEN,
			.cell = verdicts_cell };

		table_columns(t, &c, 1);
	}
	table_columns(t, last, G_N_ELEMENTS(last));
	return t;
}

table *report_compare_new(gboolean brief)
{
	return table_behind(result_params_columns, brief);
}

table *report_compare_searches_new(void)
{
	return table_behind(result_series_columns, FALSE);
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
	const struct compare_metric *m = compare_metric_at(o, i);
	const struct compare_cell *c = &p->cells[i];
	const struct statistics_ks none = { NAN, 0, FALSE };
	g_autofree char *label_a = label_of(&p->a->params, &p->b->params, o, 0);
	g_autofree char *label_b = label_of(&p->b->params, &p->a->params, o, 1);
	struct trial_params params = p->a->params;

	params.label = label_a;
	table_add(t, &(const struct compare_row){ &params, "pair", label_b, m->name, m, c, NULL,
			     is_latency(m) ? p->ks : none, c->ratio, c->p_holm, c->cliff, NAN, NAN,
			     c->u, c->verdict, is_whole(p) });
}

void report_compare_add_overall(
	table *t, const comparison *c, guint metric, const struct compare_metric *m)
{
	const struct compare_overall *v = &c->over[metric];

	table_add(t, &(const struct compare_row){ NULL, "overall", NULL, m->name, m, NULL, v,
			     { NAN, 0, FALSE }, v->ratio, v->p_holm, v->cliff, v->ratio_least,
			     v->ratio_most, v->u, v->verdict, are_whole(c) });
}
