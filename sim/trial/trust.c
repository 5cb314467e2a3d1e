/* SPDX-License-Identifier: BSD-3-Clause */
#include "sim/trial/trust.h"

#include <math.h>

#include "analyze/base/format.h"
#include "analyze/base/text.h"

#define TOLERATED_S 10e-6    /* of departures that may be missing: CSIT's TrafficGenerator */
#define SELF_DELAY_NS 10000U /* a quantile of the generator's own delay that is never a matter */
#define SELF_DELAY_SHARE 0.1 /* of the same quantile of the latency, beyond which it is */
#define WAITED_SHARE 0.05 /* of the time that a guest may wait for a CPU that should be its own */
#define THROTTLED_SHARE 0.01 /* of the duration */
#define OFF_RATE 0.05        /* that what was scheduled may differ from the nominal rate */
#define OFF_SIGMA 5.0        /* and a Poisson process differs by chance */
#define CLOCK_PPM 200.0      /* two clocks of RFC 5180 appendix A, 100 ppm each */

enum {
	GUESTS_NAMED = 5,
	SOME_FRAMES = 10, /* so many were to be expected: the rate is not too low */
};

static void count_against(trial *t, const char *cause, const char *format, va_list args)
{
	g_ptr_array_add(t->reasons, g_strdup_vprintf(format, args));
	t->trustworthy = FALSE;
	if (t->cause == NULL || trial_cause_rank(cause) > trial_cause_rank(t->cause)) {
		g_free(t->cause);
		t->cause = g_strdup(cause);
	}
}

#define BLAME(who, cause)                                                              \
	G_GNUC_PRINTF(2, 3) static void blame_##who(trial *t, const char *format, ...) \
	{                                                                              \
		va_list args;                                                          \
                                                                                       \
		va_start(args, format);                                                \
		count_against(t, cause, format, args);                                 \
		va_end(args);                                                          \
	}

BLAME(tester, TRIAL_CAUSE_TESTER)
BLAME(guests, TRIAL_CAUSE_GUESTS)
BLAME(sut, TRIAL_CAUSE_SUT)
BLAME(clock, TRIAL_CAUSE_CLOCK)

G_GNUC_PRINTF(2, 3) static void add_note(trial *t, const char *format, ...)
{
	g_autofree char *text = NULL;
	va_list args;

	va_start(args, format);
	text = g_strdup_vprintf(format, args);
	va_end(args);
	g_ptr_array_add(t->reasons, g_strconcat("note: ", text, NULL));
}

static gboolean all_guests_ok(const trial *t)
{
	for (uint32_t i = 0; i < t->nb_guests; i++)
		if (!g_str_equal(t->guests[i].state, "ok"))
			return FALSE;
	return TRUE;
}

/* Other programs of the group are counted as well: those do not matter. */
static void judge_memory(trial *t, const struct host_events *e)
{
	if (e->oom_kills > 0)
		(all_guests_ok(t) ? add_note : blame_guests)(t,
			"out of memory: the kernel killed %" G_GUINT64_FORMAT
			" process%s of this control group: raise its memory limit "
			"(MemoryMax= of systemd, docker run --memory), or use fewer guests",
			e->oom_kills, e->oom_kills == 1 ? "" : "es");
}

