/* SPDX-License-Identifier: BSD-3-Clause */
#include "traffic/arrival.h"

#include <math.h>

#include <gsl/gsl_randist.h>
#include <gsl/gsl_sf_gamma.h>

#include "traffic/arrival_private.h"
#include "analyze/base/error.h"

struct arrival {
	const arrival_process *process;
	gsl_rng *rng;
	double mean_gap_ns, end_ns;
	uint64_t count; /* departures so far */
	double t_ns;    /* cbr: the phase; else how far it is worked out */
	/* onoff, mmpp */
	double left_ns; /* of the state it is in */
	double gap_ns; /* onoff: of the ON time before the next departure. mmpp: mean in this state */
	gboolean high; /* mmpp */
	/* trace */
	double phase_ns; /* of the capture's time */
	uint64_t first;  /* packet */
};

static double draw_exponential(gsl_rng *rng, double mean, double shape)
{
	(void)shape;
	return gsl_ran_exponential(rng, mean);
}

/* One part of a gap that is met with a weight of its length: all parts are equally likely. */
static double draw_part(gsl_rng *rng, double met)
{
	return gsl_rng_uniform(rng) * met;
}

static double draw_lognormal(gsl_rng *rng, double mean, double sigma)
{
	return gsl_ran_lognormal(rng, log(mean) - sigma * sigma / 2.0, sigma);
}

/* x times the density is a lognormal one whose ln has a mean that is greater by sigma^2. */
static double draw_lognormal_rest(gsl_rng *rng, double mean, double sigma)
{
	return draw_part(rng, gsl_ran_lognormal(rng, log(mean) + sigma * sigma / 2.0, sigma));
}

static double weibull_scale(double mean, double shape)
{
	return mean / gsl_sf_gamma(1.0 + 1.0 / shape);
}

static double draw_weibull(gsl_rng *rng, double mean, double shape)
{
	return gsl_ran_weibull(rng, weibull_scale(mean, shape), shape);
}

/* With x = scale e^(1/shape), e exponential: e^(1/shape) exp(-e) is a gamma density. */
static double draw_weibull_rest(gsl_rng *rng, double mean, double shape)
{
	double e = gsl_ran_gamma(rng, 1.0 + 1.0 / shape, 1.0);

	return draw_part(rng, weibull_scale(mean, shape) * pow(e, 1.0 / shape));
}

static double draw_pareto(gsl_rng *rng, double mean, double alpha)
{
	return gsl_ran_pareto(rng, alpha, mean * (alpha - 1.0) / alpha);
}

/* x times the density is a Pareto one, alpha less by 1. */
static double draw_pareto_rest(gsl_rng *rng, double mean, double alpha)
{
	return draw_part(rng, gsl_ran_pareto(rng, alpha - 1.0, mean * (alpha - 1.0) / alpha));
}

/* What is left of an exponential gap is one. */
const struct arrival_dist arrival_exponential = { "exponential", draw_exponential,
	draw_exponential };
const struct arrival_dist arrival_lognormal = { "lognormal", draw_lognormal, draw_lognormal_rest };
const struct arrival_dist arrival_pareto = { "pareto", draw_pareto, draw_pareto_rest };
static const struct arrival_dist dist_weibull = { "weibull", draw_weibull, draw_weibull_rest };

static double draw_length(const arrival *a, double mean)
{
	return a->process->dist->draw(a->rng, mean, a->process->shape);
}

static double draw_rest(const arrival *a, double mean)
{
	return a->process->dist->draw_rest(a->rng, mean, a->process->shape);
}

static void cbr_begin(arrival *a)
{
	a->t_ns = gsl_rng_uniform(a->rng) * a->mean_gap_ns;
}

static double cbr_next(arrival *a)
{
	/* A product, not a sum: the error of adding 10^7 gaps would show as drift. */
	return a->t_ns + (double)a->count * a->mean_gap_ns;
}

static double renewal_next(arrival *a)
{
	a->t_ns += a->count == 0 ? draw_rest(a, a->mean_gap_ns) : draw_length(a, a->mean_gap_ns);
	return a->t_ns;
}

enum { ON, OFF };

/* Gap while ON. */
static double peak_gap_ns(const arrival *a)
{
	const double *mean_ns = a->process->value;

	return a->mean_gap_ns * mean_ns[ON] / (mean_ns[ON] + mean_ns[OFF]);
}

static void onoff_begin(arrival *a)
{
	const double *mean_ns = a->process->value;

	a->gap_ns = gsl_rng_uniform(a->rng) * peak_gap_ns(a);
	if (gsl_rng_uniform(a->rng) * (mean_ns[ON] + mean_ns[OFF]) < mean_ns[ON]) {
		a->left_ns = draw_rest(a, mean_ns[ON]);
	} else {
		a->t_ns = draw_rest(a, mean_ns[OFF]);
		a->left_ns = draw_length(a, mean_ns[ON]);
	}
}

static double onoff_next(arrival *a)
{
	const double *mean_ns = a->process->value;

	while (a->left_ns < a->gap_ns && a->t_ns < a->end_ns) {
		a->gap_ns -= a->left_ns;
		a->t_ns += a->left_ns + draw_length(a, mean_ns[OFF]);
		a->left_ns = draw_length(a, mean_ns[ON]);
	}
	a->t_ns += a->gap_ns;
	a->left_ns -= a->gap_ns;
	a->gap_ns = peak_gap_ns(a);
	return a->t_ns;
}

