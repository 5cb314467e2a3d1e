/* SPDX-License-Identifier: BSD-3-Clause */
#include "sim/trial/measure.h"

#include <malloc.h>
#include <math.h>
#include <stdatomic.h>

#include "analyze/base/ranks.h"
#include "analyze/base/text.h"
#include "analyze/contract/guest_rank.h"
#include "sim/engine/engine.h"
#include "sim/base/error.h"
#include "sim/trial/cpu_time.h"
#include "sim/trial/host_watch.h"
#include "sim/trial/environment.h"
#include "sim/trial/generators.h"
#include "sim/trial/greeting.h"
#include "sim/trial/jsonl.h"
#include "sim/trial/trust.h"

enum {
	TICK_US = 10000,  /* main thread, while workers work */
	SILENT_MS = 1900, /* no answer for so long at the end, about two rows: the guest hangs */
	REPORT_TIMEOUT_MS = 2000,
	DRAIN_POLL_US = 500,
	CAPTURE_BYTES = 256 << 20,
	HURRY_DRAIN_NS = 100000000,
	HURRY_REPORT_MS = 200,
	ROW_MIN_MS = 10,          /* of the time line */
	GUEST_ROWS_MAX = 4000000, /* of the guests' time line: 160 MB */
};

/* What becomes of each guest while a trial runs. */
struct watch {
	char *state;              /* NULL: in order */
	gboolean silent;          /* state says that it did not answer, and nothing worse */
	struct engine_live live;  /* at the last look */
	struct engine_live heard; /* at looked_s */
	double silent_since_s;    /* < 0: it answers */
	double absent_s;          /* when it was first not connected; < 0: never */
	const char *fault;        /* what it was not connected for; NULL: not known */
	double back_s;            /* since when it is connected again; < 0: it is not */
	uint64_t calls_before;    /* the trial */
};

static const double ROW_ROUNDING = 1e-6; /* of a row */
static const double LOOK_MIN_S = 0.5;

struct run {
	const struct measure_cfg *cfg;
	schedule *schedule;
	struct engine *engine;
	struct watch *watch;
	uint32_t nb_guests, nb_own;
	struct clock_pair started;
	uint64_t guests_ran_ns, guests_waited_ns; /* before the trial */
	struct datapath_cost host_before, guests_before;
	struct cpu_time
		others[2]; /* of --host-pids and --guest-pids; when all is sent: of the trial */
	struct host_watch *host;
	struct host_events events; /* of host, when all is over */
	double tsc_hz;
	trial *t;
	gboolean stopped;
	/* For rows of the time line. */
	double row_s; /* length of one */
	hist *latency_before, *latency_now;
	uint64_t offered, forwarded; /* up to before_s */
	double before_s;
	double looked_s;      /* when guests were last looked at */
	guint guest_rows_max; /* that there is memory for; 0: none are taken */
};

static gboolean is_interrupted(const struct run *r)
{
	return atomic_load(r->cfg->interrupt) != 0;
}

/* Nothing ever comes back from it. */
static gboolean is_one_way(const struct run *r, uint32_t guest)
{
	return r->cfg->fabric->guest[guest].datapath->ops->one_way;
}

/* Often: a guest may be back before the next row is taken, and was away all the same. */
static void note_absent(struct run *r, double now_s)
{
	for (uint32_t i = r->cfg->share.first; i < r->nb_guests; i += r->cfg->share.step) {
		struct watch *w = &r->watch[i];

		if (!fabric_connected(r->cfg->fabric, i)) {
			if (w->absent_s < 0) {
				w->absent_s = now_s;
				w->fault = fabric_fault(r->cfg->fabric, i);
			}
			w->back_s = -1;
		} else if (w->absent_s >= 0 && w->back_s < 0) {
			w->back_s = now_s;
		}
	}
}

static void watch_guests(struct run *r, double now_s)
{
	if (r->cfg->fleet != NULL) {
		fleet_poll(r->cfg->fleet);
		fleet_watch_second(r->cfg->fleet);
	}
	for (uint32_t i = r->cfg->share.first; i < r->nb_guests; i += r->cfg->share.step) {
		struct watch *w = &r->watch[i];
		const char *death = r->cfg->fleet == NULL ? NULL : fleet_death(r->cfg->fleet, i);

		if (w->state == NULL && death != NULL)
			w->state = g_strdup_printf("%s at %.1f s", death, now_s);
	}
}

