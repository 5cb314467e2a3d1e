/* SPDX-License-Identifier: BSD-3-Clause */
#include "analyze/contract/trial.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "analyze/contract/accumulated.h"
#include "analyze/base/format.h"
#include "analyze/contract/trial_ipdv.h"

trial *trial_new(void)
{
	trial *t = g_new0(trial, 1);

	t->trustworthy = TRUE;
	t->reasons = g_ptr_array_new_with_free_func(g_free);
	t->seconds = g_array_new(FALSE, TRUE, sizeof(struct trial_second));
	t->guest_seconds = g_array_new(FALSE, TRUE, sizeof(struct trial_guest_second));
	t->log = g_string_new(NULL);
	return t;
}

static void guest_clear(struct trial_guest *g)
{
	for (uint32_t i = 0; i < g->nb_sizes; i++) {
		trial_dist_clear(&g->sizes[i].latency);
		trial_dist_clear(&g->sizes[i].response);
	}
	trial_dist_clear(&g->latency);
	trial_dist_clear(&g->response);
	trial_dist_clear(&g->probes.latency);
	g_free(g->sizes);
	g_free(g->mac);
	g_free(g->interface);
	g_free(g->profile);
	g_free(g->group);
	g_free(g->state);
}

struct trial_moongen *trial_moongen_new(void)
{
	struct trial_moongen *m = g_new0(struct trial_moongen, 1);

	m->oddities = g_ptr_array_new_with_free_func(g_free);
	return m;
}

void trial_moongen_free(struct trial_moongen *m)
{
	if (m == NULL)
		return;
	g_free(m->log);
	g_free(m->histogram);
	g_free(m->throughput);
	exact_free(m->kept);
	accumulated_free(m->of);
	g_ptr_array_unref(m->oddities);
	g_free(m);
}

void trial_free(trial *t)
{
	if (t == NULL)
		return;
	trial_params_clear(&t->params);
	for (uint32_t i = 0; i < t->nb_guests; i++)
		guest_clear(&t->guests[i]);
	g_free(t->guests);
	for (uint32_t i = 0; i < t->nb_groups; i++) {
		g_free(t->groups[i].group);
		g_free(t->groups[i].interface);
	}
	g_free(t->groups);
	trial_dist_clear(&t->latency);
	trial_dist_clear(&t->response);
	trial_dist_clear(&t->probes.latency);
	trial_ipdv_clear(&t->ipdv);
	g_free(t->probes.time_stamps);
	g_ptr_array_unref(t->reasons);
	g_array_unref(t->seconds);
	g_array_unref(t->guest_seconds);
	g_string_free(t->log, TRUE);
	g_clear_pointer(&t->mix, json_object_unref);
	g_clear_pointer(&t->environment, json_object_unref);
	g_clear_pointer(&t->interface_info, json_object_unref);
	g_free(t->path);
	trial_moongen_free(t->moongen);
	g_free(t);
}

void trial_set_guests(trial *t, uint32_t nb, const uint32_t *nb_sizes)
{
	g_return_if_fail(t->guests == NULL);
	t->nb_guests = nb;
	t->guests = g_new0(struct trial_guest, nb);
	for (uint32_t i = 0; i < nb; i++) {
		t->guests[i].guest = i;
		t->guests[i].nb_sizes = nb_sizes[i];
		t->guests[i].sizes = g_new0(struct trial_size, nb_sizes[i]);
	}
}

void trial_params_copy(struct trial_params *to, const struct trial_params *from)
{
	*to = *from;
	to->label = g_strdup(from->label);
	to->machine = g_strdup(from->machine);
	to->interface = g_strdup(from->interface);
	to->qemu = g_strdup(from->qemu);
	to->reflector = g_strdup(from->reflector);
	to->profile = g_strdup(from->profile);
	to->arrival = g_strdup(from->arrival);
	to->share = g_strdup(from->share);
	to->pattern = g_strdup(from->pattern);
	to->cores = g_strdup(from->cores);
	to->faults = g_strdup(from->faults);
	to->mix_digest = g_strdup(from->mix_digest);
	to->extra = g_strdup(from->extra);
}

