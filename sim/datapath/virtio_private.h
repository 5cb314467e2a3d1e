/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * sim/datapath/virtio_private.h: interface virtio: what a Linux host does for a QEMU guest with
 * virtio-net on a tap behind a bridge, vhost=on and vhost=off, done by threads of an ordinary user.
 * Every step works for its time; none waits, or has a number made up for it.
 *
 * step of the model                    | real step it stands for                  | left out
 * -------------------------------------+------------------------------------------+----------------
 * wire.h's rings, thread "bridge"      | NIC's receive queue and NAPI: up to 64   | interrupts (it
 *   takes up to 64 frames a turn       | frames a poll, in softirq                | polls), GRO, XDP
 * look-up of the MAC in an rte_hash    | bridge's fdb (an rhashtable)             | learning, ageing,
 *                                      |                                          | flooding, VLANs,
 *                                      |                                          | netfilter
 * send() of the frame into a socket    | skb, br_forward, tun_net_xmit: allocated,| NIC's DMA (the
 *   pair (AF_UNIX, SOCK_DGRAM)         | queued on the tap's ptr_ring, sleeper    | copy of send() is
 *                                      | woken                                    | in its place), qdisc
 * a count of the frames in the socket, | txqueuelen 1000 and the ring that is     |
 *   at most 1000, then dropped         | full: the tap drops                      |
 * vhost=on (virtio_vhost.c)            | drivers/vhost/net.c                      |
 *   thread "vhost-N", sleeps in poll() | kernel thread vhost-PID, woken by the    | busyloop_timeout
 *   on tap and kick eventfd            | wait queues of tap and ioeventfd         | (0 by default)
 *   recvmmsg() of up to 64 frames into | handle_rx: ptr_ring consumed 64 at once, | system call (1 in
 *   the guest's buffers; given, called | each copied to the guest, used entries   | 64 frames is more
 *   back once                          | and one signal for 64                    | than the 0 there)
 *   sendmmsg() of up to 64 of its      | handle_tx_copy: 64 copied, one           |
 *   frames, notifications off          | tun_sendmsg, one signal                  |
 *   256 frames or 512 KiB, then the    | vhost_exceeds_weight                     |
 *   other queue                        |                                          |
 * vhost=off (virtio_qemu.c)            | QEMU, net/tap.c and hw/net/virtio-net.c  |
 *   thread "qemu-N" in ppoll()         | main loop                                | GLib's sources,
 *                                      |                                          | timers, other
 *                                      |                                          | devices, the lock
 *   read() of one frame into a buffer, | tap_send: until the tap is empty or 50   | vnet header
 *   copy to the guest, given, called   | frames; NetClient's buffer, iov_from_buf,|
 *   back one by one, at most 50        | flush and virtio_notify for each         |
 *   no buffer: it keeps the frame and  | the packet is queued, the tap not polled |
 *   does not look at the tap           | until the guest kicks                    |
 *   kick: notifications off; frames in | ioeventfd, virtio_net_handle_tx_bh,      |
 *   the next turn, each by its own     | virtio_net_tx_bh: bottom half, writev()  |
 *   write(), at most 256; on again,    | each, tx_burst 256, rescheduled if full  |
 *   and once more                      | or if more came                          |
 * the frame that was written is read   | tun_get_user goes on in the writer's     | the NIC's own
 *   from the other end by the same     | context: netif_receive_skb, bridge,      | transmit
 *   thread into an mbuf for the wire   | NIC's queue: skb is handed on and freed  |
 * a frame to another guest: send()     | the same: bridge puts the skb into the   |
 *   into that one's tap                | other tap's ring                         |
 * calls and kicks are eventfds         | irqfd and ioeventfd                      | exits of the vCPU
 *
 * What a socket pair costs in place of a tap (CPU time of 64-byte frames, Linux 6.18, two taps on a
 * bridge measured beside it): a real tap's write() with all that the bridge does until the frame is in
 * the other tap's queue 2.5 us, read() there 0.8 us; the pair's write() and recv() 1.5 us each, 1.3 and
 * 1.1 us in batches of 64 (the machine was busy, so compare these with each other alone). A guest's
 * thread takes 4.3 us a frame there and back with vhost=on and some 5.8 with vhost=off, 1.35 times as
 * much. What divides them here is what divides them in the kernel, system calls for each frame and one
 * copy. Real guests were measured to bear twice the load with vhost=on: QEMU's own code (an element
 * allocated and mapped for each frame, its lock, GLib) and calls of guests that do not poll (an eventfd
 * written for each frame instead of for 64) are not in this model.
 *
 * Where the guests' CPUs are the host's, too, the bridge yields when the wire is empty. The scheduler's
 * autogroups let it yield within its session alone: guests in sessions of their own then have, and
 * leave, whole slices of milliseconds.
 *
 * The socket takes SO_SNDBUF bytes at most, too, which an ordinary user cannot raise beyond
 * net.core.wmem_max: with that at 208 KiB a tap holds some 550 frames of 64 bytes or 180 of 1518.
 * interface_info has how many of the longest there are room for.
 */
#ifndef SIM_DATAPATH_VIRTIO_PRIVATE_H
#define SIM_DATAPATH_VIRTIO_PRIVATE_H

#include <stdint.h>
#include <sys/socket.h>

#include <glib.h>

#include "analyze/numbers/histogram.h"
#include "sim/datapath/qpair.h"
#include "sim/datapath/wire.h"

enum {
	VIRTIO_BATCH = 64,       /* VHOST_NET_BATCH, and NAPI_POLL_WEIGHT */
	VIRTIO_TAP_QUEUE = 1000, /* frames; default txqueuelen of a tap */
	TAP_HOST = 0,
	TAP_GUEST = 1, /* ends of a tap: the bridge's, and vhost's or QEMU's */
};

