/* SPDX-License-Identifier: BSD-3-Clause */
/* Arrival processes as written, and the captures that some of them come from. */
#include "traffic/arrival.h"

#include <glib/gstdio.h>

#include "tests/unit/traffic_check.h"
#include "tests/unit/traffic_pcap.h"
#include "traffic/capture.h"
#include "traffic/mix.h"
#include "analyze/base/text.h"

enum { SEED = 1 };

static const struct {
	const char *text;
	double ns; /* -1: an error */
} durations[] = {
	{ "5ns", 5 },
	{ "0.5us", 500 },
	{ "1ms", 1e6 },
	{ "2s", 2e9 },
	{ "1.5min", 90e9 },
	{ "1h", 3600e9 },
	{ "0s", 0 },
	{ "1e3ns", 1000 },
	{ "", -1 },
	{ "5", -1 },
	{ "ms", -1 },
	{ "5 ms", -1 },
	{ "5msec", -1 },
	{ "-5ms", -1 },
	{ "1e308h", -1 },
	{ "nans", -1 },
};

static void durations_have_a_unit(void **state)
{
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(durations); i++) {
		double ns = -1;

		text_duration(durations[i].text, &ns);
		check_double(durations[i].text, ns, durations[i].ns, 0);
	}
}

static const struct {
	const char *spec;
	double switch_ns;
} good[] = {
	{ "cbr", 0 },
	{ "poisson", 0 },
	{ "weibull", 0 },
	{ "weibull:shape=0.2", 0 },
	{ "lognormal", 0 },
	{ "lognormal:sigma=0", 0 },
	{ "onoff", 10e6 },
	{ "onoff:on=2ms", 11e6 },
	{ "onoff: on = 1us , off=1us", 2e3 },
	{ "onoff:on=1h,off=0.5h,dist=exponential", 5400e9 },
	{ "onoff:dist=pareto,alpha=1.05", 10e6 },
	{ "onoff:alpha=10,dist=pareto", 10e6 },
	{ "onoff:dist=lognormal,sigma=3", 10e6 },
	{ "onoff:sigma=0.5", 10e6 },
	{ "mmpp", 10e6 },
	{ "mmpp:ratio=1,high=3ms,low=4ms", 7e6 },
};

static void specs_are_read(void **state)
{
	gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(good); i++) {
		GError *error = NULL;
		g_autoptr(arrival_process)
			p = arrival_process_new("--arrival", good[i].spec, &error);
		g_autoptr(arrival) a = NULL;
		double last = 0;

		check_ok(good[i].spec, error);
		assert_true(arrival_check("--arrival", good[i].spec, NULL));
		check_double(good[i].spec, arrival_process_switch_ns(p), good[i].switch_ns, 0.01);
		assert_null(arrival_process_profile(p));
		gsl_rng_set(rng, SEED);
		a = arrival_new(p, 1000, INFINITY, rng, NULL);
		for (int j = 0; j < 1000; j++) {
			double t = arrival_next_ns(a);

			assert_true(t >= last);
			last = t;
		}
	}
	gsl_rng_free(rng);
}

static const struct {
	const char *spec, *error;
} bad[] = {
	{ "", "--arrival: unknown arrival process ''; expected cbr, poisson, weibull" },
	{ "poison", "unknown arrival process 'poison' (did you mean 'poisson'?)" },
	{ "burst", "unknown arrival process 'burst'; expected" },
	{ "cbr:", "arrival 'cbr:': cbr takes no parameters; use 'cbr'" },
	{ "poisson:mean=1", "poisson takes no parameters" },
	{ "weibull:", "unknown parameter ''; expected shape" },
	{ "weibull:shap=1", "unknown parameter 'shap' (did you mean 'shape'?); expected shape" },
	{ "weibull:shape", "shape requires a value: shape=VALUE" },
	{ "weibull:shape=", "invalid shape ''; expected a number from 0.2 to 10" },
	{ "weibull:shape=0.1", "invalid shape '0.1'; expected a number from 0.2 to 10" },
	{ "weibull:shape=nan", "invalid shape 'nan'; expected a number" },
	{ "weibull:shape=1,shape=2", "shape given twice" },
	{ "lognormal:sigma=-1", "invalid sigma '-1'; expected a number from 0 to 3" },
	{ "onoff:om=1ms", "unknown parameter 'om' (did you mean 'on'?); expected on, off, dist" },
	{ "onoff:on=1", "invalid on '1'; expected a time from 1us to 1h with unit" },
	{ "onoff:on=999ns", "invalid on '999ns'; expected a time from 1us to 1h" },
	{ "onoff:off=61min", "invalid off '61min'; expected a time" },
	{ "onoff:dist=normal", "unknown distribution 'normal'; expected lognormal, pareto" },
	{ "onoff:alpha=2", "alpha requires dist=pareto, not dist=lognormal" },
	{ "onoff:dist=pareto,sigma=1", "sigma requires dist=lognormal, not dist=pareto" },
	{ "onoff:dist=exponential,sigma=1", "sigma requires dist=lognormal, not dist=exponential" },
	{ "onoff:dist=pareto,alpha=1", "invalid alpha '1'; expected a number from 1.05 to 10" },
	{ "mmpp:ratio=0.5", "invalid ratio '0.5'; expected a number from 1 to 1e+06" },
	{ "trace", "arrival 'trace': requires a capture: trace:FILE" },
	{ "trace:", "requires a capture: trace:FILE" },
};

