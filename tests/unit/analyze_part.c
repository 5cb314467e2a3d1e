/* SPDX-License-Identifier: BSD-3-Clause */
/* Parts of a trial are the trial again, to the last bin; what is missing is named; none is lost. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>
#include <glib/gstdio.h>

#include "analyze/base/file.h"
#include "analyze/base/file_lock.h"
#include "analyze/contract/part.h"
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

/* One rank has a row of sending less than the others. */
static void add_drain(trial *t, guint rank)
{
	const struct trial_second drain = {
		.time_s = 9 + 0.1 * rank, .drain = TRUE, .forwarded = 1 + rank, .p99_ns = rank
	};

	if (rank == 0)
		g_array_set_size(t->seconds, t->seconds->len - 1);
	g_array_append_val(t->seconds, drain);
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

static trial *make_part(guint rank)
{
	trial *t = make_whole();
	JsonArray *ranks = json_array_new();
	JsonObject *row = json_object_new();

	part_describe(row, rank, "here", "1", "ok");
	json_array_add_object_element(ranks, row);
	json_object_set_array_member(t->environment, "ranks", ranks);
	json_object_set_double_member(t->environment, "tsc_error_ppm", rank == 1 ? -3 : 1);
	t->departure.self_delay_p50_ns = 500 * rank;
	t->departure.self_delay_max_ns = 1000 * rank + 99;
	for (uint32_t i = 0; i < GUESTS; i++)
		if (i % RANKS != rank)
			forget_guest(&t->guests[i]);
	forget_sums(t);
	/* Clocks of ranks differ by some ms; each has rows of its own guests alone. */
	for (guint second = 1; second <= SECONDS; second++)
		for (uint32_t i = rank; i < GUESTS; i += RANKS)
			add_guest_row(t, second + 0.004 * (rank + 1) - 0.008, i, second);
	for (uint32_t i = rank; i < GUESTS; i += RANKS) {
		add_guest_row(t, SECONDS + 1.004 * (rank + 1), i, SECONDS + 1);
		g_array_index(
			t->guest_seconds, struct trial_guest_second, t->guest_seconds->len - 1)
			.drain = TRUE;
	}
	add_drain(t, rank);
	trial_ipdv_clear(&t->ipdv);
	set_ipdv(t, rank);
	g_ptr_array_set_size(t->reasons, 0);
	g_ptr_array_add(t->reasons, g_strdup_printf("note: from %u", rank));
	assert_true(trial_balance(t, NULL));
	return t;
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
		assert_int_equal(hist_get(a->hist, i), hist_get(b->hist, i));
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

static void free_part(gpointer t)
{
	trial_free(t);
}

/* All of them, by way of their bytes but for the first, and without rank missing. */
static GPtrArray *make_parts(guint missing)
{
	GPtrArray *parts = g_ptr_array_new_with_free_func(free_part);

	for (guint i = 0; i < RANKS; i++) {
		trial *t = i == missing ? NULL : make_part(i);

		if (t != NULL && i > 0) {
			g_autoptr(GBytes) bytes = part_to_bytes(t);
			g_autoptr(GError) error = NULL;

			trial_free(t);
			t = part_from_bytes(bytes, "a part", &error);
			if (t == NULL)
				fail_msg("%s", error->message);
		}
		g_ptr_array_add(parts, t);
	}
	return parts;
}

static void parts_are_the_whole(void **state)
{
	g_autoptr(trial) wanted = make_whole(), got = NULL;
	g_autoptr(GPtrArray) parts = make_parts(RANKS);
	g_autoptr(GError) error = NULL;

	(void)state;
	got = part_join(parts, &error);
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
	assert_string_equal(got->probes.rx_stamps, wanted->probes.rx_stamps);
	assert_string_equal(got->probes.tx_stamps, wanted->probes.tx_stamps);
	assert_int_equal(got->probes.stamp_error_ns, wanted->probes.stamp_error_ns);
	assert_int_equal(got->nb_groups, wanted->nb_groups);
	assert_int_equal(got->cpu.frames, RANKS * wanted->cpu.frames);
	assert_int_equal(got->cpu.generator.threads, RANKS * 2);
	assert_int_equal(got->departure.frames, RANKS * wanted->departure.frames);
	assert_int_equal(got->departure.self_delay_max_ns, 2099);
	assert_int_equal(got->departure.self_delay_p50_ns, 1000);
	assert_int_equal(got->departure.bursts, RANKS * wanted->departure.bursts);
	assert_int_equal(got->cpu.generator.cpu_ns, RANKS * wanted->cpu.generator.cpu_ns);
	assert_int_equal(got->seconds->len, wanted->seconds->len + 1);
	for (guint i = 0; i < got->seconds->len; i++) {
		const struct trial_second *s = &g_array_index(got->seconds, struct trial_second, i);

		assert_int_equal(s->drain, i == wanted->seconds->len);
		if (!s->drain)
			assert_int_equal(s->offered,
				(i + 1 == wanted->seconds->len ? RANKS - 1 : RANKS) *
					g_array_index(wanted->seconds, struct trial_second, i)
						.offered);
		else
			assert_true(s->forwarded == 1 + 2 + 3 && s->p99_ns == 2 && s->time_s > 9.1);
	}
	assert_true(got->ipdv.recorded);
	assert_int_equal(got->ipdv.pairs, 2 + 3 + 4);
	assert_int_equal(got->ipdv.min_ns, -3000);
	assert_int_equal(got->ipdv.max_ns, 3000);
	assert_int_equal(got->ipdv.sum_ns, 0 + 2000 + 6000);
	assert_int_equal(got->ipdv.abs_sum_ns, 2000 + 6000 + 12000);
	assert_int_equal(hist_get(got->ipdv.later, hist_index(2000)), 2);
	assert_int_equal(ctr_get(&got->ipdv.earlier->count), RANKS);
	assert_int_equal(got->guest_seconds->len, GUESTS * (SECONDS + 1));
	for (guint i = 0; i < got->guest_seconds->len; i++) {
		const struct trial_guest_second *s = &g_array_index(
			got->guest_seconds, struct trial_guest_second, i);
		guint second = i / GUESTS + 1;

		assert_int_equal(s->guest, i % GUESTS);
		assert_int_equal(s->drain, second == SECONDS + 1);
		if (!s->drain)
			assert_float_equal(s->time_s, second, 0.005);
		assert_int_equal(s->offered, 100 * second + s->guest);
		assert_int_equal(s->forwarded, 50 * second + s->guest);
		assert_int_equal(s->latency_sum_ns, 1000000 * second + s->guest);
	}
	assert_true(json_object_get_double_member(got->environment, "tsc_error_ppm") == -3);
	assert_int_equal(
		json_array_get_length(json_object_get_array_member(got->environment, "ranks")),
		RANKS);
	for (guint i = 0; i < RANKS; i++) {
		g_autofree char *noted = g_strdup_printf("note: rank %u: from %u", i, i);

		assert_string_equal(g_ptr_array_index(got->reasons, i), noted);
	}
}

static void a_part_that_is_missing_is_named(void **state)
{
	g_autoptr(trial) wanted = make_whole(), got = NULL;
	g_autoptr(GPtrArray) parts = make_parts(1);

	(void)state;
	got = part_join(parts, NULL);
	assert_non_null(got);
	for (uint32_t i = 0; i < GUESTS; i++) {
		if (i % RANKS != 1) {
			same_guest(&got->guests[i], &wanted->guests[i]);
			continue;
		}
		assert_string_equal(got->guests[i].state, "missing: rank 1 of 3 left no part");
		assert_string_equal(got->guests[i].mac, wanted->guests[i].mac);
		assert_int_equal(got->guests[i].c.offered, 0);
	}
}

static void other_trials_are_no_parts(void **state)
{
	g_autoptr(GPtrArray) parts = make_parts(RANKS);
	g_autoptr(GError) error = NULL, garbage = NULL, whole = NULL;
	g_autoptr(GBytes) bytes = g_bytes_new("garbage", 7), no_part = NULL;
	g_autoptr(trial) t = make_whole();
	trial *last = g_ptr_array_index(parts, 2);

	(void)state;
	json_object_set_string_member(last->mix, "schedule_sha256", "d2");
	assert_null(part_join(parts, &error));
	assert_non_null(strstr(error->message, "part of rank 2 belongs to another trial"));
	assert_null(part_from_bytes(bytes, "this", &garbage));
	assert_non_null(strstr(garbage->message, "this: not a part"));
	no_part = part_to_bytes(t);
	assert_null(part_from_bytes(no_part, "that", &whole));
	assert_string_equal(whole->message, "that: no row for its rank");
}

static void write_part(const char *dir, guint rank)
{
	g_autoptr(trial) t = make_part(rank);
	g_autoptr(GBytes) bytes = part_to_bytes(t);
	g_autofree char *path = part_path(dir, &t->params, rank, RANKS);

	assert_true(g_file_set_contents(
		path, g_bytes_get_data(bytes, NULL), (gssize)g_bytes_get_size(bytes), NULL));
}

static void hear(void *user, const char *text)
{
	g_string_append_printf(user, "%s\n", text);
}

static guint count_files(const char *dir, const char *head)
{
	g_autoptr(GDir) list = g_dir_open(dir, 0, NULL);
	guint nb = 0;

	for (const char *name; (name = g_dir_read_name(list)) != NULL;)
		nb += g_str_has_prefix(name, head) != FALSE;
	return nb;
}

struct left {
	char *root, *dir, *json;
	GString *said;
};

static int make_left(void **state)
{
	struct left *l = g_new0(struct left, 1);
	g_autoptr(trial) t = make_whole();
	g_autofree char *name = trial_file_name(&t->params);

	l->root = g_dir_make_tmp("analyze-part-XXXXXX", NULL);
	l->dir = g_build_filename(l->root, "label", NULL);
	l->json = g_build_filename(l->dir, name, NULL);
	l->said = g_string_new(NULL);
	*state = l;
	return g_mkdir(l->dir, 0700);
}

static int free_left(void **state)
{
	struct left *l = *state;
	g_autoptr(GDir) list = g_dir_open(l->dir, 0, NULL);

	for (const char *name; (name = g_dir_read_name(list)) != NULL;) {
		g_autofree char *file = g_build_filename(l->dir, name, NULL);

		unlink(file);
	}
	rmdir(l->dir);
	rmdir(l->root);
	g_free(l->root);
	g_free(l->dir);
	g_free(l->json);
	g_string_free(l->said, TRUE);
	g_free(l);
	return 0;
}

static void joined_is(struct left *l, const char *reason, guint missing)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(trial) t = trial_read(l->json, TRIAL_BINS, &error);

	if (t == NULL) {
		fail_msg("%s", error->message);
		return;
	}
	assert_false(t->trustworthy);
	assert_true(t->interrupted);
	assert_string_equal(g_ptr_array_index(t->reasons, 0), reason);
	assert_non_null(strstr(l->said->str, reason));
	for (uint32_t i = 0; i < GUESTS; i++)
		assert_true((t->guests[i].c.offered == 0) == (i % RANKS == missing));
	assert_int_equal(count_files(l->dir, "part_"), 0);
}

/* What a run that died left is a trial afterwards; whatever of it is missing. */
static void left_parts_become_a_trial(void **state)
{
	struct left *l = *state;

	write_part(l->dir, 0);
	write_part(l->dir, 2);
	part_join_left(l->dir, hear, l->said);
	joined_is(l, "2 of 3 generators: no parts of rank 1", 1);
	assert_int_equal(unlink(l->json), 0);

	for (guint i = 0; i < RANKS; i++)
		write_part(l->dir, i);
	part_join_left_below(l->root, hear, l->said);
	joined_is(l, "3 of 3 generators: run ended before their parts were joined", RANKS);
}

/* What a rank that was killed had half written goes with the parts. */
static void half_written_files_go_with_the_parts(void **state)
{
	struct left *l = *state;
	g_autofree char *dead = NULL;
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	dead = g_strdup_printf("%s/.tsim-%d-0.tmp", l->dir, (int)pid);
	assert_true(g_file_set_contents(dead, "half", -1, NULL));
	write_part(l->dir, 0);
	part_join_left_below(l->root, hear, l->said);
	assert_int_equal(count_files(l->dir, "part_"), 0);
	assert_false(g_file_test(dead, G_FILE_TEST_EXISTS));
}

/* A trial that is there stays what it is. */
static void parts_of_a_trial_that_is_there_go(void **state)
{
	struct left *l = *state;
	g_autoptr(trial) whole = make_whole(), got = NULL;

	assert_true(trial_write(whole, l->dir, NULL));
	write_part(l->dir, 1);
	part_join_left(l->dir, hear, l->said);
	assert_non_null(strstr(l->said->str, "already exists"));
	assert_int_equal(count_files(l->dir, "part_"), 0);
	got = trial_read(l->json, TRIAL_BINS, NULL);
	assert_non_null(got);
	assert_false(got->interrupted);
}

/* What cannot be read, and what a run at work has, is left alone. */
static void other_parts_are_left_alone(void **state)
{
	struct left *l = *state;
	g_autofree char *path = NULL,
			*lock_path = g_build_filename(l->dir, FILE_LOCK_OF_LABEL, NULL);
	g_autoptr(trial) t = make_whole();
	struct file_lock_owner owner;
	file_lock *lock = NULL;

	path = part_path(l->dir, &t->params, 1, RANKS);
	write_part(l->dir, 0);
	assert_true(g_file_set_contents(path, "of a later version", -1, NULL));
	part_join_left(l->dir, hear, l->said);
	assert_non_null(strstr(l->said->str, "cannot join parts: "));
	assert_int_equal(count_files(l->dir, "part_"), 2);
	assert_int_equal(unlink(path), 0);

	assert_true(file_lock_try(lock_path, &lock, &owner, NULL));
	assert_non_null(lock);
	part_join_left_below(l->root, hear, l->said);
	assert_non_null(strstr(l->said->str, "parts not joined: another tsim"));
	file_lock_free(lock);
	assert_int_equal(count_files(l->dir, "part_"), 1);
	assert_int_equal(count_files(l->dir, "trial_"), 0);
	part_join_left_below(l->root, hear, l->said);
	assert_int_equal(count_files(l->dir, "part_"), 0);
	assert_int_equal(count_files(l->dir, "trial_"), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parts_are_the_whole),
		cmocka_unit_test(a_part_that_is_missing_is_named),
		cmocka_unit_test(other_trials_are_no_parts),
		cmocka_unit_test_setup_teardown(left_parts_become_a_trial, make_left, free_left),
		cmocka_unit_test_setup_teardown(
			half_written_files_go_with_the_parts, make_left, free_left),
		cmocka_unit_test_setup_teardown(
			parts_of_a_trial_that_is_there_go, make_left, free_left),
		cmocka_unit_test_setup_teardown(other_parts_are_left_alone, make_left, free_left),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
