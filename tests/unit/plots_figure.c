/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Figures as text. Four are compared with the files in plots_figure/ (TSIM_GOLDEN=write writes them
 * anew: look at the difference, and at what gnuplot makes of them, before it is committed); of the
 * others single facts.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "plots/draw/error.h"
#include "plots/draw/split.h"
#include "plots/figures/figures.h"
#include "tests/unit/plots_facts.h"

static const struct figure_spread none = { .lo = NAN, .hi = NAN };

typedef gboolean (*figure_fn)(const figure *f, const struct figure_options *options,
	struct figure_text *text, GError **error);

/* facts NULL: nothing of the figure has changed. */
static void check(const char *name, figure_fn draw, const figure *f, struct figure_options options,
	const struct facts *facts)
{
	g_autofree char *script = g_strconcat(name, ".gp", NULL);
	g_autofree char *data = g_strconcat(name, ".dat", NULL);
	g_autofree char *image = g_strconcat(name, ".svg", NULL);
	g_auto(figure_text) text = { NULL, NULL };
	g_autoptr(GError) error = NULL;

	options.style = "# style\n";
	options.script_name = script;
	options.data_name = data;
	options.image_name = image;
	assert_true(draw(f, &options, &text, &error));
	assert_null(error);
	if (facts != NULL)
		check_facts(&text, facts);
	else
		check_golden(name, &text);
}

/* A group that is good up to a load and then queues and loses. */
static void add_sweep(
	figure *f, const char *name, double base_ns, double knee_pps, unsigned repetitions)
{
	struct figure_group *group = figure_add_group(f, name);

	for (int step = 1; step <= 16; step++) {
		double load = 50e3 * step;
		double excess = MAX(0, load / knee_pps - 1);
		double queue = base_ns * (1 + 0.2 * load / knee_pps + (excess > 0 ? 30 : 0));
		struct figure_point p = { .load_pps = load, .offered_pps = load };

		for (int q = 0; q < FIGURE_QUANTILES; q++)
			p.q[q].ns = queue * (q == FIGURE_P99 ? 2.5 : 0.85 + 0.15 * q);
		p.loss = excess / (1 + excess);
		p.q[FIGURE_P99].bound = p.loss > 0.01;
		p.q[FIGURE_P75].bound = p.loss > 0.25;
		p.repetitions = repetitions;
		p.p50 = p.p99 = p.loss_spread = none;
		if (repetitions > 1) {
			p.p50 = (struct figure_spread){ .lo = 0.9 * p.q[FIGURE_P50].ns,
				.hi = 1.12 * p.q[FIGURE_P50].ns };
			p.p99 = (struct figure_spread){ .lo = 0.8 * p.q[FIGURE_P99].ns,
				.hi = 1.3 * p.q[FIGURE_P99].ns };
			p.loss_spread = (struct figure_spread){ .lo = 0.8 * p.loss,
				.hi = 1.15 * p.loss };
		}
		p.trustworthy = load < 700e3;
		g_array_append_val(group->points, p);
	}
}

static void set_text(figure *f, const char *title, const char *subtitle)
{
	g_free(f->title);
	f->title = g_strdup(title);
	g_free(f->subtitle);
	f->subtitle = g_strdup(subtitle);
}

static const struct fact load_linear_script[] = {
	{ 1, "set terminal svg size 640,716 fixed noenhanced font 'sans-serif,12'" },
	{ 1, "set output 'load-linear.svg'" },
	{ 1, "data = 'load-linear.dat'" },
	{ 1, "name = 'load-linear.gp'" },
	{ 1, "set label 'vhost-off against vhost-on'" },
	{ 1, "set label 'imix, 64 guests, process, virtio, poisson arrivals'" },
	{ 2, "set lmargin" },
	{ 1, "set ylabel 'response time'" },
	{ 0, "'latency" },
	{ 0, "\nset logscale" },
	{ 1, "set yrange [0:18000000]" },
	{ 1, "'16 ms' 16000000, '18 ms' 18000000)" },
	{ 1, "set xlabel 'offered load (kpps)'" },
	{ 1, "'600' 600000, '800' 800000)" },
	{ 1, "set ylabel 'loss (%)'" },
	{ 1, "set yrange [0:0.8]" },
	{ 1, "data index 0 every ::0::12 using 2:6 with lines lt 1 lw 1.4 dt 4" },
	{ 1, "data index 1 every ::0::12 using 2:4 with lines lt 2 lw 2 dt solid" },
	{ 1, "data index 0 using 2:(int($11) & 4 ? ($5 < 16362000 ? $5 : 16362000) : "
	     "NaN):(0):(1260000)" },
	{ 1, "data index 0 using 2:(int($11) & 8 ? ($6 < 16362000 ? $6 : 16362000) : "
	     "NaN):(0):(1260000)" },
	{ 0, "data index 1 using 2:(int($11) & 4 " },
	{ 1, "data index 1 using 2:(int($11) & 8 " },
	{ 6, "with vectors heads size graph" },
	{ 4, "($16 == 1 ? " },
	{ 12, "($16 == 0 ? " },
	{ 1, "'bars: minimum to maximum of 3 repetitions'" },
	{ 1, "'arrow: at least 4.32 ms, among lost frames'" },
	{ 1, "'hollow: unreliable trial'" },
	{ 0, NULL },
};
static const char *const load_linear_lines[] = {
	"50000 50000 105187.5 123750 142312.5 309375 111375 138600 247500 402187.5 0 0 0 0 3 1",
	NULL,
};
static const struct facts load_linear = { load_linear_script, "16 16", load_linear_lines };