static void bad_specs_name_option_and_remedy(void **state)
{
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
		GError *error = NULL;

		assert_false(arrival_check("--arrival", bad[i].spec, &error));
		check_error(bad[i].spec, error, bad[i].error);
		error = NULL;
		assert_null(arrival_process_new("--arrival", bad[i].spec, &error));
		check_error(bad[i].spec, error, "--arrival: ");
	}
}

static void every_process_is_named(void **state)
{
	g_auto(GStrv) names = g_strsplit(arrival_names(), ", ", -1);

	(void)state;
	assert_int_equal(g_strv_length(names), 7);
	for (size_t i = 0; names[i] != NULL; i++)
		assert_true(arrival_check("names", names[i], NULL));
}

static void impossible_gaps_are_an_error(void **state)
{
	static const double gaps[] = { 0, -1, NAN, INFINITY };
	g_autoptr(arrival_process) p = arrival_process_new("test", "cbr", NULL);
	gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(gaps); i++) {
		GError *error = NULL;

		assert_null(arrival_new(p, gaps[i], 1, rng, &error));
		check_error("gap", error, "invalid mean gap");
	}
	gsl_rng_free(rng);
}

/* A guest of hardly any load does not keep its ON and OFF going for ever. */
static void rare_departures_end_with_the_schedule(void **state)
{
	static const char *const specs[] = { "onoff:on=1us,off=1us", "mmpp:high=1us,low=1us" };
	gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(specs); i++) {
		g_autoptr(arrival_process) p = arrival_process_new("test", specs[i], NULL);
		g_autoptr(arrival) a = arrival_new(p, 1e20, 1e6, rng, NULL);

		assert_true(arrival_next_ns(a) >= 1e6);
	}
	gsl_rng_free(rng);
}

static capture *parse(const struct pcap_frame *frames, size_t nb, GError **error)
{
	g_autoptr(GByteArray) file = pcap_file(PCAP_ETHERNET, frames, nb);

	return capture_parse("dir/my.pcap", file->data, file->len, error);
}

static void captures_are_read(void **state)
{
	static const struct pcap_frame frames[] = { { 5000000000, 60 }, { 5000000100, 1514 },
		{ 5000000050, 54 }, { 6000000000, 9300 } };
	GError *error = NULL;
	g_autoptr(capture) c = parse(frames, G_N_ELEMENTS(frames), &error);

	(void)state;
	check_ok("capture", error);
	assert_int_equal(c->nb, 4);
	assert_true(c->at_ns[0] == 0 && c->at_ns[1] == 100 && c->at_ns[2] == 100);
	assert_true(c->at_ns[3] == 1000000000);
	assert_int_equal(c->frame_len[0], 64);
	assert_int_equal(c->frame_len[1], 1518);
	assert_int_equal(c->frame_len[2], 64);
	assert_int_equal(c->frame_len[3], 9216);
	check_double("period", c->period_ns, 1e9 / 3 * 4, 1e-3);
	check_text("notice", c->notice,
		"dir/my.pcap: 2 of 4 frames are outside 64..9216 bytes (with FCS) and are sent "
		"with "
		"the nearest valid length; 1 frame older than the previous frame, sent together "
		"with it");
	assert_int_equal(strlen(c->digest), 64);
}

