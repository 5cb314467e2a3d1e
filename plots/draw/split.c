/* SPDX-License-Identifier: BSD-3-Clause */
#include "plots/draw/split.h"

#include <string.h>

#include "plots/draw/canvas.h"
#include "plots/draw/error.h"

/* Numbers series, below nb, from 0 without gaps; how many there are. */
static guint number_series(const figure *f, guint nb)
{
	g_autofree guint *place = g_new0(guint, nb);
	guint used = 0;

	for (guint i = 0; i < f->groups->len; i++)
		place[figure_group_at(f, i)->series] = 1;
	for (guint i = 0; i < nb; i++) {
		guint is_used = place[i];

		place[i] = used;
		used += is_used;
	}
	for (guint i = 0; i < f->groups->len; i++) {
		struct figure_group *group = figure_group_at(f, i);

		group->series = place[group->series];
	}
	return used;
}

/* The first group of a series. */
static const struct figure_group *group_of(const figure *f, guint series)
{
	for (guint i = 0; i < f->groups->len; i++)
		if (figure_group_at(f, i)->series == series)
			return figure_group_at(f, i);
	return NULL;
}

/* First series of each part: where the NAME changes. NULL: some NAME has one series, or too many. */
static GArray *starts_by_name(const figure *f, guint nb)
{
	g_autoptr(GArray) starts = g_array_new(FALSE, FALSE, sizeof(guint));
	guint start = 0;

	for (guint i = 1; i <= nb; i++) {
		if (i < nb && group_of(f, i)->origin == group_of(f, i - 1)->origin)
			continue;
		if (i - start < 2 || i - start > FIGURE_SERIES_MAX)
			return NULL;
		g_array_append_val(starts, start);
		start = i;
	}
	return g_steal_pointer(&starts);
}

static GArray *starts_equal(guint nb)
{
	GArray *starts = g_array_new(FALSE, FALSE, sizeof(guint));
	guint parts = (nb + FIGURE_SERIES_MAX - 1) / FIGURE_SERIES_MAX;

	for (guint i = 0; i < parts; i++) {
		guint start = (i * nb + parts - 1) / parts;

		g_array_append_val(starts, start);
	}
	return starts;
}

/* "x, 20 kpps to 80 kpps": the first and the last series; what both begin with is said once. */
static char *part_title(const char *first, const char *last)
{
	gsize same = 0;

	for (gsize i = 0; first[i] != '\0' && first[i] == last[i]; i++)
		if (strncmp(first + i, ", ", 2) == 0)
			same = i + 2;
	return strcmp(first, last) == 0 ? g_strdup(first)
					: g_strconcat(first, " to ", last + same, NULL);
}

/* Sets part and series of the groups. */
static void deal_out(figure *f, const GArray *starts, guint nb)
{
	for (guint part = 0; part < starts->len; part++) {
		guint start = g_array_index(starts, guint, part);
		guint end = part + 1 < starts->len ? g_array_index(starts, guint, part + 1) : nb;

		g_ptr_array_add(
			f->parts, part_title(group_of(f, start)->name, group_of(f, end - 1)->name));
	}
	for (guint i = 0; i < f->groups->len; i++) {
		struct figure_group *group = figure_group_at(f, i);

		while (group->part + 1 < starts->len &&
			group->series >= g_array_index(starts, guint, group->part + 1))
			group->part++;
	}
	for (guint i = 0; i < f->groups->len; i++) {
		struct figure_group *group = figure_group_at(f, i);

		group->series -= g_array_index(starts, guint, group->part);
	}
}

/* The panels of each part, one behind the other; those without data are left out. */
static void repeat_panels(figure *f)
{
	guint nb = MAX(1, f->facets->len);
	g_autoptr(GPtrArray) before = g_steal_pointer(&f->facets);
	g_autofree gboolean *seen = g_new0(gboolean, (gsize)nb * f->parts->len);
	g_autofree guint *place = g_new0(guint, (gsize)nb * f->parts->len);

	for (guint i = 0; i < f->groups->len; i++) {
		struct figure_group *group = figure_group_at(f, i);

		group->facet += group->part * nb;
		seen[group->facet] = TRUE;
	}
	f->facets = g_ptr_array_new_with_free_func(g_free);
	for (guint i = 0; i < nb * f->parts->len; i++) {
		const char *part = g_ptr_array_index(f->parts, i / nb);

		place[i] = f->facets->len;
		if (seen[i])
			g_ptr_array_add(f->facets,
				before->len == 0 ? g_strdup(part)
						 : g_strconcat(g_ptr_array_index(before, i % nb),
							   ", ", part, NULL));
	}
	for (guint i = 0; i < f->groups->len; i++) {
		struct figure_group *group = figure_group_at(f, i);

		group->facet = place[group->facet];
	}
	if (before->len == 0)
		f->columns = f->facets->len == 4 ? 2 : MIN(3, f->facets->len);
}

gboolean split_series(figure *f, const char *remedy, GError **error)
{
	guint nb = 0;
	g_autoptr(GArray) starts = NULL;

	for (guint i = 0; i < f->groups->len; i++)
		nb = MAX(nb, figure_group_at(f, i)->series + 1);
	if (nb <= FIGURE_SERIES_MAX)
		return TRUE;
	nb = number_series(f, nb);
	if (nb <= FIGURE_SERIES_MAX)
		return TRUE;
	starts = starts_by_name(f, nb);
	if (starts == NULL || starts->len > FIGURE_PARTS_MAX) {
		g_clear_pointer(&starts, g_array_unref);
		starts = starts_equal(nb);
	}
	if (starts->len > FIGURE_PARTS_MAX ||
		starts->len * MAX(1, f->facets->len) > FIGURE_PANELS_MAX)
		return plots_fail(error, PLOTS_ERROR_ARGUMENT,
			"too many series: %u in %u panels (maximum %d per panel, %d panels); name "
			"fewer, or select by %s (such as vhost-on or rate-100)%s",
			nb, starts->len * MAX(1, f->facets->len), FIGURE_SERIES_MAX,
			f->facets->len > 0 ? FIGURE_PANELS_MAX : FIGURE_PARTS_MAX,
			f->differing != NULL ? f->differing : "parameters", remedy);
	deal_out(f, starts, nb);
	repeat_panels(f);
	return TRUE;
}

guint split_columns(guint nb, guint most, double width, double least, double gap)
{
	double room = width - CANVAS_LEFT - CANVAS_RIGHT + gap;
	guint fit = MAX(1, MIN(most, (guint)(room / (least + gap))));
	guint rows = (MAX(nb, 1) + fit - 1) / fit;

	return (MAX(nb, 1) + rows - 1) / rows;
}
