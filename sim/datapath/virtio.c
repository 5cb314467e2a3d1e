/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Interface virtio: a QEMU guest's virtio-net on a tap behind a Linux bridge, vhost=on or off.
 * virtio_private.h has the table of what stands for what; here is what is made before a trial, and
 * what is said after it.
 */
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <string.h>
#include <unistd.h>

#include <json-glib/json-glib.h>
#include <rte_cycles.h>
#include <rte_errno.h>
#include <rte_hash.h>
#include <rte_jhash.h>

#include "sim/datapath/virtio_private.h"
#include "sim/base/clock_read.h"
#include "sim/base/error.h"
#include "traffic/frame.h"

enum { FDB_BYTES = 1 << 20, LINE = 64 };

static struct virtio *virtio_of(struct datapath *d)
{
	return d->state;
}

static size_t virtio_memory(const struct datapath_cfg *cfg)
{
	return wire_memory(cfg, 1) + FDB_BYTES + cfg->nb_guests * (size_t)(2 * LINE);
}

static size_t virtio_shared(const struct datapath_cfg *cfg)
{
	return qpairs_memory(cfg, FALSE);
}

static void guest_came(struct datapath *d, uint32_t slot)
{
	struct virtio *v = virtio_of(d);
	struct virtio_guest *g = &v->guest[slot];

	/* Guests may come before open is through. */
	g_mutex_lock(&v->lock);
	g_mutex_unlock(&v->lock);
	g_mutex_lock(&g->lock);
	virtio_tap_empty(g);
	g->came = TRUE;
	atomic_store(&g->present, 1);
	g_mutex_unlock(&g->lock);
	/* The thread sleeps without looking at the tap. */
	qpair_signal(g->qp->fd[QPAIR_TX_KICK]);
}

static void guest_went(struct datapath *d, uint32_t slot)
{
	struct virtio_guest *g = &virtio_of(d)->guest[slot];

	/* The lock: the thread is not in the queues, and sees that nobody is there when it has it again. */
	g_mutex_lock(&g->lock);
	atomic_store(&g->present, 0);
	virtio_tap_empty(g);
	g_mutex_unlock(&g->lock);
}

static void stop_threads(struct virtio *v)
{
	g_mutex_lock(&v->lock);
	atomic_store(&v->stop, 1);
	g_cond_signal(&v->ticked);
	g_mutex_unlock(&v->lock);
	if (v->bridge.thread != NULL)
		g_thread_join(v->bridge.thread);
	for (uint32_t i = 0; i < v->nb_guests; i++) {
		struct virtio_guest *g = &v->guest[i];

		if (g->t.thread == NULL)
			continue;
		/* A tap that hangs up wakes whoever polls, whatever for. */
		shutdown(g->tap[TAP_GUEST], SHUT_RDWR);
		g_thread_join(g->t.thread);
	}
}

static void virtio_close(struct datapath *d)
{
	struct virtio *v = virtio_of(d);

	stop_threads(v);
	qpairs_free(d->qpairs);
	for (uint32_t i = 0; i < v->nb_guests; i++) {
		struct virtio_guest *g = &v->guest[i];

		for (int end = 0; end < 2; end++)
			if (g->tap[end] >= 0)
				close(g->tap[end]);
		g_mutex_clear(&g->lock);
		g_free(g->bounce);
	}
	g_aligned_free(v->guest);
	rte_hash_free(v->fdb);
	wire_close(&v->wire);
	if (v->cpus != NULL)
		CPU_FREE(v->cpus);
	g_mutex_clear(&v->lock);
	g_cond_clear(&v->ticked);
	g_aligned_free(v);
}

static gboolean make_fdb(struct virtio *v, const struct datapath_cfg *cfg, GError **error)
{
	char name[RTE_HASH_NAMESIZE];
	struct rte_hash_parameters p = { .name = name,
		.entries = MAX(cfg->nb_guests * 2, 64U),
		.key_len = sizeof(uint64_t),
		.hash_func = rte_jhash,
		.socket_id = SOCKET_ID_ANY };

	g_snprintf(name, sizeof(name), "fdb-%s", v->datapath->name);
	v->fdb = rte_hash_create(&p);
	for (uint32_t i = 0; v->fdb != NULL && i < cfg->nb_guests; i++) {
		uint8_t mac[6];
		uint64_t key = 0;

		frame_guest_mac(cfg->base_mac, cfg->guest[i], mac);
		memcpy(&key, mac, sizeof(mac));
		if (rte_hash_add_key_data(v->fdb, &key, (void *)(uintptr_t)i) == 0)
			continue;
		rte_hash_free(v->fdb);
		v->fdb = NULL;
	}
	if (v->fdb != NULL)
		return TRUE;
	return sim_fail(error, SIM_ERROR_RESOURCES,
		"%s: out of memory for the MAC table of the bridge (%s); use a larger --memory",
		v->datapath->name, rte_strerror(rte_errno));
}

