/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * sim/datapath/vq.h: packed virtqueues (virtio 1.2 section 2.8) of single-buffer descriptors in
 * memory that host and guest share. Both sides: vq_dev is the host's, vq_drv the guest's. Hot.
 *
 * Addresses in descriptors are offsets into the shared memory. The host believes the guest nothing:
 * a descriptor that points outside of the memory, or is of a kind or length that was not agreed
 * upon, breaks the queue, which is empty for good then. Ids are the guest's: the host hands them
 * back and never uses them.
 *
 * Several buffers become visible at once: the flags of the first are written last (as the standard
 * asks of the links of a chain), so that the other side, which polls that one descriptor, finds
 * whole bursts and does not fight for a cache line that is half written: some 5 % fewer cycles a
 * frame with a core a side. Length, id and flags of a descriptor are one word to this code.
 *
 * Left out of the standard: chains, indirect descriptors, event flags other than on and off.
 */
#ifndef SIM_DATAPATH_VQ_H
#define SIM_DATAPATH_VQ_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <glib.h>

enum {
	VQ_DESC_NEXT = 1 << 0,
	VQ_DESC_WRITE = 1 << 1, /* available: the device may write; used: it has written */
	VQ_DESC_INDIRECT = 1 << 2,
	VQ_DESC_AVAIL = 1 << 7,
	VQ_DESC_USED = 1 << 15,
	VQ_EVENTS_ON = 0,
	VQ_EVENTS_OFF = 1,
	VQ_SIZE_MAX = 32768,
	VQ_LINE = 64,
};

struct vq_desc {
	uint64_t addr;
	/* From the low end: 32 bits length, 16 id, 16 flags. Written last, read first. */
	_Atomic uint64_t tail;
};

struct vq_event {
	uint16_t off_wrap; /* not used */
	_Atomic uint16_t flags;
};

_Static_assert(sizeof(struct vq_desc) == 16 && sizeof(struct vq_event) == 4, "as in the standard");
_Static_assert(G_BYTE_ORDER == G_LITTLE_ENDIAN, "as are descriptors");

/* Where a queue lies; both sides have their own pointers to the same memory. */
struct vq_ring {
	struct vq_desc *desc;    /* size of them */
	struct vq_event *driver; /* written by the guest: does it want calls? */
	struct vq_event *device; /* written by the host: does it want kicks? */
	uint16_t size;           /* 1 .. VQ_SIZE_MAX; any number */
};

/* One buffer on its way. */
struct vq_buf {
	uint8_t *data;
	uint32_t len; /* take: room (or length of a frame from the guest); give: bytes written */
	uint16_t id;
};

/* The first of several descriptors: what makes all of them visible. */
struct vq_mark {
	struct vq_desc *first;
	uint64_t tail;
};

/* To the next descriptor; wrap changes at the end of the ring. */
static inline void vq_step(const struct vq_ring *ring, uint16_t *next, uint8_t *wrap)
{
	if (++*next == ring->size) {
		*next = 0;
		*wrap ^= 1;
	}
}

/* After publishing: does the other side want to be signalled? */
static inline gboolean vq_is_wanted(const struct vq_event *e)
{
	atomic_thread_fence(memory_order_seq_cst);
	return atomic_load_explicit(&e->flags, memory_order_relaxed) != VQ_EVENTS_OFF;
}

static inline void vq_want(struct vq_event *e, gboolean on)
{
	atomic_store_explicit(&e->flags, on ? VQ_EVENTS_ON : VQ_EVENTS_OFF, memory_order_relaxed);
	atomic_thread_fence(memory_order_seq_cst);
}

static inline uint64_t vq_tail(uint32_t len, uint16_t id, uint16_t flags)
{
	return len | (uint64_t)id << 32 | (uint64_t)flags << 48;
}

static inline uint32_t vq_tail_len(uint64_t tail)
{
	return (uint32_t)tail;
}

static inline uint16_t vq_tail_id(uint64_t tail)
{
	return (uint16_t)(tail >> 32);
}

static inline uint16_t vq_tail_flags(uint64_t tail)
{
	return (uint16_t)(tail >> 48);
}

static inline uint16_t vq_flags(const struct vq_desc *d)
{
	return vq_tail_flags(atomic_load_explicit(&d->tail, memory_order_acquire));
}

/* Behind the last descriptor of those that begin at m. */
static inline void vq_publish(const struct vq_mark *m)
{
	atomic_store_explicit(&m->first->tail, m->tail, memory_order_release);
}

/* Not visible before the first is. */
static inline void vq_set_tail(struct vq_mark *m, struct vq_desc *d, uint64_t tail)
{
	if (d == m->first)
		m->tail = tail;
	else
		atomic_store_explicit(&d->tail, tail, memory_order_relaxed);
}