static double measuring_s(const struct run *r)
{
	uint64_t now_ns = engine_now_ns(r->engine);
	uint64_t warm_up_ns = r->cfg->o->warm_up_ns;

	return now_ns < warm_up_ns ? 0 : (double)(now_ns - warm_up_ns) / 1e9;
}

/* How many rows have ended by then; a step of a ramp ends at its time, rounded to a double. */
static uint32_t rows_until(const struct run *r, double now_s)
{
	return (uint32_t)(now_s / r->row_s + ROW_ROUNDING);
}

/* What each guest did since the last look; their sums go to all. */
static void take_guest_rows(struct run *r, struct trial_second *all)
{
	for (uint32_t i = r->cfg->share.first; i < r->nb_guests; i += r->cfg->share.step) {
		struct trial_guest_second row = {
			.time_s = all->time_s, .guest = i, .drain = all->drain
		};
		struct watch *w = &r->watch[i];
		struct engine_live live;

		engine_live_guest(r->engine, i, &live);
		row.offered = live.offered - w->live.offered;
		row.forwarded = live.forwarded - w->live.forwarded;
		row.latency_sum_ns = live.latency_sum_ns - w->live.latency_sum_ns;
		all->offered += row.offered;
		all->forwarded += row.forwarded;
		all->refused += live.refused - w->live.refused;
		w->live = live;
		if (r->t->guest_seconds->len < r->guest_rows_max)
			g_array_append_val(r->t->guest_seconds, row);
	}
}

/* before becomes what now has more; its min and max are those of the buckets. */
static void keep_gain(hist *before, const hist *now)
{
	uint64_t count = 0;

	ctr_set(&before->min_ns, UINT64_MAX);
	ctr_set(&before->max_ns, 0);
	for (uint32_t i = 0; i < HIST_BUCKETS; i++) {
		uint64_t n = hist_get(now, i) - hist_get(before, i);

		hist_set(before, i, n);
		if (n == 0)
			continue;
		count += n;
		ctr_set(&before->max_ns, hist_bucket_high(i));
		if (ctr_get(&before->min_ns) == UINT64_MAX)
			ctr_set(&before->min_ns, hist_bucket_low(i));
	}
	ctr_set(&before->count, count);
}

/* Quantiles of the interval alone: of what the live histogram gained since the last row, in latency_now. */
static void interval_latency(struct run *r, struct trial_second *row)
{
	hist *gained = r->latency_before;
	gboolean bound;

	hist_clear(r->latency_now);
	engine_live_latency(r->engine, r->latency_now);
	keep_gain(gained, r->latency_now);
	hist_quantile(gained, 0, 0, 0.5, &row->p50_ns, &bound);
	hist_quantile(gained, 0, 0, 0.99, &row->p99_ns, &bound);
	hist_quantile(gained, 0, 0, 1, &row->max_ns, &bound);
	r->latency_before = r->latency_now;
	r->latency_now = gained;
}

/* Who is worst off so far, frames on their way being lost; the mean stands for the 99th percentile. */
static gboolean find_worst(const struct run *r, struct jsonl_guest *out)
{
	struct guest_rank worst = { 0 };

	for (uint32_t i = r->cfg->share.first; i < r->nb_guests; i += r->cfg->share.step) {
		const struct engine_live *live = &r->watch[i].live;
		struct guest_rank rank = { .guest = i,
			.ok = r->watch[i].state == NULL,
			.offered = is_one_way(r, i) ? 0 : live->offered,
			.lost = live->offered - MIN(live->offered, live->forwarded),
			.p99_ns = live->latency_sum_ns / MAX(live->forwarded, 1) };

		if (guest_rank_has(&rank) &&
			(!guest_rank_has(&worst) || guest_rank_compare(&rank, &worst) < 0))
			worst = rank;
	}
	*out = (struct jsonl_guest){ .guest = worst.guest,
		.interface = r->cfg->fabric->word[worst.guest],
		.state = r->watch[worst.guest].state,
		.offered = worst.offered,
		.forwarded = r->watch[worst.guest].live.forwarded,
		.mean_ns = worst.p99_ns };
	return guest_rank_has(&worst);
}

