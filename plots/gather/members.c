/* SPDX-License-Identifier: BSD-3-Clause */
#include "plots/gather/members.h"

#include <string.h>

#include "analyze/base/text.h"
#include "analyze/base/error.h"
#include "analyze/results/result_numbers.h"
#include "analyze/results/result_params.h"
#include "analyze/results/side_names.h"
#include "plots/draw/error.h"

enum { FILE_NAME_MAX = 120 };

static void member_free(gpointer data)
{
	struct member *m = data;

	g_free(m->key);
	g_free(m->title);
	g_free(m);
}

void members_free(member_list *m)
{
	if (m == NULL)
		return;
	g_ptr_array_unref(m->all);
	g_ptr_array_unref(m->sets);
	g_ptr_array_unref(m->remarks);
	facets_free(m->layout);
	g_free(m);
}

static struct member *member_at(const member_list *m, guint i)
{
	return g_ptr_array_index(m->all, i);
}

char *member_short_name(const char *const *names, guint i)
{
	g_auto(GStrv) all = side_names(names);

	return g_strdup(all[i]);
}

char *members_file_name(const char *command, const char *const *names)
{
	GString *text = g_string_new(command);

	for (guint i = 0; names[i] != NULL; i++) {
		g_autofree char *name = member_short_name(names, i);

		g_string_append_printf(text, "-%s",
			g_strcanon(name, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "._-+=,", '_'));
	}
	if (text->len > FILE_NAME_MAX)
		g_string_truncate(text, FILE_NAME_MAX);
	return g_string_free(text, FALSE);
}

/* What a NAME is called. */
static char *name_of(const member_list *m, guint i)
{
	return m->options->titles != NULL ? g_strdup(m->options->titles[i])
					  : member_short_name(m->names, i);
}

/* The value of a member; NULL where a mix file has the values, and the profile names it. */
static char *value_at(const member_list *m, guint i, const char *parameter)
{
	g_autofree char *value = result_parameter(&member_at(m, i)->c->params, parameter);
	gboolean of_mix = strcmp(parameter, "arrival") == 0 || strcmp(parameter, "share") == 0;

	return of_mix && strcmp(value, "mix") == 0 ? NULL : g_steal_pointer(&value);
}

/* Whether a parameter has several values among members of a name (G_MAXUINT: of all). */
static gboolean members_differ(const member_list *m, guint name, const char *parameter)
{
	g_autofree char *first = NULL;

	for (guint i = 0; i < m->all->len; i++) {
		if (name != G_MAXUINT && member_at(m, i)->name != name)
			continue;
		g_autofree char *value = value_at(m, i, parameter);

		if (first == NULL)
			first = g_steal_pointer(&value);
		else if (value != NULL && strcmp(first, value) != 0)
			return TRUE;
	}
	return FALSE;
}

/* Whether a word stands alone in a text: "on" in "vhost-on", not in "none". */
static gboolean has_word(const char *text, const char *word)
{
	for (const char *p = strstr(text, word); p != NULL; p = strstr(p + 1, word)) {
		if ((p == text || !g_ascii_isalnum(p[-1])) && !g_ascii_isalnum(p[strlen(word)]))
			return TRUE;
	}
	return FALSE;
}

/* Whether each NAME says the value that its members have. */
static gboolean names_say(const member_list *m, const char *parameter)
{
	for (guint i = 0; i < m->all->len; i++) {
		g_autofree char *value = result_parameter(&member_at(m, i)->c->params, parameter);

		if (*value == '\0' || !has_word(m->names[member_at(m, i)->name], value))
			return FALSE;
	}
	return TRUE;
}

/* Some mix is among them: then the profile says more than the size. */
static gboolean some_mix(const member_list *m)
{
	for (guint i = 0; i < m->all->len; i++) {
		if (member_at(m, i)->c->params.frame_len == 0)
			return TRUE;
	}
	return FALSE;
}

