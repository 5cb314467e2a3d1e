/* SPDX-License-Identifier: BSD-3-Clause */
#include "analyze/contract/trial_ipdv.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "analyze/base/csv.h"
#include "analyze/base/error.h"
#include "analyze/contract/trial_rows.h"

static int64_t least_of(const hist *later, const hist *earlier)
{
	return ctr_get(&earlier->count) > 0 ? -(int64_t)ctr_get(&earlier->max_ns)
					    : (int64_t)ctr_get(&later->min_ns);
}

static int64_t largest_of(const hist *later, const hist *earlier)
{
	return ctr_get(&later->count) > 0 ? (int64_t)ctr_get(&later->max_ns)
					  : -(int64_t)ctr_get(&earlier->min_ns);
}

void trial_ipdv_set(struct trial_ipdv *d, hist *later, hist *earlier)
{
	uint64_t up = ctr_get(&later->sum_ns), down = ctr_get(&earlier->sum_ns);

	*d = (struct trial_ipdv){ .recorded = TRUE,
		.pairs = ctr_get(&later->count) + ctr_get(&earlier->count),
		.later = later,
		.earlier = earlier };
	d->sum_ns = (int64_t)(up - down);
	d->abs_sum_ns = up + down;
	if (d->pairs == 0)
		return;
	d->min_ns = least_of(later, earlier);
	d->max_ns = largest_of(later, earlier);
}

void trial_ipdv_clear(struct trial_ipdv *d)
{
	trial_ipdv_drop_bins(d);
	memset(d, 0, sizeof(*d));
}

void trial_ipdv_start_bins(struct trial_ipdv *d)
{
	trial_ipdv_drop_bins(d);
	d->later = hist_new();
	d->earlier = hist_new();
}

void trial_ipdv_drop_bins(struct trial_ipdv *d)
{
	g_clear_pointer(&d->later, hist_free);
	g_clear_pointer(&d->earlier, hist_free);
}

gboolean trial_ipdv_has_bins(const struct trial_ipdv *d)
{
	return d->later != NULL && d->earlier != NULL;
}

void trial_ipdv_add_bins(struct trial_ipdv *into, const struct trial_ipdv *from)
{
	if (!trial_ipdv_has_bins(into) || !trial_ipdv_has_bins(from))
		return;
	hist_add(into->later, from->later);
	hist_add(into->earlier, from->earlier);
}

gboolean trial_ipdv_add(struct trial_ipdv *into, const struct trial_ipdv *from)
{
	if (!from->recorded)
		return TRUE;
	into->recorded = TRUE;
	if (from->pairs > 0) {
		into->min_ns = into->pairs > 0 ? MIN(into->min_ns, from->min_ns) : from->min_ns;
		into->max_ns = into->pairs > 0 ? MAX(into->max_ns, from->max_ns) : from->max_ns;
	}
	trial_ipdv_add_bins(into, from);
	/* The signed sum is within the other. */
	return !__builtin_add_overflow(into->pairs, from->pairs, &into->pairs) &&
	       !__builtin_add_overflow(into->abs_sum_ns, from->abs_sum_ns, &into->abs_sum_ns) &&
	       !__builtin_add_overflow(into->sum_ns, from->sum_ns, &into->sum_ns) &&
	       into->pairs <= G_MAXINT64 && into->abs_sum_ns <= G_MAXINT64;
}

/* What stands for the rank-th smallest value, from 1. */
static int64_t mid_of_rank(const hist *h, uint64_t rank)
{
	uint64_t before = 0;

	for (uint32_t i = 0; i < HIST_BUCKETS; i++) {
		before += hist_get(h, i);
		if (before >= rank)
			return (int64_t)hist_bucket_mid(i);
	}
	return (int64_t)ctr_get(&h->max_ns);
}

int trial_ipdv_quantile(const struct trial_ipdv *d, double q, int64_t *ns)
{
	uint64_t below, rank;

	if (!trial_ipdv_has_bins(d) || d->pairs == 0)
		return -ENODATA;
	below = ctr_get(&d->earlier->count);
	rank = hist_rank(q, d->pairs);
	*ns = rank <= below ? -mid_of_rank(d->earlier, below - rank + 1)
			    : mid_of_rank(d->later, rank - below);
	*ns = CLAMP(*ns, d->min_ns, d->max_ns);
	return 0;
}

