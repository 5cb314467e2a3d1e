/* SPDX-License-Identifier: BSD-3-Clause */
#include "sim/trial/generators.h"

#include <math.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "analyze/base/cli.h"
#include "analyze/base/ranks.h"
#include "analyze/contract/part.h"
#include "sim/base/clock_read.h"
#include "sim/base/error.h"
#include "sim/base/stop.h"
#include "sim/trial/measure.h"
#include "sim/trial/jsonl.h"

enum { START_DELAY_MS = 250 }; /* until the last one has heard of it */

/* A row on its way; each becomes its sum over all ranks. */
enum {
	FINISHED, /* 1: of a rank that has given its last row */
	GIVEN,    /* 1: there is something in it */
	TIME_US,
	OFFERED,
	FORWARDED,
	REFUSED,
	BUCKETS, /* of the latencies */
	ROW_LEN = BUCKETS + HIST_BUCKETS,
};

struct generators {
	guint own, nb;
	gboolean near; /* its CLOCK_MONOTONIC_RAW is that of rank 0: one machine */
	struct cores_place place;
	/* The trial that is measured. */
	const struct measure_cfg *cfg;
	GQueue rows; /* uint64_t[ROW_LEN]: our next ones */
	uint32_t next_second;
	uint64_t *summed;  /* the row that is being summed; NULL: none is */
	gboolean finished; /* there are no more */
	GArray *seconds;   /* struct trial_second: of all; on rank 0 */
	struct trial_second sum;
	char *part; /* its path, from when it is on disk until it goes */
};

static uint64_t hash_of(const void *data, gsize len)
{
	g_autofree char *hex = g_compute_checksum_for_data(G_CHECKSUM_SHA256, data, len);

	hex[16] = '\0';
	return g_ascii_strtoull(hex, NULL, 16);
}

/* Who is on which machine, and on which CPUs of it. */
static void find_place(struct generators *g)
{
	g_autofree uint64_t *machine = g_new0(uint64_t, g->nb), *cpus = g_new0(uint64_t, g->nb);
	g_autofree char *boot = NULL;
	cpu_set_t set;

	if (!g_file_get_contents("/proc/sys/kernel/random/boot_id", &boot, NULL, NULL))
		boot = g_strdup(g_get_host_name());
	CPU_ZERO(&set);
	(void)sched_getaffinity(0, sizeof(set), &set);
	machine[g->own] = hash_of(boot, strlen(boot));
	cpus[g->own] = hash_of(&set, sizeof(set));
	ranks_sum_u64(machine, g->nb);
	ranks_sum_u64(cpus, g->nb);
	g->near = machine[0] == machine[g->own];
	g->place = (struct cores_place){ .all = g->nb };
	for (guint i = 0; i < g->nb; i++) {
		if (machine[i] != machine[g->own] || cpus[i] != cpus[g->own])
			continue;
		g->place.index += i < g->own;
		g->place.count++;
	}
}

struct generators *generators_new(GError **error)
{
	struct generators *g;

	if (ranks_count() == 1 || !ranks_begin(error))
		return NULL;
	ranks_share_stop(stop_flag());
	g = g_new0(struct generators, 1);
	g->own = ranks_own();
	g->nb = ranks_count();
	g->seconds = g_array_new(FALSE, FALSE, sizeof(struct trial_second));
	g_queue_init(&g->rows);
	find_place(g);
	return g;
}

int generators_end(struct generators *g, int status)
{
	gboolean counts = generators_own(g) == 0 || !ranks_are_whole();

	if (g == NULL)
		return status;
	g_queue_clear_full(&g->rows, g_free);
	g_array_unref(g->seconds);
	g_free(g->part);
	g_free(g);
	/* Somebody is missing: MPI's own farewell would wait for him. */
	if (ranks_are_whole())
		ranks_end();
	return counts ? status : CLI_DONE;
}

guint generators_own(const struct generators *g)
{
	return g == NULL ? 0 : g->own;
}

guint generators_count(const struct generators *g)
{
	return g == NULL ? 1 : g->nb;
}

struct cores_place generators_place(const struct generators *g)
{
	return g == NULL ? (struct cores_place){ .count = 1, .all = 1 } : g->place;
}

/* How far one clock is ahead of the other here and now; the tightest of some readings. */
static double realtime_minus_raw_ns(void)
{
	double tightest = 0, offset = 0;

	for (int i = 0; i < 16; i++) {
		double before = (double)clock_read_ns(CLOCK_MONOTONIC_RAW);
		double real = (double)clock_read_ns(CLOCK_REALTIME);
		double width = (double)clock_read_ns(CLOCK_MONOTONIC_RAW) - before;

		if (i != 0 && width >= tightest)
			continue;
		tightest = width;
		offset = real - (before + width / 2);
	}
	return offset;
}

