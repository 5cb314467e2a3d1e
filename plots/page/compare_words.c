/* SPDX-License-Identifier: BSD-3-Clause */
#include "plots/page/compare_words.h"

#include <math.h>
#include <string.h>

#include "analyze/base/format.h"

/* What a sentence is about. */
struct subject {
	const struct compare_metric *metric;
	const struct compare_options *options;
	const char *a, *b;
};

/* "p99 latency" */
static char *metric_text(const struct subject *s)
{
	const char *of = s->options->response ? "response time" : "latency";

	switch (s->metric->kind) {
	case COMPARE_LOSS:
		return g_strdup("Loss");
	case COMPARE_FORWARDED:
		return g_strdup("Forwarding rate");
	case COMPARE_MEAN:
		return g_strdup_printf("Mean %s", of);
	case COMPARE_LIMIT:
		return g_strdup_printf("Limit by %s", s->metric->goal);
	case COMPARE_THROUGHPUT:
		return g_strdup_printf("Throughput by %s", s->metric->goal);
	default:
		return g_strdup_printf(
			"%s %s", s->metric->q == 0.5 ? "Median" : s->metric->name, of);
	}
}

/* A number without sign, in the metric's unit. */
static char *number_text(const struct subject *s, double v)
{
	static const struct {
		double factor;
		const char *unit;
	} units[] = { { 1e6, "Mpps" }, { 1e3, "kpps" }, { 1, "pps" } };
	guint i = 0;

	if (s->metric->kind == COMPARE_LOSS)
		return format_percent(v);
	if (s->metric->kind == COMPARE_MEAN || s->metric->kind == COMPARE_QUANTILE)
		return format_ns((uint64_t)llround(v));
	while (i + 1 < G_N_ELEMENTS(units) && v < 0.99995 * units[i].factor)
		i++;
	return g_strdup_printf("%.4g %s", v / units[i].factor, units[i].unit);
}

/* A difference: with its sign; of shares in points, which are no share of anything. */
static char *difference_text(const struct subject *s, double v)
{
	g_autofree char *text = NULL;

	if (isnan(v))
		return g_strdup("unknown");
	if (isinf(v))
		return g_strdup(v < 0 ? "-infinity" : "infinity");
	if (s->metric->kind == COMPARE_LOSS)
		return g_strdup_printf("%+.3g percentage points", v * 100);
	text = number_text(s, fabs(v));
	return g_strconcat(v < 0 ? "-" : "+", text, NULL);
}

static char *median_text(const struct subject *s, const struct compare_side *side)
{
	g_autofree char *text = NULL;

	if (isfinite(side->m.value))
		return number_text(s, side->m.value);
	if (!isfinite(side->at_least))
		return g_strdup("-");
	text = number_text(s, side->at_least);
	return g_strconcat("at least ", text, NULL);
}

/* "difference -12 µs, 95 % interval -14 µs to -10 µs, p = 0.008" */
static char *evidence_text(const struct subject *s, const struct compare_cell *cell)
{
	g_autofree char *diff = difference_text(s, cell->diff.value);
	g_autofree char *lo = difference_text(s, cell->diff.lo),
			*hi = difference_text(s, cell->diff.hi);
	GString *text = g_string_new(NULL);

	g_string_append_printf(text, "difference %s", diff);
	if (cell->diff.sufficient)
		g_string_append_printf(
			text, ", %.4g %% interval %s to %s", 100 * (1 - s->options->alpha), lo, hi);
	if (!isnan(cell->p_holm))
		g_string_append_printf(text, ", p = %.2g", cell->p_holm);
	return g_string_free(text, FALSE);
}

/* Three digits or more, without an exponent. */
static char *ratio_text(double ratio)
{
	return ratio >= 1000 ? g_strdup_printf("%.0f", ratio) : g_strdup_printf("%.3g", ratio);
}

