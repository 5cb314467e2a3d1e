/* SPDX-License-Identifier: BSD-3-Clause */
/* How much later one side is than the other, quantile by quantile. */
#include <math.h>

#include "analyze/statistics/rank_test.h"
#include "plots/draw/error.h"
#include "plots/draw/gp.h"
#include "plots/draw/head.h"
#include "plots/figures/figures.h"

enum { PANEL = 250, BETWEEN = 64, PER_ROW = 3 };
/* Narrower panels have no room for a label at 99 % beside that at 99.9 %. */
enum { ALL_LABELS = 300, NINETY_NINE = 4 /* of the tics */ };
/* Columns of the data. */
enum { QUANTILE = 1, DIFF, LO, HI };

static const struct rank_test_quantile *shift_at(const struct figure_group *panel, guint i)
{
	return &g_array_index(panel->points, struct rank_test_quantile, i);
}

/* What the axis has to show, and what there is to say. */
struct seen {
	double lo, hi; /* ns */
	gboolean any, band, no_band, unknown, untrustworthy;
};

static gboolean has_band(const struct rank_test_quantile *p)
{
	return p->diff.sufficient && isfinite(p->diff.lo) && isfinite(p->diff.hi);
}

static struct seen find_seen(const figure *f)
{
	struct seen seen = { .lo = 0, .hi = 0 };

	for (guint i = 0; i < f->groups->len; i++) {
		const struct figure_group *panel = figure_group_at(f, i);

		seen.untrustworthy |= !panel->trustworthy;
		for (guint k = 0; k < panel->points->len; k++) {
			const struct rank_test_quantile *p = shift_at(panel, k);
			gboolean known = isfinite(p->diff.value);

			seen.any |= known;
			seen.unknown |= !known;
			*(has_band(p) ? &seen.band : &seen.no_band) = TRUE;
			if (known) {
				seen.lo = MIN(seen.lo, p->diff.value);
				seen.hi = MAX(seen.hi, p->diff.value);
			}
			if (has_band(p)) {
				seen.lo = MIN(seen.lo, p->diff.lo);
				seen.hi = MAX(seen.hi, p->diff.hi);
			}
		}
	}
	return seen;
}

static void put_data(GString *data, const figure *f)
{
	g_string_append(data,
		"# For each panel a block: the difference of a quantile, in ns, and its "
		"band.\n");
	for (guint i = 0; i < f->groups->len; i++) {
		const struct figure_group *panel = figure_group_at(f, i);

		gp_block(data, i, *panel->name != '\0' ? panel->name : f->title,
			"quantile difference band_lo band_hi a b");
		for (guint k = 0; k < panel->points->len; k++) {
			const struct rank_test_quantile *p = shift_at(panel, k);
			gboolean band = has_band(p);

			g_string_append_printf(data, "%s %s %s %s %s %s\n", gp_num(p->q).text,
				gp_num(isfinite(p->diff.value) ? p->diff.value : NAN).text,
				gp_num(band ? p->diff.lo : NAN).text,
				gp_num(band ? p->diff.hi : NAN).text, gp_num(p->a).text,
				gp_num(p->b).text);
		}
	}
}

/* Each further nine has the same room, as on normal probability paper. */
static void put_quantile_axis(GString *s, gboolean labels, double width, const char *latency)
{
	static const struct {
		const char *label;
		double q;
	} tics[] = { { "1 %", 0.01 }, { "10 %", 0.1 }, { "50 %", 0.5 }, { "90 %", 0.9 },
		{ "99 %", 0.99 }, { "99.9 %", 0.999 } };

	g_string_append(s, "set xrange [invnorm(0.007):invnorm(0.9993)]\nset xtics (");
	for (guint i = 0; i < G_N_ELEMENTS(tics); i++) {
		gboolean label = labels && (width >= ALL_LABELS || i != NINETY_NINE);

		g_string_append_printf(s, "%s'%s%s' invnorm(%s)", i > 0 ? ", " : "",
			label ? tics[i].label : "", label ? "%" : "", gp_num(tics[i].q).text);
	}
	g_string_append(s, ")\n");
	if (labels)
		g_string_append_printf(s, "set xlabel 'percentile of %s'\n", latency);
	else
		g_string_append(s, "unset xlabel\n");
}

