/* SPDX-License-Identifier: BSD-3-Clause */
/* Interface virtio, vhost=on: a guest's vhost worker, as drivers/vhost/net.c. */
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

void virtio_vhost_round(
	struct virtio_guest *g, struct virtio_work *w, const struct virtio_wake_up *why)
{
	w->tx |= why->tx_kick || g->came;
	w->rx |= why->rx_kick || why->tap || g->came;
	if (w->rx) {
		enum handled end = handle_rx(g, &w->batch);

		w->rx = end == WEIGHT;
		w->rx_waits = end == NO_BUFFER;
		if (w->rx_waits)
			virtio_count(&g->t, VIRTIO_NO_BUFFER, 1);
	}
	if (w->tx)
		w->tx = handle_tx(g, &w->batch) == WEIGHT;
}
