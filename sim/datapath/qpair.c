/* SPDX-License-Identifier: BSD-3-Clause */
#include "sim/datapath/qpair.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <json-glib/json-glib.h>
#include <rte_common.h>

#include "sim/datapath/socket_path.h"
#include "sim/base/error.h"
#include "sim/base/fd.h"
#include "sim/base/pages.h"
#include "traffic/frame.h"

enum {
	LINE = 64,
	APART = 16 * LINE, /* what is read at one time is not to be in one cache set */
	EVENTS = 64,
	LOOK_MS = 100, /* how often the control thread looks after peers that are late or broken */
	ANSWER_TIMEOUT_S = 30,   /* for a peer's hello, and then for its answer */
	STRANGERS_MAX = 256,     /* connections without a slot, at most */
	ACCEPT_PAUSE_US = 10000, /* after accept failed: no descriptors are left */
};

#define NO_SLOT UINT32_MAX

/* A connection. */
struct peer {
	int fd;
	uint32_t slot; /* NO_SLOT: it has not said which */
	gboolean ready;
	gint64 until_us; /* while it is not ready */
};

struct qpairs {
	struct datapath *datapath;
	struct qpairs_cfg cfg;
	uint32_t nb;
	uint32_t *guest;
	struct qpair *pairs; /* nb of them, on cache lines of their own */
	/* Of each: what its guest is told, which the guest cannot change. */
	struct qpair_layout *layout;
	struct pages *pages;
	struct pages_part *mem;
	struct peer **peer; /* of each slot; NULL: it is free */
	char **address;
	char *path;
	int listen_fd, epoll_fd, stop_fd;
	/* Control thread only. */
	GPtrArray *peers;
	uint32_t nb_strangers;
	GThread *thread;
};

/* Where everything lies in a guest's memory. Guests' memories begin in different cache sets. */
static struct qpair_layout lay_out(
	const struct datapath_cfg *cfg, gboolean own_lengths, uint32_t slot)
{
	gboolean own = own_lengths && cfg->longest != NULL;
	uint32_t len = (own ? cfg->longest[cfg->guest[slot]] : cfg->frame_len_max) - FRAME_FCS_LEN;
	uint64_t at = RTE_ALIGN_CEIL(sizeof(struct qpair_layout), LINE);
	uint64_t ring = RTE_ALIGN_CEIL(cfg->descriptors * sizeof(struct vq_desc), LINE);
	struct qpair_layout l = {
		.magic = QPAIR_MAGIC,
		.version = QPAIR_VERSION,
		.guest = cfg->guest[slot],
		.size = cfg->descriptors,
		.nb_bufs = cfg->descriptors,
		.buf_len = len,
		.buf_stride = (uint32_t)((RTE_ALIGN_CEIL(len, LINE) / LINE | 1) * LINE),
	};

	l.rx = (struct qpair_queue){ .driver = at, .device = at + LINE, .desc = at + 4 * LINE };
	l.tx = (struct qpair_queue){
		.driver = at + 2 * LINE, .device = at + 3 * LINE, .desc = l.rx.desc + ring + APART
	};
	l.bufs = l.tx.desc + ring;
	l.mem_len = l.bufs + (uint64_t)l.nb_bufs * l.buf_stride;
	return l;
}

size_t qpairs_memory(const struct datapath_cfg *cfg, gboolean own_lengths)
{
	size_t sum = 0;

	for (uint32_t i = 0; i < cfg->nb_guests; i++)
		if (datapath_cfg_reaches(cfg, i, DATAPATH_QUEUES))
			sum += pages_cost(lay_out(cfg, own_lengths, i).mem_len, cfg->strangers);
	return sum;
}

/* The queues as they are before a guest has touched them. Nobody else may be inside them. */
static void make_new(struct qpairs *qs, uint32_t slot)
{
	const struct qpair_layout *l = &qs->layout[slot];
	struct qpair *q = &qs->pairs[slot];
	uint8_t *mem = qs->mem[slot].mem;
	struct vq_ring rx = qpair_ring(mem, &l->rx, l->size), tx = qpair_ring(mem, &l->tx, l->size);
	uint64_t count;

	memset(mem, 0, l->bufs);
	memcpy(mem, l, sizeof(*l));
	vq_dev_init(&q->rx, &rx, mem, l->mem_len, TRUE);
	q->rx.len_min = l->buf_len;
	vq_dev_init(&q->tx, &tx, mem, l->mem_len, FALSE);
	q->tx.len_max = l->buf_len;
	vq_dev_set_kicks(&q->rx, qs->cfg.kicks);
	vq_dev_set_kicks(&q->tx, qs->cfg.kicks);
	for (int i = QPAIR_RX_KICK; i < QPAIR_FDS; i++)
		while (read(q->fd[i], &count, sizeof(count)) > 0)
			;
}

