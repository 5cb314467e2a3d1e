/* SPDX-License-Identifier: BSD-3-Clause */
#include "sim/trial/progress.h"

#include <math.h>
#include <stdio.h>
#include <unistd.h>

#include "analyze/base/format.h"
#include "traffic/rate.h"

enum { BAR_LEN = 20 };

void progress_init(struct progress *p, gboolean quiet)
{
	*p = (struct progress){ .quiet = quiet, .terminal = isatty(STDERR_FILENO) == 1 };
}

void progress_close(struct progress *p)
{
	if (p->open)
		fputc('\n', stderr);
	p->open = FALSE;
}

void progress_say(struct progress *p, const char *format, ...)
{
	va_list args;

	if (p->quiet)
		return;
	progress_close(p);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
}

static void replace_line(struct progress *p, const char *text)
{
	if (p->quiet)
		return;
	if (p->terminal)
		fprintf(stderr, "\r\033[K%s", text);
	else
		fprintf(stderr, "%s\n", text);
	fflush(stderr);
	p->open = p->terminal;
}

void progress_note(struct progress *p, const char *format, ...)
{
	g_autofree char *text = NULL;
	va_list args;

	va_start(args, format);
	text = g_strdup_vprintf(format, args);
	va_end(args);
	replace_line(p, text);
}

char *progress_time(double time_s, double duration_s)
{
	double whole_s = floor(duration_s);
	int decimals = duration_s > whole_s || whole_s < 1 ? duration_s < 0.1 ? 3 : 1 : 0;

	/* The last second is seen a moment after it has ended. */
	return g_strdup_printf(
		"%3.*f/%.*f s", decimals, MIN(time_s, duration_s), decimals, duration_s);
}

void progress_second(struct progress *p, const struct trial_second *s, double interval_s,
	double duration_s, uint64_t offered, uint64_t forwarded)
{
	g_autofree char *tx = rate_format_pps((double)s->offered / interval_s);
	g_autofree char *rx = rate_format_pps((double)s->forwarded / interval_s);
	g_autofree char *p50 = format_ns(s->p50_ns), *p99 = format_ns(s->p99_ns);
	/* Read one after the other: forwarded may be a frame ahead. */
	uint64_t out = offered > forwarded ? offered - forwarded : 0;
	g_autofree char *share = format_percent(offered == 0 ? 0 : (double)out / (double)offered);
	g_autofree char *text = NULL, *nth = NULL, *time = NULL;
	char bar[BAR_LEN + 1] = "";

	if (p->quiet)
		return;
	for (int i = 0; i < BAR_LEN; i++)
		bar[i] = (double)i < s->time_s / duration_s * BAR_LEN ? '#' : '.';
	time = progress_time(s->time_s, duration_s);
	nth = p->of > 1 ? g_strdup_printf("%u/%u ", p->nth, p->of) : g_strdup("");
	text = g_strdup_printf("%s%s%s%s%s  tx %s  rx %s  outstanding %" G_GUINT64_FORMAT
			       " (%s)  p50 %s  p99 %s",
		nth, p->terminal ? "[" : "", p->terminal ? bar : "", p->terminal ? "]" : "", time,
		tx, rx, out, share, p50, p99);
	replace_line(p, text);
}
