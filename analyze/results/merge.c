/* SPDX-License-Identifier: BSD-3-Clause */
#include "analyze/results/merge.h"

#include <string.h>

#include "analyze/base/text.h"
#include "analyze/base/error.h"
#include "analyze/base/file.h"
#include "analyze/results/merged_set.h"
#include "analyze/base/ranks.h"
#include "analyze/results/result_find.h"
#include "analyze/results/result_params.h"
#include "analyze/contract/trial_json.h"

merge *merge_new(const struct merge_view *view)
{
	merge *m = g_new0(merge, 1);

	m->view = view;
	m->shown = view != NULL ? view->empty() : table_new();
	m->summary = summary_new();
	m->reasons = g_ptr_array_new_with_free_func(g_free);
	m->warnings = g_ptr_array_new_with_free_func(g_free);
	m->notes = g_ptr_array_new_with_free_func(g_free);
	m->trustworthy = TRUE;
	return m;
}

void merge_free(merge *m)
{
	if (m == NULL)
		return;
	table_free(m->shown);
	summary_free(m->summary);
	g_ptr_array_unref(m->reasons);
	g_ptr_array_unref(m->warnings);
	g_ptr_array_unref(m->notes);
	g_free(m);
}

static void on_trial(const trial *t, guint index, void *user)
{
	(void)index;
	if (t == NULL)
		merged_set_clear(user);
	else
		merged_set_add(user, t);
}

static gboolean is_within(const char *folder, const char *output)
{
	g_autofree char *inner = g_canonicalize_filename(folder, NULL);
	g_autofree char *outer = g_canonicalize_filename(output, NULL);
	size_t len = strlen(outer);

	return g_str_has_prefix(inner, outer) &&
	       (inner[len] == '\0' || inner[len] == '/' || outer[len - 1] == '/');
}

/* The folder of a label; `tanalyze merge out/LABEL` does not make out/LABEL/LABEL. */
static char *label_folder(const char *output, const char *label)
{
	g_autofree char *full = g_canonicalize_filename(output, NULL);
	g_autofree char *name = g_path_get_basename(full);
	g_autofree char *safe = g_strdelimit(g_strdup(label), "/", '-');

	/* A label of a file that somebody wrote must not lead out of the folder. */
	if (strcmp(name, label) == 0 || *safe == '\0' || strcmp(safe, ".") == 0 ||
		strcmp(safe, "..") == 0)
		return g_strdup(output);
	return g_build_filename(output, safe, NULL);
}

/*
 * Where the files of a combination go. Below output they lie beside its trials, wherever that is:
 * whoever reads the directory again sees both at once.
 */
static char *folder_of(const result_set *r, const result_combination *c, const char *output)
{
	g_autofree char *beside = result_sources_folder(r->sources, c->trials);

	if (beside != NULL && is_within(beside, output))
		return g_steal_pointer(&beside);
	return label_folder(output, c->params.label);
}

static gboolean write_text(const char *dir, const char *name, char *text, GError **error)
{
	g_autofree char *path = g_build_filename(dir, name, NULL);
	gboolean ok = file_write_durably(path, text, strlen(text), error);

	g_free(text);
	return ok;
}

static gboolean write_summary(const merge *m, const char *output, GError **error)
{
	return write_text(output, "summary.csv", summary_csv(m->summary), error) &&
	       write_text(output, "summary.json", summary_json(m->summary), error);
}

static gboolean has_trial(const result_combination *c, const trial *t)
{
	for (guint i = 0; i < c->trials->len; i++) {
		const trial *own = g_ptr_array_index(c->trials, i);

		if (own->params.repetition == t->params.repetition &&
			strcmp(result_started(own), result_started(t)) == 0)
			return TRUE;
	}
	return FALSE;
}

/*
 * A repetition of the merged set in folder whose own files are there, but broken: the set is all
 * that is left of it. One that was removed, or is left out on purpose, is not. NULL: none.
 */
