/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * analyze/results/result_columns.h: the columns that tables of results have in common, and cells of
 * latencies. Rows are objects of the caller's; see analyze/base/table.h.
 */
#ifndef ANALYZE_RESULTS_RESULT_COLUMNS_H
#define ANALYZE_RESULTS_RESULT_COLUMNS_H

#include "analyze/base/table.h"
#include "analyze/contract/trial.h"

/*
 * The parameters, of rows whose first member is a const struct trial_params * (NULL: none). In text,
 * those but label, guests and rate only where they differ within a label: labels are made to say
 * what differs between them.
 */
void result_params_columns(table *t);
/* The same without the rate, of rows that are about several. */
void result_series_columns(table *t);
/* A parameter of such a row, by the name that is the column's key. */
void result_params_cell(table *t, const void *row, const struct table_column *column);

/* All counts of the file contract, of the struct trial_counts at that place of a row. */
void result_counts_columns(table *t, size_t at);

/* A latency, or that there is none. */
void result_ns_cell(table *t, gboolean known, uint64_t ns, gboolean bound);
/* Of the struct trial_dist at the column's place: percentile q, the ends, the mean. */
void result_dist_quantile_cell(table *t, const void *row, const struct table_column *column);
void result_dist_min_cell(table *t, const void *row, const struct table_column *column);
void result_dist_max_cell(table *t, const void *row, const struct table_column *column);
void result_dist_mean_cell(table *t, const void *row, const struct table_column *column);

#endif
