/* SPDX-License-Identifier: BSD-3-Clause */
#include "analyze/results/result_find.h"

#include <string.h>

#include "analyze/contract/accumulated.h"
#include "analyze/contract/search.h"
#include "analyze/contract/trial_environment.h"
#include "analyze/foreign/autotest.h"
#include "analyze/base/error.h"
#include "analyze/results/merged_set.h"
#include "analyze/results/result_accumulated.h"
#include "analyze/results/result_params.h"

enum { DEPTH_MAX = 32, WARNINGS_IN_ERROR = 20, NOT_MERGED = -1 };
/* Of MoonGen's histograms so many bins stay in memory until they are loaded: 64 MiB. */
enum { KEPT_BINS_MAX = 4 << 20 };

struct source {
	char *path;
	int index; /* in a merged set, or NOT_MERGED */
};

/*
 * What is settled once all repetitions are known, in these rounds: accumulated histograms may not
 * count, those that a merge wrote after all others: what is there without it keeps its name. Of
 * merged sets beside trials is said what they had more.
 */
enum round { ROUND_ACCUMULATED, ROUND_OF_MERGE, ROUND_MERGED_SETS, ROUNDS };

struct waiting {
	enum round round;
	guint name;
	trial *t;          /* an accumulated histogram, owned; NULL: of another part, or broken */
	char *dir, *label; /* of that */
	char *path;        /* of a merged set */
};

/* Of a name of the command line. */
struct of_name {
	const char *selector; /* NULL: none, all trials are meant */
	uint64_t found;       /* trials, also those that were found before */
};

struct finder {
	const struct result_options *options;
	struct of_name *names;
	guint name; /* at hand, of those */
	GPtrArray *trials;
	GHashTable *by_identity; /* char * -> trial *, borrowed from trials */
	GHashTable *sources;
	GPtrArray *warnings, *notes;
	GPtrArray *waiting;  /* struct waiting * */
	GHashTable *infixes; /* char * -> number, in the order in which they were met */
	GHashTable *labels;  /* of autotest's folders: char * label -> char * folder */
	size_t kept_bins;
	char *odd;       /* a file whose name is not of its trial; NULL: none */
	char *of_search; /* a folder with the trials of a search, left out; NULL: none */
};

static void source_free(gpointer data)
{
	struct source *s = data;

	g_free(s->path);
	g_free(s);
}

GHashTable *result_sources_new(void)
{
	return g_hash_table_new_full(g_direct_hash, g_direct_equal, NULL, source_free);
}

trial *result_source_load(GHashTable *sources, const trial *t, GError **error)
{
	const struct source *source = g_hash_table_lookup(sources, t);

	g_return_val_if_fail(source != NULL, NULL);
	return source->index == NOT_MERGED
		       ? trial_read(source->path, TRIAL_BINS, error)
		       : merged_set_read_bins(source->path, (guint)source->index, error);
}

char *result_sources_folder(GHashTable *sources, const GPtrArray *trials)
{
	g_autofree char *folder = NULL, *full = NULL;

	for (guint i = 0; i < trials->len; i++) {
		const struct source *source = g_hash_table_lookup(
			sources, g_ptr_array_index(trials, i));
		g_autofree char *dir = g_path_get_dirname(source->path);
		g_autofree char *same = g_canonicalize_filename(dir, NULL);

		if (folder == NULL) {
			folder = g_steal_pointer(&dir);
			full = g_steal_pointer(&same);
		} else if (strcmp(full, same) != 0) {
			return NULL;
		}
	}
	return g_steal_pointer(&folder);
}

const char *result_started(const trial *t)
{
	return trial_environment_text(t, "started");
}

