/* SPDX-License-Identifier: BSD-3-Clause */
#include "analyze/results/result.h"

#include <math.h>
#include <string.h>

#include "analyze/base/text.h"
#include "analyze/foreign/autotest.h"
#include "analyze/base/error.h"
#include "analyze/results/label_trees.h"
#include "analyze/results/result_find.h"
#include "analyze/results/result_numbers.h"
#include "analyze/results/result_params.h"
#include "analyze/results/result_slice.h"
#include "analyze/statistics/statistics.h"

enum { DIGEST_LEN = 8 };

void result_combination_free(void *data)
{
	result_combination *c = data;

	result_numbers_clear(c);
	result_slice_free(c->slice);
	trial_params_clear(&c->params);
	g_free(c->infix);
	g_free(c->file_infix);
	g_ptr_array_unref(c->trials);
	g_clear_pointer(&c->searches, g_ptr_array_unref);
	g_ptr_array_unref(c->reasons);
	g_free(c);
}

void result_free(result_set *r)
{
	if (r == NULL)
		return;
	g_ptr_array_unref(r->slices);
	g_ptr_array_unref(r->combinations);
	g_ptr_array_unref(r->warnings);
	g_ptr_array_unref(r->notes);
	g_hash_table_unref(r->sources);
	g_free(r);
}

static int compare_trials(gconstpointer a, gconstpointer b)
{
	const trial *x = *(trial *const *)a, *y = *(trial *const *)b;
	int order = result_params_compare(&x->params, &y->params);

	if (order == 0)
		order = x->params.repetition < y->params.repetition
				? -1
				: x->params.repetition > y->params.repetition;
	return order != 0 ? order : strcmp(result_started(x), result_started(y));
}

result_combination *result_combination_new(const struct trial_params *p)
{
	result_combination *c = g_new0(result_combination, 1);

	trial_params_copy(&c->params, p);
	c->infix = trial_infix(p);
	c->trials = g_ptr_array_new_with_free_func((GDestroyNotify)trial_free);
	c->reasons = g_ptr_array_new_with_free_func(g_free);
	return c;
}

/* Takes the trials out of the array. */
static void group_trials(result_set *r, GPtrArray *trials)
{
	result_combination *c = NULL;

	g_ptr_array_sort(trials, compare_trials);
	g_ptr_array_set_free_func(trials, NULL);
	for (guint i = 0; i < trials->len; i++) {
		trial *t = g_ptr_array_index(trials, i);

		if (c == NULL || result_params_compare(&c->params, &t->params) != 0) {
			c = result_combination_new(&t->params);
			g_ptr_array_add(r->combinations, c);
		}
		g_ptr_array_add(c->trials, t);
	}
}

/* Where merged files of this infix may go: to the label, or beside the trials if those are together. */
static char *place_of(const result_set *r, const result_combination *c, gboolean by_label)
{
	g_autofree char *folder = by_label ? NULL : result_sources_folder(r->sources, c->trials);

	if (by_label)
		return g_strdup_printf("label %s/%s", c->params.label, c->infix);
	return folder != NULL ? g_strdup_printf("%s/%s", folder, c->infix) : NULL;
}

/* Names of files: the infix says not all parameters. */
static void name_files(result_set *r)
{
	g_autoptr(GHashTable) users = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

	for (int naming = FALSE; naming <= TRUE; naming++) {
		for (guint i = 0; i < r->combinations->len; i++) {
			result_combination *c = g_ptr_array_index(r->combinations, i);
			g_autofree char *key = result_params_key(&c->params);
			g_autofree char *digest = g_compute_checksum_for_string(
				G_CHECKSUM_SHA256, key, -1);
			gboolean shared = FALSE;

			for (int by_label = FALSE; by_label <= TRUE; by_label++) {
				g_autofree char *place = place_of(r, c, by_label);
				guint nb = place == NULL ? 0
							 : GPOINTER_TO_UINT(g_hash_table_lookup(
								   users, place));

				shared |= nb > 1;
				if (place != NULL && !naming)
					g_hash_table_replace(users, g_steal_pointer(&place),
						GUINT_TO_POINTER(nb + 1));
			}
			if (naming)
				c->file_infix = shared ? g_strdup_printf("%s-%.*s", c->infix,
								 DIGEST_LEN, digest)
						       : g_strdup(c->infix);
		}
	}
}

/* Combinations whose numbers cannot be made go, with a warning each. */
static void make_numbers(result_set *r)
{
	for (guint i = 0; i < r->combinations->len;) {
		result_combination *c = g_ptr_array_index(r->combinations, i);

		result_numbers_make(c, r->warnings);
		if (c->trials->len == 0)
			g_ptr_array_remove_index(r->combinations, i);
		else
			i++;
	}
}

