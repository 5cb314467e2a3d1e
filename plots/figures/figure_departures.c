/* SPDX-License-Identifier: BSD-3-Clause */
/* How near to their schedule frames left: MoonGen's table, in three panels. */
#include <math.h>

#include "plots/draw/canvas.h"
#include "plots/draw/dots.h"
#include "plots/draw/error.h"
#include "plots/draw/gp.h"

enum {
	WIDTH = 820,
	PANELS = 300,
	HEAD = 24, /* what a panel shows, above it */
	BETWEEN = 20,
	RIGHT = 24,
	NB_PANELS = 3,
};

/* The panels; their number is in column PANEL of the data. */
enum panel { SCHEDULE, GAP, BURSTS };
static const struct {
	const char *head;
	double part; /* of the width */
} looks[NB_PANELS] = { [SCHEDULE] = { "from the scheduled departure", 0.4 },
	[GAP] = { "from the scheduled gap", 0.4 },
	[BURSTS] = { "in bursts", 0.2 } };

/* Columns of the data; behind the median smallest, largest and bound. */
enum { PANEL = 1, PLACE = 2, MEDIAN = 4 };

static guint places_of(enum panel panel)
{
	return panel == BURSTS ? 1 : RESULT_WITHIN;
}

static const struct result_reps *number_of(
	const struct dots_group *group, enum panel panel, guint place)
{
	return panel == SCHEDULE ? &group->departures.schedule[place]
	       : panel == GAP    ? &group->departures.gap[place]
				 : &group->departures.bursts;
}

static void put_data(GString *data, const dots *d)
{
	g_string_append(data,
		"# One block for each group. Shares of frames: the median of the repetitions, the "
		"smallest, the\n# largest. Panel 0: departures within so many ns of their "
		"schedule, 1: gaps to the frame before\n# within so many ns of the scheduled "
		"ones, 2: frames that left in one burst with the one before.\n");
	for (guint i = 0; i < d->groups->len; i++) {
		const struct dots_group *group = g_ptr_array_index(d->groups, i);

		g_string_append(data, i > 0 ? "\n\n# " : "# ");
		gp_comment(data, group->name);
		g_string_append(data, "\n# panel place within share share_min share_max bound\n");
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

static void put_group(struct canvas *c, const dots *d, guint index, enum panel panel)
{
	const struct dots_group *group = g_ptr_array_index(d->groups, index);
	struct gp_num beside = gp_num(dots_beside(index, d->groups->len));
	g_autofree char *x = g_strdup_printf(
		"($%d == %u ? $%d + %s : NaN)", PANEL, panel, PLACE, beside.text);
	g_autofree char *marker = g_strdup_printf("%s:%d", x, MEDIAN);

	if (number_of(group, panel, 0)->nb == 0)
		return;
	canvas_plot(c, "data index %u using %s:%d with impulses lt %u lw 1 dt 1", index, x, MEDIAN,
		index + 1);
	if (group->repetitions > 1)
		canvas_plot(c, "data index %u using %s:%d:(0):($%d - $%d) " CANVAS_BAR, index, x,
			MEDIAN + 1, MEDIAN + 2, MEDIAN + 1, index + 1);
	dots_put_marker(c, index, marker, group);
}

static void put_place_tics(GString *s, enum panel panel)
{
	guint nb = places_of(panel);

	g_string_append_printf(s, "set xrange [-0.6:%s]\nset xtics (", gp_num(nb - 0.4).text);
	for (guint i = 0; i < nb; i++) {
		if (panel == BURSTS)
			g_string_append(s, "'' 0");
		else
			g_string_append_printf(
				s, "%s'%u' %u", i > 0 ? ", " : "", result_within_ns[i], i);
	}
	g_string_append(s, panel == BURSTS ? ")\nunset xlabel\n" : ")\nset xlabel 'within (ns)'\n");
}

static void draw_panel(
	struct canvas *c, const dots *d, enum panel panel, double left, double right, double bottom)
{
	double top = CANVAS_TOP + HEAD, middle = (left + right) / 2;

	canvas_panel(c, left, top, right, bottom);
	canvas_text(c, middle, top - 14, CANVAS_CENTRE, 12, looks[panel].head);
	put_place_tics(c->script, panel);
	g_string_append(c->script, "set yrange [0:1.04]\n");
	gp_linear_tics(c->script, "y", 1, 0.01, panel == SCHEDULE);
	canvas_ylabel(c, panel == SCHEDULE ? "share of frames" : NULL, "%");
	for (guint i = 0; i < d->groups->len; i++)
		put_group(c, d, i, panel);
	if (c->nb_plotted > 0)
		return;
	canvas_text(c, middle, (top + bottom) / 2, CANVAS_CENTRE, 12, "not known");
	canvas_plot(c, "NaN");
}

gboolean figure_departures(const dots *d, const struct figure_options *options,
	struct figure_text *text, GError **error)
{
	g_autoptr(GString) script = g_string_new(NULL), data = g_string_new(NULL);
	struct canvas c = { .script = script };
	g_autoptr(GPtrArray) notes = dots_notes(d);
	double panels = PANELS;

	c.width = options->width != 0 ? options->width : WIDTH;
	guint legend = canvas_legend(&c, d->head, 0, FALSE);
	double others = CANVAS_TOP + HEAD + CANVAS_AXIS +
			CANVAS_ROW * (legend + canvas_notes(&c, notes, 0, FALSE) + 0.5);

	if (!canvas_size(&c, options, c.width, others, &panels, error))
		return FALSE;
	double bottom = CANVAS_TOP + HEAD + panels, y = bottom + CANVAS_AXIS + 0.6 * CANVAS_ROW;
	double left = CANVAS_LEFT,
	       width = c.width - CANVAS_LEFT - RIGHT - (NB_PANELS - 1) * BETWEEN;

	canvas_begin(&c, d->head, options);
	(void)canvas_legend(&c, d->head, y, TRUE);
	canvas_notes(&c, notes, y + CANVAS_ROW * legend, TRUE);
	for (guint i = 0; i < NB_PANELS; i++) {
		double right = left + looks[i].part * width;

		draw_panel(&c, d, i, left, right, bottom);
		left = right + BETWEEN;
	}
	canvas_end(&c);

	put_data(data, d);
	text->script = g_string_free(g_steal_pointer(&script), FALSE);
	text->data = g_string_free(g_steal_pointer(&data), FALSE);
	return TRUE;
}
