/* SPDX-License-Identifier: BSD-3-Clause */
/* What a journal records is undone, whatever happened; one tsim at a time. Things are files here. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>
#include <glib/gstdio.h>

#include "analyze/base/file.h"
#include "sim/host/journal.h"

struct place {
	char *dir, *state, *log;
	struct server *server;
};

static int arrive(void **state)
{
	struct place *p = g_new0(struct place, 1);

	p->dir = g_dir_make_tmp("tsim-journal-XXXXXX", NULL);
	p->state = g_build_filename(p->dir, "state", NULL);
	p->log = g_build_filename(p->dir, "log", NULL);
	g_setenv("TSIM_STATE_DIR", p->state, TRUE);
	p->server = server_new_local("here");
	*state = p;
	return p->dir == NULL;
}

static int leave(void **state)
{
	struct place *p = *state;

	file_remove_tree(p->dir);
	server_free(p->server);
	g_free(p->dir);
	g_free(p->state);
	g_free(p->log);
	g_free(p);
	return 0;
}

static struct journal *opened(struct place *p, gboolean want_left)
{
	g_autoptr(GError) error = NULL;
	gboolean left = !want_left;
	struct journal *j = journal_open(p->server, &left, &error);

	if (j == NULL)
		fail_msg("%s", error->message);
	assert_int_equal(left, want_left);
	return j;
}

/* Its making and its undoing write a line into the log. */
static gboolean make(struct place *p, struct journal *j, const char *name, GError **error)
{
	static const char script[] = "echo \"$2\" >>\"$1\"";
	g_autofree char *made = g_strdup_printf("+%s", name);
	g_autofree char *undone = g_strdup_printf("-%s", name);

	return journal_make(j, name,
		(const char *const[]){ "sh", "-c", script, "sh", p->log, made, NULL },
		(const char *const[]){ "sh", "-c", script, "sh", p->log, undone, NULL }, error);
}

static char *content(const char *path)
{
	char *text = NULL;

	return g_file_get_contents(path, &text, NULL, NULL) ? text : g_strdup("");
}

static void expect_content(const char *path, const char *want)
{
	g_autofree char *text = content(path);

	assert_string_equal(text, want);
}

static void expect_list(const struct journal *j, const char *want)
{
	g_auto(GStrv) list = journal_list(j);
	g_autofree char *all = g_strjoinv(",", list);

	assert_string_equal(all, want);
}

static void undone_newest_first_down_to_a_mark(void **state)
{
	struct place *p = *state;
	struct journal *j = opened(p, FALSE);
	guint mark;

	assert_true(make(p, j, "a", NULL));
	mark = journal_mark(j);
	assert_true(make(p, j, "b", NULL) && make(p, j, "c", NULL));
	assert_true(journal_undo(j, mark, NULL));
	expect_list(j, "a");
	assert_true(make(p, j, "d", NULL));
	assert_true(journal_undo(j, 0, NULL));
	expect_content(p->log, "+a\n+b\n+c\n-c\n-b\n+d\n-d\n-a\n");
	journal_close(j);
	journal_close(opened(p, FALSE));
}

static void left_by_the_dead_is_found_and_undone(void **state)
{
	struct place *p = *state;
	struct journal *j = opened(p, FALSE);

	assert_true(make(p, j, "a", NULL) && make(p, j, "b", NULL) && make(p, j, "c", NULL));
	assert_true(journal_undo(j, 2, NULL));
	journal_close(j);
	j = opened(p, TRUE);
	expect_list(j, "a,b");
	assert_true(make(p, j, "d", NULL));
	journal_close(j);
	j = opened(p, TRUE);
	assert_true(journal_undo(j, 0, NULL));
	expect_content(p->log, "+a\n+b\n+c\n-c\n+d\n-d\n-b\n-a\n");
	journal_close(j);
}

/* Words come back exactly, as arguments of a command and as text. */
static void any_word_survives_the_file(void **state)
{
	static const char odd[] = "two\nlines, a 'quote', \"two\", \\n, $HOME, \tand h\xc3\xa4h";
	static const char script[] = "printf '%s|' \"$@\" >\"$0\"";
	struct place *p = *state;
	struct journal *j = opened(p, FALSE);
	g_autofree char *want = g_strdup_printf("|%s|*|", odd);

	assert_true(journal_make(j, odd, (const char *const[]){ "true", NULL },
		(const char *const[]){ "sh", "-c", script, p->log, "", odd, "*", NULL }, NULL));
	journal_close(j);
	j = opened(p, TRUE);
	expect_list(j, odd);
	assert_true(journal_undo(j, 0, NULL));
	expect_content(p->log, want);
	journal_close(j);
}

static void expect_says(const GError *error, const char *words)
{
	if (error == NULL || strstr(error->message, words) == NULL)
		fail_msg("'%s' does not say '%s'", error == NULL ? "" : error->message, words);
}

