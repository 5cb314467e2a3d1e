/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One load: the share of frames that is later than a latency, or lost, on a logarithmic axis, so
 * that each further nine of a percentile has the same room; or the share that came back within it.
 * Below, the spread over the guests.
 */
#include "plots/figures/figures.h"

#include <math.h>

#include "analyze/base/format.h"
#include "plots/draw/gp.h"
#include "plots/draw/head.h"
#include "plots/draw/range.h"
#include "plots/draw/split.h"

enum {
	CURVES = 340, /* height of the upper panel */
	CURVES_IN_GRID = 220,
	COLUMN_MIN = 200, /* width of a panel in a grid */
	BESIDE = 18,
	BELOW = 28, /* tics below a row of panels */
	STRIP = 22, /* height of a row of guests */
	BETWEEN = 22,
	RIGHT = 190,       /* room for what stands beside the panels */
	RIGHT_NARROW = 76, /* for the percentiles alone */
	TICKS = 3000,      /* of all guests of all strips together */
};

/* Less than a pixel; and more for many curves, which would make a figure larger than 1 MB. */
static const double grain_min = 0.001, grain_per_curve = 4e-5;

struct ranges {
	struct range latency;
	double lo_share;
	gboolean within; /* shares are of frames that came back, on a linear axis */
	gboolean guests; /* strips of them; a grid has none */
	gboolean spread, untrustworthy, repetitions, lost;
	guint curves, most_guests; /* of a group */
	guint every_guest;         /* that is drawn */
	double grain;              /* part of an axis that is no step of a curve */
};

static void include_steps(struct ranges *r, const GArray *steps)
{
	r->curves++;
	for (guint k = 0; k < steps->len; k++) {
		const struct figure_step *step = &g_array_index(steps, struct figure_step, k);

		range_include(&r->latency, step->ns, FALSE);
		if (step->share > 0)
			r->lo_share = MIN(r->lo_share, step->share);
	}
}

static void include_group(struct ranges *r, const struct figure_group *group)
{
	const struct figure_point *p = figure_point_at(group, 0);

	include_steps(r, group->steps);
	for (guint k = 0; k < group->repetitions->len; k++)
		include_steps(r, g_ptr_array_index(group->repetitions, k));
	r->repetitions |= group->repetitions->len > 0;
	r->lost |= p->loss > 0;
	for (guint k = 0; k < group->guests->len; k++) {
		const struct figure_guest *guest = &g_array_index(
			group->guests, struct figure_guest, k);

		range_include_latency(&r->latency, &guest->p50);
		range_include_latency(&r->latency, &guest->p99);
	}
	range_include_spread(&r->latency, &p->p50);
	range_include_spread(&r->latency, &p->p99);
	r->guests |= group->guests->len > 1;
	r->most_guests = MAX(r->most_guests, group->guests->len);
	r->untrustworthy |= !p->trustworthy;
	r->spread |= p->repetitions > 1;
}

static struct ranges find_ranges(const figure *f, const struct figure_options *options)
{
	struct ranges r = {
		.latency = range_new(options->linear), .within = options->within, .lo_share = 1e-3
	};

	for (guint i = 0; i < f->groups->len; i++)
		include_group(&r, figure_group_at(f, i));
	r.guests &= f->facets->len == 0;
	range_close(&r.latency);
	r.grain = MAX(grain_min, grain_per_curve * r.curves);
	r.every_guest = 1 + r.most_guests * f->groups->len / TICKS;
	r.lo_share = MAX(pow(10, floor(log10(r.lo_share) + 1e-9)), 1e-9);
	return r;
}

/* Where a share of frames that are later is on the axis. */
static double at_axis(const struct ranges *r, double later)
{
	/* Nought is not on a logarithmic axis: the line leaves it downwards. */
	return r->within ? 1 - later : later > 0 ? later : r->lo_share / 10;
}

static void put_step(GString *data, double ns, double later, const struct ranges *r)
{
	g_string_append_printf(data, "%s %s\n", gp_num(ns).text, gp_num(at_axis(r, later)).text);
}

