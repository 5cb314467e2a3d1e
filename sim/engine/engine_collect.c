/* SPDX-License-Identifier: BSD-3-Clause */
#include "sim/engine/engine_private.h"

#include <string.h>

#include "analyze/contract/trial_ipdv.h"
#include "sim/base/error.h"

static void collect_guest(struct engine *e, uint32_t i, struct trial_guest *out, uint64_t drain_ns)
{
	const struct mix_guest *g = &e->cfg.mix->guests[i];
	struct tx_guest *tx = &e->tx[i];
	struct rx_guest *rx = &e->rx[i];
	uint8_t mac[6];

	frame_guest_mac(e->cfg.base_mac, i, mac);
	out->guest = i;
	out->mac = frame_mac_format(mac);
	out->interface = g_strdup(e->cfg.fabric->word[i]);
	out->profile = g_strdup(g->profile->spec);
	out->group = g_strdup(g->group);
	out->state = g_strdup("ok");
	out->share = g->share;
	out->c.corrupt = ctr_get(&rx->corrupt);
	out->c.foreign = ctr_get(&rx->foreign);
	for (uint32_t k = 0; k < g->profile->nb_classes; k++) {
		out->sizes[k].frame_len_lo = g->profile->classes[k].frame_len_lo;
		out->sizes[k].frame_len_hi = g->profile->classes[k].frame_len_hi;
	}
	if (!engine_serves(e, i))
		return;
	out->reorder_distance_max = rx->tracker->distance_max;
	for (uint32_t k = 0; k < rx->nb_classes; k++) {
		struct trial_size *size = &out->sizes[k];

		size->c.offered = ctr_get(&tx->c[k].offered);
		size->c.not_sent = ctr_get(&tx->c[k].not_sent);
		size->c.unsent = ctr_get(&tx->c[k].unsent);
		size->c.intended = size->c.offered + size->c.not_sent + size->c.unsent;
		size->c.offered_bytes = ctr_get(&tx->c[k].bytes);
		size->c.refused = ctr_get(&tx->c[k].refused);
		size->c.late = ctr_get(&tx->c[k].late);
		size->c.forwarded = ctr_get(&rx->c[k].forwarded);
		size->c.forwarded_bytes = ctr_get(&rx->c[k].bytes);
		size->c.duplicated = ctr_get(&rx->c[k].duplicated);
		size->c.reordered = ctr_get(&rx->c[k].reordered);
		size->c.lost = size->c.offered - size->c.forwarded;
		if (rx->c[k].response == NULL) {
			rx->c[k].response = engine_hist(e);
			hist_add(rx->c[k].response, rx->c[k].latency);
		}
		trial_dist_set(
			&size->latency, g_steal_pointer(&rx->c[k].latency), size->c.lost, drain_ns);
		trial_dist_set(&size->response, g_steal_pointer(&rx->c[k].response), size->c.lost,
			drain_ns);
	}
}

/* At rate max frames are not counted by size: they were the draws from flood_first on. */
static void count_flood(struct tx_guest *tx)
{
	uint64_t nb = ctr_get(&tx->flood_offered), rounds = nb / tx->nb_draws;
	uint64_t rest = nb % tx->nb_draws;

	for (size_t i = 0; i < tx->nb_draws; i++) {
		size_t nth = i >= tx->flood_first ? i - tx->flood_first
						  : i + tx->nb_draws - tx->flood_first;
		uint64_t times = rounds + (nth < rest);

		ctr_add(&tx->c[tx->draws[i].class].offered, times);
		ctr_add(&tx->c[tx->draws[i].class].bytes, times * tx->draws[i].frame_len);
	}
	ctr_set(&tx->flood_offered, 0);
}

/* Does what came back contradict what was sent? */
static gboolean is_contradicted(const struct engine *e, uint32_t i)
{
	const struct tx_guest *tx = &e->tx[i];
	const struct rx_guest *rx = &e->rx[i];

	for (uint32_t k = 0; k < rx->nb_classes; k++)
		if (ctr_get(&rx->c[k].forwarded) > ctr_get(&tx->c[k].offered))
			return TRUE;
	return ctr_get(&rx->forged) != 0 ||
	       (e->probes.rx != NULL &&
		       ctr_get(&e->probes.rx[i].forwarded) > ctr_get(&e->probes.tx[i].offered));
}

/*
 * A guest that returned frames or probes that were never sent: nothing that it returned can be
 * believed, all of it counts as lost.
 */