static double agree_on_epoch(const struct generators *g)
{
	double epoch_ns[2] = { (double)clock_read_ns(CLOCK_MONOTONIC_RAW) + START_DELAY_MS * 1e6 };
	g_autoptr(GBytes) mine = NULL, first = NULL;

	epoch_ns[1] = epoch_ns[0] + realtime_minus_raw_ns();
	mine = g_bytes_new(epoch_ns, sizeof(epoch_ns));
	first = ranks_broadcast(mine, 0);
	memcpy(epoch_ns, g_bytes_get_data(first, NULL), sizeof(epoch_ns));
	return g->near ? epoch_ns[0] : epoch_ns[1] - realtime_minus_raw_ns();
}

gboolean generators_start(struct generators *g, const struct measure_cfg *cfg, uint32_t nb_answered,
	const char *digest, double *epoch_raw_ns, GError **error)
{
	g_autoptr(GBytes) mine = g_bytes_new(digest, strlen(digest)),
			  first = ranks_broadcast(mine, 0);
	uint64_t answers = nb_answered;

	g->cfg = cfg;
	g->next_second = 1;
	g->finished = FALSE;
	g->sum = (struct trial_second){ 0 };
	g_array_set_size(g->seconds, 0);
	ranks_sum_u64(&answers, 1);
	if (*error == NULL && !g_bytes_equal(mine, first))
		g_set_error(error, SIM_ERROR, SIM_ERROR_USAGE,
			"schedule differs from rank 0: start all ranks with the same options, "
			"profiles and captures");
	else if (*error == NULL && answers == 0)
		g_set_error(error, SIM_ERROR, SIM_ERROR_GUEST, "none of %u guests answered",
			cfg->mix->nb_guests);
	if (!ranks_agree(error))
		return FALSE;
	progress_note(cfg->progress, "%u ranks: %" G_GUINT64_FORMAT " of %u guests answered", g->nb,
		answers, cfg->mix->nb_guests);
	*epoch_raw_ns = agree_on_epoch(g);
	return TRUE;
}

/* A histogram of such buckets, newly allocated; its min and max are those of the buckets. */
static hist *hist_of(const uint64_t *buckets)
{
	hist *h = hist_new();

	for (uint32_t i = 0; i < HIST_BUCKETS; i++) {
		if (buckets[i] == 0)
			continue;
		hist_record_many(h, hist_bucket_low(i), buckets[i]);
		ctr_set(&h->max_ns, hist_bucket_high(i));
	}
	return h;
}

static uint64_t quantile_or_0(const hist *h, double q)
{
	uint64_t ns = 0;
	gboolean bound;

	return hist_quantile(h, 0, 0, q, &ns, &bound) == 0 ? ns : 0;
}

/* All have given theirs: what they are together. */
static void take_sum(struct generators *g, const uint64_t *v)
{
	g_autoptr(hist) latency = NULL;
	struct trial_second row = {
		.offered = v[OFFERED], .forwarded = v[FORWARDED], .refused = v[REFUSED]
	};
	double interval_s;

	g->finished = v[FINISHED] == g->nb;
	if (g->own != 0 || v[GIVEN] == 0)
		return;
	latency = hist_of(v + BUCKETS);
	row.time_s = (double)v[TIME_US] / (double)v[GIVEN] / 1e6;
	row.p50_ns = quantile_or_0(latency, 0.5);
	row.p99_ns = quantile_or_0(latency, 0.99);
	row.max_ns = quantile_or_0(latency, 1);
	g_array_append_val(g->seconds, row);
	interval_s = row.time_s - g->sum.time_s;
	g->sum.time_s = row.time_s;
	g->sum.offered += row.offered;
	g->sum.forwarded += row.forwarded;
	if (interval_s <= 0)
		return;
	progress_second(g->cfg->progress, &row, interval_s, g->cfg->params->duration_s,
		g->sum.offered, g->sum.forwarded);
	if (g->cfg->jsonl != NULL) /* guests are known to their own ranks alone */
		jsonl_second(g->cfg->jsonl, g->cfg->params, &row, interval_s, g->sum.offered,
			g->sum.forwarded, NULL);
}