result_set *result_set_new(void)
{
	result_set *r = g_new0(result_set, 1);

	r->combinations = g_ptr_array_new_with_free_func(result_combination_free);
	r->slices = g_ptr_array_new_with_free_func(result_combination_free);
	r->warnings = g_ptr_array_new_with_free_func(g_free);
	r->notes = g_ptr_array_new_with_free_func(g_free);
	r->sources = result_sources_new();
	return r;
}

result_set *result_open(
	const struct result_options *options, const char *const *names, GError **error)
{
	g_autoptr(result_set) r = result_set_new();
	g_autoptr(GPtrArray) trials = NULL;

	trials = result_find(options, names, r->sources, r->warnings, r->notes, error);
	if (trials == NULL)
		return NULL;
	if (options != NULL && options->by_tree)
		label_trees_rename(trials);
	group_trials(r, trials);
	make_numbers(r);
	if (r->combinations->len == 0 && (options == NULL || options->share == NULL)) {
		g_set_error_literal(error, ANALYZE_ERROR, ANALYZE_ERROR_CONTENT,
			(const char *)g_ptr_array_index(r->warnings, r->warnings->len - 1));
		return NULL;
	}
	name_files(r);
	return g_steal_pointer(&r);
}

/* Did nobody write another trial of this name since its summary was read? */
static gboolean is_unchanged(const trial *a, const trial *b)
{
	if (a->nb_guests != b->nb_guests || a->latency.sum_ns != b->latency.sum_ns ||
		a->probes.latency.count != b->probes.latency.count)
		return FALSE;
	for (uint32_t i = 0; i < a->nb_guests; i++) {
		const struct trial_guest *x = &a->guests[i], *y = &b->guests[i];

		if (x->nb_sizes != y->nb_sizes)
			return FALSE;
		for (uint32_t j = 0; j < x->nb_sizes; j++) {
			if (x->sizes[j].frame_len_lo != y->sizes[j].frame_len_lo ||
				x->sizes[j].frame_len_hi != y->sizes[j].frame_len_hi ||
				x->sizes[j].latency.count != y->sizes[j].latency.count)
				return FALSE;
		}
	}
	return TRUE;
}

/* A trial with its bins. NULL and error. */
static trial *read_whole(result_set *r, const trial *whole, GError **error)
{
	g_autoptr(trial) read = result_source_load(r->sources, whole, error);

	if (read == NULL || is_unchanged(read, whole))
		return g_steal_pointer(&read);
	g_set_error(error, ANALYZE_ERROR, ANALYZE_ERROR_CONTENT,
		"%s: changed while being read; try again when nothing writes to it", whole->path);
	return NULL;
}

/* The totals stay with t, for the spread over repetitions. */
static void keep_totals(trial *t, trial *full)
{
	hist_free(t->latency.hist);
	hist_free(t->response.hist);
	hist_free(t->probes.latency.hist);
	t->latency.hist = g_steal_pointer(&full->latency.hist);
	t->response.hist = g_steal_pointer(&full->response.hist);
	t->probes.latency.hist = g_steal_pointer(&full->probes.latency.hist);
}

static void end_load(result_combination *c)
{
	result_numbers_end_bins(c);
	result_numbers_worst(c);
	c->loaded = TRUE;
}

/* One pass over the trials; index of the one that failed, or -1. */
static int load_once(
	result_set *r, result_combination *c, result_trial_fn visit, void *user, GError **error)
{
	for (guint i = 0; i < c->trials->len; i++) {
		trial *t = g_ptr_array_index(c->trials, i);
		g_autoptr(trial) full = NULL;
		g_autoptr(trial) read = NULL;

		if (t->moongen != NULL) {
			if (!autotest_load(t, error))
				return (int)i;
			result_numbers_add_bins(c, t);
			if (visit != NULL)
				visit(t, i, user);
			continue;
		}
		read = read_whole(r, result_slice_whole(c, t), error);
		if (read == NULL)
			return (int)i;
		full = c->slice != NULL ? result_slice_cut(read, c->slice, error)
					: g_steal_pointer(&read);
		if (full == NULL)
			return (int)i;
		result_numbers_add_bins(c, full);
		if (visit != NULL)
			visit(full, i, user);
		keep_totals(t, full);
	}
	return -1;
}

