/* SPDX-License-Identifier: BSD-3-Clause */
#include "sim/engine/engine_private.h"

#include <errno.h>
#include <math.h>
#include <sched.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <rte_errno.h>
#include <rte_lcore.h>
#include <rte_launch.h>
#include <rte_mbuf_dyn.h>

#include "sim/engine/probe_ptp.h"
#include "sim/engine/stamp.h"
#include "sim/datapath/pool.h"
#include "sim/base/error.h"
#include "sim/base/pages.h"
#include "sim/base/random.h"

enum {
	/* Numbers that trackers remember if counts are not known: all together, and each. */
	TRACK_UNKNOWN = 1 << 24,
	TRACK_UNKNOWN_MIN = 1 << 16,
	TRACK_UNKNOWN_MAX = 1 << 20,
	HISTS_WHOLE = 512,     /* up to so many histograms have all octaves from the start */
	HIST_BYTES = 16 << 10, /* what others take: measured, 4 to 18 KiB */
	AHEAD_GUESTS = 16,     /* so many lie in the caches by themselves */
	START_DELAY_US = 1000,
	READY_POLL_US = 100,
	HANDED_RING = 8192, /* frames between two receivers */
	PROBE_GAPS = 65536,
	TRACK_PROBES = 1 << 16, /* probes of a guest that may be under way at once */
};

static uint64_t frames_of_guest(const struct schedule_guest *g, const struct engine *e)
{
	uint64_t cycles;

	if (!engine_has_schedule(e))
		return CLAMP(TRACK_UNKNOWN / e->nb_guests, TRACK_UNKNOWN_MIN, TRACK_UNKNOWN_MAX);
	cycles = (e->cfg.warm_up_ns + e->cfg.duration_ns) / e->cfg.schedule->cycle_ns + 1;
	return MIN(MAX(g->nb_due * cycles, 64U), UINT64_C(1) << 30);
}

/* MemAvailable; UINT64_MAX where the kernel does not tell. */
static uint64_t memory_available(void)
{
	g_autofree char *text = NULL;
	const char *at;

	if (!g_file_get_contents("/proc/meminfo", &text, NULL, NULL))
		return UINT64_MAX;
	at = strstr(text, "MemAvailable:");
	return at == NULL ? UINT64_MAX
			  : g_ascii_strtoull(at + strlen("MemAvailable:"), NULL, 10) * 1024;
}

/* Histograms of guests: those that are recorded, and with those that are made of them later. */
static void count_hists(const struct engine *e, size_t *recorded, size_t *all)
{
	*recorded = *all = 0;
	for (uint32_t i = 0; i < e->nb_guests; i++) {
		size_t nb = e->cfg.mix->guests[i].profile->nb_classes;
		size_t probes = e->cfg.cores->nb_timer != 0;

		if (!engine_serves(e, i))
			continue;
		*recorded += nb * (engine_has_schedule(e) ? 2 : 1) + probes;
		*all += nb * 2 + probes;
	}
}

/* What is there before the trial. */
static size_t hist_bytes(const struct engine *e)
{
	size_t recorded, all;

	count_hists(e, &recorded, &all);
	return all <= HISTS_WHOLE ? all * HIST_WHOLE_BYTES
				  : MAX(recorded * HIST_BYTES, HISTS_WHOLE * HIST_WHOLE_BYTES);
}

/* Histograms of guests, and the trackers: said before it is taken, not by the OOM killer. */
static gboolean check_memory(const struct engine *e, GError **error)
{
	uint64_t need = hist_bytes(e), have = memory_available();

	for (uint32_t i = 0; i < e->nb_guests; i++)
		if (engine_serves(e, i))
			need += (e->cfg.ipdv ? sizeof(struct ipdv_window) : 0) +
				frames_of_guest(&e->cfg.schedule->guests[i], e) / 4;
	if (need <= have / 10 * 9)
		return TRUE;
	return sim_fail(error, SIM_ERROR_RESOURCES,
		"%u guests with these size classes require %.1f GiB for histograms, but only "
		"%.1f GiB of memory are available; use fewer --guests or a profile with fewer "
		"sizes",
		e->nb_guests, (double)need / (1 << 30), (double)have / (1 << 30));
}

/*
 * Nothing is allocated during a trial: histograms get octaves from memory that is there. If it is
 * used up, which takes latencies over most of the range at most guests, the rest is faulted in by
 * 4 KiB, four octaves.
 */