/* The infix in the name of a trial or merged set: without repetition or digest. */
static char *infix_of(const char *path)
{
	g_autofree char *name = g_path_get_basename(path);
	g_autoptr(GRegex) form = g_regex_new(
		"^(?:acc_trials|trial)_(.*?)(?:_rep[0-9]+|-[0-9a-f]{8})?\\.json$", 0, 0, NULL);
	g_autoptr(GMatchInfo) match = NULL;

	if (!g_regex_match(form, name, 0, &match))
		return g_strdup(name);
	return g_match_info_fetch(match, 1);
}

/* Takes infix. All parts see all names in the same order, and so agree on who reads which. */
static gboolean is_own_infix(struct finder *f, char *infix)
{
	const struct result_share *share = f->options->share;
	gpointer number;

	if (share == NULL) {
		g_free(infix);
		return TRUE;
	}
	if (g_hash_table_lookup_extended(f->infixes, infix, NULL, &number)) {
		g_free(infix);
	} else {
		number = GUINT_TO_POINTER(g_hash_table_size(f->infixes));
		g_hash_table_insert(f->infixes, infix, number);
	}
	return GPOINTER_TO_UINT(number) % share->of == share->own;
}

static gboolean is_own(struct finder *f, const char *path)
{
	return f->options->share == NULL || is_own_infix(f, infix_of(path));
}

/* What is said of folders is said once. */
static gboolean is_first(const struct finder *f)
{
	return f->options->share == NULL || f->options->share->own == 0;
}

static void tell_progress(const struct finder *f, guint done, guint of)
{
	if (f->options->progress != NULL)
		f->options->progress(done, of, f->options->progress_user);
}

static void check_name(struct finder *f, const trial *t, const char *path)
{
	g_autofree char *named = NULL, *own = NULL;

	if (f->options->share == NULL || f->odd != NULL || t->moongen != NULL)
		return;
	named = infix_of(path);
	own = trial_infix(&t->params);
	if (strcmp(named, own) != 0)
		f->odd = g_strdup(path);
}

char *result_identity(const trial *t)
{
	g_autofree char *key = result_params_key(&t->params);

	return g_strdup_printf(
		"%srepetition=%u\nstarted=%s\n", key, t->params.repetition, result_started(t));
}

G_GNUC_PRINTF(2, 3)
static void add_text(GPtrArray *to, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	g_ptr_array_add(to, g_strdup_vprintf(format, args));
	va_end(args);
}

/*
 * The same trial again. Where the two differ, somebody changed one: which is kept must not depend
 * on the order of the inputs. TRUE if the new one replaced the old one.
 */
static gboolean settle_twins(struct finder *f, trial *old, trial *new, const char *path)
{
	g_autofree char *a = trial_to_json(old), *b = trial_to_json(new);
	int order = strcmp(a, b);
	guint place;

	if (order != 0)
		add_text(f->warnings,
			"%s: same trial as %s but different content; one of them was modified: "
			"remove it",
			path, old->path);
	else
		add_text(f->notes, "%s: also in %s; counted once", path, old->path);
	if (order <= 0 || !g_ptr_array_find(f->trials, old, &place))
		return FALSE;
	g_hash_table_remove(f->sources, old);
	trial_free(old);
	f->trials->pdata[place] = new;
	return TRUE;
}

static gboolean is_selected(const struct finder *f, const struct trial_params *p)
{
	const char *selector = f->names[f->name].selector;

	return selector == NULL || result_selector_matches(selector, p);
}

/* Takes t. */
static void take_trial(struct finder *f, trial *t, const char *path, int index)
{
	g_autofree char *id = NULL;
	const struct source *before;
	struct source *source;
	trial *old;

	check_name(f, t, path);
	if (!is_selected(f, &t->params)) {
		trial_free(t);
		return;
	}
	if (t->interrupted && !f->options->interrupted) {
		add_text(f->notes,
			"%s: interrupted after %.3g s: skipped (--interrupted includes it)", path,
			t->measured_s);
		trial_free(t);
		return;
	}
	f->names[f->name].found++;
	id = result_identity(t);
	old = g_hash_table_lookup(f->by_identity, id);
	if (old == NULL) {
		g_ptr_array_add(f->trials, t);
	} else {
		before = g_hash_table_lookup(f->sources, old);
		/* The same file under two names of the command line is worth no word. */
		if ((strcmp(before->path, path) == 0 && before->index == index) ||
			!settle_twins(f, old, t, path)) {
			trial_free(t);
			return;
		}
	}
	g_hash_table_replace(f->by_identity, g_steal_pointer(&id), t);
	source = g_new0(struct source, 1);
	source->path = g_strdup(path);
	source->index = index;
	g_hash_table_replace(f->sources, t, source);
}