gboolean result_load(
	result_set *r, result_combination *c, result_trial_fn visit, void *user, GError **error)
{
	while (c->trials->len > 0) {
		g_autoptr(GError) cause = NULL;
		int broken;

		result_numbers_start_bins(c);
		broken = load_once(r, c, visit, user, &cause);
		if (broken < 0) {
			end_load(c);
			return TRUE;
		}
		if (c->trials->len == 1) {
			g_propagate_error(error, g_steal_pointer(&cause));
			break;
		}
		g_ptr_array_add(r->warnings, g_strdup(cause->message));
		g_ptr_array_remove_index(c->trials, (guint)broken);
		result_numbers_make(c, r->warnings);
		if (visit != NULL)
			visit(NULL, 0, user);
	}
	result_unload(c);
	return FALSE;
}

/* Place of the part of a trial; -1: the slice has none. */
static int part_of(const result_combination *slice, const trial *whole)
{
	for (guint i = 0; i < slice->trials->len; i++)
		if (result_slice_whole(slice, g_ptr_array_index(slice->trials, i)) == whole)
			return (int)i;
	return -1;
}

/* The part that a slice has of a trial, read with its bins; one without is fine. */
static gboolean add_part(result_combination *slice, const trial *whole, trial *read, GError **error)
{
	g_autoptr(trial) full = NULL;
	int part = part_of(slice, whole);

	if (part < 0)
		return TRUE;
	full = result_slice_cut(read, slice->slice, error);
	if (full == NULL)
		return FALSE;
	result_numbers_add_bins(slice, full);
	keep_totals(g_ptr_array_index(slice->trials, (guint)part), full);
	return TRUE;
}

/* Reads a trial once for all slices. */
static gboolean load_part_of_each(
	result_set *r, const GPtrArray *slices, const trial *whole, GError **error)
{
	g_autoptr(trial) read = read_whole(r, whole, error);

	for (guint i = 0; read != NULL && i < slices->len; i++)
		if (!add_part(g_ptr_array_index(slices, i), whole, read, error))
			return FALSE;
	return read != NULL;
}

/* The trial of which a part could not be loaded; NULL: all are. */
static const trial *load_parts(result_set *r, const GPtrArray *slices, GError **error)
{
	g_autoptr(GHashTable) seen = g_hash_table_new(NULL, NULL);

	for (guint i = 0; i < slices->len; i++) {
		const result_combination *slice = g_ptr_array_index(slices, i);

		for (guint k = 0; k < slice->trials->len; k++) {
			const trial *whole = result_slice_whole(
				slice, g_ptr_array_index(slice->trials, k));

			if (g_hash_table_add(seen, (gpointer)whole) &&
				!load_part_of_each(r, slices, whole, error))
				return whole;
		}
	}
	return NULL;
}

/* Takes a trial out of the slices. FALSE if one has no other. */
static gboolean leave_out(result_set *r, const GPtrArray *slices, const trial *whole)
{
	for (guint i = 0; i < slices->len; i++) {
		result_combination *slice = g_ptr_array_index(slices, i);
		int part = part_of(slice, whole);

		if (part >= 0 && slice->trials->len == 1)
			return FALSE;
		if (part < 0)
			continue;
		g_ptr_array_remove_index(slice->trials, (guint)part);
		result_numbers_make(slice, r->warnings);
	}
	return TRUE;
}

gboolean result_load_slices(result_set *r, const GPtrArray *slices, GError **error)
{
	for (;;) {
		g_autoptr(GError) cause = NULL;
		const trial *broken;

		for (guint i = 0; i < slices->len; i++)
			result_numbers_start_bins(g_ptr_array_index(slices, i));
		broken = load_parts(r, slices, &cause);
		if (broken == NULL)
			break;
		if (!leave_out(r, slices, broken)) {
			g_propagate_error(error, g_steal_pointer(&cause));
			for (guint i = 0; i < slices->len; i++)
				result_unload(g_ptr_array_index(slices, i));
			return FALSE;
		}
		g_ptr_array_add(r->warnings, g_strdup(cause->message));
	}
	for (guint i = 0; i < slices->len; i++)
		end_load(g_ptr_array_index(slices, i));
	return TRUE;
}

void result_unload(result_combination *c)
{
	for (guint i = 0; i < c->trials->len; i++) {
		trial *t = g_ptr_array_index(c->trials, i);

		g_clear_pointer(&t->latency.exact, exact_free);
		g_clear_pointer(&t->latency.hist, hist_free);
		g_clear_pointer(&t->response.hist, hist_free);
		g_clear_pointer(&t->probes.latency.hist, hist_free);
	}
	result_numbers_drop_bins(c);
	c->loaded = FALSE;
}

/*
 * Where no file holds the bins of any repetition: the median of what the logs say. Nothing else can
 * be made of quartiles.
 */
