/* SPDX-License-Identifier: BSD-3-Clause */
/* tanalyze loss, percentiles: the numbers of each combination. */
#include <string.h>

#include "analyze/commands.h"
#include "analyze/report.h"

static void add_loss(table *t, const result_combination *c, const void *guests)
{
	report_loss_add(t, c, *(const gboolean *)guests);
}

static void add_autotest_loss(table *t, const result_combination *c, const void *user)
{
	(void)user;
	report_autotest_loss_add(t, c);
}

/* A word of a list of two. FALSE and error for any other. */
static gboolean parse_choice(const char *option, const char *text, const char *usual,
	const char *other, gboolean *is_other, GError **error)
{
	*is_other = g_strcmp0(text, other) == 0;
	if (text == NULL || *is_other || strcmp(text, usual) == 0)
		return TRUE;
	g_set_error(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
		"%s: '%s' is none; write %s or %s", option, text, usual, other);
	return FALSE;
}

static int loss_run(int argc, char **argv)
{
	struct commands_common c = { 0 };
	g_autofree char *metric = NULL;
	g_autoptr(GError) error = NULL;
	gboolean guests = FALSE, autotest;
	const GOptionEntry entries[] = {
		COMMANDS_COMMON_ENTRIES(c),
		{ "guests", 'g', 0, G_OPTION_ARG_NONE, &guests, "Also a row for each guest", NULL },
		{ "loss", 'l', 0, G_OPTION_ARG_STRING, &metric,
			"exact: of packet totals; autotest: of MoonGen's rounded averages of "
			"Mbit/s, as autotest draws it (default: exact)",
			"METRIC" },
		G_OPTION_ENTRY_NULL,
	};
	int result = CLI_USAGE;

	if (cli_options(COMMANDS_PROGRAM, &command_loss, entries, &argc, &argv)) {
		if (!parse_choice("--loss", metric, "exact", "autotest", &autotest, &error)) {
			result = cli_fail(COMMANDS_PROGRAM, CLI_USAGE, error);
		} else {
			g_autoptr(table) t = autotest ? report_autotest_loss_new()
						      : report_loss_new(guests);

			result = commands_table(&c, argv + 1, FALSE, t,
				autotest ? add_autotest_loss : add_loss, &guests);
		}
	}
	commands_common_clear(&c);
	return result;
}

const struct cli_command command_loss = { "loss", "[NAME...]", "What became of the frames",
	loss_run };

static void add_percentiles(table *t, const result_combination *c, const void *p)
{
	report_percentiles_add(t, c, p);
}

/* Options of --interval. */
struct intervals {
	const struct report_percentiles *p;
	double confidence;
};

static void add_intervals(table *t, const result_combination *c, const void *user)
{
	const struct intervals *i = user;

	report_intervals_add(t, c, i->p, i->confidence);
}

/* Percent, above 50 and below 100. */
static gboolean parse_confidence(double percent, GError **error)
{
	if (percent > 50 && percent < 100)
		return TRUE;
	g_set_error(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
		"--confidence: %g is none; write percent, above 50 and below 100, such as 95",
		percent);
	return FALSE;
}

static int show_percentiles(struct commands_common *c, char **names,
	const struct report_percentiles *p, gboolean interval, double confidence)
{
	g_autoptr(table) t = interval ? report_intervals_new() : report_percentiles_new(p);
	const struct intervals intervals = { p, confidence / 100 };

	if (interval)
		return commands_table(c, names, TRUE, t, add_intervals, &intervals);
	return commands_table(c, names, TRUE, t, add_percentiles, p);
}

static int percentiles_run(int argc, char **argv)
{
	struct commands_common c = { 0 };
	struct report_percentiles p = { 0 };
	g_autofree char *text = NULL, *rule = NULL;
	gboolean interval = FALSE;
	double confidence = 95;
	const GOptionEntry entries[] = {
		COMMANDS_COMMON_ENTRIES(c),
		{ "percentiles", 'p', 0, G_OPTION_ARG_STRING, &text,
			"Which, in percent (default: 50,90,99,99.9,99.99)", "LIST" },
		{ "response", 'r', 0, G_OPTION_ARG_NONE, &p.response,
			"Response time, from the scheduled departure (default: latency, from the "
			"real "
			"departure)",
			NULL },
		{ "guests", 'g', 0, G_OPTION_ARG_NONE, &p.guests, "Also a row for each guest",
			NULL },
		{ "quantile", 'q', 0, G_OPTION_ARG_STRING, &rule,
			"nearest: the value of that rank; linear: between neighbours, as numpy "
			"and autotest's figures (default: nearest)",
			"RULE" },
		{ "interval", 'I', 0, G_OPTION_ARG_NONE, &interval,
			"A row a percentile, with confidence intervals by rank: of all samples, "
			"and of the median over repetitions",
			NULL },
		{ "confidence", 0, 0, G_OPTION_ARG_DOUBLE, &confidence,
			"Of the intervals, in percent (default: 95)", "PERCENT" },
		G_OPTION_ENTRY_NULL,
	};
	g_autoptr(GError) error = NULL;
	int result = CLI_USAGE;

	if (cli_options(COMMANDS_PROGRAM, &command_percentiles, entries, &argc, &argv)) {
		if (!parse_confidence(confidence, &error) ||
			!parse_choice("--quantile", rule, "nearest", "linear", &p.linear, &error) ||
			!report_percentiles_parse(
				text != NULL ? text : "50,90,99,99.9,99.99", &p, &error)) {
			result = cli_fail(COMMANDS_PROGRAM, CLI_USAGE, error);
		} else {
			result = show_percentiles(&c, argv + 1, &p, interval, confidence);
		}
	}
	g_free(p.q);
	commands_common_clear(&c);
	return result;
}

const struct cli_command command_percentiles = { "percentiles", "[NAME...]",
	"Percentiles of the latency", percentiles_run };
