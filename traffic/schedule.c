/* SPDX-License-Identifier: BSD-3-Clause */
#include <math.h>
#include <string.h>

#include <gsl/gsl_rng.h>

#include "traffic/arrival.h"
#include "traffic/frame.h"
#include "traffic/schedule_private.h"
#include "analyze/base/error.h"

enum {
	DEPARTURES_DEFAULT = 16 << 20,
	DEPARTURES_SLACK = 1 << 16,
	LINK_QUEUE_DEFAULT = 1024,
	STREAM_GAPS = 0,
	STREAM_LENGTHS = 1,
	STREAMS = 2,
};

static const double ns_per_s = 1e9, link_bps_min = 1e6, link_bps_max = 1e15;
/* Changes of ON and OFF, or high and low, of all guests: half a minute's work. */
static const double switches_max = 1 << 28;
static const uint64_t span_max_ns = UINT64_C(1) << 48; /* what a signature's time can hold */

/* What is worked out before the guests are. */
struct plan {
	const struct schedule_cfg *cfg;
	double pps;       /* the mean if there are steps */
	const ramp *ramp; /* NULL if there are none */
	size_t max_departures;
	uint64_t cycle_ns;
	gboolean repeats;
	gboolean limited;        /* by a link */
	double nb_periodic;      /* departures of the periodic guests so far, before rounding */
	size_t nb_departures;    /* of all guests so far */
	double nb_switches;      /* of the state of all guests so far, in the mean */
	uint64_t first_frame;    /* of the guest's trace */
	size_t max_draws;        /* of a ring at max */
	gsl_rng *gaps, *lengths; /* seeded anew for each guest */
	GHashTable *rings;       /* profile to its draws, where they are the same for all guests */
};

/* Steele, Lea, Flood: Fast splittable pseudorandom number generators, OOPSLA 2014. */
static uint64_t splitmix64(uint64_t x)
{
	x += UINT64_C(0x9e3779b97f4a7c15);
	x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
	return x ^ x >> 31;
}

static uint32_t mix32(uint32_t x)
{
	x = (x ^ x >> 16) * UINT32_C(0x85ebca6b);
	x = (x ^ x >> 13) * UINT32_C(0xc2b2ae35);
	return x ^ x >> 16;
}

uint32_t schedule_stream_seed(uint64_t seed, uint32_t repetition, uint32_t stream)
{
	enum { MT19937_DEFAULT = 4357 };
	uint64_t h = splitmix64(splitmix64(seed) + repetition);
	uint32_t s = mix32(mix32(stream ^ (uint32_t)h) ^ (uint32_t)(h >> 32));

	return s == 0 ? MT19937_DEFAULT : s;
}

static double guest_pps(const struct plan *plan, uint32_t guest)
{
	return plan->pps * plan->cfg->mix->guests[guest].share;
}

/*
 * Departures of a guest of a periodic process in a cycle that repeats: whole, so that the gap over
 * the seam is one as the others. 0 in a schedule that does not repeat: as many as there are.
 */
static size_t periodic_count(struct plan *plan, uint32_t guest)
{
	double pps = guest_pps(plan, guest);
	double exact = pps * (double)plan->cycle_ns / ns_per_s, nb = round(exact);

	if (plan->limited)
		nb = floor(plan->nb_periodic + exact) - floor(plan->nb_periodic);
	plan->nb_periodic += exact;
	if (nb < 1.0 && pps * (double)plan->cfg->span_ns / ns_per_s >= 1.0)
		nb = 1.0;
	return (size_t)nb;
}

static const arrival_process *guest_process(const struct plan *plan, uint32_t guest)
{
	return plan->cfg->mix->guests[guest].process;
}

