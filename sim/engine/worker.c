/* SPDX-License-Identifier: BSD-3-Clause */
#include "sim/engine/worker.h"

#include <sched.h>
#include <sys/resource.h>

#include <rte_branch_prediction.h>
#include <rte_mbuf.h>
#include <rte_prefetch.h>

#include "sim/base/clock_read.h"
#include "sim/engine/ahead.h"
#include "sim/engine/probe_ptp.h"

enum {
	SWEEP_TURNS = 64, /* every so many turns one guest is polled that nothing is awaited from */
	FLOOD_POLLS = 3,  /* full bursts that are received for one that is sent, beyond the first */
	POLLS_MAX = 64,   /* in one turn */
	MARKS_MAX = 4096, /* departures that are skipped in one turn: the end must be seen, too */
	/*
	 * What a poll takes, and what it takes a frame: with less time than that to the next
	 * departure none is begun, and none takes more frames than there is time for.
	 */
	POLL_NS = 250,
	POLL_FRAME_NS = 60,
};

/* Go to the next departure of the timeline; past the end of the trial next_due_ns is UINT64_MAX. */
static inline void next_departure(struct worker *w)
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

static inline uint32_t draw_after(const struct tx_guest *g, uint32_t pos)
{
	return pos + 1 == g->nb_draws ? 0 : pos + 1;
}

static inline struct profile_draw next_draw(struct tx_guest *g)
{
	struct profile_draw draw = g->draws[g->pos];

	g->pos = draw_after(g, g->pos);
	return draw;
}

static __rte_always_inline void write_frame(const struct tx_guest *g, gboolean zeroed,
	struct frame_slot *f, struct profile_draw draw, const struct frame_sig *sig)
{
	const struct stamp_head *head = &g->head[draw.class];

	f->len = (uint32_t)(draw.frame_len - FRAME_FCS_LEN);
	if (!zeroed && head->sum_mask != 0) /* behind the head */
		memset(f->data + FRAME_HEAD_LEN, 0,
			draw.frame_len - FRAME_FCS_LEN - FRAME_HEAD_LEN);
	if (likely(head->frame_len != 0)) {
		stamp_write(f->data, head, sig);
	} else {
		struct stamp_head one;

		stamp_head_init(&one, g->template, draw.frame_len);
		one.sum_mask = head->sum_mask;
		stamp_write(f->data, &one, sig);
	}
}

/* The next frame of a guest into f (NULL: it has no room): length, stamp, counters. Its size class. */
static inline uint8_t build_frame(
	struct worker *w, uint32_t guest, struct frame_slot *f, uint64_t due_ns, uint64_t now_ns)
{
	struct tx_guest *g = &w->tx[guest];
	struct profile_draw draw = next_draw(g);
	uint64_t delay_ns = now_ns - due_ns, gap_error_ns;
	enum frame_phase phase = due_ns < w->warm_up_ns ? FRAME_WARM_UP : FRAME_MEASURE;
	struct frame_sig sig = worker_sig(
		w, phase, draw.class, guest, ctr_get(&g->seq), due_ns, now_ns);

	ctr_add(&g->seq, 1);
	if (likely(f != NULL))
		write_frame(g, g->datapath->ops->zeroed, f, draw, &sig);
	if (unlikely(phase == FRAME_WARM_UP))
		return draw.class;

	struct tx_counters *c = &g->c[draw.class];

	ctr_add(&c->offered, 1);
	ctr_add(&c->bytes, draw.frame_len);
	if (unlikely(f == NULL))
		ctr_add(&c->refused, 1);
	if (unlikely(delay_ns > w->slack_ns))
		ctr_add(&c->late, 1);
	gap_error_ns = delay_ns > w->last_delay_ns ? delay_ns - w->last_delay_ns
						   : w->last_delay_ns - delay_ns;
	hist_tick_whole(w->self_delay, hist_index(delay_ns), delay_ns);
	hist_tick_whole(w->gap_error, hist_index(gap_error_ns), gap_error_ns);
	w->last_delay_ns = delay_ns;
	if (unlikely(w->capture != NULL && f != NULL))
		recording_frame(w->capture, f->data, f->len, now_ns);
	return draw.class;
}

/* To be looked at when all others that are awake have been. */
static inline void push_awake(struct worker *w, uint16_t guest)
{
	w->awake[w->awake_tail++ & w->awake_mask] = guest;
}

/* A guest has frames under way: see that its receiver looks. */
static inline void wake_receiver(struct worker *w, uint32_t guest)
{
	struct tx_guest *g = &w->tx[guest];
	struct worker *receiver = w->workers[g->receiver];

	if (!g->has_queue)
		return;
	if (receiver == w) {
		if (ctr_get(&g->awake) == 0) {
			ctr_set(&g->awake, 1);
			push_awake(w, (uint16_t)guest);
		}
		return;
	}
	/* Either the receiver sees what was accepted before it rests the guest, or this sees it rested. */
	atomic_thread_fence(memory_order_seq_cst);
	if (ctr_get(&g->awake) == 0 && atomic_exchange(&g->awake, 1) == 0)
		rte_ring_enqueue(receiver->woken, (void *)(uintptr_t)guest); /* has room for all */
}

