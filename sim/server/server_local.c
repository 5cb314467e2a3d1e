/* SPDX-License-Identifier: BSD-3-Clause */
/* This machine as a server. */
#include <errno.h>
#include <fcntl.h>
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
#include <glib/gstdio.h>

#include "sim/base/error.h"
#include "sim/server/server.h"
#include "sim/server/server_private.h"

enum {
	CHUNK = 65536,
	REAP_POLL_MS = 20,
	WRITE_TIMEOUT_MS = 30000, /* of a stream whose other end does not read */
};

static gboolean fail(struct server *s, const char *const *argv, const char *why, GError **error)
{
	g_autofree char *line = server_brief(argv);

	g_set_error(error, SIM_ERROR, SIM_ERROR_SERVER, "%s: %s: %s", s->name, line, why);
	return FALSE;
}

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

static GPid spawn(
	struct server *s, const char *const *argv, int *in, int *out, int *err, GError **error)
{
	g_autoptr(GError) why = NULL;
	GPid pid;

	if (g_spawn_async_with_pipes(NULL, (char **)(uintptr_t)argv, NULL,
		    G_SPAWN_SEARCH_PATH | G_SPAWN_DO_NOT_REAP_CHILD, lead_group, NULL, &pid, in,
		    out, err, &why))
		return pid;
	fail(s, argv, why->message, error);
	return 0;
}

static int left_ms(gint64 until_us)
{
	gint64 left = (until_us - g_get_monotonic_time() + 999) / 1000;

	return (int)CLAMP(left, 0, G_MAXINT);
}

/* What fd has, to the end of *into. FALSE at its end, which closes it. */
static gboolean take(int *fd, GString *into)
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

static void give(int *fd, const char **input, size_t *len)
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
static gboolean ended(GPid *pid, int *status)
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
static gboolean converse(
	GPid *pid, int fd[3], const char *input, gint64 until_us, GString *text[2], int *status)
{
	size_t len = input == NULL ? 0 : strlen(input);
	struct pollfd p[3];
	int wait_ms;

	if (len == 0) {
		close(fd[0]);
		fd[0] = -1;
	}
	while (!ended(pid, status) || fd[1] >= 0 || fd[2] >= 0) {
		for (int i = 0; i < 3; i++)
			p[i] = (struct pollfd){ .fd = fd[i], .events = i == 0 ? POLLOUT : POLLIN };
		wait_ms = left_ms(until_us);
		if (wait_ms == 0)
			return FALSE;
		if (*pid != 0) /* whose end no file descriptor tells */
			wait_ms = MIN(wait_ms, fd[1] < 0 && fd[2] < 0 ? 1 : REAP_POLL_MS);
		if (poll(p, 3, wait_ms) <= 0)
			continue;
		if (p[0].revents != 0)
			give(&fd[0], &input, &len);
		for (int i = 1; i < 3; i++)
			if (p[i].revents != 0)
				(void)take(&fd[i], text[i - 1]);
	}
	return TRUE;
}

