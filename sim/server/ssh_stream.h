/* SPDX-License-Identifier: BSD-3-Clause */
/* sim/server/ssh_stream.h: commands with input and Unix sockets of a server by SSH, as streams. */
#ifndef SIM_SERVER_SSH_STREAM_H
#define SIM_SERVER_SSH_STREAM_H

#include "sim/server/server.h"

/* As server_open and server_connect. */
struct stream *ssh_stream_open(struct server *s, const char *const *argv, GError **error);
struct stream *ssh_stream_connect(struct server *s, const char *path, GError **error);

#endif
