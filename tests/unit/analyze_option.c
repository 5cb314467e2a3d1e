/* SPDX-License-Identifier: BSD-3-Clause */
/* The option table: units, bounds, switches, which of several counts, defaults, old letters. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <glib.h>

#include "analyze/base/option.h"

enum { RED, GREEN };

struct asked {
	gboolean quiet, loud;
	char *name, *form, *file, *dir, *other, *late;
	char **notes, **rest;
	int colour, count, cpu;
	uint64_t seed, small, wait;
	double percent, share;
};

#define AT(member) .at = offsetof(struct asked, member)

static const struct option_row rows[] = {
	OPTION_GROUP("name"),
	{ .name = "quiet", .letter = 'q', .type = OPTION_SWITCH, AT(quiet), .help = "No talk" },
	{ .name = "loud", .letter = 'l', .type = OPTION_SWITCH, AT(loud), .preset = "true" },
	{ .name = "name", .letter = 'n', .was = 'N', .type = OPTION_TEXT, AT(name), .preset = "x" },
	{ .name = "form",
		.type = OPTION_CHOICE,
		AT(form),
		.preset = "dots",
		.words = (const char *const[]){ "dots", "load", NULL },
		.help = "Form" },
	{ .name = "colour",
		.type = OPTION_WORD,
		AT(colour),
		.words = (const char *const[]){ "red", "green", NULL },
		.metavar = "COLOUR" },
	{ .name = "file", .type = OPTION_FILE, AT(file), .metavar = "FILE" },
	{ .name = "dir", .type = OPTION_DIR, AT(dir), .preset = "out", .unless = "file" },
	{ .name = "other", .type = OPTION_TEXT, AT(other), .metavar = "TEXT" },
	{ .name = "late", .type = OPTION_TEXT, AT(late), .preset = "later", .flags = OPTION_LATE },
	{ .name = "note", .type = OPTION_TEXTS, AT(notes), .metavar = "TEXT", .help = "Note" },
	{ .name = "count",
		.type = OPTION_INT,
		AT(count),
		.preset = "3",
		.min = 1,
		.max = 10,
		.metavar = "N",
		.help = "Number of them" },
	{ .name = "cpu",
		.type = OPTION_INT,
		AT(cpu),
		.min = 0,
		.max = 99,
		.metavar = "N",
		.help = "CPU (default: any)" },
	{ .name = "seed", .type = OPTION_UINT64, AT(seed), .preset = "1", .metavar = "N" },
	{ .name = "small", .type = OPTION_UINT64, AT(small), .max = 7, .metavar = "N" },
	{ .name = "percent",
		.type = OPTION_NUMBER,
		AT(percent),
		.preset = "95",
		.min = 50,
		.max = 100,
		.flags = OPTION_ABOVE | OPTION_BELOW,
		.help = "Level" },
	{ .name = "share", .type = OPTION_SHARE, AT(share), .preset = "5%", .min = 0 },
	{ .name = "wait",
		.letter = 'w',
		.type = OPTION_TIME,
		AT(wait),
		.min = 0.001,
		.max = 7200,
		.metavar = "TIME",
		.help = "Wait" },
	{ .name = "", .type = OPTION_REST, AT(rest), .metavar = "WORD" },
	{ 0 },
};

/* The same without a place for what stands behind "--". */
static const struct option_row few[] = {
	{ .name = "quiet", .letter = 'q', .type = OPTION_SWITCH, AT(quiet) },
	{ 0 },
};

/* Parses words separated by blanks; the error's text, newly allocated, or NULL. */
static char *parse_with(
	const struct option_row *table, struct asked *a, const char *text, struct option_line *line)
{
	g_auto(GStrv) argv = *text == '\0' ? g_new0(char *, 1) : g_strsplit(text, " ", -1);
	g_autoptr(GError) error = NULL;
	char *said = NULL;

	memset(a, 0, sizeof(*a));
	option_init(table, a);
	if (option_parse(table, a, argv, line, &error)) {
		/* They are argv's. */
		for (guint i = 0; i < line->words->len; i++)
			line->words->pdata[i] = (gpointer)g_intern_string(line->words->pdata[i]);
		option_finish(table, a);
		return NULL;
	}
	assert_non_null(error);
	assert_int_equal(error->domain, G_OPTION_ERROR);
	said = g_strdup(error->message);
	option_clear(table, a);
	return said;
}

