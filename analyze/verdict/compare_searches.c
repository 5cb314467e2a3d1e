/* SPDX-License-Identifier: BSD-3-Clause */
#include "analyze/verdict/compare_searches.h"

#include <string.h>

#include "analyze/base/format.h"
#include "analyze/base/text.h"
#include "analyze/results/search_results.h"

const struct search_goal *compare_goal_of(const search *s, const struct compare_metric *m)
{
	for (uint32_t i = 0; i < s->nb_goals; i++)
		if (strcmp(s->goals[i].name, m->goal) == 0)
			return &s->goals[i];
	return NULL;
}

static void add_metric(GArray *to, enum compare_kind kind, const char *goal)
{
	struct compare_metric m = { .kind = kind,
		.name = g_strdup_printf(
			"%s %s", kind == COMPARE_LIMIT ? "limit" : "throughput", goal),
		.goal = g_strdup(goal) };

	g_array_append_val(to, m);
}

static gboolean has_goal(const GArray *metrics, const char *goal)
{
	for (guint i = 0; i < metrics->len; i++)
		if (strcmp(g_array_index(metrics, struct compare_metric, i).goal, goal) == 0)
			return TRUE;
	return FALSE;
}

static void clear_metric(gpointer data)
{
	struct compare_metric *m = data;

	g_free(m->name);
	g_free(m->goal);
}

GArray *compare_metrics_of_searches(const result_set *a, const result_set *b)
{
	GArray *out = g_array_new(FALSE, TRUE, sizeof(struct compare_metric));
	const result_set *const sides[] = { a, b };

	g_array_set_clear_func(out, clear_metric);
	for (guint side = 0; side < G_N_ELEMENTS(sides); side++) {
		for (guint i = 0; i < sides[side]->combinations->len; i++) {
			const search *s = search_results_at(
				g_ptr_array_index(sides[side]->combinations, i), 0);

			for (uint32_t k = 0; k < s->nb_goals; k++) {
				const struct search_goal *g = &s->goals[k];

				if (has_goal(out, g->name))
					continue;
				add_metric(out, COMPARE_LIMIT, g->name);
				/* Without loss the two are one. */
				if (g->loss_only && !g_str_has_prefix(g->text, "loss=0,"))
					add_metric(out, COMPARE_THROUGHPUT, g->name);
			}
		}
	}
	return out;
}

/* How many repetitions of a side ended in each state but found. */
static void note_states(comparison *c, const result_combination *side, const char *name,
	const struct compare_metric *m)
{
	guint nb[SEARCH_UNFINISHED + 1] = { 0 }, all = side->searches->len;

	for (guint i = 0; i < all; i++) {
		const struct search_goal *g = compare_goal_of(search_results_at(side, i), m);

		if (g != NULL)
			nb[g->state]++;
	}
	for (guint i = SEARCH_FOUND + 1; i < G_N_ELEMENTS(nb); i++)
		if (nb[i] > 0)
			g_ptr_array_add(c->notes,
				g_strdup_printf("%s: %s %s is %s in %u of %u repetition%s: no "
						"limit of the SUT, not compared",
					m->name, name, side->params.label,
					search_state_word((enum search_state)i), nb[i], all,
					text_plural(all)));
}

static void note_once(GPtrArray *to, char *text)
{
	if (g_ptr_array_find_with_equal_func(to, text, g_str_equal, NULL))
		g_free(text);
	else
		g_ptr_array_add(to, text);
}

/* Bounds are as close as the width: smaller differences are of the grid, not of the SUT. */
static void note_goal(comparison *c, const struct search_goal *a, const struct search_goal *b,
	const struct compare_metric *m)
{
	double width = MAX(a->width, b->width);
	g_autofree char *of_goal = format_percent(width);
	g_autofree char *threshold = format_percent(c->threshold);

	if (strcmp(a->text, b->text) != 0)
		note_once(c->differs,
			g_strdup_printf("goal %s: A %s, B %s", m->goal, a->text, b->text));
	if (width > c->threshold)
		note_once(c->notes,
			g_strdup_printf(
				"limit %s: known to within the width of its goal, %s, "
				"which is above --threshold %s; search with a smaller width",
				m->goal, of_goal, threshold));
}

void compare_searches_note(
	comparison *c, const struct compare_pair *p, const struct compare_options *o)
{
	for (guint i = 0; p->a->searches != NULL && i < o->metrics->len; i++) {
		const struct compare_metric *m = compare_metric_at(o, i);
		const struct search_goal *a = compare_goal_of(search_results_at(p->a, 0), m);
		const struct search_goal *b = compare_goal_of(search_results_at(p->b, 0), m);

		if (m->kind != COMPARE_LIMIT)
			continue;
		note_states(c, p->a, "A", m);
		note_states(c, p->b, "B", m);
		if (a != NULL && b != NULL)
			note_goal(c, a, b, m);
	}
}