static gboolean make_hists(struct engine *e, GError **error)
{
	size_t recorded, all;

	count_hists(e, &recorded, &all);
	if (all <= HISTS_WHOLE)
		return TRUE;
	e->hists_mem = pages_private(hist_pool_len(all), hist_bytes(e));
	if (e->hists_mem == NULL)
		return sim_fail(error, SIM_ERROR_RESOURCES,
			"%u guests: cannot map %zu MiB for histograms (%s); use fewer --guests or "
			"a "
			"profile with fewer sizes",
			e->nb_guests, hist_pool_len(all) >> 20, g_strerror(errno));
	e->hists = hist_pool_new(e->hists_mem, hist_pool_len(all), munmap);
	return TRUE;
}

void engine_trim_hists(const struct engine *e)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE), filled = hist_bytes(e), used;

	if (e->hists == NULL)
		return;
	used = (hist_pool_used(e->hists) + page - 1) / page * page;
	if (used < filled)
		(void)madvise(e->hists_mem + used, filled - used, MADV_DONTNEED);
}

uint32_t engine_last_guest(const struct fabric *f, enum engine_pattern pattern, uint32_t guest)
{
	const struct datapath_guest *g = &f->guest[guest];
	uint32_t nb = g->datapath->nb_guests;

	if (pattern == ENGINE_TO_GUESTS || (pattern == ENGINE_BOTH && g->slot % 2 == 0) || nb < 2)
		return guest;
	return g->datapath->guest[(g->slot + nb / 2) % nb];
}

static void make_guest(struct engine *e, uint32_t i, size_t at)
{
	const struct schedule_guest *s = &e->cfg.schedule->guests[i];
	const profile *p = e->cfg.mix->guests[i].profile;
	const struct cores *c = e->cfg.cores;
	struct tx_guest *tx = &e->tx[i];
	struct rx_guest *rx = &e->rx[i];
	uint32_t longest = 0;
	uint8_t mac[6];

	frame_guest_mac(e->cfg.base_mac, i, mac);
	frame_template_init(&e->templates[i], mac, i);
	/* Receiver: which worker takes what the guest returns. */
	*tx = (struct tx_guest){ .receiver = (uint16_t)((c->combined ? 0 : c->nb_load) +
							i / e->cfg.share.step % c->nb_rx),
		.draws = s->draws,
		.nb_draws = (uint32_t)s->nb_draws,
		.cycle_draws = (uint32_t)s->nb_due,
		.template = &e->templates[i] };
	if (!engine_serves(e, i))
		return;
	frame_template_relay(&e->templates[i], engine_last_guest(e->cfg.fabric, e->cfg.pattern, i));
	for (uint32_t k = 0; k < p->nb_classes; k++) {
		const struct profile_class *class = &p->classes[k];

		stamp_head_init(&e->heads[at + k], &e->templates[i], class->frame_len_lo);
		if (class->frame_len_lo != class->frame_len_hi)
			e->heads[at + k].frame_len = 0;
		if (e->cfg.bare)
			e->heads[at + k].sum_mask = 0;
		e->rx_counters[at + k].latency = engine_hist(e);
		if (engine_has_schedule(e))
			e->rx_counters[at + k].response = engine_hist(e);
		longest = MAX(longest, class->frame_len_hi);
	}
	hello_init(&e->hello[i], longest);
	tx->datapath = e->cfg.fabric->guest[i].datapath;
	tx->slot = e->cfg.fabric->guest[i].slot;
	tx->has_queue = tx->datapath->ops->receive != NULL;
	tx->head = &e->heads[at];
	tx->c = &e->tx_counters[at];
	*rx = (struct rx_guest){ .c = &e->rx_counters[at],
		.tracker = tracker_new(frames_of_guest(s, e)),
		.nb_classes = p->nb_classes };
	if (e->cfg.ipdv)
		rx->ipdv = ipdv_window_new();
}

