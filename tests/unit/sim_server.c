/* SPDX-License-Identifier: BSD-3-Clause */
/* Servers: what is quoted, what is said in dry runs, and this machine as one. */
#include "tests/unit/server_check.h"

static void quoted_words_are_those_words(void **state)
{
	static const struct {
		const char *words[4], *line;
	} cases[] = {
		{ { "ip", "link" }, "ip link" },
		{ { "" }, "''" },
		{ { "a b", "c" }, "'a b' c" },
		{ { "it's" }, "'it'\\''s'" },
		{ { "a\nb" }, "'a\nb'" },
		{ { "$x", "`y`", "\\" }, "'$x' '`y`' '\\'" },
		{ { "\xc3\xa4" }, "'\xc3\xa4'" },
		{ { "/a-b_c.d", "x=1,y:2@z+%" }, "/a-b_c.d x=1,y:2@z+%" },
		{ { "~", "#", "*" }, "'~' '#' '*'" },
		{ { NULL }, "" },
	};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *line = server_quote(cases[i].words);
		g_auto(GStrv) back = NULL;

		assert_string_equal(line, cases[i].line);
		if (line[0] == '\0')
			continue;
		assert_true(g_shell_parse_argv(line, NULL, &back, NULL));
		assert_true(g_strv_equal((const char *const *)back, cases[i].words));
	}
}

static void dry_runs_say_what_would_be_run(void **state)
{
	struct server *s = server_new_local("host");
	g_autofree char *said = NULL;
	g_auto(server_result) r = { 0 };
	size_t len = 0;
	FILE *out = open_memstream(&said, &len);

	(void)state;
	server_set_dry(s, out);
	OK(server_dol(s, error, "touch", "a b", NULL));
	OK(server_run(s, ARGV("false"), NULL, 0, &r, error));
	assert_int_equal(r.status, 0);
	assert_false(server_test(s, "true", NULL));
	FAILS("dry", server_ask(s, error, "echo", NULL) != NULL);
	OK(server_put(s, "x", "/y", 0644, error));
	OK(server_get(s, "/y", "x", error));
	OK(process_start(s, "vm-1", "ns", ARGV("qemu", "-m", "1 G"), error));
	OK(process_stop(s, "vm-1", 1000, error));
	fclose(out);
	assert_string_equal(said, "host: touch 'a b'\n"
				  "host: false\n"
				  "host: copy-from-here x /y\n"
				  "host: copy-to-here /y x\n"
				  "host: ip netns exec ns qemu -m '1 G'\n"
				  "host: stop vm-1\n");
	server_free(s);
}

/* Which folder a new server takes for its state; NULL: an error with this in it. */
static char *state_dir(const char *wanted, const char *with)
{
	struct server *s = server_new_local("host");
	char *dir = NULL;

	g_setenv("TSIM_STATE_DIR", wanted, TRUE);
	if (with == NULL)
		OK((dir = g_strdup(server_state_dir(s, error))) != NULL);
	else
		FAILS(with, server_state_dir(s, error) != NULL);
	server_free(s);
	return dir;
}

static void state_folder_is_ours_alone(void **state)
{
	g_autofree char *before = g_strdup(g_getenv("TSIM_STATE_DIR"));
	g_autofree char *wanted = path_here("new/deep"), *open = path_here("open");
	g_autofree char *link = path_here("link"), *slash = path_here("link/");
	g_autofree char *made = NULL, *closed = NULL;
	struct stat st;

	(void)state;
	made = state_dir(wanted, NULL);
	assert_string_equal(made, wanted);
	assert_int_equal(stat(made, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0700);
	assert_int_equal(g_mkdir(open, 0700), 0);
	assert_int_equal(chmod(open, 0777), 0);
	closed = state_dir(open, NULL);
	assert_int_equal(stat(open, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0700);
	assert_int_equal(symlink(open, link), 0);
	assert_null(state_dir(link, "is a symbolic link"));
	assert_null(state_dir(slash, "is a symbolic link"));
	if (getuid() != 0)
		assert_null(state_dir("/etc", "is owned by another user"));
	else if (g_mkdir("theirs", 0755) == 0 && chown("theirs", 65534, 65534) == 0)
		assert_null(state_dir("theirs", "is owned by another user"));
	g_setenv("TSIM_STATE_DIR", before, TRUE);
}

/* Without SIGPIPE ignored: the default of a program. */
static void write_to_an_ended_command_fails(void **state)
{
	g_autofree char *much = g_strnfill(100000, 'm');
	struct stream *st = NULL;
	char got[4];

	OK((st = server_open(SERVER(state), SH("echo go"), error)) != NULL);
	read_all(st, got, 3);
	reads_end(st);
	FAILS("write", stream_write(st, much, 100000, error));
	stream_free(st);
}

int main(void)
{
	struct CMUnitTest tests[] = {
		cmocka_unit_test(quoted_words_are_those_words),
		cmocka_unit_test(dry_runs_say_what_would_be_run),
		cmocka_unit_test(state_folder_is_ours_alone),
		cmocka_unit_test(write_to_an_ended_command_fails),
		SERVER_CHECKS,
	};
	char *folder = enter_folder();
	int failed = folder == NULL
			     ? 1
			     : run_checks(tests, G_N_ELEMENTS(tests), server_new_local("host"));

	leave_folder(folder);
	return failed;
}
