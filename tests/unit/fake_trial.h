/* SPDX-License-Identifier: BSD-3-Clause */
/* Trials with made-up numbers, for tests of what reads them. Seeded: equal cfg, equal trial. */
#ifndef TESTS_FAKE_TRIAL_H
#define TESTS_FAKE_TRIAL_H

#include <string.h>

#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>

#include "analyze/contract/trial.h"
#include "analyze/contract/trial_ipdv.h"
#include "traffic/schedule.h"

struct fake_cfg {
	const char *label, *interface; /* NULL: "fake", "vhost-user" */
	uint32_t guests;               /* 0: 3 */
	uint32_t sizes;                /* a guest, 1 .. 3; 0: 3 */
	uint32_t frames;               /* offered to each size of each guest; 0: 400 */
	uint64_t rate_pps;
	uint32_t repetition;
	uint64_t seed;   /* parameter, and of the numbers together with the repetition */
	double loss;     /* share */
	uint32_t silent; /* so many of the last guests are offered nothing */
	int worst;       /* guest with four times the latency and ten times the loss; -1: none */
	gboolean vhost, untrusted, interrupted;
	gboolean vm;     /* on a virtual machine behind a bridge: a name of autotest's grammar */
	gboolean fleet;  /* guests of two groups by turns, the second behind vmux */
	gboolean ipdv;   /* as if no two neighbours were parted by a loss */
	gboolean probes; /* and CPU cost, frames that the link had no room for, gaps */
	const char *started; /* NULL: made from the repetition */
};

static inline void fake_dist(gsl_rng *rng, struct trial_size *s, double mean_ns)
{
	hist *latency = s->c.forwarded > 0 ? hist_new() : NULL;
	hist *response = s->c.forwarded > 0 ? hist_new() : NULL;

	for (uint64_t i = 0; i < s->c.forwarded; i++) {
		uint64_t ns = (uint64_t)(mean_ns * 0.5 + gsl_ran_exponential(rng, mean_ns * 0.5));

		hist_record(latency, ns);
		hist_record(response, ns + (uint64_t)gsl_ran_exponential(rng, 100));
	}
	trial_dist_set(&s->latency, latency, s->c.lost, UINT64_C(2000000000));
	trial_dist_set(&s->response, response, s->c.lost, UINT64_C(2000000000));
}

static inline void fake_size(gsl_rng *rng, struct trial_size *s, uint32_t len_lo, uint32_t len_hi,
	uint32_t frames, double loss, double mean_ns)
{
	s->frame_len_lo = len_lo;
	s->frame_len_hi = len_hi;
	s->c.intended = frames;
	s->c.offered = frames;
	s->c.lost = loss > 0 ? gsl_ran_binomial(rng, MIN(loss, 1), frames) : 0;
	s->c.forwarded = frames - s->c.lost;
	s->c.duplicated = s->c.forwarded / 100;
	s->c.reordered = s->c.forwarded / 50;
	s->c.late = frames / 200;
	s->c.refused = s->c.lost / 2;
	s->c.offered_bytes = s->c.offered * len_hi;
	s->c.forwarded_bytes = s->c.forwarded * len_hi;
	fake_dist(rng, s, mean_ns);
}

static inline void fake_params(struct trial_params *p, const struct fake_cfg *cfg, uint32_t sizes)
{
	p->label = g_strdup(cfg->label != NULL ? cfg->label : "fake");
	p->machine = g_strdup(cfg->vm ? "microvm" : "process");
	p->interface = g_strdup(cfg->interface != NULL ? cfg->interface
						: cfg->vm      ? "bridge"
						: cfg->fleet   ? "vhost-user+vmux"
							       : "vhost-user");
	p->qemu = g_strdup(cfg->vm ? "normal" : "none");
	p->reflector = g_strdup(cfg->vm ? "xdp" : "dpdk");
	p->vhost = cfg->vhost;
	p->guests = cfg->guests > 0 ? cfg->guests : 3;
	p->profile = g_strdup(sizes == 1 ? "fixed-64" : "imix");
	p->frame_len = p->guests == 1 && sizes == 1 ? 64 : 0;
	p->arrival = g_strdup("cbr");
	p->share = g_strdup("equal");
	p->rate_pps = cfg->rate_pps;
	p->duration_s = 2;
	p->warm_up_s = 0.5;
	p->drain_s = 2;
	p->seed = cfg->seed;
	p->repetition = cfg->repetition;
	p->cores = g_strdup("");
	p->faults = g_strdup("");
	p->mix_digest = g_strdup("0123abcd");
	p->extra = g_strdup("");
}

