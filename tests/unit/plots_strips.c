/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Heat strips, timelines, sizes and departures as text. A strip and a timeline are compared with the
 * files in plots_figure/ (see plots_figure.c); of the others single facts.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "analyze/results/result_seconds.h"
#include "plots/draw/error.h"
#include "plots/figures/figures.h"
#include "plots/figures/strip.h"
#include "tests/unit/plots_facts.h"

/* Options for the files of a name; the strings are static ones of their own. */
static struct figure_options options_of(const char *script, const char *data, const char *image)
{
	return (struct figure_options){
		.style = "# style\n", .script_name = script, .data_name = data, .image_name = image
	};
}

/* facts NULL: nothing of the figure has changed. */
static void check(const char *name, gboolean made, const struct figure_text *text,
	const GError *error, const struct facts *facts)
{
	if (error != NULL)
		fail_msg("%s", error->message);
	assert_true(made);
	if (facts != NULL)
		check_facts(text, facts);
	else
		check_golden(name, text);
}

static void set_head(figure *f, const char *title, const char *subtitle)
{
	g_free(f->title);
	f->title = g_strdup(title);
	g_free(f->subtitle);
	f->subtitle = g_strdup(subtitle);
}

/* A latency that rises with the load, more so for some guests. */
static void add_loads(strip *s, const char *name, guint guests, guint loads)
{
	struct strip_panel *p = strip_add_panel(s, name, guests, loads);

	for (guint k = 0; k < loads; k++)
		p->at[k] = 99.7e3 * (k + 1);
	for (guint i = 0; i < guests; i++) {
		p->guests[i] = i;
		for (guint k = 0; k < loads; k++)
			p->value[i * loads + k] = 1e4 * (1 + i % 5) * (1 + k * k);
	}
	p->bound[guests * loads - 1] = TRUE;
	p->value[guests * loads - 1] = 2e9;
	p->value[loads] = NAN;
}

static void strips_of_loads(void **state)
{
	(void)state;
	g_autoptr(strip) s = strip_new();
	struct figure_options options = options_of("strip.gp", "strip.dat", "strip.svg");
	g_auto(figure_text) text = { NULL, NULL };
	g_autoptr(GError) error = NULL;

	set_head(s->head, "A against B, it's 100 %", "imix, 64 guests");
	s->latency = TRUE;
	s->what = g_strdup("99th percentile of latency");
	add_loads(s, "A", 64, 6);
	add_loads(s, "B, a name that is much longer than its panel, qemu normal", 64, 6);
	((struct strip_panel *)g_ptr_array_index(s->panels, 1))->trustworthy = FALSE;
	check("strip", figure_strip(s, &options, &text, &error), &text, error, NULL);
}

static const struct fact strip_time_script[] = {
	{ 1, "set terminal pngcairo size 820,464 noenhanced font 'sans-serif,9'" },
	{ 1, "set output 'a.png'" },
	{ 1, "'repetition 0 only'" },
	{ 2, "set lmargin" },
	{ 1, "set label 'A' at screen 0.47195,0.84483 center" },
	{ 1, "set label 'B' at screen 0.47195,0.48060 center" },
	{ 1, "set palette defined (0 '#440154'" },
	{ 1, "set yrange [0:3]\nset ytics ('0' 0.5, '2' 1.5, '4' 2.5)\n" },
	{ 1, "set yrange [0:4]\nset ytics ('0' 0.5, '2' 1.5, '4' 2.5, '6' 3.5)\n" },
	{ 2, "set ylabel 'guest'" },
	{ 2, "set xrange [0:5.002]" },
	{ 1, "set xtics ('' 0, '' 1" },
	{ 1, "set xtics ('0' 0, '1' 1" },
	{ 1, "set xlabel 'time (s)'" },
	{ 1, "unset xlabel" },
	{ 2, "set cbrange [0:0.14]" },
	{ 2, "'12 %%' 0.12, '14 %%' 0.14)" },
	{ 2, "set cblabel 'loss' offset 2.5,0" },
	{ 1, "set colorbox vertical user origin screen 0.85366,0.18103 size screen 0.01951,0.63362 "
	     "noborder" },
	{ 1, "data index 1 using ($7 == 1 ? ($1 + $2)/2 : NaN):(($3 + $4)/2):1:2:3:4:6 with "
	     "boxxyerror lc palette" },
	{ 2, "data index" },
	{ 0, "grey:" },
	{ 0, "white:" },
	{ 0, "logscale cb" },
	{ 0, NULL },
};
static const char *const strip_time_lines[] = {
	"0 1.002 0 1 1.002 0 1 0",
	"4.002 5.002 3 4 5.002 0.12 1 6",
	NULL,
};
static const struct facts strip_time = { strip_time_script, "15 20", strip_time_lines };

