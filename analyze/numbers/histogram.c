/* SPDX-License-Identifier: BSD-3-Clause */
#include "analyze/numbers/histogram.h"

#include <errno.h>
#include <float.h>
#include <math.h>

#include <gsl/gsl_statistics_double.h>

enum {
	NARROW_BYTES = HIST_OCTAVE * sizeof(uint16_t),
	WIDE_BYTES = HIST_OCTAVE * sizeof(uint64_t),
};

struct hist_pool {
	uint8_t *mem;
	size_t len;
	_Atomic size_t used;
	int (*unmap)(void *mem, size_t len);
	size_t refs; /* main thread */
};

static void make_empty(hist *h)
{
	ctr_set(&h->count, 0);
	ctr_set(&h->sum_ns, 0);
	ctr_set(&h->min_ns, UINT64_MAX);
	ctr_set(&h->max_ns, 0);
}

hist *hist_new(void)
{
	/* Not zeroed by calloc: its pages are faulted in one by one later, while a trial runs. */
	hist *h = g_aligned_alloc(1, HIST_WHOLE_BYTES, HIST_LINE);

	h->pool = NULL;
	for (uint32_t i = 0; i < HIST_OCTAVES; i++)
		atomic_init(&h->octave[i],
			HIST_WIDE | (uint32_t)((sizeof(hist) + i * WIDE_BYTES) / HIST_LINE));
	hist_clear(h);
	return h;
}

size_t hist_pool_len(size_t nb)
{
	return nb * (sizeof(hist) + HIST_OCTAVES * (NARROW_BYTES + WIDE_BYTES));
}

hist_pool *hist_pool_new(void *mem, size_t len, int (*unmap)(void *mem, size_t len))
{
	hist_pool *p = g_new0(hist_pool, 1);

	p->mem = mem;
	p->len = len;
	p->unmap = unmap;
	p->refs = 1;
	return p;
}

void hist_pool_unref(hist_pool *p)
{
	if (p == NULL || --p->refs != 0)
		return;
	if (p->unmap != NULL)
		p->unmap(p->mem, p->len);
	g_free(p);
}

size_t hist_pool_used(const hist_pool *p)
{
	return atomic_load_explicit(&p->used, memory_order_relaxed);
}

static uint8_t *pool_take(hist_pool *p, size_t len)
{
	size_t at = atomic_fetch_add_explicit(&p->used, len, memory_order_relaxed);

	g_assert(at + len <= p->len);
	return p->mem + at;
}

hist *hist_new_in(hist_pool *p)
{
	hist *h = (hist *)(void *)pool_take(p, sizeof(hist));

	p->refs++;
	h->pool = p;
	make_empty(h);
	return h;
}

void hist_free(hist *h)
{
	if (h == NULL)
		return;
	if (h->pool != NULL)
		hist_pool_unref(h->pool);
	else
		g_aligned_free(h);
}

void hist_clear(hist *h)
{
	make_empty(h);
	for (uint32_t i = 0; i < HIST_BUCKETS; i++)
		hist_set(h, i, 0);
}

/* Put an octave where it has room for larger numbers, or for any; its new entry. */
static uint32_t make_room(hist *h, uint32_t index, gboolean wide)
{
	uint32_t first = index - index % HIST_OCTAVE, entry;
	uint8_t *to = pool_take(h->pool, wide ? WIDE_BYTES : NARROW_BYTES);

	for (uint32_t i = 0; wide && i < HIST_OCTAVE; i++)
		ctr_set((ctr *)(void *)to + i, hist_get(h, first + i));
	entry = (uint32_t)((size_t)(to - (uint8_t *)h) / HIST_LINE) | (wide ? HIST_WIDE : 0);
	/* Whoever reads meanwhile has the old numbers or the new ones, and both are right. */
	atomic_store_explicit(&h->octave[index >> HIST_SUB_BITS], entry, memory_order_release);
	return entry;
}

void hist_set(hist *h, uint32_t index, uint64_t n)
{
	uint32_t entry = hist_entry(h, index), at = index % HIST_OCTAVE;

	if ((entry & HIST_WIDE) == 0 && (n > UINT16_MAX || (entry == 0 && n != 0)))
		entry = make_room(h, index, n > UINT16_MAX);
	if ((entry & HIST_WIDE) != 0)
		ctr_set((ctr *)hist_octave(h, entry) + at, n);
	else if (entry != 0)
		atomic_store_explicit((_Atomic uint16_t *)hist_octave(h, entry) + at, (uint16_t)n,
			memory_order_relaxed);
}

uint64_t hist_total(const hist *h)
{
	uint64_t count = 0;

	for (uint32_t i = 0; i < HIST_BUCKETS; i += HIST_OCTAVE) {
		uint32_t entry = hist_entry(h, i);

		for (uint32_t at = 0; entry != 0 && at < HIST_OCTAVE; at++)
			count += hist_at(h, entry, at);
	}
	return count;
}

