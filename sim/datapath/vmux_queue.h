/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * sim/datapath/vmux_queue.h: the two queues of a guest as mediators see them, whatever they are: a queue
 * pair (qpair.h) or split queues in the guest's own memory (vhost_guests.h). Hot.
 *
 * Of split queues whoever gives buffers back calls the guest, if it wants that; of a queue pair the
 * mediator does, once a turn.
 */
#ifndef SIM_DATAPATH_VMUX_QUEUE_H
#define SIM_DATAPATH_VMUX_QUEUE_H

#include <stdint.h>

#include <glib.h>
#include <rte_branch_prediction.h>
#include <rte_mbuf.h>
#include <rte_memcpy.h>
#include <rte_prefetch.h>

#include "sim/datapath/qpair.h"
#include "sim/datapath/vhost_guests.h"
#include "sim/datapath/wire.h"

enum { VMUX_BURST = 64 };

/* One of them is NULL. */
struct vmux_queues {
	struct qpair *packed;
	struct vhost_guest *split;
};

/* The frame's bytes, without a look at the mbuf: frames of our pools have no private area. */
static inline uint8_t *vmux_data_of(struct rte_mbuf *m)
{
	return (uint8_t *)(m + 1) + RTE_PKTMBUF_HEADROOM;
}

static inline gboolean vmux_queues_connected(const struct vmux_queues *q)
{
	return q->packed != NULL ? qpair_is_connected(q->packed)
				 : vhost_guest_is_connected(q->split);
}

/* What vmux_queue_put and vmux_queue_take will read first. The guest is connected. */
static inline void vmux_queue_prefetch_rx(const struct vmux_queues *q)
{
	if (q->packed != NULL) {
		rte_prefetch0(&q->packed->rx.ring.desc[q->packed->rx.next_avail]);
	} else {
		const struct splitq *rx = &vhost_guest_steered(q->split)->rx;

		rte_prefetch0(&rx->avail->ring[rx->next_avail & (rx->size - 1)]);
	}
}

static inline void vmux_queue_prefetch_tx(const struct vmux_queues *q)
{
	if (q->packed != NULL)
		rte_prefetch0(&q->packed->tx.ring.desc[q->packed->tx.next_avail]);
	else
		rte_prefetch0(&q->split->first.tx.avail->idx);
}

/* Has the guest sent something? It is connected. */
static inline gboolean vmux_queue_has_frames(const struct vmux_queues *q)
{
	return q->packed != NULL ? vq_dev_has_avail(&q->packed->tx)
				 : vhost_guest_has_frames(q->split);
}

static inline uint16_t vmux_queue_put_packed(struct vq_dev *q, struct rte_mbuf **m, uint16_t n)
{
	struct vq_buf b[VMUX_BURST];
	uint16_t took = vq_dev_take(q, b, n);

	for (uint16_t i = 0; i < took; i++) {
		b[i].len = m[i]->data_len;
		rte_memcpy(b[i].data, vmux_data_of(m[i]), b[i].len);
	}
	vq_dev_give(q, b, took);
	return took;
}

/* Frames that buffers do not hold in one piece splitq.c copies by itself. */
static inline uint16_t vmux_queue_put_split(
	struct splitq *q, struct rte_mbuf **m, uint16_t n, uint32_t room)
{
	struct frame_slot f[VMUX_BURST];
	void *own[VMUX_BURST];
	uint16_t done = 0, got, took;

	for (uint16_t i = 0; i < n; i++)
		own[i] = vmux_data_of(m[i]);
	do {
		got = splitq_reserve(q, f, (uint16_t)(n - done), room, own + done);
		for (uint16_t i = 0; i < got; i++) {
			f[i].len = m[done + i]->data_len;
			if (likely(f[i].data != own[done + i]))
				rte_memcpy(f[i].data, own[done + i], f[i].len);
		}
		took = splitq_commit(q, f, got, got);
		done = (uint16_t)(done + took);
	} while (unlikely(done < n) && took != 0 && took == got);
	return done;
}

