/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * analyze/numbers/exact.h: latencies without loss, each distinct value with its count: what MoonGen's
 * histograms hold. Memory grows with distinct values. The other form of a distribution is
 * analyze/numbers/histogram.h, for trials of our own.
 */
#ifndef ANALYZE_NUMBERS_EXACT_H
#define ANALYZE_NUMBERS_EXACT_H

#include <stddef.h>
#include <stdint.h>

#include <glib.h>

enum { EXACT_STEP = 256 };

struct exact_bin {
	uint64_t ns, count; /* count > 0 */
};

struct exact {
	struct exact_bin *bins; /* ascending, each value once */
	size_t nb;
	uint64_t count;  /* sum of all counts, below 2^63 */
	uint64_t sum_ns; /* G_MAXUINT64 if it does not fit */
	/* Private. */
	uint64_t *before; /* counts of all bins before each EXACT_STEP-th */
	unsigned refs;
};
typedef struct exact exact;

exact *exact_new(void);
/* The same once more: one is never changed, and goes with its last exact_free. Not for threads. */
exact *exact_ref(exact *e);
void exact_free(exact *e); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(exact, exact_free)

/*
 * What stands in a file latency_ns,count without header, in any order, with comments that begin
 * with '#'; name stands for it in errors. Empty is fine. NULL and error, which names the line.
 */
exact *exact_parse(const char *name, const char *data, size_t len, GError **error);
/* Back to text, ascending. */
char *exact_text(const exact *e);

/* Sum of nb, in any order; NULL if it has 2^63 values or more. Perhaps one of them once more. */
exact *exact_total(exact *const *parts, size_t nb);

/* Nearest rank: the ceil(q * count)-th smallest, 0 < q <= 1. 0, or -ENODATA without any. */
int exact_quantile(const exact *e, double q, uint64_t *out);
/*
 * Linear between the values around rank q * (count - 1), 0 <= q <= 1: type 7 of Hyndman and Fan
 * (1996), what numpy and gsl_stats_quantile_from_sorted_data give for all values one by one.
 */
int exact_linear(const exact *e, double q, double *out);
int exact_mean(const exact *e, double *out);
/* n - 1 form, as MoonGen's; 0 for a single value. */
int exact_stddev(const exact *e, double *out);

#endif
