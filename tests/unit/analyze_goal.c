/* SPDX-License-Identifier: BSD-3-Clause */
/* Goals of a search: what is parsed and refused, presets, and how made-up trials do by them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <math.h>

#include "analyze/verdict/goal.h"
#include "tests/unit/fake_trial.h"

static GPtrArray *parse_one(const char *text, const char *preset)
{
	const char *texts[] = { text, NULL };
	g_autoptr(GError) error = NULL;
	GPtrArray *goals = goals_parse("--goal", texts, preset, &error);

	if (goals == NULL || goals->len != 1)
		fail_msg("%s: %s", text, error != NULL ? error->message : "several goals");
	return goals;
}

static void goals_have_one_full_text(void **state)
{
	static const struct {
		const char *text, *preset, *full;
		const char *name; /* NULL: text */
	} cases[] = {
		{ "loss=0", "quick", "loss=0,initial=1s,final=1s,sum=5s,exceed=50%,width=2%",
			NULL },
		{ "PDR,width=1%", "quick",
			"loss=0.5%,initial=1s,final=1s,sum=5s,exceed=50%,width=1%", "PDR" },
		{ "loss=0.1%,p99=500us@every-guest", "csit",
			"loss=0.1%,p99=500us@every-guest,initial=1s,final=1s,sum=21s,exceed=50%,"
			"width=0.5%",
			NULL },
		{ " p99.9=1.5ms , loss=0.001@group=web ", "rfc2544",
			"loss=0.1%@group=web,p99.9=1500us,initial=1s,final=60s,sum=60s,exceed=0,"
			"width=0.5%",
			"p99.9=1.5ms,loss=0.001@group=web" },
		{ "max=2s@guest=3,p50=10us@size=64", "tst009",
			"loss=0,max=2s@guest=3,p50=10us@size=64,initial=60s,final=60s,sum=120s,"
			"exceed=50%,width=0.5%",
			NULL },
		{ "jain=0.99", "quick", "jain=0.99,initial=1s,final=1s,sum=5s,exceed=50%,width=2%",
			NULL },
		{ "min-share=90%", "quick",
			"min-share=0.9,initial=1s,final=1s,sum=5s,exceed=50%,width=2%", NULL },
		{ "loss=0,final=100ms", "quick",
			"loss=0,initial=0.1s,final=0.1s,sum=5s,exceed=50%,width=2%", "loss=0" },
		{ "loss=0,initial=2s", "quick",
			"loss=0,initial=2s,final=2s,sum=5s,exceed=50%,width=2%", "loss=0" },
		{ "loss=0,final=30s", "quick",
			"loss=0,initial=1s,final=30s,sum=30s,exceed=50%,width=2%", "loss=0" },
		{ "loss=0,initial=1s,final=2s,sum=6s,exceed=0.25,width=1%", "rfc2544",
			"loss=0,initial=1s,final=2s,sum=6s,exceed=25%,width=1%", "loss=0" },
		{ "width=1%", "quick", "loss=0,initial=1s,final=1s,sum=5s,exceed=50%,width=1%",
			"loss=0" },
	};

	(void)state;
	for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(GPtrArray) goals = parse_one(cases[i].text, cases[i].preset);
		const struct goal *g = g_ptr_array_index(goals, 0);
		g_autoptr(GPtrArray) again = NULL;

		assert_string_equal(g->text, cases[i].full);
		assert_string_equal(g->name, cases[i].name == NULL ? cases[i].text : cases[i].name);
		again = parse_one(g->text, "quick");
		assert_string_equal(((struct goal *)g_ptr_array_index(again, 0))->text, g->text);
	}
}

static void presets_have_their_goals(void **state)
{
	static const char *const texts[] = {
		"loss=0,initial=1s,final=1s,sum=5s,exceed=50%,width=2%",
		"loss=0,initial=1s,final=1s,sum=21s,exceed=50%,width=0.5%",
		"loss=0,initial=1s,final=60s,sum=60s,exceed=0,width=0.5%",
		"loss=0,initial=60s,final=60s,sum=120s,exceed=50%,width=0.5%"
	};

	(void)state;
	assert_string_equal(goal_presets[0], "quick");
	for (guint i = 0; goal_presets[i] != NULL; i++) {
		g_autoptr(GPtrArray) goals = goals_parse("", NULL, goal_presets[i], NULL);
		const struct goal *ndr, *pdr;

		assert_non_null(goals);
		assert_int_equal(goals->len, i < 2 ? 2 : 1);
		ndr = g_ptr_array_index(goals, 0);
		assert_string_equal(ndr->name, "NDR");
		assert_string_equal(ndr->text, texts[i]);
		assert_true(goal_is_of_loss(ndr) && goal_loss(ndr) <= 0);
		if (goals->len == 1)
			continue;
		pdr = g_ptr_array_index(goals, 1);
		assert_string_equal(pdr->name, "PDR");
		assert_true(goal_is_of_loss(pdr));
		assert_float_equal(goal_loss(pdr), 0.005, 0);
	}
}

