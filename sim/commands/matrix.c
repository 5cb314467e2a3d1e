/* SPDX-License-Identifier: BSD-3-Clause */
/* tsim matrix, tsim accumulate. */
#include <stdio.h>
#include <string.h>

#include "analyze/base/file.h"
#include "analyze/base/text.h"
#include "analyze/results/merge.h"
#include "analyze/results/result.h"
#include "analyze/base/scratch.h"
#include "sim/commands/commands.h"
#include "sim/commands/commands_private.h"
#include "sim/base/error.h"
#include "sim/matrix/matrix.h"
#include "sim/search/search_files.h"
#include "sim/base/stop.h"
#include "sim/lab/lab.h"

static const char *const orders[] = { "tree", "random", "interleaved", NULL };

struct run {
	struct bench bench;
	enum matrix_order order;
	uint64_t seed;
	int retries;
	struct lab *lab;
	struct matrix *matrix;
	GPtrArray *folders; /* char *: of OUT, to be merged at the end; each once */
};

static gboolean apply_setup(void *arg, const struct setup *wanted, GError **error)
{
	struct run *r = arg;

	return lab_apply(r->lab, wanted, LAB_REFLECTOR, error);
}

/* The lab may have lost a guest since the last trial: apply sees to that. */
static gboolean measure_trial(void *arg, const struct matrix_trial *t, GError **error)
{
	struct run *r = arg;
	gboolean search = t->goals != NULL;
	g_autoptr(GPtrArray) files = search ? search_files_of(t->dir, &t->params) : NULL;
	struct lab_job job = { .verb = search ? "search" : "run",
		.args = (const char *const *)t->args->pdata,
		.dir = t->dir };
	int status;

	if (search) {
		g_ptr_array_add(files, NULL);
		job.files = (const char *const *)files->pdata;
	}
	return lab_apply(r->lab, &t->setup, LAB_REFLECTOR, error) &&
	       lab_measure(r->lab, &job, &status, error);
}

/* The trial's words at a thousand frames a second, into a folder that nobody sees. */
static gboolean warm_up_trial(void *arg, const struct matrix_trial *t, GError **error)
{
	struct run *r = arg;
	g_autoptr(GPtrArray) words = g_ptr_array_new();
	g_autofree char *duration = g_strdup_printf("--duration=%.0fms", t->warm_up_s * 1e3);
	g_autoptr(scratch) out = NULL;
	g_autofree char *dir = NULL;
	struct lab_job job;
	char rate[] = "--rate=1kpps";
	int status = CLI_DONE;
	gboolean done;

	if (!r->bench.dry) {
		out = scratch_new("tsim", error);
		if (out == NULL)
			return FALSE;
		stop_remove(scratch_path(out));
	}
	dir = g_build_filename(
		out == NULL ? g_get_tmp_dir() : scratch_path(out), "tsim-warm-up", NULL);
	for (guint i = 0; t->args->pdata[i] != NULL; i++)
		g_ptr_array_add(words, t->args->pdata[i]);
	g_ptr_array_add(words, rate);
	g_ptr_array_add(words, duration);
	g_ptr_array_add(words, NULL);
	job = (struct lab_job){
		.verb = "run", .args = (const char *const *)words->pdata, .dir = dir
	};
	done = lab_measure(r->lab, &job, &status, error);
	if (out != NULL)
		stop_keep(scratch_path(out));
	return done;
}

static void note_folder(GPtrArray *folders, const char *dir)
{
	if (!g_ptr_array_find_with_equal_func(folders, dir, g_str_equal, NULL))
		g_ptr_array_add(folders, g_strdup(dir));
}

static gboolean merge_folder(const char *dir, gboolean *trustworthy, GError **error)
{
	const char *names[] = { dir, NULL };
	const struct result_options options = { .dir = NULL };
	g_autoptr(merge) m = merge_new(NULL);
	g_autoptr(result_set) set = result_open(&options, names, error);

	if (set == NULL || !merge_write(set, dir, m, error))
		return FALSE;
	for (guint i = 0; i < m->warnings->len; i++)
		fprintf(stderr, "%s\n", (const char *)m->warnings->pdata[i]);
	fprintf(stderr, "accumulated: %s, %u combination%s\n", dir, m->nb, text_plural(m->nb));
	*trustworthy &= m->trustworthy;
	return TRUE;
}

