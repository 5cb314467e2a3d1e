/* SPDX-License-Identifier: BSD-3-Clause */
#include "sim/engine/worker.h"

#include <sched.h>
#include <sys/resource.h>

#include <rte_branch_prediction.h>
#include <rte_prefetch.h>

#include "sim/engine/stamp.h"

enum {
	LOOK_MAX = 64,   /* guests without frames under way that one turn may pass over */
	SWEEP_ALL = 256, /* every so many sweeps all guests are polled, for frames not asked for */
	FLOOD_POLLS = 4, /* full bursts that are received for one that is sent, at most */
	OVERTIME_NS = 100000000, /* how long after the end a backlog may still be sent */
};

/* Go to the next departure of the timeline; past the end of the trial next_due_ns is UINT64_MAX. */
static inline void advance(struct worker *w)
{
	const timeline *t = w->timeline;

	if (likely(++w->next < t->nb)) {
		w->next_due_ns += t->gap_ns[w->next];
	} else if (t->repeats) {
		w->next = 0;
		w->next_due_ns += t->wrap_ns + t->gap_ns[0];
	} else {
		w->next_due_ns = UINT64_MAX;
	}
	if (unlikely(w->next_due_ns >= w->span_ns))
		w->next_due_ns = UINT64_MAX;
}

/* The next frame of a guest in m: length, stamp, counters. */
static inline void build(
	struct worker *w, uint32_t guest, struct rte_mbuf *m, uint64_t due_ns, uint64_t now_ns)
{
	struct tx_guest *g = &w->tx[guest];
	struct profile_draw draw = g->draws[g->pos];
	uint64_t delay_ns = now_ns - due_ns;
	enum frame_phase phase = due_ns < w->warm_up_ns ? FRAME_WARM_UP : FRAME_MEASURE;
	struct frame_sig sig = {
		.run = w->run,
		.phase_class = (uint8_t)((uint32_t)phase << 6 | draw.class),
		.guest = (uint16_t)guest,
		.seq = g->seq++,
		.due_lo = (uint32_t)due_ns,
		.due_hi = (uint16_t)(due_ns >> 32),
		.delay_ns = (uint32_t)delay_ns,
	};

	g->pos = g->pos + 1 == g->nb_draws ? 0 : g->pos + 1;
	m->data_len = (uint16_t)(draw.frame_len - FRAME_FCS_LEN);
	m->pkt_len = m->data_len;
	stamp(rte_pktmbuf_mtod(m, uint8_t *), &g->head, draw.frame_len, &sig);
	if (unlikely(phase == FRAME_WARM_UP))
		return;

	struct tx_counters *c = &g->c[draw.class];

	ctr_add(&c->offered, 1);
	ctr_add(&c->bytes, draw.frame_len);
	if (unlikely(delay_ns > w->slack_ns))
		ctr_add(&c->late, 1);
	hist_record(w->self_delay, delay_ns);
	if (unlikely(w->capture != NULL))
		capture_frame(w->capture, rte_pktmbuf_mtod(m, const void *), m->data_len, now_ns);
}

/* Frames that an interface had no room for: in the measuring phase they are refused. */
static void refuse(struct worker *w, struct tx_guest *g, struct rte_mbuf **m, uint16_t n)
{
	for (uint16_t i = 0; i < n; i++) {
		struct frame_sig sig;

		memcpy(&sig, rte_pktmbuf_mtod_offset(m[i], void *, FRAME_SIG_OFFSET), sizeof(sig));
		if (frame_sig_phase(&sig) == FRAME_MEASURE)
			ctr_add(&g->c[frame_sig_class(&sig)].refused, 1);
	}
	if (!w->datapath->ops->tx_copies)
		rte_pktmbuf_free_bulk(m, n);
}

static inline uint16_t send_staged(struct worker *w, uint32_t guest)
{
	struct tx_guest *g = &w->tx[guest];
	uint16_t n = g->nb_staged;
	uint16_t sent = w->datapath->ops->tx(w->datapath, guest, g->staged, n);

	ctr_add(&g->accepted, sent);
	if (unlikely(sent < n))
		refuse(w, g, g->staged + sent, (uint16_t)(n - sent));
	g->nb_staged = 0;
	return sent;
}