static void show_row(const struct run *r, const struct trial_second *row)
{
	double interval_s = row->time_s - r->before_s;
	struct jsonl_guest worst;

	progress_second(r->cfg->progress, row, interval_s, r->t->params.duration_s, r->offered,
		r->forwarded);
	if (r->cfg->jsonl != NULL)
		jsonl_second(r->cfg->jsonl, r->cfg->params, row, interval_s, r->offered,
			r->forwarded, find_worst(r, &worst) ? &worst : NULL);
}

/* Who does not answer. In a step of a ramp a guest may be offered nothing, whether it does or not. */
static void note_silence(struct run *r, double now_s)
{
	for (uint32_t i = r->cfg->share.first; i < r->nb_guests; i += r->cfg->share.step) {
		struct watch *w = &r->watch[i];

		if (w->live.forwarded != w->heard.forwarded ||
			w->live.offered == w->heard.offered || is_one_way(r, i))
			w->silent_since_s = -1;
		else if (w->silent_since_s < 0)
			w->silent_since_s = r->looked_s;
		w->heard = w->live;
	}
	r->looked_s = now_s;
}

/* Each second; of rows that are shorter not each. */
static void look_at_guests(struct run *r, double now_s)
{
	note_silence(r, now_s);
	watch_guests(r, now_s);
	host_watch_second(r->host);
}

static void take_row(struct run *r, double now_s, gboolean last)
{
	struct trial_second row = { .time_s = now_s };

	take_guest_rows(r, &row);
	interval_latency(r, &row);
	if (last || now_s >= r->looked_s + LOOK_MIN_S)
		look_at_guests(r, now_s);
	g_array_append_val(r->t->seconds, row);
	r->offered += row.offered;
	r->forwarded += row.forwarded;
	/* Sums over all ranks are shown when all have given theirs. */
	if (r->cfg->generators != NULL)
		generators_row(r->cfg->generators, &row,
			last ? (uint32_t)ceil(MIN(now_s, r->t->params.duration_s) / r->row_s -
					      ROW_ROUNDING)
			     : rows_until(r, now_s),
			r->latency_now);
	else
		show_row(r, &row);
	r->before_s = now_s;
}

/* What came back since sending ended. Workers have stopped: with it rows add up to the totals. */
static void take_drain_row(struct run *r)
{
	struct trial_second row = { .drain = TRUE,
		.time_s = MAX(measuring_s(r), r->before_s + 1e-6) };

	take_guest_rows(r, &row);
	interval_latency(r, &row);
	g_array_append_val(r->t->seconds, row);
}

/* Nothing that a guest returned counts where it is not believed: nor in its rows. */
static void disown_rows(struct run *r)
{
	gboolean disowned = FALSE;

	for (uint32_t i = r->cfg->share.first; i < r->nb_guests; i += r->cfg->share.step)
		disowned |= r->watch[i].live.forwarded != r->t->guests[i].c.forwarded;
	if (disowned && r->guest_rows_max == 0)
		g_ptr_array_add(r->t->reasons,
			g_strdup("note: the timeline includes frames that were never sent"));
	for (guint i = 0; disowned && i < r->t->guest_seconds->len; i++) {
		struct trial_guest_second *row = &g_array_index(
			r->t->guest_seconds, struct trial_guest_second, i);

		if (r->watch[row->guest].live.forwarded == r->t->guests[row->guest].c.forwarded)
			continue;
		g_array_index(r->t->seconds, struct trial_second, i / r->nb_own)
			.forwarded -= row->forwarded;
		row->forwarded = row->latency_sum_ns = 0;
	}
}

static void watch_sending(struct run *r)
{
	double next_s = r->row_s;

	while (!engine_sent(r->engine)) {
		double now_s = measuring_s(r), left_s;

		if (is_interrupted(r) && !r->stopped) {
			engine_interrupt(r->engine);
			r->stopped = TRUE;
		}
		/* The last row is taken when all is sent, so that it is not a row of nothing. */
		if (now_s >= next_s && next_s + r->row_s / 2 < r->t->params.duration_s) {
			take_row(r, now_s, FALSE);
			next_s = (rows_until(r, now_s) + 1) * r->row_s;
		}
		host_watch_tick(r->host);
		note_absent(r, now_s);
		engine_tick(r->engine);
		generators_tick(r->cfg->generators);
		jsonl_tick(r->cfg->jsonl);
		/* Not beyond the end of a row. */
		left_s = next_s - measuring_s(r);
		g_usleep(left_s > 0 ? (gulong)MIN(TICK_US, left_s * 1e6 + 1) : TICK_US);
	}
	if (measuring_s(r) > r->before_s)
		take_row(r, measuring_s(r), TRUE);
	r->t->interrupted = r->stopped && measuring_s(r) < r->t->params.duration_s;
}

