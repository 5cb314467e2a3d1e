/* SPDX-License-Identifier: BSD-3-Clause */
/* plots/page/html_tables.h: the numbers of a report, and its unreliable trials. */
#ifndef PLOTS_PAGE_HTML_TABLES_H
#define PLOTS_PAGE_HTML_TABLES_H

#include "plots/page/page.h"
#include "plots/page/sides.h"

/*
 * Tables of percentiles, loss and fairness, then the section of unreliable trials. Bins are loaded and
 * unloaded again; broken ones become warnings of their result_set.
 */
void html_tables_put(page *p, const sides *s, gboolean response);

#endif