void generators_tick(struct generators *g)
{
	if (g == NULL)
		return;
	ranks_tick();
	if (g->summed != NULL && ranks_sum_done()) {
		take_sum(g, g->summed);
		g_clear_pointer(&g->summed, g_free);
	}
	if (g->summed == NULL && !g_queue_is_empty(&g->rows)) {
		g->summed = g_queue_pop_head(&g->rows);
		ranks_sum_begin(g->summed, ROW_LEN);
	}
}

/* To be filled in. */
static uint64_t *add_row(struct generators *g)
{
	uint64_t *v = g_new0(uint64_t, ROW_LEN);

	g_queue_push_tail(&g->rows, v);
	g->next_second++;
	return v;
}

void generators_row(
	struct generators *g, const struct trial_second *row, uint32_t second, const hist *latency)
{
	uint64_t *v;

	/* A rank that slept through a second has nothing to say of it. */
	while (g->next_second < second)
		(void)add_row(g);
	v = add_row(g);
	v[GIVEN] = 1;
	v[TIME_US] = (uint64_t)llround(row->time_s * 1e6);
	v[OFFERED] = row->offered;
	v[FORWARDED] = row->forwarded;
	v[REFUSED] = row->refused;
	for (uint32_t i = 0; i < HIST_BUCKETS; i++)
		v[BUCKETS + i] = hist_get(latency, i);
	generators_tick(g);
}

/* Rows of those that measured longer, until nobody has one any more. */
static void finish_rows(struct generators *g)
{
	while (!g->finished && ranks_wait()) {
		if (g->summed == NULL && g_queue_is_empty(&g->rows))
			add_row(g)[FINISHED] = 1;
		generators_tick(g);
	}
}

static void say_part(const struct generators *g)
{
	if (g->part != NULL)
		fprintf(stderr,
			"tsim: rank %u of %u: results saved as %s: the next tsim with this "
			"label, or 'tanalyze merge', joins the parts as an incomplete trial\n",
			g->own, g->nb, g->part);
}

/* A part that has no room on this disk goes to rank 0 all the same. */
static GBytes *store_part(struct generators *g, trial *mine, const char *cpus)
{
	g_autofree char *path = part_path(g->cfg->dir, &mine->params, g->own, g->nb);
	g_autoptr(GError) error = NULL;
	JsonArray *ranks = json_array_new();
	JsonObject *own = json_object_new();
	const char *data;
	GBytes *bytes;
	gsize len;

	part_describe(own, g->own, g_get_host_name(), cpus, "ok");
	json_array_add_object_element(ranks, own);
	json_object_set_array_member(mine->environment, "ranks", ranks);
	bytes = part_to_bytes(mine);
	data = g_bytes_get_data(bytes, &len);
	if (file_make_folder(g->cfg->dir, &error) && file_write_durably(path, data, len, &error)) {
		g->part = g_steal_pointer(&path);
		return bytes;
	}
	g_ptr_array_add(
		mine->reasons, g_strdup_printf("note: cannot save its part: %s", error->message));
	g_bytes_unref(bytes);
	return part_to_bytes(mine);
}

/* A control group's numbers stay together. */
static void add_events(struct host_events *into, const struct host_events *from)
{
	into->stopped_s = MAX(into->stopped_s, from->stopped_s);
	into->suspended_s = MAX(into->suspended_s, from->suspended_s);
	if (from->throttled_s > into->throttled_s || into->quota_cpus == 0) {
		into->quota_cpus = from->quota_cpus;
		into->quota_v1 = from->quota_v1;
		into->nr_throttled = from->nr_throttled;
		into->throttled_s = from->throttled_s;
	}
	into->oom_kills = MAX(into->oom_kills, from->oom_kills);
	if (from->nb_offline > into->nb_offline) {
		into->nb_offline = from->nb_offline;
		into->offline_cpu = from->offline_cpu;
	}
	into->stolen_s = MAX(into->stolen_s, from->stolen_s);
	into->tsc |= from->tsc;
}

void generators_add_facts(struct generators_facts *into, const struct generators_facts *from)
{
	struct engine_health *h = &into->health;
	struct trust_input *in = &into->in;

	h->unsent += from->health.unsent;
	h->ancient += from->health.ancient;
	h->dropped += from->health.dropped;
	h->unswitched += from->health.unswitched;
	h->stray += from->health.stray;
	h->preempted += from->health.preempted;
	h->overrun |= from->health.overrun;
	h->stopped_ns = MAX(h->stopped_ns, from->health.stopped_ns);
	in->workers_share |= from->in.workers_share;
	in->guests_share |= from->in.guests_share;
	in->guests_silent += from->in.guests_silent;
	in->guests_waited = MAX(in->guests_waited, from->in.guests_waited);
	if (fabs(from->in.tsc_error_ppm) > fabs(in->tsc_error_ppm))
		in->tsc_error_ppm = from->in.tsc_error_ppm;
	add_events(&in->events, &from->in.events);
}