static void load_has_two_panels(void **state)
{
	(void)state;
	g_autoptr(figure) f = figure_new();

	set_text(f, "vhost-off against vhost-on",
		"imix, 64 guests, process, virtio, poisson arrivals");
	add_sweep(f, "vhost-off", 120e3, 320e3, 3);
	add_sweep(f, "vhost-on", 100e3, 640e3, 3);
	assert_true(figure_has_loads(f));
	check("load", figure_load, f, (struct figure_options){ .width = 0 }, NULL);
	check("load-linear", figure_load, f,
		(struct figure_options){ .linear = TRUE, .response = TRUE, .width = 640 },
		&load_linear);
}

/* Measured loads need not be in the order of the intended ones; the second is unreliable. */
static void lines_join_reliable_points_by_x(void **state)
{
	static const double offered[] = { 10e3, 15e3, 30e3, 20e3 };
	const struct figure_options options = {
		.script_name = "x.gp", .data_name = "x.dat", .image_name = "x.svg", .style = ""
	};
	g_autoptr(figure) f = figure_new();
	struct figure_group *group = figure_add_group(f, "A");
	g_auto(figure_text) text = { NULL, NULL };
	g_auto(GStrv) lines = NULL;
	guint nb = 0;

	(void)state;
	for (guint i = 0; i < G_N_ELEMENTS(offered); i++) {
		struct figure_point p = { .load_pps = 10e3 * (i + 1),
			.offered_pps = offered[i],
			.p50 = none,
			.p99 = none,
			.loss_spread = none,
			.repetitions = 1,
			.trustworthy = i != 1 };

		for (int q = 0; q < FIGURE_QUANTILES; q++)
			p.q[q].ns = 1e4 * (q + 1);
		p.q[FIGURE_P99] = (struct figure_latency){ 3e8, i == 3 };
		g_array_append_val(group->points, p);
	}
	assert_true(figure_load(f, &options, &text, NULL));
	assert_int_equal(count_text(text.script, "with lines"), FIGURE_QUANTILES + 1);
	assert_int_equal(count_text(text.script, "data index 0 every ::0::2 using 2:"), 5);
	lines = g_strsplit(text.data, "\n", -1);
	for (guint i = 0; lines[i] != NULL; i++) {
		static const char *const want[] = { "10000 10000 ", "40000 20000 ", "30000 30000 ",
			"20000 15000 " };

		if (g_ascii_isdigit(*lines[i]))
			assert_true(g_str_has_prefix(lines[i], want[nb++]));
	}
	assert_int_equal(nb, G_N_ELEMENTS(offered));
	/* The bound is within the axis, at its place, in spite of what else is known. */
	assert_non_null(strstr(text.script, "set yrange [5000:500000000]"));
	assert_non_null(strstr(text.script, "'100 ms' 100000000"));
}

static void add_single(figure *f, const char *name, double scale_ns, double loss, guint guests,
	gboolean trustworthy, unsigned repetitions);

/* One point has no line, so the legend shows none; its load, a little below the nominal, has a tic. */
static void a_lone_point_has_no_lines_in_the_legend(void **state)
{
	struct figure_options options = {
		.script_name = "x.gp", .data_name = "x.dat", .image_name = "x.svg", .style = ""
	};
	g_autoptr(figure) f = figure_new();
	g_auto(figure_text) text = { NULL, NULL };

	(void)state;
	add_single(f, "A", 20e3, 0, 1, TRUE, 1);
	figure_point_at(figure_group_at(f, 0), 0)->offered_pps = 49.99e3;
	assert_true(figure_load(f, &options, &text, NULL));
	assert_int_equal(count_text(text.script, "'99th percentile'"), 0);
	assert_int_equal(
		count_text(text.script, "'large marker: median, small: 99th percentile'"), 1);
	assert_int_equal(count_text(text.script, "'50' 50000)"), 1);
	/* A remark in two lines has nothing beside its end. */
	f->caption = g_strdup("caption");
	options.width = 300;
	figure_text_clear(&text);
	assert_true(figure_load(f, &options, &text, NULL));
	assert_int_equal(
		count_text(text.script, "'large marker: median, small: 99th percentile'"), 0);
	assert_int_equal(count_text(text.script, "'caption' at screen 0.04667,"), 1);
}

/* A figure of so many names with so many series each. */
static figure *new_series(guint names, guint each)
{
	figure *f = figure_new();

	f->differing = g_strdup("interface, guests");
	for (guint i = 0; i < names; i++) {
		for (guint k = 0; k < each; k++) {
			g_autofree char *name = each > 1 ? g_strdup_printf(
								   "%c, %u kpps", 'a' + (int)i, k)
							 : g_strdup_printf("lab%u", i);

			add_single(f, name, 20e3, 0, 1, TRUE, 1);
			figure_group_at(f, f->groups->len - 1)->origin = i;
		}
	}
	return f;
}

/* Nine series would share eight colours: they are two panels with a legend each. */
static void series_beyond_the_colours_have_further_panels(void **state)
{
	static const struct {
		guint names, each;
		const char *titles; /* of the panels; "": one without */
		guint most;         /* series of a panel */
	} cases[] = {
		{ 8, 1, "", 8 },
		{ 9, 1, "lab0 to lab4|lab5 to lab8", 5 },
		{ 2, 5, "a, 0 kpps to 4 kpps|b, 0 kpps to 4 kpps", 5 },
		{ 3, 8, "a, 0 kpps to 7 kpps|b, 0 kpps to 7 kpps|c, 0 kpps to 7 kpps", 8 },
		{ 1, 17, "a, 0 kpps to 5 kpps|a, 6 kpps to 11 kpps|a, 12 kpps to 16 kpps", 6 },
		{ 48, 1,
			"lab0 to lab7|lab8 to lab15|lab16 to lab23|lab24 to lab31|lab32 to lab39|"
			"lab40 to lab47",
			8 },
	};

	(void)state;
	for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(figure) f = new_series(cases[i].names, cases[i].each);
		g_autofree char *titles = NULL;
		guint most = 0;

		assert_true(split_series(f, "", NULL));
		for (guint k = 0; k < f->groups->len; k++) {
			const struct figure_group *group = figure_group_at(f, k);

			most = MAX(most, group->series + 1);
			assert_int_equal(group->facet, group->part);
		}
		assert_int_equal(most, cases[i].most);
		g_ptr_array_add(f->facets, NULL);
		titles = g_strjoinv("|", (char **)f->facets->pdata);
		assert_string_equal(titles, cases[i].titles);
		g_ptr_array_set_size(f->facets, (gint)f->facets->len - 1);
	}
}

