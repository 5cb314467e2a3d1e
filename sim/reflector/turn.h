/* SPDX-License-Identifier: BSD-3-Clause */
/* sim/reflector/turn.h: what a reflector does to a frame: send it back, or on to another guest. Hot. */
#ifndef SIM_REFLECTOR_TURN_H
#define SIM_REFLECTOR_TURN_H

#include <stdint.h>
#include <string.h>

#include <glib.h>

#include "traffic/frame.h"

/* Of one guest. MACs as numbers of 48 bits, the first byte highest. */
struct turn {
	gboolean swap_ip, swap_ports; /* not only MACs */
	gboolean relay; /* frames of tsim go to the guest that their IP address says, not back */
	uint32_t guest;
	uint64_t base_mac, own_mac, generator_mac;
};

static inline uint64_t turn_mac(const uint8_t mac[6])
{
	uint64_t n = 0;

	for (int i = 0; i < 6; i++)
		n = n << 8 | mac[i];
	return n;
}

static inline void turn_write_mac(uint8_t *p, uint64_t mac)
{
	uint64_t wire = __builtin_bswap64(mac << 16);

	memcpy(p, &wire, 6);
}

static inline void turn_swap_bytes(uint8_t *a, uint8_t *b, size_t len)
{
	uint8_t t[6];

	memcpy(t, a, len);
	memcpy(a, b, len);
	memcpy(b, t, len);
}

/* Two loads and two stores for the 16 bytes that begin with both MACs. */
static inline void turn_swap_macs(uint8_t *p)
{
	uint64_t a, b, new_a, new_b;

	memcpy(&a, p, 8);
	memcpy(&b, p + 8, 8);
	new_a = a >> 48 | (b & 0xffffffff) << 16 | a << 48;
	new_b = (a >> 16 & 0xffffffff) | (b & ~UINT64_C(0xffffffff));
	memcpy(p, &new_a, 8);
	memcpy(p + 8, &new_b, 8);
}

/* Number of the guest that a frame of tsim is for; -1: it is none of tsim's, or from a guest. */
static inline int32_t turn_destination(const uint8_t *p, uint32_t len)
{
	uint32_t number = (uint32_t)p[32] << 8 | p[33];

	if (len < FRAME_HEAD_LEN || p[12] != 0x08 || p[13] != 0x00 || p[14] != 0x45 ||
		p[23] != 17 || p[30] != 198 || p[31] != 19 || p[34] != FRAME_PORT_SRC >> 8 ||
		p[35] != (FRAME_PORT_SRC & 0xff) || p[36] != FRAME_PORT_DST >> 8 ||
		p[37] != (FRAME_PORT_DST & 0xff) || number == 0 || number > FRAME_GUESTS_MAX)
		return -1;
	return (int32_t)number - 1;
}

/* The len bytes at p, where at least 64 can be read and 16 written. */
static inline void turn_frame(const struct turn *t, uint8_t *p, uint32_t len)
{
	if (G_UNLIKELY(len < FRAME_ETH_LEN))
		return;
	if (t->relay) {
		int32_t to = turn_destination(p, len);

		if (to >= 0) {
			turn_write_mac(p, (uint32_t)to == t->guest ? t->generator_mac
								   : t->base_mac + (uint32_t)to);
			turn_write_mac(p + 6, t->own_mac);
			return;
		}
	}
	turn_swap_macs(p);
	if (!t->swap_ip && !t->swap_ports)
		return;
	/* Untagged IPv4 without options, UDP or TCP: sums do not change when halves change places. */
	if (len < FRAME_SIG_OFFSET || p[12] != 0x08 || p[13] != 0x00 || p[14] != 0x45)
		return;
	if (t->swap_ip)
		turn_swap_bytes(p + 26, p + 30, 4);
	if (t->swap_ports && (p[23] == 17 || p[23] == 6))
		turn_swap_bytes(p + 34, p + 36, 2);
}

#endif
