/* SPDX-License-Identifier: BSD-3-Clause */
/* conf/README.md has the keys; those of autotest mean what they mean there. */
#include "sim/matrix/matrix_spec.h"

#include <string.h>

#include "sim/base/duration.h"
#include "sim/base/error.h"
#include "traffic/arrival.h"
#include "traffic/frame.h"
#include "traffic/mix.h"
#include "traffic/profile.h"
#include "traffic/rate.h"
#include "analyze/base/format.h"
#include "analyze/base/text.h"
#include "analyze/verdict/goal.h"

enum {
	VALUES_MAX = 10000, /* of a key */
};

/* More than any rate: kinds are sorted apart, max last. */
#define RATE_KIND 1e16
#define HOUR_NS (UINT64_C(3600) * 1000000000)

/* A key of a section: what it is where the file says nothing, and who reads it. */
struct spec_key {
	const char *name, *preset;
	/* Of a list: called for each word, which is without blanks around it. */
	gboolean (*take)(struct spec *s, const char *where, const char *word, GError **error);
	/* Or of a list of numbers alone, from min to max: called for each of them. */
	gboolean (*add)(struct spec *s, const char *where, const char *word, guint64 number,
		GError **error);
	guint64 min, max;
	/* Is what stands behind a comma still of the word before it? NULL: never. */
	gboolean (*belongs)(const char *word, const char *part);
	/* NULL, or called after the last word. */
	gboolean (*finish)(struct spec *s, GError **error);
	/* Of one value: where it goes is member at of the spec. */
	gboolean (*read)(struct spec *s, const struct spec_key *key, const char *where,
		const char *value, GError **error);
	size_t at;
};

static const struct spec_key *find_key(const char *name);

static gboolean refuse_word(const char *where, const char *word, const char *what, GError **error)
{
	return sim_fail(error, SIM_ERROR_USAGE, "%s: '%s': %s", where, word, what);
}

void spec_note(const struct spec *s, const char *text)
{
	if (!g_ptr_array_find_with_equal_func(s->notes, text, g_str_equal, NULL))
		g_ptr_array_add(s->notes, (gpointer)(uintptr_t)text);
}

/* The value of a key, with where it stands. */
static char *value_of(
	const struct spec *s, const struct spec_key *key, char **where, GError **error)
{
	g_autoptr(GError) why = NULL;
	char *value = ini_get(s->file, s->section, key->name, where, &why);

	if (why != NULL) {
		g_propagate_error(error, g_steal_pointer(&why));
		return NULL;
	}
	if (value != NULL)
		return value;
	*where = g_strdup_printf("%s %s", s->where, key->name);
	return g_strdup(key->preset);
}

/* onoff:on=1ms,off=9ms is one process, genome:AG:A=64,G=1518 one profile. */
static gboolean parameter_goes_on(const char *word, const char *part)
{
	const char *equals = strchr(part, '='), *colon = strchr(part, ':');

	return strchr(word, ':') != NULL && equals != NULL && (colon == NULL || equals < colon);
}

/* 3,1,1 is one share; another one stands behind a ';'. */
static gboolean number_goes_on(const char *word, const char *part)
{
	double n;

	return g_ascii_isdigit(word[0]) && text_number(part, &n);
}

/* Words between commas; where those may be parts of a word ';' is, too. */
static GPtrArray *split_list(
	const char *value, gboolean (*belongs)(const char *word, const char *part))
{
	GPtrArray *words = g_ptr_array_new_with_free_func(g_free);
	g_auto(GStrv) lists = g_strsplit(value, belongs == NULL ? "\n" : ";", -1);

	for (char **list = lists; *list != NULL; list++) {
		g_auto(GStrv) parts = g_strsplit(*list, ",", -1);
		char **last = NULL;

		for (char **part = parts; *part != NULL; part++) {
			g_strstrip(*part);
			if (**part == '\0')
				continue;
			if (last != NULL && belongs != NULL && belongs(*last, *part)) {
				char *longer = g_strconcat(*last, ",", *part, NULL);

				g_free(*last);
				*last = longer;
				continue;
			}
			g_ptr_array_add(words, g_strdup(*part));
			last = (char **)&words->pdata[words->len - 1];
		}
	}
	return words;
}

