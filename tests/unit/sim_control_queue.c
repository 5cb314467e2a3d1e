/* SPDX-License-Identifier: BSD-3-Clause */
/* The control queue of a device: commands, and drivers that lie. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>
#include <linux/virtio_net.h>
#include <linux/virtio_ring.h>

#include "sim/device/control_queue.h"

enum {
	SIZE = 8,
	MEMORY = 1 << 16,
	DESC = 0,
	AVAIL = 0x1000,
	USED = 0x2000,
	COMMAND = 0x3000,
	ACK = 0x4000,
	PAIRS_MAX = 4,
};

static const uint64_t base = 0x100000;

struct world {
	struct dma_table *table;
	struct dma_share memory;
	struct virtio_nic_queue q;
	struct control_queue c;
	uint8_t *mem;
	struct vring_desc *desc;
	struct vring_avail *avail;
	struct vring_used *used;
	uint16_t pairs;
	gboolean calls;
};

static void open_world(struct world *w)
{
	struct dma_region r = {
		.address = base, .size = MEMORY, .fd = memfd_create("guest", MFD_CLOEXEC)
	};

	memset(w, 0, sizeof(*w));
	assert_int_equal(ftruncate(r.fd, MEMORY), 0);
	w->mem = mmap(NULL, MEMORY, PROT_READ | PROT_WRITE, MAP_SHARED, r.fd, 0);
	w->table = dma_table_new();
	assert_int_equal(dma_table_map(w->table, &r), 0);
	dma_table_share(w->table, &w->memory);
	w->q = (struct virtio_nic_queue){ .desc = base + DESC,
		.avail = base + AVAIL,
		.used = base + USED,
		.size = SIZE,
		.enabled = TRUE };
	w->desc = (void *)(w->mem + DESC);
	w->avail = (void *)(w->mem + AVAIL);
	w->used = (void *)(w->mem + USED);
	w->pairs = 1;
}

static void close_world(struct world *w)
{
	munmap(w->mem, MEMORY);
	dma_table_free(w->table);
}

static const char *serve(struct world *w)
{
	return control_queue_serve(&w->c, &w->q, &w->memory, PAIRS_MAX, &w->pairs, &w->calls);
}

/* As Linux does it: header, data, answer. Not available yet. */
static void put_command(struct world *w, uint8_t class, uint8_t number, uint16_t value)
{
	const uint8_t bytes[] = { class, number, (uint8_t)value, (uint8_t)(value >> 8) };

	memcpy(w->mem + COMMAND, bytes, sizeof(bytes));
	w->mem[ACK] = 77;
	w->desc[5] = (struct vring_desc){ base + COMMAND, 2, VRING_DESC_F_NEXT, 1 };
	w->desc[1] = (struct vring_desc){ base + COMMAND + 2, 2, VRING_DESC_F_NEXT, 3 };
	w->desc[3] = (struct vring_desc){ base + ACK, 1, VRING_DESC_F_WRITE, 0 };
	w->avail->ring[w->avail->idx % SIZE] = 5;
}

static uint8_t ask(struct world *w, uint8_t class, uint8_t number, uint16_t value)
{
	uint16_t before = w->used->idx;

	put_command(w, class, number, value);
	w->avail->idx++;
	assert_null(serve(w));
	assert_int_equal(w->used->idx, (uint16_t)(before + 1));
	assert_int_equal(w->used->ring[before % SIZE].id, 5);
	assert_int_equal(w->used->ring[before % SIZE].len, 1);
	return w->mem[ACK];
}

static void commands(void **state)
{
	struct world w;

	(void)state;
	open_world(&w);
	assert_null(serve(&w)); /* there is nothing */
	assert_false(w.calls);
	for (unsigned i = 0; i < 70000; i++) { /* indices wrap */
		uint16_t pairs = (uint16_t)(1 + i % PAIRS_MAX);

		assert_int_equal(
			ask(&w, VIRTIO_NET_CTRL_MQ, VIRTIO_NET_CTRL_MQ_VQ_PAIRS_SET, pairs),
			VIRTIO_NET_OK);
		assert_int_equal(w.pairs, pairs);
		assert_true(w.calls);
	}
	w.pairs = 3;
	assert_int_equal(
		ask(&w, VIRTIO_NET_CTRL_MQ, VIRTIO_NET_CTRL_MQ_VQ_PAIRS_SET, 0), VIRTIO_NET_ERR);
	assert_int_equal(
		ask(&w, VIRTIO_NET_CTRL_MQ, VIRTIO_NET_CTRL_MQ_VQ_PAIRS_SET, PAIRS_MAX + 1),
		VIRTIO_NET_ERR);
	assert_int_equal(ask(&w, VIRTIO_NET_CTRL_MQ, 1, 2), VIRTIO_NET_ERR);
	assert_int_equal(ask(&w, VIRTIO_NET_CTRL_RX, 0, 2), VIRTIO_NET_ERR);
	assert_int_equal(w.pairs, 3);
	w.avail->flags = VRING_AVAIL_F_NO_INTERRUPT;
	assert_int_equal(ask(&w, VIRTIO_NET_CTRL_MQ, 0, 2), VIRTIO_NET_OK);
	assert_false(w.calls);
	/* One that is longer, or shorter, than it may be; in other pieces. */
	put_command(&w, VIRTIO_NET_CTRL_MQ, 0, 1);
	w.desc[1].len = 3;
	w.avail->idx++;
	assert_null(serve(&w));
	assert_int_equal(w.mem[ACK], VIRTIO_NET_ERR);
	put_command(&w, VIRTIO_NET_CTRL_MQ, 0, 1);
	w.desc[1].len = 1;
	w.avail->idx++;
	assert_null(serve(&w));
	assert_int_equal(w.mem[ACK], VIRTIO_NET_ERR);
	put_command(&w, VIRTIO_NET_CTRL_MQ, 0, 1);
	w.desc[5].len = 4;
	w.desc[5].next = 3;
	w.avail->idx++;
	assert_null(serve(&w));
	assert_int_equal(w.mem[ACK], VIRTIO_NET_OK);
	assert_int_equal(w.pairs, 1);
	close_world(&w);
}

