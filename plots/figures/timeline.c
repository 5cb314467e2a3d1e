/* SPDX-License-Identifier: BSD-3-Clause */
#include "plots/figures/timeline.h"

#include <math.h>

#include "plots/draw/canvas.h"
#include "plots/draw/error.h"
#include "plots/draw/gp.h"
#include "plots/draw/head.h"
#include "plots/draw/range.h"

enum {
	WIDTH = 820,
	COLUMN_MIN = 200, /* width of a group's panels */
	PANEL = 165,      /* height */
	BETWEEN = 20,
	RIGHT = 24,
	POINTS_MAX = 40, /* seconds that have markers: one alone is no line */
};

static void group_free(gpointer data)
{
	struct timeline_group *group = data;

	g_free(group->name);
	g_array_unref(group->median);
	g_ptr_array_unref(group->repetitions);
	g_free(group);
}

timeline *timeline_new(void)
{
	timeline *t = g_new0(timeline, 1);

	t->head = figure_new();
	t->groups = g_ptr_array_new_with_free_func(group_free);
	return t;
}

void timeline_free(timeline *t)
{
	if (t == NULL)
		return;
	figure_free(t->head);
	g_ptr_array_unref(t->groups);
	g_free(t);
}

struct timeline_group *timeline_add_group(timeline *t, const char *name)
{
	struct timeline_group *group = g_new0(struct timeline_group, 1);

	group->name = g_strdup(name);
	group->trustworthy = TRUE;
	group->median = g_array_new(FALSE, TRUE, sizeof(struct result_second));
	group->repetitions = g_ptr_array_new_with_free_func((GDestroyNotify)g_array_unref);
	g_ptr_array_add(t->groups, group);
	return group;
}

/* Columns of the data. */
enum { TIME = 1, OFFERED, FORWARDED, LOSS, P50, P99, MAXIMUM, NB_COLUMNS };

static double value_of(const struct result_second *s, int column)
{
	switch (column) {
	case TIME:
		return s->time_s;
	case OFFERED:
		return s->offered_pps;
	case FORWARDED:
		return s->forwarded_pps;
	case LOSS:
		return s->loss;
	case P50:
		return s->p50_ns;
	case P99:
		return s->p99_ns;
	default:
		return s->max_ns;
	}
}

/* TRUE if a column has a value: gnuplot warns of what has no point. */
static gboolean has_values(const GArray *seconds, int column)
{
	for (guint i = 0; i < seconds->len; i++) {
		if (!isnan(value_of(&g_array_index(seconds, struct result_second, i), column)))
			return TRUE;
	}
	return FALSE;
}

struct ranges {
	double end_s, rate_top, loss_top;
	struct range latency;
	gboolean latency_known, untrustworthy, several;
};

static void include_seconds(struct ranges *r, const GArray *seconds)
{
	for (guint i = 0; i < seconds->len; i++) {
		const struct result_second *s = &g_array_index(seconds, struct result_second, i);

		r->end_s = MAX(r->end_s, s->time_s);
		for (int column = OFFERED; column <= FORWARDED; column++)
			r->rate_top = fmax(r->rate_top, value_of(s, column));
		r->loss_top = fmax(r->loss_top, s->loss);
		for (int column = P50; column <= MAXIMUM; column++) {
			double ns = value_of(s, column);

			if (isnan(ns))
				continue;
			range_include(&r->latency, ns, FALSE);
			r->latency_known = TRUE;
		}
	}
}

static struct ranges find_ranges(const timeline *t, gboolean linear)
{
	struct ranges r = { .latency = range_new(linear) };

	for (guint i = 0; i < t->groups->len; i++) {
		const struct timeline_group *group = g_ptr_array_index(t->groups, i);

		include_seconds(&r, group->median);
		for (guint k = 0; k < group->repetitions->len; k++)
			include_seconds(&r, g_ptr_array_index(group->repetitions, k));
		r.untrustworthy |= !group->trustworthy;
		r.several |= group->repetitions->len > 1;
	}
	range_close(&r.latency);
	r.end_s = r.end_s > 0 ? r.end_s : 1;
	r.rate_top = r.rate_top > 0 ? gp_linear_top(r.rate_top) : 1;
	r.loss_top = r.loss_top > 0 ? MIN(gp_linear_top(r.loss_top), 1.04) : 0.01;
	return r;
}

