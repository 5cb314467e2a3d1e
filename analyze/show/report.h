/* SPDX-License-Identifier: BSD-3-Clause */
/* analyze/show/report.h: what tanalyze shows of combinations, as tables. No files. */
#ifndef ANALYZE_SHOW_REPORT_H
#define ANALYZE_SHOW_REPORT_H

#include "analyze/results/result.h"
#include "analyze/base/table.h"

/* A line a combination: load, loss, latency, fairness, verdict. For loaded combinations. */
table *report_overview_new(void);
void report_overview_add(table *t, const result_combination *c);

/* What became of the frames. A line a combination, and a guest if asked for. */
table *report_loss_new(gboolean guests);
void report_loss_add(table *t, const result_combination *c, gboolean guests);

/* autotest's loss metric of each combination, in columns of its own: see trial_moongen. */
table *report_autotest_loss_new(void);
void report_autotest_loss_add(table *t, const result_combination *c);

/* Percentiles of latency or response time, with smallest and largest of the repetitions. */
struct report_percentiles {
	double *q; /* 0 < q <= 1 */
	guint nb;
	gboolean response, guests;
	gboolean linear; /* between neighbouring values, instead of by nearest rank */
};

/* "50,90,99.9" */
gboolean report_percentiles_parse(const char *text, struct report_percentiles *out, GError **error);
/* "p50", "p999" for 0.999, "p12_5" for 0.125: newly allocated. */
char *report_percentile_name(double q);

table *report_percentiles_new(const struct report_percentiles *p);
void report_percentiles_add(
	table *t, const result_combination *c, const struct report_percentiles *p);

/*
 * A row a percentile, with two confidence intervals: of all latencies as independent values, which
 * those of one run are not (it is the least that is not known), and of the median over the
 * repetitions' own percentiles, which are. "insufficient" where no finite interval has that
 * confidence; then the extremes and what coverage they have.
 */
table *report_intervals_new(void);
void report_intervals_add(table *t, const result_combination *c, const struct report_percentiles *p,
	double confidence);

/* Delay variation: PDV of the latency, IPDV where it was recorded. A line a combination, loaded. */
table *report_delay_new(void);
void report_delay_add(table *t, const result_combination *c);

/* "ok", "stopped" or "DOUBT". */
const char *report_verdict(const result_combination *c);
/* What has to be said of combinations that are not to be relied on: lines, "" if there are none. */
char *report_reasons(const result_combination *c);

/* Number of the worst guest. */
void report_worst_cell(table *t, const result_combination *c);

/*
 * Columns and cells of the parameters. In text, those but label, guests and rate only where they
 * differ within a label: labels are made to say what differs between them.
 */
void report_params_columns(table *t);
void report_params_cells(table *t, const struct trial_params *p);

#endif
