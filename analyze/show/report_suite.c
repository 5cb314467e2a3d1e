/* SPDX-License-Identifier: BSD-3-Clause */
#include "analyze/show/report_suite.h"

#include <math.h>
#include <string.h>

#include "analyze/base/format.h"
#include "analyze/base/table.h"
#include "analyze/results/result.h"
#include "analyze/results/result_columns.h"
#include "traffic/rate.h"

/* A search; columns read it. */
struct suite_row {
	const struct trial_params *params; /* first: result_params_cell */
	const search *s;
	guint frame_len;
	const char *state, *theoretical_of, *burst_why;
	double theoretical_pps, throughput_pps, throughput_share, throughput_bps, trial_s;
	gboolean is_bound; /* of throughput: it may be more */
	struct table_time latency[4];
	/* Of bursts; NAN: not measured. */
	int64_t bursts, burst_min, burst_max;
	double burst_average, burst_sd, burst_step, buffer_ns, corrected_ns;
	gboolean burst_bound; /* a burst was as long as it may be */
};

/* The last one: repetitions replace what the tester spoilt. Loads are rounded to the grid. */
static const struct search_trial *trial_of(const search *s, enum search_use use, double rate_pps)
{
	const struct search_trial *found = NULL;

	for (uint32_t i = 0; i < s->nb_trials; i++) {
		const struct search_trial *t = &s->trials[i];

		if (t->use == use && fabs((double)t->rate_pps - rate_pps) < 1e-3 * rate_pps &&
			(use != SEARCH_LATENCY_AT || t->goal == 0))
			found = t;
	}
	return found;
}

static void set_latency(struct suite_row *row)
{
	const struct search_trial *t = trial_of(
		row->s, SEARCH_LATENCY_AT, (double)row->s->goals[0].lower_pps);

	if (t == NULL)
		return;
	row->latency[0] = (struct table_time){ t->p50_ns, t->p50_bound, TRUE };
	row->latency[1] = (struct table_time){ t->p99_ns, t->p99_bound, TRUE };
	row->latency[2] = (struct table_time){ t->p999_ns, t->p999_bound, TRUE };
	row->latency[3] = (struct table_time){ t->max_ns, FALSE, TRUE };
}

static void set_bursts(struct suite_row *row)
{
	const struct search_suite *suite = &row->s->suite;

	row->burst_why = suite->burst_why;
	row->bursts = suite->bursts;
	row->burst_min = row->burst_max = -1;
	row->burst_average = row->burst_sd = row->buffer_ns = row->corrected_ns = NAN;
	row->burst_step = NAN;
	if (suite->bursts == 0)
		return;
	row->burst_min = (int64_t)suite->burst_frames_min;
	row->burst_max = (int64_t)suite->burst_frames_max;
	row->burst_average = suite->burst_frames;
	row->burst_sd = suite->bursts > 1 ? suite->burst_frames_sd : NAN;
	row->burst_step = suite->burst_step;
	row->buffer_ns = suite->buffer_s * 1e9;
	row->corrected_ns = suite->corrected_buffer_s * 1e9;
	row->burst_bound = suite->burst_frames_max >= suite->burst_longest;
}

static struct suite_row row_of(const search *s)
{
	const struct search_goal *goal = &s->goals[0];
	struct suite_row row = { .params = &s->params, .s = s };
	double found = goal->lower_pps != 0 ? (double)goal->lower_pps : NAN;

	row.frame_len = (guint)lround(s->mean_frame_len);
	row.state = search_state_word(goal->state);
	row.trial_s = goal->final_s;
	row.theoretical_pps = s->suite.theoretical_pps;
	row.theoretical_of = s->suite.theoretical_is_link ? "link" : "generator";
	row.throughput_pps = found;
	row.throughput_share = found / s->suite.theoretical_pps;
	row.throughput_bps = rate_l2_bps(found, s->mean_frame_len);
	/* The grid has whole frames per second. */
	row.is_bound = goal->state == SEARCH_TESTER_LIMITED ||
		       (goal->state == SEARCH_MET_AT_MAX && found + 1 < row.theoretical_pps);
	set_latency(&row);
	set_bursts(&row);
	return row;
}

