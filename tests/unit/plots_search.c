/* SPDX-License-Identifier: BSD-3-Clause */
/* Figures of searches: what the scripts and their data say. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <string.h>

#include "plots/draw/error.h"
#include "plots/figures/search_limits.h"
#include "tests/unit/fake_search.h"
#include "tests/unit/plots_facts.h"

static const struct figure_options plain = {
	.style = "# style\n", .script_name = "x.gp", .data_name = "x.dat", .image_name = "x.svg"
};
static const struct figure_bounds bounds[] = { { 0, NAN, NULL }, { 0.005, NAN, NULL },
	{ 0.001, 50e3, "p99 (every guest)" } };

/* Sound, at both widths; text is of the wide one. */
static void draw_search(const search *s, struct figure_text *text)
{
	g_autoptr(figure) f = figure_new();

	for (guint width = 400; width <= 800; width += 400) {
		struct figure_options options = plain;
		g_autoptr(GString) rows = g_string_new(NULL);
		g_autoptr(GError) error = NULL;

		options.width = width;
		figure_text_clear(text);
		if (!figure_search(f, s, bounds, &options, text, &error))
			fail_msg("%s", error->message);
		check_sound(text, rows);
	}
}

static guint count_panels(const struct figure_text *text)
{
	return count_text(text->script, "\nplot ");
}

static void trials_stand_in_whole_and_near_the_limit(void **state)
{
	g_autoptr(search) s = fake_search(&(struct fake_search_cfg){ .latency_goal = TRUE });
	g_auto(figure_text) text = { NULL, NULL };

	(void)state;
	draw_search(s, &text);
	/* Two views of three goals, and latency below the last. */
	assert_int_equal(count_panels(&text), 8);
	assert_int_equal(count_text(text.script, "'load (kpps)'"), 3);
	assert_int_equal(count_text(text.script, "'load near the limit (kpps)'"), 3);
	assert_int_equal(count_text(text.script, "set ylabel 'p99 (every guest)'"), 1);
	assert_int_equal(
		count_text(text.script, "'NDR: lower bound 991.6 kpps, upper bound 1010 kpps'"), 1);
	/* At their lines, near the limit. */
	assert_int_equal(count_text(text.script, "set label '991.6 kpps'"), 3);
	assert_int_equal(count_text(text.script, "set label '1010 kpps'"), 3);
	/* What goals allow: of loss in four panels, of latency in two; nothing at 0. */
	assert_int_equal(count_text(text.script, "plot 0.005 with lines"), 2);
	assert_int_equal(count_text(text.script, "plot 0.001 with lines"), 2);
	assert_int_equal(count_text(text.script, "plot 50000 with lines"), 2);
	assert_int_equal(count_text(text.script, "plot 0 with lines"), 0);
	assert_non_null(strstr(text.script, "'row 0: trials without loss'"));
	assert_null(strstr(text.script, "spoiled"));
}

/* Two without loss at one load: side by side in the row that is below the lowest decade, 1 %. */
static void zero_has_a_row_of_its_own(void **state)
{
	g_autoptr(search) s = fake_search(&(struct fake_search_cfg){ .knee_pps = 1000000 });
	g_auto(figure_text) text = { NULL, NULL };
	g_auto(GStrv) lines = NULL;
	double before = 0;
	guint nb = 0;

	(void)state;
	draw_search(s, &text);
	lines = g_strsplit(text.data, "\n", -1);
	for (guint i = 0; lines[i] != NULL && nb < 2; i++) {
		g_auto(GStrv) words = g_strsplit(lines[i], " ", -1);

		if (!g_str_has_prefix(lines[i], "20000 0 "))
			continue;
		double y = g_ascii_strtod(words[2], NULL);

		assert_true(y > 0.001 && y < 0.01 && y != before);
		assert_string_equal(words[5], "0");
		before = y;
		nb++;
	}
	assert_int_equal(nb, 2);
	assert_non_null(strstr(text.script, "set ytics ('0' "));
	assert_non_null(strstr(text.script, "'100' 1, '10' 0.1, '1' 0.01)"));
}

