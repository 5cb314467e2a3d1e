/* SPDX-License-Identifier: BSD-3-Clause */
/* tplot shift: where in the distribution two results differ. */
#include "analyze/base/error.h"
#include "analyze/verdict/compare.h"
#include "plots/commands/commands.h"
#include "plots/draw/error.h"
#include "plots/figures/figures.h"
#include "plots/gather/members.h"

static const double quantiles[] = { 0.01, 0.02, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.6, 0.7,
	0.75, 0.8, 0.85, 0.9, 0.95, 0.98, 0.99, 0.995, 0.998, 0.999 };
enum { MAX_PERCENTS = 100 };

struct asked {
	struct commands_request request;
	double confidence; /* percent */
	gboolean different_mix;
};

/* A quantile beyond the last latency of a repetition is its largest, and says nothing. */
static guint known_quantiles(const result_combination *c)
{
	uint64_t least = G_MAXUINT64;
	guint nb = 0;

	for (guint i = 0; i < c->trials->len; i++) {
		const trial *t = g_ptr_array_index(c->trials, i);

		least = MIN(least, t->latency.count + t->latency.censored);
	}
	while (nb < G_N_ELEMENTS(quantiles) && (1 - quantiles[nb]) * (double)least >= 1)
		nb++;
	return nb;
}

/* Whether a parameter has several values among the pairs. */
static gboolean differs(const comparison *c, const char *parameter)
{
	const struct compare_pair *first = g_ptr_array_index(c->pairs, 0);
	g_autofree char *value = result_parameter(&first->a->params, parameter);

	for (guint i = 1; i < c->pairs->len; i++) {
		const struct compare_pair *pair = g_ptr_array_index(c->pairs, i);
		g_autofree char *other = result_parameter(&pair->a->params, parameter);

		if (g_strcmp0(value, other) != 0)
			return TRUE;
	}
	return FALSE;
}

/* What tells a pair from the others: "4 guests, 100 kpps"; "" if it is the only one. */
static char *pair_name(const comparison *c, const struct trial_params *p)
{
	GString *name = g_string_new(NULL);

	for (const char *const *of = result_parameter_names(); *of != NULL; of++) {
		g_autofree char *text = differs(c, *of) ? facets_text(p, *of) : NULL;

		if (text != NULL)
			g_string_append_printf(name, "%s%s", name->len > 0 ? ", " : "", text);
	}
	return g_string_free(name, FALSE);
}

static gboolean add_pair(figure *f, struct figure_sides *sides, result_set *set_a,
	result_set *set_b, const comparison *c, guint index, gboolean response, GError **error)
{
	const struct compare_pair *pair = g_ptr_array_index(c->pairs, index);

	/* Borrowed from the sets, which are ours. */
	result_combination *a = (result_combination *)(uintptr_t)pair->a;
	result_combination *b = (result_combination *)(uintptr_t)pair->b;
	struct rank_test_quantile out[G_N_ELEMENTS(quantiles)];
	g_autofree char *name = pair_name(c, &a->params);
	struct figure_group *panel;
	guint nb;

	if (!result_load(set_a, a, NULL, NULL, error) || !result_load(set_b, b, NULL, NULL, error))
		return FALSE;
	nb = MIN(known_quantiles(a), known_quantiles(b));
	compare_shift(a, b, response, quantiles, nb, sides->confidence, out);
	panel = figure_add_rows(f, name, sizeof(struct rank_test_quantile));
	sides->nb_a = MIN(sides->nb_a, a->trials->len);
	sides->nb_b = MIN(sides->nb_b, b->trials->len);
	panel->trustworthy = result_is_whole(a) && result_is_whole(b);
	g_array_append_vals(panel->points, out, nb);
	result_unload(a);
	result_unload(b);
	return TRUE;
}

static comparison *compare_sides(
	const struct asked *asked, gboolean response, result_set *a, result_set *b, GError **error)
{
	g_autoptr(GArray) metrics = compare_metrics_parse("p50", error);
	const struct compare_options wanted = { .alpha = COMPARE_ALPHA,
		.threshold = COMPARE_THRESHOLD,
		.response = response,
		.different_mix = asked->different_mix,
		.metrics = metrics };
	comparison *c = metrics != NULL ? compare_run(a, b, &wanted, error) : NULL;

	if (c == NULL && error != NULL && g_error_matches(*error, ANALYZE_ERROR, ANALYZE_ERROR_MIX))
		(*error)->domain = PLOTS_ERROR, (*error)->code = PLOTS_ERROR_ARGUMENT;
	return c;
}

static gboolean make_shift(struct commands_job *job, GError **error)
{
	const struct asked *asked = job->asked;
	const struct commands_request *r = job->request;
	const struct members_options found = { .dir = r->dir };
	g_autofree char *name_a = member_short_name(job->names, 0);
	g_autofree char *name_b = member_short_name(job->names, 1);
	struct figure_sides sides = { name_a, name_b, G_MAXUINT, G_MAXUINT,
		asked->confidence / MAX_PERCENTS };
	g_autoptr(member_list) m = NULL;
	g_autoptr(comparison) c = NULL;
	g_autoptr(figure) f = NULL;
	result_set *a, *b;

	if (!commands_allow(r, FALSE, TRUE, error))
		return FALSE;
	m = members_find(&found, job->names, error);
	if (m == NULL)
		return FALSE;
	a = g_ptr_array_index(m->sets, 0);
	b = g_ptr_array_index(m->sets, 1);
	c = compare_sides(asked, r->response, a, b, error);
	if (c == NULL)
		return FALSE;
	f = members_figure(m);
	g_free(f->title);
	f->title = r->title != NULL ? g_strdup(r->title)
				    : g_strdup_printf("%s minus %s", name_b, name_a);
	if (c->pairs->len > FIGURES_SHIFTS_MAX)
		return plots_fail(error, PLOTS_ERROR_ARGUMENT,
			"too many pairs: %u (maximum %d); use selectors such as label-x,rate-100",
			c->pairs->len, FIGURES_SHIFTS_MAX);
	for (guint i = 0; i < c->pairs->len; i++) {
		if (!add_pair(f, &sides, a, b, c, i, r->response, error))
			return FALSE;
	}
	members_messages(m, job->messages);
	return figure_shift(f, &sides, &job->options, &job->text, error);
}

static const struct option_row rows[] = {
	COMMANDS_ROWS(struct asked, request),
	OPTION_ROW(NUMBER, struct asked, confidence, "confidence", 0, "PERCENT",
		"Confidence level of the band", .preset = "95", .min = 50, .max = MAX_PERCENTS,
		.flags = OPTION_ABOVE | OPTION_BELOW),
	COMMANDS_SWITCH(
		struct asked, different_mix, "different-mix", "Compare results of different mixes"),
	{ 0 },
};

COMMANDS_FIGURE(shift, .arguments = "A B",
	.summary = "Plot the latency difference B minus A per percentile", .min_words = 2,
	.max_words = 2);
