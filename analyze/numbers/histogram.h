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
 *
 * Buckets lie in octaves of 2^HIST_SUB_BITS. Those of hist_new have 64 bits and are all there. In a
 * pool an octave is handed out when its first value comes, with 16 bits a bucket; before one of them
 * would overflow it gets 64 bits. Most histograms of a trial with many guests need 3 to 12 octaves
 * of 1 KiB instead of 29 of 4 KiB, and what is recorded often lies on fewer cache lines.
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
	HIST_OCTAVE = 1 << HIST_SUB_BITS, /* buckets of one */
	HIST_OCTAVES = HIST_MAX_BITS - HIST_SUB_BITS + 1,
	HIST_BUCKETS = HIST_OCTAVES * HIST_OCTAVE,
	HIST_LINE = 64,
};
#define HIST_WIDE (UINT32_C(1) << 31)
#define HIST_MAX_NS ((UINT64_C(1) << HIST_MAX_BITS) - 1)

typedef struct hist_pool hist_pool;

/* What is recorded up to 0.26 ms reads and writes one line of it. */
struct hist {
	_Alignas(HIST_LINE) ctr sum_ns;
	ctr min_ns, max_ns; /* min_ns is UINT64_MAX while count is 0 */
	/* Where an octave lies, in lines from here on; HIST_WIDE: 64 bits; 0: it has no values. */
	_Atomic uint32_t octave[HIST_OCTAVES];
	ctr count;
	hist_pool *pool; /* NULL: of hist_new */
};
typedef struct hist hist;

/* For what is below. */
static inline void *hist_octave(const hist *h, uint32_t entry)
{
	return (uint8_t *)(uintptr_t)h + (size_t)(entry & ~HIST_WIDE) * HIST_LINE;
}

static inline uint32_t hist_entry(const hist *h, uint32_t index)
{
	return atomic_load_explicit(&h->octave[index >> HIST_SUB_BITS], memory_order_acquire);
}

static inline uint64_t hist_at(const hist *h, uint32_t entry, uint32_t at)
{
	if ((entry & HIST_WIDE) != 0)
		return ctr_get((const ctr *)hist_octave(h, entry) + at);
	return entry == 0 ? 0
			  : atomic_load_explicit((_Atomic uint16_t *)hist_octave(h, entry) + at,
				    memory_order_relaxed);
}

/* What a bucket holds. */
static inline uint64_t hist_get(const hist *h, uint32_t index)
{
	return hist_at(h, hist_entry(h, index), index % HIST_OCTAVE);
}

#define HIST_WHOLE_BYTES (sizeof(hist) + HIST_BUCKETS * sizeof(ctr)) /* of hist_new */

/* Make it hold n. No other member changes. */
void hist_set(hist *h, uint32_t index, uint64_t n);

/* Bucket of a value; larger values than HIST_MAX_NS count in the last bucket. */
static inline uint32_t hist_index(uint64_t ns)
{
	ns = ns > HIST_MAX_NS ? HIST_MAX_NS : ns;
	/* The | keeps clz defined and gives shift 0 to all values below 2^(HIST_SUB_BITS + 1). */
	uint32_t shift = 63U - HIST_SUB_BITS -
			 (uint32_t)__builtin_clzll(ns | (UINT64_C(1) << HIST_SUB_BITS));
	return (shift << HIST_SUB_BITS) + (uint32_t)(ns >> shift);
}

/* One value more in a bucket. No other member changes. */
static inline void hist_bump(hist *h, uint32_t index)
{
	uint32_t entry = hist_entry(h, index), at = index % HIST_OCTAVE;
	_Atomic uint16_t *narrow;
	uint16_t n;

	if ((entry & HIST_WIDE) != 0) {
		ctr_add((ctr *)hist_octave(h, entry) + at, 1);
		return;
	}
	narrow = (_Atomic uint16_t *)hist_octave(h, entry) + at;
	if (G_LIKELY(entry != 0) &&
		G_LIKELY((n = atomic_load_explicit(narrow, memory_order_relaxed)) != UINT16_MAX))
		atomic_store_explicit(narrow, (uint16_t)(n + 1), memory_order_relaxed);
	else
		hist_set(h, index, hist_get(h, index) + 1);
}

static inline void hist_note(hist *h, uint64_t ns)
{
	ctr_add(&h->sum_ns, ns);
	if (ns < ctr_get(&h->min_ns))
		ctr_set(&h->min_ns, ns);
	if (ns > ctr_get(&h->max_ns))
		ctr_set(&h->max_ns, ns);
}

static inline void hist_record(hist *h, uint64_t ns)
{
	hist_bump(h, hist_index(ns));
	ctr_add(&h->count, 1);
	hist_note(h, ns);
}

/*
 * The same in less time, for where many are recorded a microsecond: count is not kept and must be
 * made by hist_settle before anything but buckets, sum, min and max is read.
 */
static inline void hist_tick(hist *h, uint32_t index, uint64_t ns)
{
	hist_bump(h, index);
	hist_note(h, ns);
}

/* In still less, for those of hist_new, whose octaves lie one behind the other. */
static inline void hist_bump_whole(hist *h, uint32_t index)
{
	ctr_add((ctr *)(h + 1) + index, 1);
}

static inline void hist_tick_whole(hist *h, uint32_t index, uint64_t ns)
{
	hist_bump_whole(h, index);
	hist_note(h, ns);
}

/* Before a value that is likely to fall into that bucket or near it is recorded. */
static inline void hist_prefetch(const hist *h, uint32_t index)
{
	uint32_t entry = hist_entry(h, index);

	__builtin_prefetch(h, 1);
	__builtin_prefetch((uint8_t *)hist_octave(h, entry) +
				   index % HIST_OCTAVE * ((entry & HIST_WIDE) != 0 ? 8 : 2),
		1);
}
static inline void hist_prefetch_whole(const hist *h, uint32_t index)
{
	__builtin_prefetch(h, 1);
	__builtin_prefetch((const ctr *)(h + 1) + index, 1);
}

/* count becomes what the buckets hold. */
void hist_settle(hist *h);
uint64_t hist_total(const hist *h); /* what the buckets hold */

/* A zeroed, empty histogram whose pages are there already (nothing is faulted in later). */
hist *hist_new(void);

/*
 * nb histograms and their octaves in len bytes at mem, which begins on a page and is zero: at least
 * hist_pool_len(nb). It is given to unmap (munmap; NULL: it stays) with the last of the histograms
 * and the pool's own reference. Several threads may record, each in its own histograms: what is
 * handed out is what mem has next, nothing is allocated.
 */
size_t hist_pool_len(size_t nb);
hist_pool *hist_pool_new(void *mem, size_t len, int (*unmap)(void *mem, size_t len));
void hist_pool_unref(hist_pool *p); /* NULL is fine */
hist *hist_new_in(hist_pool *p);
size_t hist_pool_used(const hist_pool *p); /* bytes, from mem on */

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
