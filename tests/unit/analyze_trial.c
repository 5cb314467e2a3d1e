/* SPDX-License-Identifier: BSD-3-Clause */
/* Trials in memory and on disk: names, balance, the way to files and back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "analyze/base/file.h"
#include "analyze/base/error.h"
#include "analyze/contract/trial.h"
#include "tests/unit/fake_trial.h"

static char *temporary_folder(void)
{
	char *dir = g_dir_make_tmp("analyze-XXXXXX", NULL);

	assert_non_null(dir);
	return dir;
}

/* Path of the only file in dir whose name begins so. */
static char *find_file(const char *dir, const char *prefix)
{
	g_autoptr(GDir) d = g_dir_open(dir, 0, NULL);
	const char *name;

	while ((name = g_dir_read_name(d)) != NULL) {
		if (g_str_has_prefix(name, prefix))
			return g_build_filename(dir, name, NULL);
	}
	return NULL;
}

static char *contents(const char *path)
{
	size_t len;
	char *text = file_read(path, &len, NULL);

	assert_non_null(text);
	return text;
}

static const struct {
	const char *infix;
	const char *machine, *interface, *profile;
	uint32_t guests, frame_len;
	uint64_t rate_pps;
	double duration_s;
	gboolean vhost;
} infix_cases[] = {
	{ "microvm_macvtap_normal_vhostoff_ioregionfdoff_xdp_100kpps_60B_30s", "microvm", "macvtap",
		"fixed-64", 1, 64, 100000, 30, FALSE },
	{ "pcvm_vmux-dpdk-e810_normal_vhoston_ioregionfdon_moongen_11000kpps_1020B_30s", "pcvm",
		"vmux-dpdk-e810", "fixed-1024", 1, 1024, 11000000, 30, TRUE },
	{ "process_vhost-user_none_vhostoff_ioregionfdoff_dpdk_64vms_0.5kpps_imix_0.25s", "process",
		"vhost-user", "imix", 64, 0, 500, 0.25, FALSE },
	{ "process_vfio+virtio-off+vmux_none_vhostoff_ioregionfdoff_dpdk_64vms_1kpps_imix_10s",
		"process", "vfio+virtio-off+vmux", "imix", 64, 0, 1000, 10, FALSE },
	{ "process_null_none_vhostoff_ioregionfdoff_dpdk_1vms_maxkpps_imix_10s", "process", "null",
		"imix", 1, 0, 0, 10, FALSE },
	{ "process_null_none_vhostoff_ioregionfdoff_dpdk_2vms_1.001kpps_my-mix_10s", "process",
		"null", "my-mix", 2, 0, 1001, 10, FALSE },
};

static void infix_goes_both_ways(void **state)
{
	(void)state;
	for (guint i = 0; i < G_N_ELEMENTS(infix_cases); i++) {
		struct trial_params p;
		g_autofree char *back = NULL;

		assert_true(trial_infix_parse(infix_cases[i].infix, &p));
		assert_string_equal(p.machine, infix_cases[i].machine);
		assert_string_equal(p.interface, infix_cases[i].interface);
		assert_string_equal(p.profile, infix_cases[i].profile);
		assert_int_equal(p.guests, infix_cases[i].guests);
		assert_int_equal(p.frame_len, infix_cases[i].frame_len);
		assert_int_equal(p.rate_pps, infix_cases[i].rate_pps);
		assert_true(p.duration_s == infix_cases[i].duration_s);
		assert_int_equal(p.vhost, infix_cases[i].vhost);
		back = trial_infix(&p);
		assert_string_equal(back, infix_cases[i].infix);
		trial_params_clear(&p);
	}
}

static void infix_of_autotest_hosts_is_read(void **state)
{
	struct trial_params p;

	(void)state;
	assert_true(trial_infix_parse("host_pnic_moongen_1000kpps_60B_30s", &p));
	assert_string_equal(p.machine, "host");
	assert_string_equal(p.interface, "pnic");
	assert_string_equal(p.reflector, "moongen");
	assert_int_equal(p.rate_pps, 1000000);
	trial_params_clear(&p);
}

static void infix_of_other_forms_is_refused(void **state)
{
	static const char *const bad[] = { "", "_", "a_b_c_d_e_f_g_h_i", "________",
		"pcvm_bridge_normal_vhostmaybe_ioregionfdoff_xdp_1kpps_60B_30s",
		"pcvm_bridge_normal_vhoston_ioregionfdoff_xdp_-1kpps_60B_30s",
		"pcvm_bridge_normal_vhoston_ioregionfdoff_xdp_1kpps_60_30s",
		"pcvm_bridge_normal_vhoston_ioregionfdoff_xdp_1kpps_99999B_30s",
		"pcvm_bridge_normal_vhoston_ioregionfdoff_xdp_99999999999999999999kpps_60B_30s",
		"pcvm_bridge_normal_vhoston_ioregionfdoff_xdp_1.2345kpps_60B_30s",
		"pcvm_bridge_normal_vhoston_ioregionfdoff_xdp_1kpps_60B_infs",
		"pcvm_bridge_normal_vhoston_ioregionfdoff_xdp_1kpps_60B_0x10s",
		"pcvm_bridge_normal_vhoston_ioregionfdoff_xdp_0vms_1kpps_imix_30s",
		"mediation_software_4vms_bridge_10kpps", "guest_pnic_moongen_1000kpps_60B_30s" };

	(void)state;
	for (guint i = 0; i < G_N_ELEMENTS(bad); i++) {
		struct trial_params p, zero = { 0 };

		if (trial_infix_parse(bad[i], &p))
			fail_msg("'%s' was accepted", bad[i]);
		assert_memory_equal(&p, &zero, sizeof(p));
	}
}

