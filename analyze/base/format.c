/* SPDX-License-Identifier: BSD-3-Clause */
#include "analyze/base/format.h"

char *format_ns(uint64_t ns)
{
	static const struct {
		double ns;
		const char *unit;
	} units[] = { { 1e9, "s" }, { 1e6, "ms" }, { 1e3, "µs" } };

	for (size_t i = 0; i < G_N_ELEMENTS(units); i++) {
		double v = (double)ns / units[i].ns;

		/* 999.5 us would print as 1e+03. */
		if (v >= 0.9995)
			return v >= 999.5 ? g_strdup_printf("%.0f %s", v, units[i].unit)
					  : g_strdup_printf("%.3g %s", v, units[i].unit);
	}
	return g_strdup_printf("%u ns", (unsigned)ns);
}

char *format_ns_bound(uint64_t ns, gboolean bound)
{
	g_autofree char *text = format_ns(ns);

	return g_strconcat(bound ? ">= " : "", text, NULL);
}

char *format_pps(double pps)
{
	static const struct {
		double factor;
		const char *unit;
	} units[] = { { 1e6, "M" }, { 1e3, "k" }, { 1, "" } };
	guint i = 0;

	/* 999.96k would print as 1000.0k. */
	while (i + 1 < G_N_ELEMENTS(units) && pps < 0.99995 * units[i].factor)
		i++;
	return g_strdup_printf("%.4g%s", pps / units[i].factor, units[i].unit);
}

char *format_percent(double share)
{
	double v = share * 100;

	if (v == 0)
		return g_strdup("0 %");
	return v >= 99.95 || v <= -99.95 ? g_strdup_printf("%.4g %%", v)
					 : g_strdup_printf("%.3g %%", v);
}

char *format_number(double v)
{
	enum { DIGITS_SURE = 15, DIGITS_ALL = 17 };
	char text[32] = "";

	for (int digits = DIGITS_SURE; digits <= DIGITS_ALL; digits++) {
		double back;

		g_snprintf(text, sizeof(text), "%.*g", digits, v);
		back = g_ascii_strtod(text, NULL);
		if (back >= v && back <= v)
			break;
	}
	return g_strdup(text);
}
