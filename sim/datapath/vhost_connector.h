/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * sim/datapath/vhost_connector.h: connects a vhost-user back end to guests that listen on sockets
 * (RTE_VHOST_USER_CLIENT): one of librte_vhost's 1024 descriptors a guest, not two.
 *
 * A thread waits until a socket is there, registers it with librte_vhost and connects, at once: by
 * itself librte_vhost tries once a second, in a thread that unregistering a guest does not wait for.
 * A guest whose connection has ended is connected again as soon as it listens again.
 */
#ifndef SIM_DATAPATH_VHOST_CONNECTOR_H
#define SIM_DATAPATH_VHOST_CONNECTOR_H

#include <stdatomic.h>
#include <stdint.h>

#include <glib.h>

/*
 * Guests of a process: librte_vhost watches 1024 descriptors, one of them its own. One is left for a
 * guest that comes back before its former connection is off the list.
 */
enum { VHOST_CONNECTOR_MAX = 1022 };

struct vhost_connector;

struct vhost_connector_cfg {
	char *const
		*path; /* of each guest's socket, NULL: none to wait for; the caller's, as long as
			  the connector is there */
	uint32_t nb;
	uint32_t nb_all;           /* guests of all connectors of the process */
	_Atomic uint32_t *unheard; /* of all of them: 0 before the first */
	/* Registers a path as a client with features and callbacks. The connector starts it. */
	gboolean (*register_path)(const char *path);
};

struct vhost_connector *vhost_connector_new(const struct vhost_connector_cfg *cfg);
/* From now on guests are connected, and librte_vhost calls back. FALSE and error: no thread. */
gboolean vhost_connector_start(struct vhost_connector *c, GError **error);
/* Ends the thread and all connections; then librte_vhost calls back no more. NULL is fine. */
void vhost_connector_free(struct vhost_connector *c);

/* To be told in librte_vhost's thread: a message has come; the connection has ended. */
void vhost_connector_heard(struct vhost_connector *c, uint32_t slot);
void vhost_connector_ended(struct vhost_connector *c, uint32_t slot);

#endif
