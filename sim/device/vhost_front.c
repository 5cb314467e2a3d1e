/* SPDX-License-Identifier: BSD-3-Clause */
#include "sim/device/vhost_front.h"

#include <errno.h>
#include <stddef.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include <linux/vhost_types.h>
#include <linux/virtio_config.h>
#include <linux/virtio_net.h>
#include <linux/virtio_ring.h>

#include "sim/base/fd.h"
#include "sim/datapath/socket_path.h"

enum { PATIENCE_US = 5000000 }; /* of a back end's answer */

/* What the back end and the driver have to agree on; all else is the device's own matter. */
static const uint64_t shared_features = UINT64_C(1) << VIRTIO_F_VERSION_1 |
					UINT64_C(1) << VIRTIO_NET_F_MRG_RXBUF |
					UINT64_C(1) << VIRTIO_NET_F_MQ;

void vhost_front_prepare(struct vhost_front *f)
{
	*f = (struct vhost_front){ .fd = -1 };
	for (unsigned queue = 0; queue < VIRTIO_NIC_DATA_MAX; queue++)
		f->kick_fd[queue] = -1;
}

gboolean vhost_front_init(struct vhost_front *f, unsigned pairs_max)
{
	for (unsigned queue = 0; queue < 2 * pairs_max; queue++) {
		f->kick_fd[queue] = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
		if (f->kick_fd[queue] < 0)
			return FALSE;
	}
	return TRUE;
}

void vhost_front_clear(struct vhost_front *f)
{
	fd_close(f->fd);
	for (unsigned queue = 0; queue < VIRTIO_NIC_DATA_MAX; queue++)
		fd_close(f->kick_fd[queue]);
}

static void await_replies(struct vhost_front *f, enum vhost_request request, unsigned nb)
{
	f->awaited = request;
	f->nb_awaited = nb;
	f->deadline_us = g_get_monotonic_time() + PATIENCE_US;
}

/* Its number is the reply; FALSE: hang up. */
static gboolean ask(struct vhost_front *f, enum vhost_request request)
{
	await_replies(f, request, 1);
	return vhost_request_send(f->fd, request, NULL, 0, NULL, 0);
}

gboolean vhost_front_connect(struct vhost_front *f, const char *path)
{
	f->fd = socket_path_connect(path, SOCK_STREAM | SOCK_NONBLOCK);
	if (f->fd < 0)
		return FALSE;
	f->stage = VHOST_FRONT_ASKED;
	f->reply.nb = 0;
	if (vhost_request_send(f->fd, VHOST_REQUEST_SET_OWNER, NULL, 0, NULL, 0) &&
		ask(f, VHOST_REQUEST_GET_FEATURES))
		return TRUE;
	vhost_front_hang_up(f);
	return FALSE;
}

/* A back end that has gone has not told where it was: what it did last is what the guest sees. */
void vhost_front_hang_up(struct vhost_front *f)
{
	for (unsigned queue = 0; queue < f->nb_queues && f->stage == VHOST_FRONT_RUNS; queue++)
		(void)dma_share_read(&f->memory, f->used[queue] + offsetof(struct vring_used, idx),
			&f->base[queue], sizeof(f->base[queue]));
	fd_close(f->fd);
	f->fd = -1;
	f->stage = VHOST_FRONT_AWAY;
	f->nb_awaited = 0;
}

gboolean vhost_front_is_busy(const struct vhost_front *f)
{
	return f->nb_awaited > 0;
}

gboolean vhost_front_is_late(const struct vhost_front *f, int64_t now_us)
{
	return f->nb_awaited > 0 && now_us > f->deadline_us;
}

static const char *take_number(struct vhost_front *f, uint64_t number)
{
	uint32_t queue = f->nb_queues - f->nb_awaited;

	if (f->awaited == VHOST_REQUEST_GET_FEATURES) {
		if (f->stage == VHOST_FRONT_ASKED) {
			f->offers = number;
			f->stage = VHOST_FRONT_READY;
		}
	} else if ((uint32_t)number != queue) {
		return "answered for another queue";
	} else {
		f->base[queue] = (uint16_t)(number >> 32);
		if (f->nb_awaited == 1)
			f->stage = VHOST_FRONT_READY;
	}
	f->nb_awaited--;
	return NULL;
}

const char *vhost_front_hear(struct vhost_front *f)
{
	uint8_t byte;
	ssize_t n;

	while (f->nb_awaited > 0) {
		gboolean whole;
		uint64_t number;
		const char *fault;

		if (!vhost_request_read_reply(f->fd, f->awaited, &f->reply, &whole, &number))
			return "";
		if (!whole)
			return NULL;
		fault = take_number(f, number);
		if (fault != NULL)
			return fault;
	}
	/* Nothing else is asked: what can be read now is the end, or nonsense. */
	n = recv(f->fd, &byte, 1, 0);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return NULL;
	return n > 0 ? "sent what nobody asked for" : "";
}

static const char *check_queue(const struct virtio_nic_queue *q, const struct dma_share *memory)
{
	if (q->desc % 16 != 0 || q->avail % 2 != 0 || q->used % 4 != 0)
		return "its rings are not aligned";
	if (!dma_share_has(memory, q->desc, q->size * sizeof(struct vring_desc)) ||
		!dma_share_has(memory, q->avail,
			sizeof(struct vring_avail) + q->size * sizeof(uint16_t)) ||
		!dma_share_has(memory, q->used,
			sizeof(struct vring_used) + q->size * sizeof(struct vring_used_elem)))
		return "its rings are not in shared memory (QEMU: add share=on)";
	return NULL;
}

