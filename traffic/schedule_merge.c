/* SPDX-License-Identifier: BSD-3-Clause */
#include "traffic/frame.h"
#include "traffic/schedule_private.h"

enum { GUEST_BITS = 12, GUEST_MASK = (1 << GUEST_BITS) - 1 };

_Static_assert(FRAME_GUESTS_MAX <= 1 << GUEST_BITS, "a guest's number fits beside its time");

struct guests_merge {
	const schedule *s;
	uint32_t first, step, nb_parts;
	size_t *passed; /* departures of each guest */
	uint64_t *heap;
	size_t nb; /* in the heap */
};

/*
 * One heap entry: the next departure of a guest in the top 52 bits, which guest of this part in
 * the rest: one comparison orders by time, then by guest. Times are below 2^48 ns.
 */
static uint64_t key_of(uint64_t due_ns, uint32_t part)
{
	return schedule_time_ns(due_ns) << GUEST_BITS | part;
}

static void sift_down(uint64_t *heap, size_t nb, size_t at)
{
	uint64_t key = heap[at];

	for (;;) {
		size_t child = 2 * at + 1;

		if (child >= nb)
			break;
		child += child + 1 < nb && heap[child + 1] < heap[child];
		if (key <= heap[child])
			break;
		heap[at] = heap[child];
		at = child;
	}
	heap[at] = key;
}

guests_merge *guests_merge_new(const schedule *s, uint32_t first, uint32_t step)
{
	guests_merge *m = g_new0(guests_merge, 1);

	m->s = s;
	m->first = first;
	m->step = step;
	m->nb_parts = first >= s->nb_guests ? 0 : (s->nb_guests - first + step - 1) / step;
	m->passed = g_new0(size_t, m->nb_parts);
	m->heap = g_new0(uint64_t, m->nb_parts);
	for (uint32_t i = 0; i < m->nb_parts; i++) {
		const struct schedule_guest *g = &s->guests[first + i * step];

		if (g->nb_due > 0)
			m->heap[m->nb++] = key_of(g->due_ns[0], i);
	}
	for (size_t i = m->nb / 2; i-- > 0;)
		sift_down(m->heap, m->nb, i);
	return m;
}

size_t guests_merge_count(const guests_merge *m)
{
	size_t nb = 0;

	for (uint32_t i = 0; i < m->nb_parts; i++)
		nb += m->s->guests[m->first + i * m->step].nb_due;
	return nb;
}

gboolean guests_merge_next(guests_merge *m, uint32_t *guest, size_t *index)
{
	const struct schedule_guest *g;
	uint32_t part;

	if (m->nb == 0)
		return FALSE;
	part = m->heap[0] & GUEST_MASK;
	*guest = m->first + part * m->step;
	*index = m->passed[part]++;
	g = &m->s->guests[*guest];
	m->heap[0] = *index + 1 < g->nb_due ? key_of(g->due_ns[*index + 1], part)
					    : m->heap[--m->nb];
	if (m->nb > 1)
		sift_down(m->heap, m->nb, 0);
	return TRUE;
}

void guests_merge_free(guests_merge *m)
{
	if (m == NULL)
		return;
	g_free(m->passed);
	g_free(m->heap);
	g_free(m);
}