static void throughput_cell(table *t, const void *of, const struct table_column *column)
{
	const struct suite_row *row = of;
	double v = G_STRUCT_MEMBER(double, of, column->at);
	g_autofree char *number = column->unit == TABLE_RATIO ? format_percent(v)
				  : column->unit == TABLE_PPS ? format_pps(v)
							      : rate_format_bps(v);
	g_autofree char *text = g_strconcat(row->is_bound ? ">= " : "", number, NULL);

	table_double_as(t, v, row->is_bound, isnan(v) ? "-" : text);
}

static void buffer_cell(table *t, const void *of, const struct table_column *column)
{
	table_ns_real(t, G_STRUCT_MEMBER(double, of, column->at),
		((const struct suite_row *)of)->burst_bound);
}

/* Loss at that share of the theoretical rate. */
static void loss_cell(table *t, const void *of, const struct table_column *column)
{
	const struct suite_row *row = of;
	const struct search_trial *offered = trial_of(
		row->s, SEARCH_LOSS_CURVE, (double)llround(row->theoretical_pps * column->q));

	if (offered == NULL)
		table_none(t);
	else if (offered->spoilt)
		table_double_as(t, NAN, FALSE, "tester");
	else
		table_ratio(t, offered->loss);
}

static void repetition_cell(table *t, const void *of, const struct table_column *column)
{
	(void)column;
	table_u64(t, ((const struct suite_row *)of)->params->repetition);
}

#define AT(member_) .at = offsetof(struct suite_row, member_)

static const struct table_column throughput_columns[] = {
	{ "theoretical_pps", "theoretical", TABLE_PPS, AT(theoretical_pps) },
	{ "theoretical_of", "of", TABLE_TEXT, AT(theoretical_of) },
	{ "throughput_pps", "throughput", TABLE_PPS, AT(throughput_pps), .cell = throughput_cell },
	{ "throughput_share", "share", TABLE_RATIO, AT(throughput_share), .cell = throughput_cell },
	{ "throughput_bps", "layer 2", TABLE_REAL, AT(throughput_bps), .cell = throughput_cell },
	{ "trial_s", "trial s", TABLE_REAL, AT(trial_s) },
	{ "state", NULL, TABLE_TEXT, AT(state) },
};

static const struct table_column latency_columns[] = {
	{ "p50_ns", "p50", TABLE_TIME, AT(latency[0]) },
	{ "p99_ns", "p99", TABLE_TIME, AT(latency[1]) },
	{ "p999_ns", "p99.9", TABLE_TIME, AT(latency[2]) },
	{ "max_ns", "max", TABLE_TIME, AT(latency[3]) },
};

#define LOSS(percent_)                                                                     \
	{                                                                                  \
		"loss_" #percent_, #percent_ " %", .cell = loss_cell, .q = 0.01 * percent_ \
	}
static const struct table_column loss_columns[] = { LOSS(100), LOSS(90), LOSS(80), LOSS(70),
	LOSS(60), LOSS(50), LOSS(40), LOSS(30), LOSS(20), LOSS(10) };

static const struct table_column burst_columns[] = {
	{ "bursts", "tests", TABLE_KNOWN, AT(bursts) },
	{ "burst_average", "average", TABLE_REAL, AT(burst_average), .format = "%.1f" },
	{ "burst_min", "min", TABLE_KNOWN, AT(burst_min) },
	{ "burst_max", "max", TABLE_KNOWN, AT(burst_max) },
	{ "burst_sd", "deviation", TABLE_REAL, AT(burst_sd), .format = "%.1f" },
	{ "burst_step", "step", TABLE_RATIO, AT(burst_step) },
	{ "buffer_ns", "buffer", AT(buffer_ns), .cell = buffer_cell },
	{ "corrected_buffer_ns", "corrected", AT(corrected_ns), .cell = buffer_cell },
	{ "burst_why", "not measured", TABLE_TEXT, AT(burst_why), .flags = TABLE_IF_ANY },
};

static const struct suite_part {
	const char *title;
	const struct table_column *columns;
	size_t nb;
} parts[] = {
	{ "Throughput (RFC 2544, 26.1), frames per second", throughput_columns,
		G_N_ELEMENTS(throughput_columns) },
	{ "Latency at throughput (26.2), from the scheduled departure", latency_columns,
		G_N_ELEMENTS(latency_columns) },
	{ "Frame loss rate (26.3) by share of the theoretical rate", loss_columns,
		G_N_ELEMENTS(loss_columns) },
	{ "Back-to-back frames (RFC 9004)", burst_columns, G_N_ELEMENTS(burst_columns) },
};

