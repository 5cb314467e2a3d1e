/* SPDX-License-Identifier: BSD-3-Clause */
/* sim/engine/stamp.h: write the head of a test frame, and know it again. Hot: once a frame. */
#ifndef SIM_ENGINE_STAMP_H
#define SIM_ENGINE_STAMP_H

#include <stdint.h>
#include <string.h>

#include "traffic/frame.h"

/*
 * The bytes of a guest's frames of one length that are the same in each, and what the UDP checksum
 * starts from. A cache line: one a guest and size class is read for every frame.
 */
struct stamp_head {
	uint8_t bytes
		[48];     /* up to the UDP checksum in place, which is written with the signature */
	uint32_t udp_sum; /* one's complement sum of pseudo header and UDP header with lengths */
	uint32_t frame_len; /* with FCS; 0: frames of this class differ in length */
	/* 0xffff; 0: bare frames, whose UDP checksum is 0, and whose payload nobody writes or reads. */
	uint32_t sum_mask;
} __attribute__((aligned(64)));

enum {
	STAMP_SAME = 12, /* first byte that a reflector leaves alone: the EtherType */
	STAMP_SUM = 40,  /* the UDP checksum; the signature follows it */
};

_Static_assert(FRAME_SIG_OFFSET == STAMP_SUM + 2 && FRAME_HEAD_LEN == STAMP_SUM + 20 &&
		       __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__,
	"stamp_write() writes checksum and signature as 8 + 8 + 4 bytes");

static inline void stamp_head_init(
	struct stamp_head *h, const struct frame_template *t, uint32_t frame_len)
{
	uint16_t ip_len = __builtin_bswap16((uint16_t)(frame_len - FRAME_FCS_LEN - FRAME_ETH_LEN));
	uint16_t udp_len = __builtin_bswap16(
		(uint16_t)(frame_len - FRAME_FCS_LEN - FRAME_ETH_LEN - FRAME_IP_LEN));
	uint16_t ip_sum = (uint16_t)~frame_fold((uint64_t)t->ip_sum + ip_len);

	memcpy(h->bytes, t->head, sizeof(h->bytes));
	memcpy(h->bytes + 16, &ip_len, sizeof(ip_len));
	memcpy(h->bytes + 24, &ip_sum, sizeof(ip_sum));
	memcpy(h->bytes + 38, &udp_len, sizeof(udp_len));
	/* The UDP length counts twice: in the pseudo header and in its own. */
	h->udp_sum = t->udp_sum + 2U * udp_len;
	h->frame_len = frame_len;
	h->sum_mask = 0xffff;
}

/* The same of PTP probes, t as frame_template_ptp makes it. */
static inline void stamp_head_init_ptp(struct stamp_head *h, const struct frame_template *t)
{
	memcpy(h->bytes, t->head, sizeof(h->bytes));
	h->udp_sum = t->udp_sum;
	h->frame_len = FRAME_LEN_MIN;
	h->sum_mask = 0xffff;
}

/*
 * The UDP checksum that belongs to a signature: its words are added as they lie in memory. In
 * registers all the way: bytes that are stored and loaded again as a word would be waited for.
 */
static inline uint16_t stamp_udp_sum(const struct stamp_head *h, const struct frame_sig *sig)
{
	uint32_t id = sig->run | (uint32_t)sig->phase_class << 8 | (uint32_t)sig->guest << 16;
	uint16_t sum = (uint16_t)~frame_fold((uint64_t)h->udp_sum + id + sig->seq +
					     (uint64_t)sig->due_lo + sig->due_hi + sig->delay_ns);

	/* RFC 768: 0 says that there is none. */
	return (uint16_t)((sum == 0 ? 0xffff : sum) & h->sum_mask);
}

/*
 * The first FRAME_HEAD_LEN bytes of a frame at dst. What follows up to frame_len must be zero bytes
 * already, but for bare frames.
 */
