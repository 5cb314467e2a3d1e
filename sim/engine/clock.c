/* SPDX-License-Identifier: BSD-3-Clause */
#include "sim/engine/clock.h"

#include <glib.h>

#include "sim/base/clock_read.h"

enum { TRIES = 16, BASE_US = 200000 };

struct clock_pair clock_pair_now(void)
{
	struct clock_pair best = { 0 };
	uint64_t tightest = UINT64_MAX;

	/* The clock is read between two TSC readings; the closest of some pairs was not disturbed. */
	for (int i = 0; i < TRIES; i++) {
		uint64_t before = rte_rdtsc_precise();
		double ns = (double)clock_read_ns(CLOCK_MONOTONIC_RAW);
		uint64_t after = rte_rdtsc_precise();

		if (after - before < tightest) {
			tightest = after - before;
			best = (struct clock_pair){ .tsc = before + (after - before) / 2,
				.raw_ns = ns };
		}
	}
	return best;
}

double clock_rate_hz(const struct clock_pair *from, const struct clock_pair *to)
{
	return (double)(to->tsc - from->tsc) * 1e9 / (to->raw_ns - from->raw_ns);
}

double clock_hz_since(const struct clock_pair *from)
{
	struct clock_pair now = clock_pair_now();
	double waited_us = (now.raw_ns - from->raw_ns) / 1e3;

	if (waited_us < BASE_US) {
		g_usleep((gulong)(BASE_US - waited_us));
		now = clock_pair_now();
	}
	return clock_rate_hz(from, &now);
}
