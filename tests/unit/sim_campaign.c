/* SPDX-License-Identifier: BSD-3-Clause */
/* The trials of a command: which are measured, in which order, what is written and what is said. */
#include "tests/unit/traffic_check.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "analyze/base/file.h"
#include "sim/base/stop.h"
#include "sim/trial/campaign.h"
#include "tests/unit/fake_run.h"

/* A directory of results, and what the last command said. */
struct command {
	char *out, *dir; /* OUT, OUT/default */
	char *text, *said;
	int status;
	gboolean done_before; /* as campaign_is_done had it */
	guint nb_trials;      /* that were begun */
	void (*change)(struct fake_run *r);
};

static int command_begin(void **state)
{
	struct command *c = g_new0(struct command, 1);

	c->out = g_dir_make_tmp("tsim-campaign-XXXXXX", NULL);
	c->dir = g_build_filename(c->out, "default", NULL);
	*state = c;
	return 0;
}

static int command_end(void **state)
{
	struct command *c = *state;

	file_remove_tree(c->out);
	g_free(c->out);
	g_free(c->dir);
	g_free(c->text);
	g_free(c->said);
	g_free(c);
	return 0;
}

/* A stream into a file of OUT's; returns what to give it back with. */
static int redirect(FILE *stream, const char *path)
{
	int fd = g_open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600), kept;

	fflush(stream);
	kept = dup(fileno(stream));
	assert_true(fd >= 0 && kept >= 0 && dup2(fd, fileno(stream)) >= 0);
	close(fd);
	return kept;
}

static char *give_back(FILE *stream, int kept, const char *path)
{
	char *text = NULL;

	fflush(stream);
	assert_true(dup2(kept, fileno(stream)) >= 0);
	close(kept);
	assert_true(g_file_get_contents(path, &text, NULL, NULL));
	g_unlink(path);
	return text;
}

/* tsim run with two guests of 64 bytes for a second, at 1 kpps by default, and the words given. */
static void run_words(struct command *c, const char *const *more)
{
	static const char *const own[] = { "--interface=null", "--profile=fixed:64", "--guests=2",
		"--duration=1s", "--drain=1s" };
	g_autoptr(GPtrArray) words = g_ptr_array_new_with_free_func(g_free);
	g_autofree char *out = g_strdup_printf("%s.stdout", c->out);
	g_autofree char *err = g_strdup_printf("%s.stderr", c->out);
	const char *rate = "--rate=1kpps", *warm_up = "--warm-up=100ms";
	struct fake_run *r;
	int kept_out, kept_err;

	for (size_t i = 0; i < G_N_ELEMENTS(own); i++)
		g_ptr_array_add(words, g_strdup(own[i]));
	g_ptr_array_add(words, g_strdup_printf("--out=%s", c->out));
	g_ptr_array_add(words, g_strdup(warm_up)); /* the last one of an option counts */
	for (const char *const *m = more; *m != NULL; m++) {
		g_ptr_array_add(words, g_strdup(*m));
		if (g_str_has_prefix(*m, "--ramp="))
			rate = NULL;
	}
	if (rate != NULL)
		g_ptr_array_insert(words, 0, g_strdup(rate));
	g_ptr_array_add(words, NULL);
	r = fake_run_new((const char *const *)words->pdata);
	r->interrupt = stop_flag();
	atomic_store(stop_flag(), 0);
	if (c->change != NULL)
		c->change(r);
	kept_out = redirect(stdout, out);
	kept_err = redirect(stderr, err);
	c->done_before = campaign_is_done(&r->o);
	c->status = campaign_run(&r->o, NULL);
	g_free(c->said);
	c->said = give_back(stderr, kept_err, err);
	g_free(c->text);
	c->text = give_back(stdout, kept_out, out);
	c->nb_trials = r->nb_trials;
	atomic_store(stop_flag(), 0);
	fake_run_free(r);
}

#define RUN(c, ...) run_words(c, (const char *const[]){ __VA_ARGS__, NULL })
#define RUN_PLAIN(c) run_words(c, (const char *const[]){ NULL })

static gint by_name(gconstpointer a, gconstpointer b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Names in the directory that end so, in order, with blanks between; "" also where it is not there. */
static char *files(const struct command *c, const char *suffix)
{
	g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GDir) dir = g_dir_open(c->dir, 0, NULL);
	const char *name;

	while (dir != NULL && (name = g_dir_read_name(dir)) != NULL)
		if (g_str_has_suffix(name, suffix))
			g_ptr_array_add(names, g_strdup(name));
	g_ptr_array_sort(names, by_name);
	g_ptr_array_add(names, NULL);
	return g_strjoinv(" ", (char **)names->pdata);
}

