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
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <rte_vhost.h>

#include "sim/datapath/datapath.h"
#include "sim/error.h"

enum {
	GUEST_RX_QUEUE = 0, /* virtio 1.1, 5.1.2: receiveq1 is 0, transmitq1 is 1 */
	GUEST_TX_QUEUE = 1,
	NOT_CONNECTED = -1,
	DEVICES_MAX = 1024, /* MAX_VHOST_SOCKET of librte_vhost */
};

struct vhost_state {
	_Atomic int *vid; /* of each guest; NOT_CONNECTED */
	char **path;
	uint32_t nb_open;
	GHashTable *guest_of_path;
};

/* librte_vhost's callbacks carry no argument: the one open datapath. Set in open, cleared in close. */
static struct datapath *the_datapath;

static int guest_of_vid(int vid)
{
	struct vhost_state *s = the_datapath->state;
	char path[sizeof(((struct sockaddr_un *)NULL)->sun_path)] = "";
	void *guest;

	if (rte_vhost_get_ifname(vid, path, sizeof(path)) != 0 ||
		!g_hash_table_lookup_extended(s->guest_of_path, path, NULL, &guest))
		return -1;
	return GPOINTER_TO_INT(guest);
}

static int on_new_device(int vid)
{
	struct vhost_state *s = the_datapath->state;
	int guest = guest_of_vid(vid);

	if (guest < 0)
		return -1;
	/* Polling back end: the guest need not kick us. */
	rte_vhost_enable_guest_notification(vid, GUEST_RX_QUEUE, 0);
	rte_vhost_enable_guest_notification(vid, GUEST_TX_QUEUE, 0);
	atomic_store_explicit(&s->vid[guest], vid, memory_order_release);
	return 0;
}

static void on_destroy_device(int vid)
{
	struct datapath *d = the_datapath;
	struct vhost_state *s = d->state;
	int guest = guest_of_vid(vid);

	if (guest < 0 || atomic_load(&s->vid[guest]) != vid)
		return;
	atomic_store(&s->vid[guest], NOT_CONNECTED);
	g_mutex_lock(&d->quiesce_lock);
	if (d->quiesce != NULL)
		d->quiesce(d->quiesce_arg);
	g_mutex_unlock(&d->quiesce_lock);
}

static const struct rte_vhost_device_ops callbacks = {
	.new_device = on_new_device,
	.destroy_device = on_destroy_device,
};

static gboolean somebody_listens(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	gboolean yes;

	g_strlcpy(address.sun_path, path, sizeof(address.sun_path));
	yes = fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0;
	if (fd >= 0)
		close(fd);
	return yes;
}

/* A socket that nobody listens on is what a killed run left behind: it may go. */
static gboolean path_is_free(const char *path, GError **error)
{
	struct sockaddr_un address;

	if (strlen(path) >= sizeof(address.sun_path)) {
		g_set_error(error, SIM_ERROR, SIM_ERROR_USAGE,
			"%s: too long for a socket (at most %zu characters); use a shorter "
			"--socket-dir",
			path, sizeof(address.sun_path) - 1);
		return FALSE;
	}
	if (!g_file_test(path, G_FILE_TEST_EXISTS))
		return TRUE;
	if (somebody_listens(path)) {
		g_set_error(error, SIM_ERROR, SIM_ERROR_RESOURCES,
			"%s: another program listens there; stop it or use another --socket-dir",
			path);
		return FALSE;
	}
	if (unlink(path) != 0) {
		g_set_error(error, SIM_ERROR, SIM_ERROR_RESOURCES,
			"%s: is there already and cannot be removed (%s); use another --socket-dir",
			path, g_strerror(errno));
		return FALSE;
	}
	return TRUE;
}

