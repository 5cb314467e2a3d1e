/* SPDX-License-Identifier: BSD-3-Clause */
/* Rates, loss and latencies second by second. */
#include <math.h>

#include "analyze/results/result_seconds.h"
#include "plots/draw/error.h"
#include "plots/draw/gp.h"
#include "plots/draw/head.h"
#include "plots/draw/range.h"
#include "plots/draw/split.h"
#include "plots/figures/figures.h"

enum {
	COLUMN_MIN = 200,    /* width of a group's panels, where nobody wants another one */
	PER_ROW = 6,         /* groups side by side */
	PANEL = 165,         /* height */
	PANEL_OF_MANY = 110, /* of several rows */
	BELOW = 26,          /* tics below a row */
	BETWEEN = 20,
	POINTS_MAX = 40, /* seconds that have markers: one alone is no line */
	COLUMN_LEAST = 130,
	LINES_PER_GROUP = 5,
	POINTS_OF_ALL = 40000, /* what lines of 1 MB can be made of */
	ROWS_LEAST = 60,
	ROWS_MOST = 720,
};

static const struct result_second *second_at(const GArray *seconds, guint i)
{
	return &g_array_index(seconds, struct result_second, i);
}

/* The drain, behind the last second: nothing is offered any more, and no rate falls to 0. */
static gboolean is_drain(const GArray *seconds, guint i)
{
	return i > 0 && i + 1 == seconds->len && !(second_at(seconds, i)->offered_pps > 0);
}

/* Adds what is known to a sum. */
static void add_known(double *sum, guint *nb, double value)
{
	if (isnan(value))
		return;
	*sum += value;
	*nb += 1;
}

/* So many neighbouring rows as one: rates and loss are means, latencies the largest. */
static GArray *thin_rows(const GArray *seconds, guint every)
{
	GArray *thinned = g_array_new(FALSE, FALSE, sizeof(struct result_second));

	for (guint i = 0; i < seconds->len; i += every) {
		struct result_second s = {
			.p50_ns = NAN, .p99_ns = NAN, .max_ns = NAN, .mean_ns = NAN
		};
		guint offered = 0, forwarded = 0, loss = 0;

		for (guint k = i; k < MIN(i + every, seconds->len); k++) {
			const struct result_second *row = second_at(seconds, k);
			gboolean drain = is_drain(seconds, k);

			s.time_s = row->time_s;
			add_known(&s.offered_pps, &offered, drain ? NAN : row->offered_pps);
			add_known(&s.forwarded_pps, &forwarded, drain ? NAN : row->forwarded_pps);
			add_known(&s.loss, &loss, row->loss);
			/* fmax ignores NAN. */
			s.p50_ns = fmax(s.p50_ns, row->p50_ns);
			s.p99_ns = fmax(s.p99_ns, row->p99_ns);
			s.max_ns = fmax(s.max_ns, row->max_ns);
			s.mean_ns = fmax(s.mean_ns, row->mean_ns);
		}
		s.offered_pps = offered > 0 ? s.offered_pps / offered : NAN;
		s.forwarded_pps = forwarded > 0 ? s.forwarded_pps / forwarded : NAN;
		s.loss = loss > 0 ? s.loss / loss : NAN;
		g_array_append_val(thinned, s);
	}
	return thinned;
}

/* How many rows are one, so that the figure does not become too large. */
static guint thin_by(const figure *f)
{
	guint lines = 0, rows = 0;

	for (guint i = 0; i < f->groups->len; i++) {
		const struct figure_group *group = figure_group_at(f, i);

		lines += LINES_PER_GROUP * (1 + group->repetitions->len);
		rows = MAX(rows, group->points->len);
	}
	guint most = CLAMP(POINTS_OF_ALL / MAX(lines, 1), ROWS_LEAST, ROWS_MOST);

	return (rows + most - 1) / most;
}