static char *path_of(const struct command *c, const char *rate, int rep)
{
	g_autofree char *part = g_strdup_printf("_%s_", rate);
	g_autofree char *end = g_strdup_printf("_rep%d.json", rep);
	g_autofree char *all = files(c, end);
	g_auto(GStrv) names = g_strsplit(all, " ", -1);

	for (char **name = names; *name != NULL; name++)
		if (strstr(*name, part) != NULL)
			return g_build_filename(c->dir, *name, NULL);
	fail_msg("no trial of %s, repetition %d in '%s'", rate, rep, all);
	return NULL;
}

static guint count_files(const struct command *c, const char *suffix)
{
	g_autofree char *all = files(c, suffix);
	g_auto(GStrv) names = g_strsplit(all, " ", -1);

	return *all == '\0' ? 0 : g_strv_length(names);
}

static char *content(const char *path)
{
	char *text = NULL;

	assert_true(g_file_get_contents(path, &text, NULL, NULL));
	return text;
}

/* "1000/0 1000/1": rate and repetition of each trial on stdout, which is CSV, in order. */
static char *order(const struct command *c)
{
	g_auto(GStrv) lines = g_strsplit(c->text, "\n", -1);
	GString *s = g_string_new(NULL);

	for (char **line = lines; *line != NULL; line++) {
		g_auto(GStrv) cell = g_strsplit(*line, ",", -1);

		if (g_strv_length(cell) > 10 && g_str_equal(cell[10], "all"))
			g_string_append_printf(
				s, "%s%s/%s", s->len == 0 ? "" : " ", cell[6], cell[8]);
	}
	return g_string_free(s, FALSE);
}

static void check_order(const struct command *c, const char *want)
{
	g_autofree char *got = order(c);

	check_text("order", got, want);
}

static void check_status(const struct command *c, int want)
{
	if (c->status != want)
		fail_msg("status %d, want %d; it said: %s", c->status, want, c->said);
}

static void every_rate_has_its_repetitions_one_after_the_other(void **state)
{
	struct command *c = *state;

	RUN(c, "--rate=2kpps,1kpps", "--reps=3", "--format=csv");
	check_status(c, CLI_DONE);
	check_order(c, "2000/0 2000/1 2000/2 1000/0 1000/1 1000/2");
	assert_int_equal(c->nb_trials, 6);
	assert_int_equal(count_files(c, ".json"), 6);
}

static void a_trial_has_its_json_and_the_files_that_this_names_and_no_others(void **state)
{
	struct command *c = *state;
	g_autofree char *all = NULL;
	g_auto(GStrv) names = NULL;
	g_autofree char *path = NULL, *json = NULL;

	RUN_PLAIN(c);
	check_status(c, CLI_DONE);
	check_has("text", c->text, "verdict: trustworthy");
	check_has("said", c->said, "results: ");
	check_has("said", c->said, c->dir);
	all = files(c, "");
	names = g_strsplit(all, " ", -1);
	path = path_of(c, "1kpps", 0);
	json = content(path);
	assert_in_range(g_strv_length(names), 2, 10);
	for (char **name = names; *name != NULL; name++)
		if (!g_str_has_suffix(*name, ".json"))
			check_has("files of the trial", json, *name);
}

static void what_is_measured_is_shown_again_and_not_measured(void **state)
{
	struct command *c = *state;
	g_autofree char *first = NULL, *before = NULL, *after = NULL, *path = NULL;

	RUN(c, "--reps=2", "--format=csv");
	first = g_strdup(c->text);
	path = path_of(c, "1kpps", 1);
	before = content(path);
	RUN(c, "--reps=2", "--format=csv");
	check_status(c, CLI_DONE);
	assert_int_equal(c->nb_trials, 0);
	assert_true(c->done_before);
	check_text("text", c->text, first);
	check_has("said", c->said, "already measured: 2 (in ");
	after = content(path);
	check_text("file", after, before);
}

static void only_what_is_missing_is_measured(void **state)
{
	struct command *c = *state;
	g_autofree char *path = NULL;

	RUN(c, "--reps=3");
	path = path_of(c, "1kpps", 1);
	assert_int_equal(g_unlink(path), 0);
	RUN(c, "--reps=4", "--format=csv");
	check_status(c, CLI_DONE);
	check_order(c, "1000/1 1000/3");
	assert_int_equal(c->nb_trials, 2);
	assert_false(c->done_before);
	check_has("said", c->said, "already measured: 2");
	assert_int_equal(count_files(c, ".json"), 4);
}

