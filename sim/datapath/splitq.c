/* SPDX-License-Identifier: BSD-3-Clause */
#include "sim/datapath/splitq.h"

#include <stddef.h>
#include <string.h>

#include <rte_branch_prediction.h>
#include <rte_prefetch.h>

#include "sim/datapath/qpair.h"

/* A buffer of one descriptor, behind its header. */
struct buffer {
	uint8_t *data;
	uint32_t len;
	uint16_t head;
};

enum kind { PLAIN, CHAIN, BROKEN };

static void note_broken(struct splitq *q)
{
	atomic_store_explicit(&q->is_broken, TRUE, memory_order_relaxed);
}

gboolean splitq_init(struct splitq *q, const struct vring_desc *desc, struct vring_avail *avail,
	struct vring_used *used, uint16_t size, const struct splitq_mem *mem, uint64_t features)
{
	struct splitq fresh;

	if (desc == NULL || avail == NULL || used == NULL || size == 0 || size > SPLITQ_SIZE_MAX ||
		(size & (size - 1)) != 0)
		return FALSE;
	fresh = (struct splitq){ .desc = desc,
		.avail = avail,
		.used = used,
		.size = size,
		.mem = mem,
		.merges = (features & (1ULL << VIRTIO_NET_F_MRG_RXBUF)) != 0,
		.call_fd = -1 };
	fresh.header_len = fresh.merges || (features & (1ULL << VIRTIO_F_VERSION_1)) != 0
				   ? sizeof(struct virtio_net_hdr_v1)
				   : sizeof(struct virtio_net_hdr);
	/* Others may be reading what is behind. */
	memcpy(q, &fresh, offsetof(struct splitq, is_broken));
	atomic_store_explicit(&q->is_broken, FALSE, memory_order_relaxed);
	return TRUE;
}

/* Where len bytes of the guest's memory are; NULL: it has no such memory in one piece. */
static inline uint8_t *at_guest(struct splitq *q, uint64_t addr, uint32_t len)
{
	const struct splitq_mem *mem = q->mem;

	for (uint32_t i = 0, k = q->region; i < mem->nb; i++, k = k + 1 < mem->nb ? k + 1 : 0) {
		const struct splitq_region *r = &mem->region[k];
		uint64_t at = addr - r->guest;

		if (at >= r->size || len > r->size - at)
			continue;
		q->region = (uint16_t)k;
		return r->host + at;
	}
	return NULL;
}

/* Buffers that the guest has made available, up to n. */
static inline uint16_t count_available(struct splitq *q, uint16_t n)
{
	uint16_t nb = (uint16_t)(q->avail_seen - q->next_avail);

	if (nb < n) {
		q->avail_seen = __atomic_load_n(&q->avail->idx, __ATOMIC_ACQUIRE);
		nb = (uint16_t)(q->avail_seen - q->next_avail);
	}
	if (unlikely(nb > q->size)) {
		note_broken(q);
		return 0;
	}
	return MIN(nb, n);
}

static inline uint16_t head_at(const struct splitq *q, uint16_t avail)
{
	return __atomic_load_n(&q->avail->ring[avail & (q->size - 1)], __ATOMIC_RELAXED);
}

/* Once: the guest can change it at any time. */
static inline struct vring_desc read_desc(const struct splitq *q, uint16_t i)
{
	const struct vring_desc *from = &q->desc[i];

	return (struct vring_desc){ .addr = __atomic_load_n(&from->addr, __ATOMIC_RELAXED),
		.len = __atomic_load_n(&from->len, __ATOMIC_RELAXED),
		.flags = __atomic_load_n(&from->flags, __ATOMIC_RELAXED),
		.next = __atomic_load_n(&from->next, __ATOMIC_RELAXED) };
}

/* The buffer behind an entry of the available ring; writes: the device is to write it. */
static inline enum kind look_at_buffer(
	struct splitq *q, uint16_t avail, gboolean writes, struct buffer *b)
{
	struct vring_desc d;
	uint8_t *at;

