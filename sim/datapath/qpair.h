/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * sim/datapath/qpair.h: queue pairs in shared memory: what interfaces virtio, vfio and vmux give a
 * guest instead of a virtual machine's PCI device. Host side.
 *
 * For each guest tsim makes a memory with two packed virtqueues and the guest's buffers, and event
 * descriptors for kicks and calls. It is a part of a chunk (sim/base/pages.h), which guests that
 * are processes of tsim share; strangers have a chunk each. tsim listens on one Unix socket; a guest
 * (treflect --queues SOCKET@SLOT) connects, says its slot and gets memory and descriptors. It lays
 * out its buffers, answers, and is connected until its socket closes. The memory is tsim's own and
 * stays mapped: a guest that dies takes nothing away; the next one finds the queues new. All of it
 * is there before the first guest comes, and sealed, so that no access faults while a trial runs.
 *
 * What this stands for: guest memory and its mapping in the host (vfio-pci's DMA mapping, QEMU's
 * memory back end), virtqueues or a NIC's descriptor rings, irqfd and ioeventfd. Left out: PCI
 * configuration, features, more than one queue pair.
 *
 * Threads: one of the queue pairs' own connects and disconnects. A guest that breaks one of its
 * queues counts as disconnected at once, and its connection is ended soon after.
 */
#ifndef SIM_DATAPATH_QPAIR_H
#define SIM_DATAPATH_QPAIR_H

#include <stdint.h>

#include <glib.h>

#include "sim/datapath/datapath.h"
#include "sim/datapath/vq.h"

enum { QPAIR_MAGIC = 0x71706169, QPAIR_VERSION = 2 };
enum { QPAIR_BURST = 32 }; /* what is taken at once, as a rule */

/* At the start of a guest's memory; written by tsim before the guest gets it. */
struct qpair_layout {
	uint32_t magic, version;
	uint32_t guest;      /* number of the guest */
	uint16_t size;       /* descriptors of each queue */
	uint16_t nb_bufs;    /* buffers; as many as descriptors */
	uint32_t buf_len;    /* of each: the longest frame without FCS */
	uint32_t buf_stride; /* distance of two buffers: an odd number of cache lines */
	/* Offsets, as all, from the start of this. rx: the queue that the guest receives from; tx: that it sends by. */
	struct qpair_queue {
		uint64_t desc, driver, device;
	} rx, tx;
	uint64_t bufs;
	uint64_t mem_len;
};

/* One of its queues in the memory at mem. */
static inline struct vq_ring qpair_ring(uint8_t *mem, const struct qpair_queue *at, uint16_t size)
{
	return (struct vq_ring){ .desc = (struct vq_desc *)(void *)(mem + at->desc),
		.driver = (struct vq_event *)(void *)(mem + at->driver),
		.device = (struct vq_event *)(void *)(mem + at->device),
		.size = size };
}

/*
 * What is sent over the socket (SOCK_SEQPACKET): guest to tsim; the same back, with the descriptors.
 * An answer without descriptors is a refusal: no such slot, it is taken, or another version.
 */
struct qpair_hello {
	uint32_t magic, version, slot, unused;
	uint64_t
		at; /* in the answer: where in the chunk behind QPAIR_MEM the guest's memory begins */
};
enum qpair_fd { QPAIR_MEM, QPAIR_RX_KICK, QPAIR_RX_CALL, QPAIR_TX_KICK, QPAIR_TX_CALL, QPAIR_FDS };
/* Then one byte from the guest: its receive queue has buffers. */

struct qpair {
	_Alignas(64) struct vq_dev rx;      /* the guest receives: the host fills */
	_Alignas(64) struct vq_dev tx;      /* the guest sends: the host empties */
	_Alignas(64) _Atomic int connected; /* use qpair_is_connected */
	int fd[QPAIR_FDS];                  /* event descriptors do not block */
};

struct qpairs_cfg {
	struct datapath *datapath; /* whose slots these are: number, quiesce */
	const struct datapath_cfg *cfg;
	const char *socket_name; /* within cfg->socket_dir */
	gboolean kicks;          /* do guests kick from the start? FALSE: the host polls */
	gboolean own_lengths;    /* no guest gets frames of another: buffers as cfg->longest says */
	/*
	 * Told by the control thread. came: frames can be exchanged from now on. went: they cannot
	 * any more and no load worker is inside the queues; the datapath makes sure that none of its
	 * own threads is before it returns, for the queues are made new then. Either may be NULL.
	 */
	void (*came)(struct datapath *d, uint32_t slot);
	void (*went)(struct datapath *d, uint32_t slot);
};

struct qpairs;

/* NULL and error, else also the datapath's. Slots of guests that are reached otherwise stay empty. */
struct qpairs *qpairs_new(const struct qpairs_cfg *cfg, GError **error);
/*
 * Nobody may be inside the queues any more: end the datapath's own threads first. went is not told
 * of guests that were still there. NULL is fine.
 */
void qpairs_free(struct qpairs *qs);
/* Bytes of memory that qpairs_new will take. */
size_t qpairs_memory(const struct datapath_cfg *cfg, gboolean own_lengths);
/* They lie one behind the other: qpairs_get(qs, 0)[slot]. */
struct qpair *qpairs_get(struct qpairs *qs, uint32_t slot);
/* As hooks of struct datapath_ops. "SOCKET@SLOT", for treflect --queues. */
const char *qpairs_address(struct datapath *d, uint32_t slot);
/* Bytes of memory of all guests, and how many of them lie on pages of 2 MiB. */
void qpairs_describe(struct datapath *d, void *json_object);

/*
 * Signal an event descriptor: an interrupt (call) or a doorbell (kick). Two system calls. Does not wait
 * for a peer that lets its count grow to the limit, unless that happens within this very moment; then
 * until the peer reads, or a signal handler has run.
 */
void qpair_signal(int fd);

/* Can frames be exchanged now? Any thread; hot. */
static inline gboolean qpair_is_connected(const struct qpair *q)
{
	return atomic_load_explicit(&q->connected, memory_order_acquire) != 0 &&
	       !vq_dev_is_broken(&q->rx) && !vq_dev_is_broken(&q->tx);
}

/* As the hook of struct datapath_ops. Hot. */
static inline void qpair_prefetch(const struct qpair *q, enum datapath_ahead what)
{
	if (what == DATAPATH_STATE) {
		__builtin_prefetch(&q->rx, 1);
		__builtin_prefetch(&q->tx, 1);
		__builtin_prefetch(&q->connected);
	} else {
		const struct vq_dev *vq = what == DATAPATH_TO_GUEST ? &q->rx : &q->tx;

		vq_prefetch(&vq->ring, vq->next_avail, QPAIR_BURST);
	}
}

/*
 * Burst functions of a host that is itself the generator: frames are written and read in the guest's
 * memory, nothing is copied, and the guest is not called: it polls. As the hooks of struct
 * datapath_ops. Hot.
 */
uint16_t qpair_reserve(struct qpair *q, struct frame_slot *f, uint16_t n);
uint16_t qpair_commit(struct qpair *q, struct frame_slot *f, uint16_t nb, uint16_t n);
uint16_t qpair_receive(struct qpair *q, struct frame_slot *f, uint16_t n);
void qpair_release(struct qpair *q, struct frame_slot *f, uint16_t n);

#endif
