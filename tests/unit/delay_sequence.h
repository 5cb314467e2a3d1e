/* SPDX-License-Identifier: BSD-3-Clause */
/* Delay variation of a sequence of frames, as the RFCs define it: what the programs' own is held against. */
#ifndef TESTS_UNIT_DELAY_SEQUENCE_H
#define TESTS_UNIT_DELAY_SEQUENCE_H

#include <stddef.h>
#include <stdint.h>

#include <glib.h>

#define DELAY_LOST UINT64_MAX /* in place of a delay */

/*
 * Differences in the order of the frames; room for n. Returns how many there are: one for each
 * frame but the first whose predecessor came back as it did. Delays are below 2^63.
 */
static inline size_t delay_variation_ipdv(const uint64_t *delay_ns, size_t n, int64_t *ipdv_ns)
{
	size_t nb = 0;

	for (size_t i = 1; i < n; i++) {
		if (delay_ns[i] != DELAY_LOST && delay_ns[i - 1] != DELAY_LOST)
			ipdv_ns[nb++] = (int64_t)delay_ns[i] - (int64_t)delay_ns[i - 1];
	}
	return nb;
}

/* The same of PDV: one for each frame that came back. */
static inline size_t delay_variation_pdv(const uint64_t *delay_ns, size_t n, uint64_t *pdv_ns)
{
	uint64_t least_ns = DELAY_LOST;
	size_t nb = 0;

	for (size_t i = 0; i < n; i++)
		least_ns = MIN(least_ns, delay_ns[i]);
	for (size_t i = 0; i < n; i++) {
		if (delay_ns[i] != DELAY_LOST)
			pdv_ns[nb++] = delay_ns[i] - least_ns;
	}
	return nb;
}

#endif
