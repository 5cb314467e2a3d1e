/* SPDX-License-Identifier: BSD-3-Clause */
/* tanalyze limit: the load at which loss or latency is no longer accepted. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "analyze/commands/commands.h"
#include "analyze/verdict/limit.h"

struct options {
	struct commands_common common;
	double loss, knee;
	gboolean response;
};

/* A series has all parameters but the rate. */
static gboolean is_shown(const char *name)
{
	return strcmp(name, "rate") != 0;
}

static unsigned flags_of(const char *name)
{
	return strcmp(name, "label") == 0 || strcmp(name, "guests") == 0
		       ? TABLE_KEY
		       : TABLE_KEY | TABLE_IF_DIFFERS;
}

static table *limit_table(void)
{
	const char *const *names = result_parameter_names();
	table *t = table_new();

	for (guint i = 0; names[i] != NULL; i++) {
		if (is_shown(names[i]))
			table_column(t, names[i], names[i], flags_of(names[i]));
	}
	table_column(t, "loads", "loads", 0);
	table_column(t, "rule", "rule", TABLE_KEY);
	table_column(t, "state", "state", 0);
	table_column(t, "offered_pps", "offered", 0);
	table_column(t, "forwarded_pps", "received", 0);
	table_column(t, "loss_ratio", "loss", 0);
	table_column(t, "interpolated_offered_pps", "offered~", 0);
	table_column(t, "interpolated_forwarded_pps", "received~", 0);
	table_column(t, "p50_ns", "p50", TABLE_IF_ANY);
	table_column(t, "baseline_ns", "baseline", TABLE_IF_ANY);
	return t;
}

static void pps_cell(table *t, double pps)
{
	if (isnan(pps))
		table_none(t);
	else
		table_pps(t, pps);
}

static void begin_row(table *t, const struct limit_series *s, const char *rule, const char *state)
{
	const char *const *names = result_parameter_names();

	table_row(t);
	for (guint i = 0; names[i] != NULL; i++) {
		g_autofree char *value = result_parameter(&s->first->params, names[i]);

		if (is_shown(names[i]))
			table_string(t, value);
	}
	table_u64(t, s->points->len);
	table_string(t, rule);
	table_string(t, state);
}

static void add_limit(
	table *t, const struct limit_series *s, const char *rule, const struct limit *l)
{
	begin_row(t, s, rule, limit_state_word(l->state));
	pps_cell(t, l->offered_pps);
	pps_cell(t, l->forwarded_pps);
	table_ratio(t, l->loss);
	pps_cell(t, l->interpolated_offered_pps);
	pps_cell(t, l->interpolated_forwarded_pps);
	table_none(t);
	table_none(t);
}

static void add_knee(table *t, const struct limit_series *s, const struct limit_knee *k)
{
	begin_row(t, s, "knee", limit_state_word(k->state));
	pps_cell(t, k->offered_pps);
	pps_cell(t, k->forwarded_pps);
	table_ratio(t, k->loss);
	table_none(t);
	table_none(t);
	table_ns_real(t, k->p50_ns, FALSE);
	table_ns_real(t, k->baseline_ns, FALSE);
}

static void add_series(table *t, const struct limit_series *s, const struct options *o)
{
	const struct limit_point *points = (const struct limit_point *)(const void *)
						   s->points->data;
	struct limit as_is = limit_of(points, s->points->len, o->loss);
	struct limit repaired = limit_of_repaired(points, s->points->len, o->loss);
	struct limit_knee knee = limit_knee_of(points, s->points->len, o->loss, o->knee);

	add_limit(t, s, "measured", &as_is);
	add_limit(t, s, "repaired", &repaired);
	add_knee(t, s, &knee);
}

static int show(struct commands_common *c, char **names, const struct options *o)
{
	int failure = CLI_FAILED;
	g_autoptr(result_set) r = commands_open(c, names, &failure);
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
		g_ptr_array_add(r->warnings,
			g_strdup("no load is known of any of them: nothing has a limit; give "
				 "trials of tsim, or of autotest with their logs"));
	commands_say_warnings(r->warnings);
	return commands_status(r);
}

static int limit_run(void *user, char **words)
{
	struct options *o = user;

	return show(&o->common, words, o);
}

static const struct option_row rows[] = {
	COMMANDS_COMMON_ROWS(struct options, common),
	{ .name = "loss",
		.was = 'l',
		.type = OPTION_SHARE,
		.at = offsetof(struct options, loss),
		.preset = "0.001",
		.words = (const char *const[]){ "0.001", "1%", "5%", NULL },
		.metavar = "SHARE",
		.help = "Maximum loss for a load to pass, as 0.05 or 5%" },
	{ .name = "knee",
		.letter = 'k',
		.type = OPTION_NUMBER,
		.at = offsetof(struct options, knee),
		.preset = "3",
		.min = 1,
		.max = INFINITY,
		.flags = OPTION_ABOVE,
		.metavar = "FACTOR",
		.help = "Knee: median latency exceeds FACTOR times the low-load median" },
	{ .name = "response",
		.was = 'r',
		.type = OPTION_SWITCH,
		.at = offsetof(struct options, response),
		.help = "Response time, from the scheduled departure (default: latency, from the "
			"actual departure)" },
	{ 0 },
};

const struct cli_command command_limit = { .name = "limit",
	.arguments = "[NAME...]",
	.summary = "The highest load within a loss limit, and the latency knee",
	.options = rows,
	.size = sizeof(struct options),
	.max_words = CLI_ANY,
	.run = limit_run };
