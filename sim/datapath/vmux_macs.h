/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * sim/datapath/vmux_macs.h: whose is a MAC address? An open hash table with an eight-byte entry an
 * address, which is what a software switch's table is. Hot: once a frame.
 */
#ifndef SIM_DATAPATH_VMUX_MACS_H
#define SIM_DATAPATH_VMUX_MACS_H

#include <stdint.h>
#include <string.h>

#include <glib.h>

enum { VMUX_MACS_NONE = 0xffff };

struct vmux_macs {
	uint64_t *entry; /* address << 16 | slot; all bits set: none */
	uint32_t mask;   /* entries, a power of two, minus 1 */
	unsigned shift;
};

/* The first six bytes of a frame, at least eight of which can be read. */
static inline uint64_t vmux_mac_at(const uint8_t *frame)
{
	uint64_t mac;

	memcpy(&mac, frame, sizeof(mac));
	return GUINT64_FROM_LE(mac) & UINT64_C(0xffffffffffff);
}

/* Fibonacci hashing: the top bits of a product with 2^64 over the golden ratio. */
static inline uint32_t vmux_macs_hash(const struct vmux_macs *t, uint64_t mac)
{
	return (uint32_t)(mac * UINT64_C(0x9e3779b97f4a7c15) >> t->shift);
}

/* At most half of it is ever full, so that searches end soon. */
static inline void vmux_macs_init(struct vmux_macs *t, uint32_t nb)
{
	unsigned bits = g_bit_storage(2 * (gulong)nb) + 1;

	t->mask = (1U << bits) - 1;
	t->shift = 64 - bits;
	t->entry = g_new(uint64_t, (size_t)t->mask + 1);
	memset(t->entry, 0xff, ((size_t)t->mask + 1) * sizeof(*t->entry));
}

static inline void vmux_macs_add(struct vmux_macs *t, uint64_t mac, uint16_t slot)
{
	uint32_t at = vmux_macs_hash(t, mac);

	while (t->entry[at] != UINT64_MAX)
		at = (at + 1) & t->mask;
	t->entry[at] = mac << 16 | slot;
}

static inline uint16_t vmux_macs_find(const struct vmux_macs *t, uint64_t mac)
{
	for (uint32_t at = vmux_macs_hash(t, mac);; at = (at + 1) & t->mask) {
		uint64_t entry = t->entry[at];

		if (entry == UINT64_MAX)
			return VMUX_MACS_NONE;
		if (entry >> 16 == mac)
			return (uint16_t)entry;
	}
}

static inline void vmux_macs_clear(struct vmux_macs *t)
{
	g_free(t->entry);
	*t = (struct vmux_macs){ 0 };
}

#endif
