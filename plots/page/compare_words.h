/* SPDX-License-Identifier: BSD-3-Clause */
/* plots/page/compare_words.h: what a comparison says, in sentences. Pure functions; numbers are analyze's. */
#ifndef PLOTS_PAGE_COMPARE_WORDS_H
#define PLOTS_PAGE_COMPARE_WORDS_H

#include "analyze/verdict/compare.h"

/*
 * "p99 latency: B is better than A: 12 µs vs. 24 µs, ...": one metric of c, which has been compared
 * with options; a and b are what the sides are called. Newly allocated.
 */
char *compare_words_sentence(const comparison *c, const struct compare_options *options,
	guint metric, const char *a, const char *b);

#endif
