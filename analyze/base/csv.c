/* SPDX-License-Identifier: BSD-3-Clause */
#include "analyze/base/csv.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include <csv.h>

#include "analyze/base/error.h"

enum { WHERE_LEN = 32 };

struct reading {
	const char *name;
	uint64_t line;
	GPtrArray *fields; /* char *, owned */
	gboolean ended;    /* the line's row is over */
	gboolean failed;
	csv_row_fn row;
	void *user;
	GError **error;
};

static char *place_of(const struct reading *r)
{
	return g_strdup_printf("%s:%" PRIu64, r->name, r->line);
}

static void fail_at(struct reading *r, const char *why)
{
	g_autofree char *where = place_of(r);

	r->failed = TRUE;
	g_set_error(r->error, ANALYZE_ERROR, ANALYZE_ERROR_SYNTAX,
		"%s: %s; file is corrupt: restore it, or remove it and measure again", where, why);
}

static void on_field(void *text, size_t len, void *user)
{
	struct reading *r = user;

	if (!r->failed && memchr(text, '\0', len) != NULL)
		fail_at(r, "NUL byte");
	g_ptr_array_add(r->fields, g_strndup(text, len));
}

static void on_row(int end, void *user)
{
	struct reading *r = user;

	(void)end;
	r->ended = TRUE;
	g_ptr_array_add(r->fields, NULL);
	if (!r->failed) {
		g_autofree char *where = place_of(r);

		if (!r->row(where, (char *const *)r->fields->pdata, r->fields->len - 1, r->user,
			    r->error))
			r->failed = TRUE;
	}
	g_ptr_array_set_size(r->fields, 0);
}

static gboolean is_empty(const char *line, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (line[i] != '\n' && line[i] != '\r' && line[i] != ' ' && line[i] != '\t')
			return FALSE;
	}
	return TRUE;
}

/* One line, with its line feed if it has one. */
static void read_line(struct reading *r, struct csv_parser *parser, const char *line, size_t len)
{
	if (line[0] == '#' || is_empty(line, len))
		return;
	r->ended = FALSE;
	if (csv_parse(parser, line, len, on_field, on_row, r) != len) {
		if (!r->failed)
			fail_at(r, csv_strerror(csv_error(parser)));
		return;
	}
	if (line[len - 1] != '\n' && !r->failed && csv_fini(parser, on_field, on_row, r) != 0) {
		if (!r->failed)
			fail_at(r, "unterminated quote");
		return;
	}
	if (!r->ended && !r->failed)
		fail_at(r, "unterminated quote");
}

gboolean csv_read(
	const char *name, const char *data, size_t len, csv_row_fn row, void *user, GError **error)
{
	g_autoptr(GPtrArray) fields = g_ptr_array_new_with_free_func(g_free);
	struct reading r = {
		.name = name, .fields = fields, .row = row, .user = user, .error = error
	};
	struct csv_parser parser;

	if (csv_init(&parser, CSV_STRICT | CSV_STRICT_FINI) != 0)
		return analyze_fail(error, ANALYZE_ERROR_IO, "%s: csv_init failed", name);
	for (size_t at = 0; at < len && !r.failed;) {
		const char *feed = memchr(data + at, '\n', len - at);
		size_t line_len = feed == NULL ? len - at : (size_t)(feed - data) - at + 1;

		r.line++;
		read_line(&r, &parser, data + at, line_len);
		at += line_len;
	}
	csv_free(&parser);
	return !r.failed;
}

gboolean csv_u64(
	const char *where, const char *column, const char *text, uint64_t *out, GError **error)
{
	guint64 v;

	if (!g_ascii_string_to_unsigned(text, 10, 0, G_MAXINT64, &v, NULL)) {
		g_autofree char *shown = g_utf8_make_valid(text, -1);

		return analyze_fail(error, ANALYZE_ERROR_SYNTAX,
			"%s: invalid %s '%s': expected an integer from 0 to 2^63 - 1; file is "
			"corrupt or has another format",
			where, column, shown);
	}
	*out = v;
	return TRUE;
}

gboolean csv_double(
	const char *where, const char *column, const char *text, double *out, GError **error)
{
	char *end = NULL;
	double v = g_ascii_strtod(text, &end);

	if (end == text || *end != '\0' || !isfinite(v) || v < 0) {
		g_autofree char *shown = g_utf8_make_valid(text, -1);

		return analyze_fail(error, ANALYZE_ERROR_SYNTAX,
			"%s: invalid %s '%s': expected a number >= 0; file is corrupt or has "
			"another format",
			where, column, shown);
	}
	*out = v;
	return TRUE;
}

void csv_append(GString *to, const char *text, char end)
{
	if (strpbrk(text, ",\"\r\n") == NULL && text[0] != '#' && text[0] != ' ') {
		g_string_append(to, text);
	} else {
		size_t len = strlen(text), room = 2 * len + 2;
		g_autofree char *quoted = g_malloc(room);

		g_string_append_len(to, quoted, (gssize)csv_write(quoted, room, text, len));
	}
	g_string_append_c(to, end);
}
