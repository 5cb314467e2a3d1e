/* SPDX-License-Identifier: BSD-3-Clause */
/* The trials of one search: load against loss and, where a goal bounds it, against latency. */
#include <math.h>

#include "plots/draw/error.h"
#include "plots/draw/gp.h"
#include "plots/draw/head.h"
#include "plots/draw/range.h"
#include "plots/figures/search_limits.h"
#include "plots/figures/search_shares.h"

enum { LOSS = 170, LATENCY = 110, SHARES = 130, BETWEEN = 14, BESIDE = 26, TEXT_SIZE = 11 };
/* Part of a view that is free beside the outermost loads, and how many widths of a goal are near. */
static const double beside = 1.12, near_widths = 4.5;

/* Columns of the data. */
enum { LOAD = 1, LOSS_Y = 3, LATENCY_Y = 5, KIND = 6, SIZE = 7 };
enum kind { MET, MISSED, SPOILT, CURVE, KINDS };
static const char *const markers[KINDS] = { "pt 7 lt 1", "pt 9 lt 2",
	"pt 2 lc rgb '#606060' lw 1.5", "pt 1 lc rgb '#202020' lw 1.2" };

#define FILL_LOWER "fc rgb '#D5ECE4' fs solid noborder"
#define FILL_UPPER "fc rgb '#F4C9AE' fs pattern 4 noborder"
#define FILL_SPOILT "fc rgb '#C8C8C8' fs pattern 1 noborder"
#define FILL_UNDECIDED "fc rgb '#FFFFFF' fs solid border lc rgb '#A0A0A0'"

/* A range of loads as a panel shows it. */
struct view {
	double lo, hi; /* pps */
	gboolean log;
	double left, right; /* pixels */
};

/* The axis of losses is logarithmic; below its lowest decade is a row for trials without loss. */
struct losses {
	double bottom, zero_lo, zero_hi, least, top; /* shares: the row is zero_lo..zero_hi */
};

struct drawing {
	struct canvas *c;
	const struct search *s;
	const struct figure_bounds *bounds; /* one a goal */
	struct losses losses;
	struct gp_unit unit;
	double scale; /* of the heights that are usual */
};

static gboolean is_shown(const struct search_trial *t)
{
	return t->use == SEARCH_FOR_LIMIT || t->use == SEARCH_LOSS_CURVE;
}

static enum kind kind_of(const struct search_trial *t, guint goal)
{
	return t->spoilt                     ? SPOILT
	       : t->use == SEARCH_LOSS_CURVE ? CURVE
	       : t->marks[goal].met          ? MET
					     : MISSED;
}

static gboolean is_short(const struct drawing *d, guint goal, const struct search_trial *t)
{
	return t->use == SEARCH_FOR_LIMIT && t->duration_s < d->s->goals[goal].final_s * (1 - 1e-9);
}

static gboolean has_latency(const struct drawing *d, guint goal)
{
	return !isnan(d->bounds[goal].latency_ns);
}

static char *load_text(const struct drawing *d, uint64_t pps)
{
	g_autofree char *number = search_limits_number((double)pps, d->unit);

	return g_strconcat(number, " ", d->unit.name, NULL);
}

/* "NDR: lower bound 412.3 kpps, upper bound 414.1 kpps". */
static char *goal_text(const struct drawing *d, const struct search_goal *g)
{
	g_autofree char *lower = load_text(d, g->lower_pps), *upper = load_text(d, g->upper_pps);

	if (g->state == SEARCH_MET_AT_MAX)
		return g_strdup_printf(
			"%s: irregular, met at the highest load, %s", g->name, lower);
	if (g->state == SEARCH_MISSED_AT_MIN)
		return g_strdup_printf(
			"%s: irregular, missed at the lowest load, %s", g->name, upper);
	return g_strdup_printf("%s: %s%s%s, %s%s", g->name,
		g->state == SEARCH_TESTER_LIMITED ? "tester-limited, "
		: g->state == SEARCH_UNFINISHED   ? "unfinished, "
						  : "",
		g->lower_pps > 0 ? "lower bound " : "no lower bound", g->lower_pps > 0 ? lower : "",
		g->upper_pps == 0                   ? "no upper bound"
		: g->state == SEARCH_TESTER_LIMITED ? "trials spoiled at "
						    : "upper bound ",
		g->upper_pps > 0 ? upper : "");
}

