/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * sim/device/virtio_nic.h: the registers of a virtio network device on PCI (virtio 1.2, 4.1 and 5.1):
 * configuration space with its capabilities, BAR 0 (common, ISR, device, notify), BAR 1 (MSI-X). Pure: no
 * input or output, no memory of the guest.
 *
 * Modern only, one queue pair, no INTx. The link is always up: no VIRTIO_NET_F_STATUS. MSI-X table and
 * PBA belong to the VFIO client, as with the kernel's VFIO: they read as 0, and writes are ignored.
 *
 * Numbers are little-endian, as guests and all hosts of this project are.
 */
#ifndef SIM_DEVICE_VIRTIO_NIC_H
#define SIM_DEVICE_VIRTIO_NIC_H

#include <stdint.h>

#include <glib.h>

enum {
	VIRTIO_NIC_QUEUES = 2, /* of receiving, of sending: virtio 1.2, 5.1.2 */
	VIRTIO_NIC_VECTORS = 3,
};

/* Offsets in BAR 0; the notify register of queue n is 4 * n behind NOTIFY. Length of the BARs. */
enum {
	VIRTIO_NIC_COMMON = 0,
	VIRTIO_NIC_ISR = 0x1000,
	VIRTIO_NIC_DEVICE = 0x2000,
	VIRTIO_NIC_NOTIFY = 0x3000,
	VIRTIO_NIC_BAR0_LEN = 0x4000,
	VIRTIO_NIC_BAR1_LEN = 0x1000,
	VIRTIO_NIC_CONFIG_LEN = 0x100,
};

struct virtio_nic_queue {
	uint64_t desc, avail, used; /* addresses in the guest's memory */
	uint16_t size;              /* descriptors: a power of two */
	uint16_t vector;            /* below VIRTIO_NIC_VECTORS, or VIRTIO_MSI_NO_VECTOR */
	gboolean enabled;
};

struct virtio_nic {
	/* For good. */
	uint8_t mac[6];
	uint16_t size_max; /* descriptors of a queue */
	/* What the driver wrote. */
	uint8_t status;
	uint16_t config_vector, queue_select;
	uint32_t device_feature_select, driver_feature_select;
	uint64_t features; /* that it accepts */
	struct virtio_nic_queue queue[VIRTIO_NIC_QUEUES];
	uint16_t command, msix_control;
	uint32_t bar[2];
	uint8_t cache_line, interrupt_line;
	/* Access to BARs by configuration space (4.1.4.9). */
	uint8_t window_bar;
	uint32_t window_offset, window_len;
};

/* What a write does beside registers. */
enum virtio_nic_effect {
	VIRTIO_NIC_NOTIFIES = 1, /* << queue */
	VIRTIO_NIC_RENEWS = 4,   /* << queue: it is as new, its indices 0 */
	VIRTIO_NIC_VECTORS_CHANGED = 16,
};

/* After power-on. size_max: a power of two. */
void virtio_nic_init(struct virtio_nic *n, const uint8_t mac[6], uint16_t size_max);

/* index: as VFIO numbers regions. 0: there is none. */
uint32_t virtio_nic_region_len(uint32_t index);

/* at + count is within the region. */
void virtio_nic_read(
	const struct virtio_nic *n, uint32_t index, uint32_t at, uint8_t *data, uint32_t count);
/* Returns effects. */
unsigned virtio_nic_write(
	struct virtio_nic *n, uint32_t index, uint32_t at, const uint8_t *data, uint32_t count);
/* Might that write change queues that are in use? The device stops them first, if so. */
gboolean virtio_nic_disturbs(
	const struct virtio_nic *n, uint32_t index, uint32_t at, uint32_t count);

/* The driver is ready, and both queues are enabled. */
gboolean virtio_nic_runs(const struct virtio_nic *n);

#endif
