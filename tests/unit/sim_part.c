/* SPDX-License-Identifier: BSD-3-Clause */
/* Parts of a trial are the trial again, to the last bin; what is missing is named; rows add up. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <glib/gstdio.h>

#include "analyze/base/file.h"
#include "sim/trial/crew.h"
#include "sim/trial/gather_parts.h"
#include "sim/trial/live.h"
#include "sim/trial/part.h"
#include "tests/unit/fake_trial.h"

enum { GUESTS = 7, RANKS = 3, SECONDS = 3 };

static trial *make_whole(void)
{
	trial *t = fake_trial(&(struct fake_cfg){ .guests = GUESTS,
		.loss = 0.02,
		.worst = 2,
		.seed = 5,
		.rate_pps = 2000,
		.fleet = TRUE,
		.probes = TRUE });

	json_object_set_string_member(t->mix, "schedule_sha256", "d1");
	return t;
}

static void forget_sums(trial *t)
{
	memset(&t->totals, 0, sizeof(t->totals));
	trial_dist_clear(&t->latency);
	trial_dist_clear(&t->response);
	memset(&t->probes.c, 0, sizeof(t->probes.c));
	trial_dist_clear(&t->probes.latency);
	for (uint32_t i = 0; i < t->nb_groups; i++) {
		g_free(t->groups[i].group);
		g_free(t->groups[i].interface);
	}
	g_clear_pointer(&t->groups, g_free);
	t->nb_groups = 0;
}

static void forget_guest(struct trial_guest *g)
{
	memset(&g->c, 0, sizeof(g->c));
	trial_dist_clear(&g->latency);
	trial_dist_clear(&g->response);
	trial_dist_clear(&g->probes.latency);
	memset(&g->probes, 0, sizeof(g->probes));
	for (uint32_t k = 0; k < g->nb_sizes; k++) {
		memset(&g->sizes[k].c, 0, sizeof(g->sizes[k].c));
		trial_dist_clear(&g->sizes[k].latency);
		trial_dist_clear(&g->sizes[k].response);
	}
}

static void add_guest_row(trial *t, double time_s, uint32_t guest, guint second)
{
	const struct trial_guest_second s = { .time_s = time_s,
		.guest = guest,
		.offered = 100 * second + guest,
		.forwarded = 50 * second + guest,
		.latency_sum_ns = 1000000 * second + guest };

	g_array_append_val(t->guest_seconds, s);
}

/* Of rank k: k + 1 differences of +1000 (k + 1) ns, and one of minus that. */
static void set_ipdv(trial *t, guint rank)
{
	hist *later = hist_new(), *earlier = hist_new();

	for (guint i = 0; i <= rank; i++)
		hist_record(later, 1000 * (rank + 1));
	hist_record(earlier, 1000 * (rank + 1));
	trial_ipdv_set(&t->ipdv, later, earlier);
}

static struct part *make_part(guint rank)
{
	struct part *p = g_new0(struct part, 1);

	p->t = make_whole();
	p->rank = rank;
	p->nb_ranks = RANKS;
	p->host = g_strdup("here");
	p->cpus = g_strdup("1");
	p->mark = g_strdup("nowhere 1");
	p->own_delays = hist_new();
	for (uint64_t ns = 0; ns < 100; ns++)
		hist_record(p->own_delays, 1000 * rank + ns);
	p->health.unsent = 10 + rank;
	p->health.stopped_ns = 100 * rank;
	p->in.tsc_error_ppm = rank == 1 ? -3 : 1;
	p->in.guests_waited = 0.01 * rank;
	p->t->departure.self_delay_max_ns = 1000 * rank + 99;
	for (uint32_t i = 0; i < GUESTS; i++)
		if (i % RANKS != rank)
			forget_guest(&p->t->guests[i]);
	forget_sums(p->t);
	/* Clocks of ranks differ by some ms; each has rows of its own guests alone. */
	for (guint second = 1; second <= SECONDS; second++)
		for (uint32_t i = rank; i < GUESTS; i += RANKS)
			add_guest_row(p->t, second + 0.004 * (rank + 1) - 0.008, i, second);
	trial_ipdv_clear(&p->t->ipdv);
	set_ipdv(p->t, rank);
	assert_true(trial_balance(p->t, NULL));
	return p;
}

