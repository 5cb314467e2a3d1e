/* SPDX-License-Identifier: BSD-3-Clause */
#include "plots/draw/canvas.h"

#include <math.h>
#include <stdarg.h>

#include "plots/draw/error.h"
#include "plots/draw/gp.h"

enum {
	SAMPLE = 30,
	GAP = 24,
	EDGE = 14,
	TITLE_SIZE = 15,
	NOTE_SIZE = 11,
	NB_LINETYPES = 8,
	KEY_HALF = 6
};
/* Room of a label of a tic: "500 µs" beside the next one, a line above the next one. */
enum { LABEL_WIDTH = 56, LABEL_HEIGHT = 17 };

struct canvas canvas_new(const struct figure_options *options, double width)
{
	return (struct canvas){ .script = g_string_new(NULL),
		.data = g_string_new(NULL),
		.notes = g_ptr_array_new_with_free_func(g_free),
		.options = options,
		.width = options->width != 0 ? options->width : width };
}

void canvas_clear(canvas *c)
{
	g_string_free(c->script, TRUE);
	g_string_free(c->data, TRUE);
	g_ptr_array_unref(c->notes);
}

static void put_terminal(struct canvas *c)
{
	static const char *const names[] = { "svg", "pngcairo", "pdfcairo" };
	GString *s = c->script;

	/* Fonts have 12 pixels: 9 points where those are 96 to the inch. */
	c->points_per_pixel = c->options->terminal == FIGURE_SVG ? 1 : 0.75;
	g_string_append_printf(s, "set terminal %s size ", names[c->options->terminal]);
	if (c->options->terminal == FIGURE_PDF)
		g_string_append_printf(s, "%sin,%sin", gp_fixed(c->width / 96, 3).text,
			gp_fixed(c->height / 96, 3).text);
	else
		g_string_append_printf(s, "%.0f,%.0f", c->width, c->height);
	g_string_append(s, c->options->terminal == FIGURE_SVG ? " fixed" : "");
	g_string_append_printf(s,
		" noenhanced font 'sans-serif,%s' background '#ffffff'\nset output ",
		gp_num(12 * c->points_per_pixel).text);
	gp_quote(s, c->options->image_name);
	g_string_append_c(s, '\n');
}

double canvas_edge(const struct canvas *c)
{
	return c->width < CANVAS_NARROW ? EDGE : CANVAS_LEFT;
}

/* Words of a text in lines so wide; the last of most takes what is left. */
static GPtrArray *wrap_text(const char *text, double width, int size, guint most)
{
	GPtrArray *lines = g_ptr_array_new_with_free_func(g_free);
	g_auto(GStrv) words = g_strsplit(text, " ", -1);
	g_autoptr(GString) line = g_string_new(NULL);

	for (guint i = 0; words[i] != NULL; i++) {
		g_autofree char *longer = g_strconcat(line->str, " ", words[i], NULL);

		if (line->len > 0 && lines->len + 1 < most &&
			canvas_text_width(longer) * size / 12 > width) {
			g_ptr_array_add(lines, canvas_fit(line->str, width, size));
			g_string_truncate(line, 0);
		}
		g_string_append_printf(line, "%s%s", line->len > 0 ? " " : "", words[i]);
	}
	g_ptr_array_add(lines, canvas_fit(line->str, width, size));
	return lines;
}

static void put_title(struct canvas *c, const figure *f)
{
	GString *s = c->script;
	double room = c->width - canvas_edge(c) - CANVAS_RIGHT;
	g_autofree char *title = canvas_fit(f->title, room, TITLE_SIZE);
	g_autoptr(GPtrArray) subtitle = wrap_text(f->subtitle, room, NOTE_SIZE, 2);
	double y = *f->subtitle == '\0' ? 36 : subtitle->len == 1 ? 22 : 14;

	g_string_append(s, "# Drawn again by gnuplot with the name of this script. Figure and data "
			   "are beside it.\n");
	g_string_append(s, c->options->style);
	g_string_append(s, "name = ");
	gp_quote(s, c->options->script_name);
	g_string_append(s, "\nif (exists('ARG0') && strlen(ARG0) > strlen(name)) "
			   "cd ARG0[1:strlen(ARG0) - strlen(name)]\n");
	g_string_append(s, "data = ");
	gp_quote(s, c->options->data_name);
	g_string_append_c(s, '\n');
	put_terminal(c);
	g_string_append(s, "set multiplot\n");
	canvas_text(c, canvas_edge(c), y, CANVAS_LEFT_OF, TITLE_SIZE, title);
	for (guint i = 0; *f->subtitle != '\0' && i < subtitle->len; i++)
		canvas_text(c, canvas_edge(c), y + 20 + 14 * i, CANVAS_LEFT_OF, NOTE_SIZE,
			g_ptr_array_index(subtitle, i));
}