/* Else a search could be made, and not be stored. */
static void goals_are_as_many_as_a_file_holds(void **state)
{
	const char *texts[SEARCH_GOALS_MAX + 2] = { NULL };
	char text[SEARCH_GOALS_MAX + 1][16];
	g_autoptr(GError) error = NULL;
	g_autoptr(GPtrArray) most = NULL;

	(void)state;
	for (int i = 0; i <= SEARCH_GOALS_MAX; i++) {
		(void)g_snprintf(text[i], sizeof(text[i]), "loss=%d%%", i);
		texts[i] = text[i];
	}
	assert_null(goals_parse("--goal", texts, "quick", &error));
	assert_non_null(strstr(error->message, "--goal: more than 64 goals"));
	texts[SEARCH_GOALS_MAX] = NULL;
	most = goals_parse("--goal", texts, "quick", NULL);
	assert_non_null(most);
}

static void goals_that_make_no_sense_are_refused(void **state)
{
	static const struct {
		const char *text, *error;
	} cases[] = {
		{ "", "--goal: unknown word ''; expected loss, p50" },
		{ "los=0", "--goal: unknown word 'los' (did you mean 'loss'?); expected" },
		{ "loss", "--goal: 'loss' requires a value, such as loss=0.1%" },
		{ "p99", "--goal: 'p99' requires a value, such as p99=500us" },
		{ "loss=", "invalid loss '': expected a share from 0 to below 1, such as" },
		{ "loss=100%", "invalid loss '100%'" },
		{ "loss=-1%", "invalid loss '-1%'" },
		{ "loss=0.1 percent", "invalid loss '0.1 percent'" },
		{ "jain=0", "invalid jain '0': expected a share above 0, at most 1" },
		{ "min-share=1.1", "invalid min-share '1.1'" },
		{ "jain=0.9@guest=1", "'jain' cannot have a scope" },
		{ "p100=1ms", "invalid percentile 'p100'" },
		{ "p0=1ms", "invalid percentile 'p0'" },
		{ "p99=500", "invalid p99 '500': unit missing (ns, us, ms, s, min, h)" },
		{ "p99=-1us", "invalid p99 '-1us': negative" },
		{ "p99=2h", "invalid p99 '2h': above 1h" },
		{ "p99=1ms@every", "unknown scope '@every' (did you mean '@every-guest'?)" },
		{ "p99=1ms@gest=3", "unknown scope '@gest=3' (did you mean '@guest'?)" },
		{ "p99=1ms@", "unknown scope '@'" },
		{ "p99=1ms@group=", "unknown scope '@group='" },
		{ "p99=1ms@guest", "invalid scope '@guest': expected a number, such as @guest=3" },
		{ "p99=1ms@size=64k", "invalid scope '@size=64k': expected a number, such as" },
		{ "loss=0,loss=0.1%", "'loss=0.1%' given twice" },
		{ "p99=1ms@guest=1,p99=2ms@guest=1", "'p99=2ms@guest=1' given twice" },
		{ "loss=0,final=1s,final=2s", "'final' given twice" },
		{ "final=1", "invalid final '1': unit missing" },
		{ "final=0s", "invalid final '0s': below 1ms" },
		{ "initial=2s,final=1s", "initial duration 2 s is above the final one, 1 s" },
		{ "final=5s,sum=2s", "duration sum 2 s is below the final trial duration, 5 s" },
		{ "exceed=100%", "invalid exceed '100%'" },
		{ "width=0", "invalid width '0': expected a share above 0 and below 1" },
		{ "loss=0,,p99=1ms", "unknown word ''" },
	};
	const char *twice[] = { "loss=0", "loss=0%,final=1s", NULL };
	g_autoptr(GError) error = NULL;

	(void)state;
	for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
		const char *texts[] = { cases[i].text, NULL };
		g_autoptr(GError) why = NULL;

		assert_null(goals_parse("--goal", texts, "quick", &why));
		if (strstr(why->message, cases[i].error) == NULL ||
			!g_str_has_prefix(why->message, "--goal: "))
			fail_msg("%s: %s", cases[i].text, why->message);
	}
	assert_null(goals_parse("--goal", twice, "quick", &error));
	assert_non_null(strstr(error->message, "'loss=0%,final=1s' given twice"));
	g_clear_error(&error);
	assert_null(goals_parse("--preset", NULL, "cist", &error));
	assert_string_equal(
		error->message, "--preset: unknown preset 'cist' (did you mean 'csit'?)");
}