static void same_dist(const struct trial_dist *a, const struct trial_dist *b, gboolean bins)
{
	assert_int_equal(a->count, b->count);
	assert_int_equal(a->censored, b->censored);
	assert_int_equal(a->min_ns, b->min_ns);
	assert_int_equal(a->max_ns, b->max_ns);
	assert_int_equal(a->sum_ns, b->sum_ns);
	if (!bins || a->count == 0)
		return;
	assert_non_null(a->hist);
	for (uint32_t i = 0; i < HIST_BUCKETS; i++)
		assert_int_equal(ctr_get(&a->hist->bucket[i]), ctr_get(&b->hist->bucket[i]));
}

static void same_guest(const struct trial_guest *a, const struct trial_guest *b)
{
	assert_int_equal(a->guest, b->guest);
	assert_string_equal(a->mac, b->mac);
	assert_string_equal(a->interface, b->interface);
	assert_string_equal(a->state, b->state);
	assert_memory_equal(&a->c, &b->c, sizeof(a->c));
	same_dist(&a->latency, &b->latency, FALSE);
	assert_int_equal(a->probes.offered, b->probes.offered);
	assert_int_equal(a->probes.p99_ns, b->probes.p99_ns);
	for (uint32_t k = 0; k < a->nb_sizes; k++) {
		assert_memory_equal(&a->sizes[k].c, &b->sizes[k].c, sizeof(a->sizes[k].c));
		same_dist(&a->sizes[k].latency, &b->sizes[k].latency, TRUE);
		same_dist(&a->sizes[k].response, &b->sizes[k].response, TRUE);
	}
}

static void free_part(gpointer p)
{
	part_free(p);
}

/* All of them, one by way of its bytes, but without rank missing. */
static GPtrArray *make_parts(guint missing)
{
	GPtrArray *parts = g_ptr_array_new_with_free_func(free_part);

	for (guint i = 0; i < RANKS; i++) {
		struct part *p = i == missing ? NULL : make_part(i);

		if (p != NULL && i > 0) {
			g_autoptr(GBytes) bytes = part_to_bytes(p);
			g_autoptr(GError) error = NULL;

			part_free(p);
			p = part_from_bytes(bytes, "a part", &error);
			if (p == NULL)
				fail_msg("%s", error->message);
		}
		g_ptr_array_add(parts, p);
	}
	return parts;
}

static void parts_are_the_whole(void **state)
{
	g_autoptr(trial) wanted = make_whole(), got = NULL;
	g_autoptr(GPtrArray) parts = make_parts(RANKS);
	g_autoptr(GError) error = NULL;
	char *missing[RANKS] = { NULL };

	(void)state;
	got = part_merge(parts, missing, NULL, &error);
	if (got == NULL) {
		fail_msg("%s", error->message);
		return;
	}
	assert_int_equal(got->nb_guests, GUESTS);
	for (uint32_t i = 0; i < GUESTS; i++)
		same_guest(&got->guests[i], &wanted->guests[i]);
	assert_memory_equal(&got->totals, &wanted->totals, sizeof(got->totals));
	same_dist(&got->latency, &wanted->latency, TRUE);
	same_dist(&got->response, &wanted->response, TRUE);
	same_dist(&got->probes.latency, &wanted->probes.latency, TRUE);
	assert_int_equal(got->probes.c.forwarded, wanted->probes.c.forwarded);
	assert_int_equal(got->nb_groups, wanted->nb_groups);
	assert_int_equal(got->cpu.frames, RANKS * wanted->cpu.frames);
	assert_int_equal(got->cpu.generator.threads, RANKS * 2);
	assert_int_equal(got->departure.frames, RANKS * wanted->departure.frames);
	assert_int_equal(got->departure.self_delay_max_ns, 2099);
	assert_in_range(got->departure.self_delay_p50_ns, 1040, 1060);
	assert_int_equal(got->seconds->len, wanted->seconds->len);
	assert_true(got->ipdv.recorded);
	assert_int_equal(got->ipdv.pairs, 2 + 3 + 4);
	assert_int_equal(got->ipdv.min_ns, -3000);
	assert_int_equal(got->ipdv.max_ns, 3000);
	assert_int_equal(got->ipdv.sum_ns, 0 + 2000 + 6000);
	assert_int_equal(got->ipdv.abs_sum_ns, 2000 + 6000 + 12000);
	assert_int_equal(ctr_get(&got->ipdv.later->bucket[hist_index(2000)]), 2);
	assert_int_equal(ctr_get(&got->ipdv.earlier->count), RANKS);
	assert_int_equal(got->guest_seconds->len, GUESTS * SECONDS);
	for (guint i = 0; i < got->guest_seconds->len; i++) {
		const struct trial_guest_second *s = &g_array_index(
			got->guest_seconds, struct trial_guest_second, i);
		guint second = i / GUESTS + 1;

		assert_int_equal(s->guest, i % GUESTS);
		assert_float_equal(s->time_s, second, 0.005);
		assert_int_equal(s->offered, 100 * second + s->guest);
		assert_int_equal(s->forwarded, 50 * second + s->guest);
		assert_int_equal(s->latency_sum_ns, 1000000 * second + s->guest);
	}
	/* 33 frames were not sent in time, by all together. */
	assert_false(got->trustworthy);
	assert_non_null(strstr(g_ptr_array_index(got->reasons, 0), "33 of "));
}