static gboolean has_trials(const char *dir)
{
	g_autoptr(GDir) d = g_dir_open(dir, 0, NULL);
	const char *name;

	while (d != NULL && (name = g_dir_read_name(d)) != NULL)
		if (g_str_has_prefix(name, "trial_") && g_str_has_suffix(name, ".json"))
			return TRUE;
	return FALSE;
}

static int merge_folders(const GPtrArray *folders)
{
	int status = CLI_DONE;
	gboolean trustworthy = TRUE;

	for (guint i = 0; i < folders->len; i++) {
		g_autoptr(GError) error = NULL;

		if (!merge_folder(folders->pdata[i], &trustworthy, &error))
			status = bench_fail(error);
	}
	return status == CLI_DONE && !trustworthy ? CLI_NOT_TRUSTWORTHY : status;
}

/* What would be run, in order. */
static gboolean rehearse(struct run *r, GError **error)
{
	const GPtrArray *trials = matrix_trials(r->matrix);

	for (guint i = 0; i < trials->len; i++) {
		const struct matrix_trial *t = trials->pdata[i];

		if (t->warm_up_s > 0 && t->params.repetition == 0 &&
			(!apply_setup(r, &t->setup, error) || !warm_up_trial(r, t, error)))
			return FALSE;
		if (!measure_trial(r, t, error))
			return FALSE;
	}
	return TRUE;
}

/* Results that are there, but not to be relied on, of trials or of searches. nb: of all these. */
static guint count_unsound(const struct run *r, gboolean searches, guint *nb)
{
	const GPtrArray *lists[] = { matrix_done(r->matrix), matrix_trials(r->matrix) };
	guint n = 0;

	*nb = 0;
	for (unsigned k = 0; k < G_N_ELEMENTS(lists); k++)
		for (guint i = 0; i < lists[k]->len; i++) {
			const struct matrix_trial *t = lists[k]->pdata[i];

			if ((t->goals != NULL) != searches)
				continue;
			*nb += 1;
			n += matrix_trial_is_sound(t) ? 0 : 1;
		}
	return n;
}

static int tell_outcome(const struct run *r, const struct matrix_outcome *o)
{
	guint nb_trials, nb_searches;
	guint trials = count_unsound(r, FALSE, &nb_trials);
	guint searches = count_unsound(r, TRUE, &nb_searches);

	fprintf(stderr, "measured: %u; failed: %u; left: %u\n", o->done, o->failed, o->left);
	if (trials != 0)
		fprintf(stderr, "not trustworthy: %u of %u trial%s; see 'tanalyze summary'\n",
			trials, nb_trials, text_plural(nb_trials));
	if (searches != 0)
		fprintf(stderr,
			"tester-limited or not trustworthy: %u of %u search%s; see 'tanalyze "
			"search'\n",
			searches, nb_searches, nb_searches == 1 ? "" : "es");
	if (o->left != 0)
		fprintf(stderr, "run the same command again to continue\n");
	if (o->failed != 0 || o->left != 0)
		return CLI_FAILED;
	return trials + searches != 0 ? CLI_NOT_TRUSTWORTHY : CLI_DONE;
}

static gboolean same_needs(const struct matrix_trial *a, const struct matrix_trial *b)
{
	return setup_differs_at(&a->setup, &b->setup) == 7 && a->frame_len_max == b->frame_len_max;
}

/* struct matrix_trial *: one of each set-up and frame length. */
static GPtrArray *distinct_needs(const struct run *r)
{
	const GPtrArray *trials = matrix_trials(r->matrix);
	GPtrArray *found = g_ptr_array_new();

	for (guint i = 0; i < trials->len; i++) {
		guint k = 0;

		while (k < found->len && !same_needs(found->pdata[k], trials->pdata[i]))
			k++;
		if (k == found->len)
			g_ptr_array_add(found, trials->pdata[i]);
	}
	return found;
}

