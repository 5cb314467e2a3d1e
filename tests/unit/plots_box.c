/* SPDX-License-Identifier: BSD-3-Clause */
/* Boxes and shifts: what the scripts and their data say. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <math.h>
#include <string.h>

#include "analyze/statistics/rank_test.h"
#include "plots/figures/figures.h"

static const struct figure_options plain = {
	.style = "# style\n", .script_name = "x.gp", .data_name = "x.dat", .image_name = "x.svg"
};

static GArray *values(guint nb, const double *x)
{
	GArray *a = g_array_new(FALSE, FALSE, sizeof(double));

	g_array_append_vals(a, x, nb);
	return a;
}

static void five_numbers(void **state)
{
	const double x[] = { 5, 1, 4, 2, 3 }, beyond[] = { 1, INFINITY, 2, INFINITY };
	struct result_box b = result_box_of(x, 5);

	(void)state;
	assert_true(b.min == 1 && b.q1 == 2 && b.median == 3 && b.q3 == 4 && b.max == 5);
	b = result_box_of(x, 2); /* 1, 5 */
	assert_true(b.q1 == 2 && b.median == 3 && b.q3 == 4);
	b = result_box_of(beyond, 4);
	assert_true(b.min == 1 && isinf(b.median) && isinf(b.max));
	b = result_box_of(x, 0);
	assert_true(isnan(b.median));
}

/* A line of the data. */
static gboolean has_line(const char *text, const char *line)
{
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

	return g_strv_contains((const char *const *)lines, line);
}

static void boxes_stand_at_their_loads(void **state)
{
	const double a[] = { 1000, 2000, 3000, 4000, 5000 }, few[] = { 7000, 9000 },
		     lost[] = { 1000, 1000, 1000, INFINITY };
	g_autoptr(figure) b = figure_new();
	g_auto(figure_text) text = { NULL, NULL };
	struct figure_group *g;

	(void)state;
	g = figure_add_cells(b, "A");
	figure_add_cell(g, 1e5, TRUE, values(5, a));
	figure_add_cell(g, 2e5, FALSE, values(2, few));
	g = figure_add_cells(b, "B");
	figure_add_cell(g, 0, TRUE, values(4, lost));
	assert_true(figure_box(b, 0.99, &plain, &text, NULL));
	/* Two groups: 0.28 wide, 0.14 beside the load. */
	assert_true(has_line(text.data, "-0.14 1000 2000 3000 4000 5000 5 0.224"));
	assert_true(has_line(text.data, "0.86 7000 7500 8000 8500 9000 2 0.224"));
	assert_true(has_line(text.data, "2.14 1000 1000 1000 NaN NaN 4 0.224"));
	assert_non_null(strstr(text.script, "set xtics ('100' 0, '200' 1, 'max' 2)"));
	assert_non_null(strstr(text.script, "'99th percentile of latency'"));
	assert_non_null(strstr(text.script, "no box: fewer than 4 repetitions"));
	assert_non_null(strstr(text.script, "cross or end of a box at the top"));
	assert_non_null(strstr(text.script, "hollow: unreliable trial"));
}

/* gnuplot drew a whisker to NaN down to the lower end of the axis. */
static void whiskers_to_lost_frames_go_up(void **state)
{
	const double lost[] = { 1000, 2000, 3000, 4000, INFINITY };
	g_autoptr(figure) b = figure_new();
	g_auto(figure_text) text = { NULL, NULL };
	g_autoptr(GRegex) top = g_regex_new("set yrange \\[[^:]*:([0-9.e+]+)\\]", 0, 0, NULL);
	g_autoptr(GMatchInfo) match = NULL;

	(void)state;
	figure_add_cell(figure_add_cells(b, "A"), 1e5, TRUE, values(5, lost));
	assert_true(figure_box(b, 0.99, &plain, &text, NULL));
	assert_true(has_line(text.data, "0 1000 2000 3000 4000 NaN 5 0.224"));
	assert_true(g_regex_match(top, text.script, 0, &match));
	g_autofree char *end = g_match_info_fetch(match, 1);
	g_autofree char *whisker = g_strdup_printf(":(valid(6) ? $6 : %s):", end);

	assert_non_null(strstr(text.script, whisker));
}

