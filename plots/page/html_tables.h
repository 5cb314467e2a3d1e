/* SPDX-License-Identifier: BSD-3-Clause */
/* plots/page/html_tables.h: the numbers of a report, and its unreliable trials. */
#ifndef PLOTS_PAGE_HTML_TABLES_H
#define PLOTS_PAGE_HTML_TABLES_H

#include "analyze/results/result_slice.h"
#include "plots/page/page.h"
#include "plots/page/sides.h"

/*
 * Tables of percentiles, loss and fairness, then the section of unreliable trials. Bins are loaded and
 * unloaded again; broken ones become warnings of their result_set.
 */
void html_tables_put(page *p, const sides *s, gboolean response);
/*
 * Load, loss and percentiles of the guests of each interface or group. After html_tables_put, as the
 * combinations must not be loaded any more.
 */
void html_tables_put_slices(page *p, const sides *s, enum result_by by, gboolean response);

#endif
