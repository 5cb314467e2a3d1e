/* SPDX-License-Identifier: BSD-3-Clause */
#include "sim/datapath/wire.h"

#include "sim/datapath/pool.h"

/* For full rings, and what each thread of the generator and of the host may keep to itself. */
static unsigned nb_mbufs(const struct datapath_cfg *cfg, unsigned nb_rings)
{
	return (nb_rings + cfg->mediators) * (WIRE_RING + 2 * POOL_CACHE) + 4096;
}

size_t wire_memory(const struct datapath_cfg *cfg, unsigned nb_out)
{
	return pool_bytes(nb_mbufs(cfg, cfg->nb_load), cfg->frame_len_max) +
	       pool_bytes(nb_mbufs(cfg, nb_out), cfg->frame_len_max) +
	       (cfg->nb_load + nb_out) * (size_t)rte_ring_get_memsize(WIRE_RING);
}

gboolean wire_open(struct wire *w, struct datapath *d, const struct datapath_cfg *cfg,
	unsigned nb_out, gboolean many, GError **error)
{
	const unsigned single = RING_F_SP_ENQ | RING_F_SC_DEQ;
	gboolean done;

	*w = (struct wire){ .nb_in = cfg->nb_load, .nb_out = nb_out };
	d->wire = w;
	d->nb_ports = nb_out;
	w->down = pool_of_frames("down", nb_mbufs(cfg, w->nb_in), cfg->frame_len_max, error);
	if (w->down != NULL)
		w->up = pool_of_frames("up", nb_mbufs(cfg, nb_out), cfg->frame_len_max, error);
	done = w->up != NULL;
	for (unsigned i = 0; done && i < w->nb_in; i++)
		done = (w->in[i] = pool_ring("wire-in", WIRE_RING, single, error)) != NULL;
	for (unsigned i = 0; done && i < nb_out; i++)
		done = (w->out[i] = pool_ring("wire-out", WIRE_RING, many ? RING_F_SC_DEQ : single,
				error)) != NULL;
	if (!done)
		wire_close(w);
	return done;
}

void wire_close(struct wire *w)
{
	for (unsigned i = 0; i < WIRE_QUEUES_MAX; i++) {
		rte_ring_free(w->in[i]);
		rte_ring_free(w->out[i]);
	}
	rte_mempool_free(w->down);
	rte_mempool_free(w->up);
	*w = (struct wire){ 0 };
}

void wire_cache_open(struct wire_cache *c)
{
	c->down = rte_mempool_cache_create(POOL_CACHE, SOCKET_ID_ANY);
	c->up = rte_mempool_cache_create(POOL_CACHE, SOCKET_ID_ANY);
}

void wire_cache_close(const struct wire *w, struct wire_cache *c)
{
	if (c->down != NULL)
		rte_mempool_cache_flush(c->down, w->down);
	if (c->up != NULL)
		rte_mempool_cache_flush(c->up, w->up);
	rte_mempool_cache_free(c->down);
	rte_mempool_cache_free(c->up);
	*c = (struct wire_cache){ 0 };
}

uint16_t wire_reserve(
	struct datapath *d, unsigned q, uint32_t slot, struct frame_slot *f, uint16_t n)
{
	(void)q;
	(void)slot;
	return pool_slots(d->wire->down, f, n);
}

uint16_t wire_commit(struct datapath *d, unsigned q, uint32_t slot, struct frame_slot *f,
	uint16_t nb, uint16_t n)
{
	struct rte_mbuf *m[POOL_BURST];
	uint16_t sent;

	(void)slot;
	pool_slots_to_mbufs(f, m, nb);
	sent = (uint16_t)rte_ring_sp_enqueue_burst(d->wire->in[q], (void *const *)m, nb, NULL);
	pool_slots_free(d->wire->down, f + sent, (uint16_t)(n - sent));
	return sent;
}

uint16_t wire_receive_port(struct datapath *d, unsigned port, struct frame_slot *f, uint16_t n)
{
	struct rte_mbuf *m[POOL_BURST];
	uint16_t got = (uint16_t)rte_ring_sc_dequeue_burst(
		d->wire->out[port], (void **)m, MIN(n, POOL_BURST), NULL);

	pool_mbufs_to_slots(m, f, got);
	return got;
}

void wire_release_port(struct datapath *d, unsigned port, struct frame_slot *f, uint16_t n)
{
	(void)port;
	pool_slots_free(d->wire->up, f, n);
}
