/* SPDX-License-Identifier: BSD-3-Clause */
/* Interface vmux: words of its policy, who is busiest, whose address it is, a queue that closes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "sim/datapath/vmux_macs.h"
#include "sim/datapath/vmux_policy.h"
#include "sim/datapath/vmux_side.h"

static void policies(void **state)
{
	static const struct {
		const char *text;
		enum vmux_policy_kind kind;
		uint32_t nb;
		uint64_t interval_ns;
	} good[] = {
		{ "emulate-all", VMUX_EMULATE_ALL, 0, 100000000 },
		{ "passthrough:1", VMUX_PASSTHROUGH, 1, 100000000 },
		{ "passthrough:8", VMUX_PASSTHROUGH, 8, 100000000 },
		{ "busiest:2", VMUX_BUSIEST, 2, 100000000 },
		{ "busiest:8:5ms", VMUX_BUSIEST, 8, 5000000 },
	};
	static const struct {
		const char *text, *remedy;
	} bad[] = {
		{ "", "emulate-all" },
		{ "emulate", "emulate-all" },
		{ "emulate-all:1", "emulate-all" },
		{ "passthrough", "passthrough:K" },
		{ "passthrough:", "passthrough:K" },
		{ "passthrough:0", "from 1" },
		{ "passthrough:-1", "from 1" },
		{ "passthrough:1:5ms", "passthrough:K" },
		{ "passthrough:9", "--vf-limit" },
		{ "busiest:9", "--vf-limit" },
		{ "busiest:4294967297", "from 1" },
		{ "busiest:2:", "expected a number with its unit" },
		{ "busiest:2:10", "unit missing" },
		{ "busiest:2:1us", "less than 1ms" },
		{ "busiest:2:2h", "more than 1min" },
		{ "laziest:2", "busiest:K" },
	};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(good); i++) {
		struct vmux_policy p = { 0 };

		if (!vmux_policy_parse(good[i].text, 8, &p, NULL) ||
			!vmux_policy_check(good[i].text, 8, NULL))
			fail_msg("'%s' was refused", good[i].text);
		if (p.kind != good[i].kind || p.nb != good[i].nb ||
			p.interval_ns != good[i].interval_ns)
			fail_msg("%s: kind %d, %u guests, %lu ns", good[i].text, p.kind, p.nb,
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

/* Make all changes that are due; how many. */
static unsigned settle(struct vmux_ranking *r, gboolean placed[NB])
{
	uint32_t out, in;
	unsigned nb = 0;

	for (; vmux_ranking_next(r, &out, &in); nb++) {
		if (out != VMUX_NONE) {
			assert_true(placed[out]);
			placed[out] = FALSE;
			vmux_ranking_place(r, out, FALSE);
		}
		assert_false(placed[in]);
		placed[in] = TRUE;
		vmux_ranking_place(r, in, TRUE);
		assert_true(nb < 10);
	}
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
	uint32_t out, in;

	(void)state;
	assert_false(vmux_ranking_next(r, &out, &in)); /* nobody has sent anything */
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
	vmux_ranking_free(r);
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
	vmux_ranking_free(r);
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
	vmux_ranking_free(r);
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

enum { SIDE_PUTS = 3000000, SIDE_BURST = 64 };

static gpointer take_all_aside(gpointer arg)
{
	struct vmux_side *s = arg;
	void *out[SIDE_BURST + 36]; /* more than is put at once: room grows beyond a burst */
	uintptr_t next = 0;

	while (next < SIDE_PUTS) {
		uint16_t n = vmux_side_take(s, out, SIDE_BURST + 36);

		for (uint16_t i = 0; i < n; i++)
			if ((uintptr_t)out[i] != next++)
				return GINT_TO_POINTER(1);
		if (n == 0)
			g_thread_yield();
	}
	return NULL;
}

/* A consumer that makes room while the producer looks: never more is put than there is. */
static void side_queue_room_that_grows(void **state)
{
	struct vmux_side *s = g_aligned_alloc0(1, sizeof(*s), 64);
	void *in[SIDE_BURST];
	uintptr_t next = 0;
	GThread *taker;

	(void)state;
	vmux_side_reset(s);
	taker = g_thread_new("taker", take_all_aside, s);
	while (next < SIDE_PUTS) {
		uint16_t nb = (uint16_t)MIN(SIDE_BURST, SIDE_PUTS - next);
		int put;

		for (uint16_t i = 0; i < nb; i++)
			in[i] = (void *)(next + i);
		put = vmux_side_put(s, in, nb);
		assert_in_range(put, 0, nb);
		next += (unsigned)put;
	}
	assert_null(g_thread_join(taker));
	g_aligned_free(s);
}

static void side_queue_closes_when_empty(void **state)
{
	struct vmux_side *s = g_aligned_alloc0(1, sizeof(*s), 64);
	int what[3];
	void *in[3] = { &what[0], &what[1], &what[2] }, *out[3] = { NULL };

	(void)state;
	vmux_side_reset(s);
	/* So often that numbers wrap, were they of 16 bits. */
	for (int i = 0; i < 70000; i++) {
		assert_int_equal(vmux_side_put(s, in, 3), 3);
		assert_false(vmux_side_close(s));
		assert_int_equal(vmux_side_take(s, out, 2), 2);
		assert_ptr_equal(out[1], in[1]);
		assert_int_equal(vmux_side_take(s, out, 3), 1);
		assert_ptr_equal(out[0], in[2]);
	}
	assert_true(vmux_side_close(s));
	assert_int_equal(vmux_side_put(s, in, 3), -1);
	assert_int_equal(vmux_side_take(s, out, 3), 0);

	vmux_side_reset(s);
	for (int i = 0; i < VMUX_SIDE_SIZE; i++)
		assert_int_equal(vmux_side_put(s, in, 1), 1);
	assert_int_equal(vmux_side_put(s, in, 3), 0);
	assert_int_equal(vmux_side_take(s, out, 2), 2);
	assert_int_equal(vmux_side_put(s, in, 3), 2);
	atomic_store(&s->shut, 1);
	vmux_side_take(s, out, 2);
	assert_int_equal(vmux_side_put(s, in, 1), 0);
	g_aligned_free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(policies),
		cmocka_unit_test(the_busiest_get_the_places),
		cmocka_unit_test(more_places_than_guests),
		cmocka_unit_test(noise_does_not_flap),
		cmocka_unit_test(addresses),
		cmocka_unit_test(side_queue_closes_when_empty),
		cmocka_unit_test(side_queue_room_that_grows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
