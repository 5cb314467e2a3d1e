/* SPDX-License-Identifier: BSD-3-Clause */
#include "sim/search/search_options.h"

#include <math.h>
#include <string.h>

#include "analyze/base/text.h"
#include "analyze/numbers/numbers.h"
#include "sim/base/error.h"
#include "sim/trial/options_table.h"
#include "traffic/rate.h"

#define ROW(type, member, ...) OPTION_ROW(type, struct search_options, member, __VA_ARGS__)

/* Frames that were lost are waited for after each of many short trials; RFC 2544 section 23 has 2 s. */
enum { FIRST_OF_60_S = 2, SHORT_DRAIN_NS = 500000000, RFC2544_DRAIN_NS = 2000000000 };
enum { BURSTS_RFC = 50, BURSTS = 5 }; /* RFC 2544, section 26.4: at least 50 */

static const char *const formats[] = { "text", "csv", "json", NULL };

static const char *const suites[] = { "rfc2544", NULL };

const struct option_row search_options_rows[] = {
	OPTION_GROUP("Search"),
	ROW(TEXTS, goal_texts, "goal", 0, "GOAL",
		"Goal, such as loss=0.1%,p99=500us@every-guest (default "
		"those of the preset: NDR loss=0; quick and csit also PDR loss=0.5%)",
		OPTION_WORDS("loss=0", "loss=0.1%", "loss=0,p99=500us",
			"loss=0,p99=500us@every-guest", "loss=0,min-share=0.9",
			"loss=0,jain=0.99")),
	ROW(WORD, preset, "preset", 0, "PRESET", "Durations and precision of goals",
		.preset = "quick", .words = goal_presets),
	ROW(TEXT, max_load, "max-load", 0, "RATE",
		"Highest load: 5Mpps, 10Gbit/s, 100% (of --link) (default --link, else what the "
		"generator sends at rate max)"),
	ROW(TEXT, min_load, "min-load", 0, "RATE",
		"Lowest load (default 1% of the highest, or up to 10% where trials would have "
		"fewer than 10,000 frames)"),
	ROW(INT, retries, "retries", 0, "N",
		"Retries of a trial that the generator spoiled or in which a guest died",
		.preset = "2", .min = 0, .max = 100),
	ROW(TEXT, latency_at, "latency-at", 0, "PERCENT,...",
		"Loads for measuring latency, in percent of each limit found: 10,50,90 (default "
		"none)"),
	ROW(CHOICE, suite, "suite", 0, "SUITE",
		"Benchmarks of RFC 2544 for each frame length of --profile: throughput, latency at "
		"it, frame loss rate, back-to-back frames",
		.words = suites),
	ROW(INT, bursts, "bursts", 0, "N",
		"Tests of back-to-back frames per frame length, with --suite (default 50 with "
		"--preset rfc2544, else 5)",
		.min = 1, .max = 10000),
	ROW(SWITCH, print_goals, "print-goals", 0, NULL, "Print all goals in full and stop",
		.flags = OPTION_NO_KEY),
	OPTIONS_FRAMES_ROWS,
	OPTIONS_DEPARTURE_ROWS,
	OPTIONS_TESTBED_ROWS,
	OPTION_GROUP("Trials"),
	ROW(TIME, run.warm_up_ns, "warm-up", 0, "TIME",
		"Length of the warm-up of each trial, whose frames are not counted",
		.preset = "100ms", .min = 0, .max = OPTIONS_HOUR_S),
	ROW(TIME, run.drain_ns, "drain", 0, "TIME",
		"Wait for outstanding frames after each trial (default 500ms for quick and csit, "
		"else 2s)",
		.min = 0, .max = OPTIONS_HOUR_S),
	OPTIONS_WAIT_ROWS,
	ROW(INT, run.reps, "reps", 'n', "N", "Repetitions of the search, each with another seed",
		.preset = "1", .min = 1, .max = 10000),
	ROW(INT, run.rep, "rep", 0, "N", "Number of the only repetition to measure", .min = 0,
		.max = 9999),
	OPTION_GROUP("Output"),
	OPTIONS_RESULT_ROWS,
	ROW(WORD, run.format, "format", 'f', "FORMAT", "Output format", .preset = "text",
		.words = formats),
	OPTIONS_TALK_ROWS,
	{ 0 },
};

/* How many pps a load is for these frames; max is 0. where names the option. */
static gboolean load_of(
	const char *where, const char *text, const struct options *o, double *pps, GError **error)
{
	double mean = mix_mean_frame_len(o->traffic);
	struct rate rate;

	if (!rate_parse(where, text, &rate, error))
		return FALSE;
	if (!rate_to_pps(&rate, mean, o->link_bps, pps, error)) {
		g_prefix_error(error, "%s: ", where);
		return FALSE;
	}
	/* The link caps what is sent: a load above it would not be offered. */
	if (o->link_bps > 0 && (rate.kind == RATE_MAX || *pps > rate_line_pps(o->link_bps, mean)))
		*pps = rate_line_pps(o->link_bps, mean);
	return rate.kind == RATE_MAX || *pps >= 2 ||
	       sim_fail(error, SIM_ERROR_USAGE, "%s: '%s' is below 2 frames per second", where,
		       text);
}

