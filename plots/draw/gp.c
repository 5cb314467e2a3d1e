/* SPDX-License-Identifier: BSD-3-Clause */
#include "plots/draw/gp.h"

#include <math.h>
#include <string.h>

struct gp_num gp_num(double value)
{
	struct gp_num n;

	if (isnan(value))
		g_strlcpy(n.text, "NaN", sizeof(n.text));
	else
		g_ascii_formatd(n.text, sizeof(n.text), "%.9g", value);
	return n;
}

struct gp_num gp_fixed(double value, int decimals)
{
	struct gp_num n;
	char format[16];

	g_snprintf(format, sizeof(format), "%%.%df", decimals);
	g_ascii_formatd(n.text, sizeof(n.text), format, value);
	return n;
}

static void append_quoted(GString *script, const char *text, gboolean tic)
{
	g_autofree char *valid = g_utf8_make_valid(text, -1);

	g_string_append_c(script, '\'');
	for (const char *p = valid; *p != '\0'; p = g_utf8_next_char(p)) {
		gunichar c = g_utf8_get_char(p);

		if (c == '\'')
			g_string_append(script, "''");
		else if (c == '%' && tic)
			g_string_append(script, "%%");
		else if (g_unichar_iscntrl(c))
			g_string_append_c(script, ' ');
		else
			g_string_append_unichar(script, c);
	}
	g_string_append_c(script, '\'');
}

void gp_quote(GString *script, const char *text)
{
	append_quoted(script, text, FALSE);
}

void gp_quote_tic(GString *script, const char *text)
{
	append_quoted(script, text, TRUE);
}

void gp_comment(GString *data, const char *text)
{
	g_autofree char *line = g_utf8_make_valid(text, -1);

	g_string_append(data, g_strdelimit(line, "\r\n\v\f", ' '));
}

void gp_block(GString *data, guint index, const char *name, const char *columns)
{
	g_string_append(data, index > 0 ? "\n\n# " : "# ");
	gp_comment(data, name);
	g_string_append_printf(data, "\n# %s\n", columns);
}

struct gp_unit gp_latency_unit(double lo_ns, double hi_ns)
{
	double middle = sqrt(lo_ns * hi_ns);

	if (hi_ns < 1e3)
		return (struct gp_unit){ "ns", 1 };
	if (middle < 1e6)
		return (struct gp_unit){ "µs", 1e3 };
	if (middle < 1e9)
		return (struct gp_unit){ "ms", 1e6 };
	return (struct gp_unit){ "s", 1e9 };
}

struct gp_unit gp_load_unit(double hi_pps)
{
	if (hi_pps < 1e3)
		return (struct gp_unit){ "pps", 1 };
	if (hi_pps < 2e7)
		return (struct gp_unit){ "kpps", 1e3 };
	return (struct gp_unit){ "Mpps", 1e6 };
}

/* The largest 1, 2 or 5 times a power of ten that is not above value. */
static double nice_below(double value)
{
	double decade = pow(10, floor(log10(value) + 1e-9));
	double digit = value / decade;

	return decade * (digit >= 5 - 1e-9 ? 5 : digit >= 2 - 1e-9 ? 2 : 1);
}

static double nice_above(double value)
{
	double below = nice_below(value);

	if (below >= value * (1 - 1e-9))
		return below;
	double digit = below / pow(10, floor(log10(below) + 1e-9));

	return below * (digit > 1.5 && digit < 2.5 ? 2.5 : 2);
}

void gp_log_range(double *lo, double *hi)
{
	*lo = nice_below(*lo / 1.1);
	*hi = nice_above(*hi * 1.1);
}

/* A step of 1, 2 or 5 that gives four to nine tics. */
static double linear_step(double hi)
{
	return nice_below(hi / 4);
}

double gp_linear_top(double hi)
{
	double step = linear_step(hi);

	return step * ceil(hi * 1.04 / step - 1e-9);
}

double gp_loss_top(double hi)
{
	return hi > 0 ? MIN(gp_linear_top(hi), 1.04) : 0.01;
}

void gp_tics(
	GString *script, const char *axis, double lo, double hi, double per, gboolean with_labels)
{
	double step = linear_step(hi - lo);
	const char *separator = "";

	g_string_append_printf(script, "set %stics (", axis);
	for (double i = ceil(lo / step - 1e-9) + 0.0; i * step <= hi * (1 + 1e-9); i++) {
		g_string_append_printf(script, "%s'%s' %s", separator,
			with_labels ? gp_num(i * step / per).text : "", gp_num(i * step).text);
		separator = ", ";
	}
	g_string_append(script, ")\n");
}

void gp_linear_axis(GString *script, const char *axis, double top, double per, gboolean with_labels)
{
	g_string_append_printf(script, "set %srange [0:%s]\n", axis, gp_num(top).text);
	gp_tics(script, axis, 0, top, per, with_labels);
}

void gp_log_tics(
	GString *script, const char *axis, double lo, double hi, double per, gboolean with_labels)
{
	double decades = log10(hi / lo);
	int first = (int)floor(log10(lo) + 1e-9), last = (int)floor(log10(hi) + 1e-9);
	const char *separator = "";

	g_string_append_printf(script, "set %stics (", axis);
	for (int decade = first; decade <= last; decade++) {
		for (int digit = 1; digit < 10; digit++) {
			double at = digit * pow(10, decade);
			gboolean major = digit == 1 ||
					 (decades <= 3.2 && (digit == 2 || digit == 5));

			if (at < lo * (1 - 1e-9) || at > hi * (1 + 1e-9) || (!major && decades > 7))
				continue;
			g_string_append_printf(script, "%s'%s' %s%s", separator,
				major && with_labels ? gp_num(at / per).text : "", gp_num(at).text,
				major ? "" : " 1");
			separator = ", ";
		}
	}
	g_string_append(script, ")\n");
}
