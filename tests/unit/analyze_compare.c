/* SPDX-License-Identifier: BSD-3-Clause */
/* Two sets of results, paired and compared through the library alone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <glib/gstdio.h>
#include <gsl/gsl_errno.h>
#include <math.h>
#include <string.h>

#include "analyze/base/file.h"
#include "analyze/verdict/compare.h"
#include "analyze/base/error.h"
#include "tests/unit/fake_trial.h"

enum { REPS = 5 };

static int make_dir(void **state)
{
	char *dir = g_dir_make_tmp("compare-XXXXXX", NULL);

	gsl_set_error_handler_off();
	for (uint32_t i = 0; i < 4 * REPS; i++) {
		const struct fake_cfg cfg = { .label = i % 2 == 0 ? "a" : "b",
			.rate_pps = i / 2 % 2 == 0 ? 100000 : 200000,
			.repetition = i / 4,
			.seed = i % 2,
			.worst = i % 2 == 0 ? -1 : 1,
			.vhost = i % 2 == 0,
			.guests = 2,
			.frames = 200 };
		g_autoptr(trial) t = fake_trial(&cfg);
		g_autofree char *to = g_build_filename(dir, cfg.label, NULL);

		if (!trial_write(t, to, NULL))
			return -1;
	}
	*state = dir;
	return dir == NULL;
}

static int remove_dir(void **state)
{
	file_remove_tree(*state);
	g_free(*state);
	return 0;
}

static result_set *open_label(const char *dir, const char *label)
{
	const struct result_options options = { .dir = dir };
	const char *const names[] = { label, NULL };
	result_set *r = result_open(&options, names, NULL);

	assert_non_null(r);
	return r;
}

static void pairs_have_verdicts(void **state)
{
	g_autoptr(result_set) a = open_label(*state, "a");
	g_autoptr(result_set) b = open_label(*state, "b");
	g_autoptr(GArray) metrics = compare_metrics_parse("p50,loss", NULL);
	const struct compare_options options = {
		.alpha = 0.05, .threshold = 0.01, .metrics = metrics
	};
	g_autoptr(comparison) c = compare_run(a, b, &options, NULL);
	g_autoptr(comparison) back = compare_run(b, a, &options, NULL);

	assert_non_null(c);
	assert_non_null(back);
	assert_int_equal(c->pairs->len, 2);
	assert_int_equal(c->alone_a->len + c->alone_b->len + c->notes->len, 0);
	for (guint i = 0; i < c->pairs->len; i++) {
		const struct compare_pair *p = g_ptr_array_index(c->pairs, i);
		const struct compare_pair *q = g_ptr_array_index(back->pairs, i);

		assert_true(p->a->params.rate_pps == p->b->params.rate_pps);
		assert_int_equal(p->cells[0].a.nb, REPS);
		/* A guest with four times the latency. */
		assert_int_equal(p->cells[0].verdict, COMPARE_WORSE);
		assert_true(p->cells[0].diff.lo > 0 && p->cells[0].ratio > 1.01);
		assert_true(fabs(p->cells[0].diff.value + q->cells[0].diff.value) < 1e-9);
		assert_int_equal(q->cells[0].verdict, COMPARE_BETTER);
		assert_true(p->ks.d > 0.2 && !p->ks.exact);
		/* Nothing was lost on either side. */
		assert_int_equal(p->cells[1].verdict, COMPARE_NO_DIFFERENCE);
		assert_false(p->a->loaded);
	}
	assert_int_equal(c->over[0].verdict, COMPARE_WORSE);
	assert_int_equal(c->over[1].verdict, COMPARE_NO_DIFFERENCE);
	assert_true(fabs(c->over[0].least_p - 2 / (252.0 * 252.0)) < 1e-12);
	assert_true(fabs(c->over[0].u.p - c->over[0].least_p) < 1e-12);
}

