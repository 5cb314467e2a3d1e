/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * sim/trial/params.h: what a trial will be stored as, known before anything is measured: so that tsim run
 * finds its trials again, and a matrix those that tsim run has measured for it.
 */
#ifndef SIM_TRIAL_PARAMS_H
#define SIM_TRIAL_PARAMS_H

#include <glib.h>

#include "analyze/contract/trial.h"
#include "sim/trial/options.h"

/* ranks: of mpirun, 1 without. Newly allocated; params_free ends it. */
struct trial_params *params_new(const struct options *o, const char *mix_digest, unsigned ranks,
	uint64_t rate_pps, uint32_t repetition);
void params_free(gpointer p); /* struct trial_params; NULL is fine */

#endif
