/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * sim/trial/greeting.h: before a trial every guest is asked, and waited for until it has returned a frame,
 * or --connect-timeout is over.
 */
#ifndef SIM_TRIAL_GREETING_H
#define SIM_TRIAL_GREETING_H

#include "sim/engine/engine.h"
#include "sim/trial/measure.h"

/*
 * fault: by guest, of which those that are wrong get why, newly allocated, also on FALSE; others stay
 * NULL. *nb_answered: how many have answered. FALSE and error: there is nobody to measure, or the user
 * has interrupted it. Main thread.
 */
gboolean greeting_wait(const struct measure_cfg *cfg, struct engine *engine, char **fault,
	uint32_t *nb_answered, GError **error);

#endif
