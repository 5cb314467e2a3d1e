/* SPDX-License-Identifier: BSD-3-Clause */
#include "analyze/results/merged_set.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "analyze/contract/accumulated.h"
#include "analyze/base/error.h"
#include "analyze/base/file.h"
#include "analyze/contract/trial_bins.h"
#include "analyze/contract/trial_ipdv.h"
#include "analyze/contract/trial_json.h"

enum { MERGED_SCHEMA = 1, MERGED_TRIALS_MAX = 100000 };

/* Tables of bins: acc_KIND_INFIX.csv. */
enum { GUESTS, PROBES, IPDV, TABLES };
static const char *const kinds[TABLES] = { "guests", "probes", "ipdv" };

struct merged_set {
	JsonArray *trials;
	GString *bins[TABLES];
	gboolean has[TABLES];
	hist *latency; /* of all */
	guint nb;
	gboolean of_moongen;
	exact *exact;    /* then: of all, if any has a histogram */
	accumulated *of; /* and what that is of */
	char *name;      /* of its file; NULL if no repetition has a histogram */
};

/* Where the bins of a merged set are. */
struct paths {
	char *of[TABLES]; /* NULL: there are none */
};

static void paths_clear(struct paths *p)
{
	for (guint i = 0; i < TABLES; i++)
		g_free(p->of[i]);
}
typedef struct paths paths;
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(paths, paths_clear)

merged_set *merged_set_new(void)
{
	merged_set *m = g_new0(merged_set, 1);

	for (guint i = 0; i < TABLES; i++)
		m->bins[i] = g_string_new(NULL);
	m->latency = hist_new();
	merged_set_clear(m);
	return m;
}

void merged_set_free(merged_set *m)
{
	if (m == NULL)
		return;
	exact_free(m->exact);
	accumulated_free(m->of);
	g_free(m->name);
	json_array_unref(m->trials);
	for (guint i = 0; i < TABLES; i++)
		g_string_free(m->bins[i], TRUE);
	hist_free(m->latency);
	g_free(m);
}

void merged_set_clear(merged_set *m)
{
	static const char *const headers[TABLES] = { "trial," TRIAL_BINS_HEADER,
		TRIAL_PROBES_HEADER, "trial," TRIAL_IPDV_HEADER };

	g_clear_pointer(&m->exact, exact_free);
	g_clear_pointer(&m->of, accumulated_free);
	m->of = accumulated_new();
	g_clear_pointer(&m->name, g_free);
	g_clear_pointer(&m->trials, json_array_unref);
	m->trials = json_array_new();
	for (guint i = 0; i < TABLES; i++) {
		g_string_assign(m->bins[i], headers[i]);
		m->has[i] = i == GUESTS;
	}
	hist_clear(m->latency);
	m->of_moongen = FALSE;
	m->nb = 0;
}

char *merged_set_accumulated_name(const char *path)
{
	g_autofree char *base = g_path_get_basename(path);
	char *repetition = g_strrstr(base, "_rep");

	if (g_str_has_prefix(base, "acc_"))
		return g_steal_pointer(&base);
	if (repetition == NULL) /* IFACE_REFL_rRATE_tTHREADS_REP */
		repetition = strrchr(base, '_');
	if (repetition != NULL)
		*repetition = '\0';
	return g_strconcat("acc_", base, repetition != NULL ? ".csv" : "", NULL);
}

/* Trials of autotest have one histogram in a merged set, as autotest itself would write it. */
static void add_autotest(merged_set *m, const trial *t)
{
	m->nb++;
	m->of_moongen = TRUE;
	accumulated_add(m->of, t);
	if (m->name == NULL && t->moongen->histogram != NULL)
		m->name = merged_set_accumulated_name(t->moongen->histogram);
}

