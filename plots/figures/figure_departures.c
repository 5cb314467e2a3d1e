/* SPDX-License-Identifier: BSD-3-Clause */
/* How near to their schedule frames left: MoonGen's table, in three panels. */
#include <math.h>

#include "plots/draw/dots.h"
#include "plots/draw/gp.h"
#include "plots/figures/figures.h"

enum {
	PANELS = 300,
	HEAD = 24, /* what a panel shows, above it */
	BETWEEN = 20,
	NB_PANELS = 3,
};

/* The panels; their number is in column PANEL of the data. */
enum panel { SCHEDULE, GAP, BURSTS };
static const struct {
	const char *head, *short_head;
	double part; /* of the width */
} looks[NB_PANELS] = { [SCHEDULE] = { "from the scheduled departure", "from schedule", 0.4 },
	[GAP] = { "from the scheduled gap", "from gap", 0.4 },
	[BURSTS] = { "in bursts", "bursts", 0.2 } };

/* Columns of the data; behind the median smallest, largest and bound. */
enum { PANEL = 1, PLACE = 2, MEDIAN = 4 };

static guint places_of(enum panel panel)
{
	return panel == BURSTS ? 1 : RESULT_WITHIN;
}

static const struct result_reps *number_of(
	const struct figure_group *group, enum panel panel, guint place)
{
	const struct result_departure_reps *of = &g_array_index(
		group->points, struct result_departure_reps, 0);

	return panel == SCHEDULE ? &of->schedule[place]
	       : panel == GAP    ? &of->gap[place]
				 : &of->bursts;
}

static void put_data(GString *data, const figure *f)
{
	g_string_append(data,
		"# One block for each group. Shares of frames: the median of the repetitions, the "
		"smallest, the\n# largest. Panel 0: departures within so many ns of their "
		"schedule, 1: gaps to the frame before\n# within so many ns of the scheduled "
		"ones, 2: frames that left in one burst with the one before.\n");
	for (guint i = 0; i < f->groups->len; i++) {
		const struct figure_group *group = figure_group_at(f, i);

		gp_block(
			data, i, group->name, "panel place within share share_min share_max bound");
		for (guint panel = 0; panel < NB_PANELS; panel++) {
			for (guint place = 0; place < places_of(panel); place++) {
				g_string_append_printf(data, "%u %u %u", panel, place,
					panel == BURSTS ? 0 : result_within_ns[place]);
				dots_append(data, number_of(group, panel, place));
				g_string_append_c(data, '\n');
			}
		}
	}
}

static void put_group(struct canvas *c, const figure *f, guint index, enum panel panel)
{
	struct gp_num beside = gp_num(dots_beside(index, f->groups->len));
	g_autofree char *x = g_strdup_printf(
		"($%d == %u ? $%d + %s : NaN)", PANEL, panel, PLACE, beside.text);

	if (number_of(figure_group_at(f, index), panel, 0)->nb == 0)
		return;
	canvas_plot(c, "data index %u using %s:%d with impulses lt %u lw 1 dt 1", index, x, MEDIAN,
		index + 1);
	dots_plot(c, f, index, x, MEDIAN);
}

/* Every n-th place has a label. */
static void put_place_tics(GString *s, enum panel panel, guint nth)
{
	guint nb = places_of(panel);

	dots_xrange(s, nb);
	g_string_append(s, "set xtics (");
	for (guint i = 0; i < nb; i++) {
		if (panel == BURSTS)
			g_string_append(s, "'' 0");
		else if (i % nth != 0)
			g_string_append_printf(s, ", '' %u", i);
		else
			g_string_append_printf(
				s, "%s'%u' %u", i > 0 ? ", " : "", result_within_ns[i], i);
	}
	g_string_append(s, panel == BURSTS ? ")\nunset xlabel\n" : ")\nset xlabel 'within (ns)'\n");
}

static void draw_panel(struct canvas *c, const figure *f, enum panel panel, double left,
	double right, double bottom)
{
	double top = CANVAS_TOP + HEAD, middle = (left + right) / 2;
	gboolean narrow = c->width < CANVAS_NARROW;

	canvas_panel(c, left, top, right, bottom);
	canvas_text(c, middle, top - 14, CANVAS_CENTRE, 12,
		narrow ? looks[panel].short_head : looks[panel].head);
	put_place_tics(c->script, panel, narrow ? 2 : 1);
	g_string_append(c->script, "set yrange [0:1.04]\n");
	canvas_tics(c, "y", 0, 1, (struct gp_unit){ NULL, 0.01 }, panel == SCHEDULE);
	canvas_ylabel(c, panel == SCHEDULE ? "share of frames" : NULL, "%");
	for (guint i = 0; i < f->groups->len; i++)
		put_group(c, f, i, panel);
	if (c->nb_plotted > 0)
		return;
	canvas_text(c, middle, (top + bottom) / 2, CANVAS_CENTRE, 12, "unknown");
	canvas_plot(c, "NaN");
}

gboolean figure_departures(const figure *f, const struct figure_options *options,
	struct figure_text *text, GError **error)
{
	g_auto(canvas) c = canvas_new(options, CANVAS_WIDTH);
	const struct canvas_foot foot = { .legend = f };
	double panels = PANELS, left = CANVAS_LEFT;
	double width = c.width - CANVAS_LEFT - CANVAS_RIGHT - (NB_PANELS - 1) * BETWEEN;

	dots_notes(&c, f);
	if (!canvas_begin(&c, f, &foot, CANVAS_TOP + HEAD + CANVAS_AXIS, &panels, error))
		return FALSE;
	for (guint i = 0; i < NB_PANELS; i++) {
		double right = left + looks[i].part * width;

		draw_panel(&c, f, i, left, right, CANVAS_TOP + HEAD + panels);
		left = right + BETWEEN;
	}
	put_data(c.data, f);
	return canvas_end(&c, text);
}
