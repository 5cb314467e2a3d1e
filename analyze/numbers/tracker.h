/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * analyze/numbers/tracker.h: what arrived of one stream of sequence numbers: first arrivals, duplicates,
 * reordering. O(1) a frame, nothing allocated after creation.
 *
 * Reordered is a frame whose number is smaller than one that came before it (RFC 4737 section
 * 3.3: s < NextExp); of duplicates only the first arrival counts (RFC 4737 section 3.3, RFC 5560).
 * Numbers wrap at 32 bits. A bitmap of window numbers tells first arrivals from duplicates: a
 * frame that is older than the window cannot be judged and counts as ancient. With a window as
 * long as the stream nothing is ever ancient.
 */
#ifndef ANALYZE_NUMBERS_TRACKER_H
#define ANALYZE_NUMBERS_TRACKER_H

#include <stdint.h>

#include <glib.h>

struct tracker {
	uint64_t next;   /* NextExp, extended to 64 bits */
	uint64_t window; /* a power of two, at least 64 */
	uint64_t *seen;  /* bit n % window: number n came; numbers next - window .. next - 1 */
	uint64_t distance_max; /* largest next - s of a reordered frame */
};
typedef struct tracker tracker;

enum tracker_verdict { TRACKER_IN_ORDER, TRACKER_REORDERED, TRACKER_DUPLICATE, TRACKER_ANCIENT };

/* window is rounded up to a power of two. */
tracker *tracker_new(uint64_t window);
void tracker_free(tracker *t); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(tracker, tracker_free)
void tracker_clear(tracker *t);

/* Not inline: clears the numbers from t->next to s that were jumped over. */
void tracker_skip_to(tracker *t, uint64_t s);

/* What the next number in order is noted in: to be asked of the memory ahead of time. */
static inline const void *tracker_next_word(const tracker *t)
{
	return &t->seen[(t->next & (t->window - 1)) >> 6];
}

static inline enum tracker_verdict tracker_see(tracker *t, uint32_t seq)
{
	/* The 64-bit number nearest to next that ends in seq. */
	uint64_t s = t->next + (uint64_t)(int64_t)(int32_t)(seq - (uint32_t)t->next);
	uint64_t mask = t->window - 1;

	if (G_LIKELY(s == t->next)) {
		/* The bit is stale from a window ago: set it either way. */
		t->seen[(s & mask) >> 6] |= UINT64_C(1) << (s & 63);
		t->next = s + 1;
		return TRACKER_IN_ORDER;
	}
	if ((int64_t)(s - t->next) > 0) {
		tracker_skip_to(t, s);
		t->seen[(s & mask) >> 6] |= UINT64_C(1) << (s & 63);
		t->next = s + 1;
		return TRACKER_IN_ORDER;
	}
	if (t->next - s > t->window || (int64_t)s < 0)
		return TRACKER_ANCIENT;
	if (t->seen[(s & mask) >> 6] & UINT64_C(1) << (s & 63))
		return TRACKER_DUPLICATE;
	t->seen[(s & mask) >> 6] |= UINT64_C(1) << (s & 63);
	if (t->next - s > t->distance_max)
		t->distance_max = t->next - s;
	return TRACKER_REORDERED;
}

#endif