/* What is drawn of f. */
static figure *thin_figure(const figure *f, guint every)
{
	figure *thinned = figure_new();

	g_free(thinned->title);
	g_free(thinned->subtitle);
	thinned->title = g_strdup(f->title);
	thinned->subtitle = g_strdup(f->subtitle);
	thinned->sliced = f->sliced;
	for (guint i = 0; i < f->groups->len; i++) {
		const struct figure_group *group = figure_group_at(f, i);
		struct figure_group *to = figure_add_rows(
			thinned, group->name, sizeof(struct result_second));

		to->trustworthy = group->trustworthy;
		g_array_unref(to->points);
		to->points = thin_rows(group->points, every);
		for (guint k = 0; k < group->repetitions->len; k++)
			g_ptr_array_add(to->repetitions,
				thin_rows(g_ptr_array_index(group->repetitions, k), every));
	}
	return thinned;
}

/* Columns of the data. */
enum { TIME = 1, OFFERED, FORWARDED, LOSS, P50, P99, MAXIMUM, MEAN, NB_COLUMNS };

static double value_of(const struct result_second *s, int column)
{
	const double values[NB_COLUMNS] = { [TIME] = s->time_s,
		[OFFERED] = s->offered_pps,
		[FORWARDED] = s->forwarded_pps,
		[LOSS] = s->loss,
		[P50] = s->p50_ns,
		[P99] = s->p99_ns,
		[MAXIMUM] = s->max_ns,
		[MEAN] = s->mean_ns };

	return values[column];
}

/* TRUE if a column has a value: gnuplot warns of what has no point. */
static gboolean has_values(const GArray *seconds, int column)
{
	for (guint i = 0; i < seconds->len; i++)
		if (!isnan(value_of(second_at(seconds, i), column)))
			return TRUE;
	return FALSE;
}

struct ranges {
	double end_s, rate_top, loss_top;
	struct range latency;
	gboolean latency_known, untrustworthy, several, sliced;
};

static void include_seconds(struct ranges *r, const GArray *seconds)
{
	for (guint i = 0; i < seconds->len; i++) {
		const struct result_second *s = second_at(seconds, i);

		r->end_s = MAX(r->end_s, s->time_s);
		for (int column = OFFERED; column <= FORWARDED; column++)
			r->rate_top = fmax(r->rate_top, value_of(s, column));
		r->loss_top = fmax(r->loss_top, s->loss);
		for (int column = P50; column < NB_COLUMNS; column++) {
			double ns = value_of(s, column);

			if (isnan(ns))
				continue;
			range_include(&r->latency, ns, FALSE);
			r->latency_known = TRUE;
		}
	}
}

static struct ranges find_ranges(const figure *f, gboolean linear)
{
	struct ranges r = { .latency = range_new(linear), .sliced = f->sliced };

	for (guint i = 0; i < f->groups->len; i++) {
		const struct figure_group *group = figure_group_at(f, i);

		include_seconds(&r, group->points);
		for (guint k = 0; k < group->repetitions->len; k++)
			include_seconds(&r, g_ptr_array_index(group->repetitions, k));
		r.untrustworthy |= !group->trustworthy;
		r.several |= group->repetitions->len > 1;
	}
	range_close(&r.latency);
	r.end_s = r.end_s > 0 ? r.end_s : 1;
	r.rate_top = r.rate_top > 0 ? gp_linear_top(r.rate_top) : 1;
	r.loss_top = gp_loss_top(r.loss_top);
	return r;
}

static void put_block(GString *data, guint index, const char *name, const GArray *seconds)
{
	gp_block(data, index, name, "time offered forwarded loss p50 p99 max mean");
	for (guint i = 0; i < seconds->len; i++) {
		const struct result_second *s = second_at(seconds, i);

		for (int column = TIME; column < NB_COLUMNS; column++)
			g_string_append_printf(data, "%s%s", column > TIME ? " " : "",
				gp_num(value_of(s, column)).text);
		g_string_append_c(data, '\n');
	}
}

/* Whether repetitions have blocks of their own: one alone is the median. */
static gboolean is_split(const struct figure_group *group)
{
	return group->repetitions->len > 1;
}

