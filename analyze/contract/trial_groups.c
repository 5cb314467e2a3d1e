/* SPDX-License-Identifier: BSD-3-Clause */
/* Guests of one group behind one interface, added up. */
#include "analyze/contract/trial.h"

#include <math.h>
#include <string.h>

#include "analyze/contract/trial_sums.h"

static const char *text(const char *s)
{
	return s != NULL ? s : "";
}

/* Rows with their sums, as the guests have them; gives each guest its row. NULL and error. */
static GArray *sum(trial *t, GError **error)
{
	g_autoptr(GArray) rows = g_array_new(FALSE, TRUE, sizeof(struct trial_group));
	g_autoptr(GHashTable) row_of = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

	for (uint32_t i = 0; i < t->nb_guests; i++) {
		struct trial_guest *g = &t->guests[i];
		/* The length keeps apart what the two texts alone would not. */
		g_autofree char *key = g_strdup_printf(
			"%zu %s%s", strlen(text(g->group)), text(g->group), text(g->interface));
		gpointer found;
		struct trial_group *row;

		if (g_hash_table_lookup_extended(row_of, key, NULL, &found)) {
			g->group_row = GPOINTER_TO_UINT(found);
		} else {
			struct trial_group empty = { .group = g->group, .interface = g->interface };

			g->group_row = rows->len;
			g_array_append_val(rows, empty);
			g_hash_table_insert(
				row_of, g_steal_pointer(&key), GUINT_TO_POINTER(g->group_row));
		}
		row = &g_array_index(rows, struct trial_group, g->group_row);
		row->guests++;
		row->share += g->share;
		if (!trial_counts_add(&row->c, &g->c) ||
			!trial_dist_add(&row->latency, &g->latency) ||
			!trial_dist_add(&row->response, &g->response)) {
			(void)trial_sums_too_large("groups", error);
			return NULL;
		}
	}
	for (guint i = 0; i < rows->len; i++) {
		struct trial_group *row = &g_array_index(rows, struct trial_group, i);

		row->group = g_strdup(text(row->group));
		row->interface = g_strdup(text(row->interface));
	}
	return g_steal_pointer(&rows);
}

static gboolean same(
	struct trial_group *is, const struct trial_group *sums, uint32_t row, GError **error)
{
	g_autofree char *where = g_strdup_printf(
		"groups[%u] '%s' behind %s", row, is->group, is->interface);

	if (strcmp(is->group, sums->group) != 0 || strcmp(is->interface, sums->interface) != 0 ||
		is->guests != sums->guests)
		return trial_imbalance(error, "%s: %u guests, but they are %u of '%s' behind %s",
			where, is->guests, sums->guests, sums->group, sums->interface);
	/* Digits of a sum of doubles, written and read again, are the same ones. */
	if (fabs(is->share - sums->share) > 1e-9 * (1 + sums->share))
		return trial_imbalance(error, "%s: its share is %g, its guests have %g", where,
			is->share, sums->share);
	return trial_sums_settle_counts(where, &is->c, &sums->c, "guests", error) &&
	       trial_sums_settle_dist(
		       where, "latency", &is->latency, &sums->latency, "guests", error) &&
	       trial_sums_settle_dist(
		       where, "response", &is->response, &sums->response, "guests", error);
}

static void clear(gpointer data)
{
	struct trial_group *row = data;

	g_free(row->group);
	g_free(row->interface);
}

gboolean trial_groups_sum(trial *t, GError **error)
{
	g_autoptr(GArray) rows = sum(t, error);

	if (rows == NULL)
		return FALSE;
	if (t->nb_groups == 0) {
		t->nb_groups = rows->len;
		t->groups = (struct trial_group *)(void *)g_array_free(
			g_steal_pointer(&rows), FALSE);
		return TRUE;
	}
	g_array_set_clear_func(rows, clear);
	if (t->nb_groups != rows->len)
		return trial_imbalance(
			error, "groups: %u rows, the guests have %u", t->nb_groups, rows->len);
	for (uint32_t i = 0; i < t->nb_groups; i++) {
		if (!same(&t->groups[i], &g_array_index(rows, struct trial_group, i), i, error))
			return FALSE;
	}
	return TRUE;
}

void trial_group_dist(const trial *t, uint32_t group, gboolean response, struct trial_dist *out)
{
	const struct trial_dist *d = response ? &t->groups[group].response
					      : &t->groups[group].latency;
	g_autoptr(hist) h = d->count > 0 ? hist_new() : NULL;

	*out = *d;
	out->hist = NULL;
	for (uint32_t i = 0; h != NULL && i < t->nb_guests; i++) {
		const struct trial_guest *g = &t->guests[i];

		for (uint32_t j = 0; g->group_row == group && j < g->nb_sizes; j++) {
			const struct trial_size *s = &g->sizes[j];
			const struct trial_dist *part = response ? &s->response : &s->latency;

			if (part->hist != NULL)
				hist_add(h, part->hist);
		}
	}
	if (h != NULL && ctr_get(&h->count) == d->count)
		out->hist = g_steal_pointer(&h);
}

double trial_cpu_cycles(const struct trial_cpu *cpu, const struct trial_cpu_part *part)
{
	/* No cycles: nobody counted them there, as with CPU time of a virtual machine. */
	if (!cpu->known || cpu->frames == 0 || part->busy_cycles == 0)
		return NAN;
	return (double)part->busy_cycles / (double)cpu->frames;
}
