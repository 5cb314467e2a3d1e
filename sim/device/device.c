/* SPDX-License-Identifier: BSD-3-Clause */
#include "sim/device/device.h"

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/vfio.h>

#include "sim/base/error.h"
#include "sim/base/fd.h"
#include "sim/datapath/qpair.h"
#include "sim/datapath/socket_path.h"
#include "sim/device/dma_table.h"
#include "sim/device/vfio_user.h"
#include "sim/device/vhost_front.h"
#include "sim/device/virtio_nic.h"
#include "traffic/frame.h"

enum {
	EVENTS = 64,
	RETRY_MS = 20,          /* how often it is tried to connect to a back end */
	SHORT_LIFE_US = 300000, /* a back end that left so soon after a start does not like it */
	RETRY_LATER_US = 1000000,
	MESSAGES = 16, /* of a client, before others have their turn */
};

struct guest {
	const char *path, *back_end_path;
	int listen_fd;
	gboolean is_greeted; /* the client has sent VERSION */
	struct vfio_user client;
	uint32_t client_events; /* that are waited for */
	struct virtio_nic nic;
	struct dma_table *memory;
	int vector_fd[VIRTIO_NIC_VECTORS]; /* -1: none */
	gboolean masked[VIRTIO_NIC_VECTORS];
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

/* Whose event it is: a guest's index and one of these. */
enum source { LISTENER, CLIENT, BACK_END, SOURCES };

unsigned devices_files(void)
{
	return 3 + VIRTIO_NIC_QUEUES + VIRTIO_NIC_VECTORS + VFIO_USER_FDS_MAX;
}

static void say(const struct devices *d, const struct guest *g, const char *who, const char *what)
{
	g_autofree char *text = g_strdup_printf("%s: %s%s", g->path, who, what);

	d->cfg.say(text);
}

static void watch_fd(const struct devices *d, const struct guest *g, enum source source, int fd,
	int operation, uint32_t events)
{
	struct epoll_event e = { .events = events,
		.data.u64 = (uint64_t)(g - d->guests) * SOURCES + source };

	epoll_ctl(d->epoll_fd, operation, fd, &e);
}

/* Interrupts. */

/* Of each queue: what it is called by now. */
static void list_calls(const struct guest *g, int call_fd[VIRTIO_NIC_QUEUES])
{
	for (unsigned queue = 0; queue < VIRTIO_NIC_QUEUES; queue++) {
		uint16_t vector = g->nic.queue[queue].vector;

		call_fd[queue] = vector < VIRTIO_NIC_VECTORS && !g->masked[vector]
					 ? g->vector_fd[vector]
					 : -1;
	}
}

/* Frames may have come while nobody was to be called. */
static void call_queues(const struct guest *g)
{
	int call_fd[VIRTIO_NIC_QUEUES];

	list_calls(g, call_fd);
	for (unsigned queue = 0; queue < VIRTIO_NIC_QUEUES; queue++)
		qpair_signal(call_fd[queue]);
}

static void drop_vectors(struct guest *g)
{
	for (unsigned i = 0; i < VIRTIO_NIC_VECTORS; i++) {
		fd_close(g->vector_fd[i]);
		g->vector_fd[i] = -1;
		g->masked[i] = FALSE;
	}
	g->calls_changed = TRUE;
}

/* The back end. */

static void lose_back_end(struct devices *d, struct guest *g, const char *why)
{
	int64_t now = g_get_monotonic_time();

	if (*why != '\0')
		say(d, g, "back end ", why);
	if (g->front.stage == VHOST_FRONT_RUNS && now - g->started_us < SHORT_LIFE_US)
		g->retry_us = now + RETRY_LATER_US;
	vhost_front_hang_up(&g->front);
	g->is_refused = FALSE;
}

static void start_queues(struct devices *d, struct guest *g)
{
	int call_fd[VIRTIO_NIC_QUEUES];
	struct dma_share memory;
	const char *fault;
	gboolean gone;

	dma_table_share(g->memory, &memory);
	list_calls(g, call_fd);
	fault = vhost_front_start(&g->front, &g->nic, &memory, call_fd, &gone);
	if (fault == NULL) {
		g->calls_changed = FALSE;
		g->started_us = g_get_monotonic_time();
		call_queues(g);
	} else if (gone) {
		lose_back_end(d, g, fault);
	} else {
		g->is_refused = TRUE;
		say(d, g, "queues not started: ", fault);
	}
}

static void change_calls(struct devices *d, struct guest *g)
{
	int call_fd[VIRTIO_NIC_QUEUES];

	g->calls_changed = FALSE;
	list_calls(g, call_fd);
	if (!vhost_front_set_calls(&g->front, call_fd))
		lose_back_end(d, g, "does not read");
}

/* The queues as the driver has them now: not while a reply is awaited, or a message may change them. */
static void serve_queues(struct devices *d, struct guest *g)
{
	if (vhost_front_is_busy(&g->front) || g->client.whole)
		return;
	if (g->front.stage == VHOST_FRONT_READY && virtio_nic_runs(&g->nic) && !g->is_refused)
		start_queues(d, g);
	else if (g->front.stage == VHOST_FRONT_RUNS && g->calls_changed)
		change_calls(d, g);
}

static void reach_back_end(struct devices *d, struct guest *g)
{
	if (g->is_greeted && g->front.stage == VHOST_FRONT_AWAY &&
		g_get_monotonic_time() >= g->retry_us &&
		vhost_front_connect(&g->front, g->back_end_path))
		watch_fd(d, g, BACK_END, g->front.fd, EPOLL_CTL_ADD, EPOLLIN);
}

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
	reach_back_end(w->d, w->g);
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

static uint32_t count_irqs(uint32_t index)
{
	return index == VFIO_PCI_MSIX_IRQ_INDEX ? VIRTIO_NIC_VECTORS : 0;
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
		.argsz = sizeof(info), .index = info.index, .count = count_irqs(info.index)
	};
	if (info.count != 0)
		info.flags = VFIO_IRQ_INFO_EVENTFD;
	add_reply(w, &info, sizeof(info));
	return 0;
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
	uint32_t data, action;