static void kill_group(GPid pid)
{
	kill(-pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

static gboolean local_run(struct server *s, const char *const *argv, const char *input,
	unsigned timeout_ms, struct server_result *out, GError **error)
{
	gint64 until_us = g_get_monotonic_time() + (gint64)timeout_ms * 1000;
	GString *text[2] = { g_string_new(NULL), g_string_new(NULL) };
	g_autofree char *why = NULL;
	int fd[3] = { -1, -1, -1 };
	GPid pid = spawn(s, argv, &fd[0], &fd[1], &fd[2], error);
	gboolean done = FALSE;

	if (pid != 0) {
		(void)g_unix_set_fd_nonblocking(fd[0], TRUE, NULL);
		done = converse(&pid, fd, input, until_us, text, &out->status);
		if (!done) {
			if (pid != 0)
				kill_group(pid);
			why = g_strdup_printf(
				"took more than %g s, and was killed", timeout_ms / 1000.0);
			fail(s, argv, why, error);
		}
	}
	for (int i = 0; i < 3; i++)
		if (fd[i] >= 0)
			close(fd[i]);
	out->out_len = text[0]->len;
	out->out = g_string_free(text[0], FALSE);
	out->err = g_string_free(text[1], FALSE);
	if (!done)
		server_result_clear(out);
	return done;
}

static gboolean file_error(struct server *s, const char *path, const char *what, GError **error)
{
	g_set_error(error, SIM_ERROR, SIM_ERROR_SERVER, "%s: %s: %s: %s", s->name, path, what,
		g_strerror(errno));
	return FALSE;
}

static gboolean copy_bytes(int from, int to)
{
	g_autofree char *buffer = g_malloc(CHUNK);
	ssize_t n;

	while ((n = read(from, buffer, CHUNK)) > 0)
		for (ssize_t at = 0, w; at < n; at += w)
			if ((w = write(to, buffer + at, (size_t)(n - at))) < 0)
				return FALSE;
	return n == 0;
}

static gboolean copy(
	struct server *s, const char *from, const char *to, mode_t mode, GError **error)
{
	g_autofree char *temporary = g_strdup_printf("%s.tsim-%d.tmp", to, getpid());
	g_autofree char *folder = g_path_get_dirname(to);
	int in = open(from, O_RDONLY | O_CLOEXEC), out = -1;
	gboolean done;

	if (in < 0)
		return file_error(s, from, "cannot be read", error);
	if (g_mkdir_with_parents(folder, 0755) != 0) {
		file_error(s, folder, "cannot be made", error);
		close(in);
		return FALSE;
	}
	out = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
	done = out >= 0 && copy_bytes(in, out) && fchmod(out, mode) == 0 && fsync(out) == 0 &&
	       rename(temporary, to) == 0;
	if (!done) {
		file_error(s, to, "cannot be written", error);
		if (out >= 0)
			unlink(temporary);
	}
	close(in);
	if (out >= 0)
		close(out);
	return done;
}

static gboolean local_get(struct server *s, const char *remote, const char *local, GError **error)
{
	return copy(s, remote, local, 0644, error);
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
		g_set_error(error, SIM_ERROR, SIM_ERROR_SERVER, "read: %s", g_strerror(errno));
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
		if (n < 0) {
			g_set_error(
				error, SIM_ERROR, SIM_ERROR_SERVER, "write: %s", g_strerror(errno));
			return FALSE;
		}
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

static const struct stream_ops local_stream_ops = {
	.read = local_read,
	.write = local_write,
	.free = local_stream_free,
};

static struct stream *local_stream(int in, int out, GPid pid)
{
	struct local_stream *l = g_new0(struct local_stream, 1);

	(void)g_unix_set_fd_nonblocking(out, TRUE, NULL);
	*l = (struct local_stream){
		.stream = { .ops = &local_stream_ops }, .in = in, .out = out, .pid = pid
	};
	return &l->stream;
}

static struct stream *local_open(struct server *s, const char *const *argv, GError **error)
{
	int to = -1, from = -1;
	GPid pid = spawn(s, argv, &to, &from, NULL, error);

	return pid == 0 ? NULL : local_stream(from, to, pid);
}

static struct stream *local_connect(struct server *s, const char *path, GError **error)
{
	struct sockaddr_un where = { .sun_family = AF_UNIX };
	int fd;

	if (g_strlcpy(where.sun_path, path, sizeof(where.sun_path)) >= sizeof(where.sun_path)) {
		errno = ENAMETOOLONG;
		file_error(s, path, "cannot be connected to", error);
		return NULL;
	}
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd >= 0 && connect(fd, (struct sockaddr *)&where, sizeof(where)) == 0)
		return local_stream(fd, fd, 0);
	file_error(s, path, "cannot be connected to", error);
	if (fd >= 0)
		close(fd);
	return NULL;
}

static int local_terminal(struct server *s, const char *const *argv, GError **error)
{
	const char *shell[] = { g_getenv("SHELL") == NULL ? "/bin/sh" : g_getenv("SHELL"), NULL };
	g_autoptr(GError) why = NULL;
	int status;

	if (argv == NULL || argv[0] == NULL)
		argv = shell;
	if (g_spawn_sync(NULL, (char **)(uintptr_t)argv, NULL,
		    G_SPAWN_SEARCH_PATH | G_SPAWN_CHILD_INHERITS_STDIN, NULL, NULL, NULL, NULL,
		    &status, &why))
		return exit_status(status);
	fail(s, argv, why->message, error);
	return -1;
}

static void local_free(struct server *s)
{
	(void)s;
}

static const struct server_ops local_ops = {
	.run = local_run,
	.put = copy,
	.get = local_get,
	.open = local_open,
	.connect = local_connect,
	.terminal = local_terminal,
	.free = local_free,
};

struct server *server_new_local(const char *name)
{
	return server_new(&local_ops, name, NULL);
}

gboolean server_is_local(const struct server *s)
{
	return s->ops == &local_ops;
}
