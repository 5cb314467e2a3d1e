/* SPDX-License-Identifier: BSD-3-Clause */
#include "traffic/schedule_private.h"
#include "analyze/base/error.h"

static const double ns_per_s = 1e9;

struct ramp {
	const struct schedule_step *steps;
	size_t nb; /* of those that begin within the span */
	double mean_pps;
	double *mean_ns; /* until each step, the time in which the mean rate passes as much load */
};

static gboolean check_steps(const struct schedule_step *steps, size_t nb, GError **error)
{
	if (nb == 0 || steps[0].from_ns != 0)
		return input_fail(
			error, INPUT_ERROR_RANGE, "steps: the first step does not start at 0 s");
	for (size_t i = 0; i < nb; i++) {
		if (!(steps[i].pps >= 0.0) || steps[i].pps > SCHEDULE_PPS_MAX)
			return input_fail(error, INPUT_ERROR_RANGE,
				"steps: step %zu: %g frames per second are outside 0..%g", i + 1,
				steps[i].pps, SCHEDULE_PPS_MAX);
		if (i > 0 && steps[i].from_ns <= steps[i - 1].from_ns)
			return input_fail(error, INPUT_ERROR_RANGE,
				"steps: step %zu starts at %.9g s, not after the previous one "
				"at %.9g s",
				i + 1, (double)steps[i].from_ns / ns_per_s,
				(double)steps[i - 1].from_ns / ns_per_s);
	}
	return TRUE;
}

ramp *ramp_new(const struct schedule_step *steps, size_t nb, uint64_t span_ns, GError **error)
{
	g_autoptr(ramp) r = NULL;
	double sum = 0.0; /* frames a second times ns */

	if (!check_steps(steps, nb, error))
		return NULL;
	r = g_new0(ramp, 1);
	r->steps = steps;
	r->mean_ns = g_new(double, nb);
	while (r->nb < nb && steps[r->nb].from_ns < span_ns) {
		size_t i = r->nb++;
		uint64_t end_ns = i + 1 < nb ? MIN(steps[i + 1].from_ns, span_ns) : span_ns;

		r->mean_ns[i] = sum;
		sum += steps[i].pps * (double)(end_ns - steps[i].from_ns);
	}
	if (!(sum > 0.0))
		return input_null(error, INPUT_ERROR_RANGE, "steps: the rate is zero in all steps");
	r->mean_pps = sum / (double)span_ns;
	for (size_t i = 0; i < r->nb; i++)
		r->mean_ns[i] /= r->mean_pps;
	return g_steal_pointer(&r);
}

double ramp_mean_pps(const ramp *r)
{
	return r->mean_pps;
}

double ramp_time_ns(const ramp *r, size_t *at, double mean_ns)
{
	const struct schedule_step *step;

	/* A pause ends where it begins. */
	while (*at + 1 < r->nb && r->mean_ns[*at + 1] <= mean_ns)
		(*at)++;
	step = &r->steps[*at];
	if (!(step->pps > 0.0))
		return (double)step->from_ns; /* rounding, at the end of the load */
	return (double)step->from_ns + (mean_ns - r->mean_ns[*at]) * r->mean_pps / step->pps;
}

void ramp_free(ramp *r)
{
	if (r == NULL)
		return;
	g_free(r->mean_ns);
	g_free(r);
}