/* Where a step is on the axes, both from 0 to 1, added up. */
static double place_of(const struct ranges *r, const struct figure_step *step)
{
	double x = r->latency.linear ? step->ns / r->latency.hi
				     : log(MAX(step->ns, 1) / r->latency.lo) /
					       log(r->latency.hi / r->latency.lo);
	double y = r->within ? 1 - step->share
			     : log(MAX(step->share, r->lo_share)) / log(r->lo_share);

	return x + y;
}

/*
 * The share does not fall below that of the lost: their latency is longer than all that is shown.
 * Steps that are too small to be seen are one.
 */
static void put_steps(GString *data, const GArray *steps, const struct ranges *r)
{
	double share = 1, last = -HUGE_VAL;

	put_step(data,
		steps->len > 0 ? g_array_index(steps, struct figure_step, 0).ns : r->latency.lo, 1,
		r);
	for (guint k = 0; k < steps->len; k++) {
		const struct figure_step *step = &g_array_index(steps, struct figure_step, k);

		share = step->share;
		if (place_of(r, step) - last < r->grain && k + 1 < steps->len)
			continue;
		last = place_of(r, step);
		put_step(data, step->ns, share, r);
	}
	if (share > 0 || r->within)
		put_step(data, r->latency.hi, share, r);
}

static void put_percentile(GString *data, const struct figure_point *p, double share,
	const struct figure_latency *latency, const struct figure_spread *spread)
{
	g_string_append_printf(data, "%s %s %s %s %d %d\n", gp_num(latency->ns).text,
		gp_num(share).text, gp_num(spread->lo).text, gp_num(spread->hi).text,
		latency->bound, p->trustworthy);
}

static void put_data(GString *data, const figure *f, const struct ranges *r)
{
	g_string_append_printf(data,
		"# For each group a block of its curve, then one of its percentiles, then one of "
		"its guests.\n"
		"# Latencies in ns; share: of all offered frames, %s.\n",
		r->within ? "back within that" : "later than that or lost");
	for (guint i = 0; i < f->groups->len; i++) {
		const struct figure_group *group = figure_group_at(f, i);
		const struct figure_point *p = figure_point_at(group, 0);

		gp_block(data, i, group->name, "latency share");
		put_steps(data, group->steps, r);
		g_string_append(data, "\n\n# latency share min max bound trustworthy\n");
		put_percentile(data, p, 0.5, &p->q[FIGURE_P50], &p->p50);
		put_percentile(data, p, at_axis(r, 0.01), &p->q[FIGURE_P99], &p->p99);
		g_string_append(data, "\n\n# guest p50 p50_bound p99 p99_bound loss\n");
		if (group->guests->len == 0)
			g_string_append(data, "NaN NaN 0 NaN 0 NaN\n");
		for (guint k = 0; k < group->guests->len; k++) {
			const struct figure_guest *guest = &g_array_index(
				group->guests, struct figure_guest, k);

			if (k % r->every_guest != 0 && g_strcmp0(guest->name, group->worst) != 0)
				continue;
			g_string_append_printf(data, "%s %s %d %s %d %s\n", guest->name,
				gp_num(guest->p50.ns).text, guest->p50.bound,
				gp_num(guest->p99.ns).text, guest->p99.bound,
				gp_num(guest->loss).text);
		}
	} /* Behind all groups: a block for each repetition of each. */
	for (guint i = 0; i < f->groups->len; i++) {
		const struct figure_group *group = figure_group_at(f, i);

		for (guint k = 0; k < group->repetitions->len; k++) {
			g_autofree char *name = g_strdup_printf(
				"%s, repetition %u", group->name, k);

			gp_block(data, 1, name, "latency share");
			put_steps(data, g_ptr_array_index(group->repetitions, k), r);
		}
	}
}

