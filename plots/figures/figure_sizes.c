/* SPDX-License-Identifier: BSD-3-Clause */
/* Median and 99th percentile of the latency of each size class, above its loss. */
#include <math.h>

#include "plots/draw/canvas.h"
#include "plots/draw/dots.h"
#include "plots/draw/error.h"
#include "plots/draw/gp.h"
#include "plots/draw/range.h"

enum {
	WIDTH = 820,
	PANELS = 470,
	BETWEEN = 20,
	RIGHT = 24,
	LABEL_WIDTH = 70, /* "1025–1518" */
};
static const double latency_part = 0.66;

/* A size class that some group has. */
struct class
{
	uint32_t lo, hi;
};

static gint compare_classes(gconstpointer a, gconstpointer b)
{
	const struct class *x = a, *y = b;

	if (x->lo != y->lo)
		return x->lo < y->lo ? -1 : 1;
	return x->hi < y->hi ? -1 : x->hi > y->hi;
}

/* All of them, ascending, each once. */
static GArray *classes_of(const dots *d)
{
	GArray *classes = g_array_new(FALSE, FALSE, sizeof(struct class));

	for (guint i = 0; i < d->groups->len; i++) {
		const struct dots_group *group = g_ptr_array_index(d->groups, i);

		for (guint k = 0; k < group->sizes->len; k++) {
			const struct result_size_reps *s = &g_array_index(
				group->sizes, struct result_size_reps, k);
			struct class class = { s->frame_len_lo, s->frame_len_hi };

			if (g_array_binary_search(classes, &class, compare_classes, NULL))
				continue;
			g_array_append_val(classes, class);
			g_array_sort(classes, compare_classes);
		}
	}
	return classes;
}

static void include_reps(struct range *r, const struct result_reps *reps)
{
	range_include(r, reps->median, reps->median_bound);
	range_include(r, reps->min, reps->min_bound);
	range_include(r, reps->max, reps->max_bound);
}

struct ranges {
	struct range latency;
	double loss_top;
};

static struct ranges find_ranges(const dots *d, gboolean linear)
{
	struct ranges r = { .latency = range_new(linear) };

	for (guint i = 0; i < d->groups->len; i++) {
		const struct dots_group *group = g_ptr_array_index(d->groups, i);

		for (guint k = 0; k < group->sizes->len; k++) {
			const struct result_size_reps *s = &g_array_index(
				group->sizes, struct result_size_reps, k);

			include_reps(&r.latency, &s->p50);
			include_reps(&r.latency, &s->p99);
			r.loss_top = fmax(r.loss_top, s->loss.max);
		}
	}
	range_close(&r.latency);
	r.loss_top = r.loss_top > 0 ? MIN(gp_linear_top(r.loss_top), 1.04) : 0.01;
	return r;
}

/* Columns of the data; behind the first of each number its smallest, largest and bound. */
enum { PLACE = 1, P50 = 4, P99 = 8, LOSS = 12, NUMBER = 4 };

static void put_data(GString *data, const dots *d, GArray *classes)
{
	g_string_append(data, "# One block for each group, a row for each class of frame sizes, "
			      "with FCS.\n# Latencies in ns, loss as a share: the median of the "
			      "repetitions, the smallest, the largest,\n# and whether the median "
			      "is a lower bound.\n");
	for (guint i = 0; i < d->groups->len; i++) {
		const struct dots_group *group = g_ptr_array_index(d->groups, i);

		g_string_append(data, i > 0 ? "\n\n# " : "# ");
		gp_comment(data, group->name);
		g_string_append(data,
			"\n# place from to p50 p50_min p50_max p50_bound p99 p99_min p99_max "
			"p99_bound loss loss_min loss_max loss_bound\n");
		for (guint k = 0; k < group->sizes->len; k++) {
			const struct result_size_reps *s = &g_array_index(
				group->sizes, struct result_size_reps, k);
			struct class class = { s->frame_len_lo, s->frame_len_hi };
			guint place = 0;

			(void)g_array_binary_search(classes, &class, compare_classes, &place);
			g_string_append_printf(data, "%u %u %u", place, class.lo, class.hi);
			dots_append(data, &s->p50);
			dots_append(data, &s->p99);
			dots_append(data, &s->loss);
			g_string_append_c(data, '\n');
		}
	}
}

/* Which of a group's numbers there are: gnuplot warns of what has no point. */
struct parts {
	gboolean value, bound;
};

static const struct result_reps *number_of(const struct result_size_reps *s, int column)
{
	return column == P50 ? &s->p50 : column == P99 ? &s->p99 : &s->loss;
}

static struct parts parts_of(const struct dots_group *group, int column)
{
	struct parts parts = { FALSE, FALSE };

	for (guint k = 0; k < group->sizes->len; k++) {
		const struct result_reps *n = number_of(
			&g_array_index(group->sizes, struct result_size_reps, k), column);

		parts.value |= n->nb > 0;
		parts.bound |= n->nb > 0 && n->median_bound;
	}
	return parts;
}

/* A number of one group: a line from class to class, bars and markers. */
static void put_number(
	struct canvas *c, const dots *d, guint index, int column, const struct range *r)
{
	const struct dots_group *group = g_ptr_array_index(d->groups, index);
	struct parts parts = parts_of(group, column);
	struct gp_num beside = gp_num(dots_beside(index, d->groups->len));
	g_autofree char *marker = g_strdup_printf("($%d + %s):%d", PLACE, beside.text, column);

