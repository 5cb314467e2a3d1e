/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * sim/datapath/vq.h: packed virtqueues (virtio 1.2 section 2.8) of single-buffer descriptors in
 * memory that host and guest share. Both sides: vq_dev is the host's, vq_drv the guest's. Hot.
 *
 * Addresses in descriptors are offsets into the shared memory. The host believes the guest nothing:
 * a descriptor that points outside of the memory, or is of a kind that was not agreed upon, breaks
 * the queue, which is empty for good then.
 *
 * Left out of the standard: chains, indirect descriptors, event flags other than on and off.
 */
#ifndef SIM_DATAPATH_VQ_H
#define SIM_DATAPATH_VQ_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include <glib.h>

enum {
	VQ_DESC_NEXT = 1 << 0,
	VQ_DESC_WRITE = 1 << 1, /* the device writes into the buffer */
	VQ_DESC_INDIRECT = 1 << 2,
	VQ_DESC_AVAIL = 1 << 7,
	VQ_DESC_USED = 1 << 15,
	VQ_EVENTS_ON = 0,
	VQ_EVENTS_OFF = 1,
	VQ_SIZE_MAX = 32768,
};

struct vq_desc {
	uint64_t addr;
	uint32_t len;
	uint16_t id;
	_Atomic uint16_t flags; /* written last, read first */
};

struct vq_event {
	uint16_t off_wrap; /* not used */
	_Atomic uint16_t flags;
};

_Static_assert(sizeof(struct vq_desc) == 16 && sizeof(struct vq_event) == 4, "as in the standard");

/* Where a queue lies; both sides have their own pointers to the same memory. */
struct vq_ring {
	struct vq_desc *desc;    /* size of them */
	struct vq_event *driver; /* written by the guest: does it want calls? */
	struct vq_event *device; /* written by the host: does it want kicks? */
	uint16_t size;           /* 1 .. VQ_SIZE_MAX */
};

/* One buffer on its way. */
struct vq_buf {
	uint8_t *data;
	uint32_t len; /* take: room (or length of a frame from the guest); give: bytes written */
	uint16_t id;
};

static inline uint16_t vq_flags(const struct vq_desc *d)
{
	return atomic_load_explicit(&d->flags, memory_order_acquire);
}

static inline void vq_set_flags(struct vq_desc *d, uint16_t flags)
{
	atomic_store_explicit(&d->flags, flags, memory_order_release);
}

/* Host side. */
struct vq_dev {
	struct vq_ring ring;
	uint8_t *mem;
	size_t mem_len;
	uint16_t next_avail, next_used;
	uint16_t avail_wrap, used_wrap; /* 0 or 1 */
	uint16_t kind;   /* VQ_DESC_WRITE for the queue that the host fills, else 0 */
	uint16_t broken; /* 1: the guest put nonsense into it */
};

static inline void vq_dev_init(struct vq_dev *q, const struct vq_ring *ring, uint8_t *mem,
	size_t mem_len, gboolean host_writes)
{
	*q = (struct vq_dev){ .ring = *ring,
		.mem = mem,
		.mem_len = mem_len,
		.avail_wrap = 1,
		.used_wrap = 1,
		.kind = host_writes ? VQ_DESC_WRITE : 0 };
}

static inline gboolean vq_dev_is_avail(const struct vq_dev *q, uint16_t flags)
{
	return ((flags & VQ_DESC_AVAIL) != 0) == q->avail_wrap &&
	       ((flags & VQ_DESC_USED) != 0) != q->avail_wrap;
}

/* Is there a buffer to take? */
static inline gboolean vq_dev_has_avail(const struct vq_dev *q)
{
	return !q->broken && vq_dev_is_avail(q, vq_flags(&q->ring.desc[q->next_avail]));
}

/* Take up to n buffers that the guest has made available, in its order. */
static inline uint16_t vq_dev_take(struct vq_dev *q, struct vq_buf *out, uint16_t n)
{
	uint16_t i;

	for (i = 0; i < n; i++) {
		const struct vq_desc *d = &q->ring.desc[q->next_avail];
		uint16_t flags = vq_flags(d);
		uint64_t addr;

		if (q->broken || !vq_dev_is_avail(q, flags))
			break;
		/* Read once: the guest may write at any time. */
		addr = *(const volatile uint64_t *)&d->addr;
		out[i].len = *(const volatile uint32_t *)&d->len;
		out[i].id = *(const volatile uint16_t *)&d->id;
		if (G_UNLIKELY((flags & (VQ_DESC_NEXT | VQ_DESC_WRITE | VQ_DESC_INDIRECT)) !=
				       q->kind ||
			       addr > q->mem_len || out[i].len > q->mem_len - addr)) {
			q->broken = 1;
			break;
		}
		out[i].data = q->mem + addr;
		if (++q->next_avail == q->ring.size) {
			q->next_avail = 0;
			q->avail_wrap ^= 1;
		}
	}
	return i;
}

