/* SPDX-License-Identifier: BSD-3-Clause */
#include "sim/duration.h"

#include "sim/error.h"

gboolean duration_parse(
	const char *where, const char *text, uint64_t max_ns, uint64_t *ns, GError **error)
{
	static const struct {
		const char *unit;
		double ns;
	} units[] = { { "ns", 1 }, { "us", 1e3 }, { "ms", 1e6 }, { "s", 1e9 }, { "min", 60e9 },
		{ "h", 3600e9 } };
	char *end;
	double v = g_ascii_strtod(text, &end);

	for (size_t i = 0; end != text && i < G_N_ELEMENTS(units); i++) {
		if (!g_str_equal(end, units[i].unit))
			continue;
		if (!(v >= 0 && v * units[i].ns <= (double)max_ns))
			break;
		*ns = (uint64_t)(v * units[i].ns);
		return TRUE;
	}
	g_set_error(error, SIM_ERROR, SIM_ERROR_USAGE,
		"%s: '%s' is no time from 0 to %g s; write a number and its unit: 500ms, 10s, 2min",
		where, text, (double)max_ns / 1e9);
	return FALSE;
}
