/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * As FD.io CSIT's MLRsearch library does it: initial trials near the forwarding rate, then for each
 * goal a chain of targets, from coarse and short to the goal's own. The chain that wants the lowest
 * load comes first, as what it learns there may save others their trials above.
 *
 * Widths are differences of logarithms of loads; a load of 0 is none.
 */
#include "sim/search/mlr.h"

#include <assert.h>
#include <math.h>

enum { PRECEDING_TARGETS = 2, MOST_TARGETS = PRECEDING_TARGETS + 1 };
/* Loads are put a bit closer than they may be, so that rounding to the grid does not add a step. */
static const double step_of_width = 0.99;

/* What makes a load a bound, and how close bounds have to be. */
struct target {
	struct load_rule rule; /* final_s: of its trials */
	double width;
};

/* The search for one goal. */
struct chain {
	struct target targets[MOST_TARGETS]; /* coarse ones first */
	unsigned nb_targets, at;
	uint64_t lower, upper; /* loads that the present target began with */
	double step;           /* of its next step outward */
};

struct load {
	uint64_t rate_pps;
	gboolean spoilt;
	GArray **trials; /* struct load_trial; one array a goal */
	unsigned nb_goals;
};

struct bounds {
	uint64_t lower, upper;
};

struct nomination {
	uint64_t rate_pps;
	double duration_s, width;
};

struct mlr {
	struct mlr_goal *goals;
	struct chain *chains;
	unsigned nb_goals;
	uint64_t min_pps, max_pps;
	GPtrArray *loads; /* struct load, ascending */
	enum { WARM_UP, AT_MAX, AT_FORWARDED, NEAR_FORWARDED, SELECT, DONE } phase;
	unsigned strictest; /* goal of least loss */
	double initial_s, initial_width;
	uint64_t forwarded_pps; /* load of AT_FORWARDED */
	double step;            /* least step outward, of all chains: that of the last trial */
	struct nomination ask;
	struct chain *winner; /* whose nomination ask is */
};

/* Loads and widths. */

static double width_of(uint64_t lower, uint64_t upper)
{
	return log((double)upper / (double)lower);
}

static gboolean is_narrow(double width, uint64_t lower, uint64_t upper)
{
	return upper - lower <= 1 || width_of(lower, upper) <= width;
}

static uint64_t load_above(const struct mlr *m, uint64_t load, double width)
{
	double to = MIN(floor((double)load * exp(width)), (double)m->max_pps);

	return MAX((uint64_t)to, load + 1);
}

static uint64_t load_below(const struct mlr *m, uint64_t load, double width)
{
	double to = MAX(ceil((double)load * exp(-width)), (double)m->min_pps);

	return MIN((uint64_t)to, load - 1);
}

/*
 * Between bounds that are not narrow. One part is the width times a power of two, so that no halving
 * of it is wasted; the lower part is the smaller one, to be on the safe side.
 */
static uint64_t load_between(const struct mlr *m, uint64_t lower, uint64_t upper, double width)
{
	double whole = width_of(lower, upper), part = width * step_of_width;
	uint64_t load;

	if (whole <= 2 * width)
		return CLAMP(load_above(m, lower, whole / 2), lower + 1, upper - 1);
	while (whole > 4 * part)
		part *= 2;
	/* The more even of two: part below, or twice of it above. */
	load = whole < 3 * part ? load_above(m, lower, part) : load_below(m, upper, 2 * part);
	return CLAMP(load, lower + 1, upper - 1);
}

/* The load, or one near it that is at least a width from both bounds; 0 if there is none. */
static uint64_t fit_load(const struct mlr *m, double load, double width, struct bounds b)
{
	uint64_t low = b.lower != 0 ? b.lower : m->min_pps,
		 high = b.upper != 0 ? b.upper : m->max_pps;

	if (low >= high || (b.upper != 0 && load >= (double)b.upper))
		return 0;
	if (is_narrow(width, low, high))
		return b.lower == 0 ? low : b.upper == 0 ? high : 0;
	uint64_t soft_low = load_above(m, low, width * step_of_width),
		 soft_high = load_below(m, high, width * step_of_width);

	if (soft_low > soft_high)
		soft_low = soft_high = load_between(m, low, high, width);
	if (!(load >= (double)soft_low))
		return b.lower == 0 ? low : soft_low;
	if (load > (double)soft_high)
		return b.upper == 0 ? high : soft_high;
	return (uint64_t)load;
}