	if (w->body_len < sizeof(set))
		return EINVAL;
	memcpy(&set, w->body, sizeof(set));
	data = set.flags & VFIO_IRQ_SET_DATA_TYPE_MASK;
	action = set.flags & VFIO_IRQ_SET_ACTION_TYPE_MASK;
	if (set.start > count_irqs(set.index) || set.count > count_irqs(set.index) - set.start ||
		(set.flags & ~(data | action)) != 0 ||
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
		drop_vectors(w->g);
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

static void apply_effects(struct guest *g, unsigned effects)
{
	for (unsigned queue = 0; queue < VIRTIO_NIC_QUEUES; queue++) {
		if ((effects & (unsigned)VIRTIO_NIC_NOTIFIES << queue) != 0)
			qpair_signal(g->front.kick_fd[queue]);
		if ((effects & (unsigned)VIRTIO_NIC_RENEWS << queue) != 0) {
			g->front.base[queue] = 0;
			g->is_refused = FALSE;
		}
	}
	if ((effects & VIRTIO_NIC_VECTORS_CHANGED) != 0)
		g->calls_changed = TRUE;
}

static int write_region(struct work *w)
{
	struct region_access a;

	if (!parse_access(w->body, w->body_len, TRUE, &a))
		return EINVAL;
	apply_effects(w->g, virtio_nic_write(&w->g->nic, a.region, (uint32_t)a.offset,
				    w->body + sizeof(a), a.count));
	add_reply(w, &a, sizeof(a));
	return 0;
}

static void reset_nic(struct guest *g)
{
	const struct virtio_nic old = g->nic;

	virtio_nic_init(&g->nic, old.mac, old.size_max);
	apply_effects(
		g, VIRTIO_NIC_RENEWS << 0 | VIRTIO_NIC_RENEWS << 1 | VIRTIO_NIC_VECTORS_CHANGED);
}

static int reset_device(struct work *w)
{
	reset_nic(w->g);
	return 0;
}

/* May it change what the back end uses? */
static gboolean disturbs(const struct guest *g)
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

static void work_on_message(struct devices *d, struct guest *g)
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

/* The client. */

/* The device is as new, for the next one. */
static void lose_client(struct devices *d, struct guest *g, const char *why)
{
	say(d, g, "", why);
	vhost_front_hang_up(&g->front);
	vfio_user_end(&g->client);
	g->is_greeted = FALSE;
	g->retry_us = 0;
	drop_vectors(g);
	dma_table_unmap(g->memory, 0, 0);
	reset_nic(g);
	watch_fd(d, g, LISTENER, g->listen_fd, EPOLL_CTL_ADD, EPOLLIN);
}

static void accept_client(struct devices *d, struct guest *g)
{
	int fd = accept4(g->listen_fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	if (fd < 0)
		return;
	watch_fd(d, g, LISTENER, g->listen_fd, EPOLL_CTL_DEL, 0); /* one at a time */
	vfio_user_begin(&g->client, fd);
	g->client_events = EPOLLIN;
	watch_fd(d, g, CLIENT, fd, EPOLL_CTL_ADD, EPOLLIN);
}

static gboolean waits_for_back_end(const struct guest *g)
{
	return vhost_front_is_busy(&g->front) && g->front.stage == VHOST_FRONT_RUNS;
}

/*
 * One message, or what is left to do of it. FALSE: something has to come first. Replies wait for the back
 * end: when the client has one, so it is.
 */
static gboolean serve_client(struct devices *d, struct guest *g)
{
	struct vfio_user *c = &g->client;
	const char *fault = NULL;

	if (waits_for_back_end(g))
		return FALSE;
	if (vfio_user_has_reply(c))
		fault = vfio_user_send(c);
	if (fault == NULL)
		fault = vfio_user_hear(c);
	if (fault != NULL) {
		lose_client(d, g, fault);
		return FALSE;
	}
	if (!c->whole)
		return FALSE;
	if (g->front.stage == VHOST_FRONT_RUNS && disturbs(g)) {
		if (vhost_front_stop(&g->front))
			return FALSE;
		lose_back_end(d, g, "does not read");
	}
	work_on_message(d, g);
	return TRUE;
}

static void wait_for_client(const struct devices *d, struct guest *g)
{
	uint32_t events = vfio_user_has_reply(&g->client) ? EPOLLOUT : EPOLLIN;

	if (waits_for_back_end(g))
		events = 0;
	if (g->client.fd < 0 || events == g->client_events)
		return;
	g->client_events = events;
	watch_fd(d, g, CLIENT, g->client.fd, EPOLL_CTL_MOD, events);
}

/* All that can be done for a guest now. */
static void serve_guest(struct devices *d, struct guest *g)
{
	for (unsigned i = 0; i < MESSAGES && g->client.fd >= 0; i++) {
		serve_queues(d, g);
		if (!serve_client(d, g))
			break;
	}
	serve_queues(d, g);
	wait_for_client(d, g);
}

static void hear_back_end(struct devices *d, struct guest *g)
{
	gboolean changes_calls = g->front.stage == VHOST_FRONT_RUNS && g->front.nb_awaited == 1 &&
				 g->front.awaited[0] == VHOST_REQUEST_GET_FEATURES;
	const char *fault = vhost_front_hear(&g->front);

	if (fault != NULL)
		lose_back_end(d, g, fault);
	else if (changes_calls && !vhost_front_is_busy(&g->front))
		call_queues(g);
}

static void handle_event(struct devices *d, const struct epoll_event *e)
{
	struct guest *g = &d->guests[e->data.u64 / SOURCES];
	enum source source = e->data.u64 % SOURCES;

	if (source == LISTENER && g->client.fd < 0)
		accept_client(d, g);
	else if (source == BACK_END && g->front.fd >= 0)
		hear_back_end(d, g);
	else if (source == CLIENT && g->client.fd >= 0 && g->client_events == 0 &&
		 (e->events & EPOLLHUP) != 0)
		lose_client(d, g, "client has gone");
	serve_guest(d, g);
}

/* Back ends that are to come, or did not answer. TRUE: it has to be looked again soon. */
static gboolean look_after_back_end(struct devices *d, struct guest *g)
{
	if (vhost_front_is_late(&g->front, g_get_monotonic_time())) {
		lose_back_end(d, g, "does not answer: disconnected");
		serve_guest(d, g);
	}
	reach_back_end(d, g);
	return g->is_greeted &&
	       (g->front.stage == VHOST_FRONT_AWAY || vhost_front_is_busy(&g->front));
}

void devices_look(struct devices *d, int timeout_ms)
{
	struct epoll_event events[EVENTS];
	gboolean soon = FALSE;
	int n;

	for (unsigned i = 0; i < d->nb; i++)
		soon |= look_after_back_end(d, &d->guests[i]);
	n = epoll_wait(d->epoll_fd, events, EVENTS, soon ? MIN(timeout_ms, RETRY_MS) : timeout_ms);
	for (int i = 0; i < n; i++)
		handle_event(d, &events[i]);
}

static gboolean open_guest(struct devices *d, unsigned i, GError **error)
{
	struct guest *g = &d->guests[i];
	uint8_t mac[6];

	g->path = d->cfg.device_paths[i];
	g->back_end_path = d->cfg.back_end_paths[i];
	frame_guest_mac(d->cfg.base_mac, i, mac);
	virtio_nic_init(&g->nic, mac, d->cfg.descriptors);
	g->memory = dma_table_new();
	if (!vhost_front_init(&g->front))
		return sim_fail(error, SIM_ERROR_RESOURCES, "%s: cannot create events (%s)",
			g->path, g_strerror(errno));
	if (!socket_path_fits(g->back_end_path, error))
		return FALSE;
	g->listen_fd = socket_path_listen(g->path, 0700, error);
	if (g->listen_fd < 0)
		return FALSE;
	watch_fd(d, g, LISTENER, g->listen_fd, EPOLL_CTL_ADD, EPOLLIN);
	return TRUE;
}

struct devices *devices_new(const struct device_cfg *cfg, GError **error)
{
	struct devices *d = g_new0(struct devices, 1);

	d->cfg = *cfg;
	d->nb = g_strv_length(cfg->device_paths);
	d->guests = g_new0(struct guest, d->nb);
	d->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	for (unsigned i = 0; i < d->nb; i++) {
		struct guest *g = &d->guests[i];

		g->listen_fd = g->front.fd = g->front.kick_fd[0] = g->front.kick_fd[1] = -1;
		for (unsigned k = 0; k < VIRTIO_NIC_VECTORS; k++)
			g->vector_fd[k] = -1;
		vfio_user_init(&g->client);
	}
	for (unsigned i = 0; i < d->nb; i++)
		if (!open_guest(d, i, error)) {
			devices_free(d);
			return NULL;
		}
	return d;
}

void devices_free(struct devices *d)
{
	if (d == NULL)
		return;
	for (unsigned i = 0; i < d->nb; i++) {
		struct guest *g = &d->guests[i];

		if (g->listen_fd >= 0)
			unlink(g->path);
		fd_close(g->listen_fd);
		vfio_user_end(&g->client);
		vhost_front_clear(&g->front);
		drop_vectors(g);
		dma_table_free(g->memory);
	}
	fd_close(d->epoll_fd);
	g_free(d->guests);
	g_free(d);
}
