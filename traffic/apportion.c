/* SPDX-License-Identifier: BSD-3-Clause */
#include "traffic/apportion.h"

#include <math.h>
#include <stdlib.h>

#include <glib.h>

struct remainder {
	double part;
	uint32_t index;
};

static int by_part(const void *a, const void *b)
{
	const struct remainder *x = a, *y = b;

	if (x->part != y->part)
		return x->part > y->part ? -1 : 1;
	return x->index < y->index ? -1 : x->index > y->index;
}

/*
 * Indexes whose share is less than one frame get one, count[i] = 1, and the others divide what is
 * left; that can push further ones below one frame. Others have count[i] = 0. Returns the frames
 * left, *rest is the sum of the shares that divide them.
 */
static uint32_t give_one(
	const double *share, uint32_t nb, uint32_t n, uint32_t *count, double *rest)
{
	uint32_t left = n, before;

	*rest = 0.0;
	for (uint32_t i = 0; i < nb; i++) {
		count[i] = 0;
		*rest += share[i];
	}
	do {
		before = left;
		for (uint32_t i = 0; i < nb; i++) {
			if (count[i] == 0 && share[i] / *rest * before < 1.0 - 1e-9) {
				count[i] = 1;
				left--;
			}
		}
		*rest = 0.0;
		for (uint32_t i = 0; i < nb; i++)
			*rest += count[i] == 0 ? share[i] : 0.0;
	} while (left != before && left > 0);
	return left;
}

void apportion(const double *share, uint32_t nb, uint32_t n, uint32_t *count)
{
	g_autofree struct remainder *remainders = g_new(struct remainder, nb);
	uint32_t nb_remainders = 0, given = 0, left;
	double rest;

	g_assert(nb > 0 && n >= nb);
	left = give_one(share, nb, n, count, &rest);
	for (uint32_t i = 0; i < nb; i++) {
		if (count[i] > 0)
			continue;

		/* The nudge keeps 12 * (7 / 12) from being one short of 7. */
		double exact = share[i] / rest * left, whole = floor(exact + 1e-9);

		count[i] = (uint32_t)whole;
		given += count[i];
		/* Rounded: a tie must not be broken by the last bit. */
		remainders[nb_remainders++] = (struct remainder){ round((exact - whole) * 1e9), i };
	}
	if (given >= left)
		return;
	g_assert(nb_remainders > 0); /* what is left is somebody's */
	qsort(remainders, nb_remainders, sizeof(*remainders), by_part);
	for (uint32_t i = 0; given < left; i = (i + 1) % nb_remainders, given++)
		count[remainders[i].index]++;
}

double apportion_error(const double *share, uint32_t nb, uint32_t n, const uint32_t *count)
{
	double worst = 0.0;

	for (uint32_t i = 0; i < nb; i++)
		worst = fmax(worst, fabs((double)count[i] / n - share[i]));
	return worst;
}

static gboolean is_exact(const double *share, uint32_t nb, uint32_t n)
{
	for (uint32_t i = 0; i < nb; i++) {
		double exact = share[i] * n, whole = round(exact);

		if (whole < 1.0 || fabs(exact - whole) > 1e-9)
			return FALSE;
	}
	return TRUE;
}

uint32_t apportion_exact(const double *share, uint32_t nb, uint32_t max)
{
	for (uint32_t n = nb; n <= max; n++)
		if (is_exact(share, nb, n))
			return n;
	return 0;
}

uint32_t apportion_best(const double *share, uint32_t nb, uint32_t max)
{
	g_autofree uint32_t *count = g_new(uint32_t, nb);
	uint32_t best = apportion_exact(share, nb, max);
	double least = INFINITY;

	if (best != 0)
		return best;
	for (uint32_t n = nb; n <= max; n++) {
		apportion(share, nb, n, count);

		double e = apportion_error(share, nb, n, count);

		if (e < least * (1.0 - 1e-9)) {
			least = e;
			best = n;
		}
	}
	return best;
}

struct place {
	uint32_t numerator, denominator;
	uint32_t index;
};

static int by_place(const void *a, const void *b)
{
	const struct place *x = a, *y = b;
	uint64_t left = (uint64_t)x->numerator * y->denominator;
	uint64_t right = (uint64_t)y->numerator * x->denominator;

	if (left != right)
		return left < right ? -1 : 1;
	return x->index < y->index ? -1 : x->index > y->index;
}

void apportion_spread(const uint32_t *count, uint32_t nb, uint16_t *order)
{
	g_autofree struct place *places = NULL;
	size_t n = 0;

	for (uint32_t i = 0; i < nb; i++)
		n += count[i];
	places = g_new(struct place, n);
	n = 0;
	for (uint32_t i = 0; i < nb; i++)
		for (uint32_t k = 0; k < count[i]; k++)
			places[n++] = (struct place){ 2 * k + 1, count[i], i };
	qsort(places, n, sizeof(*places), by_place);
	for (size_t i = 0; i < n; i++)
		order[i] = (uint16_t)places[i].index;
}
