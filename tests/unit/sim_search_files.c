/* SPDX-License-Identifier: BSD-3-Clause */
/* What a search that goes on has measured: files of its trials, and those that do not count. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <utime.h>

#include <cmocka.h>

#include <glib/gstdio.h>

#include "analyze/base/file.h"
#include "sim/search/search_files.h"

static const struct trial_params params = { .machine = (char *)"pcvm",
	.interface = (char *)"bridge",
	.qemu = (char *)"normal",
	.vhost = TRUE,
	.reflector = (char *)"xdp",
	.guests = 2,
	.profile = (char *)"imix",
	.duration_s = 1,
	.repetition = 3 };

#define HEAD "pcvm_bridge_normal_vhoston_ioregionfdoff_xdp_"
static const struct {
	const char *path;
	gboolean is;
} files[] = {
	{ "search-3/trial_" HEAD "2vms_10kpps_imix_1s_rep0.json", TRUE },
	{ "search-3/trial_" HEAD "2vms_10kpps_imix_1s_rep1.json", TRUE },
	{ "search-3/trial_" HEAD "2vms_0.125kpps_imix_0.25s_rep0.json", TRUE },
	{ "search-3/histogram_" HEAD "2vms_10kpps_imix_1s_rep0.csv", TRUE },
	{ "search-3/guest_timeline_" HEAD "2vms_10kpps_imix_1s_rep0.csv", TRUE },
	{ "search-3/trial_" HEAD "3vms_10kpps_imix_1s_rep0.json", FALSE },
	{ "search-3/trial_" HEAD "2vms_10kpps_simple_1s_rep0.json", FALSE },
	{ "search-3/trial_" HEAD "10kpps_60B_1s_rep0.json", FALSE },
	{ "search-3/trial_pcvm_bridge_normal_vhostoff_ioregionfdoff_xdp_2vms_10kpps_imix_1s_rep0."
	  "json",
		FALSE },
	{ "search-3/.tsim-lock", FALSE },
	{ "search-3/notes_rep", FALSE },
	{ "search-2/trial_" HEAD "2vms_10kpps_imix_1s_rep0.json", FALSE },
	{ "trial_" HEAD "2vms_10kpps_imix_1s_rep3.json", FALSE },
};

static char *make_files(void)
{
	char *dir = g_dir_make_tmp("tsim-files-XXXXXX", NULL);

	assert_non_null(dir);
	for (size_t i = 0; i < G_N_ELEMENTS(files); i++) {
		g_autofree char *path = g_build_filename(dir, files[i].path, NULL);
		g_autofree char *folder = g_path_get_dirname(path);

		assert_int_equal(g_mkdir_with_parents(folder, 0777), 0);
		assert_true(g_file_set_contents(path, "x", 1, NULL));
	}
	return dir;
}

static void a_search_has_its_own_trials_at_any_load_and_its_result(void **state)
{
	g_autofree char *dir = make_files(), *result = NULL;
	g_autoptr(GPtrArray) before = search_files_of(dir, &params), after = NULL;
	guint nb = 0;

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(files); i++) {
		nb += files[i].is ? 1 : 0;
		if (g_ptr_array_find_with_equal_func(before, files[i].path, g_str_equal, NULL) !=
			files[i].is)
			fail_msg("%s", files[i].path);
	}
	assert_int_equal(before->len, nb);
	result = g_build_filename(dir, "search_" HEAD "2vms_searchkpps_imix_1s_rep3.json", NULL);
	assert_true(g_file_set_contents(result, "x", 1, NULL));
	after = search_files_of(dir, &params);
	assert_int_equal(after->len, nb + 1);
	assert_true(g_str_has_suffix(result, after->pdata[nb]));
	file_remove_tree(dir);
}

static void what_was_measured_since_counts_for_nothing(void **state)
{
	g_autofree char *dir = make_files();
	g_autofree char *old = g_build_filename(dir, files[0].path, NULL);
	g_autofree char *recent = g_build_filename(dir, files[1].path, NULL);
	g_autofree char *aside = g_strconcat(recent, ".failed", NULL);
	g_autofree char *other = g_build_filename(dir, files[5].path, NULL);
	gint64 now_us = g_get_real_time();
	const struct utimbuf before = { now_us / G_USEC_PER_SEC - 10,
		now_us / G_USEC_PER_SEC - 10 };

	(void)state;
	assert_int_equal(g_utime(old, (struct utimbuf *)&before), 0);
	assert_null(search_files_set_aside(dir, &params, now_us - 5 * G_USEC_PER_SEC));
	assert_true(g_file_test(old, G_FILE_TEST_EXISTS));
	assert_true(g_file_test(other, G_FILE_TEST_EXISTS));
	assert_true(g_file_test(aside, G_FILE_TEST_EXISTS));
	assert_false(g_file_test(recent, G_FILE_TEST_EXISTS));
	file_remove_tree(dir);
}

static void nothing_is_there_before_the_first_trial(void **state)
{
	g_autoptr(GPtrArray) none = search_files_of("/nosuch", &params);

	(void)state;
	assert_int_equal(none->len, 0);
	assert_null(search_files_set_aside("/nosuch", &params, 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_search_has_its_own_trials_at_any_load_and_its_result),
		cmocka_unit_test(what_was_measured_since_counts_for_nothing),
		cmocka_unit_test(nothing_is_there_before_the_first_trial),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
