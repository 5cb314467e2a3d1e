/* SPDX-License-Identifier: BSD-3-Clause */
/* Combinations split by interface, group, frame size and guest: sums, repetitions, seconds, order. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <glib/gstdio.h>

#include "analyze/base/file.h"
#include "analyze/results/result_numbers.h"
#include "analyze/results/result_seconds.h"
#include "analyze/results/result_slice.h"
#include "tests/unit/fake_trial.h"

enum { REPETITIONS = 3, GUESTS = 6, SECONDS = 2 };

/* A fleet behind vhost-user and vmux, by turns: guests 0, 2, 4 and 1, 3, 5. */
static const struct fake_cfg fleet = {
	.guests = GUESTS, .frames = 500, .loss = 0.01, .worst = 3, .fleet = TRUE, .probes = TRUE
};

static void near(double is, double want)
{
	if (!(fabs(is - want) <= 1e-9 * fabs(want)))
		fail_msg("%.12g, not %.12g", is, want);
}

struct folder {
	char *path;
	result_set *set;
	result_combination *c;
};

static struct folder write_trials(struct fake_cfg cfg, gboolean seconds)
{
	struct folder f = { .path = g_dir_make_tmp("slice-XXXXXX", NULL) };
	const struct result_options options = { .dir = f.path };
	const char *const names[] = { "fake", NULL };
	g_autofree char *dir = g_build_filename(f.path, "fake", NULL);

	for (guint i = 0; i < REPETITIONS; i++) {
		cfg.repetition = i;
		g_autoptr(trial) t = fake_trial(&cfg);

		for (guint k = 0; seconds && k < SECONDS * GUESTS; k++) {
			guint second = 1 + k / GUESTS;
			const struct trial_guest_second s = { .time_s = second,
				.guest = k % GUESTS,
				.offered = 100 + k,
				.forwarded = 90 + k,
				.latency_sum_ns = (90 + k) * 1000 * (k % GUESTS + 1) };

			g_array_append_val(t->guest_seconds, s);
		}
		assert_true(trial_write(t, dir, NULL));
	}
	f.set = result_open(&options, names, NULL);
	assert_non_null(f.set);
	f.c = g_ptr_array_index(f.set->combinations, 0);
	return f;
}

static void close_folder(struct folder *f)
{
	result_free(f->set);
	file_remove_tree(f->path);
	g_free(f->path);
}

static void assert_values(const result_combination *c, enum result_by by, const char *want)
{
	g_autoptr(GPtrArray) values = result_slice_values(c, by);

	g_ptr_array_add(values, NULL);
	g_autofree char *all = g_strjoinv("|", (char **)values->pdata);

	assert_string_equal(all, want);
}

static void values_stand_in_the_order_of_guests_and_sizes(void **state)
{
	(void)state;
	struct folder f = write_trials(fleet, FALSE);

	assert_values(f.c, RESULT_BY_NONE, "");
	assert_values(f.c, RESULT_BY_INTERFACE, "vhost-user|vmux");
	assert_values(f.c, RESULT_BY_GROUP, "calm|busy, \"b\"");
	assert_values(f.c, RESULT_BY_SIZE, "64|65-594|1518");
	assert_values(f.c, RESULT_BY_GUEST, "0|1|2|3|4|5");
	assert_null(result_slice_new(f.set, f.c, RESULT_BY_INTERFACE, "vfio"));
	assert_null(result_slice_new(f.set, f.c, RESULT_BY_GUEST, "6"));
	close_folder(&f);
}

static void add_dist(struct trial_dist *sum, const struct trial_dist *d)
{
	assert_true(d->count == 0 || trial_dist_has_bins(d));
	assert_true(trial_dist_add(sum, d));
}

static void assert_dist(const struct trial_dist *is, const struct trial_dist *want)
{
	assert_int_equal(is->count, want->count);
	assert_int_equal(is->censored, want->censored);
	assert_int_equal(is->sum_ns, want->sum_ns);
	assert_int_equal(is->min_ns, want->min_ns);
	assert_int_equal(is->max_ns, want->max_ns);
	for (uint32_t i = 0; i < HIST_BUCKETS; i++)
		assert_int_equal(hist_get(is->hist, i), hist_get(want->hist, i));
}

