/* SPDX-License-Identifier: BSD-3-Clause */
/* A guest's console: what is said there is read right, whatever comes in between. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>
#include <glib/gstdio.h>

#include "sim/base/error.h"
#include "sim/vm/console.h"
#include "sim/vm/image.h"

static const struct {
	const char *text; /* after the line ":@B", which is put before it */
	int status;       /* -1: has not ended */
	const char *out;
} cases[] = {
	{ "@STATUS 0\n", 0, "" },
	{ ":one\n:two\n@STATUS 3\n", 3, "one\ntwo\n" },
	{ ":one\r\n@STATUS 0\r\n", 0, "one\n" },
	{ "::\n:@STATUS 7\n:\n@STATUS 1\n", 1, ":\n@STATUS 7\n\n" },
	{ ":what follows is the next one's\n@STATUS 0\n:no\n@STATUS 1\n", 0,
		"what follows is the next one's\n" },
	{ "", -1, NULL },
	{ ":one\n@STATUS 0", -1, NULL },
	{ ":one\n@STATUS\n", -1, NULL },
	{ ":one\n@STATUS 256\n", -1, NULL },
	{ ":one\n@STATUS x\n@STATUS -1\n", -1, NULL },
	/* The kernel: a line, in a line, in the status, at its end. */
	{ ":one\n[   12.345678] usb 1-1: new\r\n:two\n@STATUS 0\n", 0, "one\ntwo\n" },
	{ ":on[   12.345678] usb 1-1: new\r\ne\n@STATUS 0\n", 0, "one\n" },
	{ ":on[   12.345678] usb\r\n[   12.345679] usb\r\ne\n@STATUS 0\n", 0, "one\n" },
	{ ":one\n@STA[    1.000000] boo\r\nTUS 4\n", 4, "one\n" },
	{ ":one\n@STATUS 1[123456.000000] boo\r\n3\n", 13, "one\n" },
	{ ":one\n@STATUS 13[    1.000000] boo\r\n\n", 13, "one\n" },
	{ ":one\n@STATUS 1[    1.000000] boo\r\n", -1, NULL },
	/* But a command may print the kernel's log. */
	{ ":[    0.000000] Linux\n:[    0.100000] Command line\n@STATUS 0\n", 0,
		"[    0.000000] Linux\n[    0.100000] Command line\n" },
	/* An echo. */
	{ "echo @B; true\r\n:one\n@STATUS 0\n", 0, "one\n" },
};

static void what_is_said_is_read_right(void **state)
{
	(void)state;
	for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *text = g_strconcat("noise\n@READY\n:old\n@STATUS 9\n"
						    "echo @B; true\n:@B\n",
			cases[i].text, NULL);
		g_autofree char *out = NULL;
		int status = -1;

		assert_int_equal(console_parse(text, "@B", &status, &out), cases[i].status >= 0);
		if (cases[i].status < 0)
			continue;
		assert_int_equal(status, cases[i].status);
		assert_string_equal(out, cases[i].out);
	}
}

static void what_was_said_before_is_not_an_answer(void **state)
{
	g_autofree char *out = NULL;
	int status;

	(void)state;
	assert_false(console_parse(":old\n@STATUS 0\n:@OTHER\n@STATUS 0\n", "@B", &status, &out));
	assert_false(console_parse("@B\n@STATUS 0\n", "@B", &status, &out));
}

static void lines_are_safe(void **state)
{
	const char *const plain[] = { "echo", "a b", "$x", NULL };
	const char *const newline[] = { "echo", "a\nb", NULL };
	g_autofree char *a = console_line(plain, NULL, "@B", 30);
	g_autofree char *b = console_line(newline, NULL, "@B", 30);
	g_autofree char *c = console_line(plain, "in\nput", "@B", 1);

	(void)state;
	assert_string_equal(a, "echo @B; timeout -s KILL 30 echo 'a b' '$x'\n");
	assert_string_equal(
		b, "echo @B; timeout -s KILL 30 sh -c \"$(echo ZWNobyAnYQpiJw== | base64 -d)\"\n");
	assert_string_equal(
		c, "echo @B; echo aW4KcHV0 | base64 -d | timeout -s KILL 1 echo 'a b' '$x'\n");
}

