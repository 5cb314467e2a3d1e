/* SPDX-License-Identifier: BSD-3-Clause */
#include "plots/gather/gather.h"

#include <math.h>
#include <string.h>

#include "analyze/base/text.h"
#include "analyze/results/result.h"
#include "analyze/results/result_numbers.h"
#include "plots/draw/error.h"
#include "plots/draw/split.h"
#include "plots/gather/members.h"

/* Numbers the series; a name's are never below the place of the name. */
static void number_series(GPtrArray *members)
{
	g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	guint next = 0;

	for (guint i = 0; i < members->len; i++) {
		struct member *m = g_ptr_array_index(members, i);
		g_autofree char *key = g_strdup_printf("%u %s", m->name, m->title);
		gpointer known;

		if (g_hash_table_lookup_extended(seen, key, NULL, &known)) {
			m->series = GPOINTER_TO_UINT(known);
			continue;
		}
		m->series = MAX(next, m->name);
		next = m->series + 1;
		g_hash_table_insert(seen, g_steal_pointer(&key), GUINT_TO_POINTER(m->series));
	}
}

static GArray *items_of(const member_list *m)
{
	GArray *items = g_array_new(FALSE, FALSE, sizeof(struct facets_item));

	for (guint i = 0; i < m->all->len; i++) {
		const struct member *member = g_ptr_array_index(m->all, i);
		struct facets_item item = { &member->c->params, member->name };

		g_array_append_val(items, item);
	}
	return items;
}

/* Sets panels of the members; those that no panel is for go. How many those are. */
static guint apply_layout(member_list *m)
{
	guint gone = 0;

	for (guint i = m->all->len; i-- > 0;) {
		struct member *member = g_ptr_array_index(m->all, i);

		member->facet = m->layout->facet[i];
		if (member->facet == FACETS_NONE) {
			g_ptr_array_remove_index(m->all, i);
			gone++;
		}
	}
	return gone;
}

/* Panels by parameters. */
static gboolean lay_out(
	member_list *m, const struct facets_wanted *wanted, GPtrArray *messages, GError **error)
{
	g_autoptr(GArray) items = items_of(m);
	struct facets_wanted grid = *wanted;
	g_autofree char *remark = NULL;

	/* Colours are of slices. */
	grid.colours_first &= m->by == RESULT_BY_NONE;
	m->layout = facets_lay_out((const struct facets_item *)(const void *)items->data,
		items->len, &grid, &remark, error);
	if (m->layout == NULL)
		return FALSE;
	if (remark != NULL)
		g_ptr_array_add(messages, g_steal_pointer(&remark));
	(void)apply_layout(m);
	if (!members_exist(m, error))
		return FALSE;
	members_name(m);
	return TRUE;
}

/* More curves than colours: a panel for each load, where the loads are few. */
static void lay_out_loads(member_list *m, GPtrArray *messages)
{
	g_autoptr(GArray) items = items_of(m);
	guint gone;

	if (m->all->len <= FIGURE_SERIES_MAX)
		return;
	m->layout = facets_of_loads(
		(const struct facets_item *)(const void *)items->data, items->len);
	if (m->layout == NULL)
		return;
	gone = apply_layout(m);
	if (gone > 0)
		figure_remark(messages,
			"one panel per common load; skipped %u curve%s of other loads (--rate "
			"RATE plots one load)",
			gone, text_plural(gone));
	members_name(m);
}

/* "; --rate RATE plots one load: 20, 40, 60": end of a message, "" of one load. */
static char *loads_remedy(const member_list *m)
{
	g_autoptr(GPtrArray) loads = g_ptr_array_new_with_free_func(g_free);

	for (guint i = 0; i < m->all->len; i++) {
		const struct member *member = g_ptr_array_index(m->all, i);
		g_autofree char *load = result_parameter(&member->c->params, "rate");

		if (!g_ptr_array_find_with_equal_func(loads, load, g_str_equal, NULL))
			g_ptr_array_add(loads, g_steal_pointer(&load));
	}
	if (loads->len < 2)
		return g_strdup("");
	g_ptr_array_add(loads, NULL);
	g_autofree char *all = g_strjoinv(", ", (char **)loads->pdata);

	return g_strconcat("; --rate plots one load: ", all, NULL);
}

static struct figure_spread spread_of(gboolean known, double lo, double hi)
{
	return known ? (struct figure_spread){ .lo = lo, .hi = hi }
		     : (struct figure_spread){ .lo = NAN, .hi = NAN };
}

