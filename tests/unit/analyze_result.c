/* SPDX-License-Identifier: BSD-3-Clause */
/* Selectors, combinations and their numbers, tables, command lines. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <math.h>
#include <string.h>

#include "analyze/base/file.h"
#include "analyze/base/cli.h"
#include "analyze/base/csv.h"
#include "analyze/results/merge.h"
#include "analyze/show/report.h"
#include "analyze/results/result_numbers.h"
#include "analyze/results/result_params.h"
#include "tests/unit/fake_trial.h"
#include "tests/unit/made_up_host.h"

static void selectors_match_by_value(void **state)
{
	static const struct {
		const char *selector;
		gboolean matches;
	} cases[] = {
		{ "vhost-on", TRUE },
		{ "vhost-off", FALSE },
		{ "interface-vhost-user", TRUE },
		{ "interface-vhost", FALSE },
		{ "guests-1", TRUE },
		{ "guests-12", FALSE },
		{ "size-64", TRUE },
		{ "size-60", TRUE },
		{ "size-68", FALSE },
		{ "rate-100", TRUE },
		{ "rate-100kpps", TRUE },
		{ "rate-0.1Mpps", TRUE },
		{ "rate-100000pps", TRUE },
		{ "rate-max", FALSE },
		{ "rate-1e5pps", TRUE },
		{ "duration-2", TRUE },
		{ "duration-2.0s", TRUE },
		{ "warm-up-0.5", TRUE },
		{ "seed-5", TRUE },
		{ "mix-0123abcd", TRUE },
		{ "pattern-to-guests", TRUE },
		{ "pattern-both", FALSE },
		{ "vhost-on,rate-100", TRUE },
		{ "vhost-on,rate-200", FALSE },
		{ "share-3,1,1", FALSE },
		{ "share-equal,guests-1", TRUE },
	};
	const struct fake_cfg cfg = {
		.guests = 1, .sizes = 1, .rate_pps = 100000, .vhost = TRUE, .worst = -1, .seed = 5
	};
	g_autoptr(trial) t = fake_trial(&cfg);

	(void)state;
	for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
		assert_true(result_selector_is_one(cases[i].selector));
		if (result_selector_matches(cases[i].selector, &t->params) != cases[i].matches)
			fail_msg("%s", cases[i].selector);
	}
	g_free(t->params.share);
	t->params.share = g_strdup("3,1,1");
	assert_true(result_selector_matches("share-3,1,1", &t->params));
	assert_true(result_selector_matches("share-3,1,1,vhost-on", &t->params));
	assert_false(result_selector_is_one("vhost"));
	assert_false(result_selector_is_one("vhost-"));
	assert_false(result_selector_is_one("nix-3"));
}

static void parameters_have_a_text_that_selects_them(void **state)
{
	const struct fake_cfg cfg = { .guests = 1, .sizes = 1, .rate_pps = 1234567, .worst = -1 };
	const char *const *names = result_parameter_names();
	g_autoptr(trial) t = fake_trial(&cfg);

	(void)state;
	for (guint i = 0; names[i] != NULL; i++) {
		g_autofree char *value = result_parameter(&t->params, names[i]);
		g_autofree char *selector = g_strdup_printf("%s-%s", names[i], value);

		assert_non_null(value);
		if (*value != '\0')
			assert_true(result_selector_matches(selector, &t->params));
	}
	assert_null(result_parameter(&t->params, "nix"));
}

static void fairness_by_hand(void **state)
{
	const double one_of_four[] = { 1, 1, 1, 0 }, halves[] = { 1, 0.5, 1, 0.5 },
		     none[] = { 0, 0 };
	double one_of_64[64];
	struct result_fairness f;

	(void)state;
	result_fairness_of(one_of_four, 4, &f);
	assert_true(fabs(f.jain - 0.75) < 1e-12 && f.min_max == 0);
	assert_true(fabs(f.gini - 0.25) < 1e-12);
	assert_int_equal(f.nb_below, 1);
	result_fairness_of(halves, 4, &f);
	assert_true(fabs(f.jain - 0.9) < 1e-12 && f.min_max == 0.5);
	assert_true(fabs(f.gini - 1.0 / 6) < 1e-12);
	assert_int_equal(f.nb_below, 2);
	/* Jain's index hardly sees it. */
	for (int i = 0; i < 64; i++)
		one_of_64[i] = i != 17;
	result_fairness_of(one_of_64, 64, &f);
	assert_true(fabs(f.jain - 0.984375) < 1e-12);
	assert_int_equal(f.nb_below, 1);
	result_fairness_of(none, 2, &f);
	assert_true(isnan(f.jain) && isnan(f.gini) && isnan(f.min_max) && f.nb_below == 0);
	result_fairness_of(none, 0, &f);
	assert_true(isnan(f.jain));
}

