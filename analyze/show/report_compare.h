/* SPDX-License-Identifier: BSD-3-Clause */
/* analyze/show/report_compare.h: a comparison as a table. No files. */
#ifndef ANALYZE_SHOW_REPORT_COMPARE_H
#define ANALYZE_SHOW_REPORT_COMPARE_H

#include "analyze/base/table.h"
#include "analyze/verdict/compare.h"

/* brief: in text and HTML without B's label and what only leads to the corrected p. */
table *report_compare_new(gboolean brief);
/* The same without a rate, for searches. */
table *report_compare_searches_new(void);
/* A row: one metric of one pair. */
void report_compare_add(
	table *t, const struct compare_pair *p, guint metric, const struct compare_options *o);
/* For programs: a row for one metric over all pairs. */
void report_compare_add_overall(
	table *t, const comparison *c, guint metric, const struct compare_metric *m);
/* For people: "better", or "better (unreliable)" if a pair is. Newly allocated. */
char *report_compare_overall_text(const comparison *c, guint metric);

#endif
