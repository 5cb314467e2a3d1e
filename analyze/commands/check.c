/* SPDX-License-Identifier: BSD-3-Clause */
/* tanalyze check: is the data good? */
#include <stdio.h>

#include "analyze/verdict/check.h"
#include "analyze/base/text.h"
#include "analyze/commands/commands.h"

enum { REPEATED_MAX = 3 }; /* notes of equal text that are shown one by one */

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

static guint times_of(GHashTable *times, const struct check_finding *f)
{
	return GPOINTER_TO_UINT(g_hash_table_lookup(times, f->text));
}

/* Notes that say the same of many trials, once each. */
static void print_common(const GPtrArray *findings, GHashTable *times)
{
	for (guint i = 0; i < findings->len; i++) {
		const struct check_finding *f = g_ptr_array_index(findings, i);
		guint n = times_of(times, f);

		if (n <= REPEATED_MAX)
			continue;
		printf("%u times, first %s\n  note  %s: %s\n", n, f->where, f->kind, f->text);
		g_hash_table_remove(times, f->text);
	}
}

/* Findings are sentences: as text a line each, below what they are about. */
static void print_findings(const GPtrArray *findings)
{
	g_autoptr(GHashTable) times = g_hash_table_new(g_str_hash, g_str_equal);
	const char *where = NULL;

	for (guint i = 0; i < findings->len; i++) {
		const struct check_finding *f = g_ptr_array_index(findings, i);

		if (!f->error)
			g_hash_table_insert(
				times, f->text, GUINT_TO_POINTER(times_of(times, f) + 1));
	}
	for (guint i = 0; i < findings->len; i++) {
		const struct check_finding *f = g_ptr_array_index(findings, i);

		if (!f->error && times_of(times, f) > REPEATED_MAX)
			continue;
		if (g_strcmp0(where, f->where) != 0 && *f->where != '\0')
			printf("%s\n", f->where);
		where = f->where;
		printf("  %s %s: %s\n", f->error ? "ERROR" : "note ", f->kind, f->text);
	}
	print_common(findings, times);
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
		"Tolerance of the offered load relative to the nominal load (0.02 or 2%)",
		.was = 't', .preset = "2%"),
	{ 0 },
};

COMMANDS_COMMAND(check, struct asked, rows, COMMANDS_NAMES, .summary = "Check data quality");
