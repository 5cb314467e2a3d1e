/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Heat strips, timelines, sizes and departures as text, compared with the files in plots_figure/.
 * TSIM_GOLDEN=write writes them anew: look at the difference, and at what gnuplot makes of them,
 * before it is committed.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "plots/draw/dots.h"
#include "plots/draw/error.h"
#include "plots/figures/strip.h"
#include "plots/figures/timeline.h"

static void same_as_file(const char *name, const char *extension, const char *text)
{
	g_autofree char *path = g_strdup_printf(
		"%s/tests/unit/plots_figure/%s%s", g_getenv("SOURCE"), name, extension);
	g_autofree char *want = NULL;

	if (g_strcmp0(g_getenv("TSIM_GOLDEN"), "write") == 0)
		assert_true(g_file_set_contents(path, text, -1, NULL));
	assert_true(g_file_get_contents(path, &want, NULL, NULL));
	assert_string_equal(text, want);
}

/* Options for the files of a name; the strings are static ones of their own. */
static struct figure_options options_of(const char *script, const char *data, const char *image)
{
	return (struct figure_options){
		.style = "# style\n", .script_name = script, .data_name = data, .image_name = image
	};
}

static void compare(const char *name, gboolean made, const struct figure_text *text, GError *error)
{
	if (error != NULL)
		fail_msg("%s", error->message);
	assert_true(made);
	same_as_file(name, ".gp", text->script);
	same_as_file(name, ".dat", text->data);
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
	compare("strip", figure_strip(s, &options, &text, &error), &text, error);
}

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
	s->note = g_strdup("repetition 0 alone");
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
	compare("strip-time", figure_strip(s, &options, &text, &error), &text, error);
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
			.max_ns = latencies ? 1e5 * factor * (1 + i) : NAN };

		g_array_append_val(to, s);
	}
}

static timeline *timeline_of(gboolean latencies)
{
	timeline *t = timeline_new();
	struct timeline_group *a, *b;

	set_head(t->head, "A against B", "imix");
	a = timeline_add_group(t, "A");
	add_seconds(a->median, 8, 2, latencies);
	for (int i = 1; i < 4; i++) {
		GArray *seconds = g_array_new(FALSE, TRUE, sizeof(struct result_second));

		add_seconds(seconds, 8, i, latencies);
		g_ptr_array_add(a->repetitions, seconds);
	}
	b = timeline_add_group(t, "B, with one repetition and a long name");
	b->trustworthy = FALSE;
	add_seconds(b->median, 60, 0.5, FALSE);
	return t;
}

static void timeline_has_repetitions_and_their_median(void **state)
{
	(void)state;
	g_autoptr(timeline) t = timeline_of(TRUE);
	struct figure_options options = options_of("timeline.gp", "timeline.dat", "timeline.svg");
	g_auto(figure_text) text = { NULL, NULL };
	g_autoptr(GError) error = NULL;

	compare("timeline", figure_timeline(t, &options, &text, &error), &text, error);
}

static void timeline_without_latencies_has_no_panel_for_them(void **state)
{
	(void)state;
	g_autoptr(timeline) t = timeline_of(FALSE);
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

static dots *dots_of(void)
{
	static const struct {
		uint32_t lo, hi;
	} sizes[] = { { 64, 64 }, { 65, 594 }, { 1518, 1518 } };
	dots *d = dots_new();

	set_head(d->head, "A against B", "imix");
	for (guint group = 0; group < 2; group++) {
		struct dots_group *g = dots_add_group(d, group == 0 ? "A" : "B");

		g->repetitions = group == 0 ? 3 : 1;
		g->trustworthy = group == 0;
		for (guint i = group; i < 3; i++) {
			gboolean bound = group == 0 && i == 2;
			struct result_size_reps s = { .frame_len_lo = sizes[i].lo,
				.frame_len_hi = sizes[i].hi,
				.p50 = reps(1e4 * (1 + i + group), FALSE),
				.p99 = bound ? reps(2e9, TRUE) : reps(5e4 * (1 + i), FALSE),
				.loss = reps(0.001 * i * (1 + group), FALSE) };

			g_array_append_val(g->sizes, s);
		}
		for (guint i = 0; i < RESULT_WITHIN; i++) {
			g->departures.schedule[i] = reps(0.2 * (i + 1), FALSE);
			g->departures.gap[i] = group == 0 ? reps(0.15 * (i + 1), FALSE)
							  : result_reps_of(NULL, NULL, 0);
		}
		g->departures.bursts = reps(0.3, FALSE);
	}
	return d;
}

static void sizes_have_two_panels(void **state)
{
	(void)state;
	g_autoptr(dots) d = dots_of();
	struct figure_options options = options_of("sizes.gp", "sizes.dat", "sizes.svg");
	g_auto(figure_text) text = { NULL, NULL };
	g_autoptr(GError) error = NULL;

	options.response = TRUE;
	compare("sizes", figure_sizes(d, &options, &text, &error), &text, error);
}

static void departures_have_three_panels(void **state)
{
	(void)state;
	g_autoptr(dots) d = dots_of();
	struct figure_options options = options_of("dep.gp", "dep.dat", "dep.pdf");
	g_auto(figure_text) text = { NULL, NULL };
	g_autoptr(GError) error = NULL;

	options.terminal = FIGURE_PDF;
	compare("departures", figure_departures(d, &options, &text, &error), &text, error);
}

static void too_small_a_figure_says_what_it_needs(void **state)
{
	(void)state;
	g_autoptr(dots) d = dots_of();
	g_autoptr(timeline) t = timeline_of(TRUE);
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
		       : i == 1 ? figure_departures(d, &options, &text, &error)
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
