/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * analyze/contract/accumulated.h: what a merge records of an acc_histogram_INFIX.csv that it wrote of trials
 * of autotest, in acc_sources_INFIX.json beside it: a histogram alone says neither of which
 * repetitions it is, so that it could count twice, nor whether they are reliable.
 */
#ifndef ANALYZE_CONTRACT_ACCUMULATED_H
#define ANALYZE_CONTRACT_ACCUMULATED_H

#include <stdint.h>

#include "analyze/contract/trial.h"

/* A repetition that was accumulated. */
struct accumulated_source {
	uint32_t repetition;
	uint64_t latencies, sum_ns;
};

struct accumulated {
	uint64_t latencies, sum_ns; /* of the histogram itself: of another one it says nothing */
	gboolean trustworthy;       /* all sources are */
	GPtrArray *reasons;         /* char *: "rep 2: REASON" */
	struct accumulated_source *sources;
	uint32_t nb_sources;
};
typedef struct accumulated accumulated;

accumulated *accumulated_new(void);
void accumulated_free(accumulated *a); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(accumulated, accumulated_free)

/*
 * Add a repetition of autotest, or what an accumulated histogram is of. Reasons lose the directory
 * of t: equal files must come of equal sources, wherever they are read from.
 */
void accumulated_add(accumulated *a, const trial *t);
/* Is there a repetition that both are of? */
gboolean accumulated_overlaps(const accumulated *a, const accumulated *b);

/* "acc_sources_INFIX.json", of the name or path of an acc_histogram_INFIX.csv; newly allocated. */
char *accumulated_name(const char *histogram);
/* The same with the directory of that path. */
char *accumulated_path(const char *histogram);
char *accumulated_text(const accumulated *a);
/* The way back; name stands for the text in errors. NULL and error. */
accumulated *accumulated_parse(const char *name, const char *text, size_t len, GError **error);

#endif
