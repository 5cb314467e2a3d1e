/* SPDX-License-Identifier: BSD-3-Clause */
#include "analyze/delay_variation.h"

#include <errno.h>
#include <stdlib.h>

size_t delay_variation_ipdv(const uint64_t *delay_ns, size_t n, int64_t *ipdv_ns)
{
	size_t nb = 0;

	for (size_t i = 1; i < n; i++) {
		if (delay_ns[i] != DELAY_LOST && delay_ns[i - 1] != DELAY_LOST)
			ipdv_ns[nb++] = (int64_t)delay_ns[i] - (int64_t)delay_ns[i - 1];
	}
	return nb;
}

size_t delay_variation_pdv(const uint64_t *delay_ns, size_t n, uint64_t *pdv_ns)
{
	uint64_t least_ns = DELAY_LOST;
	size_t nb = 0;

	for (size_t i = 0; i < n; i++)
		least_ns = MIN(least_ns, delay_ns[i]);
	for (size_t i = 0; i < n; i++) {
		if (delay_ns[i] != DELAY_LOST)
			pdv_ns[nb++] = delay_ns[i] - least_ns;
	}
	return nb;
}

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

struct one {
	uint64_t ns;
	gboolean bound;
};

static int compare(const void *a, const void *b)
{
	const struct one *x = a, *y = b;

	if (x->bound != y->bound)
		return x->bound ? 1 : -1;
	return x->ns < y->ns ? -1 : x->ns > y->ns;
}

int delay_variation_rfc8219(
	const struct trial_dist *const *d, size_t n, uint64_t *ns, gboolean *bound)
{
	g_autofree struct one *all = g_new0(struct one, n + 1);
	const struct one *lo, *hi;
	size_t nb = 0;

	for (size_t i = 0; i < n; i++)
		nb += delay_variation_quantile(d[i], 0.999, &all[nb].ns, &all[nb].bound) == 0;
	if (nb == 0)
		return -ENODATA;
	qsort(all, nb, sizeof(all[0]), compare);
	lo = &all[(nb - 1) / 2];
	hi = &all[nb / 2];
	*bound = lo->bound || hi->bound;
	*ns = lo->ns + (uint64_t)(((int64_t)hi->ns - (int64_t)lo->ns) / 2);
	return 0;
}
