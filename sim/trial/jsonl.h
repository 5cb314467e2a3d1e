/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * sim/trial/jsonl.h: --format jsonl: one JSON object per line, per second while a trial runs and at its
 * end. Main thread.
 *
 * "type" is "second", "drain" (frames that came back after sending had ended) or "trial". Counts of
 * "second" and "drain" are of the interval, and add up to those of "trial".
 *
 * A reader that is slow holds nothing up: lines wait in memory. One that has gone gets no more; the
 * stream has its error then.
 */
#ifndef SIM_TRIAL_JSONL_H
#define SIM_TRIAL_JSONL_H

#include <stdio.h>

#include "analyze/contract/trial.h"

struct jsonl;

/* The guest that is worst off: counts since measuring began. Strings are borrowed. */
struct jsonl_guest {
	uint32_t guest;
	const char *interface;
	const char *state; /* NULL: "ok" */
	uint64_t offered, forwarded;
	uint64_t mean_ns; /* latency; 0: nothing came back */
};

struct jsonl *jsonl_new(FILE *to); /* to is the caller's */
void jsonl_free(struct jsonl *s);  /* NULL is fine. Drops what is not written. */

/* offered, forwarded: totals with this row. worst: NULL where it is not known. */
void jsonl_second(struct jsonl *s, const struct trial_params *p, const struct trial_second *row,
	double interval_s, uint64_t offered, uint64_t forwarded, const struct jsonl_guest *worst);
/* Often: writes what there is room for. s may be NULL. */
void jsonl_tick(struct jsonl *s);
/* Lines of the drain, where it is one that was measured now, and of the trial. Waits for the reader. */
void jsonl_trial(struct jsonl *s, const trial *t, gboolean measured);

#endif
