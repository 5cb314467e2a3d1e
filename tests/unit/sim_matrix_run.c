/* SPDX-License-Identifier: BSD-3-Clause */
/* A matrix is worked through, whatever fails, stops or dies on the way. Nothing real is measured. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <utime.h>
#include <unistd.h>

#include <cmocka.h>

#include <glib/gstdio.h>

#include "analyze/base/file.h"
#include "sim/base/error.h"
#include "sim/matrix/matrix.h"
#include "tests/unit/fake_trial.h"

/* A folder of results, the matrix for it, and what its stand-in of a lab was asked to do. */
struct bench {
	char *path, *dir;
	struct matrix *m;
	GPtrArray *log;         /* "apply ...", "trial ...", in order */
	guint stop_after;       /* calls of trial, then interrupted; 0: never */
	guint trials;           /* calls of trial */
	const char *fail;       /* trials whose name holds it */
	guint fail_times;       /* so often */
	gboolean silent;        /* those that fail write nothing, and say TRUE */
	gboolean whole;         /* those that fail have written a trial that looks done */
	gboolean no_text;       /* those that fail set no error */
	const char *no_setup;   /* set-ups whose text holds it cannot be built */
	gboolean stop_in_pause; /* after the first set-up */
	gboolean stop_in_trial; /* the trial that is interrupted fails */
	int side;               /* a line for each trial that was written; -1: none */
	int ready; /* is written to when a trial begins, and read from before it goes on; -1 */
};

static const char section[] = "machines = process\ninterfaces = null, vhost-user\nguests = 2\n"
			      "rates = 10, 20\nrepetitions = 2\n";
enum { TRIALS = 8 };

static void bench_read(struct bench *b, const char *keys)
{
	g_autofree char *text = g_strdup_printf(
		"[a]\noutputdir = %s\nlabel = a\n%s%s", b->path, section, keys);
	g_autoptr(GError) error = NULL;

	matrix_free(b->m);
	b->m = matrix_parse("t.cfg", text, MATRIX_TREE, 1, &error);
	if (b->m == NULL)
		fail_msg("%s", error->message);
}

static void bench_make(struct bench *b, const char *keys)
{
	*b = (struct bench){ .side = -1, .ready = -1 };
	b->path = g_dir_make_tmp("tsim-run-XXXXXX", NULL);
	assert_non_null(b->path);
	b->dir = g_build_filename(b->path, "a", NULL);
	b->log = g_ptr_array_new_with_free_func(g_free);
	bench_read(b, keys);
}

static void bench_clear(struct bench *b)
{
	matrix_free(b->m);
	g_ptr_array_unref(b->log);
	file_remove_tree(b->path);
	g_free(b->path);
	g_free(b->dir);
}

static char *name_of(const struct matrix_trial *t)
{
	return g_strdup_printf("%s_rep%u", t->infix, t->params.repetition);
}

static void note(struct bench *b, const char *what, char *text)
{
	g_ptr_array_add(b->log, g_strdup_printf("%s %s", what, text));
	g_free(text);
}

static guint count(const struct bench *b, const char *part)
{
	guint n = 0;

	for (guint i = 0; i < b->log->len; i++)
		n += strstr(b->log->pdata[i], part) != NULL;
	return n;
}

static gboolean apply(void *arg, const struct setup *wanted, GError **error)
{
	struct bench *b = arg;
	g_autofree char *text = setup_text(wanted);

	note(b, "apply", g_strdup(text));
	if (b->no_setup == NULL || strstr(text, b->no_setup) == NULL)
		return TRUE;
	g_set_error(error, SIM_ERROR, SIM_ERROR_SERVER, "its bridge, \"br0\", is gone");
	return FALSE;
}

static gboolean write_trial(const struct matrix_trial *t, GError **error)
{
	const struct fake_cfg cfg = { .guests = t->params.guests, .frames = 20, .worst = -1 };
	g_autoptr(trial) made = fake_trial(&cfg);

	trial_params_clear(&made->params);
	trial_params_copy(&made->params, &t->params);
	return trial_write(made, t->dir, error);
}