static void infix_has_no_separators_of_fields(void **state)
{
	struct trial_params p = { .machine = (char *)"a_b",
		.interface = (char *)"c/d",
		.qemu = (char *)"",
		.reflector = (char *)"x y",
		.profile = (char *)"p_q",
		.guests = 2,
		.rate_pps = 1000,
		.duration_s = 1 };
	g_autofree char *infix = trial_infix(&p);

	(void)state;
	assert_string_equal(infix, "a-b_c-d_none_vhostoff_ioregionfdoff_x-y_2vms_1kpps_p-q_1s");
}

static void written_trial_reads_back_equal(void **state)
{
	const struct fake_cfg cfg = { .rate_pps = 1000, .loss = 0.02, .worst = 1, .seed = 7 };
	g_autofree char *dir = temporary_folder(), *nested = g_build_filename(dir, "a", "b", NULL);
	g_autoptr(trial) t = fake_trial(&cfg);
	g_autoptr(trial) back = NULL;
	g_autoptr(GError) error = NULL;
	g_autofree char *path = NULL, *before = NULL, *after = NULL, *why = NULL;

	(void)state;
	if (!trial_write(t, nested, &error))
		fail_msg("%s", error->message);
	path = find_file(nested, "trial_");
	assert_non_null(path);
	back = trial_read(path, TRIAL_BINS, &error);
	if (back == NULL) {
		fail_msg("%s", error->message);
		return;
	}
	before = trial_to_json(t);
	after = trial_to_json(back);
	assert_string_equal(before, after);
	assert_int_equal(back->seconds->len, 2);
	assert_string_equal(back->path, path);
	assert_int_equal(trial_state(nested, &t->params, &why), TRIAL_DONE);
	assert_null(why);
	t->params.repetition = 9;
	assert_int_equal(trial_state(nested, &t->params, &why), TRIAL_MISSING);
	file_remove_tree(dir);
}

static void summary_has_counts_but_no_bins(void **state)
{
	const struct fake_cfg cfg = { .rate_pps = 1000, .loss = 0.02, .worst = -1 };
	g_autofree char *dir = temporary_folder(), *path = NULL;
	g_autoptr(trial) t = fake_trial(&cfg);
	g_autoptr(trial) back = NULL;
	uint64_t ns;
	gboolean bound;

	(void)state;
	assert_true(trial_write(t, dir, NULL));
	path = find_file(dir, "trial_");
	back = trial_read(path, TRIAL_SUMMARY, NULL);
	assert_non_null(back);
	assert_null(back->latency.hist);
	assert_int_equal(back->latency.sum_ns, t->latency.sum_ns);
	assert_int_equal(back->totals.forwarded, t->totals.forwarded);
	assert_int_equal(trial_dist_quantile(&back->latency, 0.5, &ns, &bound), -ENODATA);
	file_remove_tree(dir);
}

static void state_names_what_differs(void **state)
{
	const struct fake_cfg cfg = { .rate_pps = 1000, .worst = -1 };
	const struct fake_cfg stopped = { .rate_pps = 1000, .worst = -1, .interrupted = TRUE };
	g_autofree char *dir = temporary_folder(), *why = NULL, *path = NULL;
	g_autoptr(trial) t = fake_trial(&cfg);
	g_autoptr(trial) interrupted = fake_trial(&stopped);

	(void)state;
	assert_true(trial_write(t, dir, NULL));
	t->params.seed = 42;
	assert_int_equal(trial_state(dir, &t->params, &why), TRIAL_OTHER);
	assert_non_null(strstr(why, "seed 0, not 42"));
	g_clear_pointer(&why, g_free);
	t->params.seed = 0;
	g_free(t->params.share);
	t->params.share = g_strdup("zipf:1");
	assert_int_equal(trial_state(dir, &t->params, &why), TRIAL_OTHER);
	assert_non_null(strstr(why, "share 'equal', not 'zipf:1'"));
	g_clear_pointer(&why, g_free);

	assert_true(trial_write(interrupted, dir, NULL));
	assert_int_equal(trial_state(dir, &interrupted->params, &why), TRIAL_AGAIN);
	assert_non_null(strstr(why, "interrupted"));
	g_clear_pointer(&why, g_free);

	path = find_file(dir, "guests_");
	assert_int_equal(truncate(path, 100), 0);
	assert_int_equal(trial_state(dir, &interrupted->params, &why), TRIAL_AGAIN);
	assert_non_null(strstr(why, path));
	assert_non_null(strstr(why, "100 bytes"));
	g_clear_pointer(&why, g_free);

	assert_int_equal(g_unlink(path), 0);
	assert_int_equal(trial_state(dir, &interrupted->params, &why), TRIAL_AGAIN);
	assert_non_null(strstr(why, path));
	file_remove_tree(dir);
}