static void make_guests(struct engine *e)
{
	size_t nb_classes = 0, at = 0;

	for (uint32_t i = 0; i < e->nb_guests; i++)
		nb_classes += e->cfg.mix->guests[i].profile->nb_classes;
	e->tx = g_aligned_alloc0(e->nb_guests, sizeof(*e->tx), RTE_CACHE_LINE_SIZE);
	e->rx = g_aligned_alloc0(e->nb_guests, sizeof(*e->rx), RTE_CACHE_LINE_SIZE);
	e->templates = g_aligned_alloc0(e->nb_guests, sizeof(*e->templates), RTE_CACHE_LINE_SIZE);
	e->heads = g_aligned_alloc0(nb_classes, sizeof(*e->heads), RTE_CACHE_LINE_SIZE);
	e->tx_counters = g_aligned_alloc0(nb_classes, sizeof(*e->tx_counters), RTE_CACHE_LINE_SIZE);
	e->rx_counters = g_aligned_alloc0(nb_classes, sizeof(*e->rx_counters), RTE_CACHE_LINE_SIZE);
	e->hello = g_new0(struct hello, e->nb_guests);
	for (uint32_t i = 0; i < e->nb_guests; i++) {
		make_guest(e, i, at);
		at += e->rx[i].nb_classes;
	}
}

/*
 * Probes come at the times of a Poisson process, so that no period of guest or host is always met
 * at the same phase (RFC 2330 section 11.1.1: PASTA).
 */
static void make_probes(struct engine *e)
{
	GRand *rng;

	if (e->cfg.cores->nb_timer == 0)
		return;
	rng = g_rand_new_with_seed((guint32)schedule_stream_seed(
		e->cfg.schedule->seed, e->cfg.schedule->repetition, 2 * FRAME_GUESTS_MAX));
	e->probe_gap_ns = g_new(uint32_t, PROBE_GAPS);
	for (uint32_t i = 0; i < PROBE_GAPS; i++)
		e->probe_gap_ns[i] = (uint32_t)MIN(
			-1e9 / e->cfg.probe_pps * log1p(-random_unit(rng)), (double)UINT32_MAX);
	e->probes = (struct probes){
		.tx = g_aligned_alloc0(e->nb_guests, sizeof(struct probe_tx), RTE_CACHE_LINE_SIZE),
		.rx = g_aligned_alloc0(e->nb_guests, sizeof(struct probe_rx), RTE_CACHE_LINE_SIZE),
		.gap_ns = e->probe_gap_ns,
		.nb_gaps = PROBE_GAPS,
		.timeout_ns = e->cfg.probe_timeout_ns,
	};
	for (uint32_t i = 0; i < e->nb_guests; i++) {
		e->probes.tx[i].pos = random_below(rng, (uint32_t)e->tx[i].nb_draws);
		if (!engine_serves(e, i))
			continue;
		e->probes.rx[i].tracker = tracker_new(TRACK_PROBES);
		e->probes.rx[i].latency = engine_hist(e);
	}
	g_rand_free(rng);
}

/* Where no NIC stamps PTP frames it is known before the first of them. */
static void make_ptp_probes(struct engine *e)
{
	const struct datapath *d = e->cfg.fabric->datapath[0];

	if (e->probes.tx == NULL || !e->cfg.probe_ptp)
		return;
	e->ptp_heads = g_aligned_alloc0(e->nb_guests, sizeof(*e->ptp_heads), RTE_CACHE_LINE_SIZE);
	for (uint32_t i = 0; i < e->nb_guests; i++) {
		struct frame_template t;

		frame_template_ptp(&t, e->templates[i].head);
		stamp_head_init_ptp(&e->ptp_heads[i], &t);
	}
	e->ptp = (struct ptp_probes){
		.head = e->ptp_heads, .tries = d->ptp ? 0 : PTP_TRIES, .rx.nic = d->stamps
	};
	e->probes.ptp = &e->ptp;
	e->probes.timeout_ns = MIN(e->probes.timeout_ns, PTP_TIMEOUT_NS);
}

/* Ports are shared out among receivers in turn. */
static void give_ports(struct engine *e, struct worker *w, unsigned nth)
{
	const struct fabric *f = e->cfg.fabric;
	unsigned seen = 0;

	for (unsigned i = 0; i < f->nb; i++)
		for (unsigned port = 0; port < f->datapath[i]->nb_ports; port++, seen++)
			if (seen % e->cfg.cores->nb_rx == nth && w->nb_ports < WORKER_PORTS_MAX)
				w->ports[w->nb_ports++] = (struct worker_port){ f->datapath[i],
					port };
}

