/* SPDX-License-Identifier: BSD-3-Clause */
/* The way from JSON back to a trial. */
#include "analyze/contract/trial_json.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "analyze/base/error.h"
#include "analyze/contract/trial_ipdv.h"
#include "traffic/frame.h"

/* Members that older files lack are read as if they were zero. */
static gboolean has(const struct json_in *in, JsonObject *o, const char *key)
{
	return in->error == NULL && o != NULL && json_object_has_member(o, key);
}

void trial_json_read_params(
	struct json_in *in, JsonObject *o, const char *where, struct trial_params *p)
{
	p->label = json_in_string(in, o, where, "label");
	p->machine = json_in_string(in, o, where, "machine");
	p->interface = json_in_string(in, o, where, "interface");
	p->qemu = json_in_string(in, o, where, "qemu");
	p->reflector = json_in_string(in, o, where, "reflector");
	p->vhost = json_in_bool(in, o, where, "vhost");
	p->ioregionfd = json_in_bool(in, o, where, "ioregionfd");
	p->guests = json_in_u32(in, o, where, "guests", FRAME_GUESTS_MAX);
	p->profile = json_in_string(in, o, where, "profile");
	p->frame_len = json_in_u32(in, o, where, "frame_bytes", FRAME_LEN_MAX);
	p->arrival = json_in_string(in, o, where, "arrival");
	p->share = json_in_string(in, o, where, "share");
	p->pattern = has(in, o, "pattern") ? json_in_string(in, o, where, "pattern")
					   : g_strdup(TRIAL_PATTERN_DEFAULT);
	p->rate_pps = json_in_u64(in, o, where, "rate_pps");
	p->duration_s = json_in_double(in, o, where, "duration_s");
	p->warm_up_s = json_in_double(in, o, where, "warm_up_s");
	p->drain_s = json_in_double(in, o, where, "drain_s");
	p->seed = json_in_u64(in, o, where, "seed");
	p->repetition = json_in_u32(in, o, where, "repetition", G_MAXINT32);
	p->cores = json_in_string(in, o, where, "cores");
	p->faults = json_in_string(in, o, where, "faults");
	p->mix_digest = json_in_string(in, o, where, "mix_digest");
	p->extra = json_in_string(in, o, where, "extra");
}

static void read_verdict(struct json_in *in, JsonObject *o, const char *where, trial *t)
{
	JsonArray *reasons = json_in_array(in, o, where, "reasons");

	t->trustworthy = json_in_bool(in, o, where, "trustworthy");
	t->interrupted = json_in_bool(in, o, where, "interrupted");
	for (guint i = 0; reasons != NULL && i < json_array_get_length(reasons); i++) {
		JsonNode *node = json_array_get_element(reasons, i);

		if (json_node_get_value_type(node) != G_TYPE_STRING) {
			json_in_fail(in, where, "reasons", "[%u] is no string", i);
			return;
		}
		g_ptr_array_add(t->reasons, g_strdup(json_node_get_string(node)));
	}
}

static void read_counts(
	struct json_in *in, JsonObject *o, const char *where, struct trial_counts *c)
{
	c->intended = json_in_u64(in, o, where, "intended");
	if (has(in, o, "not_sent"))
		c->not_sent = json_in_u64(in, o, where, "not_sent");
	c->offered = json_in_u64(in, o, where, "offered");
	/* Older files do not say it, but what is missing from intended was just that. */
	if (has(in, o, "unsent"))
		c->unsent = json_in_u64(in, o, where, "unsent");
	else if (c->offered <= c->intended && c->not_sent <= c->intended - c->offered)
		c->unsent = c->intended - c->offered - c->not_sent;
	c->forwarded = json_in_u64(in, o, where, "forwarded");
	c->lost = json_in_u64(in, o, where, "lost");
	c->duplicated = json_in_u64(in, o, where, "duplicated");
	c->reordered = json_in_u64(in, o, where, "reordered");
	c->corrupt = json_in_u64(in, o, where, "corrupt");
	c->foreign = json_in_u64(in, o, where, "foreign");
	c->late = json_in_u64(in, o, where, "late");
	c->refused = json_in_u64(in, o, where, "refused");
	c->offered_bytes = json_in_u64(in, o, where, "offered_bytes");
	c->forwarded_bytes = json_in_u64(in, o, where, "forwarded_bytes");
}

static void read_dist(struct json_in *in, JsonObject *parent, const char *where, const char *key,
	struct trial_dist *d)
{
	JsonObject *o = json_in_object(in, parent, where, key);
	g_autofree char *path = g_strdup_printf("%s%s.", where, key);