/* Each once, as autotest's sets; word is the list's. */
static gboolean add_word(GPtrArray *list, char *word, const char *where, GError **error)
{
	if (g_ptr_array_find_with_equal_func(list, word, g_str_equal, NULL)) {
		g_free(word);
		return TRUE;
	}
	g_ptr_array_add(list, word);
	return list->len <= VALUES_MAX || refuse_word(where, word, "more than 10000 values", error);
}

static gboolean take_machine(struct spec *s, const char *where, const char *word, GError **error)
{
	enum machine m;

	if (!setup_machine_parse(where, word, &m, error))
		return FALSE;
	g_array_append_val(s->machines, m);
	return TRUE;
}

static gboolean take_interface(struct spec *s, const char *where, const char *word, GError **error)
{
	struct spec_interface i = { .vhost = g_str_equal(word, "bridge-vhost") };

	if (i.vhost)
		spec_note(s, "bridge-vhost means bridge with vhost on");
	i.is = setup_interface_find(where, i.vhost ? "bridge" : word, error);
	if (i.is == NULL)
		return FALSE;
	g_array_append_val(s->interfaces, i);
	return TRUE;
}

static gboolean take_qemu(struct spec *s, const char *where, const char *word, GError **error)
{
	g_auto(GStrv) parts = g_strsplit(word, ":", 2);
	struct spec_qemu q;

	if (parts[0][0] == '\0' || parts[1] == NULL || strpbrk(parts[0], "_/ ") != NULL)
		return refuse_word(where, word,
			"expected NAME:DIRECTORY of qemu-system-x86_64, or NAME: for $PATH, "
			"with no '_' in NAME",
			error);
	q.name = g_strdup(parts[0]);
	q.path = g_strdup(parts[1]);
	g_array_append_val(s->qemus, q);
	return TRUE;
}

static gboolean parse_boolean(const char *where, const char *word, gboolean *out, GError **error)
{
	static const char *const yes[] = { "true", "on", "yes", NULL };
	static const char *const no[] = { "false", "off", "no", NULL };
	g_autofree char *lower = g_ascii_strdown(word, -1);

	*out = g_strv_contains(yes, lower);
	return *out || g_strv_contains(no, lower) ||
	       refuse_word(where, word, "expected true or false", error);
}

static gboolean append_boolean(GArray *list, const char *where, const char *word, GError **error)
{
	gboolean on;

	if (!parse_boolean(where, word, &on, error))
		return FALSE;
	g_array_append_val(list, on);
	return TRUE;
}

static gboolean take_vhost(struct spec *s, const char *where, const char *word, GError **error)
{
	return append_boolean(s->vhosts, where, word, error);
}

static gboolean take_ioregionfd(struct spec *s, const char *where, const char *word, GError **error)
{
	return append_boolean(s->ioregionfds, where, word, error);
}

static gboolean take_reflector(struct spec *s, const char *where, const char *word, GError **error)
{
	enum reflector_kind r;

	/* Both are DPDK programs that swap MACs. */
	if (g_str_equal(word, "moongen"))
		spec_note(s, "moongen means dpdk: treflect does the same");
	if (!setup_reflector_parse(where, g_str_equal(word, "moongen") ? "dpdk" : word, &r, error))
		return FALSE;
	g_array_append_val(s->reflectors, r);
	return TRUE;
}

static gboolean parse_u64(const char *text, guint64 max, guint64 *out)
{
	return g_ascii_string_to_unsigned(text, 10, 0, max, out, NULL);
}

