/* SPDX-License-Identifier: BSD-3-Clause */
#include "analyze/contract/search.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "analyze/base/error.h"
#include "analyze/contract/trial_fields_private.h"
#include "analyze/contract/trial_json.h"

enum { TRIALS_MAX = 1000000 };

static const char *const state_words[] = { [SEARCH_FOUND] = "found",
	[SEARCH_MET_AT_MAX] = "met at the highest load",
	[SEARCH_MISSED_AT_MIN] = "missed at the lowest load",
	[SEARCH_TESTER_LIMITED] = "tester-limited",
	[SEARCH_UNFINISHED] = "unfinished",
	NULL };
static const char *const class_words[] = {
	[SEARCH_UNDECIDED] = "undecided", [SEARCH_LOWER] = "lower", [SEARCH_UPPER] = "upper", NULL
};
static const char *const use_words[] = { [SEARCH_FOR_LIMIT] = "limit",
	[SEARCH_WARM_UP] = "warm-up",
	[SEARCH_LATENCY_AT] = "latency-at",
	[SEARCH_LOSS_CURVE] = "loss-curve",
	[SEARCH_BACK_TO_BACK] = "back-to-back",
	[SEARCH_THEORETICAL] = "theoretical",
	NULL };

#define GOAL(member, ...) FIELD(search_goal, member, __VA_ARGS__)
#define TRIED(member, ...) FIELD(search_trial, member, __VA_ARGS__)
#define SUITE(member, ...) FIELD(search_suite, member, __VA_ARGS__)
#define FOUND(member, ...) FIELD(search, member, __VA_ARGS__)

static const struct trial_field goal_rows[] = {
	GOAL(name, TEXT, "", "NDR, PDR, or as given to --goal"),
	GOAL(text, TEXT, "", "the goal with all attributes"),
	GOAL(initial_s, REAL, "s", "goal initial trial duration"),
	GOAL(final_s, REAL, "s", "goal final trial duration"),
	GOAL(sum_s, REAL, "s", "goal duration sum"),
	NAMED("exceed_ratio", search_goal, exceed, REAL, "", "goal exceed ratio, below 1"),
	GOAL(width, REAL, "", "goal width, relative to the upper bound"),
	GOAL(loss_only, SWITCH, "", "the goal has no bound but of loss"),
	GOAL(state, WORD, "", "how the search ended", .choices = state_words),
	GOAL(lower_pps, U64, "pps", "relevant lower bound; 0: none"),
	GOAL(upper_pps, U64, "pps", "relevant upper bound; 0: none"),
	GOAL(throughput_pps, REAL, "pps",
		"conditional throughput at lower_pps; null: bounds other than of loss, or no "
		"lower bound",
		.flags = TRIAL_MAY_LACK),
	GOAL(why, TEXT, "", "what was missed at upper_pps; empty: nothing"),
};
static const struct trial_record goal_fields = RECORD(
	"goal", search_goal, goal_rows, "A goal of the search, and its result.");

static const struct trial_field mark_rows[] = {
	FIELD(search_mark, met, SWITCH, "", "the trial met the goal"),
	FIELD(search_mark, value_ns, REAL, "ns",
		"of the first latency bound, in its worst scope; null: no such bound, or lost",
		.flags = TRIAL_MAY_LACK),
	FIELD(search_mark, why, TEXT, "", "first bound that was missed; empty if met"),
};
static const struct trial_record mark_fields = RECORD(
	"mark", search_mark, mark_rows, "How a trial did by one goal.");

/* Whoever measured has made them of the bins; a trial of which nothing came back has none. */
static int look_up_percentile(const struct trial_field *f, const void *record,
	const struct trial_view *view, int64_t *ns, gboolean *bound)
{
	(void)view;
	*ns = (int64_t)MIN(trial_field_u64(f, record), (uint64_t)G_MAXINT64);
	*bound = *(const gboolean *)G_STRUCT_MEMBER_P(record, f->nb);
	return *ns > 0 ? 0 : -ENODATA;
}

#define PERCENTILE(member, its_bound, ...)                                                        \
	TRIED(member, RANK, "ns", __VA_ARGS__, .flags = TRIAL_STORED, .rank = look_up_percentile, \
		.nb = offsetof(struct search_trial, its_bound))