static inline void stamp_write(
	uint8_t *dst, const struct stamp_head *h, const struct frame_sig *sig)
{
	uint32_t id = sig->run | (uint32_t)sig->phase_class << 8 | (uint32_t)sig->guest << 16;
	uint64_t first = stamp_udp_sum(h, sig) | (uint64_t)id << 16 | (uint64_t)sig->seq << 48;
	uint64_t second = sig->seq >> 16 | (uint64_t)sig->due_lo << 16 |
			  (uint64_t)sig->due_hi << 48;
	uint32_t third = sig->delay_ns;

	memcpy(dst, h->bytes, sizeof(h->bytes));
	memcpy(dst + STAMP_SUM, &first, sizeof(first));
	memcpy(dst + STAMP_SUM + 8, &second, sizeof(second));
	memcpy(dst + STAMP_SUM + 16, &third, sizeof(third));
}

/* Are len bytes at p all zero? */
static inline int stamp_all_zero(const uint8_t *p, uint32_t len)
{
	typedef uint64_t pair __attribute__((vector_size(16), aligned(1), may_alias));
	pair a = { 0, 0 }, b = { 0, 0 };
	uint64_t rest = 0;

	for (; len >= 4 * sizeof(pair); p += 4 * sizeof(pair), len -= 4 * (uint32_t)sizeof(pair)) {
		const pair *w = (const pair *)p;

		a |= w[0] | w[1];
		b |= w[2] | w[3];
	}
	for (; len >= sizeof(pair); p += sizeof(pair), len -= (uint32_t)sizeof(pair))
		a |= *(const pair *)p;
	for (; len > 0; p++, len--)
		rest |= *p;
	a |= b;
	return (a[0] | a[1] | rest) == 0;
}

/* The signature of the frame at data, of at least FRAME_HEAD_LEN bytes; *udp_sum its UDP checksum. */
static inline struct frame_sig stamp_read(const uint8_t *data, uint16_t *udp_sum)
{
	uint64_t first, second;
	uint32_t third;

	memcpy(&first, data + STAMP_SUM, sizeof(first));
	memcpy(&second, data + STAMP_SUM + 8, sizeof(second));
	memcpy(&third, data + STAMP_SUM + 16, sizeof(third));
	*udp_sum = (uint16_t)first;
	return (struct frame_sig){ .run = (uint8_t)(first >> 16),
		.phase_class = (uint8_t)(first >> 24),
		.guest = (uint16_t)(first >> 32),
		.seq = (uint32_t)(first >> 48) | (uint32_t)second << 16,
		.due_lo = (uint32_t)(second >> 16),
		.due_hi = (uint16_t)(second >> 48),
		.delay_ns = third };
}

/*
 * Is the frame at data, with signature and checksum as stamp_read found them, one of h as it was
 * sent, but for its MAC addresses? FALSE does not say what is wrong with it: frame_classify does.
 * TRUE is never wrong: every byte from the EtherType on is compared or covered by the checksum. Of
 * bare frames only the headers are compared.
 */
static inline int stamp_matches(const struct stamp_head *h, const uint8_t *data, uint32_t len,
	const struct frame_sig *sig, uint16_t udp_sum)
{
	uint64_t got[3], want[3];
	uint32_t got4, want4;

	if (len + FRAME_FCS_LEN != h->frame_len)
		return 0;
	memcpy(got, data + STAMP_SAME, sizeof(got));
	memcpy(want, h->bytes + STAMP_SAME, sizeof(want));
	memcpy(&got4, data + STAMP_SAME + sizeof(got), sizeof(got4));
	memcpy(&want4, h->bytes + STAMP_SAME + sizeof(want), sizeof(want4));
	return ((got[0] ^ want[0]) | (got[1] ^ want[1]) | (got[2] ^ want[2]) | (got4 ^ want4)) ==
		       0 &&
	       udp_sum == stamp_udp_sum(h, sig) &&
	       (h->sum_mask == 0 || stamp_all_zero(data + FRAME_HEAD_LEN, len - FRAME_HEAD_LEN));
}

#endif
