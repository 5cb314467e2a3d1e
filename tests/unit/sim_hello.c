/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sim/engine/hello.h"

enum { GUEST = 3, LONG = 9216 };

static void answer(struct hello *h, uint32_t nth, enum hello_length length, uint32_t via)
{
	const struct frame_sig sig = {
		.guest = GUEST, .seq = nth, .phase_class = (uint8_t)(FRAME_HELLO << 6 | length)
	};

	hello_note(h, &sig, via);
}

static uint32_t ask(struct hello *h)
{
	h->news = FALSE;
	return h->asked++;
}

static enum hello_state judge(const struct hello *h, const char *fault)
{
	g_autofree char *said = NULL;
	enum hello_state state = hello_judge(h, &said);

	if (fault == NULL)
		assert_null(said);
	else if (said == NULL || strstr(said, fault) == NULL)
		fail_msg("'%s' is not in '%s'", fault, said == NULL ? "" : said);
	return state;
}

static void a_few_answers_of_both_lengths(void **unused)
{
	struct hello h;

	(void)unused;
	hello_init(&h, LONG);
	assert_int_equal(judge(&h, NULL), HELLO_WAITS);
	assert_false(hello_asks_at_once(&h));
	for (uint32_t i = 0; i < HELLO_ANSWERS; i++) {
		uint32_t nth = ask(&h);

		assert_int_equal(hello_is_under_way(&h), i > 0);
		assert_int_equal(judge(&h, NULL), HELLO_WAITS);
		if (i == 0)
			answer(&h, nth, HELLO_LONGEST, GUEST);
		answer(&h, nth, HELLO_SHORTEST, GUEST);
		assert_true(hello_asks_at_once(&h));
		assert_false(hello_is_under_way(&h));
	}
	assert_int_equal(judge(&h, NULL), HELLO_IN_ORDER);
	hello_clear(&h);

	/* Where all frames are short there is one length. */
	hello_init(&h, FRAME_LEN_MIN);
	for (uint32_t i = 0; i < HELLO_ANSWERS; i++)
		answer(&h, ask(&h), HELLO_SHORTEST, GUEST);
	assert_int_equal(judge(&h, NULL), HELLO_IN_ORDER);
	hello_clear(&h);
}

static void mtu_too_small(void **unused)
{
	struct hello h;

	(void)unused;
	hello_init(&h, LONG);
	for (uint32_t i = 0; i < HELLO_SHORT_ONLY; i++) {
		assert_int_equal(judge(&h, NULL), HELLO_WAITS);
		answer(&h, ask(&h), HELLO_SHORTEST, GUEST);
		/* Not a burst of questions: a frame of the longest may take its time. */
		assert_false(hello_asks_at_once(&h));
	}
	assert_int_equal(
		judge(&h, "answers 64-byte frames but not 9216-byte frames: raise its MTU"),
		HELLO_FAULTY);
	hello_clear(&h);
}

static void slow_guest_is_waited_for(void **unused)
{
	struct hello h;

	(void)unused;
	hello_init(&h, LONG);
	for (uint32_t i = 0; i < 10000; i++)
		ask(&h);
	assert_int_equal(judge(&h, NULL), HELLO_WAITS);
	/* What waited in its queue is answered all at once. */
	for (uint32_t i = 9000; i < 9256; i++) {
		answer(&h, i, HELLO_LONGEST, GUEST);
		answer(&h, i, HELLO_SHORTEST, GUEST);
	}
	assert_int_equal(judge(&h, NULL), HELLO_IN_ORDER);
	hello_clear(&h);
}

static void two_guests_with_one_mac(void **unused)
{
	struct hello h;

	(void)unused;
	hello_init(&h, FRAME_LEN_MIN);
	for (uint32_t i = 0; i < HELLO_ANSWERS; i++) {
		uint32_t nth = ask(&h);

		answer(&h, nth, HELLO_SHORTEST, GUEST);
		/* The second answer to the last question is still under way. */
		if (i + 1 < HELLO_ANSWERS)
			answer(&h, nth, HELLO_SHORTEST, GUEST);
	}
	assert_int_equal(judge(&h, "duplicate MAC address"), HELLO_FAULTY);
	hello_clear(&h);
}

static void one_doubled_frame_is_no_second_guest(void **unused)
{
	struct hello h;

	(void)unused;
	hello_init(&h, FRAME_LEN_MIN);
	for (uint32_t i = 0; i < HELLO_ANSWERS; i++)
		answer(&h, ask(&h), HELLO_SHORTEST, GUEST);
	answer(&h, 0, HELLO_SHORTEST, GUEST);
	assert_int_equal(judge(&h, NULL), HELLO_IN_ORDER);
	hello_clear(&h);
}

static void frames_that_come_back_elsewhere(void **unused)
{
	struct hello h;

	(void)unused;
	hello_init(&h, LONG);
	answer(&h, ask(&h), HELLO_SHORTEST, 7);
	assert_int_equal(judge(&h, "come back from guest 7"), HELLO_FAULTY);
	assert_int_equal(judge(&h, "--port-topology=loop"), HELLO_FAULTY);
	hello_clear(&h);
}

static void answers_to_nothing_are_ignored(void **unused)
{
	struct hello h;

	(void)unused;
	hello_init(&h, LONG);
	ask(&h);
	for (uint32_t i = 1; i < 100; i++) {
		answer(&h, i, HELLO_SHORTEST, GUEST);
		answer(&h, i, HELLO_LONGEST, 9);
	}
	assert_int_equal(judge(&h, NULL), HELLO_WAITS);
	assert_int_equal(h.shortest + h.longest, 0);
	hello_clear(&h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_few_answers_of_both_lengths),
		cmocka_unit_test(mtu_too_small),
		cmocka_unit_test(slow_guest_is_waited_for),
		cmocka_unit_test(two_guests_with_one_mac),
		cmocka_unit_test(one_doubled_frame_is_no_second_guest),
		cmocka_unit_test(frames_that_come_back_elsewhere),
		cmocka_unit_test(answers_to_nothing_are_ignored),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