static gboolean make_tap(struct virtio_guest *g, const struct datapath_cfg *cfg, GError **error)
{
	/* The kernel doubles it, and takes for a frame at most twice its length and half a page. */
	int room = (int)(VIRTIO_TAP_QUEUE * (cfg->frame_len_max + 2048));

	if (socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, g->tap) != 0) {
		g->tap[TAP_HOST] = g->tap[TAP_GUEST] = -1;
		return sim_fail(error, SIM_ERROR_RESOURCES,
			"guest %u: cannot create sockets for its tap (%s); each guest requires "
			"eight file descriptors: raise ulimit -n, or use fewer --guests",
			cfg->guest[g->slot], g_strerror(errno));
	}
	/* Beyond net.core.wmem_max root alone; how much there is, is found out by trying. */
	if (setsockopt(g->tap[TAP_HOST], SOL_SOCKET, SO_SNDBUFFORCE, &room, sizeof(room)) != 0)
		setsockopt(g->tap[TAP_HOST], SOL_SOCKET, SO_SNDBUF, &room, sizeof(room));
	return TRUE;
}

static gboolean make_guests(struct virtio *v, const struct datapath_cfg *cfg, GError **error)
{
	v->guest = g_aligned_alloc0(cfg->nb_guests, sizeof(*v->guest), LINE);
	v->nb_guests = cfg->nb_guests;
	for (uint32_t i = 0; i < v->nb_guests; i++) {
		struct virtio_guest *g = &v->guest[i];

		g->t.v = v;
		g->slot = i;
		g->tap[TAP_HOST] = g->tap[TAP_GUEST] = -1;
		g_mutex_init(&g->lock);
		g_snprintf(g->t.name, sizeof(g->t.name), "%s-%u", v->vhost ? "vhost" : "qemu",
			cfg->guest[i]);
		if (!v->vhost)
			g->bounce = g_malloc0(v->frame_len_max);
	}
	for (uint32_t i = 0; i < v->nb_guests; i++)
		if (!make_tap(&v->guest[i], cfg, error))
			return FALSE;
	v->tap_room = virtio_tap_probe(&v->guest[0], cfg->frame_len_max - FRAME_FCS_LEN);
	return TRUE;
}

static uint64_t frames_moved(const struct virtio_thread *t)
{
	return ctr_get(&t->count[VIRTIO_TO_GUEST]) + ctr_get(&t->count[VIRTIO_FROM_GUEST]);
}

/* A guest's vhost worker or QEMU main loop. */
static void run_guest(struct virtio_thread *t)
{
	struct virtio_guest *g = (struct virtio_guest *)(void *)t; /* its first member */
	g_autofree struct virtio_work *w = g_new0(struct virtio_work, 1);

	virtio_batch_init(&w->batch);
	for (;;) {
		gboolean there = atomic_load(&g->present) != 0;
		struct pollfd p[] = {
			{ .fd = g->tap[TAP_GUEST], .events = there && !w->rx_waits ? POLLIN : 0 },
			{ .fd = g->qp->fd[QPAIR_TX_KICK], .events = POLLIN },
			{ .fd = there && w->rx_waits ? g->qp->fd[QPAIR_RX_KICK] : -1,
				.events = POLLIN },
		};
		struct virtio_wake_up why;
		uint64_t start, moved;

		poll(p, G_N_ELEMENTS(p), w->rx || w->tx ? 0 : -1);
		if (atomic_load_explicit(&t->v->stop, memory_order_relaxed))
			return;
		why = (struct virtio_wake_up){ p[0].revents != 0, p[1].revents != 0,
			p[2].revents != 0 };
		start = rte_rdtsc();
		g_mutex_lock(&g->lock);
		virtio_count(t, VIRTIO_WAKE_UPS, 1);
		moved = frames_moved(t);
		if (why.tx_kick)
			virtio_take_kick(g, QPAIR_TX_KICK);
		if (why.rx_kick)
			virtio_take_kick(g, QPAIR_RX_KICK);
		if (!atomic_load(&g->present)) {
			w->rx = w->tx = w->rx_waits = FALSE;
			w->held_len = 0;
		} else {
			(t->v->vhost ? virtio_vhost_round : virtio_qemu_round)(g, w, &why);
			g->came = FALSE;
		}
		if (frames_moved(t) != moved)
			ctr_add(&t->busy_cycles, rte_rdtsc() - start);
		g_mutex_unlock(&g->lock);
	}
}

