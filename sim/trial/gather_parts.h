/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * sim/trial/gather_parts.h: the parts of a trial come together. Each rank puts its part on its disk first, in
 * DIR/.parts-INFIX-repR/rank-K, and takes it away when the leader has the whole trial on its own: so
 * what was measured outlives the processes.
 */
#ifndef SIM_TRIAL_GATHER_PARTS_H
#define SIM_TRIAL_GATHER_PARTS_H

#include <glib.h>

#include "sim/trial/crew.h"
#include "sim/trial/live.h"
#include "sim/trial/part.h"
#include "sim/trial/progress.h"

/*
 * Together, all that live. mine is used up; NULL if there is none, and *error is why (it is taken).
 * *whole: on the leader the trial with its verdict, on the others NULL, once the leader has it. Does
 * not wait for ranks that die, nor for long if hurry is set: mpirun ends all soon. live: rows of all
 * ranks so far, or NULL. FALSE and error if there is no trial.
 */
gboolean gather(struct crew *c, struct part *mine, const char *dir, gboolean hurry,
	struct live *live, trial **whole, GError **error);
/* The leader has the trial on its disk, or not: tells the others. Does nothing elsewhere. */
void gather_kept(struct crew *c, const char *dir, const struct trial_params *p, gboolean kept,
	gboolean go_on);

/*
 * Parts in dir whose processes ended before they came together become trials, as far as they go.
 * Those of trials that are there already are removed.
 */
void gather_rescue(const char *dir, struct progress *progress);

#endif
