/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * sim/engine/clock.h: nanoseconds since a trial's epoch, from the time-stamp counter.
 *
 * ns = cycles * mult / 2^CLOCK_SHIFT: mult is above 2^46 for any TSC below 4 GHz, so that rounding
 * it costs at most 1 ns in 19 hours. The rate of the TSC is measured against CLOCK_MONOTONIC_RAW
 * over 0.2 s at least: rte_get_tsc_hz() rounds to 10 MHz, which can be 0.2 % off.
 */
#ifndef SIM_ENGINE_CLOCK_H
#define SIM_ENGINE_CLOCK_H

#include <stdint.h>

#include <rte_cycles.h>

enum { CLOCK_SHIFT = 48 };

/* A reading of both clocks at one moment, to some 50 ns. */
struct clock_pair {
	uint64_t tsc;
	double raw_ns;
};

struct clock_pair clock_pair_now(void);
/* TSC ticks a second between two readings. */
double clock_rate_hz(const struct clock_pair *from, const struct clock_pair *to);

/* Ticks a second since an early reading; waits until that is 0.2 s ago: then it is exact to 1 ppm. */
double clock_hz_since(const struct clock_pair *from);

struct tsc_clock {
	uint64_t epoch; /* TSC reading at time 0 */
	uint64_t mult;
};

static inline void tsc_clock_start(struct tsc_clock *c, uint64_t epoch, double hz)
{
	c->epoch = epoch;
	c->mult = (uint64_t)(1e9 / hz * (double)(UINT64_C(1) << CLOCK_SHIFT));
}

/* Readings before the epoch count as 0. */
static inline uint64_t tsc_clock_ns(const struct tsc_clock *c, uint64_t tsc)
{
	__extension__ typedef unsigned __int128 wide;
	uint64_t cycles = tsc - c->epoch;

	return (int64_t)cycles < 0 ? 0 : (uint64_t)((wide)cycles * c->mult >> CLOCK_SHIFT);
}

#endif
