/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Interface vmux-virtio: vmux.c with guests whose device is virtio-net. Mediators copy to and from the split
 * virtqueues that the guest's driver has in its own memory. A QEMU without vhost-user gets there by
 * `tsim vfio-user`, which is the PCI device and is a front end to us; QEMU's own front end, DPDK's and
 * treflect do without it.
 *
 * step here                           | stands for                        | left out
 * ------------------------------------+-----------------------------------+--------------------------
 * mediator reads descriptors of the   | vMux's device emulation, for      | several queue pairs,
 *  guest's driver, checks each, copies|  virtio-net instead of e1000      |  offloads, indirect
 *  into and out of its buffers: one,  |                                   |  descriptors, event
 *  a chain, several merged            |                                   |  indices
 * writes to the call descriptor, if   | irqfd: KVM injects MSI-X          | moderation
 *  the driver wants to be called      |                                   |
 * passed through: load worker and     | vDPA: a NIC that works on         | IOMMU, the NIC's own
 *  receiver work on these virtqueues  |  virtqueues of the guest          |  filters
 *
 * All other steps are vmux.c's. A guest that goes, is reset or changes its memory is away first: neither
 * workers nor mediators are inside its queues when its front end is answered.
 */
#include "sim/datapath/vmux_private.h"

static gboolean reach_guests(struct datapath *d, const struct datapath_cfg *cfg,
	struct vmux_queues *queues, GError **error)
{
	struct vhost_guests *vs = vhost_guests_new(
		&(struct vhost_guests_cfg){ .datapath = d, .cfg = cfg, .went = vmux_went }, error);

	for (uint32_t i = 0; vs != NULL && i < cfg->nb_guests; i++)
		queues[i].split = vhost_guests_get(vs, i);
	return vs != NULL;
}

static gboolean vmux_virtio_open(struct datapath *d, const struct datapath_cfg *cfg, GError **error)
{
	return vmux_open_with(d, cfg, reach_guests, error);
}

static size_t vmux_virtio_memory(const struct datapath_cfg *cfg)
{
	return vmux_memory(cfg) + vhost_guests_memory(cfg);
}

const struct datapath_ops datapath_vmux_virtio = {
	.interface = "vmux-virtio",
	.mechanism = "polling mediators between one shared port and all guests: MAC lookup, copies "
		     "into and out of the virtqueues of the guests' virtio drivers; workers on "
		     "the virtqueues of guests that the policy passes through",
	.guest_option = "--vhost-user",
	.host_files = 8,
	.memory = vmux_virtio_memory,
	.fits = vhost_guests_fits,
	.open = vmux_virtio_open,
	.close = vmux_close,
	.address = vhost_guests_address,
	.connected = vmux_connected,
	.missing = vhost_guests_missing,
	.calls = vmux_calls,
	.cost = vmux_cost,
	.describe = vmux_describe,
	.reserve = vmux_reserve,
	.commit = vmux_commit,
	.receive = vmux_receive,
	.release = vmux_release,
	.receive_port = wire_receive_port,
	.release_port = wire_release_port,
};
