/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Interface vhost-user: workers write and read frames where the guest's virtio driver has its buffers.
 * Nothing is modelled: vhost_guests.h has what happens.
 */
#include "sim/datapath/vhost_guests.h"

static gboolean vhost_open(struct datapath *d, const struct datapath_cfg *cfg, GError **error)
{
	return vhost_guests_new(&(struct vhost_guests_cfg){ .datapath = d, .cfg = cfg }, error) !=
	       NULL;
}

static void vhost_close(struct datapath *d)
{
	vhost_guests_free(d->vhost);
}

const struct datapath_ops datapath_vhost_user = {
	.interface = "vhost-user",
	.mechanism = "vhost-user back end that writes and reads frames in place, in the memory of "
		     "the guest's virtio driver",
	.guest_option = DATAPATH_SOCKET,
	.host_files = 8,
	.memory = vhost_guests_memory,
	.fits = vhost_guests_fits,
	.open = vhost_open,
	.close = vhost_close,
	.address = vhost_guests_address,
	.connected = vhost_guests_connected,
	.missing = vhost_guests_missing,
	.fault = vhost_guests_fault,
	.calls = vhost_guests_calls,
	.reserve = vhost_guests_reserve,
	.commit = vhost_guests_commit,
	.receive = vhost_guests_receive,
	.release = vhost_guests_release,
};
