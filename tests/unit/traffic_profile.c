/* SPDX-License-Identifier: BSD-3-Clause */
#include "traffic/profile.h"

#include <stdio.h>
#include <stdlib.h>

#include "tests/unit/traffic_check.h"
#include "analyze/base/error.h"
#include "traffic/frame.h"
#include "traffic/rate.h"

#define HEAD(unit, weight, mode) \
	"# unit: " unit "\n# weight: " weight "\n# mode: " mode "\n# source: test\nsize,weight\n"
#define FRAME_HEAD HEAD("frame", "packets", "random")

static profile *must_open(const char *spec)
{
	GError *error = NULL;
	profile *p = profile_open(spec, 1518, &error);

	check_ok(spec, error);
	return p;
}

static profile *must_parse(const char *text)
{
	GError *error = NULL;
	profile *p = profile_parse("test.csv", text, strlen(text), &error);

	check_ok(text, error);
	return p;
}

/* Golden values of the mixes in circulation. */
static const struct {
	const char *spec;
	double mean, pps_10g; /* 0: not known */
} golden[] = {
	{ "imix", 361.0 + 5.0 / 6.0, 3273679.6 },
	{ "imix-ip", 361.0 + 5.0 / 6.0, 3273679.6 },
	{ "imix-csit", 353.0 + 5.0 / 6.0, 3343736.1 },
	{ "imix-csit-ipv6", 362.0, 3272251.3 },
	{ "imix-trex-old", 379.0 + 36.0 / 52.0, 3127405.6 },
	{ "imix-vsperf", 334.5, 3526093.1 },
	{ "imix-standard", 417.2398, 2858843.1 },
	{ "imix-tcp", 433.054, 2759053.0 },
	{ "imix-ipv6", 425.8798, 2803446.1 },
	{ "imix-ipsec", 417.384, 2857900.7 },
	{ "emix", 598.0, 0 },
	{ "genome:aaafg", 598.0, 0 },
	{ "genome:abceg", 598.0, 0 },
	{ "genome:aaaaaaaddddg", 334.5, 3526093.1 },
	{ "genome:7a4d1g", 334.5, 3526093.1 },
	{ "rfc2544", (64 + 128 + 256 + 512 + 1024 + 1280 + 1518) / 7.0, 0 },
	{ "fixed:64", 64, 14880952.4 },
	{ "fixed:9216", 9216, 135339.9 },
	{ "uniform:64-1518", 791, 0 },
};

static void means_are_golden(void **state)
{
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(golden); i++) {
		g_autoptr(profile) p = must_open(golden[i].spec);
		double mean = profile_mean_frame_len(p);

		check_double(golden[i].spec, mean, golden[i].mean, 1e-9 * mean);
		if (golden[i].pps_10g > 0)
			check_double(
				golden[i].spec, rate_line_pps(1e10, mean), golden[i].pps_10g, 0.1);
	}
}

/* As listed, before padding: the values that are published. */
static const struct {
	const char *spec;
	double mean;
} listed_golden[] = {
	{ "imix-ip", 340.0 + 1.0 / 3.0 },
	{ "imix-standard", 413.68 },
	{ "imix-tcp", 433.05 },
	{ "imix-ipv6", 423.53 },
	{ "imix-ipsec", 417.38 },
};

static void listed_means_are_golden(void **state)
{
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(listed_golden); i++) {
		g_autoptr(profile) p = must_open(listed_golden[i].spec);
		double sum = 0, weights = 0;

		for (uint32_t j = 0; j < p->nb_classes; j++) {
			sum += p->classes[j].listed_weight * p->classes[j].listed_lo;
			weights += p->classes[j].listed_weight;
		}
		check_double(listed_golden[i].spec, sum / weights, listed_golden[i].mean, 0.005);
	}
}

/* Spirent FAQ11671: 61/21/18 % of 64/594/1518 take 457.02 bytes of the wire on average. */
static void wire_mean_of_61_21_18_is_golden(void **state)
{
	g_autoptr(profile) p = must_parse(FRAME_HEAD "64,61\n594,21\n1518,18\n");
	double mean = profile_mean_frame_len(p);

	(void)state;
	check_double("wire", mean + 20, 457.02, 0.001);
	check_double("pps at 1G", rate_line_pps(1e9, mean), 273511, 0.5);
}

