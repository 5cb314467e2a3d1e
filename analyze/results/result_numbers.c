/* SPDX-License-Identifier: BSD-3-Clause */
#include "analyze/results/result_numbers.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analyze/contract/guest_rank.h"
#include "analyze/contract/trial_ipdv.h"
#include "analyze/numbers/numbers.h"

static const double FAIR_SHARE = 0.9;

static void spread_add(struct result_spread *s, const struct trial_counts *c)
{
	double ratio;

	if (c->offered == 0)
		return;
	ratio = (double)c->lost / (double)c->offered;
	s->min = isnan(s->min) ? ratio : MIN(s->min, ratio);
	s->max = isnan(s->max) ? ratio : MAX(s->max, ratio);
}

static void numbers_init(struct result_numbers *n)
{
	memset(n, 0, sizeof(*n));
	n->loss.value = n->loss.min = n->loss.max = NAN;
}

/* What one trial contributes. FALSE if a sum would leave the 63 bits that files hold. */
static gboolean numbers_add(struct result_numbers *n, const struct trial_counts *c,
	const struct trial_dist *latency, const struct trial_dist *response)
{
	return trial_counts_add(&n->c, c) && trial_dist_add(&n->latency, latency) &&
	       trial_dist_add(&n->response, response) && n->c.offered <= G_MAXINT64 &&
	       n->c.intended <= G_MAXINT64 && n->c.offered_bytes <= G_MAXINT64 &&
	       n->latency.sum_ns <= G_MAXINT64 && n->response.sum_ns <= G_MAXINT64 &&
	       n->latency.count <= G_MAXINT64; /* MoonGen's probes are not among the frames */
}

static void numbers_finish(struct result_numbers *n, double measured_s, gboolean one_way)
{
	n->measured_s = measured_s;
	n->one_way = one_way;
	if (one_way)
		n->loss.value = n->loss.min = n->loss.max = NAN;
	else if (n->c.offered > 0)
		n->loss.value = (double)n->c.lost / (double)n->c.offered;
	if (measured_s > 0) {
		n->intended_pps = (double)n->c.intended / measured_s;
		n->offered_pps = (double)n->c.offered / measured_s;
		n->forwarded_pps = (double)n->c.forwarded / measured_s;
	}
}

static struct result_size *find_size(const result_combination *c, const struct trial_size *s)
{
	for (guint i = 0; i < c->nb_sizes; i++) {
		if (c->sizes[i].frame_len_lo == s->frame_len_lo &&
			c->sizes[i].frame_len_hi == s->frame_len_hi)
			return &c->sizes[i];
	}
	return NULL;
}

static int compare_sizes(const void *a, const void *b)
{
	const struct result_size *x = a, *y = b;

	if (x->frame_len_lo != y->frame_len_lo)
		return x->frame_len_lo < y->frame_len_lo ? -1 : 1;
	return x->frame_len_hi < y->frame_len_hi ? -1 : x->frame_len_hi > y->frame_len_hi;
}

/* All size classes of all guests of all trials, each once. */
static void make_sizes(result_combination *c)
{
	g_autoptr(GArray) sizes = g_array_new(FALSE, TRUE, sizeof(struct result_size));

	for (guint i = 0; i < c->trials->len; i++) {
		const trial *t = g_ptr_array_index(c->trials, i);

		for (uint32_t j = 0; j < t->nb_guests; j++) {
			for (uint32_t k = 0; k < t->guests[j].nb_sizes; k++) {
				const struct trial_size *s = &t->guests[j].sizes[k];
				struct result_size size = { .frame_len_lo = s->frame_len_lo,
					.frame_len_hi = s->frame_len_hi };

				c->sizes = (struct result_size *)(void *)sizes->data;
				c->nb_sizes = sizes->len;
				if (find_size(c, s) != NULL)
					continue;
				numbers_init(&size.n);
				g_array_append_val(sizes, size);
			}
		}
	}
	g_array_sort(sizes, compare_sizes);
	c->nb_sizes = sizes->len;
	c->sizes = g_memdup2(sizes->data, sizes->len * sizeof(struct result_size));
}

