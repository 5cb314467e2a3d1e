/* SPDX-License-Identifier: BSD-3-Clause */
#include "traffic/profile.h"

#include <math.h>
#include <string.h>

#include <gsl/gsl_randist.h>

#include "traffic/apportion.h"
#include "analyze/base/datadir.h"
#include "traffic/frame.h"
#include "traffic/profile_private.h"
#include "analyze/base/text.h"
#include "analyze/base/error.h"

enum { FILE_LEN_MAX = 1 << 20 };

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

/* A profile of one class of frame lengths lo .. hi: fixed and uniform. */
static profile *profile_single(const char *spec, uint32_t lo, uint32_t hi)
{
	g_autofree char *name = g_strdup(spec);
	profile *p = profile_alloc(spec, g_strdelimit(name, ":", '-'));

	p->title = lo == hi ? g_strdup_printf("%u bytes", lo)
			    : g_strdup_printf("every length from %u to %u bytes", lo, hi);
	p->source = g_strdup("as asked for");
	p->unit = PROFILE_FRAME;
	p->weight = PROFILE_PACKETS;
	p->mode = lo == hi ? PROFILE_SEQUENCE : PROFILE_RANDOM;
	p->nb_classes = 1;
	p->classes = g_new0(struct profile_class, 1);
	p->classes[0] = (struct profile_class){
		.listed_lo = lo, .listed_hi = hi, .listed_weight = 1
	};
	if (lo == hi) {
		p->sequence = g_new0(uint8_t, 1);
		p->sequence_len = 1;
	}
	profile_finish(p);
	return p;
}

static gboolean single_length(const char *spec, const char *text, uint32_t *out, GError **error)
{
	g_autofree char *word = text_quote(spec);
	uint64_t len;

	if (!text_uint(text, UINT32_MAX, &len))
		return input_fail(error, INPUT_ERROR_SYNTAX,
			"profile '%s' is not a frame length in bytes; write fixed:64 or "
			"uniform:64-1518",
			word);
	if (len < FRAME_LEN_MIN || len > FRAME_LEN_MAX)
		return input_fail(error, INPUT_ERROR_RANGE,
			"profile '%s': a frame of %" G_GUINT64_FORMAT
			" bytes is outside %d..%d, counted with FCS (60 without FCS is 64)",
			word, len, FRAME_LEN_MIN, FRAME_LEN_MAX);
	*out = (uint32_t)len;
	return TRUE;
}

static profile *fixed_parse(const char *spec, const char *text, uint32_t mtu, GError **error)
{
	uint32_t len;

	(void)mtu;
	return single_length(spec, text, &len, error) ? profile_single(spec, len, len) : NULL;
}

static profile *uniform_parse(const char *spec, const char *text, uint32_t mtu, GError **error)
{
	g_auto(GStrv) ends = g_strsplit(text, "-", 2);
	uint32_t lo, hi;

	(void)mtu;
	if (!single_length(spec, ends[0] != NULL ? ends[0] : "", &lo, error) ||
		!single_length(spec, ends[0] != NULL && ends[1] != NULL ? ends[1] : "", &hi, error))
		return NULL;
	if (lo > hi) {
		g_set_error(error, INPUT_ERROR, INPUT_ERROR_RANGE,
			"profile '%s' ends below its start; write uniform:%u-%u", spec, hi, lo);
		return NULL;
	}
	return profile_single(spec, lo, hi);
}

/* Profiles that are a word: what stands before the colon, and what reads the rest. */
static const struct {
	const char *kind;
	/* Mandatory. Once. spec is as the user wrote it, text what is behind the colon. */
	profile *(*parse)(const char *spec, const char *text, uint32_t mtu, GError **error);
} kinds[] = {
	{ "fixed", fixed_parse },
	{ "uniform", uniform_parse },
	{ "genome", genome_parse },
};

static profile *profile_open_file(const char *spec, const char *path, GError **error)
{
	g_autofree char *text = NULL;
	profile *p;
	size_t len;

	text = text_read(path, FILE_LEN_MAX, &len, error);
	if (text == NULL)
		return NULL;
	p = profile_parse(path, text, len, error);
	if (p != NULL) {
		g_free(p->spec);
		p->spec = g_strdup(spec);
	}
	return p;
}

static profile *unknown_name(const char *spec, GError **error)
{
	g_auto(GStrv) names = profile_names(error);
	g_autofree char *word = text_quote(spec);
	g_autofree char *list = NULL;
	g_autofree char *hint = NULL;

	if (names == NULL) {
		g_prefix_error(error, "profile '%s': ", word);
		return NULL;
	}
	hint = text_did_you_mean(spec, (const char *const *)names);
	list = g_strjoinv(", ", names);
	g_set_error(error, INPUT_ERROR, INPUT_ERROR_NOT_FOUND,
		"no profile is called '%s'%s; there are %s; or write ./FILE.csv, fixed:64, "
		"uniform:64-1518 or genome:aaafg",
		word, hint, list);
	return NULL;
}

profile *profile_open(const char *spec, uint32_t mtu, GError **error)
{
	const char *colon = strchr(spec, ':');

	for (size_t i = 0; colon != NULL && i < G_N_ELEMENTS(kinds); i++)
		if (strlen(kinds[i].kind) == (size_t)(colon - spec) &&
			strncmp(spec, kinds[i].kind, (size_t)(colon - spec)) == 0)
			return kinds[i].parse(spec, colon + 1, mtu, error);
	if (strchr(spec, '/') != NULL || g_str_has_suffix(spec, ".csv"))
		return profile_open_file(spec, spec, error);

	g_autofree char *name = g_strdup_printf("profiles/%s.csv", spec);
	g_autofree char *path = spec[0] == '\0' ? NULL : datadir_find(name, NULL);

	return path == NULL ? unknown_name(spec, error) : profile_open_file(spec, path, error);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

char **profile_names(GError **error)
{
	g_autofree char *folder = datadir_find("profiles", error);
	g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GDir) dir = NULL;
	const char *file;

	if (folder == NULL)
		return NULL;
	dir = g_dir_open(folder, 0, error);
	if (dir == NULL)
		return NULL;
	while ((file = g_dir_read_name(dir)) != NULL)
		if (g_str_has_suffix(file, ".csv"))
			g_ptr_array_add(names, g_strndup(file, strlen(file) - strlen(".csv")));
	qsort(names->pdata, names->len, sizeof(char *), by_name);
	g_ptr_array_add(names, NULL);
	return (char **)g_ptr_array_free(g_steal_pointer(&names), FALSE);
}

double profile_class_mean_len(const profile *p, uint32_t i)
{
	double mean, square;

	class_moments(p, i, &mean, &square);
	return mean;
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
