/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * sim/device/control_queue.h: the control queue of a virtio network device (virtio 1.2, 5.1.6.5): commands
 * that the driver puts into a split queue in its memory, each a chain of descriptors, are answered there.
 * There is one command, VIRTIO_NET_CTRL_MQ_VQ_PAIRS_SET; all others are answered with VIRTIO_NET_ERR.
 *
 * The driver is believed nothing, as in splitq.h: a chain that is none, or lies outside of the shared
 * memory, breaks the queue, which is not looked at any more then.
 */
#ifndef SIM_DEVICE_CONTROL_QUEUE_H
#define SIM_DEVICE_CONTROL_QUEUE_H

#include <stdint.h>

#include <glib.h>

#include "sim/device/dma_table.h"
#include "sim/device/virtio_nic.h"

/* As new: all 0. */
struct control_queue {
	uint16_t next; /* index in both rings */
	gboolean is_broken;
};

/*
 * All commands that are there. *pairs: queue pairs in use; the driver may set 1 to pairs_max. *calls: the
 * driver is to be called. NULL, or what has broken the queue. Static.
 */
const char *control_queue_serve(struct control_queue *c, const struct virtio_nic_queue *q,
	const struct dma_share *memory, uint16_t pairs_max, uint16_t *pairs, gboolean *calls);

#endif