/* Every fifth frame of a guest has a probe for company, so to speak. */
static inline void fake_probes(gsl_rng *rng, trial *t)
{
	t->probes.used = TRUE;
	t->probes.rate_pps = 1000;
	t->probes.rx_stamps = g_strdup("nic");
	t->probes.tx_stamps = g_strdup("tsc");
	t->probes.stamp_error_ns = 83;
	t->probes.set_aside = 2;
	for (uint32_t i = 0; i < t->nb_guests; i++) {
		struct trial_guest_probes *p = &t->guests[i].probes;
		hist *h = hist_new();

		p->offered = 50 + i;
		p->lost = i % 2;
		p->forwarded = p->offered - p->lost;
		for (uint64_t j = 0; j < p->forwarded; j++)
			hist_record(h, (uint64_t)(4000 + gsl_ran_exponential(rng, 1000)));
		trial_dist_set(&p->latency, h, p->lost, UINT64_C(2000000000));
		t->probes.c.offered += p->offered;
		t->probes.c.forwarded += p->forwarded;
		t->probes.c.lost += p->lost;
	}
	t->probes.c.intended = t->probes.c.offered;
	t->probes.c.offered_bytes = t->probes.c.offered * 84;
	t->probes.c.forwarded_bytes = t->probes.c.forwarded * 84;
	t->probes.late_back = 1;
	t->cpu.known = TRUE;
	t->cpu.frames = 5000 + t->params.repetition;
	for (uint32_t i = 0; i < t->nb_guests; i++)
		t->cpu.calls += t->guests[i].calls = 40 + i;
	t->cpu.generator = (struct trial_cpu_part){ 1000000, 2000000000, 2 };
	t->cpu.host = (struct trial_cpu_part){ 0, 0, 0 };
	t->cpu.guests = (struct trial_cpu_part){ 0, 3000000000, 3 };
	t->departure.inter_frames = 90;
	t->departure.inter_within_64ns = 30;
	t->departure.inter_within_512ns = 80;
}

/* As many pairs as neighbours could be, each way about as often. */
static inline void fake_ipdv(gsl_rng *rng, trial *t)
{
	hist *later = hist_new(), *earlier = hist_new();

	for (uint64_t i = t->nb_guests; i < t->totals.forwarded; i++) {
		double ns = gsl_ran_gaussian(rng, 3000);

		hist_record(ns <= -1 ? earlier : later, (uint64_t)(ns < 0 ? -ns : ns));
	}
	trial_ipdv_set(&t->ipdv, later, earlier);
}

static inline void fake_rest(trial *t, const struct fake_cfg *cfg)
{
	g_autofree char *started = cfg->started != NULL ? g_strdup(cfg->started)
							: g_strdup_printf("2020-01-01T00:00:%02uZ",
								  cfg->repetition % 60);

	t->trustworthy = !cfg->untrusted;
	t->interrupted = cfg->interrupted;
	if (cfg->untrusted)
		g_ptr_array_add(t->reasons, g_strdup("0.5 % of the frames left late"));
	t->measured_s = cfg->interrupted ? 1.25 : 2;
	t->departure.frames = t->totals.offered;
	t->departure.within_512ns = t->totals.offered;
	for (guint i = 0; i < 2; i++) {
		struct trial_second s = { .time_s = i + 1,
			.offered = t->totals.offered / 2 + i,
			.forwarded = t->totals.forwarded / 2,
			.p50_ns = 9000,
			.p99_ns = 20000,
			.max_ns = 30000 };

		g_array_append_val(t->seconds, s);
	}
	t->mix = json_object_new();
	json_object_set_string_member(t->mix, "rng", "mt19937");
	json_object_set_string_member(t->mix, "derivation", SCHEDULE_DERIVATION);
	t->environment = json_object_new();
	json_object_set_string_member(t->environment, "started", started);
	json_object_set_double_member(t->environment, "tsc_hz", 2.1e9 + 0.1);
	g_string_append(t->log, "a fake trial\n");
}

static inline trial *fake_trial(const struct fake_cfg *cfg)
{
	static const uint32_t lens[3][2] = { { 64, 64 }, { 65, 594 }, { 1518, 1518 } };
	uint32_t sizes = cfg->sizes > 0 ? cfg->sizes : 3,
		 frames = cfg->frames > 0 ? cfg->frames : 400;
	trial *t = trial_new();
	g_autofree uint32_t *nb_sizes = NULL;
	gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
	GError *error = NULL;

	gsl_rng_set(rng, (unsigned long)(cfg->seed * 1000 + cfg->repetition + cfg->rate_pps));
	fake_params(&t->params, cfg, sizes);
	nb_sizes = g_new(uint32_t, t->params.guests);
	for (uint32_t i = 0; i < t->params.guests; i++)
		nb_sizes[i] = sizes;
	trial_set_guests(t, t->params.guests, nb_sizes);
	for (uint32_t i = 0; i < t->nb_guests; i++) {
		struct trial_guest *g = &t->guests[i];
		gboolean worst = cfg->worst >= 0 && (uint32_t)cfg->worst == i;

		g->mac = g_strdup_printf("52:54:00:fa:00:%02x", (0x60 + i) & 0xff);
		g->interface = g_strdup(!cfg->fleet   ? t->params.interface
					: i % 2 == 1 ? "vmux"
						     : "vhost-user");
		g->profile = g_strdup(t->params.profile);
		g->group = g_strdup(!cfg->fleet ? "" : i % 2 == 1 ? "busy, \"b\"" : "calm");
		g->state = g_strdup("ok");
		g->share = 1.0 / t->nb_guests;
		g->c.corrupt = i;
		for (uint32_t j = 0; j < sizes; j++)
			fake_size(rng, &g->sizes[j], lens[j][0], lens[j][1],
				i + cfg->silent < t->nb_guests ? frames : 0,
				cfg->loss * (worst ? 10 : 1), 10000.0 * (worst ? 4 : 1));
	}
	if (cfg->probes) {
		for (uint32_t j = 0; j < sizes; j++) {
			t->guests[0].sizes[j].c.intended += 7 + j;
			t->guests[0].sizes[j].c.not_sent += 7;
			t->guests[0].sizes[j].c.unsent += j;
		}
		fake_probes(rng, t);
	}
	if (!trial_balance(t, &error))
		g_error("a fake trial does not balance: %s", error->message);
	if (cfg->ipdv)
		fake_ipdv(rng, t);
	gsl_rng_free(rng);
	fake_rest(t, cfg);
	return t;
}

#endif
