/* SPDX-License-Identifier: BSD-3-Clause */
#include "plots/draw/dots.h"

#include "plots/draw/gp.h"

/* How far apart neighbours of one category are at most; categories are 1 apart. */
static const double dodge_max = 0.11;
/* Of all markers, as none hides another. */
static const double marker_size = 0.9;

double dots_beside(guint group, guint groups)
{
	double step = MIN(dodge_max, 0.7 / groups);

	return step * (group - (groups - 1) / 2.0);
}

void dots_append(GString *data, const struct result_reps *r)
{
	g_string_append_printf(data, " %s %s %s %d", gp_num(r->median).text, gp_num(r->min).text,
		gp_num(r->max).text, r->median_bound);
}

void dots_plot(struct canvas *c, const figure *f, guint index, const char *x, int column)
{
	const struct figure_group *group = figure_group_at(f, index);
	g_autofree char *at = g_strdup_printf("%s:%d", x, column);

	if (group->nb_repetitions > 1)
		canvas_plot(c, "data index %u using %s:%d:(0):($%d - $%d) " CANVAS_BAR, index, x,
			column + 1, column + 2, column + 1, index + 1);
	canvas_plot_marker(c, index, at, index, marker_size, group->trustworthy);
}

void dots_notes(struct canvas *c, const figure *f)
{
	guint lo = G_MAXUINT, hi = 0;
	gboolean trustworthy = TRUE;

	for (guint i = 0; i < f->groups->len; i++) {
		const struct figure_group *group = figure_group_at(f, i);

		lo = MIN(lo, group->nb_repetitions);
		hi = MAX(hi, group->nb_repetitions);
		trustworthy &= group->trustworthy;
	}
	if (hi < 2)
		figure_remark(c->notes, "no spread: one repetition");
	else if (lo == hi)
		figure_remark(
			c->notes, "marker: median, bar: minimum to maximum of %u repetitions", hi);
	else
		figure_remark(c->notes,
			"marker: median, bar: minimum to maximum of %u to %u repetitions", lo, hi);
	if (!trustworthy)
		figure_remark(c->notes, "hollow: unreliable trial");
}

void dots_xrange(GString *script, guint categories)
{
	g_string_append_printf(script, "set xrange [-0.6:%s]\n", gp_num(categories - 0.4).text);
}
