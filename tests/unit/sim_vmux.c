/* SPDX-License-Identifier: BSD-3-Clause */
/* Interface vmux: words of its policy, who is busiest, whose address it is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "sim/datapath/vmux_macs.h"
#include "sim/datapath/vmux_policy.h"

static void policies(void **state)
{
	static const struct {
		const char *text;
		const char *word;
		uint32_t nb;
		uint64_t interval_ns;
	} good[] = {
		{ "emulate-all", "emulate-all", 0, 100000000 },
		{ "passthrough:1", "passthrough", 1, 100000000 },
		{ "passthrough:8", "passthrough", 8, 100000000 },
		{ "busiest:2", "busiest", 2, 100000000 },
		{ "busiest:8:5ms", "busiest", 8, 5000000 },
	};
	static const struct {
		const char *text, *remedy;
	} bad[] = {
		{ "", "emulate-all" },
		{ "emulate", "emulate-all" },
		{ "emulate-all:1", "emulate-all" },
		{ "passthrough", "passthrough:K" },
		{ "passthrough:", "passthrough:K" },
		{ "passthrough:0", "at least 1" },
		{ "passthrough:-1", "at least 1" },
		{ "passthrough:1:5ms", "passthrough:K" },
		{ "passthrough:9", "--vf-limit" },
		{ "busiest:9", "--vf-limit" },
		{ "busiest:4294967297", "at least 1" },
		{ "busiest:2:", "expected a number with its unit" },
		{ "busiest:2:10", "unit missing" },
		{ "busiest:2:1us", "below 1ms" },
		{ "busiest:2:2h", "above 1min" },
		{ "laziest:2", "busiest:K" },
	};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(good); i++) {
		struct vmux_policy p = { 0 };

		if (!vmux_policy_parse(good[i].text, 8, &p, NULL) ||
			!vmux_policy_parse(good[i].text, 8, NULL, NULL))
			fail_msg("'%s' was refused", good[i].text);
		if (!g_str_equal(p.ops->word, good[i].word) || p.nb != good[i].nb ||
			p.interval_ns != good[i].interval_ns)
			fail_msg("%s: %s, %u guests, %lu ns", good[i].text, p.ops->word, p.nb,
				p.interval_ns);
	}
	for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
		g_autoptr(GError) error = NULL;
		struct vmux_policy p = { .nb = 42 };

		if (vmux_policy_parse(bad[i].text, 8, &p, &error))
			fail_msg("'%s' was taken", bad[i].text);
		if (strstr(error->message, bad[i].remedy) == NULL ||
			strstr(error->message, "--policy") == NULL)
			fail_msg("'%s': '%s' does not say '%s'", bad[i].text, error->message,
				bad[i].remedy);
		assert_int_equal(p.nb, 42);
	}
}

enum { NB = 4 };

/* Make all changes that are due; how many guests got a place. */
static unsigned settle(struct vmux_ranking *r, gboolean placed[NB])
{
	gboolean gets_place;
	uint32_t slot, out = NB;
	unsigned nb = 0;

	while (vmux_ranking_next(r, &slot, &gets_place)) {
		assert_int_equal(placed[slot], !gets_place);
		/* Whoever loses a place loses it to another, at once. */
		assert_true(gets_place || out == NB);
		assert_int_not_equal(slot, out);
		out = gets_place ? NB : slot;
		placed[slot] = gets_place;
		vmux_ranking_place(r, slot, gets_place);
		nb += gets_place ? 1 : 0;
		assert_true(nb < 10);
	}
	assert_int_equal(out, NB);
	return nb;
}

static unsigned next_interval(
	struct vmux_ranking *r, gboolean placed[NB], uint64_t a, uint64_t b, uint64_t c, uint64_t d)
{
	const uint64_t frames[NB] = { a, b, c, d };

	vmux_ranking_note(r, frames);
	return settle(r, placed);
}

static void the_busiest_get_the_places(void **state)
{
	struct vmux_ranking *r = vmux_ranking_new(NB, 2);
	gboolean placed[NB] = { FALSE };
	gboolean gets_place;
	uint32_t slot;

	(void)state;
	assert_false(vmux_ranking_next(r, &slot, &gets_place)); /* nobody has sent anything */
	assert_int_equal(next_interval(r, placed, 10, 100, 0, 50), 2);
	assert_true(placed[1] && placed[3]);
	/* Within their stay they are safe. */
	for (int i = 1; i < VMUX_STAY; i++)
		assert_int_equal(next_interval(r, placed, 1000, 100, 0, 50), 0);
	/* Then the less busy one goes. */
	assert_int_equal(next_interval(r, placed, 1000, 100, 0, 50), 1);
	assert_true(placed[0] && placed[1]);
	/* Who is not quite 5/4 as busy has to wait, for ever. */
	for (int i = 0; i < 50; i++)
		assert_int_equal(next_interval(r, placed, 1000, 100, 0, 124), 0);
	for (int i = 0; i < 5 && placed[1]; i++)
		next_interval(r, placed, 1000, 100, 0, 130);
	assert_true(placed[0] && placed[3]);
	g_free(r);
}

static void more_places_than_guests(void **state)
{
	struct vmux_ranking *r = vmux_ranking_new(NB, 100);
	gboolean placed[NB] = { FALSE };

	(void)state;
	assert_int_equal(next_interval(r, placed, 1, 1, 0, 1), 3);
	assert_int_equal(next_interval(r, placed, 0, 0, 1, 0), 1);
	for (int i = 0; i < 50; i++)
		assert_int_equal(next_interval(r, placed, 0, 0, 1, 0), 0);
	g_free(r);
}

/* Loads that jitter by a tenth change nothing, whoever is ahead at the moment. */
static void noise_does_not_flap(void **state)
{
	struct vmux_ranking *r = vmux_ranking_new(NB, 2);
	gboolean placed[NB] = { FALSE };
	GRand *rand = g_rand_new_with_seed(7);
	unsigned changes = 0;

	(void)state;
	for (int i = 0; i < 1000; i++) {
		uint64_t f[NB];

		for (int k = 0; k < NB; k++)
			f[k] = (uint64_t)g_rand_int_range(rand, 900, 1101);
		changes += next_interval(r, placed, f[0], f[1], f[2], f[3]);
	}
	assert_int_equal(changes, 2);
	g_rand_free(rand);
	g_free(r);
}

/* In memory order, as guests have them: the last bytes count. */
static uint64_t mac(uint64_t n)
{
	return 0x005452 | (n >> 8 & 0xff) << 32 | (n & 0xff) << 40;
}

static void addresses(void **state)
{
	static const uint32_t sizes[] = { 1, 2, 64, 256, 4096 };

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(sizes); i++) {
		struct vmux_macs t;

		vmux_macs_init(&t, sizes[i]);
		for (uint32_t k = 0; k < sizes[i]; k++)
			vmux_macs_add(&t, mac(k), (uint16_t)k);
		for (uint32_t k = 0; k < sizes[i]; k++)
			assert_int_equal(vmux_macs_find(&t, mac(k)), k);
		assert_int_equal(vmux_macs_find(&t, 0xffffffffffff), VMUX_MACS_NONE);
		assert_int_equal(vmux_macs_find(&t, mac(3) + 1), VMUX_MACS_NONE);
		vmux_macs_clear(&t);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(policies),
		cmocka_unit_test(the_busiest_get_the_places),
		cmocka_unit_test(more_places_than_guests),
		cmocka_unit_test(noise_does_not_flap),
		cmocka_unit_test(addresses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
