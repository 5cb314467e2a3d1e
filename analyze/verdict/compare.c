/* SPDX-License-Identifier: BSD-3-Clause */
#include "analyze/verdict/compare.h"

#include <math.h>
#include <string.h>

#include "analyze/base/text.h"
#include "analyze/results/search_results.h"
#include "analyze/verdict/compare_pairs.h"
#include "analyze/verdict/compare_searches.h"
#include "analyze/base/error.h"

enum { METRICS_MAX = 50, REPETITIONS_MAX = 1000 };

static void metric_clear(gpointer data)
{
	g_free(((struct compare_metric *)data)->name);
	g_free(((struct compare_metric *)data)->goal);
}

static gboolean parse_metric(const char *word, struct compare_metric *m, GError **error)
{
	static const char *const names[] = { "loss", "forwarded", "mean" };
	char *end = NULL;
	double percent;

	for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
		if (strcmp(word, names[i]) == 0) {
			*m = (struct compare_metric){ (enum compare_kind)i, 0, g_strdup(word),
				NULL };
			return TRUE;
		}
	}
	percent = word[0] == 'p' && g_ascii_isdigit(word[1]) ? g_ascii_strtod(word + 1, &end) : 0;
	if (end == NULL || *end != '\0' || !(percent > 0 && percent <= 100))
		return analyze_fail(error, ANALYZE_ERROR_SYNTAX,
			"--metrics: invalid metric '%s' (loss, forwarded, mean, percentiles such "
			"as p99.9)",
			word);
	*m = (struct compare_metric){ COMPARE_QUANTILE, percent / 100, g_strdup(word), NULL };
	return TRUE;
}

GArray *compare_metrics_parse(const char *text, GError **error)
{
	g_autoptr(GArray) out = g_array_new(FALSE, TRUE, sizeof(struct compare_metric));
	g_auto(GStrv) words = g_strsplit(text, ",", -1);

	g_array_set_clear_func(out, metric_clear);
	for (guint i = 0; words[i] != NULL; i++) {
		struct compare_metric m;

		if (out->len == METRICS_MAX) {
			g_set_error(error, ANALYZE_ERROR, ANALYZE_ERROR_SYNTAX,
				"--metrics: more than %d metrics", METRICS_MAX);
			return NULL;
		}
		if (!parse_metric(g_strstrip(words[i]), &m, error))
			return NULL;
		for (guint k = 0; k < out->len; k++) {
			if (strcmp(g_array_index(out, struct compare_metric, k).name, m.name) ==
				0) {
				g_set_error(error, ANALYZE_ERROR, ANALYZE_ERROR_SYNTAX,
					"--metrics: '%s' given twice", m.name);
				metric_clear(&m);
				return NULL;
			}
		}
		g_array_append_val(out, m);
	}
	if (out->len > 0)
		return g_steal_pointer(&out);
	g_set_error_literal(error, ANALYZE_ERROR, ANALYZE_ERROR_SYNTAX,
		"--metrics: empty list; expected loss, forwarded, mean, percentiles such as p99.9");
	return NULL;
}

const struct compare_metric *compare_metric_at(const struct compare_options *o, guint i)
{
	return &g_array_index(o->metrics, struct compare_metric, i);
}

const char *compare_verdict_word(enum compare_verdict v)
{
	static const char *const words[COMPARE_VERDICTS] = { "better", "worse", "no difference",
		"inconclusive", "too few", "no value" };

	return words[v];
}

char *compare_verdicts_text(const struct compare_overall *over)
{
	GString *text = g_string_new(NULL);

	for (guint v = 0; v < COMPARE_VERDICTS; v++) {
		if (over->verdicts[v] > 0)
			g_string_append_printf(text, "%s%s at %u", text->len > 0 ? ", " : "",
				compare_verdict_word((enum compare_verdict)v), over->verdicts[v]);
	}
	return g_string_free(text, FALSE);
}