/*
 * Of the frames for which an interface gave memory it took only the first sent. Their memory is its
 * own again. All are of the measuring phase.
 */
static void note_refused(struct worker *w, struct tx_guest *g, const uint8_t *class, uint16_t sent,
	uint16_t nb, const struct recording *before)
{
	for (uint16_t i = sent; i < nb; i++)
		ctr_add(&g->c[class[i]].refused, 1);
	if (w->capture != NULL)
		recording_rewind(w->capture, before, sent);
}

/*
 * The frames of one guest in a burst: those whose guests[] is it, nb_due of them. All of a burst are
 * of one phase: see begin_measuring.
 */
static inline void send_to(struct worker *w, uint32_t guest, const uint32_t *guests,
	const uint64_t *due_ns, uint16_t first, uint64_t now_ns)
{
	struct tx_guest *g = &w->tx[guest];
	const struct datapath_ops *ops = g->datapath->ops;
	struct frame_slot f[WORKER_BURST];
	uint8_t class[WORKER_BURST];
	struct recording before = { 0 };
	uint16_t want = g->nb_due, nb = 0, sent = 0;
	uint16_t room = ops->reserve(g->datapath, w->queue, g->slot, f, want);

	phases_end(&w->phases, PHASE_RESERVE);
	if (unlikely(w->capture != NULL))
		before = *w->capture;
	for (uint16_t i = first; nb < want; i++) {
		if (guests[i] != guest)
			continue;
		class[nb] = build_frame(w, guest, nb < room ? &f[nb] : NULL, due_ns[i], now_ns);
		nb++;
	}
	phases_end(&w->phases, PHASE_BUILD);
	g->nb_due = 0;
	if (unlikely(room == 0))
		return;
	sent = ops->commit(g->datapath, w->queue, g->slot, f, room, room);
	phases_end(&w->phases, PHASE_COMMIT);
	ctr_add(&g->accepted, sent);
	if (unlikely(sent < room) && due_ns[first] >= w->warm_up_ns)
		note_refused(w, g, class, sent, room, &before);
	if (likely(sent != 0))
		wake_receiver(w, guest);
}

/* Departure w->next was not sent: it stands for times of them. */
static void count_one(struct worker *w, uint64_t times)
{
	uint32_t guest = w->timeline->guest[w->next];
	struct tx_guest *g;
	struct profile_draw draw;

	if (guest == TIMELINE_IDLE)
		return;
	g = &w->tx[guest & ~(uint32_t)TIMELINE_NOT_SENT];
	draw = next_draw(g);
	if (w->next_due_ns >= w->warm_up_ns)
		ctr_add(guest >= TIMELINE_NOT_SENT ? &g->c[draw.class].not_sent
						   : &g->c[draw.class].unsent,
			times);
}

/*
 * The measuring phase begins without a backlog: departures of the warm-up that were not sent until
 * then never are, and count as warm-up. Numbers and lengths of frames are those of the schedule.
 */
static void begin_measuring(struct worker *w)
{
	for (uint32_t i = w->tx_first; i < w->nb_guests; i += w->tx_step)
		w->tx[i].pos = w->tx[i].measured_pos;
	w->next = w->measured_next;
	w->next_due_ns = w->measured_due_ns;
}

/*
 * Send what is due, at most a burst. The real departure of its frames is the one reading now_ns,
 * taken before the first of them is written.
 */
static inline uint16_t send_due(struct worker *w, uint64_t now_ns)
{
	uint32_t guests[WORKER_BURST];
	uint16_t touched[WORKER_BURST]; /* first frame of each guest */
	uint64_t due_ns[WORKER_BURST];
	uint16_t n = 0, nb_touched = 0;

	if (unlikely(w->next_due_ns < w->warm_up_ns && now_ns >= w->warm_up_ns)) {
		begin_measuring(w);
		if (w->next_due_ns > now_ns)
			return 0;
	}
	if (unlikely(now_ns - w->next_due_ns > UINT32_MAX)) {
		/* Beyond what a signature can say, and far beyond what a result can mean. */
		ctr_set(&w->overrun, 1);
		return 0;
	}
	for (unsigned i = 0; n < WORKER_BURST && i < MARKS_MAX && w->next_due_ns <= now_ns; i++) {
		uint32_t guest = w->timeline->guest[w->next];

		if (likely(guest < TIMELINE_NOT_SENT)) {
			if (w->tx[guest].nb_due++ == 0)
				touched[nb_touched++] = n;
			guests[n] = guest;
			due_ns[n++] = w->next_due_ns;
		} else if (guest != TIMELINE_IDLE) {
			/* Frames before it that are not built yet come first in its guest's order. */
			if (n != 0)
				break;
			count_one(w, 1);
		}
		next_departure(w);
	}
	if (n == 0)
		return 0;
	phases_end(&w->phases, PHASE_REST);
	for (uint16_t i = 0; i < nb_touched; i++) {
		if (i + 1 < nb_touched && w->ahead)
			ahead_of_sending(w, guests[touched[i + 1]], AHEAD_FIRST);
		send_to(w, guests[touched[i]], guests, due_ns, touched[i], now_ns);
	}
	if (due_ns[n - 1] >= w->warm_up_ns)
		ctr_add(&w->bursts, n - 1U);
	return n;
}

