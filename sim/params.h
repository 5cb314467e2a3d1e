/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * sim/params.h: what a trial will be stored as, known before anything is measured: so that tsim run
 * finds its trials again, and a matrix those that tsim run has measured for it.
 */
#ifndef SIM_PARAMS_H
#define SIM_PARAMS_H

#include <glib.h>

#include "analyze/trial.h"
#include "sim/options.h"
#include "traffic/mix.h"
#include "traffic/rate.h"

/* ranks: of mpirun, 1 without. Newly allocated; trial_params_clear and g_free end it. */
struct trial_params *params_new(const struct options *o, const mix *m, const char *mix_digest,
	unsigned ranks, uint64_t rate_pps, uint32_t repetition);
/* Frames a second of a rate of this mix, 0 for max; option: for the error. */
gboolean params_pps(const struct options *o, const mix *m, const char *option,
	const struct rate *rate, double *pps, GError **error);
/* The word for each guest's interface: its group's, else --interface. Free the array alone. */
const char **params_interfaces(const struct options *o, const mix *m);

#endif
