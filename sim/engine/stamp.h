/* SPDX-License-Identifier: BSD-3-Clause */
/* sim/engine/stamp.h: write the head of a test frame. Hot: once a frame. */
#ifndef SIM_ENGINE_STAMP_H
#define SIM_ENGINE_STAMP_H

#include <string.h>

#include "traffic/frame.h"

/*
 * The first 64 bytes of a frame at dst: template, lengths, signature, checksums. What follows up to
 * frame_len must be zero bytes already.
 */
static inline void stamp(uint8_t *dst, const struct frame_template *t, uint32_t frame_len,
	const struct frame_sig *sig)
{
	uint16_t ip_len = __builtin_bswap16((uint16_t)(frame_len - FRAME_FCS_LEN - FRAME_ETH_LEN));
	uint16_t udp_len = __builtin_bswap16(
		(uint16_t)(frame_len - FRAME_FCS_LEN - FRAME_ETH_LEN - FRAME_IP_LEN));
	uint32_t w[4];
	uint16_t h, ip_sum, udp_sum;

	memcpy(w, sig, sizeof(w));
	memcpy(&h, (const uint8_t *)sig + sizeof(w), sizeof(h));
	ip_sum = (uint16_t)~frame_fold((uint64_t)t->ip_sum + ip_len);
	/* The UDP length counts twice: in the pseudo header and in its own. */
	udp_sum = (uint16_t)~frame_fold(
		(uint64_t)t->udp_sum + 2U * udp_len + w[0] + w[1] + (uint64_t)w[2] + w[3] + h);
	udp_sum = udp_sum == 0 ? 0xffff : udp_sum; /* RFC 768: 0 would say that there is none */

	memcpy(dst, t->head, sizeof(t->head));
	memcpy(dst + 16, &ip_len, sizeof(ip_len));
	memcpy(dst + 24, &ip_sum, sizeof(ip_sum));
	memcpy(dst + 38, &udp_len, sizeof(udp_len));
	memcpy(dst + 40, &udp_sum, sizeof(udp_sum));
	memcpy(dst + FRAME_SIG_OFFSET, sig, sizeof(*sig));
}

#endif
