/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Interface vfio: a virtual function of a NIC for each guest, passed through. A queue pair in the
 * guest's own memory, which the generator itself serves: no copy and no host software between.
 *
 * | step here                                       | stands for                                     |
 * |-------------------------------------------------|------------------------------------------------|
 * | a queue pair for each guest                     | a VF's queue pair, its MAC filter in the NIC   |
 * | guest memory that tsim has mapped               | the IOMMU's mapping that vfio-pci made         |
 * | generator takes a descriptor, writes the frame  | NIC reads a descriptor, writes the frame (DMA) |
 * | into the buffer that it points to               | through the IOMMU into guest memory            |
 * | used descriptor, flags last                     | descriptor write-back                          |
 * | guest posts a buffer, host reads flags          | doorbell: a write to the VF's tail register    |
 * | guest polls its next descriptor                 | the VF's poll-mode driver in the guest         |
 *
 * Left out: latency and bandwidth of PCIe (some 1 us a round trip on real machines), the cable,
 * interrupts (the guest polls, as DPDK does). The NIC's work of writing and reading frames is done by
 * the generator, when it builds and judges them: its CPU time is the hardware's there.
 */
#include "sim/datapath/qpair.h"

static size_t vfio_shared(const struct datapath_cfg *cfg)
{
	return qpairs_memory(cfg, TRUE);
}

static gboolean vfio_open(struct datapath *d, const struct datapath_cfg *cfg, GError **error)
{
	struct qpairs *qs = qpairs_new(&(struct qpairs_cfg){ .datapath = d,
					       .cfg = cfg,
					       .socket_name = "vfio.sock",
					       .own_lengths = TRUE },
		error);

	d->state = qs == NULL ? NULL : qpairs_get(qs, 0); /* by slot */
	return qs != NULL;
}

static void vfio_close(struct datapath *d)
{
	qpairs_free(d->qpairs);
}

static struct qpair *pair_of(struct datapath *d, uint32_t slot)
{
	return (struct qpair *)d->state + slot;
}

static gboolean vfio_connected(struct datapath *d, uint32_t slot)
{
	return qpair_is_connected(pair_of(d, slot));
}

static uint16_t vfio_reserve(
	struct datapath *d, unsigned q, uint32_t slot, struct frame_slot *f, uint16_t n)
{
	(void)q;
	return qpair_reserve(pair_of(d, slot), f, n);
}

static uint16_t vfio_commit(struct datapath *d, unsigned q, uint32_t slot, struct frame_slot *f,
	uint16_t nb, uint16_t n)
{
	(void)q;
	return qpair_commit(pair_of(d, slot), f, nb, n);
}

static uint16_t vfio_receive(struct datapath *d, uint32_t slot, struct frame_slot *f, uint16_t n)
{
	return qpair_receive(pair_of(d, slot), f, n);
}

static void vfio_release(struct datapath *d, uint32_t slot, struct frame_slot *f, uint16_t n)
{
	qpair_release(pair_of(d, slot), f, n);
}

static void vfio_prefetch(struct datapath *d, uint32_t slot, enum datapath_ahead what)
{
	qpair_prefetch(pair_of(d, slot), what);
}

const struct datapath_ops datapath_vfio = {
	.interface = "vfio",
	.mechanism = "one dedicated queue pair per guest; the generator reads and writes frames "
		     "in guest memory: no copy, no host software",
	.guest_option = DATAPATH_QUEUES,
	.host_files = 6,
	.shared = vfio_shared,
	.open = vfio_open,
	.close = vfio_close,
	.address = qpairs_address,
	.connected = vfio_connected,
	.describe = qpairs_describe,
	.reserve = vfio_reserve,
	.commit = vfio_commit,
	.receive = vfio_receive,
	.release = vfio_release,
	.prefetch = vfio_prefetch,
};
