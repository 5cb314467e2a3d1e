/* SPDX-License-Identifier: BSD-3-Clause */
/* The tracker against a naive one that keeps every number it has seen. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdio.h>

#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>

#include "analyze/numbers/tracker.h"

enum { ROUNDS = 200, FRAMES = 5000, SEED = 4737 };

/* RFC 4737 by the letter, over numbers that do not wrap. */
struct reference {
	int64_t next, distance_max;
	uint64_t window;
	GHashTable *seen;
};

static enum tracker_verdict reference_see(struct reference *r, int64_t s)
{
	int64_t *key;

	if (s < 0 || (s < r->next && (uint64_t)(r->next - s) > r->window))
		return TRACKER_ANCIENT;
	if (g_hash_table_contains(r->seen, &s))
		return TRACKER_DUPLICATE;
	key = g_new(int64_t, 1);
	*key = s;
	g_hash_table_add(r->seen, key);
	if (s >= r->next) {
		r->next = s + 1;
		return TRACKER_IN_ORDER;
	}
	r->distance_max = MAX(r->distance_max, r->next - s);
	return TRACKER_REORDERED;
}

/* Mostly the next number; jumps and steps back of all lengths around that of the window. */
static int64_t draw(gsl_rng *rng, const struct reference *r)
{
	double window = (double)r->window;
	int64_t step = 0;

	switch (gsl_rng_uniform_int(rng, 8)) {
	case 0:
		step = (int64_t)gsl_ran_exponential(rng, window / 8);
		break;
	case 1:
		step = (int64_t)gsl_ran_exponential(rng, window * 1.5);
		break;
	case 2:
		step = -(int64_t)gsl_ran_exponential(rng, window * 0.8);
		break;
	case 3:
		step = -1 - (int64_t)gsl_rng_uniform_int(rng, 4);
		break;
	default:
		break;
	}
	return r->next + step;
}

static void one_round(gsl_rng *rng, unsigned long seed, int64_t base)
{
	uint64_t window = UINT64_C(64) << gsl_rng_uniform_int(rng, 5);
	g_autoptr(tracker) t = tracker_new(window);
	struct reference r = { .next = base,
		.window = window,
		.seen = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL) };

	t->next = (uint64_t)base;
	for (int i = 0; i < FRAMES; i++) {
		int64_t s = draw(rng, &r);
		enum tracker_verdict expected = reference_see(&r, s);
		enum tracker_verdict got = tracker_see(t, (uint32_t)(uint64_t)s);

		/* A number of before the start was seen by neither. */
		if (got != expected || t->next != (uint64_t)r.next ||
			t->distance_max != (uint64_t)r.distance_max)
			fail_msg("seed %lu, window %lu, frame %d, number %ld: %d, not %d", seed,
				(unsigned long)window, i, (long)s, (int)got, (int)expected);
	}
	g_hash_table_unref(r.seen);
}

static void tracker_agrees_with_a_naive_one(void **state)
{
	gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);

	(void)state;
	printf("seeds %d to %d\n", SEED, SEED + ROUNDS - 1);
	for (unsigned long seed = SEED; seed < SEED + ROUNDS; seed++) {
		gsl_rng_set(rng, seed);
		/* From 0, and so that 32 bits wrap on the way. */
		one_round(rng, seed, seed % 2 == 0 ? 0 : INT64_C(0x100000000) - 20000);
	}
	gsl_rng_free(rng);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tracker_agrees_with_a_naive_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
