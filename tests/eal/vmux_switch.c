/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Interfaces vmux and vmux-virtio, with guests of both kinds: guests change between mediator and NIC while frames are under way, at random and
 * as often as can be. Every frame has a number: none may be lost, come twice or come out of order.
 * Two load workers, two receivers, two mediators and the guests are threads of this test. Guests on split
 * queues have buffers in one piece and in two, and send frames in both.
 */
#include <errno.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <glib/gstdio.h>

#include "sim/datapath/vmux_private.h"
#include "sim/base/eal.h"
#include "traffic/frame.h"

enum {
	GUESTS = 6,
	WORKERS = 2, /* of each kind; a guest's is its number modulo that */
	MEDIATORS = 2,
	DESCRIPTORS = 128,
	BUF_LEN = 192,
	CHAINS_AT = 96, /* from here on two descriptors make a buffer of a split receive queue */
	SPLIT_BUFS = CHAINS_AT + (DESCRIPTORS - CHAINS_AT) / 2,
	CHAIN_SHARE = 4, /* of so many frames that are sent on split queues one is in two pieces */
	CHAIN_LEN = 20,
	HEADER = sizeof(struct virtio_net_hdr_v1),
	FRAME = 60,
	UNDER_WAY = 64, /* of one guest; its queues hold more: nothing has to be dropped */
	BURST = 8,
	LINE = 64,
	THREADS = 2 * WORKERS + 1 + MEDIATORS,
	ROUNDS_ENOUGH = 100, /* of each thread: a switch needs a few */
};

/* A split queue in a guest's memory; the receive queue uses half of it. */
struct split_ring {
	struct vring_desc desc[2 * DESCRIPTORS];
	struct {
		uint16_t flags, idx, ring[2 * DESCRIPTORS];
	} avail;
	struct {
		uint16_t flags, idx;
		struct vring_used_elem ring[2 * DESCRIPTORS];
	} used;
};

struct split_mem {
	struct split_ring rx, tx;
	uint8_t buf[DESCRIPTORS][BUF_LEN];
};

/* A guest: it reflects. */
struct guest {
	struct qpair qp;
	uint8_t *mem;
	struct vq_drv rx, tx;
	struct vhost_guest *split; /* NULL: it is on the queue pair */
	struct split_mem *split_mem;
	uint16_t rx_seen, tx_seen;
	uint32_t nb_turned;
	_Atomic int here; /* 1: its thread serves it */
	/* Of the load worker. */
	uint32_t next;
	_Atomic uint32_t sent;
	/* Of the receiver. */
	uint32_t expected;
	_Atomic uint32_t received;
};

struct bed {
	struct datapath d;
	struct vmux v;
	struct guest *guest;
	GThread *load[WORKERS], *rx[WORKERS], *guests;
	_Atomic uint64_t round[2 * WORKERS];
	_Atomic uint64_t guests_round;
	_Atomic int stop_load, stop;
	_Atomic uint32_t wrong; /* frames that came out of order or twice */
	_Atomic uint32_t gaps;  /* numbers that were passed over */
	uint32_t under_way;     /* limit */
	char *dir;              /* of sockets, to which nobody connects */
	GRand *rand;
};

struct worker {
	struct bed *bed;
	unsigned number;
};

static struct vq_ring ring_at(uint8_t *mem, unsigned which)
{
	uint8_t *at = mem + which * (2 * LINE + DESCRIPTORS * sizeof(struct vq_desc));

	return (struct vq_ring){ .driver = (struct vq_event *)(void *)at,
		.device = (struct vq_event *)(void *)(at + LINE),
		.desc = (struct vq_desc *)(void *)(at + 2 * LINE),
		.size = DESCRIPTORS };
}

enum {
	BUFS_AT = 2 * (2 * LINE + DESCRIPTORS * 16),
	MEM_LEN = BUFS_AT + (DESCRIPTORS + 1) * BUF_LEN
};

static uint64_t buf_at(uint32_t id)
{
	return BUFS_AT + (uint64_t)id * BUF_LEN;
}

static void split_offer(struct split_ring *r, uint16_t size, uint16_t head)
{
	r->avail.ring[r->avail.idx % size] = head;
	__atomic_store_n(&r->avail.idx, (uint16_t)(r->avail.idx + 1), __ATOMIC_RELEASE);
}