void trial_params_clear(struct trial_params *p)
{
	g_free(p->label);
	g_free(p->machine);
	g_free(p->interface);
	g_free(p->qemu);
	g_free(p->reflector);
	g_free(p->profile);
	g_free(p->arrival);
	g_free(p->share);
	g_free(p->pattern);
	g_free(p->cores);
	g_free(p->faults);
	g_free(p->mix_digest);
	g_free(p->extra);
	memset(p, 0, sizeof(*p));
}

const char *trial_pattern(const struct trial_params *p)
{
	return p->pattern != NULL && *p->pattern != '\0' ? p->pattern : TRIAL_PATTERN_DEFAULT;
}

static char *number_difference(const char *name, const char *unit, double is, double wanted,
	uint64_t is_u64, uint64_t wanted_u64)
{
	gboolean whole = is_u64 != 0 || wanted_u64 != 0;
	g_autofree char *a = whole ? g_strdup_printf("%" G_GUINT64_FORMAT, is_u64)
				   : format_number(is);
	g_autofree char *b = whole ? g_strdup_printf("%" G_GUINT64_FORMAT, wanted_u64)
				   : format_number(wanted);

	return g_strdup_printf("%s %s%s, not %s%s", name, a, unit, b, unit);
}

/* An option that was not given has no text. */
static char *quoted_or_default(const char *text)
{
	return *text == '\0' ? g_strdup("default") : g_strdup_printf("'%s'", text);
}

char *trial_params_difference(const struct trial_params *is, const struct trial_params *wanted)
{
	const struct {
		const char *name, *is, *wanted;
	} texts[] = {
		{ "label", is->label, wanted->label },
		{ "machine", is->machine, wanted->machine },
		{ "interface", is->interface, wanted->interface },
		{ "qemu", is->qemu, wanted->qemu },
		{ "reflector", is->reflector, wanted->reflector },
		{ "profile", is->profile, wanted->profile },
		{ "arrival", is->arrival, wanted->arrival },
		{ "share", is->share, wanted->share },
		{ "pattern", trial_pattern(is), trial_pattern(wanted) },
		{ "cores", is->cores, wanted->cores },
		{ "faults", is->faults, wanted->faults },
		{ "extra", is->extra, wanted->extra },
	};
	const struct {
		const char *name, *unit;
		double is, wanted;
		uint64_t is_u64, wanted_u64; /* for those that a double cannot tell apart */
	} numbers[] = {
		{ "vhost", "", is->vhost, wanted->vhost, 0, 0 },
		{ "ioregionfd", "", is->ioregionfd, wanted->ioregionfd, 0, 0 },
		{ "guests", "", is->guests, wanted->guests, 0, 0 },
		{ "frame size", " B", is->frame_len, wanted->frame_len, 0, 0 },
		{ "rate", " pps", (double)is->rate_pps, (double)wanted->rate_pps, is->rate_pps,
			wanted->rate_pps },
		{ "duration", " s", is->duration_s, wanted->duration_s, 0, 0 },
		{ "warm-up", " s", is->warm_up_s, wanted->warm_up_s, 0, 0 },
		{ "drain", " s", is->drain_s, wanted->drain_s, 0, 0 },
		{ "seed", "", (double)is->seed, (double)wanted->seed, is->seed, wanted->seed },
		{ "repetition", "", is->repetition, wanted->repetition, 0, 0 },
	};

	for (guint i = 0; i < G_N_ELEMENTS(texts); i++) {
		const char *a = texts[i].is != NULL ? texts[i].is : "";
		const char *b = texts[i].wanted != NULL ? texts[i].wanted : "";

		if (strcmp(a, b) != 0) {
			g_autofree char *first = quoted_or_default(a),
					*second = quoted_or_default(b);

			return g_strdup_printf("%s %s, not %s", texts[i].name, first, second);
		}
	}
	/* A file of the same name: its digest would tell a reader nothing. */
	if (g_strcmp0(is->mix_digest, wanted->mix_digest) != 0)
		return g_strdup_printf(
			"another '%s' (frame sizes, weights, order or shares differ)", is->profile);
	for (guint i = 0; i < G_N_ELEMENTS(numbers); i++) {
		if (numbers[i].is < numbers[i].wanted || numbers[i].is > numbers[i].wanted ||
			numbers[i].is_u64 != numbers[i].wanted_u64)
			return number_difference(numbers[i].name, numbers[i].unit, numbers[i].is,
				numbers[i].wanted, numbers[i].is_u64, numbers[i].wanted_u64);
	}
	return NULL;
}

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

