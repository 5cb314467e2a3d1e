/* SPDX-License-Identifier: BSD-3-Clause */
/* Tables of RFC 2544 of searches that are made up. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <math.h>
#include <string.h>

#include "analyze/show/report_suite.h"

/* A search of 64 or 1518 bytes on a link of 1 Gbit/s; borrows everything. */
struct made_up {
	search s;
	struct search_goal goal;
	struct search_trial trials[5];
};

static search *small_frames(struct made_up *m)
{
	*m = (struct made_up){
		.goal = { .final_s = 60, .state = SEARCH_FOUND, .lower_pps = 744047, .upper_pps = 745000 },
		.trials = {
			{ .use = SEARCH_FOR_LIMIT, .rate_pps = 1339286, .loss = 0.9 },
			{ .use = SEARCH_LATENCY_AT, .rate_pps = 744047, .share = 1, .p50_ns = 20000,
				.p99_ns = 30000, .p999_ns = 2000000000, .p999_bound = TRUE,
				.max_ns = 40000 },
			{ .use = SEARCH_LOSS_CURVE, .rate_pps = 1488095, .spoilt = TRUE },
			{ .use = SEARCH_LOSS_CURVE, .rate_pps = 1339286, .loss = 0.25 },
			{ .use = SEARCH_LATENCY_AT, .rate_pps = 744047, .goal = 1, .p50_ns = 77 },
		},
		.s = { .doubt = (char *)"", .params = { .label = "a", .machine = "process", .interface = "vhost-user",
			       .guests = 1, .repetition = 0 },
			.mean_frame_len = 64,
			.nb_goals = 1,
			.nb_trials = 5,
			.suite = { .used = TRUE,
				.theoretical_pps = 1e9 / 8 / 84,
				.theoretical_is_link = TRUE,
				.bursts = 3,
				.burst_frames = 26010,
				.burst_frames_sd = 10,
				.burst_frames_min = 26000,
				.burst_frames_max = 26020,
				.burst_longest = 44642850,
				.burst_step = 0.001,
				.buffer_s = 17.47872e-3,
				.corrected_buffer_s = 8.73937e-3,
				.burst_why = (char *)"" } },
	};
	m->s.goals = &m->goal;
	m->s.trials = m->trials;
	return &m->s;
}

/* All of what the link carries, so that no burst was sent; no --link, but the generator's own rate. */
static search *large_frames(struct made_up *m)
{
	(void)small_frames(m);
	m->goal.state = SEARCH_MET_AT_MAX;
	m->goal.lower_pps = 81274;
	m->goal.upper_pps = 0;
	m->s.mean_frame_len = 1518;
	m->s.nb_trials = 0;
	m->s.suite = (struct search_suite){ .used = TRUE,
		.theoretical_pps = 81274.4,
		.burst_why = (char *)"throughput is the theoretical rate" };
	return &m->s;
}

static char *format_both(enum cli_format format)
{
	static struct made_up a, b;
	g_autoptr(GPtrArray) both = g_ptr_array_new();

	g_ptr_array_add(both, large_frames(&b));
	g_ptr_array_add(both, small_frames(&a));
	return report_suite_format(both, format);
}

