/* SPDX-License-Identifier: BSD-3-Clause */
#include "traffic/schedule.h"

#include <math.h>
#include <string.h>

#include <gsl/gsl_rng.h>

#include "traffic/arrival.h"
#include "traffic/error.h"
#include "traffic/frame.h"

enum { DEPARTURES_DEFAULT = 16 << 20, STREAM_GAPS = 0, STREAM_LENGTHS = 1, STREAMS = 2 };

static const double ns_per_s = 1e9, pps_max = 1e12;
static const uint64_t span_max_ns = UINT64_C(1) << 48; /* what a signature's time can hold */

/* What is worked out before the guests are. */
struct plan {
	const struct schedule_cfg *cfg;
	size_t max_departures;
	uint64_t cycle_ns;
	gboolean repeats;
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

uint32_t schedule_stream_seed(uint64_t seed, uint32_t stream)
{
	enum { MT19937_DEFAULT = 4357 };
	uint32_t s = mix32((uint32_t)splitmix64(seed) + stream);

	return s == 0 ? MT19937_DEFAULT : s;
}

static double guest_pps(const struct plan *plan, uint32_t guest)
{
	return plan->cfg->pps * plan->cfg->mix->guests[guest].share;
}

/*
 * Departures of a guest of a periodic process in a cycle that repeats: whole, so that the gap over
 * the seam is one as the others. 0 in a schedule that does not repeat: as many as there are.
 */
static size_t periodic_count(const struct plan *plan, uint32_t guest)
{
	double pps = guest_pps(plan, guest);
	double nb = round(pps * (double)plan->cycle_ns / ns_per_s);

	if (nb < 1.0 && pps * (double)plan->cfg->span_ns / ns_per_s >= 1.0)
		nb = 1.0;
	return (size_t)nb;
}

/*
 * Fills the guest's departures: those before the end of the cycle, or, if limit is not SIZE_MAX,
 * just limit of them, which are known to fit but for rounding.
 */
static gboolean fill_due(struct plan *plan, struct schedule *s, uint32_t guest, double mean_gap_ns,
	size_t limit, GError **error)
{
	const char *process = plan->cfg->mix->guests[guest].arrival;
	g_autoptr(arrival) a = arrival_new(process, mean_gap_ns, plan->gaps, error);
	double expected = fmin((double)s->cycle_ns / mean_gap_ns, (double)limit);
	/* Six sigma of a Poisson count: enough nearly always, and it can grow. */
	size_t room = (size_t)(expected + 6.0 * sqrt(expected)) + 16, nb = 0;
	g_autofree uint64_t *due_ns = NULL;

	if (a == NULL)
		return FALSE;
	due_ns = g_new(uint64_t, room);
	for (; nb < limit; nb++) {
		double t_ns = arrival_next_ns(a);

		if (limit == SIZE_MAX && t_ns >= (double)s->cycle_ns)
			break;
		if (nb == room) {
			room += room / 2;
			due_ns = g_renew(uint64_t, due_ns, room);
		}
		due_ns[nb] = MIN((uint64_t)t_ns, s->cycle_ns - 1);
	}
	due_ns = g_renew(uint64_t, due_ns, MAX(nb, 1));
	s->guests[guest].nb_due = nb;
	s->guests[guest].due_ns = due_ns;
	g_ptr_array_add(s->blocks, g_steal_pointer(&due_ns));
	return TRUE;
}

static gboolean make_due(struct plan *plan, struct schedule *s, uint32_t guest, GError **error)
{
	static const uint64_t none;
	double mean_gap_ns = ns_per_s / guest_pps(plan, guest);
	gboolean whole = plan->repeats &&
			 arrival_is_periodic(plan->cfg->mix->guests[guest].arrival);
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
	struct plan *plan, struct schedule *s, const profile *p, size_t nb)
{
	struct profile_draw *draws = g_new0(struct profile_draw, nb); /* padding is 0 too */
	uint64_t pos = 0;

	g_ptr_array_add(s->blocks, draws);
	profile_draw(p, plan->lengths, &pos, draws, nb);
	return draws;
}

static void make_draws(struct plan *plan, struct schedule *s, uint32_t guest)
{
	const profile *p = plan->cfg->mix->guests[guest].profile;
	struct schedule_guest *g = &s->guests[guest];
	gboolean ranges = profile_has_ranges(p);

	if (p->sequence_len > 0 && !ranges) {
		/* No chance in it: one period, the same for all. */
		g->nb_draws = p->sequence_len;
		g->draws = g_hash_table_lookup(plan->rings, p);
		if (g->draws == NULL) {
			g->draws = new_draws(plan, s, p, g->nb_draws);
			g_hash_table_insert(
				plan->rings, (void *)(uintptr_t)p, (void *)(uintptr_t)g->draws);
		}
		return;
	}
	g->nb_draws = g->due_ns == NULL ? plan->max_draws : MAX(g->nb_due, 1);
	if (p->sequence_len > 0 && (plan->repeats || g->due_ns == NULL))
		/* Whole periods, so that counts are exact over the seam. */
		g->nb_draws = (g->nb_draws + p->sequence_len - 1) / p->sequence_len *
			      p->sequence_len;
	g->draws = new_draws(plan, s, p, g->nb_draws);
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
		uint64_t gap_ns = due_ns[i] - last_ns;

		for (; gap_ns >= UINT32_MAX; gap_ns -= UINT32_MAX)
			digest_word(d, UINT32_MAX);
		digest_word(d, (uint32_t)gap_ns);
		last_ns = due_ns[i];
	}
}