/* Values of one metric, one a repetition that has any. */
struct values {
	double *x;        /* INFINITY where it falls among lost frames */
	double *at_least; /* the bound there */
	guint nb;
};

static void values_clear(struct values *v)
{
	g_free(v->x);
	g_free(v->at_least);
}

/* FALSE if the search has not found it. */
static gboolean value_of_search(
	const search *s, const struct compare_metric *m, double *x, double *at_least)
{
	const struct search_goal *g = compare_goal_of(s, m);

	if (g == NULL || g->state != SEARCH_FOUND)
		return FALSE;
	*x = *at_least = m->kind == COMPARE_LIMIT ? (double)g->lower_pps : g->throughput_pps;
	return isfinite(*x);
}

/* FALSE if the trial, or the search that it stands for, has no such value. */
static gboolean value_of(const result_combination *c, guint repetition,
	const struct compare_metric *m, gboolean response, double *x, double *at_least)
{
	const trial *t = g_ptr_array_index(c->trials, repetition);
	const struct trial_dist *d = response ? &t->response : &t->latency;
	gboolean bound = FALSE;
	uint64_t ns;

	if (c->searches != NULL)
		return value_of_search(search_results_at(c, repetition), m, x, at_least);
	if (m->kind != COMPARE_FORWARDED && trial_is_one_way(t))
		return FALSE;
	switch (m->kind) {
	case COMPARE_LOSS:
		*x = (double)t->totals.lost / (double)t->totals.offered;
		break;
	case COMPARE_FORWARDED:
		*x = (double)t->totals.forwarded / t->measured_s;
		break;
	case COMPARE_MEAN:
		*x = (double)d->sum_ns / (double)d->count;
		break;
	default:
		if (trial_dist_quantile(d, m->q, &ns, &bound) != 0)
			return FALSE;
		*x = (double)ns;
	}
	*at_least = *x;
	if (bound)
		*x = INFINITY;
	return m->kind == COMPARE_QUANTILE || isfinite(*x);
}

static struct values values_new(guint nb)
{
	return (struct values){ g_new(double, nb + 1), g_new(double, nb + 1), 0 };
}

static struct values values_of(
	const result_combination *c, const struct compare_metric *m, gboolean response)
{
	struct values v = values_new(c->trials->len);

	for (guint i = 0; i < c->trials->len; i++) {
		if (value_of(c, i, m, response, &v.x[v.nb], &v.at_least[v.nb]))
			v.nb++;
	}
	return v;
}

/* Takes v->x. */
static struct compare_side side_of(struct values *v, double confidence)
{
	struct statistics_bounded median = statistics_median_bounded(
		v->x, v->at_least, v->nb, confidence);
	struct compare_side s = { v->x, v->nb, median.m, median.at_least.value };

	v->x = NULL;
	return s;
}

/* Of the repetitions that both have, in their order. */
static void paired_values(const struct compare_pair *p, const struct compare_metric *m,
	gboolean response, struct values *a, struct values *b)
{
	const GPtrArray *x = p->a->trials, *y = p->b->trials;

	*a = values_new(x->len);
	*b = values_new(x->len);
	for (guint i = 0, k = 0; i < x->len && k < y->len;) {
		const trial *s = g_ptr_array_index(x, i), *t = g_ptr_array_index(y, k);

		if (s->params.repetition == t->params.repetition &&
			value_of(p->a, i, m, response, &a->x[a->nb], &a->at_least[a->nb]) &&
			value_of(p->b, k, m, response, &b->x[b->nb], &b->at_least[b->nb]))
			b->nb = ++a->nb;
		i += s->params.repetition <= t->params.repetition;
		k += t->params.repetition <= s->params.repetition;
	}
}

