/* SPDX-License-Identifier: BSD-3-Clause */
#include "plots/figures/strip.h"

#include <math.h>
#include <string.h>

#include "analyze/base/format.h"
#include "plots/draw/error.h"
#include "plots/draw/gp.h"
#include "plots/draw/head.h"

enum {
	PANEL_MIN = 180, /* width */
	LABELS = 28,     /* more, where each panel has labels of its guests */
	PANEL_HEIGHT_MIN = 40,
	PER_ROW = 3, /* panels of loads; those of times stand below each other */
	BETWEEN = 20,
	RIGHT = 142, /* colour box and its labels */
	BOX_GAP = 22,
	BOX_WIDTH = 16,
	GUEST = 8, /* height of a row, if it is not given */
	CELLS_MIN = 150,
	CELLS_MAX = 512,
	LABEL_HEIGHT = 14,
	LABEL_WIDTH = 46,
	COLOUR_BOX_MAX = 420,
	COLOUR_LABELS = 9,   /* tics that have room beside it */
	MARK_MIN = 7,        /* height of a row that has room for the mark of a bound */
	CELLS_OF_ALL = 3500, /* more would make the figure larger than 1 MB */
};

/* Colours that span less than this factor are of a scale that does. */
static const double narrow = 1.25;

/* Viridis (van der Walt and Smith, 2015): even steps of brightness, also for the colour-blind. */
static const char viridis[] =
	"set palette defined (0 '#440154', 1 '#482475', 2 '#414487', 3 '#355f8d', 4 '#2a788e', "
	"5 '#21918c', \\\n  6 '#22a884', 7 '#44bf70', 8 '#7ad151', 9 '#bddf26', 10 '#fde725')\n";

static void panel_free(gpointer data)
{
	struct strip_panel *p = data;

	g_free(p->name);
	g_free(p->guests);
	g_free(p->at);
	g_free(p->value);
	g_free(p->bound);
	g_free(p);
}

strip *strip_new(void)
{
	strip *s = g_new0(strip, 1);

	s->head = figure_new();
	s->panels = g_ptr_array_new_with_free_func(panel_free);
	return s;
}

void strip_free(strip *s)
{
	if (s == NULL)
		return;
	figure_free(s->head);
	g_ptr_array_unref(s->panels);
	g_free(s->what);
	g_free(s->note);
	g_free(s);
}

struct strip_panel *strip_add_panel(strip *s, const char *name, guint nb_guests, guint nb_columns)
{
	struct strip_panel *p = g_new0(struct strip_panel, 1);
	gsize nb = (gsize)nb_guests * nb_columns;

	p->name = g_strdup(name);
	p->trustworthy = TRUE;
	p->nb_guests = nb_guests;
	p->nb_columns = nb_columns;
	p->guests = g_new0(uint32_t, nb_guests + 1);
	p->at = g_new0(double, nb_columns + 1);
	p->value = g_new(double, nb + 1);
	p->bound = g_new0(gboolean, nb + 1);
	for (gsize i = 0; i < nb; i++)
		p->value[i] = NAN;
	g_ptr_array_add(s->panels, p);
	return p;
}

/* So many neighbouring guests and times of a panel as one cell: the worst of them. */
static void thin_panel(strip *to, const struct strip_panel *p, guint guests, guint times)
{
	struct strip_panel *q = strip_add_panel(to, p->name, (p->nb_guests + guests - 1) / guests,
		(p->nb_columns + times - 1) / times);

	q->trustworthy = p->trustworthy;
	for (guint row = 0; row < p->nb_guests; row += guests)
		q->guests[row / guests] = p->guests[row];
	for (guint column = 0; column < p->nb_columns; column++)
		q->at[column / times] = p->at[column];
	for (guint row = 0; row < p->nb_guests; row++) {
		for (guint column = 0; column < p->nb_columns; column++) {
			gsize from = (gsize)row * p->nb_columns + column;
			gsize cell = (gsize)(row / guests) * q->nb_columns + column / times;

			/* A bound is worse than any number; fmin and fmax ignore NAN. */
			if (p->bound[from] == q->bound[cell])
				q->value[cell] = (p->bound[from] ? fmin : fmax)(
					q->value[cell], p->value[from]);
			else if (p->bound[from])
				q->value[cell] = p->value[from];
			q->bound[cell] |= p->bound[from];
		}
	}
}