static void put_panel(struct canvas *c, const struct figure_group *panel, guint index)
{
	gboolean band = FALSE, known = FALSE;

	for (guint k = 0; k < panel->points->len; k++) {
		const struct rank_test_quantile *p = shift_at(panel, k);

		band |= has_band(p);
		known |= isfinite(p->diff.value);
	}
	if (band)
		canvas_plot(c,
			"data index %u using (invnorm($%d)):%d:%d with filledcurves lt 1 fs "
			"transparent solid 0.25 noborder",
			index, QUANTILE, LO, HI);
	canvas_plot(c, "0 with lines lc rgb '#404040' lw 1");
	if (known)
		canvas_plot(c,
			"data index %u using (invnorm($%d)):%d with %s lt 1 lw 2 pt %d ps 0.8",
			index, QUANTILE, DIFF, panel->trustworthy ? "linespoints" : "points",
			canvas_marker(0, panel->trustworthy));
}

static void add_notes(GPtrArray *notes, const figure *f, const struct figure_sides *sides,
	const struct seen *seen)
{
	figure_remark(notes, "above 0: %s is slower than %s", sides->b, sides->a);
	figure_remark(notes, "repetitions%s: %u of %s, %u of %s",
		f->groups->len > 1 ? ", at least" : "", sides->nb_a, sides->a, sides->nb_b,
		sides->b);
	if (seen->band)
		figure_remark(notes, "band: %g %% interval, repetitions as the unit",
			100 * sides->confidence);
	if (seen->no_band)
		figure_remark(notes, "%sno band: too few repetitions for a finite interval",
			seen->band ? "in places " : "");
	if (seen->unknown)
		figure_remark(notes, "gaps: among lost frames");
	if (seen->untrustworthy)
		figure_remark(notes, "hollow: unreliable trial");
}

/* Room for the names of panels; a panel alone has none. */
static double head_of(const figure *f)
{
	return *figure_group_at(f, 0)->name != '\0' ? head_height(1) : 0;
}

static void draw_panels(
	struct canvas *c, const figure *f, const struct seen *seen, guint columns, double height)
{
	double pitch = (c->width - CANVAS_LEFT - CANVAS_RIGHT + BETWEEN) / columns;
	double room = MAX(0.06 * (seen->hi - seen->lo), 1);
	double lo = seen->lo - room, hi = seen->hi + room;
	struct gp_unit unit = gp_latency_unit(MAX(hi, -lo) / 3);

	for (guint i = 0; i < f->groups->len; i++) {
		const struct figure_group *panel = figure_group_at(f, i);
		guint column = i % columns, row = i / columns;
		gboolean lowest = i + columns >= f->groups->len;
		double left = CANVAS_LEFT + column * pitch;
		double top = CANVAS_TOP + head_of(f) + row * (height + head_of(f) + 16);

		canvas_panel(c, left, top, left + pitch - BETWEEN, top + height);
		if (*panel->name != '\0')
			head_put(c, left + (pitch - BETWEEN) / 2, top, panel->name,
				panel->trustworthy, pitch - BETWEEN);
		put_quantile_axis(c->script, lowest, pitch - BETWEEN, canvas_latency(c));
		g_string_append_printf(
			c->script, "set yrange [%s:%s]\n", gp_num(lo).text, gp_num(hi).text);
		canvas_tics(c, "y", lo, hi, unit, TRUE);
		canvas_ylabel(c, column == 0 ? "difference" : NULL, NULL);
		put_panel(c, panel, i);
	}
}

gboolean figure_shift(const figure *f, const struct figure_sides *sides,
	const struct figure_options *options, struct figure_text *text, GError **error)
{
	g_auto(canvas) c = canvas_new(options, CANVAS_WIDTH);
	const struct canvas_foot foot = { .legend = NULL };
	struct seen seen = find_seen(f);
	guint columns = CLAMP(f->groups->len, 1, c.width < CANVAS_NARROW ? 1 : PER_ROW);
	guint rows = (MAX(1, f->groups->len) + columns - 1) / columns;
	double panels = (double)PANEL * rows + (rows == 1 ? 100 : 0);

	if (!seen.any)
		return plots_fail(error, PLOTS_ERROR_EMPTY,
			"%s: no percentile is known on both sides: nothing to draw", f->title);
	add_notes(c.notes, f, sides, &seen);
	if (!canvas_begin(&c, f, &foot,
		    CANVAS_TOP + head_of(f) + (rows - 1) * (head_of(f) + 16) + CANVAS_AXIS, &panels,
		    error))
		return FALSE;
	draw_panels(&c, f, &seen, columns, panels / rows);
	put_data(c.data, f);
	return canvas_end(&c, text);
}
