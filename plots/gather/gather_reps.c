/* SPDX-License-Identifier: BSD-3-Clause */
#include "plots/gather/gather_reps.h"

#include "plots/draw/error.h"

/* One remark about all groups (char *) that were left out. */
static void tell_left_out(GPtrArray *messages, const char *why, GPtrArray *titles)
{
	if (titles->len == 0)
		return;
	g_ptr_array_add(titles, NULL);
	g_autofree char *all = g_strjoinv("; ", (char **)titles->pdata);

	g_ptr_array_add(messages, g_strdup_printf("left out, as %s: %s", why, all));
}

static void take_seconds(const trial *t, guint index, void *user)
{
	GPtrArray *repetitions = user;

	(void)index;
	if (t == NULL)
		g_ptr_array_set_size(repetitions, 0);
	else
		g_ptr_array_add(repetitions, result_seconds(t));
}

/* FALSE and error if a combination cannot be read; one without seconds is left out. */
static gboolean add_timeline(
	timeline *t, const struct member *m, GPtrArray *left_out, GError **error)
{
	g_autoptr(GPtrArray)
		repetitions = g_ptr_array_new_with_free_func((GDestroyNotify)g_array_unref);
	g_autoptr(GArray) median = NULL;
	struct timeline_group *group;

	if (!result_load(m->set, m->c, take_seconds, repetitions, error))
		return FALSE;
	result_unload(m->c);
	median = result_seconds_median(repetitions);
	if (median->len == 0) {
		g_ptr_array_add(left_out, g_strdup(m->title));
		return TRUE;
	}
	group = timeline_add_group(t, m->title);
	group->trustworthy = member_trustworthy(m);
	g_array_append_vals(group->median, median->data, median->len);
	for (guint i = 0; i < repetitions->len; i++)
		g_ptr_array_add(group->repetitions, g_array_ref(g_ptr_array_index(repetitions, i)));
	return TRUE;
}

timeline *gather_timeline(const member_list *m, GPtrArray *messages, GError **error)
{
	g_autoptr(timeline) t = timeline_new();
	g_autoptr(GPtrArray) left_out = g_ptr_array_new_with_free_func(g_free);

	if (!members_fit(m->all->len, TIMELINE_GROUPS_MAX, "timelines", error))
		return NULL;
	members_set_head(m, t->head);
	for (guint i = 0; i < m->all->len; i++) {
		if (!add_timeline(t, g_ptr_array_index(m->all, i), left_out, error))
			return NULL;
	}
	if (t->groups->len > 0) {
		tell_left_out(messages, "no trial has a row a second", left_out);
		return g_steal_pointer(&t);
	}
	g_set_error(error, PLOTS_ERROR, PLOTS_ERROR_EMPTY,
		"%s: no trial has a row a second, nothing to draw; merged sets keep none (name the "
		"folder of the trials), autotest's are in its moongen_*.csv",
		m->head->title);
	return NULL;
}

dots *gather_sizes(const member_list *m, gboolean response, GError **error)
{
	g_autoptr(dots) d = dots_new();

	if (!members_fit(m->all->len, DOTS_GROUPS_MAX, "a figure of sizes", error))
		return NULL;
	members_set_head(m, d->head);
	for (guint i = 0; i < m->all->len; i++) {
		const struct member *member = g_ptr_array_index(m->all, i);
		g_autoptr(GArray) sizes = result_size_reps(member->set, member->c, response, error);

		if (sizes == NULL)
			return NULL;
		struct dots_group *group = dots_add_group(d, member->title);

		group->trustworthy = member_trustworthy(member);
		group->repetitions = member->c->trials->len;
		g_array_append_vals(group->sizes, sizes->data, sizes->len);
	}
	return g_steal_pointer(&d);
}

dots *gather_departures(const member_list *m, GPtrArray *messages, GError **error)
{
	g_autoptr(dots) d = dots_new();
	g_autoptr(GPtrArray) left_out = g_ptr_array_new_with_free_func(g_free);

	members_set_head(m, d->head);
	for (guint i = 0; i < m->all->len; i++) {
		const struct member *member = g_ptr_array_index(m->all, i);
		struct result_departure_reps departures = result_departure_reps(member->c);

		if (departures.schedule[0].nb == 0 && departures.gap[0].nb == 0) {
			g_ptr_array_add(left_out, g_strdup(member->title));
			continue;
		}
		struct dots_group *group = dots_add_group(d, member->title);

		group->trustworthy = member_trustworthy(member);
		group->repetitions = member->c->trials->len;
		group->departures = departures;
	}
	if (!members_fit(d->groups->len, DOTS_GROUPS_MAX, "a figure of departures", error))
		return NULL;
	if (d->groups->len > 0) {
		tell_left_out(messages, "nobody noted when frames left", left_out);
		return g_steal_pointer(&d);
	}
	g_set_error(error, PLOTS_ERROR, PLOTS_ERROR_EMPTY,
		"%s: no trial says when its frames left, nothing to draw; those of tsim do, "
		"MoonGen's do not",
		m->head->title);
	return NULL;
}
