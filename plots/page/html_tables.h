/* SPDX-License-Identifier: BSD-3-Clause */
/* plots/page/html_tables.h: the numbers of a report, and what of them is not to be relied on. */
#ifndef PLOTS_PAGE_HTML_TABLES_H
#define PLOTS_PAGE_HTML_TABLES_H

#include "plots/page/page.h"
#include "plots/page/sides.h"

/*
 * Tables of percentiles, loss and fairness, then a part about doubts. Bins are loaded and let go of
 * again; what turns out to be broken goes to the warnings of its result_set.
 */
void html_tables_put(page *p, const sides *s, gboolean response);

#endif
