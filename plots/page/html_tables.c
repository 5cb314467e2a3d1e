/* SPDX-License-Identifier: BSD-3-Clause */
#include "plots/page/html_tables.h"

#include "analyze/results/reasons.h"
#include "analyze/results/result_columns.h"
#include "analyze/results/result_numbers.h"
#include "analyze/show/report.h"

static const double percentiles[] = { 0.5, 0.9, 0.99, 0.999, 0.9999 };

/* The tables of results, filled side by side while each combination has its bins. */
struct tables {
	table *percentiles, *loss, *fairness, *reasons;
};

struct fairness_row {
	const struct trial_params *params; /* first: result_params_columns */
	struct result_fairness f;
	double loss;           /* of the worst guest */
	struct table_time p99; /* likewise */
};

#define FAIRNESS_AT(member_) .at = offsetof(struct fairness_row, member_)

static const struct table_column fairness_columns[] = {
	{ "jain", "Jain's index", TABLE_REAL, FAIRNESS_AT(f.jain) },
	{ "min_max_ratio", "min/max share", TABLE_REAL, FAIRNESS_AT(f.min_max) },
	{ "worst_guest", "worst guest", TABLE_INDEX, FAIRNESS_AT(f.worst_guest) },
	{ "worst_loss", "loss of worst", TABLE_RATIO, FAIRNESS_AT(loss) },
	{ "worst_p99_ns", "p99 of worst", TABLE_TIME, FAIRNESS_AT(p99) },
};

static void add_fairness(table *t, const result_combination *c, gboolean response)
{
	const struct result_guest *worst = NULL;
	struct result_quantile p99 = { 0 };
	gboolean known;

	for (guint i = 0; i < c->nb_guests; i++) {
		if ((int)c->guests[i].guest == c->fairness.worst_guest)
			worst = &c->guests[i];
	}
	if (c->nb_guests < 2 || worst == NULL)
		return;
	known = result_numbers_quantile(&worst->n, response, 0.99, &p99);
	table_add(t, &(struct fairness_row){ &c->params, c->fairness, worst->n.loss.value,
			     { p99.ns, p99.bound, known } });
}

struct slice_row {
	const struct trial_params *params; /* first: result_params_columns */
	const char *title;
	uint64_t offered;
	double pps, loss;
	struct table_time p50, p99;
};

#define SLICE_AT(member_) .at = offsetof(struct slice_row, member_)

static const struct table_column slice_columns[] = {
	{ "slice", "guests", TABLE_TEXT, SLICE_AT(title) },
	{ "offered", "frames offered", TABLE_COUNT, SLICE_AT(offered) },
	{ "forwarded_pps", "forwarded per second", TABLE_PPS, SLICE_AT(pps) },
	{ "loss_ratio", "loss", TABLE_RATIO, SLICE_AT(loss) },
	{ "p50_ns", "p50", TABLE_TIME, SLICE_AT(p50) },
	{ "p99_ns", "p99", TABLE_TIME, SLICE_AT(p99) },
};

static struct table_time quantile_cell(
	const result_combination *c, gboolean response, double quantile)
{
	struct result_quantile q = { 0 };
	gboolean known = result_quantile(c, response, quantile, &q);

	return (struct table_time){ q.ns, q.bound, known };
}

static void add_slices(table *t, result_set *set, const result_combination *c, enum result_by by,
	gboolean response)
{
	g_autoptr(GPtrArray) values = result_slice_values(c, by);

	for (guint i = 0; i < values->len; i++) {
		result_combination *slice = result_slice_new(
			set, c, by, g_ptr_array_index(values, i));
		g_autoptr(GError) cause = NULL;

		if (slice == NULL || !result_load(set, slice, NULL, NULL, &cause))
			continue; /* result_load of the whole has said why */
		table_add(t, &(struct slice_row){ &slice->params, slice->slice->title,
				     slice->n.c.offered, slice->n.forwarded_pps,
				     slice->n.loss.value, quantile_cell(slice, response, 0.5),
				     quantile_cell(slice, response, 0.99) });
		result_unload(slice);
	}
}

struct reason_row {
	const char *side, *text;
	guint times;
};

#define REASON_AT(member_) .at = offsetof(struct reason_row, member_)

static const struct table_column reason_columns[] = {
	{ "results", NULL, TABLE_TEXT, REASON_AT(side) },
	{ "times", NULL, TABLE_NUMBER, REASON_AT(times) },
	{ "reason", NULL, TABLE_TEXT, REASON_AT(text) },
};