static const struct trial_field tried_rows[] = {
	TRIED(use, WORD, "", "what it was measured for", .choices = use_words),
	TRIED(file, TEXT, "", "trial_*.json in search-R; empty: not stored"),
	TRIED(rate_pps, U64, "pps", "load"),
	TRIED(repetition, U32, "", "number of the trial at this load, from 0", .max = G_MAXINT32),
	TRIED(duration_s, REAL, "s", "effective trial duration"),
	TRIED(longer_s, REAL, "s", "part of it that only the frames of a percentile required"),
	TRIED(offered_pps, REAL, "pps", "offered rate"),
	TRIED(forwarded_pps, REAL, "pps", "forwarding rate"),
	NAMED("loss_ratio", search_trial, loss, REAL, "", "lost / offered, of all frames"),
	TRIED(spoilt, SWITCH, "", "by the generator: the trial says nothing about the SUT"),
	TRIED(spoilt_why, TEXT, "", "reason; empty: not spoilt"),
	TRIED(marks, ROWS, "", "one per goal", .record = &mark_fields,
		.nb = offsetof(struct search_trial, nb_marks), .max = SEARCH_GOALS_MAX),
	PERCENTILE(p50_ns, p50_bound, "median, from the scheduled departure, of all frames"),
	PERCENTILE(p99_ns, p99_bound, "99th percentile"),
	PERCENTILE(p999_ns, p999_bound, "99.9th percentile"),
	{ .key = "bounds",
		.kind = TRIAL_BOUNDS,
		.unit = "",
		.words = "percentiles among the lost frames: lower bounds" },
	TRIED(max_ns, U64, "ns", "maximum; 0: no frame returned"),
	TRIED(goal, U32, "", "of latency-at: number of the goal, from 0; else 0",
		.max = SEARCH_GOALS_MAX - 1),
	TRIED(share, REAL, "", "of latency-at: load as a share of the limit of that goal; else 0"),
};
static const struct trial_record tried_fields = RECORD("search_trial", search_trial, tried_rows,
	"A trial of the search, in the order of measuring.");

static const struct trial_field load_rows[] = {
	FIELD(search_load, rate_pps, U64, "pps", "load"),
	FIELD(search_load, trials, U32, "", "number of trials", .max = TRIALS_MAX),
	FIELD(search_load, spoilt, SWITCH, "", "by the generator, up to the last retry"),
	FIELD(search_load, classes, WORDS, "", "lower, upper or undecided, one per goal",
		.choices = class_words, .nb = offsetof(struct search_load, nb_classes),
		.max = SEARCH_GOALS_MAX),
};
static const struct trial_record load_fields = RECORD(
	"load", search_load, load_rows, "A load, classified as in MLRsearch, appendix A.");

static const struct trial_field burst_rows[] = {
	{ .key = "frames",
		.kind = TRIAL_U64,
		.unit = "frames",
		.words = "longest burst without loss; burst_longest: a lower bound" },
};
static const struct trial_record burst_fields = { .name = "burst",
	.words = "One test of back-to-back frames.",
	.rows = burst_rows,
	.nb = G_N_ELEMENTS(burst_rows),
	.size = sizeof(uint64_t) };

static const struct trial_field suite_rows[] = {
	SUITE(theoretical_pps, REAL, "pps", "theoretical maximum rate at this frame length"),
	SUITE(theoretical_is_link, SWITCH, "",
		"from --link; else the rate of the generator on interface null"),
	NAMED("bursts", search_suite, burst_values, ROWS, "",
		"RFC 9004: one row per test; none: not measured", .record = &burst_fields,
		.nb = offsetof(struct search_suite, bursts), .max = TRIALS_MAX),
	SUITE(burst_frames, REAL, "frames", "average of bursts"),
	SUITE(burst_frames_sd, REAL, "frames", "standard deviation of bursts"),
	SUITE(burst_frames_min, U64, "frames", "shortest of bursts"),
	SUITE(burst_frames_max, U64, "frames", "longest of bursts"),
	SUITE(burst_longest, U64, "frames", "most frames that a burst may have"),
	SUITE(burst_step, REAL, "", "resolution of each test, relative"),
	SUITE(burst_retries, U32, "", "loss verification: repetitions of a burst with loss",
		.max = TRIALS_MAX),
	SUITE(buffer_s, REAL, "s", "implied buffer time"),
	SUITE(corrected_buffer_s, REAL, "s", "corrected buffer time"),
	SUITE(burst_why, TEXT, "", "why there are no bursts; empty: there are"),
};
static const struct trial_record suite_fields = RECORD(
	"suite", search_suite, suite_rows, "Of --suite rfc2544: what is not in goals and trials.");

