/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The device's side of a split virtqueue: frames in a driver's buffers, whole, in pieces and in
 * several buffers; drivers that lie.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cmocka.h>

#include "sim/datapath/splitq.h"

enum {
	SIZE = 8,
	ROOM = 100, /* of the longest frame */
	BUF = 256,
	BASE = 0x100000, /* guest physical address of the buffers */
	AVAIL_RING = SIZE,
};

/* A driver with its rings and buffers; two regions of memory with a gap between them. */
struct driver {
	struct vring_desc desc[SIZE];
	struct {
		uint16_t flags, idx, ring[AVAIL_RING];
	} avail;
	struct {
		uint16_t flags, idx;
		struct vring_used_elem ring[SIZE];
	} used;
	uint8_t buf[2 * SIZE][BUF];
	struct splitq_mem mem;
	struct splitq q;
	uint8_t own[SIZE][ROOM];
	void *own_of[SIZE];
};

static void start(struct driver *d, uint64_t features)
{
	memset(d, 0, sizeof(*d));
	d->mem = (struct splitq_mem){ .nb = 2,
		.region = { { .guest = BASE, .size = sizeof(d->buf) / 2, .host = d->buf[0] },
			{ .guest = 2 * BASE, .size = sizeof(d->buf) / 2, .host = d->buf[SIZE] } } };
	for (unsigned i = 0; i < SIZE; i++)
		d->own_of[i] = d->own[i];
	assert_true(splitq_init(&d->q, d->desc, (struct vring_avail *)(void *)&d->avail,
		(struct vring_used *)(void *)&d->used, SIZE, &d->mem, features));
}

/* Address of buffer i: of the first region, then of the second. */
static uint64_t addr(unsigned i)
{
	return i < SIZE ? BASE + i * BUF : 2 * BASE + (i - SIZE) * BUF;
}

static void put(
	struct driver *d, uint16_t i, uint64_t at, uint32_t len, uint16_t flags, uint16_t next)
{
	d->desc[i] = (struct vring_desc){ .addr = at, .len = len, .flags = flags, .next = next };
}

static void offer(struct driver *d, uint16_t head)
{
	d->avail.ring[d->avail.idx++ % SIZE] = head;
}

static uint16_t reserve(struct driver *d, struct frame_slot *f, uint16_t n)
{
	return splitq_reserve(&d->q, f, n, ROOM, d->own_of);
}

static const uint64_t modern = 1ULL << VIRTIO_F_VERSION_1;

static void frames_lie_in_the_drivers_buffers(void **state)
{
	struct driver d;
	struct frame_slot f[SIZE];
	struct virtio_net_hdr_v1 header;

	(void)state;
	start(&d, modern);
	assert_int_equal(reserve(&d, f, SIZE), 0);
	for (uint16_t i = 0; i < 3; i++) {
		put(&d, i, addr(i == 1 ? SIZE : i), BUF, VRING_DESC_F_WRITE, 0);
		memset(d.buf[i], 0xff, sizeof(header));
		offer(&d, (uint16_t)(2 - i));
	}
	assert_int_equal(reserve(&d, f, SIZE), 3);
	assert_ptr_equal(f[0].data, d.buf[2] + sizeof(header));
	assert_ptr_equal(f[1].data, d.buf[SIZE] + sizeof(header));
	f[0].len = f[1].len = 60;
	/* The third is taken back, and is there again. */
	assert_int_equal(splitq_commit(&d.q, f, 2, 3), 2);
	assert_int_equal(d.used.idx, 2);
	assert_int_equal(d.used.ring[0].id, 2);
	assert_int_equal(d.used.ring[0].len, 60 + sizeof(header));
	assert_int_equal(d.used.ring[1].id, 1);
	memcpy(&header, d.buf[2], sizeof(header));
	assert_int_equal(header.num_buffers, 1);
	assert_int_equal(header.flags, 0);
	assert_int_equal(reserve(&d, f, SIZE), 1);
	assert_ptr_equal(f[0].data, d.buf[0] + sizeof(header));
	assert_int_equal(splitq_commit(&d.q, f, 0, 1), 0);
	assert_int_equal(d.used.idx, 2);
}

