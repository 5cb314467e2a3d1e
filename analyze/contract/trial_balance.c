/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * trial_balance: sums that must agree, from size classes over guests and groups to the totals, and
 * from the guests' probes to all of them.
 */
#include "analyze/contract/trial.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "analyze/base/error.h"
#include "analyze/contract/trial_fields.h"
#include "analyze/contract/trial_ipdv.h"

/* Sets the error, with the remedy behind it; returns FALSE. */
G_GNUC_PRINTF(2, 3)
static gboolean report_imbalance(GError **error, const char *format, ...)
{
	g_autofree char *text = NULL;
	va_list args;

	va_start(args, format);
	text = g_strdup_vprintf(format, args);
	va_end(args);
	return analyze_fail(
		error, ANALYZE_ERROR_CONTENT, "%s: counts are inconsistent; measure again", text);
}

static gboolean report_too_large(const char *where, GError **error)
{
	return report_imbalance(error, "%s: sums exceed 64 bits", where);
}

/* Do forwarded, lost, offered, not_sent, unsent and intended agree, and do all fit a file? */
static gboolean check_counts(const char *where, const struct trial_counts *c, GError **error)
{
	for (size_t i = 0; i < trial_counts_fields.nb; i++) {
		const struct trial_field *f = &trial_counts_fields.rows[i];

		if (f->kind == TRIAL_U64 && trial_field_u64(f, c) > G_MAXINT64)
			return report_imbalance(error, "%s: %s is %" PRIu64 ", above 2^63 - 1",
				where, f->key, trial_field_u64(f, c));
	}
	if (c->forwarded > c->offered || c->offered - c->forwarded != c->lost)
		return report_imbalance(error,
			"%s: forwarded %" PRIu64 " and lost %" PRIu64
			" do not add up to offered %" PRIu64,
			where, c->forwarded, c->lost, c->offered);
	if (c->offered > c->intended || c->not_sent > c->intended - c->offered ||
		c->unsent != c->intended - c->offered - c->not_sent)
		return report_imbalance(error,
			"%s: offered %" PRIu64 ", not_sent %" PRIu64 " and unsent %" PRIu64
			" do not add up to intended %" PRIu64,
			where, c->offered, c->not_sent, c->unsent, c->intended);
	return TRUE;
}

static gboolean check_bins(
	const char *where, const char *kind, const struct trial_dist *d, GError **error)
{
	uint64_t sum = hist_total(d->hist);

	if (sum != d->count || ctr_get(&d->hist->count) != d->count)
		return report_imbalance(error,
			"%s: %s histogram has %" PRIu64 " values, expected %" PRIu64, where, kind,
			sum, d->count);
	if (d->count > 0 &&
		(ctr_get(&d->hist->sum_ns) != d->sum_ns || ctr_get(&d->hist->min_ns) != d->min_ns ||
			ctr_get(&d->hist->max_ns) != d->max_ns))
		return report_imbalance(error,
			"%s: sum, minimum or maximum differs from the %s histogram", where, kind);
	return TRUE;
}

/* Is d, the latency or response time (kind), of so many frames, and are its bins? */
static gboolean check_dist(const char *where, const char *kind, uint64_t forwarded, uint64_t lost,
	const struct trial_dist *d, GError **error)
{
	if (d->count != forwarded)
		return report_imbalance(error,
			"%s: %s counts %" PRIu64 " frames, expected %" PRIu64, where, kind,
			d->count, forwarded);
	if (d->censored != lost)
		return report_imbalance(error,
			"%s: %s has %" PRIu64 " censored frames, expected %" PRIu64, where, kind,
			d->censored, lost);
	if (d->min_ns > d->max_ns || (d->count == 0 && (d->max_ns > 0 || d->sum_ns > 0)))
		return report_imbalance(error,
			"%s: minimum, maximum and sum of %s are impossible for %" PRIu64 " frames",
			where, kind, d->count);
	if (d->sum_ns > G_MAXINT64 || d->max_ns > G_MAXINT64 || d->censored_ns > G_MAXINT64)
		return report_imbalance(
			error, "%s: sum or time of %s exceeds 2^63 - 1", where, kind);
	return d->hist == NULL || check_bins(where, kind, d, error);
}

static gboolean check_set(const char *where, const struct trial_counts *c,
	const struct trial_dist *latency, const struct trial_dist *response, GError **error)
{
	return check_counts(where, c, error) &&
	       check_dist(where, "latency", c->forwarded, c->lost, latency, error) &&
	       check_dist(where, "response", c->forwarded, c->lost, response, error);
}

