/* SPDX-License-Identifier: BSD-3-Clause */
#include "sim/trial/part.h"

#include <math.h>
#include <string.h>

#include "analyze/base/csv.h"
#include "analyze/base/error.h"
#include "analyze/contract/guest_timeline.h"
#include "analyze/contract/trial_bins.h"
#include "analyze/contract/trial_ipdv.h"
#include "analyze/contract/trial_json.h"
#include "analyze/contract/trial_log.h"
#include "sim/base/error.h"
#include "sim/trial/live.h"

/*
 * Version; error; trial, bins of guests, of probes, of own delays, time line, that of guests, bins of
 * IPDV; as in their files.
 */
#define BYTES_TYPE "(sssssssss)"
#define VERSION "3"
enum {
	ERROR = 1,
	TRIAL,
	BINS,
	PROBES,
	DELAYS,
	TIMELINE,
	GUEST_TIMELINE,
	IPDV,
	TEXTS,
	GUESTS_NAMED = 4
};

void part_free(struct part *p)
{
	if (p == NULL)
		return;
	trial_free(p->t);
	hist_free(p->own_delays);
	g_free(p->host);
	g_free(p->cpus);
	g_free(p->mark);
	g_free(p);
}

static void add_events(JsonObject *o, const struct host_events *e)
{
	json_object_set_double_member(o, "stopped_s", e->stopped_s);
	json_object_set_double_member(o, "suspended_s", e->suspended_s);
	json_object_set_double_member(o, "quota_cpus", e->quota_cpus);
	json_object_set_boolean_member(o, "quota_v1", e->quota_v1);
	json_object_set_int_member(o, "nr_throttled", (gint64)e->nr_throttled);
	json_object_set_double_member(o, "throttled_s", e->throttled_s);
	json_object_set_int_member(o, "oom_kills", (gint64)e->oom_kills);
	json_object_set_int_member(o, "nb_offline", e->nb_offline);
	json_object_set_int_member(o, "offline_cpu", e->offline_cpu);
	json_object_set_double_member(o, "stolen_s", e->stolen_s);
	json_object_set_int_member(o, "tsc", e->tsc);
}

static void read_events(struct json_in *in, JsonObject *o, struct host_events *e)
{
	e->stopped_s = json_in_double(in, o, "part.", "stopped_s");
	e->suspended_s = json_in_double(in, o, "part.", "suspended_s");
	e->quota_cpus = json_in_double(in, o, "part.", "quota_cpus");
	e->quota_v1 = json_in_bool(in, o, "part.", "quota_v1");
	e->nr_throttled = json_in_u64(in, o, "part.", "nr_throttled");
	e->throttled_s = json_in_double(in, o, "part.", "throttled_s");
	e->oom_kills = json_in_u64(in, o, "part.", "oom_kills");
	e->nb_offline = json_in_u32(in, o, "part.", "nb_offline", 3 * CORES_MAX);
	e->offline_cpu = json_in_u32(in, o, "part.", "offline_cpu", G_MAXINT32);
	e->stolen_s = json_in_double(in, o, "part.", "stolen_s");
	e->tsc = json_in_u32(in, o, "part.", "tsc", G_MAXINT32);
}

/* What a trial's file has no place for. */
static JsonObject *health_object(const struct part *p)
{
	JsonObject *o = json_object_new();
	const struct engine_health *h = &p->health;

	json_object_set_int_member(o, "rank", p->rank);
	json_object_set_int_member(o, "ranks", p->nb_ranks);
	json_object_set_int_member(o, "rows", p->nb_rows);
	json_object_set_string_member(o, "host", p->host);
	json_object_set_string_member(o, "cpus", p->cpus);
	json_object_set_string_member(o, "mark", p->mark);
	json_object_set_int_member(o, "unsent", (gint64)h->unsent);
	json_object_set_int_member(o, "ancient", (gint64)h->ancient);
	json_object_set_int_member(o, "dropped", (gint64)h->dropped);
	json_object_set_int_member(o, "unswitched", (gint64)h->unswitched);
	json_object_set_int_member(o, "stray", (gint64)h->stray);
	json_object_set_int_member(o, "preempted", (gint64)h->preempted);
	json_object_set_int_member(o, "stopped_ns", (gint64)h->stopped_ns);
	json_object_set_boolean_member(o, "overrun", h->overrun);
	json_object_set_boolean_member(o, "workers_share", p->in.workers_share);
	json_object_set_boolean_member(o, "guests_share", p->in.guests_share);
	json_object_set_double_member(o, "guests_waited", p->in.guests_waited);
	json_object_set_double_member(o, "tsc_error_ppm", fabs(p->in.tsc_error_ppm));
	add_events(o, &p->in.events);
	return o;
}

