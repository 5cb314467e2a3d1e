/* SPDX-License-Identifier: BSD-3-Clause */
/* What follows from the numbers of a trial: sums of distributions, their quantiles, ratios. */
#include "analyze/contract/trial.h"

#include <errno.h>
#include <math.h>
#include <string.h>

void trial_dist_set(struct trial_dist *d, hist *h, uint64_t censored, uint64_t censored_ns)
{
	if (d->hist != h)
		hist_free(d->hist);
	exact_free(d->exact);
	memset(d, 0, sizeof(*d));
	d->hist = h;
	d->censored = censored;
	d->censored_ns = censored_ns;
	if (h == NULL || ctr_get(&h->count) == 0)
		return;
	d->count = ctr_get(&h->count);
	d->sum_ns = ctr_get(&h->sum_ns);
	d->min_ns = ctr_get(&h->min_ns);
	d->max_ns = ctr_get(&h->max_ns);
}

void trial_dist_clear(struct trial_dist *d)
{
	hist_free(d->hist);
	exact_free(d->exact);
	memset(d, 0, sizeof(*d));
}

gboolean trial_dist_add(struct trial_dist *into, const struct trial_dist *from)
{
	if (from->censored > 0)
		into->censored_ns = into->censored > 0 ? MIN(into->censored_ns, from->censored_ns)
						       : from->censored_ns;
	else if (into->censored == 0)
		into->censored_ns = MAX(into->censored_ns, from->censored_ns);
	if (from->count > 0) {
		into->min_ns = into->count > 0 ? MIN(into->min_ns, from->min_ns) : from->min_ns;
		into->max_ns = MAX(into->max_ns, from->max_ns);
	}
	if (into->hist != NULL && from->hist != NULL)
		hist_add(into->hist, from->hist);
	into->range_unknown |= from->range_unknown;
	/* Quartiles of parts do not make those of the whole: only a single part's are. */
	into->quartiles_known = into->count == 0 && from->quartiles_known;
	memcpy(into->quartiles_ns, from->quartiles_ns, sizeof(into->quartiles_ns));
	return !__builtin_add_overflow(into->count, from->count, &into->count) &&
	       !__builtin_add_overflow(into->censored, from->censored, &into->censored) &&
	       !__builtin_add_overflow(into->sum_ns, from->sum_ns, &into->sum_ns);
}

gboolean trial_dist_has_bins(const struct trial_dist *d)
{
	return d->hist != NULL || d->exact != NULL;
}

/* 25th, 50th or 75th percentile as a log says them; NULL for others. */
static const double *known_quartile(const struct trial_dist *d, double q)
{
	for (int i = 0; d->quartiles_known && i < 3; i++) {
		if (fabs(q - 0.25 * (i + 1)) < 1e-12)
			return &d->quartiles_ns[i];
	}
	return NULL;
}

/* The ends were recorded exactly, not only their buckets. */
static int quantile_of_hist(const struct trial_dist *d, double q, uint64_t *out, gboolean *bound)
{
	int result = hist_quantile(d->hist, d->censored, d->censored_ns, q, out, bound);
	uint64_t rank = d->count > 0 ? hist_rank(q, d->count + d->censored) : 0;

	if (result == 0 && rank == d->count && rank > 0)
		*out = d->max_ns;
	else if (result == 0 && rank == 1)
		*out = d->min_ns;
	return result;
}

gboolean trial_interface_is_one_way(const char *interface)
{
	return g_strcmp0(interface, "discard") == 0;
}

gboolean trial_is_one_way(const trial *t)
{
	for (uint32_t i = 0; i < t->nb_guests; i++)
		if (!trial_interface_is_one_way(t->guests[i].interface))
			return FALSE;
	return t->nb_guests > 0;
}

int trial_dist_quantile(const struct trial_dist *d, double q, uint64_t *out, gboolean *bound)
{
	const double *known = known_quartile(d, q);

	if (d->hist != NULL)
		return quantile_of_hist(d, q, out, bound);
	*bound = FALSE;
	if (d->exact != NULL)
		return exact_quantile(d->exact, q, out);
	if (known != NULL) {
		*out = (uint64_t)llround(*known);
		return 0;
	}
	if (d->count > 0 || d->censored == 0)
		return -ENODATA;
	*out = d->censored_ns; /* all were lost */
	*bound = TRUE;
	return 0;
}

