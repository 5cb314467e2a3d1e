/* SPDX-License-Identifier: BSD-3-Clause */
/* Interface virtio: taps, the bridge between them and the wire, and NAPI, which drives it. */
#include <errno.h>
#include <sched.h>
#include <string.h>
#include <unistd.h>

#include <rte_cycles.h>
#include <rte_hash.h>
#include <rte_pause.h>

#include "sim/datapath/virtio_private.h"
#include "traffic/frame.h"

enum { MAC_LEN = 6, NO_TICK_S = 2, SCRATCH = 1 };

/* Guests' threads are many, and run seldom: mbufs in caches of their own would be lost to others. */
static const struct wire_cache no_cache;

void virtio_batch_init(struct virtio_batch *b)
{
	memset(b, 0, sizeof(*b));
	for (int i = 0; i < VIRTIO_BATCH; i++) {
		b->msg[i].msg_hdr.msg_iov = &b->iov[i];
		b->msg[i].msg_hdr.msg_iovlen = 1;
	}
}

/* The port of a frame, which has a header. NULL: none of the guests'. */
static inline struct virtio_guest *look_up(const struct virtio *v, const uint8_t *frame)
{
	uint64_t mac = 0;
	void *slot;

	memcpy(&mac, frame, MAC_LEN);
	if (rte_hash_lookup_data(v->fdb, &mac, &slot) < 0)
		return NULL;
	return &v->guest[(uintptr_t)slot];
}

/* One frame into a guest's tap; by is who counts. */
static inline void send_to_tap(struct virtio_thread *by, struct virtio_guest *to,
	const uint8_t *data, uint32_t len, enum virtio_count done)
{
	enum virtio_count what = VIRTIO_TAP_FULL;

	if (G_UNLIKELY(!atomic_load_explicit(&to->present, memory_order_acquire))) {
		virtio_count(by, VIRTIO_ABSENT, 1);
		return;
	}
	/* Counted first: who takes frames must not find one that was not counted. */
	if (atomic_fetch_add_explicit(&to->queued, 1, memory_order_relaxed) < VIRTIO_TAP_QUEUE &&
		send(to->tap[TAP_HOST], data, len, MSG_DONTWAIT | MSG_NOSIGNAL) == (ssize_t)len)
		what = done;
	else
		atomic_fetch_sub_explicit(&to->queued, 1, memory_order_relaxed);
	virtio_count(by, what, 1);
}

/* The n frames that were written to the guest's end of its tap, from the other end to the wire. */
static void to_wire(struct virtio_guest *g, struct virtio_batch *b, uint16_t n)
{
	struct wire *w = &g->t.v->wire;
	struct rte_mbuf *m[VIRTIO_BATCH];
	uint16_t sent;
	int got;

	if (G_UNLIKELY(!wire_alloc_up(w, &no_cache, m, n))) {
		uint8_t scratch[SCRATCH];

		for (uint16_t i = 0; i < n; i++)
			if (recv(g->tap[TAP_HOST], scratch, sizeof(scratch), MSG_DONTWAIT) < 0)
				break;
		virtio_count(&g->t, VIRTIO_NO_MBUF, n);
		return;
	}
	for (uint16_t i = 0; i < n; i++) {
		b->iov[i].iov_base = rte_pktmbuf_mtod(m[i], void *);
		b->iov[i].iov_len = rte_pktmbuf_tailroom(m[i]) + m[i]->data_len;
	}
	if (n == 1) {
		ssize_t len = recv(
			g->tap[TAP_HOST], b->iov[0].iov_base, b->iov[0].iov_len, MSG_DONTWAIT);

		b->msg[0].msg_len = (unsigned)len;
		got = len < 0 ? 0 : 1;
	} else {
		got = recvmmsg(g->tap[TAP_HOST], b->msg, n, MSG_DONTWAIT, NULL);
	}
	got = MAX(got, 0);
	for (int i = 0; i < got; i++) {
		m[i]->data_len = (uint16_t)b->msg[i].msg_len;
		m[i]->pkt_len = b->msg[i].msg_len;
	}
	sent = wire_give(w, 0, m, (uint16_t)got);
	virtio_count(&g->t, VIRTIO_TO_WIRE, sent);
	virtio_count(&g->t, VIRTIO_WIRE_FULL, (uint64_t)got - sent);
	if (G_UNLIKELY(sent < n))
		wire_free_up(w, &no_cache, m + sent, (uint16_t)(n - sent));
}

/* Whatever the bridge does not send to the wire is done with. */
static inline gboolean is_for_wire(struct virtio_guest *g, const struct vq_buf *buf)
{
	struct virtio_guest *to;

	if (G_UNLIKELY(buf->len < FRAME_ETH_LEN)) {
		virtio_count(&g->t, VIRTIO_BAD, 1);
		return FALSE;
	}
	to = look_up(g->t.v, buf->data);
	if (G_LIKELY(to == NULL))
		return TRUE;
	if (to == g) {
		virtio_count(&g->t, VIRTIO_BAD, 1);
		return FALSE;
	}
	virtio_count(&g->t, VIRTIO_WRITES, 1);
	send_to_tap(&g->t, to, buf->data, buf->len, VIRTIO_TO_TAP_OF_OTHER);
	return FALSE;
}

void virtio_bridge_from_guest(
	struct virtio_guest *g, struct virtio_batch *b, const struct vq_buf *buf, uint16_t n)
{
	struct vq_buf out[VIRTIO_BATCH];
	uint16_t nb = 0, next = 0;