/* mpirun kills a second after it has told ranks to stop; and a user who says it twice is in a hurry. */
static gboolean is_in_hurry(const struct run *r)
{
	return (r->stopped && r->cfg->generators != NULL) || atomic_load(r->cfg->interrupt) > 1;
}

/* How long frames are waited for. */
static uint64_t drain_ns(const struct run *r)
{
	uint64_t ns = r->cfg->o->drain_ns;

	return is_in_hurry(r) ? MIN(ns, HURRY_DRAIN_NS) : ns;
}

/* Wait until every frame is back, at most the drain time. */
static void drain_frames(struct run *r)
{
	uint64_t start_ns = engine_now_ns(r->engine), waited_ns = 0;

	while (engine_under_way(r->engine) != 0 && waited_ns < drain_ns(r)) {
		generators_tick(r->cfg->generators);
		jsonl_tick(r->cfg->jsonl);
		host_watch_tick(r->host);
		g_usleep(DRAIN_POLL_US);
		waited_ns = engine_now_ns(r->engine) - start_ns;
	}
}

/* Why a guest did not answer to the end, or did not run in between. Newly allocated; NULL: it did. */
static char *silence_text(const struct run *r, uint32_t guest)
{
	const struct watch *w = &r->watch[guest];
	double still_s = r->cfg->fleet == NULL ? 0 : fleet_stood_still_s(r->cfg->fleet, guest);
	/* Time that the hypervisor took looks the same from here; the verdict has it. */
	gboolean still = still_s > 2 * r->events.stolen_s;
	gboolean silent = w->silent_since_s >= 0 &&
			  (r->t->guests[guest].c.forwarded == 0 ||
				  r->before_s - w->silent_since_s >= SILENT_MS / 1e3);
	g_autofree char *why = still ? g_strdup_printf("process was stopped for %.1f s", still_s)
				     : NULL;

	if (!silent)
		return g_steal_pointer(&why);
	if (r->t->guests[guest].c.forwarded == 0)
		return g_strdup_printf(
			"no answer during the trial%s%s", still ? ": " : "", still ? why : "");
	return g_strdup_printf("no answer after %.1f s%s%s", w->silent_since_s, still ? ": " : "",
		still ? why : "");
}

/* A guest whose driver resets its device is served again. Newly allocated. */
static char *away_text(const struct watch *w)
{
	if (w->back_s < 0 || w->fault != NULL)
		return g_strdup_printf(
			"%s at %.1f s", w->fault == NULL ? "disconnected" : w->fault, w->absent_s);
	return w->back_s == 0 ? g_strdup("disconnected in the warm-up")
			      : g_strdup_printf("disconnected from %.1f s to %.1f s", w->absent_s,
					w->back_s);
}

static void set_states(struct run *r)
{
	for (uint32_t i = 0; i < r->nb_guests; i++) {
		struct watch *w = &r->watch[i];
		struct trial_guest *g = &r->t->guests[i];

		/* If its process died that was said, and is why it was away. */
		if (w->state == NULL && w->absent_s >= 0)
			w->state = away_text(w);
		if (w->state == NULL)
			w->silent = (w->state = silence_text(r, i)) != NULL;
		/* Guests of ours have MACs of their own, and return twice what --fault says. */
		if (w->state == NULL && r->cfg->fleet == NULL && g->c.forwarded != 0 &&
			g->c.duplicated >= g->c.forwarded)
			w->state = g_strdup(
				"returns each frame more than once: duplicate MAC address, or a "
				"loop in its network");
		if (w->state == NULL)
			continue;
		g_free(g->state);
		g->state = g_strdup(w->state);
	}
}

