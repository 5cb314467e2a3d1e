/* SPDX-License-Identifier: BSD-3-Clause */
/* analyze/base/html.h: text of anybody's within HTML. Pure functions. */
#ifndef ANALYZE_BASE_HTML_H
#define ANALYZE_BASE_HTML_H

#include <glib.h>

/*
 * Appends text so that it stands for itself, in an element as well as in a quoted attribute. What is
 * not UTF-8, or a character that neither HTML nor XML may hold, becomes U+FFFD.
 */
void html_append(GString *to, const char *text);

#endif
