/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * sim/matrix/matrix.h: test matrices: key files whose sections are a matrix each (autotest's tests
 * file and more, see conf/README.md), and the tree of their valid combinations, in the order of
 * set-up cost. Pure but for reading the files and, in matrix_prune, the folder of results.
 */
#ifndef SIM_MATRIX_MATRIX_H
#define SIM_MATRIX_MATRIX_H

#include <stdint.h>

#include <glib.h>

#include "analyze/contract/trial.h"
#include "sim/host/setup.h"

enum matrix_order { MATRIX_TREE, MATRIX_RANDOM, MATRIX_INTERLEAVED };

/* One repetition of a combination: a trial, or a search with trials of its own. */
struct matrix_trial {
	struct setup setup; /* its strings are the matrix's */
	char *dir;          /* OUT/LABEL */
	char *infix;
	/* Words of tsim run, or search, that say its traffic: "--rate=10kpps", NULL-terminated. */
	GPtrArray *args;
	struct trial_params params; /* what it will be stored as */
	char **goals;               /* of a search, as goal_full_text; NULL: it is a trial */
	char *options;              /* of a search, as struct search; "" of a trial */
	uint32_t frame_len_max;     /* with FCS */
	double estimate_s;          /* that it takes, without set-up */
	double warm_up_s;           /* of the throw-away trial before a combination; 0: none */
	double cool_down_s;         /* of the pause before each trial; 0: none */
	gboolean accumulate;        /* its directory is to be merged once all is measured */
	char *section;              /* "tests.cfg: [vhost]" */
};

struct matrix;

/* All sections of all files, in order; NULL and error for the first mistake. */
struct matrix *matrix_read(
	const char *const *files, enum matrix_order order, uint32_t seed, GError **error);
/* The same of one file's text; name stands for the file. */
struct matrix *matrix_parse(
	const char *name, const char *text, enum matrix_order order, uint32_t seed, GError **error);
void matrix_free(struct matrix *m); /* NULL is fine */
/* Combinations that cannot exist: "REASON: N" a line. Owned by m. */
const GPtrArray *matrix_impossible(const struct matrix *m);
/* Path of its JSON file. Newly allocated. */
char *matrix_trial_path(const struct matrix_trial *t);
/* As trial_state, search_look. */
enum trial_state matrix_trial_state(const struct matrix_trial *t, char **why);
/* Can its result be relied on? TRUE where there is none: that is another matter. */
gboolean matrix_trial_is_sound(const struct matrix_trial *t);
/* struct matrix_trial *, in the order of running; valid and distinct ones only. Owned by m. */
const GPtrArray *matrix_trials(const struct matrix *m);
/* Take what is done to matrix_done; again: text about what will be measured again, a line each. Number taken away. */
guint matrix_prune(struct matrix *m, GPtrArray *again, GError **error);
/* Those that matrix_prune has found done. Owned by m. */
const GPtrArray *matrix_done(const struct matrix *m);
/* The tree and its counts, for people. */
void matrix_print(const struct matrix *m, GString *into);

/* Who builds set-ups and measures; lab.h is the real one, tests have another. */
struct matrix_ops {
	/*
	 * From what stands now to what is wanted, by the fewest steps. Where it fails to the last
	 * retry, all trials of the set-up fail.
	 */
	gboolean (*apply)(void *arg, const struct setup *wanted, GError **error);
	/* The trial's files are in t->dir after it. */
	gboolean (*trial)(void *arg, const struct matrix_trial *t, GError **error);
	/* Load that is not measured, before the first trial of a combination that asks for it. NULL: never. */
	gboolean (*warm_up)(void *arg, const struct matrix_trial *t, GError **error);
	/* TRUE: stop as soon as possible. */
	gboolean (*interrupted)(void *arg);
	/* What runs, for people: a line a call. */
	void (*say)(void *arg, const char *text);
	void *arg;
};
struct matrix_outcome {
	guint done, failed, left; /* trials and searches */
};
/*
 * Runs all that are left. A trial that fails is recorded (OUT/LABEL/failed.csv: time, trial, attempt,
 * reason; attempt 0: not tried, as its set-up had failed), tried again retries times, and the rest
 * goes on. FALSE only where nothing can go on.
 */
gboolean matrix_run(struct matrix *m, unsigned retries, const struct matrix_ops *ops,
	struct matrix_outcome *out, GError **error);

#endif
