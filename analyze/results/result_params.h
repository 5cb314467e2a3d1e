/* SPDX-License-Identifier: BSD-3-Clause */
/* analyze/results/result_params.h: the parameters of trials by name; see result.h for the names. Pure. */
#ifndef ANALYZE_RESULTS_RESULT_PARAMS_H
#define ANALYZE_RESULTS_RESULT_PARAMS_H

#include "analyze/results/result.h"

/* Text that is equal for trials of one combination, and only for those; newly allocated. */
char *result_params_key(const struct trial_params *p);
/* Order of combinations: less than, equal to or greater than 0. The repetition does not count. */
int result_params_compare(const struct trial_params *a, const struct trial_params *b);

/* Does it begin with the name of a parameter and a '-'? */
gboolean result_selector_is_one(const char *selector);
gboolean result_selector_matches(const char *selector, const struct trial_params *p);

#endif
