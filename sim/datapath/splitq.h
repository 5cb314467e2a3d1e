/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * sim/datapath/splitq.h: split virtqueues (virtio 1.2 section 2.7) in the memory of a guest on
 * vhost-user: the device's side. Frames are written and read where the guest's driver has its
 * buffers; nothing is copied. Hot.
 *
 * That works for a buffer of one descriptor with room for any frame. Other buffers (chains; with
 * VIRTIO_NET_F_MRG_RXBUF several for a frame) are filled from, and gathered in, memory of the caller.
 *
 * The guest is believed nothing: a descriptor is read once, and what lies outside of the guest's
 * memory, or is of a kind that was not agreed upon, breaks the queue, which is empty for good then.
 *
 * Left out: indirect descriptors and event indices, which the device does not offer.
 */
#ifndef SIM_DATAPATH_SPLITQ_H
#define SIM_DATAPATH_SPLITQ_H

#include <stdatomic.h>
#include <stdint.h>

#include <glib.h>
#include <linux/virtio_net.h>
#include <linux/virtio_ring.h>

#include "analyze/numbers/histogram.h"
#include "sim/datapath/datapath.h"

enum { SPLITQ_REGIONS = 8, SPLITQ_SIZE_MAX = 32768 };

/* A guest's memory. */
struct splitq_mem {
	uint32_t nb;
	struct splitq_region {
		uint64_t guest, size; /* guest physical address */
		uint8_t *host;
	} region[SPLITQ_REGIONS];
};

struct splitq {
	const struct vring_desc *desc;
	struct vring_avail *avail;
	struct vring_used *used;
	const struct splitq_mem *mem;
	uint16_t size; /* a power of two */
	uint16_t next_avail, next_used;
	uint16_t avail_seen; /* the guest's index when it was looked at last */
	uint16_t header_len; /* of struct virtio_net_hdr_v1, in front of each frame */
	uint16_t region;     /* of the buffer before: the next one is there, too */
	/* 0 or 1. */
	uint8_t merges;   /* a frame may lie in several buffers */
	uint8_t staged;   /* what was reserved last is the caller's memory */
	uint8_t at_chain; /* the next frame to be received is in several pieces */
	int call_fd;      /* -1: none */
	/* Any thread reads these, which are the last: splitq_init. */
	_Atomic gboolean is_broken;
	ctr calls; /* of the guest, as it asked, in the whole life of this */
};

_Static_assert(sizeof(struct splitq) == 64, "a cache line");

/*
 * A queue whose rings are at those addresses; FALSE if they are none. features: what the driver
 * agreed to. mem and rings stay the caller's.
 */
gboolean splitq_init(struct splitq *q, const struct vring_desc *desc, struct vring_avail *avail,
	struct vring_used *used, uint16_t size, const struct splitq_mem *mem, uint64_t features);

static inline gboolean splitq_is_broken(const struct splitq *q)
{
	return atomic_load_explicit(&q->is_broken, memory_order_relaxed);
}

/* Has the guest made a buffer available that was not taken yet? */
static inline gboolean splitq_has_avail(const struct splitq *q)
{
	return !splitq_is_broken(q) &&
	       __atomic_load_n(&q->avail->idx, __ATOMIC_ACQUIRE) != q->next_avail;
}

/*
 * The queue that the guest receives from; as the hooks of struct datapath_ops. need: bytes of the
 * longest frame without FCS. own: memory for n frames of it, used where the guest's does not do.
 */
uint16_t splitq_reserve(
	struct splitq *q, struct frame_slot *f, uint16_t n, uint32_t need, void *const *own);
uint16_t splitq_commit(struct splitq *q, struct frame_slot *f, uint16_t nb, uint16_t n);

/*
 * The queue that it sends by. len 0: a frame of more than room bytes, or of none. Ends before a frame
 * in several pieces: if that is the next one, at_chain is set, and splitq_gather puts it in own, which
 * has room bytes. Returns how many (0 or 1) it got.
 */
uint16_t splitq_receive(struct splitq *q, struct frame_slot *f, uint16_t n, uint32_t room);
uint16_t splitq_gather(struct splitq *q, struct frame_slot *f, uint8_t *own, uint32_t room);
/* Or: the n frames received last are not taken; the next splitq_receive gets them again. */
static inline void splitq_unreceive(struct splitq *q, uint16_t n)
{
	q->next_avail = (uint16_t)(q->next_avail - n);
}
void splitq_release(struct splitq *q, const struct frame_slot *f, uint16_t n);

#endif
