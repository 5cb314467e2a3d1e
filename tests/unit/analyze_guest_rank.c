/* SPDX-License-Identifier: BSD-3-Clause */
/* Who is worse off: one order for all tables and figures, and what comes of it in results. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <string.h>

#include "analyze/contract/guest_rank.h"
#include "analyze/show/report.h"
#include "analyze/results/result_numbers.h"
#include "analyze/contract/trial_json.h"
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

/* Of one trial, which it takes. */
static result_combination *combination_of_trial(trial *t)
{
	result_combination *c = g_new0(result_combination, 1);

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

/* A combination of one trial; with hung, that guest is. */
static result_combination *combination_of(const struct fake_cfg *cfg, int hung)
{
	trial *t = fake_trial(cfg);

	if (hung >= 0) {
		g_free(t->guests[hung].state);
		t->guests[hung].state = g_strdup("hung");
	}
	return combination_of_trial(t);
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
		g_autoptr(table) guests = report_new(&report_guests, NULL);
		g_autoptr(table) overview = report_new(&report_overview, NULL);
		g_autofree char *expected = g_strdup_printf(
			"\"worst_guest\" : %d,", cases[i].expected);
		g_autofree char *text = NULL, *overview_text = NULL;

		assert_int_equal(c->fairness.worst_guest, cases[i].expected);
		assert_int_equal(c->fairness.nb_silent, 2);
		report_add(guests, &report_guests, c, NULL);
		report_add(overview, &report_overview, c, NULL);
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
	g_autoptr(table) overview = report_new(&report_overview, NULL);
	g_autofree char *text = NULL;

	(void)state;
	report_add(overview, &report_overview, c, NULL);
	text = table_json(overview);
	assert_non_null(strstr(text, "\"loss_ratio\" : null"));
	assert_non_null(strstr(text, "\"worst_guest\" : null"));
	assert_int_equal(c->fairness.nb_silent, 3);
	combination_free(c);
}

/* Guests from first on lose all, behind an interface from which nothing comes back. */
static trial *one_way_from(uint32_t first)
{
	const struct fake_cfg cfg = { .guests = 3, .loss = 1, .worst = -1, .sizes = 1 };
	const struct fake_cfg whole = { .guests = 3, .loss = 0, .worst = -1, .sizes = 1 };
	trial *lost = fake_trial(&cfg), *t = fake_trial(&whole);

	for (uint32_t i = first; i < 3; i++) {
		struct trial_guest one = t->guests[i];

		t->guests[i] = lost->guests[i];
		lost->guests[i] = one;
		g_free(t->guests[i].interface);
		t->guests[i].interface = g_strdup("discard");
	}
	trial_free(lost);
	memset(&t->totals, 0, sizeof(t->totals));
	trial_dist_clear(&t->latency);
	trial_dist_clear(&t->response);
	for (uint32_t i = 0; i < t->nb_groups; i++) {
		g_free(t->groups[i].group);
		g_free(t->groups[i].interface);
	}
	g_clear_pointer(&t->groups, g_free);
	t->nb_groups = 0;
	assert_true(trial_balance(t, NULL));
	return t;
}

static gboolean has_loss(JsonObject *o)
{
	return !json_object_get_null_member(o, "loss_ratio");
}

/* Its frames cannot come back: 100 % would be no loss of the interface's. */
static void a_one_way_guest_has_neither_loss_nor_rank(void **state)
{
	trial *t = one_way_from(2);
	JsonObject *o = trial_json_object(t);
	JsonArray *guests = json_object_get_array_member(o, "guests");
	result_combination *c = combination_of_trial(t);
	struct result_quantile p99;

	(void)state;
	assert_true(has_loss(json_array_get_object_element(guests, 0)));
	assert_false(has_loss(json_array_get_object_element(guests, 2)));
	assert_true(has_loss(json_object_get_object_member(o, "totals")));
	assert_true(c->guests[0].n.loss.value == 0);
	assert_true(isnan(c->guests[2].n.loss.value) && isnan(c->guests[2].n.loss.max));
	assert_true(result_numbers_quantile(&c->guests[0].n, FALSE, 0.99, &p99));
	assert_false(result_numbers_quantile(&c->guests[2].n, FALSE, 0.99, &p99));
	assert_int_not_equal(c->fairness.worst_guest, 2);
	assert_true(c->fairness.jain == 1 && c->fairness.min_max == 1);
	assert_int_equal(c->fairness.nb_silent, 0);
	json_object_unref(o);
	combination_free(c);
}

static void a_one_way_trial_has_no_loss(void **state)
{
	trial *t = one_way_from(0);
	JsonObject *o = trial_json_object(t);
	result_combination *c = combination_of_trial(t);
	struct result_quantile p99;

	(void)state;
	assert_false(has_loss(json_object_get_object_member(o, "totals")));
	assert_true(isnan(c->n.loss.value) && isnan(c->n.loss.min) && isnan(c->n.loss.max));
	assert_true(isnan(c->sizes[0].n.loss.value));
	assert_false(result_quantile(c, FALSE, 0.99, &p99));
	assert_int_equal(c->fairness.worst_guest, -1);
	json_object_unref(o);
	combination_free(c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(state_then_loss_then_p99_then_number),
		cmocka_unit_test(a_guest_without_frames_has_no_rank),
		cmocka_unit_test(all_tables_name_the_same_worst_guest),
		cmocka_unit_test(a_trial_without_frames_has_no_loss),
		cmocka_unit_test(a_one_way_guest_has_neither_loss_nor_rank),
		cmocka_unit_test(a_one_way_trial_has_no_loss),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
