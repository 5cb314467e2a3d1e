/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * sim/datapath/vmux_side.h: a queue that its consumer can close at the moment when it is empty: what
 * was put into it before has been taken, and the producer's next try fails. One producer, one
 * consumer. Hot.
 */
#ifndef SIM_DATAPATH_VMUX_SIDE_H
#define SIM_DATAPATH_VMUX_SIDE_H

#include <stdatomic.h>
#include <stdint.h>

#include <glib.h>

enum { VMUX_SIDE_SIZE = 2048 };

#define VMUX_SIDE_CLOSED (UINT32_C(1) << 31) /* beside the number of what was put */

struct vmux_side {
	_Alignas(64) _Atomic uint32_t tail; /* put so far; the producer's, until it is closed */
	_Atomic uint32_t shut;              /* 1: the producer may not put anything more */
	_Alignas(64) _Atomic uint32_t head; /* taken so far; the consumer's */
	_Alignas(64) void *entry[VMUX_SIDE_SIZE];
};

/* While neither side uses it. */
static inline void vmux_side_reset(struct vmux_side *s)
{
	atomic_store_explicit(&s->tail, 0, memory_order_relaxed);
	atomic_store_explicit(&s->head, 0, memory_order_relaxed);
	atomic_store_explicit(&s->shut, 0, memory_order_relaxed);
}

static inline uint32_t vmux_side_between(uint32_t from, uint32_t to)
{
	return (to - from) & (VMUX_SIDE_CLOSED - 1);
}

/* Producer: how many there is room for, at least. Of one that is closed it means nothing. */
static inline uint32_t vmux_side_room(const struct vmux_side *s)
{
	uint32_t tail = atomic_load_explicit(&s->tail, memory_order_relaxed);

	if (atomic_load_explicit(&s->shut, memory_order_relaxed))
		return 0;
	return VMUX_SIDE_SIZE -
	       vmux_side_between(atomic_load_explicit(&s->head, memory_order_acquire), tail);
}

/* How many of n there was room for; -1: it is closed, and all that the consumer did is visible. */
static inline int vmux_side_put(struct vmux_side *s, void *const *what, uint16_t n)
{
	uint32_t tail = atomic_load_explicit(&s->tail, memory_order_acquire);
	uint32_t room = vmux_side_room(s); /* once: MIN would look twice, and the room grows */

	if (tail & VMUX_SIDE_CLOSED)
		return -1;
	n = (uint16_t)MIN(n, room);
	for (uint32_t i = 0; i < n; i++)
		/* clang-tidy 14 does not see that callers fill what. */
		s->entry[(tail + i) % VMUX_SIDE_SIZE] = what[i]; /* NOLINT(clang-analyzer-core.*) */
	return atomic_compare_exchange_strong_explicit(&s->tail, &tail,
		       vmux_side_between(0, tail + n), memory_order_acq_rel, memory_order_acquire)
		       ? n
		       : -1;
}

static inline uint16_t vmux_side_take(struct vmux_side *s, void **what, uint16_t n)
{
	uint32_t head = atomic_load_explicit(&s->head, memory_order_relaxed);
	uint32_t tail = atomic_load_explicit(&s->tail, memory_order_acquire);

	n = (uint16_t)MIN(n, vmux_side_between(head, tail));
	for (uint32_t i = 0; i < n; i++)
		what[i] = s->entry[(head + i) % VMUX_SIDE_SIZE];
	atomic_store_explicit(&s->head, vmux_side_between(0, head + n), memory_order_release);
	return n;
}

/* FALSE: there is something in it. */
static inline gboolean vmux_side_close(struct vmux_side *s)
{
	uint32_t head = atomic_load_explicit(&s->head, memory_order_relaxed);

	return atomic_compare_exchange_strong_explicit(&s->tail, &head, head | VMUX_SIDE_CLOSED,
		memory_order_acq_rel, memory_order_relaxed);
}

#endif
