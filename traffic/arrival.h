/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * traffic/arrival.h: gaps between the departures of one guest. No clock.
 * Processes stand behind a table of functions; a new one is a row of that table.
 *
 *   cbr                              constant gaps
 *   poisson                          exponential gaps
 *   weibull[:shape=K]                Weibull gaps; K 0.2..10 (0.5); below 1 burstier than poisson
 *   lognormal[:sigma=S]              lognormal gaps; S, the deviation of their ln, 0..3 (1)
 *   onoff[:on=TIME,off=TIME,dist=D,sigma=S,alpha=A]
 *       periods ON and OFF with these means (1ms, 9ms), drawn from D: lognormal (S as above),
 *       pareto (A 1.05..10, default 1.5) or exponential. While ON, constant gaps at the guest's rate
 *       times (on + off) / on; what is left of a gap when ON ends goes on in the next ON.
 *   mmpp[:ratio=R,high=TIME,low=TIME]
 *       Poisson at a rate that jumps between two, one R times the other (R 1..1e6, default 10),
 *       each for exponential times with these means (1ms, 9ms)
 *   trace:FILE                       the departures of a capture (traffic/capture.h), its times
 *       stretched to the guest's rate, over and over; frame lengths too
 *
 * TIME is a number and its unit, 1us..1h. The mean rate is that of the guest for all of them.
 *
 * All start as if they had been going on for ever (their stationary version): the first gap is what
 * is left of one met at a random instant, which is one drawn with a weight of its length, times a
 * uniform number (Cox, Renewal Theory, 1962, chapter 5); ON and OFF, high and low are met with
 * the share of time that they have; a trace is entered at a uniform time. So no instant has more
 * departures in expectation than another, however many guests there are.
 */
#ifndef TRAFFIC_ARRIVAL_H
#define TRAFFIC_ARRIVAL_H

#include <stddef.h>
#include <stdint.h>

#include <glib.h>
#include <gsl/gsl_rng.h>

#include "traffic/profile.h"

/* A process as written, with its parameters. Many arrivals can share it. */
struct arrival_process;
typedef struct arrival_process arrival_process;

/* where names the option or file and line for the error. Reads the file of a trace. */
arrival_process *arrival_process_new(const char *where, const char *spec, GError **error);
void arrival_process_free(arrival_process *p); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(arrival_process, arrival_process_free)

/*
 * The frame lengths that come with a trace, in mode trace: a new profile, which p must outlive. NULL
 * if p is no trace.
 */
profile *arrival_process_profile(const arrival_process *p);
/* Is a whole number of mean gaps a period of it? Then a schedule that repeats gets such a number. */
gboolean arrival_process_is_periodic(const arrival_process *p);
/* Mean time of ON and OFF, or high and low, together: each costs two draws. 0 if it has none. */
double arrival_process_switch_ns(const arrival_process *p);

/* The departures of one guest. */
struct arrival;
typedef struct arrival arrival;

/*
 * mean_gap_ns > 0. What is at end_ns or later may be anything that is. p and rng stay the caller's
 * and must outlive the arrival.
 */
arrival *arrival_new(
	const arrival_process *p, double mean_gap_ns, double end_ns, gsl_rng *rng, GError **error);
/* The next departure, ns since the start of the schedule; never decreases. */
double arrival_next_ns(arrival *a);
/* Which frame of a trace the first departure is; else 0. */
uint64_t arrival_first_frame(const arrival *a);
void arrival_free(arrival *a); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(arrival, arrival_free)

/* Is spec one that arrival_process_new reads? Opens no file. */
gboolean arrival_check(const char *where, const char *spec, GError **error);
/* "cbr, poisson, ...": for help and errors. Static. */
const char *arrival_names(void);

#endif
