/* SPDX-License-Identifier: BSD-3-Clause */
/* Interface virtio, vhost=off: a guest's QEMU main loop, as its net/tap.c and hw/net/virtio-net.c. */
#include <string.h>
#include <unistd.h>

#include "sim/datapath/virtio_private.h"

enum {
	TAP_FRAMES = 50, /* that tap_send reads before others have their turn */
	TX_BURST = 256,  /* default of virtio-net's x-txburst */
};

/* As virtio_net_receive: FALSE if the guest has no buffer, and will kick when it has. */
static gboolean receive_frame(struct virtio_guest *g, struct virtio_work *w, uint32_t len)
{
	struct vq_dev *q = &g->qp->rx;
	struct vq_buf buf;

	if (G_UNLIKELY(!vq_dev_has_avail(q))) {
		vq_dev_set_kicks(q, TRUE);
		w->rx_kicks = TRUE;
		if (!vq_dev_has_avail(q)) {
			virtio_count(&g->t, VIRTIO_NO_BUFFER, 1);
			return FALSE;
		}
	}
	if (w->rx_kicks) {
		vq_dev_set_kicks(q, FALSE);
		w->rx_kicks = FALSE;
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

static void tap_send(struct virtio_guest *g, struct virtio_work *w)
{
	for (int i = 0; i < TAP_FRAMES; i++) {
		ssize_t len = read(g->tap[TAP_GUEST], g->bounce, g->t.v->frame_len_max);

		virtio_count(&g->t, VIRTIO_READS, 1);
		if (len <= 0)
			return;
		atomic_fetch_sub_explicit(&g->queued, 1, memory_order_relaxed);
		if (!receive_frame(g, w, (uint32_t)len)) {
			w->held_len = (uint32_t)len;
			return;
		}
	}
}

/* Up to TX_BURST frames; how many there were. */
static uint32_t flush_tx(struct virtio_guest *g, struct virtio_work *w)
{
	struct vq_dev *q = &g->qp->tx;
	struct vq_buf buf;
	uint32_t n = 0;

	while (n < TX_BURST && vq_dev_take(q, &buf, 1) != 0) {
		virtio_bridge_one(g, &w->batch, &buf);
		buf.len = 0;
		vq_dev_give(q, &buf, 1);
		virtio_call(g, q, QPAIR_TX_CALL);
		n++;
	}
	return n;
}

static void tx_bottom_half(struct virtio_guest *g, struct virtio_work *w)
{
	w->tx = flush_tx(g, w) >= TX_BURST;
	if (w->tx)
		return;
	/* Not a full burst: look once more at what came before the guest saw that it is to kick. */
	vq_dev_set_kicks(&g->qp->tx, TRUE);
	if (flush_tx(g, w) > 0) {
		vq_dev_set_kicks(&g->qp->tx, FALSE);
		w->tx = TRUE;
	}
}

void virtio_qemu_round(
	struct virtio_guest *g, struct virtio_work *w, const struct virtio_wake_up *why)
{
	if (w->tx)
		tx_bottom_half(g, w);
	w->rx_kicks |= g->came;
	if ((why->tx_kick || g->came) && !w->tx) {
		vq_dev_set_kicks(&g->qp->tx, FALSE);
		w->tx = TRUE;
	}
	if (why->rx_kick && w->held_len != 0 && receive_frame(g, w, w->held_len))
		w->held_len = 0;
	if (why->tap && w->held_len == 0)
		tap_send(g, w);
	w->rx_waits = w->held_len != 0;
}
