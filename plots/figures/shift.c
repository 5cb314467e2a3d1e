/* SPDX-License-Identifier: BSD-3-Clause */
#include "plots/figures/shift.h"

#include <math.h>

#include "plots/draw/canvas.h"
#include "plots/draw/error.h"
#include "plots/draw/gp.h"
#include "plots/draw/head.h"

enum { WIDTH = 820, PANEL = 250, RIGHT = 24, BETWEEN = 64, PER_ROW = 3 };
/* Narrower panels have no room for a label at 99 % beside that at 99.9 %. */
enum { ALL_LABELS = 300, NINETY_NINE = 4 /* of the tics */ };
/* Columns of the data. */
enum { QUANTILE = 1, DIFF, LO, HI };

static void panel_free(gpointer data)
{
	struct shift_panel *p = data;

	g_free(p->name);
	g_array_unref(p->points);
	g_free(p);
}

shift *shift_new(const char *a, const char *b)
{
	shift *s = g_new0(shift, 1);

	s->head = figure_new();
	s->a = g_strdup(a);
	s->b = g_strdup(b);
	s->panels = g_ptr_array_new_with_free_func(panel_free);
	return s;
}

void shift_free(shift *s)
{
	if (s == NULL)
		return;
	figure_free(s->head);
	g_free(s->a);
	g_free(s->b);
	g_ptr_array_unref(s->panels);
	g_free(s);
}

struct shift_panel *shift_add_panel(shift *s, const char *name)
{
	struct shift_panel *p = g_new0(struct shift_panel, 1);

	p->name = g_strdup(name);
	p->trustworthy = TRUE;
	p->points = g_array_new(FALSE, FALSE, sizeof(struct statistics_shift));
	g_ptr_array_add(s->panels, p);
	return p;
}

/* What the axis has to show, and what there is to say. */
struct seen {
	double lo, hi; /* ns */
	gboolean any, band, no_band, unknown, untrustworthy;
};

static gboolean has_band(const struct statistics_shift *p)
{
	return p->diff.sufficient && isfinite(p->diff.lo) && isfinite(p->diff.hi);
}

static struct seen look(const shift *s)
{
	struct seen seen = { .lo = 0, .hi = 0 };

