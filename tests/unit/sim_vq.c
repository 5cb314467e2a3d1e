/* SPDX-License-Identifier: BSD-3-Clause */
/* Packed virtqueues: host and guest side against each other, against a model, and against nonsense. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <gsl/gsl_rng.h>

#include "sim/datapath/vq.h"

enum { BUF_LEN = 64, SEED = 1 };

/* Both sides of one queue in memory of its own: buffers first, then the ring. */
struct both {
	uint8_t *mem;
	size_t mem_len;
	struct vq_dev dev;
	struct vq_drv drv;
	struct vq_ring ring;
	gboolean host_writes;
};

static const uint16_t sizes[] = { 1, 2, 3, 5, 7, 64, 100, 255, 256, 1000 };

static void open_both(struct both *b, uint16_t size, gboolean host_writes)
{
	size_t bufs = (size_t)size * BUF_LEN, ring = (size_t)size * sizeof(struct vq_desc);

	b->mem_len = bufs + ring + 2 * sizeof(struct vq_event);
	b->mem = g_malloc0(b->mem_len);
	b->ring = (struct vq_ring){ .desc = (struct vq_desc *)(void *)(b->mem + bufs),
		.driver = (struct vq_event *)(void *)(b->mem + bufs + ring),
		.device = (struct vq_event *)(void *)(b->mem + bufs + ring) + 1,
		.size = size };
	b->host_writes = host_writes;
	vq_dev_init(&b->dev, &b->ring, b->mem, b->mem_len, host_writes);
	vq_drv_init(&b->drv, &b->ring);
}

static void close_both(struct both *b)
{
	g_free(b->mem);
}

static void add(struct both *b, uint16_t id)
{
	vq_drv_add(&b->drv, (uint64_t)id * BUF_LEN, BUF_LEN, id, b->host_writes);
}

/* What a guest writes that goes its own ways. */
static void set_tail(struct both *b, int i, uint32_t len, uint16_t id, int flags)
{
	atomic_store(&b->ring.desc[i].tail, vq_tail(len, id, (uint16_t)flags));
}

/* A new queue is empty on both sides, a full one has all buffers once, over several rounds. */
static void full_and_empty(void **state)
{
	(void)state;
	for (size_t s = 0; s < G_N_ELEMENTS(sizes); s++) {
		struct both b;
		g_autofree struct vq_buf *out = g_new(struct vq_buf, sizes[s] + 1U);
		uint16_t id;
		uint32_t len;

		open_both(&b, sizes[s], s % 2);
		for (int round = 0; round < 5; round++) {
			assert_false(vq_dev_has_avail(&b.dev));
			assert_int_equal(vq_dev_take(&b.dev, out, 1), 0);
			assert_false(vq_drv_reap(&b.drv, &id, &len));
			assert_int_equal(b.drv.nb_free, sizes[s]);
			for (uint16_t i = 0; i < sizes[s]; i++)
				add(&b, i);
			assert_int_equal(b.drv.nb_free, 0);
			assert_true(vq_dev_has_avail(&b.dev));
			assert_int_equal(
				vq_dev_take(&b.dev, out, (uint16_t)(sizes[s] + 1U)), sizes[s]);
			assert_int_equal(vq_dev_taken(&b.dev), sizes[s]);
			assert_false(vq_dev_has_avail(&b.dev));
			for (uint16_t i = 0; i < sizes[s]; i++) {
				assert_int_equal(out[i].id, i);
				assert_int_equal(out[i].len, BUF_LEN);
				assert_ptr_equal(out[i].data, b.mem + (size_t)i * BUF_LEN);
				out[i].len = i % BUF_LEN + 1U;
			}
			assert_false(vq_drv_reap(&b.drv, &id, &len));
			vq_dev_give(&b.dev, out, sizes[s]);
			for (uint16_t i = 0; i < sizes[s]; i++) {
				assert_true(vq_drv_reap(&b.drv, &id, &len));
				assert_int_equal(id, i);
				assert_int_equal(len, i % BUF_LEN + 1U);
			}
		}
		close_both(&b);
	}
}

