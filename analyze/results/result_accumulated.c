/* SPDX-License-Identifier: BSD-3-Clause */
#include "analyze/results/result_accumulated.h"

#include <string.h>

#include "analyze/contract/accumulated.h"
#include "analyze/results/result_params.h"

/* Of the same latencies, as far as a summary can tell? */
static gboolean is_same_sum(const trial *a, const trial *b)
{
	return a->latency.count == b->latency.count && a->latency.sum_ns == b->latency.sum_ns &&
	       a->latency.min_ns == b->latency.min_ns && a->latency.max_ns == b->latency.max_ns;
}

/* All parameters but the label, which is only the directory's name. */
static char *key_of(const trial *t)
{
	struct trial_params p = t->params;
	char none[] = "";

	p.label = none;
	return result_params_key(&p);
}

void result_accumulated_note(GHashTable *by_key, const trial *t)
{
	g_autofree char *key = key_of(t);
	GPtrArray *all = g_hash_table_lookup(by_key, key);

	if (all == NULL) {
		all = g_ptr_array_new();
		g_hash_table_insert(by_key, g_steal_pointer(&key), all);
	}
	g_ptr_array_add(all, (gpointer)t);
}

/* The repetitions among these that are of the same label as one of them, as if accumulated. */
static accumulated *sum_of_label(const GPtrArray *trials, const char *label)
{
	accumulated *sum = accumulated_new();

	for (guint i = 0; i < trials->len; i++) {
		const trial *t = g_ptr_array_index(trials, i);

		if (t->moongen->accumulated || strcmp(t->params.label, label) != 0)
			continue;
		accumulated_add(sum, t);
		sum->latencies += t->latency.count;
		sum->sum_ns += t->latency.sum_ns;
	}
	return sum;
}

const trial *result_accumulated_twin(GHashTable *by_key, const trial *t)
{
	g_autofree char *key = key_of(t);
	const GPtrArray *others = g_hash_table_lookup(by_key, key);

	if (others == NULL)
		return NULL;
	if (t->latency.count == 0)
		return g_ptr_array_index(others, 0); /* it adds nothing */
	for (guint i = 0; i < others->len; i++) {
		const trial *other = g_ptr_array_index(others, i);
		g_autoptr(accumulated) sum = NULL;

		if (other->moongen->accumulated) {
			if (is_same_sum(t, other) ||
				(t->moongen->of != NULL && other->moongen->of != NULL &&
					accumulated_overlaps(t->moongen->of, other->moongen->of)))
				return other;
			continue;
		}
		sum = sum_of_label(others, other->params.label);
		if ((sum->latencies == t->latency.count && sum->sum_ns == t->latency.sum_ns) ||
			(t->moongen->of != NULL && accumulated_overlaps(t->moongen->of, sum)))
			return other;
	}
	return NULL;
}
