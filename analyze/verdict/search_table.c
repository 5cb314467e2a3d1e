/* SPDX-License-Identifier: BSD-3-Clause */
#include "analyze/verdict/search_table.h"

#include <math.h>

#include "analyze/base/format.h"

/* A goal's row. */
struct limit_line {
	uint32_t repetition;
	const char *goal, *state, *why, *label, *preset;
	double lower_pps, upper_pps, throughput_pps; /* NAN: none */
	double lower_bps;                            /* layer 2 */
	double width;                                /* (upper - lower) / upper */
	uint32_t trials;
	double trials_s;
};

#define COLUMN(line, member, unit_, key_, heading_, ...)                     \
	{                                                                    \
		.key = (key_), .heading = (heading_), .unit = TABLE_##unit_, \
		.at = offsetof(struct line, member), __VA_ARGS__             \
	}
#define LIMIT(...) COLUMN(limit_line, __VA_ARGS__)
#define LATENCY(...) COLUMN(latency_line, __VA_ARGS__)

static const struct table_column limit_columns[] = {
	LIMIT(label, TEXT, "label", NULL, .flags = TABLE_HIDDEN),
	LIMIT(repetition, NUMBER, "repetition", "rep", .flags = TABLE_KEY | TABLE_IF_ANY),
	LIMIT(goal, TEXT, "goal", NULL, .flags = TABLE_KEY),
	LIMIT(state, TEXT, "result", NULL, .flags = 0),
	LIMIT(lower_pps, PPS, "lower_bound_pps", "lower, pps", .flags = 0),
	LIMIT(upper_pps, PPS, "upper_bound_pps", "upper, pps", .flags = 0),
	LIMIT(width, RATIO, "width", NULL, .flags = 0),
	LIMIT(throughput_pps, PPS, "conditional_throughput_pps", "throughput, pps", .flags = 0),
	LIMIT(lower_bps, PPS, "lower_bound_l2_bps", "lower, bit/s L2", .flags = 0),
	LIMIT(trials, NUMBER, "trials", NULL, .flags = 0),
	LIMIT(trials_s, REAL, "trials_s", "trials, s", .format = "%.4g"),
	LIMIT(why, TEXT, "upper_bound_reason", NULL, .flags = TABLE_HIDDEN),
};

static double rate_or_none(uint64_t pps)
{
	return pps == 0 ? NAN : (double)pps;
}

static struct limit_line limit_line_of(const search *s, const struct search_goal *g)
{
	double lower = rate_or_none(g->lower_pps), upper = rate_or_none(g->upper_pps);

	return (struct limit_line){ .repetition = s->params.repetition,
		.label = s->params.label,
		.goal = g->name,
		.state = search_state_word(g->state),
		.why = g->why,
		.lower_pps = lower,
		.upper_pps = upper,
		.throughput_pps = g->throughput_pps,
		.lower_bps = lower * 8 * s->mean_frame_len,
		.width = (upper - lower) / upper,
		.trials = s->nb_trials,
		.trials_s = s->trials_s };
}

table *search_table_of_limits(const search *const *searches, size_t nb)
{
	table *t = table_new();

	table_columns(t, limit_columns, G_N_ELEMENTS(limit_columns));
	for (size_t i = 0; i < nb; i++)
		for (uint32_t k = 0; k < searches[i]->nb_goals; k++) {
			struct limit_line line = limit_line_of(searches[i], &searches[i]->goals[k]);

			table_add(t, &line);
		}
	return t;
}

struct latency_line {
	uint32_t repetition;
	const char *goal;
	double share, pps, loss;
	struct table_time p50, p99, p999, max;
};

