/* SPDX-License-Identifier: BSD-3-Clause */
/* A load worker's part of a schedule: the departures of its guests in one order. */
#include "traffic/apportion.h"
#include "traffic/frame.h"
#include "traffic/schedule_private.h"

_Static_assert(FRAME_GUESTS_MAX <= (int)TIMELINE_NOT_SENT, "a guest's number fits beside its mark");

enum { MAX_PERIOD = 65536 };

static void add_departure(timeline *t, size_t *room, uint64_t gap_ns, uint16_t guest)
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

static void fill_timeline(timeline *t, const schedule *s, uint32_t first, uint32_t step)
{
	g_autoptr(guests_merge) m = guests_merge_new(s, first, step);
	size_t room = guests_merge_count(m), i;
	uint64_t now_ns = 0;
	uint32_t guest;

	t->gap_ns = g_new(uint32_t, room);
	t->guest = g_new(uint16_t, room);
	while (guests_merge_next(m, &guest, &i)) {
		uint64_t due_ns = s->guests[guest].due_ns[i];
		uint32_t mark = due_ns >= SCHEDULE_NOT_SENT ? TIMELINE_NOT_SENT : 0;

		due_ns = schedule_time_ns(due_ns);
		add_departure(t, &room, due_ns - now_ns, (uint16_t)(guest | mark));
		now_ns = due_ns;
	}
	t->wrap_ns = s->cycle_ns - now_ns;
}

/* The order of guests at max. */
static void rotate_guests(timeline *t, const mix *m, uint32_t first, uint32_t step)
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
		rotate_guests(t, m, first, step);
	else
		fill_timeline(t, s, first, step);
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
