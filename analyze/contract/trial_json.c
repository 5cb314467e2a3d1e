/* SPDX-License-Identifier: BSD-3-Clause */
#include "analyze/contract/trial_json.h"

#include <math.h>

#include "analyze/contract/trial_ipdv.h"

/* 63 bits hold all our counts: trial_balance sees to it. */
static void set_u64(JsonObject *o, const char *key, uint64_t v)
{
	json_object_set_int_member(o, key, (gint64)MIN(v, (uint64_t)G_MAXINT64));
}

static void set_string(JsonObject *o, const char *key, const char *text)
{
	json_object_set_string_member(o, key, text != NULL ? text : "");
}

static double ratio(double a, double b)
{
	return b > 0 ? a / b : NAN;
}

void trial_json_set_counts(
	JsonObject *o, const struct trial_counts *c, double measured_s, gboolean one_way)
{
	set_u64(o, "intended", c->intended);
	set_u64(o, "not_sent", c->not_sent);
	set_u64(o, "unsent", c->unsent);
	set_u64(o, "offered", c->offered);
	set_u64(o, "forwarded", c->forwarded);
	set_u64(o, "lost", c->lost);
	set_u64(o, "duplicated", c->duplicated);
	set_u64(o, "reordered", c->reordered);
	set_u64(o, "corrupt", c->corrupt);
	set_u64(o, "foreign", c->foreign);
	set_u64(o, "late", c->late);
	set_u64(o, "refused", c->refused);
	set_u64(o, "offered_bytes", c->offered_bytes);
	set_u64(o, "forwarded_bytes", c->forwarded_bytes);
	json_out_double(o, "intended_pps", ratio((double)c->intended, measured_s));
	json_out_double(o, "offered_pps", ratio((double)c->offered, measured_s));
	json_out_double(o, "forwarded_pps", ratio((double)c->forwarded, measured_s));
	json_out_double(
		o, "loss_ratio", one_way ? NAN : ratio((double)c->lost, (double)c->offered));
}

JsonObject *trial_json_dist(const struct trial_dist *d)
{
	static const struct {
		const char *key;
		double q;
	} quantiles[] = { { "p25_ns", 0.25 }, { "p50_ns", 0.5 }, { "p75_ns", 0.75 },
		{ "p90_ns", 0.9 }, { "p99_ns", 0.99 }, { "p999_ns", 0.999 },
		{ "p9999_ns", 0.9999 } };
	JsonObject *o = json_object_new();
	JsonArray *bounds = json_array_new();
	double stddev = NAN;

	set_u64(o, "count", d->count);
	set_u64(o, "censored", d->censored);
	set_u64(o, "censored_ns", d->censored_ns);
	set_u64(o, "min_ns", d->min_ns);
	set_u64(o, "max_ns", d->max_ns);
	set_u64(o, "sum_ns", d->sum_ns);
	json_out_double(o, "mean_ns", ratio((double)d->sum_ns, (double)d->count));
	if (d->hist != NULL)
		(void)hist_stddev(d->hist, &stddev);
	json_out_double(o, "stddev_ns", stddev);
	for (guint i = 0; i < G_N_ELEMENTS(quantiles); i++) {
		uint64_t ns;
		gboolean bound;

		if (trial_dist_quantile(d, quantiles[i].q, &ns, &bound) != 0) {
			json_object_set_null_member(o, quantiles[i].key);
			continue;
		}
		set_u64(o, quantiles[i].key, ns);
		if (bound)
			json_array_add_string_element(bounds, quantiles[i].key);
	}
	json_object_set_array_member(o, "bounds", bounds);
	return o;
}

JsonObject *trial_json_params(const struct trial_params *p)
{
	JsonObject *o = json_object_new();

	set_string(o, "label", p->label);
	set_string(o, "machine", p->machine);
	set_string(o, "interface", p->interface);
	set_string(o, "qemu", p->qemu);
	set_string(o, "reflector", p->reflector);
	json_object_set_boolean_member(o, "vhost", p->vhost);
	json_object_set_boolean_member(o, "ioregionfd", p->ioregionfd);
	set_u64(o, "guests", p->guests);
	set_string(o, "profile", p->profile);
	set_u64(o, "frame_bytes", p->frame_len);
	set_string(o, "arrival", p->arrival);
	set_string(o, "share", p->share);
	set_string(o, "pattern", trial_pattern(p));
	set_u64(o, "rate_pps", p->rate_pps);
	json_out_double(o, "duration_s", p->duration_s);
	json_out_double(o, "warm_up_s", p->warm_up_s);
	json_out_double(o, "drain_s", p->drain_s);
	set_u64(o, "seed", p->seed);
	set_u64(o, "repetition", p->repetition);
	set_string(o, "cores", p->cores);
	set_string(o, "faults", p->faults);
	set_string(o, "mix_digest", p->mix_digest);
	set_string(o, "extra", p->extra);
	return o;
}

