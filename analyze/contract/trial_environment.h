/* SPDX-License-Identifier: BSD-3-Clause */
/* analyze/contract/trial_environment.h: where and how a trial was measured, as texts. */
#ifndef ANALYZE_CONTRACT_TRIAL_ENVIRONMENT_H
#define ANALYZE_CONTRACT_TRIAL_ENVIRONMENT_H

#include "analyze/contract/trial.h"

/* A string of the environment, "" if there is none. Valid while t is. */
const char *trial_environment_text(const trial *t, const char *name);

/*
 * Calls fn for each entry, those of objects as "versions.dpdk", in the order of the file; but not for
 * what differs from run to run, or only repeats the parameters (dates, command line, clock, load).
 */
typedef void (*trial_environment_fn)(const char *name, const char *text, void *user);
void trial_environment_each(const trial *t, trial_environment_fn fn, void *user);

#endif
