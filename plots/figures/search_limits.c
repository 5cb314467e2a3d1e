/* SPDX-License-Identifier: BSD-3-Clause */
#include "plots/figures/search_limits.h"

#include <math.h>

#include "plots/draw/error.h"

const struct figure_limit *search_limits_at(const struct figure_group *group, guint k)
{
	return &g_array_index(group->points, struct figure_limit, k);
}

static void limit_clear(gpointer data)
{
	g_array_unref(((struct figure_limit *)data)->values);
}

struct figure_group *figure_add_limits(figure *f, const char *name)
{
	struct figure_group *group = figure_add_rows(f, name, sizeof(struct figure_limit));

	g_array_set_clear_func(group->points, limit_clear);
	return group;
}

struct figure_limit *figure_add_limit(
	struct figure_group *group, guint goal, const GPtrArray *repetitions)
{
	struct figure_limit limit = { .goal = goal,
		.values = g_array_new(FALSE, FALSE, sizeof(double)),
		.theoretical_pps = NAN };
	g_autofree gboolean *bounds = g_new0(gboolean, repetitions->len + 1);

	for (guint i = 0; i < repetitions->len; i++) {
		const struct search_goal *g = g_ptr_array_index(repetitions, i);
		/* 0 where it is missed at the lowest load. */
		double pps = (double)g->lower_pps;

		g_array_append_val(limit.values, pps);
		bounds[i] = g->state != SEARCH_FOUND && g->state != SEARCH_MISSED_AT_MIN;
		limit.states[g->state]++;
		if (g->state == SEARCH_MISSED_AT_MIN)
			limit.below_pps = (double)g->upper_pps;
	}
	limit.pps = result_reps_of(
		(const double *)(const void *)limit.values->data, bounds, limit.values->len);
	g_array_append_val(group->points, limit);
	return &g_array_index(group->points, struct figure_limit, group->points->len - 1);
}

gboolean search_limits_fit(const figure *f, GError **error)
{
	if (f->groups->len == 0 || f->facets->len == 0)
		return plots_fail(
			error, PLOTS_ERROR_EMPTY, "%s: no limit: nothing to draw", f->title);
	if (f->facets->len > FIGURE_SERIES_MAX)
		return plots_fail(error, PLOTS_ERROR_ARGUMENT,
			"%u goals are more than %d: name fewer searches", f->facets->len,
			FIGURE_SERIES_MAX);
	return TRUE;
}

/* All limits, one after the other: NULL behind the last. */
static const struct figure_limit *next_limit(const figure *f, guint *group, guint *k)
{
	for (; *group < f->groups->len; *group += 1, *k = 0) {
		if (*k < figure_group_at(f, *group)->points->len)
			return search_limits_at(figure_group_at(f, *group), (*k)++);
	}
	return NULL;
}

double search_limits_top(const figure *f)
{
	const struct figure_limit *limit;
	double top = 0;

	for (guint i = 0, k = 0; (limit = next_limit(f, &i, &k)) != NULL;)
		top = MAX(top, limit->pps.max);
	return MAX(top, 1);
}

struct gp_unit search_limits_unit(const figure *f)
{
	return gp_load_unit(search_limits_top(f));
}

guint search_limits_most(const figure *f)
{
	const struct figure_limit *limit;
	guint most = 0;

	for (guint i = 0, k = 0; (limit = next_limit(f, &i, &k)) != NULL;)
		most = MAX(most, limit->pps.nb);
	return most;
}

gboolean search_limits_any(const figure *f, guint goal, gboolean bound)
{
	const struct figure_limit *limit;

	for (guint i = 0, k = 0; (limit = next_limit(f, &i, &k)) != NULL;)
		if (limit->goal == goal && limit->pps.median > 0 &&
			limit->pps.median_bound == bound)
			return TRUE;
	return FALSE;
}

char *search_limits_number(double pps, struct gp_unit unit)
{
	double value = pps / unit.per;
	int decimals = value > 0 ? CLAMP(3 - (int)floor(log10(value)), 0, 3) : 0;

	return g_strdup(gp_fixed(value, decimals).text);
}

/* "2 of 5 tester-limited"; "" where each repetition has found it. */
static void add_states(GString *text, const struct figure_limit *limit)
{
	for (int state = SEARCH_FOUND + 1; state <= SEARCH_UNFINISHED; state++) {
		if (limit->states[state] == 0)
			continue;
		g_string_append(text, ", ");
		if (limit->states[state] < limit->pps.nb)
			g_string_append_printf(
				text, "%u of %u ", limit->states[state], limit->pps.nb);
		g_string_append(text, search_state_word((enum search_state)state));
	}
}

char *search_limits_text(const struct figure_limit *limit, struct gp_unit unit)
{
	const struct result_reps *r = &limit->pps;
	g_autofree char *median = search_limits_number(r->median, unit),
			*lo = search_limits_number(r->min, unit),
			*hi = search_limits_number(r->max, unit);
	g_autofree char *below = search_limits_number(limit->below_pps, unit);
	GString *text = g_string_new(NULL);

	if (r->median > 0)
		g_string_append_printf(
			text, "%s%s %s", r->median_bound ? "≥ " : "", median, unit.name);
	else if (r->median_bound)
		g_string_append(text, "no lower bound");
	else
		g_string_append_printf(text, "< %s %s", below, unit.name);
	if (r->nb > 1 && r->max > r->min)
		g_string_append_printf(text, " (%s to %s)", lo, hi);
	add_states(text, limit);
	return g_string_free(text, FALSE);
}

void search_limits_notes(struct canvas *c, const figure *f, gboolean bars)
{
	const struct figure_limit *limit;
	guint lo = G_MAXUINT, hi = 0;

	for (guint i = 0, k = 0; (limit = next_limit(f, &i, &k)) != NULL;) {
		lo = MIN(lo, limit->pps.nb);
		hi = MAX(hi, limit->pps.nb);
	}
	figure_remark(c->notes, "limit: lower bound of the search");
	if (hi < 2)
		return;
	g_autofree char *some = lo < hi ? g_strdup_printf("%u to ", lo) : g_strdup("");

	figure_remark(c->notes,
		bars ? "bar: median, line: minimum to maximum, circles: %s%u repetitions"
		     : "marker: median, bar: minimum to maximum of %s%u repetitions",
		some, hi);
}