/* Whether a parameter has several values within a panel, of one name. */
static gboolean differs_in_panel(const member_list *m, guint name, const char *parameter)
{
	g_autoptr(GHashTable)
		first = g_hash_table_new_full(g_direct_hash, g_direct_equal, NULL, g_free);

	for (guint i = 0; i < m->all->len; i++) {
		const struct member *member = member_at(m, i);
		gpointer panel = GUINT_TO_POINTER(member->facet);
		g_autofree char *value = NULL;
		const char *known;

		if (member->name != name)
			continue;
		value = value_at(m, i, parameter);
		known = g_hash_table_lookup(first, panel);
		if (value == NULL)
			continue;
		if (known != NULL && strcmp(known, value) != 0)
			return TRUE;
		if (known == NULL)
			g_hash_table_insert(first, panel, g_steal_pointer(&value));
	}
	return FALSE;
}

/* These are in names of groups only where nothing else distinguishes them. */
static const char *const minor[] = { "duration", "warm-up", "drain", "seed", "cores", "mix", NULL };

/* Whether panels have a parameter in their titles. */
static gboolean is_panel(const member_list *m, const char *parameter)
{
	return m->layout != NULL && (facets_have(m->layout->rows, parameter) ||
					    facets_have(m->layout->columns, parameter));
}

/*
 * Whether a parameter is part of the names of a NAME's groups: they differ in it within their panel;
 * or NAMEs do, and do not say so themselves.
 */
static gboolean is_in_title(const member_list *m, guint name, const char *parameter)
{
	if (strcmp(parameter, "rate") == 0)
		return !m->loads_together && !is_panel(m, parameter) &&
		       members_differ(m, G_MAXUINT, parameter);
	if (g_strv_contains(minor, parameter) ||
		strcmp(parameter, some_mix(m) ? "size" : "profile") == 0 || is_panel(m, parameter))
		return FALSE;
	return differs_in_panel(m, name, parameter) ||
	       (m->options->titles == NULL && strcmp(parameter, "label") != 0 &&
		       members_differ(m, G_MAXUINT, parameter) && !names_say(m, parameter));
}

static void add_words(char **title, const char *words)
{
	g_autofree char *before = *title;

	*title = g_strconcat(before, *before != '\0' && *words != '\0' ? ", " : "", words, NULL);
}

/* Groups of one key that differ in a parameter say its value, and are groups of their own. */
static void split_groups(member_list *m, const char *parameter)
{
	g_autoptr(GHashTable)
		first = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	g_autoptr(GHashTable) split = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

	for (guint i = 0; i < m->all->len; i++) {
		const struct member *member = member_at(m, i);
		char *value = result_parameter(&member->c->params, parameter);
		const char *known = g_hash_table_lookup(first, member->key);

		if (known != NULL && strcmp(known, value) != 0)
			g_hash_table_add(split, g_strdup(member->key));
		if (known == NULL)
			g_hash_table_insert(first, g_strdup(member->key), value);
		else
			g_free(value);
	}
	for (guint i = 0; i < m->all->len; i++) {
		struct member *member = member_at(m, i);
		g_autofree char *text = facets_text(&member->c->params, parameter);

		if (!g_hash_table_contains(split, member->key))
			continue;
		add_words(&member->title, text);
		add_words(&member->key, text);
	}
}

/* What differs in no parameter that has a name (a mix of equal name, say) is told by number. */
static void part_twins(member_list *m)
{
	g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

	for (guint i = 0; i < m->all->len; i++) {
		struct member *member = member_at(m, i);
		char *at = g_strdup_printf("%" G_GUINT64_FORMAT " %s",
			(guint64)member->c->params.rate_pps, member->key);
		guint twins = GPOINTER_TO_UINT(g_hash_table_lookup(seen, at)) + 1;

		g_hash_table_replace(seen, at, GUINT_TO_POINTER(twins));
		if (twins == 1)
			continue;
		g_autofree char *key = g_steal_pointer(&member->key);
		g_autofree char *title = g_steal_pointer(&member->title);

		member->key = g_strdup_printf("%s\n%u", key, twins);
		member->title = g_strdup_printf("%s (%u)", title, twins);
	}
}

