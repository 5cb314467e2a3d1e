/* SPDX-License-Identifier: BSD-3-Clause */
#include "analyze/show/summary.h"

#include <math.h>

#include "analyze/show/report.h"
#include "analyze/results/result_find.h"
#include "analyze/contract/trial_json.h"

static const struct {
	const char *name;
	double q;
} quantiles[] = { { "p25", 0.25 }, { "p50", 0.5 }, { "p75", 0.75 }, { "p90", 0.9 }, { "p99", 0.99 },
	{ "p999", 0.999 }, { "p9999", 0.9999 } };

/* Columns of one row that stand together. */
enum { CPU_COLUMNS = 6, PROBES_COLUMNS = 6 + 3 + (int)G_N_ELEMENTS(quantiles) };

struct summary {
	table *rows;
	JsonArray *combinations;
};

static void dist_columns(table *t, const char *prefix)
{
	static const char *const before[] = { "mean_ns", "min_ns" };

	for (guint i = 0; i < G_N_ELEMENTS(before); i++) {
		g_autofree char *key = g_strdup_printf("%s_%s", prefix, before[i]);

		table_column(t, key, key, 0);
	}
	for (guint i = 0; i < G_N_ELEMENTS(quantiles); i++) {
		g_autofree char *key = g_strdup_printf("%s_%s_ns", prefix, quantiles[i].name);

		table_column(t, key, key, 0);
	}
	{
		g_autofree char *key = g_strdup_printf("%s_max_ns", prefix);

		table_column(t, key, key, 0);
	}
}

static void columns(table *t)
{
	static const char *const before[] = { "row", "guest", "repetitions", "trustworthy",
		"interrupted" };
	static const char *const after[] = { "mac", "guest_interface", "guest_profile", "group",
		"state", "measured_s", "intended", "not_sent", "unsent", "offered", "forwarded",
		"lost", "duplicated", "reordered", "corrupt", "foreign", "late", "refused",
		"offered_bytes", "forwarded_bytes", "reorder_distance_max", "intended_pps",
		"offered_pps", "forwarded_pps", "loss_ratio", "loss_ratio_min", "loss_ratio_max" };
	static const char *const last[] = { "jain", "min_max_ratio", "worst_guest",
		"guests_without_frames", "reasons", "group_guests", "share",
		"generator_cycles_per_frame", "host_cycles_per_frame", "guests_cycles_per_frame",
		"generator_cpu_ns", "host_cpu_ns", "guests_cpu_ns", "probes_offered",
		"probes_forwarded", "probes_lost", "probes_loss_ratio", "probes_late_back",
		"probes_time_stamps" };

	for (guint i = 0; i < G_N_ELEMENTS(before); i++)
		table_column(t, before[i], before[i], 0);
	report_params_columns(t);
	for (guint i = 0; i < G_N_ELEMENTS(after); i++)
		table_column(t, after[i], after[i], 0);
	dist_columns(t, "latency");
	dist_columns(t, "response");
	for (guint i = 0; i < G_N_ELEMENTS(last); i++)
		table_column(t, last[i], last[i], 0);
	dist_columns(t, "probes_latency");
}

summary *summary_new(void)
{
	summary *s = g_new0(summary, 1);

	s->rows = table_new();
	s->combinations = json_array_new();
	columns(s->rows);
	return s;
}

void summary_free(summary *s)
{
	if (s == NULL)
		return;
	table_free(s->rows);
	json_array_unref(s->combinations);
	g_free(s);
}

static void dist_cells(table *t, const struct trial_dist *d)
{
	if (d->count > 0) {
		table_double(t, (double)d->sum_ns / (double)d->count, "%.1f");
	} else {
		table_none(t);
	}
	if (d->count > 0 && !d->range_unknown)
		table_ns(t, d->min_ns, FALSE);
	else
		table_none(t);
	for (guint i = 0; i < G_N_ELEMENTS(quantiles); i++) {
		uint64_t ns;
		gboolean bound;

		if (trial_dist_quantile(d, quantiles[i].q, &ns, &bound) == 0)
			table_ns(t, ns, bound);
		else
			table_none(t);
	}
	if (d->count > 0 && !d->range_unknown)
		table_ns(t, d->max_ns, FALSE);
	else
		table_none(t);
}