static void read_health(struct json_in *in, JsonObject *o, struct part *p)
{
	struct engine_health *h = &p->health;

	p->rank = json_in_u32(in, o, "part.", "rank", G_MAXINT32);
	p->nb_ranks = json_in_u32(in, o, "part.", "ranks", G_MAXINT32);
	p->nb_rows = json_in_u32(in, o, "part.", "rows", G_MAXINT32);
	p->host = json_in_string(in, o, "part.", "host");
	p->cpus = json_in_string(in, o, "part.", "cpus");
	p->mark = json_in_string(in, o, "part.", "mark");
	h->unsent = json_in_u64(in, o, "part.", "unsent");
	h->ancient = json_in_u64(in, o, "part.", "ancient");
	h->dropped = json_in_u64(in, o, "part.", "dropped");
	h->unswitched = json_in_u64(in, o, "part.", "unswitched");
	h->stray = json_in_u64(in, o, "part.", "stray");
	h->preempted = json_in_u64(in, o, "part.", "preempted");
	h->stopped_ns = json_in_u64(in, o, "part.", "stopped_ns");
	h->overrun = json_in_bool(in, o, "part.", "overrun");
	p->in.workers_share = json_in_bool(in, o, "part.", "workers_share");
	p->in.guests_share = json_in_bool(in, o, "part.", "guests_share");
	p->in.guests_waited = json_in_double(in, o, "part.", "guests_waited");
	p->in.tsc_error_ppm = json_in_double(in, o, "part.", "tsc_error_ppm");
	read_events(in, o, &p->in.events);
	if (in->error == NULL && p->rank >= p->nb_ranks)
		json_in_fail(in, "part.", "rank", "is not below ranks");
}

static GBytes *bytes_of(const char *error, const char *trial_text, const char *bins,
	const char *probes, const char *delays, const char *rows, const char *guest_rows,
	const char *ipdv)
{
	g_autoptr(GVariant) value = g_variant_ref_sink(g_variant_new(BYTES_TYPE, VERSION, error,
		trial_text, bins, probes, delays, rows, guest_rows, ipdv));

	return g_variant_get_data_as_bytes(value);
}

GBytes *part_failure(const char *why)
{
	return bytes_of(why, "", "", "", "", "", "", "");
}

GBytes *part_to_bytes(const struct part *p)
{
	g_autoptr(GString) bins = g_string_new(TRIAL_BINS_HEADER);
	g_autoptr(GString) probes = g_string_new(NULL);
	g_autoptr(GString) delays = g_string_new(NULL);
	g_autoptr(GString) guest_rows = g_string_new(NULL);
	g_autoptr(GString) ipdv = g_string_new(TRIAL_IPDV_HEADER);
	g_autofree char *rows = trial_timeline_csv(p->t), *text = NULL;
	JsonObject *o = trial_json_object(p->t);

	json_object_set_object_member(o, "part", health_object(p));
	text = json_out_text(o);
	trial_bins_append(bins, p->t, "");
	trial_probe_bins_append(probes, p->t, "");
	trial_bins_histogram(delays, p->own_delays);
	guest_timeline_append(guest_rows, p->t);
	trial_ipdv_append(ipdv, &p->t->ipdv, "");
	return bytes_of(
		"", text, bins->str, probes->str, delays->str, rows, guest_rows->str, ipdv->str);
}

