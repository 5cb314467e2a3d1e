/* SPDX-License-Identifier: BSD-3-Clause */
#include "analyze/show/report.h"

#include <math.h>

#include "analyze/contract/trial_ipdv.h"
#include "analyze/results/result_columns.h"
#include "analyze/results/result_numbers.h"
#include "analyze/show/report_private.h"
#include "analyze/statistics/delay_variation.h"

#define AT(member_) .at = REPORT_AT(member_)

static gboolean quantile_of(const struct report_row *row, double q, struct result_quantile *out)
{
	gboolean response = row->o->response;

	*out = (struct result_quantile){ 0 };
	return row->whole ? result_quantile(row->c, response, q, out)
			  : result_numbers_quantile(&row->n, response, q, out);
}

/* A percentile. */
void report_quantile_cell(table *t, const void *row, const struct table_column *column)
{
	struct result_quantile v;
	gboolean known = quantile_of(row, column->q, &v);

	result_ns_cell(t, known, v.ns, v.bound);
}

/* Its ends over the repetitions, which of a guest are not kept apart. */
void report_least_cell(table *t, const void *row, const struct table_column *column)
{
	struct result_quantile v;
	gboolean known = quantile_of(row, column->q, &v);

	result_ns_cell(t, known && ((const struct report_row *)row)->whole, v.min_ns, v.min_bound);
}

void report_most_cell(table *t, const void *row, const struct table_column *column)
{
	struct result_quantile v;
	gboolean known = quantile_of(row, column->q, &v);

	result_ns_cell(t, known && ((const struct report_row *)row)->whole, v.max_ns, v.max_bound);
}

/* Whose clock said when probes arrived and departed. */
static void stamps_cell(table *t, const void *of, const struct table_column *column)
{
	const struct report_row *row = of;
	const struct trial_probes *p = &row->c->probes;
	g_autofree char *text = NULL;

	(void)column;
	if (!row->whole || !p->used || p->rx_stamps == NULL || p->tx_stamps == NULL) {
		table_none(t);
		return;
	}
	text = g_strdup_printf("%s/%s", p->rx_stamps, p->tx_stamps);
	table_string(t, text);
}

static const struct table_column overview_columns[] = {
	{ "offered_pps", "offered", TABLE_PPS, AT(n.offered_pps) },
	{ "forwarded_pps", "forward", TABLE_PPS, AT(n.forwarded_pps) },
	{ "loss_ratio", "loss", TABLE_RATIO, AT(n.loss.value) },
	{ "duplicated", "dup", TABLE_COUNT, AT(n.c.duplicated) },
	{ "reordered", "reord", TABLE_COUNT, AT(n.c.reordered) },
	{ "p50_ns", "p50", .cell = report_quantile_cell, .q = 0.5 },
	{ "p90_ns", "p90", .cell = report_quantile_cell, .q = 0.9 },
	{ "p99_ns", "p99", .cell = report_quantile_cell, .q = 0.99 },
	{ "p999_ns", "p99.9", .cell = report_quantile_cell, .q = 0.999 },
	{ "max_ns", "max", AT(n.latency), .cell = result_dist_max_cell },
	{ "probes_p50_ns", "probe50", AT(probes), .flags = TABLE_IF_ANY,
		.cell = result_dist_quantile_cell, .q = 0.5 },
	{ "probes_p99_ns", "probe99", AT(probes), .flags = TABLE_IF_ANY,
		.cell = result_dist_quantile_cell, .q = 0.99 },
	{ "probes_stamps", "rx/tx by", .flags = TABLE_IF_ANY, .cell = stamps_cell },
	{ "generator_cycles_per_frame", "cyc/frame", TABLE_REAL, AT(cycles),
		.flags = TABLE_IF_ANY },
	{ "jain", "Jain", TABLE_REAL, AT(fairness.jain) },
	{ "min_max_ratio", "min/max", TABLE_REAL, AT(fairness.min_max) },
	{ "worst_guest", "worst", TABLE_INDEX, AT(fairness.worst_guest) },
	{ "guests_without_frames", "no frames", TABLE_NUMBER, AT(fairness.nb_silent),
		.flags = TABLE_IF_ANY },
	{ "verdict", "verdict", TABLE_TEXT, AT(verdict) },
};
const report report_overview = { overview_columns, G_N_ELEMENTS(overview_columns), NULL, NULL };

