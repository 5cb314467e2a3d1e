/* SPDX-License-Identifier: BSD-3-Clause */
/* What progress shows of the time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sim/trial/progress.h"

/* "3/2 s" and "0/0 s". */
static void time_is_not_beyond_the_end_and_not_0_of_0(void **state)
{
	static const struct {
		double time_s, duration_s;
		const char *text;
	} cases[] = { { 1.001, 20, "  1/20 s" }, { 2.7, 2, "  2/2 s" }, { 0.31, 0.3, "0.3/0.3 s" },
		{ 0.011, 0.01, "0.010/0.010 s" }, { 1.002, 2.5, "1.0/2.5 s" },
		{ 60, 60, " 60/60 s" } };

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *text = progress_time(cases[i].time_s, cases[i].duration_s);

		assert_string_equal(text, cases[i].text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(time_is_not_beyond_the_end_and_not_0_of_0),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