static gboolean measure(void *arg, const struct matrix_trial *t, GError **error)
{
	struct bench *b = arg;
	g_autofree char *name = name_of(t), *line = g_strdup_printf("%s\n", name);
	char go;

	note(b, "trial", g_strdup(name));
	b->trials++;
	if (b->ready >= 0 && (write(b->ready, "r", 1) != 1 || read(b->ready, &go, 1) != 1))
		_exit(1);
	if (b->fail != NULL && strstr(name, b->fail) != NULL && b->fail_times != 0) {
		b->fail_times--;
		if (b->whole)
			assert_true(write_trial(t, NULL));
		if (!b->silent && !b->no_text)
			g_set_error(error, SIM_ERROR, SIM_ERROR_GUEST, "guest 0 \"died\",\nalas");
		return b->silent;
	}
	if (b->stop_in_trial && b->trials == b->stop_after) {
		g_set_error(error, SIM_ERROR, SIM_ERROR_GUEST, "interrupted");
		return FALSE;
	}
	if (!write_trial(t, error))
		return FALSE;
	return b->side < 0 || write(b->side, line, strlen(line)) == (ssize_t)strlen(line);
}

static gboolean warm_up(void *arg, const struct matrix_trial *t, GError **error)
{
	(void)error;
	note(arg, "warm-up", name_of(t));
	return TRUE;
}

static gboolean interrupted(void *arg)
{
	const struct bench *b = arg;

	if (b->stop_in_pause && count(b, "apply ") != 0)
		return TRUE;
	return b->stop_after != 0 && b->trials >= b->stop_after;
}

static void say(void *arg, const char *text)
{
	note(arg, "say", g_strdup(text));
}

static gboolean run(struct bench *b, unsigned retries, struct matrix_outcome *out, GError **error)
{
	const struct matrix_ops ops = { apply, measure, warm_up, interrupted, say, b };

	return matrix_run(b->m, retries, &ops, out, error);
}

static void expect(struct bench *b, unsigned retries, guint done, guint failed, guint left)
{
	g_autoptr(GError) error = NULL;
	struct matrix_outcome out;

	if (!run(b, retries, &out, &error))
		fail_msg("%s", error->message);
	if (out.done != done || out.failed != failed || out.left != left)
		fail_msg("done %u, failed %u, left %u; not %u, %u, %u", out.done, out.failed,
			out.left, done, failed, left);
}

/* How many are to be done, if it is read anew. */
static guint nb_left(struct bench *b)
{
	g_autoptr(GPtrArray) again = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GError) error = NULL;

	bench_read(b, "");
	matrix_prune(b->m, again, &error);
	assert_null(error);
	return matrix_trials(b->m)->len;
}

/* Lines of failed.csv, the header too. Newly allocated; empty if there is none. */
static char *failures(const struct bench *b)
{
	g_autofree char *path = g_build_filename(b->dir, "failed.csv", NULL);
	char *text = NULL;

	return g_file_get_contents(path, &text, NULL, NULL) ? text : g_strdup("");
}

static guint nb_of(const char *text, const char *part)
{
	guint n = 0;

	for (; (text = strstr(text, part)) != NULL; text++)
		n++;
	return n;
}

static void all_are_measured_once(void **state)
{
	g_autofree char *failed = NULL;
	struct bench b;

	(void)state;
	bench_make(&b, "");
	expect(&b, 1, TRIALS, 0, 0);
	assert_int_equal(count(&b, "trial "), TRIALS);
	assert_int_equal(count(&b, "apply "), 2);
	assert_int_equal(count(&b, "warm-up "), 0);
	assert_int_equal(count(&b, "say 8 of 8, 0 failed, about "), 1);
	failed = failures(&b);
	assert_string_equal(failed, "");
	assert_int_equal(nb_left(&b), 0);
	/* Nothing left is nothing to do, and no error. */
	expect(&b, 1, 0, 0, 0);
	bench_clear(&b);
}

static void a_trial_that_fails_once_is_tried_again(void **state)
{
	g_autofree char *failed = NULL;
	struct bench b;

	(void)state;
	bench_make(&b, "");
	b.fail = "vhost-user_none_vhostoff_ioregionfdoff_dpdk_2vms_10kpps_imix_10s_rep1";
	b.fail_times = 1;
	expect(&b, 1, TRIALS, 0, 0);
	assert_int_equal(count(&b, "trial "), TRIALS + 1);
	/* What failed may have broken its set-up: it is looked at again. */
	assert_int_equal(count(&b, "apply "), 3);
	failed = failures(&b);
	assert_true(g_str_has_prefix(failed, "time,trial,attempt,reason\n2"));
	assert_non_null(strstr(failed, "_rep1,1,\"guest 0 \"\"died\"\","));
	assert_int_equal(nb_of(failed, "_rep1,"), 1);
	assert_int_equal(nb_left(&b), 0);
	bench_clear(&b);
}

