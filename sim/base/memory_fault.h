/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * sim/base/memory_fault.h: mapped memory of another process, which may shorten the file at any time. Any
 * access beyond the file's end is SIGBUS, which would end us. Watched memory is replaced by zeros at the
 * first one; whoever was inside goes on, and its owner is known.
 */
#ifndef SIM_BASE_MEMORY_FAULT_H
#define SIM_BASE_MEMORY_FAULT_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

/* A whole mapping. The caller's; nothing in it changes while it is watched. */
struct memory_fault_area {
	uint8_t *start;
	size_t len;
	_Atomic int *lost; /* set to 1, by the thread that met it */
	struct memory_fault_area *next;
};

/* Any thread, but none that holds what another one needs to go on. */
void memory_fault_watch(struct memory_fault_area *a);
/* Before it is unmapped. One that is not watched is fine. */
void memory_fault_forget(struct memory_fault_area *a);

/*
 * From now on, what this thread touches is replaced page by page if it is nobody's: for a library that
 * maps, and looks, before it tells where.
 */
void memory_fault_bear(void);

#endif