static const struct table_column loss_columns[] = {
	{ "repetitions", "reps", TABLE_NUMBER, AT(repetitions) },
	{ "not_sent", "not sent", TABLE_COUNT, AT(n.c.not_sent), .flags = TABLE_IF_ANY },
	{ "unsent", "unsent", TABLE_COUNT, AT(n.c.unsent), .flags = TABLE_IF_ANY },
	{ "offered", "offered", TABLE_COUNT, AT(n.c.offered) },
	{ "forwarded", "forwarded", TABLE_COUNT, AT(n.c.forwarded) },
	{ "lost", "lost", TABLE_COUNT, AT(n.c.lost) },
	{ "loss_ratio", "loss", TABLE_RATIO, AT(n.loss.value) },
	{ "loss_ratio_min", "min", TABLE_RATIO, AT(n.loss.min) },
	{ "loss_ratio_max", "max", TABLE_RATIO, AT(n.loss.max) },
	{ "refused", "refused", TABLE_COUNT, AT(n.c.refused) },
	{ "duplicated", "dup", TABLE_COUNT, AT(n.c.duplicated) },
	{ "reordered", "reord", TABLE_COUNT, AT(n.c.reordered) },
	{ "corrupt", "corrupt", TABLE_COUNT, AT(n.c.corrupt) },
	{ "foreign", "stray", TABLE_COUNT, AT(n.c.foreign), .flags = TABLE_IF_ANY },
	{ "late", "late", TABLE_COUNT, AT(n.c.late) },
	{ "verdict", "verdict", TABLE_TEXT, AT(verdict) },
};
const report report_loss = { loss_columns, G_N_ELEMENTS(loss_columns), NULL, NULL };

static void autotest_row(table *t, struct report_row *row)
{
	row->autotest = result_autotest_loss(row->c);
	table_add(t, row);
}

static const struct table_column autotest_columns[] = {
	{ "repetitions", "reps", TABLE_NUMBER, AT(repetitions) },
	{ "logs", "logs", TABLE_NUMBER, AT(autotest.nb) },
	{ "autotest_loss_ratio", "autotest's loss", TABLE_RATIO, AT(autotest.loss) },
	{ "autotest_spread_ratio", "+-", TABLE_RATIO, AT(autotest.spread) },
	{ "verdict", "verdict", TABLE_TEXT, AT(verdict) },
};
const report report_autotest_loss = { autotest_columns, G_N_ELEMENTS(autotest_columns), NULL,
	autotest_row };

static void frame_cell(table *t, const void *of, const struct table_column *column)
{
	const struct report_row *row = of;

	(void)column;
	if (row->params->frame_len > 0)
		table_u64(t, row->params->frame_len);
	else
		table_string(t, "mix");
}

/* Loads of which nobody knows what was sent have none. */
static void known_pps_cell(table *t, const void *of, const struct table_column *column)
{
	const struct report_row *row = of;
	double pps = G_STRUCT_MEMBER(double, row, column->at);

	table_pps(t, row->n.c.offered > 0 && pps > 0 ? pps : NAN);
}

static const struct table_column summary_columns[] = {
	{ "frame_bytes", "frame", .cell = frame_cell },
	{ "repetitions", "reps", TABLE_NUMBER, AT(repetitions) },
	{ "offered_pps", "offered", AT(n.offered_pps), .cell = known_pps_cell },
	{ "forwarded_pps", "forward", AT(n.forwarded_pps), .cell = known_pps_cell },
	{ "loss_ratio", "loss", TABLE_RATIO, AT(n.loss.value) },
	{ "loss_ratio_min", "min", TABLE_RATIO, AT(n.loss.min) },
	{ "loss_ratio_max", "max", TABLE_RATIO, AT(n.loss.max) },
	{ "p25_ns", "p25", .cell = report_quantile_cell, .q = 0.25 },
	{ "p50_ns", "p50", .cell = report_quantile_cell, .q = 0.5 },
	{ "p50_min_ns", "p50 min", .flags = TABLE_HIDDEN, .cell = report_least_cell, .q = 0.5 },
	{ "p50_max_ns", "p50 max", .flags = TABLE_HIDDEN, .cell = report_most_cell, .q = 0.5 },
	{ "p75_ns", "p75", .cell = report_quantile_cell, .q = 0.75 },
	{ "p99_ns", "p99", .cell = report_quantile_cell, .q = 0.99 },
	{ "p99_min_ns", "p99 min", .cell = report_least_cell, .q = 0.99 },
	{ "p99_max_ns", "p99 max", .cell = report_most_cell, .q = 0.99 },
	{ "verdict", "verdict", TABLE_TEXT, AT(verdict) },
};
const report report_summary = { summary_columns, G_N_ELEMENTS(summary_columns), NULL, NULL };

static struct table_time time_of(gboolean known, uint64_t ns, gboolean bound)
{
	return (struct table_time){ ns, bound, known };
}

