/* SPDX-License-Identifier: BSD-3-Clause */
#include "sim/server/ssh_job.h"

#include <signal.h>
#include <stdint.h>
#include <string.h>

#include "sim/server/server_scripts.h"

enum {
	LINGER_MS = 300, /* of silence, behind the end of a command */
	KILL_MS = 10000, /* to end a command that took too long */
};

gint64 ssh_deadline(unsigned ms)
{
	return g_get_monotonic_time() + (gint64)ms * 1000;
}

static const char *link_reason(struct ssh_link *k)
{
	const char *why = ssh_get_error(k->session);

	return why == NULL || *why == '\0' ? "no answer" : why;
}

const char *ssh_job_reason(const struct ssh_job *j)
{
	return link_reason(j->link);
}

/* path: of a Unix socket; NULL: for a command. NULL if it does not open. */
static ssh_channel try_channel(struct ssh_link *k, const char *path, unsigned timeout_ms)
{
	gint64 until_us = ssh_deadline(timeout_ms);
	ssh_channel channel = ssh_channel_new(k->session);
	int rc;

	if (channel == NULL)
		return NULL;
	do {
		rc = path == NULL ? ssh_channel_open_session(channel)
				  : ssh_channel_open_forward_unix(channel, path, "localhost", 0);
	} while (rc == SSH_AGAIN && ssh_link_wait(k, until_us));
	if (rc == SSH_OK)
		return channel;
	ssh_channel_free(channel);
	return NULL;
}

gboolean ssh_job_open(struct server *s, struct ssh_job *j, const char *path, GError **error)
{
	struct ssh_remote *r = s->state;
	unsigned step_ms = r->cfg.timeout_ms == 0 ? SSH_STEP_MS : r->cfg.timeout_ms;
	gboolean is_new = FALSE;

	while (!is_new) {
		is_new = r->link == NULL;
		if (is_new && (r->link = ssh_link_new(&r->cfg, error)) == NULL)
			return FALSE;
		j->channel = try_channel(r->link, path, step_ms);
		if (j->channel != NULL) {
			j->link = ssh_link_ref(r->link);
			return TRUE;
		}
		/* A server that lives, and refuses: by its limits, or the socket is not there. */
		if (ssh_link_is_up(r->link) &&
			ssh_get_error_code(r->link->session) == SSH_REQUEST_DENIED)
			break;
		if (!is_new)
			g_clear_pointer(&r->link, ssh_link_unref);
	}
	server_fail(s, error, "%s: %s", path == NULL ? "cannot run commands" : path,
		link_reason(r->link));
	if (!ssh_link_is_up(r->link))
		g_clear_pointer(&r->link, ssh_link_unref);
	return FALSE;
}

static void on_status(ssh_session session, ssh_channel channel, int status, void *data)
{
	(void)session;
	(void)channel;
	((struct ssh_job *)data)->status = status;
}

/* Names of RFC 4254, 6.10, and those of Linux, which OpenSSH does not tell apart. */
static void on_signal(ssh_session session, ssh_channel channel, const char *name, int core,
	const char *message, const char *language, void *data)
{
	struct ssh_job *j = data;

	(void)session;
	(void)channel;
	(void)core;
	(void)message;
	(void)language;
	j->status = 128;
	for (int number = 1; number < NSIG; number++)
		if (g_strcmp0(sigabbrev_np(number), name) == 0)
			j->status = 128 + number;
}

/*
 * In a line that any login shell hands on to a POSIX one: csh takes no newline within quotes, and fish
 * has quotes of its own.
 */
char *ssh_job_line(struct server *s, const char *script, const char *const *argv)
{
	const struct ssh_remote *r = s->state;
	g_autoptr(GStrvBuilder) all = g_strv_builder_new();
	g_autofree char *line = NULL, *command = NULL, *code = NULL;
	g_auto(GStrv) words = NULL;

	if (r->cfg.as_root)
		g_strv_builder_add_many(all, "sudo", "-n", "--", NULL);
	if (script != NULL)
		g_strv_builder_add_many(all, "sh", "-c", script, "sh", NULL);
	g_strv_builder_addv(all, (const char **)(uintptr_t)argv);
	words = g_strv_builder_end(all);
	line = server_quote((const char *const *)words);
	command = g_strconcat("exec ", line, NULL);
	code = g_base64_encode((const guchar *)command, strlen(command));
	return g_strdup_printf("exec sh -c 'eval \"$(echo %s | base64 -d)\"'", code);
}

struct ssh_job ssh_job_new(void)
{
	return (struct ssh_job){
		.status = SSH_UNTOLD,
		.out = g_string_new(NULL),
		.err = g_string_new(NULL),
	};
}

void ssh_job_clear(struct ssh_job *j)
{
	if (j->channel != NULL) {
		ssh_remove_channel_callbacks(j->channel, &j->callbacks);
		ssh_channel_free(j->channel);
	}
	ssh_link_unref(j->link);
	if (j->out != NULL)
		g_string_free(j->out, TRUE);
	if (j->err != NULL)
		g_string_free(j->err, TRUE);
}

gboolean ssh_job_broke(struct server *s, struct ssh_job *j, const char *what, GError **error)
{
	struct ssh_remote *r = s->state;

	if (r->link == j->link)
		g_clear_pointer(&r->link, ssh_link_unref);
	return server_fail(s, error,
		"%s: connection lost; the command may have been executed: check, or run it again",
		what);
}

