/* SPDX-License-Identifier: BSD-3-Clause */
#include "plots/figures/box.h"

#include <math.h>

#include "plots/draw/canvas.h"
#include "plots/draw/dots.h"
#include "plots/draw/error.h"
#include "plots/draw/gp.h"
#include "plots/draw/range.h"

enum { WIDTH = 820, PANEL = 360, RIGHT = 24 };
/* Columns of the data: of boxes, then of points. */
enum { X = 1, MIN_NS, Q1, MEDIAN_NS, Q3, MAX_NS, NB, WIDE };
enum { POINT_NS = 2, TRUSTED = 3 };

static void cell_free(gpointer data)
{
	struct box_cell *cell = data;

	g_array_unref(cell->values);
	g_free(cell);
}

static void group_free(gpointer data)
{
	struct box_group *g = data;

	g_free(g->name);
	g_ptr_array_unref(g->cells);
	g_free(g);
}

box *box_new(void)
{
	box *b = g_new0(box, 1);

	b->head = figure_new();
	b->loads = g_array_new(FALSE, FALSE, sizeof(double));
	b->groups = g_ptr_array_new_with_free_func(group_free);
	return b;
}

void box_free(box *b)
{
	if (b == NULL)
		return;
	figure_free(b->head);
	g_array_unref(b->loads);
	g_ptr_array_unref(b->groups);
	g_free(b);
}

struct box_group *box_add_group(box *b, const char *name)
{
	struct box_group *g = g_new0(struct box_group, 1);

	g->name = g_strdup(name);
	g->cells = g_ptr_array_new_with_free_func(cell_free);
	g_ptr_array_add(b->groups, g);
	(void)figure_add_group(b->head, name);
	return g;
}

void box_add_cell(struct box_group *g, guint load, gboolean trustworthy, GArray *values)
{
	struct box_cell *cell = g_new0(struct box_cell, 1);

	cell->load = load;
	cell->trustworthy = trustworthy;
	cell->values = values;
	cell->box = result_box_of((const double *)(const void *)values->data, values->len);
	g_ptr_array_add(g->cells, cell);
}

/* What there is to draw and to say. */
struct seen {
	struct range latency;
	guint lo, hi; /* repetitions */
	gboolean few, untrustworthy, infinite, any;
};

static struct seen look(const box *b, gboolean linear)
{
	struct seen s = { .latency = range_new(linear), .lo = G_MAXUINT };

	for (guint i = 0; i < b->groups->len; i++) {
		const struct box_group *g = g_ptr_array_index(b->groups, i);

		for (guint k = 0; k < g->cells->len; k++) {
			const struct box_cell *cell = g_ptr_array_index(g->cells, k);

			for (guint n = 0; n < cell->values->len; n++) {
				double ns = g_array_index(cell->values, double, n);

				s.infinite |= isinf(ns);
				s.any = TRUE;
				if (isfinite(ns))
					range_include(&s.latency, ns, FALSE);
			}
			s.lo = MIN(s.lo, cell->values->len);
			s.hi = MAX(s.hi, cell->values->len);
			s.few |= cell->values->len < BOX_LEAST;
			s.untrustworthy |= !cell->trustworthy;
		}
	}
	range_close(&s.latency);
	return s;
}

static double width_of(const box *b)
{
	return MIN(0.28, 0.7 / b->groups->len);
}

/* Points side by side, the same each time: multiples of the golden ratio do not fall together. */
static double aside(guint n, guint of, double wide)
{
	return of < 2 ? 0 : 0.6 * wide * (fmod(0.5 + 0.61803398875 * n, 1) - 0.5);
}

static void put_cell(GString *data, const struct box_cell *cell, double x, double wide)
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
	GString *data, const struct box_cell *cell, double x, double wide, const struct range *r)
{
	for (guint n = 0; n < cell->values->len; n++) {
		double ns = g_array_index(cell->values, double, n);

		g_string_append_printf(data, "%s %s %d %d\n",
			gp_num(x + aside(n, cell->values->len, wide)).text,
			gp_num(isfinite(ns) ? ns : r->hi).text, cell->trustworthy, isinf(ns) != 0);
	}
}

static void put_data(GString *data, const box *b, const struct range *r)
{
	double wide = width_of(b);

	g_string_append(data,
		"# For each group a block of boxes, then one of single repetitions. x: "
		"place of the load, latencies in ns.\n");
	for (guint i = 0; i < b->groups->len; i++) {
		const struct box_group *g = g_ptr_array_index(b->groups, i);
		double beside = wide * (i - (b->groups->len - 1) / 2.0);

		g_string_append_printf(data, "%s# ", i > 0 ? "\n\n" : "");
		gp_comment(data, g->name);
		g_string_append(data, "\n# x min q1 median q3 max repetitions width\n");
		for (guint k = 0; k < g->cells->len; k++) {
			const struct box_cell *cell = g_ptr_array_index(g->cells, k);

			put_cell(data, cell, cell->load + beside, 0.8 * wide);
		}
		g_string_append(data, "\n\n# x latency trustworthy beyond\n");
		for (guint k = 0; k < g->cells->len; k++) {
			const struct box_cell *cell = g_ptr_array_index(g->cells, k);

			put_points(data, cell, cell->load + beside, 0.8 * wide, r);
		}
	}
}

/* An end among lost frames is NaN in the data; gnuplot would draw it at the axis' lower end. */
static char *reaches(int column, const struct range *r)
{
	return g_strdup_printf("(valid(%d) ? $%d : %s)", column, column, gp_num(r->hi).text);
}

