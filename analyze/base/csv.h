/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * analyze/base/csv.h: CSV rows of numbers, read with libcsv and its strict mode. Lines that start with
 * '#' are comments; empty lines are skipped. A field may not go on over lines: here that is
 * always a file that lost its end.
 */
#ifndef ANALYZE_BASE_CSV_H
#define ANALYZE_BASE_CSV_H

#include <stddef.h>
#include <stdint.h>

#include <glib.h>

/* Called once a row; where is "FILE:LINE" for the error's text; field[nb] is NULL. */
typedef gboolean (*csv_row_fn)(
	const char *where, char *const *field, size_t nb, void *user, GError **error);

/* name stands for the file in errors. FALSE at the first row that fails. */
gboolean csv_read(
	const char *name, const char *data, size_t len, csv_row_fn row, void *user, GError **error);

/* A whole number, 0 .. 2^63 - 1 (what the JSON beside it can hold), digits only. */
gboolean csv_u64(
	const char *where, const char *column, const char *text, uint64_t *out, GError **error);
/* A finite number that is not negative. */
gboolean csv_double(
	const char *where, const char *column, const char *text, double *out, GError **error);

/* Append a field and what ends it (',' or '\n'), quoted as RFC 4180 says where that is needed. */
void csv_append(GString *to, const char *text, char end);

#endif
