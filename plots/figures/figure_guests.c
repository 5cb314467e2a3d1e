/* SPDX-License-Identifier: BSD-3-Clause */
/* Each guest's median, 99th percentile and loss: a column of panels for each group, best first. */
#include "plots/figures/figures.h"

#include <math.h>

#include "plots/draw/error.h"
#include "plots/draw/gp.h"
#include "plots/draw/head.h"
#include "plots/draw/range.h"
#include "plots/draw/split.h"

enum {
	COLUMN_MIN = 190, /* width of a group's panels */
	COLUMN_LEAST = 100,
	PER_ROW = 8,          /* groups side by side */
	LABEL_WIDTH = 34,     /* of a guest's name below them */
	GUESTS_OF_ALL = 2000, /* that are drawn: more would make the figure larger than 1 MB */
	PANELS = 430,
	PANELS_OF_MANY = 280, /* of several rows */
	BELOW = 28,           /* tics below a row */
	BETWEEN = 20,
	LABELS_MAX = 9, /* guests that are named below a panel */
};
static const double latency_part = 0.68;

struct ranges {
	struct range latency;
	double loss_top;
	gboolean untrustworthy;
	guint every; /* of so many neighbours one is drawn */
};

/* By 99th percentile, a bound above any number, then loss, then the order they came in. */
static gint compare_guests(gconstpointer a, gconstpointer b)
{
	const struct figure_guest *g = *(const struct figure_guest *const *)a;
	const struct figure_guest *h = *(const struct figure_guest *const *)b;
	double p = isnan(g->p99.ns) ? HUGE_VAL : g->p99.ns;
	double q = isnan(h->p99.ns) ? HUGE_VAL : h->p99.ns;

	if (g->p99.bound != h->p99.bound)
		return g->p99.bound ? 1 : -1;
	if (p != q)
		return p < q ? -1 : 1;
	if (g->loss != h->loss)
		return g->loss < h->loss ? -1 : 1;
	return g < h ? -1 : g > h; /* places in one array */
}

/* Those that were offered a frame. */
static GPtrArray *sorted_guests(const struct figure_group *group)
{
	GPtrArray *guests = g_ptr_array_new();

	for (guint k = 0; k < group->guests->len; k++) {
		struct figure_guest *guest = &g_array_index(group->guests, struct figure_guest, k);

		if (!figure_guest_is_silent(guest))
			g_ptr_array_add(guests, guest);
	}
	g_ptr_array_sort(guests, compare_guests);
	return guests;
}

/* Of neighbours the one that lost most, and the best and the worst of all. */
static gboolean is_drawn(const GPtrArray *guests, guint k, guint every)
{
	guint first = k - k % every, most = first;

	for (guint i = first; i < MIN(first + every, guests->len); i++) {
		const struct figure_guest *guest = g_ptr_array_index(guests, i);
		const struct figure_guest *other = g_ptr_array_index(guests, most);

		most = guest->loss >= other->loss ? i : most;
	}
	return k == 0 || k == most || k + 1 == guests->len;
}

static struct ranges find_ranges(const figure *f, gboolean linear)
{
	struct ranges r = { .latency = range_new(linear) };
	guint all = 0;

	for (guint i = 0; i < f->groups->len; i++) {
		const struct figure_group *group = figure_group_at(f, i);

		for (guint k = 0; k < group->guests->len; k++) {
			const struct figure_guest *guest = &g_array_index(
				group->guests, struct figure_guest, k);

			range_include_latency(&r.latency, &guest->p50);
			range_include_latency(&r.latency, &guest->p99);
			r.loss_top = MAX(r.loss_top, isnan(guest->loss) ? 0 : guest->loss);
		}
		for (guint k = 0; k < group->points->len; k++)
			r.untrustworthy |= !figure_point_at(group, k)->trustworthy;
		all += group->guests->len;
	}
	r.every = 1 + all / GUESTS_OF_ALL;
	range_close(&r.latency);
	r.loss_top = gp_loss_top(r.loss_top);
	return r;
}

static void put_data(GString *data, const figure *f, guint every)
{
	g_string_append(data, "# One block for each group, guests by 99th percentile. Latencies in "
			      "ns, loss as a share.\n");
	for (guint i = 0; i < f->groups->len; i++) {
		const struct figure_group *group = figure_group_at(f, i);
		g_autoptr(GPtrArray) guests = sorted_guests(group);

		gp_block(data, i, group->name, "place guest p50 p50_bound p99 p99_bound loss");
		if (guests->len == 0)
			g_string_append(data, "NaN NaN NaN 0 NaN 0 NaN\n");
		for (guint k = 0; k < guests->len; k++) {
			const struct figure_guest *guest = g_ptr_array_index(guests, k);

			if (!is_drawn(guests, k, every))
				continue;
			g_string_append_printf(data, "%u %s %s %d %s %d %s\n", k + 1, guest->name,
				gp_num(guest->p50.ns).text, guest->p50.bound,
				gp_num(guest->p99.ns).text, guest->p99.bound,
				gp_num(guest->loss).text);
		}
	}
}

/* Names below the places: all of them, or as many as fit, the best and the worst among them. */
static void put_guest_tics(struct canvas *c, const struct figure_group *group, gboolean labels)
{
	g_autoptr(GPtrArray) guests = sorted_guests(group);
	guint most = CLAMP((guint)(c->panel_width / LABEL_WIDTH), 2, LABELS_MAX);
	guint nb = MIN(guests->len, most), last = 0;
	GString *s = c->script;

	g_string_append_printf(s, "set xrange [0:%u]\nset xtics (", guests->len + 1);
	for (guint i = 0; i < nb; i++) {
		guint place = nb < 2 ? 1 : 1 + (i * (guests->len - 1) + (nb - 1) / 2) / (nb - 1);
		const struct figure_guest *guest = g_ptr_array_index(guests, place - 1);

		if (place == last)
			continue;
		g_string_append(s, last > 0 ? ", " : "");
		gp_quote_tic(s, labels ? guest->name : "");
		g_string_append_printf(s, " %u", place);
		last = place;
	}
	g_string_append(s, ")\n");
}

