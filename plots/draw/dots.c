/* SPDX-License-Identifier: BSD-3-Clause */
#include "plots/draw/dots.h"

#include "plots/draw/gp.h"

/* How far apart neighbours of one category are at most; categories are 1 apart. */
static const double dodge_max = 0.11;

static void group_free(gpointer data)
{
	struct dots_group *group = data;

	g_free(group->name);
	g_array_unref(group->sizes);
	g_free(group);
}

dots *dots_new(void)
{
	dots *d = g_new0(dots, 1);

	d->head = figure_new();
	d->groups = g_ptr_array_new_with_free_func(group_free);
	return d;
}

void dots_free(dots *d)
{
	if (d == NULL)
		return;
	figure_free(d->head);
	g_ptr_array_unref(d->groups);
	g_free(d);
}

struct dots_group *dots_add_group(dots *d, const char *name)
{
	struct dots_group *group = g_new0(struct dots_group, 1);

	group->name = g_strdup(name);
	group->trustworthy = TRUE;
	group->sizes = g_array_new(FALSE, TRUE, sizeof(struct result_size_reps));
	g_ptr_array_add(d->groups, group);
	(void)figure_add_group(d->head, name);
	return group;
}

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

void dots_put_marker(
	struct canvas *c, guint index, const char *using, const struct dots_group *group)
{
	/* The hollow one hides what is below it. */
	if (!group->trustworthy)
		canvas_plot(c, "data index %u using %s with points lc rgb '#ffffff' pt %d ps 0.9",
			index, using, canvas_marker(index, TRUE));
	canvas_plot(c, "data index %u using %s with points lt %u pt %d ps 0.9 lw 1.5", index, using,
		index + 1, canvas_marker(index, group->trustworthy));
}

GPtrArray *dots_notes(const dots *d)
{
	GPtrArray *notes = g_ptr_array_new_with_free_func(g_free);
	guint lo = G_MAXUINT, hi = 0;
	gboolean untrustworthy = FALSE;

	for (guint i = 0; i < d->groups->len; i++) {
		const struct dots_group *group = g_ptr_array_index(d->groups, i);

		lo = MIN(lo, group->repetitions);
		hi = MAX(hi, group->repetitions);
		untrustworthy |= !group->trustworthy;
	}
	if (hi < 2)
		g_ptr_array_add(notes, g_strdup("one repetition: no spread is known"));
	else if (lo == hi)
		g_ptr_array_add(notes,
			g_strdup_printf(
				"median and bar from smallest to largest of %u repetitions", hi));
	else
		g_ptr_array_add(notes,
			g_strdup_printf("median and bar from smallest to largest of %u to %u "
					"repetitions",
				lo, hi));
	if (untrustworthy)
		g_ptr_array_add(notes, g_strdup("hollow: not to be relied on"));
	return notes;
}