/* Give back the n buffers taken last, unused: the next take gets them again. */
static inline void vq_dev_untake(struct vq_dev *q, uint16_t n)
{
	if (n > q->next_avail) {
		q->next_avail = (uint16_t)(q->next_avail + q->ring.size - n);
		q->avail_wrap ^= 1;
	} else {
		q->next_avail = (uint16_t)(q->next_avail - n);
	}
}

/* Return n buffers to the guest, the oldest taken first, len bytes written into each. */
static inline void vq_dev_give(struct vq_dev *q, const struct vq_buf *b, uint16_t n)
{
	for (uint16_t i = 0; i < n; i++) {
		struct vq_desc *d = &q->ring.desc[q->next_used];

		d->id = b[i].id;
		d->len = b[i].len;
		vq_set_flags(d, (uint16_t)(q->used_wrap ? VQ_DESC_AVAIL | VQ_DESC_USED : 0));
		if (++q->next_used == q->ring.size) {
			q->next_used = 0;
			q->used_wrap ^= 1;
		}
	}
}

/* After giving: does the guest want to be called? */
static inline gboolean vq_dev_wants_call(const struct vq_dev *q)
{
	atomic_thread_fence(memory_order_seq_cst);
	return atomic_load_explicit(&q->ring.driver->flags, memory_order_relaxed) != VQ_EVENTS_OFF;
}

/* Ask for kicks or not. After asking look at the queue once more before sleeping. */
static inline void vq_dev_set_kicks(struct vq_dev *q, gboolean on)
{
	atomic_store_explicit(
		&q->ring.device->flags, on ? VQ_EVENTS_ON : VQ_EVENTS_OFF, memory_order_relaxed);
	atomic_thread_fence(memory_order_seq_cst);
}

/* Guest side. Buffers carry ids 0 .. size - 1 of the guest's own choice. */
struct vq_drv {
	struct vq_ring ring;
	uint16_t next_avail, next_used;
	uint16_t avail_wrap, used_wrap;
	uint16_t nb_free; /* descriptors */
};

static inline void vq_drv_init(struct vq_drv *q, const struct vq_ring *ring)
{
	*q = (struct vq_drv){
		.ring = *ring, .avail_wrap = 1, .used_wrap = 1, .nb_free = ring->size
	};
}

/* Make a buffer available; nb_free must not be 0. addr: offset into the shared memory. */
static inline void vq_drv_add(
	struct vq_drv *q, uint64_t addr, uint32_t len, uint16_t id, gboolean host_writes)
{
	struct vq_desc *d = &q->ring.desc[q->next_avail];
	uint16_t flags = (uint16_t)((host_writes ? VQ_DESC_WRITE : 0) |
				    (q->avail_wrap ? VQ_DESC_AVAIL : VQ_DESC_USED));

	d->addr = addr;
	d->len = len;
	d->id = id;
	vq_set_flags(d, flags);
	q->nb_free--;
	if (++q->next_avail == q->ring.size) {
		q->next_avail = 0;
		q->avail_wrap ^= 1;
	}
}

/* Has the host returned a buffer? Then which, and how many bytes it wrote. */
static inline gboolean vq_drv_reap(struct vq_drv *q, uint16_t *id, uint32_t *len)
{
	const struct vq_desc *d = &q->ring.desc[q->next_used];
	uint16_t flags = vq_flags(d);

	if (((flags & VQ_DESC_AVAIL) != 0) != q->used_wrap ||
		((flags & VQ_DESC_USED) != 0) != q->used_wrap || q->nb_free == q->ring.size)
		return FALSE;
	*id = d->id;
	*len = d->len;
	q->nb_free++;
	if (++q->next_used == q->ring.size) {
		q->next_used = 0;
		q->used_wrap ^= 1;
	}
	return TRUE;
}

static inline gboolean vq_drv_wants_kick(const struct vq_drv *q)
{
	atomic_thread_fence(memory_order_seq_cst);
	return atomic_load_explicit(&q->ring.device->flags, memory_order_relaxed) != VQ_EVENTS_OFF;
}

static inline void vq_drv_set_calls(struct vq_drv *q, gboolean on)
{
	atomic_store_explicit(
		&q->ring.driver->flags, on ? VQ_EVENTS_ON : VQ_EVENTS_OFF, memory_order_relaxed);
	atomic_thread_fence(memory_order_seq_cst);
}

#endif
