/* SPDX-License-Identifier: BSD-3-Clause */
#include "sim/device/device_private.h"

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sim/base/error.h"
#include "sim/base/fd.h"
#include "sim/datapath/qpair.h"
#include "sim/datapath/socket_path.h"
#include "traffic/frame.h"

enum {
	EVENTS = 64,
	RETRY_MS = 20,          /* how often it is tried to connect to a back end */
	SHORT_LIFE_US = 300000, /* a back end that left so soon after a start does not like it */
	RETRY_LATER_US = 1000000,
	MESSAGES = 16, /* of a client, before others have their turn */
};

/* Whose event it is: a guest's index and one of these. */
enum source { LISTENER, CLIENT, BACK_END, SOURCES };

unsigned devices_files(unsigned pairs)
{
	const unsigned queues = 2 * pairs, vectors = queues + 2; /* a kick each, a call each */

	return SOURCES + queues + vectors + VFIO_USER_FDS_MAX;
}

void device_say(const struct devices *d, const struct guest *g, const char *who, const char *what)
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

int device_call_fd(const struct guest *g, unsigned queue)
{
	uint16_t vector = g->nic.queue[queue].vector;

	return vector < VIRTIO_NIC_VECTORS_MAX && !g->masked[vector] ? g->vector_fd[vector] : -1;
}

static void list_calls(const struct guest *g, int call_fd[VIRTIO_NIC_DATA_MAX])
{
	for (unsigned queue = 0; queue < VIRTIO_NIC_DATA_MAX; queue++)
		call_fd[queue] = device_call_fd(g, queue);
}

/* Frames may have come while nobody was to be called. */
static void call_queues(const struct guest *g)
{
	for (unsigned queue = 0; queue < 2U * g->nic.pairs; queue++)
		qpair_signal(device_call_fd(g, queue));
}

/* The back end. */

static void lose_back_end(struct devices *d, struct guest *g, const char *why)
{
	int64_t now = g_get_monotonic_time();

	if (*why != '\0')
		device_say(d, g, "back end ", why);
	if (g->front.stage == VHOST_FRONT_RUNS && now - g->started_us < SHORT_LIFE_US)
		g->retry_us = now + RETRY_LATER_US;
	vhost_front_hang_up(&g->front);
	g->is_refused = FALSE;
}

static void start_queues(struct devices *d, struct guest *g)
{
	int call_fd[VIRTIO_NIC_DATA_MAX];
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
		device_say(d, g, "queues not started: ", fault);
	}
}

static void change_calls(struct devices *d, struct guest *g)
{
	int call_fd[VIRTIO_NIC_DATA_MAX];

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

void device_reach_back_end(struct devices *d, struct guest *g)
{
	if (g->is_greeted && g->front.stage == VHOST_FRONT_AWAY &&
		g_get_monotonic_time() >= g->retry_us &&
		vhost_front_connect(&g->front, g->back_end_path))
		watch_fd(d, g, BACK_END, g->front.fd, EPOLL_CTL_ADD, EPOLLIN);
}

/* The client. */

/* The device is as new, for the next one. */
static void lose_client(struct devices *d, struct guest *g, const char *why)
{
	device_say(d, g, "", why);
	vhost_front_hang_up(&g->front);
	vfio_user_end(&g->client);
	g->is_greeted = FALSE;
	g->retry_us = 0;
	device_drop_vectors(g);
	dma_table_unmap(g->memory, 0, 0);
	device_reset_nic(g);
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
	if (g->front.stage == VHOST_FRONT_RUNS && device_request_disturbs(g)) {
		if (vhost_front_stop(&g->front))
			return FALSE;
		lose_back_end(d, g, "does not read");
	}
	device_work_on_request(d, g);
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
				 g->front.awaited == VHOST_REQUEST_GET_FEATURES;
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
	device_reach_back_end(d, g);
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
	virtio_nic_init(&g->nic, mac, d->cfg.descriptors, d->cfg.pairs);
	g->memory = dma_table_new();
	if (!vhost_front_init(&g->front, d->cfg.pairs))
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

		g->listen_fd = -1;
		vhost_front_prepare(&g->front);
		for (unsigned k = 0; k < VIRTIO_NIC_VECTORS_MAX; k++)
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
		device_drop_vectors(g);
		dma_table_free(g->memory);
	}
	fd_close(d->epoll_fd);
	g_free(d->guests);
	g_free(d);
}