static gboolean on_delay(
	const char *where, char *const *field, size_t nb, void *user, GError **error)
{
	uint64_t ns, count;

	if (nb != 2 || !csv_u64(where, "ns", field[0], &ns, error) ||
		!csv_u64(where, "count", field[1], &count, error)) {
		if (*error == NULL)
			g_set_error(error, ANALYZE_ERROR, ANALYZE_ERROR_SYNTAX,
				"%s: %zu fields, not 2; the part is damaged", where, nb);
		return FALSE;
	}
	if (count != 0)
		hist_record_many(user, ns, count);
	return TRUE;
}

static gboolean read_guest_rows(trial *t, const char *name, const char *text, GError **error)
{
	g_autoptr(GArray) rows = guest_timeline_parse(t, name, text, strlen(text), error);

	if (rows != NULL && rows->len > 0)
		g_array_append_vals(t->guest_seconds, rows->data, rows->len);
	return rows != NULL;
}

static gboolean read_bins(struct part *p, const char *name, char *const *text, GError **error)
{
	p->own_delays = hist_new();
	return trial_bins_read(p->t, name, text[BINS], strlen(text[BINS]), TRIAL_BINS_ONE, error) &&
	       (!p->t->probes.used || trial_probe_bins_read(p->t, name, text[PROBES],
					      strlen(text[PROBES]), TRIAL_BINS_ONE, error)) &&
	       csv_read(name, text[DELAYS], strlen(text[DELAYS]), on_delay, p->own_delays, error) &&
	       trial_timeline_read(p->t, name, text[TIMELINE], strlen(text[TIMELINE]), error) &&
	       (!p->t->ipdv.recorded || trial_ipdv_bins_read(&p->t->ipdv, name, text[IPDV],
						strlen(text[IPDV]), TRIAL_BINS_ONE, error)) &&
	       read_guest_rows(p->t, name, text[GUEST_TIMELINE], error) &&
	       trial_balance(p->t, error);
}

struct part *part_from_bytes(GBytes *bytes, const char *name, GError **error)
{
	g_autoptr(GVariant) value = g_variant_ref_sink(
		g_variant_new_from_bytes(G_VARIANT_TYPE(BYTES_TYPE), bytes, FALSE));
	g_autoptr(JsonNode) root = NULL;
	char *text[TEXTS] = { NULL };
	struct json_in in = { .file = name };
	struct part *p;

	for (guint i = 0; i < TEXTS; i++)
		g_variant_get_child(value, i, "&s", &text[i]);
	if (!g_variant_is_normal_form(value) || !g_str_equal(text[0], VERSION)) {
		g_set_error(error, SIM_ERROR, SIM_ERROR_RESOURCES,
			"%s: is no part of a trial, or one of another version", name);
		return NULL;
	}
	if (text[ERROR][0] != '\0') {
		g_set_error_literal(error, SIM_ERROR, SIM_ERROR_GUEST, text[ERROR]);
		return NULL;
	}
	root = json_in_parse(name, text[TRIAL], strlen(text[TRIAL]), error);
	if (root == NULL)
		return NULL;
	p = g_new0(struct part, 1);
	p->t = trial_json_read(&in, json_node_get_object(root), "");
	if (p->t != NULL)
		read_health(&in, json_in_object(&in, json_node_get_object(root), "", "part"), p);
	if (in.error != NULL)
		g_propagate_error(error, in.error);
	else if (read_bins(p, name, text, error))
		return p;
	part_free(p);
	return NULL;
}

static const struct part *first_of(const GPtrArray *parts)
{
	guint i = 0;

	while (g_ptr_array_index(parts, i) == NULL)
		i++;
	return g_ptr_array_index(parts, i);
}

static struct part *part_of(const GPtrArray *parts, guint rank)
{
	return rank < parts->len ? g_ptr_array_index(parts, rank) : NULL;
}

static void swap_guests(struct trial_guest *a, struct trial_guest *b)
{
	struct trial_guest other = *a;

	*a = *b;
	*b = other;
}

