/* SPDX-License-Identifier: BSD-3-Clause */
/* tanalyze loss, percentiles: the numbers of each combination. */
#include "analyze/commands/commands.h"

static const char *const metrics[] = { "exact", "autotest", NULL };

struct loss_asked {
	struct commands_common common;
	struct report_options options;
	int metric; /* index in metrics */
};

static int loss_run(void *user, char **words)
{
	struct loss_asked *asked = user;

	if (asked->metric == 1)
		return commands_report(
			&asked->common, words, FALSE, &report_autotest_loss, NULL, NULL, NULL);
	return commands_report(
		&asked->common, words, FALSE, &report_loss, &asked->options, NULL, NULL);
}

static const struct option_row loss_rows[] = {
	COMMANDS_COMMON_ROWS(struct loss_asked, common),
	{ .name = "guests",
		.was = 'g',
		.type = OPTION_SWITCH,
		.at = offsetof(struct loss_asked, options.guests),
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

static const char *const rules[] = { "nearest", "linear", NULL };

struct percentiles_asked {
	struct commands_common common;
	struct report_options options;
	char *list;
	int rule; /* index in rules */
	gboolean interval;
	double confidence; /* percent */
};

static int percentiles_run(void *user, char **words)
{
	struct percentiles_asked *asked = user;
	struct report_options o = asked->options;
	g_autoptr(GError) error = NULL;
	int result;

	o.linear = asked->rule == 1;
	o.confidence = asked->confidence / 100;
	o.guests = o.guests && !asked->interval;
	if (!report_percentiles_parse(asked->list, &o, &error))
		return cli_fail(COMMANDS_PROGRAM, CLI_USAGE, error);
	result = commands_report(&asked->common, words, TRUE,
		asked->interval ? &report_intervals : &report_percentiles, &o, NULL, NULL);
	g_free(o.q);
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
	COMMANDS_RESPONSE_ROW(struct percentiles_asked, options.response),
	{ .name = "guests",
		.was = 'g',
		.type = OPTION_SWITCH,
		.at = offsetof(struct percentiles_asked, options.guests),
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