	b->head = head_at(q, avail);
	if (unlikely(b->head >= q->size))
		return BROKEN;
	d = read_desc(q, b->head);
	if (unlikely((d.flags & VRING_DESC_F_NEXT) != 0))
		return CHAIN;
	if (unlikely(d.flags != (writes ? VRING_DESC_F_WRITE : 0) || d.len < q->header_len))
		return BROKEN;
	at = at_guest(q, d.addr, d.len);
	if (unlikely(at == NULL))
		return BROKEN;
	b->data = at + q->header_len;
	b->len = d.len - q->header_len;
	return PLAIN;
}

static inline void use_buffer(struct splitq *q, uint32_t head, uint32_t len)
{
	struct vring_used_elem *e = &q->used->ring[q->next_used++ & (q->size - 1)];

	e->id = head;
	e->len = len;
}

static void call_guest(struct splitq *q)
{
	ctr_add(&q->calls, 1);
	qpair_signal(q->call_fd);
}

static inline void publish_used(struct splitq *q)
{
	__atomic_store_n(&q->used->idx, q->next_used, __ATOMIC_RELEASE);
	/* The index has to be there before the guest is asked whether it wants to be called. */
	atomic_thread_fence(memory_order_seq_cst);
	if (unlikely((__atomic_load_n(&q->avail->flags, __ATOMIC_RELAXED) &
			     VRING_AVAIL_F_NO_INTERRUPT) == 0) &&
		q->call_fd >= 0)
		call_guest(q);
}

static inline void write_header(uint8_t *at, uint16_t header_len, uint16_t buffers)
{
	const struct virtio_net_hdr_v1 header = { .num_buffers = buffers };

	if (likely(header_len == sizeof(header)))
		memcpy(at, &header, sizeof(header));
	else
		memset(at, 0, sizeof(struct virtio_net_hdr));
}

uint16_t splitq_reserve(
	struct splitq *q, struct frame_slot *f, uint16_t n, uint32_t need, void *const *own)
{
	uint16_t there, i;

	if (unlikely(splitq_is_broken(q)))
		return 0;
	there = count_available(q, n);
	for (i = 0; i < there; i++) {
		struct buffer b;
		enum kind kind = look_at_buffer(q, (uint16_t)(q->next_avail + i), TRUE, &b);

		if (unlikely(kind == BROKEN)) {
			note_broken(q);
			return 0;
		}
		if (unlikely(kind == CHAIN || b.len < need))
			break;
		__builtin_prefetch(b.data, 1);
		f[i].data = b.data;
		f[i].id = b.head;
	}
	q->staged = i == 0;
	if (likely(!q->staged)) {
		q->next_avail = (uint16_t)(q->next_avail + i);
		return i;
	}
	for (; i < there; i++)
		f[i].data = own[i];
	return i;
}

/*
 * The next descriptor of a chain, which d->next names: where its memory is. NULL: it has none, is not
 * of the kind that flags say, or there are more than the queue has: then the queue is broken.
 */
static uint8_t *next_piece(struct splitq *q, struct vring_desc *d, uint16_t *steps, uint16_t flags)
{
	uint8_t *at = NULL;

	if (d->next < q->size && (*steps)++ < q->size) {
		*d = read_desc(q, d->next);
		if ((d->flags & ~VRING_DESC_F_NEXT) == flags)
			at = at_guest(q, d->addr, d->len);
	}
	if (at == NULL)
		note_broken(q);
	return at;
}

/* Bytes of the frame that are left for buffers to come. */
struct rest {
	const uint8_t *data;
	uint32_t len;
};

/* Into the next buffer that is available; skip: bytes before the frame's. FALSE: there is none. */
static gboolean fill_chain(struct splitq *q, struct rest *rest, uint32_t skip, uint8_t **header)
{
	uint16_t head, steps = 0;
	uint32_t written = skip;
	struct vring_desc d;

	if (count_available(q, 1) == 0)
		return FALSE;
	head = head_at(q, q->next_avail);
	d.next = head;
	do {
		uint8_t *at = next_piece(q, &d, &steps, VRING_DESC_F_WRITE);
		uint32_t nb;

		if (at == NULL)
			return FALSE;
		/* A header that is not in one piece is none that a driver makes. */
		if (d.len < skip) {
			note_broken(q);
			return FALSE;
		}
		if (skip != 0)
			*header = at;
		nb = MIN(d.len - skip, rest->len);
		memcpy(at + skip, rest->data, nb);
		rest->data += nb;
		rest->len -= nb;
		written += nb;
		skip = 0;
	} while (rest->len > 0 && (d.flags & VRING_DESC_F_NEXT) != 0);
	q->next_avail++;
	use_buffer(q, head, written);
	return TRUE;
}

