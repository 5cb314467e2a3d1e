/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A machine reached by SSH, with OpenSSH's sshd: it makes each command the leader of a session and
 * group of its own, which is how a command that takes too long is ended with all it started.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include "sim/base/error.h"
#include "sim/server/server.h"
#include "sim/server/server_private.h"
#include "sim/server/ssh_link.h"

enum {
	CHUNK = 32768,    /* a packet's data, as OpenSSH takes it */
	STEP_MS = 10000,  /* of a step that has no limit of its own */
	STALL_MS = 60000, /* a copy without a byte */
	LINGER_MS = 300,  /* of silence, behind the end of a command */
	KILL_MS = 10000,  /* to end a command that took too long */
	PUMP_MS = 100,    /* a terminal's, to see what libssh has read */
	STATUS_UNTOLD = -1,
};

struct remote {
	struct server_ssh_cfg cfg; /* strings owned */
	struct ssh_link *link;     /* NULL: none yet, or it broke */
};

/* A command that runs. Input is a text, or a file of input_len bytes; output likewise. */
struct job {
	struct ssh_link *link;
	ssh_channel channel;
	struct ssh_channel_callbacks_struct callbacks;
	int status; /* STATUS_UNTOLD as long as it runs */
	const char *input;
	size_t input_len;
	int in_fd, out_fd; /* -1: none */
	char *chunk;       /* of in_fd */
	gboolean eof_sent, broken;
	gboolean announced; /* stdout is the command's: none of ours is awaited, or it was seen */
	gboolean lingers;   /* it has ended, and something that it left has its outputs open */
	int file_errno;     /* of in_fd and out_fd */
	GString *out, *err;
	gint64 until_us;
	unsigned stall_ms; /* until_us goes on with the data; 0: it does not */
};

/*
 * Says first which group it is, with the start time of its leader (fields 5 and 22 of
 * /proc/PID/stat), so that it can be killed, or nothing but the word if there is no such program.
 * Without the word nothing ran: sudo wants a password, the user has no shell. On stdout the word
 * ends what the login shell's start-up files print.
 */
#define MARK "tsim-group"
#define ANNOUNCE                                                                 \
	"PATH=$PATH:/usr/sbin:/sbin\n"                                           \
	"group_of() { group=$3; }\n"                                             \
	"start_of() { shift 19; start=$1; }\n"                                   \
	"read -r line <\"/proc/$$/stat\" && group_of ${line##*) }\n"             \
	"read -r line <\"/proc/$group/stat\" && start_of ${line##*) }\n"         \
	"command -v \"$1\" >/dev/null || { echo \"" MARK "\" >&2; exit 127; }\n" \
	"echo \"" MARK "\"\n"                                                    \
	"echo \"" MARK " $group $start\" >&2\n"

static const char run_script[] = ANNOUNCE "exec \"$@\"\n";

/* The end of its input is the end of the stream or of the connection, and of all the group. */
static const char open_script[] = ANNOUNCE
	"exec 3<&0 4>&1\n"
	"{ cat <&3; kill -KILL 0; } 4>&- | { exec 3<&-; \"$@\" >&4 4>&-; kill -KILL 0; }\n";

/* GROUP START: a number that is another process's by now is not touched. */
static const char kill_script[] = "start_of() { shift 19; start=$1; }\n"
				  "if read -r line 2>/dev/null <\"/proc/$1/stat\"; then\n"
				  "	start_of ${line##*) }\n"
				  "	[ \"$start\" = \"$2\" ] || exit 0\n"
				  "fi\n"
				  "kill -KILL \"-$1\" 2>/dev/null\n"
				  "exit 0\n";

/* PATH MODE BYTES: what a connection cut short is not taken for the file. */
static const char put_script[] =
	"to=$1 mode=$2 bytes=$3\n"
	"temporary=$to.tsim-$$.tmp\n"
	"trap 'rm -f -- \"$temporary\"' EXIT\n"
	"[ ! -d \"$to\" ] || { echo 'is a folder' >&2; exit 1; }\n"
	"case $to in */*) mkdir -p -- \"${to%/*}/\" || exit 1 ;; esac\n"
	"cat >\"$temporary\" || exit 1\n"
	"[ \"$(wc -c <\"$temporary\")\" -eq \"$bytes\" ] || { echo 'cut short' >&2; exit 1; }\n"
	"chmod -- \"$mode\" \"$temporary\" && mv -f -- \"$temporary\" \"$to\"\n";

