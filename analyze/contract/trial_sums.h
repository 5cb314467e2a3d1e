/* SPDX-License-Identifier: BSD-3-Clause */
/* analyze/contract/trial_sums.h: the checks that trial_balance is made of. where names the place in errors. */
#ifndef ANALYZE_CONTRACT_TRIAL_SUMS_H
#define ANALYZE_CONTRACT_TRIAL_SUMS_H

#include "analyze/contract/trial.h"

/* Sets the error, with the remedy behind it; returns FALSE. */
G_GNUC_PRINTF(2, 3)
gboolean trial_imbalance(GError **error, const char *format, ...);
gboolean trial_sums_too_large(const char *where, GError **error);

/* Do forwarded, lost, offered, not_sent, unsent and intended agree, and do all fit a file? */
gboolean trial_sums_check_counts(const char *where, const struct trial_counts *c, GError **error);
/* Is d, the latency or response time (kind), of so many frames, and are its bins? */
gboolean trial_sums_check_dist(const char *where, const char *kind, uint64_t forwarded,
	uint64_t lost, const struct trial_dist *d, GError **error);

/* c or d becomes the sum of its parts, or has to be equal to it where it was filled in before. */
gboolean trial_sums_settle_counts(const char *where, struct trial_counts *c,
	const struct trial_counts *sum, const char *parts, GError **error);
gboolean trial_sums_settle_dist(const char *where, const char *kind, struct trial_dist *d,
	const struct trial_dist *sum, const char *parts, GError **error);

/* The probes' part of trial_balance. */
gboolean trial_probes_balance(trial *t, GError **error);

#endif