static void what_fails_to_be_made_is_taken_back(void **state)
{
	struct place *p = *state;
	struct journal *j = opened(p, FALSE);
	g_autoptr(GError) error = NULL;

	assert_false(journal_make(j, "half",
		(const char *const[]){ "sh", "-c", "echo part; echo no room >&2; exit 7", NULL },
		(const char *const[]){ "touch", p->log, NULL }, &error));
	expect_says(error, "here: sh -c ");
	expect_says(error, "no room (exit status 7)");
	assert_int_equal(access(p->log, F_OK), 0);
	assert_int_equal(journal_mark(j), 0);
	journal_close(j);
	journal_close(opened(p, FALSE));
}

static void what_cannot_be_undone_is_kept_and_the_rest_is_undone(void **state)
{
	struct place *p = *state;
	struct journal *j = opened(p, FALSE);
	g_autofree char *key = g_build_filename(p->dir, "key", NULL);
	g_autoptr(GError) error = NULL;

	assert_true(make(p, j, "a", NULL));
	assert_true(journal_make(j, "stubborn", (const char *const[]){ "true", NULL },
		(const char *const[]){ "cat", key, NULL }, NULL));
	assert_true(make(p, j, "b", NULL));
	assert_false(journal_undo(j, 0, &error));
	expect_says(error, "cannot undo stubborn: here: cat ");
	expect_says(error, "No such file");
	expect_list(j, "stubborn");
	journal_close(j);
	j = opened(p, TRUE);
	expect_list(j, "stubborn");
	assert_true(g_file_set_contents(key, "x", 1, NULL));
	assert_true(journal_undo(j, 0, NULL));
	expect_content(p->log, "+a\n+b\n-b\n-a\n");
	journal_close(j);
}

static void one_at_a_time(void **state)
{
	struct place *p = *state;
	struct journal *j = opened(p, FALSE);
	g_autofree char *own = g_strdup_printf(", process %d, since ", getpid());
	g_autofree char *holder = NULL, *nobody = NULL;
	g_autoptr(GError) error = NULL;
	g_auto(GStrv) list = NULL, after = NULL;

	assert_true(make(p, j, "a", NULL));
	assert_null(journal_open(p->server, NULL, &error));
	expect_says(error, "here: in use by another tsim: ");
	expect_says(error, own);
	list = journal_peek(p->server, &holder, NULL);
	assert_string_equal(list[0], "a");
	assert_null(list[1]);
	assert_non_null(strstr(holder, own));
	journal_close(j);
	after = journal_peek(p->server, &nobody, NULL);
	assert_string_equal(after[0], "a");
	assert_null(nobody);
	journal_close(opened(p, TRUE));
}

/* What holds the lock there: the children of this process, as when a connection is cut. */
static void cut(void)
{
	g_autofree char *path = g_strdup_printf("/proc/self/task/%d/children", getpid());
	g_autofree char *text = content(path);
	g_auto(GStrv) pids = g_strsplit(g_strstrip(text), " ", -1);

	for (char **pid = pids; *pid != NULL; pid++) {
		guint64 number = 0;

		if (g_ascii_string_to_unsigned(*pid, 10, 2, G_MAXINT, &number, NULL))
			kill((pid_t)number, SIGKILL);
	}
	g_usleep(50000);
}

static void a_lock_lost_with_its_connection_is_taken_again(void **state)
{
	struct place *p = *state;
	struct journal *j = opened(p, FALSE);

	if (access("/proc/self/task", F_OK) != 0)
		skip();
	assert_true(make(p, j, "a", NULL));
	cut();
	assert_true(make(p, j, "b", NULL));
	assert_null(journal_open(p->server, NULL, NULL));
	assert_true(journal_undo(j, 0, NULL));
	expect_content(p->log, "+a\n+b\n-b\n-a\n");
	journal_close(j);
}

static void not_if_another_had_it_in_the_meantime(void **state)
{
	struct place *p = *state;
	struct journal *j = opened(p, FALSE), *other;
	g_autoptr(GError) error = NULL;
	g_autoptr(GError) again = NULL;

	assert_true(make(p, j, "a", NULL));
	cut();
	other = opened(p, TRUE);
	assert_true(journal_undo(other, 0, NULL));
	assert_false(make(p, j, "b", &error));
	expect_says(error, "in use by another tsim");
	journal_close(other);
	assert_false(make(p, j, "b", &again));
	expect_says(again, "another tsim cleaned up");
	assert_false(journal_undo(j, 0, NULL));
	expect_content(p->log, "+a\n-a\n");
	journal_close(j);
}

/* A command that the dead had sent, and that comes to run only now. */
static void a_late_command_of_the_dead_changes_nothing(void **state)
{
	struct place *p = *state;
	struct journal *j = opened(p, FALSE);
	g_autofree char *lock = g_build_filename(p->state, "lock", NULL);
	g_autoptr(GError) error = NULL;

	assert_true(g_file_set_contents(lock, "another\nsomebody\n", -1, NULL));
	assert_false(make(p, j, "a", &error));
	expect_says(error, "taken over by another tsim: somebody; wait for it");
	expect_content(p->log, "");
	expect_list(j, "");
	journal_close(j);
}