static gboolean disown_liar(struct engine *e, uint32_t i)
{
	struct rx_guest *rx = &e->rx[i];
	gboolean lies = is_contradicted(e, i);

	if (lies && e->probes.rx != NULL) {
		struct probe_rx *p = &e->probes.rx[i];

		hist_clear(p->latency);
		*p = (struct probe_rx){ .tracker = p->tracker, .latency = p->latency };
	}
	for (uint32_t k = 0; lies && k < rx->nb_classes; k++) {
		struct rx_counters *c = &rx->c[k];

		e->disowned += ctr_get(&c->forwarded);
		hist_clear(c->latency);
		if (c->response != NULL)
			hist_clear(c->response);
		*c = (struct rx_counters){ .latency = c->latency, .response = c->response };
	}
	return lies;
}

static uint64_t quantile_or_0(const hist *h, double q)
{
	uint64_t ns = 0;
	gboolean bound;

	return hist_quantile(h, 0, 0, q, &ns, &bound) == 0 ? ns : 0;
}

hist *engine_own_delays(const struct engine *e)
{
	hist *all = hist_new();

	for (unsigned i = 0; i < e->nb_workers; i++)
		hist_add(all, e->workers[i]->self_delay);
	hist_settle(all);
	return all;
}

/* Values up to 64, 128, 256 and 512 ns; below 1024 ns each has a bucket of its own. */
static void count_within(const hist *h, uint64_t within[4])
{
	memset(within, 0, 4 * sizeof(*within));
	for (uint32_t ns = 0; ns <= 512; ns++)
		for (unsigned i = 0; i < 4; i++)
			within[i] += ns <= 64U << i ? hist_get(h, hist_index(ns)) : 0;
}

static void collect_departure(const struct engine *e, struct trial_departure *d)
{
	g_autoptr(hist) all = engine_own_delays(e);
	g_autoptr(hist) gaps = hist_new();
	uint64_t within[4];

	if (!engine_has_schedule(e))
		return;
	for (unsigned i = 0; i < e->nb_workers; i++) {
		d->bursts += ctr_get(&e->workers[i]->bursts);
		hist_add(gaps, e->workers[i]->gap_error);
	}
	hist_settle(gaps);
	d->frames = ctr_get(&all->count);
	count_within(all, within);
	d->within_64ns = within[0];
	d->within_128ns = within[1];
	d->within_256ns = within[2];
	d->within_512ns = within[3];
	d->inter_frames = ctr_get(&gaps->count);
	count_within(gaps, within);
	d->inter_within_64ns = within[0];
	d->inter_within_128ns = within[1];
	d->inter_within_256ns = within[2];
	d->inter_within_512ns = within[3];
	d->self_delay_p50_ns = quantile_or_0(all, 0.5);
	d->self_delay_p99_ns = quantile_or_0(all, 0.99);
	d->self_delay_max_ns = d->frames == 0 ? 0 : ctr_get(&all->max_ns);
}

/* A guest that answers may still drop what is not IP. */
static void note_ptp(const struct engine *e, trial *t)
{
	const struct trial_counts *c = &t->probes.c;

	if (e->probes.ptp == NULL)
		return;
	if (c->offered != 0 && c->forwarded == 0)
		g_ptr_array_add(t->reasons,
			g_strdup("note: --probes: no PTP frame came back; guests must return "
				 "EtherType 0x88F7, or omit :ptp"));
	if (t->probes.set_aside != 0)
		g_ptr_array_add(t->reasons,
			g_strdup_printf("note: --probes: %" G_GUINT64_FORMAT
					" without a time stamp of the NIC, or needed to find out "
					"whether it stamps: not counted",
				t->probes.set_aside));
}

/* Whose clocks said when probes departed and arrived. */
static void collect_stamps(const struct engine *e, struct trial_probes *p)
{
	const struct ptp_probes *ptp = e->probes.ptp;
	gboolean rx_nic = e->nb_ports != 0, tx_nic = ptp != NULL && ptp->tx.nic;
	uint64_t error_tsc = 0;

	for (unsigned i = 0; i < e->cfg.fabric->nb; i++) {
		const struct datapath *d = e->cfg.fabric->datapath[i];

		rx_nic &= d->stamps;
		error_tsc = MAX(error_tsc, atomic_load(&d->stamp_error_tsc));
	}
	if (ptp != NULL) {
		rx_nic = ptp->rx.nic;
		p->set_aside = ctr_get(&ptp->set_aside);
	}
	p->rx_stamps = g_strdup(rx_nic ? "nic" : "tsc");
	p->tx_stamps = g_strdup(tx_nic ? "nic" : "tsc");
	if (rx_nic || tx_nic)
		p->stamp_error_ns = tsc_clock_ns(&e->clock, e->clock.epoch + error_tsc);
}