/* The JSON of a trial with one text replaced, and what reading it says. */
static void read_with(
	const char *dir, const char *json, const char *from, const char *to, const char *expected)
{
	g_autofree char *path = g_build_filename(dir, "trial_x.json", NULL);
	g_auto(GStrv) parts = g_strsplit(json, from, 2);
	g_autofree char *text = NULL;
	g_autoptr(GError) error = NULL;
	trial *t;

	if (g_strv_length(parts) != 2)
		fail_msg("the JSON has no '%s'", from);
	text = g_strjoinv(to, parts);
	assert_true(g_file_set_contents(path, text, -1, NULL));
	t = trial_read(path, TRIAL_BINS, &error);
	if (t != NULL)
		fail_msg("'%s' instead of '%s' was accepted", to, from);
	if (strstr(error->message, expected) == NULL || strstr(error->message, path) == NULL)
		fail_msg("'%s' has no '%s' or not the file's name", error->message, expected);
}

static void damaged_json_is_refused_by_name_and_key(void **state)
{
	const struct fake_cfg cfg = { .rate_pps = 1000, .loss = 0.1, .worst = -1, .seed = 5 };
	g_autofree char *dir = temporary_folder(), *path = NULL, *json = NULL;
	g_autoptr(trial) t = fake_trial(&cfg);

	(void)state;
	assert_true(trial_write(t, dir, NULL));
	path = find_file(dir, "trial_");
	json = contents(path);
	read_with(dir, json, "\"schema\" : 1", "\"schema\" : 2", "schema is 2");
	read_with(dir, json, "\"schema\" : 1", "\"sxhema\" : 1", "schema is missing");
	read_with(dir, json, "\"seed\" : 5", "\"seed\" : -5", "parameters.seed is negative");
	read_with(dir, json, "\"seed\" : 5", "\"seed\" : 5.5", "parameters.seed is not an integer");
	read_with(
		dir, json, "\"seed\" : 5", "\"seed\" : \"5\"", "parameters.seed is not an integer");
	read_with(dir, json, "\"seed\" : 5", "\"seed\" : 9223372036854775808",
		"integer out of range");
	read_with(dir, json, "\"seed\" : 5", "\"seed\" : 18446744073709551621",
		"integer out of range");
	read_with(dir, json, "\"seed\" : 5", "\"seed\" : -18446744073709551611",
		"integer out of range");
	read_with(dir, json, "\"seed\" : 5", "\"seed\" : NaN", ":");
	read_with(dir, json, "\"duration_s\" : 2", "\"duration_s\" : 1e999 , \"x\" : 2",
		"duration_s");
	read_with(dir, json, "\"duration_s\" : 2", "\"duration_s\" : -2",
		"duration_s is negative or not finite");
	read_with(dir, json, "\"vhost\" : false", "\"vhost\" : 0", "not true or false");
	read_with(dir, json, "\"label\" : \"fake\"", "\"label\" : null", "label is not a string");
	read_with(dir, json, "\"guests\" : 3", "\"guests\" : 4", "guests is 4");
	read_with(dir, json, "\"guests\" : 3", "\"guests\" : 4294967299", "above 4096");
	read_with(dir, json, "\"offered\" : 3600", "\"offered\" : 3601", "totals");
	read_with(dir, json, "\"offered\" : 400", "\"offered\" : 401", "guest 0, frames of 64");
	read_with(dir, json, "\"offered\" : 1200", "\"offered\" : 1201", "guest 0");
	read_with(dir, json, "\"files\"", "\"fires\"", "files is missing");
	read_with(dir, json, "\"name\" : \"guests_", "\"name\" : \"../guests_",
		"not a plain file name");
	read_with(dir, json, "\"bytes\" : ", "\"bytes\" : 1", "recorded 1");
	read_with(dir, json, "\"guests\" : [", "\"guests\" : [ 3, ", "[0] is not an object");
	read_with(dir, json, "\"verdict\" : {", "\"verdict\" : { { ", ":");
	file_remove_tree(dir);
}

static void unknown_keys_are_ignored(void **state)
{
	const struct fake_cfg cfg = { .rate_pps = 1000, .worst = -1 };
	g_autofree char *dir = temporary_folder(), *path = NULL, *json = NULL, *more = NULL;
	g_autoptr(trial) t = fake_trial(&cfg);
	g_autoptr(trial) back = NULL;
	g_auto(GStrv) parts = NULL;

	(void)state;
	assert_true(trial_write(t, dir, NULL));
	path = find_file(dir, "trial_");
	json = contents(path);
	parts = g_strsplit(json, "\"schema\" : 1", 2);
	more = g_strjoinv("\"schema\" : 1, \"new\" : { \"a\" : [ 1.5, null ] }", parts);
	assert_true(g_file_set_contents(path, more, -1, NULL));
	back = trial_read(path, TRIAL_BINS, NULL);
	assert_non_null(back);
	file_remove_tree(dir);
}

