/* SPDX-License-Identifier: BSD-3-Clause */
/* Sequence numbers: duplicates, reordering, wrap, edges of the window. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <string.h>

#include "analyze/numbers/tracker.h"

/* One letter a verdict: o in order, r reordered, d duplicate, a ancient. */
static const struct {
	const char *name;
	uint64_t window;
	uint32_t seq[12];
	const char *verdicts;
	uint64_t distance_max;
} cases[] = {
	{ "in order", 64, { 0, 1, 2, 3 }, "oooo", 0 },
	/* RFC 4737 section 7: 4 arrives after 6. */
	{ "one late frame", 64, { 1, 2, 3, 5, 6, 4, 7, 8, 9, 10 }, "oooooroooo", 3 },
	{ "RFC 4737: 1 2 3 7 8 9 10 4 5 6 11", 64, { 1, 2, 3, 7, 8, 9, 10, 4, 5, 6, 11 },
		"ooooooorrro", 7 },
	{ "gap is no reordering", 64, { 0, 1, 5, 6 }, "oooo", 0 },
	{ "duplicate at once", 64, { 0, 0, 1, 1, 1 }, "ododd", 0 },
	{ "duplicate of a reordered one counts once", 64, { 0, 2, 1, 1, 2, 0 }, "oorddd", 2 },
	{ "oldest of the window", 64, { 64, 1, 1 }, "ord", 64 },
	{ "just older than the window", 64, { 64, 0, 0 }, "oaa", 0 },
	{ "jump as long as the window clears it", 64, { 0, 63, 64, 1, 2 }, "ooorr", 64 },
	{ "jump beyond the window clears it", 64, { 0, 1, 2, 1000, 999, 937, 936, 937 }, "oooorrad",
		64 },
	{ "jump of twice the window", 64, { 5, 133, 69, 70, 70 }, "ooard", 64 },
	{ "before number 0", 64, { 0, 0xffffffff, 0xffffffc0, 0x80000001 }, "oaaa", 0 },
	{ "before number 0 of an empty one", 64, { 0xffffffff, 0x80000000, 0 }, "aao", 0 },
	{ "half the numbers ahead", 64, { 0x7fffffff, 0xfffffffe }, "oo", 0 },
	{ "window is rounded up", 65, { 128, 1, 0 }, "ora", 128 },
};

static void sequences_are_judged_as_listed(void **state)
{
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(tracker) t = tracker_new(cases[i].window);
		size_t nb = strlen(cases[i].verdicts);

		for (size_t j = 0; j < nb; j++) {
			char got = "orda"[tracker_see(t, cases[i].seq[j])];

			if (got != cases[i].verdicts[j])
				fail_msg("%s: frame %zu (%u) is '%c', not '%c'", cases[i].name, j,
					cases[i].seq[j], got, cases[i].verdicts[j]);
		}
		if (t->distance_max != cases[i].distance_max)
			fail_msg("%s: largest distance %lu", cases[i].name,
				(unsigned long)t->distance_max);
	}
}

/* 32 bits wrap: what follows must be neither a duplicate nor reordered. */
static void loss_counts_wrapped_sequence(void **state)
{
	const uint64_t start = UINT64_C(0xffffffff) - 1000;
	g_autoptr(tracker) t = tracker_new(256);

	(void)state;
	/* There in two strides: more than half the numbers ahead would be behind. */
	assert_int_equal(tracker_see(t, 0x70000000), TRACKER_IN_ORDER);
	assert_int_equal(tracker_see(t, 0xd0000000), TRACKER_IN_ORDER);
	for (uint64_t s = start; s < start + 3000; s += 3) {
		assert_int_equal(tracker_see(t, (uint32_t)s), TRACKER_IN_ORDER);
		assert_int_equal(t->next, s + 1);
	}
	assert_int_equal(tracker_see(t, (uint32_t)(start + 2997 - 1)), TRACKER_REORDERED);
	assert_int_equal(tracker_see(t, (uint32_t)(start + 2997)), TRACKER_DUPLICATE);
	assert_int_equal(tracker_see(t, (uint32_t)(start + 2997 - 256)), TRACKER_ANCIENT);
	tracker_clear(t);
	assert_int_equal(t->next, 0);
	assert_int_equal(t->distance_max, 0);
	assert_int_equal(tracker_see(t, 3), TRACKER_IN_ORDER);
	assert_int_equal(tracker_see(t, 1), TRACKER_REORDERED);
	tracker_free(NULL);
}

/* Numbers that were lost are free again when their bits' turn comes, whole windows later. */
static void bits_of_a_window_ago_do_not_make_duplicates(void **state)
{
	g_autoptr(tracker) t = tracker_new(64);

	(void)state;
	for (uint32_t s = 0; s < 64; s++)
		assert_int_equal(tracker_see(t, s), TRACKER_IN_ORDER);
	assert_int_equal(tracker_see(t, 100), TRACKER_IN_ORDER); /* jumps over 64 .. 99 */
	for (uint32_t s = 64; s < 100; s++)
		assert_int_equal(tracker_see(t, s), TRACKER_REORDERED);
	for (uint32_t s = 37; s <= 100; s++)
		assert_int_equal(tracker_see(t, s), TRACKER_DUPLICATE);
	assert_int_equal(tracker_see(t, 36), TRACKER_ANCIENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sequences_are_judged_as_listed),
		cmocka_unit_test(loss_counts_wrapped_sequence),
		cmocka_unit_test(bits_of_a_window_ago_do_not_make_duplicates),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
