/* SPDX-License-Identifier: BSD-3-Clause */
/* tanalyze loss, percentiles: the numbers of each combination. */
#include <string.h>

#include "analyze/commands/commands.h"
#include "analyze/show/report.h"

static void add_loss(table *t, const result_combination *c, const void *guests)
{
	report_loss_add(t, c, *(const gboolean *)guests);
}

static void add_autotest_loss(table *t, const result_combination *c, const void *user)
{
	(void)user;
	report_autotest_loss_add(t, c);
}

static const char *const metrics[] = { "exact", "autotest", NULL };

struct loss_asked {
	struct commands_common common;
	gboolean guests;
	int metric; /* index in metrics */
};

static int loss_run(void *user, char **words)
{
	struct loss_asked *asked = user;
	gboolean autotest = asked->metric == 1;
	g_autoptr(table) t = autotest ? report_autotest_loss_new() : report_loss_new(asked->guests);

	return commands_table(&asked->common, words, FALSE, t,
		autotest ? add_autotest_loss : add_loss, &asked->guests);
}

static const struct option_row loss_rows[] = {
	COMMANDS_COMMON_ROWS(struct loss_asked, common),
	{ .name = "guests",
		.was = 'g',
		.type = OPTION_SWITCH,
		.at = offsetof(struct loss_asked, guests),
		.help = "Also a row per guest" },
	{ .name = "loss",
		.was = 'l',
		.type = OPTION_WORD,
		.at = offsetof(struct loss_asked, metric),
		.preset = "exact",
		.words = metrics,
		.metavar = "METRIC",
		.help = "Loss: exact (packet totals) or autotest (MoonGen's rounded averages of "
			"Mbit/s, as autotest draws it)" },
	{ 0 },
};

const struct cli_command command_loss = { .name = "loss",
	.arguments = "[NAME...]",
	.summary = "Offered, forwarded, lost, duplicated and reordered frames",
	.options = loss_rows,
	.size = sizeof(struct loss_asked),
	.max_words = CLI_ANY,
	.run = loss_run };

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

static int show_percentiles(struct commands_common *c, char **names,
	const struct report_percentiles *p, gboolean interval, double confidence)
{
	g_autoptr(table) t = interval ? report_intervals_new() : report_percentiles_new(p);
	const struct intervals intervals = { p, confidence / 100 };

	if (interval)
		return commands_table(c, names, TRUE, t, add_intervals, &intervals);
	return commands_table(c, names, TRUE, t, add_percentiles, p);
}

static const char *const rules[] = { "nearest", "linear", NULL };

struct percentiles_asked {
	struct commands_common common;
	struct report_percentiles p;
	char *list;
	int rule; /* index in rules */
	gboolean interval;
	double confidence; /* percent */
};

static int percentiles_run(void *user, char **words)
{
	struct percentiles_asked *asked = user;
	struct report_percentiles p = asked->p;
	g_autoptr(GError) error = NULL;
	int result;

	p.linear = asked->rule == 1;
	result = report_percentiles_parse(asked->list, &p, &error)
			 ? show_percentiles(
				   &asked->common, words, &p, asked->interval, asked->confidence)
			 : cli_fail(COMMANDS_PROGRAM, CLI_USAGE, error);
	g_free(p.q);
	return result;
}

static const struct option_row percentiles_rows[] = {
	COMMANDS_COMMON_ROWS(struct percentiles_asked, common),
	{ .name = "percentiles",
		.was = 'p',
		.type = OPTION_TEXT,
		.at = offsetof(struct percentiles_asked, list),
		.preset = "50,90,99,99.9,99.99",
		.metavar = "LIST",
		.help = "Percentiles to show, in percent" },
	{ .name = "response",
		.was = 'r',
		.type = OPTION_SWITCH,
		.at = offsetof(struct percentiles_asked, p.response),
		.help = "Response time, from the scheduled departure (default: latency, from the "
			"actual departure)" },
	{ .name = "guests",
		.was = 'g',
		.type = OPTION_SWITCH,
		.at = offsetof(struct percentiles_asked, p.guests),
		.help = "Also a row per guest" },
	{ .name = "quantile",
		.was = 'q',
		.type = OPTION_WORD,
		.at = offsetof(struct percentiles_asked, rule),
		.preset = "nearest",
		.words = rules,
		.metavar = "RULE",
		.help = "Percentile rule: nearest (rank) or linear (interpolated, as numpy and "
			"autotest's figures)" },
	{ .name = "interval",
		.was = 'I',
		.type = OPTION_SWITCH,
		.at = offsetof(struct percentiles_asked, interval),
		.help = "One row per percentile, with rank-based confidence intervals: of all "
			"samples, and of the median over repetitions" },
	{ .name = "confidence",
		.type = OPTION_NUMBER,
		.at = offsetof(struct percentiles_asked, confidence),
		.preset = "95",
		.min = 50,
		.max = 100,
		.flags = OPTION_ABOVE | OPTION_BELOW,
		.metavar = "PERCENT",
		.help = "Confidence level of the intervals, in percent" },
	{ 0 },
};

const struct cli_command command_percentiles = { .name = "percentiles",
	.arguments = "[NAME...]",
	.summary = "Percentiles of the latency",
	.options = percentiles_rows,
	.size = sizeof(struct percentiles_asked),
	.max_words = CLI_ANY,
	.run = percentiles_run };
