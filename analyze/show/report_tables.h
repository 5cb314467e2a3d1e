/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * analyze/show/report_tables.h: tables of tanalyze that look at one side of results: in short, over the
 * guests, over the sizes, over the departures. For loaded combinations.
 */
#ifndef ANALYZE_SHOW_REPORT_TABLES_H
#define ANALYZE_SHOW_REPORT_TABLES_H

#include "analyze/results/result.h"
#include "analyze/base/table.h"

/* A line a combination. */
table *report_summary_new(void);
void report_summary_add(table *t, const result_combination *c);

/* Fairness, a line a combination; or a line a guest. */
table *report_guests_new(gboolean each);
void report_guests_add(table *t, const result_combination *c, gboolean each);

/* A line a size class. */
table *report_sizes_new(void);
void report_sizes_add(table *t, const result_combination *c);

/* MoonGen's table of departures, a line a combination. Needs no bins. */
table *report_departures_new(void);
void report_departures_add(table *t, const result_combination *c);

#endif