/* Room for the name and the result of a goal above its panels. */
static double head_of(const struct drawing *d, guint goal)
{
	g_autofree char *text = goal_text(d, &d->s->goals[goal]);

	return head_height(head_lines(text, TRUE, d->c->width - CANVAS_LEFT - CANVAS_RIGHT));
}

static struct losses find_losses(const struct search *s)
{
	double least = 1, most = 0;

	for (guint i = 0; i < s->nb_trials; i++) {
		if (!is_shown(&s->trials[i]) || !(s->trials[i].loss > 0))
			continue;
		least = MIN(least, s->trials[i].loss);
		most = MAX(most, s->trials[i].loss);
	}
	struct losses l = { .least = 1e-4, .top = 1e-2 };

	if (most > 0) {
		l.least = pow(10, floor(log10(least) + 1e-9));
		l.top = MAX(pow(10, ceil(log10(most) - 1e-9)), 10 * l.least);
	}
	/* At least a seventh of the axis. */
	double row = MAX(0.8, log10(l.top / l.least) / 6);

	l.bottom = l.least / pow(10, row);
	l.zero_lo = l.least / pow(10, 0.85 * row);
	l.zero_hi = l.least / pow(10, 0.3 * row);
	return l;
}

/* Trials without loss at one load stand one above the other: multiples of the golden ratio. */
static double loss_y(const struct drawing *d, guint index)
{
	const struct search_trial *t = &d->s->trials[index];
	guint before = 0;

	if (t->loss > 0)
		return t->loss;
	for (guint i = 0; i < index; i++) {
		const struct search_trial *other = &d->s->trials[i];

		before += is_shown(other) && !(other->loss > 0) && other->rate_pps == t->rate_pps;
	}
	return d->losses.zero_lo *
	       pow(d->losses.zero_hi / d->losses.zero_lo, fmod(0.5 + 0.61803398875 * before, 1));
}

static void put_data(const struct drawing *d, const struct range *latencies)
{
	static const char *const words[KINDS] = { "met", "missed", "spoiled", "curve" };
	GString *data = d->c->data;

	g_string_append(data,
		"# One block for each goal, a row for each trial, in order. load: pps; "
		"loss: share, and where it stands;\n# latency: ns, and where it stands; "
		"kind: 0 met, 1 missed, 2 spoiled, 3 loss curve;\n# size of the marker; "
		"seconds\n");
	for (guint goal = 0; goal < d->s->nb_goals; goal++) {
		gp_block(data, goal, d->s->goals[goal].text,
			"load loss loss_y latency latency_y kind size duration word");
		for (guint i = 0; i < d->s->nb_trials; i++) {
			const struct search_trial *t = &d->s->trials[i];
			enum kind kind = kind_of(t, goal);
			double ns = t->marks[goal].value_ns;
			gboolean lost = isnan(ns) && kind == MISSED;

			if (!is_shown(t))
				continue;
			g_string_append_printf(data,
				"%" G_GUINT64_FORMAT " %s %s %s %s %d %s %s %s\n", t->rate_pps,
				gp_num(t->loss).text, gp_num(loss_y(d, i)).text, gp_num(ns).text,
				gp_num(lost && has_latency(d, goal) ? latencies[goal].hi : ns).text,
				kind, is_short(d, goal, t) ? "0.55" : "0.9",
				gp_num(t->duration_s).text, words[kind]);
		}
	}
}

/* In pixels. */
static double place_of(const struct view *v, double pps)
{
	double part = v->log ? log(pps / v->lo) / log(v->hi / v->lo)
			     : (pps - v->lo) / (v->hi - v->lo);

	return v->left + part * (v->right - v->left);
}

