/* SPDX-License-Identifier: BSD-3-Clause */
/* Limits that searches found: a bar for each goal, below the name of its combination. */
#include <math.h>
#include <string.h>

#include "plots/draw/error.h"
#include "plots/draw/gp.h"
#include "plots/figures/search_limits.h"

enum { HEAD = 26, BAR = 19, BAR_NARROW = 34, HALF = 6, TEXT_SIZE = 11, GAP = 8 };
enum { Y = 1, MEDIAN, MIN, MAX_PPS, BOUND };
/* The numbers beside the bars take no more of the figure. */
static const double text_part = 0.48;

/* Where things are: bars with the numbers beside them, or where that is too narrow below them. */
struct layout {
	gboolean narrow;
	double left, right, height; /* pixels; height of all bars with their names */
	double scale;               /* of that in the figure */
	struct gp_unit unit;
};

/* A bar: its middle, below the top of the panel. */
typedef void (*bar_fn)(struct canvas *c, const struct layout *l, const struct figure_group *group,
	const struct figure_limit *limit, double y, gpointer user);

/* From the top to the bottom; the height of all. */
static double each_bar(
	struct canvas *c, const figure *f, const struct layout *l, bar_fn fn, gpointer user)
{
	double y = 0;

	for (guint i = 0; i < f->groups->len; i++) {
		const struct figure_group *group = figure_group_at(f, i);

		y += HEAD;
		for (guint k = 0; k < group->points->len; k++) {
			double height = l->narrow ? BAR_NARROW : BAR;

			y += height;
			if (fn != NULL)
				fn(c, l, group, search_limits_at(group, k),
					l->narrow ? y - HALF - 4 : y - height / 2, user);
		}
	}
	return y + GAP;
}

static struct layout lay_out(struct canvas *c, const figure *f)
{
	struct layout l = {
		.narrow = c->width < CANVAS_NARROW, .scale = 1, .unit = search_limits_unit(f)
	};
	double wide = 0;

	for (guint i = 0; i < f->groups->len && !l.narrow; i++) {
		const struct figure_group *group = figure_group_at(f, i);

		for (guint k = 0; k < group->points->len; k++) {
			g_autofree char *text = search_limits_text(
				search_limits_at(group, k), l.unit);

			wide = MAX(wide, canvas_text_width(text) * TEXT_SIZE / 12);
		}
	}
	l.left = l.narrow ? canvas_edge(c) : CANVAS_LEFT;
	l.right = c->width - CANVAS_RIGHT - (l.narrow ? 0 : GAP + MIN(wide, text_part * c->width));
	l.height = each_bar(c, f, &l, NULL, NULL);
	return l;
}

static void put_bar_text(struct canvas *c, const struct layout *l, const struct figure_group *group,
	const struct figure_limit *limit, double y, gpointer user)
{
	const figure *f = user;
	const char *goal = g_ptr_array_index(f->facets, limit->goal);
	g_autofree char *value = search_limits_text(limit, l->unit);
	gboolean first = limit == search_limits_at(group, 0);
	double room = c->width - CANVAS_RIGHT - l->left - 6;

	y = CANVAS_TOP + l->scale * y;
	if (first) {
		g_autofree char *name = canvas_fit(group->name, room, 0);

		canvas_text(c, l->left + 6, y - (l->narrow ? BAR_NARROW - HALF - 4 : BAR / 2.0) - 8,
			CANVAS_LEFT_OF, 0, name);
	}
	if (l->narrow) {
		/* The number is whole. */
		g_autofree char *behind = g_strconcat(": ", value, NULL);
		g_autofree char *name = canvas_fit(
			goal, room - canvas_text_width(behind) * TEXT_SIZE / 12, TEXT_SIZE);
		g_autofree char *both = g_strconcat(name, behind, NULL);
		g_autofree char *text = canvas_fit(both, room, TEXT_SIZE);

		canvas_text(c, l->left + 6, y - 15, CANVAS_LEFT_OF, TEXT_SIZE, text);
		return;
	}
	g_autofree char *name = canvas_fit(goal, CANVAS_LEFT - 12, TEXT_SIZE);
	g_autofree char *text = canvas_fit(
		value, c->width - CANVAS_RIGHT - l->right - GAP, TEXT_SIZE);

	canvas_text(c, l->left - 6, y, CANVAS_RIGHT_OF, TEXT_SIZE, name);
	canvas_text(c, l->right + GAP, y, CANVAS_LEFT_OF, TEXT_SIZE, text);
}

struct data {
	guint goal;
	gboolean points;
	GString *to;
};

