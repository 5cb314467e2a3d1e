/* SPDX-License-Identifier: BSD-3-Clause */
#include "sim/trial/live.h"

#define ROW_TYPE "(udttta(ut))"

struct pending {
	uint32_t second;
	struct trial_second row; /* without its percentiles */
	hist *latency;
};

struct live {
	guint nb_ranks;
	uint32_t *newest; /* second of a rank's last row; from 0, which none has */
	guint *count;
	GQueue pending; /* struct pending, ascending */
	GArray *rows;   /* struct trial_second: what came of those before */
};

GBytes *live_row(const struct trial_second *row, uint32_t second, const hist *latency)
{
	g_autoptr(GVariant) value = NULL;
	GVariantBuilder bins;

	g_variant_builder_init(&bins, G_VARIANT_TYPE("a(ut)"));
	for (uint32_t i = 0; i < HIST_BUCKETS; i++)
		if (ctr_get(&latency->bucket[i]) != 0)
			g_variant_builder_add(
				&bins, "(ut)", i, (guint64)ctr_get(&latency->bucket[i]));
	value = g_variant_ref_sink(g_variant_new(ROW_TYPE, second, row->time_s,
		(guint64)row->offered, (guint64)row->forwarded, (guint64)row->refused, &bins));
	return g_variant_get_data_as_bytes(value);
}

struct live *live_new(guint nb_ranks)
{
	struct live *l = g_new0(struct live, 1);

	l->nb_ranks = nb_ranks;
	l->newest = g_new0(uint32_t, nb_ranks);
	l->count = g_new0(guint, nb_ranks);
	l->rows = g_array_new(FALSE, FALSE, sizeof(struct trial_second));
	g_queue_init(&l->pending);
	return l;
}

static void free_pending(gpointer p)
{
	hist_free(((struct pending *)p)->latency);
	g_free(p);
}

void live_free(struct live *l)
{
	if (l == NULL)
		return;
	g_queue_clear_full(&l->pending, free_pending);
	g_array_unref(l->rows);
	g_free(l->newest);
	g_free(l->count);
	g_free(l);
}

static struct pending *find(struct live *l, uint32_t second)
{
	GList *at = l->pending.head;
	struct pending *p;

	while (at != NULL && ((struct pending *)at->data)->second < second)
		at = at->next;
	if (at != NULL && ((struct pending *)at->data)->second == second)
		return at->data;
	p = g_new0(struct pending, 1);
	p->second = second;
	p->latency = hist_new();
	g_queue_insert_before(&l->pending, at, p);
	return p;
}

gboolean live_add(struct live *l, guint rank, GBytes *row)
{
	g_autoptr(GVariant) value = g_variant_ref_sink(
		g_variant_new_from_bytes(G_VARIANT_TYPE(ROW_TYPE), row, FALSE));
	g_autoptr(GVariantIter) bins = NULL;
	guint64 offered, forwarded, refused, count;
	struct pending *p;
	double time_s;
	guint32 second, bucket;

	if (rank >= l->nb_ranks || !g_variant_is_normal_form(value))
		return FALSE;
	g_variant_get(value, ROW_TYPE, &second, &time_s, &offered, &forwarded, &refused, &bins);
	p = find(l, second);
	p->row.time_s = MAX(p->row.time_s, time_s);
	p->row.offered += offered;
	p->row.forwarded += forwarded;
	p->row.refused += refused;
	while (g_variant_iter_next(bins, "(ut)", &bucket, &count)) {
		if (bucket >= HIST_BUCKETS || count == 0)
			continue;
		hist_record_many(p->latency, hist_bucket_low(bucket), count);
		if (hist_bucket_high(bucket) > ctr_get(&p->latency->max_ns))
			ctr_set(&p->latency->max_ns, hist_bucket_high(bucket));
	}
	l->newest[rank] = second;
	l->count[rank]++;
	return TRUE;
}

guint live_count(const struct live *l, guint rank)
{
	return l->count[rank];
}

/* The oldest pending one is a row of the time line from now on. */
static void settle(struct live *l, struct trial_second *row)
{
	struct pending *p = g_queue_pop_head(&l->pending);
	gboolean bound;

	*row = p->row;
	hist_quantile(p->latency, 0, 0, 0.5, &row->p50_ns, &bound);
	hist_quantile(p->latency, 0, 0, 0.99, &row->p99_ns, &bound);
	hist_quantile(p->latency, 0, 0, 1, &row->max_ns, &bound);
	g_array_append_val(l->rows, *row);
	free_pending(p);
}

gboolean live_next(struct live *l, const gboolean *gone, struct trial_second *row)
{
	const struct pending *p = g_queue_peek_head(&l->pending);

	if (p == NULL)
		return FALSE;
	for (guint i = 0; i < l->nb_ranks; i++)
		if (!gone[i] && l->newest[i] < p->second)
			return FALSE;
	settle(l, row);
	return TRUE;
}

const GArray *live_finish(struct live *l)
{
	struct trial_second row;

	while (!g_queue_is_empty(&l->pending))
		settle(l, &row);
	return l->rows;
}

void live_add_rows(GArray *into, const GArray *from)
{
	for (guint i = 0; i < from->len; i++) {
		const struct trial_second *row = &g_array_index(from, struct trial_second, i);
		struct trial_second *sum;

		if (i >= into->len) {
			g_array_append_val(into, *row);
			continue;
		}
		sum = &g_array_index(into, struct trial_second, i);
		sum->time_s = MAX(sum->time_s, row->time_s);
		sum->offered += row->offered;
		sum->forwarded += row->forwarded;
		sum->refused += row->refused;
		sum->p50_ns = MAX(sum->p50_ns, row->p50_ns);
		sum->p99_ns = MAX(sum->p99_ns, row->p99_ns);
		sum->max_ns = MAX(sum->max_ns, row->max_ns);
	}
}
