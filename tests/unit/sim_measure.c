/* SPDX-License-Identifier: BSD-3-Clause */
/* One trial from its hello to its verdict, with guests that do as the test says, on virtual time. */
#include "tests/unit/traffic_check.h"

#include <stdatomic.h>

#include "sim/trial/measure.h"
#include "sim/trial/params.h"
#include "tests/unit/fake_run.h"

/* Two guests of 64 bytes, 500 frames a second each. */
#define WORDS                                                                                    \
	"--interface=null", "--profile=fixed:64", "--guests=2", "--rate=1kpps", "--duration=4s", \
		"--warm-up=1s", "--drain=2s"
static const char *const words[] = { WORDS, NULL };
enum { FRAMES = 4000, EACH = FRAMES / 2 };

static _Atomic int interrupt;

static trial *measure_with(struct fake_run *r, struct fleet *fleet, GError **error)
{
	struct progress progress;
	struct clock_pair origin = { 0 };
	struct trial_params *p = params_new(&r->o, "", 1, (uint64_t)r->o.pps[0], 0);
	const struct measure_cfg cfg = { .o = &r->o,
		.mix = r->o.traffic,
		.fabric = &r->fabric,
		.fleet = fleet,
		.share = { .step = 1 },
		.dir = "",
		.params = p,
		.progress = &progress,
		.clock_origin = &origin,
		.interrupt = &interrupt };
	trial *t;

	atomic_store(&interrupt, 0);
	r->interrupt = &interrupt;
	progress_init(&progress, TRUE);
	if (measure(&cfg, &t, error) != (t != NULL))
		fail_msg("TRUE without a trial, or a trial with FALSE");
	trial_params_clear(p);
	g_free(p);
	return t;
}

/* A trial that is one. */
static trial *measured(struct fake_run *r)
{
	GError *error = NULL;
	trial *t = measure_with(r, NULL, &error);

	check_ok("measure", error);
	return t;
}

static char *all_reasons(const trial *t)
{
	g_ptr_array_add(t->reasons, NULL);
	g_ptr_array_set_size(t->reasons, (gint)t->reasons->len - 1);
	return g_strjoinv("\n", (char **)t->reasons->pdata);
}

static void check_reason(const trial *t, const char *part)
{
	g_autofree char *all = all_reasons(t);

	check_has("reasons", all, part);
	assert_false(t->trustworthy);
}

static void what_is_sent_in_the_measuring_phase_is_counted_and_all_of_it(void **state)
{
	struct fake_run *r = fake_run_new(words);
	g_autoptr(trial) t = measured(r);
	g_autofree char *reasons = all_reasons(t);

	(void)state;
	check_text("reasons", reasons, "");
	assert_true(t->trustworthy && !t->interrupted);
	check_double("measured", t->measured_s, 4, 1e-9);
	assert_int_equal(t->totals.intended, FRAMES);
	assert_int_equal(t->totals.offered, FRAMES);
	assert_int_equal(t->totals.forwarded, FRAMES);
	assert_int_equal(t->totals.lost + t->totals.duplicated + t->totals.corrupt, 0);
	for (uint32_t i = 0; i < 2; i++) {
		check_text("state", t->guests[i].state, "ok");
		assert_int_equal(t->guests[i].c.offered, EACH);
	}
	/* A frame is on its way as long as the interface takes: 5 us. */
	assert_in_range(ctr_get(&t->latency.hist->min_ns), 5000, 5100);
	assert_non_null(t->mix);
	assert_non_null(t->environment);
	assert_int_equal(r->nb_trials, 1);
	fake_run_free(r);
}

