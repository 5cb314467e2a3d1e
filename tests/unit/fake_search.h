/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Searches with made-up numbers, for tests of what reads them: bisection over a SUT that forwards knee
 * frames per second, loses the rest, and whose p99 grows towards that. Equal cfg, equal search.
 */
#ifndef TESTS_FAKE_SEARCH_H
#define TESTS_FAKE_SEARCH_H

#include <math.h>

#include "analyze/contract/search.h"
#include "tests/unit/fake_trial.h"

struct fake_search_cfg {
	const char *label, *interface; /* NULL: "fake", "vhost-user" */
	uint32_t guests;               /* 0: 3 */
	uint32_t frame_len;            /* 0: of imix; else of fixed-N */
	gboolean vhost;
	uint64_t knee_pps;         /* 0: 1000000; repetitions differ from it by up to 0.8 % */
	uint64_t min_pps, max_pps; /* 0: 20000, 2000000 */
	uint64_t tester_pps;       /* above it the generator spoils trials; 0: never */
	uint32_t repetition;
	gboolean latency_goal; /* a third goal: loss=0.1%,p99=50us@every-guest */
	gboolean latency_at;   /* 10, 50 and 90 % of each limit */
	gboolean suite;        /* loss curve and back-to-back frames */
	gboolean interrupted;
};

static inline double fake_search_knee(const struct fake_search_cfg *cfg)
{
	double knee = cfg->knee_pps > 0 ? (double)cfg->knee_pps : 1e6;

	return knee * (1 + 0.004 * ((int)(cfg->repetition * 7 % 5) - 2));
}

static inline double fake_search_p99(double rate, double knee)
{
	return 20000 * (1 + pow(rate / knee, 8));
}

static inline struct search_trial *fake_search_trial(search *s, const struct fake_search_cfg *cfg,
	enum search_use use, uint64_t rate_pps, uint32_t repetition)
{
	static const double loss_limits[] = { 0, 0.005, 0.001 };
	double rate = (double)rate_pps, knee = fake_search_knee(cfg);
	double p99 = fake_search_p99(rate, knee);
	struct search_trial *t = search_add_trial(s);
	struct trial_params p;

	trial_params_copy(&p, &s->params);
	p.rate_pps = rate_pps;
	p.repetition = repetition;
	t->file = trial_file_name(&p);
	trial_params_clear(&p);
	t->use = use;
	t->rate_pps = rate_pps;
	t->repetition = repetition;
	t->duration_s = 1;
	t->offered_pps = rate;
	t->loss = rate > knee ? 1 - knee / rate : 0;
	t->forwarded_pps = rate * (1 - t->loss);
	t->spoilt = cfg->tester_pps > 0 && rate_pps > cfg->tester_pps;
	t->spoilt_why = g_strdup(t->spoilt ? "3.1 % of the frames were not sent" : "");
	t->p50_ns = (uint64_t)(p99 / 2);
	t->p99_ns = (uint64_t)p99;
	t->p999_ns = t->loss > 0.001 ? UINT64_C(2000000000) : (uint64_t)(p99 * 2);
	t->p999_bound = t->loss > 0.001;
	t->max_ns = (uint64_t)(p99 * 3);
	for (uint32_t i = 0; i < MIN(s->nb_goals, G_N_ELEMENTS(loss_limits)); i++) {
		struct search_mark *m = &t->marks[i];

		if (i == 2)
			m->value_ns = p99;
		m->met = t->loss <= loss_limits[i] && !(m->value_ns > 50000);
		m->why = g_strdup("");
		if (!m->met) {
			g_free(m->why);
			m->why = t->loss > loss_limits[i]
					 ? g_strdup_printf("loss %.3g %%, limit %.3g %%",
						   t->loss * 100, loss_limits[i] * 100)
					 : g_strdup_printf("p99 of guest 1: %.3g us, limit 50 us",
						   p99 / 1000);
		}
	}
	s->trials_s += t->duration_s;
	return t;
}

