/* SPDX-License-Identifier: BSD-3-Clause */
#include "plots/figures/search_shares.h"

#include "plots/draw/head.h"
#include "plots/draw/range.h"

/* Goals follow the colours of met and missed trials. */
enum { FIRST_SERIES = 2 };
enum { LOAD = 1, P50 = 3, P50_BOUND, P99, P99_BOUND };

gboolean search_shares_has(const search *s, uint32_t goal)
{
	for (uint32_t i = 0; i < s->nb_trials; i++)
		if (s->trials[i].use == SEARCH_LATENCY_AT && s->trials[i].goal == goal &&
			!s->trials[i].spoilt)
			return TRUE;
	return FALSE;
}

gboolean search_shares_any(const search *s)
{
	for (uint32_t goal = 0; goal < s->nb_goals; goal++)
		if (search_shares_has(s, goal))
			return TRUE;
	return FALSE;
}

char *search_shares_marker(uint32_t goal)
{
	return g_strdup_printf("pt %d lt %u ps %s", canvas_marker(FIRST_SERIES + goal, TRUE),
		FIRST_SERIES + goal + 1, gp_num(canvas_marker_size(goal)).text);
}

static gint compare_loads(gconstpointer a, gconstpointer b)
{
	const struct search_trial *x = *(const struct search_trial *const *)a;
	const struct search_trial *y = *(const struct search_trial *const *)b;

	return (x->rate_pps > y->rate_pps) - (x->rate_pps < y->rate_pps);
}

/* const struct search_trial *, by load. */
static GPtrArray *trials_of(const search *s, uint32_t goal)
{
	GPtrArray *trials = g_ptr_array_new();

	for (uint32_t i = 0; i < s->nb_trials; i++)
		if (s->trials[i].use == SEARCH_LATENCY_AT && s->trials[i].goal == goal &&
			!s->trials[i].spoilt)
			g_ptr_array_add(trials, &s->trials[i]);
	g_ptr_array_sort(trials, compare_loads);
	return trials;
}

/* What the axes have to show. */
static struct range find_range(const search *s, gboolean linear, double *top_pps)
{
	struct range r = range_new(linear);

	*top_pps = 1;
	for (uint32_t i = 0; i < s->nb_trials; i++) {
		const struct search_trial *t = &s->trials[i];

		if (t->use != SEARCH_LATENCY_AT || t->spoilt)
			continue;
		range_include(&r, (double)t->p50_ns, t->p50_bound);
		range_include(&r, (double)t->p99_ns, t->p99_bound);
		*top_pps = MAX(*top_pps, (double)t->rate_pps);
	}
	range_close(&r);
	return r;
}

void search_shares_notes(struct canvas *c, const search *s)
{
	double top;
	struct range r = find_range(s, c->options->linear, &top);

	range_note(&r, c->notes);
}

static gboolean any_bound(const GPtrArray *trials, gboolean p99)
{
	for (guint i = 0; i < trials->len; i++) {
		const struct search_trial *t = g_ptr_array_index(trials, i);

		if (p99 ? t->p99_bound : t->p50_bound)
			return TRUE;
	}
	return FALSE;
}

static void put_series(
	struct canvas *c, const struct range *r, const search *s, uint32_t goal, guint block)
{
	g_autoptr(GPtrArray) trials = trials_of(s, goal);
	g_autofree char *marker = search_shares_marker(goal);
	g_autofree char *x = g_strdup_printf("%d", LOAD);

	gp_block(c->data, block, s->goals[goal].text, "load share p50 p50_bound p99 p99_bound");
	for (guint i = 0; i < trials->len; i++) {
		const struct search_trial *t = g_ptr_array_index(trials, i);

		g_string_append_printf(c->data,
			"%" G_GUINT64_FORMAT " %s %" G_GUINT64_FORMAT " %d %" G_GUINT64_FORMAT
			" %d\n",
			t->rate_pps, gp_num(t->share).text, t->p50_ns, t->p50_bound, t->p99_ns,
			t->p99_bound);
	}
	for (int p99 = FALSE; p99 <= TRUE; p99++) {
		int column = p99 ? P99 : P50;
		g_autofree char *is_bound = g_strdup_printf(
			"$%d == 1", p99 ? P99_BOUND : P50_BOUND);
		const struct range_arrow arrow = { block, FIRST_SERIES + goal + 1, x, is_bound,
			column, TRUE, 1.4 };

		canvas_plot(c, "data index %u using %d:%d with lines lt %u lw %s %s", block, LOAD,
			column, FIRST_SERIES + goal + 1, gp_num(canvas_line_width(goal)).text,
			p99 ? SEARCH_SHARES_P99 : SEARCH_SHARES_MEDIAN);
		canvas_plot(
			c, "data index %u using %d:%d with points %s", block, LOAD, column, marker);
		if (any_bound(trials, p99))
			range_plot_arrow(r, c, &arrow);
	}
}

void search_shares_put(struct canvas *c, const search *s, struct gp_unit unit, double top,
	double height, guint first)
{
	double right = c->width - CANVAS_RIGHT, top_pps;
	struct range r = find_range(s, c->options->linear, &top_pps);

	canvas_panel(c, CANVAS_LEFT, top, right, top + height);
	head_put(c, (CANVAS_LEFT + right) / 2, top, "latency at shares of the limits", TRUE,
		right - CANVAS_LEFT);
	canvas_linear_axis(c, "x", gp_linear_top(top_pps), unit.per, TRUE);
	g_string_append_printf(c->script, "set xlabel 'load (%s)'\n", unit.name);
	canvas_ylabel(c, "response time", NULL);
	range_axis(&r, c, "y", TRUE);
	for (uint32_t goal = 0; goal < s->nb_goals; goal++)
		if (search_shares_has(s, goal))
			put_series(c, &r, s, goal, first++);
}
