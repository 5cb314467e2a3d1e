/* SPDX-License-Identifier: BSD-3-Clause */
/* Key files as configparser reads them: values, references, and errors with file and line. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include <glib/gstdio.h>

#include "analyze/base/error.h"
#include "analyze/base/ini.h"

/* What [a] x is after it was read; NULL: there is no such key. */
static const struct {
	const char *what, *text, *value;
} values[] = {
	{ "equals sign", "[a]\nx = 1\n", "1" },
	{ "colon", "[a]\nx: 1\n", "1" },
	{ "the first of both splits", "[a]\nx: b=1\n", "b=1" },
	{ "the first of both splits, the other way", "[a]\nx = normal:/opt\n", "normal:/opt" },
	{ "no blanks", "[a]\nx=1", "1" },
	{ "blanks around", "[a]\n\tx \t=\t 1 2 \n", "1 2" },
	{ "empty value", "[a]\nx =\n", "" },
	{ "keys in any case", "[a]\nX = 1\n", "1" },
	{ "CRLF", "[a]\r\nx = 1\r\n", "1" },
	{ "CRLF in a value of two lines", "[a]\r\nx = 1,\r\n  2\r\n", "1, 2" },
	{ "comments", "# c\n; c\n[a]\n  # c\nx = 1\n", "1" },
	{ "a hash within a value is the value's", "[a]\nx = 1 # 2\n", "1 # 2" },
	{ "lines that go on", "[a]\nx = 1,\n  2,\n\t3\ny = 4\n", "1, 2, 3" },
	{ "a value that begins on the second line", "[a]\nx =\n  1\n", "1" },
	{ "a comment between lines that go on", "[a]\nx = 1,\n# c\n  2\n", "1, 2" },
	{ "an empty line between lines that go on", "[a]\nx = 1,\n\n  2\n", "1, 2" },
	{ "keys that are all indented", "[a]\n  x = 1\n  y = 2\n", "1" },
	{ "a section that is all indented", "  [a]\n  x = 1\n    2\n  [b]\n  x = 3\n", "1 2" },
	{ "[DEFAULT]", "[DEFAULT]\nx = 1\n[a]\n", "1" },
	{ "a section's own before [DEFAULT]", "[DEFAULT]\nx = 1\n[a]\nx = 2\n", "2" },
	{ "[DEFAULT] behind", "[a]\n[DEFAULT]\nx = 1\n", "1" },
	{ "[DEFAULT] twice, the second indented", "[DEFAULT]\ny = 1\n[a]\n[DEFAULT]\n x = 2\n",
		"2" },
	{ "no such key", "[a]\ny = 1\n[b]\nx = 1\n", NULL },
	{ "reference", "[a]\nx = <${y}>\ny = 1\n", "<1>" },
	{ "two references", "[a]\nx = ${y}${y}\ny = 1\n", "11" },
	{ "reference in another case", "[a]\nx = ${OutDir}\noutdir = 1\n", "1" },
	{ "reference to [DEFAULT]", "[DEFAULT]\ny = 1\n[a]\nx = ${y}\n", "1" },
	{ "reference to [DEFAULT] by name", "[DEFAULT]\ny = 1\n[a]\nx = ${DEFAULT:y}\n", "1" },
	{ "reference to a section", "[a]\nx = ${b:y}\n[b]\ny = 1\n", "1" },
	{ "a section's value refers to its own", "[a]\nx = ${b:y}\nz = 1\n[b]\ny = ${z}\nz = 2\n",
		"2" },
	{ "from [DEFAULT] to the section", "[DEFAULT]\nx = ${y}\n[a]\ny = 1\n", "1" },
	{ "reference of a reference", "[a]\nx = ${y}\ny = ${z}\nz = 1\n", "1" },
	{ "dollar", "[a]\nx = $$5 $${y}\n", "$5 ${y}" },
	{ "injected", "[a]\nx = ${projectDirectory}/b\n", "/lab/b" },
	{ "injected loses to the file", "[a]\nx = ${projectdirectory}\nprojectDirectory = 1\n",
		"1" },
};