static void read_trial(struct finder *f, const char *path)
{
	g_autoptr(GError) error = NULL;
	trial *t;

	if (!is_own(f, path))
		return;
	t = trial_read(path, TRIAL_SUMMARY, &error);
	if (t != NULL)
		take_trial(f, t, path, NOT_MERGED);
	else
		g_ptr_array_add(f->warnings, g_strdup(error->message));
}

static void read_merged(struct finder *f, const char *path)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GPtrArray) trials = NULL;

	if (!is_own(f, path))
		return;
	trials = merged_set_read(path, &error);
	if (trials == NULL) {
		g_ptr_array_add(f->warnings, g_strdup(error->message));
		return;
	}
	g_ptr_array_set_free_func(trials, NULL);
	for (guint i = 0; i < trials->len; i++)
		take_trial(f, g_ptr_array_index(trials, i), path, (int)i);
}

/*
 * A merged set beside trials is what an earlier merge made of them, and perhaps of more: it is not
 * read, or a trial that was removed on purpose would come back. What goes missing is said.
 */
static void skip_merged(struct finder *f, const char *path)
{
	g_autoptr(GPtrArray) trials = merged_set_read(path, NULL);
	guint missing = 0;

	for (guint i = 0; trials != NULL && i < trials->len; i++) {
		g_autofree char *id = result_identity(g_ptr_array_index(trials, i));

		missing += !g_hash_table_contains(f->by_identity, id) &&
			   is_selected(f, &((trial *)g_ptr_array_index(trials, i))->params);
	}
	if (missing > 0)
		add_text(f->notes,
			"%s: %u of its trials not in this directory: skipped (move the merged set "
			"to a separate directory to use it)",
			path, missing);
}

static gboolean is_merged(const char *name)
{
	return g_str_has_prefix(name, "acc_trials_") && g_str_has_suffix(name, ".json");
}

static int compare_names(gconstpointer a, gconstpointer b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static GPtrArray *list_folder(struct finder *f, const char *dir)
{
	GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GError) error = NULL;
	g_autoptr(GDir) d = g_dir_open(dir, 0, &error);
	const char *name;

	if (d == NULL && is_first(f))
		add_text(f->warnings, "%s: read failed: %s; fix its permissions", dir,
			error->message);
	while (d != NULL && (name = g_dir_read_name(d)) != NULL) {
		if (name[0] != '.')
			g_ptr_array_add(names, g_strdup(name));
	}
	g_ptr_array_sort(names, compare_names);
	return names;
}

/* Histograms of tsim whose trial has no JSON: it was cut off. */
static void note_orphans(struct finder *f, const char *dir, const GPtrArray *names)
{
	guint orphans = 0;
	const char *first = NULL;

	for (guint i = 0; i < names->len; i++) {
		const char *name = g_ptr_array_index(names, i);
		g_autofree char *json = NULL;

		if (!g_str_has_prefix(name, "guests_") || !g_str_has_suffix(name, ".csv"))
			continue;
		json = g_strdup_printf("%s/trial_%.*s.json", dir,
			(int)(strlen(name) - strlen("guests_") - strlen(".csv")),
			name + strlen("guests_"));
		if (!g_file_test(json, G_FILE_TEST_EXISTS) && orphans++ == 0)
			first = name;
	}
	if (orphans > 0 && is_first(f))
		add_text(f->notes, "%s: %u incomplete trial%s without trial_*.json (%s): skipped",
			dir, orphans, orphans > 1 ? "s" : "", first);
}

