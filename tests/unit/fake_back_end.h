/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A vhost-user back end of one guest, without threads: it hears what a front end says, maps its memory,
 * and its queues are splitq's. Whoever uses it lets both sides have their turns.
 */
#ifndef TESTS_UNIT_FAKE_BACK_END_H
#define TESTS_UNIT_FAKE_BACK_END_H

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <linux/vhost_types.h>

#include "sim/datapath/splitq.h"

#define BACK_VERSION_1 (UINT64_C(1) << VIRTIO_F_VERSION_1)
#define BACK_PROTOCOL (UINT64_C(1) << 30)

struct back_end {
	uint64_t offers, agreed; /* features */
	int listen_fd, fd;       /* -1: none */
	int kick[2], call[2];
	gboolean enabled[2], has_memory;
	gboolean is_silent; /* does not answer GET_VRING_BASE */
	uint16_t base[2];
	uint32_t size[2];
	struct vhost_vring_addr addr[2];
	struct splitq_mem mem;
	uint64_t user; /* address of the memory, as the front end has it */
	struct splitq rx, tx;
	unsigned nb_heard[64]; /* messages by request */
};

static inline void back_init(struct back_end *b, uint64_t offers)
{
	*b = (struct back_end){ .offers = offers, .listen_fd = -1, .fd = -1 };
	b->kick[0] = b->kick[1] = b->call[0] = b->call[1] = -1;
}

static inline int back_socket(const char *path, gboolean listens)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);

	g_strlcpy(address.sun_path, path, sizeof(address.sun_path));
	if (listens ? bind(fd, (struct sockaddr *)&address, sizeof(address)) == 0 &&
				listen(fd, 4) == 0
		    : connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0)
		return fd;
	close(fd);
	return -1;
}

static inline void back_close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

/* The connection ends; what it set up is gone. */
static inline void back_hang_up(struct back_end *b)
{
	int listen_fd = b->listen_fd;

	back_close_fd(&b->fd);
	for (int i = 0; i < 2; i++) {
		back_close_fd(&b->kick[i]);
		back_close_fd(&b->call[i]);
	}
	if (b->has_memory)
		munmap(b->mem.region[0].host, b->mem.region[0].size);
	back_init(b, b->offers);
	b->listen_fd = listen_fd;
}

static inline void *back_at(const struct back_end *b, uint64_t user)
{
	return b->mem.region[0].host + (user - b->user);
}

/* Both queues are there, and enabled: TRUE as soon as frames can be exchanged. */
static inline gboolean back_is_ready(const struct back_end *b)
{
	return b->rx.desc != NULL && b->tx.desc != NULL && b->enabled[0] && b->enabled[1];
}

/* A kick is what a queue starts by. */
static inline void back_start_queue(struct back_end *b, uint32_t i)
{
	const struct vhost_vring_addr *a = &b->addr[i];
	struct splitq *q = i == 0 ? &b->rx : &b->tx;
	struct vring_used *used = back_at(b, a->used_user_addr);

	splitq_init(q, back_at(b, a->desc_user_addr), back_at(b, a->avail_user_addr), used,
		(uint16_t)b->size[i], &b->mem, b->agreed);
	q->call_fd = b->call[i];
	q->next_avail = q->next_used = q->avail_seen = b->base[i];
	used->flags = VRING_USED_F_NO_NOTIFY;
	if ((b->agreed & BACK_PROTOCOL) == 0)
		b->enabled[i] = TRUE;
}

static inline void back_map(struct back_end *b, const uint64_t *table, int fd)
{
	if (b->has_memory)
		munmap(b->mem.region[0].host, b->mem.region[0].size);
	/* number of regions; guest address, size, user address, offset */
	b->user = table[3];
	b->mem.nb = 1;
	b->mem.region[0] = (struct splitq_region){ .guest = table[1], .size = table[2] };
	b->mem.region[0].host = mmap(
		NULL, table[2] + table[4], PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	b->has_memory = TRUE;
	close(fd);
}

/* Where a queue is stopped, and that it is. */
static inline gboolean back_stop_queue(struct back_end *b, uint32_t i)
{
	struct splitq *q = i == 0 ? &b->rx : &b->tx;
	const struct {
		uint32_t request, flags, size, queue, base;
	} reply = { 11, 1 | 4, 8, i, q->next_avail };

	q->desc = NULL;
	return send(b->fd, &reply, sizeof(reply), 0) == (ssize_t)sizeof(reply);
}

/* One message, if there is one. 0: none; -1: the front end has hung up. */
static inline int back_hear(struct back_end *b)
{
	struct {
		uint32_t request, flags, size;
	} h;
	uint64_t payload[40] = { 0 };
	union {
		char bytes[CMSG_SPACE(sizeof(int))];
		struct cmsghdr header;
	} control = { .bytes = { 0 } };
	struct iovec part = { &h, sizeof(h) };
	struct msghdr msg = { .msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = control.bytes,
		.msg_controllen = sizeof(control.bytes) };
	struct vhost_vring_state state;
	int fd = -1;
	ssize_t n = recvmsg(b->fd, &msg, 0);

	if (n <= 0)
		return n < 0 && errno == EAGAIN ? 0 : -1;
	if (n != (ssize_t)sizeof(h) || h.flags != 1 || h.size > sizeof(payload) ||
		(h.size != 0 && recv(b->fd, payload, h.size, 0) != (ssize_t)h.size))
		return -1;
	if (CMSG_FIRSTHDR(&msg) != NULL)
		memcpy(&fd, CMSG_DATA(&control.header), sizeof(fd));
	memcpy(&state, payload, sizeof(state));
	b->nb_heard[h.request % 64]++;
	switch (h.request) {
	case 1: /* GET_FEATURES */
		h.flags = 1 | 4;
		h.size = 8;
		if (send(b->fd, &h, sizeof(h), MSG_MORE) < 0 || send(b->fd, &b->offers, 8, 0) < 0)
			return -1;
		break;
	case 2: /* SET_FEATURES */
		b->agreed = payload[0];
		break;
	case 5: /* SET_MEM_TABLE */
		back_map(b, payload, fd);
		break;
	case 8: /* SET_VRING_NUM */
		b->size[state.index % 2] = state.num;
		break;
	case 9: /* SET_VRING_ADDR */
		memcpy(&b->addr[state.index % 2], payload, sizeof(b->addr[0]));
		break;
	case 10: /* SET_VRING_BASE */
		b->base[state.index % 2] = (uint16_t)state.num;
		break;
	case 11: /* GET_VRING_BASE */
		if (!b->is_silent && !back_stop_queue(b, state.index % 2))
			return -1;
		break;
	case 12: /* SET_VRING_KICK */
		back_close_fd(&b->kick[payload[0] % 2]);
		b->kick[payload[0] % 2] = fd;
		back_start_queue(b, payload[0] % 2);
		break;
	case 13: /* SET_VRING_CALL */
		back_close_fd(&b->call[payload[0] % 2]);
		b->call[payload[0] % 2] = fd;
		(payload[0] % 2 == 0 ? &b->rx : &b->tx)->call_fd = fd;
		break;
	case 18: /* SET_VRING_ENABLE */
		b->enabled[state.index % 2] = state.num != 0;
		break;
	default:
		break;
	}
	return 1;
}

#endif