/* What the machine did. */
static void judge_host(trial *t, const struct host_events *e)
{
	g_autofree char *tsc = host_tsc_text(e->tsc);

	if (e->stopped_s > 0)
		blame_tester(t,
			"tsim was stopped for %.1f s (SIGSTOP, a debugger, a frozen control group "
			"or a paused machine)",
			e->stopped_s);
	if (e->suspended_s > 0)
		blame_tester(t, "the machine was suspended for %.1f s", e->suspended_s);
	if (e->nb_offline == 1)
		blame_tester(t,
			"CPU %u went offline during the trial: use --cores and --guest-cores "
			"without it",
			e->offline_cpu);
	else if (e->nb_offline > 1)
		blame_tester(t, "%u CPUs went offline during the trial, CPU %u among them",
			e->nb_offline, e->offline_cpu);
	if (e->throttled_s > 0)
		(e->throttled_s > THROTTLED_SHARE * t->params.duration_s ? blame_tester : add_note)(
			t,
			"throttled %" G_GUINT64_FORMAT
			" time%s, for %.1f s of CPU time, by a CPU quota of %.3g CPUs (%s): "
			"remove the quota (CPUQuota= of systemd, docker run --cpus)",
			e->nr_throttled, text_plural(e->nr_throttled), e->throttled_s,
			e->quota_cpus, e->quota_v1 ? "cpu.cfs_quota_us" : "cpu.max");
	judge_memory(t, e);
	if (tsc != NULL)
		blame_clock(t,
			"the time-stamp counter is not invariant (%s): use a machine with an "
			"invariant TSC",
			tsc);
}

/* Why a load worker did not run when it should have, and what helps. Newly allocated. */
static char *lost_cpu_text(const struct trust_input *in)
{
	const struct host_events *e = &in->events;

	if (e->stopped_s > 0)
		return g_strdup("tsim was stopped during the trial");
	if (e->suspended_s > 0)
		return g_strdup("the machine was suspended during the trial");
	if (e->nb_offline > 0)
		return g_strdup("a CPU went offline during the trial");
	if (e->throttled_s > 0)
		return g_strdup("throttled by the CPU quota");
	if (in->health->preempted == 0)
		return g_strdup("lower the load or use more --cores");
	return g_strdup_printf("a load worker was preempted %" G_GUINT64_FORMAT
			       " time%s: lower the load, or use a dedicated core (--cores)",
		in->health->preempted, text_plural(in->health->preempted));
}

static void judge_sending(trial *t, const struct trust_input *in)
{
	const struct engine_health *h = in->health;
	double tolerated = 1 + TOLERATED_S * (double)t->params.rate_pps;
	double wanted = (double)t->params.rate_pps * t->params.duration_s;
	g_autofree char *why = lost_cpu_text(in);

	if (h->overrun)
		blame_tester(t, "the generator aborted, more than 4 s behind schedule: %s", why);
	if ((double)h->unsent > tolerated)
		blame_tester(t,
			"%" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT
			" scheduled frames were not sent: the generator could not keep up: %s",
			h->unsent, t->totals.intended, why);
	if (t->totals.offered == 0 && h->unsent == 0)
		blame_tester(
			t, wanted >= SOME_FRAMES
				   ? "no frame was sent: the arrival process scheduled none; use a "
				     "longer --duration or another --seed"
				   : "no frame was sent: the rate is too low for the duration");
}

/* ON and OFF periods can be longer than a trial: then it has not the rate that was asked for. */
static void judge_schedule(trial *t)
{
	double nominal = (double)t->params.rate_pps * t->measured_s;
	double off = (double)t->totals.intended - nominal;

	if (nominal <= 0 || t->interrupted || fabs(off) <= OFF_RATE * nominal ||
		fabs(off) <= 1 + OFF_SIGMA * sqrt(nominal))
		return;
	add_note(t,
		"intended load is %.0f %% %s the nominal rate: the arrival process varies "
		"that much within this duration; use a longer --duration or more --reps",
		100 * fabs(off) / nominal, off > 0 ? "above" : "below");
}

/* Is the generator's own delay at quantile q too large beside the latency that is measured? */
static gboolean delay_shows(const trial *t, double q, uint64_t own_ns, uint64_t *latency_ns)
{
	gboolean bound;

	return t->latency.hist != NULL &&
	       hist_quantile(t->latency.hist, 0, 0, q, latency_ns, &bound) == 0 &&
	       own_ns > SELF_DELAY_NS && (double)own_ns > SELF_DELAY_SHARE * (double)*latency_ns;
}

