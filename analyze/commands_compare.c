/* SPDX-License-Identifier: BSD-3-Clause */
/* tanalyze compare: is B better than A? */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "analyze/commands.h"
#include "analyze/compare.h"
#include "analyze/error.h"
#include "analyze/format.h"
#include "analyze/report.h"

static const struct compare_metric *metric(const struct compare_options *o, guint i)
{
	return &g_array_index(o->metrics, struct compare_metric, i);
}

static gboolean is_latency(const struct compare_metric *m)
{
	return m->kind == COMPARE_QUANTILE || m->kind == COMPARE_MEAN;
}

/* In the metric's unit; v may be negative or infinite. */
static char *value_text(const struct compare_metric *m, double v)
{
	g_autofree char *size = NULL;
	double abs = fabs(v);

	if (isnan(v))
		return g_strdup("-");
	if (isinf(v))
		return g_strdup(v < 0 ? "-inf" : "inf");
	if (m->kind == COMPARE_LOSS)
		return format_percent(v);
	if (m->kind == COMPARE_FORWARDED)
		size = abs >= 1e6   ? g_strdup_printf("%.4gM", abs / 1e6)
		       : abs >= 1e3 ? g_strdup_printf("%.4gk", abs / 1e3)
				    : g_strdup_printf("%.4g", abs);
	else
		size = format_ns((uint64_t)llround(MIN(abs, 9e18)));
	return g_strconcat(v < 0 ? "-" : "", size, NULL);
}

/* "[LO, HI]"; "(LO, HI) 94 %" where it has less than was asked for. */
static char *interval_text(const struct compare_metric *m, const struct statistics_interval *i)
{
	g_autofree char *lo = value_text(m, i->lo), *hi = value_text(m, i->hi);

	if (isnan(i->lo) || isnan(i->hi) || !(i->coverage > 0))
		return g_strdup("-");
	if (i->sufficient)
		return g_strdup_printf("[%s, %s]", lo, hi);
	return g_strdup_printf("(%s, %s) %.0f %%", lo, hi, i->coverage * 100);
}

static void side_columns(table *t, const char *side, const char *heading)
{
	static const char *const parts[] = { "lo", "hi", "coverage" };

	for (guint i = 0; i < G_N_ELEMENTS(parts); i++) {
		g_autofree char *key = g_strdup_printf("%s_%s", side, parts[i]);

		table_column(t, key, heading, i == 0 ? 0 : TABLE_HIDDEN);
	}
}

static table *compare_table(void)
{
	table *t = table_new();

	table_column(t, "row", "row", TABLE_HIDDEN);
	report_params_columns(t);
	table_column(t, "partner", "with", TABLE_KEY);
	table_column(t, "metric", "metric", TABLE_KEY);
	table_column(t, "a", "A", 0);
	table_column(t, "b", "B", 0);
	table_column(t, "ratio", "B/A", 0);
	table_column(t, "shift", "shift", 0);
	table_column(t, "p_holm", "p Holm", 0);
	table_column(t, "verdict", "verdict", 0);
	table_column(t, "repetitions_a", "nA", 0);
	table_column(t, "repetitions_b", "nB", 0);
	side_columns(t, "a", "A is in");
	side_columns(t, "b", "B is in");
	side_columns(t, "shift", "shift is in");
	table_column(t, "p", "p", 0);
	table_column(t, "p_exact", "test", 0);
	table_column(t, "cliff_delta", "delta", 0);
	table_column(t, "ks_d", "KS D", 0);
	table_column(t, "ks_at_ns", "at", 0);
	table_column(t, "ks_exact", "exact", TABLE_HIDDEN);
	for (guint i = 0; i < COMPARE_VERDICTS; i++) {
		g_autofree char *key = g_strdelimit(
			g_strdup(compare_verdict_word((enum compare_verdict)i)), " ", '_');

		table_column(t, key, key, TABLE_HIDDEN);
	}
	table_column(t, "ratio_least", "ratio_least", TABLE_HIDDEN);
	table_column(t, "ratio_most", "ratio_most", TABLE_HIDDEN);
	return t;
}

static void value_cell(table *t, const struct compare_metric *m, double v)
{
	g_autofree char *text = value_text(m, v);

	table_double_as(t, v, FALSE, text);
}

static void side_cell(table *t, const struct compare_metric *m, const struct compare_side *s)
{
	gboolean bound = isinf(s->m.value);
	g_autofree char *size = value_text(m, bound ? s->at_least : s->m.value);
	g_autofree char *text = g_strconcat(bound ? ">= " : "", size, NULL);

	table_double_as(t, bound ? s->at_least : s->m.value, bound, text);
}

static void interval_cells(
	table *t, const struct compare_metric *m, const struct statistics_interval *i)
{
	g_autofree char *text = interval_text(m, i);

	table_double_as(t, i->lo, FALSE, text);
	value_cell(t, m, i->hi);
	table_double(t, isnan(i->lo) ? NAN : i->coverage, "%.4g");
}