/*
 * The fill of a load. Short trials leave most loads undecided: beyond the bounds of the goal these
 * count as what the bound says. Loads that contradict it keep their own class.
 */
static const char *fill_of(const struct search_load *load, const struct search_goal *g, guint goal)
{
	if (load->spoilt)
		return FILL_SPOILT;
	if (load->classes[goal] == SEARCH_LOWER ||
		(load->classes[goal] == SEARCH_UNDECIDED && load->rate_pps <= g->lower_pps))
		return FILL_LOWER;
	if (load->classes[goal] == SEARCH_UPPER ||
		(g->upper_pps > 0 && load->rate_pps >= g->upper_pps))
		return FILL_UPPER;
	return NULL;
}

/* Between the bounds nothing is known; other neighbours of unequal fill meet halfway. */
static double edge_between(const struct search_load *a, const struct search_load *b,
	const struct search_goal *g, gboolean of_lower)
{
	if (a->rate_pps == g->lower_pps && b->rate_pps == g->upper_pps)
		return (double)(of_lower ? a : b)->rate_pps;
	return sqrt((double)a->rate_pps * (double)b->rate_pps);
}

static void put_bands(const struct drawing *d, guint goal, const struct view *v)
{
	const struct search_goal *g = &d->s->goals[goal];

	for (guint first = 0, next; first < d->s->nb_loads; first = next) {
		const struct search_load *loads = d->s->loads;
		const char *fill = fill_of(&loads[first], g, goal);

		for (next = first + 1; next < d->s->nb_loads; next++) {
			if (fill_of(&loads[next], g, goal) != fill)
				break;
		}
		double lo = first == 0 ? v->lo
				       : edge_between(&loads[first - 1], &loads[first], g, FALSE);
		double hi = next == d->s->nb_loads
				    ? v->hi
				    : edge_between(&loads[next - 1], &loads[next], g, TRUE);

		lo = MAX(lo, v->lo);
		hi = MIN(hi, v->hi);
		if (fill == NULL || lo >= hi)
			continue;
		g_string_append_printf(d->c->script,
			"set object rectangle from first %s, graph 0 to first %s, graph 1 behind "
			"%s\n",
			gp_num(lo).text, gp_num(hi).text, fill);
		d->c->has_areas = TRUE;
	}
}

/* A bound as a line over the height of a panel. */
static void put_line(const struct drawing *d, uint64_t pps, const char *look, const struct view *v)
{
	if (pps == 0 || (double)pps < v->lo || (double)pps > v->hi)
		return;
	g_string_append_printf(d->c->script,
		"set arrow from first %" G_GUINT64_FORMAT ", graph 0 to first %" G_GUINT64_FORMAT
		", graph 1 nohead back lc rgb '#202020' %s\n",
		pps, pps, look);
}

/* Its number, on its side of the line, or where that has no room on the other one and below. */
static void put_number(
	const struct drawing *d, uint64_t pps, gboolean lower, const struct view *v, double top)
{
	if (pps == 0 || (double)pps < v->lo || (double)pps > v->hi)
		return;
	g_autofree char *text = load_text(d, pps);
	double x = place_of(v, (double)pps), wide = canvas_text_width(text) * TEXT_SIZE / 12 + 10;
	gboolean fits = lower ? x - wide > v->left : x + wide < v->right;
	gboolean leftwards = lower == fits;

	canvas_text(d->c, x + (leftwards ? -5 : 5), top + (fits ? 10 : 25),
		leftwards ? CANVAS_RIGHT_OF : CANVAS_LEFT_OF, TEXT_SIZE, text);
}

static void put_load_axis(const struct drawing *d, const struct view *v, gboolean labels)
{
	GString *s = d->c->script;
	guint most = labels ? canvas_room(d->c, "x") : 0;
	struct gp_unit unit = { NULL, d->unit.per };

	g_string_append_printf(s, "set xrange [%s:%s]\n", gp_num(v->lo).text, gp_num(v->hi).text);
	if (v->log) {
		g_string_append(s, "set logscale x\n");
		gp_log_load_tics(s, "x", v->lo, v->hi, unit, most);
	} else {
		gp_tics(s, "x", v->lo, v->hi, unit, most);
	}
	if (labels)
		g_string_append_printf(s, "set xlabel '%s (%s)'\n",
			v->log ? "load" : "load near the limit", d->unit.name);
	else
		g_string_append(s, "unset xlabel\n");
}