static void put_data(GString *data, const figure *f)
{
	g_string_append(data,
		"# For each group a block of medians over its repetitions, and one for each\n"
		"# repetition where there are several. Time in s, rates in packets per second, "
		"loss "
		"as a\n# share, latencies in ns.\n");
	for (guint i = 0; i < f->groups->len; i++) {
		const struct figure_group *group = figure_group_at(f, i);
		g_autofree char *name = g_strdup_printf(
			"%s, one of %u repetitions", group->name, group->repetitions->len);

		put_block(data, i, group->name, group->points);
		for (guint k = 0; is_split(group) && k < group->repetitions->len; k++)
			put_block(data, 1, name, g_ptr_array_index(group->repetitions, k));
	}
}

/* How the line of a column is drawn. */
static const char *const dashes[NB_COLUMNS] = { [OFFERED] = "dt 4",
	[FORWARDED] = "dt solid",
	[LOSS] = "dt solid",
	[P50] = "dt solid",
	[P99] = "dt 4",
	[MAXIMUM] = "dt 1",
	[MEAN] = "dt solid" };
static const struct canvas_line looks[] = { { "offered", "lw 2 dt 4" },
	{ "forwarded; loss", "lw 2 dt solid" }, { "latency: median", "lw 2 dt solid" },
	{ "99th percentile", "lw 2 dt 4" }, { "maximum", "lw 2 dt 1" } };
/* Of guests: percentiles of single ones are not kept. */
static const struct canvas_line looks_of_guests[] = { { "offered", "lw 2 dt 4" },
	{ "forwarded; loss; mean latency", "lw 2 dt solid" } };
enum { LOOKS_WITHOUT_LATENCY = 2 };

static void put_column(struct canvas *c, const struct figure_group *group, guint first_index,
	guint linetype, int column)
{
	for (guint k = 0; is_split(group) && k < group->repetitions->len; k++) {
		const GArray *seconds = g_ptr_array_index(group->repetitions, k);

		if (has_values(seconds, column))
			canvas_plot(c, "data index %u using %d:%d with lines lt %u lw 0.5 %s",
				first_index + 1 + k, TIME, column, linetype, dashes[column]);
	}
	if (!has_values(group->points, column))
		return;
	canvas_plot(c, "data index %u using %d:%d with lines lt %u lw %s %s", first_index, TIME,
		column, linetype, group->trustworthy ? "2" : "1", dashes[column]);
	/* Of an unreliable one no more than some: a marker for each of many would hide the line. */
	g_autofree char *some = g_strdup_printf(
		"%d:%d every %u", TIME, column, (group->points->len + POINTS_MAX - 1) / POINTS_MAX);

	if (!group->trustworthy)
		canvas_plot_marker(c, first_index, some, linetype - 1, 0.7, FALSE);
	else if (group->points->len <= POINTS_MAX)
		canvas_plot(c, "data index %u using %d:%d with points lt %u pt 7 ps 0.35",
			first_index, TIME, column, linetype);
}

static void put_columns(struct canvas *c, const struct figure_group *group, guint first_index,
	guint linetype, int first, int last)
{
	for (int column = first; column <= last; column++)
		put_column(c, group, first_index, linetype, column);
	/* A panel without any value is a panel all the same. */
	canvas_plot_nothing(c);
}

static void add_notes(GPtrArray *notes, const struct ranges *r, guint every)
{
	if (r->several)
		figure_remark(notes, "thin: single repetitions, bold: their median");
	figure_remark(notes, "loss: offered and not back in the same interval");
	if (r->sliced)
		figure_remark(notes, "mean latency: no percentiles per guest and second");
	if (every > 1)
		figure_remark(notes,
			"thinned: %u intervals per point (rates, loss: mean; latencies: maximum)",
			every);
	if (r->untrustworthy)
		figure_remark(notes, "hollow, (!): unreliable trial");
}

/* Where the panels of a group are. */
struct place {
	double left, right, top, panel; /* panel: height of one */
	gboolean first, lowest;         /* of the row, of the column */
	guint nb;                       /* panels */
};

/* Begins the row-th panel: its frame and its axis of time. */
static void begin_panel(struct canvas *c, const struct place *at, guint row, double end_s)
{
	double top = at->top + row * (at->panel + BETWEEN);
	gboolean last = row + 1 == at->nb;

	canvas_panel(c, at->left, top, at->right, top + at->panel);
	g_string_append_printf(c->script, "set xrange [0:%s]\n", gp_num(1.02 * end_s).text);
	canvas_tics(c, "x", 0, end_s, (struct gp_unit){ NULL, 1 }, last);
	g_string_append(
		c->script, last && at->lowest ? "set xlabel 'time (s)'\n" : "unset xlabel\n");
}

