/* SPDX-License-Identifier: BSD-3-Clause */
#include "traffic/profile.h"

#include <json-glib/json-glib.h>

#include "tests/unit/traffic_check.h"
#include "analyze/base/datadir.h"

static const char imix_text[] =
	"imix: Simple IMIX, 64/594/1518 bytes 7:4:1\n"
	"source      NFVbench traffic_utils.py; TRex scripts/stl/imix.py since 2017-11-25 "
	"(60/590/1514 without FCS, 28:16:4)\n"
	"listed in   unit frame, weights in packets, mode random\n"
	"\n"
	"       as listed             frame length, bytes\n"
	"  frame  packets   frame      ip    mbuf    wire  packets %  bytes %      pps\n"
	"     64        7      64      46      60      84     58.333   10.318  1909646\n"
	"    594        4     594     576     590     614     33.333   54.721  1091227\n"
	"   1518        1    1518    1500    1514    1538      8.333   34.961   272807\n"
	"   mean           361.83  343.83  357.83  381.83    100.000  100.000  3273680\n"
	"\n"
	"frame length  mean 361.8333, standard deviation 425.5643 bytes\n"
	"on a link     3273679.6 pps; layer 1 10 Gbit/s (with preamble and gap), layer 2 9.476 "
	"Gbit/s\n";

static char *report(const char *spec, const char *format, double link_bps)
{
	GError *error = NULL;
	g_autoptr(profile) p = profile_open(spec, 1518, &error);
	char *text;

	check_ok(spec, error);
	text = profile_report(p, format, link_bps, &error);
	check_ok(format, error);
	return text;
}

static void text_is_golden(void **state)
{
	g_autofree char *text = report("imix", "text", 1e10);

	(void)state;
	assert_string_equal(text, imix_text);
}

static const struct {
	const char *spec, *has;
} notes[] = {
	{ "imix-standard",
		"padded      58, 62: below the minimum frame length, padded to 64 bytes" },
	{ "imix-ip", "padded      40: below" },
	{ "isp-netflow", "padded      33-64: below" },
	{ "isp-netflow", "1043-1518" },
	{ "complete-imix", "unverified  " },
	{ "dc-small", "synthetic   " },
	{ "imix-vsperf", "period      12 frames, IMIX - aaaaaaaddddg" },
	{ "fixed:64", "period      1 frame, IMIX - a" },
	{ "fixed:64", "standard deviation 0.0000" },
};

static void notes_are_shown(void **state)
{
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(notes); i++) {
		g_autofree char *text = report(notes[i].spec, "text", 0);

		check_has(notes[i].spec, text, notes[i].has);
		assert_null(strstr(text, "pps"));
	}
}

static void ratio_error_is_shown(void **state)
{
	static const char file[] = "# unit: frame\n# weight: packets\n# mode: ratio\n# source: x\n"
				   "size,weight\n64,3.14159265358979\n1518,1\n";
	g_autoptr(profile) p = profile_parse("pi.csv", file, strlen(file), NULL);
	g_autofree char *text = profile_report(p, "text", 0, NULL);

	(void)state;
	check_has("pi", text, "ratio error ");
	check_has("pi", text, " % of the packets\n");
}

static void csv_is_golden(void **state)
{
	g_autofree char *text = report("imix-ip", "csv", 1e10);
	g_autofree char *bare = report("fixed:64", "csv", 0);

	(void)state;
	assert_string_equal(text,
		"schema,profile,class,unit,listed_lo,listed_hi,listed_weight,frame_lo,frame_hi,"
		"ip_lo,ip_hi,mbuf_lo,mbuf_hi,wire_lo,wire_hi,mean_frame_len,packet_share,"
		"byte_share,pps\n"
		"1,\"imix-ip\",0,ip,40,40,7,64,64,46,46,60,60,84,84,64,0.583333333333,"
		"0.103178258867,1909646.4426\n"
		"1,\"imix-ip\",1,ip,576,576,4,594,594,576,576,590,590,614,614,594,0.333333333333,"
		"0.547213265776,1091226.53863\n"
		"1,\"imix-ip\",2,ip,1500,1500,1,1518,1518,1500,1500,1514,1514,1538,1538,1518,"
		"0.0833333333333,0.349608475357,272806.634657\n");
	check_has(
		"fixed", bare, "1,\"fixed-64\",0,frame,64,64,1,64,64,46,46,60,60,84,84,64,1,1,\n");
}

