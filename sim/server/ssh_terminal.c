/* SPDX-License-Identifier: BSD-3-Clause */
#include "sim/server/ssh_terminal.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <termios.h>
#include <unistd.h>

#include "sim/server/ssh_job.h"

enum { PUMP_MS = 100 }; /* to see what libssh has read */

/* This process's terminal, while it is another's. */
struct terminal {
	struct ssh_job *job;
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

static int request_pty(struct ssh_job *j)
{
	const char *term = g_getenv("TERM");
	gint64 until_us = ssh_deadline(SSH_STEP_MS);
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
static void type_on(struct terminal *t)
{
	char buffer[SSH_CHUNK];
	size_t room = MIN(sizeof(buffer), (size_t)ssh_channel_window_size(t->job->channel));
	ssize_t n = read(STDIN_FILENO, buffer, room);

	if (n > 0) {
		(void)ssh_channel_write(t->job->channel, buffer, (uint32_t)n);
	} else if (n == 0 || errno != EINTR) {
		(void)ssh_channel_send_eof(t->job->channel);
		t->job->eof_sent = TRUE;
	}
}

static void write_out(int fd, GString *text)
{
	const char *at = text->str, *end = at + text->len;
	ssize_t n = 0;

	while (at < end && (n >= 0 || errno == EINTR)) {
		n = write(fd, at, (size_t)(end - at));
		at += MAX(n, 0);
	}
	g_string_truncate(text, 0);
}

/* Output as far as it is there; TRUE at the end of it all. */
static gboolean show_output(struct ssh_job *j)
{
	gboolean closed = ssh_channel_is_closed(j->channel) != 0, more;

	more = ssh_job_read(j, 1);
	more |= ssh_job_read(j, 0);
	write_out(STDERR_FILENO, j->err);
	write_out(STDOUT_FILENO, j->out);
	return j->broken || (closed && !more);
}

static void terminal_loop(struct terminal *t)
{
	struct ssh_job *j = t->job;
	gboolean takes;

	while (t->ended_by == 0 && !show_output(j)) {
		takes = !j->eof_sent && ssh_channel_window_size(j->channel) > 0;
		struct pollfd p[] = {
			{ .fd = takes ? STDIN_FILENO : -1, .events = POLLIN },
			{ .fd = t->signals, .events = POLLIN },
			{ .fd = ssh_get_fd(j->link->session), .events = POLLIN },
		};

		if (poll(p, G_N_ELEMENTS(p), PUMP_MS) > 0 && p[0].revents != 0)
			type_on(t);
		if (p[1].revents != 0)
			on_terminal_signal(t);
		if (p[2].revents != 0)
			(void)ssh_link_wait(j->link, ssh_deadline(1));
	}
}

int ssh_terminal(struct server *s, const char *const *argv, GError **error)
{
	const char *root_shell[] = { "sh", "-c", "exec \"${SHELL:-/bin/sh}\" -l", NULL };
	const struct ssh_remote *r = s->state;
	g_auto(ssh_job) j = ssh_job_new();
	struct terminal t = { .job = &j, .is_tty = isatty(STDIN_FILENO) != 0 };
	g_autofree char *line = NULL;
	int status;

	if (argv == NULL || argv[0] == NULL)
		argv = r->cfg.as_root ? root_shell : NULL;
	line = argv == NULL ? NULL : ssh_job_line(s, NULL, argv);
	j.announced = TRUE;
	if (!ssh_job_open(s, &j, NULL, error))
		return -1;
	if ((t.is_tty && request_pty(&j) != SSH_OK) || ssh_job_exec(&j, line) != SSH_OK) {
		server_fail(s, error, "terminal: %s", ssh_job_reason(&j));
		return -1;
	}
	terminal_take(&t);
	terminal_loop(&t);
	terminal_give_back(&t);
	status = t.ended_by != 0 ? 128 + t.ended_by : j.status;
	if (status == SSH_UNTOLD)
		ssh_job_broke(s, &j, "terminal", error);
	return status;
}
