/* SPDX-License-Identifier: BSD-3-Clause */
/* sim/base/stop.h: Ctrl-C and its like: one flag for the whole program, set by every signal that would end it. */
#ifndef SIM_BASE_STOP_H
#define SIM_BASE_STOP_H

#include <glib.h>

/* Which signal ends the program at once, in its handler. */
enum stop_end { STOP_NEVER, STOP_AT_SECOND = 2, STOP_AT_THIRD = 3 };

/*
 * From now on; SIGHUP stays ignored where it is (nohup). A trial that is measured is stored at the
 * first and, in a hurry, at the second: it ends at the third. What tsim has made on machines is in
 * the journal: work on these may end at the second.
 */
void stop_catch(enum stop_end end);
/* How many came; != 0: stop as soon as possible. */
_Atomic int *stop_flag(void);
/*
 * A file, or a directory with all in it, that the signal which ends the program removes, until stop_keep. At most 16,
 * below 4096 bytes; others are not remembered. Both by one thread.
 */
void stop_remove(const char *path);
void stop_keep(const char *path);

#endif