static void series_beyond_the_panels_are_refused(void **state)
{
	g_autoptr(figure) f = new_series(49, 1);
	g_autoptr(GError) error = NULL;

	(void)state;
	assert_false(split_series(f, ", or else", &error));
	assert_true(g_error_matches(error, PLOTS_ERROR, PLOTS_ERROR_ARGUMENT));
	assert_non_null(strstr(error->message, "49 in 7 panels (maximum 8 per panel, 6 panels)"));
	assert_non_null(strstr(error->message, "select by interface, guests"));
	assert_non_null(strstr(error->message, ", or else"));
}

/* A grid is repeated, but for its empty panels; a series has one colour in all of its panels. */
static void a_grid_is_split_as_a_whole(void **state)
{
	g_autoptr(figure) f = new_series(10, 1);
	guint nb = f->groups->len;

	(void)state;
	g_ptr_array_add(f->facets, g_strdup("vhost off"));
	g_ptr_array_add(f->facets, g_strdup("vhost on"));
	f->columns = 2;
	for (guint i = 0; i < 5; i++) {
		add_single(f, "x", 20e3, 0, 1, TRUE, 1);
		figure_group_at(f, nb + i)->series = i;
		figure_group_at(f, nb + i)->facet = 1;
	}
	assert_true(split_series(f, "", NULL));
	assert_int_equal(f->parts->len, 2);
	assert_int_equal(f->facets->len, 3);
	assert_string_equal(g_ptr_array_index(f->facets, 1), "vhost on, lab0 to lab4");
	assert_string_equal(g_ptr_array_index(f->facets, 2), "vhost off, lab5 to lab9");
	assert_int_equal(figure_group_at(f, nb + 2)->series, figure_group_at(f, 2)->series);
	assert_int_equal(figure_group_at(f, 9)->facet, 2);
	assert_int_equal(figure_group_at(f, 9)->series, 4);
}

/* Axes are the same, and each part has its legend. */
static void panels_of_split_series_share_their_axes(void **state)
{
	static const struct {
		figure_fn draw;
		guint width, panels;
		const char *axis; /* in each panel */
	} cases[] = { { figure_load, 0, 4, "set xrange [0:" },
		{ figure_load, 400, 4, "set xrange [0:" },
		{ figure_cdf, 0, 2, "set yrange [1e-06:1]" },
		{ figure_cdf, 400, 2, "set yrange [1e-06:1]" } };

	(void)state;
	for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
		const struct figure_options options = { .script_name = "x.gp",
			.data_name = "x.dat",
			.image_name = "x.svg",
			.style = "",
			.width = cases[i].width };
		g_autoptr(figure) f = new_series(10, 1);
		g_auto(figure_text) text = { NULL, NULL };

		assert_true(split_series(f, "", NULL));
		assert_true(cases[i].draw(f, &options, &text, NULL));
		assert_int_equal(count_text(text.script, "set lmargin"), cases[i].panels);
		assert_int_equal(count_text(text.script, cases[i].axis), 2);
		/* Above a panel, and in the legend or table. */
		assert_int_equal(count_text(text.script, "set label 'lab5 to lab9'"), 2);
		for (guint k = 0; k < 10; k++) {
			g_autofree char *entry = g_strdup_printf("set label 'lab%u' at", k);

			assert_int_equal(count_text(text.script, entry), 1);
		}
		assert_int_equal(count_text(text.script, " lt 6 "), 0);
	}
}

static const struct fact load_many_script[] = {
	{ 1, "set terminal pdfcairo size 8.542in,7.458in noenhanced font 'sans-serif,9'" },
	{ 1, "set label 'matrix' at screen 0.11707,0.94972 left font ',11.25'" },
	{ 2, "set lmargin" },
	{ 1, "set label 'it''s 100 % `odd`' at" },
	{ 1, "set label 'process, virtio, vhost off' at" },
	{ 1, "set label 'large_µ' at" },
	{ 2, ",0.13687 left" },
	{ 2, ",0.10894 left" },
	{ 2, ",0.08101 left" },
	{ 4, ",0.05307 left" },
	{ 3, "left font ',8.25'" },
	{ 1, "'no spread: one repetition'" },
	{ 1, "'hollow: unreliable trial'" },
	{ 0, "with vectors" },
	{ 1, "set ylabel 'latency'" },
	{ 1, "set yrange [5000:200000]" },
	{ 1, "set logscale y" },
	{ 1, "'5 µs' 5000, '' 6000 1" },
	{ 1, "set yrange [0:0.01]" },
	{ 1, "'0.8' 0.008, '1' 0.01)" },
	{ 6, ":3 with lines" },
	{ 6, ":6 with lines" },
	{ 6, ":12 with lines" },
	{ 1, "($16 == 1 ? $4 : NaN) with points lt 1 pt 7 ps 1.1" },
	{ 1, "($16 == 0 ? $4 : NaN) with points lc rgb '#ffffff' pt 15 ps 0.5" },
	{ 1, "($16 == 0 ? $4 : NaN) with points lt 6 pt 14 ps 0.5" },
	{ 12, "($16 == 1 ? " },
	{ 36, "($16 == 0 ? " },
	{ 0, NULL },
};
static const char *const load_many_lines[] = {
	"# it's 100 % `odd`",
	"50000 50000 8542.5 10050 11557.5 25125 NaN NaN NaN NaN 0 0 NaN NaN 1 1",
	"# large_µ",
	"150000 150000 51765 60900 70035 152250 NaN NaN NaN NaN 0 0 NaN NaN 1 1",
	NULL,
};
static const struct facts load_many = { load_many_script, "16 16 16 16 16 16", load_many_lines };