static void count_cells(table *t, const struct result_numbers *n, uint64_t reorder_distance_max)
{
	const struct trial_counts *c = &n->c;
	const uint64_t counts[] = { c->intended, c->not_sent, c->unsent, c->offered, c->forwarded,
		c->lost, c->duplicated, c->reordered, c->corrupt, c->foreign, c->late, c->refused,
		c->offered_bytes, c->forwarded_bytes, reorder_distance_max };

	table_double(t, n->measured_s, "%.6g");
	for (guint i = 0; i < G_N_ELEMENTS(counts); i++)
		table_u64(t, counts[i]);
	table_double(t, n->intended_pps, "%.6g");
	table_double(t, n->offered_pps, "%.6g");
	table_double(t, n->forwarded_pps, "%.6g");
	table_double(t, n->loss.value, "%.6g");
	table_double(t, n->loss.min, "%.6g");
	table_double(t, n->loss.max, "%.6g");
}

static void head_cells(table *t, const result_combination *c, const char *kind, int guest)
{
	table_row(t);
	table_string(t, kind);
	if (guest >= 0)
		table_u64(t, (uint64_t)guest);
	else
		table_none(t);
	table_u64(t, c->trials->len);
	table_bool(t, c->trustworthy, "yes", "no");
	table_bool(t, c->nb_interrupted > 0, "yes", "no");
	report_params_cells(t, &c->params);
}

static uint64_t distance_max(const result_combination *c)
{
	uint64_t max = 0;

	for (guint i = 0; i < c->nb_guests; i++)
		max = MAX(max, c->guests[i].reorder_distance_max);
	return max;
}

static char *joined_reasons(const result_combination *c)
{
	GString *text = g_string_new(NULL);

	for (guint i = 0; i < c->reasons->len; i++)
		g_string_append_printf(text, "%s%s", i > 0 ? "; " : "",
			(const char *)g_ptr_array_index(c->reasons, i));
	return g_string_free(text, FALSE);
}

static void none_cells(table *t, guint nb)
{
	for (guint i = 0; i < nb; i++)
		table_none(t);
}

static void cpu_cells(table *t, const struct trial_cpu *cpu)
{
	const struct trial_cpu_part *parts[] = { &cpu->generator, &cpu->host, &cpu->guests };

	for (guint i = 0; i < G_N_ELEMENTS(parts); i++)
		table_double(t, trial_cpu_cycles(cpu, parts[i]), "%.4g");
	for (guint i = 0; i < G_N_ELEMENTS(parts); i++) {
		if (cpu->known)
			table_u64(t, parts[i]->cpu_ns);
		else
			table_none(t);
	}
}

static void probes_counts(table *t, uint64_t offered, uint64_t forwarded, uint64_t lost)
{
	table_u64(t, offered);
	table_u64(t, forwarded);
	table_u64(t, lost);
	table_double(t, offered > 0 ? (double)lost / (double)offered : NAN, "%.6g");
}

static void probes_cells(table *t, const struct trial_probes *p)
{
	if (!p->used) {
		none_cells(t, PROBES_COLUMNS);
		return;
	}
	probes_counts(t, p->c.offered, p->c.forwarded, p->c.lost);
	table_u64(t, p->late_back);
	table_string(t, p->time_stamps);
	dist_cells(t, &p->latency);
}

/* A guest's: of the percentiles, the trial has kept two. */
static void guest_probes_cells(table *t, const result_combination *c, const struct result_guest *g)
{
	const struct trial_guest_probes *p = &g->probes;
	gboolean known = c->trials->len == 1 && p->offered > 0;

	if (!c->probes.used) {
		none_cells(t, PROBES_COLUMNS);
		return;
	}
	probes_counts(t, p->offered, p->forwarded, p->lost);
	none_cells(t, 2);
	table_double(t, p->forwarded > 0 ? (double)p->latency.sum_ns / (double)p->forwarded : NAN,
		"%.1f");
	if (p->forwarded > 0)
		table_ns(t, p->latency.min_ns, FALSE);
	else
		table_none(t);
	for (guint i = 0; i < G_N_ELEMENTS(quantiles); i++) {
		if (known && quantiles[i].q == 0.5)
			table_ns(t, p->p50_ns, p->p50_bound);
		else if (known && quantiles[i].q == 0.99)
			table_ns(t, p->p99_ns, p->p99_bound);
		else
			table_none(t);
	}
	if (p->forwarded > 0)
		table_ns(t, p->latency.max_ns, FALSE);
	else
		table_none(t);
}

static void combination_row(table *t, const result_combination *c)
{
	g_autofree char *reasons = joined_reasons(c);

	head_cells(t, c, "combination", -1);
	none_cells(t, 5); /* what only guests have */
	count_cells(t, &c->n, distance_max(c));
	dist_cells(t, &c->n.latency);
	dist_cells(t, &c->n.response);
	table_double(t, c->fairness.jain, "%.6g");
	table_double(t, c->fairness.min_max, "%.6g");
	report_worst_cell(t, c);
	table_u64(t, c->fairness.nb_silent);
	table_string(t, reasons);
	none_cells(t, 2);
	cpu_cells(t, &c->cpu);
	probes_cells(t, &c->probes);
}

