/* SPDX-License-Identifier: BSD-3-Clause */
/* What is printed of a trial's accounts: rates from counted bytes, the books, cells of CSV. */
#include "tests/unit/traffic_check.h"

#include <glib/gstdio.h>

#include "analyze/base/csv.h"
#include "sim/datapath/fabric.h"
#include "sim/trial/printout.h"
#include "tests/unit/fake_trial.h"

/* The line of the report that begins with word. */
static char *line_of(const char *text, const char *word)
{
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
	g_autofree char *start = g_strdup_printf("  %s ", word);

	for (char **line = lines; *line != NULL; line++)
		if (g_str_has_prefix(*line, start))
			return g_strdup(*line);
	return NULL;
}

static void check_line(const trial *t, const char *word, const char *part)
{
	g_autofree char *text = printout_text(t, FALSE), *line = line_of(text, word);

	check_has(word, line, part);
}

/* Two guests, of 64 and 1518 bytes, 1000 frames each in 1 s; what has_back says of them came back. */
static trial *two_guests(uint64_t small_back, uint64_t large_back)
{
	static const uint32_t lens[2] = { 64, 1518 };
	const uint64_t back[2] = { small_back, large_back };
	trial *t = fake_trial(&(struct fake_cfg){ .guests = 2, .sizes = 1, .worst = -1 });
	uint32_t nb_sizes[2] = { 1, 1 };
	trial *made = trial_new();
	GError *error = NULL;

	trial_params_copy(&made->params, &t->params);
	made->measured_s = 1;
	trial_set_guests(made, 2, nb_sizes);
	for (uint32_t i = 0; i < 2; i++) {
		struct trial_guest *g = &made->guests[i];
		struct trial_size *s = &g->sizes[0];
		hist *h = back[i] == 0 ? NULL : hist_new();

		g->mac = g_strdup("");
		g->interface = g_strdup("vhost-user");
		g->profile = g_strdup("");
		g->group = g_strdup("");
		g->state = g_strdup("ok");
		s->frame_len_lo = s->frame_len_hi = lens[i];
		s->c.intended = s->c.offered = 1000;
		s->c.offered_bytes = UINT64_C(1000) * lens[i];
		s->c.forwarded = back[i];
		s->c.forwarded_bytes = back[i] * lens[i];
		s->c.lost = 1000 - back[i];
		for (uint64_t k = 0; k < back[i]; k++)
			hist_record(h, 5000);
		trial_dist_set(&s->latency, h, s->c.lost, 1000000);
		trial_dist_set(&s->response, h == NULL ? NULL : hist_new(), s->c.lost, 1000000);
		if (h != NULL)
			hist_add(s->response.hist, h);
		trial_dist_set(&s->response, s->response.hist, s->c.lost, 1000000);
	}
	trial_balance(made, &error);
	check_ok("balance", error);
	trial_free(t);
	return made;
}

static void rates_are_of_the_bytes_that_were_counted(void **state)
{
	g_autoptr(trial) t = two_guests(1000, 0);

	(void)state;
	/* 1582000 bytes; 64000 of them came back: 1000 x 64 x 8 bit, and 20 bytes more each on L1. */
	check_line(t, "offered", "12.66 Mbit/s L2");
	check_line(t, "intended", "12.66 Mbit/s L2");
	check_line(t, "forwarded", " 512 kbit/s L2");
	check_line(t, "forwarded", " 672 kbit/s L1");
}

static void frames_not_sent_have_the_length_of_their_size(void **state)
{
	g_autoptr(trial) t = two_guests(1000, 1000);
	GError *error = NULL;

	(void)state;
	t->guests[1].sizes[0].c.not_sent = 100;
	t->guests[1].sizes[0].c.unsent = 10;
	t->guests[1].sizes[0].c.intended += 110;
	memset(&t->guests[1].c, 0, sizeof(t->guests[1].c));
	memset(&t->totals, 0, sizeof(t->totals));
	for (uint32_t i = 0; i < t->nb_groups; i++)
		memset(&t->groups[i].c, 0, sizeof(t->groups[i].c));
	trial_balance(t, &error);
	check_ok("balance", error);
	check_line(t, "not sent", "1.214 Mbit/s L2");
	check_line(t, "unsent", "121.4 kbit/s L2");
	check_line(t, "unsent", " 10 frames");
	check_line(t, "intended", "13.99 Mbit/s L2");
	check_line(t, "intended", " 2110 frames");
}

struct table_seen {
	GPtrArray *rows; /* GStrv */
};