/* What a process took since before; one that was started anew meanwhile began at 0. */
static uint64_t gained_since(uint64_t before, uint64_t now)
{
	return now < before ? now : now - before;
}

static void describe_reflectors(struct run *r, JsonObject *o)
{
	struct trial_cpu_part *guests = &r->t->cpu.guests;
	struct datapath_cost now;

	json_object_set_int_member(o, "reflector_processes", fleet_processes(r->cfg->fleet));
	json_object_set_array_member(o, "reflectors",
		fleet_report(r->cfg->fleet, is_in_hurry(r) ? HURRY_REPORT_MS : REPORT_TIMEOUT_MS));
	fleet_cost(r->cfg->fleet, &now);
	guests->busy_cycles = gained_since(r->guests_before.busy_cycles, now.busy_cycles);
	guests->cpu_ns = gained_since(r->guests_before.cpu_ns, now.cpu_ns);
	guests->threads = now.threads;
}

/* Counts of a trial are without those of its hello, or of what came between trials. */
static void restart_counts(const struct fabric *f)
{
	for (unsigned i = 0; i < f->nb; i++) {
		g_autoptr(JsonObject) scratch = json_object_new();

		if (f->datapath[i]->ops->describe != NULL)
			f->datapath[i]->ops->describe(f->datapath[i], scratch);
	}
}

/* What moves a datapath's frames, of each of its interfaces. Newly allocated. */
static char *mechanisms_of(const struct fabric *f, const struct datapath *d)
{
	g_autoptr(GPtrArray) texts = g_ptr_array_new();

	for (uint32_t i = 0; i < f->nb_guests; i++) {
		const struct datapath_guest *g = &f->guest[i];
		void *text = g->datapath == d ? (void *)(uintptr_t)g->ops->mechanism : NULL;

		if (text != NULL && !g_ptr_array_find(texts, text, NULL))
			g_ptr_array_add(texts, text);
	}
	g_ptr_array_add(texts, NULL);
	return g_strjoinv("; ", (char **)texts->pdata);
}

static void describe_interface(struct run *r)
{
	JsonObject *o = json_object_new();

	JsonArray *interfaces = json_array_new();

	json_object_set_string_member(o, "interface", r->t->params.interface);
	for (unsigned i = 0; i < r->cfg->fabric->nb; i++) {
		struct datapath *d = r->cfg->fabric->datapath[i];
		g_autofree char *mechanism = mechanisms_of(r->cfg->fabric, d);
		JsonObject *one = json_object_new();

		json_object_set_string_member(one, "interface", d->name);
		json_object_set_int_member(one, "guests", d->nb_guests);
		json_object_set_string_member(one, "mechanism", mechanism);
		if (r->cfg->fleet != NULL && fleet_driver(r->cfg->fleet, d) != NULL)
			json_object_set_string_member(
				one, "guest_driver", fleet_driver(r->cfg->fleet, d));
		if (d->ops->describe != NULL)
			d->ops->describe(d, one);
		json_array_add_object_element(interfaces, one);
	}
	json_object_set_array_member(o, "interfaces", interfaces);
	if (r->cfg->fleet != NULL)
		describe_reflectors(r, o);
	r->t->interface_info = o;
}

static void write_capture(struct run *r)
{
	g_autoptr(GError) error = NULL;
	uint64_t frames, dropped;

	if (r->cfg->o->capture == NULL)
		return;
	if (!engine_capture_write(r->engine, r->cfg->o->capture, &frames, &dropped, &error))
		g_ptr_array_add(r->t->reasons, g_strdup_printf("note: %s", error->message));
	else
		progress_say(r->cfg->progress, "%s: %" G_GUINT64_FORMAT " frames%s",
			r->cfg->o->capture, frames, dropped == 0 ? "" : " (truncated)");
}

/* Share of the time since the trial's start that guest processes waited for a CPU. */
static double guests_waited(const struct run *r)
{
	uint64_t ran_ns, waited_ns;

	if (r->cfg->fleet == NULL)
		return 0;
	fleet_cpu_time(r->cfg->fleet, &ran_ns, &waited_ns);
	if (ran_ns < r->guests_ran_ns || waited_ns < r->guests_waited_ns)
		return 0; /* one has died and took its account with it; the verdict has its name */
	ran_ns -= r->guests_ran_ns;
	waited_ns -= r->guests_waited_ns;
	return ran_ns + waited_ns == 0 ? 0 : (double)waited_ns / (double)(ran_ns + waited_ns);
}