static void json_has_the_numbers(void **state)
{
	g_autofree char *text = report("imix-standard", "json", 1e10);
	g_autoptr(JsonParser) parser = json_parser_new();
	JsonObject *o, *c;

	(void)state;
	assert_true(json_parser_load_from_data(parser, text, -1, NULL));
	o = json_node_get_object(json_parser_get_root(parser));
	assert_int_equal(json_object_get_int_member(o, "schema"), 1);
	check_text("unit", json_object_get_string_member(o, "unit"), "frame");
	check_double("mean", json_object_get_double_member(o, "mean_frame_len"), 417.2398, 1e-9);
	check_double("pps", json_object_get_double_member(o, "pps"), 2858843.1, 0.1);
	check_double("L1", json_object_get_double_member(o, "l1_bps"), 1e10, 1);
	assert_true(json_object_get_null_member(o, "unverified"));
	assert_int_equal(json_array_get_length(json_object_get_array_member(o, "classes")), 4);
	c = json_array_get_object_element(json_object_get_array_member(o, "classes"), 0);
	assert_int_equal(json_object_get_int_member(c, "listed_lo"), 58);
	assert_int_equal(json_object_get_int_member(c, "frame_lo"), 64);
	assert_int_equal(json_object_get_int_member(c, "ip_lo"), 46);
	assert_int_equal(json_object_get_int_member(c, "wire_hi"), 84);
	assert_true(json_object_get_boolean_member(c, "padded"));
}

static void other_formats_are_an_error(void **state)
{
	g_autoptr(profile) p = profile_open("imix", 0, NULL);
	GError *error = NULL;

	(void)state;
	assert_null(profile_report(p, "xml", 0, &error));
	check_error("xml", error, "invalid format 'xml' (text, csv, json)");
}

/* Every shipped profile declares itself and is a row of the README, mean included; no row is stale. */
static void readme_is_in_step(void **state)
{
	g_auto(GStrv) names = profile_names(NULL);
	g_autofree char *path = datadir_find("profiles/README.md", NULL);
	g_autofree char *readme = NULL;
	unsigned nb_rows = 0;

	(void)state;
	if (path == NULL)
		skip();
	assert_true(g_file_get_contents(path, &readme, NULL, NULL));
	for (size_t i = 0; names[i] != NULL; i++) {
		GError *error = NULL;
		g_autoptr(profile) p = profile_open(names[i], 0, &error);
		g_autofree char *row = NULL;

		check_ok(names[i], error);
		assert_string_not_equal(p->title, p->name);
		row = g_strdup_printf("\n| %s | %.2f | %s |", p->name, profile_mean_frame_len(p),
			profile_mode_name(p->mode));
		check_has("profiles/README.md", readme, row);
	}
	for (const char *at = strstr(readme, " | random | "); at != NULL;
		at = strstr(at + 1, " | random | "))
		nb_rows++;
	for (const char *at = strstr(readme, " | sequence | "); at != NULL;
		at = strstr(at + 1, " | sequence | "))
		nb_rows++;
	check_double("rows", nb_rows, g_strv_length(names), 0);
}

static void data_are_found(void **state)
{
	g_autofree char *old = g_strdup(g_getenv("TSIM_DATADIR"));
	g_autofree char *found = datadir_find("profiles", NULL);
	g_autofree char *missing = NULL;
	GError *error = NULL;

	(void)state;
	assert_non_null(found);
	g_setenv("TSIM_DATADIR", "/nonexistent", TRUE);
	missing = datadir_find("no-such-file", &error);
	assert_null(missing);
	check_has("places", error->message, "/nonexistent");
	check_error("places", error, "set TSIM_DATADIR");
	if (old != NULL)
		g_setenv("TSIM_DATADIR", old, TRUE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_is_golden),
		cmocka_unit_test(notes_are_shown),
		cmocka_unit_test(ratio_error_is_shown),
		cmocka_unit_test(csv_is_golden),
		cmocka_unit_test(json_has_the_numbers),
		cmocka_unit_test(other_formats_are_an_error),
		cmocka_unit_test(readme_is_in_step),
		cmocka_unit_test(data_are_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