int ssh_job_exec(struct ssh_job *j, const char *line)
{
	gint64 until_us = ssh_deadline(SSH_STEP_MS);
	int rc;

	j->callbacks.userdata = j;
	j->callbacks.channel_exit_status_function = on_status;
	j->callbacks.channel_exit_signal_function = on_signal;
	ssh_callbacks_init(&j->callbacks);
	ssh_set_channel_callbacks(j->channel, &j->callbacks);
	do {
		rc = line == NULL ? ssh_channel_request_shell(j->channel)
				  : ssh_channel_request_exec(j->channel, line);
	} while (rc == SSH_AGAIN && ssh_link_wait(j->link, until_us));
	return rc;
}

gboolean ssh_job_start(
	struct server *s, struct ssh_job *j, const char *what, const char *line, GError **error)
{
	int rc;

	if (!ssh_job_open(s, j, NULL, error))
		return FALSE;
	rc = ssh_job_exec(j, line);
	if (rc == SSH_OK)
		return TRUE;
	if (rc == SSH_ERROR && ssh_link_is_up(j->link))
		return server_fail(
			s, error, "%s: sshd does not allow commands for this user", what);
	return ssh_job_broke(s, j, what, error);
}

gboolean ssh_job_read(struct ssh_job *j, int is_stderr)
{
	char buffer[SSH_CHUNK];
	int n = ssh_channel_read_nonblocking(j->channel, buffer, sizeof(buffer), is_stderr);
	const char *mark;

	if (n <= 0) {
		j->broken |= n == SSH_ERROR && !ssh_link_is_up(j->link);
		return FALSE;
	}
	g_string_append_len(is_stderr ? j->err : j->out, buffer, n);
	/* out holds what came before the word, until that is complete. */
	if (!is_stderr && !j->announced &&
		(mark = g_strstr_len(j->out->str, (gssize)j->out->len, SSH_MARK "\n")) != NULL) {
		g_string_erase(j->out, 0, mark + strlen(SSH_MARK "\n") - j->out->str);
		j->announced = TRUE;
	}
	return TRUE;
}

static gboolean send_input(struct ssh_job *j)
{
	size_t len = MIN(j->input_len, (size_t)ssh_channel_window_size(j->channel));
	int n;

	if (j->eof_sent)
		return FALSE;
	if (j->input_len == 0) {
		(void)ssh_channel_send_eof(j->channel);
		j->eof_sent = TRUE;
		return TRUE;
	}
	len = MIN(len, (size_t)SSH_CHUNK);
	for (size_t at = 0; at < len; at += (size_t)n) {
		n = ssh_channel_write(j->channel, j->input + at, (uint32_t)(len - at));
		if (n <= 0) { /* One that does not want it all has its reason, and its status. */
			j->eof_sent = TRUE;
			return FALSE;
		}
	}
	j->input_len -= len;
	j->input += len;
	return len > 0;
}

/* How long is it since something came of a job that has ended? */
static gboolean has_lingered(const struct ssh_job *j, gboolean more, gint64 *quiet_us)
{
	gint64 now_us = g_get_monotonic_time();

	if (more || j->status == SSH_UNTOLD || j->lingers)
		*quiet_us = 0;
	else if (*quiet_us == 0)
		*quiet_us = now_us;
	return *quiet_us != 0 && now_us - *quiet_us >= LINGER_MS * 1000;
}

gboolean ssh_job_wait(struct ssh_job *j)
{
	gint64 quiet_us = 0, wake_us;
	gboolean more, closed;

	for (;;) {
		closed = ssh_channel_is_closed(j->channel) != 0;
		more = ssh_job_read(j, 1);
		more |= ssh_job_read(j, 0);
		if (!closed)
			more |= send_input(j);
		if (j->broken || (closed && !more))
			return TRUE;
		if (has_lingered(j, more, &quiet_us)) {
			j->lingers = TRUE;
			return TRUE;
		}
		if (more && j->stall_ms != 0)
			j->until_us = ssh_deadline(j->stall_ms);
		if (g_get_monotonic_time() >= j->until_us)
			return FALSE;
		wake_us = quiet_us == 0 ? j->until_us : ssh_deadline(LINGER_MS);
		if (!more)
			(void)ssh_link_wait(j->link, MIN(wake_us, j->until_us));
	}
}

char *ssh_job_group(GString *err)
{
	static const char mark[] = SSH_MARK;
	char *at = strstr(err->str, mark), *end = at == NULL ? NULL : strchr(at, '\n');
	char *group;

	if (end == NULL)
		return NULL;
	group = g_strndup(at + strlen(mark), (gsize)(end - at) - strlen(mark));
	g_string_erase(err, 0, end + 1 - err->str);
	return g_strstrip(group);
}

/* Another connection would find a server that does not answer. */
gboolean ssh_job_kill(struct server *s, const struct ssh_job *victim, const char *group)
{
	g_auto(GStrv) words = g_strsplit(group, " ", 2);
	g_autofree char *line = ssh_job_line(s, SSH_KILL_SH, (const char *const *)words);
	g_auto(ssh_job) j = ssh_job_new();

	j.link = ssh_link_ref(victim->link);
	j.channel = try_channel(j.link, NULL, KILL_MS);
	j.until_us = ssh_deadline(KILL_MS);
	return j.channel != NULL && ssh_job_exec(&j, line) == SSH_OK && ssh_job_wait(&j) &&
	       j.status == 0;
}
