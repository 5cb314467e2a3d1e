/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * sim/trial/live.h: the time line of a trial that several generators measure. Each sends its row of a
 * second as it is taken, with the latencies of that second; the sum of them all is the trial's row,
 * and its percentiles are of all frames. Pure.
 */
#ifndef SIM_TRIAL_LIVE_H
#define SIM_TRIAL_LIVE_H

#include <stdint.h>

#include <glib.h>

#include "analyze/numbers/histogram.h"
#include "analyze/contract/trial.h"

#define LIVE_LAST UINT32_MAX /* the row that is taken when all is sent */

/* A row of one generator. second: at its end, rounded down; LIVE_LAST. Newly allocated. */
GBytes *live_row(const struct trial_second *row, uint32_t second, const hist *latency);

struct live;

struct live *live_new(guint nb_ranks);
void live_free(struct live *l); /* NULL is fine */
/* Rows of a rank come in their order. FALSE for bytes that are no row. */
gboolean live_add(struct live *l, guint rank, GBytes *row);
guint live_count(const struct live *l, guint rank); /* rows so far */
/*
 * The next row that will not change any more: all ranks have given one of that second or of a later
 * one, but those that are gone. FALSE: none yet.
 */
gboolean live_next(struct live *l, const gboolean *gone, struct trial_second *row);
/* The end: all rows, also those that some ranks did not give (struct trial_second). The live's own. */
const GArray *live_finish(struct live *l);

/*
 * The sum of two time lines without their latencies: of percentiles the larger one is kept. into and
 * from: arrays of struct trial_second.
 */
void live_add_rows(GArray *into, const GArray *from);

#endif
