/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * sim/engine/ahead.h: memory is asked for what guests further on in a line need, in three steps, each
 * of which reads what the one before asked for: of the third what its number says, of the second what
 * that points to, of the first what that points to. Hot.
 *
 * Only where guests are many (struct worker, ahead). Prefetches only: nothing changes, and what is read
 * for an address may be stale.
 */
#ifndef SIM_ENGINE_AHEAD_H
#define SIM_ENGINE_AHEAD_H

#include <rte_prefetch.h>

#include "sim/engine/worker.h"

enum ahead_step { AHEAD_THIRD, AHEAD_SECOND, AHEAD_FIRST };

enum {
	AHEAD_FRAMES = 4,  /* of a burst: the farthest that is asked for while one is written */
	AHEAD_CLASSES = 3, /* size classes that memory is asked for: as IMIX has */
	AHEAD_AWAKE = 3,   /* so few guests are awake: what is sent next is received next */
};

static inline void ahead_of_range(const void *at, size_t len)
{
	for (size_t i = 0; i < len; i += RTE_CACHE_LINE_SIZE)
		rte_prefetch0((const uint8_t *)at + i);
}

static inline void ahead_of_sending(const struct worker *w, uint32_t guest, enum ahead_step step)
{
	const struct tx_guest *g = &w->tx[guest];
	const struct datapath_ops *ops;

	if (step == AHEAD_THIRD) {
		ahead_of_range(g, sizeof(*g));
		return;
	}
	ops = g->datapath->ops;
	if (step == AHEAD_SECOND) {
		ahead_of_range(g->draws + g->pos, WORKER_BURST * sizeof(*g->draws));
		ahead_of_range(g->head, AHEAD_CLASSES * sizeof(*g->head));
	}
	if (ops->prefetch != NULL)
		ops->prefetch(g->datapath, g->slot,
			step == AHEAD_SECOND ? DATAPATH_STATE : DATAPATH_TO_GUEST);
}

static inline void ahead_of_taking(const struct worker *w, uint32_t guest, enum ahead_step step)
{
	const struct tx_guest *g = &w->tx[guest];
	const struct rx_guest *r = &w->rx[guest];
	const struct datapath_ops *ops;

	if (step == AHEAD_THIRD) {
		ahead_of_range(g, sizeof(*g));
		rte_prefetch0(r);
		return;
	}
	ops = g->datapath->ops;
	if (step == AHEAD_SECOND) {
		ahead_of_range(g->head, AHEAD_CLASSES * sizeof(*g->head));
		ahead_of_range(r->c, AHEAD_CLASSES * sizeof(*r->c));
		rte_prefetch0(r->tracker);
	} else {
		rte_prefetch0(tracker_next_word(r->tracker));
		for (uint32_t k = 0; k < r->nb_classes && k < AHEAD_CLASSES; k++)
			__builtin_prefetch(r->c[k].latency, 1);
	}
	if (ops->prefetch != NULL)
		ops->prefetch(g->datapath, g->slot,
			step == AHEAD_SECOND ? DATAPATH_STATE : DATAPATH_FROM_GUEST);
}

/*
 * Rate max: while a guest's burst is made, for the next ones of the order. What they return at once, as
 * where there is no guest, is taken in the same turn: no list says so before.
 */
static inline void ahead_of_flood(const struct worker *w)
{
	const uint16_t *guest = w->timeline->guest;
	size_t second, third;

	if (!w->ahead)
		return;
	second = worker_entry_after(w, w->next);
	third = worker_entry_after(w, second);
	ahead_of_sending(w, guest[w->next], AHEAD_FIRST);
	ahead_of_sending(w, guest[second], AHEAD_SECOND);
	ahead_of_sending(w, guest[third], AHEAD_THIRD);
	if (w->awake_tail - w->awake_head < AHEAD_AWAKE) {
		rte_prefetch0(&w->rx[guest[second]]);
		rte_prefetch0(w->rx[guest[w->next]].c);
		rte_prefetch0(w->rx[guest[w->next]].tracker);
	}
}

/*
 * Rate max: of the frame_len bytes (with FCS) that will be written at data, the lines behind the first,
 * which the interface asks for. Buffers of many guests exceed the caches: each line that is written
 * comes from far away, and the store buffer holds few of them.
 */
static inline void ahead_of_writing(const uint8_t *data, uint32_t frame_len)
{
	const uint8_t *last = data + frame_len - FRAME_FCS_LEN - 1;
	const uint8_t *at = RTE_PTR_ALIGN_FLOOR(data, RTE_CACHE_LINE_SIZE);

	while ((at += RTE_CACHE_LINE_SIZE) <= last)
		__builtin_prefetch(at, 1);
}

/* The next guests that are looked at. */
static inline void ahead_of_receiving(const struct worker *w)
{
	uint32_t nb = w->ahead ? w->awake_tail - w->awake_head : 0;

	for (uint32_t i = 0; i <= AHEAD_FIRST - AHEAD_THIRD && i < nb; i++)
		ahead_of_taking(w, w->awake[(w->awake_head + i) & w->awake_mask],
			(enum ahead_step)(AHEAD_FIRST - i));
}

/* Where a guest's latencies are counted, if they are what the last guest's were. */
static inline void ahead_of_counting(const struct worker *w, uint32_t guest)
{
	const struct rx_guest *r = &w->rx[guest];

	for (uint32_t k = 0; k < r->nb_classes && k < AHEAD_CLASSES; k++)
		if (w->pooled)
			hist_prefetch(r->c[k].latency, w->bucket);
		else
			hist_prefetch_whole(r->c[k].latency, w->bucket);
}

#endif