void merged_set_add(merged_set *m, const trial *t)
{
	g_autofree char *prefix = NULL;

	if (t->moongen != NULL) {
		add_autotest(m, t);
		return;
	}
	prefix = g_strdup_printf("%u,", m->nb++);
	json_array_add_object_element(m->trials, trial_json_object(t));
	trial_bins_append(m->bins[GUESTS], t, prefix);
	trial_bins_histogram(m->bins[PROBES], t->probes.latency.hist, prefix);
	m->has[PROBES] |= t->probes.used;
	trial_ipdv_append(m->bins[IPDV], &t->ipdv, prefix);
	m->has[IPDV] |= t->ipdv.recorded;
	if (t->latency.hist != NULL)
		hist_add(m->latency, t->latency.hist);
}

void merged_set_add_exact(merged_set *m, exact *sum)
{
	exact_free(m->exact);
	m->exact = exact_ref(sum);
}

void merged_set_file_free(struct merged_set_file *f)
{
	if (f == NULL)
		return;
	g_free(f->name);
	g_bytes_unref(f->data);
	g_free(f);
}

static void add_file(
	GPtrArray *to, const char *kind, const char *infix, GBytes *data, JsonArray *files)
{
	struct merged_set_file *f = g_new0(struct merged_set_file, 1);
	JsonObject *file = json_object_new();

	f->name = g_strdup_printf("acc_%s_%s.csv", kind, infix);
	f->data = data;
	json_object_set_string_member(file, "name", f->name);
	json_object_set_int_member(file, "bytes", (gint64)g_bytes_get_size(data));
	json_array_add_object_element(files, file);
	g_ptr_array_add(to, f);
}

static void add_text(GPtrArray *to, char *name, char *text)
{
	struct merged_set_file *f = g_new0(struct merged_set_file, 1);

	f->name = name;
	f->data = g_bytes_new_take(text, strlen(text));
	g_ptr_array_add(to, f);
}

static void add_own(GPtrArray *all, const merged_set *m, const char *infix)
{
	GString *histogram = g_string_new(NULL);
	JsonObject *root = json_object_new();
	JsonArray *files = json_array_new();

	json_object_set_int_member(root, "schema", MERGED_SCHEMA);
	json_object_set_array_member(root, "trials", json_array_ref(m->trials));
	json_object_set_array_member(root, "files", files);
	trial_bins_histogram(histogram, m->latency, "");
	/* Before the histogram: that alone could be one of autotest. */
	for (guint i = 0; i < TABLES; i++) {
		if (m->has[i])
			add_file(all, kinds[i], infix,
				g_bytes_new(m->bins[i]->str, m->bins[i]->len), files);
	}
	add_file(all, "histogram", infix, g_string_free_to_bytes(histogram), files);
	add_text(all, g_strdup_printf("acc_trials_%s.json", infix), json_out_text(root));
}

/* Nothing without a latency: also where each histogram was refused. */
static void add_accumulated(GPtrArray *to, const merged_set *m)
{
	if (m->name == NULL || m->exact == NULL || m->exact->count == 0)
		return;
	m->of->latencies = m->exact->count;
	m->of->sum_ns = m->exact->sum_ns;
	add_text(to, accumulated_name(m->name), accumulated_text(m->of));
	add_text(to, g_strdup(m->name), exact_text(m->exact));
}

GPtrArray *merged_set_files(const merged_set *m, const char *infix)
{
	GPtrArray *all = g_ptr_array_new_with_free_func((GDestroyNotify)merged_set_file_free);

	if (m->of_moongen)
		add_accumulated(all, m);
	else
		add_own(all, m, infix);
	return all;
}

/*
 * An accumulated histogram that is there already is autotest's, or of an earlier merge. Where it
 * says the same it stays as it is; where it has more than ours, repetitions have gone since, and it
 * is all that is left of them.
 */