static void judge_delay(trial *t, const struct trust_input *in)
{
	const struct engine_health *h = in->health;
	g_autofree char *why = lost_cpu_text(in), *own = NULL, *latency = NULL;
	uint64_t latency_ns;

	if (delay_shows(t, 0.95, h->own_delay_p95_ns, &latency_ns)) {
		own = format_ns(h->own_delay_p95_ns);
		latency = format_ns(latency_ns);
		blame_tester(t,
			"the generator's own delay (p95 %s) exceeds 10 %% of the latency of "
			"forwarded frames (p95 %s): %s",
			own, latency, why);
	} else if (delay_shows(t, 0.99, t->departure.self_delay_p99_ns, &latency_ns)) {
		own = format_ns(t->departure.self_delay_p99_ns);
		latency = format_ns(latency_ns);
		add_note(t,
			"up to 5 %% of departures were delayed by the generator (own delay "
			"p99 %s, latency of forwarded frames p99 %s): %s",
			own, latency, why);
	}
}

/* Guests that only do not answer may have too much to do; others have died, or never came. */
static void judge_guests(trial *t, uint32_t silent)
{
	uint32_t bad = 0, nb = 0;

	for (uint32_t i = 0; i < t->nb_guests; i++)
		nb += g_str_equal(t->guests[i].state, "ok") ? 0 : 1;
	for (uint32_t i = 0; i < t->nb_guests; i++) {
		const struct trial_guest *g = &t->guests[i];

		if (!g_str_equal(g->state, "ok") && bad++ < GUESTS_NAMED)
			(silent == nb ? blame_sut : blame_guests)(
				t, "guest %u: %s", g->guest, g->state);
	}
	if (bad > GUESTS_NAMED)
		(silent == nb ? blame_sut : blame_guests)(
			t, "%u more of %u guests failed", bad - GUESTS_NAMED, t->nb_guests);
}

void trust_reach(trial *t, const struct trust_input *in)
{
	t->trustworthy = TRUE;
	judge_host(t, &in->events);
	judge_sending(t, in);
	judge_schedule(t);
	judge_delay(t, in);
	judge_guests(t, in->guests_silent);
	if (in->health->ancient != 0)
		blame_tester(t,
			"%" G_GUINT64_FORMAT
			" frame%s came back too late to be distinguished from duplicates",
			in->health->ancient, text_plural(in->health->ancient));
	if (in->health->dropped != 0)
		blame_tester(t,
			"%" G_GUINT64_FORMAT
			" frame%s lost between two receivers of the generator: use fewer "
			"receivers or a lower load",
			in->health->dropped, text_plural(in->health->dropped));
	if (in->health->unswitched != 0)
		add_note(t,
			"%" G_GUINT64_FORMAT
			" frame%s between guests dropped at the full queue of the second "
			"guest; counted as lost",
			in->health->unswitched, text_plural(in->health->unswitched));
	if (in->health->stray != 0)
		add_note(t,
			"%" G_GUINT64_FORMAT " foreign frame%s received on the port and ignored",
			in->health->stray, text_plural(in->health->stray));
	if (fabs(in->tsc_error_ppm) > CLOCK_PPM)
		blame_tester(
			t, "the TSC and the system clock differ by %.0f ppm", in->tsc_error_ppm);
	if (!in->workers_share && !in->guests_share && in->guests_waited > WAITED_SHARE)
		blame_sut(t, "guest processes waited %.0f %% of the time for their CPU: %s",
			in->guests_waited * 100,
			in->events.throttled_s > 0 ? "throttled by the CPU quota"
			: in->events.nb_offline > 0
				? "a CPU went offline"
				: "other programs use it; use a dedicated core (--guest-cores)");
	if (in->guests_share && !in->workers_share)
		add_note(t,
			"guest processes share CPUs with each other or with the host's threads: "
			"latency includes the time that they wait");
	if (in->workers_share)
		add_note(t, "load workers share their CPUs with guests: both wait for each other");
	if (t->interrupted)
		add_note(t, "interrupted after %.1f s of %.1f s", t->measured_s,
			t->params.duration_s);
}
