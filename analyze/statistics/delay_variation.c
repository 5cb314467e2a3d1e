/* SPDX-License-Identifier: BSD-3-Clause */
#include "analyze/statistics/delay_variation.h"

#include <errno.h>
#include <math.h>

#include "analyze/statistics/statistics.h"

int delay_variation_least(const struct trial_dist *d, uint64_t *ns)
{
	if (d->exact != NULL && d->exact->nb > 0)
		*ns = d->exact->bins[0].ns;
	else if (d->exact == NULL && d->hist != NULL && ctr_get(&d->hist->count) > 0)
		*ns = ctr_get(&d->hist->min_ns);
	else
		return -ENODATA;
	return 0;
}

int delay_variation_quantile(const struct trial_dist *d, double q, uint64_t *ns, gboolean *bound)
{
	uint64_t delay_ns, least_ns;

	if (delay_variation_least(d, &least_ns) != 0 ||
		trial_dist_quantile(d, q, &delay_ns, bound) != 0)
		return -ENODATA;
	/* What lost frames waited may be less than what the others took. */
	*ns = delay_ns > least_ns ? delay_ns - least_ns : 0;
	return 0;
}

int delay_variation_rfc8219(
	const struct trial_dist *const *d, size_t n, uint64_t *ns, gboolean *bound)
{
	g_autofree double *all = g_new(double, n + 1), *at_least = g_new(double, n + 1);
	struct statistics_bounded median;
	size_t nb = 0;

	for (size_t i = 0; i < n; i++) {
		uint64_t one_ns;
		gboolean one_bound;

		if (delay_variation_quantile(d[i], 0.999, &one_ns, &one_bound) != 0)
			continue;
		all[nb] = one_bound ? INFINITY : (double)one_ns;
		at_least[nb++] = (double)one_ns;
	}
	if (nb == 0)
		return -ENODATA;
	median = statistics_median_bounded(all, at_least, nb, 0.95);
	*bound = isinf(median.m.value) != 0;
	*ns = (uint64_t)(*bound ? median.at_least.value : median.m.value);
	return 0;
}