/* Two lengths a word; a last single one beside 0. */
static void digest_draws(struct digest *d, const struct profile_draw *draws, size_t nb)
{
	for (size_t i = 0; i < nb; i += 2) {
		uint32_t second = i + 1 < nb ? draws[i + 1].frame_len : 0;

		digest_word(d, draws[i].frame_len | second << 16);
	}
}

static void digest_guest(struct digest *d, const struct schedule_guest *g)
{
	digest_count(d, g->nb_due);
	digest_count(d, g->nb_draws);
	digest_due(d, g->due_ns, g->nb_due);
	digest_draws(d, g->draws, g->nb_draws);
}

static void make_digest(struct schedule *s)
{
	g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);
	struct digest d = { .sum = sum };

	for (uint32_t i = 0; i < s->nb_guests; i++) {
		digest_guest(&d, &s->guests[i]);
	}
	g_checksum_update(sum, (const guchar *)d.words, (gssize)(d.nb * sizeof(*d.words)));
	g_strlcpy(s->digest, g_checksum_get_string(sum), sizeof(s->digest));
}

static gboolean check_cfg(const struct schedule_cfg *cfg, GError **error)
{
	if (!(cfg->pps >= 0.0) || cfg->pps > pps_max) {
		g_set_error(error, TRAFFIC_ERROR, TRAFFIC_ERROR_RANGE,
			"schedule: %g frames a second are outside 0..%g; lower the rate", cfg->pps,
			pps_max);
		return FALSE;
	}
	if (cfg->pps > 0.0 && (cfg->span_ns == 0 || cfg->span_ns > span_max_ns)) {
		g_set_error(error, TRAFFIC_ERROR, TRAFFIC_ERROR_RANGE,
			"schedule: a span of %.6g s is not above zero and at most %.6g s (78 "
			"hours); "
			"change the duration",
			(double)cfg->span_ns / ns_per_s, (double)span_max_ns / ns_per_s);
		return FALSE;
	}
	if (cfg->link_bps != 0.0 || cfg->steps != NULL) {
		g_set_error(error, TRAFFIC_ERROR, TRAFFIC_ERROR_RANGE,
			"schedule: a link's limit and a rate that changes are not built yet");
		return FALSE;
	}
	return TRUE;
}

static void plan_cycle(struct plan *plan)
{
	const struct schedule_cfg *cfg = plan->cfg;
	uint32_t nb_guests = cfg->mix->nb_guests;

	plan->max_departures = cfg->max_departures == 0 ? DEPARTURES_DEFAULT : cfg->max_departures;
	plan->max_draws = MAX(SCHEDULE_MAX_DRAWS / nb_guests, SCHEDULE_MIN_DRAWS);
	plan->cycle_ns = cfg->pps > 0.0 ? cfg->span_ns : 0;
	if (cfg->pps * (double)plan->cycle_ns / ns_per_s > (double)plan->max_departures) {
		plan->cycle_ns = (uint64_t)((double)plan->max_departures / cfg->pps * ns_per_s);
		plan->cycle_ns = MAX(plan->cycle_ns, 1);
		plan->repeats = TRUE;
	}
}

static gboolean make_guests(struct plan *plan, struct schedule *s, GError **error)
{
	for (uint32_t i = 0; i < s->nb_guests; i++) {
		gsl_rng_set(plan->gaps, schedule_stream_seed(s->seed, STREAMS * i + STREAM_GAPS));
		gsl_rng_set(
			plan->lengths, schedule_stream_seed(s->seed, STREAMS * i + STREAM_LENGTHS));
		if (plan->cfg->pps > 0.0 && !make_due(plan, s, i, error))
			return FALSE;
		make_draws(plan, s, i);
	}
	return TRUE;
}

schedule *schedule_new(const struct schedule_cfg *cfg, GError **error)
{
	g_autoptr(schedule) s = NULL;
	g_autoptr(GHashTable) rings = g_hash_table_new(NULL, NULL);
	struct plan plan = { .cfg = cfg, .rings = rings };
	gboolean ok;

	if (!check_cfg(cfg, error))
		return NULL;
	plan_cycle(&plan);
	s = g_new0(schedule, 1);
	s->nb_guests = cfg->mix->nb_guests;
	s->guests = g_new0(struct schedule_guest, s->nb_guests);
	s->blocks = g_ptr_array_new_with_free_func(g_free);
	s->cycle_ns = plan.cycle_ns;
	s->repeats = plan.repeats || cfg->pps == 0.0;
	s->seed = cfg->seed;
	plan.gaps = gsl_rng_alloc(gsl_rng_mt19937);
	plan.lengths = gsl_rng_alloc(gsl_rng_mt19937);
	s->rng_name = gsl_rng_mt19937->name;
	ok = make_guests(&plan, s, error);
	gsl_rng_free(plan.gaps);
	gsl_rng_free(plan.lengths);
	if (!ok)
		return NULL;
	make_digest(s);
	return g_steal_pointer(&s);
}

void schedule_free(schedule *s)
{
	if (s == NULL)
		return;
	g_ptr_array_unref(s->blocks);
	g_free(s->guests);
	g_free(s);
}
