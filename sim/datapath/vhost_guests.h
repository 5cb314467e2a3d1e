/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * sim/datapath/vhost_guests.h: the guests of a datapath that are reached by vhost-user: the generator is
 * the back end, the guest's virtio driver is the front end, in QEMU or in treflect. There is one socket a
 * guest: tsim listens, or connects to guests that do (vhost_connector.h). librte_vhost (its own API, no
 * ethdev: those are limited to RTE_MAX_ETHPORTS a process) speaks the protocol and maps the guest's
 * memory; the queues are splitq.h's, which copies nothing, where librte_vhost copies each frame twice.
 *
 * A guest may have several queue pairs (virtio 1.2, 5.1.6.5.5): frames come from all that it has enabled,
 * burst by burst in turn, and go to the pair that it sent by last, the first one before: all frames to a
 * guest are one flow. Pairs that follow one that is not enabled are not used.
 *
 * Left out: offloads, packed virtqueues, dirty logging for migration.
 *
 * Threads: librte_vhost's own thread connects and disconnects. Whatever a message of the front end
 * may change under a queue, its guest is away meanwhile: that is visible to workers first, who have
 * gone round once before the message is handled. They look at connected once a burst.
 *
 * A front end may take its memory away: shorten the file that we have mapped. Whoever touches it then
 * finds zeros (memory_fault.h); the guest is away from then on, and its connection ends with the next
 * message. So for librte_vhost's thread, which looks at rings before it tells of new memory.
 */
#ifndef SIM_DATAPATH_VHOST_GUESTS_H
#define SIM_DATAPATH_VHOST_GUESTS_H

#include <stdint.h>

#include <glib.h>

#include "sim/base/memory_fault.h"
#include "sim/datapath/datapath.h"
#include "sim/datapath/splitq.h"

struct rte_mbuf;
struct vhost_guests;

/* How far a front end has come; the order is that of the protocol. */
enum vhost_stage {
	VHOST_NOBODY,
	VHOST_LEFT,
	VHOST_CONNECTED,
	VHOST_DRIVER_STARTED,
	VHOST_MEMORY_SENT,
};

enum { VHOST_PAIRS_MAX = 8 };

struct vhost_pair {
	_Alignas(64) struct splitq rx; /* the guest receives */
	_Alignas(64) struct splitq tx; /* the guest sends */
};

struct vhost_guest {
	struct vhost_pair first;
	/* Of whoever receives from the guest: the pair that the last burst came from. */
	struct vhost_pair *receiving;
	struct rte_mbuf *own; /* what vhost_guests_receive got, if its tx.at_chain */
	/* Of whoever sends to it: the pair that was reserved of. */
	_Alignas(64) struct vhost_pair *sending;
	_Alignas(64) _Atomic int connected;
	_Atomic int lost;          /* it took its memory away: no more frames in this connection */
	_Atomic uint32_t nb_pairs; /* in use; not changed while connected */
	_Atomic uint32_t steered;  /* the pair that frames to the guest go to */
	struct vhost_pair *more;   /* the others: VHOST_PAIRS_MAX - 1 */
	/* Of vhost_guests.c. */
	_Atomic int stage;
	/*
	 * The connection that is the guest, -1: none. Others of the same socket are nobody's. It, and
	 * what it has: librte_vhost's thread.
	 */
	_Atomic int vid;
	gboolean runs, has_memory, is_mapped;
	uint32_t enabled, sized; /* a bit per queue; sized: it has a size */
	int kick_fd; /* of the first rx; < 0: none. Like unseen: of whoever may use the queues */
	gboolean unseen;
	struct splitq_mem mem;
	struct memory_fault_area area[SPLITQ_REGIONS]; /* nb_areas of them are watched */
	uint32_t nb_areas;
	struct vhost_guests *all;
};

struct vhost_guests_cfg {
	struct datapath *datapath; /* whose slots these are: number, quiesce */
	const struct datapath_cfg *cfg;
	/*
	 * Told by librte_vhost's thread: frames cannot be exchanged any more, and no worker is inside the
	 * queues. The datapath makes sure that none of its own threads is before it returns, for memory
	 * and queues may go then. NULL: it has no threads.
	 */
	void (*went)(struct datapath *d, uint32_t slot);
};

