/* SPDX-License-Identifier: BSD-3-Clause */
#include "sim/search/search_plan.h"

#include <math.h>

#include "sim/search/mlr.h"
#include "sim/trial/params.h"

/* Of an estimate, where no load is given. */
#define LIKELY_MAX_PPS 1e6
#define LIKELY_MIN_SHARE 0.01

struct trial_params *search_plan_params(const struct search_options *o, const struct options *run,
	const char *mix_digest, uint32_t repetition)
{
	struct options longest = *run;
	double s = 0;

	for (guint i = 0; i < o->goals->len; i++)
		s = fmax(s, ((const struct goal *)o->goals->pdata[i])->final_s);
	longest.duration_ns = (uint64_t)llround(s * 1e9);
	longest.seed += repetition;
	return params_new(&longest, mix_digest, 1, 0, repetition);
}

static void replace_text(char **at, const char *text)
{
	g_free(*at);
	*at = g_strdup(text);
}

void search_plan_on_null(struct trial_params *p)
{
	replace_text(&p->machine, "process");
	replace_text(&p->interface, "null");
	replace_text(&p->qemu, "none");
	replace_text(&p->reflector, "dpdk");
	replace_text(&p->pattern, TRIAL_PATTERN_DEFAULT);
	replace_text(&p->faults, "");
	p->vhost = p->ioregionfd = FALSE;
}

struct mlr *search_plan_mlr(
	const struct search_options *o, uint64_t min_pps, uint64_t max_pps, double warm_up_s)
{
	g_autofree struct mlr_goal *goals = g_new0(struct mlr_goal, o->goals->len);

	for (guint i = 0; i < o->goals->len; i++) {
		const struct goal *g = o->goals->pdata[i];

		goals[i] = (struct mlr_goal){ .initial_s = g->initial_s,
			.rule = { g->final_s, g->sum_s, g->exceed },
			.width = g->width,
			.loss = goal_loss(g) };
	}
	return mlr_new(&(struct mlr_cfg){ .goals = goals,
		.nb_goals = o->goals->len,
		.min_pps = min_pps,
		.max_pps = max_pps,
		.warm_up_s = warm_up_s });
}

double search_plan_s(const struct search_options *o)
{
	double max_pps = o->max_pps != 0 ? o->max_pps : LIKELY_MAX_PPS;
	double min_pps = o->min_pps != 0 ? o->min_pps : max_pps * LIKELY_MIN_SHARE, s = 0;
	struct mlr *m;

	min_pps = fmax(fmin(min_pps, max_pps / 2), 1);
	m = search_plan_mlr(o, (uint64_t)min_pps, (uint64_t)fmax(max_pps, 2), 0);
	s = mlr_left_s(m);
	mlr_free(m);
	for (guint i = 0; i < o->goals->len; i++)
		s += ((const struct goal *)o->goals->pdata[i])->final_s * o->latency_at_->len;
	return s;
}