static gboolean split_reap(
	struct split_ring *r, uint16_t size, uint16_t *seen, struct vring_used_elem *e)
{
	if (*seen == __atomic_load_n(&r->used.idx, __ATOMIC_ACQUIRE))
		return FALSE;
	*e = r->used.ring[(*seen)++ % size];
	return TRUE;
}

/* Addresses are those of this process: one region has all memory. */
static void split_describe(struct vring_desc *d, uint8_t *at, uint32_t len, uint16_t flags)
{
	d->addr = (uintptr_t)at;
	d->len = len;
	d->flags = flags;
}

static void come_split(struct guest *g)
{
	struct split_mem *m = g->split_mem;
	struct vhost_guest *s = g->split;

	memset(m, 0, sizeof(*m));
	g->rx_seen = g->tx_seen = 0;
	s->mem = (struct splitq_mem){ .nb = 1,
		.region = { { .guest = (uintptr_t)m, .size = sizeof(*m), .host = (uint8_t *)m } } };
	if (!splitq_init(&s->first.rx, m->rx.desc, (struct vring_avail *)(void *)&m->rx.avail,
		    (struct vring_used *)(void *)&m->rx.used, DESCRIPTORS, &s->mem,
		    1ULL << VIRTIO_F_VERSION_1) ||
		!splitq_init(&s->first.tx, m->tx.desc, (struct vring_avail *)(void *)&m->tx.avail,
			(struct vring_used *)(void *)&m->tx.used, 2 * DESCRIPTORS, &s->mem,
			1ULL << VIRTIO_F_VERSION_1))
		fail();
	m->rx.avail.flags = m->tx.avail.flags = VRING_AVAIL_F_NO_INTERRUPT;
	for (int i = 0; i < SPLIT_BUFS; i++) {
		struct vring_desc *d = &m->rx.desc[i];

		split_describe(d, m->buf[i], BUF_LEN, VRING_DESC_F_WRITE);
		if (i >= CHAINS_AT) {
			d->len = HEADER;
			d->flags |= VRING_DESC_F_NEXT;
			d->next = (uint16_t)(i + SPLIT_BUFS - CHAINS_AT);
			split_describe(&m->rx.desc[d->next], m->buf[i] + HEADER, BUF_LEN - HEADER,
				VRING_DESC_F_WRITE);
		}
		split_offer(&m->rx, DESCRIPTORS, (uint16_t)i);
	}
	atomic_store(&s->connected, 1);
	atomic_store(&g->here, 1);
}

/* New queues, and all buffers in the receive queue. Nobody else is inside of them. */
static void come_packed(struct guest *g)
{
	struct vq_ring rx = ring_at(g->mem, 0), tx = ring_at(g->mem, 1);

	memset(g->mem, 0, BUFS_AT);
	vq_dev_init(&g->qp.rx, &rx, g->mem, MEM_LEN, TRUE);
	vq_dev_init(&g->qp.tx, &tx, g->mem, MEM_LEN, FALSE);
	vq_drv_init(&g->rx, &rx);
	vq_drv_init(&g->tx, &tx);
	atomic_store(&rx.driver->flags, VQ_EVENTS_OFF);
	atomic_store(&tx.driver->flags, VQ_EVENTS_OFF);
	for (int i = 0; i < DESCRIPTORS; i++)
		vq_drv_add(&g->rx, buf_at((uint16_t)i), BUF_LEN, (uint16_t)i, TRUE);
	atomic_store(&g->qp.connected, 1);
	atomic_store(&g->here, 1);
}

static void come(struct guest *g)
{
	if (g->split != NULL)
		come_split(g);
	else
		come_packed(g);
}

/* As queue pairs do when a guest's process ends. */
static void go(struct bed *b, uint32_t slot)
{
	struct guest *g = &b->guest[slot];
	uint64_t round;

	atomic_store(&g->here, 0);
	round = atomic_load(&b->guests_round);
	while (atomic_load(&b->guests_round) - round < 2)
		sched_yield();
	atomic_store(g->split != NULL ? &g->split->connected : &g->qp.connected, 0);
	datapath_wait_quiet(&b->d);
	vmux_mediators_turn(&b->v);
}