static void put_loss_axis(const struct drawing *d, gboolean labels)
{
	const struct losses *l = &d->losses;
	GString *s = d->c->script;
	int decades = (int)lround(log10(l->top / l->least));
	int every = MAX(1, (int)ceil((decades + 2.0) / canvas_room(d->c, "y")));

	g_string_append_printf(s, "set logscale y\nset yrange [%s:%s]\nset ytics ('%s' %s",
		gp_num(l->bottom).text, gp_num(l->top * 1.3).text, labels ? "0" : "",
		gp_num(sqrt(l->zero_lo * l->zero_hi)).text);
	for (int i = 0; i <= decades; i++) {
		double at = l->top * pow(10, -i);

		g_string_append_printf(s, ", '%s' %s",
			labels && i % every == 0 ? gp_num(100 * at).text : "", gp_num(at).text);
	}
	g_string_append(s, ")\n");
}

static gboolean is_within(const struct view *v, const struct search_trial *t)
{
	return is_shown(t) && (double)t->rate_pps >= v->lo && (double)t->rate_pps <= v->hi;
}

/* gnuplot warns of what has no point. */
static gboolean has_points(
	const struct drawing *d, guint goal, enum kind kind, const struct view *v, gboolean latency)
{
	for (guint i = 0; i < d->s->nb_trials; i++) {
		const struct search_trial *t = &d->s->trials[i];

		if (is_within(v, t) && kind_of(t, goal) == kind &&
			!(latency && isnan(t->marks[goal].value_ns) && kind != MISSED))
			return TRUE;
	}
	return FALSE;
}

static void put_points(const struct drawing *d, guint goal, const struct view *v, gboolean latency)
{
	for (enum kind kind = MET; kind < KINDS; kind++) {
		if (has_points(d, goal, kind, v, latency))
			canvas_plot(d->c,
				"data index %u using %d:($%d == %d ? $%d : NaN):%d with points %s "
				"ps "
				"variable",
				goal, LOAD, KIND, kind, latency ? LATENCY_Y : LOSS_Y, SIZE,
				markers[kind]);
	}
}

#define LINE_LOWER "lw 1.6 dt solid"
#define LINE_UPPER "lw 1.6 dt 4"
#define LINE_ALLOWED "lw 1.2 dt 3"

/* Of a goal and a view. */
struct panel {
	guint goal;
	const struct view *view;
	double top, height;
	const struct range *latency; /* NULL: of loss */
	gboolean labels_x, labels_y;
	gboolean first;   /* below the goal's name and result */
	gboolean numbers; /* of the bounds, at their lines */
};

static void put_panel(const struct drawing *d, const struct panel *p)
{
	const struct search_goal *g = &d->s->goals[p->goal];
	const struct figure_bounds *b = &d->bounds[p->goal];
	g_autofree char *text = goal_text(d, g);
	double allowed = p->latency != NULL ? b->latency_ns : b->loss;

	canvas_panel(d->c, p->view->left, p->top, p->view->right, p->top + p->height);
	if (p->first)
		head_put(d->c, (CANVAS_LEFT + d->c->width - CANVAS_RIGHT) / 2, p->top, text, TRUE,
			d->c->width - CANVAS_LEFT - CANVAS_RIGHT);
	put_load_axis(d, p->view, p->labels_x);
	canvas_ylabel(d->c,
		!p->labels_y         ? NULL
		: p->latency != NULL ? b->latency
				     : "loss (%)",
		NULL);
	if (p->latency != NULL)
		range_axis(p->latency, d->c, "y", p->labels_y);
	else
		put_loss_axis(d, p->labels_y);
	put_bands(d, p->goal, p->view);
	put_line(d, g->lower_pps, LINE_LOWER, p->view);
	put_line(d, g->upper_pps, LINE_UPPER, p->view);
	if (p->numbers) {
		put_number(d, g->lower_pps, TRUE, p->view, p->top);
		put_number(d, g->upper_pps, FALSE, p->view, p->top);
	}
	if (allowed > 0)
		canvas_plot(
			d->c, "%s with lines lc rgb '#202020' " LINE_ALLOWED, gp_num(allowed).text);
	put_points(d, p->goal, p->view, p->latency != NULL);
	canvas_plot_nothing(d->c);
}