/* Unreliable ones are thin dashes, and their repetitions dots, which leave the gaps visible. */
static void put_curves(struct canvas *c, const figure *f, guint facet)
{
	guint block = 3 * f->groups->len;

	for (guint i = 0; i < f->groups->len; i++) {
		const struct figure_group *group = figure_group_at(f, i);

		for (guint k = 0; k < group->repetitions->len; k++, block++) {
			if (group->facet == facet)
				canvas_plot(c, "data index %u using 1:2 with steps lt %u lw 0.5%s",
					block, group->series + 1,
					figure_point_at(group, 0)->trustworthy ? "" : " dt 1");
		}
	}
	for (guint i = 0; i < f->groups->len; i++) {
		const struct figure_group *group = figure_group_at(f, i);
		const struct figure_point *p = figure_point_at(group, 0);
		guint series = group->series;
		g_autofree char *solid = g_strconcat(
			"lw ", gp_num(canvas_line_width(series)).text, NULL);

		if (group->facet != facet)
			continue;
		canvas_plot(c, "data index %u using 1:2 with steps lt %u %s", 3 * i, series + 1,
			p->trustworthy ? solid : "lw 1.2 dt 4");
		if (p->repetitions > 1)
			canvas_plot(c, "data index %u using 3:2:($4 - $3):(0) " CANVAS_BAR,
				3 * i + 1, series + 1);
		canvas_plot_marker(c, 3 * i + 1, "($5 == 0 ? $1 : NaN):2", series,
			canvas_marker_size(series), p->trustworthy);
	}
}

/* labels: of the tics on the left. */
static void put_share_axis_within(GString *s, gboolean labels)
{
	g_string_append(s, "set yrange [0:1.02]\nset y2range [0:1.02]\n");
	g_string_append(s, labels ? "set ytics ('0 %%' 0, '25 %%' 0.25, '50 %%' 0.5, '75 %%' 0.75, "
				    "'100 %%' 1)\n"
				  : "set ytics ('' 0, '' 0.25, '' 0.5, '' 0.75, '' 1)\n");
	g_string_append(s, "set y2tics ('median' 0.5, 'p99' 0.99) scale 0\n"
			   "set ylabel 'share of frames received within'\n");
}

/* Tics of the share on the left; on the right the percentile that each of them is. */
static void put_share_axis(GString *s, double lo_share, gboolean labels)
{
	g_autoptr(GString) right = g_string_new("set y2tics ('median' 0.5");

	g_string_append_printf(s,
		"set yrange [%s:1]\nset y2range [%s:1]\nset logscale y\nset logscale y2\n"
		"set ytics ('%s' 1, '%s' 0.5",
		gp_num(lo_share).text, gp_num(lo_share).text, labels ? "100 %%" : "",
		labels ? "50 %%" : "");
	for (int k = 1; pow(10, -k) > lo_share * (1 - 1e-9); k++) {
		struct gp_num at = gp_num(pow(10, -k)),
			      percent = gp_fixed(pow(10, 2 - k), MAX(0, k - 2));

		g_string_append_printf(
			s, ", '%s%s' %s", labels ? percent.text : "", labels ? " %%" : "", at.text);
		g_string_append_printf(right, ", 'p%s' %s",
			gp_fixed(100 * (1 - pow(10, -k)), MAX(0, k - 2)).text, at.text);
	}
	g_string_append_printf(s, ")\n%s) scale 0\n", right->str);
	g_string_append(s, "set ylabel 'share of frames later or lost'\n");
}

static char *latency_text(const struct figure_latency *latency)
{
	return isnan(latency->ns) ? g_strdup("-")
				  : format_ns_bound((uint64_t)llround(latency->ns), latency->bound);
}

/* Columns of the table below: who, how much, how late. */
enum { FRAMES, LOST, MEDIAN, P99, REPETITIONS, NB_HEADS };

static void put_table_row(
	struct canvas *c, const char *const *texts, const double *x, double y, int size)
{
	for (guint i = 0; i < NB_HEADS; i++)
		canvas_text(c, x[i], y, CANVAS_RIGHT_OF, size, texts[i]);
}

/* How the lines of the table are placed. */
struct table {
	gboolean below; /* numbers stand below the name */
	double edge, name_width, x[NB_HEADS];
};

static struct table lay_out_table(const struct canvas *c, const figure *f)
{
	static const double widths[NB_HEADS] = { 112, 72, 84, 84, 92 };
	struct table t = { .edge = canvas_edge(c), .name_width = 60 };
	double room = c->width - t.edge - CANVAS_SAMPLE - CANVAS_RIGHT, beside = room;

