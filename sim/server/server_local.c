/* SPDX-License-Identifier: BSD-3-Clause */
/* This machine as a server. */
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <glib-unix.h>

#include "sim/base/error.h"
#include "sim/base/fd.h"
#include "sim/server/server.h"
#include "sim/server/server_private.h"

enum {
	CHUNK = 65536,
	REAP_POLL_MS = 20,
	WRITE_TIMEOUT_MS = 30000, /* of a stream whose other end does not read */
};

/*
 * A group of its own: a timeout ends all of it, and a terminal's Ctrl-C is for tsim alone. Programs
 * expect SIGPIPE to end them, whatever this one does with it.
 */
static void lead_group(gpointer unused)
{
	(void)unused;
	setpgid(0, 0);
	signal(SIGPIPE, SIG_DFL);
}

/* what: as of a command. 0: error. */
static GPid spawn_group(struct server *s, const char *what, const char *const *argv, int *in,
	int *out, int *err, GError **error)
{
	g_autoptr(GError) why = NULL;
	GPid pid;

	if (g_spawn_async_with_pipes(NULL, (char **)(uintptr_t)argv, NULL,
		    G_SPAWN_SEARCH_PATH | G_SPAWN_DO_NOT_REAP_CHILD, lead_group, NULL, &pid, in,
		    out, err, &why))
		return pid;
	server_fail(s, error, "%s: %s", what, why->message);
	return 0;
}

static int left_ms(gint64 until_us)
{
	gint64 left = (until_us - g_get_monotonic_time() + 999) / 1000;

	return (int)CLAMP(left, 0, G_MAXINT);
}

/* What fd has, to the end of *into. FALSE at its end, which closes it. */
static gboolean drain_output(int *fd, GString *into)
{
	gsize had = into->len;
	ssize_t n;

	g_string_set_size(into, had + CHUNK);
	n = read(*fd, into->str + had, CHUNK);
	g_string_set_size(into, had + (n > 0 ? (gsize)n : 0));
	if (n > 0 || (n < 0 && errno == EINTR))
		return TRUE;
	close(*fd);
	*fd = -1;
	return FALSE;
}

/* write() for a pipe whose reader may have gone: EPIPE, but no signal. */
static ssize_t write_quietly(int fd, const void *data, size_t len)
{
	const struct timespec at_once = { 0, 0 };
	sigset_t pipes, before, pending;
	ssize_t n;
	int why;

	sigemptyset(&pipes);
	sigaddset(&pipes, SIGPIPE);
	sigpending(&pending);
	pthread_sigmask(SIG_BLOCK, &pipes, &before);
	n = write(fd, data, len);
	why = errno;
	if (n < 0 && why == EPIPE && sigismember(&pending, SIGPIPE) == 0)
		(void)sigtimedwait(&pipes, NULL, &at_once);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	errno = why;
	return n;
}

static void feed_input(int *fd, const char **input, size_t *len)
{
	ssize_t n = *len == 0 ? 0 : write_quietly(*fd, *input, MIN(*len, (size_t)CHUNK));

	if (n > 0) {
		*input += n;
		*len -= (size_t)n;
	}
	/* One that does not want it all has its reason, and its status. */
	if (*len == 0 || (n < 0 && errno != EINTR && errno != EAGAIN)) {
		close(*fd);
		*fd = -1;
	}
}