static void truncated_json_is_refused_wherever_it_ends(void **state)
{
	const struct fake_cfg cfg = {
		.rate_pps = 1000, .worst = -1, .guests = 1, .sizes = 1, .frames = 10
	};
	g_autofree char *dir = temporary_folder(), *path = NULL, *json = NULL;
	g_autoptr(trial) t = fake_trial(&cfg);
	size_t len;

	(void)state;
	assert_true(trial_write(t, dir, NULL));
	path = find_file(dir, "trial_");
	json = contents(path);
	len = strlen(json);
	for (size_t end = 0; end < len - 2; end += 97) {
		g_autoptr(GError) error = NULL;

		assert_true(g_file_set_contents(path, json, (gssize)end, NULL));
		if (trial_read(path, TRIAL_SUMMARY, &error) != NULL)
			fail_msg("%zu of %zu bytes were accepted", end, len);
		assert_non_null(strstr(error->message, path));
	}
	file_remove_tree(dir);
}

static void deep_json_is_refused(void **state)
{
	g_autofree char *dir = temporary_folder(), *text = g_malloc(1000001);
	g_autofree char *path = g_build_filename(dir, "trial_deep.json", NULL);
	g_autoptr(GError) error = NULL;

	(void)state;
	memset(text, '[', 1000000);
	text[1000000] = '\0';
	assert_true(g_file_set_contents(path, text, -1, NULL));
	assert_null(trial_read(path, TRIAL_SUMMARY, &error));
	assert_non_null(strstr(error->message, "nested too deeply"));
	file_remove_tree(dir);
}

/* Sizes of siblings are recorded: only a change of equal length gets as far as the bins. */
static void bins_of_another_trial_are_refused(void **state)
{
	const struct fake_cfg cfg = {
		.rate_pps = 1000, .worst = -1, .guests = 1, .sizes = 1, .frames = 30
	};
	g_autofree char *dir = temporary_folder(), *path = NULL, *json = NULL, *csv = NULL;
	g_autoptr(trial) t = fake_trial(&cfg);
	g_autoptr(GError) error = NULL;
	char *last;

	(void)state;
	assert_true(trial_write(t, dir, NULL));
	path = find_file(dir, "guests_");
	json = find_file(dir, "trial_");
	csv = contents(path);
	last = strrchr(csv, ',');
	last[1] = last[1] == '0' ? '1' : '0';
	assert_true(g_file_set_contents(path, csv, -1, NULL));
	assert_null(trial_read(json, TRIAL_BINS, &error));
	assert_non_null(strstr(error->message, path));
	file_remove_tree(dir);
}

static void balance_names_guest_and_numbers(void **state)
{
	const struct fake_cfg cfg = { .rate_pps = 1000, .worst = -1 };
	g_autoptr(trial) t = fake_trial(&cfg);
	g_autoptr(GError) error = NULL;

	(void)state;
	assert_true(trial_balance(t, NULL)); /* a second time changes nothing */
	t->guests[1].sizes[2].c.lost = 1;
	assert_false(trial_balance(t, &error));
	assert_non_null(strstr(error->message, "guest 1, frames of 1518 to 1518 bytes"));
	assert_non_null(strstr(error->message, "400"));
	g_clear_error(&error);
	t->guests[1].sizes[2].c.lost = 0;
	hist_record(t->guests[2].sizes[0].latency.hist, 5);
	assert_false(trial_balance(t, &error));
	assert_non_null(strstr(error->message, "guest 2"));
	assert_non_null(strstr(error->message, "401"));
}

static const struct fake_cfg fleet_cfg = { .rate_pps = 1000,
	.guests = 5,
	.loss = 0.05,
	.worst = -1,
	.seed = 3,
	.fleet = TRUE,
	.probes = TRUE };

static void groups_are_sums_of_their_guests(void **state)
{
	g_autoptr(trial) t = fake_trial(&fleet_cfg);
	struct trial_dist d;
	uint64_t forwarded = 0;

	(void)state;
	assert_int_equal(t->nb_groups, 2);
	assert_string_equal(t->groups[0].group, "calm");
	assert_string_equal(t->groups[1].interface, "vmux");
	assert_int_equal(t->groups[0].guests, 3);
	assert_int_equal(t->groups[1].guests, 2);
	for (uint32_t i = 0; i < t->nb_guests; i++) {
		assert_int_equal(t->guests[i].group_row, i % 2);
		forwarded += i % 2 == 1 ? t->guests[i].c.forwarded : 0;
	}
	assert_int_equal(t->groups[1].c.forwarded, forwarded);
	assert_true(t->groups[0].share > 0.599 && t->groups[0].share < 0.601);
	trial_group_dist(t, 1, FALSE, &d);
	assert_int_equal(ctr_get(&d.hist->count), forwarded);
	assert_int_equal(d.censored, t->groups[1].c.lost);
	trial_dist_clear(&d);
}

static void groups_of_equal_letters_stay_apart(void **state)
{
	const struct fake_cfg cfg = { .rate_pps = 1000, .worst = -1 };
	g_autoptr(trial) t = fake_trial(&cfg);

	(void)state;
	assert_int_equal(t->nb_groups, 1);
	g_free(t->groups[0].group);
	g_free(t->groups[0].interface);
	g_clear_pointer(&t->groups, g_free);
	t->nb_groups = 0;
	g_free(t->guests[0].group);
	g_free(t->guests[0].interface);
	g_free(t->guests[1].group);
	g_free(t->guests[1].interface);
	t->guests[0].group = g_strdup("ab");
	t->guests[0].interface = g_strdup("c");
	t->guests[1].group = g_strdup("a");
	t->guests[1].interface = g_strdup("bc");
	assert_true(trial_balance(t, NULL));
	assert_int_equal(t->nb_groups, 3);
}

