/* SPDX-License-Identifier: BSD-3-Clause */
#include "traffic/mix.h"

#include <glib/gstdio.h>

#include "tests/unit/traffic_check.h"

static mix *parse(const char *text, GError **error)
{
	return mix_parse("dir/my_mix.conf", text, strlen(text), "poisson", 1518, error);
}

static void one_profile_for_all(void **state)
{
	GError *error = NULL;
	g_autoptr(mix) m = mix_new("imix", "64", NULL, "cbr", 0, &error);

	(void)state;
	check_ok("imix", error);
	check_text("name", m->name, "imix");
	assert_int_equal(m->nb_guests, 64);
	assert_int_equal(m->profiles->len, 1);
	for (uint32_t i = 0; i < 64; i++) {
		check_double("share", m->guests[i].share, 1.0 / 64, 1e-12);
		check_text("arrival", m->guests[i].arrival, "cbr");
		check_text("group", m->guests[i].group, "");
		assert_ptr_equal(m->guests[i].profile, m->guests[0].profile);
	}
	assert_int_equal(m->nb_groups, 1);
	assert_null(m->guests[0].interface);
	check_double("mean", mix_mean_frame_len(m), 361.0 + 5.0 / 6.0, 1e-9);
}

static const struct {
	const char *shares;
	double share[3];
} share_cases[] = {
	{ NULL, { 1 / 3.0, 1 / 3.0, 1 / 3.0 } },
	{ "equal", { 1 / 3.0, 1 / 3.0, 1 / 3.0 } },
	{ "3,1,1", { 0.6, 0.2, 0.2 } },
	{ " 0.5 , 0.25, 2.5e-1", { 0.5, 0.25, 0.25 } },
	{ "zipf:0", { 1 / 3.0, 1 / 3.0, 1 / 3.0 } },
	{ "zipf:1", { 6 / 11.0, 3 / 11.0, 2 / 11.0 } },
	{ "zipf:2", { 36 / 49.0, 9 / 49.0, 4 / 49.0 } },
};

static void shares_add_up_to_one(void **state)
{
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(share_cases); i++) {
		const char *what = share_cases[i].shares != NULL ? share_cases[i].shares : "NULL";
		GError *error = NULL;
		g_autoptr(mix)
			m = mix_new("fixed:64", "3", share_cases[i].shares, "cbr", 0, &error);

		check_ok(what, error);
		for (int j = 0; j < 3; j++)
			check_double(what, m->guests[j].share, share_cases[i].share[j], 1e-12);
	}
}

static void fleets_are_numbered_through(void **state)
{
	static const char *const want[] = { "vfio", "vfio", "vhost-user", "virtio", "virtio",
		"virtio", "vfio" };
	GError *error = NULL;
	g_autoptr(mix) m = mix_new(
		"imix", "vfio:2, vhost-user:1 ,virtio:3,vfio:1", NULL, "cbr", 0, &error);

	(void)state;
	check_ok("fleet", error);
	check_text("name", m->name, "imix");
	assert_int_equal(m->nb_guests, G_N_ELEMENTS(want));
	for (size_t i = 0; i < G_N_ELEMENTS(want); i++) {
		check_text("interface", m->guests[i].interface, want[i]);
		check_text("group", m->guests[i].group, want[i]);
		check_text("group by index", m->groups[m->guests[i].group_of], want[i]);
		check_double("share", m->guests[i].share, 1 / 7.0, 1e-12);
	}
	assert_int_equal(m->nb_groups, 3);
	check_text("first group", m->groups[0], "vfio");
	check_text("last group", m->groups[2], "virtio");
}

