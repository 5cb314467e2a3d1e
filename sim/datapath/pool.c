/* SPDX-License-Identifier: BSD-3-Clause */
#include "sim/datapath/pool.h"

#include <string.h>

#include <rte_eal.h>
#include <rte_errno.h>

#include "sim/base/error.h"
#include "sim/base/unique_name.h"

enum { ROOM_MIN = 2048 }; /* whatever a guest may send by itself on a link of MTU 1500 */

/*
 * A NIC's DMA needs it: what is packed has none of mempool's. Without hugepages EAL has NICs only
 * behind an IOMMU that knows the process's addresses.
 */
static void set_iova(struct rte_mempool *pool, void *arg, void *obj, unsigned index)
{
	struct rte_mbuf *m = obj;

	(void)pool;
	(void)arg;
	(void)index;
	m->buf_iova = (rte_iova_t)(uintptr_t)m->buf_addr;
}

struct rte_mempool *pool_new(const char *name, unsigned nb, uint16_t room, GError **error)
{
	/*
	 * Without hugepages rte_pktmbuf_pool_create lays one mbuf on each page, all at the same
	 * offset, where they fight for the same cache sets. The flag packs them.
	 */
	gboolean huge = rte_eal_has_hugepages() != 0;
	struct rte_mempool *pool = rte_mempool_create(name, nb,
		(unsigned)sizeof(struct rte_mbuf) + room, POOL_CACHE,
		sizeof(struct rte_pktmbuf_pool_private), rte_pktmbuf_pool_init,
		&(struct rte_pktmbuf_pool_private){ .mbuf_data_room_size = room }, rte_pktmbuf_init,
		NULL, SOCKET_ID_ANY, huge ? 0 : RTE_MEMPOOL_F_NO_IOVA_CONTIG);

	if (pool == NULL)
		g_set_error(error, SIM_ERROR, SIM_ERROR_RESOURCES,
			"out of memory for %u frames of %u bytes (%s); use a larger --memory", nb,
			room, rte_strerror(rte_errno));
	else if (!huge)
		rte_mempool_obj_iter(pool, set_iova, NULL);
	return pool;
}

static void zero_mbuf(struct rte_mempool *pool, void *arg, void *obj, unsigned index)
{
	struct rte_mbuf *m = obj;

	(void)pool;
	(void)arg;
	(void)index;
	memset(m->buf_addr, 0, m->buf_len);
	m->data_off = RTE_PKTMBUF_HEADROOM;
}

static uint16_t room_for(uint32_t frame_len_max)
{
	return (uint16_t)(RTE_PKTMBUF_HEADROOM +
			  RTE_ALIGN_CEIL(MAX(frame_len_max, (uint32_t)ROOM_MIN), 64U));
}

struct rte_mempool *pool_of_frames(
	const char *name, unsigned nb, uint32_t frame_len_max, GError **error)
{
	char numbered[RTE_MEMPOOL_NAMESIZE];
	struct rte_mempool *pool = pool_new(
		unique_name(numbered, sizeof(numbered), name), nb, room_for(frame_len_max), error);

	if (pool != NULL)
		rte_mempool_obj_iter(pool, zero_mbuf, NULL);
	return pool;
}

struct rte_ring *pool_ring(const char *name, unsigned size, unsigned flags, GError **error)
{
	char numbered[RTE_RING_NAMESIZE];
	struct rte_ring *ring = rte_ring_create(
		unique_name(numbered, sizeof(numbered), name), size, SOCKET_ID_ANY, flags);

	if (ring == NULL)
		sim_fail(error, SIM_ERROR_RESOURCES,
			"out of memory for ring %s with %u entries (%s); use a larger --memory",
			name, size, rte_strerror(rte_errno));
	return ring;
}

size_t pool_bytes(unsigned nb, uint32_t frame_len_max)
{
	enum { HEADER = 64 + 64 }; /* of mempool, and what spreading over channels adds */

	return (size_t)nb * (sizeof(struct rte_mbuf) + room_for(frame_len_max) + HEADER + 8);
}
