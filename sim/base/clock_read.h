/* SPDX-License-Identifier: BSD-3-Clause */
/* sim/base/clock_read.h: a clock of the kernel's, of time or of CPU time, in ns. A system call at most. */
#ifndef SIM_BASE_CLOCK_READ_H
#define SIM_BASE_CLOCK_READ_H

#include <stdint.h>
#include <time.h>

/* 0 where it cannot be read: its thread has ended. */
static inline uint64_t clock_read_ns(clockid_t clock)
{
	struct timespec t;

	return clock_gettime(clock, &t) != 0
		       ? 0
		       : (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

#endif
