/* SPDX-License-Identifier: BSD-3-Clause */
#include "sim/datapath/vmux_private.h"

#include <pthread.h>
#include <sched.h>

#include <rte_branch_prediction.h>
#include <rte_cycles.h>
#include <rte_pause.h>
#include <rte_prefetch.h>

#include "sim/datapath/pool.h"

enum {
	ETH_LEN = 14,
	POLL_BURST = 32, /* frames from one guest at once */
	TURN_POLLS = 32, /* active guests that are polled in one turn */
	TURN_LOOKS = 4,  /* guests at rest that are looked at in one turn */
	REST_POLLS = 64, /* polls without a frame until a guest counts as at rest */
};

static inline void count_frames(struct vmux_mediator *me, enum vmux_count what, uint64_t n)
{
	ctr_add(&me->count[what], n);
}

static inline void note_call(struct vmux_mediator *me, struct vmux_guest *g, enum vmux_call call)
{
	if (g->queues.packed == NULL)
		return;
	if (g->calls == 0)
		me->called[me->nb_called++] = g;
	g->calls |= (uint8_t)call;
}

static inline void call_if_wanted(
	struct vmux_guest *g, enum vmux_call call, const struct vq_dev *q, enum qpair_fd fd)
{
	if ((g->calls & call) == 0 ||
		atomic_load_explicit(&q->ring.driver->flags, memory_order_relaxed) == VQ_EVENTS_OFF)
		return;
	ctr_add(&g->called, 1);
	qpair_signal(g->queues.packed->fd[fd]);
}

/* Interrupts of guests that want them: one fence for all, where vq_dev_wants_call has one each. */
static inline void finish_calls(struct vmux_mediator *me)
{
	if (me->nb_called == 0)
		return;
	atomic_thread_fence(memory_order_seq_cst);
	for (uint32_t i = 0; i < me->nb_called; i++) {
		struct vmux_guest *g = me->called[i];

		call_if_wanted(g, VMUX_CALL_RX, &g->queues.packed->rx, QPAIR_RX_CALL);
		call_if_wanted(g, VMUX_CALL_TX, &g->queues.packed->tx, QPAIR_TX_CALL);
		g->calls = 0;
	}
	me->nb_called = 0;
}

static inline void activate_guest(struct vmux_mediator *me, struct vmux_guest *g)
{
	g->idle_polls = 0;
	if (g->is_active)
		return;
	g->is_active = TRUE;
	me->active[me->nb_active++] = g->slot;
}

/* Copy up to n frames into a guest's receive queue. They stay the caller's. */
static inline void deliver_frames(
	struct vmux_mediator *me, struct vmux_guest *g, struct rte_mbuf **m, uint16_t n)
{
	uint16_t took;

	if (unlikely(!vmux_queues_connected(&g->queues))) {
		count_frames(me, VMUX_DROP_NOT_CONNECTED, n);
		return;
	}
	took = vmux_queue_put(&g->queues, m, n, me->vmux->room);
	count_frames(me, VMUX_TO_GUESTS, took);
	if (unlikely(took < n))
		count_frames(me, VMUX_DROP_NO_DESCRIPTOR, (uint64_t)(n - took));
	note_call(me, g, VMUX_CALL_RX);
	/* Most guests answer: so their transmit queue is worth a look. */
	activate_guest(me, g);
}

/* Frame i of the burst is for g: behind those before it. */
static inline void chain_frame(struct vmux_guest *g, uint16_t *next, uint16_t i,
	struct vmux_guest **touched, uint16_t *nb_touched)
{
	if (g->chain_len++ == 0) {
		touched[(*nb_touched)++] = g;
		g->chain_first = i;
		if (likely(vmux_queues_connected(&g->queues)))
			vmux_queue_prefetch_rx(&g->queues);
	} else {
		next[g->chain_last] = i;
	}
	g->chain_last = i;
}

static inline void deliver_chains(struct vmux_mediator *me, struct rte_mbuf **m,
	const uint16_t *next, struct vmux_guest **touched, uint16_t nb_touched)
{
	for (uint16_t t = 0; t < nb_touched; t++) {
		struct vmux_guest *g = touched[t];
		struct rte_mbuf *own[VMUX_BURST];
		uint16_t at = g->chain_first;

		for (uint16_t k = 0; k < g->chain_len; k++, at = next[at])
			own[k] = m[at];
		deliver_frames(me, g, own, g->chain_len);
		/* release: the queue is the load worker's when it has seen that all is there. */
		atomic_store_explicit(
			&g->arrived, ctr_get(&g->arrived) + g->chain_len, memory_order_release);
		g->chain_len = 0;
	}
}