/* "10" or "10..150:10" as numbers; *handled: it is of that form. */
static gboolean numbers_of(
	const char *where, const char *word, GArray *out, gboolean *handled, GError **error)
{
	g_auto(GStrv) ends = g_strsplit(word, "..", 2);
	g_auto(GStrv) step = NULL;
	guint64 first, last, by;

	*handled = parse_u64(ends[0], G_MAXINT64, &first);
	if (!*handled)
		return TRUE;
	if (ends[1] == NULL) {
		g_array_append_val(out, first);
		return TRUE;
	}
	step = g_strsplit(ends[1], ":", 2);
	*handled = parse_u64(step[0], G_MAXINT64, &last) &&
		   (step[1] == NULL || parse_u64(step[1], G_MAXINT64, &by));
	if (!*handled)
		return TRUE;
	if (step[1] == NULL || by == 0 || last < first || (last - first) / by >= VALUES_MAX)
		return refuse_word(where, word,
			"expected a range first..last:step, such as 10..150:10", error);
	for (guint64 n = first; n <= last; n += by)
		g_array_append_val(out, n);
	return TRUE;
}

static gboolean add_numbers(struct spec *s, const struct spec_key *key, const char *where,
	const char *word, GError **error)
{
	g_autoptr(GArray) n = g_array_new(FALSE, FALSE, sizeof(guint64));
	gboolean handled;

	if (!numbers_of(where, word, n, &handled, error))
		return FALSE;
	for (guint i = 0; i < n->len && handled; i++)
		handled = g_array_index(n, guint64, i) >= key->min &&
			  g_array_index(n, guint64, i) <= key->max;
	if (!handled)
		return sim_fail(error, SIM_ERROR_USAGE,
			"%s: '%s': expected a number from %" G_GUINT64_FORMAT
			" to %" G_GUINT64_FORMAT ", or a range such as 10..150:10",
			where, word, key->min, key->max);
	for (guint i = 0; i < n->len; i++)
		if (!key->add(s, where, word, g_array_index(n, guint64, i), error))
			return FALSE;
	return TRUE;
}

static gboolean add_guests(
	struct spec *s, const char *where, const char *word, guint64 number, GError **error)
{
	uint32_t guests = (uint32_t)number;

	g_array_append_val(s->guests, guests);
	return s->guests->len <= VALUES_MAX ||
	       refuse_word(where, word, "more than 10000 values", error);
}

static gboolean add_seed(
	struct spec *s, const char *where, const char *word, guint64 seed, GError **error)
{
	(void)word;
	return add_word(s->seeds, g_strdup_printf("--seed=%" G_GUINT64_FORMAT, seed), where, error);
}

/* text: of one rate, with its unit. */
static gboolean add_rate(struct spec *s, const char *where, const char *text, GError **error)
{
	struct rate r;

	return rate_parse(where, text, &r, error) &&
	       add_word(s->rates, g_strdup_printf("--rate=%s", text), where, error);
}

/* Each of the numbers, with its unit. */
static gboolean add_each(struct spec *s, const char *where, const GArray *n, const char *unit,
	gboolean (*add)(struct spec *s, const char *where, const char *text, GError **error),
	GError **error)
{
	for (guint i = 0; i < n->len; i++) {
		g_autofree char *text = g_strdup_printf(
			"%" G_GUINT64_FORMAT "%s", g_array_index(n, guint64, i), unit);

		if (!add(s, where, text, error))
			return FALSE;
	}
	return TRUE;
}

/* Bare numbers are kpps, as autotest's. */
static gboolean take_rate(struct spec *s, const char *where, const char *word, GError **error)
{
	g_autoptr(GArray) n = g_array_new(FALSE, FALSE, sizeof(guint64));
	g_autoptr(GArray) rates = NULL;
	gboolean handled;

	if (!numbers_of(where, word, n, &handled, error) ||
		!add_each(s, where, n, "kpps", add_rate, error))
		return FALSE;
	if (handled)
		return TRUE;
	rates = rate_parse_list(where, word, error);
	if (rates == NULL || (strstr(word, "..") == NULL && !add_rate(s, where, word, error)))
		return FALSE;
	/* A sweep of rates with units is one of frames a second. */
	for (guint i = 0; strstr(word, "..") != NULL && i < rates->len; i++) {
		const struct rate *r = &g_array_index(rates, struct rate, i);
		g_autofree char *value = format_number(r->value);
		g_autofree char *text = g_strconcat(value, "pps", NULL);

		if (r->kind != RATE_PPS)
			return refuse_word(where, word,
				"sweeps support only kpps; list other rates one by one", error);
		if (!add_rate(s, where, text, error))
			return FALSE;
	}
	return TRUE;
}