/* Two folders of one name are two labels. Newly allocated. */
static char *label_for(struct finder *f, const char *dir, const char *label)
{
	g_autofree char *full = g_canonicalize_filename(dir, NULL);
	g_autofree char *up = g_path_get_dirname(full);
	char *own = g_strdup(label);

	for (;;) {
		const char *taken = g_hash_table_lookup(f->labels, own);
		g_autofree char *above = g_path_get_basename(up);
		g_autofree char *valid = g_utf8_make_valid(above, -1);
		char *next;

		if (taken == NULL)
			g_hash_table_insert(f->labels, g_strdup(own), g_strdup(full));
		if (taken == NULL || strcmp(taken, full) == 0 || strcmp(above, "/") == 0)
			return own;
		next = g_strdup_printf("%s-%s", valid, own);
		g_free(own);
		own = next;
		next = g_path_get_dirname(up);
		g_free(up);
		up = next;
	}
}

static trial *read_autotest(struct finder *f, const struct autotest_files *files)
{
	g_autoptr(GError) error = NULL;
	trial *t = autotest_read(files, &error);

	if (t == NULL) {
		g_ptr_array_add(f->warnings, g_strdup(error->message));
		return NULL;
	}
	if (t->moongen->kept != NULL && f->kept_bins > KEPT_BINS_MAX)
		g_clear_pointer(&t->moongen->kept, exact_free);
	else if (t->moongen->kept != NULL)
		f->kept_bins += t->moongen->kept->nb;
	return t;
}

static void waiting_free(gpointer data)
{
	struct waiting *w = data;

	trial_free(w->t);
	g_free(w->dir);
	g_free(w->label);
	g_free(w->path);
	g_free(w);
}

/* Takes t. */
static void wait_for_all(
	struct finder *f, trial *t, const struct autotest_files *files, const char *dir)
{
	struct waiting *w = g_new0(struct waiting, 1);
	g_autofree char *sources = accumulated_path(files->accumulated);

	w->t = t;
	w->dir = g_strdup(dir);
	w->label = g_strdup(files->params.label);
	w->round = g_file_test(sources, G_FILE_TEST_EXISTS) ? ROUND_OF_MERGE : ROUND_ACCUMULATED;
	w->name = f->name;
	g_ptr_array_add(f->waiting, w);
}

static void wait_merged_set(struct finder *f, const char *path)
{
	struct waiting *w;

	if (!is_own(f, path))
		return;
	w = g_new0(struct waiting, 1);
	w->round = ROUND_MERGED_SETS;
	w->path = g_strdup(path);
	w->name = f->name;
	g_ptr_array_add(f->waiting, w);
}

/* Takes t and label. */
static void take_autotest(struct finder *f, trial *t, char *label)
{
	g_free(t->params.label);
	t->params.label = label;
	take_trial(f, t, t->path, NOT_MERGED);
}

/* With only not NULL, no more than the trial to which that file belongs. */
static void find_autotest(
	struct finder *f, const char *dir, const GPtrArray *names, const char *only)
{
	g_autoptr(GPtrArray) found = autotest_find(dir, names);
	g_autofree char *label = NULL;

	for (guint i = 0; i < found->len; i++) {
		const struct autotest_files *files = g_ptr_array_index(found, i);
		g_autofree char *path = only != NULL ? g_build_filename(dir, only, NULL) : NULL;
		trial *t = NULL;

		if (path != NULL && g_strcmp0(path, files->log) != 0 &&
			g_strcmp0(path, files->histogram) != 0 &&
			g_strcmp0(path, files->throughput) != 0 &&
			g_strcmp0(path, files->accumulated) != 0)
			continue;
		if (label == NULL && files->accumulated == NULL)
			label = label_for(f, dir, files->params.label);
		if (is_own_infix(f, trial_infix(&files->params)))
			t = read_autotest(f, files);
		if (files->accumulated != NULL)
			wait_for_all(f, t, files, dir);
		else if (t != NULL)
			take_autotest(f, t, g_strdup(label));
		tell_progress(f, i + 1, found->len);
	}
}