static void collect_probes(struct engine *e, trial *t, uint64_t drain_ns)
{
	struct trial_counts *c = &t->probes.c;
	hist *all;

	if (e->probes.rx == NULL)
		return;
	if (e->probes.ptp != NULL)
		drain_ns = e->probes.timeout_ns; /* lost ones took at least that long */
	all = hist_new();
	t->probes.used = TRUE;
	t->probes.rate_pps = e->cfg.probe_pps;
	collect_stamps(e, &t->probes);
	for (uint32_t i = 0; i < e->nb_guests; i++) {
		struct probe_tx *tx = &e->probes.tx[i];
		struct probe_rx *rx = &e->probes.rx[i];
		struct trial_guest_probes *g = &t->guests[i].probes;

		if (!engine_serves(e, i))
			continue;

		g->offered = ctr_get(&tx->offered);
		g->forwarded = ctr_get(&rx->forwarded);
		g->lost = g->offered - g->forwarded;
		c->unsent += ctr_get(&tx->unsent);
		c->intended += g->offered + ctr_get(&tx->unsent);
		c->offered += g->offered;
		c->forwarded += g->forwarded;
		c->lost += g->lost;
		c->offered_bytes += ctr_get(&tx->offered_bytes);
		c->forwarded_bytes += ctr_get(&rx->forwarded_bytes);
		c->refused += ctr_get(&tx->refused);
		c->late += ctr_get(&tx->late);
		c->duplicated += ctr_get(&rx->duplicated);
		c->reordered += ctr_get(&rx->reordered);
		t->probes.late_back += ctr_get(&rx->late);
		hist_add(all, rx->latency);
		trial_dist_set(&g->latency, g_steal_pointer(&rx->latency), g->lost, drain_ns);
	}
	trial_dist_set(&t->probes.latency, all, c->lost, drain_ns);
	note_ptp(e, t);
}

/*
 * Nobody knows which of the differences were of a guest that is not believed: with one of those
 * there are none at all.
 */
static void collect_ipdv(const struct engine *e, trial *t)
{
	g_autoptr(hist) later = hist_new(), earlier = hist_new();

	if (!e->cfg.ipdv)
		return;
	if (e->disowned != 0) {
		g_ptr_array_add(t->reasons,
			g_strdup("note: no IPDV: a guest returned frames that were never sent"));
		return;
	}
	for (unsigned i = 0; i < e->nb_workers; i++) {
		if (e->workers[i]->ipdv.later == NULL)
			continue;
		hist_add(later, e->workers[i]->ipdv.later);
		hist_add(earlier, e->workers[i]->ipdv.earlier);
	}
	hist_settle(later);
	hist_settle(earlier);
	trial_ipdv_set(&t->ipdv, g_steal_pointer(&later), g_steal_pointer(&earlier));
}

/* Where the workers' cycles went, each phase by the frames that came back; a profiling build's. */
static void note_phases(const struct engine *e, trial *t)
{
	static const char *const names[PHASES] = { "reserve", "ahead", "build", "commit", "poll",
		"receive", "judge", "release", "rest" };
	g_autoptr(GString) text = g_string_new("note: profiling build: cycles per frame:");
	uint64_t frames = MAX(t->cpu.frames, 1);

	for (int k = 0; k < PHASES; k++) {
		uint64_t cycles = 0;

		for (unsigned i = 0; i < e->nb_workers; i++)
			cycles += e->workers[i]->phases.cycles[k];
		g_string_append_printf(text, " %s %.1f", names[k], (double)cycles / (double)frames);
	}
	g_ptr_array_add(t->reasons, g_strdup(text->str));
}

/* The generator's own part; host and guests are the caller's to add. */
static void collect_cpu(const struct engine *e, struct trial_cpu *cpu)
{
	cpu->known = TRUE;
	for (uint32_t i = 0; i < e->nb_guests; i++)
		cpu->frames += ctr_get(&e->rx[i].returned);
	for (unsigned i = 0; i < e->nb_workers; i++) {
		cpu->generator.busy_cycles += ctr_get(&e->workers[i]->busy_cycles);
		cpu->generator.cpu_ns += ctr_get(&e->workers[i]->cpu_ns);
	}
	cpu->generator.threads = e->nb_workers;
}

