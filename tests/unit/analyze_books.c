/* SPDX-License-Identifier: BSD-3-Clause */
/* intended = offered + not_sent + unsent: in memory, in the file, and in files of before. */
#include "tests/unit/traffic_check.h"

#include <glib/gstdio.h>

#include "analyze/base/json_in.h"
#include "analyze/contract/trial_json.h"
#include "tests/unit/fake_trial.h"

static const struct fake_cfg cfg = { .guests = 3, .worst = -1, .loss = 0.02, .probes = TRUE };

static void books_that_do_not_balance_are_refused(void **state)
{
	g_autoptr(trial) t = fake_trial(&cfg);
	GError *error = NULL;

	(void)state;
	assert_true(t->totals.unsent == 3 && t->totals.not_sent == 21);
	t->guests[1].sizes[0].c.intended++;
	assert_false(trial_balance(t, &error));
	check_error("one more was intended", error,
		"offered 400, not_sent 0 and unsent 0 do not add up to intended 401");
}

/* The JSON of t without the members that match, read again. */
static trial *read_without(const trial *t, const char *pattern, GError **error)
{
	g_autoptr(GRegex) members = g_regex_new(pattern, 0, 0, NULL);
	g_autofree char *whole = trial_to_json(t);
	g_autofree char *text = g_regex_replace_literal(members, whole, -1, 0, "", 0, NULL);
	g_autoptr(JsonNode) root = json_in_parse("trial", text, strlen(text), error);
	struct json_in in = { .file = "trial" };
	g_autoptr(trial) back = trial_json_read(&in, json_node_get_object(root), "");

	if (back == NULL) {
		g_propagate_error(error, in.error);
		return NULL;
	}
	return trial_balance(back, error) ? g_steal_pointer(&back) : NULL;
}

static void books_are_in_the_file(void **state)
{
	g_autoptr(trial) t = fake_trial(&cfg), back = NULL;
	GError *error = NULL;

	(void)state;
	back = read_without(t, "no such member", &error);
	check_ok("read", error);
	assert_int_equal(back->totals.unsent, 3);
	assert_int_equal(back->guests[0].sizes[2].c.unsent, 2);
	assert_int_equal(back->groups[0].c.unsent, 3);
}

/* What a program wrote that stored only what the link had no room for. */
static void a_file_without_unsent_is_read(void **state)
{
	g_autoptr(trial) t = fake_trial(&cfg), back = NULL;
	GError *error = NULL;

	(void)state;
	back = read_without(t, "\"unsent\" : [0-9]+,", &error);
	check_ok("read", error);
	assert_int_equal(back->totals.unsent, 3);
	assert_int_equal(back->guests[0].sizes[2].c.unsent, 2);
}

static void the_mean_length_is_that_of_the_frames_offered(void **state)
{
	g_autoptr(trial) t = fake_trial(&cfg);
	g_autofree char *text = trial_to_json(t);
	g_autoptr(JsonNode) root = json_from_string(text, NULL);
	JsonObject *totals = json_object_get_object_member(json_node_get_object(root), "totals");

	(void)state;
	check_double("mean", json_object_get_double_member(totals, "mean_frame_bytes"),
		(double)t->totals.offered_bytes / (double)t->totals.offered, 1e-9);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(books_that_do_not_balance_are_refused),
		cmocka_unit_test(books_are_in_the_file),
		cmocka_unit_test(a_file_without_unsent_is_read),
		cmocka_unit_test(the_mean_length_is_that_of_the_frames_offered),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