/* Bursts can be far more than the mean rate lets expect. */
static gboolean check_room(const struct plan *plan, uint32_t guest, size_t nb, GError **error)
{
	size_t max = 2 * plan->max_departures + DEPARTURES_SLACK;

	if (plan->nb_departures + nb < max)
		return TRUE;
	return input_fail(error, INPUT_ERROR_RANGE,
		"schedule: arrival %s of guest %u requires more than %zu departures; use a "
		"lower rate, a shorter duration, or an arrival process with smaller bursts",
		plan->cfg->mix->guests[guest].arrival, guest, max);
}

/*
 * Fills the guest's departures: those before the end of the cycle, or, if limit is not SIZE_MAX,
 * just limit of them, which are known to fit but for rounding.
 */
static gboolean fill_due(struct plan *plan, struct schedule *s, uint32_t guest, double mean_gap_ns,
	size_t limit, GError **error)
{
	g_autoptr(arrival) a = arrival_new(
		guest_process(plan, guest), mean_gap_ns, (double)s->cycle_ns, plan->gaps, error);
	double expected = fmin((double)s->cycle_ns / mean_gap_ns, (double)limit);
	/* Six sigma of a Poisson count: enough nearly always, and it can grow. */
	size_t room = (size_t)(expected + 6.0 * sqrt(expected)) + 16, nb = 0, step = 0;
	g_autofree uint64_t *due_ns = NULL;

	if (a == NULL)
		return FALSE;
	due_ns = g_new(uint64_t, room);
	for (; nb < limit; nb++) {
		double t_ns = arrival_next_ns(a);

		if (limit == SIZE_MAX && t_ns >= (double)s->cycle_ns)
			break;
		if (nb == room) {
			if (!check_room(plan, guest, nb, error))
				return FALSE;
			room += room / 2;
			due_ns = g_renew(uint64_t, due_ns, room);
		}
		if (plan->ramp != NULL)
			t_ns = ramp_time_ns(plan->ramp, &step, t_ns);
		due_ns[nb] = MIN((uint64_t)t_ns, s->cycle_ns - 1);
	}
	due_ns = g_renew(uint64_t, due_ns, MAX(nb, 1));
	plan->nb_departures += nb;
	plan->first_frame = arrival_first_frame(a);
	s->guests[guest].nb_due = nb;
	s->guests[guest].due_ns = due_ns;
	g_ptr_array_add(s->blocks, g_steal_pointer(&due_ns));
	return TRUE;
}

/* States that change far faster than frames leave would take for ever. */
static gboolean check_switches(struct plan *plan, uint32_t guest, GError **error)
{
	double switch_ns = arrival_process_switch_ns(guest_process(plan, guest));

	if (switch_ns > 0.0)
		plan->nb_switches += (double)plan->cycle_ns / switch_ns;
	if (plan->nb_switches <= switches_max)
		return TRUE;
	return input_fail(error, INPUT_ERROR_RANGE,
		"schedule: arrival %s changes its state more than %.0f times in %.6g s, summed "
		"over all guests; use longer periods or a shorter duration",
		plan->cfg->mix->guests[guest].arrival, switches_max,
		(double)plan->cycle_ns / ns_per_s);
}

static gboolean make_due(struct plan *plan, struct schedule *s, uint32_t guest, GError **error)
{
	static const uint64_t none;
	double mean_gap_ns = ns_per_s / guest_pps(plan, guest);
	gboolean whole = plan->repeats && arrival_process_is_periodic(guest_process(plan, guest));
	size_t limit = SIZE_MAX;

	if (whole) {
		limit = periodic_count(plan, guest);
		mean_gap_ns = (double)s->cycle_ns / (double)limit;
	}
	if (limit == 0 || !(mean_gap_ns < (double)span_max_ns * ns_per_s)) {
		/* A share so small that it has no departure, or none within years. */
		s->guests[guest].due_ns = &none;
		return TRUE;
	}
	return fill_due(plan, s, guest, mean_gap_ns, limit, error);
}