	d->count = json_in_u64(in, o, path, "count");
	d->censored = json_in_u64(in, o, path, "censored");
	d->censored_ns = json_in_u64(in, o, path, "censored_ns");
	d->min_ns = json_in_u64(in, o, path, "min_ns");
	d->max_ns = json_in_u64(in, o, path, "max_ns");
	d->sum_ns = json_in_u64(in, o, path, "sum_ns");
}

static void read_gaps(
	struct json_in *in, JsonObject *o, const char *where, struct trial_departure *d)
{
	d->inter_frames = json_in_u64(in, o, where, "frames");
	d->inter_within_64ns = json_in_u64(in, o, where, "within_64ns");
	d->inter_within_128ns = json_in_u64(in, o, where, "within_128ns");
	d->inter_within_256ns = json_in_u64(in, o, where, "within_256ns");
	d->inter_within_512ns = json_in_u64(in, o, where, "within_512ns");
}

static void read_departure(
	struct json_in *in, JsonObject *o, const char *where, struct trial_departure *d)
{
	d->frames = json_in_u64(in, o, where, "frames");
	d->within_64ns = json_in_u64(in, o, where, "within_64ns");
	d->within_128ns = json_in_u64(in, o, where, "within_128ns");
	d->within_256ns = json_in_u64(in, o, where, "within_256ns");
	d->within_512ns = json_in_u64(in, o, where, "within_512ns");
	d->bursts = json_in_u64(in, o, where, "bursts");
	d->self_delay_p50_ns = json_in_u64(in, o, where, "self_delay_p50_ns");
	d->self_delay_p99_ns = json_in_u64(in, o, where, "self_delay_p99_ns");
	d->self_delay_max_ns = json_in_u64(in, o, where, "self_delay_max_ns");
	if (has(in, o, "inter_departure")) {
		g_autofree char *path = g_strconcat(where, "inter_departure.", NULL);

		read_gaps(in, json_in_object(in, o, where, "inter_departure"), path, d);
	}
}

static void read_cpu_part(struct json_in *in, JsonObject *cpu, const char *where, const char *key,
	struct trial_cpu_part *part)
{
	g_autofree char *path = g_strdup_printf("%s%s.", where, key);
	JsonObject *o = json_in_object(in, cpu, where, key);

	part->busy_cycles = json_in_u64(in, o, path, "busy_cycles");
	part->cpu_ns = json_in_u64(in, o, path, "cpu_ns");
	part->threads = json_in_u32(in, o, path, "threads", G_MAXINT32);
}

static void read_cpu(struct json_in *in, JsonObject *root, const char *where, struct trial_cpu *cpu)
{
	g_autofree char *path = g_strconcat(where, "cpu.", NULL);
	JsonObject *o = json_in_object(in, root, where, "cpu");

	cpu->known = TRUE;
	cpu->frames = json_in_u64(in, o, path, "frames");
	read_cpu_part(in, o, path, "generator", &cpu->generator);
	read_cpu_part(in, o, path, "host", &cpu->host);
	read_cpu_part(in, o, path, "guests", &cpu->guests);
}

static void read_probes(
	struct json_in *in, JsonObject *root, const char *where, struct trial_probes *p)
{
	g_autofree char *path = g_strconcat(where, "probes.", NULL);
	JsonObject *o = json_in_object(in, root, where, "probes");

	p->used = TRUE;
	p->rate_pps = json_in_double(in, o, path, "rate_pps");
	p->time_stamps = json_in_string(in, o, path, "time_stamps");
	read_counts(in, o, path, &p->c);
	p->late_back = json_in_u64(in, o, path, "late_back");
	read_dist(in, o, path, "latency", &p->latency);
}

static gboolean is_null(JsonObject *o, const char *key)
{
	JsonNode *node = o != NULL ? json_object_get_member(o, key) : NULL;

	return node != NULL && JSON_NODE_HOLDS_NULL(node);
}

/* A percentile and whether bounds lists it. */
static uint64_t read_percentile(
	struct json_in *in, JsonObject *o, const char *where, const char *key, gboolean *bound)
{
	JsonArray *bounds = json_in_array(in, o, where, "bounds");

	if (is_null(o, key))
		return 0;
	for (guint i = 0; bounds != NULL && i < json_array_get_length(bounds); i++) {
		JsonNode *node = json_array_get_element(bounds, i);

		if (json_node_get_value_type(node) == G_TYPE_STRING &&
			strcmp(json_node_get_string(node), key) == 0)
			*bound = TRUE;
	}
	return json_in_u64(in, o, where, key);
}