static void a_part_that_is_missing_is_named(void **state)
{
	g_autoptr(trial) wanted = make_whole(), got = NULL;
	g_autoptr(GPtrArray) parts = make_parts(1);
	char died[] = "died", *missing[RANKS] = { NULL, died, NULL };

	(void)state;
	got = part_merge(parts, missing, NULL, NULL);
	assert_non_null(got);
	assert_false(got->trustworthy);
	assert_string_equal(
		g_ptr_array_index(got->reasons, 0), "rank 1 of 3 died: guests 1, 4 are missing");
	for (uint32_t i = 0; i < GUESTS; i++) {
		if (i % RANKS != 1) {
			same_guest(&got->guests[i], &wanted->guests[i]);
			continue;
		}
		assert_string_equal(got->guests[i].state, "missing: rank 1 of 3 died");
		assert_string_equal(got->guests[i].mac, wanted->guests[i].mac);
		assert_int_equal(got->guests[i].c.offered, 0);
	}
}

/* What happened to one rank's machine is a reason of the whole trial. */
static void what_a_machine_did_to_one_rank_is_said(void **state)
{
	g_autoptr(GPtrArray) parts = make_parts(RANKS);
	char *missing[RANKS] = { NULL };
	struct part *two = g_ptr_array_index(parts, 2);
	g_autoptr(GBytes) bytes = NULL;
	g_autoptr(trial) got = NULL;
	static const char *const says[] = { "tsim was stopped for 3.0 s", "suspended for 9.0 s",
		"CPU 6 went offline", "throttled 12 times, for 4.0 s", "(cpu.cfs_quota_us)",
		"killed 2 processes of this control group for lack of memory",
		"CPU flag nonstop_tsc missing" };

	(void)state;
	two->in.events = (struct host_events){ .stopped_s = 3,
		.suspended_s = 9,
		.quota_cpus = 0.5,
		.quota_v1 = TRUE,
		.nr_throttled = 12,
		.throttled_s = 4,
		.oom_kills = 2,
		.nb_offline = 1,
		.offline_cpu = 6,
		.tsc = HOST_TSC_MAY_STOP };
	bytes = part_to_bytes(two);
	part_free(two);
	parts->pdata[2] = part_from_bytes(bytes, "a part", NULL);
	assert_non_null(parts->pdata[2]);
	got = part_merge(parts, missing, NULL, NULL);
	assert_non_null(got);
	assert_false(got->trustworthy);
	for (size_t i = 0; i < G_N_ELEMENTS(says); i++) {
		gboolean said = FALSE;

		for (guint k = 0; k < got->reasons->len && !said; k++)
			said = strstr(g_ptr_array_index(got->reasons, k), says[i]) != NULL;
		if (!said)
			fail_msg("no reason says '%s'", says[i]);
	}
}

static void other_trials_are_no_parts(void **state)
{
	g_autoptr(GPtrArray) parts = make_parts(RANKS);
	g_autoptr(GError) error = NULL, garbage = NULL, failed = NULL;
	g_autoptr(GBytes) bytes = g_bytes_new("garbage", 7), failure = part_failure("no disk");
	char *missing[RANKS] = { NULL };
	struct part *p = g_ptr_array_index(parts, 2);

	(void)state;
	json_object_set_string_member(p->t->mix, "schedule_sha256", "d2");
	assert_null(part_merge(parts, missing, NULL, &error));
	assert_non_null(strstr(error->message, "ranks 0 and 2"));
	assert_null(part_from_bytes(bytes, "this", &garbage));
	assert_non_null(strstr(garbage->message, "this: is no part"));
	assert_null(part_from_bytes(failure, "that", &failed));
	assert_string_equal(failed->message, "no disk");
}