static void deviation_counts_ranges_and_padding(void **state)
{
	g_autoptr(profile) two = must_parse(FRAME_HEAD "100,1\n300,1\n");
	g_autoptr(profile) range = must_parse(FRAME_HEAD "101-200,1\n");
	g_autoptr(profile) padded = must_parse(HEAD("ip", "packets", "random") "37-56,2\n");
	double sum = 0, squares = 0;

	(void)state;
	check_double("two", profile_stddev_frame_len(two), 100, 1e-9);
	check_double("range", profile_mean_frame_len(range), 150.5, 1e-9);
	check_double("range", profile_stddev_frame_len(range), sqrt((100.0 * 100 - 1) / 12), 1e-9);
	for (int ip = 37; ip <= 56; ip++) {
		double len = MAX(ip + 18, 64);

		sum += len / 20;
		squares += len * len / 20;
	}
	check_double("padded", profile_mean_frame_len(padded), sum, 1e-9);
	check_double("padded", profile_stddev_frame_len(padded), sqrt(squares - sum * sum), 1e-6);
	check_double("class", profile_class_mean_len(padded, 0), sum, 1e-9);
	assert_int_equal(padded->classes[0].frame_len_lo, 64);
	assert_int_equal(padded->classes[0].frame_len_hi, 74);
}

static void units_become_frames(void **state)
{
	static const struct {
		const char *unit;
		uint32_t frame_len;
	} cases[] = { { "frame", 1000 }, { "ip", 1018 }, { "mbuf", 1004 } };

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *text = g_strdup_printf(
			"# unit: %s\n# weight: packets\n# mode: random"
			"\n# source: x\nsize,weight\n1000,1\n",
			cases[i].unit);
		g_autoptr(profile) p = must_parse(text);

		check_double(cases[i].unit, p->classes[0].frame_len_lo, cases[i].frame_len, 0);
		check_double(cases[i].unit, p->classes[0].listed_lo, 1000, 0);
	}
}

/* Three times the same mix, 7:4:1, weighed in three ways. */
static void weights_become_packet_shares(void **state)
{
	static const char *const texts[] = {
		FRAME_HEAD "64,7\n594,4\n1518,1\n",
		HEAD("frame", "bytes", "random") "64,448\n594,2376\n1518,1518\n",
		HEAD("frame", "bandwidth", "random") "64,588\n594,2456\n1518,1538\n",
		/* Bytes are counted in the unit of the sizes. */
		HEAD("ip", "bytes", "random") "46,322\n576,2304\n1500,1500\n",
	};
	static const double shares[] = { 7 / 12.0, 4 / 12.0, 1 / 12.0 };

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
		g_autoptr(profile) p = must_parse(texts[i]);

		for (uint32_t j = 0; j < 3; j++)
			check_double(texts[i], p->classes[j].share, shares[j], 1e-12);
	}
}

static void byte_weight_of_a_range_is_by_its_mean(void **state)
{
	g_autoptr(profile)
		p = must_parse(HEAD("frame", "bytes", "random") "100-300,200\n400,400\n");

	(void)state;
	check_double("range", p->classes[0].share, 0.5, 1e-12);
}