int trial_ipdv_magnitude(const struct trial_ipdv *d, double q, uint64_t *ns)
{
	uint64_t before = 0, rank, most;

	if (!trial_ipdv_has_bins(d) || d->pairs == 0)
		return -ENODATA;
	rank = hist_rank(q, d->pairs);
	most = (uint64_t)MAX(ABS(d->min_ns), ABS(d->max_ns));
	*ns = most;
	for (uint32_t i = 0; i < HIST_BUCKETS && before < rank; i++) {
		before += hist_get(d->later, i) + hist_get(d->earlier, i);
		if (before >= rank)
			*ns = MIN(hist_bucket_mid(i), most);
	}
	return 0;
}

static void append_bin(GString *to, const char *prefix, const hist *h, uint32_t i, const char *sign)
{
	uint64_t count = hist_get(h, i);

	if (count > 0)
		g_string_append_printf(to, "%s%s%" PRIu64 ",%" PRIu64 "\n", prefix, sign,
			hist_bucket_mid(i), count);
}

void trial_ipdv_append(GString *to, const struct trial_ipdv *d, const char *prefix)
{
	if (!trial_ipdv_has_bins(d))
		return;
	for (uint32_t i = HIST_BUCKETS; i > 0; i--)
		append_bin(to, prefix, d->earlier, i - 1, "-");
	for (uint32_t i = 0; i < HIST_BUCKETS; i++)
		append_bin(to, prefix, d->later, i, "");
}

static gboolean on_row(const char *where, char *const *field, void *user, GError **error)
{
	const struct trial_ipdv *d = user;
	gboolean minus = field[0][0] == '-';
	hist *h = minus ? d->earlier : d->later;
	uint64_t ns, count;

	if (!csv_u64(where, "ipdv_ns", field[0] + minus, &ns, error) ||
		!csv_u64(where, "count", field[1], &count, error))
		return FALSE;
	if (count == 0 || (minus && ns == 0) || count > G_MAXINT64 - ctr_get(&h->count))
		return analyze_fail(error, ANALYZE_ERROR_SYNTAX,
			"%s: invalid bin '%s,%s'; file is corrupt: measure again", where, field[0],
			field[1]);
	hist_record_many(h, ns, count);
	return TRUE;
}

static gboolean report_mismatch(GError **error, const char *name, const char *why)
{
	return analyze_fail(error, ANALYZE_ERROR_CONTENT,
		"%s: %s; file is corrupt or belongs to another trial: measure again", name, why);
}

/* Are the ends those of the summary, as far as buckets tell? */
static gboolean same_ends(const struct trial_ipdv *d)
{
	int64_t lo = least_of(d->later, d->earlier), hi = largest_of(d->later, d->earlier);

	return (lo < 0) == (d->min_ns < 0) && (hi < 0) == (d->max_ns < 0) &&
	       hist_index((uint64_t)ABS(lo)) == hist_index((uint64_t)ABS(d->min_ns)) &&
	       hist_index((uint64_t)ABS(hi)) == hist_index((uint64_t)ABS(d->max_ns));
}

gboolean trial_ipdv_bins_read(struct trial_ipdv *d, const char *name, const char *data, size_t len,
	int column, GError **error)
{
	const struct trial_rows rows = { "ipdv_ns,count", column, .row = on_row, .user = d,
		.miscount = "expected ipdv_ns,count; file is corrupt or has another format" };
	gboolean empty;

	trial_ipdv_start_bins(d);
	if (!trial_rows_read(&rows, name, data, len, &empty, error))
		return FALSE;
	if (empty)
		return report_mismatch(error, name, "empty file");
	if (ctr_get(&d->later->count) + ctr_get(&d->earlier->count) != d->pairs)
		return report_mismatch(error, name, "sum of counts differs from the trial's pairs");
	return d->pairs == 0 || same_ends(d) ||
	       report_mismatch(error, name, "lowest or highest bin differs from the trial's");
}