static void read_guest_probes(
	struct json_in *in, JsonObject *guest, const char *where, struct trial_guest_probes *p)
{
	g_autofree char *path = g_strconcat(where, "probes.", NULL);
	g_autofree char *below = g_strconcat(path, "latency.", NULL);
	JsonObject *o = json_in_object(in, guest, where, "probes"), *latency;

	p->offered = json_in_u64(in, o, path, "offered");
	p->forwarded = json_in_u64(in, o, path, "forwarded");
	p->lost = json_in_u64(in, o, path, "lost");
	read_dist(in, o, path, "latency", &p->latency);
	latency = json_in_object(in, o, path, "latency");
	p->p50_ns = read_percentile(in, latency, below, "p50_ns", &p->p50_bound);
	p->p99_ns = read_percentile(in, latency, below, "p99_ns", &p->p99_bound);
}

static void read_groups(struct json_in *in, JsonObject *root, const char *where, trial *t)
{
	JsonArray *groups = json_in_array(in, root, where, "groups");
	guint nb = groups != NULL ? json_array_get_length(groups) : 0;

	if (nb > FRAME_GUESTS_MAX) {
		json_in_fail(
			in, where, "groups", "are %u, above %u", nb, (unsigned)FRAME_GUESTS_MAX);
		return;
	}
	t->nb_groups = nb;
	t->groups = g_new0(struct trial_group, nb);
	for (guint i = 0; i < nb && in->error == NULL; i++) {
		g_autofree char *path = g_strdup_printf("%sgroups[%u].", where, i);
		JsonObject *o = json_in_element(in, groups, where, "groups", i);
		struct trial_group *row = &t->groups[i];

		row->group = json_in_string(in, o, path, "group");
		row->interface = json_in_string(in, o, path, "interface");
		row->guests = json_in_u32(in, o, path, "guests", FRAME_GUESTS_MAX);
		row->share = json_in_double(in, o, path, "share");
		read_counts(in, o, path, &row->c);
		read_dist(in, o, path, "latency", &row->latency);
		read_dist(in, o, path, "response", &row->response);
	}
}

static void read_size(struct json_in *in, JsonObject *o, const char *where, struct trial_size *s)
{
	s->frame_len_lo = json_in_u32(in, o, where, "frame_bytes", FRAME_LEN_MAX);
	s->frame_len_hi = json_in_u32(in, o, where, "frame_bytes_max", FRAME_LEN_MAX);
	if (s->frame_len_lo > s->frame_len_hi)
		json_in_fail(in, where, "frame_bytes", "is above frame_bytes_max");
	read_counts(in, o, where, &s->c);
	read_dist(in, o, where, "latency", &s->latency);
	read_dist(in, o, where, "response", &s->response);
}

static void read_guest(struct json_in *in, JsonObject *o, const char *where, JsonArray *sizes,
	struct trial_guest *g)
{
	g->guest = json_in_u32(in, o, where, "guest", FRAME_GUESTS_MAX - 1);
	g->mac = json_in_string(in, o, where, "mac");
	g->interface = json_in_string(in, o, where, "interface");
	g->profile = json_in_string(in, o, where, "profile");
	g->group = json_in_string(in, o, where, "group");
	g->state = json_in_string(in, o, where, "state");
	g->share = json_in_double(in, o, where, "share");
	read_counts(in, o, where, &g->c);
	g->reorder_distance_max = json_in_u64(in, o, where, "reorder_distance_max");
	read_dist(in, o, where, "latency", &g->latency);
	read_dist(in, o, where, "response", &g->response);
	if (has(in, o, "probes"))
		read_guest_probes(in, o, where, &g->probes);
	for (uint32_t i = 0; i < g->nb_sizes && in->error == NULL; i++) {
		g_autofree char *path = g_strdup_printf("%ssizes[%u].", where, i);

		read_size(in, json_in_element(in, sizes, where, "sizes", i), path, &g->sizes[i]);
	}
}

