/* SPDX-License-Identifier: BSD-3-Clause */
/* analyze/contract/trial_log.h: the human log and the timeline of a trial, as text. */
#ifndef ANALYZE_CONTRACT_TRIAL_LOG_H
#define ANALYZE_CONTRACT_TRIAL_LOG_H

#include "analyze/contract/trial.h"

/*
 * The trial's own log, then what MoonGen prints at its end and autotest's plotter reads: the line
 * of the samples and two summary lines, RX before TX. Averages are of the exact totals, deviations
 * over the seconds. RX counts frames that came back intact, each once.
 */
char *trial_log_text(const trial *t);

/*
 * Header and a row a second; outstanding are all frames offered so far that have not come back:
 * under way or lost.
 */
char *trial_timeline_csv(const trial *t);
gboolean trial_timeline_read(
	trial *t, const char *name, const char *data, size_t len, GError **error);

#endif
