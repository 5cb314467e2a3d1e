/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * analyze/verdict/load_class.h: what trials say of a load: draft-ietf-bmwg-mlrsearch-15, appendix A
 * (classification) and B (conditional throughput). Pure.
 */
#ifndef ANALYZE_VERDICT_LOAD_CLASS_H
#define ANALYZE_VERDICT_LOAD_CLASS_H

#include "analyze/contract/search.h"

/* Attributes of a goal that classify. */
struct load_rule {
	double final_s, sum_s; /* goal final trial duration, goal duration sum */
	double exceed;         /* goal exceed ratio, 0 to below 1 */
};

/* A trial at the load; bad: it missed the goal (high-loss). */
struct load_trial {
	double duration_s; /* effective */
	double loss;       /* ratio, of all frames */
	gboolean bad;
};

enum search_class load_class_of(
	const struct load_rule *rule, const struct load_trial *trials, size_t nb);
/* Ratio: conditional throughput is load * (1 - it). Of full-length trials; 1 where too few of them. */
double load_quantile_loss(const struct load_rule *rule, const struct load_trial *trials, size_t nb);

#endif
