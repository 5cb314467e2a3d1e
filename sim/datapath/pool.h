/* SPDX-License-Identifier: BSD-3-Clause */
/* sim/datapath/pool.h: pools of mbufs that suit a machine without hugepages, frames in them, rings. */
#ifndef SIM_DATAPATH_POOL_H
#define SIM_DATAPATH_POOL_H

#include <glib.h>
#include <rte_mbuf.h>
#include <rte_mempool.h>
#include <rte_prefetch.h>
#include <rte_ring.h>

#include "sim/datapath/datapath.h"
#include "traffic/frame.h"

enum {
	POOL_CACHE = 256, /* mbufs that an lcore keeps to itself */
	POOL_BURST = 64,  /* frames that the functions below take at once, at most */
};

/*
 * nb mbufs with room for room bytes, headroom included. NULL and error when there is no memory for
 * them; free with rte_mempool_free.
 */
struct rte_mempool *pool_new(const char *name, unsigned nb, uint16_t room, GError **error);

/*
 * The same for frames of frame_len_max (with FCS), whose bytes are all zero: nothing but heads of
 * frames may be written into them. name gets a number behind it. Main thread.
 */
struct rte_mempool *pool_of_frames(
	const char *name, unsigned nb, uint32_t frame_len_max, GError **error);
/*
 * A ring of size entries, a power of two, of which one stays free; flags as rte_ring_create. NULL and
 * error when there is no memory for it; free with rte_ring_free. Main thread.
 */
struct rte_ring *pool_ring(const char *name, unsigned size, unsigned flags, GError **error);
/* What pool_of_frames takes of EAL's memory. */
size_t pool_bytes(unsigned nb, uint32_t frame_len_max);

/* Hot, and of one segment each: mbufs as frame_slots. cookie is the mbuf. */
static inline uint16_t pool_slots(struct rte_mempool *pool, struct frame_slot *f, uint16_t n)
{
	struct rte_mbuf *m[POOL_BURST];

	/* The mbufs of pool_of_frames are never altered but for their length: no need to reset them. */
	if (rte_mempool_get_bulk(pool, (void **)m, n) != 0)
		return 0;
	for (uint16_t i = 0; i < n; i++) {
		/* Data lies behind the mbuf: to know where, its cache line is not needed. */
		f[i].data = (uint8_t *)(m[i] + 1) + RTE_PKTMBUF_HEADROOM;
		f[i].cookie = m[i];
	}
	return n;
}

static inline void pool_slots_to_mbufs(const struct frame_slot *f, struct rte_mbuf **m, uint16_t n)
{
	for (uint16_t i = 0; i < n; i++) {
		m[i] = f[i].cookie;
		m[i]->data_len = (uint16_t)f[i].len;
		m[i]->pkt_len = f[i].len;
	}
}

static inline void pool_mbufs_to_slots(struct rte_mbuf **m, struct frame_slot *f, uint16_t n)
{
	for (uint16_t i = 0; i < n; i++)
		rte_prefetch0(m[i]);
	for (uint16_t i = 0; i < n; i++) {
		f[i].data = rte_pktmbuf_mtod(m[i], uint8_t *);
		f[i].len = m[i]->nb_segs == 1 ? m[i]->data_len : 0;
		f[i].cookie = m[i];
	}
}

static inline void pool_slots_free(struct rte_mempool *pool, struct frame_slot *f, uint16_t n)
{
	struct rte_mbuf *m[POOL_BURST];

	for (uint16_t i = 0; i < n; i++)
		m[i] = f[i].cookie;
	rte_mempool_put_bulk(pool, (void *const *)m, n);
}

#endif
