/* SPDX-License-Identifier: BSD-3-Clause */
#include "sim/device/vfio_user.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "sim/base/fd.h"

/* Of flags. */
enum { TYPE_MASK = 15, TYPE_COMMAND = 0, TYPE_REPLY = 1, NO_REPLY = 1 << 4, ERROR = 1 << 5 };

_Static_assert(sizeof(struct vfio_user_header) == 16, "vfio-user.rst, Header");

void vfio_user_init(struct vfio_user *c)
{
	memset(c, 0, sizeof(*c));
	c->fd = -1;
}

void vfio_user_begin(struct vfio_user *c, int fd)
{
	c->fd = fd;
}

static void close_descriptors(struct vfio_user *c)
{
	for (unsigned i = 0; i < c->nb_fds; i++)
		fd_close(c->fds[i]);
	c->nb_fds = 0;
}

void vfio_user_end(struct vfio_user *c)
{
	close_descriptors(c);
	fd_close(c->fd);
	vfio_user_init(c);
}

/* FALSE: more than there may be; the kernel closes what did not fit. */
static gboolean keep_descriptors(struct vfio_user *c, struct msghdr *msg)
{
	for (struct cmsghdr *h = CMSG_FIRSTHDR(msg); h != NULL; h = CMSG_NXTHDR(msg, h)) {
		size_t nb = (h->cmsg_len - CMSG_LEN(0)) / sizeof(int);

		if (h->cmsg_level != SOL_SOCKET || h->cmsg_type != SCM_RIGHTS)
			continue;
		for (size_t i = 0; i < nb; i++) {
			int fd;

			memcpy(&fd, CMSG_DATA(h) + i * sizeof(int), sizeof(int));
			if (c->nb_fds < VFIO_USER_FDS_MAX)
				c->fds[c->nb_fds++] = fd;
			else
				fd_close(fd);
		}
	}
	return (msg->msg_flags & MSG_CTRUNC) == 0;
}

/* Up to len bytes to "to". As recv; -1 and EMSGSIZE: too many descriptors. */
static ssize_t read_some(struct vfio_user *c, void *to, size_t len)
{
	union {
		char bytes[CMSG_SPACE(VFIO_USER_FDS_MAX * sizeof(int))];
		struct cmsghdr header;
	} control;
	struct iovec part = { to, len };
	struct msghdr msg = { .msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = control.bytes,
		.msg_controllen = CMSG_LEN((VFIO_USER_FDS_MAX - c->nb_fds) * sizeof(int)) };
	ssize_t n = recvmsg(c->fd, &msg, MSG_CMSG_CLOEXEC);

	if (n > 0 && !keep_descriptors(c, &msg)) {
		errno = EMSGSIZE;
		return -1;
	}
	return n;
}

static const char *check_header(const struct vfio_user_header *h)
{
	if (h->size < sizeof(*h))
		return "message shorter than its header";
	if (h->size > sizeof(*h) + VFIO_USER_BODY_MAX)
		return "message too long";
	return (h->flags & TYPE_MASK) == TYPE_COMMAND ? NULL : "message is no command";
}

const char *vfio_user_hear(struct vfio_user *c)
{
	const size_t header_len = sizeof(c->header);

	while (!c->whole && !vfio_user_has_reply(c)) {
		gboolean in_header = c->nb_read < header_len;
		size_t end = in_header ? header_len : c->header.size;
		uint8_t *to = in_header ? (uint8_t *)&c->header + c->nb_read
					: c->body + (c->nb_read - header_len);
		ssize_t n = read_some(c, to, end - c->nb_read);
		const char *fault;

		if (n < 0 && (errno == EAGAIN || errno == EINTR))
			return NULL;
		if (n < 0)
			return errno == EMSGSIZE ? "too many descriptors" : g_strerror(errno);
		if (n == 0)
			return c->nb_read == 0 ? "client has gone" : "client has gone in a message";
		c->nb_read += (size_t)n;
		fault = c->nb_read < header_len ? NULL : check_header(&c->header);
		if (fault != NULL)
			return fault;
		c->len = c->header.size - (uint32_t)header_len;
		c->whole = c->nb_read >= header_len && c->nb_read == c->header.size;
	}
	return NULL;
}

void vfio_user_reply(struct vfio_user *c, int error, const void *bytes, size_t len)
{
	struct vfio_user_header h = c->header;

	close_descriptors(c);
	c->whole = FALSE;
	c->nb_read = 0;
	if ((h.flags & NO_REPLY) != 0)
		return;
	if (error != 0)
		len = 0;
	g_assert(len <= sizeof(c->reply) - sizeof(h));
	h.flags = TYPE_REPLY | (error == 0 ? 0 : ERROR);
	h.error = (uint32_t)error;
	h.size = (uint32_t)(sizeof(h) + len);
	memcpy(c->reply, &h, sizeof(h));
	if (len > 0)
		memcpy(c->reply + sizeof(h), bytes, len);
	c->reply_len = h.size;
	c->reply_sent = 0;
}

gboolean vfio_user_has_reply(const struct vfio_user *c)
{
	return c->reply_sent < c->reply_len;
}

const char *vfio_user_send(struct vfio_user *c)
{
	while (vfio_user_has_reply(c)) {
		ssize_t n = send(c->fd, c->reply + c->reply_sent, c->reply_len - c->reply_sent,
			MSG_NOSIGNAL);

		if (n < 0)
			return errno == EAGAIN || errno == EINTR ? NULL : "client has gone";
		c->reply_sent += (size_t)n;
	}
	return NULL;
}