static const struct {
	const char *text;
	const char *error;
} bad[] = {
	{ "", "test.csv: file is empty" },
	{ "\n\n", "test.csv:2: no rows" },
	{ "64,7\n", "test.csv:1: expected the header 'size,weight'" },
	{ "size,weight\n64,7\n", "test.csv:1: missing declaration before the first row; add the "
				 "line '# unit: frame'" },
	{ "# unit: frame\nsize,weight\n", "'# weight: packets'" },
	{ "# unit: frame\n# weight: packets\nsize,weight\n", "'# mode: random'" },
	{ "# unit: frame\n# weight: packets\n# mode: random\nsize,weight\n", "'# source: " },
	{ "# unit: octets\n", "test.csv:1: unknown unit 'octets'; expected frame, ip, mbuf" },
	{ "# weight: frames\n", "expected packets, bytes, bandwidth" },
	{ "# mode: shuffle\n", "expected random, ratio, sequence" },
	{ "# unit: ip\n# unit: ip\n", "test.csv:2: unit declared twice" },
	{ "# title: a\n# title: b\n", "test.csv:2: title declared twice" },
	{ "# unit:\n", "'unit:' requires a value" },
	{ "# colour: red\n", "test.csv:1: unknown key 'colour'; expected title, unit" },
	{ FRAME_HEAD, "test.csv:5: no rows" },
	{ FRAME_HEAD "64\n", "test.csv:6: expected 2 fields (size,weight), got 1" },
	{ FRAME_HEAD "64,1,2\n", "test.csv:6: expected 2 fields (size,weight), got 3" },
	{ FRAME_HEAD "64,0\n", "test.csv:6: weight 0 is not above zero" },
	{ FRAME_HEAD "64,-1\n", "weight -1 is not above zero" },
	{ FRAME_HEAD "64,nan\n", "invalid weight 'nan'" },
	{ FRAME_HEAD "64,inf\n", "invalid weight 'inf'" },
	{ FRAME_HEAD "64,\n", "invalid weight ''" },
	{ FRAME_HEAD "64,seven\n", "invalid weight 'seven'" },
	{ FRAME_HEAD "64,7%\n", "invalid weight '7%'" },
	{ FRAME_HEAD "64,0x7\n", "invalid weight '0x7'" },
	{ FRAME_HEAD "64,1e400\n", "weight 1e400 is outside" },
	{ FRAME_HEAD "64,1e16\n", "weight 1e16 is outside" },
	{ FRAME_HEAD "64,1e-300\n", "weight 1e-300 is outside" },
	{ FRAME_HEAD "9217,1\n", "size 9217 is above 9216, the maximum in unit frame" },
	{ HEAD("ip", "packets", "random") "9199,1\n",
		"size 9199 is above 9198, the maximum in unit ip" },
	{ HEAD("mbuf", "packets", "random") "9213,1\n", "is above 9212, the maximum in unit mbuf" },
	{ FRAME_HEAD "99999999999999999999999,1\n", "is above 9216" },
	{ FRAME_HEAD "0,1\n", "invalid size 0" },
	{ FRAME_HEAD "-64,1\n", "invalid size '-64'" },
	{ FRAME_HEAD "64.5,1\n", "invalid size '64.5'" },
	{ FRAME_HEAD "6e2,1\n", "invalid size '6e2'" },
	{ FRAME_HEAD "65-,1\n", "invalid size ''" },
	{ FRAME_HEAD "1-2-3,1\n", "invalid size '2-3'" },
	{ FRAME_HEAD "200-100,1\n", "invalid range 200-100; expected 100-200" },
	{ FRAME_HEAD "64,7\n\"594,4\n1518,1\n", "test.csv:7: unbalanced or misplaced quote" },
	{ FRAME_HEAD "64,7\n5\"94\",4\n", "test.csv:7: unbalanced" },
	{ FRAME_HEAD "64,7\n5\x01,4\n", "test.csv:7: invalid byte 0x01" },
	{ FRAME_HEAD "64,7\n\xff\xfe,4\n", "test.csv:7: invalid byte 0xff" },
	{ HEAD("frame", "packets", "sequence") "64,1.5\n", "mode sequence requires whole numbers" },
	{ HEAD("frame", "packets", "sequence") "64,65536\n65,1\n",
		"test.csv:7: weight 1: mode sequence" },
	{ HEAD("frame", "bytes", "sequence") "64,1\n", "mode sequence requires" },
};

static void bad_files_name_line_and_remedy(void **state)
{
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
		GError *error = NULL;
		profile *p = profile_parse("test.csv", bad[i].text, strlen(bad[i].text), &error);

		assert_null(p);
		check_error(bad[i].text, error, bad[i].error);
	}
}

static void nul_bytes_are_not_text(void **state)
{
	static const char text[] = FRAME_HEAD "64,7\0\n";
	GError *error = NULL;

	(void)state;
	assert_null(profile_parse("test.csv", text, sizeof(text) - 1, &error));
	check_error("NUL", error, "test.csv:6: invalid byte 0x00");
}

