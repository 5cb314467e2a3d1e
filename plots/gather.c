/* SPDX-License-Identifier: BSD-3-Clause */
#include "plots/gather.h"

#include <math.h>
#include <string.h>

#include "analyze/histogram.h"
#include "analyze/result.h"
#include "plots/error.h"
#include "plots/gp.h"

enum { FILE_NAME_MAX = 120 };

/* A combination and what its group is told from the others by. */
struct member {
	result_set *set; /* borrowed */
	result_combination *c;
	guint name;  /* place of the NAME that found it */
	char *key;   /* equal for what belongs to one group */
	char *title; /* name of the group */
};

static void member_free(gpointer data)
{
	struct member *m = data;

	g_free(m->key);
	g_free(m->title);
	g_free(m);
}

/* How a NAME reads in a legend: of a path only the last part. */
static char *short_name(const char *name)
{
	return strchr(name, '/') == NULL ? g_strdup(name) : g_path_get_basename(name);
}

char *gather_file_name(const char *command, const char *const *names)
{
	GString *text = g_string_new(command);

	for (guint i = 0; names[i] != NULL; i++) {
		g_autofree char *name = short_name(names[i]);

		g_string_append_printf(text, "-%s",
			g_strcanon(name, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "._-+=,", '_'));
	}
	if (text->len > FILE_NAME_MAX)
		g_string_truncate(text, FILE_NAME_MAX);
	return g_string_free(text, FALSE);
}

/* A parameter as it reads in a legend: "vhost on", "64 guests", "100 kpps". */
static char *parameter_text(const struct trial_params *p, const char *parameter)
{
	g_autofree char *value = result_parameter(p, parameter);

	if (strcmp(parameter, "rate") == 0) {
		struct gp_unit unit = gp_load_unit((double)p->rate_pps);

		return p->rate_pps == 0
			       ? g_strdup("rate max")
			       : g_strdup_printf("%s %s",
					 gp_num((double)p->rate_pps / unit.per).text, unit.name);
	}
	if (strcmp(parameter, "guests") == 0)
		return g_strdup_printf("%s guest%s", value, p->guests == 1 ? "" : "s");
	if (strcmp(parameter, "duration") == 0)
		return g_strdup_printf("%s s", value);
	if (strcmp(parameter, "arrival") == 0)
		return g_strdup_printf("%s arrivals", value);
	if (strcmp(parameter, "size") == 0)
		return g_strdup_printf("%s bytes", value);
	/* These name themselves. */
	if (strcmp(parameter, "machine") == 0 || strcmp(parameter, "interface") == 0 ||
		strcmp(parameter, "profile") == 0 || strcmp(parameter, "label") == 0)
		return g_strdup(value);
	return g_strdup_printf("%s %s", parameter, value);
}

/* Whether a parameter has several values among the members of a name (G_MAXUINT: of all). */
static gboolean differs(const GPtrArray *members, guint name, const char *parameter)
{
	g_autofree char *first = NULL;

	for (guint i = 0; i < members->len; i++) {
		const struct member *m = g_ptr_array_index(members, i);

		if (name != G_MAXUINT && m->name != name)
			continue;
		g_autofree char *value = result_parameter(&m->c->params, parameter);

		if (first == NULL)
			first = g_steal_pointer(&value);
		else if (strcmp(first, value) != 0)
			return TRUE;
	}
	return FALSE;
}

/* Sets keys and titles. Groups of one name differ in a parameter other than the rate. */
static void name_members(GPtrArray *members, const char *const *names, gboolean by_load)
{
	for (guint i = 0; i < members->len; i++) {
		struct member *m = g_ptr_array_index(members, i);
		g_autofree char *name = short_name(names[m->name]);
		g_autoptr(GString) title = g_string_new(name);

		for (const char *const *p = result_parameter_names(); *p != NULL; p++) {
			gboolean is_rate = strcmp(*p, "rate") == 0;

			if ((is_rate && !by_load) ||
				!differs(members, is_rate ? G_MAXUINT : m->name, *p))
				continue;
			g_autofree char *text = parameter_text(&m->c->params, *p);

			g_string_append_printf(title, ", %s", text);
		}
		g_free(m->title);
		m->title = g_strdup(title->str);
		g_free(m->key);
		m->key = g_strdup_printf("%u %s", m->name, title->str);
	}
}