/*
 * At rate max: a burst to the next guest of the order, as much as it has room for: the rest was not
 * offered. All frames of a burst leave at now_ns, which is when they are due.
 */
static inline uint16_t send_flood(struct worker *w, uint64_t now_ns)
{
	uint32_t guest = w->timeline->guest[w->next];
	struct tx_guest *g = &w->tx[guest];
	const struct datapath_ops *ops = g->datapath->ops;
	gboolean measured = now_ns >= w->warm_up_ns;
	gboolean zeroed = ops->zeroed;
	struct frame_slot f[WORKER_BURST];
	uint16_t room = ops->reserve(g->datapath, w->queue, g->slot, f, WORKER_BURST), sent;
	uint32_t first = g->pos, pos = first, later = first;
	uint32_t seq = (uint32_t)ctr_get(&g->seq);
	uint32_t phase = (uint32_t)(measured ? FRAME_MEASURE : FRAME_WARM_UP) << 6;
	uint16_t nb_ahead = w->ahead && !zeroed && !w->bare ? room : 0;

	phases_end(&w->phases, PHASE_RESERVE);
	w->next = worker_entry_after(w, w->next);
	ahead_of_flood(w);
	phases_end(&w->phases, PHASE_AHEAD);
	if (unlikely(room == 0))
		return 0;
	for (unsigned i = 0; i < AHEAD_FRAMES; i++)
		later = draw_after(g, later);
	for (uint16_t i = 0; i < room; i++) {
		struct profile_draw draw = g->draws[pos];
		/* Not worker_sig: with the delay and the shift it cost a tenth of sending alone. */
		struct frame_sig sig = {
			.run = w->run,
			.phase_class = (uint8_t)(phase | draw.class),
			.guest = (uint16_t)guest,
			.seq = seq + i,
			.due_lo = (uint32_t)now_ns,
			.due_hi = (uint16_t)(now_ns >> 32),
		};

		if (i + AHEAD_FRAMES < nb_ahead) {
			ahead_of_writing(f[i + AHEAD_FRAMES].data, g->draws[later].frame_len);
			later = draw_after(g, later);
		}
		pos = draw_after(g, pos);
		write_frame(g, zeroed, &f[i], draw, &sig);
	}
	phases_end(&w->phases, PHASE_BUILD);
	ctr_add(&g->seq, room); /* before the frames can be back */
	sent = ops->commit(g->datapath, w->queue, g->slot, f, room, room);
	phases_end(&w->phases, PHASE_COMMIT);
	if (likely(sent == room)) {
		g->pos = pos;
	} else {
		ctr_set(&g->seq, ctr_get(&g->seq) - (uint64_t)(room - sent));
		g->pos = (first + sent) % g->nb_draws; /* a ring may be shorter than a burst */
		if (sent == 0)
			return 0;
	}
	ctr_add(&g->accepted, sent);
	wake_receiver(w, guest);
	if (unlikely(!measured))
		return sent;
	if (unlikely(ctr_get(&g->flood_offered) == 0))
		g->flood_first = first;
	ctr_add(&g->flood_offered, sent);
	ctr_add(&w->bursts, sent - 1U);
	return sent;
}

/* A frame that is not one of ours from this trial, for this guest; kind as frame_classify says. */
static void judge_other(struct worker *w, struct rx_guest *g, enum frame_kind kind,
	const struct frame_sig *sig, uint64_t now_ns)
{
	if (kind == FRAME_OURS && sig->run == w->run && frame_sig_phase(sig) == FRAME_HELLO)
		return; /* an answer that was not waited for */
	/* These do not tell their phase: the time of arrival does, but for frames under way. */
	if (now_ns >= w->warm_up_ns)
		ctr_add(kind == FRAME_CORRUPT ? &g->corrupt : &g->foreign, 1);
	if (kind == FRAME_CORRUPT)
		ctr_add(&g->returned, 1);
}

/* An intact probe of this trial. Its phase is told by when it was due. */
static void judge_probe(struct worker *w, uint32_t guest, const struct frame_sig *sig,
	uint32_t frame_len, uint64_t now_ns)
{
	struct probe_rx *p = w->probes->rx == NULL ? NULL : &w->probes->rx[guest];
	uint64_t due_ns = frame_sig_due_ns(sig), sent_ns = due_ns + sig->delay_ns, latency_ns;
	enum tracker_verdict verdict;

	if (p == NULL || (int32_t)(sig->seq - (uint32_t)ctr_get(&w->probes->tx[guest].seq)) >= 0) {
		ctr_add(&w->rx[guest].forged, 1);
		return;
	}
	verdict = tracker_see(p->tracker, sig->seq);
	if (verdict == TRACKER_DUPLICATE || verdict == TRACKER_ANCIENT) {
		if (due_ns >= w->warm_up_ns)
			ctr_add(&p->duplicated, 1);
		return;
	}
	if (w->probes->ptp != NULL)
		probe_ptp_answer(w, guest, sig->seq, now_ns);
	ctr_add(&p->returned, 1);
	if (due_ns < w->warm_up_ns || w->probes->ptp != NULL)
		return;
	latency_ns = now_ns > sent_ns ? now_ns - sent_ns : 0;
	ctr_add(&p->forwarded, 1);
	ctr_add(&p->forwarded_bytes, frame_len);
	if (verdict == TRACKER_REORDERED)
		ctr_add(&p->reordered, 1);
	if (latency_ns > w->probes->timeout_ns)
		ctr_add(&p->late, 1);
	hist_record(p->latency, latency_ns);
}