/* A row of groups holds any sum. */
static gboolean add_set(const char *where, struct trial_group *sum, const struct trial_counts *c,
	const struct trial_dist *latency, const struct trial_dist *response, GError **error)
{
	return (trial_counts_add(&sum->c, c) && trial_dist_add(&sum->latency, latency) &&
		       trial_dist_add(&sum->response, response)) ||
	       report_too_large(where, error);
}

static gboolean is_empty(const struct trial_counts *c, gboolean per_size)
{
	for (size_t i = 0; i < trial_counts_fields.nb; i++) {
		const struct trial_field *f = &trial_counts_fields.rows[i];

		if (f->kind == TRIAL_U64 && trial_field_u64(f, c) != 0 &&
			!(per_size && (f->flags & TRIAL_PER_GUEST) != 0))
			return FALSE;
	}
	return TRUE;
}

/* c becomes the sum of its parts, or has to be equal to it where it was filled in before. */
static gboolean settle_counts(const char *where, struct trial_counts *c,
	const struct trial_counts *sum, const char *parts, GError **error)
{
	if (is_empty(c, FALSE)) {
		*c = *sum;
		return TRUE;
	}
	for (size_t i = 0; i < trial_counts_fields.nb; i++) {
		const struct trial_field *f = &trial_counts_fields.rows[i];

		if (f->kind == TRIAL_U64 && trial_field_u64(f, c) != trial_field_u64(f, sum))
			return report_imbalance(error,
				"%s: %s is %" PRIu64 ", but its %s add up to %" PRIu64, where,
				f->key, trial_field_u64(f, c), parts, trial_field_u64(f, sum));
	}
	return TRUE;
}

static gboolean settle_dist(const char *where, const char *kind, struct trial_dist *d,
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
		return report_imbalance(error,
			"%s: %s of %" PRIu64 " frames and %" PRIu64 " lost, sum %" PRIu64
			" ns; its %s give %" PRIu64 " and %" PRIu64 ", sum %" PRIu64 " ns",
			where, kind, d->count, d->censored, d->sum_ns, parts, sum->count,
			sum->censored, sum->sum_ns);
	return TRUE;
}

static gboolean settle_set(const char *where, struct trial_counts *c, struct trial_dist *latency,
	struct trial_dist *response, const struct trial_group *sum, const char *parts,
	GError **error)
{
	return settle_counts(where, c, &sum->c, parts, error) &&
	       settle_dist(where, "latency", latency, &sum->latency, parts, error) &&
	       settle_dist(where, "response", response, &sum->response, parts, error);
}

static gboolean balance_guest(struct trial_guest *g, GError **error)
{
	g_autofree char *where = g_strdup_printf("guest %u", g->guest);
	struct trial_group sum = { 0 };

	for (uint32_t i = 0; i < g->nb_sizes; i++) {
		struct trial_size *s = &g->sizes[i];
		g_autofree char *place = g_strdup_printf("guest %u, frames of %u to %u bytes",
			g->guest, s->frame_len_lo, s->frame_len_hi);

		if (!check_set(place, &s->c, &s->latency, &s->response, error) ||
			!add_set(where, &sum, &s->c, &s->latency, &s->response, error))
			return FALSE;
	}
	sum.c.corrupt = g->c.corrupt;
	sum.c.foreign = g->c.foreign;
	if (is_empty(&g->c, TRUE))
		g->c = sum.c;
	return settle_set(where, &g->c, &g->latency, &g->response, &sum, "sizes", error) &&
	       check_set(where, &g->c, &g->latency, &g->response, error);
}

static void clear_group(gpointer row)
{
	trial_record_clear(&trial_group_fields, row);
}

/* Rows with their sums, as the guests have them; gives each guest its row. NULL and error. */
static GArray *sum_groups(trial *t, GError **error)
{
	g_autoptr(GArray) rows = g_array_new(FALSE, TRUE, sizeof(struct trial_group));
	g_autoptr(GHashTable) row_of = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

	g_array_set_clear_func(rows, clear_group);
	for (uint32_t i = 0; i < t->nb_guests; i++) {
		struct trial_guest *g = &t->guests[i];
		const char *group = g->group != NULL ? g->group : "";
		const char *interface = g->interface != NULL ? g->interface : "";
		/* The length keeps apart what the two texts alone would not. */
		g_autofree char *key = g_strdup_printf("%zu %s%s", strlen(group), group, interface);
		gpointer found;
		struct trial_group *row;

		if (g_hash_table_lookup_extended(row_of, key, NULL, &found)) {
			g->group_row = GPOINTER_TO_UINT(found);
		} else {
			struct trial_group empty = { .group = g_strdup(group),
				.interface = g_strdup(interface) };

			g->group_row = rows->len;
			g_array_append_val(rows, empty);
			g_hash_table_insert(
				row_of, g_steal_pointer(&key), GUINT_TO_POINTER(g->group_row));
		}
		row = &g_array_index(rows, struct trial_group, g->group_row);
		row->guests++;
		row->share += g->share;
		if (!add_set("groups", row, &g->c, &g->latency, &g->response, error))
			return NULL;
	}
	return g_steal_pointer(&rows);
}

