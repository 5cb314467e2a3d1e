/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What holds of every kind of server that is this machine in truth: run against the local one
 * (sim_server.c, sim_process.c) and against one by SSH (tests/cli/ssh_server.c). The folder of a
 * test is its working directory. Inline, since not every test has all of it.
 */
#ifndef TESTS_SERVER_CHECK_H
#define TESTS_SERVER_CHECK_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>
#include <glib/gstdio.h>

#include "analyze/base/file.h"
#include "sim/base/error.h"
#include "sim/server/process.h"
#include "sim/server/server.h"

enum { BIG = 3000000, LONG_MS = 60000 };

/* A test's server; errors of it that nobody expects end the test with their text. */
#define SERVER(state) (*(struct server **)(state))
#define OK(call)                                                                           \
	do {                                                                               \
		GError *why_ = NULL;                                                       \
		GError **error = &why_;                                                    \
		gboolean done_ = (call);                                                   \
		if (!done_ || why_ != NULL)                                                \
			fail_msg("%s: %s", #call, why_ == NULL ? "FALSE" : why_->message); \
	} while (0)
/* The call fails with a text of SIM_ERROR that has this in it. */
#define FAILS(with, call)                                                            \
	do {                                                                         \
		GError *why_ = NULL;                                                 \
		GError **error = &why_;                                              \
		if (call)                                                            \
			fail_msg("%s: succeeds", #call);                             \
		assert_non_null(why_);                                               \
		assert_true(why_->domain == SIM_ERROR);                              \
		if (strstr(why_->message, with) == NULL)                             \
			fail_msg("%s: no '%s' in '%s'", #call, with, why_->message); \
		g_error_free(why_);                                                  \
	} while (0)
#define ARGV(...) ((const char *const[]){ __VA_ARGS__, NULL })
#define SH(script) ARGV("sh", "-c", script)

static inline char *path_here(const char *name)
{
	g_autofree char *here = g_get_current_dir();

	return g_build_filename(here, name, NULL);
}

/* Not zombies: who reaps those is nobody's business here. */
static inline gboolean lives(int pid)
{
	g_autofree char *path = g_strdup_printf("/proc/%d/stat", pid);
	g_autofree char *stat = NULL;
	const char *state;

	if (pid <= 0 || !g_file_get_contents(path, &stat, NULL, NULL))
		return FALSE;
	state = strrchr(stat, ')');
	return state != NULL && state[2] != 'Z' && state[2] != 'X';
}

/* SIGKILL takes effect in its own time. */
static inline gboolean is_gone(int pid)
{
	for (int i = 0; i < 1000 && lives(pid); i++)
		g_usleep(10000);
	return !lives(pid);
}

/* Waits for a line in a file that a command writes; its number. */
static inline int pid_in(const char *file)
{
	g_autofree char *text = NULL;

	for (int i = 0; i < 3000; i++) {
		g_clear_pointer(&text, g_free);
		if (g_file_get_contents(file, &text, NULL, NULL) && strchr(text, '\n') != NULL)
			return (int)g_ascii_strtoll(text, NULL, 10);
		g_usleep(10000);
	}
	fail_msg("nothing in %s", file);
	return 0;
}

static inline void says_status_output_and_reason(void **state)
{
	g_auto(server_result) r = { 0 };
	g_auto(server_result) killed = { 0 };
	g_autofree char *said = NULL;

	OK(server_run(SERVER(state), SH("echo out; echo err >&2; exit 3"), NULL, 0, &r, error));
	assert_int_equal(r.status, 3);
	assert_string_equal(r.out, "out\n");
	assert_string_equal(r.err, "err\n");
	assert_int_equal(r.out_len, 4);
	OK(server_run(SERVER(state), SH("kill -TERM $$"), NULL, 0, &killed, error));
	assert_int_equal(killed.status, 128 + 15);
	OK((said = server_ask(SERVER(state), error, "echo", "a  b", NULL)) != NULL);
	assert_string_equal(said, "a  b\n");
	assert_true(server_test(SERVER(state), "true", NULL));
	assert_false(server_test(SERVER(state), "false", NULL));
	FAILS("no such thing (exit status 4)", server_dol(SERVER(state), error, "sh", "-c",
						       "echo no such thing >&2; exit 4", NULL));
	OK(server_dol(SERVER(state), error, "true", NULL));
}

static inline void words_arrive_as_they_are(void **state)
{
	const char *const words[] = { "printf", "%s|", "", " ", "a b", "a'b", "\"", "$HOME", "`id`",
		"a\nb", "\\", "\\n", "*", "~", "!", ";", "#x", "-n", "=", "\xc3\xa4\xe2\x82\xac",
		"\t", "$(id)", "&", NULL };
	g_auto(server_result) r = { 0 };
	g_autoptr(GString) want = g_string_new(NULL);

	for (const char *const *w = words + 2; *w != NULL; w++)
		g_string_append_printf(want, "%s|", *w);
	OK(server_run(SERVER(state), words, NULL, 0, &r, error));
	assert_string_equal(r.out, want->str);
	assert_string_equal(r.err, "");
}

static inline void outputs_may_be_large_and_binary(void **state)
{
	g_auto(server_result) r = { 0 };

	OK(server_run(SERVER(state),
		SH("head -c 3000000 /dev/zero | tr '\\0' x >&2 & head -c 2999999 /dev/zero\n"
		   "printf '\\377'; wait"),
		NULL, LONG_MS, &r, error));
	assert_int_equal(r.status, 0);
	assert_int_equal(r.out_len, BIG);
	assert_int_equal((unsigned char)r.out[BIG - 1], 0xff);
	for (size_t i = 0; i < BIG - 1; i++)
		if (r.out[i] != 0)
			fail_msg("byte %zu is not what was said", i);
	assert_int_equal(strlen(r.err), BIG);
}

static inline void input_is_read_or_not(void **state)
{
	g_autofree char *input = g_strnfill(BIG, 'i');
	g_autofree char *file = path_here("input");
	g_auto(server_result) counted = { 0 };
	g_auto(server_result) deaf = { 0 };
	g_auto(server_result) silent = { 0 };
	g_auto(server_result) none = { 0 };
	struct stat st;

	OK(server_run(SERVER(state), ARGV("wc", "-c"), input, LONG_MS, &counted, error));
	assert_int_equal(g_ascii_strtoll(counted.out, NULL, 10), BIG);
	OK(server_run(SERVER(state), ARGV("true"), input, LONG_MS, &deaf, error));
	assert_int_equal(deaf.status, 0);
	OK(server_run(SERVER(state),
		ARGV("sh", "-c", "exec >&- 2>&-; sleep 0.2; cat >\"$1\"", "sh", file), input,
		LONG_MS, &silent, error));
	assert_int_equal(silent.status, 0);
	assert_int_equal(stat(file, &st), 0);
	assert_int_equal(st.st_size, BIG);
	OK(server_run(SERVER(state), ARGV("cat"), NULL, LONG_MS, &none, error));
	assert_int_equal(none.out_len, 0);
}

static inline void missing_program_is_an_error(void **state)
{
	g_auto(server_result) r = { 0 };
	g_auto(server_result) by_shell = { 0 };

	FAILS("tsim-no-such-program",
		server_run(SERVER(state), ARGV("tsim-no-such-program", "x"), NULL, 0, &r, error));
	assert_null(r.out);
	OK(server_run(SERVER(state), SH("tsim-no-such-program"), NULL, 0, &by_shell, error));
	assert_int_equal(by_shell.status, 127);
}

static inline void programs_end_by_sigpipe(void **state)
{
	g_auto(server_result) r = { 0 };

	OK(server_run(
		SERVER(state), SH("(yes; echo $? >&2) | head -n 1"), NULL, LONG_MS, &r, error));
	assert_string_equal(r.out, "y\n");
	assert_string_equal(r.err, "141\n");
}

static inline void timeout_ends_all_of_it(void **state)
{
	g_autofree char *file = path_here("timeout");
	g_autofree char *input = g_strnfill(BIG, 'i');
	g_auto(server_result) r = { 0 };

	FAILS("killed after 1 s",
		server_run(SERVER(state),
			ARGV("sh", "-c", "trap '' TERM HUP; sleep 120 & echo $! >\"$1\"; wait",
				"sh", file),
			NULL, 1000, &r, error));
	assert_null(r.out);
	assert_true(is_gone(pid_in(file)));
	g_remove(file);
	/* That does not read, and so does not see that its input has ended. */
	FAILS("killed after 1 s",
		server_run(SERVER(state),
			ARGV("sh", "-c", "echo $$ >\"$1\"; exec sleep 120", "sh", file), input,
			1000, &r, error));
	assert_true(is_gone(pid_in(file)));
	assert_true(server_test(SERVER(state), "true", NULL));
}

static inline void what_a_command_leaves_behind_ends(void **state)
{
	g_autofree char *said = NULL;

	OK((said = server_ask(SERVER(state), error, "sh", "-c", "sleep 120 & echo $!", NULL)) !=
		NULL);
	assert_true(is_gone((int)g_ascii_strtoll(said, NULL, 10)));
}

static inline void copies_are_whole_and_replace(void **state)
{
	const size_t len = 10 << 20;
	g_autofree char *data = g_malloc(len);
	g_autofree char *local = path_here("copy from"), *back = path_here("back/copy");
	g_autofree char *remote = path_here("made for/it's/copy\n");
	g_autofree char *folder = path_here("made for");
	g_autofree char *here = g_get_current_dir(), *got = NULL, *left = NULL;
	size_t got_len = 0;
	struct stat st;

	for (size_t i = 0; i < len; i++)
		data[i] = (char)(i * 2654435761U >> 13);
	assert_true(g_file_set_contents(local, data, (gssize)len, NULL));
	OK(server_put(SERVER(state), local, remote, 0755, error));
	OK(server_put(SERVER(state), local, remote, 0640, error));
	assert_int_equal(stat(remote, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0640);
	OK(server_get(SERVER(state), remote, back, error));
	assert_true(g_file_get_contents(back, &got, &got_len, NULL));
	assert_int_equal(got_len, len);
	assert_memory_equal(got, data, len);
	assert_true(g_file_set_contents(local, "", 0, NULL));
	OK(server_put(SERVER(state), local, remote, 0600, error));
	assert_int_equal(stat(remote, &st), 0);
	assert_int_equal(st.st_size, 0);
	FAILS("made for: is a directory; remove it",
		server_put(SERVER(state), local, folder, 0644, error));
	FAILS("nothing here", server_get(SERVER(state), "/nothing here", back, error));
	FAILS("nothing here", server_put(SERVER(state), "/nothing here", remote, 0644, error));
	FAILS("/proc/tsim", server_put(SERVER(state), local, "/proc/tsim", 0644, error));
	OK((left = server_ask(SERVER(state), error, "find", here, "-name", "*.tmp", NULL)) != NULL);
	assert_string_equal(left, "");
}

static inline void read_all(struct stream *st, char *into, size_t want)
{
	for (size_t had = 0; had < want;) {
		ssize_t n = -1;

		OK((n = stream_read(st, into + had, want - had, LONG_MS, error)) > 0);
		had += (size_t)n;
	}
	into[want] = '\0';
}

static inline void reads_end(struct stream *st)
{
	g_autoptr(GError) error = NULL;
	char c;

	assert_int_equal(stream_read(st, &c, 1, LONG_MS, &error), -1);
	assert_null(error);
}

static inline void stream_of_a_command_goes_both_ways(void **state)
{
	g_autofree char *much = g_strnfill(200000, 'm');
	g_autofree char *got = g_malloc(200001);
	struct stream *st = NULL;
	char c;

	OK((st = server_open(SERVER(state), ARGV("cat"), error)) != NULL);
	assert_int_equal(stream_read(st, &c, 1, 0, NULL), 0);
	OK(stream_write(st, "one\n", 4, error));
	read_all(st, got, 4);
	assert_string_equal(got, "one\n");
	for (int i = 0; i < 4; i++) { /* cat has room for that much, and not for more */
		OK(stream_write(st, much, 50000, error));
		read_all(st, got, 50000);
	}
	assert_true(server_test(SERVER(state), "true", NULL)); /* beside it */
	stream_free(st);
}

static inline void stream_tells_that_the_command_has_ended(void **state)
{
	struct stream *st = NULL;
	char got[16];

	OK((st = server_open(SERVER(state), SH("echo last"), error)) != NULL);
	read_all(st, got, 5);
	assert_string_equal(got, "last\n");
	reads_end(st);
	stream_free(st);
}

static inline void freed_stream_ends_its_command(void **state)
{
	g_autofree char *file = path_here("stream");
	g_autofree char *much = g_strnfill(50000, 'm');
	struct stream *st = NULL;

	OK((st = server_open(SERVER(state),
		    ARGV("sh", "-c", "trap '' HUP TERM; echo $$ >\"$1\"; sleep 120", "sh", file),
		    error)) != NULL);
	OK(stream_write(st, much, 50000, error));
	assert_true(lives(pid_in(file)));
	stream_free(st);
	assert_true(is_gone(pid_in(file)));
}

static inline void unix_socket_is_reached(void **state)
{
	struct sockaddr_un where = { .sun_family = AF_UNIX };
	int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), peer;
	struct stream *st = NULL;
	char got[8];

	g_snprintf(where.sun_path, sizeof(where.sun_path), "/tmp/tsim-test-%d.socket", getpid());
	unlink(where.sun_path);
	assert_int_equal(bind(listener, (struct sockaddr *)&where, sizeof(where)), 0);
	assert_int_equal(listen(listener, 1), 0);
	OK((st = server_connect(SERVER(state), where.sun_path, error)) != NULL);
	unlink(where.sun_path);
	peer = accept(listener, NULL, NULL);
	assert_true(peer >= 0);
	OK(stream_write(st, "ping", 4, error));
	assert_int_equal(recv(peer, got, 4, MSG_WAITALL), 4);
	assert_memory_equal(got, "ping", 4);
	assert_int_equal(send(peer, "pong", 4, 0), 4);
	read_all(st, got, 4);
	assert_string_equal(got, "pong");
	close(peer);
	reads_end(st);
	stream_free(st);
	close(listener);
	FAILS("/nothing/here", server_connect(SERVER(state), "/nothing/here", error) != NULL);
	assert_true(server_test(SERVER(state), "true", NULL));
}

static inline enum process_state look(struct server *s, const char *name, int *status)
{
	enum process_state is = PROCESS_NONE;

	OK(process_look(s, name, &is, status, error));
	return is;
}

/* Until it has ended: the status. */
static inline int ended_status(struct server *s, const char *name)
{
	int status = 0;

	for (int i = 0; i < 600 && look(s, name, &status) != PROCESS_ENDED; i++)
		g_usleep(50000);
	assert_int_equal(look(s, name, &status), PROCESS_ENDED);
	return status;
}

static inline void process_is_found_and_stopped(void **state)
{
	struct server *s = SERVER(state);
	g_autofree char *file = path_here("process");
	g_autofree char *words = NULL, *after = NULL;
	g_auto(GStrv) before = NULL;
	g_auto(GStrv) names = NULL;
	int status = 0;

	g_remove(file);
	assert_int_equal(look(s, "vm-7", &status), PROCESS_NONE);
	OK(process_start(s, "vm-7", NULL,
		ARGV("sh", "-c", "echo one; echo two >&2; echo $$ >\"$1\"; exec sleep 120", "sh",
			file),
		error));
	assert_int_equal(look(s, "vm-7", &status), PROCESS_RUNNING);
	assert_int_equal(look(s, "vm", &status), PROCESS_NONE);
	FAILS("already running (PID", process_start(s, "vm-7", NULL, ARGV("true"), error));
	OK((before = process_list(s, error)) != NULL);
	assert_true(g_strv_contains((const char *const *)before, "vm-7"));
	assert_true(lives(pid_in(file)));
	words = process_words(s, "vm-7", 9);
	assert_string_equal(words, "one\ntwo");
	OK(process_stop(s, "vm", 1000, error));
	assert_true(lives(pid_in(file)));
	OK(process_stop(s, "vm-7", 5000, error));
	assert_false(lives(pid_in(file)));
	assert_int_equal(look(s, "vm-7", &status), PROCESS_NONE);
	OK((names = process_list(s, error)) != NULL);
	assert_false(g_strv_contains((const char *const *)names, "vm-7"));
	after = process_words(s, "vm-7", 9);
	assert_string_equal(after, "");
	OK(process_stop(s, "vm-7", 1000, error));
}

static inline void process_tells_how_it_ended(void **state)
{
	struct server *s = SERVER(state);
	g_autofree char *words = NULL;

	OK(process_start(s, "ends", NULL, SH("echo why; exit 5"), error));
	assert_int_equal(ended_status(s, "ends"), 5);
	OK(process_start(s, "ends", NULL, SH("kill -KILL $$"), error));
	assert_int_equal(ended_status(s, "ends"), 128 + 9);
	OK(process_start(s, "ends", NULL, ARGV("tsim-no-such-program"), error));
	assert_int_equal(ended_status(s, "ends"), 127);
	words = process_words(s, "ends", 1);
	assert_non_null(strstr(words, "tsim-no-such-program"));
	OK(process_stop(s, "ends", 0, error));
}

static inline void stop_forces_what_ignores_it(void **state)
{
	struct server *s = SERVER(state);
	g_autofree char *file = path_here("stubborn");

	g_remove(file);
	OK(process_start(s, "stubborn", NULL,
		ARGV("sh", "-c",
			"trap '' TERM; sleep 120 & echo $! >\"$1\"; while :; do wait; done", "sh",
			file),
		error));
	assert_true(lives(pid_in(file)));
	OK(process_stop(s, "stubborn", 300, error));
	assert_false(lives(pid_in(file)));
}

#define SERVER_CHECKS                                                      \
	cmocka_unit_test(says_status_output_and_reason),                   \
		cmocka_unit_test(words_arrive_as_they_are),                \
		cmocka_unit_test(outputs_may_be_large_and_binary),         \
		cmocka_unit_test(input_is_read_or_not),                    \
		cmocka_unit_test(missing_program_is_an_error),             \
		cmocka_unit_test(programs_end_by_sigpipe),                 \
		cmocka_unit_test(timeout_ends_all_of_it),                  \
		cmocka_unit_test(what_a_command_leaves_behind_ends),       \
		cmocka_unit_test(copies_are_whole_and_replace),            \
		cmocka_unit_test(stream_of_a_command_goes_both_ways),      \
		cmocka_unit_test(stream_tells_that_the_command_has_ended), \
		cmocka_unit_test(freed_stream_ends_its_command),           \
		cmocka_unit_test(unix_socket_is_reached)
#define PROCESS_CHECKS                                        \
	cmocka_unit_test(process_is_found_and_stopped),       \
		cmocka_unit_test(process_tells_how_it_ended), \
		cmocka_unit_test(stop_forces_what_ignores_it)

static inline void stop_all(struct server *s)
{
	g_auto(GStrv) names = process_list(s, NULL);

	for (char **name = names; name != NULL && *name != NULL; name++)
		(void)process_stop(s, *name, 0, NULL);
}

/* Runs them, with the server as their state. */
static inline int run_checks(struct CMUnitTest *tests, size_t nb, struct server *s)
{
	int failed;

	for (size_t i = 0; i < nb; i++)
		tests[i].initial_state = s;
	failed = _cmocka_run_group_tests("servers", tests, nb, NULL, NULL);
	stop_all(s); /* what a failed one has left */
	server_free(s);
	return failed;
}

/* A folder of its own to be in, for state, too; and gone afterwards. */
static inline char *enter_folder(void)
{
	char *folder = g_dir_make_tmp("tsim test.XXXXXX", NULL);
	g_autofree char *state = g_build_filename(folder, "state", NULL);

	if (folder == NULL || g_chdir(folder) != 0)
		return NULL;
	g_setenv("TSIM_STATE_DIR", state, TRUE);
	return folder;
}

static inline void leave_folder(char *folder)
{
	(void)g_chdir("/");
	file_remove_tree(folder);
	g_free(folder);
}

#endif