static gboolean no_memory(GError **error, uint32_t guest, uint64_t len)
{
	int saved = errno;

	return sim_fail(error, SIM_ERROR_RESOURCES,
		"guest %u: cannot create queues in %" G_GUINT64_FORMAT
		" KiB of shared memory (%s); %s",
		guest, len / 1024, g_strerror(saved),
		saved == EMFILE || saved == ENFILE
			? "each guest requires six file descriptors: raise ulimit -n"
			: "use fewer --guests");
}

/* Memory and event descriptors of one slot. */
static gboolean make_slot(struct qpairs *qs, uint32_t slot, GError **error)
{
	struct qpair *q = &qs->pairs[slot];
	struct qpair_layout *l = &qs->layout[slot];

	*l = lay_out(qs->cfg.cfg, qs->cfg.own_lengths, slot);
	for (int i = QPAIR_RX_KICK; i < QPAIR_FDS; i++) {
		q->fd[i] = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
		if (q->fd[i] < 0)
			return no_memory(error, l->guest, l->mem_len);
	}
	if (!pages_take(qs->pages, l->mem_len, qs->cfg.cfg->strangers, &qs->mem[slot]))
		return no_memory(error, l->guest, l->mem_len);
	q->fd[QPAIR_MEM] = qs->mem[slot].fd;
	make_new(qs, slot);
	return TRUE;
}

static void watch_fd(struct qpairs *qs, int fd, void *what)
{
	struct epoll_event e = { .events = EPOLLIN, .data.ptr = what };

	epoll_ctl(qs->epoll_fd, EPOLL_CTL_ADD, fd, &e);
}

/* End a connection, whatever its state is. */
static void end_peer(struct qpairs *qs, struct peer *p)
{
	if (p->ready) {
		atomic_store(&qs->pairs[p->slot].connected, 0);
		datapath_wait_quiet(qs->datapath);
		if (qs->cfg.went != NULL)
			qs->cfg.went(qs->datapath, p->slot);
	}
	if (p->slot != NO_SLOT)
		qs->peer[p->slot] = NULL;
	else
		qs->nb_strangers--;
	close(p->fd);
	g_ptr_array_remove_fast(qs->peers, p);
	g_free(p);
}

static void take_in(struct qpairs *qs)
{
	int fd = accept4(qs->listen_fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	struct peer *p;

	if (fd < 0) {
		if (errno != EAGAIN && errno != ECONNABORTED)
			g_usleep(ACCEPT_PAUSE_US);
		return;
	}
	if (qs->nb_strangers == STRANGERS_MAX) {
		close(fd);
		return;
	}
	p = g_new(struct peer, 1);
	*p = (struct peer){ .fd = fd,
		.slot = NO_SLOT,
		.until_us = g_get_monotonic_time() + ANSWER_TIMEOUT_S * G_USEC_PER_SEC };
	g_ptr_array_add(qs->peers, p);
	qs->nb_strangers++;
	watch_fd(qs, fd, p);
}

/* fds NULL: a refusal. */
static gboolean answer_peer(int socket_fd, uint32_t slot, const int *fds, uint64_t at)
{
	struct qpair_hello hello = {
		.magic = QPAIR_MAGIC, .version = QPAIR_VERSION, .slot = slot, .at = at
	};
	struct iovec iov = { .iov_base = &hello, .iov_len = sizeof(hello) };
	union {
		char bytes[CMSG_SPACE(QPAIR_FDS * sizeof(int))];
		struct cmsghdr align;
	} control = { .bytes = { 0 } };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };

	if (fds != NULL) {
		struct cmsghdr *c;

		msg.msg_control = control.bytes;
		msg.msg_controllen = sizeof(control.bytes);
		c = CMSG_FIRSTHDR(&msg);
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(QPAIR_FDS * sizeof(int));
		memcpy(CMSG_DATA(c), fds, QPAIR_FDS * sizeof(int));
	}
	return sendmsg(socket_fd, &msg, MSG_NOSIGNAL) == (ssize_t)sizeof(hello);
}

