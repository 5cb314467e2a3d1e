/* SPDX-License-Identifier: BSD-3-Clause */
#include "analyze/compare.h"

#include <math.h>

/* A percentile of each repetition that knows it; returns how many. */
static size_t quantiles(const result_combination *c, gboolean response, double q, double *out)
{
	size_t nb = 0;

	for (guint i = 0; i < c->trials->len; i++) {
		const trial *t = g_ptr_array_index(c->trials, i);
		uint64_t ns;
		gboolean bound;

		if (trial_dist_quantile(response ? &t->response : &t->latency, q, &ns, &bound) == 0)
			out[nb++] = bound ? INFINITY : (double)ns;
	}
	return nb;
}

void compare_shift(const result_combination *a, const result_combination *b, gboolean response,
	const double *q, size_t nb, double confidence, struct statistics_shift *out)
{
	g_autofree double *x = g_new(double, a->trials->len + 1);
	g_autofree double *y = g_new(double, b->trials->len + 1);

	for (size_t i = 0; i < nb; i++) {
		size_t nb_x = quantiles(a, response, q[i], x);
		size_t nb_y = quantiles(b, response, q[i], y);

		out[i] = statistics_shift(q[i], x, nb_x, y, nb_y, confidence);
	}
}