/* Each guest from the part that has it; of one that nobody has, the strings of any. */
static void take_guests(trial *whole, const GPtrArray *parts, char *const *missing)
{
	const struct part *first = first_of(parts);
	guint nb_ranks = first->nb_ranks;
	g_autofree uint32_t *nb_sizes = g_new(uint32_t, first->t->nb_guests);

	for (uint32_t i = 0; i < first->t->nb_guests; i++)
		nb_sizes[i] = first->t->guests[i].nb_sizes;
	trial_set_guests(whole, first->t->nb_guests, nb_sizes);
	for (uint32_t i = 0; i < whole->nb_guests; i++) {
		const struct part *p = part_of(parts, i % nb_ranks);
		struct trial_guest *g = &whole->guests[i];

		swap_guests(g, &(p == NULL ? first : p)->t->guests[i]);
		if (p != NULL)
			continue;
		g_free(g->state);
		g->state = g_strdup_printf(
			"missing: rank %u of %u %s", i % nb_ranks, nb_ranks, missing[i % nb_ranks]);
	}
}

static void add_departure(struct trial_departure *into, const struct trial_departure *from)
{
	into->within_64ns += from->within_64ns;
	into->within_128ns += from->within_128ns;
	into->within_256ns += from->within_256ns;
	into->within_512ns += from->within_512ns;
	into->bursts += from->bursts;
	into->frames += from->frames;
	into->inter_within_64ns += from->inter_within_64ns;
	into->inter_within_128ns += from->inter_within_128ns;
	into->inter_within_256ns += from->inter_within_256ns;
	into->inter_within_512ns += from->inter_within_512ns;
	into->inter_frames += from->inter_frames;
	into->self_delay_max_ns = MAX(into->self_delay_max_ns, from->self_delay_max_ns);
}

static void add_cpu_part(struct trial_cpu_part *into, const struct trial_cpu_part *from)
{
	into->busy_cycles += from->busy_cycles;
	into->cpu_ns += from->cpu_ns;
	into->threads += from->threads;
}

static void add_cpu(struct trial_cpu *into, const struct trial_cpu *from)
{
	into->known |= from->known;
	into->frames += from->frames;
	add_cpu_part(&into->generator, &from->generator);
	add_cpu_part(&into->host, &from->host);
	add_cpu_part(&into->guests, &from->guests);
}

static gboolean add_probes(struct trial_probes *into, const struct trial_probes *from)
{
	if (!from->used)
		return TRUE;
	if (!into->used) {
		into->used = TRUE;
		into->time_stamps = g_strdup(from->time_stamps);
		into->latency.hist = hist_new();
	} else if (!g_str_equal(into->time_stamps, from->time_stamps)) {
		g_free(into->time_stamps); /* the least that all have */
		into->time_stamps = g_strdup("tsc");
	}
	into->rate_pps += from->rate_pps;
	into->late_back += from->late_back;
	return trial_counts_add(&into->c, &from->c) &&
	       trial_dist_add(&into->latency, &from->latency);
}

static gboolean add_ipdv(struct trial_ipdv *into, const struct trial_ipdv *from)
{
	if (from->recorded && !into->recorded)
		trial_ipdv_start_bins(into);
	return trial_ipdv_add(into, from);
}

static void add_health(struct engine_health *into, const struct engine_health *from)
{
	into->unsent += from->unsent;
	into->ancient += from->ancient;
	into->dropped += from->dropped;
	into->unswitched += from->unswitched;
	into->stray += from->stray;
	into->preempted += from->preempted;
	into->overrun |= from->overrun;
	into->stopped_ns = MAX(into->stopped_ns, from->stopped_ns);
}

/* The worst of all ranks: they may share one machine. */
static void add_events_of(struct host_events *into, const struct host_events *from)
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

static void add_input(struct trust_input *into, const struct trust_input *from)
{
	into->workers_share |= from->workers_share;
	into->guests_share |= from->guests_share;
	into->guests_waited = MAX(into->guests_waited, from->guests_waited);
	add_events_of(&into->events, &from->events);
	if (fabs(from->tsc_error_ppm) > fabs(into->tsc_error_ppm))
		into->tsc_error_ppm = from->tsc_error_ppm;
}