static void swap_macs(uint8_t *frame)
{
	uint8_t mac[6];

	memcpy(mac, frame, sizeof(mac));
	memcpy(frame, frame + 6, sizeof(mac));
	memcpy(frame + 6, mac, sizeof(mac));
}

static void send_split(struct guest *g, uint16_t buf, uint32_t len)
{
	struct split_mem *m = g->split_mem;
	struct vring_desc *d = &m->tx.desc[buf];

	split_describe(d, m->buf[buf], len, 0);
	if (g->nb_turned++ % CHAIN_SHARE == 0) {
		d->len = HEADER + CHAIN_LEN;
		d->flags = VRING_DESC_F_NEXT;
		d->next = (uint16_t)(buf + DESCRIPTORS);
		split_describe(&m->tx.desc[d->next], m->buf[buf] + d->len, len - d->len, 0);
	}
	split_offer(&m->tx, 2 * DESCRIPTORS, buf);
}

static void reflect_split(struct guest *g)
{
	struct split_mem *m = g->split_mem;
	struct vring_used_elem e;

	while (split_reap(&m->tx, 2 * DESCRIPTORS, &g->tx_seen, &e))
		split_offer(&m->rx, DESCRIPTORS, (uint16_t)e.id);
	for (int i = 0; i < BURST && split_reap(&m->rx, DESCRIPTORS, &g->rx_seen, &e); i++) {
		swap_macs(m->buf[e.id] + HEADER);
		send_split(g, (uint16_t)e.id, e.len);
	}
}

static void reflect_packed(struct guest *g)
{
	uint32_t len;
	uint16_t id;

	while (vq_drv_reap(&g->tx, &id, &len))
		vq_drv_add(&g->rx, buf_at(id), BUF_LEN, id, TRUE);
	for (int i = 0; i < BURST && vq_drv_reap(&g->rx, &id, &len); i++) {
		swap_macs(g->mem + buf_at(id));
		vq_drv_add(&g->tx, buf_at(id), len, id, FALSE);
	}
}

static gpointer guests_main(gpointer arg)
{
	struct bed *b = arg;

	while (!atomic_load(&b->stop)) {
		for (uint32_t i = 0; i < GUESTS; i++)
			if (!atomic_load(&b->guest[i].here))
				continue;
			else if (b->guest[i].split != NULL)
				reflect_split(&b->guest[i]);
			else
				reflect_packed(&b->guest[i]);
		atomic_fetch_add(&b->guests_round, 1);
		sched_yield();
	}
	return NULL;
}

static void write_frame(struct frame_slot *f, uint32_t slot, uint32_t number)
{
	uint8_t mac[6];

	frame_guest_mac(frame_guest_base_mac, slot, mac);
	memcpy(f->data, mac, 6);
	memcpy(f->data + 6, frame_generator_mac, 6);
	memcpy(f->data + 14, &slot, sizeof(slot));
	memcpy(f->data + 18, &number, sizeof(number));
	f->len = FRAME;
}

static void send_some(struct bed *b, unsigned q, uint32_t slot, uint16_t n)
{
	struct guest *g = &b->guest[slot];
	struct frame_slot f[BURST];
	uint16_t room;

	if (g->next - atomic_load(&g->received) + n > b->under_way)
		return;
	room = b->d.ops->reserve(&b->d, q, slot, f, n);
	for (uint16_t i = 0; i < room; i++)
		write_frame(&f[i], slot, g->next + i);
	if (room != 0)
		g->next += b->d.ops->commit(&b->d, q, slot, f, room, room);
	atomic_store(&g->sent, g->next);
}

static gpointer load_main(gpointer arg)
{
	struct worker *w = arg;
	struct bed *b = w->bed;
	GRand *rand = g_rand_new_with_seed(w->number);

	while (!atomic_load(&b->stop_load)) {
		for (uint32_t i = w->number; i < GUESTS; i += WORKERS)
			send_some(b, w->number, i, (uint16_t)g_rand_int_range(rand, 1, BURST + 1));
		atomic_fetch_add(&b->round[w->number], 1);
		if (g_rand_int_range(rand, 0, 4) == 0)
			sched_yield();
	}
	atomic_store(&b->round[w->number], UINT64_MAX);
	g_rand_free(rand);
	g_free(w);
	return NULL;
}

