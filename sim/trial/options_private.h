/* SPDX-License-Identifier: BSD-3-Clause */
/* sim/trial/options_private.h: between the files of options.h. */
#ifndef SIM_TRIAL_OPTIONS_PRIVATE_H
#define SIM_TRIAL_OPTIONS_PRIVATE_H

#include "sim/trial/options.h"

/* How long guests are waited for if nobody says so, and those of others. */
#define OPTIONS_CONNECT_TIMEOUT "30s"
#define OPTIONS_EXTERNAL_TIMEOUT "10min"

/*
 * Fill in defaults, and judge words and their combinations: whatever a run would refuse of them,
 * never what this machine has (CPUs, NICs, root, memory). FALSE and an error of SIM or TRAFFIC.
 */
gboolean options_check(struct options *o, GError **error);
/* Free what options_check made. */
void options_forget(struct options *o);
/*
 * Options that change nothing, given the others: refused with the reason. Only what was given and
 * differs from its default.
 */
gboolean options_effect(const struct options *o, GError **error);

#endif
