/* SPDX-License-Identifier: BSD-3-Clause */
/* analyze/results/result_find.h: from names to trials, and from a trial to its bins. */
#ifndef ANALYZE_RESULTS_RESULT_FIND_H
#define ANALYZE_RESULTS_RESULT_FIND_H

#include "analyze/results/result.h"

/*
 * Trials (trial *, TRIAL_SUMMARY, owned by the array) that the names stand for, each once.
 * sources knows where their bins are.
 */
GPtrArray *result_find(const struct result_options *options, const char *const *names,
	GHashTable *sources, GPtrArray *warnings, GPtrArray *notes, GError **error);

/* trial * -> where its bins are; to be unref'd. */
GHashTable *result_sources_new(void);
/* t once more, with its bins. */
trial *result_source_load(GHashTable *sources, const trial *t, GError **error);

/*
 * The directory in which all of these trials (trial *, at least one) were found, as it was named;
 * NULL if they are of several. Newly allocated.
 */
char *result_sources_folder(GHashTable *sources, const GPtrArray *trials);

/* The environment's "started", which tells two runs of one trial apart; "" if it is not there. */
const char *result_started(const trial *t);
/*
 * What makes two trials one, wherever they lie: parameters, repetition and start. Newly allocated.
 * Without a start (result_started is "") it says nothing of two that lie in different places.
 */
char *result_identity(const trial *t);

#endif
