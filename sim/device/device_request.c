/* SPDX-License-Identifier: BSD-3-Clause */
#include "sim/device/device_private.h"

#include <errno.h>
#include <string.h>

#include <linux/vfio.h>
#include <linux/virtio_config.h>

#include "sim/base/fd.h"
#include "sim/datapath/qpair.h"

/* The client's messages: each is answered with an errno, or 0 and reply. */

struct work {
	struct devices *d;
	struct guest *g;
	const uint8_t *body;
	uint32_t body_len;
	uint8_t reply[sizeof(struct vfio_region_info) + VFIO_USER_DATA_MAX];
	size_t reply_len;
};

/* Behind what is there already. */
static void add_reply(struct work *w, const void *bytes, size_t len)
{
	memcpy(w->reply + w->reply_len, bytes, len);
	w->reply_len += len;
}

static int answer_version(struct work *w)
{
	static const char
		own[] = "{\"capabilities\":{\"max_msg_fds\":8,\"max_data_xfer_size\":1024,"
			"\"max_dma_maps\":256}}";
	uint16_t version[2];

	if (w->body_len < sizeof(version) || w->g->is_greeted)
		return EINVAL;
	memcpy(version, w->body, sizeof(version));
	if (version[0] != 0)
		return ENOTSUP;
	version[1] = 0;
	add_reply(w, version, sizeof(version));
	add_reply(w, own, sizeof(own));
	w->g->is_greeted = TRUE;
	device_reach_back_end(w->d, w->g);
	return 0;
}

static int map_memory(struct work *w)
{
	struct {
		uint32_t argsz, flags;
		uint64_t offset, address, size;
	} m;
	struct vfio_user *c = &w->g->client;
	const uint32_t both = VFIO_DMA_MAP_FLAG_READ | VFIO_DMA_MAP_FLAG_WRITE;
	struct dma_region r = { .fd = -1 };
	int error;

	if (w->body_len != sizeof(m) || c->nb_fds > 1)
		return EINVAL;
	memcpy(&m, w->body, sizeof(m));
	r.address = m.address;
	r.size = m.size;
	r.offset = m.offset;
	/* What the device may not write has no frames in it. */
	if (c->nb_fds == 1 && (m.flags & both) == both)
		r.fd = c->fds[0];
	error = dma_table_map(w->g->memory, &r);
	if (error == 0 && r.fd >= 0)
		c->fds[0] = -1;
	w->g->is_refused = FALSE;
	return error;
}

struct dma_unmap {
	uint32_t argsz, flags;
	uint64_t address, size;
};

/* FALSE: it is none. all: *size is 0. */
static gboolean parse_unmap(const uint8_t *body, uint32_t len, struct dma_unmap *m)
{
	if (len < sizeof(*m))
		return FALSE;
	memcpy(m, body, sizeof(*m));
	if ((m->flags & VFIO_DMA_UNMAP_FLAG_ALL) != 0) {
		m->size = 0;
		return m->flags == VFIO_DMA_UNMAP_FLAG_ALL;
	}
	return m->flags == 0 && m->size != 0;
}

static int unmap_memory(struct work *w)
{
	struct dma_unmap m;

	if (!parse_unmap(w->body, w->body_len, &m))
		return EINVAL;
	if (!dma_table_unmap(w->g->memory, m.address, m.size))
		return ENOENT;
	add_reply(w, w->body, sizeof(m));
	w->g->is_refused = FALSE;
	return 0;
}

static int answer_device_info(struct work *w)
{
	const struct {
		uint32_t argsz, flags, nb_regions, nb_irqs;
	} info = { sizeof(info), VFIO_DEVICE_FLAGS_PCI | VFIO_DEVICE_FLAGS_RESET,
		VFIO_PCI_NUM_REGIONS, VFIO_PCI_NUM_IRQS };

	if (w->body_len < sizeof(info))
		return EINVAL;
	add_reply(w, &info, sizeof(info));
	return 0;
}

static int answer_region_info(struct work *w)
{
	struct vfio_region_info info;

	if (w->body_len < sizeof(info))
		return EINVAL;
	memcpy(&info, w->body, sizeof(info));
	if (info.index >= VFIO_PCI_NUM_REGIONS)
		return EINVAL;
	info = (struct vfio_region_info){ .argsz = sizeof(info),
		.index = info.index,
		.size = virtio_nic_region_len(info.index) };
	if (info.size != 0)
		info.flags = VFIO_REGION_INFO_FLAG_READ | VFIO_REGION_INFO_FLAG_WRITE;
	add_reply(w, &info, sizeof(info));
	return 0;
}

static uint32_t count_irqs(const struct guest *g, uint32_t index)
{
	return index == VFIO_PCI_MSIX_IRQ_INDEX ? virtio_nic_vectors(&g->nic) : 0;
}