/* A socket that only root may open; PATH. */
static const char relay_script
	[] = "if command -v socat >/dev/null; then exec socat - \"UNIX-CONNECT:$1\"; fi\n"
	     "exec nc -U -- \"$1\"\n";

static gint64 deadline(unsigned ms)
{
	return g_get_monotonic_time() + (gint64)ms * 1000;
}

static gboolean fail(struct server *s, const char *what, const char *why, GError **error)
{
	g_set_error(error, SIM_ERROR, SIM_ERROR_SERVER, "%s: %s: %s", s->name, what, why);
	return FALSE;
}

static void drop_link(struct remote *r)
{
	ssh_link_unref(r->link);
	r->link = NULL;
}

static const char *reason_of(struct ssh_link *k)
{
	const char *why = ssh_get_error(k->session);

	return why == NULL || *why == '\0' ? "no answer" : why;
}

/* path: of a Unix socket; NULL: for a command. NULL if it does not open. */
static ssh_channel try_channel(struct ssh_link *k, const char *path, unsigned timeout_ms)
{
	gint64 until_us = deadline(timeout_ms);
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

/*
 * A channel that opens shows that the connection lives. One that is found dead is made anew once:
 * nothing has been sent by then. A new one that fails is an error.
 */
static ssh_channel open_channel(
	struct server *s, const char *path, struct ssh_link **link, GError **error)
{
	struct remote *r = s->state;
	unsigned step_ms = r->cfg.timeout_ms == 0 ? STEP_MS : r->cfg.timeout_ms;
	const char *what = path == NULL ? "no command can be run" : path;
	gboolean is_new = FALSE;
	ssh_channel channel;

	while (!is_new) {
		is_new = r->link == NULL;
		if (is_new && (r->link = ssh_link_new(&r->cfg, error)) == NULL)
			return NULL;
		channel = try_channel(r->link, path, step_ms);
		if (channel != NULL) {
			*link = ssh_link_ref(r->link);
			return channel;
		}
		/* A server that lives, and refuses: by its limits, or the socket is not there. */
		if (ssh_link_is_up(r->link) &&
			ssh_get_error_code(r->link->session) == SSH_REQUEST_DENIED)
			break;
		if (!is_new)
			drop_link(r);
	}
	fail(s, what, reason_of(r->link), error);
	if (!ssh_link_is_up(r->link))
		drop_link(r);
	return NULL;
}

static void on_status(ssh_session session, ssh_channel channel, int status, void *data)
{
	(void)session;
	(void)channel;
	((struct job *)data)->status = status;
}

/* Names of RFC 4254, 6.10, and those of Linux, which OpenSSH does not tell apart. */
static void on_signal(ssh_session session, ssh_channel channel, const char *name, int core,
	const char *message, const char *language, void *data)
{
	static const struct {
		const char *name;
		int number;
	} names[] = { { "ABRT", SIGABRT }, { "ALRM", SIGALRM }, { "FPE", SIGFPE },
		{ "HUP", SIGHUP }, { "ILL", SIGILL }, { "INT", SIGINT }, { "KILL", SIGKILL },
		{ "PIPE", SIGPIPE }, { "QUIT", SIGQUIT }, { "SEGV", SIGSEGV }, { "TERM", SIGTERM },
		{ "USR1", SIGUSR1 }, { "USR2", SIGUSR2 } };
	struct job *j = data;

	(void)session;
	(void)channel;
	(void)core;
	(void)message;
	(void)language;
	j->status = 128;
	for (unsigned i = 0; i < G_N_ELEMENTS(names); i++)
		if (g_str_equal(name, names[i].name))
			j->status = 128 + names[i].number;
}

/*
 * The command in a line that any login shell hands on to a POSIX one: csh takes no newline within
 * quotes, and fish has quotes of its own. Newly allocated.
 */
static char *for_any_shell(const char *command)
{
	g_autofree char *code = g_base64_encode((const guchar *)command, strlen(command));

	return g_strdup_printf("exec sh -c 'eval \"$(echo %s | base64 -d)\"'", code);
}

/* Words before the command: sudo, and a script of ours. Newly allocated. */
static char *line_of(struct server *s, const char *script, const char *const *argv)
{
	struct remote *r = s->state;
	const char *sudo[] = { "sudo", "-n", "--", NULL };
	const char *shell[] = { "sh", "-c", script, "sh", NULL };
	g_autofree char *before = r->cfg.as_root ? server_quote(sudo) : NULL;
	g_autofree char *wrapper = script == NULL ? NULL : server_quote(shell);
	g_autofree char *words = server_quote(argv);
	g_autofree char *command = g_strdup_printf("exec %s%s%s%s%s", before == NULL ? "" : before,
		before == NULL ? "" : " ", wrapper == NULL ? "" : wrapper,
		wrapper == NULL ? "" : " ", words);

	return for_any_shell(command);
}

static void job_init(struct job *j)
{
	*j = (struct job){ .status = STATUS_UNTOLD, .in_fd = -1, .out_fd = -1 };
	j->out = g_string_new(NULL);
	j->err = g_string_new(NULL);
}

static void job_clear(struct job *j)
{
	if (j->channel != NULL) {
		ssh_remove_channel_callbacks(j->channel, &j->callbacks);
		ssh_channel_free(j->channel);
	}
	ssh_link_unref(j->link);
	g_string_free(j->out, TRUE);
	g_string_free(j->err, TRUE);
	g_free(j->chunk);
}

static gboolean broke(struct server *s, struct job *j, const char *what, GError **error)
{
	struct remote *r = s->state;

	fail(s, what,
		"the connection broke; nobody knows whether it ran: look there, or do it again",
		error);
	if (r->link == j->link)
		drop_link(r);
	return FALSE;
}

/* line: NULL: a login shell. */
static int job_exec(struct job *j, const char *line)
{
	gint64 until_us = deadline(STEP_MS);
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

/* Sends the command line. With it the command counts as run. */
static gboolean job_start(
	struct server *s, struct job *j, const char *what, const char *line, GError **error)
{
	int rc;

	j->channel = open_channel(s, NULL, &j->link, error);
	if (j->channel == NULL)
		return FALSE;
	rc = job_exec(j, line);
	if (rc == SSH_OK)
		return TRUE;
	if (rc == SSH_ERROR && ssh_link_is_up(j->link))
		return fail(s, what, "sshd runs no commands for this user", error);
	return broke(s, j, what, error);
}

static gboolean write_all(int fd, const char *data, size_t len)
{
	while (len > 0) {
		ssize_t n = write(fd, data, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return FALSE;
		data += n;
		len -= (size_t)n;
	}
	return TRUE;
}

static void take_output(struct job *j, const char *data, size_t len)
{
	if (j->out_fd < 0)
		g_string_append_len(j->out, data, (gssize)len);
	else if (j->file_errno == 0 && !write_all(j->out_fd, data, len))
		j->file_errno = errno;
}

/* out holds what came before the word, until that is complete. */
static void await_mark(struct job *j, const char *data, size_t len)
{
	g_autofree char *rest = NULL;
	const char *at;
	size_t skip;

	g_string_append_len(j->out, data, (gssize)len);
	at = g_strstr_len(j->out->str, (gssize)j->out->len, MARK "\n");
	if (at == NULL)
		return;
	skip = (size_t)(at - j->out->str) + strlen(MARK "\n");
	len = j->out->len - skip;
	rest = g_memdup2(j->out->str + skip, len);
	g_string_truncate(j->out, 0);
	j->announced = TRUE;
	take_output(j, rest, len);
}

static gboolean take(struct job *j, int is_stderr)
{
	char buffer[CHUNK];
	int n = ssh_channel_read_nonblocking(j->channel, buffer, sizeof(buffer), is_stderr);

	if (n <= 0) {
		j->broken |= n == SSH_ERROR && !ssh_link_is_up(j->link);
		return FALSE;
	}
	if (is_stderr)
		g_string_append_len(j->err, buffer, n);
	else if (j->announced)
		take_output(j, buffer, (size_t)n);
	else
		await_mark(j, buffer, (size_t)n);
	return TRUE;
}

/* The next bytes of in_fd in input. A file that has become shorter is seen there by its length. */
static size_t next_input(struct job *j, size_t room)
{
	size_t want = MIN(MIN(j->input_len, room), (size_t)CHUNK);
	ssize_t n;

	if (j->in_fd < 0 || want == 0)
		return want;
	if (j->chunk == NULL)
		j->chunk = g_malloc(CHUNK);
	n = read(j->in_fd, j->chunk, want);
	if (n <= 0) {
		j->file_errno = n < 0 ? errno : 0;
		j->input_len = 0;
	}
	j->input = j->chunk;
	return n <= 0 ? 0 : (size_t)n;
}

static gboolean give(struct job *j)
{
	size_t len;
	int n;

	if (j->eof_sent)
		return FALSE;
	len = next_input(j, ssh_channel_window_size(j->channel));
	if (j->input_len == 0) {
		(void)ssh_channel_send_eof(j->channel);
		j->eof_sent = TRUE;
		return TRUE;
	}
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
static gboolean has_lingered(const struct job *j, gboolean more, gint64 *quiet_us)
{
	gint64 now_us = g_get_monotonic_time();

	if (more || j->status == STATUS_UNTOLD || j->lingers)
		*quiet_us = 0;
	else if (*quiet_us == 0)
		*quiet_us = now_us;
	return *quiet_us != 0 && now_us - *quiet_us >= LINGER_MS * 1000;
}

/* Until it has ended and all was read, or it lingers; FALSE if that takes too long. */
static gboolean job_wait(struct job *j)
{
	gint64 quiet_us = 0, wake_us;
	gboolean more, closed;

	for (;;) {
		closed = ssh_channel_is_closed(j->channel) != 0;
		more = take(j, 1);
		more |= take(j, 0);
		if (!closed)
			more |= give(j);
		if (j->broken || (closed && !more))
			return TRUE;
		if (has_lingered(j, more, &quiet_us)) {
			j->lingers = TRUE;
			return TRUE;
		}
		if (more && j->stall_ms != 0)
			j->until_us = deadline(j->stall_ms);
		if (g_get_monotonic_time() >= j->until_us)
			return FALSE;
		wake_us = quiet_us == 0 ? j->until_us : deadline(LINGER_MS);
		if (!more)
			(void)ssh_link_wait(j->link, MIN(wake_us, j->until_us));
	}
}

/*
 * What the script said of itself, taken out of err: "GROUP START", "" for a missing program, NULL
 * if it has not said it. Newly allocated.
 */
static char *take_group(GString *err)
{
	static const char mark[] = MARK;
	char *at = strstr(err->str, mark), *end = at == NULL ? NULL : strchr(at, '\n');
	char *group;

	if (end == NULL)
		return NULL;
	group = g_strndup(at + strlen(mark), (gsize)(end - at) - strlen(mark));
	g_string_erase(err, 0, end + 1 - err->str);
	return g_strstrip(group);
}

/* Newly allocated. */
static char *kill_line_of(struct server *s, const char *group)
{
	g_auto(GStrv) words = g_strsplit(group, " ", 2);

	return line_of(s, kill_script, (const char *const *)words);
}

/* By the connection that it was started by: another would find a server that does not answer. */
static gboolean kill_job(const struct job *victim, const char *kill_line)
{
	struct job j;
	gboolean done;

	job_init(&j);
	j.link = ssh_link_ref(victim->link);
	j.channel = try_channel(j.link, NULL, KILL_MS);
	j.until_us = deadline(KILL_MS);
	done = j.channel != NULL && job_exec(&j, kill_line) == SSH_OK && job_wait(&j) &&
	       j.status == 0;
	job_clear(&j);
	return done;
}

/* What a command leaves in its group ends with it, as on this machine. */
static gboolean end_group(struct server *s, struct job *j)
{
	g_autoptr(GString) said = g_string_new(j->err->str);
	g_autofree char *group = take_group(said);
	g_autofree char *line = group == NULL || *group == '\0' ? NULL : kill_line_of(s, group);

	return line != NULL && kill_job(j, line) && job_wait(j);
}

static gboolean took_too_long(
	struct server *s, struct job *j, const char *what, unsigned timeout_ms, GError **error)
{
	g_autofree char *group = take_group(j->err), *why = NULL;
	g_autofree char *line = group == NULL ? NULL : kill_line_of(s, group);
	gboolean killed = line != NULL && kill_job(j, line);
	struct remote *r = s->state;

	if (!killed && r->link == j->link)
		drop_link(r);
	why = g_strdup_printf("took more than %u s, and %s", timeout_ms / 1000,
		killed ? "was killed" : "could not be killed: it may run on");
	return fail(s, what, why, error);
}

static char *last_line(char *text)
{
	char *nl = strrchr(g_strchomp(text), '\n');

	return nl == NULL ? text : nl + 1;
}

/* Runs what j was given in, until its end. what: for errors. */
static gboolean job_run(struct server *s, struct job *j, const char *what, const char *const *argv,
	unsigned timeout_ms, GError **error)
{
	g_autofree char *line = line_of(s, run_script, argv), *group = NULL, *why = NULL;

	if (!job_start(s, j, what, line, error))
		return FALSE;
	j->until_us = deadline(timeout_ms);
	if (!job_wait(j) || (j->lingers && !end_group(s, j)))
		return took_too_long(s, j, what, timeout_ms, error);
	if (j->broken || j->status == STATUS_UNTOLD)
		return broke(s, j, what, error);
	group = take_group(j->err);
	if (group != NULL && *group == '\0')
		return fail(s, argv[0], "there is no such program there", error);
	if (group != NULL)
		return TRUE;
	/* A shell that takes no commands says so on stdout. */
	why = g_strdup_printf("was not run: %s (exit status %d)",
		last_line(j->err->len > 0 ? j->err->str : j->out->str), j->status);
	return fail(s, what, why, error);
}

static gboolean remote_run(struct server *s, const char *const *argv, const char *input,
	unsigned timeout_ms, struct server_result *out, GError **error)
{
	g_autofree char *what = server_quote(argv);
	gboolean done;
	struct job j;

	job_init(&j);
	j.input = input;
	j.input_len = input == NULL ? 0 : strlen(input);
	done = job_run(s, &j, what, argv, timeout_ms, error);
	if (done) {
		out->status = j.status;
		out->out_len = j.out->len;
		out->out = g_string_free(g_steal_pointer(&j.out), FALSE);
		out->err = g_string_free(g_steal_pointer(&j.err), FALSE);
		j.out = g_string_new(NULL);
		j.err = g_string_new(NULL);
	}
	job_clear(&j);
	return done;
}

static gboolean remote_put(
	struct server *s, const char *local, const char *remote, mode_t mode, GError **error)
{
	char bits[16], bytes[32];
	const char *argv[] = { "sh", "-c", put_script, "sh", remote, bits, bytes, NULL };
	struct stat st;
	gboolean done;
	struct job j;

	int fd = open(local, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return fail(s, local, g_strerror(errno), error);
	if (fstat(fd, &st) != 0) {
		fail(s, local, g_strerror(errno), error);
		close(fd);
		return FALSE;
	}
	job_init(&j);
	j.stall_ms = STALL_MS;
	j.in_fd = fd;
	j.input_len = (size_t)st.st_size;
	g_snprintf(bits, sizeof(bits), "%o", (unsigned)mode);
	g_snprintf(bytes, sizeof(bytes), "%zu", j.input_len);
	done = job_run(s, &j, remote, argv, STALL_MS, error);
	if (done && j.file_errno != 0)
		done = fail(s, local, g_strerror(j.file_errno), error);
	else if (done && j.status != 0)
		done = fail(s, remote, last_line(j.err->str), error);
	close(fd);
	job_clear(&j);
	return done;
}

/* Into the open file; it has its name only when all of it is there. */
static gboolean fetch(
	struct server *s, const char *remote, const char *local, int fd, GError **error)
{
	const char *argv[] = { "cat", "--", remote, NULL };
	gboolean done;
	struct job j;

	job_init(&j);
	j.stall_ms = STALL_MS;
	j.out_fd = fd;
	done = job_run(s, &j, remote, argv, STALL_MS, error);
	if (done && j.status != 0)
		done = fail(s, remote, last_line(j.err->str), error);
	else if (done && j.file_errno != 0)
		done = fail(s, local, g_strerror(j.file_errno), error);
	job_clear(&j);
	return done;
}

static gboolean remote_get(struct server *s, const char *remote, const char *local, GError **error)
{
	g_autofree char *temporary = g_strdup_printf("%s.tsim-%d.tmp", local, getpid());
	g_autofree char *folder = g_path_get_dirname(local);
	gboolean done;
	int fd = -1;

	if (g_mkdir_with_parents(folder, 0755) == 0)
		fd = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (fd < 0)
		return fail(s, local, g_strerror(errno), error);
	done = fetch(s, remote, local, fd, error);
	if (done && (fsync(fd) != 0 || rename(temporary, local) != 0))
		done = fail(s, local, g_strerror(errno), error);
	close(fd);
	if (!done)
		unlink(temporary);
	return done;
}

/* kill_line is NULL for a socket: there is nothing to be killed. */
struct remote_stream {
	struct stream stream;
	struct job job;
	char *kill_line;
};

static ssize_t stream_ended(struct remote_stream *r, GError **error)
{
	if (!ssh_link_is_up(r->job.link))
		g_set_error_literal(
			error, SIM_ERROR, SIM_ERROR_SERVER, "read: the connection broke");
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
	gint64 until_us = deadline(timeout_ms);
	gboolean ended, late = FALSE;
	int n;

	for (;;) {
		ended = ssh_channel_is_closed(r->job.channel) || ssh_channel_is_eof(r->job.channel);
		(void)take(&r->job, 1); /* What it says there would fill the window. */
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
		(void)ssh_link_wait(r->job.link, late ? deadline(1) : until_us);
	}
}

static gboolean remote_write(struct stream *st, const void *data, size_t len, GError **error)
{
	struct remote_stream *r = (struct remote_stream *)st;
	gint64 until_us = deadline(STALL_MS);
	const char *at = data, *why;
	size_t room;
	int n = 0;

	while (len > 0) {
		room = ssh_channel_window_size(r->job.channel);
		room = MIN(MIN(len, room), (size_t)CHUNK);
		n = ssh_channel_is_closed(r->job.channel) ? -1 : 0;
		if (n == 0 && room > 0)
			n = ssh_channel_write(r->job.channel, at, (uint32_t)room);
		if (n < 0 || (n == 0 && g_get_monotonic_time() >= until_us))
			break;
		if (n == 0)
			(void)ssh_link_wait(r->job.link, until_us);
		else
			until_us = deadline(STALL_MS);
		at += n;
		len -= (size_t)n;
	}
	if (len == 0)
		return TRUE;
	why = n == 0 ? "nobody reads it" : "the other end is closed";
	g_set_error(error, SIM_ERROR, SIM_ERROR_SERVER, "write: %s", why);
	return FALSE;
}

static void remote_stream_free(struct stream *st)
{
	struct remote_stream *r = (struct remote_stream *)st;

	if (r->kill_line != NULL && ssh_link_is_up(r->job.link) && r->job.status == STATUS_UNTOLD)
		(void)kill_job(&r->job, r->kill_line);
	job_clear(&r->job);
	g_free(r->kill_line);
	g_free(r);
}

static struct remote_stream *remote_stream_new(void)
{
	static const struct stream_ops ops = {
		.read = remote_read,
		.write = remote_write,
		.free = remote_stream_free,
	};
	struct remote_stream *r = g_new0(struct remote_stream, 1);

	r->stream.ops = &ops;
	job_init(&r->job);
	return r;
}

/* Until the script has said that it runs. */
static gboolean await_start(
	struct server *s, struct remote_stream *r, const char *const *argv, GError **error)
{
	gint64 until_us = deadline(STEP_MS);
	g_autofree char *group = NULL;
	gboolean closed = FALSE, more;

	while (!closed && g_get_monotonic_time() < until_us) {
		if (group == NULL)
			group = take_group(r->job.err);
		if (group != NULL && (*group == '\0' || r->job.announced))
			break;
		closed = ssh_channel_is_closed(r->job.channel) != 0;
		more = take(&r->job, 1);
		if (!r->job.announced)
			more |= take(&r->job, 0);
		if (!more)
			(void)ssh_link_wait(r->job.link, until_us);
	}
	if (group == NULL)
		group = take_group(r->job.err);
	if (group == NULL && !ssh_link_is_up(r->job.link))
		return broke(s, &r->job, argv[0], error);
	if (group == NULL)
		return fail(s, argv[0], last_line(r->job.err->str), error);
	if (*group == '\0')
		return fail(s, argv[0], "there is no such program there", error);
	r->kill_line = kill_line_of(s, group);
	return TRUE;
}

static struct stream *remote_open(struct server *s, const char *const *argv, GError **error)
{
	g_autofree char *line = line_of(s, open_script, argv);
	struct remote_stream *r = remote_stream_new();

	if (job_start(s, &r->job, argv[0], line, error) && await_start(s, r, argv, error))
		return &r->stream;
	stream_free(&r->stream);
	return NULL;
}

/* A socket of root's, where the user is somebody else: by a program that sudo runs. */
static struct stream *relay(struct server *s, const char *path, GError **error)
{
	const char *argv[] = { "sh", "-c", relay_script, "sh", path, NULL };

	if (server_test(s, "sh", "-c", "test -S \"$1\" && { command -v socat || command -v nc; }",
		    "sh", path, NULL))
		return remote_open(s, argv, error);
	fail(s, path, "is no socket, or neither socat nor nc is there to reach it as root", error);
	return NULL;
}

static struct stream *remote_connect(struct server *s, const char *path, GError **error)
{
	struct remote *remote = s->state;
	g_autoptr(GError) why = NULL;
	struct remote_stream *r = remote_stream_new();

	r->job.channel = open_channel(s, path, &r->job.link, &why);
	if (r->job.channel != NULL)
		return &r->stream;
	stream_free(&r->stream);
	if (remote->cfg.as_root && remote->link != NULL)
		return relay(s, path, error);
	g_propagate_error(error, g_steal_pointer(&why));
	return NULL;
}

/* This process's terminal, while it is another's. */
struct terminal {
	struct job *job;
	gboolean is_tty;
	struct termios was;
	sigset_t mask_was;
	int signals; /* signalfd: what would end tsim ends with the terminal as it was */
	int ended_by;
};

static void window_size(int *columns, int *rows)
{
	struct winsize size = { .ws_col = 80, .ws_row = 24 };

	(void)ioctl(STDIN_FILENO, TIOCGWINSZ, &size);
	*columns = size.ws_col;
	*rows = size.ws_row;
}

static int request_pty(struct job *j)
{
	const char *term = g_getenv("TERM");
	gint64 until_us = deadline(STEP_MS);
	int columns, rows, rc;

	window_size(&columns, &rows);
	do {
		rc = ssh_channel_request_pty_size(
			j->channel, term == NULL ? "dumb" : term, columns, rows);
	} while (rc == SSH_AGAIN && ssh_link_wait(j->link, until_us));
	return rc;
}

static void terminal_take(struct terminal *t)
{
	struct termios raw;
	sigset_t mask;

	sigemptyset(&mask);
	sigaddset(&mask, SIGHUP);
	sigaddset(&mask, SIGINT);
	sigaddset(&mask, SIGQUIT);
	sigaddset(&mask, SIGTERM);
	sigaddset(&mask, SIGWINCH);
	pthread_sigmask(SIG_BLOCK, &mask, &t->mask_was);
	t->signals = signalfd(-1, &mask, SFD_CLOEXEC | SFD_NONBLOCK);
	if (!t->is_tty || tcgetattr(STDIN_FILENO, &t->was) != 0) {
		t->is_tty = FALSE;
		return;
	}
	raw = t->was;
	cfmakeraw(&raw);
	tcsetattr(STDIN_FILENO, TCSADRAIN, &raw);
}

static void terminal_give_back(struct terminal *t)
{
	if (t->is_tty)
		tcsetattr(STDIN_FILENO, TCSADRAIN, &t->was);
	close(t->signals);
	pthread_sigmask(SIG_SETMASK, &t->mask_was, NULL);
	if (t->ended_by != 0)
		raise(t->ended_by);
}

static void on_terminal_signal(struct terminal *t)
{
	struct signalfd_siginfo info;
	int columns, rows;

	if (read(t->signals, &info, sizeof(info)) != (ssize_t)sizeof(info))
		return;
	if (info.ssi_signo != SIGWINCH) {
		t->ended_by = (int)info.ssi_signo;
		return;
	}
	window_size(&columns, &rows);
	(void)ssh_channel_change_pty_size(t->job->channel, columns, rows);
}

/* What is typed, or the end of it. */
static void type(struct terminal *t)
{
	char buffer[CHUNK];
	size_t room = MIN(sizeof(buffer), (size_t)ssh_channel_window_size(t->job->channel));
	ssize_t n = read(STDIN_FILENO, buffer, room);

	if (n > 0) {
		(void)ssh_channel_write(t->job->channel, buffer, (uint32_t)n);
	} else if (n == 0 || errno != EINTR) {
		(void)ssh_channel_send_eof(t->job->channel);
		t->job->eof_sent = TRUE;
	}
}

/* Output as far as it is there; TRUE at the end of it all. */
static gboolean show(struct job *j)
{
	gboolean closed = ssh_channel_is_closed(j->channel) != 0, more;

	more = take(j, 1);
	(void)write_all(STDERR_FILENO, j->err->str, j->err->len);
	more |= take(j, 0);
	g_string_truncate(j->err, 0);
	return j->broken || (closed && !more);
}

static void terminal_loop(struct terminal *t)
{
	struct job *j = t->job;
	gboolean takes;

	while (t->ended_by == 0 && !show(j)) {
		takes = !j->eof_sent && ssh_channel_window_size(j->channel) > 0;
		struct pollfd p[] = {
			{ .fd = takes ? STDIN_FILENO : -1, .events = POLLIN },
			{ .fd = t->signals, .events = POLLIN },
			{ .fd = ssh_get_fd(j->link->session), .events = POLLIN },
		};

		if (poll(p, G_N_ELEMENTS(p), PUMP_MS) > 0 && p[0].revents != 0)
			type(t);
		if (p[1].revents != 0)
			on_terminal_signal(t);
		if (p[2].revents != 0)
			(void)ssh_link_wait(j->link, deadline(1));
	}
}

static int remote_terminal(struct server *s, const char *const *argv, GError **error)
{
	const char *root_shell[] = { "sh", "-c", "exec \"${SHELL:-/bin/sh}\" -l", NULL };
	struct remote *r = s->state;
	g_autofree char *line = NULL;
	struct job j;
	struct terminal t = { .job = &j, .is_tty = isatty(STDIN_FILENO) != 0 };
	int status = -1;

	if (argv == NULL || argv[0] == NULL)
		argv = r->cfg.as_root ? root_shell : NULL;
	line = argv == NULL ? NULL : line_of(s, NULL, argv);
	job_init(&j);
	j.out_fd = STDOUT_FILENO;
	j.announced = TRUE;
	j.channel = open_channel(s, NULL, &j.link, error);
	if (j.channel != NULL && (!t.is_tty || request_pty(&j) == SSH_OK) &&
		job_exec(&j, line) == SSH_OK) {
		terminal_take(&t);
		terminal_loop(&t);
		terminal_give_back(&t);
		status = t.ended_by != 0 ? 128 + t.ended_by : j.status;
		if (status == STATUS_UNTOLD)
			broke(s, &j, "terminal", error);
	} else if (j.channel != NULL) {
		fail(s, "terminal", reason_of(j.link), error);
	}
	job_clear(&j);
	return status;
}

static void remote_free(struct server *s)
{
	struct remote *r = s->state;

	drop_link(r);
	g_free((char *)(uintptr_t)r->cfg.name);
	g_free((char *)(uintptr_t)r->cfg.address);
	g_free((char *)(uintptr_t)r->cfg.config);
	g_free((char *)(uintptr_t)r->cfg.identity);
	g_free((char *)(uintptr_t)r->cfg.known_hosts);
	g_free(r);
}

struct server *server_new_ssh(const struct server_ssh_cfg *cfg)
{
	static const struct server_ops ops = {
		.run = remote_run,
		.put = remote_put,
		.get = remote_get,
		.open = remote_open,
		.connect = remote_connect,
		.terminal = remote_terminal,
		.free = remote_free,
	};
	struct remote *r = g_new0(struct remote, 1);

	r->cfg = *cfg;
	r->cfg.name = g_strdup(cfg->name);
	r->cfg.address = g_strdup(cfg->address);
	r->cfg.config = g_strdup(cfg->config);
	r->cfg.identity = g_strdup(cfg->identity);
	r->cfg.known_hosts = g_strdup(cfg->known_hosts);
	return server_new(&ops, cfg->name, r);
}