/* mbufs to build n frames in; NULL if the pool is empty. */
static inline struct rte_mbuf **frames_to_fill(
	struct worker *w, struct rte_mbuf **fresh, uint16_t n)
{
	if (w->datapath->ops->tx_copies)
		return w->own;
	return likely(rte_pktmbuf_alloc_bulk(w->tx_pool, fresh, n) == 0) ? fresh : NULL;
}

/*
 * Send what is due, at most a burst. The real departure of its frames is the one reading now_ns,
 * taken before the first of them is written. A pool that is empty leaves the frames due: they go
 * out late.
 */
static inline void send_due(struct worker *w, uint64_t now_ns)
{
	struct rte_mbuf *fresh[WORKER_BURST], **m;
	uint32_t guests[WORKER_BURST], touched[WORKER_BURST];
	uint64_t due_ns[WORKER_BURST];
	size_t first = w->next;
	uint64_t first_due_ns = w->next_due_ns;
	uint16_t n = 0, nb_touched = 0;

	while (n < WORKER_BURST && w->next_due_ns <= now_ns) {
		uint32_t guest = w->timeline->guest[w->next];

		if (likely(guest != TIMELINE_IDLE)) {
			guests[n] = guest;
			due_ns[n++] = w->next_due_ns;
		}
		advance(w);
	}
	if (n == 0)
		return;
	m = frames_to_fill(w, fresh, n);
	if (unlikely(m == NULL)) {
		w->next = first;
		w->next_due_ns = first_due_ns;
		return;
	}
	if (unlikely(now_ns - due_ns[0] > UINT32_MAX)) {
		/* Beyond what a signature can say, and far beyond what a result can mean. */
		ctr_set(&w->overrun, 1);
		w->next = first;
		w->next_due_ns = first_due_ns;
		if (!w->datapath->ops->tx_copies)
			rte_pktmbuf_free_bulk(m, n);
		return;
	}
	for (uint16_t i = 0; i < n; i++) {
		struct tx_guest *g = &w->tx[guests[i]];

		build(w, guests[i], m[i], due_ns[i], now_ns);
		if (g->nb_staged == 0)
			touched[nb_touched++] = guests[i];
		g->staged[g->nb_staged++] = m[i];
	}
	for (uint16_t i = 0; i < nb_touched; i++)
		send_staged(w, touched[i]);
	if (due_ns[n - 1] >= w->warm_up_ns)
		ctr_add(&w->bursts, n - 1U);
}

/*
 * At rate max: a burst to the next guest of the order. What it has no room for was not offered and
 * is taken back: its numbers and lengths are used again.
 */
static inline void send_flood(struct worker *w, uint64_t now_ns)
{
	struct rte_mbuf *fresh[WORKER_BURST], **m;
	uint32_t guest = w->timeline->guest[w->next];
	struct tx_guest *g = &w->tx[guest];
	uint16_t sent;

	m = frames_to_fill(w, fresh, WORKER_BURST);
	if (unlikely(m == NULL))
		return;
	w->next = w->next + 1 == w->timeline->nb ? 0 : w->next + 1;
	for (int i = 0; i < WORKER_BURST; i++)
		build(w, guest, m[i], now_ns, now_ns);
	sent = w->datapath->ops->tx(w->datapath, guest, m, WORKER_BURST);
	ctr_add(&g->accepted, sent);
	if (likely(sent == WORKER_BURST)) {
		if (now_ns >= w->warm_up_ns)
			ctr_add(&w->bursts, WORKER_BURST - 1);
		return;
	}
	for (uint16_t i = WORKER_BURST; i-- > sent;) {
		g->pos = g->pos == 0 ? g->nb_draws - 1 : g->pos - 1;
		g->seq--;
		if (now_ns < w->warm_up_ns)
			continue;

		struct profile_draw draw = g->draws[g->pos];
		struct tx_counters *c = &g->c[draw.class];

		ctr_add(&c->offered, (uint64_t)-1);
		ctr_add(&c->bytes, -(uint64_t)draw.frame_len);
	}
	if (now_ns >= w->warm_up_ns && sent > 1)
		ctr_add(&w->bursts, sent - 1U);
	if (!w->datapath->ops->tx_copies)
		rte_pktmbuf_free_bulk(m + sent, WORKER_BURST - sent);
}