static void refused(const char *text, const char *why)
{
	struct asked a;
	struct option_line line;
	g_autofree char *said = parse_with(rows, &a, text, &line);

	if (said == NULL)
		fail_msg("'%s' is taken", text);
	if (strstr(said, why) == NULL)
		fail_msg("'%s': '%s' has no '%s'", text, said, why);
}

/* The value of one option after a command line, as option_text has it. */
static void means(const char *text, const char *name, const char *value)
{
	struct asked a;
	struct option_line line;
	g_autofree char *said = parse_with(rows, &a, text, &line), *got = NULL;

	if (said != NULL)
		fail_msg("'%s': %s", text, said);
	got = option_text(option_find(rows, name), &a);
	if (g_strcmp0(got, value) != 0)
		fail_msg("'%s': --%s is '%s', not '%s'", text, name, got, value);
	option_clear(rows, &a);
	option_line_clear(&line);
}

/* What was said is stored as JSON. */
static void words_that_are_not_utf8_are_refused(void **state)
{
	(void)state;
	means("--name gr\303\274n", "name", "gr\303\274n");
	refused("--name gr\374n", "--name: 'gr\357\277\275n' is not valid UTF-8");
}

static void units(void **state)
{
	(void)state;
	means("--wait 1.5s", "wait", "1500ms");
	means("--wait=120s", "wait", "2min");
	means("-w 90s", "wait", "90s");
	means("-w7200000ms", "wait", "2h");
	means("--share 2.5%", "share", "0.025");
	means("--share 0.25", "share", "0.25");
	refused("--wait 10", "--wait: invalid time '10': unit missing (ns, us, ms, s, min, h)");
	refused("--wait 10m", "unknown unit 'm'");
	refused("--wait 1,5s", "decimal separator");
	refused("--wait -1s", "negative"); /* no option begins so */
	refused("--wait=-1s", "negative");
	refused("--share 5", "a share from 0 to less than 1");
	refused("--share x%", "a share such as 0.05 or 5%");
}

static void bounds(void **state)
{
	(void)state;
	means("--count 1", "count", "1");
	means("--count 10", "count", "10");
	means("--cpu 0", "cpu", "0");
	means("--seed 9223372036854775807", "seed", "9223372036854775807");
	means("--small 7", "small", "7");
	means("--wait 1ms", "wait", "1ms");
	means("--wait 2h", "wait", "2h");
	means("--percent 50.1", "percent", "50.1");
	refused("--count 0", "--count: expected an integer from 1 to 10, got '0'");
	refused("--count 11", "from 1 to 10");
	refused("--count 2.5", "an integer");
	refused("--count=-1", "from 1 to 10");
	refused("--seed 9223372036854775808", "from 0 to 9223372036854775807");
	refused("--seed -1", "an integer");
	refused("--seed=-1", "from 0 to 9223372036854775807");
	refused("--seed 0x10", "an integer");
	refused("--small 8", "from 0 to 7");
	refused("--wait 999us", "below 1ms");
	refused("--wait 2.1h", "above 2h");
	refused("--wait 1e999s", "above 2h");
	refused("--percent 50", "a number above 50 and below 100");
	refused("--percent 100", "a number above 50 and below 100");
	refused("--percent nan", "a number");
	refused("--share 1", "less than 1");
}

static void switches_have_words(void **state)
{
	static const char *const yes[] = { "true", "yes", "on", "1" }, *const no[] = { "false",
		"no", "off", "0" };

	(void)state;
	for (guint i = 0; i < G_N_ELEMENTS(yes); i++) {
		g_autofree char *with = g_strconcat("--quiet=", yes[i], NULL);
		g_autofree char *without = g_strconcat("--loud=", no[i], NULL);

		means(with, "quiet", "true");
		means(without, "loud", "false");
	}
	means("", "quiet", "false");
	means("", "loud", "true");
	means("--quiet", "quiet", "true");
	means("--no-loud", "loud", "false");
	means("-ql", "quiet", "true");
	means("-qnabc", "name", "abc");
	refused("--quiet=maybe", "--quiet: expected true or false, got 'maybe'");
	refused("--quiet=", "--quiet: empty value");
	refused("--no-quiet=true", "unknown option '--no-quiet'");
	refused("--no-name", "unknown option '--no-name'");
}

