/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * sim/engine/probe_ptp.h: probes that are PTP frames (traffic/frame.h), for NICs that stamp no others.
 *
 * Such a NIC keeps one stamp a direction, so that one probe is under way at a time, to the guests in
 * turn; one that takes longer than probes->timeout_ns is lost, whether or not it comes back: at most
 * PTP_TIMEOUT_NS, as all others wait for it. Probes that were due meanwhile are unsent.
 *
 * The latencies of a trial are of one kind: the first PTP_TRIES probes that come back show whether the
 * NIC stamps a direction (half of them have a stamp), or the TSC has to do. They are set aside, no
 * part of the books, and so is each later one without a stamp of a NIC that does. A stamp that is not
 * between departure and arrival by the TSC is another frame's.
 */
#ifndef SIM_ENGINE_PROBE_PTP_H
#define SIM_ENGINE_PROBE_PTP_H

#include "sim/engine/worker.h"

enum { PTP_TRIES = 4, PTP_TIMEOUT_NS = 100000000 };

/* The timer worker, instead of the loop for other probes. */
void probe_ptp_loop(struct worker *w);

/* A probe came back for the first time; its guest's receiver. Only the newest is waited for. */
static inline void probe_ptp_answer(
	const struct worker *w, uint32_t guest, uint32_t seq, uint64_t now_ns)
{
	struct probe_rx *p = &w->probes->rx[guest];

	if (seq + 1 != (uint32_t)ctr_get(&w->probes->tx[guest].seq))
		return;
	ctr_set(&p->answer_ns, now_ns);
	atomic_store_explicit(&p->answered, (uint64_t)seq + 1, memory_order_release);
}

#endif