/* Count one frame that came from a guest. */
static inline void judge(
	struct worker *w, uint32_t guest, const struct rte_mbuf *m, uint64_t now_ns)
{
	struct rx_guest *g = &w->rx[guest];
	struct frame_sig sig;
	/* A frame in several pieces is longer than any of ours: then only the first piece is judged. */
	enum frame_kind kind = m->nb_segs == 1
				       ? frame_classify(rte_pktmbuf_mtod(m, const uint8_t *),
						 m->data_len, &sig)
				       : FRAME_FOREIGN;

	if (unlikely(kind != FRAME_OURS || sig.run != w->run || sig.guest != guest ||
		     frame_sig_class(&sig) >= g->nb_classes ||
		     frame_sig_phase(&sig) == FRAME_HELLO)) {
		if (kind == FRAME_OURS && sig.run == w->run && frame_sig_phase(&sig) == FRAME_HELLO)
			return; /* an answer that was not waited for */
		/* These do not tell their phase: the time of arrival does, but for frames under way. */
		if (now_ns >= w->warm_up_ns)
			ctr_add(kind == FRAME_CORRUPT ? &g->corrupt : &g->foreign, 1);
		if (kind == FRAME_CORRUPT)
			ctr_add(&g->returned, 1);
		return;
	}

	enum tracker_verdict verdict = tracker_see(g->tracker, sig.seq);
	struct rx_counters *c = &g->c[frame_sig_class(&sig)];
	gboolean measured = frame_sig_phase(&sig) == FRAME_MEASURE;

	if (unlikely(verdict == TRACKER_DUPLICATE)) {
		if (measured)
			ctr_add(&c->duplicated, 1);
		return;
	}
	if (unlikely(verdict == TRACKER_ANCIENT)) {
		ctr_add(&g->ancient, 1);
		return;
	}
	ctr_add(&g->returned, 1);
	if (unlikely(!measured))
		return;

	uint64_t due_ns = frame_sig_due_ns(&sig);
	uint64_t sent_ns = due_ns + sig.delay_ns;
	/* Clocks of two cores may differ by some cycles: no time is negative. */
	uint64_t latency_ns = now_ns > sent_ns ? now_ns - sent_ns : 0;

	ctr_add(&c->forwarded, 1);
	ctr_add(&c->bytes, m->data_len + (uint64_t)FRAME_FCS_LEN);
	if (unlikely(verdict == TRACKER_REORDERED))
		ctr_add(&c->reordered, 1);
	hist_record(c->latency, latency_ns);
	hist_record(c->response, now_ns > due_ns ? now_ns - due_ns : 0);
	hist_record(w->live, latency_ns);
}

static inline uint16_t receive_from(struct worker *w, uint32_t guest)
{
	struct rte_mbuf *m[WORKER_BURST];
	uint16_t n = w->datapath->ops->rx(w->datapath, guest, w->rx_pool, m, WORKER_BURST);
	uint64_t now_ns;

	if (n == 0)
		return 0;
	now_ns = tsc_clock_ns(w->clock, rte_rdtsc());
	for (uint16_t i = 0; i < n; i++) {
		if (i + 1 < n)
			rte_prefetch0(rte_pktmbuf_mtod(m[i + 1], void *));
		judge(w, guest, m[i], now_ns);
	}
	rte_pktmbuf_free_bulk(m, n);
	return n;
}

/*
 * One poll. Guests with no frame under way are passed over, so that polling costs by traffic and
 * not by guests; now and then all are polled. Ends after one poll, so that departures do not wait.
 */
static inline uint16_t receive_some(struct worker *w)
{
	for (unsigned looked = 0; looked < LOOK_MAX; looked++) {
		uint32_t guest = w->cursor;
		gboolean all = w->sweeps % SWEEP_ALL == 0;
		gboolean wrapped;

		w->cursor += w->rx_step;
		wrapped = w->cursor >= w->nb_guests;
		if (unlikely(wrapped)) {
			w->cursor = w->rx_first;
			w->sweeps++;
		}
		if ((int64_t)(ctr_get(&w->tx[guest].accepted) - ctr_get(&w->rx[guest].returned)) >
				0 ||
			unlikely(all))
			return receive_from(w, guest);
		if (unlikely(wrapped))
			return 0;
	}
	return 0;
}

static inline void finish_sending(struct worker *w, uint64_t now_ns)
{
	ctr_set(&w->stopped_ns, now_ns);
	atomic_store_explicit(&w->tx_done, 1, memory_order_release);
}

