/* SPDX-License-Identifier: BSD-3-Clause */
/* trial_balance: sums that must agree, from size classes over guests to the totals. */
#include "analyze/contract/trial.h"

#include <stddef.h>

#include "analyze/base/error.h"
#include "analyze/contract/trial_ipdv.h"
#include "analyze/contract/trial_sums.h"

/* Members of struct trial_counts, and whether a sum of sizes holds them. */
static const struct {
	const char *name;
	size_t offset;
	gboolean per_size;
} members[] = {
	{ "intended", offsetof(struct trial_counts, intended), TRUE },
	{ "not_sent", offsetof(struct trial_counts, not_sent), TRUE },
	{ "unsent", offsetof(struct trial_counts, unsent), TRUE },
	{ "offered", offsetof(struct trial_counts, offered), TRUE },
	{ "forwarded", offsetof(struct trial_counts, forwarded), TRUE },
	{ "lost", offsetof(struct trial_counts, lost), TRUE },
	{ "duplicated", offsetof(struct trial_counts, duplicated), TRUE },
	{ "reordered", offsetof(struct trial_counts, reordered), TRUE },
	{ "corrupt", offsetof(struct trial_counts, corrupt), FALSE },
	{ "foreign", offsetof(struct trial_counts, foreign), FALSE },
	{ "late", offsetof(struct trial_counts, late), TRUE },
	{ "refused", offsetof(struct trial_counts, refused), TRUE },
	{ "offered_bytes", offsetof(struct trial_counts, offered_bytes), TRUE },
	{ "forwarded_bytes", offsetof(struct trial_counts, forwarded_bytes), TRUE },
};

static uint64_t member(const struct trial_counts *c, guint i)
{
	return *(const uint64_t *)(const void *)((const char *)c + members[i].offset);
}

gboolean trial_imbalance(GError **error, const char *format, ...)
{
	g_autofree char *text = NULL;
	va_list args;

	va_start(args, format);
	text = g_strdup_vprintf(format, args);
	va_end(args);
	g_set_error(error, ANALYZE_ERROR, ANALYZE_ERROR_CONTENT,
		"%s: the counts contradict each other; do not use this trial, measure again", text);
	return FALSE;
}

gboolean trial_sums_check_counts(const char *where, const struct trial_counts *c, GError **error)
{
	for (guint i = 0; i < G_N_ELEMENTS(members); i++) {
		if (member(c, i) > G_MAXINT64)
			return trial_imbalance(error,
				"%s: %s is %" G_GUINT64_FORMAT ", above 2^63 - 1", where,
				members[i].name, (guint64)member(c, i));
	}
	if (c->forwarded > c->offered || c->offered - c->forwarded != c->lost)
		return trial_imbalance(error,
			"%s: forwarded %" G_GUINT64_FORMAT " and lost %" G_GUINT64_FORMAT
			" are not offered %" G_GUINT64_FORMAT,
			where, (guint64)c->forwarded, (guint64)c->lost, (guint64)c->offered);
	if (c->offered > c->intended || c->not_sent > c->intended - c->offered ||
		c->unsent != c->intended - c->offered - c->not_sent)
		return trial_imbalance(error,
			"%s: offered %" G_GUINT64_FORMAT ", not_sent %" G_GUINT64_FORMAT
			" and unsent %" G_GUINT64_FORMAT " are not intended %" G_GUINT64_FORMAT,
			where, (guint64)c->offered, (guint64)c->not_sent, (guint64)c->unsent,
			(guint64)c->intended);
	return TRUE;
}

static gboolean check_bins(
	const char *where, const char *kind, const struct trial_dist *d, GError **error)
{
	uint64_t sum = 0;

	for (uint32_t i = 0; i < HIST_BUCKETS; i++)
		sum += ctr_get(&d->hist->bucket[i]);
	if (sum != d->count || ctr_get(&d->hist->count) != d->count)
		return trial_imbalance(error,
			"%s: the %s histogram holds %" G_GUINT64_FORMAT
			" values, its count says %" G_GUINT64_FORMAT,
			where, kind, (guint64)sum, (guint64)d->count);
	if (d->count > 0 &&
		(ctr_get(&d->hist->sum_ns) != d->sum_ns || ctr_get(&d->hist->min_ns) != d->min_ns ||
			ctr_get(&d->hist->max_ns) != d->max_ns))
		return trial_imbalance(error,
			"%s: sum, minimum and maximum of the %s histogram are not those beside it",
			where, kind);
	return TRUE;
}