static void frames_are_read_where_they_lie(void **state)
{
	struct driver d;
	struct frame_slot f[SIZE];

	(void)state;
	start(&d, 0); /* the header of old: 10 bytes */
	put(&d, 0, addr(0), 10 + 60, 0, 0);
	put(&d, 1, addr(1), 10 + ROOM + 1, 0, 0);
	put(&d, 2, addr(2), 10, 0, 0);
	for (uint16_t i = 0; i < 3; i++)
		offer(&d, i);
	assert_int_equal(splitq_receive(&d.q, f, SIZE, ROOM), 3);
	assert_ptr_equal(f[0].data, d.buf[0] + 10);
	assert_int_equal(f[0].len, 60);
	assert_int_equal(f[1].len, 0); /* too long: a stranger's */
	assert_int_equal(f[2].len, 0);
	assert_int_equal(d.used.idx, 0);
	splitq_release(&d.q, f, 3);
	assert_int_equal(d.used.idx, 3);
	assert_int_equal(d.used.ring[2].id, 2);
	assert_int_equal(d.used.ring[2].len, 0);
	assert_int_equal(splitq_receive(&d.q, f, SIZE, ROOM), 0);
}

static void a_frame_in_pieces(void **state)
{
	struct driver d;
	struct frame_slot f[SIZE];
	const uint32_t header = sizeof(struct virtio_net_hdr_v1);

	(void)state;
	start(&d, modern);
	/* Sent: one in one piece, one whose header lies apart, one that is too long. */
	put(&d, 0, addr(0), header + 60, 0, 0);
	put(&d, 1, addr(1), header, VRING_DESC_F_NEXT, 3);
	put(&d, 3, addr(3), 20, VRING_DESC_F_NEXT, 2);
	put(&d, 2, addr(2), 40, 0, 0);
	put(&d, 4, addr(4), header + ROOM, VRING_DESC_F_NEXT, 5);
	put(&d, 5, addr(5), 1, 0, 0);
	memset(d.buf[3], 'a', 20);
	memset(d.buf[2], 'b', 40);
	offer(&d, 0);
	offer(&d, 1);
	offer(&d, 4);
	assert_int_equal(splitq_receive(&d.q, f, SIZE, ROOM), 1);
	assert_false(d.q.at_chain);
	splitq_release(&d.q, f, 1);
	assert_int_equal(splitq_receive(&d.q, f, SIZE, ROOM), 0);
	assert_true(d.q.at_chain);
	assert_int_equal(splitq_gather(&d.q, f, d.own[0], ROOM), 1);
	assert_int_equal(f[0].len, 60);
	assert_memory_equal(
		d.own[0], "aaaaaaaaaaaaaaaaaaaabbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb", 60);
	splitq_release(&d.q, f, 1);
	assert_int_equal(splitq_receive(&d.q, f, SIZE, ROOM), 0);
	assert_int_equal(splitq_gather(&d.q, f, d.own[0], ROOM), 1);
	assert_int_equal(f[0].len, 0);
	splitq_release(&d.q, f, 1);
	assert_int_equal(d.used.idx, 3);
	assert_int_equal(d.used.ring[1].id, 1);
	assert_false(splitq_is_broken(&d.q));
}

static void a_frame_into_pieces(void **state)
{
	struct driver d;
	struct frame_slot f[SIZE];
	const uint32_t header = sizeof(struct virtio_net_hdr_v1);

	(void)state;
	start(&d, modern);
	put(&d, 0, addr(0), header, VRING_DESC_F_WRITE | VRING_DESC_F_NEXT, 1);
	put(&d, 1, addr(1), 30, VRING_DESC_F_WRITE | VRING_DESC_F_NEXT, 2);
	put(&d, 2, addr(2), 70, VRING_DESC_F_WRITE, 0);
	put(&d, 3, addr(3), header + 30, VRING_DESC_F_WRITE, 0); /* too short for the second */
	offer(&d, 0);
	offer(&d, 3);
	assert_int_equal(reserve(&d, f, SIZE), 2);
	assert_ptr_equal(f[0].data, d.own[0]);
	for (unsigned i = 0; i < 2; i++) {
		memset(f[i].data, 'x', ROOM);
		f[i].len = 60;
	}
	assert_int_equal(splitq_commit(&d.q, f, 2, 2), 1);
	assert_int_equal(d.used.idx, 1);
	assert_int_equal(d.used.ring[0].id, 0);
	assert_int_equal(d.used.ring[0].len, header + 60);
	assert_memory_equal(d.buf[1], "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\0", 31);
	assert_memory_equal(d.buf[2], "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\0", 31);
	/* What did not fit has not been taken. */
	assert_int_equal(d.q.next_avail, 1);
	f[0].len = 30;
	assert_int_equal(reserve(&d, f, SIZE), 1);
	assert_int_equal(splitq_commit(&d.q, f, 1, 1), 1);
	assert_int_equal(d.used.ring[1].len, header + 30);
}