static void captures_as_they_are_need_no_notice(void **state)
{
	static const struct pcap_frame frames[] = { { 0, 60 }, { 1, 60 } };
	g_autoptr(capture) c = parse(frames, 2, NULL);

	(void)state;
	assert_null(c->notice);
	check_double("period", c->period_ns, 2, 0);
}

static void bad_captures_are_explained(void **state)
{
	static const struct pcap_frame frames[] = { { 0, 60 }, { 1, 60 }, { 1, 60 } };
	static const struct pcap_frame late[] = { { 0, 60 }, { UINT64_C(999999999) + 1, 60 } };
	static const struct {
		uint32_t link_type;
		const struct pcap_frame *frames;
		size_t nb, cut; /* bytes left out at the end */
		const char *error;
	} cases[] = {
		{ PCAP_ETHERNET, frames, 0, 24, "dir/my.pcap: not a capture: " },
		{ PCAP_ETHERNET, frames, 0, 1, "not a capture: " },
		{ PCAP_ETHERNET, frames, 0, 0, "0 frames at one point in time" },
		{ PCAP_ETHERNET, frames, 1, 0, "1 frame at one point in time" },
		{ PCAP_ETHERNET, frames + 1, 2, 0, "2 frames at one point in time" },
		{ PCAP_ETHERNET, frames, 3, 1, "read error after frame 2: truncated" },
		{ PCAP_LINUX_SLL, frames, 3, 0, "expected link type Ethernet, got LINUX_SLL" },
		{ 12345, frames, 3, 0, "expected link type Ethernet, got unknown" },
		{ PCAP_ETHERNET, late, 2, 0, NULL },
	};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(GByteArray)
			file = pcap_file(cases[i].link_type, cases[i].frames, cases[i].nb);
		GError *error = NULL;
		g_autoptr(capture) c = capture_parse(
			"dir/my.pcap", file->data, file->len - cases[i].cut, &error);

		if (cases[i].error == NULL)
			check_ok("capture", error);
		else
			check_error(cases[i].error, error, cases[i].error);
		assert_true((c == NULL) == (cases[i].error != NULL));
	}
}

/* The part of a second of a record is not to be more than one. */
static void impossible_times_are_an_error(void **state)
{
	static const struct pcap_frame frames[] = { { 0, 60 }, { 1, 60 } };
	g_autoptr(GByteArray) file = pcap_file(PCAP_ETHERNET, frames, 2);
	const uint32_t too_much = 1000000000;
	GError *error = NULL;

	(void)state;
	memcpy(file->data + 24 + 16 + 4, &too_much, sizeof(too_much));
	assert_null(capture_parse("my.pcap", file->data, file->len, &error));
	check_error("time", error, "my.pcap: frame 2 has an invalid time stamp");
}

static void few_lengths_are_classes_each(void **state)
{
	struct pcap_frame frames[64];
	g_autoptr(capture) c = NULL;
	g_autoptr(profile) p = NULL;
	struct profile_draw draws[70];
	uint64_t pos = 60;

	(void)state;
	for (uint32_t i = 0; i < 64; i++)
		frames[i] = (struct pcap_frame){ i, 60 + 10 * i };
	c = parse(frames, 64, NULL);
	p = profile_from_capture(c);
	assert_int_equal(p->nb_classes, 64);
	check_text("spec", p->spec, "trace:dir/my.pcap");
	check_text("name", p->name, "trace-my.pcap");
	check_text("mode", profile_mode_name(p->mode), "trace");
	check_has("source", p->source, c->digest);
	check_double("mean", profile_mean_frame_len(p), 64 + 315, 1e-9);
	profile_draw(p, NULL, &pos, draws, 70);
	for (uint32_t i = 0; i < 70; i++) {
		assert_int_equal(draws[i].frame_len, 64 + 10 * ((60 + i) % 64));
		assert_int_equal(draws[i].class, (60 + i) % 64);
	}
}