static struct compare_cell cell_of(const struct compare_pair *p, const struct compare_metric *m,
	const struct compare_options *o)
{
	struct values a, b;
	struct compare_cell c = { .p_holm = NAN };

	if (o->paired) {
		struct rank_test_stratum only;

		paired_values(p, m, o->response, &a, &b);
		only = (struct rank_test_stratum){ a.x, b.x, a.nb, b.nb };
		c.diff = rank_test_paired_shift(a.x, b.x, a.nb, 1 - o->alpha);
		c.u = rank_test_signed(&only, 1);
		c.cliff = c.u.delta;
	} else {
		a = values_of(p->a, m, o->response);
		b = values_of(p->b, m, o->response);
		c.diff = rank_test_shift(a.x, a.nb, b.x, b.nb, 1 - o->alpha);
		c.u = rank_test_u(a.x, a.nb, b.x, b.nb);
		c.cliff = rank_test_cliff(a.x, a.nb, b.x, b.nb);
	}
	c.a = side_of(&a, 1 - o->alpha);
	c.b = side_of(&b, 1 - o->alpha);
	c.ratio = isfinite(c.a.m.value) && isfinite(c.b.m.value) && fabs(c.a.m.value) > 0
			  ? c.b.m.value / c.a.m.value
			  : NAN;
	values_clear(&a);
	values_clear(&b);
	return c;
}

/* The smallest p that so many repetitions can give; paired, both are equal. */
static double least_p(const struct compare_options *o, guint nb_a, guint nb_b)
{
	return o->paired ? rank_test_signed_least_p(nb_a) : rank_test_least_p(nb_a, nb_b);
}

/* Can so many repetitions give a verdict at all, even if this were the only test? */
static gboolean is_tested(const struct compare_cell *c, const struct compare_options *o)
{
	return MIN(c->a.nb, c->b.nb) >= COMPARE_LEAST && least_p(o, c->a.nb, c->b.nb) <= o->alpha;
}

static gboolean more_is_better(const struct compare_metric *m)
{
	return m->kind == COMPARE_FORWARDED || m->kind == COMPARE_LIMIT ||
	       m->kind == COMPARE_THROUGHPUT;
}

static enum compare_verdict verdict_of(const struct compare_cell *c,
	const struct compare_options *o, const struct compare_metric *m, double least_adjusted)
{
	double within = o->threshold * fabs(c->a.m.value);
	gboolean less_is_better = !more_is_better(m);

	if (c->a.nb == 0 || c->b.nb == 0)
		return COMPARE_NO_VALUE;
	if (!is_tested(c, o))
		return COMPARE_TOO_FEW;
	if (c->diff.sufficient && isfinite(within) && c->diff.lo >= -within && c->diff.hi <= within)
		return COMPARE_NO_DIFFERENCE;
	if (c->p_holm <= o->alpha)
		return (c->cliff < 0) == less_is_better ? COMPARE_BETTER : COMPARE_WORSE;
	return least_adjusted > o->alpha ? COMPARE_TOO_FEW : COMPARE_UNDECIDED;
}

/* How many per side (or pairs) it takes until nb tests can be significant. */
static guint repetitions_needed(const struct compare_options *o, guint nb)
{
	guint n = COMPARE_LEAST;

	while (n < REPETITIONS_MAX && least_p(o, n, n) * nb > o->alpha)
		n++;
	return n;
}

static void note_too_few(comparison *c, const struct compare_options *o, guint nb_few,
	guint nb_family, guint nb_lost)
{
	const char *what = o->paired ? "pairs" : "repetitions per side";
	guint nb = c->pairs->len * o->metrics->len, one = repetitions_needed(o, 1),
	      all = repetitions_needed(o, nb_family);

	if (nb_few > 0)
		g_ptr_array_add(c->notes,
			g_strdup_printf("too few: %u comparison%s fewer than %u %s, which cannot "
					"give p <= %.3g; measure %u or more",
				nb_few, nb_few == 1 ? " has" : "s have", one, what, o->alpha, one));
	if (nb_lost > 0)
		g_ptr_array_add(c->notes,
			g_strdup_printf("too few: %u of %u comparisons cannot reach p <= %.3g "
					"after Holm's correction; measure %u %s, or compare fewer "
					"loads or metrics",
				nb_lost, nb_family, o->alpha, all, what));
	if (o->paired)
		g_ptr_array_add(c->notes,
			g_strdup_printf(
				"paired: %u comparison%s at p <= %.3g need%s at least %u pairs", nb,
				text_plural(nb), o->alpha, nb == 1 ? "s" : "",
				repetitions_needed(o, nb)));
}

