/* SPDX-License-Identifier: BSD-3-Clause */
/* What words of tsim search mean: goals that fit the guests, loads, and how long trials have to be. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <math.h>
#include <string.h>

#include <cmocka.h>
#include <glib/gstdio.h>

#include "sim/search/search_options.h"

static gboolean parse_words(const char *words, struct search_options *o, GError **error)
{
	g_auto(GStrv) list = g_strsplit(words, " ", -1);

	memset(o, 0, sizeof(*o));
	return options_parse_words((const char *const *)list, &search_options_kind, &o->run, error);
}

static void parse(const char *words, struct search_options *o)
{
	g_autoptr(GError) error = NULL;

	if (!parse_words(words, o, &error))
		fail_msg("%s: %s", words, error->message);
}

static void end(struct search_options *o)
{
	search_options_kind.clear(&o->run);
}

/* 10 / (1 - q) frames of the scope that gets the fewest. IMIX 7:4:1; the second guest gets a quarter. */
static void a_percentile_of_a_scope_takes_frames(void **state)
{
	static const struct {
		const char *words;
		double needed_s; /* at 1 kpps */
	} cases[] = {
		{ "--goal=loss=0", 0 },
		{ "--goal=p99=1ms", 1 },
		{ "--goal=p50=1ms --goal=p99.9=1ms", 10 },
		{ "--guests=4 --goal=p99=1ms@every-guest", 4 },
		{ "--guests=2 --share=3,1 --goal=p99=1ms@every-guest", 4 },
		{ "--guests=2 --share=3,1 --goal=p99=1ms@guest=1", 4 },
		{ "--guests=2 --share=3,1 --goal=p99=1ms@guest=0", 4. / 3 },
		{ "--goal=p99=1ms@size=1518", 12 },
		{ "--goal=p99=1ms@size=64", 12. / 7 },
	};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		struct search_options o;
		double got;

		parse(cases[i].words, &o);
		got = search_options_needed_s(&o, 1000);
		/* More, as frames are drawn: of 1000 that are expected there may be 900. */
		if (got < cases[i].needed_s || got > 1.15 * cases[i].needed_s)
			fail_msg("%s: %.6f s, not %.6f", cases[i].words, got, cases[i].needed_s);
		end(&o);
	}
}

static void loads_are_in_units_of_rates(void **state)
{
	static const struct {
		const char *words;
		double max, min;
	} cases[] = {
		{ "--preset=quick", 0, 0 },
		{ "--max-load=2Mpps --min-load=10k", 2e6, 1e4 },
		{ "--link=10G --profile=fixed:64", 14880952.38, 0 },
		{ "--link=10G --profile=fixed:64 --max-load=50% --min-load=1%", 7440476.19,
			148809.52 },
		{ "--profile=fixed:1518 --max-load=1Gbit/s", 82345.19, 0 },
		/* A load above the link is not offered, and so is not met. */
		{ "--link=10G --profile=fixed:64 --max-load=20Mpps", 14880952.38, 0 },
		{ "--link=10G --profile=fixed:64 --max-load=200%", 14880952.38, 0 },
	};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		struct search_options o;

		parse(cases[i].words, &o);
		if (fabs(o.max_pps - cases[i].max) > 0.01 || fabs(o.min_pps - cases[i].min) > 0.01)
			fail_msg("%s: %.2f and %.2f pps", cases[i].words, o.max_pps, o.min_pps);
		end(&o);
	}
}

static void what_makes_no_sense_is_refused(void **state)
{
	static const struct {
		const char *words, *says;
	} cases[] = {
		{ "--interface=discard", "no frame comes back" },
		{ "--max-load=5k --min-load=10k", "expected less than the highest load" },
		{ "--max-load=5k --min-load=4999.5pps", "expected less than the highest load" },
		{ "--min-load=max", "expected a rate" },
		{ "--goal=\t", "empty value" },
		{ "--max-load=50%", "add --link" },
		{ "--latency-at=0", "above 0 up to 100" },
		{ "--latency-at=10,,90", "above 0 up to 100" },
		{ "--goal=p99=1ms@guest=1", "guest 1 not found" },
		{ "--goal=p99=1ms@size=65", "no frames of 65 bytes" },
		{ "--rate=5k", "--rate" },
	};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(GError) error = NULL;
		struct search_options o;

		if (parse_words(cases[i].words, &o, &error))
			fail_msg("%s is taken", cases[i].words);
		if (strstr(error->message, cases[i].says) == NULL)
			fail_msg("%s: %s", cases[i].words, error->message);
	}
}

/* The same words, whoever starts tsim with them: goals, too. */
static void words_are_those_of_another_search(void **state)
{
	const char *text = "--guests=2 --goal=loss=0 --goal=loss=1%,p99=1ms --max-load=5k "
			   "--latency-at=10,50 --note=a=b";
	struct search_options o, again;
	g_auto(GStrv) words = NULL;
	g_autofree char *all = NULL, *own = NULL, *own_again = NULL;

	(void)state;
	parse(text, &o);
	words = options_words(&o.run);
	all = g_strjoinv(" ", words);
	parse(all, &again);
	assert_int_equal(again.goals->len, 2);
	for (guint i = 0; i < 2; i++)
		assert_string_equal(((struct goal *)again.goals->pdata[i])->text,
			((struct goal *)o.goals->pdata[i])->text);
	own = search_options_text(&o);
	own_again = search_options_text(&again);
	assert_string_equal(own, "--max-load=5k --latency-at=10,50");
	assert_string_equal(own_again, own);
	assert_int_equal(again.run.drain_ns, 500000000);
	end(&o);
	end(&again);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_percentile_of_a_scope_takes_frames),
		cmocka_unit_test(loads_are_in_units_of_rates),
		cmocka_unit_test(what_makes_no_sense_is_refused),
		cmocka_unit_test(words_are_those_of_another_search),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
