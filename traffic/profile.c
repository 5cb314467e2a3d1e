/* SPDX-License-Identifier: BSD-3-Clause */
#include "traffic/profile.h"

#include <math.h>
#include <string.h>

#include <gsl/gsl_randist.h>

#include "traffic/apportion.h"
#include "traffic/frame.h"
#include "traffic/profile_private.h"
#include "analyze/base/text.h"

uint32_t profile_unit_overhead(enum profile_unit unit)
{
	switch (unit) {
	case PROFILE_IP:
		return FRAME_ETH_LEN + FRAME_FCS_LEN;
	case PROFILE_MBUF:
		return FRAME_FCS_LEN;
	case PROFILE_FRAME:
		break;
	}
	return 0;
}

profile *profile_alloc(const char *spec, const char *name)
{
	profile *p = g_new0(profile, 1);

	p->spec = g_strdup(spec);
	p->name = text_file_part(name);
	return p;
}

void profile_free(profile *p)
{
	if (p == NULL)
		return;
	if (p->alias != NULL)
		gsl_ran_discrete_free(p->alias);
	g_free(p->spec);
	g_free(p->name);
	g_free(p->title);
	g_free(p->source);
	g_free(p->unverified);
	g_free(p->synthetic);
	g_free(p->notice);
	g_free(p->classes);
	g_free(p->sequence);
	g_free(p->moments);
	g_free(p->genome);
	g_free(p);
}

/* Sum of the squares of 0 .. n. */
static double sum_of_squares(double n)
{
	return n * (n + 1.0) * (2.0 * n + 1.0) / 6.0;
}

/* Mean and mean square of the frame lengths of class i: uniform as listed, then padded. */
static void class_moments(const profile *p, uint32_t i, double *mean, double *square)
{
	const struct profile_class *c = &p->classes[i];
	uint32_t lo = c->listed_lo + profile_unit_overhead(p->unit);
	uint32_t hi = c->listed_hi + profile_unit_overhead(p->unit);
	uint32_t from = MAX(lo, FRAME_LEN_MIN); /* the first that is not padded */
	double nb = hi - lo + 1, nb_padded = MIN(from, hi + 1) - lo, nb_whole = nb - nb_padded;

	if (p->moments != NULL) {
		*mean = p->moments[i].mean;
		*square = p->moments[i].square;
		return;
	}
	*mean = nb_padded * FRAME_LEN_MIN;
	*square = nb_padded * FRAME_LEN_MIN * FRAME_LEN_MIN;
	if (nb_whole > 0.0) {
		*mean += nb_whole * (from + hi) / 2.0;
		*square += sum_of_squares(hi) - sum_of_squares(from - 1.0);
	}
	*mean /= nb;
	*square /= nb;
}

/* The share of the packets that the weights ask for; all classes together 1. */
static void weight_shares(const profile *p, double *share)
{
	double sum = 0.0;

	for (uint32_t i = 0; i < p->nb_classes; i++) {
		const struct profile_class *c = &p->classes[i];
		double mean, square, len = 1.0;

		class_moments(p, i, &mean, &square);
		if (p->weight == PROFILE_BYTES)
			len = (c->listed_lo + c->listed_hi) / 2.0;
		else if (p->weight == PROFILE_BANDWIDTH)
			len = mean + FRAME_GAP_LEN;
		share[i] = c->listed_weight / len;
		sum += share[i];
	}
	for (uint32_t i = 0; i < p->nb_classes; i++)
		share[i] /= sum;
}

/* Sum of whole weights over their greatest common divisor; 0 if they are not whole, or too many. */
static uint32_t whole_period(const profile *p)
{
	uint64_t sum = 0, divisor = 0;

	if (p->weight != PROFILE_PACKETS)
		return 0;
	for (uint32_t i = 0; i < p->nb_classes; i++) {
		double w = p->classes[i].listed_weight;

		if (w != floor(w) || w > 0x1p48)
			return 0;
		sum += (uint64_t)w;
		for (uint64_t rest = (uint64_t)w; rest != 0;) {
			uint64_t next = divisor % rest;

			divisor = rest;
			rest = next;
		}
	}
	g_assert(divisor > 0); /* a profile has a class, and weights are above zero */
	return sum / divisor > PROFILE_SEQUENCE_MAX ? 0 : (uint32_t)(sum / divisor);
}

static void make_ratio(profile *p)
{
	g_autofree double *share = g_new(double, p->nb_classes);
	g_autofree uint32_t *count = g_new(uint32_t, p->nb_classes);
	g_autofree uint16_t *order = NULL;
	uint32_t nb = whole_period(p);

	weight_shares(p, share);
	if (nb == 0)
		nb = apportion_best(share, p->nb_classes, PROFILE_PERIOD_MAX);
	apportion(share, p->nb_classes, nb, count);
	order = g_new(uint16_t, nb);
	apportion_spread(count, p->nb_classes, order);
	p->sequence = g_new(uint8_t, nb);
	p->sequence_len = nb;
	for (uint32_t i = 0; i < nb; i++)
		p->sequence[i] = (uint8_t)order[i];
}