static void the_time_line_has_a_row_for_each_second_and_guest_and_they_add_up(void **state)
{
	struct fake_run *r = fake_run_new(words);
	g_autoptr(trial) t = measured(r);
	uint64_t offered = 0, forwarded = 0, of_guest[2] = { 0 };

	(void)state;
	assert_int_equal(t->seconds->len, 4);
	assert_int_equal(t->guest_seconds->len, 8);
	for (guint i = 0; i < t->seconds->len; i++) {
		const struct trial_second *s = &g_array_index(t->seconds, struct trial_second, i);

		check_double("time", s->time_s, i + 1, 0.02);
		assert_in_range(s->offered, 970, 1030);
		assert_in_range(s->p50_ns, 4900, 5200);
		offered += s->offered;
		forwarded += s->forwarded;
	}
	for (guint i = 0; i < t->guest_seconds->len; i++) {
		const struct trial_guest_second *s = &g_array_index(
			t->guest_seconds, struct trial_guest_second, i);

		of_guest[s->guest] += s->forwarded;
	}
	assert_int_equal(offered, FRAMES);
	assert_int_equal(forwarded, FRAMES);
	assert_int_equal(of_guest[0], EACH);
	assert_int_equal(of_guest[1], EACH);
	fake_run_free(r);
}

static void a_trial_on_virtual_time_is_the_same_each_time(void **state)
{
	g_autofree char *before = NULL;

	(void)state;
	for (int i = 0; i < 2; i++) {
		struct fake_run *r = fake_run_new(words);
		g_autoptr(trial) t = NULL;
		g_autofree char *text = NULL;

		r->guest[1].mute_from_s = 1.25;
		t = measured(r);
		text = g_strdup_printf("%" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT " %s",
			t->guests[0].c.forwarded, t->guests[1].c.forwarded, t->guests[1].state);
		if (before != NULL)
			check_text("second", text, before);
		g_free(before);
		before = g_steal_pointer(&text);
		fake_run_free(r);
	}
}

/* What a guest did wrong after it had answered; the other one has nothing to do with it. */
static void a_guest_that_goes_wrong_is_named_with_what_and_when(void **state)
{
	static const struct {
		const char *what;
		struct fake_guest guest;
		gboolean process; /* of tsim's */
		const char *state;
	} cases[] = {
		{ "mute", { .mute_from_s = 0.75 }, FALSE, "no answer after 1.0 s" },
		{ "mute from the start", { .mute_from_s = -0.5 }, FALSE,
			"no answer during the trial" },
		{ "away for a moment", { .away_s = 1.2, .back_s = 1.3 }, FALSE,
			"disconnected at 1.2 s" },
		{ "away in the warm-up", { .away_s = -0.5, .back_s = -0.4 }, FALSE,
			"disconnected at 0.0 s" },
		{ "died", { .mute_from_s = 1.25, .dies_s = 1.25 }, TRUE,
			"killed by signal 9 at 2.0 s" },
		{ "died and away", { .dies_s = 1.25, .away_s = 1.25, .back_s = 9 }, TRUE,
			"killed by signal 9 at 2.0 s" },
		{ "stood still", { .stood_still_s = 0.7 }, TRUE, "process was stopped for 0.7 s" },
		{ "stood still to the end", { .mute_from_s = 0.5, .stood_still_s = 2.5 }, TRUE,
			"no answer after 1.0 s: process was stopped for 2.5 s" },
	};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		struct fake_run *r = fake_run_new(words);
		g_autoptr(trial) t = NULL;
		g_autofree char *reason = g_strdup_printf("guest 1: %s", cases[i].state);
		GError *error = NULL;

		r->guest[1] = cases[i].guest;
		t = measure_with(r, cases[i].process ? fake_run_fleet(r) : NULL, &error);
		check_ok(cases[i].what, error);
		check_text(cases[i].what, t->guests[1].state, cases[i].state);
		check_text(cases[i].what, t->guests[0].state, "ok");
		check_reason(t, reason);
		assert_int_equal(t->guests[0].c.forwarded, EACH);
		fake_run_free(r);
	}
}

