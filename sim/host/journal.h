/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * sim/host/journal.h: what tsim made on a server, in order, and how each thing is undone. Kept
 * in STATE_DIR/journal there, a line each, written before the thing is made: so what a SIGKILL left
 * behind is undone by the next tsim, or by tsim teardown-network. What was there before is not
 * recorded, and so never undone. A journal of an earlier boot is void: nothing of it is left.
 *
 * The journal is also the lock of the server: one tsim at a time, by flock of STATE_DIR/lock, held
 * by a process there (server_open) that ends with the connection. Commands that a dead tsim left
 * running there cannot change anything behind its successor's back: each makes sure, while it holds
 * STATE_DIR/busy, that the lock is still its own tsim's.
 *
 * Dry runs (server_set_dry) take no lock and write no file; what was made is undone on paper.
 */
#ifndef SIM_HOST_JOURNAL_H
#define SIM_HOST_JOURNAL_H

#include <glib.h>

#include "sim/server/server.h"

struct journal;

/* Takes the lock; an error names who has it. *left: things of a dead tsim are in it. NULL: no matter. */
struct journal *journal_open(struct server *s, gboolean *left, GError **error);
void journal_close(struct journal *j); /* NULL is fine. Undoes nothing; gives the lock back. */
struct server *journal_server(const struct journal *j);

/* How many things are recorded: a place to come back to. */
guint journal_mark(const struct journal *j);
/*
 * Records what ("bridge tsim-br"), then runs make. If that fails, runs undo, forgets it, and returns
 * the error. undo is tried until it succeeds or its thing is gone, and must do no harm then.
 */
gboolean journal_make(struct journal *j, const char *what, const char *const *make,
	const char *const *undo, GError **error);
/* A process (process.h); undone by process_stop. */
gboolean journal_start(struct journal *j, const char *name, const char *netns,
	const char *const *argv, GError **error);
/* Undoes the newest things, newest first, until mark are left (0: all). Goes on after a failure,
 * keeps what could not be undone, and returns the first error. */
gboolean journal_undo(struct journal *j, guint mark, GError **error);
/* Lines for people: what is there. Newly allocated, NULL-terminated. */
char **journal_list(const struct journal *j);
/*
 * The same of any server, without its lock: for tsim status. *holder: who has the lock, NULL:
 * nobody; newly allocated. NULL and error where it cannot be read.
 */
char **journal_peek(struct server *s, char **holder, GError **error);

#endif