static char *only_merged(const result_combination *c, const char *folder)
{
	g_autofree char *set = g_strdup_printf("%s/acc_trials_%s.json", folder, c->file_infix);
	g_autoptr(GPtrArray) old = g_file_test(set, G_FILE_TEST_EXISTS) ? merged_set_read(set, NULL)
									: NULL;

	for (guint i = 0; old != NULL && i < old->len; i++) {
		const trial *t = g_ptr_array_index(old, i);
		g_autofree char *infix = trial_infix(&t->params);
		g_autofree char *own = g_strdup_printf(
			"%s/trial_%s_rep%u.json", folder, infix, t->params.repetition);
		g_autoptr(trial) read = NULL;

		if (has_trial(c, t) || !g_file_test(own, G_FILE_TEST_EXISTS))
			continue;
		read = trial_read(own, TRIAL_SUMMARY, NULL);
		if (read == NULL)
			return g_strdup_printf("%s: not overwritten: contains repetition %u, whose "
					       "own files are corrupt; restore or remove these",
				set, t->params.repetition);
	}
	return NULL;
}

/*
 * Files of a combination for folder; NULL and error if it cannot be loaded. It is to be unloaded
 * then.
 */
static GPtrArray *load_files(
	result_set *r, result_combination *c, const char *folder, GError **error)
{
	g_autoptr(merged_set) set = merged_set_new();
	g_autofree char *keep = NULL;
	GPtrArray *files;

	if (!result_load(r, c, on_trial, set, error))
		return NULL;
	if (c->n.latency.exact != NULL)
		merged_set_add_exact(set, c->n.latency.exact);
	files = merged_set_files(set, c->file_infix);
	keep = only_merged(c, folder);
	if (keep != NULL) {
		g_ptr_array_add(r->warnings, g_steal_pointer(&keep));
		g_ptr_array_set_size(files, 0);
	}
	return files;
}

/* Numbers of a loaded combination. */
static void add_numbers(merge *m, const result_combination *c)
{
	if (m->view != NULL)
		m->view->add(m->shown, c);
	summary_add(m->summary, c);
	g_ptr_array_add(m->reasons, result_reasons_text(c));
	m->trustworthy = m->trustworthy && c->trustworthy;
	m->nb++;
}

static gboolean write_all(result_set *r, const char *output, merge *m, GError **error)
{
	if (!file_make_folder(output, error))
		return FALSE;
	for (guint i = 0; i < r->combinations->len; i++) {
		result_combination *c = g_ptr_array_index(r->combinations, i);
		g_autofree char *folder = folder_of(r, c, output);
		g_autoptr(GError) cause = NULL;
		g_autoptr(GPtrArray) files = load_files(r, c, folder, &cause);

		if (files == NULL) {
			if (m->nb == 0 && i + 1 == r->combinations->len) {
				g_propagate_error(error, g_steal_pointer(&cause));
				return FALSE;
			}
			g_ptr_array_add(r->warnings, g_strdup(cause->message));
			continue;
		}
		if (!merged_set_store(files, folder, error))
			return FALSE;
		add_numbers(m, c);
		result_unload(c);
	}
	return write_summary(m, output, error);
}

gboolean merge_write(result_set *r, const char *output, merge *m, GError **error)
{
	gboolean ok = write_all(r, output, m, error);

	text_copy_all(m->notes, r->notes);
	text_copy_all(m->warnings, r->warnings);
	return ok;
}

/* Numbers of a combination: reasons, trust, rows, summary. */
#define NUMBERS "(sbaa(ssmvbb)(aa(ssmvbb)s))"

static void append_numbers(merge *m, GVariant *numbers)
{
	g_autoptr(GVariant) rows = g_variant_get_child_value(numbers, 2);
	g_autoptr(GVariant) of_summary = g_variant_get_child_value(numbers, 3);
	char *reasons;
	gboolean trustworthy;

	g_variant_get_child(numbers, 0, "s", &reasons);
	g_variant_get_child(numbers, 1, "b", &trustworthy);
	table_append(m->shown, rows);
	summary_append(m->summary, of_summary);
	g_ptr_array_add(m->reasons, reasons);
	m->trustworthy = m->trustworthy && trustworthy;
	m->nb++;
}

/* A combination on its way to rank 0: parameters, numbers, files, folder. */
#define ITEM "(s" NUMBERS "a(say)ay)"
enum { PARAMS, ITS_NUMBERS, FILES, FOLDER };

/* The same on rank 0, once its files are written. */
struct item {
	struct trial_params params;
	GVariant *numbers;
};

static void item_free(gpointer data)
{
	struct item *i = data;

	trial_params_clear(&i->params);
	g_variant_unref(i->numbers);
	g_free(i);
}

