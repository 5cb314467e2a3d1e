/* SPDX-License-Identifier: BSD-3-Clause */
#include "sim/engine/engine.h"

#include <sched.h>
#include <string.h>
#include <unistd.h>

#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>
#include <rte_errno.h>
#include <rte_lcore.h>
#include <rte_launch.h>
#include <rte_mbuf_dyn.h>

#include "analyze/contract/trial_ipdv.h"
#include "sim/engine/hello.h"
#include "sim/engine/stamp.h"
#include "sim/engine/worker.h"
#include "sim/base/error.h"

enum {
	TRACK_UNKNOWN = 1 << 20, /* numbers that a tracker remembers if the count is not known */
	START_DELAY_US = 1000,
	READY_POLL_US = 100,
	HANDED_RING = 4096, /* frames between two receivers */
	PROBE_GAPS = 65536,
	BURSTS_LEFT = 2048,     /* that an earlier trial may have left in an interface */
	BURSTS_HEARD = 64,      /* in one look for answers: strangers may send without end */
	TRACK_PROBES = 1 << 16, /* probes of a guest that may be under way at once */
};

struct engine {
	struct engine_cfg cfg;
	struct tsc_clock clock;
	uint32_t nb_guests;
	struct tx_guest *tx; /* by guest; those of others have templates, and nothing else */
	struct rx_guest *rx;
	struct frame_template *templates; /* by guest */
	struct stamp_head *heads;         /* of all guests' size classes */
	struct rx_counters *rx_counters;  /* same */
	struct tx_counters *tx_counters;  /* same */
	struct hello *hello;              /* by guest */
	struct probes probes;
	uint32_t *probe_gap_ns;
	unsigned nb_workers, nb_running, nb_ports;
	struct worker *workers[CORES_MAX];
	timeline *timelines[CORES_MAX];
	struct recording capture[CORES_MAX]; /* one a load worker */
	int arrival_field;                   /* of mbufs */
	uint64_t disowned;                   /* frames of guests that are not believed */
	_Atomic int go, stop_tx, stop;
};

static gboolean serves(const struct engine *e, uint32_t guest)
{
	return fabric_serves(e->cfg.fabric, guest);
}

