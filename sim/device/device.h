/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * sim/device/device.h: virtio network devices on PCI for virtual machines, each a vfio-user server on a
 * socket of its own, whose queues a vhost-user back end serves. The device outlives both: a back end is
 * connected to whenever there is one, a client may come after another one has gone.
 *
 * No frame comes through here: while a guest's driver runs, the back end has its memory, its rings and
 * its MSI-X events. Whatever may change one of these waits until the back end has left the queues.
 *
 *     client (QEMU) -- vfio_user -- virtio_nic, dma_table -- vhost_front -- back end
 *
 * One thread; one guest's silent back end does not stop the others.
 */
#ifndef SIM_DEVICE_DEVICE_H
#define SIM_DEVICE_DEVICE_H

#include <stdint.h>

#include <glib.h>

struct device_cfg {
	char **device_paths, **back_end_paths; /* of each guest, as many */
	uint8_t base_mac[6];                   /* of guest 0; guest i has it plus i */
	uint16_t descriptors;                  /* of a queue, at most: a power of two */
	uint16_t pairs;                        /* of queues, at most: 1 to 8 */
	void (*say)(const char *text);         /* a line about a guest; what ended a connection */
};

struct devices;

/* Its sockets are there, of mode 0700. The paths stay the caller's. */
struct devices *devices_new(const struct device_cfg *cfg, GError **error);
/* Connections end, and sockets are removed. NULL is fine. */
void devices_free(struct devices *d);

/* What there is to do; waits up to timeout_ms for it. */
void devices_look(struct devices *d, int timeout_ms);

/* Open files per guest of so many queue pairs, at most, beside those of its memory. */
unsigned devices_files(unsigned pairs);

#endif
