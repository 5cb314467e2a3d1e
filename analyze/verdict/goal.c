/* SPDX-License-Identifier: BSD-3-Clause */
#include "analyze/verdict/goal.h"

#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "analyze/base/error.h"
#include "analyze/base/format.h"
#include "analyze/base/text.h"
#include "analyze/verdict/goal_private.h"

#define NS_PER_S 1e9
#define BELOW_1 (1 - 1e-9)
#define NS_PER_MS UINT64_C(1000000)
#define NS_PER_HOUR UINT64_C(3600000000000)

const char *const goal_presets[] = { "quick", "csit", "rfc2544", "tst009", NULL };

static const struct preset {
	double initial_s, final_s, sum_s, exceed, width;
	gboolean with_pdr; /* beside NDR */
} presets[] = {
	{ 1, 1, 5, 0.5, 0.02, TRUE },   /* quick */
	{ 1, 1, 21, 0.5, 0.005, TRUE }, /* csit: FDio/csit, NDRPDR tests */
	{ 1, 60, 60, 0, 0.005, FALSE }, /* rfc2544: section 4.2 of the draft */
	{ 60, 60, 120, 0.5, 0.005,
		FALSE }, /* tst009: likewise; loss is verified by a second trial */
};

enum { INITIAL, FINAL, SUM, EXCEED, WIDTH, ATTRIBUTES };
static const struct {
	const char *name;
	size_t at;
} attributes[ATTRIBUTES] = { { "initial", offsetof(struct goal, initial_s) },
	{ "final", offsetof(struct goal, final_s) }, { "sum", offsetof(struct goal, sum_s) },
	{ "exceed", offsetof(struct goal, exceed) }, { "width", offsetof(struct goal, width) } };

static const char *const words[] = { "loss", "p50", "p99", "p99.9", "max", "jain", "min-share",
	"initial", "final", "sum", "exceed", "width", NULL };
static const char *const scopes[] = { "every-guest", "guest", "group", "size", NULL };

static void clear_bound(gpointer bound)
{
	g_free(((struct goal_bound *)bound)->group);
}

void goal_free(struct goal *g)
{
	if (g == NULL)
		return;
	g_array_unref(g->bounds);
	g_free(g->name);
	g_free(g->text);
	g_free(g);
}

static gboolean parse_scope(
	const char *where, const char *text, struct goal_bound *b, GError **error)
{
	g_auto(GStrv) parts = g_strsplit(text, "=", 2);
	const char *name = parts[0] != NULL ? parts[0] : "", *value = NULL;
	g_autofree char *suggestion = NULL;
	uint64_t number;

	if (*name != '\0')
		value = parts[1];
	if (strcmp(text, "every-guest") == 0) {
		b->scope = GOAL_EVERY_GUEST;
		return TRUE;
	}
	if (strcmp(name, "group") == 0 && value != NULL && *value != '\0') {
		b->scope = GOAL_GROUP;
		b->group = g_strdup(value);
		return TRUE;
	}
	if (strcmp(name, "guest") == 0 || strcmp(name, "size") == 0) {
		b->scope = *name == 'g' ? GOAL_GUEST : GOAL_SIZE;
		if (value != NULL && text_uint(value, UINT32_MAX, &number)) {
			b->number = (uint32_t)number;
			return TRUE;
		}
		return input_fail(error, INPUT_ERROR_SYNTAX,
			"%s: invalid scope '@%s': expected a number, such as @%s=%d", where,
			text_quote(text).text, name, b->scope == GOAL_GUEST ? 3 : 64);
	}
	suggestion = text_suggestion("@", text_nearest(name, scopes));
	return input_fail(error, INPUT_ERROR_SYNTAX,
		"%s: unknown scope '@%s'%s; expected @every-guest, @guest=N, @group=NAME or "
		"@size=BYTES",
		where, text_quote(text).text, suggestion);
}

