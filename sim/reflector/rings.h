/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * sim/reflector/rings.h: a guest's driver of two split virtqueues (virtio 1.2 section 2.7) in memory
 * of its own, which a back end maps (front.h). Hot but for what lays out and starts.
 *
 * Descriptor i of either queue is buffer i for ever: what was received is sent where it lies.
 * Nothing is written that is there already: a back end that uses buffers in order (tsim's does) and
 * frames of one length leave descriptors and available rings as they are, in both CPUs' caches.
 *
 * The back end is believed nothing but the bytes of frames: what it says that cannot be breaks the
 * queues, which are empty then until rings_start.
 *
 * Left out: chains, indirect descriptors, event indices, buffers in order by feature, offloads.
 */
#ifndef SIM_REFLECTOR_RINGS_H
#define SIM_REFLECTOR_RINGS_H

#include <stdint.h>

#include <glib.h>
#include <linux/virtio_ring.h>
#include <rte_mbuf.h>
#include <rte_mempool.h>

#include "sim/reflector/turn.h"

enum { RINGS_BURST = 32 };

/* Offsets in a guest's memory, the same for all guests of a process. */
struct rings_layout {
	struct rings_place {
		uint32_t desc, avail, used;
	} rx, tx;            /* rx: the queue that the guest receives from; tx: that it sends by */
	uint16_t size;       /* descriptors of each queue, a power of two */
	uint16_t recycle;    /* sent buffers are taken back when so many are out */
	uint32_t buf_len;    /* of the longest frame, without FCS */
	uint32_t buf_stride; /* distance of two buffers */
	uint32_t bufs;
	uint64_t len;
};

/* descriptors: 32 to 32768, a power of two. */
struct rings_layout rings_lay_out(uint16_t descriptors, uint32_t frame_len_max);

/* A guest. Zero bytes are one that has no memory. */
struct rings {
	_Alignas(64) uint8_t *mem; /* where offset 0 is; at the start of a cache line */
	const struct rings_layout *at;
	const struct turn *turn;
	uint64_t frames;            /* reflected by rings_finish */
	uint16_t header_len;        /* in front of each frame */
	uint16_t rx_avail, rx_next; /* indices: the next to be made available, to be found used */
	uint16_t tx_avail, tx_next;
	uint16_t nb_spare; /* copies: buffers that are neither posted nor sent */
	gboolean is_broken;
	int kick_fd[2];  /* of rx and tx */
	uint16_t *spare; /* the owner's, at->size of them; NULL: no copies */
};

/*
 * Queues as new, with all buffers posted for receiving; with copies half of them, the other half is
 * for rings_tx. Nobody else uses the memory. modern: VIRTIO_F_VERSION_1 was agreed upon.
 */
void rings_start(struct rings *s, gboolean modern);

/* Received frames that are about to be turned. */
struct rings_batch {
	uint32_t n;
	uint32_t id[RINGS_BURST], len[RINGS_BURST]; /* len: with header */
};

/*
 * Up to RINGS_BURST received frames into b, and their heads on the way into the cache; then turned
 * where they lie and sent, and sent buffers posted again. Then a memory fence, and rings_kick.
 */
void rings_begin(struct rings *s, struct rings_batch *b);
void rings_finish(struct rings *s, const struct rings_batch *b);
/* Kicks the back end, if it wants that. */
void rings_kick(const struct rings *s);

/* With copies. As rte_eth_rx_burst and rte_eth_tx_burst; they kick. */
uint16_t rings_rx(struct rings *s, struct rte_mempool *pool, struct rte_mbuf **m, uint16_t n);
uint16_t rings_tx(struct rings *s, struct rte_mbuf **m, uint16_t n);

/*
 * What a loop over many guests reads instead of going into each: of an idle one, this and one cache
 * line of its memory. Set by rings_watch, after rings_start and each rings_finish.
 */
struct rings_watch {
	struct rings *rings;
	const uint16_t *rx,
		*tx; /* indices of used rings; tx is rx unless sent buffers are awaited */
	uint16_t rx_seen, tx_seen;
	uint16_t mask; /* of the ring's size */
};

void rings_watch(struct rings *s, struct rings_watch *w);
/* Memory is asked for what rings_begin will read. */
void rings_prefetch(const struct rings_watch *w);

static inline gboolean rings_watch_ready(const struct rings_watch *w)
{
	return __atomic_load_n(w->rx, __ATOMIC_RELAXED) != w->rx_seen ||
	       __atomic_load_n(w->tx, __ATOMIC_RELAXED) != w->tx_seen;
}

/* Does the guest want to be called for what it waits for? A fence behind it is the caller's. */
void rings_want_calls(struct rings *s, gboolean on);

#endif