/* FALSE if there is none. */
static gboolean latency_of(const struct gather_options *options, const result_combination *c,
	double q, struct figure_latency *out)
{
	struct result_quantile value;

	if (options->linear_rule)
		return result_quantile_linear(c, options->response, q, &out->ns, &out->bound);
	if (!result_quantile(c, options->response, q, &value))
		return FALSE;
	*out = (struct figure_latency){ (double)value.ns, value.bound };
	return TRUE;
}

static void set_loss(
	const struct gather_options *options, const result_combination *c, struct figure_point *p)
{
	if (!options->autotest_metric) {
		p->loss = c->n.loss.value;
		p->loss_spread = spread_of(c->trials->len > 1, c->n.loss.min, c->n.loss.max);
		return;
	}
	struct result_autotest_loss loss = result_autotest_loss(c);

	p->loss = loss.nb > 0 ? loss.loss : NAN;
	p->loss_spread = spread_of(
		loss.nb > 0, MAX(0, loss.loss - loss.spread), loss.loss + loss.spread);
}

static struct figure_point point_of(const struct member *m, const struct gather_options *options)
{
	const result_combination *c = m->c;
	static const double q[FIGURE_QUANTILES] = { 0.25, 0.5, 0.75, 0.99 };
	gboolean several = c->trials->len > 1;
	double offered_pps = result_slice_offered_pps(c);
	struct figure_point p = {
		.load_pps = c->params.rate_pps > 0 ? (double)c->params.rate_pps : offered_pps,
		.offered_pps = offered_pps,
		.p50 = spread_of(FALSE, 0, 0),
		.p99 = spread_of(FALSE, 0, 0),
		.repetitions = c->trials->len,
		.trustworthy = result_is_whole(m->c),
	};

	for (int i = 0; i < FIGURE_QUANTILES; i++) {
		struct figure_spread *spread = i == FIGURE_P50 ? &p.p50 : &p.p99;
		struct result_quantile value;

		if (!latency_of(options, c, q[i], &p.q[i])) {
			p.q[i] = (struct figure_latency){ NAN, FALSE };
			continue;
		}
		if ((i != FIGURE_P50 && i != FIGURE_P99) ||
			!result_quantile(c, options->response, q[i], &value))
			continue;
		*spread = spread_of(several, (double)value.min_ns, (double)value.max_ns);
		spread->lo_bound = value.min_bound;
		spread->hi_bound = value.max_bound;
	}
	set_loss(options, c, &p);
	return p;
}

/* The bins read as a curve, while it is drawn. */
struct curve {
	GArray *steps;
	const struct trial_dist *dist;
	uint64_t later;
};

static void add_step(uint64_t lo_ns, uint64_t hi_ns, uint64_t count, void *user)
{
	struct curve *curve = user;
	struct figure_step step;

	(void)lo_ns;
	curve->later -= count;
	step.ns = (double)MIN(hi_ns, curve->dist->max_ns);
	step.share = (double)curve->later / (double)(curve->dist->count + curve->dist->censored);
	g_array_append_val(curve->steps, step);
}

/* The accumulated bins read as a curve: what is later than the upper end of each bucket. */
static void add_steps(GArray *steps, const struct trial_dist *dist)
{
	struct curve curve = { steps, dist, dist->count + dist->censored };

	trial_dist_each(dist, add_step, &curve);
}

static void add_repetitions(
	struct figure_group *group, const result_combination *c, gboolean response)
{
	for (guint i = 0; c->trials->len > 1 && i < c->trials->len; i++) {
		const trial *t = g_ptr_array_index(c->trials, i);
		GArray *steps = g_array_new(FALSE, TRUE, sizeof(struct figure_step));

		add_steps(steps, response ? &t->response : &t->latency);
		g_ptr_array_add(group->repetitions, steps);
	}
}

static struct figure_latency guest_latency(
	const struct result_guest *guest, gboolean response, double q)
{
	struct result_quantile value;

	if (!result_numbers_quantile(&guest->n, response, q, &value))
		return (struct figure_latency){ NAN, FALSE };
	return (struct figure_latency){ (double)value.ns, value.bound };
}