/* Of the first of several generators: they would all count the same. */
static struct cpu_time cpu_time_of(const struct run *r, const char *pids)
{
	return cpu_time_read(generators_own(r->cfg->generators) == 0 ? pids : NULL);
}

/* When the last frame is sent: the drain is no part of what is counted. */
static void take_cpu_time(struct run *r)
{
	const struct options *o = r->cfg->o;
	const char *const pids[] = { o->host_pids, o->guest_pids };

	for (unsigned i = 0; i < G_N_ELEMENTS(pids); i++) {
		struct cpu_time now = cpu_time_of(r, pids[i]);

		now.ns = now.ns < r->others[i].ns ? 0 : now.ns - r->others[i].ns;
		r->others[i] = now;
	}
}

static void add_cpu_time(struct trial_cpu_part *part, const struct cpu_time *others)
{
	part->cpu_ns += others->ns;
	part->threads += others->threads;
}

/* What the host's threads took for this trial. */
static void add_host_cost(struct run *r)
{
	struct trial_cpu_part *host = &r->t->cpu.host;
	struct datapath_cost now;

	fabric_cost(r->cfg->fabric, &now);
	host->busy_cycles = now.busy_cycles - r->host_before.busy_cycles;
	host->cpu_ns = now.cpu_ns - r->host_before.cpu_ns;
	host->threads = now.threads;
	add_cpu_time(host, &r->others[0]);
	add_cpu_time(&r->t->cpu.guests, &r->others[1]);
}

/* A call costs whoever makes it a system call: the generator, where there is no host between. */
static void collect_calls(struct run *r)
{
	struct trial_cpu *cpu = &r->t->cpu;

	for (uint32_t i = r->cfg->share.first; i < r->nb_guests; i += r->cfg->share.step) {
		uint64_t calls = fabric_calls(r->cfg->fabric, i) - r->watch[i].calls_before;

		r->t->guests[i].calls = calls;
		cpu->calls += calls;
	}
	if (cpu->calls != 0)
		g_ptr_array_add(r->t->reasons,
			g_strdup_printf("note: guests use interrupts: %" G_GUINT64_FORMAT
					" calls, %.3g per frame",
				cpu->calls, (double)cpu->calls / (double)MAX(cpu->frames, 1)));
}

static void note_one_way(struct run *r)
{
	uint32_t nb = 0;

	for (uint32_t i = r->cfg->share.first; i < r->nb_guests; i += r->cfg->share.step)
		nb += is_one_way(r, i) ? 1 : 0;
	if (nb != 0 && nb != r->nb_own)
		g_ptr_array_add(r->t->reasons,
			g_strdup_printf(
				"note: %u of %u guests on a one-way interface: all of their "
				"frames are included in the total loss",
				nb, r->nb_own));
}

/* A wrong byte of theirs would not have been seen. */
static void note_bare(struct run *r)
{
	if (r->cfg->o->payload == OPTIONS_NONE)
		g_ptr_array_add(r->t->reasons,
			g_strdup("note: --payload none: UDP checksum 0; payload neither written "
				 "nor checked, frames checked up to their UDP header"));
}

static gboolean collect_trial(struct run *r, GError **error)
{
	engine_collect(r->engine, r->t, drain_ns(r));
	add_host_cost(r);
	host_watch_end(r->host, &r->events);
	environment_end(r->t->environment, &r->started, r->tsc_hz);
	/* An imbalance here is a fault of tsim: then no number of this trial can be shown. */
	if (!trial_balance(r->t, error) || !engine_accounts_agree(r->engine, r->t, error))
		return FALSE;
	disown_rows(r);
	set_states(r); /* by counts that are complete now */
	collect_calls(r);
	note_one_way(r);
	note_bare(r);
	describe_interface(r);
	write_capture(r);
	return TRUE;
}

static uint32_t count_silent(const struct run *r)
{
	uint32_t nb = 0;

	for (uint32_t i = 0; i < r->nb_guests; i++)
		nb += r->watch[i].silent ? 1 : 0;
	return nb;
}