static void sums_of_slices_are_the_totals_exactly(void **state)
{
	(void)state;
	for (int by = RESULT_BY_INTERFACE; by <= RESULT_BY_GUEST; by++) {
		struct folder f = write_trials(fleet, FALSE);
		struct result_numbers whole,
			sum = { .latency.hist = hist_new(), .response.hist = hist_new() };
		g_autoptr(GPtrArray) values = result_slice_values(f.c, (enum result_by)by);

		assert_true(result_load(f.set, f.c, NULL, NULL, NULL));
		whole = f.c->n;
		whole.latency.hist = hist_new();
		whole.response.hist = hist_new();
		hist_add(whole.latency.hist, f.c->n.latency.hist);
		hist_add(whole.response.hist, f.c->n.response.hist);
		result_unload(f.c);
		for (guint i = 0; i < values->len; i++) {
			result_combination *s = result_slice_new(
				f.set, f.c, (enum result_by)by, g_ptr_array_index(values, i));

			assert_non_null(s);
			assert_int_equal(s->trials->len, REPETITIONS);
			near(result_slice_offered_pps(s), f.c->n.offered_pps);
			assert_true(result_load(f.set, s, NULL, NULL, NULL));
			assert_true(trial_counts_add(&sum.c, &s->n.c));
			add_dist(&sum.latency, &s->n.latency);
			add_dist(&sum.response, &s->n.response);
			result_unload(s);
		}
		/* Which size a corrupt or a foreign frame had nobody knows. */
		if (by == RESULT_BY_SIZE) {
			sum.c.corrupt = whole.c.corrupt;
			sum.c.foreign = whole.c.foreign;
		}
		assert_memory_equal(&sum.c, &whole.c, sizeof(sum.c));
		assert_dist(&sum.latency, &whole.latency);
		assert_dist(&sum.response, &whole.response);
		trial_dist_clear(&sum.latency);
		trial_dist_clear(&sum.response);
		hist_free(whole.latency.hist);
		hist_free(whole.response.hist);
		assert_int_equal(f.set->warnings->len, 0);
		close_folder(&f);
	}
}

/* Of one repetition by the plain way: all guests behind vmux, from its file. */
static uint64_t median_of_file(const trial *t, double *loss)
{
	g_autoptr(trial) full = trial_read(t->path, TRIAL_BINS, NULL);
	g_autoptr(hist) all = hist_new();
	uint64_t lost = 0, offered = 0, ns;
	gboolean bound;

	for (uint32_t i = 0; i < full->nb_guests; i++) {
		const struct trial_guest *g = &full->guests[i];

		if (strcmp(g->interface, "vmux") != 0)
			continue;
		lost += g->c.lost;
		offered += g->c.offered;
		for (uint32_t k = 0; k < g->nb_sizes; k++)
			hist_add(all, g->sizes[k].latency.hist);
	}
	*loss = (double)lost / (double)offered;
	assert_int_equal(hist_quantile(all, lost, UINT64_C(2000000000), 0.5, &ns, &bound), 0);
	return ns;
}

static void repetitions_have_the_spread_of_their_guests(void **state)
{
	(void)state;
	struct folder f = write_trials(fleet, FALSE);
	result_combination *s = result_slice_new(f.set, f.c, RESULT_BY_INTERFACE, "vmux");
	uint64_t lo = UINT64_MAX, hi = 0;
	double loss_lo = 1, loss_hi = 0;
	struct result_quantile p50;

	for (guint i = 0; i < REPETITIONS; i++) {
		double loss;
		uint64_t ns = median_of_file(g_ptr_array_index(f.c->trials, i), &loss);

		lo = MIN(lo, ns);
		hi = MAX(hi, ns);
		loss_lo = fmin(loss_lo, loss);
		loss_hi = fmax(loss_hi, loss);
	}
	assert_true(result_load(f.set, s, NULL, NULL, NULL));
	assert_true(result_quantile(s, FALSE, 0.5, &p50));
	assert_int_equal(p50.min_ns, lo);
	assert_int_equal(p50.max_ns, hi);
	assert_true(lo < hi && loss_lo < loss_hi);
	near(s->n.loss.min, loss_lo);
	near(s->n.loss.max, loss_hi);
	assert_int_equal(s->nb_guests, GUESTS / 2);
	assert_int_equal(s->fairness.worst_guest, 3);
	assert_int_equal(s->params.guests, GUESTS);
	assert_false(s->probes.used);
	close_folder(&f);
}

static void titles_say_the_value(void **state)
{
	(void)state;
	static const struct {
		enum result_by by;
		const char *value, *title;
	} cases[] = { { RESULT_BY_INTERFACE, "vmux", "vmux (3 guests)" },
		{ RESULT_BY_GROUP, "calm", "calm (3 guests)" },
		{ RESULT_BY_SIZE, "65-594", "65-594 B" },
		{ RESULT_BY_GUEST, "3", "guest 3 (vmux)" } };
	struct folder f = write_trials(fleet, FALSE);

	for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
		const result_combination *s = result_slice_new(
			f.set, f.c, cases[i].by, cases[i].value);

		assert_string_equal(s->slice->title, cases[i].title);
	}
	close_folder(&f);
}