static void load_of_many_groups(void **state)
{
	(void)state;
	static const char *const names[] = { "it's 100 % `odd`", "process, vmux", "process, vfio",
		"process, virtio, vhost on", "process, virtio, vhost off", "large_µ" };
	g_autoptr(figure) f = figure_new();

	set_text(f, "matrix", "");
	for (guint i = 0; i < G_N_ELEMENTS(names); i++)
		add_sweep(f, names[i], 10e3 * (i + 1), 2e6, 1);
	check("load-many", figure_load, f, (struct figure_options){ .terminal = FIGURE_PDF },
		&load_many);
}

/* Two series in four panels; one of them has nothing in the last. */
static void load_in_a_grid(void **state)
{
	(void)state;
	static const char *const titles[] = { "bridge, vhost off", "bridge, vhost on",
		"macvtap, vhost off", "macvtap, vhost on" };
	g_autoptr(figure) f = figure_new();

	set_text(f, "pcvm against microvm", "64 bytes, 1 guest");
	f->columns = 2;
	for (guint i = 0; i < G_N_ELEMENTS(titles); i++) {
		g_ptr_array_add(f->facets, g_strdup(titles[i]));
		for (guint series = 0; series < (i < 3 ? 2U : 1U); series++) {
			add_sweep(f, series == 0 ? "pcvm" : "microvm", 50e3 * (1 + i),
				200e3 * (1 + i + series), 3);
			struct figure_group *group = g_ptr_array_index(
				f->groups, f->groups->len - 1);

			group->series = series;
			group->facet = i;
		}
	}
	check("load-grid", figure_load, f, (struct figure_options){ .width = 0 }, NULL);
}

static const struct fact load_autotest_script[] = {
	{ 1, "'no spread: one repetition'" },
	{ 1, "'bars at losses: standard deviation of the received rate (autotest)'" },
	{ 1, "'arrow: at least 4.32 ms, among lost frames'" },
	{ 1, "'hollow: unreliable trial'" },
	{ 1, "'no 99th percentile at 15 of 16 points: only quartiles are known'" },
	{ 1, "'percentiles by the linear rule'" },
	{ 1, "set yrange [50000:20000000]" },
	{ 1, "set logscale y" },
	{ 1, "set ylabel 'latency'" },
	{ 1, "set ylabel \"loss (%,\\nautotest's metric)\" offset -1.3,0" },
	{ 1, "set yrange [0:0.7]" },
	{ 2, "set lmargin" },
	{ 1, "14109347.4) : NaN):(0):(0.35*($5 < 14109347.4 ? $5 : 14109347.4)) with vectors head "
	     "filled" },
	{ 1, "14109347.4) : NaN):(0):(0.35*($6 < 14109347.4 ? $6 : 14109347.4)) with vectors head "
	     "filled" },
	{ 1, "set xlabel 'nominal load (kpps)'" },
	{ 1, "set xrange [0:832000]" },
	{ 6, "using 1:($16 == 0 ? " },
	{ 2, "using 1:($16 == 1 ? " },
	{ 1, "using 1:12 with lines lt 1 lw 2.6" },
	{ 1, "using 1:13:(0):($14 - $13) with vectors heads" },
	{ 0, "using 2:" },
	{ 0, "at the nominal load" },
	{ 1, "'A caption that is longer than a line of the figure can be, so that it has to be set "
	     "in several lines,'" },
	{ 1, "'each of which is read after the other.'" },
	{ 0, NULL },
};
static const char *const load_autotest_lines[] = {
	"50000 0 105187.5 123750 142312.5 NaN NaN NaN NaN NaN 0 0 0 0.03 1 1",
	"100000 105000 108375 127500 146625 NaN NaN NaN NaN NaN 0 0 0 0.03 1 1",
	NULL,
};
static const struct facts load_autotest = { load_autotest_script, "16", load_autotest_lines };

static const struct fact load_offered_script[] = {
	{ 1, "'no spread: one repetition'" },
	{ 1, "'bars at losses: standard deviation of the received rate (autotest)'" },
	{ 1, "'arrow: at least 4.32 ms, among lost frames'" },
	{ 1, "'hollow: unreliable trial'" },
	{ 1, "'no 99th percentile at 15 of 16 points: only quartiles are known'" },
	{ 1, "'percentiles by the linear rule'" },
	{ 1, "set yrange [50000:20000000]" },
	{ 1, "set logscale y" },
	{ 1, "set ylabel 'latency'" },
	{ 1, "set ylabel \"loss (%,\\nautotest's metric)\" offset -1.3,0" },
	{ 1, "set yrange [0:0.7]" },
	{ 2, "set lmargin" },
	{ 1, "14109347.4) : NaN):(0):(0.35*($5 < 14109347.4 ? $5 : 14109347.4)) with vectors head "
	     "filled" },
	{ 1, "14109347.4) : NaN):(0):(0.35*($6 < 14109347.4 ? $6 : 14109347.4)) with vectors head "
	     "filled" },
	{ 1, "set terminal svg size 600,836" },
	{ 1, "set xlabel 'offered load (kpps)'" },
	{ 1, "set xrange [0:873600]" },
	{ 15, "using ($2 > 0 ? $2 : $1):" },
	{ 11, "data index 0 using" },
	{ 1, "'1 point at the nominal load: offered load unknown'" },
	{ 1, "'A caption that is longer than a line of the figure can be, so that it'" },
	{ 1, "'has to be set in several lines, each of which is read after the other.'" },
	{ 0, NULL },
};
static const char *const load_offered_lines[] = {
	"50000 0 105187.5 123750 142312.5 NaN NaN NaN NaN NaN 0 0 0 0.03 1 1",
	"100000 105000 108375 127500 146625 NaN NaN NaN NaN NaN 0 0 0 0.03 1 1",
	NULL,
};
static const struct facts load_offered = { load_offered_script, "16", load_offered_lines };