static int answer_irq_info(struct work *w)
{
	struct vfio_irq_info info;

	if (w->body_len < sizeof(info))
		return EINVAL;
	memcpy(&info, w->body, sizeof(info));
	if (info.index >= VFIO_PCI_NUM_IRQS)
		return EINVAL;
	info = (struct vfio_irq_info){
		.argsz = sizeof(info), .index = info.index, .count = count_irqs(w->g, info.index)
	};
	if (info.count != 0)
		info.flags = VFIO_IRQ_INFO_EVENTFD;
	add_reply(w, &info, sizeof(info));
	return 0;
}

void device_drop_vectors(struct guest *g)
{
	for (unsigned i = 0; i < VIRTIO_NIC_VECTORS_MAX; i++) {
		fd_close(g->vector_fd[i]);
		g->vector_fd[i] = -1;
		g->masked[i] = FALSE;
	}
	g->calls_changed = TRUE;
}

/* Of one vector: *fd, if it is taken, is -1 then. */
static void set_vector(struct guest *g, uint32_t vector, uint32_t action, int *fd)
{
	if (action == VFIO_IRQ_SET_ACTION_MASK || action == VFIO_IRQ_SET_ACTION_UNMASK) {
		g->masked[vector] = action == VFIO_IRQ_SET_ACTION_MASK;
		g->calls_changed = TRUE;
	} else if (fd == NULL) {
		qpair_signal(g->masked[vector] ? -1 : g->vector_fd[vector]);
	} else {
		fd_close(g->vector_fd[vector]);
		g->vector_fd[vector] = *fd;
		*fd = -1;
		g->calls_changed = TRUE;
	}
}

/* As many descriptors as vectors are given or, to take theirs away, none. */
static int give_vectors(struct guest *g, const struct vfio_irq_set *set)
{
	struct vfio_user *c = &g->client;
	int none = -1;

	if (c->nb_fds != 0 && c->nb_fds != set->count)
		return EINVAL;
	for (uint32_t i = 0; i < set->count; i++)
		set_vector(g, set->start + i, VFIO_IRQ_SET_ACTION_TRIGGER,
			c->nb_fds == 0 ? &none : &c->fds[i]);
	return 0;
}

static int set_irqs(struct work *w)
{
	struct vfio_irq_set set;
	const uint8_t *flags = w->body + sizeof(set);
	uint32_t data, action, nb;

	if (w->body_len < sizeof(set))
		return EINVAL;
	memcpy(&set, w->body, sizeof(set));
	data = set.flags & VFIO_IRQ_SET_DATA_TYPE_MASK;
	action = set.flags & VFIO_IRQ_SET_ACTION_TYPE_MASK;
	nb = count_irqs(w->g, set.index);
	if (set.start > nb || set.count > nb - set.start || (set.flags & ~(data | action)) != 0 ||
		(data != VFIO_IRQ_SET_DATA_EVENTFD && w->g->client.nb_fds != 0))
		return EINVAL;
	if (action != VFIO_IRQ_SET_ACTION_MASK && action != VFIO_IRQ_SET_ACTION_UNMASK &&
		action != VFIO_IRQ_SET_ACTION_TRIGGER)
		return EINVAL;
	if (data == VFIO_IRQ_SET_DATA_EVENTFD)
		return action == VFIO_IRQ_SET_ACTION_TRIGGER ? give_vectors(w->g, &set) : ENOTSUP;
	if (data == VFIO_IRQ_SET_DATA_BOOL && w->body_len != sizeof(set) + set.count)
		return EINVAL;
	if (data != VFIO_IRQ_SET_DATA_BOOL && data != VFIO_IRQ_SET_DATA_NONE)
		return EINVAL;
	if (data == VFIO_IRQ_SET_DATA_NONE && set.count == 0 &&
		action == VFIO_IRQ_SET_ACTION_TRIGGER && set.index == VFIO_PCI_MSIX_IRQ_INDEX)
		device_drop_vectors(w->g);
	for (uint32_t i = 0; i < set.count; i++)
		if (data == VFIO_IRQ_SET_DATA_NONE || flags[i] != 0)
			set_vector(w->g, set.start + i, action, NULL);
	return 0;
}

struct region_access {
	uint64_t offset;
	uint32_t region, count;
};

/* FALSE: it is none of a region's, or of another length than it names. */
static gboolean parse_access(
	const uint8_t *body, uint32_t len, gboolean writes, struct region_access *a)
{
	uint64_t region_len;

	if (len < sizeof(*a))
		return FALSE;
	memcpy(a, body, sizeof(*a));
	region_len = virtio_nic_region_len(a->region);
	return a->count <= VFIO_USER_DATA_MAX && a->offset <= region_len &&
	       a->count <= region_len - a->offset && (!writes || len == sizeof(*a) + a->count);
}

