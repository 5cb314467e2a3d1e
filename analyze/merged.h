/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * analyze/merged.h: the trials of one combination in a few files, so that a merged set can be
 * merged again without loss and no trial counts twice. In DIR/LABEL, for INFIX:
 *
 *   acc_histogram_INFIX.csv  latency_ns,count  over all trials and guests (autotest's grammar)
 *   acc_guests_INFIX.csv     trial,guest,frame_bytes,latency_ns,count,response_count
 *   acc_probes_INFIX.csv     trial,latency_ns,count  of the probes; if there were any
 *   acc_trials_INFIX.json    the trials themselves, as in their own files; trial n of the tables
 *                            above is the n-th here. Written last; records the sizes of the others.
 */
#ifndef ANALYZE_MERGED_H
#define ANALYZE_MERGED_H

#include "analyze/trial.h"

/* Collects one combination, trial by trial. */
struct merged;
typedef struct merged merged;

merged *merged_new(void);
void merged_free(merged *m); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(merged, merged_free)
void merged_clear(merged *m);
/* t has its bins. Trials are numbered as they come. */
void merged_add(merged *m, const trial *t);
gboolean merged_write(const merged *m, const char *dir, const char *infix, GError **error);

/* Trials (trial *, TRIAL_SUMMARY) of an acc_trials_*.json, checked as trial_read does. */
GPtrArray *merged_read(const char *path, GError **error);
/* One of them with its bins. */
trial *merged_read_bins(const char *path, guint index, GError **error);

#endif
