/* SPDX-License-Identifier: BSD-3-Clause */
/* One trial from its hello to its verdict, with guests that do as the test says, on virtual time. */
#include "tests/unit/traffic_check.h"

#include <stdatomic.h>

#include "sim/trial/measure.h"
#include "sim/trial/params.h"
#include "sim/trial/jsonl.h"
#include "tests/unit/fake_run.h"

/* Two guests of 64 bytes, 500 frames a second each. */
#define WORDS                                                                                    \
	"--interface=null", "--profile=fixed:64", "--guests=2", "--rate=1kpps", "--duration=4s", \
		"--warm-up=1s", "--drain=2s"
static const char *const words[] = { WORDS, NULL };
enum { FRAMES = 4000, EACH = FRAMES / 2 };

static _Atomic int interrupt;

/* That of a ramp, too. */
static uint64_t mean_pps(const struct options *o)
{
	double sum = 0;

	for (unsigned i = 0; i < o->nb_pps; i++)
		sum += o->pps[i];
	return (uint64_t)(sum / o->nb_pps);
}

static trial *measure_with(struct fake_run *r, struct fleet *fleet, GError **error)
{
	struct progress progress;
	struct clock_pair origin = { 0 };
	struct trial_params *p = params_new(&r->o, "", 1, mean_pps(&r->o), 0);
	const struct measure_cfg cfg = { .o = &r->o,
		.mix = r->o.traffic,
		.fabric = &r->fabric,
		.fleet = fleet,
		.share = { .step = 1 },
		.dir = "",
		.params = p,
		.progress = &progress,
		.jsonl = r->jsonl,
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

static void calls_of_a_trial_are_counted_per_guest_and_noted(void **state)
{
	struct fake_run *r = fake_run_new(words);
	g_autofree char *note = NULL;
	trial *t;

	(void)state;
	r->guest[1].calls = 1000;
	trial_free(measured(r)); /* its calls are not the next one's */
	t = measured(r);
	note = g_strdup_printf("note: guests use interrupts: 1000 calls, %.3g per frame",
		1000. / (double)t->cpu.frames);
	check_text("reasons", t->reasons->pdata[0], note);
	assert_true(t->trustworthy);
	assert_int_equal(t->guests[0].calls, 0);
	assert_int_equal(t->guests[1].calls, 1000);
	assert_int_equal(t->cpu.calls, 1000);
	trial_free(t);
	fake_run_free(r);
}

static const struct trial_second *second_at(const trial *t, guint i)
{
	return &g_array_index(t->seconds, struct trial_second, i);
}

/* The rows of all, and of each guest, are what the trial counted; the last one is the drain. */
static void check_sums(const char *what, const trial *t)
{
	struct trial_second sum = { 0 };
	struct trial_guest_second of_guest[2] = { 0 };
	guint nb = t->seconds->len;

	assert_int_equal(t->guest_seconds->len, 2 * nb);
	assert_int_equal(trial_sending_rows(t), nb - 1);
	for (guint i = 0; i < nb; i++) {
		const struct trial_second *s = second_at(t, i);

		if (i > 0 && s->time_s <= second_at(t, i - 1)->time_s)
			fail_msg("%s: row %u: time does not rise", what, i);
		assert_int_equal(s->drain, i + 1 == nb);
		sum.offered += s->offered;
		sum.forwarded += s->forwarded;
		sum.refused += s->refused;
	}
	for (guint i = 0; i < 2 * nb; i++) {
		const struct trial_guest_second *s = &g_array_index(
			t->guest_seconds, struct trial_guest_second, i);

		assert_int_equal(s->guest, i % 2);
		assert_true(s->time_s == second_at(t, i / 2)->time_s);
		of_guest[s->guest].offered += s->offered;
		of_guest[s->guest].forwarded += s->forwarded;
		of_guest[s->guest].latency_sum_ns += s->latency_sum_ns;
	}
	check_double(what, (double)sum.offered, (double)t->totals.offered, 0);
	check_double(what, (double)sum.forwarded, (double)t->totals.forwarded, 0);
	check_double(what, (double)sum.refused, (double)t->totals.refused, 0);
	for (uint32_t i = 0; i < 2; i++) {
		assert_int_equal(of_guest[i].offered, t->guests[i].c.offered);
		assert_int_equal(of_guest[i].forwarded, t->guests[i].c.forwarded);
		assert_int_equal(of_guest[i].latency_sum_ns, t->guests[i].latency.sum_ns);
	}
}

static void the_time_line_has_a_row_for_each_second_and_guest_and_they_add_up(void **state)
{
	struct fake_run *r = fake_run_new(words);
	g_autoptr(trial) t = measured(r);

	(void)state;
	check_sums("seconds", t);
	assert_int_equal(t->seconds->len, 4 + 1);
	for (guint i = 0; i < 4; i++) {
		check_double("time", second_at(t, i)->time_s, i + 1, 0.02);
		assert_in_range(second_at(t, i)->offered, 970, 1030);
		assert_in_range(second_at(t, i)->p50_ns, 4900, 5200);
	}
	assert_int_equal(second_at(t, 4)->offered, 0);
	fake_run_free(r);
}

static void frames_that_come_back_after_sending_are_in_the_row_of_the_drain(void **state)
{
	struct fake_run *r = fake_run_new(words);
	g_autoptr(trial) t = NULL;

	(void)state;
	r->hold_s = 3.5;
	r->let_go_s = 4.25;
	t = measured(r);
	check_sums("held", t);
	assert_int_equal(t->totals.forwarded, FRAMES);
	assert_int_equal(t->seconds->len, 4 + 1);
	assert_in_range(second_at(t, 3)->forwarded, 480, 520);
	assert_in_range(second_at(t, 4)->forwarded, 480, 520);
	assert_int_equal(second_at(t, 4)->offered, 0);
	assert_in_range(second_at(t, 4)->p50_ns, 450000000, 550000000);
	check_double("end", second_at(t, 4)->time_s, 4.25, 0.05);
	fake_run_free(r);
}

/* None of its frames counts, in the seconds that have been shown as little as at the end. */
static void rows_of_a_guest_that_is_not_believed_add_up(void **state)
{
	struct fake_run *r = fake_run_new(words);
	g_autoptr(trial) t = NULL;

	(void)state;
	r->guest[1] = (struct fake_guest){ .forges = TRUE, .extra = 1, .extra_from_s = 2.5 };
	t = measured(r);
	check_has("state", t->guests[1].state, "never sent");
	check_sums("forged", t);
	assert_int_equal(t->totals.forwarded, EACH);
	assert_in_range(second_at(t, 0)->forwarded, 480, 520);
	fake_run_free(r);
}

static void a_ramp_has_a_row_per_step_where_steps_are_shorter_than_a_second(void **state)
{
	static const struct {
		const char *ramp, *duration;
		guint rows;
		double row_s;
		const char *note; /* NULL: none */
	} cases[] = {
		{ "1kpps..10kpps:1kpps", "2s", 10, 0.2, NULL },
		{ "1kpps,2kpps", "3s", 3, 1, NULL }, /* steps of 1.5 s */
		{ "1kpps,2kpps", "2s", 2, 1, NULL },
		{ "1kpps..3kpps:1kpps", "2s", 3, 2.0 / 3, NULL },
		{ "10kpps..100kpps:10kpps", "20ms", 2, 0.01,
			"note: timeline: one row per 5 steps of the ramp" },
		{ "10kpps..100kpps:10kpps", "70ms", 5, 0.014,
			"note: timeline: one row per 2 steps of the ramp" },
		{ "10kpps,20kpps", "4ms", 1, 0.004,
			"note: timeline: one row per 2 steps of the ramp" },
	};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		const char *const ramp[] = { "--interface=null", "--profile=fixed:64", "--guests=2",
			"--warm-up=100ms", "--drain=100ms", "--ramp", cases[i].ramp, "--duration",
			cases[i].duration, NULL };
		struct fake_run *r = fake_run_new(ramp);
		g_autoptr(trial) t = measured(r);
		g_autofree char *reasons = all_reasons(t);
		uint64_t before = 0;

		check_sums(cases[i].ramp, t);
		assert_int_equal(t->seconds->len, cases[i].rows + 1);
		for (guint k = 0; k + 1 < cases[i].rows; k++) {
			check_double(cases[i].ramp, second_at(t, k)->time_s,
				(k + 1) * cases[i].row_s, 0.001);
			assert_true(second_at(t, k)->offered > before);
			before = second_at(t, k)->offered;
		}
		if (cases[i].note == NULL)
			check_text(cases[i].ramp, reasons, "");
		else
			check_has(cases[i].ramp, reasons, cases[i].note);
		fake_run_free(r);
	}
}

/* Of a file of lines of JSON, the member of the n-th object. */
static JsonObject *line_of(char **lines, guint n)
{
	g_autoptr(JsonNode) node = json_from_string(lines[n], NULL);

	if (node == NULL || !JSON_NODE_HOLDS_OBJECT(node))
		fail_msg("line %u is no object: %s", n, lines[n]);
	return json_object_ref(json_node_get_object(node));
}

static void the_worst_guest_of_each_second_is_shown(void **state)
{
	static const gint64 worst[] = { 0, 1, 1, 1 }; /* equal at first: the lower number */
	struct fake_run *r = fake_run_new(words);
	g_autoptr(trial) t = NULL;
	g_auto(GStrv) lines = NULL;
	char text[4096] = "";
	gint64 offered = 0;
	FILE *to = tmpfile();

	(void)state;
	assert_non_null(to);
	r->jsonl = jsonl_new(to);
	r->guest[1].mute_from_s = 1.5;
	t = measured(r);
	jsonl_free(r->jsonl);
	rewind(to);
	assert_true(fread(text, 1, sizeof(text) - 1, to) > 0);
	fclose(to);
	lines = g_strsplit(g_strchomp(text), "\n", -1);
	assert_int_equal(g_strv_length(lines), 4);
	for (guint i = 0; i < 4; i++) {
		g_autoptr(JsonObject) line = line_of(lines, i);
		JsonObject *total = json_object_get_object_member(line, "total");
		JsonObject *guest = json_object_get_object_member(line, "worst");

		offered += json_object_get_int_member(line, "offered");
		assert_int_equal(json_object_get_int_member(total, "offered"), offered);
		assert_int_equal(json_object_get_int_member(guest, "guest"), worst[i]);
		check_text("interface", json_object_get_string_member(guest, "interface"), "null");
		check_text("state", json_object_get_string_member(guest, "state"), "ok");
		if (i == 3) {
			assert_in_range(json_object_get_int_member(guest, "forwarded"), 740, 760);
			assert_in_range(json_object_get_int_member(guest, "mean_ns"), 4900, 5200);
		}
	}
	assert_int_equal(offered, FRAMES);
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
			"disconnected from 1.2 s to 1.3 s" },
		{ "away in the warm-up", { .away_s = -0.5, .back_s = -0.4 }, FALSE,
			"disconnected in the warm-up" },
		{ "away to the end", { .away_s = 1.2, .back_s = 99 }, FALSE,
			"disconnected at 1.2 s" },
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
		if (waited_s < cases[i].waited_s - 0.01 || waited_s > cases[i].waited_s + 1)
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
		check_sums("stopped", t);
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
		check_sums(cases[i].what, t);
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
		cmocka_unit_test(calls_of_a_trial_are_counted_per_guest_and_noted),
		cmocka_unit_test(the_time_line_has_a_row_for_each_second_and_guest_and_they_add_up),
		cmocka_unit_test(frames_that_come_back_after_sending_are_in_the_row_of_the_drain),
		cmocka_unit_test(rows_of_a_guest_that_is_not_believed_add_up),
		cmocka_unit_test(a_ramp_has_a_row_per_step_where_steps_are_shorter_than_a_second),
		cmocka_unit_test(the_worst_guest_of_each_second_is_shown),
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
