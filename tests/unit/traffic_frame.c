/* SPDX-License-Identifier: BSD-3-Clause */
/* Frames: what is stamped is recognised, what is damaged is not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "sim/engine/stamp.h"
#include "traffic/frame.h"

static const uint32_t lens[] = { 64, 65, 66, 78, 127, 594, 1518, 1519, 9215, 9216 };
static uint8_t frame[FRAME_LEN_MAX];

static struct frame_sig some_sig(void)
{
	return (struct frame_sig){ .run = 7,
		.phase_class = FRAME_MEASURE << 6 | 5,
		.guest = 300,
		.seq = 0xfffffffe,
		.due_lo = 0x89abcdef,
		.due_hi = 0x1234,
		.delay_ns = 77 };
}

static struct stamp_head head; /* that make used */

static void make(uint32_t frame_len)
{
	struct frame_template t;
	struct frame_sig sig = some_sig();
	uint8_t mac[6];

	memset(frame, 0, sizeof(frame));
	frame_guest_mac(frame_guest_base_mac, 300, mac);
	frame_template_init(&t, mac, 300);
	stamp_head_init(&head, &t, frame_len);
	stamp_write(frame, &head, &sig);
}

/* RFC 1071 word by word, as the RFC's own example does it. */
static uint16_t plain_checksum(const uint8_t *p, size_t len, uint32_t sum)
{
	for (size_t i = 0; i + 1 < len; i += 2)
		sum += (uint32_t)(p[i] << 8 | p[i + 1]);
	if (len % 2 != 0)
		sum += (uint32_t)(p[len - 1] << 8);
	while (sum >> 16 != 0)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

static void stamped_frames_are_ours(void **state)
{
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(lens); i++) {
		struct frame_sig want = some_sig(), got;

		make(lens[i]);
		assert_int_equal(frame_classify(frame, lens[i] - 4, &got), FRAME_OURS);
		assert_memory_equal(&got, &want, sizeof(got));
		assert_int_equal(frame_sig_due_ns(&got), 0x123489abcdef);
		assert_int_equal(frame_sig_class(&got), 5);
		assert_int_equal(frame_sig_phase(&got), FRAME_MEASURE);
	}
}

static void checksums_are_those_of_rfc_1071(void **state)
{
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(lens); i++) {
		uint32_t udp_len = lens[i] - 4 - 34, pseudo = udp_len + 17;

		make(lens[i]);
		assert_int_equal(frame[16] << 8 | frame[17], lens[i] - 18);
		assert_int_equal(frame[38] << 8 | frame[39], udp_len);
		assert_int_equal(plain_checksum(frame + 14, 20, 0), 0);
		for (int k = 26; k < 34; k += 2)
			pseudo += (uint32_t)(frame[k] << 8 | frame[k + 1]);
		assert_int_equal(plain_checksum(frame + 34, udp_len, pseudo), 0);
		assert_true((frame[40] | frame[41]) != 0); /* RFC 768: 0 would be "none" */
	}
}

static void swapped_frames_are_ours(void **state)
{
	const struct {
		int a, b, len;
	} swaps[] = { { 0, 6, 6 }, { 26, 30, 4 }, { 34, 36, 2 } };

	(void)state;
	make(594);
	for (size_t i = 0; i < G_N_ELEMENTS(swaps); i++) {
		struct frame_sig got;
		uint8_t t[6];

		memcpy(t, frame + swaps[i].a, (size_t)swaps[i].len);
		memcpy(frame + swaps[i].a, frame + swaps[i].b, (size_t)swaps[i].len);
		memcpy(frame + swaps[i].b, t, (size_t)swaps[i].len);
		assert_int_equal(frame_classify(frame, 590, &got), FRAME_OURS);
	}
}

static void every_flipped_bit_is_noticed(void **state)
{
	(void)state;
	for (size_t i = 0; i < 6; i++) {
		uint32_t len = lens[i] - 4;

		make(lens[i]);
		for (uint32_t bit = FRAME_ETH_LEN * 8; bit < len * 8; bit++) {
			struct frame_sig got;
			enum frame_kind kind;

			frame[bit / 8] ^= (uint8_t)(1U << bit % 8);
			kind = frame_classify(frame, len, &got);
			if (kind == FRAME_OURS)
				fail_msg("%u bytes, bit %u: passed", lens[i], bit);
			/* Behind the addresses it cannot be taken for somebody else's. */
			if (bit >= 34 * 8 && kind != FRAME_CORRUPT)
				fail_msg("%u bytes, bit %u: foreign", lens[i], bit);
			frame[bit / 8] ^= (uint8_t)(1U << bit % 8);
		}
	}
}