/* As of autotest: its metric, nominal loads, and logs without histograms. */
static void load_of_autotest(void **state)
{
	(void)state;
	g_autoptr(figure) f = figure_new();

	set_text(f, "vhost off and on", "");
	f->caption = g_strdup("A caption that is longer than a line of the figure can be, so that "
			      "it has to be set in several lines, each of which is read after the "
			      "other.");
	f->autotest_metric = f->linear_rule = TRUE;
	add_sweep(f, "vhost off", 120e3, 320e3, 1);
	for (guint i = 0; i < 16; i++) {
		struct figure_group *group = g_ptr_array_index(f->groups, 0);
		struct figure_point *p = &g_array_index(group->points, struct figure_point, i);

		p->offered_pps *= 1.05;
		p->loss_spread = (struct figure_spread){ .lo = p->loss * 0.9,
			.hi = p->loss + 0.03 };
		if (i != 15)
			p->q[FIGURE_P99] = (struct figure_latency){ NAN, FALSE };
		if (i == 0)
			p->offered_pps = 0;
	}
	check("load-autotest", figure_load, f, (struct figure_options){ .nominal = TRUE },
		&load_autotest);
	check("load-offered", figure_load, f, (struct figure_options){ .width = 600 },
		&load_offered);
}

static void grid_says_what_room_it_needs(void **state)
{
	(void)state;
	g_autoptr(figure) f = figure_new();

	f->columns = 4;
	for (guint i = 0; i < 12; i++)
		g_ptr_array_add(f->facets, g_strdup_printf("panel %u", i));
	add_sweep(f, "A", 50e3, 200e3, 1);
	for (guint i = 0; i < 2; i++) {
		struct figure_options options = { .style = "",
			.script_name = "a.gp",
			.data_name = "a.dat",
			.image_name = "a.svg",
			.width = i == 0 ? 460 : 0,
			.height = i == 0 ? 0 : 500 };
		g_auto(figure_text) text = { NULL, NULL };
		g_autoptr(GError) error = NULL;
		char *least;

		assert_false(figure_load(f, &options, &text, &error));
		assert_true(g_error_matches(error, PLOTS_ERROR, PLOTS_ERROR_ARGUMENT));
		least = strstr(error->message, "give at least ");
		assert_non_null(least);
		/* And with that it is drawn. */
		*(i == 0 ? &options.width : &options.height) = (guint)g_ascii_strtoull(
			least + strlen("give at least "), NULL, 10);
		g_clear_error(&error);
		assert_true(figure_load(f, &options, &text, &error));
	}
}

/* A group of one load: a body and a tail that ends at the share of lost frames. */
static void add_single(figure *f, const char *name, double scale_ns, double loss, guint guests,
	gboolean trustworthy, unsigned repetitions)
{
	struct figure_group *group = figure_add_group(f, name);
	struct figure_point p = { .load_pps = 100e3,
		.offered_pps = 100e3,
		.loss = loss,
		.repetitions = repetitions,
		.trustworthy = trustworthy };

	group->frames = 1234567;
	for (int i = 0; i < 180; i++) {
		double share = 0.97 * pow(0.93, i);
		struct figure_step step = { scale_ns * pow(-log(share) + 0.4, 1.7),
			loss + share * (1 - loss) };

		g_array_append_val(group->steps, step);
	}
	struct figure_step last = {
		1.1 * g_array_index(group->steps, struct figure_step, group->steps->len - 1).ns,
		loss
	};

	g_array_append_val(group->steps, last);
	p.p50 = p.p99 = p.loss_spread = none;
	p.q[FIGURE_P50].ns = scale_ns * pow(-log(0.5) + 0.4, 1.7);
	p.q[FIGURE_P99].ns = loss > 0.01 ? 1e9 : scale_ns * pow(-log(0.01) + 0.4, 1.7);
	p.q[FIGURE_P99].bound = loss > 0.01;
	if (repetitions > 1) {
		p.p50 = (struct figure_spread){ .lo = 0.9 * p.q[FIGURE_P50].ns,
			.hi = 1.1 * p.q[FIGURE_P50].ns };
		p.p99 = (struct figure_spread){ .lo = 0.8 * p.q[FIGURE_P99].ns,
			.hi = 1.2 * p.q[FIGURE_P99].ns };
	}
	g_array_append_val(group->points, p);
	group->worst = g_strdup(guests > 17 ? "17" : "0");
	for (guint i = 0; i < guests; i++) {
		double factor = 0.9 + 0.2 * ((i * 7) % guests) / guests + (i == 17 ? 0.6 : 0);
		struct figure_guest guest = {
			.name = g_strdup_printf("%u", i),
			.p50 = { factor * p.q[FIGURE_P50].ns, FALSE },
			.p99 = { factor * scale_ns * 13, FALSE },
			.loss = i % 5 == 0 ? 2 * loss : loss / 2,
		};

		if (i == 3 && loss > 0.005)
			guest.p99 = (struct figure_latency){ 40 * scale_ns, TRUE };
		g_array_append_val(group->guests, guest);
	}
}

static void cdf_has_a_tail_and_the_guests(void **state)
{
	(void)state;
	g_autoptr(figure) f = figure_new();

	set_text(f, "A against B",
		"imix, 64 guests, process, vhost-user, poisson arrivals, 100 kpps, 10 s");
	add_single(f, "A", 20e3, 0, 64, TRUE, 3);
	add_single(f, "B", 31e3, 0.002, 64, TRUE, 3);
	assert_false(figure_has_loads(f));
	check("cdf", figure_cdf, f, (struct figure_options){ .width = 0 }, NULL);
	check("guests", figure_guests, f, (struct figure_options){ .width = 0 }, NULL);
}

