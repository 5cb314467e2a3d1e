/* SPDX-License-Identifier: BSD-3-Clause */
/* ADDRESS SCENARIO ARGUMENT...: one use of a server by SSH, for tests/cli/ssh.sh. */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "sim/server/process.h"
#include "sim/server/server.h"

static gboolean fails(const char *what, GError *error)
{
	fprintf(stderr, "%s%s%s\n", what, error == NULL ? "" : ": ",
		error == NULL ? "" : error->message);
	return FALSE;
}

/* argv: TIMEOUT_MS INPUT WORD...; its output, then "[STATUS]". */
static gboolean run(struct server *s, char **argv)
{
	g_auto(server_result) r = { 0 };
	g_autoptr(GError) error = NULL;

	if (!server_run(s, (const char *const *)argv + 2, argv[1],
		    (unsigned)g_ascii_strtoull(argv[0], NULL, 10), &r, &error))
		return fails("error", error);
	fwrite(r.out, 1, r.out_len, stdout);
	fputs(r.err, stderr);
	printf("[%d]\n", r.status);
	return TRUE;
}

/* Both outputs are larger than any window, and so is what cat is given. */
static gboolean large(struct server *s)
{
	enum { MB = 1000000 };
	const char *both[] = { "sh", "-c",
		"head -c 5000000 /dev/zero | tr '\\0' o & head -c 5000000 /dev/zero | "
		"tr '\\0' e >&2; wait",
		NULL };
	const char *echo[] = { "cat", NULL }, *deaf[] = { "sh", "-c", "exit 3", NULL };
	g_autofree char *input = g_strnfill(5 * MB, 'i');
	g_autoptr(GError) error = NULL;
	g_auto(server_result) r = { 0 };

	if (!server_run(s, both, NULL, 60000, &r, &error))
		return fails("both", error);
	if (r.status != 0 || r.out_len != 5 * MB || strlen(r.err) != 5 * MB ||
		r.out[5 * MB - 1] != 'o' || r.err[5 * MB - 1] != 'e')
		return fails("both: not all of it", NULL);
	server_result_clear(&r);
	if (!server_run(s, echo, input, 60000, &r, &error))
		return fails("echo", error);
	if (!g_str_equal(r.out, input))
		return fails("echo: not what was given", NULL);
	server_result_clear(&r);
	if (!server_run(s, deaf, input, 60000, &r, &error))
		return fails("deaf", error);
	return r.status == 3 || fails("deaf: another status", NULL);
}

/* Without its end, which may be the stream's. */
static char *line_from(struct stream *st)
{
	GString *line = g_string_new(NULL);
	char c;

	while (stream_read(st, &c, 1, 20000, NULL) == 1 && c != '\n')
		g_string_append_c(line, c);
	return g_string_free(line, FALSE);
}

/* argv: PIDFILE; the command is there while the stream is. The caller looks for it. */
static gboolean stream(struct server *s, char **argv)
{
	const char *words[] = { "sh", "-c",
		"sleep 1000 & echo $! >\"$1\"; while read -r l; do echo \"<$l>\"; done", "sh",
		argv[0], NULL };
	g_autoptr(GError) error = NULL;
	struct stream *st = server_open(s, words, &error);
	g_autofree char *said = NULL;
	char c;

	if (st == NULL)
		return fails("open", error);
	if (stream_read(st, &c, 1, 50, &error) != 0)
		return fails("a stream that says nothing", error);
	if (!stream_write(st, "odd 'words'\n", 12, &error))
		return fails("write", error);
	said = line_from(st);
	if (!g_str_equal(said, "<odd 'words'>"))
		return fails(said, NULL);
	stream_free(st);
	return TRUE;
}

/* argv: PIDFILE, and COMMAND that ends the connection; the stream's command has to go with it. */
static gboolean stream_cut(struct server *s, char **argv)
{
	const char *words[] = { "sh", "-c", "echo $$ >\"$1\"; echo up; exec sleep 1000", "sh",
		argv[0], NULL };
	g_autoptr(GError) error = NULL;
	struct stream *st = server_open(s, words, &error);
	g_autofree char *said = st == NULL ? NULL : line_from(st);
	char c;

	if (st == NULL || !g_str_equal(said, "up"))
		return fails("open", error);
	if (!g_spawn_command_line_sync(argv[1], NULL, NULL, NULL, &error))
		return fails("cut", error);
	if (stream_read(st, &c, 1, 20000, &error) != -1 || error == NULL)
		return fails("a stream lives without its connection", NULL);
	stream_free(st);
	return server_test(s, "true", NULL) || fails("no new connection", NULL);
}

/* A command that ends by itself ends its stream; one that is missing has none. */
static gboolean stream_end(struct server *s)
{
	const char *words[] = { "echo", "last", NULL }, *none[] = { "no-such-program", NULL };
	g_autoptr(GError) error = NULL;
	struct stream *st = server_open(s, words, &error);
	g_autofree char *said = st == NULL ? NULL : line_from(st);
	char c;

	if (st == NULL || !g_str_equal(said, "last"))
		return fails("open", error);
	if (stream_read(st, &c, 1, 20000, &error) != -1 || error != NULL)
		return fails("no end", error);
	stream_free(st);
	if (server_open(s, none, &error) != NULL)
		return fails("a missing program was opened", NULL);
	return strstr(error->message, "no-such-program") != NULL || fails("text", error);
}