static void what_a_goal_names_has_to_be_there(void **state)
{
	static const char *const groups[] = { "web", "db", NULL }, *const none[] = { NULL };
	static const struct goal_class classes[] = { { 64, 64 }, { 65, 594 } };
	const struct goal_scene scene = { 4, groups, classes, 2 }, bare = { 1, none, classes, 2 };
	static const struct {
		const char *text, *error;
	} cases[] = {
		{ "p99=1ms@guest=3,loss=0@group=db,p50=1ms@size=64,max=1s@size=300", NULL },
		{ "p99=1ms@guest=4",
			"goal 'p99=1ms@guest=4': guest 4 not found; guests are 0 to 3" },
		{ "p99=1ms@group=wep",
			"group 'wep' not found (did you mean 'web'?); groups: web, db" },
		{ "p99=1ms@size=1518", "no frames of 1518 bytes; frame lengths are 64, 65-594" },
	};
	g_autoptr(GPtrArray) goals = parse_one("loss=0@group=web", "quick");
	g_autoptr(GError) error = NULL;

	(void)state;
	for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(GPtrArray) one = parse_one(cases[i].text, "quick");
		g_autoptr(GError) why = NULL;
		gboolean fits = goal_fits(g_ptr_array_index(one, 0), &scene, &why);

		assert_int_equal(fits, cases[i].error == NULL);
		if (why != NULL && cases[i].error != NULL &&
			strstr(why->message, cases[i].error) == NULL)
			fail_msg("%s", why->message);
	}
	assert_false(goal_fits(g_ptr_array_index(goals, 0), &bare, &error));
	assert_non_null(strstr(error->message, "groups require --mix"));
}

static double share_of(const struct goal_bound *b, void *arg)
{
	(void)arg;
	return b->scope == GOAL_EVERY_GUEST ? 0.25 : b->scope == GOAL_SIZE ? 0.1 : 1;
}

static void percentiles_take_frames(void **state)
{
	static const struct {
		const char *text;
		double frames; /* of all, without the room for chance */
	} cases[] = {
		{ "loss=0,jain=0.9", 0 },
		{ "p50=1ms", 20 },
		{ "p99=1ms", 1000 },
		{ "p99.9=1ms", 10000 },
		{ "max=1ms", 10000 },
		{ "p99=1ms@every-guest", 4000 },
		{ "p99=1ms@every-guest,p90=1ms", 4000 },
		{ "p99=1ms,p99=2ms@size=64", 10000 },
	};

	(void)state;
	for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(GPtrArray) goals = parse_one(cases[i].text, "quick");
		double s = goal_needs_s(g_ptr_array_index(goals, 0), 1000, share_of, NULL);

		if (s * 1000 < cases[i].frames || s * 1000 > cases[i].frames * 2)
			fail_msg("%s: %g s", cases[i].text, s);
	}
}

static void the_hint_is_what_all_frames_may_lose(void **state)
{
	static const struct {
		const char *text;
		double loss;
	} cases[] = { { "p99=1ms", 0 }, { "loss=1%", 0.01 },
		{ "loss=1%,loss=0.1%@every-guest", 0.001 }, { "loss=1%@guest=3", 0 },
		{ "min-share=0.9", 0.1 }, { "jain=0.9", 0 } };

	(void)state;
	for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(GPtrArray) goals = parse_one(cases[i].text, "quick");

		assert_float_equal(goal_loss(g_ptr_array_index(goals, 0)), cases[i].loss, 1e-9);
	}
}

/* Two size classes of three guests, 2000 frames each; latencies of 10 us, those of guest 2 of 100 us. */
static trial *made_trial(void)
{
	static const uint32_t nb_sizes[] = { 2, 2, 2 };
	trial *t = trial_new();

	trial_set_guests(t, 3, nb_sizes);
	t->params.interface = g_strdup("vhost-user");
	t->params.guests = 3;
	for (uint32_t i = 0; i < 3; i++) {
		struct trial_guest *g = &t->guests[i];

		g->group = g_strdup(i == 2 ? "slow" : "fast");
		g->interface = g_strdup("vhost-user");
		for (uint32_t j = 0; j < 2; j++) {
			g->sizes[j].frame_len_lo = g->sizes[j].frame_len_hi = j == 0 ? 64 : 1518;
			g->sizes[j].c.intended = 2000;
		}
	}
	return t;
}

