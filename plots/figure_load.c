/* SPDX-License-Identifier: BSD-3-Clause */
/* Load against latency above load against loss, as in the paper's figures. */
#include "plots/figure.h"

#include <math.h>

#include "plots/canvas.h"
#include "plots/error.h"
#include "plots/gp.h"
#include "plots/range.h"

enum {
	WIDTH = 820,
	PANELS = 470, /* both */
	BETWEEN = 20, /* panels */
	RIGHT = 24,
};
/* Of the panels' height, what latency gets. */
static const double latency_part = 0.66;

struct ranges {
	double load_top;
	struct range latency;
	double loss_top;
	gboolean spread, untrustworthy;
	unsigned repetitions_lo, repetitions_hi;
};

static void include_point(struct ranges *r, const struct figure_point *p)
{
	for (int q = 0; q < FIGURE_QUANTILES; q++)
		range_include_latency(&r->latency, &p->q[q]);
	range_include_spread(&r->latency, &p->p50);
	range_include_spread(&r->latency, &p->p99);
	r->load_top = MAX(r->load_top, p->load_pps);
	r->loss_top = MAX(r->loss_top, isnan(p->loss) ? 0 : p->loss);
	if (!isnan(p->loss_spread.hi))
		r->loss_top = MAX(r->loss_top, p->loss_spread.hi);
	r->untrustworthy |= !p->trustworthy;
	r->spread |= p->repetitions > 1;
	r->repetitions_lo = MIN(r->repetitions_lo, p->repetitions);
	r->repetitions_hi = MAX(r->repetitions_hi, p->repetitions);
}

static struct ranges find_ranges(const figure *f, gboolean linear)
{
	struct ranges r = { .latency = range_new(linear), .repetitions_lo = G_MAXUINT };

	for (guint i = 0; i < f->groups->len; i++) {
		const struct figure_group *group = g_ptr_array_index(f->groups, i);

		for (guint k = 0; k < group->points->len; k++)
			include_point(&r, &g_array_index(group->points, struct figure_point, k));
	}
	range_close(&r.latency);
	r.loss_top = r.loss_top > 0 ? MIN(gp_linear_top(r.loss_top), 1.04) : 0.01;
	return r;
}

