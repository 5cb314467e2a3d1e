/* SPDX-License-Identifier: BSD-3-Clause */
#include "sim/reflector/queue.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <rte_branch_prediction.h>
#include <rte_prefetch.h>

#include "sim/base/error.h"
#include "sim/base/fd.h"
#include "sim/datapath/qpair.h"
#include "sim/datapath/socket_path.h"

/* Sent buffers are taken back when so many are out, as drivers do; at most. */
enum { RECYCLE = 32 };

struct queue {
	/* What a burst reads and writes: two cache lines and a half. */
	_Alignas(VQ_LINE) struct vq_drv rx;
	_Alignas(VQ_LINE) struct vq_drv tx;
	_Alignas(VQ_LINE) uint8_t *mem;
	uint64_t bufs; /* offset */
	uint32_t buf_stride, buf_len;
	uint16_t nb_bufs;
	uint16_t recycle;  /* take sent buffers back when so many are out */
	uint16_t nb_spare; /* copies: ids of buffers that are neither posted nor sent */
	int rx_kick, tx_kick;
	uint16_t *spare;
	int socket_fd;
	uint32_t guest;
};

static inline uint64_t buf_at(const struct queue *q, uint16_t id)
{
	return q->bufs + (uint64_t)id * q->buf_stride;
}

/* Sent, and not taken back yet. */
static inline uint16_t nb_out(const struct queue *q)
{
	return (uint16_t)(q->tx.ring.size - q->tx.nb_free);
}

static inline void ring_the_bell(const struct vq_drv *vq, int fd)
{
	if (unlikely(vq_drv_wants_kick(vq)))
		qpair_signal(fd);
}

/* A buffer that came back. The host is believed but for what would lead out of the memory. */
static inline gboolean reap_buffer(
	const struct queue *q, struct vq_drv *vq, uint16_t *id, uint32_t *len)
{
	return vq_drv_reap(vq, id, len) && likely(*id < q->nb_bufs && *len <= q->buf_len);
}

/* Post sent buffers again. */
static inline void recycle_sent(struct queue *q)
{
	struct vq_mark m = vq_drv_mark(&q->rx);
	uint16_t id, n = 0;
	uint32_t len;

	while (q->rx.nb_free != 0 && reap_buffer(q, &q->tx, &id, &len)) {
		vq_drv_add_one(&q->rx, &m, buf_at(q, id), q->buf_len, id, TRUE);
		n++;
	}
	if (n == 0)
		return;
	vq_publish(&m);
	ring_the_bell(&q->rx, q->rx_kick);
}

void queue_take(struct queue *q, struct queue_burst *b)
{
	uint16_t max = (uint16_t)RTE_MIN(QUEUE_BURST, q->tx.nb_free), n = 0;

	while (n < max && reap_buffer(q, &q->rx, &b->id[n], &b->len[n])) {
		__builtin_prefetch(q->mem + buf_at(q, b->id[n]), 1);
		n++;
	}
	b->n = n;
	vq_prefetch(&q->tx.ring, q->tx.next_avail, n);
}

void queue_turn(struct queue *q, const struct queue_burst *b, const struct turn *t)
{
	if (b->n != 0) {
		struct vq_mark m = vq_drv_mark(&q->tx);

		for (uint16_t i = 0; i < b->n; i++) {
			uint64_t at = buf_at(q, b->id[i]);

			turn_frame(t, q->mem + at, b->len[i]);
			vq_drv_add_one(&q->tx, &m, at, b->len[i], b->id[i], FALSE);
		}
		vq_publish(&m);
		ring_the_bell(&q->tx, q->tx_kick);
	}
	if (nb_out(q) >= q->recycle)
		recycle_sent(q);
}

uint16_t queue_rx(struct queue *q, struct rte_mempool *pool, struct rte_mbuf **m, uint16_t n)
{
	struct vq_mark mark = vq_drv_mark(&q->rx);
	uint16_t i = 0, id;
	uint32_t len;

	for (; i < n; i++) {
		m[i] = rte_pktmbuf_alloc(pool);
		if (unlikely(m[i] == NULL))
			break;
		if (!reap_buffer(q, &q->rx, &id, &len)) {
			rte_pktmbuf_free(m[i]);
			break;
		}
		memcpy(rte_pktmbuf_mtod(m[i], void *), q->mem + buf_at(q, id), len);
		m[i]->data_len = (uint16_t)len;
		m[i]->pkt_len = len;
		vq_drv_add_one(&q->rx, &mark, buf_at(q, id), q->buf_len, id, TRUE);
	}
	if (i == 0)
		return 0;
	vq_publish(&mark);
	ring_the_bell(&q->rx, q->rx_kick);
	return i;
}

