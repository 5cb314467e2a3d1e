/* SPDX-License-Identifier: BSD-3-Clause */
#include "sim/reflector/rings.h"

#include <stdatomic.h>
#include <string.h>

#include <linux/virtio_net.h>
#include <rte_branch_prediction.h>
#include <rte_prefetch.h>

#include "sim/datapath/qpair.h"

enum {
	LINE = 64,
	PAIR = 2 * LINE, /* what the prefetcher of the next line brings at once */
	RECYCLE = 32,    /* as drivers do; at most */
};

/* Rings of a queue from at on; returns what is behind them. */
static uint32_t lay_out_rings(struct rings_place *r, uint32_t at, uint16_t size)
{
	r->used = at;
	at += RTE_ALIGN_CEIL((uint32_t)(sizeof(struct vring_used) +
					size * sizeof(struct vring_used_elem) + sizeof(uint16_t)),
		LINE);
	r->avail = at;
	at += RTE_ALIGN_CEIL(
		(uint32_t)(sizeof(struct vring_avail) + (size + 1U) * sizeof(uint16_t)), LINE);
	r->desc = at;
	return at + (uint32_t)(size * sizeof(struct vring_desc));
}

/*
 * A buffer begins with its header, in a pair of lines that also holds the head of its frame. A pair
 * between two buffers stays free: the prefetcher, which is ahead of whoever goes through them, would
 * take from the other CPU what that is writing.
 */
struct rings_layout rings_lay_out(uint16_t descriptors, uint32_t frame_len_max)
{
	uint32_t len = frame_len_max - FRAME_FCS_LEN, at = 0;
	struct rings_layout l = { .size = descriptors,
		.recycle = (uint16_t)MIN(RECYCLE, descriptors / 4),
		.buf_len = len };

	l.buf_stride = RTE_ALIGN_CEIL(len + (uint32_t)sizeof(struct virtio_net_hdr_v1), PAIR);
	l.buf_stride += PAIR;
	at = lay_out_rings(&l.rx, at, descriptors);
	at = lay_out_rings(&l.tx, at, descriptors);
	l.bufs = RTE_ALIGN_CEIL(at, PAIR);
	l.len = l.bufs + (uint64_t)l.buf_stride * descriptors;
	return l;
}

static inline struct vring_desc *descs(const struct rings *s, const struct rings_place *r)
{
	return (struct vring_desc *)(void *)(s->mem + r->desc);
}

static inline struct vring_avail *avail(const struct rings *s, const struct rings_place *r)
{
	return (struct vring_avail *)(void *)(s->mem + r->avail);
}

static inline struct vring_used *used(const struct rings *s, const struct rings_place *r)
{
	return (struct vring_used *)(void *)(s->mem + r->used);
}

static inline uint8_t *buffer_at(const struct rings *s, uint32_t id)
{
	return s->mem + s->at->bufs + (size_t)id * s->at->buf_stride;
}

/* Posted, or sent, and not found used yet. */
static inline uint16_t nb_posted(const struct rings *s)
{
	return (uint16_t)(s->rx_avail - s->rx_next);
}

static inline uint16_t nb_sent(const struct rings *s)
{
	return (uint16_t)(s->tx_avail - s->tx_next);
}

void rings_start(struct rings *s, gboolean modern)
{
	const struct rings_layout *at = s->at;
	uint16_t posted = s->spare == NULL ? at->size : at->size / 2;

	memset(s->mem, 0, at->bufs);
	s->header_len = modern ? sizeof(struct virtio_net_hdr_v1) : sizeof(struct virtio_net_hdr);
	s->rx_avail = s->rx_next = s->tx_avail = s->tx_next = s->nb_spare = 0;
	s->is_broken = FALSE;
	for (uint16_t i = 0; i < at->size; i++) {
		uint64_t addr = (uintptr_t)buffer_at(s, i);

		descs(s, &at->rx)[i] = (struct vring_desc){ .addr = addr,
			.len = at->buf_len + s->header_len,
			.flags = VRING_DESC_F_WRITE };
		descs(s, &at->tx)[i].addr = addr;
		/* A header that asks for nothing; the back end's, which it writes, does not, either. */
		memset(buffer_at(s, i), 0, sizeof(struct virtio_net_hdr_v1));
		avail(s, &at->rx)->ring[i] = avail(s, &at->tx)->ring[i] = i;
		if (i >= posted)
			s->spare[s->nb_spare++] = i;
	}
	rings_want_calls(s, FALSE);
	s->rx_avail = posted;
	__atomic_store_n(&avail(s, &at->rx)->idx, posted, __ATOMIC_RELEASE);
}

