/* SPDX-License-Identifier: BSD-3-Clause */
/* Memory that is taken away while threads are in it: they go on, and its owner is known, no other. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sim/base/memory_fault.h"

enum { LEN = 1 << 20, PAGE = 4096, THREADS = 4 };

/* A file in memory, mapped. */
struct mapping {
	int fd;
	volatile uint8_t *bytes;
	_Atomic int lost;
	struct memory_fault_area area;
};

static void map_file(struct mapping *m)
{
	m->fd = memfd_create("test", MFD_CLOEXEC);
	assert_true(m->fd >= 0);
	assert_int_equal(ftruncate(m->fd, LEN), 0);
	m->bytes = mmap(NULL, LEN, PROT_READ | PROT_WRITE, MAP_SHARED, m->fd, 0);
	assert_ptr_not_equal(m->bytes, MAP_FAILED);
	m->bytes[0] = m->bytes[LEN - 1] = 1;
	atomic_init(&m->lost, 0);
	m->area = (struct memory_fault_area){
		.start = (uint8_t *)(uintptr_t)m->bytes, .len = LEN, .lost = &m->lost
	};
}

static void unmap_file(struct mapping *m)
{
	assert_int_equal(munmap((void *)(uintptr_t)m->bytes, LEN), 0);
	close(m->fd);
}

static void *write_each_page(void *arg)
{
	const struct mapping *m = arg;

	for (int round = 0; round < 8; round++)
		for (size_t at = 0; at < LEN; at += PAGE)
			m->bytes[at] = 2;
	return NULL;
}

static void threads_go_on_and_the_owner_is_known(void **state)
{
	struct mapping taken, kept;
	pthread_t thread[THREADS];

	(void)state;
	map_file(&taken);
	map_file(&kept);
	memory_fault_watch(&taken.area);
	memory_fault_watch(&kept.area);
	assert_int_equal(ftruncate(taken.fd, PAGE), 0);
	assert_int_equal(taken.bytes[0], 1);
	assert_int_equal(taken.lost, 0);
	for (int i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&thread[i], NULL, write_each_page, &taken), 0);
	for (int i = 0; i < THREADS; i++)
		assert_int_equal(pthread_join(thread[i], NULL), 0);
	assert_int_equal(taken.lost, 1);
	assert_int_equal(taken.bytes[LEN - 1], 0);
	assert_int_equal(kept.lost, 0);
	assert_int_equal(kept.bytes[LEN - 1], 1);
	memory_fault_forget(&taken.area);
	memory_fault_forget(&taken.area);
	/* The other one is watched still, by itself. */
	assert_int_equal(ftruncate(kept.fd, 0), 0);
	assert_int_equal(kept.bytes[0], 0);
	assert_int_equal(kept.lost, 1);
	memory_fault_forget(&kept.area);
	unmap_file(&taken);
	unmap_file(&kept);
}

/* Does a process die that touches memory which is gone? */
static int dies(struct mapping *m, void (*prepare)(struct mapping *m))
{
	int status;
	pid_t child;

	assert_int_equal(ftruncate(m->fd, LEN), 0);
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		signal(SIGBUS, SIG_DFL); /* not cmocka's, or a sanitizer's */
		prepare(m);
		if (ftruncate(m->fd, 0) == 0)
			m->bytes[PAGE] = 1;
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status) ? WTERMSIG(status) == SIGBUS : status == 0);
	return WIFSIGNALED(status);
}

static void watch(struct mapping *m)
{
	memory_fault_watch(&m->area);
}

static void watch_no_more(struct mapping *m)
{
	memory_fault_watch(&m->area);
	memory_fault_forget(&m->area);
}

static void bear(struct mapping *m)
{
	(void)m;
	memory_fault_bear();
}

static void bear_what_is_sent(struct mapping *m)
{
	(void)m;
	memory_fault_bear();
	raise(SIGBUS);
}

static void nobodys_memory_is_borne_by_who_said_so(void **state)
{
	struct mapping m;

	(void)state;
	map_file(&m);
	assert_false(dies(&m, watch));
	assert_true(dies(&m, watch_no_more));
	assert_false(dies(&m, bear));
	assert_true(dies(&m, bear_what_is_sent));
	unmap_file(&m);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		/* In this order: cmocka has a handler per test, ours is installed once. */
		cmocka_unit_test(nobodys_memory_is_borne_by_who_said_so),
		cmocka_unit_test(threads_go_on_and_the_owner_is_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
