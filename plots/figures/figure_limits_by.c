/* SPDX-License-Identifier: BSD-3-Clause */
/* Limits that searches found, over frame sizes or numbers of guests: RFC 2544, section 26.1. */
#include <math.h>

#include "plots/draw/dots.h"
#include "plots/draw/error.h"
#include "plots/draw/head.h"
#include "plots/figures/search_limits.h"

enum { PANEL = 300, PANEL_OF_MANY = 200, BELOW = 12, LABEL_WIDTH = 44 };
enum { PLACE = 1, MEDIAN = 3, MIN, MAX_PPS, BOUND, THEORETICAL };
/* A linear axis begins at 0; where limits differ by more than this factor it is logarithmic. */
static const double linear_factor = 12;

static gint compare_numbers(gconstpointer a, gconstpointer b)
{
	const double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

/* What is on the y axis. */
struct seen {
	GArray *places; /* double: values of x, ascending */
	double lo, hi;  /* pps, above 0 */
	gboolean theory, link, log;
};

static struct seen find_seen(const figure *f)
{
	struct seen s = { .places = g_array_new(FALSE, FALSE, sizeof(double)), .lo = HUGE_VAL };

	for (guint i = 0; i < f->groups->len; i++) {
		const struct figure_group *group = figure_group_at(f, i);

		for (guint k = 0; k < group->points->len; k++) {
			const struct figure_limit *limit = search_limits_at(group, k);

			if (!g_array_binary_search(s.places, &limit->x, compare_numbers, NULL)) {
				g_array_append_val(s.places, limit->x);
				g_array_sort(s.places, compare_numbers);
			}
			if (limit->pps.min > 0)
				s.lo = MIN(s.lo, limit->pps.min);
			s.hi = MAX(s.hi, limit->pps.max);
			s.theory |= limit->theoretical_pps > 0;
			s.link |= limit->theoretical_is_link;
			if (limit->theoretical_pps > 0)
				s.hi = MAX(s.hi, limit->theoretical_pps);
		}
	}
	s.hi = MAX(s.hi, 1);
	s.lo = MIN(s.lo, s.hi);
	s.log = s.hi > linear_factor * s.lo;
	return s;
}

/* Block of a goal of a group. */
static guint block_of(const figure *f, guint goal, guint group)
{
	return goal * f->groups->len + group;
}

/* A logarithmic axis has no 0: what missed the goal at the lowest load stands at its end. */
static double shown(const struct seen *s, double pps)
{
	return s->log ? MAX(pps, s->lo) : pps;
}

static void put_data(GString *data, const figure *f, const struct seen *s)
{
	g_string_append(data,
		"# For each goal and group a block, limits in pps. place: of x; at_least: "
		"the limit may be higher.\n");
	for (guint goal = 0; goal < f->facets->len; goal++) {
		for (guint i = 0; i < f->groups->len; i++) {
			const struct figure_group *group = figure_group_at(f, i);

			gp_block(data, block_of(f, goal, i), group->name,
				"place x median min max at_least theoretical");
			for (guint k = 0; k < group->points->len; k++) {
				const struct figure_limit *limit = search_limits_at(group, k);
				guint place = 0;

				if (limit->goal != goal)
					continue;
				(void)g_array_binary_search(
					s->places, &limit->x, compare_numbers, &place);
				g_string_append_printf(data, "%u %s %s %s %s %d %s\n", place,
					gp_num(limit->x).text,
					gp_num(shown(s, limit->pps.median)).text,
					gp_num(shown(s, limit->pps.min)).text,
					gp_num(shown(s, limit->pps.max)).text,
					limit->pps.median_bound ||
						limit->states[SEARCH_MISSED_AT_MIN] > 0,
					gp_num(limit->theoretical_pps).text);
			}
		}
	}
}

/* How a group's limits of a goal are plotted. */
struct marks {
	gboolean any, sure, unsure, theory;
};

static struct marks find_marks(const struct figure_group *group, guint goal)
{
	struct marks m = { FALSE, FALSE, FALSE, FALSE };

	for (guint k = 0; k < group->points->len; k++) {
		const struct figure_limit *limit = search_limits_at(group, k);

		if (limit->goal != goal)
			continue;
		m.any = TRUE;
		if (limit->pps.median_bound || limit->states[SEARCH_MISSED_AT_MIN] > 0)
			m.unsure = TRUE;
		else
			m.sure = TRUE;
		m.theory |= limit->theoretical_pps > 0;
	}
	return m;
}

#define LINE_THEORY "lw 1.4 dt 4"

static void put_groups(struct canvas *c, const figure *f, guint goal)
{
	gboolean theory = FALSE;

	for (guint i = 0; i < f->groups->len; i++) {
		const struct figure_group *group = figure_group_at(f, i);
		struct marks m = find_marks(group, goal);
		guint block = block_of(f, goal, i);
		g_autofree char *x = g_strdup_printf(
			"($%d + %s)", PLACE, gp_num(dots_beside(i, f->groups->len)).text);

		if (!m.any)
			continue;
		if (m.theory && !theory)
			canvas_plot(c,
				"data index %u using %d:%d with lines lc rgb "
				"'#404040' " LINE_THEORY,
				block, PLACE, THEORETICAL);
		theory |= m.theory;
		canvas_plot(c, "data index %u using %s:%d with lines lt %u lw 1.6", block, x,
			MEDIAN, i + 1);
		if (search_limits_most(f) > 1)
			canvas_plot(c, "data index %u using %s:%d:(0):($%d - $%d) " CANVAS_BAR,
				block, x, MIN, MAX_PPS, MIN, i + 1);
		for (int bound = FALSE; bound <= TRUE; bound++) {
			g_autofree char *using = g_strdup_printf(
				"%s:($%d == %d ? $%d : NaN)", x, BOUND, bound, MEDIAN);

			if (bound ? m.unsure : m.sure)
				canvas_plot_marker(c, block, using, i, 1, !bound);
		}
	}
}

static void put_places(struct canvas *c, const GArray *places, const char *what, gboolean labels)
{
	guint step = MAX(1, (guint)ceil(places->len * LABEL_WIDTH / c->panel_width));

	dots_xrange(c->script, places->len);
	g_string_append(c->script, "set xtics (");
	for (guint i = 0; i < places->len; i++)
		g_string_append_printf(c->script, "%s'%s' %u", i > 0 ? ", " : "",
			labels && i % step == 0 ? gp_num(g_array_index(places, double, i)).text
						: "",
			i);
	g_string_append(c->script, ")\n");
	if (labels)
		g_string_append_printf(c->script, "set xlabel '%s'\n", what);
	else
		g_string_append(c->script, "unset xlabel\n");
}

static void put_limit_axis(struct canvas *c, const struct seen *s)
{
	struct gp_unit unit = gp_load_unit(s->hi);
	double lo = s->lo, hi = s->hi;

	canvas_ylabel(c, "limit", unit.name);
	if (!s->log) {
		canvas_linear_axis(c, "y", gp_linear_top(hi), unit.per, TRUE);
		return;
	}
	gp_log_range(&lo, &hi);
	g_string_append_printf(c->script, "set logscale y\nset yrange [%s:%s]\n", gp_num(lo).text,
		gp_num(hi).text);
	gp_log_load_tics(c->script, "y", lo, hi, unit, canvas_room(c, "y"));
}

static gboolean any_unsure(const figure *f)
{
	for (guint i = 0; i < f->groups->len; i++)
		for (guint goal = 0; goal < f->facets->len; goal++)
			if (find_marks(figure_group_at(f, i), goal).unsure)
				return TRUE;
	return FALSE;
}

gboolean figure_limits_by(const figure *f, const char *what, const struct figure_options *options,
	struct figure_text *text, GError **error)
{
	g_auto(canvas) c = canvas_new(options, CANVAS_WIDTH);
	struct seen s = find_seen(f);
	g_autoptr(GArray) places = s.places;
	const struct canvas_line theory = { s.link ? "theoretical rate of the link"
						   : "rate of the generator on interface null",
		LINE_THEORY };
	const struct canvas_foot foot = {
		.legend = f, .lines = s.theory ? &theory : NULL, .nb_lines = 1
	};
	guint nb = f->facets->len;
	double panels = nb > 1 ? (double)nb * PANEL_OF_MANY : PANEL, head = head_height(1);

	if (!search_limits_fit(f, error))
		return FALSE;
	if (f->groups->len > FIGURE_SERIES_MAX)
		return plots_fail(error, PLOTS_ERROR_ARGUMENT,
			"%u series are more than %d: name fewer, pick some as in vhost-on, or use "
			"--by "
			"none for bars",
			f->groups->len, FIGURE_SERIES_MAX);
	search_limits_notes(&c, f, FALSE);
	if (any_unsure(f))
		figure_remark(c.notes, "hollow: irregular, tester-limited or unfinished");
	if (!canvas_begin(&c, f, &foot, CANVAS_TOP + nb * head + (nb - 1) * BELOW + CANVAS_AXIS,
		    &panels, error))
		return FALSE;
	for (guint goal = 0; goal < nb; goal++) {
		double top = CANVAS_TOP + head + goal * (panels / nb + head + BELOW);
		double right = c.width - CANVAS_RIGHT;

		canvas_panel(&c, CANVAS_LEFT, top, right, top + panels / nb);
		head_put(&c, (CANVAS_LEFT + right) / 2, top, g_ptr_array_index(f->facets, goal),
			TRUE, right - CANVAS_LEFT);
		put_places(&c, places, what, goal + 1 == nb);
		put_limit_axis(&c, &s);
		put_groups(&c, f, goal);
		canvas_plot_nothing(&c);
	}
	put_data(c.data, f, &s);
	return canvas_end(&c, text);
}