static __rte_always_inline void tick_guest(
	const struct worker *w, hist *h, uint32_t index, uint64_t ns)
{
	if (w->pooled)
		hist_tick(h, index, ns);
	else
		hist_tick_whole(h, index, ns);
}

/* An intact frame of this trial and guest: count it, once. */
static inline void judge_ours(struct worker *w, uint32_t guest, const struct frame_sig *sig,
	uint32_t frame_len, uint64_t now_ns, gboolean flood)
{
	struct rx_guest *g = &w->rx[guest];
	struct rx_counters *c = &g->c[frame_sig_class(sig)];
	gboolean measured = frame_sig_phase(sig) == FRAME_MEASURE;
	enum tracker_verdict verdict;

	if (unlikely(frame_sig_phase(sig) == FRAME_PROBE)) {
		judge_probe(w, guest, sig, frame_len, now_ns);
		return;
	}
	if (unlikely((int32_t)(sig->seq - (uint32_t)ctr_get(&w->tx[guest].seq)) >= 0)) {
		ctr_add(&g->forged, 1);
		return;
	}
	verdict = tracker_see(g->tracker, sig->seq);
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

	uint64_t due_ns = frame_sig_due_ns(sig);
	uint64_t sent_ns = due_ns + sig->delay_ns;
	/* Clocks of two cores may differ by some cycles: no time is negative. */
	uint64_t latency_ns = now_ns > sent_ns ? now_ns - sent_ns : 0;

	uint32_t index = hist_index(latency_ns);

	ctr_add(&c->forwarded, 1);
	ctr_add(&c->bytes, frame_len);
	if (unlikely(verdict == TRACKER_REORDERED))
		ctr_add(&c->reordered, 1);
	tick_guest(w, c->latency, index, latency_ns);
	w->bucket = index;
	if (unlikely(w->ipdv.later != NULL))
		ipdv_see(g->ipdv, sig->seq, latency_ns, &w->ipdv);
	hist_bump_whole(w->live, index);
	if (!flood) {
		uint64_t response_ns = now_ns > due_ns ? now_ns - due_ns : 0;

		tick_guest(w, c->response, hist_index(response_ns), response_ns);
	}
}

/* Signature and kind of a frame that may be of any guest of this trial; the guest's own head first. */
static __rte_always_inline enum frame_kind classify_frame(
	const struct worker *w, const struct frame_slot *f, struct frame_sig *sig)
{
	struct frame_sig slow;
	enum frame_kind kind;
	uint16_t udp_sum;

	if (unlikely(f->len < FRAME_HEAD_LEN))
		return FRAME_FOREIGN;
	*sig = stamp_read(f->data, &udp_sum);
	if (likely(sig->guest < w->nb_guests &&
		    frame_sig_class(sig) < w->rx[sig->guest].nb_classes &&
		    stamp_matches(&w->tx[sig->guest].head[frame_sig_class(sig)], f->data, f->len,
			    sig, udp_sum)))
		return FRAME_OURS;
	kind = w->bare ? frame_classify_bare(f->data, f->len, &slow)
		       : frame_classify(f->data, f->len, &slow);
	if (kind == FRAME_OURS)
		*sig = slow;
	return kind;
}

/* Count one frame that came from a guest of mine. */
static inline void judge_frame(struct worker *w, uint32_t guest, const struct frame_slot *f,
	uint64_t now_ns, gboolean flood)
{
	struct rx_guest *g = &w->rx[guest];
	struct frame_sig sig;
	enum frame_kind kind = classify_frame(w, f, &sig);

	if (unlikely(kind != FRAME_OURS || sig.run != w->run || sig.guest != guest ||
		     frame_sig_class(&sig) >= g->nb_classes ||
		     frame_sig_phase(&sig) == FRAME_HELLO))
		judge_other(w, g, kind, &sig, now_ns);
	else
		judge_ours(w, guest, &sig, f->len + FRAME_FCS_LEN, now_ns, flood);
}

/* -1: of none of ours. MACs of guests are consecutive: the low bytes tell which one it may be. */
static int32_t guest_of_mac(const struct worker *w, const uint8_t *mac)
{
	const uint8_t *first = w->tx[0].template->head;
	uint32_t guest = ((uint32_t)mac[4] << 8 | mac[5]) - ((uint32_t)first[4] << 8 | first[5]);

	guest &= 0xffff;
	return guest < w->nb_guests && memcmp(mac, w->tx[guest].template->head, 6) == 0
		       ? (int32_t)guest
		       : -1;
}

/* Which guest a frame from a port is of: as its signature says, or its addresses. -1: none of ours. */
static int32_t guest_of_frame(const struct worker *w, enum frame_kind kind,
	const struct frame_slot *f, const struct frame_sig *sig)
{
	int32_t guest;

	if (kind == FRAME_OURS)
		return sig->run == w->run && sig->guest < w->nb_guests ? sig->guest : -1;
	if (kind != FRAME_CORRUPT)
		return -1;
	guest = guest_of_mac(w, f->data);
	return guest >= 0 ? guest : guest_of_mac(w, f->data + 6);
}

