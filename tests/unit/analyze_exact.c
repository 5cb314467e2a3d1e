/* SPDX-License-Identifier: BSD-3-Clause */
/* Exact latencies: read in any order, added up, and their quantiles by both rules. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <gsl/gsl_statistics_double.h>
#include <math.h>
#include <string.h>

#include "analyze/base/error.h"
#include "analyze/numbers/exact.h"

static exact *parse(const char *text)
{
	g_autoptr(GError) error = NULL;
	exact *e = exact_parse("x", text, strlen(text), &error);

	if (error != NULL)
		print_error("%s\n", error->message);
	assert_non_null(e);
	return e;
}

static void any_order_comments_and_repeats_are_read(void **state)
{
	g_autoptr(exact) e = parse("# latency,count\n30,1\n10,2\r\n\n20,3\n10,1\n5,0\n");
	g_autofree char *text = exact_text(e);

	(void)state;
	assert_string_equal(text, "10,3\n20,3\n30,1\n");
	assert_int_equal(e->count, 7);
	assert_int_equal(e->sum_ns, 120);
}

static void nothing_is_nothing(void **state)
{
	g_autoptr(exact) e = parse("");
	uint64_t ns;
	double linear;

	(void)state;
	assert_int_equal(e->nb, 0);
	assert_true(exact_quantile(e, 0.5, &ns) < 0);
	assert_true(exact_linear(e, 0.5, &linear) < 0);
	assert_true(exact_mean(e, &linear) < 0);
}

static void errors_name_the_line(void **state)
{
	static const struct {
		const char *text, *says;
	} cases[] = {
		{ "1,2\n3\n", "x:2: 1 fields" },
		{ "1,2\n\n# a\n3,4,5\n", "x:4: 3 fields" },
		{ "1,2\n-3,4\n", "x:2: invalid latency_ns '-3'" },
		{ "1,2\n3,x\n", "x:2: invalid count 'x'" },
		{ "1,2\n3,4.5\n", "x:2: invalid count '4.5'" },
		{ "99999999999999999999,1\n", "x:1: invalid latency_ns" },
		{ "1,9223372036854775807\n2,1\n", "x:2: sum of counts exceeds 2^63" },
		{ "1,2\n\"3,4\n", "x:2: " },
	};

	(void)state;
	for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(GError) error = NULL;

		assert_null(exact_parse("x", cases[i].text, strlen(cases[i].text), &error));
		assert_non_null(error);
		if (strncmp(error->message, cases[i].says, strlen(cases[i].says)) != 0)
			fail_msg("'%s' does not begin with '%s'", error->message, cases[i].says);
	}
}

static void large_and_quoted_numbers_are_read_with_care(void **state)
{
	g_autoptr(exact) e = parse("9223372036854775806,1\n\"7\",1000000000\n");
	uint64_t ns;

	(void)state;
	assert_int_equal(e->count, 1000000001);
	assert_int_equal(e->sum_ns, 9223372036854775806ULL + 7000000000ULL);
	assert_int_equal(exact_quantile(e, 1, &ns), 0);
	assert_true(ns == 9223372036854775806ULL);
	assert_int_equal(exact_quantile(e, 0.999, &ns), 0);
	assert_int_equal(ns, 7);
}

/* Values one by one, as GSL and numpy want them. */
static double *spread_out(const exact *e)
{
	double *values = g_new(double, e->count);
	size_t to = 0;

	for (size_t i = 0; i < e->nb; i++) {
		for (uint64_t k = 0; k < e->bins[i].count; k++)
			values[to++] = (double)e->bins[i].ns;
	}
	return values;
}

static void linear_is_gsl_on_raw_values(void **state)
{
	g_autoptr(GString) text = g_string_new(NULL);
	g_autoptr(exact) e = NULL;
	g_autofree double *values = NULL;
	guint32 x = 1;
	double mean, stddev;

	(void)state;
	for (int i = 0; i < 999; i++) {
		x = x * 1664525U + 1013904223U;
		g_string_append_printf(text, "%u,%u\n", 1000 + (x >> 16) % 5000, 1 + (x >> 8) % 5);
	}
	e = parse(text->str);
	values = spread_out(e);
	for (int i = 0; i <= 1000; i++) {
		double q = i / 1000.0, ours;

		assert_int_equal(exact_linear(e, q, &ours), 0);
		assert_true(ours == gsl_stats_quantile_from_sorted_data(values, 1, e->count, q));
	}
	assert_int_equal(exact_mean(e, &mean), 0);
	assert_int_equal(exact_stddev(e, &stddev), 0);
	assert_true(fabs(mean - gsl_stats_mean(values, 1, e->count)) < 1e-6);
	assert_true(fabs(stddev - gsl_stats_sd(values, 1, e->count)) < 1e-6);
}

