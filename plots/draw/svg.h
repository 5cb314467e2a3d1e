/* SPDX-License-Identifier: BSD-3-Clause */
/* plots/draw/svg.h: a figure that gnuplot drew, made fit to stand in a page among others. Pure. */
#ifndef PLOTS_DRAW_SVG_H
#define PLOTS_DRAW_SVG_H

#include <glib.h>

/*
 * The <svg> element of a drawing without what stands before it, newly allocated. All ids, and what
 * refers to them, begin with prefix (of letters, digits, '-'): gnuplot gives every drawing the same.
 * gnuplot's own title and description make room for title and text, which say in words what is to
 * be seen. References by xlink become plain ones. NULL and error if it is not well-formed.
 */
char *svg_inline(const char *drawing, const char *prefix, const char *title, const char *text,
	GError **error);

#endif
