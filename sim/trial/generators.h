/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * sim/trial/generators.h: one trial that several generators measure: the ranks that mpirun started, each with
 * its share of the guests. They begin at one time, show one sum of what they do, and end with one
 * trial. Rank 0 says what is measured, shows it, joins the parts and keeps the trial.
 *
 * The epoch of the trial is agreed upon once all are ready. On one machine it is a reading of
 * CLOCK_MONOTONIC_RAW, the same to a microsecond; across machines one of CLOCK_REALTIME, as good as
 * these are kept together (NTP: a millisecond, PTP: a microsecond). No latency depends on it: the
 * generator that sends a frame also receives it.
 *
 * Whoever dies ends the run: the others put their parts on disk (analyze/contract/part.h), say where, and
 * end. Nobody takes over; what is on disk is joined later.
 *
 * NULL is a generator alone, for which every call that takes it does the obvious. Main thread.
 */
#ifndef SIM_TRIAL_GENERATORS_H
#define SIM_TRIAL_GENERATORS_H

#include "analyze/contract/trial.h"
#include "analyze/numbers/histogram.h"
#include "sim/base/cores.h"
#include "sim/trial/trust.h"

struct generators;
struct measure_cfg;

/* What a rank knows for the verdict, besides its part. */
struct generators_facts {
	struct trust_input in; /* without its health */
	struct engine_health health;
};
/* Counts add up; of what happened to machines, which may be one, the worst stays. Pure. */
void generators_add_facts(struct generators_facts *into, const struct generators_facts *from);

/* Together, once. NULL without error if there is one alone. A stop of one is from now on one of all. */
struct generators *generators_new(GError **error);
/* The last call. The status to end with: but rank 0's, others' would have mpirun end rank 0. */
int generators_end(struct generators *g, int status);

guint generators_own(const struct generators *g);   /* 0: alone */
guint generators_count(const struct generators *g); /* 1: alone */
/* Which of those that may run on the same CPUs of a machine this process is. */
struct cores_place generators_place(const struct generators *g);

/*
 * Together, before a trial is measured; *error is why this one cannot begin. FALSE and error if
 * anybody cannot, or no guest of all has answered. The digest of the schedule has to be the same on
 * all. cfg outlives the trial.
 */
gboolean generators_start(struct generators *g, const struct measure_cfg *cfg, uint32_t nb_answered,
	const char *digest, double *epoch_raw_ns, GError **error);
/* While anything is waited for, often. */
void generators_tick(struct generators *g);
/* Our row of the time line, and the latencies of its interval. second: at its end. */
void generators_row(
	struct generators *g, const struct trial_second *row, uint32_t second, const hist *latency);
/*
 * Together, when all is over. mine, without a verdict, is used up; NULL: *error says why there is none.
 * delays: real minus scheduled departures; cpus: of its workers. *whole: on rank 0 the trial with its
 * verdict. FALSE and error if there is no trial: parts stay on disk, and are named.
 */
gboolean generators_join(struct generators *g, trial *mine, const struct generators_facts *facts,
	const hist *delays, const char *cpus, trial **whole, GError **error);
/*
 * Together: rank 0 has the trial on its disk, and parts go, unless somebody's *error says that it has
 * not: then FALSE, and they stay.
 */
gboolean generators_keep(struct generators *g, GError **error);

#endif
