/* SPDX-License-Identifier: BSD-3-Clause */
/* sim/search/search_plan.h: what is known of a search before anything is measured. Pure. */
#ifndef SIM_SEARCH_SEARCH_PLAN_H
#define SIM_SEARCH_SEARCH_PLAN_H

#include "sim/search/search_options.h"

/*
 * What it will be stored as: see struct search. run: &o->run, or options of the same guests with other
 * frames. Each repetition has a seed of its own. Newly allocated; params_free ends it.
 */
struct trial_params *search_plan_params(const struct search_options *o, const struct options *run,
	const char *mix_digest, uint32_t repetition);
/* Of a trial with as many guests on interface null in place of the guests. */
void search_plan_on_null(struct trial_params *p);
/* Its controller. warm_up_s: of the first trial; 0: none. */
struct mlr *search_plan_mlr(
	const struct search_options *o, uint64_t min_pps, uint64_t max_pps, double warm_up_s);
/* Seconds that its trials take, about: as far as the loads are not given, whatever they are. */
double search_plan_s(const struct search_options *o);

#endif
