/* SPDX-License-Identifier: BSD-3-Clause */
/* Do arrival processes behave as theory says? All seeds are fixed. */
#include "traffic/arrival.h"

#include <stdlib.h>

#include <glib/gstdio.h>
#include <gsl/gsl_cdf.h>
#include <gsl/gsl_sf_gamma.h>

#include "tests/unit/traffic_check.h"
#include "tests/unit/traffic_pcap.h"
#include "traffic/schedule.h"

enum { SEED = 20260102, N = 400000, GUESTS = 20000, BINS = 50 };

/* A right process fails one seed in 10^4; the seeds are fixed, so these pass or are wrong. */
static const double significance = 1e-4;
static const double mean_gap = 1e5; /* ns */

static arrival_process *process_of(const char *spec)
{
	GError *error = NULL;
	arrival_process *p = arrival_process_new("test", spec, &error);

	check_ok(spec, error);
	return p;
}

static gsl_rng *new_rng(void)
{
	gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);

	gsl_rng_set(rng, SEED);
	return rng;
}

/* Counts of values of a distribution function, which are uniform in 0..1. */
struct bins {
	uint64_t count[BINS], nb;
};

static void bins_add(struct bins *b, double p)
{
	assert_true(p >= 0 && p <= 1);
	b->count[MIN((int)(p * BINS), BINS - 1)]++;
	b->nb++;
}

static void bins_check(const char *what, const struct bins *b)
{
	double expected = (double)b->nb / BINS, chi2 = 0, p;

	assert_true(expected >= 5); /* or chi-square does not hold */
	for (int i = 0; i < BINS; i++) {
		double d = (double)b->count[i] - expected;

		chi2 += d * d / expected;
	}
	p = gsl_cdf_chisq_Q(chi2, BINS - 1);
	if (p < significance)
		fail_msg("%s: seed %d: p = %g is below %g", what, SEED, p, significance);
}

/*
 * Gaps that can be renewed, with the distribution of what is left of one at a random instant: the
 * integral of 1 - F to x over the mean (Cox, Renewal Theory, 1962, chapter 5).
 */
struct renewal {
	const char *spec;
	double shape;
	double (*cdf)(double x, double shape);
	double (*rest_cdf)(double x, double shape);
};

static double poisson_cdf(double x, double shape)
{
	(void)shape;
	return gsl_cdf_exponential_P(x, mean_gap);
}

static double weibull_scale(double shape)
{
	return mean_gap / gsl_sf_gamma(1 + 1 / shape);
}

static double weibull_cdf(double x, double shape)
{
	return gsl_cdf_weibull_P(x, weibull_scale(shape), shape);
}

static double weibull_rest_cdf(double x, double shape)
{
	return gsl_sf_gamma_inc_P(1 / shape, pow(x / weibull_scale(shape), shape));
}

static double lognormal_cdf(double x, double sigma)
{
	return gsl_cdf_lognormal_P(x, log(mean_gap) - sigma * sigma / 2, sigma);
}

static double lognormal_rest_cdf(double x, double sigma)
{
	double mu = log(mean_gap) - sigma * sigma / 2;

	return x / mean_gap * gsl_cdf_lognormal_Q(x, mu, sigma) +
	       gsl_cdf_lognormal_P(x, mu + sigma * sigma, sigma);
}

static const struct renewal renewals[] = {
	{ "poisson", 0, poisson_cdf, poisson_cdf },
	{ "weibull", 0.5, weibull_cdf, weibull_rest_cdf },
	{ "weibull:shape=0.3", 0.3, weibull_cdf, weibull_rest_cdf },
	{ "weibull:shape=3", 3, weibull_cdf, weibull_rest_cdf },
	{ "lognormal", 1, lognormal_cdf, lognormal_rest_cdf },
	{ "lognormal:sigma=2", 2, lognormal_cdf, lognormal_rest_cdf },
};

static void gaps_have_their_distribution(void **state)
{
	gsl_rng *rng = new_rng();

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(renewals); i++) {
		const struct renewal *r = &renewals[i];
		g_autoptr(arrival_process) p = process_of(r->spec);
		g_autoptr(arrival) a = arrival_new(p, mean_gap, INFINITY, rng, NULL);
		struct bins bins = { 0 };
		double last = arrival_next_ns(a);

		for (int j = 0; j < N; j++) {
			double t = arrival_next_ns(a);

			bins_add(&bins, r->cdf(t - last, r->shape));
			last = t;
		}
		bins_check(r->spec, &bins);
	}
	gsl_rng_free(rng);
}