/* Twice, unless it was: is the goal met there? */
static inline gboolean fake_search_offer(
	search *s, const struct fake_search_cfg *cfg, uint32_t goal, uint64_t rate_pps)
{
	for (uint32_t i = 0; i < s->nb_trials; i++)
		if (s->trials[i].rate_pps == rate_pps && s->trials[i].use == SEARCH_FOR_LIMIT)
			return s->trials[i].marks[goal].met && !s->trials[i].spoilt;
	fake_search_trial(s, cfg, SEARCH_FOR_LIMIT, rate_pps, 0);
	(void)fake_search_trial(s, cfg, SEARCH_FOR_LIMIT, rate_pps, 1);
	return fake_search_offer(s, cfg, goal, rate_pps);
}

static inline const struct search_trial *fake_search_at(const search *s, uint64_t rate_pps)
{
	for (uint32_t i = 0; i < s->nb_trials; i++)
		if (s->trials[i].rate_pps == rate_pps && s->trials[i].use == SEARCH_FOR_LIMIT)
			return &s->trials[i];
	return NULL;
}

static inline void fake_search_limit(search *s, const struct fake_search_cfg *cfg, uint32_t goal)
{
	struct search_goal *g = &s->goals[goal];
	uint64_t lo = s->min_pps, hi = s->max_pps;
	const struct search_trial *at;

	if (fake_search_offer(s, cfg, goal, hi)) {
		g->state = SEARCH_MET_AT_MAX;
		lo = hi;
		hi = 0;
	} else if (!fake_search_offer(s, cfg, goal, lo)) {
		g->state = SEARCH_MISSED_AT_MIN;
		hi = lo;
		lo = 0;
	} else {
		while ((double)(hi - lo) / (double)hi > g->width) {
			uint64_t mid = (uint64_t)sqrt((double)lo * (double)hi);

			if (fake_search_offer(s, cfg, goal, mid))
				lo = mid;
			else
				hi = mid;
		}
		g->state = SEARCH_FOUND;
	}
	at = hi > 0 ? fake_search_at(s, hi) : NULL;
	if (at != NULL && at->spoilt)
		g->state = SEARCH_TESTER_LIMITED;
	if (cfg->interrupted)
		g->state = SEARCH_UNFINISHED;
	g->lower_pps = lo;
	g->upper_pps = hi;
	g->why = g_strdup(at == NULL ? "" : at->spoilt ? at->spoilt_why : at->marks[goal].why);
	if (lo > 0 && g->loss_only)
		g->throughput_pps = fake_search_at(s, lo)->forwarded_pps;
}

static inline int fake_search_by_rate(const void *a, const void *b)
{
	const struct search_load *x = a, *y = b;

	return (x->rate_pps > y->rate_pps) - (x->rate_pps < y->rate_pps);
}

static inline void fake_search_loads(search *s)
{
	uint32_t nb = 0;

	search_set_loads(s, s->nb_trials / 2);
	for (uint32_t i = 0; i < s->nb_trials; i++) {
		const struct search_trial *t = &s->trials[i];
		struct search_load *l = &s->loads[nb];

		if (t->use != SEARCH_FOR_LIMIT || t->repetition > 0)
			continue;
		l->rate_pps = t->rate_pps;
		l->trials = 2;
		l->spoilt = t->spoilt;
		for (uint32_t k = 0; k < s->nb_goals; k++)
			l->classes[k] = t->marks[k].met && !t->spoilt ? SEARCH_LOWER : SEARCH_UPPER;
		nb++;
	}
	g_assert(nb == s->nb_loads);
	qsort(s->loads, nb, sizeof(*s->loads), fake_search_by_rate);
}