static void a_truncated_file_is_measured_again(void **state)
{
	struct command *c = *state;
	g_autofree char *path = NULL, *half = NULL;

	RUN(c, "--reps=2");
	path = path_of(c, "1kpps", 0);
	half = content(path);
	assert_true(g_file_set_contents(path, half, (gssize)strlen(half) / 2, NULL));
	RUN(c, "--reps=2", "--format=csv");
	check_status(c, CLI_DONE);
	check_order(c, "1000/0");
	check_has("said", c->said, "measuring again: ");
}

static void one_repetition_alone_can_be_measured(void **state)
{
	struct command *c = *state;

	RUN(c, "--rep=7", "--format=csv");
	check_status(c, CLI_DONE);
	check_order(c, "1000/7");
	RUN(c, "--reps=2", "--format=csv");
	check_order(c, "1000/0 1000/1");
}

static void a_ramp_is_one_trial_of_its_mean_rate(void **state)
{
	struct command *c = *state;

	RUN(c, "--ramp=1kpps,3kpps", "--format=csv");
	check_status(c, CLI_DONE);
	check_order(c, "2000/0");
	assert_int_equal(c->nb_trials, 1);
}

static void a_trial_of_other_parameters_is_not_overwritten_unless_told_so(void **state)
{
	struct command *c = *state;
	g_autofree char *path = NULL, *before = NULL, *after = NULL, *replaced = NULL;

	RUN_PLAIN(c);
	path = path_of(c, "1kpps", 0);
	before = content(path);
	RUN(c, "--warm-up=200ms");
	check_status(c, CLI_USAGE);
	check_has("said", c->said, "use another --label, or --overwrite");
	assert_int_equal(c->nb_trials, 0);
	check_text("text", c->text, "");
	after = content(path);
	check_text("file", after, before);
	RUN(c, "--warm-up=200ms", "--overwrite");
	check_status(c, CLI_DONE);
	assert_int_equal(c->nb_trials, 1);
	replaced = content(path);
	check_has("file", replaced, "\"warm_up_s\" : 0.2");
	assert_int_equal(count_files(c, ".json"), 1);
}

static void overwrite_measures_what_is_there_again(void **state)
{
	struct command *c = *state;

	RUN(c, "--reps=2");
	RUN(c, "--reps=2", "--overwrite", "--format=csv");
	check_status(c, CLI_DONE);
	check_order(c, "1000/0 1000/1");
	assert_int_equal(c->nb_trials, 2);
}

static void stop_in_second(struct fake_run *r)
{
	r->stop_s = r->nb_trials == 2 ? 0.5 : 0;
}

static void stop_second(struct fake_run *r)
{
	r->on_trial = stop_in_second;
}

static void an_interrupted_trial_is_kept_and_the_same_command_goes_on_with_it(void **state)
{
	struct command *c = *state;
	g_autofree char *path = NULL, *json = NULL, *whole = NULL;

	c->change = stop_second;
	RUN(c, "--reps=4", "--format=csv");
	check_status(c, CLI_FAILED);
	check_order(c, "1000/0 1000/1");
	check_has("said", c->said, "interrupted: 3 of 4 trials not measured yet");
	assert_int_equal(c->nb_trials, 2);
	path = path_of(c, "1kpps", 1);
	json = content(path);
	check_has("file", json, "\"interrupted\" : true");
	c->change = NULL;
	RUN(c, "--reps=4", "--format=csv");
	check_status(c, CLI_DONE);
	check_order(c, "1000/1 1000/2 1000/3");
	check_has("said", c->said, "measuring again: ");
	whole = content(path);
	check_has("file", whole, "\"interrupted\" : false");
}

static void stop_hello(struct fake_run *r)
{
	r->guest[0].never_answers = r->guest[1].never_answers = TRUE;
	r->stop_hello_ns = 1000000000;
}

static void one_guest_away(struct fake_run *r)
{
	r->guest[1].never_comes = TRUE;
}

static void all_guests_away(struct fake_run *r)
{
	r->guest[0].never_comes = r->guest[1].never_comes = TRUE;
}

static void without_eal(struct fake_run *r)
{
	r->no_eal = TRUE;
}

static void without_fabric(struct fake_run *r)
{
	r->no_fabric = TRUE;
}

static void where_nothing_was_measured_nothing_is_left(void **state)
{
	static const struct {
		void (*change)(struct fake_run *r);
		const char *said;
	} cases[] = { { stop_hello, "interrupted while waiting for guests" },
		{ all_guests_away, "none of 2 guests answered" },
		{ without_eal, "tsim: DPDK does not start" },
		{ without_fabric, "tsim: no room for queues" } };
	struct command *c = *state;

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		c->change = cases[i].change;
		RUN(c, "--reps=2");
		check_status(c, CLI_FAILED);
		check_has("said", c->said, cases[i].said);
		check_text("text", c->text, "");
		assert_false(g_file_test(c->dir, G_FILE_TEST_EXISTS));
		assert_true(g_file_test(c->out, G_FILE_TEST_IS_DIR));
	}
}

