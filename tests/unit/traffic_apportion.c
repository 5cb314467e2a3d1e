/* SPDX-License-Identifier: BSD-3-Clause */
#include "traffic/apportion.h"

#include "tests/unit/traffic_check.h"

static const struct {
	uint32_t nb, n;
	double share[4];
	uint32_t count[4];
} cases[] = {
	{ 1, 1, { 1 }, { 1 } },
	{ 3, 12, { 7 / 12.0, 4 / 12.0, 1 / 12.0 }, { 7, 4, 1 } },
	{ 3, 100, { 7 / 12.0, 4 / 12.0, 1 / 12.0 }, { 59, 33, 8 } }, /* remainders of 1/3 each */
	{ 3, 10, { 1 / 3.0, 1 / 3.0, 1 / 3.0 }, { 4, 3, 3 } },       /* ties to the lower index */
	{ 2, 10, { 0.999999, 0.000001 }, { 9, 1 } },                 /* at least one */
	{ 4, 4, { 0.97, 0.01, 0.01, 0.01 }, { 1, 1, 1, 1 } },
	{ 3, 4, { 0.6, 0.39, 0.01 }, { 2, 1, 1 } }, /* 1.56 becomes 1.18: at least one each */
	{ 2, 65536, { 1e-300, 1 }, { 1, 65535 } },
};

static void counts_are_largest_remainders(void **state)
{
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		uint32_t count[4] = { 0 };

		apportion(cases[i].share, cases[i].nb, cases[i].n, count);
		for (uint32_t j = 0; j < cases[i].nb; j++) {
			g_autofree char *what = g_strdup_printf("case %zu, share %u", i, j);

			check_double(what, count[j], cases[i].count[j], 0);
		}
	}
}

static void counts_add_up_whatever_the_shares(void **state)
{
	static const double exponents[] = { 0, 0.5, 1.1, 3, 8 };
	enum { NB = 4096, N = 65536 };
	g_autofree double *share = g_new(double, NB);
	g_autofree uint32_t *count = g_new(uint32_t, NB);

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(exponents); i++) {
		double sum = 0;
		uint32_t total = 0;

		for (int k = 0; k < NB; k++)
			sum += share[k] = pow(k + 1.0, -exponents[i]);
		for (int k = 0; k < NB; k++)
			share[k] /= sum;
		apportion(share, NB, N, count);
		for (int k = 0; k < NB; k++) {
			assert_true(count[k] >= 1);
			assert_true(k == 0 || count[k] <= count[k - 1]);
			total += count[k];
		}
		check_double("total", total, N, 0);
		apportion(share, NB, NB, count);
		for (int k = 0; k < NB; k++)
			assert_int_equal(count[k], 1);
	}
}

static void periods_are_exact_where_they_can_be(void **state)
{
	static const double sevenths[] = { 3 / 7.0, 4 / 7.0 },
			    pi[] = { 0.3141592653589793, 0.6858407346410207 };
	uint32_t count[2];

	(void)state;
	check_double("sevenths", apportion_exact(sevenths, 2, 100), 7, 0);
	check_double("best of sevenths", apportion_best(sevenths, 2, 100), 7, 0);
	check_double("too short", apportion_exact(sevenths, 2, 6), 0, 0);
	check_double("pi", apportion_exact(pi, 2, 10000), 0, 0);
	check_double("best of pi", apportion_best(pi, 2, 100), 35, 0); /* 11 / 35 */
	apportion(pi, 2, 35, count);
	check_double("error", apportion_error(pi, 2, 35, count), fabs(11 / 35.0 - pi[0]), 1e-12);
}

static void frames_of_a_class_are_spread(void **state)
{
	const uint32_t count[] = { 7, 4, 1 };
	const uint16_t want[] = { 0, 1, 0, 0, 1, 0, 2, 1, 0, 0, 1, 0 };
	uint16_t order[12];

	(void)state;
	apportion_spread(count, 3, order);
	assert_memory_equal(order, want, sizeof(want));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counts_are_largest_remainders),
		cmocka_unit_test(counts_add_up_whatever_the_shares),
		cmocka_unit_test(periods_are_exact_where_they_can_be),
		cmocka_unit_test(frames_of_a_class_are_spread),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
