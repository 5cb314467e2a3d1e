/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * analyze/contract/guest_timeline.h: what each guest did in each second of a trial.
 *
 *   time_s,guest,offered,forwarded,latency_sum_ns
 *
 * A row a guest and interval, by time and then guest; its counts are of that interval alone, and
 * the sums over the guests of one interval are the row of timeline_*.csv with the same time. The
 * mean latency of an interval is latency_sum_ns / forwarded, where forwarded is not 0. Frames that
 * came back after the last row (in the drain time) are in none.
 *
 * Where several generators measured together (mpirun), a guest's times are its own generator's, a
 * few ms apart from those of others: only the nearest whole seconds are equal then, and the row of
 * the trial's timeline is that of the sums.
 */
#ifndef ANALYZE_CONTRACT_GUEST_TIMELINE_H
#define ANALYZE_CONTRACT_GUEST_TIMELINE_H

#include <glib.h>

#include "analyze/contract/trial.h"

#define GUEST_TIMELINE_HEADER "time_s,guest,offered,forwarded,latency_sum_ns\n"

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