/* A strip that is drawn in less than 1 MB, and its notes. */
static strip *thin_strip(const strip *s, GPtrArray *notes)
{
	guint guests = 1, times = 1;
	strip *to = strip_new();
	gsize cells, rows, columns;

	do {
		cells = rows = columns = 0;
		for (guint i = 0; i < s->panels->len; i++) {
			const struct strip_panel *p = g_ptr_array_index(s->panels, i);
			gsize nb_rows = (p->nb_guests + guests - 1) / guests;
			gsize nb_columns = (p->nb_columns + times - 1) / times;

			rows = MAX(rows, nb_rows);
			columns = MAX(columns, nb_columns);
			cells += nb_rows * nb_columns;
		}
		if (cells > CELLS_OF_ALL)
			*(s->time && columns > rows ? &times : &guests) += 1;
	} while (cells > CELLS_OF_ALL && rows > 1);
	for (guint i = 0; i < s->panels->len; i++)
		thin_panel(to, g_ptr_array_index(s->panels, i), guests, times);
	if (guests > 1)
		figure_remark(notes, "thinned: each row is the maximum of %u guests", guests);
	if (times > 1)
		figure_remark(notes, "thinned: each column is the maximum of %u times", times);
	to->time = s->time;
	to->latency = s->latency;
	to->what = g_strdup(s->what);
	to->note = g_strdup(s->note);
	g_free(to->head->title);
	g_free(to->head->subtitle);
	to->head->title = g_strdup(s->head->title);
	to->head->subtitle = g_strdup(s->head->subtitle);
	to->head->sliced = s->head->sliced;
	return to;
}

/* Columns of the data; the guest's number is behind them. */
enum { X_LO = 1, X_HI, Y_LO, Y_HI, AT, VALUE, KIND };
enum kind { KIND_NONE, KIND_VALUE, KIND_BOUND };

static enum kind kind_of(const struct strip_panel *p, gsize cell)
{
	return isnan(p->value[cell]) ? KIND_NONE : p->bound[cell] ? KIND_BOUND : KIND_VALUE;
}

/* What kinds of cells there are: gnuplot warns of what has no point. A bit for each. */
static unsigned kinds_of(const struct strip_panel *p)
{
	unsigned kinds = 0;

	for (gsize i = 0; i < (gsize)p->nb_guests * p->nb_columns; i++)
		kinds |= 1U << kind_of(p, i);
	return kinds;
}

/* Of all panels together. */
struct scale {
	double lo, hi;   /* of the colours; ns or ratio */
	gboolean log;    /* colours */
	double bound_lo; /* smallest of the bounds, ns; HUGE_VAL without any */
	double end;      /* of the columns: highest load, last time */
	unsigned kinds;
	guint guests; /* most of one panel */
	gboolean same_guests, untrustworthy;
};

static void include_panel(struct scale *scale, const struct strip_panel *p)
{
	for (gsize i = 0; i < (gsize)p->nb_guests * p->nb_columns; i++) {
		if (kind_of(p, i) == KIND_BOUND) {
			scale->bound_lo = MIN(scale->bound_lo, p->value[i]);
		} else if (kind_of(p, i) == KIND_VALUE) {
			scale->lo = MIN(scale->lo, p->value[i]);
			scale->hi = MAX(scale->hi, p->value[i]);
		}
	}
	scale->kinds |= kinds_of(p);
	scale->guests = MAX(scale->guests, p->nb_guests);
	scale->end = MAX(scale->end, p->at[p->nb_columns - 1]);
	scale->untrustworthy |= !p->trustworthy;
}

/* Latencies fill the whole scale; loss and linear ones begin at 0. */
static struct scale scale_of(const strip *s, gboolean linear)
{
	struct scale scale = { .lo = HUGE_VAL,
		.bound_lo = HUGE_VAL,
		.log = s->latency && !linear,
		.same_guests = TRUE };

	for (guint i = 0; i < s->panels->len; i++) {
		const struct strip_panel *p = g_ptr_array_index(s->panels, i);
		const struct strip_panel *first = g_ptr_array_index(s->panels, 0);

		include_panel(&scale, p);
		scale.same_guests &= p->nb_guests == first->nb_guests &&
				     memcmp(p->guests, first->guests,
					     p->nb_guests * sizeof(*p->guests)) == 0;
	}
	if (!(scale.hi > 0)) {
		/* Nothing was lost, or nothing came back: any scale will do. */
		scale.hi = s->latency ? 1e9 : 0.01;
		scale.lo = s->latency ? 1e6 : 0;
	} else if (!scale.log) {
		scale.lo = 0;
		scale.hi = s->latency ? gp_linear_top(scale.hi) : MIN(gp_linear_top(scale.hi), 1);
	} else if (scale.hi < narrow * scale.lo) {
		/* Noise is not to look like a difference. */
		double middle = sqrt(scale.lo * scale.hi);

		scale.lo = middle / sqrt(narrow);
		scale.hi = middle * sqrt(narrow);
	}
	return scale;
}