/* No second bound: nothing to look at from near, and the number stands in the only view. */
static void irregular_goals_have_one_view(void **state)
{
	g_autoptr(search) met = fake_search(&(struct fake_search_cfg){ .knee_pps = 9000000 });
	g_autoptr(search) missed = fake_search(&(struct fake_search_cfg){ .knee_pps = 10000 });
	g_auto(figure_text) text = { NULL, NULL };

	(void)state;
	draw_search(met, &text);
	assert_int_equal(count_panels(&text), 2);
	assert_non_null(
		strstr(text.script, "'NDR: irregular, met at the highest load, 2000 kpps'"));
	assert_int_equal(count_text(text.script, "set label '2000 kpps'"), 2);
	draw_search(missed, &text);
	assert_int_equal(count_panels(&text), 2);
	assert_non_null(
		strstr(text.script, "'NDR: irregular, missed at the lowest load, 20.00 kpps'"));
}

static void spoilt_trials_are_crosses(void **state)
{
	g_autoptr(search) s = fake_search(&(struct fake_search_cfg){ .tester_pps = 800000 });
	g_auto(figure_text) text = { NULL, NULL };

	(void)state;
	draw_search(s, &text);
	assert_non_null(strstr(
		text.script, "NDR: tester-limited, lower bound 799.1 kpps, trials spoiled at "));
	assert_non_null(strstr(text.script, "($6 == 2 ? $3 : NaN):7 with points pt 2 "));
	assert_non_null(strstr(text.script, "'trial spoiled by the generator'"));
	assert_non_null(strstr(text.script, "'load spoiled'"));
	/* The generator is the limit: no trial of the SUT missed it. */
	assert_null(strstr(text.script, "'trial missed'"));
	assert_non_null(strstr(text.data, " 2 0.9 1 spoiled\n"));
}

/* A load above the upper bound that met the goal keeps its own class. */
static void loss_inversion_is_a_band_of_its_own(void **state)
{
	g_autoptr(search) s = fake_search(&(struct fake_search_cfg){ .knee_pps = 1000000 });
	g_auto(figure_text) text = { NULL, NULL };
	guint before, lower = 0;

	(void)state;
	draw_search(s, &text);
	before = count_text(text.script, "set object rectangle from first");
	while (s->loads[lower].rate_pps <= s->goals[0].upper_pps)
		lower++;
	assert_true(lower + 1 < s->nb_loads);
	s->loads[lower].classes[0] = SEARCH_LOWER;
	draw_search(s, &text);
	/* In the view of all loads: missed, met, missed instead of missed. */
	assert_true(count_text(text.script, "set object rectangle from first") >= before + 2);
	/* What is undecided between the bounds is white, beyond them it is as the bound says. */
	s->loads[lower].classes[0] = SEARCH_UNDECIDED;
	draw_search(s, &text);
	assert_int_equal(count_text(text.script, "set object rectangle from first"), before);
}

static void loss_curves_are_no_trials_of_the_limit(void **state)
{
	g_autoptr(search) s = fake_search(&(struct fake_search_cfg){ .suite = TRUE });
	g_auto(figure_text) text = { NULL, NULL };

	(void)state;
	draw_search(s, &text);
	assert_non_null(strstr(text.script, "'frame loss curve (RFC 2544)'"));
	assert_int_equal(count_text(text.data, " 3 0.9 1 curve\n"), 6);
}

static void latency_at_shares_has_a_panel(void **state)
{
	g_autoptr(search) s = fake_search(&(struct fake_search_cfg){ .latency_at = TRUE });
	g_auto(figure_text) text = { NULL, NULL };

	(void)state;
	draw_search(s, &text);
	assert_int_equal(count_panels(&text), 5);
	assert_non_null(strstr(text.script, "'latency at shares of the limits'"));
	assert_non_null(strstr(text.script, "set ylabel 'response time'"));
	assert_non_null(strstr(text.script, "'limit of PDR'"));
	assert_non_null(strstr(text.script, "data index 3 using 1:5 with lines lt 4 "));
	/* 90 % of 991.6 kpps: the bounds were not looked for there. */
	assert_int_equal(count_text(text.data, "\n892"), 2);
	assert_null(strstr(text.script, "among lost frames"));
	s->trials[s->nb_trials - 1].p99_bound = TRUE;
	draw_search(s, &text);
	assert_int_equal(count_text(text.script, "with vectors head filled"), 1);
	assert_non_null(strstr(text.script, "'arrow: at least "));
}

