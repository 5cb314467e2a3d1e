/* SPDX-License-Identifier: BSD-3-Clause */
/* Searches in memory and on disk: names, the way to a file and back, broken files. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "analyze/base/file.h"
#include "tests/unit/fake_search.h"

static char *temporary_folder(void)
{
	char *dir = g_dir_make_tmp("search-XXXXXX", NULL);

	assert_non_null(dir);
	return dir;
}

static void names_follow_the_infix(void **state)
{
	const struct fake_search_cfg one = { .guests = 1, .frame_len = 64, .repetition = 2 };
	const struct fake_search_cfg many = { .guests = 64 };
	g_autoptr(search) a = fake_search(&one);
	g_autoptr(search) b = fake_search(&many);
	g_autofree char *of_one = search_file_name(&a->params);
	g_autofree char *of_many = search_file_name(&b->params);
	g_autofree char *folder = search_trials_folder(12);

	(void)state;
	assert_string_equal(of_one, "search_process_vhost-user_none_vhostoff_ioregionfdoff_dpdk_"
				    "searchkpps_60B_1s_rep2.json");
	assert_string_equal(of_many, "search_process_vhost-user_none_vhostoff_ioregionfdoff_dpdk_"
				     "64vms_searchkpps_imix_1s_rep0.json");
	assert_string_equal(folder, "search-12");
	assert_true(search_is_trials_folder("search-0") && search_is_trials_folder("search-12"));
	assert_false(search_is_trials_folder("search-") || search_is_trials_folder("search-x") ||
		     search_is_trials_folder("research-1") || search_is_trials_folder("search-1x"));
}

static void what_was_written_is_read(void **state)
{
	static const struct fake_search_cfg cfgs[] = {
		{ .latency_goal = TRUE, .latency_at = TRUE },
		{ .suite = TRUE, .guests = 1, .frame_len = 64 },
		{ .knee_pps = 3000000 },
		{ .knee_pps = 100 },
		{ .tester_pps = 700000 },
		{ .tester_pps = 100, .interrupted = TRUE },
	};
	static const enum search_state states[] = { SEARCH_FOUND, SEARCH_FOUND, SEARCH_MET_AT_MAX,
		SEARCH_MISSED_AT_MIN, SEARCH_TESTER_LIMITED, SEARCH_UNFINISHED };

	(void)state;
	for (guint i = 0; i < G_N_ELEMENTS(cfgs); i++) {
		g_autofree char *dir = temporary_folder(), *text = NULL, *again = NULL;
		g_autofree char *name = NULL, *path = NULL;
		g_autoptr(search) s = fake_search(&cfgs[i]);
		g_autoptr(search) back = NULL;
		GError *error = NULL;

		name = search_file_name(&s->params);
		path = g_build_filename(dir, name, NULL);
		if (!search_write(s, dir, &error))
			fail_msg("%s", error->message);
		back = search_read(path, &error);
		if (back == NULL) {
			fail_msg("%s", error->message);
			return;
		}
		text = search_to_json(s);
		again = search_to_json(back);
		assert_string_equal(text, again);
		assert_string_equal(back->path, path);
		assert_int_equal(back->goals[0].state, states[i]);
		assert_true(back->nb_goals == s->nb_goals && back->nb_loads == s->nb_loads &&
			    back->nb_trials == s->nb_trials && back->nb_loads > 0);
		for (uint32_t k = 0; k < s->nb_loads; k++)
			assert_memory_equal(back->loads[k].classes, s->loads[k].classes,
				s->nb_goals * sizeof(enum search_class));
		file_remove_tree(dir);
	}
}

static void broken_files_are_refused(void **state)
{
	/* A line of the JSON, what stands there instead, what the error says. */
	static const struct {
		const char *line, *instead, *error;
	} cases[] = {
		{ "\"schema\" : 1", "\"schema\" : 2", "schema is 2" },
		{ "\"state\" : \"found\"", "\"state\" : \"lost\"", "unknown word 'lost'" },
		{ "\"state\" : \"found\"", "\"state\" : 1", "unknown word ''" },
		{ "\"state\" : \"found\"", "\"state\" : \"missed at the lowest load\"",
			"has other bounds" },
		{ "\"state\" : \"found\"", "\"state\" : \"met at the highest load\"",
			"has other bounds" },
		{ "\"exceed_ratio\" : 0.5", "\"exceed_ratio\" : 1", "not below 1" },
		{ "\"width\" : 0.02", "\"width\" : 0", "not between 0 and 1" },
		{ "\"width\" : 0.02", "\"width\" : \"2%\"", "not a number" },
		{ "\"initial_s\" : 1.0", "\"initial_s\" : 2.0", "above final_s" },
		{ "\"sum_s\" : 2.0", "\"sum_s\" : 0", "sum_s is 0" },
		{ "\"sum_s\" : 2.0", "\"sum_s\" : -1", "negative" },
		{ "\"sum_s\" : 2.0", "\"sum_s\" : 1e400", "" },
		{ "\"lower_pps\" : ", "\"lower_pps\" : 1", "is not below upper_pps" },
		{ "\"upper_pps\" : ", "\"upper_pps\" : 1", "is none of the loads" },
		{ "\"throughput_pps\" : ", "\"throughput_pps\" : 9", "above lower_pps" },
		{ "\"throughput_pps\" : ", "\"throughputs\" : ", "throughput_pps is missing" },
		{ "\"loss_ratio\" : 0.0", "\"loss_ratio\" : 1.1", "above 1" },
		{ "\"longer_s\" : 0.0", "\"longer_s\" : 5.0", "above duration_s" },
		{ "\"file\" : \"trial_", "\"file\" : \"../trial_", "not the name of a trial" },
		{ "\"use\" : \"limit\"", "\"use\" : \"fun\"", "unknown word" },
		{ "\"use\" : \"limit\",", "", "use is missing" },
		{ "\"goal\" : 0", "\"goal\" : 2", "the search has 2" },
		{ "\"min_pps\" : 20000", "\"min_pps\" : 0", "min_pps is 0" },
		{ "\"max_pps\" : 2000000", "\"max_pps\" : 100", "above max_pps" },
		{ "\"classes\" : [", "\"classes\" : [ \"lower\",", "has 3 elements" },
		{ "\"marks\" : [", "\"marks\" : [ {\"met\": true, \"value_ns\": 1, \"why\": \"\"},",
			"has 3 elements" },
		{ "\"rate_pps\" : 20000,", "\"rate_pps\" : 3000000,", "not ascending" },
		{ "\"goals\" : [", "\"goals\" : [], \"others\" : [", "goals is empty" },
	};
	const struct fake_search_cfg cfg = { .knee_pps = 1000000 };
	g_autoptr(search) s = fake_search(&cfg);
	g_autofree char *text = search_to_json(s);

	(void)state;
	for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
		const char *at = strstr(text, cases[i].line);
		g_autofree char *broken = NULL;
		g_autoptr(GError) error = NULL;
		g_autoptr(search) back = NULL;

		if (at == NULL)
			fail_msg("no %s in %s", cases[i].line, text);
		broken = g_strdup_printf("%.*s%s%s", (int)(at - text), text, cases[i].instead,
			at + strlen(cases[i].line));
		back = search_parse("f", broken, strlen(broken), &error);
		if (back != NULL)
			fail_msg("accepted: %s", cases[i].instead);
		if (strstr(error->message, cases[i].error) == NULL)
			fail_msg("%s: %s", cases[i].instead, error->message);
	}
	for (size_t len = 0; len < strlen(text) - 2; len += 97) {
		g_autoptr(search) back = search_parse("f", text, len, NULL);

		assert_null(back);
	}
}

