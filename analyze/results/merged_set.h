/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * analyze/results/merged_set.h: the trials of one combination in a few files, so that a merged set can be
 * merged again without loss and no trial counts twice. In DIR/LABEL, for INFIX:
 *
 *   acc_histogram_INFIX.csv  latency_ns,count  over all trials and guests (autotest's grammar)
 *   acc_guests_INFIX.csv     trial,guest,frame_bytes,latency_ns,count,response_count
 *   acc_probes_INFIX.csv     trial,latency_ns,count  of the probes; if there were any
 *   acc_ipdv_INFIX.csv       trial,ipdv_ns,count  of the IPDV; if it was recorded
 *   acc_trials_INFIX.json    the trials themselves, as in their own files; trial n of the tables
 *                            above is the n-th here. Written last; records the sizes of the others.
 *
 * Of trials of autotest there are acc_histogram_INFIX.csv, by autotest's own name for it, and
 * acc_sources_INFIX.json (analyze/contract/accumulated.h); neither without a latency. A histogram that is
 * there already and says the same stays as it is; one that has more is an error.
 */
#ifndef ANALYZE_RESULTS_MERGED_SET_H
#define ANALYZE_RESULTS_MERGED_SET_H

#include "analyze/contract/trial.h"

/* Collects one combination, trial by trial. */
struct merged_set;
typedef struct merged_set merged_set;

merged_set *merged_set_new(void);
void merged_set_free(merged_set *m); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(merged_set, merged_set_free)
void merged_set_clear(merged_set *m);
/* t has its bins. Trials are numbered as they come. */
void merged_set_add(merged_set *m, const trial *t);
/* Trials of MoonGen: the sum of their latencies, which whoever loaded them has. */
void merged_set_add_exact(merged_set *m, exact *sum);

/* "acc_histogram_INFIX.csv", of the path of a histogram_INFIX_repN.csv; newly allocated. */
char *merged_set_accumulated_name(const char *path);

/* A file of a set: its name and what is in it. */
struct merged_set_file {
	char *name;
	GBytes *data;
};
void merged_set_file_free(struct merged_set_file *f); /* NULL is fine */
/* Those of a set (struct merged_set_file *), in the order in which they are to be written. */
GPtrArray *merged_set_files(const merged_set *m, const char *infix);
/* All of them, or none; dir is made if missing. */
gboolean merged_set_store(const GPtrArray *files, const char *dir, GError **error);

/* Trials (trial *, TRIAL_SUMMARY) of an acc_trials_*.json, checked as trial_read does. */
GPtrArray *merged_set_read(const char *path, GError **error);
/* One of them with its bins. */
trial *merged_set_read_bins(const char *path, guint index, GError **error);

#endif
