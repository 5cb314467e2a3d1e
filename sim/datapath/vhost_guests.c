/* SPDX-License-Identifier: BSD-3-Clause */
#include "sim/datapath/vhost_private.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <unistd.h>

#include <rte_vhost.h>

#include "sim/base/error.h"
#include "sim/base/fd.h"
#include "sim/datapath/socket_path.h"
#include "sim/datapath/vhost_connector.h"
#include "sim/datapath/vhost_request.h"

enum {
	GUEST_RX_QUEUE = 0, /* virtio 1.2, 5.1.2: receiveq1 is 0, transmitq1 is 1 */
	QUEUES = 2 * VHOST_PAIRS_MAX,
	/* librte_vhost watches 1024 descriptors, one of them its own: a socket and a connection a guest. */
	LISTENING_MAX = 511,
};

/*
 * librte_vhost has one list of connections a process, and its callbacks carry no argument but a number
 * that leads to a path.
 */
static struct {
	pthread_mutex_t lock;
	GHashTable *guest_of_path; /* of all datapaths; NULL: there are none */
	_Atomic uint32_t unheard;  /* of all connectors */
} vhost_process = { .lock = PTHREAD_MUTEX_INITIALIZER };

static struct vhost_guest *guest_at_socket(int vid)
{
	char path[sizeof(((struct sockaddr_un *)NULL)->sun_path)] = "";
	struct vhost_guest *g = NULL;

	if (rte_vhost_get_ifname(vid, path, sizeof(path)) != 0)
		return NULL;
	pthread_mutex_lock(&vhost_process.lock);
	if (vhost_process.guest_of_path != NULL)
		g = g_hash_table_lookup(vhost_process.guest_of_path, path);
	pthread_mutex_unlock(&vhost_process.lock);
	return g;
}

/* NULL also where another connection took its place. */
static struct vhost_guest *guest_of_vid(int vid)
{
	struct vhost_guest *g = guest_at_socket(vid);

	return g != NULL && atomic_load(&g->vid) == vid ? g : NULL;
}

static uint32_t slot_of(const struct vhost_guest *g)
{
	return (uint32_t)(g - g->all->guest);
}

/*
 * Map what the guest has of a region, so that no access faults while a trial runs. Its memory can be
 * larger than what it uses: pages that it never touched are left as they are.
 */
static void map_region(const struct rte_vhost_mem_region *r)
{
	off_t first = (off_t)((uint8_t *)(uintptr_t)r->host_user_addr - (uint8_t *)r->mmap_addr);
	off_t end = (off_t)r->mmap_size, data = first, hole;

	while (data < end && (data = lseek(r->fd, data, SEEK_DATA)) >= 0 && data < end) {
		hole = lseek(r->fd, data, SEEK_HOLE);
		if (hole <= data)
			return;
		hole = MIN(hole, end);
		(void)madvise(
			(uint8_t *)r->mmap_addr + data, (size_t)(hole - data), MADV_POPULATE_WRITE);
		data = hole;
	}
}

static void forget_memory(struct vhost_guest *g)
{
	while (g->nb_areas > 0)
		memory_fault_forget(&g->area[--g->nb_areas]);
}

/* There is a table of memory. */
static void watch_memory(int vid, struct vhost_guest *g)
{
	struct rte_vhost_memory *mem = NULL;

	if (rte_vhost_get_mem_table(vid, &mem) != 0)
		return;
	for (uint32_t i = 0; i < MIN(mem->nregions, (uint32_t)SPLITQ_REGIONS); i++) {
		struct memory_fault_area *a = &g->area[g->nb_areas++];

		*a = (struct memory_fault_area){ .start = mem->regions[i].mmap_addr,
			.len = mem->regions[i].mmap_size,
			.lost = &g->lost };
		memory_fault_watch(a);
	}
	free(mem); /* librte_vhost's malloc */
}

