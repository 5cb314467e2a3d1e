/* SPDX-License-Identifier: BSD-3-Clause */
/* tanalyze limit: the load at which loss or latency is no longer accepted. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "analyze/commands.h"
#include "analyze/limit.h"

struct options {
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

static gboolean parse_knee(double knee, GError **error)
{
	if (isfinite(knee) && knee > 1)
		return TRUE;
	g_set_error(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
		"--knee: %g is no factor above 1; write one such as 3", knee);
	return FALSE;
}

static int limit_run(int argc, char **argv)
{
	struct commands_common c = { 0 };
	struct options o = { .loss = 0.001, .knee = 3 };
	g_autofree char *loss = NULL;
	const GOptionEntry entries[] = {
		COMMANDS_COMMON_ENTRIES(c),
		{ "loss", 'l', 0, G_OPTION_ARG_STRING, &loss,
			"Loss that a load may have to pass, as 0.05 or 5% (default: 0.001)",
			"SHARE" },
		{ "knee", 'k', 0, G_OPTION_ARG_DOUBLE, &o.knee,
			"Median latency at the knee, as a multiple of that at low load "
			"(default: 3)",
			"FACTOR" },
		{ "response", 'r', 0, G_OPTION_ARG_NONE, &o.response,
			"Response time, from the scheduled departure (default: latency, from the "
			"real departure)",
			NULL },
		G_OPTION_ENTRY_NULL,
	};
	g_autoptr(GError) error = NULL;
	int result = CLI_USAGE;

	if (cli_options(COMMANDS_PROGRAM, &command_limit, entries, &argc, &argv)) {
		if (!commands_parse_share("--loss", loss, 0, &o.loss, &error) ||
			!parse_knee(o.knee, &error))
			result = cli_fail(COMMANDS_PROGRAM, CLI_USAGE, error);
		else
			result = show(&c, argv + 1, &o);
	}
	commands_common_clear(&c);
	return result;
}

const struct cli_command command_limit = { "limit", "[NAME...]",
	"The highest load with little loss, and the latency knee", limit_run };
