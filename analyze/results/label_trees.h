/* SPDX-License-Identifier: BSD-3-Clause */
/* analyze/results/label_trees.h: equal labels of different directories, distinguished. */
#ifndef ANALYZE_RESULTS_LABEL_TREES_H
#define ANALYZE_RESULTS_LABEL_TREES_H

#include <glib.h>

/*
 * Renames labels of trials (trial *) that are found in several directories, two of which have the
 * same repetition of the same parameters: hostA/out/x and hostB/out/x become "hostA-out-x" and
 * "hostB-out-x". Directories that complement each other keep their label. Trials without path or of
 * autotest are ignored: labels of the latter already differ.
 */
void label_trees_rename(const GPtrArray *trials);

#endif
