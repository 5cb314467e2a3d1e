/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * tests/unit/plots_facts.h: what has to hold for the text of a figure: for every one that gnuplot can
 * draw it and nothing stands outside, for a few that not a byte changed, for the others single facts.
 * Included behind cmocka.h.
 */
#ifndef TESTS_UNIT_PLOTS_FACTS_H
#define TESTS_UNIT_PLOTS_FACTS_H

#include <stdio.h>
#include <string.h>

#include "plots/draw/figure.h"

/* How often a text stands in the script; 0: nowhere. */
struct fact {
	guint times;
	const char *text;
};

struct facts {
	const struct fact *script; /* ends with a text of NULL */
	const char *blocks;        /* rows of each block of the data: "16 16" */
	const char *const *lines;  /* each a line of the data; NULL-terminated */
};

static guint count_text(const char *in, const char *text)
{
	guint nb = 0;

	for (const char *p = strstr(in, text); p != NULL; p = strstr(p + strlen(text), text))
		nb++;
	return nb;
}

/* Columns of the first row of each block, and in rows how many there are. */
static GArray *columns_of(const char *data, GString *rows)
{
	GArray *columns = g_array_new(FALSE, FALSE, sizeof(guint));
	g_auto(GStrv) blocks = g_strsplit(data, "\n\n\n", -1);

	for (guint i = 0; blocks[i] != NULL; i++) {
		g_auto(GStrv) lines = g_strsplit(blocks[i], "\n", -1);
		guint nb = 0, first = 0;

		for (guint k = 0; lines[k] != NULL; k++) {
			if (*lines[k] == '#' || *lines[k] == '\0')
				continue;
			guint words = count_text(lines[k], " ") + 1;

			if (nb++ == 0)
				first = words;
			assert_int_equal(words, first);
		}
		g_array_append_val(columns, first);
		g_string_append_printf(rows, "%s%u", i > 0 ? " " : "", nb);
	}
	return columns;
}

/* "1:($4 == 0 ? $3 : NaN):(0)": no column beyond the last. */
static void check_using(const char *using, guint columns)
{
	int depth = 0;

	for (const char *p = using; *p != '\0'; p++) {
		gboolean bare = g_ascii_isdigit(*p) && depth == 0 && (p == using || p[-1] == ':');

		depth += *p == '(' ? 1 : *p == ')' ? -1 : 0;
		if (!bare && *p != '$')
			continue;
		guint64 column = g_ascii_strtoull(bare ? p : p + 1, NULL, 10);

		if (column < 1 || column > columns)
			fail_msg("'%s' of %u columns", using, columns);
	}
	assert_int_equal(depth, 0);
}

static void check_plots(const char *script, const GArray *columns)
{
	g_autoptr(GRegex) plot = g_regex_new("data index (\\d+) using (.*?) with ", 0, 0, NULL);
	g_autoptr(GMatchInfo) match = NULL;

	for (g_regex_match(plot, script, 0, &match); g_match_info_matches(match);
		g_match_info_next(match, NULL)) {
		g_autofree char *index = g_match_info_fetch(match, 1);
		g_autofree char *using = g_match_info_fetch(match, 2);
		guint64 block = g_ascii_strtoull(index, NULL, 10);

		assert_true(block < columns->len);
		check_using(using, g_array_index(columns, guint, block));
	}
}

/* What is between 0 and 1, of the figure. */
static double part_after(const char *line, const char *word)
{
	const char *at = strstr(line, word);
	char *end;
	double part;

	assert_non_null(at);
	part = g_ascii_strtod(at + strlen(word), &end);
	assert_true(end > at + strlen(word) && part >= 0 && part <= 1);
	return part;
}

static void check_places(const char *script)
{
	g_auto(GStrv) lines = g_strsplit(script, "\n", -1);
	double left = 0, top = 0;

	for (guint i = 0; lines[i] != NULL; i++) {
		if (strchr(lines[i], '"') == NULL)
			assert_int_equal(count_text(lines[i], "'") % 2, 0);
		if (g_str_has_prefix(lines[i], "set lmargin"))
			left = part_after(lines[i], "at screen ");
		else if (g_str_has_prefix(lines[i], "set rmargin"))
			assert_true(part_after(lines[i], "at screen ") > left + 0.05);
		else if (g_str_has_prefix(lines[i], "set tmargin"))
			top = part_after(lines[i], "at screen ");
		else if (g_str_has_prefix(lines[i], "set bmargin"))
			assert_true(part_after(lines[i], "at screen ") < top - 0.05);
		else if (g_str_has_prefix(lines[i], "set label"))
			(void)part_after(lines[i], " at screen ");
	}
}

/* For every figure; rows as in facts. */
static void check_sound(const struct figure_text *text, GString *rows)
{
	g_autoptr(GArray) columns = columns_of(text->data, rows);

	check_plots(text->script, columns);
	check_places(text->script);
	assert_int_equal(
		count_text(text->script, "\nplot "), count_text(text->script, "set lmargin"));
	assert_null(strcasestr(text->script, "[nan"));
	assert_null(strcasestr(text->script, "inf]"));
	assert_true(g_utf8_validate(text->script, -1, NULL));
	assert_true(g_utf8_validate(text->data, -1, NULL));
}

static inline void same_as_file(const char *name, const char *extension, const char *text)
{
	g_autofree char *path = g_strdup_printf(
		"%s/tests/unit/plots_figure/%s%s", g_getenv("SOURCE"), name, extension);
	g_autofree char *want = NULL;

	if (g_strcmp0(g_getenv("TSIM_GOLDEN"), "write") == 0)
		assert_true(g_file_set_contents(path, text, -1, NULL));
	assert_true(g_file_get_contents(path, &want, NULL, NULL));
	assert_string_equal(text, want);
}

static inline void check_golden(const char *name, const struct figure_text *text)
{
	g_autoptr(GString) rows = g_string_new(NULL);

	check_sound(text, rows);
	same_as_file(name, ".gp", text->script);
	same_as_file(name, ".dat", text->data);
}

static inline void check_facts(const struct figure_text *text, const struct facts *facts)
{
	g_autoptr(GString) rows = g_string_new(NULL);
	g_auto(GStrv) lines = g_strsplit(text->data, "\n", -1);
	guint wrong = 0;

	check_sound(text, rows);
	for (const struct fact *f = facts->script; f->text != NULL; f++) {
		guint times = count_text(text->script, f->text);

		if (times == f->times)
			continue;
		/* cmocka cuts what is longer than 1 KB. */
		fprintf(stderr, "%s%u times, not %u: '%s'\n", wrong++ == 0 ? text->script : "",
			times, f->times, f->text);
	}
	assert_int_equal(wrong, 0);
	assert_string_equal(rows->str, facts->blocks);
	for (guint i = 0; facts->lines[i] != NULL; i++) {
		if (!g_strv_contains((const char *const *)lines, facts->lines[i]))
			fail_msg("no line '%s' in\n%s", facts->lines[i], text->data);
	}
}

#endif