static gboolean on_row(const char *where, char *const *field, size_t nb, void *user, GError **error)
{
	struct table_seen *seen = user;
	char **copy = g_new0(char *, nb + 1);

	(void)where;
	(void)error;
	for (size_t i = 0; i < nb; i++)
		copy[i] = g_strdup(field[i]);
	g_ptr_array_add(seen->rows, copy);
	return TRUE;
}

static const char *cell(const struct table_seen *seen, guint row, const char *column)
{
	char **header = g_ptr_array_index(seen->rows, 0),
	     **cells = g_ptr_array_index(seen->rows, row);

	for (guint i = 0; header[i] != NULL; i++)
		if (g_str_equal(header[i], column))
			return cells[i];
	fail_msg("no column %s", column);
	return NULL;
}

static void free_row(gpointer row)
{
	g_strfreev(row);
}

static void any_text_stays_one_cell_of_csv(void **state)
{
	static const char state_text[] = "died (\"signal 9\", at once)";
	struct table_seen seen = { .rows = g_ptr_array_new_with_free_func(free_row) };
	g_autoptr(trial) t = fake_trial(&(struct fake_cfg){
		.label = "a,b", .guests = 2, .worst = -1, .rate_pps = 12345, .repetition = 3 });
	g_autofree char *first = NULL, *second = NULL, *both = NULL;
	GError *error = NULL;

	(void)state;
	g_free(t->guests[1].state);
	t->guests[1].state = g_strdup(state_text);
	first = printout_csv(t, TRUE);
	second = printout_csv(t, FALSE);
	both = g_strconcat(first, second, NULL);
	csv_read("csv", both, strlen(both), on_row, &seen, &error);
	check_ok("csv", error);
	assert_int_equal(seen.rows->len, 1 + 2 * 3);
	for (guint i = 1; i < seen.rows->len; i++) {
		assert_int_equal(g_strv_length(g_ptr_array_index(seen.rows, i)),
			g_strv_length(g_ptr_array_index(seen.rows, 0)));
		check_text("label", cell(&seen, i, "label"), "a,b");
		check_text("schema", cell(&seen, i, "schema"), "1");
		check_text("rate", cell(&seen, i, "rate_pps"), "12345");
		check_text("repetition", cell(&seen, i, "repetition"), "3");
		check_text("profile", cell(&seen, i, "profile"), t->params.profile);
	}
	check_text("state", cell(&seen, 3, "state"), state_text);
	check_text("guest", cell(&seen, 3, "guest"), "1");
	assert_int_equal(g_ascii_strtoull(cell(&seen, 1, "intended"), NULL, 10),
		g_ascii_strtoull(cell(&seen, 1, "offered"), NULL, 10) +
			g_ascii_strtoull(cell(&seen, 1, "not_sent"), NULL, 10) +
			g_ascii_strtoull(cell(&seen, 1, "unsent"), NULL, 10));
	g_ptr_array_unref(seen.rows);
}

static void a_one_way_interface_has_no_loss(void **state)
{
	g_autoptr(trial) t = two_guests(1000, 0);

	(void)state;
	g_free(t->guests[1].interface);
	t->guests[1].interface = g_strdup("discard");
	check_line(t, "guest 1", "1000          0        -        -");
	check_line(t, "guest 0", "1000       1000        0      0 %");
}

/* What reads files has no table of interfaces. */
static void readers_know_the_one_way_interfaces(void **state)
{
	static const char *const words[] = { "vhost-user", "virtio", "vfio", "vmux", "vmux-virtio",
		"null", "discard", "port" };

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(words); i++) {
		const struct datapath_ops *ops = fabric_ops(words[i], NULL);

		assert_non_null(ops);
		assert_int_equal(ops->one_way, trial_interface_is_one_way(words[i]));
	}
}

static void probes_say_whose_time_stamps_they_have(void **state)
{
	g_autoptr(trial) t = two_guests(1000, 1000);

	(void)state;
	t->probes.used = TRUE;
	t->probes.rx_stamps = g_strdup("nic");
	t->probes.tx_stamps = g_strdup("tsc");
	t->probes.stamp_error_ns = 83;
	t->probes.latency.hist = hist_new();
	check_line(
		t, "probe", "receive nic, transmit tsc; clock of the NIC within 83 ns of the TSC");
	t->probes.c.unsent = 7;
	t->probes.set_aside = 3;
	check_line(t, "probe", "TSC; unsent 7; set aside 3");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rates_are_of_the_bytes_that_were_counted),
		cmocka_unit_test(frames_not_sent_have_the_length_of_their_size),
		cmocka_unit_test(any_text_stays_one_cell_of_csv),
		cmocka_unit_test(a_one_way_interface_has_no_loss),
		cmocka_unit_test(probes_say_whose_time_stamps_they_have),
		cmocka_unit_test(readers_know_the_one_way_interfaces),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