/* Where an mbuf that is handed over says when it arrived. */
static inline uint64_t *arrival_of(const struct worker *w, void *mbuf)
{
	return (uint64_t *)(void *)((char *)mbuf + w->arrival_field);
}

/* Count a frame of any guest; FALSE if it went to the receiver whose guest it is of. */
static inline gboolean judge_from_port(
	struct worker *w, const struct frame_slot *f, uint64_t now_ns, gboolean flood)
{
	struct frame_sig sig;
	enum frame_kind kind = classify_frame(w, f, &sig);
	int32_t guest = guest_of_frame(w, kind, f, &sig);
	struct worker *owner;

	if (unlikely(guest < 0)) {
		if (now_ns >= w->warm_up_ns)
			ctr_add(&w->stray, 1);
		return TRUE;
	}
	owner = w->workers[w->tx[guest].receiver];
	if (unlikely(owner != w)) {
		*arrival_of(w, f->cookie) = now_ns;
		if (likely(rte_ring_enqueue(owner->handed, f->cookie) == 0))
			return FALSE;
		ctr_add(&w->dropped, 1);
		return TRUE;
	}
	if (unlikely(kind != FRAME_OURS || frame_sig_class(&sig) >= w->rx[guest].nb_classes ||
		     frame_sig_phase(&sig) == FRAME_HELLO))
		judge_other(w, &w->rx[guest], kind, &sig, now_ns);
	else
		judge_ours(w, (uint32_t)guest, &sig, f->len + FRAME_FCS_LEN, now_ns, flood);
	return TRUE;
}

/*
 * The generator as a switch: a frame that a guest sent to another guest goes there. TRUE if it was
 * one, whether or not that guest had room. One worker serves all guests then.
 */
static gboolean pass_on(struct worker *w, const struct frame_slot *f)
{
	int32_t guest = f->len < FRAME_HEAD_LEN ? -1 : guest_of_mac(w, f->data);
	struct tx_guest *to = &w->tx[guest < 0 ? 0 : guest];
	struct frame_slot out;

	/* Memory to send from has to stay zero behind the head: strangers' payload is not let into it. */
	if (guest < 0 ||
		(!w->bare && !stamp_all_zero(f->data + FRAME_HEAD_LEN, f->len - FRAME_HEAD_LEN)))
		return FALSE;
	if (to->datapath->ops->reserve(to->datapath, w->queue, to->slot, &out, 1) == 0) {
		ctr_add(&w->unswitched, 1);
		return TRUE;
	}
	memcpy(out.data, f->data, w->bare ? FRAME_HEAD_LEN : f->len);
	out.len = f->len;
	if (to->datapath->ops->commit(to->datapath, w->queue, to->slot, &out, 1, 1) == 0)
		ctr_add(&w->unswitched, 1);
	return TRUE;
}

static inline uint16_t receive_from(struct worker *w, uint32_t guest, uint16_t max, gboolean flood)
{
	struct datapath *d = w->tx[guest].datapath;
	uint32_t slot = w->tx[guest].slot;
	struct frame_slot f[WORKER_BURST];
	uint16_t n = d->ops->receive(d, slot, f, max);
	uint64_t now_ns;

	phases_end(&w->phases, n == 0 ? PHASE_POLL : PHASE_RECEIVE);
	if (n == 0)
		return 0;
	if (flood)
		ahead_of_counting(w, guest);
	now_ns = tsc_clock_ns(w->clock, rte_rdtsc());
	for (uint16_t i = 0; i < n; i++) {
		if (i + 1 < n)
			rte_prefetch0(f[i + 1].data);
		if (likely(!w->switches))
			judge_frame(w, guest, &f[i], now_ns, flood);
		else if (!pass_on(w, &f[i]))
			judge_from_port(w, &f[i], now_ns, flood); /* it may be of another guest */
	}
	phases_end(&w->phases, PHASE_JUDGE);
	d->ops->release(d, slot, f, n);
	phases_end(&w->phases, PHASE_RELEASE);
	return n;
}

static inline uint16_t receive_port(
	struct worker *w, const struct worker_port *p, uint16_t max, gboolean flood)
{
	struct datapath *d = p->datapath;
	struct frame_slot f[WORKER_BURST];
	uint16_t n = d->ops->receive_port(d, p->port, f, max), kept = 0;
	uint64_t now_ns;

	if (n == 0)
		return 0;
	now_ns = tsc_clock_ns(w->clock, rte_rdtsc());
	for (uint16_t i = 0; i < n; i++) {
		if (i + 1 < n)
			rte_prefetch0(f[i + 1].data);
		if (judge_from_port(
			    w, &f[i], d->stamps ? tsc_clock_ns(w->clock, f[i].tsc) : now_ns, flood))
			f[kept++] = f[i];
	}
	d->ops->release_port(d, p->port, f, kept);
	return n;
}

