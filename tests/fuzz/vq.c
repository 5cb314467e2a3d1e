/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The host's side of a virtqueue, with arbitrary bytes as the memory that it shares with a guest,
 * which are written to while it works: it never reads or writes outside of that memory, takes no
 * more than there is, and only what was agreed upon.
 *
 * Input: descriptors - 1, kind, then steps: 0 n take, 1 n untake, 2 n give, 3 n and 16 bytes: the guest
 * writes descriptor n, or behind the ring (each modulo what is possible).
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "sim/datapath/vq.h"

enum { BUFS = 512, LEN_MIN = 8, LEN_MAX = 256, STEP_WRITE = 3 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

/* A queue, and what was taken from it and not given yet, the oldest first. */
struct host {
	struct vq_dev q;
	uint8_t *mem;
	size_t mem_len;
	struct vq_buf *taken;
	uint16_t nb_taken;
};

static void take(struct host *h, uint16_t n)
{
	uint16_t got = vq_dev_take(&h->q, h->taken + h->nb_taken, n);

	if (got > n || h->nb_taken + got > h->q.ring.size)
		abort();
	for (uint16_t i = 0; i < got; i++) {
		const struct vq_buf *b = &h->taken[h->nb_taken + i];

		if (b->len < LEN_MIN || b->len > LEN_MAX || b->data < h->mem ||
			b->data + b->len > h->mem + h->mem_len)
			abort();
		/* What a host does with it; the guest may have it on top of the ring. */
		if (h->q.kind == VQ_DESC_WRITE)
			memset(b->data, i, b->len);
	}
	h->nb_taken = (uint16_t)(h->nb_taken + got);
	if (vq_dev_taken(&h->q) != h->nb_taken)
		abort();
}

static void give(struct host *h, uint16_t n)
{
	vq_dev_give(&h->q, h->taken, n);
	h->nb_taken = (uint16_t)(h->nb_taken - n);
	memmove(h->taken, h->taken + n, h->nb_taken * sizeof(*h->taken));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct host h = { 0 };
	struct vq_ring ring;
	size_t at = 2;

	if (len < 2)
		return 0;
	ring.size = (uint16_t)(data[0] + 1);
	h.mem_len = ring.size * sizeof(struct vq_desc) + 2 * sizeof(struct vq_event) + BUFS;
	h.mem = g_malloc0(h.mem_len);
	ring.desc = (struct vq_desc *)(void *)h.mem;
	ring.driver = (struct vq_event *)(void *)(ring.desc + ring.size);
	ring.device = ring.driver + 1;
	h.taken = g_new0(struct vq_buf, 2U * ring.size);
	vq_dev_init(&h.q, &ring, h.mem, h.mem_len, data[1] % 2);
	h.q.len_min = LEN_MIN;
	h.q.len_max = LEN_MAX;
	while (at + 2 <= len) {
		uint8_t step = data[at] % (STEP_WRITE + 1), n = data[at + 1];

		at += 2;
		if (step == 0) {
			take(&h, (uint16_t)(n % (ring.size + 1U)));
		} else if (step == 1) {
			n = (uint8_t)(n % (h.nb_taken + 1U));
			vq_dev_untake(&h.q, n);
			h.nb_taken = (uint16_t)(h.nb_taken - n);
		} else if (step == 2) {
			give(&h, (uint16_t)(n % (h.nb_taken + 1U)));
		} else if (at + sizeof(struct vq_desc) <= len) {
			size_t to = n * sizeof(struct vq_desc) % h.mem_len;

			memcpy(h.mem + to, data + at, MIN(sizeof(struct vq_desc), h.mem_len - to));
			at += sizeof(struct vq_desc);
		}
		(void)vq_dev_wants_call(&h.q);
		(void)vq_dev_has_avail(&h.q);
	}
	g_free(h.taken);
	g_free(h.mem);
	return 0;
}