/* What is counted; interface_info has it for each trial. */
enum virtio_count {
	VIRTIO_TO_TAP,          /* frames that the wire brought and a tap took */
	VIRTIO_TO_GUEST,        /* frames that a guest has got */
	VIRTIO_FROM_GUEST,      /* frames that a guest has sent */
	VIRTIO_TO_WIRE,         /* of them: to the generator */
	VIRTIO_TO_TAP_OF_OTHER, /* of them: into another guest's tap */
	VIRTIO_TAP_FULL,        /* dropped: the tap's queue */
	VIRTIO_NO_GUEST,        /* dropped: no guest has that MAC */
	VIRTIO_ABSENT,          /* dropped: the guest has gone */
	VIRTIO_WIRE_FULL,       /* dropped: the generator does not take them */
	VIRTIO_NO_MBUF,         /* dropped: no memory for them */
	VIRTIO_BAD,       /* dropped: shorter than a header, or to the port that it came from */
	VIRTIO_WAKE_UPS,  /* returns from poll */
	VIRTIO_KICKS,     /* of guests */
	VIRTIO_CALLS,     /* of guests */
	VIRTIO_READS,     /* system calls that take frames from a tap */
	VIRTIO_WRITES,    /* system calls that take frames from a guest */
	VIRTIO_NO_BUFFER, /* times that a guest had no buffer to receive into */
	VIRTIO_COUNTS
};

struct virtio;

/* One of the host's threads. */
struct virtio_thread {
	GThread *thread; /* NULL: not started */
	struct virtio *v;
	char name[16];
	clockid_t clock; /* of its CPU time; known when it has begun */
	_Atomic int begun;
	/* Written by itself alone. Those of a guest: with the guest's lock held. */
	_Alignas(64) ctr busy_cycles;
	ctr count[VIRTIO_COUNTS];
};

struct virtio_guest {
	struct virtio_thread t;
	uint32_t slot;
	struct qpair *qp;
	int tap[2];
	GMutex lock; /* held while the thread is in the queues, and to change what follows */
	_Atomic int present; /* the bridge reads it without the lock */
	gboolean came;       /* the thread has not yet seen that it is there */
	uint8_t *bounce;     /* vhost=off: NetClient's buffer */
	/* Frames in the tap; those that are just being sent count. Senders add, the thread takes off. */
	_Alignas(64) _Atomic uint32_t queued;
};

struct virtio {
	struct datapath *datapath;
	struct wire wire;
	struct rte_hash *fdb; /* MAC to slot + 1 */
	uint32_t nb_guests, frame_len_max, tap_room;
	struct virtio_guest *guest;
	struct virtio_thread bridge;
	gboolean vhost, bridge_yields;
	cpu_set_t *cpus; /* that threads may run on */
	size_t cpus_len;
	_Atomic int stop;
	/* The bridge sleeps when nobody has ticked for a while. */
	GMutex lock; /* also: until open is through */
	GCond ticked;
	ctr last_tick_tsc;
	uint64_t described[VIRTIO_COUNTS]; /* counts when they were asked for last */
};

/* Messages of one recvmmsg or sendmmsg; each has one piece. */
struct virtio_batch {
	struct mmsghdr msg[VIRTIO_BATCH];
	struct iovec iov[VIRTIO_BATCH];
};

void virtio_batch_init(struct virtio_batch *b);

/* Hot. Frames from a guest go where the bridge sends them. By the guest's thread, its lock held. */
void virtio_bridge_from_guest(
	struct virtio_guest *g, struct virtio_batch *b, const struct vq_buf *buf, uint16_t n);
/* Hot: one frame, by its own write(). */
void virtio_bridge_one(struct virtio_guest *g, struct virtio_batch *b, const struct vq_buf *buf);
/* After buffers were given back: the guest is called if it wants to be. */
void virtio_call(struct virtio_guest *g, const struct vq_dev *q, enum qpair_fd call);
/* A doorbell was rung: take it off. */
void virtio_take_kick(struct virtio_guest *g, enum qpair_fd kick);
/* Throw away what is in the tap. Its lock is held. */
void virtio_tap_empty(struct virtio_guest *g);
/* Up to how many frames of the longest kind a tap takes. Before there are threads. */
uint32_t virtio_tap_probe(struct virtio_guest *g, uint32_t frame_len);

/* The bridge's thread, until v->stop is set. */
void virtio_bridge_run(struct virtio_thread *t);

/* What a guest's thread has to do, and what it sleeps on. All its own. */
struct virtio_work {
	gboolean rx, tx; /* work that is queued; vhost=off: rx is not used, tx is the bottom half */
	gboolean rx_waits; /* the guest's kick is waited for, not the tap: it has no buffer */
	/* vhost=off: the guest is to kick when it has posted buffers; frame in the bounce buffer. */
	gboolean rx_kicks;
	uint32_t held_len;
	struct virtio_batch batch;
};

/* Why the thread has woken up. */
struct virtio_wake_up {
	gboolean tap, tx_kick, rx_kick;
};

/* One round of it, while the guest is there. The guest's lock is held. */
void virtio_vhost_round(
	struct virtio_guest *g, struct virtio_work *w, const struct virtio_wake_up *why);
void virtio_qemu_round(
	struct virtio_guest *g, struct virtio_work *w, const struct virtio_wake_up *why);

static inline void virtio_count(struct virtio_thread *t, enum virtio_count what, uint64_t n)
{
	ctr_add(&t->count[what], n);
}

#endif
