/* SPDX-License-Identifier: BSD-3-Clause */
/* sim/trial/printout.h: a finished trial on stdout. Numbers come from the trial; nothing is computed twice. */
#ifndef SIM_TRIAL_PRINTOUT_H
#define SIM_TRIAL_PRINTOUT_H

#include "analyze/base/cli.h"
#include "analyze/contract/trial.h"

/*
 * text: loads, the total, the best and worst guests (or all), size classes, verdict. csv: a row per
 * guest and the total, with a header if first. json: the trial's JSON.
 */
void printout_trial(const trial *t, enum cli_format format, gboolean all_guests, gboolean first);

/* The human log that goes into output_*.log: the text report of all guests. */
char *printout_text(const trial *t, gboolean all_guests);
/*
 * The rows of --format csv, newly allocated: counts of the books (intended = offered + not_sent +
 * unsent), loss as a ratio, latency in ns, ">=" before a bound. A cell is empty where there is no value.
 */
char *printout_csv(const trial *t, gboolean header);

#endif
