/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * analyze/results/result_seconds.h: a trial second by second as rates, ratios and latencies; of all guests,
 * with the median over repetitions, and of each guest.
 *
 * A frame is offered in the second in which it left and forwarded in the one in which it came
 * back. Loss of a second is what was offered in it and not forwarded in it: frames that are on
 * their way at its end count as lost in it, and the second after has so many more. It is never
 * below 0; only the loss of a whole trial is exact. The drain is no second: nothing was offered in it.
 */
#ifndef ANALYZE_RESULTS_RESULT_SECONDS_H
#define ANALYZE_RESULTS_RESULT_SECONDS_H

#include <glib.h>

#include "analyze/results/result.h"

struct result_second {
	double time_s;                     /* end of the interval, since measuring began */
	double offered_pps, forwarded_pps; /* NAN if the interval has no length */
	double loss;                       /* ratio; NAN if nothing was offered */
	double p50_ns, p99_ns, max_ns;     /* NAN if not known: of autotest, or nothing came back */
	double mean_ns;                    /* NAN but for seconds of some guests */
};

/* struct result_second of a trial with its bins (TRIAL_BINS); empty where it has none. */
GArray *result_seconds(const trial *t);
/*
 * The same of the sums over some guests' rows (struct trial_guest_second), the n-th of each guest being
 * its n-th second. Percentiles of single guests are not kept: mean latency instead. Pure.
 */
GArray *result_seconds_of_guests(const GArray *rows);
/*
 * The same of several repetitions (GArray of struct result_second): the n-th row has the medians
 * over those that have an n-th row, each member on its own. Pure.
 */
GArray *result_seconds_median(const GPtrArray *repetitions);

/* Guest x time. Cells are [guest * nb_times + time]. */
struct result_guest_times {
	guint nb_guests, nb_times;
	uint32_t *guests; /* their numbers, ascending */
	double *end_s;    /* of each time, ascending; the first begins at 0 */
	double *loss;     /* ratio; NAN if nothing was offered */
	double *mean_ns;  /* latency; NAN if nothing came back */
};
typedef struct result_guest_times result_guest_times;
/*
 * From rows (struct trial_guest_second), the n-th of each guest being its n-th second. Where there
 * are more than max_times seconds, several neighbouring ones make one time: counts and sums are
 * added up. max_times > 0.
 */
result_guest_times *result_guest_times_of(const GArray *rows, guint max_times);
void result_guest_times_free(result_guest_times *g); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(result_guest_times, result_guest_times_free)

#endif
