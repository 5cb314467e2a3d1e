/* SPDX-License-Identifier: BSD-3-Clause */
/* sim/stop.h: Ctrl-C and its like: one flag for the whole program, set by SIGINT, SIGTERM and SIGHUP. */
#ifndef SIM_STOP_H
#define SIM_STOP_H

#include <glib.h>

/*
 * From now on. second_ends: a second signal ends the program at once; what was measured is on disk by
 * then, what was made in the journal.
 */
void stop_catch(gboolean second_ends);
/* != 0: stop as soon as possible. */
_Atomic int *stop_flag(void);

#endif