static void strips_of_times(void **state)
{
	(void)state;
	g_autoptr(strip) s = strip_new();
	struct figure_options options = options_of("strip-time.gp", "strip-time.dat", "a.png");
	g_auto(figure_text) text = { NULL, NULL };
	g_autoptr(GError) error = NULL;

	options.terminal = FIGURE_PNG;
	set_head(s->head, "A", "");
	s->time = TRUE;
	s->what = g_strdup("loss");
	s->note = g_strdup("repetition 0 only");
	for (guint panel = 0; panel < 2; panel++) {
		struct strip_panel *p = strip_add_panel(s, panel == 0 ? "A" : "B", 3 + panel, 5);

		for (guint i = 0; i < 3 + panel; i++)
			p->guests[i] = 2 * i;
		for (guint k = 0; k < 5; k++) {
			p->at[k] = k + 1.002;
			for (guint i = 0; i < 3 + panel; i++)
				p->value[i * 5 + k] = 0.01 * i * k;
		}
	}
	check("strip-time", figure_strip(s, &options, &text, &error), &text, error, &strip_time);
}

/* Nothing came back, or nothing was lost: no colour has a meaning, and no division by zero. */
static void strips_without_any_value(void **state)
{
	(void)state;
	for (int latency = 0; latency < 2; latency++) {
		g_autoptr(strip) s = strip_new();
		struct figure_options options = options_of("a.gp", "a.dat", "a.svg");
		g_auto(figure_text) text = { NULL, NULL };
		struct strip_panel *p = strip_add_panel(s, "A", 1, 1);

		s->latency = latency;
		s->what = g_strdup("what");
		p->at[0] = 1;
		p->value[0] = latency ? NAN : 0;
		assert_true(figure_strip(s, &options, &text, NULL));
		assert_null(strcasestr(text.script, "inf"));
		assert_null(strstr(text.script, ":nan"));
		assert_int_equal(strstr(text.script, "palette lw") != NULL, !latency);
		/* All loads are 0: an error, not an axis without end. */
		p->at[0] = 0;
		g_autoptr(GError) error = NULL;
		g_auto(figure_text) none = { NULL, NULL };

		assert_false(figure_strip(s, &options, &none, &error));
		assert_true(g_error_matches(error, PLOTS_ERROR, PLOTS_ERROR_EMPTY));
	}
}

static void add_seconds(GArray *to, guint nb, double factor, gboolean latencies)
{
	for (guint i = 0; i < nb; i++) {
		struct result_second s = { .time_s = i + 1,
			.offered_pps = 1e5,
			.forwarded_pps = 1e5 * (1 - 0.01 * factor * i),
			.loss = 0.01 * factor * i,
			.p50_ns = latencies ? 1e4 * factor : NAN,
			.p99_ns = latencies ? 3e4 * factor : NAN,
			.max_ns = latencies ? 1e5 * factor * (1 + i) : NAN,
			.mean_ns = NAN };

		g_array_append_val(to, s);
	}
}

static figure *timeline_of(gboolean latencies)
{
	figure *t = figure_new();
	struct figure_group *a, *b;

	set_head(t, "A against B", "imix");
	a = figure_add_rows(t, "A", sizeof(struct result_second));
	add_seconds(a->points, 8, 2, latencies);
	for (int i = 1; i < 4; i++) {
		GArray *seconds = g_array_new(FALSE, TRUE, sizeof(struct result_second));

		add_seconds(seconds, 8, i, latencies);
		g_ptr_array_add(a->repetitions, seconds);
	}
	b = figure_add_rows(
		t, "B, with one repetition and a long name", sizeof(struct result_second));
	b->trustworthy = FALSE;
	add_seconds(b->points, 60, 0.5, FALSE);
	return t;
}

static void timeline_has_repetitions_and_their_median(void **state)
{
	(void)state;
	g_autoptr(figure) t = timeline_of(TRUE);
	struct figure_options options = options_of("timeline.gp", "timeline.dat", "timeline.svg");
	g_auto(figure_text) text = { NULL, NULL };
	g_autoptr(GError) error = NULL;

	check("timeline", figure_timeline(t, &options, &text, &error), &text, error, NULL);
}

static void timeline_without_latencies_has_no_panel_for_them(void **state)
{
	(void)state;
	g_autoptr(figure) t = timeline_of(FALSE);
	struct figure_options options = options_of("a.gp", "a.dat", "a.svg");
	g_auto(figure_text) text = { NULL, NULL };

	assert_true(figure_timeline(t, &options, &text, NULL));
	assert_null(strstr(text.script, "latency"));
	assert_non_null(strstr(text.script, "rate (kpps)"));
}

static struct result_reps reps(double median, gboolean bound)
{
	return (struct result_reps){ .median = median,
		.min = 0.9 * median,
		.max = 1.2 * median,
		.median_bound = bound,
		.min_bound = bound,
		.max_bound = bound,
		.nb = 3 };
}