/* mix_guests: 0 where it is no mix. */
static gboolean add_traffic(
	struct spec *s, char *word, uint32_t mix_guests, const char *where, GError **error)
{
	struct spec_traffic *t = g_new0(struct spec_traffic, 1);

	t->word = word;
	t->mix = mix_guests != 0;
	t->mix_guests = mix_guests;
	g_ptr_array_add(s->traffic, t);
	return s->traffic->len <= VALUES_MAX ||
	       refuse_word(where, word, "more than 10000 values", error);
}

/* autotest counts without the FCS. */
static gboolean add_size(
	struct spec *s, const char *where, const char *word, guint64 len, GError **error)
{
	(void)word;
	return add_traffic(s,
		g_strdup_printf("--profile=fixed:%" G_GUINT64_FORMAT, len + FRAME_FCS_LEN), 0,
		where, error);
}

static gboolean take_profile(struct spec *s, const char *where, const char *word, GError **error)
{
	g_autoptr(profile) p = profile_open(word, 0, error);

	if (p == NULL) {
		g_prefix_error(error, "%s: ", where);
		return FALSE;
	}
	return add_traffic(s, g_strdup_printf("--profile=%s", word), 0, where, error);
}

static gboolean take_mix(struct spec *s, const char *where, const char *word, GError **error)
{
	g_autoptr(mix) m = mix_open(word, "cbr", 0, error);

	if (m == NULL) {
		g_prefix_error(error, "%s: ", where);
		return FALSE;
	}
	return add_traffic(s, g_strdup_printf("--mix=%s", word), m->nb_guests, where, error);
}

static gboolean take_arrival(struct spec *s, const char *where, const char *word, GError **error)
{
	if (!arrival_check(where, word, error))
		return FALSE;
	return add_word(s->arrivals, g_strdup_printf("--arrival=%s", word), where, error);
}

static gboolean take_share(struct spec *s, const char *where, const char *word, GError **error)
{
	return add_word(s->shares, g_strdup_printf("--share=%s", word), where, error);
}

/* Seconds without a unit. */
static char *duration_of(const char *word)
{
	double n;

	return text_number(word, &n) ? g_strdup_printf("%ss", word) : g_strdup(word);
}

static gboolean add_runtime(struct spec *s, const char *where, const char *text, GError **error)
{
	uint64_t ns;

	return duration_parse(where, text, 0, 72 * HOUR_NS, &ns, error) &&
	       add_word(s->runtimes, g_strdup_printf("--duration=%s", text), where, error);
}

static gboolean take_runtime(struct spec *s, const char *where, const char *word, GError **error)
{
	g_autoptr(GArray) n = g_array_new(FALSE, FALSE, sizeof(guint64));
	g_autofree char *text = duration_of(word);
	gboolean handled = FALSE;

	if (strstr(word, "..") == NULL)
		return add_runtime(s, where, text, error);
	if (!numbers_of(where, word, n, &handled, error))
		return FALSE;
	if (!handled)
		return refuse_word(
			where, word, "expected a range of seconds, such as 10..30:10", error);
	return add_each(s, where, n, "s", add_runtime, error);
}

static gboolean read_list(struct spec *s, const struct spec_key *key, const char *where,
	const char *value, GError **error)
{
	g_autoptr(GPtrArray) words = split_list(value, key->belongs);

	if (words->len > VALUES_MAX)
		return refuse_word(where, key->name, "more than 10000 values", error);
	for (guint i = 0; i < words->len; i++)
		if (key->add != NULL ? !add_numbers(s, key, where, words->pdata[i], error)
				     : !key->take(s, where, words->pdata[i], error))
			return FALSE;
	if (words->len == 0 && key->preset[0] != '\0')
		return refuse_word(
			where, value, "empty list; omit the key to use its default", error);
	return key->finish == NULL || key->finish(s, error);
}

static void *member_at(struct spec *s, const struct spec_key *key)
{
	return (char *)s + key->at;
}

