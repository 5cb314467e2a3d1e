/* SPDX-License-Identifier: BSD-3-Clause */
#include "sim/datapath/vhost_request.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>

#include <linux/vhost_types.h>

/* Flags of vhost-user.rst. */
enum {
	HEADER_VERSION = 1,
	HEADER_VERSION_MASK = 3,
	HEADER_REPLY = 1 << 2,
	VRING_NO_FD = 1 << 8,
};

struct header {
	uint32_t request, flags, size;
};

_Static_assert(
	sizeof(((struct vhost_reply *)NULL)->bytes) == sizeof(struct header) + sizeof(uint64_t),
	"a reply of one number");

gboolean vhost_request_send(int fd, enum vhost_request request, const void *payload, uint32_t size,
	const int *fds, unsigned nb_fds)
{
	const struct header h = { request, HEADER_VERSION, size };
	union {
		char bytes[CMSG_SPACE(VHOST_REQUEST_REGIONS * sizeof(int))];
		struct cmsghdr header;
	} control = { .bytes = { 0 } };
	struct iovec parts[] = { { (void *)(uintptr_t)&h, sizeof(h) },
		{ (void *)(uintptr_t)payload, size } };
	struct msghdr msg = { .msg_iov = parts, .msg_iovlen = 2 };

	if (nb_fds > 0) {
		msg.msg_control = control.bytes;
		msg.msg_controllen = CMSG_SPACE(nb_fds * sizeof(int));
		control.header.cmsg_level = SOL_SOCKET;
		control.header.cmsg_type = SCM_RIGHTS;
		control.header.cmsg_len = CMSG_LEN(nb_fds * sizeof(int));
		memcpy(CMSG_DATA(&control.header), fds, nb_fds * sizeof(int));
	}
	/* All that is sent fits the socket: a back end for which it does not is none that reads. */
	return sendmsg(fd, &msg, MSG_NOSIGNAL) == (ssize_t)(sizeof(h) + size);
}

gboolean vhost_request_send_number(int fd, enum vhost_request request, uint64_t number)
{
	return vhost_request_send(fd, request, &number, sizeof(number), NULL, 0);
}

gboolean vhost_request_send_state(
	int fd, enum vhost_request request, uint32_t queue, uint32_t number)
{
	const struct vhost_vring_state state = { queue, number };

	return vhost_request_send(fd, request, &state, sizeof(state), NULL, 0);
}

gboolean vhost_request_send_event(int fd, enum vhost_request request, uint32_t queue, int event_fd)
{
	const uint64_t number = queue | (event_fd < 0 ? VRING_NO_FD : 0);

	return vhost_request_send(fd, request, &number, sizeof(number), &event_fd, event_fd >= 0);
}

gboolean vhost_request_send_memory(
	int fd, const struct vhost_request_memory *memory, const int *fds)
{
	uint32_t size = (uint32_t)(offsetof(struct vhost_request_memory, region) +
				   memory->nb * sizeof(memory->region[0]));

	return vhost_request_send(fd, VHOST_REQUEST_SET_MEM_TABLE, memory, size, fds, memory->nb);
}

gboolean vhost_request_read_reply(int fd, enum vhost_request request, struct vhost_reply *r,
	gboolean *whole, uint64_t *number)
{
	ssize_t n = recv(fd, r->bytes + r->nb, sizeof(r->bytes) - r->nb, 0);
	struct header h;

	*whole = FALSE;
	if (n <= 0)
		return n < 0 && (errno == EAGAIN || errno == EINTR);
	r->nb += (size_t)n;
	if (r->nb < sizeof(r->bytes))
		return TRUE;
	r->nb = 0;
	memcpy(&h, r->bytes, sizeof(h));
	memcpy(number, r->bytes + sizeof(h), sizeof(*number));
	*whole = h.request == request && h.size == sizeof(*number) &&
		 (h.flags & (HEADER_VERSION_MASK | HEADER_REPLY)) ==
			 (HEADER_VERSION | HEADER_REPLY);
	return *whole;
}

uint32_t vhost_request_of(const void *message)
{
	struct header h;

	memcpy(&h, message, sizeof(h));
	return h.request;
}

gboolean vhost_request_names_queue(const void *message, uint32_t *queue, uint32_t *number)
{
	struct vhost_vring_state state;
	struct header h;

	memcpy(&h, message, sizeof(h));
	if (h.size < sizeof(state))
		return FALSE;
	memcpy(&state, (const uint8_t *)message + sizeof(h), sizeof(state));
	*queue = state.index;
	*number = state.num;
	return TRUE;
}

void vhost_request_answer(void *message, uint64_t number)
{
	struct header h;

	memcpy(&h, message, sizeof(h));
	h.size = sizeof(number);
	memcpy(message, &h, sizeof(h));
	memcpy((uint8_t *)message + sizeof(h), &number, sizeof(number));
}
