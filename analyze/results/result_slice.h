/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * analyze/results/result_slice.h: a part of a combination as a combination of its own: the guests of one
 * interface or group, one guest, or the frames of one size.
 *
 * Counts, latencies and response times are exact: trials keep them per guest and size. Parameters,
 * verdict, reasons and measured time are those of the whole trials. Departures, seconds, probes, CPU
 * cost and IPDV are not kept per guest: empty. Corrupt and foreign frames have no known size: 0 in
 * a slice by size, which has all guests.
 */
#ifndef ANALYZE_RESULTS_RESULT_SLICE_H
#define ANALYZE_RESULTS_RESULT_SLICE_H

#include "analyze/results/result.h"

enum result_by {
	RESULT_BY_NONE,
	RESULT_BY_INTERFACE,
	RESULT_BY_GROUP,
	RESULT_BY_SIZE,
	RESULT_BY_GUEST,
};
/* By enum result_by; NULL-terminated. */
extern const char *const result_by_words[];

/* Member slice of a result_combination. */
struct result_slice {
	enum result_by by;
	char *value; /* "vfio", "big", "64", "65-594", "3" */
	char *title; /* for legends: "vfio (8 guests)", "big (2 guests)", "64 B", "guest 3" */
	GHashTable *wholes; /* trial * of trials[] -> trial * that it is a part of; both borrowed */
};

/*
 * Values (char *) of a combination: interfaces and groups in order of the first guest, sizes and
 * guests ascending. Empty for results of autotest, and of groups where no mix file names any.
 */
GPtrArray *result_slice_values(const result_combination *c, enum result_by by);
/* Values of the max worst guests (guest_rank.h), worst first. Loads and unloads c. NULL and error. */
GPtrArray *result_slice_worst(result_set *r, result_combination *c, guint max, GError **error);

/*
 * The slice of c with that value; owned by r, not among its combinations. To be loaded as any other;
 * c must not be loaded any more. NULL if no trial has that value.
 */
result_combination *result_slice_new(
	result_set *r, const result_combination *c, enum result_by by, const char *value);
void result_slice_free(struct result_slice *s); /* NULL is fine */

/* The trial that t, of c->trials, is a part of; t itself where c is no slice. */
const trial *result_slice_whole(const result_combination *c, const trial *t);
/*
 * The part of t: takes the bins of those sizes from t. Without guests if t has none of the value. NULL
 * and error if t does not balance.
 */
trial *result_slice_cut(trial *t, const struct result_slice *s, GError **error);
/*
 * guest_timeline_read, of those guests of t, of c->trials, that it has: struct trial_guest_second.
 * NULL and error as there.
 */
GArray *result_slice_rows(const result_combination *c, const trial *t, GError **error);

/* Offered load of the whole trials; of no slice that is n.offered_pps. */
double result_slice_offered_pps(const result_combination *c);

#endif