gboolean trial_sums_check_dist(const char *where, const char *kind, uint64_t forwarded,
	uint64_t lost, const struct trial_dist *d, GError **error)
{
	if (d->count != forwarded)
		return trial_imbalance(error,
			"%s: %s counts %" G_GUINT64_FORMAT
			" frames, forwarded were %" G_GUINT64_FORMAT,
			where, kind, (guint64)d->count, (guint64)forwarded);
	if (d->censored != lost)
		return trial_imbalance(error,
			"%s: %s has %" G_GUINT64_FORMAT
			" censored frames, lost were %" G_GUINT64_FORMAT,
			where, kind, (guint64)d->censored, (guint64)lost);
	if (d->min_ns > d->max_ns || (d->count == 0 && (d->max_ns > 0 || d->sum_ns > 0)))
		return trial_imbalance(error,
			"%s: minimum, maximum and sum of %s cannot be of %" G_GUINT64_FORMAT
			" frames",
			where, kind, (guint64)d->count);
	if (d->sum_ns > G_MAXINT64 || d->max_ns > G_MAXINT64 || d->censored_ns > G_MAXINT64)
		return trial_imbalance(
			error, "%s: a sum or time of %s is above 2^63 - 1", where, kind);
	return d->hist == NULL || check_bins(where, kind, d, error);
}

static gboolean check_set(const char *where, const struct trial_counts *c,
	const struct trial_dist *latency, const struct trial_dist *response, GError **error)
{
	return trial_sums_check_counts(where, c, error) &&
	       trial_sums_check_dist(where, "latency", c->forwarded, c->lost, latency, error) &&
	       trial_sums_check_dist(where, "response", c->forwarded, c->lost, response, error);
}

static gboolean is_empty(const struct trial_counts *c, gboolean per_size)
{
	for (guint i = 0; i < G_N_ELEMENTS(members); i++) {
		if ((members[i].per_size || !per_size) && member(c, i) != 0)
			return FALSE;
	}
	return TRUE;
}

gboolean trial_sums_settle_counts(const char *where, struct trial_counts *c,
	const struct trial_counts *sum, const char *parts, GError **error)
{
	if (is_empty(c, FALSE)) {
		*c = *sum;
		return TRUE;
	}
	for (guint i = 0; i < G_N_ELEMENTS(members); i++) {
		if (member(c, i) != member(sum, i))
			return trial_imbalance(error,
				"%s: %s is %" G_GUINT64_FORMAT
				", but its %s add up to %" G_GUINT64_FORMAT,
				where, members[i].name, (guint64)member(c, i), parts,
				(guint64)member(sum, i));
	}
	return TRUE;
}

gboolean trial_sums_settle_dist(const char *where, const char *kind, struct trial_dist *d,
	const struct trial_dist *sum, const char *parts, GError **error)
{
	if (d->count == 0 && d->censored == 0) {
		hist *h = d->hist;

		*d = *sum;
		d->hist = h;
		return TRUE;
	}
	if (d->count != sum->count || d->censored != sum->censored || d->sum_ns != sum->sum_ns ||
		d->min_ns != sum->min_ns || d->max_ns != sum->max_ns)
		return trial_imbalance(error,
			"%s: %s of %" G_GUINT64_FORMAT " frames and %" G_GUINT64_FORMAT
			" lost, sum %" G_GUINT64_FORMAT " ns; its %s give %" G_GUINT64_FORMAT
			" and %" G_GUINT64_FORMAT ", sum %" G_GUINT64_FORMAT " ns",
			where, kind, (guint64)d->count, (guint64)d->censored, (guint64)d->sum_ns,
			parts, (guint64)sum->count, (guint64)sum->censored, (guint64)sum->sum_ns);
	return TRUE;
}