static void a_trial_that_always_fails_is_left_and_the_rest_goes_on(void **state)
{
	g_autofree char *failed = NULL, *more = NULL;
	struct bench b;

	(void)state;
	bench_make(&b, "");
	b.fail = "null_none_vhostoff_ioregionfdoff_dpdk_2vms_20kpps_imix_10s_rep0";
	b.fail_times = 1000;
	expect(&b, 2, TRIALS - 1, 1, 0);
	assert_int_equal(count(&b, "trial "), TRIALS + 2);
	failed = failures(&b);
	assert_int_equal(nb_of(failed, "_rep0,"), 3);
	assert_non_null(strstr(failed, "_rep0,3,"));
	assert_int_equal(nb_left(&b), 1);
	/* The next run tries it again, and adds to what is recorded. */
	b.no_text = TRUE;
	expect(&b, 0, 0, 1, 0);
	more = failures(&b);
	assert_true(g_str_has_prefix(more, failed));
	assert_int_equal(nb_of(more, "time,trial"), 1);
	assert_int_equal(nb_of(more, ",unknown\n"), 1);
	bench_clear(&b);
}

static void a_trial_without_a_result_has_failed(void **state)
{
	g_autofree char *failed = NULL;
	struct bench b;

	(void)state;
	bench_make(&b, "");
	b.fail = "_20kpps_imix_10s_rep1";
	b.fail_times = 1000;
	b.silent = TRUE;
	expect(&b, 0, TRIALS - 2, 2, 0);
	failed = failures(&b);
	assert_int_equal(nb_of(failed, ",1,no result was written\n"), 2);
	bench_clear(&b);
}

/* A guest that died in the middle is not seen by the file: who measured knows. */
static void the_file_of_a_trial_that_failed_is_not_believed(void **state)
{
	g_autofree char *failed = NULL;
	struct bench b;

	(void)state;
	bench_make(&b, "");
	b.fail = "_20kpps_imix_10s_rep1";
	b.fail_times = 2;
	b.whole = TRUE;
	expect(&b, 0, TRIALS - 2, 2, 0);
	assert_int_equal(nb_left(&b), 2);
	expect(&b, 0, 2, 0, 0);
	assert_int_equal(nb_left(&b), 0);
	failed = failures(&b);
	assert_int_equal(nb_of(failed, "_rep1,1,"), 2);
	bench_clear(&b);
	/* And by the next try at once. */
	bench_make(&b, "");
	b.fail = "_20kpps_imix_10s_rep1";
	b.fail_times = 2;
	b.whole = TRUE;
	expect(&b, 2, TRIALS, 0, 0);
	assert_int_equal(count(&b, "trial "), TRIALS + 2);
	bench_clear(&b);
}

/* A search fails after its trials were stored; the older ones are of an attempt that was killed. */
static gboolean fail_search(void *arg, const struct matrix_trial *t, GError **error)
{
	struct bench *b = arg;
	struct matrix_trial one = *t;
	g_autofree char *dir = g_build_filename(t->dir, "search-0", NULL);

	b->trials++;
	assert_non_null(t->goals);
	one.dir = dir;
	one.params.rate_pps = 1000 * b->trials;
	assert_true(write_trial(&one, error));
	g_set_error(error, SIM_ERROR, SIM_ERROR_GUEST, "guest 0 died");
	return FALSE;
}

