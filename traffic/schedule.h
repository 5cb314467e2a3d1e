/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * traffic/schedule.h: every departure of a trial, made before it starts; the hot path only reads.
 *
 * Each guest draws from its own two random streams (gsl mt19937), one for gaps and one for
 * lengths, seeded from the trial's seed and the guest's number alone: what a guest is sent does
 * not depend on the number of cores. The digest (SHA-256 over guests in order, of every departure
 * in ns and every frame length) says so.
 *
 * A schedule longer than max_departures repeats: it covers cycle_ns < span_ns and starts again.
 * cbr guests then get a whole number of gaps a cycle, so that they do not feel the seam. Lengths
 * of sequence and ratio profiles repeat by their own period and are exact over any seam.
 */
#ifndef TRAFFIC_SCHEDULE_H
#define TRAFFIC_SCHEDULE_H

#include <stdint.h>
#include <stddef.h>

#include <glib.h>

#include "traffic/mix.h"

struct schedule_cfg {
	const mix *mix;	 /* must outlive the schedule */
	double pps;	 /* of all guests together; 0 = max: no departure times, see below */
	uint64_t span_ns; /* warm-up and measuring */
	uint64_t seed;
	size_t max_departures; /* 0: 16 Mi, some 300 MiB */
};

/* What one guest is sent. Lengths are read in order and start again at nb_draws. */
struct schedule_guest {
	const struct profile_draw *draws;
	size_t nb_draws;
	const uint64_t *due_ns; /* ascending, in [0, cycle_ns); NULL at max */
	size_t nb_due;
};

struct schedule {
	uint32_t nb_guests;
	struct schedule_guest *guests;
	uint64_t cycle_ns; /* span_ns if the schedule does not repeat; 0 at max */
	gboolean repeats;
	char digest[65]; /* SHA-256, hexadecimal */
	const char *rng_name; /* "mt19937" */
	uint64_t seed;
};
typedef struct schedule schedule;

schedule *schedule_new(const struct schedule_cfg *cfg, GError **error);
void schedule_free(schedule *s); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(schedule, schedule_free)

/*
 * The departures of guests first, first + step, first + 2 * step ... (a load worker's part), in
 * order of time; equal times in order of guest. gap_ns[i] is the time from departure i - 1 (from
 * 0 for the first); a longer gap than 32 bits is cut by entries with guest TIMELINE_IDLE.
 * wrap_ns: from the last departure to the end of the cycle.
 *
 * At max there are no times: gap_ns is NULL and the order of guests repeats so that shares hold
 * over one pass (largest remainder over at most 65536 departures, each guest at least once,
 * spread evenly).
 */
enum { TIMELINE_IDLE = 0xffff };

struct timeline {
	uint32_t *gap_ns;
	uint16_t *guest;
	size_t nb;
	uint64_t wrap_ns;
	gboolean repeats;
};
typedef struct timeline timeline;

timeline *timeline_new(const schedule *s, const mix *m, uint32_t first, uint32_t step);
void timeline_free(timeline *t); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(timeline, timeline_free)

#endif
