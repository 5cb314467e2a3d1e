/* SPDX-License-Identifier: BSD-3-Clause */
#include "analyze/contract/guest_timeline.h"

#include <inttypes.h>
#include <string.h>

#include "analyze/base/csv.h"
#include "analyze/base/error.h"
#include "analyze/contract/trial_rows.h"

enum { TIME_S, GUEST, OFFERED, FORWARDED, LATENCY_SUM, DRAIN };

void guest_timeline_append(GString *to, const trial *t)
{
	g_string_append(to, GUEST_TIMELINE_HEADER);
	for (guint i = 0; i < t->guest_seconds->len; i++) {
		const struct trial_guest_second *s = &g_array_index(
			t->guest_seconds, struct trial_guest_second, i);
		char time[G_ASCII_DTOSTR_BUF_SIZE];

		g_string_append_printf(to, "%s,%u,%" PRIu64 ",%" PRIu64 ",%" PRIu64 ",%d\n",
			g_ascii_formatd(time, sizeof(time), "%.6f", s->time_s), s->guest,
			s->offered, s->forwarded, s->latency_sum_ns, s->drain);
	}
}

struct reading {
	const trial *t;
	GArray *rows;
	GHashTable *last; /* guest -> row that came last, counting from 1 */
};

static gboolean bad_row(GError **error, const char *where, const char *why)
{
	return analyze_fail(error, ANALYZE_ERROR_SYNTAX,
		"%s: %s; file is corrupt or has another format: restore it, or measure again",
		where, why);
}

static gboolean has_guest(const trial *t, uint64_t guest)
{
	/* tsim numbers guests from 0 without gaps. */
	if (guest < t->nb_guests && t->guests[guest].guest == guest)
		return TRUE;
	for (uint32_t i = 0; i < t->nb_guests; i++)
		if (t->guests[i].guest == guest)
			return TRUE;
	return FALSE;
}

static gboolean on_row(const char *where, char *const *field, void *user, GError **error)
{
	struct reading *r = user;
	struct trial_guest_second s = { 0 };
	uint64_t guest = 0, drain = 0;
	guint last;

	if (!csv_double(where, "time_s", field[TIME_S], &s.time_s, error) ||
		!csv_u64(where, "guest", field[GUEST], &guest, error) ||
		!csv_u64(where, "offered", field[OFFERED], &s.offered, error) ||
		!csv_u64(where, "forwarded", field[FORWARDED], &s.forwarded, error) ||
		!csv_u64(where, "latency_sum_ns", field[LATENCY_SUM], &s.latency_sum_ns, error) ||
		(field[DRAIN] != NULL && !csv_u64(where, "drain", field[DRAIN], &drain, error)))
		return FALSE;
	if (!has_guest(r->t, guest))
		return bad_row(error, where, "guest not in the trial");
	s.guest = (uint32_t)guest;
	s.drain = drain != 0;
	last = GPOINTER_TO_UINT(g_hash_table_lookup(r->last, GUINT_TO_POINTER(s.guest)));
	if (last != 0 &&
		g_array_index(r->rows, struct trial_guest_second, last - 1).time_s >= s.time_s)
		return bad_row(error, where, "time_s of the guest does not increase");
	g_array_append_val(r->rows, s);
	g_hash_table_insert(r->last, GUINT_TO_POINTER(s.guest), GUINT_TO_POINTER(r->rows->len));
	return TRUE;
}

GArray *guest_timeline_parse(
	const trial *t, const char *name, const char *data, size_t len, GError **error)
{
	g_autoptr(GArray) rows = g_array_new(FALSE, TRUE, sizeof(struct trial_guest_second));
	g_autoptr(GHashTable) last = g_hash_table_new(NULL, NULL);
	struct reading r = { .t = t, .rows = rows, .last = last };
	const struct trial_rows form = { "time_s,guest,offered,forwarded,latency_sum_ns,drain",
		TRIAL_ROWS_ONE, .lengthened = TRUE, .row = on_row, .user = &r,
		.remedy = ": restore it, or measure again" };
	gboolean empty;

	if (!trial_rows_read(&form, name, data, len, &empty, error))
		return NULL;
	if (empty) {
		(void)bad_row(error, name, "empty file");
		return NULL;
	}
	return g_steal_pointer(&rows);
}

GArray *guest_timeline_read(const trial *t, GError **error)
{
	g_autofree char *path = trial_sibling_path(t, "guest_timeline"), *text = NULL;
	size_t len;

	if (path == NULL || !g_file_test(path, G_FILE_TEST_EXISTS))
		return analyze_null(error, ANALYZE_ERROR_NOT_FOUND,
			"%s: no guest_timeline_*.csv in its directory; measure again with this "
			"version of tsim, or name the trials instead of a merged set",
			t->path != NULL ? t->path : "a trial in memory");
	text = file_read(path, &len, error);
	return text == NULL ? NULL : guest_timeline_parse(t, path, text, len, error);
}