static const struct range {
	double min, max;
	const char *words, *example;
} from_0 = { 0, BELOW_1, "from 0 to below 1", "0.005 or 0.5%" },
  above_0 = { DBL_MIN, BELOW_1, "above 0 and below 1", "0.005 or 0.5%" },
  to_1 = { DBL_MIN, 1, "above 0, at most 1", "0.9 or 90%" };

static gboolean parse_share(const char *where, const char *key, const char *text,
	const struct range *range, double *out, GError **error)
{
	double v;

	if (!text_share(text, &v) || !(v >= range->min && v <= range->max))
		return input_fail(error, INPUT_ERROR_RANGE,
			"%s: invalid %s '%s': expected a share %s, such as %s", where, key,
			text_quote(text).text, range->words, range->example);
	*out = v;
	return TRUE;
}

static gboolean parse_time(const char *where, const char *key, const char *text, uint64_t min_ns,
	uint64_t max_ns, uint64_t *ns, GError **error)
{
	g_autofree char *fault = text_duration_fault(text, min_ns, max_ns, ns);

	if (fault == NULL)
		return TRUE;
	return input_fail(error, INPUT_ERROR_RANGE, "%s: invalid %s '%s': %s", where, key,
		text_quote(text).text, fault);
}

/* The measure that a key names, and its quantile; FALSE without error: it names none. */
static gboolean parse_measure(
	const char *where, const char *key, struct goal_bound *b, GError **error)
{
	double percent;

	b->quantile = 1;
	if (strcmp(key, "loss") == 0)
		b->measure = GOAL_LOSS;
	else if (strcmp(key, "jain") == 0)
		b->measure = GOAL_JAIN;
	else if (strcmp(key, "min-share") == 0)
		b->measure = GOAL_MIN_SHARE;
	else if (strcmp(key, "max") == 0)
		b->measure = GOAL_LATENCY;
	else if (key[0] == 'p' && text_number(key + 1, &percent)) {
		b->measure = GOAL_LATENCY;
		b->quantile = percent / 100;
		if (!(percent > 0) || !(b->quantile <= BELOW_1))
			return input_fail(error, INPUT_ERROR_RANGE,
				"%s: invalid percentile '%s': expected p50, p99, p99.9 or another "
				"between p0 and p100; max is the maximum",
				where, text_quote(key).text);
	} else {
		return FALSE;
	}
	return TRUE;
}

static gboolean parse_limit(
	const char *where, const char *key, const char *value, struct goal_bound *b, GError **error)
{
	uint64_t ns = 0;

	if (b->measure == GOAL_LOSS)
		return parse_share(where, key, value, &from_0, &b->limit, error);
	if (b->measure != GOAL_LATENCY)
		return parse_share(where, key, value, &to_1, &b->limit, error);
	if (!parse_time(where, key, value, 1, NS_PER_HOUR, &ns, error))
		return FALSE;
	b->limit = (double)ns;
	return TRUE;
}

static int find_attribute(const char *key)
{
	for (int i = 0; i < ATTRIBUTES; i++)
		if (strcmp(key, attributes[i].name) == 0)
			return i;
	return -1;
}

static gboolean parse_attribute(
	const char *where, int which, const char *value, struct goal *g, GError **error)
{
	double *at = G_STRUCT_MEMBER_P(g, attributes[which].at);
	const char *key = attributes[which].name;
	uint64_t ns = 0;

	if (which == EXCEED)
		return parse_share(where, key, value, &from_0, at, error);
	if (which == WIDTH)
		return parse_share(where, key, value, &above_0, at, error);
	if (!parse_time(where, key, value, NS_PER_MS, 24 * NS_PER_HOUR, &ns, error))
		return FALSE;
	*at = (double)ns / NS_PER_S;
	return TRUE;
}

static gboolean same_place(const struct goal_bound *a, const struct goal_bound *b)
{
	return a->measure == b->measure && fabs(a->quantile - b->quantile) < 1e-12 &&
	       a->scope == b->scope && a->number == b->number && g_strcmp0(a->group, b->group) == 0;
}