/* Once, and not by each trial that would fail. */
static gboolean check_lab(const struct run *r, GError **error)
{
	g_autoptr(GPtrArray) needs = distinct_needs(r);

	for (guint i = 0; i < needs->len; i++) {
		const struct matrix_trial *t = needs->pdata[i];

		if (!lab_check(r->lab, &t->setup, t->frame_len_max, error))
			return FALSE;
	}
	return TRUE;
}

static int run_matrix(struct run *r, GError **error)
{
	const struct matrix_ops ops = {
		.apply = apply_setup,
		.trial = measure_trial,
		.warm_up = warm_up_trial,
		.interrupted = bench_is_interrupted,
		.say = bench_say,
		.arg = r,
	};
	struct matrix_outcome o = { 0 };
	g_autoptr(GString) tree = g_string_new(NULL);
	int status, merged;

	r->lab = bench_lab(&r->bench);
	if (!check_lab(r, error) || !lab_open(r->lab, error))
		return CLI_FAILED;
	matrix_print(r->matrix, tree);
	fputs(tree->str, r->bench.dry ? stdout : stderr);
	if (r->bench.dry)
		return rehearse(r, error) ? CLI_DONE : CLI_FAILED;
	if (!matrix_run(r->matrix, (unsigned)r->retries, &ops, &o, error))
		return CLI_FAILED;
	status = tell_outcome(r, &o);
	/* Those whose trials all failed have said why. */
	for (guint i = r->folders->len; i > 0; i--)
		if (!has_trials(r->folders->pdata[i - 1]))
			g_ptr_array_remove_index(r->folders, i - 1);
	g_clear_pointer(&r->lab, lab_free);
	if (bench_is_interrupted(NULL))
		return status;
	merged = merge_folders(r->folders);
	return merged == CLI_DONE || status == CLI_FAILED ? status : merged;
}

static gboolean check_any(const struct run *r, const char *file, GError **error)
{
	const GPtrArray *impossible = matrix_impossible(r->matrix);

	return matrix_trials(r->matrix)->len != 0 ||
	       sim_fail(error, SIM_ERROR_USAGE, "%s: no valid combination: %s", file,
		       impossible->len == 0 ? "" : (const char *)impossible->pdata[0]);
}

/* Interfaces that the testbed cannot give are all named at once, before anything is built. */
static gboolean check_testbed(const struct run *r, const char *file, GError **error)
{
	g_autoptr(GPtrArray) needs = distinct_needs(r);
	g_autoptr(GString) names = g_string_new(NULL);
	g_autoptr(GHashTable) named = g_hash_table_new(g_str_hash, g_str_equal);
	g_autofree char *first = NULL;

	for (guint i = 0; i < needs->len; i++) {
		const struct matrix_trial *t = needs->pdata[i];
		const char *word = t->setup.interface->word;
		g_autofree char *lacks = lab_lacks(r->bench.testbed, &t->setup, t->frame_len_max);

		if (lacks == NULL || (first != NULL && !g_str_equal(lacks, first)) ||
			!g_hash_table_add(named, (gpointer)(uintptr_t)word))
			continue;
		g_string_append_printf(names, "%s%s", names->len == 0 ? "" : ", ", word);
		if (first == NULL)
			first = g_steal_pointer(&lacks);
	}
	return first == NULL || sim_fail(error, SIM_ERROR_USAGE, "%s: interface%s %s: %s", file,
					text_plural(g_hash_table_size(named)), names->str, first);
}

/* Searches are merged by nobody: tanalyze search shows all repetitions. */
static void note_folders(struct run *r, gboolean all)
{
	const GPtrArray *trials = matrix_trials(r->matrix);

	for (guint i = 0; i < trials->len; i++) {
		const struct matrix_trial *t = trials->pdata[i];

		if (t->goals == NULL && (all || t->accumulate))
			note_folder(r->folders, t->dir);
	}
}