/* What a part had to say, with its rank. Notes stay notes. */
static void add_reasons(trial *whole, const struct part *p)
{
	static const char note[] = "note: ";

	for (guint i = 0; i < p->t->reasons->len; i++) {
		const char *text = g_ptr_array_index(p->t->reasons, i);
		gboolean is_note = g_str_has_prefix(text, note);

		g_ptr_array_add(
			whole->reasons, g_strdup_printf("%srank %u: %s", is_note ? note : "",
						p->rank, text + (is_note ? strlen(note) : 0)));
	}
}

/* Members of arrays of info go to whole's arrays of the same name; counts add; the rest is there. */
static void add_interface_info(JsonObject *whole, const struct part *p)
{
	JsonObject *from = p->t->interface_info;
	static const char *const arrays[] = { "interfaces", "reflectors" };
	static const char processes[] = "reflector_processes";

	for (guint k = 0; from != NULL && k < G_N_ELEMENTS(arrays); k++) {
		JsonArray *array = json_object_has_member(from, arrays[k])
					   ? json_object_get_array_member(from, arrays[k])
					   : NULL;

		for (guint i = 0; array != NULL && i < json_array_get_length(array); i++) {
			JsonObject *one = json_array_get_object_element(array, i);

			json_object_set_int_member(one, "rank", p->rank);
			if (!json_object_has_member(whole, arrays[k]))
				json_object_set_array_member(whole, arrays[k], json_array_new());
			json_array_add_object_element(
				json_object_get_array_member(whole, arrays[k]),
				json_object_ref(one));
		}
	}
	if (from == NULL || !json_object_has_member(from, processes))
		return;
	json_object_set_int_member(whole, processes,
		json_object_get_int_member_with_default(whole, processes, 0) +
			json_object_get_int_member(from, processes));
}

/* By the second that was meant, as each rank reads its own clock, then by guest. */
static int compare_guest_rows(const void *a, const void *b)
{
	const struct trial_guest_second *x = a, *y = b;
	double second_x = floor(x->time_s + 0.5), second_y = floor(y->time_s + 0.5);

	if (second_x != second_y)
		return second_x < second_y ? -1 : 1;
	if (x->guest != y->guest)
		return x->guest < y->guest ? -1 : 1;
	return x->time_s < y->time_s ? -1 : x->time_s > y->time_s;
}

static void describe_ranks(trial *whole, const GPtrArray *parts, char *const *missing)
{
	JsonArray *ranks = json_array_new();

	for (guint i = 0; i < parts->len; i++) {
		const struct part *p = g_ptr_array_index(parts, i);
		JsonObject *o = json_object_new();

		json_object_set_int_member(o, "rank", i);
		json_object_set_string_member(o, "host", p == NULL ? "" : p->host);
		json_object_set_string_member(o, "cpus", p == NULL ? "" : p->cpus);
		json_object_set_string_member(o, "state", p == NULL ? missing[i] : "ok");
		json_array_add_object_element(ranks, o);
	}
	json_object_set_array_member(whole->environment, "ranks", ranks);
}

/* "guests 1, 5, 9, 13 and 12 more": those of a rank. */
static char *guests_text(guint rank, guint nb_ranks, uint32_t nb_guests)
{
	GString *s = g_string_new(NULL);
	uint32_t nb = (nb_guests - rank + nb_ranks - 1) / nb_ranks;

	g_string_append_printf(s, "guest%s ", nb == 1 ? "" : "s");
	for (uint32_t i = 0; i < nb && i < GUESTS_NAMED; i++)
		g_string_append_printf(s, "%s%u", i == 0 ? "" : ", ", rank + i * nb_ranks);
	if (nb > GUESTS_NAMED)
		g_string_append_printf(s, " and %u more", nb - GUESTS_NAMED);
	g_string_append(s, nb == 1 ? " is" : " are");
	return g_string_free(s, FALSE);
}