void members_name(member_list *m)
{
	/* One name is the title of the figure. */
	gboolean unnamed = m->names[1] == NULL && m->options->titles == NULL;

	for (guint i = 0; i < m->all->len; i++) {
		struct member *member = member_at(m, i);

		g_free(member->title);
		member->title = unnamed ? g_strdup("") : name_of(m, member->name);
		if (member->c->slice != NULL)
			add_words(&member->title, member->c->slice->title);
		for (const char *const *p = result_parameter_names(); *p != NULL; p++) {
			g_autofree char *text = is_in_title(m, member->name, *p)
							? facets_text(&member->c->params, *p)
							: g_strdup("");

			add_words(&member->title, text);
		}
		g_free(member->key);
		member->key = g_strdup_printf(
			"%u %u %s", member->name, member->facet, member->title);
	}
	split_groups(m, "profile");
	for (const char *const *p = minor; *p != NULL; p++)
		split_groups(m, *p);
	for (guint i = 0; i < m->all->len; i++) {
		struct member *member = member_at(m, i);
		g_autofree char *name = name_of(m, member->name);

		if (*member->title == '\0')
			add_words(&member->title, name);
	}
	part_twins(m);
}

gboolean members_share_groups(const member_list *m)
{
	g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);

	for (guint i = 0; i < m->all->len; i++)
		if (!g_hash_table_add(seen, member_at(m, i)->key))
			return TRUE;
	return FALSE;
}

/* What all have in common and no panel says, as far as a reader asks for it. */
static char *common_text(const member_list *m)
{
	static const char *const parameters[] = { "profile", "guests", "machine", "interface",
		"arrival", "rate", "duration", "extra" };
	const struct trial_params *first = &member_at(m, 0)->c->params;
	GString *text = g_string_new(NULL);

	for (guint i = 0; i < G_N_ELEMENTS(parameters); i++) {
		const char *name = parameters[i];

		if ((strcmp(name, "rate") == 0 && m->loads_together) ||
			members_differ(m, G_MAXUINT, name) || is_panel(m, name))
			continue;
		if (strcmp(name, "profile") == 0 && first->frame_len != 0)
			name = "size";
		g_autofree char *one = facets_text(first, name);

		g_string_append_printf(
			text, "%s%s", text->len > 0 && *one != '\0' ? ", " : "", one);
	}
	return g_string_free(text, FALSE);
}

/* "interface, vhost": in which parameters members differ. */
static char *differing_text(const member_list *m)
{
	GString *text = g_string_new(NULL);

	for (const char *const *p = result_parameter_names(); *p != NULL; p++) {
		if (!g_strv_contains(minor, *p) && members_differ(m, G_MAXUINT, *p) &&
			!(strcmp(*p, "rate") == 0 && m->loads_together))
			g_string_append_printf(text, "%s%s", text->len > 0 ? ", " : "", *p);
	}
	return g_string_free(text, text->len == 0);
}

figure *members_figure(const member_list *m)
{
	g_autoptr(GPtrArray) words = g_ptr_array_new_with_free_func(g_free);
	figure *f = figure_new();

	for (guint i = 0; m->names[i] != NULL; i++)
		g_ptr_array_add(words, name_of(m, i));
	g_ptr_array_add(words, NULL);
	g_autofree char *all = g_strjoinv(
		words->len == 3 ? " against " : ", ", (char **)words->pdata);

	g_free(f->title);
	f->title = m->options->title != NULL ? g_strdup(m->options->title)
		   : m->by == RESULT_BY_NONE
			   ? g_strdup(all)
			   : g_strdup_printf("%s by %s", all, result_by_words[m->by]);
	f->sliced = m->by != RESULT_BY_NONE;
	g_free(f->subtitle);
	f->subtitle = common_text(m);
	f->differing = differing_text(m);
	return f;
}

/* Takes set: the combinations of a NAME. */
static void add_set(member_list *m, guint name, result_set *set)
{
	g_autofree char *rate = g_strconcat("rate-", m->options->rate, NULL);

	g_ptr_array_add(m->sets, set);
	for (guint i = 0; i < set->combinations->len; i++) {
		const struct member found = {
			.set = set, .c = g_ptr_array_index(set->combinations, i), .name = name
		};

		if (m->options->rate == NULL || result_selector_matches(rate, &found.c->params))
			g_ptr_array_add(m->all, g_memdup2(&found, sizeof(found)));
	}
}