static void fairness_row(table *t, struct report_row *row)
{
	static const double q[] = { 0.5, 0.99 };
	const result_combination *c = row->c;

	for (guint i = 0; i < G_N_ELEMENTS(q); i++) {
		struct result_quantile v = { 0 };
		gboolean known = result_guests_quantile(c, q[i], &v);

		row->least_of_guests[i] = time_of(known, v.min_ns, v.min_bound);
		row->most_of_guests[i] = time_of(known, v.max_ns, v.max_bound);
	}
	row->most_loss = NAN;
	for (guint i = 0; i < c->nb_guests; i++)
		row->most_loss = fmax(row->most_loss, c->guests[i].n.loss.value);
	table_add(t, row);
}

static const struct table_column guests_columns[] = {
	{ "jain", "Jain", TABLE_REAL, AT(fairness.jain) },
	{ "gini", "Gini", TABLE_REAL, AT(fairness.gini) },
	{ "min_max_ratio", "min/max", TABLE_REAL, AT(fairness.min_max) },
	{ "guests_below_90_percent", "below 90 %", TABLE_NUMBER, AT(fairness.nb_below) },
	{ "p50_min_ns", "p50 min", TABLE_TIME, AT(least_of_guests[0]) },
	{ "p50_max_ns", "p50 max", TABLE_TIME, AT(most_of_guests[0]) },
	{ "p99_min_ns", "p99 min", TABLE_TIME, AT(least_of_guests[1]) },
	{ "p99_max_ns", "p99 max", TABLE_TIME, AT(most_of_guests[1]) },
	{ "loss_ratio_max", "max loss", TABLE_RATIO, AT(most_loss) },
	{ "worst_guest", "worst guest", TABLE_INDEX, AT(fairness.worst_guest) },
	{ "guests_without_frames", "no frames", TABLE_NUMBER, AT(fairness.nb_silent),
		.flags = TABLE_IF_ANY },
	{ "verdict", "verdict", TABLE_TEXT, AT(verdict) },
};
const report report_guests = { guests_columns, G_N_ELEMENTS(guests_columns), NULL, fairness_row };

/* A row of the same combination that is about some of its frames. */
static struct report_row part_of(const struct report_row *whole, const struct result_numbers *n)
{
	struct report_row row = *whole;

	row.whole = FALSE;
	row.n = *n;
	row.times = row.o->response ? n->response : n->latency;
	return row;
}

static void guest_rows(table *t, struct report_row *whole)
{
	for (guint i = 0; i < whole->c->nb_guests; i++) {
		struct report_row row = part_of(whole, &whole->c->guests[i].n);

		row.guest = whole->c->guests[i];
		table_add(t, &row);
	}
}

/* The groups of a fleet are its interfaces, which have a column. */
static void group_cell(table *t, const void *row, const struct table_column *column)
{
	const struct result_guest *g = &((const struct report_row *)row)->guest;

	(void)column;
	table_string(t, g_strcmp0(g->group, g->interface) == 0 ? "" : g->group);
}

static const struct table_column each_guest_columns[] = {
	{ "guest", NULL, TABLE_NUMBER, AT(guest.guest), .flags = TABLE_KEY },
	{ "interface_of_guest", "interface", TABLE_TEXT, AT(guest.interface),
		.flags = TABLE_IF_DIFFERS | TABLE_KEY },
	{ "group", .flags = TABLE_IF_DIFFERS | TABLE_KEY, .cell = group_cell },
	{ "share_of_guest", "share", TABLE_REAL, AT(guest.share) },
	{ "offered", NULL, TABLE_COUNT, AT(n.c.offered) },
	{ "forwarded", NULL, TABLE_COUNT, AT(n.c.forwarded) },
	{ "loss_ratio", "loss", TABLE_RATIO, AT(n.loss.value) },
	{ "p50_ns", "p50", .cell = report_quantile_cell, .q = 0.5 },
	{ "p99_ns", "p99", .cell = report_quantile_cell, .q = 0.99 },
	{ "state", NULL, TABLE_TEXT, AT(guest.state) },
};
const report report_each_guest = { each_guest_columns, G_N_ELEMENTS(each_guest_columns), NULL,
	guest_rows };

static void size_rows(table *t, struct report_row *whole)
{
	for (guint i = 0; i < whole->c->nb_sizes; i++) {
		struct report_row row = part_of(whole, &whole->c->sizes[i].n);

		row.size = whole->c->sizes[i];
		table_add(t, &row);
	}
}

