/* SPDX-License-Identifier: BSD-3-Clause */
#include "plots/gather/members.h"

#include <string.h>

#include "analyze/results/side_names.h"
#include "plots/draw/error.h"
#include "plots/gather/facets.h"

void member_free(gpointer data)
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
	figure_free(m->head);
	g_free(m);
}

char *member_short_name(const char *const *names, guint i)
{
	g_auto(GStrv) all = side_names(names);

	return g_strdup(all[i]);
}

gboolean members_differ(const GPtrArray *all, guint name, const char *parameter)
{
	g_autofree char *first = NULL;

	for (guint i = 0; i < all->len; i++) {
		const struct member *m = g_ptr_array_index(all, i);

		if (name != G_MAXUINT && m->name != name)
			continue;
		g_autofree char *value = result_parameter(&m->c->params, parameter);

		if (first == NULL)
			first = g_steal_pointer(&value);
		else if (strcmp(first, value) != 0)
			return TRUE;
	}
	return FALSE;
}

static void name_members(GPtrArray *all, const char *const *names, gboolean loads_together)
{
	for (guint i = 0; i < all->len; i++) {
		struct member *m = g_ptr_array_index(all, i);
		g_autofree char *name = member_short_name(names, m->name);
		g_autoptr(GString) title = g_string_new(name);

		for (const char *const *p = result_parameter_names(); *p != NULL; p++) {
			gboolean is_rate = strcmp(*p, "rate") == 0;

			if ((is_rate && loads_together) ||
				!members_differ(all, is_rate ? G_MAXUINT : m->name, *p))
				continue;
			g_autofree char *text = facets_text(&m->c->params, *p);

			g_string_append_printf(title, ", %s", text);
		}
		m->title = g_strdup(title->str);
		m->key = g_strdup_printf("%u %s", m->name, title->str);
	}
}

void members_part_twins(GPtrArray *all)
{
	g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

	for (guint i = 0; i < all->len; i++) {
		struct member *m = g_ptr_array_index(all, i);
		char *at = g_strdup_printf(
			"%" G_GUINT64_FORMAT " %s", (guint64)m->c->params.rate_pps, m->key);
		guint twins = GPOINTER_TO_UINT(g_hash_table_lookup(seen, at)) + 1;

		g_hash_table_replace(seen, at, GUINT_TO_POINTER(twins));
		if (twins == 1)
			continue;
		g_autofree char *key = g_steal_pointer(&m->key);
		g_autofree char *title = g_steal_pointer(&m->title);

		m->key = g_strdup_printf("%s\n%u", key, twins);
		m->title = g_strdup_printf("%s (%u)", title, twins);
	}
}

char *member_common_value(const struct trial_params *p, const char *parameter)
{
	g_autofree char *value = result_parameter(p, parameter);

	if (*value == '\0')
		return NULL;
	return facets_text(
		p, strcmp(parameter, "profile") == 0 && p->frame_len != 0 ? "size" : parameter);
}

/* What all have in common, as far as a reader asks for it. */
static char *common_text(const GPtrArray *all, gboolean loads_together)
{
	static const char *const parameters[] = { "profile", "guests", "machine", "interface",
		"arrival", "rate", "duration" };
	const struct member *first = g_ptr_array_index(all, 0);
	GString *text = g_string_new(NULL);

	for (guint i = 0; i < G_N_ELEMENTS(parameters); i++) {
		if ((strcmp(parameters[i], "rate") == 0 && loads_together) ||
			members_differ(all, G_MAXUINT, parameters[i]))
			continue;
		g_autofree char *one = member_common_value(&first->c->params, parameters[i]);

		if (one != NULL)
			g_string_append_printf(text, "%s%s", text->len > 0 ? ", " : "", one);
	}
	return g_string_free(text, FALSE);
}

static void set_head(
	member_list *m, const struct members_options *options, const char *const *names)
{
	g_autoptr(GPtrArray) words = g_ptr_array_new_with_free_func(g_free);

	for (guint i = 0; names[i] != NULL; i++)
		g_ptr_array_add(words, member_short_name(names, i));
	g_ptr_array_add(words, NULL);
	g_free(m->head->title);
	m->head->title = options->title != NULL ? g_strdup(options->title)
						: g_strjoinv(words->len == 3 ? " against " : ", ",
							  (char **)words->pdata);
	g_free(m->head->subtitle);
	m->head->subtitle = common_text(m->all, options->loads_together);
}

static gboolean find_one(member_list *m, const struct result_options *found, const char *name,
	guint index, GError **error)
{
	const char *const one[] = { name, NULL };
	result_set *set = result_open(found, one, error);

	if (set == NULL)
		return FALSE;
	g_ptr_array_add(m->sets, set);
	for (guint i = 0; i < set->combinations->len; i++) {
		struct member *member = g_new0(struct member, 1);

		member->set = set;
		member->c = g_ptr_array_index(set->combinations, i);
		member->name = index;
		g_ptr_array_add(m->all, member);
	}
	return TRUE;
}

member_list *members_find(
	const struct members_options *options, const char *const *names, GError **error)
{
	g_autoptr(member_list) m = g_new0(member_list, 1);
	const struct result_options found = { .dir = options->dir };

	m->all = g_ptr_array_new_with_free_func(member_free);
	m->sets = g_ptr_array_new_with_free_func((GDestroyNotify)result_free);
	m->head = figure_new();
	for (guint i = 0; names[i] != NULL; i++) {
		if (!find_one(m, &found, names[i], i, error))
			return NULL;
	}
	if (m->all->len == 0) {
		g_set_error(error, PLOTS_ERROR, PLOTS_ERROR_EMPTY,
			"no trial that is done: nothing to draw; run tsim first");
		return NULL;
	}
	name_members(m->all, names, options->loads_together);
	members_part_twins(m->all);
	set_head(m, options, names);
	return g_steal_pointer(&m);
}

void members_take_messages(GPtrArray *messages, const result_set *set)
{
	for (guint i = 0; i < set->warnings->len; i++)
		g_ptr_array_add(messages, g_strdup(g_ptr_array_index(set->warnings, i)));
	for (guint i = 0; i < set->notes->len; i++)
		g_ptr_array_add(messages, g_strdup(g_ptr_array_index(set->notes, i)));
}

void members_messages(const member_list *m, GPtrArray *messages)
{
	for (guint i = 0; i < m->sets->len; i++)
		members_take_messages(messages, g_ptr_array_index(m->sets, i));
}

void members_set_head(const member_list *m, figure *to)
{
	g_free(to->title);
	to->title = g_strdup(m->head->title);
	g_free(to->subtitle);
	to->subtitle = g_strdup(m->head->subtitle);
}

gboolean member_trustworthy(const struct member *m)
{
	return m->c->trustworthy && m->c->nb_interrupted == 0;
}

gboolean members_fit(guint groups, guint max, const char *what, GError **error)
{
	if (groups <= max)
		return TRUE;
	g_set_error(error, PLOTS_ERROR, PLOTS_ERROR_ARGUMENT,
		"%u groups are too many for %s (at most %u); name fewer, or pick some as in "
		"rate-100 or vhost-on",
		groups, what, max);
	return FALSE;
}
