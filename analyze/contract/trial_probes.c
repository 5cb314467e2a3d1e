/* SPDX-License-Identifier: BSD-3-Clause */
/* Probes of a trial: their sums, from the guests to all of them. */
#include "analyze/contract/trial.h"

#include <string.h>

#include "analyze/contract/trial_sums.h"

static gboolean check_unused(const trial *t, GError **error)
{
	const struct trial_counts none = { 0 };

	if (memcmp(&t->probes.c, &none, sizeof(none)) != 0 || t->probes.latency.count > 0)
		return trial_imbalance(error, "probes: counted, but none were used");
	for (uint32_t i = 0; i < t->nb_guests; i++) {
		const struct trial_guest_probes *p = &t->guests[i].probes;

		if (p->offered != 0 || p->forwarded != 0 || p->lost != 0 || p->latency.count != 0)
			return trial_imbalance(error,
				"guest %u: %" G_GUINT64_FORMAT " probes, but none were used",
				t->guests[i].guest, (guint64)p->offered);
	}
	return TRUE;
}

/* Percentiles of a guest: once there are no bins any more, they are what is known. */
static void make_percentiles(struct trial_guest_probes *p)
{
	if (p->latency.hist == NULL && p->forwarded > 0)
		return;
	p->p50_ns = p->p99_ns = 0;
	p->p50_bound = p->p99_bound = FALSE;
	(void)trial_dist_quantile(&p->latency, 0.5, &p->p50_ns, &p->p50_bound);
	(void)trial_dist_quantile(&p->latency, 0.99, &p->p99_ns, &p->p99_bound);
}

static gboolean balance_guest(struct trial_guest *g, GError **error)
{
	g_autofree char *where = g_strdup_printf("guest %u, probes", g->guest);
	struct trial_guest_probes *p = &g->probes;
	const struct trial_counts c = { .intended = p->offered,
		.offered = p->offered,
		.forwarded = p->forwarded,
		.lost = p->lost };

	if (!trial_sums_check_counts(where, &c, error) ||
		!trial_sums_check_dist(where, "latency", p->forwarded, p->lost, &p->latency, error))
		return FALSE;
	make_percentiles(p);
	if (p->p50_ns > G_MAXINT64 || p->p99_ns > G_MAXINT64)
		return trial_imbalance(error, "%s: a percentile is above 2^63 - 1", where);
	return TRUE;
}

/* What the guests do not know, the probes have of their own. */
static gboolean settle(struct trial_probes *p, const struct trial_counts *sum, GError **error)
{
	struct trial_counts rest = p->c;

	if (rest.offered == 0 && rest.forwarded == 0 && rest.lost == 0) {
		p->c.offered = sum->offered;
		p->c.forwarded = sum->forwarded;
		p->c.lost = sum->lost;
		if (p->c.intended == 0)
			p->c.intended = sum->offered;
		return TRUE;
	}
	rest.offered = sum->offered;
	rest.forwarded = sum->forwarded;
	rest.lost = sum->lost;
	return trial_sums_settle_counts("probes", &p->c, &rest, "guests", error);
}

/* The bins of all guests, where every guest that received something has its own. */
static void add_up_bins(trial *t)
{
	if (t->probes.latency.hist != NULL || t->probes.latency.count == 0)
		return;
	for (uint32_t i = 0; i < t->nb_guests; i++) {
		if (t->guests[i].probes.forwarded > 0 && t->guests[i].probes.latency.hist == NULL)
			return;
	}
	t->probes.latency.hist = hist_new();
	for (uint32_t i = 0; i < t->nb_guests; i++) {
		if (t->guests[i].probes.latency.hist != NULL)
			hist_add(t->probes.latency.hist, t->guests[i].probes.latency.hist);
	}
}

gboolean trial_probes_balance(trial *t, GError **error)
{
	struct trial_probes *p = &t->probes;
	struct trial_counts sum = { 0 };
	struct trial_dist latency = { 0 };

	if (!p->used)
		return check_unused(t, error);
	for (uint32_t i = 0; i < t->nb_guests; i++) {
		struct trial_guest_probes *of = &t->guests[i].probes;
		const struct trial_counts c = {
			.offered = of->offered, .forwarded = of->forwarded, .lost = of->lost
		};

		if (!balance_guest(&t->guests[i], error))
			return FALSE;
		if (!trial_counts_add(&sum, &c) || !trial_dist_add(&latency, &of->latency))
			return trial_sums_too_large("probes", error);
	}
	if (!settle(p, &sum, error) || !trial_sums_settle_dist("probes", "latency", &p->latency,
					       &latency, "guests", error))
		return FALSE;
	add_up_bins(t);
	if (p->c.corrupt != 0)
		return trial_imbalance(error,
			"probes: %" G_GUINT64_FORMAT " are corrupt, must be 0",
			(guint64)p->c.corrupt);
	if (p->late_back > p->c.forwarded)
		return trial_imbalance(error,
			"probes: late_back %" G_GUINT64_FORMAT
			" is more than forwarded %" G_GUINT64_FORMAT,
			(guint64)p->late_back, (guint64)p->c.forwarded);
	return trial_sums_check_counts("probes", &p->c, error) &&
	       trial_sums_check_dist(
		       "probes", "latency", p->c.forwarded, p->c.lost, &p->latency, error);
}