uint16_t queue_tx(struct queue *q, struct rte_mbuf **m, uint16_t n)
{
	struct vq_mark mark = vq_drv_mark(&q->tx);
	uint16_t i = 0, id;
	uint32_t len;

	while (reap_buffer(q, &q->tx, &id, &len))
		q->spare[q->nb_spare++] = id;
	for (; i < n && q->nb_spare != 0; i++) {
		uint64_t at;

		id = q->spare[--q->nb_spare];
		at = buf_at(q, id);
		len = RTE_MIN((uint32_t)m[i]->data_len, q->buf_len);
		memcpy(q->mem + at, rte_pktmbuf_mtod(m[i], const void *), len);
		vq_drv_add_one(&q->tx, &mark, at, len, id, FALSE);
	}
	if (i == 0)
		return 0;
	vq_publish(&mark);
	rte_pktmbuf_free_bulk(m, i);
	ring_the_bell(&q->tx, q->tx_kick);
	return i;
}

void queue_prefetch(const struct queue_watch *w)
{
	const char *desc = (const char *)w->rx;

	for (unsigned i = 0; i < 3; i++)
		__builtin_prefetch((const char *)w->queue + i * VQ_LINE, 1);
	for (unsigned i = 0; i < QUEUE_BURST * sizeof(struct vq_desc); i += VQ_LINE)
		__builtin_prefetch(desc + i, 1);
}

void queue_watch(struct queue *q, struct queue_watch *w)
{
	w->queue = q;
	w->rx = &q->rx.ring.desc[q->rx.next_used];
	w->rx_bits = vq_drv_used_bits(q->rx.used_wrap);
	w->tx = w->rx;
	w->tx_bits = w->rx_bits;
	if (nb_out(q) >= q->recycle) {
		w->tx = &q->tx.ring.desc[q->tx.next_used];
		w->tx_bits = vq_drv_used_bits(q->tx.used_wrap);
	}
}

uint32_t queue_guest(const struct queue *q)
{
	return q->guest;
}

uint32_t queue_buf_len(const struct queue *q)
{
	return q->buf_len;
}

int queue_socket(const struct queue *q)
{
	return q->socket_fd;
}

static gboolean fail_queue(GError **error, const char *path, uint32_t slot, const char *what)
{
	int saved = errno;

	return sim_fail(error, SIM_ERROR_RESOURCES, "--queues %s@%u: %s (%s)", path, slot, what,
		g_strerror(saved));
}

static int connect_to(const char *path, uint32_t slot, GError **error)
{
	int fd = socket_path_connect(path, SOCK_SEQPACKET);

	if (fd < 0)
		fail_queue(error, path, slot,
			errno == ENAMETOOLONG ? "invalid socket path" : "no tsim is listening");
	return fd;
}

/* Say hello, take what comes: QPAIR_FDS descriptors, and where the memory begins behind the first. */
static gboolean introduce_self(
	int fd, const char *path, uint32_t slot, int *fds, uint64_t *mem_at, GError **error)
{
	struct qpair_hello hello = { .magic = QPAIR_MAGIC, .version = QPAIR_VERSION, .slot = slot };
	struct iovec iov = { .iov_base = &hello, .iov_len = sizeof(hello) };
	union {
		char bytes[CMSG_SPACE(QPAIR_FDS * sizeof(int))];
		struct cmsghdr align;
	} control;
	struct msghdr msg = { .msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control.bytes,
		.msg_controllen = sizeof(control.bytes) };
	struct cmsghdr *c;
	ssize_t len;

	if (send(fd, &hello, sizeof(hello), MSG_NOSIGNAL) != (ssize_t)sizeof(hello))
		return fail_queue(error, path, slot, "no tsim is listening");
	do
		len = recvmsg(fd, &msg, MSG_CMSG_CLOEXEC);
	while (len < 0 && errno == EINTR);
	if (len < 0)
		return fail_queue(error, path, slot, "no answer");
	c = len == (ssize_t)sizeof(hello) ? CMSG_FIRSTHDR(&msg) : NULL;
	if (c == NULL || (msg.msg_flags & MSG_CTRUNC) != 0 || c->cmsg_type != SCM_RIGHTS ||
		c->cmsg_len != CMSG_LEN(QPAIR_FDS * sizeof(int)))
		return sim_fail(error, SIM_ERROR_RESOURCES,
			"--queues %s@%u: refused: slot in use or out of range, or tsim has "
			"another version%s",
			path, slot,
			(msg.msg_flags & MSG_CTRUNC) != 0
				? "; or ulimit -n is too low (four file descriptors per guest)"
				: "");
	memcpy(fds, CMSG_DATA(c), QPAIR_FDS * sizeof(int));
	*mem_at = hello.at;
	return TRUE;
}

static gboolean lies_within(uint64_t at, uint64_t len, uint64_t align, uint64_t end)
{
	return at % align == 0 && at <= end && len <= end - at;
}