/* argv: PATH of an echoing socket. */
static gboolean connect_to(struct server *s, char **argv)
{
	g_autoptr(GError) error = NULL;
	struct stream *st = server_connect(s, argv[0], &error);
	g_autofree char *said = NULL;

	if (st == NULL)
		return fails("connect", error);
	if (!stream_write(st, "hello\n", 6, &error))
		return fails("write", error);
	said = line_from(st);
	stream_free(st);
	puts(said);
	return TRUE;
}

static gboolean look(struct server *s, const char *name)
{
	static const char *const names[] = { "none", "running", "ended" };
	g_autoptr(GError) error = NULL;
	enum process_state state;
	int status;

	if (!process_look(s, name, &state, &status, &error))
		return fails("look", error);
	printf("%s %d\n", names[state], status);
	return TRUE;
}

/* argv: COMMAND that ends the connection. The process is found by a new one, and stopped. */
static gboolean process(struct server *s, char **argv)
{
	const char *words[] = { "sleep", "1000", NULL };
	g_autoptr(GError) error = NULL;

	if (!process_start(s, "sleeper", NULL, words, &error))
		return fails("start", error);
	if (!look(s, "sleeper") || !g_spawn_command_line_sync(argv[0], NULL, NULL, NULL, &error))
		return fails("cut", error);
	if (!look(s, "sleeper"))
		return FALSE;
	if (!process_stop(s, "sleeper", 5000, &error))
		return fails("stop", error);
	return look(s, "sleeper");
}

/* argv: a command that cuts its own connection: an error; the next call has a new one. */
static gboolean cut(struct server *s, char **argv)
{
	const char *words[] = { "sh", "-c", argv[0], "sh", NULL };
	g_auto(server_result) r = { 0 };
	g_autoptr(GError) error = NULL;

	if (!server_test(s, "true", NULL))
		return fails("no connection at first", NULL);
	if (server_run(s, words, NULL, 20000, &r, &error))
		return fails("a command whose connection broke has a status", NULL);
	fprintf(stderr, "%s\n", error->message);
	return server_test(s, "true", NULL) || fails("no new connection", NULL);
}

/* argv: a command that ends a connection nobody uses: not noticed. */
static gboolean stale(struct server *s, char **argv)
{
	g_autoptr(GError) error = NULL;

	return (server_test(s, "true", NULL) &&
		       g_spawn_command_line_sync(argv[0], NULL, NULL, NULL, &error) &&
		       server_dol(s, &error, "true", NULL)) ||
	       fails("stale", error);
}

static gboolean copy(struct server *s, const char *scenario, char **argv)
{
	g_autoptr(GError) error = NULL;

	if (g_str_equal(scenario, "put"))
		return server_put(s, argv[0], argv[1], 0751, &error) || fails("put", error);
	return server_get(s, argv[0], argv[1], &error) || fails("get", error);
}

static gboolean terminal(struct server *s, char **argv)
{
	g_autoptr(GError) error = NULL;
	int status = server_terminal(s, (const char *const *)argv, &error);

	printf("[%d]\n", status);
	return status >= 0 || fails("terminal", error);
}

static gboolean play(struct server *s, const char *scenario, char **argv)
{
	if (g_str_equal(scenario, "run"))
		return run(s, argv);
	if (g_str_equal(scenario, "large"))
		return large(s);
	if (g_str_equal(scenario, "stream"))
		return stream(s, argv);
	if (g_str_equal(scenario, "stream_cut"))
		return stream_cut(s, argv);
	if (g_str_equal(scenario, "stream_end"))
		return stream_end(s);
	if (g_str_equal(scenario, "connect"))
		return connect_to(s, argv);
	if (g_str_equal(scenario, "process"))
		return process(s, argv);
	if (g_str_equal(scenario, "cut"))
		return cut(s, argv);
	if (g_str_equal(scenario, "stale"))
		return stale(s, argv);
	if (g_str_equal(scenario, "terminal"))
		return terminal(s, argv);
	return copy(s, scenario, argv);
}

int main(int argc, char **argv)
{
	const struct server_ssh_cfg cfg = { .name = "host",
		.address = argc < 3 ? "" : argv[1],
		.config = g_getenv("SSH_CONFIG"),
		.identity = g_getenv("SSH_KEY"),
		.known_hosts = g_getenv("SSH_KNOWN"),
		.timeout_ms = 5000,
		.as_root = g_getenv("AS_ROOT") != NULL };
	struct server *s;
	gboolean done;

	if (argc < 3)
		return 2;
	signal(SIGPIPE, SIG_IGN);
	s = server_new_ssh(&cfg);
	done = play(s, argv[2], argv + 3);
	server_free(s);
	if (done)
		puts("done");
	return done ? 0 : 1;
}
