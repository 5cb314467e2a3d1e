/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The device's side of a split virtqueue, with arbitrary bytes as the memory that it shares with a
 * guest, which are written to while it works: it never reads or writes outside of that memory, and
 * takes no more than there is.
 *
 * Input: log2 of the size, features, then steps: 0 n send up to n frames, 1 n receive up to n, 2 n and
 * 16 bytes: the guest writes there (in units of 16 bytes, modulo what is possible).
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "sim/datapath/splitq.h"

enum { SIZE_LOG_MAX = 5, BUFS = 1024, ROOM = 90, BURST = 40, UNIT = 16, GUEST = 0x4000 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

struct device {
	struct splitq q;
	struct splitq_mem mem;
	uint8_t *bytes;
	size_t nb;
};

static int is_inside(const struct device *d, const uint8_t *at, uint32_t len)
{
	return at >= d->bytes && at + len <= d->bytes + d->nb;
}

static void send(struct device *d, uint16_t n)
{
	static uint8_t memory[BURST][ROOM];
	struct frame_slot f[BURST];
	void *own[BURST];
	uint16_t got;

	for (unsigned i = 0; i < BURST; i++)
		own[i] = memory[i];
	got = splitq_reserve(&d->q, f, n, ROOM, own);
	if (got > n || got > d->q.size)
		abort();
	for (uint16_t i = 0; i < got; i++) {
		if (f[i].data != own[i] && !is_inside(d, f[i].data, ROOM))
			abort();
		memset(f[i].data, i, ROOM); /* the rings may be there, too */
		f[i].len = ROOM - i;
	}
	if (splitq_commit(&d->q, f, (uint16_t)(got - got / 3), got) > got)
		abort();
}

static void receive(struct device *d, uint16_t n)
{
	uint8_t own[ROOM];
	struct frame_slot f[BURST];
	uint16_t got = splitq_receive(&d->q, f, n, ROOM);

	if (d->q.at_chain) {
		if (got != 0)
			abort();
		got = splitq_gather(&d->q, f, own, sizeof(own));
	}
	if (got > n || got > d->q.size)
		abort();
	for (uint16_t i = 0; i < got; i++)
		if (f[i].len > ROOM || (f[i].data != own && !is_inside(d, f[i].data, f[i].len)))
			abort();
	splitq_release(&d->q, f, got);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct device d = { 0 };
	size_t at = 2, avail, used, size;

	if (len < 2)
		return 0;
	size = (size_t)1 << data[0] % (SIZE_LOG_MAX + 1);
	avail = size * sizeof(struct vring_desc);
	used = (avail + 2 * sizeof(uint16_t) + size * sizeof(uint16_t) + 3) & ~(size_t)3;
	d.nb = (used + 4 + size * sizeof(struct vring_used_elem) + BUFS) & ~(size_t)(UNIT - 1);
	d.bytes = g_malloc0(d.nb);
	d.mem = (struct splitq_mem){ .nb = 2,
		.region = { { .guest = GUEST, .size = d.nb / 2, .host = d.bytes },
			{ .guest = 0, .size = d.nb - d.nb / 2, .host = d.bytes + d.nb / 2 } } };
	if (!splitq_init(&d.q, (void *)d.bytes, (void *)(d.bytes + avail), (void *)(d.bytes + used),
		    (uint16_t)size, &d.mem,
		    (uint64_t)(data[1] & 1) << VIRTIO_F_VERSION_1 |
			    (uint64_t)(data[1] >> 1 & 1) << VIRTIO_NET_F_MRG_RXBUF))
		abort();
	while (at + 2 <= len) {
		uint8_t step = data[at] % 3, n = data[at + 1];

		at += 2;
		if (step == 0) {
			send(&d, n % BURST);
		} else if (step == 1) {
			receive(&d, n % BURST);
		} else if (at + UNIT <= len) {
			memcpy(d.bytes + n % (d.nb / UNIT) * UNIT, data + at, UNIT);
			at += UNIT;
		}
	}
	g_free(d.bytes);
	return 0;
}