/* The JSON of tsim's merged set of which an acc_histogram_*.csv is a part; NULL: of none. */
static char *set_of(const char *path)
{
	g_autofree char *dir = g_path_get_dirname(path), *histogram = g_path_get_basename(path);
	const char *infix = histogram + strlen("acc_histogram_");
	g_autofree char *name = g_strdup_printf(
		"acc_trials_%.*s.json", (int)(strlen(infix) - strlen(".csv")), infix);
	g_autofree char *set = g_build_filename(dir, name, NULL);

	return g_file_test(set, G_FILE_TEST_EXISTS) ? g_steal_pointer(&set) : NULL;
}

/* One file of autotest, and those beside it that are of the same repetition. */
static void find_autotest_file(struct finder *f, const char *path)
{
	g_autofree char *dir = g_path_get_dirname(path), *only = g_path_get_basename(path);
	g_autoptr(GPtrArray) names = NULL;

	if (g_str_has_prefix(only, "acc_")) {
		g_autofree char *set = set_of(path);

		if (set != NULL) {
			read_merged(f, set);
			return;
		}
		names = g_ptr_array_new_with_free_func(g_free);
		g_ptr_array_add(names, g_strdup(only));
	} else {
		names = list_folder(f, dir);
	}
	find_autotest(f, dir, names, only);
}

static gboolean is_autotest(const char *name)
{
	struct trial_params p;
	g_autofree char *key = NULL;

	if (autotest_name(name, &p, &key) == AUTOTEST_NONE)
		return FALSE;
	trial_params_clear(&p);
	return TRUE;
}

static void walk_folder(struct finder *f, const char *dir, guint depth)
{
	g_autoptr(GPtrArray) names = NULL;
	guint nb_trials = 0;

	if (depth > DEPTH_MAX) {
		if (is_first(f))
			add_text(f->warnings,
				"%s: more than %d directories deep: skipped; name it, or a "
				"directory nearer to it",
				dir, DEPTH_MAX);
		return;
	}
	names = list_folder(f, dir);
	for (guint i = 0; i < names->len; i++) {
		const char *name = g_ptr_array_index(names, i);
		g_autofree char *path = g_build_filename(dir, name, NULL);

		if (g_str_has_prefix(name, "trial_") && g_str_has_suffix(name, ".json")) {
			read_trial(f, path);
			nb_trials++;
			tell_progress(f, i + 1, names->len);
		}
	}
	note_orphans(f, dir, names);
	find_autotest(f, dir, names, NULL);
	for (guint i = 0; i < names->len; i++) {
		const char *name = g_ptr_array_index(names, i);
		g_autofree char *path = g_build_filename(dir, name, NULL);

		if (is_merged(name) && nb_trials > 0)
			wait_merged_set(f, path);
		else if (is_merged(name))
			read_merged(f, path);
		else if (!g_file_test(path, G_FILE_TEST_IS_DIR) ||
			 g_file_test(path, G_FILE_TEST_IS_SYMLINK))
			continue;
		else if (!search_is_trials_folder(name))
			walk_folder(f, path, depth + 1);
		else if (f->of_search == NULL)
			f->of_search = g_strdup(path);
	}
}