static void what_would_not_be_read_is_not_written(void **state)
{
	const struct fake_search_cfg cfg = { .guests = 1 };
	g_autoptr(search) s = fake_search(&cfg);
	g_autofree char *dir = temporary_folder();
	g_autoptr(GDir) list = NULL;
	g_autoptr(GError) error = NULL;

	(void)state;
	s->goals[0].lower_pps = s->goals[0].upper_pps;
	assert_false(search_write(s, dir, &error));
	assert_non_null(strstr(error->message, "goals[0].lower_pps is not below upper_pps"));
	list = g_dir_open(dir, 0, NULL);
	assert_null(g_dir_read_name(list));
	file_remove_tree(dir);
}

static void a_search_is_done_only_if_it_is_the_same(void **state)
{
	struct fake_search_cfg cfg = { .guests = 2 };
	g_autoptr(search) s = fake_search(&cfg);
	const char *goals[] = { s->goals[0].text, s->goals[1].text, NULL };
	const char *other[] = { s->goals[1].text, s->goals[0].text, NULL };
	const char *fewer[] = { s->goals[0].text, NULL };
	g_autofree char *dir = temporary_folder();
	struct trial_params p;
	char *why = NULL;

	(void)state;
	assert_int_equal(search_look(dir, &s->params, "", goals, &why), TRIAL_MISSING);
	assert_true(search_write(s, dir, NULL));
	assert_int_equal(search_look(dir, &s->params, "", goals, &why), TRIAL_DONE);
	assert_null(why);
	assert_int_equal(search_look(dir, &s->params, "", other, &why), TRIAL_OTHER);
	assert_non_null(strstr(why, "goal loss=0,"));
	g_free(why);
	assert_int_equal(search_look(dir, &s->params, "", fewer, &why), TRIAL_OTHER);
	assert_non_null(strstr(why, "2 goals, not 1"));
	g_free(why);
	assert_int_equal(
		search_look(dir, &s->params, "--max-load=1Mpps", goals, &why), TRIAL_OTHER);
	assert_non_null(strstr(why, "--max-load"));
	g_free(why);
	trial_params_copy(&p, &s->params);
	p.seed++;
	assert_int_equal(search_look(dir, &p, "", goals, &why), TRIAL_OTHER);
	assert_non_null(strstr(why, "seed"));
	g_free(why);
	trial_params_clear(&p);
	s->interrupted = TRUE;
	assert_true(search_write(s, dir, NULL));
	assert_int_equal(search_look(dir, &s->params, "", goals, &why), TRIAL_AGAIN);
	assert_non_null(strstr(why, "interrupted"));
	g_free(why);
	file_remove_tree(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_follow_the_infix),
		cmocka_unit_test(what_was_written_is_read),
		cmocka_unit_test(broken_files_are_refused),
		cmocka_unit_test(what_would_not_be_read_is_not_written),
		cmocka_unit_test(a_search_is_done_only_if_it_is_the_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