static void add_reasons(GPtrArray *groups, const result_combination *c)
{
	for (guint i = 0; i < c->trials->len; i++) {
		const trial *one = g_ptr_array_index(c->trials, i);

		for (guint k = 0; k < one->reasons->len; k++)
			reasons_add(groups, g_ptr_array_index(one->reasons, k), NULL);
		if (one->interrupted)
			reasons_add(groups, "interrupted", NULL);
	}
}

static void add_side(struct tables *to, const struct side *side, const struct report_options *o)
{
	g_autoptr(GPtrArray) reasons = reasons_new();

	for (guint i = 0; i < side->set->combinations->len; i++) {
		result_combination *c = g_ptr_array_index(side->set->combinations, i);
		g_autoptr(GError) cause = NULL;

		if (!result_load(side->set, c, NULL, NULL, &cause)) {
			g_ptr_array_add(side->set->warnings, g_strdup(cause->message));
			continue;
		}
		report_add(to->percentiles, &report_percentiles, c, o);
		report_add(to->loss, &report_loss, c, NULL);
		add_fairness(to->fairness, c, o->response);
		add_reasons(reasons, c);
		result_unload(c);
	}
	for (guint i = 0; i < reasons->len; i++) {
		const struct reason_group *g = g_ptr_array_index(reasons, i);

		table_add(to->reasons, &(struct reason_row){ side->title, g->text, g->nb });
	}
}

static void put_doubts(page *p, const sides *s, const table *reasons)
{
	gboolean headed = FALSE;

	page_section(p, "unreliable", "Unreliable trials");
	if (table_rows(reasons) > 0)
		page_table(p, "Reasons, with the range of their numbers", reasons);
	else
		page_paragraph(p, NULL, "None.");
	for (guint i = 0; i < s->all->len; i++) {
		const result_set *set = sides_at(s, i)->set;

		if (!headed && set->warnings->len + set->notes->len > 0) {
			page_heading(p, "Warnings and notes");
			headed = TRUE;
		}
		page_list(p, "doubt", set->warnings);
		page_list(p, NULL, set->notes);
	}
}

void html_tables_put(page *p, const sides *s, gboolean response)
{
	const struct report_options wanted = {
		.q = (double *)percentiles, .nb = G_N_ELEMENTS(percentiles), .response = response
	};
	g_autoptr(table) quantiles = report_new(&report_percentiles, &wanted);
	g_autoptr(table) loss = report_new(&report_loss, NULL);
	g_autoptr(table) fairness = table_new(), reasons = table_new();
	struct tables to = { quantiles, loss, fairness, reasons };

	result_params_columns(fairness);
	table_columns(fairness, fairness_columns, G_N_ELEMENTS(fairness_columns));
	table_columns(reasons, reason_columns, G_N_ELEMENTS(reason_columns));
	for (guint i = 0; i < s->all->len; i++)
		add_side(&to, sides_at(s, i), &wanted);
	page_table(p,
		response ? "Response time percentiles (from the scheduled departure)"
			 : "Latency percentiles (from the actual departure)",
		quantiles);
	page_paragraph(p, "note",
		"Over the frames of all repetitions. A lost frame counts as later than all "
		"forwarded ones: a percentile among lost frames has only a lower bound (>=).");
	page_table(p, "Frames and loss", loss);
	page_paragraph(p, "note",
		"Loss: all repetitions merged; min, max: single repetitions. Late: departed later "
		"than --slack.");
	if (table_rows(fairness) > 0) {
		page_table(p, "Fairness between guests", fairness);
		page_paragraph(p, "note",
			"Share: forwarded of offered frames of a guest. Jain's index: 1 if all "
			"shares are equal, 1/n if one of n guests gets everything.");
	}
	put_doubts(p, s, reasons);
}

void html_tables_put_slices(page *p, const sides *s, enum result_by by, gboolean response)
{
	g_autoptr(table) t = table_new();

	result_params_columns(t);
	table_columns(t, slice_columns, G_N_ELEMENTS(slice_columns));
	for (guint i = 0; i < s->all->len; i++) {
		result_set *set = sides_at(s, i)->set;

		for (guint k = 0; k < set->combinations->len; k++)
			add_slices(t, set, g_ptr_array_index(set->combinations, k), by, response);
	}
	page_table(p,
		by == RESULT_BY_INTERFACE ? "Guests of each interface" : "Guests of each group", t);
}
