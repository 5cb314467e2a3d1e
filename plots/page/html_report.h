/* SPDX-License-Identifier: BSD-3-Clause */
/* plots/page/html_report.h: a page about results: which is better, figures, tables, how it was measured. */
#ifndef PLOTS_PAGE_HTML_REPORT_H
#define PLOTS_PAGE_HTML_REPORT_H

#include "analyze/verdict/compare.h"
#include "plots/page/sides.h"

struct html_report_options {
	const char *dir;                       /* as it was given; NULL: not */
	const char *title;                     /* NULL: of the names */
	const char *css;                       /* text of plots/report.css */
	gboolean linear;                       /* how the figures were drawn */
	const struct compare_options *compare; /* its response holds for the tables, too */
};

/*
 * The page, newly allocated. drawings and messages: of html_figures_draw. Bins are loaded and let go of again;
 * what then turns out to be broken goes to the warnings of its result_set. NULL and error where a
 * figure is no SVG.
 */
char *html_report(const struct html_report_options *options, const sides *s,
	const GPtrArray *drawings, const GPtrArray *messages, GError **error);

#endif
