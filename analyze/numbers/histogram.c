/* SPDX-License-Identifier: BSD-3-Clause */
#include "analyze/numbers/histogram.h"

#include <errno.h>
#include <float.h>
#include <math.h>

#include <gsl/gsl_statistics_double.h>

hist *hist_new(void)
{
	/* Not g_new0: calloc's pages are faulted in one by one later, while a trial runs. */
	hist *h = g_new(hist, 1);

	hist_clear(h);
	return h;
}

void hist_free(hist *h)
{
	g_free(h);
}

void hist_clear(hist *h)
{
	ctr_set(&h->count, 0);
	ctr_set(&h->sum_ns, 0);
	ctr_set(&h->min_ns, UINT64_MAX);
	ctr_set(&h->max_ns, 0);
	for (uint32_t i = 0; i < HIST_BUCKETS; i++)
		ctr_set(&h->bucket[i], 0);
}

void hist_settle(hist *h)
{
	uint64_t count = 0;

	for (uint32_t i = 0; i < HIST_BUCKETS; i++)
		count += ctr_get(&h->bucket[i]);
	ctr_set(&h->count, count);
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
	for (uint32_t i = 0; i < HIST_BUCKETS; i++)
		ctr_add(&into->bucket[i], ctr_get(&from->bucket[i]));
}

void hist_record_many(hist *h, uint64_t ns, uint64_t count)
{
	if (count == 0)
		return;
	ctr_add(&h->bucket[hist_index(ns)], count);
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
		before += ctr_get(&h->bucket[i]);
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
		uint64_t n = ctr_get(&h->bucket[i]);

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
