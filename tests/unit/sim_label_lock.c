/* SPDX-License-Identifier: BSD-3-Clause */
/* Who may write into a directory of results. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include <glib/gstdio.h>

#include "analyze/base/file.h"
#include "sim/trial/label_lock.h"

struct bench {
	char *dir;
	GString *said;
	int to_holder;   /* closed: it lets go */
	guint asked_max; /* interrupted after that many questions */
	guint asked;
};

static void note(void *arg, const char *text)
{
	struct bench *b = arg;

	g_string_append_printf(b->said, "%s\n", text);
}

static gboolean interrupted(void *arg)
{
	struct bench *b = arg;

	/* Whoever waits has asked: then the other one may go. */
	if (b->to_holder >= 0 && b->asked == 1) {
		close(b->to_holder);
		b->to_holder = -1;
	}
	return b->asked++ >= b->asked_max;
}

static struct label_lock_cfg cfg_of(struct bench *b, gboolean wait)
{
	return (struct label_lock_cfg){ .dir = b->dir,
		.remedy = "use another --label",
		.wait = wait,
		.interrupted = interrupted,
		.say = note,
		.arg = b };
}

static void bench_make(struct bench *b)
{
	g_autofree char *top = g_dir_make_tmp("label-lock-XXXXXX", NULL);

	*b = (struct bench){ .dir = g_build_filename(top, "out", "same", NULL),
		.said = g_string_new(NULL),
		.to_holder = -1,
		.asked_max = G_MAXUINT };
}

static void bench_clear(struct bench *b)
{
	g_autofree char *out = g_path_get_dirname(b->dir), *top = g_path_get_dirname(out);

	file_remove_tree(top);
	assert_false(g_file_test(top, G_FILE_TEST_EXISTS));
	g_free(b->dir);
	g_string_free(b->said, TRUE);
}

/* A process that holds it until we close a pipe. */
static pid_t start_holder(struct bench *b)
{
	int to[2], from[2];
	char said = 'n';
	pid_t pid;

	assert_int_equal(pipe(to), 0);
	assert_int_equal(pipe(from), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		struct label_lock_cfg cfg = cfg_of(b, FALSE);
		file_lock *lock = NULL;

		close(to[1]);
		if (!label_lock_take(&cfg, &lock, NULL) || lock == NULL ||
			write(from[1], "y", 1) != 1 || read(to[0], &said, 1) != 0)
			_exit(1);
		file_lock_free(lock);
		_exit(0);
	}
	close(to[0]);
	close(from[1]);
	assert_int_equal(read(from[0], &said, 1), 1);
	close(from[0]);
	b->to_holder = to[1];
	return pid;
}

static void end_holder(struct bench *b, pid_t pid)
{
	int status = -1;

	if (b->to_holder >= 0)
		close(b->to_holder);
	b->to_holder = -1;
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

/* Two at once measured one trial, and the later replaced the earlier. */
static void the_second_names_the_first(void **state)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *text = NULL;
	struct label_lock_cfg cfg;
	struct bench b;
	file_lock *lock = NULL;
	pid_t pid;

	(void)state;
	bench_make(&b);
	pid = start_holder(&b);
	cfg = cfg_of(&b, FALSE);
	assert_false(label_lock_take(&cfg, &lock, &error));
	assert_null(lock);
	text = g_strdup_printf("another tsim (PID %d, since 2", (int)pid);
	assert_true(g_str_has_prefix(error->message, text));
	assert_true(g_str_has_suffix(error->message, "/out/same; use another --label"));
	end_holder(&b, pid);
	g_clear_error(&error);
	assert_true(label_lock_take(&cfg, &lock, &error));
	assert_non_null(lock);
	file_lock_free(lock);
	assert_int_equal(g_rmdir(b.dir), 0); /* nothing is left in it */
	bench_clear(&b);
}

static void it_waits_if_told_so(void **state)
{
	struct label_lock_cfg cfg;
	struct bench b;
	file_lock *lock = NULL;
	pid_t pid;

	(void)state;
	bench_make(&b);
	pid = start_holder(&b);
	cfg = cfg_of(&b, TRUE);
	assert_true(label_lock_take(&cfg, &lock, NULL));
	assert_non_null(lock);
	assert_true(g_str_has_prefix(b.said->str, "waiting for another tsim (PID "));
	assert_ptr_equal(strchr(b.said->str, '\n'), b.said->str + b.said->len - 1); /* once */
	file_lock_free(lock);
	end_holder(&b, pid);
	bench_clear(&b);
}

static void waiting_can_be_interrupted(void **state)
{
	g_autoptr(GError) error = NULL;
	struct label_lock_cfg cfg;
	struct bench b;
	file_lock *lock = NULL;
	pid_t pid;

	(void)state;
	bench_make(&b);
	pid = start_holder(&b);
	b.asked_max = 0;
	cfg = cfg_of(&b, TRUE);
	assert_false(label_lock_take(&cfg, &lock, &error));
	assert_non_null(strstr(error->message, "interrupted while waiting"));
	end_holder(&b, pid);
	bench_clear(&b);
}

/* A matrix holds it for the trials that it starts. */
static void a_parent_holds_it_for_its_child(void **state)
{
	struct label_lock_cfg cfg;
	struct bench b;
	file_lock *lock = NULL, *inner = NULL;
	int status = -1;
	pid_t pid;

	(void)state;
	bench_make(&b);
	cfg = cfg_of(&b, FALSE);
	assert_true(label_lock_take(&cfg, &lock, NULL));
	assert_non_null(lock);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0)
		_exit(label_lock_take(&cfg, &inner, NULL) && inner == NULL ? 0 : 1);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	file_lock_free(lock);
	bench_clear(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_second_names_the_first),
		cmocka_unit_test(it_waits_if_told_so),
		cmocka_unit_test(waiting_can_be_interrupted),
		cmocka_unit_test(a_parent_holds_it_for_its_child),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
