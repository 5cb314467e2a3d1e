/* SPDX-License-Identifier: BSD-3-Clause */
/* The control thread of interface vmux: changes of owners, as vmux_private.h has them. */
#include "sim/datapath/vmux_private.h"

enum {
	LOOK_US = 20,              /* between looks at what others have done */
	PATIENCE_US = 500000,      /* until receivers must have taken from the ports */
	OFFER_PATIENCE_US = 50000, /* until the load worker must have taken the queue */
};

/*
 * Two ends of a turn: the first may be of one that had begun before what the caller did was
 * visible. UINT64_MAX: it has ended for good.
 */
void vmux_mediators_turn(const struct vmux *v)
{
	atomic_thread_fence(memory_order_seq_cst); /* as the engine's quiesce */
	for (unsigned i = 0; i < v->nb_mediators; i++) {
		const ctr *turns = &v->mediators[i].turns;
		uint64_t before = atomic_load(turns), now;

		while ((now = atomic_load(turns)) != UINT64_MAX && now - before < 2)
			g_usleep(LOOK_US);
	}
}

/* Between two looks; FALSE when it is time to lose patience. */
static gboolean look_again(int64_t until_us)
{
	if (g_get_monotonic_time() >= until_us)
		return FALSE;
	g_usleep(LOOK_US);
	return TRUE;
}

/* Steps 1 to 3. */
static gboolean tx_to_nic(struct vmux *v, struct vmux_guest *g)
{
	const ctr *clear = &v->mediators[g->mediator].clear;
	const struct rte_ring *port = v->wire.out[g->port];
	int64_t until_us = g_get_monotonic_time() + PATIENCE_US;
	uint64_t before;
	uint32_t tail;

	atomic_store(&g->tx, VMUX_TX_NOBODY);
	before = atomic_load(clear);
	while (atomic_load(clear) - before < 2)
		if (!look_again(until_us))
			return FALSE;
	until_us = g_get_monotonic_time() + PATIENCE_US;
	tail = __atomic_load_n(&port->prod.tail, __ATOMIC_ACQUIRE);
	while ((int32_t)(__atomic_load_n(&port->cons.tail, __ATOMIC_ACQUIRE) - tail) < 0)
		if (!look_again(until_us))
			return FALSE;
	v->d->quiesce(v->d->quiesce_arg);
	atomic_store(&g->tx, VMUX_TX_DIRECT);
	return TRUE;
}

/* Steps 4 to 6. */
static gboolean rx_to_nic(struct vmux *v, struct vmux_guest *g)
{
	int64_t until_us = g_get_monotonic_time() + OFFER_PATIENCE_US;
	uint32_t rx = VMUX_RX_OFFERED;

	atomic_store(&g->rx, VMUX_RX_LEAVING);
	vmux_mediators_turn(v);
	atomic_store(&g->rx, VMUX_RX_OFFERED);
	while (atomic_load(&g->rx) != VMUX_RX_DIRECT && look_again(until_us))
		;
	if (!atomic_compare_exchange_strong(&g->rx, &rx, VMUX_RX_HELD))
		return TRUE;
	v->d->quiesce(v->d->quiesce_arg);
	until_us = g_get_monotonic_time() + PATIENCE_US;
	while (!vmux_has_arrived(g))
		if (!look_again(until_us))
			return FALSE;
	atomic_store(&g->rx, VMUX_RX_DIRECT);
	return TRUE;
}

gboolean vmux_switch(struct vmux *v, uint32_t slot, gboolean to_nic)
{
	struct vmux_guest *g = &v->guest[slot];
	gboolean can, done;

	pthread_mutex_lock(&v->d->quiesce_lock);
	can = v->d->quiesce != NULL;
	done = can && (!to_nic || (tx_to_nic(v, g) && rx_to_nic(v, g)));
	if (can && !(to_nic && done)) {
		atomic_store(&g->rx, VMUX_RX_LEAVING);
		atomic_store(&g->tx, VMUX_TX_NOBODY);
		v->d->quiesce(v->d->quiesce_arg);
		atomic_store(&g->rx, VMUX_RX_MEDIATED);
		atomic_store(&g->tx, VMUX_TX_MEDIATED);
	}
	ctr_add(&v->switches, done ? 1 : 0);
	pthread_mutex_unlock(&v->d->quiesce_lock);
	return done;
}

static gpointer run_control(gpointer arg)
{
	struct vmux *v = arg;
	g_autofree struct vmux_ranking *r = vmux_ranking_new(v->nb_guests, v->policy.nb);
	g_autofree uint64_t *before = g_new0(uint64_t, v->nb_guests);
	g_autofree uint64_t *frames = g_new0(uint64_t, v->nb_guests);
	int64_t interval_us = (int64_t)(v->policy.interval_ns / 1000);
	int64_t now_us = g_get_monotonic_time(), next_us = now_us + interval_us;

	while (g_async_queue_timeout_pop(v->control_end, (guint64)MAX(next_us - now_us, 0)) ==
		NULL) {
		uint32_t slot;
		gboolean to_nic;

		next_us = MAX(next_us, g_get_monotonic_time()) + interval_us;
		for (uint32_t i = 0; i < v->nb_guests; i++) {
			const struct vmux_guest *g = &v->guest[i];
			/* Frames to and from it, ever. */
			uint64_t now = ctr_get(&g->sent) + ctr_get(&g->sent_direct) +
				       ctr_get(&g->received_direct) + ctr_get(&g->taken);

			frames[i] = now - before[i];
			before[i] = now;
		}
		vmux_ranking_note(r, frames);
		/* At most as often as all places can change hands: then it is time to look again. */
		for (uint32_t i = 0;
			i < 2 * v->policy.nb && v->policy.ops->next(r, &slot, &to_nic) &&
			vmux_switch(v, slot, to_nic);
			i++)
			vmux_ranking_place(r, slot, to_nic);
		now_us = g_get_monotonic_time();
	}
	return NULL;
}

void vmux_control_start(struct vmux *v)
{
	v->control_end = g_async_queue_new();
	v->control = g_thread_new("vmux-control", run_control, v);
}

void vmux_control_stop(struct vmux *v)
{
	if (v->control == NULL)
		return;
	g_async_queue_push(v->control_end, v);
	g_thread_join(v->control);
	g_async_queue_unref(v->control_end);
	v->control = NULL;
}