static void append(const char *path, const char *text)
{
	FILE *f = fopen(path, "a");

	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

static void a_torn_line_was_not_made(void **state)
{
	struct place *p = *state;
	struct journal *j = opened(p, FALSE);
	g_autofree char *file = g_build_filename(p->state, "journal", NULL);

	assert_true(make(p, j, "a", NULL));
	journal_close(j);
	append(file, "made 7 'bri");
	j = opened(p, TRUE);
	expect_list(j, "a");
	assert_true(make(p, j, "b", NULL));
	journal_close(j);
	j = opened(p, TRUE);
	expect_list(j, "a,b");
	journal_close(j);
}

static void of_an_earlier_boot_nothing_is_left(void **state)
{
	struct place *p = *state;
	struct journal *j = opened(p, FALSE);
	g_autofree char *file = g_build_filename(p->state, "journal", NULL);

	journal_close(j);
	assert_true(g_file_set_contents(file, "boot 1\nmade 0 x run false\n", -1, NULL));
	j = opened(p, FALSE);
	assert_true(make(p, j, "a", NULL));
	journal_close(j);
	journal_close(opened(p, TRUE));
}

static void foreign_lines_are_named(void **state)
{
	static const char *const bad[] = { "hello", "made", "made x y run z", "made 1 what",
		"made 1 what run", "made 1 what fly z", "undone -1", "made 1 'what run z" };
	struct place *p = *state;
	g_autofree char *file = g_build_filename(p->state, "journal", NULL);

	for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
		g_autofree char *line = g_strdup_printf("%s\n", bad[i]);
		g_autoptr(GError) error = NULL;

		journal_close(opened(p, FALSE));
		append(file, line);
		assert_null(journal_open(p->server, NULL, &error));
		expect_says(error, "journal: invalid line 2");
		expect_says(error, bad[i]);
		assert_int_equal(unlink(file), 0);
	}
}

/* The disk is full: journal.new cannot be made, here as it is a folder that is not empty. */
static void nothing_is_made_without_a_record(void **state)
{
	struct place *p = *state;
	struct journal *j = opened(p, FALSE);
	g_autofree char *file = g_build_filename(p->state, "journal", NULL);
	g_autofree char *fresh = g_build_filename(p->state, "journal.new", NULL);
	g_autoptr(GError) error = NULL;
	g_autoptr(GError) again = NULL;

	assert_int_equal(unlink(file) | g_mkdir(file, 0700), 0);
	assert_false(make(p, j, "a", &error));
	expect_says(error, "journal");
	expect_content(p->log, "");
	expect_list(j, "");
	/* The file may be torn, and is written anew before the next line. */
	assert_int_equal(rmdir(file) | g_mkdir(fresh, 0700), 0);
	assert_false(make(p, j, "b", &again));
	expect_says(again, "write error");
	assert_int_equal(rmdir(fresh), 0);
	assert_true(make(p, j, "c", NULL));
	journal_close(j);
	j = opened(p, TRUE);
	expect_list(j, "c");
	journal_close(j);
}

static void dry_runs_print_and_leave_nothing(void **state)
{
	struct place *p = *state;
	g_autofree char *said = g_build_filename(p->dir, "said", NULL);
	g_autofree char *nobody = NULL;
	g_auto(GStrv) list = NULL;
	FILE *out = fopen(said, "w");
	struct journal *j;

	server_set_dry(p->server, out);
	j = opened(p, FALSE);
	assert_true(journal_make(j, "a", (const char *const[]){ "make", "it", NULL },
		(const char *const[]){ "undo", "it", NULL }, NULL));
	expect_list(j, "a");
	list = journal_peek(p->server, &nobody, NULL);
	assert_null(list[0]);
	assert_true(journal_undo(j, 0, NULL));
	journal_close(j);
	server_set_dry(p->server, NULL);
	fclose(out);
	expect_content(said, "here: make it\nhere: undo it\n");
	assert_int_not_equal(access(p->state, F_OK), 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, arrive, leave)
	const struct CMUnitTest tests[] = {
		TEST(undone_newest_first_down_to_a_mark),
		TEST(left_by_the_dead_is_found_and_undone),
		TEST(any_word_survives_the_file),
		TEST(what_fails_to_be_made_is_taken_back),
		TEST(what_cannot_be_undone_is_kept_and_the_rest_is_undone),
		TEST(one_at_a_time),
		TEST(a_lock_lost_with_its_connection_is_taken_again),
		TEST(not_if_another_had_it_in_the_meantime),
		TEST(a_late_command_of_the_dead_changes_nothing),
		TEST(a_torn_line_was_not_made),
		TEST(of_an_earlier_boot_nothing_is_left),
		TEST(foreign_lines_are_named),
		TEST(nothing_is_made_without_a_record),
		TEST(dry_runs_print_and_leave_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
