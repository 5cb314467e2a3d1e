/* SPDX-License-Identifier: BSD-3-Clause */
/* A percentile of each repetition, as points and boxes. */
#include <math.h>

#include "plots/draw/dots.h"
#include "analyze/base/text.h"
#include "plots/draw/error.h"
#include "plots/draw/gp.h"
#include "plots/draw/head.h"
#include "plots/draw/range.h"
#include "plots/figures/figures.h"

enum { PANEL = 360, PANEL_OF_MANY = 220, BELOW = 12, LOADS_MAX = 12 };
/* Columns of the data: of boxes, then of points. */
enum { X = 1, MIN_NS, Q1, MEDIAN_NS, Q3, MAX_NS, NB, WIDE };
enum { POINT_NS = 2, TRUSTED = 3 };

static void cell_clear(gpointer data)
{
	g_array_unref(((struct figure_cell *)data)->values);
}

struct figure_group *figure_add_cells(figure *f, const char *name)
{
	struct figure_group *group = figure_add_rows(f, name, sizeof(struct figure_cell));

	g_array_set_clear_func(group->points, cell_clear);
	return group;
}

void figure_add_cell(
	struct figure_group *group, double load_pps, gboolean trustworthy, GArray *values)
{
	const struct figure_cell cell = { load_pps, trustworthy, values,
		result_box_of((const double *)(const void *)values->data, values->len) };

	g_array_append_val(group->points, cell);
}

static const struct figure_cell *cell_at(const struct figure_group *group, guint i)
{
	return &g_array_index(group->points, struct figure_cell, i);
}

/* What there is to draw and to say. */
struct seen {
	struct range latency;
	GArray *loads; /* double, pps, ascending; 0 is max, and last */
	guint lo, hi;  /* repetitions */
	gboolean few, untrustworthy, infinite, any;
};

/* max, which is 0, is more than any number. */
static int compare_loads(gconstpointer a, gconstpointer b)
{
	double x = *(const double *)a, y = *(const double *)b;

	if ((x > 0) != (y > 0))
		return x > 0 ? -1 : 1;
	return x < y ? -1 : x > y;
}

static void include_cell(struct seen *s, const struct figure_cell *cell)
{
	if (!g_array_binary_search(s->loads, &cell->load_pps, compare_loads, NULL)) {
		g_array_append_val(s->loads, cell->load_pps);
		g_array_sort(s->loads, compare_loads);
	}
	for (guint n = 0; n < cell->values->len; n++) {
		double ns = g_array_index(cell->values, double, n);

		s->infinite |= isinf(ns);
		s->any = TRUE;
		if (isfinite(ns))
			range_include(&s->latency, ns, FALSE);
	}
	s->lo = MIN(s->lo, cell->values->len);
	s->hi = MAX(s->hi, cell->values->len);
	s->few |= cell->values->len < FIGURES_BOX_LEAST;
	s->untrustworthy |= !cell->trustworthy;
}

static struct seen find_seen(const figure *f, gboolean linear)
{
	struct seen s = { .latency = range_new(linear),
		.loads = g_array_new(FALSE, FALSE, sizeof(double)),
		.lo = G_MAXUINT };

	for (guint i = 0; i < f->groups->len; i++) {
		const struct figure_group *group = figure_group_at(f, i);

		for (guint k = 0; k < group->points->len; k++)
			include_cell(&s, cell_at(group, k));
	}
	range_close(&s.latency);
	return s;
}

static void put_box(GString *data, const struct figure_cell *cell, double x, double wide)
{
	const double five[] = { cell->box.min, cell->box.q1, cell->box.median, cell->box.q3,
		cell->box.max };

	g_string_append(data, gp_num(x).text);
	for (guint i = 0; i < G_N_ELEMENTS(five); i++)
		g_string_append_printf(data, " %s", gp_num(isfinite(five[i]) ? five[i] : NAN).text);
	g_string_append_printf(data, " %u %s\n", cell->values->len, gp_num(wide).text);
}

