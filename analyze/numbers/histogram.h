/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * analyze/numbers/histogram.h: latencies in log-linear buckets (HDR), 1 ns to 137 s.
 *
 * A value keeps its top HIST_SUB_BITS + 1 bits. Below 2^(HIST_SUB_BITS + 1) = 1024 ns every value
 * has a bucket of its own; above, a bucket's midpoint is off by at most 2^-(HIST_SUB_BITS + 1) =
 * 0.098 % of the value. count, sum, min and max are exact. Merging is addition: associative,
 * commutative, exact.
 *
 * One thread records; others may read meanwhile and see each counter whole (relaxed atomics).
 */
#ifndef ANALYZE_NUMBERS_HISTOGRAM_H
#define ANALYZE_NUMBERS_HISTOGRAM_H

#include <stdatomic.h>
#include <stdint.h>

#include <glib.h>

/* A counter with one writer. */
typedef _Atomic uint64_t ctr;

static inline uint64_t ctr_get(const ctr *c)
{
	return atomic_load_explicit(c, memory_order_relaxed);
}

static inline void ctr_set(ctr *c, uint64_t v)
{
	atomic_store_explicit(c, v, memory_order_relaxed);
}

static inline void ctr_add(ctr *c, uint64_t n)
{
	ctr_set(c, ctr_get(c) + n);
}

enum {
	HIST_SUB_BITS = 9,
	HIST_MAX_BITS = 37,
	HIST_BUCKETS = (HIST_MAX_BITS - HIST_SUB_BITS + 1) << HIST_SUB_BITS,
};
#define HIST_MAX_NS ((UINT64_C(1) << HIST_MAX_BITS) - 1)

struct hist {
	ctr count, sum_ns, min_ns, max_ns; /* min_ns is UINT64_MAX while count is 0 */
	ctr bucket[HIST_BUCKETS];
};
typedef struct hist hist;

/* Bucket of a value; larger values than HIST_MAX_NS count in the last bucket. */
static inline uint32_t hist_index(uint64_t ns)
{
	ns = ns > HIST_MAX_NS ? HIST_MAX_NS : ns;
	/* The | keeps clz defined and gives shift 0 to all values below 2^(HIST_SUB_BITS + 1). */
	uint32_t shift = 63U - HIST_SUB_BITS -
			 (uint32_t)__builtin_clzll(ns | (UINT64_C(1) << HIST_SUB_BITS));
	return (shift << HIST_SUB_BITS) + (uint32_t)(ns >> shift);
}

static inline void hist_record(hist *h, uint64_t ns)
{
	ctr_add(&h->bucket[hist_index(ns)], 1);
	ctr_add(&h->count, 1);
	ctr_add(&h->sum_ns, ns);
	if (ns < ctr_get(&h->min_ns))
		ctr_set(&h->min_ns, ns);
	if (ns > ctr_get(&h->max_ns))
		ctr_set(&h->max_ns, ns);
}

/*
 * The same in less time, for where many are recorded a microsecond: count is not kept and must be
 * made by hist_settle before anything but buckets, sum, min and max is read.
 */
static inline void hist_tick(hist *h, uint32_t index, uint64_t ns)
{
	ctr_add(&h->bucket[index], 1);
	ctr_add(&h->sum_ns, ns);
	if (ns < ctr_get(&h->min_ns))
		ctr_set(&h->min_ns, ns);
	if (ns > ctr_get(&h->max_ns))
		ctr_set(&h->max_ns, ns);
}
/* count becomes what the buckets hold. */
void hist_settle(hist *h);

/* A zeroed, empty histogram whose pages are there already (nothing is faulted in later). */
hist *hist_new(void);
void hist_free(hist *h); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(hist, hist_free)
void hist_clear(hist *h);
void hist_add(hist *into, const hist *from);
/* count values in the bucket of ns, as when a file is read; min and max follow the values. */
void hist_record_many(hist *h, uint64_t ns, uint64_t count);

/* Lowest and highest value of a bucket, and what stands for it: its midpoint, rounded down. */
uint64_t hist_bucket_low(uint32_t index);
uint64_t hist_bucket_high(uint32_t index);
uint64_t hist_bucket_mid(uint32_t index);

/*
 * The nearest rank of a quantile, 0 < q <= 1, of n values: ceil(q * n), from 1 to n. q and the
 * product carry half a unit in the last place each: 0.07 * 100 is a little above 7 and means 7.
 */
uint64_t hist_rank(double q, uint64_t n);
/* The rank-th smallest value, from 1: its bucket's midpoint, kept within the exact min and max. */
uint64_t hist_at_rank(const hist *h, uint64_t rank);

/*
 * A quantile by nearest rank: the ceil(q * (count + censored))-th smallest, 0 < q <= 1, where
 * censored values are known only to be larger than all others. The bucket's midpoint, kept within
 * the exact min and max. *bound is set where the rank falls among the censored: then the result
 * is censored_ns, a lower bound. 0, or -ENODATA when count and censored are 0.
 */
int hist_quantile(const hist *h, uint64_t censored, uint64_t censored_ns, double q, uint64_t *out,
	gboolean *bound);

/* Mean (exact) and standard deviation (from midpoints); 0 or -ENODATA. */
int hist_mean(const hist *h, double *out);
int hist_stddev(const hist *h, double *out);

#endif