static gboolean read_switch(struct spec *s, const struct spec_key *key, const char *where,
	const char *value, GError **error)
{
	return parse_boolean(where, value, member_at(s, key), error);
}

static gboolean read_seconds(struct spec *s, const struct spec_key *key, const char *where,
	const char *value, GError **error)
{
	g_autofree char *text = duration_of(value);
	uint64_t ns;

	if (!duration_parse(where, text, 0, 24 * HOUR_NS, &ns, error))
		return FALSE;
	*(double *)member_at(s, key) = (double)ns / 1e9;
	return TRUE;
}

/* A time that is an option of tsim of that name; "": its own default. */
static gboolean read_option(struct spec *s, const struct spec_key *key, const char *where,
	const char *value, GError **error)
{
	g_autofree char *text = duration_of(value);
	uint64_t ns;

	if (value[0] == '\0')
		return TRUE;
	if (!duration_parse(where, text, 0, HOUR_NS, &ns, error))
		return FALSE;
	*(char **)member_at(s, key) = g_strdup_printf("--%s=%s", key->name, text);
	return TRUE;
}

/* Goals, and the preset that says what they do not; "default": what tsim search does without either. */
static gboolean read_search(struct spec *s, const struct spec_key *key, const char *where,
	const char *value, GError **error)
{
	g_auto(GStrv) words = g_strsplit_set(value, " \t\n;", -1);
	g_autoptr(GPtrArray) texts = g_ptr_array_new();
	const char *preset = NULL;
	GPtrArray *goals;

	(void)key;
	for (char **word = words; *word != NULL; word++) {
		gboolean is_preset = g_str_equal(*word, "default") ||
				     g_strv_contains(goal_presets, *word);

		if (is_preset && preset != NULL)
			return refuse_word(where, *word, "second preset; give one", error);
		if (is_preset)
			preset = *word;
		else if (**word != '\0')
			g_ptr_array_add(texts, *word);
	}
	if (preset == NULL && texts->len == 0)
		return TRUE;
	s->search = g_ptr_array_new_with_free_func(g_free);
	/* "default" is the command's: a suite has another one. */
	if (preset != NULL && g_str_equal(preset, "default"))
		preset = NULL;
	if (preset != NULL)
		g_ptr_array_add(s->search, g_strdup_printf("--preset=%s", preset));
	for (guint i = 0; i < texts->len; i++)
		g_ptr_array_add(
			s->search, g_strdup_printf("--goal=%s", (const char *)texts->pdata[i]));
	g_ptr_array_add(texts, NULL);
	goals = goals_parse(where, (const char *const *)texts->pdata,
		preset == NULL ? goal_presets[0] : preset, error);
	if (goals == NULL)
		return FALSE;
	g_ptr_array_unref(goals);
	return TRUE;
}

static gboolean read_repetitions(struct spec *s, const struct spec_key *key, const char *where,
	const char *value, GError **error)
{
	guint64 n;

	(void)key;
	if (!parse_u64(value, 10000, &n) || n == 0)
		return refuse_word(where, value, "expected a number from 1 to 10000", error);
	s->repetitions = (guint)n;
	return TRUE;
}

/* One spelling of each folder, as equal trials of two sections are found by it. */
static char *plain_path(const char *path)
{
	g_autofree char *here = g_get_current_dir(), *whole = g_canonicalize_filename(path, NULL);
	gsize len = strlen(here);

	if (g_str_has_prefix(whole, here) && whole[len] == '/')
		return g_strdup(whole + len + 1);
	return g_steal_pointer(&whole);
}

/* outputdir is autotest's; else out/LABEL, and the label is the section's name. */
static gboolean read_dir(struct spec *s, const struct spec_key *key, const char *where,
	const char *dir, GError **error)
{
	g_autofree char *where_label = NULL;
	g_autofree char *label = value_of(s, find_key("label"), &where_label, error);
	g_autofree char *path = NULL, *last = NULL;

	(void)key;
	if (label == NULL)
		return FALSE;
	if (dir[0] == '\0')
		path = g_build_filename("out", label[0] != '\0' ? label : s->section, NULL);
	else
		path = g_build_filename(dir, label[0] != '\0' ? label : NULL, NULL);
	last = g_path_get_basename(path);
	if (last[0] == '.' || last[0] == '/' || strpbrk(last, "\n\t\\") != NULL)
		return refuse_word(label[0] != '\0' ? where_label : where, path,
			"invalid name of the series in the last component; use letters, digits, "
			"'-' and '.'",
			error);
	s->dir = plain_path(path);
	return TRUE;
}