/* Frames of my guests that other receivers took from their ports. */
static uint16_t take_handed(struct worker *w, gboolean flood)
{
	void *m[WORKER_BURST];
	uint16_t n = (uint16_t)rte_ring_sc_dequeue_burst(w->handed, m, WORKER_BURST, NULL);

	for (uint16_t i = 0; i < n; i++) {
		struct rte_mbuf *frame = m[i];
		struct frame_slot f = { .data = rte_pktmbuf_mtod(frame, uint8_t *),
			.len = frame->data_len,
			.cookie = frame };

		judge_from_port(w, &f, *arrival_of(w, frame), flood);
		rte_pktmbuf_free(frame);
	}
	return n;
}

/* Guests that other lcores sent to. */
static inline void take_woken(struct worker *w)
{
	void *guests[WORKER_BURST];
	unsigned n = rte_ring_sc_dequeue_burst(w->woken, guests, WORKER_BURST, NULL);

	for (unsigned i = 0; i < n; i++)
		push_awake(w, (uint16_t)(uintptr_t)guests[i]);
}

/* Nothing is under way to the guest: it is looked at no more. FALSE if that has changed meanwhile. */
static inline gboolean rest_guest(struct worker *w, uint32_t guest)
{
	struct tx_guest *g = &w->tx[guest];

	ctr_set(&g->awake, 0);
	if (w->woken == NULL)
		return TRUE;
	atomic_thread_fence(memory_order_seq_cst);
	return ctr_get(&g->accepted) == ctr_get(&w->rx[guest].returned) ||
	       atomic_exchange(&g->awake, 1) != 0;
}

/* One poll of the next guest that has frames under way, at most max frames. */
static inline uint16_t receive_some(struct worker *w, uint16_t max, gboolean flood)
{
	uint16_t got = 0;

	if (w->woken != NULL)
		take_woken(w);
	if (w->awake_head != w->awake_tail) {
		uint16_t guest = w->awake[w->awake_head++ & w->awake_mask];

		phases_end(&w->phases, PHASE_REST);
		ahead_of_receiving(w);
		phases_end(&w->phases, PHASE_AHEAD);
		got = receive_from(w, guest, max, flood);
		if (w->switches ||
			ctr_get(&w->tx[guest].accepted) != ctr_get(&w->rx[guest].returned) ||
			!rest_guest(w, guest))
			push_awake(w, guest);
	}
	if (w->nb_ports != 0) {
		got = (uint16_t)(got + receive_port(w, &w->ports[w->next_port], max, flood));
		w->next_port = w->next_port + 1 == w->nb_ports ? 0 : w->next_port + 1;
	}
	if (w->handed != NULL)
		got = (uint16_t)(got + take_handed(w, flood));
	/* Frames that were not asked for come, too: duplicates, strangers. */
	if (unlikely(++w->turns % SWEEP_TURNS == 0) && w->sweep < w->nb_guests) {
		if (w->tx[w->sweep].has_queue)
			got = (uint16_t)(got + receive_from(w, w->sweep, max, flood));
		w->sweep += w->rx_step;
		if (w->sweep >= w->nb_guests)
			w->sweep = w->rx_first;
	}
	return got;
}

/* One probe to a guest, at once. */
static void send_probe(struct worker *w, uint32_t guest, uint64_t due_ns, uint64_t now_ns)
{
	struct tx_guest *g = &w->tx[guest];
	struct probe_tx *p = &w->probes->tx[guest];
	struct profile_draw draw = g->draws[p->pos];
	gboolean measured = due_ns >= w->warm_up_ns;
	struct frame_sig sig = worker_sig(
		w, FRAME_PROBE, draw.class, guest, ctr_get(&p->seq), due_ns, now_ns);
	struct frame_slot f;
	uint16_t sent = 0;

	p->pos = p->pos + 1 == g->nb_draws ? 0 : p->pos + 1;
	ctr_add(&p->seq, 1);
	if (g->datapath->ops->reserve(g->datapath, w->queue, g->slot, &f, 1) != 0) {
		write_frame(g, g->datapath->ops->zeroed, &f, draw, &sig);
		sent = g->datapath->ops->commit(g->datapath, w->queue, g->slot, &f, 1, 1);
	}
	ctr_add(&p->accepted, sent);
	if (!measured)
		return;
	ctr_add(&p->offered, 1);
	ctr_add(&p->offered_bytes, draw.frame_len);
	ctr_add(&p->refused, 1U - sent);
	if (now_ns - due_ns > w->slack_ns)
		ctr_add(&p->late, 1);
}

