/* SPDX-License-Identifier: BSD-3-Clause */
#include "analyze/contract/trial_rows.h"

#include <string.h>

#include "analyze/base/csv.h"
#include "analyze/base/error.h"

struct reading {
	const struct trial_rows *rows;
	char **names;  /* with "trial", where there is that column */
	size_t wanted; /* fields of a row */
	gboolean begun;
};

static gboolean on_row(const char *where, char *const *field, size_t nb, void *user, GError **error)
{
	struct reading *r = user;
	const struct trial_rows *rows = r->rows;
	gboolean merged = rows->column != TRIAL_ROWS_ONE;
	uint64_t number = 0;

	if (!r->begun && (merged || !rows->bare)) {
		g_autofree char *header = g_strjoinv(",", r->names);
		gboolean same = nb == r->wanted || (rows->lengthened && nb + 1 == r->wanted);

		r->begun = TRUE;
		r->wanted = nb;
		for (size_t i = 0; same && i < nb; i++)
			same = strcmp(field[i], r->names[i]) == 0;
		return same ||
		       analyze_fail(error, ANALYZE_ERROR_SYNTAX,
			       "%s: expected header %s; file is corrupt or has another format%s",
			       where, header, rows->remedy != NULL ? rows->remedy : "");
	}
	r->begun = TRUE;
	if (nb != r->wanted && rows->miscount != NULL)
		return analyze_fail(error, ANALYZE_ERROR_SYNTAX, "%s: %s", where, rows->miscount);
	if (nb != r->wanted)
		return analyze_fail(error, ANALYZE_ERROR_SYNTAX,
			"%s: %zu fields, expected %zu; file is corrupt: measure again", where, nb,
			r->wanted);
	if (merged && !csv_u64(where, "trial", field[0], &number, error))
		return FALSE;
	if (merged && number != (uint64_t)rows->column)
		return TRUE;
	return rows->row(where, field + (merged ? 1 : 0), rows->user, error);
}

gboolean trial_rows_read(const struct trial_rows *rows, const char *name, const char *data,
	size_t len, gboolean *empty, GError **error)
{
	g_autofree char *header = g_strconcat(
		rows->column != TRIAL_ROWS_ONE ? "trial," : "", rows->header, NULL);
	g_auto(GStrv) names = g_strsplit(header, ",", -1);
	struct reading r = { .rows = rows, .names = names, .wanted = g_strv_length(names) };
	gboolean ok = csv_read(name, data, len, on_row, &r, error);

	if (empty != NULL)
		*empty = ok && !r.begun;
	return ok;
}
