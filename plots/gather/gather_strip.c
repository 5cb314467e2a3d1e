/* SPDX-License-Identifier: BSD-3-Clause */
#include "plots/gather/gather_strip.h"

#include <math.h>
#include <string.h>

#include "analyze/numbers/numbers.h"
#include "analyze/results/result_numbers.h"
#include "analyze/results/result_seconds.h"
#include "plots/draw/error.h"

/* More columns cannot be told apart. */
enum { TIMES_MAX = 240 };

static char *what_of(enum gather_value value, gboolean response)
{
	static const char *const names[] = { "loss", "median ", "99th percentile of ", "mean " };

	return value == GATHER_LOSS
		       ? g_strdup(names[value])
		       : g_strconcat(names[value], response ? "response time" : "latency", NULL);
}

/* The members of one group, by offered load. */
static gint compare_members(gconstpointer a, gconstpointer b)
{
	const struct member *m = *(const struct member *const *)a;
	const struct member *n = *(const struct member *const *)b;
	double x = result_slice_offered_pps(m->c), y = result_slice_offered_pps(n->c);

	return x < y ? -1 : x > y;
}

/* Arrays of struct member, one for each group, in the order they came in. */
static GPtrArray *groups_of(const member_list *m)
{
	GPtrArray *groups = g_ptr_array_new_with_free_func((GDestroyNotify)g_ptr_array_unref);
	g_autoptr(GHashTable) by_key = g_hash_table_new(g_str_hash, g_str_equal);

	for (guint i = 0; i < m->all->len; i++) {
		struct member *member = g_ptr_array_index(m->all, i);
		GPtrArray *group = g_hash_table_lookup(by_key, member->key);

		if (group == NULL) {
			group = g_ptr_array_new();
			g_ptr_array_add(groups, group);
			g_hash_table_insert(by_key, member->key, group);
		}
		g_ptr_array_add(group, member);
	}
	for (guint i = 0; i < groups->len; i++)
		g_ptr_array_sort(g_ptr_array_index(groups, i), compare_members);
	return groups;
}

/* The numbers of all guests of a group, ascending, each once. */
static GArray *guests_of(const GPtrArray *group)
{
	GArray *guests = g_array_new(FALSE, FALSE, sizeof(uint32_t));

	for (guint i = 0; i < group->len; i++) {
		const struct member *m = g_ptr_array_index(group, i);

		for (guint k = 0; k < m->c->nb_guests; k++) {
			uint32_t guest = m->c->guests[k].guest;

			if (!g_array_binary_search(guests, &guest, numbers_compare_u32, NULL)) {
				g_array_append_val(guests, guest);
				g_array_sort(guests, numbers_compare_u32);
			}
		}
	}
	return guests;
}

static void set_cell(struct strip_panel *p, gsize cell, const struct result_numbers *n,
	enum gather_value value, gboolean response)
{
	struct result_quantile q;

	if (value == GATHER_LOSS) {
		p->value[cell] = n->loss.value;
	} else if (result_numbers_quantile(n, response, value == GATHER_P50 ? 0.5 : 0.99, &q)) {
		p->value[cell] = (double)q.ns;
		p->bound[cell] = q.bound;
	}
}

/* Column of one load. */
static gboolean fill_column(struct strip_panel *p, guint column, struct member *m, GArray *guests,
	enum gather_value value, gboolean response, GError **error)
{
	gboolean bins = value != GATHER_LOSS;

	if (bins && !result_load(m->set, m->c, NULL, NULL, error))
		return FALSE;
	p->at[column] = result_slice_offered_pps(m->c);
	p->trustworthy &= result_is_whole(m->c);
	for (guint i = 0; i < m->c->nb_guests; i++) {
		guint row = 0;

		(void)g_array_binary_search(
			guests, &m->c->guests[i].guest, numbers_compare_u32, &row);
		set_cell(p, (gsize)row * p->nb_columns + column, &m->c->guests[i].n, value,
			response);
	}
	if (bins)
		result_unload(m->c);
	return TRUE;
}

