/* SPDX-License-Identifier: BSD-3-Clause */
#include "traffic/rate.h"

#include <math.h>
#include <string.h>

#include "traffic/frame.h"
#include "analyze/base/text.h"
#include "analyze/base/error.h"

enum { RATES_MAX = 10000, BITS_PER_BYTE = 8 };

/*
 * Above these a rate is a slip of the pen: 1000 times what one port can do today, ten times a link.
 * Below link_bps_min a frame takes longer than a schedule of it is worth.
 */
static const double pps_max = 1e12, bps_max = 1e15, share_max = 10.0, link_bps_min = 1e6;

#define REMEDY "expected 500kpps, 5Mpps, 2Gbit/s, 2Gbit/s-L1, 40% or max"

static const struct {
	const char *name;
	enum rate_kind kind;
} units[] = {
	{ "pps", RATE_PPS },
	{ "bit/s", RATE_L2_BPS },
	{ "bit/s-L2", RATE_L2_BPS },
	{ "bit/s-L1", RATE_L1_BPS },
	{ "bit", RATE_L2_BPS },
	{ "bit-L1", RATE_L1_BPS },
	{ "bps", RATE_L2_BPS },
	{ "bps-L2", RATE_L2_BPS },
	{ "bps-L1", RATE_L1_BPS },
	{ "%", RATE_LINK_SHARE },
};

/* A number with what stands behind it. */
struct quantity {
	double number;
	double scale; /* of its prefix k, M, G; 0 if it has none */
	gboolean has_unit;
	enum rate_kind kind;
};

/* 0: c is no prefix. */
static double prefix_scale(char c)
{
	const char *const prefixes = "kKMG", *at = c == '\0' ? NULL : strchr(prefixes, c);

	return at == NULL ? 0.0 : (const double[]){ 1e3, 1e3, 1e6, 1e9 }[at - prefixes];
}

static gboolean rate_error(
	GError **error, enum input_error code, const char *where, const char *text, const char *why)
{
	return input_fail(
		error, (gint)code, "%s: invalid rate '%s': %s", where, text_quote(text).text, why);
}

static gboolean quantity_parse(
	const char *where, const char *text, struct quantity *out, GError **error)
{
	struct quantity q = { 0 };
	size_t n = text_scan_number(text, &q.number);
	const char *unit = text + n;

	if (n == 0)
		return rate_error(error, INPUT_ERROR_SYNTAX, where, text, "not a number; " REMEDY);
	while (*unit == ' ')
		unit++;
	q.kind = RATE_PPS;
	q.scale = prefix_scale(*unit);
	if (q.scale > 0.0)
		unit++;
	for (size_t i = 0; i < G_N_ELEMENTS(units) && !q.has_unit; i++) {
		q.has_unit = g_ascii_strcasecmp(unit, units[i].name) == 0;
		q.kind = q.has_unit ? units[i].kind : RATE_PPS;
	}
	if ((!q.has_unit && *unit != '\0') ||
		(q.has_unit && q.kind == RATE_LINK_SHARE && q.scale > 0.0))
		return rate_error(error, INPUT_ERROR_RATE, where, text,
			strchr(unit, ':') != NULL ? "unknown unit; a sweep is 50k..800k:50k"
						  : "unknown unit; " REMEDY);
	*out = q;
	return TRUE;
}

/* text is for the error only. */
static gboolean quantity_to_rate(const char *where, const char *text, const struct quantity *q,
	struct rate *out, GError **error)
{
	struct rate r = { .kind = q->kind };
	double limit = r.kind == RATE_PPS          ? pps_max
		       : r.kind == RATE_LINK_SHARE ? share_max
						   : bps_max;

	r.value = r.kind == RATE_LINK_SHARE ? q->number / 100.0
					    : q->number * (q->scale > 0.0 ? q->scale : 1.0);
	if (!(r.value > 0.0))
		return rate_error(error, INPUT_ERROR_RANGE, where, text, "not above zero");
	if (r.value > limit)
		return rate_error(error, INPUT_ERROR_RANGE, where, text,
			r.kind == RATE_LINK_SHARE
				? "above 1000% of the link"
				: "above the maximum of 1000Gpps or 1000000Gbit/s");
	*out = r;
	return TRUE;
}

/* 10k and 5M are frames a second; of 10G nobody knows. q of a bare prefix has the kind RATE_PPS. */
static gboolean check_unit(
	const char *where, const char *text, const struct quantity *q, GError **error)
{
	if (q->has_unit || (q->scale > 0.0 && q->scale < 1e9))
		return TRUE;
	return rate_error(error, INPUT_ERROR_RATE, where, text,
		q->scale > 0.0 ? "unit missing; expected 10Gbit/s or 10Gpps"
			       : "unit missing; " REMEDY);
}