static const struct figure_sides five = {
	.a = "A", .b = "B", .nb_a = 5, .nb_b = 5, .confidence = 0.95
};

static struct figure_group *add_panel(figure *f, const char *name)
{
	return figure_add_rows(f, name, sizeof(struct rank_test_quantile));
}

static void nothing_known_is_an_error(void **state)
{
	g_autoptr(figure) b = figure_new();
	g_autoptr(figure) s = figure_new();
	g_auto(figure_text) text = { NULL, NULL };
	g_autoptr(GError) error = NULL, other = NULL;

	(void)state;
	figure_add_cell(figure_add_cells(b, "A"), 1e5, TRUE, values(0, NULL));
	assert_false(figure_box(b, 0.5, &plain, &text, &error));
	assert_non_null(strstr(error->message, "nothing to draw"));
	(void)add_panel(s, "");
	assert_false(figure_shift(s, &five, &plain, &text, &other));
	assert_non_null(strstr(other->message, "nothing to draw"));
}

static void add_point(struct figure_group *p, double q, double diff, double reach)
{
	struct rank_test_quantile x = { .q = q,
		.a = 1000,
		.b = 1000 + diff,
		.diff = { diff, diff - reach, diff + reach, 0.95, isfinite(reach) } };

	g_array_append_val(p->points, x);
}

static void shifts_have_bands_where_they_are_known(void **state)
{
	g_autoptr(figure) s = figure_new();
	g_auto(figure_text) text = { NULL, NULL };
	struct figure_group *p = add_panel(s, "100 kpps");

	(void)state;
	add_point(p, 0.1, -50, 20);
	add_point(p, 0.5, 100, 30);
	add_point(p, 0.99, 400, INFINITY);
	add_point(p, 0.999, NAN, NAN);
	assert_true(figure_shift(s, &five, &plain, &text, NULL));
	assert_true(has_line(text.data, "0.1 -50 -70 -30 1000 950"));
	assert_true(has_line(text.data, "0.5 100 70 130 1000 1100"));
	assert_true(has_line(text.data, "0.99 400 NaN NaN 1000 1400"));
	assert_true(has_line(text.data, "0.999 NaN NaN NaN 1000 NaN"));
	assert_non_null(strstr(text.script, "filledcurves"));
	assert_non_null(strstr(text.script, "above 0: B is slower than A"));
	assert_non_null(strstr(text.script, "in places no band"));
	assert_non_null(strstr(text.script, "gaps: among lost frames"));
	assert_non_null(strstr(text.script, "'100 kpps'"));
}

/* At 99 % and at 99.9 % labels were printed over each other in panels side by side. */
static void narrow_panels_leave_a_label_out(void **state)
{
	(void)state;
	for (guint nb = 2; nb <= 3; nb++) {
		g_autoptr(figure) s = figure_new();
		g_auto(figure_text) text = { NULL, NULL };

		for (guint i = 0; i < nb; i++) {
			struct figure_group *p = add_panel(s, "100 kpps");

			add_point(p, 0.5, 100, 30);
		}
		assert_true(figure_shift(s, &five, &plain, &text, NULL));
		assert_int_equal(strstr(text.script, "'99 %%' invnorm(0.99)") != NULL, nb == 2);
		assert_int_equal(strstr(text.script, "'' invnorm(0.99)") != NULL, nb == 3);
		assert_non_null(strstr(text.script, "'99.9 %%' invnorm(0.999)"));
	}
}

static void without_any_band_none_is_drawn(void **state)
{
	g_autoptr(figure) s = figure_new();
	g_auto(figure_text) text = { NULL, NULL };
	struct figure_group *p = add_panel(s, "");

	(void)state;
	add_point(p, 0.5, 100, INFINITY);
	assert_true(figure_shift(s, &five, &plain, &text, NULL));
	assert_null(strstr(text.script, "filledcurves"));
	assert_non_null(strstr(text.script, "'no band: too few repetitions"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(five_numbers),
		cmocka_unit_test(boxes_stand_at_their_loads),
		cmocka_unit_test(whiskers_to_lost_frames_go_up),
		cmocka_unit_test(nothing_known_is_an_error),
		cmocka_unit_test(shifts_have_bands_where_they_are_known),
		cmocka_unit_test(narrow_panels_leave_a_label_out),
		cmocka_unit_test(without_any_band_none_is_drawn),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