/* A group of that legend and colour; NULL if it is out of use. */
static const struct figure_group *group_of_series(const figure *f, guint part, guint series)
{
	for (guint i = 0; i < f->groups->len; i++) {
		const struct figure_group *group = figure_group_at(f, i);

		if (group->part == part && group->series == series)
			return group;
	}
	return NULL;
}

/* From left to right in as many rows as needed. */
struct flow {
	double x, y;
	guint rows;
};

/* Room for something so wide; where is *x. */
static double flow_on(struct canvas *c, struct flow *flow, double width)
{
	double x = flow->x;

	if (x > canvas_edge(c) && x + width > c->width - CANVAS_RIGHT) {
		x = canvas_edge(c);
		flow->y += CANVAS_ROW;
		flow->rows++;
	}
	flow->x = x + width + GAP;
	return x;
}

/* The names of a legend with their samples, in columns so wide. With draw FALSE only counts the rows. */
static guint put_series(
	struct canvas *c, const figure *f, guint part, double y, double column, gboolean draw)
{
	double room = c->width - CANVAS_RIGHT - canvas_edge(c);
	guint columns = MAX(1, (guint)((room + GAP) / MAX(column, 1))), at = 0;

	for (guint i = 0; i < FIGURE_SERIES_MAX; i++) {
		const struct figure_group *group = group_of_series(f, part, i);

		if (group == NULL)
			continue;
		g_autofree char *name = canvas_fit(group->name, room - CANVAS_SAMPLE, 0);
		g_autofree char *line = g_strdup_printf("lt %u lw 2", i + 1);
		double x = canvas_edge(c) + (at % columns) * column;
		guint row = at++ / columns;
		double down = y + CANVAS_ROW * (double)row;

		if (!draw)
			continue;
		canvas_sample(c, x, down, i + 1, line, CANVAS_FILLED);
		canvas_text(c, x + CANVAS_SAMPLE, down, CANVAS_LEFT_OF, 0, name);
	}
	return (at + columns - 1) / columns;
}

/* All legends; several have a heading each. With draw FALSE only counts the rows. */
static guint put_legend(struct canvas *c, const figure *f, double y, gboolean draw)
{
	double room = c->width - CANVAS_RIGHT - canvas_edge(c), column = 0;
	guint rows = 0;

	for (guint i = 0; i < f->groups->len; i++)
		column = MAX(column,
			CANVAS_SAMPLE + GAP + canvas_text_width(figure_group_at(f, i)->name));
	for (guint part = 0; part < MAX(1, f->parts->len); part++) {
		if (f->parts->len > 0) {
			g_autofree char *heading = canvas_fit(
				g_ptr_array_index(f->parts, part), room, NOTE_SIZE);

			if (draw)
				canvas_text(c, canvas_edge(c), y + CANVAS_ROW * rows,
					CANVAS_LEFT_OF, NOTE_SIZE, heading);
			rows++;
		}
		rows += put_series(c, f, part, y + CANVAS_ROW * rows, column, draw);
	}
	return rows;
}

/* Remarks, from left to right, and in lines where one is longer. */
static guint put_notes(struct canvas *c, double y, gboolean draw)
{
	struct flow flow = { canvas_edge(c), y, 1 };

	for (guint i = 0; i < c->notes->len; i++) {
		g_autoptr(GPtrArray) lines = wrap_text(g_ptr_array_index(c->notes, i),
			c->width - canvas_edge(c) - CANVAS_RIGHT, NOTE_SIZE, G_MAXUINT);

		for (guint k = 0; k < lines->len; k++) {
			const char *line = g_ptr_array_index(lines, k);
			double x = flow_on(c, &flow, canvas_text_width(line) * NOTE_SIZE / 12);

			if (draw)
				canvas_text(c, x, flow.y, CANVAS_LEFT_OF, NOTE_SIZE, line);
			/* Nothing stands beside a part of a remark. */
			if (lines->len > 1)
				flow.x = c->width;
		}
	}
	return flow.rows;
}

