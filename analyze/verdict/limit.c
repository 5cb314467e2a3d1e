/* SPDX-License-Identifier: BSD-3-Clause */
#include "analyze/verdict/limit.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analyze/results/result_numbers.h"
#include "analyze/results/result_params.h"
#include "analyze/statistics/statistics.h"

const char *limit_state_word(enum limit_state s)
{
	static const char *const words[] = { "found", "no load passes", "all loads pass",
		"the highest load passes", "unknown" };

	return words[s];
}

/* b where part is 1, and exactly so. */
static double point_between(double a, double b, double part)
{
	return part < 1 ? a + part * (b - a) : b;
}

/* loss: that of points[], repaired or not. */
static struct limit find_limit(
	const struct limit_point *points, const double *loss, size_t nb, double allowed)
{
	struct limit out = { LIMIT_UNKNOWN, NAN, NAN, NAN, NAN, NAN };
	size_t nb_pass = 0, last = 0;
	double part;

	for (size_t i = 0; i < nb; i++) {
		if (loss[i] <= allowed) {
			nb_pass++;
			last = i;
		}
	}
	if (nb == 0)
		return out;
	if (nb_pass == 0 || last + 1 == nb) {
		out.state = nb_pass == 0 ? LIMIT_NONE : nb_pass == nb ? LIMIT_ALL : LIMIT_HIGHEST;
		return out;
	}
	out.state = LIMIT_FOUND;
	out.offered_pps = points[last].offered_pps;
	out.forwarded_pps = points[last].forwarded_pps;
	out.loss = loss[last];
	/* The next one does not pass: its loss is larger. */
	part = (allowed - loss[last]) / (loss[last + 1] - loss[last]);
	out.interpolated_offered_pps = point_between(
		points[last].offered_pps, points[last + 1].offered_pps, part);
	out.interpolated_forwarded_pps = point_between(
		points[last].forwarded_pps, points[last + 1].forwarded_pps, part);
	return out;
}

struct limit limit_of(const struct limit_point *points, size_t nb, double allowed)
{
	g_autofree double *loss = g_new(double, nb + 1);

	for (size_t i = 0; i < nb; i++)
		loss[i] = points[i].loss;
	return find_limit(points, loss, nb, allowed);
}

struct limit limit_of_repaired(const struct limit_point *points, size_t nb, double allowed)
{
	g_autofree double *loss = g_new(double, nb + 1), *weight = g_new(double, nb + 1);

	for (size_t i = 0; i < nb; i++) {
		loss[i] = points[i].loss;
		weight[i] = points[i].weight;
	}
	statistics_isotonic(loss, weight, nb, loss);
	return find_limit(points, loss, nb, allowed);
}

/* The median of the medians of the lower half (rounded up) of the loads that pass. */
static double baseline_of(const struct limit_point *points, size_t nb, double allowed)
{
	g_autofree double *p50 = g_new(double, nb + 1);
	size_t nb_pass = 0;

	for (size_t i = 0; i < nb; i++) {
		if (points[i].loss <= allowed && isfinite(points[i].p50_ns))
			p50[nb_pass++] = points[i].p50_ns;
	}
	return statistics_median(p50, (nb_pass + 1) / 2, 0.95).value;
}

struct limit_knee limit_knee_of(
	const struct limit_point *points, size_t nb, double allowed, double knee)
{
	struct limit_knee out = { LIMIT_UNKNOWN, NAN, NAN, NAN, NAN, NAN };
	const struct limit_point *last = NULL;
	size_t nb_known = 0;

	out.baseline_ns = baseline_of(points, nb, allowed);
	for (size_t i = 0; i < nb; i++)
		nb_known += isnan(points[i].p50_ns) ? 0 : 1;
	if (nb_known == 0)
		return out;
	out.state = isnan(out.baseline_ns) ? LIMIT_NONE : LIMIT_ALL;
	for (size_t i = 0; i < nb && out.state == LIMIT_ALL; i++) {
		if (isnan(points[i].p50_ns))
			continue;
		if (points[i].p50_ns > knee * out.baseline_ns)
			out.state = last == NULL ? LIMIT_NONE : LIMIT_FOUND;
		else
			last = &points[i];
	}
	if (out.state == LIMIT_FOUND) {
		out.offered_pps = last->offered_pps;
		out.forwarded_pps = last->forwarded_pps;
		out.loss = last->loss;
		out.p50_ns = last->p50_ns;
	}
	return out;
}

static void series_free(gpointer data)
{
	struct limit_series *s = data;

	g_array_unref(s->points);
	g_free(s);
}

static int compare_points(const void *a, const void *b)
{
	double x = ((const struct limit_point *)a)->offered_pps;
	double y = ((const struct limit_point *)b)->offered_pps;

	return x < y ? -1 : x > y;
}

/* FALSE if nothing was offered or nobody knows what, or its bins are broken. */
static gboolean point_of(
	result_set *r, result_combination *c, gboolean response, struct limit_point *out)
{
	g_autoptr(GError) error = NULL;
	struct result_quantile q;

	if (c->n.c.offered == 0 || !(c->n.measured_s > 0)) {
		g_ptr_array_add(
			r->notes, g_strdup_printf("%s %s: skipped: %s", c->params.label, c->infix,
					  result_numbers_is_moongen(c) ? "unknown offered load"
								       : "no frame offered"));
		return FALSE;
	}
	if (c->n.one_way) {
		g_ptr_array_add(r->notes, g_strdup_printf("%s %s: skipped: one-way interface",
						  c->params.label, c->infix));
		return FALSE;
	}
	if (!result_load(r, c, NULL, NULL, &error)) {
		g_ptr_array_add(r->warnings, g_strdup(error->message));
		return FALSE;
	}
	*out = (struct limit_point){ c->n.offered_pps, c->n.forwarded_pps, c->n.loss.value,
		(double)c->n.c.offered, NAN };
	if (result_quantile(c, response, 0.5, &q))
		out->p50_ns = q.bound ? INFINITY : (double)q.ns;
	result_unload(c);
	return TRUE;
}

GPtrArray *limit_series_of(result_set *r, gboolean response)
{
	GPtrArray *all = g_ptr_array_new_with_free_func(series_free);
	g_autoptr(GHashTable) by_key = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

	for (guint i = 0; i < r->combinations->len; i++) {
		result_combination *c = g_ptr_array_index(r->combinations, i);
		struct trial_params but_rate = c->params; /* borrows its texts */
		g_autofree char *key = NULL;
		struct limit_point point;
		struct limit_series *s;

		if (!point_of(r, c, response, &point))
			continue;
		but_rate.rate_pps = 0;
		key = result_params_key(&but_rate);
		s = g_hash_table_lookup(by_key, key);
		if (s == NULL) {
			s = g_new0(struct limit_series, 1);
			s->first = c;
			s->points = g_array_new(FALSE, TRUE, sizeof(struct limit_point));
			g_hash_table_insert(by_key, g_steal_pointer(&key), s);
			g_ptr_array_add(all, s);
		}
		g_array_append_val(s->points, point);
	}
	for (guint i = 0; i < all->len; i++)
		g_array_sort(
			((struct limit_series *)g_ptr_array_index(all, i))->points, compare_points);
	return all;
}