/* What a standard driver and device would find in the ring, round by round. */
static void flags_are_the_standards(void **state)
{
	(void)state;
	for (int host_writes = 0; host_writes < 2; host_writes++) {
		struct both b;
		uint16_t id, write = host_writes ? VQ_DESC_WRITE : 0;
		uint32_t len;

		open_both(&b, 3, host_writes);
		for (unsigned i = 0; i < 12; i++) {
			struct vq_desc *d = &b.ring.desc[i % 3];
			gboolean odd = i / 3 % 2;
			struct vq_buf buf = { 0 };

			add(&b, 1);
			assert_int_equal(vq_flags(d), write | (odd ? VQ_DESC_USED : VQ_DESC_AVAIL));
			assert_int_equal(vq_dev_take(&b.dev, &buf, 1), 1);
			vq_dev_give(&b.dev, &buf, 1);
			assert_int_equal(
				vq_flags(d), write | (odd ? 0 : VQ_DESC_AVAIL | VQ_DESC_USED));
			assert_true(vq_drv_reap(&b.drv, &id, &len));
		}
		close_both(&b);
	}
}

static void several_are_seen_at_once(void **state)
{
	struct both b;
	struct vq_buf out[4];
	struct vq_mark m;
	uint16_t id = 0;
	uint32_t len = 0;

	(void)state;
	open_both(&b, 5, TRUE);
	for (int round = 0; round < 7; round++) {
		m = vq_drv_mark(&b.drv);
		for (uint16_t i = 0; i < 4; i++) {
			vq_drv_add_one(&b.drv, &m, 0, BUF_LEN, i, TRUE);
			assert_false(vq_dev_has_avail(&b.dev));
		}
		vq_publish(&m);
		assert_int_equal(vq_dev_take(&b.dev, out, 4), 4);
		m = vq_dev_mark(&b.dev);
		for (uint16_t i = 0; i < 4; i++) {
			vq_dev_give_one(&b.dev, &m, out[i].id, 7);
			assert_false(vq_drv_reap(&b.drv, &id, &len));
		}
		vq_publish(&m);
		for (uint16_t i = 0; i < 4; i++)
			assert_true(vq_drv_reap(&b.drv, &id, &len) && id == i && len == 7);
	}
	close_both(&b);
}

/* untake_went_wrong_over_the_wrap: what is given back is what the next take finds, from anywhere. */
static void untaken_are_taken_again(void **state)
{
	(void)state;
	for (size_t s = 0; s < G_N_ELEMENTS(sizes); s++) {
		struct both b;
		uint16_t size = sizes[s], n = MIN(size, 70);
		g_autofree struct vq_buf *out = g_new(struct vq_buf, n);

		open_both(&b, size, TRUE);
		for (uint16_t i = 0; i < size; i++)
			add(&b, i);
		for (unsigned round = 0; round < 3U * size; round++) {
			uint16_t first = (uint16_t)(round % size), id = 0;
			uint16_t back = (uint16_t)(1 + round % n);
			uint32_t len;

			assert_int_equal(vq_dev_take(&b.dev, out, n), n);
			assert_int_equal(out[0].id, first);
			vq_dev_untake(&b.dev, back);
			assert_int_equal(vq_dev_take(&b.dev, out, back), back);
			assert_int_equal(out[0].id, (first + n - back) % size);
			vq_dev_untake(&b.dev, n);
			assert_int_equal(vq_dev_taken(&b.dev), 0);
			/* One goes round. */
			assert_int_equal(vq_dev_take(&b.dev, out, 1), 1);
			vq_dev_give(&b.dev, out, 1);
			assert_true(vq_drv_reap(&b.drv, &id, &len));
			assert_int_equal(id, first);
			add(&b, id);
		}
		close_both(&b);
	}
}

