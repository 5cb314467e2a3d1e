/* SPDX-License-Identifier: BSD-3-Clause */
#include "analyze/results/summary.h"

#include <math.h>

#include "analyze/base/json_out.h"
#include "analyze/results/result_columns.h"
#include "analyze/results/result_find.h"
#include "analyze/contract/trial_json.h"

struct summary {
	table *rows;
	JsonArray *combinations;
};

/* Of a combination, one of its groups or one of its guests; what it does not have is none. */
struct summary_row {
	const struct trial_params *params; /* first: result_params_columns */
	const char *kind;
	int guest; /* below 0: none; so in all of this type */
	guint repetitions;
	gboolean trustworthy, interrupted;
	const char *mac, *interface, *profile, *group, *state; /* NULL: none */
	struct result_numbers n;
	uint64_t reorder_distance_max;
	double jain, min_max; /* NAN: none; so in all of this type */
	int worst_guest, nb_silent;
	const char *reasons;
	int group_guests;
	double share;
	double cycles[3]; /* generator, host, guests */
	int64_t cpu_ns[3];
	int64_t probes_offered, probes_forwarded, probes_lost, late_back;
	double probes_loss;
	int64_t stamp_error_ns, set_aside;
	const char *rx_stamps, *tx_stamps;
	struct trial_dist probes;
	/* A guest's probes: of the percentiles, the trial has kept two, if there is but one. */
	gboolean is_guest;
	struct table_time probes_p50, probes_p99;
};

static void probes_quantile_cell(table *t, const void *of, const struct table_column *column)
{
	const struct summary_row *row = of;
	const struct table_time *kept = column->q == 0.5    ? &row->probes_p50
					: column->q == 0.99 ? &row->probes_p99
							    : NULL;

	if (!row->is_guest)
		result_dist_quantile_cell(t, of, column);
	else if (kept != NULL && kept->known)
		table_ns(t, kept->ns, kept->bound);
	else
		table_none(t);
}

#define AT(member_) .at = offsetof(struct summary_row, member_)

#define QUANTILE_COLUMN(name_, member_, cell_, q_)                     \
	{                                                              \
		name_ "_ns", NULL, AT(member_), .cell = cell_, .q = q_ \
	}
#define DIST_COLUMNS(prefix_, member_, cell_)                                           \
	{ prefix_ "_mean_ns", NULL, AT(member_), .cell = result_dist_mean_cell },       \
		{ prefix_ "_min_ns", NULL, AT(member_), .cell = result_dist_min_cell }, \
		QUANTILE_COLUMN(prefix_ "_p25", member_, cell_, 0.25),                  \
		QUANTILE_COLUMN(prefix_ "_p50", member_, cell_, 0.5),                   \
		QUANTILE_COLUMN(prefix_ "_p75", member_, cell_, 0.75),                  \
		QUANTILE_COLUMN(prefix_ "_p90", member_, cell_, 0.9),                   \
		QUANTILE_COLUMN(prefix_ "_p99", member_, cell_, 0.99),                  \
		QUANTILE_COLUMN(prefix_ "_p999", member_, cell_, 0.999),                \
		QUANTILE_COLUMN(prefix_ "_p9999", member_, cell_, 0.9999),              \
	{                                                                               \
		prefix_ "_max_ns", NULL, AT(member_), .cell = result_dist_max_cell      \
	}

static const struct table_column before_params[] = {
	{ "row", NULL, TABLE_TEXT, AT(kind) },
	{ "guest", NULL, TABLE_INDEX, AT(guest) },
	{ "repetitions", NULL, TABLE_NUMBER, AT(repetitions) },
	{ "trustworthy", NULL, TABLE_YES, AT(trustworthy) },
	{ "interrupted", NULL, TABLE_YES, AT(interrupted) },
};