static result_set *open_one(const char *dir, const char *name)
{
	const char *const names[] = { name, NULL };
	const struct result_options options = { .dir = dir };
	g_autoptr(GError) error = NULL;
	result_set *r = result_open(&options, names, &error);

	if (r == NULL)
		fail_msg("%s", error->message);
	return r;
}

static void combination_adds_up_its_repetitions(void **state)
{
	g_autofree char *dir = g_dir_make_tmp("analyze-XXXXXX", NULL);
	g_autofree char *label = g_build_filename(dir, "x", NULL);
	g_autoptr(result_set) r = NULL;
	result_combination *c;
	struct result_quantile q;
	uint64_t lost = 0, offered = 0, ns;
	double least = 1, most = 0;
	gboolean bound;
	g_autoptr(hist) all = hist_new();

	(void)state;
	for (uint32_t i = 0; i < 3; i++) {
		const struct fake_cfg cfg = { .label = "x",
			.rate_pps = 1000,
			.repetition = i,
			.loss = 0.002 * (i + 1),
			.worst = 2,
			.untrusted = i == 1 };
		g_autoptr(trial) t = fake_trial(&cfg);
		double loss = (double)t->totals.lost / (double)t->totals.offered;

		lost += t->totals.lost;
		offered += t->totals.offered;
		least = MIN(least, loss);
		most = MAX(most, loss);
		hist_add(all, t->response.hist);
		assert_true(trial_write(t, label, NULL));
	}
	r = open_one(dir, "x");
	assert_int_equal(r->combinations->len, 1);
	assert_int_equal(r->warnings->len, 0);
	c = g_ptr_array_index(r->combinations, 0);
	assert_int_equal(c->trials->len, 3);
	assert_int_equal(c->n.c.lost, lost);
	assert_int_equal(c->n.c.offered, offered);
	assert_true(c->n.measured_s == 6);
	assert_true(c->n.loss.min == least && c->n.loss.max == most);
	assert_true(c->n.loss.value == (double)lost / (double)offered);
	assert_false(c->trustworthy);
	assert_int_equal(c->nb_untrustworthy, 1);
	assert_string_equal(
		g_ptr_array_index(c->reasons, 0), "rep 1: 0.5 % of the frames left late");
	assert_int_equal(c->fairness.worst_guest, 2);
	assert_int_equal(c->nb_sizes, 3);
	assert_false(result_quantile(c, TRUE, 0.5, &q)); /* not loaded */
	for (int i = 0; i < 2; i++) {                    /* loading twice adds nothing */
		assert_true(result_load(r, c, NULL, NULL, NULL));
		assert_true(result_quantile(c, TRUE, 0.9, &q));
		assert_int_equal(hist_quantile(all, lost, 0, 0.9, &ns, &bound), 0);
		assert_int_equal(q.ns, ns);
		assert_true(q.min_ns <= q.ns && q.ns <= q.max_ns);
	}
	result_unload(c);
	assert_null(c->n.latency.hist);
	file_remove_tree(dir);
}

static void median_of_a_value_and_a_loss_is_bounded_by_their_mean(void **state)
{
	g_autofree char *dir = g_dir_make_tmp("analyze-XXXXXX", NULL);
	g_autofree char *label = g_build_filename(dir, "x", NULL);
	double half[] = { 0.5 };
	const struct report_options p = { .q = half, .nb = 1, .confidence = 0.95 };
	g_autoptr(table) t = report_new(&report_intervals, &p);
	g_autoptr(result_set) r = NULL;
	g_autofree char *csv = NULL, *expected = NULL;
	result_combination *c;
	uint64_t ns = 0;

	(void)state;
	for (uint32_t i = 0; i < 2; i++) {
		const struct fake_cfg cfg = {
			.label = "x", .rate_pps = 1000, .repetition = i, .loss = i, .worst = -1
		};
		g_autoptr(trial) one = fake_trial(&cfg);
		gboolean bound;

		assert_true(trial_write(one, label, NULL));
		if (i == 0)
			assert_int_equal(trial_dist_quantile(&one->latency, 0.5, &ns, &bound), 0);
	}
	r = open_one(dir, "x");
	c = g_ptr_array_index(r->combinations, 0);
	assert_int_equal(c->trials->len, 2);
	assert_true(result_load(r, c, NULL, NULL, NULL));
	report_add(t, &report_intervals, c, &p);
	csv = table_csv(t);
	expected = g_strdup_printf(",2,>=%.15g,", ((double)ns + 2e9) / 2);
	if (strstr(csv, expected) == NULL)
		fail_msg("no %s in %s", expected, csv);
	file_remove_tree(dir);
}

