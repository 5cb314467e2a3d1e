/* SPDX-License-Identifier: BSD-3-Clause */
/* analyze/verdict/compare_searches.h: what is peculiar to comparisons of searches; for compare.c alone. */
#ifndef ANALYZE_VERDICT_COMPARE_SEARCHES_H
#define ANALYZE_VERDICT_COMPARE_SEARCHES_H

#include "analyze/contract/search.h"
#include "analyze/verdict/compare.h"

/* The goal of a metric; NULL: the search has none of that name. */
const struct search_goal *compare_goal_of(const search *s, const struct compare_metric *m);

/* What limits are not compared and why, of a pair of searches; nothing of others. */
void compare_searches_note(
	comparison *c, const struct compare_pair *p, const struct compare_options *o);

#endif
