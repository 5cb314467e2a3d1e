/* SPDX-License-Identifier: BSD-3-Clause */
/* What MoonGen prints: its log, and its table of throughput. */
#include "analyze/foreign/autotest.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "analyze/base/text.h"
#include "analyze/base/csv.h"
#include "analyze/base/error.h"
#include "traffic/frame.h"

enum { RX, TX, DIRECTIONS };
enum { MBIT = 1000000, MAX_DEVICES = 64, LINE_SHOWN = 120 };
/* No port is faster than this many Mbit/s: E810's counters can start with nonsense. */
static const double MBIT_MAX = 10e6;
/* plot_packet_loss.py drops a log whose TX deviates more than this share of its average. */
static const double TX_DEVIATION_MAX = 0.2;

static const char *const direction_names[DIRECTIONS] = { "RX", "TX" };

/* A row a second, as printed. */
struct rate {
	double mpps, mbit;
};

struct summary {
	guint nb;
	struct autotest_rates rates;
	double mbit_stddev;
};

struct device {
	char *name;
	GArray *rates[DIRECTIONS]; /* struct rate */
	struct summary summary[DIRECTIONS];
};

struct log {
	trial *t;
	GPtrArray *devices; /* struct device * */
	GRegex *update, *final, *samples;
	guint nb_samples;
	gboolean final_before_samples, unstamped;
	guint nb_nonsense;
	char *nonsense; /* the first line of that kind */
};

void autotest_note_oddity(trial *t, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	g_ptr_array_add(t->moongen->oddities, g_strdup_vprintf(format, args));
	va_end(args);
}

void autotest_note_doubt(trial *t, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	g_ptr_array_add(t->reasons, g_strdup_vprintf(format, args));
	va_end(args);
	t->trustworthy = FALSE;
}

void autotest_set_totals(trial *t, const struct autotest_rates *rx, const struct autotest_rates *tx)
{
	struct trial_moongen *m = t->moongen;
	struct trial_counts *c = &t->totals;

	m->rates_known = TRUE;
	m->tx_mpps = tx->mpps;
	m->rx_mpps = rx->mpps;
	m->tx_mbit = tx->mbit;
	m->rx_mbit = rx->mbit;
	/* What was asked for is a rate; no frame counts as asked for but not sent. */
	c->offered = c->intended = tx->packets;
	c->offered_bytes = tx->bytes;
	c->forwarded = MIN(rx->packets, tx->packets);
	c->forwarded_bytes = rx->packets > tx->packets ? tx->bytes : rx->bytes;
	c->lost = c->offered - c->forwarded;
	c->foreign = rx->packets - c->forwarded;
}

static void device_free(gpointer data)
{
	struct device *d = data;

	g_free(d->name);
	for (int i = 0; i < DIRECTIONS; i++)
		g_array_unref(d->rates[i]);
	g_free(d);
}

static struct device *find_device(GPtrArray *devices, const char *name)
{
	struct device *d;

	for (guint i = 0; i < devices->len; i++) {
		d = g_ptr_array_index(devices, i);
		if (strcmp(d->name, name) == 0)
			return d;
	}
	if (devices->len >= MAX_DEVICES)
		return NULL;
	d = g_new0(struct device, 1);
	d->name = g_strdup(name);
	for (int i = 0; i < DIRECTIONS; i++)
		d->rates[i] = g_array_new(FALSE, FALSE, sizeof(struct rate));
	g_ptr_array_add(devices, d);
	return d;
}

/* Without the escapes that colour a line; a line of another program may have any bytes. */
static char *without_colours(const char *line, size_t len)
{
	GString *s = g_string_sized_new(len);

	for (size_t i = 0; i < len; i++) {
		if (line[i] == '\033' && i + 1 < len && line[i + 1] == '[') {
			i += 2;
			while (i < len && !g_ascii_isalpha(line[i]))
				i++;
			continue;
		}
		if (line[i] != '\r')
			g_string_append_c(s, line[i] == '\0' ? ' ' : line[i]);
	}
	return g_string_free(s, FALSE);
}

static double number_at(const GMatchInfo *match, int group)
{
	g_autofree char *text = g_match_info_fetch(match, group);

	return g_ascii_strtod(text, NULL);
}

/* FALSE if it is above what a file of ours could hold. */
static gboolean count_at(const GMatchInfo *match, int group, uint64_t *out)
{
	g_autofree char *text = g_match_info_fetch(match, group);
	guint64 v;

	if (!g_ascii_string_to_unsigned(text, 10, 0, G_MAXINT64, &v, NULL))
		return FALSE;
	*out = v;
	return TRUE;
}

static struct device *device_of(struct log *log, const GMatchInfo *match, int *direction)
{
	g_autofree char *name = g_match_info_fetch(match, 1), *d = g_match_info_fetch(match, 2);

	*direction = strcmp(d, "RX") == 0 ? RX : TX;
	return find_device(log->devices, name);
}