static gboolean read_memory(int vid, struct splitq_mem *out)
{
	struct rte_vhost_memory *mem = NULL;

	if (rte_vhost_get_mem_table(vid, &mem) != 0)
		return FALSE;
	*out = (struct splitq_mem){ .nb = MIN(mem->nregions, (uint32_t)SPLITQ_REGIONS) };
	for (uint32_t i = 0; i < out->nb; i++) {
		map_region(&mem->regions[i]);
		out->region[i] = (struct splitq_region){ .guest = mem->regions[i].guest_phys_addr,
			.size = mem->regions[i].size,
			.host = (uint8_t *)(uintptr_t)mem->regions[i].host_user_addr };
	}
	free(mem); /* librte_vhost's malloc */
	return TRUE;
}

static gboolean read_queue(int vid, uint16_t index, struct splitq *q, const struct splitq_mem *mem)
{
	struct rte_vhost_vring ring;
	uint64_t features;

	if (rte_vhost_get_vhost_vring(vid, index, &ring) != 0 ||
		rte_vhost_get_negotiated_features(vid, &features) != 0 ||
		!splitq_init(q, ring.desc, ring.avail, ring.used, ring.size, mem, features) ||
		rte_vhost_get_vring_base(vid, index, &q->next_avail, &q->next_used) != 0)
		return FALSE;
	q->avail_seen = q->next_avail;
	q->call_fd = ring.callfd;
	/* Polling back end: the guest need not kick us. */
	__atomic_store_n(&ring.used->flags, VRING_USED_F_NO_NOTIFY, __ATOMIC_RELAXED);
	return TRUE;
}

/*
 * How often it was kicked since the last look. What the front end gave us may be any file, and must not
 * block. preadv2 does not take event descriptors before Linux 5.8: then nothing was kicked.
 */
static uint64_t kicks_of(int fd)
{
	uint64_t kicks = 0;
	struct iovec part = { .iov_base = &kicks, .iov_len = sizeof(kicks) };

	return preadv2(fd, &part, 1, -1, RWF_NOWAIT) == sizeof(kicks) ? kicks : 0;
}

/* The kick descriptor is the front end's, and librte_vhost closes it: ours is another one of it. */
static void watch_kicks(int vid, struct vhost_guest *g)
{
	struct rte_vhost_vring ring;

	fd_close(g->kick_fd);
	g->kick_fd = rte_vhost_get_vhost_vring(vid, GUEST_RX_QUEUE, &ring) == 0
			     ? fcntl(ring.kickfd, F_DUPFD_CLOEXEC, 0)
			     : -1;
	g->unseen = kicks_of(g->kick_fd) > 1; /* QEMU makes it with a kick in it */
}

static gboolean are_enabled(const struct vhost_guest *g, uint32_t pair)
{
	return (g->enabled >> 2 * pair & 3) == 3;
}

/* FALSE: a queue is none. */
static gboolean read_pairs(int vid, struct vhost_guest *g)
{
	uint32_t nb = 0;

	for (; nb < VHOST_PAIRS_MAX && are_enabled(g, nb); nb++) {
		struct vhost_pair *p = vhost_guest_pair(g, nb);

		if (!read_queue(vid, (uint16_t)(2 * nb), &p->rx, &g->mem) ||
			!read_queue(vid, (uint16_t)(2 * nb + 1), &p->tx, &g->mem))
			return FALSE;
	}
	atomic_store(&g->nb_pairs, nb);
	if (atomic_load(&g->steered) >= nb)
		atomic_store(&g->steered, 0);
	g->receiving = g->sending = &g->first;
	return nb > 0;
}

/* If it can exchange frames now. */
static void connect_guest(int vid, struct vhost_guest *g)
{
	/* Without a memory table librte_vhost dies of being asked for it. */
	if (atomic_load(&g->connected) || atomic_load(&g->lost) || !g->runs || !g->has_memory ||
		!are_enabled(g, 0))
		return;
	/* Once for all pairs, which come one after another. */
	g->is_mapped = g->is_mapped || read_memory(vid, &g->mem);
	if (!g->is_mapped || !read_pairs(vid, g))
		return;
	watch_kicks(vid, g);
	atomic_store_explicit(&g->connected, 1, memory_order_release);
}

