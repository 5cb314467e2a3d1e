/* SPDX-License-Identifier: BSD-3-Clause */
/* Shared memory in parts: zeroed, apart from each other, there before it is touched, one mapping a chunk. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sim/base/pages.h"

enum { LINE = 64, SMALL = 4096 };

static long faults(void)
{
	struct rusage u;

	assert_int_equal(getrusage(RUSAGE_SELF, &u), 0);
	return u.ru_minflt + u.ru_majflt;
}

/* Each line of a part is written; how many faults that took. Not a sanitizer's own. */
__attribute__((no_sanitize("address"))) static long touch(uint8_t *mem, size_t len)
{
	long before = faults();

	for (size_t i = 0; i < len; i += LINE)
		((volatile uint8_t *)mem)[i] = 1;
	return faults() - before;
}

static gboolean is_zero(const uint8_t *mem, size_t len)
{
	return mem[0] == 0 && memcmp(mem, mem + 1, len - 1) == 0;
}

static void parts_are_zero_and_lie_apart(void **state)
{
	static const size_t lens[] = { 1, 64, 4096, 100000, 418000, 1100000, 3 << 20, 5 << 20 };

	(void)state;
	for (size_t k = 0; k < G_N_ELEMENTS(lens); k++) {
		enum { NB = 23 };
		struct pages *p = pages_new();
		struct pages_part part[NB];
		uint64_t all, huge;

		for (int i = 0; i < NB; i++) {
			assert_true(pages_take(p, lens[k], FALSE, &part[i]));
			assert_true(part[i].len >= lens[k] && part[i].len < lens[k] + 2 * LINE);
			assert_int_equal(part[i].len / LINE % 2, 1);
			assert_int_equal(part[i].at % LINE, 0);
			/* What begins on 2 MiB of the chunk does in memory. */
			assert_int_equal(
				(uintptr_t)part[i].mem % PAGES_HUGE, part[i].at % PAGES_HUGE);
			assert_true(part[i].at + part[i].len <= part[i].chunk_len);
			assert_true(
				part[i].chunk_len <= MAX(2 * PAGES_HUGE, lens[k] + 2 * PAGES_HUGE));
			assert_true(is_zero(part[i].mem, part[i].len));
			/* Whoever comes next would find these. */
			memset(part[i].mem, i + 1, part[i].len);
		}
		for (int i = 0; i < NB; i++) {
			assert_int_equal(part[i].mem[0], i + 1);
			assert_int_equal(memcmp(part[i].mem, part[i].mem + 1, part[i].len - 1), 0);
		}
		pages_count(p, &all, &huge);
		assert_true(all >= NB * lens[k] && huge <= all);
		pages_free(p);
	}
	pages_free(NULL);
}

static void several_guests_share_a_chunk(void **state)
{
	struct pages *p = pages_new();
	struct pages_part part[10];
	unsigned chunks = 1;

	(void)state;
	/* What 256 descriptors and frames of 1518 bytes take: five in a chunk. */
	for (size_t i = 0; i < G_N_ELEMENTS(part); i++) {
		assert_true(pages_take(p, 418048, FALSE, &part[i]));
		assert_int_equal(part[i].chunk_len, PAGES_HUGE);
		chunks += i > 0 && part[i].fd != part[i - 1].fd;
	}
	assert_int_equal(chunks, 2);
	/* But for those who want to be alone. */
	for (size_t i = 0; i < 4; i++)
		assert_true(pages_take(p, 418048, i % 2, &part[i]));
	assert_int_not_equal(part[0].fd, part[1].fd);
	assert_int_not_equal(part[1].fd, part[2].fd);
	assert_int_not_equal(part[2].fd, part[3].fd);
	pages_free(p);
}

/* Not one page fault: of those who measure while they touch it. */
static void a_part_is_there_before_it_is_touched(void **state)
{
	struct pages *p = pages_new();
	struct pages *v = pages_new();
	struct pages_part part[12];
	uint8_t *view;

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(part); i++)
		assert_true(pages_take(p, 400000, FALSE, &part[i]));
	for (size_t i = 0; i < G_N_ELEMENTS(part); i++) {
		assert_int_equal(touch(part[i].mem, part[i].len), 0);
		view = pages_view(v, part[i].fd, part[i].at, part[i].len);
		assert_non_null(view);
		assert_int_equal(touch(view, part[i].len), 0);
	}
	pages_free(v);
	pages_free(p);
}