/* Holm's correction over all cells that can have a verdict, then the verdicts. */
static void judge_cells(comparison *c, const struct compare_options *o)
{
	guint nb_metrics = o->metrics->len, nb = c->pairs->len * nb_metrics;
	guint nb_family = 0, nb_few = 0, nb_lost = 0;
	g_autofree double *p = g_new(double, nb + 1), *least = g_new(double, nb + 1);
	g_autofree double *adjusted = g_new(double, nb + 1);
	g_autofree double *least_adjusted = g_new(double, nb + 1);

	for (guint i = 0; i < nb; i++) {
		const struct compare_pair *pair = g_ptr_array_index(c->pairs, i / nb_metrics);
		const struct compare_cell *cell = &pair->cells[i % nb_metrics];
		gboolean tested = is_tested(cell, o);

		p[i] = tested ? cell->u.p : NAN;
		least[i] = tested ? least_p(o, cell->a.nb, cell->b.nb) : NAN;
		nb_family += (guint)tested;
	}
	statistics_holm(p, nb, adjusted);
	statistics_holm(least, nb, least_adjusted); /* if all were as clear as they can be */
	for (guint i = 0; i < nb; i++) {
		struct compare_pair *pair = g_ptr_array_index(c->pairs, i / nb_metrics);
		struct compare_cell *cell = &pair->cells[i % nb_metrics];

		cell->p_holm = adjusted[i];
		cell->verdict = verdict_of(
			cell, o, compare_metric_at(o, i % nb_metrics), least_adjusted[i]);
		if (cell->verdict == COMPARE_TOO_FEW)
			*(isnan(p[i]) ? &nb_few : &nb_lost) += 1;
	}
	note_too_few(c, o, nb_few, nb_family, nb_lost);
}

static void ratios_over(struct compare_overall *out, const comparison *c, guint metric)
{
	g_autofree double *ratios = g_new(double, c->pairs->len + 1);

	out->ratio_least = out->ratio_most = NAN;
	for (guint i = 0; i < c->pairs->len; i++) {
		const struct compare_pair *p = g_ptr_array_index(c->pairs, i);
		double ratio = p->cells[metric].ratio;

		if (isnan(ratio))
			continue;
		ratios[out->nb++] = ratio;
		out->ratio_least = fmin(out->ratio_least, ratio);
		out->ratio_most = fmax(out->ratio_most, ratio);
	}
	out->ratio = statistics_middle(ratios, out->nb);
}

/* All but the verdict, which waits for the other metrics. */
static struct compare_overall overall_of(
	const comparison *c, const struct compare_options *o, guint metric)
{
	struct compare_overall out = { .least_p = NAN, .p_holm = NAN, .cliff = NAN };
	g_autofree struct rank_test_stratum *strata = g_new0(
		struct rank_test_stratum, c->pairs->len + 1);
	guint nb = 0;
	double least = 2;

	for (guint i = 0; i < c->pairs->len; i++) {
		const struct compare_pair *p = g_ptr_array_index(c->pairs, i);
		const struct compare_cell *cell = &p->cells[metric];

		out.verdicts[cell->verdict]++;
		if (MIN(cell->a.nb, cell->b.nb) < COMPARE_LEAST)
			continue;
		strata[nb++] = (struct rank_test_stratum){ cell->a.x, cell->b.x, cell->a.nb,
			cell->b.nb };
		/* The most extreme outcome is one on either end of each. */
		least *= least_p(o, cell->a.nb, cell->b.nb) / 2;
	}
	ratios_over(&out, c, metric);
	out.u = o->paired ? rank_test_signed(strata, nb) : rank_test_strata(strata, nb);
	out.cliff = out.u.delta;
	if (nb > 0)
		out.least_p = least;
	return out;
}

