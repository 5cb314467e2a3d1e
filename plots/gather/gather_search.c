/* SPDX-License-Identifier: BSD-3-Clause */
#include "plots/gather/gather_search.h"

#include <math.h>
#include <string.h>

#include "analyze/base/error.h"
#include "analyze/numbers/numbers.h"
#include "analyze/results/result_params.h"
#include "analyze/results/search_find.h"
#include "analyze/verdict/goal.h"
#include "plots/draw/error.h"
#include "plots/figures/figures.h"

const char *const gather_search_words[] = { "none", "size", "guests", NULL };

static const search *search_at(const GPtrArray *searches, guint i)
{
	return g_ptr_array_index(searches, i);
}

void search_list_free(search_list *l)
{
	if (l == NULL)
		return;
	for (guint i = 0; i < l->all->len; i++)
		if (l->all->pdata[i] != NULL)
			g_ptr_array_unref(l->all->pdata[i]);
	g_ptr_array_unref(l->all);
	g_free(l);
}

search_list *gather_search_open(const char *dir, const char *const *names, gboolean missing_ok,
	GPtrArray *warnings, GError **error)
{
	g_autoptr(search_list) l = g_new0(search_list, 1);

	l->names = names;
	l->all = g_ptr_array_new();
	for (guint i = 0; names[i] != NULL; i++) {
		g_autoptr(GError) cause = NULL;
		GPtrArray *found = search_find(dir, names[i], warnings, &cause);

		g_ptr_array_add(l->all, found);
		if (found == NULL && !missing_ok) {
			g_propagate_error(error, g_steal_pointer(&cause));
			return NULL;
		}
		for (guint k = 0; found != NULL && k < found->len; k++) {
			const search *s = search_at(found, k);

			if (s->interrupted)
				figure_remark(warnings, "%s: interrupted", s->path);
			if (*s->doubt != '\0')
				figure_remark(
					warnings, "%s: unreliable trials: %s", s->path, s->doubt);
		}
	}
	return g_steal_pointer(&l);
}

guint gather_search_count(const search_list *l)
{
	guint nb = 0;

	for (guint i = 0; i < l->all->len; i++)
		nb += l->all->pdata[i] != NULL ? ((const GPtrArray *)l->all->pdata[i])->len : 0;
	return nb;
}

/* What distinguishes series: parameters without what they are drawn over, with what only searches have. */
static void series_params(const search *s, enum gather_search_by by, struct trial_params *to)
{
	GString *extra = g_string_new(s->params.extra);

	trial_params_copy(to, &s->params);
	if (strcmp(s->preset, goal_presets[0]) != 0)
		g_string_append_printf(
			extra, "%s--preset=%s", extra->len > 0 ? " " : "", s->preset);
	if (*s->options != '\0')
		g_string_append_printf(extra, "%s%s", extra->len > 0 ? " " : "", s->options);
	g_free(to->extra);
	to->extra = g_string_free(extra, FALSE);
	to->repetition = 0;
	if (by == GATHER_SEARCH_NONE)
		return;
	g_free(to->mix_digest);
	to->mix_digest = g_strdup("");
	if (by == GATHER_SEARCH_GUESTS) {
		to->guests = 0;
		return;
	}
	to->frame_len = 0;
	g_free(to->profile);
	to->profile = g_strdup("");
}

/* Series: for each member of a list the searches (search *, borrowed) that it stands for. */
struct grouped {
	member_list *m;
	GPtrArray *series; /* GPtrArray * */
};
typedef struct grouped grouped;