/* What a search is of: in text beside the frame length only what tells rows of one length apart. */
static table *keyed_table(void)
{
	static const struct table_column first = { "frame_len", "bytes", TABLE_NUMBER,
		AT(frame_len), .flags = TABLE_KEY };
	static const struct table_column last = { "repetition", .cell = repetition_cell,
		.flags = TABLE_KEY | TABLE_IF_DIFFERS };
	table *t = table_new();

	table_columns(t, &first, 1);
	for (const char *const *name = result_parameter_names(); *name != NULL; name++) {
		const struct table_column key = { *name, .flags = TABLE_KEY | TABLE_IF_DIFFERS,
			.cell = result_params_cell };

		if (strcmp(*name, "rate") != 0)
			table_columns(t, &key, 1);
	}
	table_columns(t, &last, 1);
	return t;
}

static int compare_searches(gconstpointer a, gconstpointer b)
{
	const search *x = *(const search *const *)a, *y = *(const search *const *)b;

	if (x->mean_frame_len < y->mean_frame_len)
		return -1;
	return x->mean_frame_len > y->mean_frame_len;
}

static void add_rows(table *t, const GPtrArray *rows)
{
	for (guint i = 0; i < rows->len; i++) {
		const struct suite_row row = row_of(g_ptr_array_index(rows, i));

		table_add(t, &row);
	}
}

/* Whose limit it is; what else is to be said of a search is said with all reasons. */
static void add_limited(GString *to, const search *s)
{
	const struct search_goal *goal = &s->goals[0];
	g_autofree char *rate = format_pps((double)goal->upper_pps);

	if (goal->state == SEARCH_TESTER_LIMITED)
		g_string_append_printf(to, "%.0f bytes: tester-limited at %spps: %s\n",
			s->mean_frame_len, rate, goal->why);
}

/* What the numbers are to be read by. */
static void add_notes(GString *to, const GPtrArray *rows)
{
	gboolean link = FALSE, generator = FALSE, bound = FALSE, spoilt = FALSE;

	for (guint i = 0; i < rows->len; i++) {
		const search *s = g_ptr_array_index(rows, i);
		const struct suite_row row = row_of(s);

		link = link || s->suite.theoretical_is_link;
		generator = generator || !s->suite.theoretical_is_link;
		bound = bound || row.burst_bound;
		for (uint32_t k = 0; k < s->nb_trials; k++)
			spoilt = spoilt ||
				 (s->trials[k].use == SEARCH_LOSS_CURVE && s->trials[k].spoilt);
	}
	g_string_append_c(to, '\n');
	if (link)
		g_string_append(to, "theoretical rate of the link: line rate of --link\n");
	if (generator)
		g_string_append(to,
			"theoretical rate of the generator: its own rate on interface null "
			"at that frame length (no --link)\n");
	if (spoilt)
		g_string_append(to, "tester: the generator could not offer that load\n");
	if (bound)
		g_string_append(to, "buffer >=: a burst of maximum length lost no frame\n");
	for (guint i = 0; i < rows->len; i++)
		add_limited(to, g_ptr_array_index(rows, i));
}

static char *text_of(const GPtrArray *rows)
{
	GString *to = g_string_new(NULL);

	for (size_t i = 0; i < G_N_ELEMENTS(parts); i++) {
		g_autoptr(table) t = keyed_table();
		g_autofree char *text = NULL;

		table_columns(t, parts[i].columns, parts[i].nb);
		add_rows(t, rows);
		text = table_text(t);
		g_string_append_printf(to, "%s%s\n%s", i > 0 ? "\n" : "", parts[i].title, text);
	}
	add_notes(to, rows);
	return g_string_free(to, FALSE);
}

char *report_suite_format(const GPtrArray *searches, enum cli_format format)
{
	g_autoptr(GPtrArray) rows = g_ptr_array_new();
	g_autoptr(table) t = keyed_table();

	for (guint i = 0; i < searches->len; i++) {
		const search *s = g_ptr_array_index(searches, i);

		if (s->suite.used)
			g_ptr_array_add(rows, (gpointer)s);
	}
	if (rows->len == 0)
		return NULL;
	g_ptr_array_sort(rows, compare_searches);
	if (format == CLI_TEXT)
		return text_of(rows);
	for (size_t i = 0; i < G_N_ELEMENTS(parts); i++)
		table_columns(t, parts[i].columns, parts[i].nb);
	add_rows(t, rows);
	return table_format(t, format);
}