static void first_departures_are_those_of_a_process_that_goes_on(void **state)
{
	gsl_rng *rng = new_rng();

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(renewals); i++) {
		const struct renewal *r = &renewals[i];
		g_autoptr(arrival_process) p = process_of(r->spec);
		struct bins bins = { 0 };

		for (int j = 0; j < GUESTS; j++) {
			g_autoptr(arrival) a = arrival_new(p, mean_gap, INFINITY, rng, NULL);
			double t = arrival_next_ns(a), rest = r->rest_cdf(t, r->shape);

			bins_add(&bins, fmin(rest, 1)); /* rounding */
		}
		bins_check(r->spec, &bins);
	}
	gsl_rng_free(rng);
}

/* Moments of the numbers of departures of many guests in [0, end). */
struct counts {
	double mean, variance, fourth; /* fourth central moment */
};

static struct counts count_departures(const char *spec, double end_ns, gsl_rng *rng)
{
	g_autoptr(arrival_process) p = process_of(spec);
	g_autofree double *nb = g_new0(double, GUESTS);
	struct counts c = { 0 };

	for (int i = 0; i < GUESTS; i++) {
		g_autoptr(arrival) a = arrival_new(p, mean_gap, end_ns, rng, NULL);

		while (arrival_next_ns(a) < end_ns)
			nb[i]++;
		c.mean += nb[i] / GUESTS;
	}
	for (int i = 0; i < GUESTS; i++) {
		double d = (nb[i] - c.mean) * (nb[i] - c.mean);

		c.variance += d / (GUESTS - 1);
		c.fourth += d * d / GUESTS;
	}
	return c;
}

/*
 * A stationary process has end / gap departures in the mean, however short the time is, and however
 * far its states and bursts go. Five standard errors of a mean of GUESTS counts.
 */
static void rates_are_right_from_the_first_instant_on(void **state)
{
	static const char *const specs[] = { "cbr", "poisson", "weibull", "weibull:shape=3",
		"lognormal", "lognormal:sigma=2", "onoff", "onoff:on=50us,off=50us,sigma=0",
		"onoff:on=200us,off=600us,dist=pareto", "onoff:on=20us,off=1ms,dist=exponential",
		"mmpp", "mmpp:ratio=100,high=100us,low=300us" };
	static const double gaps[] = { 0.1, 1, 20 };
	gsl_rng *rng = new_rng();

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(specs); i++)
		for (size_t j = 0; j < G_N_ELEMENTS(gaps); j++) {
			struct counts c = count_departures(specs[i], gaps[j] * mean_gap, rng);

			/* A count of cbr over whole gaps has no variance. */
			check_double(
				specs[i], c.mean, gaps[j], 5 * sqrt(c.variance / GUESTS) + 1e-9);
		}
	gsl_rng_free(rng);
}

/* Five standard errors of a variance of n values: its variance is (fourth - variance^2) / n. */
static double variance_limit(const struct counts *c)
{
	return 5 * sqrt((c->fourth - c->variance * c->variance) / GUESTS);
}

/*
 * Two states that are left at rates r1 and r2 are met with a covariance that falls as exp(-r t) with
 * r = r1 + r2: the time in one of them has the variance
 * 2 p q / r (t - (1 - exp(-r t)) / r), p and q the shares of the states.
 */
static double state_time_variance(double mean1, double mean2, double t)
{
	double r = 1 / mean1 + 1 / mean2, p = mean1 / (mean1 + mean2);

	return 2 * p * (1 - p) / r * (t - (1 - exp(-r * t)) / r);
}

/*
 * Fischer and Meier-Hellstern, The Markov-modulated Poisson process (MMPP) cookbook, Performance
 * Evaluation 18 (1993): the index of dispersion of counts is 1 + (variance of the rate's integral)
 * / mean. The rate's integral is (high - low) times the time in the high state.
 */
static void mmpp_counts_have_their_dispersion(void **state)
{
	static const struct {
		const char *spec;
		double ratio, high, low;
	} c[] = {
		{ "mmpp:high=1ms,low=3ms", 10, 1e6, 3e6 },
		{ "mmpp:ratio=50,high=200us,low=500us", 50, 2e5, 5e5 },
		{ "mmpp:ratio=1", 1, 1e6, 9e6 },
	};
	static const double ends[] = { 1e5, 1e6, 5e6 };
	gsl_rng *rng = new_rng();

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(c); i++)
		for (size_t j = 0; j < G_N_ELEMENTS(ends); j++) {
			struct counts got = count_departures(c[i].spec, ends[j], rng);
			double low_rate = (c[i].high + c[i].low) /
					  (c[i].ratio * c[i].high + c[i].low) / mean_gap;
			double step = low_rate * (c[i].ratio - 1), mean = ends[j] / mean_gap;
			double idc = 1 + step * step *
						 state_time_variance(c[i].high, c[i].low, ends[j]) /
						 mean;

			check_double(
				c[i].spec, got.variance / mean, idc, variance_limit(&got) / mean);
		}
	gsl_rng_free(rng);
}