static gpointer run_thread(gpointer arg)
{
	struct virtio_thread *t = arg;

	pthread_setname_np(pthread_self(), t->name);
	/* Where the CPUs are not there any more it stays where it may be. */
	pthread_setaffinity_np(pthread_self(), t->v->cpus_len, t->v->cpus);
	if (pthread_getcpuclockid(pthread_self(), &t->clock) == 0)
		atomic_store(&t->begun, 1);
	(t == &t->v->bridge ? virtio_bridge_run : run_guest)(t);
	return NULL;
}

static gboolean start_thread(struct virtio_thread *t, GError **error)
{
	g_autoptr(GError) reason = NULL;

	t->thread = g_thread_try_new(t->name, run_thread, t, &reason);
	if (t->thread != NULL)
		return TRUE;
	return sim_fail(error, SIM_ERROR_RESOURCES,
		"%s: cannot create thread '%s' (%s); raise ulimit -u, or use fewer --guests",
		t->v->datapath->name, t->name, reason->message);
}

/* Guests that come now wait until all is there. */
static gboolean start_all(struct virtio *v, const struct datapath_cfg *cfg, GError **error)
{
	g_autofree char *socket_name = g_strdup_printf("%s.sock", v->datapath->name);
	gboolean started = TRUE;

	g_mutex_lock(&v->lock);
	qpairs_new(&(struct qpairs_cfg){ .datapath = v->datapath,
			   .cfg = cfg,
			   .socket_name = socket_name,
			   .kicks = TRUE,
			   .came = guest_came,
			   .went = guest_went },
		error);
	for (uint32_t i = 0; v->datapath->qpairs != NULL && i < v->nb_guests; i++)
		v->guest[i].qp = qpairs_get(v->datapath->qpairs, i);
	g_mutex_unlock(&v->lock);
	if (v->datapath->qpairs == NULL)
		return FALSE;
	for (uint32_t i = 0; started && i < v->nb_guests; i++)
		started = start_thread(&v->guest[i].t, error);
	return started && start_thread(&v->bridge, error);
}

static void choose_cpus(struct virtio *v, const struct datapath_cfg *cfg)
{
	unsigned highest = 0;

	for (unsigned i = 0; i < cfg->nb_host_cpus; i++)
		highest = MAX(highest, cfg->host_cpu[i]);
	v->cpus = CPU_ALLOC(highest + 1);
	v->cpus_len = CPU_ALLOC_SIZE(highest + 1);
	CPU_ZERO_S(v->cpus_len, v->cpus);
	for (unsigned i = 0; i < cfg->nb_host_cpus; i++)
		CPU_SET_S(cfg->host_cpu[i], v->cpus_len, v->cpus);
}

static gboolean virtio_open(struct datapath *d, const struct datapath_cfg *cfg, GError **error)
{
	struct virtio *v = g_aligned_alloc0(1, sizeof(*v), LINE);

	d->state = v;
	v->datapath = d;
	v->vhost = cfg->vhost;
	v->bridge_yields = cfg->host_shares;
	v->frame_len_max = cfg->frame_len_max;
	v->bridge.v = v;
	g_strlcpy(v->bridge.name, "bridge", sizeof(v->bridge.name));
	g_mutex_init(&v->lock);
	g_cond_init(&v->ticked);
	ctr_set(&v->last_tick_tsc, rte_rdtsc());
	choose_cpus(v, cfg);
	if (wire_open(&v->wire, d, cfg, 1, TRUE, error) && make_fdb(v, cfg, error) &&
		make_guests(v, cfg, error) && start_all(v, cfg, error))
		return TRUE;
	virtio_close(d);
	return FALSE;
}