/* Into the right pool: frames between guests are of the upward one, and were never on the wire. */
static void drop_mixed(struct vmux_mediator *me, struct rte_mbuf **m, uint16_t n)
{
	struct vmux *v = me->vmux;

	count_frames(me, VMUX_DROP_HANDED_FULL, n);
	for (uint16_t i = 0; i < n; i++) {
		uint16_t slot = vmux_macs_find(&v->macs, vmux_mac_at(vmux_data_of(m[i])));

		if (m[i]->pool == v->wire.up) {
			wire_free_up(&v->wire, &me->cache, &m[i], 1);
			continue;
		}
		atomic_fetch_add(&v->guest[slot].dropped_elsewhere, 1);
		wire_free_down(&v->wire, &me->cache, &m[i], 1);
	}
}

/* To the mediator whose guest it is for. */
static void send_across(struct vmux_mediator *me)
{
	for (unsigned i = 0; i < me->vmux->nb_mediators; i++) {
		struct vmux_staged *s = &me->across[i];
		uint16_t sent;

		if (s->nb == 0)
			continue;
		sent = (uint16_t)rte_ring_mp_enqueue_burst(
			me->vmux->mediators[i].handed, (void *const *)s->m, s->nb, NULL);
		if (unlikely(sent < s->nb))
			drop_mixed(me, s->m + sent, (uint16_t)(s->nb - sent));
		s->nb = 0;
	}
}

static inline uint16_t put_on_port(struct vmux_mediator *me, uint16_t port, struct rte_mbuf *m)
{
	struct vmux_staged *s = &me->staged[port];

	s->m[s->nb++] = m;
	return s->nb;
}

/* Is everything that was taken from guests on the ports? */
static inline gboolean flush_ports(struct vmux_mediator *me)
{
	gboolean clear = TRUE;

	for (unsigned p = 0; p < me->vmux->wire.nb_out; p++) {
		struct vmux_staged *s = &me->staged[p];
		uint16_t sent;

		if (s->nb == 0)
			continue;
		sent = wire_give(&me->vmux->wire, p, s->m, s->nb);
		if (unlikely(sent < s->nb)) {
			for (uint16_t i = sent; i < s->nb; i++)
				s->m[i - sent] = s->m[i];
			clear = FALSE;
		}
		s->nb = (uint16_t)(s->nb - sent);
	}
	return clear;
}

/* A frame between guests, whose receive queue the mediator may use. FALSE: it may not. */
static gboolean deliver_peer(struct vmux_mediator *me, struct vmux_guest *g, struct rte_mbuf *m)
{
	if (atomic_load_explicit(&g->rx, memory_order_acquire) != VMUX_RX_MEDIATED)
		return FALSE;
	deliver_frames(me, g, &m, 1);
	count_frames(me, VMUX_BETWEEN_GUESTS, 1);
	wire_free_up(&me->vmux->wire, &me->cache, &m, 1);
	return TRUE;
}

/*
 * A frame that a guest has sent. To another guest, unless that one is passed through: then it leaves
 * by the port like any other, as this NIC has no switch of its own.
 */
static inline void switch_up(struct vmux_mediator *me, struct vmux_guest *from, struct rte_mbuf *m)
{
	struct vmux *v = me->vmux;
	uint64_t mac = vmux_mac_at(vmux_data_of(m));
	struct vmux_guest *to;
	uint16_t slot;

	if (likely(mac == me->other_mac) || unlikely(m->data_len < ETH_LEN)) {
		put_on_port(me, from->port, m);
		return;
	}
	slot = vmux_macs_find(&v->macs, mac);
	if (slot == VMUX_MACS_NONE) {
		me->other_mac = mac;
		put_on_port(me, from->port, m);
		return;
	}
	to = &v->guest[slot];
	if (to->mediator != me->number) {
		struct vmux_staged *s = &me->across[to->mediator];

		m->port = from->port;
		s->m[s->nb++] = m;
		send_across(me);
	} else if (!deliver_peer(me, to, m)) {
		put_on_port(me, from->port, m);
	}
}

/*
 * A burst from the wire: by address to the guests, or to their mediators. handed: from those others,
 * to guests of mine; some may be between guests.
 */
static __rte_always_inline void switch_down(
	struct vmux_mediator *me, struct rte_mbuf **m, uint16_t n, gboolean handed)
{
	struct vmux *v = me->vmux;
	struct vmux_guest *touched[VMUX_BURST];
	struct rte_mbuf *done[VMUX_BURST];
	uint16_t next[VMUX_BURST], nb_touched = 0, nb_done = 0;
	gboolean across = FALSE;