/* Samples of lines, in the same way. */
static guint put_lines(struct canvas *c, const struct canvas_foot *foot, double y, gboolean draw)
{
	struct flow flow = { canvas_edge(c), y, foot->lines != NULL ? 1 : 0 };

	for (guint i = 0; foot->lines != NULL && i < foot->nb_lines; i++) {
		const struct canvas_line *of = &foot->lines[i];
		g_autofree char *line = g_strconcat(of->look, " lc rgb '#404040'", NULL);
		double x = flow_on(
			c, &flow, CANVAS_SAMPLE + canvas_text_width(of->name) - GAP / 3.0);

		if (!draw)
			continue;
		canvas_sample(c, x, flow.y, 0, line, CANVAS_NO_MARKER);
		canvas_text(c, x + CANVAS_SAMPLE, flow.y, CANVAS_LEFT_OF, 0, of->name);
	}
	return flow.rows;
}

static void put_mark(struct canvas *c, double x, const char *at_y, const char *look)
{
	g_string_append_printf(c->script, "set label '' at screen %s,%s point %s\n",
		gp_fixed((x + SAMPLE / 2.0) / c->width, 5).text, at_y, look);
}

static void put_key(struct canvas *c, double x, double y, const struct canvas_key *key)
{
	struct gp_num at_y = gp_fixed(1 - y / c->height, 5);

	if (key->marker != NULL) {
		put_mark(c, x, at_y.text, key->marker);
		return;
	}
	g_string_append_printf(c->script,
		"set object rectangle from screen %s,%s to screen %s,%s %s\n",
		gp_fixed(x / c->width, 5).text, gp_fixed(1 - (y + KEY_HALF) / c->height, 5).text,
		gp_fixed((x + SAMPLE) / c->width, 5).text,
		gp_fixed(1 - (y - KEY_HALF) / c->height, 5).text, key->fill);
	c->has_areas = TRUE;
}

/* Samples of markers and areas, in the same way. */
static guint put_keys(struct canvas *c, const struct canvas_foot *foot, double y, gboolean draw)
{
	struct flow flow = { canvas_edge(c), y, foot->nb_keys > 0 ? 1 : 0 };

	for (guint i = 0; i < foot->nb_keys; i++) {
		const struct canvas_key *key = &foot->keys[i];
		g_autofree char *name = canvas_fit(
			key->name, c->width - CANVAS_RIGHT - canvas_edge(c) - CANVAS_SAMPLE, 0);
		double x = flow_on(c, &flow, CANVAS_SAMPLE + canvas_text_width(name) - GAP / 3.0);

		if (!draw)
			continue;
		put_key(c, x, flow.y, key);
		canvas_text(c, x + CANVAS_SAMPLE, flow.y, CANVAS_LEFT_OF, 0, name);
	}
	return flow.rows;
}

double canvas_foot_height(struct canvas *c, const struct canvas_foot *foot)
{
	guint rows = foot->rows + put_keys(c, foot, 0, FALSE) + put_lines(c, foot, 0, FALSE) +
		     put_notes(c, 0, FALSE);

	return CANVAS_ROW *
	       (rows + (foot->legend != NULL ? put_legend(c, foot->legend, 0, FALSE) : 0) + 0.5);
}

static void put_foot(struct canvas *c, const figure *f, const struct canvas_foot *foot)
{
	double y = c->height - canvas_foot_height(c, foot) + 0.6 * CANVAS_ROW;

	if (foot->legend != NULL)
		y += CANVAS_ROW * put_legend(c, foot->legend, y, TRUE);
	y += CANVAS_ROW * put_keys(c, foot, y, TRUE);
	y += CANVAS_ROW * put_lines(c, foot, y, TRUE);
	if (foot->fill != NULL)
		foot->fill(c, f, y);
	put_notes(c, y + CANVAS_ROW * foot->rows, TRUE);
}

gboolean canvas_begin(struct canvas *c, const figure *head, const struct canvas_foot *foot,
	double others, double *panels, GError **error)
{
	const int narrowest = CANVAS_LEFT + CANVAS_RIGHT + 2 * CANVAS_PANEL_MIN;

	others += canvas_foot_height(c, foot);
	if (c->width < narrowest)
		return plots_fail(error, PLOTS_ERROR_ARGUMENT,
			"--width: %.0f pixels leave no room for the data; give at least %d",
			c->width, narrowest);
	if (c->options->height != 0)
		*panels = c->options->height - others;
	c->height = others + *panels;
	if (*panels < 2 * CANVAS_PANEL_MIN)
		return plots_fail(error, PLOTS_ERROR_ARGUMENT,
			"--height: %u pixels leave no room for the data; give at least %.0f",
			c->options->height, ceil(others + 2 * CANVAS_PANEL_MIN));
	put_title(c, head);
	put_foot(c, head, foot);
	return TRUE;
}

