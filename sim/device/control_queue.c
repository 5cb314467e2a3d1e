/* SPDX-License-Identifier: BSD-3-Clause */
#include "sim/device/control_queue.h"

#include <stddef.h>
#include <string.h>

#include <linux/virtio_net.h>
#include <linux/virtio_ring.h>

/* What is looked at of a command: class, command, a number of pairs. */
enum { COMMAND_LEN = sizeof(struct virtio_net_ctrl_hdr) + sizeof(struct virtio_net_ctrl_mq) };

struct command {
	uint8_t bytes[COMMAND_LEN];
	uint32_t len; /* with what is not looked at */
	gboolean has_ack;
	uint64_t ack; /* where the answer goes */
};

/* The queue, and where its rings are. */
struct rings {
	const struct virtio_nic_queue *q;
	const struct dma_share *memory;
};

static const char *const not_in_memory = "its rings are not in shared memory";

static gboolean read_descriptor(const struct rings *r, uint16_t i, struct vring_desc *d)
{
	return dma_share_read(r->memory, r->q->desc + (uint64_t)i * sizeof(*d), d, sizeof(*d));
}

/* What the driver has written into a descriptor's buffer. FALSE: it is not there. */
static gboolean add_bytes(const struct rings *r, const struct vring_desc *d, struct command *c)
{
	uint32_t len = c->len >= COMMAND_LEN ? 0 : MIN(d->len, COMMAND_LEN - c->len);

	if (len > 0 && !dma_share_read(r->memory, d->addr, c->bytes + c->len, len))
		return FALSE;
	c->len = d->len > UINT32_MAX - c->len ? UINT32_MAX : c->len + d->len;
	return TRUE;
}

/* Each descriptor is read once: the driver may change it at any time. */
static const char *read_chain(const struct rings *r, uint16_t head, struct command *c)
{
	struct vring_desc d = { .next = head };
	unsigned steps = 0;
	gboolean writable = FALSE;

	do {
		if (d.next >= r->q->size || steps++ == r->q->size)
			return "a chain of descriptors leaves the queue or has no end";
		if (!read_descriptor(r, d.next, &d))
			return not_in_memory;
		if ((d.flags & ~(VRING_DESC_F_NEXT | VRING_DESC_F_WRITE)) != 0 ||
			(writable && (d.flags & VRING_DESC_F_WRITE) == 0))
			return "a descriptor is of no kind that was agreed upon";
		if (!dma_share_has(r->memory, d.addr, d.len))
			return "a buffer is not in shared memory";
		writable = (d.flags & VRING_DESC_F_WRITE) != 0;
		if (!writable && !add_bytes(r, &d, c))
			return "a buffer cannot be read";
		if (writable && !c->has_ack && d.len > 0) {
			c->ack = d.addr;
			c->has_ack = TRUE;
		}
	} while ((d.flags & VRING_DESC_F_NEXT) != 0);
	return c->has_ack ? NULL : "a command has no room for its answer";
}

/* 5.1.6.5.5 */
static uint8_t obey(const struct command *c, uint16_t pairs_max, uint16_t *pairs)
{
	uint16_t asked;

	if (c->len != COMMAND_LEN || c->bytes[0] != VIRTIO_NET_CTRL_MQ ||
		c->bytes[1] != VIRTIO_NET_CTRL_MQ_VQ_PAIRS_SET)
		return VIRTIO_NET_ERR;
	memcpy(&asked, c->bytes + sizeof(struct virtio_net_ctrl_hdr), sizeof(asked));
	if (asked < VIRTIO_NET_CTRL_MQ_VQ_PAIRS_MIN || asked > pairs_max)
		return VIRTIO_NET_ERR;
	*pairs = asked;
	return VIRTIO_NET_OK;
}

/* The next command. */
static const char *serve_command(
	struct control_queue *c, const struct rings *r, uint16_t pairs_max, uint16_t *pairs)
{
	const uint64_t slot = c->next & (r->q->size - 1U);
	struct command command = { .len = 0 };
	struct vring_used_elem done = { .len = 1 };
	const char *fault;
	uint16_t head;
	uint8_t ack;

	if (!dma_share_read(r->memory,
		    r->q->avail + offsetof(struct vring_avail, ring) + slot * sizeof(head), &head,
		    sizeof(head)))
		return not_in_memory;
	fault = read_chain(r, head, &command);
	if (fault != NULL)
		return fault;
	ack = obey(&command, pairs_max, pairs);
	done.id = head;
	c->next++;
	if (dma_share_write(r->memory, command.ack, &ack, sizeof(ack)) &&
		dma_share_write(r->memory,
			r->q->used + offsetof(struct vring_used, ring) + slot * sizeof(done), &done,
			sizeof(done)) &&
		dma_share_write(r->memory, r->q->used + offsetof(struct vring_used, idx), &c->next,
			sizeof(c->next)))
		return NULL;
	return "its memory cannot be written";
}

static const char *serve_commands(struct control_queue *c, const struct rings *r,
	uint16_t pairs_max, uint16_t *pairs, gboolean *calls)
{
	uint16_t end, flags;

	if (r->q->size > VIRTIO_NIC_CONTROL_SIZE)
		return "it was enabled before features were agreed upon";
	if (!dma_share_read(
		    r->memory, r->q->avail + offsetof(struct vring_avail, idx), &end, sizeof(end)))
		return not_in_memory;
	if ((uint16_t)(end - c->next) > r->q->size)
		return "more commands than the queue has descriptors";
	while (c->next != end) {
		const char *fault = serve_command(c, r, pairs_max, pairs);

		if (fault != NULL)
			return fault;
		*calls = TRUE;
	}
	if (*calls && dma_share_read(r->memory, r->q->avail, &flags, sizeof(flags)) &&
		(flags & VRING_AVAIL_F_NO_INTERRUPT) != 0)
		*calls = FALSE;
	return NULL;
}

const char *control_queue_serve(struct control_queue *c, const struct virtio_nic_queue *q,
	const struct dma_share *memory, uint16_t pairs_max, uint16_t *pairs, gboolean *calls)
{
	const struct rings r = { q, memory };
	const char *fault;

	*calls = FALSE;
	if (c->is_broken)
		return NULL;
	fault = serve_commands(c, &r, pairs_max, pairs, calls);
	c->is_broken = fault != NULL;
	return fault;
}
