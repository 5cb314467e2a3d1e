/* SPDX-License-Identifier: BSD-3-Clause */
/* Processes of a server: found by what they are, and no other one ever ended. */
#include <signal.h>
#include <sys/wait.h>

#include "tests/unit/server_check.h"

/* A process of somebody else, leading a group as ours do. */
static GPid foreign(void)
{
	const char *argv[] = { "setsid", "sleep", "120", NULL };
	GPid pid = 0;

	assert_true(g_spawn_async(NULL, (char **)(uintptr_t)argv, NULL,
		G_SPAWN_SEARCH_PATH | G_SPAWN_DO_NOT_REAP_CHILD, NULL, NULL, &pid, NULL));
	g_usleep(50000);
	while (getpgid(pid) != pid)
		g_usleep(10000);
	return pid;
}

static char *word_of(const char *file, unsigned number)
{
	g_autofree char *text = NULL;
	g_auto(GStrv) words = NULL;

	assert_true(g_file_get_contents(file, &text, NULL, NULL));
	words = g_strsplit(g_strchomp(text), " ", -1);
	assert_true(number < g_strv_length(words));
	return g_strdup(words[number]);
}

/* Files that name the foreign process as ours: with another start time, and with the right one. */
static void foreign_process_is_never_killed(void **state)
{
	struct server *s = SERVER(state);
	g_autofree char *boot = word_of("/proc/sys/kernel/random/boot_id", 0);
	g_autofree char *file = path_here("state/process/forged.pid");
	GPid pid = foreign();
	g_autofree char *stat = g_strdup_printf("/proc/%d/stat", pid);
	g_autofree char *start = word_of(stat, 21);
	char *cases[] = { g_strdup_printf("%d 1 %s\n", pid, boot),
		g_strdup_printf("%d %s %s\n", pid, start, boot),
		g_strdup_printf("%d %s another-boot\n", pid, start), g_strdup("1 1 x\n"),
		g_strdup("-1 1 x\n"), g_strdup("0\n"), g_strdup("nonsense $(touch x) *\n"),
		g_strdup("") };
	int status = 0;

	OK(process_start(s, "other", NULL, ARGV("true"), error)); /* the folder is there */
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		assert_true(g_file_set_contents(file, cases[i], -1, NULL));
		assert_int_equal(look(s, "forged", &status), PROCESS_ENDED);
		OK(process_stop(s, "forged", 1000, error));
		assert_true(lives(pid));
		assert_false(g_file_test(file, G_FILE_TEST_EXISTS));
	}
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	OK(process_stop(s, "other", 0, error));
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
		g_free(cases[i]);
}

/* As the kernel does when memory is short: the script that waits is gone, the process is not. */
static void process_without_its_leader_is_found(void **state)
{
	struct server *s = SERVER(state);
	g_autofree char *file = path_here("orphan"),
			*record = path_here("state/process/orphan.pid");
	int status = 0;

	OK(process_start(s, "orphan", NULL,
		ARGV("sh", "-c", "echo $$ >\"$1\"; exec sleep 120", "sh", file), error));
	assert_true(lives(pid_in(file)));
	assert_int_equal(kill(pid_in(record), SIGKILL), 0);
	assert_true(is_gone(pid_in(record)));
	assert_int_equal(look(s, "orphan", &status), PROCESS_RUNNING);
	FAILS("already running", process_start(s, "orphan", NULL, ARGV("true"), error));
	OK(process_stop(s, "orphan", 1000, error));
	assert_false(lives(pid_in(file)));
	assert_int_equal(look(s, "orphan", &status), PROCESS_NONE);
}

static void one_that_was_killed_with_its_leader_has_ended(void **state)
{
	struct server *s = SERVER(state);
	g_autofree char *record = path_here("state/process/killed.pid");

	OK(process_start(s, "killed", NULL, ARGV("sleep", "120"), error));
	assert_int_equal(kill(-pid_in(record), SIGKILL), 0);
	assert_int_equal(ended_status(s, "killed"), 128 + 9);
	OK(process_start(s, "killed", NULL, ARGV("sleep", "120"), error));
	OK(process_stop(s, "killed", 1000, error));
}

/* Names of programs that look like the end of a field, or of a line. */
static void odd_names_of_programs_are_no_trouble(void **state)
{
	struct server *s = SERVER(state);
	g_autofree char *program = path_here("a) Z 1\n) (");
	g_autofree char *sleep = g_find_program_in_path("sleep");
	int status = 0;

	assert_int_equal(symlink(sleep, program), 0);
	OK(process_start(s, "odd", NULL, ARGV(program, "120"), error));
	assert_int_equal(look(s, "odd", &status), PROCESS_RUNNING);
	OK(process_stop(s, "odd", 1000, error));
	assert_int_equal(look(s, "odd", &status), PROCESS_NONE);
}

static void name_that_is_a_path_is_refused(void **state)
{
	const char *const names[] = { "", "../x", "a b", ".", "a/b", "*" };
	enum process_state is;
	int status;

	for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
		FAILS("letters", process_start(SERVER(state), names[i], NULL, ARGV("true"), error));
		FAILS("letters", process_stop(SERVER(state), names[i], 0, error));
		FAILS("letters", process_look(SERVER(state), names[i], &is, &status, error));
	}
}

/* Two that live, one of them with a child, and one that ends while both are watched. */
static void watched_until_one_ends(void **state)
{
	static const char *const names[] = { "w-0", "w-1", "w-2", NULL };
	struct server *s = SERVER(state);
	g_autofree char *file = path_here("watched"), *pids = NULL;
	g_auto(GStrv) each = NULL;
	struct stream *watch;
	char said[8] = "";

	OK(process_start(s, names[0], NULL, ARGV("sleep", "120"), error));
	OK(process_start(s, names[1], NULL,
		ARGV("sh", "-c", "sleep 120 & echo $$ >\"$1\"; wait", "sh", file), error));
	assert_true(lives(pid_in(file)));
	pids = process_pids(s, names);
	each = g_strsplit(pids, ",", -1);
	assert_int_equal(g_strv_length(each), 3);
	for (char **pid = each; *pid != NULL; pid++)
		assert_true(lives((GPid)g_ascii_strtoll(*pid, NULL, 10)));
	assert_null(process_pids(s, names + 2));
	OK(process_start(s, names[2], NULL, ARGV("sleep", "120"), error));
	watch = process_watch(s, names, NULL);
	assert_non_null(watch);
	assert_int_equal(stream_read(watch, said, sizeof(said), 1500, NULL), 0);
	kill(pid_in(file), SIGKILL);
	assert_int_equal(stream_read(watch, said, 3, 10000, NULL), 3);
	assert_string_equal(said, "w-1");
	stream_free(watch);
	for (unsigned i = 0; names[i] != NULL; i++)
		OK(process_stop(s, names[i], 1000, error));
}

int main(void)
{
	struct CMUnitTest tests[] = {
		PROCESS_CHECKS,
		cmocka_unit_test(watched_until_one_ends),
		cmocka_unit_test(foreign_process_is_never_killed),
		cmocka_unit_test(process_without_its_leader_is_found),
		cmocka_unit_test(one_that_was_killed_with_its_leader_has_ended),
		cmocka_unit_test(odd_names_of_programs_are_no_trouble),
		cmocka_unit_test(name_that_is_a_path_is_refused),
	};
	char *folder = enter_folder();
	int failed = folder == NULL
			     ? 1
			     : run_checks(tests, G_N_ELEMENTS(tests), server_new_local("host"));

	leave_folder(folder);
	return failed;
}
