/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Interface vhost-user: the generator is the back end (librte_vhost's own API, no ethdev: those are
 * limited to RTE_MAX_ETHPORTS a process), the guest's virtio driver is the front end. tsim listens
 * on one socket a guest. This is the very code that a QEMU guest on vhost-user meets; what is left
 * out here is nothing.
 *
 * Threads: librte_vhost's own thread connects and disconnects; workers read vid[] once a burst. A
 * device that goes is taken from vid[] first and freed after the workers have gone round once.
 */
#include <errno.h>
#include <stdatomic.h>
#include <sys/un.h>

#include <rte_vhost.h>

#include "sim/cores.h"
#include "sim/datapath/datapath.h"
#include "sim/datapath/socket_path.h"
#include "sim/error.h"
#include "sim/pool.h"

enum {
	GUEST_RX_QUEUE = 0, /* virtio 1.1, 5.1.2: receiveq1 is 0, transmitq1 is 1 */
	GUEST_TX_QUEUE = 1,
	NOT_CONNECTED = -1,
	/* librte_vhost watches 1024 descriptors, one of them its own: a socket and a connection a guest. */
	DEVICES_MAX = 511,
	RX_MBUFS = 4096,
};

struct vhost_state {
	_Atomic int *vid; /* of each slot; NOT_CONNECTED */
	char **path;
	uint32_t nb_open;
	GHashTable *slot_of_path;
	struct rte_mempool *tx_pool, *rx_pool;
	/* What load worker q builds frames in, again and again: librte_vhost copies them. */
	struct rte_mbuf *own[CORES_MAX][POOL_BURST];
};

/* librte_vhost's callbacks carry no argument: the one open datapath. Set in open, cleared in close. */
static struct datapath *the_datapath;

static int slot_of_vid(int vid)
{
	struct vhost_state *s = the_datapath->state;
	char path[sizeof(((struct sockaddr_un *)NULL)->sun_path)] = "";
	void *slot;

	if (rte_vhost_get_ifname(vid, path, sizeof(path)) != 0 ||
		!g_hash_table_lookup_extended(s->slot_of_path, path, NULL, &slot))
		return -1;
	return GPOINTER_TO_INT(slot);
}

static int on_new_device(int vid)
{
	struct vhost_state *s = the_datapath->state;
	int slot = slot_of_vid(vid);

	if (slot < 0)
		return -1;
	/* Polling back end: the guest need not kick us. */
	rte_vhost_enable_guest_notification(vid, GUEST_RX_QUEUE, 0);
	rte_vhost_enable_guest_notification(vid, GUEST_TX_QUEUE, 0);
	atomic_store_explicit(&s->vid[slot], vid, memory_order_release);
	return 0;
}

static void on_destroy_device(int vid)
{
	struct datapath *d = the_datapath;
	struct vhost_state *s = d->state;
	int slot = slot_of_vid(vid);

	if (slot < 0 || atomic_load(&s->vid[slot]) != vid)
		return;
	atomic_store(&s->vid[slot], NOT_CONNECTED);
	datapath_wait_quiet(d);
}

static const struct rte_vhost_device_ops callbacks = {
	.new_device = on_new_device,
	.destroy_device = on_destroy_device,
};