static void put_rows(GString *data, const GArray *seconds)
{
	g_string_append(data, "\n# time offered forwarded loss p50 p99 max\n");
	for (guint i = 0; i < seconds->len; i++) {
		const struct result_second *s = &g_array_index(seconds, struct result_second, i);

		for (int column = TIME; column < NB_COLUMNS; column++)
			g_string_append_printf(data, "%s%s", column > TIME ? " " : "",
				gp_num(value_of(s, column)).text);
		g_string_append_c(data, '\n');
	}
}

/* Whether repetitions have blocks of their own: one alone is the median. */
static gboolean is_split(const struct timeline_group *group)
{
	return group->repetitions->len > 1;
}

static void put_data(GString *data, const timeline *t)
{
	g_string_append(data,
		"# For each group a block of medians over its repetitions, and one for each\n"
		"# repetition where there are several. Time in s, rates in packets a second, loss "
		"as a\n# share, latencies in ns.\n");
	for (guint i = 0; i < t->groups->len; i++) {
		const struct timeline_group *group = g_ptr_array_index(t->groups, i);

		g_string_append(data, i > 0 ? "\n\n# " : "# ");
		gp_comment(data, group->name);
		put_rows(data, group->median);
		for (guint k = 0; is_split(group) && k < group->repetitions->len; k++) {
			g_string_append(data, "\n\n# ");
			gp_comment(data, group->name);
			g_string_append_printf(
				data, ", one of %u repetitions", group->repetitions->len);
			put_rows(data, g_ptr_array_index(group->repetitions, k));
		}
	}
}

/* How the line of a column is drawn. */
static const char *dash_of(int column)
{
	return column == OFFERED || column == P99 ? "dt 4"
	       : column == MAXIMUM                ? "dt 1"
						  : "dt solid";
}

static void put_column(struct canvas *c, const struct timeline_group *group, guint first_index,
	guint linetype, int column)
{
	for (guint k = 0; is_split(group) && k < group->repetitions->len; k++) {
		const GArray *seconds = g_ptr_array_index(group->repetitions, k);

		if (has_values(seconds, column))
			canvas_plot(c, "data index %u using %d:%d with lines lt %u lw 0.5 %s",
				first_index + 1 + k, TIME, column, linetype, dash_of(column));
	}
	if (!has_values(group->median, column))
		return;
	canvas_plot(c, "data index %u using %d:%d with lines lt %u lw 2 %s", first_index, TIME,
		column, linetype, dash_of(column));
	if (group->median->len <= POINTS_MAX)
		canvas_plot(c, "data index %u using %d:%d with points lt %u pt 7 ps 0.35",
			first_index, TIME, column, linetype);
}

static void put_columns(struct canvas *c, const struct timeline_group *group, guint first_index,
	guint linetype, int first, int last)
{
	for (int column = first; column <= last; column++)
		put_column(c, group, first_index, linetype, column);
	/* A panel without any value is a panel all the same. */
	if (c->nb_plotted == 0)
		canvas_plot(c, "NaN");
}

/* The samples of the lines. */
static void put_legend(struct canvas *c, double y, const struct ranges *r)
{
	static const struct {
		int column;
		const char *name;
	} rows[] = { { OFFERED, "offered" }, { FORWARDED, "forwarded; loss" },
		{ P50, "latency: median" }, { P99, "99th percentile" }, { MAXIMUM, "maximum" } };
	guint nb = r->latency_known ? G_N_ELEMENTS(rows) : 2;
	double x = CANVAS_LEFT;

	for (guint i = 0; i < nb; i++) {
		g_autofree char *line = g_strdup_printf(
			"lw 2 %s lc rgb '#404040'", dash_of(rows[i].column));

		canvas_sample(c, x, y, 0, line, FALSE);
		canvas_text(c, x + 38, y, CANVAS_LEFT_OF, 0, rows[i].name);
		x += 38 + canvas_text_width(rows[i].name) + 16;
	}
}

static GPtrArray *notes_of(const struct ranges *r)
{
	GPtrArray *notes = g_ptr_array_new_with_free_func(g_free);

	if (r->several)
		g_ptr_array_add(notes,
			g_strdup("thin: single repetitions, bold: their median in each second"));
	g_ptr_array_add(notes, g_strdup("loss: offered and not back in the same second"));
	if (r->untrustworthy)
		g_ptr_array_add(notes, g_strdup("(!): not to be relied on"));
	return notes;
}

/* Where the panels of a group are. */
struct place {
	double left, right, top, panel; /* panel: height of one */
	gboolean first;
	guint nb; /* panels */
};