static JsonObject *verdict(const trial *t)
{
	JsonObject *o = json_object_new();
	JsonArray *reasons = json_array_new();

	json_object_set_boolean_member(o, "trustworthy", t->trustworthy);
	json_object_set_boolean_member(o, "interrupted", t->interrupted);
	for (guint i = 0; i < t->reasons->len; i++)
		json_array_add_string_element(reasons, g_ptr_array_index(t->reasons, i));
	json_object_set_array_member(o, "reasons", reasons);
	return o;
}

static JsonObject *departure(const struct trial_departure *d)
{
	JsonObject *o = json_object_new(), *gaps = json_object_new();

	set_u64(o, "frames", d->frames);
	set_u64(o, "within_64ns", d->within_64ns);
	set_u64(o, "within_128ns", d->within_128ns);
	set_u64(o, "within_256ns", d->within_256ns);
	set_u64(o, "within_512ns", d->within_512ns);
	set_u64(o, "bursts", d->bursts);
	set_u64(o, "self_delay_p50_ns", d->self_delay_p50_ns);
	set_u64(o, "self_delay_p99_ns", d->self_delay_p99_ns);
	set_u64(o, "self_delay_max_ns", d->self_delay_max_ns);
	set_u64(gaps, "frames", d->inter_frames);
	set_u64(gaps, "within_64ns", d->inter_within_64ns);
	set_u64(gaps, "within_128ns", d->inter_within_128ns);
	set_u64(gaps, "within_256ns", d->inter_within_256ns);
	set_u64(gaps, "within_512ns", d->inter_within_512ns);
	json_object_set_object_member(o, "inter_departure", gaps);
	return o;
}

static JsonObject *cpu_part(const struct trial_cpu *cpu, const struct trial_cpu_part *part)
{
	JsonObject *o = json_object_new();

	set_u64(o, "busy_cycles", part->busy_cycles);
	set_u64(o, "cpu_ns", part->cpu_ns);
	set_u64(o, "threads", part->threads);
	json_out_double(o, "cycles_per_frame", trial_cpu_cycles(cpu, part));
	return o;
}

JsonObject *trial_json_cpu(const struct trial_cpu *cpu)
{
	JsonObject *o = json_object_new();

	set_u64(o, "frames", cpu->frames);
	json_object_set_object_member(o, "generator", cpu_part(cpu, &cpu->generator));
	json_object_set_object_member(o, "host", cpu_part(cpu, &cpu->host));
	json_object_set_object_member(o, "guests", cpu_part(cpu, &cpu->guests));
	return o;
}

JsonObject *trial_json_probes(const struct trial_probes *p, double measured_s)
{
	JsonObject *o = json_object_new();

	json_out_double(o, "rate_pps", p->rate_pps);
	set_string(o, "time_stamps", p->time_stamps);
	trial_json_set_counts(o, &p->c, measured_s, FALSE);
	set_u64(o, "late_back", p->late_back);
	json_object_set_object_member(o, "latency", trial_json_dist(&p->latency));
	return o;
}

static void set_percentile(
	JsonObject *o, const char *key, gboolean there, uint64_t ns, gboolean bound)
{
	if (there)
		set_u64(o, key, ns);
	else
		json_object_set_null_member(o, key);
	if (there && bound)
		json_array_add_string_element(json_object_get_array_member(o, "bounds"), key);
}

JsonObject *trial_json_guest_probes(const struct trial_guest_probes *p, gboolean percentiles)
{
	JsonObject *o = json_object_new(), *latency = json_object_new();

	set_u64(o, "offered", p->offered);
	set_u64(o, "forwarded", p->forwarded);
	set_u64(o, "lost", p->lost);
	set_u64(latency, "count", p->latency.count);
	set_u64(latency, "censored", p->latency.censored);
	set_u64(latency, "censored_ns", p->latency.censored_ns);
	set_u64(latency, "min_ns", p->latency.min_ns);
	set_u64(latency, "max_ns", p->latency.max_ns);
	set_u64(latency, "sum_ns", p->latency.sum_ns);
	json_out_double(
		latency, "mean_ns", ratio((double)p->latency.sum_ns, (double)p->latency.count));
	json_object_set_array_member(latency, "bounds", json_array_new());
	percentiles = percentiles && p->offered > 0;
	set_percentile(latency, "p50_ns", percentiles, p->p50_ns, p->p50_bound);
	set_percentile(latency, "p99_ns", percentiles, p->p99_ns, p->p99_bound);
	json_object_set_object_member(o, "latency", latency);
	return o;
}

/* A guest keeps no bins of its own: they are those of its sizes. */
static JsonObject *guest_dist(const struct trial_guest *g, gboolean response)
{
	const struct trial_dist *own = response ? &g->response : &g->latency;
	g_autoptr(hist) h = NULL;
	struct trial_dist d = *own;

	if (d.hist != NULL || d.count == 0)
		return trial_json_dist(&d);
	h = hist_new();
	for (uint32_t i = 0; i < g->nb_sizes; i++) {
		const struct trial_size *s = &g->sizes[i];
		const struct trial_dist *part = response ? &s->response : &s->latency;

		if (part->hist != NULL)
			hist_add(h, part->hist);
	}
	if (ctr_get(&h->count) == d.count)
		d.hist = h;
	return trial_json_dist(&d);
}

