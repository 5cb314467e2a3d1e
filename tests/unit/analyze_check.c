/* SPDX-License-Identifier: BSD-3-Clause */
/* What stands apart, and what drifts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <math.h>

#include "analyze/statistics/statistics.h"
#include "analyze/verdict/check.h"

static void one_of_many_stands_apart(void **state)
{
	/* Iglewicz and Hoaglin: median 10.2, MAD 0.2; 0.6745 * 1.4 / 0.2 = 4.7, * 0.9 = 3.04. */
	const double x[] = { 10, 10.2, 10.4, 10.1, 11.6, 10.3, 9.3 };
	const gboolean wanted[] = { 0, 0, 0, 0, 1, 0, 0 };
	gboolean apart[7];

	(void)state;
	statistics_outliers(x, 7, apart);
	for (int i = 0; i < 7; i++)
		assert_int_equal(apart[i], wanted[i]);
}

static void few_or_equal_values_do_not(void **state)
{
	const double few[] = { 1, 1, 100 }, equal[] = { 5, 5, 5, 5, 5.4, 5.6 },
		     zero[] = { 0, 0, 0, 0 };
	gboolean apart[6];

	(void)state;
	statistics_outliers(few, 3, apart);
	assert_false(apart[2]);
	statistics_outliers(equal, 6, apart); /* MAD 0: a tenth of the median */
	assert_false(apart[4]);
	assert_true(apart[5]);
	statistics_outliers(zero, 4, apart);
	for (int i = 0; i < 4; i++)
		assert_false(apart[i]);
}

static void a_line_drifts_and_noise_does_not(void **state)
{
	const double x[] = { 1, 2, 3, 4, 5, 6 }, line[] = { 100, 102, 104, 106, 108, 110 },
		     noise[] = { 100, 110, 95, 104, 97, 106 }, flat[] = { 7, 7, 7, 7, 7, 7 };

	(void)state;
	/* 10 of a mean of 105. */
	assert_true(fabs(statistics_drift(x, line, 6) - 10.0 / 105) < 1e-9);
	assert_true(statistics_drift(x, noise, 6) == 0);
	assert_true(statistics_drift(x, flat, 6) == 0);
	assert_true(statistics_drift(x, line, 4) == 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_of_many_stands_apart),
		cmocka_unit_test(few_or_equal_values_do_not),
		cmocka_unit_test(a_line_drifts_and_noise_does_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