static void put_groups(struct canvas *c, const box *b, const struct range *r)
{
	g_autofree char *max = reaches(MAX_NS, r), *q3 = reaches(Q3, r);

	for (guint i = 0; i < b->groups->len; i++) {
		canvas_plot(c,
			"data index %u using %d:($%d >= %d ? $%d : NaN):%d:%s:%s:%d with "
			"candlesticks lt %u lw 1.4 fs empty whiskerbars 0.5",
			2 * i, X, NB, BOX_LEAST, Q1, MIN_NS, max, q3, WIDE, i + 1);
		canvas_plot(c,
			"data index %u using ($%d - $%d / 2):%d:%d:(0) with vectors nohead lt %u "
			"lw 2.5",
			2 * i, X, WIDE, MEDIAN_NS, WIDE, i + 1);
		for (int trusted = 1; trusted >= 0; trusted--)
			canvas_plot(c,
				"data index %u using %d:($%d == %d && $4 == 0 ? $%d : NaN) with "
				"points lt %u pt %d ps 0.6",
				2 * i + 1, X, TRUSTED, trusted, POINT_NS, i + 1,
				canvas_marker(i, trusted));
		canvas_plot(c,
			"data index %u using %d:($4 == 1 ? $%d : NaN) with points lt %u pt 2 ps 1",
			2 * i + 1, X, POINT_NS, i + 1);
	}
}

static void put_load_tics(GString *s, const box *b)
{
	double hi = 0;

	for (guint i = 0; i < b->loads->len; i++)
		hi = MAX(hi, g_array_index(b->loads, double, i));
	struct gp_unit unit = gp_load_unit(hi);

	g_string_append_printf(
		s, "set xrange [-0.6:%s]\nset xtics (", gp_num(b->loads->len - 0.4).text);
	for (guint i = 0; i < b->loads->len; i++) {
		double load = g_array_index(b->loads, double, i);
		g_autofree char *text = load > 0 ? g_strdup(gp_num(load / unit.per).text)
						 : g_strdup("max");

		g_string_append_printf(s, "%s'%s' %u", i > 0 ? ", " : "", text, i);
	}
	g_string_append_printf(s, ")\nset xlabel 'nominal load (%s)'\n", unit.name);
}

static GPtrArray *notes_of(const struct seen *s)
{
	GPtrArray *notes = g_ptr_array_new_with_free_func(g_free);

	if (s->lo == s->hi)
		g_ptr_array_add(notes, g_strdup_printf("points: %u repetition%s each", s->hi,
					       s->hi == 1 ? "" : "s"));
	else
		g_ptr_array_add(
			notes, g_strdup_printf("points: %u to %u repetitions", s->lo, s->hi));
	g_ptr_array_add(notes,
		g_strdup("box: quartiles of the repetitions, median bold, smallest to largest"));
	if (s->few)
		g_ptr_array_add(notes, g_strdup_printf("no box below %d repetitions", BOX_LEAST));
	if (s->infinite)
		g_ptr_array_add(notes,
			g_strdup("at the top, cross or end of a box: falls among lost frames"));
	if (s->untrustworthy)
		g_ptr_array_add(notes, g_strdup("hollow: not to be relied on"));
	return notes;
}

gboolean figure_box(const box *b, const struct figure_options *options, struct figure_text *text,
	GError **error)
{
	g_autoptr(GString) script = g_string_new(NULL), data = g_string_new(NULL);
	struct canvas c = { .script = script };
	struct seen s = look(b, options->linear);
	g_autoptr(GPtrArray) notes = notes_of(&s);
	g_autofree char *percent = g_strdup_printf("%g", 100 * b->q);
	g_autofree char *what = NULL;
	double panel = PANEL;

	if (!s.any) {
		g_set_error(error, PLOTS_ERROR, PLOTS_ERROR_EMPTY,
			"%s: no repetition knows its %sth percentile: nothing to draw",
			b->head->title, percent);
		return FALSE;
	}
	c.width = options->width != 0 ? options->width : WIDTH;
	guint legend = canvas_legend(&c, b->head, 0, FALSE);
	double others = CANVAS_TOP + CANVAS_AXIS +
			CANVAS_ROW * (legend + canvas_notes(&c, notes, 0, FALSE) + 0.5);

	if (!canvas_size(&c, options, c.width, others, &panel, error))
		return FALSE;
	double bottom = CANVAS_TOP + panel, y = bottom + CANVAS_AXIS + 0.6 * CANVAS_ROW;

	what = g_strdup_printf("%s%s of %s", b->q == 0.5 ? "median" : percent,
		b->q == 0.5 ? "" : "th percentile",
		options->response ? "response time" : "latency");
	canvas_begin(&c, b->head, options);
	(void)canvas_legend(&c, b->head, y, TRUE);
	canvas_notes(&c, notes, y + CANVAS_ROW * legend, TRUE);
	canvas_panel(&c, CANVAS_LEFT, CANVAS_TOP, c.width - RIGHT, bottom);
	put_load_tics(script, b);
	canvas_ylabel(&c, what, range_unit(&s.latency));
	range_axis(&s.latency, script, "y", TRUE);
	put_groups(&c, b, &s.latency);
	canvas_end(&c);

	put_data(data, b, &s.latency);
	text->script = g_string_free(g_steal_pointer(&script), FALSE);
	text->data = g_string_free(g_steal_pointer(&data), FALSE);
	return TRUE;
}
