/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Interface null: a wire of no length and no cost. What is sent to a guest waits in a ring of its
 * own until the receiver takes it. Everything that is measured over it is the generator's own:
 * building, stamping, pacing, judging and counting frames.
 */
#include <rte_errno.h>
#include <rte_ring.h>

#include "sim/datapath/datapath.h"
#include "sim/error.h"

enum { RING_SIZE = 1024 };

struct null_state {
	struct rte_ring **ring; /* one a guest */
};

static void null_close(struct datapath *d)
{
	struct null_state *s = d->state;

	for (uint32_t i = 0; i < d->nb_guests; i++) {
		struct rte_mbuf *m;

		if (s->ring[i] == NULL)
			continue;
		while (rte_ring_sc_dequeue(s->ring[i], (void **)&m) == 0)
			rte_pktmbuf_free(m);
		rte_ring_free(s->ring[i]);
	}
	g_free(s->ring);
	g_free(s);
}

static gboolean null_open(struct datapath *d, const struct datapath_cfg *cfg, GError **error)
{
	struct null_state *s = g_new0(struct null_state, 1);

	d->state = s;
	s->ring = g_new0(struct rte_ring *, cfg->nb_guests);
	for (uint32_t i = 0; i < cfg->nb_guests; i++) {
		char name[32];

		g_snprintf(name, sizeof(name), "null%u", i);
		s->ring[i] = rte_ring_create(
			name, RING_SIZE, SOCKET_ID_ANY, RING_F_SP_ENQ | RING_F_SC_DEQ);
		if (s->ring[i] == NULL) {
			g_set_error(error, SIM_ERROR, SIM_ERROR_RESOURCES,
				"null: no memory for guest %u's ring (%s); use fewer --guests or a "
				"larger --memory",
				i, rte_strerror(rte_errno));
			null_close(d);
			return FALSE;
		}
	}
	return TRUE;
}

static uint16_t null_tx(struct datapath *d, uint32_t guest, struct rte_mbuf **m, uint16_t n)
{
	struct null_state *s = d->state;

	return (uint16_t)rte_ring_sp_enqueue_burst(s->ring[guest], (void *const *)m, n, NULL);
}

static uint16_t null_rx(struct datapath *d, uint32_t guest, struct rte_mempool *pool,
	struct rte_mbuf **m, uint16_t n)
{
	struct null_state *s = d->state;

	(void)pool;
	return (uint16_t)rte_ring_sc_dequeue_burst(s->ring[guest], (void **)m, n, NULL);
}

const struct datapath_ops datapath_null = {
	.interface = "null",
	.mechanism = "frames go from the load worker straight to the receiver: the generator's own "
		     "cost",
	.open = null_open,
	.close = null_close,
	.tx = null_tx,
	.rx = null_rx,
};