static gboolean find_path(struct finder *f, const char *path, GError **error)
{
	g_autofree char *name = g_path_get_basename(path);

	if (g_file_test(path, G_FILE_TEST_IS_DIR)) {
		walk_folder(f, path, 0);
	} else if (is_merged(name)) {
		read_merged(f, path);
	} else if (g_str_has_prefix(name, "summary.")) {
		g_autofree char *dir = g_path_get_dirname(path);

		walk_folder(f, dir, 0);
	} else if (g_str_has_prefix(name, "search_")) {
		return analyze_fail(error, ANALYZE_ERROR_NOT_FOUND,
			"%s: a search, not a trial; use 'tanalyze search', or name the directory "
			"search-N with its trials",
			path);
	} else if (g_str_has_suffix(name, ".json")) {
		read_trial(f, path);
	} else if (is_autotest(name)) {
		find_autotest_file(f, path);
	} else {
		return analyze_fail(error, ANALYZE_ERROR_NOT_FOUND,
			"%s: unknown file; expected a directory, trial_*.json, acc_trials_*.json "
			"or a file of autotest (output_INFIX_repN.log, histogram_INFIX_repN.csv)",
			path);
	}
	return TRUE;
}

/* Labels that are there, for the error text. */
static char *labels_in(const char *dir)
{
	g_autoptr(GDir) d = g_dir_open(dir, 0, NULL);
	g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
	const char *name;

	while (d != NULL && (name = g_dir_read_name(d)) != NULL) {
		g_autofree char *path = g_build_filename(dir, name, NULL);

		if (name[0] != '.' && g_file_test(path, G_FILE_TEST_IS_DIR))
			g_ptr_array_add(names, g_strdup(name));
	}
	g_ptr_array_sort(names, compare_names);
	g_ptr_array_add(names, NULL);
	return names->len > 1 ? g_strjoinv(", ", (char **)names->pdata) : g_strdup("none");
}

static gboolean find_name(struct finder *f, const char *name, const char *dir, GError **error)
{
	g_autofree char *label = g_build_filename(dir, name, NULL), *labels = NULL;

	if (g_file_test(name, G_FILE_TEST_EXISTS))
		return find_path(f, name, error);
	if (g_file_test(label, G_FILE_TEST_EXISTS))
		return find_path(f, label, error);
	if (!g_file_test(dir, G_FILE_TEST_IS_DIR))
		return analyze_fail(error, ANALYZE_ERROR_NOT_FOUND,
			"%s: not found, and no directory %s for labels and selectors; run tsim "
			"first, or use --dir",
			name, dir);
	if (result_selector_is_one(name)) {
		f->names[f->name].selector = name;
		return find_path(f, dir, error);
	}
	labels = labels_in(dir);
	return analyze_fail(error, ANALYZE_ERROR_NOT_FOUND,
		"%s: not found; expected a path, a label in %s (%s) or a selector such as vhost-on",
		name, dir, labels);
}

/* Nothing usable: what was broken belongs into the error, for nobody reads the warnings then. */
static void nothing_found(
	const struct finder *f, const char *name, const char *selector, GError **error)
{
	GString *text = g_string_new(NULL);

	if (f->warnings->len > 0 || f->notes->len > 0)
		g_string_printf(text, "%s: no usable trial found", name);
	else
		g_string_printf(text, "%s: %s", name,
			selector != NULL
				? "no trial matches; 'tanalyze summary' lists the parameters"
				: "no usable trial found; run tsim first, or name another "
				  "directory");
	if (f->of_search != NULL)
		g_string_append_printf(text,
			"\n%s: trials of a search, only read if named: their loads follow from "
			"their "
			"results ('tanalyze search' shows the limit)",
			f->of_search);
	for (guint i = 0; i < f->notes->len && i < WARNINGS_IN_ERROR; i++)
		g_string_append_printf(text, "\n%s", (const char *)g_ptr_array_index(f->notes, i));
	for (guint i = 0; i < f->warnings->len && i < WARNINGS_IN_ERROR; i++)
		g_string_append_printf(
			text, "\n%s", (const char *)g_ptr_array_index(f->warnings, i));
	g_set_error_literal(error, ANALYZE_ERROR, ANALYZE_ERROR_NOT_FOUND, text->str);
	g_string_free(text, TRUE);
}

