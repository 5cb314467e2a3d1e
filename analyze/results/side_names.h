/* SPDX-License-Identifier: BSD-3-Clause */
/* analyze/results/side_names.h: short words for NAMEs of a command line that distinguish them. */
#ifndef ANALYZE_RESULTS_SIDE_NAMES_H
#define ANALYZE_RESULTS_SIDE_NAMES_H

#include <glib.h>

/*
 * For each of the names (NULL-terminated) how it reads in a legend: of a path the last part, with as
 * many of those before it as it takes to be no other name's ("2023-virtio2", "2024-virtio2");
 * labels and selectors as they are. Equal names stay equal. Newly allocated.
 */
GStrv side_names(const char *const *names);

/*
 * The label of a result that name found, where the other side has the same label: that with name in
 * front, or name alone if it ends with it. Newly allocated.
 */
char *side_label(const char *name, const char *label);

#endif
