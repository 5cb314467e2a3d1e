/* SPDX-License-Identifier: BSD-3-Clause */
#include "sim/base/memory_fault.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/mman.h>

/* A handler has no argument. */
static struct {
	/* Held for moments, in which nothing can fault: so a handler may wait for it. */
	atomic_flag locked;
	struct memory_fault_area *areas;
	bool is_installed;
	struct sigaction before;
} memory_faults = { .locked = ATOMIC_FLAG_INIT };

static _Thread_local bool bears;

static void take_lock(void)
{
	while (atomic_flag_test_and_set_explicit(&memory_faults.locked, memory_order_acquire))
		sched_yield();
}

static void give_lock(void)
{
	atomic_flag_clear_explicit(&memory_faults.locked, memory_order_release);
}

/* A system call, and nothing else: mmap is safe in a handler. */
static bool replace(uintptr_t at, size_t len)
{
	return mmap((void *)at, len, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | MAP_NORESERVE, -1,
		       0) != MAP_FAILED;
}

static bool replace_area(uintptr_t at)
{
	struct memory_fault_area *a;
	bool done;

	take_lock();
	for (a = memory_faults.areas; a != NULL && at - (uintptr_t)a->start >= a->len;)
		a = a->next;
	if (a != NULL)
		atomic_store(a->lost, 1);
	done = a != NULL && replace((uintptr_t)a->start, a->len);
	give_lock();
	return done;
}

/* Only whole pages of a mapping can be replaced, and it is not known how large they are. */
static bool replace_page(uintptr_t at)
{
	static const size_t sizes[] = { 1U << 12, 1U << 21, 1U << 30 };

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
		if (replace(at & ~(uintptr_t)(sizes[i] - 1), sizes[i]))
			return true;
		else if (errno != EINVAL)
			return false;
	return false;
}

static void on_fault(int signal, siginfo_t *info, void *context)
{
	uintptr_t at = (uintptr_t)info->si_addr;
	int saved = errno;

	(void)context;
	if (info->si_code != BUS_ADRERR || (!replace_area(at) && !(bears && replace_page(at)))) {
		/* As without us: the access is repeated, a signal that somebody sent is not. */
		sigaction(signal, &memory_faults.before, NULL);
		if (info->si_code <= 0)
			(void)raise(signal);
	}
	errno = saved;
}

static void install_handler(void)
{
	struct sigaction action = { .sa_sigaction = on_fault, .sa_flags = SA_SIGINFO };

	take_lock();
	if (!memory_faults.is_installed)
		memory_faults.is_installed = sigaction(SIGBUS, &action, &memory_faults.before) == 0;
	give_lock();
}

void memory_fault_watch(struct memory_fault_area *a)
{
	install_handler();
	take_lock();
	a->next = memory_faults.areas;
	memory_faults.areas = a;
	give_lock();
}

void memory_fault_forget(struct memory_fault_area *a)
{
	struct memory_fault_area **at;

	take_lock();
	for (at = &memory_faults.areas; *at != NULL && *at != a;)
		at = &(*at)->next;
	if (*at != NULL)
		*at = a->next;
	give_lock();
}

void memory_fault_bear(void)
{
	install_handler();
	bears = true;
}