static void write_part(const char *folder, const struct part *p)
{
	g_autoptr(GBytes) bytes = part_to_bytes(p);
	g_autofree char *path = g_strdup_printf("%s/rank-%u", folder, p->rank);

	assert_true(g_file_set_contents(
		path, g_bytes_get_data(bytes, NULL), (gssize)g_bytes_get_size(bytes), NULL));
}

/* What a killed crew left is a trial at the next start; what a living one works at is let alone. */
static void left_parts_come_together(void **state)
{
	g_autofree char *dir = g_dir_make_tmp("sim-part-XXXXXX", NULL);
	g_autofree char *folder = g_build_filename(dir, ".parts-x-rep0", NULL);
	g_autofree char *mark = crew_own_mark(), *infix = NULL, *path = NULL;
	struct progress progress = { .quiet = TRUE };
	struct part *first = make_part(0), *last = make_part(2);
	g_autoptr(trial) t = NULL;
	g_autoptr(GError) error = NULL;

	(void)state;
	infix = trial_infix(&first->t->params);
	path = g_strdup_printf("%s/trial_%s_rep0.json", dir, infix);
	assert_int_equal(g_mkdir(folder, 0700), 0);
	write_part(folder, first);
	assert_true(crew_mark_lives(mark));
	g_free(last->mark);
	last->mark = g_steal_pointer(&mark);
	write_part(folder, last);
	gather_rescue(dir, &progress);
	assert_false(g_file_test(path, G_FILE_TEST_EXISTS));

	g_free(last->mark);
	last->mark = g_strdup("another machine 1");
	write_part(folder, last);
	gather_rescue(dir, &progress);
	assert_false(g_file_test(folder, G_FILE_TEST_EXISTS));
	t = trial_read(path, TRIAL_BINS, &error);
	if (t == NULL) {
		fail_msg("%s", error->message);
		return;
	}
	assert_string_equal(t->guests[1].state, "missing: rank 1 of 3 left no part");
	assert_true(t->guests[0].c.offered > 0 && t->guests[2].c.offered > 0);
	part_free(first);
	part_free(last);
	file_remove_tree(dir);
}

static GBytes *row(double time_s, uint32_t second, uint64_t frames, uint64_t ns)
{
	g_autoptr(hist) latency = hist_new();
	struct trial_second s = { .time_s = time_s, .offered = frames, .forwarded = frames };

	hist_record_many(latency, ns, frames);
	return live_row(&s, second, latency);
}

static void add(struct live *l, guint rank, GBytes *bytes)
{
	assert_true(live_add(l, rank, bytes));
	g_bytes_unref(bytes);
}

static void rows_add_up(void **state)
{
	struct live *l = live_new(3);
	gboolean gone[3] = { FALSE };
	struct trial_second s;
	const GArray *all;
	g_autoptr(GBytes) garbage = g_bytes_new("x", 1);

	(void)state;
	add(l, 0, row(1.01, 1, 60, 100));
	add(l, 1, row(1.02, 1, 30, 100));
	assert_false(live_next(l, gone, &s));
	add(l, 2, row(1.00, 1, 10, 900));
	assert_true(live_next(l, gone, &s));
	assert_int_equal(s.offered, 100);
	assert_int_equal(s.p50_ns, 100);
	assert_int_equal(s.p99_ns, 900);
	assert_true(s.time_s > 1.019);
	/* Rank 1 left second 2 out: its row of 3 says that there will be none. Rank 2 has gone. */
	add(l, 0, row(2, 2, 5, 1));
	add(l, 1, row(3, 3, 7, 1));
	assert_false(live_next(l, gone, &s));
	gone[2] = TRUE;
	assert_true(live_next(l, gone, &s));
	assert_int_equal(s.offered, 5);
	assert_false(live_next(l, gone, &s));
	assert_int_equal(live_count(l, 1), 2);
	all = live_finish(l);
	assert_int_equal(all->len, 3);
	assert_int_equal(g_array_index(all, struct trial_second, 2).offered, 7);
	assert_false(live_add(l, 0, garbage));
	live_free(l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parts_are_the_whole),
		cmocka_unit_test(a_part_that_is_missing_is_named),
		cmocka_unit_test(what_a_machine_did_to_one_rank_is_said),
		cmocka_unit_test(other_trials_are_no_parts),
		cmocka_unit_test(left_parts_come_together),
		cmocka_unit_test(rows_add_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