gboolean rate_parse(const char *where, const char *text, struct rate *out, GError **error)
{
	g_autofree char *copy = g_strstrip(g_strdup(text));
	struct quantity q;

	if (g_ascii_strcasecmp(copy, "max") == 0) {
		*out = (struct rate){ .kind = RATE_MAX };
		return TRUE;
	}
	return quantity_parse(where, copy, &q, error) && check_unit(where, text, &q, error) &&
	       quantity_to_rate(where, text, &q, out, error);
}

/* Which of the three numbers of a sweep number i takes its unit from: itself, right, then left. */
static int sweep_source(const struct quantity q[3], int i)
{
	static const int order[3][3] = { { 0, 1, 2 }, { 1, 2, 0 }, { 2, 1, 0 } };

	for (int j = 0; j < 3; j++) {
		int from = order[i][j];

		if (q[from].has_unit || q[from].scale > 0.0)
			return from;
	}
	return -1;
}

/* "a..b:step" into three rates of one kind. */
static gboolean sweep_parse(const char *where, const char *text, struct rate out[3], GError **error)
{
	const char *dots = strstr(text, ".."), *colon = strchr(dots, ':');

	if (colon == NULL)
		return rate_error(error, INPUT_ERROR_SYNTAX, where, text,
			"sweep without a step; expected 50k..800k:50k");

	g_autofree char *first = g_strndup(text, (gsize)(dots - text));
	g_autofree char *last = g_strndup(dots + 2, (gsize)(colon - dots - 2));
	g_autofree char *step = g_strdup(colon + 1);
	struct quantity given[3], q[3];
	enum rate_kind kind = RATE_PPS; /* 50k..800k:50k: prefixes alone are pps */

	if (!quantity_parse(where, g_strstrip(first), &given[0], error) ||
		!quantity_parse(where, g_strstrip(last), &given[1], error) ||
		!quantity_parse(where, g_strstrip(step), &given[2], error))
		return FALSE;
	for (int i = 0; i < 3; i++)
		if (given[i].has_unit)
			kind = given[i].kind;
	for (int i = 0; i < 3; i++) {
		int from = sweep_source(given, i);

		if (from < 0 || (kind == RATE_PPS && !check_unit(where, text, &given[from], NULL)))
			return rate_error(error, INPUT_ERROR_RATE, where, text,
				"unit missing; expected 50k..800k:50k (pps) or "
				"1..5Gbit/s:1Gbit/s");
		if (given[i].has_unit && given[i].kind != kind)
			return rate_error(error, INPUT_ERROR_RATE, where, text,
				"mixed units; use the same unit for both ends and the step");
		q[i] = given[i];
		q[i].kind = kind;
		if (from != i)
			q[i].scale = given[from].scale;
		if (kind == RATE_LINK_SHARE && q[i].scale > 0.0)
			return rate_error(error, INPUT_ERROR_SYNTAX, where, text,
				"k, M or G before %; expected 10%..100%:10%");
		if (!quantity_to_rate(where, text, &q[i], &out[i], error))
			return FALSE;
	}
	if (out[0].value > out[1].value)
		return rate_error(error, INPUT_ERROR_RANGE, where, text, "end below start");
	if ((out[1].value - out[0].value) / out[2].value > RATES_MAX)
		return rate_error(error, INPUT_ERROR_RANGE, where, text,
			"more than 10000 steps; use a larger step");
	return TRUE;
}

/* Adds r to rates unless seen has it. */
static gboolean list_add(const char *where, const char *text, GArray *rates, GHashTable *seen,
	struct rate r, GError **error)
{
	char digits[G_ASCII_DTOSTR_BUF_SIZE];

	/* Twelve digits: so that 0.1 + 0.2 is the same trial as 0.3. */
	r.value = g_ascii_strtod(g_ascii_formatd(digits, sizeof(digits), "%.12g", r.value), NULL);
	if (!g_hash_table_add(seen, g_strdup_printf("%d %.12g", (int)r.kind, r.value)))
		return TRUE;
	if (rates->len == RATES_MAX)
		return rate_error(error, INPUT_ERROR_RANGE, where, text,
			"more than 10000 rates; split the list");
	g_array_append_val(rates, r);
	return TRUE;
}

static gboolean list_add_item(
	const char *where, const char *item, GArray *rates, GHashTable *seen, GError **error)
{
	struct rate r, sweep[3];

	if (strstr(item, "..") == NULL)
		return rate_parse(where, item, &r, error) &&
		       list_add(where, item, rates, seen, r, error);
	if (!sweep_parse(where, item, sweep, error))
		return FALSE;
	r = sweep[0];
	for (int i = 0; r.value < sweep[1].value * (1.0 - 1e-9); i++) {
		if (!list_add(where, item, rates, seen, r, error))
			return FALSE;
		r.value = sweep[0].value + (i + 1) * sweep[2].value;
	}
	return list_add(where, item, rates, seen, sweep[1], error);
}

