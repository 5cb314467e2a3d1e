/* SPDX-License-Identifier: BSD-3-Clause */
/* Who is worse off: one order for all tables and figures, and what comes of it in results. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <string.h>

#include "analyze/guest_rank.h"
#include "analyze/report.h"
#include "analyze/report_tables.h"
#include "analyze/result_numbers.h"
#include "tests/unit/fake_trial.h"

/* Worst first. */
static const struct guest_rank in_order[] = {
	{ .guest = 9, .ok = FALSE, .offered = 100, .lost = 0, .p99_ns = 10 },
	{ .guest = 8, .ok = TRUE, .offered = 3, .lost = 1, .p99_ns = 10 },
	/* The same share of other counts. */
	{ .guest = 4, .ok = TRUE, .offered = 100, .lost = 10, .p99_ns = 50, .p99_bound = TRUE },
	{ .guest = 3, .ok = TRUE, .offered = 200, .lost = 20, .p99_ns = 900 },
	{ .guest = 1, .ok = TRUE, .offered = 10, .lost = 1, .p99_ns = 20 },
	{ .guest = 2, .ok = TRUE, .offered = 10, .lost = 1, .p99_ns = 20 },
	{ .guest = 0, .ok = TRUE, .offered = 10, .lost = 0, .p99_ns = 5000 },
};

static void state_then_loss_then_p99_then_number(void **state)
{
	(void)state;
	for (guint i = 0; i < G_N_ELEMENTS(in_order); i++) {
		for (guint j = 0; j < G_N_ELEMENTS(in_order); j++) {
			int order = guest_rank_compare(&in_order[i], &in_order[j]);

			if ((i < j) != (order < 0) || (i == j) != (order == 0))
				fail_msg("%u against %u: %d", i, j, order);
		}
		assert_int_equal(guest_rank_worst(&in_order[i], G_N_ELEMENTS(in_order) - i), 0);
	}
}

/* A hung guest that was offered nothing is not ranked either. */
static void a_guest_without_frames_has_no_rank(void **state)
{
	const struct guest_rank guests[] = { { .guest = 0, .ok = FALSE },
		{ .guest = 1, .ok = TRUE, .offered = 5 }, { .guest = 2, .ok = TRUE } };
	g_autofree char *one = guest_rank_silent_text(1), *two = guest_rank_silent_text(2);

	(void)state;
	assert_int_equal(guest_rank_worst(guests, G_N_ELEMENTS(guests)), 1);
	assert_int_equal(guest_rank_worst(guests, 1), -1);
	assert_int_equal(guest_rank_worst(guests, 0), -1);
	assert_string_equal(one, "1 guest was offered no frame");
	assert_string_equal(two, "2 guests were offered no frame");
}

/* A combination of one trial; with hung, that guest is. */
static result_combination *combination_of(const struct fake_cfg *cfg, int hung)
{
	result_combination *c = g_new0(result_combination, 1);
	trial *t = fake_trial(cfg);

	if (hung >= 0) {
		g_free(t->guests[hung].state);
		t->guests[hung].state = g_strdup("hung");
	}
	c->trials = g_ptr_array_new_with_free_func((GDestroyNotify)trial_free);
	c->reasons = g_ptr_array_new_with_free_func(g_free);
	g_ptr_array_add(c->trials, t);
	trial_params_copy(&c->params, &t->params);
	result_numbers_make(c, NULL);
	result_numbers_start_bins(c);
	result_numbers_add_bins(c, t);
	result_numbers_end_bins(c);
	result_numbers_worst(c);
	return c;
}

static void combination_free(result_combination *c)
{
	result_numbers_clear(c);
	trial_params_clear(&c->params);
	g_ptr_array_unref(c->trials);
	g_ptr_array_unref(c->reasons);
	g_free(c);
}

static void all_tables_name_the_same_worst_guest(void **state)
{
	static const struct {
		double loss;
		int worst, hung, expected;
	} cases[] = { { 0.01, 2, -1, 2 }, { 0, 3, -1, 3 }, { 0.01, 2, 1, 1 } };

	(void)state;
	for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
		const struct fake_cfg cfg = {
			.guests = 6, .silent = 2, .loss = cases[i].loss, .worst = cases[i].worst
		};
		result_combination *c = combination_of(&cfg, cases[i].hung);
		g_autoptr(table) guests = report_guests_new(FALSE);
		g_autoptr(table) overview = report_overview_new();
		g_autofree char *expected = g_strdup_printf(
			"\"worst_guest\" : %d,", cases[i].expected);
		g_autofree char *text = NULL, *overview_text = NULL;

		assert_int_equal(c->fairness.worst_guest, cases[i].expected);
		assert_int_equal(c->fairness.nb_silent, 2);
		report_guests_add(guests, c, FALSE);
		report_overview_add(overview, c);
		text = table_json(guests);
		overview_text = table_json(overview);
		if (strstr(text, expected) == NULL || strstr(overview_text, expected) == NULL)
			fail_msg("%s\n%s", text, overview_text);
		assert_non_null(strstr(text, "\"guests_without_frames\" : 2"));
		assert_non_null(strstr(overview_text, "\"guests_without_frames\" : 2"));
		combination_free(c);
	}
}

/* Its loss is not 0 %: nothing is known of it. */
static void a_trial_without_frames_has_no_loss(void **state)
{
	const struct fake_cfg cfg = { .guests = 3, .silent = 3, .worst = -1 };
	result_combination *c = combination_of(&cfg, -1);
	g_autoptr(table) overview = report_overview_new();
	g_autofree char *text = NULL;

	(void)state;
	report_overview_add(overview, c);
	text = table_json(overview);
	assert_non_null(strstr(text, "\"loss_ratio\" : null"));
	assert_non_null(strstr(text, "\"worst_guest\" : null"));
	assert_int_equal(c->fairness.nb_silent, 3);
	combination_free(c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(state_then_loss_then_p99_then_number),
		cmocka_unit_test(a_guest_without_frames_has_no_rank),
		cmocka_unit_test(all_tables_name_the_same_worst_guest),
		cmocka_unit_test(a_trial_without_frames_has_no_loss),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
