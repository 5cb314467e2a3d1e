/* SPDX-License-Identifier: BSD-3-Clause */
#include "sim/engine/probe_ptp.h"

#include <sched.h>

#include <rte_branch_prediction.h>

enum { STAMP_SLOP_NS = 1000 }; /* beside what the NIC's clock is off */

/* The probe that is under way. */
struct flight {
	gboolean active, measured, late;
	uint32_t guest, seq;
	uint64_t sent_ns;
};

/* A stamp as time, if it can be that of the probe that left and came back then, by the TSC. */
static gboolean read_stamp(const struct worker *w, const struct flight *f, uint64_t tsc,
	uint64_t back_ns, uint64_t *ns)
{
	const struct datapath *d = w->tx[f->guest].datapath;
	uint64_t error_tsc = atomic_load_explicit(&d->stamp_error_tsc, memory_order_relaxed);
	uint64_t slop_ns = tsc_clock_ns(w->clock, w->clock->epoch + error_tsc) + STAMP_SLOP_NS;

	*ns = tsc == 0 ? 0 : tsc_clock_ns(w->clock, tsc);
	return tsc != 0 && *ns + slop_ns >= f->sent_ns && *ns <= back_ns + slop_ns;
}

/* What the first probes say. */
static void try_stamps(struct ptp_probes *ptp, gboolean tx_found, gboolean rx_found)
{
	ptp->tx.found += tx_found ? 1 : 0;
	ptp->rx.found += rx_found ? 1 : 0;
	if (++ptp->tries < PTP_TRIES)
		return;
	ptp->tx.nic = ptp->tx.found >= PTP_TRIES / 2;
	ptp->rx.nic = ptp->rx.found >= PTP_TRIES / 2;
}

/* From when to when the probe was under way; FALSE: it is set aside. */
static gboolean apply_stamps(struct worker *w, const struct flight *f,
	const struct datapath_stamps *s, uint64_t *sent_ns, uint64_t *back_ns)
{
	struct ptp_probes *ptp = w->probes->ptp;
	gboolean tx_found, rx_found;
	uint64_t tx_ns, rx_ns = *back_ns;

	tx_found = read_stamp(w, f, s->sent_tsc, *back_ns, &tx_ns);
	/* Frames with a time of arrival of their own need no register. */
	rx_found = w->tx[f->guest].datapath->stamps ||
		   read_stamp(w, f, s->arrived_tsc, *back_ns, &rx_ns);
	if (ptp->tries < PTP_TRIES) {
		try_stamps(ptp, tx_found, rx_found);
		return FALSE;
	}
	if (ptp->tx.nic)
		*sent_ns = tx_ns;
	if (ptp->rx.nic)
		*back_ns = rx_ns;
	return (tx_found || !ptp->tx.nic) && (rx_found || !ptp->rx.nic);
}

static void count_offered(struct worker *w, const struct flight *f, gboolean refused)
{
	struct probe_tx *p = &w->probes->tx[f->guest];

	if (!f->measured)
		return;
	ctr_add(&p->offered, 1);
	ctr_add(&p->offered_bytes, FRAME_LEN_MIN);
	ctr_add(&p->refused, refused ? 1 : 0);
	ctr_add(&p->late, f->late ? 1 : 0);
}

/* Came back, or is lost. */
static void end_flight(struct worker *w, struct flight *f, gboolean back)
{
	struct datapath *d = w->tx[f->guest].datapath;
	struct probe_rx *p = &w->probes->rx[f->guest];
	uint64_t sent_ns = f->sent_ns, back_ns = ctr_get(&p->answer_ns);
	struct datapath_stamps s = { 0 };

	f->active = FALSE;
	if (d->ptp) /* also of a lost probe: they would be taken for the next one's */
		d->ops->take_stamps(d, &s);
	if (back && !apply_stamps(w, f, &s, &sent_ns, &back_ns)) {
		if (f->measured)
			ctr_add(&w->probes->ptp->set_aside, 1);
		return;
	}
	count_offered(w, f, FALSE);
	if (!back || !f->measured)
		return;
	ctr_add(&p->forwarded, 1);
	ctr_add(&p->forwarded_bytes, FRAME_LEN_MIN);
	hist_record(p->latency, back_ns > sent_ns ? back_ns - sent_ns : 0);
}

static gboolean is_answered(const struct worker *w, const struct flight *f)
{
	struct probe_rx *p = &w->probes->rx[f->guest];

	return atomic_load_explicit(&p->answered, memory_order_acquire) == (uint64_t)f->seq + 1;
}