	for (uint16_t i = 0; i < n; i++) {
		rte_prefetch0(vmux_data_of(m[i]));
		rte_prefetch0(m[i]);
	}
	for (uint16_t i = 0; i < n; i++) {
		uint16_t slot = vmux_macs_find(&v->macs, vmux_mac_at(vmux_data_of(m[i])));
		struct vmux_guest *g;

		if (!handed && unlikely(slot == VMUX_MACS_NONE)) {
			count_frames(me, VMUX_DROP_UNKNOWN_MAC, 1);
			done[nb_done++] = m[i];
			continue;
		}
		g = &v->guest[slot];
		if (!handed && g->mediator != me->number) {
			struct vmux_staged *s = &me->across[g->mediator];

			s->m[s->nb++] = m[i];
			across = TRUE;
			continue;
		}
		if (handed && unlikely(m[i]->pool == v->wire.up)) {
			if (!deliver_peer(me, g, m[i]))
				put_on_port(me, m[i]->port, m[i]);
			continue;
		}
		chain_frame(g, next, i, touched, &nb_touched);
		done[nb_done++] = m[i];
	}
	deliver_chains(me, m, next, touched, nb_touched);
	wire_free_down(&v->wire, &me->cache, done, nb_done);
	if (across)
		send_across(me);
}

/* Is a guest's transmit queue the mediator's? */
static inline gboolean may_empty(const struct vmux_guest *g)
{
	return atomic_load_explicit(&g->tx, memory_order_acquire) == VMUX_TX_MEDIATED &&
	       vmux_queues_connected(&g->queues);
}

/* Frames from a guest's transmit queue. 0: it has none, or is not the mediator's. */
static inline uint16_t poll_guest(struct vmux_mediator *me, struct vmux_guest *g)
{
	struct vmux *v = me->vmux;
	struct rte_mbuf *m[POLL_BURST];
	uint16_t n;

	if (!may_empty(g))
		return 0;
	n = vmux_queue_take(&g->queues, &v->wire, &me->cache, m, POLL_BURST, v->room);
	if (n == 0)
		return 0;
	note_call(me, g, VMUX_CALL_TX);
	for (uint16_t i = 0; i < n; i++)
		switch_up(me, g, m[i]);
	ctr_add(&g->taken, n);
	count_frames(me, VMUX_FROM_GUESTS, n);
	return n;
}

static inline void prefetch_queue(const struct vmux_guest *g)
{
	if (may_empty(g))
		vmux_queue_prefetch_tx(&g->queues);
}

/* The active guests, as many as a turn may last. */
static inline uint16_t poll_active(struct vmux_mediator *me)
{
	struct vmux *v = me->vmux;
	uint32_t polls = MIN(me->nb_active, (uint32_t)TURN_POLLS);
	uint16_t got = 0;

	for (uint32_t i = 0; i < polls; i++) {
		uint32_t at = me->cursor < me->nb_active ? me->cursor : 0;
		struct vmux_guest *g = &v->guest[me->active[at]];
		uint16_t n;

		if (at + 1 < me->nb_active)
			prefetch_queue(&v->guest[me->active[at + 1]]);
		n = poll_guest(me, g);
		me->cursor = at + 1;
		if (n != 0) {
			g->idle_polls = 0;
			got = (uint16_t)(got + n);
			if (me->staged[g->port].nb > VMUX_BURST && !flush_ports(me))
				break;
		} else if (++g->idle_polls >= REST_POLLS) {
			g->is_active = FALSE;
			me->active[at] = me->active[--me->nb_active];
			me->cursor = at;
		}
	}
	return got;
}

/* One cache line of each of a few guests at rest: has it sent something of its own accord? */
static inline void look_at_some(struct vmux_mediator *me)
{
	struct vmux *v = me->vmux;

	for (unsigned i = 0; i < TURN_LOOKS; i++) {
		struct vmux_guest *g = &v->guest[me->look];

		me->look += v->nb_mediators;
		if (me->look >= v->nb_guests)
			me->look = me->number;
		if (!g->is_active && may_empty(g) && vmux_queue_has_frames(&g->queues))
			activate_guest(me, g);
	}
}