static void put_group(struct canvas *c, const struct figure_group *group, guint first_index,
	guint linetype, const struct place *at, const struct ranges *r)
{
	struct gp_unit unit = gp_load_unit(r->rate_top);

	begin_panel(c, at, 0, r->end_s);
	head_put(c, (at->left + at->right) / 2, at->top, group->name, group->trustworthy,
		at->right - at->left);
	canvas_linear_axis(c, "y", r->rate_top, unit.per, at->first);
	canvas_ylabel(c, at->first ? "rate" : NULL, unit.name);
	put_columns(c, group, first_index, linetype, OFFERED, FORWARDED);

	begin_panel(c, at, 1, r->end_s);
	canvas_linear_axis(c, "y", r->loss_top, 0.01, at->first);
	canvas_ylabel(c, at->first ? "loss" : NULL, "%");
	put_columns(c, group, first_index, linetype, LOSS, LOSS);

	if (!r->latency_known)
		return;
	begin_panel(c, at, 2, r->end_s);
	range_axis(&r->latency, c, "y", at->first);
	canvas_ylabel(c, !at->first ? NULL : r->sliced ? "mean latency" : "latency", NULL);
	put_columns(c, group, first_index, linetype, P50, MEAN);
}

/* Height of the names above the panels, which have that width. */
static double head_of(const figure *f, double width)
{
	guint lines = 1;

	for (guint i = 0; i < f->groups->len; i++) {
		const struct figure_group *group = figure_group_at(f, i);

		lines = MAX(lines, head_lines(group->name, group->trustworthy, width));
	}
	return head_height(lines);
}

gboolean figure_timeline(const figure *whole, const struct figure_options *options,
	struct figure_text *text, GError **error)
{
	guint nb = whole->groups->len, index = 0, every = thin_by(whole);
	g_autoptr(figure) f = thin_figure(whole, MAX(every, 1));
	double needs = CANVAS_LEFT + CANVAS_RIGHT + (double)COLUMN_MIN * MIN(nb, PER_ROW);
	g_auto(canvas) c = canvas_new(options, MAX(CANVAS_WIDTH, needs));
	struct ranges r = find_ranges(f, options->linear);
	const struct canvas_foot foot = { .lines = f->sliced ? looks_of_guests : looks,
		.nb_lines = r.latency_known && !f->sliced ? G_N_ELEMENTS(looks)
							  : LOOKS_WITHOUT_LATENCY };
	struct place at = { .nb = r.latency_known ? 3 : 2 };
	guint columns = split_columns(nb, PER_ROW, c.width, COLUMN_LEAST, BETWEEN);
	guint rows = (nb + columns - 1) / columns;
	double panels = (double)rows * at.nb * (rows > 1 ? PANEL_OF_MANY : PANEL);
	double column = (c.width - CANVAS_LEFT - CANVAS_RIGHT + BETWEEN) / columns;
	double head = head_of(f, column - BETWEEN), others = head + (at.nb - 1) * BETWEEN + BELOW;

	add_notes(c.notes, &r, every);
	if (!canvas_begin(
		    &c, f, &foot, CANVAS_TOP + rows * others - BELOW + CANVAS_AXIS, &panels, error))
		return FALSE;
	at.panel = panels / (rows * at.nb);
	for (guint i = 0; i < nb; i++) {
		const struct figure_group *group = figure_group_at(f, i);
		guint row = i / columns;

		at.left = CANVAS_LEFT + (i % columns) * column;
		at.right = at.left + column - BETWEEN;
		at.top = CANVAS_TOP + head + row * (panels / rows + others);
		at.first = i % columns == 0;
		at.lowest = i + columns >= nb;
		put_group(&c, group, index, i % FIGURE_SERIES_MAX + 1, &at, &r);
		index += 1 + (is_split(group) ? group->repetitions->len : 0);
	}
	put_data(c.data, f);
	return canvas_end(&c, text);
}
