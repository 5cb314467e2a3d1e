/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <math.h>

#include "plots/draw/error.h"
#include "plots/draw/svg.h"
#include "plots/page/compare_words.h"

/* Like gnuplot's, with everything that has to be changed. */
static const char drawing
	[] = "<?xml version=\"1.0\" encoding=\"utf-8\"  standalone=\"no\"?>\n"
	     "<!DOCTYPE svg>\n<svg \n width=\"8\" height='6' xmlns=\"http://www.w3.org/2000/svg\"\n"
	     " xmlns:xlink=\"http://www.w3.org/1999/xlink\">\n<title>Gnuplot</title>"
	     "<desc>by <b>it</b></desc>\n<g id=\"gnuplot_canvas\" onclick='f()'>"
	     "<script>var id='gpDot';</script>"
	     "<circle id='gpDot' r='0.5'/><use xlink:href='#gpDot' fill=\"url(#gpPat1)\"/>"
	     "<image xlink:href='http://elsewhere/a.png'/>"
	     "<text><![CDATA[ id=\"gpDot\" & <c>]]></text><title>a point</title></g></svg>\n";

static void drawings_of_one_page_share_no_id(void **state)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *svg = svg_inline(drawing, "f1-", "A & B", "what \"is\" seen", &error);

	(void)state;
	assert_null(error);
	assert_string_equal(svg,
		"<svg width=\"8\" height=\"6\" xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" "
		"aria-labelledby=\"f1-title f1-text\">\n<title id=\"f1-title\">A &amp; B</title>\n"
		"<desc id=\"f1-text\">what &quot;is&quot; seen</desc>\n\n"
		"<g id=\"f1-gnuplot_canvas\"><circle id=\"f1-gpDot\" r=\"0.5\"/>"
		"<use href=\"#f1-gpDot\" fill=\"url(#f1-gpPat1)\"/><image/>"
		"<text> id=&quot;gpDot&quot; &amp; &lt;c&gt;</text><title>a point</title></g>"
		"</svg>\n");
}

static void what_is_no_drawing_is_an_error(void **state)
{
	static const char *const texts[] = { "", "<svg>", "<svg></g>", "<html/>", "text",
		"<svg a=\"\xff\"/>" };

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
		g_autoptr(GError) error = NULL;

		assert_null(svg_inline(texts[i], "f-", "t", "d", &error));
		assert_non_null(error);
		assert_non_null(strstr(error->message, "'t'"));
	}
}

/* One comparison of two sides, or several that are alike. */
struct made {
	GArray *metrics;
	struct compare_options options;
	struct compare_pair pairs[8];
	struct compare_cell cells[8];
	result_combination c[8];
	GPtrArray *all;
	struct compare_overall over;
	comparison comparison;
};

static void make(struct made *m, const char *metric, const enum compare_verdict *verdicts, guint nb)
{
	memset(m, 0, sizeof(*m));
	m->metrics = compare_metrics_parse(metric, NULL);
	m->options = (struct compare_options){
		.alpha = 0.05, .threshold = 0.01, .metrics = m->metrics
	};
	m->all = g_ptr_array_new();
	m->over.nb = nb;
	m->over.p_holm = NAN;
	m->over.ratio = 0.5;
	m->over.ratio_least = 0.25;
	m->over.ratio_most = 0.75;
	for (guint i = 0; i < nb; i++) {
		m->c[i].params.rate_pps = i;
		m->cells[i] = (struct compare_cell){
			.a = { NULL, 6, { 20000, 19000, 21000, 0.97, TRUE }, 20000 },
			.b = { NULL, 6, { 10000, 9000, 11000, 0.97, TRUE }, 10000 },
			.ratio = 0.5,
			.diff = { -10000, -12000, -8000, 0.96, TRUE },
			.p_holm = 0.0043,
			.verdict = verdicts[i],
		};
		m->pairs[i] = (struct compare_pair){
			.a = &m->c[i], .b = &m->c[i], .cells = &m->cells[i]
		};
		m->over.verdicts[verdicts[i]]++;
		g_ptr_array_add(m->all, &m->pairs[i]);
	}
	m->comparison = (comparison){ .pairs = m->all, .over = &m->over };
}

static void assert_sentence(struct made *m, const char *wanted)
{
	g_autofree char *is = compare_words_sentence(&m->comparison, &m->options, 0, "x", "y");

	assert_string_equal(is, wanted);
	g_array_unref(m->metrics);
	g_ptr_array_unref(m->all);
}

