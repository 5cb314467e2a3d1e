/* SPDX-License-Identifier: BSD-3-Clause */
#include "analyze/results/result_slice.h"

#include <stdlib.h>
#include <string.h>

#include "analyze/base/text.h"
#include "analyze/contract/guest_rank.h"
#include "analyze/contract/guest_timeline.h"
#include "analyze/results/result_numbers.h"

const char *const result_by_words[] = { "none", "interface", "group", "size", "guest", NULL };

static char *size_text(uint32_t lo, uint32_t hi)
{
	return lo == hi ? g_strdup_printf("%u", lo) : g_strdup_printf("%u-%u", lo, hi);
}

/* The value of a guest; NULL: guests have none, or no name for it. */
static char *guest_value(
	enum result_by by, uint32_t guest, const char *interface, const char *group)
{
	const char *name = by == RESULT_BY_INTERFACE ? interface : group;

	if (by == RESULT_BY_GUEST)
		return g_strdup_printf("%u", guest);
	return by == RESULT_BY_SIZE || name == NULL || *name == '\0' ? NULL : g_strdup(name);
}

/* Takes value; NULL and what is there already are left out. */
static void add_value(GPtrArray *values, char *value)
{
	if (value == NULL || g_ptr_array_find_with_equal_func(values, value, g_str_equal, NULL))
		g_free(value);
	else
		g_ptr_array_add(values, value);
}

GPtrArray *result_slice_values(const result_combination *c, enum result_by by)
{
	GPtrArray *values = g_ptr_array_new_with_free_func(g_free);

	if (by == RESULT_BY_NONE || result_numbers_is_moongen(c))
		return values;
	/* Groups have one row per interface; their order is that of the first guests. */
	for (guint i = 0; by < RESULT_BY_SIZE && i < c->nb_groups; i++)
		add_value(values, guest_value(by, 0, c->groups[i].interface, c->groups[i].group));
	for (guint i = 0; by == RESULT_BY_SIZE && i < c->nb_sizes; i++)
		add_value(values, size_text(c->sizes[i].frame_len_lo, c->sizes[i].frame_len_hi));
	for (guint i = 0; by == RESULT_BY_GUEST && i < c->nb_guests; i++)
		g_ptr_array_add(values, guest_value(by, c->guests[i].guest, NULL, NULL));
	return values;
}

static int compare_ranks(const void *a, const void *b)
{
	return guest_rank_compare(a, b);
}

GPtrArray *result_slice_worst(result_set *r, result_combination *c, guint max, GError **error)
{
	g_autofree struct guest_rank *ranks = NULL;
	GPtrArray *values;
	guint nb = 0;

	if (!result_load(r, c, NULL, NULL, error))
		return NULL;
	ranks = result_numbers_ranks(c);
	result_unload(c);
	for (guint i = 0; i < c->nb_guests; i++) {
		if (guest_rank_has(&ranks[i]))
			ranks[nb++] = ranks[i];
	}
	qsort(ranks, nb, sizeof(*ranks), compare_ranks);
	values = g_ptr_array_new_with_free_func(g_free);
	for (guint i = 0; i < nb && i < max; i++)
		g_ptr_array_add(values, guest_value(RESULT_BY_GUEST, ranks[i].guest, NULL, NULL));
	return values;
}

static gboolean has_guest(const struct result_slice *s, const struct trial_guest *g)
{
	g_autofree char *value = guest_value(s->by, g->guest, g->interface, g->group);

	return s->by == RESULT_BY_SIZE || g_strcmp0(value, s->value) == 0;
}

static gboolean has_size(const struct result_slice *s, const struct trial_size *size)
{
	g_autofree char *value = s->by == RESULT_BY_SIZE
					 ? size_text(size->frame_len_lo, size->frame_len_hi)
					 : NULL;

	return value == NULL || strcmp(value, s->value) == 0;
}

/* trial_balance adds up what is empty. */
static void cut_guest(
	struct trial_guest *to, const struct trial_guest *g, const struct result_slice *s)
{
	*to = *g;
	to->mac = g_strdup(g->mac);
	to->interface = g_strdup(g->interface);
	to->profile = g_strdup(g->profile);
	to->group = g_strdup(g->group);
	to->state = g_strdup(g->state);
	to->probes = (struct trial_guest_probes){ 0 };
	to->latency = to->response = (struct trial_dist){ 0 };
	if (s->by == RESULT_BY_SIZE) {
		to->c = (struct trial_counts){ 0 };
		to->reorder_distance_max = 0;
		to->calls = 0;
	}
	to->sizes = g_new0(struct trial_size, g->nb_sizes);
	to->nb_sizes = 0;
	for (uint32_t i = 0; i < g->nb_sizes; i++) {
		struct trial_size *size = &g->sizes[i];

		if (!has_size(s, size))
			continue;
		to->sizes[to->nb_sizes++] = *size;
		size->latency.hist = size->response.hist = NULL;
	}
}

