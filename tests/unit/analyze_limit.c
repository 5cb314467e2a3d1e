/* SPDX-License-Identifier: BSD-3-Clause */
/* Load limits of curves, regular and not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <math.h>

#include "analyze/verdict/limit.h"

static void near(double is, double wanted, const char *what)
{
	if (!(fabs(is - wanted) <= 1e-9 * fabs(wanted)))
		fail_msg("%s: %.15g, not %.15g", what, is, wanted);
}

/* Loads of 100, 200, ...; weight as many frames. */
static struct limit_point *curve(const double *loss, const double *p50, size_t nb)
{
	struct limit_point *points = g_new0(struct limit_point, nb + 1);

	for (size_t i = 0; i < nb; i++) {
		double load = 100.0 * (double)(i + 1);

		points[i] = (struct limit_point){ load, load * (1 - loss[i]), loss[i], load,
			p50 != NULL ? p50[i] : NAN };
	}
	return points;
}

static void a_plain_curve(void **state)
{
	static const double loss[] = { 0, 0, 0.02, 0.12, 0.4 };
	g_autofree struct limit_point *points = curve(loss, NULL, 5);
	struct limit l = limit_of(points, 5, 0.05), repaired = limit_of_repaired(points, 5, 0.05);

	(void)state;
	assert_int_equal(l.state, LIMIT_FOUND);
	near(l.offered_pps, 300, "last good load");
	near(l.forwarded_pps, 294, "received there");
	near(l.interpolated_offered_pps, 330, "interpolated");
	near(l.interpolated_forwarded_pps, 294 + 0.3 * (352 - 294), "received there");
	near(repaired.interpolated_offered_pps, 330, "nothing to repair");
	/* Equal to the threshold passes. */
	l = limit_of(points, 5, 0.02);
	near(l.offered_pps, 300, "equal passes");
	near(l.interpolated_offered_pps, 300, "and is the limit");
}

static void a_curve_that_comes_back(void **state)
{
	static const double loss[] = { 0, 0.01, 0.06, 0.25, 0.047, 0.12 };
	g_autofree struct limit_point *points = curve(loss, NULL, 6);
	struct limit l = limit_of(points, 6, 0.05), repaired = limit_of_repaired(points, 6, 0.05);

	(void)state;
	near(l.offered_pps, 500, "as it is");
	near(repaired.offered_pps, 200, "repaired");
	near(repaired.interpolated_offered_pps, 280, "between 0.01 and 0.06");
}

static void irregular_curves_have_words(void **state)
{
	static const double all[] = { 0, 0.01 }, none[] = { 0.2, 0.3 }, highest[] = { 0.3, 0.01 };
	static const struct {
		const double *loss;
		size_t nb;
		enum limit_state state;
	} cases[] = { { all, 2, LIMIT_ALL }, { none, 2, LIMIT_NONE }, { highest, 2, LIMIT_HIGHEST },
		{ all, 1, LIMIT_ALL }, { all, 0, LIMIT_UNKNOWN } };

	(void)state;
	for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree struct limit_point *points = curve(cases[i].loss, NULL, cases[i].nb);
		struct limit l = limit_of(points, cases[i].nb, 0.05);

		assert_int_equal(l.state, cases[i].state);
		assert_true(isnan(l.offered_pps) && isnan(l.interpolated_offered_pps));
		assert_int_equal(limit_of_repaired(points, cases[i].nb, 0.05).state,
			cases[i].state == LIMIT_HIGHEST ? LIMIT_NONE : cases[i].state);
	}
	assert_string_equal(limit_state_word(LIMIT_NONE), "no load passes");
}

static void the_knee_is_where_latency_leaves_its_level(void **state)
{
	static const double loss[] = { 0, 0, 0, 0, 0.3, 0.4 };
	static const double p50[] = { 10, 12, 14, 29, 400, INFINITY };
	static const double early[] = { 10, 100, 10, 10, 10, 10 };
	static const double flat[] = { 10, 10, 10, 10, 10, NAN };
	g_autofree struct limit_point *points = curve(loss, p50, 6);
	g_autofree struct limit_point *back = curve(loss, early, 6);
	g_autofree struct limit_point *level = curve(loss, flat, 6);
	g_autofree struct limit_point *unknown = curve(loss, NULL, 6);
	struct limit_knee k = limit_knee_of(points, 6, 0.001, 3);

	(void)state;
	assert_int_equal(k.state, LIMIT_FOUND);
	near(k.baseline_ns, 11, "median of the lower two of four");
	near(k.offered_pps, 400, "knee");
	near(k.p50_ns, 29, "median there");
	near(limit_knee_of(points, 6, 0.001, 2).offered_pps, 300, "a lower factor");
	near(limit_knee_of(back, 6, 0.001, 1.5).offered_pps, 100, "the first that leaves counts");
	assert_int_equal(limit_knee_of(level, 6, 0.001, 3).state, LIMIT_ALL);
	assert_int_equal(limit_knee_of(unknown, 6, 0.001, 3).state, LIMIT_UNKNOWN);
	assert_int_equal(limit_knee_of(points + 4, 2, 0.001, 3).state, LIMIT_NONE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_plain_curve),
		cmocka_unit_test(a_curve_that_comes_back),
		cmocka_unit_test(irregular_curves_have_words),
		cmocka_unit_test(the_knee_is_where_latency_leaves_its_level),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