static void trials_of_a_search_that_failed_count_for_nothing(void **state)
{
	static const char infix[] = "process_null_none_vhostoff_ioregionfdoff_dpdk_2vms";
	g_autofree char *text = NULL, *dir = NULL, *failed = NULL;
	struct utimbuf before = { 1000000000, 1000000000 };
	struct matrix_outcome out;
	g_autoptr(GError) error = NULL;
	struct bench b;
	const struct matrix_ops ops = { apply, fail_search, warm_up, interrupted, say, &b };

	(void)state;
	bench_make(&b, "");
	text = g_strdup_printf("[a]\noutputdir = %s\nlabel = a\nmachines = process\n"
			       "interfaces = null\nguests = 2\nsearch = default\n",
		b.path);
	matrix_free(b.m);
	b.m = matrix_parse("t.cfg", text, MATRIX_TREE, 1, &error);
	assert_non_null(b.m);
	dir = g_build_filename(b.dir, "search-0", NULL);
	/* What an earlier run has measured stays. */
	assert_false(fail_search(&b, matrix_trials(b.m)->pdata[0], &error));
	g_clear_error(&error);
	for (guint i = 1; i <= 3; i++) {
		g_autofree char *path = g_strdup_printf(
			"%s/trial_%s_%ukpps_imix_1s_rep0.json", dir, infix, i);
		g_autofree char *aside = g_strconcat(path, ".failed", NULL);

		if (i == 1) {
			assert_int_equal(g_utime(path, &before), 0);
			assert_true(matrix_run(b.m, 1, &ops, &out, &error));
			assert_true(out.done == 0 && out.failed == 1 && b.trials == 3);
		}
		assert_int_equal(g_file_test(path, G_FILE_TEST_EXISTS), i == 1);
		assert_int_equal(g_file_test(aside, G_FILE_TEST_EXISTS), i != 1);
	}
	failed = failures(&b);
	assert_int_equal(nb_of(failed, "_searchkpps_imix_1s_rep0,"), 2);
	bench_clear(&b);
}

/* It was done before the folder was locked, but after it had been looked at. */
static void what_is_done_meanwhile_is_not_measured_again(void **state)
{
	struct bench b;

	(void)state;
	bench_make(&b, "");
	assert_true(write_trial(matrix_trials(b.m)->pdata[2], NULL));
	expect(&b, 1, TRIALS, 0, 0);
	assert_int_equal(count(&b, "trial "), TRIALS - 1);
	bench_clear(&b);
}

static void failures_that_cannot_be_recorded_are_said(void **state)
{
	g_autofree char *path = NULL;
	struct bench b;

	(void)state;
	bench_make(&b, "");
	path = g_build_filename(b.dir, "failed.csv", NULL);
	assert_int_equal(g_mkdir(b.dir, 0777), 0);
	assert_int_equal(symlink("/dev/full", path), 0);
	b.fail = "_20kpps_imix_10s_rep1";
	b.fail_times = 2;
	expect(&b, 0, TRIALS - 2, 2, 0);
	assert_int_equal(count(&b, "failed.csv: cannot record the failure: No space left"), 2);
	assert_int_equal(count(&b, "say process_"), 2);
	bench_clear(&b);
}

/* No file of this process gets more than a few bytes from here on. */
static void run_on_a_full_disk(struct bench *b)
{
	const struct rlimit few = { 40, 40 };
	struct matrix_outcome out;

	signal(SIGXFSZ, SIG_IGN);
	if (setrlimit(RLIMIT_FSIZE, &few) != 0 || !run(b, 1, &out, NULL))
		_exit(2);
	_exit(out.done == 0 && out.failed == TRIALS && out.left == 0 ? 0 : 1);
}

static void a_full_disk_is_survived(void **state)
{
	g_autofree char *failed = NULL;
	struct bench b;
	int status = -1;
	pid_t pid;

	(void)state;
	bench_make(&b, "");
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0)
		run_on_a_full_disk(&b);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	/* Nothing half is there, of trials or of what is told of them. */
	failed = failures(&b);
	assert_string_equal(failed, "");
	assert_int_equal(nb_left(&b), TRIALS);
	b.fail = "_20kpps_imix_10s_rep1";
	b.fail_times = 1;
	expect(&b, 1, TRIALS, 0, 0);
	g_free(failed);
	failed = failures(&b);
	assert_true(g_str_has_prefix(failed, "time,trial,attempt,reason\n2"));
	assert_int_equal(nb_of(failed, "time,trial"), 1);
	bench_clear(&b);
}