static const struct table_column after_params[] = {
	{ "mac", NULL, TABLE_TEXT, AT(mac) },
	{ "guest_interface", NULL, TABLE_TEXT, AT(interface) },
	{ "guest_profile", NULL, TABLE_TEXT, AT(profile) },
	{ "group", NULL, TABLE_TEXT, AT(group) },
	{ "state", NULL, TABLE_TEXT, AT(state) },
	{ "measured_s", NULL, TABLE_REAL, AT(n.measured_s) },
};
/* Then the counts. */
static const struct table_column after_counts[] = {
	{ "reorder_distance_max", NULL, TABLE_COUNT, AT(reorder_distance_max) },
	{ "intended_pps", NULL, TABLE_REAL, AT(n.intended_pps) },
	{ "offered_pps", NULL, TABLE_REAL, AT(n.offered_pps) },
	{ "forwarded_pps", NULL, TABLE_REAL, AT(n.forwarded_pps) },
	{ "loss_ratio", NULL, TABLE_REAL, AT(n.loss.value) },
	{ "loss_ratio_min", NULL, TABLE_REAL, AT(n.loss.min) },
	{ "loss_ratio_max", NULL, TABLE_REAL, AT(n.loss.max) },
	DIST_COLUMNS("latency", n.latency, result_dist_quantile_cell),
	DIST_COLUMNS("response", n.response, result_dist_quantile_cell),
	{ "jain", NULL, TABLE_REAL, AT(jain) },
	{ "min_max_ratio", NULL, TABLE_REAL, AT(min_max) },
	{ "worst_guest", NULL, TABLE_INDEX, AT(worst_guest) },
	{ "guests_without_frames", NULL, TABLE_INDEX, AT(nb_silent) },
	{ "reasons", NULL, TABLE_TEXT, AT(reasons) },
	{ "group_guests", NULL, TABLE_INDEX, AT(group_guests) },
	{ "share", NULL, TABLE_REAL, AT(share) },
	{ "generator_cycles_per_frame", NULL, TABLE_REAL, AT(cycles[0]) },
	{ "host_cycles_per_frame", NULL, TABLE_REAL, AT(cycles[1]) },
	{ "guests_cycles_per_frame", NULL, TABLE_REAL, AT(cycles[2]) },
	{ "generator_cpu_ns", NULL, TABLE_KNOWN, AT(cpu_ns[0]) },
	{ "host_cpu_ns", NULL, TABLE_KNOWN, AT(cpu_ns[1]) },
	{ "guests_cpu_ns", NULL, TABLE_KNOWN, AT(cpu_ns[2]) },
	{ "probes_offered", NULL, TABLE_KNOWN, AT(probes_offered) },
	{ "probes_forwarded", NULL, TABLE_KNOWN, AT(probes_forwarded) },
	{ "probes_lost", NULL, TABLE_KNOWN, AT(probes_lost) },
	{ "probes_loss_ratio", NULL, TABLE_REAL, AT(probes_loss) },
	{ "probes_late_back", NULL, TABLE_KNOWN, AT(late_back) },
	{ "probes_rx_stamps", NULL, TABLE_TEXT, AT(rx_stamps) },
	{ "probes_tx_stamps", NULL, TABLE_TEXT, AT(tx_stamps) },
	{ "probes_stamp_error_ns", NULL, TABLE_KNOWN, AT(stamp_error_ns) },
	{ "probes_set_aside", NULL, TABLE_KNOWN, AT(set_aside) },
	DIST_COLUMNS("probes_latency", probes, probes_quantile_cell),
};