static void make_guests(result_combination *c)
{
	const trial *first = g_ptr_array_index(c->trials, 0);

	c->nb_guests = first->nb_guests;
	c->guests = g_new0(struct result_guest, c->nb_guests);
	for (guint i = 0; i < c->nb_guests; i++) {
		const struct trial_guest *g = &first->guests[i];
		struct result_guest *to = &c->guests[i];

		to->guest = g->guest;
		to->interface = g->interface;
		to->profile = g->profile;
		to->group = g->group;
		to->mac = g->mac;
		to->share = g->share;
		to->group_row = g->group_row;
		to->state = g_strdup(g->state);
		numbers_init(&to->n);
	}
}

static void make_groups(result_combination *c)
{
	const trial *first = g_ptr_array_index(c->trials, 0);

	c->nb_groups = first->nb_groups;
	c->groups = g_new0(struct result_group, c->nb_groups);
	for (guint i = 0; i < c->nb_groups; i++) {
		const struct trial_group *g = &first->groups[i];
		struct result_group *to = &c->groups[i];

		to->group = g->group;
		to->interface = g->interface;
		to->guests = g->guests;
		to->share = g->share;
		numbers_init(&to->n);
	}
}

static gboolean add_groups(result_combination *c, const trial *t)
{
	if (t->nb_groups != c->nb_groups)
		return FALSE;
	for (guint i = 0; i < c->nb_groups; i++) {
		const struct trial_group *g = &t->groups[i];
		struct result_group *to = &c->groups[i];

		if (strcmp(g->group, to->group) != 0 || strcmp(g->interface, to->interface) != 0 ||
			g->guests != to->guests ||
			!numbers_add(&to->n, &g->c, &g->latency, &g->response))
			return FALSE;
		spread_add(&to->n.loss, &g->c);
	}
	return TRUE;
}

/* FALSE if the sum leaves the 63 bits that files hold. */
static gboolean add_u64(uint64_t *into, uint64_t v)
{
	return !__builtin_add_overflow(*into, v, into) && *into <= G_MAXINT64;
}

static gboolean add_cpu_part(struct trial_cpu_part *to, const struct trial_cpu_part *part)
{
	to->threads = MAX(to->threads, part->threads);
	return add_u64(&to->busy_cycles, part->busy_cycles) && add_u64(&to->cpu_ns, part->cpu_ns);
}

static gboolean add_cpu(struct trial_cpu *to, const struct trial_cpu *cpu)
{
	if (!cpu->known)
		return TRUE;
	to->known = TRUE;
	return add_u64(&to->frames, cpu->frames) && add_u64(&to->calls, cpu->calls) &&
	       add_cpu_part(&to->generator, &cpu->generator) &&
	       add_cpu_part(&to->host, &cpu->host) && add_cpu_part(&to->guests, &cpu->guests);
}

static void join_stamps(char **to, const char *stamps, gboolean first)
{
	if (!first && g_strcmp0(*to, stamps) == 0)
		return;
	g_free(*to);
	*to = g_strdup(first ? stamps : "mixed");
}

static gboolean add_probes(struct trial_probes *to, const struct trial_probes *p)
{
	if (!p->used)
		return TRUE;
	if (!to->used)
		to->rate_pps = p->rate_pps;
	join_stamps(&to->rx_stamps, p->rx_stamps, !to->used);
	join_stamps(&to->tx_stamps, p->tx_stamps, !to->used);
	to->stamp_error_ns = MAX(to->stamp_error_ns, p->stamp_error_ns);
	to->used = TRUE;
	return trial_counts_add(&to->c, &p->c) && trial_dist_add(&to->latency, &p->latency) &&
	       add_u64(&to->late_back, p->late_back) && add_u64(&to->set_aside, p->set_aside) &&
	       to->c.intended <= G_MAXINT64 && to->c.offered_bytes <= G_MAXINT64 &&
	       to->latency.sum_ns <= G_MAXINT64;
}

