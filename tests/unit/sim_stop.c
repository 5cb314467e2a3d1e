/* SPDX-License-Identifier: BSD-3-Clause */
/* Signals ask to stop; only the last of several ends the program, and leaves nothing behind. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "analyze/base/cli.h"
#include "sim/base/stop.h"

enum { NOT_ENDED = 40 };

/* In a process of its own: the number of signals that came, or how it ended. */
static int status_of(void (*run)(const char *dir), const char *dir)
{
	int status = -1;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		run(dir);
		_exit(NOT_ENDED + atomic_load(stop_flag()));
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

static void send_all(const char *dir)
{
	static const int signals[] = { SIGINT, SIGTERM, SIGQUIT, SIGHUP, SIGXCPU, SIGALRM,
		SIGVTALRM, SIGPROF, SIGUSR1, SIGUSR2, SIGIO, SIGPWR, SIGSTKFLT };

	(void)dir;
	stop_catch(STOP_NEVER);
	for (size_t i = 0; i < G_N_ELEMENTS(signals); i++)
		raise(signals[i]);
	if (atomic_load(stop_flag()) != (int)G_N_ELEMENTS(signals))
		_exit(1);
}

/* SIGQUIT, SIGUSR1 and others ended a trial, and left its directory. */
static void every_signal_is_a_request(void **state)
{
	(void)state;
	assert_int_equal(status_of(send_all, NULL), NOT_ENDED + 13);
}

static void send_hangup_under_nohup(const char *dir)
{
	(void)dir;
	signal(SIGHUP, SIG_IGN);
	stop_catch(STOP_AT_THIRD);
	raise(SIGHUP);
}

static void nohup_is_respected(void **state)
{
	(void)state;
	assert_int_equal(status_of(send_hangup_under_nohup, NULL), NOT_ENDED);
}

static void send_two(const char *dir)
{
	stop_remove(dir);
	stop_catch(STOP_AT_THIRD);
	raise(SIGINT);
	raise(SIGTERM);
}

static void send_three(const char *dir)
{
	send_two(dir);
	raise(SIGINT);
}

static void send_two_to_a_lab(const char *dir)
{
	stop_remove("/nonexistent/kept");
	stop_remove(dir);
	stop_keep("/nonexistent/kept");
	stop_catch(STOP_AT_SECOND);
	raise(SIGINT);
	raise(SIGINT);
}

static void keep_it(const char *dir)
{
	stop_remove(dir);
	stop_keep(dir);
	stop_catch(STOP_AT_SECOND);
	raise(SIGINT);
	raise(SIGINT);
}

static void the_end_leaves_nothing_behind(void **state)
{
	g_autofree char *dir = g_dir_make_tmp("sim-stop-XXXXXX", NULL);
	g_autofree char *file = g_build_filename(dir, "guest-0.sock", NULL);

	(void)state;
	assert_true(g_file_set_contents(file, "", 0, NULL));
	assert_int_equal(status_of(send_two, dir), NOT_ENDED + 2);
	assert_true(g_file_test(file, G_FILE_TEST_EXISTS));
	assert_int_equal(status_of(keep_it, dir), CLI_FAILED);
	assert_true(g_file_test(file, G_FILE_TEST_EXISTS));
	assert_int_equal(status_of(send_three, dir), CLI_FAILED);
	assert_false(g_file_test(dir, G_FILE_TEST_EXISTS));
	assert_int_equal(g_mkdir_with_parents(dir, 0700), 0);
	assert_int_equal(status_of(send_two_to_a_lab, dir), CLI_FAILED);
	assert_false(g_file_test(dir, G_FILE_TEST_EXISTS));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_signal_is_a_request),
		cmocka_unit_test(nohup_is_respected),
		cmocka_unit_test(the_end_leaves_nothing_behind),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
