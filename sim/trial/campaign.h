/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * sim/trial/campaign.h: the trials of one command: every rate, every repetition; done ones are skipped,
 * interrupted and broken ones repeated.
 */
#ifndef SIM_TRIAL_CAMPAIGN_H
#define SIM_TRIAL_CAMPAIGN_H

#include "sim/trial/generators.h"
#include "sim/trial/options.h"

/*
 * Returns an exit status (analyze/base/cli.h); errors have been printed. generators: NULL where this
 * one is alone; all have to come here. o->cores become the CPUs of this process.
 */
int campaign_run(struct options *o, struct generators *generators);
/* Are all its trials measured? Then campaign_run only shows them. FALSE also where nobody can say. */
gboolean campaign_is_done(const struct options *o);

#endif
