/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * analyze/results/summary.h: summary.csv and summary.json, what a merge leaves for other programs. Equal
 * trials give equal bytes: no time of the merge, no path of an input is in them.
 */
#ifndef ANALYZE_RESULTS_SUMMARY_H
#define ANALYZE_RESULTS_SUMMARY_H

#include "analyze/results/result.h"

enum { SUMMARY_SCHEMA = 1 };

struct summary;
typedef struct summary summary;

summary *summary_new(void);
void summary_free(summary *s); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(summary, summary_free)

/* A row for the combination, which is loaded, and one for each of its groups and guests. */
void summary_add(summary *s, const result_combination *c);

/* All of it, to be appended to a summary in another process. */
GVariant *summary_pack(const summary *s);
/* packed is of the program's own other processes. */
void summary_append(summary *s, GVariant *packed);

char *summary_csv(const summary *s);
char *summary_json(const summary *s);

#endif
