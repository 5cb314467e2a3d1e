/* SPDX-License-Identifier: BSD-3-Clause */
/* sim/server/ssh_terminal.h: this process's terminal as that of a command of a server by SSH. */
#ifndef SIM_SERVER_SSH_TERMINAL_H
#define SIM_SERVER_SSH_TERMINAL_H

#include "sim/server/server.h"

/* As server_terminal. */
int ssh_terminal(struct server *s, const char *const *argv, GError **error);

#endif
