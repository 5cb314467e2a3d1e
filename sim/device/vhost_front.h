/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * sim/device/vhost_front.h: a guest's connection to a vhost-user back end, which comes and goes: the
 * front end's side. The rings are the guest's driver's: here they are started and stopped.
 *
 * A back end answers GET_VRING_BASE when none of its threads uses the rings any more. Until it does, or
 * has gone, the front end is busy: then nothing may be asked of it.
 *
 * Threads: one. Nothing blocks.
 */
#ifndef SIM_DEVICE_VHOST_FRONT_H
#define SIM_DEVICE_VHOST_FRONT_H

#include <stdint.h>

#include <glib.h>

#include "sim/datapath/vhost_request.h"
#include "sim/device/dma_table.h"
#include "sim/device/virtio_nic.h"

/* AWAY: nobody is connected. In the order of the protocol. */
enum vhost_front_stage { VHOST_FRONT_AWAY, VHOST_FRONT_ASKED, VHOST_FRONT_READY, VHOST_FRONT_RUNS };

struct vhost_front {
	enum vhost_front_stage stage;
	int fd;          /* -1: AWAY */
	uint64_t offers; /* features of the back end */
	/* Replies that have not come, all to this request. */
	enum vhost_request awaited;
	unsigned nb_awaited;
	int64_t deadline_us; /* of them: g_get_monotonic_time() */
	struct vhost_reply reply;
	int kick_fd[VIRTIO_NIC_DATA_MAX]; /* of the queues, for good; -1: there is none */
	/* Indices where a queue goes on; the caller may set them to 0. */
	uint16_t base[VIRTIO_NIC_DATA_MAX];
	/* What it runs with: the first nb_queues, and the addresses of their used rings. */
	unsigned nb_queues;
	struct dma_share memory;
	uint64_t used[VIRTIO_NIC_DATA_MAX];
};

/* As after vhost_front_clear. */
void vhost_front_prepare(struct vhost_front *f);
/* Of so many queue pairs. FALSE and errno: no event descriptors. */
gboolean vhost_front_init(struct vhost_front *f, unsigned pairs_max);
void vhost_front_clear(struct vhost_front *f);

/* Only when AWAY. FALSE: nobody listens at path. */
gboolean vhost_front_connect(struct vhost_front *f, const char *path);
/* The connection ends. Indices of queues that ran are those that the guest sees. */
void vhost_front_hang_up(struct vhost_front *f);

/* What has come. NULL, or why the connection is to be ended: hang up. "": it has gone. Static. */
const char *vhost_front_hear(struct vhost_front *f);
/* Is a reply awaited? now_us: and for too long. */
gboolean vhost_front_is_busy(const struct vhost_front *f);
gboolean vhost_front_is_late(const struct vhost_front *f, int64_t now_us);

/*
 * READY and not busy: the queues of the pairs in use run from now on, no other ones. call_fd: of each
 * queue; -1: it is not called. NULL, or why they do not; *gone: hang up.
 */
const char *vhost_front_start(struct vhost_front *f, const struct virtio_nic *nic,
	const struct dma_share *memory, const int call_fd[VIRTIO_NIC_DATA_MAX], gboolean *gone);
/* RUNS and not busy: busy until they are stopped; READY then. FALSE: hang up. */
gboolean vhost_front_stop(struct vhost_front *f);
/* RUNS and not busy: other descriptors; busy until the back end has left the old ones. FALSE: hang up. */
gboolean vhost_front_set_calls(struct vhost_front *f, const int call_fd[VIRTIO_NIC_DATA_MAX]);

#endif
