/* SPDX-License-Identifier: BSD-3-Clause */
#include "analyze/results/result_reps.h"

#include <math.h>
#include <stdlib.h>

#include "analyze/numbers/numbers.h"

const guint result_within_ns[RESULT_WITHIN] = { 64, 128, 256, 512 };

struct value {
	double v;
	gboolean bound;
};

/* Ascending; of equal ones a bound is the larger. */
static int compare_values(const void *a, const void *b)
{
	const struct value *x = a, *y = b;

	if (x->v != y->v)
		return x->v < y->v ? -1 : 1;
	return (x->bound != 0) - (y->bound != 0);
}

struct result_reps result_reps_of(const double *values, const gboolean *bound, size_t n)
{
	struct result_reps reps = { .median = NAN, .min = NAN, .max = NAN };
	g_autofree struct value *sorted = g_new(struct value, n + 1);
	size_t nb = 0;

	for (size_t i = 0; i < n; i++) {
		if (!isnan(values[i]))
			sorted[nb++] = (struct value){ values[i], bound != NULL && bound[i] };
	}
	if (nb == 0)
		return reps;
	qsort(sorted, nb, sizeof(*sorted), compare_values);
	reps.nb = (guint)nb;
	reps.median = (sorted[(nb - 1) / 2].v + sorted[nb / 2].v) / 2;
	reps.min = sorted[0].v;
	reps.min_bound = sorted[0].bound;
	reps.max = sorted[nb - 1].v;
	for (size_t i = 0; i < nb; i++) {
		reps.median_bound |= sorted[i].bound && i <= nb / 2;
		reps.max_bound |= sorted[i].bound;
	}
	return reps;
}

/* What each repetition says of a size class: so many numbers, one after the other. */
enum { LOSS, P50, P99, SIZE_NUMBERS };

struct collecting {
	const result_combination *c;
	gboolean response;
	guint room, nb; /* repetitions: before loading, and so far */
	double *values; /* [(size * SIZE_NUMBERS + number) * room + repetition] */
	gboolean *bounds;
};

static size_t place_of(const struct collecting *to, guint size, guint number)
{
	return ((size_t)size * SIZE_NUMBERS + number) * to->room;
}

/* Sums of one class over the guests of a trial, bins among them. */
static void sum_class(const trial *t, const struct result_size *size, gboolean response,
	struct trial_counts *counts, struct trial_dist *dist)
{
	for (uint32_t i = 0; i < t->nb_guests; i++) {
		for (uint32_t j = 0; j < t->guests[i].nb_sizes; j++) {
			const struct trial_size *s = &t->guests[i].sizes[j];

			if (s->frame_len_lo != size->frame_len_lo ||
				s->frame_len_hi != size->frame_len_hi)
				continue;
			(void)trial_counts_add(counts, &s->c);
			(void)trial_dist_add(dist, response ? &s->response : &s->latency);
		}
	}
}

static void quantile_of(const struct trial_dist *d, double q, double *ns, gboolean *bound)
{
	uint64_t value;

	*ns = NAN;
	*bound = FALSE;
	if (trial_dist_quantile(d, q, &value, bound) == 0)
		*ns = (double)value;
}

static void collect_sizes(const trial *t, guint index, void *user)
{
	struct collecting *to = user;

	to->nb = t == NULL ? 0 : index + 1;
	for (guint i = 0; t != NULL && i < to->c->nb_sizes; i++) {
		double *values = to->values + place_of(to, i, LOSS) + index;
		gboolean *bounds = to->bounds + place_of(to, i, LOSS) + index;
		g_autoptr(hist) sum = hist_new();
		struct trial_counts counts = { 0 };
		struct trial_dist dist = { .hist = sum };

		sum_class(t, &to->c->sizes[i], to->response, &counts, &dist);
		/* Where there is one class its bins are the trial's, of whatever form. */
		if (to->c->nb_sizes == 1)
			dist = to->response ? t->response : t->latency;
		for (guint k = 0; k < SIZE_NUMBERS; k++) {
			double *value = values + (size_t)k * to->room;

			*value = NAN;
			if (to->c->n.one_way)
				continue;
			if (k == LOSS && counts.offered > 0)
				*value = (double)counts.lost / (double)counts.offered;
			else if (k != LOSS)
				quantile_of(&dist, k == P50 ? 0.5 : 0.99, value,
					bounds + (size_t)k * to->room);
		}
	}
}

