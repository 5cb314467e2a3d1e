/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * sim/reflector/front.h: vhost-user front ends (QEMU's docs/interop/vhost-user.rst), as virtual
 * machines or DPDK's net_virtio_user are: any number of guests in one process, a socket each, without
 * DPDK's environment. Their queues are rings.h's.
 *
 * A guest's memory is part of a chunk (sim/base/pages.h) that some guests share, of a sealed size. A
 * back end that writes where it should not can harm their frames, but not the process.
 *
 * What is negotiated: VIRTIO_F_VERSION_1, and VHOST_USER_F_PROTOCOL_FEATURES (rings are enabled by
 * message) without any of these. A buffer holds the longest frame: no mergeable ones.
 *
 * Threads: one.
 */
#ifndef SIM_REFLECTOR_FRONT_H
#define SIM_REFLECTOR_FRONT_H

#include <stdint.h>

#include <glib.h>

#include "sim/reflector/rings.h"

struct front_cfg {
	char **paths;           /* NULL-terminated: a socket per guest */
	gboolean server;        /* listen there; else connect */
	uint16_t descriptors;   /* of each queue */
	uint32_t frame_len_max; /* with FCS */
	gboolean copies;        /* served by rings_rx and rings_tx, not by front_reflect */
	gboolean calls;         /* front_sleep will be used */
};

struct front;

/* Memory of all guests, and their sockets, connected to or listened on. paths stay the caller's. */
struct front *front_new(const struct front_cfg *cfg, GError **error);
/* Connections end; sockets that were listened on are removed. NULL is fine. */
void front_free(struct front *f);

/* Descriptors (files) per guest. */
unsigned front_files(gboolean server);

/* Of guest i, in the order of paths. Whoever made f sets its turn before front_look. */
struct rings *front_rings(struct front *f, unsigned i);
/* Its back end has gone, and none will come. */
gboolean front_has_gone(const struct front *f, unsigned i);
/* Guests that have not gone. */
unsigned front_nb_left(const struct front *f);

/*
 * What happened on sockets: back ends that came, answered, went or broke their queues. At most
 * once a millisecond or so; not hot.
 */
void front_look(struct front *f);
/* The same, but it waits up to timeout_ms for it, or for a frame: guests ask to be called then. */
void front_sleep(struct front *f, int timeout_ms);

/* Hot. A burst of each guest's frames is turned and sent. How many all these were. */
unsigned front_reflect(struct front *f);

#endif
