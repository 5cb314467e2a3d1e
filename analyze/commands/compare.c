/* SPDX-License-Identifier: BSD-3-Clause */
/* tanalyze compare: is B better than A? */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "analyze/commands/commands.h"
#include "analyze/verdict/compare.h"
#include "analyze/base/error.h"
#include "analyze/show/report.h"
#include "analyze/show/report_compare.h"
#include "analyze/results/search_results.h"
#include "analyze/results/side_names.h"

static void print_overall(const comparison *c, guint i, const struct compare_metric *m)
{
	gboolean searches = m->goal != NULL;
	const struct compare_overall *v = &c->over[i];
	g_autofree char *verdict = report_compare_overall_text(c, i);
	g_autofree char *verdicts = compare_verdicts_text(v);

	printf("overall %s: %s", m->name, verdict);
	if (!isnan(v->p_holm))
		printf(", p Holm %.3g, delta %.3g", v->p_holm, v->cliff);
	if (v->nb > 0)
		printf(", B/A %.4g (%.4g to %.4g)", v->ratio, v->ratio_least, v->ratio_most);
	printf("; by %s: %s\n", searches ? "search" : "load", verdicts);
}

static void say_list(FILE *to, const char *prefix, const char *kind, const GPtrArray *texts)
{
	for (guint i = 0; i < texts->len; i++)
		fprintf(to, "%s%s: %s\n", prefix, kind, (const char *)g_ptr_array_index(texts, i));
}

static void say_alone(FILE *to, const char *prefix, const char *side, const GPtrArray *alone)
{
	for (guint i = 0; i < alone->len; i++) {
		const result_combination *c = g_ptr_array_index(alone, i);

		fprintf(to, "%swithout partner: %s %s %s\n", prefix, side, c->params.label,
			c->file_infix != NULL ? c->file_infix : c->infix);
	}
}

static void show_comparison(const comparison *c, const struct compare_options *o,
	enum cli_format format, const result_set *a, const result_set *b)
{
	gboolean text = format == CLI_TEXT;
	FILE *to = text ? stdout : stderr;
	const char *prefix = text ? "" : COMMANDS_PROGRAM ": ";
	gboolean searches = ((const result_combination *)a->combinations->pdata[0])->searches !=
			    NULL;
	g_autoptr(table) t = searches ? report_compare_searches_new() : report_compare_new(FALSE);
	g_autofree char *out = NULL;

	for (guint i = 0; i < c->pairs->len; i++) {
		for (guint k = 0; k < o->metrics->len; k++)
			report_compare_add(t, g_ptr_array_index(c->pairs, i), k, o);
	}
	for (guint k = 0; !text && k < o->metrics->len; k++)
		report_compare_add_overall(t, c, k, compare_metric_at(o, k));
	out = table_format(t, format);
	fputs(out, stdout);
	for (guint k = 0; text && k < o->metrics->len; k++)
		print_overall(c, k, compare_metric_at(o, k));
	say_alone(to, prefix, "A", c->alone_a);
	say_alone(to, prefix, "B", c->alone_b);
	say_list(to, prefix, "differs", c->differs);
	say_list(to, prefix, "note", c->notes);
	if (text) {
		commands_print_reasons(a);
		commands_print_reasons(b);
	}
}

/* Verdicts that --fail-if names, by the words that it takes. */
static const struct {
	const char *word;
	unsigned verdicts; /* bit set of enum compare_verdict */
} gates[] = {
	{ "worse", 1U << COMPARE_WORSE },
	{ "better", 1U << COMPARE_BETTER },
	{ "inconclusive",
		1U << COMPARE_UNDECIDED | 1U << COMPARE_TOO_FEW | 1U << COMPARE_NO_VALUE },
};