static gboolean add_u64(uint64_t *into, uint64_t v)
{
	return !__builtin_add_overflow(*into, v, into);
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
	return add_u64(&into->count, from->count) && add_u64(&into->censored, from->censored) &&
	       add_u64(&into->sum_ns, from->sum_ns);
}

gboolean trial_dist_has_bins(const struct trial_dist *d)
{
	return d->hist != NULL || d->exact != NULL;
}

/* 25th, 50th or 75th percentile as a log says them; NULL for others. */
static const double *quartile(const struct trial_dist *d, double q)
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
	const double *known = quartile(d, q);

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
static double at_rank(const hist *h, uint64_t rank)
{
	uint64_t before = 0;

	/* Both ends were recorded exactly. */
	if (rank == 0)
		return (double)ctr_get(&h->min_ns);
	if (rank + 1 == ctr_get(&h->count))
		return (double)ctr_get(&h->max_ns);
	for (uint32_t i = 0; i < HIST_BUCKETS; i++) {
		before += ctr_get(&h->bucket[i]);
		if (before > rank)
			return (double)CLAMP(
				hist_bucket_mid(i), ctr_get(&h->min_ns), ctr_get(&h->max_ns));
	}
	return (double)ctr_get(&h->max_ns);
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
	lo = at_rank(d->hist, rank);
	*out = part > 0 ? (1 - part) * lo + part * at_rank(d->hist, rank + 1) : lo;
	return 0;
}

void trial_dist_each(const struct trial_dist *d, trial_bin_fn fn, void *user)
{
	for (size_t i = 0; d->exact != NULL && i < d->exact->nb; i++)
		fn(d->exact->bins[i].ns, d->exact->bins[i].ns, d->exact->bins[i].count, user);
	for (uint32_t i = 0; d->hist != NULL && i < HIST_BUCKETS; i++) {
		uint64_t count = ctr_get(&d->hist->bucket[i]);

		if (count > 0)
			fn(MAX(hist_bucket_low(i), d->min_ns), MIN(hist_bucket_high(i), d->max_ns),
				count, user);
	}
}

gboolean trial_counts_add(struct trial_counts *into, const struct trial_counts *from)
{
	return add_u64(&into->intended, from->intended) && add_u64(&into->offered, from->offered) &&
	       add_u64(&into->forwarded, from->forwarded) && add_u64(&into->lost, from->lost) &&
	       add_u64(&into->duplicated, from->duplicated) &&
	       add_u64(&into->reordered, from->reordered) &&
	       add_u64(&into->corrupt, from->corrupt) && add_u64(&into->foreign, from->foreign) &&
	       add_u64(&into->not_sent, from->not_sent) && add_u64(&into->unsent, from->unsent) &&
	       add_u64(&into->late, from->late) && add_u64(&into->refused, from->refused) &&
	       add_u64(&into->offered_bytes, from->offered_bytes) &&
	       add_u64(&into->forwarded_bytes, from->forwarded_bytes);
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