static struct view find_whole(const struct search *s)
{
	struct view v = { HUGE_VAL, 0, TRUE, 0, 0 };

	for (guint i = 0; i < s->nb_trials; i++) {
		if (!is_shown(&s->trials[i]))
			continue;
		v.lo = MIN(v.lo, (double)s->trials[i].rate_pps);
		v.hi = MAX(v.hi, (double)s->trials[i].rate_pps);
	}
	v.lo /= beside;
	v.hi *= beside;
	return v;
}

/* Around both bounds; FALSE where there are no two, or they are far apart. */
static gboolean find_near(const struct search_goal *g, const struct view *whole, struct view *near)
{
	double lower = (double)g->lower_pps, upper = (double)g->upper_pps, wide;

	if (g->lower_pps == 0 || g->upper_pps == 0)
		return FALSE;
	wide = near_widths * MAX(g->width, (upper - lower) / upper);
	*near = (struct view){ lower * MAX(1 - wide, 0.5), upper * (1 + wide), FALSE, 0, 0 };
	return log(near->hi / near->lo) < 0.4 * log(whole->hi / whole->lo);
}

/* Views of a goal: at most two. */
static guint find_views(const struct drawing *d, guint goal, struct view views[2])
{
	views[0] = find_whole(d->s);
	return find_near(&d->s->goals[goal], &views[0], &views[1]) ? 2 : 1;
}

/* Panels side by side, or where the figure is narrow one above the other. */
static gboolean is_stacked(const struct canvas *c)
{
	return c->width < CANVAS_NARROW;
}

static void place_views(const struct canvas *c, struct view *views, guint nb)
{
	double room = c->width - CANVAS_LEFT - CANVAS_RIGHT;
	guint columns = is_stacked(c) ? 1 : nb;
	double each = (room - (columns - 1) * BESIDE) / columns;

	for (guint i = 0; i < nb; i++) {
		views[i].left = CANVAS_LEFT + (columns > 1 ? i * (each + BESIDE) : 0);
		views[i].right = views[i].left + each;
	}
}

/* Rows of panels of a goal. */
static guint count_rows(const struct drawing *d, guint goal)
{
	struct view views[2];

	return is_stacked(d->c) ? find_views(d, goal, views) : 1;
}

/* What is drawn of a goal from y on; the end of it. */
static double put_goal(const struct drawing *d, guint goal, double y, const struct range *latency)
{
	struct view views[2];
	guint nb = find_views(d, goal, views);
	gboolean below = has_latency(d, goal), stacked = is_stacked(d->c);
	double loss = LOSS * d->scale, height = loss + (below ? BETWEEN + LATENCY * d->scale : 0);

	place_views(d->c, views, nb);
	for (guint i = 0; i < nb; i++) {
		struct panel p = { .goal = goal,
			.view = &views[i],
			.top = y + head_of(d, goal) + (stacked ? i * (height + CANVAS_AXIS) : 0),
			.height = loss,
			.labels_x = !below,
			.labels_y = stacked || i == 0,
			.first = i == 0,
			.numbers = i + 1 == nb };

		put_panel(d, &p);
		if (!below)
			continue;
		put_panel(d, &(struct panel){ .goal = goal,
				     .view = &views[i],
				     .top = p.top + loss + BETWEEN,
				     .height = LATENCY * d->scale,
				     .latency = latency,
				     .labels_x = TRUE,
				     .labels_y = p.labels_y });
	}
	return y + head_of(d, goal) + count_rows(d, goal) * (height + CANVAS_AXIS);
}

