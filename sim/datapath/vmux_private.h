/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * sim/datapath/vmux_private.h: what the files of interfaces vmux and vmux-virtio share. vmux.c has the
 * model and its hooks, vmux_virtio.c the same on guests' own virtqueues, vmux_queue.h what differs,
 * vmux_mediator.c the threads that emulate, vmux_switch.c the control thread and the change
 * of owners, vmux_policy.c the choice of who is passed through.
 *
 * Owners. Each guest has two queues, each of which one thread at a time may be inside of. The control
 * thread alone says who; the others read it once a burst.
 *
 *   receive queue  rx             load worker puts frames    the mediator fills the queue
 *                  MEDIATED       on the wire                with frames from the wire, from peers
 *                  LEAVING        on the wire                with frames from the wire
 *                  OFFERED        on the wire, or takes it   with frames from the wire
 *                  HELD           nowhere: has no room       with frames from the wire
 *                  DIRECT         into the queue itself      never
 *   transmit queue tx
 *                  MEDIATED       the mediator empties it, to the port
 *                  NOBODY         frames wait in it
 *                  DIRECT         the receiver empties it
 *
 * "Workers are quiet" means: no load worker or receiver is inside a burst that it began earlier, so
 * none acts on an owner that it read earlier (the engine's quiesce). "A turn of the mediators" means
 * the same of them. "Passed" means: a ring's consumer has taken all that was in it at this moment.
 *
 * To the NIC, the transmit queue:
 *   1. tx = NOBODY; all that the guest's mediator had taken is on the ports
 *   2. the guest's port is passed; workers are quiet: the receiver has counted what came by it
 *   3. tx = DIRECT
 * then the receive queue:
 *   4. rx = LEAVING; a turn of the mediators: no frame of a peer is on its way into the queue
 *   5. rx = OFFERED: the load worker that finds, before a burst, that all it has put on the wire for
 *      this guest has arrived (is in the queue, or was dropped) takes the queue: rx = DIRECT
 *   6. If that takes longer than a time, the load worker has more frames than a mediator can move:
 *      rx = HELD; workers are quiet; all has arrived: rx = DIRECT
 * Where receivers do not take from the ports within a time (the trial is over) it goes back to the
 * mediator:
 *   1. rx = LEAVING, tx = NOBODY; workers are quiet: the load worker uses the wire, whose frames are
 *      younger than those it put into the queue itself; the receiver has counted all it took
 *   2. rx = MEDIATED, tx = MEDIATED
 *
 * The control thread holds the datapath's quiesce_lock all the while, and does nothing while quiesce
 * is not set: then it is the main thread that exchanges frames, and nothing tells when it is quiet.
 */
#ifndef SIM_DATAPATH_VMUX_PRIVATE_H
#define SIM_DATAPATH_VMUX_PRIVATE_H

#include <stdatomic.h>
#include <stdint.h>
#include <time.h>

#include <glib.h>
#include <rte_mbuf.h>
#include <rte_ring.h>

#include "analyze/numbers/histogram.h"
#include "sim/datapath/datapath.h"
#include "sim/datapath/vmux_macs.h"
#include "sim/datapath/vmux_policy.h"
#include "sim/datapath/vmux_queue.h"
#include "sim/datapath/wire.h"

enum {
	VMUX_LINE = 64,
	VMUX_HANDED = 1024, /* frames from all other mediators to one */
};

enum vmux_rx { VMUX_RX_MEDIATED, VMUX_RX_LEAVING, VMUX_RX_OFFERED, VMUX_RX_HELD, VMUX_RX_DIRECT };
enum vmux_tx { VMUX_TX_MEDIATED, VMUX_TX_NOBODY, VMUX_TX_DIRECT };

struct vmux_guest {
	/* Read by all; written by the control thread, and from OFFERED to DIRECT by the load worker. */
	struct vmux_queues queues;
	_Atomic uint32_t rx, tx;
	uint32_t slot;
	uint16_t mediator, port;

	/* Written by the load worker. */
	_Alignas(VMUX_LINE) ctr sent, sent_direct;
	gboolean reserved_direct; /* what was reserved last is the guest's own memory */

	/* Written by the receiver. */
	_Alignas(VMUX_LINE) ctr received_direct;

	/* Written by the mediator; chain: frames of the burst that is being delivered. */
	_Alignas(VMUX_LINE) ctr taken;
	ctr arrived; /* frames from the wire that are in the queue, or dropped */
	uint16_t chain_first, chain_last, chain_len;
	uint16_t idle_polls;
	gboolean is_active;
	uint8_t calls; /* of a queue pair: of enum vmux_call: wanted perhaps */
	ctr called;    /* how often it was */

	/* Frames for it that other mediators dropped. */
	_Alignas(VMUX_LINE) _Atomic uint64_t dropped_elsewhere;
};

enum vmux_call { VMUX_CALL_RX = 1, VMUX_CALL_TX = 2 };

/* What mediators count: frames. */
enum vmux_count {
	VMUX_TO_GUESTS,
	VMUX_FROM_GUESTS,
	VMUX_BETWEEN_GUESTS,
	VMUX_DROPS,                           /* from here on they are dropped */
	VMUX_DROP_NO_DESCRIPTOR = VMUX_DROPS, /* the guest's receive queue is full */
	VMUX_DROP_NOT_CONNECTED,
	VMUX_DROP_UNKNOWN_MAC,
	VMUX_DROP_HANDED_FULL, /* the ring to the guest's mediator is full */
	VMUX_COUNTS,
};

struct vmux_staged {
	struct rte_mbuf *m[2 * VMUX_BURST];
	uint16_t nb;
};

struct vmux_mediator {
	/* Read-only while it runs. */
	struct vmux *vmux;
	GThread *thread;
	/* Frames of my guests that other mediators took; NULL: there are no others. */
	struct rte_ring *handed;
	unsigned number, cpu;
	gboolean yields;

	/* Its own. */
	struct wire_cache cache;
	struct vmux_staged *staged; /* by port: frames that it had no room for yet */
	struct vmux_staged *across; /* by mediator */
	uint32_t *active;           /* slots of guests that are polled each turn */
	struct vmux_guest **called; /* guests whose calls are not 0 */
	uint32_t nb_active, nb_called, cursor;
	uint32_t look;      /* slot of the next guest at rest to be looked at */
	uint64_t other_mac; /* seen last that is none of a guest's */

	/* Written by it, read by others. */
	_Alignas(VMUX_LINE) ctr turns; /* UINT64_MAX: it does not run */
	ctr clear; /* turns in which nothing was staged before guests were polled */
	ctr busy_cycles, count[VMUX_COUNTS];
	clockid_t clock; /* of its CPU time, once has_clock is set */
	_Atomic int has_clock;

	/* Written by others. */
	_Alignas(VMUX_LINE) _Atomic int stop;
};

struct vmux {
	struct datapath *d;
	struct wire wire;
	gboolean has_wire; /* some guest is emulated */
	struct vmux_policy policy;
	uint32_t nb_guests, room; /* room: bytes of the longest frame without FCS */
	struct vmux_guest *guest; /* by slot */
	struct vmux_macs macs;
	unsigned nb_mediators;
	struct vmux_mediator *mediators;
	_Atomic int ready; /* all of the above is there; threads may not run yet */

	/* Control thread. */
	GThread *control;
	GAsyncQueue *control_end; /* anything in it: the thread ends */
	ctr switches;             /* guests that went to the NIC or came back */

	/* Main thread. */
	/* Counts when they were asked for last. */
	uint64_t described_cycles, described_switches, described[VMUX_COUNTS];
};

/*
 * All but the guests' queues: guest i's are queues[i]. Mediators run afterwards. What the ops' open does,
 * and what tests do with queues of their own. Stop and clear it also if that fails.
 */
gboolean vmux_start(struct vmux *v, struct datapath *d, const struct datapath_cfg *cfg,
	const struct vmux_queues *queues, GError **error);
void vmux_stop(struct vmux *v); /* ends the threads; v can still be asked */
void vmux_clear(struct vmux *v);

#define VMUX_FAMILY "vmux"

/* Hooks of struct datapath_ops. */
gboolean vmux_fits(const struct datapath_cfg *cfg, GError **error);
size_t vmux_memory(const struct datapath_cfg *cfg);
size_t vmux_shared(const struct datapath_cfg *cfg);
gboolean vmux_open(struct datapath *d, const struct datapath_cfg *cfg, GError **error);
void vmux_close(struct datapath *d);
gboolean vmux_connected(struct datapath *d, uint32_t slot);
uint64_t vmux_calls(struct datapath *d, uint32_t slot);
void vmux_cost(struct datapath *d, struct datapath_cost *out);
void vmux_describe(struct datapath *d, void *json_object);
uint16_t vmux_reserve(
	struct datapath *d, unsigned q, uint32_t slot, struct frame_slot *f, uint16_t n);
uint16_t vmux_commit(struct datapath *d, unsigned q, uint32_t slot, struct frame_slot *f,
	uint16_t nb, uint16_t n);
uint16_t vmux_receive(struct datapath *d, uint32_t slot, struct frame_slot *f, uint16_t n);
void vmux_release(struct datapath *d, uint32_t slot, struct frame_slot *f, uint16_t n);

/* vmux_mediator.c */
gboolean vmux_mediators_start(struct vmux *v, const struct datapath_cfg *cfg, GError **error);
void vmux_mediators_stop(struct vmux *v);
void vmux_mediators_clear(struct vmux *v);
size_t vmux_mediators_memory(const struct datapath_cfg *cfg);

/* vmux_switch.c */
void vmux_control_start(struct vmux *v);
void vmux_control_stop(struct vmux *v);
/* A guest's queues to the NIC, or back to its mediator; FALSE: not now. Control thread. */
gboolean vmux_switch(struct vmux *v, uint32_t slot, gboolean to_nic);
/* Wait until no mediator is inside a guest's queues that it entered before. Any thread but theirs. */
void vmux_mediators_turn(const struct vmux *v);

/* Is nothing that the load worker has put on the wire for the guest still on its way? */
static inline gboolean vmux_has_arrived(const struct vmux_guest *g)
{
	return atomic_load_explicit(&g->arrived, memory_order_acquire) +
		       atomic_load_explicit(&g->dropped_elsewhere, memory_order_acquire) ==
	       ctr_get(&g->sent);
}

#endif
