/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * analyze/show/report_suite.h: searches of tsim search --suite rfc2544 in the form of RFC 2544, section 26,
 * and RFC 9004: one row per frame length. No files.
 */
#ifndef ANALYZE_SHOW_REPORT_SUITE_H
#define ANALYZE_SHOW_REPORT_SUITE_H

#include "analyze/base/cli.h"
#include "analyze/contract/search.h"

/*
 * searches: const struct search *, those without a suite are left out; rows are in order of frame length.
 * Throughput is the answer to the first goal. Text: a table each of throughput, latency at it, frame loss
 * rate and back-to-back frames, with notes on what the rates are relative to and what was not measured.
 * CSV and JSON: one table of all columns. Newly allocated; NULL: none of them has a suite.
 */
char *report_suite_format(const GPtrArray *searches, enum cli_format format);

#endif
