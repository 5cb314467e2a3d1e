/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * analyze/results/reasons.h: many reasons as few. Texts that differ in their numbers alone are one
 * group, whose text has the range of each number: "waited 12 to 35 % of the time".
 */
#ifndef ANALYZE_RESULTS_REASONS_H
#define ANALYZE_RESULTS_REASONS_H

#include <glib.h>

struct reason_group {
	char *text;       /* with ranges */
	guint nb;         /* texts */
	GString *who;     /* whose they are: "0, 1" */
	char *shape;      /* the text with # for each number */
	char **lo, **hi;  /* of each number, as written; NULL-terminated */
	GPtrArray *below; /* groups of reasons below a heading (reasons_join); NULL: none */
};

/* An empty list of groups (struct reason_group *), in the order of their first texts; to be unref'd. */
GPtrArray *reasons_new(void);
/* who is appended to the group's; NULL: nothing is. Returns the group, which is borrowed. */
struct reason_group *reasons_add(GPtrArray *groups, const char *text, const char *who);

/*
 * Texts of combinations (char *; result_reasons_text, "" is fine), each a heading line and indented
 * lines "rep N: REASON", as one text: headings that differ in numbers alone are one, with the number
 * of combinations, and below it each of their reasons is printed once, with the number of times.
 */
char *reasons_join(const GPtrArray *texts);

#endif