/* Columns of the data. */
enum { P50 = 3, P99 = 5, LOSS = 7 };

static void put_latency(struct canvas *c, guint i, const struct range *r)
{
	guint linetype = i % FIGURE_SERIES_MAX + 1;

	canvas_plot(c, "data index %u using 1:%d:(0):($%d - $%d) with vectors nohead lt %u lw 1", i,
		P50, P99, P50, linetype);
	for (int column = P50; column <= P99; column += P99 - P50) {
		g_autofree char *is_bound = g_strdup_printf("$%d == 1", column + 1);
		const struct range_arrow arrow = { i, linetype, "1", is_bound, column, TRUE, 1.4 };

		canvas_plot(c,
			"data index %u using 1:($%d == 0 ? $%d : NaN) with points lt %u pt %d ps "
			"0.6",
			i, column + 1, column, linetype, column == P50 ? 7 : 9);
		if (range_has_bounds(r))
			range_plot_arrow(r, c, &arrow);
	}
}

static void add_notes(GPtrArray *notes, const figure *f, const struct ranges *r)
{
	figure_remark(notes, "dot: median, triangle: 99th percentile of a guest");
	figure_remark(notes, "guests sorted by 99th percentile");
	if (r->every > 1)
		figure_remark(notes,
			"thinned: 1 of %u neighbours, the one with the highest loss; first and "
			"last",
			r->every);
	figure_remark_silent(notes, f);
	range_note(&r->latency, notes);
	if (r->untrustworthy)
		figure_remark(notes, "(!): unreliable trial");
}

/* Where the panels of a group are. */
struct place {
	double left, top, width, panels; /* panels: height of both */
	gboolean first, lowest;          /* of the row, of the column */
};

static void put_group(
	struct canvas *c, const figure *f, guint i, const struct place *at, const struct ranges *r)
{
	const struct figure_group *group = figure_group_at(f, i);
	gboolean trustworthy = group->points->len == 0 || figure_point_at(group, 0)->trustworthy;
	double right = at->left + at->width, upper = at->top + latency_part * at->panels;
	guint linetype = i % FIGURE_SERIES_MAX + 1;

	canvas_panel(c, at->left, at->top, right, upper);
	head_put(c, (at->left + right) / 2, at->top, group->name, trustworthy, at->width);
	put_guest_tics(c, group, FALSE);
	g_string_append(c->script, "unset xlabel\n");
	range_axis(&r->latency, c, "y", at->first);
	canvas_ylabel(c, at->first ? canvas_latency(c) : NULL, NULL);
	put_latency(c, i, &r->latency);

	canvas_panel(c, at->left, upper + BETWEEN, right, at->top + at->panels + BETWEEN);
	put_guest_tics(c, group, TRUE);
	if (at->lowest)
		g_string_append(c->script, "set xlabel 'guest'\n");
	canvas_linear_axis(c, "y", r->loss_top, 0.01, at->first);
	canvas_ylabel(c, at->first ? "loss" : NULL, "%");
	canvas_plot(c, "data index %u using 1:%d with impulses lt %u lw 2", i, LOSS, linetype);
	canvas_plot(c, "data index %u using 1:%d with points lt %u pt 7 ps 0.4", i, LOSS, linetype);
}

gboolean figure_guests(const figure *f, const struct figure_options *options,
	struct figure_text *text, GError **error)
{
	guint nb = f->groups->len;
	double needs = CANVAS_LEFT + CANVAS_RIGHT + (double)COLUMN_MIN * MIN(nb, PER_ROW);
	g_auto(canvas) c = canvas_new(options, MAX(CANVAS_WIDTH, needs));
	const struct canvas_foot foot = { .legend = NULL };
	struct ranges r = find_ranges(f, options->linear);
	guint columns = split_columns(nb, PER_ROW, c.width, COLUMN_LEAST, BETWEEN), lines = 1;
	guint rows = (nb + columns - 1) / columns;
	double panels = rows > 1 ? (double)rows * PANELS_OF_MANY : PANELS;
	double column = (c.width - CANVAS_LEFT - CANVAS_RIGHT + BETWEEN) / columns, head;
	struct place at = { .width = column - BETWEEN };

	if (nb > FIGURES_GUESTS_MAX)
		return plots_fail(error, PLOTS_ERROR_ARGUMENT,
			"%u groups are too many for one figure of guests; name fewer, or pick a "
			"load as in rate-100 (at most %d)",
			nb, FIGURES_GUESTS_MAX);
	for (guint i = 0; i < nb; i++)
		lines = MAX(lines, head_lines(figure_group_at(f, i)->name, FALSE, at.width));
	head = head_height(lines);
	add_notes(c.notes, f, &r);
	if (!canvas_begin(&c, f, &foot,
		    CANVAS_TOP + rows * (head + BETWEEN) + (rows - 1) * BELOW + CANVAS_AXIS,
		    &panels, error))
		return FALSE;
	at.panels = panels / rows;
	for (guint i = 0; i < nb; i++) {
		guint row = i / columns;

		at.left = CANVAS_LEFT + (i % columns) * column;
		at.top = CANVAS_TOP + head + row * (at.panels + head + BETWEEN + BELOW);
		at.first = i % columns == 0;
		at.lowest = i + columns >= nb;
		put_group(&c, f, i, &at, &r);
	}
	put_data(c.data, f, r.every);
	return canvas_end(&c, text);
}