static void disconnect_guest(int vid, struct vhost_guest *g)
{
	if (!atomic_load(&g->connected))
		return;
	atomic_store(&g->connected, 0);
	datapath_wait_quiet(g->all->datapath);
	if (g->all->went != NULL)
		g->all->went(g->all->datapath, slot_of(g));
	/* Where the front end is told that we are, and where we go on. */
	for (uint32_t i = 0; i < vhost_guest_pairs(g); i++) {
		const struct vhost_pair *p = vhost_guest_pair(g, i);

		rte_vhost_set_vring_base(vid, (uint16_t)(2 * i), p->rx.next_avail, p->rx.next_used);
		rte_vhost_set_vring_base(
			vid, (uint16_t)(2 * i + 1), p->tx.next_avail, p->tx.next_used);
	}
}

static void set_bit(uint32_t *set, uint32_t bit, gboolean value)
{
	*set &= ~(UINT32_C(1) << bit);
	*set |= (uint32_t)value << bit;
}

static int on_new_device(int vid)
{
	struct vhost_guest *g = guest_of_vid(vid);

	if (g == NULL)
		return -1;
	g->runs = TRUE;
	g->is_mapped = FALSE; /* what it has of it may be more than before */
	atomic_store(&g->steered, 0);
	connect_guest(vid, g);
	return 0;
}

static void on_destroy_device(int vid)
{
	struct vhost_guest *g = guest_of_vid(vid);

	if (g == NULL)
		return;
	disconnect_guest(vid, g);
	g->runs = FALSE;
}

static int on_queue(int vid, uint16_t queue, int enable)
{
	struct vhost_guest *g = guest_of_vid(vid);

	if (g == NULL || queue >= QUEUES)
		return 0;
	/* There may be more pairs, or less, than before. */
	disconnect_guest(vid, g);
	set_bit(&g->enabled, queue, enable != 0);
	connect_guest(vid, g);
	return 0;
}

/*
 * virtio-user with several queue pairs sets up those, too, that its driver does not use, with a size of
 * 0, which librte_vhost refuses. Such messages have no descriptors.
 */
static gboolean is_of_unused_queue(struct vhost_guest *g, const void *message)
{
	uint32_t request = vhost_request_of(message), queue, number;

	if ((request != VHOST_REQUEST_SET_VRING_NUM && request != VHOST_REQUEST_SET_VRING_ADDR &&
		    request != VHOST_REQUEST_SET_VRING_BASE) ||
		!vhost_request_names_queue(message, &queue, &number) || queue < 2)
		return FALSE;
	if (g == NULL || queue >= QUEUES)
		return TRUE;
	if (request == VHOST_REQUEST_SET_VRING_NUM)
		set_bit(&g->sized, queue, number != 0);
	return (g->sized >> queue & 1) == 0;
}

/* librte_vhost tells of it when the front end has its answer: too late, if it is awaited. */
static void note_stop(struct vhost_guest *g, const void *message)
{
	uint32_t request = vhost_request_of(message), queue, number;

	if ((request == VHOST_REQUEST_SET_VRING_ENABLE ||
		    request == VHOST_REQUEST_GET_VRING_BASE) &&
		vhost_request_names_queue(message, &queue, &number) && queue < QUEUES &&
		(number == 0 || request == VHOST_REQUEST_GET_VRING_BASE))
		set_bit(&g->enabled, queue, FALSE);
}