/* What a matrix says itself: here it would be said twice, or of other trials. */
static gboolean check_args(const struct spec *s, const char *where, GError **error)
{
	static const char *const own[] = { "--profile", "--mix", "--guests", "--rate", "--ramp",
		"--share", "--arrival", "--machine", "--interface", "--vhost", "--qemu",
		"--ioregionfd", "--reflector", "--as", "--port", "--socket-dir", "--mac",
		"--duration", "--warm-up", "--drain", "--connect-timeout", "--reps", "--rep",
		"--seed", "--goal", "--preset", "--suite", "--print-goals", "--out", "--label",
		"--overwrite", "--capture", "--config", "--check", "--print-config", NULL };

	for (char **word = s->tsim_args; word != NULL && *word != NULL; word++) {
		g_auto(GStrv) parts = g_strsplit(*word, "=", 2);

		if ((**word == '-' && (*word)[1] != '-') || g_str_equal(*word, "--") ||
			(parts[0] != NULL && g_strv_contains(own, parts[0])))
			return refuse_word(where, *word,
				"not supported here; expected long options without an "
				"equivalent key of the matrix",
				error);
	}
	return TRUE;
}

static gboolean read_args(struct spec *s, const struct spec_key *key, const char *where,
	const char *value, GError **error)
{
	g_autoptr(GError) why = NULL;

	(void)key;
	if (value[0] == '\0')
		return TRUE;
	if (g_shell_parse_argv(value, NULL, &s->tsim_args, &why))
		return check_args(s, where, error);
	return refuse_word(where, value, why->message, error);
}

/* What a word of tsim run stands for, to be sorted by: rates of a kind, seconds, frame lengths. */
static double number_of(const char *word)
{
	const char *text = strchr(word, '=') + 1;
	struct rate r = { 0 };
	uint64_t ns = 0;

	if (g_str_has_prefix(word, "--rate="))
		return rate_parse("", text, &r, NULL) ? r.value + (double)r.kind * RATE_KIND : 0;
	if (g_str_has_prefix(word, "--duration="))
		return duration_parse("", text, 0, 72 * HOUR_NS, &ns, NULL) ? (double)ns : 0;
	return (double)g_ascii_strtoull(
		strrchr(word, g_str_has_prefix(word, "--seed=") ? '=' : ':') + 1, NULL, 10);
}

static int compare_doubles(double a, double b)
{
	return (a > b) - (a < b);
}

static gint by_number(gconstpointer a, gconstpointer b)
{
	return compare_doubles(
		number_of(*(const char *const *)a), number_of(*(const char *const *)b));
}

static gint by_size(gconstpointer a, gconstpointer b)
{
	return compare_doubles(number_of((*(const struct spec_traffic *const *)a)->word),
		number_of((*(const struct spec_traffic *const *)b)->word));
}

static gint by_guests(gconstpointer a, gconstpointer b)
{
	return compare_doubles(*(const uint32_t *)a, *(const uint32_t *)b);
}

/* However they were written, as autotest's sets of numbers. Words stay as they are. */
static gboolean sort_sizes(struct spec *s, GError **error)
{
	(void)error;
	g_ptr_array_sort(s->traffic, by_size);
	return TRUE;
}

static gboolean set_default_traffic(struct spec *s, GError **error)
{
	return s->traffic->len != 0 ||
	       add_traffic(s, g_strdup("--profile=imix"), 0, s->where, error);
}

#define LIST(name_, preset_, take_, ...)                                           \
	{                                                                          \
		.name = (name_), .preset = (preset_), .take = (take_), __VA_ARGS__ \
	}