static void blame(trial *whole, const GPtrArray *parts, char *const *missing)
{
	guint nth = 0;

	for (guint i = 0; i < parts->len; i++) {
		g_autofree char *guests = guests_text(i, parts->len, whole->nb_guests);

		if (g_ptr_array_index(parts, i) != NULL)
			continue;
		whole->trustworthy = FALSE;
		g_ptr_array_insert(whole->reasons, (gint)nth++,
			g_strdup_printf(
				"rank %u of %u %s: %s missing", i, parts->len, missing[i], guests));
	}
}

static gboolean same_schedule(const GPtrArray *parts, GError **error)
{
	static const char key[] = "schedule_sha256";
	const struct part *first = first_of(parts);
	const char *digest = json_object_get_string_member_with_default(first->t->mix, key, "");

	for (guint i = 0; i < parts->len; i++) {
		const struct part *p = g_ptr_array_index(parts, i);

		if (p == NULL || (g_str_equal(digest, json_object_get_string_member_with_default(
							      p->t->mix, key, "")) &&
					 p->t->nb_guests == first->t->nb_guests &&
					 p->nb_ranks == parts->len && p->rank == i))
			continue;
		g_set_error(error, SIM_ERROR, SIM_ERROR_RESOURCES,
			"ranks %u and %u measured different trials: a bug of tsim, please report "
			"it",
			first->rank, i);
		return FALSE;
	}
	return TRUE;
}

static uint64_t quantile_or_0(const hist *h, double q)
{
	uint64_t ns = 0;
	gboolean bound;

	return hist_quantile(h, 0, 0, q, &ns, &bound) == 0 ? ns : 0;
}

trial *part_merge(GPtrArray *parts, char *const *missing, const GArray *rows, GError **error)
{
	const struct part *first = first_of(parts);
	g_autoptr(trial) whole = trial_new();
	g_autoptr(hist) delays = hist_new();
	struct engine_health health = { 0 };
	struct trust_input in = { 0 };

	if (!same_schedule(parts, error))
		return NULL;
	trial_params_copy(&whole->params, &first->t->params);
	whole->mix = json_object_ref(first->t->mix);
	whole->environment = json_object_ref(first->t->environment);
	whole->interface_info = json_object_new();
	json_object_set_string_member(whole->interface_info, "interface", whole->params.interface);
	take_guests(whole, parts, missing);
	for (guint i = 0; i < parts->len; i++) {
		const struct part *p = g_ptr_array_index(parts, i);

		if (p == NULL)
			continue;
		whole->measured_s = MAX(whole->measured_s, p->t->measured_s);
		whole->interrupted |= p->t->interrupted;
		add_departure(&whole->departure, &p->t->departure);
		add_cpu(&whole->cpu, &p->t->cpu);
		if (!add_probes(&whole->probes, &p->t->probes) ||
			!add_ipdv(&whole->ipdv, &p->t->ipdv))
			return NULL;
		add_health(&health, &p->health);
		add_input(&in, &p->in);
		hist_add(delays, p->own_delays);
		add_interface_info(whole->interface_info, p);
		g_array_append_vals(
			whole->guest_seconds, p->t->guest_seconds->data, p->t->guest_seconds->len);
		if (rows == NULL)
			live_add_rows(whole->seconds, p->t->seconds);
	}
	if (rows != NULL)
		live_add_rows(whole->seconds, rows);
	g_array_sort(whole->guest_seconds, compare_guest_rows);
	hist_settle(delays);
	if (whole->departure.frames != 0) {
		whole->departure.self_delay_p50_ns = quantile_or_0(delays, 0.5);
		whole->departure.self_delay_p99_ns = quantile_or_0(delays, 0.99);
		health.own_delay_p95_ns = quantile_or_0(delays, 0.95);
	}
	json_object_set_double_member(whole->environment, "tsc_error_ppm", in.tsc_error_ppm);
	describe_ranks(whole, parts, missing);
	if (!trial_balance(whole, error))
		return NULL;
	in.health = &health;
	trust_reach(whole, &in);
	blame(whole, parts, missing);
	for (guint i = 0; i < parts->len; i++)
		if (g_ptr_array_index(parts, i) != NULL)
			add_reasons(whole, g_ptr_array_index(parts, i));
	return g_steal_pointer(&whole);
}
