/* SPDX-License-Identifier: BSD-3-Clause */
/* Load against latency above load against loss, as in the paper's figures, once or in a grid. */
#include "plots/figures/figures.h"

#include <math.h>

#include "analyze/base/text.h"
#include "plots/draw/error.h"
#include "plots/draw/gp.h"
#include "plots/draw/head.h"
#include "plots/draw/range.h"
#include "plots/draw/split.h"

enum {
	PANELS = 470, /* both */
	BETWEEN = 20, /* panels */
	/* In a grid. */
	BETWEEN_IN_GRID = 16,
	COLUMN_WIDTH = 250,
	COLUMN_MIN = 120,
	PART_MIN = 200, /* width of panels that are not a grid's: fewer stand side by side */
	PAIR = 300,
	PAIR_ALONE = 400, /* in a grid of one row */
	PAIR_MIN = 2 * CANVAS_PANEL_MIN,
	BELOW = 28,  /* tics below a pair */
	BESIDE = 18, /* between columns */
};
/* Of the panels' height, what latency gets. */
static const double latency_part = 0.66;
/* Markers at the 99th percentile of a point without a line, beside those at the median. */
static const double tail_size = 0.6;
/* What is drawn, and how its panels look. */
struct picture {
	const figure *f;
	gboolean nominal;
	double load_top;
	struct range latency;
	double loss_top;
	gboolean spread, untrustworthy;
	gboolean lone; /* some point is on no line */
	gboolean line; /* some points are on one */
	unsigned repetitions_lo, repetitions_hi;
	guint known, without_p99; /* points with a median, and those of them without the 99th */
	guint unmeasured;         /* points at their nominal load, because nothing else is known */
};

/* Where the pairs of panels are. */
struct grid {
	guint rows, columns;
	double head, pair, between, step, width; /* of a pair; step: from row to row */
};

/* Where a point stands. */
static double load_of(const struct picture *r, const struct figure_point *p)
{
	return r->nominal || !(p->offered_pps > 0) ? p->load_pps : p->offered_pps;
}

static void include_point(struct picture *r, const struct figure_point *p)
{
	for (int q = 0; q < FIGURE_QUANTILES; q++)
		range_include_latency(&r->latency, &p->q[q]);
	range_include_spread(&r->latency, &p->p50);
	range_include_spread(&r->latency, &p->p99);
	r->load_top = MAX(r->load_top, load_of(r, p));
	/* fmax ignores NAN. */
	r->loss_top = fmax(r->loss_top, fmax(p->loss, p->loss_spread.hi));
	r->untrustworthy |= !p->trustworthy;
	r->spread |= p->repetitions > 1;
	r->repetitions_lo = MIN(r->repetitions_lo, p->repetitions);
	r->repetitions_hi = MAX(r->repetitions_hi, p->repetitions);
	r->known += isnan(p->q[FIGURE_P50].ns) ? 0 : 1;
	r->without_p99 += !isnan(p->q[FIGURE_P50].ns) && isnan(p->q[FIGURE_P99].ns) ? 1 : 0;
	r->unmeasured += !r->nominal && !(p->offered_pps > 0) ? 1 : 0;
}

static struct picture find_ranges(const figure *f, const struct figure_options *options)
{
	struct picture r = { .f = f,
		.nominal = options->nominal,
		.latency = range_new(options->linear),
		.repetitions_lo = G_MAXUINT };

	for (guint i = 0; i < f->groups->len; i++) {
		const struct figure_group *group = figure_group_at(f, i);
		guint joined = 0;

		for (guint k = 0; k < group->points->len; k++) {
			include_point(&r, figure_point_at(group, k));
			joined += figure_point_at(group, k)->trustworthy ? 1 : 0;
		}
		r.lone |= joined == 1 || joined < group->points->len;
		r.line |= joined > 1;
	}
	range_close(&r.latency);
	r.loss_top = gp_loss_top(r.loss_top);
	return r;
}

