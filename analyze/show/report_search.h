/* SPDX-License-Identifier: BSD-3-Clause */
/* analyze/show/report_search.h: tables of searches (combinations of search_results.h). No files. */
#ifndef ANALYZE_SHOW_REPORT_SEARCH_H
#define ANALYZE_SHOW_REPORT_SEARCH_H

#include "analyze/base/table.h"
#include "analyze/results/result.h"

/*
 * A row per goal: limit with range over repetitions, upper bound, conditional throughput, state.
 * why: with a column of reasons, which is wide.
 */
table *report_search_limits(const result_set *r, gboolean why);
/* "NDR, PDR at 1.2Mpps: REASON": why loads above the limits are none, one line each. Newly allocated. */
char *report_search_reasons(const result_set *r);
/* A row per repetition, load and goal: trials, loss, latency of the goal, class. why: as above. */
table *report_search_loads(const result_set *r, gboolean why);
/* A row per goal and share of its limit (--latency-at); NULL: no search has them. */
table *report_search_latency(const result_set *r);

/* Of --suite rfc2544: see report_suite_format; NULL: no search has one. */
char *report_search_suite(const result_set *r, enum cli_format format);

#endif
