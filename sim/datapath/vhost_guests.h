/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * sim/datapath/vhost_guests.h: the guests of a datapath that are reached by vhost-user: the generator is
 * the back end, the guest's virtio driver is the front end, in QEMU or in treflect. There is one socket a
 * guest: tsim listens, or connects to guests that do (vhost_connector.h). librte_vhost (its own API, no
 * ethdev: those are limited to RTE_MAX_ETHPORTS a process) speaks the protocol and maps the guest's
 * memory; the queues are splitq.h's, which copies nothing, where librte_vhost copies each frame twice.
 *
 * Left out: offloads, several queue pairs, packed virtqueues, dirty logging for migration. Without
 * VIRTIO_NET_F_MQ a guest with several queue pairs uses the first one.
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

struct vhost_guest {
	_Alignas(64) struct splitq rx; /* the guest receives */
	_Alignas(64) struct splitq tx; /* the guest sends */
	struct rte_mbuf *own;          /* what vhost_guests_receive got, if tx.at_chain */
	_Alignas(64) _Atomic int connected;
	_Atomic int lost; /* it took its memory away: no more frames in this connection */
	/* Of vhost_guests.c. */
	_Atomic int stage;
	/*
	 * The connection that is the guest, -1: none. Others of the same socket are nobody's. It, and
	 * what it has: librte_vhost's thread.
	 */
	_Atomic int vid;
	gboolean runs, enabled[2], has_memory;
	int kick_fd; /* of rx; < 0: none. Like unseen: of whoever may use the queues */
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

/* Can frames be exchanged now? Any thread; hot. */
static inline gboolean vhost_guest_is_connected(const struct vhost_guest *g)
{
	return atomic_load_explicit(&g->connected, memory_order_acquire) != 0 &&
	       atomic_load_explicit(&g->lost, memory_order_relaxed) == 0 &&
	       !splitq_is_broken(&g->rx) && !splitq_is_broken(&g->tx);
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
