/* SPDX-License-Identifier: BSD-3-Clause */
#include "plots/gather/gather_box.h"

#include <string.h>

#include "plots/figures/figures.h"

static struct figure_group *group_named(figure *f, const char *name)
{
	for (guint i = 0; i < f->groups->len; i++)
		if (strcmp(figure_group_at(f, i)->name, name) == 0)
			return figure_group_at(f, i);
	return figure_add_cells(f, name);
}

figure *gather_box(const member_list *m, gboolean response, double q, GError **error)
{
	g_autoptr(figure) f = members_figure(m);

	for (guint i = 0; i < m->all->len; i++) {
		const struct member *member = g_ptr_array_index(m->all, i);

		if (!result_load(member->set, member->c, NULL, NULL, error))
			return NULL;
		figure_add_cell(group_named(f, member->title), (double)member->c->params.rate_pps,
			member_trustworthy(member), result_reps_quantile(member->c, response, q));
		result_unload(member->c);
	}
	return members_fit(f->groups->len, FIGURES_BOXES_MAX, "boxes", error) ? g_steal_pointer(&f)
									      : NULL;
}