static void count(struct bed *b, const struct frame_slot *f, uint16_t n, unsigned receiver)
{
	for (uint16_t i = 0; i < n; i++) {
		uint32_t slot, number;
		struct guest *g;

		memcpy(&slot, f[i].data + 14, sizeof(slot));
		memcpy(&number, f[i].data + 18, sizeof(number));
		if (f[i].len != FRAME || slot >= GUESTS || slot % WORKERS != receiver) {
			atomic_fetch_add(&b->wrong, 1);
			continue;
		}
		g = &b->guest[slot];
		if ((int32_t)(number - g->expected) < 0) {
			atomic_fetch_add(&b->wrong, 1);
			continue;
		}
		atomic_fetch_add(&b->gaps, number - g->expected);
		g->expected = number + 1;
		atomic_store(&g->received, g->expected);
	}
}

/* Queues first, then the port: the order that would bring frames out of order most easily. */
static gpointer rx_main(gpointer arg)
{
	struct worker *w = arg;
	struct bed *b = w->bed;
	const struct datapath_ops *ops = b->d.ops;
	struct frame_slot f[BURST];

	while (!atomic_load(&b->stop)) {
		uint16_t n;

		for (uint32_t i = w->number; i < GUESTS; i += WORKERS) {
			n = ops->receive(&b->d, i, f, BURST);
			count(b, f, n, w->number);
			if (n != 0)
				ops->release(&b->d, i, f, n);
		}
		n = ops->receive_port(&b->d, w->number, f, BURST);
		count(b, f, n, w->number);
		if (n != 0)
			ops->release_port(&b->d, w->number, f, n);
		atomic_fetch_add(&b->round[WORKERS + w->number], 1);
		sched_yield();
	}
	atomic_store(&b->round[WORKERS + w->number], UINT64_MAX);
	g_free(w);
	return NULL;
}

static void quiesce(void *arg)
{
	struct bed *b = arg;

	for (unsigned i = 0; i < 2 * WORKERS; i++) {
		uint64_t before = atomic_load(&b->round[i]);

		while (before != UINT64_MAX && atomic_load(&b->round[i]) == before)
			sched_yield();
	}
}

static GThread *start_worker(struct bed *b, const char *name, GThreadFunc main, unsigned number)
{
	struct worker *w = g_new(struct worker, 1);

	*w = (struct worker){ b, number };
	return g_thread_new(name, main, w);
}

static struct bed *bed_new(uint32_t under_way)
{
	static const uint32_t numbers[GUESTS] = { 0, 1, 2, 3, 4, 5 };
	static const unsigned cpus[] = { 0, 1 };
	struct datapath_cfg cfg = { .interface = "vmux",
		.nb_guests = GUESTS,
		.guest = numbers,
		.base_mac = frame_guest_base_mac,
		.frame_len_max = 128,
		.nb_load = WORKERS,
		.nb_rx = WORKERS,
		.nb_host_cpus = G_N_ELEMENTS(cpus),
		.host_cpu = cpus,
		.host_shares = TRUE,
		.mediators = MEDIATORS };
	struct vmux_queues queues[GUESTS] = { 0 };
	struct bed *b = g_aligned_alloc0(1, sizeof(*b), LINE);
	g_autoptr(GError) error = NULL;

