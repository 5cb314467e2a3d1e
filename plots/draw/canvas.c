/* SPDX-License-Identifier: BSD-3-Clause */
#include "plots/draw/canvas.h"

#include <math.h>
#include <stdarg.h>

#include "plots/draw/error.h"
#include "plots/draw/gp.h"

enum {
	SAMPLE = 30,
	GAP = 24,
	RIGHT = 24,
	TITLE_SIZE = 15,
	SUBTITLE_SIZE = 11,
	NOTE_SIZE = 11,
	NB_LINETYPES = 8
};

static void put_terminal(struct canvas *c, const struct figure_options *options)
{
	GString *s = c->script;

	switch (options->terminal) {
	/* Fonts have 12 pixels: 9 points where those are 96 to the inch. */
	case FIGURE_SVG:
		c->points_per_pixel = 1;
		g_string_append_printf(s,
			"set terminal svg size %.0f,%.0f fixed noenhanced font 'sans-serif,12' "
			"background '#ffffff'\n",
			c->width, c->height);
		break;
	case FIGURE_PNG:
		c->points_per_pixel = 0.75;
		g_string_append_printf(s,
			"set terminal pngcairo size %.0f,%.0f noenhanced font 'sans-serif,9' "
			"background '#ffffff'\n",
			c->width, c->height);
		break;
	case FIGURE_PDF:
		c->points_per_pixel = 0.75;
		/* 96 pixels to the inch. */
		g_string_append_printf(s,
			"set terminal pdfcairo size %sin,%sin noenhanced font 'sans-serif,9' "
			"background '#ffffff'\n",
			gp_fixed(c->width / 96, 3).text, gp_fixed(c->height / 96, 3).text);
		break;
	}
	g_string_append(s, "set output ");
	gp_quote(s, options->image_name);
	g_string_append_c(s, '\n');
}

void canvas_begin(struct canvas *c, const figure *f, const struct figure_options *options)
{
	GString *s = c->script;
	double room = c->width - CANVAS_LEFT - RIGHT;
	g_autofree char *title = NULL, *subtitle = NULL;

	g_string_append(s, "# Drawn again by gnuplot with the name of this script. Figure and data "
			   "are beside it.\n");
	g_string_append(s, options->style);
	g_string_append(s, "name = ");
	gp_quote(s, options->script_name);
	g_string_append(s, "\nif (exists('ARG0') && strlen(ARG0) > strlen(name)) "
			   "cd ARG0[1:strlen(ARG0) - strlen(name)]\n");
	g_string_append(s, "data = ");
	gp_quote(s, options->data_name);
	g_string_append_c(s, '\n');
	put_terminal(c, options);
	g_string_append(s, "set multiplot\n");
	title = canvas_fit(f->title, room, TITLE_SIZE);
	subtitle = canvas_fit(f->subtitle, room, SUBTITLE_SIZE);
	canvas_text(c, CANVAS_LEFT, 22, CANVAS_LEFT_OF, TITLE_SIZE, title);
	if (*subtitle != '\0')
		canvas_text(c, CANVAS_LEFT, 43, CANVAS_LEFT_OF, SUBTITLE_SIZE, subtitle);
}

void canvas_end(struct canvas *c)
{
	g_string_append(c->script, "\nunset multiplot\nset output\n");
}

gboolean canvas_size(struct canvas *c, const struct figure_options *options, double width,
	double others, double *panels, GError **error)
{
	c->width = options->width != 0 ? options->width : width;
	if (c->width < 2 * CANVAS_LEFT + 3 * CANVAS_PANEL_MIN) {
		g_set_error(error, PLOTS_ERROR, PLOTS_ERROR_ARGUMENT,
			"--width: %.0f pixels leave no room for the data; give at least %d",
			c->width, 2 * CANVAS_LEFT + 3 * CANVAS_PANEL_MIN);
		return FALSE;
	}
	if (options->height != 0)
		*panels = options->height - others;
	c->height = others + *panels;
	if (*panels < 2 * CANVAS_PANEL_MIN) {
		g_set_error(error, PLOTS_ERROR, PLOTS_ERROR_ARGUMENT,
			"--height: %u pixels leave no room for the data; give at least %.0f",
			options->height, ceil(others + 2 * CANVAS_PANEL_MIN));
		return FALSE;
	}
	return TRUE;
}

void canvas_panel(struct canvas *c, double left, double top, double right, double bottom)
{
	if (c->nb_plotted > 0)
		g_string_append(c->script, "\nunset label\nunset arrow\nunset logscale\n");
	c->nb_plotted = 0;
	g_string_append_printf(c->script,
		"set lmargin at screen %s\nset rmargin at screen %s\n"
		"set tmargin at screen %s\nset bmargin at screen %s\n",
		gp_fixed(left / c->width, 5).text, gp_fixed(right / c->width, 5).text,
		gp_fixed(1 - top / c->height, 5).text, gp_fixed(1 - bottom / c->height, 5).text);
}

void canvas_plot(struct canvas *c, const char *format, ...)
{
	va_list arguments;

	g_string_append(c->script, c->nb_plotted++ == 0 ? "plot " : ", \\\n  ");
	va_start(arguments, format);
	g_string_append_vprintf(c->script, format, arguments);
	va_end(arguments);
}

void canvas_ylabel(struct canvas *c, const char *what, const char *unit)
{
	if (what == NULL)
		g_string_append(c->script, "unset ylabel\n");
	else
		g_string_append_printf(c->script, "set ylabel '%s (%s)'\n", what, unit);
}