static gboolean add_guest_probes(
	struct trial_guest_probes *to, const struct trial_guest_probes *p, gboolean only)
{
	if (only) {
		to->p50_ns = p->p50_ns;
		to->p99_ns = p->p99_ns;
		to->p50_bound = p->p50_bound;
		to->p99_bound = p->p99_bound;
	}
	return add_u64(&to->offered, p->offered) && add_u64(&to->forwarded, p->forwarded) &&
	       add_u64(&to->lost, p->lost) && trial_dist_add(&to->latency, &p->latency);
}

static void add_guest(struct result_guest *to, const struct trial_guest *g)
{
	if (strcmp(to->state, "ok") == 0 && strcmp(g->state, "ok") != 0) {
		g_free(to->state);
		to->state = g_strdup(g->state);
	}
	to->reorder_distance_max = MAX(to->reorder_distance_max, g->reorder_distance_max);
	spread_add(&to->n.loss, &g->c);
}

static gboolean add_trial(result_combination *c, const trial *t)
{
	if (!numbers_add(&c->n, &t->totals, &t->latency, &t->response) || !add_groups(c, t) ||
		!add_cpu(&c->cpu, &t->cpu) || !add_probes(&c->probes, &t->probes) ||
		!trial_ipdv_add(&c->ipdv, &t->ipdv))
		return FALSE;
	c->nb_ipdv += t->ipdv.recorded != FALSE;
	for (guint i = 0; i < c->nb_guests; i++) {
		const struct trial_guest *g = &t->guests[i];

		if (g->guest != c->guests[i].guest ||
			!numbers_add(&c->guests[i].n, &g->c, &g->latency, &g->response) ||
			!add_guest_probes(&c->guests[i].probes, &g->probes, c->trials->len == 1))
			return FALSE;
		add_guest(&c->guests[i], g);
		for (uint32_t j = 0; j < g->nb_sizes; j++) {
			if (!numbers_add(&find_size(c, &g->sizes[j])->n, &g->sizes[j].c,
				    &g->sizes[j].latency, &g->sizes[j].response))
				return FALSE;
		}
	}
	return TRUE;
}

/* Loss of each repetition; by size class, its guests have to be added up first. */
static void make_spread(result_combination *c)
{
	for (guint i = 0; i < c->trials->len; i++) {
		const trial *t = g_ptr_array_index(c->trials, i);
		g_autofree struct trial_counts *sums = g_new0(struct trial_counts, c->nb_sizes + 1);

		for (uint32_t j = 0; j < t->nb_guests; j++) {
			for (uint32_t k = 0; k < t->guests[j].nb_sizes; k++) {
				const struct trial_size *s = &t->guests[j].sizes[k];

				(void)trial_counts_add(&sums[find_size(c, s) - c->sizes], &s->c);
			}
		}
		for (guint j = 0; j < c->nb_sizes; j++)
			spread_add(&c->sizes[j].n.loss, &sums[j]);
		spread_add(&c->n.loss, &t->totals);
	}
}

void result_fairness_of(const double *x, size_t n, struct result_fairness *out)
{
	g_autofree double *sorted = g_memdup2(x, n * sizeof(*x));
	double sum = 0, squares = 0, ranked = 0;

	out->jain = out->gini = out->min_max = NAN;
	out->nb_below = 0;
	if (n == 0)
		return;
	qsort(sorted, n, sizeof(*sorted), numbers_compare_doubles);
	if (sorted[n - 1] <= 0)
		return;
	for (size_t i = 0; i < n; i++) {
		sum += sorted[i];
		squares += sorted[i] * sorted[i];
		ranked += (double)(i + 1) * sorted[i];
	}
	out->jain = sum * sum / ((double)n * squares);
	out->gini = MAX(0, 2 * ranked / ((double)n * sum) - (double)(n + 1) / (double)n);
	out->min_max = sorted[0] / sorted[n - 1];
	for (size_t i = 0; i < n; i++)
		out->nb_below += sorted[i] < FAIR_SHARE * sum / (double)n;
}