static void add_guests(struct figure_group *group, const result_combination *c, gboolean response)
{
	for (guint i = 0; i < c->nb_guests; i++) {
		struct figure_guest guest = {
			.name = g_strdup_printf("%u", c->guests[i].guest),
			.p50 = guest_latency(&c->guests[i], response, 0.5),
			.p99 = guest_latency(&c->guests[i], response, 0.99),
			.loss = c->guests[i].n.loss.value,
		};

		g_array_append_val(group->guests, guest);
	}
	if (c->fairness.worst_guest >= 0)
		group->worst = g_strdup_printf("%d", c->fairness.worst_guest);
}

static gint compare_points(gconstpointer a, gconstpointer b)
{
	const struct figure_point *p = a, *q = b;

	return p->load_pps < q->load_pps ? -1 : p->load_pps > q->load_pps;
}

/* The curve of a load, and what is known beside it. */
static void add_distribution(struct figure_group *group, const result_combination *c,
	const struct gather_options *options)
{
	group->frames = (double)c->n.c.offered;
	add_steps(group->steps, options->response ? &c->n.response : &c->n.latency);
	if (options->curves)
		add_repetitions(group, c, options->response);
	else
		add_guests(group, c, options->response);
}

static gboolean add_groups(figure *f, const member_list *list, const struct gather_options *options,
	GPtrArray *messages, GError **error)
{
	g_autoptr(GHashTable) groups = g_hash_table_new(g_str_hash, g_str_equal);

	for (guint i = 0; i < list->all->len; i++) {
		struct member *m = g_ptr_array_index(list->all, i);
		struct figure_group *group = g_hash_table_lookup(groups, m->key);
		const struct trial_dist *d = options->response ? &m->c->n.response
							       : &m->c->n.latency;

		if (!members_load(list, i, error))
			return FALSE;
		/* Something came back, but nobody knows when: MoonGen's log without its histogram. */
		if (!list->loads_together && d->count > 0 && !trial_dist_has_bins(d)) {
			figure_remark(messages, "%s: skipped (no histogram)", m->title);
			result_unload(m->c);
			continue;
		}
		if (group == NULL) {
			group = figure_add_group(f, m->title);
			group->series = m->series;
			group->facet = m->facet;
			group->origin = m->name;
			g_hash_table_insert(groups, m->key, group);
		}
		struct figure_point point = point_of(m, options);

		g_array_append_val(group->points, point);
		if (!list->loads_together)
			add_distribution(group, m->c, options);
		result_unload(m->c);
	}
	for (guint i = 0; i < f->groups->len; i++)
		g_array_sort(figure_group_at(f, i)->points, compare_points);
	return f->groups->len > 0 ||
	       plots_fail(error, PLOTS_ERROR_EMPTY,
		       "no histogram: no distribution to plot; with several loads 'tplot compare' "
		       "plots the quartiles of the logs");
}

figure *gather(const struct gather_options *options, const char *const *names, GPtrArray *messages,
	GError **error)
{
	g_autoptr(member_list) m = members_find(&options->members, names, error);
	g_autoptr(figure) f = NULL;
	g_autofree char *remedy = NULL;

	if (m == NULL)
		return NULL;
	if (options->autotest_metric && m->by != RESULT_BY_NONE) {
		(void)plots_fail(error, PLOTS_ERROR_ARGUMENT,
			"--by %s: autotest's loss metric is of whole trials; leave out one of them",
			result_by_words[m->by]);
		return NULL;
	}
	if (m->loads_together && !options->sweep && !members_share_groups(m)) {
		m->loads_together = FALSE;
		members_name(m);
	}
	if (m->loads_together && options->facets != NULL &&
		!lay_out(m, options->facets, messages, error))
		return NULL;
	if (options->load_panels)
		lay_out_loads(m, messages);
	number_series(m->all);
	f = members_figure(m);
	for (guint i = 0; m->layout != NULL && i < m->layout->titles->len; i++)
		figure_remark(f->facets, "%s", (char *)g_ptr_array_index(m->layout->titles, i));
	f->columns = m->layout != NULL ? m->layout->nb_columns : 1;
	f->linear_rule = options->linear_rule;
	f->autotest_metric = options->autotest_metric;
	if (!add_groups(f, m, options, messages, error))
		return NULL;
	remedy = options->load_panels      ? loads_remedy(m)
		 : options->facets != NULL ? g_strdup(", or use --facets ROWS,COLUMNS")
					   : g_strdup("");
	if (!options->group_panels && !split_series(f, remedy, error))
		return NULL;
	members_messages(m, messages);
	return g_steal_pointer(&f);
}