static void ks_cells(table *t, const struct compare_metric *m, const struct statistics_ks *ks)
{
	if (!is_latency(m) || isnan(ks->d)) {
		table_none(t);
		table_none(t);
		table_none(t);
		return;
	}
	table_double(t, ks->d, "%.3f");
	if (ks->d > 0)
		table_ns(t, ks->at_ns, FALSE);
	else
		table_none(t);
	table_bool(t, ks->exact, "yes", "no");
}

static void add_pair(
	table *t, const struct compare_pair *p, guint i, const struct compare_options *o)
{
	const struct compare_metric *m = metric(o, i);
	const struct compare_cell *c = &p->cells[i];

	table_row(t);
	table_string(t, "pair");
	report_params_cells(t, &p->a->params);
	table_string(t, p->b->params.label);
	table_string(t, m->name);
	side_cell(t, m, &c->a);
	side_cell(t, m, &c->b);
	table_double(t, c->ratio, "%.4g");
	value_cell(t, m, c->diff.value);
	table_double(t, c->p_holm, "%.3g");
	table_string(t, compare_verdict_word(c->verdict));
	table_u64(t, c->a.nb);
	table_u64(t, c->b.nb);
	interval_cells(t, m, &c->a.m);
	interval_cells(t, m, &c->b.m);
	interval_cells(t, m, &c->diff);
	table_double(t, c->u.p, "%.3g");
	if (isnan(c->u.p))
		table_none(t);
	else
		table_bool(t, c->u.exact, "exact", "normal");
	table_double(t, c->cliff, "%.3g");
	ks_cells(t, m, &p->ks);
	for (guint k = 0; k < COMPARE_VERDICTS + 2; k++)
		table_none(t);
}

static void no_cells(table *t, guint nb)
{
	for (guint i = 0; i < nb; i++)
		table_none(t);
}

/* For programs: a row a metric, without what only a pair has. */
static void add_overall(table *t, const struct compare_overall *v, const struct compare_metric *m)
{
	guint nb_params = g_strv_length((char **)result_parameter_names());

	table_row(t);
	table_string(t, "overall");
	no_cells(t, nb_params + 1); /* and the partner */
	table_string(t, m->name);
	no_cells(t, 2); /* a, b */
	table_double(t, v->ratio, "%.4g");
	table_none(t); /* shift */
	table_double(t, v->p_holm, "%.3g");
	table_string(t, compare_verdict_word(v->verdict));
	no_cells(t, 2 + 3 * 3); /* repetitions, intervals */
	table_double(t, v->u.p, "%.3g");
	if (isnan(v->u.p))
		table_none(t);
	else
		table_bool(t, v->u.exact, "exact", "normal");
	table_double(t, v->cliff, "%.3g");
	no_cells(t, 3); /* ks */
	for (guint i = 0; i < COMPARE_VERDICTS; i++)
		table_u64(t, v->verdicts[i]);
	table_double(t, v->ratio_least, "%.4g");
	table_double(t, v->ratio_most, "%.4g");
}

static void print_overall(const struct compare_overall *v, const struct compare_metric *m)
{
	const char *before = "";

	printf("overall %s: %s", m->name, compare_verdict_word(v->verdict));
	if (!isnan(v->p_holm))
		printf(", p Holm %.3g, delta %.3g", v->p_holm, v->cliff);
	if (v->nb > 0)
		printf(", B/A %.4g (%.4g to %.4g)", v->ratio, v->ratio_least, v->ratio_most);
	printf("; by load: ");
	for (guint i = 0; i < COMPARE_VERDICTS; i++) {
		if (v->verdicts[i] == 0)
			continue;
		printf("%s%s at %u", before, compare_verdict_word((enum compare_verdict)i),
			v->verdicts[i]);
		before = ", ";
	}
	printf("\n");
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

/* What has to be said of a set that is not to be relied on. */
static void print_reasons(const result_set *r)
{
	for (guint i = 0; i < r->combinations->len; i++) {
		g_autofree char *text = report_reasons(g_ptr_array_index(r->combinations, i));

		fputs(text, stdout);
	}
}

static void show(const comparison *c, const struct compare_options *o, enum cli_format format,
	const result_set *a, const result_set *b)
{
	gboolean text = format == CLI_TEXT;
	FILE *to = text ? stdout : stderr;
	const char *prefix = text ? "" : COMMANDS_PROGRAM ": ";
	g_autoptr(table) t = compare_table();
	g_autofree char *out = NULL;

	for (guint i = 0; i < c->pairs->len; i++) {
		for (guint k = 0; k < o->metrics->len; k++)
			add_pair(t, g_ptr_array_index(c->pairs, i), k, o);
	}
	for (guint k = 0; !text && k < o->metrics->len; k++)
		add_overall(t, &c->over[k], metric(o, k));
	out = table_format(t, format);
	fputs(out, stdout);
	for (guint k = 0; text && k < o->metrics->len; k++)
		print_overall(&c->over[k], metric(o, k));
	say_alone(to, prefix, "A", c->alone_a);
	say_alone(to, prefix, "B", c->alone_b);
	say_list(to, prefix, "differs", c->differs);
	say_list(to, prefix, "note", c->notes);
	if (text) {
		print_reasons(a);
		print_reasons(b);
	}
}

/* Broken files outrank doubtful numbers, on either side. */
static int status_of(const result_set *a, const result_set *b)
{
	int x = commands_status(a), y = commands_status(b);

	return x == CLI_FAILED || y == CLI_FAILED ? CLI_FAILED : MAX(x, y);
}

static int compare_sets(
	result_set *a, result_set *b, enum cli_format format, const struct compare_options *o)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(comparison) c = compare_run(a, b, o, &error);

	commands_say_notes(a->notes);
	commands_say_notes(b->notes);
	if (c != NULL && c->pairs->len > 0)
		show(c, o, format, a, b);
	commands_say_warnings(a->warnings);
	commands_say_warnings(b->warnings);
	if (c == NULL)
		return cli_fail(COMMANDS_PROGRAM,
			g_error_matches(error, ANALYZE_ERROR, ANALYZE_ERROR_MIX) ? CLI_USAGE
										 : CLI_FAILED,
			error);
	return status_of(a, b);
}