static void grouped_clear(struct grouped *g)
{
	members_free(g->m);
	g_ptr_array_unref(g->series);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(grouped, grouped_clear)

/* The searches of the combination of these parameters; a new one where there is none from first on. */
static GPtrArray *series_of(
	result_set *set, GPtrArray *series, guint first, const struct trial_params *p)
{
	for (guint i = 0; i < set->combinations->len; i++) {
		const result_combination *c = g_ptr_array_index(set->combinations, i);

		if (result_params_compare(&c->params, p) == 0)
			return g_ptr_array_index(series, first + i);
	}
	g_ptr_array_add(set->combinations, result_combination_new(p));
	g_ptr_array_add(series, g_ptr_array_new());
	return g_ptr_array_index(series, series->len - 1);
}

static struct grouped group_searches(
	const search_list *l, const struct members_options *options, enum gather_search_by by)
{
	struct grouped g = { NULL,
		g_ptr_array_new_with_free_func((GDestroyNotify)g_ptr_array_unref) };
	g_autoptr(GPtrArray) sets = g_ptr_array_new();

	for (guint name = 0; name < l->all->len; name++) {
		const GPtrArray *searches = g_ptr_array_index(l->all, name);
		guint first = g.series->len;

		g_ptr_array_add(sets, result_set_new());
		for (guint i = 0; searches != NULL && i < searches->len; i++) {
			search *s = g_ptr_array_index(searches, i);
			struct trial_params p;

			series_params(s, by, &p);
			g_ptr_array_add(series_of(sets->pdata[name], g.series, first, &p), s);
			trial_params_clear(&p);
		}
	}
	g.m = members_of(options, l->names, sets);
	return g;
}

/* 0: has no single one. */
static double place_of(const search *s, enum gather_search_by by)
{
	return by == GATHER_SEARCH_SIZE     ? s->params.frame_len
	       : by == GATHER_SEARCH_GUESTS ? s->params.guests
					    : 1;
}

/* All have a place, and some series has several. */
static gboolean has_places(const search_list *l, enum gather_search_by by)
{
	const struct members_options options = { .loads_together = TRUE };
	g_auto(grouped) g = group_searches(l, &options, by);
	gboolean several = FALSE;

	for (guint i = 0; i < g.series->len; i++) {
		const GPtrArray *series = g_ptr_array_index(g.series, i);
		double first = place_of(search_at(series, 0), by);

		for (guint k = 0; k < series->len; k++) {
			double place = place_of(search_at(series, k), by);

			if (place < 1)
				return FALSE;
			several |= place > first || place < first;
		}
	}
	return several;
}

/* Its place among the facets, where it is added. */
static guint goal_index(figure *f, const char *name)
{
	guint at = 0;

	if (!g_ptr_array_find_with_equal_func(f->facets, name, g_str_equal, &at)) {
		at = f->facets->len;
		g_ptr_array_add(f->facets, g_strdup(name));
	}
	return at;
}

/* Of a goal in the searches at a place. */
static void add_limit(struct figure_group *group, guint goal, const char *name,
	const GPtrArray *series, enum gather_search_by by, double place)
{
	g_autoptr(GPtrArray) repetitions = g_ptr_array_new();
	const struct search_suite *suite = NULL;

	for (guint i = 0; i < series->len; i++) {
		const search *s = search_at(series, i);

		if (place_of(s, by) < place || place_of(s, by) > place)
			continue;
		if (s->suite.used && s->suite.theoretical_pps > 0)
			suite = &s->suite;
		for (uint32_t k = 0; k < s->nb_goals; k++)
			if (strcmp(s->goals[k].name, name) == 0)
				g_ptr_array_add(repetitions, &s->goals[k]);
	}
	if (repetitions->len == 0)
		return;
	struct figure_limit *limit = figure_add_limit(group, goal, repetitions);

	limit->x = place;
	if (by == GATHER_SEARCH_SIZE && suite != NULL) {
		limit->theoretical_pps = suite->theoretical_pps;
		limit->theoretical_is_link = suite->theoretical_is_link;
	}
}

/* double, ascending. */
static GArray *places_of(const GPtrArray *series, enum gather_search_by by)
{
	GArray *places = g_array_new(FALSE, FALSE, sizeof(double));

	for (guint i = 0; i < series->len; i++) {
		double place = place_of(search_at(series, i), by);

		if (g_array_binary_search(places, &place, numbers_compare_doubles, NULL))
			continue;
		g_array_append_val(places, place);
		g_array_sort(places, numbers_compare_doubles);
	}
	return places;
}

static void add_series(
	figure *f, const char *title, const GPtrArray *series, enum gather_search_by by)
{
	struct figure_group *group = figure_add_limits(f, title);
	g_autoptr(GArray) places = places_of(series, by);

	for (guint i = 0; i < series->len; i++)
		for (uint32_t k = 0; k < search_at(series, i)->nb_goals; k++)
			(void)goal_index(f, search_at(series, i)->goals[k].name);
	for (guint goal = 0; goal < f->facets->len; goal++)
		for (guint i = 0; i < places->len; i++)
			add_limit(group, goal, g_ptr_array_index(f->facets, goal), series, by,
				g_array_index(places, double, i));
}

/* "p99 (every guest)". */
static char *bound_text(const struct goal_bound *b)
{
	g_autofree char *measure = b->quantile < 1 ? g_strdup_printf("p%g", 100 * b->quantile)
						   : g_strdup("max");

	switch (b->scope) {
	case GOAL_EVERY_GUEST:
		return g_strdup_printf("%s (every guest)", measure);
	case GOAL_GUEST:
		return g_strdup_printf("%s (guest %u)", measure, b->number);
	case GOAL_GROUP:
		return g_strdup_printf("%s (%s)", measure, b->group);
	case GOAL_SIZE:
		return g_strdup_printf("%s (%u bytes)", measure, b->number);
	case GOAL_ALL:
		break;
	}
	return g_steal_pointer(&measure);
}

/* What a goal allows; text is what latency points to, where it does. */
static struct figure_bounds bounds_of(const search *s, uint32_t goal, char **text)
{
	const char *const texts[] = { s->goals[goal].text, NULL };
	g_autoptr(GPtrArray) goals = goals_parse(s->path, texts, s->preset, NULL);
	struct figure_bounds bounds = { NAN, NAN, NULL };

	*text = NULL;
	for (guint i = 0; goals != NULL && i < goals->len; i++) {
		const GArray *all = ((const struct goal *)g_ptr_array_index(goals, i))->bounds;

		for (guint k = 0; k < all->len; k++) {
			const struct goal_bound *b = &g_array_index(all, struct goal_bound, k);

			if (b->measure == GOAL_LOSS && b->scope == GOAL_ALL)
				bounds.loss = b->limit;
			if (b->measure != GOAL_LATENCY || *text != NULL)
				continue;
			bounds.latency_ns = b->limit;
			bounds.latency = *text = bound_text(b);
		}
	}
	return bounds;
}

static gboolean draw_trials(const figure *f, const search *s, const struct figure_options *options,
	struct figure_text *text, GError **error)
{
	g_autofree struct figure_bounds *bounds = g_new0(struct figure_bounds, s->nb_goals + 1);
	g_autoptr(GPtrArray) texts = g_ptr_array_new_with_free_func(g_free);

	for (uint32_t i = 0; i < s->nb_goals; i++) {
		char *name;

		bounds[i] = bounds_of(s, i, &name);
		g_ptr_array_add(texts, name);
	}
	return figure_search(f, s, bounds, options, text, error);
}

/* Lines over by are fewer than colours. */
static gboolean has_room(const search_list *l, enum gather_search_by by)
{
	const struct members_options options = { .loads_together = TRUE };
	g_auto(grouped) g = group_searches(l, &options, by);

	return g.series->len <= FIGURE_SERIES_MAX;
}

static gboolean is_chosen(const search_list *l, enum gather_search_by by)
{
	return has_places(l, by) && has_room(l, by);
}

static gboolean find_by(const search_list *l, int asked, enum gather_search_by *by, GError **error)
{
	*by = asked >= 0                           ? (enum gather_search_by)asked
	      : is_chosen(l, GATHER_SEARCH_SIZE)   ? GATHER_SEARCH_SIZE
	      : is_chosen(l, GATHER_SEARCH_GUESTS) ? GATHER_SEARCH_GUESTS
						   : GATHER_SEARCH_NONE;
	if (asked > GATHER_SEARCH_NONE && !has_places(l, *by))
		return plots_fail(error, PLOTS_ERROR_ARGUMENT,
			"--by %s: no searches that differ in it alone%s; leave it out",
			gather_search_words[asked],
			asked == GATHER_SEARCH_SIZE ? ", with one frame size each" : "");
	return TRUE;
}

gboolean gather_search_draw(const search_list *l, const char *title, int asked,
	const struct figure_options *options, struct figure_text *text, GError **error)
{
	const struct members_options wanted = { .title = title, .loads_together = TRUE };
	enum gather_search_by by;

	if (!find_by(l, asked, &by, error))
		return FALSE;
	g_auto(grouped) g = group_searches(l, &wanted, by);
	g_autoptr(figure) f = members_figure(g.m);

	if (gather_search_count(l) == 1 && asked < 0)
		return draw_trials(
			f, search_at(g_ptr_array_index(g.series, 0), 0), options, text, error);
	if (by == GATHER_SEARCH_NONE &&
		!members_fit(g.series->len, FIGURES_LIMITS_MAX, "a figure of limits", error))
		return FALSE;
	for (guint i = 0; i < g.series->len; i++)
		add_series(f, ((const struct member *)g_ptr_array_index(g.m->all, i))->title,
			g_ptr_array_index(g.series, i), by);
	return by == GATHER_SEARCH_NONE
		       ? figure_limits(f, options, text, error)
		       : figure_limits_by(f,
				 by == GATHER_SEARCH_SIZE ? "frame size with FCS (bytes)"
							  : "guests",
				 options, text, error);
}