	for (guint i = 0; i < f->groups->len; i++)
		t.name_width = MAX(t.name_width, canvas_text_width(figure_group_at(f, i)->name));
	for (guint i = 0; i < f->facets->len; i++)
		t.name_width = MAX(t.name_width,
			canvas_text_width(g_ptr_array_index(f->facets, i)) - CANVAS_SAMPLE);
	for (guint i = 0; i < NB_HEADS; i++)
		beside -= widths[i];
	t.below = t.name_width > beside;
	t.name_width = MIN(t.name_width, room);
	for (guint i = 0; i < NB_HEADS; i++)
		t.x[i] = t.below ? t.edge + CANVAS_SAMPLE + (i + 1) * MIN(room, 500) / NB_HEADS
				 : (i == 0 ? t.edge + CANVAS_SAMPLE + t.name_width : t.x[i - 1]) +
					   widths[i];
	return t;
}

static void put_group(
	struct canvas *c, const struct table *t, const struct figure_group *group, double y)
{
	const struct figure_point *p = figure_point_at(group, 0);
	g_autofree char *line = g_strdup_printf(
		"lt %u lw %s", group->series + 1, p->trustworthy ? "2" : "1.2 dt 4");
	g_autofree char *name = canvas_fit(group->name, t->name_width, 0);
	g_autofree char *loss = isnan(p->loss) ? g_strdup("-") : format_percent(p->loss);
	g_autofree char *p50 = latency_text(&p->q[FIGURE_P50]);
	g_autofree char *p99 = latency_text(&p->q[FIGURE_P99]);
	g_autofree char *repetitions = g_strdup_printf("%u", p->repetitions);
	struct gp_num frames = gp_fixed(group->frames, 0);
	const char *const texts[NB_HEADS] = { group->frames > 0 ? frames.text : "-", loss, p50, p99,
		repetitions };

	canvas_sample(c, t->edge, y, group->series + 1, line,
		p->trustworthy ? CANVAS_FILLED : CANVAS_HOLLOW);
	canvas_text(c, t->edge + CANVAS_SAMPLE, y, CANVAS_LEFT_OF, 0, name);
	put_table_row(c, texts, t->x, y + (t->below ? CANVAS_ROW : 0), 0);
}

/* Panel by panel; of several each has its title above. */
static void put_table(struct canvas *c, const figure *f, double y)
{
	static const char *const heads[NB_HEADS] = { "frames offered", "lost", "median", "p99",
		"repetitions" };
	static const char *const short_heads[NB_HEADS] = { "offered", "lost", "median", "p99",
		"reps" };
	struct table t = lay_out_table(c, f);

	put_table_row(c, c->width < CANVAS_NARROW ? short_heads : heads, t.x, y, 11);
	for (guint facet = 0; facet < MAX(1, f->facets->len); facet++) {
		if (f->facets->len > 0) {
			/* The first stands beside the heads, if there is room. */
			y += t.below || facet > 0 ? CANVAS_ROW : 0;
			g_autofree char *name = canvas_fit(g_ptr_array_index(f->facets, facet),
				t.name_width + CANVAS_SAMPLE, 11);

			canvas_text(c, t.edge, y, CANVAS_LEFT_OF, 11, name);
		}
		for (guint i = 0; i < f->groups->len; i++) {
			const struct figure_group *group = figure_group_at(f, i);

			if (group->facet != facet)
				continue;
			y += CANVAS_ROW;
			put_group(c, &t, group, y);
			y += t.below ? CANVAS_ROW : 0;
		}
	}
}

static guint count_table_rows(const struct canvas *c, const figure *f)
{
	gboolean below = lay_out_table(c, f).below;

	return 1 + f->groups->len * (below ? 2 : 1) + f->facets->len -
	       (f->facets->len > 0 && !below ? 1 : 0);
}

/* What stands beside the strips of a group, or below: its worst guest and the losses of those with frames. */
static char *guests_text(const struct figure_group *group)
{
	double loss_lo = HUGE_VAL, loss_hi = -HUGE_VAL;

	if (group->guests->len == 0)
		return g_strdup("");
	if (group->worst == NULL)
		return g_strdup("no frame was offered");
	for (guint k = 0; k < group->guests->len; k++) {
		double loss = g_array_index(group->guests, struct figure_guest, k).loss;

		/* fmin and fmax ignore NAN. */
		loss_lo = fmin(loss_lo, loss);
		loss_hi = fmax(loss_hi, loss);
	}
	g_autofree char *lo = format_percent(loss_lo), *hi = format_percent(loss_hi);

	return loss_hi > loss_lo
		       ? g_strdup_printf("worst guest %s\nloss %s to %s", group->worst, lo, hi)
		       : g_strdup_printf("worst guest %s\nloss %s each", group->worst, hi);
}

