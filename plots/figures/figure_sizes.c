/* SPDX-License-Identifier: BSD-3-Clause */
/* Median and 99th percentile of the latency of each size class, above its loss. */
#include <math.h>

#include "plots/draw/dots.h"
#include "plots/draw/error.h"
#include "plots/draw/gp.h"
#include "plots/draw/range.h"
#include "plots/figures/figures.h"

enum {
	PANELS = 470,
	BETWEEN = 20,
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

static const struct result_size_reps *size_at(const struct figure_group *group, guint i)
{
	return &g_array_index(group->points, struct result_size_reps, i);
}

/* All of them, ascending, each once. */
static GArray *classes_of(const figure *f)
{
	GArray *classes = g_array_new(FALSE, FALSE, sizeof(struct class));

	for (guint i = 0; i < f->groups->len; i++) {
		const struct figure_group *group = figure_group_at(f, i);

		for (guint k = 0; k < group->points->len; k++) {
			const struct result_size_reps *s = size_at(group, k);
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

static struct ranges find_ranges(const figure *f, gboolean linear)
{
	struct ranges r = { .latency = range_new(linear) };

	for (guint i = 0; i < f->groups->len; i++) {
		const struct figure_group *group = figure_group_at(f, i);

		for (guint k = 0; k < group->points->len; k++) {
			const struct result_size_reps *s = size_at(group, k);

			include_reps(&r.latency, &s->p50);
			include_reps(&r.latency, &s->p99);
			r.loss_top = fmax(r.loss_top, s->loss.max);
		}
	}
	range_close(&r.latency);
	r.loss_top = gp_loss_top(r.loss_top);
	return r;
}

/* Columns of the data; behind the first of each number its smallest, largest and bound. */
enum { PLACE = 1, P50 = 4, P99 = 8, LOSS = 12, NUMBER = 4 };

static void put_data(GString *data, const figure *f, GArray *classes)
{
	g_string_append(data, "# One block for each group, a row for each class of frame sizes, "
			      "with FCS.\n# Latencies in ns, loss as a share: the median of the "
			      "repetitions, the smallest, the largest,\n# and whether the median "
			      "is a lower bound.\n");
	for (guint i = 0; i < f->groups->len; i++) {
		const struct figure_group *group = figure_group_at(f, i);

		gp_block(data, i, group->name,
			"place from to p50 p50_min p50_max p50_bound p99 p99_min p99_max "
			"p99_bound loss loss_min loss_max loss_bound");
		for (guint k = 0; k < group->points->len; k++) {
			const struct result_size_reps *s = size_at(group, k);
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

static struct parts parts_of(const struct figure_group *group, int column)
{
	struct parts parts = { FALSE, FALSE };

	for (guint k = 0; k < group->points->len; k++) {
		const struct result_reps *n = number_of(size_at(group, k), column);

		parts.value |= n->nb > 0;
		parts.bound |= n->nb > 0 && n->median_bound;
	}
	return parts;
}

static const struct canvas_line looks[] = { { "median", "lw 1.2 dt solid" },
	{ "99th percentile", "lw 1.2 dt 4" } };

/* A number of one group: a line from class to class, bars and markers. */
static void put_number(
	struct canvas *c, const figure *f, guint index, int column, const struct range *r)
{
	struct parts parts = parts_of(figure_group_at(f, index), column);
	struct gp_num beside = gp_num(dots_beside(index, f->groups->len));
	g_autofree char *x = g_strdup_printf("($%d + %s)", PLACE, beside.text);
	g_autofree char *is_bound = g_strdup_printf("$%d == 1", column + NUMBER - 1);
	const struct range_arrow arrow = { index, index + 1, x, is_bound, column, TRUE, 1.4 };

	if (!parts.value)
		return;
	if (figure_group_at(f, index)->trustworthy)
		canvas_plot(c, "data index %u using %s:%d with lines lt %u %s", index, x, column,
			index + 1, looks[column == P99].look);
	dots_plot(c, f, index, x, column);
	if (parts.bound && r != NULL)
		range_plot_arrow(r, c, &arrow);
}

/* Sizes below the places: all of them, or as many as fit. */
static void put_size_tics(GString *s, const GArray *classes, double width, gboolean labels)
{
	guint step = MAX(1, (guint)ceil(classes->len * LABEL_WIDTH / width));

	dots_xrange(s, classes->len);
	g_string_append(s, "set xtics (");
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

gboolean figure_sizes(const figure *f, const struct figure_options *options,
	struct figure_text *text, GError **error)
{
	g_auto(canvas) c = canvas_new(options, CANVAS_WIDTH);
	const struct canvas_foot foot = {
		.legend = f, .lines = looks, .nb_lines = G_N_ELEMENTS(looks)
	};
	g_autoptr(GArray) classes = classes_of(f);
	struct ranges r = find_ranges(f, options->linear);
	double panels = PANELS, right = c.width - CANVAS_RIGHT, width = right - CANVAS_LEFT;

	if (classes->len == 0)
		return plots_fail(error, PLOTS_ERROR_EMPTY,
			"no frame sizes in '%s': nothing to draw", f->title);
	dots_notes(&c, f);
	range_note(&r.latency, c.notes);
	if (!canvas_begin(&c, f, &foot, CANVAS_TOP + BETWEEN + CANVAS_AXIS, &panels, error))
		return FALSE;
	double upper = CANVAS_TOP + latency_part * panels, lower = CANVAS_TOP + panels + BETWEEN;

	canvas_panel(&c, CANVAS_LEFT, CANVAS_TOP, right, upper);
	put_size_tics(c.script, classes, width, FALSE);
	canvas_ylabel(&c, canvas_latency(&c), NULL);
	range_axis(&r.latency, &c, "y", TRUE);
	for (guint i = 0; i < f->groups->len; i++) {
		put_number(&c, f, i, P50, &r.latency);
		put_number(&c, f, i, P99, &r.latency);
	}
	canvas_plot_nothing(&c);
	canvas_panel(&c, CANVAS_LEFT, upper + BETWEEN, right, lower);
	put_size_tics(c.script, classes, width, TRUE);
	canvas_ylabel(&c, "loss", "%");
	canvas_linear_axis(&c, "y", r.loss_top, 0.01, TRUE);
	for (guint i = 0; i < f->groups->len; i++)
		put_number(&c, f, i, LOSS, NULL);
	canvas_plot_nothing(&c);
	put_data(c.data, f, classes);
	return canvas_end(&c, text);
}