static void settle_one(struct finder *f, GHashTable *by_key, struct waiting *w)
{
	g_autofree char *label = label_for(f, w->dir, w->label);
	trial *t = g_steal_pointer(&w->t);
	guint before = f->trials->len;
	const trial *other;

	if (t == NULL)
		return;
	other = result_accumulated_twin(by_key, t);
	if (other == NULL) {
		take_autotest(f, t, g_steal_pointer(&label));
		if (f->trials->len > before)
			result_accumulated_note(by_key, t);
		return;
	}
	/* One file under two names of the command line is worth no word. */
	if (strcmp(other->path, t->path) != 0)
		add_text(f->notes, "%s: repetitions are also in %s; counted once", t->path,
			other->path);
	f->names[f->name].found++;
	trial_free(t);
}

static void settle_waiting(struct finder *f)
{
	g_autoptr(GHashTable) by_key = g_hash_table_new_full(
		g_str_hash, g_str_equal, g_free, (GDestroyNotify)g_ptr_array_unref);

	for (guint i = 0; f->waiting->len > 0 && i < f->trials->len; i++) {
		trial *t = g_ptr_array_index(f->trials, i);

		if (t->moongen != NULL)
			result_accumulated_note(by_key, t);
	}
	for (enum round round = 0; round < ROUNDS; round++) {
		for (guint i = 0; i < f->waiting->len; i++) {
			struct waiting *w = g_ptr_array_index(f->waiting, i);

			if (w->round != round)
				continue;
			f->name = w->name;
			if (w->path != NULL)
				skip_merged(f, w->path);
			else
				settle_one(f, by_key, w);
		}
	}
}

static gboolean find_names(
	struct finder *f, const char *const *names, const char *dir, GError **error)
{
	const struct result_share *share = f->options->share;

	for (f->name = 0; names[f->name] != NULL; f->name++) {
		if (!find_name(f, names[f->name], dir, error))
			return FALSE;
	}
	settle_waiting(f);
	for (guint i = 0; names[i] != NULL; i++) {
		const struct of_name *of = &f->names[i];

		if (share != NULL) {
			share->found[i] = of->found;
		} else if (of->found == 0) {
			nothing_found(f, names[i], of->selector, error);
			return FALSE;
		}
	}
	return f->odd == NULL || analyze_fail(error, ANALYZE_ERROR_CONTENT,
					 "%s: name does not match the trial in it", f->odd);
}

GPtrArray *result_find(const struct result_options *options, const char *const *names,
	GHashTable *sources, GPtrArray *warnings, GPtrArray *notes, GError **error)
{
	const char *dir = options->dir != NULL ? options->dir : "out";
	const char *const only_dir[] = { dir, NULL };
	g_autoptr(GPtrArray) trials = g_ptr_array_new_with_free_func((GDestroyNotify)trial_free);
	g_autoptr(GHashTable)
		by_identity = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	g_autoptr(GHashTable)
		infixes = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	g_autoptr(GHashTable)
		labels = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	g_autoptr(GPtrArray) waiting = g_ptr_array_new_with_free_func(waiting_free);
	g_autofree struct of_name *of_names = NULL;
	struct finder f = { .options = options,
		.infixes = infixes,
		.labels = labels,
		.trials = trials,
		.by_identity = by_identity,
		.sources = sources,
		.waiting = waiting,
		.warnings = warnings,
		.notes = notes };

	gboolean ok;

	if (names == NULL || names[0] == NULL)
		names = only_dir;
	of_names = g_new0(struct of_name, g_strv_length((char **)names) + 1);
	f.names = of_names;
	ok = find_names(&f, names, dir, error);
	g_free(f.odd);
	g_free(f.of_search);
	return ok ? g_steal_pointer(&trials) : NULL;
}