static void values_are_those_of_configparser(void **state)
{
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(values); i++) {
		g_autoptr(GError) error = NULL;
		struct ini *ini = ini_parse("t.cfg", values[i].text, &error);
		g_autofree char *value = NULL;

		if (ini == NULL)
			fail_msg("%s: %s", values[i].what, error->message);
		ini_inject(ini, "projectDirectory", "/lab");
		value = ini_get(ini, "a", "x", NULL, &error);
		if (error != NULL)
			fail_msg("%s: %s", values[i].what, error->message);
		if (g_strcmp0(value, values[i].value) != 0)
			fail_msg("%s: '%s', not '%s'", values[i].what, value, values[i].value);
		ini_free(ini);
	}
}

/* A text, and what is said of it when it is read, or when [a] x is asked for. */
static const struct {
	const char *text, *error;
} errors[] = {
	{ "x = 1\n",
		"t.cfg:1: 'x = 1': key before the first [section]; move it into a section, or a "
		"variable to [DEFAULT]" },
	{ "\n\n[a\nx = 1\n", "t.cfg:3: '[a': missing ']'" },
	{ "[]\n", "t.cfg:1: '[]': missing ']'" },
	{ "[a]\nx = 1\ny\n", "t.cfg:3: 'y': expected [section] or 'key = value'" },
	{ "[a]\n= 1\n", "t.cfg:2: '= 1': expected [section] or" },
	{ "[a]\nx = 1\nX: 2\n", "t.cfg:3: [a] x given twice; keep one" },
	{ "[a]\n[b]\n[a]\n", "t.cfg:3: 'a': section already exists" },
	{ "[DEFAULT]\nx = 1\n[DEFAULT]\nx = 1\n", "t.cfg:4: [DEFAULT] x given twice" },
	{ "[a]\r\n[a]\r\n", "t.cfg:2: 'a': section already exists" },
	{ "[a]\n\xff\n", "t.cfg:2: invalid byte 0xff" },
	{ "[a]\ny = 1\nx = ${z}\n", "t.cfg:3: [a] x: ${z}: key not found" },
	{ "[a]\nx = ${b:z}\n", "t.cfg:2: [a] x: ${b:z}: key not found" },
	{ "[a]\nx = ${b:z}\n[b]\n", "t.cfg:2: [a] x: ${b:z}: key not found" },
	{ "[a]\nx = ${b:z\n", "t.cfg:2: [a] x: '$' without {key}" },
	{ "[a]\nx = ${x}\n", "t.cfg:2: [a] x: ${x}: circular" },
	{ "[a]\nx = ${y}\ny = ${x}\n", "t.cfg:2: [a] x: ${y}: circular" },
	{ "[a]\nx = ${b:x}\n[b]\nx = ${a:x}\n", "circular" },
	{ "[a]\nx = 5$\n", "t.cfg:2: [a] x: '$' without {key}; write $$" },
	{ "[DEFAULT]\nx = ${x}\n[a]\n", "t.cfg:2: [a] x: ${x}: circular" },
};

static void errors_name_file_and_line(void **state)
{
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(errors); i++) {
		g_autoptr(GError) error = NULL;
		struct ini *ini = ini_parse("t.cfg", errors[i].text, &error);
		g_autofree char *value = ini == NULL ? NULL : ini_get(ini, "a", "x", NULL, &error);

		assert_null(value);
		if (error == NULL) {
			fail_msg("no error in '%s'", errors[i].text);
			continue;
		}
		assert_true(error->domain == INPUT_ERROR);
		if (strstr(error->message, errors[i].error) == NULL)
			fail_msg("'%s', not '%s'", error->message, errors[i].error);
		ini_free(ini);
	}
}

/* Nine levels of a hundred references each would be 10^18 of them. */
static void references_of_references_are_bounded(void **state)
{
	g_autoptr(GString) text = g_string_new("[a]\nx = ${k0}\ne9 =\n");
	g_autoptr(GError) error = NULL;
	struct ini *ini;

	(void)state;
	for (unsigned level = 0; level < 9; level++) {
		g_string_append_printf(text, "k%u = ", level);
		for (unsigned i = 0; i < 100; i++)
			g_string_append_printf(text, "${%s%u}", level == 8 ? "e" : "k", level + 1);
		g_string_append_c(text, '\n');
	}
	ini = ini_parse("t.cfg", text->str, &error);
	assert_null(error);
	assert_null(ini_get(ini, "a", "x", NULL, &error));
	assert_non_null(error);
	assert_non_null(strstr(error->message, "t.cfg:2: [a] x: "));
	assert_non_null(strstr(error->message, "too many references"));
	ini_free(ini);
}