/* Shares of the packets, from the sequence where there is one. */
static void set_shares(profile *p)
{
	g_autofree double *share = g_new0(double, p->nb_classes);

	if (p->mode == PROFILE_RANDOM)
		weight_shares(p, share);
	for (uint32_t i = 0; i < p->sequence_len; i++)
		share[p->sequence[i]] += 1.0;
	for (uint32_t i = 0; i < p->nb_classes; i++)
		p->classes[i].share = p->mode == PROFILE_RANDOM ? share[i]
								: share[i] / p->sequence_len;
	if (p->mode == PROFILE_RANDOM)
		p->alias = gsl_ran_discrete_preproc(p->nb_classes, share);
}

void profile_finish(profile *p)
{
	for (uint32_t i = 0; i < p->nb_classes; i++) {
		struct profile_class *c = &p->classes[i];

		c->frame_len_lo = MAX(c->listed_lo + profile_unit_overhead(p->unit), FRAME_LEN_MIN);
		c->frame_len_hi = MAX(c->listed_hi + profile_unit_overhead(p->unit), FRAME_LEN_MIN);
	}
	if (p->mode == PROFILE_RATIO)
		make_ratio(p);
	set_shares(p);
	if (p->mode == PROFILE_SEQUENCE && p->genome == NULL)
		p->genome = genome_format(p);
}

void profile_take(profile *p, GArray *classes, GByteArray *sequence)
{
	p->nb_classes = classes->len;
	p->classes = g_array_steal(classes, NULL);
	p->sequence_len = sequence->len;
	p->sequence = g_byte_array_steal(sequence, NULL);
	profile_finish(p);
}

double profile_class_mean_len(const profile *p, uint32_t i)
{
	double mean, square;

	class_moments(p, i, &mean, &square);
	return mean;
}

uint32_t profile_longest_frame_len(const profile *p)
{
	uint32_t longest = 0;

	for (uint32_t i = 0; i < p->nb_classes; i++)
		longest = MAX(longest, p->classes[i].frame_len_hi);
	return longest;
}

double profile_mean_frame_len(const profile *p)
{
	double sum = 0.0;

	for (uint32_t i = 0; i < p->nb_classes; i++)
		sum += p->classes[i].share * profile_class_mean_len(p, i);
	return sum;
}

double profile_stddev_frame_len(const profile *p)
{
	double overall = profile_mean_frame_len(p), variance = 0.0;

	/* Within classes and between them: no difference of large numbers. */
	for (uint32_t i = 0; i < p->nb_classes; i++) {
		double mean, square;

		class_moments(p, i, &mean, &square);
		variance += p->classes[i].share *
			    (fmax(square - mean * mean, 0.0) + (mean - overall) * (mean - overall));
	}
	return sqrt(variance);
}

gboolean profile_has_ranges(const profile *p)
{
	for (uint32_t i = 0; i < p->nb_classes; i++)
		if (p->classes[i].frame_len_lo != p->classes[i].frame_len_hi)
			return TRUE;
	return FALSE;
}

double profile_ratio_error(const profile *p)
{
	g_autofree double *share = g_new(double, p->nb_classes);
	double worst = 0.0;

	if (p->mode != PROFILE_RATIO)
		return 0.0;
	weight_shares(p, share);
	for (uint32_t i = 0; i < p->nb_classes; i++)
		worst = fmax(worst, fabs(p->classes[i].share - share[i]));
	return worst;
}

static uint16_t draw_len(const profile *p, const struct profile_class *c, gsl_rng *rng)
{
	uint32_t len = c->frame_len_lo;

	if (c->frame_len_lo != c->frame_len_hi) {
		len = c->listed_lo + profile_unit_overhead(p->unit) +
		      (uint32_t)gsl_rng_uniform_int(rng, c->listed_hi - c->listed_lo + 1);
		len = MAX(len, FRAME_LEN_MIN);
	}
	return (uint16_t)len;
}

void profile_draw(const profile *p, gsl_rng *rng, uint64_t *pos, struct profile_draw *out, size_t n)
{
	uint32_t at = p->sequence == NULL ? 0 : (uint32_t)(*pos % p->sequence_len);

	for (size_t i = 0; i < n; i++) {
		out[i].class = p->sequence == NULL ? (uint8_t)gsl_ran_discrete(rng, p->alias)
						   : p->sequence[at];
		out[i].frame_len = p->frame_len != NULL
					   ? p->frame_len[at]
					   : draw_len(p, &p->classes[out[i].class], rng);
		at = at + 1 >= p->sequence_len ? 0 : at + 1;
	}
	*pos += n;
}