static void one_pair_is_told_with_its_numbers(void **state)
{
	static const enum compare_verdict better = COMPARE_BETTER, worse = COMPARE_WORSE,
					  no = COMPARE_NO_DIFFERENCE, few = COMPARE_TOO_FEW,
					  none = COMPARE_NO_VALUE, un = COMPARE_UNDECIDED;
	struct made m;

	(void)state;
	make(&m, "p99", &better, 1);
	assert_sentence(&m, "p99 latency: y is better than x: 10 µs vs. 20 µs, ratio 0.5 "
			    "(difference -10 µs, 95 % interval -12 µs to -8 µs, p = 0.0043).");
	make(&m, "p50", &worse, 1);
	m.options.response = TRUE;
	m.cells[0].b.m.value = INFINITY; /* among lost frames */
	m.cells[0].b.at_least = 2e9;
	m.cells[0].ratio = NAN;
	m.cells[0].diff = (struct statistics_interval){ NAN, 1000, INFINITY, 0.96, TRUE };
	assert_sentence(&m, "Median response time: y is worse than x: at least 2 s vs. 20 µs "
			    "(difference unknown, 95 % interval +1 µs to infinity, p = 0.0043).");
	make(&m, "forwarded", &no, 1);
	assert_sentence(&m, "Forwarding rate: no relevant difference between x and y: 20 kpps and "
			    "10 kpps (difference -10 kpps, 95 % interval -12 kpps to -8 kpps, p = "
			    "0.0043; threshold 1 %).");
	make(&m, "loss", &un, 1);
	m.cells[0].a.m.value = 0.25;
	m.cells[0].b.m.value = 0.125;
	m.cells[0].diff = (struct statistics_interval){ -0.125, -0.2, 0.1, 0.96, FALSE };
	assert_sentence(&m,
		"Loss: inconclusive: the data show neither a difference between x and y "
		"nor equivalence: 25 % and 12.5 % (difference -12.5 percentage points, "
		"p = 0.0043).");
	make(&m, "mean", &few, 1);
	m.cells[0].b.nb = 3;
	assert_sentence(&m, "Mean latency: no verdict: too few repetitions (6 of x, 3 of y); "
			    "medians 20 µs and 10 µs.");
	make(&m, "mean", &none, 1);
	m.cells[0].b.nb = 0;
	assert_sentence(&m, "Mean latency: no verdict: y has no value.");
}

static void several_pairs_are_counted(void **state)
{
	static const enum compare_verdict mixed[] = { COMPARE_BETTER, COMPARE_BETTER, COMPARE_WORSE,
		COMPARE_UNDECIDED },
					  worse[] = { COMPARE_WORSE, COMPARE_NO_DIFFERENCE,
						  COMPARE_TOO_FEW },
					  same[] = { COMPARE_NO_DIFFERENCE, COMPARE_NO_DIFFERENCE },
					  open[] = { COMPARE_UNDECIDED, COMPARE_NO_VALUE };
	struct made m;

	(void)state;
	make(&m, "p99", mixed, G_N_ELEMENTS(mixed));
	m.over.verdict = COMPARE_BETTER;
	m.over.p_holm = 0.0123;
	m.over.cliff = -0.5;
	assert_sentence(&m, "p99 latency: y is better than x over all 4 loads (p = 0.012, Cliff's "
			    "delta -0.5); per load: better at 2, worse at 1, inconclusive at 1. "
			    "Ratio of medians: 0.5 (0.25 to 0.75).");
	make(&m, "p99", worse, G_N_ELEMENTS(worse));
	m.c[1].params.rate_pps = 0; /* as the first one: no sweep */
	m.over.verdict = COMPARE_UNDECIDED;
	m.over.ratio_most = 5823;
	assert_sentence(&m, "p99 latency: inconclusive between x and y over all 3 pairs; per pair: "
			    "worse at 1, no difference at 1, too few at 1. Ratio of medians: 0.5 "
			    "(0.25 to 5823).");
	make(&m, "p99", same, G_N_ELEMENTS(same));
	m.over.verdict = COMPARE_NO_DIFFERENCE;
	m.over.nb = 0;
	assert_sentence(
		&m, "p99 latency: no relevant difference between x and y at any of 2 loads.");
	make(&m, "p99", open, G_N_ELEMENTS(open));
	m.over.verdict = COMPARE_TOO_FEW;
	m.over.nb = 0;
	assert_sentence(&m, "p99 latency: no verdict over all 2 loads: too few repetitions; per "
			    "load: inconclusive at 1, no value at 1.");
	make(&m, "p99", open, G_N_ELEMENTS(open));
	m.over.verdict = COMPARE_NO_VALUE;
	m.over.nb = 0;
	assert_sentence(&m, "p99 latency: no verdict over all 2 loads: missing values; per load: "
			    "inconclusive at 1, no value at 1.");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(drawings_of_one_page_share_no_id),
		cmocka_unit_test(what_is_no_drawing_is_an_error),
		cmocka_unit_test(one_pair_is_told_with_its_numbers),
		cmocka_unit_test(several_pairs_are_counted),
	};

	return cmocka_run_group_tests_name("plots.report", tests, NULL, NULL);
}