static inline uint16_t take_turn(struct vmux_mediator *me)
{
	struct vmux *v = me->vmux;
	struct rte_mbuf *m[VMUX_BURST];
	uint16_t moved = 0, n;

	for (unsigned q = me->number; q < v->wire.nb_in; q += v->nb_mediators) {
		n = wire_take(&v->wire, q, m, VMUX_BURST);
		if (n == 0)
			continue;
		switch_down(me, m, n, FALSE);
		moved = (uint16_t)(moved + n);
	}
	/* Not while a port is full: frames between guests may end there, and have to fit. */
	if (me->handed != NULL && flush_ports(me)) {
		n = (uint16_t)rte_ring_sc_dequeue_burst(me->handed, (void **)m, VMUX_BURST, NULL);
		switch_down(me, m, n, TRUE);
		moved = (uint16_t)(moved + n);
	}
	if (flush_ports(me)) {
		atomic_store_explicit(&me->clear, ctr_get(&me->clear) + 1, memory_order_release);
		look_at_some(me);
		moved = (uint16_t)(moved + poll_active(me));
	}
	finish_calls(me);
	flush_ports(me);
	return moved;
}

static gpointer run_mediator(gpointer arg)
{
	struct vmux_mediator *me = arg;
	cpu_set_t set;

	/* Whoever saw before this that it does not run has changed owners before, too: it sees those. */
	atomic_store(&me->turns, 0);
	atomic_thread_fence(memory_order_seq_cst);
	CPU_ZERO(&set);
	CPU_SET(me->cpu, &set);
	sched_setaffinity(0, sizeof(set), &set); /* it was checked: the process may use it */
	if (pthread_getcpuclockid(pthread_self(), &me->clock) == 0)
		atomic_store_explicit(&me->has_clock, 1, memory_order_release);
	while (!atomic_load_explicit(&me->stop, memory_order_relaxed)) {
		uint64_t tsc = rte_rdtsc();

		if (take_turn(me) != 0)
			ctr_add(&me->busy_cycles, rte_rdtsc() - tsc);
		else if (me->yields)
			sched_yield();
		else
			rte_pause();
		atomic_store_explicit(&me->turns, ctr_get(&me->turns) + 1, memory_order_release);
	}
	atomic_store_explicit(&me->turns, UINT64_MAX, memory_order_release);
	return NULL;
}

size_t vmux_mediators_memory(const struct datapath_cfg *cfg)
{
	return cfg->mediators * (size_t)rte_ring_get_memsize(VMUX_HANDED);
}

static gboolean make_mediator(
	struct vmux *v, unsigned number, const struct datapath_cfg *cfg, GError **error)
{
	struct vmux_mediator *me = &v->mediators[number];
	uint32_t nb_own = (v->nb_guests + v->nb_mediators - 1) / v->nb_mediators;

	me->vmux = v;
	me->number = number;
	me->look = number;
	me->cpu = cfg->host_cpu[number % cfg->nb_host_cpus];
	me->yields = cfg->host_shares || v->nb_mediators > cfg->nb_host_cpus;
	me->staged = g_new0(struct vmux_staged, v->wire.nb_out);
	me->across = g_new0(struct vmux_staged, v->nb_mediators);
	me->active = g_new(uint32_t, nb_own);
	me->called = g_new(struct vmux_guest *, nb_own);
	atomic_store(&me->turns, UINT64_MAX);
	wire_cache_open(&me->cache);
	if (v->nb_mediators > 1)
		me->handed = pool_ring("vmux", VMUX_HANDED, RING_F_SC_DEQ, error);
	return v->nb_mediators == 1 || me->handed != NULL;
}

gboolean vmux_mediators_start(struct vmux *v, const struct datapath_cfg *cfg, GError **error)
{
	for (unsigned i = 0; i < v->nb_mediators; i++)
		if (!make_mediator(v, i, cfg, error))
			return FALSE;
	atomic_store(&v->ready, 1);
	for (unsigned i = 0; i < v->nb_mediators; i++) {
		struct vmux_mediator *me = &v->mediators[i];
		g_autofree char *name = g_strdup_printf("vmux-%u", i);

		me->thread = g_thread_try_new(name, run_mediator, me, error);
		if (me->thread == NULL)
			return FALSE;
	}
	return TRUE;
}

void vmux_mediators_stop(struct vmux *v)
{
	for (unsigned i = 0; i < v->nb_mediators; i++)
		atomic_store(&v->mediators[i].stop, 1);
	for (unsigned i = 0; i < v->nb_mediators; i++) {
		struct vmux_mediator *me = &v->mediators[i];

		if (me->thread != NULL)
			g_thread_join(me->thread);
		me->thread = NULL;
		atomic_store(&me->turns, UINT64_MAX);
	}
}

void vmux_mediators_clear(struct vmux *v)
{
	for (unsigned i = 0; i < v->nb_mediators; i++) {
		struct vmux_mediator *me = &v->mediators[i];

		if (me->vmux == NULL)
			continue;
		wire_cache_close(&v->wire, &me->cache);
		rte_ring_free(me->handed);
		g_free(me->staged);
		g_free(me->across);
		g_free(me->active);
		g_free(me->called);
	}
}