static gboolean given_twice(GError **error, const char *where, const char *what)
{
	return input_fail(
		error, INPUT_ERROR_SYNTAX, "%s: '%s' given twice", where, text_quote(what).text);
}

/* Loss stands first; the others as they were given. Takes what b owns. */
static gboolean add_bound(
	const char *where, struct goal *g, struct goal_bound *b, const char *word, GError **error)
{
	guint at = 0;

	for (guint i = 0; i < g->bounds->len; i++) {
		const struct goal_bound *other = &g_array_index(g->bounds, struct goal_bound, i);

		if (same_place(other, b)) {
			clear_bound(b);
			return given_twice(error, where, word);
		}
		if (other->measure == GOAL_LOSS || b->measure != GOAL_LOSS)
			at = i + 1;
	}
	g_array_insert_val(g->bounds, at, *b);
	return TRUE;
}

static gboolean parse_bound(const char *where, const char *word, const char *key, const char *value,
	struct goal *g, struct goal_bound *b, GError **error)
{
	g_auto(GStrv) parts = g_strsplit(value, "@", 2);
	const char *limit = parts[0] != NULL ? parts[0] : "";
	const char *scope = parts[0] != NULL ? parts[1] : NULL;

	if (!parse_limit(where, key, limit, b, error))
		return FALSE;
	if (scope != NULL && b->measure != GOAL_LOSS && b->measure != GOAL_LATENCY)
		return input_fail(error, INPUT_ERROR_SYNTAX,
			"%s: '%s' cannot have a scope: it compares all guests; remove '@%s'", where,
			key, text_quote(scope).text);
	if (scope != NULL && !parse_scope(where, scope, b, error))
		return FALSE;
	return add_bound(where, g, b, word, error);
}

/* given: which attributes were, a bit each. */
static gboolean parse_word(
	const char *where, const char *word, struct goal *g, unsigned *given, GError **error)
{
	g_auto(GStrv) parts = g_strsplit(word, "=", 2);
	const char *key = parts[0] != NULL ? parts[0] : "";
	const char *value = *key != '\0' ? parts[1] : NULL;
	g_autofree char *suggestion = text_did_you_mean(key, words), *all = NULL;
	g_autoptr(GError) fault = NULL;
	struct goal_bound b = { .scope = GOAL_ALL };
	int attribute = find_attribute(key);
	gboolean measure = parse_measure(where, key, &b, &fault);

	if (fault != NULL) {
		g_propagate_error(error, g_steal_pointer(&fault));
		return FALSE;
	}
	if (!measure && attribute < 0) {
		all = g_strjoinv(", ", (char **)(uintptr_t)words);
		return input_fail(error, INPUT_ERROR_SYNTAX, "%s: unknown word '%s'%s; expected %s",
			where, text_quote(key).text, suggestion, all);
	}
	if (value == NULL)
		return input_fail(error, INPUT_ERROR_SYNTAX,
			"%s: '%s' requires a value, such as %s", where, key,
			attribute >= SUM || b.measure != GOAL_LATENCY ? "loss=0.1%" : "p99=500us");
	if (measure)
		return parse_bound(where, word, key, value, g, &b, error);
	if ((*given & 1U << attribute) != 0)
		return given_twice(error, where, key);
	*given |= 1U << attribute;
	return parse_attribute(where, attribute, value, g, error);
}

/* Durations that were not given follow the final one; those that were have to be in order. */
static gboolean settle_durations(const char *where, struct goal *g, unsigned given, GError **error)
{
	if ((given & 1U << INITIAL) == 0)
		g->initial_s = MIN(g->initial_s, g->final_s);
	else if ((given & 1U << FINAL) == 0)
		g->final_s = MAX(g->initial_s, g->final_s);
	if ((given & 1U << SUM) == 0)
		g->sum_s = MAX(g->sum_s, g->final_s);
	if (g->initial_s > g->final_s)
		return input_fail(error, INPUT_ERROR_RANGE,
			"%s: initial duration %.10g s is above the final one, %.10g s", where,
			g->initial_s, g->final_s);
	if (g->sum_s < g->final_s)
		return input_fail(error, INPUT_ERROR_RANGE,
			"%s: duration sum %.10g s is below the final trial duration, %.10g s",
			where, g->sum_s, g->final_s);
	return TRUE;
}

