/* SPDX-License-Identifier: BSD-3-Clause */
/* QEMU's protocol: its four kinds of message, and what a QEMU says that is broken, late or gone. */
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
#include "sim/vm/qmp.h"

static const struct {
	const char *line;
	int kind; /* -1: an error */
	int id;
	const char *text;
} cases[] = {
	{ "{\"QMP\": {\"version\": {}, \"capabilities\": []}}", QMP_GREETING, -1, NULL },
	{ "{\"return\": {}, \"id\": 7}\r", QMP_RETURN, 7, NULL },
	{ "{\"return\": [1, 2]}", QMP_RETURN, -1, NULL },
	{ "{\"id\": 1, \"error\": {\"class\": \"C\", \"desc\": \"no such command\"}}", QMP_ERROR, 1,
		"no such command" },
	{ "{\"event\": \"SHUTDOWN\", \"data\": {}}", QMP_EVENT, -1, "SHUTDOWN" },
	{ "", -1, 0, NULL },
	{ "{", -1, 0, NULL },
	{ "[]", -1, 0, NULL },
	{ "{}", -1, 0, NULL },
	{ "hello", -1, 0, NULL },
	{ "{\"event\": 1}", -1, 0, NULL },
	{ "{\"error\": {}}", -1, 0, NULL },
	{ "{\"error\": \"text\"}", -1, 0, NULL },
	{ "{\"return\": \"\xff\"}", -1, 0, NULL },
};

static void messages_are_of_four_kinds(void **state)
{
	(void)state;
	for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_auto(qmp_message) m = { 0 };
		g_autoptr(GError) error = NULL;
		gboolean parsed = qmp_parse(cases[i].line, strlen(cases[i].line), &m, &error);

		if (parsed != (cases[i].kind >= 0))
			fail_msg("'%s': %s", cases[i].line, parsed ? "parsed" : error->message);
		if (!parsed)
			continue;
		assert_int_equal(m.kind, cases[i].kind);
		assert_int_equal(m.id, cases[i].id);
		assert_int_equal(m.value != NULL, m.kind == QMP_RETURN);
		assert_true(g_strcmp0(m.text, cases[i].text) == 0);
	}
}

/* A QEMU that greets, and answers the first command, the second... with what is here. */
struct qemu {
	int listener;
	const char *const *answers; /* [0]: instead of a greeting; up to NULL: then it hangs up */
	gboolean hangs;             /* it stays there, silent, instead */
};

static void *answer(void *arg)
{
	struct qemu *q = arg;
	int fd = accept(q->listener, NULL, NULL);
	char c = '\0';

	for (const char *const *a = q->answers; *a != NULL; a++) {
		(void)!send(fd, *a, strlen(*a), MSG_NOSIGNAL);
		while (a[1] != NULL && read(fd, &c, 1) == 1 && c != '\n')
			;
	}
	if (!q->hangs)
		shutdown(fd, SHUT_WR);
	while (read(fd, &c, 1) == 1)
		;
	close(fd);
	return NULL;
}

/* qmp_status of it. */
static char *status_of(
	const char *const *answers, gboolean hangs, unsigned timeout_ms, GError **error)
{
	g_autofree char *dir = g_dir_make_tmp("qmp-XXXXXX", NULL);
	g_autofree char *path = g_build_filename(dir, "sock", NULL);
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	struct qemu qemu = { socket(AF_UNIX, SOCK_STREAM, 0), answers, hangs };
	struct server *s = server_new_local("host");
	struct qmp *q;
	char *status;
	pthread_t thread;

	g_strlcpy(at.sun_path, path, sizeof(at.sun_path));
	assert_int_equal(bind(qemu.listener, (struct sockaddr *)&at, sizeof(at)), 0);
	assert_int_equal(listen(qemu.listener, 1), 0);
	assert_int_equal(pthread_create(&thread, NULL, answer, &qemu), 0);
	q = qmp_open(s, path, timeout_ms, error);
	status = q == NULL ? NULL : qmp_status(q, error);
	qmp_close(q);
	pthread_join(thread, NULL);
	close(qemu.listener);
	g_unlink(path);
	g_rmdir(dir);
	server_free(s);
	return status;
}

#define GREETING "{\"QMP\": {}}\r\n"
#define READY "{\"return\": {}, \"id\": 1}\r\n"
#define EVENT "{\"event\": \"RESUME\"}\r\n"

static void events_are_passed_over(void **state)
{
	const char *const answers[] = { GREETING, EVENT READY EVENT,
		EVENT "{\"return\": {\"status\": \"running\"}, \"id\": 2}\r\n", NULL };
	g_autoptr(GError) error = NULL;
	g_autofree char *status = status_of(answers, FALSE, 20000, &error);

	(void)state;
	assert_null(error);
	assert_string_equal(status, "running");
}

static void fails(const char *const *answers, gboolean hangs, unsigned timeout_ms, const char *says)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *status = status_of(answers, hangs, timeout_ms, &error);

	assert_null(status);
	assert_true(g_error_matches(error, SIM_ERROR, SIM_ERROR_GUEST));
	if (strstr(error->message, says) == NULL)
		fail_msg("'%s' does not say '%s'", error->message, says);
	assert_true(g_str_has_prefix(error->message, "host: "));
}

static void what_is_broken_is_an_error(void **state)
{
	const char *const garbage[] = { "220 smtp\r\n", NULL };
	const char *const no_greeting[] = { READY, NULL };
	const char *const refused[] = { GREETING, READY,
		"{\"error\": {\"desc\": \"not now\"}, \"id\": 2}\n", NULL };
	const char *const others[] = { GREETING, READY, "{\"return\": {}, \"id\": 99}\n", NULL };
	const char *const no_status[] = { GREETING, READY, "{\"return\": 5, \"id\": 2}\n", NULL };
	const char *const ended[] = { GREETING, READY, "{\"return\"", NULL };

	(void)state;
	fails(garbage, FALSE, 20000, "not a JSON object");
	fails(no_greeting, FALSE, 20000, "no greeting");
	fails(refused, FALSE, 20000, "query-status: not now");
	fails(others, FALSE, 20000, "unexpected answer");
	fails(no_status, FALSE, 20000, "no status in the answer");
	fails(ended, FALSE, 20000, "connection closed");
}

static void one_that_hangs_is_not_waited_for(void **state)
{
	const char *const silent[] = { "", NULL };
	const char *const halfway[] = { GREETING, EVENT, NULL };

	(void)state;
	fails(silent, TRUE, 50, "no answer from QEMU within 50 ms");
	fails(halfway, TRUE, 50, "no answer from QEMU within 50 ms");
}

static void an_answer_without_an_end_is_not_kept(void **state)
{
	g_autofree char *endless = g_strnfill((1 << 20) + 10000, 'x');
	const char *const answers[] = { endless, NULL };

	(void)state;
	fails(answers, FALSE, 20000, "too long");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(messages_are_of_four_kinds),
		cmocka_unit_test(events_are_passed_over),
		cmocka_unit_test(what_is_broken_is_an_error),
		cmocka_unit_test(one_that_hangs_is_not_waited_for),
		cmocka_unit_test(an_answer_without_an_end_is_not_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
