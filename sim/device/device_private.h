/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * sim/device/device_private.h: what device.c, which has the loop and the connections, and
 * device_request.c, which answers the client, share.
 */
#ifndef SIM_DEVICE_DEVICE_PRIVATE_H
#define SIM_DEVICE_DEVICE_PRIVATE_H

#include <stdint.h>

#include <glib.h>

#include "sim/device/control_queue.h"
#include "sim/device/device.h"
#include "sim/device/dma_table.h"
#include "sim/device/vfio_user.h"
#include "sim/device/vhost_front.h"
#include "sim/device/virtio_nic.h"

struct guest {
	const char *path, *back_end_path;
	int listen_fd;
	gboolean is_greeted; /* the client has sent VERSION */
	struct vfio_user client;
	uint32_t client_events; /* that are waited for */
	struct virtio_nic nic;
	struct control_queue control;
	struct dma_table *memory;
	int vector_fd[VIRTIO_NIC_VECTORS_MAX]; /* -1: none */
	gboolean masked[VIRTIO_NIC_VECTORS_MAX];
	gboolean calls_changed;
	gboolean is_refused; /* the queues as they are cannot be served */
	struct vhost_front front;
	int64_t started_us,
		retry_us; /* queues ran from then on; no back end is connected to before */
};

struct devices {
	struct device_cfg cfg;
	unsigned nb;
	struct guest *guests;
	int epoll_fd;
};

/* Connects to the guest's back end, if there is one and the client has greeted. */
void device_reach_back_end(struct devices *d, struct guest *g);

/* The client's message, which is whole, is done, and its reply is there to be sent. */
void device_work_on_request(struct devices *d, struct guest *g);
/* May that message change what the back end uses? */
gboolean device_request_disturbs(const struct guest *g);
/* The device is as new, but for the vectors and the memory that it was given. */
void device_reset_nic(struct guest *g);
void device_drop_vectors(struct guest *g);
/* Whose event a queue's calls go to now; -1: nobody's. */
int device_call_fd(const struct guest *g, unsigned queue);
/* A line about the guest. */
void device_say(const struct devices *d, const struct guest *g, const char *who, const char *what);

#endif
