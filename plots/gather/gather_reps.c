/* SPDX-License-Identifier: BSD-3-Clause */
#include "plots/gather/gather_reps.h"

#include <string.h>

#include "analyze/base/error.h"
#include "analyze/results/result_reps.h"
#include "analyze/results/result_seconds.h"
#include "plots/draw/error.h"
#include "plots/draw/split.h"
#include "plots/figures/figures.h"

/* A combination as a group, with points of so many bytes. */
static struct figure_group *add_member(figure *f, const struct member *m, guint size)
{
	struct figure_group *group = figure_add_rows(f, m->title, size);

	group->trustworthy = result_is_whole(m->c);
	group->nb_repetitions = m->c->trials->len;
	return group;
}

/*
 * Takes f: NULL and error, "TITLE: no trial has ...", if it has no group. Else one remark about all
 * groups (char *) that were left out.
 */
static figure *without_left_out(figure *f, GPtrArray *messages, const char *why,
	GPtrArray *left_out, const char *nothing, GError **error)
{
	if (f->groups->len == 0) {
		(void)plots_fail(error, PLOTS_ERROR_EMPTY, "%s: %s", f->title, nothing);
		figure_free(f);
		return NULL;
	}
	if (left_out->len > 0) {
		g_ptr_array_add(left_out, NULL);
		g_autofree char *all = g_strjoinv("; ", (char **)left_out->pdata);

		figure_remark(messages, "skipped (%s): %s", why, all);
	}
	return f;
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

/* Seconds of each repetition; a slice's repetitions without a timeline of their guests are left out. */
static gboolean add_seconds(GPtrArray *repetitions, const struct member *m, GError **error)
{
	if (m->c->slice == NULL) {
		if (!result_load(m->set, m->c, take_seconds, repetitions, error))
			return FALSE;
		result_unload(m->c);
		return TRUE;
	}
	for (guint i = 0; i < m->c->trials->len; i++) {
		g_autoptr(GError) cause = NULL;
		g_autoptr(GArray)
			rows = result_slice_rows(m->c, g_ptr_array_index(m->c->trials, i), &cause);

		if (rows != NULL) {
			g_ptr_array_add(repetitions, result_seconds_of_guests(rows));
		} else if (!g_error_matches(cause, ANALYZE_ERROR, ANALYZE_ERROR_NOT_FOUND)) {
			g_propagate_error(error, g_steal_pointer(&cause));
			return FALSE;
		}
	}
	return TRUE;
}

/* FALSE and error if a combination cannot be read; one without seconds is left out. */
static gboolean add_timeline(figure *f, const struct member *m, GPtrArray *left_out, GError **error)
{
	g_autoptr(GPtrArray)
		repetitions = g_ptr_array_new_with_free_func((GDestroyNotify)g_array_unref);
	g_autoptr(GArray) median = NULL;
	struct figure_group *group;

	if (!add_seconds(repetitions, m, error))
		return FALSE;
	median = result_seconds_median(repetitions);
	if (median->len == 0) {
		figure_remark(left_out, "%s", m->title);
		return TRUE;
	}
	group = add_member(f, m, sizeof(struct result_second));
	g_array_append_vals(group->points, median->data, median->len);
	for (guint i = 0; i < repetitions->len; i++)
		g_ptr_array_add(group->repetitions, g_array_ref(g_ptr_array_index(repetitions, i)));
	return TRUE;
}

figure *gather_timeline(
	const member_list *m, gboolean response, GPtrArray *messages, GError **error)
{
	g_autoptr(figure) f = members_figure(m);
	g_autoptr(GPtrArray) left_out = g_ptr_array_new_with_free_func(g_free);

	(void)response;
	if (!members_fit(m->all->len, FIGURES_TIMELINES_MAX, "timelines", error))
		return NULL;
	for (guint i = 0; i < m->all->len; i++) {
		if (!add_timeline(f, g_ptr_array_index(m->all, i), left_out, error))
			return NULL;
	}
	return without_left_out(g_steal_pointer(&f), messages, "no timeline", left_out,
		"no timeline: merged results have none (name the directory of the trials); "
		"autotest's is moongen_*.csv",
		error);
}

figure *gather_sizes(const member_list *m, gboolean response, GPtrArray *messages, GError **error)
{
	g_autoptr(figure) f = members_figure(m);

	(void)messages;
	if (!members_fit(m->all->len, FIGURES_DOTS_MAX, "a figure of sizes", error))
		return NULL;
	for (guint i = 0; i < m->all->len; i++) {
		const struct member *member = g_ptr_array_index(m->all, i);
		g_autoptr(GArray) sizes = result_size_reps(member->set, member->c, response, error);

		if (sizes == NULL)
			return NULL;
		g_array_append_vals(add_member(f, member, sizeof(struct result_size_reps))->points,
			sizes->data, sizes->len);
	}
	return g_steal_pointer(&f);
}

figure *gather_departures(
	const member_list *m, gboolean response, GPtrArray *messages, GError **error)
{
	g_autoptr(figure) f = members_figure(m);
	g_autoptr(GPtrArray) left_out = g_ptr_array_new_with_free_func(g_free);

	(void)response;
	for (guint i = 0; i < m->all->len; i++) {
		const struct member *member = g_ptr_array_index(m->all, i);
		struct result_departure_reps departures = result_departure_reps(member->c);

		if (departures.schedule[0].nb == 0 && departures.gap[0].nb == 0)
			figure_remark(left_out, "%s", member->title);
		else
			g_array_append_val(
				add_member(f, member, sizeof(departures))->points, departures);
	}
	if (!members_fit(f->groups->len, FIGURES_DOTS_MAX, "a figure of departures", error))
		return NULL;
	return without_left_out(g_steal_pointer(&f), messages, "no departure times", left_out,
		"no departure times: tsim records them, MoonGen does not", error);
}

static struct figure_group *group_named(figure *f, const struct member *m)
{
	for (guint i = 0; i < f->groups->len; i++)
		if (strcmp(figure_group_at(f, i)->name, m->title) == 0)
			return figure_group_at(f, i);
	struct figure_group *group = figure_add_cells(f, m->title);

	group->origin = m->name;
	return group;
}

figure *gather_box(const member_list *m, gboolean response, double q, GError **error)
{
	g_autoptr(figure) f = members_figure(m);

	for (guint i = 0; i < m->all->len; i++) {
		const struct member *member = g_ptr_array_index(m->all, i);

		if (!members_load(m, i, error))
			return NULL;
		figure_add_cell(group_named(f, member), (double)member->c->params.rate_pps,
			result_is_whole(member->c), result_reps_quantile(member->c, response, q));
		result_unload(member->c);
	}
	return split_series(f, "", error) ? g_steal_pointer(&f) : NULL;
}