/* The sizes of every guest have to be counted before there is room for them. */
static void read_guests(struct json_in *in, JsonObject *o, const char *where, trial *t)
{
	JsonArray *guests = json_in_array(in, o, where, "guests");
	g_autofree uint32_t *nb_sizes = NULL;
	guint nb = guests != NULL ? json_array_get_length(guests) : 0;

	if (nb > FRAME_GUESTS_MAX) {
		json_in_fail(
			in, where, "guests", "are %u, above %u", nb, (unsigned)FRAME_GUESTS_MAX);
		return;
	}
	nb_sizes = g_new0(uint32_t, nb + 1);
	for (guint i = 0; i < nb && in->error == NULL; i++) {
		g_autofree char *path = g_strdup_printf("%sguests[%u].", where, i);
		JsonObject *guest = json_in_element(in, guests, where, "guests", i);
		JsonArray *sizes = json_in_array(in, guest, path, "sizes");

		nb_sizes[i] = sizes != NULL ? json_array_get_length(sizes) : 0;
		if (nb_sizes[i] > FRAME_CLASSES_MAX)
			json_in_fail(in, path, "sizes", "are %u, above %u", nb_sizes[i],
				(unsigned)FRAME_CLASSES_MAX);
	}
	if (in->error != NULL)
		return;
	trial_set_guests(t, nb, nb_sizes);
	for (guint i = 0; i < nb && in->error == NULL; i++) {
		g_autofree char *path = g_strdup_printf("%sguests[%u].", where, i);
		JsonObject *guest = json_in_element(in, guests, where, "guests", i);

		read_guest(in, guest, path, json_in_array(in, guest, path, "sizes"), &t->guests[i]);
	}
}

static JsonObject *keep(JsonObject *o)
{
	return o != NULL ? json_object_ref(o) : NULL;
}

trial *trial_json_read(struct json_in *in, JsonObject *o, const char *where)
{
	g_autoptr(trial) t = trial_new();
	g_autofree char *params = g_strconcat(where, "parameters.", NULL);
	g_autofree char *verdict = g_strconcat(where, "verdict.", NULL);
	g_autofree char *totals = g_strconcat(where, "totals.", NULL);
	g_autofree char *departure = g_strconcat(where, "departure.", NULL);
	uint64_t schema = json_in_u64(in, o, where, "schema");
	JsonObject *part;

	if (in->error == NULL && schema != TRIAL_SCHEMA)
		json_in_fail(in, where, "schema",
			"is %" G_GUINT64_FORMAT
			", this program knows %d: read it with its own version",
			(guint64)schema, TRIAL_SCHEMA);
	trial_json_read_params(in, json_in_object(in, o, where, "parameters"), params, &t->params);
	read_verdict(in, json_in_object(in, o, where, "verdict"), verdict, t);
	part = json_in_object(in, o, where, "totals");
	read_counts(in, part, totals, &t->totals);
	t->measured_s = json_in_double(in, part, totals, "measured_s");
	read_dist(in, o, where, "latency", &t->latency);
	read_dist(in, o, where, "response", &t->response);
	read_departure(in, json_in_object(in, o, where, "departure"), departure, &t->departure);
	if (has(in, o, "probes"))
		read_probes(in, o, where, &t->probes);
	if (has(in, o, "cpu"))
		read_cpu(in, o, where, &t->cpu);
	if (has(in, o, "ipdv"))
		trial_ipdv_json_read(in, o, where, &t->ipdv);
	read_guests(in, o, where, t);
	if (has(in, o, "groups"))
		read_groups(in, o, where, t);
	t->mix = keep(json_in_object(in, o, where, "mix"));
	t->environment = keep(json_in_object(in, o, where, "environment"));
	if (in->error == NULL && json_object_has_member(o, "interface_info"))
		t->interface_info = keep(json_in_object(in, o, where, "interface_info"));
	return in->error == NULL ? g_steal_pointer(&t) : NULL;
}

gboolean trial_json_check_file(
	struct json_in *in, const char *dir, JsonObject *file, const char *where)
{
	g_autofree char *name = json_in_string(in, file, where, "name");
	g_autofree char *path = g_build_filename(dir, name, NULL);
	uint64_t bytes = json_in_u64(in, file, where, "bytes");
	struct stat st;

	if (in->error != NULL)
		return FALSE;
	if (*name == '\0' || *name == '.' || strchr(name, '/') != NULL) {
		json_in_fail(in, where, "name", "is no plain file name");
	} else if (stat(path, &st) < 0) {
		g_set_error(&in->error, ANALYZE_ERROR, ANALYZE_ERROR_CONTENT,
			"%s: belongs to %s, but: %s; restore it, or measure again", path, in->file,
			g_strerror(errno));
	} else if (!S_ISREG(st.st_mode) || (uint64_t)st.st_size != bytes) {
		g_set_error(&in->error, ANALYZE_ERROR, ANALYZE_ERROR_CONTENT,
			"%s: has %" G_GINT64_FORMAT " bytes, %s recorded %" G_GUINT64_FORMAT
			"; it was cut or changed: restore it, or measure again",
			path, (gint64)st.st_size, in->file, (guint64)bytes);
	}
	return in->error == NULL;
}
