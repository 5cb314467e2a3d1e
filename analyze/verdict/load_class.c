/* SPDX-License-Identifier: BSD-3-Clause */
#include "analyze/verdict/load_class.h"

/* Relative: durations are binary fractions in sums and have nine decimals in names of files. */
static const double slack = 1e-6;

static gboolean is_full_length(const struct load_rule *rule, const struct load_trial *t)
{
	return t->duration_s >= rule->final_s * (1 - slack);
}

enum search_class load_class_of(
	const struct load_rule *rule, const struct load_trial *trials, size_t nb)
{
	double full_low = 0, full_high = 0, short_low = 0, short_high = 0;

	for (size_t i = 0; i < nb; i++) {
		const struct load_trial *t = &trials[i];

		if (is_full_length(rule, t))
			*(t->bad ? &full_high : &full_low) += t->duration_s;
		else
			*(t->bad ? &short_high : &short_low) += t->duration_s;
	}
	/* Short trials can only help an upper bound. */
	double excess = MAX(0, short_high - short_low * rule->exceed / (1 - rule->exceed));
	double high = full_high + excess;
	double whole = MAX(full_low + high, rule->sum_s);
	double quantile = whole * (rule->exceed + slack);
	gboolean low_at_worst = whole - full_low <= quantile; /* missing time counts as high loss */
	gboolean low_at_best = high <= quantile;

	if (low_at_worst != low_at_best)
		return SEARCH_UNDECIDED;
	return low_at_best ? SEARCH_LOWER : SEARCH_UPPER;
}

double load_quantile_loss(const struct load_rule *rule, const struct load_trial *trials, size_t nb)
{
	double whole = 0, quantile = 1;

	for (size_t i = 0; i < nb; i++)
		if (is_full_length(rule, &trials[i]))
			whole += trials[i].duration_s;
	whole = MAX(whole, rule->sum_s);
	/* The smallest loss that is not exceeded for long enough; missing time counts as all lost. */
	for (size_t i = 0; i < nb; i++) {
		double within = 0;

		if (!is_full_length(rule, &trials[i]))
			continue;
		for (size_t j = 0; j < nb; j++)
			if (is_full_length(rule, &trials[j]) && trials[j].loss <= trials[i].loss)
				within += trials[j].duration_s;
		if (within >= whole * (1 - rule->exceed - slack))
			quantile = MIN(quantile, trials[i].loss);
	}
	return quantile;
}