static void a_frame_in_several_buffers(void **state)
{
	struct driver d;
	struct frame_slot f[SIZE];
	struct virtio_net_hdr_v1 header;

	(void)state;
	start(&d, modern | 1ULL << VIRTIO_NET_F_MRG_RXBUF);
	for (uint16_t i = 0; i < 3; i++) {
		put(&d, i, addr(i), 40, VRING_DESC_F_WRITE, 0);
		offer(&d, i);
	}
	assert_int_equal(reserve(&d, f, SIZE), 3);
	memset(f[0].data, 'y', ROOM);
	memset(f[1].data, 'z', ROOM);
	f[0].len = 60;
	f[1].len = 60;
	assert_int_equal(splitq_commit(&d.q, f, 2, 3), 1); /* the other one has one buffer left */
	assert_int_equal(d.used.idx, 2);
	assert_int_equal(d.used.ring[0].len, 40);
	assert_int_equal(d.used.ring[1].len, 60 - (40 - sizeof(header)));
	memcpy(&header, d.buf[0], sizeof(header));
	assert_int_equal(header.num_buffers, 2);
	assert_int_equal(d.buf[1][0], 'y');
	assert_int_equal(d.q.next_avail, 2);
	assert_int_equal(d.q.next_used, 2);
}

static void a_driver_is_called_if_it_wants_to_be(void **state)
{
	struct driver d;
	struct frame_slot f;
	uint64_t calls;
	int fd = eventfd(0, EFD_NONBLOCK);

	(void)state;
	start(&d, modern);
	d.q.call_fd = fd;
	for (uint16_t i = 0; i < 2; i++) {
		put(&d, i, addr(i), BUF, 0, 0);
		offer(&d, i);
	}
	d.avail.flags = VRING_AVAIL_F_NO_INTERRUPT;
	assert_int_equal(splitq_receive(&d.q, &f, 1, BUF), 1);
	splitq_release(&d.q, &f, 1);
	assert_int_equal(read(fd, &calls, sizeof(calls)), -1);
	d.avail.flags = 0;
	assert_int_equal(splitq_receive(&d.q, &f, 1, BUF), 1);
	splitq_release(&d.q, &f, 1);
	assert_int_equal(read(fd, &calls, sizeof(calls)), sizeof(calls));
	assert_int_equal(calls, 1);
	assert_int_equal(ctr_get(&d.q.calls), 1);
	/* The guest is reset, or comes back: calls are all that it ever had. */
	assert_true(splitq_init(&d.q, d.desc, (struct vring_avail *)(void *)&d.avail,
		(struct vring_used *)(void *)&d.used, SIZE, &d.mem, modern));
	assert_int_equal(ctr_get(&d.q.calls), 1);
	close(fd);
}

static void frames_that_are_not_taken_are_there_again(void **state)
{
	struct driver d;
	struct frame_slot f[SIZE], again[SIZE];

	(void)state;
	start(&d, modern);
	assert_false(splitq_has_avail(&d.q));
	for (uint16_t i = 0; i < 3; i++) {
		put(&d, i, addr(i), BUF, 0, 0);
		offer(&d, i);
	}
	assert_true(splitq_has_avail(&d.q));
	assert_int_equal(splitq_receive(&d.q, f, SIZE, BUF), 3);
	assert_false(splitq_has_avail(&d.q));
	splitq_unreceive(&d.q, 3);
	assert_true(splitq_has_avail(&d.q));
	assert_int_equal(splitq_receive(&d.q, again, SIZE, BUF), 3);
	for (unsigned i = 0; i < 3; i++)
		assert_ptr_equal(again[i].data, f[i].data);
	splitq_release(&d.q, again, 3);
	assert_int_equal(d.used.idx, 3);
	atomic_store(&d.q.is_broken, TRUE);
	d.avail.idx++;
	assert_false(splitq_has_avail(&d.q));
}