/* Trustworthy ones first: a line joins those. Both by x. */
static gint compare_drawn(gconstpointer a, gconstpointer b, gpointer picture)
{
	const struct figure_point *p = *(const struct figure_point *const *)a;
	const struct figure_point *q = *(const struct figure_point *const *)b;
	double x = load_of(picture, p), y = load_of(picture, q);

	if (p->trustworthy != q->trustworthy)
		return p->trustworthy ? -1 : 1;
	return x < y ? -1 : x > y;
}

/* The points (struct figure_point) of a group in the order of the data. */
static GPtrArray *drawn_points(struct picture *r, const struct figure_group *group)
{
	GPtrArray *points = g_ptr_array_new();

	for (guint k = 0; k < group->points->len; k++)
		g_ptr_array_add(points, figure_point_at(group, k));
	g_ptr_array_sort_with_data(points, compare_drawn, r);
	return points;
}

static void put_data(GString *data, struct picture *r)
{
	const figure *f = r->f;

	g_string_append(data, "# One block for each group, trustworthy points first. Loads in "
			      "packets per second, latencies in\n# ns, loss as a share.\n"
			      "# In column bounds 1, 2, 4, 8: the 25th, 50th, 75th, 99th "
			      "percentile is a lower bound.\n");
	for (guint i = 0; i < f->groups->len; i++) {
		const struct figure_group *group = figure_group_at(f, i);
		gboolean in_grid = group->facet < f->facets->len;
		g_autofree char *name = g_strconcat(group->name, in_grid ? " | " : "",
			in_grid ? g_ptr_array_index(f->facets, group->facet) : "", NULL);

		gp_block(data, i, name,
			"load offered p25 p50 p75 p99 p50_min p50_max p99_min p99_max bounds loss "
			"loss_min loss_max repetitions trustworthy");
		g_autoptr(GPtrArray) points = drawn_points(r, group);

		for (guint k = 0; k < points->len; k++) {
			const struct figure_point *p = g_ptr_array_index(points, k);
			guint bounds = 0;

			g_string_append_printf(data, "%s %s", gp_num(p->load_pps).text,
				gp_num(p->offered_pps).text);
			for (guint q = 0; q < FIGURE_QUANTILES; q++) {
				bounds |= p->q[q].bound ? 1U << q : 0;
				g_string_append_printf(data, " %s", gp_num(p->q[q].ns).text);
			}
			g_string_append_printf(data, " %s %s %s %s %u %s %s %s %u %d\n",
				gp_num(p->p50.lo).text, gp_num(p->p50.hi).text,
				gp_num(p->p99.lo).text, gp_num(p->p99.hi).text, bounds,
				gp_num(p->loss).text, gp_num(p->loss_spread.lo).text,
				gp_num(p->loss_spread.hi).text, p->repetitions, p->trustworthy);
		}
	}
}

/* The lines of the percentiles. */
static const struct canvas_line looks[FIGURE_QUANTILES] = { { "25th", "lw 1.4 dt 1" },
	{ "median", "lw 2 dt solid" }, { "75th", "lw 1.4 dt 3" },
	{ "99th percentile", "lw 1.4 dt 4" } };

/* Columns of the data. */
enum { P25 = 3, P50_LO = 7, P99_LO = 9, BOUNDS = 11, LOSS = 12, TRUSTWORTHY = 16 };

/* What has to be drawn for a group: gnuplot warns of what has no point. */
struct parts {
	gboolean p50_spread, p99_spread, loss_spread, filled, hollow, loss;
	guint known, bounds;   /* a bit for each percentile */
	guint joined;          /* points of the line: the first ones of the block */
	guint line, loss_line; /* what of it a line shows: a bit for each percentile; loss */
	const char *x;         /* the load */
};

static struct parts parts_of(const struct picture *r, const struct figure_group *group)
{
	struct parts parts = { .x = r->nominal ? "1" : "2" };