/* What the guests of a group have in common stands in the guests' columns. */
static void group_row(table *t, const result_combination *c, guint group)
{
	const struct result_group *g = &c->groups[group];
	uint64_t distance = 0;

	for (guint i = 0; i < c->nb_guests; i++) {
		if (c->guests[i].group_row == group)
			distance = MAX(distance, c->guests[i].reorder_distance_max);
	}
	head_cells(t, c, "group", -1);
	table_none(t);
	table_string(t, g->interface);
	table_none(t);
	table_string(t, g->group);
	table_none(t);
	count_cells(t, &g->n, distance);
	dist_cells(t, &g->n.latency);
	dist_cells(t, &g->n.response);
	none_cells(t, 5);
	table_u64(t, g->guests);
	table_double(t, g->share, "%.6g");
	none_cells(t, CPU_COLUMNS + PROBES_COLUMNS);
}

static void guest_row(table *t, const result_combination *c, const struct result_guest *g)
{
	head_cells(t, c, "guest", (int)g->guest);
	table_string(t, g->mac);
	table_string(t, g->interface);
	table_string(t, g->profile);
	table_string(t, g->group);
	table_string(t, g->state);
	count_cells(t, &g->n, g->reorder_distance_max);
	dist_cells(t, &g->n.latency);
	dist_cells(t, &g->n.response);
	none_cells(t, 6); /* what only combinations and groups have */
	table_double(t, g->share, "%.6g");
	none_cells(t, CPU_COLUMNS);
	guest_probes_cells(t, c, g);
}

static void set_numbers(JsonObject *o, const struct result_numbers *n)
{
	trial_json_set_counts(o, &n->c, n->measured_s, n->one_way);
	json_out_double(o, "measured_s", n->measured_s);
	json_out_double(o, "loss_ratio_min", n->loss.min);
	json_out_double(o, "loss_ratio_max", n->loss.max);
}

static void set_dists(JsonObject *o, const struct result_numbers *n)
{
	json_object_set_object_member(o, "latency", trial_json_dist(&n->latency));
	json_object_set_object_member(o, "response", trial_json_dist(&n->response));
}

static JsonArray *trials(const result_combination *c)
{
	JsonArray *all = json_array_new();

	for (guint i = 0; i < c->trials->len; i++) {
		const trial *t = g_ptr_array_index(c->trials, i);
		JsonObject *o = json_object_new();

		json_object_set_int_member(o, "repetition", t->params.repetition);
		json_object_set_string_member(o, "started", result_started(t));
		json_object_set_boolean_member(o, "trustworthy", t->trustworthy);
		json_object_set_boolean_member(o, "interrupted", t->interrupted);
		json_out_double(o, "measured_s", t->measured_s);
		trial_json_set_counts(o, &t->totals, t->measured_s, trial_is_one_way(t));
		json_object_set_object_member(o, "latency", trial_json_dist(&t->latency));
		json_object_set_object_member(o, "response", trial_json_dist(&t->response));
		if (t->probes.used)
			json_object_set_object_member(
				o, "probes", trial_json_probes(&t->probes, t->measured_s));
		if (t->cpu.known)
			json_object_set_object_member(o, "cpu", trial_json_cpu(&t->cpu));
		json_array_add_object_element(all, o);
	}
	return all;
}

static JsonObject *verdict(const result_combination *c)
{
	JsonObject *o = json_object_new();
	JsonArray *reasons = json_array_new();

	json_object_set_boolean_member(o, "trustworthy", c->trustworthy);
	json_object_set_boolean_member(o, "interrupted", c->nb_interrupted > 0);
	for (guint i = 0; i < c->reasons->len; i++)
		json_array_add_string_element(reasons, g_ptr_array_index(c->reasons, i));
	json_object_set_array_member(o, "reasons", reasons);
	return o;
}

static JsonObject *fairness(const result_combination *c)
{
	JsonObject *o = json_object_new();

	json_out_double(o, "jain", c->fairness.jain);
	json_out_double(o, "min_max_ratio", c->fairness.min_max);
	if (c->fairness.worst_guest >= 0)
		json_object_set_int_member(o, "worst_guest", c->fairness.worst_guest);
	else
		json_object_set_null_member(o, "worst_guest");
	json_object_set_int_member(o, "guests_without_frames", c->fairness.nb_silent);
	return o;
}

