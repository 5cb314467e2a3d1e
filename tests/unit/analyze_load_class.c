/* SPDX-License-Identifier: BSD-3-Clause */
/* Classes of loads and conditional throughput, computed by hand: draft-ietf-bmwg-mlrsearch-15, A and B. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <math.h>

#include "analyze/verdict/load_class.h"

/* So many trials of a duration; loss counts for the quantile, bad for the class. */
struct row {
	unsigned nb;
	double duration_s, loss;
	gboolean bad;
};

enum { MOST_ROWS = 4 };
/* 1 s trials, 21 s in all: CSIT's goals. 1 s and 10 s without a bad second. 60 s twice: TST009. */
static const struct load_rule csit = { 1, 21, 0.5 }, strict = { 1, 10, 0 },
			      tst009 = { 60, 120, 0.5 };

static GArray *trials_of(const struct row *rows)
{
	GArray *trials = g_array_new(FALSE, FALSE, sizeof(struct load_trial));

	for (unsigned r = 0; r < MOST_ROWS; r++)
		for (unsigned i = 0; i < rows[r].nb; i++) {
			struct load_trial t = { rows[r].duration_s, rows[r].loss, rows[r].bad };

			g_array_append_val(trials, t);
		}
	return trials;
}

static void classes_are_those_of_appendix_a(void **state)
{
	static const struct {
		const char *what;
		const struct load_rule *rule;
		struct row rows[MOST_ROWS];
		enum search_class class;
	} cases[] = {
		{ "no trial", &csit, { { 0 } }, SEARCH_UNDECIDED },
		/* quantile 10.5: missing 11 may still be bad, missing 10 do no harm */
		{ "10 of 21 good", &csit, { { 10, 1, 0, FALSE } }, SEARCH_UNDECIDED },
		{ "11 of 21 good", &csit, { { 11, 1, 0, FALSE } }, SEARCH_LOWER },
		{ "10 of 21 bad", &csit, { { 10, 1, 0, TRUE } }, SEARCH_UNDECIDED },
		{ "11 of 21 bad", &csit, { { 11, 1, 0, TRUE } }, SEARCH_UPPER },
		{ "10 good, 10 bad", &csit, { { 10, 1, 0, FALSE }, { 10, 1, 0, TRUE } },
			SEARCH_UNDECIDED },
		{ "11 good, 10 bad", &csit, { { 11, 1, 0, FALSE }, { 10, 1, 0, TRUE } },
			SEARCH_LOWER },
		{ "10 good, 11 bad", &csit, { { 10, 1, 0, FALSE }, { 11, 1, 0, TRUE } },
			SEARCH_UPPER },
		/* More than the sum: 15 of 30 is as much as may be bad. */
		{ "15 good, 15 bad", &csit, { { 15, 1, 0, FALSE }, { 15, 1, 0, TRUE } },
			SEARCH_LOWER },
		{ "15 good, 16 bad", &csit, { { 15, 1, 0, FALSE }, { 16, 1, 0, TRUE } },
			SEARCH_UPPER },
		/* Longer trials weigh more: 12 s bad of 21. */
		{ "a long bad one", &csit, { { 9, 1, 0, FALSE }, { 1, 12, 0, TRUE } },
			SEARCH_UPPER },

		{ "exceed 0: a bad second", &strict, { { 9, 1, 0, FALSE }, { 1, 1, 0, TRUE } },
			SEARCH_UPPER },
		{ "exceed 0: one missing", &strict, { { 9, 1, 0, FALSE } }, SEARCH_UNDECIDED },
		{ "exceed 0: all there", &strict, { { 10, 1, 0, FALSE } }, SEARCH_LOWER },
		{ "exceed 0: a short bad one", &strict, { { 1, 0.1, 0, TRUE } }, SEARCH_UPPER },
		{ "exceed 0: short good ones balance nothing", &strict,
			{ { 99, 0.1, 0, FALSE }, { 1, 0.1, 0, TRUE } }, SEARCH_UPPER },

		{ "short good ones are no lower bound", &csit, { { 100, 0.5, 0, FALSE } },
			SEARCH_UNDECIDED },
		{ "short bad ones are an upper bound", &csit, { { 22, 0.5, 0, TRUE } },
			SEARCH_UPPER },
		/* excess 11 - 1 * 0.5 / 0.5 = 10 of 10.5 */
		{ "short good ones balance short bad ones", &csit,
			{ { 2, 0.5, 0, FALSE }, { 22, 0.5, 0, TRUE } }, SEARCH_UNDECIDED },
		{ "but no long bad ones", &csit, { { 100, 0.5, 0, FALSE }, { 11, 1, 0, TRUE } },
			SEARCH_UPPER },
		{ "short bad ones against long good ones", &csit,
			{ { 11, 1, 0, FALSE }, { 22, 0.5, 0, TRUE } }, SEARCH_LOWER },
		{ "and more of them", &csit, { { 11, 1, 0, FALSE }, { 24, 0.5, 0, TRUE } },
			SEARCH_UPPER },

		{ "loss verification: one good", &tst009, { { 1, 60, 0, FALSE } }, SEARCH_LOWER },
		{ "one bad", &tst009, { { 1, 60, 0, TRUE } }, SEARCH_UNDECIDED },
		{ "repeated without loss", &tst009, { { 1, 60, 0, TRUE }, { 1, 60, 0, FALSE } },
			SEARCH_LOWER },
		{ "repeated with loss", &tst009, { { 2, 60, 0, TRUE } }, SEARCH_UPPER },
		{ "a duration of nine decimals", &tst009, { { 1, 59.999999999, 0, FALSE } },
			SEARCH_LOWER },
	};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(GArray) trials = trials_of(cases[i].rows);
		enum search_class class = load_class_of(cases[i].rule,
			(const struct load_trial *)(void *)trials->data, trials->len);

		if (class != cases[i].class)
			fail_msg("%s: class %d, not %d", cases[i].what, (int)class,
				(int)cases[i].class);
	}
}