/* A change of a trial that balanced, and what has to be said of it. */
struct imbalance {
	void (*change)(trial *t);
	const char *says[2];
};

static void lose_a_probe(trial *t)
{
	t->guests[3].probes.lost++;
}

static void add_a_probe(trial *t)
{
	t->guests[2].probes.offered++;
	t->guests[2].probes.lost++;
	t->guests[2].probes.latency.censored++;
}

static void bin_a_probe(trial *t)
{
	hist_record(t->guests[4].probes.latency.hist, 5);
}

static void too_many_late(trial *t)
{
	t->probes.late_back = t->probes.c.forwarded + 1;
}

static void corrupt_probe(trial *t)
{
	t->probes.c.corrupt = 1;
}

static void use_none(trial *t)
{
	t->probes.used = FALSE;
	memset(&t->probes.c, 0, sizeof(t->probes.c));
	trial_dist_clear(&t->probes.latency);
}

static void send_too_much(trial *t)
{
	t->guests[1].sizes[0].c.not_sent = 1;
}

static void change_a_group(trial *t)
{
	t->groups[1].c.late++;
}

static void move_a_guest(trial *t)
{
	g_free(t->guests[2].group);
	t->guests[2].group = g_strdup("elsewhere");
}

static void miscount_a_group(trial *t)
{
	t->groups[0].guests = 7;
}

static void name_a_group_amiss(trial *t)
{
	g_free(t->groups[0].group);
	t->groups[0].group = g_strdup("mad");
}

static void share_too_much(trial *t)
{
	t->groups[0].share = 0.75;
}

static const struct imbalance imbalances[] = {
	{ lose_a_probe, { "guest 3, probes", "offered 53" } },
	{ add_a_probe, { "probes: offered is 260", "261" } },
	{ bin_a_probe, { "guest 4, probes", "55 values" } },
	{ too_many_late, { "late_back 259", "forwarded 258" } },
	{ corrupt_probe, { "probes: 1 corrupt", "expected 0" } },
	{ use_none, { "guest 0: 50 probes", "none were used" } },
	{ send_too_much, { "guest 1, frames of 64", "offered 400, not_sent 1 and unsent 0" } },
	{ change_a_group, { "groups[1] 'busy, \"b\"' on vmux: late is 13", "12" } },
	{ miscount_a_group, { "groups[0] 'calm' on vhost-user: guests is 7", "3 guests are" } },
	{ name_a_group_amiss, { "groups[0] 'mad' on vhost-user: by", "'calm' on vhost-user" } },
	{ share_too_much, { "groups[0] 'calm' on vhost-user: share is 0.75", "add up to 0.6:" } },
	{ move_a_guest, { "groups: 2 rows", "expected 3" } },
};

static void imbalance_of_probes_and_groups_names_place_and_numbers(void **state)
{
	(void)state;
	for (guint i = 0; i < G_N_ELEMENTS(imbalances); i++) {
		g_autoptr(trial) t = fake_trial(&fleet_cfg);
		g_autoptr(GError) error = NULL;

		imbalances[i].change(t);
		if (trial_balance(t, &error))
			fail_msg("change %u was not noticed", i);
		for (guint j = 0; j < 2; j++) {
			if (strstr(error->message, imbalances[i].says[j]) == NULL)
				fail_msg("'%s' lacks '%s'", error->message, imbalances[i].says[j]);
		}
	}
}

static void probes_get_their_sums_from_the_guests(void **state)
{
	g_autoptr(trial) t = fake_trial(&fleet_cfg);

	(void)state;
	memset(&t->probes.c, 0, sizeof(t->probes.c));
	trial_dist_clear(&t->probes.latency);
	assert_true(trial_balance(t, NULL));
	assert_int_equal(t->probes.c.intended, 260);
	assert_int_equal(t->probes.c.lost, 2);
	assert_int_equal(ctr_get(&t->probes.latency.hist->count), 258);
	assert_int_equal(t->totals.offered, 6000); /* probes are not in it */
	assert_true(t->guests[1].probes.p99_bound && !t->guests[0].probes.p99_bound);
	assert_int_equal(t->guests[1].probes.p99_ns, 2000000000);
}

