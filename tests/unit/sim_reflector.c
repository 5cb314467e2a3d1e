/* SPDX-License-Identifier: BSD-3-Clause */
/* What a reflector does to a frame, and which queue pairs its command line names. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "sim/engine/stamp.h"
#include "sim/reflector/reflector.h"
#include "sim/reflector/turn.h"

enum { ROOM = 128 };

static struct turn turn_of(uint32_t guest)
{
	return (struct turn){ .guest = guest,
		.base_mac = turn_mac(frame_guest_base_mac),
		.own_mac = turn_mac(frame_guest_base_mac) + guest,
		.generator_mac = turn_mac(frame_generator_mac) };
}

/* A frame of tsim's to a guest, addressed (IPv4) to another. */
static void make_frame(uint8_t *p, uint32_t guest, uint32_t last_guest)
{
	struct frame_template t;
	struct stamp_head head;
	struct frame_sig sig = { .guest = (uint16_t)guest, .seq = 7 };
	uint8_t mac[6];

	memset(p, 0, ROOM);
	frame_guest_mac(frame_guest_base_mac, guest, mac);
	frame_template_init(&t, mac, guest);
	frame_template_relay(&t, last_guest);
	stamp_head_init(&head, &t, FRAME_LEN_MIN);
	stamp_write(p, &head, &sig);
}

static void assert_macs(const uint8_t *p, const uint8_t *to, const uint8_t *from)
{
	g_autofree char *got_to = frame_mac_format(p), *got_from = frame_mac_format(p + 6);
	g_autofree char *want_to = frame_mac_format(to), *want_from = frame_mac_format(from);

	assert_string_equal(got_to, want_to);
	assert_string_equal(got_from, want_from);
}

static void assert_ours(const uint8_t *p)
{
	struct frame_sig sig;

	assert_int_equal(frame_classify(p, FRAME_LEN_MIN - FRAME_FCS_LEN, &sig), FRAME_OURS);
	assert_int_equal(sig.seq, 7);
}

static void macs_change_places(void **state)
{
	uint8_t bytes[ROOM], want[ROOM];
	const struct turn t = turn_of(0);

	(void)state;
	for (uint32_t len = 0; len <= 64; len++) {
		for (unsigned i = 0; i < ROOM; i++)
			want[i] = bytes[i] = (uint8_t)i;
		for (unsigned i = 0; i < 6 && len >= FRAME_ETH_LEN; i++) {
			want[i] = (uint8_t)(i + 6);
			want[i + 6] = (uint8_t)i;
		}
		turn_frame(&t, bytes, len);
		assert_memory_equal(bytes, want, ROOM);
	}
}

static void addresses_and_ports_too(void **state)
{
	for (int ports = 0; ports < 2; ports++) {
		uint8_t p[ROOM], before[ROOM];
		struct turn t = turn_of(3);

		(void)state;
		t.swap_ip = TRUE;
		t.swap_ports = ports;
		make_frame(p, 3, 3);
		memcpy(before, p, ROOM);
		turn_frame(&t, p, FRAME_LEN_MIN - FRAME_FCS_LEN);
		assert_ours(p);
		assert_macs(p, before + 6, before);
		assert_memory_equal(p + 26, before + 30, 4);
		assert_memory_equal(p + 30, before + 26, 4);
		assert_memory_equal(p + 34, before + (ports ? 36 : 34), 2);
		turn_frame(&t, p, FRAME_LEN_MIN - FRAME_FCS_LEN);
		assert_memory_equal(p, before, ROOM);
	}
}

/* generator - guest 3 - guest 4000 - generator: each hop is from who sends it, to who is next. */
static void relayed_frames(void **state)
{
	uint8_t p[ROOM], before[ROOM], mac_3[6], mac_4000[6];
	struct turn first = turn_of(3), last = turn_of(4000);

	(void)state;
	first.relay = last.relay = TRUE;
	frame_guest_mac(frame_guest_base_mac, 3, mac_3);
	frame_guest_mac(frame_guest_base_mac, 4000, mac_4000);
	make_frame(p, 3, 4000);
	memcpy(before, p, ROOM);
	assert_macs(p, mac_3, frame_generator_mac);
	turn_frame(&first, p, FRAME_LEN_MIN - FRAME_FCS_LEN);
	assert_macs(p, mac_4000, mac_3);
	turn_frame(&last, p, FRAME_LEN_MIN - FRAME_FCS_LEN);
	assert_macs(p, frame_generator_mac, mac_4000);
	assert_memory_equal(p + 12, before + 12, ROOM - 12);
	assert_ours(p);
}

static void others_are_not_relayed(void **state)
{
	static const struct {
		unsigned at;
		uint8_t byte;
	} changes[] = { { 12, 0x86 }, { 14, 0x46 }, { 23, 6 }, { 30, 10 }, { 31, 18 }, { 35, 1 },
		{ 37, 10 }, { 32, 0xff } };
	struct turn t = turn_of(3);

	(void)state;
	t.relay = TRUE;
	for (size_t i = 0; i <= G_N_ELEMENTS(changes); i++) {
		uint8_t p[ROOM], before[ROOM];
		uint32_t len = FRAME_LEN_MIN - FRAME_FCS_LEN;

		make_frame(p, 3, 5);
		if (i < G_N_ELEMENTS(changes))
			p[changes[i].at] = changes[i].byte;
		else
			len--; /* cut short */
		memcpy(before, p, ROOM);
		turn_frame(&t, p, len);
		assert_macs(p, before + 6, before);
	}
}

static void queue_words(void **state)
{
	static const struct {
		const char *text, *path;
		uint32_t first, nb;
	} good[] = { { "/s/v.sock@0", "/s/v.sock", 0, 1 }, { "/s/v.sock@7-7", "/s/v.sock", 7, 1 },
		{ "v@4094-4095", "v", 4094, 2 }, { "a@b/v@0-1023", "a@b/v", 0, 1024 } };
	static const char *const bad[] = { "", "/s/v.sock", "@3", "v@", "v@x", "v@-1", "v@3-",
		"v@3-1", "v@1-2-3", "v@4096", "v@0-4096", "v@1 ", "v@+1" };

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(good); i++) {
		g_autoptr(GArray) out = g_array_new(FALSE, FALSE, sizeof(struct reflector_queue));

		assert_true(reflector_queues_parse(good[i].text, out, NULL));
		assert_int_equal(out->len, good[i].nb);
		for (uint32_t k = 0; k < out->len; k++) {
			struct reflector_queue *q = &g_array_index(out, struct reflector_queue, k);

			assert_string_equal(q->path, good[i].path);
			assert_int_equal(q->slot, good[i].first + k);
			g_free(q->path);
		}
	}
	for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
		g_autoptr(GArray) out = g_array_new(FALSE, FALSE, sizeof(struct reflector_queue));
		g_autoptr(GError) error = NULL;

		if (reflector_queues_parse(bad[i], out, &error) || out->len != 0)
			fail_msg("'%s' was taken", bad[i]);
		assert_non_null(strstr(error->message, "SOCKET@FIRST-LAST"));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(macs_change_places),
		cmocka_unit_test(addresses_and_ports_too),
		cmocka_unit_test(relayed_frames),
		cmocka_unit_test(others_are_not_relayed),
		cmocka_unit_test(queue_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