gboolean canvas_end(struct canvas *c, struct figure_text *text)
{
	g_string_append(c->script, "\nunset multiplot\nset output\n");
	text->script = g_strdup(c->script->str);
	text->data = g_strdup(c->data->str);
	return TRUE;
}

void canvas_panel(struct canvas *c, double left, double top, double right, double bottom)
{
	if (c->nb_plotted > 0)
		g_string_append_printf(c->script, "\nunset label\nunset arrow\n%sunset logscale\n",
			c->has_areas ? "unset object\n" : "");
	c->nb_plotted = 0;
	c->panel_width = right - left;
	c->panel_height = bottom - top;
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

void canvas_plot_nothing(struct canvas *c)
{
	if (c->nb_plotted == 0)
		canvas_plot(c, "NaN");
}

guint canvas_room(const struct canvas *c, const char *axis)
{
	double room = *axis == 'x' ? c->panel_width / LABEL_WIDTH : c->panel_height / LABEL_HEIGHT;

	return MAX(1, (guint)room);
}

void canvas_tics(struct canvas *c, const char *axis, double lo, double hi, struct gp_unit unit,
	gboolean with_labels)
{
	gp_tics(c->script, axis, lo, hi, unit, with_labels ? canvas_room(c, axis) : 0);
}

void canvas_linear_axis(
	struct canvas *c, const char *axis, double top, double per, gboolean with_labels)
{
	g_string_append_printf(c->script, "set %srange [0:%s]\n", axis, gp_num(top).text);
	canvas_tics(c, axis, 0, top, (struct gp_unit){ NULL, per }, with_labels);
}

void canvas_ylabel(struct canvas *c, const char *what, const char *unit)
{
	if (what == NULL)
		g_string_append(c->script, "unset ylabel\n");
	else if (unit == NULL)
		g_string_append_printf(c->script, "set ylabel '%s'\n", what);
	else
		g_string_append_printf(c->script, "set ylabel '%s (%s)'\n", what, unit);
}

const char *canvas_latency(const struct canvas *c)
{
	return c->options->response ? "response time" : "latency";
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
	glong len = g_utf8_strlen(text, -1), room = MAX(9, (glong)(width / each + 0.01));
	const char *tail;
	g_autofree char *head = NULL;

	if (!g_utf8_validate(text, -1, NULL) || len <= room)
		return g_strdup(text);
	head = g_utf8_substring(text, 0, (room - 1) / 2);
	tail = g_utf8_offset_to_pointer(text, len - (room - 1) / 2);
	return g_strconcat(head, "…", tail, NULL);
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
	struct canvas *c, guint index, const char *using, guint group, double size, gboolean filled)
{
	if (!filled)
		canvas_plot(c, "data index %u using %s with points lc rgb '#ffffff' pt %d ps %s",
			index, using, canvas_marker(group, TRUE), gp_num(size).text);
	canvas_plot(c, "data index %u using %s with points lt %u pt %d ps %s lw 1.5", index, using,
		group + 1, canvas_marker(group, filled), gp_num(size).text);
}

double canvas_line_width(guint group)
{
	return MAX(2.6 - 0.6 * group, 1);
}

void canvas_sample(struct canvas *c, double x, double y, guint linetype, const char *line,
	enum canvas_mark mark)
{
	struct gp_num at_y = gp_fixed(1 - y / c->height, 5);

	if (line != NULL)
		g_string_append_printf(c->script,
			"set arrow from screen %s,%s to screen %s,%s nohead %s\n",
			gp_fixed(x / c->width, 5).text, at_y.text,
			gp_fixed((x + SAMPLE) / c->width, 5).text, at_y.text, line);
	if (mark == CANVAS_NO_MARKER)
		return;
	g_autofree char *filled = g_strdup_printf(
		"lc rgb '#ffffff' pt %d ps 1.1", canvas_marker(linetype - 1, TRUE));
	g_autofree char *own = g_strdup_printf(
		"lt %u pt %d ps 1.1", linetype, canvas_marker(linetype - 1, mark == CANVAS_FILLED));

	/* A hollow one hides the line below it. */
	if (mark == CANVAS_HOLLOW)
		put_mark(c, x, at_y.text, filled);
	put_mark(c, x, at_y.text, own);
}