static void fleet_with_probes_reads_back_equal(void **state)
{
	g_autofree char *dir = temporary_folder(), *path = NULL, *probes = NULL;
	g_autofree char *before = NULL, *after = NULL, *bins = NULL;
	g_autoptr(trial) t = fake_trial(&fleet_cfg);
	g_autoptr(trial) back = NULL;
	g_autoptr(trial) without_bins = NULL;
	g_autoptr(GError) error = NULL;

	(void)state;
	g_free(t->params.pattern);
	t->params.pattern = g_strdup("between-guests");
	assert_true(trial_write(t, dir, &error));
	path = find_file(dir, "trial_");
	probes = find_file(dir, "probes_");
	assert_non_null(strstr(probes, "_vhost-user+vmux_"));
	bins = contents(probes);
	assert_true(g_regex_match_simple("^([0-9]+,[0-9]+\n)+$", bins, 0, 0));
	back = trial_read(path, TRIAL_BINS, &error);
	if (back == NULL) {
		fail_msg("%s", error->message);
		return;
	}
	before = trial_to_json(t);
	after = trial_to_json(back);
	assert_string_equal(before, after);
	assert_string_equal(back->params.pattern, "between-guests");
	assert_true(back->cpu.known && back->cpu.guests.threads == 3);
	assert_int_equal(back->cpu.calls, t->cpu.calls);
	assert_int_equal(back->guests[1].calls, 41);
	assert_true(trial_cpu_cycles(&back->cpu, &back->cpu.generator) == 200);
	assert_true(isnan(trial_cpu_cycles(&back->cpu, &back->cpu.guests)));
	assert_int_equal(back->departure.inter_frames, 90);
	assert_int_equal(back->departure.inter_within_512ns, 80);
	assert_int_equal(back->guests[0].c.not_sent, 21);
	/* A guest's percentiles do not need bins. */
	without_bins = trial_read(path, TRIAL_SUMMARY, &error);
	assert_int_equal(without_bins->guests[2].probes.p50_ns, t->guests[2].probes.p50_ns);
	assert_true(without_bins->guests[2].probes.p50_ns > 4000);

	/* The bins have to be those that were counted, and the file has to be there. */
	bins[0] = bins[0] == '9' ? '8' : '9';
	assert_true(g_file_set_contents(probes, bins, -1, NULL));
	assert_null(trial_read(path, TRIAL_BINS, &error));
	assert_non_null(strstr(error->message, probes));
	g_clear_error(&error);
	assert_int_equal(g_unlink(probes), 0);
	assert_null(trial_read(path, TRIAL_SUMMARY, &error));
	assert_non_null(strstr(error->message, probes));
	file_remove_tree(dir);
}

static void trial_without_probes_leaves_none_of_an_older_one(void **state)
{
	g_autofree char *dir = temporary_folder(), *probes = NULL;
	struct fake_cfg cfg = fleet_cfg;
	g_autoptr(trial) t = fake_trial(&cfg);
	g_autoptr(trial) again = NULL;

	(void)state;
	cfg.probes = FALSE;
	again = fake_trial(&cfg);
	assert_true(trial_write(t, dir, NULL));
	assert_true(trial_write(again, dir, NULL));
	probes = find_file(dir, "probes_");
	assert_null(probes);
	file_remove_tree(dir);
}

static void damaged_groups_and_probes_are_refused_by_key(void **state)
{
	g_autofree char *dir = temporary_folder(), *path = NULL, *json = NULL;
	g_autoptr(trial) t = fake_trial(&fleet_cfg);

	(void)state;
	assert_true(trial_write(t, dir, NULL));
	path = find_file(dir, "trial_");
	json = contents(path);
	read_with(dir, json, "\"tx_stamps\" : \"tsc\"", "\"tx_stamps\" : 1",
		"probes.tx_stamps is not a string");
	read_with(dir, json, "\"late_back\" : 1", "\"late_back\" : -1",
		"probes.late_back is negative");
	read_with(dir, json, "\"late_back\" : 1", "\"late_back\" : 259", "late_back 259");
	read_with(dir, json, "\"probes\" : {", "\"probes\" : 5, \"x\" : {",
		"probes is not an object");
	read_with(dir, json, "\"probes\" : {", "\"x\" : {", "files is incomplete");
	read_with(dir, json, "\"busy_cycles\" : 1000000", "\"busy_cycles\" : 1.5",
		"cpu.generator.busy_cycles is not an integer");
	read_with(dir, json, "\"cpu\" : {", "\"cpu\" : null, \"x\" : {", "cpu is not an object");
	read_with(dir, json, "\"groups\" : [", "\"groups\" : [ 3, ", "[0] is not an object");
	read_with(
		dir, json, "\"groups\" : [", "\"groups\" : 3, \"x\" : [", "groups is not an array");
	read_with(dir, json, "\"group\" : \"calm\"", "\"group\" : \"mad\"",
		"groups[0] 'mad' on vhost-user");
	read_with(dir, json, "\"not_sent\" : 21", "\"not_sent\" : 22", "not_sent is 22");
	read_with(dir, json, "\"name\" : \"probes_", "\"name\" : \"timeline_", "");
	file_remove_tree(dir);
}