static JsonArray *groups(const result_combination *c)
{
	JsonArray *all = json_array_new();

	for (guint i = 0; i < c->nb_groups; i++) {
		const struct result_group *g = &c->groups[i];
		JsonObject *o = json_object_new();

		json_object_set_string_member(o, "group", g->group);
		json_object_set_string_member(o, "interface", g->interface);
		json_object_set_int_member(o, "guests", g->guests);
		json_out_double(o, "share", g->share);
		set_numbers(o, &g->n);
		set_dists(o, &g->n);
		json_array_add_object_element(all, o);
	}
	return all;
}

static JsonArray *guests(const result_combination *c)
{
	JsonArray *all = json_array_new();

	for (guint i = 0; i < c->nb_guests; i++) {
		const struct result_guest *g = &c->guests[i];
		JsonObject *o = json_object_new();

		json_object_set_int_member(o, "guest", g->guest);
		json_object_set_string_member(o, "mac", g->mac);
		json_object_set_string_member(o, "interface", g->interface);
		json_object_set_string_member(o, "profile", g->profile);
		json_object_set_string_member(o, "group", g->group);
		json_object_set_string_member(o, "state", g->state);
		set_numbers(o, &g->n);
		json_object_set_int_member(
			o, "reorder_distance_max", (gint64)g->reorder_distance_max);
		set_dists(o, &g->n);
		if (c->probes.used)
			json_object_set_object_member(o, "probes",
				trial_json_guest_probes(&g->probes, c->trials->len == 1));
		json_array_add_object_element(all, o);
	}
	return all;
}

static JsonArray *sizes(const result_combination *c)
{
	JsonArray *all = json_array_new();

	for (guint i = 0; i < c->nb_sizes; i++) {
		const struct result_size *s = &c->sizes[i];
		JsonObject *o = json_object_new();

		json_object_set_int_member(o, "frame_bytes", s->frame_len_lo);
		json_object_set_int_member(o, "frame_bytes_max", s->frame_len_hi);
		set_numbers(o, &s->n);
		set_dists(o, &s->n);
		json_array_add_object_element(all, o);
	}
	return all;
}

void summary_add(summary *s, const result_combination *c)
{
	JsonObject *o = json_object_new(), *totals = json_object_new();
	JsonObject *params = trial_json_params(&c->params);

	combination_row(s->rows, c);
	for (guint i = 0; i < c->nb_groups; i++)
		group_row(s->rows, c, i);
	for (guint i = 0; i < c->nb_guests; i++)
		guest_row(s->rows, c, &c->guests[i]);

	json_object_remove_member(params, "repetition");
	json_object_set_object_member(o, "parameters", params);
	json_object_set_string_member(o, "infix", c->file_infix);
	json_object_set_int_member(o, "repetitions", c->trials->len);
	json_object_set_object_member(o, "verdict", verdict(c));
	set_numbers(totals, &c->n);
	json_object_set_object_member(o, "totals", totals);
	set_dists(o, &c->n);
	json_object_set_object_member(o, "fairness", fairness(c));
	if (c->probes.used)
		json_object_set_object_member(
			o, "probes", trial_json_probes(&c->probes, c->n.measured_s));
	if (c->cpu.known)
		json_object_set_object_member(o, "cpu", trial_json_cpu(&c->cpu));
	json_object_set_array_member(o, "groups", groups(c));
	json_object_set_array_member(o, "sizes", sizes(c));
	json_object_set_array_member(o, "guests", guests(c));
	json_object_set_array_member(o, "trials", trials(c));
	json_array_add_object_element(s->combinations, o);
}

GVariant *summary_pack(const summary *s)
{
	g_autoptr(JsonNode) node = json_node_new(JSON_NODE_ARRAY);
	g_autofree char *text = NULL;
	g_autoptr(GVariant) rows = table_pack(s->rows);

	json_node_set_array(node, s->combinations);
	text = json_to_string(node, FALSE);
	return g_variant_ref_sink(g_variant_new("(@aa(ssmvbb)s)", rows, text));
}

void summary_append(summary *s, GVariant *packed)
{
	g_autoptr(GVariant) rows = g_variant_get_child_value(packed, 0);
	g_autoptr(GVariant) text = g_variant_get_child_value(packed, 1);
	g_autoptr(JsonNode) node = json_from_string(g_variant_get_string(text, NULL), NULL);
	JsonArray *combinations = json_node_get_array(node);

	table_append(s->rows, rows);
	for (guint i = 0; i < json_array_get_length(combinations); i++)
		json_array_add_element(s->combinations, json_array_dup_element(combinations, i));
}

char *summary_csv(const summary *s)
{
	return table_csv(s->rows);
}

char *summary_json(const summary *s)
{
	JsonObject *root = json_object_new();

	json_object_set_int_member(root, "schema", SUMMARY_SCHEMA);
	json_object_set_array_member(root, "combinations", json_array_ref(s->combinations));
	return json_out_text(root);
}
