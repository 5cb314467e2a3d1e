/* SPDX-License-Identifier: BSD-3-Clause */
/* The hot part of vhost_guests.h: a burst of frames to a guest, or from it. */
#include "sim/datapath/vhost_private.h"

#include <rte_branch_prediction.h>
#include <rte_mbuf.h>

struct vhost_pair *vhost_guest_turn(struct vhost_guest *g)
{
	const uint32_t nb = vhost_guest_pairs(g);
	uint32_t i = g->receiving == &g->first ? 0 : (uint32_t)(g->receiving - g->more) + 1;

	for (uint32_t k = 0; k < nb; k++) {
		struct vhost_pair *p;

		i = i + 1 < nb ? i + 1 : 0;
		p = vhost_guest_pair(g, i);
		if (!splitq_has_avail(&p->tx))
			continue;
		g->receiving = p;
		if (atomic_load_explicit(&g->steered, memory_order_relaxed) != i)
			atomic_store_explicit(&g->steered, i, memory_order_relaxed);
		return p;
	}
	return NULL;
}

uint16_t vhost_guests_reserve(
	struct datapath *d, unsigned q, uint32_t slot, struct frame_slot *f, uint16_t n)
{
	struct vhost_guests *vs = d->vhost;
	struct vhost_guest *g = &vs->guest[slot];

	if (unlikely(!atomic_load_explicit(&g->connected, memory_order_acquire)))
		return 0;
	if (likely(vhost_guest_pairs(g) == 1))
		return splitq_reserve(&g->first.rx, f, n, vs->room, vs->own[q]);
	g->sending = vhost_guest_steered(g);
	return splitq_reserve(&g->sending->rx, f, n, vs->room, vs->own[q]);
}

uint16_t vhost_guests_commit(struct datapath *d, unsigned q, uint32_t slot, struct frame_slot *f,
	uint16_t nb, uint16_t n)
{
	struct vhost_guest *g = &d->vhost->guest[slot];

	(void)q;
	return splitq_commit(
		likely(vhost_guest_pairs(g) == 1) ? &g->first.rx : &g->sending->rx, f, nb, n);
}

uint16_t vhost_guests_receive(struct datapath *d, uint32_t slot, struct frame_slot *f, uint16_t n)
{
	struct vhost_guests *vs = d->vhost;
	struct vhost_guest *g = &vs->guest[slot];
	struct vhost_pair *p;
	uint16_t got;

	if (unlikely(!atomic_load_explicit(&g->connected, memory_order_acquire)))
		return 0;
	p = vhost_guest_sender(g);
	if (unlikely(p == NULL))
		return 0;
	got = splitq_receive(&p->tx, f, n, vs->room);
	if (likely(!p->tx.at_chain) || rte_mempool_get(vs->pool, (void **)&g->own) != 0)
		return got;
	got = splitq_gather(&p->tx, f, rte_pktmbuf_mtod(g->own, uint8_t *), vs->room);
	if (got == 0)
		rte_mempool_put(vs->pool, g->own);
	return got;
}

void vhost_guests_release(struct datapath *d, uint32_t slot, struct frame_slot *f, uint16_t n)
{
	struct vhost_guest *g = &d->vhost->guest[slot];
	struct splitq *tx = likely(vhost_guest_pairs(g) == 1) ? &g->first.tx : &g->receiving->tx;

	splitq_release(tx, f, n);
	if (unlikely(tx->at_chain))
		rte_mempool_put(d->vhost->pool, g->own);
}