static const struct table_column sizes_columns[] = {
	{ "frame_bytes_min", "frame", TABLE_NUMBER, AT(size.frame_len_lo), .flags = TABLE_KEY },
	{ "frame_bytes_max", "to", TABLE_NUMBER, AT(size.frame_len_hi), .flags = TABLE_KEY },
	{ "offered", NULL, TABLE_COUNT, AT(n.c.offered) },
	{ "forwarded", NULL, TABLE_COUNT, AT(n.c.forwarded) },
	{ "lost", NULL, TABLE_COUNT, AT(n.c.lost) },
	{ "loss_ratio", "loss", TABLE_RATIO, AT(n.loss.value) },
	{ "loss_ratio_min", "min", TABLE_RATIO, AT(n.loss.min) },
	{ "loss_ratio_max", "max", TABLE_RATIO, AT(n.loss.max) },
	{ "p50_ns", "p50", .cell = report_quantile_cell, .q = 0.5 },
	{ "p99_ns", "p99", .cell = report_quantile_cell, .q = 0.99 },
};
const report report_sizes = { sizes_columns, G_N_ELEMENTS(sizes_columns), NULL, size_rows };

/* Delays are of the worst repetition: medians of percentiles of other runs would hide it. */
static void departures_row(table *t, struct report_row *row)
{
	row->departures = result_departure_reps(row->c);
	for (guint i = 0; i < row->c->trials->len; i++) {
		const struct trial_departure
			*d = &((const trial *)g_ptr_array_index(row->c->trials, i))->departure;
		const uint64_t ns[] = { d->self_delay_p50_ns, d->self_delay_p99_ns,
			d->self_delay_max_ns };

		for (guint k = 0; k < G_N_ELEMENTS(ns); k++) {
			row->self_delay[k].known |= d->frames > 0;
			row->self_delay[k].ns = MAX(row->self_delay[k].ns, ns[k]);
		}
	}
	table_add(t, row);
}

static const struct table_column departures_columns[] = {
	{ "repetitions", "reps", TABLE_NUMBER, AT(repetitions) },
	{ "within_64ns_ratio", "64ns", TABLE_RATIO, AT(departures.schedule[0].median) },
	{ "within_128ns_ratio", "128ns", TABLE_RATIO, AT(departures.schedule[1].median) },
	{ "within_256ns_ratio", "256ns", TABLE_RATIO, AT(departures.schedule[2].median) },
	{ "within_512ns_ratio", "512ns", TABLE_RATIO, AT(departures.schedule[3].median) },
	{ "gap_within_64ns_ratio", "gap 64ns", TABLE_RATIO, AT(departures.gap[0].median) },
	{ "gap_within_128ns_ratio", "gap 128ns", TABLE_RATIO, AT(departures.gap[1].median) },
	{ "gap_within_256ns_ratio", "gap 256ns", TABLE_RATIO, AT(departures.gap[2].median) },
	{ "gap_within_512ns_ratio", "gap 512ns", TABLE_RATIO, AT(departures.gap[3].median) },
	{ "bursts_ratio", "bursts", TABLE_RATIO, AT(departures.bursts.median) },
	{ "self_delay_p50_ns", "delay p50", TABLE_TIME, AT(self_delay[0]) },
	{ "self_delay_p99_ns", "p99", TABLE_TIME, AT(self_delay[1]) },
	{ "self_delay_max_ns", "max", TABLE_TIME, AT(self_delay[2]) },
};
const report report_departures = { departures_columns, G_N_ELEMENTS(departures_columns), NULL,
	departures_row };

static void pdv_cell(table *t, const void *row, const struct table_column *column)
{
	const struct trial_dist *d = &((const struct report_row *)row)->n.latency;
	uint64_t ns = 0;
	gboolean bound = FALSE, known;

	known = delay_variation_quantile(d, column->q, &ns, &bound) == 0;
	result_ns_cell(t, known, ns, bound);
}

static void signed_cell(table *t, gboolean known, int64_t ns)
{
	if (known)
		table_signed_ns(t, ns);
	else
		table_none(t);
}

/* An end, at its place in the IPDV. */
static void ipdv_end_cell(table *t, const void *row, const struct table_column *column)
{
	const struct trial_ipdv *d = &((const struct report_row *)row)->c->ipdv;

	signed_cell(t, d->pairs > 0, G_STRUCT_MEMBER(int64_t, d, column->at));
}

static void ipdv_cell(table *t, const void *row, const struct table_column *column)
{
	const struct trial_ipdv *d = &((const struct report_row *)row)->c->ipdv;
	int64_t ns = 0;
	gboolean known = trial_ipdv_quantile(d, column->q, &ns) == 0;

	signed_cell(t, known, ns);
}

