/* SPDX-License-Identifier: BSD-3-Clause */
/* traffic/schedule_private.h: the parts that make a schedule. */
#ifndef TRAFFIC_SCHEDULE_PRIVATE_H
#define TRAFFIC_SCHEDULE_PRIVATE_H

#include <stdint.h>
#include <stddef.h>

#include <glib.h>

#include "traffic/schedule.h"

static inline uint64_t schedule_time_ns(uint64_t due_ns)
{
	return due_ns & ~SCHEDULE_NOT_SENT;
}

/* Departures of guests first, first + step ... in order of time, then of guest. */
struct guests_merge;
typedef struct guests_merge guests_merge;

/* s must outlive it; departures may be changed once they have been passed. */
guests_merge *guests_merge_new(const schedule *s, uint32_t first, uint32_t step);
size_t guests_merge_count(const guests_merge *m); /* of all its departures */
/* FALSE at the end; else *index is that of the guest's departure. */
gboolean guests_merge_next(guests_merge *m, uint32_t *guest, size_t *index);
void guests_merge_free(guests_merge *m); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(guests_merge, guests_merge_free)

/*
 * A rate that changes. Departures are drawn for its mean and then moved in time: whatever has as
 * much of the load before it has the same departures before it (operational time; Cox and Lewis,
 * The Statistical Analysis of Series of Events, 1966, section 2.3).
 */
struct ramp;
typedef struct ramp ramp;

ramp *ramp_new(const struct schedule_step *steps, size_t nb, uint64_t span_ns, GError **error);
double ramp_mean_pps(const ramp *r); /* over the span */
/*
 * When as much of the load has passed as the mean rate has until mean_ns, which is in [0, span_ns).
 * *at is where to look from: 0 at first; later calls have no smaller mean_ns.
 */
double ramp_time_ns(const ramp *r, size_t *at, double mean_ns);
void ramp_free(ramp *r); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ramp, ramp_free)

/*
 * Sends the departures of s over one wire: see schedule.h. In a schedule that repeats the draws of a
 * guest must either be as many as its departures, and its own, or all alike.
 */
void schedule_limit(schedule *s, double link_bps, uint32_t queue);

#endif