enum { RATIO, HIGH, LOW };

/* The mean of rates is weighted with time: low (ratio high + low) / (high + low). */
static void mmpp_enter(arrival *a, gboolean high)
{
	const double *v = a->process->value;
	double low_gap_ns = a->mean_gap_ns * (v[RATIO] * v[HIGH] + v[LOW]) / (v[HIGH] + v[LOW]);

	a->high = high;
	a->gap_ns = high ? low_gap_ns / v[RATIO] : low_gap_ns;
	a->left_ns = gsl_ran_exponential(a->rng, v[high ? HIGH : LOW]);
}

static void mmpp_begin(arrival *a)
{
	const double *v = a->process->value;

	mmpp_enter(a, gsl_rng_uniform(a->rng) * (v[HIGH] + v[LOW]) < v[HIGH]);
}

/* What is left of an exponential gap when the state ends is drawn anew in the next. */
static double mmpp_next(arrival *a)
{
	double gap_ns;

	while ((gap_ns = gsl_ran_exponential(a->rng, a->gap_ns)) >= a->left_ns &&
		a->t_ns < a->end_ns) {
		a->t_ns += a->left_ns;
		mmpp_enter(a, !a->high);
	}
	a->left_ns -= gap_ns;
	a->t_ns += gap_ns;
	return a->t_ns;
}

static void trace_begin(arrival *a)
{
	const capture *c = a->process->capture;
	uint64_t end = c->nb;

	a->phase_ns = gsl_rng_uniform(a->rng) * c->period_ns;
	while (a->first < end) {
		uint64_t middle = (a->first + end) / 2;

		if ((double)c->at_ns[middle] < a->phase_ns)
			a->first = middle + 1;
		else
			end = middle;
	}
}

static double trace_next(arrival *a)
{
	const capture *c = a->process->capture;
	uint64_t k = a->first + a->count, rounds = k / c->nb;
	double t_ns = (double)rounds * c->period_ns + (double)c->at_ns[k % c->nb];

	return (t_ns - a->phase_ns) * (a->mean_gap_ns * c->nb / c->period_ns);
}

#define TIME_LIMITS 1e3, 3600e9, NULL

const struct arrival_kind arrival_kinds[] = {
	{ .name = "cbr", .begin = cbr_begin, .next = cbr_next, .periodic = TRUE },
	{ .name = "poisson", .next = renewal_next, .dist = &arrival_exponential },
	{ .name = "weibull",
		.next = renewal_next,
		.dist = &dist_weibull,
		.params = { { "shape", PARAM_NUMBER, 0.5, 0.2, 10.0, &dist_weibull } } },
	{ .name = "lognormal",
		.next = renewal_next,
		.dist = &arrival_lognormal,
		.params = { { "sigma", PARAM_NUMBER, 1.0, 0.0, 3.0, &arrival_lognormal } } },
	{ .name = "onoff",
		.begin = onoff_begin,
		.next = onoff_next,
		.switches = TRUE,
		.params = { [ON] = { "on", PARAM_TIME, 1e6, TIME_LIMITS },
			[OFF] = { "off", PARAM_TIME, 9e6, TIME_LIMITS },
			{ "dist", PARAM_DIST, 0.0, 0.0, 0.0, &arrival_lognormal },
			{ "sigma", PARAM_NUMBER, 1.0, 0.0, 3.0, &arrival_lognormal },
			{ "alpha", PARAM_NUMBER, 1.5, 1.05, 10.0, &arrival_pareto } } },
	{ .name = "mmpp",
		.begin = mmpp_begin,
		.next = mmpp_next,
		.switches = TRUE,
		.params = { [RATIO] = { "ratio", PARAM_NUMBER, 10.0, 1.0, 1e6, NULL },
			[HIGH] = { "high", PARAM_TIME, 1e6, TIME_LIMITS },
			[LOW] = { "low", PARAM_TIME, 9e6, TIME_LIMITS } } },
	{ .name = "trace", .begin = trace_begin, .next = trace_next, .has_file = TRUE },
	{ .name = NULL },
};

const char *arrival_names(void)
{
	return "cbr, poisson, weibull, lognormal, onoff, mmpp, trace:FILE";
}

arrival *arrival_new(
	const arrival_process *p, double mean_gap_ns, double end_ns, gsl_rng *rng, GError **error)
{
	arrival *a;

	if (!(mean_gap_ns > 0.0) || !isfinite(mean_gap_ns))
		return input_null(error, INPUT_ERROR_RANGE,
			"arrival: invalid mean gap of %g ns; check the rate", mean_gap_ns);
	a = g_new0(arrival, 1);
	a->process = p;
	a->rng = rng;
	a->mean_gap_ns = mean_gap_ns;
	a->end_ns = end_ns;
	if (p->kind->begin != NULL)
		p->kind->begin(a);
	return a;
}

double arrival_next_ns(arrival *a)
{
	double t_ns = a->process->kind->next(a);

	a->count++;
	return t_ns;
}

uint64_t arrival_first_frame(const arrival *a)
{
	return a->first;
}

void arrival_free(arrival *a)
{
	g_free(a);
}
