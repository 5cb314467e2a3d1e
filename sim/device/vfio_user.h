/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * sim/device/vfio_user.h: one connection of the vfio-user protocol (QEMU's docs/interop/vfio-user.rst),
 * the server's side: whole messages with their descriptors, and replies. What a message asks for is the
 * caller's matter.
 *
 * The client is believed nothing: a message that is too long, is no command or has too many descriptors
 * ends the connection. One message is worked on at a time, and a reply that its client does not read
 * waits here: no further message is read meanwhile.
 */
#ifndef SIM_DEVICE_VFIO_USER_H
#define SIM_DEVICE_VFIO_USER_H

#include <stdint.h>

#include <glib.h>

enum vfio_user_command {
	VFIO_USER_VERSION = 1,
	VFIO_USER_DMA_MAP = 2,
	VFIO_USER_DMA_UNMAP = 3,
	VFIO_USER_DEVICE_GET_INFO = 4,
	VFIO_USER_DEVICE_GET_REGION_INFO = 5,
	VFIO_USER_DEVICE_GET_IRQ_INFO = 7,
	VFIO_USER_DEVICE_SET_IRQS = 8,
	VFIO_USER_REGION_READ = 9,
	VFIO_USER_REGION_WRITE = 10,
	VFIO_USER_DEVICE_RESET = 13,
};

enum {
	VFIO_USER_FDS_MAX = 8,     /* descriptors of a message */
	VFIO_USER_DATA_MAX = 1024, /* bytes of a region that are read or written at once */
	VFIO_USER_BODY_MAX = 4096, /* behind a header */
};

struct vfio_user_header {
	uint16_t id, command;
	uint32_t size, flags, error;
};

struct vfio_user {
	int fd; /* -1: nobody is connected */
	/* The message that is read or, if whole, to be worked on. */
	gboolean whole;
	size_t nb_read; /* bytes of header and body */
	struct vfio_user_header header;
	_Alignas(8) uint8_t body[VFIO_USER_BODY_MAX];
	uint32_t len;               /* of the body, if whole */
	int fds[VFIO_USER_FDS_MAX]; /* the caller takes one by putting -1 there */
	unsigned nb_fds;
	/* The reply. */
	uint8_t reply[sizeof(struct vfio_user_header) + 32 + VFIO_USER_DATA_MAX];
	size_t reply_len, reply_sent;
};

void vfio_user_init(struct vfio_user *c);
/* fd: does not block, and is the connection's from now on. */
void vfio_user_begin(struct vfio_user *c, int fd);
/* As after init. */
void vfio_user_end(struct vfio_user *c);

/* Reads on, if no message is worked on. NULL, or why the connection is to be ended. Static. */
const char *vfio_user_hear(struct vfio_user *c);
/*
 * The message has been worked on: error is an errno, or 0, and then len bytes are its reply, if it wants
 * one. vfio_user_send sends it.
 */
void vfio_user_reply(struct vfio_user *c, int error, const void *bytes, size_t len);
/* As much of the reply as goes now. NULL, or why the connection is to be ended. */
const char *vfio_user_send(struct vfio_user *c);
/* Is there some more to be sent? */
gboolean vfio_user_has_reply(const struct vfio_user *c);

#endif
