/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * analyze/contract/guest_rank.h: who of two guests is worse off, the same for all tables and figures. Pure.
 *
 * In this order: a state that is not "ok" (dead, hung), a larger share of lost frames, a larger
 * 99th percentile of the latency (a lower bound is larger than any number), a lower number. A guest
 * that was offered no frame is neither good nor bad: it has no rank, and is counted apart. One behind
 * a one-way interface has none either: callers give it offered = 0.
 */
#ifndef ANALYZE_CONTRACT_GUEST_RANK_H
#define ANALYZE_CONTRACT_GUEST_RANK_H

#include <stdint.h>

#include <glib.h>

struct guest_rank {
	uint32_t guest;
	gboolean ok; /* its state is */
	uint64_t offered, lost;
	uint64_t p99_ns; /* 0: not known */
	gboolean p99_bound;
};

/* The percentile of which they are compared. */
static const double guest_rank_quantile = 0.99;

gboolean guest_rank_has(const struct guest_rank *g);
/* Less than 0 if a is worse than b, greater than 0 if b is; 0 only for a guest and itself. */
int guest_rank_compare(const struct guest_rank *a, const struct guest_rank *b);
/* Index of the worst of n, or -1 if none has a rank. */
int guest_rank_worst(const struct guest_rank *guests, size_t n);
/* "2 guests were offered no frame"; newly allocated. */
char *guest_rank_silent_text(guint nb);

#endif