/* One that was offered nothing makes no range of losses and no place among the sorted ones. */
static void guests_without_frames_are_left_out(void **state)
{
	const struct figure_options options = {
		.script_name = "x.gp", .data_name = "x.dat", .image_name = "x.svg", .style = ""
	};
	const struct figure_guest silent = {
		.name = g_strdup("3"), .p50 = { NAN, FALSE }, .p99 = { NAN, FALSE }, .loss = NAN
	};
	g_autoptr(figure) f = figure_new();
	g_auto(figure_text) cdf = { 0 }, guests = { 0 };
	struct figure_group *group;

	(void)state;
	add_single(f, "A", 20e3, 0.1, 3, TRUE, 1);
	group = g_ptr_array_index(f->groups, 0);
	g_array_index(group->guests, struct figure_guest, 0).loss = 0.1;
	g_array_index(group->guests, struct figure_guest, 1).loss = 0.5;
	g_array_index(group->guests, struct figure_guest, 2).loss = 0.2;
	g_array_append_val(group->guests, silent);
	g_free(group->worst);
	group->worst = g_strdup("1");
	assert_int_equal(figure_silent(f), 1);
	assert_true(figure_cdf(f, &options, &cdf, NULL));
	assert_non_null(strstr(cdf.script, "worst guest 1"));
	assert_non_null(strstr(cdf.script, "loss 10 % to 50 %"));
	assert_non_null(strstr(cdf.script, "1 guest was offered no frame"));
	assert_true(figure_guests(f, &options, &guests, NULL));
	assert_null(strstr(guests.data, "\n4 3 "));
	assert_non_null(strstr(guests.script, "1 guest was offered no frame"));
	add_single(f, "B", 20e3, 0.1, 3, TRUE, 1);
	figure_text_clear(&cdf);
	assert_true(figure_cdf(f, &options, &cdf, NULL));
	assert_non_null(strstr(cdf.script, "'1 guest was offered no frame (sum over all series)'"));
}

static const struct fact cdf_one_script[] = {
	{ 1, "set lmargin" },
	{ 1, "set terminal svg size 820,566" },
	{ 1, "'A, B, C'" },
	{ 1, "'fixed:64, 1 guest'" },
	{ 1, "'frames offered'" },
	{ 1, "'lost'" },
	{ 1, "'repetitions'" },
	{ 3, "'1234567'" },
	{ 3, "'1' at" },
	{ 1, "'0 %' at" },
	{ 1, "'10 %' at" },
	{ 1, "'0.01 %' at" },
	{ 1, "'2.33 µs' at" },
	{ 1, "'30.9 µs' at" },
	{ 1, "'>= 1 s' at" },
	{ 1, "'77.3 µs' at" },
	{ 1, "nohead lt 2 lw 2\n" },
	{ 1, "nohead lt 3 lw 1.2 dt 4\n" },
	{ 1, "set yrange [1e-06:1]\nset y2range [1e-06:1]\nset logscale y\nset logscale y2\n" },
	{ 1, "('100 %%' 1, '50 %%' 0.5, '10 %%' 0.1, '1 %%' 0.01, '0.1 %%' 0.001, '0.01 %%' "
	     "0.0001, '0.001 %%' 1e-05, '0.0001 %%' 1e-06)" },
	{ 1, "('median' 0.5, 'p90' 0.1, 'p99' 0.01, 'p99.9' 0.001, 'p99.99' 0.0001, 'p99.999' "
	     "1e-05, 'p99.9999' 1e-06) scale 0" },
	{ 1, "set ylabel 'share of frames later or lost'" },
	{ 1, "set xrange [0:500000]" },
	{ 1, "'400 µs' 400000, '500 µs' 500000)" },
	{ 1, "set xlabel 'latency'" },
	{ 0, "set logscale x" },
	{ 1, "data index 0 using 1:2 with steps lt 1 lw 2.6," },
	{ 1, "data index 3 using 1:2 with steps lt 2 lw 2," },
	{ 1, "data index 6 using 1:2 with steps lt 3 lw 1.2 dt 4," },
	{ 4, "($5 == 0 ? $1 : NaN):2 with points" },
	{ 1, "data index 7 using ($5 == 0 ? $1 : NaN):2 with points lt 3 pt 8" },
	{ 0, "with vectors" },
	{ 1, "'no spread: one repetition'" },
	{ 1, "'dashed, hollow: unreliable trial'" },
	{ 0, "guests'" },
	{ 0, NULL },
};
static const char *const cdf_one_lines[] = {
	"477.215343 1",
	"477.215343 0.97",
	"2326.93195 0.5 NaN NaN 0 1",
	"1e+09 0.01 NaN NaN 1 1",
	"77264.8645 0.01 NaN NaN 0 0",
	"0 3141.35813 0 35100 0 0.2",
	NULL,
};
static const struct facts cdf_one = { cdf_one_script, "182 2 1 183 2 1 183 2 1", cdf_one_lines };