static void many_lengths_are_put_into_bins(void **state)
{
	enum { NB = 100 };
	static const uint32_t lo[] = { 64, 65, 128, 256, 512 }, hi[] = { 64, 127, 255, 511, 1023 };
	struct pcap_frame frames[NB];
	g_autoptr(capture) c = NULL;
	g_autoptr(profile) p = NULL;
	struct profile_draw draws[NB];
	uint64_t pos = 0;
	double sum = 0, squares = 0;

	(void)state;
	for (uint32_t i = 0; i < NB; i++)
		frames[i] = (struct pcap_frame){ i, 60 + i * 9 };
	c = parse(frames, NB, NULL);
	p = profile_from_capture(c);
	assert_int_equal(p->nb_classes, G_N_ELEMENTS(lo)); /* the longest is 955 */
	for (uint32_t i = 0; i < p->nb_classes; i++) {
		assert_int_equal(p->classes[i].frame_len_lo, lo[i]);
		assert_int_equal(p->classes[i].frame_len_hi, hi[i]);
	}
	check_double("share of 64", p->classes[0].share, 0.01, 1e-12);
	profile_draw(p, NULL, &pos, draws, NB);
	for (uint32_t i = 0; i < NB; i++) {
		const struct profile_class *class = &p->classes[draws[i].class];

		assert_int_equal(draws[i].frame_len, 64 + i * 9);
		assert_in_range(draws[i].frame_len, class->frame_len_lo, class->frame_len_hi);
		sum += draws[i].frame_len;
		squares += draws[i].frame_len * draws[i].frame_len;
	}
	check_double("mean", profile_mean_frame_len(p), sum / NB, 1e-9);
	check_double("deviation", profile_stddev_frame_len(p),
		sqrt(squares / NB - sum / NB * sum / NB), 1e-9);
}

static void mixes_take_the_frames_of_a_trace(void **state)
{
	static const struct pcap_frame frames[] = { { 0, 60 }, { 5, 124 }, { 9, 60 } };
	g_autoptr(GByteArray) file = pcap_file(PCAP_ETHERNET, frames, 3);
	g_autofree char *folder = g_dir_make_tmp("traffic-XXXXXX", NULL);
	g_autofree char *path = g_build_filename(folder, "a,b=c.pcap", NULL);
	g_autofree char *spec = g_strconcat("trace:", path, NULL);
	g_autofree char *groups = g_strdup_printf("[a]\nguests=2\narrival=%s\n"
						  "[b]\nguests=1\nprofile=fixed:64\n"
						  "[c]\nguests=1\narrival=%s\n",
		spec, spec);
	g_autofree char *both = g_strdup_printf("[a]\nguests=2\nprofile=imix\narrival=%s\n", spec);
	g_autoptr(mix) one = NULL;
	g_autoptr(mix) m = NULL;
	GError *error = NULL;

	(void)state;
	assert_true(g_file_set_contents(path, (char *)file->data, file->len, NULL));
	one = mix_new("no such profile", "3", NULL, spec, 0, &error);
	check_ok(spec, error);
	check_text("name", one->name, "trace-a-b-c.pcap");
	check_text("arrival", one->guests[2].arrival, spec);
	check_double("mean", mix_mean_frame_len(one), (64 + 128 + 64) / 3.0, 1e-9);
	assert_int_equal(mix_longest_frame_len(one), 128);

	m = mix_parse("m.conf", groups, strlen(groups), "cbr", 0, &error);
	check_ok("groups", error);
	assert_int_equal(m->profiles->len, 2);
	assert_ptr_equal(m->guests[0].profile, m->guests[3].profile);
	check_text("of b", m->guests[2].profile->spec, "fixed:64");

	assert_null(mix_parse("m.conf", both, strlen(both), "cbr", 0, &error));
	check_error("both", error, "m.conf:3: [a] profile: arrival trace:");
	error = NULL;
	g_remove(path);
	assert_null(mix_new("imix", "1", NULL, spec, 0, &error));
	check_error("gone", error, "arrival: ");
	g_rmdir(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(durations_have_a_unit),
		cmocka_unit_test(specs_are_read),
		cmocka_unit_test(bad_specs_name_option_and_remedy),
		cmocka_unit_test(every_process_is_named),
		cmocka_unit_test(impossible_gaps_are_an_error),
		cmocka_unit_test(rare_departures_end_with_the_schedule),
		cmocka_unit_test(captures_are_read),
		cmocka_unit_test(captures_as_they_are_need_no_notice),
		cmocka_unit_test(bad_captures_are_explained),
		cmocka_unit_test(impossible_times_are_an_error),
		cmocka_unit_test(few_lengths_are_classes_each),
		cmocka_unit_test(many_lengths_are_put_into_bins),
		cmocka_unit_test(mixes_take_the_frames_of_a_trace),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