static void put_panel_data(GString *data, const struct strip_panel *p, gboolean time)
{
	for (guint row = 0; row < p->nb_guests; row++) {
		for (guint column = 0; column < p->nb_columns; column++) {
			gsize cell = (gsize)row * p->nb_columns + column;
			double lo = !time ? column : column > 0 ? p->at[column - 1] : 0;
			double hi = time ? p->at[column] : column + 1.0;

			g_string_append_printf(data, "%s %s %u %u %s %s %d %u\n", gp_num(lo).text,
				gp_num(hi).text, row, row + 1, gp_num(p->at[column]).text,
				gp_num(p->value[cell]).text, kind_of(p, cell), p->guests[row]);
		}
	}
}

static void put_data(GString *data, const strip *s)
{
	g_autofree char *columns = g_strdup_printf("x_lo x_hi y_lo y_hi %s %s kind guest",
		s->time ? "end" : "offered", s->latency ? "latency" : "loss");

	g_string_append_printf(data,
		"# One block for each panel, a row for each cell: where it lies, %s, %s,\n"
		"# its kind (0: there is none, 1: known, 2: a lower bound) and the guest.\n",
		s->time ? "where its time ends (s)" : "the offered load (packets a second)",
		s->latency ? "the latency (ns)" : "the loss (a share)");
	for (guint i = 0; i < s->panels->len; i++) {
		const struct strip_panel *p = g_ptr_array_index(s->panels, i);

		gp_block(data, i, p->name, columns);
		put_panel_data(data, p, s->time);
	}
}

/* Every n-th of so many places that share a length in pixels. */
static guint every_nth(guint nb, double length, double needs)
{
	static const guint steps[] = { 1, 2, 4, 5, 8, 10, 16, 20, 32, 50, 64, 100 };

	for (guint i = 0; i < G_N_ELEMENTS(steps); i++) {
		if (length / nb * steps[i] >= needs)
			return steps[i];
	}
	return (guint)ceil(nb * needs / length);
}

static void put_guest_tics(GString *s, const struct strip_panel *p, double height, gboolean labels)
{
	guint step = every_nth(p->nb_guests, height, LABEL_HEIGHT);

	g_string_append_printf(s, "set yrange [0:%u]\nset ytics (", p->nb_guests);
	for (guint i = 0; i < p->nb_guests; i += step) {
		g_string_append_printf(s, "%s'", i > 0 ? ", " : "");
		if (labels)
			g_string_append_printf(s, "%u", p->guests[i]);
		g_string_append_printf(s, "' %u.5", i);
	}
	g_string_append(s, ")\n");
}

static void put_load_tics(GString *s, const struct strip_panel *p, double width,
	const struct gp_unit *unit, gboolean sliced)
{
	guint step = every_nth(p->nb_columns, width, LABEL_WIDTH);

	g_string_append_printf(s, "set xrange [0:%u]\nset xtics (", p->nb_columns);
	for (guint i = 0; i < p->nb_columns; i += step) {
		char text[G_ASCII_DTOSTR_BUF_SIZE];

		g_ascii_formatd(text, sizeof(text), "%.3g", p->at[i] / unit->per);
		g_string_append_printf(s, "%s'%s' %u.5", i > 0 ? ", " : "", text, i);
	}
	g_string_append_printf(s, ")\nset xlabel '%s (%s)'\n",
		sliced ? "load of all guests" : "offered load", unit->name);
}

/* The cells of a kind. Borders of their own colour leave no gap between neighbours. */
static void put_cells(struct canvas *c, guint index, enum kind kind, const char *look)
{
	canvas_plot(c,
		"data index %u using ($%d == %d ? ($%d + $%d)/2 : NaN):(($%d + "
		"$%d)/2):%d:%d:%d:%d%s",
		index, KIND, kind, X_LO, X_HI, Y_LO, Y_HI, X_LO, X_HI, Y_LO, Y_HI, look);
}

