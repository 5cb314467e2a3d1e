/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * sim/trial/together.h: one trial that several generators measure: they begin at one time, show one sum
 * of what they do, and end with one trial.
 *
 * The epoch of the trial is agreed upon once all are ready. On one machine it is a reading of
 * CLOCK_MONOTONIC_RAW, the same to a microsecond; across machines one of CLOCK_REALTIME, as good as
 * these are kept together (NTP: a millisecond, PTP: a microsecond). No latency depends on it: the
 * generator that sends a frame also receives it.
 */
#ifndef SIM_TRIAL_TOGETHER_H
#define SIM_TRIAL_TOGETHER_H

#include "sim/trial/measure.h"
#include "sim/trial/part.h"

struct together;

struct together *together_new(const struct measure_cfg *cfg);
void together_free(struct together *g); /* NULL is fine */

/*
 * Together; *error is why this one cannot begin. FALSE and error if anybody cannot, or no guest of
 * all has answered. The digest of the schedule has to be the same on all.
 */
gboolean together_start(struct together *g, uint32_t nb_answered, const char *digest,
	double *epoch_raw_ns, GError **error);
/* While it is measured, often; NULL is fine. */
void together_tick(struct together *g);
/* Our row of the time line: see live.h. */
void together_row(
	struct together *g, const struct trial_second *row, uint32_t second, const hist *latency);
/* Together: as gather(), with what it asks for. */
gboolean together_end(
	struct together *g, struct part *mine, gboolean hurry, trial **done, GError **error);

#endif
