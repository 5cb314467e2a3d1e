/* SPDX-License-Identifier: BSD-3-Clause */
#include "sim/reflector/front.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/vhost_types.h>
#include <linux/virtio_net.h>
#include <rte_branch_prediction.h>
#include <rte_prefetch.h>

#include "sim/base/error.h"
#include "sim/base/fd.h"
#include "sim/base/pages.h"
#include "sim/datapath/qpair.h"
#include "sim/datapath/socket_path.h"
#include "sim/datapath/vhost_request.h"

enum {
	LINE = 64,
	QUEUES = 2, /* of receiving, of sending: virtio 1.2, 5.1.2 */
	EVENTS = 64,
	AHEAD = 8, /* guests that memory is asked for together */
};

/* In the order of the protocol. AWAY: nobody is connected; GONE: and nobody will be. */
enum stage { GONE, AWAY, ASKED, UP };

struct guest {
	struct rings *rings;
	const char *path;
	enum stage stage;
	int listen_fd, fd; /* -1: none */
	int mem_fd;        /* the chunk's */
	struct vhost_request_memory table;
	struct vhost_reply reply;
};

struct front {
	struct front_cfg cfg;
	struct rings_layout layout;
	unsigned nb, nb_left;
	struct guest *guests;
	struct rings *rings; /* of each guest */
	struct pages *pages;
	int epoll_fd, call_fd; /* call_fd: of all queues; -1: none */
	/* Guests that are up, in the order of looking at them; watch has AHEAD more, unused. */
	unsigned nb_up;
	struct rings_watch *watch;
	struct rings **served; /* in this turn */
	gboolean any_broken;
};

unsigned front_files(gboolean server)
{
	/* A connection, two events; and the socket that is listened on. Chunks are fewer than guests. */
	return server ? 5 : 4;
}

static gboolean fail_path(GError **error, const char *path, const char *what)
{
	return sim_fail(error, SIM_ERROR_RESOURCES, "--vhost-user: %s: %s (%s)", path, what,
		g_strerror(errno));
}

static void watch_fd(struct front *f, int fd, struct guest *g)
{
	/* Calls are never read: each is an edge. */
	struct epoll_event e = { .events = EPOLLIN | (g == NULL ? EPOLLET : 0), .data.ptr = g };

	epoll_ctl(f->epoll_fd, EPOLL_CTL_ADD, fd, &e);
}

static void unwatch_fd(struct front *f, int fd)
{
	epoll_ctl(f->epoll_fd, EPOLL_CTL_DEL, fd, NULL);
}

/* A back end is given whole chunks: it maps pages, from a descriptor's start on. */
static gboolean give_memory(struct front *f, GError **error)
{
	for (unsigned i = 0; i < f->nb; i++) {
		struct guest *g = &f->guests[i];
		struct pages_part part;

		if (!pages_take(f->pages, f->layout.len, FALSE, &part))
			return fail_path(error, g->path, "cannot create queues in shared memory");
		g->mem_fd = part.fd;
		g->table = (struct vhost_request_memory){ .nb = 1,
			.region[0] = { .guest_address = (uintptr_t)(part.mem - part.at),
				.size = part.chunk_len,
				.user_address = (uintptr_t)(part.mem - part.at) } };
		g->rings->mem = part.mem;
		if (f->cfg.copies)
			g->rings->spare = g_new(uint16_t, f->layout.size);
	}
	return TRUE;
}

/* Protocol. */

static gboolean say_queue(const struct front *f, const struct guest *g, uint32_t queue)
{
	const struct rings_place *r = queue == 0 ? &f->layout.rx : &f->layout.tx;
	const uint64_t mem = (uintptr_t)g->rings->mem;
	const struct vhost_vring_addr addr = { .index = queue,
		.desc_user_addr = mem + r->desc,
		.used_user_addr = mem + r->used,
		.avail_user_addr = mem + r->avail };

	return vhost_request_send_state(
		       g->fd, VHOST_REQUEST_SET_VRING_NUM, queue, f->layout.size) &&
	       vhost_request_send_state(g->fd, VHOST_REQUEST_SET_VRING_BASE, queue, 0) &&
	       vhost_request_send(
		       g->fd, VHOST_REQUEST_SET_VRING_ADDR, &addr, sizeof(addr), NULL, 0) &&
	       vhost_request_send_event(g->fd, VHOST_REQUEST_SET_VRING_CALL, queue, f->call_fd) &&
	       vhost_request_send_event(
		       g->fd, VHOST_REQUEST_SET_VRING_KICK, queue, g->rings->kick_fd[queue]);
}