static gboolean listen_for_guest(const char *path, GError **error)
{
	/* Whole frames only: with segmentation offload a frame length would mean nothing. */
	const uint64_t offloads = 1ULL << VIRTIO_NET_F_CSUM | 1ULL << VIRTIO_NET_F_GUEST_CSUM |
				  1ULL << VIRTIO_NET_F_HOST_TSO4 | 1ULL << VIRTIO_NET_F_HOST_TSO6 |
				  1ULL << VIRTIO_NET_F_HOST_UFO | 1ULL << VIRTIO_NET_F_HOST_ECN |
				  1ULL << VIRTIO_NET_F_GUEST_TSO4 |
				  1ULL << VIRTIO_NET_F_GUEST_TSO6 | 1ULL << VIRTIO_NET_F_GUEST_UFO |
				  1ULL << VIRTIO_NET_F_GUEST_ECN;

	if (!path_is_free(path, error))
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

static void vhost_close(struct datapath *d)
{
	struct vhost_state *s = d->state;

	for (uint32_t i = 0; i < s->nb_open; i++)
		rte_vhost_driver_unregister(s->path[i]); /* disconnects and removes the socket */
	the_datapath = NULL;
	g_hash_table_destroy(s->guest_of_path);
	g_strfreev(s->path);
	g_free((void *)s->vid);
	g_free(s);
}

static gboolean vhost_open(struct datapath *d, const struct datapath_cfg *cfg, GError **error)
{
	struct vhost_state *s;

	if (cfg->nb_guests > DEVICES_MAX) {
		g_set_error(error, SIM_ERROR, SIM_ERROR_RESOURCES,
			"--guests %u: librte_vhost serves at most %d vhost-user guests a process; "
			"use fewer",
			cfg->nb_guests, DEVICES_MAX);
		return FALSE;
	}
	g_assert(the_datapath == NULL);
	s = g_new0(struct vhost_state, 1);
	s->vid = g_new(_Atomic int, cfg->nb_guests);
	s->path = g_new0(char *, cfg->nb_guests + 1);
	s->guest_of_path = g_hash_table_new(g_str_hash, g_str_equal);
	for (uint32_t i = 0; i < cfg->nb_guests; i++) {
		atomic_store(&s->vid[i], NOT_CONNECTED);
		s->path[i] = g_strdup_printf("%s/guest-%u.sock", cfg->socket_dir, i);
		g_hash_table_insert(s->guest_of_path, s->path[i], GINT_TO_POINTER(i));
	}
	d->state = s;
	the_datapath = d;
	for (; s->nb_open < cfg->nb_guests; s->nb_open++) {
		if (!listen_for_guest(s->path[s->nb_open], error)) {
			vhost_close(d);
			return FALSE;
		}
	}
	return TRUE;
}

static const char *vhost_address(struct datapath *d, uint32_t guest)
{
	return ((struct vhost_state *)d->state)->path[guest];
}

static gboolean vhost_connected(struct datapath *d, uint32_t guest)
{
	return atomic_load(&((struct vhost_state *)d->state)->vid[guest]) != NOT_CONNECTED;
}

static uint16_t vhost_tx(struct datapath *d, uint32_t guest, struct rte_mbuf **m, uint16_t n)
{
	struct vhost_state *s = d->state;
	int vid = atomic_load_explicit(&s->vid[guest], memory_order_acquire);

	if (vid == NOT_CONNECTED)
		return 0;
	return rte_vhost_enqueue_burst(vid, GUEST_RX_QUEUE, m, n);
}

static uint16_t vhost_rx(struct datapath *d, uint32_t guest, struct rte_mempool *pool,
	struct rte_mbuf **m, uint16_t n)
{
	struct vhost_state *s = d->state;
	int vid = atomic_load_explicit(&s->vid[guest], memory_order_acquire);

	if (vid == NOT_CONNECTED)
		return 0;
	return rte_vhost_dequeue_burst(vid, GUEST_TX_QUEUE, pool, m, n);
}

const struct datapath_ops datapath_vhost_user = {
	.interface = "vhost-user",
	.mechanism = "librte_vhost back end copies each frame into and out of the guest's "
		     "virtqueues",
	.tx_copies = TRUE,
	.open = vhost_open,
	.close = vhost_close,
	.address = vhost_address,
	.connected = vhost_connected,
	.tx = vhost_tx,
	.rx = vhost_rx,
};