	if (!parts.value)
		return;
	canvas_plot(c, "data index %u using %s with lines lt %u lw 1.2 %s", index, marker,
		index + 1, column == P99 ? "dt 4" : "dt solid");
	if (group->repetitions > 1)
		canvas_plot(c, "data index %u using ($%d + %s):%d:(0):($%d - $%d) " CANVAS_BAR,
			index, PLACE, beside.text, column + 1, column + 2, column + 1, index + 1);
	dots_put_marker(c, index, marker, group);
	if (!parts.bound || r == NULL)
		return;
	g_autofree char *at = range_arrow_at(r, column), *length = range_arrow_length(r, column);

	canvas_plot(c,
		"data index %u using ($%d + %s):($%d == 1 ? %s : NaN):(0):(%s) " CANVAS_ARROW,
		index, PLACE, beside.text, column + NUMBER - 1, at, length, index + 1, "1.4");
}

/* Sizes below the places: all of them, or as many as fit. */
static void put_size_tics(GString *s, const GArray *classes, double width, gboolean labels)
{
	guint step = MAX(1, (guint)ceil(classes->len * LABEL_WIDTH / width));

	g_string_append_printf(
		s, "set xrange [-0.6:%s]\nset xtics (", gp_num(classes->len - 0.4).text);
	for (guint i = 0; i < classes->len; i += step) {
		const struct class *class = &g_array_index(classes, struct class, i);

		g_string_append(s, i > 0 ? ", '" : "'");
		if (labels && class->lo == class->hi)
			g_string_append_printf(s, "%u", class->lo);
		else if (labels)
			g_string_append_printf(s, "%u–%u", class->lo, class->hi);
		g_string_append_printf(s, "' %u", i);
	}
	g_string_append(
		s, labels ? ")\nset xlabel 'frame size with FCS (bytes)'\n" : ")\nunset xlabel\n");
}

static void put_percentiles(struct canvas *c, double y)
{
	static const char *const names[] = { "median", "99th percentile" };
	double x = CANVAS_LEFT;

	for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
		g_autofree char *line = g_strdup_printf(
			"lw 1.2 %s lc rgb '#404040'", i == 0 ? "dt solid" : "dt 4");

		canvas_sample(c, x, y, 0, line, FALSE);
		canvas_text(c, x + 38, y, CANVAS_LEFT_OF, 0, names[i]);
		x += 38 + canvas_text_width(names[i]) + 24;
	}
}

gboolean figure_sizes(const dots *d, const struct figure_options *options, struct figure_text *text,
	GError **error)
{
	g_autoptr(GString) script = g_string_new(NULL), data = g_string_new(NULL);
	g_autoptr(GArray) classes = classes_of(d);
	struct canvas c = { .script = script };
	struct ranges r = find_ranges(d, options->linear);
	g_autoptr(GPtrArray) notes = dots_notes(d);
	double panels = PANELS;

	if (classes->len == 0) {
		g_set_error(error, PLOTS_ERROR, PLOTS_ERROR_EMPTY,
			"no frame sizes in '%s': nothing to draw", d->head->title);
		return FALSE;
	}
	if (range_has_bounds(&r.latency))
		g_ptr_array_add(notes, range_note(&r.latency));
	c.width = options->width != 0 ? options->width : WIDTH;
	guint legend = canvas_legend(&c, d->head, 0, FALSE);
	double others = CANVAS_TOP + BETWEEN + CANVAS_AXIS +
			CANVAS_ROW * (legend + canvas_notes(&c, notes, 0, FALSE) + 1.5);

	if (!canvas_size(&c, options, c.width, others, &panels, error))
		return FALSE;
	double upper = CANVAS_TOP + latency_part * panels, lower = CANVAS_TOP + panels + BETWEEN;
	double y = lower + CANVAS_AXIS + 0.6 * CANVAS_ROW, width = c.width - CANVAS_LEFT - RIGHT;

	canvas_begin(&c, d->head, options);
	(void)canvas_legend(&c, d->head, y, TRUE);
	put_percentiles(&c, y + CANVAS_ROW * legend);
	canvas_notes(&c, notes, y + CANVAS_ROW * (legend + 1), TRUE);
	canvas_panel(&c, CANVAS_LEFT, CANVAS_TOP, c.width - RIGHT, upper);
	put_size_tics(script, classes, width, FALSE);
	canvas_ylabel(&c, options->response ? "response time" : "latency", range_unit(&r.latency));
	range_axis(&r.latency, script, "y", TRUE);
	for (guint i = 0; i < d->groups->len; i++) {
		put_number(&c, d, i, P50, &r.latency);
		put_number(&c, d, i, P99, &r.latency);
	}
	if (c.nb_plotted == 0)
		canvas_plot(&c, "NaN");
	canvas_panel(&c, CANVAS_LEFT, upper + BETWEEN, c.width - RIGHT, lower);
	put_size_tics(script, classes, width, TRUE);
	canvas_ylabel(&c, "loss", "%");
	g_string_append_printf(script, "set yrange [0:%s]\n", gp_num(r.loss_top).text);
	gp_linear_tics(script, "y", r.loss_top, 0.01, TRUE);
	for (guint i = 0; i < d->groups->len; i++)
		put_number(&c, d, i, LOSS, NULL);
	if (c.nb_plotted == 0)
		canvas_plot(&c, "NaN");
	canvas_end(&c);

	put_data(data, d, classes);
	text->script = g_string_free(g_steal_pointer(&script), FALSE);
	text->data = g_string_free(g_steal_pointer(&data), FALSE);
	return TRUE;
}