/* Queues as new, and the back end is told where they are. */
static gboolean set_up(struct front *f, struct guest *g, uint64_t offered)
{
	uint64_t features = offered & (UINT64_C(1) << VIRTIO_F_VERSION_1 |
					      UINT64_C(1) << VHOST_REQUEST_F_PROTOCOL);
	gboolean enable = (features & UINT64_C(1) << VHOST_REQUEST_F_PROTOCOL) != 0, said;

	rings_start(g->rings, (features & UINT64_C(1) << VIRTIO_F_VERSION_1) != 0);
	said = vhost_request_send_number(g->fd, VHOST_REQUEST_SET_FEATURES, features) &&
	       vhost_request_send_memory(g->fd, &g->table, &g->mem_fd);
	for (uint32_t queue = 0; queue < QUEUES; queue++)
		said = said && say_queue(f, g, queue);
	for (uint32_t queue = 0; enable && queue < QUEUES; queue++)
		said = said &&
		       vhost_request_send_state(g->fd, VHOST_REQUEST_SET_VRING_ENABLE, queue, 1);
	/* Buffers were posted before it could say whether it wants to be told. */
	qpair_signal(g->rings->kick_fd[0]);
	return said;
}

/* Guests that are up. */

static void put_up(struct front *f, struct guest *g)
{
	g->stage = UP;
	if (f->cfg.copies)
		return;
	rings_watch(g->rings, &f->watch[f->nb_up++]);
}

static void take_down(struct front *f, struct guest *g)
{
	for (unsigned i = 0; i < f->nb_up; i++) {
		if (f->watch[i].rings != g->rings)
			continue;
		f->watch[i] = f->watch[--f->nb_up];
		return;
	}
}

/* Connections. */

static void end_connection(struct front *f, struct guest *g)
{
	if (g->stage == UP)
		take_down(f, g);
	close(g->fd);
	g->fd = -1;
	if (f->cfg.server) {
		g->stage = AWAY;
		watch_fd(f, g->listen_fd, g);
	} else {
		g->stage = GONE;
		f->nb_left--;
	}
}

/* A connection has come to be: what can the back end do? */
static void greet(struct front *f, struct guest *g)
{
	g->stage = ASKED;
	g->reply.nb = 0;
	watch_fd(f, g->fd, g);
	if (!vhost_request_send(g->fd, VHOST_REQUEST_SET_OWNER, NULL, 0, NULL, 0) ||
		!vhost_request_send(g->fd, VHOST_REQUEST_GET_FEATURES, NULL, 0, NULL, 0))
		end_connection(f, g);
}