static gboolean make_receiver(struct engine *e, struct worker *w, unsigned nth, GError **error)
{
	const struct cores *cores = e->cfg.cores;

	w->rx_first = e->cfg.share.first + e->cfg.share.step * nth;
	w->rx_step = e->cfg.share.step * cores->nb_rx;
	w->awake_mask = rte_align32pow2(e->nb_guests) - 1;
	w->awake = g_new(uint16_t, w->awake_mask + 1);
	if (e->cfg.ipdv)
		w->ipdv = (struct ipdv_hists){ .later = hist_new(), .earlier = hist_new() };
	/* What a guest passes on is under way to another: then none rests. */
	for (uint32_t i = w->rx_first; e->cfg.pattern != ENGINE_TO_GUESTS && i < e->nb_guests;
		i += w->rx_step) {
		if (!e->tx[i].has_queue)
			continue;
		w->awake[w->awake_tail++] = (uint16_t)i;
		ctr_set(&e->tx[i].awake, 1);
	}
	give_ports(e, w, nth);
	if (!cores->combined && (w->woken = pool_ring("woken", rte_align32pow2(e->nb_guests + 1),
					 RING_F_SC_DEQ, error)) == NULL)
		return FALSE;
	if (e->nb_ports != 0 && cores->nb_rx > 1 &&
		(w->handed = pool_ring("handed", HANDED_RING, RING_F_SC_DEQ, error)) == NULL)
		return FALSE;
	w->receives = w->rx_first < e->nb_guests || w->nb_ports != 0;
	return TRUE;
}

static gboolean make_worker(struct engine *e, unsigned i, GError **error)
{
	const struct cores *cores = e->cfg.cores;
	struct worker *w = g_aligned_alloc0(1, sizeof(*w), RTE_CACHE_LINE_SIZE);

	e->workers[i] = w;
	w->clock = &e->clock;
	w->tx = e->tx;
	w->rx = e->rx;
	w->workers = e->workers;
	w->nb_guests = e->nb_guests;
	w->warm_up_ns = e->cfg.warm_up_ns;
	w->span_ns = e->cfg.warm_up_ns + e->cfg.duration_ns;
	w->slack_ns = e->cfg.slack_ns;
	w->capture = e->capture[i].data != NULL ? &e->capture[i] : NULL;
	w->go = &e->go;
	w->stop_tx = &e->stop_tx;
	w->stop = &e->stop;
	w->lcore = i + 1;
	w->number = i;
	w->run = e->cfg.run;
	w->yields = cores->shared;
	w->bare = e->cfg.bare;
	w->ahead = e->nb_guests > AHEAD_GUESTS;
	w->flood = !engine_has_schedule(e);
	w->pooled = e->hists != NULL;
	w->sends = i < cores->nb_load;
	w->times = cores->nb_timer != 0 && i == e->nb_workers - 1;
	w->queue = w->times ? cores->nb_load : i;
	w->probes = &e->probes;
	w->arrival_field = e->arrival_field;
	w->switches = e->cfg.pattern != ENGINE_TO_GUESTS;
	ctr_set(&w->round, UINT64_MAX);
	ctr_set(&w->tx_done, !w->sends && !w->times);
	w->self_delay = hist_new();
	w->gap_error = hist_new();
	w->live = hist_new();
	w->tx_first = e->cfg.share.first;
	w->tx_step = e->cfg.share.step;
	if (w->sends) {
		w->tx_first += w->tx_step * i;
		w->tx_step *= cores->nb_load;
		e->timelines[i] = timeline_new(
			e->cfg.schedule, e->cfg.mix, w->tx_first, w->tx_step);
		w->timeline = e->timelines[i];
		w->cycle_ns = e->cfg.schedule->cycle_ns;
		w->limited = e->cfg.schedule->nb_not_sent != 0;
		if (!w->flood)
			worker_find_measured(w);
	}
	return w->times || (!cores->combined && i < cores->nb_load) ||
	       make_receiver(e, w, cores->combined ? i : i - cores->nb_load, error);
}

