/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * plots/page/page.h: the text of an HTML page that needs nothing but itself: no network, no script, no
 * other file. Text that is given is escaped. Pure functions.
 */
#ifndef PLOTS_PAGE_PAGE_H
#define PLOTS_PAGE_PAGE_H

#include <glib.h>

#include "analyze/base/table.h"

struct page;
typedef struct page page;

/* title: of the window, and the heading of the page. css: text of plots/report.css. */
page *page_new(const char *title, const char *css);
void page_free(page *p); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(page, page_free)

/* A part with a heading; id, of letters and '-', names it in links. Ends the one before. */
void page_section(page *p, const char *id, const char *heading);
/* A heading within a part. */
void page_heading(page *p, const char *heading);
/* class NULL, or one of report.css: "lead", "doubt", "note". */
void page_paragraph(page *p, const char *class, const char *text);
/* Strings (char *); nothing for none. */
void page_list(page *p, const char *class, const GPtrArray *texts);
/* Lines to be copied as they are. */
void page_commands(page *p, const char *text);
/* It scrolls in a box of its own where the window is narrow. */
void page_table(page *p, const char *caption, const table *t);
/* drawing: SVG of gnuplot; description: in words, for those who do not see it. */
gboolean page_figure(
	page *p, const char *caption, const char *description, const char *drawing, GError **error);

/* All of it; p takes nothing more. */
char *page_end(page *p);

#endif