/* What a program wrote that had one text for both directions. */
static void older_time_stamps_of_probes_are_read(void **state)
{
	g_autofree char *dir = temporary_folder(), *path = NULL, *json = NULL, *text = NULL;
	g_autoptr(trial) t = fake_trial(&fleet_cfg), back = NULL;
	g_autoptr(GError) error = NULL;
	g_auto(GStrv) parts = NULL;

	(void)state;
	assert_true(trial_write(t, dir, NULL));
	path = find_file(dir, "trial_");
	json = contents(path);
	parts = g_strsplit(json, "\"rx_stamps\" : \"nic\"", 2);
	assert_int_equal(g_strv_length(parts), 2);
	text = g_strjoinv("\"time_stamps\" : \"rx hardware\"", parts);
	assert_true(g_file_set_contents(path, text, -1, NULL));
	back = trial_read(path, TRIAL_SUMMARY, &error);
	if (back == NULL) {
		fail_msg("%s", error->message);
		return;
	}
	assert_string_equal(back->probes.rx_stamps, "nic");
	assert_string_equal(back->probes.tx_stamps, "tsc");
	assert_int_equal(back->probes.stamp_error_ns, 83);
	assert_int_equal(back->probes.set_aside, 2);
	file_remove_tree(dir);
}

/* What a program wrote that knew nothing of groups, probes, patterns and links. */
static void trial_of_before_groups_reads_as_ever(void **state)
{
	g_autofree char *dir = g_build_filename(
		g_getenv("SOURCE") != NULL ? g_getenv("SOURCE") : ".", "tests/unit/analyze_trial",
		NULL);
	g_autofree char *path = find_file(dir, "trial_");
	g_autofree char *copy = NULL, *again = NULL, *why = NULL;
	g_autoptr(GError) error = NULL;
	g_autoptr(trial) t = trial_read(path, TRIAL_BINS, &error);
	g_autoptr(trial) back = NULL;

	(void)state;
	if (t == NULL) {
		fail_msg("%s", error->message);
		return;
	}
	assert_string_equal(t->params.pattern, TRIAL_PATTERN_DEFAULT);
	assert_int_equal(t->totals.not_sent, 0);
	assert_false(t->probes.used || t->cpu.known);
	assert_int_equal(t->nb_groups, 1);
	assert_int_equal(t->groups[0].guests, 2);
	assert_int_equal(t->groups[0].c.forwarded, t->totals.forwarded);
	assert_int_equal(t->departure.inter_frames, 0);
	/* A program that asks for no pattern finds it, but with the schedule of another rule. */
	g_clear_pointer(&t->params.pattern, g_free);
	assert_int_equal(trial_state(dir, &t->params, &why), TRIAL_OTHER);
	assert_non_null(strstr(why, "derives random numbers differently"));
	/* Written anew, it has what is always there. */
	copy = temporary_folder();
	assert_true(trial_write(t, copy, NULL));
	g_free(path);
	path = find_file(copy, "trial_");
	back = trial_read(path, TRIAL_SUMMARY, &error);
	assert_non_null(back);
	again = contents(path);
	assert_non_null(strstr(again, "\"pattern\" : \"to-guests\""));
	assert_non_null(strstr(again, "\"groups\" : ["));
	assert_null(strstr(again, "\"probes\""));
	file_remove_tree(copy);
}

static void totals_filled_in_before_are_compared(void **state)
{
	const struct fake_cfg cfg = { .rate_pps = 1000, .worst = -1 };
	g_autoptr(trial) t = fake_trial(&cfg);
	g_autoptr(GError) error = NULL;

	(void)state;
	t->totals.offered++;
	t->totals.lost++;
	assert_false(trial_balance(t, &error));
	assert_non_null(strstr(error->message, "totals: offered is 3601"));
}

static void log_ends_with_two_summary_lines(void **state)
{
	const struct fake_cfg cfg = { .rate_pps = 1000, .loss = 0.1, .worst = -1 };
	g_autofree char *dir = temporary_folder(), *path = NULL, *log = NULL, *tx = NULL,
			*rx = NULL;
	g_autoptr(trial) t = fake_trial(&cfg);
	g_auto(GStrv) lines = NULL;
	guint nb;

	(void)state;
	assert_true(trial_write(t, dir, NULL));
	path = find_file(dir, "output_");
	log = contents(path);
	lines = g_strsplit(log, "\n", -1);
	nb = g_strv_length(lines);
	assert_int_equal(nb, 5); /* with the empty one behind the last line feed */
	assert_string_equal(lines[0], "a fake trial");
	assert_true(g_str_has_prefix(lines[1], "Samples: "));
	rx = g_strdup_printf("total %" PRIu64 " packets with %" PRIu64 " bytes (incl. CRC)",
		t->totals.forwarded, t->totals.forwarded_bytes);
	tx = g_strdup_printf("total %" PRIu64 " packets with %" PRIu64 " bytes (incl. CRC)",
		t->totals.offered, t->totals.offered_bytes);
	assert_true(g_str_has_prefix(lines[2], "[Device: id=0] RX: 0.00 (StdDev 0.00) Mpps, "));
	assert_true(g_str_has_suffix(lines[2], rx));
	assert_true(g_str_has_prefix(lines[3], "[Device: id=0] TX: 0.00 (StdDev 0.00) Mpps, "));
	assert_true(g_str_has_suffix(lines[3], tx));
	assert_true(
		g_regex_match_simple("^.* (\\d+?) \\(StdDev (\\d+?)\\) Mbit/s", lines[2], 0, 0));
	file_remove_tree(dir);
}