/* nb lengths of p, made for one guest or for all. */
static const struct profile_draw *new_draws(
	struct plan *plan, struct schedule *s, const profile *p, uint64_t pos, size_t nb)
{
	struct profile_draw *draws = g_new0(struct profile_draw, nb); /* padding is 0 too */

	g_ptr_array_add(s->blocks, draws);
	profile_draw(p, plan->lengths, &pos, draws, nb);
	return draws;
}

static void make_draws(struct plan *plan, struct schedule *s, uint32_t guest)
{
	const profile *p = plan->cfg->mix->guests[guest].profile;
	struct schedule_guest *g = &s->guests[guest];
	/* A wire that is free for one frame at the seam may not be for another. */
	gboolean anew = plan->limited && plan->repeats && p->sequence_len > 1;

	if (p->mode == PROFILE_TRACE)
		anew = TRUE;
	if (p->sequence_len > 0 && !profile_has_ranges(p) && !anew) {
		/* No chance in it: one period, the same for all. */
		g->nb_draws = p->sequence_len;
		g->draws = g_hash_table_lookup(plan->rings, p);
		if (g->draws == NULL) {
			g->draws = new_draws(plan, s, p, 0, g->nb_draws);
			g_hash_table_insert(
				plan->rings, (void *)(uintptr_t)p, (void *)(uintptr_t)g->draws);
		}
		return;
	}
	g->nb_draws = g->due_ns == NULL ? plan->max_draws : MAX(g->nb_due, 1);
	if (p->sequence_len > 0 && !anew && (plan->repeats || g->due_ns == NULL))
		/* Whole periods, so that counts are exact over the seam. */
		g->nb_draws = (g->nb_draws + p->sequence_len - 1) / p->sequence_len *
			      p->sequence_len;
	g->draws = new_draws(plan, s, p, plan->first_frame, g->nb_draws);
}

/* Words on their way into a checksum, which takes blocks better than words. */
struct digest {
	GChecksum *sum;
	guint32 words[1024];
	size_t nb;
};

static void digest_word(struct digest *d, uint32_t word)
{
	d->words[d->nb++] = GUINT32_TO_LE(word);
	if (d->nb == G_N_ELEMENTS(d->words)) {
		g_checksum_update(d->sum, (const guchar *)d->words, sizeof(d->words));
		d->nb = 0;
	}
}

static void digest_count(struct digest *d, uint64_t count)
{
	digest_word(d, (uint32_t)count);
	/* clang-tidy 14 does not know that g_new0 sets zeros. */
	digest_word(d, (uint32_t)(count >> 32)); /* NOLINT(clang-analyzer-core.*) */
}

static void digest_due(struct digest *d, const uint64_t *due_ns, size_t nb)
{
	uint64_t last_ns = 0;

	for (size_t i = 0; i < nb; i++) {
		uint64_t gap_ns = schedule_time_ns(due_ns[i]) - last_ns;

		for (; gap_ns >= UINT32_MAX; gap_ns -= UINT32_MAX)
			digest_word(d, UINT32_MAX);
		digest_word(d, (uint32_t)gap_ns);
		last_ns = schedule_time_ns(due_ns[i]);
	}
}

static void digest_not_sent(struct digest *d, const uint64_t *due_ns, size_t nb)
{
	uint64_t nb_not_sent = 0;

	for (size_t i = 0; i < nb; i++)
		nb_not_sent += due_ns[i] >= SCHEDULE_NOT_SENT;
	digest_count(d, nb_not_sent);
	for (size_t i = 0; i < nb; i++)
		if (due_ns[i] >= SCHEDULE_NOT_SENT)
			digest_word(d, (uint32_t)i);
}

/* Two lengths a word; a last single one beside 0. */
static void digest_draws(struct digest *d, const struct profile_draw *draws, size_t nb)
{
	for (size_t i = 0; i < nb; i += 2) {
		uint32_t second = i + 1 < nb ? draws[i + 1].frame_len : 0;

		digest_word(d, draws[i].frame_len | second << 16);
	}
}