/*
 * ON time A over the gap g, with the phase of the gap uniform: A / g in the mean, and less than 1/4
 * of variance beside that of A / g.
 */
static void onoff_counts_have_their_variance(void **state)
{
	static const double ends[] = { 1e5, 1e6, 5e6 };
	const double on = 3e5, off = 7e5, gap = mean_gap * on / (on + off);
	gsl_rng *rng = new_rng();

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(ends); i++) {
		struct counts got = count_departures(
			"onoff:on=300us,off=700us,dist=exponential", ends[i], rng);
		double want = state_time_variance(on, off, ends[i]) / gap / gap;

		check_double("variance", got.variance, want + 0.125, 0.125 + variance_limit(&got));
	}
	gsl_rng_free(rng);
}

static double off_lognormal_cdf(double x)
{
	return gsl_cdf_lognormal_P(x, log(9e6) - 0.5, 1);
}

static double off_pareto_cdf(double x)
{
	return x < 3e6 ? 0 : gsl_cdf_pareto_P(x, 1.5, 3e6);
}

/*
 * ON and OFF of 1 and 9 ms and a gap of 5 us while ON. What a gap is longer than that is OFF: with
 * these distributions no ON is shorter than a gap (Pareto's least is a third of its mean; a
 * lognormal one would be 4.8 sigma below its median, one in 10^6).
 */
static void onoff_sends_at_its_peak_or_not_at_all(void **state)
{
	static const struct {
		const char *spec;
		double (*cdf)(double x);
	} c[] = { { "onoff", off_lognormal_cdf },
		{ "onoff:dist=pareto,alpha=1.5", off_pareto_cdf } };
	enum { PERIODS = 10000 };
	const double peak = 5e3;
	gsl_rng *rng = new_rng();

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(c); i++) {
		g_autoptr(arrival_process) p = process_of(c[i].spec);
		g_autoptr(arrival) a = arrival_new(p, 10 * peak, INFINITY, rng, NULL);
		struct bins bins = { 0 };
		double last = arrival_next_ns(a);

		while (bins.nb < PERIODS) {
			double t = arrival_next_ns(a), off = t - last - peak;

			if (off < -0.1) /* rounding of times of minutes in ns */
				fail_msg("%s: a gap of %g", c[i].spec, t - last);
			if (off > 0.1)
				bins_add(&bins, c[i].cdf(off));
			last = t;
		}
		bins_check(c[i].spec, &bins);
	}
	gsl_rng_free(rng);
}

/* A capture of bursts: lengths tell which frame is which. */
enum { TRACE_NB = 1000 };

static char *write_trace(char **folder)
{
	struct pcap_frame frames[TRACE_NB];
	g_autoptr(GByteArray) file = NULL;
	uint64_t at_ns = UINT64_C(1700000000000000000);
	char *path;

	for (uint32_t i = 0; i < TRACE_NB; i++) {
		frames[i] = (struct pcap_frame){ at_ns, 60 + i };
		at_ns += i % 10 == 9 ? 100000 + 977 * i : 700;
	}
	file = pcap_file(PCAP_ETHERNET, frames, TRACE_NB);
	*folder = g_dir_make_tmp("traffic-XXXXXX", NULL);
	path = g_build_filename(*folder, "bursts.pcap", NULL);
	assert_true(g_file_set_contents(path, (char *)file->data, file->len, NULL));
	return path;
}

static void traces_are_stretched_and_entered_anywhere(void **state)
{
	g_autofree char *folder = NULL;
	g_autofree char *path = write_trace(&folder);
	g_autofree char *spec = g_strconcat("trace:", path, NULL);
	g_autoptr(arrival_process) p = process_of(spec);
	g_autoptr(capture) c = capture_open(path, NULL);
	gsl_rng *rng = new_rng();
	struct bins bins = { 0 };
	double scale = mean_gap * TRACE_NB / c->period_ns;

	(void)state;
	for (int i = 0; i < GUESTS; i++) {
		g_autoptr(arrival) a = arrival_new(p, mean_gap, INFINITY, rng, NULL);
		uint64_t first = arrival_first_frame(a);
		double t = arrival_next_ns(a);
		double phase = (double)c->at_ns[first % TRACE_NB] - t / scale;

		bins_add(&bins, (phase < 0 ? phase + c->period_ns : phase) / c->period_ns);
		if (i >= 20)
			continue;
		for (uint64_t k = first + 1; k < first + 3 * TRACE_NB; k++) {
			double want = (double)c->at_ns[k % TRACE_NB] -
				      (double)c->at_ns[(k - 1) % TRACE_NB];
			double next = arrival_next_ns(a);

			if (k % TRACE_NB == 0)
				want += c->period_ns;
			check_double("gap", next - t, want * scale, 1e-3);
			t = next;
		}
	}
	bins_check("phases", &bins);
	gsl_rng_free(rng);
	g_remove(path);
	g_rmdir(folder);
}