summary *summary_new(void)
{
	summary *s = g_new0(summary, 1);

	s->rows = table_new();
	s->combinations = json_array_new();
	table_columns(s->rows, before_params, G_N_ELEMENTS(before_params));
	result_params_columns(s->rows);
	table_columns(s->rows, after_params, G_N_ELEMENTS(after_params));
	result_counts_columns(s->rows, offsetof(struct summary_row, n.c));
	table_columns(s->rows, after_counts, G_N_ELEMENTS(after_counts));
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

/* What all rows of a combination say. */
static struct summary_row row_of(
	const result_combination *c, const char *kind, const struct result_numbers *n)
{
	return (struct summary_row){
		.params = &c->params,
		.kind = kind,
		.guest = -1,
		.repetitions = c->trials->len,
		.trustworthy = c->trustworthy,
		.interrupted = c->nb_interrupted > 0,
		.n = *n,
		.jain = NAN,
		.min_max = NAN,
		.worst_guest = -1,
		.nb_silent = -1,
		.group_guests = -1,
		.share = NAN,
		.cycles = { NAN, NAN, NAN },
		.cpu_ns = { -1, -1, -1 },
		.probes_offered = -1,
		.probes_forwarded = -1,
		.probes_lost = -1,
		.late_back = -1,
		.stamp_error_ns = -1,
		.set_aside = -1,
		.probes_loss = NAN,
	};
}

static void set_probes(struct summary_row *row, uint64_t offered, uint64_t forwarded, uint64_t lost)
{
	row->probes_offered = (int64_t)offered;
	row->probes_forwarded = (int64_t)forwarded;
	row->probes_lost = (int64_t)lost;
	row->probes_loss = offered > 0 ? (double)lost / (double)offered : NAN;
}

static void add_combination(table *t, const result_combination *c)
{
	const struct trial_cpu_part *cpu[] = { &c->cpu.generator, &c->cpu.host, &c->cpu.guests };
	struct summary_row row = row_of(c, "combination", &c->n);
	g_autoptr(GString) reasons = g_string_new(NULL);

	for (guint i = 0; i < c->reasons->len; i++)
		g_string_append_printf(reasons, "%s%s", i > 0 ? "; " : "",
			(const char *)g_ptr_array_index(c->reasons, i));
	for (guint i = 0; i < c->nb_guests; i++)
		row.reorder_distance_max = MAX(
			row.reorder_distance_max, c->guests[i].reorder_distance_max);
	row.jain = c->fairness.jain;
	row.min_max = c->fairness.min_max;
	row.worst_guest = c->fairness.worst_guest;
	row.nb_silent = (int)c->fairness.nb_silent;
	row.reasons = reasons->str;
	for (guint i = 0; i < G_N_ELEMENTS(cpu); i++) {
		row.cycles[i] = trial_cpu_cycles(&c->cpu, cpu[i]);
		row.cpu_ns[i] = c->cpu.known ? (int64_t)cpu[i]->cpu_ns : -1;
	}
	if (c->probes.used) {
		set_probes(&row, c->probes.c.offered, c->probes.c.forwarded, c->probes.c.lost);
		row.late_back = (int64_t)c->probes.late_back;
		row.rx_stamps = c->probes.rx_stamps;
		row.tx_stamps = c->probes.tx_stamps;
		row.stamp_error_ns = (int64_t)c->probes.stamp_error_ns;
		row.set_aside = (int64_t)c->probes.set_aside;
		row.probes = c->probes.latency;
	}
	table_add(t, &row);
}

/* What the guests of a group have in common stands in the guests' columns. */
static void add_group(table *t, const result_combination *c, guint group)
{
	const struct result_group *g = &c->groups[group];
	struct summary_row row = row_of(c, "group", &g->n);

	for (guint i = 0; i < c->nb_guests; i++) {
		if (c->guests[i].group_row == group)
			row.reorder_distance_max = MAX(
				row.reorder_distance_max, c->guests[i].reorder_distance_max);
	}
	row.interface = g->interface;
	row.group = g->group;
	row.group_guests = (int)g->guests;
	row.share = g->share;
	table_add(t, &row);
}

static void add_guest(table *t, const result_combination *c, const struct result_guest *g)
{
	const struct trial_guest_probes *p = &g->probes;
	gboolean kept = c->probes.used && c->trials->len == 1 && p->offered > 0;
	struct summary_row row = row_of(c, "guest", &g->n);

	row.guest = (int)g->guest;
	row.mac = g->mac;
	row.interface = g->interface;
	row.profile = g->profile;
	row.group = g->group;
	row.state = g->state;
	row.reorder_distance_max = g->reorder_distance_max;
	row.share = g->share;
	row.is_guest = TRUE;
	if (c->probes.used) {
		set_probes(&row, p->offered, p->forwarded, p->lost);
		row.probes = p->latency;
	}
	row.probes_p50 = (struct table_time){ p->p50_ns, p->p50_bound, kept };
	row.probes_p99 = (struct table_time){ p->p99_ns, p->p99_bound, kept };
	table_add(t, &row);
}

static void set_numbers(JsonObject *o, const struct result_numbers *n)
{
	trial_json_set_counts(o, &n->c, n->measured_s, n->one_way);
	json_out_double(o, "measured_s", n->measured_s);
	json_out_double(o, "loss_ratio_min", n->loss.min);
	json_out_double(o, "loss_ratio_max", n->loss.max);
}

static void set_record(
	JsonObject *o, const char *key, const struct trial_record *r, const void *record)
{
	json_object_set_object_member(o, key, trial_json_record(r, record, NULL));
}

static void set_dists(
	JsonObject *o, const struct trial_dist *latency, const struct trial_dist *response)
{
	set_record(o, "latency", &trial_dist_fields, latency);
	set_record(o, "response", &trial_dist_fields, response);
}

static JsonArray *trials_json(const result_combination *c)
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
		set_dists(o, &t->latency, &t->response);
		if (t->probes.used)
			json_object_set_object_member(
				o, "probes", trial_json_probes(&t->probes, t->measured_s));
		if (t->cpu.known)
			set_record(o, "cpu", &trial_cpu_fields, &t->cpu);
		json_array_add_object_element(all, o);
	}
	return all;
}