static gboolean check_there(
	const char *path, const char *data, size_t len, gboolean *keep, GError **error)
{
	size_t old_len;
	g_autofree char *old = file_read(path, &old_len, NULL);
	g_autoptr(exact) there = old != NULL ? exact_parse(path, old, old_len, NULL) : NULL;
	g_autoptr(exact) ours = there != NULL ? exact_parse(path, data, len, error) : NULL;

	*keep = FALSE;
	if (there == NULL)
		return TRUE;
	if (ours == NULL)
		return FALSE;
	*keep = there->nb == ours->nb &&
		(there->nb == 0 ||
			memcmp(there->bins, ours->bins, there->nb * sizeof(*there->bins)) == 0);
	if (there->count <= ours->count)
		return TRUE;
	return analyze_fail(error, ANALYZE_ERROR_IO,
		"%s: has %" G_GUINT64_FORMAT " samples, more than the %" G_GUINT64_FORMAT
		" of the repetitions found: not overwritten; remove it, or use another directory "
		"(--output)",
		path, (guint64)there->count, (guint64)ours->count);
}

/* Of autotest. Those of tsim's trials are recorded in their JSON. */
static gboolean is_accumulated(const GPtrArray *files, const struct merged_set_file *f)
{
	const struct merged_set_file *first = g_ptr_array_index(files, 0);

	return g_str_has_prefix(first->name, "acc_sources_") &&
	       g_str_has_prefix(f->name, "acc_histogram_");
}

gboolean merged_set_store(const GPtrArray *files, const char *dir, GError **error)
{
	g_autoptr(file_set) set = file_set_new();

	if (!file_make_folder(dir, error))
		return FALSE;
	for (guint i = 0; i < files->len; i++) {
		const struct merged_set_file *f = g_ptr_array_index(files, i);
		g_autofree char *path = g_build_filename(dir, f->name, NULL);
		gsize len;
		const char *data = g_bytes_get_data(f->data, &len);
		gboolean keep = FALSE;

		if (is_accumulated(files, f) &&
			!check_there(path, data != NULL ? data : "", len, &keep, error))
			return FALSE;
		if (keep)
			continue;
		if (!file_set_add(set, path, data != NULL ? data : "", len, error))
			return FALSE;
	}
	return file_set_publish(set, error);
}

/* Paths of the tables of bins; all files are as long as recorded. */
static void check_files(struct json_in *in, JsonObject *root, const char *dir, struct paths *bins)
{
	JsonArray *files = json_in_array(in, root, "", "files");

	for (guint i = 0; files != NULL && i < json_array_get_length(files); i++) {
		g_autofree char *where = g_strdup_printf("files[%u].", i);
		JsonObject *file = json_in_element(in, files, "", "files", i);
		const char *name;

		if (file == NULL || !trial_json_check_file(in, dir, file, where))
			return;
		name = json_object_get_string_member(file, "name");
		for (guint k = 0; k < TABLES; k++) {
			g_autofree char *head = g_strdup_printf("acc_%s_", kinds[k]);

			if (!g_str_has_prefix(name, head))
				continue;
			g_free(bins->of[k]);
			bins->of[k] = g_build_filename(dir, name, NULL);
		}
	}
	if (bins->of[GUESTS] == NULL)
		json_in_fail(in, "", "files", "does not list acc_guests");
}

/* The JSON of a merged set, and where its bins are. */
static JsonNode *open_set(struct json_in *in, struct paths *bins)
{
	g_autofree char *text = NULL, *dir = g_path_get_dirname(in->file);
	g_autoptr(JsonNode) node = NULL;
	JsonObject *root;
	JsonArray *trials;
	uint64_t schema;
	size_t len;

	text = file_read(in->file, &len, &in->error);
	if (text == NULL)
		return NULL;
	node = json_in_parse(in->file, text, len, &in->error);
	if (node == NULL)
		return NULL;
	root = json_node_get_object(node);
	schema = json_in_u64(in, root, "", "schema");
	if (in->error == NULL && schema != MERGED_SCHEMA)
		json_in_fail(in, "", "schema",
			"is %" G_GUINT64_FORMAT
			", this version supports %d; use the version that wrote it",
			(guint64)schema, MERGED_SCHEMA);
	trials = json_in_array(in, root, "", "trials");
	if (trials != NULL && (json_array_get_length(trials) == 0 ||
				      json_array_get_length(trials) > MERGED_TRIALS_MAX))
		json_in_fail(in, "", "trials", "is empty or too long");
	check_files(in, root, dir, bins);
	return in->error == NULL ? g_steal_pointer(&node) : NULL;
}