static void nonsense_breaks_the_queue(void **state)
{
	static const struct {
		const char *what;
		gboolean host_writes;
		uint16_t flags;
		uint64_t addr;
		uint32_t len;
		gboolean good;
	} cases[] = {
		{ "fits", TRUE, VQ_DESC_WRITE, 0, 64, TRUE },
		{ "fits, from the guest", FALSE, 0, 64, 64, TRUE },
		{ "the last byte", FALSE, 0, 1000 - 60, 60, TRUE },
		{ "ends one behind", FALSE, 0, 1000 - 60, 61, FALSE },
		{ "begins at the end", FALSE, 0, 1000, 60, FALSE },
		{ "far away", TRUE, VQ_DESC_WRITE, UINT64_MAX, 64, FALSE },
		{ "sum overflows", TRUE, VQ_DESC_WRITE, UINT64_MAX - 63, 64, FALSE },
		{ "sum overflows 32 bits", TRUE, VQ_DESC_WRITE, 64, UINT32_MAX, FALSE },
		{ "too short", TRUE, VQ_DESC_WRITE, 0, 59, FALSE },
		{ "too long", FALSE, 0, 0, 901, FALSE },
		{ "not to be written", TRUE, 0, 0, 64, FALSE },
		{ "to be written", FALSE, VQ_DESC_WRITE, 0, 64, FALSE },
		{ "a chain", FALSE, VQ_DESC_NEXT, 0, 64, FALSE },
		{ "indirect", FALSE, VQ_DESC_INDIRECT, 0, 64, FALSE },
		{ "indirect", TRUE, VQ_DESC_WRITE | VQ_DESC_INDIRECT, 0, 64, FALSE },
	};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		struct both b;
		struct vq_buf out[4];
		uint16_t n;

		open_both(&b, 4, cases[i].host_writes);
		b.dev.mem_len = 1000;
		b.dev.len_min = 60;
		b.dev.len_max = 900;
		vq_drv_add(&b.drv, 0, 64, 1, cases[i].host_writes);
		vq_drv_add(&b.drv, cases[i].addr, cases[i].len, 2, FALSE);
		vq_drv_add(&b.drv, 0, 64, 3, cases[i].host_writes);
		set_tail(&b, 1, cases[i].len, 2, VQ_DESC_AVAIL | cases[i].flags);
		n = vq_dev_take(&b.dev, out, 4);
		if (n != (cases[i].good ? 3 : 1) || vq_dev_is_broken(&b.dev) == cases[i].good)
			fail_msg("%s: %u taken, broken %d", cases[i].what, n,
				vq_dev_is_broken(&b.dev));
		assert_int_equal(vq_dev_has_avail(&b.dev), FALSE);
		if (cases[i].good) {
			close_both(&b);
			continue;
		}
		/* For good, whatever the guest does afterwards; what was taken can be given. */
		b.ring.desc[1].addr = 0;
		set_tail(&b, 1, 64, 2, VQ_DESC_AVAIL | (cases[i].host_writes ? VQ_DESC_WRITE : 0));
		assert_int_equal(vq_dev_take(&b.dev, out + 1, 3), 0);
		vq_dev_give(&b.dev, out, 1);
		close_both(&b);
	}
}

static void no_descriptor_is_taken_twice(void **state)
{
	struct both b;
	struct vq_buf out[8];

	(void)state;
	open_both(&b, 4, FALSE);
	for (uint16_t i = 0; i < 4; i++)
		add(&b, i);
	assert_int_equal(vq_dev_take(&b.dev, out, 8), 4);
	/* A guest that makes them available again before they were given back. */
	for (int i = 0; i < 4; i++)
		set_tail(&b, i, BUF_LEN, 0, VQ_DESC_USED);
	assert_false(vq_dev_has_avail(&b.dev));
	assert_int_equal(vq_dev_take(&b.dev, out, 8), 0);
	vq_dev_give(&b.dev, out, 1);
	assert_int_equal(vq_dev_take(&b.dev, out, 8), 0); /* it was overwritten by giving it */
	close_both(&b);
}