static gboolean median_of_quartiles(const result_combination *c, double q, double *ns)
{
	g_autofree double *values = g_new(double, c->trials->len);
	gboolean bound;

	for (guint i = 0; i < c->trials->len; i++) {
		const trial *t = g_ptr_array_index(c->trials, i);

		if (trial_dist_has_bins(&t->latency) ||
			trial_dist_linear(&t->latency, q, &values[i], &bound) != 0)
			return FALSE;
	}
	*ns = statistics_middle(values, c->trials->len);
	return TRUE;
}

gboolean result_quantile_linear(
	const result_combination *c, gboolean response, double q, double *ns, gboolean *bound)
{
	const struct trial_dist *d = response ? &c->n.response : &c->n.latency;

	*bound = FALSE;
	return !c->n.one_way && (trial_dist_linear(d, q, ns, bound) == 0 ||
					(!response && median_of_quartiles(c, q, ns)));
}

gboolean result_quantile(
	const result_combination *c, gboolean response, double q, struct result_quantile *out)
{
	struct result_quantile v;
	gboolean first = TRUE;

	if (!result_numbers_quantile(&c->n, response, q, &v)) {
		double ns;

		if (c->n.one_way || response || !median_of_quartiles(c, q, &ns))
			return FALSE;
		v = (struct result_quantile){ .ns = (uint64_t)llround(ns) };
	}
	for (guint i = 0; i < c->trials->len; i++) {
		const trial *t = g_ptr_array_index(c->trials, i);
		uint64_t ns;
		gboolean bound;

		if (trial_dist_quantile(response ? &t->response : &t->latency, q, &ns, &bound) != 0)
			continue;
		result_quantile_widen(&v, ns, bound, first);
		first = FALSE;
	}
	*out = v;
	return TRUE;
}

/* MoonGen's own averages of a trial; those of tsim stand in its log. */
static gboolean autotest_loss_of(const trial *t, double *loss, double *spread)
{
	g_autoptr(trial) read = NULL;
	g_autofree char *dir = NULL, *infix = NULL, *path = NULL, *data = NULL;
	const struct trial_moongen *m = t->moongen;
	size_t len;

	if (m == NULL) {
		dir = g_path_get_dirname(t->path);
		infix = trial_infix(&t->params);
		path = g_strdup_printf("%s/output_%s_rep%u.log", dir, infix, t->params.repetition);
		data = file_read(path, &len, NULL);
		if (data == NULL)
			return FALSE;
		read = trial_new();
		read->moongen = trial_moongen_new();
		(void)autotest_read_log(read, path, data, len);
		m = read->moongen;
	}
	*loss = m->loss;
	*spread = m->loss_spread;
	return m->loss_known;
}

struct result_autotest_loss result_autotest_loss(const result_combination *c)
{
	struct result_autotest_loss sum = { 0, 0, 0 };

	for (guint i = 0; i < c->trials->len; i++) {
		double loss, spread;

		if (!autotest_loss_of(g_ptr_array_index(c->trials, i), &loss, &spread))
			continue;
		sum.loss += loss;
		sum.spread += spread;
		sum.nb++;
	}
	sum.loss = sum.nb > 0 ? sum.loss / sum.nb : NAN;
	sum.spread = sum.nb > 0 ? sum.spread / sum.nb : NAN;
	return sum;
}

GPtrArray *result_trials(const result_set *r)
{
	GPtrArray *all = g_ptr_array_new();

	for (guint i = 0; i < r->combinations->len; i++)
		g_ptr_array_extend(all,
			((result_combination *)g_ptr_array_index(r->combinations, i))->trials, NULL,
			NULL);
	return all;
}

gboolean result_is_whole(const result_combination *c)
{
	return c->trustworthy && c->nb_interrupted == 0;
}

const char *result_verdict(const result_combination *c)
{
	if (!c->trustworthy)
		return "unreliable";
	return c->nb_interrupted > 0 ? "interrupted" : "ok";
}

char *result_reasons_text(const result_combination *c)
{
	GString *text = g_string_new(NULL);

	if (!result_is_whole(c)) {
		guint unreliable = c->nb_untrustworthy, interrupted = c->nb_interrupted;

		g_string_append_printf(text, "%s: %s %s: %u of %u repetition%s", result_verdict(c),
			c->params.label, c->infix, unreliable > 0 ? unreliable : interrupted,
			c->trials->len, text_plural(c->trials->len));
		if (unreliable > 0 && interrupted > 0)
			g_string_append_printf(text, ", %u interrupted", interrupted);
		g_string_append_c(text, '\n');
		for (guint i = 0; i < c->reasons->len; i++)
			g_string_append_printf(
				text, "  %s\n", (const char *)g_ptr_array_index(c->reasons, i));
	}
	return g_string_free(text, FALSE);
}