static const struct fact guests_few_script[] = {
	{ 6, "set lmargin" },
	{ 1, "'A' at screen 0.25122,0.88750 center" },
	{ 1, "'B, a longer name' at" },
	{ 1, "'C (!)' at" },
	{ 1, "'(!): unreliable trial'" },
	{ 1, "'guests sorted by 99th percentile'" },
	{ 1, "'dot: median, triangle: 99th percentile of a guest'" },
	{ 3, "set xlabel 'guest'" },
	{ 3, "set xtics ('0' 1)" },
	{ 3, "set xtics ('' 1)" },
	{ 1, "set ylabel 'latency'" },
	{ 1, "set ylabel 'loss (%)'" },
	{ 4, "unset ylabel" },
	{ 3, "set yrange [0:70000]" },
	{ 3, "set yrange [0:0.25]" },
	{ 1, "'60 µs' 60000, '70 µs' 70000)" },
	{ 2, "'' 60000, '' 70000)" },
	{ 1, "'20' 0.2, '25' 0.25)" },
	{ 0, "\nset logscale" },
	{ 1, "data index 1 using 1:3:(0):($5 - $3) with vectors nohead lt 2 lw 1" },
	{ 1, "data index 2 using 1:($4 == 0 ? $3 : NaN) with points lt 3 pt 7 ps 0.6" },
	{ 1, "data index 2 using 1:($6 == 0 ? $5 : NaN) with points lt 3 pt 9 ps 0.6" },
	{ 3, "using 1:7 with impulses" },
	{ 0, "head filled" },
	{ 0, NULL },
};
static const char *const guests_few_lines[] = {
	"1 0 2094.23875 0 23400 0 0",
	"1 0 3141.35813 0 35100 0 0.2",
	"1 0 5235.59688 0 58500 0 0.0002",
	NULL,
};
static const struct facts guests_few = { guests_few_script, "1 1 1", guests_few_lines };

static void cdf_of_one_guest(void **state)
{
	(void)state;
	g_autoptr(figure) f = figure_new();

	set_text(f, "A, B, C", "fixed:64, 1 guest");
	add_single(f, "A", 2e3, 0, 1, TRUE, 1);
	add_single(f, "B, a longer name", 3e3, 0.1, 1, TRUE, 1);
	add_single(f, "C", 5e3, 0.0001, 1, FALSE, 1);
	check("cdf-one", figure_cdf, f, (struct figure_options){ .linear = TRUE }, &cdf_one);
	check("guests-few", figure_guests, f, (struct figure_options){ .linear = TRUE },
		&guests_few);
}

/* A repetition that is slower than all of them together. */
static void add_repetition(struct figure_group *group, double factor)
{
	GArray *steps = g_array_new(FALSE, TRUE, sizeof(struct figure_step));

	g_array_append_vals(steps, group->steps->data, group->steps->len);
	for (guint i = 0; i < steps->len; i++)
		g_array_index(steps, struct figure_step, i).ns *= factor;
	g_ptr_array_add(group->repetitions, steps);
}

static const struct fact cdf_within_script[] = {
	{ 1, "set lmargin" },
	{ 1, "'a name that is so long that the columns beside it would not fit, of B'" },
	{ 1, "'2 %' at" },
	{ 1, "'>= 1 s' at" },
	{ 2, "'2' at" },
	{ 2, "'1234567'" },
	{ 1, "'bars: minimum to maximum of the repetitions'" },
	{ 1, "'thin: single repetitions'" },
	{ 1, "data index 6 using 1:2 with steps lt 1 lw 0.5" },
	{ 1, "data index 9 using 1:2 with steps lt 2 lw 0.5" },
	{ 4, "lw 0.5" },
	{ 1, "data index 1 using 3:2:($4 - $3):(0) with vectors heads" },
	{ 1, "data index 4 using 3:2:($4 - $3):(0) with vectors heads" },
	{ 1, "set xrange [2000:2e+09]" },
	{ 1, "set logscale x\n" },
	{ 1, "set xlabel 'latency'" },
	{ 1, "set yrange [0:1.02]\nset y2range [0:1.02]\n" },
	{ 1, "('0 %%' 0, '25 %%' 0.25, '50 %%' 0.5, '75 %%' 0.75, '100 %%' 1)" },
	{ 1, "('median' 0.5, 'p99' 0.99) scale 0" },
	{ 1, "'share of frames received within'" },
	{ 1, "'curves below 100 %: the rest was lost'" },
	{ 0, "set logscale y" },
	{ 0, NULL },
};
static const char *const cdf_within_lines[] = {
	"4772.15343 0",
	"4772.15343 0.03",
	"309059.458 0.99 247247.567 370871.35 0 1",
	"1e+09 0.99 800000000 1.2e+09 1 1",
	"2e+09 0.98",
	"NaN NaN 0 NaN 0 NaN",
	"# A, repetition 1",
	"5726.58412 0.03",
	NULL,
};
static const struct facts cdf_within = { cdf_within_script, "153 2 1 153 2 1 153 153 153 153",
	cdf_within_lines };

static const struct fact cdf_repetitions_script[] = {
	{ 1, "set lmargin" },
	{ 1, "'a name that is so long that the columns beside it would not fit, of B'" },
	{ 1, "'2 %' at" },
	{ 1, "'>= 1 s' at" },
	{ 2, "'2' at" },
	{ 2, "'1234567'" },
	{ 1, "'bars: minimum to maximum of the repetitions'" },
	{ 1, "'thin: single repetitions'" },
	{ 1, "data index 6 using 1:2 with steps lt 1 lw 0.5" },
	{ 1, "data index 9 using 1:2 with steps lt 2 lw 0.5" },
	{ 4, "lw 0.5" },
	{ 1, "data index 1 using 3:2:($4 - $3):(0) with vectors heads" },
	{ 1, "data index 4 using 3:2:($4 - $3):(0) with vectors heads" },
	{ 1, "set xrange [2000:2e+09]" },
	{ 1, "set logscale x\n" },
	{ 1, "set xlabel 'latency'" },
	{ 1, "set yrange [1e-06:1]" },
	{ 1, "'share of frames later or lost'" },
	{ 0, "the rest was lost" },
	{ 0, NULL },
};
static const char *const cdf_repetitions_lines[] = {
	"4772.15343 1",
	"309059.458 0.01 247247.567 370871.35 0 1",
	"2e+09 0.02",
	"5726.58412 0.97",
	NULL,
};
static const struct facts cdf_repetitions = { cdf_repetitions_script,
	"182 2 1 154 2 1 182 182 154 154", cdf_repetitions_lines };

