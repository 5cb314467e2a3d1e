/* SPDX-License-Identifier: BSD-3-Clause */
/* Pieces of gnuplot text. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "plots/draw/gp.h"

static void strings_cannot_leave_their_quotes(void **state)
{
	(void)state;
	static const struct {
		const char *text, *quoted, *tic;
	} cases[] = {
		{ "vhost_on", "'vhost_on'", "'vhost_on'" },
		{ "it's", "'it''s'", "'it''s'" },
		{ "'; system 'x", "'''; system ''x'", "'''; system ''x'" },
		{ "`date` @x \"y\" \\n", "'`date` @x \"y\" \\n'", "'`date` @x \"y\" \\n'" },
		{ "40 %", "'40 %'", "'40 %%'" },
		{ "a\nb\tc", "'a b c'", "'a b c'" },
		{ "große µ", "'große µ'", "'große µ'" },
		{ "bad \xff!", "'bad \xef\xbf\xbd!'", "'bad \xef\xbf\xbd!'" },
		{ "", "''", "''" },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(GString) quoted = g_string_new(NULL), tic = g_string_new(NULL);

		gp_quote(quoted, cases[i].text);
		gp_quote_tic(tic, cases[i].text);
		assert_string_equal(quoted->str, cases[i].quoted);
		assert_string_equal(tic->str, cases[i].tic);
	}
}

static void comments_stay_on_their_line(void **state)
{
	(void)state;
	g_autoptr(GString) data = g_string_new("# ");

	gp_comment(data, "a\n1 2 3\r\n");
	assert_string_equal(data->str, "# a 1 2 3  ");
}

static void units_fit_the_range(void **state)
{
	(void)state;
	assert_string_equal(gp_latency_unit(0.5).name, "ns");
	assert_string_equal(gp_latency_unit(999).name, "ns");
	assert_string_equal(gp_latency_unit(1e3).name, "µs");
	assert_string_equal(gp_latency_unit(0.999e6).name, "µs");
	assert_string_equal(gp_latency_unit(50e6).name, "ms");
	assert_string_equal(gp_latency_unit(1e9).name, "s");
	assert_string_equal(gp_load_unit(500).name, "pps");
	assert_string_equal(gp_load_unit(800e3).name, "kpps");
	assert_string_equal(gp_load_unit(100e6).name, "Mpps");
}

static void log_axes_begin_and_end_with_1_2_or_5(void **state)
{
	(void)state;
	static const struct {
		double lo, hi, want_lo, want_hi;
	} cases[] = {
		{ 120, 170, 100, 200 },
		{ 1000, 1000, 500, 2000 },
		{ 2300, 47000, 2000, 100000 },
		{ 5.6, 4.5e8, 5, 5e8 },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		double lo = cases[i].lo, hi = cases[i].hi;

		gp_log_range(&lo, &hi);
		assert_true(fabs(lo / cases[i].want_lo - 1) < 1e-6);
		assert_true(fabs(hi / cases[i].want_hi - 1) < 1e-6);
	}
}

static void linear_axes_have_room_above(void **state)
{
	(void)state;
	for (int i = 0; i < 120; i++) {
		double hi = 1e-6 * pow(1.37, i);
		double top = gp_linear_top(hi);

		assert_true(top >= hi * 1.039);
		assert_true(top <= hi * 1.5);
	}
}

static void every_log_axis_has_labels(void **state)
{
	(void)state;
	for (int i = 0; i < 44; i++) {
		double lo = 1234, hi = lo * 1.01 * pow(1.7, i);
		g_autoptr(GString) script = g_string_new(NULL);
		guint labels = 0;

		gp_log_range(&lo, &hi);
		gp_log_tics(script, "y", lo, hi, 20);
		for (const char *p = script->str; *p != '\0'; p++)
			labels += p[0] == '\'' && g_ascii_isdigit(p[1]);
		assert_in_range(labels, 2, 14);
	}
}

/* A reader of 1000000 behind (µs) had to count noughts. */
static void latencies_on_a_log_axis_have_units(void **state)
{
	(void)state;
	static const struct {
		double lo, hi;
		guint most;
		const char *tics;
	} cases[] = {
		{ 500, 2e3, 9,
			"set xtics ('500 ns' 500, '' 600 1, '' 700 1, '' 800 1, '' 900 1, "
			"'1 µs' 1000, '2 µs' 2000)\n" },
		{ 1, 1e10, 6,
			"set xtics ('1 ns' 1, '' 10, '100 ns' 100, '' 1000, '10 µs' 10000, "
			"'' 100000, '1 ms' 1000000, '' 10000000, '100 ms' 100000000, "
			"'' 1e+09, '10 s' 1e+10)\n" },
		/* Within an octave 1, 2 and 5 are too few. */
		{ 1e3, 2e3, 9,
			"set xtics ('1 µs' 1000, '1.2 µs' 1200, '1.4 µs' 1400, '1.6 µs' 1600, "
			"'1.8 µs' 1800, '2 µs' 2000)\n" },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(GString) s = g_string_new(NULL);

		gp_log_tics(s, "x", cases[i].lo, cases[i].hi, cases[i].most);
		assert_string_equal(s->str, cases[i].tics);
	}
}