/* What is known of loads. */

static void free_load(gpointer data)
{
	struct load *l = data;

	for (unsigned g = 0; g < l->nb_goals; g++)
		g_array_unref(l->trials[g]);
	g_free(l->trials);
	g_free(l);
}

/* NULL if it was not offered. *at: where it is, or belongs. */
static struct load *find_load(const struct mlr *m, uint64_t rate_pps, unsigned *at)
{
	for (*at = 0; *at < m->loads->len; (*at)++) {
		struct load *l = m->loads->pdata[*at];

		if (l->rate_pps >= rate_pps)
			return l->rate_pps == rate_pps ? l : NULL;
	}
	return NULL;
}

static void keep_trial(struct mlr *m, const struct mlr_trial *t)
{
	unsigned at;
	struct load *l = find_load(m, t->rate_pps, &at);

	if (l == NULL) {
		l = g_new0(struct load, 1);
		l->rate_pps = t->rate_pps;
		l->nb_goals = m->nb_goals;
		l->trials = g_new(GArray *, m->nb_goals);
		for (unsigned g = 0; g < m->nb_goals; g++)
			l->trials[g] = g_array_new(FALSE, FALSE, sizeof(struct load_trial));
		g_ptr_array_insert(m->loads, (gint)at, l);
	}
	if (t->spoilt) {
		l->spoilt = TRUE;
		return;
	}
	for (unsigned g = 0; g < m->nb_goals; g++) {
		struct load_trial one = { t->duration_s, t->loss, t->bad[g] };

		g_array_append_val(l->trials[g], one);
	}
}

static const struct load_trial *trials_of(const struct load *l, unsigned goal)
{
	return (const struct load_trial *)(void *)l->trials[goal]->data;
}

static enum search_class classify_load(
	const struct load *l, unsigned goal, const struct load_rule *rule)
{
	if (l->spoilt)
		return SEARCH_UPPER;
	return load_class_of(rule, trials_of(l, goal), l->trials[goal]->len);
}

/* The lowest upper bound, and the highest lower one below it. */
static struct bounds relevant_bounds(
	const struct mlr *m, unsigned goal, const struct load_rule *rule)
{
	struct bounds b = { 0, 0 };

	for (unsigned i = 0; i < m->loads->len && b.upper == 0; i++) {
		const struct load *l = m->loads->pdata[i];
		enum search_class class = classify_load(l, goal, rule);

		if (class == SEARCH_LOWER)
			b.lower = l->rate_pps;
		else if (class == SEARCH_UPPER)
			b.upper = l->rate_pps;
	}
	return b;
}

/* The chain of a goal. */

/* Widths double and duration sums fall in a geometric row from the goal's own to one short trial. */
static void make_targets(struct chain *c, const struct mlr_goal *goal)
{
	double sum_s = goal->rule.sum_s, ratio = goal->initial_s / sum_s;

	/* Where one short trial decides, bisection is as good. */
	c->nb_targets = ratio < 1 ? MOST_TARGETS : 1;
	for (unsigned i = 0; i < c->nb_targets; i++) {
		struct target *t = &c->targets[i];
		unsigned before = c->nb_targets - 1 - i;

		t->rule = goal->rule;
		t->width = -log1p(-goal->width) * (1U << before);
		if (before == 0)
			continue;
		/* In milliseconds: durations are in names of files. */
		double sum = ceil(sum_s * pow(ratio, before / (double)PRECEDING_TARGETS) * 1e3) /
			     1e3;

		t->rule.sum_s = i == 0 ? goal->initial_s : MIN(sum, sum_s);
		t->rule.final_s = MIN(goal->rule.final_s, t->rule.sum_s);
	}
}

static void begin_target(struct chain *c, unsigned at, uint64_t lower, uint64_t upper)
{
	c->at = at;
	c->lower = lower;
	c->upper = upper;
	c->step = 2 * c->targets[at].width * step_of_width;
	if (lower != 0 && upper != 0)
		c->step = MAX(c->step, 2 * width_of(lower, upper));
}