static void sums_do_not_depend_on_order(void **state)
{
	static const char *const parts[] = { "5,1\n3,2\n", "4,1\n", "3,1\n9,9\n", "" };
	exact *forth[G_N_ELEMENTS(parts)], *back[G_N_ELEMENTS(parts)];
	g_autoptr(exact) x = NULL;
	g_autoptr(exact) y = NULL;
	g_autofree char *a = NULL, *b = NULL;

	(void)state;
	for (guint i = 0; i < G_N_ELEMENTS(parts); i++)
		forth[i] = back[G_N_ELEMENTS(parts) - 1 - i] = parse(parts[i]);
	x = exact_total(forth, G_N_ELEMENTS(parts));
	y = exact_total(back, G_N_ELEMENTS(parts));
	a = exact_text(x);
	b = exact_text(y);
	assert_string_equal(a, "3,3\n4,1\n5,1\n9,9\n");
	assert_string_equal(a, b);
	assert_int_equal(x->sum_ns, 9 + 4 + 5 + 81);
	assert_int_equal(x->count, 14);
	for (guint i = 0; i < G_N_ELEMENTS(parts); i++)
		exact_free(forth[i]);
}

/* Few values a microsecond apart, and seconds: no counters. Any rank is where it is in all of them. */
static void scattered_values_are_summed_and_found(void **state)
{
	enum { PARTS = 7, VALUES = 1000 };
	exact *parts[PARTS];
	g_autofree double *values = NULL;
	g_autoptr(exact) sum = NULL;
	guint32 x = 2;

	(void)state;
	for (int i = 0; i < PARTS; i++) {
		g_autoptr(GString) text = g_string_new(NULL);

		for (int k = 0; k < VALUES; k++) {
			x = x * 1664525U + 1013904223U;
			g_string_append_printf(
				text, "%u,%u\n", (x >> 12) % 3000 * 997, 1 + (x >> 28) % 3);
		}
		parts[i] = parse(text->str);
	}
	sum = exact_total(parts, PARTS);
	values = spread_out(sum);
	assert_true(sum->nb > 2 * EXACT_STEP && sum->nb <= 3000);
	for (uint64_t i = 0; i < sum->count; i++) {
		uint64_t ns;

		assert_int_equal(exact_quantile(sum, (double)(i + 1) / (double)sum->count, &ns), 0);
		assert_true((double)ns == values[i]);
		assert_true(i == 0 || values[i] >= values[i - 1]);
	}
	for (int i = 0; i < PARTS; i++) {
		for (size_t k = 0; k < parts[i]->nb; k++)
			sum->count -= parts[i]->bins[k].count;
		exact_free(parts[i]);
	}
	assert_int_equal(sum->count, 0);
}

static void numbers_of_all_lengths_are_read(void **state)
{
	(void)state;
	for (int i = 1; i <= 18; i++) {
		for (int k = 1; k <= 18; k++) {
			g_autofree char *text = g_strdup_printf("%.*s,%.*s\n9,1\n", i,
				"987654321012345678", k, "123456789087654321");
			g_autofree char *back = NULL;
			g_autoptr(exact) e = parse(text);

			assert_int_equal(e->nb, 2 - (i == 1));
			back = exact_text(e);
			text[strlen(text) - strlen("9,1\n")] = '\0';
			if (i > 1) /* the 9 comes first then */
				assert_string_equal(back + strlen("9,1\n"), text);
		}
	}
}

static void a_sum_beyond_63_bits_is_refused(void **state)
{
	g_autoptr(exact) a = parse("1,9223372036854775807\n");
	g_autoptr(exact) b = parse("2,1\n");
	exact *const both[] = { a, b };

	(void)state;
	assert_null(exact_total(both, 2));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(any_order_comments_and_repeats_are_read),
		cmocka_unit_test(nothing_is_nothing),
		cmocka_unit_test(errors_name_the_line),
		cmocka_unit_test(large_and_quoted_numbers_are_read_with_care),
		cmocka_unit_test(linear_is_gsl_on_raw_values),
		cmocka_unit_test(sums_do_not_depend_on_order),
		cmocka_unit_test(scattered_values_are_summed_and_found),
		cmocka_unit_test(numbers_of_all_lengths_are_read),
		cmocka_unit_test(a_sum_beyond_63_bits_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
