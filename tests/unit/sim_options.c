/* SPDX-License-Identifier: BSD-3-Clause */
/* What words of tsim run mean: mix, interfaces and rates, parsed once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <math.h>
#include <string.h>

#include <cmocka.h>

#include "sim/trial/options.h"

/* words: separated by blanks. */
static void parse(const char *words, struct options *o)
{
	g_auto(GStrv) list = g_strsplit(words, " ", -1);
	g_autoptr(GError) error = NULL;

	if (!options_parse_words((const char *const *)list, &options_of_run, o, &error))
		fail_msg("%s: %s", words, error->message);
}

/* IMIX: 361.8333 bytes of frame, 20 more on the wire. Layer 2 counts frames, layer 1 the wire. */
static void rates_are_of_a_layer(void **state)
{
	static const struct {
		const char *words;
		unsigned nb;
		double first, last;
	} cases[] = {
		{ "--rate=10Gbit/s", 1, 3454629.2, 3454629.2 },
		{ "--rate=10Gbit/s-L1", 1, 3273679.6, 3273679.6 },
		{ "--rate=100% --link=10G", 1, 3273679.6, 3273679.6 },
		{ "--rate=120% --link=10G", 1, 3928415.5, 3928415.5 },
		{ "--rate=max --link=10G", 1, 3273679.6, 3273679.6 },
		{ "--rate=max", 1, 0, 0 },
		{ "--rate=10k,1M", 2, 1e4, 1e6 },
		{ "--rate=50k..800k:50k", 16, 5e4, 8e5 },
		{ "--ramp=50k..500k:50k", 10, 5e4, 5e5 },
		{ "--rate=10Gbit/s --profile=fixed:64", 1, 19531250, 19531250 },
		{ "--rate=10Gbit/s-L1 --profile=fixed:64", 1, 14880952.4, 14880952.4 },
	};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		struct options o;

		parse(cases[i].words, &o);
		if (o.nb_pps != cases[i].nb || fabs(o.pps[0] - cases[i].first) > 0.1 ||
			fabs(o.pps[o.nb_pps - 1] - cases[i].last) > 0.1)
			fail_msg("%s: %u rates, %.1f to %.1f pps", cases[i].words, o.nb_pps,
				o.pps[0], o.pps[o.nb_pps - 1]);
		options_clear(&o);
	}
}

static void each_guest_has_its_interface(void **state)
{
	static const char *const want[] = { "vfio", "vfio", "virtio-off" };
	struct options o;

	(void)state;
	parse("--guests=vfio:2,virtio-off:1 --share=2,1,1", &o);
	assert_int_equal(o.traffic->nb_guests, 3);
	for (uint32_t i = 0; i < o.traffic->nb_guests; i++)
		assert_string_equal(o.interfaces[i], want[i]);
	assert_true(fabs(o.traffic->guests[0].share - 0.5) < 1e-9);
	assert_null(o.interface);
	options_clear(&o);
	parse("--guests=2", &o);
	assert_string_equal(o.interfaces[1], "vhost-user");
	options_clear(&o);
	parse("--port=net_ring0", &o);
	assert_string_equal(o.interfaces[0], "port");
	options_clear(&o);
}

/* A ramp's steps begin with the measuring phase; the first one warms up. */
static void ramps_are_steps_of_one_schedule(void **state)
{
	struct schedule_step steps[4] = { { 0 } };
	struct schedule_cfg cfg;
	struct options o;

	(void)state;
	parse("--ramp=1k,2k,3k,4k --duration=4s --warm-up=1s", &o);
	cfg = options_schedule(&o, 2500, steps);
	assert_int_equal(cfg.nb_steps, 4);
	assert_int_equal(cfg.span_ns, 5000000000);
	for (uint64_t i = 0; i < 4; i++) {
		assert_true(steps[i].pps == (double)(i + 1) * 1000);
		assert_int_equal(steps[i].from_ns, i == 0 ? 0 : (i + 1) * 1000000000);
	}
	options_clear(&o);
}

/* A matrix is planned where it is started, which need not be where it runs. */
static void no_cpu_has_to_be_there(void **state)
{
	struct options o;

	(void)state;
	parse("--cores=load:1000/rx:1001 --guest-cores=1002", &o);
	assert_int_equal(o.cores.load_cpu[0], 1000);
	assert_int_equal(o.cores.rx_cpu[0], 1001);
	options_clear(&o);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rates_are_of_a_layer),
		cmocka_unit_test(each_guest_has_its_interface),
		cmocka_unit_test(ramps_are_steps_of_one_schedule),
		cmocka_unit_test(no_cpu_has_to_be_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