/* Of the trials and of what the goal allows. */
static struct range find_latencies(const struct drawing *d, guint goal, gboolean linear)
{
	struct range r = range_new(linear);

	range_include(&r, d->bounds[goal].latency_ns, FALSE);
	for (guint i = 0; i < d->s->nb_trials; i++)
		if (is_shown(&d->s->trials[i]))
			range_include(&r, d->s->trials[i].marks[goal].value_ns, FALSE);
	range_close(&r);
	return r;
}

static gboolean is_lost(const struct drawing *d, guint goal, const struct search_trial *t)
{
	return has_latency(d, goal) && kind_of(t, goal) == MISSED && isnan(t->marks[goal].value_ns);
}

typedef gboolean (*trial_fn)(const struct drawing *d, guint goal, const struct search_trial *t);

/* Of all goals. */
static gboolean any_trial(const struct drawing *d, trial_fn is)
{
	for (guint goal = 0; goal < d->s->nb_goals; goal++)
		for (guint i = 0; i < d->s->nb_trials; i++)
			if (is_shown(&d->s->trials[i]) && is(d, goal, &d->s->trials[i]))
				return TRUE;
	return FALSE;
}

static void add_notes(const struct drawing *d)
{
	GPtrArray *notes = d->c->notes;

	figure_remark(notes, "row 0: trials without loss");
	if (any_trial(d, is_short))
		figure_remark(notes, "small: shorter than the final trial duration");
	if (any_trial(d, is_lost))
		figure_remark(notes, "at the upper end: percentile among lost frames");
	for (guint goal = 0; goal < d->s->nb_goals; goal++) {
		const struct search_goal *g = &d->s->goals[goal];

		if (*g->why != '\0')
			figure_remark(notes, "%s, upper bound: %s", g->name, g->why);
	}
}

static gboolean any_kind(const struct drawing *d, enum kind kind)
{
	for (guint goal = 0; goal < d->s->nb_goals; goal++)
		for (guint i = 0; i < d->s->nb_trials; i++)
			if (is_shown(&d->s->trials[i]) && kind_of(&d->s->trials[i], goal) == kind)
				return TRUE;
	return FALSE;
}

static gboolean any_fill(const struct drawing *d, const char *fill)
{
	for (guint goal = 0; goal < d->s->nb_goals; goal++)
		for (guint i = 0; i < d->s->nb_loads; i++)
			if (g_strcmp0(fill_of(&d->s->loads[i], &d->s->goals[goal], goal), fill) ==
				0)
				return TRUE;
	return FALSE;
}

/* Those that occur. */
static GArray *keys_of(const struct drawing *d, GPtrArray *texts)
{
	static const struct canvas_key trials[KINDS] = { { "trial met", "pt 7 lt 1 ps 0.9", NULL },
		{ "trial missed", "pt 9 lt 2 ps 0.9", NULL },
		{ "trial spoiled by the generator", "pt 2 lc rgb '#606060' lw 1.5 ps 0.9", NULL },
		{ "frame loss curve (RFC 2544)", "pt 1 lc rgb '#202020' lw 1.2 ps 0.9", NULL } };
	static const struct {
		const char *fill; /* NULL: none */
		struct canvas_key key;
	} loads[] = { { FILL_LOWER, { "load met", NULL, FILL_LOWER } },
		{ FILL_UPPER, { "load missed", NULL, FILL_UPPER } },
		{ FILL_SPOILT, { "load spoiled", NULL, FILL_SPOILT } },
		{ NULL, { "load undecided", NULL, FILL_UNDECIDED } } };
	GArray *keys = g_array_new(FALSE, FALSE, sizeof(struct canvas_key));

	for (enum kind kind = MET; kind < KINDS; kind++)
		if (any_kind(d, kind))
			g_array_append_val(keys, trials[kind]);
	for (guint i = 0; i < G_N_ELEMENTS(loads); i++)
		if (any_fill(d, loads[i].fill))
			g_array_append_val(keys, loads[i].key);
	for (guint goal = 0; goal < d->s->nb_goals; goal++) {
		char *name = g_strdup_printf("limit of %s", d->s->goals[goal].name);
		const struct canvas_key key = { name, search_shares_marker(goal), NULL };

		g_ptr_array_add(texts, name);
		g_ptr_array_add(texts, (gpointer)(uintptr_t)key.marker);
		if (search_shares_has(d->s, goal))
			g_array_append_val(keys, key);
	}
	return keys;
}

