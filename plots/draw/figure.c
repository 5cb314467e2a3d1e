/* SPDX-License-Identifier: BSD-3-Clause */
#include "plots/draw/figure.h"

#include <math.h>

#include "analyze/contract/guest_rank.h"

static void guest_clear(gpointer data)
{
	g_free(((struct figure_guest *)data)->name);
}

static void group_free(gpointer data)
{
	struct figure_group *group = data;

	g_free(group->name);
	g_free(group->worst);
	g_array_unref(group->points);
	g_array_unref(group->steps);
	g_array_unref(group->guests);
	g_ptr_array_unref(group->repetitions);
	g_free(group);
}

figure *figure_new(void)
{
	figure *f = g_new0(figure, 1);

	f->title = g_strdup("");
	f->subtitle = g_strdup("");
	f->groups = g_ptr_array_new_with_free_func(group_free);
	f->facets = g_ptr_array_new_with_free_func(g_free);
	f->parts = g_ptr_array_new_with_free_func(g_free);
	f->columns = 1;
	return f;
}

void figure_free(figure *f)
{
	if (f == NULL)
		return;
	g_free(f->title);
	g_free(f->subtitle);
	g_free(f->caption);
	g_free(f->differing);
	g_ptr_array_unref(f->groups);
	g_ptr_array_unref(f->facets);
	g_ptr_array_unref(f->parts);
	g_free(f);
}

struct figure_group *figure_add_rows(figure *f, const char *name, guint size)
{
	struct figure_group *group = g_new0(struct figure_group, 1);

	group->name = g_strdup(name);
	group->series = f->groups->len;
	group->trustworthy = TRUE;
	group->points = g_array_new(FALSE, TRUE, size);
	group->steps = g_array_new(FALSE, TRUE, sizeof(struct figure_step));
	group->guests = g_array_new(FALSE, TRUE, sizeof(struct figure_guest));
	g_array_set_clear_func(group->guests, guest_clear);
	group->repetitions = g_ptr_array_new_with_free_func((GDestroyNotify)g_array_unref);
	g_ptr_array_add(f->groups, group);
	return group;
}

struct figure_group *figure_add_group(figure *f, const char *name)
{
	return figure_add_rows(f, name, sizeof(struct figure_point));
}

struct figure_group *figure_group_at(const figure *f, guint i)
{
	return g_ptr_array_index(f->groups, i);
}

struct figure_point *figure_point_at(const struct figure_group *group, guint k)
{
	return &g_array_index(group->points, struct figure_point, k);
}

void figure_remark(GPtrArray *remarks, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	g_ptr_array_add(remarks, g_strdup_vprintf(format, arguments));
	va_end(arguments);
}

void figure_text_clear(struct figure_text *text)
{
	g_clear_pointer(&text->script, g_free);
	g_clear_pointer(&text->data, g_free);
}

gboolean figure_guest_is_silent(const struct figure_guest *guest)
{
	return isnan(guest->loss) && isnan(guest->p99.ns);
}

guint figure_silent(const figure *f)
{
	guint nb = 0;

	for (guint i = 0; i < f->groups->len; i++) {
		const GArray *guests = figure_group_at(f, i)->guests;

		for (guint k = 0; k < guests->len; k++)
			if (figure_guest_is_silent(&g_array_index(guests, struct figure_guest, k)))
				nb++;
	}
	return nb;
}

void figure_remark_silent(GPtrArray *remarks, const figure *f)
{
	guint nb = figure_silent(f);
	g_autofree char *text = guest_rank_silent_text(nb);

	/* Series of frame sizes share their guests. */
	if (nb > 0)
		figure_remark(
			remarks, "%s%s", text, f->groups->len > 1 ? " (sum over all series)" : "");
}

gboolean figure_has_loads(const figure *f)
{
	for (guint i = 0; i < f->groups->len; i++)
		if (figure_group_at(f, i)->points->len > 1)
			return TRUE;
	return FALSE;
}
