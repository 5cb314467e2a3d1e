/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * analyze/contract/part.h: what one of several generators (ranks) measured of a trial, and how parts become
 * the trial. A part is a trial with all guests, but with counts of its own ones alone: rank k of n has
 * guests k, k + n, k + 2n ... Counters and histograms add up exactly. environment.ranks of a part has
 * one row, its own: rank, host, cpus, state "ok".
 *
 * A part is on its rank's disk, as a file part_INFIX_repR_rankKofN beside the trials, before parts are
 * joined, and until the trial is on the disk. What a run that ended too soon has left is joined later.
 */
#ifndef ANALYZE_CONTRACT_PART_H
#define ANALYZE_CONTRACT_PART_H

#include <glib.h>

#include "analyze/contract/trial.h"

/* Newly allocated. */
char *part_path(const char *dir, const struct trial_params *p, guint rank, guint nb_ranks);
/* A row of environment.ranks. */
void part_describe(
	JsonObject *row, guint rank, const char *host, const char *cpus, const char *state);
/* There and back again, without the log. name: for errors. */
GBytes *part_to_bytes(const trial *t);
trial *part_from_bytes(GBytes *bytes, const char *name, GError **error);

/*
 * The trial of all parts (trial *, index = rank; NULL: missing, at least one is there), with what each
 * of them noted, and without a verdict. Guests of a part that is missing have no frames, and say so.
 * Of the time line and of the generators' own delays, quantiles are the largest of all parts. The
 * parts are used up, but the caller's to free. NULL and error if they are not of one trial.
 */
trial *part_join(GPtrArray *parts, GError **error);

typedef void (*part_say_fn)(void *user, const char *text);

/*
 * What the runs that ended too soon have left in dir becomes trials, interrupted ones that are not
 * trustworthy; parts of trials that are there already are removed. Whoever calls it has the lock of
 * dir. say: what was done, a line for each trial.
 */
void part_join_left(const char *dir, part_say_fn say, void *user);
/* The same in dir and the folders in it, where nobody else has the lock. */
void part_join_left_below(const char *dir, part_say_fn say, void *user);

#endif