/* Begins the row-th panel: its frame and its axis of time. */
static void begin_panel(struct canvas *c, const struct place *at, guint row, double end_s)
{
	double top = at->top + row * (at->panel + BETWEEN);
	gboolean last = row + 1 == at->nb;

	canvas_panel(c, at->left, top, at->right, top + at->panel);
	g_string_append_printf(c->script, "set xrange [0:%s]\n", gp_num(1.02 * end_s).text);
	gp_linear_tics(c->script, "x", end_s, 1, last);
	g_string_append(c->script, last ? "set xlabel 'time (s)'\n" : "unset xlabel\n");
}

static void put_group(struct canvas *c, const struct timeline_group *group, guint first_index,
	guint linetype, const struct place *at, const struct ranges *r)
{
	struct gp_unit unit = gp_load_unit(r->rate_top);

	begin_panel(c, at, 0, r->end_s);
	head_put(c, (at->left + at->right) / 2, at->top, group->name, group->trustworthy,
		at->right - at->left);
	g_string_append_printf(c->script, "set yrange [0:%s]\n", gp_num(r->rate_top).text);
	gp_linear_tics(c->script, "y", r->rate_top, unit.per, at->first);
	canvas_ylabel(c, at->first ? "rate" : NULL, unit.name);
	put_columns(c, group, first_index, linetype, OFFERED, FORWARDED);

	begin_panel(c, at, 1, r->end_s);
	g_string_append_printf(c->script, "set yrange [0:%s]\n", gp_num(r->loss_top).text);
	gp_linear_tics(c->script, "y", r->loss_top, 0.01, at->first);
	canvas_ylabel(c, at->first ? "loss" : NULL, "%");
	put_columns(c, group, first_index, linetype, LOSS, LOSS);

	if (!r->latency_known)
		return;
	begin_panel(c, at, 2, r->end_s);
	range_axis(&r->latency, c->script, "y", at->first);
	canvas_ylabel(c, at->first ? "latency" : NULL, range_unit(&r->latency));
	put_columns(c, group, first_index, linetype, P50, MAXIMUM);
}

/* Height of the names above the panels, which have that width. */
static double head_of(const timeline *t, double width)
{
	guint lines = 1;

	for (guint i = 0; i < t->groups->len; i++) {
		const struct timeline_group *group = g_ptr_array_index(t->groups, i);

		lines = MAX(lines, head_lines(group->name, group->trustworthy, width));
	}
	return head_height(lines);
}

gboolean figure_timeline(const timeline *t, const struct figure_options *options,
	struct figure_text *text, GError **error)
{
	g_autoptr(GString) script = g_string_new(NULL), data = g_string_new(NULL);
	struct canvas c = { .script = script };
	struct ranges r = find_ranges(t, options->linear);
	g_autoptr(GPtrArray) notes = notes_of(&r);
	guint nb = t->groups->len, index = 0;
	struct place at = { .nb = r.latency_known ? 3 : 2 };
	double panels = at.nb * PANEL;

	c.width = MAX(WIDTH, CANVAS_LEFT + RIGHT + (double)COLUMN_MIN * nb);
	c.width = options->width != 0 ? options->width : c.width;
	double column = (c.width - CANVAS_LEFT - RIGHT + BETWEEN) / nb;

	at.top = CANVAS_TOP + head_of(t, column - BETWEEN);
	double others = at.top + (at.nb - 1) * BETWEEN + CANVAS_AXIS +
			CANVAS_ROW * (canvas_notes(&c, notes, 0, FALSE) + 1.5);

	if (!canvas_size(&c, options, c.width, others, &panels, error))
		return FALSE;
	double y = at.top + panels + (at.nb - 1) * BETWEEN + CANVAS_AXIS + 0.6 * CANVAS_ROW;

	at.panel = panels / at.nb;
	canvas_begin(&c, t->head, options);
	put_legend(&c, y, &r);
	canvas_notes(&c, notes, y + CANVAS_ROW, TRUE);
	for (guint i = 0; i < nb; i++) {
		const struct timeline_group *group = g_ptr_array_index(t->groups, i);

		at.left = CANVAS_LEFT + i * column;
		at.right = at.left + column - BETWEEN;
		at.first = i == 0;
		put_group(&c, group, index, i + 1, &at, &r);
		index += 1 + (is_split(group) ? group->repetitions->len : 0);
	}
	canvas_end(&c);

	put_data(data, t);
	text->script = g_string_free(g_steal_pointer(&script), FALSE);
	text->data = g_string_free(g_steal_pointer(&data), FALSE);
	return TRUE;
}