	for (guint k = 0; k < group->points->len; k++) {
		const struct figure_point *p = figure_point_at(group, k);

		parts.p50_spread |= !isnan(p->p50.lo);
		parts.p99_spread |= !isnan(p->p99.lo);
		parts.loss_spread |= !isnan(p->loss_spread.lo);
		parts.loss |= !isnan(p->loss);
		*(p->trustworthy ? &parts.filled : &parts.hollow) = TRUE;
		parts.joined += p->trustworthy ? 1 : 0;
		parts.loss_line |= p->trustworthy && !isnan(p->loss);
		for (guint q = 0; q < FIGURE_QUANTILES; q++) {
			parts.bounds |= p->q[q].bound ? 1U << q : 0;
			parts.known |= !isnan(p->q[q].ns) ? 1U << q : 0;
			parts.line |= p->trustworthy && !isnan(p->q[q].ns) ? 1U << q : 0;
		}
		if (!r->nominal && !(p->offered_pps > 0))
			parts.x = "($2 > 0 ? $2 : $1)";
	}
	return parts;
}

/* Markers at a column: filled, and hollow for unreliable points. */
static void put_markers(struct canvas *c, const struct figure *f, guint i,
	const struct parts *parts, int column, double size)
{
	const struct figure_group *group = figure_group_at(f, i);

	for (int filled = 1; filled >= 0; filled--) {
		if (!(filled ? parts->filled : parts->hollow))
			continue;
		g_autofree char *using = g_strdup_printf(
			"%s:($%d == %d ? $%d : NaN)", parts->x, TRUSTWORTHY, filled, column);

		canvas_plot_marker(c, i, using, group->series,
			size * canvas_marker_size(group->series), filled);
	}
}

/* Joins the trustworthy points. */
static void put_line(struct canvas *c, guint index, guint series, const struct parts *parts,
	int column, const char *look)
{
	canvas_plot(c, "data index %u every ::0::%u using %s:%d with lines lt %u %s", index,
		parts->joined - 1, parts->x, column, series + 1, look);
}

static void put_spread(
	struct canvas *c, guint index, guint series, const struct parts *parts, int lo)
{
	canvas_plot(c, "data index %u using %s:%d:(0):($%d - $%d) " CANVAS_BAR, index, parts->x, lo,
		lo + 1, lo, series + 1);
}

static void put_percentile(
	struct canvas *c, const struct picture *r, guint i, const struct parts *parts, int q)
{
	const struct figure_group *group = figure_group_at(r->f, i);
	int column = P25 + q;
	g_autofree char *is_bound = g_strdup_printf("int($%d) & %u", BOUNDS, 1U << q);
	const struct range_arrow arrow = { i, group->series + 1, parts->x, is_bound, column, TRUE,
		canvas_line_width(group->series) };

	if (parts->line & 1U << q)
		put_line(c, i, group->series, parts, column, looks[q].look);
	if (parts->bounds & 1U << q)
		range_plot_arrow(&r->latency, c, &arrow);
}

static void put_latency(struct canvas *c, const struct picture *r, guint facet)
{
	for (guint i = 0; i < r->f->groups->len; i++) {
		const struct figure_group *group = figure_group_at(r->f, i);
		struct parts parts = parts_of(r, group);

		if (group->facet != facet)
			continue;
		for (int q = 0; q < FIGURE_QUANTILES; q++)
			put_percentile(c, r, i, &parts, q);
		if (parts.p50_spread)
			put_spread(c, i, group->series, &parts, P50_LO);
		if (parts.p99_spread)
			put_spread(c, i, group->series, &parts, P99_LO);
		if (parts.known & 1U << FIGURE_P50)
			put_markers(c, r->f, i, &parts, P25 + FIGURE_P50, 1);
		/* What no line shows. */
		parts.filled = parts.joined == 1;
		if (parts.known & 1U << FIGURE_P99)
			put_markers(c, r->f, i, &parts, P25 + FIGURE_P99, tail_size);
	}
	canvas_plot_nothing(c);
}

static void put_loss(struct canvas *c, const struct picture *r, guint facet)
{
	for (guint i = 0; i < r->f->groups->len; i++) {
		const struct figure_group *group = figure_group_at(r->f, i);
		struct parts parts = parts_of(r, group);

		if (group->facet != facet || !parts.loss)
			continue;
		g_autofree char *look = g_strconcat(
			"lw ", gp_num(canvas_line_width(group->series)).text, NULL);

		if (parts.loss_line)
			put_line(c, i, group->series, &parts, LOSS, look);
		if (parts.loss_spread)
			put_spread(c, i, group->series, &parts, LOSS + 1);
		put_markers(c, r->f, i, &parts, LOSS, 1);
	}
	canvas_plot_nothing(c);
}