static void digest_guest(struct digest *d, const struct schedule_guest *g, gboolean limited)
{
	digest_count(d, g->nb_due);
	digest_count(d, g->nb_draws);
	digest_due(d, g->due_ns, g->nb_due);
	digest_draws(d, g->draws, g->nb_draws);
	if (limited)
		digest_not_sent(d, g->due_ns, g->nb_due);
}

static void make_digest(struct schedule *s, gboolean limited)
{
	g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);
	struct digest d = { .sum = sum };

	for (uint32_t i = 0; i < s->nb_guests; i++) {
		digest_guest(&d, &s->guests[i], limited);
	}
	g_checksum_update(sum, (const guchar *)d.words, (gssize)(d.nb * sizeof(*d.words)));
	g_strlcpy(s->digest, g_checksum_get_string(sum), sizeof(s->digest));
}

static gboolean check_cfg(const struct schedule_cfg *cfg, GError **error)
{
	gboolean timed = cfg->steps != NULL || cfg->pps > 0.0;

	if (cfg->steps == NULL && (!(cfg->pps >= 0.0) || cfg->pps > SCHEDULE_PPS_MAX))
		return input_fail(error, INPUT_ERROR_RANGE,
			"schedule: %g frames per second are outside 0..%g; use a lower rate",
			cfg->pps, SCHEDULE_PPS_MAX);
	if (timed && (cfg->span_ns == 0 || cfg->span_ns > span_max_ns))
		return input_fail(error, INPUT_ERROR_RANGE,
			"schedule: invalid length of %.6g s (warm-up and measurement); expected "
			"more than 0 and at most %.6g s (78 hours)",
			(double)cfg->span_ns / ns_per_s, (double)span_max_ns / ns_per_s);
	if (cfg->link_bps != 0.0 &&
		!(cfg->link_bps >= link_bps_min && cfg->link_bps <= link_bps_max))
		return input_fail(error, INPUT_ERROR_RANGE,
			"schedule: link speed of %g bit/s is outside %g..%g; check --link",
			cfg->link_bps, link_bps_min, link_bps_max);
	return TRUE;
}

static gboolean plan_cycle(struct plan *plan, GError **error)
{
	const struct schedule_cfg *cfg = plan->cfg;
	double nb;
	uint32_t nb_guests = cfg->mix->nb_guests;

	plan->max_departures = cfg->max_departures == 0 ? DEPARTURES_DEFAULT : cfg->max_departures;
	plan->max_draws = MAX(SCHEDULE_MAX_DRAWS / nb_guests, SCHEDULE_MIN_DRAWS);
	plan->pps = plan->ramp != NULL ? ramp_mean_pps(plan->ramp) : cfg->pps;
	plan->cycle_ns = plan->pps > 0.0 ? cfg->span_ns : 0;
	plan->limited = plan->pps > 0.0 && cfg->link_bps > 0.0;
	nb = plan->pps * (double)plan->cycle_ns / ns_per_s;
	if (nb <= (double)plan->max_departures)
		return TRUE;
	if (plan->ramp != NULL)
		return input_fail(error, INPUT_ERROR_RANGE,
			"schedule: a ramp cannot repeat and requires %.0f departures, more than "
			"the maximum of %zu; use lower rates or a shorter duration",
			nb, plan->max_departures);
	/* Up: a wire at its rate has to have room for one frame of each guest, if that is a cycle. */
	plan->cycle_ns = (uint64_t)ceil((double)plan->max_departures / plan->pps * ns_per_s);
	plan->repeats = TRUE;
	return TRUE;
}

/* At max there are no departures, but a trace begins somewhere all the same. */
static gboolean find_first_frame(struct plan *plan, uint32_t guest, GError **error)
{
	g_autoptr(arrival) a = arrival_new(guest_process(plan, guest), 1.0, 1.0, plan->gaps, error);

	if (a != NULL)
		plan->first_frame = arrival_first_frame(a);
	return a != NULL;
}