/* Likewise; nb: so many of them. */
static void find_lines(const struct drawing *d, struct canvas_line lines[5], guint *nb)
{
	gboolean allows = FALSE;

	for (guint goal = 0; goal < d->s->nb_goals; goal++)
		allows |= d->bounds[goal].loss > 0 || has_latency(d, goal);
	*nb = 0;
	lines[(*nb)++] = (struct canvas_line){ "lower bound", LINE_LOWER };
	lines[(*nb)++] = (struct canvas_line){ "upper bound", LINE_UPPER };
	if (allows)
		lines[(*nb)++] = (struct canvas_line){ "allowed by the goal", LINE_ALLOWED };
	if (!search_shares_any(d->s))
		return;
	lines[(*nb)++] = (struct canvas_line){ "median", SEARCH_SHARES_MEDIAN };
	lines[(*nb)++] = (struct canvas_line){ "99th percentile", SEARCH_SHARES_P99 };
}

/* Height of the panels, and of what else they need. */
static void add_heights(const struct drawing *d, double *panels, double *others)
{
	for (guint goal = 0; goal < d->s->nb_goals; goal++) {
		gboolean below = has_latency(d, goal);
		guint rows = count_rows(d, goal);

		*panels += rows * (double)(LOSS + (below ? LATENCY : 0));
		*others += head_of(d, goal) + rows * (double)(CANVAS_AXIS + (below ? BETWEEN : 0));
	}
	if (search_shares_any(d->s)) {
		*panels += SHARES;
		*others += head_height(1) + CANVAS_AXIS;
	}
}

static void put_panels(const struct drawing *d)
{
	g_autofree struct range *latencies = g_new0(struct range, d->s->nb_goals);
	double y = CANVAS_TOP;

	for (guint goal = 0; goal < d->s->nb_goals; goal++) {
		latencies[goal] = find_latencies(d, goal, d->c->options->linear);
		y = put_goal(d, goal, y, &latencies[goal]);
	}
	put_data(d, latencies);
	if (search_shares_any(d->s))
		search_shares_put(
			d->c, d->s, d->unit, y + head_height(1), SHARES * d->scale, d->s->nb_goals);
}

gboolean figure_search(const figure *f, const struct search *s, const struct figure_bounds *bounds,
	const struct figure_options *options, struct figure_text *text, GError **error)
{
	g_auto(canvas) c = canvas_new(options, CANVAS_WIDTH);
	struct drawing d = { &c, s, bounds, find_losses(s), gp_load_unit((double)s->max_pps), 1 };
	g_autoptr(GPtrArray) texts = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GArray) keys = keys_of(&d, texts);
	struct canvas_line lines[5];
	struct canvas_foot foot = { .lines = lines,
		.keys = (const struct canvas_key *)(const void *)keys->data,
		.nb_keys = keys->len };
	double panels = 0, others = CANVAS_TOP;

	if (s->nb_loads == 0 || s->nb_goals == 0)
		return plots_fail(error, PLOTS_ERROR_EMPTY,
			"%s: no trial of the search is done: nothing to draw", f->title);
	find_lines(&d, lines, &foot.nb_lines);
	add_heights(&d, &panels, &others);
	add_notes(&d);
	search_shares_notes(&c, s);
	d.scale = panels;
	if (!canvas_begin(&c, f, &foot, others, &panels, error))
		return FALSE;
	d.scale = panels / d.scale;
	put_panels(&d);
	return canvas_end(&c, text);
}