static int exit_status(int status)
{
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

/*
 * Has it ended? Asked until it has: then *pid is 0, and what it has left in its group ends, too.
 * That number is nobody else's before it is waited for.
 */
static gboolean has_ended(GPid *pid, int *status)
{
	siginfo_t what = { 0 };
	int raw = 0;

	if (*pid != 0 && waitid(P_PID, (id_t)*pid, &what, WEXITED | WNOHANG | WNOWAIT) == 0 &&
		what.si_pid == *pid) {
		kill(-*pid, SIGKILL);
		waitpid(*pid, &raw, 0);
		*status = exit_status(raw);
		*pid = 0;
	}
	return *pid == 0;
}

/*
 * Until it has ended, and both outputs are closed; FALSE if that takes too long. A program may
 * close its outputs and read on, or end and leave its input to somebody who does not read.
 */
static gboolean converse_with(
	GPid *pid, int fd[3], const struct command *c, GString *text[2], int *status)
{
	gint64 until_us = g_get_monotonic_time() + (gint64)c->timeout_ms * 1000;
	const char *input = c->input;
	size_t len = c->input_len;
	struct pollfd p[3];
	int wait_ms;

	if (len == 0) {
		close(fd[0]);
		fd[0] = -1;
	}
	while (!has_ended(pid, status) || fd[1] >= 0 || fd[2] >= 0) {
		for (int i = 0; i < 3; i++)
			p[i] = (struct pollfd){ .fd = fd[i], .events = i == 0 ? POLLOUT : POLLIN };
		wait_ms = left_ms(until_us);
		if (wait_ms == 0)
			return FALSE;
		if (*pid != 0) /* whose end no file descriptor tells */
			wait_ms = MIN(wait_ms, fd[1] < 0 && fd[2] < 0 ? 1 : REAP_POLL_MS);
		if (poll(p, 3, wait_ms) <= 0)
			continue;
		if (c->is_copy)
			until_us = g_get_monotonic_time() + (gint64)c->timeout_ms * 1000;
		if (p[0].revents != 0)
			feed_input(&fd[0], &input, &len);
		for (int i = 1; i < 3; i++)
			if (p[i].revents != 0)
				(void)drain_output(&fd[i], text[i - 1]);
	}
	return TRUE;
}

static void kill_group(GPid pid)
{
	kill(-pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

static gboolean local_run(
	struct server *s, const struct command *c, struct server_result *out, GError **error)
{
	GString *text[2] = { g_string_new(NULL), g_string_new(NULL) };
	int fd[3] = { -1, -1, -1 };
	GPid pid = spawn_group(s, c->what, c->argv, &fd[0], &fd[1], &fd[2], error);
	gboolean done = FALSE;

	if (pid != 0) {
		(void)g_unix_set_fd_nonblocking(fd[0], TRUE, NULL);
		done = converse_with(&pid, fd, c, text, &out->status);
		if (!done) {
			if (pid != 0)
				kill_group(pid);
			server_fail(
				s, error, "%s: killed after %g s", c->what, c->timeout_ms / 1000.0);
		}
	}
	for (int i = 0; i < 3; i++)
		fd_close(fd[i]);
	out->out_len = text[0]->len;
	out->out = g_string_free(text[0], FALSE);
	out->err = g_string_free(text[1], FALSE);
	if (!done)
		server_result_clear(out);
	return done;
}

struct local_stream {
	struct stream stream;
	int in, out; /* of us to read from and write to; a socket is both */
	GPid pid;    /* 0: none */
};

static ssize_t local_read(
	struct stream *st, void *into, size_t room, unsigned timeout_ms, GError **error)
{
	struct local_stream *l = (struct local_stream *)st;
	struct pollfd p = { .fd = l->in, .events = POLLIN };
	ssize_t n;

	if (poll(&p, 1, (int)MIN(timeout_ms, (unsigned)G_MAXINT)) <= 0)
		return 0;
	n = read(l->in, into, room);
	if (n > 0)
		return n;
	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return 0;
	if (n < 0 && errno != ECONNRESET)
		sim_fail(error, SIM_ERROR_SERVER, "read: %s", g_strerror(errno));
	return -1;
}

static gboolean local_write(struct stream *st, const void *data, size_t len, GError **error)
{
	struct local_stream *l = (struct local_stream *)st;
	const char *at = data;

	while (len > 0) {
		struct pollfd p = { .fd = l->out, .events = POLLOUT };
		int ready = poll(&p, 1, WRITE_TIMEOUT_MS);
		ssize_t n;

		if (ready < 0 && errno == EINTR)
			continue;
		if (ready == 0)
			errno = ETIMEDOUT;
		n = ready <= 0 ? -1 : write_quietly(l->out, at, len);
		if (n < 0 && (errno == EINTR || errno == EAGAIN))
			continue;
		if (n < 0)
			return sim_fail(error, SIM_ERROR_SERVER, "write: %s", g_strerror(errno));
		at += n;
		len -= (size_t)n;
	}
	return TRUE;
}

static void local_stream_free(struct stream *st)
{
	struct local_stream *l = (struct local_stream *)st;

	close(l->in);
	if (l->out != l->in)
		close(l->out);
	if (l->pid != 0)
		kill_group(l->pid);
	g_free(l);
}

static struct stream *local_stream(int in, int out, GPid pid)
{
	static const struct stream_ops ops = {
		.read = local_read,
		.write = local_write,
		.free = local_stream_free,
	};
	struct local_stream *l = g_new0(struct local_stream, 1);

	(void)g_unix_set_fd_nonblocking(out, TRUE, NULL);
	*l = (struct local_stream){ .stream = { .ops = &ops }, .in = in, .out = out, .pid = pid };
	return &l->stream;
}

static struct stream *local_open(struct server *s, const char *const *argv, GError **error)
{
	g_autofree char *what = server_brief(argv);
	int to = -1, from = -1;
	GPid pid = spawn_group(s, what, argv, &to, &from, NULL, error);

	return pid == 0 ? NULL : local_stream(from, to, pid);
}

static struct stream *local_connect(struct server *s, const char *path, GError **error)
{
	struct sockaddr_un where = { .sun_family = AF_UNIX };
	int fd = -1;

	errno = ENAMETOOLONG;
	if (g_strlcpy(where.sun_path, path, sizeof(where.sun_path)) < sizeof(where.sun_path))
		fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd >= 0 && connect(fd, (struct sockaddr *)&where, sizeof(where)) == 0)
		return local_stream(fd, fd, 0);
	server_fail(s, error, "%s: cannot connect: %s", path, g_strerror(errno));
	fd_close(fd);
	return NULL;
}

static int local_terminal(struct server *s, const char *const *argv, GError **error)
{
	const char *shell[] = { g_getenv("SHELL") == NULL ? "/bin/sh" : g_getenv("SHELL"), NULL };
	g_autofree char *what = NULL;
	g_autoptr(GError) why = NULL;
	int status;

	if (argv == NULL || argv[0] == NULL)
		argv = shell;
	if (g_spawn_sync(NULL, (char **)(uintptr_t)argv, NULL,
		    G_SPAWN_SEARCH_PATH | G_SPAWN_CHILD_INHERITS_STDIN, NULL, NULL, NULL, NULL,
		    &status, &why))
		return exit_status(status);
	what = server_brief(argv);
	server_fail(s, error, "%s: %s", what, why->message);
	return -1;
}

struct server *server_new_local(const char *name)
{
	static const struct server_ops ops = {
		.is_local = TRUE,
		.run = local_run,
		.open = local_open,
		.connect = local_connect,
		.terminal = local_terminal,
	};

	return server_new(&ops, name, NULL);
}
