/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * sim/reflector/queue.h: a guest's driver of a queue pair in shared memory (datapath/qpair.h), as a
 * poll-mode driver in a virtual machine: it never wants to be called, and kicks the host when that
 * asks for it. Hot but for connecting.
 */
#ifndef SIM_REFLECTOR_QUEUE_H
#define SIM_REFLECTOR_QUEUE_H

#include <stdint.h>

#include <glib.h>
#include <rte_mbuf.h>
#include <rte_mempool.h>

#include "sim/base/pages.h"
#include "sim/datapath/vq.h"
#include "sim/reflector/turn.h"

enum { QUEUE_BURST = 32 };

struct queue;

/*
 * Connect to a slot of the tsim that listens at path. All buffers are posted for receiving, as
 * queue_turn sends them by themselves; copies: half of them, the other half is for queue_tx.
 * The memory stays mapped in pages, which must outlive the queue.
 */
struct queue *queue_connect(
	const char *path, uint32_t slot, gboolean copies, struct pages *pages, GError **error);
void queue_free(struct queue *q); /* NULL is fine */

uint32_t queue_guest(const struct queue *q);   /* number of the guest, as tsim says */
uint32_t queue_buf_len(const struct queue *q); /* of the longest frame, without FCS */
int queue_socket(const struct queue *q);       /* readable when the host has gone */

/*
 * Frames that were received and are to be sent from where they lie. In two steps, so that memory can
 * bring one burst's frames while another's are turned.
 */
struct queue_burst {
	uint16_t n, id[QUEUE_BURST];
	uint32_t len[QUEUE_BURST];
};
/* Take up to QUEUE_BURST received frames: no more than can be sent. */
void queue_take(struct queue *q, struct queue_burst *b);
/* Turn and send what was taken last, and post buffers again that were sent before. */
void queue_turn(struct queue *q, const struct queue_burst *b, const struct turn *t);
/* With copies. As rte_eth_rx_burst and rte_eth_tx_burst. */
uint16_t queue_rx(struct queue *q, struct rte_mempool *pool, struct rte_mbuf **m, uint16_t n);
uint16_t queue_tx(struct queue *q, struct rte_mbuf **m, uint16_t n);

/*
 * What a loop over many queues reads instead of going into each: of an idle one, this and one cache
 * line of the queue's memory. Set by queue_watch, after queue_connect and each queue_turn.
 */
struct queue_watch {
	struct queue *queue;
	const struct vq_desc *rx, *tx; /* tx is rx unless returned buffers are waited for */
	uint16_t rx_bits, tx_bits;
};

void queue_watch(struct queue *q, struct queue_watch *w);
/* Memory is asked for what queue_take will read. */
void queue_prefetch(const struct queue_watch *w);

static inline gboolean queue_watch_ready(const struct queue_watch *w)
{
	const uint16_t both = VQ_DESC_AVAIL | VQ_DESC_USED;

	return (vq_flags(w->rx) & both) == w->rx_bits || (vq_flags(w->tx) & both) == w->tx_bits;
}

#endif