static void combination_adds_up_groups_probes_and_cost(void **state)
{
	g_autofree char *dir = g_dir_make_tmp("analyze-XXXXXX", NULL);
	g_autofree char *label = g_build_filename(dir, "x", NULL);
	g_autoptr(result_set) r = NULL;
	result_combination *c;
	uint64_t not_sent = 0, probes = 0, vmux = 0;

	(void)state;
	for (uint32_t i = 0; i < 3; i++) {
		const struct fake_cfg cfg = { .label = "x",
			.rate_pps = 1000,
			.guests = 4,
			.repetition = i,
			.loss = 0.01,
			.worst = -1,
			.fleet = TRUE,
			.probes = i < 2 };
		g_autoptr(trial) t = fake_trial(&cfg);

		not_sent += t->totals.not_sent;
		probes += t->probes.c.forwarded;
		vmux += t->groups[1].c.forwarded;
		assert_true(trial_write(t, label, NULL));
	}
	r = open_one(dir, "interface-vhost-user+vmux");
	c = g_ptr_array_index(r->combinations, 0);
	assert_int_equal(c->trials->len, 3);
	assert_int_equal(c->n.c.not_sent, not_sent);
	assert_int_equal(c->nb_groups, 2);
	assert_int_equal(c->groups[1].guests, 2);
	assert_int_equal(c->groups[1].n.c.forwarded, vmux);
	assert_string_equal(c->groups[1].interface, "vmux");
	assert_int_equal(c->guests[3].group_row, 1);
	/* One of the repetitions knows neither. */
	assert_true(c->probes.used && c->cpu.known);
	assert_int_equal(c->probes.c.forwarded, probes);
	assert_int_equal(c->probes.late_back, 2);
	assert_string_equal(c->probes.rx_stamps, "nic");
	assert_string_equal(c->probes.tx_stamps, "tsc");
	assert_int_equal(c->probes.stamp_error_ns, 83); /* the largest */
	assert_int_equal(c->probes.set_aside, 4);
	assert_int_equal(c->cpu.generator.busy_cycles, 2000000);
	assert_int_equal(c->cpu.generator.threads, 2);
	assert_int_equal(c->cpu.frames, 10001);
	assert_int_equal(c->guests[1].probes.offered, 102);
	assert_true(result_load(r, c, NULL, NULL, NULL));
	assert_int_equal(ctr_get(&c->probes.latency.hist->count), probes);
	assert_int_equal(ctr_get(&c->groups[1].n.latency.hist->count), vmux);
	result_unload(c);
	assert_null(c->probes.latency.hist);
	assert_null(c->groups[1].n.latency.hist);
	file_remove_tree(dir);
}

static char *file_text(const char *dir, const char *name)
{
	g_autofree char *path = g_build_filename(dir, name, NULL);
	char *text = NULL;

	assert_true(g_file_get_contents(path, &text, NULL, NULL));
	return text;
}

/* Every file of a folder is in the other one, with equal bytes. */
static void assert_same_files(const char *a, const char *b, guint expected)
{
	g_autoptr(GDir) d = g_dir_open(a, 0, NULL);
	const char *name;
	guint nb = 0;

	while ((name = g_dir_read_name(d)) != NULL) {
		g_autofree char *path = g_build_filename(a, name, NULL);
		g_autofree char *other = g_build_filename(b, name, NULL);
		g_autofree char *text = NULL, *other_text = NULL;

		if (g_file_test(path, G_FILE_TEST_IS_DIR)) {
			assert_same_files(path, other, 4);
			continue;
		}
		text = file_text(a, name);
		other_text = file_text(b, name);
		assert_string_equal(text, other_text);
		nb++;
	}
	assert_int_equal(nb, expected);
}

static table *empty_overview(void)
{
	return report_new(&report_overview, NULL);
}

static void add_overview(table *t, const result_combination *c)
{
	report_add(t, &report_overview, c, NULL);
}

static const struct merge_view overview = { empty_overview, add_overview };