static void add_goal(GPtrArray *to, enum search_state state, uint64_t lower, uint64_t upper)
{
	struct search_goal *g = g_new0(struct search_goal, 1);

	g->state = state;
	g->lower_pps = lower;
	g->upper_pps = upper;
	g_ptr_array_add(to, g);
}

static GPtrArray *goals_new(void)
{
	return g_ptr_array_new_with_free_func(g_free);
}

static char *text_of(const GPtrArray *repetitions)
{
	g_autoptr(figure) f = figure_new();
	const struct figure_limit *limit = figure_add_limit(
		figure_add_limits(f, "a"), 0, repetitions);

	return search_limits_text(limit, (struct gp_unit){ "kpps", 1e3 });
}

static void assert_limit(const GPtrArray *repetitions, const char *want)
{
	g_autofree char *text = text_of(repetitions);

	assert_string_equal(text, want);
}

static void limits_say_how_sure_they_are(void **state)
{
	g_autoptr(GPtrArray) a = goals_new(), b = goals_new(), c = goals_new(), d = goals_new();

	(void)state;
	add_goal(a, SEARCH_FOUND, 412345, 414000);
	assert_limit(a, "412.3 kpps");
	add_goal(a, SEARCH_FOUND, 410000, 414000);
	add_goal(a, SEARCH_FOUND, 1415000, 1420000);
	assert_limit(a, "412.3 kpps (410.0 to 1415)");
	add_goal(b, SEARCH_MET_AT_MAX, 2000000, 0);
	assert_limit(b, "≥ 2000 kpps, met at the highest load");
	add_goal(c, SEARCH_MISSED_AT_MIN, 0, 20000);
	assert_limit(c, "< 20.00 kpps, missed at the lowest load");
	/* Two of three may be higher: so may the median. */
	add_goal(d, SEARCH_TESTER_LIMITED, 800000, 810000);
	add_goal(d, SEARCH_FOUND, 820000, 830000);
	assert_limit(d, "≥ 810.0 kpps (800.0 to 820.0), 1 of 2 tester-limited");
	add_goal(d, SEARCH_UNFINISHED, 0, 0);
	assert_limit(d, "≥ 800.0 kpps (0 to 820.0), 1 of 3 tester-limited, 1 of 3 unfinished");
}

/* Two combinations with two goals, of which one has no limit. */
static figure *two_combinations(void)
{
	figure *f = figure_new();
	g_autoptr(GPtrArray) found = goals_new(), met = goals_new();

	g_ptr_array_add(f->facets, g_strdup("NDR"));
	g_ptr_array_add(f->facets, g_strdup("PDR"));
	for (uint64_t i = 0; i < 3; i++) {
		add_goal(found, SEARCH_FOUND, 400000 + 10000 * i, 500000);
		add_goal(met, SEARCH_MET_AT_MAX, 2000000, 0);
	}
	struct figure_group *group = figure_add_limits(f, "vmux");

	figure_add_limit(group, 0, found)->x = 64;
	figure_add_limit(group, 1, found)->x = 64;
	group = figure_add_limits(f, "null");
	figure_add_limit(group, 0, met)->x = 64;
	return f;
}

static void bars_of_irregular_limits_are_hatched(void **state)
{
	g_autoptr(figure) f = two_combinations();

	(void)state;
	for (guint width = 400; width <= 800; width += 400) {
		struct figure_options options = plain;
		g_autoptr(GString) rows = g_string_new(NULL);
		g_auto(figure_text) text = { NULL, NULL };

		options.width = width;
		assert_true(figure_limits(f, &options, &text, NULL));
		check_sound(&text, rows);
		/* Medians and repetitions of NDR, then of PDR. */
		assert_string_equal(rows->str, "2 6 1 3");
		assert_non_null(strstr(text.data, " 410000 400000 420000 0\n"));
		assert_non_null(strstr(text.data, " 2000000 2000000 2000000 1\n"));
		assert_int_equal(count_text(text.script, "with boxxyerror lt 1 fs pattern 4"), 1);
		assert_int_equal(count_text(text.script, "with boxxyerror lt 1 fs solid"), 1);
		assert_int_equal(count_text(text.script, "with boxxyerror lt 2 fs pattern 4"), 0);
		assert_non_null(strstr(text.script, "'at least (hatched)'"));
		assert_non_null(strstr(text.script, "410.0 kpps (400.0 to 420.0)'"));
		assert_non_null(strstr(text.script, "≥ 2000 kpps, met at the highest load'"));
		assert_non_null(strstr(text.script, "circles: 3"));
	}
}