static int read_region(struct work *w)
{
	struct region_access a;

	if (!parse_access(w->body, w->body_len, FALSE, &a))
		return EINVAL;
	add_reply(w, &a, sizeof(a));
	virtio_nic_read(&w->g->nic, a.region, (uint32_t)a.offset, w->reply + w->reply_len, a.count);
	w->reply_len += a.count;
	return 0;
}

/* The back end is away from the queues. */
static void obey_control_queue(struct devices *d, struct guest *g, unsigned queue)
{
	struct dma_share memory;
	const char *fault;
	gboolean calls;

	if (!g->nic.queue[queue].enabled || (g->nic.status & VIRTIO_CONFIG_S_DRIVER_OK) == 0)
		return;
	dma_table_share(g->memory, &memory);
	fault = control_queue_serve(&g->control, &g->nic.queue[queue], &memory,
		virtio_nic_pairs_agreed(&g->nic), &g->nic.pairs, &calls);
	if (fault != NULL)
		device_say(d, g, "control queue: ", fault);
	if (calls)
		qpair_signal(device_call_fd(g, queue));
	g->is_refused = FALSE;
}

static void apply_effects(struct devices *d, struct guest *g, uint64_t effects)
{
	int control = virtio_nic_control(&g->nic);

	for (unsigned queue = 0; queue < VIRTIO_NIC_DATA_MAX; queue++) {
		if ((effects & virtio_nic_notifies(queue)) != 0 && (int)queue != control)
			qpair_signal(g->front.kick_fd[queue]);
		if ((effects & virtio_nic_renews(queue)) != 0) {
			g->front.base[queue] = 0;
			g->is_refused = FALSE;
		}
	}
	/* A reset of the device takes its features, too. */
	if (control < 0 || (effects & virtio_nic_renews((unsigned)control)) != 0)
		g->control = (struct control_queue){ 0 };
	else if ((effects & virtio_nic_notifies((unsigned)control)) != 0)
		obey_control_queue(d, g, (unsigned)control);
	if ((effects & VIRTIO_NIC_VECTORS_CHANGED) != 0)
		g->calls_changed = TRUE;
}

static int write_region(struct work *w)
{
	struct region_access a;

	if (!parse_access(w->body, w->body_len, TRUE, &a))
		return EINVAL;
	apply_effects(w->d, w->g,
		virtio_nic_write(
			&w->g->nic, a.region, (uint32_t)a.offset, w->body + sizeof(a), a.count));
	add_reply(w, &a, sizeof(a));
	return 0;
}

void device_reset_nic(struct guest *g)
{
	const struct virtio_nic old = g->nic;

	virtio_nic_init(&g->nic, old.mac, old.size_max, old.pairs_max);
	memset(g->front.base, 0, sizeof(g->front.base));
	g->control = (struct control_queue){ 0 };
	g->is_refused = FALSE;
	g->calls_changed = TRUE;
}

static int reset_device(struct work *w)
{
	device_reset_nic(w->g);
	return 0;
}

gboolean device_request_disturbs(const struct guest *g)
{
	const struct vfio_user *c = &g->client;
	struct region_access a;
	struct dma_unmap m;

	switch (c->header.command) {
	case VFIO_USER_DMA_MAP:
		return c->nb_fds > 0;
	case VFIO_USER_DMA_UNMAP:
		return parse_unmap(c->body, c->len, &m) &&
		       dma_table_shares(g->memory, m.address, m.size);
	case VFIO_USER_REGION_WRITE:
		return parse_access(c->body, c->len, TRUE, &a) &&
		       virtio_nic_disturbs(&g->nic, a.region, (uint32_t)a.offset, a.count);
	default:
		return c->header.command == VFIO_USER_DEVICE_RESET;
	}
}

void device_work_on_request(struct devices *d, struct guest *g)
{
	static int (*const work_of[])(struct work *) = {
		[VFIO_USER_VERSION] = answer_version,
		[VFIO_USER_DMA_MAP] = map_memory,
		[VFIO_USER_DMA_UNMAP] = unmap_memory,
		[VFIO_USER_DEVICE_GET_INFO] = answer_device_info,
		[VFIO_USER_DEVICE_GET_REGION_INFO] = answer_region_info,
		[VFIO_USER_DEVICE_GET_IRQ_INFO] = answer_irq_info,
		[VFIO_USER_DEVICE_SET_IRQS] = set_irqs,
		[VFIO_USER_REGION_READ] = read_region,
		[VFIO_USER_REGION_WRITE] = write_region,
		[VFIO_USER_DEVICE_RESET] = reset_device,
	};
	struct vfio_user *c = &g->client;
	struct work w = { .d = d, .g = g, .body = c->body, .body_len = c->len };
	uint16_t command = c->header.command;
	int error = ENOTSUP;

	if (!g->is_greeted && command != VFIO_USER_VERSION)
		error = EINVAL;
	else if (command < G_N_ELEMENTS(work_of) && work_of[command] != NULL)
		error = work_of[command](&w);
	vfio_user_reply(c, error, w.reply, w.reply_len);
}
