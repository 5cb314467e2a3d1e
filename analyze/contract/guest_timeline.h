/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * analyze/contract/guest_timeline.h: what each guest did in each second of a trial.
 *
 *   time_s,guest,offered,forwarded,latency_sum_ns,drain
 *
 * One row per interval and guest, by interval and then guest. Counts are of that interval; their sums
 * over all guests are the row of timeline_*.csv with the same time. Mean latency of an interval:
 * latency_sum_ns / forwarded. The last row of each guest has drain 1: what came back after sending had
 * ended. The rows of a guest add up to its counts. Older files have neither that row nor the column.
 *
 * With several generators (mpirun) a guest's times are those of its own generator, a few ms apart from
 * others: the n-th rows of all guests belong together.
 */
#ifndef ANALYZE_CONTRACT_GUEST_TIMELINE_H
#define ANALYZE_CONTRACT_GUEST_TIMELINE_H

#include <glib.h>

#include "analyze/contract/trial.h"

#define GUEST_TIMELINE_HEADER "time_s,guest,offered,forwarded,latency_sum_ns,drain\n"

/* Header and rows of t->guest_seconds. */
void guest_timeline_append(GString *to, const trial *t);

/*
 * Rows (struct trial_guest_second) of such a text; name stands for it in errors. Guests must be
 * t's, and the times of each guest must rise. NULL and error at the first bad line.
 */
GArray *guest_timeline_parse(
	const trial *t, const char *name, const char *data, size_t len, GError **error);

/*
 * The same of the file beside t->path. ANALYZE_ERROR_NOT_FOUND where there is none: the trial is
 * older, or has none (see trial_sibling_path). Does not change t.
 */
GArray *guest_timeline_read(const trial *t, GError **error);

#endif