/* It is waited for, and then measured without it. */
static void a_guest_that_does_not_answer_at_first_is_named_with_what_it_lacks(void **state)
{
	static const struct {
		const char *what;
		struct fake_guest guest;
		double waited_s; /* at least, and less than a second more */
		const char *state;
	} cases[] = {
		{ "silent", { .never_answers = TRUE }, 5, "connected, but no frame returned" },
		{ "not there", { .never_comes = TRUE }, 5, "never connected" },
		{ "hopeless", { .never_comes = TRUE, .hopeless = TRUE }, 0,
			"speaks another protocol" },
		{ "ended", { .never_comes = TRUE, .never_came = "exited with status 2" }, 0,
			"never connected: exited with status 2" },
		{ "short frames only", { .len_max = 100 }, 0,
			"answers 64-byte frames but not 1518-byte frames: raise its MTU or "
			"buffers" },
		{ "twice", { .extra = 1 }, 0, "returns each frame more than once" },
	};
	static const char *const longer[] = { WORDS, "--profile=fixed:1518", NULL };

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		struct fake_run *r = fake_run_new(longer);
		g_autoptr(trial) t = NULL;
		GError *error = NULL;
		double waited_s;

		r->guest[1] = cases[i].guest;
		t = measure_with(
			r, cases[i].guest.never_came != NULL ? fake_run_fleet(r) : NULL, &error);
		check_ok(cases[i].what, error);
		check_has(cases[i].what, t->guests[1].state, cases[i].state);
		check_text(cases[i].what, t->guests[0].state, "ok");
		check_reason(t, cases[i].state);
		/* Without 5 s of trial; lost frames are waited for 2 s. */
		waited_s = (double)fake_run_ns(r) / 1e9 - 5 - (t->totals.lost != 0 ? 2 : 0);
		if (waited_s < cases[i].waited_s || waited_s > cases[i].waited_s + 1)
			fail_msg("%s: waited %g s", cases[i].what, waited_s);
		fake_run_free(r);
	}
}

static void without_a_guest_that_answers_nothing_is_measured(void **state)
{
	static const struct {
		struct fake_guest guest;
		const char *text;
	} cases[] = {
		{ { .never_answers = TRUE },
			"none of 2 guests answered within 5.0 s; guest 0: connected, but no "
			"frame returned" },
		{ { .never_comes = TRUE },
			"none of 2 guests answered within 5.0 s; guest 0: never connected" },
		{ { .extra = 1 }, "none of 2 guests can be measured (after 0." },
	};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		struct fake_run *r = fake_run_new(words);
		GError *error = NULL;

		r->guest[0] = r->guest[1] = cases[i].guest;
		assert_null(measure_with(r, NULL, &error));
		check_error(cases[i].text, error, cases[i].text);
		assert_int_equal(r->nb_trials, 0);
		fake_run_free(r);
	}
}

static void a_stop_in_the_hello_measures_nothing(void **state)
{
	struct fake_run *r = fake_run_new(words);
	GError *error = NULL;

	(void)state;
	r->guest[1].never_answers = TRUE;
	r->stop_hello_ns = 1500000000;
	assert_null(measure_with(r, NULL, &error));
	check_error("stop", error, "interrupted while waiting for guests; nothing was measured");
	assert_int_equal(r->nb_trials, 0);
	assert_in_range(fake_run_ns(r), 1500000000, 1600000000);
	fake_run_free(r);
}

static void a_stop_while_it_is_measured_keeps_what_was_measured(void **state)
{
	static const struct {
		double stop_s;
		uint64_t frames;
		double measured_s;
		const char *reason;
	} cases[] = { { 1.5, 1500, 1.5, "interrupted after 1.5 s of 4.0 s" },
		{ -0.5, 0, 0, "interrupted after 0.0 s of 4.0 s" } };

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		struct fake_run *r = fake_run_new(words);
		g_autoptr(trial) t = NULL;
		g_autofree char *reasons = NULL;

		r->stop_s = cases[i].stop_s;
		t = measured(r);
		reasons = all_reasons(t);
		assert_true(t->interrupted);
		check_double("measured", t->measured_s, cases[i].measured_s, 0.02);
		check_double("offered", (double)t->totals.offered, (double)cases[i].frames, 20);
		assert_int_equal(t->totals.forwarded, t->totals.offered);
		check_has("reasons", reasons, cases[i].reason);
		check_text("state", t->guests[0].state, "ok");
		fake_run_free(r);
	}
}

