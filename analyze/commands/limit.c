/* SPDX-License-Identifier: BSD-3-Clause */
/* tanalyze limit: the load at which loss or latency is no longer accepted. */
#include <math.h>
#include <stdio.h>

#include "analyze/commands/commands.h"
#include "analyze/results/result_columns.h"
#include "analyze/verdict/limit.h"

struct options {
	struct commands_common common;
	double loss, knee;
	gboolean response;
};

/* A rule's answer for a series. */
struct limit_row {
	const struct trial_params *params; /* first: result_params_cell */
	guint loads;
	const char *rule, *state;
	struct limit l;
	double p50_ns, baseline_ns; /* NAN: none */
};

static void real_ns_cell(table *t, const void *row, const struct table_column *column)
{
	table_ns_real(t, G_STRUCT_MEMBER(double, row, column->at), FALSE);
}

#define AT(member_) .at = offsetof(struct limit_row, member_)

/* Behind the parameters, all but the rate. */
static const struct table_column columns[] = {
	{ "loads", NULL, TABLE_NUMBER, AT(loads) },
	{ "rule", NULL, TABLE_TEXT, AT(rule), .flags = TABLE_KEY },
	{ "state", NULL, TABLE_TEXT, AT(state) },
	{ "offered_pps", "offered", TABLE_PPS, AT(l.offered_pps) },
	{ "forwarded_pps", "received", TABLE_PPS, AT(l.forwarded_pps) },
	{ "loss_ratio", "loss", TABLE_RATIO, AT(l.loss) },
	{ "interpolated_offered_pps", "offered~", TABLE_PPS, AT(l.interpolated_offered_pps) },
	{ "interpolated_forwarded_pps", "received~", TABLE_PPS, AT(l.interpolated_forwarded_pps) },
	{ "p50_ns", "p50", AT(p50_ns), .flags = TABLE_IF_ANY, .cell = real_ns_cell },
	{ "baseline_ns", "baseline", AT(baseline_ns), .flags = TABLE_IF_ANY, .cell = real_ns_cell },
};

static table *limit_table(void)
{
	table *t = table_new();

	result_series_columns(t);
	table_columns(t, columns, G_N_ELEMENTS(columns));
	return t;
}

static void add_series(table *t, const struct limit_series *s, const struct options *o)
{
	const struct limit_point *points = (const struct limit_point *)(const void *)
						   s->points->data;
	guint nb = s->points->len;
	struct limit_knee knee = limit_knee_of(points, nb, o->loss, o->knee);
	const struct limit_row rows[] = {
		{ &s->first->params, nb, "measured", NULL, limit_of(points, nb, o->loss), NAN,
			NAN },
		{ &s->first->params, nb, "repaired", NULL, limit_of_repaired(points, nb, o->loss),
			NAN, NAN },
		{ &s->first->params, nb, "knee", NULL,
			{ knee.state, knee.offered_pps, knee.forwarded_pps, knee.loss, NAN, NAN },
			knee.p50_ns, knee.baseline_ns },
	};

	for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
		struct limit_row row = rows[i];

		row.state = limit_state_word(row.l.state);
		table_add(t, &row);
	}
}

static int run_limit(void *user, char **names)
{
	const struct options *o = user;
	struct commands_common *c = &((struct options *)user)->common;
	int failure = CLI_FAILED;
	g_autoptr(result_set) r = commands_open(c, names, TRUE, &failure);
	g_autoptr(table) t = limit_table();
	g_autoptr(GPtrArray) all = NULL;

	if (r == NULL)
		return failure;
	all = limit_series_of(r, o->response);
	for (guint i = 0; i < all->len; i++)
		add_series(t, g_ptr_array_index(all, i), o);
	commands_say_notes(r->notes);
	if (table_rows(t) > 0)
		commands_show(c, r, t);
	else
		g_ptr_array_add(r->warnings, g_strdup("no trial has a known load; expected trials "
						      "of tsim, or of autotest with logs"));
	commands_say_warnings(r->warnings);
	return commands_status(r);
}

#define ROW(type, member, ...) OPTION_ROW(type, struct options, member, __VA_ARGS__)

static const struct option_row rows[] = {
	COMMANDS_COMMON_ROWS(struct options, common),
	ROW(SHARE, loss, "loss", 0, "SHARE", "Maximum loss for a load to pass (0.05 or 5%)",
		.was = 'l', .preset = "0.001", OPTION_WORDS("0.001", "1%", "5%")),
	ROW(NUMBER, knee, "knee", 'k', "FACTOR",
		"Knee: median latency exceeds FACTOR times the low-load median", .preset = "3",
		.min = 1, .max = INFINITY, .flags = OPTION_ABOVE),
	COMMANDS_RESPONSE_ROW(struct options, response),
	{ 0 },
};

COMMANDS_COMMAND(limit, struct options, rows, COMMANDS_NAMES,
	.summary = "Highest load within a loss limit, and the latency knee");