static void note_nonsense(struct log *log, const char *line)
{
	if (log->nb_nonsense++ == 0)
		log->nonsense = g_strndup(line, LINE_SHOWN);
}

static void take_update(struct log *log, const GMatchInfo *match, const char *line)
{
	int direction;
	struct device *d = device_of(log, match, &direction);
	struct rate rate = { number_at(match, 3), number_at(match, 4) };

	if (!isfinite(rate.mpps) || !isfinite(rate.mbit) || rate.mpps < 0 || rate.mbit < 0 ||
		rate.mbit > MBIT_MAX) {
		note_nonsense(log, line);
		rate = (struct rate){ NAN, NAN };
	}
	if (d != NULL)
		g_array_append_val(d->rates[direction], rate);
}

static void take_final(struct log *log, const GMatchInfo *match, const char *line)
{
	int direction;
	struct device *d = device_of(log, match, &direction);
	struct summary s = { 1, { number_at(match, 3), number_at(match, 5), 0, 0 },
		number_at(match, 6) };
	struct autotest_rates *r = &s.rates;

	if (!count_at(match, 7, &r->packets) || !count_at(match, 8, &r->bytes) ||
		!isfinite(r->mbit) || !isfinite(r->mpps) || r->mbit < 0 || r->mpps < 0) {
		note_nonsense(log, line);
		return;
	}
	log->final_before_samples |= log->nb_samples == 0;
	if (d == NULL)
		return;
	s.nb += d->summary[direction].nb;
	d->summary[direction] = s;
}

static void take_samples(struct log *log, const GMatchInfo *match, const char *line)
{
	struct trial_moongen *m = log->t->moongen;

	if (!count_at(match, 1, &m->samples)) {
		note_nonsense(log, line);
		return;
	}
	log->nb_samples++;
	m->samples_known = TRUE;
	m->mean_ns = number_at(match, 2);
	m->stddev_ns = number_at(match, 3);
	log->t->latency.quartiles_known = m->samples > 0;
	for (int i = 0; i < 3; i++) {
		double v = number_at(match, 4 + i);

		log->t->latency.quartiles_ns[i] = v;
		/* MoonGen's quartiles of few samples are no numbers. */
		if (!isfinite(v) || v < 0 || v > 1e15)
			log->t->latency.quartiles_known = FALSE;
	}
}

static void take_line(struct log *log, const char *line)
{
	g_autoptr(GMatchInfo) match = NULL, samples = NULL, final = NULL;

	if (strstr(line, "Failed to timestamp packet") != NULL) {
		log->unstamped = TRUE;
	} else if (strstr(line, "Mbit/s") != NULL) {
		if (g_regex_match(log->final, line, 0, &final))
			take_final(log, final, line);
		else if (g_regex_match(log->update, line, 0, &match))
			take_update(log, match, line);
		else
			note_nonsense(log, line);
	} else if (strstr(line, "Samples: ") != NULL) {
		if (g_regex_match(log->samples, line, 0, &samples))
			take_samples(log, samples, line);
		else
			note_nonsense(log, line);
	}
}

/*
 * The device under load: the one that sent most. Those of the same machine without traffic have
 * lines of their own.
 */
static struct device *loaded_device(const GPtrArray *devices)
{
	struct device *best = NULL;

	for (guint i = 0; i < devices->len; i++) {
		struct device *d = g_ptr_array_index(devices, i);

		if (best == NULL || d->summary[TX].rates.packets > best->summary[TX].rates.packets)
			best = d;
	}
	return best;
}

/* Frames of a second: of the two averages the one that was rounded less. */
static uint64_t frames_of(const struct rate *r, uint32_t frame_len)
{
	if (isnan(r->mbit))
		return 0;
	return (uint64_t)llround(r->mpps >= 1 || frame_len == 0
					 ? r->mpps * 1e6
					 : r->mbit * MBIT / (frame_len * 8.0));
}

static void take_seconds(trial *t, const struct device *d)
{
	guint nb = MIN(d->rates[RX]->len, d->rates[TX]->len);

	for (guint i = 0; i < nb; i++) {
		struct trial_second s = { .time_s = i + 1,
			.offered = frames_of(
				&g_array_index(d->rates[TX], struct rate, i), t->params.frame_len),
			.forwarded = frames_of(&g_array_index(d->rates[RX], struct rate, i),
				t->params.frame_len) };

		g_array_append_val(t->seconds, s);
	}
	if (d->rates[RX]->len > d->rates[TX]->len)
		autotest_note_oddity(t,
			"%u more RX line%s than TX lines: partial seconds after the end lower "
			"MoonGen's RX average",
			d->rates[RX]->len - d->rates[TX]->len,
			text_plural(d->rates[RX]->len - d->rates[TX]->len));
}

