/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * analyze/results/result_accumulated.h: whether an accumulated histogram of autotest would count its
 * latencies twice. Pure.
 */
#ifndef ANALYZE_RESULTS_RESULT_ACCUMULATED_H
#define ANALYZE_RESULTS_RESULT_ACCUMULATED_H

#include "analyze/contract/trial.h"

/*
 * by_key: char * -> GPtrArray * of the trials of autotest that count, by their parameters; both
 * owned by it. Trials are borrowed.
 */
void result_accumulated_note(GHashTable *by_key, const trial *t);
/*
 * The trial with which t would count twice: one of its repetitions, or another accumulation of
 * them. NULL: it stands for itself.
 */
const trial *result_accumulated_twin(GHashTable *by_key, const trial *t);

#endif
