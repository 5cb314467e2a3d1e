/* SPDX-License-Identifier: BSD-3-Clause */
/* tanalyze loss, percentiles: the numbers of each combination. */
#include "analyze/commands/commands.h"

static const char *const metrics[] = { "exact", "autotest", NULL };

struct loss_asked {
	struct commands_common common;
	struct report_options options;
	int metric; /* index in metrics */
};

static int run_loss(void *user, char **words)
{
	struct loss_asked *asked = user;

	if (asked->metric == 1)
		return commands_report(
			&asked->common, words, FALSE, &report_autotest_loss, NULL, NULL, NULL);
	return commands_report(
		&asked->common, words, FALSE, &report_loss, &asked->options, NULL, NULL);
}

/* The row of --guests. */
#define GUESTS_ROW(type_)                                                                        \
	OPTION_ROW(SWITCH, type_, options.guests, "guests", 0, NULL, "Additional row per guest", \
		.was = 'g')

static const struct option_row loss_rows[] = {
	COMMANDS_COMMON_ROWS(struct loss_asked, common),
	GUESTS_ROW(struct loss_asked),
	OPTION_ROW(WORD, struct loss_asked, metric, "loss", 0, "METRIC",
		"Loss metric: exact (packet totals) or autotest (MoonGen's rounded Mbit/s "
		"averages)",
		.was = 'l', .preset = "exact", .words = metrics),
	{ 0 },
};

COMMANDS_COMMAND(loss, struct loss_asked, loss_rows, COMMANDS_NAMES,
	.summary = "Offered, forwarded, lost, duplicated and reordered frames");

static const char *const rules[] = { "nearest", "linear", NULL };

struct percentiles_asked {
	struct commands_common common;
	struct report_options options;
	char *list;
	int rule; /* index in rules */
	gboolean interval;
	double confidence; /* percent */
};

static int run_percentiles(void *user, char **words)
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

#define ROW(type, member, ...) OPTION_ROW(type, struct percentiles_asked, member, __VA_ARGS__)

static const struct option_row percentiles_rows[] = {
	COMMANDS_COMMON_ROWS(struct percentiles_asked, common),
	ROW(TEXT, list, "percentiles", 0, "LIST", "Percentiles in percent", .was = 'p',
		.preset = "50,90,99,99.9,99.99"),
	COMMANDS_RESPONSE_ROW(struct percentiles_asked, options.response),
	GUESTS_ROW(struct percentiles_asked),
	ROW(WORD, rule, "quantile", 0, "RULE",
		"Percentile rule: nearest (rank) or linear (as numpy and autotest)", .was = 'q',
		.preset = "nearest", .words = rules),
	ROW(SWITCH, interval, "interval", 0, NULL,
		"One row per percentile, with rank-based confidence intervals", .was = 'I'),
	ROW(NUMBER, confidence, "confidence", 0, "PERCENT",
		"Confidence level of the intervals, in percent", .preset = "95", .min = 50,
		.max = 100, .flags = OPTION_ABOVE | OPTION_BELOW),
	{ 0 },
};

COMMANDS_COMMAND(percentiles, struct percentiles_asked, percentiles_rows, COMMANDS_NAMES,
	.summary = "Latency percentiles");
