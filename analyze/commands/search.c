/* SPDX-License-Identifier: BSD-3-Clause */
/* tanalyze search: the limits that tsim search has found. */
#include <stdio.h>

#include "analyze/base/error.h"
#include "analyze/commands/commands.h"
#include "analyze/results/search_results.h"
#include "analyze/show/report_search.h"

enum shown { SHOW_LIMITS, SHOW_LOADS, SHOW_LATENCY, SHOW_RFC2544 };

struct options {
	struct commands_common common;
	int table; /* enum shown; -1: not given */
};

/* A table's text, which it takes; NULL: there is none. */
static char *take_text(table *t, enum cli_format format)
{
	char *text = t != NULL ? table_format(t, format) : NULL;

	table_free(t);
	return text;
}

/* For people the reasons below it. */
static char *limits_text(const result_set *r, enum cli_format format)
{
	g_autofree char *text = take_text(report_search_limits(r, format != CLI_TEXT), format);
	g_autofree char *reasons = format == CLI_TEXT ? report_search_reasons(r) : NULL;

	return g_strconcat(text, reasons, NULL);
}

static char *shown_text(const result_set *r, enum shown what, enum cli_format format)
{
	switch (what) {
	case SHOW_LOADS:
		return take_text(report_search_loads(r, format != CLI_TEXT), format);
	case SHOW_LATENCY:
		return take_text(report_search_latency(r), format);
	case SHOW_RFC2544:
		return report_search_suite(r, format);
	default:
		return limits_text(r, format);
	}
}

/* For people all that is not long, else one table. FALSE: there is none. */
static gboolean print_tables(const result_set *r, const struct options *o)
{
	static const enum shown all[] = { SHOW_LIMITS, SHOW_LATENCY, SHOW_RFC2544 };
	gboolean one = o->table >= 0 || o->common.format != CLI_TEXT;
	g_autofree char *only = NULL;

	if (one)
		only = shown_text(
			r, o->table >= 0 ? (enum shown)o->table : SHOW_LIMITS, o->common.format);
	if (only != NULL)
		fputs(only, stdout);
	for (guint i = 0; !one && i < G_N_ELEMENTS(all); i++) {
		g_autofree char *text = shown_text(r, all[i], CLI_TEXT);

		if (text != NULL)
			printf("%s%s", i > 0 ? "\n" : "", text);
	}
	return !one || only != NULL;
}

static int run_search(void *user, char **names)
{
	struct options *o = user;
	struct result_options options = commands_options(&o->common);
	g_autoptr(GError) error = NULL;
	g_autoptr(result_set) r = NULL;
	gboolean any;

	options.by_tree = TRUE;
	r = search_results_open(&options, (const char *const *)names, &error);
	if (r == NULL)
		return cli_fail(COMMANDS_PROGRAM, CLI_FAILED, error);
	commands_say_notes(r->notes);
	any = print_tables(r, o);
	if (o->common.format == CLI_TEXT)
		commands_print_reasons(r);
	commands_say_warnings(r->warnings);
	if (any)
		return commands_status(r);
	g_set_error(&error, ANALYZE_ERROR, ANALYZE_ERROR_NOT_FOUND,
		"--table %s: no search has it; measure with 'tsim search %s'",
		o->table == SHOW_LATENCY ? "latency" : "rfc2544",
		o->table == SHOW_LATENCY ? "--latency-at 10,50,90" : "--suite rfc2544");
	return cli_fail(COMMANDS_PROGRAM, CLI_FAILED, error);
}

#define ROW(type, member, ...) OPTION_ROW(type, struct options, member, __VA_ARGS__)

static const struct option_row rows[] = {
	COMMANDS_COMMON_ROWS(struct options, common),
	ROW(WORD, table, "table", 0, "TABLE",
		"Table: limits, loads, latency (of --latency-at), rfc2544 (of tsim search --suite) "
		"(default: limits; text: all but loads)",
		OPTION_WORDS("limits", "loads", "latency", "rfc2544")),
	{ 0 },
};

COMMANDS_COMMAND(search, struct options, rows, COMMANDS_NAMES,
	.summary = "Show the limits found by tsim search");