/* 0.1 has no exact binary form: ten of them are a bit less than 1. */
static void sums_of_binary_fractions_are_not_short(void **state)
{
	static const struct load_rule rule = { 0.1, 1, 0 };
	struct load_trial trials[10];

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(trials); i++)
		trials[i] = (struct load_trial){ 0.1, 0.25, FALSE };
	assert_int_equal(load_class_of(&rule, trials, 9), SEARCH_UNDECIDED);
	assert_int_equal(load_class_of(&rule, trials, 10), SEARCH_LOWER);
	assert_true(load_quantile_loss(&rule, trials, 9) == 1);
	assert_true(load_quantile_loss(&rule, trials, 10) == 0.25);
}

static void quantile_losses_are_those_of_appendix_b(void **state)
{
	static const struct {
		const char *what;
		const struct load_rule *rule;
		struct row rows[MOST_ROWS];
		double loss;
	} cases[] = {
		{ "no trial", &csit, { { 0 } }, 1 },
		/* The 10.5th second, by loss, of 21. */
		{ "10 of 21", &csit, { { 10, 1, 0.01, FALSE } }, 1 },
		{ "11 of 21", &csit, { { 11, 1, 0.01, FALSE } }, 0.01 },
		{ "sorted", &csit,
			{ { 5, 1, 0.5, TRUE }, { 6, 1, 0.02, FALSE }, { 10, 1, 0.01, FALSE } },
			0.02 },
		{ "no less than the 10.5th", &csit,
			{ { 5, 1, 0.5, TRUE }, { 5, 1, 0.02, FALSE }, { 11, 1, 0.01, FALSE } },
			0.01 },
		{ "an even half", &csit, { { 15, 1, 0.5, TRUE }, { 15, 1, 0, FALSE } }, 0 },
		{ "weighed by duration", &csit, { { 10, 1, 0, FALSE }, { 1, 12, 0.03, FALSE } },
			0.03 },
		{ "short trials do not count", &csit,
			{ { 10, 1, 0.01, FALSE }, { 90, 0.5, 0, FALSE } }, 1 },
		{ "exceed 0: the worst", &strict, { { 9, 1, 0, FALSE }, { 1, 1, 0.07, TRUE } },
			0.07 },
		{ "exceed 0: one missing", &strict, { { 9, 1, 0, FALSE } }, 1 },
		{ "loss verification", &tst009, { { 1, 60, 0.2, TRUE }, { 1, 60, 0, FALSE } }, 0 },
	};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(GArray) trials = trials_of(cases[i].rows);
		double loss = load_quantile_loss(cases[i].rule,
			(const struct load_trial *)(void *)trials->data, trials->len);

		if (fabs(loss - cases[i].loss) > 0)
			fail_msg("%s: %g, not %g", cases[i].what, loss, cases[i].loss);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(classes_are_those_of_appendix_a),
		cmocka_unit_test(sums_of_binary_fractions_are_not_short),
		cmocka_unit_test(quantile_losses_are_those_of_appendix_b),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