static void fill_size(
	struct trial_size *s, uint64_t ns, uint64_t lost, uint64_t slow, uint64_t slow_ns)
{
	hist *h = s->c.intended > lost ? hist_new() : NULL;

	s->c.offered = s->c.intended;
	s->c.lost = lost;
	s->c.forwarded = s->c.offered - lost;
	s->c.offered_bytes = s->c.offered * s->frame_len_lo;
	s->c.forwarded_bytes = s->c.forwarded * s->frame_len_lo;
	if (h != NULL) {
		hist_record_many(h, ns, s->c.forwarded - slow);
		if (slow > 0)
			hist_record_many(h, slow_ns, slow);
	}
	trial_dist_set(&s->response, h, lost, 2000000000);
	h = s->c.forwarded > 0 ? hist_new() : NULL;
	if (h != NULL)
		hist_record_many(h, 1, s->c.forwarded);
	trial_dist_set(&s->latency, h, lost, 2000000000);
}

static void fill_guest(trial *t, uint32_t guest, uint64_t ns, uint64_t lost)
{
	for (uint32_t j = 0; j < 2; j++)
		fill_size(&t->guests[guest].sizes[j], ns, j == 0 ? lost : 0, 0, 0);
}

/* How the trial does by a goal; value: NAN where it has none. */
static void assert_mark(const trial *t, const char *text, const char *why, double value_ns)
{
	g_autoptr(GPtrArray) goals = parse_one(text, "quick");
	struct search_mark mark;

	goal_judge(g_ptr_array_index(goals, 0), t, &mark);
	if (strcmp(mark.why, why) != 0)
		fail_msg("%s: '%s', expected '%s'", text, mark.why, why);
	assert_int_equal(mark.met, *why == '\0');
	if (isnan(value_ns) != isnan(mark.value_ns) ||
		fabs(value_ns - mark.value_ns) > 0.001 * value_ns)
		fail_msg("%s: %g ns, expected %g ns", text, mark.value_ns, value_ns);
	g_free(mark.why);
}

static void balance_trial(trial *t)
{
	g_autoptr(GError) error = NULL;

	if (!trial_balance(t, &error))
		fail_msg("%s", error->message);
}

/* Guest 0: clean; guest 1: 40 of its 2000 short frames lost; guest 2: ten times as slow. */
static trial *uneven_trial(void)
{
	trial *t = made_trial();

	fill_guest(t, 0, 10000, 0);
	fill_guest(t, 1, 10000, 40);
	fill_guest(t, 2, 100000, 0);
	balance_trial(t);
	return t;
}

static void loss_is_judged_in_its_scope(void **state)
{
	g_autoptr(trial) t = uneven_trial();

	(void)state;
	assert_mark(t, "loss=0", "loss 0.333 %, limit 0 %", NAN);
	assert_mark(t, "loss=0.34%", "", NAN);
	assert_mark(t, "loss=0.3333%", "loss 0.333333 %, limit 0.333 %", NAN);
	assert_mark(t, "loss=0.5%@every-guest", "loss of guest 1: 1 %, limit 0.5 %", NAN);
	assert_mark(t, "loss=1%@every-guest", "", NAN);
	assert_mark(t, "loss=0@guest=0", "", NAN);
	assert_mark(t, "loss=0@guest=1", "loss of guest 1: 1 %, limit 0 %", NAN);
	assert_mark(t, "loss=0@group=slow", "", NAN);
	assert_mark(t, "loss=0@group=fast", "loss of group fast: 0.5 %, limit 0 %", NAN);
	assert_mark(t, "loss=0@size=1518", "", NAN);
	assert_mark(t, "loss=0@size=64", "loss of 64-byte frames: 0.667 %, limit 0 %", NAN);
}