/* A guest of one connection. */
struct guest {
	int listener;
	const char *answer; /* with %s where the first line's second word goes; NULL: hangs up */
};

static void *answer(void *arg)
{
	struct guest *g = arg;
	int fd = accept(g->listener, NULL, NULL);
	g_autoptr(GString) text = g_string_new(NULL);
	char c;

	while (read(fd, &c, 1) == 1 && (c != '\n' || text->len == 0))
		if (c != '\n')
			g_string_append_c(text, c);
	if (g->answer != NULL) {
		g_auto(GStrv) words = g_strsplit_set(text->str, " ;", 3);
		g_auto(GStrv) parts = g_strsplit(g->answer, "%s", 2);
		g_autofree char *said = g_strconcat(parts[0], words[1], parts[1], NULL);

		/* In two pieces, the first of which is no line. */
		(void)!write(fd, said, 3);
		(void)!write(fd, said + 3, strlen(said) - 3);
	}
	/* Hangs up when told to, by the other end. */
	if (g->answer == NULL || strstr(g->answer, "STATUS") == NULL)
		shutdown(fd, SHUT_WR);
	while (read(fd, &c, 1) == 1)
		;
	close(fd);
	return NULL;
}

static gboolean ask(const char *says, struct server_result *r, GError **error)
{
	g_autofree char *dir = g_dir_make_tmp("console-XXXXXX", NULL);
	g_autofree char *path = g_build_filename(dir, "sock", NULL);
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	struct guest g = { .listener = socket(AF_UNIX, SOCK_STREAM, 0), .answer = says };
	struct server *host = server_new_local("host"),
		      *s = server_new_console(host, "guest 3", path);
	const char *const argv[] = { "uname", "-a", NULL };
	gboolean done;
	pthread_t thread;

	g_strlcpy(at.sun_path, path, sizeof(at.sun_path));
	assert_int_equal(bind(g.listener, (struct sockaddr *)&at, sizeof(at)), 0);
	assert_int_equal(listen(g.listener, 1), 0);
	assert_int_equal(pthread_create(&thread, NULL, answer, &g), 0);
	done = server_run(s, argv, NULL, 20000, r, error);
	pthread_join(thread, NULL);
	close(g.listener);
	g_unlink(path);
	g_rmdir(dir);
	server_free(s);
	server_free(host);
	return done;
}

static void a_command_has_status_and_output(void **state)
{
	g_auto(server_result) r = { 0 };
	g_autoptr(GError) error = NULL;

	(void)state;
	assert_true(ask("@READY\n:%s\n:Linux\n[    1.000000] boo\r\n@STATUS 2\n", &r, &error));
	assert_int_equal(r.status, 2);
	assert_string_equal(r.out, "Linux\n");
	assert_int_equal(r.out_len, 6);
	assert_string_equal(r.err, "");
}

static void a_console_that_closes_is_an_error(void **state)
{
	g_auto(server_result) r = { 0 };
	g_autoptr(GError) error = NULL;

	(void)state;
	assert_false(ask(NULL, &r, &error));
	assert_true(g_error_matches(error, SIM_ERROR, SIM_ERROR_SERVER));
	assert_string_equal(error->message, "guest 3: uname -a: console closed: QEMU has exited");
}

static void a_console_that_is_not_there_is_an_error(void **state)
{
	struct server *host = server_new_local("host");
	struct server *s = server_new_console(host, "guest 3", "/nonexistent/console.sock");
	g_autoptr(GError) error = NULL;

	(void)state;
	assert_false(server_dol(s, &error, "true", NULL));
	assert_true(g_str_has_prefix(error->message, "guest 3: true: host: /nonexistent/"));
	server_free(s);
	server_free(host);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_said_is_read_right),
		cmocka_unit_test(what_was_said_before_is_not_an_answer),
		cmocka_unit_test(lines_are_safe),
		cmocka_unit_test(a_command_has_status_and_output),
		cmocka_unit_test(a_console_that_closes_is_an_error),
		cmocka_unit_test(a_console_that_is_not_there_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
