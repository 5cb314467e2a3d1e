/* SPDX-License-Identifier: BSD-3-Clause */
/* Searches by name: files, folders, labels and selectors. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <string.h>

#include "analyze/base/error.h"
#include "analyze/base/scratch.h"
#include "analyze/results/search_find.h"
#include "tests/unit/fake_search.h"

static void write_one(const char *dir, struct fake_search_cfg cfg)
{
	g_autofree char *folder = g_build_filename(dir, cfg.label, NULL);
	g_autoptr(search) s = fake_search(&cfg);
	g_autoptr(GError) error = NULL;

	if (!search_write(s, folder, &error))
		fail_msg("%s", error->message);
}

static guint count_found(const char *dir, const char *name)
{
	g_autoptr(GPtrArray) warnings = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GPtrArray) found = search_find(dir, name, warnings, NULL);

	assert_int_equal(warnings->len, 0);
	return found != NULL ? found->len : 0;
}

static void names_stand_for_searches(void **state)
{
	g_autoptr(scratch) folder = scratch_new("search", NULL);
	const char *dir = scratch_path(folder);
	g_autofree char *within = g_build_filename(dir, "a", "search-0", NULL);
	g_autoptr(GPtrArray) warnings = g_ptr_array_new_with_free_func(g_free);

	(void)state;
	for (uint32_t repetition = 0; repetition < 2; repetition++)
		write_one(dir,
			(struct fake_search_cfg){ .label = "a", .repetition = 1 - repetition });
	write_one(dir, (struct fake_search_cfg){ .label = "b", .vhost = TRUE });
	/* What lies with a search's trials is none of the label's. */
	write_one(within, (struct fake_search_cfg){ .label = "a", .repetition = 7 });
	assert_int_equal(count_found(dir, "a"), 2);
	assert_int_equal(count_found(dir, "b"), 1);
	assert_int_equal(count_found(dir, dir), 3);
	assert_int_equal(count_found(dir, "vhost-on"), 1);
	assert_int_equal(count_found(dir, "guests-64"), 0);
	assert_int_equal(count_found(dir, "nowhere"), 0);
	g_autoptr(GPtrArray) found = search_find(dir, "a", warnings, NULL);
	const search *first = g_ptr_array_index(found, 0), *second = g_ptr_array_index(found, 1);

	assert_int_equal(first->params.repetition, 0);
	assert_int_equal(second->params.repetition, 1);
	assert_int_equal(search_find_compare(first, second), 0);
	assert_int_equal(count_found(dir, first->path), 1);
}

static void broken_files_are_said(void **state)
{
	g_autoptr(scratch) folder = scratch_new("search", NULL);
	const char *dir = scratch_path(folder);
	g_autofree char *path = g_build_filename(dir, "search_x_rep0.json", NULL);
	g_autoptr(GPtrArray) warnings = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GError) error = NULL;

	(void)state;
	assert_true(g_file_set_contents(path, "{", -1, NULL));
	assert_null(search_find(NULL, dir, warnings, &error));
	assert_true(g_error_matches(error, ANALYZE_ERROR, ANALYZE_ERROR_NOT_FOUND));
	assert_int_equal(warnings->len, 1);
	assert_non_null(strstr(error->message, "no search found"));
	assert_non_null(strstr(error->message, "search_x_rep0.json"));
}

static void other_goals_are_another_search(void **state)
{
	g_autoptr(search) a = fake_search(&(struct fake_search_cfg){ .label = "a" });
	g_autoptr(search)
		b = fake_search(&(struct fake_search_cfg){ .label = "a", .latency_goal = TRUE });

	(void)state;
	assert_int_equal(search_find_compare(a, a), 0);
	assert_true(search_find_compare(a, b) < 0);
	assert_true(search_find_compare(b, a) > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_stand_for_searches),
		cmocka_unit_test(broken_files_are_said),
		cmocka_unit_test(other_goals_are_another_search),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