/* As many lines as this took a minute when each one copied those before. */
static void long_values_and_many_keys_are_no_matter(void **state)
{
	g_autoptr(GString) text = g_string_new("[a]\nx = 0\n");
	g_autoptr(GError) error = NULL;
	g_autofree char *value = NULL;
	struct ini *ini;

	(void)state;
	for (unsigned i = 0; i < 20000; i++)
		g_string_append(text, " ,1\n");
	ini = ini_parse("t.cfg", text->str, &error);
	assert_null(error);
	value = ini_get(ini, "a", "x", NULL, &error);
	assert_int_equal(strlen(value), 1 + 20000 * 3);
	ini_free(ini);

	for (unsigned i = 0; i < 2000; i++)
		g_string_append_printf(text, "k%u = 1\n", i);
	assert_null(ini_parse("t.cfg", text->str, &error));
	assert_non_null(strstr(error->message, "more than 1000 keys"));
}

static void names_come_in_order(void **state)
{
	struct ini *ini = ini_parse(
		"t.cfg", "[DEFAULT]\nz = 1\n[b]\nY = 1\nx = 1\n[a b]\n[DEFAULT]\ny = 1\n", NULL);
	g_autofree char *where = NULL, *value = NULL;

	(void)state;
	assert_non_null(ini);
	assert_string_equal(ini_name(ini), "t.cfg");
	assert_string_equal(ini_sections(ini)[0], "b");
	assert_string_equal(ini_sections(ini)[1], "a b");
	assert_null(ini_sections(ini)[2]);
	assert_string_equal(ini_keys(ini, "b")[0], "y");
	assert_string_equal(ini_keys(ini, "b")[1], "x");
	assert_null(ini_keys(ini, "b")[2]);
	assert_null(ini_keys(ini, "a b")[0]);
	assert_null(ini_keys(ini, "nosuch")[0]);
	value = ini_get(ini, "b", "z", &where, NULL);
	assert_string_equal(value, "1");
	assert_string_equal(where, "t.cfg:2: [b] z");
	ini_free(ini);
}

static void what_is_injected_is_no_key(void **state)
{
	struct ini *ini = ini_parse("t.cfg", "[a]\nx = 1\n", NULL);
	g_autoptr(GError) error = NULL;

	(void)state;
	ini_inject(ini, "username", "me");
	assert_null(ini_get(ini, "a", "username", NULL, &error));
	assert_null(error);
	ini_free(ini);
}

static void files_that_are_no_text_are_refused(void **state)
{
	g_autofree char *path = g_strdup("/tmp/tsim-ini-XXXXXX");
	g_autoptr(GError) error = NULL;
	int fd = g_mkstemp(path);

	(void)state;
	assert_true(fd >= 0);
	g_close(fd, NULL);
	assert_true(g_file_set_contents(path, "[a]\nx = 1\0\n", 11, NULL));
	assert_null(ini_read(path, &error));
	assert_true(error->domain == INPUT_ERROR);
	assert_non_null(strstr(error->message, path));
	g_clear_error(&error);
	assert_int_equal(g_unlink(path), 0);
	assert_null(ini_read(path, &error));
	assert_true(error->domain == INPUT_ERROR);
	assert_non_null(strstr(error->message, path));
	g_clear_error(&error);
	assert_null(ini_read("/", &error));
	assert_non_null(error);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_are_those_of_configparser),
		cmocka_unit_test(errors_name_file_and_line),
		cmocka_unit_test(references_of_references_are_bounded),
		cmocka_unit_test(long_values_and_many_keys_are_no_matter),
		cmocka_unit_test(names_come_in_order),
		cmocka_unit_test(what_is_injected_is_no_key),
		cmocka_unit_test(files_that_are_no_text_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