/* The timer worker: a probe to each guest in turn, at times that no other clock can be aligned with. */
static void probe_loop(struct worker *w)
{
	const struct probes *probes = w->probes;
	uint64_t due_ns = probes->gap_ns[0], now_ns = 0;
	uint32_t gap = 0, guest = w->tx_first;

	while (!atomic_load_explicit(w->stop, memory_order_relaxed) &&
		!atomic_load_explicit(w->stop_tx, memory_order_relaxed) && due_ns < w->span_ns) {
		uint64_t tsc = rte_rdtsc();

		now_ns = tsc_clock_ns(w->clock, tsc);
		if (now_ns >= w->span_ns + WORKER_OVERTIME_NS)
			break;
		if (due_ns <= now_ns) {
			/* As with frames: no backlog of the warm-up when it is over. */
			if (likely(due_ns >= w->warm_up_ns || now_ns < w->warm_up_ns))
				send_probe(w, guest, due_ns, now_ns);
			guest = guest + w->tx_step < w->nb_guests ? guest + w->tx_step
								  : w->tx_first;
			gap = gap + 1 == probes->nb_gaps ? 0 : gap + 1;
			due_ns += probes->gap_ns[gap];
			ctr_add(&w->busy_cycles, rte_rdtsc() - tsc);
		}
		atomic_store_explicit(&w->round, ctr_get(&w->round) + 1, memory_order_release);
	}
	for (uint64_t end_ns = MIN(now_ns, w->span_ns); due_ns < end_ns;
		due_ns += probes->gap_ns[gap]) {
		if (due_ns >= w->warm_up_ns)
			ctr_add(&probes->tx[guest].unsent, 1);
		guest = guest + w->tx_step < w->nb_guests ? guest + w->tx_step : w->tx_first;
		gap = gap + 1 == probes->nb_gaps ? 0 : gap + 1;
	}
	worker_finish_sending(w, MIN(now_ns, w->span_ns));
}

static inline gboolean sending_is_over(struct worker *w, uint64_t now_ns, gboolean flood)
{
	return atomic_load_explicit(w->stop_tx, memory_order_relaxed) ||
	       now_ns >= w->span_ns + (flood ? 0 : WORKER_OVERTIME_NS) ||
	       w->next_due_ns == UINT64_MAX || ctr_get(&w->overrun);
}

/* Frames that may be received before the next departure; 0: none. */
static inline uint16_t time_for(const struct worker *w, uint64_t now_ns)
{
	uint64_t left_ns = w->next_due_ns - now_ns;

	if (w->next_due_ns <= now_ns)
		return WORKER_BURST; /* behind schedule */
	if (left_ns < POLL_NS)
		return w->polled ? 0 : WORKER_BURST / 4;
	return left_ns >= POLL_NS + WORKER_BURST * POLL_FRAME_NS
		       ? WORKER_BURST
		       : (uint16_t)(1 + (left_ns - POLL_NS) / POLL_FRAME_NS);
}

/*
 * At least one poll, of at most max frames, and after a burst of sent frames so many that no more is
 * sent than received: queues would fill while the generator makes up for time that it lost.
 */
static inline uint16_t receive_in_turn(
	struct worker *w, uint16_t max, uint16_t sent, gboolean flood)
{
	uint16_t got = 0;

	for (unsigned i = 0; i < POLLS_MAX; i++) {
		uint16_t n = receive_some(w, max, flood);

		got = (uint16_t)(got + n);
		if (flood ? n < WORKER_BURST || i == FLOOD_POLLS : n == 0 || got >= sent)
			break;
	}
	w->polled = TRUE;
	return got;
}

/* Instantiated once a variant below: the tests of sends, receives and flood cost nothing. */
static __rte_always_inline void run_loop(
	struct worker *w, gboolean sends, gboolean receives, gboolean flood)
{
	while (!atomic_load_explicit(w->stop, memory_order_relaxed)) {
		uint64_t tsc = rte_rdtsc();
		uint16_t got = 0, sent = 0, max = WORKER_BURST;

		if (sends) {
			uint64_t now_ns = tsc_clock_ns(w->clock, tsc);

			if (unlikely(sending_is_over(w, now_ns, flood))) {
				/* All is sent: then the phase had its whole length. */
				worker_finish_sending(
					w, w->next_due_ns == UINT64_MAX ? w->span_ns : now_ns);
				return;
			}
			if (flood) {
				sent = send_flood(w, now_ns);
			} else if (w->next_due_ns <= now_ns) {
				sent = send_due(w, now_ns);
				w->polled = FALSE;
			}
			if (!flood)
				max = time_for(w, now_ns);
		}
		if (receives && max != 0)
			got = receive_in_turn(w, max, sent, flood);
		/* release: what quiesce waits for is that this burst is over. */
		atomic_store_explicit(&w->round, ctr_get(&w->round) + 1, memory_order_release);
		if (sent != 0 || got != 0)
			ctr_add(&w->busy_cycles, rte_rdtsc() - tsc);
		else if (unlikely(w->yields) && max != 0) {
			w->nb_yields++;
			sched_yield();
		}
	}
}

/* So many frames of a guest were not sent: by size, as a ring of draws has them. */
static void count_draws(struct tx_guest *g, uint64_t nb)
{
	uint64_t rounds = nb / g->nb_draws, rest = nb % g->nb_draws;

	for (size_t i = 0; i < g->nb_draws; i++) {
		struct profile_draw draw = next_draw(g);

		ctr_add(&g->c[draw.class].unsent, rounds + (i < rest));
	}
	g->pos = (uint32_t)((g->pos + rest) % g->nb_draws);
}

/*
 * Whole cycles of a schedule that repeats, at once: one that is far too fast for the generator leaves
 * more departures behind than anybody would wait for. With a link draws begin anew with each cycle,
 * so that all cycles are as one; without, no departure is marked, and draws can be counted alone.
 */