static void make_fairness(result_combination *c)
{
	g_autofree double *x = g_new(double, c->nb_guests + 1);
	size_t n = 0;

	for (guint i = 0; i < c->nb_guests; i++) {
		const struct trial_counts *counts = &c->guests[i].n.c;

		if (counts->offered > 0 && !c->guests[i].n.one_way)
			x[n++] = (double)counts->forwarded / (double)counts->offered;
	}
	result_fairness_of(x, n, &c->fairness);
}

gboolean result_numbers_is_moongen(const result_combination *c)
{
	return ((const trial *)g_ptr_array_index(c->trials, 0))->moongen != NULL;
}

gboolean result_numbers_quantile(
	const struct result_numbers *n, gboolean response, double q, struct result_quantile *out)
{
	struct result_quantile v = { 0 };

	if (n->one_way ||
		trial_dist_quantile(response ? &n->response : &n->latency, q, &v.ns, &v.bound) != 0)
		return FALSE;
	v.min_ns = v.max_ns = v.ns;
	v.min_bound = v.max_bound = v.bound;
	*out = v;
	return TRUE;
}

/* A bound is more than any number: what it stands for came later than all. */
static gboolean is_more(uint64_t ns, gboolean bound, uint64_t than_ns, gboolean than_bound)
{
	return bound != than_bound ? bound : ns > than_ns;
}

void result_quantile_widen(struct result_quantile *v, uint64_t ns, gboolean bound, gboolean first)
{
	if (first || is_more(v->min_ns, v->min_bound, ns, bound)) {
		v->min_ns = ns;
		v->min_bound = bound;
	}
	if (first || is_more(ns, bound, v->max_ns, v->max_bound)) {
		v->max_ns = ns;
		v->max_bound = bound;
	}
}

gboolean result_guests_quantile(const result_combination *c, double q, struct result_quantile *out)
{
	gboolean found = FALSE;

	for (guint i = 0; i < c->nb_guests; i++) {
		struct result_quantile v;

		if (!result_numbers_quantile(&c->guests[i].n, FALSE, q, &v))
			continue;
		result_quantile_widen(out, v.ns, v.bound, !found);
		found = TRUE;
	}
	return found;
}

struct guest_rank *result_numbers_ranks(const result_combination *c)
{
	struct guest_rank *ranks = g_new0(struct guest_rank, c->nb_guests + 1);

	for (guint i = 0; i < c->nb_guests; i++) {
		const struct result_guest *g = &c->guests[i];
		struct result_quantile p99 = { 0 };

		(void)result_numbers_quantile(&g->n, FALSE, guest_rank_quantile, &p99);
		ranks[i] = (struct guest_rank){ .guest = g->guest,
			.ok = strcmp(g->state, "ok") == 0,
			.offered = g->n.one_way ? 0 : g->n.c.offered,
			.lost = g->n.c.lost,
			.p99_ns = p99.ns,
			.p99_bound = p99.bound };
	}
	return ranks;
}

void result_numbers_worst(result_combination *c)
{
	g_autofree struct guest_rank *ranks = result_numbers_ranks(c);
	int worst;

	c->fairness.nb_silent = 0;
	/* What MoonGen offered may just not be known. */
	for (guint i = 0; i < c->nb_guests && !result_numbers_is_moongen(c); i++)
		c->fairness.nb_silent += c->guests[i].n.c.offered == 0;
	worst = guest_rank_worst(ranks, c->nb_guests);
	c->fairness.worst_guest = worst < 0 ? -1 : (int)c->guests[worst].guest;
}