static void put_panel(struct canvas *c, guint index, const struct strip_panel *p, double height)
{
	unsigned kinds = kinds_of(p);
	g_autofree char *palette = g_strdup_printf(
		":%d with boxxyerror lc palette lw 0.4 fs solid border", VALUE);

	if (kinds & 1U << KIND_NONE)
		put_cells(c, index, KIND_NONE,
			" with boxxyerror lc rgb '#c8c8c8' lw 0.4 fs solid border");
	if (kinds & 1U << KIND_VALUE)
		put_cells(c, index, KIND_VALUE, palette);
	if (!(kinds & 1U << KIND_BOUND))
		return;
	put_cells(c, index, KIND_BOUND, " with boxxyerror lc rgb '#ffffff' lw 0.4 fs solid border");
	if (height / p->nb_guests >= MARK_MIN)
		canvas_plot(c,
			"data index %u using ($%d == %d ? ($%d + $%d)/2 : NaN):(($%d + $%d)/2) "
			"with points pt 2 ps 0.5 lw 1 lc rgb '#000000'",
			index, KIND, KIND_BOUND, X_LO, X_HI, Y_LO, Y_HI);
}

/* What the colours stand for. */
static void put_colours(struct canvas *c, const strip *s, const struct scale *scale)
{
	const struct gp_unit percent = { "%%", 0.01 }; /* as gnuplot has it in tics */
	struct gp_unit unit = s->latency ? gp_latency_unit(scale->hi / 3) : percent;

	g_string_append_printf(c->script, "set cbrange [%s:%s]\n%s", gp_num(scale->lo).text,
		gp_num(scale->hi).text, scale->log ? "set logscale cb\n" : "");
	if (scale->log && scale->hi > 10 * scale->lo)
		gp_log_tics(c->script, "cb", scale->lo, scale->hi, COLOUR_LABELS);
	else
		gp_tics(c->script, "cb", scale->lo, scale->hi, unit, COLOUR_LABELS);
	g_string_append(c->script, "set cblabel ");
	gp_quote(c->script, s->what);
	/* Tics with texts of their own get no room from gnuplot. */
	g_string_append(c->script, " offset 2.5,0\nunset colorbox\n");
}

/* To the right of all panels. */
static void put_box(struct canvas *c, double top, double bottom)
{
	double height = MIN(bottom - top, COLOUR_BOX_MAX);

	g_string_append_printf(c->script,
		"set colorbox vertical user origin screen %s,%s size screen %s,%s noborder\n",
		gp_fixed((c->width - RIGHT + BOX_GAP) / c->width, 5).text,
		gp_fixed(1 - (top + height) / c->height, 5).text,
		gp_fixed(BOX_WIDTH / c->width, 5).text, gp_fixed(height / c->height, 5).text);
}

static void add_notes(GPtrArray *notes, const strip *s, const struct scale *scale)
{
	if (s->note != NULL)
		figure_remark(notes, "%s", s->note);
	if (scale->kinds & 1U << KIND_BOUND) {
		g_autofree char *lo = format_ns((uint64_t)llround(scale->bound_lo));

		figure_remark(notes, "white: at least %s, among lost frames", lo);
	}
	if (scale->kinds & 1U << KIND_NONE)
		figure_remark(notes, s->latency ? "grey: nothing came back, or unknown"
						: "grey: nothing offered");
	if (scale->untrustworthy)
		figure_remark(notes, "(!): includes unreliable trials");
}

/* Where the panels are. */
struct grid {
	guint columns, rows;
	double gap;           /* between columns */
	double head, row_gap; /* above a panel, between two of them */
	double column, row;   /* from one to the next */
	double width, height; /* of a panel */
};

/* Panels of loads stand side by side; below each other, times are easier to compare. */
static struct grid grid_of(
	const strip *s, const struct scale *scale, const struct figure_options *options)
{
	guint nb = MAX(1, s->panels->len);
	gboolean small = options->width != 0 && options->width < CANVAS_NARROW;
	struct grid grid = { .columns = s->time || small ? 1 : MIN(nb, PER_ROW) };

	grid.gap = BETWEEN + (scale->same_guests ? 0 : LABELS);
	grid.rows = (nb + grid.columns - 1) / grid.columns;
	grid.height = CLAMP(
		(double)GUEST * scale->guests, (double)CELLS_MIN / grid.rows + 50, CELLS_MAX);
	return grid;
}

