/* SPDX-License-Identifier: BSD-3-Clause */
/* Do draws and gaps have the distributions that they are drawn from? All seeds are fixed. */
#include <gsl/gsl_cdf.h>

#include "tests/unit/traffic_check.h"
#include "traffic/arrival.h"
#include "traffic/profile.h"

enum { SEED = 20260101, N = 1000000 };

/* A right generator fails one seed in 10^4; the seeds are fixed, so these pass or are wrong. */
static const double significance = 1e-4;

/* Chi-square of counts against shares that add up to 1. */
static double p_value(const uint64_t *count, const double *share, size_t nb, double n)
{
	double chi2 = 0;

	for (size_t i = 0; i < nb; i++) {
		double expected = share[i] * n;

		assert_true(expected >= 5); /* or chi-square does not hold */
		chi2 += ((double)count[i] - expected) * ((double)count[i] - expected) / expected;
	}
	return gsl_cdf_chisq_Q(chi2, (double)nb - 1);
}

static void check_p(const char *what, double p)
{
	if (p < significance)
		fail_msg("%s: seed %d: p = %g is below %g", what, SEED, p, significance);
}

static void random_draws_fit_their_weights(void **state)
{
	static const char *const specs[] = { "imix", "imix-csit", "imix-standard", "isp-netflow",
		"complete-imix", "dc-small" };
	g_autofree struct profile_draw *draws = g_new(struct profile_draw, N);
	gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(specs); i++) {
		g_autoptr(profile) p = profile_open(specs[i], 0, NULL);
		uint64_t count[64] = { 0 }, pos = 0;
		double share[64], sum = 0, mean, sigma;

		gsl_rng_set(rng, SEED);
		profile_draw(p, rng, &pos, draws, N);
		for (size_t j = 0; j < N; j++) {
			const struct profile_class *c = &p->classes[draws[j].class];

			assert_true(draws[j].class < p->nb_classes);
			assert_true(draws[j].frame_len >= c->frame_len_lo);
			assert_true(draws[j].frame_len <= c->frame_len_hi);
			count[draws[j].class]++;
			sum += draws[j].frame_len;
		}
		for (uint32_t j = 0; j < p->nb_classes; j++)
			share[j] = p->classes[j].share;
		check_p(specs[i], p_value(count, share, p->nb_classes, N));
		mean = profile_mean_frame_len(p);
		sigma = profile_stddev_frame_len(p) / sqrt(N);
		check_double(specs[i], sum / N, mean, 5 * sigma);
	}
	gsl_rng_free(rng);
}

static void lengths_in_a_range_are_equally_likely(void **state)
{
	enum { LO = 64, HI = 1518, NB = HI - LO + 1 };
	g_autoptr(profile) p = profile_open("uniform:64-1518", 0, NULL);
	g_autofree struct profile_draw *draws = g_new(struct profile_draw, N);
	gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
	uint64_t count[NB] = { 0 }, pos = 0;
	double share[NB];

	(void)state;
	gsl_rng_set(rng, SEED);
	profile_draw(p, rng, &pos, draws, N);
	for (size_t i = 0; i < N; i++)
		count[draws[i].frame_len - LO]++;
	for (size_t i = 0; i < NB; i++)
		share[i] = 1.0 / NB;
	check_p("uniform", p_value(count, share, NB, N));
	gsl_rng_free(rng);
}

/* IP lengths 37 to 56 are frames of 55 to 74: 64 stands for ten of them. */
static void padded_lengths_keep_their_weight(void **state)
{
	static const char text[] = "# unit: ip\n# weight: packets\n# mode: random\n# source: test\n"
				   "size,weight\n37-56,1\n";
	g_autoptr(profile) p = profile_parse("t.csv", text, strlen(text), NULL);
	g_autofree struct profile_draw *draws = g_new(struct profile_draw, N);
	gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
	uint64_t count[11] = { 0 }, pos = 0;
	double share[11] = { 0.5 };

	(void)state;
	for (int i = 1; i < 11; i++)
		share[i] = 0.05;
	gsl_rng_set(rng, SEED);
	profile_draw(p, rng, &pos, draws, N);
	for (size_t i = 0; i < N; i++)
		count[draws[i].frame_len - 64]++;
	check_p("padded", p_value(count, share, 11, N));
	gsl_rng_free(rng);
}