static void reach_verdict(trial *whole, GPtrArray *facts, const uint64_t *delays)
{
	g_autoptr(hist) own_delays = hist_of(delays);
	GPtrArray *noted = whole->reasons;
	struct generators_facts sum = { 0 };

	for (guint i = 0; i < facts->len; i++) {
		struct generators_facts one;

		memcpy(&one, g_bytes_get_data(g_ptr_array_index(facts, i), NULL), sizeof(one));
		generators_add_facts(&sum, &one);
	}
	if (whole->departure.frames != 0) {
		whole->departure.self_delay_p50_ns = quantile_or_0(own_delays, 0.5);
		whole->departure.self_delay_p99_ns = quantile_or_0(own_delays, 0.99);
		sum.health.own_delay_p95_ns = quantile_or_0(own_delays, 0.95);
	}
	sum.in.health = &sum.health;
	/* What decides comes before what the parts noted. */
	whole->reasons = g_ptr_array_new_with_free_func(g_free);
	trust_reach(whole, &sum.in);
	g_ptr_array_extend_and_steal(whole->reasons, noted);
}

/*
 * Rows that were summed while it ran: their percentiles are of all ranks. Parts have the drain; and other
 * counts where a guest is not believed, then all rows are theirs.
 */
static void take_shown_rows(trial *whole, const struct generators *g)
{
	guint nb = trial_sending_rows(whole);
	uint64_t forwarded = 0;

	for (guint i = 0; i < nb; i++)
		forwarded += g_array_index(whole->seconds, struct trial_second, i).forwarded;
	if (forwarded != g->sum.forwarded)
		return;
	g_array_remove_range(whole->seconds, 0, nb);
	g_array_prepend_vals(whole->seconds, g->seconds->data, g->seconds->len);
}

/* Rank 0: the trial of all parts. */
static trial *join_parts(struct generators *g, GPtrArray *bytes, GError **error)
{
	g_autoptr(GPtrArray) parts = g_ptr_array_new_with_free_func((GDestroyNotify)trial_free);
	trial *whole;

	for (guint i = 0; i < bytes->len; i++) {
		g_autofree char *name = g_strdup_printf("part of rank %u", i);
		trial *t = part_from_bytes(g_ptr_array_index(bytes, i), name, error);

		if (t == NULL)
			return NULL;
		g_ptr_array_add(parts, t);
	}
	whole = part_join(parts, error);
	if (whole != NULL)
		take_shown_rows(whole, g);
	return whole;
}

gboolean generators_join(struct generators *g, trial *mine, const struct generators_facts *facts,
	const hist *delays, const char *cpus, trial **whole, GError **error)
{
	g_autofree uint64_t *buckets = g_new0(uint64_t, HIST_BUCKETS);
	g_autoptr(GBytes) bytes = NULL, packed = g_bytes_new(facts, sizeof(*facts));
	g_autoptr(GPtrArray) all_bytes = NULL, all_facts = NULL;

	*whole = NULL;
	if (mine != NULL)
		bytes = store_part(g, mine, cpus);
	trial_free(mine);
	finish_rows(g);
	if (ranks_agree(error)) {
		for (uint32_t i = 0; i < HIST_BUCKETS; i++)
			buckets[i] = hist_get(delays, i);
		all_bytes = ranks_gather(bytes);
		all_facts = ranks_gather(packed);
		ranks_sum_u64(buckets, HIST_BUCKETS);
		if (g->own == 0 && ranks_are_whole())
			*whole = join_parts(g, all_bytes, error);
		if (*whole != NULL)
			reach_verdict(*whole, all_facts, buckets);
		if (ranks_agree(error))
			return TRUE;
	}
	say_part(g);
	g_clear_pointer(whole, trial_free);
	return FALSE;
}

gboolean generators_keep(struct generators *g, GError **error)
{
	if (g == NULL)
		return *error == NULL;
	if (!ranks_agree(error)) {
		say_part(g);
		return FALSE;
	}
	if (g->part != NULL)
		(void)unlink(g->part);
	g_clear_pointer(&g->part, g_free);
	return TRUE;
}
