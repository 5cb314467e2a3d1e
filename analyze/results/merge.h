/* SPDX-License-Identifier: BSD-3-Clause */
/* analyze/results/merge.h: a set of results written as a merged set, by one process or by all ranks. */
#ifndef ANALYZE_RESULTS_MERGE_H
#define ANALYZE_RESULTS_MERGE_H

#include "analyze/contract/part.h"
#include "analyze/base/table.h"
#include "analyze/results/result.h"
#include "analyze/results/summary.h"

/* A table of what is merged, for whoever wants to show one. */
struct merge_view {
	table *(*empty)(void);                              /* with its columns */
	void (*add)(table *t, const result_combination *c); /* c has its bins */
};

/* What a merge has to tell. */
struct merge {
	const struct merge_view *view; /* NULL: none */
	table *shown;                  /* by view; empty without it */
	summary *summary;
	GPtrArray *reasons; /* char *: result_reasons_text of each combination */
	guint nb;           /* combinations that were written */
	gboolean trustworthy;
	/* What came up; char *. */
	GPtrArray *warnings, *notes;
};
typedef struct merge merge;

/* view outlives it; NULL is fine. */
merge *merge_new(const struct merge_view *view);
void merge_free(merge *m); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(merge, merge_free)

/*
 * Load each combination of r in turn, write its files beside its trials if these lie in one
 * directory at or below output, else into output/LABEL (output itself if that is the directory of
 * the label), and at last summary.csv and summary.json into output. Broken ones are
 * left out with a warning; FALSE if nothing could be written, or not all of it. Warnings and notes
 * of r are taken over at the end, also then.
 */
gboolean merge_write(result_set *r, const char *output, merge *m, GError **error);

/*
 * Before trials are looked for: what several generators left in the folders that names stand for, and
 * below, becomes trials (analyze/contract/part.h). say: what was done, a line for each.
 */
void merge_join_parts(const char *dir, char *const *names, part_say_fn say, void *user);

enum merge_shared {
	MERGE_DONE,   /* rank 0 has it all in m; the others have nothing to say */
	MERGE_FAILED, /* likewise the error */
	MERGE_ALONE,  /* not to be shared out: rank 0 has to do it alone, with result_open */
};

/*
 * The same, together by all ranks (analyze/base/ranks.h), with equal files: each reads and merges the
 * trials of every n-th combination, rank 0 writes. Whatever cannot be judged by parts, such as that
 * a name stands for nothing, is left to rank 0 alone.
 */
enum merge_shared merge_write_shared(const struct result_options *options, const char *const *names,
	const char *output, merge *m, GError **error);

#endif
