/* SPDX-License-Identifier: BSD-3-Clause */
/* sim/engine/stamp.h: write the head of a test frame, and know it again. Hot: once a frame. */
#ifndef SIM_ENGINE_STAMP_H
#define SIM_ENGINE_STAMP_H

#include <stdint.h>
#include <string.h>

#include "traffic/frame.h"

/* The first 64 bytes of a guest's frames of one length, all but checksum and signature in place. */
struct stamp_head {
	uint8_t bytes[64];
	uint32_t udp_sum;   /* one's complement sum of pseudo header and UDP header with lengths */
	uint32_t frame_len; /* with FCS; 0: frames of this class differ in length */
};

enum {
	STAMP_SAME = 12,     /* first byte that a reflector leaves alone: the EtherType */
	STAMP_SAME_LEN = 28, /* up to the UDP checksum */
	STAMP_SUM = 40,      /* the UDP checksum */
};

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
}

/* The UDP checksum that belongs to a signature. */
static inline uint16_t stamp_udp_sum(const struct stamp_head *h, const struct frame_sig *sig)
{
	uint32_t w[4];
	uint16_t half, sum;

	memcpy(w, sig, sizeof(w));
	memcpy(&half, (const uint8_t *)sig + sizeof(w), sizeof(half));
	sum = (uint16_t)~frame_fold(
		(uint64_t)h->udp_sum + w[0] + w[1] + (uint64_t)w[2] + w[3] + half);
	return sum == 0 ? 0xffff : sum; /* RFC 768: 0 would say that there is none */
}

/*
 * The first 64 bytes of a frame at dst. Those from FRAME_HEAD_LEN on, which a frame of 64 bytes (with
 * FCS) does not have, get zeros; what follows up to frame_len must be zero bytes already.
 */
static inline void stamp(uint8_t *dst, const struct stamp_head *h, const struct frame_sig *sig)
{
	uint16_t udp_sum = stamp_udp_sum(h, sig);

	memcpy(dst, h->bytes, sizeof(h->bytes));
	memcpy(dst + STAMP_SUM, &udp_sum, sizeof(udp_sum));
	memcpy(dst + FRAME_SIG_OFFSET, sig, sizeof(*sig));
}

/* Are len bytes at p, a multiple of 2 or not, all zero? */
static inline int stamp_all_zero(const uint8_t *p, uint32_t len)
{
	uint64_t a = 0, b = 0, w[4];

	for (; len >= sizeof(w); p += sizeof(w), len -= (uint32_t)sizeof(w)) {
		memcpy(w, p, sizeof(w));
		a |= w[0] | w[1];
		b |= w[2] | w[3];
	}
	for (; len > 0; p++, len--)
		a |= *p;
	return (a | b) == 0;
}

/*
 * Is this a frame of h as it was sent, but for its MAC addresses? Then *sig is its signature. FALSE
 * does not say what is wrong with it: frame_classify does. TRUE is never wrong: every byte from the
 * EtherType on has been compared or is covered by the checksum.
 */
static inline int stamp_matches(
	const struct stamp_head *h, const uint8_t *data, uint32_t len, struct frame_sig *sig)
{
	uint64_t got[3], want[3];
	uint32_t got4, want4;
	uint16_t udp_sum;

	if (len + FRAME_FCS_LEN != h->frame_len)
		return 0;
	memcpy(got, data + STAMP_SAME, sizeof(got));
	memcpy(want, h->bytes + STAMP_SAME, sizeof(want));
	memcpy(&got4, data + STAMP_SAME + sizeof(got), sizeof(got4));
	memcpy(&want4, h->bytes + STAMP_SAME + sizeof(want), sizeof(want4));
	memcpy(&udp_sum, data + STAMP_SUM, sizeof(udp_sum));
	memcpy(sig, data + FRAME_SIG_OFFSET, sizeof(*sig));
	return ((got[0] ^ want[0]) | (got[1] ^ want[1]) | (got[2] ^ want[2]) | (got4 ^ want4)) ==
		       0 &&
	       udp_sum == stamp_udp_sum(h, sig) &&
	       stamp_all_zero(data + FRAME_HEAD_LEN, len - FRAME_HEAD_LEN);
}

#endif