static gboolean listen_for_guest(const char *path, GError **error)
{
	/* Whole frames only: with segmentation offload a frame length would mean nothing. */
	const uint64_t offloads = 1ULL << VIRTIO_NET_F_CSUM | 1ULL << VIRTIO_NET_F_GUEST_CSUM |
				  1ULL << VIRTIO_NET_F_HOST_TSO4 | 1ULL << VIRTIO_NET_F_HOST_TSO6 |
				  1ULL << VIRTIO_NET_F_HOST_UFO | 1ULL << VIRTIO_NET_F_HOST_ECN |
				  1ULL << VIRTIO_NET_F_GUEST_TSO4 |
				  1ULL << VIRTIO_NET_F_GUEST_TSO6 | 1ULL << VIRTIO_NET_F_GUEST_UFO |
				  1ULL << VIRTIO_NET_F_GUEST_ECN;

	if (!socket_path_free(path, error))
		return FALSE;
	if (rte_vhost_driver_register(path, RTE_VHOST_USER_NET_COMPLIANT_OL_FLAGS) != 0) {
		g_set_error(error, SIM_ERROR, SIM_ERROR_RESOURCES,
			"%s: cannot be made a vhost-user socket (%s); is its folder writable?",
			path, g_strerror(errno));
		return FALSE;
	}
	if (rte_vhost_driver_disable_features(path, offloads) == 0 &&
		rte_vhost_driver_callback_register(path, &callbacks) == 0 &&
		rte_vhost_driver_start(path) == 0)
		return TRUE;
	g_set_error(error, SIM_ERROR, SIM_ERROR_DPDK, "%s: librte_vhost does not listen there (%s)",
		path, g_strerror(errno));
	rte_vhost_driver_unregister(path);
	return FALSE;
}

static unsigned nb_tx_mbufs(const struct datapath_cfg *cfg)
{
	return cfg->nb_load * POOL_BURST + 2 * POOL_CACHE;
}

static unsigned nb_rx_mbufs(const struct datapath_cfg *cfg)
{
	return cfg->nb_rx * 2 * POOL_CACHE + RX_MBUFS;
}

static size_t vhost_memory(const struct datapath_cfg *cfg)
{
	enum { DEVICE = 24576 }; /* what librte_vhost takes for one, rings and all */

	return pool_bytes(nb_tx_mbufs(cfg), cfg->frame_len_max) +
	       pool_bytes(nb_rx_mbufs(cfg), cfg->frame_len_max) + cfg->nb_guests * (size_t)DEVICE;
}

static void vhost_close(struct datapath *d)
{
	struct vhost_state *s = d->state;

	for (uint32_t i = 0; i < s->nb_open; i++)
		rte_vhost_driver_unregister(s->path[i]); /* disconnects and removes the socket */
	the_datapath = NULL;
	g_hash_table_destroy(s->slot_of_path);
	g_strfreev(s->path);
	rte_mempool_free(s->tx_pool);
	rte_mempool_free(s->rx_pool);
	g_free((void *)s->vid);
	g_free(s);
}

static gboolean make_pools(struct vhost_state *s, const struct datapath_cfg *cfg, GError **error)
{
	s->tx_pool = pool_of_frames("vhost-tx", nb_tx_mbufs(cfg), cfg->frame_len_max, error);
	if (s->tx_pool == NULL)
		return FALSE;
	for (unsigned q = 0; q < cfg->nb_load; q++)
		if (rte_mempool_get_bulk(s->tx_pool, (void **)s->own[q], POOL_BURST) != 0)
			g_assert_not_reached(); /* the pool was made for them */
	s->rx_pool = pool_of_frames("vhost-rx", nb_rx_mbufs(cfg), cfg->frame_len_max, error);
	return s->rx_pool != NULL;
}