	if (!vmux_policy_parse("emulate-all", 0, &b->v.policy, NULL))
		fail();
	b->under_way = under_way;
	b->rand = g_rand_new_with_seed(1);
	b->guest = g_aligned_alloc0(GUESTS, sizeof(*b->guest), LINE);
	b->d = (struct datapath){ .ops = &datapath_vmux,
		.state = &b->v,
		.nb_guests = GUESTS,
		.guest = g_memdup2(numbers, sizeof(numbers)) };
	pthread_mutex_init(&b->d.quiesce_lock, NULL);
	b->dir = g_dir_make_tmp("vmux-XXXXXX", NULL);
	cfg.socket_dir = b->dir;
	if (vhost_guests_new(
		    &(struct vhost_guests_cfg){ .datapath = &b->d, .cfg = &cfg }, &error) == NULL)
		fail_msg("%s", error->message);
	for (uint32_t i = 0; i < GUESTS; i++) {
		struct guest *g = &b->guest[i];

		g->mem = g_aligned_alloc0(1, MEM_LEN, LINE);
		g->split_mem = g_aligned_alloc0(1, sizeof(*g->split_mem), LINE);
		/* Each mediator and each worker has guests of both kinds. */
		if (i % 3 == 0) {
			queues[i].packed = &g->qp;
		} else {
			g->split = vhost_guests_get(b->d.vhost, i);
			queues[i].split = g->split;
		}
		come(g);
	}
	if (!vmux_start(&b->v, &b->d, &cfg, queues, &error))
		fail_msg("%s", error->message);
	b->guests = g_thread_new("guests", guests_main, b);
	for (unsigned i = 0; i < WORKERS; i++) {
		b->load[i] = start_worker(b, "load", load_main, i);
		b->rx[i] = start_worker(b, "rx", rx_main, i);
	}
	datapath_set_quiesce(&b->d, quiesce, b);
	return b;
}

static uint32_t sum_sent(const struct bed *b)
{
	uint32_t sum = 0;

	for (uint32_t i = 0; i < GUESTS; i++)
		sum += atomic_load(&b->guest[i].sent);
	return sum;
}

static gboolean all_back(const struct bed *b)
{
	for (uint32_t i = 0; i < GUESTS; i++)
		if (atomic_load(&b->guest[i].sent) != atomic_load(&b->guest[i].received))
			return FALSE;
	return TRUE;
}

static void stop_load(struct bed *b)
{
	atomic_store(&b->stop_load, 1);
	for (unsigned i = 0; i < WORKERS; i++)
		g_thread_join(b->load[i]);
}

/* Wait until all is back, or nothing has come back for a while. */
static void drain(struct bed *b)
{
	for (int i = 0; i < 5000 && !all_back(b); i++)
		g_usleep(1000);
}

static void bed_free(struct bed *b)
{
	atomic_store(&b->stop, 1);
	for (unsigned i = 0; i < WORKERS; i++)
		g_thread_join(b->rx[i]);
	g_thread_join(b->guests);
	datapath_set_quiesce(&b->d, NULL, NULL);
	vmux_stop(&b->v);
	vhost_guests_free(b->d.vhost);
	vmux_clear(&b->v);
	for (uint32_t i = 0; i < GUESTS; i++) {
		g_aligned_free(b->guest[i].mem);
		g_aligned_free(b->guest[i].split_mem);
	}
	assert_int_equal(g_rmdir(b->dir), 0);
	g_free(b->dir);
	g_aligned_free(b->guest);
	pthread_mutex_destroy(&b->d.quiesce_lock);
	g_free(b->d.guest);
	g_rand_free(b->rand);
	g_aligned_free(b);
}

static gboolean is_direct(struct bed *b, uint32_t slot)
{
	return atomic_load(&b->v.guest[slot].rx) == VMUX_RX_DIRECT;
}

static void note_rounds(const struct bed *b, uint64_t *round)
{
	for (unsigned i = 0; i < 2 * WORKERS; i++)
		*round++ = atomic_load(&b->round[i]);
	for (unsigned i = 0; i < MEDIATORS; i++)
		*round++ = ctr_get(&b->v.mediators[i].turns);
	*round = atomic_load(&b->guests_round);
}

/* A switch gives up after a time: then a thread that it needs must have lacked its CPU. */
static void switch_to(struct bed *b, uint32_t slot, gboolean to_nic)
{
	uint64_t before[THREADS], now[THREADS], least;

	do {
		note_rounds(b, before);
		if (vmux_switch(&b->v, slot, to_nic)) {
			assert_int_equal(is_direct(b, slot), to_nic);
			return;
		}
		note_rounds(b, now);
		least = UINT64_MAX;
		for (unsigned i = 0; i < THREADS; i++)
			least = MIN(least, now[i] - before[i]);
	} while (least < ROUNDS_ENOUGH);
	fail_msg("guest %u did not change in %" G_GUINT64_FORMAT " rounds of all threads", slot,
		(guint64)least);
}

/* A random guest changes its owner. */
static void switch_one(struct bed *b)
{
	uint32_t slot = (uint32_t)g_rand_int_range(b->rand, 0, GUESTS);

	switch_to(b, slot, !is_direct(b, slot));
}

