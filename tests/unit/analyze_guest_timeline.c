/* SPDX-License-Identifier: BSD-3-Clause */
/* The time line of each guest: there and back again, absent where it is, refused where it is bad. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <glib/gstdio.h>

#include "analyze/base/file.h"
#include "analyze/base/error.h"
#include "analyze/contract/guest_timeline.h"
#include "tests/unit/fake_trial.h"

#define HEADER GUEST_TIMELINE_HEADER
#define OLD_HEADER "time_s,guest,offered,forwarded,latency_sum_ns\n"

static trial *make_trial(guint seconds)
{
	trial *t = fake_trial(&(struct fake_cfg){ .guests = 3, .rate_pps = 2000, .worst = -1 });

	for (guint i = 0; i < seconds; i++) {
		for (uint32_t g = 0; g < 3; g++) {
			const struct trial_guest_second s = { .time_s = i + 1.000125,
				.guest = g,
				.drain = i + 1 == seconds,
				.offered = 100 * i + g,
				.forwarded = 90 * i + g,
				.latency_sum_ns = UINT64_C(5000000000) * i + g };

			g_array_append_val(t->guest_seconds, s);
		}
	}
	return t;
}

static char *find_file(const char *dir, const char *head)
{
	g_autoptr(GDir) list = g_dir_open(dir, 0, NULL);

	for (const char *name; (name = g_dir_read_name(list)) != NULL;)
		if (g_str_has_prefix(name, head))
			return g_build_filename(dir, name, NULL);
	return NULL;
}

static void rows_read_back_equal(void **state)
{
	g_autofree char *dir = g_dir_make_tmp("guest-timeline-XXXXXX", NULL), *path = NULL;
	g_autoptr(trial) t = make_trial(4);
	g_autoptr(trial) back = NULL;
	g_autoptr(GArray) rows = NULL;
	g_autoptr(GError) error = NULL;

	(void)state;
	assert_true(trial_write(t, dir, NULL));
	path = find_file(dir, "trial_");
	back = trial_read(path, TRIAL_BINS, &error);
	if (back == NULL) {
		fail_msg("%s", error->message);
		return;
	}
	rows = guest_timeline_read(back, &error);
	if (rows == NULL) {
		fail_msg("%s", error->message);
		return;
	}
	assert_int_equal(rows->len, 12);
	for (guint i = 0; i < rows->len; i++) {
		const struct trial_guest_second *got = &g_array_index(
							rows, struct trial_guest_second, i),
						*wanted = &g_array_index(t->guest_seconds,
							struct trial_guest_second, i);

		assert_float_equal(got->time_s, wanted->time_s, 1e-9);
		assert_int_equal(got->guest, wanted->guest);
		assert_int_equal(got->drain, wanted->drain);
		assert_int_equal(got->offered, wanted->offered);
		assert_int_equal(got->forwarded, wanted->forwarded);
		assert_int_equal(got->latency_sum_ns, wanted->latency_sum_ns);
	}
	file_remove_tree(dir);
}

/* A trial without is whole, and one that replaces another leaves no file of that. */
static void a_trial_may_have_none(void **state)
{
	g_autofree char *dir = g_dir_make_tmp("guest-timeline-XXXXXX", NULL), *path = NULL;
	g_autofree char *left = NULL;
	g_autoptr(trial) with = make_trial(2);
	g_autoptr(trial) without = make_trial(0);
	g_autoptr(trial) back = NULL;
	g_autoptr(GError) error = NULL, in_memory = NULL;

	(void)state;
	assert_true(trial_write(with, dir, NULL));
	assert_true(trial_write(without, dir, NULL));
	left = find_file(dir, "guest_timeline_");
	assert_null(left);
	path = find_file(dir, "trial_");
	back = trial_read(path, TRIAL_SUMMARY, &error);
	if (back == NULL) {
		fail_msg("%s", error->message);
		return;
	}
	assert_null(guest_timeline_read(back, &error));
	assert_true(g_error_matches(error, ANALYZE_ERROR, ANALYZE_ERROR_NOT_FOUND));
	assert_non_null(strstr(error->message, path));
	assert_null(guest_timeline_read(with, &in_memory));
	assert_true(g_error_matches(in_memory, ANALYZE_ERROR, ANALYZE_ERROR_NOT_FOUND));
	file_remove_tree(dir);
}