static void percentile_among_lost_frames_is_marked_as_bound(void **state)
{
	const struct fake_cfg cfg = { .rate_pps = 1000, .loss = 0.05, .worst = -1 };
	g_autoptr(trial) t = fake_trial(&cfg);
	g_autofree char *text = trial_to_json(t);
	g_autoptr(JsonParser) parser = json_parser_new();
	JsonObject *latency;
	JsonArray *bounds;

	(void)state;
	assert_true(json_parser_load_from_data(parser, text, -1, NULL));
	latency = json_object_get_object_member(
		json_node_get_object(json_parser_get_root(parser)), "latency");
	assert_int_equal(json_object_get_int_member(latency, "p99_ns"), 2000000000);
	bounds = json_object_get_array_member(latency, "bounds");
	assert_int_equal(json_array_get_length(bounds), 3);
	assert_string_equal(json_array_get_string_element(bounds, 0), "p99_ns");
}

static void failed_write_leaves_the_old_trial_and_no_temporary(void **state)
{
	const struct fake_cfg cfg = { .rate_pps = 1000, .worst = -1 };
	g_autofree char *dir = temporary_folder(), *path = NULL, *why = NULL;
	g_autoptr(trial) t = fake_trial(&cfg);
	g_autoptr(GError) error = NULL;
	g_autofree char *file = g_build_filename(dir, "file", NULL);
	g_autofree char *below = g_build_filename(file, "label", NULL);

	(void)state;
	assert_true(trial_write(t, dir, NULL));
	t->measured_s = -1; /* refused before anything is touched */
	assert_false(trial_write(t, dir, &error));
	assert_int_equal(trial_state(dir, &t->params, &why), TRIAL_DONE);
	g_clear_error(&error);
	t->measured_s = 1;
	assert_true(g_file_set_contents(file, "", 0, NULL));
	assert_false(trial_write(t, below, &error));
	assert_true(g_error_matches(error, ANALYZE_ERROR, ANALYZE_ERROR_IO));
	assert_non_null(strstr(error->message, below));
	path = find_file(dir, ".tsim");
	assert_null(path);
	file_remove_tree(dir);
}

static void files_are_written_in_pieces(void **state)
{
	g_autofree char *dir = g_dir_make_tmp("analyze_trial-XXXXXX", NULL);
	g_autofree char *path = g_build_filename(dir, "whole", NULL), *text = NULL;
	g_autoptr(file_set) set = file_set_new();
	g_autoptr(GError) error = NULL;

	(void)state;
	assert_true(file_set_add(set, path, "head\n", 5, &error));
	for (int i = 0; i < 3; i++)
		assert_true(file_set_extend(set, &"abc"[i], 1, &error));
	assert_false(g_file_test(path, G_FILE_TEST_EXISTS));
	assert_true(file_set_publish(set, &error));
	assert_true(g_file_get_contents(path, &text, NULL, NULL));
	assert_string_equal(text, "head\nabc");
	file_remove_tree(dir);
}

static void unwritable_folder_is_named_with_the_remedy(void **state)
{
	g_autoptr(GError) error = NULL;

	(void)state;
	/* Nobody can make files there, not even root. */
	assert_false(file_write_durably("/proc/self/x", "data", 4, &error));
	assert_true(g_error_matches(error, ANALYZE_ERROR, ANALYZE_ERROR_IO));
	assert_non_null(strstr(error->message, "/proc/self/x"));
	assert_non_null(strstr(error->message, ";"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(infix_goes_both_ways),
		cmocka_unit_test(infix_of_autotest_hosts_is_read),
		cmocka_unit_test(infix_of_other_forms_is_refused),
		cmocka_unit_test(infix_has_no_separators_of_fields),
		cmocka_unit_test(written_trial_reads_back_equal),
		cmocka_unit_test(summary_has_counts_but_no_bins),
		cmocka_unit_test(state_names_what_differs),
		cmocka_unit_test(damaged_json_is_refused_by_name_and_key),
		cmocka_unit_test(unknown_keys_are_ignored),
		cmocka_unit_test(truncated_json_is_refused_wherever_it_ends),
		cmocka_unit_test(deep_json_is_refused),
		cmocka_unit_test(bins_of_another_trial_are_refused),
		cmocka_unit_test(balance_names_guest_and_numbers),
		cmocka_unit_test(groups_are_sums_of_their_guests),
		cmocka_unit_test(groups_of_equal_letters_stay_apart),
		cmocka_unit_test(imbalance_of_probes_and_groups_names_place_and_numbers),
		cmocka_unit_test(probes_get_their_sums_from_the_guests),
		cmocka_unit_test(fleet_with_probes_reads_back_equal),
		cmocka_unit_test(trial_without_probes_leaves_none_of_an_older_one),
		cmocka_unit_test(older_time_stamps_of_probes_are_read),
		cmocka_unit_test(damaged_groups_and_probes_are_refused_by_key),
		cmocka_unit_test(trial_of_before_groups_reads_as_ever),
		cmocka_unit_test(totals_filled_in_before_are_compared),
		cmocka_unit_test(log_ends_with_two_summary_lines),
		cmocka_unit_test(percentile_among_lost_frames_is_marked_as_bound),
		cmocka_unit_test(failed_write_leaves_the_old_trial_and_no_temporary),
		cmocka_unit_test(files_are_written_in_pieces),
		cmocka_unit_test(unwritable_folder_is_named_with_the_remedy),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
