/* SPDX-License-Identifier: BSD-3-Clause */
#include "sim/pool.h"

#include <rte_errno.h>
#include <rte_mbuf.h>

#include "sim/error.h"

struct rte_mempool *pool_new(const char *name, unsigned nb, uint16_t room, GError **error)
{
	/*
	 * Without hugepages rte_pktmbuf_pool_create lays one mbuf on each page, all at the same
	 * offset, where they fight for the same cache sets. The flag packs them.
	 */
	struct rte_mempool *pool = rte_mempool_create(name, nb,
		(unsigned)sizeof(struct rte_mbuf) + room, POOL_CACHE,
		sizeof(struct rte_pktmbuf_pool_private), rte_pktmbuf_pool_init,
		&(struct rte_pktmbuf_pool_private){ .mbuf_data_room_size = room }, rte_pktmbuf_init,
		NULL, SOCKET_ID_ANY, RTE_MEMPOOL_F_NO_IOVA_CONTIG);

	if (pool == NULL)
		g_set_error(error, SIM_ERROR, SIM_ERROR_RESOURCES,
			"no memory for %u frames of %u bytes (%s); use a larger --memory", nb, room,
			rte_strerror(rte_errno));
	return pool;
}