static void more_than_64_sizes_are_an_error(void **state)
{
	g_autoptr(GString) text = g_string_new(FRAME_HEAD);
	GError *error = NULL;

	(void)state;
	for (int i = 0; i < 64; i++)
		g_string_append_printf(text, "%d,1\n", 64 + i);
	profile_free(must_parse(text->str));
	g_string_append(text, "1518,1\n");
	assert_null(profile_parse("test.csv", text->str, text->len, &error));
	check_error("65 sizes", error, "test.csv:70: more than 64 sizes");
}

static void odd_but_legal_files_parse(void **state)
{
	static const char *const texts[] = {
		"\xef\xbb\xbf" FRAME_HEAD "64,7\n1518,1\n",
		"# unit: frame\r\n# weight: packets\r\n# mode: random\r\n# source: x\r\n"
		"size,weight\r\n64,7\r\n1518,1\r\n",
		FRAME_HEAD "64 , 7\n\n# unit: not a declaration any more\n 1518,1e0",
		FRAME_HEAD "\"64\",\"7\"\n1518,1.0\n",
		"#unit:frame is no declaration\n# Note: nor this\n## mode: nor this\n"
		"# see https://example.org\n" FRAME_HEAD "64-64,7\n1518,1\n",
	};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
		g_autoptr(profile) p = must_parse(texts[i]);

		check_double(texts[i], p->nb_classes, 2, 0);
		check_double(texts[i], p->classes[0].share, 0.875, 1e-12);
		check_double(texts[i], p->classes[1].frame_len_lo, 1518, 0);
	}
}

static char *classes_of(const profile *p)
{
	GString *s = g_string_new(NULL);

	for (uint32_t i = 0; i < p->sequence_len; i++)
		g_string_append_printf(s, "%c", 'a' + p->sequence[i]);
	return g_string_free(s, FALSE);
}

static void ratios_are_exact_and_spread(void **state)
{
	static const struct {
		const char *rows, *order;
		double error;
	} cases[] = {
		{ "64,7\n594,4\n1518,1\n", "abaabacbaaba", 0 },
		{ "64,28\n570,16\n1518,4\n", "abaabacbaaba", 0 },
		{ "64,0.7\n594,0.4\n1518,0.1\n", "abaabacbaaba", 0 },
		{ "64,1\n65,1\n66,1\n", "abc", 0 },
		{ "64,3\n1518,1\n", "aaba", 0 },
		{ "64,5\n", "a", 0 },
	};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *text = g_strconcat(
			HEAD("frame", "packets", "ratio"), cases[i].rows, NULL);
		g_autoptr(profile) p = must_parse(text);
		g_autofree char *order = classes_of(p);

		check_text(cases[i].rows, order, cases[i].order);
		check_double(cases[i].rows, profile_ratio_error(p), cases[i].error, 1e-12);
	}
}

static void fractional_ratios_are_near(void **state)
{
	g_autoptr(profile) exact = must_parse(
		HEAD("frame", "packets", "ratio") "58,58.67\n62,2\n594,23.66\n1518,15.67\n");
	g_autoptr(profile) pi = must_parse(HEAD("frame", "packets", "ratio") "64,3.14159265358979\n"
									     "1518,1\n");
	g_autoptr(profile) bytes = must_parse(HEAD("frame", "bytes", "ratio") "64,1\n1518,1\n");
	g_autoptr(profile) tiny = must_parse(HEAD("frame", "packets", "ratio") "64,1e9\n1518,1\n");

	(void)state;
	check_double("two decimals", exact->sequence_len, 10000, 0);
	check_double("two decimals", profile_ratio_error(exact), 0, 1e-12);
	check_double("pi", profile_ratio_error(pi), 0, 1e-7);
	assert_in_range(pi->sequence_len, 2, 10000);
	check_double("bytes", bytes->sequence_len, 32 + 759, 0); /* 1518 / 64 = 759 / 32 */
	check_double("bytes", profile_ratio_error(bytes), 0, 1e-12);
	check_double("each class at least once", tiny->classes[1].share, 1e-4, 1e-12);
}

static void sequences_keep_their_order(void **state)
{
	g_autoptr(profile)
		p = must_parse(HEAD("frame", "packets", "sequence") "64,2\n1518,1\n64,1\n1280,2\n");
	g_autofree char *order = classes_of(p);

	(void)state;
	check_text("order", order, "aabacc");
	check_text("genome", p->genome, "IMIX - aagaff");
	check_double("share", p->classes[0].share, 0.5, 1e-12);
	check_double("weight", p->classes[0].listed_weight, 3, 0);
}