static void put_data(GString *data, const figure *f)
{
	g_string_append(data, "# One block for each group. Loads in packets a second, latencies in "
			      "ns, loss as a share.\n"
			      "# In column bounds 1, 2, 4, 8: the 25th, 50th, 75th, 99th "
			      "percentile is a lower bound.\n");
	for (guint i = 0; i < f->groups->len; i++) {
		const struct figure_group *group = g_ptr_array_index(f->groups, i);

		g_string_append_printf(data, "%s# ", i > 0 ? "\n\n" : "");
		gp_comment(data, group->name);
		g_string_append(data,
			"\n# load offered p25 p50 p75 p99 p50_min p50_max p99_min p99_max bounds "
			"loss loss_min loss_max repetitions trustworthy\n");
		for (guint k = 0; k < group->points->len; k++) {
			const struct figure_point *p = &g_array_index(
				group->points, struct figure_point, k);
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

/* Columns of the data. */
enum { P25 = 3, P50_LO = 7, P99_LO = 9, BOUNDS = 11, LOSS = 12, TRUSTWORTHY = 16 };

/* What has to be drawn for a group: gnuplot warns of what has no point. */
struct parts {
	gboolean spread, filled, hollow;
	guint bounds; /* a bit for each percentile */
};

static struct parts parts_of(const struct figure_group *group)
{
	struct parts parts = { .spread = FALSE };

	for (guint k = 0; k < group->points->len; k++) {
		const struct figure_point *p = &g_array_index(
			group->points, struct figure_point, k);

		parts.spread |= p->repetitions > 1;
		*(p->trustworthy ? &parts.filled : &parts.hollow) = TRUE;
		for (guint q = 0; q < FIGURE_QUANTILES; q++)
			parts.bounds |= p->q[q].bound ? 1U << q : 0;
	}
	return parts;
}

/* Markers at a column: filled, and hollow for points that are not to be relied on. */
static void put_markers(struct canvas *c, guint group, const struct parts *parts, int column)
{
	for (int filled = 1; filled >= 0; filled--) {
		if (!(filled ? parts->filled : parts->hollow))
			continue;
		g_autofree char *using = g_strdup_printf(
			"1:($%d == %d ? $%d : NaN)", TRUSTWORTHY, filled, column);

		canvas_plot_marker(c, group, using, group, filled);
	}
}

static void put_spread(struct canvas *c, guint group, const struct parts *parts, int lo)
{
	if (parts->spread)
		canvas_plot(c, "data index %u using 1:%d:(0):($%d - $%d) " CANVAS_BAR, group, lo,
			lo + 1, lo, group + 1);
}

static void put_latency(struct canvas *c, const figure *f, const struct range *r)
{
	for (guint i = 0; i < f->groups->len; i++) {
		struct parts parts = parts_of(g_ptr_array_index(f->groups, i));

		for (int q = 0; q < FIGURE_QUANTILES; q++) {
			int column = P25 + q;
			g_autofree char *at = range_arrow_at(r, column);
			g_autofree char *length = range_arrow_length(r, column);

			canvas_plot(c, "data index %u using 1:%d with lines lt %u lw %s %s", i,
				column, i + 1, q == FIGURE_P50 ? "2" : "1.4", canvas_dash(q));
			if (!(parts.bounds & 1U << q))
				continue;
			canvas_plot(c,
				"data index %u using 1:(int($%d) & %u ? %s : "
				"NaN):(0):(%s) " CANVAS_ARROW,
				i, BOUNDS, 1U << q, at, length, i + 1,
				gp_num(canvas_line_width(i)).text);
		}
		put_spread(c, i, &parts, P50_LO);
		put_spread(c, i, &parts, P99_LO);
		put_markers(c, i, &parts, P25 + FIGURE_P50);
	}
}

static void put_loss(struct canvas *c, const figure *f)
{
	for (guint i = 0; i < f->groups->len; i++) {
		struct parts parts = parts_of(g_ptr_array_index(f->groups, i));

		canvas_plot(c, "data index %u using 1:%d with lines lt %u lw %s", i, LOSS, i + 1,
			gp_num(canvas_line_width(i)).text);
		put_spread(c, i, &parts, LOSS + 1);
		put_markers(c, i, &parts, LOSS);
	}
}

/* The samples of the percentiles' lines. */
static void put_percentiles(struct canvas *c, double y)
{
	static const char *const names[FIGURE_QUANTILES] = { "25th", "median", "75th",
		"99th percentile" };
	double x = CANVAS_LEFT;

	for (int q = 0; q < FIGURE_QUANTILES; q++) {
		g_autofree char *line = g_strdup_printf(
			"lw %s %s lc rgb '#404040'", q == FIGURE_P50 ? "2" : "1.4", canvas_dash(q));

		canvas_sample(c, x, y, 0, line, FALSE);
		canvas_text(c, x + 38, y, CANVAS_LEFT_OF, 0, names[q]);
		x += 38 + canvas_text_width(names[q]) + 24;
	}
}

static GPtrArray *notes_of(const struct ranges *r)
{
	GPtrArray *notes = g_ptr_array_new_with_free_func(g_free);

	if (!r->spread)
		g_ptr_array_add(notes, g_strdup("one repetition: no spread is known"));
	else if (r->repetitions_lo == r->repetitions_hi)
		g_ptr_array_add(
			notes, g_strdup_printf("bars: smallest to largest of %u repetitions",
				       r->repetitions_hi));
	else
		g_ptr_array_add(
			notes, g_strdup_printf("bars: smallest to largest of %u to %u repetitions",
				       r->repetitions_lo, r->repetitions_hi));
	if (range_has_bounds(&r->latency))
		g_ptr_array_add(notes, range_note(&r->latency));
	if (r->untrustworthy)
		g_ptr_array_add(notes, g_strdup("hollow: not to be relied on"));
	return notes;
}

gboolean figure_load(const figure *f, const struct figure_options *options,
	struct figure_text *text, GError **error)
{
	g_autoptr(GString) script = g_string_new(NULL), data = g_string_new(NULL);
	struct canvas c = { .script = script };
	struct ranges r = find_ranges(f, options->linear);
	g_autoptr(GPtrArray) notes = notes_of(&r);
	double panels = PANELS;

	if (!(r.load_top > 0)) {
		g_set_error(error, PLOTS_ERROR, PLOTS_ERROR_EMPTY,
			"no load above zero in '%s': nothing to draw", f->title);
		return FALSE;
	}
	c.width = options->width != 0 ? options->width : WIDTH;
	guint rows = canvas_legend(&c, f, 0, FALSE) + canvas_notes(&c, notes, 0, FALSE) + 1;
	double others = CANVAS_TOP + BETWEEN + CANVAS_AXIS + CANVAS_ROW * (rows + 0.5);

	if (!canvas_size(&c, options, c.width, others, &panels, error))
		return FALSE;
	struct gp_unit load_unit = gp_load_unit(r.load_top);
	double upper = CANVAS_TOP + latency_part * panels, lower = CANVAS_TOP + panels + BETWEEN;
	double y = lower + CANVAS_AXIS + 0.6 * CANVAS_ROW;

	canvas_begin(&c, f, options);
	put_percentiles(&c, y + CANVAS_ROW * canvas_legend(&c, f, y, TRUE));
	canvas_notes(&c, notes, y + CANVAS_ROW * (canvas_legend(&c, f, y, FALSE) + 1), TRUE);
	canvas_panel(&c, CANVAS_LEFT, CANVAS_TOP, c.width - RIGHT, upper);
	g_string_append_printf(script, "set xrange [0:%s]\n", gp_num(1.04 * r.load_top).text);
	gp_linear_tics(script, "x", r.load_top, load_unit.per, FALSE);
	canvas_ylabel(&c, options->response ? "response time" : "latency", range_unit(&r.latency));
	range_axis(&r.latency, script, "y", TRUE);
	put_latency(&c, f, &r.latency);

	canvas_panel(&c, CANVAS_LEFT, upper + BETWEEN, c.width - RIGHT, lower);
	gp_linear_tics(script, "x", r.load_top, load_unit.per, TRUE);
	g_string_append_printf(script, "set xlabel 'load (%s)'\n", load_unit.name);
	canvas_ylabel(&c, "loss", "%");
	g_string_append_printf(script, "set yrange [0:%s]\n", gp_num(r.loss_top).text);
	gp_linear_tics(script, "y", r.loss_top, 0.01, TRUE);
	put_loss(&c, f);
	canvas_end(&c);

	put_data(data, f);
	text->script = g_string_free(g_steal_pointer(&script), FALSE);
	text->data = g_string_free(g_steal_pointer(&data), FALSE);
	return TRUE;
}
