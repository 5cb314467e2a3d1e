/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * analyze/contract/trial_ipdv.h: the delay variation between neighbours, IPDV, that a trial recorded.
 *
 * IPDV is D(i) - D(i-1) of two frames with adjacent numbers of one guest (RFC 3393, selection
 * function: adjacent sequence numbers; RFC 5481 section 4.1), D from the real departure. It is
 * undefined where either is lost. Differences are kept by magnitude in two histograms, those from
 * 0 up and those below, so that a bin is as narrow as one of latencies: 0.098 % of the value.
 */
#ifndef ANALYZE_CONTRACT_TRIAL_IPDV_H
#define ANALYZE_CONTRACT_TRIAL_IPDV_H

#include "analyze/contract/trial.h"

/* The summary out of the bins, which d owns then; both are settled. */
void trial_ipdv_set(struct trial_ipdv *d, hist *later, hist *earlier);
void trial_ipdv_clear(struct trial_ipdv *d); /* frees the bins, zeroes the rest */
/* Empty bins, to which those of others can be added; the rest stays. */
void trial_ipdv_start_bins(struct trial_ipdv *d);
void trial_ipdv_drop_bins(struct trial_ipdv *d);
gboolean trial_ipdv_has_bins(const struct trial_ipdv *d);

/* into += from, the summary and, where both have them, the bins. FALSE if a sum leaves 63 bits. */
gboolean trial_ipdv_add(struct trial_ipdv *into, const struct trial_ipdv *from);
void trial_ipdv_add_bins(struct trial_ipdv *into, const struct trial_ipdv *from);

/* Nearest rank of the differences, and of their magnitudes. 0, or -ENODATA without bins or pairs. */
int trial_ipdv_quantile(const struct trial_ipdv *d, double q, int64_t *ns);
int trial_ipdv_magnitude(const struct trial_ipdv *d, double q, uint64_t *ns);

/*
 * "ipdv_ns,count" rows, ascending, each behind prefix, without the header: a bin's midpoint and how
 * many differences it has.
 */
#define TRIAL_IPDV_HEADER "ipdv_ns,count\n"
void trial_ipdv_append(GString *to, const struct trial_ipdv *d, const char *prefix);

/*
 * The bins out of such a text with its header. With column TRIAL_BINS_ONE it is as above; else a
 * column "trial" comes first, and only rows of that number are taken. They must be those that the
 * summary is of; exact minima, maxima and sums are taken from there.
 */
gboolean trial_ipdv_bins_read(struct trial_ipdv *d, const char *name, const char *data, size_t len,
	int column, GError **error);

#endif