#define NUMBERS(name_, preset_, add_, min_, max_, ...)                                             \
	{                                                                                          \
		.name = (name_), .preset = (preset_), .add = (add_), .min = (min_), .max = (max_), \
		__VA_ARGS__                                                                        \
	}
#define ONE(name_, preset_, read_, member_)                            \
	{                                                              \
		.name = (name_), .preset = (preset_), .read = (read_), \
		.at = offsetof(struct spec, member_)                   \
	}

/* In the order in which they are read, and, of the lists, in which the tree has them. */
static const struct spec_key keys[] = {
	LIST("machines", "pcvm", take_machine),
	LIST("interfaces", "bridge", take_interface),
	LIST("qemus", "normal:", take_qemu),
	LIST("vhosts", "false", take_vhost),
	LIST("ioregionfds", "false", take_ioregionfd),
	NUMBERS("guests", "1", add_guests, 1, FRAME_GUESTS_MAX),
	LIST("reflectors", "xdp", take_reflector),
	LIST("rates", "100", take_rate),
	NUMBERS("sizes", "", add_size, FRAME_LEN_MIN - FRAME_FCS_LEN,
		FRAME_LEN_MAX - FRAME_FCS_LEN),
	NUMBERS("size", "", add_size, FRAME_LEN_MIN - FRAME_FCS_LEN, FRAME_LEN_MAX - FRAME_FCS_LEN,
		.finish = sort_sizes),
	LIST("profiles", "", take_profile, .belongs = parameter_goes_on),
	LIST("mixes", "", take_mix, .finish = set_default_traffic),
	LIST("arrivals", "cbr", take_arrival, .belongs = parameter_goes_on),
	LIST("shares", "equal", take_share, .belongs = number_goes_on),
	LIST("runtimes", "10", take_runtime),
	NUMBERS("seeds", "1", add_seed, 0, G_MAXINT64),
	ONE("search", "", read_search, search),
	ONE("repetitions", "1", read_repetitions, repetitions),
	ONE("warm-up", "", read_option, warm_up),
	ONE("drain", "", read_option, drain),
	ONE("warmup", "false", read_switch, warmup),
	ONE("cooldown", "false", read_switch, cooldown),
	ONE("accumulate", "false", read_switch, accumulate),
	ONE("warmup_runtime", "20", read_seconds, warmup_s),
	ONE("cooldown_runtime", "20", read_seconds, cooldown_s),
	ONE("outputdir", "", read_dir, dir),
	{ .name = "label", .preset = "" }, /* read with it */
	ONE("tsim_args", "", read_args, tsim_args),
};

static const struct spec_key *find_key(const char *name)
{
	for (unsigned i = 0; i < G_N_ELEMENTS(keys); i++)
		if (g_str_equal(keys[i].name, name))
			return &keys[i];
	g_assert_not_reached();
}

/* The keys of the section are all known. */
static gboolean check_keys(const struct spec *s, const char *const *found, GError **error)
{
	const char *names[G_N_ELEMENTS(keys) + 1] = { NULL };

	for (unsigned i = 0; i < G_N_ELEMENTS(keys); i++)
		names[i] = keys[i].name;
	for (; *found != NULL; found++) {
		g_autofree char *where = NULL, *hint = NULL;

		if (g_strv_contains(names, *found))
			continue;
		hint = text_did_you_mean(*found, names);
		g_free(ini_get(s->file, s->section, *found, &where, NULL));
		return sim_fail(error, SIM_ERROR_USAGE, "%s: unknown key '%s'%s",
			where == NULL ? s->where : where, *found, hint);
	}
	return TRUE;
}