static GVariant *pack_files(const GPtrArray *files)
{
	GVariantBuilder all;

	g_variant_builder_init(&all, G_VARIANT_TYPE("a(say)"));
	for (guint i = 0; i < files->len; i++) {
		const struct merged_set_file *f = g_ptr_array_index(files, i);

		g_variant_builder_add(&all, "(s@ay)", f->name,
			g_variant_new_from_bytes(G_VARIANT_TYPE_BYTESTRING, f->data, TRUE));
	}
	return g_variant_builder_end(&all);
}

/* Nothing, and a warning, if it cannot be loaded. */
static GBytes *pack_item(result_set *r, result_combination *c, const merge *m, const char *output)
{
	g_autofree char *folder = folder_of(r, c, output);
	g_autoptr(GError) cause = NULL;
	g_autoptr(GPtrArray) files = load_files(r, c, folder, &cause);
	g_autoptr(merge) one = merge_new(m->view);
	g_autofree char *params = NULL;
	g_autoptr(GVariant) item = NULL, rows = NULL, of_summary = NULL;

	if (files == NULL) {
		g_ptr_array_add(r->warnings, g_strdup(cause->message));
		return g_bytes_new(NULL, 0);
	}
	add_numbers(one, c);
	result_unload(c);
	params = json_out_text(trial_json_record(&trial_params_fields, &c->params, NULL));
	rows = table_pack(one->shown);
	of_summary = summary_pack(one->summary);
	item = g_variant_ref_sink(g_variant_new("(s(sb@aa(ssmvbb)@(aa(ssmvbb)s))@a(say)^ay)",
		params, (const char *)g_ptr_array_index(one->reasons, 0), one->trustworthy, rows,
		of_summary, pack_files(files), folder));
	return g_variant_get_data_as_bytes(item);
}

/* A part of a value that does not keep the whole in memory. */
static GVariant *copy_child(GVariant *whole, gsize i)
{
	g_autoptr(GVariant) part = g_variant_get_child_value(whole, i);
	gsize size = g_variant_get_size(part);
	void *data = g_memdup2(g_variant_get_data(part), size);

	return g_variant_ref_sink(
		g_variant_new_from_data(g_variant_get_type(part), data, size, TRUE, g_free, data));
}

static gboolean store_files(GVariant *whole, const char *folder, GError **error)
{
	g_autoptr(GVariant) packed = g_variant_get_child_value(whole, FILES);
	g_autoptr(GPtrArray)
		files = g_ptr_array_new_with_free_func((GDestroyNotify)merged_set_file_free);

	for (gsize i = 0; i < g_variant_n_children(packed); i++) {
		g_autoptr(GVariant) pair = g_variant_get_child_value(packed, i);
		g_autoptr(GVariant) data = g_variant_get_child_value(pair, 1);
		struct merged_set_file *f = g_new0(struct merged_set_file, 1);

		g_variant_get_child(pair, 0, "s", &f->name);
		f->data = g_variant_get_data_as_bytes(data);
		g_ptr_array_add(files, f);
	}
	return merged_set_store(files, folder, error);
}

/* Rank 0: write the files of a combination and keep its numbers. */
static gboolean take_item(GPtrArray *items, GBytes *bytes, GError **error)
{
	struct json_in in = { .file = "another rank" };
	g_autoptr(GVariant) whole = NULL;
	g_autoptr(JsonNode) params = NULL;
	g_autofree char *text = NULL, *folder = NULL;
	struct item *item;

	if (g_bytes_get_size(bytes) == 0)
		return TRUE;
	whole = g_variant_ref_sink(g_variant_new_from_bytes(G_VARIANT_TYPE(ITEM), bytes, TRUE));
	item = g_new0(struct item, 1);
	g_ptr_array_add(items, item);
	item->numbers = copy_child(whole, ITS_NUMBERS);
	g_variant_get_child(whole, PARAMS, "s", &text);
	params = json_in_parse(in.file, text, strlen(text), &in.error);
	if (params != NULL)
		trial_json_read_record(
			&in, json_node_get_object(params), "", &trial_params_fields, &item->params);
	if (in.error != NULL) {
		g_propagate_error(error, in.error);
		return FALSE;
	}
	g_variant_get_child(whole, FOLDER, "^ay", &folder);
	return store_files(whole, folder, error);
}