/* Each breaks its queue, which is empty from then on. */
static void drivers_that_lie(void **state)
{
	static const struct {
		const char *what;
		uint16_t head, idx;
		struct vring_desc desc;
	} lies[] = {
		{ "no such descriptor", SIZE, 1, { BASE, BUF, 0, 0 } },
		{ "more buffers than descriptors", 0, SIZE + 1, { BASE, BUF, 0, 0 } },
		{ "memory that it does not have", 0, 1, { BASE - 1, BUF, 0, 0 } },
		{ "beyond the end", 0, 1, { BASE + SIZE * BUF - 1, 20, 0, 0 } },
		{ "over the end of addresses", 0, 1, { UINT64_MAX, 20, 0, 0 } },
		{ "a length of everything", 0, 1, { BASE, UINT32_MAX, 0, 0 } },
		{ "to be written, in the queue that it sends by", 0, 1,
			{ BASE, BUF, VRING_DESC_F_WRITE, 0 } },
		{ "a table of descriptors", 0, 1, { BASE, BUF, VRING_DESC_F_INDIRECT, 0 } },
		{ "no header", 0, 1, { BASE, 11, 0, 0 } },
		{ "a chain without an end", 0, 1, { BASE, BUF, VRING_DESC_F_NEXT, 0 } },
		{ "a chain to nowhere", 0, 1, { BASE, BUF, VRING_DESC_F_NEXT, SIZE } },
	};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(lies); i++) {
		struct driver d;
		struct frame_slot f[2 * SIZE];
		uint8_t own[BUF];

		start(&d, modern);
		d.desc[0] = lies[i].desc;
		d.avail.ring[0] = lies[i].head;
		d.avail.idx = lies[i].idx;
		if (splitq_receive(&d.q, f, 2 * SIZE, ROOM) != 0)
			fail_msg("%s: believed", lies[i].what);
		if (d.q.at_chain && splitq_gather(&d.q, f, own, sizeof(own)) != 0)
			fail_msg("%s: gathered", lies[i].what);
		if (!splitq_is_broken(&d.q))
			fail_msg("%s: not broken", lies[i].what);
		d.desc[0] = (struct vring_desc){ .addr = BASE, .len = BUF };
		d.avail.ring[0] = 0;
		d.avail.idx = 1;
		assert_int_equal(splitq_receive(&d.q, f, 1, ROOM), 0);
		assert_int_equal(reserve(&d, f, 1), 0);
		assert_int_equal(d.used.idx, 0);
	}
}

static void rings_that_are_none(void **state)
{
	struct driver d;

	(void)state;
	start(&d, 0);
	assert_false(splitq_init(&d.q, NULL, (struct vring_avail *)(void *)&d.avail,
		(struct vring_used *)(void *)&d.used, SIZE, &d.mem, 0));
	assert_false(splitq_init(&d.q, d.desc, (struct vring_avail *)(void *)&d.avail,
		(struct vring_used *)(void *)&d.used, SIZE - 1, &d.mem, 0));
	assert_false(splitq_init(&d.q, d.desc, (struct vring_avail *)(void *)&d.avail,
		(struct vring_used *)(void *)&d.used, 0, &d.mem, 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(frames_lie_in_the_drivers_buffers),
		cmocka_unit_test(frames_are_read_where_they_lie),
		cmocka_unit_test(a_frame_in_pieces),
		cmocka_unit_test(a_frame_into_pieces),
		cmocka_unit_test(a_frame_in_several_buffers),
		cmocka_unit_test(a_driver_is_called_if_it_wants_to_be),
		cmocka_unit_test(frames_that_are_not_taken_are_there_again),
		cmocka_unit_test(drivers_that_lie),
		cmocka_unit_test(rings_that_are_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
