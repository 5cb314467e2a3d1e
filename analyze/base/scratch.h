/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * analyze/base/scratch.h: temporary directories TMPDIR/PROGRAM-XXXXXX. Each holds a lock file of the live
 * process that owns it, so that one which a killed process left is recognised, and removed by the
 * next that is made. Directories without such a file, of live processes and of other users stay.
 */
#ifndef ANALYZE_BASE_SCRATCH_H
#define ANALYZE_BASE_SCRATCH_H

#include <glib.h>

struct scratch;
typedef struct scratch scratch;

/* Make one, after scratch_sweep. NULL and error. program: a word without '/'. */
scratch *scratch_new(const char *program, GError **error);
const char *scratch_path(const scratch *s);
/* Removes the directory and all in it. NULL is fine. */
void scratch_free(scratch *s);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(scratch, scratch_free)

/* Remove what killed processes of that program, and of this user, have left in TMPDIR. */
void scratch_sweep(const char *program);

#endif