static const struct {
	const char *spec, *lens, *genome;
} genomes[] = {
	{ "genome:aaafg", "64 64 64 1280 1518", "IMIX - aaafg" },
	{ "genome:gfa", "1518 1280 64", "IMIX - gfa" },
	{ "genome:abcdefghi", "64 128 256 512 1024 1280 1518 2112 9000", "IMIX - abcdefghi" },
	{ "genome:2ag2a", "64 64 1518 64 64", "IMIX - aagaa" },
	{ "genome:az", "64 1518", "IMIX - az (z=1518)" },
	{ "genome:AAAGG:A=64,G=1518", "64 64 64 1518 1518", "CUSTOM IMIX - AAAGG (A=64 G=1518)" },
	{ "genome:ZB:B=100, Z=9216", "9216 100", "CUSTOM IMIX - ZB (Z=9216 B=100)" },
	{ "fixed:64", "64", "IMIX - a" },
	{ "fixed:65", "65", "CUSTOM IMIX - A (A=65)" },
};

static void genomes_are_an_exact_order(void **state)
{
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(genomes); i++) {
		g_autoptr(profile) p = must_open(genomes[i].spec);
		g_autoptr(GString) lens = g_string_new(NULL);
		struct profile_draw draws[16];
		uint64_t pos = 0;

		profile_draw(p, NULL, &pos, draws, p->sequence_len);
		for (uint32_t j = 0; j < p->sequence_len; j++)
			g_string_append_printf(lens, "%s%u", j > 0 ? " " : "", draws[j].frame_len);
		check_text(genomes[i].spec, lens->str, genomes[i].lens);
		check_text(genomes[i].spec, p->genome, genomes[i].genome);
	}
}

static void long_genomes_count_runs(void **state)
{
	g_autoptr(profile) p = must_open("genome:20000a1g10b");

	(void)state;
	check_double("length", p->sequence_len, 20011, 0);
	check_text("genome", p->genome, "IMIX - 20000ag10b");
}

static const struct {
	const char *spec;
	const char *error;
} bad_specs[] = {
	{ "genome:", "no letters" },
	{ "genome:aaj", "'j' is 16000 bytes, above the maximum of 9216" },
	{ "genome:aak", "unknown letter 'k'" },
	{ "genome:aA", "'A' has no size; capitals require a map" },
	{ "genome:a a", "' ' is not a letter" },
	{ "genome:\xff", "is not a letter" },
	{ "genome:a20", "count without a letter at the end" },
	{ "genome:0a", "invalid count; expected at least 1" },
	{ "genome:65537a", "at most 65536 frames in total" },
	{ "genome:60000a6000b", "at most 65536 frames in total" },
	{ "genome:99999999999999999999a", "at most 65536 frames in total" },
	{ "genome:ABA:A=64", "'B' has no size; add it to the map" },
	{ "genome:A:A=64,B=65", "letter B has a size but is not used" },
	{ "genome:A:A=64,A=65", "letter A has two sizes" },
	{ "genome:A:A=63", "outside 64..9216" },
	{ "genome:A:A=9217", "outside 64..9216" },
	{ "genome:A:A", "invalid map entry 'A'" },
	{ "genome:A:", "has no size; add it to the map" },
	{ "genome:aA:A=64", "letters with a map are capitals" },
	{ "fixed:", "invalid frame length" },
	{ "fixed:sixty", "invalid frame length" },
	{ "fixed:60", "frame length 60 is outside 64..9216" },
	{ "fixed:9217", "outside 64..9216" },
	{ "fixed:99999999999999", "invalid frame length" },
	{ "uniform:64", "invalid frame length" },
	{ "uniform:", "invalid frame length" },
	{ "uniform:1518-64", "expected uniform:64-1518" },
	{ "uniform:64-1518-9", "invalid frame length" },
	{ "imxi", "(did you mean 'imix'?); expected complete-imix" },
	{ "nothing-like-it-at-all", "unknown profile 'nothing-like-it-at-all'; expected" },
	{ "constant:64", "unknown profile 'constant:64'" },
	{ "", "unknown profile ''" },
	{ "./missing.csv", "./missing.csv: open failed" },
	{ "/", "/: read failed" },
	{ "/dev/zero", "/dev/zero: longer than" },
	{ "/dev/null", "/dev/null: file is empty" },
};

