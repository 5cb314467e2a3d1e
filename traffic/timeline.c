/* SPDX-License-Identifier: BSD-3-Clause */
/* A load worker's part of a schedule: the departures of its guests in one order. */
#include "traffic/schedule.h"

#include "traffic/apportion.h"
#include "traffic/frame.h"

enum { MAX_PERIOD = 65536, GUEST_BITS = 12, GUEST_MASK = (1 << GUEST_BITS) - 1 };

_Static_assert(FRAME_GUESTS_MAX <= 1 << GUEST_BITS, "a guest's number fits beside its time");

/*
 * One heap entry: the next departure of a guest in the top 52 bits, which guest of this part in
 * the rest: one comparison orders by time, then by guest. Times are below 2^48 ns.
 */
static uint64_t key_of(uint64_t due_ns, uint32_t part)
{
	return due_ns << GUEST_BITS | part;
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

/* A guest's departures that are still to be merged. */
struct cursor {
	const uint64_t *next, *end;
};

static void add(timeline *t, size_t *room, uint64_t gap_ns, uint16_t guest)
{
	uint64_t nb_idle = gap_ns / UINT32_MAX;

	if (t->nb + nb_idle + 1 > *room) {
		*room = MAX(*room + *room / 2, t->nb + nb_idle + 1);
		t->gap_ns = g_renew(uint32_t, t->gap_ns, *room);
		t->guest = g_renew(uint16_t, t->guest, *room);
	}
	for (; gap_ns > UINT32_MAX; gap_ns -= UINT32_MAX) {
		t->gap_ns[t->nb] = UINT32_MAX;
		t->guest[t->nb++] = TIMELINE_IDLE;
	}
	t->gap_ns[t->nb] = (uint32_t)gap_ns;
	t->guest[t->nb++] = guest;
}

static void merge(timeline *t, const schedule *s, uint32_t first, uint32_t step)
{
	uint32_t nb_parts = first >= s->nb_guests ? 0 : (s->nb_guests - first + step - 1) / step;
	g_autofree struct cursor *cursors = g_new0(struct cursor, nb_parts);
	g_autofree uint64_t *heap = g_new0(uint64_t, nb_parts);
	size_t nb = 0, room = 0;
	uint64_t now_ns = 0;

	for (uint32_t i = 0; i < nb_parts; i++) {
		const struct schedule_guest *g = &s->guests[first + i * step];

		cursors[i] = (struct cursor){ g->due_ns, g->due_ns + g->nb_due };
		room += g->nb_due;
		if (g->nb_due > 0)
			heap[nb++] = key_of(*cursors[i].next++, i);
	}
	t->gap_ns = g_new(uint32_t, room);
	t->guest = g_new(uint16_t, room);
	for (size_t i = nb / 2; i-- > 0;)
		sift_down(heap, nb, i);
	while (nb > 0) {
		uint32_t part = heap[0] & GUEST_MASK;
		uint64_t due_ns = heap[0] >> GUEST_BITS;
		struct cursor *c = &cursors[part];

		add(t, &room, due_ns - now_ns, (uint16_t)(first + part * step));
		now_ns = due_ns;
		heap[0] = c->next < c->end ? key_of(*c->next++, part) : heap[--nb];
		if (nb > 1)
			sift_down(heap, nb, 0);
	}
	t->wrap_ns = s->cycle_ns - now_ns;
}

/* The order of guests at max. */
static void rotate(timeline *t, const mix *m, uint32_t first, uint32_t step)
{
	uint32_t nb_parts = first >= m->nb_guests ? 0 : (m->nb_guests - first + step - 1) / step;
	g_autofree double *share = g_new(double, nb_parts);
	g_autofree uint32_t *count = g_new(uint32_t, nb_parts);
	double sum = 0.0;

	if (nb_parts == 0)
		return;
	for (uint32_t i = 0; i < nb_parts; i++)
		sum += share[i] = m->guests[first + i * step].share;
	for (uint32_t i = 0; i < nb_parts; i++)
		share[i] /= sum;
	t->nb = apportion_exact(share, nb_parts, MAX_PERIOD);
	if (t->nb == 0)
		t->nb = MAX_PERIOD;
	apportion(share, nb_parts, (uint32_t)t->nb, count);
	t->guest = g_new(uint16_t, t->nb);
	apportion_spread(count, nb_parts, t->guest);
	for (size_t i = 0; i < t->nb; i++)
		t->guest[i] = (uint16_t)(first + t->guest[i] * step);
}

timeline *timeline_new(const schedule *s, const mix *m, uint32_t first, uint32_t step)
{
	timeline *t = g_new0(timeline, 1);

	g_assert(step > 0);
	t->repeats = s->repeats;
	if (s->cycle_ns == 0)
		rotate(t, m, first, step);
	else
		merge(t, s, first, step);
	return t;
}

void timeline_free(timeline *t)
{
	if (t == NULL)
		return;
	g_free(t->gap_ns);
	g_free(t->guest);
	g_free(t);
}