static gboolean find_one(member_list *m, guint name, GError **error)
{
	const struct members_options *options = m->options;
	const struct result_options found = { .dir = options->dir };
	const char *const one[] = { m->names[name], NULL };
	g_autoptr(GError) cause = NULL;
	result_set *set = result_open(&found, one, &cause);

	if (set == NULL && options->missing_ok &&
		g_error_matches(cause, ANALYZE_ERROR, ANALYZE_ERROR_NOT_FOUND))
		return TRUE;
	if (set == NULL) {
		g_propagate_error(error, g_steal_pointer(&cause));
		return FALSE;
	}
	add_set(m, name, set);
	return TRUE;
}

gboolean members_exist(const member_list *m, GError **error)
{
	return m->all->len > 0 || plots_fail(error, PLOTS_ERROR_EMPTY,
					  "no trial that is done: nothing to draw; run tsim first");
}

/* Of interfaces or groups, the most that a member has. */
static guint most_values(const member_list *m, enum result_by by)
{
	guint most = 0;

	for (guint i = 0; i < m->all->len; i++) {
		g_autoptr(GPtrArray) values = result_slice_values(member_at(m, i)->c, by);

		most = MAX(most, values->len);
	}
	return most;
}

enum result_by members_kind(const member_list *m)
{
	for (int by = RESULT_BY_INTERFACE; by <= RESULT_BY_GROUP; by++)
		if (most_values(m, (enum result_by)by) > 1)
			return (enum result_by)by;
	return RESULT_BY_NONE;
}

/* Where nobody said by what; a remark where it could be, but is not. */
static enum result_by choose_by(member_list *m)
{
	enum result_by by = members_kind(m);
	guint most = by != RESULT_BY_NONE ? most_values(m, by) : 0;
	gboolean one_series = m->options->by == MEMBERS_BY_CHOOSE && most <= MEMBERS_BY_MAX;

	for (guint i = 1; i < m->all->len; i++)
		one_series &= strcmp(member_at(m, i)->key, member_at(m, 0)->key) == 0;
	if (by == RESULT_BY_NONE || one_series)
		return by;
	figure_remark(m->remarks, "up to %u %ss in one series; --by %s draws one series for each",
		most, result_by_words[by], result_by_words[by]);
	return RESULT_BY_NONE;
}

/* Values of a member that are drawn; of guests the worst. NULL and error. */
static GPtrArray *values_of(member_list *m, const struct member *member, GError **error)
{
	GPtrArray *values = result_slice_values(member->c, m->by);
	guint max = MAX(1, MEMBERS_BY_MAX / g_strv_length((char **)(uintptr_t)m->names));

	if (m->by != RESULT_BY_GUEST || values->len <= max)
		return values;
	g_ptr_array_unref(values);
	return result_slice_worst(member->set, member->c, max, error);
}

/* The member of the name of one with the highest load: its worst guests are drawn at all loads. */
static const struct member *highest_load(const member_list *m, const struct member *one)
{
	const struct member *highest = one;

	for (guint i = 0; i < m->all->len; i++) {
		const struct member *member = member_at(m, i);

		if (member->name == one->name &&
			member->c->n.offered_pps > highest->c->n.offered_pps)
			highest = member;
	}
	return highest;
}

static void remark_worst(member_list *m, const struct member *of, const GPtrArray *values)
{
	g_autoptr(GString) list = g_string_new(NULL);

	if (m->by != RESULT_BY_GUEST || values->len >= of->c->nb_guests)
		return;
	for (guint i = 0; i < values->len; i++)
		g_string_append_printf(
			list, "%s%s", i > 0 ? ", " : "", (const char *)values->pdata[i]);
	figure_remark(m->remarks, "%s: the %u worst of %u guests are drawn (%s)",
		m->names[of->name], values->len, of->c->nb_guests, list->str);
}

static gboolean fail_unsplit(const member_list *m, GError **error)
{
	const struct member *first = member_at(m, 0);
	const char *word = result_by_words[m->by];
	g_autoptr(GPtrArray) values = result_slice_values(first->c, m->by);

	if (result_numbers_is_moongen(first->c))
		return plots_fail(error, PLOTS_ERROR_EMPTY,
			"--by %s: results of autotest have totals only, no %ss; leave it out", word,
			word);
	if (values->len == 0)
		return plots_fail(error, PLOTS_ERROR_EMPTY,
			"--by %s: '%s' has no %ss: they need a mix file or a fleet", word,
			m->names[first->name], word);
	return plots_fail(error, PLOTS_ERROR_EMPTY,
		"--by %s: '%s' has a single %s (%s%s); leave it out", word, m->names[first->name],
		word, (const char *)values->pdata[0], m->by == RESULT_BY_SIZE ? " B" : "");
}