static void bad_specs_are_explained(void **state)
{
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(bad_specs); i++) {
		GError *error = NULL;

		assert_null(profile_open(bad_specs[i].spec, 1518, &error));
		check_error(bad_specs[i].spec, error, bad_specs[i].error);
	}
}

static void an_mtu_that_is_not_known_is_an_error(void **state)
{
	GError *error = NULL;

	(void)state;
	assert_null(profile_open("genome:az", 0, &error));
	check_error("z", error, "'z' is the MTU frame length, which is unknown");
}

static void names_fit_into_file_names(void **state)
{
	static const struct {
		const char *spec, *name;
	} cases[] = {
		{ "imix", "imix" },
		{ "fixed:64", "fixed-64" },
		{ "uniform:64-1518", "uniform-64-1518" },
		{ "genome:aaafg", "genome-aaafg" },
		{ "genome:AG:A=64,G=1518", "genome-AG-A-64-G-1518" },
	};
	g_autofree char *letters = g_strnfill(500, 'a');
	g_autofree char *spec = g_strconcat("genome:", letters, NULL);
	g_autofree char *other = g_strconcat(spec, "b", NULL);
	g_autoptr(profile) p = must_open(spec);
	g_autoptr(profile) q = must_open(other);
	g_autoptr(profile) file = profile_parse(
		"/a_b/my_mix.csv", FRAME_HEAD "64,1\n", strlen(FRAME_HEAD "64,1\n"), NULL);

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(profile) shipped = must_open(cases[i].spec);

		check_text(cases[i].spec, shipped->name, cases[i].name);
		check_text(cases[i].spec, shipped->spec, cases[i].spec);
	}
	check_text("file", file->name, "my-mix");
	assert_true(strlen(p->name) <= 60);
	assert_string_not_equal(p->name, q->name);
}

static void drawing_in_pieces_is_drawing_at_once(void **state)
{
	static const char *const specs[] = { "imix", "isp-netflow", "imix-vsperf" };
	gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(specs); i++) {
		g_autoptr(profile) p = must_open(specs[i]);
		struct profile_draw once[1000], pieces[1000];
		uint64_t pos = 0;

		memset(once, 0, sizeof(once));
		memset(pieces, 0, sizeof(pieces));
		gsl_rng_set(rng, 42);
		profile_draw(p, rng, &pos, once, 1000);
		gsl_rng_set(rng, 42);
		pos = 0;
		for (size_t at = 0, n = 1; at < 1000; at += n, n = MIN(n + 7, 1000 - at))
			profile_draw(p, rng, &pos, pieces + at, n);
		check_double(specs[i], (double)pos, 1000, 0);
		assert_memory_equal(once, pieces, sizeof(once));
	}
	gsl_rng_free(rng);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(means_are_golden),
		cmocka_unit_test(listed_means_are_golden),
		cmocka_unit_test(wire_mean_of_61_21_18_is_golden),
		cmocka_unit_test(deviation_counts_ranges_and_padding),
		cmocka_unit_test(units_become_frames),
		cmocka_unit_test(weights_become_packet_shares),
		cmocka_unit_test(byte_weight_of_a_range_is_by_its_mean),
		cmocka_unit_test(bad_files_name_line_and_remedy),
		cmocka_unit_test(nul_bytes_are_not_text),
		cmocka_unit_test(more_than_64_sizes_are_an_error),
		cmocka_unit_test(odd_but_legal_files_parse),
		cmocka_unit_test(ratios_are_exact_and_spread),
		cmocka_unit_test(fractional_ratios_are_near),
		cmocka_unit_test(sequences_keep_their_order),
		cmocka_unit_test(genomes_are_an_exact_order),
		cmocka_unit_test(long_genomes_count_runs),
		cmocka_unit_test(bad_specs_are_explained),
		cmocka_unit_test(an_mtu_that_is_not_known_is_an_error),
		cmocka_unit_test(names_fit_into_file_names),
		cmocka_unit_test(drawing_in_pieces_is_drawing_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