/*
 * Up to n frames (at most VMUX_BURST) of at most room bytes are copied into the receive queue. Returns how
 * many had a buffer, the first ones. The guest is connected.
 */
static inline uint16_t vmux_queue_put(
	const struct vmux_queues *q, struct rte_mbuf **m, uint16_t n, uint32_t room)
{
	return q->packed != NULL
		       ? vmux_queue_put_packed(&q->packed->rx, m, n)
		       : vmux_queue_put_split(&vhost_guest_steered(q->split)->rx, m, n, room);
}

static inline void vmux_queue_fill_mbuf(struct rte_mbuf *m, const uint8_t *data, uint32_t len)
{
	if (data != vmux_data_of(m))
		rte_memcpy(vmux_data_of(m), data, len);
	m->data_len = (uint16_t)len;
	m->pkt_len = len;
}

static inline uint16_t vmux_queue_take_packed(struct vq_dev *q, struct wire *w,
	const struct wire_cache *c, struct rte_mbuf **m, uint16_t n)
{
	struct vq_buf b[VMUX_BURST];

	n = vq_dev_take(q, b, n);
	if (n == 0)
		return 0;
	if (unlikely(!wire_alloc_up(w, c, m, n))) {
		vq_dev_untake(q, n);
		return 0;
	}
	for (uint16_t i = 0; i < n; i++)
		rte_prefetch0(b[i].data);
	for (uint16_t i = 0; i < n; i++) {
		vmux_queue_fill_mbuf(m[i], b[i].data, b[i].len);
		b[i].len = 0;
	}
	vq_dev_give(q, b, n);
	return n;
}

/* A frame in several pieces. */
static inline uint16_t vmux_queue_take_chain(struct splitq *q, struct wire *w,
	const struct wire_cache *c, struct rte_mbuf **m, uint32_t room)
{
	struct frame_slot f;

	if (!wire_alloc_up(w, c, m, 1))
		return 0;
	if (splitq_gather(q, &f, vmux_data_of(*m), room) == 0) {
		wire_free_up(w, c, m, 1);
		return 0;
	}
	vmux_queue_fill_mbuf(*m, f.data, f.len);
	splitq_release(q, &f, 1);
	return 1;
}

static inline uint16_t vmux_queue_take_split(struct splitq *q, struct wire *w,
	const struct wire_cache *c, struct rte_mbuf **m, uint16_t n, uint32_t room)
{
	struct frame_slot f[VMUX_BURST];

	n = splitq_receive(q, f, n, room);
	if (unlikely(q->at_chain))
		return vmux_queue_take_chain(q, w, c, m, room);
	if (n == 0)
		return 0;
	if (unlikely(!wire_alloc_up(w, c, m, n))) {
		splitq_unreceive(q, n);
		return 0;
	}
	for (uint16_t i = 0; i < n; i++)
		vmux_queue_fill_mbuf(m[i], f[i].data, f[i].len);
	splitq_release(q, f, n);
	return n;
}

/*
 * Up to n frames (at most VMUX_BURST) of the transmit queue, copied into mbufs of the wire. A frame of more
 * than room bytes: split queues make it one of none; a queue pair is broken by it. 0 also where there
 * are no mbufs: frames wait in the guest. The guest is connected.
 */
static inline uint16_t vmux_queue_take(const struct vmux_queues *q, struct wire *w,
	const struct wire_cache *c, struct rte_mbuf **m, uint16_t n, uint32_t room)
{
	struct vhost_pair *pair;

	if (q->packed != NULL)
		return vmux_queue_take_packed(&q->packed->tx, w, c, m, n);
	pair = vhost_guest_sender(q->split);
	return pair == NULL ? 0 : vmux_queue_take_split(&pair->tx, w, c, m, n, room);
}

#endif
