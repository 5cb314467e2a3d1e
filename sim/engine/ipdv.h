/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * sim/engine/ipdv.h: delay variation between frames with adjacent numbers of one guest (RFC 3393;
 * see analyze/contract/trial_ipdv.h). Hot, where it was asked for.
 *
 * Frames may come back in another order than they left: a window keeps the delays of the latest
 * numbers, so that a pair counts when its second frame is here, whichever that is. A frame that
 * comes back IPDV_WINDOW numbers or more behind the newest has no neighbours any more.
 *
 * Each frame that came back is shown once; those that were lost never are.
 */
#ifndef SIM_ENGINE_IPDV_H
#define SIM_ENGINE_IPDV_H

#include <stdint.h>

#include <rte_branch_prediction.h>

#include "analyze/numbers/histogram.h"

enum { IPDV_WINDOW = 1024 }; /* a power of two */

/* Of one guest; one writer. */
struct ipdv_window {
	struct ipdv_seen {
		uint64_t delay_ns; /* UINT64_MAX: none yet */
		uint32_t seq;      /* number % IPDV_WINDOW is its place */
	} seen[IPDV_WINDOW];
};

/* Of one receiver. Ticked: to be settled. */
struct ipdv_hists {
	hist *later, *earlier; /* differences from 0 up; below 0, by magnitude */
};

/* Empty, with its pages there. To be freed by g_free. */
struct ipdv_window *ipdv_window_new(void);

static inline void ipdv_count(const struct ipdv_hists *h, uint64_t before_ns, uint64_t after_ns)
{
	if (after_ns >= before_ns)
		hist_tick_whole(h->later, hist_index(after_ns - before_ns), after_ns - before_ns);
	else
		hist_tick_whole(h->earlier, hist_index(before_ns - after_ns), before_ns - after_ns);
}

static inline void ipdv_see(
	struct ipdv_window *w, uint32_t seq, uint64_t delay_ns, const struct ipdv_hists *h)
{
	const uint32_t mask = IPDV_WINDOW - 1;
	const struct ipdv_seen *before = &w->seen[(seq - 1) & mask];
	const struct ipdv_seen *after = &w->seen[(seq + 1) & mask];
	struct ipdv_seen *own = &w->seen[seq & mask];

	if (likely(before->seq == seq - 1))
		ipdv_count(h, before->delay_ns, delay_ns);
	if (unlikely(after->seq == seq + 1))
		ipdv_count(h, delay_ns, after->delay_ns);
	/* One from so far behind must not take the place of a newer one. */
	if (likely(own->delay_ns == UINT64_MAX || (int32_t)(seq - own->seq) > 0))
		*own = (struct ipdv_seen){ .delay_ns = delay_ns, .seq = seq };
}

#endif