/* How many buffers came back that were not looked at, up to max. */
static inline uint16_t count_used(
	struct rings *s, const struct rings_place *r, uint16_t next, uint16_t out, uint16_t max)
{
	uint16_t n = (uint16_t)(__atomic_load_n(&used(s, r)->idx, __ATOMIC_ACQUIRE) - next);

	if (unlikely(n > out || s->is_broken)) {
		s->is_broken = TRUE;
		return 0;
	}
	return MIN(n, max);
}

/* Once: the back end can change it at any time. FALSE: it is no buffer of ours. */
static inline gboolean read_used(
	struct rings *s, const struct rings_place *r, uint16_t next, uint32_t *id, uint32_t *len)
{
	const struct vring_used_elem *e = &used(s, r)->ring[next & (s->at->size - 1)];

	*id = __atomic_load_n(&e->id, __ATOMIC_RELAXED);
	*len = __atomic_load_n(&e->len, __ATOMIC_RELAXED);
	if (likely(*id < s->at->size))
		return TRUE;
	s->is_broken = TRUE;
	return FALSE;
}

/* Received: how long it is, too. */
static inline gboolean read_received(struct rings *s, uint16_t next, uint32_t *id, uint32_t *len)
{
	if (unlikely(!read_used(s, &s->at->rx, next, id, len)))
		return FALSE;
	if (likely(*len - s->header_len <= s->at->buf_len))
		return TRUE;
	s->is_broken = TRUE;
	return FALSE;
}

/* Into the available ring, if it is not there. */
static inline void make_available(
	const struct rings *s, const struct rings_place *r, uint16_t at, uint16_t id)
{
	uint16_t *e = &avail(s, r)->ring[at & (s->at->size - 1)];

	if (unlikely(*e != id))
		__atomic_store_n(e, id, __ATOMIC_RELAXED);
}

static inline void publish(const struct rings *s, const struct rings_place *r, uint16_t idx)
{
	__atomic_store_n(&avail(s, r)->idx, idx, __ATOMIC_RELEASE);
}

void rings_begin(struct rings *s, struct rings_batch *b)
{
	uint16_t n = count_used(s, &s->at->rx, s->rx_next, nb_posted(s), RINGS_BURST), i = 0;

	while (i < n &&
		likely(read_received(s, (uint16_t)(s->rx_next + i), &b->id[i], &b->len[i]))) {
		__builtin_prefetch(buffer_at(s, b->id[i]), 1);
		i++;
	}
	s->rx_next = (uint16_t)(s->rx_next + i);
	b->n = i;
}

/* Lengths of frames into their descriptors, if one of them is another than that buffer's last. */
static inline void set_lengths(const struct rings_batch *b, struct vring_desc *d)
{
	uint32_t differ = 0;

	for (uint32_t i = 0; i < b->n; i++)
		differ |= d[b->id[i]].len ^ b->len[i];
	if (differ == 0)
		return;
	for (uint32_t i = 0; i < b->n; i++)
		__atomic_store_n(&d[b->id[i]].len, b->len[i], __ATOMIC_RELAXED);
}

/* Sent buffers are posted again. */
static void post_sent(struct rings *s)
{
	uint16_t n = count_used(s, &s->at->tx, s->tx_next, nb_sent(s), UINT16_MAX), i = 0;
	uint32_t id, len;

	for (; i < n && read_used(s, &s->at->tx, (uint16_t)(s->tx_next + i), &id, &len); i++)
		make_available(s, &s->at->rx, (uint16_t)(s->rx_avail + i), (uint16_t)id);
	s->tx_next = (uint16_t)(s->tx_next + i);
	s->rx_avail = (uint16_t)(s->rx_avail + i);
	publish(s, &s->at->rx, s->rx_avail);
}

void rings_finish(struct rings *s, const struct rings_batch *b)
{
	if (likely(b->n != 0)) {
		set_lengths(b, descs(s, &s->at->tx));
		for (uint32_t i = 0; i < b->n; i++) {
			turn_frame(s->turn, buffer_at(s, b->id[i]) + s->header_len,
				b->len[i] - s->header_len);
			make_available(
				s, &s->at->tx, (uint16_t)(s->tx_avail + i), (uint16_t)b->id[i]);
		}
		s->tx_avail = (uint16_t)(s->tx_avail + b->n);
		publish(s, &s->at->tx, s->tx_avail);
		s->frames += b->n;
	}
	if (nb_sent(s) >= s->at->recycle)
		post_sent(s);
}

static inline void kick_queue(const struct rings *s, const struct rings_place *r, int fd)
{
	if (unlikely((__atomic_load_n(&used(s, r)->flags, __ATOMIC_RELAXED) &
			     VRING_USED_F_NO_NOTIFY) == 0))
		qpair_signal(fd);
}