void hist_settle(hist *h)
{
	ctr_set(&h->count, hist_total(h));
}

void hist_add(hist *into, const hist *from)
{
	uint64_t min_ns = ctr_get(&from->min_ns), max_ns = ctr_get(&from->max_ns);

	ctr_add(&into->count, ctr_get(&from->count));
	ctr_add(&into->sum_ns, ctr_get(&from->sum_ns));
	if (min_ns < ctr_get(&into->min_ns))
		ctr_set(&into->min_ns, min_ns);
	if (max_ns > ctr_get(&into->max_ns))
		ctr_set(&into->max_ns, max_ns);
	for (uint32_t i = 0; i < HIST_BUCKETS; i += HIST_OCTAVE) {
		uint32_t entry = hist_entry(from, i);

		for (uint32_t at = 0; entry != 0 && at < HIST_OCTAVE; at++) {
			uint64_t n = hist_at(from, entry, at);

			if (n != 0)
				hist_set(into, i + at, hist_get(into, i + at) + n);
		}
	}
}

void hist_record_many(hist *h, uint64_t ns, uint64_t count)
{
	if (count == 0)
		return;
	hist_set(h, hist_index(ns), hist_get(h, hist_index(ns)) + count);
	ctr_add(&h->count, count);
	ctr_add(&h->sum_ns, ns * count);
	if (ns < ctr_get(&h->min_ns))
		ctr_set(&h->min_ns, ns);
	if (ns > ctr_get(&h->max_ns))
		ctr_set(&h->max_ns, ns);
}

/* The values of a bucket share all bits but the low ones; how many those are. */
static uint32_t bucket_shift(uint32_t index)
{
	uint32_t top = index >> HIST_SUB_BITS;

	return top == 0 ? 0 : top - 1;
}

uint64_t hist_bucket_low(uint32_t index)
{
	uint32_t shift = bucket_shift(index);

	return (uint64_t)(index - (shift << HIST_SUB_BITS)) << shift;
}

uint64_t hist_bucket_high(uint32_t index)
{
	return hist_bucket_low(index) + (UINT64_C(1) << bucket_shift(index)) - 1;
}

uint64_t hist_bucket_mid(uint32_t index)
{
	return hist_bucket_low(index) + ((UINT64_C(1) << bucket_shift(index)) - 1) / 2;
}

uint64_t hist_rank(double q, uint64_t n)
{
	double x = q * (double)n, whole = floor(x);
	uint64_t rank;

	if (x >= (double)n)
		return n;
	rank = (uint64_t)whole + (x - whole > 2.0 * DBL_EPSILON * x);
	return CLAMP(rank, 1, n);
}

uint64_t hist_at_rank(const hist *h, uint64_t rank)
{
	uint64_t before = 0;

	for (uint32_t i = 0; i < HIST_BUCKETS; i++) {
		before += hist_get(h, i);
		if (before >= rank)
			return CLAMP(hist_bucket_mid(i), ctr_get(&h->min_ns), ctr_get(&h->max_ns));
	}
	/* Read while it is written: count ran ahead of the bins. */
	return ctr_get(&h->max_ns);
}

int hist_quantile(const hist *h, uint64_t censored, uint64_t censored_ns, double q, uint64_t *out,
	gboolean *bound)
{
	uint64_t count = ctr_get(&h->count), rank;

	if (count + censored == 0)
		return -ENODATA;
	rank = hist_rank(q, count + censored);
	if (rank > count) {
		*out = censored_ns;
		*bound = TRUE;
		return 0;
	}
	*out = hist_at_rank(h, rank);
	*bound = FALSE;
	return 0;
}

int hist_mean(const hist *h, double *out)
{
	uint64_t count = ctr_get(&h->count);

	if (count == 0)
		return -ENODATA;
	*out = (double)ctr_get(&h->sum_ns) / (double)count;
	return 0;
}

int hist_stddev(const hist *h, double *out)
{
	g_autofree double *value = NULL, *weight = NULL;
	uint64_t count = ctr_get(&h->count);
	size_t nb = 0;
	double mean;

	if (hist_mean(h, &mean) != 0)
		return -ENODATA;
	if (count == 1) {
		*out = 0;
		return 0;
	}
	value = g_new(double, HIST_BUCKETS);
	weight = g_new(double, HIST_BUCKETS);
	for (uint32_t i = 0; i < HIST_BUCKETS; i++) {
		uint64_t n = hist_get(h, i);

		if (n == 0)
			continue;
		value[nb] = (double)hist_bucket_mid(i);
		weight[nb++] = (double)n;
	}
	/* GSL's weighted variance divides by the sum of weights; of n samples it is n - 1. */
	*out = sqrt(gsl_stats_wvariance_with_fixed_mean(weight, 1, value, 1, nb, mean) *
		    (double)count / (double)(count - 1));
	return 0;
}
