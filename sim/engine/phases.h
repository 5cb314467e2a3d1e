/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * sim/engine/phases.h: what a worker's time goes to, in TSC cycles, where the build was made with
 * -DTSIM_PROFILE=ON; in others there is nothing of it. Hot: one reading a phase and burst, which is
 * itself some 20 cycles of the phase.
 */
#ifndef SIM_ENGINE_PHASES_H
#define SIM_ENGINE_PHASES_H

#include <stdint.h>

#include <rte_cycles.h>

#ifdef TSIM_PROFILE
enum { PHASES_COUNTED = 1 };
#else
enum { PHASES_COUNTED = 0 };
#endif

enum phase {
	PHASE_RESERVE,
	PHASE_AHEAD, /* asking memory for what comes next */
	PHASE_BUILD,
	PHASE_COMMIT,
	PHASE_POLL, /* receive, nothing there */
	PHASE_RECEIVE,
	PHASE_JUDGE,
	PHASE_RELEASE,
	PHASE_REST, /* the loop, ports, idle turns */
	PHASES,
};

/* One writer: the worker. Read when it has ended. */
struct phases {
	uint64_t mark, cycles[PHASES];
};

/* The time since the phase before ended was this one's. */
static inline void phases_end(struct phases *p, enum phase phase)
{
	uint64_t now;

	if (!PHASES_COUNTED)
		return;
	now = rte_rdtsc();
	p->cycles[phase] += now - p->mark;
	p->mark = now;
}

#endif