static void make_verdict(result_combination *c)
{
	g_ptr_array_set_size(c->reasons, 0);
	c->nb_untrustworthy = c->nb_interrupted = 0;
	for (guint i = 0; i < c->trials->len; i++) {
		const trial *t = g_ptr_array_index(c->trials, i);

		c->nb_untrustworthy += !t->trustworthy;
		c->nb_interrupted += !!t->interrupted;
		for (guint j = 0; j < t->reasons->len; j++) {
			const char *reason = g_ptr_array_index(t->reasons, j);

			/* What is accumulated says itself of which repetition. */
			g_ptr_array_add(
				c->reasons, t->moongen != NULL && t->moongen->accumulated
						    ? g_strdup(reason)
						    : g_strdup_printf("rep %u: %s",
							      t->params.repetition, reason));
		}
	}
	c->trustworthy = c->nb_untrustworthy == 0;
}

/* FALSE: the trial of that index cannot be added to those before it. */
static gboolean try_make(result_combination *c, guint *culprit)
{
	double measured_s = 0;

	result_numbers_clear(c);
	numbers_init(&c->n);
	make_guests(c);
	make_groups(c);
	make_sizes(c);
	for (guint i = 0; i < c->trials->len; i++) {
		const trial *t = g_ptr_array_index(c->trials, i);

		if (t->nb_guests != c->nb_guests || !add_trial(c, t)) {
			*culprit = i;
			return FALSE;
		}
		measured_s += t->measured_s;
	}
	make_spread(c);
	/* The guests of all repetitions are behind the same interfaces: they are parameters. */
	numbers_finish(&c->n, measured_s, trial_is_one_way(g_ptr_array_index(c->trials, 0)));
	for (guint i = 0; i < c->nb_guests; i++)
		numbers_finish(&c->guests[i].n, measured_s,
			trial_interface_is_one_way(c->guests[i].interface));
	for (guint i = 0; i < c->nb_groups; i++)
		numbers_finish(&c->groups[i].n, measured_s,
			trial_interface_is_one_way(c->groups[i].interface));
	for (guint i = 0; i < c->nb_sizes; i++)
		numbers_finish(&c->sizes[i].n, measured_s, c->n.one_way);
	make_fairness(c);
	make_verdict(c);
	result_numbers_worst(c);
	return TRUE;
}

void result_numbers_make(result_combination *c, GPtrArray *warnings)
{
	guint culprit;

	while (c->trials->len > 0 && !try_make(c, &culprit)) {
		const trial *t = g_ptr_array_index(c->trials, culprit);

		g_ptr_array_add(
			warnings, g_strdup_printf("%s: cannot be added to the previous "
						  "repetitions: different guests, or a sum above "
						  "2^63 - 1; skipped: remove it and measure again",
					  t->path));
		g_ptr_array_remove_index(c->trials, culprit);
	}
}

void result_numbers_clear(result_combination *c)
{
	result_numbers_drop_bins(c);
	for (guint i = 0; i < c->nb_guests; i++)
		g_free(c->guests[i].state);
	g_clear_pointer(&c->guests, g_free);
	g_clear_pointer(&c->groups, g_free);
	g_clear_pointer(&c->sizes, g_free);
	c->nb_guests = c->nb_groups = c->nb_sizes = 0;
	g_free(c->probes.rx_stamps);
	g_free(c->probes.tx_stamps);
	memset(&c->probes, 0, sizeof(c->probes));
	memset(&c->cpu, 0, sizeof(c->cpu));
	trial_ipdv_clear(&c->ipdv);
	c->nb_ipdv = 0;
}

static void each_numbers(result_combination *c, void (*fn)(struct result_numbers *n))
{
	fn(&c->n);
	for (guint i = 0; i < c->nb_guests; i++)
		fn(&c->guests[i].n);
	for (guint i = 0; i < c->nb_groups; i++)
		fn(&c->groups[i].n);
	for (guint i = 0; i < c->nb_sizes; i++)
		fn(&c->sizes[i].n);
}