static const struct table_column latency_columns[] = {
	LATENCY(repetition, NUMBER, "repetition", "rep", .flags = TABLE_KEY | TABLE_IF_ANY),
	LATENCY(goal, TEXT, "goal", NULL, .flags = TABLE_KEY),
	LATENCY(share, RATIO, "share_of_limit", "of limit", .flags = 0),
	LATENCY(pps, PPS, "rate_pps", "pps", .flags = 0),
	LATENCY(loss, RATIO, "loss_ratio", "loss", .flags = 0),
	LATENCY(p50, TIME, "p50_ns", "p50", .flags = 0),
	LATENCY(p99, TIME, "p99_ns", "p99", .flags = 0),
	LATENCY(p999, TIME, "p999_ns", "p99.9", .flags = 0),
	LATENCY(max, TIME, "max_ns", "max", .flags = 0),
};

static struct latency_line latency_line_of(const search *s, const struct search_trial *t)
{
	gboolean any = t->forwarded_pps > 0;

	return (struct latency_line){ .repetition = s->params.repetition,
		.goal = s->goals[t->goal].name,
		.share = t->share,
		.pps = (double)t->rate_pps,
		.loss = t->loss,
		.p50 = { t->p50_ns, t->p50_bound, any || t->p50_bound },
		.p99 = { t->p99_ns, t->p99_bound, any || t->p99_bound },
		.p999 = { t->p999_ns, t->p999_bound, any || t->p999_bound },
		.max = { t->max_ns, FALSE, any } };
}

table *search_table_of_latency(const search *const *searches, size_t nb)
{
	g_autoptr(table) t = table_new();

	table_columns(t, latency_columns, G_N_ELEMENTS(latency_columns));
	for (size_t i = 0; i < nb; i++)
		for (uint32_t k = 0; k < searches[i]->nb_trials; k++) {
			const struct search_trial *one = &searches[i]->trials[k];
			struct latency_line line = { 0 };

			/* The last of a share's, as earlier ones were spoilt. */
			if (one->use != SEARCH_LATENCY_AT ||
				(k + 1 < searches[i]->nb_trials && one[1].use == one->use &&
					one[1].goal == one->goal && one[1].share == one->share))
				continue;
			line = latency_line_of(searches[i], one);
			table_add(t, &line);
		}
	return table_rows(t) == 0 ? NULL : g_steal_pointer(&t);
}

/* Why loads above the limits are none, a line each; the same one once. */
static void append_reasons(GString *text, const search *const *searches, size_t nb)
{
	const char *last = "";

	for (size_t i = 0; i < nb; i++) {
		for (uint32_t k = 0; k < searches[i]->nb_goals; k++) {
			const struct search_goal *g = &searches[i]->goals[k];
			g_autofree char *upper = format_pps((double)g->upper_pps);

			if (g->why[0] != '\0' && !g_str_equal(g->why, last))
				g_string_append_printf(text, "%s at %spps: %s%s\n", g->name, upper,
					g->why,
					g->state == SEARCH_MISSED_AT_MIN ? " (lower --min-load?)"
									 : "");
			last = g->why;
		}
		if (searches[i]->doubt[0] != '\0')
			g_string_append_printf(text, "not trustworthy: %s\n", searches[i]->doubt);
	}
}

char *search_table_text(const search *const *searches, size_t nb, enum cli_format format)
{
	g_autoptr(table) limits = search_table_of_limits(searches, nb);
	g_autoptr(table) latency = search_table_of_latency(searches, nb);
	GString *text = g_string_new(NULL);

	for (size_t i = 0; format == CLI_JSON && i < nb; i++) {
		g_autofree char *json = search_to_json(searches[i]);

		g_string_append_printf(text, "%s\n", json);
	}
	if (format != CLI_JSON) {
		g_autofree char *rows = table_format(limits, format);

		g_string_append(text, rows);
	}
	if (format == CLI_TEXT) {
		g_autofree char *rows = latency == NULL ? NULL : table_text(latency);

		append_reasons(text, searches, nb);
		if (rows != NULL)
			g_string_append_printf(text, "\n%s", rows);
	}
	return g_string_free(text, FALSE);
}