static void axes_that_begin_above_0_have_tics_within(void **state)
{
	(void)state;
	static const struct {
		double lo, hi;
		struct gp_unit unit;
		guint most;
		const char *tics;
	} cases[] = {
		{ 0, 0.1, { NULL, 0.01 }, 9,
			"set cbtics ('0' 0, '2' 0.02, '4' 0.04, '6' 0.06, '8' 0.08, '10' 0.1)\n" },
		{ 21e3, 34e3, { "µs", 1e3 }, 9,
			"set cbtics ('22 µs' 22000, '24 µs' 24000, '26 µs' 26000, '28 µs' 28000, "
			"'30 µs' 30000, '32 µs' 32000, '34 µs' 34000)\n" },
		{ -1e6, 1e6, { "ms", 1e6 }, 3,
			"set cbtics ('-1 ms' -1000000, '' -500000, '0' 0, '' 500000, "
			"'1 ms' 1000000)\n" },
		/* Room for few labels: round ones, and the last. */
		{ 0, 1, { NULL, 1 }, 2,
			"set cbtics ('0' 0, '' 0.2, '' 0.4, '' 0.6, '' 0.8, '1' 1)\n" },
		{ 0, 2, { NULL, 1 }, 2, "set cbtics ('0' 0, '' 0.5, '1' 1, '' 1.5, '2' 2)\n" },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(GString) s = g_string_new(NULL);

		gp_tics(s, "cb", cases[i].lo, cases[i].hi, cases[i].unit, cases[i].most);
		assert_string_equal(s->str, cases[i].tics);
	}
}

static void numbers_do_not_depend_on_the_locale(void **state)
{
	(void)state;
	assert_string_equal(gp_num(0.5).text, "0.5");
	assert_string_equal(gp_num(1e-7).text, "1e-07");
	assert_string_equal(gp_num(NAN).text, "NaN");
	assert_string_equal(gp_fixed(2.0 / 3, 2).text, "0.67");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(strings_cannot_leave_their_quotes),
		cmocka_unit_test(comments_stay_on_their_line),
		cmocka_unit_test(units_fit_the_range),
		cmocka_unit_test(log_axes_begin_and_end_with_1_2_or_5),
		cmocka_unit_test(linear_axes_have_room_above),
		cmocka_unit_test(every_log_axis_has_labels),
		cmocka_unit_test(latencies_on_a_log_axis_have_units),
		cmocka_unit_test(axes_that_begin_above_0_have_tics_within),
		cmocka_unit_test(numbers_do_not_depend_on_the_locale),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
