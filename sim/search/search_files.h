/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * sim/search/search_files.h: files of a search that is not over: the trials in DIR/search-R that it goes on
 * with. DIR/search-R may have those of other searches, too.
 */
#ifndef SIM_SEARCH_SEARCH_FILES_H
#define SIM_SEARCH_SEARCH_FILES_H

#include "analyze/contract/trial.h"

/*
 * char *: paths in dir of all that the search of p has there, its result last. p: as struct search has
 * it. Newly allocated.
 */
GPtrArray *search_files_of(const char *dir, const struct trial_params *p);
/*
 * Its trials and result that were stored since (g_get_real_time) become NAME.failed, and count for
 * nothing: a guest may have been dead by then. NULL, or what could not be renamed, newly allocated.
 */
char *search_files_set_aside(const char *dir, const struct trial_params *p, gint64 since_us);

#endif