strip *gather_strip_loads(
	const member_list *m, enum gather_value value, gboolean response, GError **error)
{
	g_autoptr(strip) s = strip_new();
	g_autoptr(GPtrArray) groups = groups_of(m);

	if (!members_fit(groups->len, STRIP_PANELS_MAX, "strips of guests", error))
		return NULL;
	s->latency = value != GATHER_LOSS;
	s->what = what_of(value, response);
	figure_free(s->head);
	s->head = members_figure(m);
	for (guint i = 0; i < groups->len; i++) {
		GPtrArray *group = g_ptr_array_index(groups, i);
		struct member *first = g_ptr_array_index(group, 0);
		g_autoptr(GArray) guests = guests_of(group);
		struct strip_panel *p = strip_add_panel(s, first->title, guests->len, group->len);

		memcpy(p->guests, guests->data, guests->len * sizeof(uint32_t));
		for (guint k = 0; k < group->len; k++) {
			if (!fill_column(p, k, g_ptr_array_index(group, k), guests, value, response,
				    error))
				return NULL;
		}
	}
	return g_steal_pointer(&s);
}

/* The repetition that is asked for. */
static const trial *trial_of(const struct member *m, int repetition, GError **error)
{
	for (guint i = 0; i < m->c->trials->len; i++) {
		const trial *t = g_ptr_array_index(m->c->trials, i);

		if (repetition < 0 || t->params.repetition == (uint32_t)repetition)
			return t;
	}
	(void)plots_fail(error, PLOTS_ERROR_EMPTY, "%s: no repetition %d (%u found)", m->title,
		repetition, m->c->trials->len);
	return NULL;
}

static GArray *rows_of(const struct member *m, const trial *t, GError **error)
{
	g_autoptr(GArray) rows = result_slice_rows(m->c, t, error);

	if (rows == NULL ||
		(rows->len > 0 && !g_array_index(rows, struct trial_guest_second, 0).drain))
		return g_steal_pointer(&rows);
	(void)plots_fail(error, PLOTS_ERROR_EMPTY,
		"%s: empty timeline of guests: interrupted before measuring", t->path);
	return NULL;
}

static void add_times(strip *s, const struct member *m, const trial *t, const GArray *rows)
{
	g_autoptr(result_guest_times) times = result_guest_times_of(rows, TIMES_MAX);
	struct strip_panel *p = strip_add_panel(s, m->title, times->nb_guests, times->nb_times);
	gsize nb = (gsize)times->nb_guests * times->nb_times;

	p->trustworthy = t->trustworthy && !t->interrupted;
	memcpy(p->guests, times->guests, times->nb_guests * sizeof(uint32_t));
	memcpy(p->at, times->end_s, times->nb_times * sizeof(double));
	memcpy(p->value, s->latency ? times->mean_ns : times->loss, nb * sizeof(double));
}

strip *gather_strip_times(
	const member_list *m, enum gather_value value, int repetition, GError **error)
{
	g_autoptr(strip) s = strip_new();
	gboolean several = FALSE;
	uint32_t drawn = 0;

	if (!members_fit(m->all->len, STRIP_PANELS_MAX, "strips of guests", error))
		return NULL;
	s->time = TRUE;
	s->latency = value != GATHER_LOSS;
	s->what = what_of(value, FALSE);
	figure_free(s->head);
	s->head = members_figure(m);
	for (guint i = 0; i < m->all->len; i++) {
		const struct member *member = g_ptr_array_index(m->all, i);
		const trial *t = trial_of(member, repetition, error);
		g_autoptr(GArray) rows = t != NULL ? rows_of(member, t, error) : NULL;

		if (rows == NULL)
			return NULL;
		several |= member->c->trials->len > 1;
		drawn = t->params.repetition;
		add_times(s, member, t, rows);
	}
	if (several)
		s->note = g_strdup_printf("repetition %u only", drawn);
	return g_steal_pointer(&s);
}