trial *result_slice_cut(trial *t, const struct result_slice *s, GError **error)
{
	g_autoptr(trial) part = trial_new();

	trial_params_copy(&part->params, &t->params);
	part->trustworthy = t->trustworthy;
	part->interrupted = t->interrupted;
	part->measured_s = t->measured_s;
	part->path = g_strdup(t->path);
	text_copy_all(part->reasons, t->reasons);
	part->guests = g_new0(struct trial_guest, t->nb_guests);
	for (uint32_t i = 0; i < t->nb_guests; i++) {
		if (has_guest(s, &t->guests[i]))
			cut_guest(&part->guests[part->nb_guests++], &t->guests[i], s);
	}
	part->params.guests = part->nb_guests;
	return trial_balance(part, error) ? g_steal_pointer(&part) : NULL;
}

static char *slice_title(
	const result_combination *slice, const result_combination *c, enum result_by by)
{
	const char *value = slice->slice->value;

	switch (by) {
	case RESULT_BY_SIZE:
		return g_strdup_printf("%s B", value);
	case RESULT_BY_GUEST:
		/* "vhost-user+vfio": only in a fleet there is something to say. */
		return strchr(c->params.interface, '+') == NULL
			       ? g_strdup_printf("guest %s", value)
			       : g_strdup_printf(
					 "guest %s (%s)", value, slice->guests[0].interface);
	default:
		return g_strdup_printf(
			"%s (%u guest%s)", value, slice->nb_guests, text_plural(slice->nb_guests));
	}
}

result_combination *result_slice_new(
	result_set *r, const result_combination *c, enum result_by by, const char *value)
{
	result_combination *slice = result_combination_new(&c->params);
	struct result_slice *s = g_new0(struct result_slice, 1);

	slice->slice = s;
	s->by = by;
	s->value = g_strdup(value);
	s->wholes = g_hash_table_new(NULL, NULL);
	for (guint i = 0; i < c->trials->len; i++) {
		trial *whole = g_ptr_array_index(c->trials, i);
		g_autoptr(GError) error = NULL;
		g_autoptr(trial) part = result_slice_cut(whole, s, &error);

		if (part == NULL) {
			g_ptr_array_add(r->warnings, g_strdup(error->message));
		} else if (part->nb_guests > 0) {
			g_hash_table_insert(s->wholes, part, whole);
			g_ptr_array_add(slice->trials, g_steal_pointer(&part));
		}
	}
	result_numbers_make(slice, r->warnings);
	if (slice->trials->len == 0) {
		result_combination_free(slice);
		return NULL;
	}
	s->title = slice_title(slice, c, by);
	g_ptr_array_add(r->slices, slice);
	return slice;
}

void result_slice_free(struct result_slice *s)
{
	if (s == NULL)
		return;
	g_free(s->value);
	g_free(s->title);
	g_hash_table_unref(s->wholes);
	g_free(s);
}

const trial *result_slice_whole(const result_combination *c, const trial *t)
{
	return c->slice != NULL ? g_hash_table_lookup(c->slice->wholes, t) : t;
}

GArray *result_slice_rows(const result_combination *c, const trial *t, GError **error)
{
	g_autoptr(GArray) rows = guest_timeline_read(result_slice_whole(c, t), error);
	g_autoptr(GHashTable) guests = g_hash_table_new(NULL, NULL);
	guint nb = 0;

	if (rows == NULL)
		return NULL;
	for (uint32_t i = 0; i < t->nb_guests; i++)
		g_hash_table_add(guests, GUINT_TO_POINTER(t->guests[i].guest));
	for (guint i = 0; i < rows->len; i++) {
		struct trial_guest_second *row = &g_array_index(rows, struct trial_guest_second, i);

		if (g_hash_table_contains(guests, GUINT_TO_POINTER(row->guest)))
			g_array_index(rows, struct trial_guest_second, nb++) = *row;
	}
	g_array_set_size(rows, nb);
	return g_steal_pointer(&rows);
}

double result_slice_offered_pps(const result_combination *c)
{
	double measured_s = 0, offered = 0;

	for (guint i = 0; c->slice != NULL && i < c->trials->len; i++) {
		const trial *whole = result_slice_whole(c, g_ptr_array_index(c->trials, i));

		measured_s += whole->measured_s;
		offered += (double)whole->totals.offered;
	}
	return measured_s > 0 ? offered / measured_s : c->n.offered_pps;
}