/* A value beyond all that was measured stands at the axis' end. */
static void put_points(
	GString *data, const struct figure_cell *cell, double x, double wide, const struct range *r)
{
	for (guint n = 0; n < cell->values->len; n++) {
		double ns = g_array_index(cell->values, double, n);
		/* Side by side, the same each time: multiples of the golden ratio do not fall together. */
		double aside = cell->values->len < 2
				       ? 0
				       : 0.6 * wide * (fmod(0.5 + 0.61803398875 * n, 1) - 0.5);

		g_string_append_printf(data, "%s %s %d %d\n", gp_num(x + aside).text,
			gp_num(isfinite(ns) ? ns : r->hi).text, cell->trustworthy, isinf(ns) != 0);
	}
}

/* Groups of a panel. */
static guint count_groups(const figure *f, guint facet)
{
	guint nb = 0;

	for (guint i = 0; i < f->groups->len; i++)
		nb += figure_group_at(f, i)->facet == facet ? 1 : 0;
	return nb;
}

static void put_data(GString *data, const figure *f, const struct seen *s)
{
	g_string_append(data,
		"# For each group a block of boxes, then one of single repetitions. x: "
		"place of the load, latencies in ns.\n");
	for (guint i = 0; i < f->groups->len; i++) {
		const struct figure_group *group = figure_group_at(f, i);
		guint beside_it = count_groups(f, group->facet);
		double wide = MIN(0.28, 0.7 / beside_it);
		double beside = wide * (group->series - (beside_it - 1) / 2.0);

		gp_block(data, i, group->name, "x min q1 median q3 max repetitions width");
		for (guint points = 0; points < 2; points++) {
			if (points)
				g_string_append(data, "\n\n# x latency trustworthy beyond\n");
			for (guint k = 0; k < group->points->len; k++) {
				const struct figure_cell *cell = cell_at(group, k);
				guint load = 0;

				(void)g_array_binary_search(
					s->loads, &cell->load_pps, compare_loads, &load);
				if (points)
					put_points(
						data, cell, load + beside, 0.8 * wide, &s->latency);
				else
					put_box(data, cell, load + beside, 0.8 * wide);
			}
		}
	}
}

static void put_groups(struct canvas *c, const figure *f, const struct range *r, guint facet)
{
	struct gp_num top = gp_num(r->hi);

	for (guint i = 0; i < f->groups->len; i++) {
		guint series = figure_group_at(f, i)->series;

		if (figure_group_at(f, i)->facet != facet)
			continue;
		/*
		 * An end among lost frames is NaN in the data; gnuplot would draw it at the
		 * axis' lower end.
		 */
		canvas_plot(c,
			"data index %u using %d:($%d >= %d ? $%d : NaN):%d:(valid(%d) ? $%d : "
			"%s):(valid(%d) ? $%d : %s):%d with candlesticks lt %u lw 1.4 fs empty "
			"whiskerbars 0.5",
			2 * i, X, NB, FIGURES_BOX_LEAST, Q1, MIN_NS, MAX_NS, MAX_NS, top.text, Q3,
			Q3, top.text, WIDE, series + 1);
		canvas_plot(c,
			"data index %u using ($%d - $%d / 2):%d:%d:(0) with vectors nohead lt %u "
			"lw 2.5",
			2 * i, X, WIDE, MEDIAN_NS, WIDE, series + 1);
		for (int trusted = 1; trusted >= 0; trusted--)
			canvas_plot(c,
				"data index %u using %d:($%d == %d && $4 == 0 ? $%d : NaN) with "
				"points lt %u pt %d ps 0.6",
				2 * i + 1, X, TRUSTED, trusted, POINT_NS, series + 1,
				canvas_marker(series, trusted));
		canvas_plot(c,
			"data index %u using %d:($4 == 1 ? $%d : NaN) with points lt %u pt 2 ps 1",
			2 * i + 1, X, POINT_NS, series + 1);
	}
}