static gboolean vhost_open(struct datapath *d, const struct datapath_cfg *cfg, GError **error)
{
	struct vhost_state *s;

	if (cfg->nb_guests > DEVICES_MAX) {
		g_set_error(error, SIM_ERROR, SIM_ERROR_RESOURCES,
			"%u vhost-user guests: librte_vhost serves at most %d in a process; use "
			"fewer, "
			"several generators (mpirun -np %u tsim ...), or another --interface",
			cfg->nb_guests, DEVICES_MAX,
			(cfg->nb_guests + DEVICES_MAX - 1) / DEVICES_MAX);
		return FALSE;
	}
	g_assert(the_datapath == NULL);
	s = g_new0(struct vhost_state, 1);
	s->vid = g_new(_Atomic int, cfg->nb_guests);
	s->path = g_new0(char *, cfg->nb_guests + 1);
	s->slot_of_path = g_hash_table_new(g_str_hash, g_str_equal);
	for (uint32_t i = 0; i < cfg->nb_guests; i++) {
		atomic_store(&s->vid[i], NOT_CONNECTED);
		s->path[i] = g_strdup_printf("%s/guest-%u.sock", cfg->socket_dir, cfg->guest[i]);
		g_hash_table_insert(s->slot_of_path, s->path[i], GINT_TO_POINTER(i));
	}
	d->state = s;
	the_datapath = d;
	if (!make_pools(s, cfg, error)) {
		vhost_close(d);
		return FALSE;
	}
	for (; s->nb_open < cfg->nb_guests; s->nb_open++) {
		if (!listen_for_guest(s->path[s->nb_open], error)) {
			vhost_close(d);
			return FALSE;
		}
	}
	return TRUE;
}

static const char *vhost_address(struct datapath *d, uint32_t slot)
{
	return ((struct vhost_state *)d->state)->path[slot];
}

static gboolean vhost_connected(struct datapath *d, uint32_t slot)
{
	return atomic_load(&((struct vhost_state *)d->state)->vid[slot]) != NOT_CONNECTED;
}

static uint16_t vhost_reserve(
	struct datapath *d, unsigned q, uint32_t slot, struct frame_slot *f, uint16_t n)
{
	struct vhost_state *s = d->state;

	(void)slot;
	for (uint16_t i = 0; i < n; i++) {
		f[i].data = rte_pktmbuf_mtod(s->own[q][i], uint8_t *);
		f[i].cookie = s->own[q][i];
	}
	return n;
}

static uint16_t vhost_commit(struct datapath *d, unsigned q, uint32_t slot, struct frame_slot *f,
	uint16_t nb, uint16_t n)
{
	struct vhost_state *s = d->state;
	int vid = atomic_load_explicit(&s->vid[slot], memory_order_acquire);
	struct rte_mbuf *m[POOL_BURST];

	(void)q;
	(void)n;
	if (vid == NOT_CONNECTED)
		return 0;
	pool_slots_to_mbufs(f, m, nb);
	return rte_vhost_enqueue_burst(vid, GUEST_RX_QUEUE, m, nb);
}

static uint16_t vhost_receive(struct datapath *d, uint32_t slot, struct frame_slot *f, uint16_t n)
{
	struct vhost_state *s = d->state;
	int vid = atomic_load_explicit(&s->vid[slot], memory_order_acquire);
	struct rte_mbuf *m[POOL_BURST];
	uint16_t got;

	if (vid == NOT_CONNECTED)
		return 0;
	got = rte_vhost_dequeue_burst(
		vid, GUEST_TX_QUEUE, s->rx_pool, m, MIN(n, (uint16_t)POOL_BURST));
	pool_mbufs_to_slots(m, f, got);
	return got;
}

static void vhost_release(struct datapath *d, uint32_t slot, struct frame_slot *f, uint16_t n)
{
	struct vhost_state *s = d->state;
	uint16_t single = 0;

	(void)slot;
	for (uint16_t i = 0; i < n; i++) {
		struct rte_mbuf *m = f[i].cookie;

		if (likely(m->nb_segs == 1))
			f[single++] = f[i];
		else
			rte_pktmbuf_free(m);
	}
	pool_slots_free(s->rx_pool, f, single);
}

const struct datapath_ops datapath_vhost_user = {
	.interface = "vhost-user",
	.mechanism = "librte_vhost back end copies each frame into and out of the guest's "
		     "virtqueues",
	.guest_option = "--vhost-user",
	.zeroed = TRUE,
	.memory = vhost_memory,
	.open = vhost_open,
	.close = vhost_close,
	.address = vhost_address,
	.connected = vhost_connected,
	.reserve = vhost_reserve,
	.commit = vhost_commit,
	.receive = vhost_receive,
	.release = vhost_release,
};