static const struct trial_field found_rows[] = {
	NAMED("parameters", search, params, RECORD, "",
		"of all its trials; rate_pps is 0, duration_s the longest final trial duration",
		.record = &trial_params_fields),
	FOUND(preset, TEXT, "", "quick, csit, rfc2544 or tst009"),
	FOUND(options, TEXT, "", "options of the search that are not the default"),
	FOUND(min_pps, U64, "pps", "lowest load"),
	FOUND(max_pps, U64, "pps", "highest load"),
	FOUND(max_measured, SWITCH, "",
		"max_pps is the offered rate of a trial at rate max; else given"),
	NAMED("mean_frame_bytes", search, mean_frame_len, REAL, "B", "with FCS"),
	FOUND(goals, ROWS, "", "one row per goal", .record = &goal_fields,
		.nb = offsetof(search, nb_goals), .max = SEARCH_GOALS_MAX),
	FOUND(loads, ROWS, "", "one row per load offered for a limit, ascending",
		.record = &load_fields, .nb = offsetof(search, nb_loads), .max = TRIALS_MAX),
	FOUND(trials, ROWS, "", "one row per trial", .record = &tried_fields,
		.nb = offsetof(search, nb_trials), .max = TRIALS_MAX),
	FOUND(suite, RECORD, "", "numbers of --suite rfc2544", .record = &suite_fields,
		.flags = TRIAL_OPTIONAL | TRIAL_IF_SET, .nb = offsetof(search, suite.used)),
	FOUND(trials_s, REAL, "s", "sum of all trial durations"),
	FOUND(took_s, REAL, "s", "from start to end, without set-up, of the last run"),
	FOUND(interrupted, SWITCH, "", "the search was ended early"),
	FOUND(doubt, TEXT, "",
		"first reason of trials that are not trustworthy, though not spoilt; empty: none"),
	FOUND(environment, TREE, "", "as in a trial", .flags = TRIAL_OPTIONAL),
};
const struct trial_record search_fields = RECORD("search", search, found_rows,
	"Result of a throughput search (tsim search); words as in draft-ietf-bmwg-mlrsearch-15. "
	"Loads are of all guests together.");

search *search_new(uint32_t nb_goals)
{
	search *s = g_new0(search, 1);

	s->nb_goals = nb_goals;
	s->goals = g_new0(struct search_goal, nb_goals);
	for (uint32_t i = 0; i < nb_goals; i++) {
		s->goals[i].state = SEARCH_UNFINISHED;
		s->goals[i].throughput_pps = NAN;
	}
	return s;
}

void search_free(search *s)
{
	if (s == NULL)
		return;
	trial_record_clear(&search_fields, s);
	g_free(s->path);
	g_free(s);
}

struct search_trial *search_add_trial(search *s)
{
	struct search_trial *t;

	s->trials = g_renew(struct search_trial, s->trials, s->nb_trials + 1);
	t = &s->trials[s->nb_trials++];
	memset(t, 0, sizeof(*t));
	t->nb_marks = s->nb_goals;
	t->marks = g_new0(struct search_mark, s->nb_goals);
	for (uint32_t i = 0; i < s->nb_goals; i++)
		t->marks[i].value_ns = NAN;
	return t;
}

void search_set_loads(search *s, uint32_t nb)
{
	s->nb_loads = nb;
	s->loads = g_new0(struct search_load, nb);
	for (uint32_t i = 0; i < nb; i++) {
		s->loads[i].nb_classes = s->nb_goals;
		s->loads[i].classes = g_new0(enum search_class, s->nb_goals);
	}
}

const char *search_state_word(enum search_state state)
{
	return state_words[state];
}

const char *search_class_word(enum search_class class)
{
	return class_words[class];
}

gboolean search_is_sound(const search *s)
{
	for (uint32_t i = 0; i < s->nb_goals; i++)
		if (s->goals[i].state == SEARCH_TESTER_LIMITED)
			return FALSE;
	return s->doubt == NULL || s->doubt[0] == '\0';
}

char *search_file_name(const struct trial_params *p)
{
	g_autofree char *infix = trial_infix_with(p, "search");

	return g_strdup_printf("search_%s_rep%u.json", infix, p->repetition);
}

char *search_trials_folder(uint32_t repetition)
{
	return g_strdup_printf("search-%u", repetition);
}

gboolean search_is_trials_folder(const char *name)
{
	const char *digits = name + strlen("search-");

	return g_str_has_prefix(name, "search-") && *digits != '\0' &&
	       strspn(digits, "0123456789") == strlen(digits);
}