static gboolean plan_trials(struct run *r, const char *const *files, gboolean prune, GError **error)
{
	g_autoptr(GPtrArray) again = g_ptr_array_new_with_free_func(g_free);

	r->matrix = matrix_read(files, r->order, (uint32_t)r->seed, error);
	if (r->matrix == NULL || !check_any(r, files[0], error))
		return FALSE;
	if (!prune)
		return TRUE;
	/* Also of those that are done: a run again accumulates what it was killed before. */
	note_folders(r, FALSE);
	matrix_prune(r->matrix, again, error);
	if (*error != NULL || !check_testbed(r, files[0], error))
		return FALSE;
	for (guint i = 0; i < again->len; i++)
		fprintf(stderr, "measuring again: %s\n", (const char *)again->pdata[i]);
	return TRUE;
}

static void run_clear(struct run *r)
{
	lab_free(r->lab);
	matrix_free(r->matrix);
	g_ptr_array_unref(r->folders);
	bench_clear(&r->bench);
}

static int run_command_matrix(void *asked, char **files)
{
	struct run *r = asked;
	g_autoptr(GError) error = NULL;
	gboolean planned = FALSE;
	int status = CLI_USAGE;

	r->folders = g_ptr_array_new_with_free_func(g_free);
	if (bench_read(&r->bench)) {
		planned = plan_trials(r, (const char *const *)files, TRUE, &error);
		if (planned)
			status = run_matrix(r, &error);
		/* Whatever is wrong with the plan is wrong with the file, whoever found it. */
		if (error != NULL)
			status = planned ? bench_fail(error) : cli_fail("tsim", CLI_USAGE, error);
	}
	run_clear(r);
	return status;
}

static const struct option_row matrix_rows[] = {
	OPTION_GROUP("Trials"),
	OPTION_ROW(WORD, struct run, order, "order", 0, "ORDER", "Order of trials",
		.preset = "tree", .words = orders),
	OPTION_ROW(UINT64, struct run, seed, "seed", 0, "N",
		"Random seed of orders random and interleaved", .preset = "1", .max = G_MAXUINT32),
	OPTION_ROW(INT, struct run, retries, "retries", 0, "N", "Retries of a failed trial",
		.preset = "1", .min = 0, .max = 1000),
	BENCH_TIMEOUT_ROW(struct run, bench.),
	BENCH_ROWS(struct run, bench.),
	{ 0 },
};

const struct cli_command command_matrix = { .name = "matrix",
	.arguments = "FILE...",
	.summary = "Run test matrices, including those of autotest",
	.options = matrix_rows,
	.size = sizeof(struct run),
	.min_words = 1,
	.max_words = CLI_ANY,
	.run = run_command_matrix };

static int run_accumulate(void *asked, char **files)
{
	struct run *r = asked;
	g_autoptr(GError) error = NULL;
	int status;

	r->folders = g_ptr_array_new_with_free_func(g_free);
	r->seed = 1;
	if (plan_trials(r, (const char *const *)files, FALSE, &error)) {
		note_folders(r, TRUE);
		if (r->folders->len == 0)
			fprintf(stderr,
				"nothing to merge: all are searches; see 'tanalyze search'\n");
		for (guint i = 0; r->bench.dry && i < r->folders->len; i++)
			printf("tanalyze merge %s\n", (const char *)r->folders->pdata[i]);
		status = r->bench.dry ? CLI_DONE : merge_folders(r->folders);
	} else {
		status = cli_fail("tsim", CLI_USAGE, error);
	}
	run_clear(r);
	return status;
}

const struct cli_command command_accumulate = { .name = "accumulate",
	.arguments = "FILE...",
	.summary = "Merge the results of a matrix",
	.options = bench_rows, /* the first member of what is asked */
	.size = sizeof(struct run),
	.min_words = 1,
	.max_words = CLI_ANY,
	.run = run_accumulate };
