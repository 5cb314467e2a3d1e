/* SPDX-License-Identifier: BSD-3-Clause */
/* Reasons that differ in numbers alone are one line with ranges, and none is dropped. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "analyze/results/reasons.h"

static void numbers_become_ranges(void **state)
{
	g_autoptr(GPtrArray) groups = reasons_new();
	const struct reason_group *g;

	(void)state;
	reasons_add(groups, "waited 12 % of the time", "0");
	reasons_add(groups, "p95 34.5 ms", NULL);
	reasons_add(groups, "waited 9.5 % of the time", "1");
	reasons_add(groups, "waited 110 % of the time", "4");
	reasons_add(groups, "p95 34.5 us", NULL);
	assert_int_equal(groups->len, 3);
	g = g_ptr_array_index(groups, 0);
	assert_string_equal(g->text, "waited 9.5 to 110 % of the time");
	assert_string_equal(g->who->str, "0, 1, 4");
	assert_int_equal(g->nb, 3);
	g = g_ptr_array_index(groups, 1);
	assert_string_equal(g->text, "p95 34.5 ms");
	assert_string_equal(g->who->str, "");
}

static void odd_texts_stay_as_they_are(void **state)
{
	static const char *const texts[] = { "", "1.", "no number", ".5.", "a\1b", "\1", "7" };

	(void)state;
	for (guint i = 0; i < G_N_ELEMENTS(texts); i++) {
		g_autoptr(GPtrArray) groups = reasons_new();

		assert_string_equal(reasons_add(groups, texts[i], NULL)->text, texts[i]);
		assert_string_equal(reasons_add(groups, texts[i], NULL)->text, texts[i]);
		assert_int_equal(groups->len, 1);
	}
}

static void equal_combinations_are_one(void **state)
{
	static const char *const texts[] = {
		"",
		"unreliable: fleet vfio_20kpps: 2 of 3 repetitions\n"
		"  rep 0: waited 12 %\n"
		"  rep 2: waited 20 %\n",
		"unreliable: fleet vfio_40kpps: 1 of 3 repetitions\n"
		"  rep 1: waited 5 %\n"
		"  rep 1: note: short\n",
		"interrupted: other vfio_40kpps: 1 of 3 repetitions\n",
	};
	g_autoptr(GPtrArray) all = g_ptr_array_new();
	g_autofree char *joined = NULL;

	(void)state;
	for (guint i = 0; i < G_N_ELEMENTS(texts); i++)
		g_ptr_array_add(all, (gpointer)texts[i]);
	joined = reasons_join(all);
	assert_string_equal(joined, "unreliable: fleet vfio_20 to 40kpps: 1 to 2 of 3 repetitions "
				    "(2 combinations)\n"
				    "  3 times: waited 5 to 20 %\n"
				    "  rep 1: note: short\n"
				    "interrupted: other vfio_40kpps: 1 of 3 repetitions\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_become_ranges),
		cmocka_unit_test(odd_texts_stay_as_they_are),
		cmocka_unit_test(equal_combinations_are_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
