/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * sim/base/random.h: random numbers of GLib's generator, which is mt19937: of one seed they are those
 * that GSL's gives, for rooms that programs in guests link, too.
 */
#ifndef SIM_BASE_RANDOM_H
#define SIM_BASE_RANDOM_H

#include <stdint.h>

#include <glib.h>

/* From 0 to below 1. */
static inline double random_unit(GRand *rng)
{
	return g_rand_int(rng) / 4294967296.0;
}

/* From 0 to below n, which is not 0, all with the same chance: what division leaves over is redrawn. */
static inline uint32_t random_below(GRand *rng, uint32_t n)
{
	uint32_t k;

	do
		k = g_rand_int(rng) / (UINT32_MAX / n);
	while (k >= n);
	return k;
}

#endif