/* What the user wrote of it, but for attributes. Newly allocated. */
static char *name_of(const char *text)
{
	g_auto(GStrv) parts = g_strsplit(text, ",", -1);
	GString *name = g_string_new(NULL);

	for (char **part = parts; *part != NULL; part++) {
		g_autofree char *key = g_strndup(*part, strcspn(*part, "="));

		if (find_attribute(g_strstrip(key)) < 0)
			g_string_append_printf(
				name, "%s%s", name->len == 0 ? "" : ",", g_strstrip(*part));
	}
	return g_string_free(name, FALSE);
}

static struct goal *parse_goal(
	const char *where, const char *text, const struct preset *preset, GError **error)
{
	g_auto(GStrv) parts = g_strsplit(*text != '\0' ? text : " ", ",", -1);
	struct goal *g = g_new0(struct goal, 1);
	gboolean says_loss = FALSE;
	unsigned given = 0;

	g->bounds = g_array_new(FALSE, TRUE, sizeof(struct goal_bound));
	g_array_set_clear_func(g->bounds, clear_bound);
	g->initial_s = preset->initial_s;
	g->final_s = preset->final_s;
	g->sum_s = preset->sum_s;
	g->exceed = preset->exceed;
	g->width = preset->width;
	for (guint i = 0; parts[i] != NULL; i++) {
		if (!parse_word(where, g_strstrip(parts[i]), g, &given, error)) {
			goal_free(g);
			return NULL;
		}
	}
	for (guint i = 0; i < g->bounds->len; i++)
		says_loss |= g_array_index(g->bounds, struct goal_bound, i).measure != GOAL_LATENCY;
	if (!says_loss) {
		const struct goal_bound none = { .measure = GOAL_LOSS, .quantile = 1 };

		g_array_prepend_val(g->bounds, none);
	}
	if (!settle_durations(where, g, given, error)) {
		goal_free(g);
		return NULL;
	}
	g->name = name_of(text);
	if (*g->name == '\0') {
		g_free(g->name);
		g->name = g_strdup("loss=0");
	}
	g->text = goal_full_text(g);
	return g;
}

/* Two of equal bounds are told apart by their attributes. */
static void tell_apart(const GPtrArray *before, struct goal *g, const char *text)
{
	for (guint i = 0; i < before->len; i++) {
		if (strcmp(((const struct goal *)before->pdata[i])->name, g->name) != 0)
			continue;
		g_free(g->name);
		g->name = g_strstrip(g_strdup(text));
	}
}

static const struct preset *find_preset(const char *name)
{
	for (guint i = 0; goal_presets[i] != NULL; i++)
		if (strcmp(name, goal_presets[i]) == 0)
			return &presets[i];
	return NULL;
}

/* Goals that have names. */
static const struct {
	const char *name, *text;
} named[] = { { "NDR", "loss=0" }, { "PDR", "loss=0.5%" } };

/* The same of NDR and PDR, perhaps with attributes behind them. */
static struct goal *parse_named(
	const char *where, const char *text, const struct preset *p, GError **error)
{
	for (guint i = 0; i < G_N_ELEMENTS(named); i++) {
		size_t len = strlen(named[i].name);
		g_autofree char *full = g_strconcat(
			named[i].text, text + MIN(len, strlen(text)), NULL);
		struct goal *g;

		if (!g_str_has_prefix(text, named[i].name) ||
			(text[len] != '\0' && text[len] != ','))
			continue;
		g = parse_goal(where, full, p, error);
		if (g != NULL) {
			g_free(g->name);
			g->name = g_strdup(named[i].name);
		}
		return g;
	}
	return parse_goal(where, text, p, error);
}

