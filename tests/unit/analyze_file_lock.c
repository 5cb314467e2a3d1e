/* SPDX-License-Identifier: BSD-3-Clause */
/* Locks and temporary directories of processes that live, end, and are killed. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include <glib/gstdio.h>

#include "analyze/base/file.h"
#include "analyze/base/file_lock.h"
#include "analyze/base/scratch.h"

/* TMPDIR, emptied after each test: GLib asks for its name once. */
static char *directory;

static int make_directory(void **state)
{
	char template[] = "/tmp/file-lock-XXXXXX";

	(void)state;
	directory = g_strdup(g_mkdtemp(template));
	return directory == NULL || !g_setenv("TMPDIR", directory, TRUE);
}

static int empty_directory(void **state)
{
	g_autoptr(GDir) dir = g_dir_open(directory, 0, NULL);
	const char *name;

	(void)state;
	while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
		g_autofree char *path = g_build_filename(directory, name, NULL);

		file_remove_tree(path);
	}
	return dir == NULL;
}

static int remove_directory(void **state)
{
	int status = g_rmdir(directory);

	(void)state;
	g_free(directory);
	return status;
}

static char *in_directory(const char *name)
{
	return g_build_filename(directory, name, NULL);
}

static gboolean is_there(const char *name)
{
	g_autofree char *path = in_directory(name);

	return g_file_test(path, G_FILE_TEST_EXISTS) || g_file_test(path, G_FILE_TEST_IS_SYMLINK);
}

/* A process that has done something, said so, and waits to be killed. */
static pid_t start(void (*something)(int fd))
{
	int fd[2];
	char said;
	pid_t pid;

	assert_int_equal(pipe(fd), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		something(fd[1]);
		for (;;)
			pause();
	}
	assert_int_equal(read(fd[0], &said, 1), 1);
	assert_int_equal(said, 'y');
	close(fd[0]);
	close(fd[1]);
	return pid;
}

static void end(pid_t pid)
{
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
}

static void say(int fd, gboolean yes)
{
	if (write(fd, yes ? "y" : "n", 1) != 1)
		_exit(1);
}

static void hold(int fd)
{
	g_autofree char *path = in_directory("lock");
	struct file_lock_owner owner;
	file_lock *lock = NULL;

	say(fd, file_lock_try(path, &lock, &owner, NULL) && lock != NULL);
}

static void one_process_at_a_time_holds_it(void **state)
{
	g_autofree char *path = in_directory("lock"), *pid_text = NULL;
	struct file_lock_owner owner;
	file_lock *lock = NULL;
	pid_t pid = start(hold);

	(void)state;
	assert_true(file_lock_try(path, &lock, &owner, NULL));
	assert_null(lock);
	assert_int_equal(owner.pid, pid);
	assert_true(owner.here);
	pid_text = g_strdup_printf("PID %d, since 2", (int)pid);
	assert_true(g_str_has_prefix(owner.text, pid_text));
	assert_null(g_strrstr(owner.text, " on "));
	/* The kernel releases what a killed process held; its file is in nobody's way. */
	end(pid);
	assert_true(is_there("lock"));
	assert_true(file_lock_try(path, &lock, &owner, NULL));
	assert_non_null(lock);
	assert_true(file_lock_excludes(lock));
	file_lock_free(lock);
	assert_false(is_there("lock"));
}

static void a_lock_that_cannot_be_made_is_an_error(void **state)
{
	g_autofree char *path = in_directory("none/lock");
	g_autoptr(GError) error = NULL;
	struct file_lock_owner owner;
	file_lock *lock = NULL;

	(void)state;
	assert_false(file_lock_try(path, &lock, &owner, &error));
	assert_non_null(g_strrstr(error->message, "none/lock"));
}

static void another_machine_is_named(void **state)
{
	g_autofree char *path = in_directory("lock"), *text = NULL;
	struct file_lock_owner owner;
	file_lock *lock = NULL;
	pid_t pid = start(hold);

	(void)state;
	assert_true(g_file_get_contents(path, &text, NULL, NULL));
	assert_non_null(g_strrstr(text, g_get_host_name()));
	{
		FILE *f = g_fopen(path, "r+"); /* not replaced: the lock is on this file */

		assert_non_null(f);
		fputs("PID 7, since 2026-11-29 12:03, on elsewhere pid:[1]\n", f);
		assert_int_equal(ftruncate(fileno(f), ftell(f)), 0);
		fclose(f);
	}
	assert_true(file_lock_try(path, &lock, &owner, NULL));
	assert_null(lock);
	assert_false(owner.here);
	assert_string_equal(owner.text, "PID 7, since 2026-11-29 12:03, on elsewhere");
	end(pid);
}

