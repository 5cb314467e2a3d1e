/* SPDX-License-Identifier: BSD-3-Clause */
/* plots/page/html_figures.h: the figures of a report, drawn by gnuplot in a folder that goes again. */
#ifndef PLOTS_PAGE_HTML_FIGURES_H
#define PLOTS_PAGE_HTML_FIGURES_H

#include <glib.h>

#include "analyze/results/result_slice.h"
#include "analyze/verdict/compare.h"

struct html_report_options {
	const char *dir;   /* where labels and selectors look, as it was given; NULL: "out" */
	const char *title; /* NULL: of the names */
	const char *css;   /* text of plots/report.css */
	gboolean linear;   /* latency axes */
	/*
	 * NULL: figures are drawn. Else scripts and data are written, as SCRIPTS-1.gp, SCRIPTS-1.dat
	 * and so on, and gnuplot is not run.
	 */
	const char *scripts;
	const struct compare_options *compare; /* its response holds for all of the page */
};

struct report_drawing {
	const char *command; /* of tplot, which draws the same */
	const char *caption; /* what is compared */
	enum result_by by;   /* interface or group: has a section of its own, by that caption */
	const char
		*search; /* NAME whose searches it shows; "": those of all; NULL: it shows trials */
	char *description; /* what is to be seen, in words */
	char *svg;         /* as gnuplot left it; NULL: there is none, */
	char *why_not;     /* for this reason */
	char *script;      /* that was written; NULL: none */
};

/*
 * What makes sense for the results that names stand for, in the order of the page, then for searches (names
 * that have any; of both there may be none): struct report_drawing *, owned by the array. Remarks (char *) go to messages, those of the results among
 * them. Without gnuplot, or where results or disk fail, NULL and error.
 */
GPtrArray *html_figures_draw(const struct html_report_options *options, const char *const *names,
	const char *const *searches, GPtrArray *messages, GError **error);

#endif