static void trials_of_a_set_up_that_fails_are_not_waited_for(void **state)
{
	g_autofree char *failed = NULL;
	struct bench b;

	(void)state;
	bench_make(&b, "");
	b.no_setup = "null";
	expect(&b, 1, TRIALS / 2, TRIALS / 2, 0);
	/* Two attempts, and the other set-up's. */
	assert_int_equal(count(&b, "apply "), 3);
	assert_int_equal(count(&b, "trial "), TRIALS / 2);
	failed = failures(&b);
	assert_int_equal(nb_of(failed, "\"its bridge, \"\"br0\"\", is gone\"\n"), 2 + 3);
	assert_int_equal(nb_of(failed, ",0,\"its bridge"), 3);
	b.no_setup = NULL;
	assert_int_equal(nb_left(&b), TRIALS / 2);
	expect(&b, 1, TRIALS / 2, 0, 0);
	bench_clear(&b);
}

static void who_is_stopped_has_not_failed(void **state)
{
	g_autofree char *failed = NULL;
	struct bench b;

	(void)state;
	for (int in_trial = 0; in_trial <= 1; in_trial++) {
		bench_make(&b, "");
		b.stop_after = 4;
		b.stop_in_trial = in_trial;
		expect(&b, 3, 4 - (guint)in_trial, 0, 4 + (guint)in_trial);
		assert_int_equal(count(&b, "trial "), 4);
		failed = failures(&b);
		assert_string_equal(failed, "");
		g_clear_pointer(&failed, g_free);
		b.stop_after = 0;
		assert_int_equal(nb_left(&b), 4 + in_trial);
		expect(&b, 1, 4 + (guint)in_trial, 0, 0);
		bench_clear(&b);
	}
}

static void who_is_stopped_before_begins_nothing(void **state)
{
	struct bench b;

	(void)state;
	bench_make(&b, "");
	b.stop_after = 1;
	b.trials = 1;
	expect(&b, 1, 0, 0, TRIALS);
	assert_int_equal(count(&b, "trial "), 0);
	bench_clear(&b);
}

static void combinations_are_warmed_up_once(void **state)
{
	struct bench b;

	(void)state;
	bench_make(&b, "warmup = true\nwarmup_runtime = 1\n");
	expect(&b, 1, TRIALS, 0, 0);
	assert_int_equal(count(&b, "warm-up "), TRIALS / 2);
	/* apply, warm-up, two repetitions, and the next combination. */
	for (guint i = 0, at = 0; i < b.log->len; i++) {
		static const char *const order[] = { "warm-up", "trial", "trial" };
		const char *line = b.log->pdata[i];

		if (g_str_has_prefix(line, "say ") || g_str_has_prefix(line, "apply "))
			continue;
		assert_true(g_str_has_prefix(line, order[at++ % G_N_ELEMENTS(order)]));
	}
	bench_clear(&b);
}

/* A pause of an hour before each trial; the test is over before that. */
static void a_pause_ends_when_it_is_stopped(void **state)
{
	struct bench b;

	(void)state;
	bench_make(&b, "cooldown = true\ncooldown_runtime = 1h\n");
	b.stop_in_pause = TRUE;
	expect(&b, 1, 0, 0, TRIALS);
	assert_int_equal(count(&b, "apply "), 1);
	bench_clear(&b);
}

static void a_folder_that_cannot_be_written_is_an_error(void **state)
{
	g_autoptr(GError) error = NULL;
	struct matrix_outcome out;
	struct bench b;

	(void)state;
	bench_make(&b, "");
	assert_true(g_file_set_contents(b.dir, "a file\n", -1, NULL));
	assert_false(run(&b, 1, &out, &error));
	assert_non_null(error);
	assert_non_null(strstr(error->message, b.dir));
	assert_int_equal(out.left, TRIALS);
	assert_int_equal(count(&b, "trial "), 0);
	bench_clear(&b);
}

/* A child that works through the matrix; it stands within each trial until it is told to go on. */
static pid_t fork_run(struct bench *b, int *control)
{
	int ends[2];
	pid_t pid;

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		struct matrix_outcome out;
		gboolean done;

		prctl(PR_SET_PDEATHSIG, SIGKILL);
		close(ends[0]);
		b->ready = ends[1];
		done = run(b, 0, &out, NULL) && out.done == TRIALS;
		_exit(done ? 0 : 1);
	}
	close(ends[1]);
	*control = ends[0];
	return pid;
}

