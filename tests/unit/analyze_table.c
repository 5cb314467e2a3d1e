/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <string.h>

#include "analyze/base/html.h"
#include "analyze/base/table.h"

/* A column of which the cells are written by hand. */
static void add_column(table *t, const char *key, const char *heading, unsigned flags)
{
	table_columns(t, &(const struct table_column){ key, heading, .flags = flags }, 1);
}

static void html_is_the_text_with_its_meaning(void **state)
{
	g_autoptr(table) t = table_new();
	g_autofree char *html = NULL;

	(void)state;
	add_column(t, "label", "<b>&\"'", TABLE_KEY);
	add_column(t, "hidden", "hidden", TABLE_HIDDEN);
	add_column(t, "loss", "loss", 0);
	add_column(t, "corrupt", "corrupt", TABLE_IF_ANY);
	add_column(t, "p99", "p99", 0);
	add_column(t, "verdict", "verdict", 0);
	for (int i = 0; i < 2; i++) {
		table_row(t);
		table_string(t, i == 0 ? "a < b" : "\xff\x01 µ");
		table_string(t, "not shown");
		table_ratio(t, i == 0 ? 0.123 : NAN);
		table_u64(t, 0);
		table_ns(t, 2000000000, i == 1);
		table_bool(t, i == 0, "ok", "unreliable");
	}
	html = table_html(t);
	assert_string_equal(html,
		"<table>\n<thead>\n"
		"<tr><th scope=\"col\">&lt;b&gt;&amp;&quot;&#39;</th>"
		"<th scope=\"col\" class=\"n\">loss</th><th scope=\"col\" class=\"n\">p99</th>"
		"<th scope=\"col\">verdict</th></tr>\n"
		"</thead>\n<tbody>\n"
		"<tr><th scope=\"row\">a &lt; b</th><td class=\"n\">12.3\xc2\xa0%</td>"
		"<td class=\"n\">2\xc2\xa0s</td><td>ok</td></tr>\n"
		"<tr><th scope=\"row\">\xef\xbf\xbd\xef\xbf\xbd µ</th><td class=\"n\">-</td>"
		"<td class=\"n\">&gt;=\xc2\xa0"
		"2\xc2\xa0s</td><td>unreliable</td></tr>\n"
		"</tbody>\n</table>\n");
}

static void html_of_a_table_without_rows_has_its_head(void **state)
{
	g_autoptr(table) t = table_new();
	g_autofree char *html = NULL;

	(void)state;
	add_column(t, "a", "a", 0);
	html = table_html(t);
	assert_string_equal(html, "<table>\n<thead>\n<tr><th scope=\"col\">a</th></tr>\n</thead>\n"
				  "<tbody>\n</tbody>\n</table>\n");
}

static void html_holds_only_characters_that_it_may(void **state)
{
	static const struct {
		const char *text, *html;
	} cases[] = {
		{ "", "" },
		{ "a\tb\nc", "a\tb\nc" },
		{ "a\x1b[31m", "a\xef\xbf\xbd[31m" },
		{ "\x7f", "\xef\xbf\xbd" },
		{ "\xc2\x85", "\xef\xbf\xbd" },     /* a control of C1 */
		{ "\xef\xbf\xbe", "\xef\xbf\xbd" }, /* U+FFFE */
		{ "\xe2\x82\xac \xf0\x9f\x98\x80", "\xe2\x82\xac \xf0\x9f\x98\x80" },
		{ "</script>", "&lt;/script&gt;" },
		{ "&amp;", "&amp;amp;" },
	};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(GString) html = g_string_new(NULL);

		html_append(html, cases[i].text);
		assert_string_equal(html->str, cases[i].html);
	}
}

/* A number and its unit are apart however many columns there are: no form of its own for wide ones. */
static void wide_tables_write_numbers_as_narrow_ones_do(void **state)
{
	(void)state;
	for (int columns = 1; columns <= 30; columns += 29) {
		g_autoptr(table) t = table_new();
		g_autofree char *text = NULL;

		add_column(t, "label", "label", TABLE_KEY);
		for (int i = 0; i < columns; i++)
			add_column(t, "p99", "p99", 0);
		table_row(t);
		table_string(t, "a");
		for (int i = 0; i < columns; i++)
			table_ns(t, 9590, FALSE);
		text = table_text(t);
		assert_non_null(strstr(text, "9.59 µs"));
		assert_null(strstr(text, "9.59µs"));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(html_is_the_text_with_its_meaning),
		cmocka_unit_test(html_of_a_table_without_rows_has_its_head),
		cmocka_unit_test(html_holds_only_characters_that_it_may),
		cmocka_unit_test(wide_tables_write_numbers_as_narrow_ones_do),
	};

	return cmocka_run_group_tests_name("analyze.table", tests, NULL, NULL);
}
