/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * sim/trial/progress.h: what is seen while a trial runs, on stderr: on a terminal one line that is
 * written anew each second, else a plain line a second.
 */
#ifndef SIM_TRIAL_PROGRESS_H
#define SIM_TRIAL_PROGRESS_H

#include <glib.h>

#include "analyze/contract/trial.h"

struct progress {
	gboolean quiet, terminal;
	gboolean open;    /* a line on the terminal is not finished */
	unsigned nth, of; /* trial of the series */
};

void progress_init(struct progress *p, gboolean quiet);
/* A line of its own. */
G_GNUC_PRINTF(2, 3) void progress_say(struct progress *p, const char *format, ...);
/* A line that the next one on a terminal replaces. */
G_GNUC_PRINTF(2, 3) void progress_note(struct progress *p, const char *format, ...);
/* "  3/10 s", newly allocated: never beyond the end, with decimals where seconds are not whole. */
char *progress_time(double time_s, double duration_s);
/* One second of a trial. offered, forwarded: since measuring began; the rest is lost or under way. */
void progress_second(struct progress *p, const struct trial_second *s, double interval_s,
	double duration_s, uint64_t offered, uint64_t forwarded);
/* End the line that is open. */
void progress_close(struct progress *p);

#endif
