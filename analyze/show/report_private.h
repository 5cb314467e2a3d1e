/* SPDX-License-Identifier: BSD-3-Clause */
/* analyze/show/report_private.h: what the files of reports share. */
#ifndef ANALYZE_SHOW_REPORT_PRIVATE_H
#define ANALYZE_SHOW_REPORT_PRIVATE_H

#include "analyze/results/result_reps.h"
#include "analyze/show/report.h"
#include "analyze/statistics/statistics.h"

/* Percentile of a row of report_intervals. */
struct report_interval {
	const char *percentile;
	uint64_t samples;
	struct table_time pooled, pooled_lo, pooled_hi;
	guint reps; /* that know it */
	struct statistics_bounded median;
	double coverage; /* NAN: none */
	const char *pooled_word, *median_word;
};

/* What a row is about; columns read it. All borrowed. */
struct report_row {
	const struct trial_params *params; /* first: result_params_columns */
	const result_combination *c;
	const struct report_options *o;
	gboolean whole; /* of the combination; else of a guest or a size */
	guint repetitions;
	const char *verdict;
	struct result_numbers n;
	struct trial_dist times; /* of n: the latency, or the response time if asked for */
	struct trial_dist probes;
	double cycles; /* of the generator, per frame */
	struct result_fairness fairness;
	/* Of the rows of one report each. */
	struct result_guest guest;
	struct result_size size;
	struct report_interval interval;
	struct result_autotest_loss autotest;
	struct result_departure_reps departures;
	struct table_time self_delay[3];                         /* p50, p99, max */
	struct table_time least_of_guests[2], most_of_guests[2]; /* p50, p99 */
	double most_loss;
	struct table_time delay_min, rfc8219, ipdv_abs_p99;
	guint nb_ipdv;
	int64_t ipdv_pairs; /* below 0: not recorded */
};
#define REPORT_AT(member_) offsetof(struct report_row, member_)

struct report {
	const struct table_column *columns; /* behind the parameters */
	size_t nb;
	/* Columns that depend on what is asked for, behind these. NULL: none. */
	void (*more)(table *t, const struct report_options *o);
	/* The rows of a combination, from what is known of all of it. NULL: it, and guests if asked for. */
	void (*rows)(table *t, struct report_row *whole);
};

/* Percentile q of a row, and its ends over the repetitions. */
void report_quantile_cell(table *t, const void *row, const struct table_column *column);
void report_least_cell(table *t, const void *row, const struct table_column *column);
void report_most_cell(table *t, const void *row, const struct table_column *column);

#endif