static gboolean make_workers(struct engine *e, GError **error)
{
	static const struct rte_mbuf_dynfield field = {
		.name = "tsim_arrival_ns", .size = sizeof(uint64_t), .align = sizeof(uint64_t)
	};

	for (unsigned i = 0; i < e->cfg.fabric->nb; i++)
		e->nb_ports += e->cfg.fabric->datapath[i]->nb_ports;
	e->arrival_field = rte_mbuf_dynfield_register(&field);
	if (e->arrival_field < 0)
		return sim_fail(error, SIM_ERROR_DPDK,
			"cannot register the mbuf field for arrival times (%s)",
			rte_strerror(rte_errno));
	for (unsigned i = 0; i < e->nb_workers; i++)
		if (!make_worker(e, i, error))
			return FALSE;
	return TRUE;
}

struct engine *engine_new(const struct engine_cfg *cfg, GError **error)
{
	struct engine *e = g_new0(struct engine, 1);

	e->cfg = *cfg;
	e->nb_guests = cfg->mix->nb_guests;
	e->nb_workers = cores_nb_workers(cfg->cores);
	tsc_clock_start(&e->clock, rte_rdtsc(), e->cfg.tsc_hz);
	if (!check_memory(e, error) || !make_hists(e, error)) {
		g_free(e);
		return NULL;
	}
	make_guests(e);
	make_probes(e);
	make_ptp_probes(e);
	for (unsigned i = 0; i < cfg->cores->nb_load && cfg->capture_bytes != 0; i++)
		recording_init(&e->capture[i], cfg->capture_bytes / cfg->cores->nb_load);
	if (!make_workers(e, error)) {
		engine_free(e);
		return NULL;
	}
	engine_empty_interfaces(e);
	return e;
}

static void free_worker(struct worker *w)
{
	if (w == NULL)
		return;
	hist_free(w->self_delay);
	hist_free(w->gap_error);
	hist_free(w->live);
	hist_free(w->ipdv.later);
	hist_free(w->ipdv.earlier);
	g_free(w->awake);
	rte_ring_free(w->woken);
	rte_ring_free(w->handed);
	g_aligned_free(w);
}

void engine_free(struct engine *e)
{
	if (e == NULL)
		return;
	engine_stop(e);
	fabric_set_quiesce(e->cfg.fabric, NULL, NULL);
	for (unsigned i = 0; i < e->nb_workers; i++) {
		timeline_free(e->timelines[i]);
		free_worker(e->workers[i]);
	}
	for (uint32_t i = 0; i < e->nb_guests; i++) {
		for (uint32_t k = 0; k < e->rx[i].nb_classes; k++) {
			hist_free(e->rx[i].c[k].latency);
			hist_free(e->rx[i].c[k].response);
		}
		tracker_free(e->rx[i].tracker);
		g_free(e->rx[i].ipdv);
		hello_clear(&e->hello[i]);
	}
	for (uint32_t i = 0; e->probes.rx != NULL && i < e->nb_guests; i++) {
		tracker_free(e->probes.rx[i].tracker);
		hist_free(e->probes.rx[i].latency);
	}
	hist_pool_unref(e->hists);
	g_aligned_free(e->probes.tx);
	g_aligned_free(e->probes.rx);
	g_free(e->probe_gap_ns);
	g_aligned_free(e->ptp_heads);
	g_free(e->hello);
	g_aligned_free(e->tx);
	g_aligned_free(e->rx);
	g_aligned_free(e->templates);
	g_aligned_free(e->heads);
	g_aligned_free(e->tx_counters);
	g_aligned_free(e->rx_counters);
	for (unsigned i = 0; i < CORES_MAX; i++)
		recording_clear(&e->capture[i]);
	g_free(e);
}

/* Wait until each worker has gone round once: then none is inside a burst that it had begun. */
static void wait_for_bursts(void *arg)
{
	struct engine *e = arg;

	/* What the caller changed is seen by a burst that begins after the look at round. */
	atomic_thread_fence(memory_order_seq_cst);
	for (unsigned i = 0; i < e->nb_workers; i++) {
		struct worker *w = e->workers[i];
		uint64_t before = atomic_load_explicit(&w->round, memory_order_acquire);

		while (before != UINT64_MAX &&
			atomic_load_explicit(&w->round, memory_order_acquire) == before)
			sched_yield();
	}
}