static void worst_guests_come_worst_first(void **state)
{
	(void)state;
	struct folder f = write_trials(fleet, FALSE);
	g_autoptr(GPtrArray) worst = result_slice_worst(f.set, f.c, 2, NULL);
	double before = 1;

	assert_int_equal(worst->len, 2);
	assert_string_equal(g_ptr_array_index(worst, 0), "3");
	for (guint i = 0; i < worst->len; i++) {
		guint guest = (guint)g_ascii_strtoull(g_ptr_array_index(worst, i), NULL, 10);

		assert_true(f.c->guests[guest].n.loss.value <= before);
		before = f.c->guests[guest].n.loss.value;
	}
	close_folder(&f);
}

static void seconds_of_a_slice_are_those_of_its_guests(void **state)
{
	(void)state;
	struct folder f = write_trials(fleet, TRUE);
	result_combination *s = result_slice_new(f.set, f.c, RESULT_BY_INTERFACE, "vmux");
	g_autoptr(GArray) rows = result_slice_rows(s, g_ptr_array_index(s->trials, 1), NULL);
	g_autoptr(GArray) seconds = NULL;

	assert_non_null(rows);
	assert_int_equal(rows->len, SECONDS * GUESTS / 2);
	seconds = result_seconds_of_guests(rows);
	assert_int_equal(seconds->len, SECONDS);
	for (guint i = 0; i < SECONDS; i++) {
		const struct result_second *is = &g_array_index(seconds, struct result_second, i);
		double offered = 0, forwarded = 0, sum_ns = 0;

		for (guint guest = 1; guest < GUESTS; guest += 2) {
			double more = i * GUESTS + guest;

			offered += 100 + more;
			forwarded += 90 + more;
			sum_ns += (90 + more) * 1000 * (guest + 1);
		}
		near(is->time_s, i + 1);
		near(is->offered_pps, offered);
		near(is->forwarded_pps, forwarded);
		near(is->loss, (offered - forwarded) / offered);
		near(is->mean_ns, sum_ns / forwarded);
		assert_true(isnan(is->p99_ns));
	}
	close_folder(&f);
}

/* Guest 1 died in the first second: what came back later of it belongs to no second. */
static void the_drain_is_no_second_of_a_guest(void **state)
{
	(void)state;
	const struct trial_guest_second all[] = {
		{ .time_s = 1, .guest = 0, .offered = 10, .forwarded = 9 },
		{ .time_s = 1, .guest = 1, .offered = 10, .forwarded = 8 },
		{ .time_s = 2, .guest = 0, .offered = 10, .forwarded = 7 },
		{ .time_s = 2.5, .guest = 0, .drain = TRUE, .forwarded = 4 },
		{ .time_s = 2.5, .guest = 1, .drain = TRUE, .forwarded = 2 },
	};
	g_autoptr(GArray) rows = g_array_new(FALSE, FALSE, sizeof(all[0]));
	g_autoptr(GArray) seconds = NULL;

	g_array_append_vals(rows, all, G_N_ELEMENTS(all));
	seconds = result_seconds_of_guests(rows);
	assert_int_equal(seconds->len, 2);
	near(g_array_index(seconds, struct result_second, 0).forwarded_pps, 17);
	near(g_array_index(seconds, struct result_second, 1).forwarded_pps, 7);
	near(g_array_index(seconds, struct result_second, 1).time_s, 2);
}

static void a_broken_repetition_is_left_out_of_its_slice(void **state)
{
	(void)state;
	struct folder f = write_trials(fleet, FALSE);
	result_combination *s = result_slice_new(f.set, f.c, RESULT_BY_SIZE, "64");
	const trial *t = g_ptr_array_index(f.c->trials, 1);
	g_autofree char *path = trial_sibling_path(t, "guests");

	assert_true(g_file_set_contents(path, "nonsense\n", -1, NULL));
	assert_true(result_load(f.set, s, NULL, NULL, NULL));
	assert_int_equal(s->trials->len, REPETITIONS - 1);
	assert_int_equal(f.set->warnings->len, 1);
	near(result_slice_offered_pps(s), f.c->n.offered_pps);
	close_folder(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_stand_in_the_order_of_guests_and_sizes),
		cmocka_unit_test(sums_of_slices_are_the_totals_exactly),
		cmocka_unit_test(repetitions_have_the_spread_of_their_guests),
		cmocka_unit_test(titles_say_the_value),
		cmocka_unit_test(worst_guests_come_worst_first),
		cmocka_unit_test(seconds_of_a_slice_are_those_of_its_guests),
		cmocka_unit_test(the_drain_is_no_second_of_a_guest),
		cmocka_unit_test(a_broken_repetition_is_left_out_of_its_slice),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