void rings_kick(const struct rings *s)
{
	kick_queue(s, &s->at->rx, s->kick_fd[0]);
	kick_queue(s, &s->at->tx, s->kick_fd[1]);
}

uint16_t rings_rx(struct rings *s, struct rte_mempool *pool, struct rte_mbuf **m, uint16_t n)
{
	uint16_t i = 0;
	uint32_t id, len;

	n = count_used(s, &s->at->rx, s->rx_next, nb_posted(s), n);
	for (; i < n; i++) {
		m[i] = rte_pktmbuf_alloc(pool);
		if (unlikely(m[i] == NULL))
			break;
		if (unlikely(!read_received(s, (uint16_t)(s->rx_next + i), &id, &len))) {
			rte_pktmbuf_free(m[i]);
			break;
		}
		m[i]->pkt_len = len - s->header_len;
		m[i]->data_len = (uint16_t)m[i]->pkt_len;
		memcpy(rte_pktmbuf_mtod(m[i], void *), buffer_at(s, id) + s->header_len,
			m[i]->pkt_len);
		make_available(s, &s->at->rx, (uint16_t)(s->rx_avail + i), (uint16_t)id);
	}
	if (i == 0)
		return 0;
	s->rx_next = (uint16_t)(s->rx_next + i);
	s->rx_avail = (uint16_t)(s->rx_avail + i);
	publish(s, &s->at->rx, s->rx_avail);
	atomic_thread_fence(memory_order_seq_cst);
	kick_queue(s, &s->at->rx, s->kick_fd[0]);
	return i;
}

uint16_t rings_tx(struct rings *s, struct rte_mbuf **m, uint16_t n)
{
	uint16_t back = count_used(s, &s->at->tx, s->tx_next, nb_sent(s), UINT16_MAX), i = 0;
	uint32_t id, len;

	for (; back > 0 && read_used(s, &s->at->tx, s->tx_next, &id, &len); back--) {
		s->spare[s->nb_spare++] = (uint16_t)id;
		s->tx_next++;
	}
	for (; i < n && s->nb_spare != 0; i++) {
		id = s->spare[--s->nb_spare];
		len = MIN((uint32_t)m[i]->data_len, s->at->buf_len);
		memcpy(buffer_at(s, id) + s->header_len, rte_pktmbuf_mtod(m[i], const void *), len);
		descs(s, &s->at->tx)[id].len = len + s->header_len;
		make_available(s, &s->at->tx, (uint16_t)(s->tx_avail + i), (uint16_t)id);
	}
	if (i == 0)
		return 0;
	s->tx_avail = (uint16_t)(s->tx_avail + i);
	publish(s, &s->at->tx, s->tx_avail);
	rte_pktmbuf_free_bulk(m, i);
	atomic_thread_fence(memory_order_seq_cst);
	kick_queue(s, &s->at->tx, s->kick_fd[1]);
	return i;
}

static inline gboolean waits_for_sent(const struct rings *s)
{
	return nb_sent(s) >= s->at->recycle;
}

void rings_watch(struct rings *s, struct rings_watch *w)
{
	*w = (struct rings_watch){ .rings = s,
		.rx = &used(s, &s->at->rx)->idx,
		.tx = &used(s, &s->at->rx)->idx,
		.rx_seen = s->rx_next,
		.tx_seen = s->rx_next,
		.mask = (uint16_t)(s->at->size - 1) };
	if (waits_for_sent(s)) {
		w->tx = &used(s, &s->at->tx)->idx;
		w->tx_seen = s->tx_next;
	}
}

void rings_prefetch(const struct rings_watch *w)
{
	const struct vring_used *ring = (const void *)(w->rx - 1);
	const char *from = (const char *)&ring->ring[w->rx_seen & w->mask];
	uint16_t n = (uint16_t)(__atomic_load_n(w->rx, __ATOMIC_RELAXED) - w->rx_seen);
	size_t len = MIN(n, RINGS_BURST) * sizeof(ring->ring[0]);

	__builtin_prefetch(w->rings, 1);
	for (size_t i = 0; i < len; i += LINE)
		rte_prefetch0(from + i);
}

static void set_calls(const struct rings *s, const struct rings_place *r, gboolean on)
{
	__atomic_store_n(
		&avail(s, r)->flags, on ? 0 : VRING_AVAIL_F_NO_INTERRUPT, __ATOMIC_RELAXED);
}

void rings_want_calls(struct rings *s, gboolean on)
{
	set_calls(s, &s->at->rx, on);
	set_calls(s, &s->at->tx, on && waits_for_sent(s));
}
