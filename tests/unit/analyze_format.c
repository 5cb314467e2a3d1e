/* SPDX-License-Identifier: BSD-3-Clause */
/* Numbers and differences of parameters as people read them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "analyze/base/format.h"
#include "analyze/contract/trial.h"

static void numbers_have_the_digits_that_they_need(void **state)
{
	static const struct {
		double v;
		const char *text;
	} cases[] = { { 0, "0" }, { 0.05, "0.05" }, { 100000, "100000" },
		{ 0.1 + 0.2, "0.30000000000000004" }, { 1.0 / 3, "0.3333333333333333" },
		{ 12.5, "12.5" } };

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *text = format_number(cases[i].v);

		assert_string_equal(text, cases[i].text);
	}
}

static void expect_difference(
	const struct trial_params *is, const struct trial_params *wanted, const char *text)
{
	g_autofree char *difference = trial_params_difference(is, wanted);

	assert_non_null(difference);
	assert_string_equal(difference, text);
}

/* "warm_up_s 0, not 0.050000000000000003", and digests of two files of one name. */
static void differences_have_units_and_no_digests(void **state)
{
	char profile[] = "mix.csv", one[] = "2f36", other[] = "6c40", cpu[] = "7";
	struct trial_params is = { .profile = profile, .mix_digest = one }, wanted = is;

	(void)state;
	assert_null(trial_params_difference(&is, &wanted));
	wanted.warm_up_s = 0.05;
	expect_difference(&is, &wanted, "warm-up 0 s, not 0.05 s");
	wanted = is;
	is.rate_pps = UINT64_C(9007199254740993);
	wanted.rate_pps = UINT64_C(9007199254740992);
	expect_difference(&is, &wanted, "rate 9007199254740993 pps, not 9007199254740992 pps");
	is = wanted;
	wanted.cores = cpu;
	expect_difference(&is, &wanted, "cores default, not '7'");
	wanted = is;
	wanted.mix_digest = other;
	expect_difference(
		&is, &wanted, "another 'mix.csv' (frame sizes, weights, order or shares differ)");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_have_the_digits_that_they_need),
		cmocka_unit_test(differences_have_units_and_no_digests),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
