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
#include "analyze/results/side_names.h"

static void print_overall(const comparison *c, guint i, const struct compare_metric *m)
{
	const struct compare_overall *v = &c->over[i];
	g_autofree char *verdict = report_compare_overall_text(c, i);
	g_autofree char *verdicts = compare_verdicts_text(v);

	printf("overall %s: %s", m->name, verdict);
	if (!isnan(v->p_holm))
		printf(", p Holm %.3g, delta %.3g", v->p_holm, v->cliff);
	if (v->nb > 0)
		printf(", B/A %.4g (%.4g to %.4g)", v->ratio, v->ratio_least, v->ratio_most);
	printf("; by load: %s\n", verdicts);
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
	g_autoptr(table) t = report_compare_new(FALSE);
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

static int compare_names(struct commands_common *c, char *name_a, char *name_b,
	const struct compare_options *o, unsigned gate)
{
	char *a_alone[] = { name_a, NULL }, *b_alone[] = { name_b, NULL };
	int failure = CLI_FAILED;
	const char *const names[] = { name_a, name_b, NULL };
	g_auto(GStrv) words = side_names(names);
	struct compare_options named = *o;
	g_autoptr(result_set) a = commands_open(c, a_alone, FALSE, &failure);
	g_autoptr(result_set) b = a != NULL ? commands_open(c, b_alone, FALSE, &failure) : NULL;

	if (g_file_test(name_a, G_FILE_TEST_EXISTS) && g_file_test(name_b, G_FILE_TEST_EXISTS))
		named.names = (const char *const *)words;
	return b != NULL ? compare_sets(a, b, c->format, &named, gate) : failure;
}

struct asked {
	struct commands_common common;
	struct compare_options options;
	char *metrics, *fail_if;
};

static int run_compare(void *user, char **words)
{
	struct asked *asked = user;
	g_autoptr(GError) error = NULL;
	g_autoptr(GArray) metrics = compare_metrics_parse(asked->metrics, &error);
	unsigned gate = 0;

	if (metrics == NULL || !parse_gate(asked->fail_if, &gate, &error))
		return cli_fail(COMMANDS_PROGRAM, CLI_USAGE, error);
	asked->options.metrics = metrics;
	return compare_names(&asked->common, words[0], words[1], &asked->options, gate);
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
