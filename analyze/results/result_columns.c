/* SPDX-License-Identifier: BSD-3-Clause */
#include "analyze/results/result_columns.h"

#include <math.h>
#include <string.h>

#include "analyze/contract/trial_fields.h"
#include "analyze/results/result.h"

static const struct trial_params *params_of(const void *row)
{
	return *(const struct trial_params *const *)row;
}

void result_params_cell(table *t, const void *row, const struct table_column *column)
{
	const struct trial_params *p = params_of(row);
	g_autofree char *value = p != NULL ? result_parameter(p, column->key) : NULL;

	if (value != NULL)
		table_string(t, value);
	else
		table_none(t);
}

static void guests_cell(table *t, const void *row, const struct table_column *column)
{
	(void)column;
	if (params_of(row) != NULL)
		table_u64(t, params_of(row)->guests);
	else
		table_none(t);
}

static void rate_cell(table *t, const void *row, const struct table_column *column)
{
	const struct trial_params *p = params_of(row);
	g_autofree char *rate = p != NULL ? result_parameter(p, "rate") : NULL;

	(void)column;
	if (rate == NULL) {
		table_none(t);
		return;
	}
	if (g_str_has_suffix(rate, "pps"))
		rate[strlen(rate) - strlen("pps")] = '\0';
	table_u64_as(t, p->rate_pps, rate);
}

void result_params_columns(table *t)
{
	static const char *const shown[] = { "label", "guests", "rate", NULL };
	static const struct table_column label = { "label", .flags = TABLE_KEY,
		.cell = result_params_cell };
	static const struct table_column last[] = {
		{ "guests", .flags = TABLE_KEY, .cell = guests_cell },
		{ "rate_pps", "rate", .flags = TABLE_KEY, .cell = rate_cell },
	};

	table_columns(t, &label, 1);
	for (const char *const *name = result_parameter_names(); *name != NULL; name++) {
		const struct table_column other = { *name, .flags = TABLE_KEY | TABLE_IF_DIFFERS,
			.cell = result_params_cell };

		if (!g_strv_contains(shown, *name))
			table_columns(t, &other, 1);
	}
	table_columns(t, last, G_N_ELEMENTS(last));
}

void result_series_columns(table *t)
{
	for (const char *const *name = result_parameter_names(); *name != NULL; name++) {
		gboolean main = strcmp(*name, "label") == 0 || strcmp(*name, "guests") == 0;
		const struct table_column parameter = { *name,
			.flags = main ? TABLE_KEY : TABLE_KEY | TABLE_IF_DIFFERS,
			.cell = result_params_cell };

		if (strcmp(*name, "rate") != 0)
			table_columns(t, &parameter, 1);
	}
}

void result_counts_columns(table *t, size_t at)
{
	for (size_t i = 0; i < trial_counts_fields.nb; i++) {
		const struct trial_field *f = &trial_counts_fields.rows[i];
		const struct table_column c = { f->key, .unit = TABLE_COUNT, .at = at + f->offset };

		if (f->kind == TRIAL_U64)
			table_columns(t, &c, 1);
	}
}

static const struct trial_dist *dist_of(const void *row, const struct table_column *column)
{
	return (const struct trial_dist *)(const void *)((const char *)row + column->at);
}

void result_ns_cell(table *t, gboolean known, uint64_t ns, gboolean bound)
{
	if (known)
		table_ns(t, ns, bound);
	else
		table_none(t);
}

void result_dist_quantile_cell(table *t, const void *row, const struct table_column *column)
{
	uint64_t ns = 0;
	gboolean bound = FALSE;
	gboolean known = trial_dist_quantile(dist_of(row, column), column->q, &ns, &bound) == 0;

	result_ns_cell(t, known, ns, bound);
}

void result_dist_min_cell(table *t, const void *row, const struct table_column *column)
{
	const struct trial_dist *d = dist_of(row, column);

	result_ns_cell(t, d->count > 0 && !d->range_unknown, d->min_ns, FALSE);
}

void result_dist_max_cell(table *t, const void *row, const struct table_column *column)
{
	const struct trial_dist *d = dist_of(row, column);

	result_ns_cell(t, d->count > 0 && !d->range_unknown, d->max_ns, FALSE);
}

void result_dist_mean_cell(table *t, const void *row, const struct table_column *column)
{
	const struct trial_dist *d = dist_of(row, column);

	table_double(t, d->count > 0 ? (double)d->sum_ns / (double)d->count : NAN, "%.1f");
}