/* Memory is asked for n descriptors from next on, which will be written; not round the end. */
static inline void vq_prefetch(const struct vq_ring *ring, uint16_t next, uint16_t n)
{
	const char *at = (const char *)&ring->desc[next];
	const char *end = (const char *)&ring->desc[MIN(next + n, ring->size)];

	for (; at < end; at += VQ_LINE)
		__builtin_prefetch(at, 1);
}

/* Host side. A cache line. */
struct vq_dev {
	struct vq_ring ring;
	uint8_t *mem;
	size_t mem_len;
	uint32_t len_min, len_max; /* of a buffer: else the queue breaks */
	uint16_t next_avail, next_used;
	uint8_t avail_wrap, used_wrap; /* 0 or 1 */
	uint8_t kind;                  /* VQ_DESC_WRITE for the queue that the host fills, else 0 */
	_Atomic uint8_t broken;        /* 1: nonsense in it; any thread; the last: vq_dev_init */
};

/* len_min and len_max are open: set them behind. */
static inline void vq_dev_init(struct vq_dev *q, const struct vq_ring *ring, uint8_t *mem,
	size_t mem_len, gboolean host_writes)
{
	const struct vq_dev fresh = { .ring = *ring,
		.mem = mem,
		.mem_len = mem_len,
		.len_max = UINT32_MAX,
		.avail_wrap = 1,
		.used_wrap = 1,
		.kind = host_writes ? VQ_DESC_WRITE : 0 };

	/* Others may be looking whether it is broken. */
	memcpy(q, &fresh, offsetof(struct vq_dev, broken));
	atomic_store_explicit(&q->broken, 0, memory_order_relaxed);
}

/* Any thread. */
static inline gboolean vq_dev_is_broken(const struct vq_dev *q)
{
	return atomic_load_explicit(&q->broken, memory_order_relaxed) != 0;
}

static inline gboolean vq_dev_is_avail(const struct vq_dev *q, uint16_t flags)
{
	return ((flags & VQ_DESC_AVAIL) != 0) == q->avail_wrap &&
	       ((flags & VQ_DESC_USED) != 0) != q->avail_wrap;
}

/* Descriptors that were taken and not given yet. */
static inline uint16_t vq_dev_taken(const struct vq_dev *q)
{
	return (uint16_t)(q->next_avail - q->next_used +
			  (q->avail_wrap != q->used_wrap ? q->ring.size : 0));
}

/* Is there a buffer to take? */
static inline gboolean vq_dev_has_avail(const struct vq_dev *q)
{
	return !vq_dev_is_broken(q) && vq_dev_taken(q) < q->ring.size &&
	       vq_dev_is_avail(q, vq_flags(&q->ring.desc[q->next_avail]));
}

/*
 * Before up to n calls of vq_dev_take_one: how many there may be. No descriptor is taken twice,
 * whatever the guest writes into it.
 */
static inline uint16_t vq_dev_takes(const struct vq_dev *q, uint16_t n)
{
	uint16_t free = (uint16_t)(q->ring.size - vq_dev_taken(q));

	return vq_dev_is_broken(q) ? 0 : MIN(n, free);
}

static inline gboolean vq_dev_take_one(struct vq_dev *q, struct vq_buf *out)
{
	const struct vq_desc *d = &q->ring.desc[q->next_avail];
	uint64_t tail = atomic_load_explicit(&d->tail, memory_order_acquire), addr;
	uint16_t flags = vq_tail_flags(tail);

	if (!vq_dev_is_avail(q, flags))
		return FALSE;
	/* Read once: the guest may write at any time. */
	addr = *(const volatile uint64_t *)&d->addr;
	out->len = vq_tail_len(tail);
	out->id = vq_tail_id(tail);
	if (G_UNLIKELY((flags & (VQ_DESC_NEXT | VQ_DESC_WRITE | VQ_DESC_INDIRECT)) != q->kind ||
		       out->len < q->len_min || out->len > q->len_max || addr > q->mem_len ||
		       out->len > q->mem_len - addr)) {
		atomic_store_explicit(&q->broken, 1, memory_order_relaxed);
		return FALSE;
	}
	out->data = q->mem + addr;
	vq_step(&q->ring, &q->next_avail, &q->avail_wrap);
	return TRUE;
}

