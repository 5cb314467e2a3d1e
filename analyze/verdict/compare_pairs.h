/* SPDX-License-Identifier: BSD-3-Clause */
/* analyze/verdict/compare_pairs.h: which combination of B belongs to which of A; for compare.c alone. */
#ifndef ANALYZE_VERDICT_COMPARE_PAIRS_H
#define ANALYZE_VERDICT_COMPARE_PAIRS_H

#include "analyze/results/result.h"

struct compare_partners {
	result_combination *a, *b; /* NULL: the other one has no partner */
};

/*
 * struct compare_partners, those of A in its order, then what is left of B; to be unref'd. The
 * parameters that tell the sides apart are appended to differs as "vhost: A on, B off". NULL and
 * error (ANALYZE_ERROR_CONTENT) where pairs are not clear or there is none.
 */
GArray *compare_pairs(const result_set *a, const result_set *b, GPtrArray *differs, GError **error);

/* FALSE and error (ANALYZE_ERROR_MIX) if they were not offered the same. */
gboolean compare_same_mix(const result_combination *a, const result_combination *b, GError **error);

/* Members of the trials' environments in which the sides differ, likewise. */
void compare_environments(const result_set *a, const result_set *b, GPtrArray *differs);

#endif