gboolean search_options_set_loads(struct search_options *o, GError **error)
{
	const char *max = o->max_load == NULL ? "max" : o->max_load;

	if (!load_of("--max-load", max, &o->run, &o->max_pps, error) ||
		(o->min_load != NULL &&
			!load_of("--min-load", o->min_load, &o->run, &o->min_pps, error)))
		return FALSE;
	if (o->min_load != NULL && o->min_pps == 0)
		return sim_fail(error, SIM_ERROR_USAGE, "--min-load: expected a rate, not 'max'");
	return o->max_pps == 0 || ceil(o->min_pps) < floor(o->max_pps) ||
	       sim_fail(error, SIM_ERROR_USAGE,
		       "--min-load: expected less than the highest load; lower it, or raise "
		       "--max-load");
}

static gboolean check_latency_at(struct search_options *o, GError **error)
{
	g_auto(GStrv) words = o->latency_at == NULL ? NULL : g_strsplit(o->latency_at, ",", -1);

	o->latency_at_ = g_array_new(FALSE, FALSE, sizeof(double));
	for (char **word = words; word != NULL && *word != NULL; word++) {
		size_t len = strlen(*word);
		double percent;

		if (len > 0 && (*word)[len - 1] == '%')
			(*word)[len - 1] = '\0';
		if (!text_number(*word, &percent) || percent <= 0 || percent > 100)
			return sim_fail(error, SIM_ERROR_USAGE,
				"--latency-at: expected percentages above 0 up to 100, such as "
				"10,50,90, got '%s'",
				text_quote(o->latency_at).text);
		percent /= 100;
		g_array_append_val(o->latency_at_, percent);
	}
	return TRUE;
}

/* Size classes of all profiles, and the groups. */
static gboolean check_scene(const struct search_options *o, GError **error)
{
	const mix *m = o->run.traffic;
	g_autoptr(GArray) classes = g_array_new(FALSE, FALSE, sizeof(struct goal_class));
	g_autoptr(GPtrArray) groups = g_ptr_array_new();
	struct goal_scene scene = { .nb_guests = m->nb_guests };

	for (guint i = 0; i < m->profiles->len; i++) {
		const profile *p = g_ptr_array_index(m->profiles, i);

		for (uint32_t k = 0; k < p->nb_classes; k++) {
			struct goal_class class = { p->classes[k].frame_len_lo,
				p->classes[k].frame_len_hi };

			g_array_append_val(classes, class);
		}
	}
	for (uint32_t i = 0; i < m->nb_groups; i++)
		g_ptr_array_add(groups, (gpointer)(uintptr_t)m->groups[i]);
	g_ptr_array_add(groups, NULL);
	scene.groups = (const char *const *)groups->pdata;
	scene.classes = (const struct goal_class *)(const void *)classes->data;
	scene.nb_classes = classes->len;
	for (guint i = 0; i < o->goals->len; i++)
		if (!goal_fits(g_ptr_array_index(o->goals, i), &scene, error)) {
			g_prefix_error(error, "--goal: ");
			return FALSE;
		}
	return TRUE;
}

/* What never comes back cannot be lost. */
static gboolean check_ways(const struct options *o, GError **error)
{
	for (uint32_t i = 0; !o->on_lab && i < o->traffic->nb_guests; i++)
		if (trial_interface_is_one_way(o->interfaces[i]))
			return sim_fail(error, SIM_ERROR_USAGE,
				"--interface %s: no frame comes back from it; search requires an "
				"interface whose guests reflect",
				o->interfaces[i]);
	return TRUE;
}

/* Several stand side by side in a config file, separated by blanks. */
static char **split_goals(char **texts)
{
	g_autofree char *all = texts == NULL ? NULL : g_strjoinv(" ", texts);
	g_auto(GStrv) words = all == NULL ? NULL : g_strsplit_set(all, " \t\n", -1);
	g_autoptr(GStrvBuilder) found = g_strv_builder_new();

	for (char **word = words; word != NULL && *word != NULL; word++)
		if (**word != '\0')
			g_strv_builder_add(found, *word);
	return g_strv_builder_end(found);
}

static gboolean check_lengths(struct search_options *o, GError **error)
{
	const profile *p = g_ptr_array_index(o->run.traffic->profiles, 0);

	if (o->run.mix != NULL || p->mode == PROFILE_TRACE || profile_has_ranges(p))
		return sim_fail(error, SIM_ERROR_USAGE,
			"--suite rfc2544: requires a profile of single frame lengths, such as "
			"--profile rfc2544 or fixed:64");
	o->lengths = g_array_new(FALSE, FALSE, sizeof(uint32_t));
	for (uint32_t i = 0; i < p->nb_classes; i++)
		g_array_append_val(o->lengths, p->classes[i].frame_len_lo);
	g_array_sort(o->lengths, numbers_compare_u32);
	for (guint i = o->lengths->len - 1; i > 0; i--)
		if (g_array_index(o->lengths, uint32_t, i) ==
			g_array_index(o->lengths, uint32_t, i - 1))
			g_array_remove_index(o->lengths, i);
	return TRUE;
}