static const struct {
	const char *profile;
	const char *guests, *shares, *arrival, *error;
} bad_options[] = {
	{ "imix", "0", NULL, "cbr", "invalid number of guests 0; expected 1 to 4096" },
	{ "imix", "4097", NULL, "cbr", "invalid number of guests 4097; expected 1 to 4096" },
	{ "imix", "", NULL, "cbr",
		"--guests: expected a count (64) or a fleet (vfio:8,vmux:24), got ''" },
	{ "imix", "some", NULL, "cbr",
		"--guests: expected a count (64) or a fleet (vfio:8,vmux:24), got 'some'" },
	{ "imix", "-1", NULL, "cbr",
		"--guests: expected a count (64) or a fleet (vfio:8,vmux:24), got '-1'" },
	{ "imix", "99999999999999999999", NULL, "cbr", "expected a count (64)" },
	{ "imix", "vfio", NULL, "cbr",
		"--guests: expected a count (64) or a fleet (vfio:8,vmux:24), got 'vfio'" },
	{ "imix", "vfio:", NULL, "cbr",
		"--guests: expected a count (64) or a fleet (vfio:8,vmux:24), got 'vfio:'" },
	{ "imix", "vfio:2,", NULL, "cbr",
		"--guests: expected a count (64) or a fleet (vfio:8,vmux:24), got ''" },
	{ "imix", "vfio:2:3", NULL, "cbr",
		"--guests: expected a count (64) or a fleet (vfio:8,vmux:24), got 'vfio:2:3'" },
	{ "imix", "vfio:0", NULL, "cbr",
		"--guests: invalid number of guests 0; expected 1 to 4096" },
	{ "imix", ":2", NULL, "cbr", "--guests: invalid interface ''" },
	{ "imix", "vf_io:2", NULL, "cbr", "--guests: invalid interface 'vf_io'" },
	{ "imix", "vfio:4000,vmux:97", NULL, "cbr", "more than 4096 guests in total" },
	{ "nothing", "1", NULL, "cbr", "unknown profile 'nothing'" },
	{ "imix", "1", NULL, "burst", "unknown arrival process 'burst'; expected cbr, poisson" },
	{ "imix", "2", "1", "cbr",
		"expected 2, one per guest, got 1 in '1': a comma separates shares" },
	{ "imix", "2", "", "cbr", "expected 2, one per guest, got 0" },
	{ "imix", "2", "1,0", "cbr", "share 0 is outside" },
	{ "imix", "2", "1,-1", "cbr", "share -1 is outside" },
	{ "imix", "2", "1,nan", "cbr", "invalid share 'nan'" },
	{ "imix", "2", "1,1e13", "cbr", "share 1e13 is outside" },
	{ "imix", "2", "zipf:", "cbr", "zipf exponent ''" },
	{ "imix", "2", "zipf:-1", "cbr", "zipf exponent '-1'" },
	{ "imix", "2", "zipf:9", "cbr", "zipf exponent '9'" },
};

static void bad_options_are_explained(void **state)
{
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(bad_options); i++) {
		GError *error = NULL;

		assert_null(mix_new(bad_options[i].profile, bad_options[i].guests,
			bad_options[i].shares, bad_options[i].arrival, 0, &error));
		check_error(bad_options[i].error, error, bad_options[i].error);
	}
}

static void groups_are_numbered_through(void **state)
{
	GError *error = NULL;
	g_autoptr(mix) m = parse("# guests of a rack\n"
				 "[web]\nguests = 2\nprofile = imix\nshare=3\narrival = cbr\n\n"
				 "[bulk store]\nguests=1\nprofile=fixed:1518\n"
				 "interface = vhost-user\n"
				 "[web2]\nguests=1\nprofile=imix\n",
		&error);

	(void)state;
	check_ok("mix", error);
	check_text("name", m->name, "my-mix");
	assert_int_equal(m->nb_groups, 3);
	check_text("group of 3", m->groups[m->guests[3].group_of], "web2");
	assert_null(m->guests[0].interface);
	check_text("interface 2", m->guests[2].interface, "vhost-user");
	assert_int_equal(m->nb_guests, 4);
	assert_int_equal(m->profiles->len, 2);
	check_double("share 0", m->guests[0].share, 3 / 8.0, 1e-12);
	check_double("share 2", m->guests[2].share, 1 / 8.0, 1e-12);
	check_text("arrival 1", m->guests[1].arrival, "cbr");
	check_text("arrival 2", m->guests[2].arrival, "poisson");
	check_text("group 1", m->guests[1].group, "web");
	check_text("group 2", m->guests[2].group, "bulk store");
	check_text("profile 2", m->guests[2].profile->spec, "fixed:1518");
	assert_ptr_equal(m->guests[3].profile, m->guests[0].profile);
	check_double("mean", mix_mean_frame_len(m), 7 / 8.0 * (361 + 5 / 6.0) + 1518 / 8.0, 1e-9);
}

/* The grammar is that of all files of sections and keys; tests/unit/analyze_ini.c has the rest of it. */
static void groups_have_the_grammar_of_all_files(void **state)
{
	GError *error = NULL;
	g_autoptr(mix) m = parse("[DEFAULT]\nprofile: genome:AG:A=64,G=1518\nmany = 3\n"
				 "; guests of a rack\n[web]\n  Guests: ${many}\n"
				 "  arrival = onoff:on=1ms,\n    off=9ms\n"
				 "[bulk]\nguests = 1\nprofile = imix\n",
		&error);

	(void)state;
	check_ok("mix", error);
	assert_int_equal(m->nb_guests, 4);
	check_text("profile 2", m->guests[2].profile->spec, "genome:AG:A=64,G=1518");
	check_text("profile 3", m->guests[3].profile->spec, "imix");
	check_text("arrival 0", m->guests[0].arrival, "onoff:on=1ms, off=9ms");
	check_text("arrival 3", m->guests[3].arrival, "poisson");
}