static gboolean parse_gate(const char *text, unsigned *out, GError **error)
{
	g_auto(GStrv) words = g_strsplit(text != NULL ? text : "", ",", -1);

	*out = 0;
	for (guint i = 0; words[i] != NULL; i++) {
		unsigned verdicts = 0;

		g_strstrip(words[i]);
		for (guint k = 0; k < G_N_ELEMENTS(gates); k++)
			verdicts |= strcmp(words[i], gates[k].word) == 0 ? gates[k].verdicts : 0;
		if (verdicts == 0)
			return analyze_fail(error, ANALYZE_ERROR_SYNTAX,
				"--fail-if: invalid verdict '%s' (worse, better, inconclusive)",
				words[i]);
		*out |= verdicts;
	}
	return TRUE;
}

/* Says how many verdicts, single or overall, are those of gate; 0 and silent where none is. */
static guint count_gated(const comparison *c, guint nb_metrics, unsigned gate)
{
	guint nb = 0, all = (c->pairs->len + 1) * nb_metrics;

	for (guint k = 0; k < nb_metrics; k++) {
		nb += gate >> c->over[k].verdict & 1;
		for (guint i = 0; i < c->pairs->len; i++) {
			const struct compare_pair *p = g_ptr_array_index(c->pairs, i);

			nb += gate >> p->cells[k].verdict & 1;
		}
	}
	if (nb > 0)
		fprintf(stderr, COMMANDS_PROGRAM ": --fail-if: %u of %u verdicts match\n", nb, all);
	return nb;
}

static int compare_sets(result_set *a, result_set *b, enum cli_format format,
	const struct compare_options *o, unsigned gate)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(comparison) c = compare_run(a, b, o, &error);

	commands_say_notes(a->notes);
	commands_say_notes(b->notes);
	if (c != NULL && c->pairs->len > 0)
		show_comparison(c, o, format, a, b);
	commands_say_warnings(a->warnings);
	commands_say_warnings(b->warnings);
	if (c == NULL)
		return cli_fail(COMMANDS_PROGRAM,
			g_error_matches(error, ANALYZE_ERROR, ANALYZE_ERROR_MIX) ? CLI_USAGE
										 : CLI_FAILED,
			error);
	/* Broken files outrank verdicts, and these doubtful numbers, on either side. */
	if (a->warnings->len + b->warnings->len > 0)
		return CLI_FAILED;
	return count_gated(c, o->metrics->len, gate) > 0
		       ? CLI_GATE
		       : MAX(commands_status(a), commands_status(b));
}

struct asked {
	struct commands_common common;
	struct compare_options options;
	char *metrics, *fail_if;
	gboolean limits;
};

typedef result_set *(*open_fn)(
	const struct result_options *options, const char *const *names, GError **error);

/* How many of both could be opened, the first that cannot is the error; nothing but both is kept. */
static guint open_both(
	struct commands_common *c, open_fn open, char **words, result_set *sides[2], GError **error)
{
	const struct result_options options = commands_options(c);
	guint nb = 0;

	for (guint i = 0; i < 2; i++) {
		const char *const alone[] = { words[i], NULL };

		sides[i] = open(&options, alone, nb == i ? error : NULL);
		nb += sides[i] != NULL;
	}
	for (guint i = 0; nb < 2 && i < 2; i++)
		g_clear_pointer(&sides[i], result_free);
	return nb;
}

/* What the words stand for: trials, or searches where --limits says so or there is nothing else. */
static gboolean open_sides(
	struct asked *asked, char **words, result_set *sides[2], gboolean *searches, GError **error)
{
	struct commands_common *c = &asked->common;
	g_autoptr(GError) no_trials = NULL, no_searches = NULL;
	guint nb;

	*searches = FALSE;
	if (!asked->limits && open_both(c, result_open, words, sides, &no_trials) == 2)
		return TRUE;
	*searches = TRUE;
	nb = open_both(c, search_results_open, words, sides, &no_searches);
	if (nb == 2)
		return TRUE;
	/* One has searches: they are what was meant. */
	g_propagate_error(error, nb == 1 || asked->limits ? g_steal_pointer(&no_searches)
							  : g_steal_pointer(&no_trials));
	return FALSE;
}