static int quick_look(uint32_t len)
{
	uint16_t sum;
	struct frame_sig sig = stamp_read(frame, &sum);

	return stamp_matches(&head, frame, len, &sig, sum);
}

/* What nothing protects is not looked at; all headers are, and a checksum that is there holds. */
static void bare_frames_are_checked_up_to_the_udp_header(void **state)
{
	struct frame_sig got, want = some_sig();
	uint32_t len = 594 - FRAME_FCS_LEN;

	(void)state;
	make(594);
	assert_int_equal(frame_classify_bare(frame, len, &got), FRAME_OURS);
	frame[len - 1] = 1;
	assert_int_equal(frame_classify_bare(frame, len, &got), FRAME_CORRUPT);
	head.sum_mask = 0;
	stamp_write(frame, &head, &want);
	assert_int_equal(frame[40] | frame[41], 0);
	assert_int_equal(frame_classify(frame, len, &got), FRAME_CORRUPT);
	assert_int_equal(frame_classify_bare(frame, len, &got), FRAME_OURS);
	assert_memory_equal(&got, &want, sizeof(got));
	assert_true(quick_look(len));
	assert_false(quick_look(len - 1));
	for (uint32_t bit = 12 * 8; bit < FRAME_SIG_OFFSET * 8; bit++) {
		frame[bit / 8] ^= (uint8_t)(1U << bit % 8);
		if (quick_look(len))
			fail_msg("bit %u is wrong and not seen", bit);
		if (bit >= FRAME_ETH_LEN * 8 && frame_classify_bare(frame, len, &got) == FRAME_OURS)
			fail_msg("bit %u: passed", bit);
		frame[bit / 8] ^= (uint8_t)(1U << bit % 8);
	}
}

static void other_frames_are_foreign(void **state)
{
	struct frame_sig got;

	(void)state;
	make(64);
	for (uint32_t len = 0; len < 60; len++)
		assert_int_equal(frame_classify(frame, len, &got), FRAME_FOREIGN);
	frame[13] = 0x06; /* ARP */
	assert_int_equal(frame_classify(frame, 60, &got), FRAME_FOREIGN);
	make(64);
	frame[26] = 10; /* not of 198.18.0.0/15 */
	assert_int_equal(frame_classify(frame, 60, &got), FRAME_FOREIGN);
	make(594);
	assert_int_equal(frame_classify(frame, 300, &got), FRAME_CORRUPT); /* cut short */
}

static void macs_count_with_carry(void **state)
{
	static const struct {
		uint32_t guest;
		const char *mac;
	} cases[] = { { 0, "52:54:00:fa:00:60" }, { 7, "52:54:00:fa:00:67" },
		{ 160, "52:54:00:fa:01:00" }, { 4095, "52:54:00:fa:10:5f" } };

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *text = NULL;
		uint8_t mac[6];

		frame_guest_mac(frame_guest_base_mac, cases[i].guest, mac);
		text = frame_mac_format(mac);
		assert_string_equal(text, cases[i].mac);
	}
}

static void bad_macs_are_errors(void **state)
{
	static const char *const bad[] = { "", "52:54:00:fa:00", "52:54:00:fa:00:6",
		"52:54:00:fa:00:60:", "52-54-00-fa-00-60", "g2:54:00:fa:00:60" };

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
		g_autoptr(GError) error = NULL;
		uint8_t mac[6];

		if (frame_mac_parse(bad[i], mac, &error))
			fail_msg("'%s' was taken", bad[i]);
		assert_non_null(strstr(error->message, "52:54:00"));
	}
}

/* The receiver's quick look agrees with frame_classify, whatever bit is wrong. */
static void quick_look_sees_every_wrong_bit(void **state)
{
	static const uint32_t some[] = { 64, 65, 91, 594, 1518 };

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(some); i++) {
		uint32_t len = some[i] - FRAME_FCS_LEN;
		struct frame_sig sig, wanted = some_sig();
		uint16_t sum;

		make(some[i]);
		sig = stamp_read(frame, &sum);
		assert_memory_equal(&sig, &wanted, sizeof(sig));
		assert_true(quick_look(len));
		assert_false(quick_look(len - 1));
		assert_false(quick_look(len + 1));
		for (uint32_t bit = 12 * 8; bit < len * 8; bit++) {
			frame[bit / 8] ^= (uint8_t)(1U << bit % 8);
			if (quick_look(len))
				fail_msg("frame of %u B: bit %u is wrong and not seen", some[i],
					bit);
			frame[bit / 8] ^= (uint8_t)(1U << bit % 8);
		}
		/* Addresses are the reflector's to swap. */
		frame[0] ^= 1;
		frame[11] ^= 1;
		assert_true(quick_look(len));
	}
}

