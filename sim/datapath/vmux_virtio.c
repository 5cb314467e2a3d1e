/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Interface vmux-virtio: vmux.c with guests whose device is virtio-net. Mediators copy to and from the split
 * virtqueues that the guest's driver has in its own memory. A QEMU without vhost-user gets there by
 * `tsim vfio-user`, which is the PCI device and is a front end to us; QEMU's own front end, DPDK's and
 * treflect do without it.
 *
 * step here                           | stands for                        | left out
 * ------------------------------------+-----------------------------------+--------------------------
 * mediator reads descriptors of the   | vMux's device emulation, for      | offloads, indirect
 *  guest's driver, checks each, copies|  virtio-net instead of e1000      |  descriptors, event
 *  into and out of its buffers: one,  |                                   |  indices
 *  a chain, several merged            |                                   |
 * several queue pairs: a guest's own  | a NIC's receive steering to the   | a flow per connection:
 *  in turn; to the one it sent by last|  queue of the guest's core        |  one per guest
 * writes to the call descriptor, if   | irqfd: KVM injects MSI-X          | moderation
 *  the driver wants to be called      |                                   |
 * passed through: load worker and     | vDPA: a NIC that works on         | IOMMU, the NIC's own
 *  receiver work on these virtqueues  |  virtqueues of the guest          |  filters
 *
 * All other steps are vmux.c's. A guest that goes, is reset or changes its memory is away first: neither
 * workers nor mediators are inside its queues when its front end is answered.
 */
#include "sim/datapath/vmux_private.h"

const struct datapath_ops datapath_vmux_virtio = {
	.interface = "vmux-virtio",
	.family = VMUX_FAMILY,
	.mechanism = "polling mediators between one shared port and all guests: MAC lookup, copies "
		     "into and out of the virtqueues of the guests' virtio drivers; workers on "
		     "the virtqueues of guests that the policy passes through",
	.guest_option = DATAPATH_SOCKET,
	.host_files = 8,
	.memory = vmux_memory,
	.shared = vmux_shared,
	.fits = vmux_fits,
	.open = vmux_open,
	.close = vmux_close,
	.address = vhost_guests_address,
	.connected = vmux_connected,
	.missing = vhost_guests_missing,
	.fault = vhost_guests_fault,
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