static uint64_t frames_of_guest(const struct schedule_guest *g, const struct engine *e)
{
	uint64_t cycles;

	if (g->due_ns == NULL)
		return TRACK_UNKNOWN;
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

/* Two histograms a guest and size class, and the trackers: said before it is taken, not by the OOM killer. */
static gboolean check_memory(const struct engine *e, GError **error)
{
	uint64_t need = 0, have = memory_available();

	for (uint32_t i = 0; i < e->nb_guests; i++)
		if (serves(e, i))
			need += e->cfg.mix->guests[i].profile->nb_classes * 2 *
					(uint64_t)sizeof(hist) +
				(e->cfg.ipdv ? sizeof(struct ipdv_window) : 0) +
				frames_of_guest(&e->cfg.schedule->guests[i], e) / 4;
	if (need <= have / 10 * 9)
		return TRUE;
	g_set_error(error, SIM_ERROR, SIM_ERROR_RESOURCES,
		"%u guests with these size classes take %.1f GiB of histograms, and %.1f GiB of "
		"memory are "
		"free; use fewer --guests or a profile with fewer rows",
		e->nb_guests, (double)need / (1 << 30), (double)have / (1 << 30));
	return FALSE;
}

/* Which worker takes what a guest returns. */
static unsigned receiver_of(const struct engine *e, uint32_t guest)
{
	const struct cores *c = e->cfg.cores;

	return (c->combined ? 0 : c->nb_load) + guest / e->cfg.share.step % c->nb_rx;
}

uint32_t engine_last_guest(const struct fabric *f, enum engine_pattern pattern, uint32_t guest)
{
	const struct datapath_guest *g = &f->guest[guest];
	uint32_t nb = g->datapath->nb_guests;

	if (pattern == ENGINE_TO_GUESTS || (pattern == ENGINE_BOTH && g->slot % 2 == 0) || nb < 2)
		return guest;
	return g->datapath->guest[(g->slot + nb / 2) % nb];
}

static uint32_t longest_of(const profile *p)
{
	uint32_t longest = 0;

	for (uint32_t k = 0; k < p->nb_classes; k++)
		longest = MAX(longest, p->classes[k].frame_len_hi);
	return longest;
}

static void make_guest(struct engine *e, uint32_t i, size_t at)
{
	const struct schedule_guest *s = &e->cfg.schedule->guests[i];
	const profile *p = e->cfg.mix->guests[i].profile;
	struct tx_guest *tx = &e->tx[i];
	struct rx_guest *rx = &e->rx[i];
	uint8_t mac[6];

	frame_guest_mac(e->cfg.base_mac, i, mac);
	frame_template_init(&e->templates[i], mac, i);
	*tx = (struct tx_guest){ .receiver = receiver_of(e, i),
		.draws = s->draws,
		.nb_draws = s->nb_draws,
		.cycle_draws = s->nb_due,
		.template = &e->templates[i] };
	if (!serves(e, i))
		return;
	frame_template_relay(&e->templates[i], engine_last_guest(e->cfg.fabric, e->cfg.pattern, i));
	for (uint32_t k = 0; k < p->nb_classes; k++) {
		const struct profile_class *class = &p->classes[k];

		stamp_head_init(&e->heads[at + k], &e->templates[i], class->frame_len_lo);
		if (class->frame_len_lo != class->frame_len_hi)
			e->heads[at + k].frame_len = 0;
		e->rx_counters[at + k].latency = hist_new();
		e->rx_counters[at + k].response = hist_new();
	}
	hello_init(&e->hello[i], longest_of(p));
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
	gsl_rng *rng;

	if (e->cfg.cores->nb_timer == 0)
		return;
	rng = gsl_rng_alloc(gsl_rng_mt19937);
	gsl_rng_set(rng, schedule_stream_seed(e->cfg.schedule->seed, e->cfg.schedule->repetition,
				 2 * FRAME_GUESTS_MAX));
	e->probe_gap_ns = g_new(uint32_t, PROBE_GAPS);
	for (uint32_t i = 0; i < PROBE_GAPS; i++)
		e->probe_gap_ns[i] = (uint32_t)MIN(
			gsl_ran_exponential(rng, 1e9 / e->cfg.probe_pps), (double)UINT32_MAX);
	e->probes = (struct probes){
		.tx = g_aligned_alloc0(e->nb_guests, sizeof(struct probe_tx), RTE_CACHE_LINE_SIZE),
		.rx = g_aligned_alloc0(e->nb_guests, sizeof(struct probe_rx), RTE_CACHE_LINE_SIZE),
		.gap_ns = e->probe_gap_ns,
		.nb_gaps = PROBE_GAPS,
		.timeout_ns = e->cfg.probe_timeout_ns,
	};
	for (uint32_t i = 0; i < e->nb_guests; i++) {
		e->probes.tx[i].pos = gsl_rng_uniform_int(rng, e->tx[i].nb_draws);
		if (!serves(e, i))
			continue;
		e->probes.rx[i].tracker = tracker_new(TRACK_PROBES);
		e->probes.rx[i].latency = hist_new();
	}
	gsl_rng_free(rng);
}

static struct rte_ring *make_ring(const char *what, unsigned nb, unsigned flags, GError **error)
{
	static unsigned serial; /* names must be unique in a process; main thread only */
	char name[RTE_RING_NAMESIZE];
	struct rte_ring *ring;

	g_snprintf(name, sizeof(name), "%s%u", what, serial++);
	ring = rte_ring_create(name, rte_align32pow2(nb + 1), SOCKET_ID_ANY, flags);
	if (ring == NULL)
		g_set_error(error, SIM_ERROR, SIM_ERROR_RESOURCES,
			"no memory for a ring of %u between workers (%s); use a larger --memory",
			nb, rte_strerror(rte_errno));
	return ring;
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
	w->awake = g_new(uint16_t, e->nb_guests);
	if (e->cfg.ipdv)
		w->ipdv = (struct ipdv_hists){ .later = hist_new(), .earlier = hist_new() };
	/* What a guest passes on is under way to another: then none rests. */
	for (uint32_t i = w->rx_first; e->cfg.pattern != ENGINE_TO_GUESTS && i < e->nb_guests;
		i += w->rx_step) {
		if (!e->tx[i].has_queue)
			continue;
		w->awake[w->nb_awake++] = (uint16_t)i;
		ctr_set(&e->tx[i].awake, 1);
	}
	give_ports(e, w, nth);
	if (!cores->combined &&
		(w->woken = make_ring("woken", e->nb_guests, RING_F_SC_DEQ, error)) == NULL)
		return FALSE;
	if (e->nb_ports != 0 && cores->nb_rx > 1 &&
		(w->handed = make_ring("handed", HANDED_RING, RING_F_SC_DEQ, error)) == NULL)
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
	w->flood = e->cfg.schedule->guests[0].due_ns == NULL;
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

/* Frames that an earlier trial left in the interfaces. */
static void empty_interfaces(struct engine *e)
{
	const struct fabric *fabric = e->cfg.fabric;
	struct frame_slot f[WORKER_BURST];
	uint16_t n;

	for (uint32_t i = 0; i < e->nb_guests; i++) {
		struct datapath *d = fabric->guest[i].datapath;
		uint32_t slot = fabric->guest[i].slot;

		if (d == NULL || d->ops->receive == NULL)
			continue;
		pthread_mutex_lock(&d->quiesce_lock); /* as engine_hello */
		for (unsigned k = 0;
			k < BURSTS_LEFT && (n = d->ops->receive(d, slot, f, WORKER_BURST)) != 0;
			k++)
			d->ops->release(d, slot, f, n);
		pthread_mutex_unlock(&d->quiesce_lock);
	}
	for (unsigned i = 0; i < fabric->nb; i++) {
		struct datapath *d = fabric->datapath[i];

		for (unsigned port = 0; port < d->nb_ports; port++)
			for (unsigned k = 0; k < BURSTS_LEFT && (n = d->ops->receive_port(d, port,
									 f, WORKER_BURST)) != 0;
				k++)
				d->ops->release_port(d, port, f, n);
	}
}

static gboolean make_workers(struct engine *e, GError **error)
{
	static const struct rte_mbuf_dynfield field = {
		.name = "tsim_arrival_ns", .size = sizeof(uint64_t), .align = sizeof(uint64_t)
	};

	for (unsigned i = 0; i < e->cfg.fabric->nb; i++)
		e->nb_ports += e->cfg.fabric->datapath[i]->nb_ports;
	e->arrival_field = rte_mbuf_dynfield_register(&field);
	if (e->arrival_field < 0) {
		g_set_error(error, SIM_ERROR, SIM_ERROR_DPDK,
			"mbufs have no room for a time of arrival (%s)", rte_strerror(rte_errno));
		return FALSE;
	}
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
	if (!check_memory(e, error)) {
		g_free(e);
		return NULL;
	}
	make_guests(e);
	make_probes(e);
	for (unsigned i = 0; i < cfg->cores->nb_load && cfg->capture_bytes != 0; i++)
		recording_init(&e->capture[i], cfg->capture_bytes / cfg->cores->nb_load);
	if (!make_workers(e, error)) {
		engine_free(e);
		return NULL;
	}
	empty_interfaces(e);
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
	g_aligned_free(e->probes.tx);
	g_aligned_free(e->probes.rx);
	g_free(e->probe_gap_ns);
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

static const uint32_t ANY_GUEST = UINT32_MAX;

/* A frame from guest via, or from a port: note it where it is an answer. */
static void hear(struct engine *e, const struct frame_slot *f, uint32_t via)
{
	struct frame_sig sig;

	if (frame_classify(f->data, f->len, &sig) != FRAME_OURS || sig.run != e->cfg.run ||
		sig.guest >= e->nb_guests || frame_sig_phase(&sig) != FRAME_HELLO ||
		!serves(e, sig.guest))
		return;
	hello_note(&e->hello[sig.guest], &sig, via == ANY_GUEST ? sig.guest : via);
}

/* An answer may be another guest's: all are noted. */
static void listen_for_answers(struct engine *e, uint32_t guest)
{
	struct datapath *d = e->tx[guest].datapath;
	uint32_t slot = e->tx[guest].slot;
	struct frame_slot f[WORKER_BURST];
	uint16_t n;

	for (unsigned port = 0; port < d->nb_ports; port++) {
		for (unsigned k = 0; k < BURSTS_HEARD &&
				     (n = d->ops->receive_port(d, port, f, WORKER_BURST)) != 0;
			k++) {
			for (uint16_t i = 0; i < n; i++)
				hear(e, &f[i], ANY_GUEST);
			d->ops->release_port(d, port, f, n);
		}
	}
	for (unsigned k = 0; k < BURSTS_HEARD && d->ops->receive != NULL &&
			     (n = d->ops->receive(d, slot, f, WORKER_BURST)) != 0;
		k++) {
		for (uint16_t i = 0; i < n; i++)
			hear(e, &f[i], guest);
		d->ops->release(d, slot, f, n);
	}
}

static gboolean send_hello(struct engine *e, uint32_t guest, enum hello_length length)
{
	struct datapath *d = e->tx[guest].datapath;
	uint32_t slot = e->tx[guest].slot;
	struct frame_sig sig = { .run = e->cfg.run,
		.phase_class = (uint8_t)((uint32_t)FRAME_HELLO << 6 | length),
		.guest = (uint16_t)guest,
		.seq = e->hello[guest].asked };
	uint32_t frame_len = length == HELLO_LONGEST ? e->hello[guest].frame_len : FRAME_LEN_MIN;
	struct frame_template direct = e->templates[guest];
	struct stamp_head head;
	struct frame_slot f;

	if (d->ops->reserve(d, 0, slot, &f, 1) == 0)
		return FALSE;
	frame_template_relay(&direct, guest);
	stamp_head_init(&head, &direct, frame_len);
	stamp(f.data, &head, &sig);
	if (!d->ops->zeroed)
		memset(f.data + FRAME_HEAD_LEN, 0, frame_len - FRAME_FCS_LEN - FRAME_HEAD_LEN);
	f.len = frame_len - FRAME_FCS_LEN;
	return d->ops->commit(d, 0, slot, &f, 1, 1) == 1;
}

static void ask_guest(struct engine *e, uint32_t guest)
{
	struct hello *h = &e->hello[guest];

	h->news = FALSE;
	if (hello_needs_longest(h))
		send_hello(e, guest, HELLO_LONGEST); /* no room for it: it is not answered */
	if (send_hello(e, guest, HELLO_SHORTEST))
		h->asked++;
}

static gboolean hello(struct engine *e, uint32_t guest, gboolean ask, char **fault)
{
	const struct hello *h = &e->hello[guest];

	*fault = NULL;
	if (e->tx[guest].datapath->ops->one_way)
		return TRUE;
	listen_for_answers(e, guest);
	if (hello_judge(h, fault) != HELLO_WAITS)
		return TRUE;
	if (ask || hello_asks_at_once(h))
		ask_guest(e, guest);
	return FALSE;
}

/* As quiesce is not set yet, whoever waits until nobody is inside a burst waits for the lock. */
gboolean engine_hello(struct engine *e, uint32_t guest, gboolean ask, char **fault)
{
	struct datapath *d = e->tx[guest].datapath;
	gboolean known;

	pthread_mutex_lock(&d->quiesce_lock);
	known = hello(e, guest, ask, fault);
	pthread_mutex_unlock(&d->quiesce_lock);
	return known;
}

/* Wait until each worker has gone round once: then none is inside a burst that it had begun. */
static void quiesce(void *arg)
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
	fabric_set_quiesce(e->cfg.fabric, quiesce, e);
	for (unsigned i = 0; i < e->nb_workers; i++) {
		/* release: all that was made for it is there. */
		atomic_store_explicit(&e->workers[i]->round, 0, memory_order_release);
		if (rte_eal_remote_launch(worker_main, e->workers[i], e->workers[i]->lcore) != 0) {
			ctr_set(&e->workers[i]->round, UINT64_MAX);
			g_set_error(error, SIM_ERROR, SIM_ERROR_DPDK, "lcore %u cannot be started",
				e->workers[i]->lcore);
			return FALSE;
		}
		e->nb_running++;
	}
	for (unsigned i = 0; i < e->nb_workers; i++)
		while (atomic_load_explicit(&e->workers[i]->ready, memory_order_acquire) == 0)
			g_usleep(READY_POLL_US);
	return TRUE;
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

static gboolean has_schedule(const struct engine *e)
{
	return e->cfg.schedule->guests[0].due_ns != NULL; /* at max there are no departure times */
}

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
	if (!serves(e, i))
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
		if (!has_schedule(e))
			hist_add(rx->c[k].response, rx->c[k].latency);
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

static void disown_probes(struct probe_rx *p)
{
	ctr_set(&p->forwarded, 0);
	ctr_set(&p->forwarded_bytes, 0);
	ctr_set(&p->duplicated, 0);
	ctr_set(&p->reordered, 0);
	ctr_set(&p->late, 0);
	hist_clear(p->latency);
}

/*
 * A guest that returned frames or probes that were never sent: nothing that it returned can be
 * believed, all of it counts as lost.
 */
static gboolean disown_liar(struct engine *e, uint32_t i)
{
	struct rx_guest *rx = &e->rx[i];
	gboolean lies = is_contradicted(e, i);

	if (lies && e->probes.rx != NULL)
		disown_probes(&e->probes.rx[i]);
	for (uint32_t k = 0; lies && k < rx->nb_classes; k++) {
		e->disowned += ctr_get(&rx->c[k].forwarded);
		ctr_set(&rx->c[k].forwarded, 0);
		ctr_set(&rx->c[k].bytes, 0);
		ctr_set(&rx->c[k].duplicated, 0);
		ctr_set(&rx->c[k].reordered, 0);
		hist_clear(rx->c[k].latency);
		hist_clear(rx->c[k].response);
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
			within[i] += ns <= 64U << i ? ctr_get(&h->bucket[hist_index(ns)]) : 0;
}

static void collect_departure(const struct engine *e, struct trial_departure *d)
{
	g_autoptr(hist) all = engine_own_delays(e);
	g_autoptr(hist) gaps = hist_new();
	uint64_t within[4];

	if (!has_schedule(e))
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

static void collect_probes(struct engine *e, trial *t, uint64_t drain_ns)
{
	gboolean stamps = e->nb_ports != 0;
	struct trial_counts *c = &t->probes.c;
	hist *all;

	if (e->probes.rx == NULL)
		return;
	all = hist_new();
	t->probes.used = TRUE;
	t->probes.rate_pps = e->cfg.probe_pps;
	for (unsigned i = 0; i < e->cfg.fabric->nb; i++)
		stamps &= e->cfg.fabric->datapath[i]->stamps;
	t->probes.time_stamps = g_strdup(stamps ? "rx hardware" : "tsc");
	for (uint32_t i = 0; i < e->nb_guests; i++) {
		struct probe_tx *tx = &e->probes.tx[i];
		struct probe_rx *rx = &e->probes.rx[i];
		struct trial_guest_probes *g = &t->guests[i].probes;

		if (!serves(e, i))
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

		if (serves(e, i))
			count_flood(&e->tx[i]);
		for (uint32_t k = 0; k < e->rx[i].nb_classes; k++) {
			hist_settle(e->rx[i].c[k].latency);
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
	collect_departure(e, &t->departure);
	collect_probes(e, t, drain_ns);
	collect_ipdv(e, t);
	collect_cpu(e, &t->cpu);
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
	if (has_schedule(e))
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
		(sent == t->totals.offered || !has_schedule(e)))
		return TRUE;
	g_set_error(error, SIM_ERROR, SIM_ERROR_DPDK,
		"the accounts of guests and of workers differ (offered %" G_GUINT64_FORMAT
		" and %" G_GUINT64_FORMAT ", forwarded %" G_GUINT64_FORMAT " and %" G_GUINT64_FORMAT
		"): a bug of tsim, please report it",
		t->totals.offered, sent, t->totals.forwarded, received);
	return FALSE;
}