static gboolean virtio_connected(struct datapath *d, uint32_t slot)
{
	struct virtio_guest *g = &virtio_of(d)->guest[slot];

	return atomic_load(&g->present) != 0 && qpair_is_connected(g->qp);
}

static uint64_t virtio_calls(struct datapath *d, uint32_t slot)
{
	return ctr_get(&virtio_of(d)->guest[slot].t.count[VIRTIO_CALLS]);
}

static void virtio_tick(struct datapath *d)
{
	struct virtio *v = virtio_of(d);

	g_mutex_lock(&v->lock);
	ctr_set(&v->last_tick_tsc, rte_rdtsc());
	g_cond_signal(&v->ticked);
	g_mutex_unlock(&v->lock);
}

static void add_cost(const struct virtio_thread *t, struct datapath_cost *out)
{
	out->busy_cycles += ctr_get(&t->busy_cycles);
	out->threads++;
	if (atomic_load(&t->begun))
		out->cpu_ns += clock_read_ns(t->clock);
}

static void virtio_cost(struct datapath *d, struct datapath_cost *out)
{
	struct virtio *v = virtio_of(d);

	*out = (struct datapath_cost){ 0 };
	add_cost(&v->bridge, out);
	for (uint32_t i = 0; i < v->nb_guests; i++)
		add_cost(&v->guest[i].t, out);
}

static void virtio_describe(struct datapath *d, void *json_object)
{
	static const char *const name[VIRTIO_COUNTS] = {
		[VIRTIO_TO_TAP] = "to_tap",
		[VIRTIO_TO_GUEST] = "to_guest",
		[VIRTIO_FROM_GUEST] = "from_guest",
		[VIRTIO_TO_WIRE] = "to_wire",
		[VIRTIO_TO_TAP_OF_OTHER] = "to_tap_of_other",
		[VIRTIO_TAP_FULL] = "dropped_tap_full",
		[VIRTIO_NO_GUEST] = "dropped_unknown_mac",
		[VIRTIO_ABSENT] = "dropped_guest_gone",
		[VIRTIO_WIRE_FULL] = "dropped_wire_full",
		[VIRTIO_NO_MBUF] = "dropped_no_memory",
		[VIRTIO_BAD] = "dropped_bad",
		[VIRTIO_WAKE_UPS] = "wake_ups",
		[VIRTIO_KICKS] = "kicks",
		[VIRTIO_CALLS] = "calls",
		[VIRTIO_READS] = "tap_reads",
		[VIRTIO_WRITES] = "tap_writes",
		[VIRTIO_NO_BUFFER] = "no_buffer",
	};
	struct virtio *v = virtio_of(d);
	JsonObject *o = json_object;

	qpairs_describe(d, o);
	json_object_set_string_member(o, "vhost", v->vhost ? "on" : "off");
	json_object_set_int_member(o, "tap_queue", VIRTIO_TAP_QUEUE);
	json_object_set_int_member(o, "tap_queue_of_longest", v->tap_room);
	for (int i = 0; i < VIRTIO_COUNTS; i++) {
		uint64_t now = ctr_get(&v->bridge.count[i]);

		for (uint32_t k = 0; k < v->nb_guests; k++)
			now += ctr_get(&v->guest[k].t.count[i]);
		json_object_set_int_member(
			o, name[i], (gint64)datapath_since_last(now, &v->described[i]));
	}
}

const struct datapath_ops datapath_virtio = {
	.interface = "virtio",
	.mechanism = "a bridge thread writes each frame to a tap (a socket); the guest's vhost "
		     "worker or QEMU loop copies it between tap and virtqueue",
	.guest_option = DATAPATH_QUEUES,
	.host_files = 8,
	.host_threads = 1,
	.zeroed = TRUE,
	.memory = virtio_memory,
	.shared = virtio_shared,
	.open = virtio_open,
	.close = virtio_close,
	.address = qpairs_address,
	.connected = virtio_connected,
	.calls = virtio_calls,
	.cost = virtio_cost,
	.tick = virtio_tick,
	.describe = virtio_describe,
	.reserve = wire_reserve,
	.commit = wire_commit,
	.receive_port = wire_receive_port,
	.release_port = wire_release_port,
};