/* FALSE: the peer is none that is wanted. */
static gboolean greet_peer(struct qpairs *qs, struct peer *p, const struct qpair_hello *hello)
{
	if (hello->magic != QPAIR_MAGIC)
		return FALSE;
	if (hello->version != QPAIR_VERSION || hello->slot >= qs->nb ||
		qs->mem[hello->slot].mem == NULL || qs->peer[hello->slot] != NULL) {
		answer_peer(p->fd, hello->slot, NULL, 0);
		return FALSE;
	}
	make_new(qs, hello->slot);
	p->slot = hello->slot;
	p->until_us = g_get_monotonic_time() + ANSWER_TIMEOUT_S * G_USEC_PER_SEC;
	qs->peer[p->slot] = p;
	qs->nb_strangers--;
	return answer_peer(p->fd, p->slot, qs->pairs[p->slot].fd, qs->mem[p->slot].at);
}

static gboolean hear_peer(struct qpairs *qs, struct peer *p)
{
	struct qpair_hello hello;
	/* MSG_TRUNC: the real length of a message that is longer. */
	ssize_t len = recv(p->fd, &hello, sizeof(hello), MSG_TRUNC);

	if (len < 0 && (errno == EAGAIN || errno == EINTR))
		return TRUE;
	if (p->slot == NO_SLOT)
		return len == (ssize_t)sizeof(hello) && greet_peer(qs, p, &hello);
	/* One byte, once; any more is a peer that does not know what it does, 0 is the end. */
	if (len != 1 || p->ready)
		return FALSE;
	p->ready = TRUE;
	atomic_store_explicit(&qs->pairs[p->slot].connected, 1, memory_order_release);
	if (qs->cfg.came != NULL)
		qs->cfg.came(qs->datapath, p->slot);
	return TRUE;
}

/* Peers that did not answer in time, and those that broke a queue. */
static void look_after(struct qpairs *qs)
{
	gint64 now_us = g_get_monotonic_time();

	for (guint i = qs->peers->len; i-- > 0;) {
		struct peer *p = g_ptr_array_index(qs->peers, i);

		if (p->ready ? !qpair_is_connected(&qs->pairs[p->slot]) : now_us >= p->until_us)
			end_peer(qs, p);
	}
}

static gpointer run_control(gpointer arg)
{
	struct qpairs *qs = arg;
	struct epoll_event events[EVENTS];
	gint64 look_us = 0;

	for (;;) {
		int n = epoll_wait(qs->epoll_fd, events, EVENTS, LOOK_MS);

		for (int i = 0; i < n; i++) {
			if (events[i].data.ptr == &qs->stop_fd)
				return NULL;
			if (events[i].data.ptr == &qs->listen_fd)
				take_in(qs);
			else if (!hear_peer(qs, events[i].data.ptr))
				end_peer(qs, events[i].data.ptr);
		}
		if (g_get_monotonic_time() >= look_us) {
			look_after(qs);
			look_us = g_get_monotonic_time() + LOOK_MS * 1000;
		}
	}
}

static gboolean start_to_listen(struct qpairs *qs, GError **error)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	if (!socket_path_free(qs->path, error))
		return FALSE;
	g_strlcpy(address.sun_path, qs->path, sizeof(address.sun_path));
	qs->listen_fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	qs->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	qs->stop_fd = eventfd(0, EFD_CLOEXEC);
	if (qs->listen_fd < 0 || qs->epoll_fd < 0 || qs->stop_fd < 0 ||
		bind(qs->listen_fd, (struct sockaddr *)&address, sizeof(address)) != 0)
		return sim_fail(error, SIM_ERROR_RESOURCES,
			"%s: cannot create socket (%s); check that its directory is writable",
			qs->path, g_strerror(errno));
	if (listen(qs->listen_fd, (int)MAX(qs->nb, STRANGERS_MAX)) != 0) {
		sim_fail(error, SIM_ERROR_RESOURCES, "%s: listen failed (%s)", qs->path,
			g_strerror(errno));
		unlink(qs->path);
		return FALSE;
	}
	watch_fd(qs, qs->listen_fd, &qs->listen_fd);
	watch_fd(qs, qs->stop_fd, &qs->stop_fd);
	qs->thread = g_thread_new("queues", run_control, qs);
	return TRUE;
}

struct qpairs *qpairs_new(const struct qpairs_cfg *cfg, GError **error)
{
	struct qpairs *qs = g_new0(struct qpairs, 1);
	uint32_t nb = cfg->cfg->nb_guests;
	gboolean done = TRUE;