static inline void fake_search_after(search *s, const struct fake_search_cfg *cfg)
{
	static const double shares[] = { 0.1, 0.5, 0.9 };

	for (uint32_t i = 0; cfg->latency_at && i < s->nb_goals; i++) {
		for (guint k = 0; s->goals[i].lower_pps > 0 && k < 3; k++) {
			uint64_t rate = (uint64_t)((double)s->goals[i].lower_pps * shares[k]);
			struct search_trial *t = fake_search_trial(
				s, cfg, SEARCH_LATENCY_AT, rate, i);

			t->goal = i;
			t->share = shares[k];
		}
	}
	if (!cfg->suite)
		return;
	for (uint32_t i = 10; i > 7; i--)
		fake_search_trial(s, cfg, SEARCH_LOSS_CURVE, (uint64_t)(1.2e6 * i / 10) + i, 0);
	s->suite = (struct search_suite){ .used = TRUE,
		.theoretical_pps = 1.2e6,
		.theoretical_is_link = TRUE,
		.bursts = 50,
		.burst_values = g_new(uint64_t, 50),
		.burst_frames = 1224.5,
		.burst_frames_sd = 14.58,
		.burst_frames_min = 1200,
		.burst_frames_max = 1249,
		.burst_longest = 36000000,
		.burst_step = 0.001,
		.burst_retries = 2,
		.buffer_s = 1224.5 / 1.2e6,
		.corrected_buffer_s = 1224.5 / 1.2e6 * (1 - MIN(fake_search_knee(cfg) / 1.2e6, 1)),
		.burst_why = g_strdup("") };
	for (uint64_t i = 0; i < s->suite.bursts; i++)
		s->suite.burst_values[i] = 1200 + i;
}

static inline search *fake_search(const struct fake_search_cfg *cfg)
{
	static const struct {
		const char *name, *text;
	} goals[] = {
		{ "NDR", "loss=0,initial=1s,final=1s,sum=2s,exceed=50%,width=2%" },
		{ "PDR", "loss=0.5%,initial=1s,final=1s,sum=2s,exceed=50%,width=2%" },
		{ "loss=0.1%,p99=50us@every-guest", "loss=0.1%,p99=50us@every-guest,initial=1s,"
						    "final=1s,sum=2s,exceed=50%,width=2%" },
	};
	struct fake_cfg of = { .label = cfg->label,
		.interface = cfg->interface,
		.guests = cfg->guests,
		.vhost = cfg->vhost,
		.seed = 1 + cfg->repetition,
		.repetition = cfg->repetition };
	search *s = search_new(cfg->latency_goal ? 3 : 2);

	fake_params(&s->params, &of, cfg->frame_len > 0 ? 1 : 3);
	s->params.duration_s = 1;
	if (cfg->frame_len > 0) {
		g_free(s->params.profile);
		s->params.profile = g_strdup_printf("fixed-%u", cfg->frame_len);
		s->params.frame_len = s->params.guests == 1 ? cfg->frame_len : 0;
	}
	s->mean_frame_len = cfg->frame_len > 0 ? cfg->frame_len : 353.8;
	s->preset = g_strdup("quick");
	s->options = g_strdup("");
	s->min_pps = cfg->min_pps > 0 ? cfg->min_pps : 20000;
	s->max_pps = cfg->max_pps > 0 ? cfg->max_pps : 2000000;
	s->max_measured = cfg->max_pps == 0;
	for (uint32_t i = 0; i < s->nb_goals; i++) {
		struct search_goal *g = &s->goals[i];

		g->name = g_strdup(goals[i].name);
		g->text = g_strdup(goals[i].text);
		g->initial_s = g->final_s = 1;
		g->sum_s = 2;
		g->exceed = 0.5;
		g->width = 0.02;
		g->loss_only = i < 2;
		fake_search_limit(s, cfg, i);
	}
	fake_search_loads(s);
	fake_search_after(s, cfg);
	s->took_s = s->trials_s * 1.5;
	s->interrupted = cfg->interrupted;
	s->doubt = g_strdup("");
	s->environment = json_object_new();
	json_object_set_string_member(s->environment, "started", "2020-01-01T00:00:00Z");
	return s;
}

#endif