static enum compare_verdict overall_verdict(const struct compare_overall *v,
	const struct compare_metric *m, guint nb, double alpha, double least_adjusted)
{
	gboolean better = (v->cliff > 0) == more_is_better(m);

	if (v->verdicts[COMPARE_NO_VALUE] == nb)
		return COMPARE_NO_VALUE;
	if (isnan(v->u.p))
		return COMPARE_TOO_FEW;
	if (v->verdicts[COMPARE_NO_DIFFERENCE] == nb)
		return COMPARE_NO_DIFFERENCE;
	if (least_adjusted > alpha)
		return COMPARE_TOO_FEW;
	if (!(v->p_holm <= alpha) || v->verdicts[better ? COMPARE_WORSE : COMPARE_BETTER] > 0)
		return COMPARE_UNDECIDED;
	return better ? COMPARE_BETTER : COMPARE_WORSE;
}

static void judge_overall(comparison *c, const struct compare_options *o)
{
	guint nb = o->metrics->len;
	g_autofree double *p = g_new(double, nb + 1), *adjusted = g_new(double, nb + 1);
	g_autofree double *least = g_new(double, nb + 1);
	g_autofree double *least_adjusted = g_new(double, nb + 1);

	for (guint i = 0; i < nb; i++) {
		c->over[i] = overall_of(c, o, i);
		p[i] = c->over[i].u.p;
		least[i] = c->over[i].least_p;
	}
	statistics_holm(p, nb, adjusted);
	statistics_holm(least, nb, least_adjusted);
	for (guint i = 0; i < nb; i++) {
		c->over[i].p_holm = adjusted[i];
		c->over[i].verdict = overall_verdict(&c->over[i], compare_metric_at(o, i),
			c->pairs->len, o->alpha, least_adjusted[i]);
	}
}

static void pair_free(gpointer data)
{
	struct compare_pair *p = data;

	for (guint i = 0; i < p->nb; i++) {
		g_free(p->cells[i].a.x);
		g_free(p->cells[i].b.x);
	}
	g_free(p->cells);
	g_free(p);
}

/* Loads both, compares them and lets go of the bins. NULL: what is broken became a warning. */
static struct compare_pair *pair_new(result_set *a, result_set *b,
	const struct compare_partners *both, const struct compare_options *o)
{
	struct compare_pair *p = NULL;
	g_autoptr(GError) error_a = NULL, error_b = NULL;

	if (both->a->searches == NULL && !result_load(a, both->a, NULL, NULL, &error_a))
		g_ptr_array_add(a->warnings, g_strdup(error_a->message));
	if (both->b->searches == NULL && !result_load(b, both->b, NULL, NULL, &error_b))
		g_ptr_array_add(b->warnings, g_strdup(error_b->message));
	if (error_a == NULL && error_b == NULL) {
		p = g_new0(struct compare_pair, 1);
		p->a = both->a;
		p->b = both->b;
		p->ks = o->response ? statistics_ks(&p->a->n.response, &p->b->n.response)
				    : statistics_ks(&p->a->n.latency, &p->b->n.latency);
		p->nb = o->metrics->len;
		p->cells = g_new0(struct compare_cell, p->nb);
		for (guint i = 0; i < p->nb; i++)
			p->cells[i] = cell_of(p, compare_metric_at(o, i), o);
	}
	result_unload(both->a);
	result_unload(both->b);
	return p;
}