	g_assert(cfg->cfg->descriptors > 0 && cfg->cfg->descriptors <= VQ_SIZE_MAX);
	qs->datapath = cfg->datapath;
	qs->cfg = *cfg;
	qs->listen_fd = qs->epoll_fd = qs->stop_fd = -1;
	qs->path = g_strdup_printf("%s/%s", cfg->cfg->socket_dir, cfg->socket_name);
	qs->layout = g_new0(struct qpair_layout, nb);
	qs->pages = pages_new();
	qs->mem = g_new0(struct pages_part, nb);
	qs->peer = g_new0(struct peer *, nb);
	qs->address = g_new0(char *, nb + 1);
	qs->peers = g_ptr_array_new();
	qs->pairs = g_aligned_alloc0(nb, sizeof(*qs->pairs), LINE);
	qs->nb = nb;
	for (uint32_t i = 0; i < nb; i++) {
		qs->address[i] = g_strdup_printf("%s@%u", qs->path, i);
		for (int k = 0; k < QPAIR_FDS; k++)
			qs->pairs[i].fd[k] = -1;
	}
	for (uint32_t i = 0; i < nb && done; i++)
		done = !datapath_cfg_reaches(cfg->cfg, i, DATAPATH_QUEUES) ||
		       make_slot(qs, i, error);
	if (!done || !start_to_listen(qs, error)) {
		qpairs_free(qs);
		return NULL;
	}
	cfg->datapath->qpairs = qs;
	return qs;
}

void qpairs_free(struct qpairs *qs)
{
	if (qs == NULL)
		return;
	if (qs->thread != NULL) {
		qpair_signal(qs->stop_fd);
		g_thread_join(qs->thread);
		unlink(qs->path);
	}
	for (guint i = 0; i < qs->peers->len; i++) {
		struct peer *p = g_ptr_array_index(qs->peers, i);

		close(p->fd);
		g_free(p);
	}
	fd_close(qs->listen_fd);
	fd_close(qs->epoll_fd);
	fd_close(qs->stop_fd);
	for (uint32_t i = 0; i < qs->nb; i++)
		for (int k = QPAIR_RX_KICK; k < QPAIR_FDS; k++)
			fd_close(qs->pairs[i].fd[k]);
	pages_free(qs->pages);
	g_aligned_free(qs->pairs);
	g_ptr_array_free(qs->peers, TRUE);
	g_strfreev(qs->address);
	g_free(qs->peer);
	g_free(qs->mem);
	g_free(qs->layout);
	g_free(qs->path);
	g_free(qs);
}

struct qpair *qpairs_get(struct qpairs *qs, uint32_t slot)
{
	return &qs->pairs[slot];
}

const char *qpairs_address(struct datapath *d, uint32_t slot)
{
	return d->qpairs->address[slot];
}

void qpairs_describe(struct datapath *d, void *json_object)
{
	uint64_t all, huge;

	pages_count(d->qpairs->pages, &all, &huge);
	json_object_set_int_member(json_object, "queue_bytes", (gint64)all);
	json_object_set_int_member(json_object, "queue_bytes_on_2mib_pages", (gint64)huge);
}

/* Take up to n buffers of a queue into frame slots; written: the caller will write them. */
static inline uint16_t take_buffers(
	struct vq_dev *q, struct frame_slot *f, uint16_t n, gboolean written)
{
	struct vq_buf b;
	uint16_t i = 0;

	n = vq_dev_takes(q, n);
	for (; i < n && vq_dev_take_one(q, &b); i++) {
		if (written)
			__builtin_prefetch(b.data, 1);
		else
			__builtin_prefetch(b.data);
		f[i].data = b.data;
		f[i].len = b.len;
		f[i].id = b.id;
	}
	return i;
}

/* Give nb of them back; written: with a frame of the host in each. */
static inline void give_buffers(
	struct vq_dev *q, const struct frame_slot *f, uint16_t nb, gboolean written)
{
	struct vq_mark m = vq_dev_mark(q);

	if (nb == 0)
		return;
	for (uint16_t i = 0; i < nb; i++)
		vq_dev_give_one(q, &m, (uint16_t)f[i].id, written ? f[i].len : 0);
	vq_publish(&m);
}

uint16_t qpair_reserve(struct qpair *q, struct frame_slot *f, uint16_t n)
{
	if (!atomic_load_explicit(&q->connected, memory_order_acquire))
		return 0;
	return take_buffers(&q->rx, f, n, TRUE);
}

uint16_t qpair_commit(struct qpair *q, struct frame_slot *f, uint16_t nb, uint16_t n)
{
	vq_dev_untake(&q->rx, (uint16_t)(n - nb));
	give_buffers(&q->rx, f, nb, TRUE);
	return nb;
}

uint16_t qpair_receive(struct qpair *q, struct frame_slot *f, uint16_t n)
{
	if (!atomic_load_explicit(&q->connected, memory_order_acquire))
		return 0;
	return take_buffers(&q->tx, f, n, FALSE);
}

void qpair_release(struct qpair *q, struct frame_slot *f, uint16_t n)
{
	give_buffers(&q->tx, f, n, FALSE);
}