static void put_load_tics(GString *s, const GArray *loads, gboolean sliced, gboolean labels)
{
	double hi = 0;

	for (guint i = 0; i < loads->len; i++)
		hi = MAX(hi, g_array_index(loads, double, i));
	struct gp_unit unit = gp_load_unit(hi);

	dots_xrange(s, loads->len);
	g_string_append(s, "set xtics (");
	for (guint i = 0; i < loads->len; i++) {
		double load = g_array_index(loads, double, i);

		g_string_append_printf(s, "%s'%s' %u", i > 0 ? ", " : "",
			!labels    ? ""
			: load > 0 ? gp_num(load / unit.per).text
				   : "max",
			i);
	}
	if (labels)
		g_string_append_printf(s, ")\nset xlabel 'nominal load%s (%s)'\n",
			sliced ? " of all guests" : "", unit.name);
	else
		g_string_append(s, ")\nunset xlabel\n");
}

static void add_notes(GPtrArray *notes, const struct seen *s)
{
	if (s->lo == s->hi)
		figure_remark(notes, "points: %u repetition%s each", s->hi, text_plural(s->hi));
	else
		figure_remark(notes, "points: %u to %u repetitions", s->lo, s->hi);
	figure_remark(notes,
		"box: quartiles of the repetitions, bold: median, whiskers: minimum to maximum");
	if (s->few)
		figure_remark(notes, "no box: fewer than %d repetitions", FIGURES_BOX_LEAST);
	if (s->infinite)
		figure_remark(notes, "cross or end of a box at the top: among lost frames");
	if (s->untrustworthy)
		figure_remark(notes, "hollow: unreliable trial");
}

gboolean figure_box(const figure *f, double q, const struct figure_options *options,
	struct figure_text *text, GError **error)
{
	g_auto(canvas) c = canvas_new(options, CANVAS_WIDTH);
	const struct canvas_foot foot = { .legend = f };
	struct seen s = find_seen(f, options->linear);
	g_autoptr(GArray) loads = s.loads;
	g_autofree char *percent = g_strdup_printf("%g", 100 * q), *what = NULL;
	guint nb = MAX(1, f->facets->len);
	double head = f->facets->len > 0 ? head_height(1) : 0;
	double panels = nb > 1 ? (double)nb * PANEL_OF_MANY : PANEL;

	if (loads->len > LOADS_MAX)
		return plots_fail(error, PLOTS_ERROR_ARGUMENT,
			"%u loads are more than %d: pick some by selectors such as rate-100",
			loads->len, LOADS_MAX);
	if (!s.any)
		return plots_fail(error, PLOTS_ERROR_EMPTY,
			"%s: no repetition knows its %sth percentile: nothing to draw", f->title,
			percent);
	add_notes(c.notes, &s);
	if (!canvas_begin(&c, f, &foot, CANVAS_TOP + nb * head + (nb - 1) * BELOW + CANVAS_AXIS,
		    &panels, error))
		return FALSE;
	what = q == 0.5 ? g_strdup_printf("median %s", canvas_latency(&c))
			: g_strdup_printf("%sth percentile of %s", percent, canvas_latency(&c));
	for (guint i = 0; i < nb; i++) {
		double top = CANVAS_TOP + head + i * (panels / nb + head + BELOW);
		double right = c.width - CANVAS_RIGHT;

		canvas_panel(&c, CANVAS_LEFT, top, right, top + panels / nb);
		if (f->facets->len > 0)
			head_put(&c, (CANVAS_LEFT + right) / 2, top,
				g_ptr_array_index(f->facets, i), TRUE, right - CANVAS_LEFT);
		put_load_tics(c.script, loads, f->sliced, i + 1 == nb);
		canvas_ylabel(&c, what, NULL);
		range_axis(&s.latency, &c, "y", TRUE);
		put_groups(&c, f, &s.latency, i);
	}
	put_data(c.data, f, &s);
	return canvas_end(&c, text);
}
