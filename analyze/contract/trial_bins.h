/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * analyze/contract/trial_bins.h: the bins of a trial as CSV rows, lossless: every bucket that is not empty
 * has a row with its midpoint, from which the same bucket follows.
 *
 *   guest,frame_bytes,latency_ns,count,response_count
 *
 * frame_bytes is "64" or, for a range of lengths, "65-128"; a second class of the same lengths has
 * "/2" behind it. count frames had that latency, response_count frames that response time.
 */
#ifndef ANALYZE_CONTRACT_TRIAL_BINS_H
#define ANALYZE_CONTRACT_TRIAL_BINS_H

#include "analyze/contract/trial.h"
#include "analyze/contract/trial_rows.h"

#define TRIAL_BINS_HEADER "guest,frame_bytes,latency_ns,count,response_count\n"

/* Append the rows of t, each behind prefix ("" or further columns with their comma). */
void trial_bins_append_guest(GString *to, const struct trial_guest *g, const char *prefix);
void trial_bins_append(GString *to, const trial *t, const char *prefix);

enum { TRIAL_BINS_ONE = TRIAL_ROWS_ONE };

/*
 * Give the sizes of t their bins out of such a text, header included. With column -1 it is as
 * above; else it has a column "trial" before the others, and only rows of that number are taken.
 * Counts, minima and maxima must be those that t has already; sums are taken from there.
 */
gboolean trial_bins_read(
	trial *t, const char *name, const char *data, size_t len, int column, GError **error);

/*
 * The same for the probes: "latency_ns,count" rows without a header or, with a column, with
 * TRIAL_PROBES_HEADER and the trial's number before them.
 */
#define TRIAL_PROBES_HEADER "trial,latency_ns,count\n"
gboolean trial_probe_bins_read(
	trial *t, const char *name, const char *data, size_t len, int column, GError **error);

/* "latency_ns,count" rows, ascending, as autotest has them, each behind prefix; of NULL none. */
void trial_bins_histogram(GString *to, const hist *h, const char *prefix);

#endif
