/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Figures as text, compared with the files in plots_figure/. TSIM_GOLDEN=write writes them anew:
 * look at the difference, and at what gnuplot makes of them, before it is committed.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "plots/draw/error.h"
#include "plots/draw/figure.h"

static const struct figure_spread none = { .lo = NAN, .hi = NAN };

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

typedef gboolean (*figure_fn)(const figure *f, const struct figure_options *options,
	struct figure_text *text, GError **error);

static void check(const char *name, figure_fn draw, const figure *f, struct figure_options options)
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
	same_as_file(name, ".gp", text.script);
	same_as_file(name, ".dat", text.data);
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

static void load_has_two_panels(void **state)
{
	(void)state;
	g_autoptr(figure) f = figure_new();

	set_text(f, "vhost-off against vhost-on",
		"imix, 64 guests, process, virtio, poisson arrivals");
	add_sweep(f, "vhost-off", 120e3, 320e3, 3);
	add_sweep(f, "vhost-on", 100e3, 640e3, 3);
	assert_true(figure_has_loads(f));
	check("load", figure_load, f, (struct figure_options){ .width = 0 });
	check("load-linear", figure_load, f,
		(struct figure_options){ .linear = TRUE, .response = TRUE, .width = 640 });
}

static void load_of_many_groups(void **state)
{
	(void)state;
	static const char *const names[] = { "it's 100 % `odd`", "process, vmux", "process, vfio",
		"process, virtio, vhost on", "process, virtio, vhost off", "large_µ" };
	g_autoptr(figure) f = figure_new();

	set_text(f, "matrix", "");
	for (guint i = 0; i < G_N_ELEMENTS(names); i++)
		add_sweep(f, names[i], 10e3 * (i + 1), 2e6, 1);
	check("load-many", figure_load, f, (struct figure_options){ .terminal = FIGURE_PDF });
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
	check("load-grid", figure_load, f, (struct figure_options){ .width = 0 });
}

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
	check("load-autotest", figure_load, f, (struct figure_options){ .nominal = TRUE });
	check("load-offered", figure_load, f, (struct figure_options){ .width = 600 });
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
	check("cdf", figure_cdf, f, (struct figure_options){ .width = 0 });
	check("guests", figure_guests, f, (struct figure_options){ .width = 0 });
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
}

static void cdf_of_one_guest(void **state)
{
	(void)state;
	g_autoptr(figure) f = figure_new();

	set_text(f, "A, B, C", "fixed:64, 1 guest");
	add_single(f, "A", 2e3, 0, 1, TRUE, 1);
	add_single(f, "B, a longer name", 3e3, 0.1, 1, TRUE, 1);
	add_single(f, "C", 5e3, 0.0001, 1, FALSE, 1);
	check("cdf-one", figure_cdf, f, (struct figure_options){ .linear = TRUE });
	check("guests-few", figure_guests, f, (struct figure_options){ .linear = TRUE });
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
	check("cdf-within", figure_cdf, f, (struct figure_options){ .within = TRUE });
	check("cdf-repetitions", figure_cdf, f, (struct figure_options){ .within = FALSE });
}

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
	check("dead", figure_cdf, f, (struct figure_options){ .width = 0 });
	check("dead-load", figure_load, f, (struct figure_options){ .width = 0 });
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