static inline gboolean sending_is_over(struct worker *w, uint64_t now_ns, gboolean flood)
{
	return atomic_load_explicit(w->stop_tx, memory_order_relaxed) ||
	       now_ns >= w->span_ns + (flood ? 0 : OVERTIME_NS) ||
	       (!flood && w->next_due_ns == UINT64_MAX) || ctr_get(&w->overrun);
}

/* Instantiated once a variant below: the tests of sends, receives and flood cost nothing. */
static __rte_always_inline void loop(
	struct worker *w, gboolean sends, gboolean receives, gboolean flood)
{
	while (!atomic_load_explicit(w->stop, memory_order_relaxed)) {
		uint16_t got = 0;

		if (sends) {
			uint64_t now_ns = tsc_clock_ns(w->clock, rte_rdtsc());

			if (unlikely(sending_is_over(w, now_ns, flood))) {
				/* All is sent: then the phase had its whole length. */
				finish_sending(
					w, w->next_due_ns == UINT64_MAX ? w->span_ns : now_ns);
				return;
			}
			if (flood)
				send_flood(w, now_ns);
			else if (w->next_due_ns <= now_ns)
				send_due(w, now_ns);
		}
		/* A flood would else fill the queues of those who get more than the others. */
		for (unsigned i = 0; receives && i < (flood ? FLOOD_POLLS : 1U); i++) {
			got = receive_some(w);
			if (got < WORKER_BURST)
				break;
		}
		/* release: what quiesce waits for is that this burst is over. */
		atomic_store_explicit(&w->round, ctr_get(&w->round) + 1, memory_order_release);
		if (unlikely(w->yields) && got == 0)
			sched_yield();
	}
}

/* Departures that were scheduled within the time that was measured, but never sent. */
static void count_unsent(struct worker *w)
{
	uint64_t end_ns = ctr_get(&w->stopped_ns) < w->span_ns ? ctr_get(&w->stopped_ns)
							       : w->span_ns;

	while (w->next_due_ns < end_ns) {
		uint32_t guest = w->timeline->guest[w->next];
		struct tx_guest *g = guest == TIMELINE_IDLE ? NULL : &w->tx[guest];

		if (g != NULL && w->next_due_ns >= w->warm_up_ns)
			ctr_add(&g->c[g->draws[g->pos].class].unsent, 1);
		if (g != NULL)
			g->pos = g->pos + 1 == g->nb_draws ? 0 : g->pos + 1;
		advance(w);
	}
}

static uint64_t involuntary_switches(void)
{
	struct rusage usage;

	return getrusage(RUSAGE_THREAD, &usage) == 0 ? (uint64_t)usage.ru_nivcsw : 0;
}

/* So that a worker that gets its CPU late does not begin behind the schedule. */
static void wait_for_go(struct worker *w)
{
	atomic_store_explicit(&w->ready, 1, memory_order_release);
	while (!atomic_load_explicit(w->go, memory_order_acquire) &&
		!atomic_load_explicit(w->stop, memory_order_relaxed))
		sched_yield();
}

int worker_main(void *arg)
{
	struct worker *w = arg;
	const timeline *t = w->timeline;
	gboolean empty = t == NULL || t->nb == 0;
	gboolean flood = !empty && t->gap_ns == NULL;
	uint64_t switches;

	wait_for_go(w);
	switches = involuntary_switches();
	w->cursor = w->rx_first;
	w->next = 0;
	w->next_due_ns = empty ? UINT64_MAX : flood ? 0 : t->gap_ns[0];
	if (w->sends) {
		if (flood && w->receives)
			loop(w, TRUE, TRUE, TRUE);
		else if (flood)
			loop(w, TRUE, FALSE, TRUE);
		else if (w->receives)
			loop(w, TRUE, TRUE, FALSE);
		else
			loop(w, TRUE, FALSE, FALSE);
		ctr_set(&w->preempted, involuntary_switches() - switches);
		if (!flood)
			count_unsent(w);
	}
	if (w->receives)
		loop(w, FALSE, TRUE, FALSE);
	/* Out of the datapath for good: quiesce need not wait for this worker any more. */
	atomic_store_explicit(&w->round, UINT64_MAX, memory_order_release);
	return 0;
}
