/* SPDX-License-Identifier: BSD-3-Clause */
#include "analyze/contract/trial_log.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "analyze/base/csv.h"
#include "analyze/contract/trial_rows.h"
#include "analyze/numbers/numbers.h"
#include "traffic/frame.h"

static const char timeline_header[] = "time_s,offered,forwarded,refused,outstanding,offered_pps,"
				      "forwarded_pps,p50_ns,p99_ns,max_ns,drain";

/* Deviation (n - 1) of a rate over the seconds, or steps of a ramp; 0 of fewer than two. */
static double deviation_pps(const trial *t, gboolean forwarded)
{
	guint rows = trial_sending_rows(t);
	g_autofree double *pps = g_new(double, rows + 1);
	double before = 0, first = 0;
	size_t nb = 0;

	for (guint i = 0; i < rows; i++) {
		const struct trial_second *s = &g_array_index(t->seconds, struct trial_second, i);
		double length = s->time_s - before;

		before = s->time_s;
		first = i == 0 ? MIN(length, 1) : first;
		/* A stub at the end has a rate of its own, which MoonGen leaves out as well. */
		if (length > 0 && length >= first / 2)
			pps[nb++] = (double)(forwarded ? s->forwarded : s->offered) / length;
	}
	return nb < 2 ? 0 : numbers_sd(pps, nb);
}

static void append_totals(GString *to, const char *direction, uint64_t frames, uint64_t bytes,
	double seconds, double deviation)
{
	double pps = seconds > 0 ? (double)frames / seconds : 0;
	double mean_len = frames > 0 ? (double)bytes / (double)frames : 0;
	double mbit = pps * mean_len * 8 / 1e6;
	double framing = mbit + pps * FRAME_GAP_LEN * 8 / 1e6;

	g_string_append_printf(to,
		"[Device: id=0] %s: %.2f (StdDev %.2f) Mpps, %.0f (StdDev %.0f) Mbit/s (%.0f "
		"Mbit/s with framing), total %" PRIu64 " packets with %" PRIu64
		" bytes (incl. CRC)\n",
		direction, pps / 1e6, deviation / 1e6, mbit, deviation * mean_len * 8 / 1e6,
		framing, frames, bytes);
}

static void append_samples(GString *to, const struct trial_dist *d)
{
	double mean = NAN, stddev = NAN, quartile[3] = { NAN, NAN, NAN };

	if (d->hist != NULL) {
		(void)hist_mean(d->hist, &mean);
		(void)hist_stddev(d->hist, &stddev);
		for (int i = 0; i < 3; i++) {
			uint64_t ns;
			gboolean bound;

			/* MoonGen knows nothing of lost samples: these are of what came back. */
			if (hist_quantile(d->hist, 0, 0, 0.25 * (i + 1), &ns, &bound) == 0)
				quartile[i] = (double)ns;
		}
	}
	g_string_append_printf(to,
		"Samples: %" PRIu64
		", Average: %.1f ns, StdDev: %.1f ns, Quartiles: %.1f/%.1f/%.1f ns\n",
		d->count, mean, stddev, quartile[0], quartile[1], quartile[2]);
}

char *trial_log_text(const trial *t)
{
	GString *s = g_string_new_len(t->log->str, (gssize)t->log->len);

	if (s->len > 0 && s->str[s->len - 1] != '\n')
		g_string_append_c(s, '\n');
	append_samples(s, &t->latency);
	append_totals(s, "RX", t->totals.forwarded, t->totals.forwarded_bytes, t->measured_s,
		deviation_pps(t, TRUE));
	append_totals(s, "TX", t->totals.offered, t->totals.offered_bytes, t->measured_s,
		deviation_pps(t, FALSE));
	return g_string_free(s, FALSE);
}

char *trial_timeline_csv(const trial *t)
{
	GString *s = g_string_new(timeline_header);
	uint64_t offered = 0, forwarded = 0;
	double before = 0;

	g_string_append_c(s, '\n');
	for (guint i = 0; i < t->seconds->len; i++) {
		const struct trial_second *row = &g_array_index(t->seconds, struct trial_second, i);
		double length = row->time_s - before;
		char time[G_ASCII_DTOSTR_BUF_SIZE];

		before = row->time_s;
		offered += row->offered;
		forwarded += row->forwarded;
		g_string_append_printf(s,
			"%s,%" PRIu64 ",%" PRIu64 ",%" PRIu64 ",%" PRIu64 ",%.1f,%.1f,%" PRIu64
			",%" PRIu64 ",%" PRIu64 ",%d\n",
			g_ascii_formatd(time, sizeof(time), "%.6f", row->time_s), row->offered,
			row->forwarded, row->refused,
			(offered > forwarded ? offered - forwarded : 0),
			length > 0 ? (double)row->offered / length : 0.0,
			length > 0 ? (double)row->forwarded / length : 0.0, row->p50_ns,
			row->p99_ns, row->max_ns, row->drain);
	}
	return g_string_free(s, FALSE);
}

static gboolean on_row(const char *where, char *const *field, void *user, GError **error)
{
	struct trial_second s = { 0 };
	uint64_t drain = 0;

	if (!csv_double(where, "time_s", field[0], &s.time_s, error) ||
		!csv_u64(where, "offered", field[1], &s.offered, error) ||
		!csv_u64(where, "forwarded", field[2], &s.forwarded, error) ||
		!csv_u64(where, "refused", field[3], &s.refused, error) ||
		!csv_u64(where, "p50_ns", field[7], &s.p50_ns, error) ||
		!csv_u64(where, "p99_ns", field[8], &s.p99_ns, error) ||
		!csv_u64(where, "max_ns", field[9], &s.max_ns, error) ||
		(field[10] != NULL && !csv_u64(where, "drain", field[10], &drain, error)))
		return FALSE;
	s.drain = drain != 0;
	g_array_append_val((GArray *)user, s);
	return TRUE;
}

gboolean trial_timeline_read(
	trial *t, const char *name, const char *data, size_t len, GError **error)
{
	const struct trial_rows rows = { timeline_header, TRIAL_ROWS_ONE, .lengthened = TRUE,
		.row = on_row, .user = t->seconds };

	g_array_set_size(t->seconds, 0);
	return trial_rows_read(&rows, name, data, len, NULL, error);
}