static void the_last_one_counts(void **state)
{
	struct asked a;
	struct option_line line;

	(void)state;
	means("--quiet --no-quiet", "quiet", "false");
	means("--no-quiet -q", "quiet", "true");
	means("--count 1 --count=2", "count", "2");
	means("-n a --name b", "name", "b");
	means("--form load --form dots", "form", "dots");
	/* But of those that may be several all do. */
	assert_null(parse_with(rows, &a, "--note a --note=b", &line));
	assert_int_equal(g_strv_length(a.notes), 2);
	assert_string_equal(a.notes[0], "a");
	assert_string_equal(a.notes[1], "b");
	option_clear(rows, &a);
	option_line_clear(&line);
}

static void words_and_what_is_behind_two_dashes(void **state)
{
	struct asked a;
	struct option_line line;

	(void)state;
	assert_null(parse_with(rows, &a, "one --quiet two - -- --quiet -x three", &line));
	assert_int_equal(line.words->len, 3);
	assert_string_equal(line.words->pdata[1], "two");
	assert_string_equal(line.words->pdata[2], "-");
	assert_null(line.words->pdata[3]);
	assert_int_equal(g_strv_length(a.rest), 3);
	assert_string_equal(a.rest[0], "--quiet");
	option_clear(rows, &a);
	option_line_clear(&line);

	assert_null(parse_with(few, &a, "one -- --quiet", &line));
	assert_false(a.quiet);
	assert_int_equal(line.words->len, 2);
	assert_string_equal(line.words->pdata[1], "--quiet");
	option_line_clear(&line);

	assert_null(parse_with(few, &a, "-q --help", &line));
	assert_true(line.help);
	option_line_clear(&line);
}

static void defaults(void **state)
{
	(void)state;
	means("", "name", "x");
	means("", "form", "dots");
	means("", "count", "3");
	means("", "percent", "95");
	means("", "share", "0.05");
	means("", "cpu", NULL);
	means("", "colour", NULL);
	means("", "wait", NULL);
	means("", "late", NULL);
	means("", "dir", "out");
	means("--file a", "dir", NULL); /* .unless */
	means("--file a --dir b", "dir", "b");
	means("--colour red", "colour", "red");
}

static void is_preset(void **state)
{
	struct asked a;
	struct option_line line;

	(void)state;
	assert_null(parse_with(rows, &a, "--count 3 --share 0.05 --wait 1s", &line));
	assert_true(option_is_preset(rows, &a, "count"));
	assert_true(option_is_preset(rows, &a, "cpu"));
	assert_true(option_is_preset(rows, &a, "name"));
	assert_false(option_is_preset(rows, &a, "wait"));
	option_clear(rows, &a);
	option_line_clear(&line);
}

static void unknown_ones(void **state)
{
	(void)state;
	refused("--cuont 3", "unknown option '--cuont' (did you mean '--count'?)");
	refused("--coun 3", "unknown option '--coun'"); /* no beginnings */
	refused("-z", "unknown option '-z'");
	refused("-N a", "unknown option '-N' (did you mean '--name'?)"); /* .was */
	refused("-qz", "unknown option '-z'");
	refused("--name", "--name: missing value");
	refused("--other --quiet", "--other: missing value; expected TEXT");
	refused("--other=", "--other: empty value; expected TEXT");
	refused("--colour blue", "--colour: invalid value 'blue'; expected red, green");
	refused("--form dot", "--form: invalid value 'dot' (did you mean 'dots'?)");
	refused("--=1", "unknown option");
	assert_null(option_find(rows, "")); /* neither a heading nor the rest is one */
}

static void help_has_range_words_and_default(void **state)
{
	static const struct {
		const char *name, *help;
	} all[] = {
		{ "quiet", "No talk" },
		{ "form", "Form: dots or load (default dots)" },
		{ "note", "Note (repeatable)" },
		{ "count", "Number of them, 1 to 10 (default 3)" },
		{ "cpu", "CPU, 0 to 99 (default: any)" },
		{ "percent", "Level, above 50 and below 100 (default 95)" },
		{ "wait", "Wait, 1ms to 2h" },
	};

	(void)state;
	for (guint i = 0; i < G_N_ELEMENTS(all); i++) {
		g_autofree char *help = option_help(option_find(rows, all[i].name));

		assert_string_equal(help, all[i].help);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_that_are_not_utf8_are_refused),
		cmocka_unit_test(units),
		cmocka_unit_test(bounds),
		cmocka_unit_test(switches_have_words),
		cmocka_unit_test(the_last_one_counts),
		cmocka_unit_test(words_and_what_is_behind_two_dashes),
		cmocka_unit_test(defaults),
		cmocka_unit_test(is_preset),
		cmocka_unit_test(unknown_ones),
		cmocka_unit_test(help_has_range_words_and_default),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
