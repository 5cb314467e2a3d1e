/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The order of trials. Those of one set-up stay together, whatever the order, as virtual machines
 * that start are what takes time; so do set-ups that differ in the reflector alone.
 */
#include <string.h>

#include "sim/matrix/matrix_private.h"

enum { REFLECTOR_AT = 6 }; /* of setup_differs_at: all before it starts other machines */

/* Trials of one set-up. */
struct group {
	const struct setup *setup;
	GPtrArray *trials;
};

static void group_free(gpointer p)
{
	struct group *g = p;

	g_ptr_array_unref(g->trials);
	g_free(g);
}

gboolean matrix_same_leaf(const struct matrix_trial *a, const struct matrix_trial *b)
{
	/* Each repetition of a search has another one. */
	uint64_t seed_a = a->params.seed - (a->goals == NULL ? 0 : a->params.repetition);
	uint64_t seed_b = b->params.seed - (b->goals == NULL ? 0 : b->params.repetition);

	return g_str_equal(a->infix, b->infix) && g_str_equal(a->dir, b->dir) && seed_a == seed_b;
}

/*
 * Where a new set-up goes: behind those that it has most in common with, so that the branches of
 * several sections are one tree.
 */
static guint place_of(const GPtrArray *groups, const struct setup *s)
{
	guint place = groups->len;
	int most = 0;

	for (guint i = 0; i < groups->len; i++) {
		int same = setup_differs_at(((struct group *)groups->pdata[i])->setup, s);

		if (same > 0 && same >= most) {
			most = same;
			place = i + 1;
		}
	}
	return place;
}

static GPtrArray *groups_of(const GPtrArray *trials)
{
	GPtrArray *groups = g_ptr_array_new_with_free_func(group_free);
	struct group *last = NULL;

	for (guint i = 0; i < trials->len; i++) {
		struct matrix_trial *t = trials->pdata[i];

		if (last == NULL || setup_differs_at(last->setup, &t->setup) != 7) {
			last = NULL;
			for (guint n = 0; n < groups->len && last == NULL; n++) {
				struct group *g = groups->pdata[n];

				last = setup_differs_at(g->setup, &t->setup) == 7 ? g : NULL;
			}
		}
		if (last == NULL) {
			last = g_new0(struct group, 1);
			last->setup = &t->setup;
			last->trials = g_ptr_array_new();
			g_ptr_array_insert(groups, (gint)place_of(groups, &t->setup), last);
		}
		g_ptr_array_add(last->trials, t);
	}
	return groups;
}

/* Fisher and Yates. */
static void shuffle_items(gpointer *items, guint n, GRand *random)
{
	for (guint i = n; i > 1; i--) {
		guint j = (guint)g_rand_int_range(random, 0, (gint32)i);
		gpointer other = items[j];

		items[j] = items[i - 1];
		items[i - 1] = other;
	}
}

static gint by_repetition(gconstpointer a, gconstpointer b)
{
	const struct matrix_trial *x = *(const struct matrix_trial *const *)a;
	const struct matrix_trial *y = *(const struct matrix_trial *const *)b;

	return (x->params.repetition > y->params.repetition) -
	       (x->params.repetition < y->params.repetition);
}

/*
 * Repetition by repetition, each in an order of its own: what drifts does so for all combinations
 * alike. No combination follows itself, but where there is no other.
 */
static void interleave_trials(GPtrArray *trials, GRand *random)
{
	gpointer *all = trials->pdata;

	g_ptr_array_sort(trials, by_repetition);
	for (guint i = 0, n; i < trials->len; i += n) {
		for (n = 1; i + n < trials->len && by_repetition(&all[i], &all[i + n]) == 0; n++)
			;
		shuffle_items(&all[i], n, random);
		if (i > 0 && n > 1 && matrix_same_leaf(all[i - 1], all[i])) {
			guint j = i + (guint)g_rand_int_range(random, 1, (gint32)n);
			gpointer other = all[j];

			all[j] = all[i];
			all[i] = other;
		}
	}
}

/* Set-ups that share their virtual machines stay together. */
static void shuffle_groups(GPtrArray *groups, GRand *random)
{
	g_autoptr(GPtrArray)
		blocks = g_ptr_array_new_with_free_func((GDestroyNotify)g_ptr_array_unref);
	GPtrArray *block = NULL;
	guint at = 0;

	for (guint i = 0; i < groups->len; i++) {
		struct group *g = groups->pdata[i], *before = i == 0 ? NULL : groups->pdata[i - 1];

		if (before == NULL || setup_differs_at(before->setup, g->setup) < REFLECTOR_AT) {
			block = g_ptr_array_new();
			g_ptr_array_add(blocks, block);
		}
		g_ptr_array_add(block, g);
	}
	shuffle_items(blocks->pdata, blocks->len, random);
	for (guint i = 0; i < blocks->len; i++) {
		block = blocks->pdata[i];
		shuffle_items(block->pdata, block->len, random);
		for (guint n = 0; n < block->len; n++)
			groups->pdata[at++] = block->pdata[n];
	}
}

void matrix_sort(GPtrArray *trials, enum matrix_order order, guint32 seed)
{
	g_autoptr(GPtrArray) groups = groups_of(trials);
	GRand *random = g_rand_new_with_seed(seed);
	guint at = 0;

	if (order == MATRIX_RANDOM)
		shuffle_groups(groups, random);
	for (guint i = 0; i < groups->len; i++) {
		struct group *g = groups->pdata[i];

		if (order == MATRIX_RANDOM)
			shuffle_items(g->trials->pdata, g->trials->len, random);
		if (order == MATRIX_INTERLEAVED)
			interleave_trials(g->trials, random);
		for (guint n = 0; n < g->trials->len; n++)
			trials->pdata[at++] = g->trials->pdata[n];
	}
	g_rand_free(random);
}