/* What differs in no parameter that has a name here (a mix of equal name, say) is told by number. */
static void part_twins(GPtrArray *members)
{
	for (guint i = 0; i < members->len; i++) {
		struct member *m = g_ptr_array_index(members, i);
		guint twins = 1;

		for (guint k = 0; k < i; k++) {
			const struct member *other = g_ptr_array_index(members, k);

			if (g_str_has_prefix(other->key, m->key) &&
				(other->key[strlen(m->key)] == '\0' ||
					other->key[strlen(m->key)] == '\n') &&
				other->c->params.rate_pps == m->c->params.rate_pps)
				twins++;
		}
		if (twins == 1)
			continue;
		g_autofree char *key = g_steal_pointer(&m->key);
		g_autofree char *title = g_steal_pointer(&m->title);

		m->key = g_strdup_printf("%s\n%u", key, twins);
		m->title = g_strdup_printf("%s (%u)", title, twins);
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

static struct figure_point point_of(const result_combination *c, gboolean response)
{
	static const double q[FIGURE_QUANTILES] = { 0.25, 0.5, 0.75, 0.99 };
	gboolean several = c->trials->len > 1;
	struct figure_point p = {
		.load_pps = c->params.rate_pps > 0 ? (double)c->params.rate_pps : c->n.offered_pps,
		.offered_pps = c->n.offered_pps,
		.p50 = spread(FALSE, 0, 0),
		.p99 = spread(FALSE, 0, 0),
		.loss = c->n.loss.value,
		.loss_spread = spread(several, c->n.loss.min, c->n.loss.max),
		.repetitions = c->trials->len,
		.trustworthy = c->trustworthy && c->nb_interrupted == 0,
	};

	for (int i = 0; i < FIGURE_QUANTILES; i++) {
		struct result_quantile value;

		p.q[i].ns = NAN;
		if (!result_quantile(c, response, q[i], &value))
			continue;
		p.q[i] = (struct figure_latency){ (double)value.ns, value.bound };
		if (i == FIGURE_P50)
			p.p50 = latency_spread(several, &value);
		if (i == FIGURE_P99)
			p.p99 = latency_spread(several, &value);
	}
	return p;
}

/* The accumulated bins read as a curve: what is later than the upper end of each bucket. */
static void add_steps(struct figure_group *group, const struct trial_dist *dist)
{
	uint64_t total = dist->count + dist->censored, later = total;

	for (uint32_t i = 0; dist->hist != NULL && i < HIST_BUCKETS; i++) {
		uint64_t count = ctr_get(&dist->hist->bucket[i]);
		struct figure_step step;

		if (count == 0)
			continue;
		later -= count;
		step.ns = (double)MIN(hist_bucket_high(i), dist->max_ns);
		step.share = (double)later / (double)total;
		g_array_append_val(group->steps, step);
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
}

static gint compare_points(gconstpointer a, gconstpointer b)
{
	const struct figure_point *p = a, *q = b;

	return p->load_pps < q->load_pps ? -1 : p->load_pps > q->load_pps;
}

static gboolean fill(figure *f, const GPtrArray *members, gboolean by_load,
	const struct gather_options *options, GError **error)
{
	g_autoptr(GHashTable) groups = g_hash_table_new(g_str_hash, g_str_equal);

	for (guint i = 0; i < members->len; i++) {
		struct member *m = g_ptr_array_index(members, i);
		struct figure_group *group = g_hash_table_lookup(groups, m->key);

		if (!result_load(m->set, m->c, NULL, NULL, error))
			return FALSE;
		if (group == NULL) {
			group = figure_add_group(f, m->title);
			g_hash_table_insert(groups, m->key, group);
		}
		struct figure_point point = point_of(m->c, options->response);

		g_array_append_val(group->points, point);
		if (by_load) {
			group->frames = (double)m->c->n.c.offered;
			add_steps(group, options->response ? &m->c->n.response : &m->c->n.latency);
			add_guests(group, m->c, options->response);
		}
		result_unload(m->c);
	}
	for (guint i = 0; i < f->groups->len; i++) {
		struct figure_group *group = g_ptr_array_index(f->groups, i);

		g_array_sort(group->points, compare_points);
	}
	return TRUE;
}

/* What all have in common, as far as a reader asks for it. */
static char *common_text(const GPtrArray *members, gboolean by_load)
{
	static const char *const parameters[] = { "profile", "guests", "machine", "interface",
		"arrival", "rate", "duration" };
	const struct member *first = g_ptr_array_index(members, 0);
	GString *text = g_string_new(NULL);

	for (guint i = 0; i < G_N_ELEMENTS(parameters); i++) {
		if ((strcmp(parameters[i], "rate") == 0 && !by_load) ||
			differs(members, G_MAXUINT, parameters[i]))
			continue;
		g_autofree char *one = parameter_text(&first->c->params, parameters[i]);

		g_string_append_printf(text, "%s%s", text->len > 0 ? ", " : "", one);
	}
	return g_string_free(text, FALSE);
}

static void name_figure(
	figure *f, const GPtrArray *members, const char *const *names, gboolean by_load)
{
	g_autoptr(GPtrArray) words = g_ptr_array_new_with_free_func(g_free);

	for (guint i = 0; names[i] != NULL; i++)
		g_ptr_array_add(words, short_name(names[i]));
	g_ptr_array_add(words, NULL);
	g_free(f->title);
	f->title = g_strjoinv(words->len == 3 ? " against " : ", ", (char **)words->pdata);
	g_free(f->subtitle);
	f->subtitle = common_text(members, by_load);
}

static void take_messages(GPtrArray *messages, const result_set *set)
{
	for (guint i = 0; i < set->warnings->len; i++)
		g_ptr_array_add(messages, g_strdup(g_ptr_array_index(set->warnings, i)));
	for (guint i = 0; i < set->notes->len; i++)
		g_ptr_array_add(messages, g_strdup(g_ptr_array_index(set->notes, i)));
}

figure *gather(const struct gather_options *options, const char *const *names, GPtrArray *messages,
	GError **error)
{
	g_autoptr(GPtrArray) sets = g_ptr_array_new_with_free_func((GDestroyNotify)result_free);
	g_autoptr(GPtrArray) members = g_ptr_array_new_with_free_func(member_free);
	struct result_options found = { .dir = options->dir };
	g_autoptr(figure) f = figure_new();
	gboolean by_load = options->every_load;

	for (guint i = 0; names[i] != NULL; i++) {
		const char *const one[] = { names[i], NULL };
		result_set *set = result_open(&found, one, error);

		if (set == NULL)
			return NULL;
		g_ptr_array_add(sets, set);
		for (guint k = 0; k < set->combinations->len; k++) {
			struct member *m = g_new0(struct member, 1);

			m->set = set;
			m->c = g_ptr_array_index(set->combinations, k);
			m->name = i;
			g_ptr_array_add(members, m);
		}
	}
	if (members->len == 0) {
		g_set_error(error, PLOTS_ERROR, PLOTS_ERROR_EMPTY,
			"no trial that is done: nothing to draw; run tsim first");
		return NULL;
	}
	name_members(members, names, by_load);
	part_twins(members);
	if (!by_load && !some_key_twice(members)) {
		by_load = TRUE;
		name_members(members, names, TRUE);
		part_twins(members);
	}
	if (!fill(f, members, by_load, options, error))
		return NULL;
	for (guint i = 0; i < sets->len; i++)
		take_messages(messages, g_ptr_array_index(sets, i));
	name_figure(f, members, names, by_load);
	return g_steal_pointer(&f);
}