static figure *sizes_of(void)
{
	static const struct {
		uint32_t lo, hi;
	} sizes[] = { { 64, 64 }, { 65, 594 }, { 1518, 1518 } };
	figure *f = figure_new();

	set_head(f, "A against B", "imix");
	for (guint group = 0; group < 2; group++) {
		struct figure_group *g = figure_add_rows(
			f, group == 0 ? "A" : "B", sizeof(struct result_size_reps));

		g->nb_repetitions = group == 0 ? 3 : 1;
		g->trustworthy = group == 0;
		for (guint i = group; i < 3; i++) {
			gboolean bound = group == 0 && i == 2;
			struct result_size_reps s = { .frame_len_lo = sizes[i].lo,
				.frame_len_hi = sizes[i].hi,
				.p50 = reps(1e4 * (1 + i + group), FALSE),
				.p99 = bound ? reps(2e9, TRUE) : reps(5e4 * (1 + i), FALSE),
				.loss = reps(0.001 * i * (1 + group), FALSE) };

			g_array_append_val(g->points, s);
		}
	}
	return f;
}

static figure *departures_of(void)
{
	figure *f = figure_new();

	set_head(f, "A against B", "imix");
	for (guint group = 0; group < 2; group++) {
		struct figure_group *g = figure_add_rows(
			f, group == 0 ? "A" : "B", sizeof(struct result_departure_reps));
		struct result_departure_reps d = { .bursts = reps(0.3, FALSE) };

		g->nb_repetitions = group == 0 ? 3 : 1;
		g->trustworthy = group == 0;
		for (guint i = 0; i < RESULT_WITHIN; i++) {
			d.schedule[i] = reps(0.2 * (i + 1), FALSE);
			d.gap[i] = group == 0 ? reps(0.15 * (i + 1), FALSE)
					      : result_reps_of(NULL, NULL, 0);
		}
		g_array_append_val(g->points, d);
	}
	return f;
}

static const struct fact sizes_script[] = {
	{ 2, "set lmargin" },
	{ 1, "'A against B'" },
	{ 1, "'imix'" },
	{ 1, "'median'" },
	{ 1, "'99th percentile'" },
	{ 1, "'marker: median, bar: minimum to maximum of 1 to 3 repetitions'" },
	{ 1, "'hollow: unreliable trial'" },
	{ 1, "'arrow: at least 1.8 s, among lost frames'" },
	{ 1, "set ylabel 'response time'" },
	{ 1, "set yrange [5000:5e+09]\nset logscale y\n" },
	{ 1, "'10 µs' 10000, '' 20000 1" },
	{ 2, "set xrange [-0.6:2.6]" },
	{ 1, "set xtics ('64' 0, '65–594' 1, '1518' 2)\nset xlabel 'frame size with FCS "
	     "(bytes)'\n" },
	{ 1, "set xtics ('' 0, '' 1, '' 2)\nunset xlabel\n" },
	{ 1, "set ylabel 'loss (%)'" },
	{ 1, "set yrange [0:0.005]" },
	{ 1, "'0.4' 0.004, '0.5' 0.005)" },
	{ 1, "data index 0 using ($1 + -0.055):4 with lines lt 1 lw 1.2 dt solid" },
	{ 0, "data index 1 using ($1 + 0.055):8 with lines" },
	{ 3, "with vectors heads size graph" },
	{ 1, "data index 0 using ($1 + -0.055):13:(0):($14 - $13) with vectors heads" },
	{ 1, "data index 0 using ($1 + -0.055):($11 == 1 ? ($8 < 3.52733686e+09 ? $8 : "
	     "3.52733686e+09) : "
	     "NaN):(0):(0.35*($8 < 3.52733686e+09 ? $8 : 3.52733686e+09)) with vectors head "
	     "filled" },
	{ 1, "head filled" },
	{ 3, "pt 4 ps 0.9 lw 1.5" },
	{ 3, "lc rgb '#ffffff' pt 5 ps 0.9" },
	{ 3, "pt 7 ps 0.9 lw 1.5" },
	{ 0, NULL },
};
static const char *const sizes_lines[] = {
	"# A",
	"# B",
	"1 65 594 20000 18000 24000 0 100000 90000 120000 0 0.001 0.0009 0.0012 0",
	"2 1518 1518 30000 27000 36000 0 2e+09 1.8e+09 2.4e+09 1 0.002 0.0018 0.0024 0",
	"1 65 594 30000 27000 36000 0 100000 90000 120000 0 0.002 0.0018 0.0024 0",
	NULL,
};
static const struct facts sizes_facts = { sizes_script, "3 2", sizes_lines };

