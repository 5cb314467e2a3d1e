/* SPDX-License-Identifier: BSD-3-Clause */
#include "sim/verdict.h"

#include <math.h>

#define TOLERATED_S 10e-6    /* of departures that may be missing: CSIT's TrafficGenerator */
#define SELF_DELAY_NS 10000U /* a quantile of the generator's own delay that is never a matter */
#define SELF_DELAY_SHARE 0.1 /* of the same quantile of the latency, beyond which it is */
#define WAITED_SHARE 0.05 /* of the time that a guest may wait for a CPU that should be its own */
#define CLOCK_PPM 200.0   /* two clocks of RFC 5180 appendix A, 100 ppm each */

enum { GUESTS_NAMED = 5 };

G_GNUC_PRINTF(2, 3) static void against(trial *t, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	g_ptr_array_add(t->reasons, g_strdup_vprintf(format, args));
	va_end(args);
	t->trustworthy = FALSE;
}

G_GNUC_PRINTF(2, 3) static void note(trial *t, const char *format, ...)
{
	g_autofree char *text = NULL;
	va_list args;

	va_start(args, format);
	text = g_strdup_vprintf(format, args);
	va_end(args);
	g_ptr_array_add(t->reasons, g_strconcat("note: ", text, NULL));
}

static void judge_sending(trial *t, const struct engine_health *h)
{
	double tolerated = 1 + TOLERATED_S * (double)t->params.rate_pps;

	if (h->overrun)
		against(t, "the generator fell more than 4 s behind its schedule and gave up; "
			   "lower --rate "
			   "or give it more --cores");
	if ((double)h->unsent > tolerated)
		against(t,
			"%" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT
			" scheduled frames were not sent: the "
			"generator could not keep up; lower --rate or give it more --cores",
			h->unsent, t->totals.intended);
	if (t->totals.offered == 0 && h->unsent == 0)
		against(t, "no frame was sent: the rate is too low for the duration");
}

/* Is the generator's own delay at quantile q too large beside the latency that is measured? */
static gboolean delay_shows(const trial *t, double q, uint64_t own_ns, uint64_t *latency_ns)
{
	gboolean bound;

	return t->latency.hist != NULL &&
	       hist_quantile(t->latency.hist, 0, 0, q, latency_ns, &bound) == 0 &&
	       own_ns > SELF_DELAY_NS && (double)own_ns > SELF_DELAY_SHARE * (double)*latency_ns;
}

static void judge_delay(trial *t, const struct engine_health *h)
{
	uint64_t latency_ns;

	if (delay_shows(t, 0.95, h->own_delay_p95_ns, &latency_ns))
		against(t,
			"the generator's own delay (p95 %.1f us) is over 10 %% of the latency's "
			"(p95 %.1f us): a "
			"load worker lost its CPU %" G_GUINT64_FORMAT
			" times; give it one of its own (--cores) or lower --rate",
			(double)h->own_delay_p95_ns / 1e3, (double)latency_ns / 1e3, h->preempted);
	else if (delay_shows(t, 0.99, t->departure.self_delay_p99_ns, &latency_ns))
		note(t,
			"up to 5 %% of departures were disturbed (own delay p99 %.1f us, latency "
			"p99 %.1f us): a "
			"load worker lost its CPU %" G_GUINT64_FORMAT " times",
			(double)t->departure.self_delay_p99_ns / 1e3, (double)latency_ns / 1e3,
			h->preempted);
}

static void judge_guests(trial *t)
{
	uint32_t bad = 0;

	for (uint32_t i = 0; i < t->nb_guests; i++) {
		const struct trial_guest *g = &t->guests[i];

		if (!g_str_equal(g->state, "ok") && bad++ < GUESTS_NAMED)
			against(t, "guest %u: %s", g->guest, g->state);
	}
	if (bad > GUESTS_NAMED)
		against(t, "and %u more guests of %u were not in order", bad - GUESTS_NAMED,
			t->nb_guests);
}

void verdict_reach(trial *t, const struct verdict_input *in)
{
	t->trustworthy = TRUE;
	judge_sending(t, in->health);
	judge_delay(t, in->health);
	judge_guests(t);
	if (in->health->ancient != 0)
		against(t,
			"%" G_GUINT64_FORMAT
			" frames came back too late to be told from duplicates",
			in->health->ancient);
	if (in->health->dropped != 0)
		against(t,
			"%" G_GUINT64_FORMAT
			" frames were lost between two receivers of the generator; "
			"use fewer receivers or a lower --rate",
			in->health->dropped);
	if (in->health->unswitched != 0)
		note(t,
			"%" G_GUINT64_FORMAT
			" frames from guest to guest found the second guest's queue "
			"full; they count as lost",
			in->health->unswitched);
	if (in->health->stray != 0)
		note(t,
			"%" G_GUINT64_FORMAT
			" frames of others came by the port and were passed over",
			in->health->stray);
	if (fabs(in->tsc_error_ppm) > CLOCK_PPM)
		against(t, "the time-stamp counter and the system's clock ran %.0f ppm apart",
			in->tsc_error_ppm);
	if (!in->workers_share && !in->guests_share && in->guests_waited > WAITED_SHARE)
		against(t,
			"guest processes waited %.0f %% of the time for their CPU: other programs "
			"use it; "
			"give them one of their own (--guest-cores)",
			in->guests_waited * 100);
	if (in->guests_share && !in->workers_share)
		note(t, "there are more guest processes than CPUs for them; "
			"latency holds the time that they wait for each other");
	if (in->workers_share)
		note(t, "load workers share their CPUs with "
			"guests; both wait for each other");
	if (t->interrupted)
		note(t, "interrupted after %.1f s of %.1f s", t->measured_s, t->params.duration_s);
}