static void add_spread_note(GPtrArray *notes, const struct picture *r)
{
	const char *what = r->f->autotest_metric ? "bars at latencies" : "bars";

	if (!r->spread)
		figure_remark(notes, "no spread: one repetition");
	else if (r->repetitions_lo == r->repetitions_hi)
		figure_remark(
			notes, "%s: minimum to maximum of %u repetitions", what, r->repetitions_hi);
	else
		figure_remark(notes, "%s: minimum to maximum of %u to %u repetitions", what,
			r->repetitions_lo, r->repetitions_hi);
	if (r->f->autotest_metric)
		figure_remark(notes,
			"bars at losses: standard deviation of the received rate (autotest)");
}

static void add_notes(struct canvas *c, const struct picture *r)
{
	GPtrArray *notes = c->notes;

	add_spread_note(notes, r);
	range_note(&r->latency, notes);
	if (r->untrustworthy)
		figure_remark(notes, "hollow: unreliable trial");
	if (r->lone && r->known > r->without_p99)
		figure_remark(notes, "large marker: median, small: 99th percentile");
	if (r->known == 0)
		figure_remark(notes, "no known %s", canvas_latency(c));
	if (r->without_p99 > 0)
		figure_remark(notes,
			"no 99th percentile at %u of %u points: only quartiles are known",
			r->without_p99, r->known);
	if (r->unmeasured > 0)
		figure_remark(notes, "%u point%s at the nominal load: offered load unknown",
			r->unmeasured, text_plural(r->unmeasured));
	if (r->f->linear_rule)
		figure_remark(notes, "percentiles by the linear rule");
	if (r->f->caption != NULL)
		figure_remark(notes, "%s", r->f->caption);
}

/* Begins the figure; sizes of the grid. */
static gboolean lay_out(struct canvas *c, struct grid *g, const struct picture *r, GError **error)
{
	const figure *f = r->f;
	const struct canvas_foot foot = {
		.legend = f, .lines = r->line ? looks : NULL, .nb_lines = G_N_ELEMENTS(looks)
	};
	gboolean one = f->facets->len == 0;
	guint height = c->options->height, lines = 1;
	double panels, others, all;

	g->columns = one ? 1
		     : f->parts->len > 0
			     ? split_columns(f->facets->len, f->columns, c->width, PART_MIN, BESIDE)
			     : f->columns;
	g->rows = one ? 1 : (f->facets->len + g->columns - 1) / g->columns;
	g->width = (c->width - CANVAS_LEFT - CANVAS_RIGHT - (g->columns - 1) * BESIDE) / g->columns;
	for (guint i = 0; i < f->facets->len; i++)
		lines = MAX(lines, head_lines(g_ptr_array_index(f->facets, i), TRUE, g->width));
	g->head = one ? 0 : head_height(lines);
	g->between = one ? BETWEEN : BETWEEN_IN_GRID;
	others = CANVAS_TOP + g->rows * (g->head + g->between) + (g->rows - 1) * BELOW +
		 CANVAS_AXIS;
	panels = one ? PANELS : g->rows == 1 ? PAIR_ALONE : (double)PAIR * g->rows;
	all = others + canvas_foot_height(c, &foot) + g->rows * PAIR_MIN;
	if (!one && height != 0 && height < all)
		return plots_fail(error, PLOTS_ERROR_ARGUMENT,
			"--height: %u pixels leave no room for %u rows of panels; give at least "
			"%.0f",
			height, g->rows, ceil(all));
	if (!canvas_begin(c, f, &foot, others, &panels, error))
		return FALSE;
	g->pair = panels / g->rows;
	g->step = g->head + g->pair + g->between + BELOW;
	if (!one && g->width < COLUMN_MIN)
		return plots_fail(error, PLOTS_ERROR_ARGUMENT,
			"--width: %.0f pixels leave no room for %u columns of panels; give at "
			"least %u",
			c->width, g->columns,
			CANVAS_LEFT + CANVAS_RIGHT + g->columns * (COLUMN_MIN + BESIDE));
	return TRUE;
}

