/* SPDX-License-Identifier: BSD-3-Clause */
/* analyze/verdict/search_table.h: results of searches as tables: limits, latency at shares of them. Pure. */
#ifndef ANALYZE_VERDICT_SEARCH_TABLE_H
#define ANALYZE_VERDICT_SEARCH_TABLE_H

#include "analyze/base/table.h"
#include "analyze/contract/search.h"

/* A row per goal of a search; the repetition where several are shown. */
table *search_table_of_limits(const search *const *searches, size_t nb);
/* A row per SEARCH_LATENCY_AT; NULL: there are none. */
table *search_table_of_latency(const search *const *searches, size_t nb);
/*
 * As tsim search prints them: text: both tables, and why goals were missed; csv: the limits; json: each
 * search's JSON on a line. Newly allocated.
 */
char *search_table_text(const search *const *searches, size_t nb, enum cli_format format);

#endif
