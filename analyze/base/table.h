/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * analyze/base/table.h: results as text for people, as HTML, as CSV and as JSON.
 *
 * A table is a list of columns; each says for itself how its cell comes out of a row, which is any
 * object of the caller's. A column more is one element of such a list.
 *
 * Each cell has a value (CSV, JSON) and a text with a readable unit. A lower bound is ">= 2 s" in
 * text, ">=2000000000" in CSV; in JSON the value, and the column's key in the row's "bounds".
 */
#ifndef ANALYZE_BASE_TABLE_H
#define ANALYZE_BASE_TABLE_H

#include <stddef.h>
#include <stdint.h>

#include <glib.h>
#include <json-glib/json-glib.h>

#include "analyze/base/cli.h"

enum {
	TABLE_SCHEMA = 1,
	TABLE_WIDTH = 120, /* of the text; wider tables are broken into blocks */
};

struct table;
typedef struct table table;

table *table_new(void);
void table_free(table *t); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(table, table_free)

enum table_flags {
	TABLE_KEY = 1,    /* text: stands in every block, to the left */
	TABLE_HIDDEN = 2, /* not in text */
	TABLE_IF_DIFFERS =
		4,        /* in text only if it tells neighbours with an equal first cell apart */
	TABLE_IF_ANY = 8, /* in text only if there is something but zeros in it */
};

/* A time that may be a lower bound, or not be known. */
struct table_time {
	uint64_t ns;
	gboolean bound, known;
};

/* What a row has at a column's place, and so how it is shown. */
enum table_unit {
	TABLE_TEXT,   /* const char *; NULL: none */
	TABLE_COUNT,  /* uint64_t */
	TABLE_KNOWN,  /* int64_t; below 0: none */
	TABLE_NUMBER, /* guint */
	TABLE_INDEX,  /* int; below 0: none */
	TABLE_REAL,   /* double, in text by the column's format; NAN: none */
	TABLE_RATIO,  /* double, 0..1, in text percent; NAN: none */
	TABLE_PPS,    /* double, in text "499.9k"; NAN: none */
	TABLE_TIME,   /* struct table_time */
	TABLE_YES,    /* gboolean, in text yes or no */
};

struct table_column {
	const char *key;      /* name in CSV and JSON */
	const char *heading;  /* of text and HTML; NULL: the key */
	enum table_unit unit; /* of what is */
	size_t at;            /* so many bytes behind the start of a row */
	unsigned flags;       /* enum table_flags */
	/* Instead of unit and at: writes the one cell of this column with the functions below. */
	void (*cell)(table *t, const void *row, const struct table_column *column);
	double q;           /* for cell: which percentile */
	const char *format; /* of TABLE_REAL; NULL: "%.4g" */
};

/* Columns first, from left to right; copied, texts too. */
void table_columns(table *t, const struct table_column *columns, size_t nb);
/* Then rows: each column makes its cell of it. */
void table_add(table *t, const void *row);

/* Cells: for the columns' own functions, and for rows that no object stands for (after table_row). */
void table_row(table *t);
void table_string(table *t, const char *text);
void table_string_as(table *t, const char *value, const char *text); /* text for people */
void table_u64(table *t, uint64_t v);
void table_u64_as(table *t, uint64_t v, const char *text); /* text for people */
void table_double(table *t, double v, const char *format); /* NAN: none */
/* With a text for people, also where v is no number: then empty in CSV, null in JSON. */
void table_double_as(table *t, double v, gboolean bound, const char *text);
void table_ratio(table *t, double share); /* percent in text */
void table_pps(table *t, double pps);     /* NAN: none */
void table_ns(table *t, uint64_t ns, gboolean bound);
/* Not below 0; NAN: none. Up to 15 digits, trailing zeros left out. */
void table_ns_real(table *t, double ns, gboolean bound);
void table_signed_ns(table *t, int64_t ns); /* a difference of times */
void table_bool(table *t, gboolean v, const char *yes, const char *no);
void table_none(table *t); /* "-", empty, null */

guint table_rows(const table *t);

/* All rows, to be appended to a table of equal columns in another process. */
GVariant *table_pack(const table *t);
/* rows is of the program's own other processes. */
void table_append(table *t, GVariant *rows);

char *table_text(const table *t);
/*
 * <table>: the columns and cells of the text, however wide; numbers have class "n", the first
 * column heads its rows. Everything is escaped; no caption, no style, no id.
 */
char *table_html(const table *t);
char *table_csv(const table *t);  /* header, first column "schema" */
char *table_json(const table *t); /* {"schema": 1, "rows": [{...}]} */
char *table_format(const table *t, enum cli_format format);

#endif
