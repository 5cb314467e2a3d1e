/* SPDX-License-Identifier: BSD-3-Clause */
/* Medians over repetitions, of size classes, departures, seconds, and guests second by second. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <glib/gstdio.h>

#include "analyze/base/file.h"
#include "analyze/results/result_reps.h"
#include "analyze/results/result_seconds.h"
#include "tests/unit/fake_trial.h"

static void near(double is, double want)
{
	if (!(fabs(is - want) <= 1e-9 * fabs(want)))
		fail_msg("%.12g, not %.12g", is, want);
}

static void median_and_ends_of_repetitions(void **state)
{
	(void)state;
	static const double odd[] = { 3, 1, NAN, 2 }, even[] = { 4, 1, 2, 3 };
	struct result_reps r = result_reps_of(odd, NULL, 4);

	assert_int_equal(r.nb, 3);
	near(r.median, 2);
	near(r.min, 1);
	near(r.max, 3);
	assert_false(r.median_bound || r.min_bound || r.max_bound);
	r = result_reps_of(even, NULL, 4);
	near(r.median, 2.5);
	r = result_reps_of(even, NULL, 1);
	near(r.median, 4);
	assert_int_equal(r.nb, 1);
	r = result_reps_of(odd + 2, NULL, 1);
	assert_int_equal(r.nb, 0);
	assert_true(isnan(r.median) && isnan(r.min) && isnan(r.max));
	r = result_reps_of(NULL, NULL, 0);
	assert_int_equal(r.nb, 0);
}

/* A bound above the middle leaves the median known; one at or below it does not. */
static void bounds_make_the_median_one_where_they_are_not_above(void **state)
{
	(void)state;
	static const double values[] = { 10, 20, 2000, 30, 5 };
	static const struct {
		gboolean bound[5];
		gboolean median, min, max;
	} cases[] = {
		{ { FALSE, FALSE, TRUE, FALSE, FALSE }, FALSE, FALSE, TRUE },
		{ { FALSE, TRUE, TRUE, FALSE, FALSE }, TRUE, FALSE, TRUE },
		{ { FALSE, FALSE, FALSE, FALSE, TRUE }, TRUE, TRUE, TRUE },
		{ { FALSE, FALSE, FALSE, TRUE, FALSE }, FALSE, FALSE, TRUE },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		struct result_reps r = result_reps_of(values, cases[i].bound, 5);

		near(r.median, 20);
		assert_int_equal(r.median_bound, cases[i].median);
		assert_int_equal(r.min_bound, cases[i].min);
		assert_int_equal(r.max_bound, cases[i].max);
	}
}

struct folder {
	char *path;
	result_set *set;
};

static struct folder write_trials(struct fake_cfg cfg, guint repetitions)
{
	struct folder f = { .path = g_dir_make_tmp("reps-XXXXXX", NULL) };
	const struct result_options options = { .dir = f.path };
	const char *const names[] = { "fake", NULL };
	g_autofree char *dir = g_build_filename(f.path, "fake", NULL);

	for (guint i = 0; i < repetitions; i++) {
		cfg.repetition = i;
		g_autoptr(trial) t = fake_trial(&cfg);

		/* Departures that differ from repetition to repetition. */
		t->departure.within_64ns = t->departure.frames / 4 * (i + 1) / repetitions;
		t->departure.within_128ns = t->departure.frames / 2;
		t->departure.within_256ns = t->departure.frames;
		t->departure.bursts = t->departure.frames / 10 * i;
		assert_true(trial_write(t, dir, NULL));
	}
	f.set = result_open(&options, names, NULL);
	assert_non_null(f.set);
	return f;
}

static void close_folder(struct folder *f)
{
	result_free(f->set);
	file_remove_tree(f->path);
	g_free(f->path);
}

