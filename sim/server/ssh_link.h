/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * sim/server/ssh_link.h: an SSH connection whose host is known and that took our key. libssh is
 * non-blocking from then on: what returns SSH_AGAIN is called again after ssh_link_wait. Counted:
 * streams outlive the server's wish for another connection.
 */
#ifndef SIM_SERVER_SSH_LINK_H
#define SIM_SERVER_SSH_LINK_H

#include <libssh/callbacks.h>
#include <libssh/libssh.h>

#include "sim/server/server.h"

struct ssh_link {
	ssh_session session;
	struct ssh_callbacks_struct callbacks; /* of session */
	ssh_event event;                       /* NULL: not yet connected */
	unsigned refs;
};

struct ssh_link *ssh_link_new(const struct server_ssh_cfg *cfg, GError **error);
struct ssh_link *ssh_link_ref(struct ssh_link *k);
void ssh_link_unref(struct ssh_link *k); /* NULL is fine. After its channels. */
/*
 * Does what there is to do, or waits for it a moment: reading a channel may have done it already,
 * for another. FALSE if the time is over or the connection is.
 */
gboolean ssh_link_wait(struct ssh_link *k, gint64 until_us);
gboolean ssh_link_is_up(const struct ssh_link *k);

#endif
