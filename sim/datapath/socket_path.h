/* SPDX-License-Identifier: BSD-3-Clause */
/* sim/datapath/socket_path.h: Unix sockets: may one be made at a path; making it; connecting to one. */
#ifndef SIM_DATAPATH_SOCKET_PATH_H
#define SIM_DATAPATH_SOCKET_PATH_H

#include <sys/types.h>

#include <glib.h>

/* Is path short enough for a socket's address? An error says how long it may be. */
gboolean socket_path_fits(const char *path, GError **error);
/*
 * TRUE when there is nothing at path. A socket that nobody listens on is what a killed run left
 * behind: it is removed. FALSE and error for anything else, and for a path that is too long.
 */
gboolean socket_path_free(const char *path, GError **error);
/*
 * A stream socket that listens at path, and does not block; what a killed run left there is removed. It
 * appears at once: who finds it can connect. mode: of the file, 0: as umask has it. < 0 and error.
 */
int socket_path_listen(const char *path, mode_t mode, GError **error);
/* type: SOCK_STREAM or another, and flags of socket(). The descriptor; -1 and errno. */
int socket_path_connect(const char *path, int type);

#endif