/* Take up to n buffers that the guest has made available, in its order. */
static inline uint16_t vq_dev_take(struct vq_dev *q, struct vq_buf *out, uint16_t n)
{
	uint16_t i = 0;

	n = vq_dev_takes(q, n);
	while (i < n && vq_dev_take_one(q, &out[i]))
		i++;
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

static inline uint16_t vq_dev_used_flags(const struct vq_dev *q)
{
	return (uint16_t)(q->kind | (q->used_wrap ? VQ_DESC_AVAIL | VQ_DESC_USED : 0));
}

/* Before calls of vq_dev_give_one, of which vq_publish is the end. */
static inline struct vq_mark vq_dev_mark(const struct vq_dev *q)
{
	return (struct vq_mark){ &q->ring.desc[q->next_used], 0 };
}

static inline void vq_dev_give_one(struct vq_dev *q, struct vq_mark *m, uint16_t id, uint32_t len)
{
	vq_set_tail(m, &q->ring.desc[q->next_used], vq_tail(len, id, vq_dev_used_flags(q)));
	vq_step(&q->ring, &q->next_used, &q->used_wrap);
}

/* Return n buffers to the guest, the oldest taken first, len bytes written into each. */
static inline void vq_dev_give(struct vq_dev *q, const struct vq_buf *b, uint16_t n)
{
	struct vq_mark m = vq_dev_mark(q);

	if (n == 0)
		return;
	for (uint16_t i = 0; i < n; i++)
		vq_dev_give_one(q, &m, b[i].id, b[i].len);
	vq_publish(&m);
}

/* After giving: does the guest want to be called? */
static inline gboolean vq_dev_wants_call(const struct vq_dev *q)
{
	return vq_is_wanted(q->ring.driver);
}

/* Ask for kicks or not. After asking look at the queue once more before sleeping. */
static inline void vq_dev_set_kicks(struct vq_dev *q, gboolean on)
{
	vq_want(q->ring.device, on);
}

/* Guest side. Buffers carry ids of the guest's own choice. */
struct vq_drv {
	struct vq_ring ring;
	uint16_t next_avail, next_used;
	uint16_t nb_free; /* descriptors */
	uint8_t avail_wrap, used_wrap;
};

static inline void vq_drv_init(struct vq_drv *q, const struct vq_ring *ring)
{
	*q = (struct vq_drv){
		.ring = *ring, .nb_free = ring->size, .avail_wrap = 1, .used_wrap = 1
	};
}

static inline uint16_t vq_drv_avail_flags(const struct vq_drv *q, gboolean host_writes)
{
	return (uint16_t)((host_writes ? VQ_DESC_WRITE : 0) |
			  (q->avail_wrap ? VQ_DESC_AVAIL : VQ_DESC_USED));
}

/* Before calls of vq_drv_add_one, of which vq_publish is the end. */
static inline struct vq_mark vq_drv_mark(const struct vq_drv *q)
{
	return (struct vq_mark){ &q->ring.desc[q->next_avail], 0 };
}

static inline void vq_drv_add_one(struct vq_drv *q, struct vq_mark *m, uint64_t addr, uint32_t len,
	uint16_t id, gboolean host_writes)
{
	struct vq_desc *d = &q->ring.desc[q->next_avail];

	d->addr = addr;
	vq_set_tail(m, d, vq_tail(len, id, vq_drv_avail_flags(q, host_writes)));
	q->nb_free--;
	vq_step(&q->ring, &q->next_avail, &q->avail_wrap);
}

/* Make a buffer available; nb_free must not be 0. addr: offset into the shared memory. */
static inline void vq_drv_add(
	struct vq_drv *q, uint64_t addr, uint32_t len, uint16_t id, gboolean host_writes)
{
	struct vq_mark m = vq_drv_mark(q);

	vq_drv_add_one(q, &m, addr, len, id, host_writes);
	vq_publish(&m);
}

/* What the two bits of a descriptor are when the host has returned it in the round of wrap. */
static inline uint16_t vq_drv_used_bits(uint8_t wrap)
{
	return wrap ? VQ_DESC_AVAIL | VQ_DESC_USED : 0;
}

/* Has the host returned a buffer? Then which, and how many bytes it wrote. */
static inline gboolean vq_drv_reap(struct vq_drv *q, uint16_t *id, uint32_t *len)
{
	uint64_t tail = atomic_load_explicit(
		&q->ring.desc[q->next_used].tail, memory_order_acquire);

	if ((vq_tail_flags(tail) & (VQ_DESC_AVAIL | VQ_DESC_USED)) !=
			vq_drv_used_bits(q->used_wrap) ||
		q->nb_free == q->ring.size)
		return FALSE;
	*id = vq_tail_id(tail);
	*len = vq_tail_len(tail);
	q->nb_free++;
	vq_step(&q->ring, &q->next_used, &q->used_wrap);
	return TRUE;
}

static inline gboolean vq_drv_wants_kick(const struct vq_drv *q)
{
	return vq_is_wanted(q->ring.device);
}

static inline void vq_drv_set_calls(struct vq_drv *q, gboolean on)
{
	vq_want(q->ring.driver, on);
}

#endif