/* What one trial says of a size class, by the plain way: all its bins in one histogram. */
static double class_of_trial(const trial *t, uint32_t lo, double q, double *loss)
{
	g_autoptr(hist) all = hist_new();
	uint64_t offered = 0, lost = 0, ns;
	gboolean bound;

	for (uint32_t i = 0; i < t->nb_guests; i++) {
		for (uint32_t j = 0; j < t->guests[i].nb_sizes; j++) {
			const struct trial_size *s = &t->guests[i].sizes[j];

			if (s->frame_len_lo != lo)
				continue;
			offered += s->c.offered;
			lost += s->c.lost;
			hist_add(all, s->latency.hist);
		}
	}
	*loss = (double)lost / (double)offered;
	assert_int_equal(hist_quantile(all, lost, UINT64_C(2000000000), q, &ns, &bound), 0);
	return (double)ns;
}

static void sizes_have_the_median_of_their_repetitions(void **state)
{
	(void)state;
	const struct fake_cfg cfg = {
		.label = "fake", .rate_pps = 1000, .seed = 3, .loss = 0.005, .worst = 1
	};
	struct folder f = write_trials(cfg, 3);
	result_combination *c = g_ptr_array_index(f.set->combinations, 0);
	g_autoptr(GArray) sizes = result_size_reps(f.set, c, FALSE, NULL);
	static const uint32_t los[] = { 64, 65, 1518 };

	assert_non_null(sizes);
	assert_int_equal(sizes->len, 3);
	assert_false(c->loaded);
	for (guint i = 0; i < 3; i++) {
		const struct result_size_reps *s = &g_array_index(
			sizes, struct result_size_reps, i);
		double p50[3], loss[3];

		assert_int_equal(s->frame_len_lo, los[i]);
		assert_int_equal(s->p50.nb, 3);
		for (guint k = 0; k < 3; k++) {
			struct fake_cfg one = cfg;

			one.repetition = k;
			g_autoptr(trial) t = fake_trial(&one);

			p50[k] = class_of_trial(t, los[i], 0.5, &loss[k]);
		}
		struct result_reps want = result_reps_of(p50, NULL, 3);

		near(s->p50.median, want.median);
		near(s->p50.min, want.min);
		near(s->p50.max, want.max);
		want = result_reps_of(loss, NULL, 3);
		near(s->loss.median, want.median);
		near(s->loss.max, want.max);
		assert_true(s->loss.max > 0);
		/* The worst guest alone loses more than 1 %: the 99th percentile is a bound. */
		assert_true(s->p99.max_bound);
	}
	close_folder(&f);
}

static void departures_are_shares_of_each_repetition(void **state)
{
	(void)state;
	const struct fake_cfg cfg = { .label = "fake", .rate_pps = 1000, .seed = 3, .worst = -1 };
	struct folder f = write_trials(cfg, 3);
	struct result_departure_reps d = result_departure_reps(
		g_ptr_array_index(f.set->combinations, 0));

	assert_int_equal(d.schedule[0].nb, 3);
	near(d.schedule[0].median, 0.25 * 2 / 3);
	near(d.schedule[0].min, 0.25 / 3);
	near(d.schedule[0].max, 0.25);
	near(d.schedule[1].median, 0.5);
	near(d.schedule[3].median, 1);
	near(d.bursts.median, 0.1);
	near(d.bursts.max, 0.2);
	/* These trials know nothing of gaps. */
	assert_int_equal(d.gap[0].nb, 0);
	assert_true(isnan(d.gap[0].median));
	close_folder(&f);
}

static void add_second(
	GArray *to, double time_s, uint64_t offered, uint64_t forwarded, uint64_t p50)
{
	struct trial_second s = {
		.time_s = time_s, .offered = offered, .forwarded = forwarded, .p50_ns = p50
	};

	g_array_append_val(to, s);
}