/* Loads and durations are the search's; those of [DEFAULT] are for other sections. */
static gboolean apply_search(struct spec *s, GError **error)
{
	static const char *const useless[] = { "rates", "runtimes", "warmup", NULL };
	GPtrArray *const lists[] = { s->rates, s->runtimes };
	const char *const *key = ini_keys(s->file, s->section);

	if (s->search == NULL) {
		s->warm_up = s->warm_up == NULL ? g_strdup("--warm-up=1s") : s->warm_up;
		s->drain = s->drain == NULL ? g_strdup("--drain=2s") : s->drain;
		return TRUE;
	}
	for (; *key != NULL; key++) {
		g_autofree char *where = NULL;

		if (!g_strv_contains(useless, *key))
			continue;
		g_free(ini_get(s->file, s->section, *key, &where, NULL));
		return sim_fail(error, SIM_ERROR_USAGE,
			"%s: not supported with 'search', which chooses loads and durations; "
			"remove one of the two",
			where);
	}
	for (unsigned i = 0; i < G_N_ELEMENTS(lists); i++) {
		g_ptr_array_set_size(lists[i], 0);
		g_ptr_array_add(lists[i], NULL);
	}
	s->warmup = FALSE;
	return TRUE;
}

static gboolean read_key(struct spec *s, const struct spec_key *key, GError **error)
{
	g_autofree char *where = NULL;
	g_autofree char *value = value_of(s, key, &where, error);

	return value != NULL &&
	       (key->read != NULL ? key->read : read_list)(s, key, where, value, error);
}

gboolean spec_read(struct spec *s, GError **error)
{
	if (!check_keys(s, ini_keys(s->file, s->section), error))
		return FALSE;
	for (unsigned i = 0; i < G_N_ELEMENTS(keys); i++)
		if (!g_str_equal(keys[i].name, "label") && !read_key(s, &keys[i], error))
			return FALSE;
	if (!apply_search(s, error))
		return FALSE;
	g_array_sort(s->guests, by_guests);
	g_ptr_array_sort(s->rates, by_number);
	g_ptr_array_sort(s->runtimes, by_number);
	g_ptr_array_sort(s->seeds, by_number);
	return TRUE;
}

static void traffic_free(gpointer p)
{
	struct spec_traffic *t = p;

	g_free(t->word);
	g_free(t);
}

void spec_init(struct spec *s, const struct ini *file, const char *section, char *where)
{
	*s = (struct spec){
		.file = file,
		.section = section,
		.where = where,
		.machines = g_array_new(FALSE, FALSE, sizeof(enum machine)),
		.interfaces = g_array_new(FALSE, FALSE, sizeof(struct spec_interface)),
		.qemus = g_array_new(FALSE, FALSE, sizeof(struct spec_qemu)),
		.vhosts = g_array_new(FALSE, FALSE, sizeof(gboolean)),
		.ioregionfds = g_array_new(FALSE, FALSE, sizeof(gboolean)),
		.guests = g_array_new(FALSE, FALSE, sizeof(uint32_t)),
		.reflectors = g_array_new(FALSE, FALSE, sizeof(enum reflector_kind)),
		.rates = g_ptr_array_new_with_free_func(g_free),
		.traffic = g_ptr_array_new_with_free_func(traffic_free),
		.arrivals = g_ptr_array_new_with_free_func(g_free),
		.shares = g_ptr_array_new_with_free_func(g_free),
		.runtimes = g_ptr_array_new_with_free_func(g_free),
		.seeds = g_ptr_array_new_with_free_func(g_free),
	};
}

void spec_clear(struct spec *s, struct matrix *m)
{
	for (guint i = 0; i < s->qemus->len; i++) {
		g_ptr_array_add(m->strings, g_array_index(s->qemus, struct spec_qemu, i).name);
		g_ptr_array_add(m->strings, g_array_index(s->qemus, struct spec_qemu, i).path);
	}
	g_array_unref(s->machines);
	g_array_unref(s->interfaces);
	g_array_unref(s->qemus);
	g_array_unref(s->vhosts);
	g_array_unref(s->ioregionfds);
	g_array_unref(s->guests);
	g_array_unref(s->reflectors);
	g_ptr_array_unref(s->rates);
	g_ptr_array_unref(s->traffic);
	g_ptr_array_unref(s->arrivals);
	g_ptr_array_unref(s->shares);
	g_ptr_array_unref(s->runtimes);
	g_ptr_array_unref(s->seeds);
	g_clear_pointer(&s->search, g_ptr_array_unref);
	g_strfreev(s->tsim_args);
	g_free(s->warm_up);
	g_free(s->drain);
	g_free(s->dir);
	g_free(s->where);
}