/* The columns, and what stands above and between their panels. */
static void place_columns(struct grid *grid, const struct canvas *c, const strip *s)
{
	guint lines = 1;

	grid->column = (c->width - CANVAS_LEFT - RIGHT + grid->gap) / grid->columns;
	grid->width = grid->column - grid->gap;
	for (guint i = 0; i < s->panels->len; i++) {
		const struct strip_panel *p = g_ptr_array_index(s->panels, i);

		lines = MAX(lines, head_lines(p->name, p->trustworthy, grid->width));
	}
	grid->head = head_height(lines);
	grid->row_gap = grid->head + (s->time ? BETWEEN : CANVAS_AXIS);
}

/* Begins the figure. */
static gboolean begin_figure(struct grid *grid, struct canvas *c, const strip *s, GError **error)
{
	const struct canvas_foot foot = { .legend = NULL };
	double panels = grid->rows * grid->height, others;

	place_columns(grid, c, s);
	others = CANVAS_TOP + grid->head + (grid->rows - 1) * grid->row_gap + CANVAS_AXIS;
	if (!canvas_begin(c, s->head, &foot, others, &panels, error))
		return FALSE;
	grid->height = panels / grid->rows;
	grid->row = grid->height + grid->row_gap;
	if (grid->height >= PANEL_HEIGHT_MIN)
		return TRUE;
	others += canvas_foot_height(c, &foot) + grid->rows * PANEL_HEIGHT_MIN;
	return plots_fail(error, PLOTS_ERROR_ARGUMENT,
		"--height: %u pixels leave no room for %u panels; give at least %.0f",
		c->options->height, s->panels->len, ceil(others));
}

static void draw_panel(struct canvas *c, const strip *s, const struct scale *scale,
	const struct grid *grid, guint index, gboolean box)
{
	const struct strip_panel *p = g_ptr_array_index(s->panels, index);
	guint column = index % grid->columns, row = index / grid->columns;
	double left = CANVAS_LEFT + column * grid->column, right = left + grid->width;
	double top = CANVAS_TOP + grid->head + row * grid->row, bottom = top + grid->height;
	struct gp_unit unit = gp_load_unit(scale->end);
	gboolean last = row + 1 == grid->rows;

	canvas_panel(c, left, top, right, bottom);
	head_put(c, (left + right) / 2, top, p->name, p->trustworthy, grid->width);
	put_guest_tics(c->script, p, grid->height, column == 0 || !scale->same_guests);
	g_string_append(c->script, column == 0 ? "set ylabel 'guest'\n" : "unset ylabel\n");
	if (s->time) {
		canvas_linear_axis(c, "x", scale->end, 1, last);
		g_string_append(c->script, last ? "set xlabel 'time (s)'\n" : "unset xlabel\n");
	} else {
		put_load_tics(c->script, p, grid->width, &unit, s->head->sliced);
	}
	put_colours(c, s, scale);
	if (box)
		put_box(c, CANVAS_TOP + grid->head,
			CANVAS_TOP + grid->head + (grid->rows - 1) * grid->row + grid->height);
	put_panel(c, index, p, grid->height);
}

gboolean figure_strip(const strip *whole, const struct figure_options *options,
	struct figure_text *text, GError **error)
{
	g_autoptr(GPtrArray) thinned = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(strip) s = thin_strip(whole, thinned);
	struct scale scale = scale_of(s, options->linear);
	struct grid grid = grid_of(s, &scale, options);
	double needs = CANVAS_LEFT + RIGHT + (double)PANEL_MIN * grid.columns;
	g_auto(canvas) c = canvas_new(options, MAX(CANVAS_WIDTH, needs));
	gboolean box = TRUE;

	if (!(scale.end > 0))
		return plots_fail(error, PLOTS_ERROR_EMPTY,
			"no %s above zero in '%s': nothing to draw", s->time ? "time" : "load",
			s->head->title);
	add_notes(c.notes, s, &scale);
	g_ptr_array_extend_and_steal(c.notes, g_steal_pointer(&thinned));
	if (!begin_figure(&grid, &c, s, error))
		return FALSE;
	g_string_append(c.script, viridis);
	/* gnuplot draws the box with a panel that has colours: the first of those. */
	for (guint i = 0; i < s->panels->len; i++) {
		draw_panel(&c, s, &scale, &grid, i, box);
		box &= !(kinds_of(g_ptr_array_index(s->panels, i)) & 1U << KIND_VALUE);
	}
	put_data(c.data, s);
	return canvas_end(&c, text);
}