static enum rte_vhost_msg_result before_message(int vid, void *message)
{
	struct vhost_guest *g = guest_of_vid(vid);
	uint32_t request = vhost_request_of(message);
	/* It leaves memory, rings and descriptors as they are. */
	gboolean is_harmless = request == VHOST_REQUEST_GET_FEATURES ||
			       request == VHOST_REQUEST_GET_PROTOCOL_FEATURES ||
			       request == VHOST_REQUEST_GET_QUEUE_NUM ||
			       request == VHOST_REQUEST_SEND_RARP;

	if (g != NULL && g->all->connector != NULL)
		vhost_connector_heard(g->all->connector, slot_of(g));
	if (g != NULL && !is_harmless)
		disconnect_guest(vid, g);
	if (g != NULL)
		note_stop(g, message);
	/* The old table goes, also where the new one is refused. */
	if (g != NULL &&
		(request == VHOST_REQUEST_SET_MEM_TABLE || request == VHOST_REQUEST_RESET_OWNER)) {
		forget_memory(g);
		g->has_memory = g->is_mapped = FALSE;
	}
	memory_fault_bear();
	if (request == VHOST_REQUEST_GET_QUEUE_NUM) {
		/* It cannot be told a limit: front ends of more pairs are to know ours. */
		vhost_request_answer(message, VHOST_PAIRS_MAX);
		return RTE_VHOST_MSG_RESULT_REPLY;
	}
	return is_of_unused_queue(g, message) ? RTE_VHOST_MSG_RESULT_OK
					      : RTE_VHOST_MSG_RESULT_NOT_HANDLED;
}

static enum rte_vhost_msg_result after_message(int vid, void *message)
{
	struct vhost_guest *g = guest_of_vid(vid);
	uint32_t request = vhost_request_of(message);

	if (g == NULL)
		return RTE_VHOST_MSG_RESULT_NOT_HANDLED;
	if (request == VHOST_REQUEST_SET_FEATURES && atomic_load(&g->stage) == VHOST_CONNECTED)
		atomic_store(&g->stage, VHOST_DRIVER_STARTED);
	if (request == VHOST_REQUEST_SET_MEM_TABLE) {
		atomic_store(&g->stage, VHOST_MEMORY_SENT);
		g->has_memory = TRUE;
		watch_memory(vid, g);
	}
	connect_guest(vid, g);
	return atomic_load(&g->lost) ? RTE_VHOST_MSG_RESULT_ERR : RTE_VHOST_MSG_RESULT_NOT_HANDLED;
}

static int on_connection(int vid)
{
	static const struct rte_vhost_user_extern_ops messages = {
		.pre_msg_handle = before_message,
		.post_msg_handle = after_message,
	};
	struct vhost_guest *g = guest_at_socket(vid);

	if (g == NULL)
		return -1;
	/* The end of the one before may not have been seen yet; or a front end has two. */
	disconnect_guest(atomic_load(&g->vid), g);
	forget_memory(g);
	atomic_store(&g->vid, vid);
	atomic_store(&g->lost, 0);
	g->runs = g->has_memory = g->is_mapped = FALSE;
	g->enabled = g->sized = 0;
	atomic_store(&g->stage, VHOST_CONNECTED);
	return rte_vhost_extern_callback_register(vid, &messages, NULL);
}

static void on_disconnection(int vid)
{
	struct vhost_guest *g = guest_of_vid(vid);

	if (g == NULL)
		return;
	forget_memory(g);
	atomic_store(&g->vid, -1);
	atomic_store(&g->stage, VHOST_LEFT);
	if (g->all->connector != NULL)
		vhost_connector_ended(g->all->connector, slot_of(g));
}

static const struct rte_vhost_device_ops callbacks = {
	.new_connection = on_connection,
	.destroy_connection = on_disconnection,
	.new_device = on_new_device,
	.destroy_device = on_destroy_device,
	.vring_state_changed = on_queue,
};

