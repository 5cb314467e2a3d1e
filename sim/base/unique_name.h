/* SPDX-License-Identifier: BSD-3-Clause */
/* sim/base/unique_name.h: names that DPDK wants to be unique in a process: of rings, of mempools. */
#ifndef SIM_BASE_UNIQUE_NAME_H
#define SIM_BASE_UNIQUE_NAME_H

#include <stddef.h>

/* what and a number that no other name has, cut to len bytes, into name, which it returns. Main thread. */
const char *unique_name(char *name, size_t len, const char *what);

#endif