/* A long goal beside its number in a narrow figure: "loss=0.1%,p99=50us@eve...74.3 kpps" was no number. */
static void numbers_of_long_goals_are_whole(void **state)
{
	g_autoptr(figure) f = two_combinations();
	struct figure_options options = plain;
	g_auto(figure_text) text = { NULL, NULL };

	(void)state;
	options.width = 400;
	g_free(f->facets->pdata[0]);
	f->facets->pdata[0] = g_strdup("loss=0.1%,p99=50us@every-guest,p50=20us");
	assert_true(figure_limits(f, &options, &text, NULL));
	assert_non_null(strstr(text.script, ": 410.0 kpps (400.0 to 420.0)'"));
	assert_non_null(strstr(text.script, ": ≥ 2000 kpps, met at the highest load'"));
}

static void sizes_stand_beside_the_theoretical_rate(void **state)
{
	static const double sizes[] = { 64, 512, 1518 };
	g_autoptr(figure) f = figure_new();
	g_autoptr(GPtrArray) found = goals_new(), missed = goals_new();
	g_autoptr(GString) rows = g_string_new(NULL);
	g_auto(figure_text) text = { NULL, NULL };
	struct figure_group *group = figure_add_limits(f, "a");

	(void)state;
	g_ptr_array_add(f->facets, g_strdup("NDR"));
	add_goal(found, SEARCH_FOUND, 80000, 81000);
	add_goal(missed, SEARCH_MISSED_AT_MIN, 0, 20000);
	for (guint i = 0; i < G_N_ELEMENTS(sizes); i++) {
		struct figure_limit *limit = figure_add_limit(group, 0, i == 1 ? missed : found);

		limit->x = sizes[i];
		limit->theoretical_pps = 1e9 / 8 / (sizes[i] + 20);
		limit->theoretical_is_link = TRUE;
	}
	assert_true(figure_limits_by(f, "frame size with FCS (bytes)", &plain, &text, NULL));
	check_sound(&text, rows);
	assert_string_equal(rows->str, "3");
	assert_non_null(strstr(text.script, "set xtics ('64' 0, '512' 1, '1518' 2)"));
	assert_non_null(strstr(text.script, "'theoretical rate of the link'"));
	/* 1488 to 80 kpps: logarithmic, and what has no limit stands at the least that has one. */
	assert_non_null(strstr(text.script, "set logscale y"));
	assert_non_null(strstr(text.data, "\n1 512 80000 80000 80000 1 234962.406\n"));
	assert_non_null(strstr(text.script, "'hollow: irregular, tester-limited or unfinished'"));
}

static void nothing_to_draw_is_an_error(void **state)
{
	g_autoptr(figure) f = figure_new();
	g_autoptr(search) s = search_new(1);
	g_auto(figure_text) text = { NULL, NULL };
	g_autoptr(GError) a = NULL, b = NULL;

	(void)state;
	assert_false(figure_search(f, s, bounds, &plain, &text, &a));
	assert_true(g_error_matches(a, PLOTS_ERROR, PLOTS_ERROR_EMPTY));
	assert_false(figure_limits(f, &plain, &text, &b));
	assert_true(g_error_matches(b, PLOTS_ERROR, PLOTS_ERROR_EMPTY));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(trials_stand_in_whole_and_near_the_limit),
		cmocka_unit_test(zero_has_a_row_of_its_own),
		cmocka_unit_test(irregular_goals_have_one_view),
		cmocka_unit_test(spoilt_trials_are_crosses),
		cmocka_unit_test(loss_inversion_is_a_band_of_its_own),
		cmocka_unit_test(loss_curves_are_no_trials_of_the_limit),
		cmocka_unit_test(latency_at_shares_has_a_panel),
		cmocka_unit_test(limits_say_how_sure_they_are),
		cmocka_unit_test(bars_of_irregular_limits_are_hatched),
		cmocka_unit_test(numbers_of_long_goals_are_whole),
		cmocka_unit_test(sizes_stand_beside_the_theoretical_rate),
		cmocka_unit_test(nothing_to_draw_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