/* A schedule of a trace has the frame of each departure: those of the capture, in its order. */
static void traces_keep_lengths_and_times_together(void **state)
{
	static const size_t max[] = { 0, 5000 }; /* the second repeats */
	g_autofree char *folder = NULL;
	g_autofree char *path = write_trace(&folder);
	g_autofree char *spec = g_strconcat("trace:", path, NULL);
	g_autoptr(capture) c = capture_open(path, NULL);
	g_autoptr(mix) m = mix_new(NULL, "5", NULL, spec, 0, NULL);

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(max); i++) {
		const struct schedule_cfg cfg = { .mix = m,
			.pps = 10000,
			.span_ns = 1000000000,
			.seed = SEED,
			.max_departures = max[i] };
		g_autoptr(schedule) s = schedule_new(&cfg, NULL);
		double scale = 5e5 * TRACE_NB / c->period_ns; /* 2000 a second each */

		assert_int_equal(s->repeats, i == 1);
		for (int g = 0; g < 5; g++) {
			const struct schedule_guest *guest = &s->guests[g];
			uint32_t first = guest->draws[0].frame_len - 64U;

			assert_true(guest->nb_draws == guest->nb_due && guest->nb_due > 500);
			for (uint32_t k = 1; k < guest->nb_due; k++) {
				uint32_t at = (first + k) % TRACE_NB;
				double gap_ns = (double)(guest->due_ns[k] - guest->due_ns[k - 1]);

				assert_int_equal(guest->draws[k].frame_len, 64 + at);
				if (at > 0)
					check_double("gap", gap_ns,
						(double)(c->at_ns[at] - c->at_ns[at - 1]) * scale,
						1);
			}
		}
	}
	g_remove(path);
	g_rmdir(folder);
}

/*
 * In any bin of time, a guest has a departure with a probability of at most bin / gap (Markov's
 * inequality, and the mean count is just that), and guests are independent: how many have one is
 * at most binomial. A bin above the limit is one schedule in 10^6.
 */
static void guests_are_not_aligned(void **state)
{
	enum { NB = 4096, NB_BINS = 20000 };
	static const uint64_t span_ns = 1000000000, bin_ns = span_ns / NB_BINS;
	const double gap_ns = 1e8;
	g_autofree char *folder = NULL;
	g_autofree char *path = write_trace(&folder);
	g_autofree char *trace = g_strconcat("trace:", path, NULL);
	const char *const specs[] = { "cbr", "poisson", "weibull", "lognormal", "onoff",
		"onoff:dist=pareto", "onoff:dist=exponential,on=100ms,off=300ms", "mmpp", trace };
	unsigned limit = 0;

	(void)state;
	while (gsl_cdf_binomial_Q(limit, (double)bin_ns / gap_ns, NB) * NB_BINS > 1e-6)
		limit++;
	for (size_t i = 0; i < G_N_ELEMENTS(specs); i++) {
		g_autoptr(mix) m = mix_new("fixed:64", "4096", NULL, specs[i], 0, NULL);
		const struct schedule_cfg cfg = {
			.mix = m, .pps = NB * 1e9 / gap_ns, .span_ns = span_ns, .seed = SEED
		};
		g_autoptr(schedule) s = schedule_new(&cfg, NULL);
		g_autofree uint32_t *count = g_new0(uint32_t, NB_BINS);

		for (uint32_t g = 0; g < NB; g++) {
			uint64_t last = UINT64_MAX;

			for (size_t k = 0; k < s->guests[g].nb_due; k++) {
				uint64_t bin = s->guests[g].due_ns[k] / bin_ns;

				count[bin] += bin != last;
				last = bin;
			}
		}
		for (int b = 0; b < NB_BINS; b++)
			if (count[b] > limit)
				fail_msg("%s: %u guests depart in bin %d, more than %u", specs[i],
					count[b], b, limit);
	}
	g_remove(path);
	g_rmdir(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gaps_have_their_distribution),
		cmocka_unit_test(first_departures_are_those_of_a_process_that_goes_on),
		cmocka_unit_test(rates_are_right_from_the_first_instant_on),
		cmocka_unit_test(mmpp_counts_have_their_dispersion),
		cmocka_unit_test(onoff_counts_have_their_variance),
		cmocka_unit_test(onoff_sends_at_its_peak_or_not_at_all),
		cmocka_unit_test(traces_are_stretched_and_entered_anywhere),
		cmocka_unit_test(traces_keep_lengths_and_times_together),
		cmocka_unit_test(guests_are_not_aligned),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