static void sizes_have_two_panels(void **state)
{
	(void)state;
	g_autoptr(figure) d = sizes_of();
	struct figure_options options = options_of("sizes.gp", "sizes.dat", "sizes.svg");
	g_auto(figure_text) text = { NULL, NULL };
	g_autoptr(GError) error = NULL;

	options.response = TRUE;
	check("sizes", figure_sizes(d, &options, &text, &error), &text, error, &sizes_facts);
}

static const struct fact departures_script[] = {
	{ 1, "set terminal pdfcairo size 8.542in,5.104in noenhanced font 'sans-serif,9'" },
	{ 3, "set lmargin" },
	{ 1, "'from the scheduled departure' at screen 0.27805,0.85306 center font ',9'" },
	{ 1, "'from the scheduled gap' at" },
	{ 1, "'in bursts' at" },
	{ 2, "set xtics ('64' 0, '128' 1, '256' 2, '512' 3)\nset xlabel 'within (ns)'\n" },
	{ 1, "set xrange [-0.6:0.6]\nset xtics ('' 0)\nunset xlabel\n" },
	{ 3, "set yrange [0:1.04]" },
	{ 1, "set ytics ('0' 0, '20' 0.2, '40' 0.4, '60' 0.6, '80' 0.8, '100' 1)" },
	{ 2, "set ytics ('' 0, '' 0.2," },
	{ 1, "set ylabel 'share of frames (%)'" },
	{ 2, "unset ylabel" },
	{ 5, "with impulses" },
	{ 3, "with vectors heads" },
	{ 1, "data index 0 using ($1 == 1 ? $2 + -0.055 : NaN):4 with impulses lt 1 lw 1 dt 1" },
	{ 0, "data index 1 using ($1 == 1 ?" },
	{ 1, "data index 0 using ($1 == 2 ? $2 + -0.055 : NaN):5:(0):($6 - $5) with vectors "
	     "heads" },
	{ 2, "data index 1 using ($1 == 0 ? $2 + 0.055 : NaN):4 with points" },
	{ 1, "'marker: median, bar: minimum to maximum of 1 to 3 repetitions'" },
	{ 1, "'hollow: unreliable trial'" },
	{ 0, "'not known'" },
	{ 0, NULL },
};
static const char *const departures_lines[] = {
	"0 2 256 0.6 0.54 0.72 0",
	"1 0 64 NaN NaN NaN 0",
	"2 0 0 0.3 0.27 0.36 0",
	NULL,
};
static const struct facts departures_facts = { departures_script, "9 9", departures_lines };

static void departures_have_three_panels(void **state)
{
	(void)state;
	g_autoptr(figure) d = departures_of();
	struct figure_options options = options_of("dep.gp", "dep.dat", "dep.pdf");
	g_auto(figure_text) text = { NULL, NULL };
	g_autoptr(GError) error = NULL;

	options.terminal = FIGURE_PDF;
	check("departures", figure_departures(d, &options, &text, &error), &text, error,
		&departures_facts);
}

static void too_small_a_figure_says_what_it_needs(void **state)
{
	(void)state;
	g_autoptr(figure) d = sizes_of();
	g_autoptr(figure) departures = departures_of();
	g_autoptr(figure) t = timeline_of(TRUE);
	g_autoptr(strip) s = strip_new();
	struct figure_options options = options_of("a.gp", "a.dat", "a.svg");

	s->what = g_strdup("loss");
	s->time = TRUE;
	for (int i = 0; i < STRIP_PANELS_MAX; i++) {
		struct strip_panel *p = strip_add_panel(s, "A", 1, 1);

		p->at[0] = 1;
		p->value[0] = 0.5;
	}
	for (int i = 0; i < 5; i++) {
		g_auto(figure_text) text = { NULL, NULL };
		g_autoptr(GError) error = NULL;
		gboolean made;

		/* The last has room for one panel, but not for eight. */
		options.height = i == 4 ? 700 : 150;
		made = i == 0   ? figure_sizes(d, &options, &text, &error)
		       : i == 1 ? figure_departures(departures, &options, &text, &error)
		       : i == 2 ? figure_timeline(t, &options, &text, &error)
				: figure_strip(s, &options, &text, &error);
		assert_false(made);
		assert_true(g_error_matches(error, PLOTS_ERROR, PLOTS_ERROR_ARGUMENT));
		assert_non_null(strstr(error->message, "give at least"));
		assert_null(text.script);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(strips_of_loads),
		cmocka_unit_test(strips_of_times),
		cmocka_unit_test(strips_without_any_value),
		cmocka_unit_test(timeline_has_repetitions_and_their_median),
		cmocka_unit_test(timeline_without_latencies_has_no_panel_for_them),
		cmocka_unit_test(sizes_have_two_panels),
		cmocka_unit_test(departures_have_three_panels),
		cmocka_unit_test(too_small_a_figure_says_what_it_needs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