static void watch_flight(struct worker *w, struct flight *f, uint64_t now_ns)
{
	uint64_t until_ns = f->sent_ns + w->probes->timeout_ns;

	if (is_answered(w, f))
		end_flight(w, f, ctr_get(&w->probes->rx[f->guest].answer_ns) <= until_ns);
	else if (now_ns > until_ns)
		end_flight(w, f, FALSE);
}

static void send_probe(struct worker *w, struct flight *f, uint32_t guest, uint64_t due_ns)
{
	struct datapath *d = w->tx[guest].datapath;
	struct probe_tx *p = &w->probes->tx[guest];
	struct datapath_stamps stale;
	uint8_t frame[FRAME_LEN_MIN];
	struct frame_sig sig;

	if (d->ptp) /* of PTP frames that are not ours */
		d->ops->take_stamps(d, &stale);
	*f = (struct flight){ .guest = guest,
		.seq = (uint32_t)ctr_get(&p->seq),
		.measured = due_ns >= w->warm_up_ns,
		.sent_ns = tsc_clock_ns(w->clock, rte_rdtsc()) };
	f->late = f->sent_ns - due_ns > w->slack_ns;
	sig = worker_sig(w, FRAME_PROBE, 0, guest, f->seq, due_ns, f->sent_ns);
	stamp_write(frame, &w->probes->ptp->head[guest], &sig);
	ctr_add(&p->seq, 1); /* before it can be back */
	f->active = d->ops->send_ptp(d, w->queue, frame, FRAME_HEAD_LEN);
	if (f->active)
		ctr_add(&p->accepted, 1);
	else
		count_offered(w, f, TRUE);
}

/* When the next probe is due, and to whom. */
struct turn {
	uint64_t due_ns;
	uint32_t gap, guest;
};

static void next_due(const struct probes *p, struct turn *t)
{
	t->gap = t->gap + 1 == p->nb_gaps ? 0 : t->gap + 1;
	t->due_ns += p->gap_ns[t->gap];
}

/* A probe is due. */
static void take_turn(struct worker *w, struct flight *f, struct turn *t, uint64_t now_ns)
{
	gboolean measured = t->due_ns >= w->warm_up_ns;

	if (f->active) {
		ctr_add(&w->probes->tx[t->guest].unsent, measured ? 1 : 0);
	} else if (measured || now_ns < w->warm_up_ns) { /* no backlog of the warm-up after it */
		send_probe(w, f, t->guest, t->due_ns);
		t->guest = t->guest + w->tx_step < w->nb_guests ? t->guest + w->tx_step
								: w->tx_first;
	}
	next_due(w->probes, t);
}

/* No more probes: what was due until then, but never sent, is unsent. */
static void end_sending(struct worker *w, struct turn *t, uint64_t end_ns)
{
	for (; t->due_ns < end_ns; next_due(w->probes, t))
		ctr_add(&w->probes->tx[t->guest].unsent, t->due_ns >= w->warm_up_ns);
	worker_finish_sending(w, end_ns);
}

void probe_ptp_loop(struct worker *w)
{
	struct turn t = { .due_ns = w->probes->gap_ns[0], .guest = w->tx_first };
	struct flight f = { .active = FALSE };
	gboolean over = FALSE;

	while (!atomic_load_explicit(w->stop, memory_order_relaxed) && (!over || f.active)) {
		uint64_t tsc = rte_rdtsc(), now_ns = tsc_clock_ns(w->clock, tsc);

		if (f.active)
			watch_flight(w, &f, now_ns);
		if (!over && (t.due_ns >= w->span_ns || now_ns >= w->span_ns + WORKER_OVERTIME_NS ||
				     atomic_load_explicit(w->stop_tx, memory_order_relaxed))) {
			over = TRUE;
			end_sending(w, &t, MIN(now_ns, w->span_ns));
		}
		if (!over && t.due_ns <= now_ns) {
			take_turn(w, &f, &t, now_ns);
			ctr_add(&w->busy_cycles, rte_rdtsc() - tsc);
		} else if (unlikely(w->yields)) {
			sched_yield();
		}
		atomic_store_explicit(&w->round, ctr_get(&w->round) + 1, memory_order_release);
	}
	if (f.active)
		end_flight(w, &f, is_answered(w, &f));
	if (!over)
		worker_finish_sending(w, MIN(tsc_clock_ns(w->clock, rte_rdtsc()), w->span_ns));
}