static gboolean some_bound(const struct figure_group *group, gboolean p99)
{
	for (guint k = 0; k < group->guests->len; k++) {
		const struct figure_guest *guest = &g_array_index(
			group->guests, struct figure_guest, k);

		if (p99 ? guest->p99.bound : guest->p50.bound)
			return TRUE;
	}
	return FALSE;
}

/* Two rows for each group: a tick for each guest, and a line from the smallest to the largest. */
static void put_strips(struct canvas *c, const figure *f, const struct range *r, double top)
{
	GString *s = c->script;
	guint rows = 2 * f->groups->len;

	g_string_append_printf(s, "set yrange [%u.5:0.5]\nset ytics (", rows);
	for (guint row = 1; row <= rows; row++)
		g_string_append_printf(
			s, "%s'%s' %u", row > 1 ? ", " : "", row % 2 == 1 ? "median" : "p99", row);
	g_string_append(s, ")\nunset y2tics\nset ylabel 'guests'\n");
	for (guint i = 0; i < f->groups->len; i++) {
		g_autofree char *beside = guests_text(figure_group_at(f, i));
		g_auto(GStrv) lines = g_strsplit(beside, "\n", 2);
		gboolean wide = c->width >= CANVAS_NARROW, several = f->groups->len > 1;
		double right = c->width - (wide ? RIGHT : RIGHT_NARROW);

		if (several)
			canvas_sample(c, right - 3, top + (2 * i + 1) * STRIP, i + 1, NULL,
				figure_point_at(figure_group_at(f, i), 0)->trustworthy
					? CANVAS_FILLED
					: CANVAS_HOLLOW);
		for (guint k = 0; wide && lines[k] != NULL; k++)
			canvas_text(c, right + (several ? 24 : 10), top + (2 * i + k + 0.5) * STRIP,
				CANVAS_LEFT_OF, 11, lines[k]);
	}
	for (guint row = 1; row <= rows; row++) {
		guint group = (row - 1) / 2;
		int column = row % 2 == 1 ? 2 : 4;

		canvas_plot(c, "data index %u using %d:(%u) with lines lt %u lw 1", 3 * group + 2,
			column, row, group + 1);
		canvas_plot(c,
			"data index %u using ($%d == 0 ? $%d : NaN):(%u - 0.32):(0):(0.64) with "
			"vectors "
			"nohead lt %u lw 1.2",
			3 * group + 2, column + 1, column, row, group + 1);
		if (some_bound(figure_group_at(f, group), column == 4)) {
			g_autofree char *at = g_strdup_printf("(%u)", row);
			g_autofree char *is_bound = g_strdup_printf("$%d == 1", column + 1);
			const struct range_arrow arrow = { 3 * group + 2, group + 1, at, is_bound,
				column, FALSE, 1.4 };

			range_plot_arrow(r, c, &arrow);
		}
	}
}

static void put_latency_axis(struct canvas *c, const struct range *r, gboolean labels)
{
	range_axis(r, c, "x", labels);
	if (labels)
		g_string_append_printf(c->script, "set xlabel '%s'\n", canvas_latency(c));
}

static void add_notes(GPtrArray *notes, const figure *f, const struct ranges *r)
{
	figure_remark(notes, r->spread ? "bars: minimum to maximum of the repetitions"
				       : "no spread: one repetition");
	if (r->repetitions)
		figure_remark(notes, "thin: single repetitions");
	if (r->within && r->lost)
		figure_remark(notes, "curves below 100 %%: the rest was lost");
	if (r->guests) {
		range_note(&r->latency, notes);
		figure_remark(notes, "tick: one guest");
	}
	if (r->guests)
		figure_remark_silent(notes, f);
	if (r->grain > grain_min)
		figure_remark(
			notes, "thinned: steps of curves below %.1f %% of an axis", 100 * r->grain);
	if (r->guests && r->every_guest > 1)
		figure_remark(
			notes, "thinned: tick of 1 of %u guests, and of the worst", r->every_guest);
	if (r->untrustworthy)
		figure_remark(notes, "dashed, hollow: unreliable trial");
}

