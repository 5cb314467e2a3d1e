/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * sim/datapath/vhost_request.h: requests of the vhost-user protocol (QEMU's docs/interop/vhost-user.rst)
 * that our back end or our front ends know, and a front end's side of a connection: it sends requests,
 * and reads the replies.
 *
 * fd: a stream socket that does not block. FALSE: the connection is to be ended.
 */
#ifndef SIM_DATAPATH_VHOST_REQUEST_H
#define SIM_DATAPATH_VHOST_REQUEST_H

#include <stdint.h>

#include <glib.h>

enum vhost_request {
	VHOST_REQUEST_GET_FEATURES = 1,
	VHOST_REQUEST_SET_FEATURES = 2,
	VHOST_REQUEST_SET_OWNER = 3,
	VHOST_REQUEST_RESET_OWNER = 4,
	VHOST_REQUEST_SET_MEM_TABLE = 5,
	VHOST_REQUEST_SET_VRING_NUM = 8,
	VHOST_REQUEST_SET_VRING_ADDR = 9,
	VHOST_REQUEST_SET_VRING_BASE = 10,
	VHOST_REQUEST_GET_VRING_BASE = 11,
	VHOST_REQUEST_SET_VRING_KICK = 12,
	VHOST_REQUEST_SET_VRING_CALL = 13,
	VHOST_REQUEST_GET_PROTOCOL_FEATURES = 15,
	VHOST_REQUEST_GET_QUEUE_NUM = 17,
	VHOST_REQUEST_SET_VRING_ENABLE = 18,
	VHOST_REQUEST_SEND_RARP = 19,
};

/* Feature VHOST_USER_F_PROTOCOL_FEATURES: rings are enabled by message. */
enum { VHOST_REQUEST_F_PROTOCOL = 30 };

enum { VHOST_REQUEST_REGIONS = 8 }; /* of a guest's memory: what librte_vhost takes */

/* Of SET_MEM_TABLE; sent up to the last region used. */
struct vhost_request_memory {
	uint32_t nb, padding;
	struct vhost_request_region {
		uint64_t guest_address, size, user_address, offset;
	} region[VHOST_REQUEST_REGIONS];
};

/* A reply that is read, of a number: 12 bytes of a header, and 8. */
struct vhost_reply {
	uint8_t bytes[20];
	size_t nb; /* that came */
};

/* fds: nb_fds of them, which stay the caller's. */
gboolean vhost_request_send(int fd, enum vhost_request request, const void *payload, uint32_t size,
	const int *fds, unsigned nb_fds);
gboolean vhost_request_send_number(int fd, enum vhost_request request, uint64_t number);
gboolean vhost_request_send_state(
	int fd, enum vhost_request request, uint32_t queue, uint32_t number);
/* event_fd < 0: none. */
gboolean vhost_request_send_event(int fd, enum vhost_request request, uint32_t queue, int event_fd);
gboolean vhost_request_send_memory(
	int fd, const struct vhost_request_memory *memory, const int *fds);

/* Of a message that a back end has, from its header on, as librte_vhost hands it out. */
uint32_t vhost_request_of(const void *message);
/* Its queue, and the number with it; FALSE: it is too short to have them. */
gboolean vhost_request_names_queue(const void *message, uint32_t *queue, uint32_t *number);
/* It becomes its reply, of a number. */
void vhost_request_answer(void *message, uint64_t number);

/* What is there of the reply to request. *whole: that was all, *number is set, and r is as new. */
gboolean vhost_request_read_reply(int fd, enum vhost_request request, struct vhost_reply *r,
	gboolean *whole, uint64_t *number);

#endif
