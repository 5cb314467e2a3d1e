/* SPDX-License-Identifier: BSD-3-Clause */
#include "plots/gather/gather.h"

#include <math.h>
#include <string.h>

#include "analyze/base/error.h"
#include "analyze/results/result.h"
#include "analyze/results/result_numbers.h"
#include "analyze/results/result_params.h"
#include "plots/draw/error.h"
#include "plots/gather/members.h"

enum { FILE_NAME_MAX = 120 };

char *gather_file_name(const char *command, const char *const *names)
{
	GString *text = g_string_new(command);

	for (guint i = 0; names[i] != NULL; i++) {
		g_autofree char *name = member_short_name(names, i);

		g_string_append_printf(text, "-%s",
			g_strcanon(name, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "._-+=,", '_'));
	}
	if (text->len > FILE_NAME_MAX)
		g_string_truncate(text, FILE_NAME_MAX);
	return g_string_free(text, FALSE);
}

/* What a NAME is called. */
static char *name_of(const struct gather_options *options, const char *const *names, guint i)
{
	return options->titles != NULL ? g_strdup(options->titles[i]) : member_short_name(names, i);
}

static gboolean is_among(const GPtrArray *parameters, const char *parameter)
{
	for (guint i = 0; i < parameters->len; i++) {
		if (strcmp(g_ptr_array_index(parameters, i), parameter) == 0)
			return TRUE;
	}
	return FALSE;
}

/* Whether a parameter is part of a group's name. */
static gboolean tells(const GPtrArray *members, const struct member *m, const char *parameter,
	gboolean by_load, const facets *layout)
{
	if (strcmp(parameter, "rate") == 0)
		return by_load && members_differ(members, G_MAXUINT, parameter);
	return (layout == NULL || is_among(layout->rest, parameter)) &&
	       members_differ(members, m->name, parameter);
}

/*
 * Sets keys and titles. Groups of one name differ in a parameter other than the rate; with a
 * layout, in their panel or in what it leaves to the legend.
 */
static void name_members(const struct gather_options *options, GPtrArray *members,
	const char *const *names, gboolean by_load, const facets *layout)
{
	for (guint i = 0; i < members->len; i++) {
		struct member *m = g_ptr_array_index(members, i);
		g_autofree char *name = name_of(options, names, m->name);
		g_autoptr(GString) title = g_string_new(options->unnamed ? "" : name);

		for (const char *const *p = result_parameter_names(); *p != NULL; p++) {
			if (!tells(members, m, *p, by_load, layout))
				continue;
			g_autofree char *text = facets_text(&m->c->params, *p);

			g_string_append_printf(title, "%s%s", title->len > 0 ? ", " : "", text);
		}
		if (title->len == 0)
			g_string_append(title, name);
		g_free(m->title);
		m->title = g_strdup(title->str);
		g_free(m->key);
		m->key = g_strdup_printf("%u %u %s", m->name, m->facet, title->str);
	}
}

static gboolean some_key_twice(const GPtrArray *members)
{
	g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);

	for (guint i = 0; i < members->len; i++) {
		const struct member *m = g_ptr_array_index(members, i);

		if (!g_hash_table_add(seen, m->key))
			return TRUE;
	}
	return FALSE;
}

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

/* Panels for members, where options want them; those that no panel is for go. */
static facets *lay_out(const struct gather_options *options, GPtrArray *members,
	GPtrArray *messages, GError **error)
{
	g_autoptr(GArray) items = g_array_new(FALSE, FALSE, sizeof(struct facets_item));
	g_autofree char *remark = NULL;
	facets *layout;

	for (guint i = 0; i < members->len; i++) {
		const struct member *m = g_ptr_array_index(members, i);
		struct facets_item item = { &m->c->params, m->name };

		g_array_append_val(items, item);
	}
	layout = facets_lay_out((const struct facets_item *)(const void *)items->data, items->len,
		options->facets, &remark, error);
	if (layout == NULL)
		return NULL;
	if (remark != NULL)
		g_ptr_array_add(messages, g_steal_pointer(&remark));
	for (guint i = members->len; i-- > 0;) {
		struct member *m = g_ptr_array_index(members, i);

		m->facet = layout->facet[i];
		if (m->facet == FACETS_NONE)
			g_ptr_array_remove_index(members, i);
	}
	return layout;
}

static struct figure_spread spread(gboolean known, double lo, double hi)
{
	return known ? (struct figure_spread){ .lo = lo, .hi = hi }
		     : (struct figure_spread){ .lo = NAN, .hi = NAN };
}

