/* SPDX-License-Identifier: BSD-3-Clause */
#include "sim/engine/ipdv.h"

struct ipdv_window *ipdv_window_new(void)
{
	struct ipdv_window *w = g_new(struct ipdv_window, 1);

	/* A number that cannot be at its place is not found there. */
	for (uint32_t i = 0; i < IPDV_WINDOW; i++)
		w->seen[i] = (struct ipdv_seen){ .delay_ns = UINT64_MAX, .seq = i + 1 };
	return w;
}
