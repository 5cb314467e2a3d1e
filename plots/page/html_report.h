/* SPDX-License-Identifier: BSD-3-Clause */
/* plots/page/html_report.h: a page about results: which is better, figures, tables, how it was measured. */
#ifndef PLOTS_PAGE_HTML_REPORT_H
#define PLOTS_PAGE_HTML_REPORT_H

#include "plots/page/html_figures.h"
#include "plots/page/sides.h"

/*
 * The page, newly allocated. s: sides of trials, searches: of searches; one of the two may have none.
 * drawings and messages: of html_figures_draw. Bins are loaded and let go of again;
 * what then turns out to be broken goes to the warnings of its result_set. NULL and error where a
 * figure is no SVG.
 */
char *html_report(const struct html_report_options *options, const sides *s, const sides *searches,
	const GPtrArray *drawings, const GPtrArray *messages, GError **error);

#endif