static void curves_have_their_repetitions(void **state)
{
	(void)state;
	g_autoptr(figure) f = figure_new();

	set_text(f, "A against B", "imix, 4 guests");
	add_single(f, "A", 20e3, 0, 0, TRUE, 2);
	add_single(f, "a name that is so long that the columns beside it would not fit, of B", 31e3,
		0.02, 0, TRUE, 2);
	for (guint i = 0; i < f->groups->len; i++) {
		add_repetition(g_ptr_array_index(f->groups, i), 0.8);
		add_repetition(g_ptr_array_index(f->groups, i), 1.2);
	}
	check("cdf-within", figure_cdf, f, (struct figure_options){ .within = TRUE }, &cdf_within);
	check("cdf-repetitions", figure_cdf, f, (struct figure_options){ .within = FALSE },
		&cdf_repetitions);
}

static const struct fact dead_cdf_script[] = {
	{ 1, "'dead' at" },
	{ 1, "'100 %' at" },
	{ 3, "'-' at" },
	{ 1, "nohead lt 1 lw 1.2 dt 4" },
	{ 1, "'dashed, hollow: unreliable trial'" },
	{ 1, "set yrange [0.001:1]" },
	{ 1, "'p99.9' 0.001) scale 0" },
	{ 1, "set xrange [500000:2e+09]" },
	{ 1, "set xlabel 'latency'" },
	{ 1, "data index 0 using 1:2 with steps lt 1 lw 1.2 dt 4" },
	{ 1, "data index 1 using ($5 == 0 ? $1 : NaN):2 with points lt 1 pt 6" },
	{ 0, NULL },
};
static const char *const dead_cdf_lines[] = {
	"500000 1",
	"2e+09 1",
	"NaN 0.5 NaN NaN 0 0",
	"NaN 0.01 NaN NaN 0 0",
	"NaN NaN 0 NaN 0 NaN",
	NULL,
};
static const struct facts dead_cdf = { dead_cdf_script, "2 2 1", dead_cdf_lines };

static const struct fact dead_load_script[] = {
	{ 1, "\nplot NaN\n" },
	{ 2, "set lmargin" },
	{ 1, "'no known latency'" },
	{ 1, "'1 point at the nominal load: offered load unknown'" },
	{ 1, "'hollow: unreliable trial'" },
	{ 1, "set xrange [0:1040]" },
	{ 1, "'0.8' 800, '1' 1000)" },
	{ 1, "set yrange [500000:2e+09]" },
	{ 1, "set ylabel 'latency'" },
	{ 1, "set yrange [0:1.04]" },
	{ 1, "'80' 0.8, '100' 1)" },
	{ 0, "with lines" },
	{ 2, "($16 == 0 ? $12 : NaN)" },
	{ 0, "($16 == 1" },
	{ 0, NULL },
};
static const char *const dead_load_lines[] = {
	"1000 0 NaN NaN NaN NaN NaN NaN NaN NaN 0 1 NaN NaN 1 0",
	NULL,
};
static const struct facts dead_load = { dead_load_script, "1", dead_load_lines };

static void nothing_received_is_a_figure_all_the_same(void **state)
{
	(void)state;
	g_autoptr(figure) f = figure_new();
	struct figure_group *group = figure_add_group(f, "dead");
	struct figure_point p = { .load_pps = 1e3, .loss = 1, .repetitions = 1 };

	p.p50 = p.p99 = p.loss_spread = none;
	for (int q = 0; q < FIGURE_QUANTILES; q++)
		p.q[q].ns = NAN;
	g_array_append_val(group->points, p);
	check("dead", figure_cdf, f, (struct figure_options){ .width = 0 }, &dead_cdf);
	check("dead-load", figure_load, f, (struct figure_options){ .width = 0 }, &dead_load);
}

static void too_small_a_figure_says_what_it_needs(void **state)
{
	(void)state;
	static const figure_fn draw[] = { figure_load, figure_cdf, figure_guests };
	g_autoptr(figure) f = figure_new();

	add_single(f, "A", 20e3, 0, 4, TRUE, 1);
	for (size_t i = 0; i < G_N_ELEMENTS(draw); i++) {
		struct figure_options options = { .style = "",
			.script_name = "a.gp",
			.data_name = "a.dat",
			.image_name = "a.svg",
			.height = 150 };
		g_auto(figure_text) text = { NULL, NULL };
		g_autoptr(GError) error = NULL;

		assert_false(draw[i](f, &options, &text, &error));
		assert_true(g_error_matches(error, PLOTS_ERROR, PLOTS_ERROR_ARGUMENT));
		assert_non_null(strstr(error->message, "give at least"));
		assert_null(text.script);
		options.height = 0;
		options.width = 100;
		g_clear_error(&error);
		assert_false(draw[i](f, &options, &text, &error));
		assert_non_null(strstr(error->message, "--width"));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(load_has_two_panels),
		cmocka_unit_test(lines_join_reliable_points_by_x),
		cmocka_unit_test(a_lone_point_has_no_lines_in_the_legend),
		cmocka_unit_test(series_beyond_the_colours_have_further_panels),
		cmocka_unit_test(series_beyond_the_panels_are_refused),
		cmocka_unit_test(a_grid_is_split_as_a_whole),
		cmocka_unit_test(panels_of_split_series_share_their_axes),
		cmocka_unit_test(load_of_many_groups),
		cmocka_unit_test(load_in_a_grid),
		cmocka_unit_test(load_of_autotest),
		cmocka_unit_test(grid_says_what_room_it_needs),
		cmocka_unit_test(cdf_has_a_tail_and_the_guests),
		cmocka_unit_test(guests_without_frames_are_left_out),
		cmocka_unit_test(cdf_of_one_guest),
		cmocka_unit_test(curves_have_their_repetitions),
		cmocka_unit_test(nothing_received_is_a_figure_all_the_same),
		cmocka_unit_test(too_small_a_figure_says_what_it_needs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