/* Limits are not compared beside trials: a table has one kind of rows. */
static void note_searches(struct asked *asked, char **words)
{
	result_set *sides[2] = { NULL, NULL };

	if (open_both(&asked->common, search_results_open, words, sides, NULL) == 2)
		fprintf(stderr, COMMANDS_PROGRAM
			": note: A and B have searches, too; --limits compares their limits\n");
	result_free(sides[0]);
	result_free(sides[1]);
}

static int run_compare(void *user, char **words)
{
	struct asked *asked = user;
	g_autoptr(GError) error = NULL;
	g_autoptr(GArray) metrics = compare_metrics_parse(asked->metrics, &error);
	g_autoptr(GArray) limits = NULL;
	result_set *sides[2] = { NULL, NULL };
	g_auto(GStrv) names = side_names((const char *const *)words);
	gboolean searches = FALSE;
	unsigned gate = 0;
	int status;

	if (metrics == NULL || !parse_gate(asked->fail_if, &gate, &error))
		return cli_fail(COMMANDS_PROGRAM, CLI_USAGE, error);
	if (!open_sides(asked, words, sides, &searches, &error))
		return cli_fail(COMMANDS_PROGRAM, CLI_FAILED, error);
	if (!searches)
		note_searches(asked, words);
	else
		limits = compare_metrics_of_searches(sides[0], sides[1]);
	asked->options.metrics = searches ? limits : metrics;
	if (g_file_test(words[0], G_FILE_TEST_EXISTS) && g_file_test(words[1], G_FILE_TEST_EXISTS))
		asked->options.names = (const char *const *)names;
	status = compare_sets(sides[0], sides[1], asked->common.format, &asked->options, gate);
	result_free(sides[0]);
	result_free(sides[1]);
	return status;
}

#define ROW(type, member, ...) OPTION_ROW(type, struct asked, member, __VA_ARGS__)

static const struct option_row rows[] = {
	COMMANDS_COMMON_ROWS(struct asked, common),
	OPTION_GROUP("Comparison"),
	ROW(TEXT, metrics, "metrics", 0, "LIST",
		"Metrics: loss, forwarded, mean, percentiles such as p99.9", .was = 'm',
		.preset = COMPARE_METRICS,
		OPTION_WORDS("loss,p50,p99", "loss", "forwarded", "mean", "p50", "p99", "p99.9")),
	COMMANDS_RESPONSE_ROW(struct asked, options.response),
	ROW(SWITCH, limits, "limits", 0, NULL,
		"Compare the limits of searches instead of trials (default if a side has no "
		"trials)"),
	ROW(SWITCH, options.different_mix, "different-mix", 0, NULL,
		"Compare results of different mixes"),
	ROW(SWITCH, options.paired, "paired", 0, NULL,
		"Compare repetition by repetition (exact signed-rank test); for equal seeds"),
	OPTION_GROUP("Verdict"),
	ROW(SHARE, options.alpha, "alpha", 0, "SHARE",
		"Family-wise error rate over the whole table", .preset = G_STRINGIFY(COMPARE_ALPHA),
		.min = 1e-6),
	ROW(SHARE, options.threshold, "threshold", 0, "SHARE",
		"Smallest relevant difference, relative to A's median", .was = 't',
		.preset = G_STRINGIFY(COMPARE_THRESHOLD)),
	ROW(TEXT, fail_if, "fail-if", 0, "LIST",
		"Exit with status 4 on these verdicts: worse, better, inconclusive",
		OPTION_WORDS("worse", "worse", "better", "inconclusive")),
	{ 0 },
};

COMMANDS_COMMAND(compare, struct asked, rows, .arguments = "A B", .min_words = 2, .max_words = 2,
	.summary = "Compare B with A: one verdict per load");