/* Throughput is that of a goal without other bounds; a burst has its frames back to back. */
static gboolean check_suite(struct search_options *o, GError **error)
{
	if (o->suite == NULL)
		return o->bursts == 0 ||
		       sim_fail(error, SIM_ERROR_USAGE, "--bursts: requires --suite rfc2544");
	if (o->bursts == 0)
		o->bursts = g_str_equal(goal_presets[o->preset], "rfc2544") ? BURSTS_RFC : BURSTS;
	if (!goal_is_of_loss(g_ptr_array_index(o->goals, 0)))
		return sim_fail(error, SIM_ERROR_USAGE,
			"--suite rfc2544: the first --goal is that of throughput; expected a loss "
			"alone, such as loss=0");
	if (!g_str_equal(o->run.arrival, "cbr"))
		return sim_fail(error, SIM_ERROR_USAGE,
			"--suite rfc2544: requires --arrival cbr: equal gaps between frames");
	return check_lengths(o, error);
}

static gboolean check_search(struct options *run, GError **error)
{
	struct search_options *o = (struct search_options *)(void *)run;
	g_auto(GStrv) texts = split_goals(o->goal_texts);

	option_finish(search_options_rows, o);
	if (texts[0] == NULL && o->goal_texts != NULL && o->goal_texts[0] != NULL)
		return sim_fail(error, SIM_ERROR_USAGE,
			"--goal: empty value; expected a goal, such as loss=0.1%%");
	if (run->drain_ns == UINT64_MAX)
		run->drain_ns = o->preset < FIRST_OF_60_S ? SHORT_DRAIN_NS : RFC2544_DRAIN_NS;
	o->goals = goals_parse(
		"--goal", (const char *const *)texts, goal_presets[o->preset], error);
	return o->goals != NULL && check_ways(run, error) && search_options_set_loads(o, error) &&
	       check_latency_at(o, error) && check_scene(o, error) && check_suite(o, error);
}

static void clear_search(struct options *run)
{
	struct search_options *o = (struct search_options *)(void *)run;

	g_clear_pointer(&o->goals, g_ptr_array_unref);
	g_clear_pointer(&o->latency_at_, g_array_unref);
	g_clear_pointer(&o->lengths, g_array_unref);
	option_clear(search_options_rows, o);
	options_clear(run);
}

const struct options_kind search_options_kind = {
	.rows = search_options_rows,
	.check = check_search,
	.clear = clear_search,
};

char *search_options_text(const struct search_options *o)
{
	static const char *const names[] = { "max-load", "min-load", "latency-at", "suite",
		"bursts" };
	GString *s = g_string_new(NULL);

	for (unsigned i = 0; i < G_N_ELEMENTS(names); i++) {
		g_autofree char *text = option_text(option_find(search_options_rows, names[i]), o);

		if (!option_is_preset(search_options_rows, o, names[i]))
			g_string_append_printf(
				s, "%s--%s=%s", s->len == 0 ? "" : " ", names[i], text);
	}
	return g_string_free(s, FALSE);
}

static gboolean is_of_scope(const mix *m, const struct goal_bound *b, uint32_t guest)
{
	switch (b->scope) {
	case GOAL_GUEST:
		return guest == b->number;
	case GOAL_GROUP:
		return g_str_equal(m->guests[guest].group, b->group);
	default:
		return TRUE;
	}
}

/* Of guest's frames those of the size class that number is in. */
static double share_of_size(const mix *m, uint32_t guest, uint32_t number)
{
	const profile *p = m->guests[guest].profile;
	double share = 0;

	for (uint32_t k = 0; k < p->nb_classes; k++)
		if (p->classes[k].frame_len_lo <= number && number <= p->classes[k].frame_len_hi)
			share += p->classes[k].share;
	return share;
}

static double share_of(const struct goal_bound *b, void *arg)
{
	const mix *m = arg;
	double sum = 0, least = 1;

	for (uint32_t i = 0; i < m->nb_guests; i++) {
		double share = m->guests[i].share;

		if (is_of_scope(m, b, i))
			sum += b->scope == GOAL_SIZE ? share * share_of_size(m, i, b->number)
						     : share;
		least = MIN(least, share);
	}
	return b->scope == GOAL_EVERY_GUEST ? least : MIN(sum, 1);
}

double search_options_needed_s(const struct search_options *o, double rate_pps)
{
	double needed = 0;

	for (guint i = 0; i < o->goals->len; i++)
		needed = fmax(needed, goal_needs_s(g_ptr_array_index(o->goals, i), rate_pps,
					      share_of, o->run.traffic));
	return needed;
}
