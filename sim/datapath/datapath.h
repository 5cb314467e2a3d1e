/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * sim/datapath/datapath.h: how frames get to guests and back. One file per interface, each a
 * const struct datapath_ops; datapath.c lists them. To add an interface, write its file and add
 * its row to that list.
 */
#ifndef SIM_DATAPATH_DATAPATH_H
#define SIM_DATAPATH_DATAPATH_H

#include <stdint.h>

#include <glib.h>
#include <rte_mbuf.h>

struct datapath;

struct datapath_cfg {
	const char *interface; /* "vhost-user", "null" */
	uint32_t nb_guests;
	const char *socket_dir; /* vhost-user: folder for guest-N.sock; must exist */
};

struct datapath_ops {
	const char *interface;
	const char *mechanism; /* one line: what really moves the frame */

	/*
	 * TRUE: tx copies frames out and the caller keeps its mbufs. FALSE: tx takes over all mbufs
	 * that it accepts.
	 */
	gboolean tx_copies;

	/* Mandatory. Once a run: make everything that guests connect to. */
	gboolean (*open)(struct datapath *d, const struct datapath_cfg *cfg, GError **error);
	/* Mandatory. */
	void (*close)(struct datapath *d);
	/* NULL if there is nothing to connect to. Where guest n finds its interface; static for d's life. */
	const char *(*address)(struct datapath *d, uint32_t guest);
	/* NULL if always. Can frames be exchanged with the guest now? Any thread. */
	gboolean (*connected)(struct datapath *d, uint32_t guest);

	/*
	 * Mandatory, hot, once a burst. Present n frames to a guest: returns how many it had room
	 * for, 0 for one that is not connected. At most one thread a guest.
	 */
	uint16_t (*tx)(struct datapath *d, uint32_t guest, struct rte_mbuf **m, uint16_t n);
	/*
	 * Mandatory, hot, once a burst. Up to n frames that a guest sent; the caller owns them.
	 * pool is for datapaths that copy. At most one thread a guest.
	 */
	uint16_t (*rx)(struct datapath *d, uint32_t guest, struct rte_mempool *pool,
		struct rte_mbuf **m, uint16_t n);
};

/* Waits until no worker is inside tx or rx of a burst that it had begun. Set by the engine. */
typedef void (*datapath_quiesce)(void *arg);

struct datapath {
	const struct datapath_ops *ops;
	void *state; /* the interface's own */
	uint32_t nb_guests;
	GMutex quiesce_lock; /* held while quiesce runs, and to change it: not by workers */
	datapath_quiesce quiesce;
	void *quiesce_arg;
};

/* NULL and error for an interface that is unknown. */
const struct datapath_ops *datapath_find(const char *interface, GError **error);
/* NULL and error for an interface that is unknown or cannot be opened. */
struct datapath *datapath_open(const struct datapath_cfg *cfg, GError **error);
void datapath_close(struct datapath *d); /* NULL is fine */

/* While fn is set, connections that end wait for it before their memory goes. NULL takes it back. */
void datapath_set_quiesce(struct datapath *d, datapath_quiesce fn, void *arg);

extern const struct datapath_ops datapath_null, datapath_vhost_user;

#endif