static void a_chunk_is_mapped_once(void **state)
{
	struct pages *p = pages_new();
	struct pages *v = pages_new();
	struct pages_part a = { 0 }, b = { 0 };
	uint8_t *of_a, *of_b;
	int copy;

	(void)state;
	assert_true(pages_take(p, 1000, FALSE, &a) && pages_take(p, 1000, FALSE, &b));
	assert_int_equal(a.fd, b.fd);
	of_a = pages_view(v, a.fd, a.at, a.len);
	/* Another descriptor of it, as sockets make them. */
	copy = dup(b.fd);
	of_b = pages_view(v, copy, b.at, b.len);
	close(copy);
	assert_non_null(of_a);
	assert_ptr_equal(of_b, of_a + (b.at - a.at));
	memcpy(of_b, "guest", 6);
	assert_string_equal((char *)b.mem, "guest");
	/* It outlives whoever made it. */
	pages_free(p);
	assert_string_equal((char *)of_b, "guest");
	pages_free(v);
}

static void a_view_stays_in_its_chunk(void **state)
{
	struct pages *p = pages_new();
	struct pages *v = pages_new();
	struct pages_part a;
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	(void)state;
	assert_true(pages_take(p, 1000, FALSE, &a));
	assert_null(pages_view(v, a.fd, a.chunk_len, 1));
	assert_int_equal(errno, EINVAL);
	assert_null(pages_view(v, a.fd, a.chunk_len - 8, 9));
	assert_null(pages_view(v, a.fd, UINT64_MAX, 2));
	assert_null(pages_view(v, a.fd, 1, UINT64_MAX));
	assert_null(pages_view(v, a.fd, 0, 0));
	assert_null(pages_view(v, null, 0, 1));
	assert_null(pages_view(v, -1, 0, 1));
	assert_non_null(pages_view(v, a.fd, a.chunk_len - 8, 8));
	/* Nor can anybody make it shorter, under the feet of those who have it mapped. */
	assert_int_not_equal(ftruncate(a.fd, SMALL), 0);
	assert_int_not_equal(ftruncate(a.fd, (off_t)a.chunk_len * 2), 0);
	close(null);
	pages_free(v);
	pages_free(p);
}

static void a_lack_of_descriptors_is_an_error(void **state)
{
	struct pages *p = pages_new();
	struct pages_part part;
	struct rlimit limit, none;

	(void)state;
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
	none = limit;
	none.rlim_cur = 3;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
	assert_false(pages_take(p, 1000, FALSE, &part));
	assert_int_equal(errno, EMFILE);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
	assert_true(pages_take(p, 1000, FALSE, &part));
	pages_free(p);
}

static void private_memory_comes_as_it_is_touched(void **state)
{
	static const size_t filled[] = { 0, 1, 10000, 3 << 20, 8 << 20 };
	const size_t len = 8 << 20;

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(filled); i++) {
		uint8_t *mem = pages_private(len, filled[i]);

		assert_non_null(mem);
		assert_int_equal((uintptr_t)mem % PAGES_HUGE, 0);
		if (filled[i] != 0)
			assert_int_equal(touch(mem, filled[i]), 0);
		/* Behind, a small page at a time: none takes as long as 2 MiB do. */
		if (filled[i] < 4 << 20) {
			size_t rest = len - (4 << 20);

			assert_true(is_zero(mem + (4 << 20), SMALL));
			assert_true(touch(mem + (4 << 20), rest) >= (long)(rest / SMALL) - 1);
			assert_true(mem[len - SMALL] == 1 && mem[len - 1] == 0);
		}
		munmap(mem, len);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parts_are_zero_and_lie_apart),
		cmocka_unit_test(several_guests_share_a_chunk),
		cmocka_unit_test(a_part_is_there_before_it_is_touched),
		cmocka_unit_test(a_chunk_is_mapped_once),
		cmocka_unit_test(a_view_stays_in_its_chunk),
		cmocka_unit_test(a_lack_of_descriptors_is_an_error),
		cmocka_unit_test(private_memory_comes_as_it_is_touched),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
