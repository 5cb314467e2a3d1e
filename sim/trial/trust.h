/* SPDX-License-Identifier: BSD-3-Clause */
/* sim/trial/trust.h: can the numbers of a trial be relied on, and if not, why not. Pure. */
#ifndef SIM_TRIAL_TRUST_H
#define SIM_TRIAL_TRUST_H

#include "analyze/contract/trial.h"
#include "sim/engine/engine.h"
#include "sim/trial/host_watch.h"

struct trust_input {
	const struct engine_health *health;
	gboolean workers_share; /* guests run on the load workers' CPUs */
	gboolean guests_share;  /* with each other, or with the host's threads */
	double guests_waited;   /* share of the time that guest processes waited for their CPU */
	double tsc_error_ppm;   /* against CLOCK_MONOTONIC_RAW */
	uint32_t guests_silent; /* whose state is that they do not answer, and nothing worse */
	struct host_events events;
};

/*
 * Sets t->trustworthy and t->cause, and adds to t->reasons. Not trustworthy is a trial
 * - whose generator did not keep its schedule: frames not sent beyond 10 us worth of them (what
 *   CSIT allows), or its own delay's p95 over 10 us and over 10 % of the latency's;
 * - whose guests were not all there, or lost their CPUs to others for over 5 % of the time;
 * - whose clock is off by over 200 ppm, or is one that may be: the TSC is not invariant;
 * - that a CPU quota held up for over 1 % of the time, that was stopped or suspended, or whose CPUs
 *   went offline. These come first, as they are the cause of what follows.
 * The cause is that of the gravest: a SUT that is short of CPU or too busy to answer is one of those.
 * Reasons that start with "note: " do not count against it. One of them is that the generator's
 * own delay is too large at p99, but not at p95: it lost its CPU now and then.
 */
void trust_reach(trial *t, const struct trust_input *in);

#endif
