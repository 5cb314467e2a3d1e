/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * sim/datapath/vhost_private.h: what vhost_guests.c, which has the guests and their connections, and
 * vhost_burst.c, which exchanges frames with them, share.
 */
#ifndef SIM_DATAPATH_VHOST_PRIVATE_H
#define SIM_DATAPATH_VHOST_PRIVATE_H

#include "sim/base/cores.h"
#include "sim/datapath/pool.h"
#include "sim/datapath/vhost_guests.h"

struct rte_mempool;
struct vhost_connector;

struct vhost_guests {
	struct datapath *datapath;
	struct vhost_guest *guest;       /* by slot */
	struct vhost_pair *more;         /* of each guest in turn, VHOST_PAIRS_MAX - 1 */
	char **path;                     /* by slot; NULL: its guest is reached otherwise */
	uint32_t nb, nb_listening, room; /* room: bytes of the longest frame without FCS */
	void (*went)(struct datapath *d, uint32_t slot);
	struct vhost_connector *connector; /* NULL: guests connect to us */
	/* For frames that a guest's buffers do not hold in one piece: own[q], of load worker q, to it. */
	struct rte_mempool *pool;
	struct rte_mbuf *mbuf[CORES_MAX][POOL_BURST];
	void *own[CORES_MAX][POOL_BURST];
};

#endif