static gboolean is_worth(const struct target *t, struct bounds b, uint64_t load)
{
	return load != 0 && load > b.lower && (b.upper == 0 || load < b.upper) &&
	       (b.lower == 0 || b.upper == 0 || !is_narrow(t->width, b.lower, b.upper));
}

/* Loads that the target began with; 0 if they tell no more. */
static uint64_t refine_load(const struct mlr *m, struct chain *c, struct bounds b)
{
	const struct target *t = &c->targets[c->at];
	uint64_t halved = 0;

	if (c->lower != 0 && c->upper != 0 && !is_narrow(t->width, c->lower, c->upper) &&
		width_of(c->lower, c->upper) <= 2 * t->width)
		halved = load_between(m, c->lower, c->upper, t->width);
	const uint64_t loads[] = { halved, c->lower, c->upper };

	for (unsigned i = 0; i < G_N_ELEMENTS(loads); i++)
		if (is_worth(t, b, loads[i])) {
			c->step = t->width * step_of_width;
			return loads[i];
		}
	return 0;
}

/* Outward from the only bound, or between both. 0 if the target is reached. *width: of the step. */
static uint64_t narrow_bounds(
	const struct mlr *m, const struct chain *c, struct bounds b, double *width)
{
	const struct target *t = &c->targets[c->at];

	if (b.lower == m->max_pps || b.upper == m->min_pps)
		return 0;
	*width = MAX(m->step, c->step);
	if (b.lower == 0)
		return fit_load(m, (double)load_below(m, b.upper, *width), t->width, b);
	if (b.upper == 0)
		return fit_load(m, (double)load_above(m, b.lower, *width), t->width, b);
	if (is_narrow(t->width, b.lower, b.upper))
		return 0;
	uint64_t middle = load_between(m, b.lower, b.upper, t->width);

	*width = MIN(width_of(b.lower, middle), width_of(middle, b.upper));
	return middle;
}

/* FALSE: the goal is answered. */
static gboolean nominate_load(const struct mlr *m, unsigned goal, struct nomination *out)
{
	struct chain *c = &m->chains[goal];

	for (;;) {
		const struct target *t = &c->targets[c->at];
		struct bounds b = relevant_bounds(m, goal, &t->rule);

		out->duration_s = t->rule.final_s;
		out->width = t->width * step_of_width;
		out->rate_pps = refine_load(m, c, b);
		if (out->rate_pps == 0)
			out->rate_pps = narrow_bounds(m, c, b, &out->width);
		if (out->rate_pps != 0)
			return TRUE;
		if (c->at + 1 == c->nb_targets)
			return FALSE;
		begin_target(c, c->at + 1, b.lower, b.upper);
	}
}

/* The whole search. */

/* Of equal loads the longer trial: it counts for both. */
static gboolean comes_first(const struct nomination *a, const struct nomination *b)
{
	return a->rate_pps < b->rate_pps ||
	       (a->rate_pps == b->rate_pps && a->duration_s > b->duration_s);
}

static void select_load(struct mlr *m)
{
	m->winner = NULL;
	for (unsigned g = 0; g < m->nb_goals; g++) {
		struct nomination n;

		if (nominate_load(m, g, &n) && (m->winner == NULL || comes_first(&n, &m->ask))) {
			m->ask = n;
			m->winner = &m->chains[g];
		}
	}
	m->phase = m->winner != NULL ? SELECT : DONE;
}

static void begin_selection(struct mlr *m, uint64_t a, uint64_t b)
{
	m->step = width_of(MIN(a, b), MAX(a, b));
	for (unsigned g = 0; g < m->nb_goals; g++)
		begin_target(&m->chains[g], 0, MIN(a, b), MAX(a, b));
	select_load(m);
}

/* The next initial trial: at load, or near it. FALSE: bounds leave no room. */
static gboolean ask_initial(struct mlr *m, double load, struct bounds b)
{
	uint64_t rate_pps = fit_load(m, load, m->initial_width, b);

	if (rate_pps == 0)
		return FALSE;
	m->ask = (struct nomination){ rate_pps, m->initial_s, 0 };
	m->phase++;
	return TRUE;
}

/*
 * What is forwarded at the highest load is near what is forwarded without loss; with the loss that
 * the strictest goal allows, a bit more is offered.
 */
