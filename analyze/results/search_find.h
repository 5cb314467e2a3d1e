/* SPDX-License-Identifier: BSD-3-Clause */
/* analyze/results/search_find.h: searches by name. Names as in result.h. */
#ifndef ANALYZE_RESULTS_SEARCH_FIND_H
#define ANALYZE_RESULTS_SEARCH_FIND_H

#include "analyze/contract/search.h"

/*
 * The searches (search *, owned by the array) that a name stands for: of a search_*.json, or of a folder
 * and those below it; by parameters, then repetition. The seed is that of the command (--seed), to which
 * each repetition adds its number, so that repetitions have equal parameters.
 * @param dir       where labels and selectors look; NULL: "out"
 * @param warnings  char *: files that cannot be read, which are left out
 * @return NULL and ANALYZE_ERROR_NOT_FOUND without any
 */
GPtrArray *search_find(const char *dir, const char *name, GPtrArray *warnings, GError **error);

/*
 * Order of searches: less than, equal to or greater than 0. Equal: repetitions of one search, with the
 * same parameters, preset, options and goals.
 */
int search_find_compare(const search *a, const search *b);

#endif
