/* SPDX-License-Identifier: BSD-3-Clause */
/* analyze/base/datadir.h: where the suite's own data (profiles, conf, style) are, however it is started. */
#ifndef ANALYZE_BASE_DATADIR_H
#define ANALYZE_BASE_DATADIR_H

#include <glib.h>

/*
 * Full path of a data file or folder such as "profiles" or "plots/style.gp"; newly allocated.
 * Looked for in $TSIM_DATADIR, beside the program (BIN/../share/tsim: installed anywhere;
 * BIN/../..: a build tree), and in the folder that was set at build time. NULL and error that
 * names the places.
 */
char *datadir_find(const char *name, GError **error);
/* A program of the suite: beside the running one, else of $PATH; NULL: neither. Newly allocated. */
char *datadir_program(const char *name);

#endif