static int status_of(pid_t pid)
{
	int status = -1;

	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

static void two_at_a_time_are_refused(void **state)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *pid_text = NULL;
	struct matrix_outcome out;
	struct bench b;
	int control;
	pid_t pid;
	char c;

	(void)state;
	bench_make(&b, "");
	pid = fork_run(&b, &control);
	assert_int_equal(read(control, &c, 1), 1);
	assert_false(run(&b, 1, &out, &error));
	assert_true(g_error_matches(error, SIM_ERROR, SIM_ERROR_RESOURCES));
	pid_text = g_strdup_printf("(PID %d, since ", (int)pid);
	assert_non_null(strstr(error->message, pid_text));
	assert_non_null(strstr(error->message, b.dir));
	assert_int_equal(out.left, TRIALS);
	assert_int_equal(count(&b, "trial "), 0);
	/* Whoever dies does not keep it. */
	kill(pid, SIGKILL);
	assert_true(WIFSIGNALED(status_of(pid)));
	close(control);
	expect(&b, 1, TRIALS, 0, 0);
	bench_clear(&b);
}

/* The child is let go on so many times, and some microseconds later it is killed. */
static void kill_within(struct bench *b, guint turns, gulong us)
{
	int control;
	pid_t pid = fork_run(b, &control);
	char c = 'g';

	for (guint i = 0; i < turns; i++) {
		assert_int_equal(read(control, &c, 1), 1);
		assert_int_equal(write(control, &c, 1), 1);
	}
	g_usleep(us);
	kill(pid, SIGKILL);
	status_of(pid);
	close(control);
}

/* SIGKILL at any time; what is done then is not done again, and in the end all is there. */
static void who_is_killed_goes_on(void **state)
{
	GRand *random = g_rand_new_with_seed(4);

	(void)state;
	for (guint round = 0; round < 30; round++) {
		g_autoptr(GHashTable)
			seen = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, NULL);
		g_autofree char *side = NULL, *text = NULL;
		g_auto(GStrv) lines = NULL;
		guint left, first;
		struct bench b;

		bench_make(&b, "");
		side = g_build_filename(b.path, "side", NULL);
		b.side = g_open(side, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
		assert_true(b.side >= 0);
		first = (guint)g_rand_int_range(random, 1, TRIALS + 1);
		kill_within(&b, first, (gulong)g_rand_int_range(random, 0, 4000));
		left = nb_left(&b);
		/* All but the last were done when the next one began. */
		assert_true(left <= TRIALS - first + 1 && left >= TRIALS - first);
		expect(&b, 0, left, 0, 0);
		assert_int_equal(nb_left(&b), 0);
		/* A death between the result and its line in the side file leaves no line. */
		assert_true(g_file_get_contents(side, &text, NULL, NULL));
		lines = g_strsplit(g_strchomp(text), "\n", -1);
		assert_true(g_strv_length(lines) >= TRIALS - 1);
		for (char **line = lines; *line != NULL; line++)
			if (!g_hash_table_add(seen, *line))
				fail_msg("%s was written twice", *line);
		close(b.side);
		bench_clear(&b);
	}
	g_rand_free(random);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_are_measured_once),
		cmocka_unit_test(a_trial_that_fails_once_is_tried_again),
		cmocka_unit_test(a_trial_that_always_fails_is_left_and_the_rest_goes_on),
		cmocka_unit_test(a_trial_without_a_result_has_failed),
		cmocka_unit_test(the_file_of_a_trial_that_failed_is_not_believed),
		cmocka_unit_test(trials_of_a_search_that_failed_count_for_nothing),
		cmocka_unit_test(what_is_done_meanwhile_is_not_measured_again),
		cmocka_unit_test(failures_that_cannot_be_recorded_are_said),
		cmocka_unit_test(a_full_disk_is_survived),
		cmocka_unit_test(trials_of_a_set_up_that_fails_are_not_waited_for),
		cmocka_unit_test(who_is_stopped_has_not_failed),
		cmocka_unit_test(who_is_stopped_before_begins_nothing),
		cmocka_unit_test(combinations_are_warmed_up_once),
		cmocka_unit_test(a_pause_ends_when_it_is_stopped),
		cmocka_unit_test(a_folder_that_cannot_be_written_is_an_error),
		cmocka_unit_test(two_at_a_time_are_refused),
		cmocka_unit_test(who_is_killed_goes_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