/* A single rank goes the same way as several. */
static void merge_that_is_shared_out_writes_equal_files(void **state)
{
	g_autofree char *dir = g_dir_make_tmp("analyze-XXXXXX", NULL);
	g_autofree char *alone = g_build_filename(dir, "alone", NULL);
	g_autofree char *shared = g_build_filename(dir, "shared", NULL);
	g_autofree char *in = g_build_filename(dir, "in", NULL);
	static const char *const labels[] = { "x", "y", "z" };
	const char *const names[] = { in, NULL }, *const nothing[] = { "vhost-on", NULL };
	const struct result_options options = { .dir = in };
	g_autoptr(result_set) r = NULL;
	g_autoptr(merge) one = merge_new(&overview);
	g_autoptr(merge) all = merge_new(&overview);
	g_autoptr(merge) none = merge_new(&overview);
	g_autoptr(GError) error = NULL;
	g_autofree char *text = NULL, *shared_text = NULL;

	(void)state;
	for (guint i = 0; i < G_N_ELEMENTS(labels); i++) {
		const struct fake_cfg cfg = { .label = labels[i],
			.rate_pps = 1000 + 1000 * i,
			.loss = 0.01,
			.worst = -1,
			.untrusted = i == 2,
			.fleet = TRUE,
			.probes = TRUE };
		g_autofree char *label = g_build_filename(in, labels[i], NULL);
		g_autoptr(trial) t = fake_trial(&cfg);

		assert_true(trial_write(t, label, NULL));
	}
	r = open_one(dir, in);
	assert_true(merge_write(r, alone, one, &error));
	assert_int_equal(merge_write_shared(&options, names, shared, all, &error), MERGE_DONE);
	assert_same_files(alone, shared, 2);
	text = table_text(one->shown);
	shared_text = table_text(all->shown);
	assert_string_equal(text, shared_text);
	assert_int_equal(all->nb, 3);
	assert_false(all->trustworthy);
	assert_int_equal(all->reasons->len, 3);
	assert_string_equal(all->reasons->pdata[2], one->reasons->pdata[2]);
	assert_int_equal(merge_write_shared(&options, nothing, shared, none, &error), MERGE_ALONE);
	assert_null(error);
	file_remove_tree(dir);
}

/* A column of which the cells are written by hand. */
static void add_column(table *t, const char *key, const char *heading, unsigned flags)
{
	table_columns(t, &(const struct table_column){ key, heading, .flags = flags }, 1);
}

static void tables_and_summaries_go_between_processes(void **state)
{
	g_autoptr(table) t = table_new();
	g_autoptr(table) copy = table_new();
	g_autoptr(GVariant) packed = NULL;
	g_autofree char *before = NULL, *after = NULL, *text = NULL, *text_after = NULL;

	(void)state;
	for (int i = 0; i < 2; i++) {
		table *to = i == 0 ? t : copy;

		for (int j = 0; j < 6; j++)
			add_column(to, "c", "heading", 0);
	}
	for (int i = 0; i < 2; i++) {
		table_row(t);
		table_string(t, i == 0 ? "" : "a, \"b\" \xc3\xa4");
		table_u64(t, UINT64_C(9223372036854775807));
		table_double(t, i == 0 ? NAN : 0.1 + 0.2, "%.3g");
		table_ns(t, 5, i == 1);
		table_bool(t, i == 1, "yes", "no");
		table_none(t);
	}
	packed = table_pack(t);
	table_append(copy, packed);
	before = table_json(t);
	after = table_json(copy);
	text = table_text(t);
	text_after = table_text(copy);
	assert_string_equal(before, after);
	assert_string_equal(text, text_after);
}

static void column_of_zeros_is_not_shown(void **state)
{
	g_autoptr(table) t = table_new();
	g_autofree char *none = NULL, *some = NULL;

	(void)state;
	add_column(t, "a", "aaa", 0);
	add_column(t, "b", "bbb", TABLE_IF_ANY);
	table_row(t);
	table_u64(t, 1);
	table_u64(t, 0);
	table_row(t);
	table_u64(t, 2);
	table_none(t);
	none = table_text(t);
	assert_null(strstr(none, "bbb"));
	table_row(t);
	table_u64(t, 3);
	table_u64(t, 4);
	some = table_text(t);
	assert_non_null(strstr(some, "bbb"));
}

static void percentiles_parse(void **state)
{
	static const char *const bad[] = { "", "0", "101", "-1", "x", "50,", "nan", "50;90",
		"1e3" };
	struct report_options p = { 0 };

	(void)state;
	assert_true(report_percentiles_parse("50,99.9,99.99,12.5,100", &p, NULL));
	assert_int_equal(p.nb, 5);
	assert_true(p.q[1] == 0.999 && p.q[2] == 0.9999 && p.q[4] == 1);
	for (guint i = 0; i < p.nb; i++) {
		static const char *const names[] = { "p50", "p999", "p9999", "p12_5", "p100" };
		g_autofree char *name = report_percentile_name(p.q[i]);

		assert_string_equal(name, names[i]);
	}
	g_free(p.q);
	for (guint i = 0; i < G_N_ELEMENTS(bad); i++) {
		if (report_percentiles_parse(bad[i], &p, NULL))
			fail_msg("'%s' was accepted", bad[i]);
	}
}

