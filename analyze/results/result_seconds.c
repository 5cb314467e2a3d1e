/* SPDX-License-Identifier: BSD-3-Clause */
#include "analyze/results/result_seconds.h"

#include <math.h>
#include <stddef.h>

#include "analyze/numbers/numbers.h"
#include "analyze/results/result_reps.h"

/* See the header: of counts of one second, so never below 0. */
static double loss_of(uint64_t offered, uint64_t forwarded)
{
	if (offered == 0)
		return NAN;
	return forwarded >= offered ? 0 : (double)(offered - forwarded) / (double)offered;
}

static double known_or_nan(uint64_t ns)
{
	return ns > 0 ? (double)ns : NAN;
}

GArray *result_seconds(const trial *t)
{
	GArray *seconds = g_array_new(FALSE, TRUE, sizeof(struct result_second));
	double before = 0;

	for (guint i = 0; i < trial_sending_rows(t); i++) {
		const struct trial_second *row = &g_array_index(t->seconds, struct trial_second, i);
		double length = row->time_s - before;
		struct result_second s = { .time_s = row->time_s,
			.offered_pps = length > 0 ? (double)row->offered / length : NAN,
			.forwarded_pps = length > 0 ? (double)row->forwarded / length : NAN,
			.loss = loss_of(row->offered, row->forwarded),
			.p50_ns = known_or_nan(row->p50_ns),
			.p99_ns = known_or_nan(row->p99_ns),
			.max_ns = known_or_nan(row->max_ns),
			.mean_ns = NAN };

		before = row->time_s;
		g_array_append_val(seconds, s);
	}
	return seconds;
}

/* The median of a member, at offset, over those that have that row. */
static double median_of(const GPtrArray *repetitions, guint row, size_t offset)
{
	g_autofree double *values = g_new(double, repetitions->len + 1);
	guint nb = 0;

	for (guint i = 0; i < repetitions->len; i++) {
		GArray *seconds = g_ptr_array_index(repetitions, i);

		if (row < seconds->len)
			values[nb++] = G_STRUCT_MEMBER(
				double, &g_array_index(seconds, struct result_second, row), offset);
	}
	return result_reps_of(values, NULL, nb).median;
}

GArray *result_seconds_median(const GPtrArray *repetitions)
{
	static const size_t members[] = { offsetof(struct result_second, time_s),
		offsetof(struct result_second, offered_pps),
		offsetof(struct result_second, forwarded_pps), offsetof(struct result_second, loss),
		offsetof(struct result_second, p50_ns), offsetof(struct result_second, p99_ns),
		offsetof(struct result_second, max_ns), offsetof(struct result_second, mean_ns) };
	GArray *medians = g_array_new(FALSE, TRUE, sizeof(struct result_second));
	guint rows = 0;

	for (guint i = 0; i < repetitions->len; i++)
		rows = MAX(rows, ((const GArray *)g_ptr_array_index(repetitions, i))->len);
	for (guint row = 0; row < rows; row++) {
		struct result_second median;

		for (guint m = 0; m < G_N_ELEMENTS(members); m++)
			G_STRUCT_MEMBER(double, &median, members[m]) = median_of(
				repetitions, row, members[m]);
		g_array_append_val(medians, median);
	}
	return medians;
}

/* The numbers of all guests, ascending, each once. */
static GArray *guests_of(const GArray *rows)
{
	GArray *guests = g_array_new(FALSE, FALSE, sizeof(uint32_t));
	guint nb = 0;

	for (guint i = 0; i < rows->len; i++)
		g_array_append_val(guests, g_array_index(rows, struct trial_guest_second, i).guest);
	g_array_sort(guests, numbers_compare_u32);
	for (guint i = 0; i < guests->len; i++) {
		uint32_t guest = g_array_index(guests, uint32_t, i);

		if (nb == 0 || g_array_index(guests, uint32_t, nb - 1) != guest)
			g_array_index(guests, uint32_t, nb++) = guest;
	}
	g_array_set_size(guests, nb);
	return guests;
}

static guint place_of(GArray *guests, uint32_t guest)
{
	guint at = 0;

	(void)g_array_binary_search(guests, &guest, numbers_compare_u32, &at);
	return at;
}