static void delay_row(table *t, struct report_row *row)
{
	const GPtrArray *trials = row->c->trials;
	g_autofree const struct trial_dist **of = g_new(const struct trial_dist *, trials->len);
	struct table_time *rfc = &row->rfc8219;

	for (guint i = 0; i < trials->len; i++)
		of[i] = &((const trial *)g_ptr_array_index(trials, i))->latency;
	rfc->known = delay_variation_rfc8219(of, trials->len, &rfc->ns, &rfc->bound) == 0;
	row->delay_min.known = delay_variation_least(&row->n.latency, &row->delay_min.ns) == 0;
	row->ipdv_abs_p99.known = trial_ipdv_magnitude(
					  &row->c->ipdv, 0.99, &row->ipdv_abs_p99.ns) == 0;
	row->nb_ipdv = row->c->nb_ipdv;
	row->ipdv_pairs = row->c->ipdv.recorded ? (int64_t)row->c->ipdv.pairs : -1;
	table_add(t, row);
}

#define IPDV_AT(member_) .at = offsetof(struct trial_ipdv, member_)

static const struct table_column delay_columns[] = {
	{ "repetitions", "reps", TABLE_NUMBER, AT(repetitions) },
	{ "count", "received", TABLE_COUNT, AT(n.latency.count) },
	{ "censored", "lost", TABLE_COUNT, AT(n.latency.censored) },
	{ "min_ns", "Dmin", TABLE_TIME, AT(delay_min) },
	{ "pdv_p50_ns", "PDV p50", .cell = pdv_cell, .q = 0.5 },
	{ "pdv_p95_ns", "PDV p95", .cell = pdv_cell, .q = 0.95 },
	{ "pdv_p99_ns", "PDV p99", .cell = pdv_cell, .q = 0.99 },
	{ "pdv_p999_ns", "PDV p99.9", .cell = pdv_cell, .q = 0.999 },
	{ "rfc8219_pdv_ns", "RFC 8219", TABLE_TIME, AT(rfc8219) },
	{ "ipdv_repetitions", "IPDV reps", TABLE_NUMBER, AT(nb_ipdv), .flags = TABLE_HIDDEN },
	{ "ipdv_pairs", "IPDV pairs", TABLE_KNOWN, AT(ipdv_pairs) },
	{ "ipdv_min_ns", "IPDV min", IPDV_AT(min_ns), .cell = ipdv_end_cell },
	{ "ipdv_p1_ns", "IPDV p1", .cell = ipdv_cell, .q = 0.01 },
	{ "ipdv_p50_ns", "IPDV p50", .cell = ipdv_cell, .q = 0.5 },
	{ "ipdv_p99_ns", "IPDV p99", .cell = ipdv_cell, .q = 0.99 },
	{ "ipdv_max_ns", "IPDV max", IPDV_AT(max_ns), .cell = ipdv_end_cell },
	{ "ipdv_abs_p99_ns", "|IPDV| p99", TABLE_TIME, AT(ipdv_abs_p99) },
	{ "verdict", "verdict", TABLE_TEXT, AT(verdict) },
};
const report report_delay = { delay_columns, G_N_ELEMENTS(delay_columns), NULL, delay_row };

static const struct report_options nothing_asked;

static void of_guest_cell(table *t, const void *of, const struct table_column *column)
{
	const struct report_row *row = of;

	(void)column;
	if (row->whole)
		table_string(t, "all");
	else
		table_u64(t, row->guest.guest);
}

table *report_new(const report *r, const struct report_options *o)
{
	static const struct table_column guest = { "guest", .flags = TABLE_KEY,
		.cell = of_guest_cell };
	table *t = table_new();

	result_params_columns(t);
	if (o != NULL && o->guests)
		table_columns(t, &guest, 1);
	table_columns(t, r->columns, r->nb);
	if (r->more != NULL)
		r->more(t, o);
	return t;
}

void report_add(
	table *t, const report *r, const result_combination *c, const struct report_options *o)
{
	struct report_row row = {
		.params = &c->params,
		.c = c,
		.o = o != NULL ? o : &nothing_asked,
		.repetitions = c->trials->len,
		.verdict = result_verdict(c),
		.probes = c->probes.latency,
		.cycles = trial_cpu_cycles(&c->cpu, &c->cpu.generator),
		.fairness = c->fairness,
	};

	row = part_of(&row, &c->n);
	row.whole = TRUE;
	if (r->rows != NULL) {
		r->rows(t, &row);
		return;
	}
	table_add(t, &row);
	if (row.o->guests)
		guest_rows(t, &row);
}