/* "1,5Mpps" is one rate to those who write 1.5 so: the item before a comma is a number alone. */
static gboolean check_comma(
	const char *where, const char *text, const char *item, const char *next, GError **error)
{
	double number;

	if (next == NULL || !text_number(item, &number) || !g_ascii_isdigit(*next))
		return TRUE;
	return input_fail(error, INPUT_ERROR_RATE,
		"%s: invalid rate '%s' in '%s': unit missing; a comma separates rates: use "
		"%s.%s, or a unit after each",
		where, item, text_quote(text).text, item, text_quote(next).text);
}

GArray *rate_parse_list(const char *where, const char *text, GError **error)
{
	g_autoptr(GArray) rates = g_array_new(FALSE, FALSE, sizeof(struct rate));
	g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	g_auto(GStrv) items = g_strsplit(text, ",", -1);

	if (items[0] == NULL) {
		rate_error(error, INPUT_ERROR_SYNTAX, where, text, "empty; " REMEDY);
		return NULL;
	}
	for (size_t i = 0; items[i] != NULL; i++)
		if (!check_comma(where, text, items[i], items[i + 1], error) ||
			!list_add_item(where, g_strstrip(items[i]), rates, seen, error))
			return NULL;
	return g_steal_pointer(&rates);
}

gboolean rate_parse_link(const char *where, const char *text, double *link_bps, GError **error)
{
	g_autofree char *copy = g_strstrip(g_strdup(text));
	struct quantity q;
	double bps;

	if (!quantity_parse(where, copy, &q, NULL) || (!q.has_unit && q.scale == 0.0) ||
		(q.has_unit && q.kind != RATE_L2_BPS))
		return input_fail(error, INPUT_ERROR_RATE,
			"%s: invalid link speed '%s'; expected bits per second: 10G or 100Gbit/s",
			where, text_quote(text).text);
	bps = q.number * (q.scale > 0.0 ? q.scale : 1.0);
	if (!(bps >= link_bps_min) || bps > bps_max)
		return input_fail(error, INPUT_ERROR_RANGE,
			"%s: link speed '%s' is outside 1M..1000000G", where, copy);
	*link_bps = bps;
	return TRUE;
}

gboolean rate_to_pps(
	const struct rate *r, double mean_frame_len, double link_bps, double *pps, GError **error)
{
	g_assert(mean_frame_len > 0.0);
	switch (r->kind) {
	case RATE_PPS:
		*pps = r->value;
		return TRUE;
	case RATE_L2_BPS:
		*pps = r->value / (BITS_PER_BYTE * mean_frame_len);
		return TRUE;
	case RATE_L1_BPS:
		*pps = rate_line_pps(r->value, mean_frame_len);
		return TRUE;
	case RATE_LINK_SHARE:
		if (!(link_bps > 0.0))
			return input_fail(error, INPUT_ERROR_RATE,
				"rate %.4g%% requires the link speed; add --link 10G",
				r->value * 100.0);
		*pps = r->value * rate_line_pps(link_bps, mean_frame_len);
		return TRUE;
	case RATE_MAX:
		*pps = 0.0;
		return TRUE;
	}
	g_assert_not_reached();
}

double rate_l2_bps(double pps, double mean_frame_len)
{
	return pps * BITS_PER_BYTE * mean_frame_len;
}

double rate_l1_bps(double pps, double mean_frame_len)
{
	return pps * BITS_PER_BYTE * (mean_frame_len + FRAME_GAP_LEN);
}

double rate_line_pps(double link_bps, double mean_frame_len)
{
	return link_bps / (BITS_PER_BYTE * (mean_frame_len + FRAME_GAP_LEN));
}

static char *format_scaled(double value, const char *unit)
{
	static const char *const prefixes[] = { "", "k", "M", "G", "T" };
	/* Rounded first: 999960 is 1 M, not 1000 k. */
	g_autofree char *rounded = g_strdup_printf("%.3e", value);
	size_t i = 0;

	value = g_ascii_strtod(rounded, NULL);
	while (fabs(value) >= 1000.0 && i + 1 < G_N_ELEMENTS(prefixes)) {
		value /= 1000.0;
		i++;
	}
	return g_strdup_printf("%.4g %s%s", value, prefixes[i], unit);
}

char *rate_format_pps(double pps)
{
	return format_scaled(pps, "pps");
}

char *rate_format_bps(double bps)
{
	return format_scaled(bps, "bit/s");
}