/* FALSE and errno. */
static gboolean register_path(const char *path, uint64_t flags)
{
	/*
	 * Whole frames only: with segmentation offload a frame length would mean nothing. And what
	 * splitq.h leaves out.
	 */
	const uint64_t none = 1ULL << VIRTIO_RING_F_INDIRECT_DESC |
			      1ULL << VIRTIO_RING_F_EVENT_IDX | 1ULL << VIRTIO_F_RING_PACKED |
			      1ULL << VHOST_F_LOG_ALL | 1ULL << VIRTIO_NET_F_CSUM |
			      1ULL << VIRTIO_NET_F_GUEST_CSUM | 1ULL << VIRTIO_NET_F_HOST_TSO4 |
			      1ULL << VIRTIO_NET_F_HOST_TSO6 | 1ULL << VIRTIO_NET_F_HOST_UFO |
			      1ULL << VIRTIO_NET_F_HOST_ECN | 1ULL << VIRTIO_NET_F_GUEST_TSO4 |
			      1ULL << VIRTIO_NET_F_GUEST_TSO6 | 1ULL << VIRTIO_NET_F_GUEST_UFO |
			      1ULL << VIRTIO_NET_F_GUEST_ECN;

	if (rte_vhost_driver_register(path, flags | RTE_VHOST_USER_NET_COMPLIANT_OL_FLAGS) != 0)
		return FALSE;
	if (rte_vhost_driver_disable_features(path, none) == 0 &&
		rte_vhost_driver_callback_register(path, &callbacks) == 0)
		return TRUE;
	rte_vhost_driver_unregister(path);
	return FALSE;
}

static gboolean register_client(const char *path)
{
	return register_path(path, RTE_VHOST_USER_CLIENT | RTE_VHOST_USER_NO_RECONNECT);
}

static gboolean listen_for_guest(const char *path, GError **error)
{
	if (!register_path(path, 0))
		return sim_fail(error, SIM_ERROR_RESOURCES,
			"%s: cannot create vhost-user socket (%s); check that its directory is "
			"writable",
			path, g_strerror(errno));
	if (rte_vhost_driver_start(path) == 0)
		return TRUE;
	g_set_error(error, SIM_ERROR, SIM_ERROR_DPDK, "%s: rte_vhost_driver_start failed (%s)",
		path, g_strerror(errno));
	rte_vhost_driver_unregister(path);
	return FALSE;
}

static uint32_t nb_of_process(const struct datapath_cfg *cfg)
{
	return MAX(cfg->nb_on_sockets, datapath_cfg_count(cfg, DATAPATH_SOCKET));
}

/* Whatever a killed run left at the guests' paths is removed. */
static gboolean reach_guests(
	struct vhost_guests *vs, const struct datapath_cfg *cfg, GError **error)
{
	for (uint32_t i = 0; i < vs->nb; i++)
		if (vs->path[i] != NULL && !socket_path_free(vs->path[i], error))
			return FALSE;
	if (cfg->guests_listen) {
		vs->connector = vhost_connector_new(&(struct vhost_connector_cfg){ .path = vs->path,
			.nb = vs->nb,
			.nb_all = nb_of_process(cfg),
			.unheard = &vhost_process.unheard,
			.register_path = register_client });
		return vhost_connector_start(vs->connector, error);
	}
	for (; vs->nb_listening < vs->nb; vs->nb_listening++)
		if (vs->path[vs->nb_listening] != NULL &&
			!listen_for_guest(vs->path[vs->nb_listening], error))
			return FALSE;
	return TRUE;
}

static unsigned nb_mbufs(const struct datapath_cfg *cfg)
{
	return cfg->nb_load * POOL_BURST + (cfg->nb_load + cfg->nb_rx) * 2 * POOL_CACHE;
}

size_t vhost_guests_memory(const struct datapath_cfg *cfg)
{
	enum { DEVICE = 40960 }; /* what librte_vhost takes for one, rings and all */

	return pool_bytes(nb_mbufs(cfg), cfg->frame_len_max) +
	       datapath_cfg_count(cfg, DATAPATH_SOCKET) * (size_t)DEVICE;
}