static void nothing_is_lost_or_out_of_order(void **state)
{
	struct bed *b = bed_new(UNDER_WAY);
	int64_t until_us = g_get_monotonic_time() + 3 * G_USEC_PER_SEC;
	unsigned nb = 0;
	uint64_t dropped = 0;

	(void)state;
	for (; g_get_monotonic_time() < until_us || nb < 200; nb++) {
		uint32_t before = sum_sent(b);

		switch_one(b);
		/* Some traffic in between, but not always. */
		while (nb % 4 != 0 && sum_sent(b) - before < 200)
			sched_yield();
	}
	stop_load(b);
	drain(b);
	for (unsigned i = 0; i < MEDIATORS; i++)
		for (int k = VMUX_DROPS; k < VMUX_COUNTS; k++)
			dropped += ctr_get(&b->v.mediators[i].count[k]);
	print_message("%u switches, %u frames\n", nb, sum_sent(b));
	assert_int_equal(dropped, 0);
	assert_int_equal(atomic_load(&b->wrong), 0);
	assert_int_equal(atomic_load(&b->gaps), 0);
	assert_true(all_back(b));
	for (uint32_t i = 0; i < GUESTS; i++)
		assert_true(atomic_load(&b->guest[i].sent) > 100);
	bed_free(b);
}

/* As much as can be sent: what does not fit is dropped or refused, and the rest stays in order. */
static void overload_does_not_hold_a_switch_up(void **state)
{
	struct bed *b = bed_new(UINT32_MAX);
	uint32_t received = 0;
	uint64_t dropped = 0;

	(void)state;
	for (unsigned nb = 0; nb < 40; nb++)
		switch_one(b);
	stop_load(b);
	g_usleep(300000);
	for (uint32_t i = 0; i < GUESTS; i++)
		received += atomic_load(&b->guest[i].received);
	for (unsigned i = 0; i < MEDIATORS; i++)
		for (int k = VMUX_DROPS; k < VMUX_COUNTS; k++)
			dropped += ctr_get(&b->v.mediators[i].count[k]);
	print_message("%u frames, %" G_GUINT64_FORMAT " dropped\n", sum_sent(b), dropped);
	assert_int_equal(atomic_load(&b->wrong), 0);
	/* A number that is passed over was dropped, and counted; drops at a guest's end leave no gap. */
	assert_true(atomic_load(&b->gaps) <= dropped);
	assert_true(sum_sent(b) - received <= dropped);
	bed_free(b);
}

/* Guests die and come back in any state; who is there works as ever. */
static void guests_come_and_go(void **state)
{
	struct bed *b = bed_new(UNDER_WAY);
	uint32_t before[GUESTS];

	(void)state;
	for (unsigned nb = 0; nb < 200; nb++) {
		uint32_t slot = (uint32_t)g_rand_int_range(b->rand, 0, GUESTS);

		switch_one(b);
		go(b, slot);
		if (nb % 2 == 0)
			switch_one(b);
		come(&b->guest[slot]);
		/* What was under way to it is lost: its load worker would wait for that. */
		atomic_store(&b->guest[slot].received, atomic_load(&b->guest[slot].sent));
		g_usleep(500);
	}
	assert_int_equal(atomic_load(&b->wrong), 0);
	for (uint32_t i = 0; i < GUESTS; i++)
		before[i] = b->guest[i].sent;
	/* All work: more comes back from each. A guest whose frames were lost begins to count anew. */
	for (uint32_t i = 0; i < GUESTS; i++) {
		int64_t until_us = g_get_monotonic_time() + 5 * G_USEC_PER_SEC;

		while (atomic_load(&b->guest[i].sent) - before[i] < 1000 &&
			g_get_monotonic_time() < until_us)
			g_usleep(1000);
		if (atomic_load(&b->guest[i].sent) - before[i] < 1000)
			fail_msg("guest %u: %u frames after it came back", i,
				atomic_load(&b->guest[i].sent) - before[i]);
	}
	stop_load(b);
	bed_free(b);
}