/* PID 1 of another container was taken for a parent. */
static void another_pid_namespace_is_not_here(void **state)
{
	g_autofree char *path = in_directory("lock");
	struct file_lock_owner owner;
	file_lock *lock = NULL;
	pid_t pid = start(hold);
	FILE *f = g_fopen(path, "r+");

	(void)state;
	assert_non_null(f);
	fprintf(f, "PID 1, since 2026-11-29 12:03, on %s pid:[1]\n", g_get_host_name());
	assert_int_equal(fclose(f), 0);
	assert_true(file_lock_try(path, &lock, &owner, NULL));
	assert_null(lock);
	assert_int_equal(owner.pid, 1);
	assert_false(owner.here);
	end(pid);
}

static void make_scratch(int fd)
{
	scratch *s = scratch_new("tsim", NULL);
	g_autofree char *path = s == NULL ? NULL
					  : g_build_filename(scratch_path(s), "guest-0.sock", NULL);
	g_autofree char *mark = in_directory("made");

	say(fd, path != NULL && g_file_set_contents(path, "", 0, NULL) &&
			g_file_set_contents(mark, scratch_path(s), -1, NULL));
}

static void make(const char *name, gboolean directory_too)
{
	g_autofree char *path = in_directory(name);

	if (directory_too)
		assert_int_equal(g_mkdir(path, 0700), 0);
	else
		assert_true(g_file_set_contents(path, "text", -1, NULL));
}

/* A kill left /tmp/tsim-XXXXXX for ever. */
static void what_a_kill_left_is_removed_by_the_next(void **state)
{
	g_autofree char *mark = in_directory("made"), *dead = NULL, *alive = NULL;
	pid_t pid = start(make_scratch), other;
	scratch *own;

	(void)state;
	assert_true(g_file_get_contents(mark, &dead, NULL, NULL));
	other = start(make_scratch);
	assert_true(g_file_get_contents(mark, &alive, NULL, NULL));
	make("tsim-rescued-abcdef", TRUE);
	make("tsim-rescued-abcdef/trial_x.json", FALSE);
	make("tsim-100000", TRUE); /* of somebody else's, who has the same idea of a name */
	make("tsim-abcdef", FALSE);
	make("target", TRUE);
	make("target/.tsim-owner", FALSE);
	{
		g_autofree char *link = in_directory("tsim-linked");

		assert_int_equal(symlink("target", link), 0);
	}
	end(pid);
	assert_true(g_file_test(dead, G_FILE_TEST_IS_DIR));
	own = scratch_new("tsim", NULL);
	assert_non_null(own);
	assert_false(g_file_test(dead, G_FILE_TEST_EXISTS));
	assert_true(g_file_test(alive, G_FILE_TEST_IS_DIR));
	assert_true(g_file_test(scratch_path(own), G_FILE_TEST_IS_DIR));
	assert_true(is_there("tsim-rescued-abcdef/trial_x.json"));
	assert_true(is_there("tsim-100000"));
	assert_true(is_there("tsim-abcdef"));
	assert_true(is_there("tsim-linked"));
	assert_true(is_there("target/.tsim-owner"));
	end(other);
	scratch_sweep("tsim");
	assert_false(g_file_test(alive, G_FILE_TEST_EXISTS));
	assert_true(g_file_test(scratch_path(own), G_FILE_TEST_IS_DIR));
	g_free(alive);
	alive = g_strdup(scratch_path(own));
	scratch_free(own);
	assert_false(g_file_test(alive, G_FILE_TEST_EXISTS));
}

static void all_in_a_directory_is_removed_but_what_links_point_at(void **state)
{
	g_autofree char *path = in_directory("tree"), *link = in_directory("tree/a/link");

	(void)state;
	make("kept", FALSE);
	make("tree", TRUE);
	make("tree/a", TRUE);
	make("tree/a/b", TRUE);
	for (int i = 0; i < 500; i++) {
		g_autofree char *name = g_strdup_printf("tree/a/b/a-rather-long-name-%d", i);

		make(name, FALSE);
	}
	assert_int_equal(symlink("../../kept", link), 0);
	file_remove_tree(path);
	assert_false(is_there("tree"));
	assert_true(is_there("kept"));
}

static void half_written_files_of_dead_processes_are_removed(void **state)
{
	g_autofree char *dead = NULL, *alive = g_strdup_printf(".tsim-%d-0.tmp", (int)getpid());
	pid_t pid = fork();

	(void)state;
	if (pid == 0)
		_exit(0);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	dead = g_strdup_printf(".tsim-%d-3.tmp", (int)pid);
	make(dead, FALSE);
	make(alive, FALSE);
	make(".tsim-notes.tmp", FALSE);
	file_remove_left_over(directory);
	assert_false(is_there(dead));
	assert_true(is_there(alive));
	assert_true(is_there(".tsim-notes.tmp"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(f) cmocka_unit_test_teardown(f, empty_directory)
		T(one_process_at_a_time_holds_it),
		T(a_lock_that_cannot_be_made_is_an_error),
		T(another_machine_is_named),
		T(another_pid_namespace_is_not_here),
		T(what_a_kill_left_is_removed_by_the_next),
		T(all_in_a_directory_is_removed_but_what_links_point_at),
		T(half_written_files_of_dead_processes_are_removed),
#undef T
	};

	return cmocka_run_group_tests(tests, make_directory, remove_directory);
}
