/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * traffic/arrival.h: gaps between the departures of one guest. No I/O, no clock.
 * Processes stand behind a table of functions; a new one is a row of that table.
 */
#ifndef TRAFFIC_ARRIVAL_H
#define TRAFFIC_ARRIVAL_H

#include <stddef.h>

#include <glib.h>
#include <gsl/gsl_rng.h>

struct arrival;
typedef struct arrival arrival;

/*
 * spec: "cbr" (constant gap) or "poisson" (exponential gaps). mean_gap_ns > 0. The first departure
 * is at a phase drawn uniformly from [0, mean_gap) for cbr and at an exponential time for
 * poisson, so that guests are not aligned. rng stays the caller's and must outlive the arrival.
 */
arrival *arrival_new(const char *spec, double mean_gap_ns, gsl_rng *rng, GError **error);
/* The next departure, ns since the start of the schedule; never decreases. */
double arrival_next_ns(arrival *a);
void arrival_free(arrival *a); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(arrival, arrival_free)

/* Is spec one that arrival_new accepts? where names the option or file and line. */
gboolean arrival_check(const char *where, const char *spec, GError **error);
/*
 * Is a whole number of mean gaps a period of it? Then a schedule that repeats gets such a number.
 */
gboolean arrival_is_periodic(const char *spec);
/* "cbr, poisson": for help and errors. Static. */
const char *arrival_names(void);

#endif