static void ratio_and_sequence_counts_are_exact(void **state)
{
	static const char
		text[] = "# unit: frame\n# weight: packets\n# mode: ratio\n# source: test\n"
			 "size,weight\n64,7\n594,4\n1518,1\n";
	g_autoptr(profile) ratio = profile_parse("t.csv", text, strlen(text), NULL);
	g_autoptr(profile) sequence = profile_open("imix-vsperf", 0, NULL);
	const profile *const profiles[] = { ratio, sequence };
	struct profile_draw draws[12];

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(profiles); i++) {
		for (uint64_t start = 0; start < 24; start++) {
			uint64_t pos = start;
			int count[3] = { 0 };

			profile_draw(profiles[i], NULL, &pos, draws, 12);
			for (int j = 0; j < 12; j++)
				count[draws[j].class]++;
			assert_int_equal(count[0], 7);
			assert_int_equal(count[1], 4);
			assert_int_equal(count[2], 1);
		}
	}
}

/* The mean of n exponential gaps has a deviation of mean / sqrt(n); five of it: one seed in 10^6. */
static void poisson_mean_is_within_5_sigma(void **state)
{
	const double mean = 1000.0, limit = 5.0 * mean / sqrt(N);
	gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
	g_autoptr(arrival_process) process = NULL;
	g_autoptr(arrival) a = NULL;
	double last = 0;

	(void)state;
	gsl_rng_set(rng, SEED);
	process = arrival_process_new("test", "poisson", NULL);
	a = arrival_new(process, mean, INFINITY, rng, NULL);
	for (int i = 0; i < N; i++)
		last = arrival_next_ns(a);
	check_double("mean gap", last / N, mean, limit);
	gsl_rng_free(rng);
}

/* Gaps sorted into 50 classes of equal probability. */
static void poisson_gaps_are_exponential(void **state)
{
	enum { NB = 50 };
	const double mean = 1000.0;
	gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
	g_autoptr(arrival_process) process = NULL;
	g_autoptr(arrival) a = NULL;
	uint64_t count[NB] = { 0 };
	double share[NB], last = 0;

	(void)state;
	gsl_rng_set(rng, SEED);
	process = arrival_process_new("test", "poisson", NULL);
	a = arrival_new(process, mean, INFINITY, rng, NULL);
	for (int i = 0; i < NB; i++)
		share[i] = 1.0 / NB;
	for (int i = 0; i < N; i++) {
		double t = arrival_next_ns(a);

		count[MIN((int)(gsl_cdf_exponential_P(t - last, mean) * NB), NB - 1)]++;
		last = t;
	}
	check_p("gaps", p_value(count, share, NB, N));
	gsl_rng_free(rng);
}

static void cbr_gaps_are_constant_and_do_not_drift(void **state)
{
	const double mean = 1e9 / 7; /* does not end in binary */
	gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
	g_autoptr(arrival_process) process = NULL;
	g_autoptr(arrival) a = NULL;
	double first, last;

	(void)state;
	gsl_rng_set(rng, SEED);
	process = arrival_process_new("test", "cbr", NULL);
	a = arrival_new(process, mean, INFINITY, rng, NULL);
	first = last = arrival_next_ns(a);
	assert_true(first >= 0 && first < mean);
	for (int i = 1; i < N; i++) {
		double t = arrival_next_ns(a);

		check_double("gap", t - last, mean, 0.05); /* 2^-53 of 40 hours */
		last = t;
	}
	check_double("span", last - first, mean * (N - 1), 0.05);
	gsl_rng_free(rng);
}

/* Are phases of cbr guests spread over the gap? */
static void cbr_phases_are_uniform(void **state)
{
	enum { NB = 20, GUESTS = 20000 };
	g_autoptr(arrival_process) process = arrival_process_new("test", "cbr", NULL);
	gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
	uint64_t count[NB] = { 0 };
	double share[NB];

	(void)state;
	gsl_rng_set(rng, SEED);
	for (int i = 0; i < NB; i++)
		share[i] = 1.0 / NB;
	for (int i = 0; i < GUESTS; i++) {
		g_autoptr(arrival) a = arrival_new(process, NB, INFINITY, rng, NULL);

		count[(int)arrival_next_ns(a)]++;
	}
	check_p("phases", p_value(count, share, NB, GUESTS));
	gsl_rng_free(rng);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(random_draws_fit_their_weights),
		cmocka_unit_test(lengths_in_a_range_are_equally_likely),
		cmocka_unit_test(padded_lengths_keep_their_weight),
		cmocka_unit_test(ratio_and_sequence_counts_are_exact),
		cmocka_unit_test(poisson_mean_is_within_5_sigma),
		cmocka_unit_test(poisson_gaps_are_exponential),
		cmocka_unit_test(cbr_gaps_are_constant_and_do_not_drift),
		cmocka_unit_test(cbr_phases_are_uniform),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