void canvas_text(
	struct canvas *c, double x, double y, enum canvas_align align, int size, const char *text)
{
	static const char *const names[] = { "left", "center", "right" };

	g_string_append(c->script, "set label ");
	gp_quote(c->script, text);
	g_string_append_printf(c->script, " at screen %s,%s %s", gp_fixed(x / c->width, 5).text,
		gp_fixed(1 - y / c->height, 5).text, names[align]);
	if (size != 0)
		g_string_append_printf(
			c->script, " font ',%s'", gp_num(size * c->points_per_pixel).text);
	g_string_append_c(c->script, '\n');
}

double canvas_text_width(const char *text)
{
	return 7.3 * (double)g_utf8_strlen(text, -1);
}

char *canvas_fit(const char *text, double width, int size)
{
	double each = canvas_text_width("x") * (size > 0 ? size : 12) / 12;
	glong len = g_utf8_strlen(text, -1), room = MAX(9, (glong)(width / each));
	const char *tail;
	g_autofree char *head = NULL;

	if (!g_utf8_validate(text, -1, NULL) || len <= room)
		return g_strdup(text);
	head = g_utf8_substring(text, 0, (room - 1) / 2);
	tail = g_utf8_offset_to_pointer(text, len - (room - 1) / 2);
	return g_strconcat(head, "…", tail, NULL);
}

const char *canvas_dash(int quantile)
{
	static const char *const dashes[FIGURE_QUANTILES] = { "dt 1", "dt solid", "dt 3", "dt 4" };

	return dashes[quantile];
}

int canvas_marker(guint group, gboolean filled)
{
	static const int markers[NB_LINETYPES] = { 7, 5, 9, 13, 11, 15, 7, 5 };

	return markers[group % NB_LINETYPES] - (filled ? 0 : 1);
}

double canvas_marker_size(guint group)
{
	return MAX(1.1 - 0.15 * group, 0.5);
}

void canvas_plot_marker(
	struct canvas *c, guint index, const char *using, guint group, gboolean filled)
{
	struct gp_num size = gp_num(canvas_marker_size(group));

	if (!filled)
		canvas_plot(c, "data index %u using %s with points lc rgb '#ffffff' pt %d ps %s",
			index, using, canvas_marker(group, TRUE), size.text);
	canvas_plot(c, "data index %u using %s with points lt %u pt %d ps %s lw 1.5", index, using,
		group + 1, canvas_marker(group, filled), size.text);
}

double canvas_line_width(guint group)
{
	return MAX(2.6 - 0.6 * group, 1);
}

void canvas_sample(
	struct canvas *c, double x, double y, guint linetype, const char *line, gboolean marker)
{
	struct gp_num at_y = gp_fixed(1 - y / c->height, 5);

	if (line != NULL)
		g_string_append_printf(c->script,
			"set arrow from screen %s,%s to screen %s,%s nohead %s\n",
			gp_fixed(x / c->width, 5).text, at_y.text,
			gp_fixed((x + SAMPLE) / c->width, 5).text, at_y.text, line);
	if (marker)
		g_string_append_printf(c->script,
			"set label '' at screen %s,%s point lt %u pt %d ps 1.1\n",
			gp_fixed((x + SAMPLE / 2.0) / c->width, 5).text, at_y.text, linetype,
			canvas_marker(linetype - 1, TRUE));
}

/* A group of that colour; NULL if it is out of use. */
static const struct figure_group *of_series(const figure *f, guint series)
{
	for (guint i = 0; i < f->groups->len; i++) {
		const struct figure_group *group = g_ptr_array_index(f->groups, i);

		if (group->series == series)
			return group;
	}
	return NULL;
}

guint canvas_legend(struct canvas *c, const figure *f, double y, gboolean draw)
{
	double x = CANVAS_LEFT;
	guint rows = 1, end = 0;

	for (guint i = 0; i < f->groups->len; i++) {
		const struct figure_group *group = g_ptr_array_index(f->groups, i);

		end = MAX(end, group->series + 1);
	}
	for (guint i = 0; i < end; i++) {
		const struct figure_group *group = of_series(f, i);

		if (group == NULL)
			continue;
		g_autofree char *name = canvas_fit(
			group->name, c->width - RIGHT - CANVAS_LEFT - SAMPLE - 8, 0);
		double needs = SAMPLE + 8 + canvas_text_width(name);

		if (x > CANVAS_LEFT && x + needs > c->width - RIGHT) {
			x = CANVAS_LEFT;
			y += CANVAS_ROW;
			rows++;
		}
		if (draw) {
			g_autofree char *line = g_strdup_printf("lt %u lw 2", i + 1);

			canvas_sample(c, x, y, i + 1, line, TRUE);
			canvas_text(c, x + SAMPLE + 8, y, CANVAS_LEFT_OF, 0, name);
		}
		x += needs + GAP;
	}
	return rows;
}

guint canvas_notes(struct canvas *c, const GPtrArray *notes, double y, gboolean draw)
{
	double x = CANVAS_LEFT;
	guint rows = 1;

	for (guint i = 0; i < notes->len; i++) {
		const char *note = g_ptr_array_index(notes, i);
		double needs = canvas_text_width(note) * NOTE_SIZE / 12;

		if (x > CANVAS_LEFT && x + needs > c->width - RIGHT) {
			x = CANVAS_LEFT;
			y += CANVAS_ROW;
			rows++;
		}
		if (draw)
			canvas_text(c, x, y, CANVAS_LEFT_OF, NOTE_SIZE, note);
		x += needs + GAP;
	}
	return rows;
}
