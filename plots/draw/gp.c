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

struct gp_unit gp_latency_unit(double ns)
{
	static const struct gp_unit units[] = { { "s", 1e9 }, { "ms", 1e6 }, { "µs", 1e3 } };

	for (guint i = 0; i < G_N_ELEMENTS(units); i++)
		if (ns >= units[i].per * (1 - 1e-9))
			return units[i];
	return (struct gp_unit){ "ns", 1 };
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

/* Nought needs no unit. */
static void append_tic(GString *script, gboolean label, double at, struct gp_unit unit)
{
	gboolean named = label && unit.name != NULL && (at < 0 || at > 0);

	g_string_append_printf(script, "'%s%s%s' %s", label ? gp_num(at / unit.per).text : "",
		named ? " " : "", named ? unit.name : "", gp_num(at).text);
}

void gp_tics(
	GString *script, const char *axis, double lo, double hi, struct gp_unit unit, guint most)
{
	double step = linear_step(hi - lo);
	int first = (int)ceil(lo / step - 1e-9), last = (int)floor(hi / step + 1e-9);
	double crowd = MAX((last - first) / (double)MAX(most, 1), 1);
	int every = (int)lround(nice_above(crowd));

	g_string_append_printf(script, "set %stics (", axis);
	for (int i = first; i <= last; i++) {
		g_string_append(script, i > first ? ", " : "");
		append_tic(script, most > 0 && i % every == 0, i * step, unit);
	}
	g_string_append(script, ")\n");
}

/* unit NULL: of latencies, each label in the one that suits it. */
static void put_log_tics(GString *script, const char *axis, double lo, double hi,
	const struct gp_unit *unit, guint most)
{
	double decades = log10(hi / lo);
	int first = (int)floor(log10(lo) + 1e-9), last = (int)floor(log10(hi) + 1e-9);
	gboolean halves = decades <= 3.2 && 3 * decades + 1 <= MAX(most, 3);
	int every = MAX(1, (int)ceil((decades + 1) / MAX(most, 1)));
	const char *separator = "";

	/* Of 1, 2 and 5 hardly one is within: as many as on a linear axis. */
	if (hi / lo < 2.6) {
		gp_tics(script, axis, lo, hi, unit != NULL ? *unit : gp_latency_unit(lo), most);
		return;
	}
	g_string_append_printf(script, "set %stics (", axis);
	for (int decade = first; decade <= last; decade++) {
		for (int digit = 1; digit < 10; digit++) {
			double at = digit * pow(10, decade);
			gboolean major = digit == 1 || (halves && (digit == 2 || digit == 5));
			gboolean label = major && most > 0 && (halves || decade % every == 0);

			if (at < lo * (1 - 1e-9) || at > hi * (1 + 1e-9) || (!major && decades > 7))
				continue;
			g_string_append(script, separator);
			append_tic(script, label, at, unit != NULL ? *unit : gp_latency_unit(at));
			g_string_append(script, major ? "" : " 1");
			separator = ", ";
		}
	}
	g_string_append(script, ")\n");
}

void gp_log_tics(GString *script, const char *axis, double lo, double hi, guint most)
{
	put_log_tics(script, axis, lo, hi, NULL, most);
}

void gp_log_load_tics(
	GString *script, const char *axis, double lo, double hi, struct gp_unit unit, guint most)
{
	unit.name = NULL;
	put_log_tics(script, axis, lo, hi, &unit, most);
}