/* How many seconds there are: the most rows of one guest. */
static guint seconds_of(const GArray *rows, GArray *guests)
{
	g_autofree guint *nb = g_new0(guint, guests->len + 1);
	guint most = 0;

	for (guint i = 0; i < rows->len; i++) {
		const struct trial_guest_second *row = &g_array_index(
			rows, struct trial_guest_second, i);
		guint place = place_of(guests, row->guest);

		nb[place] += !row->drain;
		most = MAX(most, nb[place]);
	}
	return most;
}

struct cell {
	uint64_t offered, forwarded;
	double latency_sum_ns;
};

GArray *result_seconds_of_guests(const GArray *rows)
{
	GArray *seconds = g_array_new(FALSE, TRUE, sizeof(struct result_second));
	g_autoptr(GArray) guests = guests_of(rows);
	g_autofree guint *nb = g_new0(guint, guests->len + 1);
	guint most = seconds_of(rows, guests);
	g_autofree struct trial_guest_second *sums = g_new0(struct trial_guest_second, most + 1);
	double before = 0;

	for (guint i = 0; i < rows->len; i++) {
		const struct trial_guest_second *row = &g_array_index(
			rows, struct trial_guest_second, i);
		struct trial_guest_second *sum;

		if (row->drain)
			continue;
		sum = &sums[nb[place_of(guests, row->guest)]++];
		sum->time_s = MAX(sum->time_s, row->time_s);
		sum->offered += row->offered;
		sum->forwarded += row->forwarded;
		sum->latency_sum_ns += row->latency_sum_ns;
	}
	for (guint i = 0; i < most; i++) {
		double length = sums[i].time_s - before;
		struct result_second s = { .time_s = sums[i].time_s,
			.offered_pps = length > 0 ? (double)sums[i].offered / length : NAN,
			.forwarded_pps = length > 0 ? (double)sums[i].forwarded / length : NAN,
			.loss = loss_of(sums[i].offered, sums[i].forwarded),
			.p50_ns = NAN,
			.p99_ns = NAN,
			.max_ns = NAN,
			.mean_ns = sums[i].forwarded > 0 ? (double)sums[i].latency_sum_ns /
								   (double)sums[i].forwarded
							 : NAN };

		before = s.time_s;
		g_array_append_val(seconds, s);
	}
	return seconds;
}

/* Counts of each cell, and where the times of g end. */
static struct cell *add_up(result_guest_times *g, const GArray *rows, GArray *guests, guint merged)
{
	struct cell *cells = g_new0(struct cell, (gsize)g->nb_guests * g->nb_times + 1);
	g_autofree guint *nb = g_new0(guint, g->nb_guests + 1);

	for (guint i = 0; i < rows->len; i++) {
		const struct trial_guest_second *row = &g_array_index(
			rows, struct trial_guest_second, i);
		guint guest = place_of(guests, row->guest), time = nb[guest] / merged;
		struct cell *cell;

		if (row->drain)
			continue;
		nb[guest]++;
		cell = &cells[(gsize)guest * g->nb_times + time];
		cell->offered += row->offered;
		cell->forwarded += row->forwarded;
		cell->latency_sum_ns += (double)row->latency_sum_ns;
		g->end_s[time] = MAX(g->end_s[time], row->time_s);
	}
	return cells;
}

result_guest_times *result_guest_times_of(const GArray *rows, guint max_times)
{
	result_guest_times *g = g_new0(result_guest_times, 1);
	g_autoptr(GArray) guests = guests_of(rows);
	guint seconds = seconds_of(rows, guests);
	guint merged = MAX(1, (seconds + max_times - 1) / max_times);

	g->nb_guests = guests->len;
	g->nb_times = (seconds + merged - 1) / merged;
	g->guests = g_memdup2(guests->data, guests->len * sizeof(uint32_t));
	g->end_s = g_new0(double, g->nb_times + 1);
	g_autofree struct cell *cells = add_up(g, rows, guests, merged);
	gsize nb = (gsize)g->nb_guests * g->nb_times;

	g->loss = g_new(double, nb + 1);
	g->mean_ns = g_new(double, nb + 1);
	for (gsize i = 0; i < nb; i++) {
		g->loss[i] = loss_of(cells[i].offered, cells[i].forwarded);
		g->mean_ns[i] = cells[i].forwarded > 0
					? cells[i].latency_sum_ns / (double)cells[i].forwarded
					: NAN;
	}
	return g;
}

void result_guest_times_free(result_guest_times *g)
{
	if (g == NULL)
		return;
	g_free(g->guests);
	g_free(g->end_s);
	g_free(g->loss);
	g_free(g->mean_ns);
	g_free(g);
}