static void calls_and_kicks(void **state)
{
	struct both b;

	(void)state;
	open_both(&b, 4, FALSE);
	assert_true(vq_dev_wants_call(&b.dev)); /* on, as memory that is zero says */
	assert_true(vq_drv_wants_kick(&b.drv));
	vq_drv_set_calls(&b.drv, FALSE);
	assert_false(vq_dev_wants_call(&b.dev));
	assert_true(vq_drv_wants_kick(&b.drv));
	vq_dev_set_kicks(&b.dev, FALSE);
	assert_false(vq_drv_wants_kick(&b.drv));
	vq_dev_set_kicks(&b.dev, TRUE);
	vq_drv_set_calls(&b.drv, TRUE);
	assert_true(vq_drv_wants_kick(&b.drv) && vq_dev_wants_call(&b.dev));
	close_both(&b);
}

/* A FIFO of ids. */
struct fifo {
	uint16_t id[1000];
	unsigned head, tail;
};

static unsigned length(const struct fifo *f)
{
	return f->tail - f->head;
}

static void push(struct fifo *f, uint16_t id)
{
	f->id[f->tail++ % G_N_ELEMENTS(f->id)] = id;
}

static uint16_t pull(struct fifo *f)
{
	return f->id[f->head++ % G_N_ELEMENTS(f->id)];
}

/* Where each of the guest's buffers is. */
struct model {
	struct fifo own, avail, taken, used;
};

static void model_add(struct both *b, struct model *m, unsigned n)
{
	struct vq_mark mark = vq_drv_mark(&b->drv);

	assert_int_equal(b->drv.nb_free, length(&m->own));
	n = MIN(n, length(&m->own));
	if (n == 0)
		return;
	for (unsigned i = 0; i < n; i++) {
		uint16_t id = pull(&m->own);

		vq_drv_add_one(&b->drv, &mark, (uint64_t)id * BUF_LEN, BUF_LEN, id, b->host_writes);
		push(&m->avail, id);
	}
	vq_publish(&mark);
}

static void model_take(struct both *b, struct model *m, unsigned n, unsigned back)
{
	struct vq_buf out[128];
	unsigned got = vq_dev_take(&b->dev, out, (uint16_t)n);

	assert_int_equal(got, MIN(n, length(&m->avail)));
	back = MIN(back, got);
	vq_dev_untake(&b->dev, (uint16_t)back);
	for (unsigned i = 0; i < got - back; i++) {
		uint16_t id = pull(&m->avail);

		assert_int_equal(out[i].id, id);
		assert_ptr_equal(out[i].data, b->mem + (size_t)id * BUF_LEN);
		push(&m->taken, id);
	}
	assert_int_equal(vq_dev_taken(&b->dev), length(&m->taken));
}

/* In the order taken, or (a device may) the other way round. */
static void model_give(struct both *b, struct model *m, unsigned n, gboolean reversed)
{
	struct vq_buf out[128];

	n = MIN(n, length(&m->taken));
	for (unsigned i = 0; i < n; i++)
		out[reversed ? n - 1 - i : i].id = pull(&m->taken);
	for (unsigned i = 0; i < n; i++) {
		out[i].len = out[i].id + 1U;
		push(&m->used, out[i].id);
	}
	vq_dev_give(&b->dev, out, (uint16_t)n);
}

static void model_reap(struct both *b, struct model *m, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		uint16_t id;
		uint32_t len;

		if (!vq_drv_reap(&b->drv, &id, &len)) {
			assert_int_equal(length(&m->used), 0);
			return;
		}
		assert_true(length(&m->used) != 0);
		assert_int_equal(id, pull(&m->used));
		assert_int_equal(len, id + 1U);
		push(&m->own, id);
	}
}