static void the_shift_grows_to_the_tail(void **state)
{
	static const double q[] = { 0.1, 0.5, 0.9 };
	g_autoptr(result_set) a = open_label(*state, "a");
	g_autoptr(result_set) b = open_label(*state, "b");
	struct rank_test_quantile shift[3];

	for (guint i = 0; i < 2; i++) {
		result_combination *x = g_ptr_array_index(a->combinations, i);
		result_combination *y = g_ptr_array_index(b->combinations, i);
		struct result_quantile median;

		assert_true(result_load(a, x, NULL, NULL, NULL));
		assert_true(result_load(b, y, NULL, NULL, NULL));
		compare_shift(x, y, FALSE, q, 3, 0.95, shift);
		for (guint k = 0; k < 3; k++) {
			assert_true(shift[k].q == q[k]);
			assert_true(shift[k].diff.sufficient);
			assert_true(shift[k].diff.lo <= shift[k].diff.value);
			assert_true(shift[k].diff.value <= shift[k].diff.hi);
			assert_true(fabs(shift[k].median_diff - (shift[k].b - shift[k].a)) < 1e-9);
			if (k > 0)
				assert_true(shift[k].diff.lo > shift[k - 1].diff.hi);
		}
		/* The median of the repetitions' medians is one of them. */
		assert_true(result_quantile(x, FALSE, 0.5, &median));
		assert_true(
			shift[1].a >= (double)median.min_ns && shift[1].a <= (double)median.max_ns);
	}
	/* Without bins nothing is known. */
	result_unload(g_ptr_array_index(a->combinations, 0));
	compare_shift(g_ptr_array_index(a->combinations, 0), g_ptr_array_index(b->combinations, 0),
		FALSE, q, 1, 0.95, shift);
	assert_true(isnan(shift[0].a) && isnan(shift[0].diff.value));
}

/* Whatever the directory is called: equal parameters, repetition and start. */
static void a_copy_is_not_compared_with_its_original(void **state)
{
	g_autofree char *copy = g_build_filename(*state, "copy", NULL);
	const struct result_options options = { .dir = *state };
	const char *const names[] = { copy, NULL };
	g_autoptr(result_set) a = open_label(*state, "a");
	g_autoptr(result_set) b = NULL;
	g_autoptr(GArray) metrics = compare_metrics_parse("p50", NULL);
	const struct compare_options how = { .alpha = 0.05, .threshold = 0.01, .metrics = metrics };
	g_autoptr(comparison) c = NULL;
	g_autoptr(GError) error = NULL;

	for (uint32_t i = 0; i < REPS; i++) {
		const struct fake_cfg cfg = { .label = "a",
			.rate_pps = 100000,
			.repetition = i,
			.worst = -1,
			.vhost = TRUE,
			.guests = 2,
			.frames = 200 };
		g_autoptr(trial) t = fake_trial(&cfg);

		assert_true(trial_write(t, copy, NULL));
	}
	b = result_open(&options, names, NULL);
	assert_non_null(b);
	c = compare_run(a, b, &how, &error);
	assert_null(c);
	assert_true(g_error_matches(error, ANALYZE_ERROR, ANALYZE_ERROR_CONTENT));
	assert_non_null(strstr(error->message, "is in both A and B"));
	file_remove_tree(copy);
}

static void metrics_are_words(void **state)
{
	static const char *const bad[] = { "", "los", "p", "p0", "p101", "p5x", "p50,,loss", "p-1",
		"loss,loss" };
	g_autoptr(GArray) good = compare_metrics_parse("loss, forwarded,mean,p99.99,p100", NULL);

	(void)state;
	assert_non_null(good);
	assert_int_equal(good->len, 5);
	assert_true(fabs(g_array_index(good, struct compare_metric, 3).q - 0.9999) < 1e-12);
	for (guint i = 0; i < G_N_ELEMENTS(bad); i++) {
		g_autoptr(GError) error = NULL;

		if (compare_metrics_parse(bad[i], &error) != NULL)
			fail_msg("'%s' is taken", bad[i]);
		assert_non_null(error);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pairs_have_verdicts),
		cmocka_unit_test(the_shift_grows_to_the_tail),
		cmocka_unit_test(a_copy_is_not_compared_with_its_original),
		cmocka_unit_test(metrics_are_words),
	};

	return cmocka_run_group_tests(tests, make_dir, remove_dir);
}