static JsonObject *guest(const struct trial_guest *g, gboolean probes, double measured_s)
{
	JsonObject *o = json_object_new();
	JsonArray *sizes = json_array_new();
	gboolean one_way = trial_interface_is_one_way(g->interface);

	set_u64(o, "guest", g->guest);
	set_string(o, "mac", g->mac);
	set_string(o, "interface", g->interface);
	set_string(o, "profile", g->profile);
	set_string(o, "group", g->group);
	set_string(o, "state", g->state);
	json_out_double(o, "share", g->share);
	trial_json_set_counts(o, &g->c, measured_s, one_way);
	set_u64(o, "reorder_distance_max", g->reorder_distance_max);
	json_object_set_object_member(o, "latency", guest_dist(g, FALSE));
	json_object_set_object_member(o, "response", guest_dist(g, TRUE));
	if (probes)
		json_object_set_object_member(
			o, "probes", trial_json_guest_probes(&g->probes, TRUE));
	for (uint32_t i = 0; i < g->nb_sizes; i++) {
		const struct trial_size *s = &g->sizes[i];
		JsonObject *size = json_object_new();

		set_u64(size, "frame_bytes", s->frame_len_lo);
		set_u64(size, "frame_bytes_max", s->frame_len_hi);
		trial_json_set_counts(size, &s->c, measured_s, one_way);
		json_object_set_object_member(size, "latency", trial_json_dist(&s->latency));
		json_object_set_object_member(size, "response", trial_json_dist(&s->response));
		json_array_add_object_element(sizes, size);
	}
	json_object_set_array_member(o, "sizes", sizes);
	return o;
}

static JsonObject *group_dist(const trial *t, uint32_t i, gboolean response)
{
	struct trial_dist d;
	JsonObject *o;

	trial_group_dist(t, i, response, &d);
	o = trial_json_dist(&d);
	trial_dist_clear(&d);
	return o;
}

static JsonObject *group(const trial *t, uint32_t i)
{
	const struct trial_group *row = &t->groups[i];
	JsonObject *o = json_object_new();

	set_string(o, "group", row->group);
	set_string(o, "interface", row->interface);
	set_u64(o, "guests", row->guests);
	json_out_double(o, "share", row->share);
	trial_json_set_counts(
		o, &row->c, t->measured_s, trial_interface_is_one_way(row->interface));
	json_object_set_object_member(o, "latency", group_dist(t, i, FALSE));
	json_object_set_object_member(o, "response", group_dist(t, i, TRUE));
	return o;
}

static void set_object(JsonObject *o, const char *key, JsonObject *value)
{
	json_object_set_object_member(
		o, key, value != NULL ? json_object_ref(value) : json_object_new());
}

JsonObject *trial_json_object(const trial *t)
{
	JsonObject *o = json_object_new(), *totals = json_object_new();
	JsonArray *guests = json_array_new(), *groups = json_array_new();

	set_u64(o, "schema", TRIAL_SCHEMA);
	json_object_set_object_member(o, "parameters", trial_json_params(&t->params));
	json_object_set_object_member(o, "verdict", verdict(t));
	trial_json_set_counts(totals, &t->totals, t->measured_s, trial_is_one_way(t));
	json_out_double(totals, "measured_s", t->measured_s);
	json_out_double(totals, "mean_frame_bytes",
		ratio((double)t->totals.offered_bytes, (double)t->totals.offered));
	json_object_set_object_member(o, "totals", totals);
	json_object_set_object_member(o, "latency", trial_json_dist(&t->latency));
	json_object_set_object_member(o, "response", trial_json_dist(&t->response));
	json_object_set_object_member(o, "departure", departure(&t->departure));
	if (t->probes.used)
		json_object_set_object_member(
			o, "probes", trial_json_probes(&t->probes, t->measured_s));
	if (t->cpu.known)
		json_object_set_object_member(o, "cpu", trial_json_cpu(&t->cpu));
	if (t->ipdv.recorded)
		json_object_set_object_member(o, "ipdv", trial_ipdv_json(&t->ipdv));
	for (uint32_t i = 0; i < t->nb_groups; i++)
		json_array_add_object_element(groups, group(t, i));
	json_object_set_array_member(o, "groups", groups);
	for (uint32_t i = 0; i < t->nb_guests; i++)
		json_array_add_object_element(
			guests, guest(&t->guests[i], t->probes.used, t->measured_s));
	json_object_set_array_member(o, "guests", guests);
	set_object(o, "mix", t->mix);
	if (t->interface_info != NULL)
		set_object(o, "interface_info", t->interface_info);
	set_object(o, "environment", t->environment);
	return o;
}

char *trial_to_json(const trial *t)
{
	return json_out_text(trial_json_object(t));
}