static void put_one(GString *to, const struct subject *s, const struct compare_cell *cell)
{
	g_autofree char *x = median_text(s, &cell->a), *y = median_text(s, &cell->b);
	g_autofree char *shown = evidence_text(s, cell);

	switch (cell->verdict) {
	case COMPARE_BETTER:
	case COMPARE_WORSE:
		g_string_append_printf(to, "%s is %s than %s: %s vs. %s", s->b,
			compare_verdict_word(cell->verdict), s->a, y, x);
		if (!isnan(cell->ratio)) {
			g_autofree char *ratio = ratio_text(cell->ratio);

			g_string_append_printf(to, ", ratio %s", ratio);
		}
		g_string_append_printf(to, " (%s).", shown);
		break;
	case COMPARE_NO_DIFFERENCE:
		g_string_append_printf(to,
			"no relevant difference between %s and %s: %s and %s (%s; threshold %.4g "
			"%%).",
			s->a, s->b, x, y, shown, 100 * s->options->threshold);
		break;
	case COMPARE_UNDECIDED:
		g_string_append_printf(to,
			"inconclusive: the data show neither a difference between %s and %s nor "
			"equivalence: %s and %s (%s).",
			s->a, s->b, x, y, shown);
		break;
	case COMPARE_TOO_FEW:
		g_string_append_printf(to,
			"no verdict: too few repetitions (%u of %s, %u of %s); medians %s and %s.",
			cell->a.nb, s->a, cell->b.nb, s->b, x, y);
		break;
	default:
		g_string_append_printf(to, "no verdict: %s has no value.",
			cell->a.nb > 0   ? s->b
			: cell->b.nb > 0 ? s->a
					 : "neither side");
	}
}

/* Where a sweep is compared, a pair is a load. */
static const char *pair_word(const comparison *c)
{
	for (guint i = 0; i < c->pairs->len; i++) {
		const struct compare_pair *p = g_ptr_array_index(c->pairs, i);

		for (guint k = 0; k < i; k++) {
			const struct compare_pair *other = g_ptr_array_index(c->pairs, k);

			if (p->a->params.rate_pps == other->a->params.rate_pps)
				return "pair";
		}
	}
	return "load";
}

static void put_many(GString *to, const struct subject *s, const comparison *c,
	const struct compare_overall *over)
{
	g_autofree char *all = g_strdup_printf("all %u %ss", c->pairs->len, pair_word(c));
	g_autofree char *verdicts = compare_verdicts_text(over);

	switch (over->verdict) {
	case COMPARE_BETTER:
	case COMPARE_WORSE:
		g_string_append_printf(to, "%s is %s than %s over %s", s->b,
			compare_verdict_word(over->verdict), s->a, all);
		break;
	case COMPARE_NO_DIFFERENCE:
		g_string_append_printf(to,
			"no relevant difference between %s and %s at any of %u %ss", s->a, s->b,
			c->pairs->len, pair_word(c));
		break;
	case COMPARE_UNDECIDED:
		g_string_append_printf(
			to, "inconclusive between %s and %s over %s", s->a, s->b, all);
		break;
	case COMPARE_TOO_FEW:
		g_string_append_printf(to, "no verdict over %s: too few repetitions", all);
		break;
	default:
		g_string_append_printf(to, "no verdict over %s: missing values", all);
	}
	if (!isnan(over->p_holm))
		g_string_append_printf(
			to, " (p = %.2g, Cliff's delta %.2g)", over->p_holm, over->cliff);
	if (over->verdicts[over->verdict] < c->pairs->len)
		g_string_append_printf(to, "; per %s: %s", pair_word(c), verdicts);
	g_string_append_c(to, '.');
	if (over->nb > 0) {
		g_autofree char *ratio = ratio_text(over->ratio);
		g_autofree char *least = ratio_text(over->ratio_least);
		g_autofree char *most = ratio_text(over->ratio_most);

		g_string_append_printf(to, " Ratio of medians: %s (%s to %s).", ratio, least, most);
	}
}

char *compare_words_sentence(const comparison *c, const struct compare_options *options,
	guint metric, const char *a, const char *b)
{
	const struct subject s = { compare_metric_at(options, metric), options, a, b };
	g_autofree char *what = metric_text(&s);
	GString *to = g_string_new(what);

	g_string_append(to, ": ");
	if (c->pairs->len == 1) {
		const struct compare_pair *only = g_ptr_array_index(c->pairs, 0);

		put_one(to, &s, &only->cells[metric]);
	} else {
		put_many(to, &s, c, &c->over[metric]);
	}
	return g_string_free(to, FALSE);
}