static gboolean make_guests(struct plan *plan, struct schedule *s, GError **error)
{
	for (uint32_t i = 0; i < s->nb_guests; i++) {
		gsl_rng_set(plan->gaps,
			schedule_stream_seed(s->seed, s->repetition, STREAMS * i + STREAM_GAPS));
		gsl_rng_set(plan->lengths,
			schedule_stream_seed(s->seed, s->repetition, STREAMS * i + STREAM_LENGTHS));
		plan->first_frame = 0;
		if (plan->pps > 0.0 ? !make_due(plan, s, i, error)
				    : !find_first_frame(plan, i, error))
			return FALSE;
		make_draws(plan, s, i);
	}
	return TRUE;
}

/* What cfg asks for can be made. *r: the caller's, or NULL. */
static gboolean make_plan(struct plan *plan, ramp **r, GError **error)
{
	const struct schedule_cfg *cfg = plan->cfg;

	if (!check_cfg(cfg, error))
		return FALSE;
	if (cfg->steps != NULL) {
		*r = ramp_new(cfg->steps, cfg->nb_steps, cfg->span_ns, error);
		if (*r == NULL)
			return FALSE;
		plan->ramp = *r;
	}
	if (!plan_cycle(plan, error))
		return FALSE;
	for (uint32_t i = 0; plan->pps > 0.0 && i < cfg->mix->nb_guests; i++)
		if (!check_switches(plan, i, error))
			return FALSE;
	return TRUE;
}

gboolean schedule_check(const struct schedule_cfg *cfg, GError **error)
{
	g_autoptr(ramp) r = NULL;
	struct plan plan = { .cfg = cfg };

	return make_plan(&plan, &r, error);
}

schedule *schedule_new(const struct schedule_cfg *cfg, GError **error)
{
	g_autoptr(schedule) s = NULL;
	g_autoptr(GHashTable) rings = g_hash_table_new(NULL, NULL);
	g_autoptr(ramp) r = NULL;
	struct plan plan = { .cfg = cfg, .rings = rings };
	gboolean ok;

	if (!make_plan(&plan, &r, error))
		return NULL;
	s = g_new0(schedule, 1);
	s->nb_guests = cfg->mix->nb_guests;
	s->guests = g_new0(struct schedule_guest, s->nb_guests);
	s->blocks = g_ptr_array_new_with_free_func(g_free);
	s->cycle_ns = plan.cycle_ns;
	s->repeats = plan.repeats || !(plan.pps > 0.0);
	s->seed = cfg->seed;
	s->repetition = cfg->repetition;
	plan.gaps = gsl_rng_alloc(gsl_rng_mt19937);
	plan.lengths = gsl_rng_alloc(gsl_rng_mt19937);
	s->rng_name = gsl_rng_mt19937->name;
	ok = make_guests(&plan, s, error);
	gsl_rng_free(plan.gaps);
	gsl_rng_free(plan.lengths);
	if (!ok)
		return NULL;
	if (plan.limited)
		schedule_limit(s, cfg->link_bps,
			cfg->link_queue == 0 ? LINK_QUEUE_DEFAULT : cfg->link_queue);
	make_digest(s, plan.limited);
	return g_steal_pointer(&s);
}

void schedule_drop_times(schedule *s)
{
	for (uint32_t i = 0; i < s->nb_guests; i++) {
		(void)g_ptr_array_remove_fast(s->blocks, (gpointer)(uintptr_t)s->guests[i].due_ns);
		s->guests[i].due_ns = NULL;
	}
}

void schedule_free(schedule *s)
{
	if (s == NULL)
		return;
	g_ptr_array_unref(s->blocks);
	g_free(s->guests);
	g_free(s);
}
