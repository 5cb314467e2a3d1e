/* SPDX-License-Identifier: BSD-3-Clause */
#include "traffic/arrival.h"

#include <math.h>
#include <string.h>

#include <gsl/gsl_randist.h>

#include "traffic/error.h"
#include "traffic/text.h"

struct process {
	const char *name;
	/* Mandatory. Once, before the first departure: sets the state that next starts from. */
	void (*begin)(arrival *a);
	/* Mandatory. Once per departure. */
	double (*next)(arrival *a);
	/* A whole number of mean gaps is a period: it can be repeated without a seam. */
	gboolean periodic;
};

struct arrival {
	const struct process *process;
	gsl_rng *rng;
	double mean_gap_ns;
	double t_ns;    /* cbr: the phase; poisson: the departure before */
	uint64_t count; /* departures so far */
};

static void cbr_begin(arrival *a)
{
	a->t_ns = gsl_rng_uniform(a->rng) * a->mean_gap_ns;
}

static double cbr_next(arrival *a)
{
	/* A product, not a sum: the error of adding 10^7 gaps would show as drift. */
	return a->t_ns + (double)a->count * a->mean_gap_ns;
}

static void poisson_begin(arrival *a)
{
	a->t_ns = 0.0;
}

static double poisson_next(arrival *a)
{
	a->t_ns += gsl_ran_exponential(a->rng, a->mean_gap_ns);
	return a->t_ns;
}

static const struct process processes[] = {
	{ "cbr", cbr_begin, cbr_next, TRUE },
	{ "poisson", poisson_begin, poisson_next, FALSE },
};

static const struct process *process_find(const char *spec)
{
	for (size_t i = 0; i < G_N_ELEMENTS(processes); i++)
		if (strcmp(spec, processes[i].name) == 0)
			return &processes[i];
	return NULL;
}

const char *arrival_names(void)
{
	return "cbr, poisson";
}

gboolean arrival_check(const char *where, const char *spec, GError **error)
{
	if (process_find(spec) != NULL)
		return TRUE;

	g_autofree char *word = text_quote(spec);

	g_set_error(error, TRAFFIC_ERROR, TRAFFIC_ERROR_NOT_FOUND,
		"%s: no arrival process is called '%s'; there are %s", where, word,
		arrival_names());
	return FALSE;
}

gboolean arrival_is_periodic(const char *spec)
{
	const struct process *process = process_find(spec);

	return process != NULL && process->periodic;
}

arrival *arrival_new(const char *spec, double mean_gap_ns, gsl_rng *rng, GError **error)
{
	if (!arrival_check("arrival", spec, error))
		return NULL;
	if (!(mean_gap_ns > 0.0) || !isfinite(mean_gap_ns)) {
		g_set_error(error, TRAFFIC_ERROR, TRAFFIC_ERROR_RANGE,
			"arrival: a mean gap of %g ns is not above zero and finite; check the rate",
			mean_gap_ns);
		return NULL;
	}

	arrival *a = g_new0(arrival, 1);

	a->process = process_find(spec);
	a->rng = rng;
	a->mean_gap_ns = mean_gap_ns;
	a->process->begin(a);
	return a;
}

double arrival_next_ns(arrival *a)
{
	double t_ns = a->process->next(a);

	a->count++;
	return t_ns;
}

void arrival_free(arrival *a)
{
	g_free(a);
}
