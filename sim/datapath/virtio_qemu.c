/* SPDX-License-Identifier: BSD-3-Clause */
/* Interface virtio, vhost=off: a guest's QEMU main loop, as its net/tap.c and hw/net/virtio-net.c. */
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include <rte_cycles.h>

#include "sim/datapath/virtio_private.h"

enum {
	TAP_FRAMES = 50, /* that tap_send reads before others have their turn */
	TX_BURST = 256,  /* default of virtio-net's x-txburst */
};

struct loop {
	gboolean bottom_half; /* virtio_net_tx_bh is scheduled */
	gboolean rx_kicks;    /* the guest is to kick when it has posted buffers */
	uint32_t
		held_len; /* of the frame in the bounce buffer, which waits for the guest; 0: none */
	struct virtio_batch batch;
};

/* As virtio_net_receive: FALSE if the guest has no buffer, and will kick when it has. */
static gboolean receive(struct virtio_guest *g, struct loop *l, uint32_t len)
{
	struct vq_dev *q = &g->qp->rx;
	struct vq_buf buf;

	if (G_UNLIKELY(!vq_dev_has_avail(q))) {
		vq_dev_set_kicks(q, TRUE);
		l->rx_kicks = TRUE;
		if (!vq_dev_has_avail(q)) {
			virtio_count(&g->t, VIRTIO_NO_BUFFER, 1);
			return FALSE;
		}
	}
	if (l->rx_kicks) {
		vq_dev_set_kicks(q, FALSE);
		l->rx_kicks = FALSE;
	}
	if (vq_dev_take(q, &buf, 1) == 0)
		return FALSE; /* broken */
	buf.len = MIN(buf.len, len);
	memcpy(buf.data, g->bounce, buf.len);
	vq_dev_give(q, &buf, 1);
	virtio_count(&g->t, VIRTIO_TO_GUEST, 1);
	virtio_call(g, q, QPAIR_RX_CALL);
	return TRUE;
}

static void tap_send(struct virtio_guest *g, struct loop *l)
{
	for (int i = 0; i < TAP_FRAMES; i++) {
		ssize_t len = read(g->tap[TAP_GUEST], g->bounce, g->t.v->frame_len_max);

		virtio_count(&g->t, VIRTIO_READS, 1);
		if (len <= 0)
			return;
		atomic_fetch_sub_explicit(&g->queued, 1, memory_order_relaxed);
		if (!receive(g, l, (uint32_t)len)) {
			l->held_len = (uint32_t)len;
			return;
		}
	}
}

/* Up to TX_BURST frames; how many there were. */
static uint32_t flush_tx(struct virtio_guest *g, struct loop *l)
{
	struct vq_dev *q = &g->qp->tx;
	struct vq_buf buf;
	uint32_t n = 0;

	while (n < TX_BURST && vq_dev_take(q, &buf, 1) != 0) {
		virtio_bridge_one(g, &l->batch, &buf);
		buf.len = 0;
		vq_dev_give(q, &buf, 1);
		virtio_call(g, q, QPAIR_TX_CALL);
		n++;
	}
	return n;
}

static void tx_bottom_half(struct virtio_guest *g, struct loop *l)
{
	l->bottom_half = flush_tx(g, l) >= TX_BURST;
	if (l->bottom_half)
		return;
	/* Not a full burst: look once more at what came before the guest saw that it is to kick. */
	vq_dev_set_kicks(&g->qp->tx, TRUE);
	if (flush_tx(g, l) > 0) {
		vq_dev_set_kicks(&g->qp->tx, FALSE);
		l->bottom_half = TRUE;
	}
}

/* One round of the main loop. */
static void turn(struct virtio_guest *g, struct loop *l, const struct pollfd *p)
{
	gboolean kicked = p[1].revents != 0;

	if (kicked)
		virtio_take_kick(g, QPAIR_TX_KICK);
	if (!atomic_load(&g->present)) {
		l->bottom_half = FALSE;
		l->held_len = 0;
		return;
	}
	if (l->bottom_half)
		tx_bottom_half(g, l);
	l->rx_kicks |= g->came;
	if ((kicked || g->came) && !l->bottom_half) {
		vq_dev_set_kicks(&g->qp->tx, FALSE);
		l->bottom_half = TRUE;
	}
	g->came = FALSE;
	if (p[2].revents != 0) {
		virtio_take_kick(g, QPAIR_RX_KICK);
		if (l->held_len != 0 && receive(g, l, l->held_len))
			l->held_len = 0;
	}
	if (p[0].revents != 0 && l->held_len == 0)
		tap_send(g, l);
}

gpointer virtio_qemu_run(gpointer arg)
{
	struct virtio_thread *t = arg;
	struct virtio_guest *g = virtio_guest_of(t);
	struct loop *l = g_new0(struct loop, 1);
	const struct timespec at_once = { 0 };

	virtio_thread_begin(t);
	virtio_batch_init(&l->batch);
	for (;;) {
		gboolean there = atomic_load(&g->present) != 0;
		struct pollfd p[] = {
			{ .fd = g->tap[TAP_GUEST],
				.events = there && l->held_len == 0 ? POLLIN : 0 },
			{ .fd = g->qp->fd[QPAIR_TX_KICK], .events = POLLIN },
			{ .fd = there && l->held_len != 0 ? g->qp->fd[QPAIR_RX_KICK] : -1,
				.events = POLLIN },
		};
		uint64_t start, moved;

		ppoll(p, G_N_ELEMENTS(p), l->bottom_half ? &at_once : NULL, NULL);
		if (atomic_load_explicit(&t->v->stop, memory_order_relaxed))
			break;
		start = rte_rdtsc();
		g_mutex_lock(&g->lock);
		virtio_count(t, VIRTIO_WAKE_UPS, 1);
		moved = ctr_get(&t->count[VIRTIO_TO_GUEST]) + ctr_get(&t->count[VIRTIO_FROM_GUEST]);
		turn(g, l, p);
		if (moved !=
			ctr_get(&t->count[VIRTIO_TO_GUEST]) + ctr_get(&t->count[VIRTIO_FROM_GUEST]))
			ctr_add(&t->busy_cycles, rte_rdtsc() - start);
		g_mutex_unlock(&g->lock);
	}
	g_free(l);
	return NULL;
}
