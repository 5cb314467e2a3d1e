/* SPDX-License-Identifier: BSD-3-Clause */
/* analyze/results/search_results.h: searches by name as results: repetitions of one are a combination. */
#ifndef ANALYZE_RESULTS_SEARCH_RESULTS_H
#define ANALYZE_RESULTS_SEARCH_RESULTS_H

#include "analyze/contract/search.h"
#include "analyze/results/result.h"

/*
 * All searches that the names stand for, each once. A combination has equal parameters, preset, options
 * and goals, and its searches beside its trials; its numbers are zero. Errors and warnings as of
 * result_open; without any search ANALYZE_ERROR_NOT_FOUND. Of options, share and progress have no effect.
 */
result_set *search_results_open(
	const struct result_options *options, const char *const *names, GError **error);

/* The same of nb searches in memory that have paths; they are the set's then, and searches is freed. */
result_set *search_results_of(GPtrArray *searches);

/* Search i of a combination of them. */
const search *search_results_at(const result_combination *c, guint i);

#endif
