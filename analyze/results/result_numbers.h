/* SPDX-License-Identifier: BSD-3-Clause */
/* analyze/results/result_numbers.h: the numbers of a combination out of its trials. No files. */
#ifndef ANALYZE_RESULTS_RESULT_NUMBERS_H
#define ANALYZE_RESULTS_RESULT_NUMBERS_H

#include "analyze/results/result.h"

/*
 * Everything that summaries tell. A trial that makes a sum overflow, or that does not have the
 * guests of the first one, is removed from c->trials with a warning.
 */
void result_numbers_make(result_combination *c, GPtrArray *warnings);
void result_numbers_clear(result_combination *c);

/* Bins: empty ones for all numbers, those of a trial added, all there, and gone again. */
void result_numbers_start_bins(result_combination *c);
void result_numbers_add_bins(result_combination *c, const trial *t);
/* The trials of c have their totals' bins. */
void result_numbers_end_bins(result_combination *c);
void result_numbers_drop_bins(result_combination *c);

/* Measured by MoonGen: what was offered may just not be known. */
gboolean result_numbers_is_moongen(const result_combination *c);

/*
 * Percentile q (0 < q <= 1) of some numbers, a guest's or a size's, that are loaded; without spread
 * (min = max = ns). FALSE if there is none.
 */
gboolean result_numbers_quantile(
	const struct result_numbers *n, gboolean response, double q, struct result_quantile *out);
/* Min and max of v over one more value; the first one is both. */
void result_quantile_widen(struct result_quantile *v, uint64_t ns, gboolean bound, gboolean first);
/* Smallest and largest latency percentile over the guests, in min and max. FALSE: nobody has any. */
gboolean result_guests_quantile(const result_combination *c, double q, struct result_quantile *out);

/* Of each guest, in their order; p99 where bins are loaded. One-way guests have none. Newly allocated. */
struct guest_rank *result_numbers_ranks(const result_combination *c);
/* Find the worst guest, by p99 too where bins are loaded, and count the silent ones. */
void result_numbers_worst(result_combination *c);

/*
 * The indices over n shares. Jain, Chiu and Hawe (1984); Gini (1912). Neither sees one
 * starved guest of 64 (Jain's index is 0.984 then): that is what the other two are for. Pure.
 */
void result_fairness_of(const double *x, size_t n, struct result_fairness *out);

#endif