static gboolean take_items(GPtrArray *items, const GPtrArray *gathered, GError **error)
{
	for (guint i = 0; gathered != NULL && i < gathered->len; i++) {
		if (!take_item(items, g_ptr_array_index(gathered, i), error))
			return FALSE;
	}
	return TRUE;
}

static int compare_items(gconstpointer a, gconstpointer b)
{
	const struct item *x = *(struct item *const *)a, *y = *(struct item *const *)b;

	return result_params_compare(&x->params, &y->params);
}

/* Texts of all ranks, on rank 0. Paths in them may be of any bytes. */
static void gather_texts(GPtrArray *to, GPtrArray *own)
{
	g_autoptr(GVariant) packed = g_variant_ref_sink(
		g_variant_new_bytestring_array((const char *const *)own->pdata, (gssize)own->len));
	g_autoptr(GBytes) bytes = g_variant_get_data_as_bytes(packed);
	g_autoptr(GPtrArray) all = ranks_gather(bytes);

	for (guint i = 0; all != NULL && i < all->len; i++) {
		g_autoptr(GVariant) one = g_variant_ref_sink(g_variant_new_from_bytes(
			G_VARIANT_TYPE_BYTESTRING_ARRAY, g_ptr_array_index(all, i), TRUE));
		g_autofree const char **texts = g_variant_get_bytestring_array(one, NULL);

		for (guint j = 0; texts[j] != NULL; j++)
			g_ptr_array_add(to, g_strdup(texts[j]));
	}
}

/* All combinations of all ranks are written, one of each rank at a time. FALSE on all, if so. */
static gboolean write_in_turn(
	result_set *r, const merge *m, GPtrArray *items, const char *output, GError **error)
{
	uint64_t rounds = ranks_max_u64(r->combinations->len);
	gboolean ok = ranks_all_true(ranks_own() > 0 || file_make_folder(output, error));

	for (guint i = 0; ok && i < rounds; i++) {
		g_autoptr(GBytes)
			mine = i < r->combinations->len
				       ? pack_item(r, g_ptr_array_index(r->combinations, i), m,
						 output)
				       : g_bytes_new(NULL, 0);
		g_autoptr(GPtrArray) gathered = ranks_gather(mine);

		ok = ranks_all_true(take_items(items, gathered, error));
	}
	return ok;
}

/* Does every rank have its part, and no name nothing at all? */
static result_set *open_part(const struct result_options *options, const char *const *names)
{
	guint nb = names != NULL ? g_strv_length((char **)names) : 0;
	g_autofree uint64_t *found = g_new0(uint64_t, nb + 1);
	const struct result_share share = { ranks_own(), ranks_count(), found };
	struct result_options own = *options;
	g_autoptr(result_set) r = NULL;

	own.share = &share;
	r = result_open(&own, names, NULL);
	if (!ranks_all_true(r != NULL))
		return NULL;
	ranks_sum_u64(found, nb + 1);
	for (guint i = 0; i < MAX(nb, 1); i++) {
		if (found[i] == 0)
			return NULL;
	}
	return g_steal_pointer(&r);
}

enum merge_shared merge_write_shared(const struct result_options *options, const char *const *names,
	const char *output, merge *m, GError **error)
{
	g_autoptr(result_set) r = open_part(options, names);
	g_autoptr(GPtrArray) items = g_ptr_array_new_with_free_func(item_free);
	gboolean ok;

	if (r == NULL)
		return MERGE_ALONE;
	ok = write_in_turn(r, m, items, output, error);
	if (ok && ranks_max_u64(items->len) == 0)
		return MERGE_ALONE;
	gather_texts(m->notes, r->notes);
	gather_texts(m->warnings, r->warnings);
	if (ok && ranks_own() == 0) {
		g_ptr_array_sort(items, compare_items);
		for (guint i = 0; i < items->len; i++)
			append_numbers(
				m, ((const struct item *)g_ptr_array_index(items, i))->numbers);
		ok = write_summary(m, output, error);
	}
	return ok ? MERGE_DONE : MERGE_FAILED;
}

void merge_join_parts(const char *dir, char *const *names, part_say_fn say, void *user)
{
	if (names[0] == NULL)
		part_join_left_below(dir, say, user);
	for (char *const *name = names; *name != NULL; name++) {
		g_autofree char *label = g_build_filename(dir, *name, NULL);

		part_join_left_below(
			g_file_test(*name, G_FILE_TEST_IS_DIR) ? *name : label, say, user);
	}
}