/* The trial's JSON vouches for its length, and for its being there. */
static void a_lost_or_cut_file_is_noticed(void **state)
{
	g_autofree char *dir = g_dir_make_tmp("guest-timeline-XXXXXX", NULL), *path = NULL;
	g_autofree char *rows = NULL;
	g_autoptr(trial) t = make_trial(2);
	g_autoptr(GError) cut = NULL, lost = NULL;

	(void)state;
	assert_true(trial_write(t, dir, NULL));
	path = find_file(dir, "trial_");
	rows = find_file(dir, "guest_timeline_");
	assert_true(g_file_set_contents(rows, HEADER, -1, NULL));
	assert_null(trial_read(path, TRIAL_SUMMARY, &cut));
	assert_non_null(strstr(cut->message, rows));
	assert_int_equal(g_unlink(rows), 0);
	assert_null(trial_read(path, TRIAL_SUMMARY, &lost));
	assert_non_null(strstr(lost->message, rows));
	file_remove_tree(dir);
}

static const struct {
	const char *text, *says;
} bad[] = {
	{ "", "empty file" },
	{ "# nothing\n", "empty file" },
	{ "1,0,1,1,1\n", "f:1: expected header" },
	{ "time_s,guest,offered,forwarded\n", "f:1: expected header" },
	{ HEADER "1,0,1,1,1\n", "f:2: 5 fields, expected 6" },
	{ HEADER "1,0,1,1,1,0,1\n", "f:2: 7 fields, expected 6" },
	{ HEADER "1,0,1,1,1,0\n2,0,1,x,1,0\n", "f:3: invalid forwarded 'x'" },
	{ HEADER "nan,0,1,1,1,0\n", "f:2: invalid time_s 'nan'" },
	{ HEADER "-1,0,1,1,1,0\n", "f:2: invalid time_s '-1'" },
	{ HEADER "1,0,-1,1,1,0\n", "f:2: invalid offered '-1'" },
	{ HEADER "1,0,1,1,1,no\n", "f:2: invalid drain 'no'" },
	{ HEADER "1,3,1,1,1,0\n", "f:2: guest not in the trial" },
	{ HEADER "1,4294967296,1,1,1,0\n", "f:2: guest not in the trial" },
	{ HEADER "1,0,1,1,1,0\n1,1,1,1,1,0\n1,0,1,1,1,0\n",
		"f:4: time_s of the guest does not increase" },
	{ HEADER "2,2,1,1,1,0\n1,2,1,1,1,0\n", "f:3: time_s of the guest does not increase" },
	{ HEADER "1,0,1,1,18446744073709551616,0\n", "f:2: invalid latency_sum_ns" },
	{ OLD_HEADER "1,0,1,1,1,0\n", "f:2: 6 fields, expected 5" },
};

static void bad_rows_are_refused_by_line(void **state)
{
	g_autoptr(trial) t = make_trial(0);

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
		g_autoptr(GError) error = NULL;
		g_autoptr(GArray) rows = guest_timeline_parse(
			t, "f", bad[i].text, strlen(bad[i].text), &error);

		if (rows != NULL)
			fail_msg("'%s' is no error", bad[i].text);
		if (strstr(error->message, bad[i].says) == NULL)
			fail_msg("'%s': '%s' lacks '%s'", bad[i].text, error->message, bad[i].says);
	}
}

static void an_older_file_has_no_drain(void **state)
{
	static const char text[] = OLD_HEADER "1,0,10,9,900\n2.001,0,10,11,1100\n";
	g_autoptr(trial) t = make_trial(0);
	g_autoptr(GError) error = NULL;
	g_autoptr(GArray) rows = guest_timeline_parse(t, "f", text, strlen(text), &error);

	(void)state;
	assert_non_null(rows);
	assert_int_equal(rows->len, 2);
	for (guint i = 0; i < rows->len; i++)
		assert_false(g_array_index(rows, struct trial_guest_second, i).drain);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_read_back_equal),
		cmocka_unit_test(a_trial_may_have_none),
		cmocka_unit_test(a_lost_or_cut_file_is_noticed),
		cmocka_unit_test(bad_rows_are_refused_by_line),
		cmocka_unit_test(an_older_file_has_no_drain),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
