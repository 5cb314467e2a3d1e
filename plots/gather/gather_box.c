/* SPDX-License-Identifier: BSD-3-Clause */
#include "plots/gather/gather_box.h"

#include <string.h>

#include "plots/draw/error.h"

/* max, which is 0, is more than any number. */
static int compare_loads(gconstpointer a, gconstpointer b)
{
	double x = *(const double *)a, y = *(const double *)b;

	if ((x > 0) != (y > 0))
		return x > 0 ? -1 : 1;
	return x < y ? -1 : x > y;
}

static guint place_of(const GArray *loads, double load)
{
	guint i = 0;

	while (i < loads->len &&
		(g_array_index(loads, double, i) < load || g_array_index(loads, double, i) > load))
		i++;
	return i;
}

static void find_loads(box *b, const member_list *m)
{
	for (guint i = 0; i < m->all->len; i++) {
		const struct member *member = g_ptr_array_index(m->all, i);
		double load = (double)member->c->params.rate_pps;

		if (place_of(b->loads, load) == b->loads->len)
			g_array_append_val(b->loads, load);
	}
	g_array_sort(b->loads, compare_loads);
}

static struct box_group *group_of(box *b, const char *name)
{
	for (guint i = 0; i < b->groups->len; i++) {
		struct box_group *g = g_ptr_array_index(b->groups, i);

		if (strcmp(g->name, name) == 0)
			return g;
	}
	return box_add_group(b, name);
}

box *gather_box(const member_list *m, gboolean response, double q, GError **error)
{
	g_autoptr(box) b = box_new();

	b->q = q;
	members_set_head(m, b->head);
	find_loads(b, m);
	if (b->loads->len > BOX_LOADS_MAX) {
		g_set_error(error, PLOTS_ERROR, PLOTS_ERROR_ARGUMENT,
			"%u loads are more than %d: pick some by selectors such as rate-100",
			b->loads->len, BOX_LOADS_MAX);
		return NULL;
	}
	for (guint i = 0; i < m->all->len; i++) {
		const struct member *member = g_ptr_array_index(m->all, i);

		if (!result_load(member->set, member->c, NULL, NULL, error))
			return NULL;
		box_add_cell(group_of(b, member->title),
			place_of(b->loads, (double)member->c->params.rate_pps),
			member_trustworthy(member), result_reps_quantile(member->c, response, q));
		result_unload(member->c);
	}
	return members_fit(b->groups->len, BOX_GROUPS_MAX, "boxes", error) ? g_steal_pointer(&b)
									   : NULL;
}
