/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * sim/server/server.h: a machine on which commands are run: this one, one reached by SSH, or a
 * guest by its console. A command is a vector of words; where a shell is between, they are quoted
 * here. Not while a trial is measured; one thread a server.
 *
 * Errors are of SIM_ERROR and begin with the server's name. A connection that breaks is made again
 * once by the call that finds it broken, if the command has not been sent by then; else the call
 * fails (nobody knows whether it ran) and the next one connects anew.
 */
#ifndef SIM_SERVER_SERVER_H
#define SIM_SERVER_SERVER_H

#include <stddef.h>
#include <stdio.h>
#include <sys/types.h>

#include <glib.h>

struct server;

struct server_ssh_cfg {
	const char *name;        /* "host": in errors */
	const char *address;     /* NAME, USER@NAME or an alias of ~/.ssh/config; [ADDRESS]:PORT */
	const char *config;      /* ssh's config file; NULL: ~/.ssh/config */
	const char *identity;    /* key file; NULL: agent and ssh's defaults. No passwords. */
	const char *known_hosts; /* NULL: ssh's; an unknown host is an error that says the remedy */
	unsigned timeout_ms;     /* to connect, and of each step of it; 0: 10 s */
	gboolean as_root;        /* commands through sudo -n */
};

struct server *server_new_local(const char *name);
/* Not connected before it is needed. Strings are copied. */
struct server *server_new_ssh(const struct server_ssh_cfg *cfg);
void server_free(struct server *s); /* NULL is fine */

const char *server_name(const struct server *s);
/* The error "NAME: text", SIM_ERROR_SERVER. FALSE always, for return. */
gboolean server_fail(const struct server *s, GError **error, const char *format, ...)
	G_GNUC_PRINTF(3, 4);
gboolean server_is_local(const struct server *s);
/*
 * From now on every command that changes something is printed to out, as a line for a shell, and
 * taken for done; questions are answered by "nothing there" (exit status 1, no output).
 */
void server_set_dry(struct server *s, FILE *out);
gboolean server_is_dry(const struct server *s);

typedef struct server_result server_result;
struct server_result {
	int status; /* exit status; 128 + number of a signal */
	char *out, *err;
	size_t out_len;
};
void server_result_clear(struct server_result *r);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(server_result, server_result_clear)

/*
 * Runs and waits. FALSE if it could not be run, or took more than timeout_ms (0: 30 s), after which
 * it is killed; a status that is not 0 is no error. What it leaves running in its process group ends
 * with it. input: NULL is none.
 */
gboolean server_run(struct server *s, const char *const *argv, const char *input,
	unsigned timeout_ms, struct server_result *out, GError **error);
/* The error of a command that ran and failed: its words, why it says, its status. FALSE always. */
gboolean server_failed(const struct server *s, const char *const *argv,
	const struct server_result *r, GError **error);
/* A command that changes something; a status that is not 0 is an error with what it said. */
gboolean server_do(struct server *s, const char *const *argv, GError **error);
/* The same, words up to NULL. */
gboolean server_dol(struct server *s, GError **error, ...) G_GNUC_NULL_TERMINATED;
/* A question: what it says, NULL and error where its status is not 0. Newly allocated. */
char *server_askv(struct server *s, const char *const *argv, GError **error);
char *server_ask(struct server *s, GError **error, ...) G_GNUC_NULL_TERMINATED;
/* A question that is answered by the status; FALSE also where it cannot be asked. */
gboolean server_test(struct server *s, ...) G_GNUC_NULL_TERMINATED;

/*
 * Files of up to 1 GiB; folders of the target are made. To a temporary name, then renamed. A copy that
 * stands still for a minute fails. mode: 0644, 0755.
 */
gboolean server_put(
	struct server *s, const char *local, const char *remote, mode_t mode, GError **error);
gboolean server_get(struct server *s, const char *remote, const char *local, GError **error);
/*
 * Folder for what must not outlive a boot: $TSIM_STATE_DIR, /run/tsim for root, else
 * /tmp/tsim-UID. Made, 0700, refused if it is somebody else's. Owned by s.
 */
const char *server_state_dir(struct server *s, GError **error);

/* Both directions of a connection with something there. */
struct stream;
/* A command's stdin and stdout; it is killed when the stream is freed or the connection goes. */
struct stream *server_open(struct server *s, const char *const *argv, GError **error);
/* A Unix socket there. */
struct stream *server_connect(struct server *s, const char *path, GError **error);
/* > 0 bytes; 0: nothing within timeout_ms; -1: ended, or error is set. */
ssize_t stream_read(
	struct stream *st, void *into, size_t room, unsigned timeout_ms, GError **error);
gboolean stream_write(struct stream *st, const void *data, size_t len, GError **error);
void stream_free(struct stream *st); /* NULL is fine */
/* stdin, stdout and terminal of this process to a login shell or argv there, until it ends. Its status. */
int server_terminal(struct server *s, const char *const *argv, GError **error);

/* Words as one line of POSIX shell. Newly allocated. */
char *server_quote(const char *const *argv);

#endif