/* As hooks of struct datapath_ops. */
gboolean vhost_guests_fits(const struct datapath_cfg *cfg, GError **error);
size_t vhost_guests_memory(const struct datapath_cfg *cfg);
/*
 * NULL and error, else also the datapath's: guests are connected from now on. Slots of guests that are
 * reached otherwise stay empty.
 */
struct vhost_guests *vhost_guests_new(const struct vhost_guests_cfg *cfg, GError **error);
/* Nobody may be inside the queues any more. went is told of guests that are there. NULL is fine. */
void vhost_guests_free(struct vhost_guests *vs);
/* They lie one behind the other: vhost_guests_get(vs, 0)[slot]. */
struct vhost_guest *vhost_guests_get(struct vhost_guests *vs, uint32_t slot);

static inline uint32_t vhost_guest_pairs(const struct vhost_guest *g)
{
	return atomic_load_explicit(&g->nb_pairs, memory_order_relaxed);
}

static inline struct vhost_pair *vhost_guest_pair(struct vhost_guest *g, uint32_t i)
{
	return __builtin_expect(i == 0, 1) ? &g->first : &g->more[i - 1];
}

/* Is one of its queues broken? */
static inline gboolean vhost_guest_is_broken(const struct vhost_guest *g)
{
	uint32_t nb_pairs = vhost_guest_pairs(g);
	gboolean is_broken = splitq_is_broken(&g->first.rx) || splitq_is_broken(&g->first.tx);

	for (uint32_t i = 1; __builtin_expect(i < nb_pairs, 0); i++)
		is_broken |= splitq_is_broken(&g->more[i - 1].rx) ||
			     splitq_is_broken(&g->more[i - 1].tx);
	return is_broken;
}

/* Can frames be exchanged now? Any thread; hot. */
static inline gboolean vhost_guest_is_connected(const struct vhost_guest *g)
{
	return atomic_load_explicit(&g->connected, memory_order_acquire) != 0 &&
	       atomic_load_explicit(&g->lost, memory_order_relaxed) == 0 &&
	       !vhost_guest_is_broken(g);
}

/* The queue that frames go to now. Hot, as all below; the guest is connected. */
static inline struct vhost_pair *vhost_guest_steered(struct vhost_guest *g)
{
	return vhost_guest_pair(g, atomic_load_explicit(&g->steered, memory_order_relaxed));
}

/*
 * The pair that has frames, the next one after that of the burst before if it has; NULL: none. Frames to
 * the guest are steered there from now on.
 */
struct vhost_pair *vhost_guest_turn(struct vhost_guest *g);

/* The same where there is one pair: without a look whether it has frames. */
static inline struct vhost_pair *vhost_guest_sender(struct vhost_guest *g)
{
	return __builtin_expect(vhost_guest_pairs(g) == 1, 1) ? &g->first : vhost_guest_turn(g);
}

static inline gboolean vhost_guest_has_frames(struct vhost_guest *g)
{
	uint32_t nb_pairs = vhost_guest_pairs(g);
	gboolean has = splitq_has_avail(&g->first.tx);

	for (uint32_t i = 1; __builtin_expect(i < nb_pairs && !has, 0); i++)
		has = splitq_has_avail(&g->more[i - 1].tx);
	return has;
}

/* Hooks of struct datapath_ops; those of a burst are hot. */
const char *vhost_guests_address(struct datapath *d, uint32_t slot);
gboolean vhost_guests_connected(struct datapath *d, uint32_t slot);
const char *vhost_guests_missing(struct datapath *d, uint32_t slot, gboolean *hopeless);
const char *vhost_guests_fault(struct datapath *d, uint32_t slot);
uint64_t vhost_guests_calls(struct datapath *d, uint32_t slot);
uint16_t vhost_guests_reserve(
	struct datapath *d, unsigned q, uint32_t slot, struct frame_slot *f, uint16_t n);
uint16_t vhost_guests_commit(struct datapath *d, unsigned q, uint32_t slot, struct frame_slot *f,
	uint16_t nb, uint16_t n);
uint16_t vhost_guests_receive(struct datapath *d, uint32_t slot, struct frame_slot *f, uint16_t n);
void vhost_guests_release(struct datapath *d, uint32_t slot, struct frame_slot *f, uint16_t n);

#endif