static int compare_names(
	struct commands_common *c, char *name_a, char *name_b, const struct compare_options *o)
{
	char *a_alone[] = { name_a, NULL }, *b_alone[] = { name_b, NULL };
	int failure = CLI_FAILED;
	g_autoptr(result_set) a = commands_open(c, a_alone, &failure);
	g_autoptr(result_set) b = a != NULL ? commands_open(c, b_alone, &failure) : NULL;

	return b != NULL ? compare_sets(a, b, c->format, o) : failure;
}

static gboolean parse(struct compare_options *o, const char *alpha, const char *threshold,
	GArray **metrics, const char *metrics_text, int argc, GError **error)
{
	if (argc != 3) {
		g_set_error(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
			"%d names given; compare takes two, A and B, such as 'tanalyze compare "
			"vhost-off vhost-on'",
			argc - 1);
		return FALSE;
	}
	if (!commands_parse_share("--alpha", alpha, 1e-6, &o->alpha, error) ||
		!commands_parse_share("--threshold", threshold, 0, &o->threshold, error))
		return FALSE;
	*metrics = compare_metrics_parse(
		metrics_text != NULL ? metrics_text : "loss,p50,p99", error);
	o->metrics = *metrics;
	return *metrics != NULL;
}

static int compare_command_run(int argc, char **argv)
{
	struct commands_common c = { 0 };
	struct compare_options o = { .alpha = 0.05, .threshold = 0.01 };
	g_autofree char *alpha = NULL, *threshold = NULL, *metrics_text = NULL;
	g_autoptr(GArray) metrics = NULL;
	const GOptionEntry entries[] = {
		COMMANDS_COMMON_ENTRIES(c),
		CLI_HEADING("What is compared"),
		{ "metrics", 'm', 0, G_OPTION_ARG_STRING, &metrics_text,
			"Some of loss, forwarded, mean and percentiles such as p99.9 (default: "
			"loss,p50,p99)",
			"LIST" },
		{ "response", 'r', 0, G_OPTION_ARG_NONE, &o.response,
			"Response time, from the scheduled departure (default: latency, from the "
			"real departure)",
			NULL },
		{ "different-mix", 0, 0, G_OPTION_ARG_NONE, &o.different_mix,
			"Compare although A and B were offered different mixes", NULL },
		CLI_HEADING("Verdict"),
		{ "alpha", 0, 0, G_OPTION_ARG_STRING, &alpha,
			"How often a difference may be seen where there is none, over the whole "
			"table (default: 0.05)",
			"SHARE" },
		{ "threshold", 't', 0, G_OPTION_ARG_STRING, &threshold,
			"Differences within this share of A's median do not matter (default: 1%)",
			"SHARE" },
		G_OPTION_ENTRY_NULL,
	};
	g_autoptr(GError) error = NULL;
	int result = CLI_USAGE;

	if (cli_options(COMMANDS_PROGRAM, &command_compare, entries, &argc, &argv))
		result = parse(&o, alpha, threshold, &metrics, metrics_text, argc, &error)
				 ? compare_names(&c, argv[1], argv[2], &o)
				 : cli_fail(COMMANDS_PROGRAM, CLI_USAGE, error);
	commands_common_clear(&c);
	return result;
}

const struct cli_command command_compare = { "compare", "A B",
	"Is B better than A? A verdict a load", compare_command_run };
