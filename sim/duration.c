/* SPDX-License-Identifier: BSD-3-Clause */
#include "sim/duration.h"

#include <math.h>

#include "sim/error.h"
#include "traffic/text.h"

#define HOUR_NS UINT64_C(3600000000000)

gboolean duration_parse(
	const char *where, const char *text, uint64_t max_ns, uint64_t *ns, GError **error)
{
	const char *units = "(ns, us, ms, s, min, h)";
	g_autofree char *word = text_quote(text), *why = NULL;
	double v;
	size_t n = text_scan_number(text, &v);

	if (n == 0)
		why = g_strdup("expected a number with its unit, such as 500ms, 10s or 2h");
	else if (text[n] == '\0')
		why = g_strdup_printf("unit missing %s", units);
	else if (v < 0)
		why = g_strdup("negative");
	else if (text[n] == ',')
		why = g_strdup("the decimal separator is '.'");
	else if (!text_duration(text, &v) && isfinite(v))
		why = g_strdup_printf("unknown unit '%s' %s", text + n, units);
	else if (v > (double)max_ns)
		why = max_ns % HOUR_NS == 0
			      ? g_strdup_printf(
					"more than %" G_GUINT64_FORMAT "h", max_ns / HOUR_NS)
			      : g_strdup_printf("more than %gs", (double)max_ns / 1e9);
	if (why == NULL) {
		*ns = (uint64_t)v;
		return TRUE;
	}
	g_set_error(
		error, SIM_ERROR, SIM_ERROR_USAGE, "%s: invalid time '%s': %s", where, word, why);
	return FALSE;
}