/* Their callbacks find them, or do not any more. */
static void announce_guests(struct vhost_guests *vs, gboolean there)
{
	pthread_mutex_lock(&vhost_process.lock);
	if (vhost_process.guest_of_path == NULL)
		vhost_process.guest_of_path = g_hash_table_new(g_str_hash, g_str_equal);
	for (uint32_t i = 0; i < vs->nb; i++) {
		if (vs->path[i] == NULL)
			continue;
		if (there)
			g_hash_table_insert(
				vhost_process.guest_of_path, vs->path[i], &vs->guest[i]);
		else
			g_hash_table_remove(vhost_process.guest_of_path, vs->path[i]);
	}
	if (g_hash_table_size(vhost_process.guest_of_path) == 0)
		g_clear_pointer(&vhost_process.guest_of_path, g_hash_table_destroy);
	pthread_mutex_unlock(&vhost_process.lock);
}

void vhost_guests_free(struct vhost_guests *vs)
{
	if (vs == NULL)
		return;
	vhost_connector_free(vs->connector);
	for (uint32_t i = 0; i < vs->nb_listening; i++)
		if (vs->path[i] != NULL)
			rte_vhost_driver_unregister(
				vs->path[i]); /* disconnects and removes the socket */
	announce_guests(vs, FALSE);
	for (uint32_t i = 0; i < vs->nb; i++) {
		forget_memory(&vs->guest[i]);
		fd_close(vs->guest[i].kick_fd);
		g_free(vs->path[i]);
	}
	g_free(vs->path);
	rte_mempool_free(vs->pool);
	g_aligned_free(vs->guest);
	g_aligned_free(vs->more);
	g_free(vs);
}

static gboolean make_pool(struct vhost_guests *vs, const struct datapath_cfg *cfg, GError **error)
{
	vs->pool = pool_of_frames("vhost", nb_mbufs(cfg), cfg->frame_len_max, error);
	if (vs->pool == NULL)
		return FALSE;
	for (unsigned q = 0; q < cfg->nb_load; q++) {
		if (rte_mempool_get_bulk(vs->pool, (void **)vs->mbuf[q], POOL_BURST) != 0)
			g_assert_not_reached(); /* the pool was made for them */
		for (unsigned i = 0; i < POOL_BURST; i++)
			vs->own[q][i] = rte_pktmbuf_mtod(vs->mbuf[q][i], void *);
	}
	return TRUE;
}

gboolean vhost_guests_fits(const struct datapath_cfg *cfg, GError **error)
{
	uint32_t nb = nb_of_process(cfg), max = LISTENING_MAX;

	if (cfg->guests_listen)
		max = VHOST_CONNECTOR_MAX;
	if (nb <= max)
		return TRUE;
	return sim_fail(error, SIM_ERROR_USAGE,
		"%u vhost-user guests: librte_vhost supports at most %u per process%s; use fewer "
		"guests, several generators (mpirun -np %u tsim ...), or another --interface",
		nb, max,
		cfg->guests_listen ? ""
				   : " where tsim listens (external guests, --guest-driver dpdk)",
		(nb + max - 1) / max);
}

struct vhost_guests *vhost_guests_new(const struct vhost_guests_cfg *c, GError **error)
{
	const struct datapath_cfg *cfg = c->cfg;
	struct vhost_guests *vs;