/* Members become their slices by m->by; those without values stay as they are. */
static gboolean split_members(member_list *m, GError **error)
{
	g_autoptr(GPtrArray) all = g_ptr_array_new_with_free_func(member_free);
	g_autoptr(GPtrArray) values = NULL;
	const struct member *before = NULL;
	gboolean several = FALSE;

	for (guint i = 0; i < m->all->len; i++) {
		const struct member *member = member_at(m, i);
		const struct member *of = m->by == RESULT_BY_GUEST ? highest_load(m, member)
								   : member;

		if (values == NULL || of != before) {
			g_clear_pointer(&values, g_ptr_array_unref);
			values = values_of(m, of, error);
			if (values == NULL)
				return FALSE;
			remark_worst(m, of, values);
			before = of;
		}
		several |= values->len > 1;
		for (guint k = 0; k < MAX(values->len, 1); k++) {
			struct member part = {
				.set = member->set, .c = member->c, .name = member->name
			};

			part.whole = values->len > 0 ? member->c : NULL;
			if (values->len > 0)
				part.c = result_slice_new(
					part.set, part.c, m->by, g_ptr_array_index(values, k));
			if (part.c != NULL)
				g_ptr_array_add(all, g_memdup2(&part, sizeof(part)));
		}
	}
	if (!several)
		return fail_unsplit(m, error);
	g_ptr_array_unref(m->all);
	m->all = g_steal_pointer(&all);
	members_name(m);
	return TRUE;
}

static member_list *new_list(const struct members_options *options, const char *const *names)
{
	member_list *m = g_new0(member_list, 1);

	m->options = options;
	m->names = names;
	m->loads_together = options->loads_together;
	m->all = g_ptr_array_new_with_free_func(member_free);
	m->remarks = g_ptr_array_new_with_free_func(g_free);
	m->sets = g_ptr_array_new_with_free_func((GDestroyNotify)result_free);
	return m;
}

member_list *members_of(
	const struct members_options *options, const char *const *names, GPtrArray *sets)
{
	member_list *m = new_list(options, names);

	for (guint i = 0; i < sets->len; i++)
		add_set(m, i, g_ptr_array_index(sets, i));
	g_ptr_array_set_free_func(sets, NULL);
	g_ptr_array_set_size(sets, 0);
	members_name(m);
	return m;
}

member_list *members_find(
	const struct members_options *options, const char *const *names, GError **error)
{
	g_autoptr(member_list) m = new_list(options, names);

	for (guint i = 0; names[i] != NULL; i++) {
		if (!find_one(m, i, error))
			return NULL;
	}
	if (!members_exist(m, error))
		return NULL;
	members_name(m);
	m->by = options->by < 0 ? choose_by(m) : (enum result_by)options->by;
	if (m->by != RESULT_BY_NONE && !split_members(m, error))
		return NULL;
	return g_steal_pointer(&m);
}

gboolean members_load(const member_list *m, guint i, GError **error)
{
	const struct member *first = member_at(m, i);
	g_autoptr(GPtrArray) slices = g_ptr_array_new();

	if (first->c->loaded)
		return TRUE;
	if (first->whole == NULL)
		return result_load(first->set, first->c, NULL, NULL, error);
	for (; i < m->all->len; i++) {
		if (member_at(m, i)->whole == first->whole)
			g_ptr_array_add(slices, member_at(m, i)->c);
	}
	return result_load_slices(first->set, slices, error);
}

void members_messages(const member_list *m, GPtrArray *messages)
{
	text_copy_all(messages, m->remarks);
	for (guint i = 0; i < m->sets->len; i++) {
		const result_set *set = g_ptr_array_index(m->sets, i);

		text_copy_all(messages, set->warnings);
		text_copy_all(messages, set->notes);
	}
}

gboolean members_fit(guint groups, guint max, const char *what, GError **error)
{
	return groups <= max ||
	       plots_fail(error, PLOTS_ERROR_ARGUMENT,
		       "%u groups are too many for %s (at most %u); name fewer, or pick some as in "
		       "rate-100 or vhost-on",
		       groups, what, max);
}