static void accept_back_end(struct front *f, struct guest *g)
{
	g->fd = accept4(g->listen_fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (g->fd < 0)
		return;
	unwatch_fd(f, g->listen_fd); /* one at a time */
	greet(f, g);
}

/* FALSE: it is none that can be used. */
static gboolean hear_features(struct front *f, struct guest *g)
{
	gboolean whole;
	uint64_t features;

	if (!vhost_request_read_reply(
		    g->fd, VHOST_REQUEST_GET_FEATURES, &g->reply, &whole, &features))
		return FALSE;
	if (!whole)
		return TRUE;
	if (!set_up(f, g, features))
		return FALSE;
	put_up(f, g);
	return TRUE;
}

/* Nothing else is asked: what can be read now is the end, or nonsense. */
static gboolean hear_nothing(const struct guest *g)
{
	uint8_t byte;

	return recv(g->fd, &byte, 1, 0) < 0 && (errno == EAGAIN || errno == EINTR);
}

static void handle_events(struct front *f, int timeout_ms)
{
	struct epoll_event events[EVENTS];
	int n = epoll_wait(f->epoll_fd, events, EVENTS, timeout_ms);

	for (int i = 0; i < n; i++) {
		struct guest *g = events[i].data.ptr;

		if (g == NULL) /* a call */
			continue;
		if (g->stage == AWAY)
			accept_back_end(f, g);
		else if (!(g->stage == ASKED ? hear_features(f, g) : hear_nothing(g)))
			end_connection(f, g);
	}
}

void front_look(struct front *f)
{
	handle_events(f, 0);
	if (!f->any_broken && !f->cfg.copies)
		return;
	f->any_broken = FALSE;
	for (unsigned i = 0; i < f->nb; i++)
		if (f->guests[i].stage == UP && f->rings[i].is_broken)
			end_connection(f, &f->guests[i]);
}

void front_sleep(struct front *f, int timeout_ms)
{
	gboolean ready = FALSE;

	for (unsigned i = 0; i < f->nb_up; i++)
		rings_want_calls(f->watch[i].rings, TRUE);
	/* Who does not see it has made frames available before: they are seen here. */
	atomic_thread_fence(memory_order_seq_cst);
	for (unsigned i = 0; i < f->nb_up && !ready; i++)
		ready = rings_watch_ready(&f->watch[i]);
	if (!ready)
		handle_events(f, timeout_ms);
	for (unsigned i = 0; i < f->nb_up; i++)
		rings_want_calls(f->watch[i].rings, FALSE);
}

/* Sockets. */

static gboolean connect_to(struct guest *g, GError **error)
{
	if (!socket_path_fits(g->path, error))
		return FALSE;
	g->fd = socket_path_connect(g->path, SOCK_STREAM);
	if (g->fd >= 0 && fcntl(g->fd, F_SETFL, O_NONBLOCK) == 0)
		return TRUE;
	if (errno == ENOENT)
		return sim_fail(error, SIM_ERROR_RESOURCES,
			"--vhost-user: %s: socket not found; start its back end (tsim --machine "
			"external) first, or use --server",
			g->path);
	return fail_path(error, g->path, "cannot connect");
}

static gboolean open_guest(struct front *f, struct guest *g, GError **error)
{
	for (int queue = 0; queue < QUEUES; queue++) {
		g->rings->kick_fd[queue] = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
		if (g->rings->kick_fd[queue] < 0)
			return fail_path(error, g->path, "cannot create events");
	}
	if (f->cfg.server) {
		g->listen_fd = socket_path_listen(g->path, 0, error);
		if (g->listen_fd < 0) {
			g_prefix_error(error, "--vhost-user: ");
			return FALSE;
		}
		g->stage = AWAY;
		watch_fd(f, g->listen_fd, g);
	} else if (!connect_to(g, error)) {
		return FALSE;
	}
	f->nb_left++;
	return TRUE;
}

static gboolean open_all(struct front *f, GError **error)
{
	f->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	if (f->cfg.calls) {
		f->call_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
		watch_fd(f, f->call_fd, NULL);
	}
	for (unsigned i = 0; i < f->nb; i++)
		if (!open_guest(f, &f->guests[i], error))
			return FALSE;
	for (unsigned i = 0; i < f->nb && !f->cfg.server; i++)
		greet(f, &f->guests[i]);
	return TRUE;
}

struct front *front_new(const struct front_cfg *cfg, GError **error)
{
	struct front *f = g_new0(struct front, 1);

	f->cfg = *cfg;
	f->nb = g_strv_length(cfg->paths);
	f->layout = rings_lay_out(cfg->descriptors, cfg->frame_len_max);
	f->guests = g_new0(struct guest, f->nb);
	f->rings = g_aligned_alloc0(f->nb, sizeof(*f->rings), LINE);
	f->pages = pages_new();
	f->served = g_new0(struct rings *, f->nb);
	f->watch = g_new0(struct rings_watch, f->nb + AHEAD);
	f->epoll_fd = f->call_fd = -1;
	for (unsigned i = 0; i < f->nb; i++) {
		f->guests[i] = (struct guest){
			.rings = &f->rings[i], .path = cfg->paths[i], .listen_fd = -1, .fd = -1
		};
		f->rings[i] = (struct rings){ .at = &f->layout, .kick_fd = { -1, -1 } };
	}
	if (give_memory(f, error) && open_all(f, error))
		return f;
	front_free(f);
	return NULL;
}

void front_free(struct front *f)
{
	if (f == NULL)
		return;
	for (unsigned i = 0; i < f->nb; i++) {
		struct guest *g = &f->guests[i];

		if (g->stage != GONE && f->cfg.server)
			unlink(g->path);
		fd_close(g->listen_fd);
		fd_close(g->fd);
		fd_close(g->rings->kick_fd[0]);
		fd_close(g->rings->kick_fd[1]);
		g_free(g->rings->spare);
	}
	fd_close(f->epoll_fd);
	fd_close(f->call_fd);
	pages_free(f->pages);
	g_free(f->watch);
	g_free(f->served);
	g_aligned_free(f->rings);
	g_free(f->guests);
	g_free(f);
}

struct rings *front_rings(struct front *f, unsigned i)
{
	return &f->rings[i];
}

gboolean front_has_gone(const struct front *f, unsigned i)
{
	return f->guests[i].stage == GONE;
}

unsigned front_nb_left(const struct front *f)
{
	return f->nb_left;
}

/*
 * The first guest from *at on in which there is something to do, and those of the AHEAD - 1 behind it;
 * memory is asked for them. *at is where the next look begins.
 */
static inline unsigned find_ready(struct front *f, unsigned *at, struct rings_watch **ready)
{
	unsigned n = 0, i = *at, end = f->nb_up;

	for (; i < end; i++) {
		rte_prefetch0(f->watch[i + AHEAD].rx);
		if (!rings_watch_ready(&f->watch[i]))
			continue;
		if (n == 0)
			end = MIN(end, i + AHEAD);
		rings_prefetch(&f->watch[i]);
		ready[n++] = &f->watch[i];
	}
	*at = i;
	return n;
}

/* While the heads of one guest's frames come into the cache, those of the one before are turned. */
unsigned front_reflect(struct front *f)
{
	struct rings_watch *ready[AHEAD];
	unsigned at = 0, nb_served = 0, frames = 0, n;

	while ((n = find_ready(f, &at, ready)) != 0) {
		struct rings_batch b[2];

		rings_begin(ready[0]->rings, &b[0]);
		for (unsigned i = 0; i < n; i++) {
			struct rings *s = ready[i]->rings;

			if (i + 1 < n)
				rings_begin(ready[i + 1]->rings, &b[(i + 1) % 2]);
			rings_finish(s, &b[i % 2]);
			rings_watch(s, ready[i]);
			f->any_broken |= s->is_broken;
			f->served[nb_served++] = s;
			frames += b[i % 2].n;
		}
	}
	if (nb_served == 0)
		return 0;
	/* Indices have to be there before back ends are asked whether they want to be kicked. */
	atomic_thread_fence(memory_order_seq_cst);
	for (unsigned i = 0; i < nb_served; i++)
		rings_kick(f->served[i]);
	return frames;
}