	if (!vhost_guests_fits(cfg, error))
		return NULL;
	vs = g_new0(struct vhost_guests, 1);
	vs->datapath = c->datapath;
	vs->went = c->went;
	vs->nb = cfg->nb_guests;
	vs->guest = g_aligned_alloc0(vs->nb, sizeof(*vs->guest), _Alignof(struct vhost_guest));
	vs->more = g_aligned_alloc0((size_t)vs->nb * (VHOST_PAIRS_MAX - 1), sizeof(*vs->more),
		_Alignof(struct vhost_pair));
	vs->room = cfg->frame_len_max - FRAME_FCS_LEN;
	vs->path = g_new0(char *, vs->nb);
	for (uint32_t i = 0; i < vs->nb; i++) {
		vs->guest[i].kick_fd = -1;
		atomic_init(&vs->guest[i].vid, -1);
		atomic_init(&vs->guest[i].nb_pairs, 1);
		vs->guest[i].receiving = vs->guest[i].sending = &vs->guest[i].first;
		vs->guest[i].more = &vs->more[(size_t)i * (VHOST_PAIRS_MAX - 1)];
		vs->guest[i].all = vs;
		if (datapath_cfg_reaches(cfg, i, DATAPATH_SOCKET))
			vs->path[i] = g_strdup_printf(
				"%s/guest-%u.sock", cfg->socket_dir, cfg->guest[i]);
	}
	announce_guests(vs, TRUE);
	c->datapath->vhost = vs;
	if (make_pool(vs, cfg, error) && reach_guests(vs, cfg, error))
		return vs;
	c->datapath->vhost = NULL;
	vhost_guests_free(vs);
	return NULL;
}

struct vhost_guest *vhost_guests_get(struct vhost_guests *vs, uint32_t slot)
{
	return &vs->guest[slot];
}

const char *vhost_guests_address(struct datapath *d, uint32_t slot)
{
	return d->vhost->path[slot];
}

gboolean vhost_guests_connected(struct datapath *d, uint32_t slot)
{
	return vhost_guest_is_connected(&d->vhost->guest[slot]);
}

/*
 * What a guest lacks whose queues are there. A driver puts buffers into a queue before it kicks it: if
 * none are seen, what we have mapped is not what the guest writes.
 */
static const char *lacks_when_connected(struct vhost_guest *g, gboolean *hopeless)
{
	gboolean empty = __atomic_load_n(&g->first.rx.avail->idx, __ATOMIC_ACQUIRE) == 0;

	if (vhost_guest_is_broken(g))
		return "invalid queues";
	g->unseen = empty && (g->unseen || kicks_of(g->kick_fd) != 0);
	*hopeless = g->unseen;
	if (g->unseen)
		return "memory not shared: add share=on to its memory-backend";
	return empty ? "connected, but no receive buffers: check that its interface is up and "
		       "its memory shared"
		     : NULL;
}

const char *vhost_guests_fault(struct datapath *d, uint32_t slot)
{
	return atomic_load(&d->vhost->guest[slot].lost) ? "took its memory away" : NULL;
}

const char *vhost_guests_missing(struct datapath *d, uint32_t slot, gboolean *hopeless)
{
	static const char *const text[] = {
		[VHOST_LEFT] = "disconnected",
		[VHOST_CONNECTED] = "connected, but driver not started",
		[VHOST_DRIVER_STARTED] = "driver has not shared its memory (QEMU: add share=on)",
		[VHOST_MEMORY_SENT] = "driver has not enabled its queues",
	};
	struct vhost_guest *g = &d->vhost->guest[slot];
	const char *lack;

	*hopeless = FALSE;
	/* Whoever disconnects it waits for the lock, or for quiesce. */
	pthread_mutex_lock(&d->quiesce_lock);
	lack = vhost_guests_fault(d, slot);
	if (lack == NULL)
		lack = atomic_load(&g->connected) ? lacks_when_connected(g, hopeless)
						  : text[atomic_load(&g->stage)];
	pthread_mutex_unlock(&d->quiesce_lock);
	return lack;
}

uint64_t vhost_guests_calls(struct datapath *d, uint32_t slot)
{
	struct vhost_guest *g = &d->vhost->guest[slot];
	uint64_t calls = 0;

	for (uint32_t i = 0; i < VHOST_PAIRS_MAX; i++) {
		struct vhost_pair *p = vhost_guest_pair(g, i);

		calls += ctr_get(&p->rx.calls) + ctr_get(&p->tx.calls);
	}
	return calls;
}
