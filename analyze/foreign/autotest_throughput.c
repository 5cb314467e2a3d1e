/* SPDX-License-Identifier: BSD-3-Clause */
/* MoonGen's table of throughput: a row a second and direction, and two of averages at the end. */
#include "analyze/foreign/autotest.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "analyze/base/csv.h"
#include "analyze/base/error.h"

enum { TIME, DEVICE, DIRECTION, MPPS, MBIT, FRAMED, PACKETS, BYTES, COLUMNS };
static const char *const header[COLUMNS] = { "Time", "Device", "Direction", "PacketRate", "Mbit",
	"MbitWithFraming", "TotalPackets", "TotalBytes" };

struct reading {
	char *device;    /* the first one; rows of others are left out */
	GArray *rows[2]; /* struct autotest_rates; RX, TX */
	gboolean headed;
	guint others;
};

/* nan and negative numbers come from counters that wrapped: such a rate is not known. */
static gboolean rate_field(
	const char *where, const char *column, const char *text, double *out, GError **error)
{
	char *end = NULL;
	double v = g_ascii_strtod(text, &end);

	if (end == text || *end != '\0') {
		g_autofree char *shown = g_utf8_make_valid(text, -1);

		return analyze_fail(error, ANALYZE_ERROR_SYNTAX,
			"%s: invalid %s '%s': expected a number; file is corrupt or has another "
			"format",
			where, column, shown);
	}
	*out = isfinite(v) && v >= 0 ? v : NAN;
	return TRUE;
}

static gboolean is_header(char *const *field, size_t nb)
{
	for (size_t i = 0; i < COLUMNS; i++) {
		if (i >= nb || strcmp(field[i], header[i]) != 0)
			return FALSE;
	}
	return nb == COLUMNS;
}

static gboolean take_row(
	const char *where, char *const *field, size_t nb, void *user, GError **error)
{
	struct reading *r = user;
	struct autotest_rates row;
	int direction = nb == COLUMNS && strcmp(field[DIRECTION], "TX") == 0;

	if (!r->headed && is_header(field, nb)) {
		r->headed = TRUE;
		return TRUE;
	}
	if (!r->headed || nb != COLUMNS || (direction == 0 && strcmp(field[DIRECTION], "RX") != 0))
		return analyze_fail(error, ANALYZE_ERROR_SYNTAX,
			"%s: not a row of MoonGen's throughput (%s); file is corrupt or has "
			"another format",
			where, r->headed ? "Time,Device,RX or TX,..." : "missing header");
	if (!rate_field(where, header[MPPS], field[MPPS], &row.mpps, error) ||
		!rate_field(where, header[MBIT], field[MBIT], &row.mbit, error) ||
		!csv_u64(where, header[PACKETS], field[PACKETS], &row.packets, error) ||
		!csv_u64(where, header[BYTES], field[BYTES], &row.bytes, error))
		return FALSE;
	if (r->device == NULL)
		r->device = g_strdup(field[DEVICE]);
	if (strcmp(r->device, field[DEVICE]) == 0)
		g_array_append_val(r->rows[direction], row);
	else
		r->others++;
	return TRUE;
}

static const struct autotest_rates *row_at(const GArray *rows, guint i)
{
	return &g_array_index(rows, struct autotest_rates, i);
}

/* Totals only grow: a counter that went back has no frames of that second. */
static uint64_t frames_of_second(const GArray *rows, guint i)
{
	uint64_t before = i > 0 ? row_at(rows, i - 1)->packets : 0, now = row_at(rows, i)->packets;

	return now >= before ? now - before : 0;
}

static void take_seconds(trial *t, const struct reading *r, guint nb)
{
	g_array_set_size(t->seconds, 0);
	for (guint i = 0; i < nb; i++) {
		struct trial_second s = { .time_s = i + 1,
			.offered = frames_of_second(r->rows[1], i),
			.forwarded = frames_of_second(r->rows[0], i) };

		g_array_append_val(t->seconds, s);
	}
}

gboolean autotest_read_throughput(
	trial *t, const char *name, const char *data, size_t len, GError **error)
{
	g_autoptr(GArray) rx = g_array_new(FALSE, FALSE, sizeof(struct autotest_rates));
	g_autoptr(GArray) tx = g_array_new(FALSE, FALSE, sizeof(struct autotest_rates));
	struct reading r = { .rows = { rx, tx } };
	const struct autotest_rates *last_rx, *last_tx;
	gboolean ok = csv_read(name, data, len, take_row, &r, error);

	if (ok && r.others > 0)
		autotest_note_oddity(t, "%s: ignored %u rows of devices other than %s", name,
			r.others, r.device);
	g_free(r.device);
	if (!ok)
		return FALSE;
	if (rx->len < 1 || tx->len < 1)
		return analyze_fail(error, ANALYZE_ERROR_CONTENT,
			"%s: no rows of RX and TX: file is truncated", name);
	/* The last of each are averages. */
	take_seconds(t, &r, MIN(rx->len, tx->len) - 1);
	last_rx = row_at(rx, rx->len - 1);
	last_tx = row_at(tx, tx->len - 1);
	if (!t->moongen->rates_known) {
		/* Without a log, they are all that is known of the totals. */
		autotest_set_totals(t, last_rx, last_tx);
		t->totals.forwarded_bytes = MIN(last_rx->bytes, last_tx->bytes);
	} else if (last_tx->packets != t->totals.offered) {
		autotest_note_oddity(t,
			"%s: ends with %" PRIu64 " TX packets, the log with %" PRIu64
			": different runs",
			name, last_tx->packets, t->totals.offered);
	}
	return TRUE;
}
