/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * sim/datapath/wire.h: the wire between the generator and a host that several guests share: what a
 * cable and a NIC's queues are to a host with virtual machines. Frames are mbufs; a ring for each
 * load worker leads to the host, one for each port back.
 *
 * Left out: the NIC's own DMA (mbufs change hands, they are not copied) and its speed limit.
 */
#ifndef SIM_DATAPATH_WIRE_H
#define SIM_DATAPATH_WIRE_H

#include <stdint.h>

#include <glib.h>
#include <rte_mbuf.h>
#include <rte_mempool.h>
#include <rte_ring.h>

#include "sim/datapath/datapath.h"

enum { WIRE_RING = 1024, WIRE_QUEUES_MAX = 64 };

struct wire {
	struct rte_mempool *down, *up; /* frames to the host, and from it */
	/* Load worker q to the host: one producer, one consumer. */
	struct rte_ring *in[WIRE_QUEUES_MAX];
	/* Host to the generator's port p; several producers may be. */
	struct rte_ring *out[WIRE_QUEUES_MAX];
	unsigned nb_in, nb_out;
};

/* A host thread's own caches of the wire's pools: mempools have them for lcores only. */
struct wire_cache {
	struct rte_mempool_cache *down, *up;
};

size_t wire_memory(const struct datapath_cfg *cfg, unsigned nb_out);
/* d's wire and ports. nb_in is cfg->nb_load. many: several threads put frames into one out ring. */
gboolean wire_open(struct wire *w, struct datapath *d, const struct datapath_cfg *cfg,
	unsigned nb_out, gboolean many, GError **error);
void wire_close(struct wire *w);
void wire_cache_open(struct wire_cache *c);
void wire_cache_close(const struct wire *w, struct wire_cache *c);

/* Generator's side: hooks of struct datapath_ops of an interface that has a wire. */
uint16_t wire_reserve(
	struct datapath *d, unsigned q, uint32_t slot, struct frame_slot *f, uint16_t n);
uint16_t wire_commit(struct datapath *d, unsigned q, uint32_t slot, struct frame_slot *f,
	uint16_t nb, uint16_t n);
uint16_t wire_receive_port(struct datapath *d, unsigned port, struct frame_slot *f, uint16_t n);
void wire_release_port(struct datapath *d, unsigned port, struct frame_slot *f, uint16_t n);

/* Host's side, with its thread's cache. */
static inline uint16_t wire_take(struct wire *w, unsigned q, struct rte_mbuf **m, uint16_t n)
{
	return (uint16_t)rte_ring_sc_dequeue_burst(w->in[q], (void **)m, n, NULL);
}

static inline void wire_free_down(
	struct wire *w, const struct wire_cache *c, struct rte_mbuf **m, uint16_t n)
{
	rte_mempool_generic_put(w->down, (void *const *)m, n, c->down);
}

static inline gboolean wire_alloc_up(
	struct wire *w, const struct wire_cache *c, struct rte_mbuf **m, uint16_t n)
{
	return rte_mempool_generic_get(w->up, (void **)m, n, c->up) == 0;
}

static inline void wire_free_up(
	struct wire *w, const struct wire_cache *c, struct rte_mbuf **m, uint16_t n)
{
	rte_mempool_generic_put(w->up, (void *const *)m, n, c->up);
}

/* How many the generator's port had room for; the rest stays the caller's. data_len is set by it. */
static inline uint16_t wire_give(struct wire *w, unsigned port, struct rte_mbuf **m, uint16_t n)
{
	return (uint16_t)rte_ring_enqueue_burst(w->out[port], (void *const *)m, n, NULL);
}

#endif