/* Panels of curves: one, or a grid with the same axes. */
struct grid {
	guint nb, columns, rows;
	double head, width, height, step; /* of a panel; step: from row to row */
};

static struct grid lay_out(const struct canvas *c, const figure *f)
{
	double right = c->width < CANVAS_NARROW || f->facets->len > 0 ? RIGHT_NARROW : RIGHT;
	double width = c->width - right + CANVAS_RIGHT;
	struct grid g = { .nb = MAX(1, f->facets->len) };
	guint lines = 1;

	g.columns = f->facets->len == 0
			    ? 1
			    : split_columns(g.nb, f->columns, width, COLUMN_MIN, BESIDE);
	g.rows = (g.nb + g.columns - 1) / g.columns;
	g.width = (c->width - CANVAS_LEFT - right - (g.columns - 1) * BESIDE) / g.columns;
	for (guint i = 0; i < f->facets->len; i++)
		lines = MAX(lines, head_lines(g_ptr_array_index(f->facets, i), TRUE, g.width));
	g.head = f->facets->len > 0 ? head_height(lines) : 0;
	return g;
}

/* The i-th panel. Labels are at the left, the right and the bottom of the grid. */
static void put_panel(
	struct canvas *c, const figure *f, const struct ranges *r, const struct grid *g, guint i)
{
	guint column = i % g->columns, row = i / g->columns;
	double left = CANVAS_LEFT + column * (g->width + BESIDE);
	double top = CANVAS_TOP + g->head + row * g->step;
	gboolean last = i + g->columns >= g->nb;

	canvas_panel(c, left, top, left + g->width, top + g->height);
	if (f->facets->len > 0)
		head_put(c, left + g->width / 2, top, g_ptr_array_index(f->facets, i), TRUE,
			g->width);
	if (r->within)
		put_share_axis_within(c->script, column == 0);
	else
		put_share_axis(c->script, r->lo_share, column == 0);
	if (column > 0)
		g_string_append(c->script, "unset ylabel\n");
	if (column + 1 < g->columns && i + 1 < g->nb)
		g_string_append(c->script, "unset y2tics\n");
	put_latency_axis(c, &r->latency, !r->guests && last);
	put_curves(c, f, i);
}

gboolean figure_cdf(const figure *f, const struct figure_options *options, struct figure_text *text,
	GError **error)
{
	g_auto(canvas) c = canvas_new(options, CANVAS_WIDTH);
	gboolean narrow = c.width < CANVAS_NARROW;
	const struct canvas_foot foot = { .fill = put_table, .rows = count_table_rows(&c, f) };
	struct ranges r = find_ranges(f, options);
	struct grid g = lay_out(&c, f);
	double strips = r.guests ? 2.0 * STRIP * f->groups->len : 0;
	double panels = g.rows > 1 ? g.rows * CURVES_IN_GRID : CURVES;

	add_notes(c.notes, f, &r);
	for (guint i = 0; narrow && r.guests && i < f->groups->len; i++) {
		g_autofree char *guests = guests_text(figure_group_at(f, i));
		g_auto(GStrv) lines = g_strsplit(guests, "\n", -1);
		g_autofree char *line = g_strjoinv(", ", lines);

		figure_remark(c.notes, "%s: %s", figure_group_at(f, i)->name, line);
	}
	if (!canvas_begin(&c, f, &foot,
		    CANVAS_TOP + g.rows * g.head + (g.rows - 1) * BELOW +
			    (r.guests ? BETWEEN + strips : 0) + CANVAS_AXIS,
		    &panels, error))
		return FALSE;
	g.height = panels / g.rows;
	g.step = g.head + g.height + BELOW;
	for (guint i = 0; i < g.nb; i++)
		put_panel(&c, f, &r, &g, i);
	if (r.guests) {
		double lower = CANVAS_TOP + panels + BETWEEN;

		canvas_panel(&c, CANVAS_LEFT, lower, CANVAS_LEFT + g.width, lower + strips);
		put_latency_axis(&c, &r.latency, TRUE);
		put_strips(&c, f, &r.latency, lower);
	}
	put_data(c.data, f, &r);
	return canvas_end(&c, text);
}
