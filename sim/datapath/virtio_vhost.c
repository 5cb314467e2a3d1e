/* SPDX-License-Identifier: BSD-3-Clause */
/* Interface virtio, vhost=on: a guest's vhost worker, as drivers/vhost/net.c. */
#include <poll.h>

#include <rte_cycles.h>

#include "sim/datapath/virtio_private.h"

enum {
	PKT_WEIGHT = 256,      /* VHOST_NET_PKT_WEIGHT */
	BYTE_WEIGHT = 0x80000, /* VHOST_NET_WEIGHT */
};

enum handled { EMPTY, NO_BUFFER, WEIGHT };

/* Frames from the tap to the guest, as handle_rx. */
static enum handled handle_rx(struct virtio_guest *g, struct virtio_batch *b)
{
	struct vq_dev *q = &g->qp->rx;
	struct vq_buf buf[VIRTIO_BATCH];
	uint32_t frames = 0, bytes = 0;

	vq_dev_set_kicks(q, FALSE);
	while (frames < PKT_WEIGHT && bytes < BYTE_WEIGHT) {
		uint32_t queued = atomic_load_explicit(&g->queued, memory_order_relaxed);
		uint16_t want = (uint16_t)MIN(MIN(queued, PKT_WEIGHT - frames), VIRTIO_BATCH), room;
		int got;

		if (want == 0)
			return EMPTY;
		room = vq_dev_take(q, buf, want);
		if (room == 0) {
			vq_dev_set_kicks(q, TRUE);
			if (!vq_dev_has_avail(q))
				return NO_BUFFER;
			vq_dev_set_kicks(q, FALSE);
			continue;
		}
		for (uint16_t i = 0; i < room; i++) {
			b->iov[i].iov_base = buf[i].data;
			b->iov[i].iov_len = buf[i].len;
		}
		got = recvmmsg(g->tap[TAP_GUEST], b->msg, room, MSG_DONTWAIT, NULL);
		virtio_count(&g->t, VIRTIO_READS, 1);
		got = CLAMP(got, 0, room);
		vq_dev_untake(q, (uint16_t)(room - got));
		if (got == 0)
			return EMPTY;
		atomic_fetch_sub_explicit(&g->queued, (uint32_t)got, memory_order_relaxed);
		for (int i = 0; i < got; i++) {
			buf[i].len = b->msg[i].msg_len;
			bytes += buf[i].len;
		}
		frames += (uint32_t)got;
		vq_dev_give(q, buf, (uint16_t)got);
		virtio_count(&g->t, VIRTIO_TO_GUEST, (uint64_t)got);
		virtio_call(g, q, QPAIR_RX_CALL);
	}
	return WEIGHT;
}

/* Frames that the guest sends, as handle_tx_copy. */
static enum handled handle_tx(struct virtio_guest *g, struct virtio_batch *b)
{
	struct vq_dev *q = &g->qp->tx;
	struct vq_buf buf[VIRTIO_BATCH];
	uint32_t frames = 0, bytes = 0;

	vq_dev_set_kicks(q, FALSE);
	while (frames < PKT_WEIGHT && bytes < BYTE_WEIGHT) {
		uint16_t n = vq_dev_take(q, buf, VIRTIO_BATCH);

		if (n == 0) {
			vq_dev_set_kicks(q, TRUE);
			if (!vq_dev_has_avail(q))
				return EMPTY;
			vq_dev_set_kicks(q, FALSE);
			continue;
		}
		virtio_bridge_from_guest(g, b, buf, n);
		for (uint16_t i = 0; i < n; i++) {
			bytes += buf[i].len;
			buf[i].len = 0;
		}
		frames += n;
		vq_dev_give(q, buf, n);
		virtio_call(g, q, QPAIR_TX_CALL);
	}
	return WEIGHT;
}

/* What is to be done, and what to sleep on. */
struct work {
	gboolean rx, tx;    /* work that is queued */
	gboolean no_buffer; /* the guest's kick is waited for, not the tap */
	struct virtio_batch batch;
};

/* Returns frames moved, at least 1 if there are any. */
static uint64_t work(struct virtio_guest *g, struct work *w, const struct pollfd *p)
{
	uint64_t before = ctr_get(&g->t.count[VIRTIO_TO_GUEST]) +
			  ctr_get(&g->t.count[VIRTIO_FROM_GUEST]);

	if (p[1].revents != 0) {
		virtio_take_kick(g, QPAIR_TX_KICK);
		w->tx = TRUE;
	}
	if (!atomic_load(&g->present)) {
		w->rx = w->tx = FALSE;
		return 0;
	}
	if (p[2].revents != 0) {
		virtio_take_kick(g, QPAIR_RX_KICK);
		w->rx = TRUE;
	}
	if (g->came) {
		g->came = FALSE;
		w->rx = w->tx = TRUE;
	}
	w->rx |= p[0].revents != 0;
	if (w->rx) {
		enum handled end = handle_rx(g, &w->batch);

		w->rx = end == WEIGHT;
		w->no_buffer = end == NO_BUFFER;
		if (w->no_buffer)
			virtio_count(&g->t, VIRTIO_NO_BUFFER, 1);
	}
	if (w->tx)
		w->tx = handle_tx(g, &w->batch) == WEIGHT;
	return ctr_get(&g->t.count[VIRTIO_TO_GUEST]) + ctr_get(&g->t.count[VIRTIO_FROM_GUEST]) -
	       before;
}

gpointer virtio_vhost_run(gpointer arg)
{
	struct virtio_thread *t = arg;
	struct virtio_guest *g = virtio_guest_of(t);
	struct work *w = g_new0(struct work, 1);

	virtio_thread_begin(t);
	virtio_batch_init(&w->batch);
	for (;;) {
		gboolean there = atomic_load(&g->present) != 0;
		struct pollfd p[] = {
			{ .fd = g->tap[TAP_GUEST],
				.events = there && !w->no_buffer && !w->rx ? POLLIN : 0 },
			{ .fd = g->qp->fd[QPAIR_TX_KICK], .events = POLLIN },
			{ .fd = there && w->no_buffer ? g->qp->fd[QPAIR_RX_KICK] : -1,
				.events = POLLIN },
		};
		uint64_t start;

		poll(p, G_N_ELEMENTS(p), w->rx || w->tx ? 0 : -1);
		if (atomic_load_explicit(&t->v->stop, memory_order_relaxed))
			break;
		start = rte_rdtsc();
		g_mutex_lock(&g->lock);
		virtio_count(t, VIRTIO_WAKE_UPS, 1);
		if (work(g, w, p) != 0)
			ctr_add(&t->busy_cycles, rte_rdtsc() - start);
		g_mutex_unlock(&g->lock);
	}
	g_free(w);
	return NULL;
}