static JsonObject *verdict_json(const result_combination *c)
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

static JsonObject *fairness_json(const result_combination *c)
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

static JsonArray *groups_json(const result_combination *c)
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
		set_dists(o, &g->n.latency, &g->n.response);
		json_array_add_object_element(all, o);
	}
	return all;
}

static JsonArray *guests_json(const result_combination *c)
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
		set_dists(o, &g->n.latency, &g->n.response);
		if (c->probes.used)
			json_object_set_object_member(o, "probes",
				trial_json_guest_probes(&g->probes, c->trials->len == 1));
		json_array_add_object_element(all, o);
	}
	return all;
}

static JsonArray *sizes_json(const result_combination *c)
{
	JsonArray *all = json_array_new();

	for (guint i = 0; i < c->nb_sizes; i++) {
		const struct result_size *s = &c->sizes[i];
		JsonObject *o = json_object_new();

		json_object_set_int_member(o, "frame_bytes", s->frame_len_lo);
		json_object_set_int_member(o, "frame_bytes_max", s->frame_len_hi);
		set_numbers(o, &s->n);
		set_dists(o, &s->n.latency, &s->n.response);
		json_array_add_object_element(all, o);
	}
	return all;
}

void summary_add(summary *s, const result_combination *c)
{
	JsonObject *o = json_object_new(), *totals = json_object_new();
	JsonObject *params = trial_json_record(&trial_params_fields, &c->params, NULL);

	add_combination(s->rows, c);
	for (guint i = 0; i < c->nb_groups; i++)
		add_group(s->rows, c, i);
	for (guint i = 0; i < c->nb_guests; i++)
		add_guest(s->rows, c, &c->guests[i]);

	json_object_remove_member(params, "repetition");
	json_object_set_object_member(o, "parameters", params);
	json_object_set_string_member(o, "infix", c->file_infix);
	json_object_set_int_member(o, "repetitions", c->trials->len);
	json_object_set_object_member(o, "verdict", verdict_json(c));
	set_numbers(totals, &c->n);
	json_object_set_object_member(o, "totals", totals);
	set_dists(o, &c->n.latency, &c->n.response);
	json_object_set_object_member(o, "fairness", fairness_json(c));
	if (c->probes.used)
		json_object_set_object_member(
			o, "probes", trial_json_probes(&c->probes, c->n.measured_s));
	if (c->cpu.known)
		set_record(o, "cpu", &trial_cpu_fields, &c->cpu);
	json_object_set_array_member(o, "groups", groups_json(c));
	json_object_set_array_member(o, "sizes", sizes_json(c));
	json_object_set_array_member(o, "guests", guests_json(c));
	json_object_set_array_member(o, "trials", trials_json(c));
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
