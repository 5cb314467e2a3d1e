/* SPDX-License-Identifier: BSD-3-Clause */
/* tanalyze check: is the data good? */
#include <stdio.h>

#include "analyze/verdict/check.h"
#include "analyze/base/text.h"
#include "analyze/commands/commands.h"
#include "analyze/results/reasons.h"

static void severity_cell(table *t, const void *row, const struct table_column *column)
{
	(void)column;
	table_string(t, ((const struct check_finding *)row)->error ? "ERROR" : "note");
}

#define AT(member_) .at = offsetof(struct check_finding, member_)

static const struct table_column columns[] = {
	{ "severity", .cell = severity_cell },
	{ "kind", NULL, TABLE_TEXT, AT(kind) },
	{ "where", NULL, TABLE_TEXT, AT(where) },
	{ "text", "finding", TABLE_TEXT, AT(text) },
};

/* One group per finding, with the places that have it below; one without a place names files. */
static void group_finding(GPtrArray *groups, const struct check_finding *f)
{
	g_autofree char *text = g_strdup_printf(
		"%s %s: %s", f->error ? "ERROR" : "note ", f->kind, f->text);
	struct reason_group *g;

	if (*f->where == '\0') {
		printf("%s\n", text);
		return;
	}
	g = reasons_add(groups, text, NULL);
	if (g->below == NULL)
		g->below = reasons_new();
	reasons_add(g->below, f->where, NULL);
}

static void print_group(const struct reason_group *g)
{
	printf("%s\n", g->text);
	for (guint i = 0; i < g->below->len; i++) {
		const struct reason_group *at = g_ptr_array_index(g->below, i);

		if (at->nb > 1)
			printf("  %u times: %s\n", at->nb, at->text);
		else
			printf("  %s\n", at->text);
	}
}

/* As text: errors first; findings and places that differ in numbers alone are one line. */
static void print_findings(const GPtrArray *findings)
{
	for (int error = TRUE; error >= FALSE; error--) {
		g_autoptr(GPtrArray) groups = reasons_new();

		for (guint i = 0; i < findings->len; i++) {
			const struct check_finding *f = g_ptr_array_index(findings, i);

			if (f->error == error)
				group_finding(groups, f);
		}
		for (guint i = 0; i < groups->len; i++)
			print_group(g_ptr_array_index(groups, i));
	}
}

static void show_findings(
	const struct commands_common *c, const result_set *r, const GPtrArray *findings)
{
	guint errors = 0, trials = 0;

	if (c->format == CLI_TEXT) {
		print_findings(findings);
	} else {
		g_autoptr(table) t = table_new();
		g_autofree char *text = NULL;

		table_columns(t, columns, G_N_ELEMENTS(columns));
		for (guint i = 0; i < findings->len; i++)
			table_add(t, g_ptr_array_index(findings, i));
		text = table_format(t, c->format);
		fputs(text, stdout);
	}
	for (guint i = 0; i < findings->len; i++)
		errors += ((const struct check_finding *)g_ptr_array_index(findings, i))->error ? 1
												: 0;
	for (guint i = 0; i < r->combinations->len; i++)
		trials += ((const result_combination *)g_ptr_array_index(r->combinations, i))
				  ->trials->len;
	fprintf(stderr, "%s: %u trial%s of %u combination%s: ", COMMANDS_PROGRAM, trials,
		text_plural(trials), r->combinations->len, text_plural(r->combinations->len));
	if (findings->len == 0)
		fprintf(stderr, "no findings\n");
	else
		fprintf(stderr, "%u error%s, %u note%s\n", errors, text_plural(errors),
			findings->len - errors, text_plural(findings->len - errors));
}

struct asked {
	struct commands_common common;
	struct check_options options;
};

static int run_check(void *user, char **words)
{
	struct asked *asked = user;
	int result = CLI_FAILED;
	g_autoptr(result_set) r = commands_open(&asked->common, words, TRUE, &result);
	g_autoptr(GPtrArray) findings = r != NULL ? check_results(r, &asked->options) : NULL;

	if (r == NULL)
		return result;
	show_findings(&asked->common, r, findings);
	return r->warnings->len > 0         ? CLI_FAILED
	       : check_has_errors(findings) ? CLI_NOT_TRUSTWORTHY
					    : CLI_DONE;
}

#define ROW(type, member, ...) OPTION_ROW(type, struct asked, member, __VA_ARGS__)

static const struct option_row rows[] = {
	COMMANDS_COMMON_ROWS(struct asked, common),
	OPTION_GROUP("Findings"),
	ROW(SHARE, options.tolerance, "tolerance", 0, "SHARE",
		"Tolerance of the offered load around the nominal one (0.02 or 2%)", .was = 't',
		.preset = "2%"),
	{ 0 },
};

COMMANDS_COMMAND(check, struct asked, rows, COMMANDS_NAMES, .summary = "Check data quality");