static struct figure_spread latency_spread(gboolean known, const struct result_quantile *q)
{
	struct figure_spread s = spread(known, (double)q->min_ns, (double)q->max_ns);

	s.lo_bound = q->min_bound;
	s.hi_bound = q->max_bound;
	return s;
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
		p->loss_spread = spread(c->trials->len > 1, c->n.loss.min, c->n.loss.max);
		return;
	}
	struct result_autotest_loss loss = result_autotest_loss(c);

	p->loss = loss.nb > 0 ? loss.loss : NAN;
	p->loss_spread = spread(
		loss.nb > 0, MAX(0, loss.loss - loss.spread), loss.loss + loss.spread);
}

static struct figure_point point_of(
	const result_combination *c, const struct gather_options *options)
{
	static const double q[FIGURE_QUANTILES] = { 0.25, 0.5, 0.75, 0.99 };
	gboolean several = c->trials->len > 1;
	struct figure_point p = {
		.load_pps = c->params.rate_pps > 0 ? (double)c->params.rate_pps : c->n.offered_pps,
		.offered_pps = c->n.offered_pps,
		.p50 = spread(FALSE, 0, 0),
		.p99 = spread(FALSE, 0, 0),
		.repetitions = c->trials->len,
		.trustworthy = c->trustworthy && c->nb_interrupted == 0,
	};

	for (int i = 0; i < FIGURE_QUANTILES; i++) {
		struct result_quantile value;

		p.q[i].ns = NAN;
		if (!latency_of(options, c, q[i], &p.q[i])) {
			p.q[i] = (struct figure_latency){ NAN, FALSE };
			continue;
		}
		if ((i != FIGURE_P50 && i != FIGURE_P99) ||
			!result_quantile(c, options->response, q[i], &value))
			continue;
		*(i == FIGURE_P50 ? &p.p50 : &p.p99) = latency_spread(several, &value);
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

/* Something came back, but nobody knows when: MoonGen's log without its histogram. */
static gboolean has_no_bins(const result_combination *c, gboolean response)
{
	const struct trial_dist *d = response ? &c->n.response : &c->n.latency;

	return d->count > 0 && !trial_dist_has_bins(d);
}

static gboolean fill(figure *f, const GPtrArray *members, gboolean by_load,
	const struct gather_options *options, GPtrArray *messages, GError **error)
{
	g_autoptr(GHashTable) groups = g_hash_table_new(g_str_hash, g_str_equal);

	for (guint i = 0; i < members->len; i++) {
		struct member *m = g_ptr_array_index(members, i);
		struct figure_group *group = g_hash_table_lookup(groups, m->key);

		if (!result_load(m->set, m->c, NULL, NULL, error))
			return FALSE;
		if (by_load && has_no_bins(m->c, options->response)) {
			g_ptr_array_add(
				messages, g_strdup_printf("%s: no histogram: left out", m->title));
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
		struct figure_point point = point_of(m->c, options);

		g_array_append_val(group->points, point);
		if (by_load) {
			group->frames = (double)m->c->n.c.offered;
			add_steps(group->steps,
				options->response ? &m->c->n.response : &m->c->n.latency);
			if (options->curves)
				add_repetitions(group, m->c, options->response);
			else
				add_guests(group, m->c, options->response);
		}
		result_unload(m->c);
	}
	for (guint i = 0; i < f->groups->len; i++) {
		struct figure_group *group = g_ptr_array_index(f->groups, i);

		g_array_sort(group->points, compare_points);
	}
	if (f->groups->len == 0)
		g_set_error(error, PLOTS_ERROR, PLOTS_ERROR_EMPTY,
			"no histogram of any of them: there is no distribution to draw; 'tplot "
			"compare' draws what the logs know, where there are several loads");
	return f->groups->len > 0;
}

/* What all have in common and no panel says, as far as a reader asks for it. */
static char *common_text(const GPtrArray *members, gboolean by_load, const facets *layout)
{
	static const char *const parameters[] = { "profile", "guests", "machine", "interface",
		"arrival", "rate", "duration" };
	const struct member *first = g_ptr_array_index(members, 0);
	GString *text = g_string_new(NULL);

	for (guint i = 0; i < G_N_ELEMENTS(parameters); i++) {
		if ((strcmp(parameters[i], "rate") == 0 && !by_load) ||
			members_differ(members, G_MAXUINT, parameters[i]) ||
			(layout != NULL && (is_among(layout->rows, parameters[i]) ||
						   is_among(layout->columns, parameters[i]))))
			continue;
		g_autofree char *one = member_common_value(&first->c->params, parameters[i]);

		if (one != NULL)
			g_string_append_printf(text, "%s%s", text->len > 0 ? ", " : "", one);
	}
	return g_string_free(text, FALSE);
}

static void name_figure(figure *f, const struct gather_options *options, const GPtrArray *members,
	const char *const *names, gboolean by_load, const facets *layout)
{
	g_autoptr(GPtrArray) words = g_ptr_array_new_with_free_func(g_free);

	for (guint i = 0; names[i] != NULL; i++)
		g_ptr_array_add(words, name_of(options, names, i));
	g_ptr_array_add(words, NULL);
	g_free(f->title);
	f->title = g_strjoinv(words->len == 3 ? " against " : ", ", (char **)words->pdata);
	g_free(f->subtitle);
	f->subtitle = common_text(members, by_load, layout);
}

/* All that the names stand for: sets, and their combinations as members. */
static gboolean find_members(const struct gather_options *options, const char *const *names,
	GPtrArray *sets, GPtrArray *members, GError **error)
{
	struct result_options found = { .dir = options->dir };
	g_autofree char *rate = options->rate != NULL ? g_strconcat("rate-", options->rate, NULL)
						      : NULL;

	for (guint i = 0; names[i] != NULL; i++) {
		const char *const one[] = { names[i], NULL };
		g_autoptr(GError) cause = NULL;
		result_set *set = result_open(&found, one, &cause);

		if (set == NULL && options->missing_ok &&
			g_error_matches(cause, ANALYZE_ERROR, ANALYZE_ERROR_NOT_FOUND))
			continue;
		if (set == NULL) {
			g_propagate_error(error, g_steal_pointer(&cause));
			return FALSE;
		}
		g_ptr_array_add(sets, set);
		for (guint k = 0; k < set->combinations->len; k++) {
			result_combination *c = g_ptr_array_index(set->combinations, k);
			struct member *m;

			if (rate != NULL && !result_selector_matches(rate, &c->params))
				continue;
			m = g_new0(struct member, 1);
			m->set = set;
			m->c = c;
			m->name = i;
			g_ptr_array_add(members, m);
		}
	}
	return TRUE;
}

static gboolean some_members(const GPtrArray *members, GError **error)
{
	if (members->len == 0)
		g_set_error(error, PLOTS_ERROR, PLOTS_ERROR_EMPTY,
			"no trial that is done: nothing to draw; run tsim first");
	return members->len > 0;
}

/* Groups and, if wanted, panels, *out. *by_load: each load is a group of its own. */
static gboolean arrange(const struct gather_options *options, const char *const *names, figure *f,
	GPtrArray *members, gboolean *by_load, facets **out, GPtrArray *messages, GError **error)
{
	g_autoptr(facets) layout = NULL;

	*by_load = options->every_load;
	name_members(options, members, names, *by_load, NULL);
	members_part_twins(members);
	if (!*by_load && !options->sweep && !some_key_twice(members)) {
		*by_load = TRUE;
		name_members(options, members, names, TRUE, NULL);
		members_part_twins(members);
	}
	if (!*by_load && options->facets != NULL) {
		layout = lay_out(options, members, messages, error);
		if (layout == NULL || !some_members(members, error))
			return FALSE;
		name_members(options, members, names, FALSE, layout);
		members_part_twins(members);
		for (guint i = 0; i < layout->titles->len; i++)
			g_ptr_array_add(f->facets, g_strdup(g_ptr_array_index(layout->titles, i)));
		f->columns = layout->nb_columns;
	}
	number_series(members);
	*out = g_steal_pointer(&layout);
	return TRUE;
}

figure *gather(const struct gather_options *options, const char *const *names, GPtrArray *messages,
	GError **error)
{
	g_autoptr(GPtrArray) sets = g_ptr_array_new_with_free_func((GDestroyNotify)result_free);
	g_autoptr(GPtrArray) members = g_ptr_array_new_with_free_func(member_free);
	g_autoptr(figure) f = figure_new();
	g_autoptr(facets) layout = NULL;
	gboolean by_load;

	if (!find_members(options, names, sets, members, error) || !some_members(members, error) ||
		!arrange(options, names, f, members, &by_load, &layout, messages, error) ||
		!fill(f, members, by_load, options, messages, error))
		return NULL;
	for (guint i = 0; i < sets->len; i++)
		members_take_messages(messages, g_ptr_array_index(sets, i));
	name_figure(f, options, members, names, by_load, layout);
	f->linear_rule = options->linear_rule;
	f->autotest_metric = options->autotest_metric;
	return g_steal_pointer(&f);
}
