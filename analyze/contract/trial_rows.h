/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * analyze/contract/trial_rows.h: the rows of the CSV files beside a trial. In a merged set a column
 * "trial" comes before the others, and a reader takes the rows of one trial.
 */
#ifndef ANALYZE_CONTRACT_TRIAL_ROWS_H
#define ANALYZE_CONTRACT_TRIAL_ROWS_H

#include <stddef.h>

#include <glib.h>

enum { TRIAL_ROWS_ONE = -1 }; /* a file of one trial: no column "trial" */

/* field: those of the header, then NULL. */
typedef gboolean (*trial_row_fn)(const char *where, char *const *field, void *user, GError **error);

struct trial_rows {
	const char *header;   /* names of the columns, separated by commas */
	int column;           /* number wanted of the column "trial", or TRIAL_ROWS_ONE */
	gboolean bare;        /* a file of one trial has no header */
	gboolean lengthened;  /* older files lack the last column: its field is NULL there */
	const char *miscount; /* what is said of another number of fields; NULL: both numbers */
	const char *remedy;   /* appended to that of the header; NULL: nothing */
	trial_row_fn row;
	void *user;
};

/* name stands for the file in errors. FALSE and error at the first bad row; *empty: not even a header. */
gboolean trial_rows_read(const struct trial_rows *rows, const char *name, const char *data,
	size_t len, gboolean *empty, GError **error);

#endif