/* The rule of --mac: a sum of 48 bits, and each an address that an interface can have. */
static void guests_have_unicast_macs(void **state)
{
	static const struct {
		const char *base;
		uint32_t nb;
		const char *error; /* NULL: fine */
	} cases[] = {
		{ "52:54:00:fa:00:60", FRAME_GUESTS_MAX, NULL },
		{ "52:54:00:ff:ff:ff", 4, NULL },
		{ "fe:ff:ff:ff:ff:ff", 1, NULL },
		{ "fe:ff:ff:ff:ff:ff", 2, "guest 1 would have ff:00:00:00:00:00, a multicast" },
		{ "52:54:00:fa:ff:00", 1, NULL },
		{ "52:54:00:fa:ff:00", 2, "guest 1 would have 52:54:00:fa:ff:01, the generator's" },
		{ "ff:ff:ff:ff:ff:ff", 1, "the broadcast address" },
		{ "01:00:5e:00:00:01", 1, "a multicast address" },
		{ "00:00:00:00:00:00", 1, "all zero" },
	};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(GError) error = NULL;
		uint8_t mac[6];

		assert_true(frame_mac_parse(cases[i].base, mac, NULL));
		if (frame_guest_macs_check(mac, cases[i].nb, &error) != (cases[i].error == NULL) ||
			(error != NULL && cases[i].error != NULL &&
				strstr(error->message, cases[i].error) == NULL))
			fail_msg("%s, %u guests: %s", cases[i].base, cases[i].nb,
				error == NULL ? "taken" : error->message);
	}
}

static void make_ptp(void)
{
	struct frame_template t;
	struct frame_sig sig = some_sig();
	uint8_t mac[6];

	sig.phase_class = FRAME_PROBE << 6;
	memset(frame, 0, sizeof(frame));
	frame_guest_mac(frame_guest_base_mac, 300, mac);
	frame_template_ptp(&t, mac);
	stamp_head_init_ptp(&head, &t);
	stamp_write(frame, &head, &sig);
}

/* What NICs look at (IEEE 1588 clause 13.3): EtherType, message type, version; and all of ours. */
static void ptp_probes_are_sync_messages_and_ours(void **state)
{
	struct frame_sig got, wanted = some_sig();

	(void)state;
	make_ptp();
	wanted.phase_class = FRAME_PROBE << 6;
	assert_int_equal(frame_get_be16(frame + 12), 0x88f7);
	assert_int_equal(frame[14] & 0xf, 0); /* Sync */
	assert_int_equal(frame[15] & 0xf, 2);
	assert_int_equal(frame_get_be16(frame + 16), 44);
	assert_true(quick_look(60));
	assert_int_equal(frame_classify(frame, 60, &got), FRAME_OURS);
	assert_memory_equal(&got, &wanted, sizeof(got));
	assert_int_equal(frame_classify(frame, 64, &got), FRAME_CORRUPT);
	assert_int_equal(frame_classify(frame, 59, &got), FRAME_FOREIGN);
	for (uint32_t bit = 12 * 8; bit < 60 * 8; bit++) {
		enum frame_kind kind;

		frame[bit / 8] ^= (uint8_t)(1U << bit % 8);
		kind = frame_classify(frame, 60, &got);
		if (kind != (bit < 40 * 8 ? FRAME_FOREIGN : FRAME_CORRUPT))
			fail_msg("bit %u: kind %d", bit, (int)kind);
		frame[bit / 8] ^= (uint8_t)(1U << bit % 8);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(quick_look_sees_every_wrong_bit),
		cmocka_unit_test(stamped_frames_are_ours),
		cmocka_unit_test(checksums_are_those_of_rfc_1071),
		cmocka_unit_test(swapped_frames_are_ours),
		cmocka_unit_test(every_flipped_bit_is_noticed),
		cmocka_unit_test(bare_frames_are_checked_up_to_the_udp_header),
		cmocka_unit_test(other_frames_are_foreign),
		cmocka_unit_test(ptp_probes_are_sync_messages_and_ours),
		cmocka_unit_test(macs_count_with_carry),
		cmocka_unit_test(bad_macs_are_errors),
		cmocka_unit_test(guests_have_unicast_macs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