static gboolean check_group(
	struct trial_group *is, const struct trial_group *sum, uint32_t row, GError **error)
{
	g_autofree char *where = g_strdup_printf(
		"groups[%u] '%s' on %s", row, is->group, is->interface);

	if (strcmp(is->group, sum->group) != 0 || strcmp(is->interface, sum->interface) != 0)
		return report_imbalance(error, "%s: by the guests it is '%s' on %s", where,
			sum->group, sum->interface);
	if (is->guests != sum->guests)
		return report_imbalance(error, "%s: guests is %u, but %u guests are of this group",
			where, is->guests, sum->guests);
	/* Digits of a sum of doubles, written and read again, are the same ones. */
	if (fabs(is->share - sum->share) > 1e-9 * (1 + sum->share))
		return report_imbalance(error, "%s: share is %g, but its guests add up to %g",
			where, is->share, sum->share);
	return settle_set(where, &is->c, &is->latency, &is->response, sum, "guests", error);
}

gboolean trial_groups_sum(trial *t, GError **error)
{
	g_autoptr(GArray) rows = sum_groups(t, error);
	gsize nb;

	if (rows == NULL)
		return FALSE;
	if (t->nb_groups == 0) {
		t->groups = g_array_steal(rows, &nb);
		t->nb_groups = (uint32_t)nb;
		return TRUE;
	}
	if (t->nb_groups != rows->len)
		return report_imbalance(
			error, "groups: %u rows, expected %u", t->nb_groups, rows->len);
	for (uint32_t i = 0; i < t->nb_groups; i++) {
		if (!check_group(
			    &t->groups[i], &g_array_index(rows, struct trial_group, i), i, error))
			return FALSE;
	}
	return TRUE;
}

static gboolean check_no_probes(const trial *t, GError **error)
{
	if (!is_empty(&t->probes.c, FALSE) || t->probes.latency.count > 0)
		return report_imbalance(error, "probes: counted although none were used");
	for (uint32_t i = 0; i < t->nb_guests; i++) {
		const struct trial_guest_probes *p = &t->guests[i].probes;

		if (p->offered != 0 || p->forwarded != 0 || p->lost != 0 || p->latency.count != 0)
			return report_imbalance(error,
				"guest %u: %" PRIu64 " probes although none were used",
				t->guests[i].guest, p->offered);
	}
	return TRUE;
}

/* Percentiles of a guest: once there are no bins any more, they are what is known. */
static gboolean balance_guest_probes(struct trial_guest *g, GError **error)
{
	g_autofree char *where = g_strdup_printf("guest %u, probes", g->guest);
	struct trial_guest_probes *p = &g->probes;
	const struct trial_counts c = { .intended = p->offered,
		.offered = p->offered,
		.forwarded = p->forwarded,
		.lost = p->lost };

	if (!check_counts(where, &c, error) ||
		!check_dist(where, "latency", p->forwarded, p->lost, &p->latency, error))
		return FALSE;
	if (p->latency.hist != NULL || p->forwarded == 0) {
		p->p50_ns = p->p99_ns = 0;
		p->p50_bound = p->p99_bound = FALSE;
		(void)trial_dist_quantile(&p->latency, 0.5, &p->p50_ns, &p->p50_bound);
		(void)trial_dist_quantile(&p->latency, 0.99, &p->p99_ns, &p->p99_bound);
	}
	if (p->p50_ns > G_MAXINT64 || p->p99_ns > G_MAXINT64)
		return report_imbalance(error, "%s: percentile exceeds 2^63 - 1", where);
	return TRUE;
}

/* What the guests do not know, the probes have of their own. */
static gboolean settle_probes(
	struct trial_probes *p, const struct trial_counts *sum, GError **error)
{
	struct trial_counts rest = p->c;
	gboolean empty = rest.offered == 0 && rest.forwarded == 0 && rest.lost == 0;

	rest.offered = sum->offered;
	rest.forwarded = sum->forwarded;
	rest.lost = sum->lost;
	if (!empty)
		return settle_counts("probes", &p->c, &rest, "guests", error);
	if (rest.intended == 0)
		rest.intended = sum->offered;
	p->c = rest;
	return TRUE;
}

