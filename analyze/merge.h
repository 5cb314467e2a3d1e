/* SPDX-License-Identifier: BSD-3-Clause */
/* analyze/merge.h: a set of results written as a merged set. */
#ifndef ANALYZE_MERGE_H
#define ANALYZE_MERGE_H

#include "analyze/report.h"
#include "analyze/summary.h"

/*
 * Load each combination of r in turn, write its files into output/LABEL (output itself if that is
 * the folder of the label), and at last summary.csv and summary.json into output. Each combination
 * is added to overview. Broken ones are left out with a warning in r; FALSE if nothing could be
 * written, or not all of it.
 */
gboolean merge_write(
	result_set *r, const char *output, table *overview, summary *s, GError **error);

#endif