static void seconds_are_rates_of_their_own_length(void **state)
{
	(void)state;
	g_autoptr(trial) a = trial_new(), b = trial_new();
	g_autoptr(GPtrArray) both = g_ptr_array_new_with_free_func((GDestroyNotify)g_array_unref);

	add_second(a->seconds, 1, 1000, 900, 5000);
	add_second(a->seconds, 1.5, 500, 550, 0);
	add_second(b->seconds, 1, 2000, 2000, 7000);
	/* Not a second: nothing was offered in it. */
	add_second(b->seconds, 1.2, 0, 100, 7000);
	g_array_index(b->seconds, struct trial_second, 1).drain = TRUE;
	g_ptr_array_add(both, result_seconds(a));
	g_ptr_array_add(both, result_seconds(b));
	const struct result_second
		*s = (const struct result_second *)(void *)((GArray *)both->pdata[0])->data;

	near(s[0].offered_pps, 1000);
	near(s[0].loss, 0.1);
	near(s[0].p50_ns, 5000);
	assert_true(isnan(s[0].p99_ns));
	near(s[1].offered_pps, 1000);
	near(s[1].forwarded_pps, 1100);
	/* More came back than left: the frames of the second before. */
	assert_true(s[1].loss == 0);
	assert_true(isnan(s[1].p50_ns));
	g_autoptr(GArray) median = result_seconds_median(both);

	assert_int_equal(median->len, 2);
	s = (const struct result_second *)(void *)median->data;
	near(s[0].offered_pps, 1500);
	near(s[0].loss, 0.05);
	near(s[0].p50_ns, 6000);
	near(s[1].time_s, 1.5);
	near(s[1].forwarded_pps, 1100);
	g_ptr_array_set_size(both, 0);
	g_autoptr(GArray) none = result_seconds_median(both);

	assert_int_equal(none->len, 0);
}

static void guests_have_their_own_seconds(void **state)
{
	(void)state;
	/* Times of two generators differ a little; guest 7 ends early. */
	static const struct trial_guest_second rows[] = {
		{ 1.001, 3, FALSE, 10, 10, 1000 },
		{ 1.002, 7, FALSE, 20, 10, 4000 },
		{ 2.001, 3, FALSE, 10, 0, 0 },
		{ 2.004, 7, FALSE, 0, 0, 0 },
		{ 3.001, 3, FALSE, 10, 5, 5000 },
		{ 3.501, 3, TRUE, 0, 15, 15000 },
		{ 2.504, 7, TRUE, 0, 10, 9000 },
	};
	g_autoptr(GArray) array = g_array_new(FALSE, FALSE, sizeof(rows[0]));

	g_array_append_vals(array, rows, G_N_ELEMENTS(rows));
	g_autoptr(result_guest_times) g = result_guest_times_of(array, 10);

	assert_int_equal(g->nb_guests, 2);
	assert_int_equal(g->nb_times, 3);
	assert_int_equal(g->guests[0], 3);
	assert_int_equal(g->guests[1], 7);
	near(g->end_s[0], 1.002);
	near(g->end_s[2], 3.001);
	near(g->mean_ns[0], 100);
	assert_true(isnan(g->mean_ns[1]));
	near(g->mean_ns[2], 1000);
	near(g->mean_ns[3], 400);
	assert_true(g->loss[0] == 0);
	near(g->loss[1], 1);
	near(g->loss[3], 0.5);
	assert_true(isnan(g->loss[4]) && isnan(g->loss[5]));

	/* Two seconds are one time. */
	g_autoptr(result_guest_times) merged = result_guest_times_of(array, 2);

	assert_int_equal(merged->nb_times, 2);
	near(merged->end_s[0], 2.004);
	near(merged->loss[0], 0.5);
	near(merged->mean_ns[0], 100);
	near(merged->loss[1], 0.5);
	near(merged->mean_ns[2], 400);
	assert_true(isnan(merged->loss[3]));

	g_array_set_size(array, 0);
	g_autoptr(result_guest_times) none = result_guest_times_of(array, 2);

	assert_int_equal(none->nb_guests, 0);
	assert_int_equal(none->nb_times, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(median_and_ends_of_repetitions),
		cmocka_unit_test(bounds_make_the_median_one_where_they_are_not_above),
		cmocka_unit_test(sizes_have_the_median_of_their_repetitions),
		cmocka_unit_test(departures_are_shares_of_each_repetition),
		cmocka_unit_test(seconds_are_rates_of_their_own_length),
		cmocka_unit_test(guests_have_their_own_seconds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
