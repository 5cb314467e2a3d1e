/* SPDX-License-Identifier: BSD-3-Clause */
/* Lines of --format jsonl: each is an object, and a reader holds nothing up. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <json-glib/json-glib.h>

#include "sim/trial/jsonl.h"
#include "tests/unit/fake_trial.h"

enum { LINES = 4000 }; /* more than a pipe holds */

static void add_second(struct jsonl *s, const trial *t, unsigned nth)
{
	const struct trial_second row = { .time_s = nth + 1,
		.offered = 100,
		.forwarded = nth == 0 ? 0 : 99,
		.p50_ns = nth == 0 ? 0 : 500 };
	const struct jsonl_guest worst = {
		.guest = 2, .interface = "vfio", .state = "died (signal 9) at 2.0 s", .offered = 10
	};

	jsonl_second(s, &t->params, &row, 0.5, 100 * (nth + 1), 99 * nth, nth == 0 ? NULL : &worst);
}

static JsonObject *object_of(const char *line)
{
	g_autoptr(JsonNode) node = json_from_string(line, NULL);

	if (node == NULL || !JSON_NODE_HOLDS_OBJECT(node))
		fail_msg("no object: %s", line);
	return json_object_ref(json_node_get_object(node));
}

static void a_line_has_rates_of_its_interval_and_null_for_what_is_not_known(void **state)
{
	g_autoptr(trial) t = fake_trial(&(struct fake_cfg){ .guests = 3, .rate_pps = 2000 });
	FILE *to = tmpfile();
	struct jsonl *s = jsonl_new(to);
	g_autoptr(JsonObject) first = NULL, second = NULL, last = NULL;
	char line[65536];

	(void)state;
	g_free(t->params.label);
	t->params.label = g_strdup("a \"quoted\" label\n");
	add_second(s, t, 0);
	add_second(s, t, 1);
	jsonl_trial(s, t, TRUE);
	jsonl_free(s);
	rewind(to);
	assert_non_null(fgets(line, sizeof(line), to));
	first = object_of(line);
	assert_string_equal(json_object_get_string_member(first, "type"), "second");
	assert_string_equal(json_object_get_string_member(first, "label"), t->params.label);
	assert_true(json_object_get_double_member(first, "offered_pps") == 200);
	assert_true(json_object_get_null_member(first, "p50_ns"));
	assert_false(json_object_has_member(first, "worst"));
	assert_non_null(strstr(line, "\"time_s\":1.000000,"));
	assert_non_null(fgets(line, sizeof(line), to));
	second = object_of(line);
	assert_int_equal(json_object_get_int_member(second, "p50_ns"), 500);
	assert_string_equal(json_object_get_string_member(
				    json_object_get_object_member(second, "worst"), "state"),
		"died (signal 9) at 2.0 s");
	/* An older trial has no drain, and no line for it. */
	assert_non_null(fgets(line, sizeof(line), to));
	last = object_of(line);
	assert_string_equal(json_object_get_string_member(last, "type"), "trial");
	assert_int_equal(json_object_get_int_member(
				 json_object_get_object_member(last, "totals"), "offered"),
		t->totals.offered);
	assert_false(json_object_has_member(last, "guests"));
	assert_null(fgets(line, sizeof(line), to));
	fclose(to);
}

static void a_slow_reader_gets_all_lines_and_holds_nothing_up(void **state)
{
	g_autoptr(trial) t = fake_trial(&(struct fake_cfg){ .guests = 3, .rate_pps = 2000 });
	unsigned nb = 0;
	char line[4096];
	struct jsonl *s;
	FILE *from, *to;
	int ends[2];

	(void)state;
	assert_int_equal(pipe(ends), 0);
	from = fdopen(ends[0], "r");
	to = fdopen(ends[1], "w");
	s = jsonl_new(to);
	for (unsigned i = 0; i < LINES; i++)
		add_second(s, t, i); /* nobody reads: it returns all the same */
	assert_int_equal(fcntl(ends[0], F_SETFL, O_NONBLOCK), 0);
	for (gboolean more = TRUE; more;) {
		more = FALSE;
		for (; fgets(line, sizeof(line), from) != NULL; more = TRUE)
			nb += strchr(line, '\n') != NULL;
		clearerr(from);
		jsonl_tick(s);
	}
	assert_int_equal(nb, LINES);
	jsonl_free(s);
	fclose(to);
	fclose(from);
}

static void a_reader_that_has_gone_is_an_error_of_the_jsonl_alone(void **state)
{
	g_autoptr(trial) t = fake_trial(&(struct fake_cfg){ .guests = 3, .rate_pps = 2000 });
	struct jsonl *s;
	int ends[2];
	FILE *to;

	(void)state;
	signal(SIGPIPE, SIG_IGN);
	assert_int_equal(pipe(ends), 0);
	close(ends[0]);
	to = fdopen(ends[1], "w");
	s = jsonl_new(to);
	for (unsigned i = 0; i < LINES; i++)
		add_second(s, t, i);
	jsonl_trial(s, t, TRUE);
	assert_true(ferror(to));
	jsonl_free(s);
	fclose(to);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_has_rates_of_its_interval_and_null_for_what_is_not_known),
		cmocka_unit_test(a_slow_reader_gets_all_lines_and_holds_nothing_up),
		cmocka_unit_test(a_reader_that_has_gone_is_an_error_of_the_jsonl_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