static void random_interleavings(void **state)
{
	gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);

	(void)state;
	gsl_rng_set(rng, SEED);
	print_message("seed %d\n", SEED);
	for (size_t s = 0; s < G_N_ELEMENTS(sizes); s++) {
		for (int host_writes = 0; host_writes < 2; host_writes++) {
			g_autofree struct model *m = g_new0(struct model, 1);
			struct both b;

			open_both(&b, sizes[s], host_writes);
			for (uint16_t i = 0; i < sizes[s]; i++)
				push(&m->own, i);
			for (int i = 0; i < 20000; i++) {
				unsigned n = (unsigned)gsl_rng_uniform_int(
					rng, 1 + 128U / (1U + (unsigned)i % 7));

				switch (gsl_rng_uniform_int(rng, 4)) {
				case 0:
					model_add(&b, m, n);
					break;
				case 1:
					model_take(&b, m, n,
						(unsigned)gsl_rng_uniform_int(rng, n + 1));
					break;
				case 2:
					model_give(&b, m, n, i % 2);
					break;
				default:
					model_reap(&b, m, n);
				}
			}
			close_both(&b);
		}
	}
	gsl_rng_free(rng);
}

enum { FRAMES = 200000, WIDTH = 16 };

/* The guest's thread: numbers in its buffers; each must come back with what the host makes of it. */
static gpointer guest_side(gpointer arg)
{
	struct both *b = arg;
	uint64_t sent = 0, back = 0;
	uint16_t size = b->ring.size, nb_own = size;
	g_autofree uint16_t *own = g_new(uint16_t, size);
	const char *wrong = NULL;

	for (uint16_t i = 0; i < size; i++)
		own[i] = i;
	while (back < FRAMES) {
		struct vq_mark m = vq_drv_mark(&b->drv);
		unsigned n = 0;
		uint16_t id;
		uint32_t len;

		for (; n < WIDTH && nb_own != 0 && sent < FRAMES; n++) {
			id = own[--nb_own];
			memcpy(b->mem + (size_t)id * BUF_LEN, &sent, sizeof(sent));
			sent++;
			vq_drv_add_one(&b->drv, &m, (uint64_t)id * BUF_LEN, BUF_LEN, id, TRUE);
		}
		if (n != 0)
			vq_publish(&m);
		for (n = 0; n < WIDTH && vq_drv_reap(&b->drv, &id, &len); n++) {
			uint64_t number;

			memcpy(&number, b->mem + (size_t)id * BUF_LEN, sizeof(number));
			if (number != back + 1 || len != (uint32_t)(back % BUF_LEN))
				wrong = "a buffer is not what the host wrote";
			back++;
			own[nb_own++] = id;
		}
		if (n == 0)
			g_thread_yield();
	}
	return (gpointer)wrong;
}

static void two_threads(void **state)
{
	static const uint16_t some[] = { 1, 3, 64, 255 };

	(void)state;
	for (size_t s = 0; s < G_N_ELEMENTS(some); s++) {
		struct both b;
		GThread *guest;
		uint64_t done = 0;

		open_both(&b, some[s], TRUE);
		guest = g_thread_new("guest", guest_side, &b);
		while (done < FRAMES) {
			struct vq_buf out[WIDTH];
			uint16_t n = vq_dev_take(&b.dev, out, WIDTH);

			for (uint16_t i = 0; i < n; i++) {
				uint64_t number;

				memcpy(&number, out[i].data, sizeof(number));
				assert_int_equal(number, done);
				number++;
				memcpy(out[i].data, &number, sizeof(number));
				out[i].len = (uint32_t)(done++ % BUF_LEN);
			}
			vq_dev_give(&b.dev, out, n);
			if (n == 0)
				g_thread_yield();
		}
		assert_null(g_thread_join(guest));
		assert_false(vq_dev_is_broken(&b.dev));
		close_both(&b);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(full_and_empty),
		cmocka_unit_test(flags_are_the_standards),
		cmocka_unit_test(several_are_seen_at_once),
		cmocka_unit_test(untaken_are_taken_again),
		cmocka_unit_test(nonsense_breaks_the_queue),
		cmocka_unit_test(no_descriptor_is_taken_twice),
		cmocka_unit_test(calls_and_kicks),
		cmocka_unit_test(random_interleavings),
		cmocka_unit_test(two_threads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
