/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Interfaces null and discard: no guests, no host, the generator alone.
 *
 * null is a wire of no length and no cost: what is sent to a guest waits in a ring of its own until
 * the receiver takes it. Everything that is measured over it is the generator's own: building,
 * stamping, pacing, judging and counting frames. discard drops what is sent, as DPDK's net_null
 * does: the cost of sending alone.
 */
#include <rte_malloc.h>
#include <rte_ring.h>

#include "sim/datapath/datapath.h"
#include "sim/base/error.h"
#include "sim/datapath/pool.h"

enum {
	RING_SIZE = 1024,
	UNDER_WAY_MAX = 65536,
	RESERVE = 4096,
	MALLOC_HEAD = 128, /* what rte_malloc adds to a block */
};

struct null_state {
	struct rte_mempool *pool;
	struct rte_ring **ring; /* one a guest; none of discard */
};

static unsigned nb_mbufs(const struct datapath_cfg *cfg, gboolean rings)
{
	unsigned under_way = rings ? MIN(cfg->nb_guests * RING_SIZE, (unsigned)UNDER_WAY_MAX) : 0;

	return under_way + (cfg->nb_load + cfg->nb_rx) * 2 * POOL_CACHE + RESERVE;
}

static size_t null_memory(const struct datapath_cfg *cfg)
{
	return pool_bytes(nb_mbufs(cfg, TRUE), cfg->frame_len_max) +
	       cfg->nb_guests * ((size_t)rte_ring_get_memsize(RING_SIZE) + MALLOC_HEAD);
}

static size_t discard_memory(const struct datapath_cfg *cfg)
{
	return pool_bytes(nb_mbufs(cfg, FALSE), cfg->frame_len_max);
}

static void null_close(struct datapath *d)
{
	struct null_state *s = d->state;

	for (uint32_t i = 0; s->ring != NULL && i < d->nb_guests; i++)
		rte_free(s->ring[i]);
	g_free(s->ring);
	rte_mempool_free(s->pool);
	g_free(s);
}

static gboolean null_open(struct datapath *d, const struct datapath_cfg *cfg, GError **error)
{
	gboolean rings = d->ops->receive != NULL; /* of null; discard has none */
	struct null_state *s = g_new0(struct null_state, 1);

	d->state = s;
	s->pool = pool_of_frames(
		d->ops->interface, nb_mbufs(cfg, rings), cfg->frame_len_max, error);
	s->ring = rings ? g_new0(struct rte_ring *, cfg->nb_guests) : NULL;
	for (uint32_t i = 0; rings && s->pool != NULL && i < cfg->nb_guests; i++) {
		/* rte_ring_create would take a memory zone each: DPDK has 2,560 of them. */
		s->ring[i] = rte_zmalloc(
			"null", (size_t)rte_ring_get_memsize(RING_SIZE), RTE_CACHE_LINE_SIZE);
		if (s->ring[i] != NULL && rte_ring_init(s->ring[i], "null", RING_SIZE,
						  RING_F_SP_ENQ | RING_F_SC_DEQ) == 0)
			continue;
		g_set_error(error, SIM_ERROR, SIM_ERROR_RESOURCES,
			"null: out of memory for the ring of guest %u: use a larger --memory or "
			"fewer --guests",
			i);
		null_close(d);
		return FALSE;
	}
	if (s->pool == NULL)
		null_close(d);
	return s->pool != NULL;
}

static uint16_t null_reserve(
	struct datapath *d, unsigned q, uint32_t slot, struct frame_slot *f, uint16_t n)
{
	(void)q;
	(void)slot;
	return pool_slots(((struct null_state *)d->state)->pool, f, n);
}

static uint16_t null_commit(struct datapath *d, unsigned q, uint32_t slot, struct frame_slot *f,
	uint16_t nb, uint16_t n)
{
	struct null_state *s = d->state;
	struct rte_mbuf *m[POOL_BURST];
	uint16_t sent;

	(void)q;
	pool_slots_to_mbufs(f, m, nb);
	sent = (uint16_t)rte_ring_sp_enqueue_burst(s->ring[slot], (void *const *)m, nb, NULL);
	if (unlikely(sent < n))
		pool_slots_free(s->pool, f + sent, (uint16_t)(n - sent));
	return sent;
}

static uint16_t null_receive(struct datapath *d, uint32_t slot, struct frame_slot *f, uint16_t n)
{
	struct null_state *s = d->state;
	struct rte_mbuf *m[POOL_BURST];
	uint16_t got = (uint16_t)rte_ring_sc_dequeue_burst(
		s->ring[slot], (void **)m, MIN(n, (uint16_t)POOL_BURST), NULL);

	pool_mbufs_to_slots(m, f, got);
	return got;
}

static void null_release(struct datapath *d, uint32_t slot, struct frame_slot *f, uint16_t n)
{
	(void)slot;
	pool_slots_free(((struct null_state *)d->state)->pool, f, n);
}

static uint16_t discard_commit(struct datapath *d, unsigned q, uint32_t slot, struct frame_slot *f,
	uint16_t nb, uint16_t n)
{
	struct rte_mbuf *m[POOL_BURST];

	(void)q;
	(void)slot;
	pool_slots_to_mbufs(f, m, nb);
	pool_slots_free(((struct null_state *)d->state)->pool, f, n);
	return nb;
}

const struct datapath_ops datapath_null = {
	.interface = "null",
	.mechanism = "frames go from the load worker straight to the receiver: the generator's own "
		     "cost",
	.zeroed = TRUE,
	.memory = null_memory,
	.open = null_open,
	.close = null_close,
	.reserve = null_reserve,
	.commit = null_commit,
	.receive = null_receive,
	.release = null_release,
};

const struct datapath_ops datapath_discard = {
	.interface = "discard",
	.mechanism = "frames are built, counted and dropped: the cost of sending alone",
	.zeroed = TRUE,
	.one_way = TRUE,
	.memory = discard_memory,
	.open = null_open,
	.close = null_close,
	.reserve = null_reserve,
	.commit = discard_commit,
};
