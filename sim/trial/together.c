/* SPDX-License-Identifier: BSD-3-Clause */
#include "sim/trial/together.h"

#include <string.h>
#include <time.h>

#include "sim/base/error.h"
#include "sim/trial/gather_parts.h"
#include "sim/trial/live.h"

enum {
	START_DELAY_MS = 250, /* until the last one has heard of it */
	PATIENCE_S = 120,     /* while all prepare: a large schedule takes its time */
	PATIENCE_MEASURING_S = 10,
	PATIENCE_END_S = 60, /* parts are written and read */
};

struct together {
	const struct measure_cfg *cfg;
	struct crew *crew;
	guint nb, nb_rows;
	struct live *live; /* of rank 0: rows go there */
	struct trial_second sum;
};

struct together *together_new(const struct measure_cfg *cfg)
{
	struct together *g = g_new0(struct together, 1);

	g->cfg = cfg;
	g->crew = cfg->crew;
	g->nb = crew_size(cfg->crew);
	if (crew_own(g->crew) == 0)
		g->live = live_new(g->nb);
	crew_set_patience(g->crew, PATIENCE_S);
	return g;
}

void together_free(struct together *g)
{
	if (g == NULL)
		return;
	live_free(g->live);
	crew_set_patience(g->crew, PATIENCE_S);
	g_free(g);
}

static double clock_ns(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

/* How far one clock is ahead of the other here and now; the tightest of some readings. */
static double realtime_minus_raw_ns(void)
{
	double tightest = 0, offset = 0;

	for (int i = 0; i < 16; i++) {
		double before = clock_ns(CLOCK_MONOTONIC_RAW), real = clock_ns(CLOCK_REALTIME);
		double width = clock_ns(CLOCK_MONOTONIC_RAW) - before;

		if (i != 0 && width >= tightest)
			continue;
		tightest = width;
		offset = real - (before + width / 2);
	}
	return offset;
}

/* What all say when they are ready: guests that answered, schedule, error. */
static GBytes *readiness(uint32_t nb_answered, const char *digest, const GError *error)
{
	g_autofree char *text = g_strdup_printf(
		"%u %s %s", nb_answered, digest, error == NULL ? "" : error->message);

	return g_bytes_new(text, strlen(text) + 1);
}

/* Guests of all that answered; an error if somebody else made another schedule. */
static uint64_t count_answers(const GPtrArray *all, const char *digest, GError **error)
{
	uint64_t sum = 0;

	for (guint i = 0; i < all->len; i++) {
		GBytes *bytes = g_ptr_array_index(all, i);
		const char *text = bytes == NULL ? NULL : g_bytes_get_data(bytes, NULL);
		char *at;

		if (text == NULL)
			continue;
		sum += g_ascii_strtoull(text, &at, 10);
		if (*error == NULL && strncmp(at + 1, digest, strlen(digest)) != 0)
			g_set_error(error, SIM_ERROR, SIM_ERROR_USAGE,
				"rank %u has another schedule: start all ranks with the same "
				"options, profiles and captures",
				i);
	}
	return sum;
}

static gboolean agree_on_epoch(struct together *g, double *epoch_raw_ns, GError **error)
{
	struct {
		double raw_ns, real_ns;
	} epoch;
	g_autoptr(GBytes) mine = NULL;
	g_autoptr(GPtrArray) all = NULL;

	epoch.raw_ns = clock_ns(CLOCK_MONOTONIC_RAW) + START_DELAY_MS * 1e6;
	epoch.real_ns = epoch.raw_ns + realtime_minus_raw_ns();
	mine = g_bytes_new(&epoch, sizeof(epoch));
	all = crew_exchange(g->crew, mine);
	if (all == NULL) {
		g_set_error(error, SIM_ERROR, SIM_ERROR_RESOURCES, "rank 0 of %u %s", g->nb,
			crew_death(g->crew, 0));
		return FALSE;
	}
	memcpy(&epoch, g_bytes_get_data(g_ptr_array_index(all, 0), NULL), sizeof(epoch));
	*epoch_raw_ns = crew_is_near(g->crew, 0) ? epoch.raw_ns
						 : epoch.real_ns - realtime_minus_raw_ns();
	return TRUE;
}

gboolean together_start(struct together *g, uint32_t nb_answered, const char *digest,
	double *epoch_raw_ns, GError **error)
{
	g_autoptr(GBytes) mine = readiness(nb_answered, digest, *error);
	g_autoptr(GPtrArray) all = crew_exchange(g->crew, mine);
	uint64_t answers = all == NULL ? 0 : count_answers(all, digest, error);

	if (all != NULL && answers == 0 && *error == NULL)
		g_set_error(error, SIM_ERROR, SIM_ERROR_GUEST, "none of %u guests answered",
			g->cfg->mix->nb_guests);
	if (!crew_agree(g->crew, error) || !agree_on_epoch(g, epoch_raw_ns, error))
		return FALSE;
	progress_note(g->cfg->progress, "%u ranks: %" G_GUINT64_FORMAT " of %u guests answer",
		g->nb, answers, g->cfg->mix->nb_guests);
	crew_set_patience(g->crew, PATIENCE_MEASURING_S);
	return TRUE;
}

/* Rank 0: rows that are complete are shown. */
static void show_rows(struct together *g)
{
	g_autofree gboolean *gone = g_new(gboolean, g->nb);
	struct trial_second row;
	GBytes *bytes;
	guint from;

	while ((bytes = crew_take(g->crew, CREW_ROW, &from)) != NULL) {
		(void)live_add(g->live, from, bytes);
		g_bytes_unref(bytes);
	}
	for (guint i = 0; i < g->nb; i++)
		gone[i] = crew_death(g->crew, i) != NULL;
	while (live_next(g->live, gone, &row)) {
		double interval_s = row.time_s - g->sum.time_s;

		g->sum.offered += row.offered;
		g->sum.forwarded += row.forwarded;
		g->sum.time_s = row.time_s;
		if (interval_s > 0)
			progress_second(g->cfg->progress, &row, interval_s,
				g->cfg->params->duration_s, g->sum.offered, g->sum.forwarded);
	}
}

void together_tick(struct together *g)
{
	if (g == NULL)
		return;
	crew_tick(g->crew);
	if (g->live != NULL)
		show_rows(g);
}

void together_row(
	struct together *g, const struct trial_second *row, uint32_t second, const hist *latency)
{
	g_autoptr(GBytes) bytes = live_row(row, second, latency);

	g->nb_rows++;
	if (g->live != NULL)
		(void)live_add(g->live, 0, bytes);
	else if (crew_death(g->crew, 0) == NULL)
		(void)crew_post(g->crew, 0, CREW_ROW, bytes);
	together_tick(g);
}

gboolean together_end(
	struct together *g, struct part *mine, gboolean hurry, trial **done, GError **error)
{
	crew_set_patience(g->crew, PATIENCE_END_S);
	if (mine != NULL) {
		mine->rank = crew_own(g->crew);
		mine->nb_ranks = g->nb;
		mine->nb_rows = g->nb_rows;
		mine->host = g_strdup(crew_host(g->crew, mine->rank));
		mine->mark = crew_own_mark();
	}
	return gather(g->crew, mine, g->cfg->dir, hurry, g->live, done, error);
}
