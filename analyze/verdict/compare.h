/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * analyze/verdict/compare.h: is B better than A? Two result_sets become pairs of combinations; each pair is
 * compared by its repetitions, metric by metric, with a verdict. No files but the bins that
 * result_load reads; nothing is printed.
 */
#ifndef ANALYZE_VERDICT_COMPARE_H
#define ANALYZE_VERDICT_COMPARE_H

#include <glib.h>

#include "analyze/results/result.h"
#include "analyze/statistics/rank_test.h"

/* Fewer repetitions per side get no verdict: 3 against 3 give no p below 0.1. */
enum { COMPARE_LEAST = 4 };

/* Unless asked for otherwise. */
#define COMPARE_ALPHA 0.05
#define COMPARE_THRESHOLD 0.01
#define COMPARE_METRICS "loss,p50,p99"

enum compare_kind {
	COMPARE_LOSS,      /* ratio of packet totals */
	COMPARE_FORWARDED, /* frames a second; more is better, of all others less */
	COMPARE_MEAN,      /* ns, of the frames that came back */
	COMPARE_QUANTILE,  /* ns, nearest rank, of all that were offered */
	/* Of searches that have found it; of others there is no value. More is better. */
	COMPARE_LIMIT,      /* lower bound of a goal, frames a second */
	COMPARE_THROUGHPUT, /* conditional throughput there */
};

struct compare_metric {
	enum compare_kind kind;
	double q;   /* of COMPARE_QUANTILE, 0 < q <= 1 */
	char *name; /* "loss", "p99.9", "limit NDR"; owned */
	char *goal; /* of COMPARE_LIMIT and COMPARE_THROUGHPUT: name; owned */
};

/* "loss,forwarded,mean,p50,p99.9": struct compare_metric, to be unref'd. NULL and error. */
GArray *compare_metrics_parse(const char *text, GError **error);
/* The same of all goals of two sets of searches (search_results.h). */
GArray *compare_metrics_of_searches(const result_set *a, const result_set *b);

struct compare_options {
	double alpha;     /* 0 < alpha < 1: of the tests; intervals have 1 - alpha */
	double threshold; /* share of A's median below which a difference does not matter */
	gboolean response, different_mix;
	/*
	 * Repetition r of A and that of B are a pair, compared by signed ranks: with equal seeds both
	 * had the same schedule. What only one side has is left out. FALSE: Mann-Whitney.
	 */
	gboolean paired;
	const GArray *metrics; /* struct compare_metric; borrowed, outlives the comparison */
	/*
	 * Of A and B, where these are directories: what tells results of equal labels apart. NULL:
	 * selectors, which are of one label. Borrowed.
	 */
	const char *const *names;
};

enum compare_verdict {
	COMPARE_BETTER,        /* B: significant after Holm's correction */
	COMPARE_WORSE,         /* likewise */
	COMPARE_NO_DIFFERENCE, /* the shift's whole interval is within the threshold */
	COMPARE_UNDECIDED,     /* neither is shown */
	COMPARE_TOO_FEW,       /* so few repetitions cannot show a difference, whatever they say */
	COMPARE_NO_VALUE,      /* a side has no value */
	COMPARE_VERDICTS,
};
const char *compare_verdict_word(enum compare_verdict v);
const struct compare_metric *compare_metric_at(const struct compare_options *o, guint i);

/* The median of one side. INFINITY in m: among lost frames; at_least is a bound for it then. */
struct compare_side {
	double *x; /* the repetitions' own, in their order; owned by the comparison */
	guint nb;  /* repetitions that have a value */
	struct statistics_interval m;
	double at_least; /* the median with each bound in place of what it bounds */
};

struct compare_cell {
	struct compare_side a, b;
	double ratio;                    /* of the medians, B / A; NAN if there is none */
	struct statistics_interval diff; /* B - A: Hodges-Lehmann; of pairs: paired_shift */
	struct rank_test u;
	double p_holm; /* p adjusted over all cells that may get a verdict; NAN for the others */
	double cliff;  /* P(B > A) - P(B < A); of pairs u.delta */
	enum compare_verdict verdict;
};

struct compare_pair {
	const result_combination *a, *b; /* borrowed from the sets; bins are not loaded any more */
	struct statistics_ks ks;         /* of all repetitions together; description only */
	guint nb;                        /* of cells: one a metric */
	struct compare_cell *cells;
};

/* A metric over all pairs: a question of its own, with a family of its own. */
struct compare_overall {
	guint verdicts[COMPARE_VERDICTS];      /* how many pairs got each */
	guint nb;                              /* pairs with a ratio */
	double ratio, ratio_least, ratio_most; /* median and extremes of those; NAN if nb is 0 */
	/*
	 * Mann-Whitney's U over all pairs with COMPARE_LEAST repetitions a side, each compared within
	 * itself (rank_test_strata): many small differences of one direction count together.
	 */
	struct rank_test u;
	double least_p; /* the smallest p that they could give; NAN without them */
	double p_holm;  /* over the metrics */
	double cliff;   /* of all those pairs */
	/*
	 * No difference: so at every pair. Better or worse: significant, and no single pair is
	 * significant the other way. Undecided, too few, no value: likewise.
	 */
	enum compare_verdict verdict;
};

/* "better at 2, inconclusive at 1": how often each verdict was reached. Newly allocated. */
char *compare_verdicts_text(const struct compare_overall *over);

struct comparison {
	GPtrArray *pairs;             /* struct compare_pair *, in A's order */
	struct compare_overall *over; /* one a metric */
	GPtrArray *alone_a, *alone_b; /* result_combination *, without partner; borrowed */
	GPtrArray *differs;           /* char *: "kernel: A 6.1, B 6.8": parameters, environment */
	GPtrArray *notes;             /* char *: why there is no verdict, and the like */
	double alpha, threshold;
};
typedef struct comparison comparison;

/*
 * Pairs are combinations with equal parameters, but for those that tell A from B as a whole: a
 * parameter of which A and B have no value in common (of rate, guests and size: with a single value
 * on each side). Both sets must outlive the result; broken bins become warnings of their set.
 *
 * NULL and ANALYZE_ERROR_MIX: they were offered different mixes; ANALYZE_ERROR_CONTENT: nothing can
 * be paired, or not in one way only, or a trial is on both sides.
 *
 * Sets of searches are compared likewise, by compare_metrics_of_searches. Those that have not found a limit
 * have no value; notes say so, and which goals are coarser than the threshold or differ between A and B.
 */
comparison *compare_run(
	result_set *a, result_set *b, const struct compare_options *options, GError **error);
void compare_free(comparison *c); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(comparison, compare_free)

/*
 * The shift function of two loaded combinations: out[i] for each of nb quantiles (0 < q <= 1), in
 * ns, from the repetitions' own percentiles (nearest rank). One that falls among lost frames is
 * INFINITY there. Repetitions that do not know it are left out.
 */
void compare_shift(const result_combination *a, const result_combination *b, gboolean response,
	const double *q, size_t nb, double confidence, struct rank_test_quantile *out);

#endif
