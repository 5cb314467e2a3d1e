/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * sim/trial/measure.h: one trial from its schedule to its verdict. Phases: prepare, hello (every guest
 * answers one frame), warm-up, measure, drain, collect, verdict.
 */
#ifndef SIM_TRIAL_MEASURE_H
#define SIM_TRIAL_MEASURE_H

#include <glib.h>

#include "analyze/contract/trial.h"
#include "sim/datapath/fabric.h"
#include "sim/engine/clock.h"
#include "sim/fleet/fleet.h"
#include "sim/trial/options.h"
#include "sim/trial/progress.h"
#include "traffic/mix.h"

struct generators; /* sim/trial/generators.h */
struct jsonl;      /* sim/trial/jsonl.h */

struct measure_cfg {
	const struct options *o;
	const mix *mix;
	struct fabric *fabric;
	struct fleet *fleet;           /* NULL where guests are not ours */
	struct generators *generators; /* NULL: this process measures alone */
	struct fabric_share share;
	const char *dir; /* where parts are kept until they are joined */
	const struct trial_params *params;
	struct progress *progress;
	struct jsonl *jsonl;                   /* NULL: nothing is shown on stdout while it runs */
	const struct clock_pair *clock_origin; /* taken when tsim started */
	const _Atomic int *interrupt;          /* set by Ctrl-C */
};

/*
 * FALSE and error when nothing was measured: no memory, no guest at all, interrupted before
 * measuring. A trial in which some guests fail is a trial: their states say so. *done: the trial;
 * NULL on ranks that are not the first. Several generators measure together, and have the same error.
 */
gboolean measure(const struct measure_cfg *cfg, trial **done, GError **error);

#endif