#define AT "dir/my_mix.conf:"

static const struct {
	const char *text, *error;
} bad_files[] = {
	{ "", "dir/my_mix.conf: no group of guests" },
	{ "# nothing\n", "dir/my_mix.conf: no group of guests" },
	{ "guests = 1\n", AT "1: 'guests = 1': key before the first [section]" },
	{ "[a]\nguests 1\n", AT "2: 'guests 1': expected [section]" },
	{ "[a\n", AT "1: '[a': missing ']'" },
	{ "[a]\nguests = 1\nprofile = imix\n[a]\nguests = 1\n",
		AT "4: 'a': section already exists" },
	{ "[a]\nguests = 1\nguests = 2\n", AT "3: [a] guests given twice" },
	{ "[a]\nprofile = imix\n", AT "1: group 'a' requires 'guests'; add the line 'guests = 1'" },
	{ "[a]\nguests = 1\n",
		AT "1: group 'a' requires 'profile'; add the line 'profile = imix'" },
	{ "[a]\nguests = 1\nprofile = imix\ncolour = red\n", AT "4: [a] colour: unknown key" },
	{ "[a]\nguests = some\nprofile = imix\n",
		AT "2: [a] guests: invalid number of guests 'some'" },
	{ "[a]\nguests = 1.5\nprofile = imix\n",
		AT "2: [a] guests: invalid number of guests '1.5'" },
	{ "[a]\nguests = 0\nprofile = imix\n",
		AT "2: [a] guests: invalid number of guests 0; expected 1 to 4096" },
	{ "[a]\nguests = -1\nprofile = imix\n", AT "2: [a] guests: invalid number of guests '-1'" },
	{ "[a]\nguests = 99999999999999999999\nprofile = imix\n", AT "2: [a] guests" },
	{ "[a]\nguests = 4096\nprofile = imix\n[b]\nguests = 1\nprofile = imix\n",
		AT "5: [b] guests: more than 4096 guests in total" },
	{ "[a]\nguests = 1\nprofile = imxi\n", AT "3: [a] profile: unknown profile 'imxi'" },
	{ "[a]\nguests = 1\nprofile = imix\nshare = 0\n", AT "4: [a] share: share 0 is outside" },
	{ "[a]\nguests = 1\nprofile = imix\nshare = inf\n",
		AT "4: [a] share: invalid share 'inf'" },
	{ "[a]\nguests = 1\nprofile = imix\narrival = fast\n",
		AT "4: [a] arrival: unknown arrival process" },
	{ "[a]\nguests = 1\nprofile = imix\ninterface = v/f\n",
		AT "4: [a] interface: invalid interface 'v/f'" },
	{ "[a]\nguests = 1\nprofile = imix\ninterface =\n",
		AT "4: [a] interface: invalid interface ''" },
	{ "[a]\nguests = 1\nprofile = \xff\n", AT "3: invalid byte 0xff" },
	{ "[a]\n= 1\n", AT "2: '= 1': expected [section]" },
	{ "[a]\nguests = 1\nprofile = imix\nshere = 3\n",
		AT "4: [a] shere: unknown key (did you mean 'share'?); expected guests, profile" },
	{ "[a]\nguests = ${none}\nprofile = imix\n", AT "2: [a] guests: ${none}: key not found" },
};

static void bad_files_name_line_and_remedy(void **state)
{
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(bad_files); i++) {
		GError *error = NULL;
		mix *m = parse(bad_files[i].text, &error);

		check_error(bad_files[i].text, error, bad_files[i].error);
		assert_null(m);
	}
}

static void files_are_opened(void **state)
{
	g_autofree char *folder = g_dir_make_tmp("traffic-XXXXXX", NULL);
	g_autofree char *path = g_build_filename(folder, "rack.v2.mix", NULL);
	GError *error = NULL;
	g_autoptr(mix) m = NULL;

	(void)state;
	assert_true(g_file_set_contents(path, "[a]\nguests=1\nprofile=fixed:64\n", -1, NULL));
	m = mix_open(path, "cbr", 0, &error);
	check_ok(path, error);
	check_text("name", m->name, "rack.v2");
	g_remove(path);
	assert_null(mix_open(path, "cbr", 0, &error));
	check_error(path, error, "rack.v2.mix: open failed");
	g_rmdir(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_profile_for_all),
		cmocka_unit_test(shares_add_up_to_one),
		cmocka_unit_test(fleets_are_numbered_through),
		cmocka_unit_test(bad_options_are_explained),
		cmocka_unit_test(groups_are_numbered_through),
		cmocka_unit_test(groups_have_the_grammar_of_all_files),
		cmocka_unit_test(bad_files_name_line_and_remedy),
		cmocka_unit_test(files_are_opened),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
