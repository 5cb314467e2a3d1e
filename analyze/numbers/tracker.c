/* SPDX-License-Identifier: BSD-3-Clause */
#include "analyze/numbers/tracker.h"

#include <string.h>

enum { WORD_BITS = 64 };

tracker *tracker_new(uint64_t window)
{
	tracker *t = g_new0(tracker, 1);

	t->window = WORD_BITS;
	while (t->window < window && t->window < UINT64_C(1) << 32)
		t->window <<= 1;
	t->seen = g_new(uint64_t, t->window / WORD_BITS);
	tracker_clear(t); /* touches every page, so that none is faulted in later */
	return t;
}

void tracker_free(tracker *t)
{
	if (t == NULL)
		return;
	g_free(t->seen);
	g_free(t);
}

void tracker_clear(tracker *t)
{
	t->next = 0;
	t->distance_max = 0;
	memset(t->seen, 0, t->window / 8);
}

/*
 * Clear the bits of next .. s - 1 round the ring: a stretch of bits at each end, whole words
 * between. The bit of s itself is set by the caller.
 */
void tracker_skip_to(tracker *t, uint64_t s)
{
	uint64_t mask = t->window - 1, n = t->next;

	if (s - n >= t->window) {
		memset(t->seen, 0, t->window / 8);
		return;
	}
	while (n < s) {
		uint64_t first = n % WORD_BITS, bits = MIN(WORD_BITS - first, s - n);
		uint64_t ones = bits == WORD_BITS ? UINT64_MAX : (UINT64_C(1) << bits) - 1;

		t->seen[(n & mask) / WORD_BITS] &= ~(ones << first);
		n += bits;
	}
}
