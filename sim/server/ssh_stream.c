/* SPDX-License-Identifier: BSD-3-Clause */
#include "sim/server/ssh_stream.h"

#include <string.h>

#include "analyze/base/text.h"
#include "sim/base/error.h"
#include "sim/server/server_scripts.h"
#include "sim/server/ssh_job.h"

enum { STALL_MS = 60000 }; /* a write that nobody reads */

/* group is NULL for a socket: there is nothing to be killed. */
struct remote_stream {
	struct stream stream;
	struct server *server;
	struct ssh_job job;
	char *group;
};

static ssize_t stream_ended(struct remote_stream *r, GError **error)
{
	if (!ssh_link_is_up(r->job.link))
		sim_fail(error, SIM_ERROR_SERVER, "read: connection lost");
	return -1;
}

/* What came with the word that it begins. */
static ssize_t read_early(struct remote_stream *r, void *into, size_t room)
{
	size_t n = MIN(room, r->job.out->len);

	memcpy(into, r->job.out->str, n);
	g_string_erase(r->job.out, 0, (gssize)n);
	return (ssize_t)n;
}

static ssize_t remote_read(
	struct stream *st, void *into, size_t room, unsigned timeout_ms, GError **error)
{
	struct remote_stream *r = (struct remote_stream *)st;
	gint64 until_us = ssh_deadline(timeout_ms);
	gboolean ended, late = FALSE;
	int n;

	for (;;) {
		ended = ssh_channel_is_closed(r->job.channel) || ssh_channel_is_eof(r->job.channel);
		(void)ssh_job_read(&r->job, 1); /* What it says there would fill the window. */
		g_string_truncate(r->job.err, 0);
		if (r->job.out->len > 0)
			return read_early(r, into, room);
		n = ssh_channel_read_nonblocking(
			r->job.channel, into, (uint32_t)MIN(room, (size_t)G_MAXINT), 0);
		if (n > 0)
			return n;
		if (ended)
			return stream_ended(r, error);
		if (late)
			return 0;
		late = g_get_monotonic_time() >= until_us;
		(void)ssh_link_wait(r->job.link, late ? ssh_deadline(1) : until_us);
	}
}

static gboolean remote_write(struct stream *st, const void *data, size_t len, GError **error)
{
	struct remote_stream *r = (struct remote_stream *)st;
	gint64 until_us = ssh_deadline(STALL_MS);
	const char *at = data, *why;
	size_t room;
	int n = 0;

	while (len > 0) {
		room = ssh_channel_window_size(r->job.channel);
		room = MIN(MIN(len, room), (size_t)SSH_CHUNK);
		n = ssh_channel_is_closed(r->job.channel) ? -1 : 0;
		if (n == 0 && room > 0)
			n = ssh_channel_write(r->job.channel, at, (uint32_t)room);
		if (n < 0 || (n == 0 && g_get_monotonic_time() >= until_us))
			break;
		if (n == 0)
			(void)ssh_link_wait(r->job.link, until_us);
		else
			until_us = ssh_deadline(STALL_MS);
		at += n;
		len -= (size_t)n;
	}
	if (len == 0)
		return TRUE;
	why = n == 0 ? "no reader" : "closed by the peer";
	return sim_fail(error, SIM_ERROR_SERVER, "write: %s", why);
}

static void remote_stream_free(struct stream *st)
{
	struct remote_stream *r = (struct remote_stream *)st;

	if (r->group != NULL && ssh_link_is_up(r->job.link) && r->job.status == SSH_UNTOLD)
		(void)ssh_job_kill(r->server, &r->job, r->group);
	ssh_job_clear(&r->job);
	g_free(r->group);
	g_free(r);
}

static struct remote_stream *remote_stream_new(struct server *s)
{
	static const struct stream_ops ops = {
		.read = remote_read,
		.write = remote_write,
		.free = remote_stream_free,
	};
	struct remote_stream *r = g_new0(struct remote_stream, 1);

	r->stream.ops = &ops;
	r->server = s;
	r->job = ssh_job_new();
	return r;
}

/* Until the script has said that it runs. */
static gboolean await_start(
	struct server *s, struct remote_stream *r, const char *const *argv, GError **error)
{
	gint64 until_us = ssh_deadline(SSH_STEP_MS);
	gboolean closed = FALSE, more;
	struct ssh_job *j = &r->job;
	g_autofree char *group = NULL, *said = NULL;

	while (!closed && g_get_monotonic_time() < until_us) {
		if (group == NULL)
			group = ssh_job_group(j->err);
		if (group != NULL && (*group == '\0' || j->announced))
			break;
		closed = ssh_channel_is_closed(j->channel) != 0;
		more = ssh_job_read(j, 1);
		if (!j->announced)
			more |= ssh_job_read(j, 0);
		if (!more)
			(void)ssh_link_wait(j->link, until_us);
	}
	if (group == NULL)
		group = ssh_job_group(j->err);
	if (group == NULL && !ssh_link_is_up(j->link))
		return ssh_job_broke(s, j, argv[0], error);
	if (group == NULL) {
		said = text_last_line(j->err->str);
		return server_fail(s, error, "%s: %s", argv[0], said);
	}
	if (*group == '\0')
		return server_fail(s, error, "%s: program not found", argv[0]);
	r->group = g_steal_pointer(&group);
	return TRUE;
}

struct stream *ssh_stream_open(struct server *s, const char *const *argv, GError **error)
{
	g_autofree char *line = ssh_job_line(s, SSH_ANNOUNCE_SH SSH_OPEN_SH, argv);
	struct remote_stream *r = remote_stream_new(s);

	if (ssh_job_start(s, &r->job, argv[0], line, error) && await_start(s, r, argv, error))
		return &r->stream;
	stream_free(&r->stream);
	return NULL;
}

/* A socket of root's, where the user is somebody else: by a program that sudo runs. */
static struct stream *relay_socket(struct server *s, const char *path, GError **error)
{
	const char *argv[] = { "sh", "-c", SSH_RELAY_SH, "sh", path, NULL };

	if (server_test(s, "sh", "-c", "test -S \"$1\" && { command -v socat || command -v nc; }",
		    "sh", path, NULL))
		return ssh_stream_open(s, argv, error);
	server_fail(s, error,
		"%s: not a socket, or neither socat nor nc is installed (required to connect as "
		"root)",
		path);
	return NULL;
}

struct stream *ssh_stream_connect(struct server *s, const char *path, GError **error)
{
	struct ssh_remote *remote = s->state;
	g_autoptr(GError) why = NULL;
	struct remote_stream *r = remote_stream_new(s);

	if (ssh_job_open(s, &r->job, path, &why))
		return &r->stream;
	stream_free(&r->stream);
	if (remote->cfg.as_root && remote->link != NULL)
		return relay_socket(s, path, error);
	g_propagate_error(error, g_steal_pointer(&why));
	return NULL;
}