static gboolean queue_holds(const struct qpair_queue *at, uint16_t size, uint64_t mem_len)
{
	return lies_within(at->desc, size * sizeof(struct vq_desc), 16, mem_len) &&
	       lies_within(at->driver, sizeof(struct vq_event), 4, mem_len) &&
	       lies_within(at->device, sizeof(struct vq_event), 4, mem_len);
}

static gboolean layout_holds(const struct qpair_layout *l)
{
	return l->magic == QPAIR_MAGIC && l->version == QPAIR_VERSION && l->size > 0 &&
	       l->size <= VQ_SIZE_MAX && l->nb_bufs == l->size && l->buf_len >= FRAME_HEAD_LEN &&
	       l->buf_stride >= l->buf_len && l->buf_stride >= 64 &&
	       queue_holds(&l->rx, l->size, l->mem_len) &&
	       queue_holds(&l->tx, l->size, l->mem_len) &&
	       lies_within(l->bufs, (uint64_t)l->nb_bufs * l->buf_stride, 64, l->mem_len);
}

static gboolean map_memory(struct queue *q, struct pages *pages, int mem_fd, uint64_t at,
	const char *path, uint32_t slot, GError **error)
{
	const uint8_t *head = pages_view(pages, mem_fd, at, sizeof(struct qpair_layout));
	struct qpair_layout l;
	struct vq_ring rx, tx;

	if (head == NULL)
		return fail_queue(error, path, slot, "mmap of shared memory failed");
	memcpy(&l, head, sizeof(l));
	if (at % RTE_CACHE_LINE_SIZE != 0 || !layout_holds(&l)) {
		errno = EPROTO;
		return fail_queue(error, path, slot, "invalid layout of shared memory");
	}
	q->mem = pages_view(pages, mem_fd, at, l.mem_len);
	if (q->mem == NULL)
		return fail_queue(error, path, slot, "mmap of shared memory failed");
	rx = qpair_ring(q->mem, &l.rx, l.size);
	tx = qpair_ring(q->mem, &l.tx, l.size);
	vq_drv_init(&q->rx, &rx);
	vq_drv_init(&q->tx, &tx);
	q->guest = l.guest;
	q->nb_bufs = l.nb_bufs;
	q->bufs = l.bufs;
	q->buf_len = l.buf_len;
	q->buf_stride = l.buf_stride;
	q->recycle = (uint16_t)MAX(1, MIN(RECYCLE, l.size / 4));
	return TRUE;
}

/* Lay out the buffers, and say so. */
static gboolean post_buffers(
	struct queue *q, gboolean copies, const char *path, uint32_t slot, GError **error)
{
	uint16_t posted = (uint16_t)(copies ? (q->nb_bufs + 1) / 2 : q->nb_bufs);
	const char ready = 1;

	vq_drv_set_calls(&q->rx, FALSE);
	vq_drv_set_calls(&q->tx, FALSE);
	q->spare = g_new(uint16_t, q->nb_bufs);
	for (uint16_t i = 0; i < posted; i++)
		vq_drv_add(&q->rx, buf_at(q, i), q->buf_len, i, TRUE);
	for (uint16_t i = posted; i < q->nb_bufs; i++)
		q->spare[q->nb_spare++] = i;
	return send(q->socket_fd, &ready, 1, MSG_NOSIGNAL) == 1 ||
	       fail_queue(error, path, slot, "tsim has exited");
}

struct queue *queue_connect(
	const char *path, uint32_t slot, gboolean copies, struct pages *pages, GError **error)
{
	struct queue *q = g_aligned_alloc0(1, sizeof(*q), VQ_LINE);
	int fds[QPAIR_FDS];
	uint64_t mem_at = 0;
	gboolean done;

	q->rx_kick = q->tx_kick = -1;
	q->socket_fd = connect_to(path, slot, error);
	if (q->socket_fd < 0 || !introduce_self(q->socket_fd, path, slot, fds, &mem_at, error)) {
		queue_free(q);
		return NULL;
	}
	q->rx_kick = fds[QPAIR_RX_KICK];
	q->tx_kick = fds[QPAIR_TX_KICK];
	/* Of no use to one that polls. */
	close(fds[QPAIR_RX_CALL]);
	close(fds[QPAIR_TX_CALL]);
	done = map_memory(q, pages, fds[QPAIR_MEM], mem_at, path, slot, error) &&
	       post_buffers(q, copies, path, slot, error);
	close(fds[QPAIR_MEM]);
	if (done)
		return q;
	queue_free(q);
	return NULL;
}

void queue_free(struct queue *q)
{
	if (q == NULL)
		return;
	fd_close(q->rx_kick);
	fd_close(q->tx_kick);
	fd_close(q->socket_fd);
	g_free(q->spare);
	g_aligned_free(q);
}