static void a_doubtful_trial_is_done_stored_and_says_so(void **state)
{
	struct command *c = *state;

	c->change = one_guest_away;
	RUN_PLAIN(c);
	check_status(c, CLI_NOT_TRUSTWORTHY);
	check_has("text", c->text, "verdict: NOT TRUSTWORTHY");
	check_has("text", c->text, "guest 1: never connected");
	assert_int_equal(count_files(c, ".json"), 1);
	/* Shown again it is no better. */
	c->change = NULL;
	RUN_PLAIN(c);
	check_status(c, CLI_NOT_TRUSTWORTHY);
	assert_int_equal(c->nb_trials, 0);
}

/* A directory has the name of the trial's file. */
static void block_file(struct fake_run *r)
{
	g_mkdir(r->user, 0700);
}

static char *blocked;

static void block_when_it_begins(struct fake_run *r)
{
	r->user = blocked;
	r->on_trial = block_file;
}

static void a_trial_that_cannot_be_written_is_kept_elsewhere(void **state)
{
	struct command *c = *state;
	g_autofree char *path = NULL, *kept = NULL, *name = NULL, *rescued = NULL;
	const char *from;

	RUN_PLAIN(c);
	path = path_of(c, "1kpps", 0);
	assert_int_equal(g_unlink(path), 0);
	blocked = path;
	c->change = block_when_it_begins;
	RUN_PLAIN(c);
	check_status(c, CLI_FAILED);
	check_has("said", c->said, "trial saved in ");
	check_has("text", c->text, "verdict: trustworthy");
	from = strstr(c->said, "saved in ") + strlen("saved in ");
	kept = g_strndup(from, strcspn(from, " "));
	name = g_path_get_basename(path);
	rescued = g_build_filename(kept, name, NULL);
	assert_true(g_file_test(rescued, G_FILE_TEST_IS_REGULAR));
	file_remove_tree(kept);
}

static void a_capture_that_cannot_be_written_is_found_before_anything_is_measured(void **state)
{
	struct command *c = *state;
	g_autofree char *option = g_strdup_printf("--capture=%s/none/a.pcap", c->out);

	RUN(c, option);
	check_status(c, CLI_FAILED);
	check_has("said", c->said, "--capture: ");
	assert_int_equal(c->nb_trials, 0);
	assert_false(g_file_test(c->dir, G_FILE_TEST_EXISTS));
}

static void a_capture_has_the_frames_of_the_trial(void **state)
{
	struct command *c = *state;
	g_autofree char *path = g_strdup_printf("%s/a.pcap", c->out);
	g_autofree char *option = g_strdup_printf("--capture=%s", path);

	RUN(c, option);
	check_status(c, CLI_DONE);
	check_has("said", c->said, "a.pcap: 1000 frames");
	assert_true(g_file_test(path, G_FILE_TEST_IS_REGULAR));
}

static void a_format_is_that_of_all_trials_and_csv_has_one_head(void **state)
{
	struct command *c = *state;
	const char *second;

	RUN(c, "--reps=2", "--format=csv");
	assert_true(g_str_has_prefix(c->text, "schema,label,infix"));
	second = strstr(c->text + 1, "schema,label,infix");
	assert_null(second);
	RUN(c, "--reps=2", "--format=json");
	assert_true(g_str_has_prefix(c->text, "{"));
	check_has("second object", c->text, "}\n{");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, command_begin, command_end)
	const struct CMUnitTest tests[] = {
		TEST(every_rate_has_its_repetitions_one_after_the_other),
		TEST(a_trial_has_its_json_and_the_files_that_this_names_and_no_others),
		TEST(what_is_measured_is_shown_again_and_not_measured),
		TEST(only_what_is_missing_is_measured),
		TEST(a_truncated_file_is_measured_again),
		TEST(one_repetition_alone_can_be_measured),
		TEST(a_ramp_is_one_trial_of_its_mean_rate),
		TEST(a_trial_of_other_parameters_is_not_overwritten_unless_told_so),
		TEST(overwrite_measures_what_is_there_again),
		TEST(an_interrupted_trial_is_kept_and_the_same_command_goes_on_with_it),
		TEST(where_nothing_was_measured_nothing_is_left),
		TEST(a_doubtful_trial_is_done_stored_and_says_so),
		TEST(a_trial_that_cannot_be_written_is_kept_elsewhere),
		TEST(a_capture_that_cannot_be_written_is_found_before_anything_is_measured),
		TEST(a_capture_has_the_frames_of_the_trial),
		TEST(a_format_is_that_of_all_trials_and_csv_has_one_head),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