GPtrArray *goals_parse(
	const char *where, const char *const *texts, const char *preset, GError **error)
{
	g_autoptr(GPtrArray) all = g_ptr_array_new_with_free_func((GDestroyNotify)goal_free);
	const struct preset *p = find_preset(preset);

	if (p == NULL) {
		g_autofree char *suggestion = text_did_you_mean(preset, goal_presets);

		return input_null(error, INPUT_ERROR_NOT_FOUND, "%s: unknown preset '%s'%s", where,
			text_quote(preset).text, suggestion);
	}
	for (guint i = 0; texts != NULL && texts[i] != NULL; i++) {
		struct goal *g;

		if (i == SEARCH_GOALS_MAX)
			return input_null(error, INPUT_ERROR_RANGE,
				"%s: more than %d goals; search for the others under another "
				"--label",
				where, SEARCH_GOALS_MAX);
		g = parse_named(where, texts[i], p, error);

		if (g == NULL)
			return NULL;
		tell_apart(all, g, texts[i]);
		g_ptr_array_add(all, g);
		for (guint k = 0; k < i; k++) {
			const struct goal *other = g_ptr_array_index(all, k);

			if (strcmp(other->text, g->text) == 0) {
				given_twice(error, where, texts[i]);
				return NULL;
			}
		}
	}
	for (guint i = 0; all->len == i && i < (p->with_pdr ? 2 : 1); i++) {
		struct goal *g = parse_named(where, named[i].name, p, error);

		if (g == NULL)
			return NULL;
		g_ptr_array_add(all, g);
	}
	return g_steal_pointer(&all);
}

gboolean goal_is_of_loss(const struct goal *g)
{
	for (guint i = 0; i < g->bounds->len; i++) {
		const struct goal_bound *b = &g_array_index(g->bounds, struct goal_bound, i);

		if (b->measure != GOAL_LOSS || b->scope != GOAL_ALL)
			return FALSE;
	}
	return TRUE;
}

double goal_loss(const struct goal *g)
{
	double allowed = 1;

	for (guint i = 0; i < g->bounds->len; i++) {
		const struct goal_bound *b = &g_array_index(g->bounds, struct goal_bound, i);
		gboolean of_all = b->scope == GOAL_ALL || b->scope == GOAL_EVERY_GUEST;

		if (b->measure == GOAL_LOSS && of_all)
			allowed = MIN(allowed, b->limit);
		if (b->measure == GOAL_MIN_SHARE)
			allowed = MIN(allowed, 1 - b->limit);
	}
	return allowed < 1 ? allowed : 0;
}

/* 0.005: "0.5%". */
static void append_share(GString *s, double v)
{
	g_string_append_printf(s, v > 0 ? "%.12g%%" : "%g", v * 100);
}

void goal_append_measure(GString *s, const struct goal_bound *b)
{
	if (b->measure == GOAL_LATENCY && b->quantile <= BELOW_1)
		g_string_append_printf(s, "p%.10g", b->quantile * 100);
	else
		g_string_append(s, b->measure == GOAL_LATENCY ? "max"
				   : b->measure == GOAL_LOSS  ? "loss"
				   : b->measure == GOAL_JAIN  ? "jain"
							      : "min-share");
}

static void append_bound(GString *s, const struct goal_bound *b)
{
	g_autofree char *limit = b->measure == GOAL_LATENCY
					 ? text_duration_format((uint64_t)llround(b->limit))
					 : NULL;

	goal_append_measure(s, b);
	g_string_append_c(s, '=');
	if (b->measure == GOAL_LATENCY)
		g_string_append(s, limit);
	else if (b->measure == GOAL_LOSS)
		append_share(s, b->limit);
	else
		g_string_append_printf(s, "%.12g", b->limit);
	if (b->scope == GOAL_EVERY_GUEST)
		g_string_append(s, "@every-guest");
	else if (b->scope == GOAL_GROUP)
		g_string_append_printf(s, "@group=%s", b->group);
	else if (b->scope != GOAL_ALL)
		g_string_append_printf(
			s, "@%s=%u", b->scope == GOAL_GUEST ? "guest" : "size", b->number);
	g_string_append_c(s, ',');
}