static gboolean has_data(const figure *f, guint facet)
{
	for (guint i = 0; i < f->groups->len; i++)
		if (figure_group_at(f, i)->facet == facet)
			return TRUE;
	return FALSE;
}

static double left_of(const struct grid *g, guint facet)
{
	return CANVAS_LEFT + (facet % g->columns) * (g->width + BESIDE);
}

static double top_of(const struct grid *g, guint facet)
{
	guint row = facet / g->columns;

	return CANVAS_TOP + g->head + row * g->step;
}

/* Titles of the panels. They are drawn with the first that is plotted. */
static void put_heads(struct canvas *c, const struct grid *g, const figure *f)
{
	for (guint i = 0; i < f->facets->len; i++) {
		head_put(c, left_of(g, i) + g->width / 2, top_of(g, i),
			g_ptr_array_index(f->facets, i), TRUE, g->width);
		if (!has_data(f, i))
			canvas_text(c, left_of(g, i) + g->width / 2, top_of(g, i) + g->pair / 2,
				CANVAS_CENTRE, 0, "no data");
	}
}

/* A pair of panels. Labels of the axes are at the left and at the bottom of the grid. */
static void put_pair(struct canvas *c, const struct grid *g, const struct picture *r, guint facet)
{
	struct gp_unit unit = gp_load_unit(r->load_top), number = { NULL, unit.per };
	double left = left_of(g, facet), top = top_of(g, facet);
	double middle = top + latency_part * g->pair;
	gboolean first = facet % g->columns == 0;
	gboolean last = facet + g->columns >= MAX(r->f->facets->len, 1);

	canvas_panel(c, left, top, left + g->width, middle);
	g_string_append_printf(c->script, "set xrange [0:%s]\n", gp_num(1.04 * r->load_top).text);
	canvas_tics(c, "x", 0, 1.005 * r->load_top, number, FALSE);
	if (facet > 0)
		g_string_append(c->script, "unset xlabel\n");
	canvas_ylabel(c, first ? canvas_latency(c) : NULL, NULL);
	range_axis(&r->latency, c, "y", first);
	put_latency(c, r, facet);

	canvas_panel(c, left, middle + g->between, left + g->width, top + g->pair + g->between);
	canvas_tics(c, "x", 0, 1.005 * r->load_top, number, TRUE);
	if (last)
		g_string_append_printf(c->script, "set xlabel '%s load%s (%s)'\n",
			r->nominal ? "nominal" : "offered", r->f->sliced ? " of all guests" : "",
			unit.name);
	if (first && r->f->autotest_metric)
		g_string_append(
			c->script, "set ylabel \"loss (%,\\nautotest's metric)\" offset -1.3,0\n");
	else
		canvas_ylabel(c, first ? "loss" : NULL, "%");
	canvas_linear_axis(c, "y", r->loss_top, 0.01, first);
	put_loss(c, r, facet);
}

gboolean figure_load(const figure *f, const struct figure_options *options,
	struct figure_text *text, GError **error)
{
	double needs = CANVAS_LEFT + CANVAS_RIGHT + (double)f->columns * (COLUMN_WIDTH + BESIDE);
	g_auto(canvas) c = canvas_new(options, MAX(CANVAS_WIDTH, needs));
	struct picture r = find_ranges(f, options);
	struct grid g = { .rows = 0 };

	if (!(r.load_top > 0))
		return plots_fail(error, PLOTS_ERROR_EMPTY,
			"no load above zero in '%s': nothing to draw", f->title);
	add_notes(&c, &r);
	if (!lay_out(&c, &g, &r, error))
		return FALSE;
	put_heads(&c, &g, f);
	for (guint i = 0; i < MAX(f->facets->len, 1); i++)
		put_pair(&c, &g, &r, i);
	put_data(c.data, &r);
	return canvas_end(&c, text);
}