void engine_collect(struct engine *e, trial *t, uint64_t drain_ns)
{
	g_autofree uint32_t *nb_sizes = g_new(uint32_t, e->nb_guests);
	struct engine_health health;

	for (uint32_t i = 0; i < e->nb_guests; i++)
		nb_sizes[i] = e->cfg.mix->guests[i].profile->nb_classes;
	trial_set_guests(t, e->nb_guests, nb_sizes);
	for (uint32_t i = 0; i < e->nb_guests; i++) {
		gboolean lies;

		if (engine_serves(e, i))
			count_flood(&e->tx[i]);
		for (uint32_t k = 0; k < e->rx[i].nb_classes; k++) {
			hist_settle(e->rx[i].c[k].latency);
			if (e->rx[i].c[k].response != NULL)
				hist_settle(e->rx[i].c[k].response);
		}
		lies = disown_liar(e, i);

		collect_guest(e, i, &t->guests[i], drain_ns);
		if (!lies)
			continue;
		g_free(t->guests[i].state);
		t->guests[i].state = g_strdup("returned frames that were never sent; all of its "
					      "frames are counted as lost");
	}
	engine_trim_hists(e);
	collect_departure(e, &t->departure);
	collect_probes(e, t, drain_ns);
	collect_ipdv(e, t);
	collect_cpu(e, &t->cpu);
	if (PHASES_COUNTED)
		note_phases(e, t);
	engine_health(e, &health);
	t->measured_s = (double)(MAX(MIN(health.stopped_ns, e->cfg.warm_up_ns + e->cfg.duration_ns),
					 e->cfg.warm_up_ns) -
				 e->cfg.warm_up_ns) /
			1e9;
}

/* Where sending was interrupted, a worker that had sent all before does not say when. */
static uint64_t stopped_ns(const struct engine *e)
{
	uint64_t span_ns = e->cfg.warm_up_ns + e->cfg.duration_ns, last_ns = 0;
	gboolean interrupted = atomic_load(&e->stop_tx) != 0, all_sent = TRUE;

	for (unsigned i = 0; i < e->nb_workers; i++) {
		const struct worker *w = e->workers[i];
		uint64_t ns = ctr_get(&w->stopped_ns);

		if ((!w->sends && !w->times) || (interrupted && ns >= span_ns))
			continue;
		all_sent = FALSE;
		last_ns = MAX(last_ns, ns);
	}
	return all_sent ? span_ns : last_ns;
}

void engine_health(const struct engine *e, struct engine_health *out)
{
	g_autoptr(hist) delays = engine_own_delays(e);

	*out = (struct engine_health){ 0 };
	if (engine_has_schedule(e))
		out->own_delay_p95_ns = quantile_or_0(delays, 0.95);
	for (unsigned i = 0; i < e->nb_workers; i++) {
		const struct worker *w = e->workers[i];

		out->preempted += ctr_get(&w->preempted);
		out->overrun |= ctr_get(&w->overrun) != 0;
		out->dropped += ctr_get(&w->dropped);
		out->stray += ctr_get(&w->stray);
		out->unswitched += ctr_get(&w->unswitched);
	}
	out->stopped_ns = stopped_ns(e);
	for (uint32_t i = 0; i < e->nb_guests; i++) {
		out->ancient += ctr_get(&e->rx[i].ancient);
		for (uint32_t k = 0; k < e->rx[i].nb_classes; k++)
			out->unsent += ctr_get(&e->tx[i].c[k].unsent);
	}
}

gboolean engine_accounts_agree(const struct engine *e, const trial *t, GError **error)
{
	uint64_t sent = 0, received = 0;

	for (unsigned i = 0; i < e->nb_workers; i++) {
		hist_settle(e->workers[i]->self_delay);
		hist_settle(e->workers[i]->live);
		sent += ctr_get(&e->workers[i]->self_delay->count);
		received += ctr_get(&e->workers[i]->live->count);
	}
	if (received == t->totals.forwarded + e->disowned &&
		(sent == t->totals.offered || !engine_has_schedule(e)))
		return TRUE;
	return sim_fail(error, SIM_ERROR_DPDK,
		"counters of guests and workers differ (offered %" G_GUINT64_FORMAT
		" and %" G_GUINT64_FORMAT ", forwarded %" G_GUINT64_FORMAT " and %" G_GUINT64_FORMAT
		"): internal error, please report it",
		t->totals.offered, sent, t->totals.forwarded, received);
}