	for (guint i = 0; i < s->panels->len; i++) {
		const struct shift_panel *panel = g_ptr_array_index(s->panels, i);

		seen.untrustworthy |= !panel->trustworthy;
		for (guint k = 0; k < panel->points->len; k++) {
			const struct statistics_shift *p = &g_array_index(
				panel->points, struct statistics_shift, k);
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

static void put_data(GString *data, const shift *s)
{
	g_string_append(data,
		"# For each panel a block: the difference of a quantile, in ns, and its "
		"band.\n");
	for (guint i = 0; i < s->panels->len; i++) {
		const struct shift_panel *panel = g_ptr_array_index(s->panels, i);

		g_string_append_printf(data, "%s# ", i > 0 ? "\n\n" : "");
		gp_comment(data, *panel->name != '\0' ? panel->name : s->head->title);
		g_string_append_printf(data, "\n# quantile difference band_lo band_hi %s\n", "a b");
		for (guint k = 0; k < panel->points->len; k++) {
			const struct statistics_shift *p = &g_array_index(
				panel->points, struct statistics_shift, k);
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
static void put_quantile_axis(GString *s, gboolean labels, double width, gboolean response)
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
		g_string_append_printf(s, "set xlabel 'percentile of %s'\n",
			response ? "response time" : "latency");
	else
		g_string_append(s, "unset xlabel\n");
}

static void put_panel(struct canvas *c, const struct shift_panel *panel, guint index)
{
	gboolean band = FALSE, known = FALSE;

	for (guint k = 0; k < panel->points->len; k++) {
		const struct statistics_shift *p = &g_array_index(
			panel->points, struct statistics_shift, k);

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
			"data index %u using (invnorm($%d)):%d with linespoints lt 1 lw 2 pt %d ps "
			"0.8",
			index, QUANTILE, DIFF, canvas_marker(0, panel->trustworthy));
}

static GPtrArray *notes_of(const shift *s, const struct seen *seen)
{
	GPtrArray *notes = g_ptr_array_new_with_free_func(g_free);

	guint lo_a = G_MAXUINT, lo_b = G_MAXUINT;

	for (guint i = 0; i < s->panels->len; i++) {
		const struct shift_panel *panel = g_ptr_array_index(s->panels, i);

		lo_a = MIN(lo_a, panel->nb_a);
		lo_b = MIN(lo_b, panel->nb_b);
	}
	g_ptr_array_add(notes, g_strdup_printf("above 0: %s is later than %s", s->b, s->a));
	g_ptr_array_add(notes, g_strdup_printf("%s%u and %u repetitions",
				       s->panels->len > 1 ? "at least " : "", lo_a, lo_b));
	if (seen->band)
		g_ptr_array_add(
			notes, g_strdup_printf("band: %g %% interval, repetitions as the unit",
				       100 * s->confidence));
	if (seen->no_band)
		g_ptr_array_add(
			notes, g_strdup_printf("%sno band: too few repetitions for a finite "
					       "interval",
				       seen->band ? "in places " : ""));
	if (seen->unknown)
		g_ptr_array_add(notes, g_strdup("gaps: falls among lost frames"));
	if (seen->untrustworthy)
		g_ptr_array_add(notes, g_strdup("hollow: not to be relied on"));
	return notes;
}

static void draw_panels(struct canvas *c, const shift *s, const struct seen *seen, guint columns,
	double height, gboolean response)
{
	double pitch = (c->width - CANVAS_LEFT - RIGHT + BETWEEN) / columns;
	double room = MAX(0.06 * (seen->hi - seen->lo), 1);
	double lo = seen->lo - room, hi = seen->hi + room;
	struct gp_unit unit = gp_latency_unit(MAX(hi, -lo) / 10, MAX(hi, -lo));

	for (guint i = 0; i < s->panels->len; i++) {
		const struct shift_panel *panel = g_ptr_array_index(s->panels, i);
		guint column = i % columns, row = i / columns;
		gboolean lowest = i + columns >= s->panels->len;
		double left = CANVAS_LEFT + column * pitch;
		double top = CANVAS_TOP + head_height(1) + row * (height + head_height(1) + 16);

		canvas_panel(c, left, top, left + pitch - BETWEEN, top + height);
		if (*panel->name != '\0')
			head_put(c, left + (pitch - BETWEEN) / 2, top, panel->name,
				panel->trustworthy, pitch - BETWEEN);
		put_quantile_axis(c->script, lowest, pitch - BETWEEN, response);
		g_string_append_printf(
			c->script, "set yrange [%s:%s]\n", gp_num(lo).text, gp_num(hi).text);
		gp_range_tics(c->script, "y", lo, hi, unit.per);
		canvas_ylabel(c, column == 0 ? "difference" : NULL, unit.name);
		put_panel(c, panel, i);
	}
}

gboolean figure_shift(const shift *s, const struct figure_options *options,
	struct figure_text *text, GError **error)
{
	g_autoptr(GString) script = g_string_new(NULL), data = g_string_new(NULL);
	struct canvas c = { .script = script };
	struct seen seen = look(s);
	g_autoptr(GPtrArray) notes = notes_of(s, &seen);
	guint columns = CLAMP(s->panels->len, 1, PER_ROW);
	guint rows = (MAX(1, s->panels->len) + columns - 1) / columns;
	double panels = (double)PANEL * rows + (rows == 1 ? 100 : 0);

	if (!seen.any) {
		g_set_error(error, PLOTS_ERROR, PLOTS_ERROR_EMPTY,
			"%s: no percentile is known on both sides: nothing to draw",
			s->head->title);
		return FALSE;
	}
	c.width = options->width != 0 ? options->width : WIDTH;
	double others = CANVAS_TOP + head_height(1) + (rows - 1) * (head_height(1) + 16) +
			CANVAS_AXIS + CANVAS_ROW * (canvas_notes(&c, notes, 0, FALSE) + 0.5);

	if (!canvas_size(&c, options, c.width, others, &panels, error))
		return FALSE;
	double bottom = CANVAS_TOP + head_height(1) + (rows - 1) * (head_height(1) + 16) + panels;

	canvas_begin(&c, s->head, options);
	canvas_notes(&c, notes, bottom + CANVAS_AXIS + 0.6 * CANVAS_ROW, TRUE);
	draw_panels(&c, s, &seen, columns, panels / rows, options->response);
	canvas_end(&c);

	put_data(data, s);
	text->script = g_string_free(g_steal_pointer(&script), FALSE);
	text->data = g_string_free(g_steal_pointer(&data), FALSE);
	return TRUE;
}