/* Whether a load was offered for the limit. */
static gboolean has_load(const search *s, uint64_t rate_pps)
{
	for (uint32_t i = 0; i < s->nb_loads; i++)
		if (s->loads[i].rate_pps == rate_pps)
			return TRUE;
	return FALSE;
}

/* Which bounds a state comes with: NULL, or what is wrong. */
static const char *state_fault(const struct search_goal *g)
{
	gboolean lower = g->lower_pps > 0, upper = g->upper_pps > 0;

	switch (g->state) {
	case SEARCH_FOUND:
		return lower && upper ? NULL : "is found, but lacks a bound";
	case SEARCH_MET_AT_MAX:
		return lower && !upper ? NULL : "is met at the highest load, but has other bounds";
	case SEARCH_MISSED_AT_MIN:
		return upper && !lower ? NULL
				       : "is missed at the lowest load, but has other bounds";
	case SEARCH_TESTER_LIMITED:
		return upper ? NULL : "is tester-limited, but lacks an upper bound";
	default:
		return NULL;
	}
}

static void check_goal(
	struct json_in *in, const search *s, const struct search_goal *g, const char *where)
{
	const char *fault = state_fault(g);

	if (!(g->initial_s > 0 && g->initial_s <= g->final_s))
		json_in_fail(in, where, "initial_s", "is 0, or above final_s");
	if (!(g->sum_s > 0))
		json_in_fail(in, where, "sum_s", "is 0");
	if (!(g->exceed < 1))
		json_in_fail(in, where, "exceed_ratio", "is not below 1");
	if (!(g->width > 0 && g->width < 1))
		json_in_fail(in, where, "width", "is not between 0 and 1");
	if (fault != NULL)
		json_in_fail(in, where, "state", "%s", fault);
	if (g->lower_pps > 0 && g->upper_pps > 0 && g->lower_pps >= g->upper_pps)
		json_in_fail(in, where, "lower_pps", "is not below upper_pps");
	if (g->lower_pps > 0 && !has_load(s, g->lower_pps))
		json_in_fail(in, where, "lower_pps", "is none of the loads");
	if (g->upper_pps > 0 && !has_load(s, g->upper_pps))
		json_in_fail(in, where, "upper_pps", "is none of the loads");
	if (!isnan(g->throughput_pps) &&
		(!g->loss_only || !(g->throughput_pps <= (double)g->lower_pps)))
		json_in_fail(
			in, where, "throughput_pps", "is above lower_pps, or not of loss alone");
}

static void check_trial(
	struct json_in *in, const search *s, const struct search_trial *t, const char *where)
{
	if (*t->file != '\0' &&
		(!g_str_has_prefix(t->file, "trial_") || strchr(t->file, '/') != NULL))
		json_in_fail(in, where, "file", "is not the name of a trial");
	if (!(t->loss <= 1))
		json_in_fail(in, where, "loss_ratio", "is above 1");
	if (!(t->longer_s <= t->duration_s))
		json_in_fail(in, where, "longer_s", "is above duration_s");
	if (t->nb_marks != s->nb_goals)
		json_in_fail(in, where, "marks", "has %u elements, the search %u goals",
			t->nb_marks, s->nb_goals);
	if (t->goal >= s->nb_goals)
		json_in_fail(in, where, "goal", "is %u, the search has %u", t->goal, s->nb_goals);
}

static void check_load(struct json_in *in, const search *s, uint32_t i, const char *where)
{
	const struct search_load *l = &s->loads[i];

	if (l->rate_pps == 0 || (i > 0 && l->rate_pps <= l[-1].rate_pps))
		json_in_fail(in, where, "rate_pps", "is not ascending");
	if (l->nb_classes != s->nb_goals)
		json_in_fail(in, where, "classes", "has %u elements, the search %u goals",
			l->nb_classes, s->nb_goals);
}

static void check_search(struct json_in *in, const search *s)
{
	if (s->nb_goals == 0)
		json_in_fail(in, "", "goals", "is empty");
	if (s->min_pps == 0 || s->min_pps > s->max_pps)
		json_in_fail(in, "", "min_pps", "is 0, or above max_pps");
	for (uint32_t i = 0; i < s->nb_loads && in->error == NULL; i++) {
		g_autofree char *where = g_strdup_printf("loads[%u].", i);

		check_load(in, s, i, where);
	}
	for (uint32_t i = 0; i < s->nb_goals && in->error == NULL; i++) {
		g_autofree char *where = g_strdup_printf("goals[%u].", i);

		check_goal(in, s, &s->goals[i], where);
	}
	for (uint32_t i = 0; i < s->nb_trials && in->error == NULL; i++) {
		g_autofree char *where = g_strdup_printf("trials[%u].", i);

		check_trial(in, s, &s->trials[i], where);
	}
}

