/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * analyze/show/report.h: the tables that tanalyze and tplot show of combinations. A report is its columns,
 * and which rows a combination has. No files, but for the logs of report_autotest_loss.
 */
#ifndef ANALYZE_SHOW_REPORT_H
#define ANALYZE_SHOW_REPORT_H

#include "analyze/base/table.h"
#include "analyze/results/result.h"

/* What a report can be asked for; what it does not know it ignores. */
struct report_options {
	double *q;         /* percentiles, 0 < q <= 1 */
	guint nb;          /* of them */
	gboolean response; /* response time, from the scheduled departure, instead of latency */
	gboolean linear;   /* percentiles between neighbouring values, instead of by nearest rank */
	gboolean guests;   /* report_loss, report_percentiles: also a row a guest */
	double confidence; /* of intervals, 0..1 */
};

struct report;
typedef struct report report;

/* A row a combination. All but report_loss and the two below it need its bins (result_load). */
extern const report
	report_overview;            /* load, loss, latency, fairness, verdict: what a merge shows */
extern const report report_summary; /* in short, with the spread over repetitions */
extern const report report_guests;  /* fairness */
extern const report report_delay;   /* delay variation: PDV of the latency, IPDV where recorded */
extern const report report_percentiles;
extern const report report_loss;          /* what became of the frames */
extern const report report_autotest_loss; /* autotest's own metric, in columns of its own */
extern const report report_departures;    /* MoonGen's table of departures */
/* A row a guest, a row a size class. */
extern const report report_each_guest, report_sizes;
/*
 * A row a percentile, with two confidence intervals: of all latencies as independent values, which
 * those of one run are not (it is the least that is not known), and of the median over the
 * repetitions' own percentiles, which are. "insufficient" where no finite interval has that
 * confidence; then the extremes and what coverage they have.
 */
extern const report report_intervals;

/* An empty table with the columns of that report; o NULL: nothing is asked for. */
table *report_new(const report *r, const struct report_options *o);
/* The rows of a combination. */
void report_add(
	table *t, const report *r, const result_combination *c, const struct report_options *o);

/* Percentiles of "50,90,99.9" into q and nb; q is the caller's to free. */
gboolean report_percentiles_parse(const char *text, struct report_options *out, GError **error);
/* "p50", "p999" for 0.999, "p12_5" for 0.125: newly allocated. */
char *report_percentile_name(double q);

#endif