/* What makes pairs less than they could be. */
static void note_pairs(comparison *c)
{
	guint nb_seeds = 0, nb_alone = 0;

	for (guint i = 0; i < c->pairs->len; i++) {
		const struct compare_pair *p = g_ptr_array_index(c->pairs, i);
		guint most = MAX(p->a->trials->len, p->b->trials->len);

		nb_seeds += p->a->params.seed != p->b->params.seed;
		for (guint k = 0; k < p->nb; k++)
			nb_alone += p->cells[k].a.nb < most;
	}
	if (nb_seeds > 0)
		g_ptr_array_add(c->notes,
			g_strdup_printf(
				"paired: in %u of %u rows A and B have different seeds, so the "
				"repetitions of a pair had different schedules; use --seed",
				nb_seeds, c->pairs->len));
	if (nb_alone > 0)
		g_ptr_array_add(c->notes,
			g_strdup_printf(
				"paired: %u comparison%s repetitions that only one side has; "
				"these are skipped",
				nb_alone, nb_alone == 1 ? " has" : "s have"));
}

static comparison *comparison_new(const struct compare_options *o)
{
	comparison *c = g_new0(comparison, 1);

	c->pairs = g_ptr_array_new_with_free_func(pair_free);
	c->over = g_new0(struct compare_overall, o->metrics->len);
	c->alone_a = g_ptr_array_new();
	c->alone_b = g_ptr_array_new();
	c->differs = g_ptr_array_new_with_free_func(g_free);
	c->notes = g_ptr_array_new_with_free_func(g_free);
	c->alpha = o->alpha;
	c->threshold = o->threshold;
	return c;
}

comparison *compare_run(
	result_set *a, result_set *b, const struct compare_options *o, GError **error)
{
	g_autoptr(comparison) c = comparison_new(o);
	g_autoptr(GArray) partners = compare_pairs(a, b, c->differs, error);

	if (partners == NULL)
		return NULL;
	for (guint i = 0; !o->different_mix && i < partners->len; i++) {
		const struct compare_partners *p = &g_array_index(
			partners, struct compare_partners, i);

		if (p->a != NULL && p->b != NULL && !compare_same_mix(p->a, p->b, error))
			return NULL;
	}
	compare_environments(a, b, c->differs);
	for (guint i = 0; i < partners->len; i++) {
		const struct compare_partners *p = &g_array_index(
			partners, struct compare_partners, i);
		struct compare_pair *pair;

		if (p->a == NULL || p->b == NULL) {
			g_ptr_array_add(
				p->a == NULL ? c->alone_b : c->alone_a, p->a == NULL ? p->b : p->a);
			continue;
		}
		pair = pair_new(a, b, p, o);
		if (pair != NULL)
			g_ptr_array_add(c->pairs, pair);
	}
	if (o->paired)
		note_pairs(c);
	for (guint i = 0; i < c->pairs->len; i++)
		compare_searches_note(c, g_ptr_array_index(c->pairs, i), o);
	judge_cells(c, o);
	judge_overall(c, o);
	return g_steal_pointer(&c);
}

void compare_free(comparison *c)
{
	if (c == NULL)
		return;
	g_ptr_array_unref(c->pairs);
	g_free(c->over);
	g_ptr_array_unref(c->alone_a);
	g_ptr_array_unref(c->alone_b);
	g_ptr_array_unref(c->differs);
	g_ptr_array_unref(c->notes);
	g_free(c);
}

void compare_shift(const result_combination *a, const result_combination *b, gboolean response,
	const double *q, size_t nb, double confidence, struct rank_test_quantile *out)
{
	for (size_t i = 0; i < nb; i++) {
		const struct compare_metric m = { .kind = COMPARE_QUANTILE, .q = q[i] };
		struct values x = values_of(a, &m, response), y = values_of(b, &m, response);

		out[i] = rank_test_quantile(q[i], x.x, x.nb, y.x, y.nb, confidence);
		values_clear(&x);
		values_clear(&y);
	}
}