search *search_parse(const char *name, const char *text, size_t len, GError **error)
{
	struct json_in in = { .file = name };
	g_autoptr(JsonNode) node = json_in_parse(name, text, len, error);
	g_autoptr(search) s = g_new0(search, 1);
	JsonObject *root;
	uint64_t schema;

	if (node == NULL)
		return NULL;
	root = json_node_get_object(node);
	schema = json_in_u64(&in, root, "", "schema");
	if (in.error == NULL && schema != SEARCH_SCHEMA)
		json_in_fail(&in, "", "schema",
			"is %" PRIu64 ", this version supports %d; use the version that wrote it",
			schema, SEARCH_SCHEMA);
	trial_json_read_record(&in, root, "", &search_fields, s);
	if (in.error == NULL)
		check_search(&in, s);
	if (in.error != NULL) {
		g_propagate_error(error, in.error);
		return NULL;
	}
	return g_steal_pointer(&s);
}

search *search_read(const char *path, GError **error)
{
	size_t len;
	g_autofree char *text = file_read(path, &len, error);
	search *s = text != NULL ? search_parse(path, text, len, error) : NULL;

	if (s != NULL)
		s->path = g_strdup(path);
	return s;
}

char *search_to_json(const search *s)
{
	JsonObject *o = json_object_new();

	json_object_set_int_member(o, "schema", SEARCH_SCHEMA);
	trial_json_add(o, &search_fields, s, NULL);
	return json_out_text(o);
}

gboolean search_write(const search *s, const char *dir, GError **error)
{
	g_autofree char *name = search_file_name(&s->params), *text = search_to_json(s);
	g_autofree char *path = g_build_filename(dir, name, NULL);
	g_autoptr(GError) fault = NULL;
	g_autoptr(search) again = search_parse(name, text, strlen(text), &fault);

	if (again == NULL)
		return analyze_fail(error, ANALYZE_ERROR_CONTENT,
			"cannot store this search; internal error of the measuring program: %s",
			fault->message);
	return file_make_folder(dir, error) && file_write_durably(path, text, strlen(text), error);
}

/* "goal loss=0,..., not loss=0.1%,..."; NULL if they are the same, in the same order. */
static char *goals_difference(const search *s, const char *const *goals)
{
	guint nb = g_strv_length((char **)(uintptr_t)goals);

	if (nb != s->nb_goals)
		return g_strdup_printf("%u goals, not %u", s->nb_goals, nb);
	for (guint i = 0; i < nb; i++)
		if (strcmp(s->goals[i].text, goals[i]) != 0)
			return g_strdup_printf("goal %s, not %s", s->goals[i].text, goals[i]);
	return NULL;
}

static char *search_difference(const search *s, const struct trial_params *p, const char *options,
	const char *const *goals)
{
	char *difference = trial_params_difference(&s->params, p);

	if (difference == NULL)
		difference = goals_difference(s, goals);
	if (difference == NULL && strcmp(s->options, options) != 0)
		difference = g_strdup_printf("options '%s', not '%s'", s->options, options);
	return difference;
}

enum trial_state search_look(const char *dir, const struct trial_params *p, const char *options,
	const char *const *goals, char **why)
{
	g_autofree char *name = search_file_name(p), *path = g_build_filename(dir, name, NULL);
	g_autofree char *folder = search_trials_folder(p->repetition);
	g_autofree char *trials = g_build_filename(dir, folder, NULL), *difference = NULL;
	g_autoptr(GError) error = NULL;
	g_autoptr(search) s = NULL;

	*why = NULL;
	if (!g_file_test(path, G_FILE_TEST_EXISTS))
		return TRIAL_MISSING;
	s = search_read(path, &error);
	if (s == NULL) {
		*why = g_strdup(error->message);
		return TRIAL_AGAIN;
	}
	difference = search_difference(s, p, options, goals);
	if (difference != NULL) {
		*why = g_strdup_printf("%s: measured with %s", path, difference);
		return TRIAL_OTHER;
	}
	*why = trial_other_derivation(trials, NULL);
	if (*why != NULL)
		return TRIAL_OTHER;
	if (s->interrupted) {
		*why = g_strdup_printf("%s: interrupted after %.3g s of trials", path, s->trials_s);
		return TRIAL_AGAIN;
	}
	return TRIAL_DONE;
}