static void add_initial(struct mlr *m, const struct mlr_trial *t)
{
	const struct mlr_goal *g = &m->goals[m->strictest];
	double forwarded = t->forwarded_pps / (1 - g->loss);
	struct bounds b = { 0, t->rate_pps };

	switch (m->phase) {
	case AT_MAX:
		if (!ask_initial(m, forwarded, b))
			begin_selection(m, t->rate_pps, t->rate_pps);
		break;
	case AT_FORWARDED:
		m->forwarded_pps = t->rate_pps;
		if (!t->spoilt && !t->bad[m->strictest]) {
			b = (struct bounds){ t->rate_pps, m->max_pps };
			forwarded = (double)load_above(
				m, t->rate_pps, m->initial_width * step_of_width);
		}
		if (!ask_initial(m, forwarded, b))
			begin_selection(m, t->rate_pps, t->rate_pps);
		break;
	default:
		begin_selection(m, t->rate_pps, m->forwarded_pps);
	}
}

/* A step outward to one more bound of the same kind is followed by one twice as long. */
static void add_selected(struct mlr *m, uint64_t rate_pps)
{
	struct chain *c = m->winner;
	struct bounds b = relevant_bounds(m, (unsigned)(c - m->chains), &c->targets[c->at].rule);

	m->step = m->ask.width;
	if ((b.lower == rate_pps && b.upper == 0) || (b.upper == rate_pps && b.lower == 0))
		m->step = c->step *= 2;
	select_load(m);
}

struct mlr *mlr_new(const struct mlr_cfg *cfg)
{
	struct mlr *m = g_new0(struct mlr, 1);

	assert(cfg->nb_goals > 0 && cfg->min_pps > 0 && cfg->min_pps < cfg->max_pps);
	m->nb_goals = cfg->nb_goals;
	m->goals = g_memdup2(cfg->goals, cfg->nb_goals * sizeof(*cfg->goals));
	m->chains = g_new0(struct chain, cfg->nb_goals);
	m->min_pps = cfg->min_pps;
	m->max_pps = cfg->max_pps;
	m->loads = g_ptr_array_new_with_free_func(free_load);
	for (unsigned g = 0; g < cfg->nb_goals; g++) {
		const struct chain *c = &m->chains[g];

		make_targets(&m->chains[g], &m->goals[g]);
		m->initial_s = MAX(m->initial_s, c->targets[0].rule.final_s);
		m->initial_width = MAX(m->initial_width, c->targets[0].width);
		if (m->goals[g].loss < m->goals[m->strictest].loss)
			m->strictest = g;
	}
	m->phase = cfg->warm_up_s > 0 ? WARM_UP : AT_MAX;
	m->ask = (struct nomination){ m->max_pps,
		m->phase == WARM_UP ? cfg->warm_up_s : m->initial_s, 0 };
	return m;
}

void mlr_free(struct mlr *m)
{
	if (m == NULL)
		return;
	g_ptr_array_unref(m->loads);
	g_free(m->chains);
	g_free(m->goals);
	g_free(m);
}

gboolean mlr_next(struct mlr *m, struct mlr_ask *ask)
{
	if (m->phase == DONE)
		return FALSE;
	*ask = (struct mlr_ask){ m->ask.rate_pps, m->ask.duration_s, m->phase == WARM_UP };
	return TRUE;
}

void mlr_add(struct mlr *m, const struct mlr_trial *t)
{
	assert(m->phase != DONE && t->rate_pps == m->ask.rate_pps);
	if (m->phase == WARM_UP) {
		m->phase = AT_MAX;
		m->ask.duration_s = m->initial_s;
		return;
	}
	keep_trial(m, t);
	if (m->phase == SELECT)
		add_selected(m, t->rate_pps);
	else
		add_initial(m, t);
}