static void put_bar_data(struct canvas *c, const struct layout *l, const struct figure_group *group,
	const struct figure_limit *limit, double y, gpointer user)
{
	const struct data *data = user;

	(void)c;
	(void)l;
	(void)group;
	if (limit->goal != data->goal)
		return;
	if (!data->points)
		g_string_append_printf(data->to, "%s %s %s %s %d\n", gp_num(y).text,
			gp_num(limit->pps.median).text, gp_num(limit->pps.min).text,
			gp_num(limit->pps.max).text, limit->pps.median_bound);
	for (guint i = 0; data->points && i < limit->values->len; i++)
		g_string_append_printf(data->to, "%s %s\n", gp_num(y).text,
			gp_num(g_array_index(limit->values, double, i)).text);
}

static void put_data(struct canvas *c, const figure *f, const struct layout *l)
{
	g_string_append(c->data, "# For each goal a block of medians, then one of single "
				 "repetitions. y: place of the bar; limits in pps.\n");
	for (guint goal = 0; goal < f->facets->len; goal++) {
		struct data data = { goal, FALSE, c->data };

		gp_block(c->data, goal, g_ptr_array_index(f->facets, goal),
			"y median min max at_least");
		(void)each_bar(c, f, l, put_bar_data, &data);
		data.points = TRUE;
		g_string_append(c->data, "\n\n# y limit\n");
		(void)each_bar(c, f, l, put_bar_data, &data);
	}
}

static void put_bars(struct canvas *c, const figure *f)
{
	for (guint goal = 0; goal < f->facets->len; goal++) {
		for (int bound = FALSE; bound <= TRUE; bound++) {
			if (search_limits_any(f, goal, bound))
				canvas_plot(c,
					"data index %u using (0):%d:(0):($%d == %d ? $%d : "
					"NaN):($%d - %d):($%d + %d) with boxxyerror lt %u fs %s",
					2 * goal, Y, BOUND, bound, MEDIAN, Y, HALF, Y, HALF,
					goal + 1, bound ? "pattern 4" : "solid 0.6 noborder");
		}
		if (search_limits_most(f) < 2)
			continue;
		canvas_plot(c, "data index %u using %d:%d:($%d - $%d):(0) " CANVAS_BAR, 2 * goal,
			MIN, Y, MAX_PPS, MIN, 7U);
		canvas_plot(
			c, "data index %u using 2:1 with points lt 7 pt 6 ps 0.5", 2 * goal + 1);
	}
}

/* Goals, and what a hatched bar is. */
static GArray *keys_of(const figure *f, GPtrArray *texts)
{
	GArray *keys = g_array_new(FALSE, FALSE, sizeof(struct canvas_key));
	const struct canvas_key hatched = { "at least (hatched)", NULL,
		"fc rgb '#606060' fs pattern 4 border lc rgb '#606060'" };
	gboolean some = FALSE;

	for (guint goal = 0; goal < f->facets->len; goal++) {
		char *fill = g_strdup_printf("fc lt %u fs solid 0.6 noborder", goal + 1);
		const struct canvas_key key = { g_ptr_array_index(f->facets, goal), NULL, fill };

		g_ptr_array_add(texts, fill);
		g_array_append_val(keys, key);
		some |= search_limits_any(f, goal, TRUE);
	}
	if (some)
		g_array_append_val(keys, hatched);
	return keys;
}

gboolean figure_limits(const figure *f, const struct figure_options *options,
	struct figure_text *text, GError **error)
{
	g_auto(canvas) c = canvas_new(options, CANVAS_WIDTH);
	struct layout l = lay_out(&c, f);
	g_autoptr(GPtrArray) fills = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GArray) keys = keys_of(f, fills);
	const struct canvas_foot foot = {
		.keys = (const struct canvas_key *)(const void *)keys->data, .nb_keys = keys->len
	};
	double height = MAX(l.height, 2 * CANVAS_PANEL_MIN);

	if (!search_limits_fit(f, error))
		return FALSE;
	search_limits_notes(&c, f, TRUE);
	if (!canvas_begin(&c, f, &foot, CANVAS_TOP + CANVAS_AXIS, &height, error))
		return FALSE;
	l.scale = height / l.height;
	canvas_panel(&c, l.left, CANVAS_TOP, l.right, CANVAS_TOP + height);
	(void)each_bar(&c, f, &l, put_bar_text, (gpointer)(uintptr_t)f);
	g_string_append_printf(c.script,
		"set yrange [%s:0]\nunset ytics\nunset ylabel\nset xlabel 'limit: load of all "
		"guests "
		"together (%s)'\n",
		gp_num(l.height).text, l.unit.name);
	canvas_linear_axis(&c, "x", gp_linear_top(search_limits_top(f)), l.unit.per, TRUE);
	put_bars(&c, f);
	put_data(&c, f, &l);
	return canvas_end(&c, text);
}