gboolean trial_sums_too_large(const char *where, GError **error)
{
	return trial_imbalance(error, "%s: the sums do not fit 64 bits", where);
}

static gboolean balance_guest(struct trial_guest *g, GError **error)
{
	g_autofree char *where = g_strdup_printf("guest %u", g->guest);
	struct trial_counts sum = { 0 };
	struct trial_dist latency = { 0 }, response = { 0 };

	for (uint32_t i = 0; i < g->nb_sizes; i++) {
		struct trial_size *s = &g->sizes[i];
		g_autofree char *place = g_strdup_printf("guest %u, frames of %u to %u bytes",
			g->guest, s->frame_len_lo, s->frame_len_hi);

		if (!check_set(place, &s->c, &s->latency, &s->response, error))
			return FALSE;
		if (!trial_counts_add(&sum, &s->c) || !trial_dist_add(&latency, &s->latency) ||
			!trial_dist_add(&response, &s->response))
			return trial_sums_too_large(where, error);
	}
	sum.corrupt = g->c.corrupt;
	sum.foreign = g->c.foreign;
	if (is_empty(&g->c, TRUE))
		g->c = sum;
	return trial_sums_settle_counts(where, &g->c, &sum, "sizes", error) &&
	       trial_sums_settle_dist(where, "latency", &g->latency, &latency, "sizes", error) &&
	       trial_sums_settle_dist(where, "response", &g->response, &response, "sizes", error) &&
	       check_set(where, &g->c, &g->latency, &g->response, error);
}

/* Bins of the totals, where every size that received something has its own. */
static void add_up_bins(trial *t, size_t dist, struct trial_dist *total)
{
	if (total->hist != NULL || total->count == 0)
		return;
	for (uint32_t i = 0; i < t->nb_guests; i++) {
		for (uint32_t j = 0; j < t->guests[i].nb_sizes; j++) {
			const struct trial_dist
				*d = (const void *)((const char *)&t->guests[i].sizes[j] + dist);

			if (d->count > 0 && d->hist == NULL)
				return;
		}
	}
	total->hist = hist_new();
	for (uint32_t i = 0; i < t->nb_guests; i++) {
		for (uint32_t j = 0; j < t->guests[i].nb_sizes; j++) {
			const struct trial_dist
				*d = (const void *)((const char *)&t->guests[i].sizes[j] + dist);

			if (d->hist != NULL)
				hist_add(total->hist, d->hist);
		}
	}
}

gboolean trial_balance(trial *t, GError **error)
{
	struct trial_counts sum = { 0 };
	struct trial_dist latency = { 0 }, response = { 0 };

	if (t->params.guests != t->nb_guests)
		return trial_imbalance(error, "parameters say %u guests, there are %u",
			t->params.guests, t->nb_guests);
	for (uint32_t i = 0; i < t->nb_guests; i++) {
		struct trial_guest *g = &t->guests[i];

		if (i > 0 && g->guest <= t->guests[i - 1].guest)
			return trial_imbalance(error, "guest %u comes after guest %u", g->guest,
				t->guests[i - 1].guest);
		if (!balance_guest(g, error))
			return FALSE;
		if (!trial_counts_add(&sum, &g->c) || !trial_dist_add(&latency, &g->latency) ||
			!trial_dist_add(&response, &g->response))
			return trial_sums_too_large("totals", error);
	}
	if (!trial_sums_settle_counts("totals", &t->totals, &sum, "guests", error) ||
		!trial_sums_settle_dist(
			"totals", "latency", &t->latency, &latency, "guests", error) ||
		!trial_sums_settle_dist(
			"totals", "response", &t->response, &response, "guests", error))
		return FALSE;
	add_up_bins(t, offsetof(struct trial_size, latency), &t->latency);
	add_up_bins(t, offsetof(struct trial_size, response), &t->response);
	return check_set("totals", &t->totals, &t->latency, &t->response, error) &&
	       trial_groups_sum(t, error) && trial_probes_balance(t, error) &&
	       trial_ipdv_balance(&t->ipdv, t->totals.forwarded, error);
}