static struct trust_input trust_input(const struct run *r)
{
	return (struct trust_input){ .workers_share = r->cfg->o->cores.shared,
		.guests_share = r->cfg->fleet != NULL && fleet_shares(r->cfg->fleet),
		.guests_waited = guests_waited(r),
		.tsc_error_ppm = environment_tsc_error_ppm(r->t->environment),
		.guests_silent = count_silent(r),
		.events = r->events };
}

/* The verdict, or where several measure our part of what it is about. */
static gboolean conclude_trial(struct run *r, gboolean collected, trial **done, GError **error)
{
	struct generators_facts facts = { .in = trust_input(r) };
	g_autoptr(hist) delays = NULL;
	g_autofree char *cpus = NULL;

	engine_health(r->engine, &facts.health);
	if (r->cfg->generators != NULL) {
		delays = engine_own_delays(r->engine);
		cpus = cores_text(&r->cfg->o->cores);
		return generators_join(r->cfg->generators,
			collected ? g_steal_pointer(&r->t) : NULL, &facts, delays, cpus, done,
			error);
	}
	if (collected) {
		facts.in.health = &facts.health;
		trust_reach(r->t, &facts.in);
		*done = g_steal_pointer(&r->t);
	}
	return collected;
}

/* A second, or the steps of a ramp where they are shorter: as many as make a row long enough. */
static void set_row_length(struct run *r)
{
	const struct options *o = r->cfg->o;
	double step_s = r->t->params.duration_s / o->nb_pps;
	double steps = MIN(ceil(ROW_MIN_MS / 1e3 / step_s - ROW_ROUNDING), o->nb_pps);

	r->row_s = 1;
	if (o->ramp == NULL || step_s >= 1)
		return;
	r->row_s = step_s * steps;
	if (steps > 1)
		g_ptr_array_add(r->t->reasons,
			g_strdup_printf("note: timeline: one row per %.0f steps of the ramp, as a "
					"row is at least %d ms long",
				steps, ROW_MIN_MS));
}

/* Memory for the guests' time line, touched, as nothing is allocated while it is measured. */
static void reserve_guest_rows(struct run *r)
{
	/* Those of sending, one at the end, the drain, and one for a clock that runs ahead. */
	double rows = (floor(r->t->params.duration_s / r->row_s) + 3) * r->nb_own;

	if (rows > GUEST_ROWS_MAX) {
		g_ptr_array_add(r->t->reasons,
			g_strdup_printf(
				"note: no timeline per guest: %u guests for %.0f s exceed %d "
				"rows",
				r->nb_own, r->t->params.duration_s, GUEST_ROWS_MAX));
		return;
	}
	r->guest_rows_max = (guint)rows;
	g_array_set_size(r->t->guest_seconds, r->guest_rows_max);
	g_array_set_size(r->t->guest_seconds, 0);
}

static gboolean prepare_trial(struct run *r, GError **error)
{
	static unsigned run; /* counts the trials of this process; main thread */
	const struct options *o = r->cfg->o;
	g_autofree struct schedule_step *steps = NULL;
	struct schedule_cfg planned;

	r->tsc_hz = clock_hz_since(r->cfg->clock_origin);
	r->started = clock_pair_now();
	steps = g_new0(struct schedule_step, o->nb_pps);
	planned = options_schedule(o, (double)r->cfg->params->rate_pps, steps);
	planned.seed = (uint64_t)o->seed;
	planned.repetition = r->cfg->params->repetition;
	r->schedule = schedule_new(&planned, error);
	if (r->schedule == NULL)
		return FALSE;
	r->engine = engine_new(
		&(struct engine_cfg){ .fabric = r->cfg->fabric,
			.share = r->cfg->share,
			.mix = r->cfg->mix,
			.schedule = r->schedule,
			.cores = &o->cores,
			.pattern = o->pattern,
			.warm_up_ns = o->warm_up_ns,
			.duration_ns = o->duration_ns,
			.slack_ns = o->slack_ns,
			.base_mac = o->base_mac,
			.tsc_hz = r->tsc_hz,
			.run = (uint8_t)++run,
			.probe_pps = o->probe_pps / generators_count(r->cfg->generators),
			.probe_timeout_ns = o->drain_ns,
			.probe_ptp = o->probe_ptp,
			.bare = o->payload == OPTIONS_NONE,
			.ipdv = o->ipdv,
			.capture_bytes = o->capture == NULL ? 0 : CAPTURE_BYTES },
		error);
	if (r->engine == NULL)
		return FALSE;
	schedule_drop_times(r->schedule);
	(void)malloc_trim(0); /* of many frames hundreds of MiB */
	r->watch = g_new0(struct watch, r->nb_guests);
	for (uint32_t i = 0; i < r->nb_guests; i++)
		r->watch[i].silent_since_s = r->watch[i].absent_s = r->watch[i].back_s = -1;
	r->latency_before = hist_new();
	r->latency_now = hist_new();
	trial_params_copy(&r->t->params, r->cfg->params);
	set_row_length(r);
	reserve_guest_rows(r);
	r->t->environment = environment_environment(o, r->tsc_hz);
	r->t->mix = environment_mix(r->cfg->mix, r->schedule, o->base_mac);
	return TRUE;
}