static table *example(const char *label)
{
	table *t = table_new();

	add_column(t, "label", "label", TABLE_KEY);
	add_column(t, "p99_ns", "p99", 0);
	add_column(t, "loss_ratio", "loss", 0);
	add_column(t, "secret", "secret", TABLE_HIDDEN);
	table_row(t);
	table_string(t, label);
	table_ns(t, UINT64_C(2000000000), TRUE);
	table_ratio(t, 0.0123);
	table_none(t);
	return t;
}

static void table_has_the_bound_in_each_format(void **state)
{
	g_autoptr(table) t = example("a,\"b\"");
	g_autofree char *text = table_text(t), *csv = table_csv(t), *json = table_json(t);

	(void)state;
	assert_string_equal(text, "label    p99   loss\na,\"b\" >= 2 s 1.23 %\n");
	assert_string_equal(csv,
		"schema,label,p99_ns,loss_ratio,secret\n1,\"a,\"\"b\"\"\",>=2000000000,0.0123,\n");
	assert_non_null(strstr(json, "\"p99_ns\" : 2000000000"));
	assert_non_null(strstr(json, "\"bounds\" : [\n\t\t\t\t\"p99_ns\""));
	assert_non_null(strstr(json, "\"secret\" : null"));
}

static void wide_table_is_broken_into_blocks(void **state)
{
	g_autoptr(table) t = table_new();
	g_autofree char *text = NULL;
	g_auto(GStrv) lines = NULL;
	guint keys = 0;

	(void)state;
	add_column(t, "k", "key", TABLE_KEY);
	for (int i = 0; i < 30; i++)
		add_column(t, "c", "heading", 0);
	table_row(t);
	table_string(t, "K");
	for (int i = 0; i < 30; i++)
		table_u64(t, 1234567890);
	text = table_text(t);
	lines = g_strsplit(text, "\n", -1);
	for (guint i = 0; lines[i] != NULL; i++) {
		assert_true(g_utf8_strlen(lines[i], -1) <= TABLE_WIDTH);
		keys += g_str_has_prefix(lines[i], "K ") ? 1 : 0;
	}
	assert_true(keys > 1);
}

static gboolean count_row(
	const char *where, char *const *field, size_t nb, void *user, GError **error)
{
	(void)where;
	(void)field;
	(void)error;
	*(size_t *)user = *(size_t *)user * 10 + nb;
	return TRUE;
}

static void csv_is_read_strictly(void **state)
{
	static const struct {
		const char *text;
		size_t fields; /* a digit a row; 0: refused */
	} cases[] = { { "a,b\nc\n", 21 }, { "a,b", 2 }, { "# x,\"y\n\n1,2,3\r\n \n", 3 },
		{ "\"a,b\",c\n", 2 }, { "\"a\nb\n", 0 }, { "a\"b\n", 0 }, { "\"a\"b,c\n", 0 },
		{ "\"a", 0 }, { ",,\n", 3 } };

	(void)state;
	for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
		size_t fields = 0;
		g_autoptr(GError) error = NULL;
		gboolean ok = csv_read(
			"f", cases[i].text, strlen(cases[i].text), count_row, &fields, &error);

		if (ok != (cases[i].fields > 0) || (ok && fields != cases[i].fields))
			fail_msg("'%s': %zu, not %zu", cases[i].text, fields, cases[i].fields);
		if (!ok)
			assert_true(g_str_has_prefix(error->message, "f:1: "));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(selectors_match_by_value),
		cmocka_unit_test(parameters_have_a_text_that_selects_them),
		cmocka_unit_test(fairness_by_hand),
		cmocka_unit_test(combination_adds_up_its_repetitions),
		cmocka_unit_test(median_of_a_value_and_a_loss_is_bounded_by_their_mean),
		cmocka_unit_test(combination_adds_up_groups_probes_and_cost),
		cmocka_unit_test(merge_that_is_shared_out_writes_equal_files),
		cmocka_unit_test(tables_and_summaries_go_between_processes),
		cmocka_unit_test(column_of_zeros_is_not_shown),
		cmocka_unit_test(percentiles_parse),
		cmocka_unit_test(table_has_the_bound_in_each_format),
		cmocka_unit_test(wide_table_is_broken_into_blocks),
		cmocka_unit_test(csv_is_read_strictly),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