static void drop_bins(struct result_numbers *n)
{
	g_clear_pointer(&n->latency.hist, hist_free);
	g_clear_pointer(&n->latency.exact, exact_free);
	g_clear_pointer(&n->response.hist, hist_free);
}

static void start_bins(struct result_numbers *n)
{
	drop_bins(n);
	if (n->latency.count > 0)
		n->latency.hist = hist_new();
	if (n->response.count > 0)
		n->response.hist = hist_new();
}

void result_numbers_drop_bins(result_combination *c)
{
	each_numbers(c, drop_bins);
	g_clear_pointer(&c->probes.latency.hist, hist_free);
	trial_ipdv_drop_bins(&c->ipdv);
}

/* The same of MoonGen's histograms, where there are any. */
static void start_exact(struct result_numbers *n)
{
	drop_bins(n);
	n->latency.quartiles_known = FALSE;
}

/* Is there a histogram of MoonGen's among the trials? */
static gboolean has_exact(const result_combination *c)
{
	for (guint i = 0; i < c->trials->len; i++) {
		const trial *t = g_ptr_array_index(c->trials, i);

		if (t->moongen != NULL && t->moongen->histogram != NULL)
			return TRUE;
	}
	return FALSE;
}

void result_numbers_start_bins(result_combination *c)
{
	if (result_numbers_is_moongen(c)) {
		each_numbers(c, has_exact(c) ? start_exact : drop_bins);
		return;
	}
	each_numbers(c, start_bins);
	g_clear_pointer(&c->probes.latency.hist, hist_free);
	if (c->probes.latency.count > 0)
		c->probes.latency.hist = hist_new();
	if (c->ipdv.recorded)
		trial_ipdv_start_bins(&c->ipdv);
}

static void add_bins(struct result_numbers *n, const struct trial_dist *latency,
	const struct trial_dist *response)
{
	if (latency->hist != NULL)
		hist_add(n->latency.hist, latency->hist);
	if (response->hist != NULL)
		hist_add(n->response.hist, response->hist);
}

void result_numbers_add_bins(result_combination *c, const trial *t)
{
	if (t->moongen != NULL)
		return; /* result_numbers_end_bins has all of them at once */
	add_bins(&c->n, &t->latency, &t->response);
	if (t->probes.latency.hist != NULL)
		hist_add(c->probes.latency.hist, t->probes.latency.hist);
	trial_ipdv_add_bins(&c->ipdv, &t->ipdv);
	for (guint i = 0; i < c->nb_guests; i++) {
		const struct trial_guest *g = &t->guests[i];

		for (uint32_t j = 0; j < g->nb_sizes; j++) {
			const struct trial_size *s = &g->sizes[j];

			add_bins(&c->guests[i].n, &s->latency, &s->response);
			add_bins(&c->groups[c->guests[i].group_row].n, &s->latency, &s->response);
			add_bins(&find_size(c, s)->n, &s->latency, &s->response);
		}
	}
}

void result_numbers_end_bins(result_combination *c)
{
	g_autoptr(GPtrArray) parts = g_ptr_array_new();
	struct result_numbers *same[] = { &c->n, &c->guests[0].n, &c->groups[0].n, &c->sizes[0].n };
	g_autoptr(exact) sum = NULL;

	if (!result_numbers_is_moongen(c) || !has_exact(c))
		return;
	for (guint i = 0; i < c->trials->len; i++) {
		const trial *t = g_ptr_array_index(c->trials, i);

		if (t->latency.exact != NULL)
			g_ptr_array_add(parts, t->latency.exact);
	}
	/* It has a sum: result_numbers_make has removed what has none. */
	sum = exact_total((exact *const *)(void *)parts->pdata, parts->len);
	/* One guest, one size, whose numbers are the totals'. */
	for (guint i = 0; i < G_N_ELEMENTS(same); i++)
		same[i]->latency.exact = exact_ref(sum);
}
