/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * sim/server/process.h: long-running processes on a server, which live on when tsim or the
 * connection dies, and are found again. A small shell script of ours is their session leader: it
 * keeps STATE_DIR/process/NAME.pid (PID, its start time, /proc/sys/kernel/random/boot_id), waits,
 * and leaves the exit status in NAME.exit; output goes to NAME.log. Never found by a name or a
 * pattern: a PID counts only with the start time that was recorded.
 */
#ifndef SIM_SERVER_PROCESS_H
#define SIM_SERVER_PROCESS_H

#include <glib.h>

#include "sim/server/server.h"

enum process_state {
	PROCESS_NONE, /* none of that name was started, or it was stopped */
	PROCESS_RUNNING,
	PROCESS_ENDED, /* by itself; *status */
};

/* netns: network namespace to run it in; NULL: the server's. name: letters, digits, '-'. */
gboolean process_start(struct server *s, const char *name, const char *netns,
	const char *const *argv, GError **error);
gboolean process_look(
	struct server *s, const char *name, enum process_state *state, int *status, GError **error);
/* Asked to (SIGTERM to its group), forced after grace_ms, verified; its files go. None is fine. */
gboolean process_stop(struct server *s, const char *name, unsigned grace_ms, GError **error);
/* "was killed by signal 11", "exited with status 3"; PROCESS_NONE: "was stopped". Newly allocated. */
char *process_end_text(enum process_state state, int status);
/* PIDs of names (up to NULL), without the scripts': "123,125"; NULL: none. Newly allocated. */
char *process_pids(struct server *s, const char *const *names);
/*
 * Says something (stream_read) within about a second after one of names (up to NULL) has ended.
 * While a trial is measured: it looks once a second. NULL and error where it cannot be started.
 */
struct stream *process_watch(struct server *s, const char *const *names, GError **error);
/* The last lines of its log, "" if there is none. Newly allocated. */
char *process_words(struct server *s, const char *name, unsigned lines);
/* Names of all that are recorded on the server. */
char **process_list(struct server *s, GError **error);

#endif
