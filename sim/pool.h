/* SPDX-License-Identifier: BSD-3-Clause */
/* sim/pool.h: pools of mbufs that suit a machine without hugepages. */
#ifndef SIM_POOL_H
#define SIM_POOL_H

#include <glib.h>
#include <rte_mempool.h>

enum { POOL_CACHE = 256 }; /* mbufs that an lcore keeps to itself */

/*
 * nb mbufs with room for room bytes, headroom included. NULL and error when there is no memory for
 * them; free with rte_mempool_free.
 */
struct rte_mempool *pool_new(const char *name, unsigned nb, uint16_t room, GError **error);

#endif