/* Each is refused, nothing is written, and the queue stays as it is, whatever comes. */
static void liars(void **state)
{
	enum {
		HEAD,
		LOOP,
		LEAVES,
		INDIRECT,
		ORDER,
		NO_ACK,
		OUTSIDE,
		LONG,
		MANY,
		RINGS,
		BIG,
		LIARS
	};

	(void)state;
	for (int liar = 0; liar < LIARS; liar++) {
		struct world w;
		uint16_t used;

		open_world(&w);
		put_command(&w, VIRTIO_NET_CTRL_MQ, VIRTIO_NET_CTRL_MQ_VQ_PAIRS_SET, 2);
		w.avail->idx++;
		if (liar == HEAD)
			w.avail->ring[0] = SIZE;
		else if (liar == LOOP)
			w.desc[1].next = 5;
		else if (liar == LEAVES)
			w.desc[1].next = 0xffff;
		else if (liar == INDIRECT)
			w.desc[5].flags |= VRING_DESC_F_INDIRECT;
		else if (liar == ORDER)
			w.desc[5].flags |= VRING_DESC_F_WRITE;
		else if (liar == NO_ACK)
			w.desc[1].flags = 0;
		else if (liar == OUTSIDE)
			w.desc[3].addr = base + MEMORY;
		else if (liar == LONG)
			w.desc[1].len = UINT32_MAX;
		else if (liar == MANY)
			w.avail->idx = SIZE + 1;
		else if (liar == RINGS)
			w.q.used = UINT64_MAX - 8;
		else
			w.q.size = 2 * VIRTIO_NIC_CONTROL_SIZE;
		used = w.used->idx;
		assert_non_null(serve(&w));
		assert_int_equal(w.used->idx, used);
		assert_true(w.pairs == 1 || liar == RINGS);
		put_command(&w, VIRTIO_NET_CTRL_MQ, VIRTIO_NET_CTRL_MQ_VQ_PAIRS_SET, 2);
		w.avail->idx = 2;
		assert_null(serve(&w)); /* said once */
		assert_int_equal(w.used->idx, used);
		close_world(&w);
	}
}

/* Hugetlbfs does not write: memory is mapped for it. */
static void memory_that_is_not_written_as_a_file(void **state)
{
	const int page_len = 1 << 21;
	struct dma_region r = { .address = base, .size = (uint64_t)page_len };
	struct dma_table *t;
	struct dma_share s;
	uint32_t value = 0x12345678, got = 0;
	uint8_t *map;

	(void)state;
	r.fd = memfd_create("huge", MFD_CLOEXEC | MFD_HUGETLB);
	if (r.fd < 0 || ftruncate(r.fd, page_len) != 0)
		skip();
	map = mmap(NULL, (size_t)page_len, PROT_READ | PROT_WRITE, MAP_SHARED, r.fd, 0);
	if (map == MAP_FAILED) /* there are no huge pages */
		skip();
	t = dma_table_new();
	assert_int_equal(dma_table_map(t, &r), 0);
	dma_table_share(t, &s);
	assert_true(dma_share_write(&s, base + 0x5432, &value, sizeof(value)));
	assert_true(dma_share_read(&s, base + 0x5432, &got, sizeof(got)));
	assert_int_equal(got, value);
	assert_memory_equal(map + 0x5432, &value, sizeof(value));
	assert_false(dma_share_write(&s, base + (uint64_t)page_len - 2, &value, sizeof(value)));
	munmap(map, (size_t)page_len);
	dma_table_free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(commands),
		cmocka_unit_test(liars),
		cmocka_unit_test(memory_that_is_not_written_as_a_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