/* Averages of both directions become totals and autotest's loss. */
static void take_totals(
	trial *t, const struct summary *rx_summary, const struct summary *tx_summary)
{
	const struct autotest_rates *rx = &rx_summary->rates, *tx = &tx_summary->rates;
	struct trial_moongen *m = t->moongen;

	autotest_set_totals(t, rx, tx);
	m->tx_mbit_stddev = tx_summary->mbit_stddev;
	m->rx_mbit_stddev = rx_summary->mbit_stddev;
	m->loss_known = tx->mbit > 0 && m->tx_mbit_stddev <= TX_DEVIATION_MAX * tx->mbit;
	if (m->loss_known) {
		m->loss = MAX(tx->mbit - rx->mbit, 0) / tx->mbit;
		m->loss_spread = m->rx_mbit_stddev / tx->mbit;
	}
	if (t->totals.foreign > 0)
		autotest_note_oddity(t,
			"%" PRIu64 " more frames received than sent (stray traffic)",
			t->totals.foreign);
	if (rx->packets > 0 && tx->packets > 0) {
		double rx_len = (double)rx->bytes / (double)rx->packets;
		double tx_len = (double)tx->bytes / (double)tx->packets;

		if (rx->packets * 10 > tx->packets && fabs(rx_len - tx_len) > 2)
			autotest_note_oddity(t,
				"mean frame size is %.1f bytes in RX, %.1f in TX: counters and "
				"Mbit/s averages of the two are not comparable",
				rx_len, tx_len);
	}
	if (!m->loss_known)
		autotest_note_doubt(t,
			"TX standard deviation is %.0f of %.0f Mbit/s: autotest drops such a log",
			m->tx_mbit_stddev, tx->mbit);
}

static void judge_log(struct log *log, const char *name)
{
	trial *t = log->t;
	const struct device *d = loaded_device(log->devices);
	gboolean complete = d != NULL && d->summary[RX].nb > 0 && d->summary[TX].nb > 0;

	if (d != NULL && log->devices->len > 1)
		autotest_note_oddity(t,
			"%s: %u devices found; using the one with the most TX packets (%s)", name,
			log->devices->len, d->name);
	if (d != NULL)
		take_seconds(t, d);
	for (int i = 0; complete && i < DIRECTIONS; i++) {
		if (d->summary[i].nb > 1)
			autotest_note_oddity(t, "%s: %u summary lines of %s; using the last one",
				name, d->summary[i].nb, direction_names[i]);
	}
	if (complete)
		take_totals(t, &d->summary[RX], &d->summary[TX]);
	else
		autotest_note_doubt(t,
			"%s: no summary lines of RX and TX: log is truncated, or MoonGen exited "
			"early",
			name);
	if (log->nb_nonsense > 0)
		autotest_note_oddity(t, "%s: ignored %u malformed line%s (%s)", name,
			log->nb_nonsense, text_plural(log->nb_nonsense), log->nonsense);
	if (complete && log->nb_samples > 0 && log->final_before_samples)
		autotest_note_oddity(t, "%s: summary lines precede the samples", name);
	if (log->unstamped)
		autotest_note_oddity(t, "%s: MoonGen could not timestamp some probes", name);
	if (!t->moongen->samples_known)
		autotest_note_doubt(t,
			"%s: no 'Samples:' line: latency is known from the histogram only", name);
	else if (t->moongen->samples == 0)
		autotest_note_doubt(t, "%s: no probe came back", name);
}

#define DEVICE "^\\[([^\\]]+)\\] (RX|TX): "
#define NUMBER "(-?[0-9.]+|-?nan|-?inf)"
#define WITH_FRAMING " Mbit/s \\(-?[0-9.naif]+ Mbit/s with framing\\)"

gboolean autotest_read_log(trial *t, const char *name, const char *data, size_t len)
{
	g_autoptr(GRegex) update = g_regex_new(
		DEVICE NUMBER " Mpps, " NUMBER WITH_FRAMING "$", G_REGEX_RAW, 0, NULL);
	g_autoptr(GRegex) final = g_regex_new(DEVICE NUMBER
		" \\(StdDev " NUMBER "\\) Mpps, " NUMBER " \\(StdDev " NUMBER "\\)" WITH_FRAMING
		", total ([0-9]+) packets with ([0-9]+) bytes \\(incl\\. CRC\\)$",
		G_REGEX_RAW, 0, NULL);
	g_autoptr(GRegex)
		samples = g_regex_new("Samples: ([0-9]+), Average: " NUMBER " ns, StdDev: " NUMBER
				      " ns, Quartiles: " NUMBER "/" NUMBER "/" NUMBER " ns$",
			G_REGEX_RAW, 0, NULL);
	g_autoptr(GPtrArray) devices = g_ptr_array_new_with_free_func(device_free);
	struct log log = {
		.t = t, .devices = devices, .update = update, .final = final, .samples = samples
	};

	for (size_t at = 0; at < len;) {
		const char *feed = memchr(data + at, '\n', len - at);
		size_t line_len = feed == NULL ? len - at : (size_t)(feed - data) - at;
		g_autofree char *line = without_colours(data + at, line_len);

		take_line(&log, line);
		at += line_len + 1;
	}
	judge_log(&log, name);
	g_free(log.nonsense);
	return t->moongen->rates_known || t->moongen->samples_known;
}
