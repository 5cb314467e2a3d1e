/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * sim/reflector/fault.h: seeded faults of a reflector, and an exact account of them.
 *
 * A plan is a list of KIND=SHARE[:HOW] separated by commas:
 *   drop=0.01            the frame does not come back
 *   corrupt=0.01         one bit behind the IPv4 header is flipped
 *   duplicate=0.01       it comes back twice, one behind the other
 *   reorder=0.01:3       it is held until 3 later frames have gone (default 3), or 10 ms
 *   delay=0.5:1ms        it is held for a time (ns, us, ms, s)
 * Each frame meets at most one fault: the shares add up to at most 1, and one random number a
 * frame decides. Faults are for frames of tsim's warm-up and measuring phases; all others pass.
 */
#ifndef SIM_REFLECTOR_FAULT_H
#define SIM_REFLECTOR_FAULT_H

#include <stdint.h>

#include <glib.h>
#include <rte_mbuf.h>

enum fault_kind {
	FAULT_DROP,
	FAULT_CORRUPT,
	FAULT_DUPLICATE,
	FAULT_REORDER,
	FAULT_DELAY,
	FAULT_KINDS
};

struct fault_plan {
	double share[FAULT_KINDS];
	uint32_t reorder_depth; /* frames */
	uint64_t delay_ns;
};

/* spec NULL or "": no faults. */
gboolean fault_plan_parse(const char *spec, struct fault_plan *out, GError **error);
gboolean fault_plan_is_empty(const struct fault_plan *p);

/* What was done, in frames. measured: those of the measuring phase alone. */
struct fault_counts {
	uint64_t received, sent;
	uint64_t dropped, corrupted, duplicated, delayed;
	/* Sent after a frame that came later (RFC 4737); corrupt ones do not count. */
	uint64_t reordered;
	uint64_t passed_full; /* should have been held, but as many were held already */
};

struct fault;

/* One stream of frames: one guest. Different guests of one seed meet different faults. */
struct fault *fault_new(const struct fault_plan *plan, uint64_t seed, uint32_t guest);
void fault_free(struct fault *f); /* NULL is fine; frees what is held */

/*
 * Frames in, n of them, owned; what is to be sent now comes out, at most FAULT_OUT_MAX(n), owned by
 * the caller. Call it with n = 0 too, so that held frames leave in time. pool is for copies.
 */
enum { FAULT_RELEASE_MAX = 64 };
#define FAULT_OUT_MAX(n) (2 * (n) + FAULT_RELEASE_MAX)
uint16_t fault_apply(struct fault *f, struct rte_mbuf **in, uint16_t n, uint64_t now_ns,
	struct rte_mempool *pool, struct rte_mbuf **out);

const struct fault_counts *fault_counts_measured(const struct fault *f);

#endif
