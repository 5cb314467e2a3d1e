/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A client of the vfio-user protocol without threads: it sends messages with descriptors, and reads
 * replies. Whoever uses it lets both sides have their turns.
 */
#ifndef TESTS_UNIT_FAKE_VFIO_CLIENT_H
#define TESTS_UNIT_FAKE_VFIO_CLIENT_H

#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <glib.h>

#include "sim/device/vfio_user.h"

enum { VFIO_CLIENT_FDS = 16 };

struct vfio_client {
	int fd; /* -1: none */
	/* Of the last reply. */
	struct vfio_user_header header;
	_Alignas(8) uint8_t body[VFIO_USER_BODY_MAX];
};

static inline void vfio_client_connect(struct vfio_client *c, const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	g_strlcpy(address.sun_path, path, sizeof(address.sun_path));
	c->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (c->fd < 0 || connect(c->fd, (struct sockaddr *)&address, sizeof(address)) != 0)
		g_error("%s: %s", path, g_strerror(errno));
}

static inline void vfio_client_close(struct vfio_client *c)
{
	if (c->fd >= 0)
		close(c->fd);
	c->fd = -1;
}

/* FALSE: the server has hung up, or reads no more. */
static inline gboolean vfio_client_send_bytes(
	const struct vfio_client *c, const void *bytes, size_t len, const int *fds, unsigned nb_fds)
{
	union {
		char bytes[CMSG_SPACE(VFIO_CLIENT_FDS * sizeof(int))];
		struct cmsghdr header;
	} control = { .bytes = { 0 } };
	struct iovec part = { (void *)(uintptr_t)bytes, len };
	struct msghdr msg = { .msg_iov = &part, .msg_iovlen = 1 };

	if (nb_fds > 0) {
		msg.msg_control = control.bytes;
		msg.msg_controllen = CMSG_SPACE(nb_fds * sizeof(int));
		control.header.cmsg_level = SOL_SOCKET;
		control.header.cmsg_type = SCM_RIGHTS;
		control.header.cmsg_len = CMSG_LEN(nb_fds * sizeof(int));
		memcpy(CMSG_DATA(&control.header), fds, nb_fds * sizeof(int));
	}
	return sendmsg(c->fd, &msg, MSG_NOSIGNAL) == (ssize_t)len;
}

static inline gboolean vfio_client_send(const struct vfio_client *c, uint16_t command,
	uint32_t flags, const void *body, size_t len, const int *fds, unsigned nb_fds)
{
	uint8_t bytes[sizeof(struct vfio_user_header) + VFIO_USER_BODY_MAX];
	struct vfio_user_header h = { .id = (uint16_t)(command * 7),
		.command = command,
		.size = (uint32_t)(sizeof(h) + len),
		.flags = flags };

	memcpy(bytes, &h, sizeof(h));
	if (len > 0)
		memcpy(bytes + sizeof(h), body, len);
	return vfio_client_send_bytes(c, bytes, sizeof(h) + len, fds, nb_fds);
}

/* 1: there is a reply; 0: not yet; -1: the server has hung up. Replies come whole. */
static inline int vfio_client_hear(struct vfio_client *c)
{
	ssize_t n = recv(c->fd, &c->header, sizeof(c->header), 0);
	size_t len;

	if (n <= 0)
		return n < 0 && errno == EAGAIN ? 0 : -1;
	len = c->header.size - sizeof(c->header);
	if (n != (ssize_t)sizeof(c->header) || len > sizeof(c->body) ||
		(len > 0 && recv(c->fd, c->body, len, 0) != (ssize_t)len))
		return -1;
	return 1;
}

#endif