	virtio_count(&g->t, VIRTIO_FROM_GUEST, n);
	for (uint16_t i = 0; i < n; i++)
		if (is_for_wire(g, &buf[i]))
			out[nb++] = buf[i];
	while (next < nb) {
		int sent;

		for (uint16_t i = next; i < nb; i++) {
			b->iov[i - next].iov_base = out[i].data;
			b->iov[i - next].iov_len = out[i].len;
		}
		sent = sendmmsg(g->tap[TAP_GUEST], b->msg, nb - next, MSG_DONTWAIT | MSG_NOSIGNAL);
		virtio_count(&g->t, VIRTIO_WRITES, 1);
		if (G_UNLIKELY(sent <= 0)) {
			/* The end of all: no memory for one frame. */
			virtio_count(&g->t, VIRTIO_NO_MBUF, (uint64_t)nb - next);
			return;
		}
		to_wire(g, b, (uint16_t)sent);
		next = (uint16_t)(next + sent);
	}
}

void virtio_bridge_one(struct virtio_guest *g, struct virtio_batch *b, const struct vq_buf *buf)
{
	virtio_count(&g->t, VIRTIO_FROM_GUEST, 1);
	if (!is_for_wire(g, buf))
		return;
	virtio_count(&g->t, VIRTIO_WRITES, 1);
	if (G_LIKELY(write(g->tap[TAP_GUEST], buf->data, buf->len) == (ssize_t)buf->len))
		to_wire(g, b, 1);
	else
		virtio_count(&g->t, VIRTIO_NO_MBUF, 1);
}

void virtio_call(struct virtio_guest *g, const struct vq_dev *q, enum qpair_fd call)
{
	if (!vq_dev_wants_call(q))
		return;
	qpair_signal(g->qp->fd[call]);
	virtio_count(&g->t, VIRTIO_CALLS, 1);
}

void virtio_take_kick(struct virtio_guest *g, enum qpair_fd kick)
{
	uint64_t n;

	if (read(g->qp->fd[kick], &n, sizeof(n)) == (ssize_t)sizeof(n))
		virtio_count(&g->t, VIRTIO_KICKS, 1);
}

void virtio_tap_empty(struct virtio_guest *g)
{
	uint8_t scratch[SCRATCH];

	while (recv(g->tap[TAP_GUEST], scratch, sizeof(scratch), MSG_DONTWAIT) >= 0) {
		atomic_fetch_sub_explicit(&g->queued, 1, memory_order_relaxed);
		virtio_count(&g->t, VIRTIO_ABSENT, 1);
	}
}

uint32_t virtio_tap_probe(struct virtio_guest *g, uint32_t frame_len)
{
	g_autofree uint8_t *frame = g_malloc0(frame_len);
	uint8_t scratch[SCRATCH];
	uint32_t n = 0;

	while (n < VIRTIO_TAP_QUEUE && send(g->tap[TAP_HOST], frame, frame_len,
					       MSG_DONTWAIT | MSG_NOSIGNAL) == (ssize_t)frame_len)
		n++;
	while (recv(g->tap[TAP_GUEST], scratch, sizeof(scratch), MSG_DONTWAIT) >= 0)
		;
	return n;
}

/* One poll of NAPI. */
static unsigned poll_wire(struct virtio *v, const struct wire_cache *cache)
{
	struct virtio_thread *t = &v->bridge;
	struct rte_mbuf *m[VIRTIO_BATCH];
	unsigned all = 0;

	for (unsigned q = 0; q < v->wire.nb_in; q++) {
		uint16_t n = wire_take(&v->wire, q, m, VIRTIO_BATCH);

		for (uint16_t i = 0; i < n; i++) {
			const uint8_t *frame = rte_pktmbuf_mtod(m[i], const uint8_t *);
			struct virtio_guest *to = look_up(v, frame);

			if (G_UNLIKELY(to == NULL))
				virtio_count(t, VIRTIO_NO_GUEST, 1);
			else
				send_to_tap(t, to, frame, m[i]->data_len, VIRTIO_TO_TAP);
		}
		if (n != 0)
			wire_free_down(&v->wire, cache, m, n);
		all += n;
	}
	return all;
}

/* Between trials nobody ticks: then it sleeps. */
static void sleep_if_nobody_ticks(struct virtio *v)
{
	const uint64_t patience = NO_TICK_S * rte_get_tsc_hz();

	if (rte_rdtsc() - ctr_get(&v->last_tick_tsc) < patience)
		return;
	g_mutex_lock(&v->lock);
	while (!atomic_load(&v->stop) && rte_rdtsc() - ctr_get(&v->last_tick_tsc) >= patience)
		g_cond_wait(&v->ticked, &v->lock);
	g_mutex_unlock(&v->lock);
}

void virtio_bridge_run(struct virtio_thread *t)
{
	struct virtio *v = t->v;
	struct wire_cache cache;

	wire_cache_open(&cache);
	while (!atomic_load_explicit(&v->stop, memory_order_relaxed)) {
		uint64_t start = rte_rdtsc();

		if (poll_wire(v, &cache) != 0) {
			ctr_add(&t->busy_cycles, rte_rdtsc() - start);
			continue;
		}
		if (v->bridge_yields)
			sched_yield();
		else
			rte_pause();
		sleep_if_nobody_ticks(v);
	}
	wire_cache_close(&v->wire, &cache);
}
