/* SPDX-License-Identifier: BSD-3-Clause */
/* sim/report.h: a finished trial on stdout. Numbers come from the trial; nothing is computed twice. */
#ifndef SIM_REPORT_H
#define SIM_REPORT_H

#include "analyze/cli.h"
#include "analyze/trial.h"

enum { REPORT_CSV_SCHEMA = 1 };

/*
 * text: loads, the total, the best and worst guests (or all), size classes, verdict. csv: a row per
 * guest and the total, with a header if first. json: the trial's JSON.
 */
void report_trial(const trial *t, enum cli_format format, gboolean all_guests, gboolean first);

/* The human log that goes into output_*.log: the text report of all guests. */
char *report_text(const trial *t, gboolean all_guests);
/*
 * The rows of --format csv, newly allocated: counts of the books (intended = offered + not_sent +
 * unsent), loss as a ratio, latency in ns, ">=" before a bound. A cell is empty where there is no value.
 */
char *report_csv(const trial *t, gboolean header);

#endif