gboolean engine_ready(struct engine *e, GError **error)
{
	fabric_set_quiesce(e->cfg.fabric, wait_for_bursts, e);
	for (unsigned i = 0; i < e->nb_workers; i++) {
		/* release: all that was made for it is there. */
		atomic_store_explicit(&e->workers[i]->round, 0, memory_order_release);
		if (rte_eal_remote_launch(worker_main, e->workers[i], e->workers[i]->lcore) != 0) {
			ctr_set(&e->workers[i]->round, UINT64_MAX);
			return sim_fail(error, SIM_ERROR_DPDK, "cannot launch lcore %u",
				e->workers[i]->lcore);
		}
		e->nb_running++;
	}
	for (unsigned i = 0; i < e->nb_workers; i++)
		while (atomic_load_explicit(&e->workers[i]->ready, memory_order_acquire) == 0)
			g_usleep(READY_POLL_US);
	return TRUE;
}

void engine_tick(struct engine *e)
{
	const struct fabric *f = e->cfg.fabric;

	if (!e->measures && engine_now_ns(e) >= e->cfg.warm_up_ns) {
		e->measures = TRUE;
		for (unsigned i = 0; i < f->nb; i++)
			atomic_store(&f->datapath[i]->stamp_error_tsc, 0);
	}
	fabric_tick(e->cfg.fabric);
}

void engine_go(struct engine *e, double epoch_raw_ns)
{
	struct clock_pair now = clock_pair_now();
	double ahead_ns = epoch_raw_ns > 0 ? epoch_raw_ns - now.raw_ns : START_DELAY_US * 1e3;

	tsc_clock_start(&e->clock, now.tsc + (uint64_t)(int64_t)(e->cfg.tsc_hz * ahead_ns / 1e9),
		e->cfg.tsc_hz);
	atomic_store_explicit(&e->go, 1, memory_order_release);
}

uint64_t engine_now_ns(const struct engine *e)
{
	return tsc_clock_ns(&e->clock, rte_rdtsc());
}

gboolean engine_sent(const struct engine *e)
{
	for (unsigned i = 0; i < e->nb_workers; i++)
		if (atomic_load_explicit(&e->workers[i]->tx_done, memory_order_acquire) == 0)
			return FALSE;
	return TRUE;
}

uint64_t engine_under_way(const struct engine *e)
{
	uint64_t sum = 0;

	for (uint32_t i = 0; i < e->nb_guests; i++) {
		int64_t n = (int64_t)(ctr_get(&e->tx[i].accepted) - ctr_get(&e->rx[i].returned));

		if (e->probes.rx != NULL)
			n += (int64_t)(ctr_get(&e->probes.tx[i].accepted) -
				       ctr_get(&e->probes.rx[i].returned));
		sum += n > 0 ? (uint64_t)n : 0;
	}
	return sum;
}

void engine_interrupt(struct engine *e)
{
	atomic_store(&e->stop_tx, 1);
}

void engine_stop(struct engine *e)
{
	atomic_store(&e->stop, 1);
	for (unsigned i = 0; i < e->nb_running; i++) {
		rte_eal_wait_lcore(e->workers[i]->lcore);
		g_assert(atomic_load_explicit(&e->workers[i]->round, memory_order_acquire) ==
			 UINT64_MAX);
	}
	e->nb_running = 0;
}

void engine_live_guest(const struct engine *e, uint32_t guest, struct engine_live *out)
{
	const struct tx_guest *tx = &e->tx[guest];
	const struct rx_guest *rx = &e->rx[guest];

	*out = (struct engine_live){ 0 };
	out->offered = ctr_get(&tx->flood_offered);
	for (uint32_t k = 0; k < rx->nb_classes; k++) {
		out->offered += ctr_get(&tx->c[k].offered);
		out->refused += ctr_get(&tx->c[k].refused);
		out->latency_sum_ns += ctr_get(&rx->c[k].latency->sum_ns);
		out->forwarded += ctr_get(&rx->c[k].forwarded);
	}
}

void engine_live_latency(const struct engine *e, hist *into)
{
	for (unsigned i = 0; i < e->nb_workers; i++)
		hist_add(into, e->workers[i]->live);
}

gboolean engine_capture_write(const struct engine *e, const char *path, uint64_t *frames,
	uint64_t *dropped, GError **error)
{
	*frames = 0;
	*dropped = 0;
	for (unsigned i = 0; i < e->cfg.cores->nb_load; i++) {
		*frames += e->capture[i].frames;
		*dropped += e->capture[i].dropped;
	}
	return recording_write(e->capture, e->cfg.cores->nb_load, path, error);
}