static void latency_is_judged_in_its_scope(void **state)
{
	g_autoptr(trial) t = uneven_trial();

	(void)state;
	assert_mark(t, "loss=50%,p50=10.1us", "", 10000);
	assert_mark(t, "loss=50%,p50=9us", "p50 10 µs, limit 9 µs", 10000);
	assert_mark(t, "loss=50%,p99=101us", "", 100000);
	assert_mark(t, "loss=50%,p99=50us", "p99 100 µs, limit 50 µs", 100000);
	assert_mark(
		t, "loss=50%,p90=50us@every-guest", "p90 of guest 2: 100 µs, limit 50 µs", 100000);
	assert_mark(t, "loss=50%,p99=50us@group=slow", "p99 of group slow: 100 µs, limit 50 µs",
		100000);
	assert_mark(t, "loss=50%,p99=50us@group=fast", "", 10000);
	assert_mark(t, "loss=50%,p99=50us@guest=0", "", 10000);
	assert_mark(t, "loss=50%,p50=50us@size=64", "", 10000);
	assert_mark(t, "loss=50%,p90=50us@size=1518",
		"p90 of 1518-byte frames: 100 µs, limit 50 µs", 100000);
	/* The first bound is what is missed, and whose value is kept. */
	assert_mark(t, "loss=0,p50=1us,p90=1us", "loss 0.333 %, limit 0 %", 10000);
}

static void lost_frames_count_as_late(void **state)
{
	g_autoptr(trial) t = uneven_trial();

	(void)state;
	/* 40 of guest 1's 4000 frames: just not within its p99, but within its p99.5. */
	assert_mark(t, "loss=50%,p99=50us@guest=1", "", 10000);
	assert_mark(t, "loss=50%,p99.5=50us@guest=1",
		"p99.5 of guest 1: among the lost frames, limit 50 µs", NAN);
	assert_mark(t, "loss=50%,p99.5=1min@every-guest",
		"p99.5 of guest 1: among the lost frames, limit 60 s", NAN);
	assert_mark(t, "loss=50%,max=1min", "max: among the lost frames, limit 60 s", NAN);
}

static void latency_is_from_the_scheduled_departure(void **state)
{
	g_autoptr(trial) t = made_trial();

	(void)state;
	for (uint32_t i = 0; i < 3; i++)
		fill_guest(t, i, 10000, 0);
	fill_size(&t->guests[1].sizes[1], 10000, 0, 1, 700000);
	balance_trial(t);
	assert_mark(t, "max=700us", "", 700000);
	assert_mark(t, "max=600us", "max 700 µs, limit 600 µs", 700000);
	assert_true(t->latency.max_ns == 1);
}

static void percentiles_of_too_few_frames_are_a_miss(void **state)
{
	g_autoptr(trial) t = uneven_trial();

	(void)state;
	assert_mark(t, "loss=50%,p99.9=1s@guest=0",
		"p99.9 of guest 0: too few frames (4000 of 10000)", NAN);
	assert_mark(t, "loss=50%,p99.9=1s", "p99.9: among the lost frames, limit 1 s", NAN);
	assert_mark(t, "loss=50%,p99=1ms@group=nobody",
		"p99 of group nobody: no frames were offered, limit 1 ms", NAN);
	assert_mark(t, "loss=0@group=nobody",
		"loss of group nobody: no frames were offered, limit 0 %", NAN);
}

static void fairness_names_the_worst_guest(void **state)
{
	g_autoptr(trial) t = made_trial();

	(void)state;
	for (uint32_t j = 0; j < 2; j++)
		t->guests[0].sizes[j].c.intended = 0; /* has no part in it */
	fill_guest(t, 0, 10000, 0);
	fill_guest(t, 1, 10000, 2000);
	fill_guest(t, 2, 10000, 0);
	balance_trial(t);
	assert_mark(t, "min-share=0.5", "", NAN);
	assert_mark(t, "min-share=0.9", "min-share of guest 1: 0.5, limit 0.9", NAN);
	assert_mark(t, "jain=0.9", "", NAN); /* 1.5^2 / (2 * 1.25) */
	assert_mark(t, "jain=0.95", "jain 0.9, limit 0.95", NAN);
	assert_mark(t, "loss=50%,p99=20us@every-guest",
		"p99 of guest 1: among the lost frames, limit 20 µs", NAN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(goals_have_one_full_text),
		cmocka_unit_test(presets_have_their_goals),
		cmocka_unit_test(goals_that_make_no_sense_are_refused),
		cmocka_unit_test(goals_are_as_many_as_a_file_holds),
		cmocka_unit_test(what_a_goal_names_has_to_be_there),
		cmocka_unit_test(percentiles_take_frames),
		cmocka_unit_test(the_hint_is_what_all_frames_may_lose),
		cmocka_unit_test(loss_is_judged_in_its_scope),
		cmocka_unit_test(latency_is_judged_in_its_scope),
		cmocka_unit_test(lost_frames_count_as_late),
		cmocka_unit_test(latency_is_from_the_scheduled_departure),
		cmocka_unit_test(percentiles_of_too_few_frames_are_a_miss),
		cmocka_unit_test(fairness_names_the_worst_guest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