GArray *result_size_reps(result_set *r, result_combination *c, gboolean response, GError **error)
{
	guint room = c->trials->len;
	size_t all = (size_t)c->nb_sizes * SIZE_NUMBERS * room;
	g_autofree double *values = g_new0(double, all + 1);
	g_autofree gboolean *bounds = g_new0(gboolean, all + 1);
	struct collecting to = {
		.c = c, .response = response, .room = room, .values = values, .bounds = bounds
	};
	g_autoptr(GArray) sizes = g_array_new(FALSE, TRUE, sizeof(struct result_size_reps));

	if (!result_load(r, c, collect_sizes, &to, error))
		return NULL;
	/* Where a trial was left out fewer classes may be left, too; never more. */
	for (guint i = 0; i < c->nb_sizes; i++) {
		struct result_reps reps[SIZE_NUMBERS];
		struct result_size_reps size = { .frame_len_lo = c->sizes[i].frame_len_lo,
			.frame_len_hi = c->sizes[i].frame_len_hi };

		for (guint k = 0; k < SIZE_NUMBERS; k++)
			reps[k] = result_reps_of(
				values + place_of(&to, i, k), bounds + place_of(&to, i, k), to.nb);
		size.loss = reps[LOSS];
		size.p50 = reps[P50];
		size.p99 = reps[P99];
		g_array_append_val(sizes, size);
	}
	result_unload(c);
	return g_steal_pointer(&sizes);
}

/* Share of so many in which member of each repetition's departures, at offset, is. */
static struct result_reps share_reps(const result_combination *c, size_t of, size_t offset)
{
	g_autofree double *values = g_new(double, c->trials->len + 1);

	for (guint i = 0; i < c->trials->len; i++) {
		const trial *t = g_ptr_array_index(c->trials, i);
		uint64_t all = G_STRUCT_MEMBER(uint64_t, &t->departure, of);
		uint64_t nb = G_STRUCT_MEMBER(uint64_t, &t->departure, offset);

		values[i] = all > 0 ? (double)nb / (double)all : NAN;
	}
	return result_reps_of(values, NULL, c->trials->len);
}

#define MEMBER(name) offsetof(struct trial_departure, name)

struct result_departure_reps result_departure_reps(const result_combination *c)
{
	static const size_t schedule[RESULT_WITHIN] = { MEMBER(within_64ns), MEMBER(within_128ns),
		MEMBER(within_256ns), MEMBER(within_512ns) };
	static const size_t gap[RESULT_WITHIN] = { MEMBER(inter_within_64ns),
		MEMBER(inter_within_128ns), MEMBER(inter_within_256ns),
		MEMBER(inter_within_512ns) };
	struct result_departure_reps d;

	for (guint i = 0; i < RESULT_WITHIN; i++) {
		d.schedule[i] = share_reps(c, MEMBER(frames), schedule[i]);
		d.gap[i] = share_reps(c, MEMBER(inter_frames), gap[i]);
	}
	d.bursts = share_reps(c, MEMBER(frames), MEMBER(bursts));
	return d;
}

/* Between two INFINITYs there is one, not a NAN. */
static double at_quantile(const double *sorted, size_t n, double q)
{
	double index = q * (double)(n - 1), part = index - floor(index);
	double lo = sorted[(size_t)index], hi = sorted[MIN((size_t)index + 1, n - 1)];

	return part > 0 && isfinite(hi) ? (1 - part) * lo + part * hi : part > 0 ? hi : lo;
}

struct result_box result_box_of(const double *values, size_t n)
{
	g_autofree double *sorted = g_memdup2(values, n * sizeof(*values));

	if (n == 0)
		return (struct result_box){ NAN, NAN, NAN, NAN, NAN };
	qsort(sorted, n, sizeof(*sorted), numbers_compare_doubles);
	return (struct result_box){ sorted[0], at_quantile(sorted, n, 0.25),
		at_quantile(sorted, n, 0.5), at_quantile(sorted, n, 0.75), sorted[n - 1] };
}

GArray *result_reps_quantile(const result_combination *c, gboolean response, double q)
{
	GArray *values = g_array_new(FALSE, FALSE, sizeof(double));

	for (guint i = 0; i < c->trials->len; i++) {
		const trial *t = g_ptr_array_index(c->trials, i);
		uint64_t ns;
		gboolean bound;
		double value;

		if (trial_dist_quantile(response ? &t->response : &t->latency, q, &ns, &bound) != 0)
			continue;
		value = bound ? INFINITY : (double)ns;
		g_array_append_val(values, value);
	}
	return values;
}
