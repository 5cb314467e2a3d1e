/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * sim/device/virtio_nic.h: the registers of a virtio network device on PCI (virtio 1.2, 4.1 and 5.1):
 * configuration space with its capabilities, BAR 0 (common, ISR, device, notify), BAR 1 (MSI-X). Pure: no
 * input or output, no memory of the guest.
 *
 * Modern only, no INTx. The link is always up: no VIRTIO_NET_F_STATUS. MSI-X table and PBA belong to the
 * VFIO client, as with the kernel's VFIO: they read as 0, and writes are ignored.
 *
 * Queues 2 * i and 2 * i + 1 are pair i's: of receiving, of sending (5.1.2). With several pairs there is a
 * control queue behind them: of all that the device has, or, without VIRTIO_NET_F_MQ, behind the first.
 *
 * Numbers are little-endian, as guests and all hosts of this project are.
 */
#ifndef SIM_DEVICE_VIRTIO_NIC_H
#define SIM_DEVICE_VIRTIO_NIC_H

#include <stdint.h>

#include <glib.h>

enum {
	VIRTIO_NIC_PAIRS_MAX = 8,
	VIRTIO_NIC_DATA_MAX = 2 * VIRTIO_NIC_PAIRS_MAX, /* queues of frames */
	VIRTIO_NIC_QUEUES_MAX = VIRTIO_NIC_DATA_MAX + 1,
	VIRTIO_NIC_VECTORS_MAX = VIRTIO_NIC_QUEUES_MAX + 1,
	VIRTIO_NIC_CONTROL_SIZE = 64, /* descriptors of the control queue, at most */
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
	uint16_t vector;            /* one that there is, or VIRTIO_MSI_NO_VECTOR */
	gboolean enabled;
};

struct virtio_nic {
	/* For good. */
	uint8_t mac[6];
	uint16_t size_max;  /* descriptors of a queue */
	uint16_t pairs_max; /* 1 to VIRTIO_NIC_PAIRS_MAX */
	/* What the driver wrote. */
	uint8_t status;
	uint16_t config_vector, queue_select;
	uint32_t device_feature_select, driver_feature_select;
	uint64_t features; /* that it accepts */
	struct virtio_nic_queue queue[VIRTIO_NIC_QUEUES_MAX];
	uint16_t pairs; /* in use, the first ones; set by the control queue's command */
	uint16_t command, msix_control;
	uint32_t bar[2];
	uint8_t cache_line, interrupt_line;
	/* Access to BARs by configuration space (4.1.4.9). */
	uint8_t window_bar;
	uint32_t window_offset, window_len;
};

/* What a write does beside registers: a set of these. */
enum { VIRTIO_NIC_VECTORS_CHANGED = 1 };

static inline uint64_t virtio_nic_notifies(unsigned queue)
{
	return UINT64_C(2) << queue;
}

/* It is as new, its indices 0. */
static inline uint64_t virtio_nic_renews(unsigned queue)
{
	return UINT64_C(1) << (32 + queue);
}

/* After power-on. size_max: a power of two; pairs_max: 1 to VIRTIO_NIC_PAIRS_MAX. */
void virtio_nic_init(
	struct virtio_nic *n, const uint8_t mac[6], uint16_t size_max, uint16_t pairs_max);

static inline unsigned virtio_nic_queues(const struct virtio_nic *n)
{
	return n->pairs_max == 1 ? 2 : 2U * n->pairs_max + 1;
}

/* One per queue, and that of the configuration. */
static inline unsigned virtio_nic_vectors(const struct virtio_nic *n)
{
	return virtio_nic_queues(n) + 1;
}

/* How many pairs the driver may use; its control queue's number, or -1: it has none. */
uint16_t virtio_nic_pairs_agreed(const struct virtio_nic *n);
int virtio_nic_control(const struct virtio_nic *n);

/* index: as VFIO numbers regions. 0: there is none. */
uint32_t virtio_nic_region_len(uint32_t index);

/* at + count is within the region. */
void virtio_nic_read(
	const struct virtio_nic *n, uint32_t index, uint32_t at, uint8_t *data, uint32_t count);
/* Returns effects. */
uint64_t virtio_nic_write(
	struct virtio_nic *n, uint32_t index, uint32_t at, const uint8_t *data, uint32_t count);
/* Might that write, or a command that it tells of, change queues in use? The device stops them first. */
gboolean virtio_nic_disturbs(
	const struct virtio_nic *n, uint32_t index, uint32_t at, uint32_t count);

/* The driver is ready, and all queues of the pairs in use are enabled. */
gboolean virtio_nic_runs(const struct virtio_nic *n);

#endif
