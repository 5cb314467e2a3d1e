/* SPDX-License-Identifier: BSD-3-Clause */
#include "analyze/contract/guest_rank.h"

gboolean guest_rank_has(const struct guest_rank *g)
{
	return g->offered > 0;
}

int guest_rank_compare(const struct guest_rank *a, const struct guest_rank *b)
{
	/* Ratios of integers, compared exactly: equal counts must not differ by rounding. */
	unsigned __int128 left = (unsigned __int128)a->lost * b->offered;
	unsigned __int128 right = (unsigned __int128)b->lost * a->offered;

	if (a->ok != b->ok)
		return a->ok ? 1 : -1;
	if (left != right)
		return left > right ? -1 : 1;
	if (a->p99_bound != b->p99_bound)
		return a->p99_bound ? -1 : 1;
	if (a->p99_ns != b->p99_ns)
		return a->p99_ns > b->p99_ns ? -1 : 1;
	return a->guest < b->guest ? -1 : a->guest > b->guest;
}

int guest_rank_worst(const struct guest_rank *guests, size_t n)
{
	int worst = -1;

	for (size_t i = 0; i < n; i++) {
		if (guest_rank_has(&guests[i]) &&
			(worst < 0 || guest_rank_compare(&guests[i], &guests[worst]) < 0))
			worst = (int)i;
	}
	return worst;
}

char *guest_rank_silent_text(guint nb)
{
	return g_strdup_printf(
		nb == 1 ? "%u guest was offered no frame" : "%u guests were offered no frame", nb);
}