/* A frame from the caller's memory. FALSE: there is no room, and nothing has happened. */
static gboolean fill_buffers(struct splitq *q, const struct frame_slot *f)
{
	struct rest rest = { .data = f->data, .len = f->len };
	uint16_t avail = q->next_avail, used = q->next_used;
	uint8_t *header = NULL, *none;
	uint16_t buffers = 0;

	do {
		if (!fill_chain(q, &rest, buffers == 0 ? q->header_len : 0,
			    buffers == 0 ? &header : &none))
			break;
		buffers++;
	} while (rest.len > 0 && q->merges);
	if (rest.len == 0 && header != NULL) {
		write_header(header, q->header_len, buffers);
		return TRUE;
	}
	q->next_avail = avail;
	q->next_used = used;
	return FALSE;
}

uint16_t splitq_commit(struct splitq *q, struct frame_slot *f, uint16_t nb, uint16_t n)
{
	uint16_t i;

	if (unlikely(q->staged)) {
		for (i = 0; i < nb && fill_buffers(q, &f[i]); i++)
			;
		if (i > 0)
			publish_used(q);
		return i;
	}
	q->next_avail = (uint16_t)(q->next_avail - (n - nb));
	if (unlikely(nb == 0))
		return 0;
	for (i = 0; i < nb; i++) {
		write_header(f[i].data - q->header_len, q->header_len, 1);
		use_buffer(q, f[i].id, f[i].len + q->header_len);
	}
	publish_used(q);
	return nb;
}

/* What is in a chain, into own: bytes behind the header; 0: too many, or the queue is broken. */
static uint32_t gather_chain(struct splitq *q, uint16_t head, uint8_t *own, uint32_t room)
{
	struct vring_desc d = { .next = head };
	uint32_t skip = q->header_len, len = 0;
	uint16_t steps = 0;
	gboolean fits = TRUE;

	do {
		uint8_t *at = next_piece(q, &d, &steps, 0);
		uint32_t skipped, nb;

		if (at == NULL)
			return 0;
		skipped = MIN(skip, d.len);
		skip -= skipped;
		nb = d.len - skipped;
		fits = fits && nb <= room - len;
		if (!fits)
			continue;
		memcpy(own + len, at + skipped, nb);
		len += nb;
	} while ((d.flags & VRING_DESC_F_NEXT) != 0);
	return fits ? len : 0;
}

uint16_t splitq_receive(struct splitq *q, struct frame_slot *f, uint16_t n, uint32_t room)
{
	uint16_t there, i;

	q->at_chain = FALSE;
	if (unlikely(splitq_is_broken(q)))
		return 0;
	there = count_available(q, n);
	for (i = 0; i < there; i++) {
		struct buffer b;
		enum kind kind = look_at_buffer(q, (uint16_t)(q->next_avail + i), FALSE, &b);

		if (unlikely(kind == CHAIN)) {
			q->at_chain = i == 0;
			break;
		}
		if (unlikely(kind == BROKEN)) {
			note_broken(q);
			return 0;
		}
		rte_prefetch0(b.data);
		f[i].data = b.data;
		f[i].len = likely(b.len <= room) ? b.len : 0;
		f[i].id = b.head;
	}
	q->next_avail = (uint16_t)(q->next_avail + i);
	return i;
}

uint16_t splitq_gather(struct splitq *q, struct frame_slot *f, uint8_t *own, uint32_t room)
{
	if (count_available(q, 1) == 0)
		return 0;
	f->id = head_at(q, q->next_avail);
	f->data = own;
	f->len = gather_chain(q, (uint16_t)f->id, own, room);
	if (splitq_is_broken(q))
		return 0;
	q->next_avail++;
	return 1;
}

void splitq_release(struct splitq *q, const struct frame_slot *f, uint16_t n)
{
	if (n == 0)
		return;
	for (uint16_t i = 0; i < n; i++)
		use_buffer(q, f[i].id, 0);
	publish_used(q);
}