char *goal_full_text(const struct goal *g)
{
	GString *s = g_string_new(NULL);

	for (guint i = 0; i < g->bounds->len; i++)
		append_bound(s, &g_array_index(g->bounds, struct goal_bound, i));
	for (int i = 0; i < ATTRIBUTES; i++) {
		double v = *(const double *)G_STRUCT_MEMBER_P(g, attributes[i].at);

		g_string_append_printf(s, "%s%s=", i > 0 ? "," : "", attributes[i].name);
		if (i <= SUM)
			g_string_append_printf(s, "%.12gs", v);
		else
			append_share(s, v);
	}
	return g_string_free(s, FALSE);
}

static gboolean size_fits(const struct goal *g, const struct goal_bound *b,
	const struct goal_scene *scene, GError **error)
{
	g_autoptr(GString) there = g_string_new(NULL);

	for (uint32_t i = 0; i < scene->nb_classes; i++) {
		const struct goal_class *c = &scene->classes[i];

		if (b->number >= c->frame_len_lo && b->number <= c->frame_len_hi)
			return TRUE;
		g_string_append_printf(there, "%s%u", i > 0 ? ", " : "", c->frame_len_lo);
		if (c->frame_len_hi != c->frame_len_lo)
			g_string_append_printf(there, "-%u", c->frame_len_hi);
	}
	return input_fail(error, INPUT_ERROR_NOT_FOUND,
		"goal '%s': no frames of %u bytes; frame lengths are %s", g->name, b->number,
		there->str);
}

static gboolean group_fits(const struct goal *g, const struct goal_bound *b,
	const struct goal_scene *scene, GError **error)
{
	g_autofree char *suggestion = NULL, *there = NULL;

	if (g_strv_contains(scene->groups, b->group))
		return TRUE;
	suggestion = text_did_you_mean(b->group, scene->groups);
	there = g_strjoinv(", ", (char **)(uintptr_t)scene->groups);
	return input_fail(error, INPUT_ERROR_NOT_FOUND, "goal '%s': group '%s' not found%s; %s%s",
		g->name, text_quote(b->group).text, suggestion,
		*there != '\0' ? "groups: " : "groups require --mix", there);
}

gboolean goal_fits(const struct goal *g, const struct goal_scene *scene, GError **error)
{
	for (guint i = 0; i < g->bounds->len; i++) {
		const struct goal_bound *b = &g_array_index(g->bounds, struct goal_bound, i);

		if (b->scope == GOAL_GUEST && b->number >= scene->nb_guests)
			return input_fail(error, INPUT_ERROR_NOT_FOUND,
				"goal '%s': guest %u not found; guests are 0 to %u", g->name,
				b->number, scene->nb_guests - 1);
		if ((b->scope == GOAL_GROUP && !group_fits(g, b, scene, error)) ||
			(b->scope == GOAL_SIZE && !size_fits(g, b, scene, error)))
			return FALSE;
	}
	return TRUE;
}

uint64_t goal_needs_frames(const struct goal_bound *b)
{
	double q = b->quantile <= BELOW_1 ? b->quantile : 0.999;

	/* 10 / (1 - 0.99) is a little above 1000 and means 1000. */
	return (uint64_t)ceil(10 / (1 - q) - 1e-6);
}

double goal_needs_s(const struct goal *g, double rate_pps, goal_share_fn share, void *arg)
{
	double longest = 0;

	for (guint i = 0; i < g->bounds->len; i++) {
		const struct goal_bound *b = &g_array_index(g->bounds, struct goal_bound, i);
		double frames = (double)goal_needs_frames(b);

		if (b->measure == GOAL_LATENCY)
			longest = MAX(
				longest, (frames + 4 * sqrt(frames)) / (rate_pps * share(b, arg)));
	}
	return longest;
}
