/* SPDX-License-Identifier: BSD-3-Clause */
#include <math.h>
#include <string.h>

#include "traffic/frame.h"
#include "traffic/schedule_private.h"

/*
 * The wire and those that wait for it. It has been busy since from_ns, with so many bytes: a sum of
 * wire times would drift from the link's rate.
 */
struct wire {
	double ns_per_byte;
	int64_t from_ns;
	uint64_t bytes;
	double end_ns;     /* what a frame takes of the wire must not go further */
	uint64_t *waiting; /* ring: when each will leave */
	size_t queue, head, nb;
};

/* When the frame leaves, to the nearest ns; SCHEDULE_NOT_SENT if it does not. */
static uint64_t wire_pass(struct wire *w, uint64_t due_ns, uint32_t frame_len)
{
	uint64_t bytes = frame_wire_len(frame_len), left_ns;
	double busy_ns = (double)w->bytes * w->ns_per_byte;
	gboolean idle = busy_ns <= (double)((int64_t)due_ns - w->from_ns);

	while (w->nb > 0 && w->waiting[w->head] <= due_ns) {
		w->head = w->head + 1 == w->queue ? 0 : w->head + 1;
		w->nb--;
	}
	if (w->nb == w->queue)
		return SCHEDULE_NOT_SENT;
	left_ns = idle ? due_ns : (uint64_t)(w->from_ns + llround(busy_ns));
	if ((double)left_ns + (double)bytes * w->ns_per_byte > w->end_ns)
		return SCHEDULE_NOT_SENT;
	if (idle) {
		w->from_ns = (int64_t)due_ns;
		w->bytes = 0;
	}
	w->bytes += bytes;
	if (left_ns > due_ns)
		w->waiting[(w->head + w->nb++) % w->queue] = left_ns;
	return left_ns;
}

/*
 * From the end of a cycle to its start. What now leaves by the end of the next cycle must leave as
 * much of the wire to the one after as this one found taken.
 */
static void wire_wrap(struct wire *w, uint64_t cycle_ns)
{
	double taken_ns;

	w->from_ns -= (int64_t)cycle_ns;
	taken_ns = (double)w->from_ns + (double)w->bytes * w->ns_per_byte;
	while (w->nb > 0 && w->waiting[w->head] < cycle_ns) {
		w->head = (w->head + 1) % w->queue;
		w->nb--;
	}
	for (size_t i = 0; i < w->nb; i++)
		w->waiting[(w->head + i) % w->queue] -= cycle_ns;
	w->end_ns = (double)cycle_ns + fmax(taken_ns, 0.0) + 1.0; /* times are rounded */
}

/* Once round. With apply, departures get the times at which they leave. */
static void pass_all(schedule *s, struct wire *w, gboolean apply)
{
	g_autoptr(guests_merge) m = guests_merge_new(s, 0, 1);
	g_autofree uint64_t *last_ns = g_new0(uint64_t, s->nb_guests);
	uint32_t guest;
	size_t i;

	while (guests_merge_next(m, &guest, &i)) {
		const struct schedule_guest *g = &s->guests[guest];
		uint64_t *due_ns = (uint64_t *)(uintptr_t)&g->due_ns[i];
		uint64_t left_ns = wire_pass(w, *due_ns, g->draws[i % g->nb_draws].frame_len);

		if (!apply)
			continue;
		if (left_ns == SCHEDULE_NOT_SENT) {
			*due_ns = MAX(*due_ns, last_ns[guest]) | SCHEDULE_NOT_SENT;
		} else {
			*due_ns = last_ns[guest] = left_ns;
		}
	}
}

/* Turns an array so that its entry first becomes the first. */
static void turn_array(void *array, size_t nb, size_t size, size_t first)
{
	char *bytes = array;
	g_autofree char *head = g_malloc(first * size);

	if (first == 0)
		return;
	memcpy(head, bytes, first * size);
	memmove(bytes, bytes + first * size, (nb - first) * size);
	memcpy(bytes + (nb - first) * size, head, first * size);
}

/* What leaves behind the end of a cycle is at the beginning of each, and the first of the guest. */
static void wrap_guest(struct schedule_guest *g, uint64_t cycle_ns)
{
	uint64_t *due_ns = (uint64_t *)(uintptr_t)g->due_ns;
	uint64_t last_ns, start_ns;
	size_t first = 0;

	if (g->nb_due == 0)
		return;
	last_ns = schedule_time_ns(due_ns[g->nb_due - 1]);
	/* The first that are not sent come after the last of the cycle before, as all of them. */
	for (size_t i = 0; last_ns > cycle_ns && schedule_time_ns(due_ns[i]) < last_ns - cycle_ns;
		i++)
		due_ns[i] = (last_ns - cycle_ns) | (due_ns[i] & SCHEDULE_NOT_SENT);
	start_ns = schedule_time_ns(due_ns[0]) / cycle_ns * cycle_ns;
	for (size_t i = 0; i < g->nb_due; i++) {
		due_ns[i] -= start_ns;
		if (schedule_time_ns(due_ns[i]) < cycle_ns)
			continue;
		due_ns[i] -= cycle_ns;
		if (first == 0)
			first = i;
	}
	turn_array(due_ns, g->nb_due, sizeof(*due_ns), first);
	if (g->nb_draws == g->nb_due)
		turn_array((void *)(uintptr_t)g->draws, g->nb_draws, sizeof(*g->draws), first);
}

void schedule_limit(schedule *s, double link_bps, uint32_t queue)
{
	g_autoptr(guests_merge) m = guests_merge_new(s, 0, 1);
	struct wire w = {
		.ns_per_byte = 8e9 / link_bps,
		.end_ns = INFINITY,
		/* No more than two rounds of departures ever wait. */
		.queue = MIN(queue, 2 * guests_merge_count(m) + 1),
	};

	w.waiting = g_new(uint64_t, w.queue);
	if (s->repeats) {
		pass_all(s, &w, FALSE);
		wire_wrap(&w, s->cycle_ns);
	}
	pass_all(s, &w, TRUE);
	g_free(w.waiting);
	for (uint32_t i = 0; i < s->nb_guests; i++) {
		struct schedule_guest *g = &s->guests[i];

		if (s->repeats)
			wrap_guest(g, s->cycle_ns);
		/* What leaves behind the end of the span is no part of it. */
		while (!s->repeats && g->nb_due > 0 &&
			schedule_time_ns(g->due_ns[g->nb_due - 1]) >= s->cycle_ns)
			g->nb_due--;
		for (size_t k = 0; k < g->nb_due; k++)
			s->nb_not_sent += g->due_ns[k] >= SCHEDULE_NOT_SENT;
	}
}
