/* SPDX-License-Identifier: BSD-3-Clause */
#include "sim/duration.h"

#include "sim/error.h"
#include "traffic/text.h"

gboolean duration_parse(
	const char *where, const char *text, uint64_t max_ns, uint64_t *ns, GError **error)
{
	double v;

	if (text_duration(text, &v) && v >= 0 && v <= (double)max_ns) {
		*ns = (uint64_t)v;
		return TRUE;
	}
	g_set_error(error, SIM_ERROR, SIM_ERROR_USAGE,
		"%s: '%s' is no time from 0 to %g s; write a number and its unit: 500ms, 10s, 2min",
		where, text, (double)max_ns / 1e9);
	return FALSE;
}