/* The bins of all guests, where every guest that received something has its own. */
static void add_up_probe_bins(trial *t)
{
	g_autoptr(hist) h = NULL;

	if (t->probes.latency.hist != NULL || t->probes.latency.count == 0)
		return;
	h = hist_new();
	for (uint32_t i = 0; i < t->nb_guests; i++) {
		if (t->guests[i].probes.latency.hist != NULL)
			hist_add(h, t->guests[i].probes.latency.hist);
	}
	if (ctr_get(&h->count) == t->probes.latency.count)
		t->probes.latency.hist = g_steal_pointer(&h);
}

static gboolean balance_probes(trial *t, GError **error)
{
	struct trial_probes *p = &t->probes;
	struct trial_counts sum = { 0 };
	struct trial_dist latency = { 0 };

	if (!p->used)
		return check_no_probes(t, error);
	for (uint32_t i = 0; i < t->nb_guests; i++) {
		const struct trial_guest_probes *of = &t->guests[i].probes;
		const struct trial_counts c = {
			.offered = of->offered, .forwarded = of->forwarded, .lost = of->lost
		};

		if (!balance_guest_probes(&t->guests[i], error))
			return FALSE;
		if (!trial_counts_add(&sum, &c) || !trial_dist_add(&latency, &of->latency))
			return report_too_large("probes", error);
	}
	if (!settle_probes(p, &sum, error) ||
		!settle_dist("probes", "latency", &p->latency, &latency, "guests", error))
		return FALSE;
	add_up_probe_bins(t);
	if (p->c.corrupt != 0)
		return report_imbalance(
			error, "probes: %" PRIu64 " corrupt, expected 0", p->c.corrupt);
	if (p->late_back > p->c.forwarded)
		return report_imbalance(error,
			"probes: late_back %" PRIu64 " exceeds forwarded %" PRIu64, p->late_back,
			p->c.forwarded);
	return check_counts("probes", &p->c, error) &&
	       check_dist("probes", "latency", p->c.forwarded, p->c.lost, &p->latency, error);
}

/* Can the numbers be true, and no more of them than forwarded frames have? */
static gboolean check_ipdv(const struct trial_ipdv *d, uint64_t forwarded, GError **error)
{
	if (d->pairs > 0 && d->pairs >= forwarded)
		return report_imbalance(error,
			"ipdv: %" PRIu64 " pairs of neighbours, only %" PRIu64 " frames forwarded",
			d->pairs, forwarded);
	if (d->abs_sum_ns > G_MAXINT64)
		return report_too_large("ipdv", error);
	if (d->min_ns > d->max_ns || (uint64_t)ABS(d->sum_ns) > d->abs_sum_ns ||
		(d->pairs == 0 && (d->abs_sum_ns != 0 || d->min_ns != 0 || d->max_ns != 0)))
		return report_imbalance(error,
			"ipdv: min_ns %" PRId64 ", max_ns %" PRId64 ", sum_ns %" PRId64
			" and abs_sum_ns %" PRIu64 " are inconsistent",
			d->min_ns, d->max_ns, d->sum_ns, d->abs_sum_ns);
	if (trial_ipdv_has_bins(d) &&
		ctr_get(&d->later->count) + ctr_get(&d->earlier->count) != d->pairs)
		return report_imbalance(error,
			"ipdv: bins have %" PRIu64 " values, expected %" PRIu64,
			(ctr_get(&d->later->count) + ctr_get(&d->earlier->count)), d->pairs);
	return TRUE;
}

gboolean trial_balance(trial *t, GError **error)
{
	struct trial_group sum = { 0 };

	if (t->params.guests != t->nb_guests)
		return report_imbalance(error, "parameters.guests is %u, file has %u guests",
			t->params.guests, t->nb_guests);
	for (uint32_t i = 0; i < t->nb_guests; i++) {
		struct trial_guest *g = &t->guests[i];

		if (i > 0 && g->guest <= t->guests[i - 1].guest)
			return report_imbalance(error, "guest %u follows guest %u", g->guest,
				t->guests[i - 1].guest);
		if (!balance_guest(g, error) ||
			!add_set("totals", &sum, &g->c, &g->latency, &g->response, error))
			return FALSE;
	}
	if (!settle_set("totals", &t->totals, &t->latency, &t->response, &sum, "guests", error))
		return FALSE;
	/* Bins of the totals, where every size that received something has its own. */
	if (t->latency.hist == NULL)
		t->latency.hist = trial_bins_of(
			t->guests, t->nb_guests, -1, FALSE, t->latency.count);
	if (t->response.hist == NULL)
		t->response.hist = trial_bins_of(
			t->guests, t->nb_guests, -1, TRUE, t->response.count);
	return check_set("totals", &t->totals, &t->latency, &t->response, error) &&
	       trial_groups_sum(t, error) && balance_probes(t, error) &&
	       check_ipdv(&t->ipdv, t->totals.forwarded, error);
}