/*
 * What back ends call the user's addresses are the guest's, too, but others for each table of memory:
 * librte_vhost keeps what it has mapped if addresses and sizes are the same, whatever the files are.
 */
static uint64_t user_address(const struct vhost_front *f, uint64_t address)
{
	return address + ((uint64_t)f->memory.generation << 48);
}

static gboolean send_memory(const struct vhost_front *f)
{
	struct vhost_request_memory m = { .nb = f->memory.nb };
	int fds[DMA_TABLE_SHARED_MAX];

	for (unsigned i = 0; i < f->memory.nb; i++) {
		const struct dma_region *r = &f->memory.region[i];

		m.region[i] = (struct vhost_request_region){ .guest_address = r->address,
			.size = r->size,
			.user_address = user_address(f, r->address),
			.offset = r->offset };
		fds[i] = r->fd;
	}
	return vhost_request_send_memory(f->fd, &m, fds);
}

static gboolean send_queue(
	const struct vhost_front *f, const struct virtio_nic_queue *q, uint32_t queue, int call_fd)
{
	const struct vhost_vring_addr addr = { .index = queue,
		.desc_user_addr = user_address(f, q->desc),
		.used_user_addr = user_address(f, q->used),
		.avail_user_addr = user_address(f, q->avail) };

	return vhost_request_send_state(f->fd, VHOST_REQUEST_SET_VRING_NUM, queue, q->size) &&
	       vhost_request_send_state(
		       f->fd, VHOST_REQUEST_SET_VRING_BASE, queue, f->base[queue]) &&
	       vhost_request_send(
		       f->fd, VHOST_REQUEST_SET_VRING_ADDR, &addr, sizeof(addr), NULL, 0) &&
	       vhost_request_send_event(f->fd, VHOST_REQUEST_SET_VRING_CALL, queue, call_fd) &&
	       vhost_request_send_event(
		       f->fd, VHOST_REQUEST_SET_VRING_KICK, queue, f->kick_fd[queue]);
}

/* Kicks from before. */
static void drop_kicks(const struct vhost_front *f)
{
	uint64_t kicks;

	for (unsigned queue = 0; queue < f->nb_queues; queue++)
		(void)!read(f->kick_fd[queue], &kicks, sizeof(kicks));
}

const char *vhost_front_start(struct vhost_front *f, const struct virtio_nic *nic,
	const struct dma_share *memory, const int call_fd[VIRTIO_NIC_DATA_MAX], gboolean *gone)
{
	const uint64_t protocol = UINT64_C(1) << VHOST_REQUEST_F_PROTOCOL;
	uint64_t features = nic->features & shared_features;
	gboolean sent;

	*gone = FALSE;
	if ((features & ~f->offers) != 0)
		return "back end lacks a feature of the driver's (VERSION_1, MRG_RXBUF, MQ)";
	if (memory->nb > DMA_TABLE_SHARED_MAX)
		return "its memory is in more than 8 pieces";
	for (unsigned queue = 0; queue < 2U * nic->pairs; queue++) {
		const char *fault = check_queue(&nic->queue[queue], memory);

		if (fault != NULL)
			return fault;
	}
	f->nb_queues = 2U * nic->pairs;
	drop_kicks(f);
	f->memory = *memory;
	features |= f->offers & protocol;
	sent = vhost_request_send_number(f->fd, VHOST_REQUEST_SET_FEATURES, features) &&
	       send_memory(f);
	for (uint32_t queue = 0; queue < f->nb_queues; queue++) {
		f->used[queue] = nic->queue[queue].used;
		sent = sent && send_queue(f, &nic->queue[queue], queue, call_fd[queue]);
	}
	for (uint32_t queue = 0; (features & protocol) != 0 && queue < f->nb_queues; queue++)
		sent = sent &&
		       vhost_request_send_state(f->fd, VHOST_REQUEST_SET_VRING_ENABLE, queue, 1);
	f->stage = VHOST_FRONT_RUNS;
	*gone = !sent;
	return sent ? NULL : "does not read";
}

gboolean vhost_front_stop(struct vhost_front *f)
{
	gboolean sent = TRUE;

	await_replies(f, VHOST_REQUEST_GET_VRING_BASE, f->nb_queues);
	for (uint32_t queue = 0; queue < f->nb_queues; queue++)
		sent = sent &&
		       vhost_request_send_state(f->fd, VHOST_REQUEST_GET_VRING_BASE, queue, 0);
	return sent;
}

gboolean vhost_front_set_calls(struct vhost_front *f, const int call_fd[VIRTIO_NIC_DATA_MAX])
{
	for (uint32_t queue = 0; queue < f->nb_queues; queue++)
		if (!vhost_request_send_event(
			    f->fd, VHOST_REQUEST_SET_VRING_CALL, queue, call_fd[queue]))
			return FALSE;
	/* Requests are worked on in order: its reply comes after them. */
	return ask(f, VHOST_REQUEST_GET_FEATURES);
}