/* What is not back is waited for: as long as --drain says, but by somebody in a hurry. */
static void lost_frames_are_waited_for_and_only_those(void **state)
{
	static const struct {
		const char *what;
		double mute_from_s, stop_drain_s;
		int stops;
		double drain_s;
	} cases[] = { { "all back", 0, 0, 0, 0 }, { "lost", 1, 0, 0, 2 },
		{ "one stop", 1, 0.5, 1, 2 }, { "two stops", 1, 0.5, 2, 0.5 } };

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		struct fake_run *r = fake_run_new(words);
		g_autoptr(trial) t = NULL;
		double all_s;

		r->guest[1].mute_from_s = cases[i].mute_from_s;
		r->stop_drain_s = cases[i].stop_drain_s;
		r->stops = cases[i].stops;
		t = measured(r);
		all_s = (double)fake_run_ns(r) / 1e9;
		check_double(cases[i].what, all_s, 5 + cases[i].drain_s, 0.1);
		/* All was sent, and the end of it is no interruption. */
		assert_false(t->interrupted);
		assert_int_equal(t->totals.offered, FRAMES);
		assert_int_equal(t->totals.lost, t->totals.offered - t->totals.forwarded);
		fake_run_free(r);
	}
}

static void what_the_machine_did_is_the_first_reason(void **state)
{
	struct fake_run *r = fake_run_new(words);
	g_autoptr(trial) t = NULL;

	(void)state;
	r->guest[1].mute_from_s = 1;
	r->events.suspended_s = 1.5;
	t = measured(r);
	assert_true(t->reasons->len >= 2);
	check_has("first", t->reasons->pdata[0], "the machine was suspended for 1.5 s");
	check_has("second", t->reasons->pdata[1], "guest 1: no answer");
	fake_run_free(r);
}

/* Time that the hypervisor took looks like a guest that was stopped. */
static void stolen_time_is_not_held_against_a_guest(void **state)
{
	struct fake_run *r = fake_run_new(words);
	g_autoptr(trial) t = NULL;
	GError *error = NULL;

	(void)state;
	r->guest[1].stood_still_s = 0.7;
	r->events.stolen_s = 0.4;
	t = measure_with(r, fake_run_fleet(r), &error);
	check_ok("measure", error);
	check_text("state", t->guests[1].state, "ok");
	fake_run_free(r);
}

static void a_guest_that_doubles_frames_in_the_trial_alone_is_named(void **state)
{
	struct fake_run *r = fake_run_new(words);
	g_autoptr(trial) t = NULL;

	(void)state;
	r->guest[1].extra_from_s = -0.5;
	r->guest[1].extra = 1;
	t = measured(r);
	assert_int_equal(t->guests[1].c.duplicated, EACH);
	check_has("state", t->guests[1].state, "returns each frame more than once");
	assert_int_equal(t->guests[0].c.duplicated, 0);
	fake_run_free(r);
}

static void each_trial_has_frames_of_its_own(void **state)
{
	struct fake_run *r = fake_run_new(words);

	(void)state;
	/* Those of the first one that are still there are no strangers in the second one. */
	for (int i = 0; i < 2; i++) {
		g_autoptr(trial) t = measured(r);

		assert_int_equal(t->totals.forwarded, FRAMES);
		assert_int_equal(t->totals.foreign, 0);
	}
	assert_int_equal(r->nb_trials, 2);
	fake_run_free(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_sent_in_the_measuring_phase_is_counted_and_all_of_it),
		cmocka_unit_test(the_time_line_has_a_row_for_each_second_and_guest_and_they_add_up),
		cmocka_unit_test(a_trial_on_virtual_time_is_the_same_each_time),
		cmocka_unit_test(a_guest_that_goes_wrong_is_named_with_what_and_when),
		cmocka_unit_test(a_guest_that_does_not_answer_at_first_is_named_with_what_it_lacks),
		cmocka_unit_test(without_a_guest_that_answers_nothing_is_measured),
		cmocka_unit_test(a_stop_in_the_hello_measures_nothing),
		cmocka_unit_test(a_stop_while_it_is_measured_keeps_what_was_measured),
		cmocka_unit_test(lost_frames_are_waited_for_and_only_those),
		cmocka_unit_test(what_the_machine_did_is_the_first_reason),
		cmocka_unit_test(stolen_time_is_not_held_against_a_guest),
		cmocka_unit_test(a_guest_that_doubles_frames_in_the_trial_alone_is_named),
		cmocka_unit_test(each_trial_has_frames_of_its_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