/* The value of a rank, counting from 0, in buckets. */
static double value_at(const hist *h, uint64_t rank)
{
	/* Both ends were recorded exactly. */
	if (rank == 0)
		return (double)ctr_get(&h->min_ns);
	if (rank + 1 == ctr_get(&h->count))
		return (double)ctr_get(&h->max_ns);
	return (double)hist_at_rank(h, rank + 1);
}

int trial_dist_linear(const struct trial_dist *d, double q, double *out, gboolean *bound)
{
	uint64_t all = d->count + d->censored, rank, ns;
	double index, part, lo;

	if (d->exact != NULL) {
		*bound = FALSE;
		return exact_linear(d->exact, q, out);
	}
	if (d->hist == NULL || d->count == 0) {
		if (trial_dist_quantile(d, q, &ns, bound) != 0)
			return -ENODATA;
		*out = (double)ns;
		return 0;
	}
	index = q * (double)(all - 1);
	rank = MIN((uint64_t)index, all - 1);
	part = index - (double)rank;
	*bound = rank + (part > 0) >= d->count;
	if (*bound) {
		*out = (double)d->censored_ns;
		return 0;
	}
	lo = value_at(d->hist, rank);
	*out = part > 0 ? (1 - part) * lo + part * value_at(d->hist, rank + 1) : lo;
	return 0;
}

void trial_dist_each(const struct trial_dist *d, trial_bin_fn fn, void *user)
{
	for (size_t i = 0; d->exact != NULL && i < d->exact->nb; i++)
		fn(d->exact->bins[i].ns, d->exact->bins[i].ns, d->exact->bins[i].count, user);
	for (uint32_t i = 0; d->hist != NULL && i < HIST_BUCKETS; i++) {
		uint64_t count = hist_get(d->hist, i);

		if (count > 0)
			fn(MAX(hist_bucket_low(i), d->min_ns), MIN(hist_bucket_high(i), d->max_ns),
				count, user);
	}
}

hist *trial_bins_of(
	const struct trial_guest *guests, uint32_t nb, int group, gboolean response, uint64_t count)
{
	g_autoptr(hist) h = count > 0 ? hist_new() : NULL;

	for (uint32_t i = 0; h != NULL && i < nb; i++) {
		const struct trial_guest *g = &guests[i];

		if (group >= 0 && g->group_row != (uint32_t)group)
			continue;
		for (uint32_t j = 0; j < g->nb_sizes; j++) {
			const struct trial_size *s = &g->sizes[j];
			const struct trial_dist *part = response ? &s->response : &s->latency;

			if (part->hist != NULL)
				hist_add(h, part->hist);
		}
	}
	return h != NULL && ctr_get(&h->count) == count ? g_steal_pointer(&h) : NULL;
}

void trial_group_dist(const trial *t, uint32_t group, gboolean response, struct trial_dist *out)
{
	*out = response ? t->groups[group].response : t->groups[group].latency;
	out->hist = trial_bins_of(t->guests, t->nb_guests, (int)group, response, out->count);
}

double trial_cpu_cycles(const struct trial_cpu *cpu, const struct trial_cpu_part *part)
{
	/* No cycles: nobody counted them there, as with CPU time of a virtual machine. */
	if (!cpu->known || cpu->frames == 0 || part->busy_cycles == 0)
		return NAN;
	return (double)part->busy_cycles / (double)cpu->frames;
}

/* Length of a frame of a size class, as far as one number can say it. */
static double class_len(const struct trial_size *s)
{
	if (s->frame_len_lo != s->frame_len_hi && s->c.offered > 0)
		return (double)s->c.offered_bytes / (double)s->c.offered;
	return (s->frame_len_lo + (double)s->frame_len_hi) / 2;
}

void trial_absent_bytes(const trial *t, double *not_sent, double *unsent)
{
	*not_sent = *unsent = 0;
	for (uint32_t i = 0; i < t->nb_guests; i++) {
		for (uint32_t k = 0; k < t->guests[i].nb_sizes; k++) {
			const struct trial_size *s = &t->guests[i].sizes[k];

			*not_sent += (double)s->c.not_sent * class_len(s);
			*unsent += (double)s->c.unsent * class_len(s);
		}
	}
}