void mlr_answer(const struct mlr *m, unsigned goal, struct mlr_answer *out)
{
	const struct load_rule *rule = &m->goals[goal].rule;
	struct bounds b = relevant_bounds(m, goal, rule);
	unsigned at;
	const struct load *lower = find_load(m, b.lower, &at);

	*out = (struct mlr_answer){ SEARCH_FOUND, b.lower, b.upper, NAN };
	if (lower != NULL)
		out->throughput_pps = (double)b.lower *
				      (1 - load_quantile_loss(rule, trials_of(lower, goal),
						   lower->trials[goal]->len));
	if (m->phase != DONE)
		out->state = SEARCH_UNFINISHED;
	else if (b.upper == 0)
		out->state = SEARCH_MET_AT_MAX;
	else if (find_load(m, b.upper, &at)->spoilt)
		out->state = SEARCH_TESTER_LIMITED;
	else if (b.lower == 0)
		out->state = SEARCH_MISSED_AT_MIN;
}

void mlr_so_far(const struct mlr *m, unsigned goal, uint64_t *lower_pps, uint64_t *upper_pps)
{
	const struct chain *c = &m->chains[goal];
	struct bounds b = relevant_bounds(m, goal, &c->targets[c->at].rule);

	/* What the preceding target found, while this one has not contradicted. */
	if (c->at > 0 && b.lower == 0 && (b.upper == 0 || c->lower < b.upper))
		b.lower = c->lower;
	if (c->at > 0 && b.upper == 0 && c->upper > b.lower)
		b.upper = c->upper;
	*lower_pps = b.lower;
	*upper_pps = b.upper;
}

enum search_class mlr_class(const struct mlr *m, unsigned goal, uint64_t rate_pps)
{
	unsigned at;
	const struct load *l = find_load(m, rate_pps, &at);

	return l == NULL ? SEARCH_UNDECIDED : classify_load(l, goal, &m->goals[goal].rule);
}

/* Until a load is a bound, if all its trials agree. */
static double bound_s(const struct load_rule *rule)
{
	return MAX(rule->sum_s * MAX(rule->exceed, 1 - rule->exceed), rule->final_s);
}

/* Seconds of trials of that length at the load that is asked for. */
static double asked_s(const struct mlr *m, unsigned goal)
{
	unsigned at;
	const struct load *l = find_load(m, m->ask.rate_pps, &at);
	double sum_s = 0;

	for (unsigned i = 0; l != NULL && i < l->trials[goal]->len; i++)
		if (trials_of(l, goal)[i].duration_s >= m->ask.duration_s)
			sum_s += trials_of(l, goal)[i].duration_s;
	return sum_s;
}

/* Of the present target steps of bisection and a bound that it lacks, of later ones two loads. */
static double goal_left_s(const struct mlr *m, unsigned goal)
{
	const struct chain *c = &m->chains[goal];
	const struct target *t = &c->targets[c->at];
	struct bounds b = relevant_bounds(m, goal, &t->rule);
	uint64_t lower = b.lower != 0 ? b.lower : c->lower,
		 upper = b.upper != 0 ? b.upper : c->upper;

	lower = lower != 0 && (upper == 0 || lower < upper) ? lower : m->min_pps;
	upper = upper > lower ? upper : m->max_pps;
	double loads = log2(MAX(width_of(lower, upper) / t->width, 1));

	if (b.lower != m->max_pps && b.upper != m->min_pps)
		loads += b.lower == 0 || b.upper == 0;
	double left_s = MAX(loads * bound_s(&t->rule) - asked_s(m, goal), 0);

	for (unsigned i = c->at + 1; i < c->nb_targets; i++)
		left_s += MIN(loads + 1, 2) * bound_s(&c->targets[i].rule);
	return left_s;
}

/* Has a goal before it the same bounds? They may part later, or share all trials. */
static gboolean shares_bounds(const struct mlr *m, unsigned goal)
{
	const struct load_rule *rule = &m->chains[goal].targets[m->chains[goal].at].rule;
	struct bounds b = relevant_bounds(m, goal, rule);

	for (unsigned g = 0; g < goal; g++) {
		struct bounds of = relevant_bounds(m, g, rule);

		if (of.lower == b.lower && of.upper == b.upper)
			return TRUE;
	}
	return FALSE;
}

double mlr_left_s(const struct mlr *m)
{
	double left_s = 0;

	if (m->phase == DONE)
		return 0;
	for (unsigned g = 0; g < m->nb_goals; g++)
		left_s += goal_left_s(m, g) * (shares_bounds(m, g) ? 0.5 : 1);
	return MAX(left_s, m->ask.duration_s);
}