static trial *read_one(struct json_in *in, JsonArray *trials, guint i)
{
	g_autofree char *where = g_strdup_printf("trials[%u].", i);
	JsonObject *o = json_in_element(in, trials, "", "trials", i);

	return o != NULL ? trial_json_read(in, o, where) : NULL;
}

static gboolean balance_one(trial *t, struct json_in *in, guint i)
{
	if (trial_balance(t, &in->error)) {
		t->path = g_strdup(in->file);
		return TRUE;
	}
	g_prefix_error(&in->error, "%s: trials[%u]: ", in->file, i);
	return FALSE;
}

GPtrArray *merged_set_read(const char *path, GError **error)
{
	struct json_in in = { .file = path };
	g_auto(paths) bins = { 0 };
	g_autoptr(JsonNode) node = open_set(&in, &bins);
	g_autoptr(GPtrArray) all = g_ptr_array_new_with_free_func((GDestroyNotify)trial_free);
	JsonArray *trials = NULL;

	if (node != NULL)
		trials = json_object_get_array_member(json_node_get_object(node), "trials");
	for (guint i = 0; trials != NULL && i < json_array_get_length(trials); i++) {
		trial *t = read_one(&in, trials, i);

		if (t == NULL)
			break;
		g_ptr_array_add(all, t);
		if (!balance_one(t, &in, i))
			break;
	}
	if (in.error != NULL) {
		g_propagate_error(error, in.error);
		return NULL;
	}
	return g_steal_pointer(&all);
}

static gboolean read_bins(trial *t, const struct paths *bins, int index, GError **error)
{
	const gboolean has[TABLES] = { TRUE, t->probes.used, t->ipdv.recorded };

	for (guint i = 0; i < TABLES; i++) {
		const char *path = bins->of[i];
		size_t len;
		g_autofree char *data = has[i] ? file_read(path, &len, error) : NULL;

		if (!has[i])
			continue;
		if (data == NULL)
			return FALSE;
		if (!(i == GUESTS ? trial_bins_read(t, path, data, len, index, error)
			    : i == IPDV
				    ? trial_ipdv_bins_read(&t->ipdv, path, data, len, index, error)
				    : trial_probe_bins_read(t, path, data, len, index, error)))
			return FALSE;
	}
	return TRUE;
}

trial *merged_set_read_bins(const char *path, guint index, GError **error)
{
	struct json_in in = { .file = path };
	g_auto(paths) bins = { 0 };
	g_autoptr(JsonNode) node = open_set(&in, &bins);
	g_autoptr(trial) t = NULL;
	JsonArray *trials;

	if (node != NULL) {
		trials = json_object_get_array_member(json_node_get_object(node), "trials");
		if (index < json_array_get_length(trials))
			t = read_one(&in, trials, index);
		else
			json_in_fail(&in, "", "trials", "no longer has element %u", index);
	}
	if (t != NULL && t->probes.used && bins.of[PROBES] == NULL)
		json_in_fail(&in, "", "files", "does not list acc_probes");
	if (t != NULL && t->ipdv.recorded && bins.of[IPDV] == NULL)
		json_in_fail(&in, "", "files", "does not list acc_ipdv");
	if (t != NULL && in.error == NULL && read_bins(t, &bins, (int)index, &in.error))
		(void)balance_one(t, &in, index);
	if (in.error != NULL) {
		g_propagate_error(error, in.error);
		return NULL;
	}
	return g_steal_pointer(&t);
}