/* A frame to another guest is moved there, by its mediator, while that one is emulated. */
static void guests_reach_each_other(void **state)
{
	struct bed *b = bed_new(0);
	uint64_t between = 0;

	(void)state;
	/* Guest 0's own threads are at rest: no load is sent, and this thread plays the guest. */
	for (uint32_t to = 1; to < 3; to++) {
		struct guest *g = &b->guest[0];
		uint8_t *frame = g->mem + buf_at(DESCRIPTORS), mac[6];

		atomic_store(&g->here, 0);
		for (uint64_t r = atomic_load(&b->guests_round);
			atomic_load(&b->guests_round) - r < 2;)
			sched_yield();
		frame_guest_mac(frame_guest_base_mac, to, mac);
		memcpy(frame, mac, 6);
		frame_guest_mac(frame_guest_base_mac, 0, mac);
		memcpy(frame + 6, mac, 6);
		vq_drv_add(&g->tx, buf_at(DESCRIPTORS), FRAME, 0, FALSE);
		/* The other guest reflects it: two frames between guests for one that was sent. */
		for (int i = 0; i < 5000 && between < 2 * to; i++) {
			g_usleep(1000);
			between = 0;
			for (unsigned k = 0; k < MEDIATORS; k++)
				between += ctr_get(&b->v.mediators[k].count[VMUX_BETWEEN_GUESTS]);
		}
		assert_int_equal(between, 2 * to);
		/* The descriptor is back. */
		{
			uint32_t len;
			uint16_t id;

			assert_true(vq_drv_reap(&g->tx, &id, &len));
		}
	}
	stop_load(b);
	bed_free(b);
}

/* The main thread exchanges frames before workers run: nothing is switched then. */
static void nothing_changes_without_quiesce(void **state)
{
	struct bed *b = bed_new(UNDER_WAY);

	(void)state;
	datapath_set_quiesce(&b->d, NULL, NULL);
	assert_false(vmux_switch(&b->v, 0, TRUE));
	assert_false(is_direct(b, 0));
	assert_int_equal(atomic_load(&b->v.guest[0].tx), VMUX_TX_MEDIATED);
	datapath_set_quiesce(&b->d, quiesce, b);
	switch_to(b, 0, TRUE);
	stop_load(b);
	drain(b);
	assert_true(all_back(b));
	bed_free(b);
}

#ifdef __SANITIZE_THREAD__
/*
 * The thread sanitizer does not see what DPDK's library does: pools give mbufs from thread to thread
 * by rings there. The same here, where it does. (For rings -DRTE_USE_C11_MEM_MODEL is needed, too.)
 */
static int put_in_pool(struct rte_mempool *pool, void *const *what, unsigned n)
{
	return rte_ring_mp_enqueue_bulk(pool->pool_data, what, n, NULL) == 0 ? -ENOBUFS : 0;
}

static int take_from_pool(struct rte_mempool *pool, void **what, unsigned n)
{
	return rte_ring_mc_dequeue_bulk(pool->pool_data, what, n, NULL) == 0 ? -ENOBUFS : 0;
}

static void show_pools_to_sanitizer(void)
{
	for (uint32_t i = 0; i < rte_mempool_ops_table.num_ops; i++) {
		struct rte_mempool_ops *ops = &rte_mempool_ops_table.ops[i];

		if (!g_str_equal(ops->name, "ring_mp_mc"))
			continue;
		ops->enqueue = put_in_pool;
		ops->dequeue = take_from_pool;
	}
}
#else
static void show_pools_to_sanitizer(void)
{
}
#endif

static int start_eal(void **state)
{
	g_autoptr(GError) error = NULL;
	GPtrArray *args = eal_start(
		&(struct eal_cfg){
			.program = "vmux", .lcores = (char[]){ "0" }, .memory_mib = 256 },
		&error);

	(void)state;
	if (args == NULL)
		fail_msg("%s", error->message);
	show_pools_to_sanitizer();
	/* EAL keeps pointers into it. */
	*state = args;
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_lost_or_out_of_order),
		cmocka_unit_test(overload_does_not_hold_a_switch_up),
		cmocka_unit_test(guests_come_and_go),
		cmocka_unit_test(guests_reach_each_other),
		cmocka_unit_test(nothing_changes_without_quiesce),
	};

	return cmocka_run_group_tests(tests, start_eal, NULL);
}