static void the_text_is_a_table_for_each_section_of_the_rfc(void **state)
{
	g_autofree char *text = format_both(CLI_TEXT);

	(void)state;
	assert_string_equal(text,
		"Throughput (RFC 2544, 26.1), frames per second\n"
		"bytes theoretical of        throughput share    layer 2 trial s state\n"
		"   64      1.488M link            744k  50 % 381 Mbit/s      60 found\n"
		" 1518      81.27k generator     81.27k 100 % 987 Mbit/s      60 met at the "
		"highest "
		"load\n"
		"\n"
		"Latency at throughput (26.2), from the scheduled departure\n"
		"bytes   p50   p99  p99.9   max\n"
		"   64 20 µs 30 µs >= 2 s 40 µs\n"
		" 1518     -     -      -     -\n"
		"\n"
		"Frame loss rate (26.3) by share of the theoretical rate\n"
		"bytes  100 % 90 % 80 % 70 % 60 % 50 % 40 % 30 % 20 % 10 %\n"
		"   64 tester 25 %    -    -    -    -    -    -    -    -\n"
		" 1518      -    -    -    -    -    -    -    -    -    -\n"
		"\n"
		"Back-to-back frames (RFC 9004)\n"
		"bytes tests average   min   max deviation  step  buffer corrected not measured\n"
		"   64     3 26010.0 26000 26020      10.0 0.1 % 17.5 ms   8.74 ms\n"
		" 1518     0       -     -     -         -     -       -         - throughput is "
		"the "
		"theoretical rate\n"
		"\n"
		"theoretical rate of the link: line rate of --link\n"
		"theoretical rate of the generator: its own rate on interface null at that frame "
		"length (no --link)\n"
		"tester: the generator could not offer that load\n");
}

static void csv_has_a_row_per_frame_length(void **state)
{
	g_autofree char *csv = format_both(CLI_CSV);
	g_auto(GStrv) lines = g_strsplit(csv, "\n", -1);

	(void)state;
	assert_true(g_str_has_prefix(lines[0], "schema,frame_len,label,"));
	assert_non_null(strstr(lines[0],
		",repetition,theoretical_pps,theoretical_of,throughput_pps,throughput_share,"
		"throughput_bps,trial_s,state,p50_ns,p99_ns,p999_ns,max_ns,loss_100,loss_90,"));
	assert_true(g_str_has_prefix(lines[1], "1,64,a,"));
	assert_non_null(strstr(lines[1], ",found,20000,30000,>=2000000000,40000,,0.25,,"));
	assert_true(g_str_has_suffix(lines[1], ",3,26010,26000,26020,10,0.001,17478720,8739370,"));
	assert_true(g_str_has_prefix(lines[2], "1,1518,a,"));
	assert_string_equal(lines[3], "");
	assert_null(lines[4]);
}

/* What more than the tester could offer, or the longest burst, is not known. */
static void lower_bounds_are_marked(void **state)
{
	struct made_up m;
	g_autoptr(GPtrArray) one = g_ptr_array_new();
	g_autofree char *text = NULL, *csv = NULL;

	(void)state;
	g_ptr_array_add(one, small_frames(&m));
	m.goal.state = SEARCH_TESTER_LIMITED;
	m.goal.why = (char *)"3 % of the frames were not sent";
	m.s.suite.burst_frames_max = m.s.suite.burst_longest;
	text = report_suite_format(one, CLI_TEXT);
	csv = report_suite_format(one, CLI_CSV);
	assert_non_null(strstr(text, " >= 744k >= 50 % >= 381 Mbit/s "));
	assert_non_null(strstr(text, " >= 17.5 ms >= 8.74 ms\n"));
	assert_non_null(strstr(
		text, "\n64 bytes: tester-limited at 745kpps: 3 % of the frames were not sent\n"));
	assert_non_null(strstr(text, "\nbuffer >=: a burst of maximum length lost no frame\n"));
	assert_non_null(strstr(csv, ",>=744047,"));
	assert_non_null(strstr(csv, ",>=17478720,>=8739370,"));
}

static void searches_without_a_suite_are_no_rows(void **state)
{
	struct made_up m;
	g_autoptr(GPtrArray) one = g_ptr_array_new();

	(void)state;
	g_ptr_array_add(one, small_frames(&m));
	m.s.suite.used = FALSE;
	assert_null(report_suite_format(one, CLI_TEXT));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_text_is_a_table_for_each_section_of_the_rfc),
		cmocka_unit_test(csv_has_a_row_per_frame_length),
		cmocka_unit_test(lower_bounds_are_marked),
		cmocka_unit_test(searches_without_a_suite_are_no_rows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