static void clear_run(struct run *r)
{
	for (uint32_t i = 0; r->watch != NULL && i < r->nb_guests; i++)
		g_free(r->watch[i].state);
	g_free(r->watch);
	host_watch_free(r->host);
	engine_free(r->engine);
	schedule_free(r->schedule);
	hist_free(r->latency_before);
	hist_free(r->latency_now);
	trial_free(r->t);
	(void)malloc_trim(0); /* of many guests tens of MiB, and files are made now */
}

/* What host and guests took before the trial. */
static gboolean note_costs(struct run *r)
{
	struct fleet *fleet = r->cfg->fleet;
	unsigned nb = fleet == NULL ? 0 : fleet_processes(fleet);
	g_autofree pid_t *pids = g_new0(pid_t, nb);

	restart_counts(r->cfg->fabric);
	fabric_cost(r->cfg->fabric, &r->host_before);
	for (uint32_t i = r->cfg->share.first; i < r->nb_guests; i += r->cfg->share.step)
		r->watch[i].calls_before = fabric_calls(r->cfg->fabric, i);
	r->others[0] = cpu_time_of(r, r->cfg->o->host_pids);
	r->others[1] = cpu_time_of(r, r->cfg->o->guest_pids);
	if (fleet != NULL) {
		json_array_unref(fleet_report(fleet, REPORT_TIMEOUT_MS));
		fleet_cost(fleet, &r->guests_before);
		nb = fleet_pids(fleet, pids, nb);
		fleet_cpu_time(fleet, &r->guests_ran_ns, &r->guests_waited_ns);
		fleet_watch_start(fleet);
	}
	r->host = host_watch_new("", &r->cfg->o->cores, pids, nb);
	return TRUE;
}

/* Begin: alone at once, else when all are ready. */
static gboolean start_trial(struct run *r, GError **error)
{
	g_autofree char **faults = g_new0(char *, r->nb_guests);
	uint32_t nb_answered = 0;
	double epoch_raw_ns = 0;
	gboolean ready = greeting_wait(r->cfg, r->engine, faults, &nb_answered, error) &&
			 note_costs(r) && engine_ready(r->engine, error);

	for (uint32_t i = 0; i < r->nb_guests; i++)
		r->watch[i].state = faults[i];
	if (r->cfg->generators != NULL)
		ready = generators_start(r->cfg->generators, r->cfg, nb_answered,
			r->schedule->digest, &epoch_raw_ns, error);
	if (!ready)
		return FALSE;
	engine_go(r->engine, epoch_raw_ns);
	host_watch_start(r->host);
	return TRUE;
}

gboolean measure(const struct measure_cfg *cfg, trial **done, GError **error)
{
	struct run r = { .cfg = cfg,
		.nb_guests = cfg->mix->nb_guests,
		.nb_own = fabric_nb_served(cfg->fabric),
		.t = trial_new() };
	gboolean measured;

	*done = NULL;
	measured = prepare_trial(&r, error);
	measured = ranks_agree(error) && measured && start_trial(&r, error);
	if (measured) {
		watch_sending(&r);
		take_cpu_time(&r);
		drain_frames(&r);
		engine_stop(r.engine);
		take_drain_row(&r);
		measured = conclude_trial(&r, collect_trial(&r, error), done, error);
	}
	progress_close(cfg->progress);
	clear_run(&r);
	return measured;
}
