/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * analyze/statistics/delay_variation.h: the two forms of delay variation, of a stream of frames in the order
 * of their numbers. Pure.
 *
 * IPDV (RFC 3393; RFC 5481 section 4.1): D(i) - D(i-1), undefined if either frame is lost.
 * PDV (RFC 5481 section 4.2): D(i) - Dmin, Dmin of the same frames, undefined if the frame is lost.
 * RFC 8219 section 7.3.1 says a trial's PDV in one number: D99.9 - Dmin.
 */
#ifndef ANALYZE_STATISTICS_DELAY_VARIATION_H
#define ANALYZE_STATISTICS_DELAY_VARIATION_H

#include <stddef.h>
#include <stdint.h>

#include "analyze/contract/trial.h"

/*
 * Dmin, exact, of what the bins are of: of repetitions of autotest some may have no histogram, and
 * say nothing of their fastest. 0, or -ENODATA without bins or if nothing came back.
 */
int delay_variation_least(const struct trial_dist *d, uint64_t *ns);

/*
 * Percentile q of the PDV: of the delay, less Dmin. Lost frames rank above all others:
 * among them *ns is a lower bound and *bound is set (trial_dist_quantile). 0, or -ENODATA without
 * bins or if nothing came back.
 */
int delay_variation_quantile(const struct trial_dist *d, double q, uint64_t *ns, gboolean *bound);

/*
 * RFC 8219's number of several trials: the median of their D99.9 - Dmin. Trials in which nothing
 * came back have none; those whose percentile is a lower bound rank above the others, and the
 * median is a bound if one of them is in its middle. 0, or -ENODATA if no trial has any.
 */
int delay_variation_rfc8219(
	const struct trial_dist *const *d, size_t n, uint64_t *ns, gboolean *bound);

#endif