static void count_cycles(struct worker *w, uint64_t end_ns)
{
	/* - 1: departures at the very end, which is not in the phase, may be of this cycle. */
	uint64_t nb = end_ns <= w->next_due_ns ? 0 : (end_ns - 1 - w->next_due_ns) / w->cycle_ns;

	if (nb == 0)
		return;
	if (w->limited) {
		for (size_t i = 0; i < w->timeline->nb; i++) {
			count_one(w, nb);
			next_departure(w);
		}
		w->next_due_ns += (nb - 1) * w->cycle_ns;
		return;
	}
	for (uint32_t i = w->tx_first; i < w->nb_guests; i += w->tx_step)
		count_draws(&w->tx[i], nb * w->tx[i].cycle_draws);
	w->next_due_ns += nb * w->cycle_ns;
}

/* Departures that were scheduled within the time that was measured, but never sent. */
static void count_unsent(struct worker *w)
{
	uint64_t end_ns = MIN(ctr_get(&w->stopped_ns), w->span_ns);

	if (end_ns <= w->warm_up_ns)
		return;
	if (w->next_due_ns < w->warm_up_ns)
		begin_measuring(w);
	if (w->timeline->repeats)
		count_cycles(w, end_ns);
	for (; w->next_due_ns < end_ns; next_departure(w))
		count_one(w, 1);
}

void worker_find_measured(struct worker *w)
{
	const timeline *t = w->timeline;
	uint64_t cycles = t->repeats ? w->warm_up_ns / w->cycle_ns : 0;

	w->next = 0;
	w->next_due_ns = t->nb == 0 ? UINT64_MAX : cycles * w->cycle_ns + t->gap_ns[0];
	for (uint32_t i = w->tx_first; i < w->nb_guests; i += w->tx_step)
		w->tx[i].pos = (uint32_t)(cycles * w->tx[i].cycle_draws % w->tx[i].nb_draws);
	for (; w->next_due_ns < w->warm_up_ns; next_departure(w))
		if (t->guest[w->next] != TIMELINE_IDLE)
			(void)next_draw(&w->tx[t->guest[w->next] & ~(uint32_t)TIMELINE_NOT_SENT]);
	for (uint32_t i = w->tx_first; i < w->nb_guests; i += w->tx_step) {
		w->tx[i].measured_pos = w->tx[i].pos;
		w->tx[i].pos = 0;
	}
	w->measured_next = w->next;
	w->measured_due_ns = w->next_due_ns;
}

static uint64_t involuntary_switches(void)
{
	struct rusage usage;

	return getrusage(RUSAGE_THREAD, &usage) == 0 ? (uint64_t)usage.ru_nivcsw : 0;
}

/*
 * So that a worker that gets its CPU late does not begin behind the schedule, and that none sends
 * before time 0: the clock reads 0 until then.
 */
static void wait_for_epoch(struct worker *w)
{
	atomic_store_explicit(&w->ready, 1, memory_order_release);
	while (!atomic_load_explicit(w->go, memory_order_acquire) &&
		!atomic_load_explicit(w->stop, memory_order_relaxed)) {
		atomic_store_explicit(&w->round, ctr_get(&w->round) + 1, memory_order_release);
		sched_yield();
	}
	while ((int64_t)(rte_rdtsc() - w->clock->epoch) < 0 &&
		!atomic_load_explicit(w->stop, memory_order_relaxed))
		atomic_store_explicit(&w->round, ctr_get(&w->round) + 1, memory_order_release);
}

int worker_main(void *arg)
{
	struct worker *w = arg;
	const timeline *t;
	gboolean empty, flood;
	uint64_t switches, cpu_ns;

	wait_for_epoch(w);
	w->phases.mark = rte_rdtsc();
	t = w->timeline;
	empty = t == NULL || t->nb == 0;
	flood = w->flood;
	cpu_ns = clock_read_ns(CLOCK_THREAD_CPUTIME_ID);
	switches = involuntary_switches();
	w->sweep = w->rx_first;
	w->next = 0;
	w->next_due_ns = empty ? UINT64_MAX : flood ? 0 : t->gap_ns[0];
	if (w->times && w->probes->ptp != NULL) {
		probe_ptp_loop(w);
	} else if (w->times) {
		probe_loop(w);
	} else if (w->sends) {
		if (flood && w->receives)
			run_loop(w, TRUE, TRUE, TRUE);
		else if (flood)
			run_loop(w, TRUE, FALSE, TRUE);
		else if (w->receives)
			run_loop(w, TRUE, TRUE, FALSE);
		else
			run_loop(w, TRUE, FALSE, FALSE);
		switches = involuntary_switches() - switches;
		ctr_set(&w->preempted, switches > w->nb_yields ? switches - w->nb_yields : 0);
	}
	if (w->receives && flood)
		run_loop(w, FALSE, TRUE, TRUE);
	else if (w->receives)
		run_loop(w, FALSE, TRUE, FALSE);
	ctr_set(&w->cpu_ns, clock_read_ns(CLOCK_THREAD_CPUTIME_ID) - cpu_ns);
	/* Last: it can take a while, in which frames that come would look late. */
	if (w->sends && !flood && !empty)
		count_unsent(w);
	/* Out of the datapath for good: quiesce need not wait for this worker any more. */
	atomic_store_explicit(&w->round, UINT64_MAX, memory_order_release);
	return 0;
}
